"""Steps of joining: their value against another program, their bound, and nobody pushed below a floor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from comity.bargaining.joining import find_parts, search_joining
from comity.bargaining.sides import SideGame
from comity.errors import InputError, SolveError


def make(pieces: int, clauses: int, seed: int, *, tolerance: float = 1e-3, asks: float = 1e-4) -> SideGame:
    """A made-up game: a clause costs its giver, helps the other, and touches everybody a little."""
    rng = np.random.default_rng(seed)
    piece = np.repeat(np.arange(pieces), 3)
    giver = rng.integers(0, pieces, clauses)
    beneficiary = (giver + rng.integers(1, pieces, clauses)) % pieces
    slope = rng.normal(0, 0.1, (len(piece), clauses))
    for k in range(clauses):
        slope[piece == giver[k], k] += rng.normal(-0.5, 0.5, 3)
        slope[piece == beneficiary[k], k] += rng.normal(1, 0.5, 3)
    size = np.exp(rng.normal(6, 1, len(piece)))
    return SideGame(
        slope, size, piece, giver, beneficiary, np.full(pieces, asks), np.full(len(piece), tolerance)
    )


def steps(pieces: int):
    return [(1, 2), (1, 6), (3, 4)] + ([(3, 12), (1, 2, 4)] if pieces > 3 else [(1, 2, 4)])


seeds = st.integers(0, 10**6)


@settings(max_examples=20, deadline=None)
@given(pieces=st.integers(3, 5), clauses=st.integers(1, 25), seed=seeds)
def test_the_value_by_its_dual_and_under_its_bound(pieces: int, clauses: int, seed: int):
    """Weak duality, written a second time: the dual program has the same optimum."""
    game = make(pieces, clauses, seed)
    for parts in steps(pieces):
        found = game.margin(parts)
        chosen = np.flatnonzero(game.between(parts))
        inside = np.flatnonzero(np.isin(game.piece, find_parts(sum(parts))))
        rows = [game.slope[np.isin(game.piece, find_parts(p))][:, chosen].sum(0) for p in parts]
        sizes = np.array([game.size[np.isin(game.piece, find_parts(p))].sum() for p in parts])
        floors = game.floors(parts) / sizes
        # Dual: weights on sides (sum 1), on members, and on the upper bounds of the strengths.
        sides, loss = (
            np.array(rows) / sizes[:, None],
            game.slope[np.ix_(inside, chosen)] / game.size[inside][:, None],
        )
        cost = np.concatenate([-floors, game.tolerance[inside], np.ones(len(chosen))])
        holds = (
            np.hstack([sides.T, loss.T, -np.eye(len(chosen))]) if len(chosen) else np.zeros((0, len(cost)))
        )
        once = np.concatenate([np.ones(len(parts)), np.zeros(len(cost) - len(parts))])[None]
        dual = linprog(cost, A_ub=holds, b_ub=np.zeros(len(chosen)), A_eq=once, b_eq=[1.0], method="highs")
        assert dual.status == 0
        assert found.value == pytest.approx(dual.fun, abs=1e-7)
        assert found.value <= float(game.bounds(np.array([parts]))[0]) + 1e-9
        for k, part in enumerate(parts):
            if part.bit_count() == 1:
                assert found.value <= game.ceilings[find_parts(part)[0]] + 1e-9, k


@settings(max_examples=20, deadline=None)
@given(
    pieces=st.integers(3, 4),
    clauses=st.integers(1, 20),
    seed=seeds,
    tolerance=st.sampled_from([0.0, 1e-4, 1e-2]),
)
def test_no_bargain_pushes_anybody_below_a_floor(pieces: int, clauses: int, seed: int, tolerance: float):
    game = make(pieces, clauses, seed, tolerance=tolerance)
    for parts in steps(pieces):
        if game.margin(parts).value < 0:
            with pytest.raises(SolveError):
                game.bargain(parts)
            continue
        values = game.bargain(parts)
        assert (values >= 0).all()
        assert (values <= 1).all()
        assert not values[~game.between(parts)].any()
        gains = game.slope @ values
        assert (game.side_gains(parts, gains) >= game.floors(parts) - 1e-6).all()
        assert game.lost(parts, gains).max() < 1e-8


@settings(max_examples=15, deadline=None)
@given(pieces=st.integers(2, 5), seed=seeds, at_once=st.integers(2, 3))
def test_the_search_finds_the_same_without_bounds(pieces: int, seed: int, at_once: int):
    game = make(pieces, 4 * pieces, seed)

    def value(parts):
        return game.margin(parts).value

    bare = search_joining(pieces, value, at_once=at_once)
    quick = search_joining(pieces, value, most=game.bounds, at_once=at_once)
    assert quick.unions == bare.unions
    assert quick.weakest == pytest.approx(bare.weakest, rel=1e-6, abs=1e-9)


def test_a_circle_of_three_gains_only_at_once():
    """Each gives its neighbour 3 at a cost of 1: in pairs somebody only gives."""
    slope = np.array([[-1.0, 0.0, 3.0], [3.0, -1.0, 0.0], [0.0, 3.0, -1.0]])
    game = SideGame(
        slope,
        np.ones(3),
        np.arange(3),
        np.array([0, 1, 2]),
        np.array([1, 2, 0]),
        np.full(3, 0.1),
        np.zeros(3),
    )
    assert game.margin((1, 2)).value < 0
    assert game.margin((1, 2, 4)).value == pytest.approx(1.9)
    assert not search_joining(3, lambda p: game.margin(p).value, most=game.bounds).joins
    assert search_joining(3, lambda p: game.margin(p).value, most=game.bounds, at_once=3).whole


def test_a_refusal_names_who_stands_in_the_way():
    """The second member of the first piece loses by the only clause from which the sides gain."""
    slope = np.array([[5.0], [-2.0], [1.0]])
    game = SideGame(
        slope,
        np.ones(3),
        np.array([0, 0, 1]),
        np.array([0]),
        np.array([1]),
        np.array([0.5, 0.5]),
        np.zeros(3),
    )
    found = game.margin((1, 2))
    assert found.value == pytest.approx(-0.5)
    assert found.members == (1,)


def test_arrays_that_do_not_fit():
    with pytest.raises(InputError):
        SideGame(
            np.zeros((2, 1)),
            np.ones(3),
            np.arange(2),
            np.zeros(1, int),
            np.ones(1, int),
            np.ones(2),
            np.ones(2),
        )
