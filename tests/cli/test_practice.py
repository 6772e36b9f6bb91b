"""``comity practice`` at the door: played by a script of moves, by a pipe, replayed, debriefed, refused."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.services.practice_rounds import CANARIES, write_round
from typer.testing import CliRunner

from comity.cli import main
from comity.cli.app import app
from comity.cli.practice_commands import COMMANDS, list_commands, read_command
from comity.errors import InputError
from comity.services.practice_sight import ClauseRow, Own, Sight
from comity.vocabulary import Range

MOVES = """\
# a short round
help
show 1
request LE02-ESP-MAR 12,000
offer 5 20
undo
drop 6
propose
accept
accept
accept
"""
PLAY = ["practice", "r.yaml", "--as", "MAR", "--draws", "20", "--rounds", "4"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_round(tmp_path)
    (tmp_path / "moves.txt").write_text(MOVES, encoding="utf-8")
    return tmp_path


def clean(text: str) -> None:
    assert not [canary for canary in CANARIES if canary in text]


def test_a_script_of_moves_is_played_replayed_and_debriefed(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main([*PLAY, "--moves", "moves.txt"]) == 0
    out, err = capsys.readouterr()
    clean(out + err)
    assert "you are Morocco (MAR)" in out
    assert "walk away" in out, "help"
    assert "Worth to you" in out
    assert "asks for LE02-ESP-MAR" in out
    assert "What the text means for you" in out
    assert "r-MAR-1.jsonl" in err
    log = here / "r-MAR-1.jsonl"
    clean(log.read_text(encoding="utf-8"))
    assert main(["practice", "replay", log.name]) == 0
    out, err = capsys.readouterr()
    clean(out + err)
    assert "all the same" in err
    assert main(["practice", "debrief", log.name, "--quiet"]) == 0
    out, _ = capsys.readouterr()
    assert "Debrief: A made-up round" in out
    assert "<html" in Path("r-MAR-1-debrief.html").read_text(encoding="utf-8")
    lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text("\n".join([lines[0], *lines[2:]]) + "\n", encoding="utf-8")
    assert main(["practice", "replay", log.name]) == 2
    assert re.fullmatch(r"comity: r-MAR-1.jsonl:2: the seal does not fit.*\n", capsys.readouterr().err)


def test_json_is_one_object_alone_on_stdout(capsys: pytest.CaptureFixture[str]):
    assert main([*PLAY, "--moves", "moves.txt", "--json", "--strategy", "boulware"]) == 0
    out, err = capsys.readouterr()
    clean(out + err)
    found = json.loads(out)
    assert found["setup"]["strategies"] == {"ESP": "boulware", "SEN": "boulware"}
    assert found["moves"][0]["party"] == "ESP"
    assert err == ""
    assert not list(Path().glob("*.jsonl"))


def test_a_pipe_plays_a_round_and_resume_goes_on(here: Path):
    command = [sys.executable, "-m", "comity", *PLAY, "--mode", "single-text", "--log", "pipe.jsonl"]
    run = subprocess.run(
        command,
        input="marks\nno\nquit\n",
        capture_output=True,
        text=True,
        check=False,
        cwd=here,
        env=os.environ,
    )
    assert run.returncode == 0, run.stderr
    clean(run.stdout + run.stderr)
    assert "The mediator circulates a text" in run.stdout
    again = CliRunner().invoke(
        app, ["practice", "resume", "pipe.jsonl", "--json"], input="marks\nyes\nwalk away\n"
    )
    assert again.exit_code == 0, again.output
    found = json.loads(again.stdout)
    assert found["outcome"] == "no deal: MAR left"
    clean(again.output)
    assert len((here / "pipe.jsonl").read_text(encoding="utf-8").splitlines()) == len(found["moves"]) + 1


def test_seat_and_pack_write_what_their_readers_may_see(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["practice", "seat", "r.yaml", "--as", "MAR", "--output", "seat.yaml"]) == 0
    assert main(["round", "check", "seat.yaml"]) == 0
    assert main(["practice", "pack", "r.yaml", "--output", "pack", "--draws", "20"]) == 0
    for name in ("seat.yaml", "pack/public.html", "pack/seat-MAR.html", "pack/seat-MAR.yaml"):
        clean((here / name).read_text(encoding="utf-8"))
    clean("".join(capsys.readouterr()))
    assert len(list((here / "pack").iterdir())) == 8


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["practice", "r.yaml", "--as", "FRA"], "no party 'FRA'"),
        (["practice", "r.yaml"], "Missing option '--as'"),
        (["practice", "missing.yaml", "--as", "MAR"], "missing.yaml"),
        (["practice", "r.yaml", "--as", "MAR", "--mode", "auction"], "accepted: request-offer, single-text"),
        (["practice", "r.yaml", "--as", "MAR", "--strategy", "gambler"], "accepted: conceder"),
        (["practice", "r.yaml", "--as", "MAR", "--moves", "none.txt"], "cannot read none.txt"),
        (["practice", "r.yaml", "--as", "MAR", "--log", "moves.txt"], "moves.txt exists already"),
        (["practice", "replay", "moves.txt"], "moves.txt:1: the line is no JSON object"),
        (["practice", "debrief", "none.jsonl"], "cannot read none.jsonl"),
        (["practice", "seat", "r.yaml", "--as", "FRA"], "no party 'FRA'"),
        (["practice", "pack", "r.yaml", "--output", "."], "not an empty folder"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(arguments, words, capsys: pytest.CaptureFixture[str]):
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert words in err
    clean(err)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("offer 99 3", "unknown clause '99'"),
        ("request LE02-ESP-MAR 1,250", "1,250 is not on the table; accepted: 1,000 to 15,000"),
        ("offer PE01-MAR-ESP 100", "100 is not on the table"),
        ("accept now", "'accept' stands alone"),
        ("propose GV14-ESP-SEN=5", "between ESP and SEN"),
    ],
)
def test_a_wrong_line_of_a_script_is_named(line, words, capsys: pytest.CaptureFixture[str]):
    Path("moves.txt").write_text(f"# first\n{line}\n", encoding="utf-8")
    assert main([*PLAY, "--moves", "moves.txt", "--json"]) == 2
    err = capsys.readouterr().err
    assert "moves.txt:2:" in err
    assert words in err
    clean(err)


# -- the words of the player, without a world -----------------------------------------------------------


def a_sight(mode: str = "request-offer") -> Sight:
    def row(number, key, giver, beneficiary):
        return ClauseRow(
            number, key, "A clause", giver, beneficiary, "persons", 1.0, 9.0, None, 9.0,
            "MAR" in (giver, beneficiary), None, None, False, True, None, Range(1, 2, 3),
        )  # fmt: skip

    rows = (
        row(1, "LE02-ESP-MAR", "ESP", "MAR"),
        row(2, "PE01-MAR-ESP", "MAR", "ESP"),
        row(3, "X-A-B", "A", "B"),
    )
    own = Own(Range(0, 0, 0), 0.0, 0.0, 0.0, 1.0, 0.8, False, (), ())
    return Sight("MAR", mode, 1, 4, "MAR", False, "", (), rows, own, (), (), (), ())


def test_commands_are_read_by_number_key_and_short_word():
    sight = a_sight()
    assert read_command("  # nothing", sight) is None
    assert read_command("", sight) is None
    assert read_command("R 1 1,000.5", sight).values == {"LE02-ESP-MAR": 1000.5}
    assert read_command("offer pe01-mar-esp 2", sight).values == {"PE01-MAR-ESP": 2.0}
    assert read_command("propose 1=3 2=out", sight).values == {"LE02-ESP-MAR": 3.0, "PE01-MAR-ESP": None}
    assert read_command("walk away", sight).word == "walk"
    assert read_command("q", sight).word == "quit"
    assert read_command("worse 1 2", a_sight("single-text")).clauses == ("LE02-ESP-MAR", "PE01-MAR-ESP")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("acept", "perhaps|accept"), ("yes", "unknown command"), ("offer 1 3", "request LE02-ESP-MAR"),
        ("request 2 3", "offer PE01-MAR-ESP"), ("offer 3 3", "a clause that you give"),
        ("offer 2", "a value"), ("offer 2 many", "no number"), ("offer 2 nan", "no number"),
        ("offer 2 1e999", "not finite"), ("propose 2", "CLAUSE=VALUE"), ("walk", "walk away"),
        ("walk home", "walk away"), ("drop", "which clause"),
        ('show "1', "quotation"), ("\x1b[31m", "unknown command"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_can(line: str, words: str):
    with pytest.raises(InputError, match=words) as caught:
        read_command(line, a_sight())
    assert "\x1b" not in str(caught.value)


def test_help_lists_every_command():
    for mode, known in COMMANDS.items():
        for word in known:
            assert word in list_commands(mode)
