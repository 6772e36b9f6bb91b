"""Speed and agencies as reports."""

from __future__ import annotations

import json

from comity.regime import Mandates, read_mandates
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services.regime import regime_agencies, regime_speed
from comity.vocabulary import Area

SPEED = regime_speed(draws=40, seed=2)


def test_the_speed_report_is_whole_in_every_form():
    document = SPEED.document()
    assert not find_unsourced_numbers(render_html(document))
    page = render_html(document)
    assert page.count('class="chart lines"') == 4
    assert "Area of free movement" in page
    words = render_terminal(SPEED.document(brief=True), width=100)
    assert "only in part" in words
    assert "1990" in words


def test_the_json_says_null_where_a_series_is_silent():
    found = json.loads(SPEED.to_json())
    years = dict(zip(found["years"], found["series"]["smuggling|all"], strict=True))
    assert years[1960] is None
    assert years[2014] > 0
    assert found["trade_agreements"] == {"unknown": "not coded"}
    assert len(found["comparisons"]) == 4 * 2 * (4 + 5)


def test_every_measure_and_corridor_has_a_verdict():
    found = json.loads(SPEED.to_json())
    assert {c["verdict"] for c in found["comparisons"]} <= {"ahead", "behind", "cannot be told"}


def test_without_agencies_everything_is_a_gap():
    assert len(Mandates((), ()).gaps()) == 15
    assert Mandates((), ()).unserved(("GCM01",)) == ("GCM01",)


def test_agencies_have_sources_and_gaps_are_gaps():
    mandates = read_mandates()
    assert all(a.source and a.mark for a in mandates.agencies)
    for area, function in mandates.gaps():
        assert not [a for a in mandates.agencies if (area, function) in a.does]
    assert (Area.LEGAL_ENTRY, "negotiation") not in mandates.gaps()
    assert not find_unsourced_numbers(render_html(regime_agencies().document()))


def test_the_calendar_keeps_the_interview_apart_from_what_is_recalled():
    fields = {m.field: m for m in read_mandates().meetings if m.mark.startswith("read")}
    assert set(fields) == {"Finance", "Trade", "Health", "Labour", "Environment"}
