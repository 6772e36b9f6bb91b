"""GDP and price levels, labour share, returns to schooling, and country indicators (§2).

Who may import me: the build pipeline. Start at :data:`TABLES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["INDICATORS", "TABLES", "read_gdp", "read_indicators", "read_labour_share", "read_returns"]

_WDI = "economy/wdi-worldbank-raw/"
_GDP = _WDI + "API_NY.GDP.MKTP.CD_DS2_en_excel_v2_19310.xls"
_PER_CAPITA = _WDI + "API_NY.GDP.PCAP.CD_DS2_en_csv_v2_174336.csv"
_PER_CAPITA_PPP = _WDI + "API_NY.GDP.PCAP.PP.CD_DS2_en_csv_v2_138.csv"
_PWT = "economy/pwt-10.01/pwt1001.csv.gz"
_RETURNS = "economy/returns-to-schooling/Comparable Returns to Education Database.xlsx"
_SYSTEMA = "economy/wdi-gapminder-systema-globalis/systema_globalis_selected_long.csv.gz"
_EARNINGS = "economy/ilo-monthly-earnings/ilostat_wage.csv.gz"
_WPP = "economy/wpp2024-age-groups-gapminder/wpp2024_age_groups_wide.csv.gz"
_FIRST_GDP_YEAR, _LAST_REPORTED, _LAST_GDP_YEAR = 2019, 2023, 2024
_FIRST_YEAR = 2010

_PERCENT, _PLAIN = 0.01, 1.0
INDICATORS: Final = {
    "unemployment_rate": ("aged_15plus_unemployment_rate_percent", _PERCENT, "share"),
    "unemployment_rate_15_24": ("aged_15_24_unemployment_rate_percent", _PERCENT, "share"),
    "labour_force_participation_15_64": (
        "aged_15_64_labour_force_participation_rate_percent",
        _PERCENT,
        "share",
    ),
    "labour_force_participation_15_64_female": (
        "females_aged_15_64_labour_force_participation_rate_percent",
        _PERCENT,
        "share",
    ),
    "labour_force_participation_15_64_male": (
        "males_aged_15_64_labour_force_participation_rate_percent",
        _PERCENT,
        "share",
    ),
    "labour_force_participation_15plus": (
        "aged_15plus_labour_force_participation_rate_percent",
        _PERCENT,
        "share",
    ),
    "employment_rate_15plus": ("aged_15plus_employment_rate_percent", _PERCENT, "share"),
    "self_employed_share": ("self_employed_percent_of_employment", _PERCENT, "share"),
    "agriculture_employment_share": ("agriculture_workers_percent_of_employment", _PERCENT, "share"),
    "industry_employment_share": ("industry_workers_percent_of_employment", _PERCENT, "share"),
    "services_employment_share": ("service_workers_percent_of_employment", _PERCENT, "share"),
    "agriculture_share": ("agriculture_percent_of_gdp", _PERCENT, "share"),
    "industry_share": ("industry_percent_of_gdp", _PERCENT, "share"),
    "services_share": ("services_percent_of_gdp", _PERCENT, "share"),
    "exports_share": ("exports_percent_of_gdp", _PERCENT, "share"),
    "imports_share": ("imports_percent_of_gdp", _PERCENT, "share"),
    "investment_share": ("investments_percent_of_gdp", _PERCENT, "share"),
    "fdi_inflow_share": ("foreign_direct_investment_net_inflows_percent_of_gdp", _PERCENT, "share"),
    "aid_received_share_gni": ("aid_received_percent_of_gni", _PERCENT, "share"),
    "urban_share": ("urban_population_percent_of_total", _PERCENT, "share"),
    "inflation": ("inflation_annual_percent", _PERCENT, "share"),
    "gini": ("inequality_index_gini", _PERCENT, "share"),
    "extreme_poverty_share": ("extreme_poverty_percent_people_below_300_a_day", _PERCENT, "share"),
    "gdp_per_employee": ("gdpperemployee_us_inflation_adjusted", _PLAIN, "USD/employee, constant 2015"),
    "hourly_labour_cost": ("hourly_labour_cost_constant_2021_usd", _PLAIN, "PPP $ 2021/hour"),
    "doctors_per_1000": ("medical_doctors_per_1000_people", _PLAIN, "per 1000 persons"),
    "hdi": ("hdi_human_development_index", _PLAIN, "index"),
}
"""Indicator -> (name in the source, factor, unit). Shares run from 0 to 1."""
_EARNINGS_UNIT = "PPP $ 2021/month"


def read_gdp(raw: Path) -> pd.DataFrame:
    """Read GDP in current US$, put it at purchasing power parity, and carry it on to 2024.

    The price level is the ratio of GDP per capita at market rates to GDP per capita at PPP, both of one edition, so
    that no population figure enters it. GDP of 2024, not yet in the file of totals, is per-capita GDP times the UN
    mid-year population; for economies whose accounts cover another territory than the UN figure the product is
    scaled by the median ratio of the two on the years where GDP is reported.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``country, year, gdp_usd, gdp_ppp, price_level, basis``; 2019-2024.
    """
    keys = ["country", "year"]
    parts = {
        name: read_world_bank(raw / path).assign(country=lambda d: drop_unlisted(d["code"], raw))
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
    ratio = (frame["total"] / product).where(frame["year"] <= _LAST_REPORTED)
    covered = frame["country"].isin(concordance()["gdp_coverage"])
    factor = ratio.groupby(frame["country"]).transform("median").where(covered, 1.0)
    frame["gdp_usd"] = frame["total"].fillna(product * factor)
    frame["basis"] = np.where(frame["total"].notna(), "reported", "per capita times population")
    frame["price_level"] = frame["nominal"] / frame["ppp"]
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
        ``country, year, return_secondary, return_tertiary, return_year, survey``; shares per year of schooling.
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


def read_indicators(raw: Path) -> pd.DataFrame:
    """Read selected labour-market and economy indicators since 2010, one row per country, year and indicator.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``country, year, indicator, value, unit``; shares from 0 to 1.
    """
    source = read_csv(raw / _SYSTEMA)
    names = {series: name for name, (series, _, _) in INDICATORS.items()}
    source = source.loc[
        source["indicator"].isin(names) & source["year"].between(_FIRST_YEAR, _LAST_GDP_YEAR + 1)
    ]
    source = source.dropna(subset="value").assign(indicator=lambda d: d["indicator"].map(names))
    source["value"] *= source["indicator"].map({name: factor for name, (_, factor, _) in INDICATORS.items()})
    source["country"] = to_iso3(source["geo"], "gapminder", raw)
    earnings = _read_earnings(raw)
    out = pd.concat([source, earnings], ignore_index=True).dropna(subset="country")
    units = {name: unit for name, (_, _, unit) in INDICATORS.items()} | {"monthly_earnings": _EARNINGS_UNIT}
    out["unit"] = out["indicator"].map(units)
    out["value"] = out["value"].round(6)
    out["year"] = out["year"].astype("int16")
    keys = ["country", "year", "indicator"]
    return tidy(out, keys, [*keys, "value", "unit"])


def _read_earnings(raw: Path) -> pd.DataFrame:
    rows = read_csv(raw / _EARNINGS, usecols=["country", "sex", "area_type", "year", "earnings_ppp"])
    rows = rows.loc[
        (rows["sex"] == "Total") & (rows["area_type"] == "National") & (rows["year"] >= _FIRST_YEAR)
    ]
    rows = rows.dropna(subset="earnings_ppp")
    rows = rows.assign(country=to_iso3(rows["country"], "ilostat_names", raw), value=rows["earnings_ppp"])
    rows = rows.drop_duplicates(["country", "year"]).assign(indicator="monthly_earnings")
    return rows[["country", "year", "indicator", "value"]]


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


def _value(indicator: str, country: str, year: int, published: float, source: str) -> Check:
    return Check(
        name=f"{indicator}, {country}, {year}",
        measure=lambda table: float(
            table.loc[
                (table["country"] == country) & (table["year"] == year) & (table["indicator"] == indicator),
                "value",
            ].sum()
        ),
        published=published,
        tolerance=1e-3,
        source=source,
    )


def _latest_return(table: pd.DataFrame) -> float:
    row = table.loc[(table["country"] == "ARG") & (table["year"] == 1980)]
    return float(row["return_tertiary"].sum())


_CC_BY = "https://creativecommons.org/licenses/by/4.0/"
_GAPMINDER = "Gapminder (CC BY 4.0), github.com/open-numbers/ddf--gapminder--systema_globalis@c63631a"

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
            "year": Column("key", "2019 to 2024"),
            "gdp_usd": Column("USD/year", "GDP, current US$ at market exchange rates"),
            "gdp_ppp": Column("PPP $/year", "GDP, current international $ (purchasing power parity)"),
            "price_level": Column("ratio", "gdp_usd / gdp_ppp; United States = 1"),
            "basis": Column("text", "'reported' by the World Bank, or 'per capita times population'"),
        },
        read=read_gdp,
        transformations=(
            (
                "price_level = GDP per capita (current US$) / GDP per capita (PPP), both of one edition; "
                "gdp_ppp = gdp_usd / price_level."
            ),
            (
                "Where no total is reported (all of 2024): gdp_usd = GDP per capita times the mid-year population of "
                "World Population Prospects 2024."
            ),
            (
                "That product is scaled by the median ratio of 2019-2023 for Cyprus, France, Georgia, Israel, Moldova "
                "and Tanzania, whose accounts cover another territory or population than the UN figure."
            ),
            "Regional aggregates are left out.",
        ),
        checks=(
            Check(
                name="world GDP 2023 (sum of economies against the published world figure)",
                measure=lambda table: float(table.loc[table["year"] == 2023, "gdp_usd"].sum()),
                published=106.17e12,
                tolerance=0.015,
                source="World Bank, world aggregate 2023, which also covers economies without a figure of their own",
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
                "Taiwan, Cuba after 2020, Eritrea, the Democratic People's Republic of Korea, South Sudan, Venezuela and "
                "Yemen lack recent figures."
            ),
            (
                "Totals to 2023 and per-capita figures come from two editions; between them Sudan, Nigeria, Chad, "
                "Ethiopia, Burundi, Turkmenistan and others were revised by more than a tenth, so 2023 to 2024 is a break "
                "there."
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
            "Latest year 2019. The producers interpolate between, and hold constant after, the years they observe.",
        ),
        raw_files=(_PWT,),
    ),
    TableSpec(
        name="returns_to_schooling",
        title="Private returns to schooling, by survey",
        sources=(
            Source(
                producer="World Bank (Montenegro and Patrinos)",
                title="Comparable estimates of the private rate of return to schooling in the world, 1970-2014",
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
    TableSpec(
        name="indicators",
        title="Labour-market and economy indicators",
        sources=(
            Source(
                producer="World Bank; International Labour Organization; United Nations Development Programme",
                title="World Development Indicators, ILOSTAT and Human Development Index series in Systema Globalis",
                edition="2026-03-01",
                year=2026,
                url="https://www.gapminder.org/data/",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through=_GAPMINDER,
            ),
            Source(
                producer="International Labour Organization",
                title="ILOSTAT, average monthly earnings of employees (EAR_4MTH_SEX_GEO_CUR_NB)",
                edition="2025-06-01",
                year=2025,
                url="https://ilostat.ilo.org/",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="github.com/openwashdata-conf/ilostat-wage@ac2cf97",
            ),
        ),
        columns={
            "country": Column("key", "ISO 3166-1 alpha-3 code"),
            "year": Column("key", "2010 to 2025"),
            "indicator": Column("key", "Name of the indicator; its unit stands in the row"),
            "value": Column("see unit", "Value; shares from 0 to 1"),
            "unit": Column("text", "Unit of the value"),
        },
        read=read_indicators,
        transformations=("Per cent became shares.", "Years before 2010 are left out."),
        checks=(
            _value("monthly_earnings", "DEU", 2021, 5819.0, "ILOSTAT, latest national total"),
            _value("monthly_earnings", "PHL", 2022, 811.0, "ILOSTAT, latest national total"),
            _value("monthly_earnings", "IND", 2024, 1046.0, "ILOSTAT, latest national total"),
        ),
        gaps=(
            (
                "Health spending, years of schooling and homicide series of the same compilation are left out: their "
                "producers' licences restrict commercial use."
            ),
            "Tax revenue is missing: the series in the compilation was rescaled by mistake and cannot be restored.",
            "ILOSTAT values of the latest years are partly modelled.",
            "Monthly earnings exist for about 111 countries, not for the United States.",
        ),
        raw_files=(_SYSTEMA, _EARNINGS),
    ),
)
