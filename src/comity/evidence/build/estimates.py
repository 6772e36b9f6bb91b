"""Tables that Comity estimates from other tables of the pack: pressure, its coefficients, its hold-out (§4).

The estimate itself belongs to the world (:mod:`comity.world.pressure_fit`), which this room does not know;
here stands only what the tables are, so that they are checked and described like all others.

Who may import me: the build pipeline and services. Start at :data:`TABLES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.errors import EvidenceError
from comity.evidence.build.spec import Column, Source, TableSpec

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["COMMAND", "TABLES"]

COMMAND: Final = "comity mismatch --estimate --out DIR"

_INPUTS: Final = (
    "migration_outward.parquet",
    "migrant_stock.parquet",
    "distance.parquet",
    "gdp_per_capita.parquet",
    "population_age.parquet",
    "conflict.parquet",
    "visa_requirement.parquet",
)
_COMITY: Final = Source(
    producer="Comity",
    title="Gravity estimate by Poisson pseudo-maximum likelihood (equations: docs/pressure.md)",
    edition="2026",
    year=2026,
    url="https://doi.org/10.1162/rest.88.4.641",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    through="pyfixest, on tables of this pack",
)
_FLOWS: Final = Source(
    producer="Guy J. Abel and Joel E. Cohen",
    title="Bilateral international migration flow estimates updated and refined by sex",
    edition="Scientific Data 9:173, on UN DESA stocks of 2020; six periods from 1990",
    year=2022,
    url="https://doi.org/10.1038/s41597-022-01271-z",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
)
_STOCKS: Final = Source(
    producer="United Nations, Department of Economic and Social Affairs, Population Division",
    title="International Migrant Stock 2024; World Population Prospects 2024",
    edition="2024",
    year=2024,
    url="https://www.un.org/development/desa/pd/content/international-migrant-stock",
    licence="CC BY 3.0 IGO",
    licence_url="https://creativecommons.org/licenses/by/3.0/igo/",
)
_COVARIATES: Final = Source(
    producer="CEPII, World Bank, Uppsala Conflict Data Program",
    title="Distance, borders and languages; GDP per capita; battle-related deaths",
    edition="as in the tables of this pack that are named under raw files",
    year=2025,
    url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=6",
    licence="Etalab Open Licence 2.0",
    licence_url="https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
)
_SOURCES: Final = (_COMITY, _FLOWS, _STOCKS, _COVARIATES)


def _read(_: Path) -> pd.DataFrame:
    msg = f"this table is computed, not read: {COMMAND}"
    raise EvidenceError(msg)


TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        name="pressure",
        title="Expected moves out of the country of birth over five years, by gravity (estimated)",
        sources=_SOURCES,
        columns={
            "origin": Column("key", "Country of birth and of residence at the start, ISO3"),
            "destination": Column("key", "Country of residence at the end, ISO3"),
            "period_start": Column("key", "First year of the five-year interval: 2010 to 2025"),
            "persons": Column(
                "persons per five years", "Expected moves, fitted to da_pb_closed of migration_outward"
            ),
            "log_error": Column("log points", "Standard error of log(persons), clustered by pair"),
            "persons_da_min_closed": Column("persons per five years", "The same, fitted to da_min_closed"),
            "persons_da_min_open": Column("persons per five years", "The same, fitted to da_min_open"),
        },
        read=_read,
        derived=COMMAND,
        status="estimated",
        transformations=(
            (
                "Fitted to six intervals from 1990 to 2020 with effects of origin and of destination; the "
                "intervals from 2020 and from 2025 are predicted from figures of 2020 and of 2024 or 2025."
            ),
            "Rounded to whole persons; corridors under 100 persons per five years are left out.",
        ),
        gaps=(
            "Expected moves that happened or would happen as corridors were, not wishes to move.",
            "Moves back to the country of birth and from one foreign country to another are not in it.",
            (
                "A naive forecast (the interval before) was nearer on the hold-out; see pressure_holdout. "
                "This table says what a corridor's features let expect, not what will come."
            ),
            (
                "The standard error is that of the mean; single corridors vary far more "
                "(pressure_holdout, ratio)."
            ),
        ),
        raw_files=_INPUTS,
    ),
    TableSpec(
        name="pressure_coefficients",
        title="Coefficients of the gravity estimates of migration flows, with errors clustered by pair",
        sources=_SOURCES,
        columns={
            "specification": Column("key", "prediction, identified, visa, or the flow method of a variant"),
            "term": Column("key", "The regressor; its meaning stands in docs/pressure.md"),
            "estimate": Column("elasticity or log points", "Coefficient"),
            "error": Column("elasticity or log points", "Standard error, clustered by pair of countries"),
            "observations": Column("rows", "Pairs times intervals that the estimate rests on"),
            "pairs": Column("pairs", "Directed pairs, which are the clusters"),
        },
        read=_read,
        derived=COMMAND,
        status="estimated",
        transformations=("Poisson pseudo-maximum likelihood; rounded to six decimals.",),
        gaps=(
            (
                "What is constant for an origin or a destination is absorbed in 'prediction' and 'visa', "
                "and everything of an origin or destination in an interval in 'identified'."
            ),
            "Visa rules are those of January 2025, after the moves they stand beside: an association.",
        ),
        raw_files=_INPUTS,
    ),
    TableSpec(
        name="pressure_holdout",
        title="Hold-out of the gravity estimate: fitted to earlier intervals, held against a later one",
        sources=_SOURCES,
        columns={
            "period_start": Column("key", "The interval that was held out: 2010 or 2015"),
            "forecast": Column("key", "gravity, or persistence (the flow of the interval before)"),
            "band": Column("key", "all, or predicted persons from this number on (10, 100, 1000, 10000)"),
            "measure": Column("key", "What was measured; see docs/pressure.md"),
            "value": Column("as the measure", "The value"),
        },
        read=_read,
        derived=COMMAND,
        status="estimated",
        transformations=("Rounded to six significant figures.",),
        gaps=(
            (
                "Stocks, GDP and population of the start of an interval are those of editions published "
                "after it; only the flows held out are unseen."
            ),
        ),
        raw_files=_INPUTS,
    ),
)
