"""What a deal rests on beside parameters: what was filled in, what is missing, where parties lie.

Who may import me: :mod:`comity.services.deal`. Start at :func:`list_missing`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.evidence.pack import COUNTRY_COLUMNS
from comity.services.deal_result import Imputed
from comity.services.mismatch import MISSING
from comity.world.facts import TABLES as FACT_TABLES
from comity.world.figures import TABLES as WORLD_TABLES

if TYPE_CHECKING:
    from comity.evidence import Evidence
    from comity.services.laboratory import Laboratory

__all__ = ["DEAL_TABLES", "find_places", "list_imputed", "list_missing"]

#: Tables that a deal rests on: those of the world, and those that the mismatch reads beside them.
DEAL_TABLES: Final = (
    *WORLD_TABLES,
    *FACT_TABLES,
    "pressure",
    "immigration_by_citizenship",
    "found_irregular",
    "asylum_applications",
)


def list_imputed(lab: Laboratory) -> tuple[Imputed, ...]:
    """List what was filled in for the economies of the round."""
    filled = lab.central.economy.imputed
    return tuple(Imputed(code, filled[code]) for code in sorted(lab.kept) if code in filled)


def list_missing(lab: Laboratory, evidence: Evidence) -> tuple[str, ...]:
    """Say what the pack does not hold for the economies of this round."""
    said = [MISSING]
    for code in sorted(lab.kept):
        absent = _absent(evidence, code)
        if absent:
            said.append(f"Nothing on {code} in: {'; '.join(absent)}.")
    said += [
        f"The pack holds no {gap}, so the model does not value {clause.key}."
        for clause in lab.round.table
        if (gap := lab.gap(clause))
    ]
    said += [
        f"How likely the milestone of {clause.key} is, nobody has said: “{tranche.milestone}” counts as met."
        for clause in lab.round.table
        for tranche in clause.tranches
        if tranche.met is None
    ]
    said += [
        "Goods trade only: services are part of what closes each economy's accounts.",
        "Tariffs by pair of countries are not in the pack; each importer's average is spread out.",
        "Movers bring no family at first, and the worth of living elsewhere beyond pay is not valued.",
        "The cost of education that leaves with skilled movers is not valued.",
        "People move by number here: there is no queue for regular places, so no rent of a quota is counted.",
        "Political cost is counted only where the round file states it as an interest.",
    ]
    return tuple(said)


def _absent(evidence: Evidence, code: str) -> list[str]:
    """Titles of the tables used here that hold the country in none of their country columns."""
    used = [name for name in dict.fromkeys((*WORLD_TABLES, *FACT_TABLES)) if name in evidence]
    return sorted(
        evidence.meta(name).title
        for name in used
        if set(evidence.meta(name).columns) & set(COUNTRY_COLUMNS) and code not in _held(evidence, name)
    )


@lru_cache(maxsize=256)
def _held(evidence: Evidence, name: str) -> frozenset[str]:
    """Countries that a table holds, read once for all economies of a round."""
    return evidence.countries(name)


def find_places(evidence: Evidence, lab: Laboratory) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of each member country, and of blocs as the middle of their members."""
    frame = evidence.table("countries").set_index("iso3")
    out = {}
    for code, members in lab.members.items():
        at = frame.loc[list(members), ["longitude", "latitude"]].to_numpy(dtype=float)
        if np.isfinite(at).all():
            out[code] = (float(at[:, 0].mean()), float(at[:, 1].mean()))
    return out
