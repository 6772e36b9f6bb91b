"""What the evidence pack holds, what stands behind a figure, and how to rebuild it (§2).

Who may import me: the doors. Start at :func:`evidence_trace`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from comity.errors import InputError
from comity.evidence import Catalogue, Evidence, Parameters, parse
from comity.evidence.build.pipeline import BuildResult, build
from comity.evidence.pack import Excluded, read_excluded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from comity.evidence import Gap, Reference, TableMeta

__all__ = [
    "EvidenceList",
    "EvidenceRows",
    "EvidenceTrace",
    "evidence_build",
    "evidence_gaps",
    "evidence_list",
    "evidence_show",
    "evidence_trace",
]


@dataclass(frozen=True, slots=True)
class EvidenceList:
    """Sidecars of all tables, by name, and what stays out of the pack with the reason."""

    tables: tuple[TableMeta, ...]
    excluded: tuple[Excluded, ...]

    @property
    def bytes(self) -> int:
        """Size of the pack's data."""
        return sum(table.bytes for table in self.tables)


@dataclass(frozen=True, slots=True)
class EvidenceRows:
    """Rows of a table, its sidecar, and how many rows there are in all."""

    meta: TableMeta
    rows: pd.DataFrame
    total: int


@dataclass(frozen=True, slots=True)
class EvidenceTrace:
    """What stands behind a reference.

    Attributes
    ----------
    reference
        The reference, parsed.
    rows
        Rows of evidence or of a catalogue; for a parameter one row per field. ``attrs["unit"]`` holds units.
    source
        Who published it.
    place
        File, and line where it has lines, relative to the evidence room.
    value
        The one figure that the reference names, or None.
    meta
        Sidecar, for evidence only.
    """

    reference: Reference
    rows: pd.DataFrame
    source: str
    place: str
    value: object = None
    meta: TableMeta | None = None


def evidence_list(*, folder: Path | None = None) -> EvidenceList:
    """List the tables of the pack, and what stays out of it.

    Examples
    --------
    >>> listed = evidence_list()
    >>> "migrant_stock" in [table.name for table in listed.tables]
    True
    """
    evidence = Evidence.load(folder)
    return EvidenceList(tuple(evidence.meta(name) for name in evidence.names()), read_excluded())


def evidence_show(
    *, table: str, country: str | None = None, limit: int | None = None, folder: Path | None = None
) -> EvidenceRows:
    """Show rows of a table, for one country if given, at most ``limit`` of them.

    Raises
    ------
    EvidenceNotFound
        When there is no such table or country, or the table holds nothing for the country.
    """
    evidence = Evidence.load(folder)
    rows = evidence.show(table, country=country)
    return EvidenceRows(evidence.meta(table), rows if limit is None else rows.head(limit), len(rows))


def evidence_gaps(*, country: str, folder: Path | None = None) -> tuple[Gap, ...]:
    """List the tables that hold nothing for a country, by role; that means unknown, not zero."""
    return Evidence.load(folder).gaps(country)


def evidence_trace(*, reference: str, folder: Path | None = None) -> EvidenceTrace:
    """Follow a reference to evidence, to a parameter or to a catalogue.

    Raises
    ------
    InputError
        When the text is not a reference, or one to the user's own round file or to an equation, which are
        not in the pack; says where to look.
    EvidenceNotFound
        When the pack holds no such table, row, parameter or entry; names the closest.

    Examples
    --------
    >>> evidence_trace(reference="evidence:gdp[country=MAR,year=2023]").place
    'data/gdp.parquet'
    >>> evidence_trace(reference="parameter:world.trade.elasticity").value
    4.1
    """
    parsed = parse(reference)
    if parsed.kind == "evidence":
        found = Evidence.load(folder).trace(parsed)
        place = "" if found.meta is None else f"data/{found.meta.file}"
        return EvidenceTrace(parsed, found.rows, found.source, place, found.value, found.meta)
    if parsed.kind == "parameter":
        return _parameter(parsed)
    if parsed.kind == "catalogue":
        return _catalogue(parsed)
    where = {"round": "your round file, at that key", "model": "the design page, at that paragraph"}[
        parsed.kind
    ]
    msg = f"{parsed} is not in the evidence pack: look in {where}"
    raise InputError(msg, accepted="a reference that starts with evidence:, parameter: or catalogue:")


def evidence_build(
    *,
    raw: Path,
    out: Path,
    only: Sequence[str] | None = None,
    strict: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[BuildResult, ...]:
    """Build tables from the publishers' files; see :func:`comity.evidence.build.pipeline.build`."""
    return tuple(build(raw, out, only=only, strict=strict, progress=progress))


def _parameter(reference: Reference) -> EvidenceTrace:
    found = Parameters.load().trace(reference.name)
    fields = found.param.model_dump(mode="json")
    rows = pd.DataFrame({"field": list(fields), "value": list(fields.values())}, dtype=object)
    rows.attrs["unit"] = {"value": found.param.unit}
    place = f"parameters/{found.file}:{found.line}"
    return EvidenceTrace(reference, rows, found.param.reference, place, found.param.value)


def _catalogue(reference: Reference) -> EvidenceTrace:
    found = Catalogue.load().trace(str(reference))
    rows = pd.DataFrame([dict(cells) for cells in found.rows])
    source = "; ".join(dict.fromkeys(rows["source"])) if "source" in rows else ""
    value = rows[reference.column].iloc[0] if len(rows) == 1 and reference.column in rows else None
    return EvidenceTrace(reference, rows, source, f"catalogue/{found.file}:{found.lines[0]}", value)
