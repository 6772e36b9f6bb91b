"""A report as one HTML file that opens without a network (§10).

Style and drawings are inside the file and a content policy forbids it to load anything. Charts are tables
with bars drawn in their cells, so that the numbers stay text at every width, on paper and for a
screen reader. Everything that a user wrote is escaped by the template engine.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from itertools import count, groupby
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from comity.reports import document as model
from comity.reports import wording
from comity.reports.amounts import UNVALUED, ends, scale_of, show
from comity.reports.charts import Axis
from comity.reports.grids import arrange, bare_figure, columns_of, grid_of, groups_of
from comity.reports.marks import LETTERS, MEANINGS, Marks
from comity.reports.words import split_codes
from comity.reports.worldmap import draw
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from comity.reports.amounts import Scale, Shown
    from comity.reports.document import Block, Document
    from comity.reports.grids import Column
    from comity.reports.marks import Entry
    from comity.reports.words import Inline, Words

__all__ = ["render_embedded", "render_html"]

_KINDS: Final = {
    model.Heading: "heading",
    model.Paragraph: "paragraph",
    model.Bullets: "bullets",
    model.Answer: "answer",
    model.RangeChart: "range_chart",
    model.BarChart: "bar_chart",
    model.LineChart: "line_chart",
    model.FlowMap: "flow_map",
    model.Storyboard: "storyboard",
    model.Table: "table",
    model.Matrix: "matrix",
    model.Notice: "notice",
    model.KeyValues: "key_values",
    model.Details: "details",
}


_GROUPS: Final = 4  # columns of bars that a page has room for


def render_html(document: Document) -> str:
    """Write a document as one HTML file; the same document gives the same bytes.

    Examples
    --------
    >>> from comity.reports.document import Document, Paragraph
    >>> page = render_html(Document("A title", "", (Paragraph("One <b> paragraph."),)))
    >>> "<p>One &lt;b&gt; paragraph.</p>" in page
    True
    """
    page = _Page(document)
    return page.render()


def render_embedded(document: Document, *, height: int = 720) -> str:
    """Write a document for a page that is not ours, such as a notebook: in a frame, so that no style leaks.

    Parameters
    ----------
    document
        What to write.
    height
        Height of the frame in CSS pixels.

    Examples
    --------
    >>> from comity.reports.document import Document
    >>> render_embedded(Document("A title", "", ())).startswith('<iframe sandbox')
    True
    """
    frame = Markup('<iframe sandbox="allow-popups" title="Report" style="{}" srcdoc="{}"></iframe>')
    return str(frame.format(f"width:100%;height:{height}px;border:0", render_html(document)))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("comity.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda fraction: f"{100 * fraction:.2f}%"
    return environment


class _Page:
    """What the templates ask while they draw one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.marks = Marks.of(document)
        self.anchors = _anchors(document)
        self._ids = count(1)

    def render(self) -> str:
        style = files("comity.reports").joinpath("static/report.css").read_text(encoding="utf-8")
        lead = 1 if self.document.blocks and isinstance(self.document.blocks[0], model.Answer) else 0
        contents = [
            (self.anchors[id(block)], block.text)
            for block in self.document.blocks
            if isinstance(block, model.Heading) and block.level == 2
        ]
        page = (
            _environment()
            .get_template("report.html.j2")
            .render(
                page=self,
                document=self.document,
                style=Markup(style),  # noqa: S704  (our own file, read from the package)
                lead=self.document.blocks[:lead],
                body=self.document.blocks[lead:],
                contents=contents,
                meanings=[(c, MEANINGS[c]) for c in self.marks.classes()],
                prices=sorted({scale_of([f]).prices for f in self.document.figures()} - {""}),
                wording=wording,
            )
        )
        return page if page.endswith("\n") else page + "\n"

    # -- blocks

    def runs(self, blocks: Iterable[Block]) -> Iterator[tuple[str, list[Block]]]:
        """Blocks with the name of the macro that draws them; neighbouring exchanges come as one run."""
        for exchange, group in groupby(blocks, key=lambda block: isinstance(block, model.Exchange)):
            if exchange:
                yield "exchanges", list(group)
            else:
                yield from ((_KINDS[type(block)], [block]) for block in group)

    def anchor(self, block: Block) -> str:
        return self.anchors[id(block)]

    def next_id(self) -> str:
        return f"figure-{next(self._ids)}"

    @staticmethod
    def letter(source_class: SourceClass) -> str:
        return LETTERS[source_class]

    # -- words

    def words(self, words: Words) -> Markup:
        return Markup("").join(self._inline(part) for part in model.Text.of(words).parts)

    def plain(self, words: Words) -> str:
        return model.Text.of(words).plain

    def _inline(self, part: Inline) -> Markup:
        if isinstance(part, str):
            return Markup("").join(
                Markup('<span data-name="code">{}</span>').format(run) if is_code else escape(run)
                for run, is_code in split_codes(part)
            )
        if isinstance(part, Figure):
            return self.figure(part)
        if isinstance(part, model.Amount):
            return self.figure(part.figure, signed=part.signed, unit=part.unit)
        if isinstance(part, model.Name):
            return Markup('<span data-name="{}">{}</span>').format(part.kind, part.content)
        if isinstance(part, model.Emphasis):
            return Markup("<strong>{}</strong>").format(self.words(part.content))
        if isinstance(part, model.Link):
            return Markup('<a href="{}">{}</a>').format(part.href, self.words(part.content))
        return self.words(part)

    # -- figures

    def figure(
        self,
        figure: Figure,
        *,
        scale: Scale | None = None,
        signed: bool = False,
        unit: bool = True,
        mark: bool = True,
        stacked: bool = False,
    ) -> Markup:
        """Write a figure with its source class, its reference and a link to its source."""
        shown = show(figure, scale=scale, signed=signed)
        entry = self.marks.entry(figure)
        number = Markup('<span class="mid">{}</span>').format(shown.middle)
        if shown.span:
            number += Markup('{}<span class="span">({})</span>').format(
                Markup("<br>") if stacked else " ", shown.span
            )
        if unit and shown.unit and shown.middle != UNVALUED:
            number += Markup('&nbsp;<span class="unit">{}</span>').format(shown.unit)
        if not mark:
            number = Markup('<a href="#{}">{}</a>').format(entry.anchor, number)
        data = Markup(
            '<data class="figure figure--{source}" value="{value}" data-source="{source}" data-ref="{ref}"'
            ' title="{title}">{number}</data>'
        ).format(
            source=figure.source.value,
            value=_machine(figure),
            ref=figure.reference,
            title=self._title(figure, shown, entry),
            number=number,
        )
        return data + self.mark(entry) if mark else data

    def mark(self, entry: Entry) -> Markup:
        """Write the mark of a source as a link to its entry."""
        return Markup('<a class="mark mark--{}" data-name="mark" href="#{}">{}</a>').format(
            entry.source_class.value, entry.anchor, entry.mark
        )

    def cell(self, cell: model.Cell, column: Column, shared: Entry | None) -> Markup:
        """Write a cell of a table; what is missing is a dash that says so."""
        if cell is None:
            return Markup('<span class="missing" title="missing">{}</span>').format(wording.MISSING)
        figure = bare_figure(cell)
        if figure is None:
            return self.words(cell)
        unit = column.scale is None
        return self.figure(figure, scale=column.scale, signed=column.signed, unit=unit, mark=shared is None)

    def columns(self, table: model.Table) -> tuple[Column, ...]:
        return columns_of(table)

    def common(self, figures: Iterable[Figure]) -> Entry | None:
        return self.marks.common(figures)

    def table_figures(self, table: model.Table) -> list[Figure]:
        return [figure for row in table.rows for cell in row if (figure := bare_figure(cell)) is not None]

    def sources(self, figures: Iterable[Figure]) -> dict[str, str]:
        """List the attributes by which a chart says where its numbers come from."""
        listed = list(figures)
        return {
            "data-source": " ".join(sorted({figure.source.value for figure in listed})),
            "data-refs": " ".join(sorted({figure.reference.replace(" ", "_") for figure in listed})),
        }

    @staticmethod
    def matrix_figures(matrix: model.Matrix) -> list[Figure]:
        return [figure for row in matrix.cells for cell in row if cell is not None for figure in cell]

    # -- charts

    def range_figures(self, chart: model.RangeChart) -> list[Figure]:
        return [figure for row in chart.rows for figure in (row.figure, row.second) if figure is not None]

    def axis(self, figures: Iterable[Figure]) -> Axis:
        return Axis.around(figures)

    def bars(self, chart: model.BarChart) -> dict[str, object]:
        """Arrange the bars as lines by groups, all on the scale of the lines, in tables that fit a page."""
        groups = groups_of(chart)
        tables = -(-len(groups) // _GROUPS)
        size = -(-len(groups) // tables) if tables else 1
        figures = [row.figure for row in (*chart.rows, *chart.totals)]
        return {
            "parts": [
                {"groups": part, "lines": arrange(chart.rows, part), "totals": arrange(chart.totals, part)}
                for part in (groups[start : start + size] for start in range(0, len(groups), size))
            ],
            "axis": Axis.around([row.figure for row in chart.rows], tight=True),
            "figures": figures,
            "entry": self.marks.common(figures),
        }

    def lines(self, chart: model.LineChart) -> dict[str, object]:
        """Place the lines on years and one axis; a line is broken where a year has no figure."""
        figures = [figure for line in chart.series for figure in line.figures]
        axis = Axis.around(figures)
        years = sorted({year for line in chart.series for year, figure in line.points if figure is not None})
        first, last = years[0], max(years[-1], years[0] + 1)
        paths = []
        for line in chart.series:
            path, down = "", False
            for year, figure in line.points:
                span = None if figure is None else axis.span(figure)
                if span is not None:
                    x, y = 100 * (year - first) / (last - first), 100 * (1 - span.middle)
                    path += f"{'L' if down else 'M'}{x:.2f} {y:.2f}"
                down = span is not None
            paths.append(path)
        ticks = [year for year in years if year % chart.step == 0]
        return {
            "axis": axis, "figures": figures, "paths": paths, "entry": self.marks.common(figures),
            "ticks": [((year - first) / (last - first), str(year)) for year in ticks], "grid": grid_of(chart),
        }  # fmt: skip

    def map(self, chart: model.FlowMap) -> dict[str, object]:
        return {"drawing": draw(chart), "figures": [flow.figure for flow in chart.flows]}

    @staticmethod
    def _title(figure: Figure, shown: Shown, entry: Entry) -> str:
        where = entry.source.title
        return f"{figure.source.value}: {shown.text}. Source: {where}. Reference: {figure.reference}"


def _machine(figure: Figure) -> str:
    """Write the value in its stored unit, for programs: one number, or low, middle and high."""
    return " ".join(f"{end:.12g}" for end in ends(figure))


def _headings(blocks: Iterable[Block]) -> Iterator[model.Heading]:
    for block in blocks:
        if isinstance(block, model.Heading):
            yield block
        elif isinstance(block, model.Details):
            yield from _headings(block.blocks)


def _anchors(document: Document) -> dict[int, str]:
    """Give each heading an anchor of its own, from its own wish or from its words."""
    anchors: dict[int, str] = {}
    taken: set[str] = set()
    for heading in _headings(document.blocks):
        wish = heading.anchor or _slug(model.Text.of(heading.text).plain)
        anchor, again = wish, 1
        while anchor in taken:
            again += 1
            anchor = f"{wish}-{again}"
        taken.add(anchor)
        anchors[id(heading)] = anchor
    return anchors


def _slug(words: str) -> str:
    ascii_words = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    kept = "".join(c if c.isalnum() else " " for c in ascii_words.lower())
    return "-".join(["s", *kept.split()]) if kept.split() else "section"
