"""Read the publishers' files: find the edition at hand, sniff its format, give tidy frames.

A user who drops a newer download beside or instead of our copy rebuilds the table from it: UN DESA stock
workbooks, KNOMAD workbooks and World Bank API files (csv, zip, xls, xlsx) are read as they come.

Who may import me: the build modules. Start at :func:`find` and :func:`read_csv`.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

import pandas as pd

from comity.errors import EvidenceError, MissingExtraError
from comity.evidence.build.names import codes_by_m49

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "find",
    "finish",
    "read_csv",
    "read_knomad_inflows",
    "read_knomad_matrix",
    "read_sheet",
    "read_undesa_stock",
    "read_wdi",
]

_EXCEL: Final = {".xlsx", ".xls", ".xlsm"}
_OTHER_ORIGIN: Final = 2003
"""UN DESA's location code for the origin "Others"."""


def find(raw: Path, *patterns: str) -> Path:
    """First existing file of these patterns, tried in order; of several matches the last by name.

    Put the publisher's own file name first, so that a newer download takes precedence over a clean copy.

    Raises
    ------
    FileNotFoundError
        Names every pattern that was tried.
    """
    for pattern in patterns:
        hits = sorted(raw.glob(pattern))
        if hits:
            return hits[-1]
    msg = f"the raw folder holds none of: {', '.join(patterns)}"
    raise FileNotFoundError(msg)


def read_csv(path: Path, **options: object) -> pd.DataFrame:
    """Read a CSV (plain or compressed) in which only an empty cell is missing; the code NA stays text."""
    reader = pd.read_csv
    frame: pd.DataFrame = reader(  # type: ignore[call-overload]
        path, keep_default_na=False, na_values=[""], encoding="utf-8-sig", **options
    )
    return frame


def read_sheet(path: Path, sheet: str | int = 0) -> pd.DataFrame:
    """Read one sheet as it stands, without a header; only empty cells are missing.

    Raises
    ------
    MissingExtraError
        When the package that reads this kind of workbook is not installed.
    """
    try:
        return pd.read_excel(path, sheet_name=sheet, header=None, keep_default_na=False, na_values=[""])
    except ImportError as error:
        package = "xlrd" if path.suffix == ".xls" else "openpyxl"
        raise MissingExtraError(package, extra="build") from error


def finish(frame: pd.DataFrame, keys: list[str], *, gaps: tuple[str, ...] = ()) -> pd.DataFrame:
    """Keys first, rows sorted by them, fresh index; ``gaps`` go to the sidecar."""
    rest = [column for column in frame.columns if column not in keys]
    tidy = frame[keys + rest].sort_values(keys, kind="stable").reset_index(drop=True)
    tidy.attrs = {"gaps": gaps}
    return tidy


def read_undesa_stock(path: Path) -> pd.DataFrame:
    """UN DESA stock by destination, origin and sex: the workbook of any edition, or our clean copy.

    Returns
    -------
    DataFrame
        ``origin, destination, year, sex, persons``; regions and the row for both sexes are left out.
    """
    if path.suffix not in _EXCEL:
        frame = read_csv(path).rename(
            columns={"orig_iso3": "origin", "dest_iso3": "destination", "stock": "persons"}
        )
        return frame[["origin", "destination", "year", "sex", "persons"]]
    sheet = read_sheet(path, "Table 1")
    text = sheet.astype(str).apply(lambda column: column.str.casefold())
    heads = text.apply(lambda row: row.str.contains("location code of destination").any(), axis=1)
    if not heads.any():
        msg = f"{path.name}: no row with 'Location code of destination' in sheet 'Table 1'"
        raise EvidenceError(msg)
    top = _first(heads)
    head = text.loc[top]
    destination = head.index[head.str.contains("location code of destination")][0]
    origin = head.index[head.str.contains("location code of origin")][0]
    group = text.loc[top - 1].where(sheet.loc[top - 1].notna()).ffill().fillna("")
    codes = {**codes_by_m49(), _OTHER_ORIGIN: "OOO"}
    parts: list[pd.DataFrame] = []
    body = sheet.loc[top + 1 :]
    for column in head.index:
        year = head[column].removesuffix(".0")
        sex = "female" if "female" in group[column] else "male" if "male" in group[column] else ""
        if not year.isdigit() or not sex or column in {destination, origin}:
            continue
        parts.append(
            pd.DataFrame(
                {
                    "origin": pd.to_numeric(body[origin], errors="coerce").map(codes),
                    "destination": pd.to_numeric(body[destination], errors="coerce").map(codes),
                    "year": int(year),
                    "sex": sex,
                    "persons": pd.to_numeric(body[column].replace("..", None), errors="coerce"),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True).dropna()
    return frame.astype({"persons": "int64"})


def read_wdi(path: Path) -> pd.DataFrame:
    """World Bank API download of one indicator (csv, zip, xls, xlsx; any column order of years).

    Returns
    -------
    DataFrame
        ``code`` (World Bank country code, aggregates included), ``year``, ``value``; missing rows absent.
    """
    if path.suffix in _EXCEL:
        sheet = read_sheet(path, "Data")
    else:
        sheet = pd.read_csv(
            io.StringIO(_wdi_text(path)), header=None, names=range(200), skip_blank_lines=True
        )
        sheet = sheet.dropna(axis=1, how="all")
    heads = sheet.isin(["Country Code"]).any(axis=1)
    if not heads.any():
        msg = f"{path.name}: no row with 'Country Code'; is it a World Bank API download?"
        raise EvidenceError(msg)
    top = _first(heads)
    body = sheet.loc[top + 1 :].copy()
    body.columns = pd.Index([str(name).removesuffix(".0") for name in sheet.loc[top]])
    years = [name for name in body.columns if name.isdigit()]
    long = body.melt(id_vars=["Country Code"], value_vars=years, var_name="year", value_name="value")
    long["value"] = pd.to_numeric(long["value"], errors="coerce")
    long = long.dropna().rename(columns={"Country Code": "code"})
    return long.astype({"year": "int64", "code": "str"}).reset_index(drop=True)


def read_knomad_matrix(path: Path) -> pd.DataFrame:
    """KNOMAD bilateral remittance matrix, or our clean copy; the corner cell says which side goes across.

    Returns
    -------
    DataFrame
        ``sending``, ``receiving`` (names as published), ``usd_million``; empty and zero cells absent.
    """
    if path.suffix not in _EXCEL:
        frame = read_csv(path).rename(columns={"usd_m": "usd_million"})
        return frame[["sending", "receiving", "usd_million"]]
    sheet = read_sheet(path)
    first = sheet[0].astype(str)
    heads = first.index[first.str.contains("receiving country", case=False)]
    ends = first.index[first.str.fullmatch("world", case=False)]
    if not len(heads) or not len(ends):
        msg = f"{path.name}: no corner cell 'Remittance-receiving country' or no row WORLD"
        raise EvidenceError(msg)
    top, end = int(heads[0]), int(ends[0])
    sides = first[top].casefold().replace("\n", " ").split("across")[0]
    across, down = ("receiving", "sending") if "receiving" in sides else ("sending", "receiving")
    body = sheet.loc[top + 1 : end - 1].copy()
    body.columns = pd.Index([down, *sheet.loc[top, 1:]])
    body = body.loc[:, [name for name in body.columns if isinstance(name, str) and name.upper() != "WORLD"]]
    long = body.melt(id_vars=[down], var_name=across, value_name="usd_million")
    long["usd_million"] = pd.to_numeric(long["usd_million"], errors="coerce")
    long = long[long["usd_million"].gt(0)]
    for side in ("sending", "receiving"):
        long[side] = long[side].astype(str).str.strip()
    return long[["sending", "receiving", "usd_million"]].reset_index(drop=True)


def read_knomad_inflows(path: Path) -> pd.DataFrame:
    """KNOMAD inflows by country and year, workbook or clean copy.

    Returns
    -------
    DataFrame
        ``name`` (as published), ``year``, ``usd_million``, ``estimate`` (True for a year marked ``e``).
    """
    if path.suffix not in _EXCEL:
        frame = read_csv(path).rename(columns={"country": "name", "usd_m": "usd_million"})
        return frame.assign(estimate=frame["estimate"].eq(1))[["name", "year", "usd_million", "estimate"]]
    sheet = read_sheet(path)
    heads = sheet[0].astype(str).str.contains("inflows", case=False)
    if not heads.any():
        msg = f"{path.name}: no header 'Remittance inflows (US$ million)'"
        raise EvidenceError(msg)
    top = _first(heads)
    body = sheet.loc[top + 1 :]
    parts: list[pd.DataFrame] = []
    for column in sheet.columns[1:]:
        label = str(sheet.loc[top, column]).removesuffix(".0")
        year = label.removesuffix("e")
        if year.isdigit():
            parts.append(
                pd.DataFrame(
                    {
                        "name": body[0].astype(str).str.strip(),
                        "year": int(year),
                        "usd_million": pd.to_numeric(body[column], errors="coerce"),
                        "estimate": label.endswith("e"),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True).dropna(subset=["usd_million"])


def _first(hits: pd.Series[bool]) -> int:
    return int(hits.to_numpy().argmax())


def _wdi_text(path: Path) -> str:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            name = next(
                item
                for item in sorted(archive.namelist())
                if item.endswith(".csv") and not item.startswith("Metadata")
            )
            return archive.read(name).decode("utf-8-sig")
    if path.suffix == ".gz":
        import gzip  # noqa: PLC0415  (only for our own compressed copies)

        return gzip.decompress(path.read_bytes()).decode("utf-8-sig")
    return path.read_text(encoding="utf-8-sig")
