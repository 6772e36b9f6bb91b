"""Every form of a report: stable bytes, nothing lost, nothing unsourced, nothing that a user wrote obeyed.

The golden files show what readers get. After a change that is meant, write them anew with
``COMITY_WRITE_GOLDEN=1 pytest tests/reports`` and read the difference.
"""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from rich.cells import cell_len
from tests.reports.sample import ISLAND, sample
from tests.reports.strategies import HOSTILE, documents

from comity.reports.document import (
    Answer,
    BarChart,
    BarRow,
    Column,
    Document,
    Flow,
    FlowMap,
    Heading,
    Meta,
    Name,
    Paragraph,
    Point,
    Source,
    Table,
    Text,
    text,
)
from comity.reports.html import render_embedded, render_html
from comity.reports.markdown import render_markdown
from comity.reports.marks import Marks
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.units import USD_YEAR
from comity.vocabulary import Figure, Range, SourceClass

GOLDEN = Path(__file__).parent / "golden"
FORMS = {
    "sample-80.txt": lambda document: render_terminal(document, 80),
    "sample-120.txt": lambda document: render_terminal(document, 120),
    "sample.md": render_markdown,
    "sample.html": render_html,
}
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


class Elements(HTMLParser):
    """The start tags of a page, and whether each that needs an end has one."""

    VOID = frozenset(["br", "circle", "desc", "hr", "img", "line", "link", "meta", "path", "rect"]) - {"desc"}

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.broken = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.broken.append((tag, self.getpos()))


@pytest.mark.parametrize("name", FORMS)
def test_golden(name):
    path, got = GOLDEN / name, FORMS[name](sample(ISLAND))
    if os.environ.get("COMITY_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(got, encoding="utf-8")
    assert got == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMS)
def test_the_same_document_gives_the_same_bytes(name):
    assert FORMS[name](sample(ISLAND)) == FORMS[name](sample(ISLAND))


@pytest.mark.parametrize("name", FORMS)
def test_every_mark_is_used_and_listed(name):
    page = FORMS[name](sample(ISLAND))
    for entry in Marks.of(sample()).entries():
        assert page.count(entry.mark) >= 2


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal(width):
    assert max(map(cell_len, render_terminal(sample(), width).splitlines())) <= width


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_number_never_breaks_in_a_terminal(width):
    page = render_terminal(sample(), width)
    for written in ("1,031,000", "94,300", "(+139 to +289)", "−0.04", "(−0.05 to −0.03)"):
        assert written in page


def test_a_ledger_of_many_parties_is_shared_among_tables():
    groups = [f"Party {letter}" for letter in "ABCDEFGHIJ"]
    figure = Figure(Range(-1.5e8, 2e8, 4.5e8), USD_YEAR, SourceClass.MODELLED, "model:§3.12")
    chart = BarChart("Ledger", tuple(BarRow("Treasury", group, figure) for group in groups))
    page = render_terminal(Document("Title", "", (chart,)), 80)
    assert max(map(cell_len, page.splitlines())) <= 80
    assert page.count("+200") == 10
    assert page.count("Treasury") > 1


@pytest.mark.parametrize("width", [40, 64, 80, 100, 120])
@pytest.mark.parametrize("parties", [1, 3, 8])
def test_a_wide_table_loses_no_word_and_repeats_what_its_rows_are_about(width, parties):
    figure = Figure(12.5e6, USD_YEAR, SourceClass.MODELLED, "model:§3.12")
    heads = ["Clause", "Gives", "Gets", *(f"Gain of party {letter}" for letter in "ABCDEFGH"[:parties])]
    row = ("work permit quota (LE01)", "ESP", "MAR", *[figure] * parties)
    table = Table("Candidates", tuple(map(Column, heads)), (row,))
    page = render_terminal(Document("Title", "", (table,)), width)
    assert max(map(cell_len, page.splitlines())) <= width
    words = page.split()
    assert words.count("12.5") == parties
    assert words.count("quota") == words.count("Clause")
    if width > 40:
        assert words.count("MAR") == words.count("Clause")
    assert words.count("million") >= parties
    assert not any("…" in word for word in words)


def test_colour_only_when_asked_for():
    assert "\x1b[" not in render_terminal(sample(), 80)
    assert "\x1b[" in render_terminal(sample(), 80, colour=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", render_terminal(sample(), 80, colour=True)).split() == (
        render_terminal(sample(), 80).split()
    )


# ------------------------------------------------------------------------------------------- the HTML file


def test_no_number_without_a_source():
    assert find_unsourced_numbers(render_html(sample(ISLAND))) == []


def test_the_file_opens_without_a_network():
    page = render_html(sample(ISLAND))
    elements = Elements(page)
    assert not {"script", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in elements.tags}
    for tag, attributes in elements.tags:
        loads = [
            attributes.get(name) for name in ("src", "srcset", "data", "poster", "background", "xlink:href")
        ]
        assert not any(loads), (tag, attributes)
        if tag == "link":
            assert attributes["href"] == "data:,"
        elif (attributes.get("href") or "").startswith("http"):
            assert tag == "a"
    assert not re.search(r"@import|url\(", page)
    assert "default-src 'none'" in page


def test_the_file_is_well_formed_and_every_link_within_it_arrives():
    elements = Elements(render_html(sample(ISLAND)))
    assert elements.broken == []
    assert elements.open == []
    ids = [attributes["id"] for _, attributes in elements.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {a["href"][1:] for tag, a in elements.tags if tag == "a" and a["href"].startswith("#")}
    assert targets <= set(ids)


def test_every_figure_in_the_file_names_its_class_and_reference():
    page = render_html(sample(ISLAND))
    data = [attributes for tag, attributes in Elements(page).tags if tag == "data"]
    wanted = {(f.source.value, f.reference) for f in sample().figures()}
    assert {(a["data-source"], a["data-ref"]) for a in data} == wanted
    assert len(data) == len(sample().figures())


def test_drawings_are_described_and_backed_by_text():
    page = render_html(sample(ISLAND))
    assert "<title>Places that the package opens</title>" in page
    assert "<desc>Morocco to Spain: 14,000 places per year." in page
    maps = [a for tag, a in Elements(page).tags if tag == "svg" and a.get("role") == "img"]
    assert len(maps) == 1
    assert "imply no opinion" in page


def test_it_leads_with_the_answer():
    page = render_html(sample())
    assert page.index("A zone of agreement exists") < page.index("Reading the figures") < page.index("<h2")


@pytest.mark.parametrize("words", HOSTILE)
def test_what_a_user_wrote_is_never_obeyed(words):
    quote = Name(words, "quote")
    document = Document(
        quote,
        text("Round {q}", q=quote),
        (Answer(quote, "note", (quote,)), Heading(2, quote), Paragraph(quote)),
        (Source("model:", words),),
        Meta(command=words, versions={words: words}),
    )
    page = render_html(document)
    plain = Elements(
        render_html(
            Document(
                "Title",
                "Round",
                (Answer("a", "note", ("b",)), Heading(2, "c"), Paragraph("d")),
                (),
                Meta(command="e", versions={"f": "g"}),
            )
        )
    )
    got = Elements(page)
    extra = {tag for tag, _ in got.tags} - {tag for tag, _ in plain.tags}
    assert extra <= {"span"}
    assert not any(name.startswith("on") for _, attributes in got.tags for name in attributes)
    assert got.broken == []
    terminal = render_terminal(document, 80)
    assert "\x1b" not in terminal
    assert "\x07" not in terminal


def test_anchors_are_made_unique():
    page = render_html(Document("T", "", (Heading(2, "Same"), Heading(3, "Same"), Heading(2, "Ζώνη"))))
    ids = [a["id"] for tag, a in Elements(page).tags if tag in {"h2", "h3"}]
    assert len(set(ids)) == 3


def test_a_map_without_outlines_still_shows_its_flows():
    figure = Figure(1.0, "persons", SourceClass.ELICITED, "round:x")
    points = {"NZL": Point("Aotearoa New Zealand", 174.8, -41.3), "VUT": Point("Vanuatu", 168.3, -17.7)}
    page = render_html(Document("T", "", (FlowMap("Flows", (Flow("VUT", "NZL", figure),), points),)))
    assert 'class="shaft"' in page
    assert "Vanuatu → Aotearoa New Zealand" in page


@quick
@given(documents)
def test_any_document_has_every_form_and_no_number_escapes(document):
    page = render_html(document)
    assert find_unsourced_numbers(page) == []
    assert render_html(document) == page
    assert Elements(page).broken == []
    terminal = render_terminal(document, 80)
    assert "\x1b" not in terminal
    markdown = render_markdown(document)
    if document.figures():
        marks = Marks.of(document)
        for figure in document.figures():
            mark = marks.entry(figure).mark
            assert mark in page
            assert f"[{mark}]" in terminal
            assert mark in markdown.replace("\\", "")


def test_plain_text_of_a_document_is_kept_in_every_form():
    phrases = [Text.of(block.text).plain for block in sample().blocks if isinstance(block, Heading)]
    for name, form in FORMS.items():
        page = form(sample())
        for phrase in phrases:
            assert phrase in page, name


def test_an_embedded_report_is_kept_apart_from_the_page_around_it():
    frame = render_embedded(sample())
    tags = Elements(frame).tags
    assert [tag for tag, _ in tags] == ["iframe"]
    assert tags[0][1]["srcdoc"] == render_html(sample())
    assert "allow-scripts" not in frame
