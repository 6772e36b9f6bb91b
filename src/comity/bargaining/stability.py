"""Who could walk away and do better: blocking coalitions and the least epsilon (§6.5).

A coalition that leaves may use only clauses that pass between its own members; what it can reach is
compared by mean gains, without side payments unless a clause of the game is one (NTU core: Scarf, 1967).
Up to twelve parties every coalition is tested: a sum over clauses screens most of them, a linear program
most of the rest, and an exact program decides the suspects. With more parties a coalition that betters the
package by more than the last one is searched for by a mixed-integer program, until there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.table import Table
from comity.bargaining.tangents import matrix, relax_matrix
from comity.errors import SolveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.bargaining.game import Game
    from comity.bargaining.program import Program, Solver

__all__ = ["Blocking", "Stability", "assess_stability"]

Array = npt.NDArray[np.float64]
MOST_PARTIES = 12
"""Beyond so many parties coalitions are searched for instead of listed."""
MOST_FOUND = 20
COALITION_NODES = 20_000
WIDE = 0.5
"""Gap of the first look at a coalition, as a share of what it could better the package by at most."""
NARROWER = 100.0
"""By what factor the gap shrinks where the first look settles nothing."""


@dataclass(frozen=True, eq=False)
class Blocking:
    """A coalition all of whose members do better alone, by at least ``epsilon``, with what it would agree.

    For the strongest coalition that is the most that it can reach; for others there may be more, but not more
    than for the strongest.
    """

    members: tuple[str, ...]
    epsilon: float
    values: Mapping[str, float]
    gains: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Stability:
    """Blocking coalitions of a package, strongest first.

    ``epsilon`` is the least amount, US$ million per year, such that no coalition can better the package by
    more than it for all its members; 0 where none blocks. ``bound`` is the proven upper bound of epsilon.
    ``tested`` coalitions were looked at, one by one or (beyond 12 parties) as a search over all of them;
    ``solved`` of them needed an exact program. ``complete`` says that every blocking coalition is listed; a
    search names the strongest one, and those that it met on the way to it.
    """

    blocking: tuple[Blocking, ...]
    epsilon: float
    bound: float
    tested: int
    solved: int
    complete: bool = True


def assess_stability(
    game: Game,
    values: Mapping[str, float],
    *,
    tolerance: float = 1e-6,
    solver: Solver = "auto",
    listed: int = MOST_PARTIES,
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
    listed
        Up to so many parties coalitions are listed one by one; beyond, the most violated is searched for.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> swap = (Clause("a", "A", "B", 0, 1), Clause("b", "B", "A", 0, 1), Clause("c", "C", "A", 0, 1))
    >>> slope = [[[-1.0, 3.0, 1.0], [3.0, -1.0, 0.0], [0.0, 0.0, 1.0]]]
    >>> game = Game(("A", "B", "C"), swap, slope, [[[0.0] * 3] * 3])
    >>> result = assess_stability(game, {"c": 1.0})
    >>> result.blocking[0].members, round(result.epsilon, 3)
    (('A', 'B'), 1.25)
    >>> assess_stability(game, {"c": 1.0}, listed=2).blocking[0].members
    ('A', 'B')
    """
    here = game.gains(values).mean(axis=0)
    test = _Test(game.scenario_mean, here, tolerance)
    return test.listed(solver) if len(game.parties) <= listed else test.searched(solver)


class _Test:
    """One package against all coalitions, on mean payoffs."""

    def __init__(self, game: Game, here: Array, tolerance: float) -> None:
        self.game, self.here, self.tolerance = game, here, tolerance
        self.table = Table(game)
        self.size = float(game.scale.max())
        count = len(game.parties)
        self.ends = np.array(
            [[game.parties.index(c.giver), game.parties.index(c.beneficiary)] for c in game.clauses]
        ).reshape(-1, 2)
        # payoff per column of the program, and the column range of each clause
        self.payoff = np.array(
            [[self.table.mean_terms(i).get(c, 0.0) for c in range(self.table.width)] for i in range(count)]
        ).reshape(count, self.table.width)
        self.owner = np.array(self.table.owner, dtype=int)
        # the most that each clause can give each party, on or off
        clause_ends = np.array([c.ends for c in game.clauses]).reshape(-1, 2)
        at = game.slope[0][:, :, None] * clause_ends + game.fixed[0][:, :, None]
        self.low, self.high = at[:, :, 0], at[:, :, 1]
        rows, low, high = matrix(self.table.rules.rows, self.table.width)
        up, down = np.isfinite(high), np.isfinite(low)
        self.above, self.upper = rows[up].tocsc(), high[up]
        self.below, self.lower = (-rows[down]).tocsc(), -low[down]

    def inside(self, members: tuple[int, ...]) -> npt.NDArray[np.bool_]:
        """Mark the clauses that pass between members only."""
        mark = np.zeros(len(self.game.parties), dtype=bool)
        mark[list(members)] = True
        return np.asarray(mark[self.ends].all(axis=1))

    def wish(self, members: tuple[int, ...], inside: npt.NDArray[np.bool_]) -> float:
        """Bound without any rule: the mean over members of the best that each clause can do for them."""
        chosen = list(members)
        low = self.low[chosen][:, inside].sum(axis=0)
        high = self.high[chosen][:, inside].sum(axis=0)
        total = np.maximum(np.maximum(low, high), 0.0).sum()
        return float(total - (self.here + self.game.no_deal)[chosen].sum()) / len(chosen)

    def ceiling(self, members: tuple[int, ...], inside: npt.NDArray[np.bool_]) -> float:
        """Bound by the linear program over the columns of the coalition's clauses."""
        columns = np.flatnonzero(inside[self.owner]) if len(self.owner) else np.zeros(0, int)
        level = len(columns)
        cost = np.zeros(level + 1)
        cost[level] = 1.0
        chosen = list(members)
        gains = np.column_stack([-self.payoff[chosen][:, columns] / self.size, np.ones(len(chosen))])
        least = -(self.here + self.game.no_deal)[chosen] / self.size
        upper = np.array([self.table.rules.upper[c] for c in columns] + [4.0])
        lower = np.array([0.0] * level + [-4.0])
        found = relax_matrix(
            cost,
            [(self.above[:, columns], self.upper), (self.below[:, columns], self.lower)],
            (gains, least),
            (lower, upper),
        )
        return -np.inf if found is None else found * self.size

    def program(self, members: tuple[int, ...], inside: npt.NDArray[np.bool_]) -> tuple[Program, int]:
        """Exact program: the most by which every member can better what it has here."""
        program = self.table.rules.copy()
        for c in range(self.table.width):
            if not inside[self.owner[c]]:
                program.upper[c] = 0.0
        level = program.column(-4.0, 4.0)
        program.objective = {level: 1.0}
        for i in members:
            terms = {c: v / self.size for c, v in self.table.mean_terms(i).items()}
            least = float(self.here[i] + self.game.no_deal[i]) / self.size
            program.row({**terms, level: -1.0}, lower=least)
        return program, level

    def listed(self, solver: Solver) -> Stability:
        """Take every coalition in turn, those that could better the package most first.

        Whether a coalition blocks is decided for each. By how much is solved to the end only where it may be
        more than the strongest one found so far; for the others what was reached on the way is told.
        """
        least = self.tolerance * self.size
        suspects, tested = [], 0
        for members in self.coalitions():
            tested += 1
            inside = self.inside(members)
            if self.wish(members, inside) <= least:
                continue
            ceiling = self.ceiling(members, inside)
            if ceiling > least:
                suspects.append((ceiling, members, inside))
        suspects.sort(key=lambda item: (-item[0], len(item[1]), item[1]))
        found: list[Blocking] = []
        epsilon = bound = 0.0
        for ceiling, members, inside in suspects:
            program, _ = self.program(members, inside)
            point, reached, most = self._weigh(program, ceiling, max(epsilon, least), least, solver)
            bound = max(bound, most)
            if point is not None and reached > least:
                found.append(self.blocking(point, members))
                epsilon = max(epsilon, found[-1].epsilon)
        return self.result(found, bound, tested, len(suspects), complete=True)

    def _weigh(
        self, program: Program, ceiling: float, beat: float, least: float, solver: Solver
    ) -> tuple[Array | None, float, float]:
        """Find a point that a coalition can reach, its margin, and a bound of what it can reach at most.

        The search ends when the bound says that nothing above ``beat`` is left and it is known whether the
        coalition gains more than ``least``; else it is solved to the end.
        """
        point, reached, most = None, -np.inf, ceiling
        tight = self.tolerance / 10
        asked = max(WIDE * (ceiling - least) / self.size, tight)
        while True:
            outcome = program.solve(gap=asked, solver=solver, start=point)
            if outcome.point is None:
                if outcome.status != "infeasible":
                    msg = "a coalition was not solved"
                    raise SolveError(msg)
                return None, -np.inf, 0.0
            point, reached = outcome.point, outcome.objective * self.size
            most = min(most, outcome.bound * self.size)
            # Either nothing larger than the strongest so far is left, or it is solved to the end.
            settled = most <= beat and (reached > least or most <= least)
            if settled or asked <= tight:
                return point, reached, most
            asked = max(asked / NARROWER, tight)

    def coalitions(self) -> Iterator[tuple[int, ...]]:
        count = len(self.game.parties)
        for width in range(1, count):
            yield from combinations(range(count), width)

    def searched(self, solver: Solver) -> Stability:
        """Search for a coalition that betters the package by more than the last one, until none does.

        Whether to be in is a decision of the program; the amount asked for is fixed in each turn, so that a
        member's row needs no large constant, and what was found is improved by its exact program.
        """
        least = self.tolerance * self.size
        found: list[Blocking] = []
        epsilon, solved = 0.0, 0
        top = self._top()
        for _ in range(MOST_FOUND):
            asked = max(epsilon, least) + least
            outcome = self._membership(asked).solve(gap=1e6, solver=solver, nodes=COALITION_NODES)
            if outcome.status == "infeasible":
                top = asked if found else 0.0
                break
            if outcome.point is None:
                break
            first = self.table.width
            chosen = tuple(i for i in range(len(self.here)) if outcome.point[first + i] > 0.5)
            inside = self.inside(chosen)
            program, _ = self.program(chosen, inside)
            best = program.solve(gap=self.tolerance / 10, solver=solver)
            solved += 1
            if best.point is None or best.objective * self.size <= epsilon + least / 2:
                break
            found.append(self.blocking(best.point, chosen))
            epsilon = found[-1].epsilon
        tested = 2 ** len(self.game.parties) - 2
        bound = max(top, epsilon)
        return self.result(found, bound, tested, solved, complete=bound == 0.0)

    def _top(self) -> float:
        """Bound of what any party could better, without any rule."""
        best = np.maximum(np.maximum(self.low, self.high), 0.0).sum(axis=1)
        return float(max((best - self.here - self.game.no_deal).max(), 0.0))

    def _membership(self, asked: float) -> Program:
        """Find a coalition all of whose members better the package by ``asked``."""
        program, count = self.table.rules.copy(), len(self.game.parties)
        member = [program.column(0.0, 1.0, integer=True) for _ in range(count)]
        program.row(dict.fromkeys(member, 1.0), lower=1.0, upper=count - 1.0)
        for c, ends in enumerate(self.ends):
            for i in set(ends.tolist()):
                program.row({self.table.on[c]: 1.0, member[i]: -1.0}, upper=0.0)
        # a limit on clauses that all need one party is no limit to give without it
        for columns, values, low, high in self.table.rules.rows:
            owners = self.ends[self.owner[columns.astype(int)]]
            shared = set.intersection(*(set(e.tolist()) for e in owners)) if len(owners) else set()
            if low == -np.inf and 0 < high < np.inf:
                for i in sorted(shared):
                    terms = dict(zip(columns.astype(int).tolist(), values.tolist(), strict=True))
                    program.row({**terms, member[i]: -high}, upper=0.0)
        own = (self.ends == np.arange(count)[:, None, None]).any(axis=2)
        for i in range(count):
            terms = {c: v / self.size for c, v in self.table.mean_terms(i).items()}
            for c, v in terms.items():
                program.objective[c] = program.objective.get(c, 0.0) + v
            here = float(self.here[i] + self.game.no_deal[i] + asked) / self.size
            # an outsider's row must not bind: the least that the clauses of others can leave it
            worst = float(np.minimum(np.minimum(self.low[i], self.high[i]), 0.0)[~own[i]].sum()) / self.size
            program.objective[member[i]] = -here
            program.row({**terms, member[i]: worst - here}, lower=worst)
        return program

    def blocking(self, point: Array, members: tuple[int, ...]) -> Blocking:
        """Read a point as what the coalition would agree."""
        values = self.table.values(point)
        alone = self.game.gains(values).mean(axis=0)
        return Blocking(
            tuple(self.game.parties[i] for i in members),
            float(min(alone[i] - self.here[i] for i in members)),
            values,
            {self.game.parties[i]: float(alone[i]) for i in members},
        )

    @staticmethod
    def result(found: list[Blocking], bound: float, tested: int, solved: int, *, complete: bool) -> Stability:
        """Order the coalitions, the strongest first."""
        found.sort(key=lambda b: (-b.epsilon, len(b.members), b.members))
        epsilon = found[0].epsilon if found else 0.0
        return Stability(tuple(found), epsilon, max(bound, epsilon), tested, solved, complete)
