"""The gravity estimate: against statsmodels, its invariances, and a hold-out that cannot see ahead."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import MissingExtraError, SolveError
from comity.evidence import Evidence
from comity.world.pressure_fit import (
    fit_coefficients,
    fit_pressure,
    fit_specifications,
    hold_out,
    measure_forecast,
)
from comity.world.pressure_panel import TERMS, build_panel, list_carried, list_intervals

pyfixest = pytest.importorskip("pyfixest", reason="the extra 'estimate' is not installed")

FEW = ("ESP", "MAR", "SEN", "FRA", "DEU", "ITA", "TUR", "POL", "DZA", "MLI", "USA", "MEX")
SMALL = ("log_stock", "stock_recorded", "log_distance", "log_gdp_origin", "young_share_origin")


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """Twelve countries on real figures, all published intervals."""
    whole = build_panel(Evidence.load(), method="da_pb_closed", starts=[1990, 1995, 2000, 2005, 2010, 2015])
    few = whole["origin"].isin(FEW) & whole["destination"].isin(FEW)
    return whole[few].reset_index(drop=True)


@pytest.fixture(scope="module")
def fitted(panel):
    return fit_pressure(panel, terms=SMALL)


def by_statsmodels(panel: pd.DataFrame):
    glm = pytest.importorskip("statsmodels.api")
    dummies = pd.get_dummies(panel[["origin", "destination"]], dtype=float).drop(columns="destination_DEU")
    design = pd.concat([panel[list(SMALL)], dummies], axis=1)
    model = glm.GLM(panel["persons"], design, family=glm.families.Poisson())
    groups = pd.factorize(panel["pair"])[0]
    return model.fit(tol=1e-12, maxiter=200, cov_type="cluster", cov_kwds={"groups": groups}), design


def test_coefficients_are_those_of_a_glm_with_dummies(panel, fitted):
    theirs, design = by_statsmodels(panel)
    ours = fitted.coefficients.set_index("term")
    np.testing.assert_allclose(ours["estimate"], theirs.params[list(SMALL)], rtol=1e-6, atol=1e-6)
    # the same sandwich; the two correct for small samples by another factor, one for all terms
    ratio = ours["error"] / theirs.bse[list(SMALL)]
    assert ratio.max() - ratio.min() < 1e-6
    assert ratio.iloc[0] == pytest.approx(1.0, abs=0.02)
    predicted = fitted.predict(panel)["persons"]
    np.testing.assert_allclose(predicted, theirs.predict(design), rtol=1e-6)


def test_the_error_of_a_prediction_is_that_of_the_delta_method(panel, fitted):
    theirs, design = by_statsmodels(panel)
    direct = np.sqrt(np.einsum("ij,jk,ik->i", design, theirs.cov_params(), design))
    ours = fitted.predict(panel)["log_error"]
    ratio = ours / direct
    assert ratio.max() - ratio.min() < 1e-5
    assert ratio.iloc[0] == pytest.approx(1.0, abs=0.03)


def test_predicted_moves_add_up_to_those_of_each_origin_and_destination(panel, fitted):
    # the score equations of the effects: sums are kept exactly
    panel = panel.assign(mean=fitted.predict(panel)["persons"])
    for side in ("origin", "destination"):
        sums = panel.groupby(side)[["persons", "mean"]].sum()
        np.testing.assert_allclose(sums["mean"], sums["persons"], rtol=1e-6)


@pytest.mark.parametrize("factor", [1e-3, 1000.0])
def test_the_unit_of_moves_changes_no_coefficient(panel, fitted, factor):
    scaled = fit_pressure(panel.assign(persons=panel["persons"] * factor), terms=SMALL)
    np.testing.assert_allclose(
        scaled.coefficients["estimate"], fitted.coefficients["estimate"], rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(
        scaled.predict(panel)["persons"], fitted.predict(panel)["persons"] * factor, rtol=1e-5
    )


def test_the_unit_of_stocks_changes_one_coefficient_alone(panel, fitted):
    recorded = panel["stock_recorded"] > 0
    moved = panel.assign(log_stock=panel["log_stock"] + np.where(recorded, np.log(1000.0), 0.0))
    other = fit_pressure(moved, terms=SMALL).coefficients.set_index("term")["estimate"]
    ours = fitted.coefficients.set_index("term")["estimate"]
    same = [term for term in SMALL if term != "stock_recorded"]
    np.testing.assert_allclose(other[same], ours[same], rtol=1e-5, atol=1e-6)


def test_names_of_countries_change_nothing(panel, fitted):
    swap = dict(zip(FEW, reversed(FEW), strict=True))
    renamed = panel.assign(origin=panel["origin"].map(swap), destination=panel["destination"].map(swap))
    renamed["pair"] = renamed["origin"] + "-" + renamed["destination"]
    mixed = renamed.sample(frac=1.0, random_state=3)
    other = fit_pressure(mixed, terms=SMALL)
    np.testing.assert_allclose(
        other.coefficients[["estimate", "error"]],
        fitted.coefficients[["estimate", "error"]],
        rtol=1e-5,
        atol=1e-6,
    )
    np.testing.assert_allclose(other.predict(renamed), fitted.predict(panel), rtol=1e-5)


def test_the_forecast_does_not_know_what_it_is_held_against(panel):
    honest = hold_out(panel, start=2015, terms=SMALL)
    noise = np.random.default_rng(7).uniform(0.0, 1e6, len(panel))
    other = panel.assign(persons=np.where(panel["start"] >= 2015, noise, panel["persons"]))
    told = hold_out(other, start=2015, terms=SMALL)
    pd.testing.assert_series_equal(honest.forecast["predicted"], told.forecast["predicted"])
    pd.testing.assert_series_equal(honest.forecast["before"], told.forecast["before"])
    assert not honest.measures["value"].equals(told.measures["value"])


def test_persistence_repeats_the_interval_before(panel):
    found = hold_out(panel, start=2015, terms=SMALL).forecast
    then = panel[panel["start"] == 2010].set_index(["origin", "destination"])["persons"]
    now = found.set_index(["origin", "destination"])["before"]
    pd.testing.assert_series_equal(now, then.reindex(now.index), check_names=False)


def test_a_country_outside_the_sample_has_no_prediction(panel, fitted):
    stranger = panel.head(2).assign(origin=["NZL", panel["origin"].iloc[1]])
    predicted = fitted.predict(stranger)
    assert predicted.isna().all(axis=1).tolist() == [True, False]


def test_a_country_that_nobody_leaves_is_left_out_not_guessed(panel):
    quiet = panel.assign(persons=panel["persons"].where(panel["origin"] != "MLI", 0.0))
    fit = fit_pressure(quiet, terms=SMALL)
    assert "MLI" not in fit.effects["origin"].index
    assert fit.predict(quiet[quiet["origin"] == "MLI"])["persons"].isna().all()


def test_a_term_that_the_effects_absorb_is_an_error_not_a_number(panel):
    constant = panel.assign(area=panel["origin"].map({code: float(k) for k, code in enumerate(FEW)}))
    with pytest.raises(SolveError, match="area cannot be told"):
        fit_coefficients(constant, terms=("log_stock", "area"), effects=("origin", "destination"))


def test_the_other_specifications_hold_what_they_can_tell(panel):
    table = fit_specifications(panel.assign(border_unknown=np.tile([0.0, 1.0], len(panel) // 2)))
    terms = table.groupby("specification")["term"].agg(set)
    assert "visa_free" in terms["visa"]
    assert not any(name.startswith("log_gdp") for name in terms["identified"])


def test_without_the_extra_there_is_one_clear_error(panel, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyfixest", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'comity\[estimate\]'"):
        fit_pressure(panel, terms=SMALL)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0.1, 1e6)), min_size=1, max_size=30))
def test_measures_are_those_of_their_definitions(pairs):
    actual, predicted = np.array(pairs, dtype=float).T
    if actual.sum() <= 0:
        return
    table = measure_forecast(actual, predicted).set_index(["band", "measure"])["value"]
    assert table["all", "mean_absolute_error"] == pytest.approx(np.mean(np.abs(actual - predicted)))
    assert table["all", "deviance"] >= -1e-6
    perfect = measure_forecast(actual, actual).set_index(["band", "measure"])["value"]
    assert perfect["all", "mean_absolute_error"] == 0
    assert perfect["all", "weighted_log_error"] == 0
    for band in {band for band, _ in table.index if band != "all"}:
        assert table[band, "ratio_low"] <= table[band, "ratio_middle"] <= table[band, "ratio_high"]


def test_the_panel_knows_only_what_was_true_at_the_start():
    evidence = Evidence.load()
    panel = build_panel(evidence, method="da_pb_closed", starts=[2010, 2020]).set_index(["pair", "start"])
    row = panel.loc[("SEN-ESP", 2010)]
    stock = (
        evidence.trace("evidence:migrant_stock[origin=SEN,destination=ESP,year=2010]").rows["persons"].sum()
    )
    assert row["log_stock"] == pytest.approx(np.log(stock))
    flow = (
        "evidence:migration_outward[method=da_pb_closed,origin=SEN,destination=ESP,period_start={}]#persons"
    )
    assert row["persons"] == evidence.trace(flow.format(2010)).value
    assert row["before"] == evidence.trace(flow.format(2005)).value
    ahead = panel.xs(2020, level="start")
    assert ahead["persons"].isna().all(), "a flow that is not published is missing, not zero"
    assert panel.xs(2010, level="start")["persons"].eq(0).any(), "an estimate of none is zero"
    assert panel[list(TERMS)].notna().to_numpy().all()


def test_what_is_carried_is_named():
    carried, none = list_carried(Evidence.load())
    assert "SYR" in carried
    assert {"VEN", "PRK"} <= set(none)
    assert list_intervals(Evidence.load())[-1] == 2015
