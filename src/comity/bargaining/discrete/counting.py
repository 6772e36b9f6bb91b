"""How many outcomes every party would accept, counted exactly, without listing them where that is possible.

The issues are cut into two halves; an outcome is a pair of half outcomes. A party whose worst outcome keeps
its floor does not count. With none left every outcome counts; with one the pairs are counted on a sorted
half; with two by a wavelet tree (a sorted half whose second utility is split bit by bit, so that "how many
of the first *n* are at least *c*" takes one step per bit). With more, blocks of pairs that all keep or all
break the floors are counted at once, and only the others are looked at.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.bargaining.discrete.game import DiscreteGame

__all__ = ["blocks", "count_accepted", "count_rational", "gathered", "halves", "sums"]

Array = npt.NDArray[np.float64]

#: A half of the issues may hold this many half outcomes.
_MOST_HALF = 4_000_000
#: With three or more parties this many pairs are looked at one by one before counting is given up.
_MOST_PAIRS = 1_000_000_000
#: Outcomes that are listed for the rule of a game.
_MOST_LISTED = 100_000_000
#: Half outcomes in a block.
_MOST_BLOCK = 256
#: Outcomes in memory at once.
_MOST_AT_ONCE = 100_000


def count_rational(game: DiscreteGame, *, strictly: bool = False) -> int | None:
    """Count the outcomes that give every party at least (or strictly more than) its reservation value.

    Returns
    -------
    int or None
        Exact, with differences up to the game's slack counted as none; None where the game is too large
        for an exact count. It is never estimated.

    Examples
    --------
    >>> from comity.bargaining.discrete.game import DiscreteGame, Issue
    >>> nine = Issue("share", tuple("012345678"))
    >>> share = [[v / 8, 1 - v / 8] for v in range(9)]
    >>> game = DiscreteGame("pie", ("A", "B"), (nine,), (share,), reserve=[0.5, 0.25])
    >>> count_rational(game), count_rational(game, strictly=True)
    (3, 1)
    """
    floor = game.no_deal + game.slack if strictly else game.no_deal - game.slack
    if np.any(_below(game.best, floor, strictly=strictly)):
        return 0
    active = np.flatnonzero(_below(game.worst, floor, strictly=strictly))
    if not len(active):
        return game.outcomes
    first, second = halves(game)
    if max(_size(game, first), _size(game, second)) > _MOST_HALF:
        return None
    # Strictly above a number is at least the next number after it.
    least = np.nextafter(floor, np.inf) if strictly else floor
    left = sums(game, first)[:, active]
    right = sums(game, second)[:, active]
    if len(active) == 1:
        ordered = np.sort(right[:, 0])
        return _total(len(ordered) - np.searchsorted(ordered, least[active[0]] - left[:, 0], side="left"))
    if len(active) == 2:
        return _count_two(left, right, least[active])
    return _count_blocks(left, right, least[active])


def count_accepted(game: DiscreteGame) -> int | None:
    """Count the outcomes that pass under the game's own rule (all must accept where there is none).

    None for very many outcomes: the rule joins the parties, so all outcomes are listed.
    """
    if game.rule is None:
        return count_rational(game)
    if game.outcomes > _MOST_LISTED:
        return None
    floor = game.no_deal - game.slack
    total = 0
    for block in blocks(game):
        votes = np.zeros(block.shape[1], dtype=np.int64)
        passes = np.ones(block.shape[1], dtype=bool)
        for i, party in enumerate(game.parties):
            accepts = block[i] >= floor[i]
            votes += accepts
            if party in game.rule.veto:
                passes &= accepts
        total += int(np.count_nonzero(passes & (votes >= game.rule.least)))
    return total


def halves(game: DiscreteGame) -> tuple[list[int], list[int]]:
    """Cut the issues into two groups with about as many combinations each."""
    first: list[int] = []
    second: list[int] = []
    weights = [math.log(len(issue.values)) for issue in game.issues]
    load = [0.0, 0.0]
    for k in sorted(range(len(weights)), key=lambda k: (-weights[k], k)):
        side = 0 if load[0] <= load[1] else 1
        (first, second)[side].append(k)
        load[side] += weights[k]
    return sorted(first), sorted(second)


def sums(game: DiscreteGame, issues: list[int]) -> Array:
    """Add up all combinations of these issues; shape (combinations, parties), the last issue runs fastest."""
    found = np.zeros((1, len(game.parties)))
    for k in issues:
        found = (found[:, None, :] + game.tables[k][None, :, :]).reshape(-1, len(game.parties))
    return found


def blocks(game: DiscreteGame) -> Iterator[Array]:
    """All outcomes in the order of the issues, a block at a time; each of shape (parties, outcomes)."""
    cut = len(game.issues)
    size = 1
    while cut > 0 and size * len(game.issues[cut - 1].values) <= _MOST_AT_ONCE:
        cut -= 1
        size *= len(game.issues[cut].values)
    tail = np.ascontiguousarray(sums(game, list(range(cut, len(game.issues)))).T)
    for head in _heads(game, cut):
        yield head[:, None] + tail


def _heads(game: DiscreteGame, cut: int) -> Iterator[Array]:
    if cut == 0:
        yield np.zeros(len(game.parties))
        return
    for head in _heads(game, cut - 1):
        for row in game.tables[cut - 1]:
            yield head + row


def _below(values: Array, floor: Array, *, strictly: bool) -> npt.NDArray[np.bool_]:
    return np.asarray(values <= floor if strictly else values < floor)


def _size(game: DiscreteGame, issues: list[int]) -> int:
    return math.prod(len(game.issues[k].values) for k in issues)


def _total(counts: npt.NDArray[np.int64]) -> int:
    # Half sizes are bounded, so that a sum of 64-bit integers cannot overflow.
    return int(np.asarray(counts, dtype=np.int64).sum())


def _count_two(left: Array, right: Array, least: Array) -> int:
    """Pairs in which both sums reach their floor, by a wavelet tree over the right half."""
    right = right[np.argsort(-right[:, 0], kind="stable")]
    upto = np.searchsorted(-right[:, 0], -(least[0] - left[:, 0]), side="right")
    ordered = np.sort(right[:, 1])
    # Distinct ranks of the second utility: equal ones in any order, the threshold before all of them.
    rank = np.empty(len(right), dtype=np.int64)
    rank[np.argsort(right[:, 1], kind="stable")] = np.arange(len(right))
    threshold = np.searchsorted(ordered, least[1] - left[:, 1], side="left")
    found = np.zeros(len(left), dtype=np.int64)
    from_, to = np.zeros(len(left), dtype=np.int64), upto.astype(np.int64)
    for bit in reversed(range(max(1, len(right).bit_length()))):
        ones = (rank >> bit) & 1
        zeros_before = np.concatenate(([0], np.cumsum(1 - ones)))
        zeros = zeros_before[-1]
        low_from, low_to = zeros_before[from_], zeros_before[to]
        high_from, high_to = zeros + from_ - low_from, zeros + to - low_to
        upper = ((threshold >> bit) & 1).astype(bool)
        found += np.where(upper, 0, high_to - high_from)
        from_, to = np.where(upper, high_from, low_from), np.where(upper, high_to, low_to)
        rank = np.concatenate([rank[ones == 0], rank[ones == 1]])
    return _total(found + to - from_)


def _count_blocks(left: Array, right: Array, least: Array) -> int | None:
    """Pairs in which three or more sums reach their floors, block by block."""
    left, right = left[gathered(left, _MOST_BLOCK)], right[gathered(right, _MOST_BLOCK)]
    starts_left = range(0, len(left), _MOST_BLOCK)
    starts_right = np.arange(0, len(right), _MOST_BLOCK)
    low_right = np.minimum.reduceat(right, starts_right, axis=0)
    high_right = np.maximum.reduceat(right, starts_right, axis=0)
    sizes = np.diff(np.append(starts_right, len(right)))
    total = looked = 0
    for start in starts_left:
        piece = left[start : start + _MOST_BLOCK]
        low, high = piece.min(axis=0), piece.max(axis=0)
        whole = np.all(low + low_right >= least, axis=1)
        never = np.any(high + high_right < least, axis=1)
        total += len(piece) * int(sizes[whole].sum())
        for at in np.flatnonzero(~whole & ~never):
            other = right[starts_right[at] : starts_right[at] + sizes[at]]
            looked += len(piece) * len(other)
            if looked > _MOST_PAIRS:
                return None
            reach = piece[:, 0][:, None] + other[:, 0][None, :] >= least[0]
            for d in range(1, len(least)):
                reach &= piece[:, d][:, None] + other[:, d][None, :] >= least[d]
            total += int(np.count_nonzero(reach))
    return total


def gathered(points: Array, size: int) -> npt.NDArray[np.intp]:
    """Order points so that neighbours are alike: cut in two along the widest side, at a multiple of ``size``.

    >>> gathered(np.array([[3.0, 0.0], [1.0, 0.1], [2.0, 0.2]]), 1).tolist()
    [1, 2, 0]
    """
    pieces = [np.arange(len(points))]
    while any(len(piece) > size for piece in pieces):
        finer = []
        for piece in pieces:
            if len(piece) <= size:
                finer.append(piece)
                continue
            widest = int(np.argmax(np.ptp(points[piece], axis=0)))
            ordered = piece[np.argsort(points[piece, widest], kind="stable")]
            blocks_ = -(-len(ordered) // size)
            middle = (blocks_ // 2) * size
            finer += [ordered[:middle], ordered[middle:]]
        pieces = finer
    return np.concatenate(pieces)
