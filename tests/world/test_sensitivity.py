"""Implicit derivatives of the ledger against finite differences of worlds solved again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from comity.errors import InputError
from comity.world import (
    Amenity,
    ChannelCost,
    ChannelWorld,
    Cost,
    Economy,
    Enforcement,
    FeeCut,
    Move,
    OpenCorridor,
    QuotaChange,
    Recognition,
    Shock,
    Switches,
    TariffCut,
    TradeCost,
    Transfer,
)
from comity.world.examples import random_channels, random_economy

if TYPE_CHECKING:
    from comity.world.direction import Item

Make = Callable[[Economy, float], Shock]
#: Item, the shock of t units more of it, step, and whether it can go both ways.
CASES: dict[str, tuple[Item, Make, float, bool]] = {
    "quota": (
        QuotaChange("E00", "E01", "low"),
        lambda _, t: Shock(quotas=(QuotaChange("E00", "E01", "low", persons=t),)),
        1e-3,
        True,
    ),
    "quota that was cut": (
        QuotaChange("E02", "E01", "high"),
        lambda _, t: Shock(quotas=(QuotaChange("E02", "E01", "high", persons=t),)),
        1e-3,
        True,
    ),
    "tariff": (
        TariffCut("E00", "E01", 0.0),
        lambda _, t: Shock(tariffs=(TariffCut("E00", "E01", t),)),
        1e-4,
        True,
    ),
    "trade cost": (
        TradeCost("E02", "E00", 1.0),
        lambda _, t: Shock(trade_costs=(TradeCost("E02", "E00", float(np.exp(t))),)),
        1e-4,
        True,
    ),
    "fee": (
        FeeCut("E01", "E02", 0.0),
        lambda e, t: Shock(fees=(FeeCut("E01", "E02", float(e.fee[1, 2] - t)),)),
        1e-4,
        False,
    ),
    "transfer": (
        Transfer("E00", "E03", 1.0, "aid", 0.7),
        lambda _, t: Shock(transfers=(Transfer("E00", "E03", t, "aid", 0.7),)),
        1e-4,
        True,
    ),
    "recognition": (
        Recognition("E00", "E01", 0.0, 0.2),
        lambda _, t: Shock(recognitions=(Recognition("E00", "E01", t, 0.2),)),
        1e-4,
        False,
    ),
    "cost of irregular movement": (
        ChannelCost("E01", "E02", "irregular", 1.0),
        lambda _, t: Shock(channel_costs=(ChannelCost("E01", "E02", "irregular", float(np.exp(t))),)),
        1e-4,
        True,
    ),
    "cost of regular entry": (
        ChannelCost("E01", "E02", "regular", 1.0, "low"),
        lambda _, t: Shock(channel_costs=(ChannelCost("E01", "E02", "regular", float(np.exp(t)), "low"),)),
        1e-4,
        True,
    ),
    "enforcement": (
        Enforcement("E00", "E02", 1.0),
        lambda _, t: Shock(enforcement=(Enforcement("E00", "E02", float(np.exp(t))),)),
        1e-4,
        True,
    ),
    "amenity": (
        Amenity("E01", "E00", 1.0),
        lambda _, t: Shock(amenities=(Amenity("E01", "E00", float(np.exp(t))),)),
        1e-4,
        True,
    ),
    "life at home": (
        Amenity("E01", "E01", 1.0),
        lambda _, t: Shock(amenities=(Amenity("E01", "E01", float(np.exp(t))),)),
        1e-4,
        True,
    ),
    "cost": (
        Cost("E01", 1.0, "administration"),
        lambda _, t: Shock(costs=(Cost("E01", t, "administration"),)),
        1e-4,
        True,
    ),
}
BASE = Shock(
    quotas=(QuotaChange("E00", "E01", "low", factor=1.3), QuotaChange("E02", "E01", "high", factor=0.7)),
    tariffs=(TariffCut("E00", "E01", 0.02),),
    recognitions=(Recognition("E00", "E01", 0.5, 0.2),),
    moves=(Move("E01", "E00", "E01", "low", 1.0, 0.5, 0.6),),
    enforcement=(Enforcement("E00", "E02", 1.5),),
    openings=(OpenCorridor("E03", "E02"),),
    transfers=(Transfer("E01", "E02", 0.3, "aid", 0.5),),
)
SWITCHES = {
    "fee": (Switches(rent_holder="treasury"), BASE),
    "no deflection": (Switches(deflection=False, rent_holder="recruiters"), BASE),
    "everything": (Switches(brain_gain=True, human_capital=True, market_size=True), BASE),
    "brain gain without deflection": (
        Switches(brain_gain=True, deflection=False, trade_creation=False),
        BASE,
    ),
    "at the baseline": (Switches(), Shock()),
}


@pytest.fixture(autouse=True)
def precise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Differences of worlds need worlds solved further than a report does."""
    monkeypatch.setattr("comity.world.joint.TOLERANCE", 1e-13)


@pytest.mark.parametrize(("switches", "base"), SWITCHES.values(), ids=SWITCHES)
def test_every_line_by_every_instrument(switches: Switches, base: Shock):
    e = random_economy(4, 1)
    world = ChannelWorld(e, random_channels(e, 1), switches)
    out = world.solve(base)
    found = world.differentiate(out, [case[0] for case in CASES.values()])
    assert found.error < 1e-12
    assert found.values.shape == (4, len(out.ledger().lines), len(CASES))
    for at, (name, (_, make, step, both)) in enumerate(CASES.items()):
        up = world.solve(base + make(e, step)).ledger().values
        if both:
            slope = (up - world.solve(base + make(e, -step)).ledger().values) / (2 * step)
        else:
            far = world.solve(base + make(e, 2 * step)).ledger().values
            slope = (4 * up - far - 3 * out.ledger().values) / (2 * step)
        gap = np.abs(found.values[..., at] - slope).max()
        assert gap <= 1e-5 * np.abs(slope).max(), name


def test_the_full_world_agrees_too(channel_world: ChannelWorld):
    world = channel_world
    base = Shock(
        quotas=(QuotaChange("MAR", "ESP", "low", factor=1.2), QuotaChange("SEN", "ESP", "high", factor=1.5))
    )
    out = world.solve(base)
    items = [QuotaChange("MAR", "ESP", "low"), TariffCut("MAR", "ESP", 0.0), Enforcement("SEN", "ESP", 1.0)]
    found = world.differentiate(out, items)
    assert found.error < 1e-9
    makes: list[tuple[float, Callable[[float], Shock]]] = [
        (3e3, lambda t: Shock(quotas=(QuotaChange("MAR", "ESP", "low", persons=t),))),
        (2e-4, lambda t: Shock(tariffs=(TariffCut("MAR", "ESP", t),))),
        (1e-3, lambda t: Shock(enforcement=(Enforcement("SEN", "ESP", float(np.exp(t))),))),
    ]
    for at, (step, make) in enumerate(makes):
        up, down = (world.solve(base + make(x)).ledger().values for x in (step, -step))
        slope = (up - down) / (2 * step)
        assert np.abs(found.values[..., at] - slope).max() <= 1e-5 * np.abs(slope).max(), items[at]


def test_a_quota_that_does_not_bind_has_no_price():
    e = random_economy(4, 1)
    world = ChannelWorld(e, random_channels(e, 1))
    out = world.solve(Shock(quotas=(QuotaChange("E00", "E01", "low", factor=1e3),)))
    assert out.queue[0, 1, 0] == 1
    assert np.all(world.differentiate(out, [QuotaChange("E00", "E01", "low")]).values == 0)


def test_a_frame_and_what_is_refused():
    e = random_economy(3, 1)
    world = ChannelWorld(e, random_channels(e, 1))
    out = world.solve(Shock())
    found = world.differentiate(out, [Transfer("E00", "E01", 1.0, "aid")])
    frame = found.to_frame("E00")
    assert frame.loc["transfers"].iloc[0] == pytest.approx(-1.0)
    assert found.units == ("US$ a year",)
    assert world.differentiate(out, []).values.shape[-1] == 0
    with pytest.raises(InputError, match="accepted"):
        found.to_frame("XXX")
    with pytest.raises(InputError, match="accepted: QuotaChange"):
        world.differentiate(out, [Move("E00", "E00", "E01", "low", 1.0, 1.0, 1.0)])  # type: ignore[list-item]
