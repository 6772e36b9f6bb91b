"""Every number marked ``model:`` or ``round:`` can be followed to where it comes from."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest

from comity.cli import main
from comity.errors import EvidenceError, EvidenceNotFound, InputError
from comity.evidence import Evidence, Parameters
from comity.evidence.words import find_banned_words
from comity.services.evidence import evidence_trace
from comity.services.model_sections import FILE, ModelSection, find_section, read_sections
from comity.services.round_trace import DEFAULT, GIVEN, trace_round
from comity.world import LINES
from comity.world.actions import PARAMETERS as ACTION_PARAMETERS
from comity.world.calibrate import PARAMETERS as WORLD_PARAMETERS
from comity.world.facts import TABLES as FACT_TABLES
from comity.world.figures import TABLES as WORLD_TABLES

ROOT = Path(__file__).parents[2]
VISA = ROOT / "examples" / "eu-maghreb-visa.yaml"
SECTIONS = read_sections()


@pytest.mark.parametrize("section", SECTIONS.values(), ids=lambda s: s.section)
def test_a_section_names_things_that_exist(section: ModelSection):
    for module in section.modules:
        importlib.import_module(module)
    assert set(section.parameters) <= set(Parameters.load())
    assert set(section.tables) <= set(Evidence.load().names())
    assert "\n" not in section.equation
    assert not find_banned_words(f"{section.title}. {section.explanation} {section.equation}")


def test_every_section_that_the_services_cite_is_explained():
    cited = {
        found
        for path in (ROOT / "src" / "comity").rglob("*.py")
        for found in re.findall(r"model:(§\d+(?:\.\d+[a-z]?)?)", path.read_text(encoding="utf-8"))
    }
    assert {"§3.12", "§6.2"} <= cited <= set(SECTIONS)


def test_the_ledger_rests_on_all_that_the_world_reads():
    fields = dict(evidence_trace(reference="model:§3.12").rows.to_numpy().tolist())
    parameters = {f"parameter:{name}" for name in (*WORLD_PARAMETERS, *ACTION_PARAMETERS)}
    tables = {f"evidence:{name}" for name in (*WORLD_TABLES, *FACT_TABLES)}
    assert set(fields["parameters"].split(", ")) == parameters
    assert set(fields["tables"].split(", ")) == tables
    for reference in (*parameters, *fields["builds on"].split(", ")):
        assert evidence_trace(reference=reference).place


def test_every_ledger_line_is_explained():
    assert set(find_section("§3.12").lines) == {line.name for line in LINES}
    for line in LINES:
        fields = dict(evidence_trace(reference=f"model:§3.12|{line.name}|MAR").rows.to_numpy().tolist())
        assert fields["line"] == find_section("§3.12").lines[line.name]
        assert fields["about"] == f"{line.name} | MAR"


def test_an_unknown_section_names_those_there_are():
    with pytest.raises(EvidenceNotFound, match=r"did you mean §3\.12.*accepted: §3\.1, "):
        evidence_trace(reference="model:§3.122|x")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  title: Public budgets\n", "", "title"),
        ('builds_on: ["§6.1"]', 'builds_on: ["§6.0"]', "builds on §6.0"),
        ("  reads: distance\n", "  reads: distance\n  colour: red\n", "colour"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, old: str, new: str, says: str):
    text = (ROOT / "src/comity/evidence/catalogue" / FILE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=rf"{FILE}:\d+: .*{says}"):
        read_sections(tmp_path)


def test_a_round_value_comes_with_its_line_and_reason():
    lines = VISA.read_text(encoding="utf-8").splitlines()
    (entry,) = trace_round(VISA, "interests.2.value")
    assert "value:" in lines[entry.line - 1]
    assert str(entry.value["mid"]).removesuffix(".0") in lines[entry.line - 1]
    assert entry.given == GIVEN
    assert entry.source.startswith("Reasoning")
    threat = evidence_trace(reference="round:parties.1.no_deal.worsened_by.0.loss.mid", round_file=VISA)
    assert threat.value == 20
    assert "Gambia" in threat.source
    assert threat.place == f"{VISA}:{next(k for k, x in enumerate(lines, 1) if 'mid: 20' in x)}"


def test_a_value_that_the_file_leaves_out_is_called_a_default():
    (entry,) = trace_round(VISA, "parties.1.counts.movers")
    assert (entry.value, entry.given, entry.source) == (0.0, DEFAULT, "")
    (given,) = trace_round(VISA, "settings.share_of_draws")
    assert (given.value, given.given) == (0.8, GIVEN)


def test_a_list_is_traced_item_by_item():
    found = evidence_trace(reference="round:interests", round_file=VISA)
    assert len(found.rows) == VISA.read_text(encoding="utf-8").count("status: illustrative")
    assert all(found.rows["source"])
    assert found.rows["line"].is_monotonic_increasing
    (party,) = trace_round(VISA, "parties.0.members.2")
    assert party.value == "ITA"


@pytest.mark.parametrize(
    ("key", "accepted"),
    [
        ("parties.9.code", "0 to 2"),
        ("partys", "round, title"),
        ("parties.x", "0 to 2"),
        ("objectives.0.text.more", "nothing below"),
        ("principles.99", "the list is empty|0 to "),
    ],
)
def test_a_key_that_is_not_there_names_those_that_are(key: str, accepted: str):
    with pytest.raises(EvidenceNotFound, match=f"accepted: .*(?:{accepted})"):
        evidence_trace(reference=f"round:{key}", round_file=VISA)


def test_a_round_reference_without_a_file_says_what_is_needed(tmp_path: Path):
    with pytest.raises(InputError, match="accepted: --round FILE"):
        evidence_trace(reference="round:draws")
    with pytest.raises(InputError, match="cannot read"):
        evidence_trace(reference="round:draws", round_file=tmp_path / "none.yaml")


def test_the_door_traces_both(capsys: pytest.CaptureFixture[str]):
    assert main(["evidence", "trace", "round:draws", "--round", str(VISA), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"][0]["value"] == 200
    assert found["place"].startswith(str(VISA))
    assert main(["evidence", "trace", "model:§6.4|linked", "--json"]) == 0
    fields = {row["field"]: row["value"] for row in json.loads(capsys.readouterr().out)["rows"]}
    assert fields["module"] == "comity.bargaining.zone"
    assert main(["evidence", "trace", "model:§6.4|linked"]) == 0
    assert "equation: max" in capsys.readouterr().out
    assert main(["evidence", "trace", "round:draws"]) == 2
    assert "--round FILE" in capsys.readouterr().err
