"""The puzzle end to end on four blocs: steps that hold, order that does not matter, proofs, bad files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.services.puzzles import FOUR, HEAD, PIECES, RULES, write

from comity.cli import main
from comity.reports.html import render_html
from comity.reports.markdown import render_markdown
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services.puzzle import regime_puzzle
from comity.services.world_clauses import make_shock
from comity.services.world_laboratory import sum_shocks
from comity.units import to_usd_million
from comity.world import World

if TYPE_CHECKING:
    from comity.services.puzzle import RegimePuzzle

EXAMPLE = Path(__file__).parents[2] / "examples" / "regimes" / "eight-blocs.yaml"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> RegimePuzzle:
    return regime_puzzle(path=write(tmp_path_factory.mktemp("puzzle")))


@pytest.fixture(scope="module")
def answer(found: RegimePuzzle) -> dict[str, Any]:
    return json.loads(found.to_json())


def check_steps(answer: dict[str, Any], sizes: dict[str, float]) -> int:
    """No step of any architecture makes a member worse off beyond its tolerance; every joiner gains."""
    pieces = {p["code"]: p for p in answer["pieces"]}
    home = {code: p["code"] for p in answer["pieces"] for code in p["members"]}
    checked = 0
    for way in answer["architectures"]:
        for step in way["steps"]:
            inside = {code for side in step["sides"] for code in side}
            for member, gain in step["members"].items():
                assert home[member] in inside
                assert gain >= -pieces[home[member]]["tolerance"] * sizes[member] * (1 + 1e-6), (
                    way["key"],
                    member,
                )
                checked += 1
            for side in step["sides"]:
                gain = sum(step["gains"][code] for code in side)
                asked = 0.0
                if len(side) == 1:
                    members = pieces[side[0]]["members"]
                    asked = pieces[side[0]]["least_gain"] * sum(sizes[m] for m in members)
                assert gain >= asked * (1 - 1e-6)
    return checked


def test_no_step_makes_a_member_worse_off_beyond_its_tolerance(found: RegimePuzzle, answer: dict[str, Any]):
    size = found.table.size
    sizes = {code: float(size[p]) for code, p in zip(found.table.members, found.table.places, strict=True)}
    assert check_steps(answer, sizes) > 10


def test_a_world_of_its_own_confirms_the_steps(found: RegimePuzzle):
    """Not the menu: the clauses of the path as shocks on a freshly calibrated world, step by step."""
    table = found.table
    world = World.load()
    values, before = np.zeros(len(table.instruments)), np.zeros(len(world.economy))
    assert found.path.steps
    for step in found.path.steps:
        values = values + step.values
        strengths = table.strengths(values)
        shocks = [
            make_shock(table.lab.setting, c, c.today + x * (c.full - c.today))
            for c, x in zip(table.lab.draft.candidates, strengths, strict=True)
            if x > 0
        ]
        ledger = world.solve(sum_shocks(shocks)).ledger()
        after = to_usd_million(1.0) * (ledger.values * table.lab.bench.weights).sum(axis=1)
        assert after - before == pytest.approx(step.change, rel=1e-3, abs=0.05)
        before = after


def test_the_path_holds_together(found: RegimePuzzle, answer: dict[str, Any]):
    unions = [{p["code"]} for p in answer["pieces"]]
    path = next(a for a in answer["architectures"] if a["key"] == "path")
    for step in path["steps"]:
        for side in step["sides"]:
            assert set(side) in unions
            unions.remove(set(side))
        unions.append({code for side in step["sides"] for code in side})
    assert sorted(map(sorted, unions)) == sorted(map(sorted, path["together"]))
    assert answer["search"]["complete"]
    assert answer["search"]["steps_valued"] <= answer["search"]["divisions"]
    total = sum(sum(s["gains"].values()) for s in path["steps"])
    assert total == pytest.approx(float(found.path.gains[found.table.places].sum()), rel=1e-6)


def test_bounds_of_the_file_hold_whatever_the_order(found: RegimePuzzle):
    caps, _ = found.table.lab.limits
    assert (caps @ found.table.strengths(np.ones(len(found.table.instruments))) <= 1 + 1e-9).all()


def test_a_contradiction_closes_its_instrument(found: RegimePuzzle, answer: dict[str, Any]):
    (fit,) = [f for f in answer["compatibility"] if f["match"] == "contradicting"]
    assert (fit["pieces"], fit["tag"]) == (["GULF", "IBERIA"], "RM01")
    assert {c["family"] for c in answer["closed"]} == {"fees"}
    assert not {"fees-GULF-IBERIA", "fees-IBERIA-GULF"} & set(answer["instruments"])
    assert any(key.startswith("fees-GULF") for key in answer["instruments"])


def test_the_order_of_the_file_changes_nothing(answer: dict[str, Any], tmp_path: Path):
    turned = HEAD + "pieces:\n" + "".join(reversed(PIECES)) + RULES
    turned = turned.replace("[ARE, QAT, SAU]", "[SAU, ARE, QAT]").replace("[ESP, PRT]", "[PRT, ESP]")
    assert json.loads(regime_puzzle(path=write(tmp_path, turned)).to_json()) == answer


def test_the_report_reads_in_every_form(found: RegimePuzzle):
    page = render_html(found.document())
    assert find_unsourced_numbers(page) == []
    assert page.count('class="frame-card"') == len(found.path.steps)
    assert "illegal" not in page
    assert 'src="http' not in page
    brief = render_terminal(found.document(brief=True), width=80, colour=False)
    assert "Can the pieces be joined?" in brief
    assert "join: " in brief
    assert "Who joins whom" in render_markdown(found.document())


def test_no_path_is_said_with_its_reason(tmp_path: Path):
    """Every bloc asks for a tenth of its GDP, which nothing on the table can give."""
    text = FOUR.replace("least_gain: 0.000001", "least_gain: 0.1").replace("draws: 2", "draws: 0")
    found = regime_puzzle(path=write(tmp_path, text))
    answer = json.loads(found.to_json())
    assert not answer["whole"]
    assert answer["search"]["complete"]
    assert answer["search"]["bound"] is None
    assert all(not a["steps"] for a in answer["architectures"])
    assert len(answer["refused"]) == 6
    assert all(r["margin"] < 0 and r["asks_too_much_for"] for r in answer["refused"])
    page = render_terminal(found.document(), width=100, colour=False)
    assert "No: none of 4 blocs" in page
    assert "every path was covered" in page


def test_a_horizon_shortens_the_path(found: RegimePuzzle, tmp_path: Path):
    text = FOUR.replace("at_once: 3", "at_once: 2\nsteps: 1").replace("draws: 2", "draws: 0")
    short = regime_puzzle(path=write(tmp_path, text))
    assert len(short.joining.joins) <= 1
    assert not short.whole


IBERIA = "name: Iberia"
TWO = "members: [ESP, PRT]"
BAD = {
    "unknown member": ("[ESP, PRT]", "[ESP, PRX]", "pieces.1.members.1: bloc 'IBERIA': unknown member 'PRX'"),
    "in two blocs": ("[ESP, PRT]", "[ESP, MAR]", "MAR is in IBERIA and in NORTH"),
    "twice in one": ("[ESP, PRT]", "[ESP, ESP]", "ESP is a member of 'IBERIA' twice"),
    "ends too early": (IBERIA, f"{IBERIA}\n    since: 2000\n    ended: 1990", "before it begins"),
    "has ended": (IBERIA, f"{IBERIA}\n    ended: 2010", "ended in 2010"),
    "agreement after its end": (IBERIA, f"{IBERIA}\n    agreements: [bad.yaml]", "bad.yaml:5: ended:"),
    "agreement that ended": (IBERIA, f"{IBERIA}\n    agreements: [old.yaml]", "'old' ended in 2004"),
    "unknown area": (IBERIA, f"{IBERIA}\n    area: Atlantis", "no area of free movement"),
    "unknown tag": ("tag: RM01, words: a floor", "tag: gold, words: a floor", "unknown clause tag 'gold'"),
    "level out of bounds": ("level: 5", "level: 500", "500 is out of bounds"),
    "unknown key": ("mark: own draft\n", "mark: own draft\n    flag: red\n", "unknown key"),
    "no members": (TWO, "spells: [{country: ESP, left: 2010}]", "has no member in 2020"),
    "spells overlap": (
        TWO,
        "members: [ESP]\n    spells: [{country: ESP, joined: 2010}]",
        "ESP is in 'IBERIA' twice at the same time",
    ),
    "a country's code": ("code: IBERIA", "code: FRA", "'FRA' is a country"),
    "acts nowhere": ("reason: test\n", "reason: test\nacts_in: {ESP: NORTH}\n", "ESP is not in 'NORTH'"),
    "bad table": (
        "reason: test\n",
        "reason: test\ntable: [{between: [GULF, MOON], families: []}]\n",
        "'MOON' is no piece",
    ),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_bad_input_is_one_line_and_exit_two(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    old, new, words = BAD[case]
    head = "agreement: {}\ntitle: X\nparties: [ESP, PRT]\nsigned: {}\nended: 2004\nsource: s\nmark: read\n"
    (tmp_path / "bad.yaml").write_text(head.format("bad", 2010), encoding="utf-8")
    (tmp_path / "old.yaml").write_text(head.format("old", 1990), encoding="utf-8")
    assert old in FOUR
    path = write(tmp_path, FOUR.replace(old, new, 1))
    assert main(["regime", "puzzle", str(path)]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert ".yaml:" in err
    assert len(err.strip().splitlines()) == 1


def test_a_country_in_two_blocs_acts_where_the_file_says(tmp_path: Path):
    text = FOUR.replace("[ESP, PRT]", "[ESP, MAR]").replace("draws: 2", "draws: 0\nacts_in: {MAR: NORTH}")
    found = regime_puzzle(path=write(tmp_path, text))
    assert [p.members for p in found.puzzle.pieces if p.code in ("IBERIA", "NORTH")] == [
        ("ESP",),
        ("EGY", "MAR", "TUN"),
    ]
    assert found.puzzle.elsewhere["IBERIA"] == ("MAR",)


@pytest.mark.slow
def test_the_example(capsys: pytest.CaptureFixture[str]):
    assert main(["regime", "puzzle", str(EXAMPLE), "--draws", "0", "--json", "--quiet"]) == 0
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert err == ""
    assert len(answer["pieces"]) == 8
    assert answer["search"]["complete"]
    world = World.load().economy
    sizes = {code: float(v) * 1e-6 for code, v in zip(world.codes, world.value_added, strict=True)}
    assert check_steps(answer, sizes) > 50
