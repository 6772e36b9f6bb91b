"""Pressure and mismatch: expected moves on a corridor, beside the regular places that are known (§4).

Pressure is what a corridor's features let expect (:mod:`comity.world.pressure_fit`), read from the estimate
that the pack holds. It is not a count of arrivals, and not a wish to move: people whom a policy has kept
from moving for as long as the flows go back are not in it.

Who may import me: services. Start at :func:`expect_moves`, :func:`compare_places` and :func:`close_gap`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comity.vocabulary import Range
from comity.world.opportunity import ENTRIES, MISSING, choose, find_places
from comity.world.pressure_panel import INTERVAL

if TYPE_CHECKING:
    from comity.evidence import Evidence
    from comity.vocabulary import Skill

__all__ = ["Closing", "close_gap", "compare_places", "expect_moves", "list_starts", "split_by_skill"]

_METHODS: Final = ("persons_da_min_closed", "persons_da_min_open")
_SURE: Final = NormalDist().inv_cdf(0.95)
"""Half-width of a 90 % interval in standard errors."""


@dataclass(frozen=True, slots=True)
class Closing:
    """How far added places go.

    Attributes
    ----------
    gap
        Expected moves beyond the places, persons per year, never below 0.
    share
        Share of the gap that the added places close, 0 to 1, or None where no gap is expected at all. Its
        low end belongs to the high end of pressure. Where the low end of pressure leaves no gap, the high end
        of the share is 1.
    """

    gap: Range
    share: Range | None


def close_gap(pressure: Range, places: Range, added: float) -> Closing:
    """Say which share of the gap between pressure and places ``added`` places a year close.

    Parameters
    ----------
    pressure, places
        Expected moves and regular places, persons per year, neither below 0. The narrowest gap takes the
        low end of pressure and the high end of places; the widest the other ends.
    added
        Persons per year, at least 0.

    Raises
    ------
    ValueError
        A number of places is negative or not a number.

    Examples
    --------
    >>> close_gap(Range(1500.0, 3000.0, 5000.0), Range.point(1000.0), 500.0)
    Closing(gap=Range(low=500.0, mid=2000.0, high=4000.0), share=Range(low=0.125, mid=0.25, high=1.0))
    >>> close_gap(Range(1.0, 2.0, 3.0), Range.point(5.0), 1.0).share is None
    True
    """
    if not (places.low >= 0 and added >= 0) or math.isinf(added):
        msg = f"places are at least 0: {places.low}, {added}"
        raise ValueError(msg)
    widths = (pressure.low - places.high, pressure.mid - places.mid, pressure.high - places.low)
    gap = Range(*(max(0.0, width) for width in widths))
    if gap.mid <= 0:
        return Closing(gap, None)
    low, mid, high = (min(1.0, added / value) if value > 0 else 1.0 for value in (gap.high, gap.mid, gap.low))
    return Closing(gap, Range(low, mid, high if added > 0 else 0.0))


def list_starts(evidence: Evidence) -> tuple[int, ...]:
    """First years of the intervals that the estimate covers; the last ones are predictions.

    >>> from comity.evidence import Evidence
    >>> list_starts(Evidence.load())
    (2010, 2015, 2020, 2025)
    """
    return tuple(sorted(int(year) for year in evidence.table("pressure")["period_start"].unique()))


def expect_moves(
    evidence: Evidence, *, start: int, origin: str | None = None, destination: str | None = None
) -> pd.DataFrame:
    """Read expected moves by corridor in the interval from ``start``, persons per year.

    Parameters
    ----------
    start
        First year of the interval, one of :func:`list_starts`.
    origin, destination
        Only corridors from, and to, these countries.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``origin, destination``: ``mid`` (fitted to the demographic accounting flows),
        ``sure_low`` and ``sure_high`` (90 % interval of the mean, clustered by pair, delta method), ``low``
        and ``high`` (that interval, widened to the estimates from two other flow series), ``observed`` (the
        published flow of the interval, missing where none is published).

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> row = expect_moves(Evidence.load(), start=2015).loc[("SEN", "ESP")]
    >>> bool(row.low <= row.sure_low <= row.mid <= row.sure_high <= row.high), float(row.observed)
    (True, 4700.4)
    """
    table = evidence.table("pressure")
    table = choose(table[table["period_start"] == start], origin, destination)
    table = table.set_index(["origin", "destination"])
    mid = table["persons"].astype(float)
    spread = _SURE * table["log_error"]
    frame = pd.DataFrame({"mid": mid, "sure_low": mid * np.exp(-spread), "sure_high": mid * np.exp(spread)})
    others = table[list(_METHODS)].astype(float)
    frame["low"] = np.fmin(frame["sure_low"], others.min(axis=1))
    frame["high"] = np.fmax(frame["sure_high"], others.max(axis=1))
    flows = evidence.table("migration_outward")
    flows = flows[(flows["method"] == "da_pb_closed") & (flows["period_start"] == start)]
    flows = choose(flows, origin, destination)
    frame["observed"] = (
        flows.set_index(["origin", "destination"])["persons"].reindex(frame.index).astype(float)
    )
    return frame / INTERVAL


def split_by_skill(frame: pd.DataFrame, evidence: Evidence, skill: Skill) -> pd.DataFrame:
    """Take the part of expected moves that has a skill, by the estimated composition of the corridor's stock.

    ``share`` is added. The low end takes the lowest share and the high end the highest, so both doubts are
    in the range. A corridor whose composition is not estimated drops out.
    """
    made = evidence.table("skill_composition")
    made = made[made["skill"] == skill.value].set_index(["origin", "destination"]).reindex(frame.index)
    out = frame.copy()
    for column in ("mid", "sure_low", "sure_high", "observed"):
        out[column] = frame[column] * made["share"]
    out["low"] = frame["low"] * made["share_low"]
    out["high"] = frame["high"] * made["share_high"]
    out["share"] = made["share"]
    return out[out["share"].notna()]


def compare_places(
    evidence: Evidence,
    *,
    start: int,
    skill: Skill | None = None,
    origin: str | None = None,
    destination: str | None = None,
) -> pd.DataFrame:
    """Put pressure beside opportunity for every corridor.

    Parameters
    ----------
    start
        First year of the interval, one of :func:`list_starts`.
    skill
        Only people and places of this skill. Registers of entries do not tell skills apart; they are split by
        the same estimated composition as the moves, so that their ratio is that of all skills together.
    origin, destination
        Only corridors from, and to, these countries.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``origin, destination``: the columns of :func:`expect_moves` and of
        :func:`comity.world.opportunity.find_places`, ``ratio_low``, ``ratio``, ``ratio_high`` (expected moves
        over places) and ``gap_low``, ``gap``, ``gap_high`` (persons per year, never below 0); both are
        missing unless a register counts the entries.

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> basis = compare_places(Evidence.load(), start=2020)["basis"]
    >>> basis["SEN", "ESP"], basis["POL", "DEU"], basis["IND", "ARE"]
    ('entries', 'free', 'missing')
    """
    moves = expect_moves(evidence, start=start, origin=origin, destination=destination)
    places = find_places(evidence, start=start, skill=skill, origin=origin, destination=destination)
    places = places.reindex(moves.index)
    frame = moves.join(places)
    frame["basis"] = frame["basis"].fillna(MISSING)
    if skill is not None:
        frame = split_by_skill(frame, evidence, skill)
        counted = frame["basis"].eq(ENTRIES)
        for column in ("places_low", "places", "places_high"):
            frame.loc[counted, column] = frame[column] * frame["share"]
    counted = frame["basis"].eq(ENTRIES) & (frame["places_low"] > 0)
    for name, end, other in (("_low", "low", "_high"), ("", "mid", ""), ("_high", "high", "_low")):
        frame[f"ratio{name}"] = (frame[end] / frame[f"places{other}"]).where(counted)
        frame[f"gap{name}"] = (frame[end] - frame[f"places{other}"]).clip(lower=0.0).where(counted)
    return frame
