"""Estimating anew: the same bytes each time, and nothing written unless asked."""

from __future__ import annotations

import pytest

from comity.evidence import Evidence
from comity.evidence.build.estimates import TABLES
from comity.evidence.build.pipeline import write_table
from comity.services import pressure_build
from comity.services.pressure import mismatch_find
from comity.services.pressure_build import pressure_estimate, pressure_refit

pytest.importorskip("pyfixest", reason="the extra 'estimate' is not installed")

FEW = [
    "ESP",
    "MAR",
    "SEN",
    "FRA",
    "DEU",
    "ITA",
    "TUR",
    "POL",
    "DZA",
    "MLI",
    "USA",
    "MEX",
    "GBR",
    "IND",
    "PAK",
    "MNE",
    "SRB",
    "HRV",
    "BRA",
    "COL",
    "VEN",
    "SDN",
    "UGA",
    "KEN",
]


@pytest.fixture
def small(monkeypatch):
    """The pack with the moves of two dozen countries."""
    whole = Evidence.load()
    flows = whole.table("migration_outward")
    few = flows[flows["origin"].isin(FEW) & flows["destination"].isin(FEW)]
    pack = whole.replace({"migration_outward": few})
    monkeypatch.setattr(pressure_build.Evidence, "load", lambda _=None: pack)
    return pack


def test_the_same_pack_gives_the_same_bytes_in_a_folder_and_in_memory(small, tmp_path):
    seen = []
    pressure_estimate(out=tmp_path / "a", progress=lambda *step: seen.append(step))
    fresh = pressure_refit()
    (tmp_path / "b").mkdir()
    for spec in TABLES:
        frame = fresh.table(spec.name)
        write_table(spec, frame, small.folder, tmp_path / "b")
        one, two = (tmp_path / name / f"{spec.name}.parquet" for name in ("a", "b"))
        assert one.read_bytes() == two.read_bytes()
    assert len(list((tmp_path / "a").iterdir())) == 2 * len(TABLES)
    assert all(0 <= share < 1 for _, share in seen)
    assert set(fresh.table("pressure")["origin"]) <= set(FEW)
    found = mismatch_find(origin="SEN", destination="ESP", evidence=fresh)
    assert found.corridors[0].pressure.mid > 0
