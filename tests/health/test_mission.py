"""``docs/mission.csv`` tells the truth: all 112 elements, a known status, and places and tests that exist."""

from __future__ import annotations

import csv
import re

import pytest
from tests.health.tree import ROOT

STATUSES = {"works", "partial", "planned", "not software"}
TYPES = {"OBJ", "FUN", "ACT", "INS", "MEC", "CAU", "GAP", "EX", "Q", "CON", "CAP"}
COLUMNS = ["element", "type", "paraphrase", "status", "reason", "place", "test"]
ELEMENTS = [f"E{number:02d}" for number in range(1, 113)]

with (ROOT / "docs" / "mission.csv").open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))


def test_every_element_has_one_row_in_order():
    assert list(ROWS[0]) == COLUMNS
    assert [row["element"] for row in ROWS] == ELEMENTS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["element"])
def test_a_row_is_complete(row: dict[str, str]):
    assert row["type"] in TYPES
    assert row["status"] in STATUSES
    assert 5 <= len(row["paraphrase"]) <= 140
    assert len(row["reason"].split()) >= 4, "say what works, what is missing, or why it is not software"
    for name in ("place", "test"):
        assert bool(row[name]) == (row["status"] in {"works", "partial"}), (
            f"{name} of a {row['status']} element"
        )


@pytest.mark.parametrize("row", [row for row in ROWS if row["place"]], ids=lambda row: row["element"])
def test_the_place_and_the_test_exist(row: dict[str, str]):
    for place in row["place"].split(";"):
        assert (ROOT / place.strip()).exists(), place
    for test in row["test"].split(";"):
        name, _, function = test.strip().partition("::")
        path = ROOT / name
        assert path.exists(), name
        files = sorted(path.rglob("test_*.py")) if path.is_dir() else [path]
        assert files, f"{name} holds no test"
        text = "\n".join(file.read_text(encoding="utf-8") for file in files)
        assert re.search(rf"def {re.escape(function)}\b" if function else r"def test_", text), test


def test_a_partial_element_says_what_is_missing():
    silent = [
        row["element"]
        for row in ROWS
        if row["status"] == "partial"
        and not re.search(r"planned|not modelled|elicited|without", row["reason"])
    ]
    assert not silent
