"""One country's net benefit as data (E62): columns by circle of cooperation, and what decides them.

Money is US$ million of the baseline year per year. A worth is its mean over the draws, so that lines,
ministries and groups add up to the total, with the 5th and 95th percentile beside it.

Who may import me: services and doors. Start at :class:`Benefit`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from comity.services.result import Result
from comity.units import USD_MILLION_YEAR
from comity.vocabulary import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from comity.reports.document import Document
    from comity.services.deal_result import Assumption, UsedTable

__all__ = [
    "Benefit",
    "BenefitColumn",
    "BreakEven",
    "Control",
    "InputSwing",
    "Line",
    "Worth",
]


@dataclass(frozen=True, slots=True)
class Worth:
    """A worth over the draws: mean, 5th and 95th percentile, at central values, and how often above zero.

    >>> Worth.of(np.array([1.0, 3.0]), 2.5).mean
    2.0
    """

    low: float
    mean: float
    high: float
    central: float
    share_positive: float

    @classmethod
    def of(cls, draws: NDArray[np.float64], central: float) -> Self:
        """Summarise one worth by draw."""
        span, mean = Range.of(draws), float(draws.mean())
        often = float((draws > 0).mean())
        return cls(min(span.low, mean), mean, max(span.high, mean), float(central), often)

    @property
    def range(self) -> Range:
        """Low, mean and high."""
        return Range(self.low, self.mean, self.high)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a column; ``weight`` is how much it counts, ``group`` on whom it falls.

    ``source`` is modelled or elicited, ``reference`` can be traced.
    """

    name: str
    label: str
    group: str
    ministry: str
    weight: float
    worth: Worth
    source: str
    reference: str


@dataclass(frozen=True, slots=True)
class BenefitColumn:
    """One circle of cooperation: lines (unweighted), and weighted sums by ministry, group and in all."""

    key: str
    title: str
    meaning: str
    lines: tuple[Line, ...]
    ministries: Mapping[str, Worth]
    groups: Mapping[str, Worth]
    total: Worth


@dataclass(frozen=True, slots=True)
class InputSwing:
    """One input at the ends of its range, all others at their central value; US$ million per year.

    ``drawn`` says whether the input varies in the draws; one that does not is held at its central value
    there, because studies disagree on whether the effect exists. ``turns`` says whether an end changes
    the sign.
    """

    name: str
    label: str
    status: str
    unit: str
    low: float
    high: float
    at_low: float
    at_high: float
    base: float
    drawn: bool

    @property
    def swing(self) -> float:
        """How far the net benefit moves between the ends."""
        return abs(self.at_high - self.at_low)

    @property
    def turns(self) -> bool:
        """Whether the net benefit changes its sign somewhere between the ends."""
        ends = (self.at_low, self.base, self.at_high)
        return min(ends) < 0 < max(ends)


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where one clause brings one party to its red line, the other clauses as in the package.

    ``at`` holds every value within the range at which the party's gain equals its red line; empty: never.
    ``value`` is the package's, ``gain_low`` and ``gain_high`` the gains at the ends of the range (None: the
    model refuses that end, with the reason in ``note``), against the party's no-deal.
    """

    party: str
    clause: str
    unit: str
    low: float
    high: float
    value: float
    red_line: float
    gain: float
    gain_low: float | None
    gain_high: float | None
    at: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """Something that stays in the country's own hands, or a means to keep it there that the package lacks.

    ``kind`` is cap, limit, rule, money, exit, missing or untouched.
    """

    kind: str
    clause: str
    text: str
    value: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Benefit(Result):
    """The answer of ``comity benefit``."""

    country: str
    name: str
    case: str
    case_title: str
    case_source: str
    party: str | None
    headline: str
    columns: tuple[BenefitColumn, ...]
    partners: tuple[BenefitColumn, ...]
    horizon: str
    horizon_years: float
    horizons: Mapping[str, Mapping[str, float]]
    tornado: tuple[InputSwing, ...]
    other_turns: tuple[InputSwing, ...]
    inputs: int
    break_even: tuple[BreakEven, ...]
    red_line: float
    control: tuple[Control, ...]
    weights: Mapping[str, float]
    unvalued: tuple[str, ...]
    notes: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
    imputed: tuple[str, ...]
    evidence: tuple[UsedTable, ...]
    names: Mapping[str, str]
    titles: Mapping[str, str]
    ministries: Mapping[str, str]
    command: str
    seed: int
    draws: int
    versions: Mapping[str, str]

    def column(self, key: str) -> BenefitColumn:
        """Return the column of a key such as ``regional`` or ``bilateral:MAR``."""
        return {column.key: column for column in (*self.columns, *self.partners)}[key]

    def __repr__(self) -> str:
        total = self.column(self.headline).total
        return (
            f"Benefit({self.country}, {self.case}: {total.mean:,.0f} ({total.low:,.0f} to {total.high:,.0f}))"
        )

    def document(self, *, brief: bool = False) -> Document:
        """Readable form; ``brief`` keeps what fits a few screens of a terminal."""
        from comity.services.benefit_document import write_document  # noqa: PLC0415  (the two need each other)

        return write_document(self, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "country": self.country,
            "name": self.name,
            "case": {"name": self.case, "title": self.case_title, "source": self.case_source},
            "party": self.party,
            "headline": self.headline,
            "unit": USD_MILLION_YEAR,
            "horizon": {"name": self.horizon, "years": self.horizon_years},
            "columns": [_column(column) for column in self.columns],
            "partners": [_column(column) for column in self.partners],
            "horizons": {name: dict(totals) for name, totals in self.horizons.items()},
            "tornado": [_swing(item) for item in self.tornado],
            "other_inputs_that_turn_the_sign": [_swing(item) for item in self.other_turns],
            "inputs_tried": self.inputs,
            "red_line": self.red_line,
            "break_even": [asdict(item) for item in self.break_even],
            "control": [asdict(item) for item in self.control],
            "weights": dict(self.weights),
            "unvalued": list(self.unvalued),
            "notes": list(self.notes),
            "assumptions": [asdict(item) for item in self.assumptions],
            "imputed": list(self.imputed),
            "evidence": [asdict(item) for item in self.evidence],
            "seed": self.seed,
            "draws": self.draws,
            "versions": dict(self.versions),
        }


def _column(column: BenefitColumn) -> dict[str, Any]:
    return {
        "key": column.key,
        "title": column.title,
        "meaning": column.meaning,
        "total": asdict(column.total),
        "lines": [asdict(line) for line in column.lines],
        "ministries": {name: asdict(worth) for name, worth in column.ministries.items()},
        "groups": {name: asdict(worth) for name, worth in column.groups.items()},
    }


def _swing(item: InputSwing) -> dict[str, Any]:
    return {**asdict(item), "swing": item.swing, "turns_the_sign": item.turns}


def add_up(lines: Iterable[tuple[str, float, NDArray[np.float64], float]]) -> dict[str, Worth]:
    """Sum weighted lines under a name: (name, weight, draws, central) → worth by name."""
    drawn: dict[str, NDArray[np.float64]] = {}
    central: dict[str, float] = {}
    for name, weight, draws, middle in lines:
        drawn[name] = drawn.get(name, np.zeros_like(draws)) + weight * draws
        central[name] = central.get(name, 0.0) + weight * middle
    return {name: Worth.of(drawn[name], central[name]) for name in drawn}
