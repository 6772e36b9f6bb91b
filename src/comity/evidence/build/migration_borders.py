"""Irregular border crossing, presence and return decisions, as authorities record them.

Detections and encounters are events, not persons: one person may be counted several times.

Who may import me: the pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.evidence.build.eurostat import BY_CITIZENSHIP, EUROSTAT, read_by_citizenship
from comity.evidence.build.measures import total
from comity.evidence.build.readers import find, finish, read_csv
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["TABLES"]

_FRONTEX = ("migration/frontex-ibc/frontex_detections_monthly.csv.gz",)
_CBP = ("migration/us-cbp-encounters/cbp_sw_border_encounters_2017_2025.csv.gz",)
_ORDERED = ("migration/eurostat-residence-permits/P_third_country_ordered_to_leave.csv.gz",)
_FOUND = ("migration/eurostat-residence-permits/P_third_country_illegally_present.csv.gz",)

_FRONTEX_TOTALS: Final = {2009: 104_503, 2015: 1_822_102, 2016: 511_047, 2020: 126_310, 2021: 202_119}
_FRONTEX_TOTALS_LATE: Final = {2022: 326_217, 2023: 381_319, 2024: 240_021, 2025: 50_226}
_CBP_TOTALS: Final = {
    2018: 521_090,
    2019: 977_509,
    2020: 458_088,
    2021: 1_734_686,
    2022: 2_378_944,
    2023: 2_475_669,
    2024: 2_135_005,
    2025: 405_203,
}
_COMPONENTS: Final = {"U.S. Border Patrol": "border_patrol", "Office of Field Operations": "field_operations"}


def _read_frontex(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_FRONTEX)).rename(columns={"nat_iso3": "nationality"})
    frame["year"] = frame["month"].str[:4].astype(int)
    keys = ["route", "border_type", "nationality", "year"]
    months = frame.groupby("year")["month"].nunique()
    summed = frame.groupby(keys, as_index=False)["detections"].sum()
    summed["months"] = summed["year"].map(months)
    summed["border_type"] = summed["border_type"].str.casefold()
    return finish(summed[summed["detections"].gt(0)], keys)


def _read_cbp(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_CBP)).rename(columns={"nat_iso3": "nationality"})
    frame["nationality"] = frame["nationality"].fillna("UNK")
    frame["component"] = frame["component"].map(_COMPONENTS)
    keys = ["nationality", "fiscal_year", "component"]
    months = frame.groupby("fiscal_year")["month"].nunique()
    summed = frame.groupby(keys)["encounters"].sum().reset_index()
    summed["encounters"] = summed["encounters"].astype("int64")
    summed["months"] = summed["fiscal_year"].map(months)
    return finish(summed, keys)


def _read_ordered(raw: Path) -> pd.DataFrame:
    path = find(raw, *_ORDERED)
    return read_by_citizenship(path, value="Third Country Nationals Ordered to Leave", unit="persons")


def _read_found(raw: Path) -> pd.DataFrame:
    return read_by_citizenship(find(raw, *_FOUND), value="Illegal Third Country Nationals", unit="persons")


def _rounded(df: pd.DataFrame) -> float:
    return float((df["persons"] % 5).ne(0).mean())


_EU: Final = (
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST",
    "FIN", "FRA", "GRC", "HRV", "HUN", "IRL", "ITA", "LTU", "LUX",
    "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE",
)  # fmt: skip
_TO_FIVE = Check("figures are multiples of five", _rounded, 0, 0, "Eurostat rounds these figures to five")

TABLES = (
    TableSpec(
        name="border_detections",
        title="Detections of irregular border crossing at the external borders of the EU, per year",
        sources=(
            Source(
                producer="European Border and Coast Guard Agency (Frontex)",
                title="Monthly detections of illegal border-crossing",
                edition="data as of 3 June 2025",
                year=2025,
                url="https://www.frontex.europa.eu/what-we-do/monitoring-and-risk-analysis/migratory-map/",
                licence="Frontex legal disclaimer: private use; other use on request",
                licence_url="https://www.frontex.europa.eu/legal-disclaimer/",
                through="IOM Global Data Institute, gdidata 0.3.21",
            ),
        ),
        columns={
            "route": Column("key", "Migratory route, as Frontex names it"),
            "border_type": Column("key", "sea or land"),
            "nationality": Column("key", "Nationality declared, ISO3; UNK where none is"),
            "year": Column("key", "Calendar year"),
            "detections": Column("detections", "Detections; one person may be detected several times"),
            "months": Column("months", "Months of the year that are covered; under 12 the year is partial"),
        },
        read=_read_frontex,
        transformations=("Months added up to years; months without a detection have no row.",),
        checks=tuple(
            Check(f"all detections {year}", total("detections", year=year), published, 0, "Frontex")
            for year, published in {**_FRONTEX_TOTALS, **_FRONTEX_TOTALS_LATE}.items()
        ),
        gaps=(
            "Detections are not persons.",
            "2025 covers January to April only.",
            "Not covered: crossings of the English Channel, movement inside the EU, pushbacks.",
        ),
        raw_files=_FRONTEX,
        shipped=False,
    ),
    TableSpec(
        name="us_encounters",
        title="Encounters at the southwest land border of the United States, per fiscal year",
        sources=(
            Source(
                producer="United States Customs and Border Protection",
                title="Southwest Land Border Encounters",
                edition="October 2017 to May 2025",
                year=2025,
                url="https://www.cbp.gov/newsroom/stats/southwest-land-border-encounters",
                licence="Public domain (work of the United States Government)",
                licence_url="https://www.usa.gov/government-copyright",
                through="IOM Global Data Institute, gdidata 0.3.21",
            ),
        ),
        columns={
            "nationality": Column("key", "Nationality, ISO3; OOO other; UNK not published (before FY2020)"),
            "fiscal_year": Column("key", "Fiscal year, October of the year before to September"),
            "component": Column(
                "key", "border_patrol (between ports) or field_operations (at ports of entry)"
            ),
            "encounters": Column("encounters", "Apprehensions, inadmissible persons and expulsions; events"),
            "months": Column("months", "Months of the fiscal year that are covered; under 12 it is partial"),
        },
        read=_read_cbp,
        transformations=("Months, areas, authorities and family status added up.",),
        checks=tuple(
            Check(
                f"all encounters FY{year}",
                total("encounters", fiscal_year=year),
                published,
                0,
                "United States Customs and Border Protection",
            )
            for year, published in _CBP_TOTALS.items()
        ),
        gaps=(
            "Encounters are events, not persons.",
            "Nationality is published from October 2019 for 21 countries; the rest is OOO.",
            "FY2025 ends in May 2025.",
        ),
        raw_files=_CBP,
    ),
    TableSpec(
        name="returns_after_order",
        title="Third-country nationals who returned following an order to leave, per year",
        sources=(EUROSTAT("Third-country nationals returned following an order to leave (migr_eirtn)"),),
        columns={
            **BY_CITIZENSHIP,
            "persons": Column("persons", "Persons who returned following an order to leave, rounded to five"),
        },
        read=_read_ordered,
        transformations=(
            "Names mapped to ISO3; totals and country groups left out.",
            (
                "The collection it came through calls the column orders to leave. Its EU total of 2019 is "
                "the published number of people who returned following an order (142,000), not the orders "
                "(491,000), so it is read as returns."
            ),
        ),
        checks=(
            _TO_FIVE,
            Check(
                name="returns from the EU, 2019",
                measure=total("persons", destination=_EU, year=2019),
                published=142_000.0,
                tolerance=0.01,
                source="Eurostat, statistics on the enforcement of immigration legislation, 2019",
            ),
        ),
        gaps=(
            "An absent pair is unknown, not zero; zeros are left out.",
            "The label was changed by inference (see transformations).",
        ),
        raw_files=_ORDERED,
    ),
    TableSpec(
        name="found_irregular",
        title="Third-country nationals found to be irregularly present, per year",
        sources=(EUROSTAT("Third-country nationals found to be irregularly present (migr_eipre)"),),
        columns={**BY_CITIZENSHIP, "persons": Column("persons", "Persons found, rounded to five")},
        read=_read_found,
        transformations=("Names mapped to ISO3; totals and country groups left out.",),
        checks=(_TO_FIVE,),
        gaps=(
            "An absent pair is unknown, not zero; zeros are left out.",
            "People found by authorities, which depends on the effort; not the number present.",
        ),
        raw_files=_FOUND,
    ),
)
