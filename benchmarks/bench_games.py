"""Games over issues: are they right, how fast, and beside negmas on the same games in one run.

Run by ``make bench``. The peer runs in an environment of its own (see ``peer_negmas.py``), one job after the
other; its utilities are listed before its clock starts. Comity's times hold everything from the tables on.
All times are processor time of one thread, which other work on the machine disturbs least.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from comity.bargaining.discrete import (
    Chosen,
    DiscreteGame,
    Issue,
    fold_frontier,
    solve_discrete,
    solve_product,
)
from comity.bargaining.outside import read_game

ROOT = Path(__file__).resolve().parent.parent
GAMES = Path(os.environ.get("COMITY_SHARED", ROOT.parent / "shared")) / "negotiation"
WANTED_RATIO = 50.0
WANTED_SECONDS = 5.0
WANTED_LARGE = 1.0


def verdict(kept: bool) -> str:
    """Say whether a promise was kept."""
    return "holds" if kept else "MISSED"


def make_game(parties: int, issues: int, reserve: float = 0.0, seed: int = 20) -> DiscreteGame:
    """Draw a game with ten values per issue: uniform evaluations, weights uniform on the simplex."""
    rng = np.random.default_rng([seed, parties, issues])
    weights = rng.dirichlet(np.ones(issues), size=parties)
    tables = []
    for k in range(issues):
        marks = rng.random((10, parties))
        tables.append(weights[:, k] * marks / marks.max(axis=0))
    names = tuple(Issue(f"issue {k}", tuple(map(str, range(10)))) for k in range(issues))
    return DiscreteGame(
        f"{parties} parties, 10^{issues}",
        tuple(f"party {i}" for i in range(parties)),
        names,
        tuple(tables),
        np.full(parties, reserve),
    )


def median_seconds(job: Callable[[], Any], runs: int = 5) -> float:
    """Median processor time of a job, one thread."""
    times = []
    for _ in range(runs):
        begin = time.process_time()
        job()
        times.append(time.process_time() - begin)
    return statistics.median(times)


# ------------------------------------------------------------------------------------------------ is it right


def check_reference() -> bool:
    """Solve every row of the reference table, the large ones too."""
    print("1. Real games against solutions that others computed by listing all outcomes")
    table = GAMES / "reference_solutions.csv"
    if not table.is_file():
        print(f"   not run: the games are not at {GAMES}")
        return True
    with table.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] == "ok"]
    wrong: list[str] = []
    seconds = 0.0
    worst = (0.0, "")
    points = 0
    for row in rows:
        folder = GAMES / row["domain"]
        files = [folder] if row["kind"] == "llmdelib" else [folder / f for f in row["profiles"].split(";")]
        game = read_game(files)
        begin = time.process_time()
        solved = solve_discrete(game)
        took = time.process_time() - begin
        seconds += took
        worst = max(worst, (took, f"{row['domain']} ({int(row['outcomes']):,} outcomes)"))
        points += bool(row["pareto_ir_points"])
        pairs: list[tuple[float | None, str | int]] = [
            (solved.outcomes, row["outcomes"]), (solved.rational, row["ir_outcomes"]),
            (solved.strictly, row["strict_ir_outcomes"]),
            (len(solved.frontier.points), row["pareto_ir_points"] or len(solved.frontier.points)),
            (value(solved.nash), row["nash_product"]),
            (value(solved.leximin), row["ks_ratio"]),
            (value(solved.leximin_all), row["ks_ideal_all_ratio"]),
            (value(solved.egalitarian), row["egal_min_surplus"]),
            (value(solved.utilitarian), row["util_max_ir"]),
            (solved.utilitarian_all, row["util_max_all"]),
        ]  # fmt: skip
        wrong += [row["domain"] for ours, theirs in pairs if not agree(ours, theirs)]
    print(
        f"   {len(rows)} games, {len(rows) - len(set(wrong))} reproduced: counts exactly, products, ratios "
        f"and sums to 1e-9 (frontier sizes in {points})"
    )
    print(f"   all of them in {seconds:.2f} s; the slowest {worst[0]:.2f} s, {worst[1]}")
    if wrong:
        print(f"   differ: {', '.join(sorted(set(wrong)))}")
    print(f"   promised: every solvable row: {verdict(not wrong)}")
    return not wrong


def value(chosen: Chosen | None) -> float | None:
    """Value of a solution, where there is one."""
    return None if chosen is None else chosen.value


def agree(ours: float | None, theirs: str | int) -> bool:
    """Compare to 1e-9, and whole numbers exactly."""
    if theirs == "":
        return ours is None
    if ours is None:
        return False
    if isinstance(ours, int):
        return ours == int(theirs)
    return abs(ours - float(theirs)) <= 1e-9 * max(1.0, abs(float(theirs)))


# --------------------------------------------------------------------------------------------------- the peer


@dataclass(frozen=True)
class Peer:
    """What negmas answered; None where it was stopped before it had the answer."""

    frontier: float | None
    points: int | None
    nash: float | None
    product: float | None
    sampler: float | None
    sampler_points: int | None
    stopped_after: int


def ask_peer(python: Path, game: DiscreteGame, limit: int) -> Peer:
    """Run negmas on the game, step by step, each stopped after ``limit`` seconds of processor time."""
    found: dict[str, Any] = {}
    steps = ["frontier", "nash_direct", *(["sampler"] if len(game.parties) == 2 else [])]
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder, "job.npz")
        tables = {f"table_{k}": table for k, table in enumerate(game.tables)}
        np.savez(job, reserve=game.no_deal, **tables)  # type: ignore[arg-type]
        for step in steps:
            if step != "sampler" and game.outcomes > 10**8:
                continue
            answer = Path(folder, f"{step}.json")
            command = [
                str(python),
                str(ROOT / "benchmarks" / "peer_negmas.py"),
                str(job),
                str(answer),
                step,
                str(limit),
            ]
            try:
                subprocess.run(command, check=True, capture_output=True, env=one_core())
            except subprocess.CalledProcessError as error:
                if error.returncode != -signal.SIGXCPU:
                    message = error.stderr.decode(errors="replace").strip().splitlines()
                    print(f"   negmas, {step}: {message[-1] if message else error.returncode}")
            if answer.is_file():
                found |= json.loads(answer.read_text(encoding="utf-8"))
    through = found["frontier_seconds"] + found["nash_seconds"] if "nash_seconds" in found else None
    ways = [seconds for seconds in (through, found.get("nash_direct_seconds")) if seconds is not None]
    return Peer(
        found.get("frontier_seconds"),
        found.get("frontier_points"),
        min(ways) if ways else None,
        found.get("nash"),
        found.get("sampler_seconds"),
        found.get("sampler_points"),
        limit,
    )


def one_core() -> dict[str, str]:
    """Environment with one thread for the numerical libraries."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**os.environ, **dict.fromkeys(names, "1")}


def compare(python: Path | None, issues: int, limit: int) -> bool:
    """Set both side by side on games of 2, 3 and 5 parties."""
    kept = True
    for parties in (2, 3, 5):
        game = make_game(parties, issues)
        solved = solve_discrete(game, counts=False)
        assert solved.nash is not None  # noqa: S101  (no reservation value is above 0)
        front = median_seconds(lambda game=game: fold_frontier(game))  # type: ignore[misc]
        nash = median_seconds(lambda game=game: solve_product(game))  # type: ignore[misc]
        everything = median_seconds(lambda game=game: solve_discrete(game), runs=3)  # type: ignore[misc]
        print(
            f"   {parties} parties   Comity  Nash {nash * 1e3:8.1f} ms   frontier {front * 1e3:8.1f} ms "
            f"({len(solved.frontier.points):,} points)   both, all solutions, counts {everything:6.2f} s"
        )
        if issues == 7:
            kept = kept and everything < WANTED_SECONDS
        if python is None:
            continue
        peer = ask_peer(python, game, limit)
        ratios = []
        words = []
        for name, ours, theirs in (("Nash", nash, peer.nash), ("frontier", front, peer.frontier)):
            least = peer.stopped_after if theirs is None else theirs
            ratios.append(least / ours)
            words.append(
                f"{name} {'more than ' if theirs is None else ''}{least:7.2f} s (ratio {least / ours:,.0f})"
            )
        print(f"               negmas  {'   '.join(words)}")
        if peer.sampler is not None:
            print(
                f"               negmas' sampler for additive pairs: frontier {peer.sampler * 1e3:.2f} ms "
                f"(ratio {peer.sampler / front:.2f}), {peer.sampler_points:,} points"
            )
        same = [peer.product is None or abs(peer.product / solved.nash.value - 1.0) < 1e-9]
        size = len(solved.frontier.points)
        same += [points is None or points == size for points in (peer.points, peer.sampler_points)]
        print(f"               same answers: {'yes' if all(same) else 'NO'}")
        kept = kept and all(same)
        if issues == 6:
            kept = kept and min(ratios) >= WANTED_RATIO
    return kept


def large(python: Path | None, limit: int) -> bool:
    """Ten thousand million outcomes."""
    kept = True
    for reserve in (0.0, 0.4):
        game = make_game(2, 10, reserve)
        seconds = median_seconds(lambda game=game: solve_discrete(game))  # type: ignore[misc]
        solved = solve_discrete(game)
        assert solved.rational is not None  # noqa: S101  (two parties: always counted)
        kept = kept and seconds < WANTED_LARGE
        print(
            f"   2 parties, reservation values {reserve:g}: everything in {seconds * 1e3:6.1f} ms; "
            f"{solved.rational:,} rational outcomes, frontier of {len(solved.frontier.points)} points"
        )
        if python is not None:
            peer = ask_peer(python, game, limit)
            if peer.sampler is not None:
                same = peer.sampler_points == len(solved.frontier.points)
                print(
                    f"               negmas' sampler for additive pairs: {peer.sampler * 1e3:.1f} ms, "
                    f"{peer.sampler_points} points, {'the same' if same else 'NOT THE SAME'}"
                )
    print(f"   promised: two parties under {WANTED_LARGE:g} s: {verdict(kept)}")
    for parties in (3, 5, 8):
        game = make_game(parties, 10, 0.4)
        seconds = median_seconds(
            lambda game=game: solve_discrete(game, counts=False, frontier=False),  # type: ignore[misc]
            runs=1,
        )
        print(f"   {parties} parties, all solutions without the frontier: {seconds:6.2f} s (not promised)")
    return kept


def main() -> None:
    """Run all parts; exit 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(description="Time games over issues, beside negmas.")
    parser.add_argument("--peer", type=Path, help="Python of an environment with negmas")
    parser.add_argument("--limit", type=int, default=180, help="processor seconds for each step of the peer")
    options = parser.parse_args()
    python = options.peer if options.peer is not None and options.peer.exists() else None
    if python is None:
        print("negmas is not here; only Comity is timed")
    kept = [check_reference()]
    print("\n2. A million outcomes, six issues of ten values (Comity: median; negmas: once, solving only)")
    kept.append(compare(python, 6, options.limit))
    print(
        f"   promised: {WANTED_RATIO:g} times faster, Nash and frontier, each number of parties: "
        f"{verdict(kept[-1])}"
    )
    print("\n3. Ten million outcomes, seven issues of ten values")
    kept.append(compare(python, 7, options.limit))
    print(f"   promised: everything under {WANTED_SECONDS:g} s: {verdict(kept[-1])}")
    print("\n4. Ten thousand million outcomes, ten issues of ten values")
    kept.append(large(python, options.limit))
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
