"""The validation: verdicts follow from the catalogue, misses are printed, nothing is fitted (§3.15)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from comity.cli import main
from comity.evidence import Evidence
from comity.evidence.published import read_episodes, read_targets
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services import validate
from comity.services.validate import Validation, judge, observed_change, read_past, world_validate
from comity.world.experiments import EXPERIMENTS, OECD, Battery

TARGETS = {target.key: target for target in read_targets()}


@pytest.fixture(scope="module")
def found() -> Validation:
    return world_validate(draws=1)


def test_every_row_has_a_verdict_and_every_miss_a_reason(found: Validation):
    assert {c.key for c in found.checks if c.kind == "target"} == set(TARGETS)
    covered = 0
    for check in found.checks:
        assert check.verdict in {"inside", "outside", "not comparable"}
        if check.verdict != "inside":
            assert check.reason.endswith("."), check
        if check.kind == "episode":
            first, _, last = check.key.partition("–")
            assert first.startswith("EP")
            covered += 1
            assert not last or last.startswith("EP")
    assert covered == len({(e.episode, e.corridor, e.quantity) for e in read_episodes()})


def test_verdicts_are_those_of_the_catalogue(found: Validation):
    for check in found.checks:
        if check.kind != "target" or check.ours is None:
            continue
        target = TARGETS[check.key]
        if target.compare == "range":
            inside = target.accept_low <= check.ours.central <= target.accept_high
            assert check.verdict == ("inside" if inside else "outside")
    assert found.count("outside") > 0, "this model misses some; a table without a miss would be suspect"


def test_experiments_are_plausible(found: Validation):
    ours = {c.experiment: c.ours.central for c in found.checks if c.ours is not None}
    assert 0 < ours["open_world"] < 100
    assert 0 < ours["gainers_oecd"] <= 100
    assert ours["us_natives"] > ours["us_natives_low"]
    assert ours["us_migrants"] < ours["us_natives"]
    assert all(np.isfinite(x) for x in ours.values())


def test_a_verdict_by_direction_says_so(found: Validation):
    directions = [c for c in found.checks if c.compared.startswith("the direction")]
    assert directions
    assert found.by_direction == sum(c.verdict == "inside" for c in directions)
    assert "weak test" in render_terminal(found.document(), 100)


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [
        ({"open_world_schooling": 5, "open_world": 6, "open_world_network": 7}, "inside"),
        ({"open_world_schooling": 7, "open_world": 6, "open_world_network": 8}, "outside"),
        ({"open_world_schooling": 5, "open_world": 6, "open_world_network": 6}, "outside"),
    ],
)
def test_an_order_is_an_order(ours, verdict):
    assert judge(TARGETS["dms_range"], ours)[0] == verdict


def test_a_target_at_the_edge_is_inside():
    bench = TARGETS["dms_bench"]
    assert judge(bench, {"open_world": bench.accept_high})[0] == "inside"
    assert judge(bench, {"open_world": bench.accept_high + 1e-9})[0] == "outside"
    assert judge(replace(bench, accept_low=None), {"open_world": 1.0})[0] == "not comparable"
    largest = {"effect_labour": 1.0, "effect_fiscal": -3.0, "effect_market_size": 2.0}
    assert judge(TARGETS["abd_channel"], largest)[0] == "outside"


def test_observed_changes():
    rows = {}
    for row in read_episodes():
        rows.setdefault((row.episode, row.quantity), []).append(row)
    change = {key: observed_change(series) for key, series in rows.items()}
    asylum = change["UK_asylum_tightening_2002_07", "asylum applications in the United Kingdom"]
    assert asylum == pytest.approx(-72.93, abs=0.01)
    assert change["VEN_visas_2019", "fall of regular inflow after a humanitarian visa"] == -90
    canaries = change["ES_WestAfrica_Canaries_2006", "irregular arrivals by sea on the Canary Islands"]
    assert canaries == pytest.approx(100 * (196 / 31678 - 1))


def test_the_past_is_read_from_the_pack():
    past = read_past(Evidence.load(), read_episodes())
    assert past.seasonal == (23204, 236695)
    assert 0.05 < past.us_foreign[1990] < past.us_foreign[2005] < past.us_foreign[2024] < 0.2
    assert len(set(OECD)) == 34


def test_the_report_is_whole(found: Validation):
    assert find_unsourced_numbers(render_html(found.document())) == []
    data = json.loads(found.to_json())
    assert set(data["experiments"]) == set(EXPERIMENTS)
    assert "Not comparable" in render_terminal(found.document(), 100)
    assert "Not comparable" not in render_terminal(found.document(brief=True), 100)


def test_the_command(found: Validation, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(validate, "world_validate", lambda **_: found)
    assert main(["world", "validate", "--quiet", "--html", str(tmp_path / "v.html")]) == 0
    out, err = capsys.readouterr()
    assert "Outside" in out
    assert err == ""
    assert main(["world", "validate", "--json", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["draws"] == 1


def test_the_battery_gives_one_number_for_each_experiment():
    assert len(EXPERIMENTS) == len(set(EXPERIMENTS))
    assert callable(Battery)


def test_the_page_in_the_docs_holds_every_row(found: Validation):
    """``docs/write_validation.py`` writes it; a row that comes or goes has to be written there too."""
    page = (Path(__file__).parents[2] / "docs" / "validation.md").read_text(encoding="utf-8")
    plain = page.replace("\\", "")
    for check in found.checks:
        assert f"({check.key})" in plain, f"run docs/write_validation.py: {check.key} is missing"
    rows = [line for line in plain.splitlines() if line.startswith("| **")]
    assert len(rows) == len(found.checks)
    outside = plain.partition("**Outside**")[2].partition("**Inside**")[0]
    for check in found.checks:
        if check.kind == "target" and check.verdict == "outside":
            assert f"({check.key})" in outside, f"run docs/write_validation.py: {check.key} is outside now"
