"""The Pareto frontier of mean gains: all of it for small games, spread-out points for large ones (§6.2)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.enumeration import frontier
from comity.bargaining.game import Game, Solution
from comity.bargaining.solve import (
    alike,
    allowed_part,
    checked_solution,
    red_floors,
    scaled,
    solve_utilitarian,
    weigh,
)
from comity.bargaining.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.bargaining.program import Solver

__all__ = ["Frontier", "pareto_front"]

Array = npt.NDArray[np.float64]
EXACT_OUTCOMES = 200_000


@dataclass(frozen=True, slots=True)
class Frontier:
    """Packages that no other package improves on for every party; ``complete`` when all of them are here."""

    solutions: tuple[Solution, ...]
    complete: bool


def pareto_front(
    game: Game,
    *,
    allowed: Iterable[str] | None = None,
    points: int = 9,
    gap: float = 1e-6,
    solver: Solver = "auto",
) -> Frontier:
    """Find packages on the Pareto frontier of mean gains, within the set that keeps all red lines.

    Small discrete games are enumerated, so the frontier is complete. Otherwise each of at most ``points``
    reference directions gives one package: the smallest weighted gain ratio is raised first, then the sum
    of gains under it (an augmented epsilon-constraint), so that each is efficient within the gap.

    >>> from comity.bargaining.game import split_the_dollar
    >>> front = pareto_front(split_the_dollar(("A", "B"), 10.0), points=3)
    >>> len(front.solutions), front.complete
    (3, False)
    """
    game = allowed_part(game, allowed)
    count = game.discrete_outcomes
    if count is not None and count <= EXACT_OUTCOMES:
        found = frontier(game)
        return Frontier(
            tuple(
                Solution(v, game.gains(v), t := float(game.weight @ game.gains(v).mean(axis=0)), t, 0.0,
                         "enumeration", "optimal")
                for v in found
            ),
            True,
        )  # fmt: skip
    table = Table(game)
    top = solve_utilitarian(game, gap=gap, solver=solver)
    if not top.found:
        return Frontier((), False)
    spread = np.array([max(table.rules.relaxed(table.mean_terms(i)) - game.no_deal[i], 1e-9)
                       for i in range(len(game.parties))])  # fmt: skip
    found_solutions: list[Solution] = []
    for direction in _directions(len(game.parties), points):
        program = table.rules.copy()
        level = program.column(-10.0, 1e4)
        for i, weight in enumerate(direction):
            size = float(spread[i] * weight)
            program.row(
                {**scaled(table.mean_terms(i), size), level: -1.0}, lower=float(game.no_deal[i]) / size
            )
        program.objective = {level: 1.0}
        starts = [top.values, *(s.values for s in found_solutions[-2:])]
        floors = red_floors(game)
        first = table.maximise(program, floors, gap=gap, solver=solver, starts=starts)
        if first.point is None:
            continue
        program.lower[level] = first.point[level] - max(gap, 1e-6)
        weigh(table, program, np.asarray(1.0 / spread))
        second = table.maximise(
            program, red_floors(game), gap=gap, solver=solver, starts=[table.values(first.point)]
        )
        answer = second if second.point is not None else first
        solution = checked_solution(
            table, answer, lambda mean: float((mean / spread).sum()), "frontier", gap,
            shift=-float((game.no_deal / spread).sum()) if answer is second else math.inf,
        )  # fmt: skip
        if not any(alike(game, solution, other) for other in found_solutions):
            found_solutions.append(solution)
    return Frontier(tuple(found_solutions), False)


def _directions(parties: int, points: int) -> list[Array]:
    """Spread-out weights for the reference directions: even, then leaning to each party in turn."""
    if parties == 2:
        return [np.array([t, 1.0 - t]) for t in np.linspace(0.05, 0.95, points)]
    found = [np.full(parties, 1.0 / parties)]
    for lean in (0.6, 0.85):
        for i in range(parties):
            weights = np.full(parties, (1.0 - lean) / (parties - 1))
            weights[i] = lean
            found.append(weights)
    return found[:points]
