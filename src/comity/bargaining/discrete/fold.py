"""The Pareto frontier of an additive game, issue by issue, without listing its outcomes.

Utilities add up over the issues, so what is dominated among the first issues stays dominated whatever is
agreed for the rest. The frontier of all issues is therefore the frontier of (frontier of the first ones +
values of the next one): a sum of sets with pruning at each step. It is exact: rounding does not turn an order
of two sums around, and what is dropped has a kept point that is nowhere smaller (within the stated slack).

All solutions that rise with every party's utility lie on this frontier, so they are found on it as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.discrete.dominance import efficient
from comity.errors import SolveError

if TYPE_CHECKING:
    from comity.bargaining.discrete.game import DiscreteGame

__all__ = ["MOST_NUMBERS", "Frontier", "fold_frontier"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]

MOST_NUMBERS = 40_000_000
"""Numbers (points times parties) that one step may hold; beyond it there is an error, never a guess."""

#: Within a step only rounding counts as equal, a hundredth of what counts at the end.
_STEP_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class Frontier:
    """Efficient outcomes, one for each distinct utility vector.

    Parameters
    ----------
    points
        Shape (points, parties): utilities, from the first party's best down.
    choices
        Shape (points, issues): value number of each issue in an outcome with these utilities.
    largest
        The most points that one step held, a measure of the work.
    """

    points: Array
    choices: Index
    largest: int


def fold_frontier(game: DiscreteGame, floor: Array | None = None) -> Frontier:
    """Compute the frontier of the outcomes that give every party at least ``floor``.

    Parameters
    ----------
    game
        The game.
    floor
        Shape (parties,): the reservation values unless told; ``-inf`` for a party that does not count.

    Raises
    ------
    comity.errors.SolveError
        When a step would hold more than :data:`MOST_NUMBERS` numbers.

    Examples
    --------
    >>> from comity.bargaining.discrete.game import DiscreteGame, Issue
    >>> halves = Issue("share", ("0", "1", "2"))
    >>> game = DiscreteGame("pie", ("A", "B"), (halves,), ([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]],),
    ...                     reserve=[0.25, 0.25])
    >>> fold_frontier(game).points.tolist()
    [[0.5, 0.5]]
    """
    floor = game.no_deal if floor is None else floor
    parties = len(game.parties)
    # Large issues first: the last step then multiplies the frontier by the smallest number.
    order = sorted(range(len(game.issues)), key=lambda k: -len(game.issues[k].values))
    rest = np.zeros((len(order) + 1, parties))
    for step in reversed(range(len(order))):
        rest[step] = rest[step + 1] + game.tables[order[step]].max(axis=0)
    points = np.zeros((1, parties))
    trail: list[tuple[Index, Index]] = []
    largest = 1
    for step, k in enumerate(order):
        table = game.tables[k]
        values = efficient(table)
        size = len(points) * len(values)
        if size * parties > MOST_NUMBERS:
            msg = (
                f"'{game.name}' has {len(points):,} efficient points after {step} of {len(order)} issues "
                f"and the next step needs more than {MOST_NUMBERS // parties:,}, so it is not solved"
            )
            raise SolveError(msg)
        largest = max(largest, size)
        sums = (points[:, None, :] + table[values][None, :, :]).reshape(size, parties)
        # What cannot reach a floor even with the best of all other issues is no part of any answer.
        able = np.flatnonzero(np.all(sums + rest[step + 1] >= floor - game.slack, axis=1))
        last = step == len(order) - 1
        kept = able[efficient(sums[able], game.slack * (1.0 if last else _STEP_SHARE))]
        trail.append((kept // len(values), values[kept % len(values)]))
        points = sums[kept]
    choices = np.zeros((len(points), len(order)), dtype=np.intp)
    at = np.arange(len(points))
    for step in reversed(range(len(order))):
        parent, value = trail[step]
        choices[:, order[step]] = value[at]
        at = parent[at]
    # The same utilities as any other door computes, summed in the order of the issues.
    exact = np.zeros((len(points), parties))
    for k, table in enumerate(game.tables):
        exact += table[choices[:, k]]
    return Frontier(exact, choices, largest)
