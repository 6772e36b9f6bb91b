"""Hostile words in every field that accepts words: on every page they stay words, in every file too."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from html.parser import HTMLParser

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from icalendar import Calendar
from lxml import etree
from tests.forum import conftest, walking
from tests.forum.conftest import CHARTER, NAMES, SEATS, Cast
from tests.forum.walking import World, addresses

from comity.forum import actions
from comity.forum.selectors import state_of
from comity.protocol.conference import Act, Charter, Role, Seat
from comity.protocol.text import NegotiatingText, add_article, add_paragraph
from comity.services.text_file import dump_text, load_text

EVIL = "\"'><evil src=x onerror=evil()></textarea></title></script><script>evil()</script>{{ 7|add:7 }}{% now %}&lt;evil&gt;"
LINES = "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nX-EVIL:1\r\nSet-Cookie: evil=1\r\n"
ONE_LINE = frozenset(
    {"title", "reason", "note", "indicator", "milestone", "agency", "source", "name", "signatory", "place"}
)
SEVERAL = frozenset({"words", "wording"})
LOOKERS = ("secretariat", "facilitator", "alb_head", "society", "anonymous")


class Found(HTMLParser):
    """Tags and scripts that came of words."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.text = ""
        self.script = ""

    def handle_starttag(self, tag, attrs):
        if tag == "evil" or any(name.startswith("on") for name, _value in attrs):
            self.wrong.append(tag)
        self.script = dict(attrs).get("type") or "text/javascript" if tag == "script" else ""

    def handle_data(self, data):
        if self.script and self.script != "application/json" and "evil" in data:
            self.wrong.append("script")
        self.text += data


@pytest.fixture
def hostile(db, monkeypatch) -> World:
    """Everybody writes it everywhere; the round and its delegations are called so too."""
    charter: Charter = replace(
        CHARTER,
        title=f"Coasts {EVIL}",
        provisions={
            key: {**dict(each), "name": f"{each['name']} {EVIL}"[:200]}
            for key, each in CHARTER.provisions.items()
        },
    )
    monkeypatch.setattr(conftest, "CHARTER", charter)
    monkeypatch.setattr(conftest, "NAMES", {code: f"{name} {EVIL}"[:120] for code, name in NAMES.items()})
    seats = SEATS | {
        "society": Seat(Role.CIVIL_SOCIETY, None, f"Voices {EVIL}"[:120]),
        "observer": Seat(Role.MINISTRY_OBSERVER, "ALB", f"Ministry {EVIL}"[:120]),
    }
    for module in (conftest, walking):
        monkeypatch.setattr(module, "SEATS", seats)
    plain = Cast.play

    def play(self, act, who, **payload):
        for key, value in payload.items():
            if isinstance(value, str) and key in ONE_LINE:
                payload[key] = f"{value} {EVIL}"
            elif isinstance(value, str) and key in SEVERAL:
                payload[key] = f"{value} {EVIL}{LINES}"
        return plain(self, act, who, **payload)

    monkeypatch.setattr(Cast, "play", play)
    world = World()
    member = world.talks.round.members.get(user=world.talks.user["alb_head"])
    actions.make_token(
        member=member, name=f"token {EVIL}"[:60], may_move=False, private=False, days=1, now=world.now
    )
    return world


def check_file(name: str, data: bytes) -> None:
    """A file is what it says, whatever words are in it."""
    if name.endswith(".ics"):
        calendar = Calendar.from_ical(data)
        lines = data.decode().split("\r\n")
        assert not [each for each in lines if each.startswith(("X-EVIL", "Set-Cookie"))]
        assert sum(each == "BEGIN:VEVENT" for each in lines) == len(calendar.walk("VEVENT"))
        assert all(each.get("SUMMARY") for each in calendar.walk("VEVENT"))
    elif name.endswith(".docx"):
        docx.Document(io.BytesIO(data))
    elif name.endswith(".xml"):
        assert not etree.fromstring(data).xpath("//*[local-name()='evil' or local-name()='script']")
    elif name.endswith(".json"):
        json.loads(data)
    elif name.endswith(".jsonl"):
        assert all(json.loads(line) for line in data.decode().splitlines())


def test_words_stay_words_everywhere(hostile):
    shown = files = 0
    for address in addresses():
        for who in LOOKERS if "<slug" in address.pattern else ("alb_head",):
            answer = hostile.ask(address, "GET", who)
            where = f"{address.shown} for {who}"
            assert answer.status_code < 500, where
            assert "evil" not in str(answer.headers), where
            saved = answer.get("Content-Disposition", "")
            if answer.status_code == 200 and saved:
                assert "filename=" in saved
                check_file(saved.rpartition("filename=")[2].strip('"'), answer.content)
                files += 1
            if answer["Content-Type"].startswith("text/html") and not saved.startswith("attachment"):
                look = Found()
                look.feed(answer.content.decode())
                assert look.wrong == [], where
                shown += "evil src=x" in look.text
    assert shown > 60, "it was written there, so it would have been found"
    assert files > 20


@pytest.mark.parametrize("form", ["md", "xml", "docx"])
def test_a_text_of_hostile_words_is_taken_away_whole(hostile, form):
    """A text that is taken away comes back the same."""
    talks = hostile.talks
    data = talks.browser("secretariat").get(f"/r/coasts/text/export.{form}").content
    assert load_text(data, f"text.{form}") == state_of(talks.round).text


@pytest.mark.parametrize("form", ["md", "xml", "docx"])
def test_words_of_a_draft_stay_words(cast, form):
    """Brought in from a file, as titles, as clauses and as the name of the file."""
    cast.play(Act.CHANGE_PHASE, "facilitator", to="zero draft")
    words = " ".join(EVIL.split())
    text = add_article(NegotiatingText(words), "a1", words)
    text = add_paragraph(text, "a1", "a1.p1", words)
    file = SimpleUploadedFile(f"<evil onerror=x>.{form}", dump_text(text, f".{form}", at=cast.now))
    answer = cast.browser("secretariat").post(
        "/r/coasts/text/bring/", {"file": file, "key": "k"}, follow=True
    )
    assert b"moves were made from the file" in answer.content, answer.content.decode()
    article = cast.state.text.articles[0]
    assert (article.title, article.paragraphs[0].wording) == (words, words)
    for path in ("text/", "text/a1/", "moves/", "", "text/revisions/"):
        look = Found()
        look.feed(cast.browser("secretariat").get(f"/r/coasts/{path}").content.decode())
        assert look.wrong == [], path
