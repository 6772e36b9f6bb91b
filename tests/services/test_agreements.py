"""Agreement files and the services on them: bad input, examples, stability."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import yaml

from comity.errors import InputError
from comity.reports.html import render_html
from comity.reports.walk import find_unsourced_numbers
from comity.services.agreements import (
    agreements_add,
    agreements_compare,
    agreements_list,
    agreements_show,
    agreements_test,
)

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples" / "agreements").glob("*.yaml"))

GOOD = {
    "agreement": "test-one",
    "title": "A test",
    "parties": ["ITA", "MAR"],
    "signed": "2004-05-01",
    "source": "made up for a test",
    "mark": "own draft",
    "clauses": [
        {"key": "1", "tags": ["reserved places"], "summary": "places", "force": "binding", "giver": "ITA",
         "beneficiary": "MAR", "value": 2500, "unit": "persons per year"},
        {"key": "2", "tags": ["readmission"], "summary": "return", "giver": "MAR", "beneficiary": "ITA"},
    ],
}  # fmt: skip


def write(folder: Path, name: str = "a.yaml", **changes: object) -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump({**GOOD, **changes}, sort_keys=False), encoding="utf-8")
    return path


def bloc(*members: dict[str, object], code: str = "BLOC") -> dict[str, object]:
    return {"code": code, "name": "A bloc", "members": list(members)}


BAD = {
    "ended before signed": ({"ended": "2003"}, "signed 2004-05-01 is after ended 2003"),
    "in force after the end": ({"in_force": "2010-01-01", "ended": "2009-01-01"}, "is after ended"),
    "no such day": ({"signed": "2004-13-01"}, "is no date"),
    "unknown party": ({"parties": ["ITA", "XQZ"]}, "neither a country nor one of the blocs"),
    "party twice": ({"parties": ["ITA", "ITA"]}, "a party twice"),
    "unknown members": (
        {"parties": ["ITA", "BLOC"], "blocs": [bloc({"country": "QQQ"})], "clauses": []},
        "unknown member 'QQQ'",
    ),
    "no members": ({"parties": ["ITA", "BLOC"], "blocs": [bloc()], "clauses": []}, "blocs.0.members"),
    "member twice at once": (
        {
            "parties": ["ITA", "BLOC"],
            "clauses": [],
            "blocs": [bloc({"country": "MLI", "left": "2020"}, {"country": "MLI", "joined": "2010"})],
        },
        "twice at the same time",
    ),
    "member leaves before it joins": (
        {
            "parties": ["ITA", "BLOC"],
            "clauses": [],
            "blocs": [bloc({"country": "MLI", "joined": "2010", "left": "2005"})],
        },
        "before it joins",
    ),
    "party and member": (
        {"parties": ["ITA", "BLOC"], "clauses": [], "blocs": [bloc({"country": "ITA"})]},
        "a party itself and a member",
    ),
    "two sides": (
        {
            "parties": ["BLOC", "OTHER"],
            "clauses": [],
            "blocs": [bloc({"country": "MLI"}), bloc({"country": "MLI"}, code="OTHER")],
        },
        "in 'BLOC' and in 'OTHER'",
    ),
    "bloc that is no party": ({"blocs": [bloc({"country": "MLI"})]}, "is not a party"),
    "role of a stranger": ({"origin": ["TUN"]}, "is not a party"),
    "unknown tag": (
        {"clauses": [{"key": "1", "tags": ["recerved places"], "summary": "x"}]},
        "unknown clause tag",
    ),
    "unknown giver": (
        {"clauses": [{"key": "1", "tags": ["LE02"], "summary": "x", "giver": "TUN"}]},
        "not a party",
    ),
    "clause twice": (
        {
            "clauses": [
                {"key": "1", "tags": ["LE02"], "summary": "x"},
                {"key": "1", "tags": ["LE03"], "summary": "y"},
            ]
        },
        "written twice",
    ),
    "wrong unit": (
        {"clauses": [{"key": "1", "tags": ["LE02"], "summary": "x", "value": 3, "unit": "years"}]},
        "unit of LE02",
    ),
    "out of bounds": (
        {
            "clauses": [
                {"key": "1", "tags": ["RW01"], "summary": "x", "value": 101, "unit": "% of admitted workers"}
            ]
        },
        "out of bounds",
    ),
    "value under two tags": (
        {
            "clauses": [
                {"key": "1", "tags": ["LE02", "LE03"], "summary": "x", "value": 1, "unit": "persons per year"}
            ]
        },
        "several tags",
    ),
    "unknown key": ({"partys": ["ITA"]}, "did you mean parties"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_with_a_line(case: str, tmp_path: Path):
    changes, words = BAD[case]
    with pytest.raises(InputError) as caught:
        agreements_test(path=write(tmp_path, **changes))
    assert words in str(caught.value)
    assert caught.value.exit_code == 2
    assert caught.value.line is not None


def test_a_country_may_leave_and_come_back(tmp_path: Path):
    members = bloc(
        {"country": "MLI", "left": "2005"}, {"country": "MLI", "joined": "2010"}, {"country": "SEN"}
    )
    path = write(tmp_path, parties=["ITA", "BLOC"], blocs=[members], clauses=[])
    assert agreements_test(path=path).examination.agreement.countries == ("ITA", "MLI", "SEN")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_examples_are_read_and_their_reports_hold_no_bare_number(path: Path):
    found = agreements_test(path=path)
    assert found.examination.agreement.mark == "recalled"
    assert not find_unsourced_numbers(render_html(found.document()))
    assert json.loads(found.to_json())["agreement"] == path.stem


def test_order_and_synonyms_change_nothing(tmp_path: Path):
    data = yaml.safe_load(EXAMPLES[1].read_text(encoding="utf-8"))
    first = agreements_test(path=EXAMPLES[1]).to_json()
    data["clauses"].reverse()
    path = tmp_path / "b.yaml"
    path.write_text(yaml.safe_dump(data).replace("government to government", "LE04"), encoding="utf-8")
    assert "LE04" in path.read_text(encoding="utf-8")
    assert agreements_test(path=path).to_json() == first


def test_an_empty_agreement_makes_a_whole_report(tmp_path: Path):
    found = agreements_test(path=write(tmp_path, clauses=[]))
    assert {i["mark"] for i in json.loads(found.to_json())["items"]} == {"absent"}
    assert not find_unsourced_numbers(render_html(found.document()))


def test_five_hundred_clauses_in_under_two_seconds(tmp_path: Path):
    many = [{"key": f"c{k}", "tags": ["RW01", "GV10"], "summary": "text " * 10} for k in range(500)]
    path = write(tmp_path, clauses=many)
    start = time.process_time()
    agreements_test(path=path).document()
    assert time.process_time() - start < 2


def test_what_is_added_is_listed(tmp_path: Path):
    store = tmp_path / "store"
    path = write(tmp_path)
    agreement, target = agreements_add(path=path, store=store)
    assert target.read_bytes() == path.read_bytes()
    found = agreements_list(country="mar", partner="ITA", kind="own", store=store)
    assert [e.key for e in found.entries] == [agreement.key]
    assert found.entries[0].areas["a_rights_welfare"] is False
    assert not find_unsourced_numbers(render_html(found.document()))
    assert agreements_show(key="test-one", store=store).entry.since == 2004
    with pytest.raises(InputError, match="added before"):
        agreements_add(path=path, store=store)
    agreements_add(path=path, store=store, replace=True)
    with pytest.raises(InputError, match="of its own"):
        agreements_add(path=write(tmp_path, agreement="bla-12"), store=store)


def test_a_text_that_is_not_published_is_not_taken_for_empty(tmp_path: Path):
    store = tmp_path / "store"
    agreements_add(path=write(tmp_path, published="no", clauses=[]), store=store)
    found = agreements_list(country="MAR", kind="own", store=store)
    assert set(map(str, found.entries[0].areas.values())) == {"not published"}
    told = json.loads(found.to_json())["entries"][0]["areas"]["c_legal_entry"]
    assert told == {"unknown": "not published"}


def test_lists_and_comparisons_hold_no_bare_number():
    assert not find_unsourced_numbers(render_html(agreements_list(country="PHL").document()))
    assert not find_unsourced_numbers(
        render_html(agreements_list(country="PHL", partner="ITA").document(brief=True))
    )
    assert not find_unsourced_numbers(render_html(agreements_show(key="bla-624").document()))
    assert not find_unsourced_numbers(render_html(agreements_compare(paths=tuple(EXAMPLES)).document()))


def test_the_comparison_does_not_hang_on_the_order_of_files():
    one, other = agreements_compare(paths=tuple(EXAMPLES)), agreements_compare(paths=tuple(EXAMPLES[::-1]))
    assert one.to_json() == other.to_json()
    shared = agreements_compare(paths=tuple(EXAMPLES[1:]))
    assert [r.tag for r in shared.ground.core] == ["RW01", "RW02", "RW03", "LE04", "SK06"]


def test_unknown_choices_name_what_is_accepted():
    with pytest.raises(InputError, match="accepted: a, b, c"):
        agreements_list(country="PHL", area="d")
    with pytest.raises(InputError, match="labour-agreement"):
        agreements_list(country="PHL", kind="treaties")
