"""What stands behind a package: giving, what a unit and a pool are worth, threats, use (§6.5–§6.7).

Every function takes the searched game and a package and returns a finding; nothing here searches the world.

Who may import me: the deal services. Start at :func:`measure_fragility`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from comity.bargaining import Cap, solve_nash, test_zone, trace_giving
from comity.services.deal_findings import (
    BudgetUse,
    Fragility,
    Giving,
    Reason,
    StopAt,
    Threatened,
    UnitWorth,
)
from comity.vocabulary import Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from comity.bargaining import Game, Zone
    from comity.services.search import Search

    Array = NDArray[np.float64]

__all__ = [
    "ON_PAPER",
    "measure_budgets",
    "measure_fragility",
    "measure_giving",
    "measure_units",
    "test_threat",
]

#: Name of the package that would be best if all of it were used.
ON_PAPER: Final = "on paper"
#: How much more of a budget is tried, as a share of it, to see what one unit is worth.
MORE: Final = 0.1


def measure_giving(game: Game, values: Mapping[str, float]) -> tuple[Giving, ...]:
    """Add up by pair what passes from giver to beneficiary, in the order of the parties (§6.6)."""
    order = {party: p for p, party in enumerate(game.parties)}
    pairs: dict[tuple[str, str], Giving] = {}
    for flow in trace_giving(game, values):
        pair = (flow.giver, flow.beneficiary)
        old = pairs.get(pair, Giving(*pair, (), 0.0, 0.0))
        pairs[pair] = Giving(
            *pair,
            (*old.clauses, flow.clause),
            old.giver_gain + flow.giver_gain,
            old.beneficiary_gain + flow.beneficiary_gain,
        )
    return tuple(pairs[pair] for pair in sorted(pairs, key=lambda x: (order[x[0]], order[x[1]])))


def measure_units(search: Search, game: Game, values: Mapping[str, float]) -> tuple[UnitWorth, ...]:
    """Say what one unit more of each concession in a package is worth to each party (§6.7).

    Slopes at the package. A unit more of a concession is a unit *less* where less is the larger one,
    such as a working day of a time limit.
    """
    out = []
    for c, clause in enumerate(game.clauses):
        if clause.key not in values:
            continue
        stated = search.lab.round.clause(clause.key)
        sign = 1.0 if stated.more_is_stronger else -1.0
        slope = sign * game.slope[:, :, c]
        unit = search.lab.catalogue.instruments[stated.instrument].parameter.unit
        worth = {party: float(slope[:, p].mean()) for p, party in enumerate(game.parties)}
        spread = {party: Range.of(slope[:, p]) for p, party in enumerate(game.parties)}
        out.append(UnitWorth(clause.key, unit, worth, spread))
    return tuple(out)


def measure_budgets(search: Search, values: Mapping[str, float]) -> tuple[BudgetUse, ...]:
    """Say how each budget is shared out, what a little more of it adds, and what all of it adds.

    The search is made again with more of the budget and with none; so a pool of places that nobody has yet is
    priced by what it can buy.
    """
    game, round_ = search.game, search.lab.round
    here = game.gains(values).mean(axis=0)
    out = []
    for budget in round_.budgets:
        clauses = round_.budget_clauses(budget)
        unit = search.lab.catalogue.instruments[clauses[0].instrument].parameter.unit
        used = {c.key: values[c.key] for c in clauses if c.key in values}
        more = max(MORE * budget.at_most, *(c.step or 0.0 for c in clauses))
        per_unit: dict[str, float] | None = None
        if more > 0:
            wider = solve_nash(_with_budget(game, budget.name, budget.at_most + more), starts=[values])
            if wider.found:
                gained = (wider.mean_gains - here) / more
                per_unit = {party: float(x) for party, x in zip(game.parties, gained, strict=True)}
        without = solve_nash(_with_budget(game, budget.name, 0.0))
        whole = None
        if without.found and without.values:
            added = here - without.mean_gains
            whole = {party: float(x) for party, x in zip(game.parties, added, strict=True)}
        out.append(BudgetUse(budget.name, budget.giver, budget.at_most, unit, used, per_unit, whole))
    return tuple(out)


def _with_budget(game: Game, name: str, at_most: float) -> Game:
    caps = tuple(
        Cap(c.coefficients, at_most, c.on_values, c.name) if c.name == name else c for c in game.caps
    )
    return game.replace(caps=caps)


def test_threat(search: Search, game: Game, plain: Zone) -> Threatened | None:
    """Test the zone against a no-deal that the others have worsened; None where nobody can worsen any (§0).

    A zone that is open only then holds packages that a party would accept under pressure and not otherwise.
    ``plain`` is the zone against the no-deal as it is: where that is open the other is too, since a threat
    only adds to what a package looks worth.
    """
    if not search.threats.any():
        return None
    worse = game.replace(disagreement=game.no_deal_draws - search.threats)
    zone = plain if plain.open else test_zone(worse)
    return Threatened(
        zone.open,
        zone.proven,
        None if plain.open else zone.best_worst_gain,
        zone.values,
        _by_party(game, game.gains(zone.values).mean(axis=0)),
        _by_party(game, worse.gains(zone.values).mean(axis=0)),
    )


# pytest collects by name; this one is not a test
test_threat.__test__ = False  # type: ignore[attr-defined]


def measure_fragility(search: Search, values: Mapping[str, float], name: str) -> Fragility | None:
    """Compare a package on paper with the same package as it is expected to be released and used (§5.5).

    Parameters
    ----------
    search
        The round under search.
    values
        The package.
    name
        What to call it.

    Returns
    -------
    Fragility or None
        None where no clause of the package is conditional.

    Notes
    -----
    The gain of a party is linear in the share of one clause that is used, so the least share at which it
    keeps its red line on average, all else as expected, is exact. A clause is a reason when that share lies
    above the low end of what is expected of it (the 5th percentile over the draws).
    """
    round_, game = search.lab.round, search.game
    held = [key for key in values if round_.clause(key).is_conditional]
    if not held:
        return None
    paper, unused = search.delivered(1.0), search.delivered(0.0)
    expected = game.gains(values)
    mean = expected.mean(axis=0)
    short = game.margins(expected) - game.epsilon < -1e-7 * game.scale
    reasons = []
    for key in held:
        found = _find_reason(search, key, values[key], mean, paper, unused)
        if found is not None:
            reasons.append(found)
    kept = (expected >= game.floor).mean(axis=0)
    on_paper = paper.gains(values).mean(axis=0)
    return Fragility(
        package=name,
        fragile=bool(short.any() or reasons),
        on_paper=_by_party(game, on_paper),
        as_expected=_by_party(game, mean),
        share_kept=_by_party(game, kept),
        below=tuple(p for p, s in zip(game.parties, short, strict=True) if s),
        below_together=_low_together(search, values, held),
        reasons=tuple(reasons),
        stops=_stop_early(search, values),
        clauses=tuple(held),
    )


def _low_together(search: Search, values: Mapping[str, float], held: list[str]) -> tuple[str, ...]:
    """List who falls below its red line on average when all these clauses are at their low end at once."""
    game, factor = search.game, search.delivery.factor.copy()
    for key in held:
        c = game.index[key]
        factor[:, c] = Range.of(factor[:, c]).low
    gains = search.delivered(factor).gains(values).mean(axis=0)
    short = gains < game.floor - 1e-7 * game.scale
    return tuple(p for p, s in zip(game.parties, short, strict=True) if s)


def _find_reason(
    search: Search, key: str, value: float, mean: Array, paper: Game, unused: Game
) -> Reason | None:
    game = search.game
    c = game.index[key]

    def worth(of: Game) -> Array:
        return np.asarray((of.slope[:, :, c] * value + of.fixed[:, :, c]).mean(axis=0))

    none, full = worth(unused), worth(paper)
    per_share = full - none
    # What the party would have if nothing of this clause were used, all else as expected.
    base = mean - worth(game) + none
    gains_by_use = per_share > 1e-9 * game.scale
    needed = np.where(gains_by_use, (game.floor - base) / np.where(gains_by_use, per_share, 1.0), -np.inf)
    p = int(np.argmax(needed))
    shares = search.delivery.factor[:, c]
    stated = Range.of(shares)
    if needed[p] <= stated.low:
        return None
    kind: Literal["take_up", "tranches"] = (
        "take_up" if search.lab.round.clause(key).take_up is not None else "tranches"
    )
    least = float(needed[p]) if needed[p] <= 1.0 else None
    return Reason(kind, key, stated, least, float((shares < needed[p]).mean()), game.parties[p])


def _stop_early(search: Search, values: Mapping[str, float]) -> tuple[StopAt, ...]:
    """Gains if nothing that falls due later is ever released, everything due before having been."""
    table = search.lab.round.table
    months = sorted({t.due for c in table if c.key in values for t in c.tranches})
    out = []
    for month in months:
        released = np.array(
            [sum(t.share for t in c.tranches if t.due <= month) if c.tranches else 1.0 for c in table]
        )
        game = search.delivered(search.delivery.used * np.minimum(released, 1.0))
        gains = game.gains(values).mean(axis=0)
        below = tuple(p for p, g, f in zip(game.parties, gains, game.floor, strict=True) if g < f)
        out.append(StopAt(month, _by_party(game, gains), below))
    return tuple(out)


def _by_party(game: Game, row: Array) -> dict[str, float]:
    return {party: float(x) for party, x in zip(game.parties, row, strict=True)}
