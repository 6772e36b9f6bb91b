"""What lies on the table: clauses and the rules between them (§6.1).

Who may import me: the bargaining room; services import these names from :mod:`comity.bargaining`.
Start at :class:`Clause`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KINDS", "Cap", "Clause", "Exclusion", "Kind", "Requirement"]

Kind = Literal["continuous", "stepped", "binary"]
KINDS: tuple[Kind, ...] = ("continuous", "stepped", "binary")


@dataclass(frozen=True, slots=True)
class Clause:
    """One commitment that may enter a package.

    Parameters
    ----------
    key
        Unique name within the game.
    giver, beneficiary
        Parties: who does it, who gets it (the same party for a measure at home).
    low, high
        Value when on. ``low`` may be above 0 (semicontinuous). A binary clause that is on has value ``high``.
    step
        Distance between the values of a stepped clause, counted from ``low``.
    kind
        ``continuous``, ``stepped`` or ``binary``.
    area, linked, group
        Area of the catalogue; True outside the migration areas (§6.4); instrument code.
    ministries
        Veto players that must consent, each as ``"PARTY:ministry"``.
    unit
        Of the value, in words; only for what is said about it.

    Examples
    --------
    >>> Clause("visas", "ESP", "MAR", 1000, 3500, step=1000, kind="stepped").levels
    (1000.0, 2000.0, 3000.0)
    """

    key: str
    giver: str
    beneficiary: str
    low: float
    high: float
    step: float | None = None
    kind: Kind = "continuous"
    area: str = ""
    linked: bool = False
    group: str = ""
    ministries: tuple[str, ...] = ()
    unit: str = ""

    def __post_init__(self) -> None:
        where = f"clause {self.key}"
        if not self.key:
            msg = "a clause needs a key"
            raise InputError(msg)
        if self.kind not in KINDS:
            msg = f"unknown kind '{self.kind}'"
            raise InputError(msg, key=where, accepted=", ".join(KINDS))
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            msg = f"range {self.low} to {self.high}"
            raise InputError(msg, key=where, accepted="finite numbers with low <= high")
        if self.kind == "stepped" and not (
            self.step is not None and math.isfinite(self.step) and self.step > 0
        ):
            msg = f"step {self.step}"
            raise InputError(msg, key=where, accepted="a step above 0 for a stepped clause")

    @property
    def levels(self) -> tuple[float, ...] | None:
        """The values that the clause may take when on; None where it is continuous (and not one point)."""
        if self.kind == "binary":
            return (float(self.high),)
        if self.kind == "stepped" and self.step is not None:
            count = self.steps
            return tuple(float(self.low + k * self.step) for k in range(count + 1))
        return (float(self.low),) if self.low == self.high else None

    @property
    def steps(self) -> int:
        """How many whole steps fit between low and high (0 unless stepped)."""
        if self.kind != "stepped" or self.step is None:
            return 0
        return math.floor((self.high - self.low) / self.step + 1e-9)

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest value that the clause can take when on."""
        levels = self.levels
        return (float(self.low), float(self.high)) if levels is None else (levels[0], levels[-1])

    def accepts(self, value: float, tolerance: float = 1e-6) -> bool:
        """Say whether the clause can be on at this value (within a share of its range)."""
        slack = tolerance * max(1.0, abs(self.low), abs(self.high))
        levels = self.levels
        if levels is None:
            return self.low - slack <= value <= self.high + slack
        return any(abs(value - level) <= slack for level in levels)


class Requirement(NamedTuple):
    """The first clause may be on only when the second one is (a prerequisite or a principle)."""

    first: str
    second: str
    name: str = ""


class Exclusion(NamedTuple):
    """The two clauses may not both be on."""

    first: str
    second: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Cap:
    """A linear limit: the sum of coefficient times value is at most ``upper``.

    With ``on_values=False`` it counts clauses that are on instead of their values, which also writes
    principles: ``Cap({"quota": 1, "rights": -1, "pensions": -1}, 0, on_values=False)`` says that a
    quota needs at least one of the two others.
    """

    coefficients: Mapping[str, float]
    upper: float
    on_values: bool = True
    name: str = ""

    def __post_init__(self) -> None:
        if not math.isfinite(self.upper) or not all(map(math.isfinite, self.coefficients.values())):
            msg = "a cap must be finite"
            raise InputError(msg, key=f"cap {self.name}")
