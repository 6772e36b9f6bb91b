"""The work force to come: §3.10 to the letter, totals that are kept, and bad input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import EvidenceNotFound, InputError
from comity.evidence import Evidence
from comity.vocabulary import Range
from comity.world.projection import BASE, LAST, Places, build_up, find_baseline, project_work_force

EVIDENCE = Evidence.load()
STAY = Range(2.0, 5.0, 15.0)


@given(st.floats(0.0, 1e6), st.floats(1.0, 60.0), st.integers(0, 80))
def test_stocks_follow_the_equation_of_motion(yearly, stay, years):
    leaving, settled = 1 / stay, yearly * stay
    now, then = build_up(yearly, stay, years), build_up(yearly, stay, years + 1)
    assert then == pytest.approx((1 - leaving) * now + leaving * settled, rel=1e-9, abs=1e-9)
    assert now <= settled * (1 + 1e-12)


@given(st.floats(1.0, 1e6), st.floats(0.1, 60.0))
def test_the_year_after_and_the_long_run(yearly, stay):
    assert build_up(yearly, stay, 0) == 0
    assert build_up(yearly, stay, 1) == pytest.approx(yearly * min(stay, 1.0))
    assert build_up(yearly, stay, 5000) == pytest.approx(yearly * stay)


def test_without_places_nothing_changes():
    table = project_work_force(EVIDENCE, years=[BASE, 2050])
    assert (table["with"] == table["work_force"]).all()
    assert (table["dependency_with"] == table["dependency"]).all()
    assert table.index.get_level_values("country").nunique() >= 180


def test_the_baseline_is_population_times_participation():
    row = find_baseline(EVIDENCE).loc[("ESP", 2050)]
    ages = EVIDENCE.trace("evidence:population_age[country=ESP,year=2050]").rows.set_index("age_group")[
        "persons"
    ]
    assert row["working"] == ages[["15-19", "20-39", "40-59", "60-64"]].sum()
    assert row["young"] + row["working"] + row["old"] == ages.sum()
    assert row["work_force"] == row["working"] * row["participation"]


def test_what_one_country_gains_another_loses():
    places = [Places("SEN", "ESP", "low", 4000.0, STAY), Places("MAR", "ESP", "high", 1000.0, STAY)]
    before = project_work_force(EVIDENCE, years=[2026, 2030, 2050])
    after = project_work_force(EVIDENCE, years=[2026, 2030, 2050], places=places)
    assert after["change"].sum() == pytest.approx(0.0, abs=1e-6)
    assert after["with"].sum() == pytest.approx(before["work_force"].sum())
    assert after.loc[("ESP", 2030), "dependency_with"] < after.loc[("ESP", 2030), "dependency"]
    assert after.loc[("SEN", 2030), "dependency_with"] > after.loc[("SEN", 2030), "dependency"]
    for end in ("change_low", "change", "change_high"):
        assert (after["change_low"] <= after[end]).all()
        assert (after[end] <= after["change_high"]).all()


def test_bad_places_are_refused():
    with pytest.raises(InputError, match="to itself"):
        Places("ESP", "ESP", "low", 1.0, STAY)
    with pytest.raises(InputError, match="-5 places"):
        Places("SEN", "ESP", "low", -5.0, STAY)
    with pytest.raises(InputError, match="a stay of 0"):
        Places("SEN", "ESP", "low", 5.0, Range.point(0.0))
    with pytest.raises(EvidenceNotFound, match="no projection of the work force for TUV"):
        project_work_force(EVIDENCE, years=[2030], places=[Places("TUV", "NZL", "low", 5.0, STAY)])
    with pytest.raises(InputError, match="no projection for 2101"):
        project_work_force(EVIDENCE, years=[LAST + 1])
    with pytest.raises(InputError, match="more people would leave"):
        project_work_force(EVIDENCE, years=[2050], places=[Places("LUX", "DEU", "low", 1e6, STAY)])
