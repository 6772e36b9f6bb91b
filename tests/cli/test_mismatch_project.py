"""``comity mismatch`` and ``comity project`` at the door: streams, files, exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from comity.cli import main


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_mismatch_json_is_alone_on_stdout(capsys: pytest.CaptureFixture[str]):
    assert main(["mismatch", "--origin", "sen", "--destination", "ESP", "--add", "500", "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert (found["origin"], found["destination"], found["added_places"]) == ("SEN", "ESP", 500)
    assert err == ""
    assert list(Path().iterdir()) == []


def test_mismatch_writes_a_page_with_a_map_that_opens_offline(capsys: pytest.CaptureFixture[str]):
    assert main(["mismatch", "--destination", "DEU", "--html", "page.html", "--coefficients"]) == 0
    out, err = capsys.readouterr()
    assert "Coefficient" in out
    assert "page.html" in err
    page = Path("page.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert 'src="http' not in page


def test_the_answer_needs_no_pyfixest(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setitem(sys.modules, "pyfixest", None)
    assert main(["mismatch", "--origin", "SEN", "--destination", "ESP"]) == 0
    assert main(["mismatch", "--origin", "SEN", "--destination", "ESP", "--estimate"]) == 3
    _, err = capsys.readouterr()
    assert err == "comity: pyfixest is not installed; run: pip install 'comity[estimate]'\n"


@pytest.mark.parametrize(
    "words",
    [
        ["mismatch", "--origin", "XX"],
        ["mismatch", "--origin", "ESP", "--destination", "ESP"],
        ["mismatch", "--origin", "SEN", "--destination", "ESP", "--add", "-1"],
        ["mismatch", "--origin", "SEN", "--add", "1"],
        ["mismatch", "--interval", "1999"],
        ["mismatch", "--skill", "some"],
        ["mismatch", "--out", "folder"],
        ["mismatch", "--html", "no/such/folder.html"],
        ["project", "XX"],
        ["project", "ESP", "--to", "2010"],
        ["project", "--add", "SEN:ESP:low:-1"],
        ["project", "--package", "missing.json"],
        ["project", "ESP", "--html", "no/such/folder.html"],
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("comity: ")
    assert err.count("\n") == 1


def test_project_prints_years_and_writes_a_page(capsys: pytest.CaptureFixture[str]):
    assert main(["project", "ESP", "--add", "SEN:ESP:low:1000", "--html", "p.html", "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert "long run" in out
    assert err == ""
    assert Path("p.html").is_file()
    assert main(["project", "ESP", "SEN", "--to", "2040", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["country"] for row in found["countries"]] == ["ESP", "SEN"]
    assert found["countries"][0]["years"][-1]["year"] == 2040
