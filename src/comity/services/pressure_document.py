"""The readable form of pressure, opportunity and mismatch.

Who may import me: :mod:`comity.services.pressure`. Start at :func:`write_document`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from comity.evidence import Evidence
from comity.reports.document import (
    Answer,
    BarChart,
    BarRow,
    Block,
    Cell,
    Column,
    Details,
    Document,
    Flow,
    FlowMap,
    Heading,
    Meta,
    Name,
    Notice,
    Paragraph,
    Point,
    Source,
    Table,
    Text,
    Words,
    date,
    text,
)
from comity.services.pressure_worth import show_coefficients, show_holdout
from comity.units import PERSONS, SHARE
from comity.vocabulary import Figure, Range, SourceClass
from comity.world.opportunity import BOTH, ENTRIES, FREE, MISSING, PART, PERMITS, REGISTER, VISAS
from comity.world.pressure_panel import INTERVAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comity.services.pressure import CorridorPressure, Mismatch

__all__ = ["write_document"]

_PER_YEAR: Final = f"{PERSONS} per year"
_MOST_CHARTED: Final = 15
_READINGS: Final = {
    REGISTER: "people registered as immigrants, by citizenship",
    PERMITS: "growth of valid residence permits, by citizenship",
    BOTH: "from the growth of valid residence permits to all people registered as immigrants",
    VISAS: "temporary work visas alone",
}
_REGISTERS: Final = {
    REGISTER: "immigration_by_citizenship[citizenship={origin},destination={destination}]",
    PERMITS: "residence_permits_valid[citizenship={origin},destination={destination}]",
    VISAS: "us_visas[nationality={origin}]",
}
_BASIS: Final = {
    ENTRIES: "bounded by registers",
    PART: "counted in part only",
    FREE: "free movement: no place is counted",
    MISSING: "not known",
}


def write_document(found: Mismatch, *, coefficients: bool, holdout: bool, brief: bool) -> Document:
    """Lay out what was found: the answer, the figures, what is missing, and what the estimate is worth."""
    blocks: list[Block] = []
    blocks += _one(found) if found.single else _many(found)
    blocks += _limits(found)
    blocks.append(Heading(2, "What the estimate is worth", "estimate"))
    blocks += show_holdout(found.holdout, whole=holdout)
    tables = tuple(show_coefficients(found.coefficients))
    if coefficients:
        blocks += tables
    elif brief:
        blocks.append(Paragraph("More: --coefficients, --holdout, --html FILE for the map, --json."))
    else:
        blocks.append(Details("Coefficients, with errors clustered by pair of countries", tables))
    return Document(
        title=_title(found),
        subtitle=text(
            "Expected moves beside known regular places, interval {span}",
            span=date(f"{found.start}–{found.start + INTERVAL}"),
        ),
        blocks=tuple(blocks),
        sources=_sources(),
        meta=Meta(
            disclaimer=(
                "Advisory. Corridors are set side by side, never countries. Expected moves are an "
                "estimate of "
                "what features of a corridor let expect, not a count of people."
            ),
            command=_command(found),
        ),
    )


def _command(found: Mismatch) -> str:
    words = ["comity mismatch"]
    if found.origin:
        words.append(f"--origin {found.origin}")
    if found.destination:
        words.append(f"--destination {found.destination}")
    if found.skill is not None:
        words.append(f"--skill {found.skill.value}")
    if found.added:
        words.append(f"--add {found.added:g}")
    return " ".join([*words, f"--interval {found.start}"])


def _title(found: Mismatch) -> Text:
    if found.single:
        return text("Pressure and opportunity: {pair}", pair=_pair(found, found.corridors[0]))
    if found.destination is not None:
        return text(
            "Pressure and opportunity: corridors to {place}", place=Name(found.names[found.destination])
        )
    if found.origin is not None:
        return text("Pressure and opportunity: corridors from {place}", place=Name(found.names[found.origin]))
    return text("Pressure and opportunity: corridors of the world")


def _pair(found: Mismatch, corridor: CorridorPressure) -> Name:
    return Name(f"{found.names[corridor.origin]} → {found.names[corridor.destination]}")


def _estimate(value: float | Range, unit: str, reference: str) -> Figure:
    return Figure(value, unit, SourceClass.ESTIMATED, reference)


def _reference(found: Mismatch, corridor: CorridorPressure, section: str, *more: str) -> str:
    skill = "all" if corridor.skill is None else corridor.skill.value
    return "|".join((f"model:{section}", corridor.key, str(found.start), skill, *more))


def _pressure(found: Mismatch, corridor: CorridorPressure) -> Figure:
    return _estimate(corridor.pressure, _PER_YEAR, _reference(found, corridor, "§4.1"))


def _places(corridor: CorridorPressure) -> Figure | None:
    if corridor.places is None:
        return None
    value = corridor.places
    if corridor.source not in _REGISTERS or (corridor.skill is not None and corridor.source != VISAS):
        return _estimate(value, _PER_YEAR, f"model:§4.2|{corridor.key}|{_skill(corridor)}")
    row = _REGISTERS[corridor.source].format(origin=corridor.origin, destination=corridor.destination)
    return Figure(value.mid, _PER_YEAR, SourceClass.EVIDENCE, f"evidence:{row}")


def _people(corridor: CorridorPressure) -> str:
    return "people" if corridor.skill is None else f"{corridor.skill.value}-skilled people"


def _skill(corridor: CorridorPressure) -> str:
    return "all skills" if corridor.skill is None else f"{corridor.skill.value}-skilled"


# ------------------------------------------------------------------------------------------- one corridor


def _one(found: Mismatch) -> Iterator[Block]:
    first = found.corridors[0]
    yield Answer(_sentence(found, first), "note", tuple(_details(found, first)))
    yield Heading(2, "Pressure, opportunity and their ratio", "figures")
    yield Table(
        "By skill, per year",
        (
            Column("Skill"),
            Column("Expected moves (pressure)"),
            Column("Regular places known (opportunity)"),
            Column("Expected moves per place"),
            Column("Gap"),
            *((Column("Gap closed by the places added"),) if found.added else ()),
        ),
        tuple(
            (
                _skill(c),
                _pressure(found, c),
                _places(c),
                None if c.ratio is None else _estimate(c.ratio, "", _reference(found, c, "§4.3")),
                None if c.closing is None else _gap(found, c),
                *((_closed(found, c),) if found.added else ()),
            )
            for c in found.corridors
        ),
        note=_split_note(found),
    )
    if any(c.queue is not None for c in found.corridors):
        yield Table(
            "Unmet demand for regular places, by the channel model",
            (Column("Skill"), Column("Queue")),
            tuple((_skill(c), c.queue) for c in found.corridors),
        )
    yield Heading(2, "Trend", "trend")
    yield Table(
        "Expected and published moves by interval, per year, all skills"
        if first.skill is None
        else "Expected and published moves by interval, per year",
        (Column("Interval", numeric=False), Column("Expected moves"), Column("Published estimate of moves")),
        tuple(
            (
                date(f"{start}–{start + INTERVAL}"),
                _estimate(expected, _PER_YEAR, f"model:§4.1|{first.key}|{start}"),
                None if seen is None else _seen(first, seen, start),
            )
            for start, expected, seen in first.trend
        ),
        note="Where nothing is published yet the cell is missing, not zero.",
    )


def _seen(c: CorridorPressure, moves: float, start: int) -> Figure:
    """Write published moves; those of one skill are split by an estimate."""
    if c.skill is not None:
        return _estimate(moves, _PER_YEAR, f"model:§4.1|{c.key}|{start}|{c.skill.value}|published")
    return Figure(
        moves,
        _PER_YEAR,
        SourceClass.EVIDENCE,
        f"evidence:migration_outward[method=da_pb_closed,origin={c.origin},destination={c.destination},"
        f"period_start={start}]",
    )


def _split_note(found: Mismatch) -> Words:
    if len(found.corridors) == 1 and found.corridors[0].skill is None:
        return "The composition of this corridor by skill is not estimated."
    return (
        "The split by skill is estimated from the corridor's stock; registers of entries do not tell "
        "skills apart "
        "and are split alike, so the ratio does not differ by skill. A dash is missing, not zero."
    )


def _sentence(found: Mismatch, c: CorridorPressure) -> Text:
    expected = text(
        "{pressure} are expected to move from {origin} to {place}",
        pressure=_estimate(c.pressure, f"{_people(c)} a year", _reference(found, c, "§4.1")),
        origin=Name(found.names[c.origin]),
        place=Name(found.names[c.destination]),
    )
    if c.basis == FREE:
        rest = text("; they may move without a place being counted ({union}).", union=Name(c.union))
    elif c.ratio is not None:
        rest = text(
            ", beside {places} regular places taken up a year: {ratio} expected moves per place.",
            places=_bare(_places(c)),
            ratio=_estimate(c.ratio, "", _reference(found, c, "§4.3")),
        )
    elif c.basis == PART:
        rest = text(
            "; regular places are known in part only ({what}: {places} a year), so no ratio is formed.",
            what=_READINGS[VISAS],
            places=_bare(_places(c)),
        )
    else:
        rest = text("; how many regular places there are is not known, so no ratio is formed.")
    return Text((*expected.parts, *rest.parts))


def _bare(figure: Figure | None) -> Figure:
    """Drop the unit inside a sentence that names it."""
    assert figure is not None  # noqa: S101  (the basis says that there is one)
    return Figure(figure.value, "", figure.source, figure.reference)


def _details(found: Mismatch, c: CorridorPressure) -> Iterator[Words]:
    yield text(
        "The error of the estimate alone gives {sure} (nine in ten); the wider range above also "
        "spans two other "
        "estimates of past flows.",
        sure=_estimate(c.sure, "", _reference(found, c, "§4.1", "sure")),
    )
    if c.observed is not None:
        yield text(
            "Published flow of the interval: {seen} a year, itself an estimate from stocks.",
            seen=_bare(_seen(c, c.observed, found.start)),
        )
    if c.years is not None:
        yield text(
            "Regular places: {what}, a year, on the years on record {years}{inside}.",
            what=_READINGS[c.source],
            years=date(f"{c.years[0]}–{c.years[1]}"),
            inside="" if c.inside else ", which lie before the interval",
        )
    if c.union and c.basis != FREE:
        yield text(
            "Citizens also have free movement in law ({union}); practice is uneven, so places are "
            "still counted.",
            union=Name(c.union),
        )
    if found.added:
        yield _added(found, c)


def _added(found: Mismatch, c: CorridorPressure) -> Text:
    kind = "" if found.skill is None else f"{found.skill.value}-skilled "
    added = Figure(found.added, f"{kind}places a year", SourceClass.ELICITED, "round:--add")
    closed = _closed(found, c)
    if closed is not None:
        return text("Adding {n} closes {share} of the gap.", n=added, share=closed)
    if c.closing is not None:
        return text("Adding {n} closes no gap: none is expected in the middle case.", n=added)
    return text(
        "Adding {n} would hold {share} of the expected moves; which share of the gap that is, is not known.",
        n=added,
        share=_estimate(c.share_of_pressure, SHARE, _reference(found, c, "§4.3", "added")),
    )


def _closed(found: Mismatch, c: CorridorPressure) -> Figure | None:
    if c.closing is None or c.closing.share is None:
        return None
    return _estimate(c.closing.share, SHARE, _reference(found, c, "§4.3", "closed"))


def _gap(found: Mismatch, c: CorridorPressure) -> Figure | None:
    return (
        None
        if c.closing is None
        else _estimate(c.closing.gap, _PER_YEAR, _reference(found, c, "§4.3", "gap"))
    )


# ------------------------------------------------------------------------------------------ many corridors


def _many(found: Mismatch) -> Iterator[Block]:
    gaps = [c for c in found.corridors if c.basis == ENTRIES]
    others = [c for c in found.corridors if c.basis != ENTRIES]
    yield Answer(_overview(found), "note")
    if gaps:
        yield Heading(2, "Widest gaps by corridor", "gaps")
        yield _chart(found, gaps[:_MOST_CHARTED])
        yield _map(found, gaps[:_MOST_CHARTED])
        yield _table(found, "The same corridors, per year", gaps)
    else:
        yield Notice(
            "missing",
            "On none of these corridors does a register count entries that fall short of expected moves.",
        )
    if others:
        yield Heading(2, "Places not known", "unknown")
        yield _table(
            found, "Largest expected moves where regular places are not known, or in part only", others
        )


def _chart(found: Mismatch, gaps: Sequence[CorridorPressure]) -> BarChart:
    """Draw gaps by corridor and skill, the widest first; all skills together where none was told apart."""
    shown = {(c.origin, c.destination) for c in gaps}
    split = [c for c in found.by_skill if (c.origin, c.destination) in shown] or list(gaps)
    return BarChart(
        "Expected moves beyond regular entries, per year",
        tuple(BarRow(_pair(found, c), _skill(c), gap) for c in split if (gap := _gap(found, c)) is not None),
        note=(
            "Corridors whose entries registers bound, the widest gap of all skills first. Corridors are set "
            "in order, not countries; the split by skill is estimated."
        ),
    )


def _overview(found: Mismatch) -> Text:
    parts: list[Words] = []
    for basis, (number, moves) in found.counts.items():
        if number:
            parts += [
                "; " if parts else "",
                text(
                    "{n} corridors with {moves} expected moves a year: {what}",
                    n=Figure(float(number), "", SourceClass.ESTIMATED, f"model:§4.2|{basis}"),
                    moves=_estimate(moves, "", f"model:§4.1|{basis}|{found.start}"),
                    what=_BASIS[basis],
                ),
            ]
    return Text((*parts, "."))


def _table(found: Mismatch, title: str, corridors: Sequence[CorridorPressure]) -> Table:
    counted = any(c.ratio is not None for c in corridors)
    rows: list[tuple[Cell, ...]] = []
    for c in corridors:
        row: tuple[Cell, ...] = (_pair(found, c), _skill(c), _pressure(found, c), _places(c))
        if counted:
            ratio = None if c.ratio is None else _estimate(c.ratio, "", _reference(found, c, "§4.3"))
            row = (*row, ratio, _gap(found, c))
        rows.append(row)
    ends = (Column("Expected moves per place"), Column("Gap")) if counted else ()
    heads = (
        Column("Corridor"),
        Column("Skill"),
        Column("Expected moves"),
        Column("Regular places known"),
        *ends,
    )
    return Table(title, heads, tuple(rows), note="A dash is missing, not zero.")


def _map(found: Mismatch, corridors: Sequence[CorridorPressure]) -> FlowMap:
    evidence = Evidence.load()
    table = evidence.table("countries").set_index("iso3")
    codes = {code for c in corridors for code in (c.origin, c.destination)}
    points = {
        code: Point(Name(found.names[code]), float(table["longitude"][code]), float(table["latitude"][code]))
        for code in sorted(codes)
        if code in table.index and table.loc[code, ["longitude", "latitude"]].notna().all()
    }
    flows = tuple(
        Flow(c.origin, c.destination, gap, "gap")
        for c in corridors
        if {c.origin, c.destination} <= points.keys() and (gap := _gap(found, c)) is not None
    )
    topology = json.loads(evidence.path("world_map").read_text(encoding="utf-8"))
    return FlowMap("Where expected moves exceed regular entries most", flows, points, topology)


# --------------------------------------------------------------------------------- what a reader must know


def _limits(found: Mismatch) -> Iterator[Block]:
    yield Notice(
        "limit",
        "Expected moves are estimated from past moves out of the country of birth, so people whom policy "
        "kept from moving all along are not in them, and moves of every kind are: work, family, study, "
        "flight. "
        "Moves back to the country of birth, and onward from a third country, are not.",
    )
    if any(c.basis == ENTRIES for c in found.corridors):
        yield Notice(
            "limit",
            "No register counts places on offer. The growth of valid permits misses people who left "
            "or became "
            "citizens; registered immigration also holds, in some countries, people without a permit "
            "or seeking "
            "asylum. The range of places lies between the two where both speak.",
        )
    unknown = [c for c in found.corridors if c.basis in (MISSING, PART)]
    if unknown and found.single:
        yield Notice(
            "missing",
            "Registers by citizenship are held for European destinations, and temporary work visas "
            "for the United "
            "States; permanent, family and study places elsewhere are not in the pack.",
        )
    elif unknown:
        yield Notice(
            "missing", "Where places are not known no gap is formed; such corridors are not narrow or wide."
        )


def _sources() -> tuple[Source, ...]:
    evidence = Evidence.load()
    names = (
        "pressure",
        "pressure_coefficients",
        "pressure_holdout",
        "migration_outward",
        "immigration_by_citizenship",
        "us_visas",
        "skill_composition",
    )
    tables = []
    for name in names:
        meta = evidence.meta(name)
        first = meta.sources[0]
        tables.append(
            Source(f"evidence:{name}", meta.title, first.producer, first.edition, meta.licence, first.url)
        )
    return (
        *tables,
        Source("model:", "Comity gravity estimate and comparison, by section of the design", "Comity"),
        Source("round:", "What was asked for on the command line", "the user"),
    )
