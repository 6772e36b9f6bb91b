"""Charts and tables as grids of cells, for the forms that have no drawings (terminal, Markdown).

Also the arrangement of a ledger as lines by groups, which the drawn form shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from comity.reports.amounts import Scale, scale_of, show
from comity.reports.document import BarChart, LineChart, Matrix, Name, RangeChart, Table, Text
from comity.vocabulary import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from comity.reports.document import BarRow, Cell, Words

__all__ = [
    "Column",
    "Grid",
    "GridCell",
    "Lines",
    "Written",
    "arrange",
    "bare_figure",
    "columns_of",
    "counted",
    "grid_of",
    "groups_of",
    "years_of",
]


@dataclass(frozen=True, slots=True)
class Written:
    """A figure with the words that show it on the scale of its column."""

    figure: Figure
    words: str


GridCell: TypeAlias = "Words | Written | None"


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells of a column share: title, unit (empty when it stands in the cells) and alignment."""

    title: Words
    unit: str
    numeric: bool
    signed: bool
    scale: Scale | None


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells in rows; the rows from ``totals`` on are set apart."""

    title: Words
    note: Words | None
    columns: tuple[Column, ...]
    rows: tuple[tuple[GridCell, ...], ...]
    totals: int

    @property
    def figures(self) -> list[Figure]:
        """The figures that fill cells of their own."""
        return [cell.figure for row in self.rows for cell in row if isinstance(cell, Written)]


def grid_of(block: Table | Matrix | RangeChart | BarChart | LineChart) -> Grid:
    """Write a table, a matrix or a chart as a grid.

    >>> from comity.reports.document import Column as Head
    >>> from comity.vocabulary import SourceClass
    >>> table = Table("Stock", (Head("Year"), Head("Persons")),
    ...               (("then", Figure(1200.0, "persons", SourceClass.EVIDENCE, "evidence:t")),))
    >>> grid_of(table).rows[0][1].words
    '1,200'
    """
    if isinstance(block, Table):
        return _of_table(block)
    if isinstance(block, Matrix):
        return _of_matrix(block)
    if isinstance(block, RangeChart):
        return _of_ranges(block)
    if isinstance(block, LineChart):
        return _of_lines(block)
    return _of_bars(block)


# --------------------------------------------------------------------------------------------------- tables


def bare_figure(cell: Cell) -> Figure | None:
    """Find the figure of a cell that holds nothing else."""
    if isinstance(cell, Figure):
        return cell
    if isinstance(cell, Text) and len(cell.parts) == 1 and isinstance(cell.parts[0], Figure):
        return cell.parts[0]
    return None


def columns_of(table: Table) -> tuple[Column, ...]:
    """Find what the cells of each column share."""
    columns = []
    for place, head in enumerate(table.columns):
        filled = [row[place] for row in table.rows if row[place] is not None]
        figures = [figure for cell in filled if (figure := bare_figure(cell)) is not None]
        pure = bool(figures) and len(figures) == len(filled)
        scale = scale_of(figures) if pure and len({figure.unit for figure in figures}) == 1 else None
        numeric = pure if head.numeric is None else head.numeric
        columns.append(Column(head.title, scale.unit if scale else "", numeric, head.signed, scale))
    return tuple(columns)


def _of_table(table: Table) -> Grid:
    columns = columns_of(table)
    rows = tuple(
        tuple(_cell(cell, column) for cell, column in zip(row, columns, strict=True)) for row in table.rows
    )
    return Grid(table.title, table.note, columns, rows, len(rows))


def _cell(cell: Cell, column: Column) -> GridCell:
    figure = bare_figure(cell)
    if figure is None:
        return cell
    shown = show(figure, scale=column.scale, signed=column.signed)
    return Written(figure, shown.number if column.scale else shown.text)


def _of_matrix(matrix: Matrix) -> Grid:
    """Both counts of a cell stand on one line; a cell in which nothing was counted stays empty."""
    columns = [Column(matrix.corner, "", False, False, None)]
    columns += [Column(title, "", True, False, None) for title in matrix.columns]
    rows = []
    for label, cells in zip(matrix.rows, matrix.cells, strict=True):
        line: list[GridCell] = ["" if cell is None else Written(cell[0], counted(*cell)) for cell in cells]
        rows.append((label, *line))
    return Grid(matrix.title, matrix.note, tuple(columns), tuple(rows), len(rows))


def counted(against: Figure, favour: Figure) -> str:
    """Write the counts of a cell; what is zero is left out.

    >>> from comity.vocabulary import SourceClass
    >>> three, none = (Figure(n, "findings", SourceClass.MODELLED, "model:x") for n in (3.0, 0.0))
    >>> counted(three, none), counted(three, three)
    ('3 −', '3 − / 3 +')
    """
    parts = [(against, "−"), (favour, "+")]
    return " / ".join(f"{show(figure).number} {sign}" for figure, sign in parts if figure.value)


# --------------------------------------------------------------------------------------------------- charts


def _of_ranges(chart: RangeChart) -> Grid:
    figures = [figure for row in chart.rows for figure in (row.figure, row.second) if figure is not None]
    scale = scale_of(figures)
    first, second = chart.legend or ("", "")
    columns = [Column("", "", False, False, None), Column(first, scale.unit, True, True, scale)]
    cells: list[list[GridCell]] = [[row.label, _signed(row.figure, scale)] for row in chart.rows]
    if any(row.second for row in chart.rows):
        columns.append(Column(second, "", True, True, scale))
        for line, row in zip(cells, chart.rows, strict=True):
            line.append(_signed(row.second, scale))
    if any(row.share_positive for row in chart.rows):
        columns.append(Column(chart.share_label, "", True, False, None))
        for line, row in zip(cells, chart.rows, strict=True):
            share = row.share_positive
            line.append(None if share is None else Written(share, show(share).text))
    return Grid(chart.title, chart.note, tuple(columns), tuple(map(tuple, cells)), len(cells))


Lines: TypeAlias = "list[tuple[Words, list[Figure | None]]]"


def arrange(rows: Iterable[BarRow], groups: Sequence[Words]) -> Lines:
    """Arrange bars as lines by groups, in order of first appearance; a pair without a bar is None."""
    listed = list(rows)
    labels = {Text.of(row.label).plain: row.label for row in reversed(listed)}
    order = dict.fromkeys(Text.of(row.label).plain for row in listed)
    found = {(Text.of(row.label).plain, Text.of(row.group).plain): row.figure for row in listed}
    keys = [Text.of(group).plain for group in groups]
    return [(labels[label], [found.get((label, key)) for key in keys]) for label in order]


def groups_of(chart: BarChart) -> list[Words]:
    """List the groups of a bar chart in order of first appearance."""
    groups: dict[str, Words] = {}
    for row in (*chart.rows, *chart.totals):
        groups.setdefault(Text.of(row.group).plain, row.group)
    return list(groups.values())


def _of_bars(chart: BarChart) -> Grid:
    groups = groups_of(chart)
    scale = scale_of([row.figure for row in (*chart.rows, *chart.totals)])
    columns = [Column("", scale.unit, False, False, None)]
    columns += [Column(group, "", True, True, scale) for group in groups]
    lines, totals = arrange(chart.rows, groups), arrange(chart.totals, groups)
    rows = tuple(
        (label, *(_signed(figure, scale) for figure in figures)) for label, figures in [*lines, *totals]
    )
    return Grid(chart.title, chart.note, tuple(columns), rows, len(lines))


def _signed(figure: Figure | None, scale: Scale) -> Written | None:
    return None if figure is None else Written(figure, show(figure, scale=scale, signed=True).number)


def years_of(chart: LineChart) -> list[int]:
    """Years that a table of the chart shows: every step from the last one back, with the last."""
    every = sorted({year for line in chart.series for year, figure in line.points if figure is not None})
    return [year for year in every if year % chart.step == 0 or year == every[-1]]


def _of_lines(chart: LineChart) -> Grid:
    scale = scale_of([figure for line in chart.series for figure in line.figures])
    columns = (
        Column("Year", scale.unit, False, False, None),
        *(Column(line.label, "", True, False, scale) for line in chart.series),
    )
    by_line = [dict(line.points) for line in chart.series]
    rows = []
    for year in years_of(chart):
        cells: list[GridCell] = [Name(str(year), "date")]
        for points in by_line:
            figure = points.get(year)
            cells.append(None if figure is None else Written(figure, show(figure, scale=scale).number))
        rows.append(tuple(cells))
    return Grid(chart.title, chart.note, columns, tuple(rows), len(rows))
