"""Adherence to a schedule: states by the day, in step with the protocol, and files that lie to nobody."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.conferences import CHARTER, NAMES, SECRETARIAT, Table

from comity.evidence import Catalogue, Parameters
from comity.protocol.conference import Act, standing
from comity.reports.html import render_html
from comity.reports.markdown import render_markdown
from comity.reports.walk import find_unsourced_numbers
from comity.services.adherence import State, check_adherence, next_look
from comity.services.adherence_report import read_domains, write_report


def check(table, day, **more):
    return check_adherence(CHARTER, table.state, at=day, names=NAMES, **more)


def states(table, day, **more):
    return {each.commitment.key: each.state for each in check(table, day, **more).standings}


@pytest.fixture(scope="module")
def after():
    """Follow-up: c2 done in time with an early refusal, c1 reported in part and moved once."""
    table = Table().revisions().follow_up()
    table.report("c2", "BRA").find("c2", 1, accepted=False).report("c2", "BRA", value=12.0).find(
        "c2", 2, accepted=True
    )
    table.report("c1", "ALB", done=False, value=3100.0)
    return table.play(
        Act.AMEND_COMMITMENT, SECRETARIAT, commitment="c1", due="2030-07-15", reason="The committee moved it."
    )


def test_states_on_a_day(after):
    soon = date(2030, 8, 1)
    assert states(after, date(2030, 6, 20), soon=soon) == {
        "c1": State.DUE, "c2": State.DONE, "c3": State.NO_EVIDENCE, "c4": State.NOT_YET_DUE,
    }  # fmt: skip
    assert states(after, date(2030, 7, 16), soon=soon)["c1"] is State.LATE
    assert states(after, date(2030, 7, 15), soon=soon)["c1"] is State.DUE, "the due day itself is not late"


def test_what_came_later_does_not_count(after):
    """Asked for a day in the past, the answer is the one of that day, however the journal went on."""
    found = after.state.commitments["c2"].reports[1].found_at.date()
    assert states(after, found)["c2"] is State.DONE
    assert states(after, found - timedelta(days=1))["c2"] is State.REPORTED
    moved = after.state.commitments["c1"].versions[1].at.date()
    by_key = {s.commitment.key: s for s in check(after, moved - timedelta(days=1)).standings}
    assert (by_key["c1"].due, by_key["c1"].moved) == (date(2030, 6, 1), 0)
    assert check(after, date(2030, 1, 1)).standings == ()


def test_a_late_finding_makes_nobody_late():
    table = Table().revisions().follow_up().report("c3", "CIV")
    reported = table.now.date()
    table.play(Act.COMMENT, SECRETARIAT, days=200, words="time passes").find("c3", 1, accepted=True)
    assert reported < date(2030, 4, 10)
    assert states(table, table.now.date())["c3"] is State.DONE


def test_it_ends_late_when_the_report_is_late():
    table = Table().revisions().follow_up()
    table.play(Act.COMMENT, SECRETARIAT, days=200, words="time passes").report("c3", "CIV").find(
        "c3", 1, accepted=True
    )
    (one,) = (s for s in check(table, table.now.date()).standings if s.commitment.key == "c3")
    assert one.state is State.DONE_LATE
    assert one.days == (one.done_on - date(2030, 4, 10)).days > 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["report", "interim", "accept", "refuse", "wait"]), st.sampled_from(["c1", "c2"])
        ),
        max_size=8,
    ),
    st.integers(0, 400),
)
def test_it_refines_the_protocol(moves, days):
    """The protocol's own standing is the coarser form of ours, for every course of reports and findings."""
    table = Table().revisions().follow_up()
    for what, key in moves:
        commitment = table.state.commitments[key]
        if what in {"report", "interim"}:
            table.report(key, commitment.delegation, done=what == "report")
        elif what == "wait":
            table.play(Act.COMMENT, SECRETARIAT, days=60, words="w")
        elif commitment.waiting:
            table.find(key, commitment.waiting[0], accepted=what == "accept")
    today = table.now.date() + timedelta(days=days)
    coarser = {
        State.DONE: "done", State.DONE_LATE: "done late", State.REPORTED: "reported", State.LATE: "late",
        State.NO_EVIDENCE: "late", State.DUE: "due", State.NOT_YET_DUE: "due",
    }  # fmt: skip
    found = check(table, today)
    assert {s.commitment.key: coarser[s.state] for s in found.standings} == {
        key: standing(one, today) for key, one in table.state.commitments.items()
    }
    assert sum(found.count(state) for state in State) == len(found.standings)
    assert sum(n for *_, counts in found.by_owner() for n in counts.values()) == len(found.standings)


def test_owners_are_in_alphabetical_order_and_a_tranche_may_be_released(after):
    found = check(after, date(2030, 6, 20))
    assert [code for code, *_ in found.by_owner()] == ["ALB", "BRA", "CIV", "CIV"]
    assert [s.commitment.key for s in found.standings if s.may_release] == ["c2"]


def test_the_look_ahead_is_the_next_meeting_or_the_stated_days(after):
    day = date(2030, 6, 20)
    assert next_look(after.state, day) == day + timedelta(
        days=Parameters.load().value("forum.continuity.notice_days")
    )
    table = Table().revisions().follow_up()
    table.play(
        Act.SCHEDULE,
        SECRETARIAT,
        meeting="j",
        title="T",
        kind="joint committee",
        starts="2030-06-25T09:00:00+00:00",
    )
    assert next_look(table.state, day) == date(2030, 6, 25)


def test_files_say_the_same_and_no_cell_is_a_formula(after):
    found = check(after, date(2030, 6, 20))
    rows = list(csv.DictReader(io.StringIO(found.to_csv(), newline="")))
    plain = json.loads(found.to_json())["commitments"]
    assert [row["key"] for row in rows] == [one["key"] for one in plain] == ["c3", "c2", "c1", "c4"]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]
    assert next(row for row in rows if row["key"] == "c1")["value"] == "", (
        "a value that was not accepted is missing, not 0"
    )


@pytest.mark.parametrize("day", [date(2030, 6, 20), date(2029, 1, 1)])
def test_documents_hold_no_bare_number(after, day):
    found = check(after, day)
    for document in (found.document(), write_report(CHARTER, found).document()):
        assert render_markdown(document)
        assert find_unsourced_numbers(render_html(document)) == []


def test_every_mapping_names_a_sub_category_and_nothing_is_scored(after):
    placed, reasons = read_domains()
    catalogue = Catalogue.load()
    assert {catalogue.term("SDG10.7.2", code).code for code in placed.values()} <= {
        t.code for t in catalogue.vocabulary
    }
    assert not set(placed) & set(reasons)
    report = write_report(CHARTER, check(after, date(2030, 6, 20)))
    plain = json.loads(report.to_json())
    assert plain["score"] is None
    by_key = {row["commitment"]: row for row in plain["rows"] if row["commitment"]}
    assert (by_key["c1"]["sub_category"], by_key["c2"]["sub_category"]) == ("D2.2", "D3.4")
    assert by_key["c3"]["sub_category"] is None
    assert "no instrument" in by_key["c3"]["note"]
    assert {row["label_mark"] for row in plain["rows"] if row["sub_category"]} == {"recalled"}
    empty = [row for row in plain["rows"] if not row["commitment"]]
    assert {row["note"] for row in empty} == {"nothing in this agreement"}, "never 'no'"
    assert len({row["sub_category"] for row in plain["rows"]} - {None}) == 30
