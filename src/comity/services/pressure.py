"""Pressure, opportunity and mismatch of a corridor, of a country's corridors, or of all (§4, E10).

Who may import me: the doors. Start at :func:`mismatch_find`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from comity.errors import EvidenceNotFound, InputError
from comity.evidence import Evidence
from comity.services.result import Result
from comity.vocabulary import Figure, Range, Skill
from comity.world.opportunity import ENTRIES, FREE, MISSING, PART
from comity.world.pressure import (
    Closing,
    close_gap,
    compare_places,
    expect_moves,
    list_starts,
    split_by_skill,
)
from comity.world.pressure_panel import INTERVAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comity.reports.document import Document

    Queue = Callable[[str, str, Skill | None], Figure | None]

__all__ = ["SKILLS", "CorridorPressure", "Mismatch", "mismatch_find", "parse_skill"]

SKILLS: Final[tuple[Skill | None, ...]] = (None, Skill.LOW, Skill.HIGH)

_DEFAULT_START: Final = 2020
_MOST_LISTED: Final = 20


@dataclass(frozen=True, slots=True)
class CorridorPressure:
    """One corridor and skill in one interval; all numbers are persons per year.

    Attributes
    ----------
    origin, destination
        ISO3.
    skill
        None for all skills together.
    pressure
        Expected moves: middle, and a range over the error of the estimate and three flow series.
    sure
        The 90 % interval of the middle alone.
    observed
        Moves that were published for the interval (themselves estimated), or None where none are.
    basis
        ``entries``, ``part``, ``free`` or ``missing``, as :mod:`comity.world.opportunity` has them.
    places
        Regular entries between two readings, or the part that is counted; None where movement is free or
        nothing is known.
    source
        Which registers speak: ``permits``, ``register``, ``both`` or ``visas``; empty for none.
    years, inside
        Years of the registers, and whether they lie in the interval.
    union, practice
        Area of free movement that holds the pair, and how it works; empty otherwise.
    ratio
        Pressure over places, or None unless a register counts the entries.
    closing
        The gap, and how much of it the added places close; None as for ``ratio``.
    share_of_pressure
        Added places over pressure; the answer that is left where places are not known.
    trend
        Start of each interval, expected moves, and published ones.
    queue
        Unmet demand for regular places by the channel model, where a caller brings it.
    """

    origin: str
    destination: str
    skill: Skill | None
    pressure: Range
    sure: Range
    observed: float | None
    basis: str
    places: Range | None
    source: str
    years: tuple[int, int] | None
    inside: bool
    union: str
    practice: str
    ratio: Range | None
    closing: Closing | None
    share_of_pressure: Range
    trend: tuple[tuple[int, Range, float | None], ...] = ()
    queue: Figure | None = None

    @property
    def key(self) -> str:
        """How references name the corridor, for example ``SEN-ESP``."""
        return f"{self.origin}-{self.destination}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what is not known is null."""
        closing = self.closing
        return {
            "origin": self.origin,
            "destination": self.destination,
            "skill": "all" if self.skill is None else self.skill.value,
            "pressure": _plain(self.pressure),
            "pressure_interval_90": _plain(self.sure),
            "observed_flow": self.observed,
            "opportunity": {
                "basis": self.basis,
                "places": None if self.places is None else _plain(self.places),
                "source": self.source or None,
                "years": None if self.years is None else list(self.years),
                "inside_interval": self.inside if self.years else None,
                "free_movement": self.union or None,
                "practice": self.practice or None,
            },
            "ratio": None if self.ratio is None else _plain(self.ratio),
            "gap": None if closing is None else _plain(closing.gap),
            "share_closed": None if closing is None or closing.share is None else _plain(closing.share),
            "added_over_pressure": _plain(self.share_of_pressure),
            "trend": [
                {"start": start, "pressure": _plain(expected), "observed_flow": seen}
                for start, expected, seen in self.trend
            ],
            "queue": None if self.queue is None else _value(self.queue),
        }


@dataclass(frozen=True, slots=True, repr=False)
class Mismatch(Result):
    """What :func:`mismatch_find` found.

    Attributes
    ----------
    origin, destination
        What was asked for; None for any.
    skill
        None for all skills.
    start
        First year of the interval.
    starts
        All intervals that the estimate covers.
    added
        Places a year that were added in thought.
    corridors
        One corridor: all skills, low and high. Several: the widest gaps, then the largest pressures whose
        places are not known.
    by_skill
        The same gaps by skill, low then high; empty where one corridor or one skill was asked for.
    counts
        Corridors by basis, and their expected moves a year.
    names
        Country names by code.
    """

    origin: str | None
    destination: str | None
    skill: Skill | None
    start: int
    starts: tuple[int, ...]
    added: float
    corridors: tuple[CorridorPressure, ...]
    by_skill: tuple[CorridorPressure, ...]
    counts: Mapping[str, tuple[int, float]]
    names: Mapping[str, str]
    coefficients: pd.DataFrame
    holdout: pd.DataFrame

    @property
    def single(self) -> bool:
        """Whether one corridor was asked for."""
        return self.origin is not None and self.destination is not None

    def to_dict(self) -> dict[str, Any]:
        """One object with all that was found."""
        return {
            "interval": [self.start, self.start + INTERVAL],
            "origin": self.origin,
            "destination": self.destination,
            "skill": "all" if self.skill is None else self.skill.value,
            "added_places": self.added,
            "unit": "persons per year",
            "corridors": [corridor.to_dict() for corridor in self.corridors],
            "by_skill": [corridor.to_dict() for corridor in self.by_skill],
            "opportunity_known": {
                basis: {"corridors": number, "pressure": moves}
                for basis, (number, moves) in self.counts.items()
            },
            "coefficients": self.coefficients.to_dict(orient="records"),
            "holdout": self.holdout.to_dict(orient="records"),
            "notes": [
                "pressure is what a gravity estimate expects, not a count of arrivals and not a wish to move",
                "the split by skill is estimated",
                "a place that is not known is null, never 0",
            ],
        }

    def document(self, *, coefficients: bool = False, holdout: bool = False, brief: bool = False) -> Document:
        """Lay out for reading; ``brief`` leaves out what was not asked for and needs room."""
        from comity.services.pressure_document import write_document  # noqa: PLC0415  (reports load slowly)

        return write_document(self, coefficients=coefficients, holdout=holdout, brief=brief)


def mismatch_find(
    *,
    origin: str | None = None,
    destination: str | None = None,
    skill: str | None = None,
    added: float = 0.0,
    interval: int | None = None,
    evidence: Evidence | None = None,
    queue: Queue | None = None,
) -> Mismatch:
    """Put expected moves beside regular places, for one corridor, one country's, or all.

    Parameters
    ----------
    origin, destination
        ISO3; None for any.
    skill
        ``low`` or ``high``; None for all.
    added
        Places a year to add in thought; they count for the skill asked for.
    interval
        First year of the interval; 2020 unless told.
    evidence
        Another evidence pack than the one shipped.
    queue
        Gives the queue of the channel model (§3.8) for a corridor and skill, in persons per year, or None.

    Raises
    ------
    comity.errors.InputError
        An unknown code, one country twice, a negative number of places, an interval without an estimate, or a
        corridor that is not estimated.

    Examples
    --------
    >>> found = mismatch_find(origin="SEN", destination="ESP", added=1000)
    >>> found.corridors[0].basis, found.corridors[0].ratio is not None
    ('entries', True)
    """
    evidence = evidence or Evidence.load()
    names = _names(evidence)
    origin, destination = _code(origin, names, "--origin"), _code(destination, names, "--destination")
    if origin is not None and origin == destination:
        msg = f"origin and destination are both {origin}"
        raise InputError(msg, key="--destination", accepted="two countries")
    if not added >= 0 or math.isinf(added):
        msg = f"{added:g} places cannot be added"
        raise InputError(msg, key="--add", accepted="a number of places a year, 0 or more")
    if added and (origin is None or destination is None):
        msg = "places are added to one corridor"
        raise InputError(msg, key="--add", accepted="--origin and --destination with it")
    wanted = parse_skill(skill)
    starts = list_starts(evidence)
    start = _DEFAULT_START if interval is None else interval
    if start not in starts:
        msg = f"no estimate for an interval from {start}"
        raise InputError(msg, key="--interval", accepted=", ".join(map(str, starts)))
    single = origin is not None and destination is not None
    skills = SKILLS if wanted is None else (wanted,)
    mine = {
        one: compare_places(evidence, start=start, skill=one, origin=origin, destination=destination)
        for one in skills
    }
    if mine[skills[0]].empty:
        raise _nothing(origin, destination, skills[0])
    by_skill: tuple[CorridorPressure, ...] = ()
    if single:
        corridors = _single(evidence, mine, added, starts, queue)
    else:
        corridors = _several(mine[wanted], wanted, queue)
        by_skill = _split(mine, corridors, queue) if wanted is None else ()
    return Mismatch(
        origin,
        destination,
        wanted,
        start,
        starts,
        float(added),
        corridors,
        by_skill,
        _count(mine[skills[0]]),
        names,
        evidence.table("pressure_coefficients"),
        evidence.table("pressure_holdout"),
    )


def parse_skill(text: str | None) -> Skill | None:
    """Read ``low``, ``high`` or ``all``.

    >>> parse_skill("low"), parse_skill("all")
    (<Skill.LOW: 'low'>, None)
    """
    if text is None or text == "all":
        return None
    try:
        return Skill(text)
    except ValueError:
        msg = f"unknown skill {text!r}"
        raise InputError(msg, key="--skill", accepted="low, high or all") from None


def _names(evidence: Evidence) -> dict[str, str]:
    table = evidence.table("countries")
    return dict(zip(table["iso3"], table["name"], strict=True))


def _code(given: str | None, names: Mapping[str, str], key: str) -> str | None:
    if given is None:
        return None
    code = given.strip().upper()
    if code not in names:
        msg = f"unknown country {given!r}"
        raise InputError(msg, key=key, accepted="an ISO 3166-1 alpha-3 code such as SEN")
    return code


def _nothing(origin: str | None, destination: str | None, skill: Skill | None) -> EvidenceNotFound:
    what = f"{origin or 'any origin'} to {destination or 'any destination'}"
    kind = "" if skill is None else f" by skill ({skill.value})"
    msg = (
        f"no pressure is estimated from {what}{kind}: fewer than 100 expected moves in five years, or "
        "distance, "
        "population, flows or composition are missing"
    )
    return EvidenceNotFound(msg, accepted="a corridor of the table pressure (comity evidence show pressure)")


def _single(
    evidence: Evidence,
    mine: Mapping[Skill | None, pd.DataFrame],
    added: float,
    starts: tuple[int, ...],
    queue: Queue | None,
) -> tuple[CorridorPressure, ...]:
    origin, destination = next(frame.index[0] for frame in mine.values() if not frame.empty)
    then = {
        start: expect_moves(evidence, start=start, origin=origin, destination=destination) for start in starts
    }
    found = []
    for skill, frame in mine.items():
        if frame.empty:
            continue
        place = frame.index[0]
        trend = []
        for start, moves in then.items():
            part = moves if skill is None else split_by_skill(moves, evidence, skill)
            if place in part.index:
                trend.append((start, _range(part.loc[place]), _known(part.loc[place, "observed"])))
        found.append(_corridor(frame.iloc[0], place, skill, added, tuple(trend), queue))
    return tuple(found)


def _several(frame: pd.DataFrame, skill: Skill | None, queue: Queue | None) -> tuple[CorridorPressure, ...]:
    """Pick the widest gaps, then the largest pressures whose places are known in part or not at all."""
    counted = frame[frame["basis"].eq(ENTRIES) & (frame["gap"] > 0)]
    others = frame[frame["basis"].isin([PART, MISSING])]
    picked = pd.concat(
        [_first(counted, "gap"), _first(others, "mid")],
    )
    return tuple(_corridor(row, place, skill, 0.0, (), queue) for place, row in picked.iterrows())


def _split(
    mine: Mapping[Skill | None, pd.DataFrame], corridors: tuple[CorridorPressure, ...], queue: Queue | None
) -> tuple[CorridorPressure, ...]:
    """Split the gaps that were picked by skill; a corridor whose composition is not estimated is left out."""
    places = [(c.origin, c.destination) for c in corridors if c.basis == ENTRIES]
    return tuple(
        _corridor(mine[skill].loc[place], place, skill, 0.0, (), queue)
        for place in places
        for skill in (Skill.LOW, Skill.HIGH)
        if place in mine[skill].index
    )


def _first(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    order = frame.sort_index().sort_values(column, ascending=False, kind="stable")
    return order.head(_MOST_LISTED)


def _corridor(
    row: Any,  # noqa: ANN401  (a row of a frame)
    place: Any,  # noqa: ANN401  (a label of a two-level index)
    skill: Skill | None,
    added: float,
    trend: tuple[tuple[int, Range, float | None], ...],
    queue: Queue | None,
) -> CorridorPressure:
    origin, destination = place
    pressure = _range(row)
    counted = _known(row["ratio"]) is not None
    places = None
    if _known(row["places"]) is not None:
        places = Range(float(row["places_low"]), float(row["places"]), float(row["places_high"]))
    return CorridorPressure(
        origin=origin,
        destination=destination,
        skill=skill,
        pressure=pressure,
        sure=Range(float(row["sure_low"]), float(row["mid"]), float(row["sure_high"])),
        observed=_known(row["observed"]),
        basis=str(row["basis"]),
        places=places,
        source="" if places is None else str(row["source"]),
        years=None if places is None else (int(row["first_year"]), int(row["last_year"])),
        inside=places is not None and bool(row["inside"]),
        union="" if pd.isna(row["union"]) else str(row["union"]),
        practice="" if pd.isna(row["practice"]) else str(row["practice"]),
        ratio=Range(float(row["ratio_low"]), float(row["ratio"]), float(row["ratio_high"]))
        if counted
        else None,
        closing=close_gap(pressure, places, added) if counted and places is not None else None,
        share_of_pressure=Range(added / pressure.high, added / pressure.mid, added / max(pressure.low, 1e-9))
        if added
        else Range.point(0.0),
        trend=trend,
        queue=None if queue is None else queue(origin, destination, skill),
    )


def _count(frame: pd.DataFrame) -> dict[str, tuple[int, float]]:
    return {
        basis: (int(frame["basis"].eq(basis).sum()), float(frame.loc[frame["basis"].eq(basis), "mid"].sum()))
        for basis in (ENTRIES, PART, FREE, MISSING)
    }


def _range(row: pd.Series) -> Range:
    return Range(float(row["low"]), float(row["mid"]), float(row["high"]))


def _known(value: Any) -> float | None:  # noqa: ANN401  (a cell)
    return None if pd.isna(value) else float(value)


def _plain(value: Range) -> dict[str, float]:
    return {"low": value.low, "mid": value.mid, "high": value.high}


def _value(figure: Figure) -> object:
    return _plain(figure.value) if isinstance(figure.value, Range) else figure.value
