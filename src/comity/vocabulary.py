"""The nouns that every room shares.

A role (origin, transit, destination) belongs to a :class:`Corridor`, never to a :class:`Country` (E47).
A value never travels bare: a :class:`Figure` carries its unit, its source class and a reference that
``comity evidence trace`` can follow.

Who may import me: every room. Start at :class:`Figure` and :class:`Provision`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "MIGRATION_AREAS",
    "Area",
    "Corridor",
    "Country",
    "Figure",
    "Instrument",
    "Package",
    "Parameter",
    "Party",
    "Provision",
    "Range",
    "Skill",
    "SourceClass",
    "Status",
]


class SourceClass(StrEnum):
    """Where a figure comes from (§5.2). ``UNVALUED`` is never silently zero."""

    MODELLED = "modelled"
    ESTIMATED = "estimated"
    ELICITED = "elicited"
    EVIDENCE = "evidence"
    UNVALUED = "unvalued"


class Status(StrEnum):
    """How well a parameter is known (§2.4)."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    ASSUMED = "assumed"
    CONTESTED = "contested"


class Skill(StrEnum):
    """Skill s of §3: high is post-secondary education, low is all else."""

    LOW = "low"
    HIGH = "high"


class Area(StrEnum):
    """Issue area of an instrument, as in the catalogue; a, b, c are the three migration areas (E20-E22)."""

    RIGHTS_WELFARE = "a_rights_welfare"
    PREVENTION_ENFORCEMENT = "b_prevention_enforcement"
    LEGAL_ENTRY = "c_legal_entry"
    SKILLS = "d_skills"
    REMITTANCES = "d_remittances"
    TRADE = "d_trade"
    INVESTMENT_DEVELOPMENT = "d_investment_development"
    HEALTH = "d_health"
    ENVIRONMENT_CLIMATE = "d_environment_climate"
    SECURITY_HUMAN_RIGHTS = "d_security_human_rights"
    GOVERNANCE_PROCESS = "g_governance_process"

    @property
    def is_migration(self) -> bool:
        """True for the areas a, b and c; the others are linked areas (§6.4)."""
        return self in MIGRATION_AREAS


MIGRATION_AREAS: frozenset[Area] = frozenset(
    {Area.RIGHTS_WELFARE, Area.PREVENTION_ENFORCEMENT, Area.LEGAL_ENTRY}
)


@dataclass(frozen=True, slots=True)
class Range:
    """A quantity as low, mid and high; ``low <= mid <= high``, all finite.

    >>> Range.of([3.0, 1.0, 2.0], quantiles=(0.0, 0.5, 1.0))
    Range(low=1.0, mid=2.0, high=3.0)
    >>> Range(1, 2, 3) + Range(1, 1, 1)
    Range(low=2, mid=3, high=4)
    """

    low: float
    mid: float
    high: float

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.low, self.mid, self.high))):
            msg = f"a range must be finite: {self.low}, {self.mid}, {self.high}"
            raise ValueError(msg)
        if not self.low <= self.mid <= self.high:
            msg = f"a range must be ordered low <= mid <= high: {self.low}, {self.mid}, {self.high}"
            raise ValueError(msg)

    @classmethod
    def of(cls, draws: Iterable[float], quantiles: tuple[float, float, float] = (0.05, 0.5, 0.95)) -> Self:
        """Summarise draws by three quantiles (5 %, 50 % and 95 % unless told)."""
        low, mid, high = np.quantile(np.fromiter(draws, dtype=float), quantiles)
        return cls(float(low), float(mid), float(high))

    @classmethod
    def point(cls, value: float) -> Self:
        """Make a range of no width, for a value that is exact by definition."""
        return cls(value, value, value)

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.mid + other.mid, self.high + other.high)

    def scaled(self, factor: float) -> Range:
        """Multiply by a factor; a negative factor turns the ends around.

        >>> Range(1, 2, 3).scaled(-1)
        Range(low=-3, mid=-2, high=-1)
        """
        ends = (self.low * factor, self.high * factor)
        return Range(min(ends), self.mid * factor, max(ends))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as a reader meets it: value, unit, source class and a reference that can be traced.

    ``reference`` is one of ``evidence:TABLE[key=value,…]``, ``parameter:DOTTED.NAME``,
    ``round:KEY.PATH`` (the user's round file) or ``model:SECTION`` with inputs after a bar.

    >>> Figure(12.0, "persons", SourceClass.EVIDENCE, "evidence:migrant_stock[origin=MAR]").value
    12.0
    """

    value: float | Range | None
    unit: str
    source: SourceClass
    reference: str

    def __post_init__(self) -> None:
        if not self.reference:
            msg = "a figure needs a reference"
            raise ValueError(msg)
        if (self.value is None) != (self.source is SourceClass.UNVALUED):
            msg = "a figure has no value exactly when it is unvalued"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Country:
    """An economy of the evidence pack, by ISO 3166-1 alpha-3 code."""

    iso3: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Corridor:
    """A directed pair; here, and only here, is one country the origin and the other the destination."""

    origin: str
    destination: str

    def __str__(self) -> str:
        return f"{self.origin}→{self.destination}"


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the table: a country, or a named bloc of member countries."""

    code: str
    name: str
    members: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.members:
            msg = f"party {self.code} has no members"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number a provision carries: name, unit and the bounds that the catalogue accepts."""

    name: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Instrument:
    """A kind of commitment from the catalogue (§2.5).

    ``parameters[0]`` is the number that a clause varies. ``ministry_giver`` and ``ministry_beneficiary``
    name the ministry (see the ministries catalogue) that must consent on each side.
    ``action`` names the world-model action that values it, or is empty (elicited or unvalued, §5.2).
    ``title`` is what a negotiator would call it; ``name`` is the short key of the catalogue.

    >>> from comity.evidence import Catalogue
    >>> quota = Catalogue.load().instruments["LE02"]
    >>> quota.parameter.unit, quota.area.is_migration, quota.action
    ('persons per year', True, 'entry_places')
    """

    code: str
    area: Area
    name: str
    definition: str
    parameters: tuple[Parameter, ...]
    typical: str
    giver_role: str
    gainers: tuple[str, ...]
    source: str
    ministry_giver: str
    ministry_beneficiary: str
    action: str = ""
    gcm: tuple[str, ...] = ()
    mita: str = ""
    ilo: tuple[str, ...] = ()
    title: str = ""

    @property
    def parameter(self) -> Parameter:
        """The number that a clause varies."""
        return self.parameters[0]


@dataclass(frozen=True, slots=True)
class Provision:
    """A commitment at a value: the giver does it, the beneficiary gets it.

    ``terms`` holds what else the provision fixes, such as ``skill`` or ``max_stay``.
    """

    instrument: str
    giver: str
    beneficiary: str
    value: float
    unit: str
    key: str = ""
    terms: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Package:
    """Provisions that stand or fall together."""

    name: str
    provisions: tuple[Provision, ...]
