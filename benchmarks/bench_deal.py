"""Wall-clock time and peak memory of whole commands, as a user meets them.

Each command runs in a process of its own, several times; the first run is listed apart, because it pays for
what the operating system has not read yet. Run by ``make bench``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KIBIBYTES_PER_MEGABYTE = 1000 * 1000 / 1024


@dataclass(frozen=True)
class Promise:
    """A command and what it must stay under."""

    arguments: tuple[str, ...]
    seconds: float
    megabytes: float
    runs: int


@dataclass(frozen=True)
class Run:
    """What one process took."""

    seconds: float
    megabytes: float
    status: int


PROMISES = (
    Promise(("--help",), 0.6, 2000.0, 7),
    Promise(("evidence", "list"), 60.0, 2000.0, 3),
    Promise(("deal", "examples/western-mediterranean.yaml", "--json"), 60.0, 2000.0, 3),
    Promise(("deal", "examples/eu-maghreb-visa.yaml", "--json"), 60.0, 2000.0, 1),
    Promise(("deal", "examples/doha-eight.yaml", "--json"), 60.0, 2000.0, 1),
)


def run_once(arguments: tuple[str, ...], folder: Path) -> Run:
    """Run ``comity`` with ``arguments`` and wait for the kernel's account of it."""
    command = [sys.executable, "-m", "comity", *arguments]
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        begin = time.perf_counter()
        child = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
    return Run(seconds, usage.ru_maxrss / KIBIBYTES_PER_MEGABYTE, child.returncode)


def measure(promise: Promise) -> bool:
    """Run one promise and print a line; True when it was kept."""
    name = "comity " + " ".join(promise.arguments)
    files = [word for word in promise.arguments if word.endswith(".yaml")]
    if not all((ROOT / file).exists() for file in files):
        print(f"{name}\n   not run: the round file is not there")
        return False
    with tempfile.TemporaryDirectory() as folder:
        runs = [run_once(promise.arguments, Path(folder)) for _ in range(promise.runs)]
        message = Path(folder, "err").read_text(encoding="utf-8", errors="replace").strip()
    first = runs[0]
    best = min(run.seconds for run in runs)
    peak = max(run.megabytes for run in runs)
    done = all(run.status == 0 for run in runs)
    kept = done and first.seconds < promise.seconds and peak < promise.megabytes
    verdict = "holds" if kept else "DOES NOT HOLD"
    print(
        f"{name}\n   first {first.seconds:6.2f} s   best of {len(runs)} {best:6.2f} s   peak {peak:6.0f} MB"
        f"   promised {promise.seconds:g} s, {promise.megabytes:,.0f} MB: {verdict}"
    )
    if not done:
        print(
            f"   exit {[run.status for run in runs]}: {message.splitlines()[-1] if message else 'no message'}"
        )
    return kept


def main() -> None:
    """Measure every promise; exit 1 if one was not kept."""
    parser = argparse.ArgumentParser(description="Time whole commands.")
    parser.add_argument("--only", help="only commands whose words include this one")
    options = parser.parse_args()
    chosen = [promise for promise in PROMISES if options.only is None or options.only in promise.arguments]
    kept = [measure(promise) for promise in chosen]
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
