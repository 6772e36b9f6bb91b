"""The readable form of the speed of cooperation and of the map of agencies.

Who may import me: :mod:`comity.services.regime`. Start at :func:`write_speed`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from comity.evidence import Evidence
from comity.regime.agencies import FUNCTIONS
from comity.regime.speed import COMMON, DIRECTIONS, MEASURES, MIGRANTS, PAIRS, STOCK, TYPES, Measure
from comity.reports.document import (
    Answer,
    Block,
    Cell,
    Column,
    Document,
    Heading,
    LineChart,
    LineSeries,
    Meta,
    Name,
    Notice,
    Paragraph,
    Source,
    Table,
    Text,
    Words,
    date,
    text,
)
from comity.services.agreement_test_document import AREA_TITLES
from comity.units import SHARE
from comity.vocabulary import Area, Figure, Range, SourceClass

if TYPE_CHECKING:
    from comity.regime import Mandates, Speed

__all__ = ["write_agencies", "write_speed"]

_VERBS: Final = {
    "ahead": "is ahead of", "behind": "is behind", "cannot be told": "cannot be told apart from",
}  # fmt: skip
_SHORT: Final = {"labour": "labour agreements", "movement": "free movement"}
_CLAIMED: Final = (Area.RIGHTS_WELFARE, Area.PREVENTION_ENFORCEMENT)


def _share(value: float | Range, what: str) -> Figure:
    return Figure(value, SHARE, SourceClass.ESTIMATED, f"model:§8|{what}")


def _count(value: int, unit: str, what: str) -> Figure:
    return Figure(float(value), unit, SourceClass.MODELLED, f"model:§8|{what}")


def write_speed(s: Speed, *, brief: bool = False) -> Document:
    """Lay out the answer first, then the timeline, levels, tests and limits."""
    blocks: list[Block] = [_answer(s), Heading(2, "Timeline by area", "timeline"), _timeline(s, "all")]
    if not brief:
        blocks += [_timeline(s, t) for t in TYPES[1:]]
    blocks += [
        Heading(2, "Who is bound to whom", "levels"),
        _levels(s, PAIRS),
        _levels(s, MIGRANTS),
        Heading(2, "Is (a) or (b) ahead of (c)?", "claim"),
        Paragraph(
            "A measure less one of regular entry. Ahead: the whole range is above zero. "
            "Behind: the whole range is below zero."
        ),
        _tests(s, PAIRS, brief=brief),
        _tests(s, MIGRANTS, brief=brief),
    ]
    if not brief:
        blocks += [
            Heading(2, "Pace", "pace"),
            _pace(s),
            Heading(2, "Inside the texts of labour agreements", "texts"),
            _texts(s),
            Heading(2, "Short stays without a visa, by direction", "visas"),
            _visas(s),
        ]
    blocks += _limits(s)
    return Document(
        title="How far cooperation has come, by area",
        subtitle="Rights and welfare (a), prevention and enforcement (b), regular entry (c): E23, tested.",
        blocks=tuple(blocks),
        sources=_sources(),
        meta=Meta(
            seed=s.seed, disclaimer="Advisory. Comity ranks no country.", command="comity regime speed"
        ),
    )


def _answer(s: Speed) -> Answer:
    details: list[Words] = [
        text(
            "{area}, counted in {unit}: {claim}.",
            area=AREA_TITLES[area],
            unit="pairs of countries" if yardstick == PAIRS else "migrants",
            claim=_claim(s, area, yardstick),
        )
        for area in _CLAIMED
        for yardstick in (PAIRS, MIGRANTS)
    ]
    claims = {s.claim(a, y) for a in _CLAIMED for y in (PAIRS, MIGRANTS)}
    lead = {
        frozenset({"holds"}): "The record bears out that (a) and (b) are ahead of (c).",
        frozenset({"fails"}): "The record contradicts that (a) and (b) are ahead of (c).",
    }.get(frozenset(claims), "The record bears out only in part that (a) and (b) are ahead of (c).")
    return Answer(lead, "note", tuple(details))


def _claim(s: Speed, area: Area, yardstick: str) -> Words:
    """Say by which measure an area is ahead; where measures disagree, name them."""
    claim = s.claim(area, yardstick)
    if claim != "hangs on the measure":
        return ("ahead of" if claim == "holds" else "behind") + " (c) by every measure"
    found = [c for c in s.comparisons if (c.yardstick, c.corridor, c.ahead.area) == (yardstick, "all", area)]
    parts: list[str | Name] = []
    for measure in dict.fromkeys(c.ahead for c in found):
        told = [f"{_VERBS[c.verdict]} {_SHORT[c.entry.key]}" for c in found if c.ahead == measure]
        parts += ["; " if parts else "", Name(f"{measure.title} {' and '.join(told)}")]
    return Text(tuple(parts))


def _label(m: Measure) -> Words:
    letter = m.area.value[:1]
    return text("({letter}) {title}", letter=letter, title=Name(m.title))


def _timeline(s: Speed, corridor: str) -> LineChart:
    series = tuple(
        LineSeries(
            _label(m),
            tuple(
                (year, None if math.isnan(x) else _share(x, f"series|{m.key}|{corridor}"))
                for year, x in zip(s.years, s.series[m.key, corridor], strict=True)
            ),
        )
        for m in MEASURES
    )
    words = "all pairs" if corridor == "all" else corridor
    return LineChart(
        text("Share of pairs of countries that are bound to each other: {corridor}", corridor=words),
        series,
        note="Each line ends where its source does.",
    )


def _levels(s: Speed, yardstick: str) -> Table:
    pairs = yardstick == PAIRS
    groups, found = (TYPES, s.levels) if pairs else (DIRECTIONS, s.migrants)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (_label(m), *(_share(found[m.key, g], f"{yardstick}|{m.key}|{g}") for g in groups)) for m in MEASURES
    )
    title = (
        text("Share of pairs of countries in {year}", year=date(str(COMMON)))
        if pairs
        else text(
            "Share of migrants of {stock} whose two countries were bound to each other in {year}",
            stock=date(str(STOCK)), year=date(str(COMMON)),
        )
    )  # fmt: skip
    note = (
        "North and South in either direction: no source codes the direction of an agreement."
        if pairs
        else "The direction is that of the migrants, from origin to country of residence."
    )
    return Table(title, (Column("Measure"), *(Column(g) for g in groups)), rows, note=note)


def _tests(s: Speed, yardstick: str, *, brief: bool) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for c in s.comparisons:
        if c.yardstick == yardstick and not (brief and c.corridor != "all"):
            key = f"difference|{yardstick}|{c.ahead.key}|{c.entry.key}|{c.corridor}"
            rows.append((_label(c.ahead), _label(c.entry), c.corridor, _share(c.difference, key), c.verdict))
    words = "pairs of countries" if yardstick == PAIRS else "migrants"
    columns = (
        Column("Measure"), Column("Against"), Column("Corridors"), Column("Difference", signed=True),
        Column("Verdict"),
    )  # fmt: skip
    return Table(text("Counted in {words}", words=words), columns, tuple(rows))


def _pace(s: Speed) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (_label(m), date(str(max(m.opened, 1990))), _share(s.pace[m.key], f"pace|{m.key}")) for m in MEASURES
    )
    return Table(
        text("Gain in share of all pairs per decade, up to {year}", year=date(str(COMMON))),
        (Column("Measure"), Column("From"), Column("Per decade", signed=True)),
        rows,
    )


def _texts(s: Speed) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            t.corridor,
            Figure(float(t.agreements), "texts", SourceClass.EVIDENCE, "evidence:labour_agreements"),
            _share(t.rights, f"texts|rights|{t.corridor}"),
            _share(t.entry, f"texts|entry|{t.corridor}"),
            _share(t.quota, f"texts|quota|{t.corridor}"),
            _share(t.equal_treatment, f"texts|equal|{t.corridor}"),
        )
        for t in s.texts
    )
    columns = (
        Column("Corridors"), Column("Coded"), Column("Fields on (a) that a text holds"),
        Column("Fields on (c) that a text holds"), Column("Texts with a number of places"),
        Column("Texts with equal treatment"),
    )  # fmt: skip
    note = (
        "The coding asks much more about (a) than about (c) and nothing about (b), so the two shares of "
        "fields cannot settle which area is ahead; shown for what they are."
    )
    return Table("What coded texts hold", columns, rows, note=note)


def _visas(s: Speed) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            v.direction,
            Figure(v.share, SHARE, SourceClass.EVIDENCE, "evidence:visa_requirement"),
            Figure(float(v.pairs), "directed pairs", SourceClass.EVIDENCE, "evidence:visa_requirement"),
            date(str(v.year)),
        )
        for v in s.visas
    )
    return Table(
        "Visa-free directed pairs", (Column("Direction"), Column("Share"), Column("Of"), Column("Year")), rows
    )


def _limits(s: Speed) -> list[Block]:
    return [
        Heading(2, "What this rests on", "limits"),
        Notice(
            "limit",
            "A treaty binds each party to every other at once; a labour agreement binds one pair. Counting "
            "pairs favours treaties, counting migrants favours agreements, which are made where migrants go.",
        ),
        Notice(
            "limit",
            "The Refugee Convention is about refugees; the Migrant Workers Convention is the one about the "
            "welfare of migrants at large. Which of the two stands for (a) decides the answer.",
        ),
        Notice(
            "limit",
            "A labour agreement counts from its signature and never ends, as its end is not coded: (c) is "
            "shown at its largest. Being party to a treaty is not the same as keeping it.",
        ),
        Notice(
            "missing",
            "Readmission agreements are not in the pack: (b) between pairs is shown smaller than it is. "
            "Provisions of trade agreements on movement are not coded.",
        ),
        Notice(
            "assumed",
            text(
                "North is high income by the World Bank in {year}, for every year of the series; {north} of "
                "{all} are. Not classified and left out: {rest}. Ranges: {draws} of countries again, low "
                "and high at five and ninety-five per cent.",
                year=date("2023"), north=_count(s.north, "states", "north"),
                all=_count(s.states, "states", "states"),
                rest=Name(", ".join(s.unclassified)), draws=_count(s.draws, "draws", "draws"),
            ),
        ),
    ]  # fmt: skip


def write_agencies(m: Mandates, unserved: tuple[str, ...], objectives: dict[str, str]) -> Document:
    """Lay out who does what, where nobody does, and how often ministers meet."""
    names = {a.key: a.name for a in m.agencies}
    gaps = m.gaps()
    lead = text(
        "{n} of area and function that no agency has; states can exchange commitments on {which} only.",
        n=_count(len(gaps), "pairs", "gaps"),
        which=", ".join(AREA_TITLES[a] for a in AREA_TITLES if m.who(a, "negotiation")) or "no area",
    )
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (AREA_TITLES[area], *(Name(", ".join(who)) if (who := m.who(area, f)) else None for f in FUNCTIONS))
        for area in AREA_TITLES
    )
    meetings: tuple[tuple[Cell, ...], ...] = tuple(
        (
            x.field, Name(x.forum),
            Figure(x.years_between, "years", SourceClass.EVIDENCE, "catalogue:agencies"),
            "yes" if x.ministers else "no", Name(x.note), Name(x.mark),
        )
        for x in m.meetings
    )  # fmt: skip
    listed: tuple[tuple[Cell, ...], ...] = tuple(
        (Name(f"{a.key}: {a.name}"), date(str(a.since)), Name(a.mandate), Name(f"{a.source} [{a.mark}]"))
        for a in m.agencies
    )
    missing = Name("; ".join(f"{code} {objectives[code]}" for code in unserved) or "None.")
    overlaps: tuple[tuple[Cell, ...], ...] = tuple(
        (AREA_TITLES[area], f, _count(len(keys), "agencies", f"overlap|{area.value}|{f}"),
         Name("; ".join(names[k] for k in keys)))
        for area, f, keys in m.overlaps()
    )  # fmt: skip
    leaders: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Name(x.name), date(f"{x.since} to {x.until}" if x.until else f"since {x.since}"), Name(x.role),
            Name(x.mandate_from), "yes" if x.binds else "no", Name(f"{x.source} [{x.mark}]"),
        )
        for x in m.leaders
    )  # fmt: skip
    return Document(
        title="Agencies and mandates",
        subtitle="Who covers which area of migration and which function, and who does not.",
        blocks=(
            Answer(lead, "note", (
                "No agency or forum of the map can negotiate over all three areas together.",
                text("Ministers for migration have no regular global meeting of their own."),
            )),
            Heading(2, "Who does what", "map"),
            Table("Agencies by area and function", (Column("Area"), *(Column(f) for f in FUNCTIONS)), cells,
                  note="A dash is a gap: no agency of this map has the function in the area."),
            Heading(2, "Overlaps", "overlaps"),
            Table("More than one agency",
                  (Column("Area"), Column("Function"), Column("Number"), Column("Who")),
                  overlaps, note="An overlap may be a division of labour; it is not by itself a fault."),
            Heading(2, "Who leads", "leadership"),
            _lead(m),
            Table("Posts and bodies that lead across agencies",
                  (Column("Post or body"), Column("Years"), Column("What it does"), Column("Mandate from"),
                   Column("States bind themselves there"), Column("Source")), leaders),
            Heading(2, "Objectives of the compact that no agency here names", "objectives"),
            Paragraph(missing),
            Heading(2, "How often they meet", "calendar"),
            Table("Years between regular meetings",
                  (Column("Field"), Column("Forum"), Column("Between two"), Column("Ministers of the field"),
                   Column("Note"), Column("Source")), meetings),
            Heading(2, "Agencies and sources", "agencies"),
            Table("Agencies",
                  (Column("Agency"), Column("Since"), Column("Mandate"), Column("Source")), listed),
            Notice("limit", "Mandates and dates are recalled; functions are our judgement: check first."),
        ),
        sources=(
            Source("model:§8", "Comity's map of mandates", "Comity", licence="Apache-2.0"),
            Source("catalogue:agencies", "Calendar of meetings (interview; recalled)", "Comity"),
        ),
        meta=Meta(disclaimer="Advisory.", command="comity regime agencies"),
    )  # fmt: skip


def _lead(m: Mandates) -> Paragraph:
    """Say what became of leadership, from the dates and mandates of the map."""
    ended = [x for x in m.leaders if x.until is not None]
    binding = [x for x in m.leaders if x.binds and x.until is None]
    return Paragraph(
        text(
            "Ended: {ended}. States can bind themselves under {binding} of those that lead today. A special "
            "representative can convene and propose; the post never came with a table at which states "
            "bargain.",
            ended=Name("; ".join(f"{x.name} ({x.until})" for x in ended) or "none"),
            binding=Name("; ".join(x.name for x in binding)) if binding else "none",
        )
    )


def _sources() -> tuple[Source, ...]:
    evidence = Evidence.load()
    tables = ("labour_agreements", "visa_requirement", "treaty_status", "migrant_stock")
    listed = []
    for table in tables:
        one = evidence.meta(table).sources[0]
        listed.append(
            Source(f"evidence:{table}", one.title, one.producer, str(one.edition), one.licence, one.url)
        )
    return (
        *listed,
        Source(
            "model:§8",
            "Computed from labour agreements (Chilton and Woda), treaty status (UN), migrant stock (DESA), "
            "areas of free movement (recalled)", "Comity", licence="Apache-2.0",
        ),
    )  # fmt: skip
