"""The trade-only job solved a second time, in levels, by somebody who has not read ``comity.world``.

Nothing here is shared with the product. The product works with ratios (exact hat) and its own Newton steps;
this works with levels and hands one plain system of equations to :func:`scipy.optimize.root`. If both are
right their answers agree to the tolerance of the slower one. The equations are those of DESIGN §3.3-3.4, in
levels:

========================  ====================================================================================
technology                A_in, fixed; baseline units are chosen so that every baseline price and wage is 1
cost of a bundle          c_i   = w_i^nu_i * P_i^(1 - nu_i)
price index               P_n   = [ sum_i A_in (c_i d_in (1 + t_in))^-theta ]^(-1/theta)
spending shares           pi_in = A_in (c_i d_in (1 + t_in))^-theta * P_n^theta
income from work          w_i L_i = nu_i Y_i, so Y_i = w_i L_i / nu_i
tariff revenue            R_n   = sum_i t_in / (1 + t_in) * pi_in X_n
spending                  X_n   = nu_n Y_n + R_n + T_n + (1 - nu_n) Y_n   (T_n: net transfers received, sum 0)
goods market              Y_i   = sum_n pi_in X_n / (1 + t_in)
numeraire                 sum_i w_i L_i = world value added of the baseline
========================  ====================================================================================

Transfers are nominal and fixed in units of the numeraire. Unknowns: the logs of the n wages and n price
indices.

Sources: Eaton and Kortum (2002), Econometrica 70(5), eqs. 9 and 17; Caliendo and Parro (2015), Review of
Economic Studies 82(1), eqs. 2-9, with one sector.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import root

Array = NDArray[np.float64]

ACCEPTED_RESIDUAL = 1e-9


@dataclass(frozen=True, kw_only=True)
class TradeJob:
    """A baseline and a change of tariffs, iceberg costs, workforces and transfers.

    Parameters
    ----------
    sales
        (n, n), exporter by importer, US$ at the importer's *consumer* price, tariffs included; the diagonal
        holds domestic sales. Column sums are spending X_n.
    tariff
        (n, n), ad valorem share t_in of the baseline (0 on the diagonal).
    value_added_share
        (n,), nu_i.
    elasticity
        theta.
    new_tariff, cost_change, labour_change
        (n, n), (n, n), (n,): the counterfactual's tariff, the ratio of new to old iceberg cost and the
        ratio of new to old effective labour. Omitted means unchanged.
    new_transfer
        (n,), US$: counterfactual net transfers received. Omitted means the baseline's. Must sum to 0.
    """

    sales: Array
    tariff: Array
    value_added_share: Array
    elasticity: float
    new_tariff: Array | None = None
    cost_change: Array | None = None
    labour_change: Array | None = None
    new_transfer: Array | None = None


@dataclass(frozen=True, kw_only=True)
class TradeAnswer:
    """Levels after the change; baseline prices and wages are 1, so they are also the ratios.

    ``real_income_change`` is the ratio of (wages + tariff revenue + transfers) / P to its baseline value.
    """

    wage: Array
    price: Array
    output: Array
    spending: Array
    share: Array = field(repr=False)
    tariff_revenue: Array
    income: Array
    real_income_change: Array
    residual: float


def transfers_of(job: TradeJob) -> Array:
    """Net transfers received in the baseline: final spending less own value added and tariff revenue.

    Examples
    --------
    >>> import numpy as np
    >>> job = TradeJob(sales=np.array([[8.0, 3.0], [2.0, 7.0]]), tariff=np.zeros((2, 2)),
    ...                value_added_share=np.array([0.5, 0.5]), elasticity=4.0)
    >>> transfers_of(job)
    array([-1.,  1.])
    """
    output = (job.sales / (1.0 + job.tariff)).sum(axis=1)
    revenue = (job.sales * job.tariff / (1.0 + job.tariff)).sum(axis=0)
    return np.asarray(job.sales.sum(axis=0) - output - revenue)


def solve_trade(job: TradeJob) -> TradeAnswer:
    """Solve the counterfactual of ``job`` in levels.

    Raises
    ------
    RuntimeError
        If the equations are not satisfied to ``ACCEPTED_RESIDUAL`` (relative to each economy's own size).

    Examples
    --------
    Two identical economies that drop a 10 % tariff both gain, and equally:

    >>> import numpy as np
    >>> job = TradeJob(sales=np.array([[8.0, 2.0], [2.0, 8.0]]), tariff=np.array([[0, 0.1], [0.1, 0]]),
    ...                value_added_share=np.array([0.5, 0.5]), elasticity=4.0, new_tariff=np.zeros((2, 2)))
    >>> solve_trade(job).real_income_change.round(4)
    array([1.008, 1.008])

    (By hand: P = (0.8 + 0.2 * 1.1**4)**(-1/4 / 0.5) = 0.9566; income falls from 5.0909 to 4.9091.)
    """
    count = job.sales.shape[0]
    theta, nu = job.elasticity, job.value_added_share
    spending = job.sales.sum(axis=0)
    share = job.sales / spending
    output = (job.sales / (1.0 + job.tariff)).sum(axis=1)
    labour = nu * output
    world_value_added = labour.sum()
    transfer = transfers_of(job)

    technology = share * (1.0 + job.tariff) ** theta
    tariff = job.tariff if job.new_tariff is None else job.new_tariff
    cost = np.ones((count, count)) if job.cost_change is None else job.cost_change
    workers = labour if job.labour_change is None else labour * job.labour_change
    received = transfer if job.new_transfer is None else job.new_transfer
    if abs(received.sum()) > ACCEPTED_RESIDUAL * world_value_added:
        message = "transfers must sum to 0"
        raise ValueError(message)

    def markets(logs: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
        wage, price = np.exp(logs[:count]), np.exp(logs[count:])
        bundle = wage**nu * price ** (1.0 - nu)
        landed = technology * (bundle[:, None] * cost * (1.0 + tariff)) ** -theta
        index = landed.sum(axis=0) ** (-1.0 / theta)
        shares = landed / landed.sum(axis=0)
        made = wage * workers / nu
        revenue_share = (shares * tariff / (1.0 + tariff)).sum(axis=0)
        spent = (made + received) / (1.0 - revenue_share)
        return wage, index, shares, made, spent, revenue_share * spent

    def gaps(logs: Array) -> Array:
        wage, index, shares, made, spent, _ = markets(logs)
        sold = (shares / (1.0 + tariff)) @ spent
        market = (sold - made) / made
        # One market clears by Walras' law; its equation is the place for the numeraire.
        market[0] = (wage @ workers) / world_value_added - 1.0
        return np.concatenate([market, np.log(index) - logs[count:]])

    start = np.zeros(2 * count)
    found = root(gaps, start, method="hybr", options={"xtol": 1e-13, "maxfev": 400 * count})
    logs = _polish(gaps, np.asarray(found.x, dtype=float))
    wage, index, shares, made, spent, revenue = markets(logs)
    residual = float(np.max(np.abs(gaps(logs))))
    walras = float(abs((shares / (1.0 + tariff) @ spent - made)[0]) / made[0])
    residual = max(residual, walras)
    if not residual <= ACCEPTED_RESIDUAL:
        message = f"the levels system was not solved: residual {residual:.2e}"
        raise RuntimeError(message)

    income = wage * workers + revenue + received
    before = labour + (job.sales * job.tariff / (1.0 + job.tariff)).sum(axis=0) + transfer
    return TradeAnswer(
        wage=wage,
        price=index,
        output=made,
        spending=spent,
        share=shares,
        tariff_revenue=revenue,
        income=income,
        real_income_change=income / index / before,
        residual=residual,
    )


def _polish(gaps: Callable[[Array], Array], logs: Array, steps: int = 2) -> Array:
    """Take a few plain Newton steps with a differenced Jacobian, where hybr stops early."""
    size, width = logs.size, 1e-6
    for _ in range(steps):
        here = gaps(logs)
        if np.max(np.abs(here)) < 1e-13:
            break
        slope = np.empty((size, size))
        for column in range(size):
            ahead, behind = logs.copy(), logs.copy()
            ahead[column] += width
            behind[column] -= width
            slope[:, column] = (gaps(ahead) - gaps(behind)) / (2.0 * width)
        logs = logs - np.linalg.solve(slope, here)
    return logs
