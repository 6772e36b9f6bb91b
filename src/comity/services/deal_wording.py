"""Small pieces of the deal report: figures, names, the ledger chart, the list of sources.

Who may import me: :mod:`comity.services.deal_document`. Start at :func:`money`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.reports.document import BarChart, BarRow, Name, Source, Text, Words, text
from comity.units import SHARE, USD_MILLION_YEAR
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from comity.services.deal_result import Deal, PackageResult
    from comity.vocabulary import Provision

__all__ = [
    "clause_name",
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


def _source(reference: str) -> SourceClass:
    kind = reference.partition(":")[0]
    return {"evidence": SourceClass.EVIDENCE, "round": SourceClass.ELICITED, "parameter": SourceClass.ESTIMATED}.get(
        kind, SourceClass.MODELLED
    )


def money(value: float | Range, reference: str) -> Figure:
    """US$ million a year."""
    return Figure(value, USD_MILLION_YEAR, _source(reference), reference)


def share(value: float, reference: str) -> Figure:
    """A share, 0-1, written as per cent."""
    return Figure(value, SHARE, _source(reference), reference)


def count(value: float, unit: str, reference: str) -> Figure:
    """A number of things."""
    return Figure(float(value), unit, _source(reference), reference)


def stated(value: float, unit: str, key: str) -> Figure:
    """What the round file says under a key."""
    return Figure(float(value), unit, SourceClass.ELICITED, f"round:{key}")


def gain_figure(package: PackageResult, code: str) -> Figure:
    """One party's gain against its no-deal."""
    return money(package.gains[code].range, f"model:§6.2|{package.name}|{code}")


def value_figure(deal: Deal, provision: Provision, unit: str | None = None) -> Figure:
    """Value of a provision, chosen by the search within the range of the round file."""
    return Figure(
        provision.value, unit or deal.units[provision.key], SourceClass.MODELLED, f"model:§6.2|{provision.key}"
    )


def clause_name(deal: Deal, instrument: str) -> Text:
    """Name of an instrument with its code."""
    name = deal.instruments[instrument].name.replace("_", " ")
    return text("{name} ({code})", name=Name(name), code=Name(instrument, "code"))


def ministry_name(deal: Deal, veto_player: str) -> str:
    """Write a veto player such as ``ESP:labour`` in words."""
    party, _, ministry = veto_player.partition(":")
    return f"{deal.names.get(party, party)}'s ministry of {ministry.replace('_', ' ')}"


def join_names(deal: Deal, codes: tuple[str, ...]) -> Text:
    """Join names of parties as a sentence does."""
    parts: list[Words] = []
    for k, code in enumerate(codes):
        if k:
            parts.append(" and " if k == len(codes) - 1 else ", ")
        parts.append(Name(deal.names.get(code, code)))
    return Text(tuple(parts))


def ledger_chart(deal: Deal, package: PackageResult) -> BarChart:
    """Draw lines that count, weighted as the party counts them, with the net gain at the foot."""
    order = {}
    for code in deal.names:
        for line in package.ledger[code]:
            order.setdefault(line.label, None)
    rows = []
    for label in order:
        for code in deal.names:
            line = next((x for x in package.ledger[code] if x.label == label), None)
            if line is None or not line.weight or not (line.range.low or line.range.high):
                continue
            figure = Figure(
                line.range.scaled(line.weight), USD_MILLION_YEAR, SourceClass(line.source), line.reference
            )
            rows.append(BarRow(Name(label), Name(deal.names[code]), figure))
    totals = tuple(
        BarRow("Net gain", Name(deal.names[code]), gain_figure(package, code)) for code in deal.names
    )
    return BarChart(
        "What each line adds or takes, as the party counts it",
        tuple(rows),
        totals,
        note="Lines that do not count for a party are in the table below with weight zero.",
    )


def list_sources(deal: Deal) -> tuple[Source, ...]:
    """List what the figures come from: tables of the pack, the round file, parameters, the model."""
    tables = tuple(
        Source(f"evidence:{t.table}", t.title, t.producer, t.edition, t.licence, t.url) for t in deal.evidence
    )
    return (
        *tables,
        Source("parameter:", "Parameters of the world model, each with its reference", "Comity", licence="Apache-2.0"),
        Source("round:", f"The round file {deal.round.round}.yaml", "the parties or the author of the file"),
        Source("catalogue:", "Catalogue of instruments and interactions", "Comity", licence="Apache-2.0"),
        Source("model:", "Comity world model and bargaining engine, by section of the design", "Comity"),
    )
