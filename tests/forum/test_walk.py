"""A whole round in real browsers: three delegations, a facilitator, the secretariat and civil society, from
consultation to the first review. Morocco's browser has no JavaScript from beginning to end.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from docx import Document
from tests.forum.browsing import Forum, Person, chromium

from comity.protocol.conference import Phase, read_journal, replay
from comity.services.text_file import load_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a quiet harbour in winter"
ROUND = "/r/small/"
TEXT, PROPOSALS, LIFE = f"{ROUND}text/", f"{ROUND}proposals/", f"{ROUND}commitments/"
DRAFT = (
    ("Places", ("Spain shall open places for work each year.", "Workers have the same rights as nationals.")),
    ("Identification", ("Each Party shall answer a request within fifteen working days.",)),
)


@pytest.fixture(scope="module")
def forum(tmp_path_factory) -> Iterator[Forum]:
    with chromium():
        pass  # skipped before the server starts, where there is none
    served = Forum(tmp_path_factory.mktemp("walk"), "round")
    yield served
    served.close()


def draft_file(folder: Path) -> Path:
    """A draft as somebody wrote it in a word processor."""
    document = Document()
    for title, paragraphs in DRAFT:
        document.add_heading(title, level=1)
        for words in paragraphs:
            document.add_paragraph(words)
    document.save(str(folder / "draft.docx"))
    return folder / "draft.docx"


def take_seats(browser, forum: Forum) -> dict[str, Person]:
    who = {
        name: Person(browser, forum, script=name != "MAR")
        for name in ("secretariat", "facilitator", "ESP", "MAR", "SEN", "society")
    }
    who["secretariat"].enter(forum.links["secretariat"], "kalina", PASSWORD).sees("Nothing waits for you")
    desk = (
        who["secretariat"].go(f"{ROUND}members/").choose("role", "facilitator").press("Make a one-time link")
    )
    who["facilitator"].enter(desk.page.locator("#made-link").input_value(), "joao", PASSWORD)
    for name in ("ESP", "MAR", "SEN", "society"):
        who[name].enter(forum.links[name]).sees("Your seat:")
    return who


def hear_society(who: dict[str, Person]) -> None:
    writer = who["society"].go(f"{ROUND}submissions/write/")
    writer.fill("title", "Fees paid by workers").fill("words", "No worker should pay for a place.").press(
        "Submit"
    )
    desk = who["secretariat"].go(ROUND)
    desk.page.get_by_role("link", name="1 submission has no response yet.").click()
    desk.page.get_by_role("link", name="Fees paid by workers").click()
    desk.choose("outcome", "noted").fill("words", "It is brought to the table.").press("Log response")
    writer.go(f"{ROUND}submissions/").page.get_by_role("link", name="Fees paid by workers").click()
    writer.sees("It is brought to the table.")


def draft(who: dict[str, Person], file: Path) -> None:
    who["facilitator"].go(ROUND).unfold("Go to another phase").choose("to", "zero draft").press("Go")
    desk = who["secretariat"].go(TEXT)
    desk.page.locator("input[name=file]").set_input_files(str(file))
    desk.press("Read the file").sees("5 moves were made from the file.", "1. Places", "2. Identification")
    who["facilitator"].go(ROUND).unfold("Go to another phase").choose("to", "revisions").press("Go")


def amend(who: dict[str, Person]) -> None:
    """Other words, support from a second delegation, brackets, and how they are cleared."""
    spain = who["ESP"].go(f"{TEXT}a1/").unfold("Propose other words", where="[id='a1.p1']")
    spain.fill("wording", "Spain shall open 4,000 places for work each year.", where="[id='a1.p1']")
    spain.press("Propose", where="[id='a1.p1']").sees("2 wordings in brackets")
    senegal = who["SEN"].go(f"{TEXT}a1/").press("Support", where="[id='a1.p1']").sees("Spain, Senegal")
    morocco = who["MAR"].go(f"{TEXT}a2/").unfold("Propose other words", where="[id='a2.p1']")
    morocco.fill("wording", "Each Party shall answer a request within thirty working days.")
    morocco.press("Propose").sees("2 wordings in brackets", "Morocco")
    assert morocco.go(f"{TEXT}a1/").page.locator("[id='a1.p1'] ins").all_inner_texts()
    senegal.go(TEXT).sees("2 paragraphs are in brackets.")


def compare_exports(who: dict[str, Person]) -> None:
    """Every file of the text reads back to the text that the journal replays to."""
    charter, moves = read_journal(who["SEN"].fetch(f"{ROUND}moves/journal.jsonl").decode())
    text = replay(charter, moves).text
    for form in ("md", "xml", "docx"):
        assert load_text(who["SEN"].fetch(f"{TEXT}export.{form}"), f"text.{form}") == text, form


def settle(who: dict[str, Person]) -> None:
    chair = who["facilitator"].go(f"{TEXT}a1/")
    chair.press("Settle on this", where="[id='a1.p1'] .alternative:not(.base)")
    chair.page.locator("[id='a1.p1'] .alternative").first.wait_for(state="detached")
    chair.press("Agreed, provisionally", where="[id='a1.p1']").sees("agreed, provisionally")
    chair.go(f"{TEXT}a2/").unfold("Settle with words found in the room")
    chair.fill("wording", "Each Party shall answer a request within twenty working days.").press("Settle")
    chair.go(TEXT).sees("No brackets are left.")
    who["MAR"].go(f"{TEXT}revisions/").sees("twenty")


def accept_a_package(who: dict[str, Person]) -> None:
    """A package built with a slider, answered openly, and accepted in secret."""
    spain = who["ESP"].go(f"{PROPOSALS}new/")
    slider = spain.page.locator("[id='slide-LE02-ESP-MAR']")
    slider.focus()
    with spain.page.expect_response(lambda answer: answer.url.endswith("/effect/")):
        slider.press("ArrowRight")
    first = float(spain.page.locator("[id='value-LE02-ESP-MAR']").input_value())
    assert first > 1000, "the slider moved the field"
    assert spain.page.locator("[id='on-LE02-ESP-MAR']").is_checked()
    spain.page.locator("[id='value-RW01-ESP-MAR']").fill("80")
    spain.page.locator("[id='value-PE01-MAR-ESP']").fill("12")
    spain.page.locator("#effect .figure, #effect .verdict").first.wait_for()
    spain.fill("title", "Places with identification").press("Table it").sees("It is on the table")
    morocco = who["MAR"].go(ROUND)
    morocco.page.get_by_role("link", name="1 proposal has no answer from you.").click()
    morocco.page.get_by_role("link", name="Places with identification").click()
    morocco.check("answer", "welcomes").press("Answer openly").sees("Your answer is in the log.")
    chair = who["facilitator"].go(PROPOSALS)
    chair.page.get_by_role("link", name="Places with identification").click()
    chair.press("Ask the delegations")
    for code in ("ESP", "MAR", "SEN"):
        head = who[code].go(PROPOSALS)
        head.page.locator("#acceptances + ul a, section[aria-labelledby=acceptances] a").first.click()
        head.check("answer", "yes").press("Seal the answer")
    chair.page.reload()
    chair.sees("Accepted by all who were asked.")
    log = chair.go(f"{ROUND}moves/").text
    assert "answered in secret" in log
    assert ": accepted." in log


def adopt_and_sign(who: dict[str, Person], forum: Forum) -> None:
    who["facilitator"].go(ROUND).unfold("Place the text under silence").press("Start silence")
    who["MAR"].go(ROUND).sees("Silence is running", "left")
    forum.later(hours=1.5)
    for code in ("ESP", "MAR", "SEN"):
        head = who[code].go(ROUND).check("answer", "adopts").press("Answer")
        head.sees("Done. The move is in the log.")
    who["secretariat"].go(ROUND).sees("The rule of the charter is met.").press("Declare the text adopted")
    for code in ("ESP", "MAR", "SEN"):
        who[code].go(ROUND).fill("signatory", f"Minister of {code}").press("Sign for your delegation")
    desk = who["secretariat"].go(ROUND).sees("Minister of SEN").unfold("Go to another phase")
    desk.choose("to", "follow-up and review").press("Go")


def follow_up(who: dict[str, Person], forum: Forum, browser) -> None:
    """A commitment with evidence that is accepted; after a year the first review is held."""
    due = (datetime.now(UTC) + timedelta(days=200)).date().isoformat()
    spain = who["ESP"].go(f"{LIFE}new/")
    for name, words in {
        "agency": "Ministry of Labour", "title": "Open 4,000 places", "indicator": "places opened",
        "milestone": "The order is published", "due": due, "target": "4000",
    }.items():  # fmt: skip
        spain.fill(name, words)
    spain.press("Register").sees("The commitment is registered.")
    commitment = spain.page.url
    spain.go(commitment).unfold("Report evidence").fill("words", "Order 12 is published.").fill(
        "value", "4000"
    )
    spain.check("done", "yes").press("Report").sees("report is in the log")
    who["facilitator"].go(commitment).fill("words", "Seen in the gazette.").press("Accept")
    who["facilitator"].sees("The finding is in the log.")
    who["MAR"].go(f"{LIFE}adherence/").sees("Spain")
    forum.later(hours=370 * 24)
    desk = who["secretariat"]
    desk.go("/account/login/").fill("login", "kalina").fill("password", PASSWORD).press("Sign in")
    starts = (datetime.now(UTC) + timedelta(days=372)).strftime("%Y-%m-%dT10:00")
    desk.go(f"{ROUND}calendar/").unfold("Schedule a meeting").fill("title", "First review").choose(
        "kind", "review"
    )
    desk.fill("starts", starts).press("Schedule").sees("The meeting is in the calendar.")
    desk.go(f"{LIFE}agenda/").sees("Draft agenda of the joint committee")
    forum.later(hours=3 * 24)
    desk.go("/account/login/").fill("login", "kalina").fill("password", PASSWORD).press("Sign in")
    desk.go(f"{ROUND}calendar/").unfold("Write conclusions, or cancel")
    desk.fill("words", "Spain opened the places; the text stands.", where="form[action$='record/']").press(
        "Record"
    )
    desk.sees("The conclusions are in the log.")
    again = Person(browser, forum, script=False).enter(forum.links["MAR later"])
    again.go(LIFE).sees("Open 4,000 places", "Review 1")


def check_the_end(forum: Forum, browser) -> None:
    """The journal replays to what was agreed, and anybody may read the text."""
    head = Person(browser, forum).enter(forum.links["SEN later"])
    charter, moves = read_journal(head.fetch(f"{ROUND}moves/journal.jsonl").decode())
    state = replay(charter, moves)
    assert state.phase is Phase.FOLLOW_UP
    assert sorted(state.signatures) == ["ESP", "MAR", "SEN"]
    assert [each.status for each in state.acceptances.values()] == ["accepted"]
    assert [each.wording for each in state.text.paragraphs()] == [
        "Spain shall open 4,000 places for work each year.",
        "Workers have the same rights as nationals.",
        "Each Party shall answer a request within twenty working days.",
    ]
    assert any(each.kind == "review" and each.recorded_at for each in state.meetings.values())
    assert not state.clock_marks, "the clock never went back"
    reader = Person(browser, forum, script=False).go("/public/small/")
    reader.sees("twenty working days", "No worker should pay for a place.", "It is brought to the table.")
    words = Document(io.BytesIO(head.fetch(f"{TEXT}clean.docx")))
    assert any("4,000 places" in each.text for each in words.paragraphs)


def test_a_whole_round(forum: Forum, tmp_path: Path) -> None:
    with chromium() as browser:
        who = take_seats(browser, forum)
        hear_society(who)
        draft(who, draft_file(tmp_path))
        amend(who)
        compare_exports(who)
        settle(who)
        accept_a_package(who)
        adopt_and_sign(who, forum)
        compare_exports(who)
        follow_up(who, forum, browser)
        check_the_end(forum, browser)
    log = forum.errors.read_text(errors="replace")
    assert "Traceback" not in log, log[-3000:]
