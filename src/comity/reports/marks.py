"""Which source stands behind which figure: the marks (M1, E2 …) and the list that they lead to.

A mark is the letter of the source class and a number within it, so that colour is never the only sign of
where a figure comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.reports.document import Source
from comity.vocabulary import SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.reports.document import Document
    from comity.vocabulary import Figure

__all__ = ["LETTERS", "MEANINGS", "Entry", "Marks"]

LETTERS: Final = {
    SourceClass.MODELLED: "M",
    SourceClass.ESTIMATED: "≈",
    SourceClass.ELICITED: "U",
    SourceClass.EVIDENCE: "E",
    SourceClass.UNVALUED: "?",
}

MEANINGS: Final = {
    SourceClass.MODELLED: "computed by the model from evidence and parameters",
    SourceClass.ESTIMATED: "estimated from published parameters or by a stated method",
    SourceClass.ELICITED: "given by the user in the round file",
    SourceClass.EVIDENCE: "published statistics, in the evidence pack",
    SourceClass.UNVALUED: "no value is known; it is not counted as zero",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of sources, with the references of the figures that rest on it."""

    letter: str
    number: int
    source_class: SourceClass
    source: Source
    references: tuple[str, ...]

    @property
    def mark(self) -> str:
        """The mark beside a figure, such as ``M1``."""
        return f"{self.letter}{self.number}"

    @property
    def anchor(self) -> str:
        """Where in the document the entry stands."""
        return f"source-{self.source_class}-{self.number}"

    @property
    def traced(self) -> str:
        """A reference that ``comity evidence trace`` follows, or empty where there is nothing to follow."""
        kinds = ("evidence:", "parameter:", "catalogue:")
        return next((ref for ref in self.references if ref.startswith(kinds)), "")


class Marks:
    """The marks of a document's figures, numbered as a reader meets them.

    >>> from comity.reports.document import Document, Paragraph, text
    >>> from comity.vocabulary import Figure
    >>> stock = Figure(3.0, "persons", SourceClass.EVIDENCE, "evidence:migrant_stock[origin=MAR]#persons")
    >>> marks = Marks.of(Document("Title", "", (Paragraph(text("{n} persons", n=stock)),)))
    >>> marks.entry(stock).mark, marks.entry(stock).source.title
    ('E1', 'Evidence table migrant_stock')
    """

    def __init__(self, figures: Iterable[Figure], sources: Iterable[Source]) -> None:
        known = sorted(sources, key=lambda source: (-len(source.reference), source.reference))
        found: dict[tuple[SourceClass, str], tuple[Source, dict[str, None]]] = {}
        self._key: dict[tuple[SourceClass, str], tuple[SourceClass, str]] = {}
        for figure in figures:
            match = next((s for s in known if _covers(s.reference, figure.reference)), None)
            source = match or _unlisted(figure.reference)
            key = (figure.source, source.reference)
            found.setdefault(key, (source, {}))[1][figure.reference] = None
            self._key[figure.source, figure.reference] = key
        self._entries: dict[tuple[SourceClass, str], Entry] = {}
        for source_class in SourceClass:
            mine = [(key, value) for key, value in found.items() if key[0] is source_class]
            for number, (key, (source, references)) in enumerate(mine, start=1):
                self._entries[key] = Entry(
                    LETTERS[source_class], number, source_class, source, tuple(references)
                )

    @classmethod
    def of(cls, document: Document) -> Marks:
        """Make the marks of a document."""
        return cls(document.figures(), document.sources)

    def entry(self, figure: Figure) -> Entry:
        """Find the entry behind a figure of this document."""
        return self._entries[self._key[figure.source, figure.reference]]

    def entries(self) -> list[Entry]:
        """List all entries, by source class and then by number."""
        return list(self._entries.values())

    def classes(self) -> list[SourceClass]:
        """List the source classes that occur, in the order of the vocabulary."""
        return [
            source_class
            for source_class in SourceClass
            if any(key[0] is source_class for key in self._entries)
        ]

    def common(self, figures: Iterable[Figure]) -> Entry | None:
        """Find the one entry behind all these figures, or None; a table says it once, not in each cell."""
        entries = {self._key[figure.source, figure.reference] for figure in figures}
        return self._entries[entries.pop()] if len(entries) == 1 else None


def _covers(listed: str, reference: str) -> bool:
    """Tell whether a listed reference is the beginning of another: ``t`` covers ``t[a=b]``, not ``t_two``."""
    if not reference.startswith(listed):
        return False
    border = reference[len(listed) - 1 : len(listed) + 1]
    return not (len(border) == 2 and all(c.isalnum() or c == "_" for c in border))


def _unlisted(reference: str) -> Source:
    """Make an entry for a reference that no listed source covers."""
    kind, _, rest = reference.partition(":")
    if kind == "evidence":
        table = rest.partition("[")[0].partition("#")[0]
        return Source(f"evidence:{table}", f"Evidence table {table}")
    if kind == "parameter":
        return Source(reference, f"Parameter {rest}")
    if kind == "round":
        return Source("round:", "The round file")
    if kind == "model":
        section = rest.partition("|")[0]
        return Source(f"model:{section}", f"The model, {section} of the design")
    if kind == "catalogue":
        table = rest.partition("[")[0]
        return Source(f"catalogue:{table}", f"Catalogue of {table}")
    return Source(reference, reference)
