"""The adherence page as a document: the answer, by owner, a timeline, what waits, and the whole register.

Who may import me: services. Start at :func:`write_adherence`.
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
    RangeChart,
    RangeRow,
    Source,
    Table,
    Words,
    date,
    text,
)
from comity.services.adherence import State
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from comity.services.adherence import Adherence, Standing

__all__ = ["counted", "write_adherence"]

_JOURNAL: Final = "round:commitments"
_DAYS: Final = "days"


def counted(number: int, about: str, one: str = "commitment", many: str = "commitments") -> Figure:
    """Write how many there are, counted from the journal of the round."""
    return Figure(float(number), one if number == 1 else many, SourceClass.MODELLED, f"model:§9|{about}")


def write_adherence(adherence: Adherence) -> Document:
    """Lay the adherence of a schedule out."""
    blocks: list[Block] = [_lead(adherence)]
    if adherence.standings:
        blocks += [
            Heading(2, "By owner", "owners"),
            _by_owner(adherence),
            Heading(2, "Over time", "timeline"),
            _timeline(adherence),
            Heading(2, "What waits", "waiting"),
            *_waiting(adherence),
            Heading(2, "The register", "register"),
            _register(adherence),
        ]
    else:
        blocks.append(Paragraph("No commitment had been registered on this day."))
    return Document(
        title=text("{title}: adherence to the schedule of commitments", title=Name(adherence.title, "quote")),
        subtitle=text("As of {day}.", day=date(adherence.at.isoformat())),
        blocks=tuple(blocks),
        sources=(
            Source(
                _JOURNAL, "The journal of the round: what was registered, reported and found", "the parties"
            ),
            Source("model:§9", "Counted by Comity from the journal of the round", "Comity"),
        ),
        meta=Meta(
            disclaimer="Counts say what was reported and accepted, not what caused it. Owners are listed in "
            "alphabetical order; nobody is ranked."
        ),
    )


def _lead(adherence: Adherence) -> Answer:
    total = counted(len(adherence.standings), "all")
    kept = adherence.count(State.DONE) + adherence.count(State.DONE_LATE)
    details = tuple(
        text("{state}: {n}", state=_capital(state.value), n=counted(adherence.count(state), state.value))
        for state in State
    )
    lead = text(
        "The milestone is reached and accepted for {kept} of {total}.",
        total=total,
        kept=counted(kept, "reached", "", ""),
    )
    return Answer(lead, "note", details, "Adherence")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _by_owner(adherence: Adherence) -> Table:
    columns = (Column("Delegation"), Column("Agency"), *(Column(_capital(state.value)) for state in State))
    rows: list[tuple[Cell, ...]] = [
        (
            Name(adherence.name(code)),
            Name(agency, "quote"),
            *(
                Figure(float(n), "", SourceClass.MODELLED, f"model:§9|{state.value}")
                for state, n in counts.items()
            ),
        )
        for code, agency, counts in adherence.by_owner()
    ]
    note = text(
        "Reported: its owner says that it is done, without a finding. Late: the day has passed and what "
        "was reported does not reach the milestone. No evidence: the day has passed, nothing was said. "
        "Due: on or before {day}.",
        day=date(adherence.soon.isoformat()),
    )
    return Table(
        "Commitments by delegation and agency, in alphabetical order", columns, tuple(rows), note=note
    )


def _timeline(adherence: Adherence) -> RangeChart:
    """Draw days from the day of the page; where a due day was moved, a bar from the first to the last."""

    def row(one: Standing) -> RangeRow:
        first, stands = (one.first_due - adherence.at).days, (one.due - adherence.at).days
        span = Range(float(min(first, stands)), float(stands), float(max(first, stands)))
        done = None
        if one.done_on is not None:
            days = float((one.done_on - adherence.at).days)
            done = Figure(
                Range.point(days), _DAYS, SourceClass.ELICITED, f"{_JOURNAL}.{one.commitment.key}.reports"
            )
        due = Figure(span, _DAYS, SourceClass.ELICITED, f"{_JOURNAL}.{one.commitment.key}.due")
        label = text(
            "{who}: {what}",
            who=Name(one.commitment.delegation, "code"),
            what=Name(one.commitment.title, "quote"),
        )
        return RangeRow(label, due, done)

    return RangeChart(
        text("Days from {day}", day=date(adherence.at.isoformat())),
        tuple(map(row, adherence.standings)),
        legend=("due day, from the first one stated to the one that stands", "day of the accepted report"),
        note="The line at zero is the day of this page; what is left of it has passed.",
    )


def _waiting(adherence: Adherence) -> list[Block]:
    items: list[Words] = []
    for one in adherence.standings:
        named = {"key": Name(one.commitment.key, "code"), "what": Name(one.commitment.title, "quote")}
        if one.waiting:
            n = counted(one.waiting, f"waiting|{one.commitment.key}", "report", "reports")
            items.append(text("{key} ({what}): {n} without a finding.", n=n, **named))
        if one.may_release:
            amount = Figure(
                one.commitment.tranche,
                one.commitment.unit or "",
                SourceClass.ELICITED,
                f"{_JOURNAL}.{one.commitment.key}.tranche",
            )
            payer = Name(adherence.name(one.commitment.payer or ""))
            items.append(
                text(
                    "{key} ({what}): the milestone is reached; {payer} may release {amount}.",
                    payer=payer,
                    amount=amount,
                    **named,
                )
            )
    silent = [one for one in adherence.standings if one.state is State.NO_EVIDENCE]
    items += [
        text(
            "{key} ({what}): was due on {day}; nothing was reported by {who}.",
            key=Name(one.commitment.key, "code"),
            what=Name(one.commitment.title, "quote"),
            day=date(one.due.isoformat()),
            who=Name(one.agency, "quote"),
        )
        for one in silent
    ]
    if not items:
        return [Paragraph("Nothing waits for a finding, a release or a first report.")]
    blocks: list[Block] = [Bullets(tuple(items))]
    if silent:
        blocks.append(
            Notice(
                "missing", "No evidence is not evidence that nothing was done; it says that nobody reported."
            )
        )
    return blocks


def _register(adherence: Adherence) -> Table:
    def row(one: Standing) -> tuple[Cell, ...]:
        c = one.commitment
        target = None
        if c.target is not None:
            target = Figure(c.target, "", SourceClass.ELICITED, f"{_JOURNAL}.{c.key}.target")
        value = None
        if one.value is not None:
            value = Figure(one.value, "", SourceClass.ELICITED, f"{_JOURNAL}.{c.key}.value")
        due: Words = date(one.due.isoformat())
        if one.first_due != one.due:
            due = text("{due} (first {first})", due=due, first=date(one.first_due.isoformat()))
        return (
            Name(c.key, "code"),
            Name(c.title, "quote"),
            Name(adherence.name(c.delegation)),
            Name(one.agency, "quote"),
            Name(c.indicator, "quote"),
            target,
            value,
            due,
            one.state.value,
        )

    heads = (
        "Key",
        "Commitment",
        "Delegation",
        "Agency",
        "Indicator",
        "Target",
        "Accepted value",
        "Due",
        "State",
    )
    return Table(
        "All commitments, in the order of due days",
        tuple(Column(h) for h in heads),
        tuple(map(row, adherence.standings)),
    )
