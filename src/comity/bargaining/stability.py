"""Who could walk away and do better: blocking coalitions and the least epsilon (§6.5).

A coalition that leaves may use only clauses that pass between its own members; what it can reach is
compared by mean gains, without side payments unless a clause of the game is one (NTU core: Scarf, 1967).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.table import Table
from comity.errors import InputError, SolveError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.bargaining.game import Game
    from comity.bargaining.program import Program, Solver

__all__ = ["Blocking", "Stability", "assess_stability"]

Array = npt.NDArray[np.float64]
MOST_PARTIES = 12


@dataclass(frozen=True, eq=False)
class Blocking:
    """A coalition all of whose members do better alone, by at least ``epsilon``, with what it would agree."""

    members: tuple[str, ...]
    epsilon: float
    values: Mapping[str, float]
    gains: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Stability:
    """Blocking coalitions of a package, strongest first.

    ``epsilon`` is the least amount, US$ million per year, such that no coalition can better the package by
    more than it for all its members; 0 where none blocks. ``tested`` coalitions were screened by a linear
    bound; ``solved`` of them needed an exact program. ``bound`` is the proven upper bound of epsilon.
    """

    blocking: tuple[Blocking, ...]
    epsilon: float
    bound: float
    tested: int
    solved: int


def assess_stability(
    game: Game, values: Mapping[str, float], *, tolerance: float = 1e-6, solver: Solver = "auto"
) -> Stability:
    """Test every coalition smaller than the whole table.

    Parameters
    ----------
    game
        The game.
    values
        The package: value by clause key.
    tolerance
        A coalition blocks when every member gains more than this share of the largest scale of a party.
    solver
        As in :func:`comity.bargaining.solve.solve_nash`.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> swap = (Clause("a", "A", "B", 0, 1), Clause("b", "B", "A", 0, 1), Clause("c", "C", "A", 0, 1))
    >>> slope = [[[-1.0, 3.0, 1.0], [3.0, -1.0, 0.0], [0.0, 0.0, 1.0]]]
    >>> game = Game(("A", "B", "C"), swap, slope, [[[0.0] * 3] * 3])
    >>> result = assess_stability(game, {"c": 1.0})
    >>> result.blocking[0].members, round(result.epsilon, 3)
    (('A', 'B'), 1.25)
    """
    count = len(game.parties)
    if count > MOST_PARTIES:
        msg = f"{count} parties"
        raise InputError(msg, key="parties", accepted=f"at most {MOST_PARTIES} for an exact test")
    here = game.gains(values).mean(axis=0)
    size = float(game.scale.max())
    least = tolerance * size
    mean = game.scenario_mean
    found: list[Blocking] = []
    bound, tested, solved = 0.0, 0, 0
    for width in range(1, count):
        for members in combinations(range(count), width):
            tested += 1
            names = {game.parties[i] for i in members}
            inside = [c.key for c in game.clauses if c.giver in names and c.beneficiary in names]
            table = Table(mean.restrict(inside))
            program, level = _better(table, members, here, size)
            ceiling = program.relaxed({level: 1.0}) * size
            if ceiling <= least:
                continue
            solved += 1
            outcome = program.solve(gap=tolerance / 10, solver=solver)
            if outcome.point is None:
                if outcome.status != "infeasible":
                    msg = "a coalition was not solved"
                    raise SolveError(msg)
                continue
            bound = max(bound, min(outcome.bound * size, ceiling))
            if outcome.objective * size > least:
                found.append(_blocking(game, table, outcome.point, members, here))
    found.sort(key=lambda b: (-b.epsilon, len(b.members), b.members))
    epsilon = found[0].epsilon if found else 0.0
    return Stability(tuple(found), epsilon, max(bound, epsilon), tested, solved)


def _better(table: Table, members: tuple[int, ...], here: Array, size: float) -> tuple[Program, int]:
    """Program: the most by which every member can better what it has here."""
    program = table.rules.copy()
    level = program.column(-4.0, 4.0)
    program.objective = {level: 1.0}
    for i in members:
        terms = {c: v / size for c, v in table.mean_terms(i).items()}
        program.row({**terms, level: -1.0}, lower=float(here[i] + table.game.no_deal[i]) / size)
    return program, level


def _blocking(game: Game, table: Table, point: Array, members: tuple[int, ...], here: Array) -> Blocking:
    values = table.values(point)
    alone = game.gains(values).mean(axis=0)
    return Blocking(
        tuple(game.parties[i] for i in members),
        float(min(alone[i] - here[i] for i in members)),
        values,
        {game.parties[i]: float(alone[i]) for i in members},
    )
