"""Agenda: the order follows the stated rule, ties share a place, and the order of input changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import InputError
from comity.reports.html import render_html
from comity.reports.walk import find_unsourced_numbers
from comity.services.agenda import RULES, Issue, place_issues, regime_agenda
from comity.vocabulary import Area, Range

SHARE = 0.8


def make(
    key: str, gain: float, *, spread: float = 0.0, below: int = 0, gaining: int = 2, ministries: int = 2,
    unvalued: int = 0, severe: int = 0, bound: int = 0,
) -> Issue:  # fmt: skip
    draws = gain + spread * np.linspace(-1, 1, 41)
    return Issue(
        key, key, (Area.LEGAL_ENTRY,), (key,), Range.of(draws), {}, ("A", "B")[:gaining], (),
        ("A", "B")[:below], tuple(f"A:{k}" for k in range(ministries)),
        tuple(("A", str(k)) for k in range(unvalued)), severe, severe, 2, bound, 0, 0, 1, draws,
    )  # fmt: skip


def order(issues: list[Issue], rule: str) -> dict[str, int]:
    return place_issues(issues, rule, parties=2, share=SHARE)  # type: ignore[arg-type]


def test_each_rule_asks_its_questions_in_turn():
    rich = make("rich", 100, below=1)
    safe = make("safe", 10)
    lonely = make("lonely", 50, gaining=1)
    assert order([rich, safe, lonely], "gain") == {"rich": 1, "lonely": 2, "safe": 3}
    assert order([rich, safe, lonely], "consensus") == {"safe": 1, "lonely": 2, "rich": 3}
    ready = make("ready", 1, bound=2)
    light = make("light", 1, bound=1, ministries=1)
    heavy = make("heavy", 99, bound=1, ministries=3)
    assert order([heavy, light, ready], "ready") == {"ready": 1, "light": 2, "heavy": 3}
    clash, silent = make("clash", 9, severe=1), make("silent", 9, unvalued=1)
    assert order([clash, silent, safe], "obstacles") == {"safe": 1, "silent": 2, "clash": 3}


def test_what_the_draws_do_not_tell_apart_shares_a_place():
    one, other = make("one", 10), make("other", 9)
    wide = replace(make("wide", 10.5), draws=np.tile([0.0, 21.0], 21)[:41])
    places = order([one, other, wide], "gain")
    assert places["one"] < places["other"]
    assert places["wide"] == 1
    assert order([one, make("same", 10)], "gain") == {"one": 1, "same": 1}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-3, 3), st.integers(0, 2), st.integers(0, 2), st.floats(0, 5)),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(list(RULES)),
)
def test_order_of_input_changes_nothing_and_places_are_possible(
    rows: list[tuple[int, int, int, float]], rule: str
):
    issues = [make(f"i{k}", g, below=b, gaining=w, spread=s) for k, (g, b, w, s) in enumerate(rows)]
    first = order(issues, rule)
    for other in list(permutations(issues))[:6]:
        assert order(list(other), rule) == first
    assert min(first.values()) == 1
    assert max(first.values()) <= len(issues)


ROUND = {
    "round": "two", "title": "Two parties", "draws": 20, "seed": 3,
    "parties": [{"code": "ESP"}, {"code": "MAR"}],
    "table": [
        {"key": "good", "instrument": "GV03", "giver": "ESP", "beneficiary": "MAR", "range": [1, 4]},
        {"key": "costly", "instrument": "SK04", "giver": "ESP", "beneficiary": "MAR", "range": [0, 30]},
        {"key": "silent", "instrument": "GV10", "giver": "MAR", "beneficiary": "ESP", "range": [0, 3]},
        {"key": "half", "instrument": "GV05", "giver": "MAR", "beneficiary": "ESP", "range": [0, 3]},
    ],
    "interests": [
        {"party": p, "clause": c, "value": {"low": v, "mid": v, "high": v}, "source": "made up",
         "status": "illustrative"}
        for p, c, v in (
            ("ESP", "good", 5), ("MAR", "good", 4), ("ESP", "costly", -30), ("MAR", "costly", 60),
            ("MAR", "half", 2),
        )
    ],
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "round.yaml"
    file.write_text(yaml.safe_dump(ROUND), encoding="utf-8")
    return file


def test_a_round_of_stated_interests(path: Path):
    found = regime_agenda(path=path)
    by_key = {i.key: i for i in found.issues}
    assert [i.key for i in found.unplaced] == ["GV10"]
    assert by_key["GV03"].joint == Range(9.0, 9.0, 9.0)
    assert by_key["GV03"].gaining == ("ESP", "MAR")
    costly = by_key["SK04"]
    assert costly.joint is not None
    assert costly.joint.mid == pytest.approx(30.0)
    assert (costly.gaining, costly.worse_off, costly.below) == (("MAR",), ("ESP",), ("ESP",))
    assert by_key["GV05"].unvalued == (("ESP", "half"),)
    assert [i.key for i in found.issues] == ["GV03", "GV05", "SK04"]
    assert found.places["gain"] == {"SK04": 1, "GV03": 2, "GV05": 3}
    assert set(found.added["GV03"]) == set(by_key["GV03"].ministries)
    assert found.added["GV05"] == tuple(m for m in by_key["GV05"].ministries if m not in found.added["GV03"])


def test_pages_and_json_say_the_same_and_hold_no_bare_number(path: Path):
    found = regime_agenda(path=path, rule="gain")
    data = json.loads(found.to_json())
    assert [i["issue"] for i in data["issues"]] == ["SK04", "GV03", "GV05", "GV10"]
    assert data["issues"][-1]["joint_gain"] is None
    assert data["issues"][-1]["place"] is None
    assert find_unsourced_numbers(render_html(found.document())) == []
    assert regime_agenda(path=path, rule="gain").to_json() == found.to_json()


def test_areas_can_be_the_issues(path: Path):
    found = regime_agenda(path=path, by="area")
    assert [i.key for i in found.issues] == ["g_governance_process", "d_skills"]
    assert [len(i.clauses) for i in found.issues] == [3, 1]


def test_a_pool_is_shared_out_and_not_promised_twice(tmp_path: Path):
    table = [
        {"key": k, "instrument": "SK04", "giver": "ESP", "beneficiary": "MAR", "range": [0, 30]}
        for k in ("p", "q")
    ]
    interests = [
        {
            "party": "MAR",
            "clause": k,
            "value": {"low": 30, "mid": 30, "high": 30},
            "source": "made up",
            "status": "illustrative",
        }
        for k in ("p", "q")
    ]
    pool = {"name": "money", "giver": "ESP", "of": ["SK04"], "at_most": 30, "source": "made up"}
    for budgets, total in (([], 60.0), ([pool], 30.0)):
        file = tmp_path / f"{len(budgets)}.yaml"
        file.write_text(
            yaml.safe_dump({**ROUND, "table": table, "interests": interests, "budgets": budgets}),
            encoding="utf-8",
        )
        joint = regime_agenda(path=file).issues[0].joint
        assert joint is not None
        assert joint.mid == pytest.approx(total)


def test_unknown_rules_and_groupings_are_refused(path: Path):
    with pytest.raises(InputError, match="accepted: consensus, gain, ready, obstacles"):
        regime_agenda(path=path, rule="weights")
    with pytest.raises(InputError, match="accepted: instrument, area"):
        regime_agenda(path=path, by="ministry")
