"""The committed pack: every table against its sidecar, and what asking for it gives."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from comity.errors import EvidenceError, EvidenceNotFound, InputError
from comity.evidence import Evidence
from comity.evidence.build.pipeline import content_hash, specs
from comity.evidence.checks import check_licences
from comity.evidence.pack import DATA, country_columns, read_excluded
from comity.vocabulary import Corridor

EVIDENCE = Evidence.load()
NAMES = EVIDENCE.names()
TABLES = [name for name in NAMES if EVIDENCE.meta(name).columns]
LIMIT_BYTES = 15_000_000

CONTRACT = {
    "migrant_stock": "origin destination year sex persons",
    "migration_flow": "origin destination period_start method persons",
    "refugees": "origin destination year refugees asylum_seekers other_protection",
    "asylum_applications": "origin destination year applications",
    "asylum_decisions": "origin destination year recognised complementary rejected closed",
    "us_encounters": "nationality fiscal_year component encounters",
    "visa_requirement": "passport destination year requirement days",
    "residence_permits_valid": "citizenship destination year permits",
    "immigration_by_citizenship": "citizenship destination year persons",
    "first_permits": "destination year permits",
    "permits_by_reason": "destination reason year permits",
    "returns_after_order": "citizenship destination year persons",
    "found_irregular": "citizenship destination year persons",
    "us_visas": "nationality fiscal_year visa_class issued",
    "labour_agreements": "agreement country_a country_b year text_coded quota credentials",
    "treaty_status": "country treaty status year as_of",
    "compact_votes": "country resolution vote",
    "remittance_matrix": "origin destination usd_million",
    "remittance_inflow": "country year usd_million estimate",
    "remittance_price": "origin destination quarter cost_share",
    "remittances_wdi": "country year received_usd paid_usd",
}


def test_the_pack_is_small():
    assert sum(path.stat().st_size for path in DATA.iterdir()) < LIMIT_BYTES


def test_no_file_lies_there_without_a_sidecar():
    known = {EVIDENCE.meta(name).file for name in NAMES}
    assert {path.name for path in DATA.glob("*.parquet")} <= known


def test_every_table_that_may_be_shipped_is_shipped():
    assert set(NAMES) == {name for name, spec in specs().items() if getattr(spec, "shipped", True)}


@pytest.mark.parametrize("name", NAMES)
def test_data_are_those_the_sidecar_describes(name):
    meta = EVIDENCE.meta(name)
    data = (DATA / meta.file).read_bytes()
    assert hashlib.sha256(data).hexdigest() == meta.sha256
    assert len(data) == meta.bytes
    if meta.columns:
        table = pq.read_table(DATA / meta.file)
        assert table.column_names == list(meta.columns)
        assert table.num_rows == meta.rows > 0
        assert content_hash(table) == meta.content_sha256
        for column, about in meta.columns.items():
            assert str(table.schema.field(column).type) == about.dtype
            assert table.column(column).null_count == about.missing


@pytest.mark.parametrize("name", NAMES)
def test_sidecar_says_who_where_when_and_under_which_licence(name):
    meta = EVIDENCE.meta(name)
    assert meta.sources
    assert meta.transformations
    assert meta.raw_files
    for source in meta.sources:
        assert source.producer
        assert source.title
        assert source.edition
        assert source.url.startswith("https://")
        assert 1990 <= source.year <= 2026
    check_licences(name, [source.licence for source in meta.sources])
    for check in meta.checks:
        assert check.passed
        assert abs(check.ours - check.published) <= check.tolerance * abs(check.published) + 1e-6


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_a_unit_and_keys_are_unique_and_complete(name):
    meta, frame = EVIDENCE.meta(name), EVIDENCE.table(name)
    assert all(column.unit and column.description for column in meta.columns.values())
    keys = list(meta.dimensions)
    assert keys
    assert not frame[keys].isna().to_numpy().any()
    assert not frame.duplicated(keys).any()
    assert frame.attrs["unit"] == meta.units
    assert frame.attrs["source"] == meta.source


@pytest.mark.parametrize("name", TABLES)
def test_countries_are_three_letter_codes(name):
    frame = EVIDENCE.table(name)
    for column in country_columns(EVIDENCE.meta(name)):
        assert frame[column].str.fullmatch("[A-Z][A-Z0-9]{2}").all()


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_table_has_the_columns_that_other_rooms_rely_on(name):
    assert set(CONTRACT[name].split()) <= set(EVIDENCE.table(name).columns)


NEVER_ZERO = {
    "migration_flow": "persons",
    "residence_permits_valid": "permits",
    "immigration_by_citizenship": "persons",
    "remittance_matrix": "usd_million",
    "remittance_inflow": "usd_million",
    "returns_after_order": "persons",
    "found_irregular": "persons",
}


@pytest.mark.parametrize(("name", "column"), sorted(NEVER_ZERO.items()))
def test_missing_is_absent_and_not_written_as_zero(name, column):
    # the sources of these tables write 0, or leave a grid of zeros, where they hold no figure
    assert EVIDENCE.table(name)[column].gt(0).all()


def test_absent_pairs_stay_missing_in_a_matrix():
    stock = EVIDENCE.matrix("migrant_stock", "persons", add=("sex",), year=2024)
    assert stock.sel(origin="MEX", destination="USA").item() == 11_279_561
    assert bool(np.isnan(stock).any())
    assert float(stock.sum()) == pytest.approx(304.02e6, rel=5e-5)


def test_a_matrix_needs_every_key_named():
    with pytest.raises(InputError, match="several rows for a pair"):
        EVIDENCE.matrix("migrant_stock", "persons", add=("sex",))
    with pytest.raises(EvidenceNotFound, match="directed pairs"):
        EVIDENCE.matrix("labour_agreements", "quota")
    with pytest.raises(EvidenceNotFound, match="not a column"):
        EVIDENCE.matrix("migrant_stock", "people", year=2024)


def test_methods_of_flow_estimates_are_kept_apart():
    flows = EVIDENCE.table("migration_flow")
    assert {"da_pb_closed", "da_min_closed"} <= set(flows["method"])
    with pytest.raises(InputError, match="method"):
        EVIDENCE.matrix("migration_flow", "persons", period_start=2015)


def test_namibia_is_read_as_a_country():
    assert "NAM" in EVIDENCE.countries("migrant_stock")
    assert "NAM" in EVIDENCE.countries("treaty_status")
    assert len(EVIDENCE.show("compact_votes", country="NAM")) > 0


def test_labour_agreements_invent_no_direction_and_no_content():
    agreements = EVIDENCE.table("labour_agreements")
    assert not {"origin", "destination"} & set(agreements.columns)
    coded = agreements["text_coded"]
    assert agreements.loc[~coded, "quota"].isna().all()
    assert agreements.loc[coded, "info_exch"].isin([0, 1]).all()


def test_a_table_may_be_changed_without_changing_the_pack():
    frame = EVIDENCE.table("remittance_price")
    frame.loc[:, "cost_share"] = -1.0
    frame.attrs["unit"] = {}
    again = EVIDENCE.table("remittance_price")
    assert again["cost_share"].gt(-1).all()
    assert again.attrs["unit"]["cost_share"] == "share (0-1)"


def test_whole_numbers_come_back_wide_enough_for_arithmetic():
    stock = EVIDENCE.table("migrant_stock")
    assert stock["persons"].dtype == np.int64
    assert stock["year"].dtype == np.int64
    assert EVIDENCE.table("refugees")["other_protection"].dtype == pd.Int64Dtype()


def test_trace_gives_rows_sidecar_and_the_one_figure():
    found = EVIDENCE.trace("evidence:compact_votes[country=DZA,resolution=A/RES/73/195]#vote")
    assert found.value == "abstain"
    assert found.meta is not None
    assert found.meta.licence == "CC0 1.0"
    many = EVIDENCE.trace("evidence:migrant_stock[origin=MAR,destination=ESP,year=2024]#persons")
    assert many.value is None
    assert set(many.rows["sex"]) == {"female", "male"}


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("evidence:migrant_stok", "accepted: migrant_stock"),
        ("evidence:migrant_stock[origen=MAR]", "accepted: origin, destination"),
        ("evidence:migrant_stock[origin=MRA]", "unknown, not zero"),
        ("evidence:migrant_stock[year=2023]", "1990, 1995"),
        ("evidence:migrant_stock[year=soon]", "not a value of year"),
        ("evidence:migrant_stock[origin=MAR]#people", "not a column of migrant_stock"),
    ],
)
def test_trace_says_what_is_accepted(reference, says):
    with pytest.raises(EvidenceNotFound, match=says):
        EVIDENCE.trace(reference)


def test_trace_of_another_kind_is_refused():
    with pytest.raises(InputError, match="not a reference to the evidence pack"):
        EVIDENCE.trace("parameter:world.trade.elasticity")


def test_show_takes_a_country_in_any_role_and_says_when_there_is_none():
    shown = EVIDENCE.show("migrant_stock", country="mar", limit=5)
    assert len(shown) == 5
    assert (shown["origin"].eq("MAR") | shown["destination"].eq("MAR")).all()
    with pytest.raises(EvidenceNotFound, match="unknown country 'MRC'"):
        EVIDENCE.show("migrant_stock", country="MRC")
    with pytest.raises(EvidenceNotFound, match="unknown, not zero"):
        EVIDENCE.show("first_permits", country="MAR")


def test_gaps_of_a_country_and_of_a_corridor():
    gaps = {(gap.table, gap.column) for gap in EVIDENCE.gaps("MAR")}
    assert ("first_permits", "destination") in gaps
    assert ("migrant_stock", "origin") not in gaps
    corridor = {gap.table for gap in EVIDENCE.gaps(Corridor("TUV", "MAR"))}
    assert "remittance_price" in corridor
    assert "gdp" not in corridor
    assert "labour_agreements" not in {gap.table for gap in EVIDENCE.gaps(Corridor("ESP", "MAR"))}
    assert "labour_agreements" not in {gap.table for gap in EVIDENCE.gaps(Corridor("MAR", "ESP"))}


def test_what_stays_out_is_listed_with_a_reason_and_is_not_there():
    excluded = read_excluded()
    names = {item.name for item in excluded}
    assert {"border_detections", "desta", "freedom_house", "em_dat", "idmc"} <= {
        item.name for item in excluded
    }
    assert all(item.reason and item.use and item.licence for item in excluded)
    assert not names & set(NAMES)
    assert {item.name for item in excluded if item.buildable} == {
        name for name, spec in specs().items() if not getattr(spec, "shipped", True)
    }


def test_a_folder_without_a_pack_is_an_error(tmp_path):
    with pytest.raises(EvidenceError, match="holds no evidence pack"):
        Evidence.load(tmp_path)


def test_a_broken_sidecar_is_an_error_of_one_line(tmp_path):
    (tmp_path / "stays.meta.yaml").write_text("name: [", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"stays.meta.yaml: not a valid sidecar") as caught:
        Evidence.load(tmp_path).meta("stays")
    assert "\n" not in str(caught.value)
