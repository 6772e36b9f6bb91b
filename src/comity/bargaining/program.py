"""A mixed-integer program with logarithms, and the two solvers that take it.

SCIP handles the logarithm natively; HiGHS (through SciPy) approximates it from outside by tangents that
are added until the proven gap closes (Duran and Grossmann, 1986). Both maximise, both run on one thread
with node and gap limits instead of a clock, so that equal input gives equal output.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, vstack

from comity.errors import SolveError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Outcome", "Program", "Solver", "Status"]

Array = npt.NDArray[np.float64]
Solver = Literal["auto", "scip", "highs"]
Status = Literal["optimal", "bounded", "infeasible"]

NODE_LIMIT = 200_000
FEASIBILITY = 1e-7
TANGENT_ROUNDS = 25


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a solver proved: a point (None where there is none), its objective and the upper bound."""

    point: Array | None
    objective: float
    bound: float
    status: Status
    solver: str


@dataclass
class Program:
    """Maximise ``objective · x + Σ weight · log(x_column)`` under linear rows and bounds.

    >>> p = Program()
    >>> x, y = p.column(0, 1), p.column(0, 1, integer=True)
    >>> p.row({x: 1, y: 1}, upper=1.5)
    >>> p.objective = {x: 1, y: 2}
    >>> p.solve().objective
    2.5
    """

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    rows: list[tuple[Array, Array, float, float]] = field(default_factory=list)
    objective: dict[int, float] = field(default_factory=dict)
    logarithms: dict[int, float] = field(default_factory=dict)

    def column(self, lower: float, upper: float, *, integer: bool = False) -> int:
        """Add a variable; return its number."""
        self.lower.append(lower)
        self.upper.append(upper)
        self.integer.append(integer)
        return len(self.lower) - 1

    def row(self, terms: Mapping[int, float], *, lower: float = -math.inf, upper: float = math.inf) -> None:
        """Add ``lower <= terms · x <= upper``."""
        columns = np.fromiter(terms.keys(), dtype=float, count=len(terms))
        values = np.fromiter(terms.values(), dtype=float, count=len(terms))
        self.rows.append((columns, values, lower, upper))

    def copy(self) -> Program:
        """Return an independent copy."""
        return Program(
            list(self.lower),
            list(self.upper),
            list(self.integer),
            list(self.rows),
            dict(self.objective),
            dict(self.logarithms),
        )

    # -- solving ------------------------------------------------------------------------------------

    def solve(
        self,
        *,
        gap: float = 1e-7,
        solver: Solver = "auto",
        nodes: int = NODE_LIMIT,
        beat: float | None = None,
    ) -> Outcome:
        """Maximise; ``gap`` is absolute, in the unit of the objective.

        ``auto`` means SCIP, and HiGHS where SCIP is not installed or fails. With ``beat`` only points
        whose objective is above it are looked for; a node limit may then leave no point, only a bound.

        Raises
        ------
        comity.errors.SolveError
            When no solver returns a point with a bound, or a proof that there is none.
        """
        if solver == "highs":
            return self._solve_highs(gap, nodes)
        try:
            return self._solve_scip(gap, nodes, beat)
        except (ImportError, SolveError):
            if solver == "scip":
                raise
            return self._solve_highs(gap, nodes)

    def _solve_scip(self, gap: float, nodes: int, beat: float | None) -> Outcome:
        from pyscipopt import Model, log, quicksum  # noqa: PLC0415  (optional: HiGHS stands in)

        model = Model()
        model.hideOutput()
        for name, value in (
            ("numerics/feastol", FEASIBILITY),
            ("numerics/dualfeastol", FEASIBILITY),
            ("limits/absgap", gap),
            ("limits/totalnodes", nodes),
            # small dense programs: long rounds of cuts at the root cost seconds and prove nothing more
            ("separating/maxroundsroot", 5),
            ("separating/maxrounds", 1),
            ("parallel/maxnthreads", 1),
            ("lp/threads", 1),
        ):
            model.setParam(name, value)
        x = [
            model.addVar(vtype="I" if whole else "C", lb=low, ub=high)
            for low, high, whole in zip(self.lower, self.upper, self.integer, strict=True)
        ]
        for columns, values, low, high in self.rows:
            total = quicksum(float(v) * x[int(c)] for c, v in zip(columns, values, strict=True))
            if low == high:
                model.addCons(total == low)
                continue
            if low > -math.inf:
                model.addCons(total >= low)
            if high < math.inf:
                model.addCons(total <= high)
        goal = [value * x[c] for c, value in self.objective.items()]
        for column, weight in self.logarithms.items():
            low, high = _log_bounds(self.lower[column], self.upper[column])
            y = model.addVar(lb=low, ub=high)
            model.addCons(y <= log(x[column]))
            goal.append(weight * y)
        model.setObjective(quicksum(goal), "maximize")
        if beat is not None:
            model.setObjlimit(beat)
        model.optimize()
        return self._read_scip(model, x, gap)

    def _read_scip(self, model: Any, x: list[Any], gap: float) -> Outcome:  # noqa: ANN401
        status = model.getStatus()
        if status == "infeasible":
            return Outcome(None, math.nan, math.nan, "infeasible", "SCIP")
        stopped = status in ("nodelimit", "totalnodelimit")
        if stopped and model.getNSols() == 0:
            return Outcome(None, math.nan, float(model.getDualbound()), "bounded", "SCIP")
        if not (stopped or status in ("optimal", "gaplimit")) or model.getNSols() == 0:
            msg = f"SCIP stopped without an answer: {status}"
            raise SolveError(msg)
        best = model.getBestSol()
        point = self._rounded(np.array([model.getSolVal(best, v) for v in x]))
        objective, bound = self.value(point), float(model.getDualbound())
        kept: Status = "optimal" if bound - model.getPrimalbound() <= gap * (1 + 1e-6) + 1e-12 else "bounded"
        return Outcome(point, objective, max(bound, objective), kept, "SCIP")

    def _solve_highs(self, gap: float, nodes: int) -> Outcome:
        size = len(self.lower)
        columns = sorted(self.logarithms)
        cost = np.zeros(size + len(columns))
        for c, value in self.objective.items():
            cost[c] = value
        bounds = [_log_bounds(self.lower[c], self.upper[c]) for c in columns]
        cost[size:] = [self.logarithms[c] for c in columns]
        low = np.array([*self.lower, *(b[0] for b in bounds)])
        high = np.array([*self.upper, *(b[1] for b in bounds)])
        whole = np.array([*map(int, self.integer), *(0 for _ in columns)])
        rows = list(self.rows)

        def tangent(k: int, at: float) -> None:
            # log x ≤ log a + (x − a)/a
            terms = np.array([size + k, columns[k]], dtype=float)
            rows.append((terms, np.array([1.0, -1.0 / at]), -math.inf, math.log(at) - 1.0))

        for k, c in enumerate(columns):
            ends = (max(self.lower[c], math.exp(bounds[k][0])), self.upper[c])
            for at in np.geomspace(ends[0], max(ends[1], ends[0]), 12):
                tangent(k, float(at))
        best: tuple[float, Array] | None = None
        for _ in range(TANGENT_ROUNDS):
            found = _milp(cost, rows, (low, high), whole, gap / 4 if columns else gap, nodes)
            if found is None:
                return Outcome(None, math.nan, math.nan, "infeasible", "HiGHS")
            full, bound, proven = found
            point = self._rounded(full[:size])
            objective = self.value(point)
            if best is None or objective > best[0]:
                best = (objective, point)
            if not columns or bound - best[0] <= gap or not proven:
                kept: Status = "optimal" if bound - best[0] <= gap * (1 + 1e-6) + 1e-9 else "bounded"
                return Outcome(best[1], best[0], max(bound, best[0]), kept, "HiGHS")
            for k, c in enumerate(columns):
                tangent(k, max(point[c], math.exp(bounds[k][0])))
        # HiGHS rounds rows to about 1e-6, so that the last of the gap may not close: say how far it is
        assert best is not None  # noqa: S101
        return Outcome(best[1], best[0], max(bound, best[0]), "bounded", "HiGHS")

    def value(self, point: Array) -> float:
        """Objective at a point."""
        total = math.fsum(value * point[c] for c, value in self.objective.items())
        for c, weight in self.logarithms.items():
            total += weight * math.log(max(point[c], math.exp(_log_bounds(self.lower[c], 1.0)[0])))
        return total

    def relaxed(self, terms: Mapping[int, float]) -> float:
        """Upper bound of ``terms · x`` with integers relaxed; −inf where the rows contradict."""
        cost = np.zeros(len(self.lower))
        for c, value in terms.items():
            cost[c] = -value
        matrix, low, high = _matrix(self.rows, len(cost))
        upper, lower = np.isfinite(high), np.isfinite(low)
        result = linprog(
            cost,
            A_ub=vstack([matrix[upper], -matrix[lower]]) if matrix.shape[0] else None,
            b_ub=np.concatenate([high[upper], -low[lower]]) if matrix.shape[0] else None,
            bounds=np.column_stack([self.lower, self.upper]),
            method="highs",
        )
        if result.status == 2:
            return -math.inf
        if result.status != 0:
            msg = f"HiGHS: {result.message}"
            raise SolveError(msg)
        return -float(result.fun)

    def _rounded(self, point: Array) -> Array:
        point = np.clip(point, self.lower, self.upper)
        return np.where(self.integer, np.round(point), point)


def _log_bounds(lower: float, upper: float) -> tuple[float, float]:
    return math.log(max(lower, 1e-12)), math.log(max(upper, 1e-12)) + 1e-9


def _matrix(rows: list[tuple[Array, Array, float, float]], size: int) -> tuple[Any, Array, Array]:
    counts = [len(r[0]) for r in rows]
    pointer = np.concatenate([[0], np.cumsum(counts)]).astype(int)
    columns = np.concatenate([r[0] for r in rows]).astype(int) if rows else np.zeros(0, int)
    values = np.concatenate([r[1] for r in rows]) if rows else np.zeros(0)
    matrix = csr_matrix((values, columns, pointer), shape=(len(rows), size))
    return matrix, np.array([r[2] for r in rows]), np.array([r[3] for r in rows])


def _milp(
    cost: Array,
    rows: list[tuple[Array, Array, float, float]],
    bounds: tuple[Array, Array],
    whole: npt.NDArray[np.int64],
    gap: float,
    nodes: int,
) -> tuple[Array, float, bool] | None:
    matrix, low, high = _matrix(rows, len(cost))
    result = milp(
        -cost,
        constraints=LinearConstraint(matrix, low, high) if rows else None,
        bounds=Bounds(*bounds),
        integrality=whole,
        # HiGHS offers a relative gap here only; the absolute one is checked by the caller
        options={"mip_rel_gap": min(gap, 1e-9), "node_limit": nodes, "disp": False},
    )
    if result.status == 2:
        return None
    if result.x is None or result.status not in (0, 1):
        msg = f"HiGHS stopped without an answer: {result.message}"
        raise SolveError(msg)
    bound = -float(result.mip_dual_bound if result.mip_dual_bound is not None else result.fun)
    return result.x, bound, result.status == 0
