"""Population by age with projections, and education of the population (§2).

Who may import me: the build pipeline. Start at :data:`TABLES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from comity.evidence.build.economy_reading import m49, read_csv, tidy, to_iso3
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AGE_GROUPS", "TABLES", "read_education", "read_population_age", "total_population"]

_WPP = "economy/wpp2024-age-groups-gapminder/wpp2024_age_groups_wide.csv.gz"
_WIC = "economy/wittgenstein-v3-education/past_epop.csv.gz"
_FIRST_YEAR = 1990
AGE_GROUPS: Final = ("0-4", "5-9", "10-14", "15-19", "20-39", "40-59", "60-64", "65-69", "70+")
"""The nine age groups of ``population_age``; they do not overlap and add up to the total."""

_LEVELS: Final = {
    "No Education": "none",
    "Incomplete Primary": "incomplete primary",
    "Primary": "primary",
    "Lower Secondary": "lower secondary",
    "Upper Secondary": "upper secondary",
    "Post Secondary": "post-secondary",
}
_BROAD_AGES: Final = ((15, 25, "15-24"), (25, 65, "25-64"), (65, 200, "65+"))


def read_population_age(raw: Path) -> pd.DataFrame:
    """Read mid-year population by age group, estimates to 2023 and the medium projection to 2100.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``country, year, age_group, persons``; 1990-2100 each year.
    """
    wide = read_csv(raw / _WPP)
    wide = wide.loc[wide["year"] >= _FIRST_YEAR].copy()
    wide["country"] = to_iso3(wide["geo"], "gapminder", raw)
    # The source gives overlapping totals for 60+, 65+ and 70+: their differences are the missing groups.
    wide["60-64"] = wide["pop_60plus"] - wide["pop_65plus"]
    wide["65-69"] = wide["pop_65plus"] - wide["pop_70plus"]
    wide = wide.rename(
        columns={
            "pop_0_4": "0-4",
            "pop_5_9": "5-9",
            "pop_10_14": "10-14",
            "pop_15_19": "15-19",
            "pop_20_39": "20-39",
            "pop_40_59": "40-59",
            "pop_70plus": "70+",
        }
    )
    long = wide.melt(["country", "year"], list(AGE_GROUPS), var_name="age_group", value_name="persons")
    long = long.dropna(subset=["country", "persons"]).reset_index(drop=True)
    long["year"] = long["year"].astype("int16")
    long["persons"] = long["persons"].astype("int32")
    keys = ["country", "year", "age_group"]
    return tidy(long, keys, [*keys, "persons"])


def total_population(raw: Path) -> pd.Series:
    """Return mid-year persons indexed by (country, year)."""
    return read_population_age(raw).groupby(["country", "year"])["persons"].sum()


def read_education(raw: Path) -> pd.DataFrame:
    """Read the population aged 15 and over by age group, sex and highest level of education.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``country, year, age_group, sex, level, persons`` for 1990, 1995, ... 2020.
    """
    source = read_csv(raw / _WIC, usecols=["country_code", "year", "age", "sex", "education", "epop"])
    # In 2020 the source also splits post-secondary in three: adding those would count persons twice.
    source = source.loc[source["education"].isin(_LEVELS) & (source["year"] >= _FIRST_YEAR)].copy()
    places = m49(raw)
    numbers = pd.to_numeric(places["m49"])
    codes = dict(
        zip(numbers[numbers.notna()].astype("int64"), places.loc[numbers.notna(), "iso3"], strict=True)
    )
    source["country"] = source["country_code"].map(codes)
    start = source["age"].str.extract(r"^(\d+)", expand=False).astype("int64")
    source["age_group"] = pd.Series(index=source.index, dtype="object")
    for low, high, label in _BROAD_AGES:
        source.loc[(start >= low) & (start < high), "age_group"] = label
    source = source.dropna(subset=["country", "age_group", "epop"])
    source["level"] = source["education"].map(_LEVELS)
    source["sex"] = source["sex"].str.lower()
    keys = ["country", "year", "age_group", "sex", "level"]
    out = source.groupby(keys)["epop"].sum().reset_index()
    out["persons"] = (out["epop"] * 1000).round().astype("int32")
    out["year"] = out["year"].astype("int16")
    return tidy(out, keys, [*keys, "persons"])


def _world(year: int, published: float) -> Check:
    return Check(
        name=f"world population {year}",
        measure=lambda table: float(table.loc[table["year"] == year, "persons"].sum()),
        published=published,
        tolerance=5e-4,
        source="United Nations, World Population Prospects 2024, medium variant",
    )


def _people(country: str, published: float) -> Check:
    return Check(
        name=f"population of {country} in 2024",
        measure=lambda table: float(
            table.loc[(table["country"] == country) & (table["year"] == 2024), "persons"].sum()
        ),
        published=published,
        tolerance=1e-6,
        source="United Nations, World Population Prospects 2024",
    )


def post_secondary_share(
    table: pd.DataFrame, country: str, year: int = 2020, age_group: str = "25-64"
) -> float:
    """Return the post-secondary share of an age group of ``education`` (persons of both sexes)."""
    rows = table.loc[
        (table["country"] == country) & (table["year"] == year) & (table["age_group"] == age_group)
    ]
    high = rows.loc[rows["level"] == "post-secondary", "persons"].sum()
    return float(high / rows["persons"].sum())


def _schooled(country: str, published: float) -> Check:
    return Check(
        name=f"post-secondary share of ages 25-64, {country}, 2020",
        measure=lambda table: post_secondary_share(table, country),
        published=published,
        tolerance=2e-3,
        source="Wittgenstein Centre Human Capital Data Explorer, version 3",
    )


TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="population_age",
        title="Population by age group, estimates and medium projection",
        sources=(
            Source(
                producer="United Nations, Department of Economic and Social Affairs, Population Division",
                title="World Population Prospects 2024",
                edition="2024 revision, medium variant",
                year=2024,
                url="https://population.un.org/wpp/",
                licence="CC BY 3.0 IGO",
                licence_url="https://creativecommons.org/licenses/by/3.0/igo/",
                through="Gapminder (CC BY 4.0), github.com/open-numbers/ddf--gapminder--fasttrack@10e24e0",
            ),
        ),
        columns={
            "country": Column("key", "ISO 3166-1 alpha-3 code"),
            "year": Column("key", "Mid-year; estimates to 2023, projection from 2024"),
            "age_group": Column("key", "Completed years: " + ", ".join(AGE_GROUPS)),
            "persons": Column("persons", "De facto population of both sexes on 1 July"),
        },
        read=read_population_age,
        transformations=(
            "Years before 1990 are left out.",
            "Ages 60-64 and 65-69 are differences of the published totals for 60+, 65+ and 70+.",
        ),
        checks=(
            _world(2024, 8.162e9),
            _world(2050, 9.66e9),
            _world(2100, 10.18e9),
            _people("USA", 345_426_570),
            _people("IND", 1_450_935_789),
            _people("CHN", 1_419_321_277),
        ),
        gaps=(
            "Five-year ages between 20 and 59, and sex, are not in this edition of the source.",
            "Only the medium variant is held; probabilistic bounds are not.",
        ),
        raw_files=(_WPP,),
    ),
    TableSpec(
        name="education",
        title="Population aged 15 and over by age group, sex and highest level of education",
        sources=(
            Source(
                producer="Wittgenstein Centre for Demography and Global Human Capital",
                title="Human Capital Data Explorer, past population by education",
                edition="version 3",
                year=2024,
                url="https://dataexplorer.wittgensteincentre.org/wcde-v3/",
                licence="CC BY 4.0",
                licence_url="https://creativecommons.org/licenses/by/4.0/",
                through="R package wcde, github.com/cran/wcde@db9f775",
            ),
        ),
        columns={
            "country": Column("key", "ISO 3166-1 alpha-3 code"),
            "year": Column("key", "1990, 1995, ... 2020"),
            "age_group": Column("key", "15-24, 25-64 or 65+"),
            "sex": Column("key", "female or male"),
            "level": Column("key", "Highest level: " + ", ".join(_LEVELS.values())),
            "persons": Column("persons", "Residents, whatever their birthplace"),
        },
        read=read_education,
        transformations=(
            "Five-year ages are added up to three groups; children under 15 are left out.",
            (
                "The three sub-levels of post-secondary that the source adds in 2020 are left out (double "
                "counting)."
            ),
            "Thousands became persons.",
        ),
        checks=(
            _schooled("USA", 0.407),
            _schooled("DEU", 0.407),
            _schooled("IND", 0.137),
            _schooled("NGA", 0.155),
            _schooled("KOR", 0.524),
            _schooled("FRA", 0.387),
            _schooled("CHN", 0.180),
            _schooled("PHL", 0.252),
        ),
        gaps=(
            (
                "Post-secondary includes ISCED 4, so it is wider than the OECD's tertiary (Germany 41 "
                "against about 32 per cent)."
            ),
            "185 countries to 2015 and 200 in 2020; no projection by education is held.",
        ),
        raw_files=(_WIC, "economy/country-metadata/un_m49_iom_countrynames.csv"),
    ),
)
