"""Differences between two texts: exact enough to be applied, and said in plain words."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.protocol.text.texts import histories, texts, wordings

from comity.protocol import text as nt


@settings(max_examples=25)
@given(texts(), texts())
def test_differences_between_any_two_texts_make_one_into_the_other(before, after):
    assert nt.apply_differences(before, nt.differences(before, after)) == after


@settings(max_examples=25)
@given(histories(), st.data())
def test_differences_between_revisions_make_one_into_the_other(steps, data):
    before, after = data.draw(st.sampled_from(steps)), data.draw(st.sampled_from(steps))
    changes = nt.differences(before, after)
    assert nt.apply_differences(before, changes) == after
    assert bool(changes) == (before != after)
    lines = nt.describe(changes, after=after)
    assert bool(lines) == bool(changes)
    assert all("{" not in line.split("“")[0] for line in lines)


@settings(max_examples=25)
@given(texts())
def test_a_text_does_not_differ_from_itself(text):
    assert nt.differences(text, text) == ()
    assert nt.describe((), after=text) == ()


@given(wordings(empty=True), wordings(empty=True))
def test_word_changes_give_both_wordings_back(before, after):
    runs = nt.word_changes(before, after)
    assert "".join(run.words for run in runs if run.kind != "added") == before
    assert "".join(run.words for run in runs if run.kind != "removed") == after
    assert all(run.words for run in runs)


def test_a_hostile_pair_of_wordings_is_quick():
    start = time.process_time()
    runs = nt.word_changes("a b " * 5000, "b c " * 5000)
    assert {run.kind for run in runs} == {"removed", "added"}
    assert time.process_time() - start < 2


def test_a_mark_of_arabic_belongs_to_its_word():
    runs = nt.word_changes("هِجْرَة نظامية", "هِجْرَة آمنة")
    assert [(run.kind, run.words) for run in runs] == [
        ("same", "هِجْرَة "),
        ("removed", "نظامية"),
        ("added", "آمنة"),
    ]


def test_the_plain_words_say_what_changed_who_asked_and_what_is_left():
    text = nt.add_article(nt.NegotiatingText("Compact"), "a1", "Visas")
    text = nt.add_paragraph(text, "a1", "a1.p1", "Parties shall issue visas.")
    text = nt.add_paragraph(text, "a1", "a1.p2", "Fees are waived.")
    before = nt.propose_wording(text, "a1.p1", "alt1", "Parties may issue visas.", "BRA")
    after = nt.support(before, "a1.p1", "alt1", "ALB")
    after = nt.settle(after, "a1.p1", "alt1")
    after = nt.propose_wording(after, "a1.p2", "alt1", "", "CIV")
    after = nt.add_paragraph(after, "a1", "a1.p3", "Visas are free.", proponents=("ALB", "CIV"))
    after = nt.next_revision(nt.add_article(after, "a2", "Review"))
    names = {"ALB": "Albia", "BRA": "Bracia", "CIV": "Civia"}
    assert list(nt.describe(nt.differences(before, after), after=after, names=names)) == [
        "Revision 1, after revision 0.",
        "Article 1, paragraph 1: settled as Bracia asked: “shall” became “may”.",
        "Article 1, paragraph 2: Civia proposed that it be left out.",
        "Article 1, paragraph 3: new, asked for by Albia and Civia: “Visas are free.”",
        "Article 1: 2 paragraphs in brackets (before: 1).",
        "Article 2: new, “Review”, with 0 paragraphs.",
        "Brackets left: 2 paragraphs, in article 1 (2).",
    ]


def test_a_withdrawal_and_a_lock_are_said():
    text = nt.add_article(nt.NegotiatingText("Compact"), "a1", "Visas")
    text = nt.add_paragraph(text, "a1", "a1.p1", "Parties shall issue visas.")
    before = nt.propose_wording(text, "a1.p1", "alt1", "Parties may issue visas.", "BRA")
    after = nt.lock(nt.withdraw(before, "a1.p1", "alt1", "BRA"), "a1.p1")
    assert list(nt.describe(nt.differences(before, after), after=after)) == [
        "Article 1, paragraph 1: settled: the words of the draft stand; what BRA proposed is off the table.",
        "Article 1, paragraph 1: agreed and locked.",
        "Article 1: 0 paragraphs in brackets (before: 1).",
        "No brackets are left.",
    ]
