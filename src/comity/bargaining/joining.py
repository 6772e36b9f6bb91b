"""Can pieces be joined, step by step, so that whoever joins gains and nobody inside loses? (§8, E109–E112).

A state is a partition of the pieces into unions; today each piece stands alone. In a step either two unions
join (each a single piece or more), or several single pieces join at once, with or without a union that is
already there. The caller values a step by a number: the largest margin by which the worst-off side can be
above what it asks, below 0 when no package serves all sides. A value may depend on who joins whom, not on
what happened before: earlier agreements stay in force, and a step is about what is new (acquired rights).

A path is then a tree of nested joins, and the best path into a union is the best over its last steps (dynamic
programming over subsets, Bellman 1957; 3ⁿ/2 divisions in two). "Best" is the widest path: its weakest step
is as strong as it can be (Pollack 1960). Up to :data:`MOST_PIECES` pieces the search is complete, so that
"there is no path" is proven for the steps described here and within the horizon. Beyond, joins are taken
greedily and a bound is told.

Who may import me: services. Start at :func:`search_joining`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["MOST_PIECES", "Join", "Joining", "find_parts", "search_joining"]

Array = NDArray[np.float64]
Masks = NDArray[np.int64]
Parts = tuple[int, ...]

#: Pieces up to which every path is searched.
MOST_PIECES: Final = 12
#: Two weakest steps that differ by less than this share of the larger count as the same.
TIE: Final = 1e-9
NOTHING: Final = float("-inf")


@dataclass(frozen=True, slots=True)
class Join:
    """One step: the sides that join as bit masks (bit k is piece k), by lowest piece, and its value."""

    parts: Parts
    value: float

    @property
    def union(self) -> int:
        """Who is together after the step."""
        return sum(self.parts)


@dataclass(frozen=True, slots=True)
class Joining:
    """What a search found.

    Attributes
    ----------
    joins
        The steps in order; their sides are single pieces or made by earlier steps.
    unions
        Who is together in the end, as bit masks; the largest first, then by lowest piece.
    weakest
        Value of the weakest step; infinite without a step.
    bound
        What the weakest step of no path to the union of all exceeds. The same as ``weakest`` where a complete
        search ends there, minus infinity where it proves that there is no such path.
    complete
        Whether every path within the horizon was covered.
    valued
        Steps whose value was asked for.
    divisions
        Possible last steps of all unions, valued or ruled out by their bounds.
    """

    joins: tuple[Join, ...]
    unions: tuple[int, ...]
    weakest: float
    bound: float
    complete: bool
    valued: int
    divisions: int

    @property
    def whole(self) -> bool:
        """Whether all pieces are together in the end."""
        return len(self.unions) == 1


def search_joining(
    count: int,
    value: Callable[[Parts], float],
    *,
    most: Callable[[Masks], Array] | None = None,
    ceilings: Array | None = None,
    at_once: int = 2,
    horizon: int | None = None,
) -> Joining:
    """Find the widest path to as few unions as can be reached.

    Parameters
    ----------
    count
        Number of pieces.
    value
        Margin of the worst-off side of a step, below 0 when no package serves all. Gets the sides as masks,
        by lowest piece. Asked once for each step, and only where the answer can matter.
    most
        Upper bounds of ``value`` for many steps with equally many sides (K × sides → K); the tighter, the
        fewer values are asked for.
    ceilings
        Per piece, a margin that it exceeds in no step in which it joins as it stands; used beyond
        :data:`MOST_PIECES` only, for the bound.
    at_once
        Most sides of a step; with three or more sides all but one are single pieces.
    horizon
        Most steps; no limit unless told.

    Raises
    ------
    InputError
        Fewer than one piece, fewer than two sides, or a horizon below 0.

    Examples
    --------
    Three pieces; the third gains only once the first two are together:

    >>> worth = {(1, 2): 1.0, (3, 4): 2.0}
    >>> found = search_joining(3, lambda parts: worth.get(parts, -1.0))
    >>> [j.parts for j in found.joins], found.weakest, found.whole
    ([(1, 2), (3, 4)], 1.0, True)
    """
    if count < 1 or at_once < 2 or (horizon is not None and horizon < 0):
        msg = "nothing to join, steps with fewer than two sides, or a horizon below 0"
        raise InputError(msg, accepted="a piece or more, two sides or more, and a horizon of 0 or more")
    limit = count - 1 if horizon is None else min(horizon, count - 1)
    bounds = most or (lambda parts: np.full(len(parts), np.inf))
    if count > MOST_PIECES:
        tops = np.full(count, np.inf) if ceilings is None else ceilings
        return _join_greedily(count, value, tops, at_once, limit)
    return _Search(count, value, bounds, at_once).run(limit)


class _Search:
    """All last steps of all unions, from the whole downwards, the most promising first."""

    def __init__(
        self, count: int, value: Callable[[Parts], float], most: Callable[[Masks], Array], at_once: int
    ) -> None:
        self.count, self.value = count, value
        self.full = (1 << count) - 1
        self.values: dict[Parts, float] = {}
        self.best: dict[tuple[int, int], float] = {}
        self.split: dict[tuple[int, int], tuple[Parts, tuple[int, ...]]] = {}
        # From bounds alone, upwards: what the best path into each union can be at most.
        self.top = np.full(1 << count, NOTHING)
        self.steps: dict[int, list[tuple[Masks, Array]]] = {}
        self.divisions = 0
        self.masks = sorted(range(1, 1 << count), key=lambda m: (m.bit_count(), m))
        for union in self.masks:
            if union.bit_count() == 1:
                self.top[union] = np.inf
                continue
            self.steps[union] = [(parts, most(parts)) for parts in _last_steps(union, at_once)]
            self.top[union] = max(self.reaches(p, b).max() for p, b in self.steps[union])
            self.divisions += sum(len(parts) for parts, _ in self.steps[union])

    def run(self, limit: int) -> Joining:
        """Search the whole first; where it cannot be reached, all unions for the fewest."""
        if self.reach(self.full, limit) >= 0:
            unions: tuple[tuple[int, int], ...] = ((self.full, limit),)
        else:
            unions = self.cover(limit)
        joins = tuple(_in_order([j for union, steps in unions for j in self.tree(union, steps)]))
        reached = min((j.value for j in joins), default=np.inf)
        bound = reached if len(unions) == 1 else NOTHING
        ends = tuple(union for union, _ in unions)
        return Joining(joins, ends, reached, bound, True, len(self.values), self.divisions)

    def reaches(self, parts: Masks, bound: Array) -> Array:
        """Bound what the best paths that end with these steps can be."""
        return np.asarray(np.minimum(bound, self.top[parts].min(axis=1)))

    def ask(self, parts: Parts) -> float:
        """Value of a step, asked for once."""
        if parts not in self.values:
            self.values[parts] = float(self.value(parts))
        return self.values[parts]

    def reach(self, union: int, steps: int) -> float:
        """Weakest step of the widest path into a union in at most so many steps; minus infinity without."""
        size = union.bit_count()
        if size == 1:
            return np.inf
        if steps < 1:
            return NOTHING
        key = (union, min(steps, size - 1))
        if key in self.best:
            return self.best[key]
        found = NOTHING
        rows = [p for parts, _ in self.steps[union] for p in parts]
        reach = np.concatenate([self.reaches(p, b) for p, b in self.steps[union]])
        for k in np.argsort(-reach, kind="stable"):
            if reach[k] < 0 or reach[k] <= found:
                break
            parts = tuple(int(p) for p in rows[k])
            least, shares = self.before(parts, key[1] - 1)
            if least < 0 or least <= found:
                continue
            least = min(least, self.ask(parts))
            if least >= 0 and (found < 0 or least > found + TIE * abs(found)):
                found = least
                self.split[key] = (parts, shares)
        self.best[key] = found
        if key[1] == size - 1:
            self.top[union] = found
        return found

    def before(self, parts: Parts, steps: int) -> tuple[float, tuple[int, ...]]:
        """Return the weakest step before a last one, and how many steps each side gets."""
        large = [k for k, part in enumerate(parts) if part.bit_count() > 1]
        shares = [0] * len(parts)
        if not large:
            return np.inf, tuple(shares)
        if len(large) == 1:
            shares[large[0]] = steps
            return self.reach(parts[large[0]], steps), tuple(shares)
        a, b = large
        found, best = NOTHING, 0
        need = parts[a].bit_count() - 1, parts[b].bit_count() - 1
        tries = (
            [need[0]] if sum(need) <= steps else range(max(steps - need[1], 1), min(need[0], steps - 1) + 1)
        )
        for given in tries:
            least = min(self.reach(parts[a], given), self.reach(parts[b], steps - given))
            if least > found:
                found, best = least, given
        shares[a], shares[b] = best, steps - best
        return found, tuple(shares)

    def cover(self, limit: int) -> tuple[tuple[int, int], ...]:
        """Divide all pieces into the fewest unions that paths lead to; the widest path among those.

        Returns each union with the steps it may take; largest first.
        """
        free = limit >= self.count - 1
        tiers = 1 if free else limit + 1
        best = np.full((self.full + 1, tiers), NOTHING)
        for m in self.masks:
            for h in range(tiers):
                best[m, h] = self.reach(m, self.count if free else h)
        # For the pieces of m and h steps: the fewest unions, and the weakest step among those.
        fewest = np.full((self.full + 1, tiers), self.count + 1)
        width = np.full((self.full + 1, tiers), NOTHING)
        fewest[0], width[0] = 0, np.inf
        choice: dict[tuple[int, int], tuple[int, int]] = {}
        for m in self.masks:
            first = np.append(_halves(m), m)
            rest = m ^ first
            for h in range(tiers):
                for given in range(h + 1):
                    weak = np.minimum(best[first, given], width[rest, h - given])
                    number = np.where(weak >= 0, fewest[rest, h - given] + 1, self.count + 2)
                    k = int(np.lexsort((-weak, number))[0])
                    if (number[k], -weak[k]) < (fewest[m, h], -width[m, h]):
                        fewest[m, h], width[m, h] = number[k], weak[k]
                        choice[m, h] = int(first[k]), given
        left, h, ends = self.full, tiers - 1, []
        while left:
            union, given = choice[left, h]
            ends.append((union, self.count if free else given))
            left, h = left ^ union, h - given
        return tuple(sorted(ends, key=lambda e: (-e[0].bit_count(), _lowest(e[0]))))

    def tree(self, union: int, steps: int) -> Iterator[Join]:
        """List steps that lead into a union, each after those it needs."""
        if union.bit_count() == 1:
            return
        parts, shares = self.split[union, min(steps, union.bit_count() - 1)]
        for part, share in zip(parts, shares, strict=True):
            yield from self.tree(part, share)
        yield Join(parts, self.values[parts])


def find_parts(mask: int) -> tuple[int, ...]:
    """Positions of the pieces of a union.

    >>> find_parts(0b1010)
    (1, 3)
    """
    return tuple(k for k in range(mask.bit_length()) if mask >> k & 1)


def _lowest(mask: int) -> int:
    return mask & -mask


def _halves(union: int) -> Masks:
    """First halves of all divisions in two: those that hold the lowest piece, but not all."""
    low = _lowest(union)
    rest = union ^ low
    out, part = [], 0
    while part != rest:
        out.append(part | low)
        part = (part - rest) & rest
    return np.array(out, dtype=np.int64)


def _last_steps(union: int, at_once: int) -> list[Masks]:
    """All steps that end in a union, by number of sides; each row is in order of lowest pieces."""
    first = _halves(union)
    found = [np.stack([first, union ^ first], axis=1)]
    pieces = [1 << k for k in find_parts(union)]
    for sides in range(3, min(at_once, len(pieces)) + 1):
        rows = []
        for singles in combinations(pieces, sides - 1):
            rest = union ^ sum(singles)
            # A step of single pieces alone is met once, with its highest piece as the rest.
            if rest.bit_count() > 1 or rest > singles[-1]:
                rows.append(sorted((*singles, rest), key=_lowest))
        found.append(np.array(rows, dtype=np.int64).reshape(-1, sides))
    return found


def _in_order(joins: list[Join]) -> Iterator[Join]:
    """Order nested steps: of those that can be taken, the one with the largest value first."""
    made = {mask for join in joins for mask in join.parts if mask.bit_count() == 1}
    left = list(joins)
    while left:
        ready = [j for j in left if made.issuperset(j.parts)]
        step = max(ready, key=lambda j: (j.value, [-p for p in j.parts]))
        left.remove(step)
        made.add(step.union)
        yield step


def _join_greedily(
    count: int, value: Callable[[Parts], float], ceilings: Array, at_once: int, limit: int
) -> Joining:
    """Take the step with the largest value again and again; a bound says what no path exceeds."""
    unions = [1 << k for k in range(count)]
    known: dict[Parts, float] = {}
    joins: list[Join] = []
    while len(unions) > 1 and len(joins) < limit:
        steps = [
            parts
            for sides in range(2, at_once + 1)
            for parts in combinations(sorted(unions, key=_lowest), sides)
            if sides == 2 or sum(p.bit_count() > 1 for p in parts) <= 1
        ]
        for parts in steps:
            if parts not in known:
                known[parts] = float(value(parts))
        best = max(steps, key=lambda p: (known[p], [-x for x in p]))
        if known[best] < 0:
            break
        joins.append(Join(best, known[best]))
        unions = [u for u in unions if u not in best] + [sum(best)]
    reached = min((j.value for j in joins), default=np.inf)
    # Every piece must once join as it stands, and its margin then is at most its ceiling.
    bound = float(ceilings.min())
    ordered = tuple(sorted(unions, key=lambda m: (-m.bit_count(), _lowest(m))))
    return Joining(tuple(joins), ordered, reached, bound, False, len(known), len(known))
