"""§3.7–§3.13 in equilibrium: small made-up worlds against brute force, identities, and bad input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import root

from comity.errors import InputError, SolveError
from comity.world import (
    CHANNELS,
    Amenity,
    ChannelCost,
    ChannelFactors,
    ChannelOutcome,
    Channels,
    ChannelWorld,
    CloseChannel,
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
    Transfer,
    World,
)
from comity.world.choice import Effort, choose
from comity.world.examples import random_channels, random_economy
from comity.world.joint import evaluate_joint
from comity.world.labour import Stocks, change_labour
from comity.world.ledger import ELSEWHERE
from comity.world.policy import read_policy
from comity.world.tangent import differentiate_joint

seeds = st.integers(0, 10_000)
few = settings(max_examples=6, deadline=None)
SWITCHES = {
    "as it is": Switches(),
    "no deflection": Switches(deflection=False, rent_holder="recruiters"),
    "fee": Switches(rent_holder="treasury", network=False),
    "everything": Switches(brain_gain=True, human_capital=True, market_size=True),
    "brain gain without deflection": Switches(brain_gain=True, deflection=False, trade_creation=False),
}
switched = pytest.mark.parametrize("switches", SWITCHES.values(), ids=SWITCHES)
SHOCK = Shock(
    quotas=(QuotaChange("E00", "E01", "low", factor=1.3), QuotaChange("E02", "E01", "high", factor=0.7)),
    tariffs=(TariffCut("E00", "E01", 0.02),),
    fees=(FeeCut("E00", "E02", 0.01),),
    recognitions=(Recognition("E00", "E01", 0.5, 0.2),),
    moves=(
        Move("E01", "E01", "E00", "low", 0.5, 0.5, 0.6),
        Move("E01", "E02", "E01", "low", 0.01, 0.3, 0.6, 0.5),
    ),
    enforcement=(Enforcement("E00", "E02", 1.5),),
    openings=(OpenCorridor("E03", "E02"),),
    closings=(CloseChannel("E03", "E01", "irregular"),),
    amenities=(Amenity("E01", "E01", 1.02), Amenity("E01", "E03", 0.9, "high")),
    channel_costs=(ChannelCost("E02", "E00", "asylum", 1.2),),
    transfers=(Transfer("E01", "E02", 0.3, "aid", 0.5),),
    costs=(Cost("E01", 0.01, "administration"),),
)  # fmt: skip


def made_up(seed: int, switches: Switches | None = None, size: int = 4, **factors: float) -> ChannelWorld:
    e = random_economy(size, seed)
    return ChannelWorld(e, random_channels(e, seed, **factors), switches)


@switched
def test_identity_is_exact(switches: Switches):
    world = made_up(1, switches)
    out = world.solve(Shock())
    assert np.all(out.prices.factor == 1)
    assert np.array_equal(out.persons, world.channels.persons)
    assert np.abs(out.ledger().values).max() < 1e-12 * world.economy.output.sum()
    assert np.abs(out.ledger().real_change).max() < 1e-12 * world.economy.output.sum()


@switched
@given(seed=seeds)
@few
def test_accounts_close_and_people_are_conserved(switches: Switches, seed: int):
    world = made_up(seed, switches)
    out = world.solve(SHOCK)
    assert out.error <= 1e-10
    assert out.complementarity <= 1e-8
    assert abs(out.prices.walras) <= 1e-9
    e, p = world.economy, out.prices
    assert abs(p.spending.sum() - p.output.sum() - p.revenue.sum()) <= 1e-9 * p.spending.sum()
    ledger = out.ledger()
    counted = np.array([line.name not in ELSEWHERE for line in ledger.lines])
    total = ledger.values[:, counted].sum(axis=1) + ledger.memos.sum(axis=1)
    assert np.abs(total - ledger.real_change).max() <= 1e-9 * e.output.max()
    born = out.persons.sum(axis=(1, 3)) - world.channels.persons.sum(axis=(1, 3))
    if not switches.brain_gain:
        assert np.abs(born).max() <= 1e-9 * world.channels.persons.sum()
    assert np.abs(born.sum(axis=1)).max() <= 1e-9 * world.channels.persons.sum()
    assert (out.persons >= 0).all()


@switched
def test_two_starts_agree(switches: Switches):
    world = made_up(4, switches)
    one = world.solve(SHOCK)
    start = one.joint.z + np.random.default_rng(3).normal(0, 0.05, len(one.joint.z))
    two = world.solve(SHOCK, start=start)
    assert np.abs(one.joint.z - two.joint.z).max() < 1e-8
    assert np.allclose(one.persons, two.persons, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("switches", [Switches(), Switches(deflection=False)], ids=["deflection", "none"])
@given(seed=seeds)
@settings(max_examples=3, deadline=None)
def test_brute_force_finds_the_same_world(switches: Switches, seed: int):
    """scipy's root on the full system, its own finite differences, from somewhere else."""
    world = made_up(seed, switches, size=3)
    shock = replace(SHOCK, **dict.fromkeys(("openings", "closings", "amenities", "moves"), ()))
    out = world.solve(shock)
    start = out.joint.z + np.random.default_rng(seed).normal(0, 0.02, len(out.joint.z))
    found = root(lambda z: evaluate_joint(z, out.ground, world.effort).value, start, tol=1e-13)
    assert np.abs(evaluate_joint(found.x, out.ground, world.effort).value).max() < 1e-10
    assert np.abs(found.x - out.joint.z).max() < 1e-8


@switched
def test_the_jacobian_is_the_derivative(switches: Switches):
    world = made_up(1, switches)
    ground, rng = world.solve(SHOCK).ground, np.random.default_rng(0)
    size = len(world.solve(Shock()).joint.z)
    z = rng.normal(0, 0.02, size)
    j = evaluate_joint(z, ground, world.effort)
    labour = change_labour(ground, Stocks(j.choice.stock, j.choice.home))
    exact = differentiate_joint(z, ground, j.choice, j.given, j.kernel, j.point, labour, ground.formation)
    step = 1e-6
    for k in range(size):
        d = np.zeros(size)
        d[k] = step
        up, down = (evaluate_joint(z + x, ground, world.effort).value for x in (d, -d))
        assert np.abs(exact[:, k] - (up - down) / (2 * step)).max() < 1e-7


def unmoved(world: ChannelWorld) -> ChannelWorld:
    """Nobody answers anything: elasticities next to nothing, no quota."""
    c = world.channels
    free = np.full_like(c.quota, np.inf)
    factors = replace(c.factors, theta=1e-9, excess=0.0, network=0.0, irregular_tax=1.0)
    return ChannelWorld(world.economy, replace(c, queue=np.ones_like(c.queue), quota=free, factors=factors))


@given(seeds)
@few
def test_where_nobody_answers_it_is_quantity_mode(seed: int):
    """Moves, tariffs, fees, transfers, recognition, costs: the same prices and the same ledger lines."""
    world = unmoved(made_up(seed))
    shock = Shock(
        moves=(Move("E01", "E01", "E00", "low", 0.5, 0.5, 0.6),), tariffs=SHOCK.tariffs, fees=SHOCK.fees,
        transfers=SHOCK.transfers, recognitions=SHOCK.recognitions, costs=SHOCK.costs,
    )  # fmt: skip
    one, two = world.solve(shock), World(world.economy).solve(shock)
    assert np.allclose(one.prices.factor, two.prices.factor, rtol=1e-7)
    a, b = one.ledger(), two.ledger()
    assert np.allclose(a.values[:, : b.values.shape[1]], b.values, atol=1e-6 * np.abs(b.values).max())


@given(seeds)
@few
def test_fewer_places_are_a_move_home_in_quantity_mode(seed: int):
    """Without deflection and other answers, fewer places are the same move home by number."""
    base = made_up(seed, Switches(deflection=False, network=False))
    factors = replace(base.channels.factors, theta=1e-6, excess=0.0)
    world = ChannelWorld(base.economy, replace(base.channels, factors=factors), base.switches)
    m = world.channels.menu
    k = int(np.flatnonzero(np.isfinite(m.quota))[0])
    i, j, s = int(m.origin[k]), int(m.place[k]), int(m.skill[k])
    codes, skill = world.economy.codes, ("low", "high")[s]
    fewer = 0.3 * m.stock[k, 0]
    out = world.solve(Shock(quotas=(QuotaChange(codes[i], codes[j], skill, persons=-fewer),)))
    unit_there, unit_home = world.channels.units[i, j, s, 0], world.channels.home_units[i, s]
    move = Move(codes[i], codes[j], codes[i], skill, fewer, float(unit_there), float(unit_home))
    plain = World(world.economy).solve(Shock(moves=(move,)))
    assert np.allclose(out.prices.factor, plain.prices.factor, rtol=1e-6)
    assert np.allclose(out.prices.index, plain.prices.index, rtol=1e-6)


@given(seeds)
@few
def test_opening_helps_at_the_prices_it_leads_to(seed: int):
    """Pay moves too, so that a group may lose; at the pay that results, open ways are no worse."""
    world = made_up(seed)
    shock = Shock(
        openings=(OpenCorridor("E00", "E01"),), quotas=(QuotaChange("E02", "E01", "low", factor=1.5),)
    )
    out = world.solve(shock)
    shut = read_policy(world.economy, world.channels, Shock()).pull
    real = out.real_wage()
    closed = choose(world.channels.menu, world.effort, shut, np.log(real[..., 1]), np.log(real[..., 0]))
    assert np.all(out.joint.choice.log_gain >= closed.log_gain - 1e-8)
    index, usd = out.expected_utility().index, out.expected_utility().usd
    assert np.allclose(np.log(index) * out.home_income, usd)


@pytest.mark.parametrize("deflection", [True, False])
@given(seed=seeds)
@few
def test_the_ledger_carries_the_multiplier(deflection: bool, seed: int):
    """Movers + taste + rent, in equilibrium at the baseline: one place more is worth y ln q."""
    world = made_up(seed, Switches(network=False, deflection=deflection))
    m = world.channels.menu
    bound = np.flatnonzero(np.isfinite(m.quota))
    k = int(bound[seed % len(bound)])
    i, j, s = int(m.origin[k]), int(m.place[k]), int(m.skill[k])
    codes = world.economy.codes

    def worth(extra: float) -> float:
        change = QuotaChange(codes[i], codes[j], ("low", "high")[s], persons=extra)
        out = world.solve(Shock(quotas=(change,)))
        ledger = out.ledger()
        names = [line.name for line in ledger.lines]
        lines = ledger.values[:, names.index("movers")] + ledger.values[:, names.index("taste")]
        return float(lines.sum() + out.rent().sum())

    step = 1e-3 * m.stock[k, 0]
    slope = (worth(step) - worth(-step)) / (2 * step)
    assert slope == pytest.approx(world.solve(Shock()).multiplier()[i, j, s], rel=1e-3)


def test_who_holds_the_rent_moves_no_price_and_pays_for_it_once():
    """A fee of the rent is paid by migrants to the holder: prices stay, and the country's total stays."""
    plain = made_up(2, Switches())
    shock = Shock(quotas=(QuotaChange("E00", "E01", "low", factor=1.5),))
    one = plain.solve(shock)
    for holder, share in (("treasury", 1.0), ("recruiters", plain.channels.factors.rent_share)):
        two = plain.with_switches(rent_holder=holder).solve(shock)
        assert np.array_equal(one.prices.factor, two.prices.factor)
        a, b = one.ledger(), two.ledger()
        names = [line.name for line in b.lines]
        rent = b.values[:, names.index("queue_rent")]
        before = np.nan_to_num(plain.channels.menu.stock[:, 0])
        assert before.sum() > 0
        change = (two.rent() - plain.solve(Shock()).rent()).sum(axis=(0, 2)) * plain.economy.price_level
        assert np.allclose(rent, share * change, atol=1e-12 * np.abs(change).max())
        assert np.allclose(a.real_change, b.real_change)
        assert b.lines[names.index("queue_rent")].counts == (
            "treasury" if holder == "treasury" else "employers"
        )


def test_money_transferred_is_conserved():
    world = made_up(6)
    shock = Shock(transfers=(Transfer("E00", "E01", 1.0, "side_payment"),))
    out = world.solve(shock)
    assert out.given.money.sum() == pytest.approx(0, abs=1e-12)
    e = world.economy
    assert (e.value_added_share * out.prices.output).sum() == pytest.approx(e.value_added.sum(), rel=1e-9)


LISTS = ("output", "value_added_share", "labour_share", "work_rate", "premium", "tax", "price_level")


def test_relabelling_countries_changes_nothing():
    e = random_economy(4, 9)
    c = random_channels(e, 9)
    order = np.array([2, 0, 3, 1])
    square = {"sales", "tariff", "units", "workers", "persons", "remitted", "remit_rate", "fee"}
    turned = {
        name: getattr(e, name)[order][:, order] if name in square else getattr(e, name)[order]
        for name in (*square, *LISTS)
    }  # fmt: skip
    other = replace(e, codes=tuple(e.codes[k] for k in order), **turned)
    moved = {name: getattr(c, name)[order][:, order] for name in ("persons", "queue", "quota", "units")}
    one = ChannelWorld(e, c).solve(SHOCK)
    two = ChannelWorld(other, replace(c, **moved)).solve(SHOCK)
    assert np.allclose(one.persons[order][:, order], two.persons, rtol=1e-7)
    assert np.allclose(one.ledger().values[order], two.ledger().values, atol=1e-7 * e.output.max())


def test_a_tighter_quota_in_equilibrium():
    """With deflection some turn to other channels; without it none at given pay, and next to none in all."""
    shock = Shock(quotas=(QuotaChange("E00", "E01", "low", factor=0.5),))
    with_it = made_up(2, Switches(network=False)).solve(shock)
    without = made_up(2, Switches(deflection=False)).solve(shock)
    start = with_it.channels.persons
    elsewhere = [(out.persons - start)[0, 1, 0, 1:].sum() for out in (with_it, without)]
    assert elsewhere[0] > 10 * abs(elsewhere[1]) > 0


def test_enforcement_bites_more_where_places_are_opened():
    """§3.9: ln κ̂ = ε (1 + ψ o) ln Ê; the interaction is what the evidence is about, not the main effect."""
    world = made_up(2)
    control = Enforcement("E00", "E01", 2.0)
    openings = (QuotaChange("E00", "E01", "low", factor=2.0), QuotaChange("E00", "E01", "high", factor=2.0))

    def irregular(shock: Shock) -> float:
        return float(world.solve(shock).persons[0, 1, :, 2].sum())

    alone = irregular(Shock(enforcement=(control,))) / irregular(Shock())
    both = irregular(Shock(enforcement=(control,), quotas=openings)) / irregular(Shock(quotas=openings))
    assert both < alone < 1


def test_the_network_works_against_deflection():
    shock = Shock(quotas=(QuotaChange("E00", "E01", "low", factor=1.5),))
    changes = []
    for network in (False, True):
        out = made_up(2, Switches(network=network)).solve(shock)
        changes.append((out.persons - out.channels.persons)[0, 1, 0, 2])
    assert changes[0] < 0
    assert changes[1] > changes[0]


def test_moves_become_quotas():
    world = made_up(3)
    unit = world.channels.units[0, 1, 0, 0]
    shock = Shock(
        moves=(
            Move("E00", "E00", "E01", "low", 2.0, 0.5, 0.8),
            Move("E01", "E00", "E01", "low", 0.1, 0.5, 0.8),
        )
    )
    turned = world.to_quota(shock)
    assert [q.persons for q in turned.quotas] == [pytest.approx(2.0 * 0.8 / unit)]
    assert turned.moves == shock.moves[1:], "a return stays a move"
    assert [q.persons for q in world.to_quota(shock, families=False).quotas] == [2.0]


BAD = {
    "quota below zero": Shock(quotas=(QuotaChange("E00", "E01", "low", persons=-1e9),)),
    "negative ceiling": Shock(quotas=(QuotaChange("E00", "E01", "low", to=-1.0),)),
    "two numbers": Shock(quotas=(QuotaChange("E00", "E01", "low", to=1.0, factor=2.0),)),
    "no number": Shock(quotas=(QuotaChange("E00", "E01", "low"),)),
    "channel": Shock(channel_costs=(ChannelCost("E00", "E01", "boat", 2.0),)),
    "closing": Shock(closings=(CloseChannel("E00", "E01", "boat"),)),
    "skill": Shock(openings=(OpenCorridor("E00", "E01", "middle"),)),
    "economy": Shock(openings=(OpenCorridor("E00", "XXX"),)),
    "itself": Shock(openings=(OpenCorridor("E00", "E00"),)),
    "factor": Shock(enforcement=(Enforcement("E00", "E01", -1.0),)),
    "share": Shock(recognitions=(Recognition("E00", "E01", 1.5, 0.2),)),
    "more than there are": Shock(moves=(Move("E00", "E01", "E00", "low", 1e9, 0.5, 0.5),)),
}


@pytest.mark.parametrize("shock", BAD.values(), ids=BAD)
def test_bad_shocks_say_what_is_accepted(shock: Shock):
    with pytest.raises(InputError, match="accepted:"):
        made_up(1).solve(shock)


def test_bad_tables_say_what_is_accepted():
    e = random_economy(3, 1)
    c = random_channels(e, 1)
    bad = c.persons.copy()
    bad[0, 1, 0, 1] = -5
    with pytest.raises(InputError, match=r"persons.*-5.*accepted"):
        replace(c, persons=bad)
    with pytest.raises(InputError, match="quota"):
        replace(c, quota=np.where(np.eye(3)[..., None] > 0, c.quota, -1.0))
    with pytest.raises(InputError, match="queue"):
        replace(c, queue=c.queue * 0.1)
    with pytest.raises(InputError, match="accepted"):
        replace(c, factors=replace(c.factors, theta=-1.0))
    with pytest.raises(InputError, match="networks"):
        replace(c, factors=replace(c.factors, network=2.0))
    with pytest.raises(InputError, match="skills"):
        replace(c, persons=c.persons[..., 0])
    with pytest.raises(InputError, match="rent"):
        Switches(rent_holder="nobody")  # type: ignore[arg-type]


@pytest.mark.parametrize("way", ["sales", "purchases"])
def test_an_isolated_country_is_named(way: str):
    e = random_economy(3, 1)
    sales = e.sales.copy()
    if way == "sales":
        sales[1, [0, 2]] = 0.0
    else:
        sales[[0, 2], 1] = 0.0
    with pytest.raises(InputError, match=r"E01.*no trade"):
        ChannelWorld(replace(e, sales=sales), random_channels(e, 1))


def test_quantity_mode_refuses_items_of_channels():
    e: Economy = random_economy(3, 1)
    with pytest.raises(InputError, match="ChannelWorld"):
        World(e).solve(Shock(openings=(OpenCorridor("E00", "E01"),)))


def test_failure_names_an_economy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("comity.world.joint.MAX_STEPS", 1)
    with pytest.raises(SolveError, match=r"residual .* in E0\d after"):
        made_up(1).solve(SHOCK)


def test_queues_that_do_not_settle_name_the_people(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("comity.world.quota.MAX_STEPS", 1)
    with pytest.raises(SolveError, match=r"residual .*-skill people born in E0\d"):
        made_up(1).solve(Shock(amenities=(Amenity("E00", "E01", 1.5),)))


def test_descriptions():
    world = made_up(1)
    assert "rationed" in repr(world)
    assert CHANNELS == ("regular", "asylum", "irregular")
    assert isinstance(world.channels, Channels)
    assert isinstance(world.channels.factors, ChannelFactors)
    assert isinstance(world.solve(Shock()), ChannelOutcome)
    assert isinstance(world.effort, Effort)
