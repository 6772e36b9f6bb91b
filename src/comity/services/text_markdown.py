r"""A negotiating text as Markdown that a person can read and edit, and back without loss.

::

    # Compact of the three coasts

    *Revision 2*

    ## Article 1: Visas {a1}

    **1.1** `a1.p1` (provisions: visas)
    [[Parties shall issue visas.]]{base}
    [[ALB, BRA: Parties may issue visas.]]{alt1}
    [[CIV: ∅]]{alt2}

    **1.2** `a1.p2` (locked)
    Visas are free of charge.

Words keep their signs: a backslash stands before what Markdown or this notation would take for its own. The
sign ∅ means: leave the paragraph out. Keys may be missing, so any Markdown file with headings can be read as
a draft; numbers are for readers and are not read.

Who may import me: services and doors. Start at :func:`write_markdown`.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from comity.errors import InputError
from comity.protocol.text import (
    BASE,
    MOST_ARTICLES,
    MOST_PARAGRAPHS,
    Alternative,
    Article,
    NegotiatingText,
    Paragraph,
)
from comity.services.text_upload import check_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sized

__all__ = ["escape", "read_markdown", "write_markdown"]

LEFT_OUT: Final = "∅"

_GUIDE: Final = (
    "<!-- [[ALB, BRA: words]]{alt1}: words in brackets are not agreed; before them, who stands behind them. "
    f"{LEFT_OUT}: leave the paragraph out. A backslash before a sign: the sign itself. -->"
)
_SPECIAL: Final = frozenset("\\`*_[]{}<>&#|~$" + LEFT_OUT)
_LINE_START: Final = re.compile(r"(?m)^([ \t]*)(?:([-+=])|(\d+)([.)]))")
_ESCAPED: Final = re.compile(r"\\(\n|[" + re.escape(string.punctuation) + LEFT_OUT + "])|\n", re.DOTALL)
_HEADING: Final = re.compile(r"#{1,6}[ \t]+")
_KEY: Final = re.compile(r"[\w.-]{1,40}\Z")
_NUMBER: Final = re.compile(r"Article \d+: ")
_REVISION: Final = re.compile(r"\*Revision (\d{1,9})(, adopted)?\*[ \t]*\Z")
_LABEL: Final = re.compile(r"\*\*[\d.]+\*\* `([\w.-]+)`(?: \((.*)\))?[ \t]*\Z")
_NOTE: Final = re.compile(r"(?:\\.|[^\\;])+")
_BRACKET: Final = re.compile(r"\s*\[\[((?:\\.|[^\\])*?)\]\](?:\{([\w.-]+)\})?", re.DOTALL)
_CODES: Final = re.compile(r"([A-Za-z0-9][\w-]*(?:, [A-Za-z0-9][\w-]*)*):(?: |\Z)", re.ASCII)


def write_markdown(text: NegotiatingText) -> str:
    r"""Write a text as Markdown.

    Returns
    -------
    str
        Lines ended by newlines; :func:`read_markdown` gives the text back.

    Examples
    --------
    >>> from comity.protocol.text import add_article, add_paragraph, propose_wording
    >>> text = add_article(NegotiatingText("T"), "a1", "Visas")
    >>> text = add_paragraph(text, "a1", "a1.p1", "Visas *shall*.")
    >>> text = propose_wording(text, "a1.p1", "alt1", "", "BRA")
    >>> print(write_markdown(text).partition("-->")[2].strip())
    ## Article 1: Visas {a1}
    <BLANKLINE>
    **1.1** `a1.p1`
    [[Visas \*shall\*.]]{base}
    [[BRA: ∅]]{alt1}
    """
    revision = f"*Revision {text.revision}{', adopted' if text.adopted else ''}*"
    blocks = [f"# {escape(text.title)}", revision, _GUIDE]
    for number, article in enumerate(text.articles, start=1):
        blocks.append(f"## Article {number}: {escape(article.title)} {{{article.key}}}")
        for at, paragraph in enumerate(article.paragraphs, start=1):
            blocks.append("\n".join(_paragraph(paragraph, f"{number}.{at}")))
    return "\n\n".join(blocks) + "\n"


def _paragraph(paragraph: Paragraph, number: str) -> Iterator[str]:
    notes = ["locked"] if paragraph.locked else []
    if paragraph.provisions:
        listed = "; ".join(escape(one).replace(";", "\\;") for one in paragraph.provisions)
        notes.append(f"provisions: {listed}")
    noted = f" ({'; '.join(notes)})" if notes else ""
    yield f"**{number}** `{paragraph.key}`{noted}"
    base = paragraph.base
    if base is not None and not paragraph.bracketed and base.wording and not base.proponents:
        yield escape(base.wording)
        return
    for one in paragraph.alternatives:
        words = escape(one.wording) if one.wording else LEFT_OUT
        if one.proponents:
            words = f"{', '.join(one.proponents)}: {words}"
        elif _CODES.match(words):
            words = words.replace(":", "\\:", 1)
        yield f"[[{words}]]{{{one.key}}}"


def escape(words: str) -> str:
    r"""Write words so that Markdown shows them as they are; a line end becomes a backslash and a line end.

    >>> print(escape("1. See [the annex]\n<script>"))
    1\. See \[the annex\]\
    \<script\>
    """
    kept = "".join(f"\\{sign}" if sign in _SPECIAL else sign for sign in words)
    kept = _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", kept)
    return kept.replace("\n", "\\\n")


def _unescape(raw: str) -> str:
    r"""Undo :func:`escape`; a line end without a backslash is a space, as in Markdown."""
    return _ESCAPED.sub(lambda m: m[1] or " ", raw)


def read_markdown(markdown: str | bytes, *, name: str = "text.md") -> NegotiatingText:
    r"""Read a text from Markdown: what :func:`write_markdown` wrote, or any headings and paragraphs.

    Parameters
    ----------
    markdown
        Text, or UTF-8 bytes.
    name
        What to call the file in an error.

    Raises
    ------
    comity.errors.InputError
        With file and line: when it is not UTF-8 or too large, has no title, a bracket is not closed, or the
        text breaks a rule of its own.

    Examples
    --------
    >>> text = read_markdown("# Draft\n\n## Visas\n\nParties shall issue visas.\n\nVisas are\nfree.\n")
    >>> [(p.key, p.wording) for p in text.paragraphs()]
    [('a1.p1', 'Parties shall issue visas.'), ('a1.p2', 'Visas are free.')]
    """
    if isinstance(markdown, bytes):
        check_size(len(markdown), name)
        try:
            markdown = markdown.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            msg = "is not UTF-8 text"
            raise InputError(msg, file=name, accepted="a Markdown file in UTF-8") from error
    return _Reader(name).read(markdown.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass
class _Reader:
    """Reads block by block and remembers where it is."""

    name: str
    title: str | None = None
    revision: int = 0
    adopted: bool = False
    line: int = 1
    articles: list[tuple[str, str, list[Paragraph]]] = field(default_factory=list)

    def read(self, markdown: str) -> NegotiatingText:
        try:
            for line, block in _blocks(markdown):
                self.line = line
                self._block(block)
            return self._text()
        except InputError as error:
            raise InputError(
                error.message, file=self.name, line=self.line, key=error.key, accepted=error.accepted
            ) from error

    def _text(self) -> NegotiatingText:
        if self.title is None:
            msg = "has no title"
            raise InputError(msg, accepted="a first line such as '# Compact of the three coasts'")
        articles = tuple(Article(key, title, tuple(held)) for key, title, held in self.articles)
        return NegotiatingText(self.title, articles, self.revision, adopted=self.adopted)

    def _block(self, block: str) -> None:
        heading = _heading(block)
        revision = _REVISION.match(block)
        if heading and self.title is None:
            self.title = _unescape(heading[0])
        elif heading:
            title = _unescape(_NUMBER.sub("", heading[0], count=1))
            self._room(self.articles, MOST_ARTICLES, "articles")
            self.articles.append((heading[1] or self._free_article(), title, []))
        elif revision and self.title is not None and not self.articles:
            self.revision, self.adopted = int(revision[1]), bool(revision[2])
        else:
            self._paragraph(block)

    def _paragraph(self, block: str) -> None:
        if not self.articles:
            msg = "a paragraph stands before the first article"
            raise InputError(msg, accepted="headings such as '## Visas' before paragraphs")
        article, _, held = self.articles[-1]
        self._room(held, MOST_PARAGRAPHS, f"paragraphs in article {article}")
        first, _, rest = block.partition("\n")
        label = _LABEL.match(first)
        key = label[1] if label else f"{article}.p{len(held) + 1}"
        locked, provisions = _notes(label[2] or "") if label else (False, ())
        content = rest if label else block
        if content.lstrip().startswith("[["):
            alternatives = tuple(_brackets(content))
        else:
            alternatives = (Alternative(BASE, _unescape(content)),)
        held.append(Paragraph(key, alternatives, provisions, locked=locked))

    def _room(self, held: Sized, most: int, what: str) -> None:
        if len(held) >= most:
            msg = f"there are more than {most:,} {what}"
            raise InputError(msg, accepted=f"at most {most:,}")

    def _free_article(self) -> str:
        taken = {key for key, _, _ in self.articles}
        return next(key for n in range(1, len(taken) + 2) if (key := f"a{n}") not in taken)


def _blocks(markdown: str) -> Iterator[tuple[int, str]]:
    """Give each block of lines with the line that it begins at; headings are blocks of their own."""
    held: list[str] = []
    begun = 1
    comment = False
    for number, line in enumerate([*markdown.split("\n"), ""], start=1):
        if comment or (not held and line.lstrip().startswith("<!--")):
            comment = "-->" not in line
            continue
        heading = _heading(line) is not None and not (held and _continues(held[-1]))
        if (not line.strip() or heading) and held:
            yield begun, "\n".join(held)
            held = []
        if heading:
            yield number, line
        elif line.strip():
            begun = begun if held else number
            held.append(line)


def _heading(line: str) -> tuple[str, str] | None:
    """Give title and key of a heading, as written; None for any other line."""
    found = _HEADING.match(line)
    if not found or "\n" in line:
        return None
    title = line[found.end() :].rstrip(" \t")
    before, brace, key = title.removesuffix("}").rpartition("{")
    if title.endswith("}") and brace and before.endswith((" ", "\t")) and _KEY.match(key):
        return before.rstrip(" \t"), key
    return title, ""


def _continues(line: str) -> bool:
    """Say whether a line ends with a backslash that is not itself escaped."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _notes(notes: str) -> tuple[bool, tuple[str, ...]]:
    locked = notes == "locked" or notes.startswith("locked; ")
    rest = notes.removeprefix("locked").removeprefix("; ") if locked else notes
    if not rest:
        return locked, ()
    if not rest.startswith("provisions: "):
        msg = f"'({notes})' says nothing about the paragraph"
        raise InputError(msg, accepted="(locked), (provisions: visas; fees) or (locked; provisions: visas)")
    listed = _NOTE.findall(rest.removeprefix("provisions: "))
    return locked, tuple(_unescape(one.strip()) for one in listed)


def _brackets(content: str) -> Iterator[Alternative]:
    at = number = 0
    while content[at:].strip():
        found = _BRACKET.match(content, at)
        if not found:
            shown = " ".join(content[at:].split())[:40]
            msg = f"a bracket is not closed, or words stand between brackets: '{shown}'"
            raise InputError(
                msg, accepted="[[words]]{base} and [[ALB, BRA: words]]{alt1}, one after the other"
            )
        raw = found[1]
        codes = _CODES.match(raw)
        words = raw[codes.end() :] if codes else raw
        key = found[2] or (BASE if number == 0 and not codes else f"alt{number or 1}")
        proponents = tuple(codes[1].split(", ")) if codes else ()
        yield Alternative(key, "" if words == LEFT_OUT else _unescape(words), proponents)
        at, number = found.end(), number + 1
