"""``comity world``: scenarios by name, their reports, and one line for each mistake (§3.15)."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from comity.cli import main
from comity.evidence import Evidence
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services import benefit_scenario
from comity.services.benefit_inputs import swing_inputs
from comity.services.benefit_scenario import benefit_of_scenario
from comity.services.scenario import ScenarioResult, scenario_list, scenario_run


@pytest.fixture(scope="module")
def cut() -> ScenarioResult:
    return scenario_run(name="fee-cut", draws=10)


def test_parts_and_regions_add_up(cut: ScenarioResult):
    assert sum(w.mean for w in cut.parts.values()) == pytest.approx(cut.parity.mean, rel=1e-9, abs=1e-12)
    for field in ("benefit", "arrivals", "departures"):
        by_region = sum(getattr(row, field).mean for row in cut.regions)
        by_economy = sum(getattr(row, field).mean for row in cut.economies)
        assert by_region == pytest.approx(by_economy, abs=1e-6)
    assert [row.name for row in cut.regions] == sorted(row.name for row in cut.regions)


def test_the_groups_are_sums_over_economies(cut: ScenarioResult):
    counted = sum(w.mean for name, w in cut.groups.items() if name not in {"movers", "immigrants"})
    assert counted == pytest.approx(sum(row.benefit.mean for row in cut.economies), abs=1e-6)
    assert cut.groups["remittances"].low > 0


def test_same_seed_same_bytes_on_any_executor():
    here = scenario_run(name="fee-cut", draws=3)
    with ThreadPoolExecutor(2) as pool:
        assert scenario_run(name="fee-cut", draws=3, executor=pool).to_json() == here.to_json()
    assert scenario_run(name="fee-cut", draws=3, seed=1).to_json() != here.to_json()


def test_reports_hold_no_unsourced_number_and_no_verdict(cut: ScenarioResult):
    page = render_html(cut.document())
    assert find_unsourced_numbers(page) == []
    assert "advises nobody" in page
    text = render_terminal(cut.document(brief=True), 80)
    assert "World output" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_list_names_every_setting_with_a_default(capsys):
    rows = scenario_list()
    assert {row["name"] for row in rows} >= {
        "full-liberalisation", "no-migration", "enlargement", "closing-channel", "visa-imposition", "fee-cut",
    }  # fmt: skip
    assert all(s["default"] for row in rows for s in row["settings"])
    assert main(["world", "scenarios"]) == 0
    assert "--set ceiling=0.03" in capsys.readouterr().out
    assert main(["world", "scenarios", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == rows


def test_a_benefit_of_a_scenario_adds_up_and_nests(cut: ScenarioResult, monkeypatch: pytest.MonkeyPatch):
    some = ("world.trade.elasticity", "world.remittances.cost_elasticity", "world.fiscal.congestion")
    monkeypatch.setattr(
        benefit_scenario,
        "swing_inputs",
        lambda totals, tried, ps: swing_inputs(totals, {name: tried[name] for name in some}, ps),
    )
    found = benefit_of_scenario(country="ESP", scenario="fee-cut", draws=4)
    for column in found.columns:
        lines = sum(line.weight * line.worth.mean for line in column.lines)
        assert lines == pytest.approx(column.total.mean, abs=1e-9)
        assert sum(w.mean for w in column.ministries.values()) == pytest.approx(lines, abs=1e-9)
        assert sum(w.mean for w in column.groups.values()) == pytest.approx(lines, abs=1e-9)
    spain = next(row for row in cut.economies if row.code == "ESP")
    assert found.column("global").total.central == pytest.approx(spain.benefit.central, rel=1e-9)
    assert found.horizons["long-run"]["global"] == pytest.approx(found.column("global").total.central)
    swings = [item.swing for item in found.tornado]
    assert swings == sorted(swings, reverse=True)
    assert found.break_even == ()
    assert find_unsourced_numbers(render_html(found.document())) == []


@pytest.fixture(scope="module")
def own_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's own pack, in which one row of the population is below zero."""
    folder = tmp_path_factory.mktemp("own") / "pack"
    shutil.copytree(Evidence.load().folder, folder)
    path = folder / Evidence.load().path("population_age").name
    frame = pq.read_table(path).to_pandas()
    row = (frame["country"].astype(str) == "MAR") & (frame["year"] == 2024)
    frame.loc[row, "persons"] = -np.abs(frame.loc[row, "persons"])
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    return folder


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "utopia"], "accepted: full-liberalisation, no-migration"),
        (["run", "no-migration", "--set", "share=2"], "impossible share '2'; accepted: a number from 0 to 1"),
        (["run", "no-migration", "--set", "share"], "KEY=VALUE"),
        (["run", "no-migration", "--set", "share=1", "--set", "share=1"], "each key once"),
        (["run", "fee-cut", "--horizon", "never"], "year-after"),
        (["run", "fee-cut", "--evidence", "nowhere"], "holds no evidence pack"),
        (["run", "fee-cut", "--workers", "2", "--cluster", "tcp://127.0.0.1:1"], "one of the two"),
        (["run", "fee-cut", "--html", "no/such/folder.html"], "an existing folder"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["world", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert says in err


def test_people_below_zero_in_a_users_own_table_are_refused(own_pack: Path, capsys):
    assert main(["world", "run", "fee-cut", "--evidence", str(own_pack)]) == 2
    assert "population_age: people of MAR is -" in capsys.readouterr().err


def test_run_prints_json_alone(cut: ScenarioResult, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("comity.services.scenario.scenario_run", lambda **_: cut)
    page = tmp_path / "p.html"
    assert main(["world", "run", "fee-cut", "--json", "--html", str(page), "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out)["name"] == "fee-cut"
    assert page.is_file()
