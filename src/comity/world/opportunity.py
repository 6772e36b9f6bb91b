"""Opportunity: regular places that are known for a corridor, or missing, said plainly (§4).

Four answers are possible. ``entries``: registers bound regular entries by citizenship. ``part``: only part
of the regular ways in is counted, so no ratio is formed. ``free``: citizens may move without a place being
counted. ``missing``: nothing is known, which is not zero.

No register counts places as such. Two come near. The yearly growth of valid residence permits counts
regular stays only, and misses those who left again or became citizens: a low reading. Registered
immigration counts all who settled, in some countries also people without a permit or seeking asylum: a high
reading. Where both speak, opportunity is the range between them and its middle their mean.

Who may import me: services. Start at :func:`find_places`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import yaml

from comity.evidence.catalogue_set import PACKED
from comity.world.pressure_panel import INTERVAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence import Evidence
    from comity.vocabulary import Skill

__all__ = [
    "BOTH",
    "ENTRIES",
    "FREE",
    "MISSING",
    "PART",
    "PERMITS",
    "REGISTER",
    "VISAS",
    "choose",
    "find_places",
    "find_unions",
    "read_unions",
]

ENTRIES: Final = "entries"
PART: Final = "part"
FREE: Final = "free"
MISSING: Final = "missing"

PERMITS: Final = "permits"
REGISTER: Final = "register"
BOTH: Final = "both"
VISAS: Final = "visas"

_UNITED_STATES: Final = "USA"
_OPEN: Final = "open"


def read_unions() -> tuple[Mapping[str, Any], ...]:
    """Areas of free movement as the catalogue has them: name, since, eu, members, practice, mark.

    >>> [union["name"] for union in read_unions() if "AUS" in union["members"]]
    ['Trans-Tasman Travel Arrangement']
    """
    found = yaml.safe_load((PACKED / "free_movement.yaml").read_text(encoding="utf-8"))
    return tuple(found)


def find_unions(evidence: Evidence) -> pd.DataFrame:
    """Pairs whose citizens move freely: ``origin, destination, union, since, practice``; one row a pair.

    Where two areas hold a pair, the one whose practice is open counts.

    >>> from comity.evidence import Evidence
    >>> pairs = find_unions(Evidence.load()).set_index(["origin", "destination"])
    >>> pairs.loc[("POL", "DEU"), "practice"], pairs.loc[("SEN", "CIV"), "practice"]
    ('open', 'uneven')
    """
    countries = evidence.table("countries")
    eu = set(countries.loc[countries["eu"], "iso3"])
    rows = [
        (origin, destination, union["name"], union["since"], union["practice"])
        for union in read_unions()
        for members in [sorted(set(union["members"]) | (eu if union["eu"] else set()))]
        for origin in members
        for destination in members
        if origin != destination
    ]
    frame = pd.DataFrame(rows, columns=["origin", "destination", "union", "since", "practice"])
    frame["last"] = frame["practice"].ne(_OPEN)
    frame = frame.sort_values(["origin", "destination", "last", "since"], kind="stable")
    return frame.drop_duplicates(["origin", "destination"]).drop(columns="last").reset_index(drop=True)


def choose(rows: pd.DataFrame, origin: str | None, destination: str | None) -> pd.DataFrame:
    """Keep rows from an origin and to a destination; None is any.

    >>> rows = pd.DataFrame({"origin": ["SEN", "MAR"], "destination": ["ESP", "ESP"]})
    >>> list(choose(rows, "SEN", None)["origin"])
    ['SEN']
    """
    if origin is not None:
        rows = rows[rows["origin"] == origin]
    return rows if destination is None else rows[rows["destination"] == destination]


def find_places(
    evidence: Evidence,
    *,
    start: int,
    skill: Skill | None = None,
    origin: str | None = None,
    destination: str | None = None,
) -> pd.DataFrame:
    """Yearly regular places by corridor, as far as the pack knows them.

    Parameters
    ----------
    start
        First year of the five-year interval. Years of the registers inside it count; where a register ends
        before it, its latest five years do, and ``inside`` is False.
    skill
        Only places that ask for this skill, where a register tells them apart (visa classes).
    origin, destination
        Only corridors from, and to, these countries.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``origin, destination``: ``basis`` (entries, part or free), ``places_low``, ``places``,
        ``places_high`` (persons per year, missing where movement is free), ``source`` (permits, register,
        both or visas), ``first_year``, ``last_year``, ``inside``, ``union``, ``practice``. A pair that is not
        there is missing.

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> row = find_places(Evidence.load(), start=2020).loc[("SEN", "ESP")]
    >>> row.source, bool(row.places_low < row.places < row.places_high)
    ('both', True)
    """
    register = evidence.table("immigration_by_citizenship").rename(columns={"citizenship": "origin"})
    permits = evidence.table("residence_permits_valid").rename(columns={"citizenship": "origin"})
    visas = _work_visas(evidence, skill)
    # whether a register reaches the interval is a matter of the whole register, not of the corridor
    last = [int(rows["year"].max()) for rows in (register, permits, visas)]
    register, permits, visas = (choose(rows, origin, destination) for rows in (register, permits, visas))
    entries = _entries(register, permits, start, last[:2])
    part = _average(visas, "persons", start, last[2]).assign(basis=PART, source=VISAS)
    part["places_low"] = part["places_high"] = part["places"]
    known = pd.concat([entries, part[~part.index.isin(entries.index)]])
    unions = find_unions(evidence).set_index(["origin", "destination"])
    unions = unions[unions["since"] <= start]
    every = known.reindex(known.index.union(unions.index)).join(unions[["union", "practice"]])
    free = every["practice"].eq(_OPEN)
    every["basis"] = np.where(free, FREE, every["basis"].fillna(MISSING))
    every.loc[free, ["places_low", "places", "places_high"]] = np.nan
    return every


def _entries(register: pd.DataFrame, permits: pd.DataFrame, start: int, last: list[int]) -> pd.DataFrame:
    """Bound regular entries: growth of valid permits below, registered immigration above."""
    above = _average(register, "persons", start, last[0])
    below = _growth(permits, start, last[1])
    both = above.join(below.add_suffix("_permits"), how="outer")
    growth, counted = both["places_permits"], both["places"]
    frame = pd.DataFrame(index=both.index)
    frame["places_low"] = np.fmin(growth, counted)
    frame["places_high"] = np.fmax(growth, counted)
    frame["places"] = (frame["places_low"] + frame["places_high"]) / 2
    frame["source"] = np.where(growth.isna(), REGISTER, np.where(counted.isna(), PERMITS, BOTH))
    frame["first_year"] = np.fmin(both["first_year"], both["first_year_permits"])
    frame["last_year"] = np.fmax(both["last_year"], both["last_year_permits"])
    frame["inside"] = both["inside"].fillna(both["inside_permits"]).astype(bool)
    return frame.assign(basis=ENTRIES)


def _growth(rows: pd.DataFrame, start: int, last: int) -> pd.DataFrame:
    """Yearly growth of a stock counted at the end of years; missing where it did not grow."""
    whole = last >= start
    first = start - 1 if whole else last - INTERVAL
    inside = rows["year"].between(first, min(last, start + INTERVAL - 1))
    ordered = rows[inside].sort_values("year").groupby(["origin", "destination"])
    frame = pd.DataFrame({"first_year": ordered["year"].first(), "last_year": ordered["year"].last()})
    years = frame["last_year"] - frame["first_year"]
    change = ordered["permits"].last() - ordered["permits"].first()
    frame["places"] = (change / years.where(years >= 2)).where(change > 0)
    frame["first_year"] += 1
    frame["inside"] = whole
    return frame[frame["places"].notna()]


def _average(rows: pd.DataFrame, value: str, start: int, last: int) -> pd.DataFrame:
    whole = last >= start
    first = start if whole else last - INTERVAL + 1
    inside = rows["year"].between(first, min(last, start + INTERVAL - 1))
    grouped = rows[inside].groupby(["origin", "destination"])
    return pd.DataFrame(
        {
            "places": grouped[value].mean(),
            "first_year": grouped["year"].min(),
            "last_year": grouped["year"].max(),
            "inside": whole,
        }
    )


def _work_visas(evidence: Evidence, skill: Skill | None) -> pd.DataFrame:
    listed = yaml.safe_load((PACKED / "work_visas.yaml").read_text(encoding="utf-8"))
    classes = {row["visa_class"] for row in listed if skill is None or row["skill"] == skill.value}
    visas = evidence.table("us_visas")
    visas = visas[visas["visa_class"].isin(classes)]
    summed = visas.groupby(["nationality", "fiscal_year"])["issued"].sum().reset_index()
    summed = summed.rename(columns={"nationality": "origin", "fiscal_year": "year", "issued": "persons"})
    return summed.assign(destination=_UNITED_STATES)
