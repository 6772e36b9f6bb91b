"""The readable form of the test of an agreement, and of what several have in common.

Who may import me: services. Start at :func:`write_test`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.regime import Force, Mark
from comity.regime.agreement import BOTH
from comity.regime.checklist import GROUPS
from comity.reports.document import (
    Answer,
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Exchange,
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
from comity.vocabulary import Area, Figure, SourceClass

if TYPE_CHECKING:
    from comity.regime import CommonGround, Examination, Finding, Shared, Tags
    from comity.regime.agreement import Agreement, Clause
    from comity.regime.examine import Side

__all__ = ["AREA_TITLES", "write_comparison", "write_test"]

AREA_TITLES: Final = {
    Area.RIGHTS_WELFARE: "(a) Rights and welfare",
    Area.PREVENTION_ENFORCEMENT: "(b) Prevention and enforcement",
    Area.LEGAL_ENTRY: "(c) Regular entry",
}
_DISCLAIMER: Final = (
    "Advisory. The test looks at what clauses say, by their tags; it does not judge how they are applied, "
    "and counts of clauses say nothing about worth."
)


def _count(value: int, unit: str, what: str) -> Figure:
    """Count things; ``unit`` is the singular, or a word that has no plural of its own."""
    if value != 1 and unit in ("item", "risk", "clause", "provision"):
        unit += "s"
    elif value != 1 and unit == "breach":
        unit += "es"
    return Figure(float(value), unit, SourceClass.MODELLED, f"model:§8|{what}")


def _pointers(keys: tuple[str, ...]) -> Words:
    return Name(", ".join(keys), "code")


# ----------------------------------------------------------------------------------------------------- test


def write_test(x: Examination, tags: Tags, *, brief: bool = False) -> Document:
    """Lay out the test: breaches first, then who gives and gets, then the checklist."""
    agreement = x.agreement
    blocks: list[Block] = [_answer(x), *_findings(x), *_sides(x, tags)]
    blocks += [
        Heading(2, "What it holds and lacks", "checklist"),
        Paragraph(
            "Present: a binding clause answers it. Weak: only clauses that do not bind, whose force is not "
            "known, or at the weakest value that the instrument allows. Absent: no clause."
        ),
    ]
    for group, title in GROUPS.items():
        rows: list[tuple[Cell, ...]] = [
            (
                Name(f"{v.item.key} {v.item.title}"), str(v.mark),
                _pointers(v.clauses) if v.clauses else None, Name(v.why) if v.why else None,
            )
            for v in x.verdicts
            if v.item.group == group and not (brief and v.mark is Mark.ABSENT)
        ]  # fmt: skip
        columns = (Column("Item"), Column("Mark"), Column("Clauses"), Column("Why weak"))
        blocks.append(Heading(3, Name(title), f"group-{group.replace('_', '-')}"))
        if rows:
            blocks.append(Table(Name(title), columns, tuple(rows)))
        if brief:
            absent = [v.item.title for v in x.verdicts if v.item.group == group and v.mark is Mark.ABSENT]
            if absent:
                blocks.append(Paragraph(text("Absent: {items}.", items=Name("; ".join(absent)))))
    if not brief:
        blocks += _clauses(agreement, tags)
    blocks += _limits(x)
    sources = {v.item.source for v in x.verdicts if v.item.group != "ilo"} | {
        "ILO Recommendation 86 (1949), annex, model agreement; titles in part recalled"
    }
    blocks += [
        Heading(2, "What it was held against", "basis"),
        Bullets(tuple(Name(s) for s in sorted(sources))),
    ]
    return Document(
        title=text("Agreement test: {title}", title=Name(agreement.title, "quote")),
        subtitle=text("{source} [{mark}]", source=Name(agreement.source, "quote"), mark=Name(agreement.mark)),
        blocks=tuple(blocks),
        sources=_sources(),
        meta=Meta(disclaimer=_DISCLAIMER, command="comity agreements test"),
    )


def _answer(x: Examination) -> Answer:
    marks = {m: sum(v.mark is m for v in x.verdicts) for m in Mark}
    lead = text(
        "{present} of {all} are present, {weak} are weak and {absent} are absent.",
        present=_count(marks[Mark.PRESENT], "item", "present"),
        all=_count(len(x.verdicts), "item", "all"),
        weak=_count(marks[Mark.WEAK], "item", "weak"),
        absent=_count(marks[Mark.ABSENT], "item", "absent"),
    )
    breaches = sum(f.grade == "breach" for f in x.breaches)
    risks = sum(f.grade != "breach" for f in (*x.breaches, *x.imbalances))
    areas = dict(x.areas)
    return Answer(
        lead, "note",
        (
            text("{n} of principles, {r}.", n=_count(breaches, "breach", "breaches"),
                 r=_count(risks, "risk", "risks")),
            *(
                text("{area}: {n}.", area=title, n=_count(areas.get(area, 0), "clause",
                f"area|{area.value}")) for area, title in AREA_TITLES.items()
            ),
        ),
    )  # fmt: skip


def _findings(x: Examination) -> list[Block]:
    blocks: list[Block] = [Heading(2, "Principles that are broken or at risk", "breaches")]
    found: tuple[Finding, ...] = (*x.breaches, *x.imbalances)
    if not found:
        return [*blocks, Paragraph("None that the rules here look for.")]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Name(f.title), f.grade, _pointers(f.clauses), Name(f.principle), Name(f.source)) for f in found
    )
    columns = (
        Column("What"), Column("Grade"), Column("Clauses"), Column("Principle"), Column("Where it is "
        "written"),
    )  # fmt: skip
    return [*blocks, Table("Breaches and risks", columns, rows)]


def _sides(x: Examination, tags: Tags) -> list[Block]:
    by_key = {c.key: c for c in x.agreement.clauses}
    blocks: list[Block] = [Heading(2, "Who gives and who gains", "equity")]
    for side in x.sides:
        role = f", {side.role}" if side.role and side.role != BOTH else ""
        blocks.append(
            Exchange(
                text("{party}{role}", party=Name(side.party), role=role),
                tuple(_line(by_key[k], tags) for k in side.gives),
                tuple(_line(by_key[k], tags) for k in side.gets),
                _balance(side),
            )
        )
    movers = _count(len(x.movers), "clause", "movers")
    blocks.append(
        Paragraph(
            text(
                "Those who move usually gain from {n}, by the catalogue: {keys}.",
                n=movers,
                keys=_pointers(x.movers),
            )
            if x.movers
            else "No clause is one from which those who move usually gain, by the catalogue."
        )
    )
    if x.untold:
        blocks.append(
            Notice(
                "missing",
                text("The file does not say who gives or who benefits in {keys}; nobody was put in.",
                     keys=_pointers(x.untold)),
            )
        )  # fmt: skip
    return blocks


def _line(clause: Clause, tags: Tags) -> Words:
    titles = ", ".join(tags.title(t) for t in clause.tags)
    force = "force not known" if clause.force is Force.NOT_KNOWN else str(clause.force)
    return text("{key} {what} ({force})", key=Name(clause.key, "code"), what=Name(titles), force=force)


def _balance(side: Side) -> Words:
    return text(
        "gives {g}, of which {gb}; gets {r}, of which {rb}",
        g=_count(len(side.gives), "clause", f"gives|{side.party}"),
        gb=_count(side.gives_binding, "bind", f"gives_binding|{side.party}"),
        r=_count(len(side.gets), "clause", f"gets|{side.party}"),
        rb=_count(side.gets_binding, "bind", f"gets_binding|{side.party}"),
    )


def _clauses(agreement: Agreement, tags: Tags) -> list[Block]:
    if not agreement.clauses:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Name(c.key, "code"),
            Name(c.summary, "quote"),
            Name("; ".join(f"{t} {tags.title(t)}" for t in c.tags)),
            str(c.force),
            Name(c.giver) if c.giver else None,
            Name(c.beneficiary) if c.beneficiary else None,
        )
        for c in agreement.clauses
    )
    columns = (
        Column("Clause"), Column("Summary"), Column("Tags"), Column("Force"), Column("Gives"),
        Column("Benefits"),
    )  # fmt: skip
    return [Heading(2, "The clauses", "clauses"), Table("Clauses as entered", columns, rows)]


def _limits(x: Examination) -> list[Block]:
    blocks: list[Block] = [
        Notice("limit", "Which tag answers which item, article or lens is our mapping; it is not official.")
    ]
    if str(x.agreement.published) == "not known":
        blocks.append(
            Notice("missing", "Whether the text is published is not known, so secrecy is not judged.")
        )
    return blocks


def _sources() -> tuple[Source, ...]:
    return (
        Source("model:§8", "Comity's agreement test", "Comity", licence="Apache-2.0"),
        Source("agreement:", "The agreement file"),
    )


# ----------------------------------------------------------------------------------------------- comparison


def write_comparison(ground: CommonGround, *, brief: bool = False) -> Document:
    """Lay out the comparison: common core, divergences, then the draft schedule."""
    core, partly, single = ground.core, ground.partly, ground.single
    blocks: list[Block] = [
        Answer(
            text("{n} are held by every agreement, {p} by some.",
                 n=_count(len(core), "provision", "core"), p=_count(len(partly), "more", "partly")),
            "note",
            (
                text("{n} could be merged as they stand.",
                     n=_count(sum(r.merge == "ready" for r in (*core, *partly)), "of them", "ready")),
                text("{n} stand in one agreement alone.", n=_count(len(single), "provision", "single")),
            ),
        ),
        Heading(2, "Shared provisions", "core"),
        _shared((*core, *partly), ground) if core or partly else Paragraph("None."),
        Heading(2, "Where they differ", "divergences"),
        _divergent(ground) if ground.divergent else Paragraph("No shared provision differs."),
        Heading(2, "Draft schedule", "schedule"),
        Paragraph(
            "Cells as in a schedule of services commitments: none means bound without limitation, unbound "
            "means no commitment. A starting point for drafting, in no way agreed by anyone."
        ),
        _schedule((*core, *partly), ground) if core or partly else Paragraph("There is nothing to put in "
        "it."),
    ]  # fmt: skip
    if single and not brief:
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (Name(f"{r.tag} {r.title}"), Name(next(c.agreement for c in r.cells if c.clauses), "code"))
            for r in single
        )
        blocks += [
            Heading(2, "In one agreement alone", "single"),
            Table("Provisions of one agreement", (Column("Provision"), Column("Agreement")), rows),
        ]
    return Document(
        title="What these agreements have in common",
        subtitle=text("{list}", list=Name("; ".join(a.title for a in ground.agreements), "quote")),
        blocks=tuple(blocks),
        sources=_sources(),
        meta=Meta(disclaimer=_DISCLAIMER, command="comity agreements compare"),
    )


def _cell(row: Shared, place: int) -> Cell:
    cell = row.cells[place]
    if not cell.clauses:
        return "unbound"
    if cell.level == "not known":
        return text("not known how far it binds {keys}", keys=_pointers(cell.clauses))
    words = text(
        "{level} ({force}) {keys}", level=cell.level, force=str(cell.force), keys=_pointers(cell.clauses)
    )
    if cell.value is None:
        return words
    value = Figure(cell.value, cell.unit, SourceClass.ELICITED, f"agreement:{cell.agreement}")
    return text("{words}: {value}", words=words, value=value)


def _shared(rows: tuple[Shared, ...], ground: CommonGround) -> Table:
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Name(f"{r.tag} {r.title}"),
            Name(r.area.value[:1] if r.area else "") if r.area else None,
            *(_pointers(c.clauses) if c.clauses else None for c in r.cells),
            str(r.merge),
        )
        for r in rows
    )
    columns = (
        Column("Provision"), Column("Area"), *(Column(Name(a.key, "code")) for a in ground.agreements),
        Column("To merge"),
    )  # fmt: skip
    return Table("Provisions and the clauses that hold them", columns, cells)


def _divergent(ground: CommonGround) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for r in ground.divergent:
        ends: list[Cell] = [
            None if v is None else Figure(v, r.unit, SourceClass.ELICITED, "agreement:")
            for v in (r.weakest, r.strongest)
        ]
        forces = {c.agreement: str(c.force) for c in r.cells if c.clauses}
        sides = {c.agreement: c.giver_role or "not told" for c in r.cells if c.clauses}
        rows.append(
            (
                Name(f"{r.tag} {r.title}"), Name("; ".join(r.reasons)), *ends,
                Name("; ".join(f"{k}: {v}" for k, v in forces.items())),
                Name("; ".join(f"{k}: {v}" for k, v in sides.items())),
            )
        )  # fmt: skip
    columns = (
        Column("Provision"), Column("Still to do"), Column("Weakest level"), Column("Strongest level"),
        Column("Force"), Column("Who gives"),
    )  # fmt: skip
    note = (
        "A joint text at the weakest level asks nobody for more than today; "
        "levels are as the catalogue orders them."
    )
    return Table("Divergences", columns, tuple(rows), note=note)


def _schedule(rows: tuple[Shared, ...], ground: CommonGround) -> Table:
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Name(f"{r.tag} {r.title}"), Name(r.mode), r.type,
            *(_cell(r, place) for place in range(len(ground.agreements))),
        )
        for r in rows
    )  # fmt: skip
    columns = (
        Column("Sector"), Column("Mode"), Column("Type"), *(Column(Name(a.key, "code")) for a in
        ground.agreements),
    )  # fmt: skip
    return Table("Schedule by provision and agreement", columns, cells)
