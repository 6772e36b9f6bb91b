"""Pressure beside opportunity: closing a gap, splitting by skill, and missing that stays missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence import Evidence
from comity.vocabulary import Range, Skill
from comity.world.opportunity import ENTRIES, FREE, MISSING, PART, find_places, find_unions, read_unions
from comity.world.pressure import close_gap, compare_places, expect_moves, list_starts, split_by_skill

EVIDENCE = Evidence.load()
WORLD = compare_places(EVIDENCE, start=2020)

ORDERED = st.tuples(*[st.floats(0.0, 1e6)] * 3).map(sorted).map(lambda ends: Range(*ends))


@given(ORDERED, ORDERED, st.floats(0.0, 1e6))
def test_closing_a_gap_is_arithmetic(pressure, places, added):
    found = close_gap(pressure, places, added)
    assert found.gap.mid == max(0.0, pressure.mid - places.mid)
    assert found.gap.low == max(0.0, pressure.low - places.high)
    assert found.gap.high == max(0.0, pressure.high - places.low)
    if found.gap.mid == 0:
        assert found.share is None
        return
    assert found.share is not None
    assert 0 <= found.share.low <= found.share.mid <= found.share.high <= 1
    assert found.share.mid == pytest.approx(min(1.0, added / found.gap.mid))
    left = max(0.0, pressure.mid - (places.mid + added))
    assert found.gap.mid * (1 - found.share.mid) == pytest.approx(left, abs=1e-6 * max(1.0, found.gap.mid))


def test_no_places_close_nothing_and_enough_close_all():
    pressure, places = Range(90.0, 100.0, 130.0), Range.point(40.0)
    assert close_gap(pressure, places, 0.0).share == Range.point(0.0)
    assert close_gap(pressure, places, 60.0).share == Range(60 / 90, 1.0, 1.0)
    assert close_gap(pressure, places, 90.0).share == Range.point(1.0)


@pytest.mark.parametrize("added", [-1.0, float("nan"), float("inf")])
def test_places_that_are_no_number_are_refused(added):
    with pytest.raises(ValueError, match="at least 0"):
        close_gap(Range.point(2.0), Range.point(1.0), added)


def test_missing_opportunity_is_missing_and_never_zero():
    missing = WORLD[WORLD["basis"] == MISSING]
    assert len(missing) > 1000
    assert missing[["places", "ratio", "gap"]].isna().to_numpy().all()
    part = WORLD[WORLD["basis"] == PART]
    assert part["places"].notna().all()
    assert part[["ratio", "gap"]].isna().to_numpy().all()
    assert set(part.index.get_level_values("destination")) == {"USA"}
    free = WORLD[WORLD["basis"] == FREE]
    assert free[["places", "ratio", "gap"]].isna().to_numpy().all()


def test_ratio_and_gap_follow_from_their_parts():
    counted = WORLD[WORLD["ratio"].notna()]
    assert counted["basis"].eq(ENTRIES).all()
    np.testing.assert_allclose(counted["ratio"] * counted["places"], counted["mid"])
    np.testing.assert_allclose(counted["gap"], np.maximum(counted["mid"] - counted["places"], 0))
    for name in ("ratio", "gap"):
        assert (counted[f"{name}_low"] <= counted[name]).all()
        assert (counted[name] <= counted[f"{name}_high"]).all()


def test_places_lie_between_permits_and_the_register():
    row = find_places(EVIDENCE, start=2020).loc[("SEN", "ESP")]
    permits = EVIDENCE.table("residence_permits_valid").set_index(["citizenship", "destination", "year"])[
        "permits"
    ]
    register = EVIDENCE.table("immigration_by_citizenship").set_index(["citizenship", "destination", "year"])[
        "persons"
    ]
    assert row["places_low"] == (permits["SEN", "ESP", 2023] - permits["SEN", "ESP", 2019]) / 4
    assert row["places_high"] == np.mean([register["SEN", "ESP", year] for year in range(2020, 2024)])
    assert (row["first_year"], row["last_year"], bool(row["inside"])) == (2020, 2023, True)
    later = find_places(EVIDENCE, start=2025).loc[("SEN", "ESP")]
    assert not later["inside"]


def test_skills_add_up_to_all():
    moves = expect_moves(EVIDENCE, start=2020)
    low, high = (split_by_skill(moves, EVIDENCE, skill) for skill in (Skill.LOW, Skill.HIGH))
    both = low.index.intersection(high.index)
    np.testing.assert_allclose((low["mid"] + high["mid"])[both], moves.loc[both, "mid"], rtol=1e-3)
    assert (low["low"] <= low["mid"]).all()
    assert (low["mid"] <= low["high"]).all()


def test_the_range_holds_the_interval_of_the_mean_and_the_other_flow_estimates():
    for start in list_starts(EVIDENCE):
        moves = expect_moves(EVIDENCE, start=start)
        assert (moves["low"] <= moves["sure_low"] + 1e-9).all()
        assert (moves["sure_low"] <= moves["mid"]).all()
        assert (moves["mid"] <= moves["sure_high"]).all()
        assert (moves["sure_high"] <= moves["high"] + 1e-9).all()


def test_areas_of_free_movement_name_economies_of_the_pack():
    known = EVIDENCE.countries("countries")
    for union in read_unions():
        assert set(union["members"]) <= known
        assert union["mark"] in {"read", "recalled"}
    pairs = find_unions(EVIDENCE)
    assert not pairs.duplicated(["origin", "destination"]).any()
    assert ("SEN", "ESP") not in set(zip(pairs["origin"], pairs["destination"], strict=True))


def test_a_visa_class_that_is_counted_exists():
    visas = find_places(EVIDENCE, start=2020, skill=Skill.LOW)
    mexico = visas.loc[("MEX", "USA")]
    assert mexico["basis"] == PART
    assert mexico["places"] > 200_000, "H-2A and H-2B alone are more"
