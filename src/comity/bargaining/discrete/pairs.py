"""Solutions without the whole frontier: the best pairs of two folded halves, by bounds on blocks.

With many parties nearly everything is efficient and the frontier grows large, while a solution is one point
of it. The issues are cut into two halves, each half is folded by itself, and every efficient outcome is a
pair of half outcomes. Pairs are looked at block by block, the most promising first: what the best corner of
two blocks cannot reach, none of their pairs can. So the search is exact and looks at few pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.discrete.counting import gathered, halves
from comity.bargaining.discrete.dominance import efficient
from comity.bargaining.discrete.fold import Frontier, fold_issues
from comity.bargaining.discrete.game import TOLERANCE
from comity.errors import SolveError

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.bargaining.discrete.game import DiscreteGame

__all__ = ["find_best_products", "find_candidates"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]

_MOST_BLOCK = 64
_MOST_KEPT = 1_000_000
#: Pairs within twice the tolerance are kept for the solution itself to judge.
_MARGIN = 2.0


def find_candidates(game: DiscreteGame) -> Frontier:
    """Find every outcome that one of the solutions may pick, and one outcome for each party's best.

    Returns
    -------
    Frontier
        Efficient rational outcomes, marked as incomplete; empty where no outcome is rational.

    Raises
    ------
    comity.errors.SolveError
        When a half is too large to be folded, or too many outcomes tie.

    Examples
    --------
    >>> from comity.bargaining.discrete.game import DiscreteGame, Issue
    >>> both = ("Ann", "Bob")
    >>> orange = DiscreteGame("orange", both, (Issue("peel", both), Issue("juice", both)),
    ...                       tables=([[0.8, 0.0], [0.0, 0.3]], [[0.2, 0.0], [0.0, 0.7]]))
    >>> find_candidates(orange).points.tolist()
    [[1.0, 0.0], [0.8, 0.7], [0.0, 1.0]]
    """
    search = _Pairs(game)
    parties = len(game.parties)
    ideal = np.empty(parties)
    found: list[tuple[Index, Index]] = []
    for i in range(parties):
        best = search.best(lambda gains, i=i: gains[..., i], game.slack[i], one=True)  # type: ignore[misc]
        if best is None:
            return Frontier(
                np.zeros((0, parties)), np.zeros((0, len(game.issues)), dtype=np.intp), search.largest
            )
        found.append(best)
        ideal[i] = search.gains(*best)[:, i].max()
    for width in (ideal, game.best - game.no_deal):
        wide = width > game.slack
        scale = np.where(wide, width, 1.0)

        def ratio(gains: Array, wide: npt.NDArray[np.bool_] = wide, scale: Array = scale) -> Array:
            return np.asarray(np.where(wide, gains / scale, 1.0).min(axis=-1))

        found += _kept(search.best(ratio, _MARGIN * TOLERANCE))
    found += _kept(search.best(lambda gains: gains.min(axis=-1), _MARGIN * float(game.slack.max())))
    found += _kept(search.best(lambda gains: gains.sum(axis=-1), _MARGIN * float(game.slack.sum())))
    found += _kept(search.best(_product(game), _MARGIN * TOLERANCE))
    left = np.concatenate([pair[0] for pair in found])
    right = np.concatenate([pair[1] for pair in found])
    return search.frontier(left, right)


def find_best_products(game: DiscreteGame) -> Frontier:
    """Find the outcomes with the largest Nash product; empty where none gives everybody a gain above zero.

    >>> from comity.bargaining.discrete.game import DiscreteGame, Issue
    >>> share = Issue("share", ("0", "1", "2"))
    >>> pie = DiscreteGame("pie", ("A", "B"), (share,), ([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]],))
    >>> find_best_products(pie).points.tolist()
    [[0.5, 0.5]]
    """
    search = _Pairs(game)
    found = search.best(_product(game), _MARGIN * TOLERANCE)
    none = np.zeros(0, dtype=np.intp)
    return search.frontier(*((none, none) if found is None else found))


def _product(game: DiscreteGame) -> Callable[[Array], Array]:
    """Logarithm of the product of gains."""

    def product(gains: Array) -> Array:
        some = np.all(gains > game.slack, axis=-1)
        logs = np.log(np.where(gains > game.slack, gains, 1.0)).sum(axis=-1)
        return np.asarray(np.where(some, logs, -np.inf))

    return product


def _kept(pairs: tuple[Index, Index] | None) -> list[tuple[Index, Index]]:
    return [] if pairs is None else [pairs]


class _Pairs:
    """Two folded halves in blocks of neighbours, with the best corner of each block."""

    def __init__(self, game: DiscreteGame) -> None:
        self.game = game
        self.sides = halves(game)
        best = [np.sum([game.tables[k].max(axis=0) for k in side], axis=0) for side in self.sides]
        zero = np.zeros(len(game.parties))
        one, two = (
            fold_issues(game, side, game.no_deal, other + zero)
            for side, other in zip(self.sides, reversed(best), strict=True)
        )
        self.largest = max(one.largest, two.largest)
        self.left, self.left_choices = _in_order(one)
        self.right, self.right_choices = _in_order(two)
        self.corner_left, self.corner_right = _corners(self.left), _corners(self.right)

    def best(
        self, score: Callable[[Array], Array], margin: float, *, one: bool = False
    ) -> tuple[Index, Index] | None:
        """Pairs with the largest score within the margin (or one of them), among the rational ones.

        ``score`` takes gains of shape (…, parties) and must not fall when a gain rises.
        """
        if not len(self.left) or not len(self.right):
            return None
        game = self.game
        corners = self.corner_left[:, None, :] + self.corner_right[None, :, :] - game.no_deal
        bounds = score(corners)
        bounds[~np.all(corners >= -game.slack, axis=-1)] = -np.inf
        order = np.argsort(-bounds, axis=None, kind="stable")
        top = -np.inf
        kept: list[tuple[Index, Index, Array]] = []
        for flat in order:
            a, b = divmod(int(flat), bounds.shape[1])
            if bounds[a, b] == -np.inf or bounds[a, b] < top - margin or (one and bounds[a, b] <= top):
                break
            rows = np.arange(a * _MOST_BLOCK, min((a + 1) * _MOST_BLOCK, len(self.left)))
            columns = np.arange(b * _MOST_BLOCK, min((b + 1) * _MOST_BLOCK, len(self.right)))
            gains = self.left[rows][:, None, :] + self.right[columns][None, :, :] - game.no_deal
            fit = np.all(gains >= -game.slack, axis=-1)
            scores = np.where(fit, score(gains), -np.inf)
            here = float(scores.max())
            if here == -np.inf or here < top - margin:
                continue
            top = max(top, here)
            at = np.nonzero(scores >= top - (0.0 if one else margin))
            if one:
                kept = []
                at = (at[0][:1], at[1][:1])
            if not len(at[0]):
                continue
            kept.append((rows[at[0]], columns[at[1]], scores[at]))
            if sum(len(item[0]) for item in kept) > _MOST_KEPT:
                msg = f"more than {_MOST_KEPT:,} outcomes of '{game.name}' tie, so it is not solved"
                raise SolveError(msg)
        if not kept:
            return None
        left, right, scores = (np.concatenate([item[part] for item in kept]) for part in range(3))
        good = scores >= top - margin
        return left[good].astype(np.intp), right[good].astype(np.intp)

    def gains(self, left: Index, right: Index) -> Array:
        """Gains of pairs over the reservation values; shape (pairs, parties)."""
        return np.asarray(self.left[left] + self.right[right] - self.game.no_deal)

    def frontier(self, left: Index, right: Index) -> Frontier:
        """Efficient ones among pairs, with their choices in the order of the issues."""
        game = self.game
        choices = np.zeros((len(left), len(game.issues)), dtype=np.intp)
        choices[:, self.sides[0]] = self.left_choices[left]
        choices[:, self.sides[1]] = self.right_choices[right]
        points = np.zeros((len(left), len(game.parties)))
        for k, table in enumerate(game.tables):
            points += table[choices[:, k]]
        kept = efficient(points, game.slack)
        return Frontier(points[kept], choices[kept], self.largest, complete=False)


def _in_order(half: Frontier) -> tuple[Array, Index]:
    order = gathered(half.points, _MOST_BLOCK)
    return half.points[order], half.choices[order]


def _corners(points: Array) -> Array:
    """Largest value of each party in each block."""
    if not len(points):
        return points
    return np.asarray(np.maximum.reduceat(points, np.arange(0, len(points), _MOST_BLOCK), axis=0))
