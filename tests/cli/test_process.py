"""The door as a process: bad files, broken pipes, quick help."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXAMPLE = (Path(__file__).parents[2] / "examples" / "western-mediterranean.yaml").read_text(encoding="utf-8")
COMITY = (sys.executable, "-m", "comity")

BAD_FILES = {
    "unknown country": EXAMPLE.replace("code: MAR", "code: MOR").encode(),
    "unknown instrument": EXAMPLE.replace("instrument: LE02", "instrument: LE99", 1).encode(),
    "range outside the bounds": EXAMPLE.replace("range: [50, 100]", "range: [50, 150]", 1).encode(),
    "red line contradicts itself": EXAMPLE.replace(
        "at_most: 10000", "at_least: 12000\n        at_most: 10000"
    ).encode(),
    "party with no instruments": EXAMPLE.replace("\ntable:", "\n  - code: FRA\ntable:").encode(),
    "malformed YAML": EXAMPLE.replace("range: [1000, 15000]", "range: [1000, 15000").encode(),
    "empty file": b"",
    "not text": b"\x89PNG\r\n\x1a\n",
    "very nested": b"[" * 500_000,
    "50 MB": b"x" * 50_000_000,
}


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [*COMITY, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("command", [("round", "check"), ("deal",)], ids=lambda command: command[0])
@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file(name: str, command: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "round.yaml"
    path.write_bytes(BAD_FILES[name])
    done = run(*command, "round.yaml", cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("comity: round.yaml:")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "round.html").exists()


def test_a_large_file_fails_at_once(tmp_path: Path) -> None:
    with (tmp_path / "round.yaml").open("wb") as stream:
        stream.truncate(50_000_000)
    started = time.perf_counter()
    assert run("round", "check", "round.yaml", cwd=tmp_path).returncode == 2
    assert time.perf_counter() - started < 3


def test_help_is_quick_and_light(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['comity', '--help']; from comity.cli import main; main(); "
        "heavy = {'numpy', 'pandas', 'scipy', 'pyscipopt', 'pydantic', 'altair'} & set(sys.modules); "
        "sys.exit(str(sorted(heavy)) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    best = min(_seconds(tmp_path) for _ in range(3))
    assert best < 0.6, f"comity --help took {best:.2f} s"


def _seconds(folder: Path) -> float:
    started = time.perf_counter()
    assert run("--help", cwd=folder).returncode == 0
    return time.perf_counter() - started


@pytest.mark.parametrize("limit", ["1", "30000"], ids=["at the end", "in between"])
def test_a_broken_pipe_is_quiet(tmp_path: Path, limit: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [*COMITY, "evidence", "show", "goods_trade", "--limit", limit]
    done = subprocess.run(
        command, cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writer)
    assert done.returncode == 141
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_ascii_terminals_get_their_line(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    (tmp_path / "r.yaml").write_text("round: é\n", encoding="utf-8")
    done = subprocess.run(
        [*COMITY, "round", "check", "r.yaml"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
