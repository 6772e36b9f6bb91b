"""The readable form of a coherence assessment: the answer, conflicts, the repair, who must talk (§7.3).

Who may import me: :mod:`comity.services.coherence`. Start at :func:`write_document`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.reports.document import (
    Answer,
    Block,
    Bullets,
    Cell,
    Column,
    Details,
    Document,
    Emphasis,
    Heading,
    Matrix,
    Meta,
    Name,
    Notice,
    Paragraph,
    Source,
    Table,
    Text,
    Words,
    date,
    text,
)
from comity.services import coherence_sections as sections
from comity.services.coherence_wording import count
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from comity.coherence import Finding
    from comity.services.coherence import Coherence

__all__ = ["SOURCES", "finding_table", "write_document"]

_SEVERITY: Final = {
    "severe": "Severe: every condition met, the evidence not disputed",
    "moderate": "Moderate: every condition met, the effect or its evidence weaker",
    "open": "Open: a condition is not known here",
    "contested": "Contested: researchers disagree",
}
MOST_SEVERE: Final = 8
MOST_OTHERS: Final = 4
SOURCES: Final = (
    Source(
        "catalogue:interactions", "Signed interactions between measures, states and outcomes", "Comity",
        licence="Apache-2.0",
    ),
    Source("portfolio:", "The portfolio file", "its author"),
    Source("evidence:", "Comity evidence pack", "see docs/attributions.md"),
    Source("model:§7.3", "Counted by Comity's coherence rules", "Comity", licence="Apache-2.0"),
    Source("model:§3.12", "Comity's world model, for a standard change", "Comity", licence="Apache-2.0"),
)  # fmt: skip
_COLUMNS: Final = (
    Column("Chain"), Column("Whose concern"), Column("Objective"), Column("Grade", signed=True),
    Column("Rests on"),
)  # fmt: skip


def write_document(c: Coherence, *, brief: bool = False) -> Document:
    """Lay out the assessment; ``brief`` keeps what fits a few screens."""
    blocks: list[Block] = [_answer(c)]
    blocks += _conflicts_brief(c) if brief else _conflicts(c)
    blocks += _repair(c)
    blocks += _talk(c)
    blocks += sections.objectives(c)
    if not brief:
        blocks += _synergies(c)
        blocks += sections.oppositions(c)
        blocks += sections.one_size(c)
        blocks += sections.modelled(c)
    blocks += sections.benchmarks(c, brief=brief)
    if not brief:
        blocks += sections.lenses(c)
    blocks += sections.unknown(c, brief=brief)
    if not brief:
        blocks += sections.basis(c)
    return Document(
        title=Name(c.file.title),
        subtitle=text(
            "{country}: do the ministries pull the same way? As of {day}.",
            country=Name(c.country_name),
            day=date(c.file.as_of),
        ),
        blocks=tuple(blocks),
        sources=SOURCES,
        meta=Meta(
            disclaimer="Advisory. Comity judges measures against the objectives that were entered; "
            "it ranks no country.",
            command="comity coherence",
        ),
    )


def _answer(c: Coherence) -> Answer:
    a = c.assessment
    severe, conflicts = len(a.severe), len(a.conflicts)
    details: list[Words] = []
    if c.repair.steps:
        n = count(len(c.repair.steps), "change", "changes", "repair")
        removed = len({k for s in c.repair.steps for k in s.removes})
        m = count(removed, "severe conflict", "severe conflicts", "repair removes")
        details.append(text("The smallest repair, {n}, takes away {m}.", n=n, m=m))
    unserved = [v for v in a.verdicts if v.word == "not served"]
    if unserved:
        n = count(len(unserved), "objective", "objectives", "unserved")
        details.append(text("No measure is known to serve {n}.", n=n))
    if a.questions:
        n = count(len(a.questions), "question", "questions", "open")
        details.append(text("Some findings hang on {n} that nobody has answered.", n=n))
    n = count(conflicts, "conflict", "conflicts", "conflicts")
    if severe:
        words = text(
            "{s}, in which a measure undoes what the government wants, of {n} in all.",
            s=count(severe, "severe conflict", "severe conflicts", "severe"),
            n=n,
        )
        return Answer(words, "no_zone", tuple(details), "Measures pull against each other")
    words = text("No severe conflict; {n} weaker, open or contested.", n=n)
    return Answer(words, "zone", tuple(details), "No severe conflict")


def finding_table(c: Coherence, title: Words, findings: tuple[Finding, ...]) -> Table:
    """Write findings as rows: chain, whose concern, objective, grade, what each link rests on."""
    rows: list[tuple[Cell, ...]] = []
    for f in findings:
        reference = f.chain.links[-1].edge.reference
        grade = Figure(float(f.nilsson), "of three", SourceClass.ESTIMATED, reference)
        concern: Words = "none stated"
        if f.objective:
            concern = Name(f.objective.title or f.objective.key.replace("-", " "))
        owner = c.wording.ministry(f.owner)
        rows.append((c.wording.chain(f.chain), owner, concern, grade, c.wording.evidence(f.chain)))
    note = "Grade of the weakest link: Nilsson's scale, minus three (cancelling) to plus three (indivisible)."
    return Table(title, _COLUMNS, tuple(rows), note=note)


def _conflicts(c: Coherence) -> list[Block]:
    blocks: list[Block] = [Heading(2, "Where measures pull against each other", "conflicts")]
    found = c.assessment.conflicts
    if not found:
        return [*blocks, Paragraph("No conflict is known to the catalogue for these measures.")]
    for severity, title in _SEVERITY.items():
        group = tuple(f for f in found if f.severity == severity)
        if group:
            table = finding_table(c, title, group)
            blocks.append(table if severity in ("severe", "moderate") else Details(title, (table,)))
    return blocks


def _conflicts_brief(c: Coherence) -> list[Block]:
    """List whole chains only: what is a step on the way of another chain is told there."""
    blocks: list[Block] = [Heading(2, "Where measures pull against each other", "conflicts")]
    found = c.assessment.conflicts
    if not found:
        return [*blocks, Paragraph("No conflict is known to the catalogue for these measures.")]
    for severity, title in _SEVERITY.items():
        group = [f for f in found if f.severity == severity]
        whole = [f for f in group if not any(_is_step(f, g) for g in group)]
        if not group:
            continue
        shown = whole[: MOST_SEVERE if severity == "severe" else MOST_OTHERS]
        blocks.append(Paragraph(Emphasis(title)))
        items = tuple(
            text(
                "{chain}. Concern of: {owners}.", chain=c.wording.chain(f.chain), owners=_owners(c, f, group)
            )
            for f in shown
        )
        blocks.append(Bullets(items))
        if len(shown) < len(whole):
            left = count(len(whole) - len(shown), "chain", "chains", f"left|{severity}")
            blocks.append(Paragraph(text("And {n} more with --full.", n=left)))
    return blocks


def _is_step(f: Finding, other: Finding) -> bool:
    mine, theirs = f.chain.key, other.chain.key
    return len(mine) < len(theirs) and theirs[: len(mine)] == mine


def _owners(c: Coherence, f: Finding, group: list[Finding]) -> Text:
    """Whose concern a chain is, its steps included."""
    names = dict.fromkeys(g.owner for g in group if g is f or _is_step(g, f) or g.chain.key == f.chain.key)
    parts: list[Words] = []
    for k, name in enumerate(names):
        parts += [", " if k else "", c.wording.ministry(name)]
    return Text(tuple(parts))


def _repair(c: Coherence) -> list[Block]:
    r = c.repair
    blocks: list[Block] = [Heading(2, "The smallest change that removes the severe conflicts", "repair")]
    if not r.steps and not r.beyond:
        return [*blocks, Paragraph("There is no severe conflict to remove.")]
    items: list[Words] = []
    for step in r.steps:
        removes = count(len(step.removes), "severe conflict", "severe conflicts", f"repair|{step.subject}")
        if step.kind == "give up":
            measure = next(m for m in c.file.measures if m.key == step.measure)
            words = text(
                "{who}: give up or turn around “{what}”; removes {n}.",
                who=c.wording.ministry(measure.ministry), what=Name(measure.title, "quote"), n=removes,
            )  # fmt: skip
        else:
            instrument = c.catalogue.instruments[step.subject]
            words = text(
                "{who}: {what} ({code}: {change}), so that it no longer holds that {state}; removes {n}.",
                who=c.wording.ministry(instrument.ministry_giver), what=Name(instrument.title),
                code=Name(step.subject, "code"), change=Name(step.change),
                state=Name(c.rules.states[step.state].title), n=removes,
            )  # fmt: skip
        items.append(words)
    if items:
        blocks.append(Bullets(tuple(items), ordered=True))
        if r.lost:
            blocks.append(Paragraph("What it costs: these effects on other objectives would be lost."))
            blocks.append(Bullets(tuple(c.wording.chain(f.chain) for f in r.lost)))
        else:
            blocks.append(Paragraph("No known effect in favour of another objective is lost by it."))
    if r.beyond:
        blocks.append(
            Notice(
                "limit",
                text(
                    "Out of reach: {n}; the measure is fixed and no known measure changes its condition.",
                    n=count(len(r.beyond), "severe conflict", "severe conflicts", "beyond"),
                ),
            )
        )
    return blocks


def _talk(c: Coherence) -> list[Block]:
    meetings = c.assessment.meetings
    blocks: list[Block] = [Heading(2, "Who must talk to whom", "ministries")]
    if not meetings:
        return [*blocks, Paragraph("No measure is known to touch another ministry's concern.")]
    acting = sorted({m.acting for m in meetings}, key=lambda a: c.wording.ministry(a).content)
    concerned = sorted({m.concerned for m in meetings}, key=lambda a: c.wording.ministry(a).content)
    at = {(m.acting, m.concerned): m for m in meetings}

    def cell(a: str, b: str) -> tuple[Figure, Figure] | None:
        m = at.get((a, b))
        if m is None:
            return None
        return (
            count(m.conflicts, "conflict", "conflicts", "ministries"),
            count(m.synergies, "synergy", "synergies", "ministries"),
        )

    return [
        *blocks,
        Matrix(
            "Whose measures (lines) touch whose concerns (columns)",
            tuple(c.wording.ministry(a) for a in acting),
            tuple(c.wording.ministry(b) for b in concerned),
            tuple(tuple(cell(a, b) for b in concerned) for a in acting),
            corner="acts",
            note="− conflicts, + synergies. Contested findings are not counted, "
            "nor a ministry's effects on its own concerns.",
        ),
    ]


def _synergies(c: Coherence) -> list[Block]:
    found = c.assessment.synergies
    blocks: list[Block] = [Heading(2, "Where measures support each other", "synergies")]
    if not found:
        return [*blocks, Paragraph("No synergy is known to the catalogue for these measures.")]
    return [*blocks, finding_table(c, "Synergies", found)]
