"""§3.13: identity, Walras, two starts, homogeneity, the Jacobian, failure that names the economy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import InputError, SolveError
from comity.world import (
    Cost,
    Economy,
    FeeCut,
    Move,
    Recognition,
    Shock,
    TariffCut,
    TradeCost,
    Transfer,
    World,
)
from comity.world.equilibrium import jacobian, residual
from comity.world.examples import random_economy
from comity.world.given import prepare

seeds = st.integers(0, 10_000)
sizes = st.integers(3, 12)
few = settings(max_examples=40, deadline=None)


def a_shock(economy: Economy, rng: np.random.Generator, size: float = 1.0) -> Shock:
    """One of everything, between made-up economies."""
    a, b, c = (str(x) for x in rng.choice(economy.codes, 3, replace=False))
    many = 0.05 * float(economy.units[economy.place(a), economy.place(a), 0])
    few_high = 0.05 * float(economy.units[economy.place(c), economy.place(b), 1])
    return Shock(
        moves=(
            Move(a, a, b, "low", many * size * rng.uniform(), 0.7, 0.8),
            Move(c, b, c, "high", few_high * rng.uniform(), 0.6, 0.9, tax_source=0.5),
        ),
        tariffs=(TariffCut(a, b, 0.03 * rng.uniform()), TariffCut(c, a, 0.5)),
        trade_costs=(TradeCost(b, c, 1 - 0.2 * size * rng.uniform()),),
        fees=(FeeCut(a, b, 0.01),),
        transfers=(Transfer(b, a, 0.05 * size, "aid", 0.7), Transfer(c, b, 0.02, "side_payment")),
        recognitions=(Recognition(a, b, 0.5, 0.2),),
        costs=(Cost(b, 0.01, "administration"), Cost(a, -0.02, "enforcement")),
    )


@given(sizes, seeds)
@few
def test_identity_shock_returns_exactly_one(size, seed):
    prices = World(random_economy(size, seed)).solve(Shock()).prices
    assert np.all(prices.factor == 1)
    assert np.all(prices.index == 1)
    assert prices.steps == 0


@given(sizes, seeds)
@few
def test_identity_shock_moves_no_line(size, seed):
    economy = random_economy(size, seed)
    ledger = World(economy).solve(Shock()).ledger()
    assert np.abs(ledger.values).max() < 1e-12 * economy.output.sum()


@given(sizes, seeds)
@few
def test_residual_walras_and_world_budget(size, seed):
    economy = random_economy(size, seed)
    outcome = World(economy).solve(a_shock(economy, np.random.default_rng(seed)))
    prices, g = outcome.prices, outcome.given
    assert prices.error <= 1e-10
    assert abs(prices.walras) <= 1e-9
    # World budget: what all economies spend is what all economies earn.
    spent = prices.spending.sum()
    earned = prices.output.sum() + prices.revenue.sum() + g.money.sum()
    assert abs(spent - earned) <= 1e-9 * earned
    # The numeraire: world value added is what it was.
    assert np.isclose((economy.value_added_share * prices.output).sum(), economy.value_added.sum(), rtol=1e-9)


@given(sizes, seeds)
@few
def test_two_starts_agree(size, seed):
    economy = random_economy(size, seed)
    world, rng = World(economy), np.random.default_rng(seed)
    shock = a_shock(economy, rng)
    one = world.solve(shock).prices
    two = world.solve(shock, start=rng.normal(0, 0.2, 2 * size)).prices
    assert np.abs(np.log(one.factor / two.factor)).max() < 1e-8
    assert np.abs(np.log(one.index / two.index)).max() < 1e-8


@given(sizes, seeds, st.floats(1e-3, 1e3))
@few
def test_homogeneous_of_degree_zero_in_money(size, seed, factor):
    economy = random_economy(size, seed)
    shock = a_shock(economy, np.random.default_rng(seed))
    richer = replace(
        economy,
        sales=economy.sales * factor,
        output=economy.output * factor,
        remitted=economy.remitted * factor,
    )
    scaled = replace(
        shock,
        transfers=tuple(replace(t, usd=t.usd * factor) for t in shock.transfers),
        costs=tuple(replace(c, usd=c.usd * factor) for c in shock.costs),
    )
    one, two = World(economy).solve(shock), World(richer).solve(scaled)
    assert np.allclose(one.prices.factor, two.prices.factor, rtol=1e-8)
    assert np.allclose(one.ledger().values * factor, two.ledger().values, rtol=1e-6, atol=1e-8 * factor)


@given(sizes, seeds, st.floats(1e-2, 1e2))
@few
def test_homogeneous_of_degree_zero_in_people(size, seed, factor):
    economy = random_economy(size, seed, stock_floor=0.0)
    shock = a_shock(economy, np.random.default_rng(seed))
    larger = replace(
        economy,
        units=economy.units * factor,
        workers=economy.workers * factor,
        persons=economy.persons * factor,
    )
    scaled = replace(shock, moves=tuple(replace(m, persons=m.persons * factor) for m in shock.moves))
    one, two = World(economy).solve(shock), World(larger).solve(scaled)
    assert np.allclose(one.prices.factor, two.prices.factor, rtol=1e-8)


@given(st.integers(3, 7), seeds)
@few
def test_jacobian_is_the_derivative_of_the_residual(size, seed):
    economy, rng = random_economy(size, seed), np.random.default_rng(seed)
    g = prepare(economy, a_shock(economy, rng))
    z = rng.normal(0, 0.1, 2 * size)
    h = 1e-6
    numeric = np.array([(residual(z + d, economy, g) - residual(z - d, economy, g)) / (2 * h)
                        for d in np.eye(2 * size) * h]).T  # fmt: skip
    assert np.abs(jacobian(z, economy, g) - numeric).max() < 1e-6 * (1 + np.abs(numeric).max())


def test_a_large_shock_renews_the_jacobian_and_still_solves():
    economy = random_economy(8, 5)
    codes = economy.codes
    shock = Shock(trade_costs=tuple(TradeCost(a, b, 0.4) for a in codes for b in codes if a != b))
    prices = World(economy).solve(shock).prices
    assert prices.error <= 1e-10
    assert prices.factorings >= 1
    assert np.all(prices.index < 1), "cheaper trade everywhere lowers every price index"


def test_failure_names_an_economy_and_gives_no_number():
    economy = random_economy(4, 1)
    shock = Shock(transfers=(Transfer("E00", "E01", 1e6 * float(economy.output.sum()), "side_payment"),))
    with pytest.raises(SolveError, match=r"E0[0-3]"):
        World(economy).solve(shock)


@pytest.mark.parametrize(
    ("shock", "words"),
    [
        (Shock(moves=(Move("E00", "E00", "XX", "low", 1, 1, 1),)), "no economy 'XX'"),
        (Shock(moves=(Move("E00", "E00", "E01", "middling", 1, 1, 1),)), "unknown skill"),
        (Shock(moves=(Move("E00", "E00", "E01", "low", -1, 1, 1),)), "turn the move around"),
        (Shock(moves=(Move("E00", "E00", "E01", "low", 1e9, 1, 1),)), "would leave E00"),
    ],
)
def test_what_the_world_does_not_hold_is_one_clear_line(shock, words):
    with pytest.raises(InputError, match=words) as caught:
        World(random_economy(3, 1)).solve(shock)
    assert "\n" not in str(caught.value)


@given(seeds)
@few
def test_more_workers_lower_their_own_kind_and_skill(seed):
    economy = random_economy(4, seed)
    a, b = economy.codes[:2]
    some = 0.1 * float(economy.units[0, 0, 0])
    outcome = World(economy).solve(Shock(moves=(Move(a, a, b, "low", some, 0.7, 0.9),)))
    wage = outcome.given.pay[1]
    assert wage[0, 1] < wage[0, 0], "migrants compete most with migrants of their skill"
    assert wage[0, 0] < wage[1, 0], "low-skilled places raise the relative pay of the high-skilled"
