"""The text room: drafting, brackets, files there and back, and what goes wrong on the way."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from comity.protocol.conference import Act
from comity.protocol.text import find_paragraph
from comity.services.text_file import load_text

pytestmark = pytest.mark.django_db


def post(cast, who: str, where: str, *, status: int = 302, **given):
    """Send a form as one of the cast."""
    given.setdefault("key", f"f{next(cast.counter)}")
    response = cast.browser(who).post(f"/r/coasts/text/{where}", given)
    assert response.status_code == status, (who, where, response.status_code)
    return response


def page(cast, who: str, where: str = "", *, status: int = 200) -> str:
    response = cast.browser(who).get(f"/r/coasts/text/{where}")
    assert response.status_code == status, (who, where, response.status_code)
    return response.content.decode()


def test_a_draft_becomes_brackets_and_brackets_become_agreed_words(cast):
    cast.draft()
    post(cast, "alb_head", "a1.p1/propose/", wording="Parties shall issue visas.", seen="1")
    post(cast, "bra_delegate", "a1.p1/support/", alternative="alt1")
    shown = page(cast, "civ_delegate", "a1/")
    assert "<ins>shall " in shown
    assert "Alba, Brava" in shown
    post(cast, "facilitator", "a1.p1/settle/", alternative="alt1")
    post(cast, "facilitator", "a1.p1/lock/")
    assert find_paragraph(cast.state.text, "a1.p1").locked
    assert "agreed, provisionally" in page(cast, "civ_delegate", "a1/")
    assert "“shall”" in page(cast, "civ_head", "revisions/?from=0&to=now")


def test_who_wrote_on_an_older_text_is_told_and_both_wordings_stay(cast):
    cast.draft()
    post(cast, "alb_head", "a1.p1/propose/", wording="Parties shall issue visas.", seen="1")
    answered = post(cast, "bra_head", "a1.p1/propose/", wording="Parties may issue visas.", seen="1")
    said = cast.browser("bra_head").get(answered.headers["Location"].partition("#")[0]).content.decode()
    assert {one.wording for one in find_paragraph(cast.state.text, "a1.p1").alternatives} == {
        "Parties issue visas.",
        "Parties shall issue visas.",
        "Parties may issue visas.",
    }
    assert "met a change that you had not read" in said


def test_settling_on_an_older_reading_is_refused(cast):
    cast.draft()
    post(cast, "alb_head", "a1.p1/propose/", wording="Parties shall issue visas.", seen="1")
    post(cast, "facilitator", "a1.p1/settle/", alternative="base", seen="1")
    assert find_paragraph(cast.state.text, "a1.p1").bracketed


def test_what_was_typed_is_kept_when_a_move_is_refused(cast):
    cast.draft()
    post(cast, "alb_head", "a1.p1/propose/", wording="Parties shall issue visas.")
    again = post(cast, "bra_head", "a1.p1/propose/", wording="Parties shall issue visas.", status=422)
    assert "Parties shall issue visas." in again.content.decode()


def test_a_form_sent_twice_makes_one_move(cast):
    cast.draft()
    before = cast.state.moves
    for _ in range(2):
        post(cast, "alb_head", "a1.p1/propose/", wording="Parties shall issue visas.", key="the same")
    assert cast.state.moves == before + 1


def test_htmx_gets_the_paragraph_alone(cast):
    cast.draft()
    response = cast.browser("alb_head").post(
        "/r/coasts/text/a1.p1/propose/", {"wording": "Parties may.", "key": "h"}, HTTP_HX_REQUEST="true"
    )
    words = response.content.decode()
    assert words.lstrip().startswith('<section class="paragraph"')
    assert "<html" not in words


def test_script_in_a_clause_stays_words(cast):
    cast.draft()
    post(cast, "alb_head", "a1.p1/propose/", wording="<script>alert(1)</script><img onerror=x>")
    for where in ("a1/", "revisions/?from=0&to=now"):
        shown = page(cast, "bra_head", where)
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize("form", ["docx", "md", "xml"])
def test_a_text_taken_away_is_the_same_text(cast, form):
    cast.draft()
    post(cast, "alb_head", "a1.p1/propose/", wording="Parties « shall » issue visas & <papers>.")
    data = cast.browser("bra_delegate").get(f"/r/coasts/text/export.{form}")
    assert load_text(data.content, f"text.{form}") == cast.state.text


def test_edits_in_a_file_become_proposals_of_ones_own_delegation_only(cast):
    cast.draft()
    markdown = cast.browser("alb_head").get("/r/coasts/text/export.md").content.decode()
    edited = markdown.replace(
        "Parties issue visas.",
        "[[Parties issue visas.]]{base}\n[[ALB: Parties shall issue visas.]]{alt1}\n[[BRA: Never.]]{alt2}",
    )
    upload = SimpleUploadedFile("text.md", edited.encode())
    post(cast, "alb_delegate", "bring/", file=upload)
    found = find_paragraph(cast.state.text, "a1.p1")
    assert [(one.wording, one.proponents) for one in found.alternatives[1:]] == [
        ("Parties shall issue visas.", ("ALB",))
    ]


def test_edits_without_tracking_become_proposals_too_and_old_words_do_not(cast):
    cast.draft()
    markdown = cast.browser("alb_head").get("/r/coasts/text/export.md").content.decode()
    post(cast, "facilitator", "a2.p1/settle/", wording="Parties waive all fees.")
    edited = markdown.replace("Parties issue visas.", "Parties shall issue visas.")
    post(cast, "alb_head", "bring/", file=SimpleUploadedFile("text.md", edited.encode()))
    assert [one.wording for one in find_paragraph(cast.state.text, "a1.p1").alternatives] == [
        "Parties issue visas.",
        "Parties shall issue visas.",
    ]
    assert find_paragraph(cast.state.text, "a2.p1").wording == "Parties waive all fees."


def test_a_first_draft_comes_from_a_file(cast):
    cast.play(Act.CHANGE_PHASE, "facilitator", to="zero draft")
    draft = "# Compact\n\n## Article 1: Visas {a1}\n\n**1.1** `a1.p1`\nParties issue visas.\n"
    post(cast, "secretariat", "bring/", file=SimpleUploadedFile("draft.md", draft.encode()))
    assert find_paragraph(cast.state.text, "a1.p1").wording == "Parties issue visas."


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 200_000_000)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("text.docx", bomb, "accepted"),
        ("text.docx", lambda: b"not a zip at all", "accepted"),
        ("text.pdf", lambda: b"%PDF", ".docx"),
        ("text.md", lambda: b"x" * (20 * 2**20 + 1), "20 MB"),
        ("text.xml", lambda: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "accepted"),
    ],
    ids=["bomb", "no zip", "pdf", "20 MB", "entity"],
)
def test_a_hostile_file_is_refused_in_one_line_and_changes_nothing(cast, name, data, said):
    cast.draft()
    before = cast.state
    browser = cast.browser("alb_head")
    response = browser.post("/r/coasts/text/bring/", {"key": "b", "file": SimpleUploadedFile(name, data())})
    assert response.status_code == 302
    assert said in browser.get("/r/coasts/text/").content.decode().partition('class="message error"')[2]
    assert cast.state == before


def test_clean_words_wait_until_no_bracket_is_left(cast):
    cast.draft()
    post(cast, "alb_head", "a1.p1/propose/", wording="Parties may.")
    assert cast.browser("bra_head").get("/r/coasts/text/clean.txt").status_code == 302
    post(cast, "facilitator", "a1.p1/settle/", alternative="base")
    clean = cast.browser("bra_head").get("/r/coasts/text/clean.txt")
    assert "Parties issue visas." in clean.content.decode()


def test_names_behind_brackets_are_not_for_civil_society(cast):
    cast.draft()
    post(cast, "alb_head", "a1.p1/propose/", wording="Parties may issue visas.")
    shown = page(cast, "society", "a1/")
    assert "may " in shown
    assert "Alba" not in shown.partition("<main")[2]
    page(cast, "society", "export.md", status=403)
    page(cast, "society", "revisions/", status=403)


@pytest.mark.parametrize("who", ["society", "observer", "facilitator"])
def test_who_may_not_propose_is_told_so(cast, who):
    cast.draft()
    post(cast, who, "a1.p1/propose/", wording="Other words.", status=403)


def test_an_article_that_is_not_there_is_not_found(cast):
    cast.draft()
    page(cast, "alb_head", "a9/", status=404)
