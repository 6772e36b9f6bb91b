"""The document: what a report says, before anybody decides how it looks.

A :class:`Document` is a title, blocks, sources and what is needed to make it again. Blocks hold words
(:mod:`comity.reports.words`, offered here too) and figures; they know nothing of colours, widths or tags.
A block refuses a bare number at once, where the caller wrote it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from comity.reports.storyboard import Cast, Frame, Storyboard
from comity.reports.words import (
    HREF,
    Amount,
    Emphasis,
    Inline,
    Link,
    Name,
    Text,
    Words,
    check_words,
    date,
    text,
)
from comity.vocabulary import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Amount",
    "Answer",
    "BarChart",
    "BarRow",
    "Block",
    "Bullets",
    "Cast",
    "Cell",
    "Column",
    "Details",
    "Document",
    "Emphasis",
    "Exchange",
    "Flow",
    "FlowMap",
    "Frame",
    "Heading",
    "Inline",
    "KeyValues",
    "LineChart",
    "LineSeries",
    "Link",
    "Matrix",
    "Meta",
    "Name",
    "Notice",
    "Paragraph",
    "Point",
    "RangeChart",
    "RangeRow",
    "Source",
    "Storyboard",
    "Table",
    "Text",
    "Words",
    "date",
    "text",
]

_ANCHOR: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_ISO3: Final = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 2 (a section, listed in the contents), 3 or 4; level 1 is the document's title."""

    level: int
    text: Words
    anchor: str = ""

    def __post_init__(self) -> None:
        check_words(self.text)
        if self.level not in (2, 3, 4):
            msg = f"a heading is of level 2, 3 or 4, not {self.level}"
            raise ValueError(msg)
        if self.anchor and not _ANCHOR.fullmatch(self.anchor):
            msg = f"an anchor is letters, digits and hyphens: {self.anchor!r}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    text: Words

    def __post_init__(self) -> None:
        check_words(self.text)


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; ``ordered`` numbers it."""

    items: tuple[Words, ...]
    ordered: bool = False

    def __post_init__(self) -> None:
        check_words(*self.items)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that a report leads with.

    ``tone`` says which kind of answer it is: a zone of agreement exists, none exists, or neither is claimed.
    ``kicker`` is the line above it, where that of the tone does not fit.
    """

    text: Words
    tone: Literal["zone", "no_zone", "note"] = "note"
    details: tuple[Words, ...] = ()
    kicker: str = ""

    def __post_init__(self) -> None:
        check_words(self.text, *self.details, self.kicker)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one party gives and what it gets; exchanges that follow each other are set side by side."""

    party: Words
    gives: tuple[Words, ...]
    gets: tuple[Words, ...]
    net: Words | None = None

    def __post_init__(self) -> None:
        check_words(self.party, *self.gives, *self.gets, self.net)


@dataclass(frozen=True, slots=True)
class RangeRow:
    """A range on a chart: the figure, a second one to hold against it, and the share of draws above zero."""

    label: Words
    figure: Figure
    second: Figure | None = None
    share_positive: Figure | None = None

    def __post_init__(self) -> None:
        check_words(self.label)


@dataclass(frozen=True, slots=True)
class RangeChart:
    """Ranges on one axis, with a line at zero.

    ``legend`` names the first and the second figure of a row (for example "against the status quo" and
    "against a no-deal that the others have worsened"). All figures have one unit.
    """

    title: Words
    rows: tuple[RangeRow, ...]
    legend: tuple[Words, Words] | None = None
    share_label: Words = "Share of draws with a gain"
    note: Words | None = None

    def __post_init__(self) -> None:
        check_words(self.title, self.share_label, self.note, *(self.legend or ()))
        _one_unit(self.title, [f for row in self.rows for f in (row.figure, row.second) if f is not None])


@dataclass(frozen=True, slots=True)
class BarRow:
    """One signed bar: the line, the group (a party, a ministry) and its figure."""

    label: Words
    group: Words
    figure: Figure

    def __post_init__(self) -> None:
        check_words(self.label, self.group)


@dataclass(frozen=True, slots=True)
class BarChart:
    """Signed bars by line and group on one scale, as a ledger wants them.

    Lines and groups keep the order in which they first appear. ``totals`` are lines set apart at the foot.
    """

    title: Words
    rows: tuple[BarRow, ...]
    totals: tuple[BarRow, ...] = ()
    note: Words | None = None

    def __post_init__(self) -> None:
        check_words(self.title, self.note)
        _one_unit(self.title, [row.figure for row in (*self.rows, *self.totals)])


@dataclass(frozen=True, slots=True)
class LineSeries:
    """One line over years; a year without a figure breaks the line."""

    label: Words
    points: tuple[tuple[int, Figure | None], ...]

    def __post_init__(self) -> None:
        check_words(self.label)

    @property
    def figures(self) -> list[Figure]:
        """The figures of the line, in the order of its years."""
        return [figure for _, figure in self.points if figure is not None]


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over years on one scale; where there are no drawings, a table of every ``step``-th year."""

    title: Words
    series: tuple[LineSeries, ...]
    step: int = 10
    note: Words | None = None

    def __post_init__(self) -> None:
        check_words(self.title, self.note)
        _one_unit(self.title, [figure for line in self.series for figure in line.figures])


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map: degrees east and north, and the name written beside it."""

    name: str | Name
    longitude: float
    latitude: float

    def __post_init__(self) -> None:
        check_words(self.name)
        if not (-180 <= self.longitude <= 180 and -90 <= self.latitude <= 90):
            msg = f"not a place on Earth: {self.longitude}, {self.latitude}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow from one place to another, by ISO 3166-1 alpha-3 code; ``label`` says what flows."""

    origin: str
    destination: str
    figure: Figure
    label: Words = ""

    def __post_init__(self) -> None:
        check_words(self.label)
        for code in (self.origin, self.destination):
            if not _ISO3.fullmatch(code):
                msg = f"not an ISO 3166-1 alpha-3 code: {code!r}"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class FlowMap:
    """Flows drawn on a map.

    ``topology`` is a TopoJSON object with an object ``countries`` (or ``land``), as in Natural Earth's 1:110m
    map; without it the flows stand on an empty sea. ``points`` holds one :class:`Point` per code.
    All figures have one unit. Where ``directed`` is False, what joins two places has no direction (an
    agreement): lines have no heads, and nothing says from or to.
    """

    title: Words
    flows: tuple[Flow, ...]
    points: Mapping[str, Point]
    topology: Mapping[str, object] | None = field(default=None, repr=False)
    note: Words | None = None
    directed: bool = True

    @property
    def joint(self) -> str:
        """What stands between two places: an arrow, or a dash where there is no direction."""
        return "→" if self.directed else "–"

    def __post_init__(self) -> None:
        check_words(self.title, self.note)
        _one_unit(self.title, [flow.figure for flow in self.flows])
        missing = {
            code for flow in self.flows for code in (flow.origin, flow.destination)
        } - self.points.keys()
        if missing:
            msg = f"flows without a point on the map: {', '.join(sorted(missing))}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``signed`` writes + before figures that are above zero."""

    title: Words
    signed: bool = False
    numeric: bool | None = None
    """Align to the right; None: when every filled cell of the column is a figure."""

    def __post_init__(self) -> None:
        check_words(self.title)


Cell: TypeAlias = Words | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words and figures; a cell that is None is shown as missing, never as zero."""

    title: Words
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: Words | None = None

    def __post_init__(self) -> None:
        check_words(self.title, self.note, *(cell for row in self.rows for cell in row))
        for row in self.rows:
            if len(row) != len(self.columns):
                msg = f"a row of {len(row)} cells in a table of {len(self.columns)} columns"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Pairs of counts by line and column: how many speak against, how many for.

    ``cells`` holds one row for each line; a cell that is None has nothing to count. The counts of a cell are
    drawn as ``3 − / 1 +``, on a colour in HTML.
    """

    title: Words
    rows: tuple[Words, ...]
    columns: tuple[Words, ...]
    cells: tuple[tuple[tuple[Figure, Figure] | None, ...], ...]
    corner: Words = ""
    note: Words | None = None

    def __post_init__(self) -> None:
        check_words(self.title, self.corner, self.note, *self.rows, *self.columns)
        if len(self.cells) != len(self.rows) or any(len(row) != len(self.columns) for row in self.cells):
            msg = f"a matrix of {len(self.rows)} lines and {len(self.columns)} columns has as many cells"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader must know about what the results rest on."""

    kind: Literal["assumed", "missing", "contested", "limit"]
    text: Words

    def __post_init__(self) -> None:
        check_words(self.text)


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Pairs of a term and what it is."""

    items: tuple[tuple[Words, Words], ...]

    def __post_init__(self) -> None:
        check_words(*(word for pair in self.items for word in pair))


@dataclass(frozen=True, slots=True)
class Details:
    """Blocks that a reader opens when wanted; open from the start when ``open``."""

    summary: Words
    blocks: tuple[Block, ...]
    open: bool = False

    def __post_init__(self) -> None:
        check_words(self.summary)


Block: TypeAlias = (
    Heading
    | Paragraph
    | Bullets
    | Answer
    | Exchange
    | RangeChart
    | BarChart
    | LineChart
    | FlowMap
    | Storyboard
    | Table
    | Matrix
    | Notice
    | KeyValues
    | Details
)


def _one_unit(title: Words, figures: list[Figure]) -> None:
    units = sorted({figure.unit for figure in figures})
    if len(units) > 1:
        msg = f"one chart, one unit; {Text.of(title).plain!r} has {', '.join(units)}"
        raise ValueError(msg)


# ------------------------------------------------------------------------------------------------- document


@dataclass(frozen=True, slots=True)
class Source:
    """An entry of the list of sources.

    It stands for every figure whose reference equals ``reference`` or begins with it; the longest match wins,
    so ``evidence:migrant_stock`` covers each row of that table and ``model:`` whatever is computed.
    """

    reference: str
    title: str
    producer: str = ""
    edition: str = ""
    licence: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if self.url and not HREF.fullmatch(self.url):
            msg = f"a source is reached by an http(s) address: {self.url!r}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Meta:
    """What a reader needs to get the same document again, and how far to trust it."""

    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    disclaimer: Words = ""
    command: str = ""

    def __post_init__(self) -> None:
        check_words(self.disclaimer)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: Words
    subtitle: Words
    blocks: tuple[Block, ...]
    sources: tuple[Source, ...] = ()
    meta: Meta = field(default_factory=Meta)

    def __post_init__(self) -> None:
        check_words(self.title, self.subtitle)

    def figures(self) -> list[Figure]:
        """Every figure of the document, in the order in which a reader meets them.

        >>> from comity.vocabulary import SourceClass
        >>> one = Figure(1.0, "persons", SourceClass.ELICITED, "round:parties")
        >>> Document("Title", "", (Paragraph(text("{n} came", n=one)),)).figures() == [one]
        True
        """
        return _figures((self.title, self.subtitle, self.blocks, self.meta.disclaimer))


def _figures(node: object) -> list[Figure]:
    if isinstance(node, Figure):
        return [node]
    if isinstance(node, tuple):
        return [figure for item in node for figure in _figures(item)]
    if hasattr(node, "__dataclass_fields__") and not isinstance(node, Point):
        fields = cast("Mapping[str, object]", node.__dataclass_fields__)
        return [figure for name in fields for figure in _figures(getattr(node, name))]
    return []
