"""The public page of a round: what may be said is there, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from tests.services.conferences import CHARTER, NAMES, SOCIETY, Table

from comity.protocol.conference import Act, Phase
from comity.reports.docx import render_docx
from comity.reports.html import render_html
from comity.reports.markdown import render_markdown
from comity.reports.walk import find_unsourced_numbers
from comity.services.round_page import PHASE_WORDS, PageWords, Scope, check_page_words, make_round_page

DAY = date(2030, 6, 20)


def page(table, scope=Scope.TITLES, **words):
    return make_round_page(CHARTER, table.state, at=DAY, names=NAMES, scope=scope, words=PageWords(**words))


@pytest.fixture(scope="module")
def open_round():
    return Table().revisions()


@pytest.mark.parametrize("scope", list(Scope))
def test_no_secret_in_any_form(open_round, scope):
    made = page(open_round, scope)
    document = made.document()
    for words in (made.to_json(), render_markdown(document), render_html(document)):
        assert "CANARY" not in words
        assert "7777" not in words
        assert "7,777" not in words
    assert find_unsourced_numbers(render_html(document)) == []
    assert render_docx(document, stamp=datetime(2030, 1, 1, tzinfo=UTC)).startswith(b"PK")


def test_words_are_shown_as_far_as_they_are_opened(open_round):
    def wordings(scope):
        return {p.key: p.wordings for a in page(open_round, scope).articles for p in a.paragraphs}

    assert wordings(Scope.TITLES) == {"a1.p1": (), "a2.p1": ()}
    assert wordings(Scope.AGREED) == {"a1.p1": (), "a2.p1": ("Brava answers in time.",)}
    assert wordings(Scope.ALL)["a1.p1"] == (
        "Alba opens places.",
        "Another wording of places.",
        "Zealous words for many places.",
    )


def test_the_order_of_wordings_says_nothing_of_who_came_first(open_round):
    """The draft's words first, then by their letters: here the second to come stands before the first."""
    (paragraph,) = page(open_round, Scope.ALL).articles[0].paragraphs
    assert list(paragraph.wordings[1:]) == sorted(paragraph.wordings[1:])
    plain = json.loads(page(open_round, Scope.ALL).to_json())
    assert not {"proponents", "alternative", "by"} & set(plain["text"]["articles"][0]["paragraphs"][0])


def test_after_adoption_anybody_reads_the_text_and_the_commitments():
    made = page(Table().revisions().follow_up())
    assert made.scope is Scope.ALL
    assert made.open == 0
    assert made.parties == made.signed == ("ALB", "BRA", "CIV")
    assert made.adherence is not None
    assert len(made.adherence.standings) == 4
    assert page(Table().revisions()).adherence is None


def test_criteria_removal_and_evidence_follow_from_what_lies_on_the_table(open_round):
    made = page(open_round)
    assert made.entry == ("a1.p1",)
    assert made.removal == ("a2.p1",)
    titles = {p.key: p.title for p in made.provisions}
    assert titles["LE02-ALB-BRA"] == "Entry places reserved for the partner"
    assert titles["odd"] == "odd"
    assert all(s.source for s in made.statements)
    marks = [s.contested for s in made.statements]
    assert marks == sorted(marks, reverse=True), "contested findings first"


def test_submissions_hearings_and_what_is_withheld(open_round):
    made = page(open_round)
    assert [s.key for s in made.submissions] == ["s1"]
    assert (made.withheld, made.answered) == (1, 1)
    assert [h.speakers[0].seat.name for h in made.hearings] == [SOCIETY.name]
    assert "Not changed because it is in article 2." in render_markdown(made.document())


def test_neutral_words_are_looked_for_in_every_place(open_round):
    assert check_page_words(page(open_round)) == ()
    made = page(open_round, about="Illegal migrants.", removal="A wave of people.")
    found = {(f.place, f.quoted) for f in check_page_words(made)}
    assert found == {("about", False), ("removal", False)}
    table = (
        Table()
        .revisions()
        .play(
            Act.SUBMIT,
            SOCIETY,
            submission="s3",
            title="T",
            words="No person is illegal; say not illegal migrants.",
        )
    )
    found = {(f.place, f.quoted) for f in check_page_words(page(table))}
    assert found == {("submission s3", True)}


def test_our_own_words_are_neutral_and_every_phase_has_some():
    assert set(PHASE_WORDS) == set(Phase)
    empty = page(Table())
    assert check_page_words(empty) == ()
    assert "There is no text yet" in render_markdown(empty.document())
