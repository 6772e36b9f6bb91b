"""Read a Word document back: the text as it was written, and what somebody proposes with Track Changes on.

What counts is what a reader sees: words are read from the page, keys from the names of bookmarks.
Changes with the date of writing are our own redlines; all others are proposals of whoever made them.

Who may import me: services and doors. Start at :func:`open_docx`; a document that Comity did not write is
read by :func:`comity.services.text_docx_plain.read_plain_docx`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from comity.errors import InputError
from comity.protocol import text as nt
from comity.services.text_docx import BOOKMARK
from comity.services.text_docx_runs import Piece, mark_of_end, read_pieces, view, w
from comity.services.text_upload import open_archive, parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.services.text_upload import Untyped

__all__ = ["Edit", "WordText", "apply_edits", "open_docx", "read_docx"]

_REVISION: Final = re.compile(r"Revision (\d{1,9})(, adopted)?, (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\Z")
_CODES: Final = r"[A-Za-z0-9][A-Za-z0-9_-]*(?:, [A-Za-z0-9][A-Za-z0-9_-]*)*"
_LABEL: Final = re.compile(
    rf"[\d.]*\t(?:\[(?:(?P<behind>{_CODES}): )?(?: ?leave out)?\]"
    rf"|(?:\((?P<for>{_CODES})\) )?(?:\[leave out\])?)\Z"
)
_NOTE: Final = re.compile(r"(Agreed and locked\.)?(?: ?Provisions: (.*))?\Z")
_PROVISION: Final = re.compile(r"(?:\\.|[^\\;])+")
_PLAIN: Final = (
    "a document that Comity wrote; any other can be read as a zero draft, which starts a text anew"
)


@dataclass(frozen=True, slots=True)
class Edit:
    """What a delegation proposes in a document: other words for a paragraph, or a new one.

    Attributes
    ----------
    delegation
        Whose proposal it is.
    article
        Key of the article.
    paragraph
        Key of the paragraph; empty for a new one.
    alternative
        Key of the alternative that was written over; empty for a new paragraph.
    wording
        The words; empty if all were struck out.
    after
        For a new paragraph: the key that it stands after; empty for the first place.
    """

    delegation: str
    article: str
    paragraph: str
    alternative: str
    wording: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class WordText:
    """A document that was read: the text as it was written, and the edits since."""

    text: nt.NegotiatingText
    edits: tuple[Edit, ...]


def open_docx(
    data: bytes,
    *,
    delegation: str | None = None,
    authors: Mapping[str, str] | None = None,
    name: str = "text.docx",
) -> WordText:
    """Read a document that :func:`comity.services.text_docx.write_docx` wrote and somebody may have edited.

    Parameters
    ----------
    data
        The bytes of the file.
    delegation
        Whose edits they are, if all are of one delegation (whoever hands the document in).
    authors
        Otherwise: the delegation of each author in Word. An author who is not named there must have the
        code of a delegation as a name.
    name
        What to call the file in an error.

    Raises
    ------
    comity.errors.InputError
        When it is too large, is no .docx, was not written by Comity, was edited without Track Changes in a
        way that can be seen, or an author belongs to no delegation.
    """
    body = read_body(data, name)
    try:
        return _Reader(delegation, authors or {}).read(body)
    except InputError as error:
        raise InputError(error.message, file=name, key=error.key, accepted=error.accepted) from error


def read_docx(
    data: bytes,
    *,
    delegation: str | None = None,
    authors: Mapping[str, str] | None = None,
    name: str = "text.docx",
) -> nt.NegotiatingText:
    """Read a document and put its edits into the text as alternatives; see :func:`open_docx`.

    Raises
    ------
    comity.errors.InputError
        As :func:`open_docx`, and when an edit is of something that is locked.
    """
    opened = open_docx(data, delegation=delegation, authors=authors, name=name)
    try:
        return apply_edits(opened.text, opened.edits)
    except InputError as error:
        raise InputError(error.message, file=name, key=error.key, accepted=error.accepted) from error


def apply_edits(text: nt.NegotiatingText, edits: Iterable[Edit]) -> nt.NegotiatingText:
    """Make proposals of edits, in order; words that are on the table already are supported instead.

    Raises
    ------
    comity.errors.InputError
        When a paragraph is locked or no longer there.
    """
    last: dict[tuple[str, str], str] = {}
    for edit in edits:
        if not edit.paragraph:
            key = nt.next_key(text, edit.article)
            place = last.get((edit.article, edit.after), edit.after)
            text = nt.add_paragraph(
                text, edit.article, key, edit.wording, proponents=(edit.delegation,), after=place
            )
            last[edit.article, edit.after] = key
            continue
        paragraph = nt.find_paragraph(text, edit.paragraph)
        same = next((one for one in paragraph.alternatives if one.wording == edit.wording), None)
        if same is None:
            key = nt.next_key(text, paragraph.key)
            text = nt.propose_wording(text, paragraph.key, key, edit.wording, edit.delegation)
        elif edit.delegation not in same.proponents:
            text = nt.support(text, paragraph.key, same.key, edit.delegation)
    return text


def read_body(data: bytes, name: str) -> Untyped:
    """Give the body of a .docx file, opened with care."""
    parts = open_archive(data, name, ("word/document.xml",))
    if "word/document.xml" not in parts:
        msg = "holds no Word document"
        raise InputError(msg, file=name, accepted="a .docx file saved by a word processor")
    body = parse_xml(parts["word/document.xml"], name).find(w("body"))
    if body is None:
        msg = "holds no Word document"
        raise InputError(msg, file=name, accepted="a .docx file saved by a word processor")
    return body


@dataclass
class _Held:
    """A paragraph of the text while its alternatives are gathered."""

    key: str
    alternatives: list[nt.Alternative] = field(default_factory=list)
    provisions: tuple[str, ...] = ()
    locked: bool = False


@dataclass
class _Reader:
    """Goes down the page and remembers in which article it is."""

    delegation: str | None
    authors: Mapping[str, str]
    stamp: str = ""
    title: str = ""
    revision: int = 0
    adopted: bool = False
    articles: list[tuple[str, str, list[_Held]]] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)

    def read(self, body: Untyped) -> WordText:
        blocks = _blocks(body)
        stamps = [_text(held) for tag, held in blocks if tag == "_revision"]
        told = _REVISION.match(stamps[0]) if len(stamps) == 1 else None
        if told is None:
            msg = "does not hold the marks of a negotiating text"
            raise InputError(msg, accepted=_PLAIN)
        self.revision, self.adopted, self.stamp = int(told[1]), bool(told[2]), told[3]
        for tag, paragraphs in blocks:
            self._block(tag, paragraphs)
        articles = tuple(
            nt.Article(
                key,
                title,
                tuple(
                    nt.Paragraph(p.key, tuple(p.alternatives), p.provisions, locked=p.locked) for p in held
                ),
            )
            for key, title, held in self.articles
        )
        text = nt.NegotiatingText(self.title, articles, self.revision, adopted=self.adopted)
        return WordText(text, tuple(self.edits))

    def _block(self, tag: str, paragraphs: list[Untyped]) -> None:
        pieces, more = self._join(paragraphs)
        if tag in {"_revision", "_guide"}:
            pass
        elif not tag:
            more = [pieces, *more]
        elif tag.count(".") == 2:
            self._alternative(tag, pieces)
        elif "." in tag:
            self._note(tag, view(pieces, self.stamp))
        else:
            words = view(pieces, self.stamp)
            if any(piece.new(self.stamp) for piece in pieces):
                msg = f"the title “{words[:60]}” was edited"
                raise InputError(msg, accepted="edits of paragraphs; the facilitator changes titles")
            if tag == "_title":
                self.title = words
            else:
                self.articles.append((tag, words, []))
        for extra in more:
            self._new_paragraph(extra)

    def _join(self, paragraphs: list[Untyped]) -> tuple[list[Piece], list[list[Piece]]]:
        """Give the pieces under one bookmark, and paragraphs that somebody began below it.

        A bookmark holds one paragraph. Of those that follow, insertions throughout are new paragraphs; others
        are parts of the one that somebody has broken into lines.
        """
        pieces = self._named(read_pieces(paragraphs[0]))
        more: list[list[Piece]] = []
        for before, paragraph in pairwise(paragraphs):
            found = self._named(read_pieces(paragraph))
            if not found:
                continue
            broken = [mark for mark in mark_of_end(before) if mark.date != self.stamp]
            if all(any(mark.inserted for mark in piece.new(self.stamp)) for piece in found) or not broken:
                more.append(found)
            else:
                pieces += [*self._named([Piece("\n", label=False, marks=tuple(broken))]), *found]
        return pieces, more

    def _named(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Give pieces with delegations in place of the authors of later changes."""
        return [
            replace(
                piece,
                marks=tuple(
                    mark if mark.date == self.stamp else replace(mark, author=self._code(mark.author))
                    for mark in piece.marks
                ),
            )
            if piece.marks
            else piece
            for piece in pieces
        ]

    def _code(self, author: str) -> str:
        if self.delegation is not None:
            return self.delegation
        try:
            return nt.check_code(self.authors.get(author, author))
        except InputError:
            msg = f"changes by “{author}”, who belongs to no delegation that we know"
            raise InputError(msg, accepted="the delegation of each author in Word") from None

    def _alternative(self, tag: str, pieces: list[Piece]) -> None:
        paragraph, _, key = tag.rpartition(".")
        kept = [piece for piece in pieces if not piece.label or piece.new(self.stamp)]
        label = "".join(
            piece.words
            for piece in pieces
            if piece.label and not any(mark.inserted for mark in piece.new(self.stamp))
        )
        told = _LABEL.match(label)
        if told is None or not self.articles:
            msg = f"the brackets or names of {tag} were changed: “{label.strip()[:60]}”"
            raise InputError(msg, key=tag, accepted="brackets and names as the document was written")
        words = view(pieces, self.stamp)
        codes = told["behind"] or told["for"]
        article, _, held = self.articles[-1]
        if not held or held[-1].key != paragraph:
            held.append(_Held(paragraph))
        held[-1].alternatives.append(nt.Alternative(key, words, tuple(codes.split(", ")) if codes else ()))
        for code in _editors(kept, self.stamp):
            edited = nt.check_words(view(pieces, self.stamp, code), key=tag)
            if edited != words:
                self.edits.append(Edit(code, article, paragraph, key, edited))

    def _note(self, paragraph: str, words: str) -> None:
        told = _NOTE.match(words)
        held = self.articles[-1][2] if self.articles else []
        if told is None or not held or held[-1].key != paragraph:
            msg = f"the note below {paragraph} was changed or moved"
            raise InputError(msg, key=paragraph, accepted="notes as the document was written")
        held[-1].locked = bool(told[1])
        listed = _PROVISION.findall(told[2] or "")
        held[-1].provisions = tuple(re.sub(r"\\(.)", r"\1", one.strip()) for one in listed)

    def _new_paragraph(self, pieces: list[Piece]) -> None:
        there = view(pieces, self.stamp).strip()
        if there:
            msg = f"“{there[:60]}” stands outside the paragraphs of the text and is not a tracked change"
            raise InputError(msg, accepted="new paragraphs written with Track Changes on")
        for code in _editors(pieces, self.stamp):
            words = nt.check_words(view(pieces, self.stamp, code))
            if not words:
                continue
            if not self.articles:
                msg = f"“{words[:60]}” stands before the first article"
                raise InputError(msg, accepted="new paragraphs below a paragraph or the title of an article")
            article, _, held = self.articles[-1]
            self.edits.append(Edit(code, article, "", "", words, held[-1].key if held else nt.FIRST))


def _editors(pieces: Iterable[Piece], stamp: str) -> list[str]:
    """Name those who changed something after the document was written, in order of appearance."""
    return list(dict.fromkeys(mark.author for piece in pieces for mark in piece.new(stamp)))


def _blocks(body: Untyped) -> list[tuple[str, list[Untyped]]]:
    """Give each bookmark of ours with its paragraph and those that follow without one."""
    found: list[tuple[str, list[Untyped]]] = []
    waiting: list[str] = []
    for element in body.iter(w("p"), w("bookmarkStart")):
        if element.tag == w("bookmarkStart"):
            name = element.get(w("name"), "")
            if name.startswith(BOOKMARK) and next(element.iterancestors(w("p")), None) is None:
                waiting.append(name[len(BOOKMARK) :])
            continue
        if next(element.iterancestors(w("txbxContent")), None) is not None:
            continue
        inside = [mark.get(w("name"), "") for mark in element.iter(w("bookmarkStart"))]
        if not waiting and not any(one.startswith(BOOKMARK) for one in inside):
            if found:
                found[-1][1].append(element)
            else:
                found.append(("", [element]))
            continue
        # a bookmark may also stand between two paragraphs; then it is of the one that follows
        own = waiting + [one[len(BOOKMARK) :] for one in inside if one.startswith(BOOKMARK)]
        waiting = []
        if len(own) > 1:
            msg = f"the paragraphs {' and '.join(own)} were joined"
            raise InputError(msg, accepted="each paragraph on a line of its own")
        found.append((own[0], [element]))
    return found


def _text(paragraphs: Iterable[Untyped]) -> str:
    return "".join(piece.words for paragraph in paragraphs for piece in read_pieces(paragraph))
