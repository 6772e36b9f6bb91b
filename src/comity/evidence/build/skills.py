"""Skill composition of migrants by corridor, estimated by iterative proportional fitting (§2).

Nobody publishes the education of migrants for all pairs of countries. What is known: how many live where
(UN DESA), the education of the residents of origins (Wittgenstein Centre), emigration rates by skill to
twenty OECD destinations (IAB, used here and not passed on), and the education of foreign citizens in
European destinations (Eurostat). The estimate is the table closest to a seed that obeys those margins
(Deming and Stephan 1940; Ireland and Kullback 1968); other seeds and margins give its interval.

Who may import me: the build pipeline. Start at :func:`read_skill_composition`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comity.evidence.build.economy_people import read_education
from comity.evidence.build.economy_reading import read_csv, tidy, to_iso3
from comity.evidence.build.migration_stock import TABLES as STOCK_TABLES
from comity.evidence.build.skills_fit import emigrant_high_share, fit
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

__all__ = ["TABLES", "destination_high_share", "read_skill_composition"]

_RATES = "migration/iab-brain-drain-1980-2010/iab_emigration_rates_by_education_1980_2010.csv.gz"
_STOCKS = "migration/iab-brain-drain-1980-2010/iab_stock_by_sex_20oecd_1980_2010.csv.gz"
_EUROSTAT = (
    "migration/eurostat-residence-permits/population_by_educational_attainment_level_and_citizenship.csv.gz"
)
_YEAR, _RATES_YEAR, _EDUCATION_YEAR = 2024, 2010, 2020
_SKILLS: Final = ("low", "medium", "high")
_SKILL_OF_LEVEL: Final = {
    "none": "low",
    "incomplete primary": "low",
    "primary": "low",
    "lower secondary": "medium",
    "upper secondary": "medium",
    "post-secondary": "high",
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known, aligned on origins (rows) and destinations (columns)."""

    persons: pd.DataFrame
    adult_share: pd.DataFrame
    residents: pd.Series
    selected: pd.Series
    selected_then: pd.Series
    hosts: pd.Series
    destination_share: pd.Series
    block: NDArray[np.bool_]
    gaps: tuple[str, ...]


def _logit(share: Matrix | pd.Series) -> Matrix:
    values = np.asarray(share, dtype=float)
    return np.asarray(np.log(values / (1.0 - values)))


def _expit(logit: Matrix) -> Matrix:
    return np.asarray(1.0 / (1.0 + np.exp(-logit)))


def _pairs(raw: Path) -> pd.DataFrame:
    stock = next(spec for spec in STOCK_TABLES if spec.name == "migrant_stock").read(raw)
    stock = stock.loc[(stock["year"] == _YEAR) & (stock["origin"] != "OOO")]
    return stock.pivot_table(index="origin", columns="destination", values="persons", aggfunc="sum")


def _residents(raw: Path) -> pd.DataFrame:
    """Persons aged 25+ by (country, year) and skill."""
    education = read_education(raw)
    adults = education.loc[education["age_group"] != "15-24"].copy()
    adults["skill"] = adults["level"].map(_SKILL_OF_LEVEL)
    wide = adults.pivot_table(index=["country", "year"], columns="skill", values="persons", aggfunc="sum")
    return wide[list(_SKILLS)].fillna(0.0)


def _in_year(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    return frame.loc[frame.index.get_level_values("year") == year].droplevel("year")


def _rates(raw: Path) -> pd.DataFrame:
    table = read_csv(raw / _RATES)
    table = table.loc[(table["year"] == _RATES_YEAR) & (table["gender"] == "Male and Female")].copy()
    table["country"] = to_iso3(table["ccode_origin"], "iab", raw)
    table = table.dropna(subset="country").set_index("country")
    table = table.rename(columns={"low_rate": "low", "med_rate": "medium", "high_rate": "high"})
    return table[[*_SKILLS, "tot_rate"]]


def _stocks(raw: Path) -> tuple[pd.Series, list[str]]:
    """Emigrants of all ages by origin in the destinations of the rates, and those destinations."""
    table = read_csv(raw / _STOCKS)
    table = table.loc[(table["year"] == _RATES_YEAR) & (table["sex"] == "both")].copy()
    table["country"] = to_iso3(table["origin"], "iab_names", raw)
    totals = table.dropna(subset="country").groupby("country")["stock"].sum()
    return totals, sorted(table["dest_iso3"].unique())


def _destination_shares(raw: Path) -> pd.Series:
    """Tertiary share of foreign citizens aged 15-64, latest year, by European destination."""
    table = read_csv(raw / _EUROSTAT, usecols=["isced11", "geo", "TIME_PERIOD", "OBS_VALUE"])
    table["country"] = to_iso3(table["geo"], "eurostat_geo", raw)
    keys = ["country", "TIME_PERIOD"]
    wide = table.dropna(subset="OBS_VALUE").pivot_table(index=keys, columns="isced11", values="OBS_VALUE")
    wide = wide.dropna()
    share = (wide["ED5-8"] / wide.sum(axis=1)).rename("share").reset_index()
    return share.sort_values(keys).groupby("country")["share"].last()


def _adult_shares(
    persons: pd.DataFrame, emigrants: pd.Series, block: NDArray[np.bool_], stocks: pd.Series
) -> pd.DataFrame:
    """Share of migrants aged 25+ by cell (central, low, high): emigrants 25+ over emigrants of all ages."""
    ratio = (emigrants / stocks).replace([np.inf, -np.inf], np.nan).dropna()
    # Ratios of two sources: the tails (above 1, or of a few hundred people) are cut.
    tails = ratio.quantile([0.05, 0.25, 0.5, 0.75, 0.95]).clip(upper=1.0)
    central = ratio.clip(tails[0.05], tails[0.95]).reindex(persons.index).fillna(tails[0.5]).to_numpy()
    shape = np.ones(persons.shape)
    low = np.where(block, tails[0.25], tails[0.05]) * shape
    high = np.where(block, tails[0.75], tails[0.95]) * shape
    middle = central[:, None] * shape
    return pd.DataFrame(
        {
            "central": middle.ravel(),
            "low": np.minimum(low, middle).ravel(),
            "high": np.maximum(high, middle).ravel(),
        }
    )


def _gather(raw: Path) -> _Known:
    persons = _pairs(raw)
    residents = _residents(raw)
    shares = residents.div(residents.sum(axis=1), axis=0)
    then = _in_year(shares, _RATES_YEAR)
    now = _in_year(shares, _EDUCATION_YEAR)
    adults_then = _in_year(residents, _RATES_YEAR).sum(axis=1)
    rates = _rates(raw).loc[lambda table: table.index.isin(then.index)]
    shares_then = then.reindex(rates.index).to_numpy()
    by_skill, overall = rates[list(_SKILLS)].to_numpy(), rates["tot_rate"].to_numpy()
    implied = [
        emigrant_high_share(share, rate, float(total))
        for share, rate, total in zip(shares_then, by_skill, overall, strict=True)
    ]
    selected_then = pd.Series(implied, index=rates.index).dropna()
    # Emigrants became more educated as residents did: the selection odds of 2010 meet the residents of 2020.
    known = selected_then.index.intersection(now.index)
    selection = pd.Series(_logit(selected_then[known]) - _logit(then.loc[known, "high"]), index=known)
    selected = pd.Series(_expit(_logit(now.loc[known, "high"]) + selection.to_numpy()), index=known)
    stocks, oecd = _stocks(raw)
    block = np.asarray(persons.columns.isin(oecd))
    emigrants = adults_then.reindex(rates.index) * rates["tot_rate"] / (1.0 - rates["tot_rate"])
    origins = persons.index
    no_education = [code for code in origins if code not in now.index]
    no_rates = [code for code in origins if code not in known and code in now.index]
    home = now["high"].reindex(origins)
    typical = selection.median()
    inferred = pd.Series(_expit(_logit(home) + typical), index=origins)
    fallback = float(selected.median())
    return _Known(
        persons=persons,
        adult_share=_adult_shares(persons, emigrants, block, stocks),
        residents=home.fillna(float(now["high"].median())),
        selected=selected.reindex(origins).fillna(inferred).fillna(fallback),
        selected_then=selected_then.reindex(origins),
        hosts=now["high"].reindex(persons.columns).fillna(float(now["high"].median())),
        destination_share=_destination_shares(raw).reindex(persons.columns),
        block=block,
        gaps=(
            (
                f"No emigration rates by skill, or no education in 2010, for {len(no_rates)} origins; the "
                f"median selection of the others is used: {', '.join(no_rates)}."
            ),
            (
                f"No education of residents for {len(no_education)} origins; the median of the others is "
                f"used: {', '.join(no_education)}."
            ),
        ),
    )


def _scenarios(known: _Known) -> dict[str, Matrix]:
    """High-skill share per cell under the central and the alternative seeds and margins."""
    stocks = known.persons.fillna(0.0).to_numpy()
    totals = stocks * known.adult_share["central"].to_numpy().reshape(stocks.shape)
    wide = np.ones(stocks.shape)
    measured = known.selected_then.notna().to_numpy()
    full = np.where(measured, known.selected.to_numpy(), np.nan)
    europe = known.destination_share.to_numpy()
    unknown = np.full(stocks.shape[1], np.nan)
    unknown_origin = np.full(stocks.shape[0], np.nan)
    home, abroad = _logit(known.residents), _logit(known.selected)

    def split(seed: Matrix, destination: Matrix, origin: Matrix) -> Matrix:
        high = fit(totals, seed, destination_share=destination, origin_share=origin, block=known.block)
        share: Matrix = np.divide(high, totals, out=np.full_like(totals, np.nan), where=totals > 0)
        return share

    def selected(part: float) -> Matrix:
        return _expit(home + part * (abroad - home))[:, None] * wide

    half, more = selected(0.5), selected(1.5)
    seed = np.where(known.block, selected(1.0), half)
    # Emigrants to Europe are less educated by Eurostat (citizens, 2024) than by the IAB's rates (2010).
    # Taking the rates in full would lay the whole difference on the other OECD destinations; half of it is
    # laid there, and half on the difference of concepts. Both ends are among the alternatives.
    without = split(seed, europe, unknown_origin)
    outof = totals[:, known.block].sum(axis=1)
    implied = np.divide(
        (np.nan_to_num(without) * totals)[:, known.block].sum(axis=1),
        outof,
        out=np.full_like(outof, np.nan),
        where=outof > 0,
    )
    origin = np.where(measured, _expit((_logit(implied) + _logit(full)) / 2.0), np.nan)
    then = known.selected_then.to_numpy()
    older = np.where(measured, then, known.selected.to_numpy())[:, None] * wide
    hosts = known.hosts.to_numpy()[None, :] * wide
    return {
        "central": split(seed, europe, origin),
        "without origin margins": without,
        "origin margins in full": split(seed, europe, full),
        "without destination margins": split(seed, unknown, full),
        "no selection outside the OECD": split(np.where(known.block, seed, selected(0.0)), europe, origin),
        "selection as to the OECD everywhere": split(selected(1.0), europe, origin),
        "as the residents of the destination": split(hosts, europe, origin),
        "education of 2010": split(np.where(known.block, older, half), europe, then),
        "half the selection": split(half, europe, np.where(measured, half[:, 0], np.nan)),
        "one and a half times the selection": split(
            np.where(known.block, more, half), unknown, np.where(measured, more[:, 0], np.nan)
        ),
    }


def read_skill_composition(raw: Path) -> pd.DataFrame:
    """Estimate migrants aged 25+ by skill for each pair of countries, with an interval.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``origin, destination, skill, persons_low, persons, persons_high, share, share_low, share_high``;
        high is post-secondary. The interval spans alternative seeds and margins; it is not a
        confidence interval.
    """
    known = _gather(raw)
    shares = _scenarios(known)
    low, high = np.minimum.reduce(list(shares.values())), np.maximum.reduce(list(shares.values()))
    index = pd.MultiIndex.from_product(
        [known.persons.index, known.persons.columns], names=["origin", "destination"]
    )
    base = pd.DataFrame(
        {
            "stock": known.persons.to_numpy().ravel(),
            "share": shares["central"].ravel(),
            "share_low": low.ravel(),
            "share_high": high.ravel(),
        },
        index=index,
    )
    base = base.join(known.adult_share.set_axis(index))
    base = base.loc[base["stock"] > 0].reset_index()
    mirror = base.assign(
        skill="low",
        share=1 - base["share"],
        share_low=1 - base["share_high"],
        share_high=1 - base["share_low"],
    )
    out = pd.concat([base.assign(skill="high"), mirror], ignore_index=True)
    out["persons"] = out["stock"] * out["central"] * out["share"]
    out["persons_low"] = out["stock"] * out["low"] * out["share_low"]
    out["persons_high"] = out["stock"] * out["high"] * out["share_high"]
    counts = ["persons_low", "persons", "persons_high"]
    # Halves occur (a share of one half): other machines add up in another order and would round them apart.
    out[counts] = out[counts].round(6).round().astype("int32")
    parts = ["share", "share_low", "share_high"]
    out[parts] = out[parts].round(9).round(4)
    keys = ["origin", "destination", "skill"]
    out = tidy(out, keys, [*keys, *counts, *parts])
    out.attrs["gaps"] = known.gaps
    return out


def destination_high_share(table: pd.DataFrame, destination: str) -> float:
    """Return the high-skill share of all migrants aged 25+ of a destination in ``skill_composition``."""
    rows = table.loc[table["destination"] == destination]
    return float(rows.loc[rows["skill"] == "high", "persons"].sum() / rows["persons"].sum())


def _eurostat_check(country: str, published: float) -> Check:
    return Check(
        name=f"high-skill share of migrants in {country}",
        measure=lambda table: destination_high_share(table, country),
        published=published,
        tolerance=2e-3,
        source="Eurostat edat_lfs_9911, foreign citizens 15-64 with ISCED 5-8, 2024 (a margin)",
    )


_CC_BY = "https://creativecommons.org/licenses/by/4.0/"

TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="skill_composition",
        title="Migrants aged 25 and over by origin, destination and skill, 2024 (estimated)",
        sources=(
            Source(
                producer="United Nations, Department of Economic and Social Affairs, Population Division",
                title="International Migrant Stock 2024 (totals by pair)",
                edition="2024",
                year=2024,
                url="https://www.un.org/development/desa/pd/content/international-migrant-stock",
                licence="CC BY 3.0 IGO",
                licence_url="https://creativecommons.org/licenses/by/3.0/igo/",
                through="github.com/iom/gdidata@c9e4cc6",
            ),
            Source(
                producer="Wittgenstein Centre for Demography and Global Human Capital",
                title="Human Capital Data Explorer, past population by education (seed)",
                edition="version 3",
                year=2024,
                url="https://dataexplorer.wittgensteincentre.org/wcde-v3/",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="R package wcde, github.com/cran/wcde@db9f775",
            ),
            Source(
                producer="Eurostat",
                title="Population by educational attainment and citizenship, edat_lfs_9911 (margins)",
                edition="2025",
                year=2025,
                url="https://ec.europa.eu/eurostat/databrowser/view/edat_lfs_9911",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="github.com/natix-x/Data-mining-in-Migration-Analysis@6934b51",
            ),
            Source(
                producer="Institute for Employment Research (IAB)",
                title="Brain-Drain Dataset: emigration by education (Brücker, Capuano and Marfouk 2013)",
                edition="2013, year 2010",
                year=2013,
                url="https://iab.de/en/daten/iab-brain-drain/",
                licence="free for research with citation; informs the estimate, not passed on",
            ),
        ),
        columns={
            "origin": Column("key", "ISO 3166-1 alpha-3 code"),
            "destination": Column("key", "ISO 3166-1 alpha-3 code"),
            "skill": Column("key", "high (post-secondary education) or low (all others)"),
            "persons_low": Column("persons", "Low end: lowest share and lowest part aged 25+"),
            "persons": Column("persons", "Central estimate"),
            "persons_high": Column("persons", "High end: highest share and highest part aged 25+"),
            "share": Column("share", "Share of this skill among the pair's migrants aged 25+"),
            "share_low": Column("share", "Lowest share over the alternative seeds and margins"),
            "share_high": Column("share", "Highest share over the alternative seeds and margins"),
        },
        read=read_skill_composition,
        status="estimated",
        transformations=(
            (
                "Totals: stock of 2024 by pair, both sexes, without unknown origins, times the part "
                "aged 25+. That part is, by origin, emigrants aged 25+ (IAB rate of 2010 times "
                "residents) over emigrants of all ages in the same 20 OECD destinations; cut at the "
                "5th and 95th percentile."
            ),
            (
                "Origin margins (20 OECD destinations together): high-skill share of emigrants implied"
                " by IAB emigration rates by skill, residents tilted by the least amount that agrees "
                "with the total rate; carried from 2010 to 2020 with constant selection odds; half "
                "way, in log odds, between that and what the destination margins alone imply."
            ),
            "Destination margins (28 European destinations): tertiary share of foreign citizens aged 15-64.",
            (
                "Seed: the origin's selection in OECD destinations; elsewhere half way, in log odds, "
                "between that and no selection. Fitted by iterative proportional fitting; pair totals "
                "hold exactly and margins to 1e-10 before rounding to persons."
            ),
            (
                "Interval of shares: lowest and highest over nine alternatives: origin margins in "
                "full; without origin margins; without destination margins; outside the OECD no "
                "selection, or selection as to the OECD; migrants as the residents of the destination;"
                " education and selection of 2010; half, and one and a half times, the selection."
            ),
            (
                "Interval of persons: the same, times the quartiles (OECD) or the 5th and 95th percentile "
                "(elsewhere) of the part aged 25+."
            ),
        ),
        checks=(
            _eurostat_check("DEU", 0.264),
            _eurostat_check("ESP", 0.240),
            _eurostat_check("ITA", 0.117),
            _eurostat_check("FRA", 0.321),
        ),
        gaps=(
            "An estimate, not a measurement; the interval spans choices and is not a confidence interval.",
            (
                "Foreign citizens stand for the foreign-born in Europe; naturalised persons are more often "
                "high-skilled, so the high-skill share is probably too low in Germany, Italy and Greece."
            ),
            (
                "Post-secondary includes ISCED 4; Eurostat's tertiary and the IAB's high skill do not,"
                " so shares are comparable within the table rather than between sources."
            ),
            (
                "Outside the 20 OECD and the European destinations (the Gulf, South-South corridors) "
                "nothing on migrants' education is known here, and the interval is wide."
            ),
            "Refugee corridors may hold more children than the part aged 25+ assumes.",
        ),
        raw_files=(
            "migration/undesa-stock-2024/*",
            _RATES,
            _STOCKS,
            _EUROSTAT,
            "economy/wittgenstein-v3-education/past_epop.csv.gz",
        ),
    ),
)
