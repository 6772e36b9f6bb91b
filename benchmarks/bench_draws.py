"""How long 1,000 draws of a full-world package take, and how much memory, here and on two processes.

A draw calibrates the whole world anew, solves it at the package and keeps the parties' lines. Memory is the
largest that the process ever held (its resident set), evidence and libraries included.

Run by ``make bench``. The package is the largest value of every clause of a round in ``examples``.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from comity.evidence import Catalogue, Evidence, Parameters
from comity.services.deal import list_countries
from comity.services.laboratory import Laboratory
from comity.services.roundfile import read_round

DRAWS = 1000
PROMISED_GIGABYTES = 1.0
ROUND = Path(__file__).parents[1] / "examples" / "western-mediterranean.yaml"


def peak_gigabytes(who: int) -> float:
    """Largest resident set so far; the system reports kilobytes (bytes on macOS)."""
    peak = resource.getrusage(who).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6)


def main() -> int:
    """Print the table and say whether what was promised holds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--draws", type=int, default=DRAWS)
    draws = options.parse_args().draws
    evidence, catalogue = Evidence.load(), Catalogue.load()
    round_ = read_round(ROUND, catalogue=catalogue, countries=list_countries(evidence))
    lab = Laboratory(round_, evidence, Parameters.load(), catalogue, draws=draws, seed=round_.seed)
    package = lab.parts({clause.key: clause.strongest for clause in round_.table})
    size, clauses = len(lab.figures.codes), sum(bool(part.action) for part in package)
    print(f"Draws of a package: {draws:,} draws, {size} economies, {clauses} clauses that act on the model")

    before, cpu = time.perf_counter(), time.process_time()
    here = lab.run([package], lambda _: None)
    seconds, used = time.perf_counter() - before, time.process_time() - cpu
    peak = peak_gigabytes(resource.RUSAGE_SELF)
    print(f"  one process      {seconds:8.1f} s   {used:8.1f} s of processor   peak {peak:.2f} GB")

    with ProcessPoolExecutor(2) as pool:
        before = time.perf_counter()
        there = lab.run([package], lambda _: None, executor=pool)
        seconds = time.perf_counter() - before
    child = peak_gigabytes(resource.RUSAGE_CHILDREN)
    print(f"  two processes    {seconds:8.1f} s   each at most {child:.2f} GB")

    same = here.tobytes() == there.tobytes()
    print(f"  promised: the same numbers, bit for bit: {'holds' if same else 'MISSED'}")
    fits = peak < PROMISED_GIGABYTES and child < PROMISED_GIGABYTES
    print(f"  promised: under {PROMISED_GIGABYTES:g} GB: {'holds' if fits else 'MISSED'}")
    return 0 if same and fits else 1


if __name__ == "__main__":
    raise SystemExit(main())
