"""``comity mismatch`` as a service: what it answers, what it will not say, and the bytes of one corridor."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from comity.errors import EvidenceNotFound, InputError
from comity.evidence import Evidence
from comity.reports.html import render_html
from comity.reports.markdown import render_markdown
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services.evidence import evidence_trace
from comity.services.pressure import mismatch_find
from comity.vocabulary import Figure, Skill, SourceClass

GOLDEN = Path(__file__).parent / "golden"
CORRIDOR = {"origin": "SEN", "destination": "ITA"}


def test_one_corridor_has_all_skills_a_trend_and_a_range():
    found = mismatch_find(**CORRIDOR)
    assert [c.skill for c in found.corridors] == [None, Skill.LOW, Skill.HIGH]
    first = found.corridors[0]
    assert [start for start, _, _ in first.trend] == [2010, 2015, 2020, 2025]
    assert first.trend[1][2] is not None
    assert first.trend[2][2] is None, "no flow is published for 2020 to 2025"
    assert first.pressure.low < first.pressure.mid < first.pressure.high


def test_adding_places_closes_their_share_of_the_gap():
    base = mismatch_find(**CORRIDOR, skill="low").corridors[0]
    assert base.closing is not None
    assert base.closing.gap.mid > 0
    half = mismatch_find(**CORRIDOR, skill="low", added=base.closing.gap.mid / 2).corridors[0]
    assert half.closing is not None
    assert half.closing.share is not None
    assert half.closing.share.mid == pytest.approx(0.5)
    assert half.closing.share.low < 0.5 < half.closing.share.high
    assert half.closing.gap == base.closing.gap


def test_where_places_are_not_known_no_gap_is_formed():
    found = mismatch_find(origin="IND", destination="ARE", added=1000).to_dict()["corridors"][0]
    assert found["opportunity"]["basis"] == "missing"
    assert found["opportunity"]["places"] is None
    assert found["ratio"] is None
    assert found["gap"] is None
    assert found["share_closed"] is None
    assert found["added_over_pressure"]["mid"] > 0
    page = render_terminal(mismatch_find(origin="IND", destination="ARE", added=1000).document(), width=100)
    assert "is not known" in " ".join(page.split())


def test_free_movement_is_not_a_number_of_places():
    found = mismatch_find(origin="POL", destination="DEU").corridors[0]
    assert found.basis == "free"
    assert found.places is None
    assert found.ratio is None


def test_many_corridors_stand_by_gap_and_those_unknown_apart():
    found = mismatch_find(destination="FRA")
    gaps = [c.closing.gap.mid for c in found.corridors if c.closing is not None]
    assert gaps == sorted(gaps, reverse=True)
    assert all(gap > 0 for gap in gaps)
    by_pair: dict[tuple[str, str], float] = {}
    for c in found.by_skill:
        assert c.closing is not None
        by_pair[c.origin, c.destination] = by_pair.get((c.origin, c.destination), 0.0) + c.closing.gap.mid
    for c in found.corridors:
        if (c.origin, c.destination) in by_pair and c.closing is not None:
            assert by_pair[c.origin, c.destination] == pytest.approx(c.closing.gap.mid, rel=1e-3)
    unknown = [c for c in found.corridors if c.basis in {"missing", "part"}]
    assert all(c.closing is None for c in unknown)
    assert sum(number for number, _ in found.counts.values()) > len(found.corridors)


def test_the_channel_model_may_bring_its_queue():
    def queue(origin, destination, skill):
        return Figure(
            12.0, "persons per year", SourceClass.MODELLED, f"model:§3.8|{origin}-{destination}|{skill}"
        )

    found = mismatch_find(**CORRIDOR, queue=queue)
    assert all(c.queue is not None for c in found.corridors)
    assert "Unmet demand" in render_terminal(found.document(), width=100)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"origin": "XYZ"}, "unknown country 'XYZ'"),
        ({"origin": "ESP", "destination": "esp"}, "both ESP"),
        ({**CORRIDOR, "added": -5}, "-5 places"),
        ({**CORRIDOR, "added": float("nan")}, "nan places"),
        ({"origin": "SEN", "added": 5}, "to one corridor"),
        ({**CORRIDOR, "skill": "medium"}, "unknown skill"),
        ({**CORRIDOR, "interval": 2021}, "no estimate for an interval from 2021"),
    ],
)
def test_bad_input_is_one_line_that_says_what_is_accepted(asked, says):
    with pytest.raises(InputError, match=says) as caught:
        mismatch_find(**asked)
    assert caught.value.exit_code == 2
    assert "accepted:" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_corridor_without_an_estimate_is_an_error_not_a_zero():
    with pytest.raises(EvidenceNotFound, match="no pressure is estimated from TUV to ESP"):
        mismatch_find(origin="TUV", destination="ESP")


@pytest.mark.parametrize("asked", [CORRIDOR, {"destination": "DEU"}, {"origin": "SEN", "skill": "low"}, {}])
def test_every_number_of_the_page_has_a_source(asked):
    document = mismatch_find(**asked).document(coefficients=True, holdout=True)
    assert find_unsourced_numbers(render_html(document)) == []
    assert render_markdown(document)


@pytest.mark.parametrize("asked", [CORRIDOR, {"destination": "DEU"}])
def test_every_reference_can_be_followed(asked):
    document = mismatch_find(**asked, **({"added": 500} if "origin" in asked else {})).document()
    for reference in {figure.reference for figure in document.figures()}:
        if not reference.startswith("round:"):
            assert len(evidence_trace(reference=reference).rows) > 0, reference


def test_json_is_one_object_and_the_same_each_time():
    one, two = (mismatch_find(**CORRIDOR, added=500).to_json() for _ in range(2))
    assert one == two
    found = json.loads(one)
    assert found["unit"] == "persons per year"
    assert {row["specification"] for row in found["coefficients"]} >= {"prediction", "identified", "visa"}
    assert {row["forecast"] for row in found["holdout"]} == {"gravity", "persistence"}


def test_the_page_says_that_persistence_was_nearer_when_it_was():
    table = Evidence.load().table("pressure_holdout")
    last = table[(table["period_start"] == 2015) & (table["band"] == "all")]
    error = last[last["measure"] == "mean_absolute_error"].set_index("forecast")["value"]
    page = " ".join(render_terminal(mismatch_find(**CORRIDOR).document(), width=100).split())
    assert ("the naive forecast (the same as in the interval before) was nearer" in page) == (
        error["persistence"] < error["gravity"]
    )


def test_the_terminal_page_of_one_corridor():
    page = render_terminal(mismatch_find(**CORRIDOR, skill="low", added=500).document(brief=True), width=100)
    path = GOLDEN / "mismatch-SEN-ITA-low.txt"
    if os.environ.get("COMITY_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
    assert page == path.read_text(encoding="utf-8")
