"""A package that the user brings: usable files, rules that it breaks, how far from the frontier it is."""
# ruff: noqa: E501  (tables of mistakes read best one per line)

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.services.answer import Answer
from tests.services.found import DRAWS, EXAMPLES, answer, evaluate, find

from comity.cli import main
from comity.errors import InputError
from comity.evidence import Catalogue, Evidence
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services.deal import deal_evaluate, list_countries
from comity.services.deal_supplied import read_supplied
from comity.services.roundfile import parse_round

if TYPE_CHECKING:
    from pathlib import Path

    from comity.services.deal_result import Deal

CATALOGUE = Catalogue.load()

ROUND = """
round: small
title: Made up for a test
draws: 20
settings: {share_of_draws: 0.8, epsilon: 1}
parties:
  - code: ESP
    limits: [{instrument: LE14, at_least: 40, reason: fees pay for consulates}]
  - code: MAR
table:
  - {instrument: LE14, giver: ESP, beneficiary: MAR, range: [35, 60], today: 80, step: 5}
  - {instrument: DV03, giver: ESP, beneficiary: MAR, range: [100, 200], step: 50}
  - {instrument: DV01, giver: ESP, beneficiary: MAR, range: [100, 200], step: 50}
  - {instrument: PE02, giver: MAR, beneficiary: ESP, range: [5, 25], today: 45, step: 10}
  - {instrument: GV03, giver: MAR, beneficiary: ESP, range: [1, 2], step: 1}
  - {instrument: RW11, giver: MAR, beneficiary: ESP, range: [2, 2],
     tranches: [{share: 1, milestone: money is here, due: 3, after: DV01-ESP-MAR}]}
principles:
  - {rule: requires, if: PE02, then: GV03, text: No returns without a committee}
  - {rule: excludes, if: DV03, then: RW11, text: Not paid twice for schools}
budgets:
  - {name: Money for Morocco, giver: ESP, of: [DV03, DV01], at_most: 300, source: made up}
interests:
  - {party: ESP, instrument: LE14, value: {low: -4, mid: -4, high: -4}, source: made up}
  - {party: MAR, instrument: LE14, value: {low: 12, mid: 12, high: 12}, source: made up}
  - {party: ESP, instrument: DV03, value: {low: -20, mid: -20, high: -20}, source: made up}
  - {party: MAR, instrument: DV03, value: {low: 15, mid: 15, high: 15}, source: made up}
  - {party: ESP, instrument: DV01, value: {low: -6, mid: -6, high: -6}, source: made up}
  - {party: MAR, instrument: DV01, value: {low: 9, mid: 9, high: 9}, source: made up}
  - {party: ESP, instrument: PE02, value: {low: 40, mid: 40, high: 40}, source: made up}
  - {party: MAR, instrument: PE02, value: {low: -16, mid: -16, high: -16}, source: made up}
  - {party: ESP, instrument: GV03, value: {low: 0, mid: 0, high: 0}, source: made up}
  - {party: MAR, instrument: GV03, value: {low: -1, mid: -1, high: -1}, source: made up}
  - {party: ESP, instrument: RW11, value: {low: 5, mid: 5, high: 5}, source: made up}
  - {party: MAR, instrument: RW11, value: {low: -2, mid: -2, high: -2}, source: made up}
"""

GOOD = {"LE14-ESP-MAR": 40, "DV03-ESP-MAR": 200, "PE02-MAR-ESP": 5, "GV03-MAR-ESP": 1}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rounds") / "small.yaml"
    path.write_text(ROUND, encoding="utf-8")
    return path


def write(folder: Path, values: dict[str, float]) -> Path:
    path = folder / "mine.yaml"
    lines = [f"  - {{clause: {key}, value: {value}}}" for key, value in values.items()]
    path.write_text("deal: mine\ntitle: What we would sign\nclauses:\n" + "\n".join(lines), encoding="utf-8")
    return path


def look(small: Path, folder: Path, values: dict[str, float]) -> Deal:
    return deal_evaluate(path=small, supplied=write(folder, values))


# -- files that cannot be used ------------------------------------------------------------------------------

MISTAKES = {
    "empty": ("", "empty"),
    "not a mapping": ("- 1", "not a mapping"),
    "no clauses": ("deal: x", "clauses: the key is missing"),
    "clauses not a list": ("clauses: 3", "clauses: not a list of clauses"),
    "an empty list": ("clauses: []", "the package holds no clause"),
    "unknown key": ("deal: x\nclause: []", r"m.yaml:2: clause: unknown key; accepted: deal, title, clauses"),
    "name is a number": ("deal: 3\nclauses: {LE14-ESP-MAR: 40}", "deal: 3 is not text"),
    "unknown clause": ("clauses:\n  - {clause: LE02-ESP-MAR, value: 3}", r"m.yaml:2: .*not on the table of small; acc"),
    "clause of no kind": ("clauses:\n  - {clause: [1], value: 3}", "not on the table"),
    "twice": ("clauses:\n  - {clause: LE14-ESP-MAR, value: 40}\n  - {clause: LE14-ESP-MAR, value: 45}",
              r"m.yaml:3: .*given twice"),
    "no value": ("clauses:\n  - {clause: LE14-ESP-MAR}", "accepted: the keys clause and value"),
    "one key too many": ("clauses:\n  - {clause: LE14-ESP-MAR, value: 40, unit: EUR}", "the keys clause and value"),
    "not a number": ("clauses: {LE14-ESP-MAR: forty}", "'forty' is not a number"),
    "true": ("clauses: {LE14-ESP-MAR: true}", "not a number"),
    "not finite": ("clauses: {LE14-ESP-MAR: .inf}", "finite"),
    "not what the instrument can be": ("clauses: {RW11-MAR-ESP: 9}", "outside what RW11 can be; accepted: 0 to 3"),
    "JSON without packages": ('{"zone": 1}', "the JSON holds no packages"),
    "JSON with no package": ('{"packages": []}', "the answer holds no package"),
    "JSON packages of no kind": ('{"packages": 3}', "packages is not a list"),
    "JSON without provisions": ('{"packages": [{"name": "nash"}]}', "no provisions"),
    "JSON with another round's clause": (
        '{"packages": [{"name": "n", "provisions": [{"key": "X", "value": 1}]}]}', "'X' is not on the table"),
    "broken JSON": ('{"packages": [', "not valid YAML"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_an_unusable_file_is_one_line(name: str, tmp_path: Path):
    text, says = MISTAKES[name]
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    round_ = parse_round(
        ROUND.encode(), name="small.yaml", catalogue=CATALOGUE, countries=list_countries(Evidence.load())
    )
    with pytest.raises(InputError, match=says) as caught:
        read_supplied(path, round_, CATALOGUE.instruments)
    assert caught.value.exit_code == 2
    assert len(str(caught.value).splitlines()) == 1


def test_files_that_are_not_there(tmp_path: Path, small: Path, capsys: pytest.CaptureFixture[str]):
    for path in (tmp_path / "none.yaml", tmp_path):
        assert main(["deal", str(small), "--evaluate", str(path), "--json"]) == 2
        assert "cannot read the file" in capsys.readouterr().err
    assert main(["deal", str(small), "--package", "nash"]) == 2
    assert "--evaluate DEAL" in capsys.readouterr().err
    assert (
        main(["deal", str(small), "--evaluate", str(write(tmp_path, GOOD)), "--package", "x", "--json"]) == 2
    )
    assert "one package" in capsys.readouterr().err


# -- rules ------------------------------------------------------------------------------------------------------

BROKEN = {
    "range": ({"DV03-ESP-MAR": 250}, None, "outside the range on the table"),
    "step": ({"DV03-ESP-MAR": 120}, None, "not on a step"),
    "limit": ({"LE14-ESP-MAR": 35}, "ESP", "fees pay for consulates"),
    "principle": ({"GV03-MAR-ESP": None}, None, "No returns without a committee"),
    "budget": ({"DV01-ESP-MAR": 200}, "ESP", "Money for Morocco"),
    "waits": ({"RW11-MAR-ESP": 2, "DV03-ESP-MAR": None}, None, "money is here"),
    "red_line": ({"LE14-ESP-MAR": None, "DV03-ESP-MAR": None}, "MAR", "Morocco"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_each_broken_rule_is_named_and_is_an_answer(kind: str, small: Path, tmp_path: Path):
    change, party, says = BROKEN[kind]
    values = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
    found = look(small, tmp_path, values)
    got = Answer.model_validate_json(found.to_json())
    assert got.evaluation is not None
    assert kind in {item.kind for item in got.evaluation.broken}
    item = next(item for item in got.evaluation.broken if item.kind == kind)
    assert item.party == party
    assert not got.evaluation.within_rules
    shown = " ".join(render_terminal(found.document(), width=100).replace("│", " ").split())
    assert says in shown
    assert "Your package: it does not hold" in shown
    assert find_unsourced_numbers(render_html(found.document())) == []
    # The values are looked at as they are, not as the table would like them.
    assert {x.key: x.value for x in got.packages[0].provisions} == values


def test_two_sides_of_an_exclusion(small: Path, tmp_path: Path):
    found = look(small, tmp_path, {**GOOD, "RW11-MAR-ESP": 2})
    assert found.evaluation is not None
    said = {(item.kind, item.text) for item in found.evaluation.broken}
    assert ("principle", "Not paid twice for schools") in said


# -- frontier and improvement ---------------------------------------------------------------------------------------


def worth(values: dict[str, float]) -> np.ndarray:
    """Gains of Spain and Morocco, written again from the interests above."""
    full = {
        "LE14-ESP-MAR": (80, 35, -4, 12),
        "DV03-ESP-MAR": (0, 200, -20, 15),
        "DV01-ESP-MAR": (0, 200, -6, 9),
        "PE02-MAR-ESP": (45, 5, 40, -16),
        "GV03-MAR-ESP": (0, 2, 0, -1),
        "RW11-MAR-ESP": (0, 2, 5, -2),
    }
    gains = np.zeros(2)
    for key, value in values.items():
        today, strongest, spain, morocco = full[key]
        gains += (value - today) / (strongest - today) * np.array([spain, morocco])
    return gains


def allowed() -> list[dict[str, float]]:
    """Every package that the rules allow and both accept."""
    levels = {
        "LE14-ESP-MAR": (40, 45, 50, 55, 60),
        "DV03-ESP-MAR": (100, 150, 200),
        "DV01-ESP-MAR": (100, 150, 200),
        "PE02-MAR-ESP": (5, 15, 25),
        "GV03-MAR-ESP": (1, 2),
        "RW11-MAR-ESP": (2,),
    }
    out = []
    for pick in itertools.product(*((None, *v) for v in levels.values())):
        values = {k: v for k, v in zip(levels, pick, strict=True) if v is not None}
        if "PE02-MAR-ESP" in values and "GV03-MAR-ESP" not in values:
            continue
        if "RW11-MAR-ESP" in values and ("DV03-ESP-MAR" in values or "DV01-ESP-MAR" not in values):
            continue
        if values.get("DV03-ESP-MAR", 0) + values.get("DV01-ESP-MAR", 0) > 300:
            continue
        out.append(values)
    return out


def test_the_distance_is_the_largest_sum_that_could_be_added_by_brute_force(small: Path, tmp_path: Path):
    found = look(small, tmp_path, GOOD)
    assert found.evaluation is not None
    assert found.evaluation.within_rules
    here = worth(GOOD)
    better = [g for v in allowed() if np.all((g := worth(v)) >= here - 1e-9) and np.all(g >= 1)]
    most = max(float(g.sum() - here.sum()) for g in better)
    assert found.evaluation.distance == pytest.approx(most, abs=1e-3)
    assert found.evaluation.distance_bound == pytest.approx(most, abs=1e-2)
    improvement = found.evaluation.improvement
    assert improvement is not None
    assert improvement.confirmed
    assert all(gain.mid >= -1e-6 for gain in improvement.gains.values())
    improved = {x.key: x.value for x in found.packages[1].provisions}
    assert improved in allowed()
    added = worth(improved) - here
    assert np.all(added >= -1e-6)
    assert added.sum() >= most / 2 - 1e-6
    assert list(improvement.gains) == ["ESP", "MAR"]
    assert [g.mid for g in improvement.gains.values()] == pytest.approx(added.tolist(), abs=1e-6)
    # Each change is needed: undone alone, less than half is left or somebody loses.
    changed = {k for k in {*GOOD, *improved} if GOOD.get(k) != improved.get(k)}
    assert changed == set(improvement.changes)
    shown = render_terminal(found.document(brief=True), width=100)
    assert "One improvement that hurts nobody" in shown


def test_the_best_package_is_on_the_frontier(small: Path, tmp_path: Path):
    best = max((v for v in allowed() if np.all(worth(v) >= 1)), key=lambda v: np.log(worth(v)).sum())
    found = look(small, tmp_path, best)
    assert found.evaluation is not None
    assert found.evaluation.improvement is None
    assert found.evaluation.distance == pytest.approx(0, abs=1e-3)
    assert found.packages[0].gap == pytest.approx(0, abs=1e-4)
    assert "on the frontier" in render_terminal(found.document(), width=100)


# -- an answer, evaluated again ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_package_of_an_answer_comes_back_as_it_was(tmp_path: Path):
    path = tmp_path / "answer.json"
    path.write_text(find("eu-maghreb-visa").to_json(), encoding="utf-8")
    for package in answer("eu-maghreb-visa").packages[:2]:
        found = evaluate("eu-maghreb-visa", path, package.name)
        got = Answer.model_validate_json(found.to_json())
        assert got.evaluation is not None
        assert got.evaluation.name == package.name
        assert got.evaluation.within_rules
        assert got.packages[0].provisions == package.provisions
        for code, gain in package.gains.items():
            assert got.packages[0].gains[code].mid == pytest.approx(gain.mid, rel=1e-3)
    with pytest.raises(InputError, match="no package is called 'x'; accepted: nash"):
        evaluate("eu-maghreb-visa", path, "x")


def test_exit_codes_and_the_same_bytes(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    mine = write(tmp_path, GOOD)
    arguments = ["deal", str(small), "--evaluate", str(mine), "--json", "--require-zone"]
    assert main(arguments) == 0
    first = capsys.readouterr().out
    assert main(arguments) == 0
    assert capsys.readouterr().out == first
    assert json.loads(first)["evaluation"]["title"] == "What we would sign"
    assert main([*arguments[:3], str(write(tmp_path, {"DV03-ESP-MAR": 200})), *arguments[4:]]) == 1
    assert "not an agreement" in capsys.readouterr().err


def test_the_shipped_package_is_read(capsys: pytest.CaptureFixture[str]):
    round_ = EXAMPLES / "jordan-compact-2016.yaml"
    signed = EXAMPLES / "deals" / "jordan-compact-2016-signed.yaml"
    assert main(["deal", str(round_), "--evaluate", str(signed), "--json", "--draws", str(DRAWS)]) == 0
    assert json.loads(capsys.readouterr().out)["evaluation"]["serves"]["DONORS"] is False
