"""The readable form of a deal: answer first, then why, how, who gains, what clashes, what if not, next (§0).

Every number is a figure with a source class and a reference; nothing is computed here beyond sums of lines.

Who may import me: :mod:`comity.services.deal_result`. Start at :func:`write_document`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from comity.evidence import Evidence
from comity.reports.document import (
    Amount,
    Answer,
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
    KeyValues,
    Meta,
    Name,
    Notice,
    Paragraph,
    Point,
    RangeChart,
    RangeRow,
    Table,
    Text,
    Words,
    text,
)
from comity.services.deal_wording import (
    clause_name,
    count,
    gain_figure,
    join_names,
    ledger_chart,
    list_sources,
    ministry_name,
    money,
    share,
    stated,
    value_figure,
)
from comity.units import PERSONS
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.deal_result import BlockersFound, Deal, PackageResult

__all__ = ["write_document"]

_ENTRY_ACTIONS = frozenset({"entry_places", "seasonal_places", "fixed_term_places", "humanitarian_places"})
#: Parameters listed in full; the rest are one click away in the JSON.
_MOST_ASSUMPTIONS = 60


def write_document(deal: Deal) -> Document:
    """Lay out a deal for reading."""
    blocks = (
        *_answer(deal),
        *_why(deal),
        *(_how(deal) if deal.packages else ()),
        *(_who_gains(deal, deal.packages[0]) if deal.packages else ()),
        *_clashes(deal),
        *_what_if_not(deal),
        *(_next(deal, deal.packages[0]) if deal.packages else ()),
        *_rests_on(deal),
    )
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


def _answer(deal: Deal) -> Iterator[Block]:
    people = join_names(deal, tuple(deal.names))
    if deal.zone_open:
        first = deal.packages[0]
        confirmed = tuple(p for p in deal.packages if p.confirmed)
        details: list[Words] = [
            text(
                "In the first one {party} gains least: {gain}.",
                party=Name(deal.names[_smallest(first)]),
                gain=Amount(gain_figure(first, _smallest(first)), signed=True),
            ),
            text(
                "Each party gains in at least {share} of {draws} draws of the uncertain inputs, as the round asks.",
                share=share(deal.round.settings.share_of_draws, "round:settings.share_of_draws"),
                draws=count(deal.draws, "draws", "round:draws"),
            ),
            _linkage_words(deal),
        ]
        opening = (
            "There are {n} packages in which {people} each gain."
            if len(confirmed) > 1
            else "There is one package in which {people} each gain."
        )
        answer = text(opening, n=count(len(confirmed), "", "model:§6.2|packages"), people=people)
        yield Answer(answer, "zone", tuple(details))
        return
    details = [_blocked_words(deal, found) for found in deal.blockers]
    if deal.packages:
        details.append(
            "The search found packages, but the full ledger of all economies does not confirm that each party gains."
        )
    yield Answer(
        text("No package on this table leaves {people} each better off.", people=people), "no_zone", tuple(details)
    )


def _smallest(package: PackageResult) -> str:
    return min(package.gains, key=lambda code: package.gains[code].range.mid)


def _linkage_words(deal: Deal) -> Text:
    if deal.migration_only.open:
        return text("Migration measures alone already open a zone; linked areas add to it.")
    if deal.linkage is None:
        return text("Migration measures alone open no zone.")
    clauses = Name(", ".join(deal.linkage), "code")
    if not deal.veto_players:
        return text(
            "Migration measures alone open no zone. The smallest linkage that does is {clauses}; it brings no "
            "ministry to the table that is not there already.",
            clauses=clauses,
        )
    return text(
        "Migration measures alone open no zone. The smallest linkage that does is {clauses}; it brings {ministries} "
        "to the table.",
        clauses=clauses,
        ministries=Name(", ".join(ministry_name(deal, m) for m in deal.veto_players)),
    )


def _blocked_words(deal: Deal, found: BlockersFound) -> Text:
    scope = "Among migration measures alone" if found.scope == "migration_only" else "With all areas linked"
    parts: list[Words] = [
        text(
            "{scope}, these cannot all hold: {who}.",
            scope=scope,
            who=Name(
                "; ".join(
                    [f"the red line of {deal.names[code]}" for code in found.parties]
                    + [f"the principle “{name}”" for name in found.principles]
                )
                or "the rules of the table",
                "quote",
            ),
        )
    ]
    if found.transfer is not None:
        parts.append(
            text(
                " A side payment of {amount} would open it, to {who}.",
                amount=money(found.transfer, f"model:§6.4|transfer|{found.scope}"),
                who=join_names(deal, tuple(found.receivers)),
            )
        )
    if found.opening_clauses:
        parts.append(
            text(
                " Any one of these, added to the table, would open it: {codes}.",
                codes=Name(", ".join(found.opening_clauses), "code"),
            )
        )
    return Text(tuple(parts))


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
    rows = []
    for m in deal.mismatch:
        key = f"model:§4|{m.origin}-{m.destination}"
        rows.append(
            (
                Name(f"{m.origin} → {m.destination}"),
                m.regular,
                sum_figures(m.other),
                count(m.places, f"{PERSONS} per year", key) if m.places else None,
                None if m.ratio_before is None else count(m.ratio_before, "", f"{key}|before"),
                None if m.ratio_after is None else count(m.ratio_after, "", f"{key}|after"),
            )
        )
    yield Table(
        "Regular entry and other arrivals on each corridor, latest year on record",
        (
            Column("Corridor"),
            Column("Regular entries"),
            Column("Found irregular, and asylum applications"),
            Column("Places added", signed=True),
            Column("Other arrivals per regular entry"),
            Column("With the places, all else equal"),
        ),
        tuple(rows),
        note="A dash is missing, not zero. Whether new places lower other arrivals is contested (§3.9).",
    )


def sum_figures(figures: tuple[Figure, ...]) -> Figure | None:
    """Add evidence figures; the reference is the first one's, the JSON holds all."""
    if not figures:
        return None
    total = sum(f.value for f in figures if isinstance(f.value, float))
    return Figure(total, figures[0].unit, SourceClass.EVIDENCE, figures[0].reference)


def _how(deal: Deal) -> Iterator[Block]:
    yield Heading(2, "How: what each gives and what each gets", "how")
    first = deal.packages[0]
    yield Paragraph(text("{title}.", title=Emphasis(first.title)))
    yield from _exchanges(deal, first)
    flows = [
        Flow(
            x.beneficiary,
            x.giver,
            value_figure(deal, x, unit=f"{PERSONS} per year"),
            text("{name}", name=clause_name(deal, x.instrument)),
        )
        for x in first.provisions
        if deal.instruments[x.instrument].action in _ENTRY_ACTIONS
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
            blocks.insert(0, Notice("limit", "The full ledger does not confirm that each party gains enough."))
        yield Details(text("{title}", title=package.title), tuple(blocks))


def _is_country(code: str) -> bool:
    return len(code) == 3 and code.isalpha()  # noqa: PLR2004  (ISO 3166-1 alpha-3)


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


def _commitment(deal: Deal, package: PackageResult, place: int) -> Text:
    x = package.provisions[place]
    return text("{name}: {value}", name=clause_name(deal, x.instrument), value=value_figure(deal, x))


def _who_gains(deal: Deal, package: PackageResult) -> Iterator[Block]:
    yield Heading(2, "Who gains, and how surely", "gains")
    yield RangeChart(
        "Net gain of each party",
        tuple(
            RangeRow(
                Name(deal.names[code]),
                gain_figure(package, code),
                money(package.gains[code].worsened, f"model:§6.2|{package.name}|{code}|worsened"),
                share(package.gains[code].share_positive, f"model:§3.14|{package.name}|{code}"),
            )
            for code in deal.names
        ),
        legend=("against its no-deal", "against a no-deal that the others have worsened"),
        note=(
            "Bars run over nine draws in ten. Where the second bar lies further to the right, part of the gain is "
            "relief from a threat. Each party is compared with itself only."
        ),
    )
    yield Heading(3, "The ledger, line by line")
    yield ledger_chart(deal, package)
    yield Details("The ledger as a table, with ranges", tuple(_ledger_tables(deal, package)))
    yield Heading(3, "By ministry")
    ministries = sorted({m for code in deal.names for m in package.ministries(code)})
    yield Table(
        "Weighted lines by the ministry that answers for them",
        (Column("Ministry"), *(Column(Name(deal.names[code]), signed=True) for code in deal.names)),
        tuple(
            (
                Name(m.replace("_", " ")),
                *(
                    money(package.ministries(code)[m], f"model:§3.12|{package.name}|{code}|{m}")
                    if package.ministries(code).get(m)
                    else None
                    for code in deal.names
                ),
            )
            for m in ministries
            if any(package.ministries(code).get(m) for code in deal.names)
        ),
        note="Sums of middle values; a dash: nothing in this package falls on that ministry.",
    )
    yield Paragraph(_who_counts(deal))


def _who_counts(deal: Deal) -> Text:
    parts: list[Words] = ["Who counts: "]
    for k, party in enumerate(deal.round.parties):
        weights = party.counts.weights()
        full = [name.replace("_", " ") for name, w in weights.items() if w == 1]
        part = [(name, w) for name, w in weights.items() if 0 < w < 1]
        none = [name.replace("_", " ") for name, w in weights.items() if w == 0]
        parts += [("; " if k else ""), Emphasis(Name(deal.names[party.code])), f": {', '.join(full)} in full"]
        for name, w in part:
            parts += [f", {name.replace('_', ' ')} at ", stated(w, "", f"parties.{k}.counts.{name}")]
        if none:
            parts.append(f", not {', '.join(none)}")
    parts.append(". The round file sets these weights.")
    return Text(tuple(parts))


def _ledger_tables(deal: Deal, package: PackageResult) -> Iterator[Block]:
    for code in deal.names:
        yield Table(
            Name(deal.names[code]),
            (Column("Line"), Column("Group"), Column("Ministry"), Column("Weight"), Column("Worth", signed=True)),
            tuple(
                (
                    Name(line.label),
                    Name(line.group),
                    Name(line.ministry.replace("_", " ")),
                    stated(line.weight, "", f"parties.{list(deal.names).index(code)}.counts"),
                    Figure(
                        line.range, "US$ million of 2023 per year", SourceClass(line.source), line.reference
                    ),
                )
                for line in package.ledger[code]
            ),
            note="The movers' line is at purchasing power parity; all others at the country's baseline prices.",
        )


def _clashes(deal: Deal) -> Iterator[Block]:
    yield Heading(2, "What it would touch in other policies", "clashes")
    if not deal.clashes:
        yield Paragraph("The catalogue of interactions knows no effect of these instruments on other outcomes.")
        return
    signs = {"+": "raises", "-": "lowers", "0": "no effect found on", "+/-": "may raise or lower"}
    yield Table(
        "Known effects of the instruments in the first package",
        (Column("Instrument"), Column("Effect"), Column("Condition"), Column("Evidence")),
        tuple(
            (
                clause_name(deal, c.instrument),
                Name(f"{signs.get(c.sign, c.sign)} {c.outcome.replace('_', ' ')}"),
                Name(c.condition) if c.condition else None,
                Name(f"{c.evidence_class} ({c.reference})", "code"),
            )
            for c in deal.clashes
        ),
        note="Whether a condition holds here is not known: it is not evaluated in this version.",
    )
    if any(c.evidence_class == "contested" for c in deal.clashes):
        yield Notice("contested", "Effects marked contested are disputed between studies; they decide nothing here.")


def _what_if_not(deal: Deal) -> Iterator[Block]:
    yield Heading(2, "What if not: the zone, and who could leave", "zone")
    rows: list[tuple[Words, Words]] = []
    for label, zone, scope in (
        ("Migration measures alone", deal.migration_only, "migration_only"),
        ("With linked areas", deal.linked, "linked"),
    ):
        state = "open" if zone.open else "closed"
        if not zone.proven:
            state += " (not proven)"
        if zone.best_worst_gain is None:
            rows.append((label, state))
        else:
            rows.append(
                (
                    label,
                    text(
                        "{state}; the party that gains least can reach {gain} above its red line",
                        state=state,
                        gain=Amount(money(zone.best_worst_gain, f"model:§6.4|{scope}"), signed=True),
                    ),
                )
            )
    if deal.linkage is not None:
        rows.append(("Smallest linkage", Name(", ".join(deal.linkage), "code")))
    yield KeyValues(tuple(rows))
    if deal.blockers:
        yield Bullets(tuple(_blocked_words(deal, found) for found in deal.blockers))
    if not deal.packages:
        return
    first = deal.packages[0]
    if first.stability is None:
        yield Notice("limit", "Too many parties for the exact test of every coalition.")
    elif first.stability.blocking:
        yield Bullets(
            tuple(
                text(
                    "{who} could do better among themselves, by {gain} at least each, with {clauses}.",
                    who=join_names(deal, block.members),
                    gain=money(block.margin, "model:§6.5"),
                    clauses=Name(", ".join(block.clauses), "code"),
                )
                for block in first.stability.blocking
            )
        )
    else:
        yield Paragraph("No smaller group of parties could do better by itself with the clauses between its members.")
    for cycle in first.cycles:
        if cycle.only_together:
            circle = " → ".join([*cycle.parties, cycle.parties[0]])
            yield Paragraph(
                text("A circle that no two parties could close: {circle}.", circle=Name(circle, "code"))
            )
    broken = [x for x in first.essential if not x.holds]
    if broken:
        yield Table(
            "Clauses that hold the package together",
            (Column("Without"), Column("Below its red line"), Column("Also falls")),
            tuple(
                (
                    Name(x.clause, "code"),
                    Name(", ".join(deal.names[c] for c in x.below)) if x.below else None,
                    Name(", ".join(k for k in x.leaves if k != x.clause), "code") if len(x.leaves) > 1 else None,
                )
                for x in broken
            ),
        )


def _next(deal: Deal, package: PackageResult) -> Iterator[Block]:
    yield Heading(2, "Next: a draft schedule", "next")
    yield Table(
        "Commitments, with the ministries that must agree",
        (Column("Clause"), Column("Commitment"), Column("Value"), Column("Ministry that gives"), Column("Counterpart")),
        tuple(
            (
                Name(x.key, "code"),
                text(
                    "{giver} undertakes towards {beneficiary}: {what}",
                    giver=Name(deal.names[x.giver]),
                    beneficiary=Name(deal.names[x.beneficiary]),
                    what=Name(deal.instruments[x.instrument].definition, "quote"),
                ),
                value_figure(deal, x),
                Name(deal.instruments[x.instrument].ministry_giver.replace("_", " ")),
                Name(deal.instruments[x.instrument].ministry_beneficiary.replace("_", " ")),
            )
            for x in package.provisions
        ),
        note="Nothing is agreed until everything is agreed. Dates, indicators and tranches are for the parties.",
    )


def _rests_on(deal: Deal) -> Iterator[Block]:
    yield Heading(2, "What this rests on", "rests-on")
    if deal.unvalued:
        yield Table(
            "Not valued: nobody has said what these are worth, and the model does not know",
            (Column("Party"), Column("Clause"), Column("In package"), Column("Turns the answer if worth less than")),
            tuple(
                (
                    Name(deal.names[u.party]),
                    Name(u.clause, "code"),
                    "no" if u.package is None else "yes",
                    None if u.flips_below is None else money(u.flips_below, f"model:§5.2|{u.clause}|{u.party}"),
                )
                for u in deal.unvalued
            ),
            note="They are left out of every sum, which is not the same as being worth nothing.",
        )
    for said in deal.missing:
        yield Notice("missing", Name(said))
    yield from (
        Notice(
            "assumed",
            text("{code}: {what}.", code=Name(item.economy, "code"), what=Name("; ".join(item.what))),
        )
        for item in deal.imputed
    )
    first = deal.packages[0] if deal.packages else None
    if first is not None and first.gap is not None and first.objective is not None:
        yield KeyValues(
            (
                ("How it was searched", Name(first.method)),
                ("Objective", count(first.objective, "", "model:§6.2|objective")),
                ("Proven distance from the best possible", count(first.gap, "", "model:§6.2|gap")),
                (
                    "Largest difference between search and full ledger",
                    share(first.distance, "model:§6.3|distance"),
                ),
            )
        )
    yield Details(
        "Parameters: contested and assumed first",
        (
            Table(
                "Each with its range",
                (Column("Parameter"), Column("What it is"), Column("Value"), Column("Range"), Column("Status")),
                tuple(
                    (
                        Name(a.name, "code"),
                        Name(a.definition),
                        Figure(a.value, a.unit, SourceClass.ESTIMATED, f"parameter:{a.name}"),
                        text(
                            "{low} to {high}",
                            low=Amount(
                                Figure(a.low, a.unit, SourceClass.ESTIMATED, f"parameter:{a.name}"), unit=False
                            ),
                            high=Amount(
                                Figure(a.high, a.unit, SourceClass.ESTIMATED, f"parameter:{a.name}"), unit=False
                            ),
                        ),
                        Name(a.status),
                    )
                    for a in deal.assumptions[:_MOST_ASSUMPTIONS]
                ),
            ),
        ),
    )
