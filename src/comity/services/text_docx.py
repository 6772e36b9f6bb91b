"""A negotiating text as a Word document with tracked changes of each delegation (§9).

A reader sees the draft, and below each paragraph in brackets one line for each alternative, with the
delegations behind it and a redline against the draft: what they put in and take out are insertions and
deletions of that delegation. Every piece is a bookmark with its key, so that the document gives the text back
even after somebody has worked on it; see :mod:`comity.services.text_docx_read`. Track Changes is on.

Bookmarks rather than content controls: LibreOffice 7.4 drops tags and redlines in content controls.

Who may import me: services and doors. Start at :func:`write_docx`.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from datetime import UTC
from typing import TYPE_CHECKING, Final

from comity.errors import InputError
from comity.protocol.text import BASE, word_changes
from comity.services.text_upload import load_extra

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from comity.protocol.text import Alternative, NegotiatingText, Paragraph
    from comity.services.text_upload import Untyped

__all__ = ["BOOKMARK", "LABEL_STYLE", "WORD", "write_clean_docx", "write_docx"]

WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BOOKMARK: Final = "c."
"""How the names of our bookmarks begin. Word allows 40 characters; LibreOffice rewrites a colon."""

LABEL_STYLE: Final = "ComityLabel"
NOTE_STYLE: Final = "ComityNote"
_NOTE_POINTS: Final = 9

_GUIDE: Final = (
    "Words in [brackets] are not agreed; before them stand the delegations behind them, and what they would "
    "put in or take out is marked as their change. To propose other words, write over a paragraph with Track "
    "Changes on; for a new paragraph, begin a line below one."
)
_PIECES: Final = re.compile(r"([\n\t])")
_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)


def write_docx(text: NegotiatingText, *, at: datetime) -> bytes:
    """Write a text as a Word document.

    Parameters
    ----------
    text
        The text.
    at
        When it is written, aware; the date of all changes. It tells our own changes from those that somebody
        makes in Word later.

    Returns
    -------
    bytes
        A .docx file; the same for the same text and time.

    Raises
    ------
    comity.errors.MissingExtraError
        When python-docx is not installed.
    comity.errors.InputError
        When ``at`` has no time zone.
    """
    if at.tzinfo is None:
        msg = "the time of writing has no time zone"
        raise InputError(msg, key="at", accepted="a time with a zone, such as UTC")
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    page = _Page(stamp)
    adopted = ", adopted" if text.adopted else ""
    page.mark("_title", page.paragraph("Title", page.runs(text.title), text.title))
    line = f"Revision {text.revision}{adopted}, {stamp}"
    page.mark("_revision", page.paragraph("Subtitle", page.runs(line)))
    page.mark("_guide", page.paragraph(NOTE_STYLE, page.runs(_GUIDE)))
    for number, article in enumerate(text.articles, start=1):
        heading = [page.label(f"Article {number}. "), *page.runs(article.title)]
        page.mark(article.key, page.paragraph("Heading1", heading, article.title))
        for at_, paragraph in enumerate(article.paragraphs, start=1):
            _write_paragraph(page, paragraph, f"{number}.{at_}")
    return page.save(text.title, at)


def _write_paragraph(page: _Page, paragraph: Paragraph, number: str) -> None:
    said = ["Agreed and locked."] if paragraph.locked else []
    if paragraph.provisions:
        listed = "; ".join(re.sub(r"([\\;])", r"\\\1", one) for one in paragraph.provisions)
        said.append(f"Provisions: {listed}")
    base = paragraph.base
    for at, one in enumerate(paragraph.alternatives):
        front, back = _labels(paragraph, one, struck=bool(base and base.wording and one is not base))
        begin = page.label(f"{number}\t{front}" if at == 0 else f"\t{front}")
        # a proposed paragraph has no draft to be set beside, so all of it is an insertion
        words = page.runs(one.wording) if one.key == BASE else page.redline(base.wording if base else "", one)
        held = [begin, *words, *([page.label(back)] if back else [])]
        shown = one.wording or (base.wording if base else "")
        page.mark(f"{paragraph.key}.{one.key}", page.paragraph("Normal", held, shown))
    if said:
        page.mark(paragraph.key, page.paragraph(NOTE_STYLE, page.runs(" ".join(said))))


def _labels(paragraph: Paragraph, one: Alternative, *, struck: bool) -> tuple[str, str]:
    """Give what stands before and after the words: brackets, who is behind them, and that it be left out."""
    codes = ", ".join(one.proponents)
    empty = "" if one.wording else " leave out" if struck else "leave out"
    if paragraph.bracketed:
        return f"[{f'{codes}: ' if codes else ''}", f"{empty}]"
    return (f"({codes}) " if codes else ""), (f"[{empty}]" if empty else "")


class _Page:
    """A document that is being written, in Word's own elements."""

    def __init__(self, stamp: str) -> None:
        self.stamp = stamp
        self.document: Untyped = load_extra("docx", "python-docx").Document()
        self.etree: Untyped = load_extra("lxml.etree", "lxml")
        self.body: Untyped = self.document.element.body
        self.end: Untyped = self.body[-1]
        self.number = 0
        self._styles()

    def make(self, tag: str, told: dict[str, str] | None = None, held: Iterable[Untyped] = ()) -> Untyped:
        """Make one element with attributes and children."""
        element = self.body.makeelement(
            f"{{{WORD}}}{tag}", {f"{{{WORD}}}{key}": value for key, value in (told or {}).items()}
        )
        element.extend(held)
        return element

    def mark(self, key: str, paragraph: Untyped) -> None:
        """Put a paragraph at the end of the page, under a bookmark."""
        self.number += 1
        told = {"id": str(self.number)}
        at = 1 if len(paragraph) and paragraph[0].tag == f"{{{WORD}}}pPr" else 0
        paragraph.insert(at, self.make("bookmarkStart", told | {"name": f"{BOOKMARK}{key}"}))
        paragraph.append(self.make("bookmarkEnd", told))
        self.plain(paragraph)

    def plain(self, paragraph: Untyped) -> None:
        """Put a paragraph at the end of the page."""
        self.end.addprevious(paragraph)

    def paragraph(self, style: str, held: Iterable[Untyped], words: str = "") -> Untyped:
        """Make a paragraph; one that begins in Arabic or Hebrew letters runs from right to left."""
        told = [self.make("pStyle", {"val": style})] if style != "Normal" else []
        runs = list(held)
        if _right_to_left(words):
            told.append(self.make("bidi"))
            for run in (run for piece in runs for run in piece.iter(f"{{{WORD}}}r")):
                look = run.find(f"{{{WORD}}}rPr")
                if look is None:
                    look = self.make("rPr")
                    run.insert(0, look)
                look.append(self.make("rtl"))
        return self.make("p", held=[*([self.make("pPr", held=told)] if told else []), *runs])

    def label(self, words: str) -> Untyped:
        """Make a run that belongs to the layout, not to the words."""
        run = self.runs(words)[0]
        run.insert(0, self.make("rPr", held=[self.make("rStyle", {"val": LABEL_STYLE})]))
        return run

    def runs(self, words: str, *, deleted: bool = False) -> list[Untyped]:
        """Make the run of some words; none for no words."""
        pieces = []
        for piece in _PIECES.split(words):
            if piece in {"\n", "\t"}:
                pieces.append(self.make("br" if piece == "\n" else "tab"))
            elif piece:
                element = self.make("delText" if deleted else "t")
                element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                element.text = piece
                pieces.append(element)
        return [self.make("r", held=pieces)] if pieces else []

    def redline(self, before: str, one: Alternative) -> list[Untyped]:
        """Make the words of an alternative as changes of the draft by its proponents."""
        made = []
        for run in word_changes(before, one.wording):
            runs = self.runs(run.words, deleted=run.kind == "removed")
            if run.kind == "same":
                made += runs
                continue
            self.number += 1
            author = ", ".join(one.proponents) or "secretariat"
            told = {"id": str(self.number), "author": author, "date": self.stamp}
            made.append(self.make("ins" if run.kind == "added" else "del", told, runs))
        return made

    def _styles(self) -> None:
        shared = load_extra("docx.shared", "python-docx")
        kinds = load_extra("docx.enum.style", "python-docx").WD_STYLE_TYPE
        grey = shared.RGBColor.from_string("595959")
        label = self.document.styles.add_style(LABEL_STYLE, kinds.CHARACTER)
        label.font.color.rgb = grey
        note = self.document.styles.add_style(NOTE_STYLE, kinds.PARAGRAPH)
        note.base_style = self.document.styles["Normal"]
        note.font.size, note.font.color.rgb = shared.Pt(_NOTE_POINTS), grey
        normal = self.document.styles["Normal"].paragraph_format
        normal.tab_stops.add_tab_stop(shared.Cm(1))
        normal.left_indent, normal.first_line_indent = shared.Cm(1), shared.Cm(-1)
        note.paragraph_format.first_line_indent = 0

    def save(self, title: str, at: datetime, *, tracked: bool = True) -> bytes:
        """Give the bytes of the document: same page, same bytes."""
        if tracked:
            settings = self.document.settings.element
            settings.find(f"{{{WORD}}}defaultTabStop").addprevious(self.make("trackRevisions"))
        told = self.document.core_properties
        told.title, told.author, told.last_modified_by = title[:250], "Comity", "Comity"
        told.created = told.modified = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        told.comments = ""
        # the template's picture of an empty page says nothing about this one
        links = self.document.part.package.rels
        for key in [key for key, link in links.items() if link.reltype.endswith("/thumbnail")]:
            del links[key]
        saved = io.BytesIO()
        self.document.save(saved)
        packed = io.BytesIO()
        with zipfile.ZipFile(saved) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.infolist():
                info = zipfile.ZipInfo(part.filename, _NO_DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                new.writestr(info, old.read(part))
        return packed.getvalue()


def write_clean_docx(lines: Iterable[tuple[str, str]], title: str, *, at: datetime) -> bytes:
    """Write lines without tracks or bookmarks, for signature.

    Parameters
    ----------
    lines
        Style (``Title``, ``Heading1`` or ``Normal``) and words of each paragraph.
    title
        Title of the document.
    at
        When it is written.
    """
    page = _Page("")
    for style, words in lines:
        page.plain(page.paragraph(style, page.runs(words), words))
    return page.save(title, at, tracked=False)


def _right_to_left(words: str) -> bool:
    for sign in words:
        side = unicodedata.bidirectional(sign)
        if side in {"L", "R", "AL"}:
            return side != "L"
    return False
