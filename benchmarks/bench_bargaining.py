"""Large bargaining games: proven gaps, coalitions, linkage, and what they cost in time and memory.

Each case runs in a process of its own. Seconds are processor time of that process on one thread, which is
the time on the clock of a machine that does nothing else; the time on the clock is shown beside it. Run by
``make bench``.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KIBIBYTES_PER_MEGABYTE = 1000 * 1000 / 1024
MEMORY = 1000.0


@dataclass(frozen=True)
class Case:
    """A computation, what was promised for it, and how to say what came out."""

    name: str
    seconds: float
    run: Callable[[int], dict[str, float | str]]
    gap: float = math.inf
    seeds: tuple[int, ...] = (0, 1, 2)


def nash(
    parties: int, clauses: int, draws: int, share: float, asked: float
) -> Callable[[int], dict[str, float | str]]:
    """Solve the Nash package of a generated game; the figure is the gap in nats over the parties."""

    def run(seed: int) -> dict[str, float | str]:
        from generated_games import corridor_game

        from comity.bargaining import solve_nash

        game = corridor_game(parties, clauses, draws=draws, share=share, seed=seed)
        begin = time.process_time()
        solution = solve_nash(game, gap=asked)
        gap = math.inf if solution.gap is None else solution.gap
        return {
            "seconds": time.process_time() - begin,
            "figure": gap,
            "text": f"{solution.status}, gap {gap:.1e} nats "
            f"({100 * math.expm1(gap / parties):.3f} % per party), {len(solution.values)} clauses on",
        }

    return run


def coalitions(parties: int, clauses: int, exact: bool) -> Callable[[int], dict[str, float | str]]:
    """Test every coalition of the Nash package (or search for the strongest one)."""

    def run(seed: int) -> dict[str, float | str]:
        from generated_games import corridor_game

        from comity.bargaining import assess_stability, solve_nash

        game = corridor_game(parties, clauses, seed=seed)
        package = solve_nash(game, gap=0.01 * parties / 2)
        begin = time.process_time()
        found = assess_stability(game, package.values, listed=12 if exact else 2)
        return {
            "seconds": time.process_time() - begin,
            "figure": found.bound - found.epsilon,
            "text": f"{found.tested} coalitions, {found.solved} solved exactly, {len(found.blocking)} block, "
            f"epsilon {found.epsilon:.3g} (bound {found.bound:.3g})",
        }

    return run


def weak_package(parties: int, clauses: int) -> Callable[[int], dict[str, float | str]]:
    """Test a poor package (a third of the clauses), which many coalitions can better."""

    def run(seed: int) -> dict[str, float | str]:
        from generated_games import corridor_game

        from comity.bargaining import assess_stability, solve_nash

        game = corridor_game(parties, clauses, seed=seed)
        part = [c.key for k, c in enumerate(game.clauses) if k % 3 == seed % 3]
        package = solve_nash(game.replace(epsilon=0.0), allowed=part, gap=0.05)
        begin = time.process_time()
        found = assess_stability(game, package.values, tolerance=1e-3)
        return {
            "seconds": time.process_time() - begin,
            "figure": found.bound - found.epsilon,
            "text": f"{found.tested} coalitions, {found.solved} solved exactly, {len(found.blocking)} block, "
            f"epsilon {found.epsilon:.3g} (bound {found.bound:.3g})",
        }

    return run


def linkage(parties: int, clauses: int) -> Callable[[int], dict[str, float | str]]:
    """Find the smallest linkage where the migration clauses alone do not reach the red lines."""

    def run(seed: int) -> dict[str, float | str]:
        import numpy as np
        from generated_games import corridor_game

        from comity.bargaining import smallest_linkage, solve_leximin, test_zone
        from comity.bargaining.zone import unlinked

        game = corridor_game(parties, clauses, seed=seed)
        alone = solve_leximin(game, allowed=unlinked(game), gap=1e-2)
        # red lines that the best even package of migration clauses misses by a fifth
        game = game.replace(red_lines=np.maximum(1.2 * alone.mean_gains, 1.0))
        begin = time.process_time()
        closed = not test_zone(game, linked=False).open
        found = smallest_linkage(game)
        return {
            "seconds": time.process_time() - begin,
            "figure": float(len(found.clauses) - (found.bound or 0)),
            "text": f"migration alone {'closed' if closed else 'open'}; "
            + (
                f"{len(found.clauses)} linked clauses open the zone, at least {found.bound} needed, "
                if found.found
                else "no set of linked clauses opens the zone, "
            )
            + ("proven" if found.proven else "not proven"),
        }

    return run


CASES = (
    Case("nash, 8 parties, 400 clauses", 15.0, nash(8, 400, 1, 1.0, 1e-4), 1e-4),
    Case("nash, 8 parties, 400 clauses, 100 draws, 90 % of them", 15.0, nash(8, 400, 100, 0.9, 1e-4), 1e-4),
    Case("nash, 20 parties, 1,000 clauses", 60.0, nash(20, 1000, 1, 1.0, 0.1), 20 * math.log(1.01)),
    Case(
        "nash, 20 parties, 1,000 clauses, 100 draws, 90 % of them",
        60.0,
        nash(20, 1000, 100, 0.9, 0.1),
        20 * math.log(1.01),
        (0,),
    ),
    Case("coalitions of the nash package, 8 parties, 400 clauses", 2.0, coalitions(8, 400, True)),
    Case("coalitions of a poor package, 8 parties, 100 clauses", math.inf, weak_package(8, 100)),
    Case(
        "strongest coalition searched, 16 parties, 300 clauses",
        math.inf,
        coalitions(16, 300, False),
        seeds=(0,),
    ),
    Case("smallest linkage, 6 parties, 60 clauses", math.inf, linkage(6, 60)),
)


def run_case(number: int, seed: int) -> tuple[dict[str, float | str], float, float]:
    """Run one case in a process of its own: what it says, time on the clock, and memory."""
    command = [sys.executable, __file__, "--case", str(number), "--seed", str(seed)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    begin = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment)
    text = child.stdout.read() if child.stdout is not None else ""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"case {number} failed with exit code {child.returncode}")
    return json.loads(text), time.perf_counter() - begin, usage.ru_maxrss / KIBIBYTES_PER_MEGABYTE


def measure(number: int, case: Case) -> bool:
    """Run one case with each seed and print a line for each; True when the promise was kept."""
    print(case.name)
    kept = True
    for seed in case.seeds:
        found, clock, memory = run_case(number, seed)
        seconds, figure = float(found["seconds"]), float(found["figure"])
        good = seconds < case.seconds and memory < MEMORY and figure <= case.gap * (1 + 1e-6)
        kept = kept and good
        promised = (
            "no promise" if math.isinf(case.seconds) else f"promised {case.seconds:g} s, {MEMORY:,.0f} MB: "
        )
        verdict = "" if math.isinf(case.seconds) else ("holds" if good else "MISSED")
        print(
            f"   game {seed}   {seconds:6.2f} s (process on the clock {clock:6.2f} s)   {memory:4.0f} MB"
            f"   {promised}{verdict}\n      {found['text']}",
            flush=True,
        )
    return kept


def main() -> None:
    """Measure every case; exit 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(description="Time large bargaining games.")
    parser.add_argument("--case", type=int, help="run this case alone and print one object")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="only cases whose name holds this word")
    options = parser.parse_args()
    if options.case is not None:
        print(json.dumps(CASES[options.case].run(options.seed)))
        return
    chosen = [(k, c) for k, c in enumerate(CASES) if options.only is None or options.only in c.name]
    kept = [measure(k, case) for k, case in chosen]
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
