"""Packages of a deal: from solutions of the game to results checked by the full world (§6.3, §6.5, §6.6).

Who may import me: :mod:`comity.services.deal`. Start at :func:`write_packages`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.bargaining import assess_stability, essential_clauses, exchange_cycles, measure_equity
from comity.services.deal_analysis import measure_giving
from comity.services.deal_choices import measure_balance, measure_sureness
from comity.services.deal_result import (
    Block,
    CycleFound,
    EquityFound,
    EssentialClause,
    LedgerLine,
    PackageResult,
    PartyGain,
    Stability,
)
from comity.services.laboratory import make_provision
from comity.services.search import same_values
from comity.services.stakes import mark_overridden
from comity.vocabulary import Range, SourceClass
from comity.world import LINES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from comity.bargaining import Game, Solution
    from comity.services.laboratory import Account, Laboratory
    from comity.services.search import Search

    Array = NDArray[np.float64]

__all__ = [
    "TITLES",
    "TOLERANCE",
    "Found",
    "account_packages",
    "keep_different",
    "round_values",
    "write_packages",
]

#: What each way of choosing a package means, in words for a delegation.
TITLES: Final = {
    "supplied": "The package that was brought",
    "improved": "The package that was brought, with what improves it and hurts nobody",
    "nash": "Balanced package (largest product of gains)",
    "even gain ratios": "Even package (the smallest share of what each could gain is as large as it can be)",
    "largest total gain": "Package with the largest joint gain",
    "fewest clauses": "Package with the fewest clauses that keeps most of the gains",
}

#: How far, as a share of a party's largest possible gain, rounding may miss a red line (as the game allows).
TOLERANCE: Final = 1e-7
#: A value this close to an end of its range is that end.
SNAP: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Found:
    """A solution under the name of the idea behind it."""

    name: str
    solution: Solution


def keep_different(game: Game, found: Sequence[Found]) -> list[Found]:
    """Drop packages that repeat an earlier one."""
    kept: list[Found] = []
    for item in found:
        if not any(same_values(game, item.solution.values, k.solution.values) for k in kept):
            kept.append(item)
    return kept


def tidy_values(game: Game, values: Mapping[str, float]) -> dict[str, float]:
    """Round what a delegation would round, where the package still keeps every rule and red line.

    A solver stops within its tolerance of a bound (50.000004 %) or at an odd inner value (15.7737); neither
    belongs in a treaty.
    """
    rounded = round_values(game, values)
    granted = {key: value for key, value in rounded.items() if value or not _is_nothing(game, key)}
    for tidy in (granted, rounded):
        if tidy and not game.breaches(tidy) and game.rational(tidy):
            return tidy
    return dict(values)


def round_values(game: Game, values: Mapping[str, float]) -> dict[str, float]:
    """Round each value to an end of its range that it all but reaches, else to three figures."""
    rounded = {}
    for key, value in values.items():
        clause = game.clauses[game.index[key]]
        near = next((end for end in clause.ends if abs(value - end) <= SNAP * max(abs(end), 1.0)), None)
        rounded[key] = near if near is not None else float(f"{value:.3g}")
    return rounded


def _is_nothing(game: Game, key: str) -> bool:
    """Say whether a clause at zero, such as a tariff cut of no points, is worth nothing to anybody."""
    return bool(np.abs(game.fixed[:, :, game.index[key]]).max() <= SNAP * game.scale.min())


def write_packages(
    lab: Laboratory, search: Search, found: Sequence[Found], progress: Callable[[str, float], None]
) -> tuple[PackageResult, ...]:
    """Check every package in the full world over all draws and write it down.

    Packages that the full world does not confirm are left out, unless it confirms none: then all are kept,
    marked as not confirmed.
    """
    values = [tidy_values(search.game, item.solution.values) for item in found]
    results = account_packages(lab, search, found, values, progress)
    return tuple(r for r in results if r.confirmed) or results


def account_packages(
    lab: Laboratory,
    search: Search,
    found: Sequence[Found],
    values: Sequence[Mapping[str, float]],
    progress: Callable[[str, float], None],
) -> tuple[PackageResult, ...]:
    """Check packages in the full world over all draws and write them down, at exactly these values."""
    accounts = lab.accounts(values, lambda x: progress("Full ledgers of all economies", x), search.delivery)
    return tuple(
        _write_package(lab, search, item, value, account)
        for item, value, account in zip(found, values, accounts, strict=True)
    )


def _elicited(search: Search, values: Mapping[str, float]) -> tuple[Array, Array]:
    """Worth of each interest (draws × interests) and of overridden model cells (draws × parties)."""
    value, on = search.game.vectors(values)
    stated = np.zeros((search.lab.draws, len(search.interests)))
    for k, item in enumerate(search.interests):
        stated[:, k] = item.worth(value, on)
    marks = mark_overridden(search.lab.round, search.interests)
    delivered = search.delivery.factor[:, None, :] * marks
    replaced = ((search.modelled[0] * value + search.modelled[1] * on) * delivered).sum(axis=2)
    return stated, replaced


def _by_party(search: Search, stated: Array) -> Array:
    """Interests summed by party; draws × parties."""
    out = np.zeros((stated.shape[0], len(search.game.parties)))
    for k, item in enumerate(search.interests):
        out[:, item.party] += stated[:, k]
    return out


def _write_package(
    lab: Laboratory, search: Search, item: Found, values: Mapping[str, float], account: Account
) -> PackageResult:
    game = search.game
    stated, replaced = _elicited(search, values)
    # Against the status quo: the full world's ledger, less what an interest overrides, plus interests.
    added = _by_party(search, stated) - replaced
    status_quo = account.gains + added
    gains = status_quo - game.no_deal_draws
    final = dict(zip(game.parties, map(float, gains.mean(axis=0)), strict=True))
    searched = dict(zip(game.parties, map(float, game.gains(values).mean(axis=0)), strict=True))
    largest = max(abs(x) for x in final.values())
    distance = max(abs(final[c] - searched[c]) for c in final) / largest if largest > 0 else 0.0
    margins = game.margins(gains)
    units = {c.key: lab.catalogue.instruments[c.instrument].parameter.unit for c in lab.round.table}
    provisions = tuple(
        make_provision(lab.round.clause(key), value, units[key]) for key, value in values.items()
    )
    ledger = {
        code: _write_lines(lab, game, p, account, stated, replaced) for p, code in enumerate(game.parties)
    }
    equity = measure_equity(game, values)
    objective, gap = _prove(game, item, values)
    return PackageResult(
        name=item.name,
        title=TITLES.get(item.name, item.name),
        provisions=provisions,
        gains={
            code: _party_gain(lab, game, p, status_quo[:, p], search.threats[:, p], ledger[code])
            for p, code in enumerate(game.parties)
        },
        ledger=ledger,
        interests={
            code: _rounded(Range.of(added[:, p])) if added[:, p].any() else None
            for p, code in enumerate(game.parties)
        },
        trade_links=dict(zip(game.parties, map(float, account.trade_links), strict=True)),
        objective=objective,
        bound=item.solution.bound,
        gap=gap,
        method=item.solution.method,
        confirmed=bool(np.all(margins - game.epsilon >= -TOLERANCE * game.scale)),
        margins=dict(zip(game.parties, map(float, margins), strict=True)),
        searched=searched,
        final=final,
        distance=float(distance),
        stability=_stability(game, values),
        cycles=tuple(
            CycleFound(c.parties, c.clauses, c.only_together) for c in exchange_cycles(game, values)
        ),
        equity=EquityFound(equity.shares, equity.evenness, equity.smallest_to_largest),
        giving=measure_giving(game, values),
        balance=measure_balance(game, values),
        sureness=measure_sureness(game, values, gains),
        proven=item.solution.status == "optimal",
        by_draw=gains,
        essential=tuple(
            EssentialClause(x.clause, x.leaves, x.holds, x.below) for x in essential_clauses(game, values)
        ),
    )


def _rounded(r: Range) -> Range:
    """Three figures are all that a stated interest can carry."""
    return Range(*(float(f"{x:.3g}") for x in (r.low, r.mid, r.high)))


def _prove(game: Game, item: Found, values: Mapping[str, float]) -> tuple[float | None, float | None]:
    """Objective of the rounded package and its distance from the proven bound."""
    found = item.solution
    if item.name != "nash" or found.bound is None:
        return found.objective, found.gap
    means = game.gains(values).mean(axis=0)
    if not np.all(means > 0):
        return found.objective, found.gap
    objective = float(game.weight @ np.log(means))
    return objective, max(0.0, found.bound - objective)


def _party_gain(
    lab: Laboratory, game: Game, p: int, status_quo: Array, threats: Array, lines: Sequence[LedgerLine]
) -> PartyGain:
    party = lab.round.parties[p]
    gain = status_quo - game.no_deal_draws[:, p]
    against = Range.of(gain)
    # A worsened no-deal makes the same package look larger by what the threat would cost.
    worsened = Range.of(gain + threats)
    # Summed from the lines, so that a reader who adds them up finds the same.
    central = float(sum(line.weight * line.central for line in lines) - party.no_deal.mid)
    line = game.floor[p]
    return PartyGain(
        range=against,
        share_positive=float((gain > 0).mean()),
        share_red_line=float((gain >= line).mean()),
        status_quo=Range.of(status_quo),
        worsened=worsened,
        central=central,
    )


def _write_lines(
    lab: Laboratory, game: Game, p: int, account: Account, stated: Array, replaced: Array
) -> tuple[LedgerLine, ...]:
    """Ledger lines of one party: the model's, then what an interest replaces, then the interests."""
    code = game.parties[p]
    rows = [
        LedgerLine(
            line.name, line.label, line.group, line.ministry, float(lab.weights[p, k]),
            Range.of(account.lines[:, p, k]), float(account.central[p, k]), SourceClass.MODELLED,
            f"model:§3.12|{line.name}|{code}",
        )
        for k, line in enumerate(LINES)
    ]  # fmt: skip
    if replaced[:, p].any():
        less = -replaced[:, p]
        rows.append(
            LedgerLine(
                "overridden", "Modelled worth that an interest replaces", "interests", "stated", 1.0,
                Range.of(less), float(np.median(less)), SourceClass.MODELLED, f"model:§5.2|overridden|{code}",
            )
        )  # fmt: skip
    for k, interest in enumerate(lab.round.interests):
        if interest.party != code:
            continue
        worth = stated[:, k]
        if not worth.any():
            continue
        what = interest.clause or interest.instrument or ""
        instrument = lab.round.interest_clauses(interest)[0].instrument
        name = lab.catalogue.instruments[instrument].title
        rows.append(
            LedgerLine(
                f"interest_{k}", f"Stated interest: {name} ({what})", "interests",
                interest.ministry or "stated", 1.0, _rounded(Range.of(worth)), float(np.median(worth)),
                SourceClass.ELICITED, f"round:interests.{k}.value",
            )
        )  # fmt: skip
    return tuple(rows)


def _stability(game: Game, values: Mapping[str, float]) -> Stability:
    found = assess_stability(game, values)
    blocks = tuple(Block(b.members, b.epsilon, tuple(b.values)) for b in found.blocking)
    return Stability(blocks, found.epsilon, found.bound, found.complete)
