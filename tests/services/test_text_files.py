"""A negotiating text in files and back: no words are lost, and what is hostile is refused in one line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from tests.protocol.text.texts import HARD, texts

from comity.errors import InputError
from comity.protocol import text as nt
from comity.services.text_akoma import read_akoma, write_akoma
from comity.services.text_docx import write_docx
from comity.services.text_docx_read import WordText, open_docx
from comity.services.text_markdown import read_markdown, write_markdown

AT = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
quick = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


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


@quick
@given(texts())
def test_markdown_gives_the_text_back(text):
    assert read_markdown(write_markdown(text)) == text


@quick
@given(texts())
def test_akoma_ntoso_gives_the_text_back(text):
    data = write_akoma(text, at=AT)
    assert read_akoma(data) == text
    assert write_akoma(text, at=AT) == data


def test_hard_words_survive():
    text = hard_text()
    assert read_markdown(write_markdown(text)) == text
    assert read_markdown(write_markdown(text).replace("\n", "\r\n").encode("utf-8-sig")) == text
    assert read_akoma(write_akoma(text, at=AT)) == text
    assert open_docx(write_docx(text, at=AT)).text == text


@quick
@given(texts())
def test_word_gives_the_text_back(text):
    data = write_docx(text, at=AT)
    assert open_docx(data) == WordText(text, ())
    assert write_docx(text, at=AT) == data
