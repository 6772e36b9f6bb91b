"""The calendar: parses back to what was written, same bytes for the same state, and stable identifiers."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.conferences import CHARTER, NAMES, SECRETARIAT, Table

from comity.errors import InputError
from comity.protocol.conference import Act
from comity.regime.agencies import read_mandates
from comity.services.calendar_feed import (
    Entry,
    ministers_entries,
    read_calendar,
    round_entries,
    write_calendar,
)

STAMP = datetime(2030, 1, 1, tzinfo=UTC)


def write(entries, stamp=STAMP):
    return write_calendar("Compact; of, the \\ coasts", entries, domain="coasts.example.org", stamp=stamp)


def keyed(entries):
    return {entry.key: entry for entry in entries}


def test_a_round_parses_back_entry_by_entry():
    table = Table().revisions().follow_up()
    entries = round_entries(CHARTER, table.state, names=NAMES) + ministers_entries(2030, 2034)
    assert keyed(read_calendar(write(entries))) == keyed(entries)
    assert write(entries) == write(entries)


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), include_characters="\n"), max_size=120
).map(str.strip)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda m: m.replace(microsecond=0)
)


@settings(max_examples=60, deadline=None)
@given(WORDS.filter(bool), WORDS, WORDS, MOMENTS, st.booleans(), st.integers(0, 9))
def test_any_words_survive(title, words, place, when, whole_day, sequence):
    entry = Entry("k", title, when.date() if whole_day else when, None if whole_day else when + timedelta(hours=1),
                  words, place, "session", "CONFIRMED", sequence)  # fmt: skip
    raw = write([entry])
    assert read_calendar(raw) == (entry,)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_every_time_is_utc_and_every_event_has_what_the_standard_asks():
    table = Table().revisions().follow_up()
    raw = write(
        round_entries(CHARTER, table.state), datetime(2030, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    )
    calendar = icalendar.Calendar.from_ical(raw)
    assert calendar["VERSION"] == "2.0"
    uids = [str(event["UID"]) for event in calendar.walk("VEVENT")]
    assert len(set(uids)) == len(uids)
    for event in calendar.walk("VEVENT"):
        assert event["DTSTAMP"].dt == STAMP
        assert not event.errors
    assert b"TZID" not in raw


def test_a_moved_day_and_a_cancelled_meeting_keep_their_identifier():
    table = Table().revisions().follow_up()
    before = keyed(round_entries(CHARTER, table.state))
    table.play(Act.AMEND_COMMITMENT, SECRETARIAT, commitment="c1", due="2030-09-01", reason="r")
    table.play(Act.CANCEL_MEETING, SECRETARIAT, meeting="h1", reason="storm")
    after = keyed(round_entries(CHARTER, table.state))
    assert set(before) == set(after)
    assert (after["commitment.c1"].starts, after["commitment.c1"].sequence) == (date(2030, 9, 1), 1)
    assert (after["meeting.h1"].state, after["meeting.h1"].sequence) == ("CANCELLED", 1)


def test_silence_and_reviews():
    table = Table().revisions()
    assert not [
        key for key in keyed(round_entries(CHARTER, table.state)) if key.startswith(("review", "silence"))
    ]
    table.follow_up()
    found = keyed(round_entries(CHARTER, table.state, until=date(2032, 12, 31)))
    (silence,) = (entry for key, entry in found.items() if key.startswith("silence"))
    assert (silence.starts, silence.state) == (table.state.silences[0].deadline, "CONFIRMED")
    reviews = [entry for key, entry in found.items() if key.startswith("review")]
    assert [entry.state for entry in reviews] == ["TENTATIVE"] * len(reviews)
    assert len(reviews) == 3


def test_a_delegation_sees_its_own_commitments_and_those_that_it_pays():
    table = Table().revisions().follow_up()
    own = {
        key
        for key in keyed(round_entries(CHARTER, table.state, delegation="ALB"))
        if key.startswith("commitment")
    }
    assert own == {"commitment.c1", "commitment.c2"}
    none = round_entries(CHARTER, table.state, commitments=False)
    assert not [entry for entry in none if entry.kind == "commitment"]


def test_nothing_that_is_not_public_is_in_it():
    table = Table().revisions()
    assert b"CANARY" not in write(round_entries(CHARTER, table.state, names=NAMES))


def test_ministers_meetings_are_months_that_are_marked_as_recalled():
    found = ministers_entries(2026, 2030)
    assert {entry.state for entry in found} == {"TENTATIVE"}
    assert all("recalled" in entry.words for entry in found)
    assert all(entry.starts.day == 1 for entry in found), "no day is claimed"
    forums = {meeting.forum for meeting in read_mandates().meetings}
    assert all(any(forum in entry.title for forum in forums) for entry in found)
    reviews = [entry.starts.year for entry in found if "Review Forum" in entry.title]
    assert reviews == [2026, 2030]
    assert all(
        "not a meeting of ministers" in entry.words for entry in found if "Review Forum" in entry.title
    )


@pytest.mark.parametrize("years", [(2031, 2030), (1800, 1900), (2030, 9999)])
def test_years_that_cannot_be_used(years):
    with pytest.raises(InputError):
        ministers_entries(*years)


def test_bad_calendars_are_refused():
    entry = Entry("k", "T", date(2030, 1, 1))
    with pytest.raises(InputError):
        write([entry, entry])
    with pytest.raises(InputError):
        write([entry], datetime(2030, 1, 1))
    for raw in (b"", b"nonsense", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"):
        with contextlib.suppress(InputError):
            assert read_calendar(raw) == ()
