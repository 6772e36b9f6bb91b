"""Solutions of a game: Nash, utilitarian, leximin of gain ratios, and alternatives (§6.2).

All of them keep hard individual rationality: a party's gain reaches its red line + epsilon on average and
in at least ``game.share`` of the draws. Each answer carries the proven bound and is checked on all draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.game import Game, Solution
from comity.bargaining.table import Answer, Floor, Table
from comity.errors import SolveError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from comity.bargaining.program import Program, Solver

__all__ = [
    "Alternative",
    "alternatives",
    "ideal_gains",
    "solve_fewest",
    "solve_leximin",
    "solve_nash",
    "solve_utilitarian",
]

Array = npt.NDArray[np.float64]
SMALLEST_SHARE = 1e-5
"""A mean gain below this share of the most a party could get counts as no gain; solvers allow 1e-6."""
ROOM = 2.0
"""Upper bound of a gain as a share of the most it can be. It never binds: SCIP takes bounds closer than 1e-9
to a value that is reached for equal to it, and then lost one optimum in a thousand small games."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A package with the name of the idea behind it."""

    name: str
    solution: Solution


def solve_nash(
    game: Game,
    *,
    allowed: Iterable[str] | None = None,
    gap: float = 1e-6,
    solver: Solver = "auto",
    starts: Iterable[Mapping[str, float]] = (),
) -> Solution:
    """Maximise the weighted Nash product of mean gains (Nash, 1950; Kalai, 1977 for weights).

    Parameters
    ----------
    game
        The game.
    allowed
        Keys of the clauses on the table; all unless told.
    gap
        Accepted distance between objective and bound, in nats.
    solver
        ``auto`` (SCIP, HiGHS where SCIP is missing or fails), ``scip`` or ``highs``.
    starts
        Packages known to be good; they only save time.

    Returns
    -------
    Solution
        ``objective`` is Σ wᵢ log(mean gainᵢ), gains in US$ million per year. ``infeasible`` means proven
        that no package keeps all red lines and gives every party a mean gain above zero.

    Raises
    ------
    comity.errors.SolveError
        When no solver gives an answer or a proof.

    Examples
    --------
    >>> from comity.bargaining.game import split_the_dollar
    >>> solution = solve_nash(split_the_dollar(("A", "B"), 10.0, disagreement=[0.0, 4.0]))
    >>> round(solution.values["share of A"], 3)
    3.0
    """
    game = allowed_part(game, allowed)
    table = Table(game)
    program = table.rules.copy()
    shift = 0.0
    for i, weight in enumerate(game.weight):
        terms, no_deal = table.mean_terms(i), float(game.no_deal[i])
        top = program.relaxed(terms) - no_deal
        if top <= 1e-12 * float(game.scale[i]):
            return _none(game, "Nash: " + game.parties[i] + " has no mean gain in any package")
        # the upper bound is loose on purpose: see ROOM
        gain = program.column(SMALLEST_SHARE, ROOM)
        program.row({**scaled(terms, top), gain: -1.0}, lower=no_deal / top, upper=no_deal / top)
        program.logarithms[gain] = float(weight)
        shift += float(weight) * math.log(top)
    answer = table.maximise(program, red_floors(game), gap=gap, solver=solver, starts=starts)

    def objective(mean: Array) -> float:
        return math.fsum(game.weight * np.log(np.maximum(mean, 1e-300)))

    return checked_solution(table, answer, objective, "Nash", gap, shift=shift)


def solve_utilitarian(
    game: Game,
    *,
    allowed: Iterable[str] | None = None,
    gap: float = 1e-6,
    solver: Solver = "auto",
    starts: Iterable[Mapping[str, float]] = (),
) -> Solution:
    """Maximise the weighted sum of mean gains, US$ million per year; ``gap`` is relative to its size.

    >>> from comity.bargaining.game import split_the_dollar
    >>> solve_utilitarian(split_the_dollar(("A", "B"), 10.0)).objective
    10.0
    """
    game = allowed_part(game, allowed)
    table = Table(game)
    program = table.rules.copy()
    size = float((game.weight * game.scale).max())
    weigh(table, program, game.weight / size)
    shift = -float(game.weight @ game.no_deal)
    answer = table.maximise(program, red_floors(game), gap=gap, solver=solver, starts=starts)
    return checked_solution(
        table,
        answer,
        lambda mean: float(game.weight @ mean),
        "utilitarian",
        gap * size,
        size=size,
        shift=shift,
    )


def solve_leximin(
    game: Game,
    *,
    allowed: Iterable[str] | None = None,
    gap: float = 1e-6,
    solver: Solver = "auto",
    starts: Iterable[Mapping[str, float]] = (),
) -> Solution:
    """Leximin of gain ratios: raise the smallest ratio, then the next (Imai, 1983; Kalai–Smorodinsky, 1975).

    The ratio of a party is its mean gain over the most that it could gain in a package that keeps all red
    lines. Sums of the k smallest ratios are maximised one after the other (Ogryczak and Śliwiński, 2003),
    which is exact on sets that are not convex. ``objective`` is the smallest ratio. A party that cannot
    gain on average in any such package is left out of the order.

    >>> from comity.bargaining.game import split_the_dollar
    >>> round(solve_leximin(split_the_dollar(("A", "B"), 10.0)).objective, 5)
    0.5
    """
    game = allowed_part(game, allowed)
    table = Table(game)
    known = [dict(v) for v in starts]
    found_ideal = _ideal(table, gap, solver, known)
    if isinstance(found_ideal, Answer):
        return checked_solution(table, found_ideal, lambda _: 0.0, "leximin", gap)
    ideal, known, exact = found_ideal
    counted = [i for i in range(len(game.parties)) if ideal[i] > SMALLEST_SHARE * game.scale[i]]
    if not counted:
        return _none(game, "leximin: no party has a mean gain in any package")
    answer, bound = _order(table, [(i, float(ideal[i])) for i in counted], gap, solver, known)

    def smallest(mean: Array) -> float:
        return float(min(mean[i] / ideal[i] for i in counted))

    found = checked_solution(table, answer, smallest, "leximin of gain ratios", gap, bound=bound)
    if exact or not found.found:
        return found
    return Solution(
        found.values, found.gains, found.objective, found.bound, found.gap, found.method, "bounded"
    )


def ideal_gains(
    game: Game, *, allowed: Iterable[str] | None = None, gap: float = 1e-6, solver: Solver = "auto"
) -> dict[str, float]:
    """Most that each party could gain on average in a package that keeps all red lines; empty without a zone.

    ``gap`` is a share of the party's scale; where the search stops early the figure is the best found.

    >>> from comity.bargaining.game import split_the_dollar
    >>> best = ideal_gains(split_the_dollar(("A", "B"), 10.0, red_lines=[0.0, 4.0]))
    >>> round(best["A"], 3), round(best["B"], 3)
    (6.0, 10.0)
    """
    game = allowed_part(game, allowed)
    found = _ideal(Table(game), gap, solver, [])
    if isinstance(found, Answer):
        return {}
    return {p: float(v) for p, v in zip(game.parties, found[0], strict=True)}


def _ideal(
    table: Table, gap: float, solver: Solver, known: list[dict[str, float]]
) -> Answer | tuple[Array, list[dict[str, float]], bool]:
    """Best gain of each party in turn; the answer without a point where there is no package."""
    game = table.game
    ideal, exact = np.zeros(len(game.parties)), True
    for i in range(len(game.parties)):
        program = table.rules.copy()
        mark = np.zeros(len(game.parties))
        mark[i] = 1.0 / game.scale[i]
        weigh(table, program, mark)
        answer = table.maximise(program, red_floors(game), gap=gap / 10, solver=solver, starts=known)
        if answer.point is None:
            return answer
        known = [*known[-3:], table.values(answer.point)]
        ideal[i] = answer.objective * game.scale[i] - game.no_deal[i]
        exact = exact and answer.status == "optimal"
    return ideal, known, exact


def _order(
    table: Table, ideals: list[tuple[int, float]], gap: float, solver: Solver, known: list[dict[str, float]]
) -> tuple[Answer, float]:
    """Maximise the sum of the k smallest ratios for k = 1, 2, … under all the earlier ones."""
    program, count = table.rules.copy(), len(ideals)
    first = math.inf
    status = "optimal"
    answer: Answer | None = None
    for k in range(1, count + 1):
        level = program.column(-10.0, 10.0)
        goal = {level: float(k)}
        hint = None if answer is None or answer.point is None else _hint(table, answer.point, ideals, k)
        for i, ideal in ideals:
            below = program.column(0.0, 20.0)
            goal[below] = -1.0
            # below ≥ level − ratio, with ratio = (terms − no deal) / ideal
            terms = scaled(table.mean_terms(i), ideal)
            program.row({**terms, below: 1.0, level: -1.0}, lower=float(table.game.no_deal[i]) / ideal)
        program.objective = goal
        # k ratios are summed, so that the gap for each stays the same
        found = table.maximise(
            program, red_floors(table.game), gap=gap * k / 10, solver=solver, starts=known, hint=hint
        )
        if found.point is None:
            # A later stage is feasible by the answer before it; where rounding says no, that one stands.
            status = "bounded"
            break
        answer = found
        known = [*known[-3:], table.values(found.point)]
        first = min(first, found.bound) if k == 1 else first
        status = found.status if found.status != "optimal" else status
        program.row(goal, lower=found.objective - gap / 2)
    if answer is None:
        msg = "leximin: no stage was solved"
        raise SolveError(msg)
    kept = answer.status if status == "optimal" else "bounded"
    return Answer(answer.point, answer.objective, answer.bound, kept, answer.solver), first


def _hint(table: Table, point: Array, ideals: list[tuple[int, float]], k: int) -> Array:
    """Continue the last stage's point into this one: its k-th smallest ratio, and who lies below it."""
    ratios = [
        (math.fsum(v * point[c] for c, v in table.mean_terms(i).items()) - float(table.game.no_deal[i]))
        / ideal
        for i, ideal in ideals
    ]
    level = sorted(ratios)[k - 1]
    return np.concatenate([point, [level], [max(0.0, level - ratio) for ratio in ratios]])


def solve_fewest(
    game: Game, least_gains: Array, *, allowed: Iterable[str] | None = None, solver: Solver = "auto"
) -> Solution:
    """Find the fewest clauses that give every party at least these mean gains.

    ``objective`` is minus the number of clauses.

    >>> from comity.bargaining.game import split_the_dollar
    >>> solve_fewest(split_the_dollar(("A", "B"), 10.0), [1.0, 1.0]).objective
    -1.0
    """
    game = allowed_part(game, allowed)
    table = Table(game)
    program = table.rules.copy()
    for i, least in enumerate(least_gains):
        size = float(game.scale[i])
        program.row(scaled(table.mean_terms(i), size), lower=float(least + game.no_deal[i]) / size)
    program.objective = dict.fromkeys(table.on, -1.0)
    answer = table.maximise(program, red_floors(game), gap=1.0 - 1e-4, solver=solver)
    if answer.point is None:
        return checked_solution(table, answer, lambda _: 0.0, "fewest clauses", 0.0)
    values = table.values(answer.point)
    bound = min(answer.bound + 1e-4, 0.0)
    proven = answer.status == "optimal"
    return Solution(
        values,
        game.gains(values),
        -float(len(values)),
        -float(len(values)) if proven else float(math.floor(bound)),
        0.0 if proven else float(math.floor(bound)) + len(values),
        f"fewest clauses, {answer.solver}",
        answer.status,
    )


def alternatives(
    game: Game,
    k: int = 4,
    *,
    allowed: Iterable[str] | None = None,
    solver: Solver = "auto",
    nash: Solution | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Alternative, ...]:
    """At most ``k`` materially different packages, the Nash package first; empty where there is no zone.

    Nash; leximin of gain ratios; utilitarian; the fewest clauses that leave each party at least 90 % of
    its mean gain in the Nash package. ``nash`` is that package, where the caller has it already; ``tell``
    is called with the name of each before it is solved.

    >>> from comity.bargaining.game import split_the_dollar
    >>> [a.name for a in alternatives(split_the_dollar(("A", "B"), 10.0))]
    ['nash', 'largest total gain']
    """
    game = allowed_part(game, allowed)
    nash = solve_nash(game, solver=solver) if nash is None else nash
    if not nash.found or not nash.values:
        return (Alternative("nash", nash),) if nash.found else ()
    chosen = [Alternative("nash", nash)]
    others: tuple[tuple[str, Callable[[], Solution]], ...] = (
        ("even gain ratios", lambda: solve_leximin(game, solver=solver, starts=[nash.values])),
        ("largest total gain", lambda: solve_utilitarian(game, solver=solver, starts=[nash.values])),
        ("fewest clauses", lambda: solve_fewest(game, 0.9 * nash.mean_gains, solver=solver)),
    )
    for name, solve in others:
        if len(chosen) >= k:
            break
        tell(name)
        solution = solve()
        if name == "fewest clauses" and len(solution.values) >= len(nash.values):
            continue
        if solution.found and solution.values and not any(alike(game, solution, a.solution) for a in chosen):
            chosen.append(Alternative(name, solution))
    return tuple(chosen)


# -- shared parts -------------------------------------------------------------------------------------


def allowed_part(game: Game, allowed: Iterable[str] | None) -> Game:
    return game if allowed is None else game.restrict(allowed)


def red_floors(game: Game) -> list[Floor]:
    return [Floor(i, float(least)) for i, least in enumerate(game.floor)]


def scaled(terms: Mapping[int, float], size: float) -> dict[int, float]:
    return {c: v / size for c, v in terms.items()}


def weigh(table: Table, program: Program, weights: Array) -> None:
    goal: dict[int, float] = {}
    for i, weight in enumerate(weights):
        if weight:
            for c, v in table.mean_terms(i).items():
                goal[c] = goal.get(c, 0.0) + float(weight) * v
    program.objective = goal


def _none(game: Game, method: str) -> Solution:
    return Solution({}, game.gains({}), None, None, None, method, "infeasible")


def checked_solution(
    table: Table,
    answer: Answer,
    objective: Callable[[Array], float],
    method: str,
    gap: float,
    *,
    size: float = 1.0,
    shift: float = 0.0,
    bound: float | None = None,
) -> Solution:
    """Recompute everything from the clause values, on all draws, and check it."""
    game = table.game
    if answer.point is None:
        if answer.status == "infeasible":
            return _none(game, f"{method}, {answer.solver}")
        msg = f"{method}: neither a package nor a proof that there is none within the node limit"
        raise SolveError(msg)
    values = table.values(answer.point)
    broken = game.breaches(values)
    if broken or not game.rational(values):
        msg = f"{method}: the solver's package breaks a rule ({'; '.join(broken) or 'a red line'})"
        raise SolveError(msg)
    gains = game.gains(values)
    reached = float(objective(gains.mean(axis=0)))
    proven = max(answer.bound * size + shift if bound is None else bound, reached)
    if math.isinf(proven):
        proven = reached
    kept = answer.status
    if kept == "optimal" and proven - reached > 10 * gap + 1e-9 * abs(reached):
        kept = "bounded"
    return Solution(values, gains, reached, proven, proven - reached, f"{method}, {answer.solver}", kept)


def alike(game: Game, one: Solution, other: Solution) -> bool:
    """Say whether two packages are the same to a negotiator: values within 1 % of each clause's range."""
    for clause in game.clauses:
        a, b = one.values.get(clause.key), other.values.get(clause.key)
        if (a is None) != (b is None):
            return False
        if a is not None and b is not None and abs(a - b) > 0.01 * max(clause.high - clause.low, 1e-12):
            return False
    return True
