"""Migrant stocks by origin, destination and sex (UN DESA).

Who may import me: the pipeline.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from comity.evidence.build.readers import find, finish, read_csv
from comity.evidence.build.spec import Check, Column, Source, TableSpec

__all__ = ["TABLES"]

_FILES = ("migration/undesa-stock-2024/undesa_ims2024_bilateral_by_sex.csv.gz",)


def _read(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_FILES)).rename(
        columns={"orig_iso3": "origin", "dest_iso3": "destination", "stock": "persons"}
    )
    return finish(
        frame[["origin", "destination", "year", "sex", "persons"]], ["origin", "destination", "year", "sex"]
    )


def _world(year: int) -> Check:
    published = {1990: 153.92e6, 1995: 163.18e6, 2000: 174.57e6, 2005: 192.79e6, 2010: 221.02e6}
    published |= {2015: 250.04e6, 2020: 275.28e6, 2024: 304.02e6}
    return Check(
        f"world total {year}",
        lambda df: float(df.loc[df.year == year, "persons"].sum()),
        published[year],
        5e-5,
        "UN DESA, International Migrant Stock 2024",
    )


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
        read=_read,
        transformations=("Columns renamed; rows sorted.",),
        checks=(
            *(_world(year) for year in (1990, 1995, 2000, 2005, 2010, 2015, 2020, 2024)),
            Check(
                "Mexico to the United States 2024",
                lambda df: float(
                    df.loc[
                        (df.origin == "MEX") & (df.destination == "USA") & (df.year == 2024), "persons"
                    ].sum()
                ),
                11_279_561,
                0,
                "UN DESA, International Migrant Stock 2024",
            ),
        ),
        gaps=(
            "An absent pair is unknown, not zero.",
            "The origin OOO (other or unknown) belongs to a destination's total and is not a corridor.",
            "Figures of destinations without data of their own are imputed by the publisher.",
            "Not comparable with earlier editions: definitions and benchmark data changed.",
        ),
        raw_files=_FILES,
    ),
)
