"""What Eurostat's migration tables share: the source, the columns, and how they are read.

Who may import me: the build modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.evidence.build.names import code_names
from comity.evidence.build.readers import finish, read_csv
from comity.evidence.build.spec import Column, Source

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["BY_CITIZENSHIP", "EUROSTAT", "read_by_citizenship", "with_codes"]

BY_CITIZENSHIP: Final = {
    "citizenship": Column("key", "Country of citizenship, ISO3"),
    "destination": Column("key", "Reporting country, ISO3"),
    "year": Column("key", "Calendar year"),
}
_KEYS: Final = ["citizenship", "destination", "year"]
_THIN: Final = 0.5


def EUROSTAT(title: str) -> Source:  # noqa: N802  (reads as the constant it stands for)
    """Source of a Eurostat table."""
    return Source(
        producer="Eurostat",
        title=title,
        edition="retrieved March to June 2025",
        year=2025,
        url="https://ec.europa.eu/eurostat/data/database",
        licence="CC BY 4.0 (Commission Decision 2011/833/EU)",
        licence_url="https://ec.europa.eu/eurostat/help/copyright-notice",
        through="natix-x, Data-mining-in-Migration-Analysis (processed copy)",
    )


def with_codes(frame: pd.DataFrame, columns: dict[str, str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Replace name columns by code columns; rows without a code are left out and named in the gaps."""
    gaps: list[str] = []
    coded = frame.copy()
    for name, code in columns.items():
        codes, missing = code_names(frame[name], scheme="eurostat")
        coded[code] = codes
        gaps += missing
    return coded.dropna(subset=list(columns.values())), tuple(gaps)


def read_by_citizenship(path: Path, *, value: str, unit: str) -> pd.DataFrame:
    """Read one value by citizenship, reporting country and year from a labelled Eurostat file.

    Zeros are left out: the processed copies write 0 also where Eurostat has no figure (France 2010 would
    have no immigrant of any citizenship). Where the file has a total by country and year, the gaps name
    those countries and years whose citizenships add up to less than half of it.
    """
    frame = read_csv(path)
    citizen = next(name for name in ("citizen", "Country of citizenship") if name in frame)
    total = frame[frame[citizen].eq("Total")]
    frame = frame[frame[value].gt(0)]
    coded, gaps = with_codes(frame, {citizen: "citizenship", "geo": "destination"})
    if len(total):
        known, _ = with_codes(total, {"geo": "destination"})
        gaps += _thin(coded, known.set_index(["destination", "year"])[value], value)
    coded = coded.rename(columns={value: unit}).astype({unit: "int64"})
    return finish(coded[[*_KEYS, unit]], _KEYS, gaps=gaps)


def _thin(coded: pd.DataFrame, total: pd.Series[float], value: str) -> tuple[str, ...]:
    shown = coded.groupby(["destination", "year"])[value].sum().reindex(total.index).fillna(0)
    thin = shown[shown.lt(_THIN * total)].index.to_frame(index=False)
    if thin.empty:
        return ()
    years = thin.groupby("destination")["year"].agg(["min", "max", "count"])
    listed = "; ".join(
        f"{country} {row['min']}" + (f"-{row['max']} ({row['count']})" if row["count"] > 1 else "")
        for country, row in years.iterrows()
    )
    return (f"Citizenships shown add up to less than half of the reported total (years): {listed}.",)
