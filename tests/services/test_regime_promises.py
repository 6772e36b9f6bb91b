"""What issue 6 promises of the agreement test and of agreement files, each held by a property."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import InputError
from comity.regime import Mark, Tags
from comity.services.agreements import agreements_compare, agreements_test
from comity.services.agreements_draft import agreements_draft

if TYPE_CHECKING:
    from pathlib import Path

TAGS = Tags.load()
SPELLINGS: dict[str, list[str]] = {}
for words, code in TAGS.spellings.items():
    SPELLINGS.setdefault(code, []).append(words)
CODES = sorted(SPELLINGS)


def file(folder: Path, clauses: list[dict[str, object]], name: str = "a", **more: object) -> Path:
    path = folder / f"{name}.yaml"
    data = {
        "agreement": name, "title": "T", "parties": ["ITA", "MAR"], "origin": ["MAR"], "destination": ["ITA"],
        "source": "made up for a test", "mark": "own draft", "clauses": clauses, **more,
    }  # fmt: skip
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


@settings(max_examples=8, deadline=None)
@given(codes=st.lists(st.sampled_from(CODES), min_size=1, max_size=12, unique=True), seed=st.integers(0, 99))
def test_order_and_any_synonym_change_nothing(
    codes: list[str], seed: int, tmp_path_factory: pytest.TempPathFactory
):
    folder = tmp_path_factory.mktemp("agreements")
    plain = [
        {"key": str(k), "tags": [code], "summary": "s", "force": "binding", "giver": "ITA",
         "beneficiary": "MAR"}
        for k, code in enumerate(codes)
    ]  # fmt: skip
    draw = np.random.default_rng(seed)
    other = [{**c, "tags": [str(draw.choice(SPELLINGS[c["tags"][0]]))]} for c in plain]  # type: ignore[index]
    other = [other[k] for k in draw.permutation(len(other))]
    answers = []
    for clauses in (plain, other):
        path = file(folder, clauses)  # the same name, so that only the clauses can make a difference
        answers.append((agreements_test(path=path).to_json(), agreements_draft(paths=(path,)).to_json()))
    assert answers[0] == answers[1]


def test_an_empty_agreement_fails_every_item(tmp_path: Path):
    found = agreements_test(path=file(tmp_path, []))
    assert len(found.examination.verdicts) == 60
    assert {v.mark for v in found.examination.verdicts} == {Mark.ABSENT}
    assert json.loads(found.to_json())["items"]
    assert agreements_draft(paths=(file(tmp_path, []),)).articles


def test_five_hundred_clauses_are_tested_compared_and_drafted_in_time(tmp_path: Path):
    clauses: list[dict[str, object]] = [
        {"key": str(k), "tags": [CODES[k % len(CODES)]], "summary": "s", "force": "binding"}
        for k in range(500)
    ]
    one, other = file(tmp_path, clauses, "a"), file(tmp_path, clauses, "b")
    agreements_test(path=file(tmp_path, [], "warm"))  # catalogues are read once
    for work in (
        lambda: agreements_test(path=one).document(),
        lambda: agreements_draft(paths=(one,)).document(),
    ):
        start = time.process_time()
        work()
        assert time.process_time() - start < 2
    start = time.process_time()
    agreements_compare(paths=(one, other)).document()
    assert time.process_time() - start < 4  # two files of five hundred


@settings(max_examples=20, deadline=None)
@given(
    spells=st.lists(st.tuples(st.integers(1990, 2010), st.integers(0, 12)), min_size=1, max_size=3),
    seed=st.integers(0, 5),
)
def test_membership_contradicts_itself_exactly_when_spells_overlap(
    spells: list[tuple[int, int]], seed: int, tmp_path_factory: pytest.TempPathFactory
):
    folder = tmp_path_factory.mktemp("blocs")
    members = [{"country": "MLI", "joined": str(a), "left": str(a + n)} for a, n in spells]
    members = [members[k] for k in np.random.default_rng(seed).permutation(len(members))]
    blocs = [{"code": "BLOC", "name": "B", "members": members}]
    path = file(folder, [], parties=["ITA", "BLOC"], origin=[], destination=[], blocs=blocs)
    years = [y for a, n in spells for y in range(a, a + n)]
    contradicts = len(set(years)) < len(years) or any(n == 0 for _, n in spells)
    if contradicts:
        with pytest.raises(InputError) as caught:
            agreements_test(path=path)
        assert caught.value.exit_code == 2
    else:
        agreements_test(path=path)
