"""Areas of free movement with their members and years.

Who may import me: regime, services. Start at :func:`read_areas`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import yaml

from comity.errors import EvidenceError
from comity.evidence.catalogue_set import PACKED

__all__ = ["FreeMovementArea", "Membership", "read_areas"]


@dataclass(frozen=True, slots=True)
class Membership:
    """One country in one area, from a year on; ``until`` is the year in which it left, or None."""

    country: str
    since: int
    until: int | None = None

    def holds(self, year: int) -> bool:
        """Whether the country was a member at the end of a year."""
        return self.since <= year and (self.until is None or year < self.until)


@dataclass(frozen=True, slots=True)
class FreeMovementArea:
    """An area: the instrument that made it, members with years, practice, and the mark of its source."""

    name: str
    instrument: str
    since: int
    practice: str
    members: tuple[Membership, ...]
    note: str
    mark: str

    def at(self, year: int) -> frozenset[str]:
        """Members at the end of a year.

        >>> nordic = next(a for a in read_areas() if "Nordic" in a.name)
        >>> sorted(nordic.at(1960)), "ISL" in nordic.at(1990)
        (['DNK', 'FIN', 'NOR', 'SWE'], True)
        """
        return frozenset(m.country for m in self.members if m.holds(year))


@functools.cache
def read_areas() -> tuple[FreeMovementArea, ...]:
    """Read the areas, in the order of the files.

    Raises
    ------
    EvidenceError
        A country is listed twice in one area, leaves before it joins or joins before the area exists, or an
        area has no title of its own.
    """
    known: dict[str, dict[str, Any]] = {
        entry["name"]: entry for entry in yaml.safe_load(_text("free_movement.yaml"))
    }
    areas = []
    for entry in yaml.safe_load(_text("free_movement_members.yaml")):
        name = entry["name"]
        whole = {**known.get(name, {}), **entry}
        if not {"instrument", "since", "practice"} <= whole.keys():
            msg = f"free_movement_members.yaml: {name}: no instrument, since or practice"
            raise EvidenceError(msg)
        areas.append(
            FreeMovementArea(
                name, whole["instrument"], whole["since"], whole["practice"],
                _members(name, whole), whole["note"], whole["mark"],
            )
        )  # fmt: skip
    return tuple(areas)


def _text(name: str) -> str:
    return (PACKED / name).read_text(encoding="utf-8")


def _members(name: str, area: dict[str, Any]) -> tuple[Membership, ...]:
    since: int = area["since"]
    listed = [Membership(code, since) for code in area["founders"]]
    listed += [Membership(code, year) for code, year in area["joined"].items()]
    listed += [Membership(code, first, last) for code, (first, last) in area["former"].items()]
    codes = [m.country for m in listed]
    for m in listed:
        wrong = (
            "is listed twice" if codes.count(m.country) > 1
            else "joins before the area exists" if m.since < since
            else "leaves before it joins" if m.until is not None and m.until <= m.since
            else ""
        )  # fmt: skip
        if wrong:
            msg = f"free_movement_members.yaml: {name}: {m.country} {wrong}"
            raise EvidenceError(msg)
    return tuple(sorted(listed, key=lambda m: (m.since, m.country)))
