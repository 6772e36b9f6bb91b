"""A game: who sits at the table, which clauses lie on it, and what each clause is worth to each party.

A clause is **off** (no value, no effect) or **on** with a value in ``[low, high]``. In draw *t* it gives
party *i* ``slope[t, i, c] * value + fixed[t, i, c]``. The *gain* of a party is the sum over the clauses
that are on, minus its disagreement payoff. Red lines bound gains, not payoffs.

>>> game = split_the_dollar(("A", "B"), 10.0)
>>> game.gains({"share of A": 4.0})
array([[4., 6.]])
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from comity.bargaining.clauses import Cap, Clause, Exclusion, Requirement
from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "Cap",
    "Clause",
    "Exclusion",
    "Game",
    "Requirement",
    "Solution",
    "split_the_dollar",
]

Array = npt.NDArray[np.float64]

TOLERANCE = 1e-7
"""How far, as a share of a party's largest possible gain, a red line may be missed by rounding (§6.9)."""


@dataclass(frozen=True, eq=False)
class Game:
    """Parties, clauses and payoff draws (§6.1). Arrays are copied and made read-only.

    Parameters
    ----------
    parties
        Names, unique.
    clauses
        What lies on the table.
    slope, fixed
        Shape (draws, parties, clauses): US$ million per year per unit of value, and per clause that is on.
    disagreement
        Shape (parties,) or (draws, parties): payoff without a deal, US$ million per year, as stated; never
        moved (§6.1).
    red_lines
        Shape (parties,): least acceptable gain over disagreement, US$ million per year.
    share
        Least share of draws, for each party by itself, in which its gain is at least red line + epsilon.
    epsilon
        What a party must at least gain above its red line, US$ million per year.
    weights
        Shape (parties,): bargaining weights, above 0.
    requires, excludes, caps
        Prerequisites, exclusions and limits. Plain pairs of keys are accepted for the first two.

    Raises
    ------
    comity.errors.InputError
        When names repeat or are unknown, shapes disagree or a number is not finite.
    """

    parties: tuple[str, ...]
    clauses: tuple[Clause, ...]
    slope: Array
    fixed: Array
    disagreement: Array | None = None
    red_lines: Array | None = None
    share: float = 1.0
    epsilon: float = 0.0
    weights: Array | None = None
    requires: tuple[Requirement | tuple[str, str], ...] = ()
    excludes: tuple[Exclusion | tuple[str, str], ...] = ()
    caps: tuple[Cap, ...] = ()

    def __post_init__(self) -> None:
        _check_names(self.parties, [c.key for c in self.clauses])
        for clause in self.clauses:
            for party in (clause.giver, clause.beneficiary):
                if party not in self.parties:
                    msg = f"unknown party '{party}'"
                    raise InputError(
                        msg,
                        key=f"clause {clause.key}",
                        accepted=", ".join(self.parties),
                    )
        count = len(self.parties)
        size = (count, len(self.clauses))
        for name in ("slope", "fixed"):
            array = _frozen(getattr(self, name), name)
            if array.ndim != 3 or array.shape[1:] != size or array.shape[0] == 0:
                msg = f"shape {array.shape}"
                raise InputError(msg, key=name, accepted=f"(draws, {size[0]}, {size[1]})")
            object.__setattr__(self, name, array)
        if self.slope.shape != self.fixed.shape:
            msg = "slope and fixed differ in shape"
            raise InputError(msg, key="fixed", accepted=f"{self.slope.shape}")
        for name, default in (("disagreement", 0.0), ("red_lines", 0.0), ("weights", 1.0)):
            given = getattr(self, name)
            array = _frozen(np.full(count, default) if given is None else given, name)
            by_draw = name == "disagreement" and array.shape == (self.draws, count)
            if array.shape != (count,) and not by_draw:
                msg = f"shape {array.shape}"
                raise InputError(msg, key=name, accepted=f"({count},)")
            object.__setattr__(self, name, array)
        if not np.all(self.weight > 0):
            msg = "a weight is not above 0"
            raise InputError(msg, key="weights", accepted="numbers above 0")
        if not 0 < self.share <= 1:
            msg = f"share {self.share}"
            raise InputError(msg, key="share", accepted="above 0, up to 1")
        if not (math.isfinite(self.epsilon) and self.epsilon >= 0):
            msg = f"epsilon {self.epsilon}"
            raise InputError(msg, key="epsilon", accepted="a finite number from 0")
        self._check_rules()

    def _check_rules(self) -> None:
        known = self.index
        object.__setattr__(self, "requires", tuple(Requirement(*pair) for pair in self.requires))
        object.__setattr__(self, "excludes", tuple(Exclusion(*pair) for pair in self.excludes))
        object.__setattr__(self, "caps", tuple(self.caps))
        named: list[tuple[tuple[str, ...], str]] = [(p[:2], "requires") for p in self.requires]
        named += [(p[:2], "excludes") for p in self.excludes]
        named += [(tuple(cap.coefficients), f"cap {cap.name}") for cap in self.caps]
        for keys, where in named:
            for key in keys:
                if key not in known:
                    msg = f"unknown clause '{key}'"
                    raise InputError(msg, key=where, accepted="the key of a clause")

    # -- sizes and views ----------------------------------------------------------------------------

    @property
    def draws(self) -> int:
        """How many payoff draws the game holds."""
        return int(self.slope.shape[0])

    @cached_property
    def index(self) -> dict[str, int]:
        """Column of each clause by key."""
        return {clause.key: c for c, clause in enumerate(self.clauses)}

    @property
    def no_deal(self) -> Array:
        """Disagreement payoffs, means over the draws; shape (parties,)."""
        assert self.disagreement is not None  # noqa: S101  (filled at construction)
        return self.disagreement if self.disagreement.ndim == 1 else self.disagreement.mean(axis=0)

    @cached_property
    def no_deal_draws(self) -> Array:
        """Disagreement payoffs draw by draw; shape (draws, parties)."""
        assert self.disagreement is not None  # noqa: S101  (filled at construction)
        return np.broadcast_to(self.disagreement, (self.draws, len(self.parties)))

    @property
    def floor(self) -> Array:
        """Least acceptable gain, red line + epsilon; shape (parties,)."""
        assert self.red_lines is not None  # noqa: S101  (filled at construction)
        return np.asarray(self.red_lines + self.epsilon)

    @property
    def weight(self) -> Array:
        """Bargaining weights, never None; shape (parties,)."""
        assert self.weights is not None  # noqa: S101  (filled at construction)
        return self.weights

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Prerequisites with their names."""
        return tuple(Requirement(*pair) for pair in self.requires)

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """Exclusions with their names."""
        return tuple(Exclusion(*pair) for pair in self.excludes)

    @property
    def needed(self) -> int:
        """In how many draws each party must reach its floor."""
        return max(1, math.ceil(self.share * self.draws - 1e-9))

    @cached_property
    def scale(self) -> Array:
        """Largest absolute gain that a party could meet in any draw (at least tiny); shape (parties,)."""
        ends = np.array([c.ends for c in self.clauses]).reshape(-1, 2)
        at = self.slope[..., None] * ends + self.fixed[..., None]
        reach = np.abs(at).max(axis=-1).sum(axis=-1).max(axis=0)
        scale = reach + np.abs(self.no_deal_draws).max(axis=0) + np.abs(self.floor)
        return np.where(scale > 0, scale, 1.0)

    @cached_property
    def scenario_mean(self) -> Game:
        """The same game with one draw: the mean of all."""
        return self.replace(
            slope=self.slope.mean(axis=0, keepdims=True),
            fixed=self.fixed.mean(axis=0, keepdims=True),
            disagreement=self.no_deal,
        )

    @property
    def discrete_outcomes(self) -> int | None:
        """How many combinations of clause values there are, before rules; None where one is continuous."""
        total = 1
        for clause in self.clauses:
            if clause.levels is None:
                return None
            total *= len(clause.levels) + 1
        return total

    # -- evaluation ---------------------------------------------------------------------------------

    def vectors(self, values: Mapping[str, float]) -> tuple[Array, Array]:
        """Values and on-marks as vectors over the clauses."""
        value, on = np.zeros(len(self.clauses)), np.zeros(len(self.clauses))
        for key, amount in values.items():
            if key not in self.index:
                msg = f"unknown clause '{key}'"
                raise InputError(msg, key="values", accepted="the key of a clause")
            value[self.index[key]] = amount
            on[self.index[key]] = 1.0
        return value, on

    def gains(self, values: Mapping[str, float]) -> Array:
        """Gain of each party over its disagreement payoff in each draw.

        Parameters
        ----------
        values
            Value by clause key, only for the clauses that are on.

        Returns
        -------
        ndarray
            Shape (draws, parties), US$ million per year.
        """
        value, on = self.vectors(values)
        return np.asarray(self.slope @ value + self.fixed @ on - self.no_deal_draws)

    def margins(self, gains: Array) -> Array:
        """Measure what each party gains above its red line in the required share of draws; shape (parties,).

        The smaller of the mean and the k-th largest of ``gain − red line``, with k the number of draws
        that the share demands: a net gainer gains on average as well as in enough draws.
        """
        assert self.red_lines is not None  # noqa: S101  (filled at construction)
        ordered = np.sort(gains - self.red_lines, axis=0)[::-1]
        return np.asarray(np.minimum(ordered[self.needed - 1], (gains - self.red_lines).mean(axis=0)))

    def rational(self, values: Mapping[str, float]) -> bool:
        """Say whether every party reaches its floor on average and in the required share of all draws."""
        short = self.margins(self.gains(values)) - self.epsilon
        return bool(np.all(short >= -TOLERANCE * self.scale))

    def breaches(self, values: Mapping[str, float]) -> tuple[str, ...]:
        """Rules of the table that a package breaks, in words: ranges, prerequisites, exclusions, caps."""
        found = [
            f"{key}: value {value:g} is not accepted"
            for key, value in values.items()
            if not self.clauses[self.index[key]].accepts(value)
        ]
        found += [
            f"{r.first} needs {r.second}"
            for r in self.requirements
            if r.first in values and r.second not in values
        ]
        found += [
            f"{e.first} excludes {e.second}"
            for e in self.exclusions
            if e.first in values and e.second in values
        ]
        for cap in self.caps:
            total = sum(
                coefficient * (values[key] if cap.on_values else 1.0)
                for key, coefficient in cap.coefficients.items()
                if key in values
            )
            if total > cap.upper + 1e-6 * max(1.0, abs(cap.upper)):
                found.append(f"cap {cap.name}: {total:g} is above {cap.upper:g}")
        return tuple(found)

    # -- variants -----------------------------------------------------------------------------------

    def replace(self, **changes: Any) -> Game:  # noqa: ANN401
        """Return a copy with some fields changed."""
        fields = {
            name: getattr(self, name)
            for name in (
                "parties", "clauses", "slope", "fixed", "disagreement", "red_lines", "share",
                "epsilon", "weights", "requires", "excludes", "caps",
            )
        }  # fmt: skip
        return Game(**{**fields, **changes})

    def restrict(self, clauses: Iterable[str]) -> Game:
        """Return the game with only these clauses on the table.

        A clause whose prerequisite is not among them leaves as well. Caps keep the rest of their sum.
        """
        keep = set(clauses)
        for key in keep:
            if key not in self.index:
                msg = f"unknown clause '{key}'"
                raise InputError(msg, key="restrict", accepted="the key of a clause")
        while lost := {r.first for r in self.requirements if r.first in keep and r.second not in keep}:
            keep -= lost
        columns = [c for c, clause in enumerate(self.clauses) if clause.key in keep]
        caps = []
        for cap in self.caps:
            rest = {k: v for k, v in cap.coefficients.items() if k in keep}
            if rest or cap.upper < 0:
                caps.append(Cap(rest, cap.upper, cap.on_values, cap.name))
        return self.replace(
            clauses=tuple(self.clauses[c] for c in columns),
            slope=self.slope[:, :, columns],
            fixed=self.fixed[:, :, columns],
            requires=tuple(r for r in self.requirements if r.first in keep),
            excludes=tuple(e for e in self.exclusions if e.first in keep and e.second in keep),
            caps=tuple(caps),
        )


@dataclass(frozen=True, eq=False)
class Solution:
    """A package, or the proof that there is none.

    >>> from comity.bargaining.solve import solve_nash
    >>> solution = solve_nash(split_the_dollar(("A", "B"), 10.0))
    >>> solution.status, solution.mean_gains.round(3)
    ('optimal', array([5., 5.]))

    Parameters
    ----------
    values
        Value by clause key, only for the clauses that are on; empty where ``status`` is ``infeasible``.
    gains
        Shape (draws, parties): gain over disagreement, US$ million per year, recomputed on all draws.
    objective, bound, gap
        What was maximised (recomputed), the proven upper bound, and their distance in the unit of the
        objective (nats for Nash); None where there is no package.
    method
        How it was solved, in words.
    status
        ``optimal`` (gap within what was asked), ``bounded`` (a node limit; the gap says how far), or
        ``infeasible`` (proven: no package keeps every red line).
    """

    values: Mapping[str, float]
    gains: Array
    objective: float | None
    bound: float | None
    gap: float | None
    method: str
    status: Literal["optimal", "bounded", "infeasible"]

    @property
    def found(self) -> bool:
        """True where there is a package."""
        return self.status != "infeasible"

    @property
    def mean_gains(self) -> Array:
        """Mean gain of each party over the draws; shape (parties,)."""
        return np.asarray(self.gains.mean(axis=0))


def split_the_dollar(parties: tuple[str, str], amount: float, **options: Any) -> Game:  # noqa: ANN401
    """Two parties divide an amount: the oldest bargaining game, with a closed-form solution.

    >>> split_the_dollar(("A", "B"), 1.0).clauses[0].high
    1.0
    """
    clause = Clause(f"share of {parties[0]}", parties[1], parties[0], 0.0, amount)
    slope = np.array([[[1.0], [-1.0]]])
    fixed = np.array([[[0.0], [amount]]])
    return Game(parties, (clause,), slope, fixed, **options)


def _frozen(value: npt.ArrayLike, name: str) -> Array:
    array = np.array(value, dtype=float)
    if not np.all(np.isfinite(array)):
        msg = "a number is missing or not finite"
        raise InputError(msg, key=name, accepted="finite numbers")
    array.setflags(write=False)
    return array


def _check_names(parties: tuple[str, ...], keys: list[str]) -> None:
    for names, what in ((list(parties), "party"), (keys, "clause")):
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            msg = f"{what} '{twice[0]}' appears twice"
            raise InputError(msg, accepted="unique names")
    if not parties:
        msg = "a game needs a party"
        raise InputError(msg, key="parties")
