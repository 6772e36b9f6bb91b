"""What would change the answer: weights, values that nobody knows, and clauses that were not there (§6.7).

Every statement is a package solved again on both sides of the change, not a derivative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from comity.bargaining.solve import alike, solve_nash
from comity.bargaining.zone import test_zone
from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from comity.bargaining.game import Game, Solution
    from comity.bargaining.program import Solver

__all__ = [
    "Dropped",
    "Flip",
    "WeightRange",
    "find_flip",
    "solve_without",
    "weight_range",
    "with_worth",
]

FACTORS = (0.25, 0.5, 0.8, 1.25, 2.0, 4.0)
HALVINGS_LIMIT = 24
Question = Literal["package", "clause", "zone"]


@dataclass(frozen=True, slots=True)
class WeightRange:
    """Within which factors on one party's weight the package stays the same.

    ``low`` and ``high`` are the outermost factors tried up to which all solved packages are the same (1 is
    the weight as it is); ``tried`` lists every factor with the answer. Between two factors nothing is
    claimed.
    """

    party: str
    low: float
    high: float
    tried: tuple[tuple[float, bool], ...]
    gains: Mapping[float, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Flip:
    """Where the answer flips when one unvalued cell takes one value or another.

    ``below`` and ``above`` enclose the value, US$ million per year at the clause's full value; the answers
    there were solved. Both None: ``answer_low`` holds at both ends of the range that was tried, and nothing
    is said about the inside.
    """

    party: str
    clause: str
    question: Question
    below: float | None
    above: float | None
    answer_low: str
    answer_high: str
    tried: int

    @property
    def flips(self) -> bool:
        """True where the two ends of the range give different answers."""
        return self.below is not None


@dataclass(frozen=True, eq=False)
class Dropped:
    """The best package without one clause; ``change`` of each mean gain, US$ million per year."""

    clause: str
    solution: Solution
    change: Mapping[str, float]
    lost: float | None


def weight_range(
    game: Game,
    party: str,
    *,
    factors: Iterable[float] = FACTORS,
    solution: Solution | None = None,
    gap: float = 1e-6,
    solver: Solver = "auto",
) -> WeightRange:
    """Solve the Nash package again with one party's weight multiplied by each factor.

    Two packages are the same when their clauses are, with values within a hundredth of each range.

    >>> from comity.bargaining.game import Clause, Game
    >>> swap = (Clause("x", "A", "B", 0, 1, kind="binary"), Clause("y", "B", "A", 0, 1, kind="binary"))
    >>> game = Game(("A", "B"), swap, [[[-1.0, 3.0], [3.0, -1.0]]], [[[0.0, 0.0]] * 2])
    >>> found = weight_range(game, "A", factors=(0.5, 2.0))
    >>> found.low, found.high
    (0.5, 2.0)
    """
    if party not in game.parties:
        msg = f"unknown party '{party}'"
        raise InputError(msg, key="party", accepted=", ".join(game.parties))
    base = solve_nash(game, gap=gap, solver=solver) if solution is None else solution
    index = game.parties.index(party)
    tried, gains = [], {}
    for factor in sorted(set(factors)):
        if not factor > 0:
            msg = f"factor {factor}"
            raise InputError(msg, key="factors", accepted="numbers above 0")
        weight = game.weight.copy()
        weight[index] *= factor
        other = solve_nash(
            game.replace(weights=weight),
            gap=gap,
            solver=solver,
            starts=[base.values] if base.found and base.values else [],
        )
        tried.append((float(factor), other.found == base.found and alike(game, base, other)))
        gains[float(factor)] = {p: float(g) for p, g in zip(game.parties, other.mean_gains, strict=True)}
    low = high = 1.0
    for factor, same in reversed([t for t in tried if t[0] < 1]):
        if not same:
            break
        low = factor
    for factor, same in [t for t in tried if t[0] > 1]:
        if not same:
            break
        high = factor
    return WeightRange(party, low, high, tuple(tried), gains)


def with_worth(game: Game, party: str, clause: str, worth: float) -> Game:
    """Return the game in which a clause at its full value is worth this much to a party, in every draw.

    A clause that is yes or no gets it as a whole, any other in proportion to its value.

    >>> from comity.bargaining.game import Clause, Game
    >>> game = Game(("A",), (Clause("x", "A", "A", 0, 4),), [[[0.0]]], [[[0.0]]])
    >>> with_worth(game, "A", "x", 8.0).gains({"x": 1.0}).tolist()
    [[2.0]]
    """
    i, c = _cell(game, party, clause)
    slope, fixed = game.slope.copy(), game.fixed.copy()
    item = game.clauses[c]
    whole = item.kind == "binary" or item.ends[1] == 0
    slope[:, i, c] = 0.0 if whole else worth / item.ends[1]
    fixed[:, i, c] = worth if whole else 0.0
    return game.replace(slope=slope, fixed=fixed)


def find_flip(
    game: Game,
    party: str,
    clause: str,
    low: float,
    high: float,
    *,
    question: Question = "clause",
    tolerance: float = 1e-3,
    gap: float = 1e-6,
    solver: Solver = "auto",
) -> Flip:
    """Find a value of one cell at which the answer flips, solving again at both sides.

    Parameters
    ----------
    game
        The game, with anything in that cell.
    party, clause
        The cell: what the clause is worth to the party.
    low, high
        The range to search, US$ million per year at the clause's full value.
    question
        ``clause``: is it in the Nash package; ``package``: is the Nash package the one at ``low``; ``zone``:
        is there a zone of agreement.
    tolerance
        How closely the flip is enclosed, as a share of the range.
    gap, solver
        As in :func:`comity.bargaining.solve.solve_nash`.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> swap = (Clause("x", "A", "B", 0, 1, kind="binary"), Clause("y", "B", "A", 0, 1, kind="binary"))
    >>> game = Game(("A", "B"), swap, [[[-1.0, 3.0], [3.0, -1.0]]], [[[0.0, 0.0]] * 2],
    ...             epsilon=0.5)
    >>> flip = find_flip(game, "A", "x", -10.0, 0.0, question="zone")
    >>> flip.answer_low, flip.answer_high, flip.below <= -2.5 <= flip.above
    ('closed', 'open', True)
    """
    _cell(game, party, clause)
    if not (np.isfinite([low, high]).all() and low < high):
        msg = f"range {low} to {high}"
        raise InputError(msg, key="low, high", accepted="finite numbers with low < high")
    asks: dict[str, Callable[[Game], str]] = {
        "zone": lambda g: "open" if test_zone(g, solver=solver).open else "closed",
        "clause": lambda g: _state(solve_nash(g, gap=gap, solver=solver), clause),
    }
    if question == "package":
        first = solve_nash(with_worth(game, party, clause, low), gap=gap, solver=solver)

        def same(g: Game) -> str:
            found = solve_nash(g, gap=gap, solver=solver)
            kept = found.found == first.found and alike(g, first, found)
            return "the same package" if kept else ("another package" if found.found else "no package")

        asks["package"] = same
    if question not in asks:
        msg = f"unknown question '{question}'"
        raise InputError(msg, key="question", accepted="package, clause, zone")
    ask = asks[question]
    tried = 2
    at_low = ask(with_worth(game, party, clause, low))
    at_high = ask(with_worth(game, party, clause, high))
    if at_low == at_high:
        return Flip(party, clause, question, None, None, at_low, at_high, tried)
    below, above = low, high
    for _ in range(HALVINGS_LIMIT):
        if above - below <= tolerance * (high - low):
            break
        middle = (below + above) / 2
        answer, tried = ask(with_worth(game, party, clause, middle)), tried + 1
        if answer == at_low:
            below = middle
        else:
            above, at_high = middle, answer
    return Flip(party, clause, question, below, above, at_low, at_high, tried)


def solve_without(
    game: Game,
    solution: Solution,
    *,
    clauses: Iterable[str] | None = None,
    gap: float = 1e-6,
    solver: Solver = "auto",
) -> tuple[Dropped, ...]:
    """Take each clause of a Nash package off the table and solve again, the greatest loss first.

    ``lost`` is how much the Nash objective falls, in nats; None where no package is left: then the clause is
    pivotal.

    >>> from comity.bargaining.game import split_the_dollar
    >>> game = split_the_dollar(("A", "B"), 10.0)
    >>> dropped, = solve_without(game, solve_nash(game))
    >>> dropped.clause, dropped.solution.status, dropped.lost
    ('share of A', 'infeasible', None)
    """
    found = []
    for key in solution.values if clauses is None else clauses:
        if key not in solution.values:
            msg = f"'{key}' is not in the package"
            raise InputError(msg, key="clauses", accepted=", ".join(solution.values))
        rest = [c.key for c in game.clauses if c.key != key]
        part = game.restrict(rest)
        other = solve_nash(part, gap=gap, solver=solver)
        change = game.gains(other.values).mean(axis=0) - solution.mean_gains
        lost = None
        if other.objective is not None and solution.objective is not None:
            lost = max(0.0, solution.objective - other.objective)
        found.append(
            Dropped(key, other, {p: float(v) for p, v in zip(game.parties, change, strict=True)}, lost)
        )
    return tuple(sorted(found, key=lambda d: -np.inf if d.lost is None else -d.lost))


def _state(solution: Solution, clause: str) -> str:
    if not solution.found:
        return "no package"
    return "in the package" if clause in solution.values else "not in the package"


def _cell(game: Game, party: str, clause: str) -> tuple[int, int]:
    if party not in game.parties:
        msg = f"unknown party '{party}'"
        raise InputError(msg, key="party", accepted=", ".join(game.parties))
    if clause not in game.index:
        msg = f"unknown clause '{clause}'"
        raise InputError(msg, key="clause", accepted="the key of a clause")
    return game.parties.index(party), game.index[clause]
