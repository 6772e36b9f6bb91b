"""GDP and price levels, labour share, and returns to schooling (§2).

Who may import me: the build pipeline. Start at :data:`TABLES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from comity.evidence.build.economy_people import total_population
from comity.evidence.build.economy_reading import (
    concordance,
    drop_unlisted,
    read_csv,
    read_world_bank,
    tidy,
    to_iso3,
)
from comity.evidence.build.readers import find
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TABLES", "read_gdp", "read_labour_share", "read_returns"]

_WDI = "economy/wdi-worldbank-raw/"
_GDP = _WDI + "API_NY.GDP.MKTP.CD_*"
_PER_CAPITA = _WDI + "API_NY.GDP.PCAP.CD_*"
_PER_CAPITA_PPP = _WDI + "API_NY.GDP.PCAP.PP.CD_*"
_PWT = "economy/pwt-10.01/pwt1001.csv.gz"
_RETURNS = "economy/returns-to-schooling/Comparable Returns to Education Database.xlsx"
_WPP = "economy/wpp2024-age-groups-gapminder/wpp2024_age_groups_wide.csv.gz"
_FIRST_GDP_YEAR, _LAST_REPORTED, _LAST_GDP_YEAR = 2010, 2023, 2024
_COVERAGE_FROM = 2019
_FIRST_YEAR = 2010
_NUMERAIRE = "USA"


def read_gdp(raw: Path) -> pd.DataFrame:
    """Read GDP in current US$, put it at purchasing power parity, and carry it on to 2024.

    The price level is the ratio of GDP per capita at market rates to GDP per capita at PPP, both of one
    edition, so that no population figure enters it. GDP of 2024, not yet in the file of totals, is
    per-capita GDP times the UN mid-year population; for economies whose accounts cover another territory
    than the UN figure the product is scaled by the median ratio of the two on the years where GDP is
    reported.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``country, year, gdp_usd, gdp_ppp, price_level, basis``; 2010-2024.
    """
    keys = ["country", "year"]
    parts = {
        name: read_world_bank(find(raw, path)).assign(country=lambda d: drop_unlisted(d["code"], raw))
        for name, path in (("total", _GDP), ("nominal", _PER_CAPITA), ("ppp", _PER_CAPITA_PPP))
    }
    series = [
        part.dropna(subset="country").set_index(keys)["value"].rename(name) for name, part in parts.items()
    ]
    frame = (
        pd.concat(series, axis=1).join(total_population(raw).rename("population"), how="left").reset_index()
    )
    frame = frame.loc[frame["year"].between(_FIRST_GDP_YEAR, _LAST_GDP_YEAR)].copy()
    product = frame["nominal"] * frame["population"]
    ratio = (frame["total"] / product).where(frame["year"].between(_COVERAGE_FROM, _LAST_REPORTED))
    covered = frame["country"].isin(concordance()["gdp_coverage"])
    factor = ratio.groupby(frame["country"]).transform("median").where(covered, 1.0)
    frame["gdp_usd"] = frame["total"].fillna(product * factor)
    frame["basis"] = np.where(frame["total"].notna(), "reported", "per capita times population")
    # The international dollar is the United States dollar by definition; the two per-capita series of the
    # United States differ by 1.5 per cent only because they were divided by different populations.
    frame["price_level"] = (frame["nominal"] / frame["ppp"]).mask(frame["country"] == _NUMERAIRE, 1.0)
    frame["gdp_ppp"] = frame["gdp_usd"] / frame["price_level"]
    frame = frame.dropna(subset="gdp_usd")
    frame[["gdp_usd", "gdp_ppp"]] = frame[["gdp_usd", "gdp_ppp"]].round()
    frame["price_level"] = frame["price_level"].round(6)
    frame["year"] = frame["year"].astype("int16")
    return tidy(frame, keys, [*keys, "gdp_usd", "gdp_ppp", "price_level", "basis"])


def read_labour_share(raw: Path) -> pd.DataFrame:
    """Read the share of labour compensation (the self-employed included) in GDP, 2010-2019.

    Parameters
    ----------
    raw
        The raw folder.
    """
    source = read_csv(raw / _PWT, usecols=["isocode", "year", "labsh"])
    source = source.loc[(source["year"] >= _FIRST_YEAR) & source["labsh"].notna()].copy()
    source["country"] = to_iso3(source["isocode"], "world_bank", raw)
    source["labour_share"] = source["labsh"].round(6)
    source["year"] = source["year"].astype("int16")
    return tidy(source, ["country", "year"], ["country", "year", "labour_share"])


def read_returns(raw: Path) -> pd.DataFrame:
    """Read private returns to a further year of schooling, by survey.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``country, year, return_secondary, return_tertiary, return_year, survey``; shares per
        year of schooling.
    """
    sheet = pd.read_excel(raw / _RETURNS, sheet_name="Returns Database", engine="openpyxl")
    sheet = sheet.rename(columns=lambda name: str(name).strip())
    sheet = sheet.loc[sheet["Economy"].notna()].copy()
    sheet["country"] = to_iso3(sheet["Economy"], "returns_names", raw)
    names = {"Sec": "return_secondary", "Ter": "return_tertiary", "β1": "return_year"}
    for source, name in names.items():
        sheet[name] = (pd.to_numeric(sheet[source], errors="coerce") / 100.0).round(6)
    sheet["year"] = sheet["Year"].astype("int16")
    sheet["survey"] = sheet["Survey"].astype("str").str.strip()
    keys = ["country", "year"]
    return tidy(sheet, keys, [*keys, *names.values(), "survey"])


def _gdp(country: str, year: int, published: float, tolerance: float = 1e-3) -> Check:
    return Check(
        name=f"GDP of {country}, {year}, current US$",
        measure=lambda table: float(
            table.loc[(table["country"] == country) & (table["year"] == year), "gdp_usd"].sum()
        ),
        published=published,
        tolerance=tolerance,
        source="World Bank, World Development Indicators",
    )


def _latest_return(table: pd.DataFrame) -> float:
    row = table.loc[(table["country"] == "ARG") & (table["year"] == 1980)]
    return float(row["return_tertiary"].sum())


_CC_BY = "https://creativecommons.org/licenses/by/4.0/"

TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="gdp",
        title="Gross domestic product and price level",
        sources=(
            Source(
                producer="World Bank",
                title="World Development Indicators, NY.GDP.MKTP.CD",
                edition="updated 2025-04-15",
                year=2025,
                url="https://data.worldbank.org/indicator/NY.GDP.MKTP.CD",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="github.com/wjdetomas/trump_tariffs_project@85e0b95",
            ),
            Source(
                producer="World Bank",
                title="World Development Indicators, NY.GDP.PCAP.CD and NY.GDP.PCAP.PP.CD",
                edition="updated 2025-12-19",
                year=2025,
                url="https://data.worldbank.org/indicator/NY.GDP.PCAP.PP.CD",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="github.com/bernardo7894/country-indicators@999e5b3",
            ),
            Source(
                producer="United Nations, Department of Economic and Social Affairs, Population Division",
                title="World Population Prospects 2024",
                edition="2024 revision",
                year=2024,
                url="https://population.un.org/wpp/",
                licence="CC BY 3.0 IGO",
                licence_url="https://creativecommons.org/licenses/by/3.0/igo/",
                through="Gapminder (CC BY 4.0), github.com/open-numbers/ddf--gapminder--fasttrack@10e24e0",
            ),
        ),
        columns={
            "country": Column("key", "ISO 3166-1 alpha-3 code"),
            "year": Column("key", "2010 to 2024"),
            "gdp_usd": Column("USD/year", "GDP, current US$ at market exchange rates"),
            "gdp_ppp": Column("PPP $/year", "GDP, current international $ (purchasing power parity)"),
            "price_level": Column("ratio", "gdp_usd / gdp_ppp; United States = 1"),
            "basis": Column("text", "'reported' by the World Bank, or 'per capita times population'"),
        },
        read=read_gdp,
        transformations=(
            (
                "price_level = GDP per capita (current US$) / GDP per capita (PPP), both of one edition; "
                "gdp_ppp = gdp_usd / price_level. The United States have 1 by definition: in the files their "
                "two per-capita series differ by 1.5 per cent, being divided by different populations."
            ),
            (
                "Where no total is reported (all of 2024): gdp_usd = GDP per capita times the mid-year"
                " population of World Population Prospects 2024."
            ),
            (
                "That product is scaled by the median ratio of 2019-2023 for Cyprus, France, Georgia, "
                "Israel, Moldova and Tanzania, whose accounts cover another territory or population "
                "than the UN figure."
            ),
            "Regional aggregates are left out.",
        ),
        checks=(
            Check(
                name="world GDP 2023 (sum of economies against the published world figure)",
                measure=lambda table: float(table.loc[table["year"] == 2023, "gdp_usd"].sum()),
                published=106.17e12,
                tolerance=0.015,
                source="World Bank, world aggregate 2023, also covers economies without an own figure",
            ),
            _gdp("USA", 2023, 27.72e12),
            _gdp("IND", 2023, 3.568e12),
            Check(
                name="GDP per capita at PPP of IND, 2024, times population 1,450,935,789",
                measure=lambda table: float(
                    table.loc[(table["country"] == "IND") & (table["year"] == 2024), "gdp_ppp"].sum()
                ),
                published=11_160 * 1_450_935_789.0,
                tolerance=1e-3,
                source="World Bank, PPP GDP per capita of India 2024: 11,160",
            ),
        ),
        gaps=(
            (
                "Latest figures are old for Eritrea (2011), South Sudan (2015), Yemen (2018), Cuba (2020) "
                "and Syria (2022); Taiwan and the Democratic People's Republic of Korea have none; "
                "purchasing power parity ends in 2011 for Venezuela and in 2013 for Yemen."
            ),
            (
                "Totals to 2023 and per-capita figures come from two editions; between them Sudan, "
                "Nigeria, Chad, Ethiopia, Burundi, Turkmenistan and others were revised by more than a "
                "tenth, so 2023 to 2024 is a break there."
            ),
        ),
        raw_files=(_GDP, _PER_CAPITA, _PER_CAPITA_PPP, _WPP),
    ),
    TableSpec(
        name="labour_share",
        title="Share of labour compensation in GDP",
        sources=(
            Source(
                producer="Groningen Growth and Development Centre",
                title="Penn World Table (Feenstra, Inklaar and Timmer 2015)",
                edition="10.01",
                year=2023,
                url="https://www.rug.nl/ggdc/productivity/pwt/",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="R package pwt10, github.com/cran/pwt10@957b298",
            ),
        ),
        columns={
            "country": Column("key", "ISO 3166-1 alpha-3 code"),
            "year": Column("key", "2010 to 2019"),
            "labour_share": Column(
                "share", "Labour compensation, with an imputation for the self-employed, over GDP"
            ),
        },
        read=read_labour_share,
        transformations=("Years before 2010 are left out.",),
        checks=(
            Check(
                name="labour shares outside 0 to 1",
                measure=lambda table: float((~table["labour_share"].between(0.0, 1.0)).sum()),
                published=0.0,
                tolerance=0.0,
                source="a share of GDP lies between 0 and 1",
            ),
        ),
        gaps=(
            (
                "Latest year 2019. The producers interpolate between, and hold constant after, the years "
                "they observe."
            ),
        ),
        raw_files=(_PWT,),
    ),
    TableSpec(
        name="returns_to_schooling",
        title="Private returns to schooling, by survey",
        sources=(
            Source(
                producer="World Bank (Montenegro and Patrinos)",
                title="Comparable estimates of the private rate of return to schooling, 1970-2014",
                edition="International Journal of Manpower 2021",
                year=2021,
                url="https://datacatalog.worldbank.org/search/dataset/0042022",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="github.com/fditraglia/lead-review-maps@2fec137",
            ),
        ),
        columns={
            "country": Column("key", "ISO 3166-1 alpha-3 code"),
            "year": Column("key", "Year of the survey, 1970 to 2014"),
            "return_secondary": Column("share/year", "Wage gain per year of secondary schooling"),
            "return_tertiary": Column("share/year", "Wage gain per year of tertiary schooling"),
            "return_year": Column("share/year", "Wage gain per year of schooling of any level"),
            "survey": Column("text", "Name of the survey"),
        },
        read=read_returns,
        transformations=("Per cent became shares.",),
        checks=(
            Check(
                name="surveys",
                measure=lambda table: float(len(table)),
                published=853.0,
                tolerance=0.0,
                source="the database: 853 surveys",
            ),
            Check(
                name="economies with a tertiary return",
                measure=lambda table: float(table.loc[table["return_tertiary"].notna(), "country"].nunique()),
                published=139.0,
                tolerance=0.0,
                source="the database: tertiary returns of 139 economies",
            ),
            Check(
                name="tertiary return of ARG, 1980",
                measure=_latest_return,
                published=0.1516,
                tolerance=1e-3,
                source="the database: Argentina 1980, 15.16 per cent",
            ),
        ),
        gaps=("Surveys end in 2014; the latest survey of an economy may be much older.",),
        raw_files=(_RETURNS,),
    ),
)
