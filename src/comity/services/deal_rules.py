"""Which rules of a round a supplied package breaks, each in the words of the round file.

Who may import me: the deal services. Start at :func:`find_broken`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from comity.services.deal_findings import Broken
from comity.units import USD_MILLION_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.bargaining import Game
    from comity.services.roundfile import Clause, Round

__all__ = ["find_broken", "find_red_lines"]

#: A value may miss a bound by this share of it, as a solver's or a reader's rounding does.
NEAR = 1e-6


def find_broken(
    round_: Round, units: Mapping[str, str], game: Game, values: Mapping[str, float]
) -> tuple[Broken, ...]:
    """List the rules of the table that a package breaks; red lines are :func:`find_red_lines`.

    Parameters
    ----------
    round_, units
        The round, and the unit of each clause's value.
    game
        The round as a game, which knows prerequisites, exclusions and caps.
    values
        Value by clause key.
    """
    found: list[Broken] = []
    for key, value in values.items():
        clause = round_.clause(key)
        found += _check_range(clause, value, units[key])
        found += _check_limits(round_, clause, value, units[key])
    budgets = {budget.name: budget for budget in round_.budgets}
    waits = {(c.key, t.after): t.milestone for c in round_.table for t in c.tranches if t.after is not None}
    for rule in game.requirements:
        if rule.first in values and rule.second not in values:
            milestone = waits.get((rule.first, rule.second))
            kind: Literal["principle", "waits"] = "principle" if milestone is None else "waits"
            words = rule.name if milestone is None else milestone
            found.append(Broken(kind, None, (rule.first, rule.second), None, None, "", words))
    found += [
        Broken("principle", None, (ban.first, ban.second), None, None, "", ban.name)
        for ban in game.exclusions
        if ban.first in values and ban.second in values
    ]
    for cap in game.caps:
        keys = tuple(key for key in cap.coefficients if key in values)
        total = sum(cap.coefficients[key] * (values[key] if cap.on_values else 1.0) for key in keys)
        if total <= cap.upper + NEAR * max(1.0, abs(cap.upper)):
            continue
        budget = budgets.get(cap.name)
        if not cap.on_values:
            found.append(Broken("principle", None, keys, None, None, "", cap.name))
        elif budget is None:
            found.append(Broken("principle", None, keys, total, cap.upper, units[keys[0]], cap.name))
        else:
            found.append(Broken("budget", budget.giver, keys, total, cap.upper, units[keys[0]], budget.name))
    return tuple(found)


def find_red_lines(
    game: Game, margins: Mapping[str, float], slack: Mapping[str, float]
) -> tuple[Broken, ...]:
    """List parties below their red line: on average, or in more draws than the round allows.

    ``margins`` is what each gains above its red line in the required share of draws, ``slack`` what rounding
    may take.
    """
    return tuple(
        Broken("red_line", code, (), margin, game.epsilon, USD_MILLION_YEAR, "")
        for code, margin in margins.items()
        if margin - game.epsilon < -slack[code]
    )


def _check_range(clause: Clause, value: float, unit: str) -> Iterator[Broken]:
    low, high = clause.range
    near = NEAR * max(1.0, abs(low), abs(high))
    if not low - near <= value <= high + near:
        bound = low if value < low else high
        yield Broken("range", None, (clause.key,), value, bound, unit, "")
    elif clause.step is not None:
        off = (value - low) / clause.step
        last = (high - low) / clause.step
        if abs(off - round(off)) > NEAR * max(1.0, last):
            nearest = min(low + round(off) * clause.step, high)
            yield Broken("step", None, (clause.key,), value, nearest, unit, "")


def _check_limits(round_: Round, clause: Clause, value: float, unit: str) -> Iterator[Broken]:
    near = NEAR * max(1.0, abs(value))
    for party in round_.parties:
        if party.code not in (clause.giver, clause.beneficiary):
            continue
        for limit in party.limits:
            if limit.instrument not in (clause.key, clause.instrument):
                continue
            for bound, beyond in ((limit.at_least, -1.0), (limit.at_most, 1.0)):
                if bound is not None and beyond * (value - bound) > near:
                    yield Broken("limit", party.code, (clause.key,), value, bound, unit, limit.reason)
