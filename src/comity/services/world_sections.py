"""Sections of the world-round report: the web of reciprocities, and who gains.

Parties stand in alphabetical order, never by size of gain. Who may import me:
:mod:`comity.services.world_document`. Start at :func:`show_web`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.reports.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Details,
    Flow,
    FlowMap,
    Heading,
    Name,
    Paragraph,
    Point,
    Table,
    text,
)
from comity.services.world_wording import BOUND_NAMES, FAMILY_NAMES, MODEL, money, number, percent
from comity.units import SHARE
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.world_result import WorldDeal
    from comity.services.world_web import Tie

__all__ = ["show_regions", "show_seats", "show_web"]

#: Rows that a reader of the first pages, of the map and of the whole report is shown.
MOST_BRIEF: Final = 12
MOST_DRAWN: Final = 30
MOST_LISTED: Final = 300
_SHORT: Final = {
    "LE01": "entry places",
    "LE02": "entry places",
    "RM01": "fees",
    "TR01": "tariffs",
    "TR06": "tariffs",
    "PE01": "return",
    "PE03": "return",
    "GV14": "transfers",
}
_AMOUNTS: Final = {
    "entry": "persons a year, all together",
    "fees": "points less on average, of the amount sent",
    "tariffs": "points less on average",
    "readmission": "working days less on average",
    "transfers": "US$ million a year, all together",
}


def show_web(deal: WorldDeal, *, brief: bool) -> Iterator[Block]:
    """Show the web of reciprocities: families, map, ties, circles."""
    web = deal.web
    if web is None:
        return
    yield Heading(2, "How: the web of reciprocities", "web")
    rows: list[tuple[Cell, ...]] = [
        (
            FAMILY_NAMES[f.family],
            number(f.used, "", f"{MODEL}|used"),
            number(f.drafted, "", f"{MODEL}|candidates"),
            number(f.amount, _AMOUNTS[f.family], f"{MODEL}|{f.family}"),
            money(f.to_givers, f"{f.family}|givers"),
            money(f.to_beneficiaries, f"{f.family}|beneficiaries"),
            money(f.to_others, f"{f.family}|others"),
        )
        for f in web.families
    ]
    columns = (
        Column("Clauses"),
        Column("Used"),
        Column("Drafted"),
        Column("How much", numeric=False),
        Column("To those who give", signed=True),
        Column("To those who get", signed=True),
        Column("To all others", signed=True),
    )
    yield Table(
        "What the package is made of",
        columns,
        tuple(rows),
        note="Worth at the package: each clause's effect per unit of strength times its strength.",
    )
    if not brief:
        yield from _map(deal, web.ties)
    shown = web.ties[: MOST_BRIEF if brief else MOST_LISTED]
    table = Table(
        "Who gives and who gets: the ties that are worth most to those who get",
        (
            Column("Gives"),
            Column("Gets"),
            Column("Clauses"),
            Column("To the one who gets", signed=True),
            Column("To the one who gives", signed=True),
        ),
        tuple(_tie_row(deal, tie) for tie in shown),
        note=text(
            "{n} ties in all; the JSON output lists each.", n=number(len(web.ties), "", f"{MODEL}|ties")
        ),
    )
    yield (
        table
        if brief
        else Details(text("Ties, {n} of them by worth", n=number(len(shown), "", f"{MODEL}|ties")), (table,))
    )
    if web.circles:
        yield Paragraph(
            "Circles: each of the three loses with one neighbour and gains with the other, so "
            "that no pair would "
            "sign alone."
        )
        yield Bullets(
            tuple(
                text(
                    "{a} gives {b} {x}; {b} gives {c} {y}; {c} gives {a} {z}.",
                    a=Name(deal.names[c.parties[0]]),
                    b=Name(deal.names[c.parties[1]]),
                    c=Name(deal.names[c.parties[2]]),
                    x=money(c.gains[0], "circle"),
                    y=money(c.gains[1], "circle"),
                    z=money(c.gains[2], "circle"),
                )
                for c in web.circles
            )
        )


def _tie_row(deal: WorldDeal, tie: Tie) -> tuple[Cell, ...]:
    families = dict.fromkeys(_SHORT[code] for code, _ in tie.clauses)
    about = f"{tie.giver}|{tie.beneficiary}"
    return (
        Name(deal.names[tie.giver]),
        Name(deal.names[tie.beneficiary]),
        ", ".join(families),
        money(tie.to_beneficiary, about),
        money(tie.to_giver, about),
    )


def _map(deal: WorldDeal, ties: tuple[Tie, ...]) -> Iterator[Block]:
    table = deal.evidence.table("countries").set_index("iso3")
    places = {
        str(code): (float(at["longitude"]), float(at["latitude"]))
        for code, at in table[["longitude", "latitude"]].iterrows()
        if np.isfinite(at.to_numpy(dtype=float)).all()
    }
    drawn = [t for t in ties if t.giver in places and t.beneficiary in places and t.to_beneficiary > 0]
    flows = tuple(
        Flow(t.giver, t.beneficiary, money(t.to_beneficiary, f"{t.giver}|{t.beneficiary}"))
        for t in drawn[:MOST_DRAWN]
    )
    if not flows:
        return
    codes = sorted({code for flow in flows for code in (flow.origin, flow.destination)})
    topology = json.loads(deal.evidence.path("world_map").read_text(encoding="utf-8"))
    yield FlowMap(
        "The web of reciprocities: the ties that are worth most to those who get",
        flows,
        {code: Point(Name(code, "code"), *places[code]) for code in codes},
        topology,
        note=text(
            "Arrows run from the one who gives to the one who gets, with the worth to the latter; {n} of "
            "{all} ties are drawn, and none of a customs union as one side.",
            n=number(len(flows), "", f"{MODEL}|ties"),
            all=number(len(ties), "", f"{MODEL}|ties"),
        ),
    )


def show_regions(deal: WorldDeal) -> Iterator[Block]:
    """Show who gains, by world region: alphabetical, sums and the spread within."""
    final, lab = deal.final, deal.lab
    if final is None:
        return
    yield Heading(2, "Who gains", "gains")
    region = dict(zip(lab.bench.figures.codes, lab.bench.figures.regions, strict=True))
    groups: dict[str, list[int]] = {}
    for k in deal.seated():
        groups.setdefault(region[lab.parties[k]], []).append(k)
    share = final.share(lab)
    rows: list[tuple[Cell, ...]] = []
    for name in sorted(groups):
        rows_of = groups[name]
        part = np.sort(final.gains[rows_of] / lab.size[rows_of])
        spread = Range(float(part[0]), float(np.median(part)), float(part[-1]))
        rows.append(
            (
                Name(name),
                number(len(rows_of), "", f"{MODEL}|parties"),
                money(float(final.gains[rows_of].sum()), f"region|{name}"),
                Figure(spread, SHARE, SourceClass.MODELLED, f"{MODEL}|region|{name}"),
                percent(float(share[rows_of].min()), f"{MODEL}|region|{name}"),
            )
        )
    yield Table(
        "Gains by world region, against the status quo",
        (
            Column("Region"),
            Column("Parties"),
            Column("Together", signed=True),
            Column("Gain of a party, of its GDP: median (least to most)"),
            Column("Least share of draws with a gain"),
        ),
        tuple(rows),
        note="Together: at central values. Regions of the United Nations, in alphabetical order.",
    )


def show_seats(deal: WorldDeal) -> Iterator[Block]:
    """Show every party: range, share of draws, what it gives and gets, and what it reaches."""
    final, lab, web = deal.final, deal.lab, deal.web
    if final is None or web is None:
        return
    share = final.share(lab)
    place = {code: k for k, code in enumerate(lab.parties)}
    rows: list[tuple[Cell, ...]] = []
    for seat in web.seats:
        k = place[seat.code]
        rows.append(
            (
                Name(deal.names[seat.code]),
                money(deal.gain_range(k), f"gain|{seat.code}"),
                percent(float(final.gains[k] / lab.size[k]), f"{MODEL}|gain|{seat.code}"),
                percent(float(share[k]), f"{MODEL}|gain|{seat.code}"),
                number(seat.gives, "", f"{MODEL}|seat|{seat.code}"),
                number(seat.gets, "", f"{MODEL}|seat|{seat.code}"),
                money(seat.from_own, f"seat|{seat.code}"),
                money(seat.from_others, f"seat|{seat.code}"),
                Name(", ".join(BOUND_NAMES[name] for name in seat.bounds)) if seat.bounds else "none",
            )
        )
    yield Details(
        text("All {n}, by the alphabet of their codes", n=number(len(rows), "parties", f"{MODEL}|parties")),
        (
            Table(
                "Gain of every party against the status quo",
                (
                    Column("Party"),
                    Column("Gain over the draws", signed=True),
                    Column("Of its GDP", signed=True),
                    Column("Draws with a gain"),
                    Column("Gives"),
                    Column("Gets"),
                    Column("From its own clauses", signed=True),
                    Column("From clauses of others", signed=True),
                    Column("Bounds reached", numeric=False),
                ),
                tuple(rows),
                note="Gains are the median of the draws with the range that nine in ten of them keep.",
            ),
        ),
    )
