"""LLM-Deliberation games (Abdelnabi et al., 2024): score sheets with a threshold, after Susskind's Harborco.

A folder holds ``config.txt`` (one party a line: name, file, role, …) and ``scores_files/FILE.txt`` (one line
of scores per issue, then the threshold). Issues are lettered from A, values A1, A2 and so on. The roles p1
and p2 have a veto, and a deal passes when they and all others but at most one reach their thresholds.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import numpy as np

from comity.bargaining.discrete.game import Acceptance, DiscreteGame, Issue
from comity.bargaining.outside.markup import read_number, read_text
from comity.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_folder", "read_folder"]

_VETO_ROLES = ("p1", "p2")


def is_folder(path: Path) -> bool:
    """Tell a folder with a list of parties and their score sheets."""
    return (path / "config.txt").is_file() and (path / "scores_files").is_dir()


def read_folder(path: Path) -> DiscreteGame:
    """Read the game of a folder.

    Raises
    ------
    comity.errors.InputError
        When a sheet is missing, sheets differ in the number of issues or values, or a score is no number.
    """
    if not is_folder(path):
        msg = "no LLM-Deliberation game"
        raise InputError(msg, file=str(path), accepted="a folder with config.txt and scores_files/")
    config = path / "config.txt"
    titles, names, roles = [], [], []
    for number, line in enumerate(read_text(config).splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split(",")]
        if len(parts) < 3 or not parts[1]:
            msg = f"'{line.strip()[:60]}'"
            raise InputError(msg, file=str(config), line=number, accepted="name, file, role, …")
        titles.append(parts[0])
        names.append(parts[1])
        roles.append(parts[2])
    if len(names) < 2:
        msg = f"{len(names)} parties"
        raise InputError(msg, file=str(config), accepted="at least two")
    sheets = [_read_sheet(path / "scores_files" / f"{name}.txt") for name in names]
    shape = [len(row) for row in sheets[0][0]]
    for name, (scores, _) in zip(names, sheets, strict=True):
        if [len(row) for row in scores] != shape:
            msg = f"{[len(row) for row in scores]} values by issue"
            file = path / "scores_files" / f"{name}.txt"
            raise InputError(msg, file=str(file), accepted=f"{shape}, as in {names[0]}.txt")
    if not shape or len(shape) > len(string.ascii_uppercase):
        msg = f"{len(shape)} issues"
        raise InputError(msg, file=str(path), accepted="one to 26 issues")
    issues = tuple(
        Issue(letter, tuple(f"{letter}{value}" for value in range(1, count + 1)))
        for letter, count in zip(string.ascii_uppercase, shape, strict=False)
    )
    tables = tuple(np.array([scores[k] for scores, _ in sheets]).T for k in range(len(shape)))
    veto = tuple(name for name, role in zip(names, roles, strict=True) if role in _VETO_ROLES)
    return DiscreteGame(
        path.resolve().name,
        tuple(names),
        issues,
        tables,
        reserve=np.array([threshold for _, threshold in sheets]),
        rule=Acceptance(veto, len(names) - 1),
        titles=tuple(titles),
    )


def _read_sheet(path: Path) -> tuple[list[list[float]], float]:
    rows = [
        (number, line) for number, line in enumerate(read_text(path).splitlines(), start=1) if line.strip()
    ]
    if len(rows) < 2:
        msg = f"{len(rows)} lines"
        raise InputError(msg, file=str(path), accepted="a line of scores for each issue, then the threshold")
    scores = [
        [read_number(part.strip(), file=path, key="scores", line=number) for part in line.split(",")]
        for number, line in rows[:-1]
    ]
    number, last = rows[-1]
    return scores, read_number(last.strip(), file=path, key="threshold", line=number)
