"""A document takes no bare number, wherever it is put."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.sample import SOURCES, sample, stock

from comity.reports.document import (
    Answer,
    BarChart,
    BarRow,
    Bullets,
    Column,
    Details,
    Document,
    Exchange,
    Flow,
    FlowMap,
    Heading,
    KeyValues,
    Link,
    Meta,
    Name,
    Notice,
    Paragraph,
    Point,
    RangeChart,
    RangeRow,
    Source,
    Table,
    Text,
    date,
    text,
)
from comity.reports.marks import Marks
from comity.reports.words import split_codes
from comity.units import PERSONS, USD_YEAR
from comity.vocabulary import Figure, SourceClass

BARE = "Gains of 12 million"
ONE = Figure(1.0, PERSONS, SourceClass.ELICITED, "round:x")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Text.of(BARE),
        lambda: text("{x}", x=BARE),
        lambda: Heading(2, BARE),
        lambda: Paragraph(BARE),
        lambda: Bullets(("fine", BARE)),
        lambda: Answer(BARE),
        lambda: Answer("fine", "zone", (BARE,)),
        lambda: Exchange(BARE, (), ()),
        lambda: Exchange("Spain", (BARE,), ()),
        lambda: Exchange("Spain", (), (BARE,)),
        lambda: Exchange("Spain", (), (), BARE),
        lambda: RangeChart(BARE, ()),
        lambda: RangeRow(BARE, ONE),
        lambda: RangeChart("fine", (), legend=("fine", BARE)),
        lambda: BarChart(BARE, ()),
        lambda: BarRow("fine", BARE, ONE),
        lambda: Table(BARE, (), ()),
        lambda: Table("fine", (Column("fine"),), ((BARE,),)),
        lambda: Column(BARE),
        lambda: Notice("limit", BARE),
        lambda: KeyValues((("fine", BARE),)),
        lambda: Details(BARE, ()),
        lambda: Point(BARE, 0, 0),
        lambda: Flow("MAR", "ESP", ONE, BARE),
        lambda: Document(BARE, "", ()),
        lambda: Document("fine", BARE, ()),
        lambda: Meta(disclaimer=BARE),
        lambda: Paragraph("½ of the draws ²"),
        lambda: Paragraph("٣ places"),
    ],
)
def test_a_bare_number_is_refused_where_it_is_written(make):
    with pytest.raises(ValueError, match="must be a Figure"):
        make()


@pytest.mark.parametrize("words", ["LE01 and GV14", "E01, E112", "see §3.12b and (§6.4)", "TR06-clause"])
def test_codes_may_stand_in_words(words):
    assert Text.of(words).plain == words


@pytest.mark.parametrize("words", ["LE011", "XLE01", "le01", "E1", "§", "R86 1", "LE01x"])
def test_what_only_resembles_a_code_is_refused_when_it_holds_a_digit(words):
    if any(map(str.isdigit, words)):
        with pytest.raises(ValueError, match="must be a Figure"):
            Text.of(words)
    else:
        assert Text.of(words).plain == words


@given(st.text(max_size=30))
def test_splitting_loses_nothing(words):
    assert "".join(run for run, _ in split_codes(words)) == words


def test_names_and_dates_may_hold_digits():
    assert (
        text("{a} in {b}", a=Name("Jordan Compact 2016"), b=date("2016")).plain
        == "Jordan Compact 2016 in 2016"
    )


def test_templates_are_strict():
    with pytest.raises(KeyError, match="without a field"):
        text("no field", x="y")
    with pytest.raises(KeyError):
        text("{missing}")
    with pytest.raises(ValueError, match="no format"):
        text("{x:.2f}", x=ONE)
    assert text("{{braces}}").plain == "{braces}"


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", "//x", "https://x y", 'http://a"b', ""]
)
def test_links_lead_to_the_web_or_within(href):
    with pytest.raises(ValueError, match="http"):
        Link("words", href)


def test_only_the_web_for_sources():
    with pytest.raises(ValueError, match="http"):
        Source("model:", "Title", url="javascript:alert(1)")


def test_charts_have_one_unit():
    money = Figure(1.0, USD_YEAR, SourceClass.MODELLED, "model:§3.12")
    with pytest.raises(ValueError, match="one chart, one unit"):
        RangeChart("Gains", (RangeRow("a", ONE), RangeRow("b", money)))
    with pytest.raises(ValueError, match="one chart, one unit"):
        BarChart("Ledger", (BarRow("a", "g", ONE),), (BarRow("b", "g", money),))


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="row of 2 cells"):
        Table("t", (Column("a"),), (("x", "y"),))
    with pytest.raises(ValueError, match="level"):
        Heading(1, "title")
    with pytest.raises(ValueError, match="anchor"):
        Heading(2, "title", "a b")
    with pytest.raises(ValueError, match="without a point"):
        FlowMap("m", (Flow("MAR", "ESP", ONE),), {"MAR": Point("Morocco", 0, 0)})
    with pytest.raises(ValueError, match="Earth"):
        Point("x", 200, 0)
    with pytest.raises(ValueError, match="alpha-3"):
        Flow("Spain", "MAR", ONE)


def test_every_figure_has_an_entry_and_marks_are_numbered_as_read():
    document = sample()
    marks = Marks.of(document)
    assert len(document.figures()) > 60
    assert {marks.entry(figure).source_class for figure in document.figures()} == set(SourceClass)
    assert [e.mark for e in marks.entries()] == ["M1", "M2", "M3", "≈1", "≈2", "U1", "E1", "?1"]
    assert marks.entry(document.figures()[0]).mark == "M1"


def test_the_longest_listed_reference_wins():
    figure = stock("MAR", "ESP", 1.0)
    near = Source("evidence:migrant_stock[origin=MAR", "Moroccans abroad")
    assert Marks([figure], [*SOURCES, near]).entry(figure).source is near
    assert Marks([figure], []).entry(figure).source.title == "Evidence table migrant_stock"


def test_a_table_that_is_the_prefix_of_another_is_not_its_source():
    figure = Figure(1.0, "flags", SourceClass.EVIDENCE, "evidence:migrant_stock_method[destination=ESP]")
    assert Marks([figure], SOURCES).entry(figure).source.title == "Evidence table migrant_stock_method"


def test_a_section_that_is_the_prefix_of_another_is_not_its_source():
    figure = Figure(1.0, "shares", SourceClass.MODELLED, "model:§3.12|ledger")
    assert Marks([figure], [Source("model:§3.1", "Labour")]).entry(figure).source.title != "Labour"
    assert Marks([figure], [Source("model:", "All")]).entry(figure).source.title == "All"
