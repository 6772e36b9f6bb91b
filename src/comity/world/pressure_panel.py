"""The panel behind the pressure estimate: one row per pair of countries and five-year interval (§4).

The flow is of people born in the origin who left it: moves back to a country of birth need no place there,
and moves from one foreign country to another say nothing of where they began. Whatever a row knows beside
the flow itself was true at the start of its interval. So a forecast of an interval can use the row without
having seen it.

Who may import me: :mod:`comity.world.pressure_fit` and services. Start at :func:`build_panel`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from comity.evidence import Evidence

__all__ = [
    "COUNTRY_TERMS",
    "INTERVAL",
    "PAIR_TERMS",
    "TERMS",
    "build_panel",
    "list_carried",
    "list_intervals",
]

INTERVAL: Final = 5
"""Years of an interval of ``migration_outward``."""

PAIR_TERMS: Final = (
    "log_stock",
    "stock_recorded",
    "log_stock_back",
    "stock_back_recorded",
    "log_distance",
    "contiguous",
    "border_unknown",
    "common_spoken_language",
    "colony_ever",
)
"""Regressors of a pair: networks at the start of the interval, and geography and history."""

COUNTRY_TERMS: Final = (
    "log_gdp_origin",
    "log_gdp_destination",
    "log_population_origin",
    "log_population_destination",
    "young_share_origin",
    "log_conflict_origin",
)
"""Regressors of an origin or a destination at the start of the interval."""

TERMS: Final = (*PAIR_TERMS, *COUNTRY_TERMS)

_YOUNG: Final = ("15-19", "20-39")
_FREE: Final = "visa_free"


def list_intervals(evidence: Evidence) -> tuple[int, ...]:
    """First years of the intervals for which flows are published.

    >>> from comity.evidence import Evidence
    >>> list_intervals(Evidence.load())
    (1990, 1995, 2000, 2005, 2010, 2015)
    """
    return tuple(sorted(int(year) for year in evidence.table("migration_outward")["period_start"].unique()))


def build_panel(evidence: Evidence, *, method: str, starts: Iterable[int]) -> pd.DataFrame:
    """Line up flows and what was true at the start of their interval.

    Parameters
    ----------
    evidence
        The pack.
    method
        Estimation method of ``migration_outward``; methods are never mixed.
    starts
        First years of intervals. One after the last published gets no flow (missing, not zero).

    Returns
    -------
    pandas.DataFrame
        ``origin, destination, pair, start, persons``, the columns of :data:`TERMS`, ``visa_free`` (rules of
        the one snapshot in the pack, missing where it has none) and ``before`` (flow of the interval
        before, missing for the first). Within a published interval a pair that the authors estimate at none
        is 0.

    Notes
    -----
    A pair without a recorded stock has ``stock_recorded`` 0 and ``log_stock`` 0, so that the unit of persons
    changes nothing but one coefficient. GDP of a year without a figure is the nearest one published; where
    there is none at all its change is taken as nil (:func:`list_carried`). A border that the source does not
    know is ``border_unknown``. Conflict counts battle-related deaths of the five years before the interval.
    """
    flows = evidence.table("migration_outward")
    flows = flows[flows["method"] == method]
    published = set(flows["period_start"])
    pairs = _pairs(evidence, flows)
    fixed = _fixed(evidence, pairs)
    stocks = evidence.table("migrant_stock").groupby(["year", "origin", "destination"])["persons"].sum()
    income = _income(evidence, pairs)
    starts = tuple(starts)
    ages = _ages(evidence, starts)
    fighting = evidence.table("conflict").set_index(["country", "year"])["deaths_best"]
    counted = {int(year) for year in stocks.index.get_level_values("year")}
    parts = []
    for start in starts:
        part = fixed.copy()
        part["start"] = start
        part["persons"] = _flow(flows, pairs, start) if start in published else np.nan
        part["before"] = _flow(flows, pairs, start - INTERVAL) if start - INTERVAL in published else np.nan
        stock = stocks.loc[_latest(counted, start)]
        part["log_stock"], part["stock_recorded"] = _network(stock.reindex(pairs))
        back = stock.rename_axis(["destination", "origin"]).reorder_levels(["origin", "destination"])
        part["log_stock_back"], part["stock_back_recorded"] = _network(back.reindex(pairs))
        gdp = income[_latest([int(year) for year in income.columns], start)]
        part["log_gdp_origin"] = np.log(gdp.reindex(part["origin"]).to_numpy())
        part["log_gdp_destination"] = np.log(gdp.reindex(part["destination"]).to_numpy())
        people = ages.loc[start]
        part["log_population_origin"] = np.log(people["total"].reindex(part["origin"]).to_numpy())
        part["log_population_destination"] = np.log(people["total"].reindex(part["destination"]).to_numpy())
        part["young_share_origin"] = people["young"].reindex(part["origin"]).to_numpy()
        years = fighting.index.get_level_values("year")
        deaths = fighting[(years >= start - INTERVAL) & (years < start)].groupby("country").sum()
        part["log_conflict_origin"] = np.log1p(deaths.reindex(part["origin"]).fillna(0.0).to_numpy())
        parts.append(part)
    panel = pd.concat(parts, ignore_index=True)
    known = panel[["log_distance", "log_population_origin", "log_population_destination"]].notna().all(axis=1)
    return panel[known].reset_index(drop=True)


def list_carried(evidence: Evidence) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Countries whose GDP is carried over some years, and those without any (their change is taken as nil).

    >>> from comity.evidence import Evidence
    >>> "VEN" in list_carried(Evidence.load())[1]
    True
    """
    flows = evidence.table("migration_outward")
    raw = _published_income(evidence).reindex(sorted(set(flows["origin"]) | set(flows["destination"])))
    none = raw.isna().all(axis=1)
    some = raw.isna().any(axis=1) & ~none
    return tuple(raw.index[some]), tuple(raw.index[none])


def _pairs(evidence: Evidence, flows: pd.DataFrame) -> pd.MultiIndex:
    codes = sorted(set(flows["origin"]) | set(flows["destination"]))
    pairs = pd.MultiIndex.from_product([codes, codes], names=["origin", "destination"])
    known = evidence.table("distance").set_index(["origin", "destination"])["distance_km"]
    away = pairs.get_level_values(0) != pairs.get_level_values(1)
    return pairs[away & known.reindex(pairs).notna().to_numpy()]


def _fixed(evidence: Evidence, pairs: pd.MultiIndex) -> pd.DataFrame:
    ties = evidence.table("distance").set_index(["origin", "destination"]).reindex(pairs)
    visa = evidence.table("visa_requirement").rename(columns={"passport": "origin"})
    free = visa.set_index(["origin", "destination"])["requirement"].reindex(pairs)
    frame = pairs.to_frame(index=False)
    frame["pair"] = frame["origin"] + "-" + frame["destination"]
    frame["log_distance"] = np.log(ties["distance_km"].to_numpy(dtype=float))
    border = ties["contiguous"].astype(float).to_numpy()
    frame["border_unknown"] = np.isnan(border).astype(float)
    frame["contiguous"] = np.nan_to_num(border)
    frame["common_spoken_language"] = ties["common_spoken_language"].to_numpy(dtype=float)
    frame["colony_ever"] = ties["colony_ever"].to_numpy(dtype=float)
    frame["visa_free"] = np.where(free.notna(), free.eq(_FREE).astype(float), np.nan)
    return frame[frame["common_spoken_language"].notna()].reset_index(drop=True).pipe(_keep, pairs)


def _keep(frame: pd.DataFrame, pairs: pd.MultiIndex) -> pd.DataFrame:
    if len(frame) == len(pairs):
        return frame
    msg = "a pair with a distance has no index of common language"
    raise ValueError(msg)


def _flow(flows: pd.DataFrame, pairs: pd.MultiIndex, start: int) -> np.ndarray:
    rows = flows[flows["period_start"] == start].set_index(["origin", "destination"])["persons"]
    return rows.reindex(pairs).fillna(0.0).to_numpy(dtype=float)


def _network(stock: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Log of a recorded stock, 0 where there is none; and whether there is one."""
    persons = stock.to_numpy(dtype=float)
    recorded = np.nan_to_num(persons) > 0
    return np.log(np.where(recorded, persons, 1.0)), recorded.astype(float)


def _published_income(evidence: Evidence) -> pd.DataFrame:
    table = evidence.table("gdp_per_capita")
    return table.pivot_table(index="country", columns="year", values="gdp_per_capita")


def _income(evidence: Evidence, pairs: pd.MultiIndex) -> pd.DataFrame:
    codes = sorted(set(pairs.get_level_values(0)) | set(pairs.get_level_values(1)))
    return _published_income(evidence).reindex(codes).ffill(axis=1).bfill(axis=1).fillna(1.0)


def _ages(evidence: Evidence, years: Sequence[int]) -> pd.DataFrame:
    table = evidence.table("population_age")
    table = table[table["year"].isin(years)]
    wide = table.pivot_table(index=["year", "country"], columns="age_group", values="persons", aggfunc="sum")
    total = wide.sum(axis=1)
    return pd.DataFrame({"total": total, "young": wide[list(_YOUNG)].sum(axis=1) / total})


def _latest(years: Iterable[int], start: int) -> int:
    return max(int(year) for year in years if year <= start)
