"""Submissions of civil society with a response each, and hearings."""

from __future__ import annotations

import pytest
from tests.forum.conftest import EVERYBODY

from comity.protocol.conference import Act

BASE = "/r/coasts/submissions/"


@pytest.fixture
def drafted(cast):
    return cast.draft()


def submit(cast, key="k1", **more):
    form = {"title": "On visas", "words": "Visas must be free.", "paragraphs": ["a1.p1"], "key": key} | more
    return cast.browser("society").post(BASE + "write/", form, follow=True)


@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_reads_and_only_civil_society_writes(drafted, name):
    submit(drafted)
    key = next(iter(drafted.state.submissions))
    browser = drafted.browser(name)
    for page in ("", f"s/{key}/", "?state=open", "?state=answered"):
        assert browser.get(BASE + page).status_code == 200
    assert browser.get(BASE + "write/").status_code == (200 if name == "society" else 403)
    answers = name in {"secretariat", "facilitator"}
    form = {"outcome": "changed", "words": "Article 1 says so now.", "key": f"a-{name}"}
    assert browser.post(f"{BASE}s/{key}/answer/", form).status_code == (302 if answers else 403)
    assert len(drafted.state.submissions[key].responses) == int(answers)


def test_a_submission_gets_its_response_and_shows_its_status(drafted):
    page = submit(drafted).content.decode()
    assert "No response yet" in page
    assert "Migrant Voices" in page
    key = next(iter(drafted.state.submissions))
    drafted.browser("secretariat").post(
        f"{BASE}s/{key}/answer/",
        {"outcome": "declined", "words": "Not changed because fees are in Article 2.", "key": "a1"},
    )
    for name in ("anonymous", "alb_head", "society"):
        page = drafted.browser(name).get(f"{BASE}s/{key}/").content.decode()
        assert "declined" in page
        assert "Not changed because fees are in Article 2." in page
    assert "No response yet" not in drafted.browser("anonymous").get(BASE).content.decode()


def test_empty_and_bad_input(cast):
    assert "No submission has been made yet" in cast.browser("anonymous").get(BASE).content.decode()
    assert "No hearing has been announced" in cast.browser("anonymous").get(BASE).content.decode()
    assert cast.browser("anonymous").get(BASE + "s/none/").status_code == 404
    for bad in (
        {"words": ""},
        {"paragraphs": ["a9.p9"]},
        {"title": "x" * 301},
        {"words": "y" * 20_001},
        {"words": "\x00"},
    ):
        assert submit(cast, **bad).status_code == 422, bad
    assert not cast.state.submissions
    submit(cast, words="<script>alert(1)</script>", paragraphs=[])
    page = cast.browser("anonymous").get(BASE + f"s/{next(iter(cast.state.submissions))}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_sent_twice_is_one_submission(cast):
    form = {"title": "T", "words": "W", "key": "same"}
    browser = cast.browser("society")
    first = browser.post(BASE + "write/", form)
    again = browser.post(BASE + "write/", form)
    assert first.url == again.url
    assert browser.get(again.url).status_code == 200
    assert len(cast.state.submissions) == 1


def test_what_is_hidden_is_for_secretariat_and_author_only(drafted):
    submit(drafted, words="HIDDEN-WORDS of a person")
    key = next(iter(drafted.state.submissions))
    form = {"hidden": "yes", "reason": "It names a person.", "key": "m1"}
    assert drafted.browser("facilitator").post(f"{BASE}s/{key}/moderate/", form).status_code == 403
    drafted.browser("secretariat").post(f"{BASE}s/{key}/moderate/", form)
    for name in ("anonymous", "alb_head", "outsider"):
        browser = drafted.browser(name)
        assert browser.get(f"{BASE}s/{key}/").status_code == 404
        for page in (BASE, "/public/coasts/", "/public/coasts/page.json", "/public/coasts/page.md"):
            assert "HIDDEN-WORDS" not in browser.get(page).content.decode()
    for name in ("secretariat", "society"):
        assert "HIDDEN-WORDS" in drafted.browser(name).get(f"{BASE}s/{key}/").content.decode()
    assert "1 submission is not shown" in drafted.browser("anonymous").get(BASE).content.decode()


def test_hearings_from_announcement_to_record(drafted):
    drafted.play(
        Act.SCHEDULE,
        "secretariat",
        meeting="h1",
        title="Hearing on visas",
        kind="hearing",
        starts="2026-01-07T09:00:00+00:00",
        place="https://meet.example/1",
        paragraphs=["a1.p1"],
    )
    assert "Ask to be heard" in drafted.browser("society").get(BASE).content.decode()
    form = {"meeting": "h1", "words": "On pay", "key": "q1"}
    assert drafted.browser("alb_head").post(BASE + "ask/", form).status_code == 403
    drafted.browser("society").post(BASE + "ask/", form)
    page = drafted.browser("society").post(BASE + "ask/", form | {"key": "q2"}, follow=True).content.decode()
    assert "has asked already" in page
    drafted.play(
        Act.RECORD_MEETING, "secretariat", hours=72, meeting="h1", words="Bodies spoke for equal pay."
    )
    page = drafted.browser("anonymous").get(BASE).content.decode()
    for words in ("Hearing on visas", "Migrant Voices", "Bodies spoke for equal pay."):
        assert words in page
