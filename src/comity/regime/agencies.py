"""Which agency covers which area and function: overlaps, gaps and who leads (E13 to E19, E54 to E58).

Who may import me: regime, services. Start at :func:`read_mandates`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from itertools import product
from typing import Final

import yaml

from comity.errors import EvidenceError
from comity.evidence.catalogue_set import PACKED
from comity.vocabulary import Area

__all__ = ["FUNCTIONS", "Agency", "Leader", "Mandates", "Meeting", "read_mandates"]

FUNCTIONS: Final = ("norms", "data", "negotiation", "operations", "review")


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency or process: what it does in which area, since when, and where that is written."""

    key: str
    name: str
    since: int
    mandate: str
    does: tuple[tuple[Area, str], ...]
    gcm: tuple[str, ...]
    source: str
    mark: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A regular meeting of ministers, and how many years lie between two."""

    field: str
    forum: str
    years_between: float
    ministers: bool
    note: str
    mark: str


@dataclass(frozen=True, slots=True)
class Leader:
    """A post or body that leads across agencies (E58).

    ``until`` is the year in which it ended, or None; ``binds`` tells whether states exchange commitments
    under its lead; ``mandate_from`` is who gave it.
    """

    key: str
    name: str
    since: int
    until: int | None
    role: str
    mandate_from: str
    binds: bool
    source: str
    mark: str


@dataclass(frozen=True, slots=True)
class Mandates:
    """Agencies, posts that lead, and meetings as the file lists them."""

    agencies: tuple[Agency, ...]
    meetings: tuple[Meeting, ...]
    leaders: tuple[Leader, ...] = ()

    def leading(self, year: int) -> tuple[Leader, ...]:
        """Return the posts and bodies that lead in a year.

        >>> sorted(x.key for x in read_mandates().leading(2010))
        ['gfmd_chair', 'gmg', 'secretary_general', 'srsg']
        >>> "srsg" in [x.key for x in read_mandates().leading(2024)]
        False
        """
        return tuple(x for x in self.leaders if x.since <= year and (x.until is None or year <= x.until))

    def who(self, area: Area, function: str) -> tuple[str, ...]:
        """Keys of the agencies that do this.

        >>> "iom" in read_mandates().who(Area.PREVENTION_ENFORCEMENT, "operations")
        True
        """
        return tuple(a.key for a in self.agencies if (area, function) in a.does)

    def gaps(self) -> tuple[tuple[Area, str], ...]:
        """Area and function that no agency has."""
        return tuple(cell for cell in self._cells() if not self.who(*cell))

    def overlaps(self) -> tuple[tuple[Area, str, tuple[str, ...]], ...]:
        """Area and function that two or more agencies have; an overlap is not by itself a fault."""
        return tuple((*cell, who) for cell in self._cells() if len(who := self.who(*cell)) > 1)

    def unserved(self, objectives: tuple[str, ...]) -> tuple[str, ...]:
        """Objectives of the compact that no agency of the file names."""
        held = {code for a in self.agencies for code in a.gcm}
        return tuple(code for code in objectives if code not in held)

    @staticmethod
    def _cells() -> tuple[tuple[Area, str], ...]:
        areas = (Area.RIGHTS_WELFARE, Area.PREVENTION_ENFORCEMENT, Area.LEGAL_ENTRY)
        return tuple(product(areas, FUNCTIONS))


@functools.cache
def read_mandates() -> Mandates:
    """Read the map of agencies.

    Raises
    ------
    EvidenceError
        A function or an area is unknown.
    """
    data = yaml.safe_load((PACKED / "agencies.yaml").read_text(encoding="utf-8"))
    agencies = []
    for key, one in data["agencies"].items():
        does = []
        for area, functions in one["does"].items():
            for function in functions:
                if function not in FUNCTIONS:
                    msg = f"agencies.yaml: {key}: unknown function '{function}'"
                    raise EvidenceError(msg)
                does.append((Area(area), function))
        agencies.append(
            Agency(
                key, one["name"], one["since"], one["mandate"], tuple(does), tuple(one["gcm"]),
                one["source"], one["mark"],
            )
        )  # fmt: skip
    meetings = tuple(Meeting(**one) for one in data["meetings"])
    leaders = tuple(Leader(key=key, **one) for key, one in data["leadership"].items())
    return Mandates(tuple(agencies), meetings, leaders)
