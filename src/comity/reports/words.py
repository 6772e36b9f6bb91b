"""Words with figures in them.

A literal part of a text holds no digit, apart from the codes of the catalogue (``LE01``), of the mission
(``E01``) and section marks (``§3.5``). Every other number is a :class:`~comity.vocabulary.Figure`, and a name
or a date that happens to hold digits is a :class:`Name`. So "no number without a source class" holds by
construction, and :func:`comity.reports.walk.find_unsourced_numbers` only has to confirm it.

>>> from comity.vocabulary import Figure, SourceClass
>>> gain = Figure(12.5, "US$ million of 2023 per year", SourceClass.MODELLED, "model:§3.12|package")
>>> text("Under LE01 the gain is {gain}.", gain=gain).plain
'Under LE01 the gain is 12.5 US$ million a year.'
>>> Text.of("The gain is 12.5.")
Traceback (most recent call last):
ValueError: a number in a text must be a Figure, and a name or date with digits a Name: 'The gain is 12.5.'
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from comity.reports.amounts import show
from comity.vocabulary import Figure

__all__ = [
    "HREF",
    "Amount",
    "Emphasis",
    "Inline",
    "Link",
    "Name",
    "Text",
    "Words",
    "check_words",
    "clean",
    "date",
    "split_codes",
    "text",
    "written",
]

_CODE: Final = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{2}\d{2}|E\d{2,3}|§\d+(?:\.\d+)*[a-z]?)(?![A-Za-z0-9])")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSEEN: Final = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
HREF: Final = re.compile(r"(?:https?://|#)[^\s\"'<>]+")


def split_codes(literal: str) -> list[tuple[str, bool]]:
    """Split a literal into runs, each marked whether it is a permitted code.

    >>> split_codes("LE01 is an entry quota (§3.8)")
    [('LE01', True), (' is an entry quota (', False), ('§3.8', True), (')', False)]
    """
    runs: list[tuple[str, bool]] = []
    end = 0
    for match in _CODE.finditer(literal):
        if match.start() > end:
            runs.append((literal[end : match.start()], False))
        runs.append((match.group(), True))
        end = match.end()
    if end < len(literal):
        runs.append((literal[end:], False))
    return runs


def clean(words: str) -> str:
    r"""Drop what no reader can see but a terminal or a browser would obey.

    Control characters become spaces; marks that turn the direction of writing around are removed.

    >>> clean("one\x1b[31m two\u202e")
    'one [31m two'
    """
    return _UNSEEN.sub("", _CONTROL.sub(" ", words))


def _checked(literal: str) -> str:
    if any(character.isdigit() for run, is_code in split_codes(literal) if not is_code for character in run):
        msg = f"a number in a text must be a Figure, and a name or date with digits a Name: {literal!r}"
        raise ValueError(msg)
    return clean(literal)


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name, code, date, version or quotation; it may hold digits because it is no quantity.

    Words that a user wrote (a title of a round file, a note) are a ``quote``.

    >>> Name("Jordan Compact 2016").kind
    'name'
    """

    content: str
    kind: Literal["name", "code", "date", "version", "quote"] = "name"

    def __post_init__(self) -> None:
        object.__setattr__(self, "content", clean(self.content))


def date(content: str) -> Name:
    """Make a :class:`Name` of a date or a year.

    >>> date("2024")
    Name(content='2024', kind='date')
    """
    return Name(content, "date")


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure with wishes about how it is written: with its sign, without its unit."""

    figure: Figure
    signed: bool = False
    unit: bool = True


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words that carry weight."""

    content: Words


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to a web address (http or https) or to an anchor of this document (``#anchor``)."""

    content: Words
    href: str

    def __post_init__(self) -> None:
        if not HREF.fullmatch(self.href):
            msg = f"a link leads to an http(s) address or a #anchor: {self.href!r}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Text:
    """A run of words, figures, names, emphasis and links."""

    parts: tuple[Inline, ...]

    def __post_init__(self) -> None:
        parts = tuple(_checked(part) if isinstance(part, str) else part for part in self.parts)
        object.__setattr__(self, "parts", parts)

    @classmethod
    def of(cls, words: Words) -> Text:
        """Whatever may stand where words are wanted, as a text."""
        return words if isinstance(words, Text) else cls((words,))

    @property
    def plain(self) -> str:
        """The text without marks or links, as a title or a test wants it."""
        return "".join(map(_plain, self.parts))


Inline: TypeAlias = str | Figure | Amount | Name | Emphasis | Link | Text
Words: TypeAlias = Text | str | Figure | Amount | Name | Emphasis | Link
"""What may be given wherever words are wanted; read it through :meth:`Text.of`."""


def _plain(part: Inline) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Figure | Amount):
        return written(part)
    if isinstance(part, Name):
        return part.content
    if isinstance(part, Text):
        return part.plain
    return Text.of(part.content).plain


def written(part: Figure | Amount) -> str:
    """Write a figure as it stands within words.

    >>> from comity.vocabulary import SourceClass
    >>> written(Amount(Figure(3.0, "months", SourceClass.ELICITED, "round:table"), signed=True))
    '+3 months'
    """
    if isinstance(part, Figure):
        return show(part).text
    shown = show(part.figure, signed=part.signed)
    return shown.text if part.unit else shown.number


def text(template: str, /, **values: Words) -> Text:
    """Build a text from a template whose fields are filled with figures, names, emphasis or links.

    Parameters
    ----------
    template
        Literal words with ``{field}`` marks; doubled braces stand for themselves. Digits are refused.
    **values
        One per field; a plain string given here must be free of digits too (use :class:`Name`).

    Raises
    ------
    ValueError
        When a literal holds a digit that is no permitted code, or a field has a format of its own.
    KeyError
        When a field has no value, or a value no field.

    Examples
    --------
    >>> text("Signed in {year} by {party}.", year=date("2001"), party="Spain").plain
    'Signed in 2001 by Spain.'
    """
    parts: list[Inline] = []
    used: set[str] = set()
    for literal, name, form, conversion in string.Formatter().parse(template):
        if literal:
            parts.append(literal)
        if name is None:
            continue
        if form or conversion:
            msg = f"a field of a text has no format of its own: {{{name}}}"
            raise ValueError(msg)
        parts.append(values[name])
        used.add(name)
    if extra := values.keys() - used:
        msg = f"values without a field in the text: {', '.join(sorted(extra))}"
        raise KeyError(msg)
    return Text(tuple(parts))


def check_words(*words: Words | None) -> None:
    """Refuse a digit where the caller wrote it, not later when the document is drawn."""
    for item in words:
        if item is not None:
            Text.of(item)
