"""Side payments, robust shares, circles, splits and coercion (§6.2, §6.6)."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

sys.path.insert(0, str(Path(__file__).parent))
from games import discrete_games, feasible, margins, rational

from comity.bargaining import (
    Clause,
    Game,
    PairBalance,
    assess_split,
    balance_pairs,
    ideal_gains,
    measure_coercion,
    measure_robustness,
    solve_most_robust,
    solve_with_payments,
    value_circles,
)
from comity.bargaining.game import split_the_dollar
from comity.errors import InputError

quiet = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@quiet
@given(game=discrete_games())
def test_side_payments_equal_brute_force(game):
    totals = [
        g.mean(axis=0).sum() for _, g in feasible(game) if (margins(game, g) - game.epsilon).sum() >= -1e-9
    ]
    found = solve_with_payments(game)
    assert found.solution.found == bool(totals)
    if not totals:
        assert found.payments == {}
        return
    size = game.scale.max()
    assert found.solution.objective == pytest.approx(max(totals), abs=1e-4 * size)
    assert sum(found.payments.values()) == pytest.approx(0.0, abs=1e-6 * size)
    assert np.all(margins(game, found.gains) >= game.epsilon - 1e-5 * size)
    # who is above its red line has no more than anybody else who could be given less
    mean, slack = found.gains.mean(axis=0), margins(game, found.gains) - game.epsilon
    free = slack > 1e-4 * size
    if free.any():
        assert np.ptp(mean[free]) <= 1e-3 * size
        assert np.all(mean[~free] >= mean[free].min() - 1e-3 * size)


def test_payments_keep_to_their_limit():
    game = Game(("A", "B"), (Clause("x", "A", "B", 0, 1),), [[[-1.0], [9.0]]], np.zeros((1, 2, 1)))
    assert solve_with_payments(game).payments["A"] == pytest.approx(5.0)
    capped = solve_with_payments(game, most=2.0)
    assert capped.payments == pytest.approx({"A": 2.0, "B": -2.0})
    assert capped.gains.mean(axis=0) == pytest.approx([1.0, 7.0])
    with pytest.raises(InputError, match="at most"):
        solve_with_payments(game, most=-1.0)


@quiet
@given(game=discrete_games())
def test_shares_of_draws_are_counted(game):
    for values, gains in list(feasible(game))[:8]:
        found = measure_robustness(game, values)
        kept = gains >= game.red_lines + game.epsilon - 1e-9
        for i, party in enumerate(game.parties):
            assert found.by_party[party] == pytest.approx(sum(kept[:, i]) / len(gains))
        assert found.together == pytest.approx(sum(map(all, kept)) / len(gains))


@quiet
@given(game=discrete_games(draws=(2, 6)))
def test_the_largest_share_equals_brute_force(game):
    best = 0
    for _, gains in feasible(game):
        over = gains - game.red_lines
        if np.all(over.mean(axis=0) >= game.epsilon - 1e-9):
            best = max(best, int((over >= game.epsilon - 1e-9).sum(axis=0).min()))
    solution, share, proven = solve_most_robust(game)
    assert proven
    assert share == pytest.approx(best / game.draws)
    assert solution.found == (best > 0)
    if best:
        assert min(measure_robustness(game, solution.values).by_party.values()) >= share - 1e-9


@quiet
@given(game=discrete_games(parties=(3, 3)))
def test_what_circles_are_worth_equals_brute_force(game):
    packages = rational(game)
    found = value_circles(game)
    assert found.with_circles.found == bool(packages)
    if not packages:
        return
    alone = []
    for values, gains in packages:
        if all(p.first_net >= -1e-9 and p.second_net >= -1e-9 for p in balance_pairs(game, values)):
            alone.append(gains.mean(axis=0).sum())
    size = game.scale.max()
    assert (found.pairs_total is not None) == bool(alone)
    if alone:
        assert found.pairs_total == pytest.approx(max(alone), abs=1e-4 * size)
        worth = max(g.mean(axis=0).sum() for _, g in packages) - max(alone)
        assert found.least - 1e-4 * size <= worth <= found.most + 1e-4 * size


@quiet
@given(game=discrete_games(parties=(2, 4)))
def test_the_ledger_by_pair_adds_up(game):
    values, gains = list(feasible(game))[-1] if list(feasible(game)) else ({}, None)
    if gains is None:
        return
    pairs = balance_pairs(game, values)
    assert all(isinstance(p, PairBalance) for p in pairs)
    total = sum(p.first_net + p.second_net + p.others_net for p in pairs)
    assert total == pytest.approx((gains.mean(axis=0) + game.no_deal).sum(), abs=1e-9)
    assert sorted(k for p in pairs for k in p.clauses) == sorted(values)


@quiet
@given(game=discrete_games())
def test_ideal_gains_equal_brute_force(game):
    means = [g.mean(axis=0) for _, g in rational(game)]
    found = ideal_gains(game)
    assert bool(found) == bool(means)
    if means:
        assert list(found.values()) == pytest.approx(np.max(means, axis=0).tolist(), abs=1e-4)


def test_a_bad_split_is_flagged_by_the_stated_rule():
    game = split_the_dollar(("A", "B"), 10.0)
    assert assess_split(game, {"share of A": 5.0}).flagged == ()
    assert assess_split(game, {"share of A": 2.6}).flagged == ()
    found = assess_split(game, {"share of A": 2.4})
    assert found.flagged == ("A",)
    assert found.shares["A"] == pytest.approx(0.24)
    assert "half of an equal share" in found.rule


def test_a_gain_under_threat_is_told_from_a_gain():
    game = split_the_dollar(("A", "B"), 10.0)
    one, other = measure_coercion(game, {"share of A": 2.0}, status_quo=[3.0, 1.0], threatened=[0.0, 1.0])
    assert (one.coerced, other.coerced) == (True, False)
    assert (one.over_status_quo, one.over_threat, one.threat) == (-1.0, 2.0, 3.0)
    real, _ = measure_coercion(game, {"share of A": 4.0}, status_quo=[3.0, 1.0], threatened=[0.0, 1.0])
    assert not real.coerced
    with pytest.raises(InputError, match="status_quo"):
        measure_coercion(game, {}, status_quo=[1.0], threatened=[0.0, 0.0])
