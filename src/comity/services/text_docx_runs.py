"""What stands in a Word paragraph, piece by piece, with the tracked changes that each piece is under.

Who may import me: the services that read Word documents. Start at :func:`read_pieces` and :func:`view`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.errors import InputError
from comity.services.text_docx import LABEL_STYLE, WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.services.text_upload import Untyped

__all__ = ["Mark", "Piece", "mark_of_end", "read_pieces", "view", "w"]

_INSERTED: Final = {"ins", "moveTo"}
_DELETED: Final = {"del", "moveFrom"}
#: Elements that only hold other pieces of the same line.
_HOLDERS: Final = {"hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "bdo", "dir", "customXml"}
_SIGNS: Final = {"tab": "\t", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad", "ptab": "\t"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One tracked change: an insertion or a deletion, by whom and when."""

    inserted: bool
    author: str
    date: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, whether they belong to the layout, and the changes that they are under."""

    words: str
    label: bool
    marks: tuple[Mark, ...]

    def new(self, stamp: str) -> tuple[Mark, ...]:
        """Give the changes that were made after the document was written."""
        return tuple(mark for mark in self.marks if mark.date != stamp)


def w(tag: str) -> str:
    """Name an element or attribute of Word."""
    return f"{{{WORD}}}{tag}"


def read_pieces(paragraph: Untyped) -> list[Piece]:
    """Read the pieces of a paragraph in order.

    Raises
    ------
    comity.errors.InputError
        When a tracked change does not say who made it and when.
    """
    return list(_inside(paragraph, ()))


def _inside(holder: Untyped, marks: tuple[Mark, ...]) -> Iterator[Piece]:
    for child in holder:
        tag = _local(child)
        if tag == "r":
            yield from _run(child, marks)
        elif tag in _INSERTED or tag in _DELETED:
            yield from _inside(child, (*marks, _mark(child, inserted=tag in _INSERTED)))
        elif tag in _HOLDERS:
            yield from _inside(child, marks)


def _run(run: Untyped, marks: tuple[Mark, ...]) -> Iterator[Piece]:
    style = run.find(f"{w('rPr')}/{w('rStyle')}")
    label = style is not None and style.get(w("val")) == LABEL_STYLE
    for child in run:
        tag = _local(child)
        if tag in {"t", "delText"} and child.text:
            yield Piece(child.text, label, marks)
        elif tag in _SIGNS:
            yield Piece(_SIGNS[tag], label, marks)
        elif tag == "br" and child.get(w("type"), "textWrapping") == "textWrapping":
            yield Piece("\n", label, marks)
        elif tag == "sym":
            yield Piece(_symbol(child.get(w("char"), "")), label, marks)


def _symbol(code: str) -> str:
    """Read a sign that Word gives by its number in a font; a question mark where it is no number."""
    try:
        return bytes.fromhex(code).decode("utf-16-be") or "?"
    except ValueError:
        return "?"


def mark_of_end(paragraph: Untyped) -> tuple[Mark, ...]:
    """Give the tracked insertion of the paragraph's end, if it is one."""
    inserted = paragraph.find(f"{w('pPr')}/{w('rPr')}/{w('ins')}")
    return () if inserted is None else (_mark(inserted, inserted=True),)


def view(pieces: Iterable[Piece], stamp: str, author: str | None = None) -> str:
    """Give the words as the document was written, or as one author would have them.

    Parameters
    ----------
    pieces
        Of one paragraph.
    stamp
        Date of the changes that were there when the document was written.
    author
        Whose later changes to accept; all others' later changes are left aside.
    """
    return "".join(piece.words for piece in pieces if _kept(piece, stamp, author))


def _kept(piece: Piece, stamp: str, author: str | None) -> bool:
    if piece.label and not any(mark.inserted for mark in piece.new(stamp)):
        return False
    for mark in piece.marks:
        ours = mark.date == stamp or (author is not None and mark.author == author)
        if mark.inserted != ours:
            return False
    return True


def _mark(element: Untyped, *, inserted: bool) -> Mark:
    author, date = element.get(w("author")), element.get(w("date"))
    if not author or not date:
        msg = "a tracked change does not say who made it and when"
        raise InputError(
            msg,
            accepted="a document saved without removing personal information (File > Options > Trust Center)",
        )
    return Mark(inserted, author, date)


def _local(element: Untyped) -> str:
    tag = element.tag
    return str(tag)[len(WORD) + 2 :] if isinstance(tag, str) and tag.startswith(f"{{{WORD}}}") else ""
