"""Readable forms of an admission decision and of places by category.

Who may import me: :mod:`comity.services.admission`. Start at :func:`write_decision`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.reports.document import (
    Answer,
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Heading,
    Meta,
    Name,
    Notice,
    Paragraph,
    Source,
    Table,
    Words,
    text,
)
from comity.services.coherence_wording import count
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from comity.services.admission import Change, Decided, Levels, Regulations
    from comity.services.admission_file import Answer as Given

__all__ = ["write_decision", "write_levels"]

_WORDS: Final = {
    "admit": "The rules admit this case.",
    "refuse": "The rules refuse this case.",
    "refer": "The rules refer this case to an officer.",
    "gap": "No rule decides this case. It is a gap in the rules, and is not decided here.",
    "contradiction": "Rules decide this case both ways. It is not decided here.",
    "open": "The decision hangs on answers that are not given.",
}
_SOURCES: Final = (
    Source("rules:", "The rules file", "its author"),
    Source("model:§7.3", "Counted by Comity", "Comity"),
)
_MOST_GAPS: Final = 10
_DISCLAIMER: Final = "Advisory: an authority decides. Nothing of the case is kept."


def write_decision(d: Decided, *, brief: bool = False) -> Document:
    """Lay out a decision: the answer, each rule, what would change it, appeal."""
    _ = brief
    r = d.regulations
    details: list[Words] = []
    if d.category is not None:
        title = next(c.title for c in r.file.categories if c.key == d.category)
        left = {True: "a place is left", False: "no place is left now", None: "places are not stated"}
        details.append(text("Category: {c}; {left}.", c=Name(title, "quote"), left=left[d.place_left]))
    if d.missing:
        titles = "; ".join(r.attributes[key].title for key in d.missing)
        details.append(text("Not answered: {what}", what=Name(titles, "quote")))
    tone = {"admit": "zone", "refuse": "no_zone"}.get(d.decision, "note")
    blocks: list[Block] = [Answer(_WORDS[d.decision], tone, tuple(details), "Advisory decision")]  # type: ignore[arg-type]
    blocks += _label(r)
    blocks.append(Heading(2, "Rule by rule", "rules"))
    rows: list[tuple[Cell, ...]] = []
    for reason in d.reasons:
        rule = r.rules[reason.rule]
        parts = "; ".join(f"{words}: {truth}" for words, truth in zip(rule.when, reason.parts, strict=True))
        state = {"yes": "speaks", "no": "does not speak", "unknown": "not known"}[reason.speaks]
        if reason.silenced_by:
            state = f"silenced by: {'; '.join(r.rules[k].title for k in reason.silenced_by)}"
        rows.append((Name(rule.title, "quote"), Name(parts, "quote"), Name(state), rule.decision,
                     Name(rule.source, "quote")))  # fmt: skip
    columns = (
        Column("Rule"),
        Column("Its condition here"),
        Column("It"),
        Column("Decision"),
        Column("Source"),
    )
    blocks.append(Table("Rules", columns, tuple(rows)))
    if d.decision != "admit":
        blocks.append(Heading(2, "What would lead to admission", "changes"))
        if d.changes:
            blocks.append(Bullets(tuple(_change(r, c) for c in d.changes)))
        else:
            blocks.append(Paragraph("No change of one or two answers that can change."))
    blocks.append(Heading(2, "Who decides, and appeal", "appeal"))
    appeal: Words = Name(r.file.appeal, "quote") if r.file.appeal else "not stated in the rules"
    blocks.append(Bullets((text("Decides: {who}", who=Name(r.file.decides, "quote")),
                           text("Appeal: {what}", what=appeal))))  # fmt: skip
    return Document(
        title=Name(r.file.title),
        subtitle=text("Case {case}", case=Name(d.case.case, "code")),
        blocks=tuple(blocks),
        sources=_SOURCES,
        meta=Meta(disclaimer=_DISCLAIMER, command="comity admission check"),
    )


def _change(r: Regulations, change: Change) -> Words:
    words = " and ".join(f"{r.attributes[key].title} {_said(r, key, value)}" for key, value in change.answers)
    return text(
        "{what} (then: {rule})", what=Name(words, "quote"), rule=Name(r.rules[change.rule].title, "quote")
    )


def _said(r: Regulations, key: str, value: Given) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g} {r.attributes[key].unit}" if isinstance(value, float) else str(value)


def _label(r: Regulations) -> list[Block]:
    if r.file.illustrative:
        return [Notice("assumed", "These rules are made up, to show the form. They are no country's law.")]
    return []


def write_levels(found: Levels, *, brief: bool = False) -> Document:
    """Lay out places by category, and kinds of case that the rules do not decide."""
    r = found.regulations

    def places(key: str, value: int | None, what: str) -> Figure | None:
        if value is None:
            return None
        return Figure(float(value), "places", SourceClass.ELICITED, f"rules:categories.{key}.{what}")

    rows: list[tuple[Cell, ...]] = []
    for c in r.file.categories:
        left = None if c.places is None or c.used is None else c.places - c.used
        over = "more used than stated" if left is not None and left < 0 else ""
        rows.append(
            (
                Name(c.title, "quote"), Name(c.period or "not stated", "quote"),
                places(c.key, c.places, "places"), places(c.key, c.used, "used"), places(c.key, left, "left"),
                over, Name(c.source, "quote"),
            )
        )  # fmt: skip
    gaps = sum(word == "gap" for word, _ in found.gaps)
    both = len(found.gaps) - gaps
    lead = text(
        "{n}; {gaps} that no rule decides, {both} that rules decide both ways.",
        n=count(len(rows), "category", "categories", "categories"),
        gaps=count(gaps, "kind of case", "kinds of case", "gaps"),
        both=count(both, "kind of case", "kinds of case", "contradictions"),
    )
    blocks: list[Block] = [Answer(lead, "note"), *_label(r), Heading(2, "Places by category", "places")]
    columns = tuple(Column(t) for t in ("Category", "Period", "Places", "Used", "Left", "Remark", "Source"))
    note = "A dash is a number that is not stated, which is not the same as none."
    blocks.append(Table("Places", columns, tuple(rows), note=note))
    blocks.append(Heading(2, "What the rules leave open", "gaps"))
    if found.gaps:
        shown = found.gaps[:_MOST_GAPS] if brief else found.gaps
        items: list[Words] = []
        for word, case in shown:
            said = ", ".join(f"{r.attributes[k].title} {_said(r, k, v)}" for k, v in case.items())
            items.append(text("{word}: {case}", word=word, case=Name(said, "quote")))
        blocks.append(Bullets(tuple(items)))
        if len(shown) < len(found.gaps):
            left_out = count(len(found.gaps) - len(shown), "kind of case", "kinds of case", "gaps left")
            blocks.append(Paragraph(text("And {n} more with --full.", n=left_out)))
    else:
        blocks.append(Paragraph("Every kind of case is decided, one way."))
    return Document(
        title=Name(r.file.title),
        subtitle="Places used and left",
        blocks=tuple(blocks),
        sources=_SOURCES,
        meta=Meta(disclaimer=_DISCLAIMER, command="comity admission levels"),
    )
