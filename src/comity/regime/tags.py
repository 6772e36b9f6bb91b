"""Clause tags: one meaning, many words.

Who may import me: regime, services. Start at :meth:`Tags.load`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from comity.errors import EvidenceError, EvidenceNotFound
from comity.evidence import Catalogue
from comity.evidence.catalogue_set import ILO_SCHEME, PACKED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.vocabulary import Area

__all__ = ["UN_SCHEME", "Tags"]

UN_SCHEME = "UN-BLMA-2022"


@dataclass(frozen=True, slots=True)
class Tags:
    """Every accepted spelling of a tag, and what each tag is called.

    Examples
    --------
    >>> tags = Tags.load()
    >>> tags.resolve("Equal treatment"), tags.resolve("rw01"), tags.resolve("equal_treatment_pay")
    ('RW01', 'RW01', 'RW01')
    >>> tags.title("RW01"), tags.area("RW01").value
    ('Equal treatment in pay and work', 'a_rights_welfare')
    """

    catalogue: Catalogue
    spellings: Mapping[str, str]
    titles: Mapping[str, str]

    @classmethod
    def load(cls, catalogue: Catalogue | None = None) -> Tags:
        """Read the synonyms and join them to codes, short names and titles.

        Raises
        ------
        EvidenceError
            A synonym stands for two tags, or for a tag that does not exist.
        """
        known = catalogue or Catalogue.load()
        titles = {code: i.title for code, i in known.instruments.items()}
        for term in known.vocabulary:
            if term.scheme == ILO_SCHEME:
                titles[term.code.upper()] = f"{term.label} (ILO model agreement)"
            elif term.scheme == UN_SCHEME:
                titles[term.code] = f"{term.label[:1].upper()}{term.label[1:]} (UN guidance)"
        spellings: dict[str, str] = {}

        def add(words: str, code: str) -> None:
            plain = _plain(words)
            if spellings.setdefault(plain, code) != code:
                msg = f"clause_tags.yaml: '{words}' stands for {spellings[plain]} and for {code}"
                raise EvidenceError(msg)

        for code in titles:
            add(code, code)
        for code, instrument in known.instruments.items():
            add(instrument.name, code)
            add(instrument.title, code)
        synonyms = yaml.safe_load((PACKED / "clause_tags.yaml").read_text(encoding="utf-8"))
        for code, words in synonyms.items():
            if code not in titles:
                msg = f"clause_tags.yaml: '{code}' is no tag"
                raise EvidenceError(msg)
            for one in words:
                add(one, code)
        return cls(known, spellings, titles)

    def resolve(self, words: str) -> str:
        """Return the tag that the words stand for.

        Raises
        ------
        EvidenceNotFound
            The words stand for nothing; names the closest ones.
        """
        plain = _plain(words)
        if plain in self.spellings:
            return self.spellings[plain]
        close = difflib.get_close_matches(plain, self.spellings, n=3, cutoff=0.6)
        hint = ", ".join(f"{self.spellings[c]} ({c})" for c in close)
        msg = f"unknown clause tag '{words}'"
        raise EvidenceNotFound(
            msg, accepted=hint or "a code of the catalogue such as LE01, ART07, B03, or a synonym"
        )

    def title(self, tag: str) -> str:
        """Return what a negotiator would call it."""
        return self.titles[tag]

    def area(self, tag: str) -> Area | None:
        """Return the issue area of an instrument; None for an article or a topic."""
        found = self.catalogue.instruments.get(tag)
        return None if found is None else found.area


def _plain(words: str) -> str:
    return re.sub(r"[\s_\-]+", " ", words.strip().casefold())
