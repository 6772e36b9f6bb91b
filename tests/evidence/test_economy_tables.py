"""Economy tables: readers on small files of our own, the committed tables, the rebuild from raw files."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import EvidenceError
from comity.evidence import Evidence
from comity.evidence.build.economy_people import AGE_GROUPS
from comity.evidence.build.economy_reading import melt_years, read_csv, read_world_bank, tidy, to_iso3
from comity.evidence.build.economy_trade import PROVISIONS
from comity.evidence.build.pipeline import build
from comity.evidence.pack import DATA

if TYPE_CHECKING:
    from comity.evidence.build.spec import TableSpec

SHARED = Path(os.environ.get("COMITY_SHARED", Path(__file__).parents[2].parent / "shared"))
RAW = SHARED / "data"
needs_raw = pytest.mark.skipif(
    not (RAW / "economy").is_dir(), reason=f"the raw data folder is not at {RAW}; set COMITY_SHARED"
)
MODULES = ("countries", "geography", "indicators", "output", "people", "politics", "trade")
SPECS: dict[str, TableSpec] = {
    spec.name: spec
    for module in MODULES
    for spec in importlib.import_module(f"comity.evidence.build.economy_{module}").TABLES
}
EXPECTED = {
    "aid", "conflict", "countries", "distance", "education", "gdp", "goods_trade", "governance", "indicators",
    "labour_share", "population_age", "returns_to_schooling", "tariff", "trade_agreements",
}  # fmt: skip


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence.load()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw folder with the smallest possible list of places."""
    folder = tmp_path / "economy/country-metadata"
    folder.mkdir(parents=True)
    (folder / "un_m49_iom_countrynames.csv").write_text(
        "m49,iso2,iso3,name\n504,MA,MAR,Morocco\n516,NA,NAM,Namibia\n642,RO,ROU,Romania\n2003,,OOO,Unknown\n",
        encoding="utf-8",
    )
    return tmp_path


# --- readers on files of our own ---


def test_namibia_is_a_country_and_an_empty_cell_is_missing(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("iso2,v\nNA,1\nMA,\n,..\n", encoding="utf-8")
    table = read_csv(tmp_path / "t.csv")
    assert table["iso2"].iloc[0] == "NA"
    assert table["v"].isna().tolist() == [False, True, True]


def test_codes_are_translated_by_data(raw: Path) -> None:
    codes = to_iso3(pd.Series(["MAR", "ROM", "ANT"]), "cepii", raw)
    assert codes.iloc[:2].tolist() == ["MAR", "ROU"]
    assert pd.isna(codes.iloc[2])
    assert to_iso3(pd.Series(["mar", "nam"]), "gapminder", raw).tolist() == ["MAR", "NAM"]
    assert to_iso3(pd.Series(["Morocco"]), "oecd_dac_names", raw).tolist() == ["MAR"]
    assert to_iso3(pd.Series(["NA", "RO"]), "eurostat_geo", raw).tolist() == ["NAM", "ROU"]


def test_an_unknown_code_is_an_error_that_names_it(raw: Path) -> None:
    with pytest.raises(EvidenceError, match="XQQ"):
        to_iso3(pd.Series(["MAR", "XQQ"]), "cepii", raw)


def test_api_and_databank_layouts_read_alike(tmp_path: Path) -> None:
    api = tmp_path / "api.csv"
    api.write_text(
        '\ufeff"Data Source","WDI",\n\n"Last Updated Date","2025-12-19",\n\n'
        '"Country Name","Country Code","Indicator Name","Indicator Code","2022","2023",\n'
        '"Morocco","MAR","x","y","3.5","",\n"World","WLD","x","y","","7"\n',
        encoding="utf-8",
    )
    bank = tmp_path / "bank.csv"
    bank.write_text(
        "Series Name,Series Code,Country Name,Country Code,2022 [YR2022],2023 [YR2023]\n"
        "x,y,Morocco,MAR,3.5,..\nx,y,World,WLD,..,7\n",
        encoding="utf-8",
    )
    first, second = read_world_bank(api), read_world_bank(bank)
    pd.testing.assert_frame_equal(first, second)
    assert first.to_dict("list") == {"code": ["MAR", "WLD"], "year": [2022, 2023], "value": [3.5, 7.0]}


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=1, max_size=8))
def test_melting_never_fills_and_never_loses(values: list[float | None]) -> None:
    wide = pd.DataFrame([{"code": "MAR", **{str(2000 + i): v for i, v in enumerate(values)}}])
    long = melt_years(wide, "code")
    kept = {2000 + i: v for i, v in enumerate(values) if v is not None}
    assert dict(zip(long["year"], long["value"], strict=True)) == kept


def test_two_rows_with_one_key_are_an_error() -> None:
    with pytest.raises(EvidenceError, match="MAR"):
        tidy(pd.DataFrame({"k": ["MAR", "MAR"], "v": [1, 2]}), ["k"], ["k", "v"])


def test_a_missing_raw_file_is_reported_as_such(raw: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SPECS["gdp"].read(raw)


# --- the committed tables ---


def test_every_economy_table_is_declared_and_in_the_pack(evidence: Evidence) -> None:
    assert set(SPECS) == EXPECTED
    assert set(evidence.names()) >= EXPECTED


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_published_figures_hold_on_the_committed_table(evidence: Evidence, name: str) -> None:
    table = evidence.table(name)
    for check in SPECS[name].checks:
        assert check.measure(table) == pytest.approx(
            check.published, rel=max(check.tolerance, 1e-12), abs=1e-12
        ), check.name


@pytest.mark.parametrize("name", sorted(EXPECTED - {"countries"}))
def test_every_code_is_in_the_list_of_countries(evidence: Evidence, name: str) -> None:
    known = set(evidence.table("countries")["iso3"])
    table = evidence.table(name)
    for column in ("country", "origin", "destination", "exporter", "importer", "donor", "recipient"):
        if column in table:
            assert set(table[column]) <= known


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_licences_allow_passing_on(evidence: Evidence, name: str) -> None:
    allowed = ("CC BY 4.0", "CC BY 3.0 IGO", "Etalab Open Licence 2.0", "public domain", "MIT")
    for source in evidence.meta(name).sources:
        assert source.licence.startswith(allowed), source


def test_age_groups_add_up_and_cover_every_year(evidence: Evidence) -> None:
    table = evidence.table("population_age")
    assert set(table["age_group"]) == set(AGE_GROUPS)
    assert (table.groupby(["country", "year"]).size() == len(AGE_GROUPS)).all()
    assert set(table["year"]) == set(range(1990, 2101))
    assert (table["persons"] >= 0).all()
    world = table.loc[table["year"] == 2023, "persons"].sum()
    assert world == pytest.approx(8.09e9, rel=1e-3)  # WPP 2024, mid-2023


def test_education_does_not_count_post_secondary_twice(evidence: Evidence) -> None:
    education, population = evidence.table("education"), evidence.table("population_age")
    ages = ["15-19", "20-39", "40-59", "60-64", "65-69", "70+"]
    adults = population.loc[population["age_group"].isin(ages) & (population["year"] == 2020)]
    ours = education.loc[education["year"] == 2020].groupby("country")["persons"].sum()
    ratio = (ours / adults.groupby("country")["persons"].sum()).dropna()
    assert len(ratio) > 190
    assert ratio.between(0.9, 1.1).mean() > 0.95
    assert set(education["level"]) == {
        "none", "incomplete primary", "primary", "lower secondary", "upper secondary", "post-secondary",
    }  # fmt: skip


def test_gdp_prices_and_ppp_agree(evidence: Evidence) -> None:
    gdp = evidence.table("gdp").dropna()
    np.testing.assert_allclose(gdp["gdp_usd"] / gdp["gdp_ppp"], gdp["price_level"], rtol=1e-4)
    assert (gdp["gdp_usd"] > 0).all()
    states = gdp.loc[gdp["country"] == "USA"]
    np.testing.assert_allclose(states["price_level"], 1.0, atol=1e-6)
    for year in (2023, 2024):
        assert (gdp["year"] == year).sum() > 180
    # Cyprus' accounts cover less than its UN population: the 2024 product must not jump by a third.
    cyprus = gdp.loc[gdp["country"] == "CYP"].set_index("year")["gdp_usd"]
    assert cyprus[2024] / cyprus[2023] == pytest.approx(1.07, abs=0.06)


def test_trade_flows_are_positive_and_never_domestic(evidence: Evidence) -> None:
    trade = evidence.table("goods_trade")
    assert (trade["value_usd"] > 0).all()
    assert (trade["exporter"] != trade["importer"]).all()
    chn = trade.loc[trade["exporter"] == "CHN", "value_usd"].sum()
    assert chn == pytest.approx(3_344e9, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "column", "top"),
    [("tariff", "applied_weighted_share", 1.0), ("labour_share", "labour_share", 1.0)],
)
def test_shares_are_shares(evidence: Evidence, name: str, column: str, top: float) -> None:
    values = evidence.table(name)[column]
    above = values[values > top]
    assert len(above) <= 2  # Bermuda and Palau in 2019, as published; the sidecar says so
    assert (values >= 0).all()
    assert values.median() > 0.001


def test_indicator_shares_are_shares(evidence: Evidence) -> None:
    table = evidence.table("indicators")
    bounded = {
        "unemployment_rate", "labour_force_participation_15_64", "employment_rate_15plus",
        "agriculture_share", "gini", "urban_share",
    }  # fmt: skip
    rows = table.loc[table["indicator"].isin(bounded)]
    assert set(rows["indicator"]) == bounded
    assert rows["value"].between(0, 1).all()
    assert rows.groupby("indicator")["value"].median().gt(0.03).all()
    assert len(table[["indicator", "unit"]].drop_duplicates()) == table["indicator"].nunique()


def test_distance_is_symmetric_and_complete_for_trading_economies(evidence: Evidence) -> None:
    table = evidence.table("distance").set_index(["origin", "destination"])
    back = table.swaplevel().reindex(table.index)
    np.testing.assert_allclose(table["distance_km"], back["distance_km"], rtol=1e-3, atol=1)
    for flag in ("contiguous", "colony_ever"):
        both = table[flag].notna() & back[flag].notna()
        assert (table.loc[both, flag] == back.loc[both, flag]).all()
    traders = sorted(set(evidence.table("goods_trade")["exporter"]))
    pairs = pd.MultiIndex.from_product([traders, traders])
    pairs = pairs[pairs.get_level_values(0) != pairs.get_level_values(1)]
    assert pairs.isin(table.index).mean() > 0.99
    assert table.loc[("MAR", "ESP"), "distance_km"] < table.loc[("SEN", "ESP"), "distance_km"]
    assert bool(pd.isna(table.loc[("SDN", "KEN"), "contiguous"]))


def test_trade_agreements_carry_no_trade_values(evidence: Evidence) -> None:
    table = evidence.table("trade_agreements")
    allowed = {"exporter", "importer", "year", "agreement_id", "agreement", *PROVISIONS}
    assert set(table.columns) == allowed
    assert table[list(PROVISIONS)].isin([0, 1]).all().all()
    assert table["agreement"].notna().all()
    pair = table.loc[(table["exporter"] == "MAR") & (table["importer"] == "FRA") & (table["year"] == 2016)]
    assert "Morocco" in pair["agreement"].iloc[0]


def test_governance_and_conflict_ranges(evidence: Evidence) -> None:
    governance = evidence.table("governance")
    assert governance["estimate"].between(-4, 4).all()
    assert (governance["standard_error"] > 0).all()
    assert governance.loc[governance["year"] == 2022, "dimension"].nunique() == 6
    conflict = evidence.table("conflict")
    inside = conflict["deaths_best"].between(conflict["deaths_low"], conflict["deaths_high"])
    assert (~inside).sum() == 12  # as published; the sidecar says so


def test_returns_are_shares_per_year(evidence: Evidence) -> None:
    table = evidence.table("returns_to_schooling")
    for column in ("return_secondary", "return_tertiary", "return_year"):
        assert table[column].dropna().between(0, 0.5).all()


def test_the_map_draws_countries_of_the_list_and_disclaims_borders(evidence: Evidence) -> None:
    topology = json.loads((DATA / "world_map.topojson").read_text(encoding="utf-8"))
    shapes = topology["objects"]["countries"]["geometries"]
    assert len(shapes) == 177
    numbers = {int(shape["id"]) for shape in shapes if "id" in shape}
    known = set(evidence.table("countries")["m49"].dropna().astype(int))
    assert numbers - known == set()
    meta = evidence.meta("world_map")
    assert meta.sources[0].licence == "public domain"
    assert any("no opinion on the legal status" in gap for gap in meta.gaps)


def test_the_economy_tables_stay_within_their_budget() -> None:
    files = [DATA / f"{name}.parquet" for name in (*EXPECTED, "skill_composition")]
    assert sum(path.stat().st_size for path in files) < 6_000_000


# --- the rebuild ---


@needs_raw
@pytest.mark.raw
def test_the_rebuild_gives_the_committed_tables_byte_for_byte(tmp_path: Path, evidence: Evidence) -> None:
    for result in build(RAW, tmp_path, only=[*EXPECTED, "world_map", "skill_composition"]):
        assert result.outcome == "built"
        assert result.sha256 == evidence.meta(result.name).sha256, result.name
