"""A game over issues: one value is agreed for each issue, and utilities add up over the issues.

>>> game = DiscreteGame(
...     "orange", ("Ann", "Bob"), (Issue("peel", ("Ann", "Bob")), Issue("juice", ("Ann", "Bob"))),
...     tables=([[0.8, 0.0], [0.0, 0.3]], [[0.2, 0.0], [0.0, 0.7]]))
>>> game.outcomes, game.utilities([0, 1]).tolist()
(4, [0.8, 0.7])
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["TOLERANCE", "Acceptance", "DiscreteGame", "Issue"]

Array = npt.NDArray[np.float64]

TOLERANCE = 1e-12
"""Utilities of a party that differ by no more than this share of its scale count as equal."""


@dataclass(frozen=True, slots=True)
class Issue:
    """A question on the table and the values that can be agreed for it, in order."""

    name: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.values:
            msg = f"issue '{self.name}' has no value"
            raise InputError(msg, accepted="at least one value for each issue")
        if len(set(self.values)) != len(self.values):
            twice = next(v for v in self.values if self.values.count(v) > 1)
            msg = f"issue '{self.name}' has the value '{twice}' twice"
            raise InputError(msg, accepted="distinct values")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """When a deal passes: every veto player accepts it, and at least ``least`` parties do.

    A party accepts what gives it at least its reservation value.
    """

    veto: tuple[str, ...]
    least: int


@dataclass(frozen=True, eq=False)
class DiscreteGame:
    """Parties, issues and additive utilities (§6.9). Arrays are copied and made read-only.

    Parameters
    ----------
    name
        What the game is called.
    parties
        Names, unique.
    issues
        What is agreed, names unique.
    tables
        Per issue an array of shape (values, parties): what each value adds to each party's utility.
    reserve
        Shape (parties,): utility without a deal, as given, never moved; 0 unless told.
    rule
        When a deal passes, where the game says so; otherwise all must accept.
    titles
        Long names of the parties, in their order; the names unless told.
    notes
        What a reader of the results must know about how the game was read.

    Raises
    ------
    comity.errors.InputError
        When names repeat, shapes disagree or a number is not finite.
    """

    name: str
    parties: tuple[str, ...]
    issues: tuple[Issue, ...]
    tables: tuple[Array, ...]
    reserve: Array | None = None
    rule: Acceptance | None = None
    titles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for names, what in ((self.parties, "party"), (tuple(i.name for i in self.issues), "issue")):
            if not names:
                msg = f"game '{self.name}' has no {what}"
                raise InputError(msg, accepted="at least one")
            if len(set(names)) != len(names):
                twice = next(n for n in names if names.count(n) > 1)
                msg = f"{what} '{twice}' appears twice"
                raise InputError(msg, key=self.name, accepted="unique names")
        if len(self.tables) != len(self.issues):
            msg = f"{len(self.tables)} tables for {len(self.issues)} issues"
            raise InputError(msg, key=self.name, accepted="one table for each issue")
        tables = []
        for issue, given in zip(self.issues, self.tables, strict=True):
            table = _frozen(given, f"issue {issue.name}")
            if table.shape != (len(issue.values), len(self.parties)):
                msg = f"shape {table.shape}"
                raise InputError(
                    msg, key=f"issue {issue.name}", accepted=f"({len(issue.values)}, {len(self.parties)})"
                )
            tables.append(table)
        object.__setattr__(self, "tables", tuple(tables))
        reserve = _frozen(np.zeros(len(self.parties)) if self.reserve is None else self.reserve, "reserve")
        if reserve.shape != (len(self.parties),):
            msg = f"shape {reserve.shape}"
            raise InputError(msg, key="reserve", accepted=f"({len(self.parties)},)")
        object.__setattr__(self, "reserve", reserve)
        if not self.titles:
            object.__setattr__(self, "titles", self.parties)
        if self.rule is not None:
            for party in self.rule.veto:
                if party not in self.parties:
                    msg = f"unknown veto player '{party}'"
                    raise InputError(msg, key="rule", accepted=", ".join(self.parties))

    @property
    def no_deal(self) -> Array:
        """Reservation values, never None; shape (parties,)."""
        assert self.reserve is not None  # noqa: S101  (filled at construction)
        return self.reserve

    @property
    def outcomes(self) -> int:
        """How many combinations of values there are; exact, however many."""
        return math.prod(len(issue.values) for issue in self.issues)

    @cached_property
    def best(self) -> Array:
        """The most that each party could get if it alone chose; shape (parties,)."""
        return np.asarray(sum(table.max(axis=0) for table in self.tables))

    @cached_property
    def worst(self) -> Array:
        """The least that each party could get; shape (parties,)."""
        return np.asarray(sum(table.min(axis=0) for table in self.tables))

    @cached_property
    def slack(self) -> Array:
        """Differences up to this count as none; shape (parties,). :data:`TOLERANCE` of the party's scale."""
        reach = np.asarray(sum(np.abs(table).max(axis=0) for table in self.tables))
        reach = np.maximum(reach, np.abs(self.no_deal))
        return TOLERANCE * np.where(reach > 0, reach, 1.0)

    def utilities(self, choice: Sequence[int] | npt.NDArray[np.intp]) -> Array:
        """Add up what each party gets when issue ``k`` has value number ``choice[k]``; shape (parties,)."""
        return np.asarray(sum(table[v] for table, v in zip(self.tables, choice, strict=True)))

    def bid(self, choice: Sequence[int] | npt.NDArray[np.intp]) -> dict[str, str]:
        """Write a choice as value by issue."""
        return {issue.name: issue.values[int(v)] for issue, v in zip(self.issues, choice, strict=True)}

    def choice(self, bid: Mapping[str, str]) -> tuple[int, ...]:
        """Read a bid back as value numbers.

        Raises
        ------
        comity.errors.InputError
            When an issue has no value in the bid or one that is not on its list.
        """
        found = []
        for issue in self.issues:
            value = bid.get(issue.name)
            if value not in issue.values:
                msg = f"no value '{value}' for issue '{issue.name}'"
                raise InputError(msg, key="bid", accepted=", ".join(issue.values[:12]))
            found.append(issue.values.index(value))
        return tuple(found)

    def replace(self, **changes: Any) -> DiscreteGame:  # noqa: ANN401
        """Return a copy with some fields changed."""
        names = ("name", "parties", "issues", "tables", "reserve", "rule", "titles", "notes")
        return DiscreteGame(**{**{name: getattr(self, name) for name in names}, **changes})


def _frozen(value: npt.ArrayLike, name: str) -> Array:
    array = np.array(value, dtype=float)
    if not np.all(np.isfinite(array)):
        msg = "a number is missing or not finite"
        raise InputError(msg, key=name, accepted="finite numbers")
    array.setflags(write=False)
    return array
