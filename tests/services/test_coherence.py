"""From a portfolio file to a report: bad input, sources of numbers, the golden page, the pack's answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from comity.cli import main
from comity.errors import InputError
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services.coherence import Coherence, coherence_assess

EXAMPLES = Path(__file__).parents[2] / "examples" / "portfolios"
GOLDEN = Path(__file__).parent / "golden"
PORTFOLIOS = sorted(EXAMPLES.glob("*.yaml"))


@pytest.fixture(scope="module")
def interview() -> Coherence:
    return coherence_assess(path=EXAMPLES / "interview.yaml")


@pytest.mark.parametrize("path", PORTFOLIOS, ids=lambda p: p.stem)
@pytest.mark.parametrize("brief", [True, False])
def test_no_number_is_without_a_source(path: Path, brief: bool) -> None:
    page = render_html(coherence_assess(path=path).document(brief=brief))
    assert find_unsourced_numbers(page) == []


def test_the_interview_comes_out_as_written(interview: Coherence) -> None:
    page = render_terminal(interview.document(brief=True), 100)
    golden = GOLDEN / "coherence-interview.txt"
    assert page == golden.read_text(encoding="utf-8")


def test_the_json_is_one_object_and_the_same_each_time(interview: Coherence) -> None:
    again = coherence_assess(path=EXAMPLES / "interview.yaml")
    assert interview.to_json() == again.to_json()
    found = json.loads(interview.to_json())
    lines = {link["seed"] for f in found["conflicts"] for link in f["chain"]["links"]}
    for line in ("E71", "E72", "E73", "E80", "E93", "E95", "E97"):
        assert any(seed.startswith(line) for seed in lines), line


def base() -> dict[str, object]:
    return {
        "portfolio": "p", "title": "A test", "country": "ESP", "as_of": "2024",
        "measures": [
            {"key": "a", "ministry": "office of odd things", "instrument": "LE01", "change": "restrict",
             "title": "Fewer places", "since": "2024-05", "source": "a test"},
        ],
    }  # fmt: skip


def write(tmp_path: Path, data: dict[str, object]) -> Path:
    path = tmp_path / "portfolio.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def test_names_of_ministries_are_free_and_a_year_runs_to_its_end(tmp_path: Path) -> None:
    assert coherence_assess(path=write(tmp_path, base())).assessment.conflicts


def change(data: dict[str, object], dotted: str, value: object) -> dict[str, object]:
    here: object = data
    *path, last = dotted.split(".")
    for part in path:
        here = here[int(part)] if isinstance(here, list) else here[part]  # type: ignore[index]
    here[last] = value  # type: ignore[index]
    return data


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("measures.0.instrument", "LE99", "unknown instrument 'LE99'"),
        ("measures.0.change", "squash", "unknown change 'squash'"),
        ("measures.0.since", "2023-02-30", "is no date"),
        ("measures.0.since", "2025", "after the portfolio's own date"),
        ("measures.0.origin", ["XXX"], "unknown country 'XXX'"),
        ("measures.0.practice", "gross_hr_violations", "either instrument"),
        ("measures.0.colour", "red", "unknown key"),
        ("country", "ZZZ", "unknown country 'ZZZ'"),
        ("as_of", "2024-13", "is no date"),
        ("states", {"moon_phase": {"value": True, "source": "x"}}, "unknown state"),
        ("states", {"unmet_labour_demand": {"value": 3.5, "source": "x"}}, "does not answer the question"),
        ("objectives", [{"key": "o", "outcome": "joy", "wants": "higher", "ministry": "x", "source": "x"}],
         "unknown outcome 'joy'"),
        ("measures", [], "measures"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_with_its_place(tmp_path: Path, key: str, value: object, says: str) -> None:
    path = write(tmp_path, change(base(), key, value))
    with pytest.raises(InputError, match=r"portfolio\.yaml") as caught:
        coherence_assess(path=path)
    assert says in str(caught.value)
    assert main(["coherence", str(path)]) == 2


@pytest.mark.parametrize(("second", "says"), [("restrict", "says the same as"), ("expand", "undoes 'a'")])
def test_measures_that_repeat_or_undo_each_other_are_refused(tmp_path: Path, second: str, says: str) -> None:
    data = base()
    first = data["measures"][0]  # type: ignore[index]
    data["measures"].append({**first, "key": "b", "change": second})  # type: ignore[attr-defined]
    with pytest.raises(InputError, match=says):
        coherence_assess(path=write(tmp_path, data))


def test_chains_have_a_length(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 to 6"):
        coherence_assess(path=write(tmp_path, base()), longest=7)


def test_the_pack_answers_what_it_can_and_says_so(tmp_path: Path) -> None:
    data = base()
    data["measures"][0] |= {"origin": ["SEN"], "instrument": "LE15", "change": "withdraw"}  # type: ignore[index]
    found = coherence_assess(path=write(tmp_path, data))
    assert {"gdp_pc_origin_ppp", "global_regime_commitment", "unilateral_visa"} <= set(found.filled)
    assert found.states["global_regime_commitment"].reference.endswith("A/RES/73/195]#vote")
    assert 1_000 < float(found.states["gdp_pc_origin_ppp"].value) < 10_000
    data["states"] = {"gdp_pc_origin_ppp": {"value": 20_000, "source": "the user"}}
    own = coherence_assess(path=write(tmp_path, data))
    assert own.states["gdp_pc_origin_ppp"].value == 20_000
    assert "gdp_pc_origin_ppp" not in own.filled


def test_origins_on_both_sides_of_a_threshold_leave_income_unknown(tmp_path: Path) -> None:
    data = base()
    data["measures"][0]["origin"] = ["SEN", "FRA"]  # type: ignore[index]
    assert "gdp_pc_origin_ppp" not in coherence_assess(path=write(tmp_path, data)).states


def test_the_model_speaks_where_it_can(tmp_path: Path) -> None:
    data = base()
    data["measures"] = [
        {"key": "fees", "ministry": "finance", "instrument": "RM01", "change": "lower", "origin": ["MAR"],
         "title": "Cheaper remittances", "since": "2024", "source": "a test"},
        {"key": "season", "ministry": "labour", "instrument": "LE03", "change": "expand", "origin": ["MAR"],
         "title": "Seasonal work", "since": "2024", "source": "a test"},
    ]  # fmt: skip
    found = coherence_assess(path=write(tmp_path, data))
    at = {(m.measure, m.outcome): m for m in found.modelled}
    fees = at["fees", "remittances"]
    assert fees.edge == "I073"
    assert fees.catalogue.startswith("+USD 32 bn")
    assert fees.figure.value.low > 0  # type: ignore[union-attr]
    assert at["season", "household_income_origin"].figure.value.low > 0  # type: ignore[union-attr]
    data["measures"][1]["change"] = "restrict"  # type: ignore[index]
    less = coherence_assess(path=write(tmp_path, data))
    turned = {(m.measure, m.outcome): m for m in less.modelled}["season", "household_income_origin"]
    assert turned.figure.value.mid == -at["season", "household_income_origin"].figure.value.mid  # type: ignore[union-attr]
    words = [found.wording.evidence(f.chain).plain for f in found.assessment.synergies]
    assert any(
        "the model for this country: " in w and "the catalogue's strength: +USD 32 bn" in w for w in words
    )


def test_the_door_takes_a_file_or_a_verb(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write(tmp_path, base())
    assert main(["coherence", str(path), "--json"]) == 0
    first = capsys.readouterr().out
    assert main(["coherence", "--json", "assess", str(path)]) == 2
    capsys.readouterr()
    assert main(["coherence", "assess", str(path), "--json"]) == 0
    assert capsys.readouterr().out == first
    assert main(["coherence", "--json", str(path)]) == 0
    assert capsys.readouterr().out == first
    assert main(["coherence"]) == 0
    assert "diff" in capsys.readouterr().out
    page = tmp_path / "page.html"
    assert main(["coherence", str(path), "--html", str(page), "--quiet"]) == 0
    assert "matrix" in page.read_text(encoding="utf-8")


def record(state: str, on: str) -> dict[str, object]:
    return {"on": on, "state": state, "source": "a report"}


def test_what_changed_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = base()
    data["states"] = {"unmet_labour_demand": {"value": True, "source": "x"}}
    mark = {"key": "b", "title": "Fewer refusals", "domain": "D3", "owner": "interior", "due": "2024-06",
            "target": 10, "value": 20, "unit": "per cent", "state": "behind", "source": "x",
            "history": [record("on track", "2023"), record("behind", "2024-03")]}  # fmt: skip
    data["benchmarks"] = [mark]
    old = write(tmp_path, data)
    later = json.loads(json.dumps(data))
    later["as_of"] = "2025"
    later["measures"][0]["change"] = "expand"
    later["benchmarks"][0]["state"] = "reached"
    later["benchmarks"][0]["value"] = 9
    later["benchmarks"][0]["history"].append(record("reached", "2025-01"))
    new = tmp_path / "new.yaml"
    new.write_text(yaml.safe_dump(later), encoding="utf-8")
    assert main(["coherence", "diff", str(old), str(new)]) == 0
    page = capsys.readouterr().out
    assert "Fewer refusals: behind → reached; 20" in page
    assert "changed: Fewer places (change)" in page
    assert main(["coherence", "diff", str(old), str(new), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["measures"] == {"added": [], "dropped": [], "changed": ["a"]}
    assert found["conflicts"]["gone"]
    assert main(["coherence", "diff", str(new), str(old)]) == 2
    assert coherence_assess(path=old).is_late(coherence_assess(path=old).file.benchmarks[0])


@pytest.mark.parametrize(
    ("history", "says"),
    [
        ([record("behind", "2024-05"), record("behind", "2024-01")], "cannot stand here"),
        ([record("behind", "2026")], "cannot stand here"),
        ([record("reached", "2024-01")], "not where the record ends"),
    ],
)
def test_a_record_goes_forward_and_ends_where_the_entry_says(
    tmp_path: Path, history: list[dict[str, object]], says: str
) -> None:
    mark = {"key": "b", "title": "t", "domain": "D3", "owner": "x", "state": "behind", "source": "x",
            "history": history}  # fmt: skip
    with pytest.raises(InputError, match=says):
        coherence_assess(path=write(tmp_path, {**base(), "benchmarks": [mark]}))
