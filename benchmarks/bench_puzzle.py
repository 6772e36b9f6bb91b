"""How the search for a path of blocs grows: 4 to 12 blocs with 60 instruments, and the whole command.

Three kinds of made-up games for each number of blocs: *generous* (members tolerate what steps cost them, so
that paths abound), *strict* (small tolerances, so that few steps are open) and *circles* (instruments help
others than the two they bind, so that three have to come together). Each is searched with steps of two sides
and of up to three, in a process of its own whose peak memory the kernel tells. Then the shipped example and
the same with four more blocs run as a user runs them. Promised: 12 blocs with 60 instruments under 60 s and
1 GB.

Run by ``make bench``. Times are processor time of one core. ``--sizes 4 6`` limits the sizes;
``--no-command``
leaves out the whole commands.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "regimes" / "eight-blocs.yaml"
SIZES = (4, 6, 8, 10, 12)
INSTRUMENTS = 60
MEMBERS = 7
SEEDS = (1, 2)
KINDS = {"generous": (1e-2, 0.1, 1), "strict": (1e-4, 0.1, 1), "circles": (1e-3, 0.1, 3)}
PROMISED_SECONDS = 60.0
PROMISED_GIGABYTES = 1.0
KIBIBYTES_PER_GIGABYTE = 1e9 / 1024

MORE = """\
  - code: CARICOM
    name: Caribbean Community
    members: [ATG, BHS, BLZ, BRB, DMA, GRD, GUY, HTI, JAM, KNA, LCA, SUR, TTO, VCT]
    customs_union: true
    source: "CARICOM Secretariat: member states."
    mark: recalled
  - code: EAEU
    name: Eurasian Economic Union
    area: Eurasian Economic Union
    customs_union: true
    source: "The register: area of free movement, members with years."
    mark: recalled
  - code: SACU
    name: Southern African Customs Union
    members: [BWA, LSO, NAM, SWZ, ZAF]
    customs_union: true
    source: "SACU Secretariat: member states."
    mark: recalled
  - code: USMCA
    name: United States, Mexico and Canada
    members: [CAN, MEX, USA]
    source: "Agreement between the United States, Mexico and Canada, 2020."
    mark: recalled
"""


def run_one(pieces: int, kind: str, seed: int, at_once: int) -> None:
    """Search one made-up game and print a line of JSON."""
    from comity.bargaining.joining import search_joining
    from comity.bargaining.sides import SideGame

    tolerance, spill, helped = KINDS[kind]
    rng = np.random.default_rng([seed, pieces])
    members = pieces * MEMBERS
    piece = np.repeat(np.arange(pieces), MEMBERS)
    size = np.exp(rng.normal(11, 1.5, members))
    giver = rng.integers(0, pieces, INSTRUMENTS)
    beneficiary = (giver + rng.integers(1, pieces, INSTRUMENTS)) % pieces
    slope = rng.normal(0, spill, (members, INSTRUMENTS))
    for k in range(INSTRUMENTS):
        slope[piece == giver[k], k] += rng.normal(-0.5, 0.5, MEMBERS)
        for other in {int(beneficiary[k]), *rng.integers(0, pieces, helped - 1).tolist()}:
            slope[piece == other, k] += rng.normal(1, 0.5, MEMBERS)
    slope *= np.exp(rng.normal(4, 1, INSTRUMENTS))
    game = SideGame(
        slope, size, piece, giver, beneficiary, np.full(pieces, 1e-5), np.full(members, tolerance)
    )
    begin = time.process_time()
    found = search_joining(
        pieces,
        lambda parts: game.margin(parts).value,
        most=game.bounds,
        ceilings=game.ceilings,
        at_once=at_once,
    )
    answer = {
        "seconds": time.process_time() - begin,
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_GIGABYTE,
        "unions": len(found.unions),
        "valued": found.valued,
        "divisions": found.divisions,
        "complete": found.complete,
    }
    print(json.dumps(answer))


def measure(sizes: list[int]) -> dict[int, bool]:
    """Print a line for each size and kind: the slowest of the seeds; whether the promise holds, by sides."""
    good = {2: True, 3: True}
    for pieces in sizes:
        for kind in KINDS:
            for at_once in (2, 3):
                runs = []
                for seed in SEEDS:
                    command = [sys.executable, __file__, "--one", str(pieces), kind, str(seed), str(at_once)]
                    runs.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
                worst = max(runs, key=lambda r: r["seconds"])
                memory = max(r["gigabytes"] for r in runs)
                ends = " and ".join(str(r["unions"]) for r in runs)
                print(
                    f"  {pieces:2d} blocs  {kind:9s} up to {at_once} sides  {worst['seconds']:6.2f} s CPU"
                    f"  peak {memory:.2f} GB  {worst['valued']:5d} of {worst['divisions']:6d} last "
                    f"steps valued"
                    f"  ends in {ends} unions",
                    flush=True,
                )
                if pieces == max(SIZES):
                    good[at_once] &= worst["seconds"] < PROMISED_SECONDS and memory < PROMISED_GIGABYTES
                    good[at_once] &= all(r["complete"] for r in runs)
    return good


def run_command(path: Path, label: str) -> None:
    """Run the whole command and print a line."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.json")
        command = [
            sys.executable,
            "-m",
            "comity",
            "regime",
            "puzzle",
            str(path),
            "--draws",
            "0",
            "--json",
            "--quiet",
        ]
        with out.open("wb") as stream:
            child = subprocess.Popen(command, stdout=stream)
            _, status, usage = os.wait4(child.pid, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            print(f"  {label}: failed")
            return
        answer = json.loads(out.read_text(encoding="utf-8"))
    seconds = usage.ru_utime + usage.ru_stime
    holds = seconds < PROMISED_SECONDS and usage.ru_maxrss / KIBIBYTES_PER_GIGABYTE < PROMISED_GIGABYTES
    path_found = next(a for a in answer["architectures"] if a["key"] == "path")
    print(
        f"  {label}: {len(answer['pieces'])} blocs, {len(answer['instruments'])} instruments  "
        f"{seconds:.1f} s CPU"
        f"  peak {usage.ru_maxrss / KIBIBYTES_PER_GIGABYTE:.2f} GB"
        f"  {answer['search']['steps_valued']} of {answer['search']['divisions']} last steps valued,"
        f" {len(path_found['steps'])} steps to {len(path_found['together'])} unions"
        f"   promised: {PROMISED_SECONDS:.0f} s, {PROMISED_GIGABYTES:.0f} GB: "
        f"{'holds' if holds else 'MISSED'}",
        flush=True,
    )


def main() -> None:
    """Measure the sizes, then the whole commands."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--no-command", action="store_true")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        pieces, kind, seed, at_once = options.one
        run_one(int(pieces), kind, int(seed), int(at_once))
        return
    print(
        f"1. The search: {INSTRUMENTS} instruments, {MEMBERS} members a bloc, slowest of {len(SEEDS)} games"
    )
    good = measure(options.sizes)
    for sides, holds in good.items() if max(SIZES) in options.sizes else ():
        words = f"{max(SIZES)} blocs, up to {sides} sides, under {PROMISED_SECONDS:.0f} s"
        print(f"  promised: {words} and {PROMISED_GIGABYTES:.0f} GB: {'holds' if holds else 'MISSED'}")
    if not options.no_command:
        print("2. The whole command, at central values")
        run_command(EXAMPLE, "the shipped example")
        with tempfile.TemporaryDirectory() as folder:
            text = EXAMPLE.read_text(encoding="utf-8")
            before, after = text.split("\ncandidates:\n")
            larger = Path(folder, "twelve.yaml")
            larger.write_text(f"{before.rstrip()}\n{MORE}\ncandidates:\n{after}", encoding="utf-8")
            run_command(larger, "with four more blocs")


if __name__ == "__main__":
    main()
