"""Every solver against brute force on generated games (§6.2-§6.5)."""

from __future__ import annotations

import itertools
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
    assess_stability,
    find_blockers,
    pareto_front,
    smallest_linkage,
    solve_fewest,
    solve_leximin,
    solve_nash,
    solve_utilitarian,
    test_zone,
)

quiet = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("solver", ["scip", "highs"])
@quiet
@given(game=discrete_games())
def test_nash_equals_brute_force(solver, game):
    gains = [g.mean(axis=0) for _, g in rational(game)]
    products = [float(np.log(g).sum()) for g in gains if np.all(g > 0)]
    solution = solve_nash(game, solver=solver)
    assert solution.found == bool(products)
    if products:
        assert solution.objective == pytest.approx(max(products), abs=1e-5)
        assert solution.status == "optimal"
        assert solution.bound >= max(products) - 1e-6
        assert np.all(margins(game, solution.gains) >= game.epsilon - 1e-6)
        assert not game.breaches(solution.values)


@quiet
@given(game=discrete_games())
def test_utilitarian_equals_brute_force(game):
    totals = [float(g.mean(axis=0).sum()) for _, g in rational(game)]
    solution = solve_utilitarian(game)
    assert solution.found == bool(totals)
    if totals:
        assert solution.objective == pytest.approx(max(totals), rel=1e-5, abs=1e-5)


@quiet
@given(game=discrete_games())
def test_leximin_equals_brute_force(game):
    means = np.array([g.mean(axis=0) for _, g in rational(game)])
    solution = solve_leximin(game)
    if not len(means):
        assert not solution.found
        return
    ideal = means.max(axis=0)
    counted = ideal > 1e-6
    if not counted.any():
        assert not solution.found
        return
    ratios = np.sort(means[:, counted] / ideal[counted], axis=1)
    best = max(map(tuple, ratios.round(9)))
    ours = np.sort(solution.mean_gains[counted] / ideal[counted])
    assert ours == pytest.approx(np.array(best), abs=1e-4)


@quiet
@given(game=discrete_games())
def test_zone_equals_brute_force(game):
    for linked in (True, False):
        part = game if linked else game.restrict([c.key for c in game.clauses if not c.linked])
        every = [margins(part, g).min() for _, g in feasible(part)]
        zone = test_zone(game, linked=linked)
        if not every:
            assert zone.best_worst_gain is None
            assert not zone.open
            continue
        assert zone.open == (max(every) >= game.epsilon - 1e-9)
        assert zone.bound >= max(every) - 1e-4
        assert zone.best_worst_gain == pytest.approx(max(every), abs=1e-3)
        assert zone.proven


@quiet
@given(game=discrete_games(clauses=(2, 5)))
def test_linkage_equals_brute_force(game):
    present = {m for c in game.clauses if not c.linked for m in c.ministries}
    options = []
    for values, _ in rational(game):
        keys = tuple(sorted(c.key for c in game.clauses if c.linked and c.key in values))
        added = {m for c in game.clauses if c.key in keys for m in c.ministries} - present
        options.append((len(keys), len(added), keys))
    linkage = smallest_linkage(game)
    assert linkage.proven
    assert linkage.found == bool(options)
    if options:
        least = min(o[:2] for o in options)
        assert (len(linkage.clauses), len(linkage.veto_players_added)) == least
        assert linkage.bound == least[0]
        # "first in the order of the keys" among the sets of that size
        assert linkage.clauses == min(o[2] for o in options if o[:2] == least)


@quiet
@given(game=discrete_games())
def test_blockers_equal_brute_force(game):
    every = [margins(game, g) >= game.epsilon - 1e-9 for _, g in feasible(game)]
    found = find_blockers(game)
    assert found.closed == (not any(np.all(m) for m in every))
    if not found.closed or not every:
        return
    together = [game.parties.index(p) for p in found.parties]
    assert found.irreducible
    assert not any(m[together].all() for m in every)
    if not found.principles:
        for one in together:
            rest = [i for i in together if i != one]
            assert any(m[rest].all() for m in every)
    short = [np.maximum(0.0, game.epsilon - margins(game, g)) for _, g in feasible(game)]
    assert found.smallest_concession.total == pytest.approx(min(s.sum() for s in short), abs=1e-3)
    # a side payment opens the zone for a package exactly when the margins balance out
    spare = [margins(game, g) - game.epsilon for _, g in feasible(game)]
    payments = [s.sum() for s, m in zip(short, spare, strict=True) if m.sum() >= -1e-9]
    if payments:
        assert found.smallest_transfer.total == pytest.approx(min(payments), abs=1e-3)
        assert sum(found.smallest_transfer.paid.values()) == pytest.approx(
            sum(found.smallest_transfer.received.values()), abs=1e-3
        )
    else:
        assert found.smallest_transfer is None


@quiet
@given(game=discrete_games(parties=(3, 4)))
def test_stability_equals_brute_force(game):
    packages = rational(game)
    if not packages:
        return
    values, gains = packages[0]
    here = gains.mean(axis=0)
    epsilon, blocking = 0.0, set()
    for width in range(1, len(game.parties)):
        for members in itertools.combinations(range(len(game.parties)), width):
            names = {game.parties[i] for i in members}
            inside = game.restrict(
                [c.key for c in game.clauses if c.giver in names and c.beneficiary in names]
            )
            better = [(g.mean(axis=0) - here)[list(members)].min() for _, g in feasible(inside)]
            if better and max(better) > 1e-6 * game.scale.max():
                blocking.add(tuple(game.parties[i] for i in members))
                epsilon = max(epsilon, *better)
    result = assess_stability(game, values)
    assert {b.members for b in result.blocking} == blocking
    assert result.epsilon == pytest.approx(epsilon, abs=1e-3)


@quiet
@given(game=discrete_games())
def test_frontier_equals_brute_force(game):
    means = np.array([g.mean(axis=0) for _, g in rational(game)])
    front = pareto_front(game)
    assert front.complete
    if not len(means):
        assert front.solutions == ()
        return
    efficient = {
        tuple(m.round(9))
        for m in means
        if not np.any(np.all(means >= m - 1e-12, axis=1) & np.any(means > m + 1e-9, axis=1))
    }
    assert {tuple(s.mean_gains.round(9)) for s in front.solutions} == efficient


@quiet
@given(game=discrete_games())
def test_fewest_clauses_equals_brute_force(game):
    packages = rational(game)
    if not packages:
        return
    least = packages[-1][1].mean(axis=0) * 0.9
    counts = [len(v) for v, g in packages if np.all(g.mean(axis=0) >= least - 1e-9)]
    solution = solve_fewest(game, least)
    if counts:
        assert len(solution.values) == min(counts)


@pytest.mark.parametrize("solver", ["scip", "highs"])
def test_an_optimum_at_the_edge_of_what_a_party_can_gain_is_not_lost(solver):
    """SCIP once proved 4 (the second clause alone) where both clauses give 2 × 2 × 3."""
    clauses = tuple(Clause(key, "A", "B", 0, 1, kind="binary") for key in ("x", "y"))
    slope = [[[1.0, 1.0], [1.0, 1.0], [-1.0, 3.0]]]
    game = Game(
        ("A", "B", "C"), clauses, slope, np.zeros((1, 3, 2)), disagreement=[0.0, 0.0, -1.0], epsilon=0.25
    )
    solution = solve_nash(game, solver=solver)
    assert solution.objective == pytest.approx(np.log(12.0), abs=1e-6)
    assert solution.values == {"x": 1.0, "y": 1.0}
