"""The calendar: meetings, and feeds that only their address opens."""

from __future__ import annotations

import pytest
from tests.forum.conftest import EVERYBODY, SEATS

from comity.forum import actions
from comity.forum.models import Audit, CalendarFeed, Membership
from comity.protocol.conference import Act
from comity.services.calendar_feed import read_calendar

BASE = "/r/coasts/calendar/"


@pytest.fixture
def running(cast):
    cast.draft()
    cast.play(
        Act.TABLE_PROPOSAL,
        "alb_head",
        proposal="p1",
        title="CANARY-PROPOSAL",
        provisions={"visas": 100},
        note="CANARY-NOTE",
    )
    cast.play(Act.WITHDRAW_PROPOSAL, "alb_head", proposal="p1")
    cast.play(Act.COMMENT, "alb_head", words="CANARY-COMMENT")
    cast.silence().adoption().signature().follow_up()
    for code, key in (("ALB", "c1"), ("BRA", "c2"), ("CIV", "c3")):
        cast.play(
            Act.REGISTER_COMMITMENT,
            f"{code.lower()}_head",
            commitment=key,
            delegation=code,
            agency="Agency",
            title=f"Of {code}",
            indicator="n",
            milestone="m",
            due="2036-06-30",
        )
    cast.play(
        Act.SCHEDULE,
        "secretariat",
        meeting="jc1",
        title="First committee",
        kind="joint committee",
        starts="2036-05-01T09:00:00+00:00",
    )
    for code in ("ALB", "BRA"):
        actions.save_private_sheet(
            round=cast.round,
            seat=SEATS[f"{code.lower()}_head"],
            name="notes",
            content={"notes": f"CANARY-SHEET-{code}"},
            now=cast.now,
        )
    return cast


def subscribe(cast, who):
    page = cast.browser(who).post(BASE + "feed/")
    assert page.status_code == 200
    return page.context["link"].removeprefix("http://testserver")


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_opens_the_calendar(running, name):
    may = 200 if name in SEATS else 403
    for page in ("", "calendar.ics"):
        assert running.browser(name).get(BASE + page).status_code == may
    assert running.browser(name).post(BASE + "feed/").status_code == may


def test_a_feed_needs_no_session_and_holds_facts_of_its_seat_only(running):
    address = subscribe(running, "alb_head")
    page = running.browser("anonymous").get(address)
    assert page.status_code == 200
    assert page["Content-Type"].startswith("text/calendar")
    assert b"CANARY" not in page.content
    keys = {entry.key for entry in read_calendar(page.content)}
    assert {"commitment.c1", "meeting.jc1", "review.1"} <= keys
    assert not {"commitment.c2", "commitment.c3"} & keys, "those of others are not of this seat"
    assert page.content == running.browser("anonymous").get(address).content, "same state, same bytes"
    everything = {
        entry.key
        for entry in read_calendar(running.browser("secretariat").get(BASE + "calendar.ics").content)
    }
    assert {"commitment.c1", "commitment.c2", "commitment.c3"} <= everything


def test_an_address_is_kept_as_a_hash_and_can_be_taken_back(running):
    address = subscribe(running, "alb_head")
    token = address.rsplit("/", 1)[-1].removesuffix(".ics")
    row = CalendarFeed.objects.get()
    assert token not in row.token_hash
    assert token not in running.browser("alb_head").get(BASE).content.decode(), "shown once"
    assert not any(token in line.outcome for line in Audit.objects.all())
    anonymous = running.browser("anonymous")
    assert anonymous.get(address[:-6] + "xx.ics").status_code == 404
    assert anonymous.post(address).status_code == 405
    running.browser("bra_head").post(BASE + "feed/revoke/", {"feed": row.pk})
    assert anonymous.get(address).status_code == 200, "only its owner takes it back"
    running.browser("alb_head").post(BASE + "feed/revoke/", {"feed": row.pk})
    assert anonymous.get(address).status_code == 404
    running.browser("alb_head").post(BASE + "feed/revoke/", {"feed": "nonsense"})


def test_an_address_ends_with_the_seat(running):
    address = subscribe(running, "civ_delegate")
    member = Membership.objects.get(user=running.user["civ_delegate"])
    actions.give_up_seat(round=running.round, member=member.pk, now=running.now)
    assert running.browser("anonymous").get(address).status_code == 404


def test_a_seat_has_a_handful_of_addresses(running):
    for _ in range(5):
        subscribe(running, "society")
    page = running.browser("society").post(BASE + "feed/", follow=True)
    assert "already" in page.content.decode()
    assert CalendarFeed.objects.count() == 5


def test_meetings_are_scheduled_recorded_and_cancelled(cast):
    page = cast.browser("alb_head").get(BASE).content.decode()
    assert "Nothing is in the calendar yet" in page
    assert "recalled" in page, "months of ministers' meetings are marked"
    form = {
        "title": "Session",
        "kind": "session",
        "starts": "2026-01-06T09:00",
        "ends": "2026-01-06T11:00",
        "key": "k1",
    }
    browser = cast.browser("secretariat")
    browser.post(BASE + "schedule/", form | {"starts": "soon"})
    browser.post(BASE + "schedule/", form | {"ends": "2026-01-06T08:00", "key": "k2"})
    assert not cast.state.meetings
    browser.post(BASE + "schedule/", form)
    (meeting,) = cast.state.meetings.values()
    assert cast.browser("alb_head").post(BASE + "schedule/", form).status_code == 403
    browser.post(
        BASE + "record/", {"meeting": meeting.key, "words": "All agreed to meet again.", "key": "k3"}
    )
    assert "All agreed to meet again." in cast.browser("society").get(BASE).content.decode()
    browser.post(BASE + "cancel/", {"meeting": meeting.key, "reason": "x", "key": "k4"})
    assert not cast.state.meetings[meeting.key].cancelled, "what took place is not cancelled"
