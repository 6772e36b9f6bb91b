"""The network of what is on record: who is joined to whom, by which kinds of instrument, in which year (E37).

No direction is put in: labour agreements do not code who goes where. An area of free movement joins each
pair of its members; a labour agreement joins its two parties from its signature on, as its end is not coded.

Who may import me: services. Start at :func:`lay_network`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

from comity.regime.areas import read_areas
from comity.regime.register import Kind, Register
from comity.vocabulary import Area

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.regime.register import Entry

__all__ = ["Link", "Network", "count_by_year", "lay_network"]

AREAS: Final = (Area.RIGHTS_WELFARE, Area.PREVENTION_ENFORCEMENT, Area.LEGAL_ENTRY)
_PAIRWISE: Final = (Kind.LABOUR_AGREEMENT, Kind.OWN)


@dataclass(frozen=True, slots=True)
class Link:
    """Two states in alphabetical order, with the number of agreements and areas of free movement they share.

    ``keys`` are those of the agreements, as ``comity agreements show`` takes them.
    """

    one: str
    other: str
    agreements: int
    movement: int
    keys: tuple[str, ...]

    @property
    def instruments(self) -> int:
        """Agreements and areas of free movement together."""
        return self.agreements + self.movement


@dataclass(frozen=True, slots=True)
class Network:
    """Who is joined to whom at the end of a year.

    Attributes
    ----------
    links
        In alphabetical order.
    parts
        States that are joined with each other, directly or over others; the largest part first.
    undated
        Agreements of which the year is not known; left out.
    not_coded
        Agreements left out because the source does not code whether they speak of the area.
    """

    year: int
    area: Area | None
    country: str
    links: tuple[Link, ...]
    parts: tuple[tuple[str, ...], ...]
    undated: int
    not_coded: int

    @property
    def states(self) -> tuple[str, ...]:
        """States with one link or more."""
        return tuple(sorted({s for x in self.links for s in (x.one, x.other)}))

    @property
    def direct(self) -> float:
        """Share of the pairs of linked states that are joined directly; 0 where nobody is linked."""
        n = len(self.states)
        return len(self.links) / (n * (n - 1) / 2) if n > 1 else 0.0

    def by_group(self, group: Mapping[str, str]) -> dict[tuple[str, str], int]:
        """Count links by pair of groups in alphabetical order; states without a group are left out."""
        found: Counter[tuple[str, str]] = Counter()
        for link in self.links:
            ends = [group.get(s, "") for s in (link.one, link.other)]
            if all(ends):
                found[min(ends), max(ends)] += 1
        return dict(sorted(found.items()))


def lay_network(register: Register, *, year: int, area: Area | None = None, country: str = "") -> Network:
    """Lay out the network of a year.

    Parameters
    ----------
    area
        Keep what speaks of this area; agreements of which that is not coded are left out and counted.
    country
        Keep the links of one country.

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> register = Register(Evidence.load())
    >>> now = lay_network(register, year=2020, country="PHL")
    >>> all("PHL" in (x.one, x.other) for x in now.links), now.direct < 1
    (True, True)
    """
    keys: dict[tuple[str, str], list[str]] = defaultdict(list)
    undated = not_coded = 0
    for kind in _PAIRWISE:
        for entry in register.all(kind):
            if country and country not in entry.parties:
                continue
            if area is not None and not isinstance(entry.areas.get(area, False), bool):
                not_coded += 1
                continue
            if area is not None and not entry.areas.get(area, False):
                continue
            if not isinstance(entry.since, int):
                undated += 1
                continue
            if entry.since > year or (isinstance(entry.until, int) and entry.until <= year):
                continue
            for pair in combinations(sorted(entry.parties), 2):
                keys[pair].append(entry.key)
    moving: Counter[tuple[str, str]] = Counter()
    if area in (None, Area.LEGAL_ENTRY):
        for one in read_areas():
            moving.update(combinations(sorted(one.at(year)), 2))
    links = tuple(
        Link(a, b, len(keys[a, b]), moving[a, b], tuple(keys[a, b]))
        for a, b in sorted(keys.keys() | moving.keys())
        if not country or country in (a, b)
    )
    return Network(year, area, country, links, _parts(links), undated, not_coded)


def _parts(links: tuple[Link, ...]) -> tuple[tuple[str, ...], ...]:
    near: dict[str, set[str]] = defaultdict(set)
    for link in links:
        near[link.one].add(link.other)
        near[link.other].add(link.one)
    seen: set[str] = set()
    parts = []
    for start in sorted(near):
        if start in seen:
            continue
        part, edge = {start}, [start]
        while edge:
            for state in near[edge.pop()] - part:
                part.add(state)
                edge.append(state)
        seen |= part
        parts.append(tuple(sorted(part)))
    return tuple(sorted(parts, key=lambda p: (-len(p), p)))


def count_by_year(
    register: Register, *, first: int, last: int, country: str = ""
) -> dict[tuple[Area, Kind], tuple[int, ...]]:
    """Count, by area and kind, what is on record at the end of each year.

    Treaties count once for each state that is party; labour agreements from their signature on; areas of free
    movement once for each member. What has no year, and what is not coded, is left out.

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> found = count_by_year(Register(Evidence.load()), first=2000, last=2020)
    >>> labour = found[Area.LEGAL_ENTRY, Kind.LABOUR_AGREEMENT]
    >>> len(labour), labour[0] < labour[-1]
    (21, True)
    """
    years = range(first, last + 1)
    out: dict[tuple[Area, Kind], tuple[int, ...]] = {}
    for kind in (Kind.TREATY, Kind.LABOUR_AGREEMENT):
        entries = [e for e in register.all(kind) if not country or country in e.parties]
        for area in AREAS:
            dated = [e.since for e in entries if isinstance(e.since, int) and _counts(e, area)]
            if dated:
                out[area, kind] = tuple(sum(since <= year for since in dated) for year in years)
    moving = [
        sum(
            m.holds(year) and (not country or m.country == country)
            for one in read_areas()
            for m in one.members
        )
        for year in years
    ]
    out[Area.LEGAL_ENTRY, Kind.FREE_MOVEMENT] = tuple(moving)
    return out


def _counts(entry: Entry, area: Area) -> bool:
    """Whether an entry is in force, as far as it is known, and speaks of an area."""
    if entry.kind is Kind.TREATY and not entry.status.startswith("state party"):
        return False
    return entry.areas.get(area, False) is True
