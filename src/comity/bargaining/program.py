"""A mixed-integer program with logarithms, and the solvers that take it.

SCIP handles the logarithm natively; HiGHS (through SciPy) approximates it from outside by tangents that
are added until the proven gap closes (:mod:`comity.bargaining.tangents`). Both maximise, both run on one
thread with node and gap limits instead of a clock, so that equal input gives equal output.

A large program is prepared first: its continuous relaxation gives tangents where they are needed, a bound,
and which columns are worth deciding; a small program over those gives a good point to start from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from comity.bargaining.tangents import Relaxation, log_bounds, relax, relax_linear, solve_mixed, tangent
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
MOST_SMALL = 120
"""Programs with more integer columns than this are prepared by their relaxation."""
LARGE_ROUNDS = 20
OUTER_GAP = 5e-4
"""From this gap per logarithm on, tangents are quicker than SCIP's own logarithm; below it they are not."""


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
        start: Array | None = None,
        marked: bool = False,
    ) -> Outcome:
        """Maximise; ``gap`` is absolute, in the unit of the objective.

        ``auto`` means SCIP, and HiGHS where SCIP is not installed or fails. With ``beat`` only points
        whose objective is above it are looked for; a node limit may then leave no point, only a bound.
        ``start`` is a point that may be good; it only saves time. ``marked``: most integer columns are marks
        of draws with dense rows, for which more cuts at the root take long and prove little.

        Raises
        ------
        comity.errors.SolveError
            When no solver returns a point with a bound, or a proof that there is none.
        """
        relaxation = None
        coarse = bool(self.logarithms) and gap >= OUTER_GAP * len(self.logarithms)
        if sum(self.integer) > MOST_SMALL and (coarse or solver == "highs"):
            relaxation = relax(self.objective, self.logarithms, self.rows, self._bounds, gap / 4)
            if relaxation.point is None:
                return Outcome(None, math.nan, math.nan, "infeasible", "HiGHS")
        if solver == "highs":
            return self._solve_highs(gap, nodes, relaxation)
        try:
            if relaxation is not None:
                return self._solve_outer(gap, nodes, beat, start, relaxation)
            return self._solve_scip(gap, nodes, beat, start, marked=marked)
        except (ImportError, SolveError):
            if solver == "scip":
                raise
            return self._solve_highs(gap, nodes, relaxation)

    def _solve_outer(
        self, gap: float, nodes: int, beat: float | None, start: Array | None, relaxation: Relaxation
    ) -> Outcome:
        """Let SCIP solve linear programs with tangents in place of the logarithms, until the gap closes."""
        linear = Program(list(self.lower), list(self.upper), list(self.integer), list(self.rows))
        linear.objective = dict(self.objective)
        logs = {}
        for column, weight in self.logarithms.items():
            logs[column] = linear.column(*log_bounds(self.lower[column], self.upper[column]))
            linear.objective[logs[column]] = weight
            linear.rows.extend(tangent(column, logs[column], at) for at in relaxation.tangents[column])
        best: Outcome | None = None
        reach, ask = relaxation.bound, gap * 3 / 4
        for _ in range(TANGENT_ROUNDS):
            found = linear._solve_scip(ask, nodes, beat, None if start is None else self._lifted(start, logs))
            if found.point is None:
                if best is None or found.status != "infeasible":
                    return found
                # a search for something better than the best found nothing
                return Outcome(best.point, best.objective, best.objective, "optimal", "SCIP")
            reach = min(reach, found.bound)
            point = self._rounded(found.point[: len(self.lower)])
            value = self.value(point)
            stuck = best is not None and value <= best.objective + gap / 100
            if best is None or value > best.objective:
                best = Outcome(point, value, reach, "bounded", "SCIP")
            if reach - best.objective <= gap:
                return Outcome(best.point, best.objective, max(reach, best.objective), "optimal", "SCIP")
            if found.status == "bounded":
                break
            ask = ask / 4 if stuck else ask
            for column, y in logs.items():
                at = max(float(point[column]), math.exp(linear.lower[y]))
                linear.rows.append(tangent(column, y, at))
            start = best.point
        assert best is not None  # noqa: S101  (at least one round ran)
        return Outcome(best.point, best.objective, max(reach, best.objective), "bounded", "SCIP")

    def _lifted(self, point: Array, logs: Mapping[int, Any]) -> Array:
        lows = (math.exp(log_bounds(self.lower[column], 1.0)[0]) for column in logs)
        ends = [math.log(max(float(point[c]), low)) for c, low in zip(logs, lows, strict=True)]
        return np.concatenate([point, ends])

    def _solve_scip(
        self, gap: float, nodes: int, beat: float | None, start: Array | None, *, marked: bool = False
    ) -> Outcome:
        from pyscipopt import Model, log, quicksum  # noqa: PLC0415  (optional: HiGHS stands in)

        large = sum(self.integer) > MOST_SMALL and not self.logarithms and not marked
        model = Model()
        model.hideOutput()
        for name, value in (
            ("numerics/feastol", FEASIBILITY),
            ("numerics/dualfeastol", FEASIBILITY),
            ("limits/absgap", gap),
            ("limits/totalnodes", nodes),
            # small dense programs: long rounds of cuts at the root cost seconds and prove nothing more
            ("separating/maxroundsroot", LARGE_ROUNDS if large else 5),
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
        logs = {}
        for column, weight in self.logarithms.items():
            low, high = log_bounds(self.lower[column], self.upper[column])
            logs[column] = model.addVar(lb=low, ub=high)
            model.addCons(logs[column] <= log(x[column]))
            goal.append(weight * logs[column])
        model.setObjective(quicksum(goal), "maximize")
        if start is not None:
            solution = model.createSol()
            for variable, value in zip([*x, *logs.values()], self._lifted(start, logs), strict=True):
                model.setSolVal(solution, variable, float(value))
            model.addSol(solution)
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

    def _solve_highs(self, gap: float, nodes: int, relaxation: Relaxation | None) -> Outcome:
        found = solve_mixed(
            self.objective,
            self.logarithms,
            self.rows,
            self._bounds,
            self.integer,
            gap=gap,
            nodes=nodes,
            rounds=TANGENT_ROUNDS,
            tangents=None if relaxation is None else relaxation.tangents,
            reach=math.inf if relaxation is None else relaxation.bound,
        )
        if found is None:
            return Outcome(None, math.nan, math.nan, "infeasible", "HiGHS")
        point, objective, bound = found
        kept: Status = "optimal" if bound - objective <= gap * (1 + 1e-6) + 1e-9 else "bounded"
        return Outcome(self._rounded(point), objective, bound, kept, "HiGHS")

    def value(self, point: Array) -> float:
        """Objective at a point."""
        total = math.fsum(value * point[c] for c, value in self.objective.items())
        for c, weight in self.logarithms.items():
            total += weight * math.log(max(point[c], math.exp(log_bounds(self.lower[c], 1.0)[0])))
        return total

    def relaxed(self, terms: Mapping[int, float]) -> float:
        """Upper bound of ``terms · x`` with integers relaxed; −inf where the rows contradict."""
        cost = np.zeros(len(self.lower))
        for c, value in terms.items():
            cost[c] = value
        found = relax_linear(cost, self.rows, self._bounds)
        return -math.inf if found is None else found[1]

    @property
    def _bounds(self) -> tuple[Array, Array]:
        return np.array(self.lower, dtype=float), np.array(self.upper, dtype=float)

    def _rounded(self, point: Array) -> Array:
        point = np.clip(point, self.lower, self.upper)
        return np.where(self.integer, np.round(point), point)
