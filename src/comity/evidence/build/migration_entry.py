"""Regular entry and stay: visa requirements, visas issued, permits, immigration.

Who may import me: the pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from comity.evidence.build.eurostat import BY_CITIZENSHIP, EUROSTAT, read_by_citizenship, with_codes
from comity.evidence.build.measures import count, total
from comity.evidence.build.names import code_names
from comity.evidence.build.readers import find, finish, read_csv
from comity.evidence.build.spec import Check, Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TABLES"]

_EUROSTAT: Final = "migration/eurostat-residence-permits"
_VISA = ("migration/passport-index/passport_index_tidy_iso3_20[2-9][2-9]-*.csv.gz",)
_VALID = (f"{_EUROSTAT}/P_all_valid_permits_by_citizenship.csv.gz",)
_IMMIGRATION = (f"{_EUROSTAT}/P_immigration_by_citizenship.csv.gz",)
_FIRST = (f"{_EUROSTAT}/migration_permits_issued.csv.gz",)
_REASON = (f"{_EUROSTAT}/P_reasons_valid_permits.csv.gz",)
_US = ("migration/us-visas-niv/us_niv_issued_long_fy1997_2022.csv.gz",)

_REQUIREMENTS: Final = {
    "visa free": "visa_free",
    "visa on arrival": "visa_on_arrival",
    "eta": "eta",
    "e-visa": "e_visa",
    "visa required": "visa_required",
    "no admission": "no_admission",
}
_REASONS: Final = {
    "Education reasons": "education",
    "Employment reasons": "employment",
    "Family reasons": "family",
    "Other reason": "other",
    "Refugee status": "refugee_status",
    "Subsidiary protection status": "subsidiary_protection",
}
_EU27: Final = (
    *("AUT", "BEL", "BGR", "HRV", "CYP", "CZE", "DNK", "EST", "FIN", "FRA", "DEU", "GRC", "HUN", "IRL"),
    *("ITA", "LVA", "LTU", "LUX", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "ESP", "SWE"),
)
_US_TOTALS: Final = {
    1997: 5_942_061,
    2001: 7_588_778,
    2005: 5_388_951,
    2010: 6_422_751,
    2015: 10_891_745,
    2019: 8_742_068,
    2020: 4_013_210,
    2021: 2_792_083,
    2022: 6_815_120,
}
_VALID_TOTALS: Final = {"ESP": 3_823_572, "DEU": 5_724_832, "FRA": 4_105_100, "ITA": 3_730_915}
_IMMIGRATION_TOTALS: Final = {"DEU": 1_271_219, "ITA": 439_658, "NLD": 274_597, "SWE": 94_514}
_US_CLASSES: Final = {("H2A", 2015): 108_144, ("H2A", 2019): 204_801, ("H2A", 2022): 298_336}


def _read_visa(raw: Path) -> pd.DataFrame:
    path = find(raw, *_VISA)
    frame = read_csv(path, dtype="str")
    frame.columns = pd.Index(["passport", "destination", "text"])
    frame = frame[frame["text"].ne("-1")]
    days = pd.to_numeric(frame["text"], errors="coerce")
    requirement = frame["text"].map(_REQUIREMENTS).where(days.isna(), "visa_free")
    unknown = sorted(frame["text"][requirement.isna()].unique())
    frame = frame.assign(
        year=int(path.name.split("_")[-1][:4]), requirement=requirement, days=days.astype("Int64")
    )
    gaps = (f"Requirements of a kind not known here are left out: {', '.join(unknown)}.",) if unknown else ()
    columns = ["passport", "destination", "year", "requirement", "days"]
    return finish(frame[columns].dropna(subset=["requirement"]), columns[:3], gaps=gaps)


def _read_valid(raw: Path) -> pd.DataFrame:
    return read_by_citizenship(find(raw, *_VALID), value="Migrants number", unit="permits")


def _read_immigration(raw: Path) -> pd.DataFrame:
    return read_by_citizenship(find(raw, *_IMMIGRATION), value="Migrants number", unit="persons")


def _read_first(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_FIRST))
    frame = frame[frame["reason"].eq("Total") & frame["citizen"].eq("Total") & frame["duration"].eq("Total")]
    coded, gaps = with_codes(frame, {"geo": "destination"})
    coded = coded.rename(columns={"TIME_PERIOD": "year", "OBS_VALUE": "permits", "OBS_FLAG": "flag"})
    return finish(coded[["destination", "year", "permits", "flag"]], ["destination", "year"], gaps=gaps)


def _read_reason(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_REASON))
    coded, gaps = with_codes(frame, {"geo": "destination"})
    coded["reason"] = coded["Reason"].map(_REASONS)
    coded = coded.rename(columns={"number_of_permits": "permits"}).astype({"permits": "int64"})
    keys = ["destination", "reason", "year"]
    return finish(coded.loc[coded["permits"].gt(0), [*keys, "permits"]], keys, gaps=gaps)


def _read_us(raw: Path) -> pd.DataFrame:
    frame = read_csv(find(raw, *_US))
    frame = frame[frame["is_total_row"].eq(0) & frame["is_total_col"].eq(0)].copy()
    codes, gaps = code_names(frame["nationality"], scheme="us_state")
    frame["nationality"] = codes
    keys = ["nationality", "fiscal_year", "visa_class"]
    summed = frame.dropna(subset=["nationality"]).groupby(keys)["issued"].sum().reset_index()
    summed["issued"] = summed["issued"].astype("int64")
    return finish(summed, keys, gaps=gaps)


TABLES = (
    TableSpec(
        name="visa_requirement",
        title="Visa requirement for a short stay, by passport and destination",
        sources=(
            Source(
                producer="Ilya Ilyankou, after passportindex.org (Arton Capital)",
                title="Passport Index dataset",
                edition="12 January 2025",
                year=2025,
                url="https://github.com/ilyankou/passport-index-dataset",
                licence="MIT",
                licence_url="https://github.com/ilyankou/passport-index-dataset/blob/master/LICENSE",
            ),
        ),
        columns={
            "passport": Column("key", "Country of the passport, ISO3"),
            "destination": Column("key", "Country visited, ISO3"),
            "year": Column("key", "Year of the snapshot"),
            "requirement": Column(
                "category", "visa_free, eta, visa_on_arrival, e_visa, visa_required or no_admission"
            ),
            "days": Column("days", "Days allowed without a visa; missing where the source gives none"),
        },
        read=_read_visa,
        transformations=(
            "A number of days means visa-free; a country's own passport is left out; latest snapshot only.",
        ),
        checks=(
            Check("pairs", lambda df: float(len(df)), 199 * 198, 0, "199 passports and destinations"),
            Check(
                "visa required",
                count(requirement="visa_required"),
                12_921,
                0,
                "counts in the snapshot of 2025-01-12",
            ),
            Check("e-visa", count(requirement="e_visa"), 6_704, 0, "counts in the snapshot of 2025-01-12"),
            Check(
                "on arrival",
                count(requirement="visa_on_arrival"),
                6_053,
                0,
                "counts in the snapshot of 2025-01-12",
            ),
        ),
        gaps=(
            "Short stays only: nothing on work, study or residence.",
            "The compiler gives the dataset under MIT; the site it was read from states no open licence.",
        ),
        raw_files=("migration/passport-index/passport_index_tidy_iso3_2025-01-12.csv.gz",),
    ),
    TableSpec(
        name="residence_permits_valid",
        title="Valid residence permits by citizenship, end of year",
        sources=(EUROSTAT("All valid permits by citizenship on 31 December (migr_resvalid)"),),
        columns={**BY_CITIZENSHIP, "permits": Column("permits", "Permits valid on 31 December")},
        read=_read_valid,
        transformations=("Names mapped to ISO3; totals, country groups and zeros left out.",),
        checks=tuple(
            Check(
                f"{country} 2023",
                total("permits", year=2023, destination=country),
                published,
                5e-4,
                "Eurostat, line Total (all citizenships)",
            )
            for country, published in {
                "ESP": 3_823_572,
                "DEU": 5_724_832,
                "FRA": 4_105_100,
                "ITA": 3_730_915,
            }.items()
        ),
        gaps=(
            (
                "An absent pair is unknown, not zero: zeros of the copy at hand are left out, as it writes 0 "
                "also where Eurostat has no figure."
            ),
            "Read from a processed copy, not compared cell by cell with Eurostat.",
            "Citizens of the EU and EFTA need no permit and are not here.",
        ),
        raw_files=_VALID,
    ),
    TableSpec(
        name="immigration_by_citizenship",
        title="Immigration by citizenship, per year",
        sources=(EUROSTAT("Immigration by age group, sex and citizenship (migr_imm1ctz)"),),
        columns={**BY_CITIZENSHIP, "persons": Column("persons per year", "People who settled in the year")},
        read=_read_immigration,
        transformations=("Names mapped to ISO3; totals, country groups and zeros left out.",),
        checks=tuple(
            Check(
                f"{country} 2023",
                total("persons", year=2023, destination=country),
                published,
                1e-3,
                "Eurostat, line Total (all citizenships)",
            )
            for country, published in _IMMIGRATION_TOTALS.items()
        ),
        gaps=(
            (
                "An absent pair is unknown, not zero: zeros of the copy at hand are left out, as it writes 0 "
                "also where Eurostat has no figure."
            ),
            "Read from a processed copy, not compared cell by cell with Eurostat.",
            "Some countries report groups of citizenships only.",
            "Former states (SUN, YUG, CSK, SCG) are citizenships in early years.",
        ),
        raw_files=_IMMIGRATION,
    ),
    TableSpec(
        name="first_permits",
        title="First residence permits issued, per year",
        sources=(EUROSTAT("First permits by reason, length of validity and citizenship (tps00170)"),),
        columns={
            "destination": Column("key", "Reporting country, ISO3"),
            "year": Column("key", "Calendar year"),
            "permits": Column("permits per year", "First permits of three months or more, all reasons"),
            "flag": Column("flag", "Eurostat's flag: b break, p provisional, u low reliability, d differs"),
        },
        read=_read_first,
        transformations=("Names mapped to ISO3; the EU aggregate is left out.",),
        checks=(
            Check(
                "EU27 2023",
                total("permits", year=2023, destination=_EU27),
                3_741_015,
                2e-3,
                "Eurostat aggregate",
            ),
            Check(
                "EU27 2022",
                total("permits", year=2022, destination=_EU27),
                3_576_621,
                2e-3,
                "Eurostat aggregate",
            ),
            Check(
                "Poland 2021",
                total("permits", year=2021, destination="POL"),
                967_345,
                0,
                "Eurostat",
            ),
        ),
        gaps=("No split by reason or citizenship was at hand.",),
        raw_files=_FIRST,
    ),
    TableSpec(
        name="permits_by_reason",
        title="Valid residence permits by reason, end of year",
        sources=(EUROSTAT("All valid permits by reason on 31 December (migr_resvalid)"),),
        columns={
            "destination": Column("key", "Reporting country, ISO3"),
            "reason": Column(
                "key", "education, employment, family, other, refugee_status or subsidiary_protection"
            ),
            "year": Column("key", "31 December of the year"),
            "permits": Column("permits", "Valid permits, all citizenships together (a stock)"),
        },
        read=_read_reason,
        transformations=("Names mapped to ISO3.",),
        checks=(
            Check(
                "Spain 2023, all reasons",
                total("permits", year=2023, destination="ESP"),
                3_823_572,
                0,
                "Eurostat, valid permits, line Total",
            ),
        ),
        gaps=("All citizenships together; a reason by citizenship was not at hand.",),
        raw_files=_REASON,
    ),
    TableSpec(
        name="us_visas",
        title="Nonimmigrant visas issued by the United States, by nationality and class",
        sources=(
            Source(
                producer="United States Department of State, Bureau of Consular Affairs",
                title="Nonimmigrant Visa Issuances by Visa Class and by Nationality",
                edition="FY1997 to FY2022",
                year=2023,
                url="https://travel.state.gov/content/travel/en/legal/visa-law0/visa-statistics.html",
                licence="Public domain (work of the United States Government)",
                licence_url="https://www.usa.gov/government-copyright",
                through="sussmanbu, H1B-Equity (original workbook)",
            ),
        ),
        columns={
            "nationality": Column(
                "key", "Nationality, ISO3; XXA none; UNO laissez-passer of the United Nations"
            ),
            "fiscal_year": Column("key", "Fiscal year, October of the year before to September"),
            "visa_class": Column("key", "Visa class without hyphens: H2A, H2B, H1B, J1, F1, L1 …"),
            "issued": Column("visas", "Visas issued"),
        },
        read=_read_us,
        transformations=("Total lines and columns left out; names mapped to ISO3; former names joined.",),
        checks=(
            *(
                Check(
                    f"grand total FY{year}",
                    total("issued", fiscal_year=year),
                    published,
                    2e-6,
                    "Grand Totals line of the workbook (its cells add up to 7 more in FY2010)",
                )
                for year, published in _US_TOTALS.items()
            ),
            *(
                Check(
                    f"{name} FY{year}",
                    total("issued", fiscal_year=year, visa_class=name),
                    published,
                    0,
                    "United States Department of State",
                )
                for (name, year), published in _US_CLASSES.items()
            ),
        ),
        gaps=(
            "Visas issued, not entries; no immigrant visas.",
            "Workers who need no visa (Canadians, for example) are not here.",
            "An absent cell is a class that nobody of that nationality was issued, as the workbook has it.",
        ),
        raw_files=_US,
    ),
)
