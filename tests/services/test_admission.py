"""Admission rules as data: decisions that follow from their reasons, promises kept, gaps that stay gaps."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.cli import main
from comity.errors import InputError
from comity.reports.html import render_html
from comity.reports.walk import find_unsourced_numbers
from comity.services.admission import Regulations, admission_check, admission_levels
from comity.services.admission_file import parse_atom

EXAMPLES = Path(__file__).parents[2] / "examples" / "admission"
RULES, CASE = EXAMPLES / "rules.yaml", EXAMPLES / "case.yaml"
REGULATIONS = Regulations.read(RULES)
RANK = {"refuse": 0, "gap": 1, "contradiction": 1, "refer": 1, "open": 1, "admit": 2}


def answers() -> st.SearchStrategy[dict[str, bool | float | str]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "offer": st.booleans(), "wage_share": st.floats(0, 300), "shortage": st.booleans(),
            "language": st.sampled_from(("none", "basic", "good")), "removed_before": st.booleans(),
        },
    )  # fmt: skip


def oracle(case: dict[str, bool | float | str]) -> str:
    """The example's rules, written out by hand for a full case."""
    if not case["offer"] or float(case["wage_share"]) < 100:
        return "refuse"
    if case["removed_before"]:
        return "refer"
    return "admit" if case["shortage"] or case["language"] == "good" else "gap"


@given(answers().filter(lambda c: len(c) == 5))
@settings(max_examples=200, deadline=None)
def test_a_full_case_is_decided_as_the_rules_read(case: dict[str, bool | float | str]) -> None:
    assert Regulations.conclude(REGULATIONS.weigh(case)) == oracle(case)


@given(answers())
@settings(max_examples=100, deadline=None)
def test_what_is_decided_on_part_of_the_answers_stays_decided(case: dict[str, bool | float | str]) -> None:
    word = Regulations.conclude(REGULATIONS.weigh(case))
    rest = [key for key in REGULATIONS.cells if key not in case]
    words = {
        oracle({**case, **dict(zip(rest, values, strict=True))})
        for values in itertools.product(*(REGULATIONS.cells[key] for key in rest))
    }
    if word != "open":
        assert words == {word}


@given(answers())
@settings(max_examples=100, deadline=None)
def test_the_decision_is_reproduced_from_its_reasons_alone(case: dict[str, bool | float | str]) -> None:
    reasons = REGULATIONS.weigh(case)
    speaking = {r.decision for r in reasons if r.holds == "yes" and r.speaks == "yes"}
    for r in reasons:
        silent = any(o.rule in REGULATIONS.rules[r.rule].unless and o.speaks == "yes" for o in reasons)
        assert silent == bool(r.silenced_by)
        assert not (silent and r.speaks != "no")
    word = Regulations.conclude(reasons)
    if word in ("admit", "refuse", "refer"):
        assert speaking == {word}


@given(
    answers().filter(lambda c: len(c) == 5), st.sampled_from(("offer", "wage_share", "shortage", "language"))
)
@settings(max_examples=200, deadline=None)
def test_what_is_promised_to_help_never_harms(case: dict[str, bool | float | str], key: str) -> None:
    before = RANK[Regulations.conclude(REGULATIONS.weigh(case))]
    cells = REGULATIONS.cells[key]
    order = {"none": 0, "basic": 1, "good": 2}
    size = {c: float(order.get(str(c), c)) for c in cells}  # type: ignore[arg-type]
    here = float(order.get(str(case[key]), case[key]))  # type: ignore[arg-type]
    for cell in cells:
        if size[cell] >= here:
            assert RANK[Regulations.conclude(REGULATIONS.weigh({**case, key: cell}))] >= before


@given(answers().filter(lambda c: len(c) == 5))
@settings(max_examples=100, deadline=None)
def test_each_change_leads_to_admission_and_none_smaller_does(case: dict[str, bool | float | str]) -> None:
    if oracle(case) == "admit":
        return
    for change in REGULATIONS.find_changes(case):
        assert oracle({**case, **dict(change.answers)}) == "admit"
        assert all(REGULATIONS.attributes[key].changeable for key, _ in change.answers)
        if len(change.answers) == 2:
            for key, cells in REGULATIONS.cells.items():
                if REGULATIONS.attributes[key].changeable:
                    assert all(oracle({**case, key: cell}) != "admit" for cell in cells)


def test_the_example_says_why_and_what_would_change_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["admission", "check", str(RULES), str(CASE)]) == 0
    page = capsys.readouterr().out
    assert "The rules refuse this case." in page
    assert "100 per cent" in page
    assert "made up" in page
    found = admission_check(rules=RULES, case=CASE)
    assert find_unsourced_numbers(render_html(found.document())) == []
    assert "95" not in found.to_json(), "no answer of a case is repeated"


def test_levels_show_places_and_gaps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["admission", "levels", str(RULES), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [c["left"] for c in found["categories"]] == [800, 0]
    assert {g["kind"] for g in found["gaps"]} == {"gap"}
    assert find_unsourced_numbers(render_html(admission_levels(rules=RULES).document())) == []


def test_a_full_category_is_said_to_be_full(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(
        "case: c\nanswers: {offer: true, wage_share: 100, shortage: false, language: good, "
        "removed_before: false}\n",
        encoding="utf-8",
    )
    found = admission_check(rules=RULES, case=case)
    assert (found.decision, found.category, found.place_left) == ("admit", "other_work", False)


def broken(tmp_path: Path, old: str, new: str) -> Path:
    words = RULES.read_text(encoding="utf-8")
    assert old in words
    path = tmp_path / "rules.yaml"
    path.write_text(words.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("when: [removed_before, offer, \"wage_share >= 100\"], decision: refer",
         "when: [removed_before, offer, \"wage_share >= 100\"], unless: [shortage_route], decision: refer",
         "in a circle"),
        ('[offer, "wage_share < 100"]', '["wage_share < 100", "wage_share > 200"]', "no case can satisfy"),
        ('[offer, "wage_share < 100"]', '[offer, "wage_share < 0"]', "no case can satisfy"),
        ("when: [not offer], decision: refuse", "when: [offer], decision: refuse", "is said to help"),
        ("language at least good", "language at least superb", "does not fit"),
        ("when: [not offer]", "when: [\"offer maybe\"]", "not a condition"),
        ("unless: [earlier_removal]", "unless: [nothing]", "no rule 'nothing'"),
        ("category: other_work", "category: else", "no category 'else'"),
        ("key: shortage, title", "key: passport_number, title", "data on a person"),
    ],
)  # fmt: skip
def test_rules_that_cannot_work_are_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = broken(tmp_path, old, new)
    with pytest.raises(InputError, match=says):
        admission_levels(rules=path)
    assert main(["admission", "levels", str(path)]) == 2


@pytest.mark.parametrize(
    "answers_", [{"name": "somebody"}, {"offer": "yes"}, {"wage_share": 400}, {"language": "superb"}]
)
def test_answers_that_nobody_asked_for_are_refused(tmp_path: Path, answers_: dict[str, object]) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(yaml.safe_dump({"case": "c", "answers": answers_}), encoding="utf-8")
    assert main(["admission", "check", str(RULES), str(case)]) == 2


def test_rules_that_contradict_are_reported_and_not_decided(tmp_path: Path) -> None:
    path = broken(tmp_path, "language at least good], unless: [earlier_removal]", "language at least good]")
    found = admission_levels(rules=path)
    assert "contradiction" in {word for word, _ in found.gaps}


def test_an_atom_negates_levels() -> None:
    levels = {"language": ("none", "basic", "good")}
    assert parse_atom("not language at least good", {"language": "level"}, levels).operator == "below"
    for words in ("age", "age >= x", "language > good"):
        with pytest.raises(ValueError, match=r"fit|float|condition"):
            parse_atom(words, {"age": "number", "language": "level"}, levels)


def test_the_public_page_says_what_is_not_disclosed(capsys: pytest.CaptureFixture[str]) -> None:
    portfolios = EXAMPLES.parent / "portfolios"
    assert main(["coherence", "public", str(portfolios / "spain.yaml"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "Targets for countries or regions of origin" in found["undisclosed"]
    assert main(["coherence", "public", str(portfolios / "mexico.yaml")]) == 2
    from comity.services.public_page import public_page  # noqa: PLC0415

    page = render_html(public_page(path=portfolios / "spain.yaml").document())
    assert find_unsourced_numbers(page) == []
    assert "Not disclosed" in page
