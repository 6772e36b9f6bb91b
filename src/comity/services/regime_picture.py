"""The regime in one page: map and network of agreements, timeline by area, agencies by area (§8, E37).

Who may import me: the doors. Start at :func:`regime_picture`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from comity.errors import InputError
from comity.evidence import Evidence
from comity.regime import Kind, Mandates, Register, Tags, read_mandates
from comity.regime.network import AREAS, Network, count_by_year, lay_network
from comity.services.agreement_file import read_agreement
from comity.services.regime_picture_document import write_picture
from comity.services.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.reports.document import Block, Document
    from comity.vocabulary import Area

__all__ = ["RegimePicture", "regime_picture"]

LAST: Final = 2020
"""Last year of the labour agreements on record."""
FIRST: Final = 1950
_LETTERS: Final = {area.value[:1]: area for area in AREAS}


@dataclass(frozen=True, slots=True, repr=False)
class RegimePicture(Result):
    """What the page shows.

    Attributes
    ----------
    network
        Who is joined to whom at the end of ``network.year``.
    counts
        Area and kind → number on record at the end of each of ``years``.
    groups
        ISO3 → region of the United Nations, for the table of links.
    places
        ISO3 → longitude and latitude.
    """

    network: Network
    years: tuple[int, ...]
    counts: Mapping[tuple[Area, Kind], tuple[int, ...]]
    mandates: Mandates
    names: Mapping[str, str] = field(repr=False)
    groups: Mapping[str, str] = field(repr=False)
    places: Mapping[str, tuple[float, float]] = field(repr=False)
    topology: Mapping[str, object] = field(repr=False)

    def document(self, *, brief: bool = False, storyboard: tuple[Block, ...] = ()) -> Document:
        """Lay out the page.

        Parameters
        ----------
        brief
            Leave out the list of links.
        storyboard
            Blocks of how the pieces may be joined, step by step; they get a section of their own.
        """
        return write_picture(self, brief=brief, storyboard=storyboard)

    def to_dict(self) -> dict[str, Any]:
        """Lay everything out as plain data."""
        n = self.network
        return {
            "year": n.year, "country": n.country or None, "area": n.area.value if n.area else None,
            "states": list(n.states), "links": [
                {"one": x.one, "other": x.other, "agreements": x.agreements,
                 "areas_of_free_movement": x.movement, "keys": list(x.keys)}
                for x in n.links
            ],
            "parts": [list(p) for p in n.parts],
            "share_of_pairs_joined_directly": n.direct,
            "links_by_region": [
                {"regions": list(pair), "links": count} for pair, count in n.by_group(self.groups).items()
            ],
            "left_out": {"year_not_known": n.undated, "area_not_coded": n.not_coded},
            "years": list(self.years),
            "timeline": [
                {"area": area.value, "kind": str(kind), "on_record": list(line)}
                for (area, kind), line in self.counts.items()
            ],
            "agencies": [
                {"area": area.value, "agencies": [a.key for a in self.mandates.agencies
                                                  if area in {x for x, _ in a.does}]}
                for area in AREAS
            ],
            "readmission_agreements": {"unknown": "not in the pack"},
        }  # fmt: skip


def regime_picture(
    *, country: str = "", area: str = "", year: int = LAST, store: Path | None = None
) -> RegimePicture:
    """Draw the regime.

    Parameters
    ----------
    country
        ISO3; the world unless told.
    area
        ``a``, ``b`` or ``c``; all three unless told.
    year
        End of which year; labour agreements are on record up to 2020.
    store
        Folder of the user's own agreements.

    Raises
    ------
    InputError
        The country, area or year is unknown.
    """
    evidence = Evidence.load()
    table = evidence.table("countries").set_index("iso3")
    names = {str(k): str(v) for k, v in table["name"].items()}
    country = country.upper()
    if country and country not in names:
        msg = f"unknown country '{country}'"
        raise InputError(msg, key="--country", accepted="an ISO 3166-1 alpha-3 code such as PHL")
    if area and area.lower() not in _LETTERS:
        msg = f"unknown area '{area}'"
        raise InputError(msg, key="--area", accepted=", ".join(_LETTERS))
    if not FIRST <= year <= LAST:
        msg = f"nothing to draw for {year}"
        raise InputError(msg, key="--year", accepted=f"{FIRST} to {LAST}")
    tags = Tags.load()
    files = sorted(store.glob("*.yaml")) if store is not None and store.is_dir() else []
    own = [read_agreement(path, tags=tags, countries=names) for path in files]
    register = Register(evidence, own, tags=tags)
    chosen = _LETTERS.get(area.lower())
    spots = table[["longitude", "latitude"]].dropna()
    return RegimePicture(
        network=lay_network(register, year=year, area=chosen, country=country),
        years=tuple(range(FIRST, year + 1)),
        counts={
            cell: line
            for cell, line in count_by_year(register, first=FIRST, last=year, country=country).items()
            if chosen in (None, cell[0])
        },
        mandates=read_mandates(),
        names=names,
        groups={str(k): str(v) for k, v in table["region"].dropna().items() if v},
        places={str(k): (float(x), float(y)) for k, x, y in spots.itertuples()},
        topology=json.loads(evidence.path("world_map").read_text(encoding="utf-8")),
    )
