"""The readable form of the regime in one page.

Who may import me: :mod:`comity.services.regime_picture`. Start at :func:`write_picture`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.evidence import Evidence
from comity.regime import Kind
from comity.regime.agencies import FUNCTIONS
from comity.reports.document import (
    Answer,
    Block,
    Cell,
    Column,
    Details,
    Document,
    Flow,
    FlowMap,
    Heading,
    LineChart,
    LineSeries,
    Meta,
    Name,
    Notice,
    Paragraph,
    Point,
    Source,
    Table,
    Words,
    date,
    text,
)
from comity.services.agreement_test_document import AREA_TITLES
from comity.units import SHARE
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from comity.regime.network import Link, Network
    from comity.services.regime_picture import RegimePicture

__all__ = ["write_picture"]

#: Most lines on a map of the world; more cannot be told apart.
DRAWN: Final = 40
_KINDS: Final = {
    Kind.TREATY: "treaties, once for each party",
    Kind.LABOUR_AGREEMENT: "labour agreements signed",
    Kind.FREE_MOVEMENT: "memberships in areas of free movement",
}
_REFERENCES: Final = {
    Kind.TREATY: "evidence:treaty_status",
    Kind.LABOUR_AGREEMENT: "evidence:labour_agreements",
    Kind.FREE_MOVEMENT: "catalogue:free_movement_members",
}


def _count(value: int, unit: str, what: str) -> Figure:
    return Figure(float(value), unit, SourceClass.MODELLED, f"model:§8|network|{what}")


def write_picture(p: RegimePicture, *, brief: bool = False, storyboard: tuple[Block, ...] = ()) -> Document:
    """Lay out map and network, timeline, agencies, and how pieces may join where that is given."""
    n = p.network
    whom = p.names[n.country] if n.country else "the world"
    blocks: list[Block] = [_answer(p), Heading(2, "Map", "map"), *_map(p)]
    blocks += [Heading(2, "Network", "network"), *_network(p, brief=brief)]
    blocks += [Heading(2, "Timeline by area", "timeline"), *_timeline(p)]
    if storyboard:
        blocks += [Heading(2, "Joining the pieces", "puzzle"), *storyboard]
    blocks += [Heading(2, "Agencies by area", "agencies"), _agencies(p)]
    blocks += _limits(n)
    return Document(
        title=text("The regime in {year}: {whom}", year=date(str(n.year)), whom=Name(whom)),
        subtitle=f"Area {AREA_TITLES[n.area]}." if n.area else "All three areas of migration.",
        blocks=tuple(blocks),
        sources=_sources(),
        meta=Meta(disclaimer="Advisory. Comity ranks no country.", command="comity regime picture"),
    )


def _answer(p: RegimePicture) -> Answer:
    n = p.network
    details: list[Words] = []
    if n.country:
        lead = text(
            "{whom} is joined to {k} by what is on record in {year}.",
            whom=Name(p.names[n.country]), k=_count(len(n.links), "states", "partners"),
            year=date(str(n.year)),
        )  # fmt: skip
    else:
        lead = text(
            "{pairs} are joined by an agreement or by free movement in {year}: {share} of all pairs of the "
            "{states} that have a link.",
            pairs=_count(len(n.links), "pairs of states", "links"), year=date(str(n.year)),
            share=Figure(n.direct, SHARE, SourceClass.MODELLED, "model:§8|network|direct"),
            states=_count(len(n.states), "states", "states"),
        )  # fmt: skip
        if n.parts:
            details.append(
                text(
                    "Over others, {largest} of them are joined with each other; {rest} stand apart.",
                    largest=_count(len(n.parts[0]), "states", "largest"),
                    rest=_count(len(n.states) - len(n.parts[0]), "states", "apart"),
                )
            )
    details.append("A chain of separate agreements is not a common framework: each link has its own terms.")
    return Answer(lead, "note", tuple(details), kicker="The regime in one page")


def _drawn(p: RegimePicture) -> tuple[Link, ...]:
    """Links that can be drawn; of a whole world, those with most instruments, ties by name."""
    held = [x for x in p.network.links if {x.one, x.other} <= p.places.keys() and x.agreements]
    if p.network.country:
        return tuple(held[:DRAWN] if len(held) > DRAWN else held)
    chosen = sorted(held, key=lambda x: (-x.agreements, x.one, x.other))[:DRAWN]
    return tuple(sorted(chosen, key=lambda x: (x.one, x.other)))


def _map(p: RegimePicture) -> list[Block]:
    links = _drawn(p)
    n = p.network
    if not links:
        return [Paragraph("No agreement between two states is on record here, so nothing is drawn.")]
    codes = sorted({c for x in links for c in (x.one, x.other)})
    points = {c: Point(Name(c), *p.places[c]) for c in codes}  # names would cover each other
    flows = tuple(
        Flow(
            x.one,
            x.other,
            _count(x.agreements, "on record", f"link|{x.one}|{x.other}"),
            Name(f"{p.names[x.one]} and {p.names[x.other]}"),
        )
        for x in links
    )
    left = sum(x.agreements > 0 for x in n.links) - len(links)
    note = text(
        "A line is one pair of states; it has no direction, as none is coded. {left} with fewer agreements, "
        "or without a place on the map, are not drawn; pairs joined by free movement alone are in the table.",
        left=_count(left, "pairs", "not drawn"),
    )
    return [
        FlowMap("Agreements between states, by number", flows, points, p.topology, note=note, directed=False)
    ]


def _network(p: RegimePicture, *, brief: bool) -> list[Block]:
    n = p.network
    groups = n.by_group(p.groups)
    regions = sorted({r for pair in groups for r in pair})
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Name(one),
            *(
                _count(groups.get((min(one, other), max(one, other)), 0), "pairs", f"regions|{one}|{other}")
                for other in regions
            ),
        )
        for one in regions
    )
    blocks: list[Block] = []
    if regions:
        blocks.append(
            Table(
                "Pairs of states that are joined, by region",
                (Column("Region"), *(Column(Name(r)) for r in regions)),
                rows,
                note="Regions of the United Nations. A pair stands in both of its regions' lines.",
            )
        )
    if not brief and n.links and (n.country or n.area):
        listed = Table("Links", (Column("States"), Column("Agreements"), Column("Free movement")), _links(p))
        summary = text("All {k}", k=_count(len(n.links), "links", "links"))
        blocks.append(Details(summary, (listed,), open=bool(n.country)))
    return blocks or [Paragraph("No link between two states is on record here.")]


def _links(p: RegimePicture) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (
            Name(f"{p.names.get(x.one, x.one)} – {p.names.get(x.other, x.other)}"),
            _count(x.agreements, "agreements", f"link|{x.one}|{x.other}"),
            _count(x.movement, "areas", f"movement|{x.one}|{x.other}"),
        )
        for x in p.network.links
    )


def _timeline(p: RegimePicture) -> list[Block]:
    if not p.counts:
        return [Paragraph("Nothing of this area is on record by year.")]
    series = tuple(
        LineSeries(
            text("({letter}) {kind}", letter=area.value[:1], kind=_KINDS[kind]),
            tuple(
                (year, Figure(float(x), "on record", SourceClass.EVIDENCE, _REFERENCES[kind]))
                for year, x in zip(p.years, line, strict=True)
            ),
        )
        for (area, kind), line in sorted(p.counts.items(), key=lambda c: (c[0][0].value, c[0][1]))
    )
    note = (
        "Counts of different things: a treaty binds each party to all others, an agreement binds two states. "
        "General human rights treaties count under (a). Which area is ahead is tested by comity regime "
        "speed, with one yardstick."
    )
    return [LineChart("On record at the end of each year", series, note=note)]


def _agencies(p: RegimePicture) -> Table:
    m = p.mandates
    areas = [p.network.area] if p.network.area else list(AREA_TITLES)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (AREA_TITLES[area], *(Name(", ".join(who)) if (who := m.who(area, f)) else None for f in FUNCTIONS))
        for area in areas
    )
    return Table(
        "Agencies by area and function",
        (Column("Area"), *(Column(f) for f in FUNCTIONS)),
        rows,
        note="Recalled; a dash is a gap. Names, mandates and sources: comity regime agencies.",
    )


def _limits(n: Network) -> list[Block]:
    blocks: list[Block] = [
        Heading(2, "What this rests on", "limits"),
        Notice(
            "missing",
            "Readmission agreements are in no table of the pack, so (b) has treaties only. Trade agreements "
            "are left out: whether they speak of movement is not coded.",
        ),
        Notice(
            "limit",
            "A labour agreement stays from its signature on, as its end is not coded. Members of areas of "
            "free movement are recalled.",
        ),
    ]
    if n.undated or n.not_coded:
        blocks.append(
            Notice(
                "missing",
                text(
                    "Left out: {undated} without a year, {not_coded} of which the source does not code "
                    "whether they speak of the area.",
                    undated=_count(n.undated, "agreements", "undated"),
                    not_coded=_count(n.not_coded, "agreements", "not coded"),
                ),
            )
        )
    return blocks


def _sources() -> tuple[Source, ...]:
    evidence = Evidence.load()
    listed = []
    for table in ("labour_agreements", "treaty_status"):
        one = evidence.meta(table).sources[0]
        listed.append(
            Source(f"evidence:{table}", one.title, one.producer, str(one.edition), one.licence, one.url)
        )
    return (
        *listed,
        Source("catalogue:free_movement_members", "Areas of free movement [recalled]", "Comity"),
        Source(
            "model:§8",
            "Counted from labour agreements (Chilton and Woda), your own files and areas of free movement",
            "Comity",
            licence="Apache-2.0",
        ),
    )
