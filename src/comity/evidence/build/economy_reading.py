"""Reading the publishers' own file layouts and translating their country codes (§2.2).

The translation itself is data: ``economy_codes.yaml`` beside this file. A code that is neither ISO 3166-1
nor in that file is an error, so that a new edition with a new code cannot lose rows silently.

Who may import me: the build modules. Start at :func:`to_iso3`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import xlrd  # type: ignore[import-untyped, unused-ignore]
import yaml

from comity.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

__all__ = [
    "concordance",
    "drop_unlisted",
    "m49",
    "melt_years",
    "read_csv",
    "read_world_bank",
    "tidy",
    "to_iso3",
]

_M49 = Path("economy/country-metadata/un_m49_iom_countrynames.csv")
_YEAR = re.compile(r"^(\d{4})(\.0)?( \[YR\d{4}\])?$")


@cache
def concordance() -> Mapping[str, Any]:
    """Return the code concordances and lists of exceptions of ``economy_codes.yaml``.

    Examples
    --------
    >>> concordance()["cepii"]["map"]["ROM"]
    'ROU'
    """
    text = (files("comity.evidence.build") / "economy_codes.yaml").read_text(encoding="utf-8")
    return cast("Mapping[str, Any]", yaml.safe_load(text))


def read_csv(path: Path, **options: Any) -> pd.DataFrame:  # noqa: ANN401  (pandas' own options)
    """Read a CSV whose empty cells are missing and whose ``NA`` is Namibia.

    Parameters
    ----------
    path
        A ``.csv`` or ``.csv.gz`` file.
    **options
        Passed on to :func:`pandas.read_csv`.
    """
    frame: pd.DataFrame = pd.read_csv(
        path, keep_default_na=False, na_values=["", ".."], encoding="utf-8-sig", **options
    )
    return frame


def m49(raw: Path) -> pd.DataFrame:
    """Read the UN M49 list with ISO codes, regions and groups (one row per place, strings as published).

    Parameters
    ----------
    raw
        The raw folder, which holds ``economy/``.
    """
    frame = read_csv(raw / _M49)
    return frame.loc[~frame["iso3"].isin(concordance()["not_places"])].reset_index(drop=True)


def to_iso3(values: pd.Series, scheme: str, raw: Path) -> pd.Series:
    """Translate a publisher's country codes or names to ISO 3166-1 alpha-3.

    Parameters
    ----------
    values
        Codes or names.
    scheme
        A section of ``economy_codes.yaml``; one that ends in ``_names`` starts from the UN M49 names, one
        that ends in ``_geo`` from ISO alpha-2, any other from ISO alpha-3 in either case.
    raw
        The raw folder.

    Returns
    -------
    pandas.Series
        ISO codes; missing where the scheme lists the unit under ``dropped``.

    Raises
    ------
    comity.errors.EvidenceError
        A code or name that neither ISO nor the concordance knows.
    """
    rules = concordance()[scheme]
    places = m49(raw)
    if scheme.endswith("_names"):
        known: dict[Hashable, str] = dict(zip(places["name"], places["iso3"], strict=True))
    elif scheme.endswith("_geo"):
        known = dict(zip(places["iso2"], places["iso3"], strict=True))
    else:
        known = {code: code for code in places["iso3"]}
        if scheme == "gapminder":
            known = {code.lower(): code for code in places["iso3"]}
    known |= rules["map"]
    dropped = set(rules.get("dropped", ()))
    codes = pd.Series(values, dtype="object")
    unknown = sorted(set(codes.dropna()) - set(known) - dropped)
    if unknown:
        msg = f"unknown {scheme} country codes: {', '.join(map(str, unknown))}"
        raise EvidenceError(msg)
    return codes.map({code: iso for code, iso in known.items() if code not in dropped})


def drop_unlisted(codes: pd.Series, raw: Path, scheme: str = "world_bank") -> pd.Series:
    """Translate World Bank style codes, leaving regional aggregates (``WLD``, ``SSF`` ...) missing.

    World Bank downloads mix economies and aggregates; only what the UN list or the concordance knows is kept.
    """
    places = m49(raw)["iso3"]
    known = {code: code for code in places} | concordance()[scheme]["map"]
    return pd.Series(codes, dtype="object").map(known)


def read_world_bank(path: Path) -> pd.DataFrame:
    """Read a World Bank indicator download, ``.csv`` or ``.xls``, in the API or the DataBank layout.

    Returns
    -------
    pandas.DataFrame
        Columns ``code`` (World Bank code), ``year`` (int) and ``value`` (float); empty cells are absent.
    """
    if path.suffix == ".xls":
        sheet = xlrd.open_workbook(str(path)).sheet_by_index(0)
        rows = [sheet.row_values(i) for i in range(sheet.nrows)]
        top = next(i for i, row in enumerate(rows) if "Country Code" in row)
        wide = pd.DataFrame(rows[top + 1 :], columns=pd.Index([str(cell) for cell in rows[top]]))
    else:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        top = next(i for i, line in enumerate(lines) if "Country Code" in line)
        wide = read_csv(path, skiprows=top, skip_blank_lines=False)
    return melt_years(wide, "Country Code").rename(columns={"Country Code": "code"})


def melt_years(wide: pd.DataFrame, key: str) -> pd.DataFrame:
    """Turn one column per year into rows ``key, year, value``; cells without a number are absent.

    Examples
    --------
    >>> melt_years(pd.DataFrame({"code": ["MAR"], "2022": ["1.5"], "2023 [YR2023]": [None]}), "code")
      code  year  value
    0  MAR  2022    1.5
    """
    years = {column: int(match[1]) for column in wide.columns if (match := _YEAR.match(str(column)))}
    long = wide[[key, *years]].rename(columns=years).melt(id_vars=key, var_name="year")
    long["value"] = pd.to_numeric(long["value"], errors="coerce")
    long["year"] = long["year"].astype("int64")
    return long.dropna(subset=[key, "value"]).reset_index(drop=True)


def tidy(frame: pd.DataFrame, keys: list[str], columns: list[str]) -> pd.DataFrame:
    """Return ``frame`` with ``columns`` only, sorted by ``keys``, after checking that the keys are unique.

    Raises
    ------
    comity.errors.EvidenceError
        Two rows share their keys, or a key is missing.

    Examples
    --------
    >>> tidy(pd.DataFrame({"v": [2, 1], "k": ["b", "a"]}), ["k"], ["k", "v"])
       k  v
    0  a  1
    1  b  2
    """
    if frame[keys].isna().to_numpy().any():
        msg = f"a row has no {' or '.join(keys)}"
        raise EvidenceError(msg)
    twice = frame.duplicated(keys)
    if twice.any():
        first = frame.loc[twice, keys].iloc[0].to_dict()
        msg = f"two rows share the key {first}"
        raise EvidenceError(msg)
    out = frame[columns].sort_values(keys, kind="stable").reset_index(drop=True)
    for key in keys:
        if out[key].dtype == object:
            out[key] = out[key].astype("str")
    return out
