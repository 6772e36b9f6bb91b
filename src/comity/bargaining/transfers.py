"""Packages with side payments, and how sure a package is (§6.2).

With money that can pass freely, what a package can be worth is one sum; who gets it is settled by payments
that add up to nothing (transferable utility: von Neumann and Morgenstern, 1944).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.game import Game, Solution
from comity.bargaining.table import Floor, Table
from comity.errors import InputError, SolveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.bargaining.program import Solver

__all__ = ["Robustness", "SidePayments", "measure_robustness", "solve_most_robust", "solve_with_payments"]

Array = npt.NDArray[np.float64]
SHARE_NODES = 100


@dataclass(frozen=True, eq=False)
class SidePayments:
    """A package and the payments beside it.

    Parameters
    ----------
    solution
        The package; its gains are before payments, its objective and bound are the sum of mean gains.
    payments
        What each party receives (below zero: pays), the same in every draw, US$ million per year; they add
        up to zero. Empty where there is no package.
    gains
        Gains after payments, shape (draws, parties).
    """

    solution: Solution
    payments: Mapping[str, float]
    gains: Array


@dataclass(frozen=True, slots=True)
class Robustness:
    """In which share of the draws red lines hold.

    ``by_party``: at least red line + epsilon; ``together``: for all at once; ``worst`` and ``median`` are
    the least and the middle margin over the red line, US$ million per year.
    """

    by_party: Mapping[str, float]
    together: float
    worst: Mapping[str, float]
    median: Mapping[str, float]
    draws: int


def solve_with_payments(
    game: Game, *, most: float = math.inf, gap: float = 1e-6, solver: Solver = "auto"
) -> SidePayments:
    """Find the package with the largest sum of mean gains when parties may pay each other.

    The payments divide the sum by the weighted Nash product, each party keeping its red line on average and
    in the required share of draws (with equal weights and no binding red line: equal gains).

    Parameters
    ----------
    game
        The game; its weights say how the sum is divided, not which package is best.
    most
        The most that one party may pay or receive, US$ million per year.
    gap
        Accepted distance to the bound, as a share of the largest scale of a party.
    solver
        As in :func:`comity.bargaining.solve.solve_nash`.

    Examples
    --------
    >>> from comity.bargaining.game import Clause
    >>> game = Game(("A", "B"), (Clause("visas", "A", "B", 0, 1),), [[[-1.0], [3.0]]], [[[0.0], [0.0]]])
    >>> found = solve_with_payments(game)
    >>> {p: round(v, 3) for p, v in found.payments.items()}, found.gains.round(3).tolist()
    ({'A': 2.0, 'B': -2.0}, [[1.0, 1.0]])
    """
    if not most >= 0:
        msg = f"a payment of at most {most}"
        raise InputError(msg, key="most", accepted="a number from 0")
    table, size = Table(game), float(game.scale.max())
    program = table.rules.copy()
    # payments beyond the sum of all scales could not be worth anybody's while
    limit = min(most / size, float(game.scale.sum()) / size)
    net = [program.column(-limit, limit) for _ in game.parties]
    program.row(dict.fromkeys(net, 1.0), lower=0.0, upper=0.0)
    for i in range(len(game.parties)):
        for c, v in table.mean_terms(i).items():
            program.objective[c] = program.objective.get(c, 0.0) + v / size
    floors = [Floor(i, float(least), {net[i]: size}) for i, least in enumerate(game.floor)]
    answer = table.maximise(program, floors, gap=gap, solver=solver)
    method = f"largest sum with side payments, {answer.solver}"
    if answer.point is None:
        if answer.status != "infeasible":
            msg = f"{method}: neither a package nor a proof that there is none"
            raise SolveError(msg)
        return SidePayments(
            Solution({}, game.gains({}), None, None, None, method, "infeasible"), {}, game.gains({})
        )
    values = table.values(answer.point)
    gains = game.gains(values)
    reached = float(gains.mean(axis=0).sum())
    bound = max(answer.bound * size - float(game.no_deal.sum()), reached)
    solution = Solution(values, gains, reached, bound, bound - reached, method, answer.status)
    paid = _divide(game, gains, limit * size)
    return SidePayments(
        solution, {p: float(v) for p, v in zip(game.parties, paid, strict=True)}, gains + paid
    )


def _divide(game: Game, gains: Array, most: float) -> Array:
    """Payments that maximise the weighted Nash product: fill up from the red lines like water."""
    mean = gains.mean(axis=0)
    need = game.epsilon - game.margins(gains)  # the least payment that keeps each red line
    low = mean + np.maximum(need, -most)
    high = np.maximum(mean + most, low)
    low = np.minimum(low, high)
    total = float(mean.sum())
    a, b = -1.0, 1.0
    while np.clip(a * game.weight, low, high).sum() > total and a > -1e18:
        a *= 2
    while np.clip(b * game.weight, low, high).sum() < total and b < 1e18:
        b *= 2
    for _ in range(200):
        middle = (a + b) / 2
        if np.clip(middle * game.weight, low, high).sum() < total:
            a = middle
        else:
            b = middle
    level = np.clip(b * game.weight, low, high)
    free = (level > low) & (level < high)
    if free.any():
        level[free] += (total - level.sum()) * game.weight[free] / game.weight[free].sum()
    return np.asarray(level - mean)


def measure_robustness(game: Game, values: Mapping[str, float], *, gains: Array | None = None) -> Robustness:
    """Count the draws in which each party, and all of them, keep their red lines.

    ``gains`` (draws × parties) stand for those of the package where they are known better than the game
    knows them, as from a full ledger.

    >>> from comity.bargaining.game import split_the_dollar
    >>> measure_robustness(split_the_dollar(("A", "B"), 10.0), {"share of A": 4.0}).together
    1.0
    """
    assert game.red_lines is not None  # noqa: S101  (filled at construction)
    margin = (game.gains(values) if gains is None else gains) - game.red_lines
    kept = margin >= game.epsilon - 1e-7 * game.scale
    named = zip(game.parties, kept.mean(axis=0), margin.min(axis=0), np.median(margin, axis=0), strict=True)
    rows = [(p, float(k), float(w), float(m)) for p, k, w, m in named]
    return Robustness(
        {p: k for p, k, _, _ in rows},
        float(kept.all(axis=1).mean()),
        {p: w for p, _, w, _ in rows},
        {p: m for p, _, _, m in rows},
        game.draws,
    )


def solve_most_robust(
    game: Game, *, allowed: Iterable[str] | None = None, solver: Solver = "auto"
) -> tuple[Solution, float, bool]:
    """Find the largest share of draws in which every party can be a net gainer at once in one package.

    Returns
    -------
    tuple
        The package (weighted sum of gains within it is not maximised), the share that each party reaches by
        its own draws, and whether no larger share is proven possible. The package is ``infeasible`` where
        not even one draw in favour of each party can be had.

    Examples
    --------
    >>> from comity.bargaining.game import split_the_dollar
    >>> solution, share, proven = solve_most_robust(split_the_dollar(("A", "B"), 10.0, epsilon=1.0))
    >>> share, proven
    (1.0, True)
    """
    game = game if allowed is None else game.restrict(allowed)
    low, high, proven = 0, game.draws + 1, True
    best: dict[str, float] | None = None
    method = "none"
    while high - low > 1:
        middle = (low + high) // 2
        part = game.replace(share=middle / game.draws)
        table = Table(part)
        program = table.rules.copy()
        for i in range(len(game.parties)):
            for c, v in table.mean_terms(i).items():
                program.objective[c] = program.objective.get(c, 0.0) + v / float(game.scale[i])
        floors = [Floor(i, float(least)) for i, least in enumerate(part.floor)]
        answer = table.maximise(program, floors, gap=1e6, solver=solver, nodes=SHARE_NODES)
        method = answer.solver
        if answer.point is not None:
            best, low = table.values(answer.point), middle
            # the package may keep more than it was asked for
            low = max(low, round(min(measure_robustness(game, best).by_party.values()) * game.draws))
        else:
            proven = proven and answer.status == "infeasible"
            high = middle
    label = f"largest share of draws, {method}"
    if best is None:
        return Solution({}, game.gains({}), None, None, None, label, "infeasible"), 0.0, proven
    share = low / game.draws
    bound = share if proven else 1.0
    status = "optimal" if proven else "bounded"
    found = Solution(best, game.gains(best), share, bound, bound - share, label, status)  # type: ignore[arg-type]
    return found, share, proven
