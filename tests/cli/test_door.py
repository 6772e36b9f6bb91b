"""The terminal door: streams, exit codes, and one line for each mistake (§10)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from comity.cli import main
from comity.errors import InputError, MissingExtraError, SolveError

from .conftest import FakeDeal, FakeProposal

if TYPE_CHECKING:
    from .conftest import Services

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def one_line(text: str) -> str:
    assert text.count("\n") == 1
    assert text.startswith("comity: ")
    return text


def test_deal_prints_a_report_and_writes_html_here(services: Services, capsys: pytest.CaptureFixture[str]):
    assert main(["deal", "elsewhere/some-round.yaml"]) == 0
    out, err = capsys.readouterr()
    assert "A fake deal" in out
    assert "some-round.html" in err
    assert "<html" in Path("some-round.html").read_text(encoding="utf-8")
    asked = [{name: given for name, given in each.items() if name != "progress"} for each in services.asked]
    assert asked == [
        {
            "path": Path("elsewhere/some-round.yaml"),
            "seed": None,
            "draws": None,
            "portfolios": {},
            "coherent": False,
        }
    ]


def test_deal_json_is_alone_on_stdout(services: Services, capsys: pytest.CaptureFixture[str]):
    assert main(["deal", "r.yaml", "--json", "--seed", "7", "--draws", "50"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["parties"] == "España → Maroc"
    assert err == ""
    assert list(Path().iterdir()) == []
    assert (services.asked[0]["seed"], services.asked[0]["draws"]) == (7, 50)


def test_deal_json_with_html_gives_both(services: Services, capsys: pytest.CaptureFixture[str]):
    assert main(["deal", "r.yaml", "--json", "--html", "page.html"]) == 0
    out, err = capsys.readouterr()
    json.loads(out)
    assert "page.html" in err
    assert Path("page.html").is_file()


def test_quiet_says_nothing_on_stderr(services: Services, capsys: pytest.CaptureFixture[str]):
    assert main(["deal", "r.yaml", "--quiet"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("zone_open", "option", "code"), [(True, True, 0), (False, True, 1), (False, False, 0)]
)
def test_require_zone(services: Services, zone_open: bool, option: bool, code: int):
    services.deal = FakeDeal(zone_open=zone_open)
    assert main(["deal", "r.yaml", "--json", *(["--require-zone"] if option else [])]) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("two\nlines", file="r.yaml", line=3), 2),
        (SolveError("no equilibrium for MAR"), 3),
        (MissingExtraError("openpyxl", extra="build"), 3),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_become_a_line_and_a_code(
    services: Services, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
):
    services.error = error
    assert main(["deal", "r.yaml"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    one_line(err.lstrip("\n"))
    assert not Path("r.html").exists()


def test_our_own_faults_keep_their_trace(services: Services):
    services.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        main(["deal", "r.yaml"])


@pytest.mark.parametrize("target", ["no/such/folder/page.html", "."])
def test_html_target_is_refused_before_the_work(
    services: Services, capsys: pytest.CaptureFixture[str], target: str
):
    assert main(["deal", "r.yaml", "--html", target]) == 2
    one_line(capsys.readouterr().err)
    assert services.asked == []


def test_propose_prints_the_round_file(services: Services, capsys: pytest.CaptureFixture[str]):
    services.deal = FakeProposal()
    assert main(["propose", "esp", "MAR"]) == 0
    assert capsys.readouterr().out == "round: fake\n"
    assert services.asked[0]["codes"] == ("ESP", "MAR")


def test_propose_writes_a_file_once(services: Services, capsys: pytest.CaptureFixture[str]):
    services.deal = FakeProposal()
    assert main(["propose", "ESP", "MAR", "--output", "new.yaml"]) == 0
    out, err = capsys.readouterr()
    assert "A fake deal" in out
    assert "new.yaml" in err
    assert main(["propose", "ESP", "MAR", "--output", "new.yaml"]) == 2
    assert "exists already" in one_line(capsys.readouterr().err)
    assert main(["propose", "ESP", "MAR", "--output", "new.yaml", "--force"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["deal"],
        ["deal", "r.yaml", "--seed", "-1"],
        ["deal", "r.yaml", "--seed", "x"],
        ["deal", "r.yaml", "--draws", "1"],
        ["deal", "r.yaml", "--no-such-option"],
        ["deal", "a.yaml", "b.yaml"],
        ["propose"],
        ["evidence", "nonsense"],
        ["evidence", "show"],
        ["evidence", "show", "gdp", "--limit", "0"],
        ["evidence", "show", "no_such_table"],
        ["evidence", "show", "gdp", "--country", "ZZZ"],
        ["evidence", "gaps", "ZZZ"],
        ["evidence", "trace", "not a reference"],
        ["evidence", "trace", "evidence:gdp[country=ZZZ]"],
        ["evidence", "trace", "parameter:no.such"],
        ["evidence", "build", "--raw", "nowhere"],
        ["evidence", "build"],
        ["round", "check"],
        ["round", "check", "missing.yaml"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_one_line_and_two(capsys: pytest.CaptureFixture[str], arguments: list[str]):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    one_line(err)


@pytest.mark.parametrize("arguments", [[], ["evidence"], ["round"], ["--help"], ["deal", "--help"]], ids=str)
def test_help(capsys: pytest.CaptureFixture[str], arguments: list[str]):
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Usage: comity")
    assert err == ""


def test_evidence_show(capsys: pytest.CaptureFixture[str]):
    assert main(["evidence", "show", "gdp", "--country", "mar", "--limit", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["country"] for row in found["rows"]] == ["MAR", "MAR"]
    assert found["units"]["gdp_usd"]
    assert found["total"] > 2


def test_evidence_list_names_what_stays_out(capsys: pytest.CaptureFixture[str]):
    assert main(["evidence", "list"]) == 0
    out = capsys.readouterr().out
    assert "migrant_stock" in out
    assert "Not in the pack:" in out


@pytest.mark.parametrize(
    "reference",
    [
        "evidence:gdp[country=MAR,year=2023]#gdp_usd",
        "parameter:world.trade.elasticity",
        "catalogue:instruments[code=LE01]",
    ],
)
def test_evidence_trace(capsys: pytest.CaptureFixture[str], reference: str):
    assert main(["evidence", "trace", reference, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reference"] == reference
    assert found["rows"]
    assert main(["evidence", "trace", reference]) == 0
    assert "source" in capsys.readouterr().out


def test_evidence_gaps(capsys: pytest.CaptureFixture[str]):
    assert main(["evidence", "gaps", "MAR", "--json"]) == 0
    assert {gap["missing"] for gap in json.loads(capsys.readouterr().out)} == {"MAR"}


def test_round_schema_is_the_shipped_one(capsys: pytest.CaptureFixture[str]):
    assert main(["round", "schema"]) == 0
    shipped = (EXAMPLES / "round.schema.json").read_text(encoding="utf-8")
    assert capsys.readouterr().out == shipped, "run: comity round schema > examples/round.schema.json"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_round_check_accepts_the_examples(capsys: pytest.CaptureFixture[str], path: Path):
    assert main(["round", "check", str(path)]) == 0
    assert "parties" in capsys.readouterr().err
