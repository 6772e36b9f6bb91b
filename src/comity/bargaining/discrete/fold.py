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
    from collections.abc import Sequence

    from comity.bargaining.discrete.game import DiscreteGame

__all__ = ["MOST_NUMBERS", "Frontier", "fold_frontier", "fold_issues"]

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
    complete
        False where only those efficient outcomes are here that a solution may pick.
    """

    points: Array
    choices: Index
    largest: int
    complete: bool = True


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
    return fold_issues(game, range(len(game.issues)), floor, np.zeros(len(game.parties)))


def fold_issues(game: DiscreteGame, issues: Sequence[int], floor: Array, beyond: Array) -> Frontier:
    """Compute the frontier of sums over some issues, of those that can reach a floor with what lies beyond.

    Parameters
    ----------
    game
        The game.
    issues
        Numbers of the issues; the columns of ``choices`` are in this order.
    floor
        Shape (parties,): what must be reached in the end.
    beyond
        Shape (parties,): the most that the other issues can add.
    """
    parties = len(game.parties)
    # Large issues first: the last step then multiplies the frontier by the smallest number.
    order = sorted(range(len(issues)), key=lambda at: -len(game.issues[issues[at]].values))
    rest = np.zeros((len(order) + 1, parties))
    rest[-1] = beyond
    for step in reversed(range(len(order))):
        rest[step] = rest[step + 1] + game.tables[issues[order[step]]].max(axis=0)
    points = np.zeros((1, parties))
    trail: list[tuple[Index, Index]] = []
    largest = 1
    for step, at in enumerate(order):
        table = game.tables[issues[at]]
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
    row = np.arange(len(points))
    for step in reversed(range(len(order))):
        parent, value = trail[step]
        choices[:, order[step]] = value[row]
        row = parent[row]
    # The same utilities as any other door computes, summed in the order of the issues.
    exact = np.zeros((len(points), parties))
    for column, k in enumerate(issues):
        exact += game.tables[k][choices[:, column]]
    return Frontier(exact, choices, largest)
