"""Small pieces of the deal report: figures, names, the ledger chart, the list of sources.

Who may import me: :mod:`comity.services.deal_document`. Start at :func:`money`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.reports.document import BarChart, BarRow, Name, Source, Text, Words, text
from comity.units import SHARE, USD_MILLION_YEAR
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from comity.services.deal_result import BlockersFound, Deal, PackageResult
    from comity.vocabulary import Provision

__all__ = [
    "BROUGHT",
    "blocked_words",
    "clause_name",
    "clause_words",
    "count",
    "gain_figure",
    "join_names",
    "ledger_chart",
    "list_sources",
    "ministry_name",
    "money",
    "share",
    "stated",
    "value_figure",
]


#: What figures of a package that the user brought refer to.
BROUGHT: Final = "model:§6.7|brought"


def _source(reference: str) -> SourceClass:
    kind = reference.partition(":")[0]
    return {
        "evidence": SourceClass.EVIDENCE,
        "round": SourceClass.ELICITED,
        "parameter": SourceClass.ESTIMATED,
    }.get(kind, SourceClass.MODELLED)


def money(value: float | Range, reference: str) -> Figure:
    """Write US$ million a year."""
    return Figure(value, USD_MILLION_YEAR, _source(reference), reference)


def share(value: float, reference: str) -> Figure:
    """Write a share, 0-1; it is shown as per cent."""
    return Figure(value, SHARE, _source(reference), reference)


def count(value: float, unit: str, reference: str) -> Figure:
    """Write a number of things."""
    return Figure(float(value), unit, _source(reference), reference)


def stated(value: float, unit: str, key: str) -> Figure:
    """Write what the round file says under a key."""
    return Figure(float(value), unit, SourceClass.ELICITED, f"round:{key}")


def gain_figure(package: PackageResult, code: str) -> Figure:
    """One party's gain against its no-deal."""
    return money(package.gains[code].range, f"model:§6.2|{package.name}|{code}")


def value_figure(deal: Deal, provision: Provision, unit: str | None = None) -> Figure:
    """Value of a provision: found by the search in the range of the round file, or brought by the user."""
    unit = unit or deal.units[provision.key]
    if deal.evaluation is not None and provision in deal.packages[0].provisions:
        return Figure(provision.value, unit, SourceClass.ELICITED, f"{BROUGHT}|{provision.key}")
    return Figure(provision.value, unit, SourceClass.MODELLED, f"model:§6.2|{provision.key}")


def clause_name(deal: Deal, instrument: str) -> Text:
    """Name of an instrument with its code."""
    title = deal.instruments[instrument].title
    return text("{name} ({code})", name=Name(title), code=Name(instrument, "code"))


def ministry_name(deal: Deal, veto_player: str) -> str:
    """Write a veto player such as ``ESP:labour`` in words."""
    party, _, ministry = veto_player.partition(":")
    return f"the ministry of {ministry.replace('_', ' ')} of {deal.names.get(party, party)}"


def clause_words(deal: Deal, keys: tuple[str, ...]) -> Text:
    """Name clauses as a sentence does: title, code, who gives and who gets."""
    parts: list[Words] = []
    for k, key in enumerate(keys):
        clause = deal.round.clause(key)
        parts += ["; " if k else "", clause_name(deal, clause.instrument), ", "]
        parts += [Name(deal.names[clause.giver]), " to ", Name(deal.names[clause.beneficiary])]
    return Text(tuple(parts))


def join_names(deal: Deal, codes: tuple[str, ...]) -> Text:
    """Join names of parties as a sentence does."""
    parts: list[Words] = []
    for k, code in enumerate(codes):
        if k:
            parts.append(" and " if k == len(codes) - 1 else ", ")
        parts.append(Name(deal.names.get(code, code)))
    return Text(tuple(parts))


def blocked_words(deal: Deal, found: BlockersFound) -> Text:
    """Say who closes a zone and the least that would open it."""
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
    else:
        parts.append(" No side payment was found that would open it.")
    if found.opening_clauses:
        parts.append(
            text(
                " Any one of these, added to the table, would open it: {codes}.",
                codes=clause_words(deal, found.opening_clauses),
            )
        )
    return Text(tuple(parts))


def ledger_chart(deal: Deal, package: PackageResult) -> BarChart:
    """Draw lines that count, weighted as the party counts them, with the net gain at the foot."""
    order: dict[str, None] = {}
    for code in deal.names:
        for line in package.ledger[code]:
            if line.group != "interests":
                order.setdefault(line.label, None)
    rows = []
    for label in order:
        for code in deal.names:
            found = [x for x in package.ledger[code] if x.label == label]
            if not found:
                continue
            line = found[0]
            if not line.weight or not (line.range.low or line.range.high):
                continue
            figure = Figure(
                line.range.scaled(line.weight), USD_MILLION_YEAR, SourceClass(line.source), line.reference
            )
            rows.append(BarRow(Name(label), Name(deal.names[code]), figure))
    for code in deal.names:
        worth = package.interests[code]
        if worth is not None:
            figure = Figure(worth, USD_MILLION_YEAR, SourceClass.ELICITED, "round:interests")
            rows.append(BarRow("Stated interests together", Name(deal.names[code]), figure))
    totals = tuple(
        BarRow("Net gain", Name(deal.names[code]), gain_figure(package, code)) for code in deal.names
    )
    return BarChart(
        "What each line adds or takes, as the party counts it",
        tuple(rows),
        totals,
        note="Lines that do not count for a party have weight zero and are not drawn here.",
    )


def list_sources(deal: Deal) -> tuple[Source, ...]:
    """List what the figures come from: tables of the pack, the round file, parameters, the model."""
    tables = tuple(
        Source(f"evidence:{t.table}", t.title, t.producer, t.edition, t.licence, t.url) for t in deal.evidence
    )
    brought = (
        ()
        if deal.evaluation is None
        else (Source(BROUGHT, f"The package “{deal.evaluation.title}”", "the user who brought it"),)
    )
    return (
        *tables,
        *brought,
        Source(
            "parameter:",
            "Parameters of the world model, each with its reference",
            "Comity",
            licence="Apache-2.0",
        ),
        Source("round:", f"The round file {deal.round.round}.yaml", "the parties or the author of the file"),
        Source("catalogue:", "Catalogue of instruments and interactions", "Comity", licence="Apache-2.0"),
        Source("model:", "Comity world model and bargaining engine, by section of the design", "Comity"),
    )
