"""A report as text for a terminal, drawn by rich at a given width; nothing is printed here."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table as RichTable
from rich.text import Text as RichText

from comity.reports import document as model
from comity.reports.amounts import scale_of
from comity.reports.charts import Axis
from comity.reports.grids import Written, grid_of
from comity.reports.marks import MEANINGS, Marks
from comity.reports.wording import ALL_FIGURES, KICKERS, MISSING, NOTICES, PRICES, READING
from comity.reports.words import clean, written
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from comity.reports.charts import Span
    from comity.reports.document import Block, Document
    from comity.reports.grids import Column, Grid, GridCell
    from comity.reports.marks import Entry
    from comity.reports.words import Inline, Words

__all__ = ["render_terminal"]

_STYLES: Final = {
    SourceClass.MODELLED: "blue",
    SourceClass.ESTIMATED: "yellow",
    SourceClass.ELICITED: "magenta",
    SourceClass.EVIDENCE: "green",
    SourceClass.UNVALUED: "dim",
}
_TONES: Final = {"zone": "cyan", "no_zone": "yellow", "note": "blue"}
_WIDE: Final = 100
_NARROWEST: Final = 40
_INDENT: Final = 2  # columns that a folded block is set in
_GAP: Final = 2  # columns between two columns of a grid
_LABEL: Final = 18  # columns that the first column of a grid likes to have


def render_terminal(document: Document, width: int = 80, *, colour: bool = False) -> str:
    """Write a document as text.

    Parameters
    ----------
    document
        What to write.
    width
        Columns of the terminal; at least 40 are used.
    colour
        Whether to use the terminal's colours; the door that prints knows whether it speaks to a terminal.

    Examples
    --------
    >>> from comity.reports.document import Document, Paragraph
    >>> print(render_terminal(Document("A title", "", (Paragraph("One paragraph."),)), 40), end="")
    A title
    <BLANKLINE>
    One paragraph.
    """
    width = max(width, _NARROWEST)
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        color_system="standard" if colour else None,
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    writer = _Writer(document, width)
    for piece in writer.pieces():
        console.print(piece, soft_wrap=False)
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    return "\n".join(lines).strip("\n") + "\n"


class _Writer:
    def __init__(self, document: Document, width: int) -> None:
        self.document = document
        self.width = width
        self.depth = 0  # of folded blocks, each set in from the left
        self.marks = Marks.of(document)

    def pieces(self) -> Iterable[RenderableType]:
        document = self.document
        yield RichText.assemble((model.Text.of(document.title).plain, "bold"))
        if model.Text.of(document.subtitle).plain:
            yield self.words(document.subtitle, "dim")
        yield ""
        yield from self.blocks(document.blocks)
        yield from self.sources()
        yield from self.meta()

    def blocks(self, blocks: Iterable[Block]) -> Iterable[RenderableType]:
        writers: dict[type, Callable[..., RenderableType]] = {
            model.Heading: self.heading,
            model.Paragraph: lambda b: self.words(b.text),
            model.Bullets: lambda b: self.items(b.items, ordered=b.ordered),
            model.Answer: self.answer,
            model.Exchange: self.exchange,
            model.RangeChart: self.ranges,
            model.BarChart: lambda b: self.grid(grid_of(b)),
            model.LineChart: lambda b: self.grid(grid_of(b)),
            model.Table: lambda b: self.grid(grid_of(b)),
            model.Matrix: lambda b: self.grid(grid_of(b)),
            model.FlowMap: self.flows,
            model.Storyboard: self.storyboard,
            model.Notice: self.notice,
            model.KeyValues: self.pairs,
            model.Details: self.details,
        }
        for block in blocks:
            yield writers[type(block)](block)
            if not isinstance(block, model.Heading):
                yield ""

    # -- words

    def words(self, words: Words, style: str = "") -> RichText:
        line = RichText(style=style)
        for part in model.Text.of(words).parts:
            line.append_text(self._inline(part))
        return line

    def _inline(self, part: Inline) -> RichText:
        if isinstance(part, Figure):
            return self.figure(written(part), part)
        if isinstance(part, model.Amount):
            return self.figure(written(part), part.figure)
        if isinstance(part, model.Name):
            return RichText(part.content)
        if isinstance(part, model.Emphasis):
            return self.words(part.content, "bold")
        if isinstance(part, model.Link):
            inner = self.words(part.content)
            return inner if part.href.startswith("#") else inner.append(f" <{part.href}>")
        return self.words(part) if isinstance(part, model.Text) else RichText(part)

    def figure(self, words: str, figure: Figure, *, mark: bool = True) -> RichText:
        line = RichText(words, style="italic" if figure.value is None else "")
        return line.append_text(self.mark(self.marks.entry(figure))) if mark else line

    def mark(self, entry: Entry) -> RichText:
        return RichText.assemble(" ", (f"[{entry.mark}]", _STYLES[entry.source_class]))

    # -- blocks

    def heading(self, block: model.Heading) -> RenderableType:
        line = self.words(block.text, "bold")
        if block.level > 2:
            return line
        return Group("", line, RichText("─" * min(self.width, line.cell_len), style="dim"))

    def items(self, items: Iterable[Words], *, ordered: bool = False) -> RenderableType:
        lines = RichTable.grid(padding=(0, 1, 0, 0))
        lines.add_column(no_wrap=True)
        lines.add_column(overflow="fold")
        for place, item in enumerate(items, start=1):
            lines.add_row(f"{place}." if ordered else "•", self.words(item))
        return lines

    def answer(self, block: model.Answer) -> RenderableType:
        inside: list[RenderableType] = [self.words(block.text)]
        if block.details:
            inside += ["", self.items(block.details)]
        tone = _TONES[block.tone]
        title = f"[bold]{escape(block.kicker or KICKERS[block.tone])}[/bold]"
        return Panel(Group(*inside), title=title, title_align="left", border_style=tone, padding=(1, 2))

    def exchange(self, block: model.Exchange) -> RenderableType:
        party = model.Text.of(block.party).plain
        sides = [
            Group(
                RichText(f"{party}: {verb}", style="bold"),
                self.items(items) if items else RichText("nothing"),
            )
            for verb, items in (("gives", block.gives), ("gets", block.gets))
        ]
        lines = RichTable.grid(padding=(0, 2, 0, 0), expand=True)
        if self.width >= _WIDE:
            lines.add_column(ratio=1)
            lines.add_column(ratio=1)
            lines.add_row(*sides)
        else:
            lines.add_column(ratio=1)
            for side in sides:
                lines.add_row(side)
        net = [] if block.net is None else [self.words(block.net)]
        return Group(lines, *net)

    def ranges(self, block: model.RangeChart) -> RenderableType:
        figures = [f for row in block.rows for f in (row.figure, row.second) if f is not None]
        axis = Axis.around(figures)
        table = self.grid(grid_of(block))
        label = max((self.words(row.label).cell_len for row in block.rows), default=0)
        label = min(label, self.width // 3)
        room = min(self.width - label - 2, 72)
        lines = RichTable.grid(padding=(0, 2, 0, 0))
        lines.add_column(width=label)
        lines.add_column(width=room, no_wrap=True)
        for row in block.rows:
            style = _STYLES[row.figure.source]
            lines.add_row(
                self.words(row.label), RichText(_range_line(axis, axis.span(row.figure), room), style)
            )
            if row.second is not None:
                lines.add_row("", RichText(_range_line(axis, axis.span(row.second), room, "◇", "╌"), "dim"))
        lines.add_row("", RichText(_tick_line(axis, room), "dim"))
        return Group(table, "", lines)

    def grid(self, grid: Grid) -> RenderableType:
        shared = self.marks.common(grid.figures)
        title = self.words(grid.title, "bold")
        if shared:
            title.append(f"  {ALL_FIGURES}", "dim").append_text(self.mark(shared))
        notes = [] if grid.note is None else [self.words(grid.note, "dim")]
        cells = [[self._cell(cell, shared) for cell in row] for row in grid.rows]
        heads = [self._head(column) for column in grid.columns]
        widths = [
            _widest([head, *(row[place] for row in cells)], whole=column.numeric)
            for place, (head, column) in enumerate(zip(heads, grid.columns, strict=True))
        ]
        parts: list[RenderableType] = []
        room = self.width - _INDENT * self.depth
        leading = next((i for i, column in enumerate(grid.columns) if column.numeric), len(widths))
        for places in _fitting(widths, leading, room):
            table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
            shares = _shared(
                [(widths[p], _longest([heads[p], *(r[p] for r in cells)])) for p in places], room
            )
            for place, share in zip(places, shares, strict=True):
                # A number that breaks between its digits would be read as two, so it never wraps.
                numeric = grid.columns[place].numeric
                table.add_column(
                    heads[place],
                    justify="right" if numeric else "left",
                    width=share,
                    overflow="fold",
                )
            for number, row in enumerate(cells):
                total = number >= grid.totals
                if total and number == grid.totals:
                    table.add_section()
                table.add_row(*(row[place] for place in places), style="bold" if total else "")
            parts += [table, ""]
        return Group(title, *notes, *parts[:-1])

    def _head(self, column: Column) -> RichText:
        head = self.words(column.title, "bold")
        if column.unit:
            head.append(f" ({column.unit})" if head.plain else column.unit, "dim")
        return head

    def _cell(self, cell: GridCell, shared: Entry | None) -> RichText:
        if cell is None:
            return RichText(MISSING, "dim")
        if not isinstance(cell, Written):
            return self.words(cell)
        line = self.figure(cell.words, cell.figure, mark=shared is None)
        middle, bracket, span = cell.words.partition(" (")
        if not bracket or self.width >= _WIDE:
            return line
        # On a narrow screen the range stands under its middle.
        first = self.figure(middle, cell.figure, mark=shared is None)
        return first.append(f"\n({span}", "dim")

    def flows(self, block: model.FlowMap) -> RenderableType:
        items = [
            model.Text(
                (
                    model.Text.of(block.points[flow.origin].name),
                    f" {block.joint} ",
                    model.Text.of(block.points[flow.destination].name),
                    *((", ", model.Text.of(flow.label)) if model.Text.of(flow.label).plain else ()),
                    ": ",
                    flow.figure,
                )
            )
            for flow in block.flows
        ]
        notes = [] if block.note is None else [self.words(block.note, "dim")]
        return Group(self.words(block.title, "bold"), *notes, self.items(items))

    def storyboard(self, block: model.Storyboard) -> RenderableType:
        lines = RichTable.grid(padding=(0, 1, 0, 0))
        lines.add_column(no_wrap=True)
        lines.add_column(overflow="fold")
        for place, frame in enumerate(block.frames, start=1):
            lines.add_row(f"{place}.", self.words(frame.title, "bold"))
            for state, words in frame.summary():
                lines.add_row("", RichText(f"{state}: ", "dim").append_text(self.words(words)))
            lines.add_row("", self.items(frame.lines))
        notes = [] if block.note is None else [self.words(block.note, "dim")]
        return Group(self.words(block.title, "bold"), *notes, lines)

    def notice(self, block: model.Notice) -> RenderableType:
        line = RichText.assemble((f"{NOTICES[block.kind]}. ", "bold"))
        return line.append_text(self.words(block.text))

    def pairs(self, block: model.KeyValues) -> RenderableType:
        lines = RichTable.grid(padding=(0, 2, 0, 0))
        lines.add_column(max_width=self.width // 2)
        lines.add_column(overflow="fold")
        for term, words in block.items:
            lines.add_row(self.words(term, "dim"), self.words(words))
        return lines

    def details(self, block: model.Details) -> RenderableType:
        self.depth += 1
        inside = list(self.blocks(block.blocks))
        self.depth -= 1
        return Group(self.words(block.summary, "bold"), Padding(Group(*inside[:-1]), (0, 0, 0, _INDENT)))

    # -- the end

    def sources(self) -> Iterable[RenderableType]:
        entries = self.marks.entries()
        if not entries:
            return
        yield Group("", RichText("Sources", style="bold"), RichText("───────", style="dim"), READING)
        if prices := sorted({scale_of([f]).prices for f in self.document.figures()} - {""}):
            yield RichText(f"{PRICES} {', '.join(prices)}.")
        lines = RichTable.grid(padding=(0, 1, 0, 0))
        lines.add_column(no_wrap=True)
        lines.add_column(overflow="fold")
        for source_class in self.marks.classes():
            lines.add_row("", RichText(f"{source_class.value}: {MEANINGS[source_class]}", style="dim"))
            for entry in entries:
                if entry.source_class is source_class:
                    source = entry.source
                    facts = filter(
                        None, (source.title, source.producer, source.edition, source.licence, source.url)
                    )
                    lines.add_row(self.mark(entry), RichText(clean(". ".join(facts))))
        yield lines
        if traced := next((entry.traced for entry in entries if entry.traced), ""):
            yield Group("", RichText(f"To see the rows behind a figure: comity evidence trace '{traced}'"))

    def meta(self) -> Iterable[RenderableType]:
        meta = self.document.meta
        facts = [f"made by {meta.command}"] if meta.command else []
        facts += [f"seed {meta.seed}"] if meta.seed is not None else []
        facts += [f"{name} {version}" for name, version in sorted(meta.versions.items())]
        if model.Text.of(meta.disclaimer).plain or facts:
            yield ""
        if model.Text.of(meta.disclaimer).plain:
            yield self.words(meta.disclaimer, "dim")
        if facts:
            yield RichText(clean("; ".join(facts)), style="dim")


def _range_line(axis: Axis, span: Span | None, room: int, dot: str = "●", dash: str = "━") -> str:
    """Draw one range in characters: the line at zero, the span, and the middle on top."""
    line = [" "] * room
    line[_column(axis.zero, room)] = "│"
    if span is not None:
        low, high = _column(span.low, room), _column(span.high, room)
        line[low : high + 1] = [dash] * (high + 1 - low)
        line[_column(span.middle, room)] = dot
    return "".join(line)


def _tick_line(axis: Axis, room: int) -> str:
    """Write the ticks under the ranges; a tick that would touch the one before it is left out."""
    line = [" "] * room
    free = 0
    for place, number in axis.ticks:
        start = min(max(_column(place, room) - len(number) // 2, 0), room - len(number))
        if start >= free:
            line[start : start + len(number)] = number
            free = start + len(number) + 1
    return "".join(line)


def _column(place: float, room: int) -> int:
    return round(place * (room - 1))


def _widest(texts: Iterable[RichText], *, whole: bool) -> int:
    """Measure what a column needs: its longest line when its cells are numbers, else its longest word."""
    head, *cells = (text.plain for text in texts)
    pieces = [piece for cell in cells for piece in (cell.split("\n") if whole else cell.split())]
    return max(map(cell_len, [*head.split(), *pieces]), default=1)


def _fitting(widths: list[int], leading: int, room: int) -> list[list[int]]:
    """Share the columns of a grid among as many tables as the room asks for.

    Each repeats the ``leading`` columns, which say what a row is about, or the first alone where they would
    fill more than half of the room.
    """
    wanted = [max(widths[0], min(_LABEL, room // 4)), *(width + _GAP for width in widths[1:])]
    leading = max(1, min(leading, len(widths)))
    if sum(wanted[:leading]) > room / 2:
        leading = 1
    parts: list[list[int]] = []
    left = 0
    for place in range(leading, len(widths)):
        if not parts or left < wanted[place]:
            parts.append(list(range(leading)))
            left = room - sum(wanted[:leading])
        parts[-1].append(place)
        left -= wanted[place]
    return parts or [list(range(leading))]


def _longest(texts: Iterable[RichText]) -> int:
    """Measure the longest line of a column."""
    return max((cell_len(line) for text in texts for line in text.plain.split("\n")), default=1)


def _shared(needs: list[tuple[int, int]], room: int) -> list[int]:
    """Widths of columns from what each needs and would like; what is left over goes round evenly.

    They are fixed, because a layout that squeezes the widest columns first may cut off the last.

    >>> _shared([(8, 30), (10, 12)], 36)
    [20, 12]
    """
    widths = [least for least, _ in needs]
    left = room - sum(widths) - _GAP * len(widths)
    while left > 0 and (open_ := [k for k, (_, most) in enumerate(needs) if widths[k] < most]):
        for k in open_[:left]:
            widths[k] += 1
        left -= min(left, len(open_))
    return widths
