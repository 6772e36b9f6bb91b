"""Official development assistance by pair, governance indicators, and deaths in armed conflict (§2).

Who may import me: the build pipeline. Start at :data:`TABLES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import openpyxl
import pandas as pd

from comity.errors import EvidenceError
from comity.evidence.build.economy_reading import drop_unlisted, read_csv, tidy, to_iso3
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DIMENSIONS", "TABLES", "read_aid", "read_conflict", "read_governance"]

_AID = "economy/oda-dac2a-bilateral-2009-2022/oecd_dac2a_bilateral.csv.gz"
_WGI = "economy/wgi-1996-2022/wgidataset.xlsx"
_DEATHS = "economy/ucdp-battle-deaths-1946-2022/ucdp_prio_battle_deaths.csv.gz"
_FIRST_CONFLICT_YEAR = 1989
DIMENSIONS: Final = {
    "VoiceandAccountability": "voice and accountability",
    "Political StabilityNoViolence": "political stability",
    "GovernmentEffectiveness": "government effectiveness",
    "RegulatoryQuality": "regulatory quality",
    "RuleofLaw": "rule of law",
    "ControlofCorruption": "control of corruption",
}
"""Sheet of the workbook -> dimension of governance."""


def read_aid(raw: Path) -> pd.DataFrame:
    """Read net official development assistance by donor and recipient, million US$ of 2022.

    Only the total is read: the aid types of the source overlap and must not be added up.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``donor, recipient, year, usd_million_2022``; negative where repayments exceed new aid.
    """
    table = read_csv(raw / _AID)
    table = table.loc[(table["Aid type"] == "ODA: Total Net") & table["Value"].notna()].copy()
    table["donor"] = to_iso3(table["Donor"], "oecd_dac_names", raw)
    table["recipient"] = to_iso3(table["Recipient"], "oecd_dac_names", raw)
    table["year"] = table["Year"].astype("int16")
    table["usd_million_2022"] = table["Value"].astype("float64")
    keys = ["donor", "recipient", "year"]
    return tidy(table, keys, [*keys, "usd_million_2022"])


def read_governance(raw: Path) -> pd.DataFrame:
    """Read the six dimensions of the Worldwide Governance Indicators with their standard errors.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``country, year, dimension, estimate, standard_error``; estimates run from about -2.5 to 2.5.
    """
    book = openpyxl.load_workbook(raw / _WGI, read_only=True, data_only=True)
    parts = [_dimension(list(book[sheet].values), name) for sheet, name in DIMENSIONS.items()]
    book.close()
    out = pd.concat(parts, ignore_index=True)
    out["country"] = drop_unlisted(out["code"], raw)
    out = out.dropna(subset=["country", "estimate"])
    out["year"] = out["year"].astype("int16")
    out[["estimate", "standard_error"]] = out[["estimate", "standard_error"]].round(4)
    keys = ["country", "year", "dimension"]
    return tidy(out, keys, [*keys, "estimate", "standard_error"])


def _dimension(rows: list[tuple[object, ...]], name: str) -> pd.DataFrame:
    top = next((i for i, row in enumerate(rows) if "Code" in row and "Estimate" in row), None)
    if top is None:
        msg = f"{_WGI}: the sheet of {name} has no header row with 'Code' and 'Estimate'"
        raise EvidenceError(msg)
    # Sheets repeat the header up to twice: data start at the first row below with another code.
    first = next(i for i in range(top, len(rows)) if rows[i][1] not in {None, "Code"})
    years = next(row for row in reversed(rows[:first]) if str(row[2])[:4].isdigit())
    labels = rows[top]
    records = [
        {"code": row[1], "year": int(str(years[i])[:4]), "estimate": row[i], "standard_error": row[i + 1]}
        for row in rows[first:]
        if row[1]
        for i in range(2, len(labels))
        if labels[i] == "Estimate"
    ]
    frame = pd.DataFrame(records).assign(dimension=name)
    for column in ("estimate", "standard_error"):
        frame[column] = pd.to_numeric(frame[column], errors="coerce")
    return frame


def read_conflict(raw: Path) -> pd.DataFrame:
    """Read battle-related deaths by country where the fighting took place, since 1989.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``country, year, deaths_best, deaths_low, deaths_high``; 0 where the source records none.
    """
    table = read_csv(raw / _DEATHS)
    table = table.loc[table["year"] >= _FIRST_CONFLICT_YEAR].copy()
    table["country"] = to_iso3(table["country_name"], "gleditsch_ward_names", raw)
    table = table.dropna(subset=["country", "best"])
    names = {"best": "deaths_best", "low": "deaths_low", "high": "deaths_high"}
    table = table.rename(columns=names)
    table[list(names.values())] = table[list(names.values())].astype("int32")
    table["year"] = table["year"].astype("int16")
    keys = ["country", "year"]
    return tidy(table, keys, [*keys, *names.values()])


def _deaths(published: float, country: str | None = None) -> Check:
    def measure(table: pd.DataFrame) -> float:
        rows = table.loc[table["year"] == 2022]
        rows = rows if country is None else rows.loc[rows["country"] == country]
        return float(rows["deaths_best"].sum())

    return Check(
        name=f"battle-related deaths 2022, {country or 'world'}",
        measure=measure,
        published=published,
        tolerance=0.0,
        source="Uppsala Conflict Data Program, GED 23.1",
    )


def _oda(published: float, tolerance: float, donor: str | None = None, recipient: str | None = None) -> Check:
    def measure(table: pd.DataFrame) -> float:
        rows = table.loc[table["year"] == 2021]
        rows = rows if donor is None else rows.loc[rows["donor"] == donor]
        rows = rows if recipient is None else rows.loc[rows["recipient"] == recipient]
        return float(rows["usd_million_2022"].sum())

    return Check(
        name=f"net ODA 2021, {donor or 'all donors'} to {recipient or 'all recipients'}",
        measure=measure,
        published=published,
        tolerance=tolerance,
        source="OECD DAC2a, constant 2022 US$ million",
    )


def _rule_of_law(table: pd.DataFrame) -> float:
    rows = table.loc[(table["country"] == "DEU") & (table["year"] == 2022)]
    return float(rows.loc[rows["dimension"] == "rule of law", "estimate"].iloc[0])


_CC_BY = "https://creativecommons.org/licenses/by/4.0/"

TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="aid",
        title="Official development assistance by donor and recipient",
        sources=(
            Source(
                producer="OECD Development Assistance Committee",
                title="Table DAC2a, aid disbursements to countries and regions, ODA: Total Net",
                edition="2024",
                year=2024,
                url="https://data-explorer.oecd.org/",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="github.com/dante042/MINT488@551b328",
            ),
        ),
        columns={
            "donor": Column("key", "ISO 3166-1 alpha-3 code"),
            "recipient": Column("key", "ISO 3166-1 alpha-3 code"),
            "year": Column("key", "2009 to 2022"),
            "usd_million_2022": Column(
                "million USD/year, constant 2022", "Net disbursements; may be negative"
            ),
        },
        read=read_aid,
        transformations=("Only 'ODA: Total Net' is taken: the aid types of the source overlap.",),
        checks=(_oda(80_700.0, 1e-3), _oda(7_000.0, 0.02, "TUR", "SYR"), _oda(2_000.0, 0.05, "JPN", "IND")),
        gaps=(
            "Multilateral donors, and aid not allocated to one country, are not held.",
            "An absent pair has no recorded disbursement.",
        ),
        raw_files=(_AID,),
    ),
    TableSpec(
        name="governance",
        title="Governance indicators, six dimensions",
        sources=(
            Source(
                producer="World Bank (Kaufmann and Kraay)",
                title="Worldwide Governance Indicators",
                edition="2023 update",
                year=2023,
                url="https://www.govindicators.org/",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="github.com/MariaFernandaOrtega/Master-Thesis@793b10b",
            ),
        ),
        columns={
            "country": Column("key", "ISO 3166-1 alpha-3 code"),
            "year": Column("key", "1996 to 2022"),
            "dimension": Column("key", "One of: " + ", ".join(DIMENSIONS.values())),
            "estimate": Column(
                "standard normal units", "Perceptions aggregated over sources, about -2.5 to 2.5"
            ),
            "standard_error": Column("standard normal units", "Standard error of the estimate"),
        },
        read=read_governance,
        transformations=("Ranks and numbers of sources are left out; four decimals are kept.",),
        checks=(
            Check(
                name="rule of law, DEU, 2022",
                measure=_rule_of_law,
                published=1.53,
                tolerance=5e-3,
                source="World Bank, Worldwide Governance Indicators",
            ),
        ),
        gaps=(
            (
                "Perceptions, not measurements; differences smaller than the standard errors mean "
                "nothing. No ranking of countries is drawn from them."
            ),
            "Yearly since 2002, every second year before; latest year 2022.",
        ),
        raw_files=(_WGI,),
    ),
    TableSpec(
        name="conflict",
        title="Battle-related deaths by country of the fighting",
        sources=(
            Source(
                producer="Uppsala Conflict Data Program",
                title="Georeferenced Event Dataset, state-based conflict",
                edition="23.1",
                year=2023,
                url="https://ucdp.uu.se/",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="github.com/kvelleby/poldat@9cdbec6",
            ),
        ),
        columns={
            "country": Column("key", "ISO 3166-1 alpha-3 code of the place of the fighting"),
            "year": Column("key", "1989 to 2022"),
            "deaths_best": Column("deaths/year", "Best estimate; 0 means none recorded"),
            "deaths_low": Column("deaths/year", "Low estimate"),
            "deaths_high": Column("deaths/year", "High estimate"),
        },
        read=read_conflict,
        transformations=(
            "Years before 1989 (another source and method) are left out.",
            (
                "Country-years of states that no longer exist (Yugoslavia, Czechoslovakia, the German "
                "Democratic Republic, the People's Democratic Republic of Yemen) are left out."
            ),
        ),
        checks=(
            _deaths(204_331.0),
            _deaths(101_076.0, "ETH"),
            _deaths(81_497.0, "UKR"),
            _deaths(3_040.0, "SOM"),
            _deaths(2_919.0, "YEM"),
        ),
        gaps=(
            (
                "State-based conflict only; latest year 2022, so fighting since then (Sudan, Gaza and "
                "others) is missing."
            ),
            "In twelve country-years the published best estimate lies outside the published low and high.",
            "Fighting in Yugoslavia before its successor states is not attributed to them.",
        ),
        raw_files=(_DEATHS,),
    ),
)
