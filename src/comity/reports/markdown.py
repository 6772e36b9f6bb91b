"""A report as Markdown (CommonMark with pipe tables), for a wiki, an e-mail or a text editor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from comity.reports import document as model
from comity.reports.amounts import scale_of
from comity.reports.grids import Written, grid_of
from comity.reports.marks import MEANINGS, Marks
from comity.reports.wording import ALL_FIGURES, KICKERS, MAP_NOTE, MISSING, NOTICES, PRICES, READING
from comity.reports.words import clean, written
from comity.vocabulary import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from comity.reports.document import Block, Document
    from comity.reports.grids import GridCell
    from comity.reports.words import Inline, Words

__all__ = ["render_markdown"]

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~&])")
_BULLETED: Final = re.compile(r"^([-+=])")
_NUMBERED: Final = re.compile(r"^(\d+)([.)])")


def render_markdown(document: Document) -> str:
    r"""Write a document as Markdown; figures carry their mark, and the marks are explained at the end.

    Examples
    --------
    >>> from comity.reports.document import Document, Paragraph
    >>> print(render_markdown(Document("Title", "", (Paragraph("Some *words*."),))), end="")
    # Title
    <BLANKLINE>
    Some \*words\*.
    """
    return _Writer(document).render()


def _escaped(words: str) -> str:
    return _SPECIAL.sub(r"\\\1", clean(words))


def _guarded(line: str) -> str:
    """Keep a paragraph from starting a list or a heading."""
    return _NUMBERED.sub(r"\1\\\2", _BULLETED.sub(r"\\\1", line))


class _Writer:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.marks = Marks.of(document)

    def render(self) -> str:
        document = self.document
        chunks = [f"# {self.words(document.title)}"]
        if model.Text.of(document.subtitle).plain:
            chunks.append(_guarded(self.words(document.subtitle)))
        chunks += self.blocks(document.blocks)
        chunks += self.sources()
        chunks += self.meta()
        return "\n\n".join(chunks) + "\n"

    def blocks(self, blocks: Iterable[Block]) -> list[str]:
        return [chunk for block in blocks for chunk in self.block(block)]

    def block(self, block: Block) -> list[str]:
        writers: dict[type, Callable[..., list[str]]] = {
            model.Heading: lambda b: [f"{'#' * b.level} {self.words(b.text)}"],
            model.Paragraph: lambda b: [_guarded(self.words(b.text))],
            model.Bullets: lambda b: [self.items(b.items, ordered=b.ordered)],
            model.Answer: self.answer,
            model.Exchange: self.exchange,
            model.RangeChart: self.grid,
            model.BarChart: self.grid,
            model.LineChart: self.grid,
            model.Table: self.grid,
            model.Matrix: self.grid,
            model.FlowMap: self.flows,
            model.Storyboard: self.storyboard,
            model.Notice: lambda b: [f"> **{NOTICES[b.kind]}.** {self.words(b.text)}"],
            model.KeyValues: lambda b: [self.items([_pair(*item) for item in b.items])],
            model.Details: lambda b: [f"**{self.words(b.summary)}**", *self.blocks(b.blocks)],
        }
        return writers[type(block)](block)

    # -- words

    def words(self, words: Words) -> str:
        return "".join(map(self._inline, model.Text.of(words).parts))

    def _inline(self, part: Inline) -> str:
        if isinstance(part, Figure):
            return self.figure(written(part), part)
        if isinstance(part, model.Amount):
            return self.figure(written(part), part.figure)
        if isinstance(part, model.Name):
            return _escaped(part.content)
        if isinstance(part, model.Emphasis):
            return f"**{self.words(part.content)}**"
        if isinstance(part, model.Link):
            inner = self.words(part.content)
            # Readers of Markdown disagree on how anchors are made: a link within the document is just words.
            return inner if part.href.startswith("#") else f"[{inner}](<{part.href}>)"
        return self.words(part) if isinstance(part, model.Text) else _escaped(part)

    def figure(self, words: str, figure: Figure) -> str:
        return rf"{_escaped(words)} \[{_escaped(self.marks.entry(figure).mark)}\]"

    # -- blocks

    def items(self, items: Iterable[Words], *, ordered: bool = False) -> str:
        return "\n".join(
            f"{f'{place}.' if ordered else '-'} {self.words(item)}"
            for place, item in enumerate(items, start=1)
        )

    def answer(self, block: model.Answer) -> list[str]:
        lines = [f"> **{block.kicker or KICKERS[block.tone]}**", ">", f"> {self.words(block.text)}"]
        if block.details:
            lines += [">", *(f"> - {self.words(item)}" for item in block.details)]
        return ["\n".join(lines)]

    def exchange(self, block: model.Exchange) -> list[str]:
        party = _escaped(model.Text.of(block.party).plain)
        chunks: list[str] = []
        for verb, items in (("gives", block.gives), ("gets", block.gets)):
            chunks += [f"**{party}: {verb}**", self.items(items) if items else "- nothing"]
        if block.net is not None:
            chunks.append(_guarded(self.words(block.net)))
        return chunks

    def grid(
        self, block: model.Table | model.Matrix | model.RangeChart | model.BarChart | model.LineChart
    ) -> list[str]:
        grid = grid_of(block)
        shared = self.marks.common(grid.figures)
        heads = [
            " ".join(filter(None, (self.words(column.title), f"({column.unit})" if column.unit else "")))
            for column in grid.columns
        ]

        def cell(value: GridCell) -> str:
            if value is None:
                return MISSING
            if not isinstance(value, Written):
                return self.words(value)
            return _escaped(value.words) if shared else self.figure(value.words, value.figure)

        lines = ["| " + " | ".join(heads) + " |"]
        lines.append("|" + "|".join("---:" if column.numeric else "---" for column in grid.columns) + "|")
        for place, row in enumerate(grid.rows):
            cells = [cell(value) for value in row]
            if place >= grid.totals:
                cells = [f"**{words}**" for words in cells]
            lines.append("| " + " | ".join(cells) + " |")
        mark = rf" ({ALL_FIGURES} \[{_escaped(shared.mark)}\])" if shared else ""
        return self._titled(grid.title, grid.note, "\n".join(lines), mark)

    def flows(self, block: model.FlowMap) -> list[str]:
        lines = []
        for flow in block.flows:
            origin, destination = (block.points[code].name for code in (flow.origin, flow.destination))
            label = f", {self.words(flow.label)}" if model.Text.of(flow.label).plain else ""
            route = f"{self.words(origin)} {block.joint} {self.words(destination)}"
            lines.append(f"- {route}{label}: {self.words(flow.figure)}")
        return self._titled(block.title, block.note, "\n".join(lines))

    def storyboard(self, block: model.Storyboard) -> list[str]:
        lines = []
        for place, frame in enumerate(block.frames, start=1):
            lines.append(f"{place}. **{self.words(frame.title)}**")
            lines += [f"   - {state}: {self.words(words)}" for state, words in frame.summary()]
            lines += [f"   - {self.words(line)}" for line in frame.lines]
        return self._titled(block.title, block.note, "\n".join(lines))

    def _titled(self, title: Words, note: Words | None, body: str, mark: str = "") -> list[str]:
        notes = [] if note is None else [_guarded(self.words(note))]
        return [f"**{self.words(title)}**{mark}", *notes, body]

    # -- the end

    def sources(self) -> list[str]:
        entries = self.marks.entries()
        if not entries:
            return []
        chunks = ["## Sources", READING]
        if prices := sorted({scale_of([f]).prices for f in self.document.figures()} - {""}):
            chunks.append(f"{PRICES} {', '.join(prices)}.")
        for source_class in self.marks.classes():
            lines = [f"**{source_class.value.capitalize()}**: {MEANINGS[source_class]}", ""]
            for entry in entries:
                if entry.source_class is not source_class:
                    continue
                source = entry.source
                title = (
                    f"[{_escaped(source.title)}](<{source.url}>)" if source.url else _escaped(source.title)
                )
                facts = map(_escaped, filter(None, (source.producer, source.edition, source.licence)))
                trace = f" `comity evidence trace '{entry.traced}'`" if entry.traced else ""
                lines.append(rf"- \[{_escaped(entry.mark)}\] " + ". ".join((title, *facts)) + "." + trace)
            chunks.append("\n".join(lines))
        return chunks

    def meta(self) -> list[str]:
        meta = self.document.meta
        chunks = ["---"]
        if model.Text.of(meta.disclaimer).plain:
            chunks.append(_guarded(self.words(meta.disclaimer)))
        if any(isinstance(block, model.FlowMap) for block in self.document.blocks):
            chunks.append(MAP_NOTE)
        lines = ["- Made by `" + clean(meta.command).replace("`", "'") + "`"] if meta.command else []
        lines += [f"- Seed {meta.seed}"] if meta.seed is not None else []
        lines += [
            f"- {_escaped(name)} {_escaped(version)}" for name, version in sorted(meta.versions.items())
        ]
        if lines:
            chunks.append("\n".join(lines))
        return chunks if len(chunks) > 1 else []


def _pair(term: Words, words: Words) -> model.Text:
    return model.Text((model.Emphasis(term), ": ", model.Text.of(words)))
