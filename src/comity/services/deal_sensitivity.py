"""What the answer hangs on: weights, cells that nobody valued, who might stay out, and pressure (§6.5–§6.7).

The questions that solve again and again are asked of the mean game (one draw: the mean of all), which takes
milliseconds; their answers say so.

Who may import me: the deal services. Start at :func:`measure_sensitivity`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from comity.bargaining import (
    assess_membership,
    assess_split,
    find_flip,
    measure_coercion,
    solve_nash,
    value_circles,
    weight_range,
)
from comity.services.deal_findings import Circles, Pressure, Sensitivity, Splitting, Staying, Turn, Weighing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.bargaining import Game
    from comity.services.search import Search

__all__ = ["measure_pressure", "measure_sensitivity"]

#: Factors on a party's bargaining weight that are tried.
FACTORS: Final = (0.5, 2.0)
#: Cells without a value that are tried one by one; a round with more is better served by stating some.
MOST_CELLS: Final = 12
#: How closely the turning worth of a cell is enclosed, as a share of the range that is tried.
TURN: Final = 1e-3


def measure_sensitivity(search: Search, values: Mapping[str, float]) -> Sensitivity:
    """Ask what changes the package: another weight, a value for a cell, a party that stays out.

    Parameters
    ----------
    search
        The round under search, around the package.
    values
        The package.
    """
    mean = search.game.scenario_mean
    best = solve_nash(mean)
    if not best.found or not best.values:
        return Sensitivity((), (), (), None, None)
    weights = []
    for party in mean.parties:
        found = weight_range(mean, party, factors=FACTORS, solution=best)
        weights.append(Weighing(party, found.low, found.high, {f: dict(g) for f, g in found.gains.items()}))
    members = assess_membership(mean)
    staying = tuple(
        Staying(m.party, m.inside, m.outside, m.others, m.rest_agrees, m.moves) for m in members.moves
    )
    split = assess_split(mean, values)
    return Sensitivity(
        weights=tuple(weights),
        turns=_turns(search, mean, best.mean_gains),
        staying=staying,
        split=Splitting(split.ideal, split.ratios, split.flagged, split.rule),
        circles=_circles(mean) if len(mean.parties) > 2 else None,
    )


def _circles(mean: Game) -> Circles | None:
    found = value_circles(mean)
    together = found.with_circles.objective
    if together is None:
        return None
    return Circles(together, found.pairs_total, found.least)


def _turns(search: Search, mean: Game, gains: np.ndarray) -> tuple[Turn, ...]:
    """Find, for each cell without a value, the worth at which its clause enters or leaves the package."""
    cells = [cell for cell in search.stakes.cells if cell.unvalued][:MOST_CELLS]
    out = []
    for cell in cells:
        # A cell worth more than all that its party gains would be a round of its own.
        reach = max(float(gains[mean.parties.index(cell.party)]), mean.epsilon)
        flip = find_flip(mean, cell.party, cell.clause, -reach, reach, question="clause", tolerance=TURN)
        out.append(
            Turn(cell.party, cell.clause, reach, flip.below, flip.above, flip.answer_low, flip.answer_high)
        )
    return tuple(out)


def measure_pressure(search: Search, game: Game, values: Mapping[str, float]) -> tuple[Pressure, ...]:
    """Compare a package with today and with the no-deal that others can worsen, party by party (§0)."""
    if not search.threats.any():
        return ()
    worse = (game.no_deal_draws - search.threats).mean(axis=0)
    found = measure_coercion(game, values, status_quo=np.zeros(len(game.parties)), threatened=worse)
    return tuple(Pressure(c.party, c.over_status_quo, c.over_threat, c.coerced) for c in found)
