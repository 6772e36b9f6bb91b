"""A report as a Word file: every block, real headings and tables, the same bytes."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone

import docx

from comity.reports import document as model
from comity.reports.docx import render_docx
from comity.vocabulary import Figure, Range, SourceClass

STAMP = datetime(2030, 1, 1, tzinfo=UTC)


def figure(value: float, unit: str = "persons") -> Figure:
    return Figure(value, unit, SourceClass.EVIDENCE, "evidence:table")


def every_block() -> model.Document:
    place = model.Point("Alba", 1.0, 2.0)
    ranged = Figure(Range(1.0, 2.0, 3.0), "persons", SourceClass.MODELLED, "model:§9")
    blocks = (
        model.Heading(2, "Second level"),
        model.Heading(3, "Third level"),
        model.Paragraph(
            model.text(
                "There were {n} and {link}.", n=figure(12.0), link=model.Link("more", "https://example.org/")
            )
        ),
        model.Bullets(("first", "second"), ordered=True),
        model.Answer("An answer.", "note", ("a detail",), "Kicker"),
        model.Exchange("Alba", ("places",), (), "a net word"),
        model.RangeChart("Ranges", (model.RangeRow("row", ranged),)),
        model.BarChart("Bars", (model.BarRow("line", "group", figure(3.0)),)),
        model.LineChart("Lines", (model.LineSeries("line", ((2020, figure(1.0)), (2030, figure(2.0)))),)),
        model.FlowMap("Flows", (model.Flow("ALB", "BRA", figure(5.0)),), {"ALB": place, "BRA": place}),
        model.Table(
            "A table",
            (model.Column("Name"), model.Column("Persons")),
            (("x", figure(7.0)), ("y", None)),
            note="A note",
        ),
        model.Matrix("Matrix", ("row",), ("column",), (((figure(1.0), figure(2.0)),),)),
        model.Notice("missing", "Something is missing."),
        model.KeyValues((("term", "meaning"),)),
        model.Details("More", (model.Paragraph(model.Emphasis("inside")),)),
    )
    return model.Document("A title", "A subtitle", blocks, meta=model.Meta(disclaimer="The end."))


def test_every_block_is_written_with_its_mark():
    raw = render_docx(every_block(), stamp=STAMP)
    file = docx.Document(io.BytesIO(raw))
    said = "\n".join(p.text for p in file.paragraphs)
    for words in (
        "Second level",
        "12 persons [E1]",
        "more (https://example.org/)",
        "Kicker",
        "Alba: gives",
        "nothing",
        "Alba → Alba",
        "Something is missing.",
        "inside",
        "Sources",
        "The end.",
    ):
        assert words in said
    assert {p.style.name for p in file.paragraphs} >= {
        "Title",
        "Subtitle",
        "Heading 1",
        "Heading 2",
        "List Number",
        "List Bullet",
    }
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    assert {"Name", "Persons (persons)", "x", "y", "–"} <= set(cells)


def test_same_document_same_bytes_and_no_clock():
    raw = render_docx(every_block(), stamp=STAMP)
    assert raw == render_docx(every_block(), stamp=STAMP)
    properties = docx.Document(io.BytesIO(raw)).core_properties
    assert properties.created == properties.modified == STAMP
    assert properties.title == "A title"
    elsewhere = datetime(2030, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert render_docx(every_block(), stamp=elsewhere) == raw, "the same moment"


def test_characters_that_no_file_may_hold_do_no_harm():
    document = model.Document("T", "", (model.Paragraph(model.Name("bell \x07 & <w:p> ]]>", "quote")),))
    file = docx.Document(io.BytesIO(render_docx(document, stamp=STAMP)))
    assert "& <w:p> ]]>" in "\n".join(p.text for p in file.paragraphs)
