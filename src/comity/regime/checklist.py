"""What an agreement is held against: items that clauses answer, and rules that clauses may break.

Who may import me: regime, services. Start at :func:`read_checklist`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import yaml

from comity.errors import EvidenceError
from comity.evidence.catalogue_set import ILO_SCHEME, PACKED
from comity.regime.tags import Tags
from comity.vocabulary import Area

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["GROUPS", "Breach", "Checklist", "Item", "Mark", "read_checklist"]

GROUPS: Final = {
    "ilo": "ILO model agreement (Recommendation 86, annex)",
    "un_topics": "UN guidance of 2022, topics",
    "lenses": "Seven considerations",
    "principles": "Guiding principles",
    "process": "Process clauses",
}


class Mark(StrEnum):
    """How an agreement answers an item."""

    PRESENT = "present"
    WEAK = "weak"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that an agreement should hold; a clause with any of ``tags`` answers it."""

    key: str
    group: str
    title: str
    tags: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that an agreement may break, and what makes it so."""

    key: str
    title: str
    principle: str
    source: str
    grade: str
    has: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    above: float | None = None
    area: Area | None = None
    without: Area | None = None
    published: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """Items in the order of their groups, and rules."""

    items: tuple[Item, ...]
    breaches: tuple[Breach, ...]

    def group(self, name: str) -> tuple[Item, ...]:
        """Items of one group.

        >>> [len(read_checklist().group(name)) for name in GROUPS]
        [29, 10, 7, 6, 8]
        """
        return tuple(item for item in self.items if item.group == name)


@functools.cache
def read_checklist() -> Checklist:
    """Read the checklist of the pack.

    Raises
    ------
    EvidenceError
        An item or a rule names a tag that does not exist.
    """
    tags = Tags.load()
    data = yaml.safe_load((PACKED / "agreement_checklist.yaml").read_text(encoding="utf-8"))
    items = list(_articles(tags))
    for group in GROUPS:
        if group != "ilo":
            part = data[group]
            items += [
                Item(key, group, item["title"], _tags(tags, key, item["any"]), part["source"])
                for key, item in part["items"].items()
            ]
    return Checklist(tuple(items), tuple(_breach(tags, key, rule) for key, rule in data["breaches"].items()))


def _articles(tags: Tags) -> Iterable[Item]:
    instruments = tags.catalogue.instruments
    for term in tags.catalogue.vocabulary:
        if term.scheme == ILO_SCHEME:
            fitting = {code for code, one in instruments.items() if term.code in one.ilo}
            source = f"ILO Recommendation 86 (1949), annex, {term.code} [{term.mark}]"
            yield Item(term.code, "ilo", term.label, frozenset({term.code.upper(), *fitting}), source)


def _breach(tags: Tags, key: str, rule: dict[str, Any]) -> Breach:
    return Breach(
        key=key,
        title=rule["title"],
        principle=rule["principle"],
        source=rule["source"],
        grade=rule["grade"],
        has=_tags(tags, key, rule.get("has", ())),
        lacks=_tags(tags, key, rule.get("lacks", ())),
        above=rule.get("above"),
        area=Area(rule["area"]) if "area" in rule else None,
        without=Area(rule["without"]) if "without" in rule else None,
        published=rule.get("published", ""),
    )


def _tags(tags: Tags, key: str, codes: Iterable[str]) -> frozenset[str]:
    found = frozenset(codes)
    unknown = sorted(found - tags.titles.keys())
    if unknown:
        msg = f"agreement_checklist.yaml: {key}: unknown tags {', '.join(unknown)}"
        raise EvidenceError(msg)
    return found
