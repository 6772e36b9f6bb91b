"""Pressure and projection: CPU time of an answer and of a fresh estimate, and whether its bytes are the same.

Run: ``python benchmarks/bench_pressure.py`` (``--fast`` leaves the fresh estimate out). CPU seconds, so that
other work on the machine counts little.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from comity.evidence import Evidence
from comity.evidence.pack import DATA
from comity.services.pressure import mismatch_find
from comity.services.pressure_build import pressure_estimate
from comity.services.project import project_find
from comity.world.pressure_fit import fit_pressure
from comity.world.pressure_panel import build_panel

FEW = ("ESP", "MAR", "SEN", "FRA", "DEU", "ITA", "TUR", "POL", "DZA", "MLI", "USA", "MEX")
TERMS = ("log_stock", "stock_recorded", "log_distance", "log_gdp_origin", "young_share_origin")


def timed(what: str, call: object) -> None:
    """Print the CPU seconds of a call."""
    start = time.process_time()
    call()  # type: ignore[operator]
    print(f"{what:<44} {time.process_time() - start:6.2f} s CPU")


def compare_statsmodels() -> float:
    """Largest difference of a coefficient from a Poisson GLM with dummies, on twelve countries."""
    import statsmodels.api as sm

    panel = build_panel(Evidence.load(), method="da_pb_closed", starts=range(1990, 2020, 5))
    few = panel["origin"].isin(FEW) & panel["destination"].isin(FEW)
    panel = panel[few].reset_index(drop=True)
    dummies = pd.get_dummies(panel[["origin", "destination"]], dtype=float).drop(columns="destination_DEU")
    design = pd.concat([panel[list(TERMS)], dummies], axis=1)
    theirs = sm.GLM(panel["persons"], design, family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200)
    ours = fit_pressure(panel, terms=TERMS).coefficients["estimate"].to_numpy()
    return float(np.abs(ours - theirs.params[list(TERMS)].to_numpy()).max())


def main() -> None:
    """Print what was measured beside what was promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="leave the fresh estimate out")
    fast = parser.parse_args().fast
    timed("reading the tables, one corridor", lambda: mismatch_find(origin="SEN", destination="ESP"))
    timed("one corridor again", lambda: mismatch_find(origin="MAR", destination="FRA"))
    timed("all corridors of the world", mismatch_find)
    timed("work force of the world to 2050", lambda: project_find(add=["SEN:ESP:low:1000"]))
    gap = compare_statsmodels()
    print(
        f"promised: PPML agrees with statsmodels to 1e-6: {'holds' if gap <= 1e-6 else 'MISSED'} ({gap:.1e})"
    )
    if fast:
        return
    with tempfile.TemporaryDirectory() as folder:
        timed("a fresh estimate, three flow series", lambda: pressure_estimate(out=Path(folder)))
        same = all(path.read_bytes() == (DATA / path.name).read_bytes() for path in Path(folder).iterdir())
    print(f"promised: the estimate of the pack, byte for byte: {'holds' if same else 'MISSED'}")


if __name__ == "__main__":
    main()
