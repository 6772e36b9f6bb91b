"""Solve one game in negmas (Mohammad et al.) and write down what it answered and how long it took.

This file runs in a virtual environment of its own (``make bench`` makes it) and imports nothing of Comity:
the two sides talk through files, so that neither can flatter the other.

Job file (``.npz``): ``table_0``, ``table_1`` … (values, parties), what each value of each issue adds to each
party's utility, and ``reserve`` (parties). Utilities of all outcomes are listed before the clock starts, so
that only solving counts. Then, each timed by itself:

- ``frontier``: ``pareto_frontier_numpy``, its recommended exact extractor, on the rational outcomes;
- ``nash``: ``nash_points`` on that frontier, as negmas means it to be used;
- ``nash_direct``: ``nash_points`` on all rational outcomes, which needs no frontier;
- ``sampler``: ``MOBANOSParetoSampler`` (two parties only), its exact construction for additive utilities.

Times are processor time of one thread, for the sampler the best time of several. Answers are written as they
come, so that a run that is stopped leaves what it had finished.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

SAMPLER_RUNS = 7


def main() -> None:
    """Solve the job named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", type=Path)
    parser.add_argument("answer", type=Path)
    parser.add_argument("step", choices=("frontier", "nash_direct", "sampler"))
    parser.add_argument(
        "limit", type=int, help="seconds of processor time for solving; then the system stops it"
    )
    options = parser.parse_args()
    warnings.filterwarnings("ignore")

    with np.load(options.job, allow_pickle=False) as job:
        reserve = np.array(job["reserve"], dtype=float)
        count = sum(name.startswith("table_") for name in job.files)
        tables = [np.array(job[f"table_{k}"], dtype=float) for k in range(count)]
    answer: dict[str, Any] = {}

    def save(**found: Any) -> None:  # noqa: ANN401
        answer.update(found)
        options.answer.write_text(json.dumps(answer), encoding="utf-8")

    def start() -> None:
        soft = int(time.process_time()) + 1 + options.limit
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))

    if options.step == "sampler":
        start()
        run_sampler(tables, reserve, save)
        return
    ops: Any = importlib.import_module("negmas.preferences.ops")

    points = np.zeros((1, len(reserve)))
    for table in tables:
        points = (points[:, None, :] + table[None, :, :]).reshape(-1, len(reserve))
    points = points[np.all(points >= reserve, axis=1)]
    ranges = [(float(r), float(top)) for r, top in zip(reserve, points.max(axis=0), strict=True)]

    class Reserved:
        """All that ``nash_points`` asks of a utility function when the ranges are given."""

        def __init__(self, value: float) -> None:
            self.reserved_value = value

    ufuns: list[Any] = [Reserved(float(value)) for value in reserve]
    start()
    clock = time.process_time
    if options.step == "nash_direct":
        rows = [tuple(map(float, row)) for row in points]
        begin = clock()
        found = ops.nash_points(ufuns, rows, ranges=ranges)
        save(nash_direct_seconds=clock() - begin, nash=product(found[0][0], reserve))
        return
    begin = clock()
    kept = ops.pareto_frontier_numpy(points)
    save(frontier_seconds=clock() - begin, frontier_points=len(np.unique(np.round(points[kept], 12), axis=0)))
    rows = [tuple(map(float, row)) for row in points[kept]]
    begin = clock()
    found = ops.nash_points(ufuns, rows, ranges=ranges)
    save(nash_seconds=clock() - begin, nash=product(found[0][0], reserve))


def run_sampler(tables: list[np.ndarray], reserve: np.ndarray, save: Any) -> None:  # noqa: ANN401
    """Build the frontier from two additive utility functions, then pick the Nash point on it."""
    outcomes_room: Any = importlib.import_module("negmas.outcomes")
    preferences: Any = importlib.import_module("negmas.preferences")
    ops: Any = importlib.import_module("negmas.preferences.ops")
    mobanos: Any = importlib.import_module("negmas.preferences.pareto_sampler.mobanos")
    value_fun: Any = importlib.import_module("negmas.preferences.value_fun")

    issues = [outcomes_room.make_issue(list(range(len(t))), f"i{k}") for k, t in enumerate(tables)]
    space = outcomes_room.make_os(issues)
    ufuns = [
        preferences.LinearAdditiveUtilityFunction(
            values=[
                value_fun.TableFun({v: float(row[party]) for v, row in enumerate(table)}) for table in tables
            ],
            weights=[1.0] * len(tables),
            outcome_space=space,
            reserved_value=float(reserve[party]),
        )
        for party in range(2)
    ]
    # Too short for a clock of processor time: the best of several, on the clock on the wall.
    times = []
    for _ in range(SAMPLER_RUNS):
        begin = time.perf_counter()
        sampler = mobanos.MOBANOSParetoSampler()
        sampler.init(ufuns[0], ufuns[1])
        outcomes = sampler.pareto_outcomes()
        times.append(time.perf_counter() - begin)
    points = [tuple(float(ufun(outcome)) for ufun in ufuns) for outcome in outcomes]
    rational = [row for row in points if all(u >= r for u, r in zip(row, reserve, strict=True))]
    ranges = [(float(r), max(row[i] for row in rational)) for i, r in enumerate(reserve)]
    found = ops.nash_points(ufuns, rational, ranges=ranges)
    save(
        sampler_seconds=min(times),
        sampler_points=len({tuple(np.round(row, 12)) for row in rational}),
        nash=product(found[0][0], reserve),
    )


def product(point: tuple[float, ...], reserve: np.ndarray) -> float:
    """Return the product of gains."""
    return float(np.prod(np.asarray(point) - reserve))


if __name__ == "__main__":
    main()
