"""The three estimated tables of the pack, computed anew: pressure, its coefficients, and its hold-out (§4).

Who may import me: services. Start at :func:`estimate_tables`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from comity.world.pressure_fit import PREDICTION, PressureFit, fit_pressure, fit_specifications, hold_out
from comity.world.pressure_panel import INTERVAL, build_panel, list_carried, list_intervals

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.evidence import Evidence

__all__ = ["METHOD", "METHODS", "estimate_tables"]

METHOD: Final = "da_pb_closed"
"""The flow estimate that agrees best with reported flows (Abel and Cohen 2019)."""

METHODS: Final = (METHOD, "da_min_closed", "da_min_open")

_FIRST_KEPT: Final = 2010
_LEAST_PERSONS: Final = 100
_DECIMALS: Final = 6
_HELD_OUT: Final = 2


def estimate_tables(
    evidence: Evidence, *, progress: Callable[[str, float], None] | None = None
) -> dict[str, pd.DataFrame]:
    """Fit, predict and hold out; the same pack gives the same tables.

    Parameters
    ----------
    evidence
        The pack.
    progress
        Called with a stage and the share that is done.

    Returns
    -------
    dict
        Frames by table name, as :mod:`comity.evidence.build.estimates` describes them; ``attrs["gaps"]``
        holds what this reading found missing.

    Raises
    ------
    comity.errors.MissingExtraError
        The extra ``estimate`` is not installed.
    """
    steps = len(METHODS) + _HELD_OUT + 2
    done = 0

    def tell(stage: str) -> None:
        nonlocal done
        if progress is not None:
            progress(stage, done / steps)
        done += 1

    published = list_intervals(evidence)
    starts = (*published, *_ahead(evidence, published))
    fits: dict[str, PressureFit] = {}
    expected: dict[str, pd.Series] = {}
    for method in METHODS:
        tell(f"fitting {method}")
        panel = build_panel(evidence, method=method, starts=starts)
        fits[method] = fit_pressure(panel[panel["persons"].notna()])
        predicted = fits[method].predict(panel[panel["start"] >= _FIRST_KEPT])
        predicted.index = pd.MultiIndex.from_frame(
            panel.loc[panel["start"] >= _FIRST_KEPT, ["origin", "destination", "start"]]
        )
        expected[method] = predicted["persons"]
        if method == METHOD:
            main, errors = panel, predicted["log_error"]
    tables = {"pressure": _pressure(expected, errors)}
    tables["pressure"].attrs["gaps"] = _gaps(evidence, fits[METHOD])
    coefficients = [
        fit.coefficients.assign(
            specification=PREDICTION if method == METHOD else method,
            observations=fit.observations,
            pairs=fit.pairs,
        )
        for method, fit in fits.items()
    ]
    coefficients.append(fit_specifications(main, tell))
    columns = ["specification", "term", "estimate", "error", "observations", "pairs"]
    table = pd.concat(coefficients, ignore_index=True)[columns]
    table[["estimate", "error"]] = table[["estimate", "error"]].round(_DECIMALS)
    tables["pressure_coefficients"] = table.sort_values(["specification", "term"]).reset_index(drop=True)
    parts = []
    for start in published[-_HELD_OUT:]:
        tell(f"holding out {start}")
        parts.append(hold_out(main[main["persons"].notna()], start=start).measures.assign(period_start=start))
    held = pd.concat(parts, ignore_index=True)[["period_start", "forecast", "band", "measure", "value"]]
    held["value"] = [float(f"{value:.6g}") for value in held["value"]]
    keys = ["period_start", "forecast", "band", "measure"]
    tables["pressure_holdout"] = held.sort_values(keys).reset_index(drop=True)
    return tables


def _ahead(evidence: Evidence, published: tuple[int, ...]) -> tuple[int, ...]:
    """Intervals after the last published one whose start the stocks have reached, or nearly so."""
    last = int(evidence.table("migrant_stock")["year"].max())
    return tuple(range(published[-1] + INTERVAL, last + 2, INTERVAL))


def _pressure(expected: dict[str, pd.Series], errors: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"persons": expected[METHOD], "log_error": errors})
    for method in METHODS[1:]:
        frame[f"persons_{method}"] = expected[method].reindex(frame.index)
    frame = frame[frame["persons"] >= _LEAST_PERSONS].reset_index()
    frame = frame.rename(columns={"start": "period_start"})
    frame["log_error"] = frame["log_error"].round(3)
    for column in [name for name in frame.columns if name.startswith("persons")]:
        frame[column] = frame[column].round().astype("Int64" if frame[column].isna().any() else np.int64)
    keys = ["origin", "destination", "period_start"]
    return frame.sort_values(keys).reset_index(drop=True)


def _gaps(evidence: Evidence, fit: PressureFit) -> tuple[str, ...]:
    flows = evidence.table("migration_outward")
    listed = set(flows["origin"]) | set(flows["destination"])
    without = sorted(listed - (set(fit.effects["origin"].index) & set(fit.effects["destination"].index)))
    carried, none = list_carried(evidence)
    return (
        f"Not estimated, because distance, population or flows are missing: {', '.join(without)}.",
        f"GDP per capita of some years is that of the nearest year published: {', '.join(carried)}.",
        f"No GDP per capita at all, so its change is taken as nil: {', '.join(none)}.",
        "The interval from 2025 uses stocks and GDP of 2024, and conflict deaths that end in 2022.",
    )
