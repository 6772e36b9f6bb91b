"""How much of a clause is released and used: shares, milestones, sequence, and what they do to the game."""
# ruff: noqa: E501

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.evidence import Catalogue, Evidence
from comity.services.deal import list_countries
from comity.services.delivery import draw_delivery
from comity.services.roundfile import Round, parse_round
from comity.services.stakes import draw_interests, draw_no_deal, draw_threats

CATALOGUE = Catalogue.load()
COUNTRIES = list_countries(Evidence.load())
DRAWS = 400

ROUND = """
round: delivery
title: Made up for a test
parties:
  - code: ESP
  - code: MAR
    no_deal: {{low: {low}, mid: {mid}, high: {high}, source: made up}}
table:
  - {{key: money, instrument: DV03, giver: ESP, beneficiary: MAR, range: [0, 100]{money}}}
  - {{key: days, instrument: PE02, giver: MAR, beneficiary: ESP, range: [5, 30], today: 45{days}}}
interests:
  - {{party: MAR, clause: money, value: {{low: 10, mid: 20, high: 30}}, source: made up}}
  - {{party: ESP, clause: money, value: {{low: -9, mid: -6, high: -3}}, whatever_is_used: {fixed}, source: made up}}
"""


def read(money: str = "", days: str = "", *, fixed: bool = False, no_deal: str = "0 0 0") -> Round:
    low, mid, high = no_deal.split()
    text = ROUND.format(
        money=f", {money}" if money else "",
        days=f", {days}" if days else "",
        fixed=str(fixed).lower(),
        low=low,
        mid=mid,
        high=high,
    )
    return parse_round(text.encode(), name="r.yaml", catalogue=CATALOGUE, countries=COUNTRIES)


def use(low: float, mid: float, high: float) -> str:
    return f"take_up: {{low: {low}, mid: {mid}, high: {high}, source: made up}}"


def tranche(share: float, milestone: str, met: str = "", due: int = 0) -> str:
    chance = f", met: {{{met}}}, source: made up" if met else ""
    return f"{{share: {share}, milestone: {milestone}, due: {due}{chance}}}"


HALF = "low: 0.5, mid: 0.5, high: 0.5"
NEVER, ALWAYS = "low: 0, mid: 0, high: 0", "low: 1, mid: 1, high: 1"
SHARES = st.lists(st.floats(0, 1).map(lambda x: round(x, 3)), min_size=3, max_size=3).map(sorted)


def test_without_conditions_all_of_it_counts():
    found = draw_delivery(read(), DRAWS, 1)
    assert not found.conditional
    assert np.all(found.factor == 1)
    assert np.all(found.central == 1)


@given(SHARES)
@settings(max_examples=40, deadline=None)
def test_use_stays_between_its_ends(ends: list[float]):
    found = draw_delivery(read(use(*ends)), DRAWS, 1)
    assert np.all(found.factor[:, 0] >= ends[0] - 1e-12)
    assert np.all(found.factor[:, 0] <= ends[2] + 1e-12)
    assert np.all(found.factor[:, 1] == 1)
    assert found.central[0] == pytest.approx(ends[1])


def test_a_take_up_moves_no_other_draw():
    plain, other = read(), read(use(0.1, 0.2, 0.3))
    for one, two in zip(draw_interests(plain, 50, 3), draw_interests(other, 50, 3), strict=True):
        assert np.array_equal(one.slope, two.slope)


def test_tranches_are_released_in_order():
    money = f"tranches: [{tranche(0.25, 'signed')}, {tranche(0.25, 'first', HALF, 6)}, "
    money += f"{tranche(0.5, 'second', HALF, 12)}]"
    found = draw_delivery(read(money), 4000, 1)
    shares, counts = np.unique(found.factor[:, 0], return_counts=True)
    assert shares.tolist() == [0.25, 0.5, 1.0]
    assert (counts / 4000).tolist() == pytest.approx([0.5, 0.25, 0.25], abs=0.03)
    assert found.central[0] == pytest.approx(0.25 + 0.25 * 0.5 + 0.5 * 0.25)


def test_a_milestone_that_never_comes_keeps_back_all_that_follows():
    money = f"tranches: [{tranche(0.4, 'one', ALWAYS)}, {tranche(0.3, 'two', NEVER)}, {tranche(0.3, 'three', ALWAYS)}]"
    found = draw_delivery(read(money), 100, 1)
    assert np.allclose(found.factor[:, 0], 0.4)


def test_the_same_milestone_falls_together():
    found = draw_delivery(
        read(f"tranches: [{tranche(1, 'Parliament agrees', HALF)}]", f"tranches: [{tranche(1, 'Parliament agrees', HALF)}]"),
        DRAWS,
        1,
    )  # fmt: skip
    assert np.array_equal(found.factor[:, 0], found.factor[:, 1])
    assert 0.4 < found.factor[:, 0].mean() < 0.6


def test_part_of_a_clause_is_part_of_the_way_from_today():
    round_ = read(
        f"tranches: [{tranche(0.5, 'one', ALWAYS)}, {tranche(0.5, 'two', NEVER)}]", use(0.5, 0.5, 0.5)
    )
    found = draw_delivery(round_, 10, 1)
    clauses = {clause.key: clause for clause in round_.table}
    assert found.effective(clauses, {"money": 80.0, "days": 5.0}, 3) == {"money": 40.0, "days": 25.0}
    nothing = found.with_factor(np.zeros_like(found.factor))
    assert nothing.effective(clauses, {"money": 80.0, "days": 5.0}, 3) == {}


@pytest.mark.parametrize("fixed", [False, True])
def test_what_is_not_used_is_worth_nothing_unless_it_falls_due_anyway(fixed: bool):
    round_ = read(use(0.2, 0.2, 0.2), fixed=fixed)
    delivery = draw_delivery(round_, 50, 1)
    gets, pays = draw_interests(round_, 50, 1, delivery)
    full_gets, full_pays = draw_interests(round_, 50, 1)
    assert np.allclose(gets.slope, 0.2 * full_gets.slope)
    assert np.allclose(pays.slope, (1.0 if fixed else 0.2) * full_pays.slope)


def test_no_deal_and_threats_are_drawn_between_their_ends():
    round_ = read(no_deal="-30 -10 -5")
    found = draw_no_deal(round_, DRAWS, 1)
    assert found.shape == (DRAWS, 2)
    assert np.all(found[:, 0] == 0)
    assert np.all((found[:, 1] >= -30) & (found[:, 1] <= -5))
    assert found[:, 1].std() > 1
    assert draw_no_deal(read(no_deal="-10 -10 -10"), DRAWS, 1).tolist() == [0.0, -10.0]
    assert not draw_threats(round_, DRAWS, 1).any()
