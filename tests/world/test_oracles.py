"""Closed forms: where the answer is known by hand, the world model gives it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.independent_trade import TradeJob, solve_trade
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.world import LINES, Economy, FeeCut, Move, Shock, TariffCut, TradeCost, Transfer, World
from comity.world.examples import plain_coefficients, random_economy

seeds = st.integers(0, 10_000)
few = settings(max_examples=25, deadline=None)
NAMES = [line.name for line in LINES]


def nearly_closed(seed: int, **changes: float) -> Economy:
    """Three economies that hardly trade and do not remit; taxes are 0 unless a test sets them."""
    plain = {"nu_migrants": 0.0, "gamma_human": 0.0, "gamma_labour": 0.0}
    e = random_economy(3, seed, **(plain | changes))
    sales = e.sales * 1e-9
    np.fill_diagonal(sales, e.output - sales.sum(axis=1) + np.diag(sales))
    none = np.zeros_like(e.remitted)
    return replace(
        crowded(e),
        sales=sales,
        tariff=np.ones_like(e.tariff),
        remitted=none,
        remit_rate=none,
        tax=np.zeros(3),
    )


def crowded(e: Economy) -> Economy:
    """Enough people born and living in E00 for any move that a test asks for."""
    persons = e.persons.copy()
    persons[0, 0] += 100 * persons.sum()
    return replace(e, persons=persons)


def line(economy: Economy, shock: Shock, name: str) -> np.ndarray:
    return World(economy).solve(shock).ledger().values[:, NAMES.index(name)]


def arrive(e: Economy, growth: float) -> Shock:
    """Migrants from E00 raise the work force of E01 by ``growth`` in both skills, one unit each."""
    by_skill = e.labour[1].sum(axis=-1)
    return Shock(
        moves=tuple(
            Move("E00", "E00", "E01", skill, float(by_skill[s]) * growth, 1e-9, 1.0)
            for s, skill in enumerate(("low", "high"))
        )
    )


@given(seeds, st.floats(1e-3, 0.3))
@few
def test_immigration_surplus_of_a_closed_economy(seed: int, growth: float):
    """With all labour alike and capital fixed, residents gain V [(1+m)^λ − 1 − λ m (1+m)^(λ−1)].

    Borjas (1995), Journal of Economic Perspectives 9(2): a triangle, of the second order in m.
    """
    e = nearly_closed(seed, capital=0.0, sigma_birth=1e7)
    lam, v = float(e.labour_share[1]), float(e.value_added[1])
    ledger = World(e).solve(arrive(e, growth)).ledger()
    residents = sum(
        ledger.values[1, NAMES.index(name)]
        for name in ("residents_low", "residents_high", "employers", "immigrants")
    )
    exact = v * ((1 + growth) ** lam - 1 - lam * growth * (1 + growth) ** (lam - 1))
    assert residents == pytest.approx(exact, rel=1e-3, abs=1e-7 * v)
    assert exact == pytest.approx(0.5 * lam * (1 - lam) * v * growth**2, rel=2 * growth)


@given(seeds)
@few
def test_without_fixed_capital_the_surplus_of_like_labour_is_nothing(seed: int):
    e = nearly_closed(seed, capital=1.0, sigma_birth=1e7)
    values = World(e).solve(arrive(e, 0.1)).ledger().values[1]
    gains = [values[NAMES.index(name)] for name in ("residents_low", "residents_high", "employers")]
    assert np.abs(gains).max() < 1e-6 * e.value_added[1]


@given(seeds, st.floats(0.0, 0.3), st.floats(0.01, 0.3))
@few
def test_spillovers_are_elasticities_of_real_value_added(seed: int, gamma: float, growth: float):
    """Â = L̂^γL on value added: all factor incomes of a closed economy rise by it, whatever ν is."""
    e = nearly_closed(seed, sigma_birth=1e7, gamma_labour=gamma)
    p = World(e).solve(arrive(e, growth)).prices
    assert p.factor[1] / p.index[1] == pytest.approx((1 + growth) ** gamma, rel=1e-6)


@given(seeds, st.floats(0.05, 0.4), st.floats(0, 1))
@few
def test_the_treasury_of_a_closed_economy(seed: int, tax: float, congestion: float):
    """τ ΔV less χ τ (V / population) for each person who comes."""
    e = replace(nearly_closed(seed, capital=0.3, congestion=congestion), tax=np.full(3, tax))
    shock = arrive(e, 0.05)
    outcome = World(e).solve(shock)
    grown = e.value_added[1] * (outcome.given.quantity[1] - 1)
    persons = sum(m.persons for m in shock.moves)
    services = congestion * tax * e.value_added[1] / e.population[1] * persons
    treasury = outcome.ledger().values[1, NAMES.index("treasury")]
    assert treasury == pytest.approx(tax * grown - services, rel=1e-4, abs=1e-6 * e.value_added[1])


@given(seeds, st.floats(1.2, 3.0), st.floats(5.0, 60.0), st.floats(1e-4, 0.5))
@few
def test_relative_wages_follow_the_elasticities_of_substitution(
    seed: int, sigma_s: float, sigma_b: float, growth: float
):
    """Ottaviano and Peri (2012), eqs. 5 to 7: ln w_N/w_F = −(1/σN) ln N/F, and so on."""
    e = crowded(random_economy(4, seed, sigma_skill=sigma_s, sigma_birth=sigma_b))
    units = float(e.labour[1, 0, 1]) * growth
    shock = Shock(moves=(Move("E00", "E00", "E01", "low", units, 1e-9, 1.0),))
    pay = np.log(World(e).solve(shock).given.pay[1])
    assert pay[0, 0] - pay[0, 1] == pytest.approx(np.log(1 + growth) / sigma_b, rel=1e-9)
    rho = (sigma_b - 1) / sigma_b
    native = float(e.native_share[1, 0])
    low = np.log(native + (1 - native) * (1 + growth) ** rho) / rho
    # High-skilled pay against the mean pay of the low-skilled.
    assert pay[1, 0] - (pay[0, 0] - low / sigma_b) == pytest.approx(low / sigma_s, rel=1e-9)
    assert pay[1, 0] == pay[1, 1], "nobody came with high skills"


@given(seeds, st.floats(0.0, 1.0))
@few
def test_factor_incomes_exhaust_value_added(seed: int, capital: float):
    e = crowded(random_economy(4, seed, capital=capital))
    g = World(e).solve(arrive(e, 0.1)).given
    after = e.labour + np.stack(
        [
            np.einsum("iis->is", g.unit_change),
            g.unit_change.sum(axis=0) - np.einsum("iis->is", g.unit_change),
        ],
        axis=-1,
    )
    wages = (e.unit_wage[..., None] * g.pay * after).sum(axis=(1, 2))
    assert np.allclose(wages, e.labour_share * e.value_added * g.quantity, rtol=1e-12)


@given(seeds, st.integers(2, 8))
@few
def test_gains_from_trade_are_read_off_the_domestic_share(seed: int, size: int):
    """Arkolakis, Costinot and Rodríguez-Clare (2012), AER 102(1): ω̂/P̂ = (π̂_nn)^(−1/(νθ)), exactly."""
    e = random_economy(size, seed)
    rng = np.random.default_rng(seed)
    shock = Shock(
        trade_costs=tuple(
            TradeCost(a, b, float(rng.uniform(0.7, 1.4))) for a in e.codes for b in e.codes if a != b
        )
    )
    p = World(e).solve(shock).prices
    own = np.diag(p.shares) / np.diag(e.shares)
    exact = own ** (-1 / (e.value_added_share * e.coefficients.theta))
    assert np.allclose(p.factor / p.index, exact, rtol=1e-8)


@given(seeds)
@few
def test_autarky_is_the_limit_of_dear_trade(seed: int):
    e = random_economy(4, seed)
    free = replace(e, tariff=np.ones_like(e.tariff), remitted=np.zeros_like(e.remitted))
    balanced = replace(free, sales=(free.sales + free.sales.T) / 2)
    balanced = replace(balanced, output=balanced.sales.sum(axis=1))
    shock = Shock(trade_costs=tuple(TradeCost(a, b, 10.0) for a in e.codes for b in e.codes if a != b))
    p = World(balanced).solve(shock).prices
    limit = np.diag(balanced.shares) ** (1 / (e.value_added_share * e.coefficients.theta))
    assert np.allclose(p.factor / p.index, limit, rtol=1e-3)


def test_two_alike_economies_that_drop_a_tariff():
    """By hand: P = (0.8 + 0.2 · 1.1⁴)^(−1/(4 · 0.5)) where wages stay at 1."""
    e = random_economy(2, 1)
    even = np.array([1.0, 1.0])
    twin = replace(
        e,
        sales=np.array([[8.0, 2 / 1.1], [2 / 1.1, 8.0]]),
        tariff=np.array([[1.0, 1.1], [1.1, 1.0]]),
        output=even * (8 + 2 / 1.1),
        value_added_share=even / 2,
        labour_share=even / 2,
        units=np.full((2, 2, 2), 5.0),
        remitted=np.zeros((2, 2)),
        coefficients=plain_coefficients(theta=4.0),
    )
    p = World(twin).solve(Shock(tariffs=(TariffCut("E00", "E01", 1), TariffCut("E01", "E00", 1)))).prices
    assert np.allclose(p.factor, 1.0, atol=1e-9)
    assert np.allclose(p.index, (0.8 + 0.2 * 1.1**4) ** (-1 / 2), rtol=1e-8)
    assert np.allclose(p.revenue, 0.0, atol=1e-12)


@given(seeds)
@few
def test_a_small_tariff_costs_its_revenue_and_nothing_else(seed: int):
    """From a tariff of 0.01 %, revenue falls by sales times the cut; the rest is of the second order."""
    e = random_economy(4, seed)
    e = replace(e, tariff=1 + (e.tariff > 1) * 1e-4)
    lost = line(e, Shock(tariffs=(TariffCut("E01", "E00", 1.0),)), "tariff_revenue")
    assert lost[0] == pytest.approx(-1e-4 * e.sales[1, 0], rel=5e-3)


@given(seeds)
@few
def test_a_transfer_raises_prices_where_it_goes(seed: int):
    """The transfer problem with home bias (Keynes 1929; Samuelson 1952): the terms turn to the receiver."""
    e = random_economy(3, seed)
    e = replace(e, tariff=np.ones_like(e.tariff), remitted=np.zeros_like(e.remitted))
    usd = 1e-4 * float(e.output.min())
    outcome = World(e).solve(Shock(transfers=(Transfer("E00", "E01", usd, "side_payment"),)))
    assert outcome.prices.factor[1] > outcome.prices.factor[0]
    ledger = outcome.ledger()
    assert ledger.gain("E01") > 0 > ledger.gain("E00")
    moved = ledger.values[:, NAMES.index("transfers")]
    assert moved[1] == pytest.approx(usd, rel=1e-3)
    assert moved[0] == pytest.approx(-usd, rel=1e-3)


@given(seeds, st.floats(0.05, 0.95), st.floats(0.0, 1.0))
@few
def test_a_lower_fee_frees_the_resources_that_it_paid_for(seed: int, resource: float, sending: float):
    """At given prices families gain G Δf, providers lose the rent, the world gains the resources."""
    e = random_economy(4, seed, fee_elasticity=0.0, fee_resource=resource, fee_sending=sending)
    gross = 1e-3 * float(e.output.min())
    remitted = np.zeros_like(e.remitted)
    remitted[0, 1] = gross
    e, cut = replace(e, remitted=remitted), 1e-3
    ledger = World(e).solve(Shock(fees=(FeeCut("E00", "E01", float(e.fee[0, 1]) - cut),))).ledger()
    families = ledger.values[:, NAMES.index("remittances")]
    providers = ledger.values[:, NAMES.index("payment_providers")]
    assert families[0] == pytest.approx(gross * cut, rel=0.02)
    assert (families + providers).sum() == pytest.approx(resource * gross * cut, abs=0.02 * gross * cut)


@given(seeds, st.floats(0.01, 2.0))
@few
def test_migrants_lower_the_cost_of_trade_both_ways(seed: int, growth: float):
    """d̂ ∝ (M̂_in M̂_ni)^(−ξ/2θ): twice the stock in one direction raises both flows by 2^(ξ/2)."""
    e = crowded(random_economy(3, seed, stock_floor=0.0, nu_migrants=0.2))
    more = float(e.persons[0, 1]) * growth
    friction = (
        World(e).solve(Shock(moves=(Move("E00", "E00", "E01", "low", more, 1e-9, 0.1),))).given.friction
    )
    assert friction[0, 1] == pytest.approx((1 + growth) ** 0.1)
    assert friction[1, 0] == pytest.approx((1 + growth) ** 0.1)
    assert np.count_nonzero(friction != 1) == 2


def test_those_who_leave_an_unrecorded_corridor_take_no_money_with_them():
    e = random_economy(3, 4)
    remitted = e.remitted.copy()
    remitted[0, 1] = 0.0
    e = replace(e, remitted=remitted)
    units = 0.5 * float(e.units[0, 1, 0])
    g = World(e).solve(Shock(moves=(Move("E00", "E01", "E00", "low", units, 1.0, 1.0),))).given
    assert g.moved_remitted[0, 1] == 0
    assert np.all(g.remitted >= 0)


@given(seeds, st.integers(2, 9))
@settings(max_examples=15, deadline=None)
def test_trade_only_answers_equal_the_independent_solver(seed: int, size: int):
    e = random_economy(size, seed)
    e = replace(e, remitted=np.zeros_like(e.remitted))
    rng = np.random.default_rng(seed)
    cost = rng.uniform(0.8, 1.2, (size, size))
    np.fill_diagonal(cost, 1.0)
    shock = Shock(
        tariffs=tuple(TariffCut(a, b, 0.02) for a in e.codes[:2] for b in e.codes if a != b),
        trade_costs=tuple(
            TradeCost(a, b, float(cost[i, n]))
            for i, a in enumerate(e.codes)
            for n, b in enumerate(e.codes)
            if a != b
        ),
    )
    outcome = World(e).solve(shock)
    answer = solve_trade(
        TradeJob(
            sales=e.sales * e.tariff,
            tariff=e.tariff - 1,
            value_added_share=e.value_added_share,
            elasticity=e.coefficients.theta,
            new_tariff=outcome.given.tariff - 1,
            cost_change=cost,
        )
    )
    assert np.abs(answer.wage / outcome.prices.factor - 1).max() < 1e-6
    assert np.abs(answer.price / outcome.prices.index - 1).max() < 1e-6
