"""Sections of the puzzle report: pairs alone, how pieces fit, what is agreed, and what it rests on.

Who may import me: :mod:`comity.services.puzzle_document`. Start at :func:`show_fits`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from comity.regime.pieces import Match
from comity.reports.document import (
    Block,
    Cell,
    Column,
    Details,
    Heading,
    KeyValues,
    Name,
    Notice,
    Paragraph,
    Source,
    Table,
    Words,
    text,
)
from comity.services.puzzle_wording import count, join_names, label, money, name_members, share
from comity.services.world_wording import FAMILY_NAMES, stated
from comity.units import SHARE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.puzzle import RegimePuzzle
    from comity.services.puzzle_walk import Refusal

__all__ = ["list_sources", "show_agreed", "show_basis", "show_fits", "show_pairs"]

#: Rows of a table on the first pages.
MOST_BRIEF: Final = 12

_LIMITS: Final = (
    (
        "The search rests on local values around today: effects add up. Each step of the paths shown is "
        "bargained anew where the path has come to, and the full world confirms it; other paths are not "
        "checked there."
    ),
    (
        "Earlier agreements stay in force: a step is about what is new between the sides. That a union "
        "rewrites its own terms to let somebody in is not searched."
    ),
    (
        "An instrument is used at one strength by all members of a bloc, like a schedule; its clauses are "
        "drafted by rule from the evidence. Room under the bounds is shared out over all instruments in "
        "advance."
    ),
    (
        "A bloc counts as one side; how its members share a gain, or decide, is not known here. That is "
        "why every member has a tolerance of its own."
    ),
    (
        "Political cost, the time that a step takes and what a country would ask beyond a gain are not "
        "counted. A joining of blocs is no recommendation."
    ),
    (
        "Compatibility compares what the file, agreement files and the register tell. What none of them "
        "tells is not known, which is not the same as compatible."
    ),
)


def show_pairs(found: RegimePuzzle, *, brief: bool) -> Iterator[Block]:
    """Show which two blocs alone find no agreement."""
    yield Heading(2, "Two blocs alone", "pairs")
    shut = [r for r in found.pairs if r.margin < 0]
    yield Paragraph(
        text(
            "{n} of {all} find no agreement alone today. They may still come together by way of others.",
            n=count(len(shut), "pairs" if len(shut) != 1 else "pair", "shut"),
            all=count(len(found.pairs), "", "pairs"),
        )
    )
    rows: list[tuple[Cell, ...]] = [
        (label(found, r.parts), share(r.margin, "margin"), _short_why(found, r))
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
    who = Name(" and ".join(join_names(found.table.names(p)) for p in r.sides) or "both")
    return (
        text("{who}, {members} at the limit", who=who, members=name_members(found, r.members))
        if r.members
        else text("{who}", who=who)
    )


def show_fits(found: RegimePuzzle, *, brief: bool) -> Iterator[Block]:
    """Show how the provisions of pieces fit."""
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
            text(
                "Off the table between {pair}: {family}, because {words}.",
                pair=Name(" and ".join(pair)),
                family=FAMILY_NAMES[family].lower(),
                words=Name(words),
            )
        )
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


def show_agreed(found: RegimePuzzle) -> Iterator[Block]:
    """Show the instruments of each step."""
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
                        FAMILY_NAMES[i.family],
                        Name(i.giver),
                        Name(i.beneficiary),
                        count(len(i.clauses), "", "clauses"),
                        share(float(value), "strength"),
                        money(give, "giver"),
                        money(get, "beneficiary"),
                    )
                )
        yield Details(
            label(found, step.parts),
            (
                Table(
                    "Instruments used",
                    (
                        Column("Instrument"),
                        Column("Gives"),
                        Column("Gets"),
                        Column("Clauses"),
                        Column("Strength"),
                        Column("To the one who gives", signed=True),
                        Column("To the one who gets", signed=True),
                    ),
                    tuple(rows),
                    note="Strength: share of the full clauses, after room under the bounds was shared out. "
                    "Worth: "
                    "local values around today.",
                ),
            ),
        )


def show_basis(found: RegimePuzzle) -> Iterator[Block]:
    """Show what the answer rests on."""
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
                text(
                    "{n}, of which {valued} had to be valued",
                    n=count(joining.divisions, "", "divisions"),
                    valued=count(joining.valued, "", "valued"),
                ),
            ),
            ("Search", "complete" if joining.complete else "greedy, with a bound"),
        )
    )
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
                Name(p.code),
                Name(p.name),
                Name(", ".join(p.members)),
                Name(", ".join(aside)) if aside else "nobody",
                Name(f"{p.source} [{p.mark}]", "quote"),
                stated(found.puzzle.tolerance[k], SHARE, f"pieces.{p.code}.tolerance"),
            )
        )
    yield Table(
        "The pieces",
        (
            Column("Code"),
            Column("Name"),
            Column("Members that act"),
            Column("Not in the model, or act elsewhere"),
            Column("Source of the membership"),
            Column("Tolerance"),
        ),
        tuple(rows),
    )
    for words in _LIMITS:
        yield Notice("limit", words)


def list_sources(found: RegimePuzzle) -> tuple[Source, ...]:
    """List the sources behind the figures."""
    return (
        Source("round:", f"The file {found.puzzle.file.puzzle}.yaml", "the author of the file"),
        Source(
            "model:",
            "Comity world model, bargaining engine and search of paths, by section of the design",
            "Comity",
        ),
    )
