"""``comity deal`` on a world round: options, exit codes, and what goes where."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.services.world_rounds import TWELVE, write

from comity.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_a_bloc_can_only_stay_out_of_a_world_round(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    code = main(["deal", str(EXAMPLES / "western-mediterranean.yaml"), "--json", "--without", "EU"])
    assert code == 2
    assert "--without: only a world round" in capsys.readouterr().err


def test_an_unknown_bloc_is_bad_input(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main(["deal", str(write(tmp_path)), "--json", "--without", "NATO"]) == 2
    assert "unknown bloc 'NATO'; accepted: EU, GULF" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("arrivals: 0.02", "arrivals: -1"),
        ("stay_out: [EU]", "stay_out: [NATO]"),
        ("share_of_giver: 0.0005", "share_of_giver: 0.9"),
    ],
)
def test_a_bad_file_is_bad_input(capsys: pytest.CaptureFixture[str], tmp_path: Path, old: str, new: str):
    assert main(["deal", str(write(tmp_path, TWELVE.replace(old, new))), "--json"]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err.startswith("comity: ")
    assert found.err.count("\n") == 1


def test_no_regime_ends_with_one_when_a_zone_is_required(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    head, rest = TWELVE.split("  candidates:\n")
    text = head + "  candidates: {}\n  bounds:" + rest.partition("  bounds:")[2]
    page = tmp_path / "world.html"
    assert main(["deal", str(write(tmp_path, text)), "--html", str(page), "--require-zone", "--quiet"]) == 1
    assert "No" in capsys.readouterr().out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_round_check_knows_a_world_round(capsys: pytest.CaptureFixture[str]):
    assert main(["round", "check", str(EXAMPLES / "world.yaml")]) == 0
    assert "a world round, all parties, 5 blocs" in capsys.readouterr().err
