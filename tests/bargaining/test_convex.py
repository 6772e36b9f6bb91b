"""The concave program against independent solvers, and what its bound promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, linprog, minimize
from scipy.sparse import csr_matrix

from comity.bargaining.convex import ConcaveGame, solve_concave, worst_gain
from comity.errors import InputError, SolveError

SEEDS = st.integers(0, 10_000)


def random_game(seed: int, parties: int = 4, clauses: int = 10, *, caps: int = 2) -> ConcaveGame:
    rng = np.random.default_rng(seed)
    return ConcaveGame.of(
        rng.normal(0.4, 1, (parties, clauses)),
        constant=rng.normal(0, 0.05, parties),
        weights=rng.uniform(0.5, 2, parties),
        least=0.01,
        caps=csr_matrix(rng.uniform(0, 1, (caps, clauses))),
        limits=rng.uniform(2, 4, caps),
    )


def best_worst(game: ConcaveGame) -> float:
    """The largest worst gain, by HiGHS."""
    parties, clauses = game.slope.shape
    rows = [np.hstack([-game.slope, np.ones((parties, 1))])]
    rows.append(np.hstack([game.caps.toarray(), np.zeros((len(game.limits), 1))]))
    found = linprog(
        np.append(np.zeros(clauses), -1.0),
        A_ub=np.vstack(rows),
        b_ub=np.append(game.constant - game.least, game.limits),
        bounds=[*zip(game.low, game.high, strict=True), (None, None)],
    )
    assert found.status == 0
    return float(-found.fun)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_the_optimum_is_that_of_an_independent_solver(seed: int):
    game = random_game(seed)
    start = worst_gain(game)
    if start.value <= 0.02:
        return
    found = solve_concave(game, close=1e-7)
    other = minimize(
        lambda x: -game.weights @ np.log(np.maximum(game.gains(x), 1e-9)),
        start.values,
        jac=lambda x: -(game.weights / np.maximum(game.gains(x), 1e-9)) @ game.slope,
        bounds=list(zip(game.low, game.high, strict=True)),
        constraints=[
            LinearConstraint(game.caps.toarray(), -np.inf, game.limits),
            LinearConstraint(game.slope, game.least - game.constant, np.inf),
        ],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert found.objective >= -other.fun - 1e-5
    assert found.bound >= -other.fun - 1e-9
    assert 0 <= found.gap <= 1e-4
    assert (found.gains >= game.least * (1 - 1e-6)).all()
    assert (game.caps @ found.values <= game.limits * (1 + 1e-7)).all()


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_the_worst_gain_is_that_of_a_linear_program(seed: int):
    game = random_game(seed)
    found = worst_gain(game)
    truth = best_worst(game)
    assert found.value <= truth + 1e-7
    assert found.bound >= truth - 1e-7
    assert found.bound - found.value <= 1e-4 * max(1.0, abs(truth))


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, spread=st.floats(0.01, 1.0))
def test_any_multipliers_bound_any_mixture(seed: int, spread: float):
    """Weak duality holds for multipliers that no solver has touched."""
    game = random_game(seed)
    rng = np.random.default_rng(seed + 1)
    bound = game.bound(rng.uniform(spread, 2, 4), rng.uniform(0, 1, 4), rng.uniform(0, 1, 2))
    for _ in range(20):
        values = rng.uniform(game.low, game.high)
        values /= max(1.0, float((game.caps @ values / game.limits).max()))
        if (game.gains(values) >= game.least).all():
            assert game.objective(values) <= bound + 1e-9


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_the_order_of_parties_and_the_units_of_a_party_do_not_matter(seed: int):
    game = random_game(seed)
    if worst_gain(game).value <= 0.02:
        return
    rng = np.random.default_rng(seed)
    order, units = rng.permutation(4), np.exp(rng.normal(0, 2, 4))
    turned = ConcaveGame.of(
        (game.slope * units[:, None])[order],
        constant=(game.constant * units)[order],
        weights=game.weights[order],
        least=(game.least * units)[order],
        caps=game.caps,
        limits=game.limits,
    )
    one, other = solve_concave(game, close=1e-8), solve_concave(turned, close=1e-8)
    assert np.allclose(one.gains[order] * units[order], other.gains, rtol=2e-3)
    assert one.objective + game.weights @ np.log(units) == pytest.approx(other.objective, abs=1e-5)


def test_prices_say_what_dropping_a_clause_costs_at_least():
    game = random_game(3)
    found = solve_concave(game)
    for k in np.flatnonzero(found.values > 0.5):
        high = game.high.copy()
        high[k] = 0.0
        less = ConcaveGame(
            game.slope, game.constant, game.weights, game.least, game.low, high, game.caps, game.limits
        )
        if worst_gain(less).value > 0:
            lost = found.bound - solve_concave(less).objective
            assert lost >= max(found.worth[k], 0.0) * found.values[k] - 1e-3


def test_a_game_that_nobody_can_agree_on_is_refused_with_a_proof():
    game = ConcaveGame.of([[1.0, -2.0], [-2.0, 1.0]], least=0.1)
    with pytest.raises(SolveError):
        solve_concave(game)
    found = worst_gain(game)
    assert found.bound < 0
    # With these weights the gains together fall short for every mixture.
    weighted = found.shares @ game.slope
    assert np.maximum(weighted, 0).sum() - found.shares @ game.least == pytest.approx(found.bound, abs=1e-6)


def test_shapes_and_bounds_are_checked():
    with pytest.raises(InputError, match="lower bound above"):
        ConcaveGame.of([[1.0]], low=np.array([2.0]), high=np.array([1.0]))
    with pytest.raises(InputError, match="weight"):
        ConcaveGame.of([[1.0]], weights=np.array([0.0]))
    with pytest.raises(InputError, match="do not fit"):
        ConcaveGame.of([[1.0]], constant=np.zeros(2))


def test_a_clause_whose_bounds_meet_stays_there():
    game = ConcaveGame.of([[3.0, -1.0, 1.0], [-1.0, 3.0, 1.0]], high=np.array([1.0, 1.0, 0.0]))
    assert solve_concave(game).values[2] == 0
