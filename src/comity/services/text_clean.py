"""The clean text, for signature: titles, numbers and words; no keys, names or brackets.

Who may import me: services and doors. Start at :func:`write_clean`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from comity.errors import InputError
from comity.services.text_docx import write_clean_docx
from comity.services.text_markdown import escape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from comity.protocol.text import NegotiatingText, Paragraph

__all__ = ["CLEAN_FORMS", "clean_lines", "count_blanks", "write_clean"]

CLEAN_FORMS: Final = (".docx", ".md", ".txt")

_BLANK: Final = re.compile(r"\[…[^\[\]\n]*\]")
_MARKS: Final = {"Title": "# ", "Heading1": "## ", "Normal": ""}


def count_blanks(text: NegotiatingText) -> int:
    """Count the blanks that a draft leaves to be filled in, such as ``[… months]``, outside brackets."""
    return sum(len(_BLANK.findall(p.wording)) for p in text.paragraphs() if not p.bracketed)


def write_clean(
    text: NegotiatingText, form: str, *, at: datetime, unsettled: Literal["refuse", "mark"] = "refuse"
) -> bytes:
    """Write the words alone.

    Parameters
    ----------
    text
        The text.
    form
        ``.docx``, ``.md`` or ``.txt``.
    at
        When it is written (only Word documents say so).
    unsettled
        ``refuse`` a text with brackets or blanks, or ``mark`` brackets as ``[…] [ALB, BRA: …]``.

    Returns
    -------
    bytes
        The file. Paragraphs that were settled to be left out are not in it, and numbers close up.

    Raises
    ------
    comity.errors.InputError
        With the number of brackets by article where some are left and they are to be refused.
    """
    if form not in CLEAN_FORMS:
        msg = f"no clean text as '{form}'"
        raise InputError(msg, accepted=", ".join(CLEAN_FORMS))
    lines = list(clean_lines(text, unsettled=unsettled))
    if form == ".docx":
        return write_clean_docx(lines, text.title, at=at)
    if form == ".md":
        blocks = [f"{_MARKS[style]}{escape(words)}" for style, words in lines]
    else:
        blocks = [words for _, words in lines]
    return ("\n\n".join(blocks) + "\n").encode()


def clean_lines(
    text: NegotiatingText, *, unsettled: Literal["refuse", "mark"] = "refuse"
) -> Iterator[tuple[str, str]]:
    """Give style (``Title``, ``Heading1``, ``Normal``) and words of each line; see :func:`write_clean`.

    Examples
    --------
    >>> from comity.protocol.text import NegotiatingText, add_article, add_paragraph
    >>> text = add_article(NegotiatingText("T"), "a1", "Visas")
    >>> text = add_paragraph(text, "a1", "a1.p1", "Visas are free.")
    >>> list(clean_lines(text))
    [('Title', 'T'), ('Heading1', 'Article 1. Visas'), ('Normal', '1. Visas are free.')]
    """
    if unsettled == "refuse":
        _check(text)
    yield "Title", text.title
    number = 0
    for article in text.articles:
        kept = [paragraph for paragraph in article.paragraphs if not paragraph.left_out]
        if article.paragraphs and not kept:
            continue
        number += 1
        yield "Heading1", f"Article {number}. {article.title}"
        for at, paragraph in enumerate(kept, start=1):
            yield "Normal", f"{at}. {_words(paragraph)}"


def _check(text: NegotiatingText) -> None:
    if text.brackets:
        where = ", ".join(f"{a.key} ({a.brackets})" for a in text.articles if a.brackets)
        are = "1 paragraph is" if text.brackets == 1 else f"{text.brackets} paragraphs are"
        msg = f"{are} in brackets: {where}"
        raise InputError(msg, accepted="a text without brackets, or a copy in which they are marked")
    blanks = count_blanks(text)
    if blanks:
        are = "1 blank is" if blanks == 1 else f"{blanks} blanks are"
        msg = f"{are} not filled in, such as [… months]"
        raise InputError(msg, accepted="a text without blanks, or a copy in which they stand")


def _words(paragraph: Paragraph) -> str:
    if not paragraph.bracketed:
        return paragraph.wording
    said = []
    for one in paragraph.alternatives:
        behind = f"{', '.join(one.proponents)}: " if one.proponents else ""
        said.append(f"[{behind}{one.wording or '(leave out)'}]")
    return " ".join(said)
