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
from comity.services.model_sections import FILE as SECTIONS
from comity.services.model_sections import explain_model
from comity.services.round_trace import trace_round

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
        Rows of evidence, of a catalogue or of a round file; for a parameter or a section of the model one
        row per field. ``attrs["unit"]`` holds units.
    source
        Who published it.
    place
        File, and line where it has lines, relative to the evidence room; a round file as it was given.
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


def evidence_trace(
    *, reference: str, folder: Path | None = None, round_file: Path | None = None
) -> EvidenceTrace:
    """Follow a reference to evidence, a parameter, a catalogue, an equation or a round file.

    Parameters
    ----------
    reference
        As reports print it.
    folder
        Another evidence pack than the one shipped.
    round_file
        The round file that the report was made from; needed for ``round:`` references.

    Raises
    ------
    InputError
        When the text is not a reference, or one to a round file that was not given or cannot be used.
    EvidenceNotFound
        When there is no such table, row, parameter, entry, section or key; names the closest.

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
    if parsed.kind == "model":
        return _model(parsed)
    if round_file is None:
        msg = f"{parsed} stands in a round file, which is not part of the pack"
        raise InputError(msg, accepted="--round FILE, with the file that the report was made from")
    return _round(parsed, round_file)


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


def _model(reference: Reference) -> EvidenceTrace:
    fields, section = explain_model(reference)
    rows = pd.DataFrame({"field": list(fields), "value": list(fields.values())}, dtype=object)
    return EvidenceTrace(reference, rows, section.source, f"catalogue/{SECTIONS}:{section.line}")


def _round(reference: Reference, path: Path) -> EvidenceTrace:
    found = trace_round(path, reference.name)
    rows = pd.DataFrame(
        {
            "key": [item.key for item in found],
            "value": [_short(item.value) for item in found],
            "line": [item.line for item in found],
            "given": [item.given for item in found],
            "source": [item.source for item in found],
        },
        dtype=object,
    )
    value, source = (found[0].value, found[0].source) if len(found) == 1 else (None, "")
    return EvidenceTrace(reference, rows, source, f"{path}:{found[0].line}", value)


def _short(value: object) -> object:
    """Write a mapping or a list on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_short(item)}" for key, item in value.items() if item is not None)
    if isinstance(value, list):
        return f"[{', '.join(str(_short(item)) for item in value)}]"
    return value
