"""What a result rests on: its parameters and the tables of the pack.

Who may import me: services. Start at :func:`list_assumptions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.reports.document import Amount, Column, Details, Name, Table, text
from comity.services.deal_result import Assumption, UsedTable
from comity.vocabulary import Figure, SourceClass, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.evidence import Evidence, Parameters

__all__ = ["list_assumptions", "list_tables", "show_parameters"]


def list_assumptions(parameters: Parameters, names: Iterable[str]) -> tuple[Assumption, ...]:
    """List every parameter behind a result, those that are measured last."""
    rank = {Status.CONTESTED: 0, Status.ASSUMED: 1, Status.ESTIMATED: 2, Status.MEASURED: 3}
    rows = []
    for name in names:
        p = parameters[name]
        if p.value is None or p.low is None or p.high is None:
            continue
        rows.append(
            Assumption(name, p.definition, p.value, p.low, p.high, p.unit, str(p.status), p.reference)
        )
    return tuple(sorted(rows, key=lambda a: (rank[Status(a.status)], a.name)))


def list_tables(evidence: Evidence, names: Iterable[str]) -> tuple[UsedTable, ...]:
    """List tables of the pack with publisher and licence; a table that the pack lacks is left out."""
    rows = []
    for name in sorted({*names} & set(evidence.names())):
        meta = evidence.meta(name)
        source = meta.sources[0]
        rows.append(
            UsedTable(name, meta.title, source.producer, str(source.edition), source.licence, source.url)
        )
    return tuple(rows)


def show_parameters(assumptions: Iterable[Assumption]) -> Details:
    """Lay out parameters with value, range and status, to be opened when wanted."""
    return Details(
        "Parameters: contested and assumed first",
        (
            Table(
                "Each with its range",
                (
                    Column("Parameter"),
                    Column("What it is"),
                    Column("Value"),
                    Column("Range"),
                    Column("Status"),
                ),
                tuple(
                    (
                        Name(a.name, "code"),
                        Name(a.definition),
                        Figure(a.value, a.unit, SourceClass.ESTIMATED, f"parameter:{a.name}"),
                        text(
                            "{low} to {high}",
                            low=Amount(
                                Figure(a.low, a.unit, SourceClass.ESTIMATED, f"parameter:{a.name}"),
                                unit=False,
                            ),
                            high=Amount(
                                Figure(a.high, a.unit, SourceClass.ESTIMATED, f"parameter:{a.name}"),
                                unit=False,
                            ),
                        ),
                        Name(a.status),
                    )
                    for a in assumptions
                ),
            ),
        ),
    )
