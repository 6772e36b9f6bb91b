"""Published experiments and episodes: our file says what the collected one says, and no more (§3.15)."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pytest

from comity.errors import EvidenceError
from comity.evidence.published import PACKED, read_episodes, read_targets


def collected(name: str) -> list[dict[str, str]]:
    shared = Path(os.environ.get("COMITY_SHARED", Path(__file__).parents[3] / "shared"))
    path = shared / "validation" / name
    if not path.is_file():
        pytest.skip("the collected tables are not beside the repository (set COMITY_SHARED)")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(text: str) -> set[float]:
    found = re.findall(r"[\d,]*\.?\d+", text.replace("−", "-"))
    return {float(x.replace(",", "")) for x in found if x.strip(",")}


def test_every_target_is_here_with_its_numbers():
    theirs = {row["id"]: row for row in collected("targets.csv")}
    ours: dict[str, list] = {}
    for target in read_targets():
        ours.setdefault(target.row, []).append(target)
    assert set(ours) == set(theirs)
    for row, parts in ours.items():
        said = numbers(" ".join(part.published for part in parts))
        assert numbers(theirs[row]["target"]) <= said, row
        assert {part.mark for part in parts} == {theirs[row]["mark"]}


def test_every_observation_is_here_with_its_value():
    theirs, ours = collected("episodes.csv"), read_episodes()
    assert len(ours) == len(theirs)
    for mine, row in zip(ours, theirs, strict=True):
        assert (mine.episode, mine.corridor, mine.period, mine.unit, mine.mark) == (
            row["episode"], row["corridor"], row["period"], row["unit"], row["mark"],
        )  # fmt: skip
        assert mine.value == (float(row["value"]) if row["value"] else None)


def test_a_row_says_what_is_compared_or_why_nothing_is():
    for row in (*read_targets(), *read_episodes()):
        assert row.basis or row.compare in {"order", "largest"}, row
        if row.compare != "none":
            assert row.experiment, row
    for target in read_targets():
        if target.compare == "range":
            assert target.accept_low is not None
            assert target.accept_low <= target.low <= target.high <= target.accept_high
        if target.compare in {"range", "order", "largest"}:
            assert target.if_missed.endswith("."), "one sentence for the case that the model misses"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (",69,69,%,", ",69,many,%,", "'many' is not a number"),
        (",range,", ",guess,", "'guess' is not one of range"),
        (",read,gainers_oecd", ",read", "not as many cells"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, old: str, new: str, says: str):
    path = tmp_path / "targets.csv"
    text = (PACKED / "targets.csv").read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=f"targets.csv:2.*{says}"):
        read_targets(path)
