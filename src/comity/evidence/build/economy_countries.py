"""Countries and areas: codes, names, regions, income groups, groups of the UN list (§2).

Who may import me: the build pipeline. Start at :data:`TABLES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from comity.evidence.build.economy_reading import concordance, drop_unlisted, m49, read_csv, tidy, to_iso3
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TABLES", "read_countries"]

_INCOME = "economy/country-metadata/worldbank_income_groups_1987_2023.csv"
_PLACES = "economy/country-metadata/un_m49_iom_countrynames.csv"
_ENTITIES = "economy/wdi-gapminder-systema-globalis/ddf_entities_geo_country.csv"
_INCOME_YEAR = 2023
_GROUPS = {"L": "low", "LM": "lower middle", "UM": "upper middle", "H": "high"}
_COLUMNS = [
    "iso3",
    "name",
    "m49",
    "iso2",
    "region",
    "subregion",
    "income_group",
    "ldc",
    "lldc",
    "sids",
    "eu",
    "schengen",
    "latitude",
    "longitude",
]


def read_countries(raw: Path) -> pd.DataFrame:
    """Read the UN M49 list and add the World Bank income group and a point inside each country.

    Parameters
    ----------
    raw
        The raw folder, which holds ``economy/``.

    Returns
    -------
    pandas.DataFrame
        One row per country or area; degrees north and east; flags as bool; missing where nobody says.
    """
    places = m49(raw)
    places["name"] = places["iso3"].map(concordance()["display_names"]).fillna(places["name"])
    places["m49"] = pd.to_numeric(places["m49"]).astype("Int16")
    for flag in ("ldc", "lldc", "sids", "eu", "schengen"):
        places[flag] = places[flag].astype("int64").astype(bool)
    income = read_csv(raw / _INCOME)
    groups = income[str(_INCOME_YEAR)].map(_GROUPS)
    codes = drop_unlisted(income["Code"], raw)
    places["income_group"] = places["iso3"].map(dict(zip(codes, groups, strict=True)))
    points = read_csv(raw / _ENTITIES, usecols=["country", "iso3166_1_alpha3", "latitude", "longitude"])
    listed = points["iso3166_1_alpha3"].isin(places["iso3"])
    points["iso3"] = points["iso3166_1_alpha3"].where(listed)
    unlisted = points["country"].isin(set(concordance()["gapminder"]["map"]))
    points.loc[unlisted, "iso3"] = to_iso3(points.loc[unlisted, "country"], "gapminder", raw)
    points = points.dropna(subset="iso3").drop_duplicates("iso3").set_index("iso3")
    for axis in ("latitude", "longitude"):
        places[axis] = places["iso3"].map(pd.to_numeric(points[axis]))
    return tidy(places, ["iso3"], _COLUMNS)


def _in_group(group: str) -> Check:
    published = {"low": 26.0, "lower middle": 51.0, "upper middle": 54.0, "high": 86.0}[group]
    return Check(
        name=f"economies in the {group} income group in {_INCOME_YEAR}",
        measure=lambda table: float((table["income_group"] == group).sum()),
        published=published,
        tolerance=0.0,
        source="World Bank, classification by income, calendar year 2023",
    )


def _flagged(flag: str, members: float, source: str) -> Check:
    return Check(
        name=f"members flagged {flag}",
        measure=lambda table: float(table[flag].sum()),
        published=members,
        tolerance=0.0,
        source=source,
    )


TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="countries",
        title="Countries and areas",
        sources=(
            Source(
                producer="United Nations Statistics Division",
                title="Standard country or area codes for statistical use (M49)",
                edition="2025 snapshot",
                year=2025,
                url="https://unstats.un.org/unsd/methodology/m49/",
                licence="MIT (compilation by the IOM Global Data Institute); the codes are facts",
                licence_url="https://github.com/iom/gdidata",
                through="github.com/iom/gdidata@c9e4cc6",
            ),
            Source(
                producer="World Bank",
                title="Country classification by income, historical",
                edition="calendar year 2023 (fiscal year 2025)",
                year=2024,
                url="https://datahelpdesk.worldbank.org/knowledgebase/articles/906519",
                licence="CC BY 4.0",
                licence_url="https://creativecommons.org/licenses/by/4.0/",
                through="github.com/elpepebenitez/trade-dissertation@8c4a6b5",
            ),
            Source(
                producer="Gapminder",
                title="Systema Globalis, geographic entities (one point per country)",
                edition="2026-03-01",
                year=2026,
                url="https://www.gapminder.org/data/",
                licence="CC BY 4.0",
                licence_url="https://creativecommons.org/licenses/by/4.0/",
                through="github.com/open-numbers/ddf--gapminder--systema_globalis@c63631a",
            ),
        ),
        columns={
            "iso3": Column("key", "ISO 3166-1 alpha-3 code; XKX and XCX are user-assigned"),
            "name": Column("text", "Name in the UN M49 list"),
            "m49": Column("code", "UN M49 numeric code"),
            "iso2": Column("text", "ISO 3166-1 alpha-2 code"),
            "region": Column("text", "UN M49 region"),
            "subregion": Column("text", "UN M49 sub-region"),
            "income_group": Column(
                "text", "World Bank income group for 2023: low, lower middle, upper middle, high"
            ),
            "ldc": Column("flag", "Least developed country"),
            "lldc": Column("flag", "Landlocked developing country"),
            "sids": Column("flag", "Small island developing state or territory"),
            "eu": Column("flag", "Member of the European Union"),
            "schengen": Column("flag", "In the Schengen area, or has open borders with it"),
            "latitude": Column("degree north", "A point inside the country, for maps"),
            "longitude": Column("degree east", "A point inside the country, for maps"),
        },
        read=read_countries,
        transformations=(
            (
                "Places of the UN list that are not present-day economies (unknown origin, stateless, "
                "former unions) are left out."
            ),
            "Income letters L, LM, UM, H are written out.",
            (
                "Two display names repair typing errors of the list: Kosovo (SCR 1244), Taiwan Province of"
                " China."
            ),
        ),
        checks=(
            *(_in_group(group) for group in ("low", "lower middle", "upper middle", "high")),
            _flagged("eu", 27.0, "European Union: 27 member states since 2020"),
        ),
        gaps=(
            "Names and groupings imply no opinion on the legal status of any country, territory or border.",
            (
                "The income group is missing where the World Bank does not classify (Venezuela and small "
                "territories)."
            ),
            (
                "Membership flags are a 2025 snapshot; Monaco, San Marino and the Holy See are flagged"
                " as Schengen because their borders are open, though they are not members."
            ),
        ),
        raw_files=(_PLACES, _INCOME, _ENTITIES),
    ),
)
