"""The readable form of a puzzle: the answer, the storyboard of steps, how pieces fit, and what it rests on.

Pieces stand in the order of their codes. Who may import me: :mod:`comity.services.puzzle`.
Start at :func:`write_puzzle`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from comity.bargaining.joining import MOST_PIECES, find_parts
from comity.regime.pieces import Match
from comity.reports.document import (
    Answer,
    Block,
    Cast,
    Cell,
    Column,
    Details,
    Document,
    Frame,
    Heading,
    KeyValues,
    Meta,
    Name,
    Notice,
    Paragraph,
    RangeChart,
    RangeRow,
    Source,
    Storyboard,
    Table,
    Text,
    Words,
    text,
)
from comity.services.world_file import FAMILIES
from comity.services.world_wording import FAMILY_NAMES, significant, stated
from comity.units import SHARE, USD_MILLION_YEAR
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comity.services.puzzle import RegimePuzzle
    from comity.services.puzzle_walk import Architecture, Refusal, Step

__all__ = ["write_puzzle"]

MODEL: Final = "model:§8"
#: Members that a line names before it stops.
MOST_NAMED: Final = 4
#: Rows of a table on the first pages.
MOST_BRIEF: Final = 12

_LIMITS: Final = (
    "The search rests on local values around today: effects add up. Each step of the paths shown is bargained "
    "anew where the path has come to, and the full world confirms it; other paths are not checked there.",
    "Earlier agreements stay in force: a step is about what is new between the sides. That a union rewrites "
    "its own terms to let somebody in is not searched.",
    "An instrument is used at one strength by all members of a bloc, like a schedule; its clauses are drafted "
    "by rule from the evidence. Room under the bounds is shared out over all instruments in advance.",
    "A bloc counts as one side; how its members share a gain, or decide, is not known here. That is why every "
    "member has a tolerance of its own.",
    "Political cost, the time that a step takes and what a country would ask beyond a gain are not counted. A "
    "joining of blocs is no recommendation.",
    "Compatibility compares what the file, agreement files and the register tell. What none of them tells is "
    "not known, which is not the same as compatible.",
)


def money(value: float | Range, about: str) -> Figure:
    """Write US$ million a year."""
    return Figure(_short(value), USD_MILLION_YEAR, SourceClass.MODELLED, f"{MODEL}|{about}")


def share(value: float | Range, about: str) -> Figure:
    """Write a share, shown as per cent."""
    return Figure(_short(value), SHARE, SourceClass.MODELLED, f"{MODEL}|{about}")


def count(value: int, unit: str, about: str) -> Figure:
    """Write a number of things."""
    return Figure(float(value), unit, SourceClass.MODELLED, f"{MODEL}|{about}")


def _short(value: float | Range) -> float | Range:
    if isinstance(value, Range):
        return Range(significant(value.low), significant(value.mid), significant(value.high))
    return significant(value)


def write_puzzle(found: RegimePuzzle, *, brief: bool = False) -> Document:
    """Lay out a puzzle for reading: all of it, or its first pages."""
    blocks: list[Block] = [_answer(found)]
    blocks += _storyboard(found)
    blocks += _architectures(found)
    blocks += _stumbling(found)
    blocks += _pairs(found, brief=brief)
    blocks += _fits(found, brief=brief)
    if brief:
        blocks.append(
            Notice("limit", "What each step agrees, every pair and provision, and all that this rests on: in the "
                   "HTML report, or here with --full.")
        )  # fmt: skip
    else:
        blocks += _agreed(found)
        blocks += _basis(found)
    file = found.puzzle.file
    return Document(
        title=text("{title}", title=Name(file.title, "quote")),
        subtitle=text("{summary}", summary=Name(file.summary or "A puzzle of blocs.", "quote")),
        blocks=tuple(blocks),
        sources=_sources(found),
        meta=Meta(
            seed=found.seed if found.draws else None,
            versions=found.versions,
            disclaimer="Advisory. Comity ranks no country and recommends no joining of blocs; political cost is "
            "not counted.",
            command=f"comity regime puzzle {file.puzzle}.yaml",
        ),
    )


# -------------------------------------------------------------------------------------------------- answer


def _answer(found: RegimePuzzle) -> Answer:
    path, pieces = found.path, count(len(found.table.codes), "blocs", "pieces")
    steps = _steps(len(path.steps))
    if found.whole:
        words = text(
            "Yes, in this model and at central values: a path of {steps} joins all {pieces}. At each step whoever joins gains, and no "
            "member inside loses more than it tolerates.",
            steps=steps, pieces=pieces,
        )  # fmt: skip
    elif path.steps:
        words = text(
            "Only in part: {steps} join some of {pieces}, and {ends} are left that do not join. {proof}",
            steps=steps, pieces=pieces, ends=count(len(path.together), "unions or blocs", "ends"),
            proof=_proof(found),
        )  # fmt: skip
    else:
        words = text("No: none of {pieces} join. {proof}", pieces=pieces, proof=_proof(found))
    details: list[Words] = []
    if path.steps:
        weakest = min(path.steps, key=lambda s: s.margin)
        details.append(
            text(
                "Weakest step: {label}, where the worst-off side can be {margin} of its GDP above what it asks.",
                label=_label(found, weakest.parts), margin=share(weakest.margin, "margin"),
            )
        )  # fmt: skip
        details.append(
            text(
                "All members together gain {total}; the worst-off bloc {least} of its GDP.",
                total=money(found.total(path), "total"), least=share(found.least(path), "least"),
            )
        )  # fmt: skip
    details += _against(found)
    stumbling = [a for a in found.apart if a.stumbles]
    if stumbling:
        details.append(
            text(
                "Stumbling: {who} would have more by staying apart while the others keep what they agreed.",
                who=Name(", ".join(found.table.codes[a.piece] for a in stumbling)),
            )
        )  # fmt: skip
    return Answer(
        words, "zone" if found.whole else "no_zone", tuple(details),
        kicker="Can the pieces be joined?",
    )  # fmt: skip


def _proof(found: RegimePuzzle) -> Words:
    if not found.joining.complete:
        return text(
            "More than {n} were too many to search every path, so this is what was found, not a proof.",
            n=count(MOST_PIECES, "blocs", "exact"),
        )
    if len(found.path.together) > len(found.joining.unions):
        return (
            "The search found more on local values, but the full world does not confirm the next step, whatever "
            "package was tried."
        )
    horizon = found.puzzle.file.steps
    if horizon is not None and horizon < len(found.table.codes) - 1:
        return text(
            "On local values every path of at most {n} was covered, so none leads further.",
            n=stated(horizon, "steps", "steps"),
        )
    return "On local values every path was covered, so none leads further."


def _against(found: RegimePuzzle) -> Iterator[Words]:
    once = found.at_once
    if once.steps:
        yield text(
            "One agreement at once would serve all blocs as well: {total} together, the worst-off bloc {least}.",
            total=money(found.total(once), "total|at_once"), least=share(found.least(once), "least|at_once"),
        )  # fmt: skip
    else:
        yield "One agreement at once does not serve all blocs under the same tolerances."
    hub = found.hub
    if hub.steps:
        yield text(
            "Of hubs with spokes, {hub} goes furthest: {n}, {total} together.",
            hub=Name(_hub(found)), n=count(len(hub.steps), "spokes" if len(hub.steps) != 1 else "spoke", "spokes"),
            total=money(found.total(hub), "total|hub"),
        )  # fmt: skip
    else:
        yield "No two blocs find an agreement alone, so there is no hub with spokes."


def _hub(found: RegimePuzzle) -> str:
    return found.hub.title.removeprefix("Hub and spoke: ").split(" ", maxsplit=1)[0]


def _steps(number: int) -> Figure:
    return count(number, "step" if number == 1 else "steps", "steps")


def _label(found: RegimePuzzle, parts: Sequence[int]) -> Name:
    return Name(found.table.label(tuple(parts)))


# ---------------------------------------------------------------------------------------------- storyboard


def _storyboard(found: RegimePuzzle) -> Iterator[Block]:
    path, table = found.path, found.table
    if not path.steps:
        return
    yield Heading(2, "The path, step by step", "path")
    unions = [1 << k for k in range(len(table.codes))]
    frames = []
    for step in path.steps:
        cast = [Cast(tuple(Name(c) for c in table.names(p)), "joins") for p in step.parts]
        rest = [u for u in unions if u not in step.parts]
        cast += [Cast(tuple(Name(c) for c in table.names(u)), "together") for u in rest if u.bit_count() > 1]
        cast += [Cast((Name(table.names(u)[0]),), "apart") for u in rest if u.bit_count() == 1]
        frames.append(Frame(_title(found, step), tuple(cast), tuple(_lines(found, step))))
        unions = [*rest, sum(step.parts)]
    yield Storyboard(
        "Who joins whom",
        tuple(frames),
        note="Earlier agreements stay in force; each step adds what the sides agree between them. Gains are what "
        "the step adds, in the full world.",
    )


def _title(found: RegimePuzzle, step: Step) -> Words:
    joined = [p for p in step.parts if p.bit_count() == 1]
    if len(joined) == len(step.parts):
        return text("{who} found a union", who=Name(_and([found.table.names(p)[0] for p in joined])))
    if joined:
        verb = "joins" if len(joined) == 1 else "join"
        return text("{who} {verb}", who=Name(_and([found.table.names(p)[0] for p in joined])), verb=verb)
    return "Two unions join"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _lines(found: RegimePuzzle, step: Step) -> Iterator[Words]:
    table = found.table
    game = table.game
    inside = step.change[table.places]
    sides = game.side_gains(step.parts, inside)
    for part, gain in zip(step.parts, sides, strict=True):
        size = sum(game.sizes[k] for k in find_parts(part))
        yield text(
            "{who}: {gain}, {part} of GDP",
            who=Name(_and(table.names(part))), gain=money(gain, "step"), part=share(gain / size, "step"),
        )  # fmt: skip
    here = np.isin(game.piece, find_parts(sum(step.parts)))
    part = np.where(here, inside / game.size, np.inf)
    worst = int(part.argmin())
    yield text(
        "Least: {who}, {part} of GDP",
        who=Name(found.names[table.members[worst]]),
        part=share(part[worst], "least"),
    )
    outside = float(step.change.sum() - inside[here].sum())
    yield text("All others together: {gain}", gain=money(outside, "others"))
    used = [i for i, v in zip(table.instruments, step.values, strict=True) if v > 0]
    yield text(
        "Agreed: {what}",
        what=", ".join(FAMILY_NAMES[f].lower() for f in FAMILIES if any(i.family == f for i in used)),
    )


# ------------------------------------------------------------------------------------------- architectures


def _architectures(found: RegimePuzzle) -> Iterator[Block]:
    yield Heading(2, "Ways to a wider regime, compared", "architectures")
    rows: list[tuple[Cell, ...]] = []
    for a in found.architectures:
        left, losers = found.left_out(a), found.losers(a)
        rows.append(
            (
                Name(a.title),
                _steps(len(a.steps)),
                money(found.total(a), f"total|{a.key}"),
                share(found.least(a), f"least|{a.key}"),
                Name(", ".join(left)) if left else "nobody",
                _named(found, losers) if losers else "nobody",
                money(found.outsiders(a), f"outside|{a.key}"),
            )
        )
    yield Table(
        "In the full world",
        (
            Column("Way"),
            Column("Steps"),
            Column("All members together", signed=True),
            Column("Worst-off bloc, of its GDP", signed=True),
            Column("Left out"),
            Column("Members who lose"),
            Column("Economies in no bloc", signed=True),
        ),
        tuple(rows),
        note=text(
            "Each with its own Nash bargains under the same floors. Ranges: nine in ten of {draws}, each end kept "
            "as agreed at central values. Members who lose: by more than the tolerance of a step, over all steps.",
            draws=stated(found.draws, "draws", "draws"),
        )
        if found.draws
        else "Each with its own Nash bargains under the same floors. Central values only: no draws were asked for.",
    )
    for a in found.architectures:
        for r in a.refused if a.key != "path" else ():
            yield Paragraph(text("{way}: {why}", way=Name(a.title), why=_why(found, r)))
    if found.draws and found.path.steps:
        yield _gains(found)


def _gains(found: RegimePuzzle) -> RangeChart:
    table = found.table
    rows = []
    ends = [found.piece_gains(a.draws) / table.game.sizes for a in (found.path, found.at_once)]
    central = [found.piece_gains(a.gains) / table.game.sizes for a in (found.path, found.at_once)]

    def span(which: int, k: int) -> Figure:
        low, high = np.quantile(ends[which][:, k], [0.05, 0.95])
        mid = float(central[which][k])
        return share(Range(min(float(low), mid), mid, max(float(high), mid)), "piece")

    for k, code in enumerate(table.codes):
        rows.append(
            RangeRow(
                Name(code),
                span(0, k),
                span(1, k) if found.at_once.steps else None,
                share(float((ends[0][:, k] > 0).mean()), "draws"),
            )
        )
    return RangeChart(
        "What each bloc gains in the end, as a share of its GDP",
        tuple(rows),
        legend=("by the path", "by one agreement at once") if found.at_once.steps else None,
    )


def _named(found: RegimePuzzle, codes: Sequence[str]) -> Words:
    names = [found.names[c] for c in codes]
    if len(names) <= MOST_NAMED:
        return Name(", ".join(names))
    return text(
        "{some} and {n} more",
        some=Name(", ".join(names[:MOST_NAMED])), n=count(len(names) - MOST_NAMED, "", "members"),
    )  # fmt: skip


# ----------------------------------------------------------------------------------------- stumbling blocks


def _stumbling(found: RegimePuzzle) -> Iterator[Block]:
    yield Heading(2, "Stumbling blocks", "stumbling")
    table = found.table
    if found.apart:
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (
                Name(table.codes[a.piece]),
                money(a.inside, "inside"),
                money(a.apart, "apart"),
                money(-a.others, "others"),
                "by staying apart" if a.stumbles else "by being inside",
            )
            for a in found.apart
        )
        yield Table(
            "If one bloc stayed apart and the others kept what they agreed among themselves",
            (
                Column("Bloc"), Column("Inside, it has", signed=True), Column("Apart, it would have", signed=True),
                Column("Others would have", signed=True), Column("It gains more"),
            ),
            rows,
            note="In the full world. Apart it gives and gets nothing by clauses, but feels what the others agree.",
        )  # fmt: skip
    for r in found.refused:
        yield Paragraph(text("{who} do not join: {why}", who=_label(found, r.parts), why=_why(found, r)))
    for r in found.path.refused:
        yield Paragraph(
            text("The next step, {who}, is not confirmed by the full world: {why}", who=_label(found, r.parts),
                 why=_why(found, r))
        )  # fmt: skip
    if not found.apart and not found.refused:
        yield Paragraph("None.")


def _why(found: RegimePuzzle, r: Refusal) -> Words:
    if r.margin >= 0 and not (r.sides or r.members):
        return text(
            "on local values there is a package, with {margin} of GDP to spare for the worst-off side.",
            margin=share(r.margin, "margin"),
        )
    if r.margin >= 0:
        names = [found.names[c] for c in r.members] or [_and(found.table.names(p)) for p in r.sides]
        return text(
            "on local values there is a package, but in the full world each that was tried leaves {who} short.",
            who=Name(", ".join(names[:MOST_NAMED])),
        )
    who = [_and(found.table.names(p)) for p in r.sides]
    first = text(
        "whatever is agreed between them, {who} fall{s} short, at best by {short} of GDP",
        who=Name(" or ".join(f"({w})" if " " in w else w for w in who) or "a side"),
        s="s" if len(who) == 1 else "", short=share(-r.margin, "margin"),
    )  # fmt: skip
    if not r.members:
        return text("{first}.", first=first)
    return text("{first}; more would cost {members} more than it tolerates.", first=first,
                members=_named(found, r.members))  # fmt: skip


# ------------------------------------------------------------------------------------------- pairs and fits


def _pairs(found: RegimePuzzle, *, brief: bool) -> Iterator[Block]:
    yield Heading(2, "Two blocs alone", "pairs")
    shut = [r for r in found.pairs if r.margin < 0]
    yield Paragraph(
        text(
            "{n} of {all} find no agreement alone today. They may still come together by way of others.",
            n=count(len(shut), "pairs" if len(shut) != 1 else "pair", "shut"), all=count(len(found.pairs), "", "pairs"),
        )
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (_label(found, r.parts), share(r.margin, "margin"), _short_why(found, r))
        for r in (shut if brief else found.pairs)
    ]
    if not rows:
        return
    table = Table(
        "Margin of the worse-off side above what it asks, as a share of its GDP (local values)",
        (Column("Pair"), Column("Margin", signed=True), Column("Held back by")),
        tuple(rows[:MOST_BRIEF] if brief else rows),
    )
    yield table if brief else Details("Every pair", (table,))


def _short_why(found: RegimePuzzle, r: Refusal) -> Words:
    who = Name(" and ".join(_and(found.table.names(p)) for p in r.sides) or "both")
    return (
        text("{who}, {members} at the limit", who=who, members=_named(found, r.members))
        if r.members
        else text("{who}", who=who)
    )


def _fits(found: RegimePuzzle, *, brief: bool) -> Iterator[Block]:
    yield Heading(2, "How the pieces fit", "fits")
    order = [Match.CONTRADICTING, Match.UNKNOWN, Match.ONE_SIDE, Match.MERGEABLE, Match.SAME]
    yield KeyValues(
        tuple(
            (str(m), count(sum(f.match is m for f in found.fits), "provisions of pairs", f"fits|{m}"))
            for m in order
            if any(f.match is m for f in found.fits)
        )
    )
    for family, pair, words in found.table.closed:
        yield Paragraph(
            text("Off the table between {pair}: {family}, because {words}.", pair=Name(" and ".join(pair)),
                 family=FAMILY_NAMES[family].lower(), words=Name(words))
        )  # fmt: skip
    chosen = (
        [f for f in found.fits if f.match in (Match.CONTRADICTING, Match.MERGEABLE)] if brief else found.fits
    )
    chosen = sorted(chosen, key=lambda f: (order.index(f.match), f.first, f.second, f.tag))
    rows: list[tuple[Cell, ...]] = [
        (Name(f"{f.first} and {f.second}"), Name(f.title), str(f.match), Name(f.words)) for f in chosen
    ]
    if not rows:
        return
    table = Table(
        "Provision by provision",
        (Column("Pieces"), Column("Provision"), Column("Fit"), Column("Why")),
        tuple(rows[:MOST_BRIEF] if brief else rows),
        note="From the file, agreement files and the register. The content of trade agreements is not coded.",
    )
    yield table if brief else Details("Every pair and provision", (table,))


# ---------------------------------------------------------------------------------------- agreed, and basis


def _agreed(found: RegimePuzzle) -> Iterator[Block]:
    yield Heading(2, "What each step agrees", "agreed")
    table = found.table
    for step in found.path.steps:
        rows: list[tuple[Cell, ...]] = []
        for k, (i, value) in enumerate(zip(table.instruments, step.values, strict=True)):
            if value > 0:
                effect = table.slope[table.places, k] * value
                give, get = (
                    float(effect[table.piece == table.codes.index(c)].sum()) for c in (i.giver, i.beneficiary)
                )
                rows.append(
                    (
                        FAMILY_NAMES[i.family], Name(i.giver), Name(i.beneficiary),
                        count(len(i.clauses), "", "clauses"), share(float(value), "strength"),
                        money(give, "giver"), money(get, "beneficiary"),
                    )
                )  # fmt: skip
        yield Details(
            _label(found, step.parts),
            (
                Table(
                    "Instruments used",
                    (
                        Column("Instrument"), Column("Gives"), Column("Gets"), Column("Clauses"), Column("Strength"),
                        Column("To the one who gives", signed=True), Column("To the one who gets", signed=True),
                    ),
                    tuple(rows),
                    note="Strength: share of the full clauses, after room under the bounds was shared out. Worth: "
                    "local values around today.",
                ),
            ),
        )  # fmt: skip


def _basis(found: RegimePuzzle) -> Iterator[Block]:
    yield Heading(2, "What it rests on", "basis")
    file, joining, table = found.puzzle.file, found.joining, found.table
    yield KeyValues(
        (
            ("What a bloc that joins asks at least", stated(file.least_gain, SHARE, "least_gain")),
            ("What a member may lose in a step", stated(file.tolerance, SHARE, "tolerance")),
            ("Why", Name(file.reason, "quote")),
            ("Sides that may join at once", stated(file.at_once, "", "at_once")),
            ("Most steps", "no limit" if file.steps is None else stated(file.steps, "", "steps")),
            ("Instruments between blocs", count(len(table.instruments), "", "instruments")),
            ("Clauses behind them", count(sum(len(i.clauses) for i in table.instruments), "", "clauses")),
            (
                "Possible last steps of unions covered",
                text("{n}, of which {valued} had to be valued", n=count(joining.divisions, "", "divisions"),
                     valued=count(joining.valued, "", "valued")),
            ),
            ("Search", "complete" if joining.complete else "greedy, with a bound"),
        )
    )  # fmt: skip
    if not joining.complete and np.isfinite(joining.bound):
        yield Paragraph(
            text(
                "No path to all blocs has a weakest step above {bound} of GDP.",
                bound=share(joining.bound, "bound"),
            )
        )
    rows: list[tuple[Cell, ...]] = []
    for k, p in enumerate(found.puzzle.pieces):
        aside = [*found.puzzle.outside[p.code], *found.puzzle.elsewhere[p.code]]
        rows.append(
            (
                Name(p.code), Name(p.name), Name(", ".join(p.members)), Name(", ".join(aside)) if aside else "nobody",
                Name(f"{p.source} [{p.mark}]", "quote"),
                stated(found.puzzle.tolerance[k], SHARE, f"pieces.{p.code}.tolerance"),
            )
        )  # fmt: skip
    yield Table(
        "The pieces",
        (
            Column("Code"), Column("Name"), Column("Members that act"), Column("Not in the model, or act elsewhere"),
            Column("Source of the membership"), Column("Tolerance"),
        ),
        tuple(rows),
    )  # fmt: skip
    for words in _LIMITS:
        yield Notice("limit", words)


def _sources(found: RegimePuzzle) -> tuple[Source, ...]:
    return (
        Source("round:", f"The file {found.puzzle.file.puzzle}.yaml", "the author of the file"),
        Source("model:", "Comity world model, bargaining engine and search of paths, by section of the design",
               "Comity"),
    )  # fmt: skip
