"""The readable form of a deal: answer first, then why, how, who gains, what clashes, what if not, next (§0).

Every number is a figure with a source class and a reference; nothing is computed here beyond sums of lines.

Who may import me: :mod:`comity.services.deal_result`. Start at :func:`write_document`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from comity.evidence import Evidence
from comity.reports.document import (
    Amount,
    Answer,
    BarChart,
    Block,
    Bullets,
    Column,
    Details,
    Document,
    Emphasis,
    Exchange,
    Flow,
    FlowMap,
    Heading,
    Meta,
    Name,
    Notice,
    Paragraph,
    Point,
    RangeChart,
    Table,
    Text,
    Words,
    text,
)
from comity.services.deal_alternatives import show_alternatives
from comity.services.deal_choices import ENTRY
from comity.services.deal_holds import show_holds
from comity.services.deal_sections import (
    show_clashes,
    show_gains,
    show_ministries,
    show_next,
    show_rests_on,
    show_what_if_not,
)
from comity.services.deal_use import fragile_words, show_use
from comity.services.deal_verdict import show_improvement, show_verdict
from comity.services.deal_wording import (
    blocked_words,
    clause_name,
    clause_words,
    count,
    gain_figure,
    join_names,
    list_sources,
    ministry_name,
    share,
    value_figure,
)
from comity.services.deal_worth import show_rates, show_worth
from comity.services.mismatch import PRESSURE_START
from comity.units import PERSONS
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comity.services.deal_result import Deal, PackageResult
    from comity.services.mismatch import CorridorMismatch

__all__ = ["write_document"]

#: Rates between concessions that the first pages say.
MOST_RATES = 3
_REGISTER = re.compile(r"evidence:(?P<table>\w+)\[.*year=(?P<year>\d{4})")


def write_document(deal: Deal, *, brief: bool = False) -> Document:
    """Lay out a deal for reading: all of it, or its first pages."""
    blocks = _first_pages(deal) if brief else _all_pages(deal)
    return Document(
        title=text("{title}", title=Name(deal.round.title, "quote")),
        subtitle=text(
            "Round {name}: is there an agreement in which every party is a net gainer?",
            name=Name(deal.round.round, "quote"),
        ),
        blocks=tuple(blocks),
        sources=list_sources(deal),
        meta=Meta(
            seed=deal.seed,
            versions=dict(deal.versions),
            disclaimer=(
                "Advisory. These are packages consistent with the interests entered and the evidence named; "
                "no state is advised to accept one, and no country is set above another."
            ),
            command=f"comity deal {deal.round.round}.yaml",
        ),
    )


def _all_pages(deal: Deal) -> Iterator[Block]:
    yield from _answer(deal)
    if deal.evaluation is not None:
        yield from show_improvement(deal, deal.evaluation)
    yield from _why(deal)
    if deal.packages:
        yield from _how(deal)
        yield from show_gains(deal, deal.packages[0])
        yield from show_ministries(deal, deal.packages[0])
        yield from show_alternatives(deal)
    yield from show_use(deal)
    yield from show_clashes(deal)
    yield from show_what_if_not(deal)
    if deal.packages:
        yield from show_holds(deal, deal.packages[0])
        yield from show_worth(deal, deal.packages[0])
        yield from show_next(deal, deal.packages[0])
    yield from show_rests_on(deal)


def _first_pages(deal: Deal) -> Iterator[Block]:
    """Keep what a terminal can hold; folded blocks, the map and the basis stay in the full report."""
    yield from _answer(deal)
    if deal.evaluation is not None:
        yield from show_improvement(deal, deal.evaluation)
    if deal.packages:
        first = deal.packages[0]
        yield Heading(2, text("How: {title}", title=Name(first.title, "quote")), "how")
        yield from _exchanges(deal, first)
        yield from _limits(deal, first)
        kept = (RangeChart, BarChart, Heading, Paragraph)
        yield from (block for block in show_gains(deal, first) if isinstance(block, kept))
        yield from (block for block in show_alternatives(deal) if not isinstance(block, Details))
    yield from show_what_if_not(deal)
    if deal.packages:
        yield from _who_could_leave(deal, deal.packages[0])
        yield from show_rates(deal, MOST_RATES)
    if deal.unvalued:
        yield Notice(
            "missing",
            text("{n} cells of the table have no value.", n=count(len(deal.unvalued), "", "model:§5.2")),
        )
    if not deal.packages:
        yield Notice("limit", "Mismatch and all that this rests on: in the HTML report, or here with --full.")
        return
    yield Notice(
        "limit",
        "What the other packages hold and what is proven of each, mismatch, ministries, who gives whom, what "
        "a concession is worth, effects on other policies, a draft schedule, and all that this rests on: in "
        "the HTML report, or here with --full.",
    )


def _who_could_leave(deal: Deal, first: PackageResult) -> Iterator[Block]:
    """Keep the sentences on stability; matrices and tables are in the full report."""
    blocks = tuple(show_holds(deal, first))
    start = next(k for k, b in enumerate(blocks) if isinstance(b, Heading) and b.text == "Who could leave")
    yield from (b for b in blocks[start + 1 :] if isinstance(b, Bullets | Paragraph | Notice))


def _answer(deal: Deal) -> Iterator[Block]:
    if deal.evaluation is not None:
        yield from show_verdict(deal, deal.evaluation)
        return
    people = join_names(deal, tuple(deal.names))
    if deal.zone_open:
        first = deal.packages[0]
        confirmed = tuple(p for p in deal.packages if p.confirmed)
        details: list[Words] = [
            text(
                "The smallest gain in the first one is that of {party}: {gain}.",
                party=Name(deal.names[_smallest(first)]),
                gain=Amount(gain_figure(first, _smallest(first)), signed=True),
            ),
            text(
                "Each party gains in at least {share} of {draws} draws of the uncertain inputs.",
                share=share(deal.round.settings.share_of_draws, "round:settings.share_of_draws"),
                draws=count(deal.draws, "", "round:draws"),
            ),
            _linkage_words(deal),
            *fragile_words(deal),
        ]
        if len(confirmed) > 1:
            n = count(len(confirmed), "", "model:§6.2|packages")
            answer = text("Here are {n} packages in which {people} each gain.", n=n, people=people)
        else:
            answer = text("Here is a package in which {people} each gain.", people=people)
        yield Answer(answer, "zone", tuple(details))
        return
    details = [blocked_words(deal, found) for found in deal.blockers]
    if deal.threatened is not None and deal.threatened.open:
        details.append(
            "Against a no-deal that others have worsened a package would be signed: what is gained then is "
            "relief from a threat."
        )
    details += fragile_words(deal)
    if deal.packages:
        details.append("Packages were found, but the full ledger does not confirm that each party gains.")
    said = "No package on this table leaves {people} each better off."
    if not deal.linked.proven or deal.linked.open:
        said = "No package was found that leaves {people} each better off; that there is none is not proven."
    yield Answer(
        text(said, people=people),
        "no_zone",
        tuple(details),
    )


def _smallest(package: PackageResult) -> str:
    return min(package.gains, key=lambda code: package.gains[code].range.mid)


def _linkage_words(deal: Deal) -> Text:
    if deal.migration_only.open:
        if all(found.area.is_migration for found in deal.instruments.values()):
            return text("Every clause on this table is a migration measure; no other area is linked.")
        narrow, wide = deal.migration_only.best_worst_gain, deal.linked.best_worst_gain
        if narrow is None or wide is None or wide <= narrow + 1e-3 * max(abs(narrow), 1.0):
            return text(
                "Migration measures alone already open a zone; linked areas do not raise the smallest gain "
                "that can be reached."
            )
        return text("Migration measures alone already open a zone; linked areas add to it.")
    if deal.linkage is None:
        return text("Migration measures alone open no zone.")
    clauses = clause_words(deal, deal.linkage)
    if not deal.veto_players:
        return text(
            "Migration measures alone open no zone. The smallest linkage that does is {clauses}; it brings "
            "no ministry to the table that is not there already.",
            clauses=clauses,
        )
    return text(
        "Migration measures alone open no zone. The smallest linkage that does is {clauses}; it brings "
        "{ministries} to the table.",
        clauses=clauses,
        ministries=Name(" and ".join(ministry_name(deal, m) for m in deal.veto_players)),
    )


def _why(deal: Deal) -> Iterator[Block]:
    yield Heading(2, "Why: objectives and mismatch", "why")
    if deal.round.summary:
        yield Paragraph(Name(deal.round.summary, "quote"))
    if deal.round.objectives:
        yield Bullets(
            tuple(
                text(
                    "{who}: {what}",
                    who=Emphasis("All" if o.party is None else Name(deal.names[o.party])),
                    what=Name(o.text, "quote"),
                )
                for o in deal.round.objectives
            )
        )
    else:
        yield Paragraph("The round file states no objectives.")
    if not deal.mismatch:
        yield Notice("missing", "No entry places are on the table, so no corridor is measured.")
        return
    rows = [_mismatch_row(deal, origin, place, found) for (origin, place), found in _by_parties(deal).items()]
    yield Table(
        "Regular entry and other arrivals on each corridor, latest year on record",
        (
            Column("Corridor"),
            Column("Expected moves"),
            Column("Regular entries"),
            Column("Found irregular, and asylum applications"),
            Column("Places added", signed=True),
            Column("Other arrivals per regular entry"),
            Column("With the places, all else equal"),
        ),
        tuple(rows),
        note=text(
            "A dash is missing, not zero. Expected moves are a gravity estimate of all moves out of the "
            "country of birth, not a count (§4.1). The registers end in different years: {years}. Whether "
            "new places lower other arrivals is contested (§3.9).",
            years=Name(_register_years(deal), "date"),
        ),
    )


def _by_parties(deal: Deal) -> dict[tuple[str, str], list[CorridorMismatch]]:
    """Corridors by the parties at their ends: (party of origin, party of destination)."""
    party = {iso3: p.code for p in deal.round.parties for iso3 in p.countries}
    out: dict[tuple[str, str], list[CorridorMismatch]] = {}
    for m in deal.mismatch:
        out.setdefault((party[m.origin], party[m.destination]), []).append(m)
    return out


def _mismatch_row(
    deal: Deal, origin: str, place: str, found: list[CorridorMismatch]
) -> tuple[Words | None, ...]:
    """One row; between blocs only the corridors on which both registers speak are added up."""
    key = f"model:§4|{origin}-{place}"
    places = sum(m.places for m in found)
    spoken = [m for m in found if m.ratio_before is not None]
    label = Name(f"{deal.names[origin]} → {deal.names[place]}")
    added = count(places, f"{PERSONS} per year", key) if places else None
    expected = _expected_moves(origin, place, found)
    if not spoken:
        return (label, expected, None, None, added, None, None)
    regular = [m.regular for m in spoken if m.regular is not None]
    other = tuple(f for m in spoken for f in m.other)
    entries, others = _total(regular), _total(other)
    on_record: Words = label
    if len(found) > 1:
        on_record = text(
            "{label}, {n} of {m} corridors on record",
            label=label,
            n=count(len(spoken), "", f"{key}|on record"),
            m=count(len(found), "", f"{key}|corridors"),
        )
    return (
        on_record,
        expected,
        regular[0] if len(regular) == 1 else count(entries, f"{PERSONS} per year", f"{key}|regular entries"),
        _sum_figures(other, f"{key}|other arrivals"),
        added,
        count(others / entries, "", f"{key}|before"),
        count(others / (entries + sum(m.places for m in spoken)), "", f"{key}|after"),
    )


def _expected_moves(origin: str, place: str, found: list[CorridorMismatch]) -> Figure | None:
    """Add up expected moves over the corridors between two parties for which they are estimated."""
    known = [m.pressure for m in found if m.pressure is not None]
    if not known:
        return None
    total = Range.point(0.0)
    for one in known:
        total = total + one
    reference = f"model:§4.1|{origin}-{place}|{PRESSURE_START}"
    return Figure(total, f"{PERSONS} per year", SourceClass.ESTIMATED, reference)


def _total(figures: Sequence[Figure]) -> float:
    return sum(f.value for f in figures if isinstance(f.value, float))


def _register_years(deal: Deal) -> str:
    """Latest year of each register on the corridors shown."""
    found: dict[str, set[str]] = {}
    for m in deal.mismatch:
        for figure in (m.regular, *m.other):
            match = None if figure is None else _REGISTER.match(figure.reference)
            if match:
                found.setdefault(match["table"].replace("_", " "), set()).add(match["year"])
    return (
        "; ".join(f"{table} {', '.join(sorted(years))}" for table, years in found.items()) or "none on record"
    )


def _sum_figures(figures: tuple[Figure, ...], reference: str) -> Figure | None:
    """Add evidence figures; one alone keeps its reference, and the JSON holds all."""
    if not figures:
        return None
    only = figures[0].reference if len(figures) == 1 else reference
    return Figure(_total(figures), figures[0].unit, SourceClass.EVIDENCE, only)


def _how(deal: Deal) -> Iterator[Block]:
    yield Heading(2, "How: what each gives and what each gets", "how")
    first = deal.packages[0]
    yield Paragraph(text("{title}.", title=Emphasis(Name(first.title, "quote"))))
    yield from _exchanges(deal, first)
    yield from _limits(deal, first)
    flows = [
        Flow(
            x.beneficiary,
            x.giver,
            value_figure(deal, x, unit=f"{PERSONS} per year"),
            text("{name}", name=clause_name(deal, x.instrument)),
        )
        for x in first.provisions
        if deal.instruments[x.instrument].action in ENTRY
        and _is_country(x.giver)
        and _is_country(x.beneficiary)
        and {x.giver, x.beneficiary} <= set(deal.places)
    ]
    if flows:
        codes = {code for flow in flows for code in (flow.origin, flow.destination)}
        path = Evidence.load().path("world_map")
        yield FlowMap(
            "Entry places that the package opens",
            tuple(flows),
            {code: Point(Name(deal.names[code]), *deal.places[code]) for code in sorted(codes)},
            json.loads(path.read_text(encoding="utf-8")),
        )
    for package in deal.packages[1:]:
        blocks: list[Block] = [*_exchanges(deal, package)]
        if not package.confirmed:
            blocks.insert(
                0, Notice("limit", "The full ledger does not confirm that each party gains enough.")
            )
        yield Details(text("{title}", title=Name(package.title, "quote")), tuple(blocks))


def _is_country(code: str) -> bool:
    return len(code) == 3 and code.isalpha()  # ISO 3166-1 alpha-3


def _exchanges(deal: Deal, package: PackageResult) -> Iterator[Block]:
    for code in deal.names:
        gives = tuple(
            text("{what} to {who}", what=_commitment(deal, package, k), who=Name(deal.names[x.beneficiary]))
            for k, x in enumerate(package.provisions)
            if x.giver == code
        )
        gets = tuple(
            text("{what} from {who}", what=_commitment(deal, package, k), who=Name(deal.names[x.giver]))
            for k, x in enumerate(package.provisions)
            if x.beneficiary == code
        )
        nothing: tuple[Words, ...] = ("nothing in this package",)
        yield Exchange(
            Name(deal.names[code]),
            gives or nothing,
            gets or nothing,
            net=text("Net gain {gain}", gain=Amount(gain_figure(package, code), signed=True)),
        )


def _limits(deal: Deal, package: PackageResult) -> Iterator[Block]:
    """Say which limit of a party holds a value of the package where it is, and the party's reason."""
    said: list[Words] = []
    for x in package.provisions:
        clause = deal.round.clause(x.key)
        step = clause.step or 0.0
        for party in deal.round.parties:
            if party.code not in (x.giver, x.beneficiary):
                continue
            for limit in party.limits:
                if limit.instrument not in (clause.key, clause.instrument):
                    continue
                near = 1e-6 * max(abs(x.value), 1.0)
                top, foot = limit.at_most, limit.at_least
                above = top is not None and top < clause.range[1] and x.value + step > top - near
                below = foot is not None and foot > clause.range[0] and x.value - step < foot + near
                if above or below:
                    said.append(
                        text(
                            "A limit of {party} holds {name} of {giver} to {getter}: {reason}",
                            party=Name(deal.names[party.code]),
                            name=clause_name(deal, x.instrument),
                            giver=Name(deal.names[x.giver]),
                            getter=Name(deal.names[x.beneficiary]),
                            reason=Name(limit.reason, "quote"),
                        )
                    )
    if said:
        yield Bullets(tuple(said))


def _commitment(deal: Deal, package: PackageResult, place: int) -> Text:
    x = package.provisions[place]
    return text("{name}: {value}", name=clause_name(deal, x.instrument), value=value_figure(deal, x))
