"""Walk a finished report and find numbers that do not say where they come from.

The document model keeps such numbers out; this is the independent check of what a reader is really given.
"""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from comity.vocabulary import SourceClass

__all__ = ["find_unsourced_numbers"]

_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_UNREAD: Final = frozenset({"style", "script", "template"})
_READ_ALOUD: Final = ("alt", "aria-label", "title", "placeholder", "data-label", "content-label")
_CLASSES: Final = frozenset(source_class.value for source_class in SourceClass)


def find_unsourced_numbers(html: str) -> list[str]:
    """List each piece of visible text that holds a digit and has no source.

    Text has a source within an element whose ``data-source`` names source classes and whose ``data-ref`` or
    ``data-refs`` is not empty; it needs none within an element with ``data-name`` (a name, code or date).
    Attributes that are read to a user (``title``, ``alt``, ``aria-label``) are checked like text.

    Returns
    -------
    list of str
        The offending texts in the order of the page; empty when all is well.

    Examples
    --------
    >>> find_unsourced_numbers('<p>It is <data data-source="modelled" data-ref="model:§3.12">12</data></p>')
    []
    >>> find_unsourced_numbers("<p>It gains 12 a year</p>")
    ['It gains 12 a year']
    >>> find_unsourced_numbers('<p><data data-source="guessed" data-ref="x">12</data></p>')
    ['12']
    """
    walker = _Walker()
    walker.feed(html)
    walker.close()
    return walker.found


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    excused: bool


class _Walker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._open: list[_Open] = []
        self._text: list[str] = []

    @property
    def _excused(self) -> bool:
        return bool(self._open) and self._open[-1].excused

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._flush()
        given = dict(attrs)
        excused = self._excused or tag in _UNREAD or "data-name" in given or _sourced(given)
        if not excused:
            self.found += [value for name in _READ_ALOUD if _has_digit(value := given.get(name) or "")]
        if tag not in _VOID:
            self._open.append(_Open(tag, excused))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._flush()
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        if not self._excused:
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._flush()

    def _flush(self) -> None:
        words = " ".join("".join(self._text).split())
        self._text.clear()
        if _has_digit(words):
            self.found.append(words)


def _sourced(given: dict[str, str | None]) -> bool:
    classes = (given.get("data-source") or "").split()
    reference = given.get("data-ref") or given.get("data-refs")
    return bool(classes) and set(classes) <= _CLASSES and bool((reference or "").strip())


def _has_digit(words: str) -> bool:
    return any(character.isdigit() for character in words)
