"""Remittances: who sends how much to whom, and what sending costs.

``origin`` is the migrants' country of origin, which receives; ``destination`` is where they live and send
from.

Who may import me: the pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from comity import units
from comity.evidence.build.measures import count, total
from comity.evidence.build.names import code_names
from comity.evidence.build.readers import (
    find,
    finish,
    read_csv,
    read_knomad_inflows,
    read_knomad_matrix,
    read_wdi,
)
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TABLES"]

_MATRIX = (
    "migration/knomad-bilateral-remittances-2021/bilateral_remittance_matrix_*.xlsx",
    "migration/knomad-bilateral-remittances-2021/knomad_bilateral_remittances_2021.csv.gz",
)
_INFLOWS = (
    "migration/knomad-remittance-inflows-2000-2023/inward_remittance_flows_*.xlsx",
    "migration/knomad-remittance-inflows-2000-2023/knomad_inflows_long.csv.gz",
)
_PRICES = ("migration/wb-remittance-prices/rpw_corridor_cost_long.csv.gz",)
_WDI = ("migration/wb-remittances-wdi/wdi_remittances_in_out.csv.gz",)
_WDI_API: Final = {
    "received_usd": "migration/wb-remittances-wdi/API_BX.TRF.PWKR.CD*",
    "paid_usd": "migration/wb-remittances-wdi/API_BM.TRF.PWKR.CD.DT_DS2*",
}
_WORLD_BANK: Final = "CC BY 4.0"
_CC_BY: Final = "https://creativecommons.org/licenses/by/4.0/"
_INFLOW_TOTALS: Final = {2010: 470.0, 2015: 596.4, 2020: 716.8, 2022: 835.6, 2023: 860.3}


def _read_matrix(raw: Path) -> pd.DataFrame:
    frame = read_knomad_matrix(find(raw, *_MATRIX))
    gaps: tuple[str, ...] = ()
    for name, code in (("receiving", "origin"), ("sending", "destination")):
        frame[code], missing = code_names(frame[name], scheme="world_bank")
        gaps += missing
    frame["usd_million"] = frame["usd_million"].round(6)
    frame = frame[frame["usd_million"].gt(0)].dropna()
    keys = ["origin", "destination"]
    return finish(frame[[*keys, "usd_million"]], keys, gaps=gaps)


def _read_inflows(raw: Path) -> pd.DataFrame:
    frame = read_knomad_inflows(find(raw, *_INFLOWS))
    frame["country"], gaps = code_names(frame["name"], scheme="world_bank")
    frame["usd_million"] = frame["usd_million"].round(6)
    frame = frame[frame["usd_million"].gt(0)].dropna()
    keys = ["country", "year"]
    return finish(frame[[*keys, "usd_million", "estimate"]], keys, gaps=gaps)


def _read_prices(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_PRICES)).rename(
        columns={"receiving_iso3": "origin", "sending_iso3": "destination"}
    )
    frame["cost_share"] = frame["value"].map(units.to_share).round(9)
    keys = ["origin", "destination", "quarter"]
    return finish(frame[[*keys, "cost_share"]], keys)


def _read_wdi(raw: Path) -> pd.DataFrame:
    newer = {column: sorted(raw.glob(pattern)) for column, pattern in _WDI_API.items()}
    if all(newer.values()):
        wide = pd.concat(
            {
                column: read_wdi(paths[-1]).set_index(["code", "year"])["value"]
                for column, paths in newer.items()
            },
            axis=1,
        ).rename_axis(index={"code": "country"})
        wide = wide[wide.index.get_level_values("country").isin(_economies(raw))]
    else:
        long = read_csv(find(raw, *_WDI)).rename(columns={"iso3": "country"})
        wide = long.pivot_table(index=["country", "year"], columns="var", values="value")
        wide = wide.rename(columns={"remin": "received_usd", "remout": "paid_usd"})
    wide = wide[["received_usd", "paid_usd"]].dropna(how="all").reset_index()
    wide.columns.name = None
    return finish(wide, ["country", "year"])


def _economies(raw: Path) -> set[str]:
    # the API's files mix countries with aggregates under three-letter codes; our copy holds countries only
    return set(read_csv(find(raw, *_WDI))["iso3"])


TABLES = (
    TableSpec(
        name="remittance_matrix",
        title="Bilateral remittances 2021, allocated by migrant stocks and incomes",
        sources=(
            Source(
                producer="World Bank / KNOMAD",
                title="Bilateral Remittance Estimates for 2021 using Migrant Stocks, Host Country Incomes, "
                "and Origin Country Incomes",
                edition="December 2022",
                year=2022,
                url="https://www.knomad.org/data/remittances",
                licence=_WORLD_BANK,
                licence_url=_CC_BY,
                through="raulincadet, Macro (original workbook)",
            ),
        ),
        columns={
            "origin": Column("key", "Country that receives: the migrants' country of origin, ISO3"),
            "destination": Column("key", "Country that sends: where the migrants live, ISO3"),
            "usd_million": Column("US$ million of 2021 per year", "Remittances sent in 2021"),
        },
        read=_read_matrix,
        transformations=("Names mapped to ISO3; rounded to one dollar; zero cells left out.",),
        checks=(
            Check("world", total("usd_million"), 781_075.7065, 1e-6, "WORLD cell"),
            Check(
                "United States to Mexico",
                total("usd_million", origin="MEX", destination="USA"),
                52_595,
                1e-4,
                "KNOMAD",
            ),
            Check(
                "Mexico receives in all",
                total("usd_million", origin="MEX"),
                54_130,
                1e-4,
                "KNOMAD inflows 2021",
            ),
        ),
        gaps=(
            "Modelled: recorded totals are spread over senders by stocks and incomes (Ratha and Shaw).",
            "A pair that is absent has no recorded migrants or no recorded total: unknown, not zero.",
        ),
        status="estimated",
        raw_files=_MATRIX,
    ),
    TableSpec(
        name="remittance_inflow",
        title="Remittances received, per year",
        sources=(
            Source(
                producer="World Bank / KNOMAD",
                title="Remittance inflows (Migration and Development Brief 39)",
                edition="December 2023",
                year=2023,
                url="https://www.knomad.org/data/remittances",
                licence=_WORLD_BANK,
                licence_url=_CC_BY,
                through="raulincadet, Macro (original workbook)",
            ),
        ),
        columns={
            "country": Column("key", "Country that receives, ISO3"),
            "year": Column("key", "Calendar year"),
            "usd_million": Column("US$ million, current, per year", "Remittances received"),
            "estimate": Column("flag", "True where the publisher's figure is a forecast"),
        },
        read=_read_inflows,
        transformations=(
            "Names mapped to ISO3; aggregates left out; rounded to one dollar.",
            "The workbook writes 0 where it has no figure: such cells are absent here.",
        ),
        checks=tuple(
            Check(
                f"world {year}, US$ billion",
                total("usd_million", year=year, scale=1e3),
                published,
                1e-3,
                "WORLD line",
            )
            for year, published in _INFLOW_TOTALS.items()
        ),
        gaps=("Recorded flows only.", "An absent cell is unknown, not zero."),
        raw_files=_INFLOWS,
    ),
    TableSpec(
        name="remittance_price",
        title="Cost of sending remittances, by corridor and quarter",
        sources=(
            Source(
                producer="World Bank",
                title="Remittance Prices Worldwide, corridors",
                edition="7 December 2020; 2011Q1 to 2020Q3",
                year=2020,
                url="https://remittanceprices.worldbank.org",
                licence=_WORLD_BANK,
                licence_url=_CC_BY,
                through="natesheehan, sdg_10C (databank export)",
            ),
        ),
        columns={
            "origin": Column("key", "Country that receives: the migrants' country of origin, ISO3"),
            "destination": Column("key", "Country that sends: where the migrants live, ISO3"),
            "quarter": Column("key", "Quarter, for example 2020Q3"),
            "cost_share": Column(units.SHARE, "Average total cost as a share of the amount sent"),
        },
        read=_read_prices,
        transformations=("Per cent turned into a share.",),
        checks=(
            Check(
                "mean over corridors 2020Q3",
                lambda df: float(df.loc[df["quarter"].eq("2020Q3"), "cost_share"].mean()),
                0.070,
                5e-3,
                "mean of the databank's corridors; the publisher reports about 6.8 % weighted by firms",
            ),
            Check(
                "corridors 2020Q3",
                count(quarter="2020Q3"),
                367,
                0,
                "databank export",
            ),
        ),
        gaps=("377 corridors only; nothing after 2020Q3.", "Not weighted by volume."),
        raw_files=_PRICES,
    ),
    TableSpec(
        name="remittances_wdi",
        title="Personal remittances received and paid, per year",
        sources=(
            Source(
                producer="World Bank",
                title="World Development Indicators BX.TRF.PWKR.CD.DT and BM.TRF.PWKR.CD.DT",
                edition="2025",
                year=2025,
                url="https://data.worldbank.org/indicator/BX.TRF.PWKR.CD.DT",
                licence=_WORLD_BANK,
                licence_url=_CC_BY,
                through="IOM Global Data Institute, gdidata 0.3.21",
            ),
        ),
        columns={
            "country": Column("key", "Country, ISO3"),
            "year": Column("key", "Calendar year"),
            "received_usd": Column("US$, current, per year", "Personal remittances received"),
            "paid_usd": Column("US$, current, per year", "Personal remittances paid"),
        },
        read=_read_wdi,
        transformations=("One row per country and year.",),
        checks=(
            Check(
                "received 2023, US$ billion",
                total("received_usd", year=2023, scale=1e9),
                822.3,
                1e-3,
                "World Bank",
            ),
            Check(
                "paid 2023, US$ billion", total("paid_usd", year=2023, scale=1e9), 518.3, 1e-3, "World Bank"
            ),
            Check(
                "Mexico 2023, US$ billion",
                total("received_usd", country="MEX", year=2023, scale=1e9),
                66.2,
                2e-3,
                "World Bank",
            ),
            Check(
                "India 2023, US$ billion",
                total("received_usd", country="IND", year=2023, scale=1e9),
                119.5,
                2e-3,
                "World Bank",
            ),
        ),
        gaps=(
            "Paid remittances are missing for many countries, some Gulf states among them.",
            "Received and paid do not balance for the world.",
        ),
        raw_files=_WDI,
    ),
)
