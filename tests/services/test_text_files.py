"""A negotiating text in files and back: no words are lost, and what is hostile is refused in one line."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from tests.protocol.text.texts import HARD, texts

from comity.errors import InputError
from comity.protocol import text as nt
from comity.services.model_text import DraftAlternative, DraftArticle, DraftParagraph, draft_articles
from comity.services.text_akoma import read_akoma, write_akoma
from comity.services.text_clean import write_clean
from comity.services.text_docx import write_docx
from comity.services.text_docx_read import WordText, open_docx
from comity.services.text_draft import text_of_articles
from comity.services.text_file import FORMS, dump_text, load_text, read_text, write_text
from comity.services.text_markdown import read_markdown, write_markdown
from comity.services.text_upload import MOST_UPLOAD_BYTES
from comity.vocabulary import Provision

docx = pytest.importorskip("docx", reason="needs the extra 'forum'")
AT = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)


def hard_text() -> nt.NegotiatingText:
    """Every hard wording as a draft, a proposal, a settled paragraph and a title."""
    text = nt.add_article(nt.NegotiatingText("Compact [of] *coasts* {a1} & <b>"), "a1", "Visas")
    for number, words in enumerate(HARD, start=1):
        text = nt.add_paragraph(text, "a1", f"a1.p{number}", words, provisions=["visas", "ESP.LE02; two"])
        text = nt.support(text, f"a1.p{number}", nt.BASE, "EU") if number % 2 else text
        text = nt.propose_wording(text, f"a1.p{number}", "alt1", f"ALB: {words}", "BRA")
        text = nt.propose_wording(text, f"a1.p{number}", "alt2", "", "CIV")
        text = nt.add_article(text, f"t{number}", f"Article 3: {words}")
        text = nt.add_paragraph(text, f"t{number}", f"t{number}.p1", words, proponents=["ALB", "G-77"])
        text = nt.lock(nt.add_paragraph(text, f"t{number}", f"t{number}.p2", words), f"t{number}.p2")
    return text


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(texts())
def test_every_form_gives_the_text_back(text):
    assert read_markdown(write_markdown(text)) == text
    data = write_akoma(text, at=AT)
    assert read_akoma(data) == text
    assert write_akoma(text, at=AT) == data
    data = write_docx(text, at=AT)
    assert open_docx(data) == WordText(text, ())
    assert write_docx(text, at=AT) == data


def test_hard_words_survive():
    text = hard_text()
    assert read_markdown(write_markdown(text)) == text
    assert read_markdown(write_markdown(text).replace("\n", "\r\n").encode("utf-8-sig")) == text
    assert read_akoma(write_akoma(text, at=AT)) == text
    assert open_docx(write_docx(text, at=AT)).text == text


@pytest.mark.parametrize("form", FORMS)
def test_files_are_told_by_their_ending(tmp_path, form):
    text = hard_text()
    path = tmp_path / f"text{form}"
    write_text(text, path, at=AT)
    assert read_text(path) == text


def test_a_file_that_cannot_be_used_is_refused_in_one_line(tmp_path):
    with pytest.raises(InputError, match=r"no negotiating text as '\.odt'; accepted: \.md, \.docx, \.xml"):
        read_text(tmp_path / "text.odt")
    with pytest.raises(InputError, match=r"text\.md: cannot be read: No such file"):
        read_text(tmp_path / "text.md")
    with pytest.raises(InputError, match="cannot be written"):
        write_text(hard_text(), tmp_path / "none" / "text.md", at=AT)
    with pytest.raises(InputError, match="the time of writing has no time zone"):
        write_text(hard_text(), tmp_path / "text.docx", at=AT.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("markdown", "says"),
    [
        (b"\xff\xfe\x00", r"text\.md: is not UTF-8 text"),
        (b"x" * (MOST_UPLOAD_BYTES + 1), "is too large; accepted: at most 20 MB"),
        ("", r"text\.md:1: has no title"),
        ("# T\n\nWords.", r"text\.md:3: a paragraph stands before the first article"),
        ("# T\n\n## A {a1}\n\n## B {a1}\n", "'a1' stands twice"),
        ("# T\n\n## A\n\n[[ALB: not closed", r"text\.md:5: a bracket is not closed"),
        ("# T\n\n## A\n\n[[x]]{base} and more", r"text\.md:5: a bracket is not closed, or words stand"),
        ("# T\n\n## A\n\n**1.1** `a1.p1` (lokced)\nx", r"text\.md:5: '\(lokced\)' says nothing"),
        ("# T\n\n## A\n\nbell \x07", r"text\.md:5: .*character U\+0007 cannot stand in a text"),
        ("# T\n\n" + "## A\n" * 1001, "there are more than 1,000 articles"),
        ("# T\n\n## A\n\n" + "x\n\n" * 2001, "there are more than 2,000 paragraphs in article a1"),
        ("# T\n\n##" + " " * 1_000_000 + "x" * 301, r"text\.md:3: .*a title of 301 characters"),
        ("# T\n\n## A\n\n" + "[[" * 200_000, "a bracket is not closed"),
    ],
)
def test_markdown_that_cannot_be_read_is_told_with_its_line(markdown, says):
    with pytest.raises(InputError) as caught:
        read_markdown(markdown)
    assert re.search(says, str(caught.value)), str(caught.value)
    assert "\n" not in str(caught.value)


def test_markdown_by_hand_needs_no_keys():
    text = read_markdown(
        "# Draft\n\n## Visas\n\nVisas are\nfree.\n\n"
        "[[Fees.]]\n[[ALB: No fees.]]\n\n[[BRA: New.]]\n\n## Review\n"
    )
    assert [
        (p.key, [(o.key, o.wording, o.proponents) for o in p.alternatives]) for p in text.paragraphs()
    ] == [
        ("a1.p1", [("base", "Visas are free.", ())]),
        ("a1.p2", [("base", "Fees.", ()), ("alt1", "No fees.", ("ALB",))]),
        ("a1.p3", [("alt1", "New.", ("BRA",))]),
    ]
    assert [article.key for article in text.articles] == ["a1", "a2"]


# ------------------------------------------------------------------------------ clean and zero draft


def settled() -> nt.NegotiatingText:
    text = nt.add_article(nt.NegotiatingText("Compact"), "a1", "Visas")
    text = nt.add_paragraph(text, "a1", "a1.p1", "Parties issue *visas*.")
    text = nt.add_paragraph(text, "a1", "a1.p2", "Gone.")
    text = nt.add_paragraph(text, "a1", "a1.p3", "<script>alert(1)</script>")
    text = nt.add_paragraph(nt.add_article(text, "a2", "Empty"), "a2", "a2.p1", "Gone too.")
    text = nt.add_paragraph(nt.add_article(text, "a3", "Review"), "a3", "a3.p1", "Parties meet.")
    for key in ("a1.p2", "a2.p1"):
        text = nt.settle(text, key, wording="")
    return text


def test_the_clean_text_has_words_and_numbers_only():
    text = nt.adopt(settled())
    assert write_clean(text, ".txt", at=AT).decode() == (
        "Compact\n\nArticle 1. Visas\n\n1. Parties issue *visas*.\n\n2. <script>alert(1)</script>\n\n"
        "Article 2. Review\n\n1. Parties meet.\n"
    )
    assert "1\\. Parties issue \\*visas\\*." in write_clean(text, ".md", at=AT).decode()
    data = write_clean(text, ".docx", at=AT)
    assert write_clean(text, ".docx", at=AT) == data
    document = docx.Document(io.BytesIO(data))
    assert [p.text for p in document.paragraphs][:3] == [
        "Compact",
        "Article 1. Visas",
        "1. Parties issue *visas*.",
    ]
    assert [p.style.name for p in document.paragraphs][:3] == ["Title", "Heading 1", "Normal"]


def test_a_clean_text_is_refused_while_brackets_or_blanks_are_left():
    text = nt.propose_wording(settled(), "a3.p1", "alt1", "", "ALB")
    with pytest.raises(InputError, match=r"1 paragraph is in brackets: a3 \(1\)"):
        write_clean(text, ".md", at=AT)
    marked = write_clean(text, ".txt", at=AT, unsettled="mark").decode()
    assert "1. [Parties meet.] [ALB: (leave out)]" in marked
    blank = nt.settle(text, "a3.p1", wording="Parties meet every [… months].")
    with pytest.raises(InputError, match="1 blank is not filled in"):
        write_clean(blank, ".md", at=AT)
    with pytest.raises(InputError, match=r"no clean text as '\.pdf'"):
        write_clean(text, ".pdf", at=AT)


def test_a_package_becomes_a_zero_draft_with_its_provisions():
    places = Provision("LE02", "ESP", "MAR", 2500, "persons per year", "places")
    text = text_of_articles("Compact", draft_articles([places], names={"ESP": "Spain", "MAR": "Morocco"}))
    assert (text.revision, text.brackets, text.title) == (0, 0, "Compact")
    drafted = [p for p in text.paragraphs() if "places" in p.provisions]
    assert [p.wording for p in drafted] == [
        "Spain shall reserve for nationals of Morocco entry for work of 2,500 persons per year."
    ]
    assert read_markdown(write_markdown(text)) == text
    assert open_docx(write_docx(text, at=AT)).text == text


def test_options_that_agreements_hold_become_alternatives():
    options = (
        DraftAlternative("alt1", "Visas are free.", ("first",)),
        DraftAlternative("alt2", "Visas cost.", ("second",)),
        DraftAlternative("alt3", "Visas.", ("third",)),
    )
    paragraph = DraftParagraph("a1.p1", "Visas.", ("x", "x"), options)
    text = text_of_articles(
        "T", [DraftArticle("a1", "entry", "Visas", (paragraph,))], proponents={"second": ("ALB",)}
    )
    held = nt.find_paragraph(text, "a1.p1")
    assert [(o.key, o.wording, o.proponents) for o in held.alternatives] == [
        ("base", "Visas.", ()),
        ("alt1", "Visas are free.", ()),
        ("alt2", "Visas cost.", ("ALB",)),
    ]
    assert held.provisions == ("x",)


def test_a_large_text_is_written_and_read_in_seconds():
    text = nt.NegotiatingText("Large")
    for article in range(1, 41):
        text = nt.add_article(text, f"a{article}", "Article")
        for paragraph in range(1, 6):
            text = nt.add_paragraph(
                text, f"a{article}", f"a{article}.p{paragraph}", "Parties shall issue visas."
            )
    for number in range(400):
        key = f"a{number % 40 + 1}.p{number % 5 + 1}"
        text = nt.propose_wording(
            text, key, nt.next_key(text, key), f"Parties may issue {number} visas.", "ALB"
        )
    for form in FORMS:
        assert load_text(dump_text(text, form, at=AT), f"text{form}") == text
