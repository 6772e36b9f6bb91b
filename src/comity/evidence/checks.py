"""Checks that every table must pass before it enters the pack.

Shape first (columns, keys, codes, order), then what the table declares: figures its publisher states.

Who may import me: the build. Start at :func:`check_table`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from comity.errors import EvidenceError
from comity.evidence.pack import COUNTRY_COLUMNS
from comity.evidence.sidecar import CheckMeta

if TYPE_CHECKING:
    from comity.evidence.build.spec import TableSpec

__all__ = ["check_figures", "check_licences", "check_shape", "check_table"]


def check_table(spec: TableSpec, frame: pd.DataFrame, *, strict: bool = True) -> tuple[CheckMeta, ...]:
    """Run every check of a table.

    Parameters
    ----------
    spec, frame
        What the table declares, and what was read.
    strict
        Whether a figure that differs from the published one is an error (a newer edition differs by nature;
        then the sidecar records it). A table of the wrong shape always is.

    Returns
    -------
    tuple of CheckMeta
        Our figure beside the published one, per declared check.

    Raises
    ------
    EvidenceError
        Names the table and the check that fails.
    """
    if spec.shipped:
        check_licences(spec.name, [source.licence for source in spec.sources])
    check_shape(spec, frame)
    return check_figures(spec, frame, strict=strict)


def check_licences(name: str, licences: list[str]) -> None:
    """Every source needs a licence, and none may forbid passing the figures on."""
    if not licences:
        msg = f"{name}: no source is given"
        raise EvidenceError(msg)
    for licence in licences:
        words = licence.upper().replace("-", " ").split()
        if not licence.strip() or "NC" in words or "ND" in words:
            msg = f"{name}: the licence {licence!r} does not allow redistribution; list it in excluded.yaml"
            raise EvidenceError(msg)


def check_shape(spec: TableSpec, frame: pd.DataFrame) -> None:
    """Columns as declared, keys complete, unique and sorted, codes of three letters."""
    problems = _columns(spec, frame) or _keys(spec, frame) or _codes(spec, frame) or _empty(frame)
    if problems:
        msg = f"{spec.name}: {problems}"
        raise EvidenceError(msg)


def check_figures(spec: TableSpec, frame: pd.DataFrame, *, strict: bool = True) -> tuple[CheckMeta, ...]:
    """Compare with the figures that the publisher states."""
    done: list[CheckMeta] = []
    for check in spec.checks:
        ours = float(check.measure(frame))
        close = math.isfinite(ours) and abs(ours - check.published) <= check.tolerance * abs(check.published)
        if strict and not close:
            msg = (
                f"{spec.name}: check {check.name!r} fails: ours {ours:,.6g}, "
                f"published {check.published:,.6g} ({check.source}), tolerance {check.tolerance:g}"
            )
            raise EvidenceError(msg)
        done.append(
            CheckMeta(
                name=check.name,
                ours=round(ours, 6),
                published=check.published,
                tolerance=check.tolerance,
                source=check.source,
                passed=close,
            )
        )
    return tuple(done)


def _columns(spec: TableSpec, frame: pd.DataFrame) -> str:
    if list(frame.columns) != list(spec.columns):
        return f"columns are {list(frame.columns)}, declared are {list(spec.columns)}"
    return ""


def _keys(spec: TableSpec, frame: pd.DataFrame) -> str:
    keys = [name for name, column in spec.columns.items() if column.unit == "key"]
    if not keys:
        return "no column is a key"
    if list(spec.columns)[: len(keys)] != keys:
        return "keys must come first"
    if frame[keys].isna().to_numpy().any():
        return "a key is missing"
    if frame.duplicated(keys).any():
        row = frame.loc[frame.duplicated(keys), keys].iloc[0].to_dict()
        return f"the keys are not unique, for example {row}"
    ordered = frame[keys].sort_values(keys, kind="stable").index
    if not ordered.equals(frame.index):
        return "rows are not sorted by their keys"
    return ""


def _codes(spec: TableSpec, frame: pd.DataFrame) -> str:
    for name in COUNTRY_COLUMNS:
        if name in frame and spec.columns[name].unit in {"key", "code"}:
            codes = pd.Series(frame[name].unique()).astype(str)
            wrong = codes[~codes.str.fullmatch("[A-Z][A-Z0-9]{2}")]
            if len(wrong):
                return f"{name} holds {wrong.iloc[0]!r}, which is not a three-letter code"
    return ""


def _empty(frame: pd.DataFrame) -> str:
    return "" if len(frame) else "no row"
