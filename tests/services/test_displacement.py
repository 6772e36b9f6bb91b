"""The displacement note: one page, contested claims said to be so, the notes on E93 and E98 kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comity.cli import main
from comity.evidence import Catalogue
from comity.evidence.interaction_rules import InteractionRules, Remark
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services.displacement import DisplacementNote, displacement_note

DECISIONS = Path(__file__).parents[2] / "examples" / "decisions"
GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(DECISIONS.glob("*.yaml"))
#: Lines of a terminal page that still count as one page, sources included.
PAGE = 90


def note(name: str) -> DisplacementNote:
    return displacement_note(path=DECISIONS / f"{name}.yaml")


def test_each_kind_of_decision_has_an_example() -> None:
    kinds = {displacement_note(path=p).file.kind for p in FILES}
    assert kinds == {"trade", "aid", "sanctions", "climate", "military"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_note_is_one_page_and_every_number_has_a_source(path: Path) -> None:
    found = displacement_note(path=path)
    assert find_unsourced_numbers(render_html(found.document())) == []
    assert len(render_terminal(found.document(), 100).splitlines()) <= PAGE
    assert json.loads(found.to_json())["decision"]["decision"] == path.stem


def test_the_note_on_1991_names_the_right_resolution() -> None:
    page = render_terminal(note("iraq-1991").document(), 100)
    assert page == (GOLDEN / "displacement-iraq-1991.txt").read_text(encoding="utf-8")
    assert "688" in page
    assert "687 is the cease-fire" in page
    outcomes = {(c.outcome, c.moves) for c in note("iraq-1991").chains}
    assert {("refugee_outflow", 1), ("regional_stability", -1)} <= outcomes


def test_trade_and_growth_are_said_to_be_contested() -> None:
    found = note("farm-tariffs")
    assert {r.remark for r in found.remarks} >= {"growth_and_emigration", "trade_and_migration"}
    assert all(c.contested for c in found.chains if c.outcome == "emigration_pressure")


def test_aid_is_said_to_be_contested_and_a_shock_is_not() -> None:
    found = note("aid-cut")
    assert "aid_and_migration" in {r.remark for r in found.remarks}
    assert any(not c.contested and c.links[0].edge.edge == "I069" for c in found.chains)


def test_what_has_no_entry_is_said_to_be_unknown() -> None:
    assert "Oil exports and finance are barred" in note("sanctions").unlisted
    assert "Humanitarian stay after a disaster" in note("climate-finance").unlisted


def test_remarks_speak_of_edges_that_disagree_or_of_the_interview() -> None:
    edges = {e.edge: e for e in Catalogue.load().interactions}
    for remark in InteractionRules.load().remarks:
        assert isinstance(remark, Remark)
        if remark.note.startswith("Contested"):
            assert any(str(edges[e].evidence_class) == "contested" for e in remark.edges)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("practice: military_intervention", "practice: a_quarrel"),
        ("country: USA", "country: XXX"),
        ("date: 1991-01-17", "date: 1991-02-30"),
        ("kind: military", "kind: sport"),
        ("mass_outflow", "moon_phase"),
        ("practice: gross_hr_violations", "instrument: LE01"),
    ],
)
def test_bad_input_ends_with_two(
    tmp_path: Path, old: str, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (DECISIONS / "iraq-1991.yaml").read_text(encoding="utf-8")
    path = tmp_path / "decision.yaml"
    path.write_text(words.replace(old, new, 1), encoding="utf-8")
    assert main(["displacement", str(path)]) == 2
    assert "decision.yaml:" in capsys.readouterr().err
