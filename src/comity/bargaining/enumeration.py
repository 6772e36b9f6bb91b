"""Small discrete games, all outcomes at once: exact, and independent of any solver."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.bargaining.game import Game

__all__ = ["frontier", "outcomes"]

Array = npt.NDArray[np.float64]


def outcomes(game: Game) -> Iterator[dict[str, float]]:
    """All packages that obey the rules of the table, the empty one first.

    Raises
    ------
    comity.errors.InputError
        When a clause is continuous.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> game = Game(("A",), (Clause("x", "A", "A", 1, 2, 1, "stepped"),), [[[1.0]]], [[[0.0]]])
    >>> list(outcomes(game))
    [{}, {'x': 1.0}, {'x': 2.0}]
    """
    choices: list[tuple[float | None, ...]] = []
    for clause in game.clauses:
        if clause.levels is None:
            msg = "a continuous clause cannot be enumerated"
            raise InputError(msg, key=f"clause {clause.key}")
        choices.append((None, *clause.levels))
    keys = [c.key for c in game.clauses]
    for pick in itertools.product(*choices):
        values = {k: v for k, v in zip(keys, pick, strict=True) if v is not None}
        if not game.breaches(values):
            yield values


def frontier(game: Game) -> list[dict[str, float]]:
    """Pareto-efficient packages by mean gain among those that keep all red lines, one per gain vector.

    Sorted by the gains of the first party, then the second, and so on, from high to low.
    """
    kept = [values for values in outcomes(game) if game.rational(values)]
    if not kept:
        return []
    mean = np.array([game.gains(values).mean(axis=0) for values in kept])
    order = np.lexsort(tuple(-mean[:, i] for i in reversed(range(mean.shape[1]))))
    slack = 1e-12 * game.scale
    best: list[int] = []
    for row in order:
        if not any(np.all(mean[other] >= mean[row] - slack) for other in best):
            best.append(int(row))
    return [kept[row] for row in best]
