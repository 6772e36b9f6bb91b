"""How far a package is from the frontier, and one improvement that hurts nobody (§6.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from comity.bargaining.game import Game, Solution
from comity.bargaining.table import Answer, Floor, Table
from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.bargaining.program import Solver

__all__ = ["Improvement", "improve_package"]

Array = npt.NDArray[np.float64]
MEANINGFUL = 1e-5
"""An improvement below this share of a party's scale is the solver's rounding, not an improvement."""


@dataclass(frozen=True, eq=False)
class Improvement:
    """A package in which nobody is worse off than in the one that was given.

    Parameters
    ----------
    solution
        The better package, or the given one where none is better; ``objective`` is what it adds.
    extra
        What each party gains in addition, on average, US$ million per year; never below zero.
    left_total, left_total_bound
        The most that could be added in sum with nobody worse off, and its proven bound: the distance to
        the frontier in money.
    left_each, left_each_bound
        The most that could be added for every party at once, and its proven bound.
    efficient
        True when it is proven that nothing worth mentioning can be added.
    breaches
        Rules of the table that the given package breaks; the better one breaks none.
    below
        Parties that the given package leaves below their red line.
    added, dropped, changed
        Clauses that come, go, and change their value.
    """

    solution: Solution
    extra: Mapping[str, float]
    left_total: float
    left_total_bound: float
    left_each: float
    left_each_bound: float
    efficient: bool
    breaches: tuple[str, ...]
    below: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    changed: tuple[str, ...]


def improve_package(
    game: Game,
    values: Mapping[str, float],
    *,
    aim: Literal["total", "each"] = "total",
    allowed: Iterable[str] | None = None,
    gap: float = 1e-6,
    solver: Solver = "auto",
) -> Improvement:
    """Look for a package that leaves every party at least as well off, and somebody better.

    Nobody is worse off on average, nor in the share of draws in which it keeps its red line now (or, where
    it does not, in the gain that it reaches in that share).

    Parameters
    ----------
    game
        The game.
    values
        The package that somebody proposes: value by clause key.
    aim
        Which improvement to show: ``total`` adds the most in sum, ``each`` the most for every party at once.
    allowed
        Clauses that the better package may use; all unless told.
    gap
        Accepted distance to the bound, as a share of the largest scale of a party.
    solver
        As in :func:`comity.bargaining.solve.solve_nash`.

    Examples
    --------
    >>> from comity.bargaining.game import Clause
    >>> swap = (Clause("x", "A", "B", 0, 1), Clause("y", "B", "A", 0, 1))
    >>> game = Game(("A", "B"), swap, [[[-1.0, 3.0], [3.0, -1.0]]], [[[0.0, 0.0]] * 2])
    >>> found = improve_package(game, {"x": 0.5, "y": 0.5})
    >>> found.efficient, round(found.left_total, 4), found.changed
    (False, 2.0, ('x', 'y'))
    >>> improve_package(game, {"x": 1.0, "y": 1.0}).efficient
    True
    """
    if aim not in ("total", "each"):
        msg = f"unknown aim '{aim}'"
        raise InputError(msg, key="aim", accepted="total, each")
    here_gains = game.gains(values)
    here, reach = here_gains.mean(axis=0), game.margins(here_gains)
    breaches = game.breaches(values)
    below = tuple(
        p for p, m, s in zip(game.parties, reach, game.scale, strict=True) if m < game.epsilon - 1e-7 * s
    )
    part = game if allowed is None else game.restrict(allowed)
    table = Table(part)
    size = float(game.scale.max())
    assert game.red_lines is not None  # noqa: S101  (filled at construction)
    floors = [Floor(i, float(v)) for i, v in enumerate(np.minimum(game.floor, reach + game.red_lines))]
    usable = not breaches and set(values) <= {c.key for c in part.clauses}
    starts = [dict(values)] if usable else []
    most, each = (_extend(table, here, size, floors, goal, gap, solver, starts) for goal in ("total", "each"))
    best = [a for a in ((most, each) if aim == "total" else (each, most)) if a.point is not None]
    least = MEANINGFUL * game.scale
    found: dict[str, float] | None = None
    for answer in best:
        candidate = table.values(answer.point) if answer.point is not None else {}
        extra = game.gains(candidate).mean(axis=0) - here
        if np.all(extra >= -least) and np.any(extra > least):
            found = candidate
            break
    bounds = [max(a.bound, 0.0) * size if a.status != "infeasible" else 0.0 for a in (most, each)]
    reached = [max(a.objective, 0.0) * size if a.point is not None else 0.0 for a in (most, each)]
    chosen = dict(values) if found is None else found
    gains = game.gains(chosen)
    extra = np.maximum(gains.mean(axis=0) - here, 0.0)
    goal, bound = (float(extra.sum()), bounds[0]) if aim == "total" else (float(extra.min()), bounds[1])
    method = f"largest {'sum of extra gains' if aim == 'total' else 'extra gain for each'}, {most.solver}"
    bound = max(bound, goal)
    status = "optimal" if bound - goal <= 10 * gap * size else "bounded"
    return Improvement(
        Solution(chosen, gains, goal, bound, bound - goal, method, status),  # type: ignore[arg-type]
        {p: float(v) for p, v in zip(game.parties, extra, strict=True)},
        reached[0],
        max(bounds[0], reached[0]),
        reached[1],
        max(bounds[1], reached[1]),
        found is None and bounds[0] <= float(least.max()) + 10 * gap * size,
        breaches,
        below,
        tuple(k for k in chosen if k not in values),
        tuple(k for k in values if k not in chosen),
        tuple(k for k in chosen if k in values and abs(chosen[k] - values[k]) > _step(game, k)),
    )


def _extend(
    table: Table,
    here: Array,
    size: float,
    floors: list[Floor],
    goal: str,
    gap: float,
    solver: Solver,
    starts: list[dict[str, float]],
) -> Answer:
    """Most that can be added, in sum or for each; in units of ``size``."""
    program, count = table.rules.copy(), len(here)
    level = program.column(0.0, 4.0 * count)
    total: dict[int, float] = {}
    base = 0.0
    for i in range(count):
        terms = {c: v / size for c, v in table.mean_terms(i).items()}
        least = float(here[i] + table.game.no_deal[i]) / size
        base += least
        for c, v in terms.items():
            total[c] = total.get(c, 0.0) + v
        if goal == "each":
            terms[level] = -1.0
        program.row(terms, lower=least - 1e-9)
    if goal == "total":
        total[level] = -1.0
        program.row(total, lower=base)
    program.objective = {level: 1.0}
    known = starts if goal == "total" else []
    return table.maximise(program, floors, gap=gap, solver=solver, starts=known)


def _step(game: Game, key: str) -> float:
    clause = game.clauses[game.index[key]]
    return max(clause.high - clause.low, 1e-12) / 1000
