"""Country names and codes as publishers write them, translated to ISO 3166-1 alpha-3 by data, not code.

``data/country_codes.csv`` lists codes; ``data/country_names.csv`` lists names, also names of groups and
aggregates (which have no code on purpose). A name that neither knows is reported, never silently dropped.

Who may import me: the build modules. Start at :func:`code_names`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from comity.evidence.pack import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["code_names", "codes_by_m49", "known_codes", "plain"]

_AGGREGATE = "aggregate"


def plain(name: str) -> str:
    """Reduce a name to what tells it from others: no accents, case, punctuation or leading article.

    >>> plain("The Côte d'Ivoire"), plain("St. Lucia"), plain("Trinidad & Tobago")
    ('cote d ivoire', 'saint lucia', 'trinidad and tobago')
    """
    text = unicodedata.normalize("NFKD", name)
    text = "".join(mark for mark in text if not unicodedata.combining(mark)).casefold().replace("&", " and ")
    text = re.sub(r"[^a-z0-9]+", " ", text).strip()
    return re.sub(r"\bst\b", "saint", text.removeprefix("the "))


def code_names(names: pd.Series[str], *, scheme: str = "") -> tuple[pd.Series[str], tuple[str, ...]]:
    """Give the ISO3 code of each name, missing where it has none, and sentences on what has none.

    Parameters
    ----------
    names
        Names as published.
    scheme
        Publisher whose own use of a name goes before the general one (``eurostat``, ``us_state`` …).

    Returns
    -------
    codes, gaps
        Codes with the index of ``names``; aggregates (such as a total) are missing without a sentence,
        groups without a code and unknown names are missing and named with their number of rows.
    """
    table = _names()
    counts = names.value_counts()
    codes: dict[str, str | None] = {}
    gaps: list[str] = []
    for name in sorted(counts.index):
        code, note = table.get((scheme, plain(name))) or table.get(("", plain(name))) or ("", "")
        codes[name] = code or None
        if not code and note != _AGGREGATE:
            why = "is a group without a country code" if note else "is a name without a known code"
            gaps.append(f"{name!r} {why}; its {counts[name]} rows are left out.")
    return names.map(codes), tuple(gaps)


@cache
def codes_by_m49() -> Mapping[int, str]:
    """ISO3 code by UN M49 number."""
    table = _codes().dropna(subset=["m49"])
    return dict(zip(table["m49"].astype(int), table["iso3"], strict=True))


@cache
def known_codes() -> frozenset[str]:
    """Every ISO3 code that the pack uses, former countries included."""
    return frozenset(_codes()["iso3"])


@cache
def _codes() -> pd.DataFrame:
    return pd.read_csv(DATA / "country_codes.csv", keep_default_na=False, na_values=[""])


@cache
def _names() -> dict[tuple[str, str], tuple[str, str]]:
    table = pd.read_csv(DATA / "country_names.csv", keep_default_na=False)
    rows = zip(table["scheme"], table["name"], table["iso3"], table["note"], strict=True)
    return {(scheme, plain(name)): (code, note) for scheme, name, code, note in rows}
