"""Sections of the deal report after the packages: who gains, what clashes, what if not, next, the basis.

Who may import me: :mod:`comity.services.deal_document`. Start at :func:`show_gains`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.reports.document import (
    Amount,
    Block,
    Bullets,
    Column,
    Details,
    Emphasis,
    Heading,
    KeyValues,
    Name,
    Notice,
    Paragraph,
    RangeChart,
    RangeRow,
    Table,
    Text,
    Words,
    text,
)
from comity.services.basis import show_parameters
from comity.services.deal_wording import (
    blocked_words,
    clause_name,
    clause_words,
    count,
    gain_figure,
    ledger_chart,
    ministry_name,
    money,
    share,
    stated,
    value_figure,
)
from comity.services.model_text import draft_articles
from comity.units import USD_MILLION_YEAR
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.services.deal_result import Deal, PackageResult

__all__ = ["show_clashes", "show_gains", "show_ministries", "show_next", "show_rests_on", "show_what_if_not"]

#: Parameters listed in full; the rest are in the JSON.
_MOST_ASSUMPTIONS = 60
#: Evidence classes of the interactions catalogue, in words.
_EVIDENCE = {
    "seed": "stated in the 2010 interview",
    "read": "published study, read",
    "recalled": "published study, recalled",
    "contested": "contested between studies",
}


def show_gains(deal: Deal, package: PackageResult) -> Iterator[Block]:
    """Show who gains, how surely, and through which lines and ministries."""
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
            "Bars run over nine draws in ten. Where the second bar lies further to the right, part of the "
            "gain is relief from a threat. Each party is compared with itself only."
        ),
    )
    yield Heading(3, "The ledger, line by line")
    yield ledger_chart(deal, package)
    within = KeyValues(
        tuple(
            (
                text(
                    "Within {party}'s gain, through trade that migrants create", party=Name(deal.names[code])
                ),
                money(worth, f"model:§3.3|{package.name}|{code}|trade links"),
            )
            for code, worth in package.trade_links.items()
        )
    )
    yield Details("The ledger as a table, with ranges", (*_ledger_tables(deal, package), within))
    yield Paragraph(_who_counts(deal))


def show_ministries(deal: Deal, package: PackageResult) -> Iterator[Block]:
    """Show the same lines by the ministry that answers for them."""
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


def _who_counts(deal: Deal) -> Text:
    """Say who counts; once for all parties where they agree."""
    weights = [party.counts.weights() for party in deal.round.parties]
    if all(w == weights[0] for w in weights):
        return Text(
            ("Who counts, in every party alike: ", *_weigh(weights[0], 0), ". The round file sets this.")
        )
    parts: list[Words] = ["Who counts: "]
    for k, party in enumerate(deal.round.parties):
        parts += [("; " if k else ""), Emphasis(Name(deal.names[party.code])), ": ", *_weigh(weights[k], k)]
    parts.append(". The round file sets this.")
    return Text(tuple(parts))


#: Groups of the ledger, in words.
_GROUPS = {
    "residents_low": "low-skilled residents",
    "residents_high": "high-skilled residents",
    "employers": "employers and owners of capital",
    "treasury": "the treasury",
    "remittances": "families who receive remittances",
    "trade": "tariff revenue and external income",
    "nationals_abroad": "nationals already abroad",
    "movers": "people who move",
    "immigrants": "immigrants already there",
}


def _weigh(weights: Mapping[str, float], place: int) -> list[Words]:
    full = [_GROUPS[name] for name, w in weights.items() if w == 1]
    parts: list[Words] = [", ".join(full), " in full"] if full else []
    for name, w in weights.items():
        if 0 < w < 1:
            parts += [", " if parts else "", f"{_GROUPS[name]} at "]
            parts.append(stated(w, "", f"parties.{place}.counts.{name}"))
    none = [_GROUPS[name] for name, w in weights.items() if w == 0]
    if none:
        parts.append(f"; not counted: {', '.join(none)}")
    return parts


def _ledger_tables(deal: Deal, package: PackageResult) -> Iterator[Block]:
    for code in deal.names:
        yield Table(
            Name(deal.names[code]),
            (
                Column("Line"),
                Column("Group"),
                Column("Ministry"),
                Column("Weight"),
                Column("Worth", signed=True),
            ),
            tuple(
                (
                    Name(line.label),
                    Name(line.group),
                    Name(line.ministry.replace("_", " ")),
                    stated(line.weight, "", f"parties.{list(deal.names).index(code)}.counts"),
                    Figure(line.range, USD_MILLION_YEAR, SourceClass(line.source), line.reference),
                )
                for line in package.ledger[code]
            ),
            note="Movers' pay is at purchasing power parity, all others at the country's baseline prices.",
        )


def show_clashes(deal: Deal) -> Iterator[Block]:
    """Show what the first package would touch in other policies."""
    yield Heading(2, "What it would clash with at home", "clashes")
    if deal.forbidden:
        yield Notice(
            "limit",
            text(
                "Left out, as each would add a severe conflict at home: {keys}.",
                keys=clause_words(deal, deal.forbidden),
            ),
        )
    if deal.packages:
        yield from deal.at_home[deal.packages[0].name].blocks(deal.names)
    if not deal.clashes:
        yield Paragraph(
            "The catalogue of interactions knows no effect of these instruments on other outcomes."
        )
        return
    yield Details("All known effects of these instruments, conditions set aside", tuple(_effects(deal)))


def _effects(deal: Deal) -> Iterator[Block]:
    signs = {"+": "raises", "-": "lowers", "0": "no effect found on", "+/-": "may raise or lower"}
    yield Table(
        "Known effects of the instruments in the first package",
        (Column("Instrument"), Column("Effect"), Column("Condition"), Column("Evidence")),
        tuple(
            (
                clause_name(deal, c.instrument),
                Name(f"{signs.get(c.sign, c.sign)} {c.outcome.replace('_', ' ')}"),
                Name(c.condition) if c.condition else None,
                Name(f"{_EVIDENCE.get(c.evidence_class, c.evidence_class)} ({c.reference})", "code"),
            )
            for c in deal.clashes
        ),
        note="As the catalogue writes them; which conditions hold is told above, as far as it is known.",
    )
    if any(c.evidence_class == "contested" for c in deal.clashes):
        yield Notice(
            "contested", "Effects marked contested are disputed between studies; they decide nothing here."
        )


def show_what_if_not(deal: Deal) -> Iterator[Block]:
    """Show the zone test, who blocks, and who could leave."""
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
        elif not zone.open and zone.best_worst_gain <= 0:
            rows.append((label, f"{state}; in no package does every party gain"))
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
        rows.append(("Smallest linkage", clause_words(deal, deal.linkage)))
        added = " and ".join(ministry_name(deal, m) for m in deal.veto_players)
        rows.append(("Ministries that it adds, each of which must agree", Name(added) if added else "none"))
    yield KeyValues(tuple(rows))
    if deal.blockers:
        yield Bullets(tuple(blocked_words(deal, found) for found in deal.blockers))
    yield from show_threat(deal)


def show_threat(deal: Deal) -> Iterator[Block]:
    """Show gains against today, no deal and a worsened no-deal side by side."""
    found = deal.threatened
    if found is None:
        return
    yield Heading(3, "What a threat changes")
    threats = [
        text(
            "{by} can worsen the no-deal of {who}: {how}, {loss}.",
            by=Name(deal.names[threat.by]),
            who=Name(deal.names[party.code]),
            how=Name(threat.how, "quote"),
            loss=Figure(
                threat.loss.range,
                USD_MILLION_YEAR,
                SourceClass.ELICITED,
                f"round:parties.{p}.no_deal.worsened_by.{k}.loss",
            ),
        )
        for p, party in enumerate(deal.round.parties)
        for k, threat in enumerate(party.no_deal.worsened_by)
    ]
    yield Bullets(tuple(threats))
    if found.open and not deal.linked.open:
        yield Paragraph(
            "Against the worsened no-deal a package serves every party; against the no-deal as it is, none "
            "does. What is gained there is relief from the threat: somebody would sign and be worse off than "
            "today."
        )
    yield Table(
        "One package, measured three ways" if deal.packages else "The package that the threat would carry",
        (
            Column("Party"),
            *((Column("Against today", signed=True),) if deal.packages else ()),
            Column("Against its no-deal", signed=True),
            Column("Against a worsened no-deal", signed=True),
        ),
        tuple(_three_ways(deal, code) for code in deal.names),
        note="Where the last figure is larger, the difference is relief from a threat, not what the "
        "package brings.",
    )
    if not deal.packages and found.values:
        yield Paragraph(text("It would hold {clauses}.", clauses=clause_words(deal, tuple(found.values))))


def _three_ways(deal: Deal, code: str) -> tuple[Words | None, ...]:
    if deal.packages:
        gain = deal.packages[0].gains[code]
        key = f"model:§6.2|{deal.packages[0].name}|{code}"
        return (
            Name(deal.names[code]),
            money(gain.status_quo, f"{key}|today"),
            money(gain.range, key),
            money(gain.worsened, f"{key}|worsened"),
        )
    assert deal.threatened is not None  # noqa: S101  (show_threat asks only then)
    return (
        Name(deal.names[code]),
        money(deal.threatened.against_no_deal[code], f"model:§6.4|threat|{code}"),
        money(deal.threatened.against_worsened[code], f"model:§6.4|threat|{code}|worsened"),
    )


def show_next(deal: Deal, package: PackageResult) -> Iterator[Block]:
    """Show a draft schedule of commitments."""
    yield Heading(2, "Next: a draft schedule", "next")
    yield Table(
        "Commitments, with the ministries that must agree",
        (
            Column("Clause"),
            Column("Commitment"),
            Column("Value"),
            Column("Ministry that gives"),
            Column("Counterpart"),
        ),
        tuple(
            (
                Name(x.key, "code"),
                text(
                    "{giver} undertakes towards {beneficiary}: {what}",
                    giver=Name(deal.names[x.giver]),
                    beneficiary=Name(deal.names[x.beneficiary]),
                    what=clause_name(deal, x.instrument),
                ),
                value_figure(deal, x),
                Name(deal.instruments[x.instrument].ministry_giver.replace("_", " ")),
                Name(deal.instruments[x.instrument].ministry_beneficiary.replace("_", " ")),
            )
            for x in package.provisions
        ),
        note="Nothing is agreed until everything is. Dates, indicators and tranches are for the parties.",
    )
    articles = draft_articles(package.provisions, names=deal.names)
    yield Details(
        "The same as a draft text",
        tuple(
            block
            for article in articles
            if (wordings := [Name(x.wording, "quote") for x in article.paragraphs if x.provisions])
            for block in (
                Heading(3, Name(article.title, "quote"), f"draft-{article.key}"),
                Bullets(tuple(wordings)),
            )
        ),
    )
    yield Paragraph(
        text(
            "The whole text, with what every agreement needs: {first}, then {second}.",
            first=Name("comity deal … --json > deal.json", "code"),
            second=Name("comity agreements draft --package deal.json", "code"),
        )
    )


def show_rests_on(deal: Deal) -> Iterator[Block]:
    """Show what is not valued, missing, imputed and assumed."""
    yield Heading(2, "What this rests on", "rests-on")
    if deal.unvalued:
        yield Table(
            "Not valued: nobody has said what these are worth, and the model does not know",
            (
                Column("Party"),
                Column("Clause"),
                Column("In package"),
                Column("Turns the answer if worth less than"),
            ),
            tuple(
                (
                    Name(deal.names[u.party]),
                    Name(u.clause, "code"),
                    "no" if u.package is None else "yes",
                    None
                    if u.flips_below is None
                    else money(u.flips_below, f"model:§5.2|{u.clause}|{u.party}"),
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
    if first is not None:
        yield Details(
            "What the search saw, and what the full ledger says",
            (
                Table(
                    "Mean gains",
                    (
                        Column("Party"),
                        Column("In the search", signed=True),
                        Column("In the full ledger", signed=True),
                    ),
                    tuple(
                        (
                            Name(deal.names[code]),
                            money(first.searched[code], f"model:§6.3|{code}|searched"),
                            money(first.final[code], f"model:§6.3|{code}|final"),
                        )
                        for code in deal.names
                    ),
                    note="The search works with lines through small worlds; the ledger with the whole world.",
                ),
            ),
        )
    yield show_parameters(deal.assumptions[:_MOST_ASSUMPTIONS])
