"""The baseline of the channel mode on the committed pack: stocks kept, splits known or assumed, queues."""

from __future__ import annotations

import numpy as np
import pytest

from comity.errors import InputError
from comity.evidence import Evidence, Parameters
from comity.world import (
    ChannelWorld,
    QuotaChange,
    Registers,
    Shock,
    World,
    calibrate_channels,
    gather_registers,
)
from comity.world.channels import PARAMETERS
from comity.world.choice import Effort, Pull, choose
from comity.world.examples import random_channels, random_economy
from comity.world.registers import IRREGULAR_IN_US
from comity.world.switches import Switches


@pytest.fixture(scope="module")
def chosen() -> dict[str, float]:
    parameters = Parameters.load()
    names = (*PARAMETERS, *(f"world.choice.irregular_us.{code}" for code in IRREGULAR_IN_US))
    return {name: parameters.value(name) for name in names}


@pytest.fixture(scope="module")
def registers(evidence: Evidence, full: World, chosen: dict[str, float]) -> Registers:
    return gather_registers(evidence, full.economy.codes, chosen)


def test_stocks_and_working_units_are_those_of_the_economy(channel_world: ChannelWorld):
    world = channel_world
    e, c = world.economy, world.channels
    assert np.allclose(c.persons.sum(axis=(2, 3)), e.persons, rtol=1e-9, atol=1e-6)
    own = np.eye(len(e), dtype=bool)
    there = (c.persons.sum(axis=-1) > 0) & ~own[..., None]
    units = (c.units * c.persons).sum(axis=-1)
    capped = c.units[..., 0] >= 1
    assert np.allclose(units[there & ~capped], e.units[there & ~capped], rtol=1e-9)
    assert np.all(units <= e.units * (1 + 1e-9))
    assert units[there].sum() > 0.99 * e.units[there].sum(), "few units are beyond one a person"


def test_registers_are_used_where_they_speak(channel_world: ChannelWorld, evidence: Evidence):
    world = channel_world
    i, c = world.economy.places, world.channels
    refugees = evidence.table("refugees").astype({"origin": str, "destination": str})
    row = refugees[
        (refugees["year"] == 2024) & (refugees["origin"] == "VEN") & (refugees["destination"] == "COL")
    ]
    recorded = float(
        row[["refugees", "asylum_seekers", "other_protection"]].astype(float).sum(axis=1).iloc[0]
    )
    got = c.persons[i["VEN"], i["COL"], :, 1].sum()
    assert got <= recorded * (1 + 1e-9)
    assert got > 0.5 * recorded
    assert c.split_status["MEX", "USA"].endswith("estimate of the United States")
    assert "assumed share" in c.split_status["IND", "ARE"]
    assert "free movement" in c.split_status["ROU", "ITA"]
    assert c.persons[i["ROU"], i["ITA"], :, 2].sum() == 0
    assert set(c.split_status) == {
        (a, b)
        for a in world.economy.codes
        for b in world.economy.codes
        if a != b and world.economy.persons[i[a], i[b]] > 0
    }


def test_free_movement_is_not_rationed_and_visa_free_travel_is_no_free_movement(channel_world: ChannelWorld):
    world = channel_world
    i, c = world.economy.places, world.channels
    for a, b in (
        ("ROU", "ITA"),
        ("NOR", "DEU"),
        ("CHE", "FRA"),
        ("SAU", "ARE"),
        ("NZL", "AUS"),
        ("IRL", "GBR"),
    ):
        assert np.all(c.queue[i[a], i[b]] == 1)
        assert np.all(np.isinf(c.quota[i[a], i[b]]))
    for a, b in (("USA", "DEU"), ("IND", "ARE"), ("GBR", "FRA"), ("BRA", "ESP")):
        assert np.all(c.queue[i[a], i[b]] > 1)
        assert np.array_equal(c.quota[i[a], i[b]], c.persons[i[a], i[b], :, 0])


def test_the_queue_holds_as_many_as_the_parameter_says(channel_world: ChannelWorld, chosen: dict[str, float]):
    world = channel_world
    m, f, n = world.channels.menu, world.channels.factors, len(world.economy)
    opened = Pull(np.zeros((len(m.total), 3)), np.zeros((n, 2)), np.full(len(m.total), np.inf))
    made = choose(m, Effort(f.theta, f.eta, 0.0, deflection=True), opened, np.zeros((n, 2)), np.zeros((n, 2)))
    more = made.stock.sum() - m.stock.sum()
    assert more == pytest.approx(chosen["world.choice.potential_migrants"], rel=1e-6)
    levels = world.channels.queue.max(axis=(0, 1)) - 1
    assert levels[1] / levels[0] == pytest.approx(chosen["world.choice.queue_ratio_high"])


def test_no_register_is_no_error_and_is_said(full: World, chosen: dict[str, float]):
    e = random_economy(4, 2)
    few = {**chosen, "world.choice.potential_migrants": 0.05 * e.persons.sum()}
    c = calibrate_channels(e, Registers(), few)
    assert set(c.split_status.values()) == {"asylum: none on record; irregular: assumed share"}
    assert c.queue.max() > 1


@pytest.mark.parametrize("name", ["irregular_share_elsewhere", "least_regular"])
def test_an_impossible_share_is_refused(name: str, chosen: dict[str, float]):
    e = random_economy(3, 2)
    bad = {**chosen, f"world.choice.{name}": 1.4, "world.choice.potential_migrants": 1.0}
    with pytest.raises(InputError, match=rf"{name}.*between 0 and 1"):
        calibrate_channels(e, Registers(), bad)


def test_a_queue_that_no_number_reaches_is_refused(chosen: dict[str, float]):
    e = random_economy(3, 2)
    with pytest.raises(InputError, match="potential_migrants"):
        calibrate_channels(e, Registers(), {**chosen, "world.choice.potential_migrants": 1e12})


def test_channels_of_another_world_are_refused():
    with pytest.raises(InputError, match="economies"):
        ChannelWorld(random_economy(4, 1), random_channels(random_economy(3, 1), 1))


def test_each_switch_has_a_parameter_with_a_status():
    parameters = Parameters.load()
    for switch in Switches().describe(parameters):
        assert switch.status in {"measured", "estimated", "assumed", "contested"}
        assert parameters[switch.parameter].definition
    e, f = random_economy(3, 1), random_channels(random_economy(3, 1), 1).factors
    on = Switches(human_capital=True, market_size=True, trade_creation=False).apply(e, f).coefficients
    assert (on.gamma_human, on.gamma_labour, on.nu_migrants) == (f.human_capital, f.market_size, 0.0)
    assert Switches().apply(e, f) is e


def test_draws_of_all_parameters_calibrate(full: World, registers: Registers, chosen: dict[str, float]):
    """Two draws of all parameters of the choice, on the full world."""
    draws = Parameters.load().draw(np.random.default_rng(5), 2, chosen)
    for at in range(2):
        values = {name: float(drawn[at]) for name, drawn in draws.items()}
        c = calibrate_channels(full.economy, registers, values)
        assert np.isfinite(c.queue).all()
        assert c.queue.max() > 1


def test_a_smaller_world_keeps_its_people_and_solves(channel_world: ChannelWorld, groups: dict[str, str]):
    small = channel_world.aggregate({"ESP", "MAR", "SEN"}, groups)
    a, b = channel_world.channels, small.channels
    assert b.persons.sum() == pytest.approx(a.persons.sum())
    i, j = channel_world.economy.places, small.economy.places
    assert np.allclose(a.persons[i["MAR"], i["ESP"]], b.persons[j["MAR"], j["ESP"]])
    assert np.allclose(a.queue[i["MAR"], i["ESP"]], b.queue[j["MAR"], j["ESP"]])
    abroad = ~np.eye(len(small.economy), dtype=bool)
    units = (b.units * b.persons).sum(axis=-1)[abroad]
    assert np.all(units <= small.economy.units[abroad] * (1 + 1e-9) + 1e-6)
    shock = Shock(quotas=(QuotaChange("MAR", "ESP", "low", persons=100_000),))
    one, two = channel_world.solve(shock), small.solve(shock)
    gains = [out.ledger().gain(code) for code in ("ESP", "MAR") for out in (one, two)]
    assert gains[0] == pytest.approx(gains[1], rel=0.1)
    assert gains[2] == pytest.approx(gains[3], rel=0.1)
