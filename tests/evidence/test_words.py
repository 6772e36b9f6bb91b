"""Neutral words: what is found, what is accepted, and that our own catalogues pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.evidence.words import exempt_files, find_banned_words

ROOT = Path(__file__).parents[2]
ROOM = ROOT / "src/comity/evidence"


@pytest.mark.parametrize(
    "text",
    [
        "illegal migrants",
        "Illegal immigration fell",
        "an illegal immigrant",
        "illegal entry",
        "illegal border-crossings rose",
        "illegally staying persons",
        "illegal foreign workers",
        "migrants illegally in the country",
        "the illegals",
        "clandestine migration",
        "aliens",
        "Spain is the winner",
        "winners and losers",
        "the losing country",
        "the best country",
        "the top ten countries",
        "the worst-performing states",
        "a ranking of countries",
        "we rank all countries by gain",
        "Countries are ranked below",
        "a league table",
        "a flood of refugees",
        "waves of young migrants",
        "a migrant wave",
        "refugee flood",
        "flooded with asylum seekers",
        "an invasion of foreigners",
        "labour-sending countries",
        "the third world",
        "boat people",
    ],
)
def test_found(text: str) -> None:
    found = find_banned_words(f"First line.\n{text}.")
    assert found
    assert all(word.line == 2 and word.say and word.why for word in found)


@pytest.mark.parametrize(
    "text",
    [
        "irregular migrants",
        "irregular entry and irregular border crossings",
        "the migrant is not called by that word: irregular",
        "illegal recruitment fees",
        "illegal, unreported and unregulated fishing by vessels",
        "illegal markets: evidence from migrant smuggling",
        "https://example.org/effects-of-illegal-markets-evidence-from-migrants",
        "Frontex, Detections of illegal border-crossings, 2009-2024",
        "Eurostat: Third-country nationals found to be illegally present",
        "Comity never ranks countries",
        "It does not rank countries",
        "The report ranks no country",
        "No party is ever called a winner or loser",
        "rank correlation of draws",
        "military invasion of a state",
        "a wave of reforms",
        "the best price",
        "alienation",
        "country of origin, country of destination",
    ],
)
def test_accepted(text: str) -> None:
    assert find_banned_words(text) == []


def test_a_denial_counts_only_within_its_sentence() -> None:
    assert find_banned_words("It never rains. Spain is the winner.")
    assert not find_banned_words("No country is the winner.")


def test_a_title_protects_only_itself() -> None:
    text = "Detections of illegal border-crossings; illegal border-crossings rose."
    assert [word.phrase for word in find_banned_words(text)] == ["illegal border-crossings"]


def test_order_of_appearance() -> None:
    found = find_banned_words("A winner.\nAliens.\n\nIllegal entry.")
    assert [(word.phrase.lower(), word.line) for word in found] == [
        ("winner", 1),
        ("aliens", 2),
        ("illegal entry", 4),
    ]


@given(st.text(max_size=300))
def test_any_text_is_searched_without_failing(text: str) -> None:
    for word in find_banned_words(text):
        assert word.phrase in text


def test_exempt_files_are_those_that_quote() -> None:
    for name in exempt_files():
        assert find_banned_words((ROOT / name).read_text(encoding="utf-8")), f"{name} need not be exempt"


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOM / "catalogue").iterdir(), *(ROOM / "parameters").rglob("*.yaml")]),
    ids=lambda path: path.name,
)
def test_catalogues_and_parameters_use_neutral_words(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() not in exempt_files():
        assert find_banned_words(path.read_text(encoding="utf-8")) == []
