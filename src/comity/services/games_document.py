"""The readable form of solved games: the answer, what each solution is, who gets what, what is agreed.

Who may import me: :mod:`comity.services.games`. Start at :func:`write_document`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.reports.document import (
    Amount,
    Answer,
    Block,
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
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.bargaining.discrete import Blocked, Chosen, DiscreteSolutions

__all__ = ["write_document", "write_summary"]

_MOST_NAMED = 40
"""Letters of a value's name that a table shows."""
_MOST_TIES = 10
"""Tied outcomes that are listed; all are counted."""

_SOURCES = (
    Source("model:§6.9", "Computed from the game's files, exactly", "Comity", licence="Apache-2.0"),
    Source("game:", "The game's files, used as given"),
)
_ALL = "every party"


def write_document(solved: DiscreteSolutions, *, checked: bool = False) -> Document:
    """Lay out one game."""
    game = solved.game
    blocks: list[Block] = [_answer(solved)]
    if solved.found:
        blocks += _solutions(solved)
    elif solved.blocked:
        blocks += _blocked(solved)
    blocks.append(Heading(2, "How it was solved", "method"))
    blocks.append(
        Paragraph(
            text(
                "{method}. Every figure is its own bound. Utilities that differ by no more than {slack} of a "
                "party's scale count as equal.{check}",
                method=Name(solved.method),
                slack=Name("one part in a million million"),
                check=" A list of all outcomes, made separately, agrees." if checked else "",
            )
        )
    )
    if not solved.frontier.complete:
        blocks.append(
            Notice("limit", "The whole frontier is not listed; the solutions are exact without it.")
        )
    if solved.rational is None:
        blocks.append(
            Notice("limit", "The rational outcomes are not counted: an exact count is out of reach here.")
        )
    blocks += [Notice("limit", Name(note)) for note in game.notes]
    return Document(
        title=text("Game: {name}", name=Name(game.name)),
        subtitle=text(
            "{parties} at the table, {issues} to agree, {outcomes} in all",
            parties=_count(len(game.parties), "party" if len(game.parties) == 1 else "parties"),
            issues=_count(len(game.issues), "issue" if len(game.issues) == 1 else "issues"),
            outcomes=_count(solved.outcomes, "outcomes"),
        ),
        blocks=tuple(blocks),
        sources=_SOURCES,
        meta=Meta(command="comity game solve"),
    )


def write_summary(
    games: Sequence[DiscreteSolutions], refused: Sequence[tuple[str, str]], *, checked: bool = False
) -> Document:
    """Lay out several games as a table, one line each."""
    columns = (
        Column("Game"),
        Column("At table"),
        Column("Outcomes"),
        Column("Rational"),
        Column("Frontier"),
        Column("Nash", numeric=True),
        Column("Ties"),
        Column("Ratio", numeric=True),
        Column("Sum", numeric=True),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Name(s.game.name),
            _count(len(s.game.parties), ""),
            _count(s.outcomes, ""),
            None if s.rational is None else _count(s.rational, ""),
            _count(len(s.frontier.points), "") if s.frontier.complete else None,
            None if s.nash is None else _value(s.nash.value),
            None if s.nash is None else _count(s.nash.ties, ""),
            None if s.leximin is None else _value(s.leximin.value),
            None if s.utilitarian is None else _value(s.utilitarian.value),
        )
        for s in games
    )
    closed = [s.game.name for s in games if not s.found]
    answer = text(
        "{solved} solved exactly; in {closed} of them no outcome suits everybody.{refused}",
        solved=_count(len(games), "games"),
        closed=_count(len(closed), ""),
        refused=text(" {n} refused, see below.", n=_count(len(refused), "games")) if refused else "",
    )
    blocks: list[Block] = [
        Answer(answer, "note"),
        Table(
            "Games",
            columns,
            rows,
            note="Rational: every party at or above its reservation value; frontier and solutions are among "
            "those. Nash: product of gains. Ratio: the smallest share of its possible gain that a party "
            "gets. Sum: of utilities. Each at its largest.",
        ),
    ]
    if checked:
        blocks.append(
            Paragraph("Each was compared with a list of all outcomes, made separately, and agrees.")
        )
    blocks += [
        Notice("limit", text("{name} is not solved: {why}", name=Name(name), why=Name(why)))
        for name, why in refused
    ]
    return Document("Games", "", tuple(blocks), _SOURCES, Meta(command="comity game solve"))


def _answer(solved: DiscreteSolutions) -> Answer:
    rule: list[Words] = []
    game = solved.game
    if game.rule is not None and solved.accepted is not None:
        titles = dict(zip(game.parties, game.titles, strict=True))
        rule.append(
            text(
                "Under the game's own rule ({veto} must agree, and at least {least} in all) {n} pass.",
                veto=Name(" and ".join(titles[party] for party in game.rule.veto) or "nobody in particular"),
                least=_count(game.rule.least, ""),
                n=_count(solved.accepted, "outcomes"),
            )
        )
    if not solved.found:
        head = text(
            "No zone of agreement: none of the {n} gives every party its reservation value.{who}",
            n=_count(solved.outcomes, "outcomes"),
            who=_holdouts(solved.blocked),
        )
        return Answer(head, "no_zone", tuple(rule))
    if solved.rational is None:
        zone = text("There is a zone of agreement among {all}.", all=_count(solved.outcomes, "outcomes"))
    else:
        zone = text(
            "{n} of {all} leave every party at or above its reservation value.",
            n=_count(solved.rational, ""),
            all=_count(solved.outcomes, "outcomes"),
        )
    if solved.frontier.complete:
        rule.insert(
            0,
            text(
                "{front} of these, counted by distinct utilities, cannot be improved for one party without a "
                "loss for another.",
                front=_count(len(solved.frontier.points), ""),
            ),
        )
    head = zone
    if solved.nash_is_zero:
        rule.append("No outcome gives everybody a gain above zero, so the Nash product is zero everywhere.")
    return Answer(head, "zone", tuple(rule))


def _holdouts(blocked: Sequence[Blocked]) -> Words:
    alone = [b.party for b in blocked if b.alone < b.reserve]
    if alone:
        return text(" {who} asks for more than any outcome gives.", who=Name(", ".join(alone)))
    single = [b for b in blocked if b.best is not None]
    if single:
        names = ", ".join(b.party for b in single)
        return text(" Without {who} (any one of them) the others could agree.", who=Name(names))
    return " Nor could the others agree if one party were left out."


def _solutions(solved: DiscreteSolutions) -> list[Block]:
    found = _found(solved)
    columns = (
        Column("Solution"),
        Column("What is as large as can be"),
        Column("Value", numeric=True),
        Column("Tied"),
    )
    rows = tuple(
        (
            Name(f"{letter}  {name}"),
            what,
            _value(chosen.value),
            _count(chosen.ties, ""),
        )
        for letter, name, what, chosen in found
    )
    groups = _groups([(letter, chosen) for letter, _, _, chosen in found])
    return [
        Heading(2, "Solutions", "solutions"),
        Table(
            "Solutions",
            columns,
            rows,
            note="Tied: distinct efficient utility vectors that reach the value; of tied ones the most even "
            "is shown.",
        ),
        _payoffs(solved, groups),
        _bids(solved, groups),
        *_ties(solved, found),
    ]


def _found(solved: DiscreteSolutions) -> list[tuple[str, str, Words, Chosen]]:
    listed: tuple[tuple[str, str, Words, Chosen | None], ...] = (
        ("N", "Nash", "the product of gains over the reservation values", solved.nash),
        ("K", "Even ratios", "the smallest share of a party's possible gain, then the next", solved.leximin),
        ("A", "… over all", "the same, if a party's best in any outcome were possible", solved.leximin_all),
        ("E", "Even gains", "the smallest gain, then the next", solved.egalitarian),
        ("U", "Largest sum", "the sum of utilities, with everybody's consent", solved.utilitarian),
    )
    return [(a, b, c, d) for a, b, c, d in listed if d is not None]


def _groups(found: Sequence[tuple[str, Chosen]]) -> list[tuple[str, Chosen]]:
    """Solutions that pick the same outcome share a column."""
    groups: list[tuple[str, Chosen]] = []
    for letter, chosen in found:
        for at, (letters, other) in enumerate(groups):
            if dict(other.bid) == dict(chosen.bid):
                groups[at] = (f"{letters}, {letter}", other)
                break
        else:
            groups.append((letter, chosen))
    return groups


def _payoffs(solved: DiscreteSolutions, groups: Sequence[tuple[str, Chosen]]) -> Table:
    game = solved.game
    columns = (
        Column("Party"),
        Column("Reservation", numeric=True),
        Column("Best alone", numeric=True),
        Column("Best agreed", numeric=True),
        *(Column(Name(letters), numeric=True) for letters, _ in groups),
    )
    rows = []
    for i, title in enumerate(game.titles):
        ideal = None if solved.ideal is None else _value(float(solved.ideal[i]))
        rows.append(
            (
                Name(title),
                _given(float(game.no_deal[i]), game.parties[i]),
                _value(float(game.best[i])),
                ideal,
                *(_value(float(chosen.utilities[i])) for _, chosen in groups),
            )
        )
    return Table(
        "What each party gets (utility)",
        columns,
        tuple(rows),
        note="Best alone: if the party alone chose. Best agreed: in an outcome that suits everybody.",
    )


def _bids(solved: DiscreteSolutions, groups: Sequence[tuple[str, Chosen]]) -> Table:
    columns = (Column("Issue"), *(Column(Name(letters)) for letters, _ in groups))
    rows = tuple(
        (Name(issue.name), *(Name(_short(chosen.bid[issue.name])) for _, chosen in groups))
        for issue in solved.game.issues
    )
    return Table("What is agreed", columns, rows)


def _ties(solved: DiscreteSolutions, found: Sequence[tuple[str, str, Words, Chosen]]) -> list[Block]:
    """List what ties with Nash or the even solutions, so that nobody takes one of them for the only one."""
    game = solved.game
    columns = (
        Column("Solution"),
        *(Column(Name(title), numeric=True) for title in game.titles),
    )
    rows = tuple(
        (Name(f"{letter}  {name}"), *(_value(float(value)) for value in point))
        for letter, name, _, chosen in found
        if letter != "U" and 1 < chosen.ties <= _MOST_TIES
        for point in chosen.tied
    )
    if not rows:
        return []
    note = "A solution does not choose among its ties; the first of each is the one shown above."
    return [Table("Outcomes that tie (utility)", columns, rows, note=note)]


def _blocked(solved: DiscreteSolutions) -> list[Block]:
    game = solved.game
    titles = dict(zip(game.parties, game.titles, strict=True))
    some = any(b.best is not None for b in solved.blocked)
    columns = [Column("Party"), Column("Reservation", numeric=True), Column("Best alone", numeric=True)]
    if some:
        columns += [Column("Best the others accept", numeric=True), Column("Short by", numeric=True)]
    if solved.nearest is not None:
        columns += [Column("In the nearest outcome", numeric=True), Column("Short by", numeric=True)]
    rows = []
    for i, b in enumerate(solved.blocked):
        row: list[Cell] = [Name(titles[b.party]), _given(b.reserve, b.party), _value(b.alone)]
        if some:
            row += ["none", None] if b.best is None else [_value(b.best), _value(b.reserve - b.best)]
        if solved.nearest is not None:
            reached = float(solved.nearest.utilities[i])
            row += [_value(reached), _value(max(0.0, b.reserve - reached))]
        rows.append(tuple(row))
    blocks: list[Block] = [
        Heading(2, "Who holds out", "blocked"),
        Table(
            "How far each party is from its reservation value",
            tuple(columns),
            tuple(rows),
            note="Best the others accept: in outcomes that suit all parties but this one." if some else None,
        ),
    ]
    if solved.nearest is not None:
        near = solved.nearest
        blocks.append(
            Table(
                "The nearest outcome: the worst shortfall is as small as can be",
                (Column("Issue"), Column("Agreed")),
                tuple((Name(i.name), Name(_short(near.bid[i.name]))) for i in game.issues),
                note=text(
                    "The party that is worst off misses its reservation value by {v}.", v=_value(-near.value)
                ),
            )
        )
    return blocks


def _value(value: float) -> Words:
    """Write a utility with its own three digits; the figures of a column need not share their decimals."""
    return text("{v}", v=Amount(_figure(value), unit=False))


def _figure(value: float) -> Figure:
    return Figure(value, "", SourceClass.MODELLED, "model:§6.9")


def _count(count: int, unit: str) -> Figure:
    return Figure(float(count), unit, SourceClass.MODELLED, "model:§6.9")


def _given(value: float, party: str) -> Words:
    figure = Figure(value, "", SourceClass.ELICITED, f"game:{party}")
    return text("{v}", v=Amount(figure, unit=False))


def _short(value: str) -> str:
    return value if len(value) <= _MOST_NAMED else value[: _MOST_NAMED - 1] + "…"
