"""A written package in many draws of the full world (§3.14): each party's gain under other parameter values.

Who may import me: the world-round services. Start at :func:`value_draws`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from comity.services.world_clauses import make_shock
from comity.services.world_laboratory import PARAMETERS, Bench, sum_shocks
from comity.units import to_usd_million
from comity.world.derivative import differentiate
from comity.world.menu import Menu

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from comity.evidence import Parameters
    from comity.services.world_clauses import Candidate

    Array = NDArray[np.float64]

__all__ = ["draw_values", "slope_draws", "value_draws"]

#: Draws that one task of an executor takes, so that the package is not sent once a draw.
TASK = 10


def value_draws(
    bench: Bench,
    parameters: Parameters,
    package: Sequence[tuple[Candidate, float]],
    *,
    draws: int,
    seed: int,
    executor: Executor | None = None,
    tell: Callable[[float], None] | None = None,
) -> Array:
    """Weighted gain of every economy in every draw; US$ million a year, draws × N.

    Parameters
    ----------
    bench
        Evidence and weights.
    parameters
        Whose distributions are drawn.
    package
        Clauses with their written values.
    draws, seed
        How many, and from which seed; the same seed gives the same draws on any executor.
    executor
        Runs the draws in other processes; here, one after the other, unless given.
    tell
        Called with a share from 0 to 1.
    """
    values = draw_values(parameters, draws=draws, seed=seed)
    tasks = [values[k : k + TASK] for k in range(0, draws, TASK)]
    jobs = ((bench, package, task) for task in tasks)
    results = map(_value_task, jobs) if executor is None else executor.map(_value_task, jobs)
    out = []
    for gains in results:
        out.append(gains)
        if tell is not None:
            tell(len(out) / len(tasks))
    return np.concatenate(out)


def draw_values(parameters: Parameters, *, draws: int, seed: int) -> list[dict[str, float]]:
    """Parameter values of every draw."""
    drawn = parameters.draw(np.random.default_rng(seed), draws, names=PARAMETERS)
    return [{name: float(column[k]) for name, column in drawn.items()} for k in range(draws)]


def slope_draws(
    bench: Bench,
    candidates: Sequence[Candidate],
    strengths: Array,
    values: Sequence[Mapping[str, float]],
    places: Sequence[int],
    *,
    executor: Executor | None = None,
    tell: Callable[[float], None] | None = None,
) -> Array:
    """Compute the derivative of some economies' gains by every strength, in some draws; draws × places × C.

    ``places`` are positions of economies in the world; the rest is as in :func:`value_draws`.
    """
    tasks = [values[k : k + 2] for k in range(0, len(values), 2)]
    jobs = ((bench, candidates, strengths, task, places) for task in tasks)
    results = map(_slope_task, jobs) if executor is None else executor.map(_slope_task, jobs)
    out = []
    for slopes in results:
        out.append(slopes)
        if tell is not None:
            tell(len(out) / len(tasks))
    return np.concatenate(out)


def _slope_task(
    job: tuple[Bench, Sequence[Candidate], Array, Sequence[Mapping[str, float]], Sequence[int]],
) -> Array:
    bench, candidates, strengths, values, places = job
    out = []
    with threadpool_limits(limits=1, user_api="blas"):
        for one in values:
            world = bench.world(one)
            setting = bench.setting(one, world)
            menu = Menu(world.economy, [make_shock(setting, c, c.full) for c in candidates])
            outcome = world.solve(menu.shock(strengths))
            slopes = differentiate(world, menu, strengths, outcome, bench.weights)
            out.append(to_usd_million(1.0) * slopes[list(places)])
    return np.stack(out)


def _value_task(
    job: tuple[Bench, Sequence[tuple[Candidate, float]], Sequence[Mapping[str, float]]],
) -> Array:
    bench, package, values = job
    with threadpool_limits(limits=1, user_api="blas"):
        return np.stack([_value_draw(bench, package, one) for one in values])


def _value_draw(
    bench: Bench, package: Sequence[tuple[Candidate, float]], values: Mapping[str, float]
) -> Array:
    world = bench.world(values)
    setting = bench.setting(values, world)
    shock = sum_shocks([make_shock(setting, candidate, value) for candidate, value in package])
    lines = world.solve(shock).ledger().values
    return to_usd_million(1.0) * np.asarray((lines * bench.weights).sum(axis=1))
