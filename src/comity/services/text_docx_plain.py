"""Read a Word document that Comity did not write, as a zero draft: headings become articles.

Tracked changes in it are read as if accepted: what was inserted stands, what was deleted does not. Automatic
numbers, pictures, text boxes, footnotes and headers are not read; cells of tables are paragraphs.

Who may import me: services and doors. Start at :func:`read_plain_docx`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from comity.errors import InputError
from comity.protocol import text as nt
from comity.services.text_docx_read import read_body
from comity.services.text_docx_runs import read_pieces, w
from comity.services.text_upload import open_archive, parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.text_upload import Untyped

__all__ = ["read_plain_docx"]

_NUMBERED: Final = re.compile(r"(?:article|art\.|artículo|artigo|المادة|section)\s+[\w.]+", re.IGNORECASE)
_MOST_HEADING: Final = 150
"""Characters of a line that is taken for a heading because it begins with "Article"."""


def read_plain_docx(data: bytes, *, title: str | None = None, name: str = "text.docx") -> nt.NegotiatingText:
    """Read headings and paragraphs of any Word document into a text without brackets.

    Parameters
    ----------
    data
        The bytes of the file.
    title
        Title of the text; otherwise the paragraph in the style Title, or the name of the file.
    name
        What to call the file in an error.

    Returns
    -------
    NegotiatingText
        Revision 0. Paragraphs before the first heading stand in an article "Preamble". Where no heading
        style is used, lines that begin with "Article" and a number are headings.

    Raises
    ------
    comity.errors.InputError
        When it is too large, is no .docx, or has no words.
    """
    body = read_body(data, name)
    parts = open_archive(data, name, ("word/styles.xml",))
    kinds = _kinds(parse_xml(parts["word/styles.xml"], name)) if "word/styles.xml" in parts else {}
    try:
        return _text(list(_lines(body, kinds)), title, name)
    except InputError as error:
        raise InputError(error.message, file=name, key=error.key, accepted=error.accepted) from error


def _text(lines: list[tuple[str, str]], title: str | None, name: str) -> nt.NegotiatingText:
    if not any(kind == "heading" for kind, _ in lines):
        lines = [
            ("heading" if len(words) <= _MOST_HEADING and _NUMBERED.match(words) else kind, words)
            for kind, words in lines
        ]
    if not lines:
        msg = "holds no words"
        raise InputError(msg, accepted="a document with headings and paragraphs")
    found = next((words for kind, words in lines if kind == "title"), None)
    told = found is None or title is not None
    articles: list[tuple[str, list[str]]] = []
    for kind, words in lines:
        if kind == "title" and not told and words == found:
            told = True
        elif kind == "heading":
            articles.append((words[: nt.MOST_TITLE_CHARACTERS], []))
        else:
            if not articles:
                articles.append(("Preamble", []))
            articles[-1][1].append(words)
    made = tuple(
        nt.Article(
            f"a{number}",
            heading,
            tuple(_paragraph(f"a{number}.p{at}", words) for at, words in enumerate(held, start=1)),
        )
        for number, (heading, held) in enumerate(articles, start=1)
    )
    return nt.NegotiatingText(title or found or name.rpartition(".")[0] or name, made)


def _paragraph(key: str, words: str) -> nt.Paragraph:
    return nt.Paragraph(key, (nt.Alternative(nt.BASE, words),))


def _lines(body: Untyped, kinds: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give kind and words of each paragraph that has words, wherever it stands on the page."""
    for paragraph in body.iter(w("p")):
        if next(paragraph.iterancestors(w("txbxContent")), None) is not None:
            continue
        pieces = read_pieces(paragraph)
        words = "".join(p.words for p in pieces if all(mark.inserted for mark in p.marks))
        words = nt.check_words(words)
        if not words:
            continue
        style = paragraph.find(f"{w('pPr')}/{w('pStyle')}")
        kind = kinds.get(style.get(w("val"), ""), "") if style is not None else ""
        level = paragraph.find(f"{w('pPr')}/{w('outlineLvl')}")
        if level is not None and level.get(w("val")) != "9":
            kind = "heading"
        yield kind, words


def _kinds(styles: Untyped) -> dict[str, str]:
    """Say which styles are headings or the title; names are English in every language of Word."""
    named: dict[str, str] = {}
    based: dict[str, str] = {}
    for style in styles.iterfind(w("style")):
        key = style.get(w("styleId"), "")
        name, below = style.find(w("name")), style.find(w("basedOn"))
        called = "" if name is None else name.get(w("val"), "").casefold()
        level = style.find(f"{w('pPr')}/{w('outlineLvl')}")
        if called == "title":
            named[key] = "title"
        elif called.startswith("heading ") or (level is not None and level.get(w("val")) != "9"):
            named[key] = "heading"
        if below is not None:
            based[key] = below.get(w("val"), "")
    for key, parent in based.items():
        above, seen = parent, {key}
        while key not in named and above and above not in seen:
            seen.add(above)
            if above in named:
                named[key] = named[above]
            above = based.get(above, "")
    return named
