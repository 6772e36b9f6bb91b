"""What surrounds a corridor: net migration, all inflows, protection of a moment, researchers, lives lost.

Who may import me: the pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.evidence.build.eurostat import EUROSTAT, with_codes
from comity.evidence.build.measures import count, total
from comity.evidence.build.readers import find, finish, read_csv
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["TABLES"]

_NET = ("migration/net-migration/UN_WPP_2024_net_migration.csv.gz",)
_LOST = ("migration/iom-missing-migrants/iom_missing_migrants_2014_2025.csv.gz",)
_INFLOW = ("migration/oecd-inflows/oecd_imd_inflows.csv.gz",)
_TEMPORARY = ("migration/eurostat-residence-permits/temporary_protection_beneficiaries_monthly.csv.gz",)
_SCHOLARS = ("migration/scholars-migration/scopus_2024_V1_scholarlymigration_countryflows.csv.gz",)

_FIRST_YEAR: Final = 1990
_SCHOLARS_FROM: Final = 1997
_SCHOLARS_TO: Final = 2024
_LOST_TOTALS: Final = {2014: 5_446, 2016: 8_253, 2020: 4_313, 2022: 7_205, 2023: 8_755, 2024: 9_191}
_CC_BY: Final = "https://creativecommons.org/licenses/by/4.0/"


def _read_net(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_NET)).rename(
        columns={"Year": "year", "Country ISO": "country", "Net Number of Migrants": "persons"}
    )
    frame = frame[frame["year"].ge(_FIRST_YEAR)].astype({"year": "int64", "persons": "int64"})
    keys = ["country", "year"]
    return finish(frame[[*keys, "persons"]], keys)


def _read_lost(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_LOST)).rename(columns={"country_iso3": "country"})
    frame["year"] = frame["date"].str[:4].astype(int)
    keys = ["route", "country", "year"]
    summed = frame.groupby(keys)["dead_missing"].agg(["sum", "size"]).reset_index()
    summed = summed.rename(columns={"sum": "dead_missing", "size": "incidents"})
    summed["dead_missing"] = summed["dead_missing"].astype("int64")
    return finish(summed, keys)


def _read_inflow(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_INFLOW)).rename(
        columns={"REF_AREA": "destination", "TIME_PERIOD": "year", "OBS_VALUE": "persons"}
    )
    keys = ["destination", "year"]
    return finish(frame[[*keys, "persons"]].dropna().astype({"persons": "int64"}), keys)


def _read_temporary(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_TEMPORARY))
    frame = frame[frame["citizen"].eq("UA") & frame["sex"].eq("T") & frame["age"].eq("TOTAL")]
    coded, gaps = with_codes(frame, {"Geopolitical entity (reporting)": "destination"})
    coded = coded.rename(columns={"TIME_PERIOD": "month", "OBS_VALUE": "persons"})
    coded = coded.dropna(subset=["persons"]).astype({"persons": "int64"})
    coded["citizenship"] = "UKR"
    keys = ["citizenship", "destination", "month"]
    return finish(coded[[*keys, "persons"]], keys, gaps=gaps)


def _read_scholars(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_SCHOLARS)).rename(
        columns={"migrationfrom": "origin", "migrationto": "destination", "n_migrations": "moves"}
    )
    frame = frame.dropna(subset=["origin", "destination", "year"]).astype({"year": "int64", "moves": "int64"})
    known = frame["year"].between(_SCHOLARS_FROM, _SCHOLARS_TO) & frame["moves"].gt(0)
    for side in ("origin", "destination"):
        frame[side] = frame[side].str.upper()
    keys = ["origin", "destination", "year"]
    return finish(frame.loc[known, [*keys, "moves"]], keys)


TABLES = (
    TableSpec(
        name="net_migration",
        title="Net migration, per year",
        sources=(
            Source(
                producer="United Nations, Department of Economic and Social Affairs, Population Division",
                title="World Population Prospects 2024",
                edition="2024 revision, estimates to 2023",
                year=2024,
                url="https://population.un.org/wpp/",
                licence="CC BY 3.0 IGO",
                licence_url="https://creativecommons.org/licenses/by/3.0/igo/",
                through="T. Gaskin and G. Abel, Deep learning 4 decades of human migration",
            ),
        ),
        columns={
            "country": Column("key", "Country, ISO3"),
            "year": Column("key", "Calendar year"),
            "persons": Column("persons per year", "Immigrants less emigrants; negative where more leave"),
        },
        read=_read_net,
        transformations=(f"From {_FIRST_YEAR}.",),
        checks=(
            Check("Ukraine 2022", total("persons", country="UKR", year=2022), -5_699_000, 0, "UN DESA"),
            Check("United States 2022", total("persons", country="USA", year=2022), 1_319_000, 0, "UN DESA"),
        ),
        gaps=("Partly derived by the publisher as what balances births, deaths and population.",),
        status="estimated",
        raw_files=_NET,
    ),
    TableSpec(
        name="missing_migrants",
        title="Migrants who died or went missing, by route, country of incident and year",
        sources=(
            Source(
                producer="International Organization for Migration (IOM)",
                title="Missing Migrants Project",
                edition="January 2014 to April 2025, as of 4 June 2025",
                year=2025,
                url="https://missingmigrants.iom.int",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="IOM Global Data Institute, gdidata 0.3.21",
            ),
        ),
        columns={
            "route": Column("key", "Migration route, as IOM names it"),
            "country": Column("key", "Country of the incident, ISO3"),
            "year": Column("key", "Calendar year"),
            "dead_missing": Column("persons", "Dead and missing that were recorded"),
            "incidents": Column("incidents", "Incidents that were recorded"),
        },
        read=_read_lost,
        transformations=("Incidents added up by route, country and year.",),
        checks=tuple(
            Check(
                f"dead and missing {year}",
                total("dead_missing", year=year),
                published,
                0,
                "IOM, as of June 2025",
            )
            for year, published in _LOST_TOTALS.items()
        ),
        gaps=(
            "A minimum: where nothing was recorded, people may have died unseen.",
            "2025 ends in April.",
        ),
        raw_files=_LOST,
    ),
    TableSpec(
        name="foreign_inflow",
        title="Inflow of foreign population, per year, national definitions",
        sources=(
            Source(
                producer="Organisation for Economic Co-operation and Development (OECD)",
                title="International Migration Database, inflows of foreign population (B11)",
                edition="2012 to 2022, retrieved 2025",
                year=2025,
                url="https://data-explorer.oecd.org",
                licence="CC BY 4.0",
                licence_url="https://www.oecd.org/en/about/terms-conditions.html",
                through="melanie-vera, International-migration (export of the OECD)",
            ),
        ),
        columns={
            "destination": Column("key", "Reporting country, ISO3"),
            "year": Column("key", "Calendar year"),
            "persons": Column("persons per year", "Foreigners who came to live there, all citizenships"),
        },
        read=_read_inflow,
        transformations=("Columns renamed.",),
        checks=(
            Check(
                "Greece 2014, as exported", total("persons", destination="GRC", year=2014), 29_510, 0, "OECD"
            ),
            Check(
                "Norway 2018, as exported", total("persons", destination="NOR", year=2018), 44_406, 0, "OECD"
            ),
        ),
        gaps=(
            "Definitions differ by country: do not compare levels.",
            "No split by citizenship or by category (work, family, humanitarian) was at hand.",
        ),
        raw_files=_INFLOW,
    ),
    TableSpec(
        name="temporary_protection",
        title="Beneficiaries of temporary protection, end of month",
        sources=(EUROSTAT("Beneficiaries of temporary protection at the end of the month (migr_asytpsm)"),),
        columns={
            "citizenship": Column("key", "Country of citizenship, ISO3 (Ukraine)"),
            "destination": Column("key", "Reporting country, ISO3"),
            "month": Column("key", "End of this month, for example 2024-12"),
            "persons": Column("persons", "Beneficiaries, a stock"),
        },
        read=_read_temporary,
        transformations=("Names mapped to ISO3.",),
        checks=(
            Check(
                "Germany, December 2024",
                total("persons", destination="DEU", month="2024-12"),
                1_125_985,
                0,
                "Eurostat",
            ),
        ),
        gaps=("Citizens of Ukraine only.",),
        raw_files=_TEMPORARY,
    ),
    TableSpec(
        name="researcher_flow",
        title="Moves of published researchers between countries, per year",
        sources=(
            Source(
                producer="Max Planck Institute for Demographic Research (Akbaritabar, Theile and Zagheni)",
                title="Bilateral flows and rates of international migration of scholars for 210 countries",
                edition="Scopus 2024 V1",
                year=2024,
                url="https://doi.org/10.5281/zenodo.11145735",
                licence="CC BY 4.0",
                licence_url=_CC_BY,
                through="the authors' repository",
            ),
        ),
        columns={
            "origin": Column("key", "Country of the earlier affiliation, ISO3"),
            "destination": Column("key", "Country of the later affiliation, ISO3"),
            "year": Column("key", "Calendar year"),
            "moves": Column("researchers per year", "Researchers whose affiliation changed country"),
        },
        read=_read_scholars,
        transformations=("Entries to and exits from the database, which have one country only, left out.",),
        checks=(
            Check("rows", count(), 131_733, 2e-3, "the authors' file, pairs of two countries"),
            Check("all moves", total("moves"), 2.52e6, 2e-3, "the authors' file"),
            Check(
                "United States to China",
                total("moves", origin="USA", destination="CHN"),
                54_000,
                0,
                "the same",
            ),
        ),
        gaps=(
            "Researchers who publish, not all skilled workers.",
            "2023 and 2024 are incomplete; an absent pair had no recorded move.",
        ),
        raw_files=_SCHOLARS,
    ),
)
