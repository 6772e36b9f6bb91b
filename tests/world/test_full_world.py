"""§3.13 on the committed pack: every economy, real figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.independent_trade import TradeJob, solve_trade

from comity.world import (
    LINES,
    Cost,
    FeeCut,
    Move,
    Recognition,
    Shock,
    TariffCut,
    TradeCost,
    Transfer,
    World,
)

ELSEWHERE = {"nationals_abroad", "movers"}
SHOCKS = {
    "places": Shock(moves=(Move("MAR", "MAR", "ESP", "low", 100_000, 0.42, 0.87),)),
    "many moves": Shock(
        moves=tuple(
            Move(a, a, b, skill, 20_000, 0.5, 0.8)
            for a, b in (("IND", "ARE"), ("PHL", "USA"), ("MEX", "USA"), ("POL", "DEU"), ("NGA", "GBR"))
            for skill in ("low", "high")
        )
    ),
    "tariffs": Shock(tariffs=(TariffCut("CHN", "USA", 1.0), TariffCut("USA", "CHN", 1.0))),
    "trade war": Shock(trade_costs=(TradeCost("CHN", "USA", 1.5), TradeCost("USA", "CHN", 1.5))),
    "fees": Shock(fees=(FeeCut("SEN", "FRA", 0.03), FeeCut("PHL", "USA", 0.01))),
    "money": Shock(transfers=(Transfer("ESP", "SEN", 1e8, "aid", 0.8), Transfer("DEU", "TUR", 3e9, "aid"))),
    "recognition": Shock(recognitions=(Recognition("MAR", "ESP", 0.5, 0.2),)),
    "everything": Shock(
        moves=(
            Move("SYR", "TUR", "DEU", "low", 50_000, 0.3, 0.4),
            Move("MAR", "ESP", "MAR", "low", 9e3, 0.5, 0.4),
        ),
        tariffs=(TariffCut("MAR", "ESP", 0.02), TariffCut("ESP", "MAR", 0.02)),
        fees=(FeeCut("MAR", "ESP", 0.03),),
        transfers=(Transfer("ESP", "MAR", 5e8, "side_payment"),),
        recognitions=(Recognition("IND", "USA", 0.1, 0.2),),
        costs=(Cost("ESP", 2e7, "administration"), Cost("ESP", -3e7, "enforcement")),
    ),
}  # fmt: skip
every = pytest.mark.parametrize("shock", SHOCKS.values(), ids=SHOCKS)


def test_identity_is_exact(full: World):
    outcome = full.solve(Shock())
    assert np.all(outcome.prices.factor == 1)
    assert np.all(outcome.prices.index == 1)
    assert np.abs(outcome.ledger().values).max() < 1e-12 * full.economy.output.sum()


@every
def test_solved_to_the_stated_tolerance(full: World, shock: Shock):
    outcome = full.solve(shock)
    p, g, e = outcome.prices, outcome.given, full.economy
    assert p.error <= 1e-10
    assert abs(p.walras) <= 1e-9
    assert abs(p.spending.sum() - p.output.sum() - p.revenue.sum() - g.money.sum()) <= 1e-9 * p.spending.sum()
    assert np.allclose(p.shares.sum(axis=0), 1.0, atol=1e-12)
    assert np.isclose((e.value_added_share * p.output).sum(), e.value_added.sum(), rtol=1e-9)
    assert np.all(p.spending - (1 - e.value_added_share) * p.output > 0), "everybody still uses something"


@every
def test_two_starts_agree(full: World, shock: Shock):
    one = full.solve(shock).prices
    start = np.random.default_rng(7).normal(0, 0.1, 2 * len(full.economy))
    two = full.solve(shock, start=start).prices
    assert np.abs(np.log(one.factor / two.factor)).max() < 1e-8
    assert np.abs(np.log(one.index / two.index)).max() < 1e-8


@every
def test_the_ledger_adds_up(full: World, shock: Shock):
    ledger = full.solve(shock).ledger()
    here = [k for k, line in enumerate(LINES) if line.name not in ELSEWHERE]
    total = ledger.values[:, here].sum(axis=1) + ledger.memos.sum(axis=1)
    assert np.allclose(total, ledger.real_change, rtol=0, atol=1e-10 * full.economy.output.sum())


def test_the_unit_of_money_does_not_matter(full: World):
    e, shock = full.economy, SHOCKS["everything"]
    dearer = World(replace(e, sales=e.sales * 7, output=e.output * 7, remitted=e.remitted * 7))
    scaled = replace(
        shock,
        transfers=tuple(replace(t, usd=t.usd * 7) for t in shock.transfers),
        costs=tuple(replace(c, usd=c.usd * 7) for c in shock.costs),
    )
    one, two = full.solve(shock).ledger().values, dearer.solve(scaled).ledger().values
    assert np.allclose(one * 7, two, rtol=1e-6, atol=10.0)


def test_small_shocks_are_linear(full: World):
    def gain(size: float) -> np.ndarray:
        shock = Shock(moves=(Move("MAR", "MAR", "ESP", "low", size, 0.42, 0.87),))
        ledger = full.solve(shock).ledger()
        return np.array([ledger.gain(code) for code in ("ESP", "MAR")])

    assert gain(2000) == pytest.approx(2 * gain(1000), rel=5e-3)


def test_the_prototypes_orientation_of_section_3_12b(full: World):
    """+100,000 low-skilled Morocco → Spain: thin, contested gains in Spain, large ones for movers."""
    ledger = full.solve(SHOCKS["places"]).ledger()
    spain = ledger.to_frame("ESP").set_index("line")["usd"]
    movers = ledger.to_frame("MAR").set_index("line")["usd"]["movers"]
    assert spain["residents_low"] < 0 < spain["residents_high"]
    assert movers > max(1e9, abs(ledger.gain("ESP"))), "people who move gain most"
    assert abs(ledger.gain("ESP")) < 2e-3 * full.economy.value_added[full.economy.place("ESP")]


def test_remittances_and_deficits_are_somebodys(full: World):
    e = full.economy
    assert abs(e.net_remittances.sum()) < 1e-6 * e.remitted.sum()
    assert abs(e.balance.sum()) < 1e-9 * e.output.sum()


def test_trade_only_answer_equals_the_independent_solver(full: World, groups: dict[str, str]):
    order = np.argsort(-full.economy.value_added)
    small = full.aggregate([full.economy.codes[k] for k in order[:29]], dict.fromkeys(groups, "rest"))
    assert len(small.economy) == 30
    shock = Shock(
        tariffs=(TariffCut("CHN", "USA", 0.02), TariffCut("DEU", "CHN", 0.1)),
        trade_costs=(TradeCost("USA", "CHN", 1.1), TradeCost("JPN", "USA", 0.8)),
    )
    for world in (small, full):
        # Remittances follow the sender's wage; the trade-only job holds all transfers.
        e = replace(world.economy, remitted=np.zeros_like(world.economy.remitted))
        cost = np.ones_like(e.tariff)
        for item in shock.trade_costs:
            cost[e.place(item.exporter), e.place(item.importer)] = item.factor
        outcome = World(e).solve(shock)
        job = TradeJob(
            sales=e.sales * e.tariff,
            tariff=e.tariff - 1,
            value_added_share=e.value_added_share,
            elasticity=e.coefficients.theta,
            new_tariff=outcome.given.tariff - 1,
            cost_change=cost,
        )
        answer = solve_trade(job)
        assert np.abs(answer.wage / outcome.prices.factor - 1).max() < 1e-6
        assert np.abs(answer.price / outcome.prices.index - 1).max() < 1e-6
        assert np.abs(answer.tariff_revenue - outcome.prices.revenue).max() < 1e-6 * e.output.max()
