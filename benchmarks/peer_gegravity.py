"""Run one trade-only job in gegravity (Herman 2021) and write down what it answered and how long it took.

This file runs in a virtual environment of its own (``make bench`` makes it) and imports nothing of Comity:
the two sides talk through files, so that neither can flatter the other.

Job file (``.npz``): ``codes`` (n), ``sales`` (n, n; exporter by importer, domestic sales on the diagonal),
``elasticity`` (theta; gegravity's sigma is theta + 1), ``cost_change`` (n, n; new over old iceberg cost).

What the peer solves: one-sector Armington gravity without intermediate inputs, tariff revenue, or the
effect of changed incomes on the multilateral resistances (it keeps output and expenditure *shares* at their
baseline in those equations). That is less than Comity's job, so any ratio of times is on the cautious side.

Set-up: the cost variable is the log of each pair's sales over the sales that size alone would predict, with
coefficient 1. The baseline then fits the data exactly and all baseline resistances are 1, the easiest start
that can be given to the peer's solver. (With ordinary costs, log distance and a border, its solver stopped
with negative resistances at 30 and 100 economies and took as long at 60.)
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

SMALLEST_SALE = 1e-12
"""Share of an importer's spending that stands in for "no recorded trade": gegravity takes logs."""


def main() -> None:
    """Solve the job named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", type=Path)
    parser.add_argument("answer", type=Path)
    options = parser.parse_args()

    import gegravity as ge
    import pandas as pd

    with np.load(options.job, allow_pickle=False) as job:
        codes = [str(code) for code in job["codes"]]
        sales = np.array(job["sales"], dtype=float)
        elasticity = float(job["elasticity"])
        cost_change = np.array(job["cost_change"], dtype=float)

    sales = np.maximum(sales, SMALLEST_SALE * sales.sum(axis=0)[None, :])
    sales = sales / sales.sum()
    output, spending = sales.sum(axis=1), sales.sum(axis=0)
    count = len(codes)
    log_cost = np.log(sales / np.outer(output, spending))
    rows, columns = np.divmod(np.arange(count * count), count)
    before = pd.DataFrame(
        {
            "exporter": [codes[row] for row in rows],
            "importer": [codes[column] for column in columns],
            "year": "2023",
            "trade": sales.ravel(),
            "Y": output[rows],
            "E": spending[columns],
            "log_cost": log_cost.ravel(),
        }
    )
    after = before.copy()
    after["log_cost"] = before["log_cost"] - elasticity * np.log(cost_change).ravel()

    coefficients = ge.CostCoeffs(
        pd.DataFrame([{"var": "log_cost", "coeff": 1.0, "ste": 0.0}]),
        identifier_col="var",
        coeff_col="coeff",
        stderr_col="ste",
    )
    clock = time.perf_counter
    begin = clock()
    baseline = ge.BaselineData(
        before, trade_var_name="trade", expend_var_name="E", output_var_name="Y", year_var_name="year"
    )
    model = ge.OneSectorGE(
        baseline,
        year="2023",
        reference_importer=codes[int(np.argmax(spending))],
        sigma=elasticity + 1,
        cost_variables=["log_cost"],
        cost_coeff_values=coefficients,
        quiet=True,
    )
    model.build_baseline()
    built = clock()
    model.define_experiment(after)
    model.simulate()
    done = clock()
    diagnostics = model.solver_diagnostics["full_GE"]
    prices = model.factory_gate_prices.iloc[:, 0]
    options.answer.write_text(
        json.dumps(
            {
                "economies": count,
                "calibrate_seconds": built - begin,
                "solve_seconds": done - built,
                "converged": bool(diagnostics.success),
                "evaluations": int(diagnostics.nfev),
                "residual": float(np.max(np.abs(diagnostics.fun))),
                "price_change": {str(code): float(value) for code, value in prices.items()},
            }
        ),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
