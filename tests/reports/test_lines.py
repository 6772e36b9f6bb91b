"""Lines over years: drawn in the page, a table elsewhere, broken where nothing is known."""

from __future__ import annotations

import re

import pytest

from comity.reports.document import Document, LineChart, LineSeries
from comity.reports.grids import grid_of, years_of
from comity.reports.html import render_html
from comity.reports.markdown import render_markdown
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.units import SHARE
from comity.vocabulary import Figure, SourceClass


def share(value: float, unit: str = SHARE) -> Figure:
    return Figure(value, unit, SourceClass.ESTIMATED, "model:§8")


def chart() -> LineChart:
    rising = LineSeries("rising", tuple((year, share((year - 1990) / 100)) for year in range(1990, 2023)))
    gone = LineSeries(
        "with a gap", tuple((year, None if 2000 <= year < 2005 else share(0.2)) for year in range(1990, 2023))
    )
    return LineChart("A chart", (rising, gone))


def test_the_table_holds_every_tenth_year_and_the_last():
    assert years_of(chart()) == [1990, 2000, 2010, 2020, 2022]
    grid = grid_of(chart())
    assert [row[1].words for row in grid.rows] == ["0", "10", "20", "30", "32"]
    assert grid.rows[1][2] is None


def test_a_gap_breaks_the_line():
    page = render_html(Document("Title", "", (chart(),)))
    paths = re.findall(r'<path class="line(\d)" d="([^"]+)"', page)
    assert [(number, d.count("M")) for number, d in paths] == [("0", 1), ("1", 2)]
    assert [d.count("L") for _, d in paths] == [32, 26]
    assert not find_unsourced_numbers(page)


def test_every_form_shows_it():
    document = Document("Title", "", (chart(),))
    for words in (render_terminal(document, width=80), render_markdown(document)):
        assert "2022" in words
        assert "with a gap" in words


def test_two_units_are_refused():
    with pytest.raises(ValueError, match="one chart, one unit"):
        LineChart("x", (LineSeries("a", ((2000, share(0.1)), (2001, share(0.1, "persons")))),))
