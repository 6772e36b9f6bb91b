"""Where the raw data lie, and a small pack to break."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from comity.evidence.build.spec import Check, Column, Source, TableSpec

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def raw() -> Path:
    """The raw folder (with migration/ and economy/), or a skip that says how to give one."""
    shared = Path(os.environ.get("COMITY_SHARED", ROOT.parent / "shared"))
    folder = shared / "data"
    if not (folder / "migration").is_dir():
        pytest.skip(f"no raw data at {folder}; set COMITY_SHARED to the folder that holds data/")
    return folder


@pytest.fixture
def stays() -> TableSpec:
    """A table of two rows that passes every check."""
    frame = pd.DataFrame({"country": ["MAR", "SEN"], "year": [2024, 2024], "stays": [10, None]})
    frame["stays"] = frame["stays"].astype("Int64")
    return TableSpec(
        name="stays",
        title="Stays",
        sources=(Source("Office", "Stays", "first", 2024, "https://example.org", "CC BY 4.0"),),
        columns={
            "country": Column("key", "Country, ISO3"),
            "year": Column("key", "Year"),
            "stays": Column("persons", "Stays"),
        },
        read=lambda _: frame.copy(),
        transformations=("None.",),
        checks=(Check("all stays", lambda df: float(df["stays"].sum()), 10, 0, "Office"),),
        gaps=("A gap that is known.",),
    )
