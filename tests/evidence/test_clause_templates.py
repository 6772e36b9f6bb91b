"""Clause templates: complete, checked, and in neutral words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from comity.errors import EvidenceError
from comity.evidence import Catalogue
from comity.evidence.clause_templates import FILE, ClauseTemplates
from comity.evidence.words import find_banned_words
from comity.vocabulary import Area

if TYPE_CHECKING:
    from pathlib import Path

CATALOGUE = Catalogue.load()
TEMPLATES = ClauseTemplates.load()
PARTS = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_every_instrument_has_a_template_that_names_all_its_numbers():
    for code, instrument in CATALOGUE.instruments.items():
        names = TEMPLATES.clauses[code].names
        assert {"value", "giver", "beneficiary"} <= names, code
        assert {p.name for p in instrument.parameters[1:]} <= names, code
        assert TEMPLATES.clauses[code].text.count("{value}") == 1, code


def test_tags_beyond_the_catalogue_have_a_template_too():
    beyond = set(TEMPLATES.clauses) - set(CATALOGUE.instruments)
    assert beyond == {"ART07", "ART11", "ART18", "ART19", "ART27", "B03", "B07"}


def test_words_are_neutral():
    assert find_banned_words(FILE.read_text(encoding="utf-8")) == []


def test_every_article_is_used_and_conditions_name_what_exists():
    used = {t.article for t in TEMPLATES.clauses.values()} | {s.article for s in TEMPLATES.standing}
    assert used == set(TEMPLATES.articles)
    known = {*CATALOGUE.instruments, *(a.value for a in Area), *(c[:2] for c in CATALOGUE.instruments)}
    for paragraph in TEMPLATES.standing:
        assert {*paragraph.when, *paragraph.unless} <= known, paragraph.key


def test_what_a_text_needs_is_offered_or_bargained_over():
    """Each process clause of the mission is a standing paragraph that gives way to a bargained one."""
    standing = {s.key: s for s in TEMPLATES.standing}
    for key, code in {
        "objectives": "GV01", "committee": "GV03", "publication": "GV04", "safeguard": "GV08",
        "disputes": "GV10", "duration": "GV12", "review": "GV13", "data": "GV15", "recruitment-cost": "RW03",
    }.items():  # fmt: skip
        assert standing[key].belongs(frozenset({Area.LEGAL_ENTRY.value})), key
        assert not standing[key].belongs(frozenset({Area.LEGAL_ENTRY.value, code})), key
    assert {"rights-safeguard", "entry-into-force", "definitions-party"} <= standing.keys()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p["instruments"].pop("LE02"), "LE02: no template"),
        (lambda p: p["instruments"]["LE03"].update(text="{giver} to {beneficiary}: {value}"), "max_stay"),
        (
            lambda p: p["instruments"]["LE02"].update(text="{giver} {beneficiary} {value} {speed}"),
            "names speed",
        ),
        (lambda p: p["instruments"]["LE02"].update(text="{giver}: {value}"), "who owes whom"),
        (lambda p: p["instruments"]["LE02"].update(article="nowhere"), "no article 'nowhere'"),
        (lambda p: p["standing"][0].update(blanks={"time": "days"}), "blanks and text"),
        (lambda p: p["phrases"].pop("each"), "phrases"),
        (lambda p: p.update(more=1), "more"),
    ],
)
def test_a_broken_file_is_refused(change, message: str, tmp_path: Path):
    parts = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    change(parts)
    path = tmp_path / "templates.yaml"
    path.write_text(yaml.safe_dump(parts), encoding="utf-8")
    with pytest.raises(EvidenceError, match=message):
        ClauseTemplates.load(path)
