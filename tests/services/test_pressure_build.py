"""Estimating anew: the same bytes each time, and nothing written unless asked."""

from __future__ import annotations

import pytest

from comity.evidence import Evidence
from comity.services import pressure_build
from comity.services.pressure import mismatch_find
from comity.services.pressure_build import pressure_estimate, pressure_refit

pytest.importorskip("pyfixest", reason="the extra 'estimate' is not installed")

FEW = (
    "ESP MAR SEN FRA DEU ITA TUR POL DZA MLI USA MEX GBR IND PAK MNE SRB HRV BRA COL VEN SDN UGA KEN".split()
)


@pytest.fixture
def small(monkeypatch):
    """The pack with the moves of two dozen countries."""
    whole = Evidence.load()
    flows = whole.table("migration_outward")
    few = flows[flows["origin"].isin(FEW) & flows["destination"].isin(FEW)]
    pack = whole.replace({"migration_outward": few})
    monkeypatch.setattr(pressure_build.Evidence, "load", lambda _=None: pack)
    return pack


def test_the_same_pack_gives_the_same_bytes(small, tmp_path):
    seen = []
    for name in ("a", "b"):
        pressure_estimate(out=tmp_path / name, progress=lambda *step: seen.append(step))
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == 6
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert seen
    assert all(0 <= share < 1 for _, share in seen)


def test_a_fresh_estimate_answers_like_the_one_of_the_pack(small):
    fresh = pressure_refit()
    assert set(fresh.table("pressure")["origin"]) <= set(FEW)
    found = mismatch_find(origin="SEN", destination="ESP", evidence=fresh)
    assert found.corridors[0].pressure.mid > 0
