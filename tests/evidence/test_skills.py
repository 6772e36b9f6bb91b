"""The fit obeys its margins and known solutions; the estimate built on it is coherent and says what it is."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import SolveError
from comity.evidence import Evidence
from comity.evidence.build.skills import TABLES, destination_high_share, read_skill_composition
from comity.evidence.build.skills_fit import emigrant_high_share, fit

SHARED = Path(os.environ.get("COMITY_SHARED", Path(__file__).parents[2].parent / "shared"))
RAW = SHARED / "data"
needs_raw = pytest.mark.skipif(
    not (RAW / "migration").is_dir(), reason=f"the raw data folder is not at {RAW}; set COMITY_SHARED"
)


def problem(seed: int, origins: int, destinations: int) -> dict[str, np.ndarray]:
    """A problem that has a solution: its margins come from a table."""
    rng = np.random.default_rng(seed)
    totals = rng.integers(0, 1000, (origins, destinations)).astype(float)
    truth = rng.uniform(0.05, 0.95, totals.shape)
    prior = rng.uniform(0.05, 0.95, totals.shape)
    block = rng.random(destinations) < 0.6
    high = totals * truth
    with np.errstate(invalid="ignore", divide="ignore"):
        into = high.sum(0) / totals.sum(0)
        outof = high[:, block].sum(1) / totals[:, block].sum(1)
    into[rng.random(destinations) < 0.4] = np.nan
    outof[rng.random(origins) < 0.3] = np.nan
    return {"totals": totals, "seed": prior, "into": into, "outof": outof, "block": block}


def solve(case: dict[str, np.ndarray], scale: float = 1.0) -> np.ndarray:
    return fit(
        case["totals"] * scale,
        case["seed"],
        destination_share=case["into"],
        origin_share=case["outof"],
        block=case["block"],
    )


cases = st.builds(problem, st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 6))


@given(cases)
@settings(max_examples=60, deadline=None)
def test_margins_hold_and_nothing_is_negative(case: dict[str, np.ndarray]) -> None:
    high = solve(case)
    totals, block = case["totals"], case["block"]
    assert (high >= 0).all()
    assert (high <= totals * (1 + 1e-12)).all()
    known = np.isfinite(case["into"])
    np.testing.assert_allclose(
        high.sum(0)[known], (case["into"] * totals.sum(0))[known], rtol=1e-9, atol=1e-9
    )
    known = np.isfinite(case["outof"])
    np.testing.assert_allclose(
        high[:, block].sum(1)[known], (case["outof"] * totals[:, block].sum(1))[known], rtol=1e-9, atol=1e-9
    )


@given(cases, st.floats(1e-3, 1e6))
@settings(max_examples=30, deadline=None)
def test_ten_times_the_people_are_ten_times_the_high_skilled(
    case: dict[str, np.ndarray], scale: float
) -> None:
    np.testing.assert_allclose(solve(case, scale), solve(case) * scale, rtol=1e-7, atol=1e-9 * scale)


@given(cases)
@settings(max_examples=30, deadline=None)
def test_the_fit_keeps_the_odds_ratios_of_the_seed(case: dict[str, np.ndarray]) -> None:
    """Cells share row and column factors, so 2x2 odds ratios inside the block are the seed's."""
    high, totals = solve(case), case["totals"]
    inside = np.flatnonzero(case["block"])
    if len(inside) < 2 or len(totals) < 2:
        return
    part = np.ix_([0, 1], inside[:2])
    if (totals[part] < 1).any():
        return
    ours = np.log(high[part] / (totals - high)[part])
    prior = np.log(case["seed"][part] / (1 - case["seed"][part]))
    spread = lambda table: table[0, 0] - table[0, 1] - table[1, 0] + table[1, 1]  # noqa: E731
    assert spread(ours) == pytest.approx(spread(prior), abs=1e-5)


@given(
    st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(1, 1e4), st.floats(1, 1e4), st.floats(0.05, 0.95)
)
def test_two_origins_and_one_destination_have_a_closed_form(
    p1: float, p2: float, t1: float, t2: float, want: float
) -> None:
    """The common odds factor A solves a quadratic: sum of t s A / (1 + s A) = want * (t1 + t2)."""
    s1, s2, target = p1 / (1 - p1), p2 / (1 - p2), want * (t1 + t2)
    a = s1 * s2 * (t1 + t2 - target)
    b = s1 * t1 + s2 * t2 - target * (s1 + s2)
    factor = (-b + math.sqrt(b * b + 4 * a * target)) / (2 * a)
    expected = np.array([[t1 * s1 * factor / (1 + s1 * factor)], [t2 * s2 * factor / (1 + s2 * factor)]])
    ours = fit(
        np.array([[t1], [t2]]),
        np.array([[p1], [p2]]),
        destination_share=np.array([want]),
        origin_share=np.full(2, np.nan),
        block=np.array([False]),
    )
    np.testing.assert_allclose(ours, expected, rtol=1e-7)


def test_cycling_through_the_margins_leads_to_the_same_table() -> None:
    """An independent oracle: the textbook cycle of Deming and Stephan (1940) on a well-conditioned table."""
    rng = np.random.default_rng(7)
    totals, truth, prior = (
        rng.uniform(50, 100, (5, 4)),
        rng.uniform(0.2, 0.8, (5, 4)),
        rng.uniform(0.2, 0.8, (5, 4)),
    )
    into, outof = (totals * truth).sum(0), (totals * truth).sum(1)
    high, low = totals * prior, totals * (1 - prior)
    for _ in range(3000):
        high, low = high * (into / high.sum(0)), low * ((totals.sum(0) - into) / low.sum(0))
        high, low = high * totals / (high + low), low * totals / (high + low)
        high = high * (outof / high.sum(1))[:, None]
        low = low * ((totals.sum(1) - outof) / low.sum(1))[:, None]
        high, low = high * totals / (high + low), low * totals / (high + low)
    ours = fit(
        totals,
        prior,
        destination_share=into / totals.sum(0),
        origin_share=outof / totals.sum(1),
        block=np.ones(4, dtype=bool),
    )
    np.testing.assert_allclose(ours, high, rtol=1e-8)


def test_a_seed_far_from_its_margin_is_reached() -> None:
    """Full Newton steps overshoot here into cells of 0 or 1, where the search would stall."""
    high = solve(problem(561848, 5, 1))
    case = problem(561848, 5, 1)
    np.testing.assert_allclose(high.sum(0), case["into"] * case["totals"].sum(0), rtol=1e-9)


def test_a_seed_that_obeys_the_margins_stays() -> None:
    totals, seed = np.array([[10.0, 20.0], [30.0, 40.0]]), np.array([[0.2, 0.4], [0.6, 0.8]])
    high = totals * seed
    ours = fit(
        totals,
        seed,
        destination_share=high.sum(0) / totals.sum(0),
        origin_share=high.sum(1) / totals.sum(1),
        block=np.array([True, True]),
    )
    np.testing.assert_allclose(ours, high, rtol=1e-12)


def test_margins_that_contradict_each_other_are_an_error() -> None:
    with pytest.raises(SolveError, match="contradict"):
        fit(
            np.array([[100.0]]),
            np.array([[0.5]]),
            destination_share=np.array([0.8]),
            origin_share=np.array([0.2]),
            block=np.array([True]),
            max_iterations=50,
        )


@given(
    st.tuples(st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0.05, 1)),
    st.tuples(st.floats(0.001, 0.5), st.floats(0.001, 0.5), st.floats(0.001, 0.5)),
)
def test_rates_that_agree_with_residents_give_the_product(
    residents: tuple[float, ...], rates: tuple[float, ...]
) -> None:
    """When the total rate is the one that residents imply, no tilt is needed."""
    share, rate = np.array(residents) / sum(residents), np.array(rates)
    emigrants = share * rate / (1 - rate)
    total = emigrants.sum() / (1 + emigrants.sum())
    assert emigrant_high_share(share, rate, float(total)) == pytest.approx(
        emigrants[2] / emigrants.sum(), rel=1e-6, abs=1e-9
    )


@given(
    st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.01, 1)),
    st.tuples(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0, 0.9)),
    st.floats(0, 0.9),
)
def test_the_implied_share_is_a_share_or_unknown(
    residents: tuple[float, ...], rates: tuple[float, ...], total: float
) -> None:
    share = emigrant_high_share(np.array(residents), np.array(rates), total)
    assert math.isnan(share) or 0 <= share <= 1
    if max(rates) < total or min(rates) > total:
        assert math.isnan(share)


# --- the committed table ---


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return Evidence.load().table("skill_composition")


def test_each_pair_has_both_skills_and_their_shares_add_up(table: pd.DataFrame) -> None:
    pairs = table.groupby(["origin", "destination"])
    assert (pairs["skill"].nunique() == 2).all()
    assert (pairs["share"].sum() - 1).abs().max() < 2e-4
    assert (table["share_low"] <= table["share"]).all()
    assert (table["share"] <= table["share_high"]).all()
    assert (table["persons_low"] <= table["persons"]).all()
    assert (table["persons"] <= table["persons_high"]).all()


def test_no_pair_has_more_adults_than_migrants(table: pd.DataFrame) -> None:
    stock = Evidence.load().table("migrant_stock")
    stock = stock.loc[(stock["year"] == 2024) & (stock["origin"] != "OOO")]
    keys = ["origin", "destination"]
    people = stock.groupby(keys)["persons"].sum()
    adults = table.groupby(keys)["persons"].sum()
    assert set(adults.index) == set(people[people > 0].index)
    assert (adults <= people.reindex(adults.index) + 1).all()  # two roundings
    assert 0.7 < adults.sum() / people.sum() < 0.9


@pytest.mark.parametrize(
    ("country", "share"), [("DEU", 0.264), ("ESP", 0.240), ("ITA", 0.117), ("FRA", 0.321)]
)
def test_european_margins_of_eurostat_hold(table: pd.DataFrame, country: str, share: float) -> None:
    assert destination_high_share(table, country) == pytest.approx(share, abs=1e-3)


def test_the_united_states_are_near_what_their_census_says(table: pd.DataFrame) -> None:
    """36 per cent of immigrants 25+ hold a tertiary degree (Pew Research Center); post-secondary is wider."""
    assert 0.36 < destination_high_share(table, "USA") < 0.60


def test_an_interval_is_wide_where_nothing_is_known(table: pd.DataFrame) -> None:
    high = table.loc[table["skill"] == "high"].set_index(["origin", "destination"])
    width = high["share_high"] - high["share_low"]
    assert width[("IND", "ARE")] > 0.4
    assert width.min() > 0


def test_the_sidecar_says_estimated_and_cites_what_is_not_passed_on() -> None:
    meta = Evidence.load().meta("skill_composition")
    assert meta.status == "estimated"
    assert any("not passed on" in source.licence for source in meta.sources)
    assert not [name for name in Evidence.load().names() if "iab" in name or "emigration_rate" in name]


@needs_raw
@pytest.mark.raw
def test_the_estimate_is_the_same_each_time_and_equals_the_pack(table: pd.DataFrame) -> None:
    first, second = read_skill_composition(RAW), read_skill_composition(RAW)
    pd.testing.assert_frame_equal(first, second)
    assert list(first.columns) == list(TABLES[0].columns)
    pd.testing.assert_frame_equal(
        first, table, check_dtype=False, check_flags=False, check_names=False, rtol=1e-6, atol=1.01e-4
    )
