"""Coalitions and members against brute force (§6.5)."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

sys.path.insert(0, str(Path(__file__).parent))
from games import discrete_games, feasible, rational

from comity.bargaining import Clause, Game, among, assess_membership, assess_stability
from comity.errors import InputError

quiet = settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def strongest(game, here):
    best = {}
    for width in range(1, len(game.parties)):
        for members in itertools.combinations(range(len(game.parties)), width):
            names = {game.parties[i] for i in members}
            keys = [c.key for c in game.clauses if c.giver in names and c.beneficiary in names]
            better = [(g.mean(axis=0) - here)[list(members)].min() for _, g in feasible(game.restrict(keys))]
            if better:
                best[tuple(game.parties[i] for i in members)] = max(better)
    return best


@quiet
@given(game=discrete_games(parties=(3, 4)))
def test_a_search_finds_the_strongest_coalition(game):
    """Membership as a decision gives the epsilon of listing everybody, and only coalitions that block."""
    packages = rational(game)
    if not packages:
        return
    values, gains = packages[-1]
    every = strongest(game, gains.mean(axis=0))
    epsilon = max([0.0, *every.values()])
    result = assess_stability(game, values, listed=1)
    least = 1e-6 * game.scale.max()
    assert result.epsilon == pytest.approx(epsilon, abs=10 * least)
    assert result.bound >= epsilon - 10 * least
    assert result.complete == (not any(v > 2 * least for v in every.values()))
    for one in result.blocking:
        assert one.epsilon == pytest.approx(every[one.members], abs=1e-3)


@quiet
@given(game=discrete_games(parties=(3, 4)))
def test_a_package_called_stable_has_no_blocking_coalition(game):
    packages = rational(game)
    if not packages:
        return
    for values, gains in packages[:3]:
        result = assess_stability(game, values)
        if not result.blocking:
            assert max([0.0, *strongest(game, gains.mean(axis=0)).values()]) <= 2e-6 * game.scale.max()


def nash_by_hand(game):
    """Mean gains of the only best package, {} where there is none, None where several tie."""
    best, found = -np.inf, []
    for values, gains in rational(game):
        mean = gains.mean(axis=0)
        if np.all(mean > 1e-5 * game.scale):
            product = float(np.log(mean).sum())
            if product > best + 1e-6:
                best, found = product, [values]
            elif product > best - 1e-4:
                found.append(values)
    if not found:
        return {}
    return found[0] if len(found) == 1 else None


@quiet
@given(game=discrete_games(parties=(3, 4), draws=(1, 3)))
def test_leaving_and_joining_by_hand(game):
    members = game.parties[:2]
    found = assess_membership(game, members)
    for move in found.moves:
        with_it = tuple(p for p in game.parties if p in members or p == move.party)
        without = tuple(p for p in members if p != move.party)
        i = game.parties.index(move.party)
        for parties, measured in ((with_it, move.inside), (without, move.outside)):
            part = among(game, parties)
            values = nash_by_hand(part) if part.clauses else {}
            if values is not None:
                assert measured == pytest.approx(game.gains(values).mean(axis=0)[i], abs=1e-6)
        stays = move.inside >= move.outside if move.member else move.outside >= move.inside
        assert move.moves == (not stays) or abs(move.free_ride) <= 1e-5 * game.scale[i]
    assert found.internal == (not any(m.moves for m in found.moves if m.member))
    assert found.external == (not any(m.moves for m in found.moves if not m.member))


def test_a_free_rider_stays_out():
    """C would pay to join, and has the others' border cleared anyway."""
    clauses = (
        Clause("ab", "A", "B", 0, 1),
        Clause("ba", "B", "A", 0, 1),
        Clause("ca", "C", "A", 0, 1),
        Clause("ac", "A", "C", 0, 1),
    )
    slope = [[[-1.0, 3.0, 1.5, -1.0], [3.0, -1.0, 0.0, 0.0], [2.0, 2.0, -1.0, 1.2]]]
    game = Game(("A", "B", "C"), clauses, slope, np.zeros((1, 3, 4)))
    found = assess_membership(game, ["A", "B"])
    outsider = next(m for m in found.moves if m.party == "C")
    assert found.internal
    assert outsider.outside == pytest.approx(4.0)
    assert outsider.free_ride == pytest.approx(outsider.outside - outsider.inside)
    with pytest.raises(InputError, match="unknown party"):
        among(game, ["A", "Z"])
    with pytest.raises(InputError, match="unknown rule"):
        assess_membership(game, rule="fair")
