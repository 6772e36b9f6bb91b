"""The work force to come, with and without yearly places: age structure from the UN, stocks by §3.10.

    N(t+1) = (1 − δ) N(t) + δ N*,   δ = 1/Y,   N* = P·Y

P places a year that are each used for Y years on average build up to N* people; a share δ of them leaves
each year. The baseline is population of working age times today's rate of participation, which is held
constant. The UN's medium projection already holds the moves that the UN expects; a package comes on top.

Who may import me: services. Start at :func:`project_work_force`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comity.errors import EvidenceNotFound, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.evidence import Evidence
    from comity.vocabulary import Range

__all__ = ["AFTER", "BASE", "LAST", "Places", "build_up", "find_baseline", "project_work_force"]

BASE: Final = 2025
"""Year from which a package runs; its first effect is seen in the year after."""

AFTER: Final = 5
"""Years after which a result is given, beside the year after and the long run."""

LAST: Final = 2100
"""Last year of the UN's projection."""

_YOUNG: Final = ("0-4", "5-9", "10-14")
_WORKING: Final = ("15-19", "20-39", "40-59", "60-64")
_OLD: Final = ("65-69", "70+")
_PARTICIPATION: Final = "labour_force_participation_15_64"


@dataclass(frozen=True, slots=True)
class Places:
    """Yearly places on a corridor.

    Attributes
    ----------
    origin, destination
        ISO3.
    skill
        ``low``, ``high`` or ``mixed``.
    yearly
        Persons per year, at least 0.
    stay
        Years for which a place is used, as a range; a season is a part of a year.

    Raises
    ------
    comity.errors.InputError
        One country twice, a negative number, or a stay that is not above 0.
    """

    origin: str
    destination: str
    skill: str
    yearly: float
    stay: Range

    def __post_init__(self) -> None:
        if self.origin == self.destination:
            msg = f"places from {self.origin} to itself"
            raise InputError(msg, accepted="two countries")
        if not 0 <= self.yearly < np.inf:
            msg = f"{self.yearly:g} places a year"
            raise InputError(msg, accepted="a number of places, 0 or more")
        if self.stay.low <= 0:
            msg = f"a stay of {self.stay.low:g} years"
            raise InputError(msg, accepted="years above 0")


def build_up(yearly: float, stay: float, years: int) -> float:
    """People present ``years`` years after the first places, from none at the start.

    A stay of a year or less fills at once: everybody leaves and is replaced within the year.

    Parameters
    ----------
    yearly
        Places per year.
    stay
        Mean years for which a place is used, above 0.
    years
        Years since the start, at least 0.

    Examples
    --------
    >>> [build_up(1000.0, 5.0, years) for years in (0, 1, 2)]
    [0.0, 1000.0, 1800.0]
    >>> round(build_up(1000.0, 5.0, 200)), build_up(1000.0, 0.5, 3)
    (5000, 500.0)
    """
    if years == 0:
        return 0.0
    leaving = min(1.0, 1.0 / stay)
    return float(yearly * stay * -np.expm1(years * np.log1p(-leaving))) if leaving < 1 else yearly * stay


def find_baseline(evidence: Evidence) -> pd.DataFrame:
    """Find population by broad age and the work force without a package.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``country, year`` from :data:`BASE`: ``young`` (under 15), ``working`` (15 to 64),
        ``old`` (65 and over), ``participation`` (share of 15 to 64, latest published),
        ``participation_year``, ``work_force`` (persons). A country without a rate of participation is
        absent.

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> spain = find_baseline(Evidence.load()).loc["ESP"]
    >>> bool(spain.loc[2050, "work_force"] < spain.loc[2025, "work_force"])
    True
    """
    people = evidence.table("population_age")
    people = people[people["year"] >= BASE]
    wide = people.pivot_table(index=["country", "year"], columns="age_group", values="persons", aggfunc="sum")
    rates = evidence.table("indicators")
    rates = rates[(rates["indicator"] == _PARTICIPATION) & (rates["year"] <= BASE)]
    latest = rates.sort_values("year").groupby("country").last()
    frame = pd.DataFrame(
        {
            "young": wide[list(_YOUNG)].sum(axis=1),
            "working": wide[list(_WORKING)].sum(axis=1),
            "old": wide[list(_OLD)].sum(axis=1),
        }
    )
    country = frame.index.get_level_values("country")
    frame["participation"] = latest["value"].reindex(country).to_numpy()
    frame["participation_year"] = latest["year"].reindex(country).to_numpy()
    frame = frame[frame["participation"].notna()]
    frame["work_force"] = frame["working"] * frame["participation"]
    return frame


def project_work_force(
    evidence: Evidence, *, years: Sequence[int], places: Sequence[Places] = ()
) -> pd.DataFrame:
    """Work force by country and year, with and without places.

    Each place is one worker: the destination's work force and people of working age grow by it, the origin's
    shrink by it. Families do not follow, and workers stay below 65; both flatter the destination.

    Parameters
    ----------
    years
        From :data:`BASE` to :data:`LAST`.
    places
        What a package adds, from :data:`BASE` on.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``country, year``: the columns of :func:`find_baseline`, ``change_low``, ``change``,
        ``change_high`` (persons, short and long stays), ``with_low``, ``with``, ``with_high`` (work force),
        ``dependency`` and ``dependency_with`` (people under 15 and over 64 over those between).

    Raises
    ------
    comity.errors.InputError
        A year outside the projection.
    comity.errors.EvidenceNotFound
        A corridor whose country has no projection.

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> from comity.vocabulary import Range
    >>> stay = Range(2.0, 5.0, 15.0)
    >>> found = project_work_force(
    ...     Evidence.load(), years=[2026], places=[Places("SEN", "ESP", "low", 1000.0, stay)]
    ... )
    >>> float(found.loc[("ESP", 2026), "change"]), float(found.loc[("SEN", 2026), "change"])
    (1000.0, -1000.0)
    """
    for year in years:
        if not BASE <= year <= LAST:
            msg = f"no projection for {year}"
            raise InputError(msg, key="--to", accepted=f"a year from {BASE} to {LAST}")
    frame = find_baseline(evidence)
    known = set(frame.index.get_level_values("country"))
    for one in places:
        for code in (one.origin, one.destination):
            if code not in known:
                msg = f"no projection of the work force for {code}"
                raise EvidenceNotFound(
                    msg, accepted="a country with population and participation in the pack"
                )
    frame = frame[frame.index.get_level_values("year").isin(years)].copy()
    for column in ("change_low", "change", "change_high"):
        frame[column] = 0.0
    for one in places:
        for year in years:
            low, mid, high = (
                build_up(one.yearly, stay, year - BASE)
                for stay in (one.stay.low, one.stay.mid, one.stay.high)
            )
            columns = ["change_low", "change", "change_high"]
            frame.loc[(one.destination, year), columns] += np.array([low, mid, high])
            frame.loc[(one.origin, year), columns] -= np.array([high, mid, low])
    for end in ("_low", "", "_high"):
        frame[f"with{end}"] = frame["work_force"] + frame[f"change{end}"]
    dependants = frame["young"] + frame["old"]
    frame["dependency"] = dependants / frame["working"]
    frame["dependency_with"] = dependants / (frame["working"] + frame["change"])
    if (frame["with_low"] < 0).any():
        code = frame.index[frame["with_low"] < 0][0][0]
        msg = f"more people would leave {code} than work there"
        raise InputError(msg, accepted="fewer places")
    return frame
