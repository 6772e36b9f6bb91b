"""Axioms of the solutions against brute force on small games of any shape (§11)."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from games import discrete_games, margins, rational

from comity.bargaining import solve_leximin, solve_nash, solve_utilitarian

quiet = settings(deadline=None, max_examples=20)


@settings(quiet, suppress_health_check=list(HealthCheck))
@given(game=discrete_games(draws=(1, 3)))
def test_no_solution_is_dominated_by_any_package(game):
    means = np.array([g.mean(axis=0) for _, g in rational(game)])
    size = game.scale.max()
    for solve in (solve_nash, solve_leximin, solve_utilitarian):
        solution = solve(game)
        if solution.found:
            assert np.all(margins(game, solution.gains) >= game.epsilon - 1e-6 * game.scale)
            here = solution.mean_gains
            better = np.all(means >= here - 1e-7 * size, axis=1) & np.any(means > here + 1e-3 * size, axis=1)
            assert not better.any(), solve.__name__


@settings(quiet, suppress_health_check=list(HealthCheck))
@given(game=discrete_games(clauses=(2, 5), draws=(1, 3)), mark=st.integers(0, 31))
def test_nash_does_not_depend_on_packages_that_leave(game, mark):
    """Independence of irrelevant alternatives, on any subset of the table that keeps the package."""
    nash = solve_nash(game)
    if not nash.found:
        return
    keep = [c.key for k, c in enumerate(game.clauses) if c.key in nash.values or mark >> k & 1]
    assert solve_nash(game, allowed=keep).objective == pytest.approx(nash.objective, abs=1e-5)


@settings(quiet, suppress_health_check=list(HealthCheck))
@given(game=discrete_games(draws=(1, 3)), factors=st.lists(st.floats(0.1, 10.0), min_size=3, max_size=3))
def test_no_unit_of_account_changes_what_is_best(game, factors):
    """Positive affine changes of each party's scale: payoffs, no-deal and red lines alike."""
    factor = np.array(factors[: len(game.parties)])
    flat = game.replace(epsilon=0.0)
    other = flat.replace(
        slope=flat.slope * factor[:, None],
        fixed=flat.fixed * factor[:, None],
        disagreement=flat.no_deal_draws * factor,
        red_lines=flat.red_lines * factor,
    )
    for solve, shift in ((solve_nash, float(np.log(factor).sum())), (solve_leximin, 0.0)):
        one, two = solve(flat), solve(other)
        assert one.found == two.found
        if one.found:
            assert two.objective == pytest.approx(one.objective + shift, abs=1e-4)
