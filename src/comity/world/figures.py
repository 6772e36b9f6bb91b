"""What the pack says about each economy, lined up as arrays: the step between evidence and calibration.

Missing stays missing (NaN) here. What is filled in, and why, is decided and recorded in
:mod:`comity.world.calibrate`.

Who may import me: the world room. Start at :func:`gather`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.errors import EvidenceError, InputError
from comity.units import BASE_YEAR, to_usd

if TYPE_CHECKING:
    import pandas as pd

    from comity.evidence import Evidence
    from comity.world.economy import Array, Flags

__all__ = ["GULF", "STOCK_YEAR", "TABLES", "Figures", "check_figures", "gather"]

STOCK_YEAR: Final = 2024
EDUCATION_YEAR: Final = 2020
#: Gulf Cooperation Council: non-citizens are a group of their own (§3.12b).
GULF: Final = ("ARE", "BHR", "KWT", "OMN", "QAT", "SAU")
#: Tables that the calibration rests on; every result lists them.
TABLES: Final = (
    "countries", "education", "gdp", "goods_trade", "indicators", "labour_share", "migrant_stock",
    "population_age", "remittance_inflow", "remittance_matrix", "remittance_price",
    "returns_to_schooling", "skill_composition", "tariff", "trade_agreements",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """Evidence for N economies; NaN where the pack holds nothing.

    Attributes
    ----------
    codes, names, regions
        ISO3, plain name and UN subregion.
    trade
        Goods sales from i to n, US$; 0 where no flow is recorded; N × N.
    gdp, price_level
        GDP in US$, and GDP in US$ over GDP in international dollars; N.
    gdp_year
        Year of ``gdp``: the baseline year, or the latest before it that is known; N.
    income
        World Bank income group: high, upper_middle, lower_middle, low, or empty where not classified.
    labour_share, tariff, tertiary_return
        Shares (0-1); return per year of schooling; N.
    work_rate
        Share of people of working age who work; N.
    adults, people
        Residents aged 20-64, and of all ages; persons, N.
    high
        Share of residents aged 25-64 with post-secondary education; N.
    stock
        Persons born in i who live in n; 0 where no pair is recorded; N × N.
    stock_elsewhere
        Persons in n born outside the world's economies or with origin unknown; N.
    stock_high
        Share of ``stock`` with post-secondary education (estimated); N × N.
    received
        Remittances received by i from n, US$ of the baseline year; N × N.
    fee
        Share of the amount sent that the corridor's fee takes; N × N.
    union, agreement
        Pairs inside the EU customs union; pairs with a trade agreement recorded; N × N.
    gulf
        Members of the Gulf Cooperation Council; N.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    regions: tuple[str, ...]
    income: tuple[str, ...]
    trade: Array
    gdp: Array
    gdp_year: Array
    price_level: Array
    labour_share: Array
    tariff: Array
    tertiary_return: Array
    work_rate: Array
    adults: Array
    people: Array
    high: Array
    stock: Array
    stock_elsewhere: Array
    stock_high: Array
    received: Array
    fee: Array
    union: Flags
    agreement: Flags
    gulf: Flags


def _matrix(frame: pd.DataFrame, row: str, column: str, value: str, codes: tuple[str, ...]) -> Array:
    table = frame.astype({row: str, column: str}).pivot_table(
        index=row, columns=column, values=value, aggfunc="sum"
    )
    return table.reindex(index=list(codes), columns=list(codes)).to_numpy(dtype=float, na_value=np.nan)


def _latest(frame: pd.DataFrame, value: str, codes: tuple[str, ...], *, until: int = BASE_YEAR + 1) -> Array:
    """Latest known value by country, not after ``until``."""
    known = frame[(frame["year"] <= until) & frame[value].notna()].astype({"country": str})
    series = known.sort_values("year").groupby("country")[value].last()
    return series.reindex(list(codes)).to_numpy(dtype=float, na_value=np.nan)


def _of_year(frame: pd.DataFrame, value: str, year: int, codes: tuple[str, ...]) -> Array:
    rows = frame[frame["year"] == year].astype({"country": str})
    return (
        rows.groupby("country")[value].sum(min_count=1).reindex(list(codes)).to_numpy(float, na_value=np.nan)
    )


def _indicator(frame: pd.DataFrame, name: str, codes: tuple[str, ...]) -> Array:
    rows = frame[frame["indicator"].astype(str) == name]
    if rows.empty:
        msg = f"table indicators has no indicator {name!r}"
        raise EvidenceError(msg)
    return _latest(rows, "value", codes)


def _pick_codes(ev: Evidence) -> tuple[str, ...]:
    """Economies with trade, GDP, prices and people: the ones a world can be calibrated for.

    An economy whose GDP was last published years ago stays in: it may be where many migrants were born, and
    leaving it out would turn them into natives of where they live. Its year is recorded with what is imputed.
    """
    trade = ev.table("goods_trade")
    known = _known_gdp(ev)
    people = ev.table("population_age")
    stock = ev.table("migrant_stock")
    sets = [
        set(trade["exporter"].astype(str)) & set(trade["importer"].astype(str)),
        set(known["country"].astype(str)),
        set(people["country"].astype(str)),
        set(stock["origin"].astype(str)) & set(stock["destination"].astype(str)),
        set(ev.table("countries")["iso3"].astype(str)),
    ]
    return tuple(sorted(set.intersection(*sets)))


def _known_gdp(ev: Evidence) -> pd.DataFrame:
    """Latest year, not after the baseline, with GDP at market prices and at purchasing power parity."""
    gdp = ev.table("gdp").astype({"country": str})
    known = gdp[(gdp["year"] <= BASE_YEAR) & gdp["gdp_usd"].notna() & gdp["gdp_ppp"].notna()]
    return known.sort_values("year").groupby("country", as_index=False).last()


def _people(ev: Evidence, codes: tuple[str, ...]) -> tuple[Array, Array]:
    frame = ev.table("population_age")
    frame = frame[frame["year"] == STOCK_YEAR].astype({"country": str, "age_group": str})
    wide = frame.pivot_table(index="country", columns="age_group", values="persons", aggfunc="sum")
    wide = wide.reindex(list(codes))
    adult = sum((wide[name] for name in _ADULTS[1:]), wide[_ADULTS[0]])
    total = sum((wide[name] for name in (*_YOUNG, *_OLD)), adult)
    return adult.to_numpy(float), total.to_numpy(float)


def _high_share(ev: Evidence, codes: tuple[str, ...]) -> Array:
    frame = ev.table("education").astype({"country": str, "age_group": str, "level": str})
    frame = frame[(frame["year"] == EDUCATION_YEAR) & (frame["age_group"] == "25-64")]
    total = frame.groupby("country")["persons"].sum()
    high = frame[frame["level"].isin(_HIGH_LEVELS)].groupby("country")["persons"].sum()
    return (high / total).reindex(list(codes)).to_numpy(float, na_value=np.nan)


_HIGH_LEVELS: Final = ("post-secondary",)
_YOUNG: Final = ("0-4", "5-9", "10-14", "15-19")
_ADULTS: Final = ("20-39", "40-59", "60-64")
_OLD: Final = ("65-69", "70+")


def _born_elsewhere(stock: pd.DataFrame, codes: tuple[str, ...]) -> Array:
    rows = stock[~stock["origin"].astype(str).isin(codes)]
    found = rows.astype({"destination": str}).groupby("destination")["persons"].sum()
    return found.reindex(list(codes)).fillna(0.0).to_numpy(float)


def _remittances(ev: Evidence, codes: tuple[str, ...]) -> Array:
    """Received by corridor: the 2021 matrix, scaled to what each country received in the baseline year."""
    frame = ev.table("remittance_matrix")
    matrix = np.nan_to_num(_matrix(frame, "origin", "destination", "usd_million", codes))
    flows = ev.table("remittance_inflow").astype({"country": str})
    now = _of_year(flows, "usd_million", BASE_YEAR, codes)
    then = _of_year(flows, "usd_million", 2021, codes)
    known = np.isfinite(now) & np.isfinite(then) & (then > 0)
    scale = np.divide(now, then, out=np.ones(len(codes)), where=known)
    matrix *= scale[:, None]
    np.fill_diagonal(matrix, 0.0)
    return to_usd(1.0) * matrix


def _fees(ev: Evidence, codes: tuple[str, ...]) -> Array:
    frame = ev.table("remittance_price").astype({"origin": str, "destination": str})
    latest = frame.sort_values("quarter").groupby(["origin", "destination"], as_index=False).last()
    return _matrix(latest, "origin", "destination", "cost_share", codes)


def _income_group(label: object) -> str:
    """World Bank label as a parameter name; empty where an economy is not classified."""
    return label.replace(" ", "_") if isinstance(label, str) else ""


def _agreements(ev: Evidence, codes: tuple[str, ...]) -> Flags:
    frame = ev.table("trade_agreements")
    latest = frame[frame["year"] == frame["year"].max()].assign(flag=1.0)
    return np.asarray(_matrix(latest, "exporter", "importer", "flag", codes) > 0)


def gather(evidence: Evidence) -> Figures:
    """Read the tables and line them up.

    Raises
    ------
    EvidenceError
        A table of :data:`TABLES` is missing or lacks what is needed.
    """
    missing = [name for name in TABLES if name not in evidence.names()]
    if missing:
        msg = f"the evidence pack lacks table {missing[0]}, which the world model needs"
        raise EvidenceError(msg)
    codes = _pick_codes(evidence)
    countries = evidence.table("countries").astype({"iso3": str}).set_index("iso3").reindex(list(codes))
    stock = evidence.table("migrant_stock")
    stock = stock[stock["year"] == STOCK_YEAR]
    skills = evidence.table("skill_composition")
    skills = skills[skills["skill"].astype(str) == "high"]
    gdp = _known_gdp(evidence).set_index("country").reindex(list(codes))
    indicators = evidence.table("indicators")
    people = _people(evidence, codes)
    member = countries["eu"].to_numpy(dtype=bool)
    persons = np.nan_to_num(_matrix(stock, "origin", "destination", "persons", codes))
    np.fill_diagonal(persons, 0.0)
    trade = np.nan_to_num(_matrix(evidence.table("goods_trade"), "exporter", "importer", "value_usd", codes))
    np.fill_diagonal(trade, 0.0)
    work = _indicator(indicators, "labour_force_participation_15_64", codes) * (
        1 - np.nan_to_num(_indicator(indicators, "unemployment_rate", codes))
    )
    figures = Figures(
        codes=codes,
        names=tuple(countries["name"].astype(str)),
        regions=tuple(countries["subregion"].astype(str)),
        income=tuple(_income_group(x) for x in countries["income_group"]),
        trade=trade,
        gdp=gdp["gdp_usd"].to_numpy(float),
        gdp_year=gdp["year"].to_numpy(float),
        price_level=(gdp["gdp_usd"] / gdp["gdp_ppp"]).to_numpy(float),
        labour_share=_latest(evidence.table("labour_share"), "labour_share", codes),
        tariff=_latest(evidence.table("tariff"), "applied_weighted_share", codes),
        tertiary_return=_latest(evidence.table("returns_to_schooling"), "return_tertiary", codes),
        work_rate=work,
        adults=people[0],
        people=people[1],
        high=_high_share(evidence, codes),
        stock=persons,
        stock_elsewhere=_born_elsewhere(stock, codes),
        stock_high=_matrix(skills, "origin", "destination", "share", codes),
        received=_remittances(evidence, codes),
        fee=_fees(evidence, codes),
        union=np.outer(member, member),
        agreement=_agreements(evidence, codes),
        gulf=np.isin(np.array(codes), GULF),
    )
    check_figures(figures)
    return figures


#: Fields that count people or money → the table they come from; none can be below zero.
_COUNTED: Final = {
    "people": "population_age", "adults": "population_age", "stock": "migrant_stock",
    "stock_elsewhere": "migrant_stock", "trade": "goods_trade", "gdp": "gdp", "received": "remittance_matrix",
}  # fmt: skip


def check_figures(figures: Figures) -> None:
    """Refuse figures that cannot be: people, trade or money below zero, in whoever's table.

    Raises
    ------
    InputError
        Names the table and the economy.
    """
    for field, table in _COUNTED.items():
        values = getattr(figures, field)
        if (values < 0).any():
            where = np.argwhere(values < 0)[0]
            code = figures.codes[int(where[-1])]
            msg = f"{field} of {code} is {values[tuple(where)]:,.0f}"
            raise InputError(
                msg, key=f"{table}", accepted="0 or more; leave a row out where nothing is known"
            )
