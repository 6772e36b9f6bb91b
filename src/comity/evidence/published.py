"""Published experiments and observed episodes that the world model is set beside (§3.15).

The files are ``catalogue/targets.csv`` and ``catalogue/episodes.csv``. They state facts of others in our
words; ``columns.yaml`` says which columns are our own judgement: what counts as inside, and why a row
cannot be compared.

Who may import me: world and services. Start at :func:`read_targets` and :func:`read_episodes`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from comity.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Episode", "Target", "read_episodes", "read_targets"]

PACKED: Final = Path(__file__).parent / "catalogue"

Comparison = Literal["range", "order", "largest", "direction", "null", "none"]
COMPARISONS: Final[tuple[Comparison, ...]] = ("range", "order", "largest", "direction", "null", "none")


@dataclass(frozen=True, slots=True)
class Target:
    """One published number, and what counts as inside.

    ``low`` and ``high`` are the published result in ``unit``, ``accept_low`` and ``accept_high`` what counts
    as inside; None where the row is an order or cannot be compared.
    """

    row: str
    part: str
    publication: str
    quantity: str
    published: str
    low: float | None
    high: float | None
    unit: str
    accept_low: float | None
    accept_high: float | None
    source: str
    mark: str
    experiment: str
    compare: Comparison
    basis: str
    if_missed: str

    @property
    def key(self) -> str:
        """Row and part."""
        return f"{self.row}.{self.part}" if self.part else self.row


@dataclass(frozen=True, slots=True)
class Episode:
    """One observation of an episode; ``value`` is None for a date."""

    row: str
    episode: str
    corridor: str
    quantity: str
    period: str
    value: float | None
    unit: str
    source: str
    mark: str
    remark: str
    experiment: str
    compare: Comparison
    basis: str
    if_missed: str


def read_targets(path: Path | None = None) -> tuple[Target, ...]:
    """Read the published experiments.

    >>> {t.row for t in read_targets()} >= {"dms_bench", "clemens", "op_us"}
    True

    Raises
    ------
    EvidenceError
        A cell is not a number, or a comparison is unknown; names file and line.
    """
    return tuple(
        Target(
            row=row["row"],
            part=row["part"],
            publication=row["publication"],
            quantity=row["quantity"],
            published=row["published"],
            low=_number(row, "low", place),
            high=_number(row, "high", place),
            unit=row["unit"],
            accept_low=_number(row, "accept_low", place),
            accept_high=_number(row, "accept_high", place),
            source=row["source"],
            mark=row["mark"],
            experiment=row["experiment"],
            compare=_comparison(row, place),
            basis=row["basis"],
            if_missed=row["if_missed"],
        )
        for place, row in _rows(PACKED / "targets.csv" if path is None else path)
    )


def read_episodes(path: Path | None = None) -> tuple[Episode, ...]:
    """Read the observed episodes.

    >>> len({e.episode for e in read_episodes()})
    9

    Raises
    ------
    EvidenceError
        A cell is not a number, or a comparison is unknown; names file and line.
    """
    words = (
        "row", "episode", "corridor", "quantity", "period", "unit", "source", "mark", "remark", "experiment",
        "basis", "if_missed",
    )  # fmt: skip
    return tuple(
        Episode(
            **{name: row[name] for name in words},
            value=_number(row, "value", place),
            compare=_comparison(row, place),
        )
        for place, row in _rows(PACKED / "episodes.csv" if path is None else path)
    )


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        for row in reader:
            place = f"{path.name}:{reader.line_num}"
            if None in row or None in row.values():
                msg = f"{place}: not as many cells as columns"
                raise EvidenceError(msg)
            yield place, row


def _number(row: dict[str, str], name: str, place: str) -> float | None:
    if row[name] == "":
        return None
    try:
        return float(row[name])
    except ValueError:
        msg = f"{place}: {name}: {row[name]!r} is not a number"
        raise EvidenceError(msg) from None


def _comparison(row: dict[str, str], place: str) -> Comparison:
    for known in COMPARISONS:
        if row["compare"] == known:
            return known
    msg = f"{place}: compare: {row['compare']!r} is not one of {', '.join(COMPARISONS)}"
    raise EvidenceError(msg)
