"""What else could be agreed, and how surely: payments, the frontier, the surest package, rates (§6.2, §6.7).

All of it is read off the searched game with its draws, apart from clauses taken off the table, which are
asked of the mean game because each is a search of its own.

Who may import me: the deal services. Start at :func:`find_choices`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from comity.bargaining import (
    balance_pairs,
    measure_robustness,
    pareto_front,
    quote_rates,
    solve_most_robust,
    solve_nash,
    solve_with_payments,
    solve_without,
)
from comity.errors import SolveError
from comity.services.deal_findings import (
    Choices,
    FrontierFound,
    FrontierPoint,
    PairFound,
    Payments,
    RateFound,
    Sureness,
    Surest,
    WithoutClause,
)
from comity.vocabulary import Range

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from comity.bargaining import Game
    from comity.services.search import Search

    Array = NDArray[np.float64]

__all__ = ["ENTRY", "find_choices", "measure_balance", "measure_sureness"]

Found = TypeVar("Found")

#: Actions that open places of entry: the yardstick in which other concessions are counted.
ENTRY: Final = frozenset({"entry_places", "seasonal_places", "fixed_term_places", "humanitarian_places"})
#: Clauses taken off the table one by one; those that the package rests on most.
MOST_DROPPED: Final = 12


def find_choices(
    search: Search,
    values: Mapping[str, float],
    kept: Mapping[str, float],
    tell: Callable[[str, float], None],
    *,
    brought: bool,
) -> tuple[Choices, tuple[str, ...]]:
    """Find what else could be agreed beside a package.

    Parameters
    ----------
    search
        The round under search.
    values
        The package.
    kept
        In which share of draws each party gains enough in it; a surer one is looked for unless that is all.
    tell
        Called with what is being solved.
    brought
        The package was brought by the user, so that taking clauses off the table would not be about it.

    Returns
    -------
    tuple
        The findings, and a sentence for each search that was not solved.
    """
    game = search.game
    unsolved: list[str] = []

    def ask(what: str, solve: Callable[[], Found]) -> Found | None:
        tell(f"Solving: {what}", 1.0)
        try:
            return solve()
        except SolveError as error:
            unsolved.append(f"Not shown, because it was not solved ({error}): {what}.")
            return None

    payments = ask("the largest sum with side payments", lambda: _find_payments(game))
    frontier = ask("packages on the frontier", lambda: _find_frontier(game))
    surest = None
    if min(kept.values(), default=0.0) < 1.0:
        surest = ask("the surest package", lambda: _find_surest(game))
    without = None
    if not brought:
        without = ask("the package without each clause", lambda: _find_without(game.scenario_mean, values))
    return Choices(payments, frontier, surest, _measure_rates(search, values), without or ()), tuple(unsolved)


def measure_sureness(game: Game, values: Mapping[str, float], gains: Array) -> Sureness:
    """Count the draws of a package's full ledger in which each party, and all at once, gain enough."""
    found = measure_robustness(game, values, gains=gains)
    return Sureness(found.by_party, found.together, found.worst, found.median)


def measure_balance(game: Game, values: Mapping[str, float]) -> tuple[PairFound, ...]:
    """Add up what passes between each pair of parties (§6.6)."""
    return tuple(
        PairFound(b.first, b.second, b.first_net, b.second_net, b.others_net, b.stands_alone, b.clauses)
        for b in balance_pairs(game, values)
    )


def _find_payments(game: Game) -> Payments | None:
    found = solve_with_payments(game)
    best = found.solution
    if not best.found or best.objective is None or best.bound is None or best.gap is None:
        return None
    return Payments(
        values=best.values,
        total=best.objective,
        bound=best.bound,
        gap=best.gap,
        proven=best.status == "optimal",
        method=best.method,
        paid=found.payments,
        gains={party: Range.of(found.gains[:, p]) for p, party in enumerate(game.parties)},
        together=Range.of(found.gains.sum(axis=1)),
    )


def _find_frontier(game: Game) -> FrontierFound | None:
    found = pareto_front(game)
    points = [FrontierPoint(_by_party(game, s.mean_gains), s.values) for s in found.solutions]
    if not points:
        return None
    first = game.parties[0]
    return FrontierFound(tuple(sorted(points, key=lambda p: -p.gains[first])), found.complete)


def _find_surest(game: Game) -> Surest | None:
    found, share, proven = solve_most_robust(game)
    return Surest(share, proven, found.values, _by_party(game, found.mean_gains)) if found.found else None


def _find_without(mean: Game, values: Mapping[str, float]) -> tuple[WithoutClause, ...]:
    best = solve_nash(mean, starts=[values])
    if not best.found or not best.values:
        return ()
    here = best.mean_gains

    def rests(key: str) -> float:
        """How far the product would fall if the clause just went; no gain left counts as all of it."""
        rest = {k: v for k, v in best.values.items() if k != key}
        share = mean.gains(rest).mean(axis=0) / here
        return float(np.log(np.maximum(share, 1e-12)) @ mean.weight)

    asked = sorted(best.values, key=rests)[:MOST_DROPPED]
    return tuple(WithoutClause(d.clause, d.lost, d.change) for d in solve_without(mean, best, clauses=asked))


def _measure_rates(search: Search, values: Mapping[str, float]) -> tuple[RateFound, ...]:
    """Count what one party gives in places of entry that the other gives, pair by pair."""
    game, lab = search.game, search.lab
    units = {
        key: lab.catalogue.instruments[lab.round.clause(key).instrument].parameter.unit for key in values
    }
    out = []
    for one in game.parties:
        for other in game.parties:
            yard = next((k for k in _passing(search, values, one, other) if _opens(search, k)), None)
            if yard is None:
                continue
            for given in _passing(search, values, other, one):
                sign = 1.0 if lab.round.clause(given).more_is_stronger else -1.0
                for rate in quote_rates(game, given, yard, units=units):
                    if rate.party not in (one, other) or rate.amount is None:
                        continue
                    low, high = sorted((sign * (rate.low or 0.0), sign * (rate.high or 0.0)))
                    out.append(
                        RateFound(
                            rate.party, given, yard, sign * rate.amount, low, high,
                            rate.first_unit, rate.second_unit,
                        )
                    )  # fmt: skip
    return tuple(out)


def _passing(search: Search, values: Mapping[str, float], giver: str, beneficiary: str) -> list[str]:
    clauses = [search.game.clauses[search.game.index[key]] for key in values]
    return [c.key for c in clauses if (c.giver, c.beneficiary) == (giver, beneficiary)]


def _opens(search: Search, key: str) -> bool:
    instrument = search.lab.round.clause(key).instrument
    return search.lab.catalogue.instruments[instrument].action in ENTRY


def _by_party(game: Game, row: Array) -> dict[str, float]:
    return {party: float(x) for party, x in zip(game.parties, row, strict=True)}
