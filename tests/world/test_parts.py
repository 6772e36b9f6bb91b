"""Parts of a provision add up to it, and an offer by all to all keeps to its proportions (E62)."""

from __future__ import annotations

import numpy as np
import pytest

from comity.errors import InputError
from comity.vocabulary import Provision
from comity.world import Facts, Figures, Part, Setting, Shock, World, act, act_part, act_parts
from comity.world.given import move_people

BLOC = ("DEU", "ESP", "FRA")
ORIGINS = ("MAR", "SEN")
ENTRY = Provision("LE02", "BLOC", "SOUTH", 6000.0, "persons per year", "k", {"skill": "low"})
AID = Provision("DV02", "BLOC", "SOUTH", 90.0, "US$ million per year", "aid")
FEES = Provision("RM01", "BLOC", "SOUTH", 3.0, "%", "fees")
PERMIT = Provision(
    "LE05", "BLOC", "SOUTH", 4.0, "years", "p", {"persons": 900.0, "max_stay": 9.0, "skill": "low"}
)


@pytest.fixture(scope="module")
def setting(full: World, values: dict[str, float], facts: Facts) -> Setting:
    members = {"BLOC": BLOC, "SOUTH": ORIGINS, "ESP": ("ESP",), "MAR": ("MAR",)}
    return Setting(full.economy, values, facts, members, 5)


def pieces(setting: Setting, figures: Figures, provision: Provision, action: str) -> Shock:
    parts = [Part(provision, action, givers=(a,), beneficiaries=(b,)) for a in BLOC for b in ORIGINS]
    return act_parts(setting, parts, figures.income)


@pytest.mark.parametrize(
    ("provision", "action"), [(ENTRY, "entry_places"), (PERMIT, "permit_validity")], ids=["entry", "permit"]
)
def test_parts_of_places_add_up(setting: Setting, figures: Figures, provision, action):
    whole = act(setting, provision, action)
    some = pieces(setting, figures, provision, action)
    for one, other in zip(
        move_people(setting.economy, whole), move_people(setting.economy, some), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-9)
    assert sum(c.usd for c in some.costs) == pytest.approx(sum(c.usd for c in whole.costs))


def test_parts_of_money_add_up_and_nothing_is_lost_on_the_way(setting: Setting, figures: Figures):
    whole, some = act(setting, AID, "public_transfer"), pieces(setting, figures, AID, "public_transfer")
    for shock in (whole, some):
        assert sum(t.usd for t in shock.transfers) == pytest.approx(90e6)

    def given(shock: Shock, giver: str) -> float:
        return sum(t.usd for t in shock.transfers if t.giver == giver)

    for giver in BLOC:
        assert given(some, giver) == pytest.approx(given(whole, giver))


def test_a_rule_holds_for_each_pair_alone(setting: Setting, figures: Figures):
    whole, some = (
        act(setting, FEES, "remittance_cost_ceiling"),
        pieces(setting, figures, FEES, "remittance_cost_ceiling"),
    )
    assert set(whole.fees) == set(some.fees)


def test_an_offer_by_all_gives_each_giver_its_size(setting: Setting, figures: Figures):
    one = Provision("LE02", "ESP", "MAR", 10_000.0, "persons per year", "k", {"skill": "low"})
    shock = act_part(setting, Part(one, "entry_places", alike=True), figures.income)
    e = setting.economy
    workers = e.workers.sum(axis=(0, 2))
    stock = {}
    for move in shock.moves:
        assert move.source != move.target
        stock[move.target] = stock.get(move.target, 0.0) + move.persons
    group = dict(zip(figures.codes, figures.income, strict=True))
    assert {group[code] for code in stock} == {group["ESP"]}
    assert {group[m.source] for m in shock.moves} == {group["MAR"]}
    assert stock["ESP"] == pytest.approx(10_000 * 5)
    for code in ("USA", "JPN", "DEU"):
        size = float(workers[e.place(code)] / workers[e.place("ESP")])
        assert stock[code] == pytest.approx(stock["ESP"] * size)
    assert len(act_parts(setting, [Part(one, "entry_places", alike=True)], figures.income).moves) == len(
        shock.moves
    )


def test_money_by_all_never_comes_back_to_its_giver(setting: Setting, figures: Figures):
    same = Provision("DV02", "ESP", "MAR", 10.0, "US$ million per year", "aid")
    widened = act_part(setting, Part(same, "public_transfer", alike=True), figures.income)
    assert all(t.giver != t.receiver for t in widened.transfers)
    assert len({t.giver for t in widened.transfers}) > 30


def test_who_takes_part_must_be_a_member(setting: Setting, figures: Figures):
    with pytest.raises(InputError, match="USA is not a member of BLOC"):
        act_part(setting, Part(ENTRY, "entry_places", givers=("USA",)), figures.income)
    assert act_part(setting, Part(ENTRY, "", givers=("ESP",)), figures.income).is_identity
    assert act_part(setting, Part(ENTRY, "entry_places", givers=()), figures.income).is_identity


def test_a_transfer_conserves_world_income(full: World, setting: Setting):
    """What one gives the other gets: final income of the world changes by tariff revenue alone."""
    pay = Provision("GV14", "ESP", "MAR", 500.0, "US$ million per year", "pay")
    outcome = full.solve(act(setting, pay, "cost_sharing"))
    e, p = full.economy, outcome.prices
    assert outcome.given.money.sum() == 0
    final = (p.spending - (1 - e.value_added_share) * p.output).sum() - p.revenue.sum()
    before = (e.spending - (1 - e.value_added_share) * e.output).sum() - e.tariff_revenue.sum()
    assert final == pytest.approx(before, rel=1e-9)
    lines = outcome.ledger().to_frame("ESP").set_index("line").loc["transfers", "usd"]
    got = outcome.ledger().to_frame("MAR").set_index("line").loc["transfers", "usd"]
    i, j = e.place("ESP"), e.place("MAR")
    assert lines * p.index[i] + got * p.index[j] == pytest.approx(0, abs=1e-3)
