"""Axioms of the bargaining room (§11): Pareto efficiency, symmetry, scale invariance, independence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.bargaining import (
    Clause,
    Game,
    exchange_cycles,
    ideal_gains,
    solve_leximin,
    solve_nash,
    solve_utilitarian,
)
from comity.bargaining.game import split_the_dollar
from comity.errors import InputError

quiet = settings(deadline=None, max_examples=25)


def _game(rng, parties=2, clauses=5, draws=8, **options):
    names = tuple("ABC"[:parties])
    table = tuple(
        Clause(f"c{c}", names[c % parties], names[(c + 1) % parties], 0.0, 1.0 + c) for c in range(clauses)
    )
    slope = rng.normal(0.0, 0.3, (draws, parties, clauses))
    for c in range(clauses):
        slope[:, c % parties, c] -= 1.0
        slope[:, (c + 1) % parties, c] += 2.5
    fixed = np.zeros_like(slope)
    return Game(names, table, slope, fixed, share=0.75, epsilon=0.01, **options)


@quiet
@given(st.floats(1.0, 1e5), st.floats(0.0, 0.9), st.floats(0.2, 5.0))
def test_split_the_dollar_has_its_closed_form(amount, threat, weight):
    game = split_the_dollar(("A", "B"), amount, disagreement=[0.0, threat * amount], weights=[weight, 1.0])
    surplus = amount * (1 - threat)
    share = solve_nash(game).mean_gains
    assert share == pytest.approx(np.array([weight, 1.0]) / (1 + weight) * surplus, rel=2e-3)


@quiet
@given(st.integers(0, 10**6))
def test_no_draw_share_is_missed_and_solvers_agree(seed):
    game = _game(np.random.default_rng(seed), parties=3, clauses=6)
    one, two = solve_nash(game, solver="scip"), solve_nash(game, solver="highs")
    assert one.found == two.found
    if one.found:
        assert one.objective == pytest.approx(two.objective, abs=1e-4)
        assert np.all((one.gains >= game.floor - 1e-6 * game.scale).mean(axis=0) >= game.share)


@quiet
@given(st.integers(0, 10**6), st.floats(1e-2, 1e3))
def test_nash_does_not_depend_on_units(seed, factor):
    game = _game(np.random.default_rng(seed))
    scaled = game.slope.copy()
    scaled[:, 0] *= factor
    other = game.replace(slope=scaled, epsilon=0.0)
    one, two = solve_nash(game.replace(epsilon=0.0)), solve_nash(other)
    assert one.found == two.found
    if one.found:
        assert two.mean_gains[0] == pytest.approx(one.mean_gains[0] * factor, rel=1e-2)
        assert two.mean_gains[1] == pytest.approx(one.mean_gains[1], rel=1e-2)


@quiet
@given(st.integers(0, 10**6))
def test_symmetric_games_split_evenly(seed):
    rng = np.random.default_rng(seed)
    cost, gain = -rng.uniform(0.5, 1.0), rng.uniform(1.5, 3.0)
    table = (Clause("x", "A", "B", 0, 1), Clause("y", "B", "A", 0, 1))
    game = Game(("A", "B"), table, [[[cost, gain], [gain, cost]]], np.zeros((1, 2, 2)))
    for solve in (solve_nash, solve_leximin):
        mean = solve(game).mean_gains
        assert mean[0] == pytest.approx(mean[1], rel=1e-3)


@quiet
@given(st.integers(0, 10**6))
def test_nash_is_efficient_and_independent_of_irrelevant_alternatives(seed):
    game = _game(np.random.default_rng(seed), draws=1)
    nash = solve_nash(game)
    if not nash.found:
        return
    # nobody can be better off with the others no worse
    for i in range(2):
        least = nash.mean_gains - game.no_deal * 0.0
        tight = game.replace(
            red_lines=least * 0.999 - game.epsilon, weights=[1.0 if j == i else 1e-6 for j in range(2)]
        )
        best = solve_utilitarian(tight)
        assert best.found
        assert best.mean_gains[i] <= nash.mean_gains[i] * 1.0 + 0.01 * game.scale.max()
    # taking away clauses that the package does not use changes nothing
    kept = solve_nash(game, allowed=nash.values)
    assert kept.objective == pytest.approx(nash.objective, abs=1e-4)


def test_kalai_smorodinsky_is_monotone():
    """Two parties, convex: more to share that leaves A's ideal as it is never leaves B with less."""
    applied = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        small = _game(rng, draws=1, clauses=4).replace(epsilon=0.0)
        extra = Clause("more", "A", "B", 0.0, 1.0)
        cost, worth = rng.uniform(0.2, 1.0), rng.uniform(1.0, 3.0)
        large = small.replace(
            clauses=(*small.clauses, extra),
            slope=np.concatenate([small.slope, [[[-cost], [worth]]]], axis=2),
            fixed=np.zeros((1, 2, 5)),
        )
        before, after = ideal_gains(small), ideal_gains(large)
        if not before or abs(before["A"] - after["A"]) > 1e-6:
            continue
        applied += 1
        one, two = solve_leximin(small).mean_gains, solve_leximin(large).mean_gains
        assert two[1] >= one[1] - 1e-4 * large.scale.max()
    assert applied >= 5


def test_bad_games_are_refused():
    table = (Clause("x", "A", "B", 0, 1),)
    with pytest.raises(InputError, match="unknown party"):
        Game(("A", "C"), table, np.zeros((1, 2, 1)), np.zeros((1, 2, 1)))
    with pytest.raises(InputError, match="shape"):
        Game(("A", "B"), table, np.zeros((1, 2, 2)), np.zeros((1, 2, 1)))
    with pytest.raises(InputError, match="not finite"):
        Game(("A", "B"), table, np.full((1, 2, 1), np.nan), np.zeros((1, 2, 1)))
    with pytest.raises(InputError, match="unknown clause"):
        Game(("A", "B"), table, np.zeros((1, 2, 1)), np.zeros((1, 2, 1)), requires=(("x", "y"),))
    with pytest.raises(InputError, match="low <= high"):
        Clause("x", "A", "B", 2, 1)


def test_a_ring_of_giving_is_found_once():
    ring = tuple(Clause(g + b, g, b, 0, 1) for g, b in ("BC", "CA", "AB"))
    slope = np.zeros((1, 3, 3))
    for c, (g, b) in enumerate(("BC", "CA", "AB")):
        slope[0, "ABC".index(g), c], slope[0, "ABC".index(b), c] = -1.0, 2.0
    game = Game(("A", "B", "C"), ring, slope, np.zeros((1, 3, 3)))
    cycles = exchange_cycles(game, solve_nash(game).values)
    assert [c.parties for c in cycles] == [("A", "B", "C")]
    assert cycles[0].only_together
