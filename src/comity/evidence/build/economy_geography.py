"""Distance, borders, languages and colonial ties by pair, and the world map (§2).

Who may import me: the build pipeline. Start at :data:`TABLES` and :data:`FILES`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd

from comity.evidence.build.economy_reading import concordance, read_csv, tidy, to_iso3
from comity.evidence.build.spec import Check, Column, FileSpec, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FILES", "TABLES", "make_world_map", "read_distance"]

_GEODIST = "economy/cepii-geodist/dist_cepii.csv.gz"
_GRAVITY = "migration/gravity-covariates/dist.csv.gz"
_LANGUAGE = "migration/gravity-covariates/lang.csv.gz"
_COLONY = "migration/gravity-covariates/col.csv.gz"
_MAP = "economy/world-map/countries-110m.json"
_PAIR = ["origin", "destination"]


def _covariate(raw: Path, path: str, name: str) -> pd.Series:
    table = read_csv(raw / path)
    table.columns = pd.Index([*_PAIR, name])
    return table.set_index(_PAIR)[name]


def _geodist(raw: Path) -> pd.DataFrame:
    table = read_csv(raw / _GEODIST, usecols=["iso_o", "iso_d", "contig", "comlang_off", "colony", "distw"])
    for side, column in zip(_PAIR, ("iso_o", "iso_d"), strict=True):
        table[side] = to_iso3(table[column], "cepii", raw)
    table = table.rename(
        columns={"contig": "contiguous", "comlang_off": "common_language", "colony": "colony_ever"}
    )
    return table.dropna(subset=_PAIR).set_index(_PAIR)[
        ["contiguous", "common_language", "colony_ever", "distw"]
    ]


def read_distance(raw: Path) -> pd.DataFrame:
    """Read distance, contiguity, languages and colonial ties of ordered pairs of different countries.

    Distance is the population-weighted harmonic mean over cities of CEPII's Gravity database, which covers
    present-day countries; GeoDist's population-weighted mean stands in where that is missing.

    Parameters
    ----------
    raw
        The raw folder.

    Returns
    -------
    pandas.DataFrame
        ``origin, destination, distance_km, contiguous, common_language, colony_ever,
        common_spoken_language, spoken_language_basis``.
    """
    rules = concordance()
    geodist = _geodist(raw)
    parts: list[pd.Series | pd.DataFrame] = [
        _covariate(raw, _GRAVITY, "gravity_km"),
        _covariate(raw, _LANGUAGE, "common_spoken_language"),
        _covariate(raw, _COLONY, "colony_of_destination"),
        geodist,
    ]
    frame = pd.concat(parts, axis=1).reset_index()
    frame = frame.loc[frame["origin"] != frame["destination"]].copy()
    filled_in = frame[_PAIR].isin(rules["distance_substitute"]).any(axis=1)
    frame["distance_km"] = frame["gravity_km"].mask(filled_in).fillna(frame["distw"]).round(1)
    # A tie in either direction counts, as in GeoDist, which goes first where it covers the pair.
    tie = frame.set_index(_PAIR)["colony_of_destination"]
    back = tie.swaplevel().reindex(tie.index)
    either = pd.concat([tie, back.set_axis(tie.index)], axis=1).max(axis=1, skipna=False)
    frame["colony_ever"] = frame["colony_ever"].fillna(pd.Series(either.to_numpy(), index=frame.index))
    unknown = {tuple(pair) for pair in rules["contiguity_unknown"]}
    unknown |= {(b, a) for a, b in unknown}
    hidden = pd.Series(list(zip(frame["origin"], frame["destination"], strict=True)), index=frame.index)
    frame["contiguous"] = frame["contiguous"].mask(hidden.isin(unknown))
    for flag in ("contiguous", "common_language", "colony_ever"):
        frame[flag] = frame[flag].astype("Int8")
    substitute = frame[_PAIR].isin(rules["spoken_language_substitute"]).any(axis=1)
    has_index = frame["common_spoken_language"].notna()
    frame["common_spoken_language"] = frame["common_spoken_language"].round(4)
    frame["spoken_language_basis"] = pd.Series("published", index=frame.index, dtype="object").mask(
        substitute, "substitute"
    )
    frame["spoken_language_basis"] = frame["spoken_language_basis"].where(has_index)
    frame = frame.dropna(subset="distance_km")
    columns = [
        *_PAIR,
        "distance_km",
        "contiguous",
        "common_language",
        "colony_ever",
        "common_spoken_language",
        "spoken_language_basis",
    ]
    return tidy(frame, _PAIR, columns)


def make_world_map(raw: Path) -> bytes:
    """Return the 1:110 million world map as compact TopoJSON with one object, ``countries``.

    Each feature keeps its ISO 3166-1 numeric ``id`` and ``properties.name``.
    """
    topology = json.loads((raw / _MAP).read_text(encoding="utf-8"))
    kept = {key: topology[key] for key in ("type", "bbox", "transform", "arcs") if key in topology}
    kept["objects"] = {"countries": topology["objects"]["countries"]}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return (text + "\n").encode("utf-8")


def _pair(table: pd.DataFrame, origin: str, destination: str, column: str) -> float:
    row = table.loc[(table["origin"] == origin) & (table["destination"] == destination), column]
    return float(row.iloc[0])


def _fact(origin: str, destination: str, column: str, published: float, tolerance: float = 0.0) -> Check:
    return Check(
        name=f"{column} of {origin} and {destination}",
        measure=lambda table: _pair(table, origin, destination, column),
        published=published,
        tolerance=tolerance,
        source="CEPII GeoDist and Gravity",
    )


_ETALAB = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"

TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="distance",
        title="Distance, borders, languages and colonial ties by pair",
        sources=(
            Source(
                producer="CEPII",
                title="GeoDist (Mayer and Zignago 2011)",
                edition="2011",
                year=2011,
                url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=6",
                licence="Etalab Open Licence 2.0",
                licence_url=_ETALAB,
                through="R package cepiigeodist, github.com/pachadotdev/cepiigeodist@534f171",
            ),
            Source(
                producer="CEPII",
                title="Gravity (Conte, Cotterlaz and Mayer 2022), population-weighted harmonic distance",
                edition="2022",
                year=2022,
                url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=8",
                licence="Etalab Open Licence 2.0",
                licence_url=_ETALAB,
                through="github.com/ThGaskin/Migration_flows@8ffca71",
            ),
            Source(
                producer="U.S. International Trade Commission",
                title="Domestic and International Common Language Database; Dynamic Gravity dataset",
                edition="2021",
                year=2021,
                url="https://www.usitc.gov/data/gravity/dicl.htm",
                licence="public domain (work of the United States Government)",
                through="github.com/ThGaskin/Migration_flows@8ffca71",
            ),
        ),
        columns={
            "origin": Column("key", "ISO 3166-1 alpha-3 code"),
            "destination": Column("key", "ISO 3166-1 alpha-3 code; never the origin"),
            "distance_km": Column("km", "Distance between cities, weighted by their population"),
            "contiguous": Column("flag", "1 if they share a land border"),
            "common_language": Column("flag", "1 if they share an official or primary language"),
            "colony_ever": Column("flag", "1 if one was ever a colony of the other"),
            "common_spoken_language": Column(
                "index",
                "Chance-like index that residents share a spoken language; sums over languages, so it may "
                "exceed 1",
            ),
            "spoken_language_basis": Column(
                "text", "'published', or 'substitute' where the index is filled in"
            ),
        },
        read=read_distance,
        transformations=(
            "Old codes became present ones; Serbia takes the row of Serbia and Montenegro.",
            (
                "Distance: harmonic mean of the Gravity database; GeoDist's arithmetic mean where that"
                " is missing or was filled in by the compiler (Isle of Man, British Virgin Islands)."
            ),
            "Colonial tie: GeoDist, else the Dynamic Gravity dataset in either direction.",
        ),
        checks=(
            _fact("FRA", "DEU", "contiguous", 1.0),
            _fact("USA", "MEX", "contiguous", 1.0),
            _fact("GBR", "IND", "colony_ever", 1.0),
            _fact("ABW", "AFG", "distance_km", 13_192.0, 1e-4),
        ),
        gaps=(
            (
                "Contiguity and official language are missing for Montenegro, South Sudan, Kosovo and "
                "Curaçao, and contiguity for pairs that only undivided Sudan or Serbia and Montenegro "
                "had."
            ),
            (
                "Where an official index of common spoken language does not exist (46 countries), the "
                "authors' substitute is given and marked."
            ),
        ),
        raw_files=(_GEODIST, _GRAVITY, _LANGUAGE, _COLONY),
    ),
)

FILES: tuple[FileSpec, ...] = (
    FileSpec(
        name="world_map",
        file="world_map.topojson",
        title="World map, countries at 1:110 million",
        sources=(
            Source(
                producer="Natural Earth",
                title="1:110m Admin 0 countries, as TopoJSON by world-atlas 2.0.2 (M. Bostock, ISC licence)",
                edition="world-atlas 2.0.2",
                year=2020,
                url="https://www.naturalearthdata.com/",
                licence="public domain",
                licence_url="https://www.naturalearthdata.com/about/terms-of-use/",
                through="world-atlas 2.0.2",
            ),
        ),
        make=make_world_map,
        transformations=("The outline of all land is left out; countries alone are kept.",),
        gaps=(
            (
                "Boundaries and names shown follow Natural Earth's de facto view and imply no opinion "
                "on the legal status of any country, territory or border."
            ),
            (
                "177 countries: small states and territories are not drawn at this scale; Kosovo, "
                "northern Cyprus and Somaliland have no ISO number."
            ),
        ),
        raw_files=(_MAP,),
    ),
)
