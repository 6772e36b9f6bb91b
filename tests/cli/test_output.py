"""Messages on stderr: how long each stage took, beside the answer and never in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.cli import main
from comity.cli.output import StageTimes

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ROUND = """
round: small
title: One exchange
seed: 5
draws: 20
settings: {share_of_draws: 0.8, epsilon: 1}
parties: [{code: ESP}, {code: MAR}]
table:
  - {instrument: GV14, giver: ESP, beneficiary: MAR, range: [20, 40]}
  - {instrument: PE02, giver: MAR, beneficiary: ESP, range: [5, 5], today: 30}
interests:
  - {party: ESP, instrument: PE02, value: {low: 60, mid: 60, high: 60}, source: made up for a test}
  - {party: MAR, instrument: PE02, value: {low: -10, mid: -10, high: -10}, source: made up for a test}
"""


def test_every_stage_is_timed_once_and_passed_on():
    heard: list[tuple[str, float]] = []
    times = StageTimes(lambda stage, share: heard.append((stage, share)))
    for stage, share in (("Reading", 0.0), ("Solving: nash", 0.0), ("Solving: nash", 1.0), ("Reading", 1.0)):
        times(stage, share)
    told = times.told()
    assert set(times.seconds) == {"Reading", "Solving: nash"}
    assert all(seconds >= 0 for seconds in times.seconds.values())
    assert heard[-1] == ("Reading", 1.0)
    assert re.fullmatch(r"took \d+\.\d s: solving: nash \d+\.\d", told)


def test_a_deal_tells_its_times_on_stderr_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "small.yaml"
    path.write_text(ROUND, encoding="utf-8")
    assert main(["deal", str(path), "--json"]) == 0
    shown = capsys.readouterr()
    assert "took" not in shown.out
    for stage in ("the balanced package", "the largest sum with side payments", "packages on the frontier"):
        assert f"solving: {stage}" in shown.err
    assert main(["deal", str(path), "--json", "--quiet"]) == 0
    quiet = capsys.readouterr()
    assert quiet.err == ""
    assert quiet.out == shown.out
