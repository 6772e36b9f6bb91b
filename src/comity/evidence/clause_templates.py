"""Wording of our own for every clause that the catalogue knows, with parameters in braces (§8, E111).

The text stands in ``catalogue/clause_templates.yaml``; a template that does not name every number of its
instrument is an error, so that no number of a deal can be lost on the way into its text.

Who may import me: regime and services. Start at :meth:`ClauseTemplates.load`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from comity.errors import EvidenceError
from comity.evidence.catalogue_set import Catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ClauseTemplate", "ClauseTemplates", "StandingParagraph"]

FILE: Final = Path(__file__).parent / "catalogue" / "clause_templates.yaml"

_BRACES: Final = re.compile(r"\{(\w+)\}")
_WHO: Final = frozenset({"giver", "beneficiary", "shall"})
_PHRASES: Final = frozenset(
    {
        "pair", "each", "other", "origin", "destination", "open", "binding", "best effort", "mention",
        "not known", "fallback",
    }
)  # fmt: skip

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Template(_Strict):
    article: Words
    text: Words


class _Standing(_Template):
    key: Words
    when: tuple[Words, ...] = ()
    unless: tuple[Words, ...] = ()
    blanks: dict[str, Words] = Field(default_factory=dict)


class _File(_Strict):
    articles: dict[str, Words]
    instruments: dict[str, _Template]
    standing: tuple[_Standing, ...]
    phrases: dict[str, Words]


@dataclass(frozen=True, slots=True)
class ClauseTemplate:
    """The wording of one tag, and the article in which it stands.

    The first number of an instrument is written ``{value}``, further ones by their names.
    """

    tag: str
    article: str
    text: str

    @property
    def names(self) -> frozenset[str]:
        """Every word in braces."""
        return frozenset(_BRACES.findall(self.text))


@dataclass(frozen=True, slots=True)
class StandingParagraph:
    """A paragraph that a text needs even where nobody bargained over it; an offer, not an agreement.

    ``when`` and ``unless`` hold codes, issue areas or the first two letters of codes; ``blanks`` are the
    numbers that drafters have to fill in, with their units.
    """

    key: str
    article: str
    text: str
    when: tuple[str, ...]
    unless: tuple[str, ...]
    blanks: Mapping[str, str]

    def belongs(self, marks: frozenset[str]) -> bool:
        """Tell whether a text with these codes and areas needs it."""
        return not marks & set(self.unless) and (not self.when or bool(marks & set(self.when)))


@dataclass(frozen=True, slots=True)
class ClauseTemplates:
    """Templates by tag, articles in the order of a text, standing paragraphs, and phrases.

    Examples
    --------
    >>> templates = ClauseTemplates.load()
    >>> templates.clauses["LE02"].article, sorted(templates.clauses["LE02"].names)
    ('entry', ['beneficiary', 'giver', 'shall', 'value'])
    >>> list(templates.articles)[:2]
    ['objectives', 'definitions']
    """

    articles: Mapping[str, str]
    clauses: Mapping[str, ClauseTemplate]
    standing: tuple[StandingParagraph, ...]
    phrases: Mapping[str, str]

    @classmethod
    def load(cls, path: Path | None = None) -> ClauseTemplates:
        """Read and check the templates (the pack's own unless told).

        Raises
        ------
        EvidenceError
            The file breaks its form, an instrument has no template, or a template leaves out a number of its
            instrument or names one that does not exist.
        """
        return _packed() if path is None else _load(path)


@functools.cache
def _packed() -> ClauseTemplates:
    return _load(FILE)


def _load(path: Path) -> ClauseTemplates:
    try:
        file = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        msg = f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise EvidenceError(msg) from error
    catalogue = Catalogue.load()
    for code in catalogue.instruments:
        _refuse(path, code not in file.instruments, code, "no template for this instrument")
    for tag, one in file.instruments.items():
        _refuse(path, one.article not in file.articles, tag, f"no article '{one.article}'")
        instrument = catalogue.instruments.get(tag)
        numbers = {"value", *(p.name for p in instrument.parameters[1:])} if instrument else set()
        named = set(_BRACES.findall(one.text))
        _refuse(path, bool(numbers - named), tag, f"the text leaves out {', '.join(sorted(numbers - named))}")
        odd = named - numbers - _WHO
        _refuse(path, bool(odd), tag, f"the text names {', '.join(sorted(odd))}, which the instrument lacks")
        _refuse(path, not {"giver", "beneficiary"} <= named, tag, "the text does not say who owes whom")
    for paragraph in file.standing:
        _refuse(
            path, paragraph.article not in file.articles, paragraph.key, f"no article '{paragraph.article}'"
        )
        named = set(_BRACES.findall(paragraph.text))
        _refuse(path, named != set(paragraph.blanks), paragraph.key, "blanks and text do not name the same")
    _refuse(path, set(file.phrases) != _PHRASES, "phrases", f"should be {', '.join(sorted(_PHRASES))}")
    return ClauseTemplates(
        articles=MappingProxyType(file.articles),
        clauses=MappingProxyType(
            {tag: ClauseTemplate(tag, one.article, one.text) for tag, one in file.instruments.items()}
        ),
        standing=tuple(
            StandingParagraph(s.key, s.article, s.text, s.when, s.unless, MappingProxyType(s.blanks))
            for s in file.standing
        ),
        phrases=MappingProxyType(file.phrases),
    )


def _refuse(path: Path, wrong: bool, key: str, what: str) -> None:
    if wrong:
        msg = f"{path.name}: {key}: {what}"
        raise EvidenceError(msg)
