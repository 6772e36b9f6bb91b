"""§3.13 in channel mode on the committed pack: every economy, binding quotas, real figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from comity.world import (
    Enforcement,
    Move,
    OpenCorridor,
    QuotaChange,
    Recognition,
    Shock,
    TariffCut,
    Transfer,
)
from comity.world.choice import choose
from comity.world.ledger import ELSEWHERE
from comity.world.policy import read_policy

if TYPE_CHECKING:
    from comity.world import ChannelWorld

PAIRS = (("MAR", "ESP"), ("SEN", "ESP"), ("IND", "USA"), ("MEX", "USA"), ("NGA", "GBR"), ("PHL", "JPN"))
SHOCKS = {
    "more places": Shock(
        quotas=tuple(QuotaChange(a, b, s, factor=1.3) for a, b in PAIRS for s in ("low", "high"))
    ),
    "fewer places": Shock(quotas=tuple(QuotaChange(a, b, "low", factor=0.5) for a, b in PAIRS)),
    "opened": Shock(openings=(OpenCorridor("MAR", "ESP"), OpenCorridor("SEN", "ESP"))),
    "everything": Shock(
        quotas=(QuotaChange("MAR", "ESP", "low", persons=100_000),),
        moves=(Move("MAR", "ESP", "MAR", "low", 2_000, 0.5, 0.4, 0.7),),
        tariffs=(TariffCut("MAR", "ESP", 0.02),),
        transfers=(Transfer("ESP", "MAR", 5e8, "side_payment"),),
        recognitions=(Recognition("IND", "USA", 0.1, 0.2),),
        enforcement=(Enforcement("MAR", "ESP", 1.5),),
    ),
}  # fmt: skip


@pytest.mark.parametrize("shock", SHOCKS.values(), ids=SHOCKS)
def test_solved_to_the_stated_tolerance(channel_world: ChannelWorld, shock: Shock):
    world = channel_world
    out = world.solve(shock)
    e, p = world.economy, out.prices
    assert out.error <= 1e-10
    assert out.complementarity <= 1e-8
    assert abs(p.walras) <= 1e-9
    assert abs(p.spending.sum() - p.output.sum() - p.revenue.sum()) <= 1e-9 * p.spending.sum()
    ledger = out.ledger()
    counted = np.array([line.name not in ELSEWHERE for line in ledger.lines])
    total = ledger.values[:, counted].sum(axis=1) + ledger.memos.sum(axis=1)
    assert np.abs(total - ledger.real_change).max() <= 1e-9 * e.output.max()
    assert np.abs(out.persons.sum(axis=(1, 2, 3)) - e.persons.sum(axis=1)).max() < 1e-3


def test_identity_is_exact(channel_world: ChannelWorld):
    world = channel_world
    out = world.solve(Shock())
    assert np.all(out.prices.factor == 1)
    assert np.array_equal(out.persons, world.channels.persons)


def test_two_starts_agree(channel_world: ChannelWorld):
    world = channel_world
    one = world.solve(SHOCKS["everything"])
    start = np.random.default_rng(7).normal(0, 0.05, len(one.joint.z))
    two = world.solve(SHOCKS["everything"], start=start)
    assert np.abs(one.joint.z - two.joint.z).max() < 1e-8
    assert np.abs(one.persons - two.persons).max() < 1e-8 * one.persons.max()
    a, b = one.joint.choice, two.joint.choice
    assert np.abs(np.log(a.queue / b.queue)).max() < 1e-8


def test_a_tighter_quota_without_deflection_leaves_other_channels_alone(channel_world: ChannelWorld):
    """At given pay exactly; in equilibrium only what pay does is left, a few in a hundred."""
    world = channel_world
    shock, i = SHOCKS["fewer places"], world.economy.places
    plain = world.with_switches(deflection=False)
    pull = read_policy(plain.economy, plain.channels, shock).pull
    at_home = np.zeros((len(plain.economy), 2))
    made = choose(plain.channels.menu, plain.effort, pull, at_home, at_home)
    assert np.array_equal(made.stock[:, 1:], plain.channels.menu.stock[:, 1:])
    moved = []
    for other in (plain, world.with_switches(network=False)):
        change = other.solve(shock).persons - world.channels.persons
        refused = -sum(change[i[a], i[b], 0, 0] for a, b in PAIRS)
        assert refused > 1e6
        moved.append(sum(change[i[a], i[b], 0, 1:].sum() for a, b in PAIRS) / refused)
    assert abs(moved[0]) < 0.05
    assert moved[1] > 5 * abs(moved[0])
