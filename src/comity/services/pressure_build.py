"""Estimate pressure anew and write its tables as the pack holds them (§2.2, §4).

Who may import me: the doors. Start at :func:`pressure_estimate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.evidence import Evidence
from comity.evidence.build.estimates import TABLES
from comity.evidence.build.pipeline import BuildResult, write_table
from comity.world.pressure_tables import estimate_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["pressure_estimate", "pressure_refit"]


def pressure_estimate(
    *, out: Path, folder: Path | None = None, progress: Callable[[str, float], None] | None = None
) -> tuple[BuildResult, ...]:
    """Fit the gravity equation to the pack's own tables, and write pressure, coefficients and hold-out.

    Parameters
    ----------
    out
        Where the three tables go, each with its sidecar; made if it is not there.
    folder
        Another evidence pack than the one shipped.

    Raises
    ------
    comity.errors.MissingExtraError
        The extra ``estimate`` is not installed.
    comity.errors.EvidenceError
        A table breaks a check.
    """
    evidence = Evidence.load(folder)
    tables = estimate_tables(evidence, progress=progress)
    out.mkdir(parents=True, exist_ok=True)
    return tuple(write_table(spec, tables[spec.name], evidence.folder, out) for spec in TABLES)


def pressure_refit(*, progress: Callable[[str, float], None] | None = None) -> Evidence:
    """Give the pack with pressure estimated anew in memory; nothing is written.

    Raises
    ------
    comity.errors.MissingExtraError
        The extra ``estimate`` is not installed.
    """
    evidence = Evidence.load()
    return evidence.replace(estimate_tables(evidence, progress=progress))
