"""Hypothesis strategies for figures, words and whole documents, hostile ones among them."""

from __future__ import annotations

from hypothesis import strategies as st

from comity.reports.document import (
    Amount,
    Answer,
    BarChart,
    BarRow,
    Bullets,
    Column,
    Details,
    Document,
    Emphasis,
    Exchange,
    Heading,
    KeyValues,
    Link,
    Meta,
    Name,
    Notice,
    Paragraph,
    RangeChart,
    RangeRow,
    Source,
    Table,
    Text,
)
from comity.units import PERSONS, SHARE, USD, USD_MILLION_YEAR, USD_YEAR
from comity.vocabulary import Figure, Range, SourceClass

HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "{{ 7 * 7 }}",
    "[red]bold[/red] [link=http://x]",
    "\x1b[2J\x07",
    "| a | b |\n|---|",
    "1. [x](javascript:y)",
)
UNITS = (PERSONS, SHARE, USD, USD_YEAR, USD_MILLION_YEAR, "months", "", "count of branches (0-9)")
numbers = st.floats(min_value=-1e13, max_value=1e13, allow_subnormal=False).filter(
    lambda x: x == 0 or abs(x) > 1e-9
)
ranges = st.lists(numbers, min_size=3, max_size=3).map(lambda v: Range(*sorted(v)))
references = st.sampled_from(
    ("evidence:stock[origin=MAR]#persons", "parameter:a.b", "round:parties.0", "model:§3.5|x", 'odd:"<>')
)


@st.composite
def figures(draw, units=UNITS):
    source = draw(st.sampled_from(tuple(SourceClass)))
    value = None if source is SourceClass.UNVALUED else draw(numbers | ranges)
    return Figure(value, draw(st.sampled_from(units)), source, draw(references))


letters = st.text(st.characters(exclude_categories=("Cs", "Nd", "No")), max_size=20).filter(
    lambda s: not any(c.isdigit() for c in s)
)
names = st.builds(Name, st.sampled_from(HOSTILE) | st.text(max_size=20), st.sampled_from(("name", "quote")))
inline = (
    letters
    | names
    | figures()
    | st.builds(Amount, figures(), st.booleans(), st.booleans())
    | st.builds(Emphasis, letters | figures())
    | st.builds(Link, letters, st.sampled_from(("https://example.org/a", "#sources")))
)
words = inline | st.lists(inline, max_size=4).map(lambda parts: Text(tuple(parts)))
items = st.lists(words, max_size=3).map(tuple)


@st.composite
def tables(draw):
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(st.none() | words, min_size=width, max_size=width).map(tuple), max_size=4))
    columns = draw(st.lists(st.builds(Column, words, st.booleans()), min_size=width, max_size=width))
    return Table(draw(words), tuple(columns), tuple(rows), draw(st.none() | words))


@st.composite
def range_charts(draw):
    unit = draw(st.sampled_from(UNITS))
    row = st.builds(
        RangeRow, words, figures((unit,)), st.none() | figures((unit,)), st.none() | figures((SHARE,))
    )
    legend = draw(st.none() | st.tuples(words, words))
    return RangeChart(draw(words), tuple(draw(st.lists(row, max_size=4))), legend, draw(words))


@st.composite
def bar_charts(draw):
    unit = draw(st.sampled_from(UNITS))
    row = st.builds(BarRow, words, st.sampled_from(("Spain", "Morocco", "Senegal")), figures((unit,)))
    rows, totals = draw(st.lists(row, max_size=6)), draw(st.lists(row, max_size=2))
    return BarChart(draw(words), tuple(rows), tuple(totals))


flat = (
    st.builds(Heading, st.integers(2, 4), words)
    | st.builds(Paragraph, words)
    | st.builds(Bullets, items, st.booleans())
    | st.builds(Answer, words, st.sampled_from(("zone", "no_zone", "note")), items)
    | st.builds(Exchange, words, items, items, st.none() | words)
    | st.builds(Notice, st.sampled_from(("assumed", "missing", "contested", "limit")), words)
    | st.builds(KeyValues, st.lists(st.tuples(words, words), max_size=3).map(tuple))
    | tables()
    | range_charts()
    | bar_charts()
)
blocks = flat | st.builds(Details, words, st.lists(flat, max_size=2).map(tuple), st.booleans())
sources = st.builds(Source, references, st.sampled_from(HOSTILE) | letters.filter(bool))
documents = st.builds(
    Document,
    words,
    words,
    st.lists(blocks, max_size=5).map(tuple),
    st.lists(sources, max_size=2).map(tuple),
    st.builds(
        Meta,
        st.none() | st.integers(0, 10),
        st.dictionaries(letters, st.sampled_from(HOSTILE), max_size=2),
        words,
        st.sampled_from(HOSTILE),
    ),
)
