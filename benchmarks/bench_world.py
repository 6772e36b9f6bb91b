"""How long the world model takes, beside gegravity and beside an independent solver, in one run.

Three questions, each printed as a small table:

1. How long is a quantity counterfactual (people move, all else follows) of the full world, on one core?
2. Is the answer right? ``independent_trade`` solves the trade-only job again (levels, no shared code).
3. How long does gegravity take for a trade-only job of the same size on the same sales?

Run by ``make bench``, which sets one thread and gives the peer an environment of its own. Times are the
median of repeated runs for Comity and one run for the peer, which takes too long to repeat.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from independent_trade import TradeJob, solve_trade

from comity.world import Economy, Move, Shock, TariffCut, TradeCost, World

SIZES = (30, 100, 180)
PEER_LIMIT_SECONDS = 1500
COST_RISE = 1.1
"""The trade-only job: goods cost the economy with the largest spending 10 % more to bring in."""
TARIFF_CUT = 0.02
PROMISED_MILLISECONDS = 15.0
PROMISED_RATIO = 5000.0
PROMISED_AGREEMENT = 1e-6


def time_median(job: Callable[[], Any], *, repeats: int = 41) -> float:
    """Median seconds of ``job``, after one unmeasured run that fills caches."""
    job()
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def move_some(economy: Economy) -> Shock:
    """One in a hundred low-skill workers of each of three middling economies move to the largest."""
    order = np.argsort(-economy.value_added)
    target = economy.codes[order[0]]
    half = len(economy) // 2
    return Shock(
        moves=tuple(
            Move(
                economy.codes[k],
                economy.codes[k],
                target,
                "low",
                float(economy.units[k, k, 0]) / 100,
                1.0,
                1.0,
            )
            for k in order[half : half + 3]
        )
    )


def merge_to(world: World, size: int) -> World:
    """The ``size`` − 1 largest economies and one rest of the world; the world itself if it is that small."""
    economy = world.economy
    if size >= len(economy):
        return world
    order = np.argsort(-economy.value_added)[: size - 1]
    keep = {economy.codes[k] for k in order}
    return world.aggregate(keep, {code: "Rest of the world" for code in economy.codes if code not in keep})


def trade_only(world: World) -> World:
    """The same baseline without remittances: what they moved becomes a fixed transfer."""
    economy = world.economy
    return World(replace(economy, remitted=np.zeros_like(economy.remitted)))


def dearer_imports(economy: Economy) -> tuple[Shock, np.ndarray]:
    """The trade-only job as a shock, and as a matrix of cost ratios."""
    place = int(np.argmax(economy.spending))
    importer = economy.codes[place]
    ratio = np.ones((len(economy), len(economy)))
    ratio[:, place] = COST_RISE
    ratio[place, place] = 1.0
    costs = tuple(TradeCost(code, importer, COST_RISE) for code in economy.codes if code != importer)
    return Shock(trade_costs=costs), ratio


def lower_tariffs(economy: Economy) -> tuple[Shock, np.ndarray]:
    """A cut of two points, or to zero, by the five largest importers, and the tariffs after it."""
    after = economy.tariff - 1.0
    cuts = []
    for place in np.argsort(-economy.spending)[:5]:
        others = [k for k in range(len(economy)) if k != place]
        cuts += [TariffCut(economy.codes[k], economy.codes[place], TARIFF_CUT) for k in others]
        after[others, place] = np.maximum(0.0, after[others, place] - TARIFF_CUT)
    return Shock(tariffs=tuple(cuts)), after


def levels_job(economy: Economy, **change: np.ndarray) -> TradeJob:
    """The same baseline, as the independent solver takes it."""
    return TradeJob(
        sales=economy.sales * economy.tariff,
        tariff=economy.tariff - 1.0,
        value_added_share=economy.value_added_share,
        elasticity=economy.coefficients.theta,
        **change,
    )


def compare(world: World) -> dict[str, float]:
    """Largest relative difference of factor prices and price indices between the two solvers."""
    economy = world.economy
    answer = {}
    for name, (shock, matrix), key in (
        ("trade cost", dearer_imports(economy), "cost_change"),
        ("tariffs", lower_tariffs(economy), "new_tariff"),
    ):
        ours = world.solve(shock).prices
        begin = time.perf_counter()
        theirs = solve_trade(levels_job(economy, **{key: matrix}))
        answer[f"{name} seconds"] = time.perf_counter() - begin
        answer[name] = float(
            max(
                np.max(np.abs(ours.factor / theirs.wage - 1.0)),
                np.max(np.abs(ours.index / theirs.price - 1.0)),
            )
        )
    return answer


def run_peer(python: Path, economy: Economy) -> dict[str, Any] | None:
    """gegravity on the same sales and change; None when it did not finish within the limit."""
    _, ratio = dearer_imports(economy)
    with tempfile.TemporaryDirectory() as folder:
        job, answer = Path(folder, "job.npz"), Path(folder, "answer.json")
        np.savez(
            job,
            codes=np.array([f"E{k:03d}" for k in range(len(economy))]),
            sales=economy.sales * economy.tariff,
            elasticity=economy.coefficients.theta,
            cost_change=ratio,
        )
        script = Path(__file__).with_name("peer_gegravity.py")
        try:
            subprocess.run(
                [str(python), "-W", "ignore", str(script), str(job), str(answer)],
                check=True,
                timeout=PEER_LIMIT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return None
        read: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return read


def verdict(*, good: bool) -> str:
    """One word for a promise."""
    return "holds" if good else "DOES NOT HOLD"


def measure(world: World, peer: Path | None) -> dict[str, Any]:
    """All figures, and print them as they come."""
    full = len(world.economy)
    print(f"Full world: {full} economies\n")
    print("1. A quantity counterfactual, median, one core")
    growth = {}
    for size in (*[size for size in SIZES if size < full], full):
        small = merge_to(world, size)
        shock = move_some(small.economy)
        seconds = time_median(lambda small=small, shock=shock: small.solve(shock))  # type: ignore[misc]
        booked = time_median(lambda small=small, shock=shock: small.solve(shock).ledger())  # type: ignore[misc]
        solved = small.solve(shock).prices
        growth[size] = seconds
        print(
            f"   {size:4d} economies  {seconds * 1e3:8.2f} ms   with its ledger {booked * 1e3:8.2f} ms"
            f"   residual {solved.error:.0e}, {solved.steps} steps"
        )
    quick = growth[full] * 1e3 < PROMISED_MILLISECONDS
    print(f"   promised: under {PROMISED_MILLISECONDS:.0f} ms: {verdict(good=quick)}")

    print("\n2. The trade-only job against an independent solver in levels: largest relative difference")
    worst = 0.0
    for size in SIZES:
        small = trade_only(merge_to(world, size))
        found = compare(small)
        worst = max(worst, found["trade cost"], found["tariffs"])
        print(
            f"   {len(small.economy):4d} economies"
            f"  trade cost {found['trade cost']:.1e}   tariffs {found['tariffs']:.1e}"
            f"   (it takes {found['trade cost seconds'] * 1e3:.0f} ms)"
        )
    print(f"   promised: {PROMISED_AGREEMENT:.0e}: {verdict(good=worst < PROMISED_AGREEMENT)}")

    result: dict[str, Any] = {"quantity_seconds": growth, "largest_difference": worst, "peer": {}}
    print(
        "\n3. The trade-only job beside gegravity 0.3 (solve only; its calibration is on a column of its own)"
    )
    if peer is None:
        print("   not run: no --peer interpreter was given")
        return result
    for size in SIZES:
        small = trade_only(merge_to(world, size))
        economy = small.economy
        shock, _ = dearer_imports(economy)
        _ = small.factors  # the peer's calibration is not counted either
        seconds = time_median(lambda small=small, shock=shock: small.solve(shock))  # type: ignore[misc]
        other = run_peer(peer, economy)
        if other is None:
            print(
                f"   {len(economy):4d} economies  Comity {seconds * 1e3:7.2f} ms"
                f"   gegravity: over {PEER_LIMIT_SECONDS} s"
            )
            continue
        ratio = other["solve_seconds"] / seconds
        result["peer"][len(economy)] = {
            "comity": seconds,
            "gegravity": other["solve_seconds"],
            "ratio": ratio,
        }
        print(
            f"   {len(economy):4d} economies  Comity {seconds * 1e3:7.2f} ms"
            f"   gegravity {other['solve_seconds']:7.2f} s (calibration {other['calibrate_seconds']:6.2f} s,"
            f" converged: {other['converged']})   ratio {ratio:,.0f}"
        )
    largest = result["peer"].get(max(result["peer"], default=0))
    if largest is not None:
        good = largest["ratio"] >= PROMISED_RATIO
        print(f"   promised: a ratio of {PROMISED_RATIO:,.0f} at 180: {verdict(good=good)}")
    return result


def main() -> None:
    """Measure and, on request, write the figures down."""
    parser = argparse.ArgumentParser(description="Time the world model.")
    parser.add_argument("--peer", type=Path, help="a Python that has gegravity installed")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    begin = time.perf_counter()
    world = World.load()
    print(f"Loaded and calibrated in {time.perf_counter() - begin:.2f} s (Python {sys.version.split()[0]})")
    result = measure(world, options.peer)
    if options.json is not None:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
