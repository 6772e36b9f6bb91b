"""Moves out of the country of birth, the part of the estimated flows that needs a place elsewhere (§2, §4).

Who may import me: the build pipeline. Start at :data:`TABLES`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from comity.evidence.build.measures import total
from comity.evidence.build.migration_stock import TABLES as STOCK_TABLES
from comity.evidence.build.migration_stock import read_flow_component
from comity.evidence.build.spec import Check, Column

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["TABLES"]

_FILE: Final = "migration/abel-cohen-flows-2022/abel_cohen_flows_5y_outward.csv.gz"
_METHODS: Final = ("da_pb_closed", "da_min_closed", "da_min_open")
_WORLD: Final = {1990: 29_381_378, 2005: 39_491_893, 2015: 36_690_556}
_FLOW: Final = next(spec for spec in STOCK_TABLES if spec.name == "migration_flow")


def _read(raw: Path) -> pd.DataFrame:
    return read_flow_component(raw, (_FILE,), _METHODS)


TABLES = (
    replace(
        _FLOW,
        name="migration_outward",
        title="Moves out of the country of birth over five years, by estimation method",
        columns={
            **_FLOW.columns,
            "method": Column(
                "key",
                "Estimation method of demographic accounting: da_pb_closed (pseudo-Bayesian, closed), "
                "da_min_closed (fewest moves, closed), da_min_open (fewest moves, open). Never add "
                "or mix methods",
            ),
            "origin": Column("key", "Country of birth, and of residence at the start of the period, ISO3"),
            "persons": Column("persons per five years", "People born in the origin who left it"),
        },
        read=_read,
        transformations=(
            "The authors' split of a flow into outward, return and onward moves; only outward is kept.",
            *_FLOW.transformations[1:],
        ),
        checks=tuple(
            Check(
                f"world total da_min_closed {year}",
                total("persons", method="da_min_closed", period_start=year),
                float(published),
                0,
                "sum of the authors' country matrices",
            )
            for year, published in _WORLD.items()
        ),
        gaps=(
            *_FLOW.gaps,
            "Moves back to the country of birth, and from one foreign country to another, are not here.",
        ),
        raw_files=(_FILE,),
    ),
)
