"""Which points are not dominated: exact, in any number of dimensions, by dividing and conquering.

One point dominates another when it is nowhere smaller and somewhere larger. Numbers that differ by no more
than a stated slack count as equal, so that a sum and the same sum in another order are one point.

Two dimensions are one sorted sweep. More are divided: the upper half by the first coordinate is never
dominated by the lower half, and what it dominates there is found with one dimension less (Kung, Luccio and
Preparata, 1975, J. ACM 22). Boxes around the pieces spare most comparisons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["efficient", "ranks"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]
Ranks = npt.NDArray[np.int32]

#: Pieces of at most this many pairs are compared directly.
_MOST_PAIRS = 16_384
#: More points than this are first compared with a few strong ones.
_MOST_UNSIEVED = 4_096
#: At most this many points are compared each with each.
_MOST_EACH = 48


def efficient(points: Array, slack: Array | float = 0.0) -> Index:
    """Rows that no other row dominates, one of each set of equal rows.

    Parameters
    ----------
    points
        Shape (points, dimensions); more is better.
    slack
        Per dimension: neighbouring values that differ by no more than this count as equal.

    Returns
    -------
    ndarray of int
        Row numbers, from the highest first coordinate to the lowest (then the second, and so on).

    Examples
    --------
    >>> efficient(np.array([[1.0, 3.0], [2.0, 2.0], [1.0, 2.0], [3.0, 1.0], [2.0, 2.0]])).tolist()
    [3, 1, 0]
    """
    count, dimensions = points.shape
    if count == 0:
        return np.zeros(0, dtype=np.intp)
    rows = np.arange(count)
    if count > _MOST_UNSIEVED:
        rows = _sieve(points, rows)
    ranked = ranks(points[rows], slack)
    order = np.lexsort(tuple(-ranked[d] for d in reversed(range(dimensions))))
    rows, ranked = rows[order], ranked[:, order]
    if len(rows) > 1:
        fresh = np.concatenate(([True], np.any(ranked[:, 1:] != ranked[:, :-1], axis=0)))
        rows, ranked = rows[fresh], np.ascontiguousarray(ranked[:, fresh])
    if dimensions == 1:
        return rows[:1]
    if dimensions == 2:
        before = np.maximum.accumulate(ranked[1])
        keep = np.concatenate(([True], ranked[1][1:] > before[:-1]))
        return rows[keep]
    return rows[_front(ranked, np.arange(len(rows)))]


def ranks(points: Array, slack: Array | float = 0.0) -> Ranks:
    """Rank of each value within its dimension, shape (dimensions, points); equal within the slack is equal.

    >>> ranks(np.array([[0.1 + 0.2], [0.5], [0.3]]), 1e-12).tolist()
    [[0, 1, 0]]
    """
    slacks = np.broadcast_to(np.asarray(slack, dtype=float), (points.shape[1],))
    found = np.empty((points.shape[1], points.shape[0]), dtype=np.int32)
    for d in range(points.shape[1]):
        column = points[:, d]
        order = np.argsort(column)
        steps = np.zeros(len(order), dtype=np.int32)
        steps[1:] = np.diff(column[order]) > slacks[d]
        found[d, order] = np.cumsum(steps, dtype=np.int32)
    return found


def _sieve(points: Array, rows: Index) -> Index:
    """Drop what a few strong points dominate; most points of a crowd go here."""
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    scaled = (points - low) / span
    for weight in _directions(points.shape[1]):
        if len(rows) <= _MOST_UNSIEVED:
            break
        strong = points[rows[np.argmax(scaled[rows] @ weight)]]
        kept = points[rows]
        beaten = np.all(kept <= strong, axis=1) & np.any(kept < strong, axis=1)
        rows = rows[~beaten]
    return rows


def _directions(dimensions: int) -> Array:
    """Weights from even to lopsided, the same ones every time (a Kronecker sequence on the simplex)."""
    primes = np.array([2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53])[:dimensions]
    steps = np.resize(np.sqrt(primes), dimensions)
    spread = np.mod(np.arange(1, 8 * dimensions)[:, None] * steps, 1.0)
    weights = np.vstack([np.ones((1, dimensions)), -np.log(np.clip(spread, 1e-3, 1.0)) + 1e-3])
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _front(ranked: Ranks, rows: Index) -> Index:
    """Efficient ones among ``rows``, which are in descending lexicographic order and distinct."""
    if len(rows) <= _MOST_EACH:
        piece = ranked[:, rows]
        beaten = np.tri(len(rows), k=-1, dtype=bool)
        for d in range(len(ranked)):
            beaten &= piece[d][None, :] >= piece[d][:, None]
        return rows[~beaten.any(axis=1)]
    middle = len(rows) // 2
    upper, lower = _front(ranked, rows[:middle]), _front(ranked, rows[middle:])
    beaten_rows = _beaten(ranked, upper, lower, tuple(range(1, len(ranked))))
    return np.concatenate([upper, lower[~beaten_rows]])


def _beaten(ranked: Ranks, upper: Index, lower: Index, over: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Say for each of ``lower`` whether one of ``upper`` is at least as high in all of ``over``."""
    beaten = np.zeros(len(lower), dtype=bool)
    # Only what lies above the lowest corner can beat, and only what lies below the highest can be beaten.
    keep_upper = np.ones(len(upper), dtype=bool)
    keep_lower = np.ones(len(lower), dtype=bool)
    if len(upper) and len(lower):
        for d in over:
            up, low = ranked[d, upper], ranked[d, lower]
            keep_upper &= up >= low.min()
            keep_lower &= low <= up.max()
    upper = upper[keep_upper]
    chosen = np.flatnonzero(keep_lower)
    if not len(upper) or not len(chosen):
        return beaten
    lower = lower[chosen]
    if len(over) == 1:
        beaten[chosen] = ranked[over[0], lower] <= ranked[over[0], upper].max()
        return beaten
    if len(over) == 2:
        beaten[chosen] = _swept(ranked, upper, lower, over)
        return beaten
    if len(upper) * len(lower) <= _MOST_PAIRS:
        above = ranked[over[0], upper][:, None] >= ranked[over[0], lower][None, :]
        for d in over[1:]:
            above &= ranked[d, upper][:, None] >= ranked[d, lower][None, :]
        beaten[chosen] = above.any(axis=0)
        return beaten
    first = over[0]
    up, low = ranked[first, upper], ranked[first, lower]
    if low.max() <= up.min():
        beaten[chosen] = _beaten(ranked, upper, lower, over[1:])
        return beaten
    everything = np.concatenate([up, low])
    pivot = np.partition(everything, len(everything) // 2)[len(everything) // 2]
    if pivot == everything.min():
        pivot = everything[everything > pivot].min()
    up_high, low_high = up >= pivot, low >= pivot
    part = np.zeros(len(lower), dtype=bool)
    part[low_high] = _beaten(ranked, upper[up_high], lower[low_high], over)
    rest = np.flatnonzero(~low_high)
    part[rest] = _beaten(ranked, upper[up_high], lower[rest], over[1:])
    rest = rest[~part[rest]]
    part[rest] = _beaten(ranked, upper[~up_high], lower[rest], over)
    beaten[chosen] = part
    return beaten


def _swept(ranked: Ranks, upper: Index, lower: Index, over: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Two dimensions: sort the upper ones by the first, carry the best of the second along."""
    first, second = over
    order = np.argsort(ranked[first, upper])[::-1]
    heights = -ranked[first, upper][order]
    best = np.maximum.accumulate(ranked[second, upper][order])
    at = np.searchsorted(heights, -ranked[first, lower], side="right")
    return np.asarray((at > 0) & (best[np.maximum(at, 1) - 1] >= ranked[second, lower]))
