"""How far cooperation has come in each migration area, by corridor type and year (E19, E23).

The interview holds that cooperation in (a) rights and welfare and (b) prevention and enforcement is well
ahead of (c) regular entry. One yardstick is needed for all three: the share of pairs of countries that an
instrument binds to each other. For a treaty, both are parties; for a labour agreement, the two have signed
one; for an area of free movement, both are members. Several instruments could stand for an area, and the
answer hangs on which, so every choice is shown.

Uncertainty: countries are drawn again with replacement (a pair counts as often as both its ends were drawn),
and for texts whole agreements are. The source does not code which side migrants come from, so pairs of North
and South are one type in either direction.

Who may import me: services. Start at :func:`measure_speed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from comity.regime.areas import read_areas
from comity.regime.register import read_fields
from comity.vocabulary import Area, Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from comity.evidence import Evidence

__all__ = [
    "COMMON",
    "DIRECTIONS",
    "MEASURES",
    "MIGRANTS",
    "PAIRS",
    "STOCK",
    "TYPES",
    "Comparison",
    "Measure",
    "Speed",
    "Texts",
    "VisaFree",
    "measure_speed",
]

TYPES: Final = ("all", "North–North", "North–South", "South–South")
NORTH: Final = "high"
FIRST: Final = 1950
COMMON: Final = 2014
"""Last year for which every measure has data."""
STOCK: Final = 2015
"""Year of the migrant stock nearest to it."""
PAIRS: Final = "pairs"
MIGRANTS: Final = "migrants"
DIRECTIONS: Final = ("all", "South to North", "North to North", "South to South", "North to South")


@dataclass(frozen=True, slots=True)
class Measure:
    """What stands for an area: treaties (both are party to one), labour agreements or free movement."""

    key: str
    title: str
    area: Area
    treaties: tuple[str, ...] = ()
    last: int = COMMON
    opened: int = FIRST


MEASURES: Final = (
    Measure("icmw", "Migrant Workers Convention (1990)", Area.RIGHTS_WELFARE, ("icmw",), 2022, 1990),
    Measure(
        "refugees", "Refugee Convention or Protocol (1951, 1967)", Area.RIGHTS_WELFARE,
        ("refugee_convention_1951", "refugee_protocol_1967"), opened=1951,
    ),
    Measure(
        "smuggling", "Smuggling Protocol (2000)", Area.PREVENTION_ENFORCEMENT, ("smuggling_protocol_2000",),
        opened=2000,
    ),
    Measure(
        "trafficking", "Trafficking Protocol (2000)", Area.PREVENTION_ENFORCEMENT,
        ("trafficking_protocol_2000",), opened=2000,
    ),
    Measure("labour", "Bilateral labour agreement signed", Area.LEGAL_ENTRY, last=2020),
    Measure("movement", "Area of free movement", Area.LEGAL_ENTRY, last=2025),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """One area's measure less that of regular entry, as a share of pairs or of migrants.

    ``verdict`` is *ahead* (the whole 90 % range is above zero), *behind* (below), or *cannot be told*.
    """

    yardstick: str
    ahead: Measure
    entry: Measure
    corridor: str
    difference: Range
    verdict: str


@dataclass(frozen=True, slots=True)
class Texts:
    """Coded texts of labour agreements of one corridor type.

    ``rights`` and ``entry`` are the mean share of coded fields that a text holds in the area; ``quota`` is
    the share of texts that promise a number of places. ``difference`` is rights less entry.
    """

    corridor: str
    agreements: int
    rights: Range
    entry: Range
    difference: Range
    quota: Range
    equal_treatment: Range
    verdict: str


@dataclass(frozen=True, slots=True)
class VisaFree:
    """Short stays without a visa by direction, here coded by the source: share of directed pairs."""

    direction: str
    share: float
    pairs: int
    year: int


@dataclass(frozen=True, slots=True)
class Speed:
    """What was measured.

    Attributes
    ----------
    years
        Years of the series.
    series
        (measure, corridor type) → share of pairs in each year; NaN before the instrument opened and after
        the last year of its source.
    levels
        (measure, corridor type) → share of pairs in :data:`COMMON`, with its range.
    migrants
        (measure, direction) → share of the migrants of that direction whose origin and country of residence
        are bound to each other. The direction is that of the migrants, which the stock codes, not of the
        agreement.
    pace
        Measure → gain in share of all pairs per decade from its opening (or 1990, the later) to
        :data:`COMMON`.
    """

    years: tuple[int, ...]
    series: Mapping[tuple[str, str], tuple[float, ...]]
    levels: Mapping[tuple[str, str], Range]
    pace: Mapping[str, Range]
    comparisons: tuple[Comparison, ...]
    migrants: Mapping[tuple[str, str], Range]
    texts: tuple[Texts, ...]
    visas: tuple[VisaFree, ...]
    states: int
    north: int
    unclassified: tuple[str, ...]
    draws: int
    seed: int

    def claim(self, area: Area, yardstick: str, corridor: str = "all") -> str:
        """Whether an area is ahead of (c) by every choice: *holds*, *fails* or *hangs on the measure*.

        Corridors are :data:`TYPES` for pairs and :data:`DIRECTIONS` for migrants.
        """
        verdicts = {
            c.verdict
            for c in self.comparisons
            if (c.yardstick, c.corridor, c.ahead.area) == (yardstick, corridor, area)
        }
        return {frozenset({"ahead"}): "holds", frozenset({"behind"}): "fails"}.get(
            frozenset(verdicts), "hangs on the measure"
        )


def measure_speed(evidence: Evidence, *, draws: int = 1000, seed: int = 1) -> Speed:
    """Measure the share of pairs that are bound, by area, corridor type and year, and test the claim.

    Parameters
    ----------
    evidence
        The pack; tables ``countries``, ``treaty_status``, ``labour_agreements`` and ``visa_requirement``.
    draws, seed
        Bootstrap draws and their seed; the same seed gives the same ranges.
    """
    countries = evidence.table("countries").set_index("iso3")
    treaties = evidence.table("treaty_status")
    states = sorted(set(treaties["country"]) & set(countries.index))
    income = countries["income_group"].reindex(states)
    listed = [s for s in states if isinstance(income[s], str)]
    north = np.array([income[s] == NORTH for s in listed])
    bound = {m.key: _bound(evidence, m, listed) for m in MEASURES}
    types = _type_masks(north)
    generator = np.random.default_rng(seed)
    n = len(listed)
    weights = generator.multinomial(n, np.full(n, 1 / n), size=draws).astype(float)
    persons = _persons(evidence, listed, north)
    linked = {key: _at(spells, COMMON) for key, spells in bound.items()}
    sizes: dict[str, Mapping[str, NDArray[np.bool_] | Years]] = {PAIRS: types, MIGRANTS: persons}
    levels: dict[str, dict[tuple[str, str], Range]] = {}
    comparisons: list[Comparison] = []
    for yardstick, size in sizes.items():
        here = {(m.key, t): _share(linked[m.key], size[t]) for m in MEASURES for t in size}
        sampled = {(m.key, t): _shares(linked[m.key], size[t], weights) for m in MEASURES for t in size}
        levels[yardstick] = {key: _around(here[key], sampled[key]) for key in here}
        comparisons += _comparisons(yardstick, tuple(size), here, sampled)
    years = tuple(range(FIRST, max(m.last for m in MEASURES) + 1))
    class_of = dict(zip(listed, north.tolist(), strict=True))
    return Speed(
        years=years,
        series=_series(bound, types, years),
        levels=levels[PAIRS],
        migrants=levels[MIGRANTS],
        pace={m.key: _pace(m, bound[m.key], types["all"], weights) for m in MEASURES},
        comparisons=tuple(comparisons),
        texts=_texts(evidence, class_of, draws, generator),
        visas=_visas(evidence, class_of),
        states=n,
        north=int(north.sum()),
        unclassified=tuple(s for s in states if not isinstance(income[s], str)),
        draws=draws,
        seed=seed,
    )


Spells: TypeAlias = "list[tuple[NDArray[np.float64], NDArray[np.float64]]]"
Years: TypeAlias = "NDArray[np.float64]"


def _bound(evidence: Evidence, measure: Measure, states: list[str]) -> Spells:
    """Spells in which each pair is bound: matrices of first and ending year (infinite: none)."""
    n, place = len(states), {s: k for k, s in enumerate(states)}
    if measure.treaties:
        table = evidence.table("treaty_status")
        party = table[table["treaty"].isin(measure.treaties) & table["status"].eq("state_party")]
        first = party.dropna(subset=["year"]).groupby("country")["year"].min()
        joined = np.array([float(first.get(s, np.inf)) for s in states])
        return [(np.maximum.outer(joined, joined), np.full((n, n), np.inf))]
    if measure.key == "movement":
        spells = []
        for area in read_areas():
            since, until = np.full(n, np.inf), np.full(n, np.inf)
            for member in area.members:
                if member.country in place:
                    since[place[member.country]] = member.since
                    until[place[member.country]] = np.inf if member.until is None else member.until
            spells.append((np.maximum.outer(since, since), np.minimum.outer(until, until)))
        return spells
    signed = np.full((n, n), np.inf)
    table = evidence.table("labour_agreements").dropna(subset=["year"])
    for a, b, year in zip(table["country_a"], table["country_b"], table["year"], strict=True):
        if a in place and b in place:
            i, j = place[a], place[b]
            signed[i, j] = signed[j, i] = min(signed[i, j], float(year))
    return [(signed, np.full((n, n), np.inf))]


def _at(spells: Spells, year: int) -> NDArray[np.bool_]:
    linked = np.zeros(spells[0][0].shape, dtype=bool)
    for since, until in spells:
        linked |= (since <= year) & (until > year)
    np.fill_diagonal(linked, val=False)
    return linked


def _series(
    bound: Mapping[str, Spells], types: Mapping[str, NDArray[np.bool_]], years: tuple[int, ...]
) -> dict[tuple[str, str], tuple[float, ...]]:
    lines: dict[tuple[str, str], list[float]] = {(m.key, t): [] for m in MEASURES for t in types}
    for m in MEASURES:
        for year in years:
            linked = _at(bound[m.key], year) if m.opened <= year <= m.last else None
            for t, mask in types.items():
                lines[m.key, t].append(float("nan") if linked is None else _share(linked, mask))
    return {key: tuple(line) for key, line in lines.items()}


def _type_masks(north: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    both, neither = np.logical_and.outer(north, north), np.logical_and.outer(~north, ~north)
    masks = {
        "all": np.ones_like(both), "North–North": both,
        "North–South": ~(both | neither), "South–South": neither,
    }  # fmt: skip
    for mask in masks.values():
        np.fill_diagonal(mask, val=False)
    return masks


def _share(linked: NDArray[np.bool_], size: NDArray[np.bool_] | Years) -> float:
    every = float(size.sum())
    return float((linked * size).sum() / every) if every else float("nan")


def _shares(linked: NDArray[np.bool_], size: NDArray[np.bool_] | Years, weights: Years) -> Years:
    """Weighted share in each draw: Σ w_i w_j linked_ij size_ij / Σ w_i w_j size_ij; size is 1 or persons."""
    held = np.einsum("di,di->d", weights @ (linked * size).astype(float), weights)
    every = np.einsum("di,di->d", weights @ size.astype(float), weights)
    shares: Years = np.divide(held, every, out=np.zeros_like(held), where=every > 0)
    return shares


def _around(value: float, drawn: Years) -> Range:
    """Give the measured value as the middle, and the 5 % and 95 % of the draws as ends."""
    low, high = (float(x) for x in np.quantile(drawn, (0.05, 0.95)))
    return Range(min(low, value), value, max(high, value))


def _verdict(difference: Range) -> str:
    return "ahead" if difference.low > 0 else "behind" if difference.high < 0 else "cannot be told"


def _pace(measure: Measure, spells: Spells, mask: NDArray[np.bool_], weights: Years) -> Range:
    start = max(measure.opened, 1990)
    decades = (COMMON - start) / 10
    now, then = _at(spells, COMMON), _at(spells, start)
    gain = (_shares(now, mask, weights) - _shares(then, mask, weights)) / decades
    return _around((_share(now, mask) - _share(then, mask)) / decades, gain)


def _comparisons(
    yardstick: str,
    groups: tuple[str, ...],
    here: Mapping[tuple[str, str], float],
    sampled: Mapping[tuple[str, str], Years],
) -> tuple[Comparison, ...]:
    out = []
    entries = [m for m in MEASURES if m.area is Area.LEGAL_ENTRY]
    for ahead in (m for m in MEASURES if m.area is not Area.LEGAL_ENTRY):
        for entry in entries:
            for group in groups:
                one, other = (ahead.key, group), (entry.key, group)
                difference = _around(here[one] - here[other], sampled[one] - sampled[other])
                out.append(Comparison(yardstick, ahead, entry, group, difference, _verdict(difference)))
    return tuple(out)


def _persons(evidence: Evidence, states: list[str], north: NDArray[np.bool_]) -> dict[str, Years]:
    """Migrants by direction, as matrices of origin by country of residence."""
    stock = evidence.table("migrant_stock")
    stock = stock[stock["year"].eq(STOCK) & stock["origin"].isin(states) & stock["destination"].isin(states)]
    wide = stock.pivot_table(index="origin", columns="destination", values="persons", aggfunc="sum")
    # a pair without a row has no counted migrants, so it carries no weight
    persons = wide.reindex(index=states, columns=states).to_numpy(dtype=float, na_value=0.0).copy()
    np.fill_diagonal(persons, 0.0)
    groups = {"all": persons}
    for origin, first in (("South", ~north), ("North", north)):
        for end, second in (("North", north), ("South", ~north)):
            groups[f"{origin} to {end}"] = persons * np.logical_and.outer(first, second)
    return groups


# ---------------------------------------------------------------------------------------------------- texts


def _texts(
    evidence: Evidence, north: Mapping[str, bool], draws: int, generator: np.random.Generator
) -> tuple[Texts, ...]:
    table = evidence.table("labour_agreements")
    coded = table[table["text_coded"].astype(bool)].reset_index(drop=True)
    fields = read_fields()
    rights = _mean_of(coded, [f.name for f in fields if f.area is Area.RIGHTS_WELFARE])
    entry = _mean_of(coded, [f.name for f in fields if f.area is Area.LEGAL_ENTRY])
    kind = [corridor_type(a, b, north) for a, b in zip(coded["country_a"], coded["country_b"], strict=True)]
    out = []
    for t in (*TYPES, "not classified"):
        rows = np.array([k for k, one in enumerate(kind) if t in ("all", one)], dtype=int)
        if not rows.size:
            continue
        picks = rows[generator.integers(0, rows.size, size=(draws, rows.size))]
        difference = _resampled(rights - entry, rows, picks)
        out.append(
            Texts(
                t, int(rows.size), _resampled(rights, rows, picks), _resampled(entry, rows, picks),
                difference,
                _resampled(_column(coded, "quota"), rows, picks),
                _resampled(_column(coded, "prot_equal"), rows, picks), _verdict(difference),
            )
        )  # fmt: skip
    return tuple(out)


def corridor_type(a: str, b: str, north: Mapping[str, bool]) -> str:
    """Type of an undirected pair; *not classified* where the World Bank classifies one side not.

    >>> corridor_type("ITA", "MAR", {"ITA": True, "MAR": False})
    'North–South'
    """
    if a not in north or b not in north:
        return "not classified"
    return {2: "North–North", 1: "North–South", 0: "South–South"}[north[a] + north[b]]


def _column(frame: pd.DataFrame, name: str) -> Years:
    values = frame[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(values, dtype=np.float64)


def _mean_of(frame: pd.DataFrame, names: list[str]) -> Years:
    """Share of fields that each text holds; a field that is missing in a text is left out of its share."""
    held = np.array([_column(frame, name) for name in names], dtype=np.float64)
    mean: Years = np.nanmean(held, axis=0).astype(np.float64)
    return mean


def _resampled(values: Years, rows: NDArray[np.int64], picks: NDArray[np.int64]) -> Range:
    return _around(float(np.nanmean(values[rows])), np.nanmean(values[picks], axis=1))


def _visas(evidence: Evidence, north: Mapping[str, bool]) -> tuple[VisaFree, ...]:
    table = evidence.table("visa_requirement")
    table = table[table["passport"].isin(list(north)) & table["destination"].isin(list(north))]
    words = {True: "North", False: "South"}
    direction = table["passport"].map(north).map(words) + " to " + table["destination"].map(north).map(words)
    return tuple(
        VisaFree(
            str(name), float(part["requirement"].eq("visa_free").mean()), len(part), int(part["year"].max())
        )
        for name, part in table.groupby(direction, sort=True)
    )  # fmt: skip
