"""Larger games: both ways of solving agree, bounds hold, and nothing is printed (§6.2)."""

from __future__ import annotations

import os

import numpy as np
import pytest
from benchmarks.generated_games import corridor_game

from comity.bargaining import Clause, Game, solve_nash, solve_utilitarian, solve_with_payments, test_zone
from comity.bargaining.program import Program
from comity.bargaining.tangents import quiet, relax


@pytest.fixture(scope="module")
def game():
    return corridor_game(4, 125, seed=3)


def test_scip_and_highs_agree_on_a_larger_game(game, capfd):
    one = solve_nash(game, gap=1e-3, solver="scip")
    two = solve_nash(game, gap=1e-3, solver="highs")
    wide = solve_nash(game, gap=0.05)
    assert one.objective == pytest.approx(two.objective, abs=2.1e-3)
    for solution in (one, two, wide):
        assert solution.status == "optimal"
        assert solution.bound >= max(one.objective, two.objective) - 1e-6
        assert not game.breaches(solution.values)
        assert game.rational(solution.values)
    assert wide.objective >= one.objective - 0.05
    assert capfd.readouterr().out == ""


def test_equal_input_gives_equal_output(game):
    one, two = (solve_nash(game, gap=0.05) for _ in range(2))
    assert one.values == two.values
    assert one.bound == two.bound


def test_the_relaxation_bounds_every_point():
    rng = np.random.default_rng(0)
    program = Program()
    columns = [program.column(0.0, 1.0) for _ in range(6)]
    weight = rng.uniform(0.1, 2.0, (3, 6))
    program.row(dict.fromkeys(columns, 1.0), upper=2.0)
    for row in weight:
        log = program.column(1e-6, 12.0)
        program.row({**dict(zip(columns, row, strict=True)), log: -1.0}, lower=0.0, upper=0.0)
        program.logarithms[log] = 1.0
    bounds = np.array(program.lower), np.array(program.upper)
    found = relax({}, program.logarithms, program.rows, bounds, 1e-6)
    for _ in range(200):
        x = rng.dirichlet(np.ones(6)) * 2.0
        if x.max() <= 1:
            value = np.log(np.maximum(weight @ x, 1e-12)).sum()
            assert value <= found.bound + 1e-6
    assert program.value(found.point) == pytest.approx(found.bound, abs=1e-5)


def test_what_compiled_code_prints_stays_off_standard_output(capfd):
    with quiet():
        os.write(1, b"stray\n")
    os.write(1, b"kept\n")
    assert capfd.readouterr().out == "kept\n"


def test_a_table_without_clauses_has_no_package():
    game = Game(("A", "B"), (), np.zeros((2, 2, 0)), np.zeros((2, 2, 0)), epsilon=1.0)
    assert solve_nash(game).status == "infeasible"
    assert solve_utilitarian(game).status == "infeasible"
    assert not solve_with_payments(game).solution.found
    assert not test_zone(game).open
    idle = Game(("A",), (Clause("x", "A", "A", 0, 1),), np.zeros((1, 1, 1)), np.zeros((1, 1, 1)))
    assert solve_utilitarian(idle).found
