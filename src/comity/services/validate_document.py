"""The readable form of the validation: every row, misses included, with the reason.

Who may import me: :mod:`comity.services.validate`. Start at :func:`write_document`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.reports.document import (
    Answer,
    Block,
    Column,
    Document,
    Emphasis,
    Heading,
    Meta,
    Name,
    Paragraph,
    Source,
    Table,
    Text,
    Words,
    text,
)
from comity.services.deal_wording import count
from comity.services.validate import INSIDE, NOT_COMPARABLE, OUTSIDE
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.validate import Check, Validation

__all__ = ["write_document"]


def write_document(v: Validation, *, brief: bool = False) -> Document:
    """Lay out the validation: all of it, or without the rows that cannot be compared."""
    return Document(
        title="The world model beside published experiments and observed episodes",
        subtitle="Target, ours and the verdict, failures too. No parameter is fitted to any row.",
        blocks=tuple(_blocks(v, brief=brief)),
        sources=(
            Source(
                "catalogue:targets", "Published experiments, each with its own source", "the authors named"
            ),
            Source(
                "catalogue:episodes", "Observed episodes, each with its own source", "the publishers named"
            ),
            Source("model:", "Comity world model, by section of the design", "Comity"),
        ),
        meta=Meta(
            seed=v.seed,
            versions=dict(v.versions),
            disclaimer="A model that misses is not wrong everywhere, and one that hits is not right "
            "everywhere.",
            command="comity world validate",
        ),
    )


def _number(value: float, what: str) -> Figure:
    return count(value, "", f"model:§3.15|{what}")


def _blocks(v: Validation, *, brief: bool) -> Iterator[Block]:
    details: list[Words] = [
        text(
            "{kind}: {inside} inside, {outside} outside, {none} not comparable.",
            kind=Name(words),
            inside=_number(v.count(INSIDE, kind), f"{kind}|inside"),
            outside=_number(v.count(OUTSIDE, kind), f"{kind}|outside"),
            none=_number(v.count(NOT_COMPARABLE, kind), f"{kind}|not comparable"),
        )
        for kind, words in (("target", "Published experiments"), ("episode", "Observed episodes"))
    ]
    details.append(
        text(
            "Of the rows inside, {n} are compared by direction alone, because the size of the policy is not "
            "measured. That is a weak test: where a cost rises, this model always lets fewer people come.",
            n=_number(v.by_direction, "direction"),
        )
    )
    yield Answer(
        text(
            "{inside} rows inside, {outside} outside, {none} not comparable.",
            inside=_number(v.count(INSIDE), "inside"),
            outside=_number(v.count(OUTSIDE), "outside"),
            none=_number(v.count(NOT_COMPARABLE), "not comparable"),
        ),
        "note",
        tuple(details),
    )
    yield Paragraph(
        text(
            "Ours is the value at central parameters (the verdict rests on it) with the range over {n} "
            "draws.",
            n=count(v.draws, "", "round:draws"),
        )
    )
    for kind, title in (("target", "Published experiments"), ("episode", "Observed episodes")):
        yield Heading(2, title, f"{kind}s")
        for verdict, words in ((OUTSIDE, "Outside"), (INSIDE, "Inside"), (NOT_COMPARABLE, "Not comparable")):
            rows = [c for c in v.checks if c.kind == kind and c.verdict == verdict]
            if rows and not (brief and verdict == NOT_COMPARABLE):
                yield _table(words, rows)
        if brief:
            n = count(v.count(NOT_COMPARABLE, kind), "", f"model:§3.15|{kind}|not comparable")
            yield Paragraph(text("{n} rows cannot be compared; --full says why for each.", n=n))


def _table(title: str, rows: list[Check]) -> Table:
    return Table(
        title,
        (Column("What"), Column("Published or observed"), Column("Ours"), Column("Why")),
        tuple((_what(c), _published(c), _ours(c), _why(c)) for c in rows),
    )


def _what(c: Check) -> Words:
    return Text((Emphasis(Name(c.origin)), ": ", Name(c.quantity), " (", Name(c.key, "code"), ")"))


def _published(c: Check) -> Words:
    parts: list[Words] = []
    if c.low is not None and c.high is not None:
        # An observed change is computed from two observations; a published number is taken over.
        source = SourceClass.ESTIMATED if c.kind == "episode" else SourceClass.EVIDENCE
        unit = "%" if c.kind == "episode" else c.unit
        low, high = (float(f"{x:.3g}") for x in (c.low, c.high))
        if low != high:
            parts += [Figure(low, "", source, c.reference), " to "]
        parts += [Figure(high, unit, source, c.reference), "; "]
    said = c.published if c.unit in ("order", "date") or c.kind == "target" else f"{c.published} {c.unit}"
    parts += ["“", Name(said, "quote"), "” ", Name(f"({c.source}; {c.mark})", "quote")]
    return Text(tuple(parts))


def _ours(c: Check) -> Words | None:
    if c.ours is None:
        return None
    w = c.ours
    unit = "million" if c.unit == "million" else "%"
    reference = f"model:§3.15|{c.experiment}"
    parts: list[Words] = [_rounded(w.central, unit, reference), " ("]
    parts += [_rounded(w.low, "", reference), " to ", _rounded(w.high, "", reference), ")"]
    return Text(tuple(parts))


def _rounded(value: float, unit: str, reference: str) -> Figure:
    return Figure(float(f"{value:.3g}"), unit, SourceClass.MODELLED, reference)


def _why(c: Check) -> Words:
    parts: list[Words] = []
    if c.compared:
        parts += ["Compared: ", Name(c.compared, "quote"), ". "]
    if c.beside:
        for name, value in c.beside.items():
            parts += [
                Name(name.replace("_", " "), "code"),
                ": ",
                _rounded(value, "", f"model:§3.15|{name}"),
                "; ",
            ]
    if c.reason:
        parts.append(Name(c.reason if c.reason.endswith(".") else f"{c.reason}."))
    return Text(tuple(parts))
