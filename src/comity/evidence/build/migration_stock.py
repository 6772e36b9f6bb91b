"""Migrant stocks (UN DESA) and flows between two points in time (Abel and Cohen).

Who may import me: the pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.evidence.build.measures import total
from comity.evidence.build.readers import find, finish, read_csv, read_undesa_stock
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["TABLES"]

_STOCK = (
    "migration/undesa-stock-2024/*ims_stock_by_sex_destination_and_origin*.xlsx",
    "migration/undesa-stock-2024/undesa_ims2024_bilateral_by_sex.csv.gz",
)
_FLOWS = ("migration/abel-cohen-flows-2022/abel_cohen_flows_5y_total.csv.gz",)
_METHODS: Final = ("da_pb_closed", "da_min_closed", "sd_rev_neg")
_FLOW_CODES: Final = {"CHI": "XCX", "SUD": "SDN", "SDN_PRE2011": "SDN"}

_WORLD_STOCK: Final = {
    1990: 153.92e6,
    1995: 163.18e6,
    2000: 174.57e6,
    2005: 192.79e6,
    2010: 221.02e6,
    2015: 250.04e6,
    2020: 275.28e6,
    2024: 304.02e6,
}
_WORLD_FLOW: Final = {
    ("da_pb_closed", 1990): 72_739_066,
    ("da_pb_closed", 2015): 101_176_337,
    ("da_min_closed", 1990): 42_726_200,
    ("da_min_closed", 2015): 46_840_693,
    ("sd_rev_neg", 1990): 35_504_280,
    ("sd_rev_neg", 2015): 39_818_818,
}


def _read_stock(raw: Path) -> pd.DataFrame:
    keys = ["origin", "destination", "year", "sex"]
    return finish(read_undesa_stock(find(raw, *_STOCK)), keys)


def _read_flows(raw: Path) -> pd.DataFrame:
    return read_flow_component(raw, _FLOWS, _METHODS)


def read_flow_component(raw: Path, files: tuple[str, ...], methods: tuple[str, ...]) -> pd.DataFrame:
    """Read one file of the authors' flows as ``method, origin, destination, period_start, persons``."""
    wide = read_csv(find(raw, *files)).rename(
        columns={"orig_iso3": "origin", "dest_iso3": "destination", "year0": "period_start"}
    )
    for side in ("origin", "destination"):
        wide[side] = wide[side].replace(_FLOW_CODES)
    keys = ["origin", "destination", "period_start"]
    long = wide.melt(id_vars=keys, value_vars=list(methods), var_name="method", value_name="persons")
    return finish(long[long["persons"].gt(0)], ["method", *keys])


TABLES = (
    TableSpec(
        name="migrant_stock",
        title="Migrant stock by origin, destination and sex, mid-year",
        sources=(
            Source(
                producer="United Nations, Department of Economic and Social Affairs, Population Division",
                title="International Migrant Stock 2024",
                edition="POP/DB/MIG/Stock/Rev.2024",
                year=2024,
                url="https://www.un.org/development/desa/pd/content/international-migrant-stock",
                licence="CC BY 3.0 IGO",
                licence_url="https://creativecommons.org/licenses/by/3.0/igo/",
                through="IOM Global Data Institute, gdidata 0.3.21",
            ),
        ),
        columns={
            "origin": Column("key", "Country of birth (or of citizenship), ISO3; OOO is other or unknown"),
            "destination": Column("key", "Country of residence, ISO3"),
            "year": Column("key", "1 July of the year"),
            "sex": Column("key", "female or male; there is no row for both"),
            "persons": Column("persons", "International migrants"),
        },
        read=_read_stock,
        transformations=("Columns renamed; rows sorted; figures unchanged.",),
        checks=(
            *(
                Check(
                    f"world total {year}",
                    total("persons", year=year),
                    published,
                    5e-5,
                    "UN DESA, International Migrant Stock 2024, world total in millions to two decimals",
                )
                for year, published in _WORLD_STOCK.items()
            ),
            Check(
                "Mexico to the United States 2024",
                total("persons", origin="MEX", destination="USA", year=2024),
                11_279_561,
                0,
                "UN DESA, International Migrant Stock 2024",
            ),
        ),
        gaps=(
            "An absent pair is unknown, not zero; a zero is one that the publisher gives.",
            "The origin OOO (other or unknown) belongs to a destination's total and is not a corridor.",
            "Figures of destinations without data of their own are imputed by the publisher.",
            "Not comparable with earlier editions: definitions and benchmark data changed.",
        ),
        raw_files=_STOCK,
    ),
    TableSpec(
        name="migration_flow",
        title="Migration flow between countries over five years, by estimation method",
        sources=(
            Source(
                producer="Guy J. Abel and Joel E. Cohen",
                title="Bilateral international migration flow estimates updated and refined by sex",
                edition="Scientific Data 9:173, on UN DESA stocks of 2020; six periods from 1990",
                year=2022,
                url="https://doi.org/10.1038/s41597-022-01271-z",
                licence="CC BY 4.0",
                licence_url="https://creativecommons.org/licenses/by/4.0/",
                through="data behind the authors' migration flow explorer",
            ),
        ),
        columns={
            "method": Column(
                "key",
                "Estimation method: da_pb_closed (demographic accounting, pseudo-Bayesian, closed), "
                "da_min_closed (demographic accounting, fewest moves, closed), sd_rev_neg (stock "
                "differences, negative ones reversed). Never add or mix methods",
            ),
            "origin": Column("key", "Country of residence at the start of the period, ISO3"),
            "destination": Column("key", "Country of residence at the end of the period, ISO3"),
            "period_start": Column("key", "First year of the five-year period"),
            "persons": Column("persons per five years", "People who changed residence between the two dates"),
        },
        read=_read_flows,
        transformations=(
            "Three of six methods are kept, one row per method; estimates of zero are left out.",
            "Channel Islands are XCX; Sudan is SDN before and after 2011.",
        ),
        checks=tuple(
            Check(
                f"world total {method} {year}",
                total("persons", method=method, period_start=year),
                published,
                0,
                "sum of the authors' country matrices",
            )
            for (method, year), published in _WORLD_FLOW.items()
        ),
        gaps=(
            "Estimates: the choice of method changes the world total by a factor of more than two.",
            (
                "The authors estimate every pair of their countries: an absent pair is an estimate of zero "
                "for that method, or a country that the authors leave out."
            ),
            "Rests on the 2020 edition of the stocks, so 2015-2020 does not follow the revisions of 2024.",
            "The licence is the one that the journal asks for its data; the file itself carries none.",
        ),
        status="estimated",
        raw_files=_FLOWS,
    ),
)
