"""The readable form of an agenda: the order, why each issue stands where it does, and other rules beside it.

Who may import me: :mod:`comity.services.agenda`. Start at :func:`write_agenda`.
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
    text,
)
from comity.units import USD_MILLION_YEAR
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from comity.services.agenda import Agenda, Issue

__all__ = ["write_agenda"]


_MANY: Final = {"ministry": "ministries", "party": "parties"}


def _count(value: int, unit: str, what: str) -> Figure:
    return _number(value, unit if value == 1 else _MANY.get(unit, f"{unit}s"), what)


def _number(value: int, unit: str, what: str) -> Figure:
    """Count in a table, where a column has one unit."""
    return Figure(float(value), unit, SourceClass.MODELLED, f"model:§8|agenda|{what}")


def _money(value: Range, what: str) -> Figure:
    return Figure(value, USD_MILLION_YEAR, SourceClass.MODELLED, f"model:§6.3|{what}")


def write_agenda(a: Agenda, *, brief: bool = False) -> Document:
    """Lay out the order by the chosen rule, reasons, gains, obstacles, readiness and the other rules."""
    from comity.services.agenda import RULES  # noqa: PLC0415  (mutual)

    blocks: list[Block] = [_answer(a, RULES[a.rule])]
    if a.issues:
        blocks += [
            Heading(2, "The order, and why", "order"),
            Paragraph(text("The rule: {rule}. Issues that share a place are tied.", rule=RULES[a.rule])),
            Bullets(tuple(_reason(a, i) for i in a.issues)),
            Heading(2, "Joint gain", "gain"),
            RangeChart(
                "What each issue adds to all parties together, alone and at its fullest",
                tuple(
                    RangeRow(Name(_title(i)), _money(i.joint, f"joint|{i.key}")) for i in a.issues if i.joint
                ),
                note="Clauses of one issue are added up. With other issues they may add more or less.",
            ),
        ]
        if not brief:
            blocks.append(_spread(a))
        blocks += [
            Heading(2, "Obstacles", "obstacles"),
            _obstacles(a),
            Heading(2, "Readiness", "readiness"),
            _readiness(a),
            Heading(2, "Under another rule", "rules"),
            _rules(a),
            Bullets(tuple(text("{rule}: {words}.", rule=rule, words=words) for rule, words in RULES.items())),
        ]
    if a.unplaced:
        blocks += [
            Heading(2, "Not placed", "unplaced"),
            Paragraph("Neither the model nor the round file says what these are worth; that is not zero."),
            Bullets(tuple(Name(_title(i)) for i in a.unplaced)),
        ]
    blocks += _limits(a)
    return Document(
        title=text("Which issues first: {title}", title=Name(a.round.title, "quote")),
        subtitle="An order by a stated rule, with the reasoning. Not a recommendation to any state.",
        blocks=tuple(blocks),
        sources=(
            Source("model:§6.3", "Worth of clauses: world model and stated interests", "Comity",
                   licence="Apache-2.0"),
            Source("model:§8", "Counted from the round file, the register and the catalogues", "Comity",
                   licence="Apache-2.0"),
            Source("round:", "The round file"),
        ),
        meta=Meta(
            seed=a.seed,
            disclaimer="Advisory. Comity ranks no country; issues stand in an order by a rule of yours.",
            command=f"comity regime agenda --rule {a.rule}",
        ),
    )  # fmt: skip


def _title(i: Issue) -> str:
    return f"{i.key} {i.title}" if len(i.key) == 4 else i.title


def _answer(a: Agenda, rule: str) -> Answer:
    if not a.issues:
        return Answer("No issue can be placed: nobody has said what any of them is worth.", "note")
    first = [i for i in a.issues if a.places[a.rule][i.key] == a.places[a.rule][a.issues[0].key]]
    lead = text(
        "By this rule {what} first: {titles}.",
        what="comes" if len(first) == 1 else "come",
        titles=Name("; ".join(_title(i) for i in first)),
    )
    same = [r for r in a.places if all(a.places[r][i.key] == 1 for i in first)]
    moved = sorted({i.key for i in a.issues if len({p[i.key] for p in a.places.values()}) > 1})
    details: list[Words] = [
        text("The rule asks: {rule}.", rule=rule),
        text(
            "First under these rules too: {rules}.", rules=", ".join(r for r in same if r != a.rule) or "none"
        ),
        text("{n} stand elsewhere under another rule.", n=_count(len(moved), "issue", "moved"))
        if moved
        else "The order is the same under every rule.",
    ]
    return Answer(lead, "note", tuple(details), kicker="Agenda")


def _who(a: Agenda, codes: tuple[str, ...]) -> Name:
    return Name(", ".join(a.names.get(c, c) for c in codes))


def _reason(a: Agenda, i: Issue) -> Words:
    assert i.joint is not None  # noqa: S101  (only placed issues have a reason)
    tied = a.tied(i.key)
    everyone = len(i.gaining) == len(a.names)
    parts: list[Words] = [
        "every party gains" if everyone else
        text("a gain for {who}", who=_who(a, i.gaining)) if i.gaining else "no party gains for sure"
    ]  # fmt: skip
    if i.worse_off:
        parts.append(text("; alone a loss for {who}", who=_who(a, i.worse_off)))
    if i.below:
        parts.append(text("; below the red line by it alone: {who}", who=_who(a, i.below)))
    if i.unvalued:
        n = _count(len(i.unvalued), "value", f"unvalued|{i.key}")
        parts.append(text("; {n} that nobody has stated", n=n))
    if i.severe:
        parts.append(text("; {n} at home", n=_count(i.severe, "severe conflict", f"severe|{i.key}")))
    if tied:
        parts.append(text("; tied with {keys}", keys=Name(", ".join(tied), "code")))
    line: Words = ""
    for part in parts:
        line = text("{line}{part}", line=line, part=part)
    return text(
        "Place {place}. {title}: {joint} for all together; {line}.",
        place=Name(str(a.places[a.rule][i.key]), "code"),
        title=Name(_title(i)),
        joint=_money(i.joint, f"joint|{i.key}"),
        line=line,
    )


def _spread(a: Agenda) -> Table:
    codes = list(a.names)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Name(_title(i)), *(_money(i.gains[c], f"gain|{i.key}|{c}") for c in codes)) for i in a.issues
    )
    columns = (Column("Issue"), *(Column(Name(a.names[c]), signed=True) for c in codes))
    note = "A value that nobody has stated is left out; the list of obstacles says how many there are."
    return Table("Who gains how much", columns, rows, note=note)


def _obstacles(a: Agenda) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Name(_title(i)),
            _who(a, i.below) if i.below else "none",
            _number(len(i.ministries), "ministries", f"ministries|{i.key}"),
            _number(len(a.added[i.key]), "ministries", f"added|{i.key}"),
            _number(len(i.unvalued), "values", f"unvalued|{i.key}"),
            _number(i.conflicts, "conflicts", f"conflicts|{i.key}"),
            _number(i.severe, "conflicts", f"severe|{i.key}"),
        )
        for i in a.issues
    )
    columns = (
        Column("Issue"), Column("Below the red line alone"), Column("Must consent"),
        Column("New at the table in this order"), Column("Not stated"), Column("At home"),
        Column("Severe"),
    )  # fmt: skip
    return Table("What stands in the way", columns, rows)


def _readiness(a: Agenda) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Name(_title(i)),
            _number(i.bound, "pairs", f"bound|{i.key}"),
            _number(i.unknown, "pairs", f"unknown|{i.key}"),
            _number(i.pairs, "pairs", f"pairs|{i.key}"),
            _number(i.tranches, "clauses", f"tranches|{i.key}"),
            _number(i.numbers, "numbers", f"numbers|{i.key}"),
        )
        for i in a.issues
    )
    columns = (
        Column("Issue"), Column("Bound already"), Column("Not coded"), Column("Of"),
        Column("Released on milestones"), Column("Numbers to fix in a text"),
    )  # fmt: skip
    note = (
        "Bound already: a labour agreement, a trade agreement or an area of free movement on record speaks "
        "of the area between the two parties (for a bloc: any two members). It may hold less than the issue."
    )
    return Table("What already binds, and what a text needs", columns, rows, note=note)


def _rules(a: Agenda) -> Table:
    rules = list(a.places)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Name(_title(i)), *(Name(str(a.places[r][i.key]), "code") for r in rules)) for i in a.issues
    )
    return Table("Place of each issue under each rule", (Column("Issue"), *(Column(r) for r in rules)), rows)


def _limits(a: Agenda) -> list[Block]:
    return [
        Heading(2, "What this rests on", "limits"),
        Notice(
            "limit",
            "Each issue stands alone here. Clauses work on each other, and an issue in which one party loses "
            "may be what another pays with: comity deal looks for such packages.",
        ),
        Notice(
            "assumed",
            text(
                "A party gains (or is below its red line) when it does so in {share} of {draws}, as the "
                "round file asks; two issues are tied when fewer draws than that agree which adds more.",
                share=Figure(
                    a.round.settings.share_of_draws, "share (0-1)", SourceClass.ELICITED,
                    "round:settings.share_of_draws",
                ),
                draws=_count(a.draws, "draw", "draws"),
            ),
        ),
    ]  # fmt: skip
