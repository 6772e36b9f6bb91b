"""The public page: plain facts for everybody, and nothing that is not public."""

from __future__ import annotations

import io
import zipfile

import pytest
from tests.forum.conftest import CODES, EVERYBODY, SEATS

from comity.forum import actions
from comity.forum.models import PublicSheet
from comity.protocol.conference import Act

PAGE, DESK = "/public/coasts/", "/r/coasts/public-page/"
FILES = (PAGE, PAGE + "page.json", PAGE + "page.md", PAGE + "page.docx")


def read(cast, who, path):
    page = cast.browser(who).get(path)
    assert page.status_code == 200, (who, path)
    if path.endswith("docx"):
        with zipfile.ZipFile(io.BytesIO(page.content)) as parts:
            return "".join(parts.read(name).decode(errors="replace") for name in parts.namelist())
    return page.content.decode()


def save(cast, who="secretariat", **more):
    sheet = PublicSheet.objects.first()
    form = {
        "about": "",
        "criteria": "",
        "removal": "",
        "scope": "titles",
        "seen": sheet.version if sheet else 0,
    } | more
    return cast.browser(who).post(DESK, form)


@pytest.fixture
def canaries(cast):
    """A round with a secret in every place that is not public."""
    cast.draft()
    cast.play(
        Act.PROPOSE_WORDING,
        "bra_head",
        paragraph="a1.p1",
        alternative="alt1",
        wording="Parties issue many visas.",
    )
    cast.play(Act.SUPPORT_WORDING, "civ_head", paragraph="a1.p1", alternative="alt1")
    cast.play(
        Act.TABLE_PROPOSAL,
        "alb_head",
        proposal="CANARY-KEY",
        title="CANARY-TITLE",
        provisions={"visas": 777.0},
        note="CANARY-NOTE",
    )
    cast.play(
        Act.ANSWER_PROPOSAL,
        "bra_head",
        proposal="CANARY-KEY",
        answer="declines",
        version=1,
        words="CANARY-ANSWER",
    )
    cast.play(Act.COMMENT, "alb_head", words="CANARY-COMMENT")
    cast.play(Act.POINT_OF_ORDER, "alb_head", point="CANARY-POINT", words="CANARY-ORDER")
    cast.play(
        Act.OPEN_ACCEPTANCE,
        "facilitator",
        acceptance="CANARY-ACC",
        proposal="CANARY-KEY",
        version=1,
        among=list(CODES),
        note="CANARY-ACCNOTE",
    )
    actions.answer_in_secret(
        round=cast.round,
        seat=SEATS["alb_head"],
        acceptance="CANARY-ACC",
        accepts=False,
        key="s",
        now=cast.now,
    )
    cast.play(
        Act.SCHEDULE,
        "secretariat",
        meeting="CANARY-MEET",
        title="CANARY-SESSION",
        kind="session",
        starts="2036-01-01T09:00:00+00:00",
    )
    actions.save_private_sheet(
        round=cast.round,
        seat=SEATS["alb_head"],
        name="CANARY-SHEET",
        content={"x": "CANARY-WORDS"},
        now=cast.now,
    )
    return cast


@pytest.mark.parametrize("scope", ["titles", "agreed paragraphs", "agreed paragraphs and open brackets"])
def test_no_canary_is_ever_on_the_public_page(canaries, scope):
    save(canaries, scope=scope)
    for name in ("anonymous", "society", "alb_head", "secretariat"):
        for path in FILES:
            words = read(canaries, name, path)
            assert "CANARY" not in words, (name, path)
            assert "777" not in words, (name, path)
    for path in FILES[1:]:
        assert (
            canaries.browser("alb_head").get(path).content == canaries.browser("anonymous").get(path).content
        )


def test_open_words_are_shown_as_far_as_the_secretariat_opens_them_and_without_names(canaries):
    assert "Parties issue" not in read(canaries, "anonymous", PAGE)
    assert "not open to the public yet" in read(canaries, "anonymous", PAGE)
    save(canaries, scope="agreed paragraphs and open brackets")
    page = read(canaries, "anonymous", PAGE)
    assert "Parties issue many visas." in page
    plain = canaries.browser("anonymous").get(PAGE + "page.json").json()
    text = plain["text"]["articles"][0]["paragraphs"][0]
    assert set(text) == {"key", "state", "wordings"}
    around = page[page.index("Parties issue visas.") - 300 : page.index("Parties issue many visas.") + 300]
    assert "BRA" not in around
    assert "Brava" not in around
    assert "Civita" not in around


@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_reads_the_page_and_only_the_secretariat_edits_it(cast, name):
    assert cast.browser(name).get(PAGE).status_code == 200
    assert cast.browser(name).get(DESK).status_code == (200 if name == "secretariat" else 403)
    assert save(cast, name, about="Words").status_code == (302 if name == "secretariat" else 403)
    assert PublicSheet.objects.count() == int(name == "secretariat")


def test_a_round_that_is_not_public_has_no_page(hidden):
    for name in ("outsider", "anonymous"):
        for path in ("", "page.json", "page.md", "page.docx"):
            assert hidden.browser(name).get(f"/public/hidden/{path}").status_code == 404
    assert hidden.browser("alb_head").get("/public/hidden/").status_code == 200
    assert "not public" in hidden.browser("secretariat").get("/r/hidden/public-page/").content.decode()


def test_words_that_are_not_neutral_wait_for_the_secretariat(cast):
    bad = "Illegal migrants came in a wave of people."
    page = save(cast, about=bad)
    assert page.status_code == 422
    assert b"irregular migration" in page.content
    assert not PublicSheet.objects.exists()
    assert bad not in read(cast, "anonymous", PAGE)
    assert save(cast, about=bad, seen_findings="yes").status_code == 302
    assert bad in read(cast, "anonymous", PAGE)


def test_words_of_others_are_found_and_stay(cast):
    cast.play(
        Act.SUBMIT, "society", submission="s1", title="On words", words="Nobody should say illegal migrants."
    )
    page = cast.browser("secretariat").get(DESK).content.decode()
    assert "illegal migrants" in page
    assert "submission s1" in page
    assert save(cast, about="Neutral.").status_code == 302, "quoted words are no reason to wait"
    assert "illegal migrants" in read(cast, "anonymous", PAGE)


def test_bad_input_and_a_stale_edit(cast):
    assert save(cast, scope="everything").status_code == 422
    assert save(cast, about="x" * 10_001).status_code == 422
    assert save(cast, seen="nonsense", about="first").status_code == 302
    assert save(cast, seen=0, about="stale").status_code == 422
    assert PublicSheet.objects.get().about == "first"
    save(cast, about="<script>alert(1)</script>", seen_findings="yes")
    assert "<script>alert" not in read(cast, "anonymous", PAGE)


def test_after_signature_the_page_shows_text_parties_and_commitments(cast):
    cast.draft().silence().adoption().signature().follow_up()
    cast.play(
        Act.REGISTER_COMMITMENT,
        "alb_head",
        commitment="c1",
        delegation="ALB",
        agency="Labour",
        title="Visas issued",
        indicator="visas",
        milestone="m",
        due="2036-06-30",
    )
    page = read(cast, "anonymous", PAGE)
    for words in ("Parties issue visas.", "ALB, BRA, CIV", "Visas issued"):
        assert words in page


def test_an_empty_round_has_a_whole_page(cast):
    page = read(cast, "anonymous", PAGE)
    for words in (
        "There is no text yet",
        "Nothing is said in this round",
        "No submission has been made yet",
        "that is not the same as no effect",
    ):
        assert words in page
