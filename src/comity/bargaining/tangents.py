"""Logarithms from outside: tangents, the continuous relaxation, and HiGHS as a solver of the whole (§6.2).

A concave term lies below each of its tangents, so a linear program with tangents bounds the true one from
above (Kelley, 1960; Duran and Grossmann, 1986, with integers). Tangents are added at the points that the
linear program chose until bound and value meet.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, hstack, vstack

from comity.errors import SolveError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Relaxation",
    "Row",
    "log_bounds",
    "matrix",
    "quiet",
    "relax",
    "relax_linear",
    "relax_matrix",
    "solve_mixed",
    "tangent",
]

Array = npt.NDArray[np.float64]
Row = tuple[Array, Array, float, float]
FIRST_TANGENTS_LIMIT = 12
RELAXATION_ROUNDS = 40
_STDOUT = threading.Lock()


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The continuous relaxation: a point (None where the rows contradict), the bound, and the tangents used.

    ``reduced`` is what raising each column from its bound would cost, in the unit of the objective; 0 for
    columns between their bounds. ``tangents`` lists, per logarithm, where it was touched.
    """

    point: Array | None
    bound: float
    reduced: Array
    tangents: dict[int, list[float]]


def log_bounds(lower: float, upper: float) -> tuple[float, float]:
    """Bounds of the logarithm of a column, finite even where the column may reach 0."""
    return math.log(max(lower, 1e-12)), math.log(max(upper, 1e-12)) + 1e-6


def matrix(rows: list[Row], size: int) -> tuple[Any, Array, Array]:
    """Rows as a sparse matrix with their lower and upper sides."""
    counts = [len(r[0]) for r in rows]
    pointer = np.concatenate([[0], np.cumsum(counts)]).astype(int)
    columns = np.concatenate([r[0] for r in rows]).astype(int) if rows else np.zeros(0, int)
    values = np.concatenate([r[1] for r in rows]) if rows else np.zeros(0)
    table = csr_matrix((values, columns, pointer), shape=(len(rows), size))
    return table, np.array([r[2] for r in rows]), np.array([r[3] for r in rows])


def tangent(column: int, logarithm: int, at: float) -> Row:
    """Row ``log x ≤ log a + (x − a)/a`` for the column of x and the column that stands for its logarithm."""
    terms = np.array([logarithm, column], dtype=float)
    return terms, np.array([1.0, -1.0 / at]), -math.inf, math.log(at) - 1.0


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what compiled code prints off standard output (HiGHS has a line that no option silences).

    >>> with quiet():
    ...     _ = os.write(1, b"this is not seen")
    """
    with _STDOUT:
        try:
            sys.stdout.flush()
            kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        except (OSError, ValueError, AttributeError):  # no standard output to protect
            yield
            return
        os.dup2(nowhere, 1)
        try:
            yield
        finally:
            with contextlib.suppress(OSError, AttributeError, TypeError):
                ctypes.CDLL(None).fflush(None)
            os.dup2(kept, 1)
            os.close(kept)
            os.close(nowhere)


def relax_linear(
    cost: Array, rows: list[Row], bounds: tuple[Array, Array]
) -> tuple[Array, float, Array] | None:
    """Maximise a linear goal over continuous columns: point, value, reduced costs; None where infeasible.

    Raises
    ------
    comity.errors.SolveError
        When HiGHS gives neither an optimum nor a proof.
    """
    table, low, high = matrix(rows, len(cost))
    upper, lower = np.isfinite(high), np.isfinite(low)
    if not len(cost):
        holds = bool(np.all(low <= 1e-9) and np.all(high >= -1e-9))
        return (np.zeros(0), 0.0, np.zeros(0)) if holds else None
    result = linprog(
        -cost,
        A_ub=vstack([table[upper], -table[lower]]) if table.shape[0] else None,
        b_ub=np.concatenate([high[upper], -low[lower]]) if table.shape[0] else None,
        bounds=np.column_stack(bounds),
        method="highs",
    )
    if result.status == 2:
        return None
    if result.status != 0:
        msg = f"HiGHS: {result.message}"
        raise SolveError(msg)
    return result.x, -float(result.fun), np.abs(result.lower.marginals) + np.abs(result.upper.marginals)


def relax_matrix(
    cost: Array,
    rules: list[tuple[Any, Array]],
    dense: tuple[Array, Array],
    bounds: tuple[Array, Array],
) -> float | None:
    """Largest value of a linear goal, for many programs that share their rules.

    ``rules`` hold for all columns but the last one (sparse, upper sides); ``dense`` for all of them.
    """
    parts = [hstack([part, csr_matrix((part.shape[0], 1))]) for part, _ in rules if part.shape[0]]
    sides = [side for part, side in rules if part.shape[0]]
    result = linprog(
        -cost,
        A_ub=vstack([*parts, csr_matrix(dense[0])]).tocsr(),
        b_ub=np.concatenate([*sides, dense[1]]),
        bounds=np.column_stack(bounds),
        method="highs",
    )
    if result.status == 2:
        return None
    if result.status != 0:
        msg = f"HiGHS: {result.message}"
        raise SolveError(msg)
    return -float(result.fun)


@dataclass(eq=False)
class _Outer:
    """The program with one column more for each logarithm, and the tangents so far."""

    cost: Array
    rows: list[Row]
    bounds: tuple[Array, Array]
    columns: list[int]
    size: int
    tangents: dict[int, list[float]]

    def touch(self, k: int, at: float) -> None:
        column = self.columns[k]
        # a second row at the same point says nothing new and upsets the solver
        if any(math.isclose(at, known, rel_tol=1e-9) for known in self.tangents[column]):
            return
        self.tangents[column].append(at)
        self.rows.append(tangent(column, self.size + k, at))

    def touch_all(self, point: Array) -> None:
        for k, column in enumerate(self.columns):
            self.touch(k, max(float(point[column]), math.exp(float(self.bounds[0][self.size + k]))))

    def value(self, point: Array) -> float:
        total = float(self.cost[: self.size] @ point)
        for k, column in enumerate(self.columns):
            least = math.exp(float(self.bounds[0][self.size + k]))
            total += float(self.cost[self.size + k]) * math.log(max(float(point[column]), least))
        return total


def _outer(
    objective: dict[int, float],
    logarithms: dict[int, float],
    rows: list[Row],
    bounds: tuple[Array, Array],
    tangents: dict[int, list[float]] | None = None,
) -> _Outer:
    size, columns = len(bounds[0]), sorted(logarithms)
    cost = np.zeros(size + len(columns))
    for c, value in objective.items():
        cost[c] = value
    cost[size:] = [logarithms[c] for c in columns]
    ends = [log_bounds(float(bounds[0][c]), float(bounds[1][c])) for c in columns]
    low = np.concatenate([bounds[0], [e[0] for e in ends]])
    high = np.concatenate([bounds[1], [e[1] for e in ends]])
    outer = _Outer(cost, list(rows), (low, high), columns, size, {c: [] for c in columns})
    for k, c in enumerate(columns):
        first = max(float(bounds[0][c]), math.exp(ends[k][0]))
        last = max(float(bounds[1][c]), first)
        known = None if tangents is None else tangents.get(c)
        for at in known or np.geomspace(first, last, FIRST_TANGENTS_LIMIT):
            outer.touch(k, float(at))
    return outer


def relax(
    objective: dict[int, float],
    logarithms: dict[int, float],
    rows: list[Row],
    bounds: tuple[Array, Array],
    gap: float,
) -> Relaxation:
    """Maximise ``objective · x + Σ weight · log(x_column)`` with every column continuous.

    >>> box = (np.array([0.0, 1e-6]), np.array([1.0, 1.0]))
    >>> budget = (np.array([0.0, 1.0]), np.array([1.0, 1.0]), -math.inf, 1.0)
    >>> found = relax({0: 1.0}, {1: 0.5}, [budget], box, 1e-7)
    >>> found.point.round(3)
    array([0.5, 0.5])
    """
    outer = _outer(objective, logarithms, rows, bounds)
    best, reach, at, reduced = -math.inf, math.inf, None, np.zeros(outer.size)
    for _ in range(RELAXATION_ROUNDS):
        found = relax_linear(outer.cost, outer.rows, outer.bounds)
        if found is None:
            return Relaxation(None, -math.inf, np.zeros(outer.size), outer.tangents)
        point, value = found[0][: outer.size], outer.value(found[0][: outer.size])
        reach = min(reach, found[1])
        at, reduced, best = point, found[2][: outer.size], max(best, value)
        if reach - best <= gap:
            break
        outer.touch_all(point)
    # Tangents far from the optimum only burden what comes after: keep those near it, and the ends.
    near = {}
    for c, points in outer.tangents.items():
        here = float(at[c]) if at is not None else points[-1]
        ordered = sorted(set(points), key=lambda a: abs(math.log(a / max(here, 1e-12))))
        near[c] = sorted({*ordered[:FIRST_TANGENTS_LIMIT], min(points), max(points)})
    return Relaxation(at, reach, reduced, near)


def solve_mixed(
    objective: dict[int, float],
    logarithms: dict[int, float],
    rows: list[Row],
    bounds: tuple[Array, Array],
    integer: list[bool],
    *,
    gap: float,
    nodes: int,
    rounds: int,
    tangents: dict[int, list[float]] | None = None,
    reach: float = math.inf,
) -> tuple[Array, float, float] | None:
    """Solve the whole program by HiGHS: point, value and proven bound; None where there is no point.

    Each round solves the mixed-integer program with the tangents so far and touches the logarithms at its
    answer. HiGHS keeps rows to about 1e-6, so that the last of a very small gap may stay open; the bound
    says how far.
    """
    outer = _outer(objective, logarithms, rows, bounds, tangents)
    whole = np.array([*map(int, integer), *(0 for _ in outer.columns)])
    best: tuple[float, Array] | None = None
    ask = gap / 2 if outer.columns else gap
    for _ in range(rounds):
        found = _mixed(
            outer, whole, ask / max(1.0, abs(reach) if math.isfinite(reach) else _size(outer)), nodes
        )
        if found is None:
            return None
        full, bound, finished = found
        point = np.clip(full[: outer.size], *bounds)
        point = np.where(integer, np.round(point), point)
        value = outer.value(point)
        reach = min(reach, bound)
        stuck = best is not None and value <= best[0] + gap / 100
        if best is None or value > best[0]:
            best = (value, point)
        if not outer.columns or reach - best[0] <= gap or not finished:
            break
        if stuck:
            ask /= 4
        outer.touch_all(point)
    assert best is not None  # noqa: S101  (at least one round ran)
    return best[1], best[0], max(reach, best[0])


def _size(outer: _Outer) -> float:
    ends = np.maximum(np.abs(outer.bounds[0]), np.abs(outer.bounds[1]))
    return float(np.abs(outer.cost) @ ends)


def _mixed(
    outer: _Outer, whole: npt.NDArray[np.int64], gap: float, nodes: int
) -> tuple[Array, float, bool] | None:
    table, low, high = matrix(outer.rows, len(outer.cost))
    for presolve in (True, False):
        with quiet():
            result = milp(
                -outer.cost,
                constraints=LinearConstraint(table, low, high) if outer.rows else None,
                bounds=Bounds(*outer.bounds),
                integrality=whole,
                # HiGHS offers a relative gap here only; the absolute one is checked by the caller
                options={
                    "mip_rel_gap": min(gap, 1e-3),
                    "node_limit": nodes,
                    "presolve": presolve,
                    "disp": False,
                },
            )
        # status 4: its own presolve led it astray; once more without
        if result.status != 4:
            break
    if result.status == 2:
        return None
    if result.x is None or result.status not in (0, 1):
        msg = f"HiGHS stopped without an answer: {result.message}"
        raise SolveError(msg)
    bound = -float(result.mip_dual_bound if result.mip_dual_bound is not None else result.fun)
    return result.x, bound, result.status == 0
