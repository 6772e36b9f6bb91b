"""Neutral words: find in a text what Comity does not say about people and countries (§0, E53, E78).

The rules are data: ``catalogue/words.yaml``.

Who may import me: the floors above and the tests. Start at :func:`find_banned_words`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from comity.errors import EvidenceError
from comity.evidence.yaml_lines import read_yaml

__all__ = ["BannedWord", "exempt_files", "find_banned_words"]

WORDS: Final = Path(__file__).parent / "catalogue" / "words.yaml"

_DENIAL: Final = re.compile(
    r"\b(?:never|no|not|nor|neither|none|without|cannot|rather than)\b", re.IGNORECASE
)
_SENTENCE_END: Final = re.compile(r"[.!?:]\s|\n\s*\n")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    find: Text
    say: Text
    why: Text
    unless_denied: bool = False


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[_Rule, ...]
    titles: tuple[Text, ...]
    files: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class BannedWord:
    """A phrase that a text should not hold: the phrase, its line (from 1), what to say instead, and why."""

    phrase: str
    line: int
    say: str
    why: str


def find_banned_words(text: str) -> list[BannedWord]:
    """List the phrases in a text that the neutral-word rules do not accept, in order of appearance.

    A match inside a quoted official title that the rules list is accepted. Where a rule says so, a match is
    accepted where its sentence denies it ("never ranks countries", "ranks no country").

    Examples
    --------
    >>> [found.phrase for found in find_banned_words("Illegal migrants came in a wave of people.")]
    ['Illegal migrants', 'wave of people']
    >>> find_banned_words("Comity never ranks countries. Title: Detections of illegal border-crossings")
    []
    """
    rules, titles = _compiled()
    protected = [match.span() for match in titles.finditer(text)]
    found: dict[tuple[int, int], BannedWord] = {}
    for pattern, rule in rules:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(left <= start and end <= right for left, right in protected):
                continue
            if rule.unless_denied and _denied(text, start, end):
                continue
            line = text.count("\n", 0, start) + 1
            found.setdefault((start, end), BannedWord(match.group(), line, rule.say, rule.why))
    return [found[span] for span in sorted(found)]


def exempt_files() -> tuple[str, ...]:
    """Return the files, from the root of the repository, that must quote the words themselves."""
    return _rules().files


def _denied(text: str, start: int, end: int) -> bool:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, start)]
    return _DENIAL.search(text, ends[-1] if ends else 0, end) is not None


@functools.cache
def _rules() -> _Words:
    plain = _plain(read_yaml(WORDS).value)
    try:
        return _Words.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        msg = f"{WORDS.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise EvidenceError(msg) from error


def _plain(items: object) -> object:
    return {key: item.value for key, item in items.items()} if isinstance(items, dict) else items


@functools.cache
def _compiled() -> tuple[tuple[tuple[re.Pattern[str], _Rule], ...], re.Pattern[str]]:
    words = _rules()
    rules = tuple((re.compile(rule.find, re.IGNORECASE), rule) for rule in words.rules)
    longest_first = sorted(words.titles, key=len, reverse=True)
    titles = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    return rules, titles
