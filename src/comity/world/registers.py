"""What the pack's registers say about channels: asylum, irregular residence, free movement.

Who may import me: the world room and services. Start at :func:`gather_registers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.world.figures import GULF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence import Evidence
    from comity.world.economy import Array, Flags

__all__ = ["IRREGULAR_IN_US", "TABLES", "Registers", "gather_registers"]

#: Tables read here.
TABLES: Final = ("countries", "found_irregular", "refugees")
YEAR: Final = 2024
#: Free movement with the EU: Iceland, Liechtenstein, Norway (EEA), Switzerland (agreement of 1999).
BESIDE_THE_EU: Final = ("CHE", "ISL", "LIE", "NOR")
#: Common travel area of Ireland and the United Kingdom; trans-Tasman arrangement (Australia, New Zealand).
PAIRS: Final = (("GBR", "IRL"), ("AUS", "NZL"))
#: Birthplaces for which the parameter ``world.choice.irregular_us`` gives a number.
IRREGULAR_IN_US: Final = ("MEX", "GTM", "SLV", "HND", "PHL", "VEN", "COL", "BRA", "IND", "CHN")
FOUND_YEARS: Final = (2021, 2022, 2023)


@dataclass(frozen=True, slots=True)
class Registers:
    """By birthplace (or citizenship) and place; NaN where no register speaks, None where there is none.

    Attributes
    ----------
    asylum
        Refugees, asylum seekers and others in need of protection; persons, N × N.
    found
        People found without a right to stay, mean of :data:`FOUND_YEARS`; persons a year, N × N.
    counted
        Irregular residents counted by an official estimate; persons, N × N.
    free
        Free movement, so that regular entry is not rationed; N × N.
    """

    asylum: Array | None = None
    found: Array | None = None
    counted: Array | None = None
    free: Flags | None = None


def gather_registers(
    evidence: Evidence, codes: tuple[str, ...], values: Mapping[str, float] | None = None
) -> Registers:
    """Read the registers for these economies.

    Parameters
    ----------
    values
        Parameters ``world.choice.irregular_us.<birthplace>``, persons, where they are to be used.

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> r = gather_registers(Evidence.load(), ("DEU", "ESP", "SYR"))
    >>> bool(r.asylum[2, 0] > 1e5), bool(r.free[0, 1]), bool(r.free[2, 0])
    (True, True, False)
    """
    place = {code: k for k, code in enumerate(codes)}
    n = len(codes)
    refugees = evidence.table("refugees").astype({"origin": str, "destination": str})
    refugees = refugees[refugees["year"] == YEAR]
    asylum = np.full((n, n), np.nan)
    columns = ["refugees", "asylum_seekers", "other_protection"]
    number = refugees[columns].astype(float).fillna(0.0).sum(axis=1)
    for origin, host, persons in zip(refugees["origin"], refugees["destination"], number, strict=True):
        if origin in place and host in place and persons > 0:
            asylum[place[origin], place[host]] = persons
    found = np.full((n, n), np.nan)
    rows = evidence.table("found_irregular").astype({"citizenship": str, "destination": str})
    rows = rows[rows["year"].isin(FOUND_YEARS)]
    for host in set(rows["destination"]) & set(codes):
        found[:, place[host]] = 0.0
    mean = rows.groupby(["citizenship", "destination"], as_index=False)["persons"].sum()
    each = mean["persons"] / len(FOUND_YEARS)
    for origin, host, persons in zip(mean["citizenship"], mean["destination"], each, strict=True):
        if origin in place and host in place:
            found[place[origin], place[host]] = persons
    counted = np.full((n, n), np.nan)
    if values and "USA" in place:
        for origin in IRREGULAR_IN_US:
            if origin in place:
                counted[place[origin], place["USA"]] = values[f"world.choice.irregular_us.{origin}"]
    return Registers(asylum, found, counted, _free_movement(evidence, codes))


def _free_movement(evidence: Evidence, codes: tuple[str, ...]) -> Flags:
    countries = evidence.table("countries").astype({"iso3": str}).set_index("iso3").reindex(list(codes))
    europe = countries["eu"].fillna(value=False).to_numpy(dtype=bool) | np.isin(codes, BESIDE_THE_EU)
    gulf = np.isin(codes, GULF)
    free = np.outer(europe, europe) | np.outer(gulf, gulf)
    for a, b in PAIRS:
        if a in codes and b in codes:
            i, j = codes.index(a), codes.index(b)
            free[i, j] = free[j, i] = True
    np.fill_diagonal(free, val=True)
    return free
