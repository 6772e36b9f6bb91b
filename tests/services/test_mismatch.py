"""Regular entry beside other arrivals: published counts, missing where nothing is published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from comity.evidence import Catalogue, Evidence
from comity.services.evidence import evidence_trace
from comity.services.mismatch import measure_mismatch
from comity.services.roundfile import load_round
from comity.vocabulary import Range
from comity.world.pressure import expect_moves

EXAMPLES = Path(__file__).parents[2] / "examples"
EVIDENCE, CATALOGUE = Evidence.load(), Catalogue.load()
WEST = load_round(EXAMPLES / "western-mediterranean.yaml")


def test_counts_are_those_of_the_pack():
    for corridor in measure_mismatch(WEST, EVIDENCE, CATALOGUE, {}):
        for figure in (corridor.regular, *corridor.other):
            assert figure is not None
            trace = evidence_trace(reference=figure.reference)
            assert trace.rows[figure.reference.partition("#")[2]].sum() == figure.value
        assert corridor.ratio_before == corridor.ratio_after


def test_places_enter_the_ratio_once_and_nothing_else_changes():
    places = {"LE02-ESP-MAR": 1000.0, "LE03-ESP-MAR": 500.0, "TR06-MAR-ESP": 3.0}
    before = measure_mismatch(WEST, EVIDENCE, CATALOGUE, {})
    after = measure_mismatch(WEST, EVIDENCE, CATALOGUE, places)
    assert [(c.origin, c.destination) for c in before] == [("MAR", "ESP"), ("SEN", "ESP")]
    assert [c.places for c in after] == [1500.0, 0.0]
    first = after[0]
    assert first.regular is not None
    assert first.ratio_before == before[0].ratio_before
    others = sum(f.value for f in first.other if isinstance(f.value, float))
    assert first.ratio_after == pytest.approx(others / (first.regular.value + 1500))  # type: ignore[operator]
    assert after[1].ratio_after == before[1].ratio_after


def test_expected_moves_stand_beside_the_registers_and_are_those_of_the_estimate():
    found = measure_mismatch(WEST, EVIDENCE, CATALOGUE, {})
    world = expect_moves(EVIDENCE, start=2020)
    for corridor in found:
        row = world.loc[(corridor.origin, corridor.destination)]
        assert corridor.pressure == Range(row["low"], row["mid"], row["high"])
    after = measure_mismatch(WEST, EVIDENCE, CATALOGUE, {"LE02-ESP-MAR": 1000.0})
    assert [c.pressure for c in after] == [c.pressure for c in found], "places do not change what is expected"


def test_a_pack_without_the_estimate_has_no_pressure_not_zero(tmp_path):
    for name in ("immigration_by_citizenship", "found_irregular", "asylum_applications"):
        for path in EVIDENCE.folder.glob(f"{name}.*"):
            shutil.copy(path, tmp_path)
    found = measure_mismatch(WEST, Evidence.load(tmp_path), CATALOGUE, {})
    assert found
    assert all(corridor.pressure is None for corridor in found)


def test_a_bloc_shares_its_places_over_its_corridors():
    doha = load_round(EXAMPLES / "doha-eight.yaml")
    clause = next(c for c in doha.table if c.giver == "EU27" and c.instrument == "LE02")
    found = measure_mismatch(doha, EVIDENCE, CATALOGUE, {clause.key: 2700.0})
    assert sum(c.places for c in found) == pytest.approx(2700)
    assert {c.destination for c in found if c.places} == set(doha.party("EU27").countries)


def test_what_is_not_recorded_is_missing_not_zero():
    doha = load_round(EXAMPLES / "doha-eight.yaml")
    found = measure_mismatch(doha, EVIDENCE, CATALOGUE, {})
    unknown = [c for c in found if c.regular is None]
    assert unknown, "the register of immigration does not cover every destination of this round"
    for corridor in unknown:
        assert corridor.ratio_before is None
        assert corridor.ratio_after is None
