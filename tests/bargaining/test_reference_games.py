"""Real benchmark games against solutions computed by others, by listing every outcome (§6.9).

The games are not committed; where the folder is absent the tests say so. ``make bench`` runs all of them.
"""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from comity.bargaining.discrete import scan_outcomes, solve_discrete
from comity.bargaining.outside import read_game
from comity.errors import InputError

SHARED = Path(os.environ.get("COMITY_SHARED", Path(__file__).parents[2].parent / "shared"))
GAMES = SHARED / "negotiation"
TABLE = GAMES / "reference_solutions.csv"
SMALL = 2_000_000

pytestmark = pytest.mark.skipif(not TABLE.is_file(), reason=f"the benchmark games are not at {GAMES}")


def rows():
    if not TABLE.is_file():
        return []
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def name_of(row):
    return f"{row['domain']}-{row['parties']}"


def read(row):
    folder = GAMES / row["domain"]
    if row["kind"] == "llmdelib":
        return read_game([folder])
    return read_game([folder / file for file in row["profiles"].split(";")])


SOLVABLE = [row for row in rows() if row["status"] == "ok"]
FEW = [row for row in SOLVABLE if int(row["outcomes"]) <= SMALL]


def number(text):
    return None if text == "" else float(text)


def value(chosen):
    return None if chosen is None else chosen.value


@pytest.mark.parametrize("row", FEW, ids=name_of)
def test_reference_solutions_are_reproduced(row):
    game = read(row)
    solved = solve_discrete(game)
    assert solved.outcomes == int(row["outcomes"])
    assert solved.rational == int(row["ir_outcomes"])
    assert solved.strictly == int(row["strict_ir_outcomes"])
    if row["pareto_ir_points"]:
        assert len(solved.frontier.points) == int(row["pareto_ir_points"])
    for ours, theirs in (
        (value(solved.nash), row["nash_product"]),
        (value(solved.leximin), row["ks_ratio"]),
        (value(solved.leximin_all), row["ks_ideal_all_ratio"]),
        (value(solved.egalitarian), row["egal_min_surplus"]),
        (value(solved.utilitarian), row["util_max_ir"]),
        (solved.utilitarian_all, row["util_max_all"]),
    ):
        assert ours == (None if theirs == "" else pytest.approx(number(theirs), rel=1e-9, abs=1e-9))
    if not solved.found:
        assert len(solved.blocked) == len(game.parties)
        assert solved.nearest.value < 0
        return
    assert solved.nash.ties == int(row["nash_ties"])
    if row["kind"] != "llmdelib" and solved.nash.ties == 1:
        assert solved.nash.utilities == pytest.approx(json.loads(row["nash_u"]), abs=1e-8)
        assert game.utilities(game.choice(json.loads(row["nash_bid"]))) == pytest.approx(
            solved.nash.utilities, abs=1e-9
        )


@pytest.mark.parametrize("row", [row for row in FEW if int(row["outcomes"]) <= 20_000][::6], ids=name_of)
def test_a_list_of_all_outcomes_agrees(row):
    seen = scan_outcomes(read(row))
    assert seen.rational == int(row["ir_outcomes"])
    assert seen.nash == (None if row["nash_product"] == "" else pytest.approx(float(row["nash_product"])))


def test_every_row_of_the_table_is_covered():
    assert len(SOLVABLE) >= 155
    assert len(SOLVABLE) - len(FEW) == sum(int(row["outcomes"]) > SMALL for row in SOLVABLE)


@pytest.mark.parametrize("row", [r for r in FEW if r["published_nash_product"]], ids=name_of)
def test_what_negolog_published_agrees(row):
    solved = solve_discrete(read(row))
    assert solved.nash.value == pytest.approx(float(row["published_nash_product"]), abs=1e-9)


@pytest.mark.parametrize(("name", "passing"), [("llmdelib-game1", (57, 21)), ("llmdelib-game2", (57, 18))])
def test_deals_that_pass_are_as_many_as_the_authors_counted(name, passing):
    """The authors name their logs by deals with one dissenter allowed, and deals that all accept."""
    solved = solve_discrete(read_game([GAMES / name]))
    assert (solved.accepted, solved.rational) == passing


def test_a_game_with_constraints_between_issues_is_refused():
    folder = GAMES / "genius-Railway"
    with pytest.raises(InputError, match="constraints between issues"):
        read_game([folder / "Minister.xml", folder / "NS.xml", folder / "ProRail.xml"])
