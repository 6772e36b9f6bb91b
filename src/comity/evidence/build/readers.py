"""Read the publishers' files: find the edition at hand, sniff its format, map names to ISO3.

Who may import me: the build modules. Start at :func:`find` and :func:`read_csv`.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

__all__ = ["find", "finish", "read_csv"]


def find(raw: Path, *patterns: str) -> Path:
    """First existing file of these patterns, tried in order; of several matches the last by name.

    Put the publisher's own file name first, so that a newer download takes precedence over a clean copy.

    Raises
    ------
    FileNotFoundError
        Names every pattern that was tried.
    """
    for pattern in patterns:
        hits = sorted(raw.glob(pattern))
        if hits:
            return hits[-1]
    msg = f"none of {', '.join(patterns)} is in the raw folder"
    raise FileNotFoundError(msg)


def read_csv(path: Path, **options: object) -> pd.DataFrame:
    """Read a CSV (plain, gz or zip) in which only an empty cell is missing, so that the code NA stays text."""
    return pd.read_csv(path, keep_default_na=False, na_values=[""], encoding="utf-8-sig", **options)  # type: ignore[call-overload,no-any-return]


def finish(frame: pd.DataFrame, keys: list[str], *, gaps: tuple[str, ...] = ()) -> pd.DataFrame:
    """Keys first, rows sorted by them, fresh index; ``gaps`` go to the sidecar."""
    rest = [column for column in frame.columns if column not in keys]
    tidy = frame[keys + rest].sort_values(keys, kind="stable").reset_index(drop=True)
    tidy.attrs = {"gaps": gaps}
    return tidy
