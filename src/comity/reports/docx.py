"""A report as a Word file (.docx) with real headings, lists and tables, for those who go on writing in it.

Charts become tables, as in Markdown. Same document and stamp, same bytes.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from comity.errors import MissingExtraError
from comity.reports import document as model
from comity.reports.grids import Written, grid_of
from comity.reports.marks import MEANINGS, Marks
from comity.reports.wording import ALL_FIGURES, KICKERS, MISSING, NOTICES, READING
from comity.reports.words import clean, written
from comity.vocabulary import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from comity.reports.document import Block, Document
    from comity.reports.grids import GridCell
    from comity.reports.words import Inline, Words

__all__ = ["render_docx"]

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)


def render_docx(document: Document, *, stamp: datetime) -> bytes:
    """Write a document as the bytes of a .docx file; figures carry their mark, explained at the end.

    Parameters
    ----------
    document
        What to write.
    stamp
        When it was made, with its zone, as the file's properties say; the caller hands it in.

    Raises
    ------
    MissingExtraError
        When python-docx, of the extra ``forum``, is not installed.
    """
    try:
        import docx  # noqa: PLC0415
    except ImportError as error:  # pragma: no cover
        raise MissingExtraError("python-docx", extra="forum") from error  # noqa: EM101
    file = docx.Document()
    _Writer(document, file).render()
    properties = file.core_properties
    properties.title = model.Text.of(document.title).plain[:255]
    properties.author = properties.last_modified_by = "Comity"
    properties.comments = ""
    properties.created = properties.modified = stamp.astimezone(UTC).replace(microsecond=0)
    out = io.BytesIO()
    file.save(out)
    return _steady(out.getvalue())


def _steady(raw: bytes) -> bytes:
    """Pack the same parts again without the clock of the machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _FIRST_DAY), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Writer:
    def __init__(self, document: Document, file: Any) -> None:  # noqa: ANN401
        self.document = document
        self.file = file
        self.marks = Marks.of(document)

    def render(self) -> None:
        self._say(self.file.add_heading("", level=0), self.document.title)
        if model.Text.of(self.document.subtitle).plain:
            self._paragraph(self.document.subtitle, style="Subtitle")
        for block in self.document.blocks:
            self.block(block)
        self.sources()
        if model.Text.of(self.document.meta.disclaimer).plain:
            self._paragraph(self.document.meta.disclaimer)

    def block(self, block: Block) -> None:
        writers: dict[type, Callable[..., object]] = {
            model.Heading: lambda b: self._say(self.file.add_heading("", level=b.level - 1), b.text),
            model.Paragraph: lambda b: self._paragraph(b.text),
            model.Bullets: lambda b: self._items(b.items, "List Number" if b.ordered else "List Bullet"),
            model.Answer: self._answer,
            model.Exchange: self._exchange,
            model.RangeChart: self._grid,
            model.BarChart: self._grid,
            model.LineChart: self._grid,
            model.Table: self._grid,
            model.Matrix: self._grid,
            model.FlowMap: self._flows,
            model.Notice: lambda b: self._paragraph(
                model.Text((model.Emphasis(f"{NOTICES[b.kind]}. "), b.text))
            ),
            model.KeyValues: lambda b: self._items([_pair(*item) for item in b.items], "List Bullet"),
            model.Details: self._details,
        }
        writers[type(block)](block)

    # -- words

    def _paragraph(self, words: Words, style: str | None = None) -> None:
        self._say(self.file.add_paragraph(style=style), words)

    def _say(self, paragraph: Any, words: Words, *, bold: bool = False) -> None:  # noqa: ANN401
        for part in model.Text.of(words).parts:
            self._inline(paragraph, part, bold=bold)

    def _inline(self, paragraph: Any, part: Inline, *, bold: bool) -> None:  # noqa: ANN401
        if isinstance(part, Figure | model.Amount):
            figure = part if isinstance(part, Figure) else part.figure
            content = f"{written(part)} [{self.marks.entry(figure).mark}]"
        elif isinstance(part, model.Name):
            content = part.content
        elif isinstance(part, model.Emphasis):
            self._say(paragraph, part.content, bold=True)
            return
        elif isinstance(part, model.Link):
            self._say(paragraph, part.content, bold=bold)
            content = "" if part.href.startswith("#") else f" ({part.href})"
        elif isinstance(part, model.Text):
            self._say(paragraph, part, bold=bold)
            return
        else:
            content = part
        if content:
            paragraph.add_run(clean(content)).bold = bold or None

    # -- blocks

    def _items(self, items: Iterable[Words], style: str) -> None:
        for item in items:
            self._paragraph(item, style=style)

    def _answer(self, block: model.Answer) -> None:
        self._paragraph(model.Emphasis(block.kicker or KICKERS[block.tone]))
        self._paragraph(block.text)
        self._items(block.details, "List Bullet")

    def _exchange(self, block: model.Exchange) -> None:
        for verb, items in (("gives", block.gives), ("gets", block.gets)):
            self._paragraph(model.Emphasis(model.Text((block.party, f": {verb}"))))
            self._items(items or ("nothing",), "List Bullet")
        if block.net is not None:
            self._paragraph(block.net)

    def _details(self, block: model.Details) -> None:
        self._paragraph(model.Emphasis(block.summary))
        for inner in block.blocks:
            self.block(inner)

    def _flows(self, block: model.FlowMap) -> None:
        self._paragraph(model.Emphasis(block.title))
        for flow in block.flows:
            ends = (block.points[code].name for code in (flow.origin, flow.destination))
            origin, destination = ends
            self._paragraph(model.Text((origin, " → ", destination, ": ", flow.figure)), style="List Bullet")

    def _grid(
        self, block: model.Table | model.Matrix | model.RangeChart | model.BarChart | model.LineChart
    ) -> None:
        grid = grid_of(block)
        shared = self.marks.common(grid.figures)
        title = model.Text.of(grid.title).plain
        mark = f" ({ALL_FIGURES} [{shared.mark}])" if shared else ""
        paragraph = self.file.add_paragraph()
        paragraph.add_run(clean(f"{title}{mark}")).bold = True
        paragraph.paragraph_format.keep_with_next = True
        if grid.note is not None:
            self._paragraph(grid.note)
        table = self.file.add_table(rows=1, cols=len(grid.columns))
        table.style = "Table Grid"
        for cell, column in zip(table.rows[0].cells, grid.columns, strict=True):
            self._say(cell.paragraphs[0], column.title, bold=True)
            if column.unit:
                cell.paragraphs[0].add_run(f" ({column.unit})").bold = True
        for row in grid.rows:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                self._cell(cell.paragraphs[0], value, shared=shared is not None)
        self.file.add_paragraph()

    def _cell(self, paragraph: Any, value: GridCell, *, shared: bool) -> None:  # noqa: ANN401
        if value is None:
            paragraph.add_run(MISSING)
        elif isinstance(value, Written):
            mark = "" if shared else f" [{self.marks.entry(value.figure).mark}]"
            paragraph.add_run(clean(f"{value.words}{mark}"))
        else:
            self._say(paragraph, value)

    # -- the end

    def sources(self) -> None:
        entries = self.marks.entries()
        if not entries:
            return
        self.file.add_heading("Sources", level=1)
        self.file.add_paragraph(READING)
        for entry in entries:
            source = entry.source
            facts = ". ".join(
                filter(None, (source.title, source.producer, source.edition, source.licence, source.url))
            )
            words = f"[{entry.mark}] {facts}. {MEANINGS[entry.source_class].capitalize()}."
            self.file.add_paragraph(clean(words), style="List Bullet")


def _pair(term: Words, what: Words) -> model.Text:
    return model.Text((model.Emphasis(term), ": ", what))
