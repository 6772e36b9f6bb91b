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
