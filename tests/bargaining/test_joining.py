"""The search for a path of joins against listing every path, its proofs, and what must not matter."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.bargaining.joining import MOST_PIECES, find_parts, search_joining
from comity.errors import InputError


def low(mask: int) -> int:
    return mask & -mask


def steps_from(unions: frozenset[int], at_once: int):
    """Every step that the module describes, written a second time."""
    listed = sorted(unions, key=low)
    for sides in range(2, at_once + 1):
        for parts in combinations(listed, sides):
            if sides == 2 or sum(p.bit_count() > 1 for p in parts) <= 1:
                yield parts


def brute(count: int, value, at_once: int, horizon: int | None) -> tuple[int, float]:
    """Fewest unions, and the widest path to them, by walking through every partition that can be reached."""
    limit = count if horizon is None else horizon
    best: dict[tuple[frozenset[int], int], float] = {}
    start = frozenset(1 << k for k in range(count))
    layer = {start: math.inf}
    ends = [(count, -math.inf)]
    best = {start: math.inf}
    for _ in range(limit):
        after: dict[frozenset[int], float] = {}
        for unions, weakest in layer.items():
            for parts in steps_from(unions, at_once):
                worth = value(parts)
                if worth < 0:
                    continue
                state = frozenset(unions - set(parts)) | {sum(parts)}
                reached = min(weakest, worth)
                if reached > after.get(state, -math.inf):
                    after[state] = reached
        for state, reached in after.items():
            best[state] = max(best.get(state, -math.inf), reached)
        layer = after
    ends = [(len(state), -reached) for state, reached in best.items()]
    number, weakest = min(ends)
    return number, -weakest


def make_value(seed: int, share: float):
    """A value for every step, by a hash of its sides; so many of them above zero."""

    def value(parts: tuple[int, ...]) -> float:
        drawn = np.random.default_rng([seed, *parts]).random()
        return drawn - (1 - share)

    return value


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 5),
    seed=st.integers(0, 10**6),
    share=st.sampled_from([0.1, 0.3, 0.5, 0.9]),
    at_once=st.integers(2, 4),
    horizon=st.one_of(st.none(), st.integers(0, 5)),
)
def test_as_listing_every_path(count: int, seed: int, share: float, at_once: int, horizon: int | None):
    value = make_value(seed, share)
    found = search_joining(count, value, at_once=at_once, horizon=horizon)
    number, weakest = brute(count, value, at_once, horizon)
    assert len(found.unions) == number
    assert found.weakest == pytest.approx(weakest)
    assert found.complete
    assert found.bound == (found.weakest if number == 1 else -math.inf)


@settings(max_examples=40, deadline=None)
@given(count=st.integers(2, 6), seed=st.integers(0, 10**6), at_once=st.integers(2, 3))
def test_a_path_is_a_path(count: int, seed: int, at_once: int):
    """Sides are made before they join, every value is as asked and none is below zero."""
    value = make_value(seed, 0.4)
    found = search_joining(count, value, at_once=at_once)
    unions = {1 << k for k in range(count)}
    for join in found.joins:
        assert set(join.parts) <= unions
        assert join.value == value(join.parts) >= 0
        unions = (unions - set(join.parts)) | {join.union}
    assert unions == set(found.unions)
    assert sum(found.unions) == (1 << count) - 1


@settings(max_examples=30, deadline=None)
@given(count=st.integers(2, 6), seed=st.integers(0, 10**6), slack=st.floats(0, 1))
def test_bounds_change_nothing_but_the_work(count: int, seed: int, slack: float):
    value = make_value(seed, 0.5)

    def most(parts):
        return np.array([value(tuple(int(p) for p in row)) + slack for row in parts])

    bare, quick = search_joining(count, value, at_once=3), search_joining(count, value, most=most, at_once=3)
    assert quick.unions == bare.unions
    assert quick.weakest == bare.weakest


@settings(max_examples=30, deadline=None)
@given(count=st.integers(2, 6), seed=st.integers(0, 10**6), data=st.data())
def test_the_order_of_pieces_changes_nothing(count: int, seed: int, data: st.DataObject):
    order = data.draw(st.permutations(range(count)))
    value = make_value(seed, 0.4)

    def renamed(parts: tuple[int, ...]) -> float:
        masks = [sum(1 << order[k] for k in find_parts(p)) for p in parts]
        return value(tuple(sorted(masks, key=low)))

    one, other = search_joining(count, value), search_joining(count, renamed)
    assert len(one.unions) == len(other.unions)
    assert one.weakest == pytest.approx(other.weakest)


def test_twelve_pieces_by_a_second_method():
    """Bottleneck paths of additive values over all 4,096 unions, by a plain recursion without bounds."""
    rng = np.random.default_rng(3)
    tie = rng.normal(0.1, 1.0, (MOST_PIECES, MOST_PIECES))
    sums = np.zeros((MOST_PIECES, 1 << MOST_PIECES))
    for mask in range(1, 1 << MOST_PIECES):
        bit = low(mask)
        sums[:, mask] = sums[:, mask ^ bit] + tie[:, bit.bit_length() - 1]

    def value(parts: tuple[int, ...]) -> float:
        return float(sum(sums[k, parts[1]] for k in find_parts(parts[0])))

    def most(parts):
        return np.array([value((int(a), int(b))) for a, b in parts]) + 0.1

    found = search_joining(MOST_PIECES, value, most=most)
    best = np.full(1 << MOST_PIECES, -np.inf)
    for union in range(1, 1 << MOST_PIECES):
        if union.bit_count() == 1:
            best[union] = np.inf
            continue
        part = (union - 1) & union
        while part:
            if part & low(union):
                weak = min(best[part], best[union ^ part])
                if weak > best[union] and (worth := value((part, union ^ part))) >= 0:
                    best[union] = max(best[union], min(weak, worth))
            part = (part - 1) & union
    if best[-1] >= 0:
        assert found.whole
        assert found.weakest == pytest.approx(best[-1])
    else:
        assert not found.whole


def test_three_in_a_circle_need_to_join_at_once():
    """No two of them gain, all three do: a search in pairs proves that pairs do not suffice."""

    def value(parts: tuple[int, ...]) -> float:
        return 1.0 if len(parts) == 3 else -1.0

    assert len(search_joining(3, value).unions) == 3
    assert search_joining(3, value, at_once=3).whole


def test_nothing_within_the_horizon():
    found = search_joining(4, lambda parts: 1.0, horizon=2)
    assert len(found.unions) == 2
    assert len(found.joins) == 2
    assert found.bound == -math.inf
    assert search_joining(4, lambda parts: 1.0, horizon=0).joins == ()
    assert len(search_joining(4, lambda parts: 1.0, horizon=1, at_once=3).unions) == 2


def test_beyond_the_limit_a_bound_is_told():
    count = MOST_PIECES + 2
    worth = np.linspace(1, 2, count)

    def value(parts: tuple[int, ...]) -> float:
        return (
            min(float(worth[k]) for p in parts if p.bit_count() == 1 for k in find_parts(p))
            if any(p.bit_count() == 1 for p in parts)
            else 1.0
        )

    found = search_joining(count, value, ceilings=worth)
    assert not found.complete
    assert found.whole
    assert found.weakest <= found.bound == 1.0


@pytest.mark.parametrize("bad", [{"count": 0}, {"count": 2, "at_once": 1}, {"count": 2, "horizon": -1}])
def test_bad_input(bad: dict[str, int]):
    with pytest.raises(InputError):
        search_joining(value=lambda parts: 0.0, **bad)
