"""Sums over corridors and sweeps over many columns, each against the plain way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import lu_factor

from comity.world import ChannelWorld, QuotaChange, Shock, Switches, TariffCut
from comity.world.examples import random_channels, random_economy
from comity.world.frame import Frame
from comity.world.impulse import push, sum_answers
from comity.world.krylov import settle_columns
from comity.world.labour import Stocks, change_labour
from comity.world.sensitivity import differentiate
from comity.world.tangent import differentiate_joint

SWITCHES = {
    "as it is": Switches(),
    "no deflection": Switches(deflection=False),
    "everything": Switches(brain_gain=True, human_capital=True, market_size=True),
}
SHOCK = Shock(
    quotas=(QuotaChange("E00", "E01", "low", factor=1.3), QuotaChange("E02", "E01", "high", factor=0.7)),
    tariffs=(TariffCut("E00", "E01", 0.02),),
)


@pytest.mark.parametrize("switches", SWITCHES.values(), ids=SWITCHES)
def test_products_are_those_of_the_jacobian(switches: Switches):
    e = random_economy(4, 1)
    out = ChannelWorld(e, random_channels(e, 1), switches).solve(SHOCK)
    j, ground, frame = out.joint, out.ground, Frame(out)
    labour = change_labour(ground, Stocks(j.choice.stock, j.choice.home))
    built = differentiate_joint(j.z, ground, j.choice, j.given, j.kernel, j.point, labour, ground.formation)
    each = np.eye(len(j.z))
    product = push(frame, each, (), sum_answers(frame, each, lines=False)).residual
    assert np.abs(product - built).max() <= 1e-12 * np.abs(built).max()


def test_sweeps_and_factors_agree(monkeypatch: pytest.MonkeyPatch):
    """With sweeps to the last digit, with the factors of this outcome, and where sweeps do not suffice."""
    e = random_economy(4, 1)
    world = ChannelWorld(e, random_channels(e, 1))
    out = world.solve(SHOCK)
    items = [QuotaChange("E00", "E01", "low"), TariffCut("E00", "E01", 0.0)] * 2
    built = differentiate(out, items).values
    swept = world.differentiate(out, items)
    assert np.allclose(swept.values, built, rtol=1e-8, atol=1e-9 * np.abs(built).max())
    monkeypatch.setattr("comity.world.sensitivity.MAX_SWEEPS", 1)
    assert np.array_equal(world.differentiate(out, items).values, built)


@pytest.mark.parametrize("far", [0.02, 0.5])
def test_columns_are_settled(far: float):
    """Twins, a column of zeros, and columns of very different size."""
    rng = np.random.default_rng(5)
    near = np.eye(60) + 0.1 * rng.normal(size=(60, 60)) / 8
    a = near + far * rng.normal(size=(60, 60)) / 8
    right = rng.normal(size=(60, 7)) * 10.0 ** np.arange(-6, 8, 2)
    right[:, 3] = right[:, 5]
    right[:, 1] = 0
    found = settle_columns(lambda x: a @ x, right, lu_factor(near), tolerance=1e-11, sweeps=20)
    assert found is not None
    scale = np.where(np.abs(right).max(axis=0) > 0, np.abs(right).max(axis=0), 1.0)
    assert (np.abs(a @ found - right).max(axis=0) / scale).max() <= 1e-10
    assert np.all(found[:, 1] == 0)


def test_what_does_not_settle_is_not_returned():
    a = np.array([[0.0, 1.0], [1.0, 0.0]])
    nowhere = settle_columns(lambda x: 0 * x, np.eye(2), lu_factor(a), tolerance=1e-9, sweeps=5)
    assert nowhere is None
    bad = settle_columns(lambda x: np.nan * x, np.eye(2), lu_factor(a), tolerance=1e-9, sweeps=5)
    assert bad is None
