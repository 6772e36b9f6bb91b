"""Labour-market and economy indicators, one row per country, year and indicator (§2).

Who may import me: the build pipeline. Start at :data:`INDICATORS` and :data:`TABLES`.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

import pandas as pd

from comity.evidence.build.economy_reading import drop_unlisted, read_csv, read_world_bank, tidy, to_iso3
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["INDICATORS", "TABLES", "read_indicators"]

_SYSTEMA = "economy/wdi-gapminder-systema-globalis/systema_globalis_selected_long.csv.gz"
_EARNINGS = "economy/ilo-monthly-earnings/ilostat_wage.csv.gz"
_FIRST_YEAR, _LAST_YEAR = 2010, 2025

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
# A World Bank download in the raw folder goes before the excerpt (latest values) beside this file.
_REVENUE: Final = {"tax_revenue_share": ("API_GC.TAX.TOTL.GD.ZS_*", "wdi_tax_revenue.csv")}


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
    source = source.loc[source["indicator"].isin(names) & source["year"].between(_FIRST_YEAR, _LAST_YEAR)]
    source = source.dropna(subset="value").assign(indicator=lambda d: d["indicator"].map(names))
    source["value"] *= source["indicator"].map({name: factor for name, (_, factor, _) in INDICATORS.items()})
    source["country"] = to_iso3(source["geo"], "gapminder", raw)
    earnings = _read_earnings(raw)
    revenue = [_read_revenue(raw, name) for name in _REVENUE]
    out = pd.concat([source, earnings, *revenue], ignore_index=True).dropna(subset="country")
    units = {name: unit for name, (_, _, unit) in INDICATORS.items()} | {"monthly_earnings": _EARNINGS_UNIT}
    units |= dict.fromkeys(_REVENUE, "share")
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


def _read_revenue(raw: Path, name: str) -> pd.DataFrame:
    pattern, excerpt = _REVENUE[name]
    downloads = sorted(raw.glob(f"economy/wdi-worldbank-raw/{pattern}"))
    if downloads:
        rows = read_world_bank(downloads[-1])
        rows["country"] = drop_unlisted(rows["code"], raw)
        rows = rows.loc[rows["year"].between(_FIRST_YEAR, _LAST_YEAR)]
    else:
        with (files("comity.evidence.build") / excerpt).open(encoding="utf-8") as text:
            rows = pd.read_csv(text, keep_default_na=False).rename(columns={"percent_of_gdp": "value"})
    columns = ["country", "year", "indicator", "value"]
    return rows.assign(indicator=name, value=rows["value"] * _PERCENT)[columns]


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


_CC_BY = "https://creativecommons.org/licenses/by/4.0/"
_GAPMINDER = "Gapminder (CC BY 4.0), github.com/open-numbers/ddf--gapminder--systema_globalis@c63631a"

TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="indicators",
        title="Labour-market and economy indicators",
        sources=(
            Source(
                producer="World Bank; International Labour Organization; UN Development Programme",
                title="WDI, ILOSTAT and Human Development Index (Systema Globalis)",
                edition="2026-03-01",
                year=2026,
                url="https://www.gapminder.org/data/",
                licence="CC BY 4.0 (World Bank, ILO, Gapminder); CC BY 3.0 IGO (UNDP)",
                licence_url=_CC_BY,
                through=_GAPMINDER,
            ),
            Source(
                producer="World Bank (from the IMF's Government Finance Statistics)",
                title="World Development Indicators, GC.TAX.TOTL.GD.ZS, latest value per country",
                edition="2025",
                year=2025,
                url="https://data.worldbank.org/indicator/GC.TAX.TOTL.GD.ZS",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="github.com/open-numbers/ddf--open_numbers--world_development_indicators@01a34e8",
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
            _value("tax_revenue_share", "AFG", 2017, 0.0989845, "World Bank, GC.TAX.TOTL.GD.ZS"),
            _value("monthly_earnings", "DEU", 2021, 5819.0, "ILOSTAT, latest national total"),
            _value("monthly_earnings", "PHL", 2022, 811.0, "ILOSTAT, latest national total"),
            _value("monthly_earnings", "IND", 2024, 1046.0, "ILOSTAT, latest national total"),
        ),
        gaps=(
            (
                "Health spending, years of schooling and homicide series of the same compilation are "
                "left out: their producers' licences restrict commercial use."
            ),
            (
                "Tax revenue is that of central government, without social contributions, so it understates "
                "what residents pay in federal and in social-insurance states; latest year per country."
            ),
            "ILOSTAT values of the latest years are partly modelled.",
            "Monthly earnings exist for about 111 countries, not for the United States.",
        ),
        raw_files=(_SYSTEMA, _EARNINGS),
    ),
)
