"""The readable form of a debrief: what was reached, what was left, and how each side moved (§6.8).

Who may import me: doors. Start at :func:`write_debrief`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from comity.reports.document import (
    Answer,
    BarChart,
    BarRow,
    Block,
    Cell,
    Column,
    Document,
    Exchange,
    Heading,
    Meta,
    Name,
    Notice,
    Paragraph,
    RangeChart,
    RangeRow,
    Source,
    Table,
    Text,
    Words,
    text,
)
from comity.units import SHARE, USD_MILLION_YEAR
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from comity.services.practice import Practice
    from comity.services.practice_debrief import Debrief, PackageView
    from comity.services.roundfile import Clause

__all__ = ["SOURCES", "money", "number", "stated", "write_debrief"]

SOURCES = (
    Source("model:", "Comity world model and bargaining engine, by section of the design", "Comity"),
    Source("round:", "The round file", "the parties or the author of the file"),
    Source("parameter:practice", "Parameters of practice rounds, each with its reasoning", "Comity"),
)
_TRADITION = {
    "conceder": "gives early",
    "boulware": "holds until late",
    "tit-for-tat": "gives what it is given",
    "principled": "asks for a stated share and looks for trade-offs",
}


def money(value: float | Range, reference: str = "model:§6.8") -> Figure:
    """Write US$ million a year."""
    return Figure(value, USD_MILLION_YEAR, SourceClass.MODELLED, reference)


def number(value: float, unit: str, reference: str = "model:§6.8") -> Figure:
    """Write a number of things."""
    return Figure(float(value), unit, SourceClass.MODELLED, reference)


def stated(value: float, unit: str, key: str) -> Figure:
    """Write what the round file says."""
    return Figure(float(value), unit, SourceClass.ELICITED, f"round:{key}")


def write_debrief(practice: Practice, found: Debrief) -> Document:
    """Lay out a debrief: the answer first, then value, pattern, red lines, linkage and the basis."""
    names = found.names
    blocks: list[Block] = [_answer(found)]
    blocks += [Heading(2, "What was created, and who claimed it", "value"), *_value(found)]
    blocks += [Heading(2, "What was left on the table", "left"), *_left(practice, found)]
    blocks += [Heading(2, "How each side moved", "moves"), *_moves(found)]
    blocks += [Heading(2, "Linkage used", "linkage"), *_linkage(practice, found)]
    blocks += [Heading(2, "What everybody wanted", "wanted"), *_wanted(practice, found)]
    blocks += [
        Notice(
            "limit",
            "Scripts describe ways to negotiate, not countries. Gains add clause by clause over the draws; "
            "the deal report solves the world again for a whole package.",
        )
    ]
    scripts = "; ".join(f"{names[code]}: {script}" for code, script in found.strategies.items())
    return Document(
        title=text("Debrief: {title}", title=Name(practice.public.title, "quote")),
        subtitle=text(
            "{seat} was played in {mode} mode; the scripts were {scripts}.",
            seat=Name(names[found.seat]),
            mode=Name(found.mode),
            scripts=Name(scripts),
        ),
        blocks=tuple(blocks),
        sources=SOURCES,
        meta=Meta(
            seed=found.seed,
            disclaimer="An exercise. This page lays open what all parties wanted; it is for after the round.",
            command="comity practice debrief LOG",
        ),
    )


def _answer(found: Debrief) -> Answer:
    details: list[Words] = []
    if found.deal:
        lead = text("A deal that is worth {total} to all parties together", total=money(found.created))
    else:
        lead = text("No deal: {why}", why=Name(found.ending.removeprefix("No deal: ")))
    if found.possible is not None:
        details.append(
            text("The largest total that all could have accepted is {top}.", top=money(found.possible))
        )
    else:
        details.append("No package makes every party a net gainer, so no deal was the right end.")
    if found.better is not None:
        words = "A package that leaves nobody worse off adds {left}"
        words += ", and nobody put it." if found.nobody_proposed else "; it was put, and not taken."
        details.append(text(words, left=money(found.left)))
    elif found.deal:
        details.append(
            "No package that all accept would have left nobody worse off and added anything to speak of."
        )
    tone: Literal["zone", "no_zone", "note"] = "zone" if found.deal else "note"
    return Answer(lead, "no_zone" if found.possible is None else tone, tuple(details))


def _value(found: Debrief) -> list[Block]:
    rows = [
        RangeRow(
            Name(found.names[p]), money(gain, f"model:§6.8|outcome|{p}"),
            None if found.nash is None else money(found.nash.gains[p], f"model:§6.2|nash|{p}"),
        )
        for p, gain in found.outcome.gains.items()
    ]  # fmt: skip
    blocks: list[Block] = [
        RangeChart(
            "Gain against no deal",
            tuple(rows),
            legend=("what was agreed", "the Nash package") if found.nash is not None else None,
        )
    ]
    if found.created > 0:
        table = tuple(
            (
                Name(found.names[p]),
                money(found.outcome.mean[p], f"model:§6.8|outcome|{p}"),
                None
                if share is None
                else Figure(share, SHARE, SourceClass.MODELLED, f"model:§6.8|share|{p}"),
            )
            for p, share in found.claimed.items()
        )
        blocks.append(
            Table(
                "Value claimed",
                (Column("Party"), Column("Mean gain", signed=True), Column("Share of the total")),
                table,
            )
        )
    return blocks


def _left(practice: Practice, found: Debrief) -> list[Block]:
    if found.better is None:
        return [Paragraph("Nothing to speak of: the outcome lies on the frontier of what all accept.")]
    blocks: list[Block] = [
        Paragraph(
            text(
                "This package keeps every red line, leaves no party worse off than what happened, and adds "
                "{left} to the total.",
                left=money(found.left),
            )
        )
    ]
    blocks += _exchanges(practice, found, found.better)
    rows: list[tuple[Cell, ...]] = [
        (
            Name(found.names[p]),
            money(found.outcome.mean[p], f"model:§6.8|outcome|{p}"),
            money(found.better.mean[p], f"model:§6.8|better|{p}"),
        )
        for p in found.outcome.mean
    ]
    columns = (
        Column("Party"),
        Column("What happened", signed=True),
        Column("The better package", signed=True),
    )
    blocks.append(Table("Mean gain against no deal", columns, tuple(rows)))
    return blocks


def _exchanges(practice: Practice, found: Debrief, package: PackageView) -> list[Block]:
    blocks: list[Block] = []
    for code, name in found.names.items():
        gives = _clauses(practice, package.values, partial(_gives, code))
        gets = _clauses(practice, package.values, partial(_gets, code))
        blocks.append(Exchange(Name(name), tuple(gives), tuple(gets)))
    return blocks


def _gives(code: str, clause: Clause) -> bool:
    return clause.giver == code


def _gets(code: str, clause: Clause) -> bool:
    return clause.beneficiary == code


def _clauses(practice: Practice, values: Mapping[str, float], wanted: Callable[[Clause], bool]) -> list[Text]:
    rows = {row.key: row for row in practice.see().rows}
    return [
        text(
            "{title} ({code}): {value}",
            title=Name(rows[c.key].title),
            code=Name(c.key, "code"),
            value=number(values[c.key], rows[c.key].unit, f"model:§6.8|{c.key}"),
        )
        for c in practice.public.table
        if c.key in values and wanted(c)
    ]


def _moves(found: Debrief) -> list[Block]:
    blocks: list[Block] = []
    bars = [
        BarRow(
            text("Round {n}", n=Name(str(step.round))),
            Name(found.names[step.party]),
            money(step.mean[step.party], f"model:§6.8|step|{step.number}"),
        )
        for step in found.steps
        if step.party in found.names
    ]
    if bars:
        blocks.append(
            BarChart(
                "Concession pattern: what each side's own texts would have given it",
                tuple(bars),
                note="Mean gain against no deal. A side that gives ground has shorter bars further down.",
            )
        )
    rows: list[tuple[Cell, ...]] = []
    for party, (first, last, count) in found.conceded.items():
        own = found.strategies.get(party)
        style = "played by you" if own is None else f"{own}: {_TRADITION[own]}"
        rows.append(
            (
                Name(found.names[party]), Name(style), Name(str(count)),
                money(first, f"model:§6.8|first|{party}"), money(last, f"model:§6.8|last|{party}"),
                money(first - last, f"model:§6.8|given|{party}"),
            )
        )  # fmt: skip
    if rows:
        columns = ("Party", "Way", "Texts", "First text, to itself", "Last text, to itself", "Given up")
        blocks.append(Table("Concessions", tuple(Column(c) for c in columns), tuple(rows)))
    red: list[tuple[Cell, ...]] = [
        (
            Name(str(step.number)), Name(str(step.round)),
            Name(found.names.get(step.party, "the mediator")),
            Name(", ".join(found.names[p] for p in step.below)) if step.below else "nobody's",
        )
        for step in found.steps
    ]  # fmt: skip
    if red:
        heads = ("Move", "Round", "Text of", "Beyond the red line or limits of")
        blocks.append(Table("Which texts could not be accepted", tuple(Column(c) for c in heads), tuple(red)))
    return blocks


def _linkage(practice: Practice, found: Debrief) -> list[Block]:
    if not found.deal:
        return [Paragraph("There was no deal, so nothing was linked.")]
    inside = len(found.outcome.values) - len(found.linked)
    blocks: list[Block] = [
        Paragraph(
            text(
                "The deal holds {inside} of migration and {linked} from other areas.",
                inside=number(inside, "clauses"),
                linked=number(len(found.linked), "clauses"),
            )
        )
    ]
    return [*blocks, *_exchanges(practice, found, found.outcome)]


def _wanted(practice: Practice, found: Debrief) -> list[Block]:
    rows: list[tuple[Cell, ...]] = []
    order = list(found.names)
    for code in order:
        place = order.index(code)
        limits = ", ".join(found.limits[code])
        rows.append(
            (
                Name(found.names[code]),
                stated(
                    found.red_lines[code], USD_MILLION_YEAR, f"parties.{place}.red_line.gain_at_least"
                ),
                Name(limits) if limits else "none",
                None
                if found.nash is None
                else money(found.nash.mean[code], f"model:§6.2|nash|{code}"),
            )
        )  # fmt: skip
    columns = (
        Column("Party"),
        Column("Red line: least gain"),
        Column("Limits on"),
        Column("Gain in the Nash package", signed=True),
    )
    blocks: list[Block] = [Table("Red lines and limits, now open", columns, tuple(rows))]
    blocks.append(worth_table(practice, order))
    return blocks


def worth_table(practice: Practice, order: Iterable[str]) -> Table:
    """Set side by side what each clause is worth to each party at the full concession."""
    codes = list(order)
    names = practice.desk.names
    rows: list[tuple[Cell, ...]] = []
    for c, clause in enumerate(practice.public.table):
        cells: list[Cell] = [Name(clause.key, "code")]
        for code in codes:
            slope, fixed = practice._positions[code].payoffs  # noqa: SLF001  (the debrief opens them)
            worth = slope[:, c] * clause.strongest + fixed[:, c]
            cells.append(money(Range.of(worth), f"model:§5.2|{clause.key}|{code}") if worth.any() else None)
        rows.append(tuple(cells))
    return Table(
        "What each clause is worth at the full concession",
        (Column("Clause"), *(Column(Name(names[code]), signed=True) for code in codes)),
        tuple(rows),
        note="A dash: nobody has valued it for that party, or it does not touch it.",
    )
