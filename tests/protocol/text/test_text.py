"""The single negotiating text: its rules, its verbs, and what must hold whatever is done to it."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.protocol.text.texts import CODES, histories, texts

from comity.errors import InputError
from comity.protocol import text as nt


@pytest.fixture
def visas() -> nt.NegotiatingText:
    text = nt.add_article(nt.NegotiatingText("Compact"), "a1", "Visas")
    text = nt.add_paragraph(text, "a1", "a1.p1", "Parties shall issue visas.", provisions=["visas"])
    return nt.propose_wording(text, "a1.p1", "alt1", "Parties may issue visas.", "BRA")


def words(text: nt.NegotiatingText, key: str = "a1.p1") -> dict[str, tuple[str, tuple[str, ...]]]:
    return {one.key: (one.wording, one.proponents) for one in nt.find_paragraph(text, key).alternatives}


def test_a_proposal_opens_a_bracket_and_the_draft_stays(visas):
    assert words(visas) == {
        "base": ("Parties shall issue visas.", ()),
        "alt1": ("Parties may issue visas.", ("BRA",)),
    }
    assert nt.count_brackets(visas) == {"a1": 1}
    with pytest.raises(InputError, match="2 alternatives in brackets"):
        _ = nt.find_paragraph(visas, "a1.p1").wording


def test_support_gathers_proponents_and_withdrawal_lets_words_fall(visas):
    both = nt.support(visas, "a1.p1", "alt1", "ALB")
    assert words(both)["alt1"][1] == ("ALB", "BRA")
    one = nt.withdraw(both, "a1.p1", "alt1", "BRA")
    assert words(one)["alt1"][1] == ("ALB",)
    none = nt.withdraw(one, "a1.p1", "alt1", "ALB")
    assert nt.count_brackets(none) == {"a1": 0}
    assert nt.find_paragraph(none, "a1.p1").wording == "Parties shall issue visas."


def test_support_for_the_draft_may_come_and_go(visas):
    backed = nt.support(visas, "a1.p1", nt.BASE, "ALB")
    assert words(backed)["base"][1] == ("ALB",)
    assert nt.withdraw(backed, "a1.p1", nt.BASE, "ALB") == visas


def test_a_proposed_paragraph_is_in_brackets_until_settled_and_leaves_when_withdrawn(visas):
    more = nt.add_paragraph(visas, "a1", "a1.p2", "Fees are waived.", proponents=("CIV",), after="a1.p1")
    assert nt.find_paragraph(more, "a1.p2").bracketed
    assert nt.find_paragraph(more, "a1.p2").base is None
    settled = nt.settle(more, "a1.p2", "new")
    assert nt.find_paragraph(settled, "a1.p2").wording == "Fees are waived."
    assert nt.withdraw(more, "a1.p2", "new", "CIV") == visas


def test_settling_takes_an_alternative_or_a_compromise_and_keeps_the_provisions(visas):
    taken = nt.find_paragraph(nt.settle(visas, "a1.p1", "alt1"), "a1.p1")
    assert (taken.wording, taken.provisions) == ("Parties may issue visas.", ("visas",))
    made = nt.find_paragraph(nt.settle(visas, "a1.p1", wording="Parties should."), "a1.p1")
    assert made.wording == "Parties should."
    gone = nt.find_paragraph(nt.settle(visas, "a1.p1", wording=""), "a1.p1")
    assert gone.left_out
    for given_both in ({}, {"alternative_key": "alt1", "wording": "x"}):
        with pytest.raises(InputError, match=r"say how paragraph a1\.p1 is settled"):
            nt.settle(visas, "a1.p1", **given_both)


def test_adoption_needs_no_brackets_and_ends_every_change(visas):
    with pytest.raises(InputError, match=r"1 paragraphs? .*in brackets: a1 \(1\)"):
        nt.adopt(visas)
    adopted = nt.adopt(nt.settle(visas, "a1.p1", "alt1"))
    assert adopted.adopted
    assert nt.find_paragraph(adopted, "a1.p1").locked
    for verb in (
        lambda: nt.add_article(adopted, "a2", "Fees"),
        lambda: nt.add_paragraph(adopted, "a1", "a1.p2", "Fees."),
        lambda: nt.propose_wording(adopted, "a1.p1", "alt2", "x", "ALB"),
        lambda: nt.support(adopted, "a1.p1", "base", "ALB"),
        lambda: nt.withdraw(adopted, "a1.p1", "base", "ALB"),
        lambda: nt.settle(adopted, "a1.p1", wording="x"),
        lambda: nt.lock(adopted, "a1.p1"),
        lambda: nt.adopt(adopted),
        lambda: nt.retitle(adopted, "x"),
        lambda: nt.retitle_article(adopted, "a1", "x"),
    ):
        with pytest.raises(InputError, match="adopted and locked"):
            verb()


@pytest.mark.parametrize(
    ("verb", "says"),
    [
        (lambda t: nt.add_article(t, "a1", "Fees"), "there is an article 'a1' already"),
        (lambda t: nt.add_article(t, "a.1", "Fees"), "cannot be the key of an article"),
        (lambda t: nt.add_article(t, "a2", " "), "a title of 0 characters"),
        (lambda t: nt.add_article(t, "a2", "Fees", after="a9"), "no 'a9' to stand after"),
        (lambda t: nt.add_paragraph(t, "a1", "a1.p1", "x"), "there is a paragraph 'a1.p1' already"),
        (lambda t: nt.add_paragraph(t, "a1", "a2.p1", "x"), "a key that begins with 'a1.'"),
        (lambda t: nt.add_paragraph(t, "a1", "a1.p2", "  "), "a new paragraph without words"),
        (lambda t: nt.add_paragraph(t, "a7", "a7.p2", "x"), "no article 'a7'; accepted: a1"),
        (lambda t: nt.propose_wording(t, "a1.p1", "alt1", "x", "ALB"), "'alt1' already; accepted: .* alt2"),
        (lambda t: nt.propose_wording(t, "a1.p1", "base", "x", "ALB"), "'base' already"),
        (
            lambda t: nt.propose_wording(t, "a1.p1", "alt2", "Parties may issue visas. ", "ALB"),
            "on the table as 'alt1' already; accepted: other words, or support for 'alt1'",
        ),
        (
            lambda t: nt.propose_wording(t, "a1.p1", "alt2", "Parties shall issue visas.", "ALB"),
            "the words of the draft already",
        ),
        (lambda t: nt.propose_wording(t, "a1.p1", "alt2", "x", "A:B"), "cannot be the code of a delegation"),
        (lambda t: nt.propose_wording(t, "a1.p9", "alt2", "x", "ALB"), "no paragraph 'a1.p9'"),
        (lambda t: nt.support(t, "a1.p1", "alt1", "BRA"), "BRA stands behind 'alt1' .* already"),
        (lambda t: nt.support(t, "a1.p1", "alt7", "BRA"), "no alternative 'alt7'; accepted: base, alt1"),
        (lambda t: nt.withdraw(t, "a1.p1", "alt1", "ALB"), "ALB does not stand behind 'alt1'"),
        (lambda t: nt.lock(t, "a1.p1"), "2 alternatives in brackets"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_is_accepted(visas, verb, says):
    with pytest.raises(InputError, match=says):
        verb(visas)


def test_a_locked_paragraph_says_so():
    text = nt.add_paragraph(nt.add_article(nt.NegotiatingText("T"), "a1", "Visas"), "a1", "a1.p1", "x")
    with pytest.raises(InputError, match=r"paragraph a1\.p1 is agreed and locked"):
        nt.propose_wording(nt.lock(text, "a1.p1"), "a1.p1", "alt1", "y", "ALB")


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\ud800", "\ufffe", "\u202e"]
)
def test_what_no_document_can_hold_is_refused_at_the_entrance(character):
    with pytest.raises(InputError, match=rf"U\+{ord(character):04X}.* cannot stand in a text"):
        nt.check_words(f"a{character}b")


def test_words_have_one_way_to_be_kept():
    assert nt.check_words(" a\r\nb\rc\t ") == "a\nb\tc".replace("b\t", "b\n")
    with pytest.raises(InputError, match="20,001 characters"):
        nt.check_words("x" * 20_001)


@settings(max_examples=25)
@given(histories())
def test_keys_stay_unique_and_counts_agree_with_the_text(steps):
    for text in steps:
        keys = [a.key for a in text.articles] + [p.key for p in text.paragraphs()]
        assert len(set(keys)) == len(keys)
        for paragraph in text.paragraphs():
            inner = [one.key for one in paragraph.alternatives]
            assert len(set(inner)) == len(inner)
        counted = {
            a.key: sum(len(p.alternatives) > 1 or p.base is None for p in a.paragraphs) for a in text.articles
        }
        assert nt.count_brackets(text) == counted
        assert text.brackets == sum(counted.values())


@settings(max_examples=25)
@given(histories())
def test_what_is_locked_never_changes(steps):
    for before, after in itertools.pairwise(steps):
        now = {p.key: p for p in after.paragraphs()}
        for paragraph in before.paragraphs():
            if paragraph.locked:
                assert now[paragraph.key] == paragraph
        assert after.adopted or not before.adopted
        if before.adopted:
            assert after.articles == before.articles


@settings(max_examples=25)
@given(histories())
def test_untouched_articles_are_shared_with_the_text_before(steps):
    for before, after in itertools.pairwise(steps):
        old = {id(article) for article in before.articles}
        fresh = [article for article in after.articles if id(article) not in old]
        assert after.adopted or len(fresh) <= 1


@settings(max_examples=25)
@given(histories(), st.data())
def test_settling_leaves_no_bracket(steps, data):
    text = steps[-1]
    open_ones = [p for p in text.paragraphs() if p.bracketed]
    for paragraph in open_ones:
        chosen = data.draw(st.sampled_from([one.key for one in paragraph.alternatives]))
        text = nt.settle(text, paragraph.key, chosen)
        assert nt.find_paragraph(text, paragraph.key).wording == paragraph.find(chosen).wording
    assert text.brackets == 0


@given(st.permutations(CODES))
def test_the_order_of_proponents_does_not_matter(order):
    text = nt.add_article(nt.NegotiatingText("T"), "a1", "Visas")
    text = nt.add_paragraph(text, "a1", "a1.p1", "Visas.")
    for code in order:
        text = nt.support(text, "a1.p1", nt.BASE, code)
    assert nt.find_paragraph(text, "a1.p1").alternatives[0].proponents == tuple(sorted(CODES))
    assert nt.Alternative("alt1", "x", tuple(order)) == nt.Alternative("alt1", "x", CODES)


@settings(max_examples=25)
@given(texts())
def test_plain_values_give_the_text_back(text):
    assert nt.read_plain(json.loads(json.dumps(nt.to_plain(text)))) == text


@pytest.mark.parametrize(
    ("plain", "says"),
    [
        (None, "a mapping is missing"),
        ({"title": "T"}, "no key 'articles'"),
        ({"title": "T", "articles": [], "extra": 1}, "unknown key 'extra'"),
        ({"title": "T", "articles": {}}, "a list is missing"),
        ({"title": "T", "articles": [{"key": "a1", "title": 3}]}, "words are missing"),
        ({"title": "T", "articles": [], "revision": "0"}, "cannot be the number of a revision"),
        ({"title": "T", "articles": [], "adopted": 1}, "neither true nor false"),
        (
            {"title": "T", "articles": [{"key": "a1", "title": "A", "paragraphs": [{"key": "a1.p1"}]}]},
            "articles.0.paragraphs.0: no key 'alternatives'",
        ),
        ({"title": "T", "articles": [{"key": "a1", "title": "A"}] * 2}, "'a1' stands twice"),
    ],
)
def test_plain_values_that_are_no_text_are_refused(plain, says):
    with pytest.raises(InputError, match=says):
        nt.read_plain(plain)
