"""GDP per capita at constant prices over a long run, to compare the income of past years (§2, §4).

Who may import me: the build pipeline. Start at :data:`TABLES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.evidence.build.economy_reading import drop_unlisted, read_world_bank, tidy
from comity.evidence.build.readers import find
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["TABLES", "read_income"]

_PER_CAPITA: Final = "economy/wdi-worldbank-raw/API_NY.GDP.PCAP.PP.KD_*"
_FIRST_YEAR: Final = 1990


def read_income(raw: Path) -> pd.DataFrame:
    """Read GDP per capita at purchasing power parity and constant prices, from 1990.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``country, year, gdp_per_capita``; years without a figure are absent.
    """
    frame = read_world_bank(find(raw, _PER_CAPITA))
    frame["country"] = drop_unlisted(frame["code"], raw)
    frame = frame.loc[frame["country"].notna() & (frame["year"] >= _FIRST_YEAR)]
    frame = frame.rename(columns={"value": "gdp_per_capita"})
    return tidy(frame, ["country", "year"], ["country", "year", "gdp_per_capita"])


def _check(country: str, year: int, published: float) -> Check:
    return Check(
        name=f"GDP per capita of {country}, {year}",
        measure=lambda table: float(
            table.loc[(table["country"] == country) & (table["year"] == year), "gdp_per_capita"].sum()
        ),
        published=published,
        tolerance=1e-6,
        source="World Bank, World Development Indicators, as downloaded",
    )


TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="gdp_per_capita",
        title="GDP per capita at purchasing power parity and constant prices, from 1990",
        sources=(
            Source(
                producer="World Bank",
                title="World Development Indicators, NY.GDP.PCAP.PP.KD",
                edition="updated 2025-12-19",
                year=2025,
                url="https://data.worldbank.org/indicator/NY.GDP.PCAP.PP.KD",
                licence="CC BY 4.0",
                licence_url="https://creativecommons.org/licenses/by/4.0/",
                through="github.com/bernardo7894/country-indicators@999e5b3",
            ),
        ),
        columns={
            "country": Column("key", "ISO 3166-1 alpha-3 code"),
            "year": Column("key", "1990 to 2024"),
            "gdp_per_capita": Column(
                "PPP $ 2021/person/year", "GDP per capita, constant 2021 international $"
            ),
        },
        read=read_income,
        transformations=("Years before 1990 and regional aggregates are left out.",),
        checks=(
            _check("USA", 1990, 44378.524028),
            _check("USA", 2024, 75489.266433),
            _check("IND", 2024, 9818.042707),
            _check("SEN", 2023, 4304.761487),
        ),
        gaps=(
            (
                "No figure for Cuba, Eritrea, the Democratic People's Republic of Korea, South "
                "Sudan, Taiwan, "
                "Venezuela, Yemen and some small places in this series."
            ),
            "The edition is of 2025: past years are as known then, not as known at the time.",
        ),
        raw_files=(_PER_CAPITA,),
    ),
)
