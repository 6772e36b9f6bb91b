"""The files of docs/deploy: units that systemd accepts, settings that exist, commands that the door has."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from comity.cli.forum import app
from comity.forum.environment import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
PAGE = (ROOT / "docs" / "forum-deployment.md").read_text(encoding="utf-8")


def read_unit(path: Path) -> configparser.RawConfigParser:
    found = configparser.RawConfigParser(strict=False)
    found.optionxform = str
    found.read_string(path.read_text(encoding="utf-8"))
    return found


def test_each_timer_has_its_service():
    assert {path.name for path in UNITS} == {
        "comity-forum.service",
        "comity-forum-tick.service",
        "comity-forum-tick.timer",
        "comity-forum-backup.service",
        "comity-forum-backup.timer",
    }
    for path in UNITS:
        if path.suffix == ".timer":
            assert path.with_suffix(".service") in UNITS
            assert read_unit(path).get("Timer", "OnCalendar")
        else:
            assert read_unit(path).get("Service", "User") == "comity", "never as root"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_accepts_the_units(path, tmp_path):
    for each in UNITS:
        words = each.read_text(encoding="utf-8").replace("/opt/comity/bin/comity", sys.executable)
        (tmp_path / each.name).write_text(words, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / path.name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_settings_of_the_example_exist():
    words = (DEPLOY / "forum.env").read_text(encoding="utf-8")
    named = re.findall(r"^(COMITY_[A-Z_]+)=", words, re.MULTILINE)
    assert named
    assert set(named) <= {each.name for each in VARIABLES}


def test_commands_that_are_named_exist():
    group = typer.main.get_command(app)
    words = PAGE + "".join(path.read_text(encoding="utf-8") for path in UNITS)
    named = {
        each for each in re.findall(r"comity forum ([a-z]+)", words) if each not in {"prepared", "starts"}
    }
    assert named == {"check", "tick", "backup", "restore"}
    assert named <= set(group.commands)
    options = {name for each in group.params for name in each.opts}
    served = read_unit(DEPLOY / "comity-forum.service").get("Service", "ExecStart")
    assert set(re.findall(r"--[a-z]+", served)) <= options


def test_files_that_are_named_exist():
    for name in re.findall(r"\]\((deploy/[^)]*)\)", PAGE):
        assert (ROOT / "docs" / name).exists()
