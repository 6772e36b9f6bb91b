"""§3.12b: the baseline keeps what is published, and says what was filled in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from comity.evidence import Evidence, Parameters
from comity.units import BASE_YEAR
from comity.world import Figures, Move, Shock, World, calibrate
from comity.world.calibrate import PARAMETERS
from comity.world.figures import GULF

FLOOR = "workers born in the country: floor, estimated migrant workers exceed the work force"
LOWERED = "value-added share: lowered, exports are larger than output would allow"
CUT = "cut to a ceiling, transit or registration of ships"


def noted(world: World, words: str) -> set[str]:
    return {code for code, notes in world.economy.imputed.items() if any(words in note for note in notes)}


def test_about_180_economies_and_the_large_origins_are_there(full: World):
    assert 175 <= len(full.economy) <= 200
    assert {"SYR", "VEN", "YEM", "AFG", "UKR", "ETH", "IND", "MEX"} <= set(full.economy.codes)


def test_each_importers_published_mean_tariff_is_kept(full: World, figures: Figures):
    e = full.economy
    outside = np.where(figures.union, 0.0, e.sales)
    np.fill_diagonal(outside, 0.0)
    mean = (outside * (e.tariff - 1)).sum(axis=0) / outside.sum(axis=0)
    known = np.isfinite(figures.tariff)
    assert np.allclose(mean[known], figures.tariff[known], rtol=1e-9)
    assert known.sum() > 170


def test_no_duty_at_home_or_inside_the_union_and_less_under_agreements(full: World, figures: Figures):
    e = full.economy
    assert np.all(np.diag(e.tariff) == 1)
    assert np.all(e.tariff[figures.union] == 1)
    assert np.all(e.tariff >= 1)
    spain = e.place("ESP")
    assert 1 < e.tariff[e.place("MAR"), spain] < e.tariff[e.place("CHN"), spain]
    assert noted(full, "that of the customs union") <= {
        code for code, member in zip(e.codes, figures.union.any(axis=0), strict=True) if member
    }


def test_workers_add_up_to_the_work_force(full: World, figures: Figures):
    e = full.economy
    force = figures.adults * e.work_rate
    total = e.workers.sum(axis=(0, 2))
    floored = np.array([code in noted(full, FLOOR) for code in e.codes])
    assert np.allclose(total[~floored], force[~floored], rtol=1e-3)
    assert np.all(total[floored] >= force[floored] * (1 - 1e-9))
    assert floored.sum() < 10


def test_people_add_up_to_the_population(full: World, figures: Figures):
    assert np.allclose(full.economy.population, figures.people, rtol=1e-9)


def test_who_was_born_abroad_among_workers(full: World):
    """Australia is not at 53 % and the Emirates not above 100 % (§3.12b)."""
    e = full.economy
    natives = np.einsum("iis->i", e.workers)
    share = dict(zip(e.codes, 1 - natives / e.workers.sum(axis=(0, 2)), strict=True))
    assert 0.25 < share["AUS"] < 0.40
    assert 0.60 < share["ARE"] < 0.95
    assert 0.25 < share["CHE"] < 0.40
    assert 0.12 < share["USA"] < 0.22
    assert max(share.values()) < 0.95


def test_money_is_at_market_prices_and_parity_is_kept_apart(full: World):
    e = full.economy
    level = dict(zip(e.codes, e.price_level, strict=True))
    assert level["USA"] == pytest.approx(1, abs=0.02)
    assert level["IND"] < 0.5 < level["CHE"]


def test_nothing_absurd_in_any_economy(full: World):
    e = full.economy
    for name in ("labour_share", "value_added_share", "tax", "work_rate"):
        values = getattr(e, name)
        assert np.all((values > 0) & (values < 1)), name
    assert np.all(e.sales >= 0)
    assert np.all(np.diag(e.sales) > 0)
    assert np.all(e.labour > 0)
    assert np.all(e.population > e.workers.sum(axis=(0, 2)))
    assert np.all((e.premium > 1) & (e.premium < 6))
    assert np.all((e.propensity >= 0) & (e.propensity <= e.coefficients.propensity_cap))
    assert np.all((e.fee >= 0) & (e.fee < 0.5))
    # A worker is paid more than the value added per head can bear nowhere, and not next to nothing.
    ratio = e.unit_wage[:, 0] * e.population / e.value_added
    assert np.all((ratio > 0.1) & (ratio < 6))
    used = (e.spending - (1 - e.value_added_share) * e.output) / e.value_added
    assert np.all((used > 0.4) & (used < 2.5))
    assert np.all(e.tariff_revenue < 0.2 * e.value_added)
    assert e.tariff.max() < 1.6
    assert np.all(np.abs(e.net_remittances) < 0.5 * e.value_added)


def test_trade_that_is_not_made_or_used_there_is_cut_and_said(full: World, figures: Figures):
    assert {"MHL", "LBR", "HKG"} <= noted(full, CUT)
    assert len(noted(full, CUT)) < 10
    kept = full.economy.sales.sum() - np.trace(full.economy.sales)
    assert 0.97 < kept / figures.trade.sum() <= 1


def test_value_added_share_is_lowered_only_where_exports_need_it(figures: Figures, values: dict[str, float]):
    plain = World(calibrate(figures, values))
    assert noted(plain, LOWERED) == set()
    assert np.all(plain.economy.value_added_share == values["world.trade.value_added_share"])
    uncut = World(calibrate(figures, values | {"world.calibration.trade_ceiling": 100.0}))
    lowered = noted(uncut, LOWERED)
    e = uncut.economy
    assert lowered == {
        code
        for code, nu in zip(e.codes, e.value_added_share, strict=True)
        if nu < values["world.trade.value_added_share"]
    }
    assert lowered
    own = np.diag(e.sales) / e.output
    assert own.min() == pytest.approx(values["world.trade.domestic_share_floor"])
    assert uncut.solve(Shock()).prices.steps == 0


def test_remittances_are_close_to_what_is_published(full: World, evidence: Evidence):
    e = full.economy
    flows = evidence.table("remittance_inflow")
    published = flows.loc[flows["year"] == BASE_YEAR, "usd_million"].sum() * 1e6
    received = ((1 - e.fee) * e.remitted).sum()
    assert 0.94 < received / published < 1.02
    morocco = flows[(flows["year"] == BASE_YEAR) & (flows["country"].astype(str) == "MAR")]
    m = e.place("MAR")
    assert ((1 - e.fee[m]) * e.remitted[m]).sum() == pytest.approx(
        morocco["usd_million"].item() * 1e6, rel=0.05
    )


def test_the_gulf_is_a_group_of_its_own(full: World, values: dict[str, float]):
    e = full.economy
    for code in GULF:
        assert e.tax[e.place(code)] == values["world.fiscal.tax_gulf"] < values["world.fiscal.tax_default"]


def test_what_is_filled_in_is_recorded(full: World, figures: Figures):
    def missing(array: np.ndarray) -> set[str]:
        return {code for code, x in zip(figures.codes, array, strict=True) if not np.isfinite(x)}

    assert noted(full, "labour share: default") == missing(figures.labour_share)
    assert noted(full, "return to schooling: default") == missing(figures.tertiary_return)
    assert noted(full, "employment rate: mean of the region") == missing(figures.work_rate)
    assert noted(full, "education of residents") == missing(figures.high)
    assert noted(full, "applied tariff: ") == missing(figures.tariff)
    assert noted(full, "GDP: of ") == {
        c for c, y in zip(figures.codes, figures.gdp_year, strict=True) if y < BASE_YEAR
    }
    assert noted(full, "tax share") == set(figures.codes)


def test_a_missing_figure_becomes_a_note_and_never_a_zero(figures: Figures, values: dict[str, float]):
    k = figures.codes.index("ESP")
    holes = {}
    for name in ("labour_share", "tertiary_return", "work_rate", "high"):
        array = getattr(figures, name).copy()
        array[k] = np.nan
        holes[name] = array
    world = World(calibrate(replace(figures, **holes), values))
    assert len(world.economy.imputed["ESP"]) >= 5
    assert np.all(np.isfinite(world.economy.unit_wage))
    assert world.economy.work_rate[k] > 0.4


@pytest.mark.parametrize("draw", range(4))
def test_drawn_parameters_give_a_world_that_solves(figures: Figures, draw: int):
    parameters = Parameters.load()
    drawn = parameters.draw(np.random.default_rng(11), 4, names=PARAMETERS)
    world = World(calibrate(figures, {name: float(drawn[name][draw]) for name in PARAMETERS}))
    outcome = world.solve(Shock(moves=(Move("MAR", "MAR", "ESP", "low", 1e5, 0.42, 0.87),)))
    assert outcome.prices.error <= 1e-10
    assert np.all(np.isfinite(outcome.ledger().values))
