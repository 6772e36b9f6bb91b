"""A package that all parties accept and that lies nearest to one that is given (§6.4, §9).

What is chosen depends on the parties' payoffs only through what they accept: the distance is measured on the
table, which is public. Payoffs of which no constraint binds therefore leave no trace in the answer.

Who may import me: the bargaining room; services import these names from :mod:`comity.bargaining`.
Start at :func:`find_accepted`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from comity.bargaining.solve import red_floors
from comity.bargaining.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.bargaining.game import Game
    from comity.bargaining.program import Solver

__all__ = ["Accepted", "coarsen", "find_accepted"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A package (value by clause key), or none.

    ``status`` is ``optimal`` (the nearest), ``bounded`` (accepted by all, perhaps not the nearest, or
    undecided where there is no package) or ``infeasible`` (proven: there is none on this table).
    """

    values: Mapping[str, float] | None
    status: Literal["optimal", "bounded", "infeasible"]


def coarsen(game: Game, levels: int) -> Game:
    """Give each clause at most so many values, evenly spread from its lower end; a coarse answer tells less.

    >>> from comity.bargaining.game import split_the_dollar
    >>> coarsen(split_the_dollar(("A", "B"), 10.0), 5).clauses[0].levels
    (0.0, 2.5, 5.0, 7.5, 10.0)
    """
    clauses = []
    for clause in game.clauses:
        low, high = clause.ends
        if clause.kind == "binary" or high <= low:
            clauses.append(clause)
            continue
        step = (high - low) / (levels - 1)
        if clause.kind == "stepped" and clause.step is not None:
            step = clause.step * max(1, math.ceil(clause.steps / (levels - 1)))
        clauses.append(replace(clause, low=low, high=high, step=step, kind="stepped"))
    return game.replace(clauses=tuple(clauses))


def find_accepted(
    game: Game,
    near: Mapping[str, float],
    *,
    limits: Sequence[Mapping[str, tuple[float, float]]] = (),
    weights: Sequence[float] | None = None,
    gap: float = 1e-6,
    solver: Solver = "auto",
) -> Accepted:
    """Find the package nearest to ``near`` in which every party is a net gainer within its limits.

    Parameters
    ----------
    game
        The game; its clauses as the public table has them.
    near
        Value by clause key; clauses that are not in it are wanted out.
    limits
        For each party that has some: values by clause beyond which it will not go.
    weights
        What the distance counts in each clause; 1 unless told. Different ones make the nearest unique.
    gap
        Accepted distance to the bound, in units of the distance.
    solver
        As in :func:`comity.bargaining.solve.solve_nash`.

    Examples
    --------
    >>> from comity.bargaining.game import split_the_dollar
    >>> game = split_the_dollar(("A", "B"), 10.0, red_lines=[0.0, 4.0])
    >>> round(find_accepted(game, {"share of A": 9.0}).values["share of A"], 6)
    6.0
    >>> find_accepted(game, {"share of A": 9.0}, limits=[{"share of A": (8.0, 10.0)}]).status
    'infeasible'
    """
    table = Table(game)
    program = table.rules.copy()
    for own in limits:
        table.limit(program, own)
    table.approach(program, near, weights)
    answer = table.maximise(program, red_floors(game), gap=gap, solver=solver)
    if answer.point is None:
        return Accepted(None, "infeasible" if answer.status == "infeasible" else "bounded")
    # not tidied: which clauses have an effect is private
    values = table.point_values(answer.point)
    if game.breaches(values) or not game.rational(values):
        return Accepted(None, "bounded")
    return Accepted(values, "optimal" if answer.status == "optimal" else "bounded")
