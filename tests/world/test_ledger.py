"""§3.12: the ledger adds up, transfers are zero-sum, and who counts is the user's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world.test_equilibrium import a_shock

from comity.errors import InputError
from comity.world import DEFAULT_COUNTS, LINES, FeeCut, Shock, TariffCut, Transfer, World
from comity.world.examples import random_economy
from comity.world.ledger import COUNTS

ELSEWHERE = ("nationals_abroad", "movers")
few = settings(max_examples=40, deadline=None)


@given(st.integers(3, 12), st.integers(0, 10_000), st.floats(0, 1))
@few
def test_lines_and_memos_add_up_to_the_change_of_real_expenditure(size, seed, capital):
    economy = random_economy(size, seed, capital=capital)
    ledger = World(economy).solve(a_shock(economy, np.random.default_rng(seed))).ledger()
    here = [k for k, line in enumerate(LINES) if line.name not in ELSEWHERE]
    total = ledger.values[:, here].sum(axis=1) + ledger.memos.sum(axis=1)
    assert np.allclose(total, ledger.real_change, atol=1e-9 * economy.output.max())


@given(st.integers(3, 8), st.integers(0, 10_000))
@few
def test_what_immigrants_gain_is_what_nationals_abroad_gain(size, seed):
    economy = random_economy(size, seed)
    ledger = World(economy).solve(a_shock(economy, np.random.default_rng(seed))).ledger()
    names = [line.name for line in LINES]
    immigrants = ledger.values[:, names.index("immigrants")].sum()
    abroad = ledger.values[:, names.index("nationals_abroad")].sum()
    assert np.isclose(immigrants, abroad, rtol=1e-9, atol=1e-12)


@given(st.integers(3, 8), st.integers(0, 10_000))
@few
def test_a_side_payment_moves_value_and_makes_little(size, seed):
    economy = random_economy(size, seed)
    usd = 1e-3 * float(economy.output.min())
    ledger = World(economy).solve(Shock(transfers=(Transfer("E00", "E01", usd, "side_payment"),))).ledger()
    assert ledger.gain("E00") < 0 < ledger.gain("E01")


def test_a_cheaper_remittance_serves_the_receiver():
    economy = random_economy(5, 2)
    ledger = World(economy).solve(Shock(fees=(FeeCut("E00", "E01", 0.0),))).ledger()
    frame = ledger.to_frame("E00").set_index("line")["usd"]
    assert frame["remittances"] > 0
    assert frame["payment_providers"] < 0


def test_a_tariff_cut_costs_revenue():
    economy = random_economy(5, 2)
    ledger = World(economy).solve(Shock(tariffs=(TariffCut("E01", "E00", 1.0),))).ledger()
    assert ledger.to_frame("E00").set_index("line")["usd"]["tariff_revenue"] < 0


def test_each_line_has_a_ministry_a_group_a_unit_and_a_weight():
    for line in LINES:
        assert line.ministry
        assert line.group
        assert line.unit.startswith("US$")
        assert line.counts in COUNTS
    assert set(DEFAULT_COUNTS) == set(COUNTS)


def test_an_unknown_group_is_refused():
    ledger = World(random_economy(3, 1)).solve(Shock()).ledger()
    with pytest.raises(InputError, match="unknown group 'ministers'"):
        ledger.gain("E00", {"ministers": 1.0})
