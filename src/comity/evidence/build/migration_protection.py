"""Refugees, asylum applications and first-instance decisions (UNHCR).

Who may import me: the pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.evidence.build.measures import total
from comity.evidence.build.readers import find, finish, read_csv
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["TABLES"]

_FOLDER: Final = "migration/unhcr-refugees"
_POPULATION = (f"{_FOLDER}/unhcr_population.csv.gz",)
_APPLICATIONS = (f"{_FOLDER}/unhcr_asylum_applications.csv.gz",)
_DECISIONS = (f"{_FOLDER}/unhcr_asylum_decisions.csv.gz",)
_FIRST_YEAR: Final = 1990

_NEW: Final = ("N", "NR", "V", "NA", "SP")
"""UNHCR application types that hold first applications; A, J, R, RA are appeals, reviews and repeats."""

_FIRST_STAGE: Final = ("FI", "IN", "EO", "FA", "NA", "SP", "TA", "TP", "CA", "BL")
"""UNHCR stages at which a first application is lodged; AR, JR, RA are appeal, review and reopening."""

_FIRST_INSTANCE: Final = ("FI", "IN")
"""First instance; IN is how the United States citizenship service, a first instance, reports."""

_KEYS: Final = ["origin", "destination", "year"]
_NAMES: Final = {"coo_iso": "origin", "coa_iso": "destination"}

_SOURCE = Source(
    producer="United Nations High Commissioner for Refugees (UNHCR)",
    title="Refugee Population Statistics Database",
    edition="June 2026 release",
    year=2026,
    url="https://www.unhcr.org/refugee-statistics/",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    through="R package refugees (UNHCR)",
)
_ORIGIN = Column("key", "Country of origin, ISO3; UNK unknown, XXA stateless")
_DESTINATION = Column("key", "Country of asylum, ISO3; UNK unknown")
_SMALL = "UNHCR rounds or withholds small cells (multiples of 5)."
_ABSENT = "An absent pair is unknown, not zero."


def _read_refugees(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_POPULATION)).rename(columns={**_NAMES, "oip": "other_protection"})
    values = ["refugees", "asylum_seekers", "other_protection"]
    frame["other_protection"] = frame["other_protection"].astype("Int64")
    keep = frame["year"].ge(_FIRST_YEAR) & frame[values].fillna(0).sum(axis=1).gt(0)
    return finish(frame.loc[keep, _KEYS + values], _KEYS)


def _read_applications(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_APPLICATIONS)).rename(columns={**_NAMES, "applied": "applications"})
    frame = frame[frame["app_type"].isin(_NEW) & frame["dec_level"].isin(_FIRST_STAGE)]
    frame["of_which_cases"] = frame["applications"].where(frame["app_pc"].eq("C"), 0)
    summed = frame.groupby(_KEYS, as_index=False)[["applications", "of_which_cases"]].sum()
    return finish(summed[summed["applications"].gt(0)], _KEYS)


def _read_decisions(raw: Path) -> pd.DataFrame:
    every = read_csv(find(raw, *_DECISIONS)).rename(columns=_NAMES)
    columns = {f"dec_{name}": name for name in ("rejected", "closed")}
    columns |= {"dec_recognized": "recognised", "dec_other": "complementary"}
    every = every.rename(columns=columns)
    values = ["recognised", "complementary", "rejected", "closed"]
    frame = every[every["dec_level"].isin(_FIRST_INSTANCE)].copy()
    frame["of_which_cases"] = frame[values].sum(axis=1).where(frame["dec_pc"].eq("C"), 0)
    summed = frame.groupby(_KEYS, as_index=False)[[*values, "of_which_cases"]].sum()
    summed = summed[summed[values].sum(axis=1).gt(0)]
    without = sorted(set(every["destination"]) - set(summed["destination"]))
    gap = "No first-instance decision is told apart from other stages for: " + ", ".join(without) + "."
    return finish(summed, _KEYS, gaps=(gap,) if without else ())


_END_YEAR: Final = {
    ("refugees", 2015): 16.11e6,
    ("refugees", 2020): 20.66e6,
    ("refugees", 2023): 31.64e6,
    ("refugees", 2024): 30.96e6,
    ("asylum_seekers", 2020): 4.18e6,
    ("asylum_seekers", 2024): 8.35e6,
    ("other_protection", 2024): 5.88e6,
}

TABLES = (
    TableSpec(
        name="refugees",
        title="Refugees, asylum seekers and other people in need of international protection, end of year",
        sources=(_SOURCE,),
        columns={
            "origin": _ORIGIN,
            "destination": _DESTINATION,
            "year": Column("key", "31 December of the year"),
            "refugees": Column("persons", "Refugees under UNHCR's mandate, and people in like situations"),
            "asylum_seekers": Column("persons", "People whose claim awaits a decision"),
            "other_protection": Column(
                "persons", "Other people in need of international protection; missing where not used"
            ),
        },
        read=_read_refugees,
        transformations=(
            (
                f"From {_FIRST_YEAR}; rows that hold none of the three groups (internally displaced, "
                "returned, stateless …) are left out."
            ),
        ),
        checks=(
            *(
                Check(
                    f"world {column} {year}",
                    total(column, year=year),
                    published,
                    0.005e6 / published,
                    "UNHCR Global Trends and Refugee Data Finder, in millions to two decimals",
                )
                for (column, year), published in _END_YEAR.items()
            ),
            Check(
                "Syria to Türkiye 2024",
                total("refugees", origin="SYR", destination="TUR", year=2024),
                2_901_478,
                0,
                "UNHCR",
            ),
            Check(
                "Ukraine to Germany 2024",
                total("refugees", origin="UKR", destination="DEU", year=2024),
                1_205_729,
                0,
                "UNHCR",
            ),
        ),
        gaps=(_ABSENT, _SMALL, "Palestine refugees under UNRWA's mandate are not included."),
        raw_files=_POPULATION,
    ),
    TableSpec(
        name="asylum_applications",
        title="Asylum applications lodged in the year",
        sources=(_SOURCE,),
        columns={
            "origin": _ORIGIN,
            "destination": _DESTINATION,
            "year": Column("key", "Year of application"),
            "applications": Column("persons or cases", "Applications, appeals and repeats left out"),
            "of_which_cases": Column(
                "cases", "Part that is counted in cases, which may hold several persons"
            ),
        },
        read=_read_applications,
        transformations=(
            (
                "New applications, and those that a country does not tell apart from repeated ones; appeals, "
                "judicial reviews, repeated and reopened applications are left out."
            ),
            "Government, UNHCR and joint procedures are added.",
        ),
        checks=(
            Check("world 2023", total("applications", year=2023), 3.6e6, 0.02, "UNHCR Global Trends 2023"),
            Check("world 2024", total("applications", year=2024), 3.1e6, 0.02, "UNHCR Global Trends 2024"),
            Check(
                "first applications in Germany 2023",
                total("applications", destination="DEU", year=2023),
                329_120,
                1e-3,
                "Federal Office for Migration and Refugees (BAMF)",
            ),
            Check(
                "cases are part of the total",
                lambda df: float((df["of_which_cases"] > df["applications"]).sum()),
                0,
                0,
                "identity",
            ),
        ),
        gaps=(
            _ABSENT,
            _SMALL,
            "Some countries count cases and not persons; the column of_which_cases tells how many.",
            "The United States count both those before its citizenship service and those in court.",
        ),
        raw_files=_APPLICATIONS,
    ),
    TableSpec(
        name="asylum_decisions",
        title="First-instance decisions on asylum",
        sources=(_SOURCE,),
        columns={
            "origin": _ORIGIN,
            "destination": _DESTINATION,
            "year": Column("key", "Year of decision"),
            "recognised": Column("persons or cases", "Recognised as refugees under the Convention"),
            "complementary": Column("persons or cases", "Given complementary protection"),
            "rejected": Column("persons or cases", "Rejected"),
            "closed": Column("persons or cases", "Closed without a decision on the substance"),
            "of_which_cases": Column(
                "cases", "Part that is counted in cases, which may hold several persons"
            ),
        },
        read=_read_decisions,
        transformations=(
            (
                "First instance only (UNHCR level FI; for the United States its citizenship service, IN); no "
                "other level is mixed in."
            ),
            "Government, UNHCR and joint procedures are added.",
        ),
        checks=(
            Check(
                "cases are part of the total",
                lambda df: float(
                    (
                        df["of_which_cases"]
                        > df[["recognised", "complementary", "rejected", "closed"]].sum(axis=1)
                    ).sum()
                ),
                0,
                0,
                "identity",
            ),
        ),
        gaps=(
            _ABSENT,
            _SMALL,
            "Protection rate = (recognised + complementary) / (recognised + complementary + rejected).",
            "Decisions of United States immigration courts are a level of their own and are left out.",
        ),
        raw_files=_DECISIONS,
    ),
)
