"""Improvements, flips, ranges and prices, each against a solution of its own (§6.7)."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from games import discrete_games, feasible, margins, rational

from comity.bargaining import (
    Clause,
    Flip,
    Game,
    find_flip,
    improve_package,
    quote_rates,
    solve_nash,
    solve_without,
    weight_range,
    with_worth,
)
from comity.errors import InputError

quiet = settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@quiet
@given(game=discrete_games(), pick=st.integers(0, 10**6))
def test_an_improvement_hurts_nobody_and_leaves_nothing(game, pick):
    every = list(feasible(game))
    if not every:
        return
    values, gains = every[pick % len(every)]
    here, reach = gains.mean(axis=0), margins(game, gains)
    found = improve_package(game, values)
    better = [
        g.mean(axis=0) - here
        for _, g in every
        if np.all(g.mean(axis=0) >= here - 1e-9)
        and np.all(margins(game, g) >= np.minimum(reach, game.epsilon) - 1e-9)
    ]
    total = max(b.sum() for b in better)
    each = max(b.min() for b in better)
    size = game.scale.max()
    assert found.left_total == pytest.approx(total, abs=1e-4 * size)
    assert found.left_total_bound >= total - 1e-6 * size
    assert found.left_each == pytest.approx(each, abs=1e-4 * size)
    mean = game.gains(found.solution.values).mean(axis=0)
    assert np.all(mean >= here - 1e-5 * game.scale)
    assert not game.breaches(found.solution.values)
    assert found.efficient == (total < 1e-4 * size)
    assert sum(found.extra.values()) == pytest.approx(total, abs=1e-4 * size)


def test_a_deal_that_breaks_a_rule_or_a_red_line_is_told():
    clauses = (Clause("x", "A", "B", 0, 1), Clause("y", "B", "A", 0, 1))
    game = Game(
        ("A", "B"), clauses, [[[-1.0, 3.0], [3.0, -1.0]]], np.zeros((1, 2, 2)), excludes=(("x", "y"),)
    )
    found = improve_package(game, {"x": 1.0, "y": 1.0})
    assert found.breaches == ("x excludes y",)
    assert not found.added
    below = improve_package(game, {"x": 1.0})
    assert below.below == ("A",)
    assert below.extra["A"] >= 0
    with pytest.raises(InputError, match="unknown aim"):
        improve_package(game, {}, aim="best")


@settings(quiet, max_examples=8)
@given(game=discrete_games(parties=(2, 2), clauses=(2, 4), draws=(1, 3)), cell=st.integers(0, 7))
def test_a_flip_is_a_flip(game, cell):
    clause = game.clauses[cell % len(game.clauses)].key
    party = game.parties[cell % 2]
    for question in ("zone", "clause"):
        flip = find_flip(game, party, clause, -40.0, 40.0, question=question, tolerance=1e-2)
        assert isinstance(flip, Flip)
        if not flip.flips:
            assert flip.answer_low == flip.answer_high
            continue
        assert 0 < flip.above - flip.below <= 0.8 + 1e-9
        answers = []
        for worth in (flip.below, flip.above):
            changed = with_worth(game, party, clause, worth)
            if question == "zone":
                answers.append("open" if rational(changed) else "closed")
            else:
                solution = solve_nash(changed)
                state = "in the package" if clause in solution.values else "not in the package"
                answers.append(state if solution.found else "no package")
        assert answers == [flip.answer_low, flip.answer_high]


@quiet
@given(game=discrete_games(parties=(2, 3), draws=(1, 2)))
def test_dropping_a_clause_equals_brute_force(game):
    solution = solve_nash(game)
    if not solution.found:
        return
    for dropped in solve_without(game, solution):
        rest = game.restrict([c.key for c in game.clauses if c.key != dropped.clause])
        gains = [g.mean(axis=0) for _, g in rational(rest)]
        products = [float(np.log(g).sum()) for g in gains if np.all(g > 0)]
        assert dropped.solution.found == bool(products)
        if products:
            assert dropped.lost == pytest.approx(max(0.0, solution.objective - max(products)), abs=1e-4)
        else:
            assert dropped.lost is None


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10**6))
def test_within_the_range_of_weights_the_package_stays(seed):
    rng = np.random.default_rng(seed)
    clauses = tuple(Clause(f"c{c}", "AB"[c % 2], "BA"[c % 2], 0, 1, kind="binary") for c in range(5))
    slope = rng.uniform(-2, 3, (1, 2, 5))
    game = Game(("A", "B"), clauses, slope, np.zeros((1, 2, 5)))
    base = solve_nash(game)
    if not base.found:
        return
    found = weight_range(game, "A", factors=(0.5, 2.0))
    for factor, same in found.tried:
        again = solve_nash(game.replace(weights=[factor, 1.0]))
        assert (set(again.values) == set(base.values)) == same
    assert found.low <= 1 <= found.high


def test_rates_carry_their_units_and_turn_round():
    clauses = (Clause("x", "A", "B", 0, 4, unit="points"), Clause("y", "B", "A", 0, 9, kind="binary"))
    game = Game(
        ("A", "B"), clauses, [[[-2.0, 1.0], [4.0, -1.0]], [[-3.0, 1.0], [5.0, -2.0]]], np.zeros((2, 2, 2))
    )
    forth, back = quote_rates(game, "x", "y"), quote_rates(game, "y", "x")
    assert [r.first_unit for r in forth] == ["points", "points"]
    assert [r.second_unit for r in forth] == ["the whole", "the whole"]
    for a, b in zip(forth, back, strict=True):
        assert a.amount * b.amount == pytest.approx(1.0)
        assert a.low <= a.amount <= a.high
    assert forth[0].amount == pytest.approx(-2.5 / 9)
