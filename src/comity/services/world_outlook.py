"""Sections of the world-round report: what it turns on, blocs that stay out, and what it rests on.

Parties stand in alphabetical order, never by size of gain. Who may import me:
:mod:`comity.services.world_document`. Start at :func:`show_pivots`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from comity.reports.document import (
    Amount,
    Block,
    Bullets,
    Cell,
    Column,
    Details,
    Heading,
    KeyValues,
    Name,
    Notice,
    Paragraph,
    Table,
    Words,
    text,
)
from comity.services.world_wording import BOUND_NAMES, FAMILY_NAMES, MODEL, money, number, percent, stated
from comity.units import SHARE
from comity.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.world_pivots import Pivot
    from comity.services.world_result import WorldDeal

__all__ = ["show_blocs", "show_pivots", "show_rests_on"]

_LIMITS: Final = (
    (
        "Clauses are drafted by rule from the figures of the pack, without chance, and each may be used "
        "at any strength between nothing and its full value; there are no all-or-nothing clauses here."
    ),
    (
        "The bound is proven for the game that the full world's values and derivatives make around the "
        "package. The world bends, so it is no proof for packages far away; other mixtures are tried "
        "against it."
    ),
    (
        "People move by number, goods trade only, movers bring no family at first, and political cost is "
        "not counted."
    ),
    (
        "Who counts is a choice of the file; movers and people abroad are left out of a gain unless it "
        "says so."
    ),
    "Tariffs by pair are spread from each importer's average; members of a customs union act as one.",
    "Entry places are valued at the horizon of the file, as people present, not as a path.",
    "What a country would ask for its signature beyond these gains is not known here.",
)


def show_pivots(deal: WorldDeal) -> Iterator[Block]:
    """Show what the regime turns on: clauses, pairs, families, and the parties on which others rest."""
    if not deal.pivots or deal.web is None:
        return
    yield Heading(2, "What it turns on", "pivots")
    rows = tuple(_pivot_row(deal, p) for p in deal.pivots)
    yield Table(
        "Take something out, arrange all else anew, and look again",
        (
            Column("Without"),
            Column("Still a regime"),
            Column("Mean gain lost"),
            Column("Proven at least"),
            Column("All gains together", signed=True),
            Column("Least gain of a party, of its GDP"),
        ),
        rows,
        note="Mean gain: geometric over all parties. Clauses and pairs are solved anew around the package; "
        "families are searched anew at central values, against the best package there. Listed "
        "by what is lost, "
        "within each kind.",
    )
    seats = [seat for seat in deal.web.seats if len(seat.rests_on_it) > 0]
    if seats:
        yield Paragraph(
            "Who holds it up: were all clauses of one party to go and nothing arranged anew, so "
            "many others would "
            "fall below their red line. Parties that are not listed: none would."
        )
        yield KeyValues(
            tuple(
                (Name(deal.names[s.code]), number(len(s.rests_on_it), "parties", f"{MODEL}|rests|{s.code}"))
                for s in seats
            )
        )
    tight = [deal.names[s.code] for s in deal.web.seats if s.floor_binds]
    yield Paragraph(
        text("Floors that hold the package back: {who}.", who=Name(", ".join(tight)))
        if tight
        else "No party's floor holds the package back: every gain lies clear of the least that was asked."
    )


def _pivot_row(deal: WorldDeal, p: Pivot) -> tuple[Cell, ...]:
    if p.kind == "family":
        what: Words = text("{name}", name=FAMILY_NAMES[p.what])
    elif p.kind == "pair":
        a, b = p.what.split(" – ")
        what = text("All clauses between {a} and {b}", a=Name(deal.names[a]), b=Name(deal.names[b]))
    else:
        c = next(c for c in deal.lab.draft.candidates if c.key == p.what)
        what = text(
            "{name}, {a} to {b}",
            name=Name(deal.instruments[c.instrument].title),
            a=Name(deal.names[c.giver]),
            b=Name(deal.names[c.beneficiary]),
        )
    about = f"{MODEL}|without|{p.what}"
    return (
        what,
        "yes" if p.open else "none found",
        None if p.loss is None else percent(p.loss, about),
        None if p.proven_loss is None else percent(p.proven_loss, about),
        None if p.joint is None else money(p.joint, f"without|{p.what}"),
        None if p.worst is None else percent(p.worst, about),
    )


def show_blocs(deal: WorldDeal, *, brief: bool) -> Iterator[Block]:
    """Show what changes when a named bloc stays out."""
    if not deal.absences:
        return
    yield Heading(2, "What if a bloc stays out", "blocs")
    base, lab = deal.first.gains, deal.lab
    rows: list[tuple[Cell, ...]] = []
    detail: list[Block] = []
    for a in deal.absences:
        inside = np.array([code in a.members for code in lab.parties])
        others = deal.first.seated & ~inside
        about = f"without|{a.bloc}"
        if not a.open:
            rows.append((Name(deal.names[a.bloc]), "none found", None, None, None, None))
            continue
        less = int((a.gains < base)[others].sum())
        rows.append(
            (
                Name(deal.names[a.bloc]),
                "yes",
                None if a.loss is None else percent(a.loss, f"{MODEL}|{about}"),
                money(float((a.gains - base)[others].sum()), about),
                text(
                    "{n} of {all}",
                    n=number(less, "", f"{MODEL}|{about}"),
                    all=number(int(others.sum()), "", f"{MODEL}|{about}"),
                ),
                text(
                    "{out} against {into} inside",
                    out=Amount(money(float(a.gains[inside].sum()), about), signed=True, unit=False),
                    into=Amount(money(float(base[inside].sum()), about), signed=True, unit=False),
                ),
            )
        )
        if not brief:
            detail.append(_bloc_table(deal, a.bloc, a.gains, inside))
    yield Table(
        "The others go ahead alone; the bloc's members neither give nor get, but live in the same world",
        (
            Column("Stays out"),
            Column("Do the others find a regime"),
            Column("Their mean gain lost"),
            Column("Their gains together", signed=True),
            Column("Of them gain less", numeric=False),
            Column("The bloc itself", numeric=False),
        ),
        tuple(rows),
        note="At central values, against the best package with all at the table; US$ million a year.",
    )
    if detail:
        yield Details("Party by party, with and without", tuple(detail))


def _bloc_table(deal: WorldDeal, bloc: str, gains: np.ndarray, inside: np.ndarray) -> Table:
    base = deal.first.gains
    return Table(
        text("Without {bloc}", bloc=Name(deal.names[bloc])),
        (
            Column("Party"),
            Column("Seat"),
            Column("With all", signed=True),
            Column("Without the bloc", signed=True),
        ),
        tuple(
            (
                Name(deal.names[deal.lab.parties[k]]),
                "stays out" if inside[k] else "at the table",
                money(float(base[k]), f"without|{bloc}"),
                money(float(gains[k]), f"without|{bloc}"),
            )
            for k in deal.seated()
        ),
        note="US$ million a year at central values.",
    )


def show_rests_on(deal: WorldDeal) -> Iterator[Block]:
    """Show bounds and rules of the file, how the bound is proven, what is left out, and the parameters."""
    rules = deal.file.world_round
    yield Heading(2, "What this rests on", "basis")
    bounds = rules.bounds
    yield KeyValues(
        (
            *(
                (f"Most {words}", stated(getattr(bounds, key), SHARE, f"world_round.bounds.{key}"))
                for key, words in BOUND_NAMES.items()
            ),
            ("Why these bounds", text("{why}", why=Name(bounds.reason, "quote"))),
        )
    )
    said = [
        text("{family}: {why}", family=FAMILY_NAMES[name], why=Name(rule.reason, "quote"))
        for name in FAMILY_NAMES
        if (rule := getattr(rules.candidates, name)) is not None
    ]
    yield Bullets(tuple(said))
    for words in _LIMITS:
        yield Notice("limit", words)
    contested = [
        deal.parameters[name]
        for name in deal.lab.values
        if deal.parameters[name].status is Status.CONTESTED and deal.parameters[name].value is not None
    ]
    if contested:
        yield Notice(
            "contested",
            text(
                "Contested parameters are drawn over their whole range: {names}.",
                names=Name("; ".join(p.definition for p in contested)),
            ),
        )
    filled = deal.lab.world.economy.imputed
    if filled:
        count = sum(code in filled for code in deal.lab.parties)
        yield Notice(
            "assumed",
            text(
                "For {n} some figure is filled in; comity evidence says which.",
                n=number(count, "parties", f"{MODEL}|imputed"),
            ),
        )
