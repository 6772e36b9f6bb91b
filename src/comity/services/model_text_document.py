"""The readable form of a draft agreement: the text, what is open in it, and the schedule of commitments.

Who may import me: services. Start at :func:`write_draft`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.evidence import Catalogue
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
    Meta,
    Name,
    Notice,
    Paragraph,
    Source,
    Table,
    Words,
    text,
)
from comity.services.model_text import DraftParagraph, Standing
from comity.vocabulary import Area, Figure, SourceClass

if TYPE_CHECKING:
    from comity.services.agreements_draft import DraftText
    from comity.vocabulary import Provision

__all__ = ["write_draft"]

_MARKS: Final = {
    Standing.AGREED: "",
    Standing.SHARED: "",
    Standing.DIVERGENT: "they differ",
    Standing.PARTLY: "held by some",
    Standing.OFFERED: "offered",
}
_DISCLAIMER: Final = (
    "A draft in Comity's own words, for lawyers to take apart. It is in no way agreed by anyone and is no "
    "legal advice. Brackets mark what is open; no number is filled in that no provision tells."
)


def write_draft(draft: DraftText, *, brief: bool = False) -> Document:
    """Lay out a draft: what it rests on, the articles, what was left out, and the schedule."""
    blocks: list[Block] = [_answer(draft)]
    if draft.objectives:
        blocks += [
            Heading(2, "Objectives that the parties state", "objectives"),
            Bullets(
                tuple(
                    text("{who}{what}", who=f"{draft.names.get(p, p)}: " if p else "", what=Name(t, "quote"))
                    for p, t in draft.objectives
                )
            ),
        ]
    for place, article in enumerate(draft.articles, 1):
        kept = [p for p in article.paragraphs if not (brief and p.standing is Standing.OFFERED)]
        if not kept:
            continue
        title = text("{n} {title}", n=Name(f"Article {place}"), title=article.title)
        blocks.append(Heading(2, title, article.key))
        for paragraph in kept:
            blocks += _paragraph(paragraph)
    if brief and draft.count(Standing.OFFERED):
        blocks.append(
            Paragraph(
                text(
                    "{n} that every text needs are not printed here; ask with --full, --html or --markdown.",
                    n=_count(draft.count(Standing.OFFERED), "standing paragraph"),
                )
            )
        )
    if draft.provisions:
        blocks += [Heading(2, "Schedule of commitments", "schedule"), _schedule(draft)]
    if draft.ground is not None and len(draft.ground.agreements) > 1:
        blocks += _left_out(draft)
    blocks.append(Notice("limit", _DISCLAIMER))
    return Document(
        title=text("Draft: {title}", title=Name(draft.title, "quote")),
        subtitle=Name(", ".join(draft.parties)) if draft.parties else _agreements(draft),
        blocks=tuple(blocks),
        sources=(
            Source("round:", "The round file, or the list of provisions"),
            Source("agreement:", "The agreement files"),
            Source(
                "model:§8", "Counted from the draft; wording from Comity's own clause templates", "Comity",
                licence="Apache-2.0",
            ),
        ),
        meta=Meta(
            disclaimer="Advisory. A draft; agreed by nobody.",
            command="comity agreements draft",
        ),
    )  # fmt: skip


def _agreements(draft: DraftText) -> Words:
    assert draft.ground is not None  # noqa: S101  (a draft has parties or agreements)
    return Name("; ".join(a.title for a in draft.ground.agreements), "quote")


def _count(value: int, unit: str) -> Figure:
    plural = unit if value == 1 else f"{unit}s"
    return Figure(float(value), plural, SourceClass.MODELLED, f"model:§8|draft|{unit}")


def _answer(draft: DraftText) -> Answer:
    offered = text(
        "{n} are offered for the joint committee, review, disputes, data, publication, entry into force and "
        "the like, in brackets: nobody bargained over them.",
        n=_count(draft.count(Standing.OFFERED), "standing paragraph"),
    )
    if draft.ground is None:
        return Answer(
            text("{n} follow the package.", n=_count(draft.count(Standing.AGREED), "paragraph")),
            "note",
            (offered,),
            kicker="Draft text of the package",
        )
    if len(draft.ground.agreements) == 1:
        lead = text(
            "{n} follow the agreement's own clauses.", n=_count(draft.count(Standing.SHARED), "paragraph")
        )
        return Answer(lead, "note", (offered,), kicker="Draft text of one agreement")
    details = [
        text("{n} are held by all, with differences: brackets say who has what.",
             n=_count(draft.count(Standing.DIVERGENT), "paragraph")),
        text("{n} are held by some only.", n=_count(draft.count(Standing.PARTLY), "paragraph")),
        offered,
    ]  # fmt: skip
    lead = text("{n} can stand as they are.", n=_count(draft.count(Standing.SHARED), "paragraph"))
    return Answer(lead, "note", tuple(details), kicker="Joint text from what the agreements share")


def _paragraph(p: DraftParagraph) -> list[Block]:
    number = p.key.replace("a", "").replace("p", "")
    words = f"[{p.wording}]" if p.standing in (Standing.OFFERED, Standing.PARTLY) else p.wording
    mark = _MARKS[p.standing]
    line = text(
        "{number} {words}{mark}",
        number=Name(number, "code"),
        words=Name(words, "quote"),
        mark=text(" {mark}", mark=Emphasis(f"({mark})")) if mark else "",
    )
    blocks: list[Block] = [Paragraph(line)]
    if p.standing is Standing.PARTLY:
        blocks.append(Bullets((text("held by {who} only", who=Name(", ".join(p.held_by), "code")),)))
    if p.alternatives:
        blocks.append(
            Bullets(
                tuple(
                    text(
                        "{who}: {words}",
                        who=Name(", ".join(x.held_by), "code"),
                        words=Name(x.wording, "quote"),
                    )
                    for x in p.alternatives
                )
            )
        )
    return blocks


def _left_out(draft: DraftText) -> list[Block]:
    ground = draft.ground
    if ground is None or not ground.single:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Name(f"{r.tag} {r.title}"), Name(next(c.agreement for c in r.cells if c.clauses), "code"))
        for r in ground.single
    )
    table = Table("Not in the joint text", (Column("Provision"), Column("Held by")), rows)
    summary = text("{n} in one agreement alone", n=_count(len(rows), "provision"))
    return [Heading(2, "Left out", "left-out"), Details(summary, (table,))]


def _schedule(draft: DraftText) -> Table:
    """Lay commitments out in cells like those of a services schedule; the carrying over is ours."""
    catalogue = Catalogue.load()
    where: dict[str, str] = {}
    for paragraph in (p for a in draft.articles for p in a.paragraphs):
        for key in paragraph.provisions:
            where.setdefault(key, paragraph.key)  # the commitment itself, not its conditions
    # a column of blanks would only say that the file is silent
    with_today = any("today" in x.terms for x in draft.provisions)

    def row(x: Provision) -> tuple[Cell, ...]:
        instrument = catalogue.instruments[x.instrument]
        entry = instrument.area is Area.LEGAL_ENTRY
        rights = instrument.area is Area.RIGHTS_WELFARE
        kind = "market access" if entry else "national treatment" if rights else "additional commitment"
        cells: list[Cell] = [
            Name(where.get(x.key or x.instrument, "").replace("a", "").replace("p", ""), "code"),
            Name(f"{x.instrument} {instrument.title}"),
            Name(draft.names.get(x.giver, x.giver)),
            Name(draft.names.get(x.beneficiary, x.beneficiary)),
            Name("4") if entry else "horizontal",
            kind,
            Figure(x.value, x.unit, SourceClass.ELICITED, f"round:table[{x.key}]"),
        ]
        if with_today:
            today = x.terms.get("today")
            cells.append(
                Figure(float(today), x.unit, SourceClass.ELICITED, f"round:table[{x.key}].today")
                if isinstance(today, int | float)
                else None
            )
        return tuple(cells)

    columns = [
        Column("Paragraph"), Column("Commitment"), Column("Gives"), Column("Benefits"), Column("Mode"),
        Column("Type"), Column("Bound at"),
    ]  # fmt: skip
    if with_today:
        columns.append(Column("Today"))
    note = (
        "Mode and type as in a schedule of services commitments; their carrying over to migration is ours. "
        "What today holds is shown where the file tells it."
    )
    return Table(
        "Commitments by provision", tuple(columns), tuple(row(x) for x in draft.provisions), note=note
    )
