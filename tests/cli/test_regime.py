"""``comity agreements`` and ``comity regime`` at the door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples" / "agreements"


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_list_json_is_alone_on_stdout(capsys: pytest.CaptureFixture[str]):
    assert main(["agreements", "list", "--country", "phl", "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["country"] == "PHL"
    assert found["counts"]["labour agreement"] > 30
    assert err == ""


def test_add_then_list_then_show(capsys: pytest.CaptureFixture[str]):
    example = str(EXAMPLES / "korea-philippines-2004.yaml")
    assert main(["agreements", "add", example]) == 0
    assert "9 clauses" in capsys.readouterr().err
    assert main(["agreements", "list", "--country", "KOR", "--kind", "own"]) == 0
    assert "korea-philippines-2004" in capsys.readouterr().out
    assert main(["agreements", "show", "korea-philippines-2004"]) == 0
    assert main(["agreements", "add", example]) == 2


def test_test_and_compare_write_pages(capsys: pytest.CaptureFixture[str]):
    one, other = (str(EXAMPLES / n) for n in ("eu-turkey-2016.yaml", "korea-philippines-2004.yaml"))
    assert main(["agreements", "test", one, "--html", "t.html", "--quiet"]) == 0
    assert main(["agreements", "compare", one, other, "--html", "c.html", "--quiet"]) == 0
    capsys.readouterr()
    for name in ("t.html", "c.html"):
        page = Path(name).read_text(encoding="utf-8")
        assert 'src="http' not in page
        assert "<h1" in page


def test_bad_input_is_exit_two(capsys: pytest.CaptureFixture[str]):
    Path("bad.yaml").write_text(
        "agreement: x\ntitle: X\nparties: [ITA, MAR]\nsigned: 2010\nended: 2004\nsource: s\nmark: read\n",
        encoding="utf-8",
    )
    assert main(["agreements", "test", "bad.yaml"]) == 2
    assert "bad.yaml:5: ended:" in capsys.readouterr().err
    assert main(["agreements", "list", "--country", "XXX"]) == 2
    assert main(["agreements", "show", "nothing"]) == 2
    assert main(["agreements", "compare", str(EXAMPLES / "eu-turkey-2016.yaml")]) == 2


def test_speed_is_the_same_twice(capsys: pytest.CaptureFixture[str]):
    outputs = []
    for _ in range(2):
        assert main(["regime", "speed", "--json", "--draws", "20", "--seed", "7"]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


def test_agencies_and_schema(capsys: pytest.CaptureFixture[str]):
    assert main(["regime", "agencies", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["agencies"]
    assert main(["agreements", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Comity agreement file"


BAD_AGREEMENTS = {
    "dated after its termination": "signed: 2010\nended: 2004\n",
    "bloc of unknown members": (
        "parties: [ITA, BLOC]\nblocs: [{code: BLOC, name: B, members: [{country: QQQ}]}]\n"
    ),
    "membership that contradicts itself": (
        "parties: [ITA, BLOC]\nblocs: [{code: BLOC, name: B, members: "
        "[{country: MLI, left: 2020}, {country: MLI, joined: 2010}]}]\n"
    ),
}


@pytest.mark.parametrize("case", BAD_AGREEMENTS)
@pytest.mark.parametrize("verb", ["test", "add", "draft"])
def test_what_cannot_be_true_is_exit_two_with_file_and_line(
    case: str, verb: str, capsys: pytest.CaptureFixture[str]
):
    body = BAD_AGREEMENTS[case]
    parties = "" if "parties" in body else "parties: [ITA, MAR]\n"
    Path("bad.yaml").write_text(
        f"agreement: x\ntitle: X\n{parties}{body}source: s\nmark: read\n", encoding="utf-8"
    )
    assert main(["agreements", verb, "bad.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("comity: bad.yaml:")
    assert err.count("\n") == 1


def test_a_draft_is_written_in_every_form(capsys: pytest.CaptureFixture[str]):
    one, other = (str(EXAMPLES / n) for n in ("germany-philippines-2013.yaml", "korea-philippines-2004.yaml"))
    assert (
        main(["agreements", "draft", one, other, "--html", "d.html", "--markdown", "d.md", "--json", "-q"])
        == 0
    )
    out, err = capsys.readouterr()
    assert json.loads(out)["articles"]
    assert err == ""
    assert "each Party in the role of destination" in Path("d.md").read_text(encoding="utf-8")
    assert 'src="http' not in Path("d.html").read_text(encoding="utf-8")
    assert main(["agreements", "draft"]) == 2
    assert main(["agreements", "draft", one, "--package", one]) == 2
    assert main(["agreements", "draft", one, "--package-name", "x"]) == 2
    assert main(["agreements", "draft", "--package", one]) == 2


def test_a_package_is_drafted_with_every_number(capsys: pytest.CaptureFixture[str]):
    Path("p.yaml").write_text(
        "package: autumn\nprovisions:\n"
        "  - {instrument: LE02, giver: ESP, beneficiary: MAR, value: 2500, skill: low}\n"
        "  - {instrument: PE01, giver: MAR, beneficiary: ESP, value: 7}\n",
        encoding="utf-8",
    )
    assert main(["agreements", "draft", "--package", "p.yaml"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Spain shall reserve for nationals of Morocco entry for work of 2,500 persons per year" in out
    assert "within 7 working days" in out


def test_coverage_and_pictures(capsys: pytest.CaptureFixture[str]):
    assert main(["regime", "coverage", "--json", "--draws", "20"]) == 0
    assert json.loads(capsys.readouterr().out)["national_policies"] == {"unknown": "not known"}
    assert main(["regime", "picture", "--country", "phl", "--html", "p.html", "-q"]) == 0
    assert "Philippines" in capsys.readouterr().out
    assert 'src="http' not in Path("p.html").read_text(encoding="utf-8")
    assert main(["regime", "picture", "--country", "XXX"]) == 2
    assert main(["regime", "picture", "--area", "d"]) == 2
    assert main(["regime", "picture", "--year", "2030"]) == 2
    assert main(["regime", "agenda", "nothing.yaml"]) == 2
