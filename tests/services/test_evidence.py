from __future__ import annotations

import pytest

from comity.errors import EvidenceNotFound, InputError
from comity.services.evidence import evidence_gaps, evidence_list, evidence_show, evidence_trace


def test_list_names_tables_and_what_stays_out():
    listed = evidence_list()
    assert {"migrant_stock", "gdp", "goods_trade"} <= {table.name for table in listed.tables}
    assert "border_detections" in {item.name for item in listed.excluded}
    assert 0 < listed.bytes < 15_000_000


def test_show_limits_rows_and_keeps_the_count():
    shown = evidence_show(table="migrant_stock", country="MAR", limit=3)
    assert len(shown.rows) == 3
    assert shown.total > 3
    assert shown.meta.name == "migrant_stock"
    with pytest.raises(EvidenceNotFound):
        evidence_show(table="migrants")


def test_gaps_are_listed():
    assert "first_permits" in {gap.table for gap in evidence_gaps(country="MAR")}


def test_trace_follows_evidence_parameters_and_catalogues():
    row = evidence_trace(reference="evidence:gdp[country=MAR,year=2023]#gdp_usd")
    assert row.meta is not None
    assert row.value == pytest.approx(144e9, rel=0.05)
    parameter = evidence_trace(reference="parameter:world.trade.elasticity")
    assert parameter.place.startswith("parameters/world/trade.yaml:")
    assert set(parameter.rows["field"]) >= {"value", "low", "high", "status", "reference"}
    instrument = evidence_trace(reference="catalogue:instruments[code=LE01]#name")
    assert instrument.value == "work_permit_quota"
    assert instrument.place.startswith("catalogue/instruments.csv:")


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("round:parties.0.code", "accepted: --round FILE"),
        ("model:§9.9|wage", "no section of the model"),
        ("gdp of Morocco", "not a reference"),
    ],
)
def test_what_cannot_be_traced_says_what_is_needed(reference, says):
    with pytest.raises(InputError, match=says):
        evidence_trace(reference=reference)


@pytest.mark.parametrize(
    "reference", ["parameter:world.trade.elasticty", "catalogue:instruments[code=ZZ99]", "evidence:gpd"]
)
def test_unknown_entries_are_not_found(reference):
    with pytest.raises(EvidenceNotFound):
        evidence_trace(reference=reference)
