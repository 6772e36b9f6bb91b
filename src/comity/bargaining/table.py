"""The table as a program: columns for the clauses, rows for the rules, and red lines under draws.

Each clause has an on-column and, where its value can vary, a share column: ``value = low · on + (high −
low) · share``, so that every column lies between 0 and 1. A red line must hold in a share of the draws
(a chance constraint). It is enforced lazily: only the draws that have bound so far carry a 0-1 mark with
the smallest constant that interval arithmetic allows; the answer is then checked on **all** draws, and
draws that fail are added until none does. As every program on the way relaxes the full one, its bound and
its infeasibility hold for the full one too (Luedtke and Ahmed, 2008, on the counting argument).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.game import TOLERANCE, Game
from comity.bargaining.program import Outcome, Program, Solver, Status
from comity.errors import SolveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Answer", "Floor", "Table"]

NODES = 500
ROUNDS = 5
TAIL_CUTS = 12
SEARCH_GAP = 1e-4
SEARCH_STEP = 1e-2
DRAW_NODES = 60
SEARCH_NODES = 30

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Floor:
    """A red line to hold: ``gain + extra · x >= least`` in the required share of draws.

    ``extra`` are terms over additional columns of the program, such as a side payment received.
    """

    party: int
    least: float
    extra: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Answer:
    """A package that keeps every red line (or None), its objective, the proven bound, and the status.

    ``infeasible`` is proven; ``bounded`` means that nodes ran out: the bound holds, ``point`` may be None.
    """

    point: Array | None
    objective: float
    bound: float
    status: Status
    solver: str


class Table:
    """Columns and rules of a game; ``owner`` says to which clause each column belongs."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.rules = Program()
        self.on: list[int] = []
        self.share: list[int | None] = []
        self.owner: list[int] = []
        for position, clause in enumerate(game.clauses):
            on = self.rules.column(0, 1, integer=True)
            share = None
            low, high = clause.ends
            if high > low:
                share = self.rules.column(0, 1)
                self.rules.row({share: 1, on: -1}, upper=0)
                if clause.steps:
                    count = self.rules.column(0, clause.steps, integer=True)
                    self.rules.row({share: clause.steps, count: -1}, lower=0, upper=0)
            self.on.append(on)
            self.share.append(share)
            self.owner += [position] * (len(self.rules.lower) - len(self.owner))
        self.width = len(self.rules.lower)
        self._add_rules()
        self._payoffs = self._payoff_columns()

    def _add_rules(self) -> None:
        game, rules = self.game, self.rules
        for pair in game.requirements:
            rules.row({self.on[game.index[pair.first]]: 1, self.on[game.index[pair.second]]: -1}, upper=0)
        for ban in game.exclusions:
            rules.row({self.on[game.index[ban.first]]: 1, self.on[game.index[ban.second]]: 1}, upper=1)
        for cap in game.caps:
            terms: dict[int, float] = {}
            for key, coefficient in cap.coefficients.items():
                c = game.index[key]
                low, high = game.clauses[c].ends
                self._add(terms, self.on[c], coefficient * (low if cap.on_values else 1.0))
                share = self.share[c]
                if cap.on_values and share is not None:
                    self._add(terms, share, coefficient * (high - low))
            size = max([abs(v) for v in terms.values()] + [1e-300])
            rules.row({c: v / size for c, v in terms.items()}, upper=cap.upper / size)

    @staticmethod
    def _add(terms: dict[int, float], column: int, amount: float) -> None:
        terms[column] = terms.get(column, 0.0) + amount

    def _payoff_columns(self) -> Array:
        """Payoff per column, shape (draws, parties, width)."""
        game = self.game
        payoff = np.zeros((game.draws, len(game.parties), self.width))
        for c, clause in enumerate(game.clauses):
            low, high = clause.ends
            payoff[:, :, self.on[c]] = game.slope[:, :, c] * low + game.fixed[:, :, c]
            share = self.share[c]
            if share is not None:
                payoff[:, :, share] = game.slope[:, :, c] * (high - low)
        return payoff

    # -- terms and points ---------------------------------------------------------------------------

    def mean_terms(self, party: int) -> dict[int, float]:
        """Mean payoff of a party as terms; subtract ``game.no_deal[party]`` for the gain."""
        mean = self._payoffs[:, party].mean(axis=0)
        return {c: float(v) for c, v in enumerate(mean) if v}

    def payoffs(self, party: int) -> Array:
        """Payoff of a party per column of :attr:`rules`, shape (draws, width)."""
        return self._payoffs[:, party]

    def values(self, point: Array) -> dict[str, float]:
        """Clause values at a point, snapped to the grid; a clause that is on without effect is left out."""
        return self._tidy(self.point_values(point))

    def point_values(self, point: Array) -> dict[str, float]:
        """Clause values at a point, snapped to the grid, with or without effect."""
        values: dict[str, float] = {}
        for c, clause in enumerate(self.game.clauses):
            if point[self.on[c]] < 0.5:
                continue
            low, high = clause.ends
            share = self.share[c]
            part = 0.0 if share is None else float(point[share])
            if clause.steps:
                part = round(part * clause.steps) / clause.steps
            value = low + (high - low) * part
            values[clause.key] = float(min(max(value, low), high))
        return values

    def point(self, values: Mapping[str, float], size: int) -> Array:
        """Point of the on and share columns for clause values, padded with zeros."""
        point = np.zeros(size)
        for key, value in values.items():
            c = self.game.index[key]
            low, high = self.game.clauses[c].ends
            point[self.on[c]] = 1.0
            share = self.share[c]
            if share is not None:
                point[share] = (value - low) / (high - low)
        return point

    def _tidy(self, values: dict[str, float]) -> dict[str, float]:
        needed = {r.second for r in self.game.requirements if r.first in values}
        for key in list(values):
            c = self.game.index[key]
            idle = not np.any(self.game.slope[:, :, c] * values[key] + self.game.fixed[:, :, c])
            if idle and key not in needed:
                rest = {k: v for k, v in values.items() if k != key}
                if not self.game.breaches(rest):
                    values = rest
        return values

    # -- what a party adds --------------------------------------------------------------------------

    def limit(self, program: Program, limits: Mapping[str, tuple[float, float]]) -> None:
        """Keep clauses that are on within these values; keys that are not on the table are left alone."""
        for key, (least, most) in limits.items():
            if key not in self.game.index:
                continue
            c = self.game.index[key]
            low, high = self.game.clauses[c].ends
            on, share = self.on[c], self.share[c]
            size = max(1.0, abs(low), abs(high))
            moving = {} if share is None else {share: (high - low) / size}
            if math.isfinite(least):
                program.row({on: (low - least) / size, **moving}, lower=0.0)
            if math.isfinite(most):
                program.row({on: (low - most) / size, **moving}, upper=0.0)

    def approach(
        self, program: Program, wanted: Mapping[str, float], weights: Sequence[float] | None = None
    ) -> None:
        """Minimise the distance to what is wanted: out is 0, on from one half (low end) to 1 (high end)."""
        program.objective = {}
        for c, clause in enumerate(self.game.clauses):
            low, high = clause.ends
            on, share = self.on[c], self.share[c]
            place = {on: 1.0} if share is None else {on: 0.5, share: 0.5}
            goal = 0.0
            if clause.key in wanted:
                goal = 1.0 if share is None else 0.5 + 0.5 * (wanted[clause.key] - low) / (high - low)
            away = program.column(0.0, 1.0)
            program.row({**place, away: -1.0}, upper=goal)
            program.row({**place, away: 1.0}, lower=goal)
            program.objective[away] = -1.0 if weights is None else -weights[c]

    # -- solving ------------------------------------------------------------------------------------

    def maximise(
        self,
        program: Program,
        floors: Iterable[Floor],
        *,
        gap: float = 1e-7,
        solver: Solver = "auto",
        nodes: int = NODES,
        starts: Iterable[Mapping[str, float]] = (),
        hint: Array | None = None,
    ) -> Answer:
        """Maximise a program that extends :attr:`rules`, with red lines held in mean and under draws.

        ``starts`` are packages known to be good (used where no floor has extra terms); ``hint`` is a point
        of the whole program. Both only save time.

        Raises
        ------
        comity.errors.SolveError
            When a solver fails, or its answer misses a red line by more than rounding.
        """
        floors = tuple(floors)
        base = program.copy()
        for floor in floors:
            terms = self.mean_terms(floor.party)
            for c, v in floor.extra.items():
                self._add(terms, c, v)
            size = float(self.game.scale[floor.party])
            least = floor.least + float(self.game.no_deal[floor.party])
            base.row({c: v / size for c, v in terms.items()}, lower=least / size)
        first = base.solve(gap=gap if gap < 1 else SEARCH_GAP, solver=solver, start=hint)
        if first.point is None:
            return Answer(None, math.nan, math.nan, first.status, first.solver)
        if not self._failing(first.point, floors):
            return Answer(first.point, first.objective, first.bound, first.status, first.solver)
        points = [] if any(f.extra for f in floors) else [self.point(v, len(base.lower)) for v in starts]
        points = [p for p in points if not self._failing(p, floors)]
        if not points:
            tail = self._tail(base, floors, solver)
            points = [first.point] if tail is None else [first.point, tail]
        inner = self._improve(base, floors, points, max(gap, SEARCH_GAP), solver)
        return self._prove(base, floors, first, inner, gap, solver, nodes)

    def _improve(
        self, base: Program, floors: tuple[Floor, ...], starts: Iterable[Array], gap: float, solver: Solver
    ) -> Outcome | None:
        """Find a good package by letting each party set aside its worst draws at the last package."""
        best: Outcome | None = None
        for start in starts:
            point: Array = start
            local = -math.inf
            for turn in range(ROUNDS):
                found = self._aside(base, floors, point, gap, solver)
                if found.point is None:
                    mended = None if turn else self._repair(base, floors, start, solver)
                    if mended is None:
                        break
                    point = mended
                    continue
                if best is None or found.objective > best.objective:
                    best = found
                if found.objective <= local + SEARCH_STEP * max(1e-3, abs(found.objective)):
                    break
                local, point = found.objective, found.point
        return best

    def _elastic(self, base: Program, floors: tuple[Floor, ...]) -> tuple[Program, tuple[Floor, ...]]:
        """Program that lowers every floor by one common shortfall (the last column) and minimises it."""
        elastic = Program(list(base.lower), list(base.upper), list(base.integer), list(base.rows))
        short = elastic.column(-1.0, 0.0)
        elastic.objective = {short: 1.0}
        lowered = tuple(
            Floor(f.party, f.least, {**f.extra, short: -float(self.game.scale[f.party])}) for f in floors
        )
        return elastic, lowered

    def _repair(self, base: Program, floors: tuple[Floor, ...], start: Array, solver: Solver) -> Array | None:
        """Walk to a package that keeps every red line: raise the smallest margin, draws set aside."""
        elastic, lowered = self._elastic(base, floors)
        point, last = np.append(start, -1.0), -math.inf
        for _ in range(ROUNDS):
            found = self._aside(elastic, lowered, point, 1e-5, solver)
            if found.point is None or found.objective <= last + 1e-6:
                return None
            if not self._failing(found.point[:-1], floors):
                return found.point[:-1]
            point, last = found.point, found.objective
        return None

    def _tail(self, base: Program, floors: tuple[Floor, ...], solver: Solver) -> Array | None:
        """Point whose worst draws are best on average (conditional value at risk, by cutting planes)."""
        elastic, lowered = self._elastic(base, floors)
        if base.objective and not base.logarithms:
            elastic.objective = {**base.objective, len(elastic.lower) - 1: 10.0}
        worst = self.game.draws - self.game.needed + 1
        point: Array | None = None
        for _ in range(TAIL_CUTS):
            found = elastic.solve(gap=1e-4, solver=solver, nodes=SEARCH_NODES)
            point = found.point
            if point is None:
                return None
            again = False
            for floor in lowered:
                margin = self._margin(point, floor)
                tail = np.argsort(margin, kind="stable")[:worst]
                if margin[tail].mean() < -1e-6:
                    rows = [self._draw_row(floor, int(t)) for t in tail]
                    terms: dict[int, float] = {}
                    for row, _ in rows:
                        for c, v in row.items():
                            self._add(terms, c, v / worst)
                    elastic.row(terms, lower=math.fsum(least for _, least in rows) / worst)
                    again = True
            if not again:
                break
        return None if point is None else point[:-1]

    def _aside(
        self, base: Program, floors: tuple[Floor, ...], point: Array, gap: float, solver: Solver
    ) -> Outcome:
        """Maximise with each party's worst draws at ``point`` set aside, all others binding (lazily)."""
        game = self.game
        spare = game.draws - game.needed
        kept = {f.party: np.argsort(self._margin(point, f), kind="stable")[spare:] for f in floors}
        held: dict[int, set[int]] = {f.party: set(kept[f.party][:3].tolist()) for f in floors}
        while True:
            program = base.copy()
            for floor in floors:
                for t in sorted(held[floor.party]):
                    terms, least = self._draw_row(floor, t)
                    program.row(terms, lower=least)
            found = program.solve(gap=gap, solver=solver, nodes=SEARCH_NODES)
            if found.point is None:
                return found
            again = False
            for floor in floors:
                margin = self._margin(found.point, floor)
                fails = [int(t) for t in kept[floor.party] if margin[t] < -TOLERANCE]
                fresh = [t for t in sorted(fails, key=lambda t: margin[t]) if t not in held[floor.party]]
                held[floor.party].update(fresh[:5])
                again = again or bool(fresh)
            if not again:
                return found

    def _prove(
        self,
        base: Program,
        floors: tuple[Floor, ...],
        first: Outcome,
        inner: Outcome | None,
        gap: float,
        solver: Solver,
        nodes: int,
    ) -> Answer:
        """Close the gap from above: draws that fail carry a 0-1 mark, until none fails or nodes run out."""
        bound, best = first.bound, inner
        critical: dict[int, set[int]] = {f.party: set() for f in floors}
        candidate: Array | None = first.point
        while True:
            if best is not None and bound - best.objective <= gap:
                return Answer(best.point, best.objective, bound, "optimal", best.solver)
            if candidate is not None and not self._add_critical(candidate, floors, critical):
                msg = "the solver's package misses a red line"
                raise SolveError(msg)
            program = base.copy()
            beat = None if best is None else best.objective + gap / 2
            if beat is not None and base.objective and not base.logarithms:
                program.row(base.objective, lower=beat)
            reach = program.copy() if nodes > DRAW_NODES else None
            for floor in floors:
                self._mark(program, floor, critical[floor.party], reach)
            found = program.solve(gap=gap, solver=solver, nodes=nodes, beat=beat, marked=True)
            if found.status == "infeasible" or (beat is not None and found.point is None):
                if best is None:
                    return Answer(None, math.nan, math.nan, "infeasible", found.solver)
                if found.status == "infeasible":
                    return Answer(
                        best.point, best.objective, min(bound, best.objective + gap), "optimal", best.solver
                    )
            bound = min(bound, found.bound)
            if found.point is not None:
                point = found.point[: len(base.lower)]
                if not self._failing(point, floors):
                    return Answer(
                        point, found.objective, max(bound, found.objective), found.status, found.solver
                    )
            if found.status == "bounded":
                if best is None:
                    return Answer(None, math.nan, bound, "bounded", found.solver)
                kept: Status = "optimal" if bound - best.objective <= gap else "bounded"
                return Answer(best.point, best.objective, max(bound, best.objective), kept, best.solver)
            candidate = found.point

    # -- draws --------------------------------------------------------------------------------------

    def _margin(self, point: Array, floor: Floor) -> Array:
        """Gain above the floor in each draw, as a share of the party's scale."""
        i = floor.party
        extra = math.fsum(v * point[c] for c, v in floor.extra.items())
        gain = self._payoffs[:, i] @ point[: self.width] - self.game.no_deal_draws[:, i] + extra
        return np.asarray((gain - floor.least) / self.game.scale[i])

    def _failing(self, point: Array, floors: tuple[Floor, ...]) -> bool:
        spare = self.game.draws - self.game.needed
        return any(np.count_nonzero(self._margin(point, f) < -TOLERANCE) > spare for f in floors)

    def _draw_row(self, floor: Floor, draw: int) -> tuple[dict[int, float], float]:
        size = float(self.game.scale[floor.party])
        terms = {c: float(v) / size for c, v in enumerate(self._payoffs[draw, floor.party]) if v}
        for c, v in floor.extra.items():
            self._add(terms, c, v / size)
        return terms, (floor.least + float(self.game.no_deal_draws[draw, floor.party])) / size

    def _add_critical(self, point: Array, floors: tuple[Floor, ...], critical: dict[int, set[int]]) -> bool:
        grown = False
        spare = self.game.draws - self.game.needed
        for floor in floors:
            margin = self._margin(point, floor)
            failing = np.flatnonzero(margin < -TOLERANCE)
            if len(failing) > spare:
                order = [int(t) for t in np.argsort(margin, kind="stable")[: len(failing)]]
                fresh = [t for t in order if t not in critical[floor.party]]
                critical[floor.party].update(fresh)
                grown = grown or bool(fresh)
        return grown

    def _mark(self, program: Program, floor: Floor, draws: set[int], reach: Program | None) -> None:
        spare = self.game.draws - self.game.needed
        if len(draws) <= spare:
            return
        marks: dict[int, float] = {}
        for t in sorted(draws):
            terms, least = self._draw_row(floor, t)
            if spare:
                # interval arithmetic is quick, a linear program gives a tighter constant
                worst = (
                    math.fsum(v * (program.lower[c] if v > 0 else program.upper[c]) for c, v in terms.items())
                    if reach is None
                    else -reach.relaxed({c: -v for c, v in terms.items()})
                )
                if worst >= least:
                    continue
                mark = program.column(0, 1, integer=True)
                marks[mark] = 1.0
                terms[mark] = least - worst
            program.row(terms, lower=least)
        if marks:
            program.row(marks, upper=spare)
