"""What one unit of labour, income, demand or price in one economy does to all ledgers (§6.10).

Who may import me: :mod:`comity.world.derivative` and its parts. Start at :func:`propagate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from comity.world.equilibrium import jacobian
from comity.world.given import pay_factors

if TYPE_CHECKING:
    from comity.world.economy import Array
    from comity.world.ledger_point import Point

__all__ = ["Effects", "propagate"]

#: Step of the difference by which pay follows labour, relative to the labour there.
STEP: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Effects:
    """Total effect on all economies (rows) of one unit of something in one economy (columns); N × N.

    ``income`` of US$ 1; ``demand`` of US$ 1 for goods of an exporter; ``spread`` of US$ 1 spent as an
    importer spends; ``price`` of a rise of the price equation by one; ``labour`` of one working unit, N × 4N
    in the order economy, skill, (native, migrant).
    """

    income: Array
    demand: Array
    spread: Array
    price: Array
    labour: Array


@dataclass(frozen=True, slots=True)
class _Production:
    """Effects through production: of gross output by US$ 1, and of the log of import weights; N × N."""

    output: Array
    weight: Array


def propagate(q: Point) -> Effects:
    """Effects at a point, with all that follows in the equilibrium.

    >>> from comity.world.examples import three_economies
    >>> from comity.world.ledger import LINES
    >>> from comity.world.ledger_point import Point
    >>> from comity.world.shock import Shock
    >>> from comity.world.world import World
    >>> outcome = World(three_economies()).solve(Shock())
    >>> propagate(Point.of(outcome, np.ones((3, len(LINES))))).labour.shape
    (3, 12)
    """
    e, g, p, n = q.e, q.g, q.p, len(q.e)
    theta, nu = e.coefficients.theta, e.value_added_share
    net = p.shares / g.tariff
    tax_share = p.revenue / p.spending
    left = 1 - tax_share
    # How the tariff share of spending and its revenue move with import weights and with income.
    by_weight = (p.shares * (left - 1 / g.tariff)).T
    kept = g.remitted * (1 - e.coefficients.fee_sending * g.fee)
    income = np.diag(p.output) + kept * p.factor - np.diag(p.factor * kept.sum(axis=0))
    taxed = q.weight["tariff_revenue"] / p.index
    revenue = (taxed * p.spending / left)[:, None] * by_weight
    own = np.diag(q.own * q.real) + q.cross * q.real
    money = (q.kept @ p.factor + q.flat) / p.index
    by_factor = own + q.kept * p.factor / p.index[:, None]
    by_factor += revenue * (-theta * nu) + (taxed * tax_share / left)[:, None] * income
    by_index = -own - np.diag(money) + revenue * (-theta * (1 - nu))
    logs = np.log(np.concatenate([p.factor, p.index]))
    factors = lu_factor(jacobian(logs, e, g), check_finite=False)
    adjoint = lu_solve(factors, np.hstack([by_factor, by_index]).T, trans=1, check_finite=False).T
    prices, market = adjoint[:, :n], adjoint[:, n:].copy()
    largest = int(np.argmax(e.value_added))
    numeraire = market[:, [largest]].copy()
    market[:, largest] = 0.0
    demand = market / e.output
    spread = demand @ net
    by_income = (spread + np.diag(taxed * tax_share)) / left
    moved = (
        np.diag(net @ p.spending) - (net * p.spending) @ p.shares.T + (net * p.spending / left) @ by_weight
    )
    made = _Production(
        output=by_income - demand - numeraire * (nu / e.value_added.sum()),
        weight=demand @ moved - prices @ p.shares.T / theta + revenue,
    )
    return Effects(by_income, demand, spread, -prices, _follow_labour(q, by_income, made))


def _follow_labour(q: Point, income: Array, made: _Production) -> Array:
    """Effect of one working unit by economy, skill and birth; N × 4N."""
    e, g, n, k = q.e, q.g, len(q.e), q.e.coefficients
    own, net, real = np.arange(n), 1 - q.e.tax, q.real
    native, migrant = _follow_pay(q, income)
    capital = q.weight["employers"] * (1 - e.labour_share) * e.value_added * net * real
    taxed = q.weight["treasury"] * e.tax * e.value_added_share * e.output * real
    out = np.zeros((n, n, 2, 2))
    for s in range(2):
        for kind in range(2):
            step = STEP * e.labour[:, s, kind]
            change = np.zeros_like(g.unit_change)
            change[(own + kind) % n, own, s] = step
            quantity, stock, productivity, pay = (
                (up - down) / (2 * step if up.ndim == 1 else 2 * step[:, None, None])
                for up, down in zip(
                    pay_factors(e, g.unit_change + change),
                    pay_factors(e, g.unit_change - change),
                    strict=True,
                )
            )
            total = native[:, :, 0] * pay[:, 0, 0] + native[:, :, 1] * pay[:, 1, 0]
            total += migrant[:, :, 0] * pay[:, 0, 1] + migrant[:, :, 1] * pay[:, 1, 1]
            total += made.output * (q.p.factor * e.output * quantity)
            total += made.weight * (k.theta * productivity / g.productivity)
            rent = quantity / g.capital - g.quantity * stock / g.capital**2
            total[own, own] += capital * rent + taxed * quantity
            out[:, :, s, kind] = total
    return out.reshape(n, 4 * n)


def _follow_pay(q: Point, income: Array) -> tuple[Array, Array]:
    """Effect of the pay factors q of natives and of migrants, by economy and skill; each N × N × 2."""
    e, g, p, w, k, n = q.e, q.g, q.p, q.weight, q.e.coefficients, len(q.e)
    own, net, real, wage = np.arange(n), 1 - q.e.tax, q.real, q.e.unit_wage
    foreign = ~np.eye(n, dtype=bool)
    native, migrant = np.zeros((n, n, 2)), np.zeros((n, n, 2))
    bill = e.units * wage
    total = bill.sum(axis=2)
    lift = ((1 - g.fee) / (1 - e.fee)) ** k.fee_elasticity
    rent = w["payment_providers"] * (1 - k.fee_resource)
    arrives = (
        w["remittances"][:, None] * (1 - g.fee) + (1 - k.fee_sending) * rent[:, None] * g.fee
    ) / p.index[:, None]
    for s, name in enumerate(("residents_low", "residents_high")):
        direct = w[name] * net * q.stay[own, own, s] + w["movers"] * q.movers[own, own, s]
        native[own, own, s] = direct * wage[:, s] * real
        there = np.where(foreign, q.stay[:, :, s] * (net * wage[:, s] * real), 0.0)
        share = np.divide(bill[:, :, s], total, out=np.full_like(total, 0.5), where=total > 0)
        coming, leaving = np.maximum(q.moved[:, :, s], 0), np.maximum(-q.moved[:, :, s], 0)
        better = e.recorded_propensity * g.recognised[:, :, s] * wage[:, s]
        old = np.where(foreign, lift * (e.remitted * share + better), 0.0)
        new = np.where(foreign, e.propensity * coming - e.recorded_propensity * leaving, 0.0)
        sent = old + lift * new * wage[:, s]
        held = (1 - k.fee_sending * g.fee) * sent * p.factor
        column = income @ held - income * held.sum(axis=0)
        column += w["nationals_abroad"][:, None] * (there - old * real) + arrives * sent * p.factor
        column += w["movers"][:, None] * np.where(foreign, q.movers[:, :, s] * wage[:, s] * real, 0.0)
        column[own, own] += w["immigrants"] * (there - old * real).sum(axis=0)
        column[own, own] += rent * k.fee_sending * (g.fee * sent).sum(axis=0) * real
        column[own, own] -= w["treasury"] * e.tax * g.untaxed[:, s] * wage[:, s] * real
        migrant[:, :, s] = column
    return native, migrant
