"""The equilibrium of §3.3–§3.5: N price indices and N factor prices, by Newton with an analytic Jacobian.

With a_i = ĉ_i^−θ the import shares after the shock are π'_in ∝ π_in (d̂t̂)_in^−θ a_i, so one residual costs
four matrix–vector products. The Jacobian at the baseline is factored once a world and reused (a chord
method, Ortega and Rheinboldt 1970, §7.1): small shocks converge in a handful of such steps. Where the chord
is slow the Jacobian is renewed at the current point, which is Newton's method.

Who may import me: the world room. Start at :func:`solve_prices`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from comity.errors import SolveError
from comity.world.economy import Array, Economy

if TYPE_CHECKING:
    from comity.world.given import Given

__all__ = [
    "Factors",
    "Kernel",
    "Point",
    "Prices",
    "differentiate_point",
    "evaluate_point",
    "factor_baseline",
    "find_largest",
    "find_shares",
    "fix_kernel",
    "jacobian",
    "read_prices",
    "residual",
    "solve_prices",
    "stack_residual",
]

Factors = tuple[Array, Array]

#: Largest residual of a solved world, relative to each economy's output (§3.13).
TOLERANCE = 1e-10
#: A step that shrinks the residual by less than this asks for a new Jacobian.
SLOW = 0.3
MAX_STEPS = 200
#: The longest step in logarithms, so that a large shock cannot overflow.
LONGEST = 1.0


@dataclass(frozen=True, slots=True)
class Prices:
    """A solved world.

    Attributes
    ----------
    factor, index
        ω̂_n, price of the value-added composite, and P̂_n, price index; N.
    shares
        π'_in; N × N.
    spending, revenue, output
        X'_n, R'_n and Y'_n; US$ in units of world value added, N.
    error
        Largest residual, relative to output.
    walras
        Excess supply in the market that Walras' law leaves out, relative to world output (§3.13).
    steps, factorings
        Work done.
    """

    factor: Array
    index: Array
    shares: Array
    spending: Array
    revenue: Array
    output: Array
    error: float
    walras: float
    steps: int
    factorings: int


@dataclass(frozen=True, slots=True)
class Kernel:
    """What stays the same over the steps of one solve: with it a residual is four matrix–vector products.

    ``base`` is π (d̂t̂)^−θ, ``net`` the same over t', ``kept`` the remittances that leave for good; N × N.
    ``others`` is all income that does not depend on prices; N.
    """

    base: Array
    net: Array
    kept: Array
    sent: Array
    others: Array
    lift: Array


@dataclass(frozen=True, slots=True)
class Point:
    """Supply and demand at one pair of prices; N each, US$ (``weight`` and ``total`` as in the kernel)."""

    weight: Array
    total: Array
    price_gap: Array
    demand: Array
    output: Array
    tax_share: Array
    spending: Array


def fix_kernel(e: Economy, g: Given) -> Kernel:
    """Precompute what one solve holds fixed."""
    base = e.shares * g.friction
    kept = g.remitted * (1 - e.coefficients.fee_sending * g.fee)
    lift = e.coefficients.theta * np.log(g.productivity)
    return Kernel(base, base / g.tariff, kept, kept.sum(axis=0), g.money + e.balance, lift)


def evaluate_point(z: Array, e: Economy, g: Given, k: Kernel) -> Point:
    """Evaluate supply, demand, spending and prices at z = (log ω̂, log P̂)."""
    n = len(e)
    nu, theta = e.value_added_share, e.coefficients.theta
    log_factor, log_index = z[:n], z[n:]
    weight = np.exp(k.lift - theta * (nu * log_factor + (1 - nu) * log_index))
    total = weight @ k.base
    factor = np.exp(log_factor)
    output = factor * g.quantity * e.output
    income = output + k.kept @ factor - factor * k.sent + k.others
    tax_share = 1 - (weight @ k.net) / total
    spending = income / (1 - tax_share)
    demand = weight * (k.net @ (spending / total))
    return Point(weight, total, log_index + np.log(total) / theta, demand, output, tax_share, spending)


def find_shares(p: Point, k: Kernel) -> Array:
    """π'_in; columns sum to 1."""
    return np.asarray(p.weight[:, None] * k.base / p.total)


def residual(z: Array, e: Economy, g: Given) -> Array:
    """Residuals at z = (log ω̂, log P̂): N price equations (§3.3), then N goods markets (§3.4).

    Goods markets are relative to each economy's baseline output; the market of the largest economy is
    replaced by the numeraire: world value added is what it was.
    """
    return stack_residual(evaluate_point(z, e, g, fix_kernel(e, g)), e)


def find_largest(e: Economy) -> int:
    """Position of the largest economy, whose market Walras' law leaves out."""
    return int(np.argmax(e.value_added))


def stack_residual(p: Point, e: Economy) -> Array:
    """Residuals of :func:`residual` at an evaluated point; 2N."""
    market = (p.output - p.demand) / e.output
    value_added = e.value_added_share * p.output
    market[find_largest(e)] = value_added.sum() / e.value_added.sum() - 1
    return np.concatenate([p.price_gap, market])


def jacobian(z: Array, e: Economy, g: Given) -> Array:
    """Analytic derivative of :func:`residual`; 2N × 2N."""
    k = fix_kernel(e, g)
    return differentiate_point(z, e, g, k, evaluate_point(z, e, g, k))


def differentiate_point(z: Array, e: Economy, g: Given, k: Kernel, p: Point) -> Array:
    """Differentiate :func:`stack_residual` by z; 2N × 2N."""
    n = len(e)
    nu, theta = e.value_added_share, e.coefficients.theta
    factor = np.exp(z[:n])
    shares = find_shares(p, k)
    # Prices.
    out = np.zeros((2 * n, 2 * n))
    out[:n, :n] = -shares.T * nu
    out[:n, n:] = np.eye(n) - shares.T * (1 - nu)
    # Goods markets: demand moves with costs through shares and tariff revenue, and with income.
    net = shares / g.tariff
    income_weight = net / (1 - p.tax_share)
    by_cost = -theta * (
        np.diag(p.demand)
        - (net * p.spending) @ shares.T
        + (income_weight * p.spending) @ (shares * (1 - 1 / g.tariff - p.tax_share)).T
    )
    income = np.diag(p.output) + k.kept * factor - np.diag(factor * k.sent)
    by_factor = by_cost * nu + income_weight @ income
    market = np.hstack([np.diag(p.output) - by_factor, -by_cost * (1 - nu)]) / e.output[:, None]
    market[find_largest(e)] = 0.0
    market[find_largest(e), :n] = e.value_added_share * p.output / e.value_added.sum()
    out[n:] = market
    return out


def read_prices(z: Array, e: Economy, p: Point, k: Kernel, size: float, work: tuple[int, int]) -> Prices:
    """Put a solved point into words; ``size`` is its residual, ``work`` steps and factorings."""
    n, largest = len(e), find_largest(e)
    walras = float((p.output - p.demand)[largest].real / e.output.sum())
    return Prices(
        np.exp(z[:n]), np.exp(z[n : 2 * n]), find_shares(p, k), p.spending, p.tax_share * p.spending,
        p.output, size, walras, *work,
    )  # fmt: skip


def factor_baseline(e: Economy, g: Given) -> Factors:
    """LU factors of the Jacobian at the baseline, for reuse by :func:`solve_prices`."""
    lu, pivots = lu_factor(jacobian(np.zeros(2 * len(e)), e, g), check_finite=False)
    return lu, pivots


def solve_prices(e: Economy, g: Given, factors: Factors, start: Array | None = None) -> Prices:
    """Solve the equilibrium.

    Parameters
    ----------
    e, g
        World and givens.
    factors
        From :func:`factor_baseline`; used until progress is slow.
    start
        (log ω̂, log P̂) to start from, 2N; the baseline (zeros) unless given.

    Raises
    ------
    SolveError
        No convergence: names the economy with the largest residual. Never a number.
    """
    n = len(e)
    z = np.zeros(2 * n) if start is None else start.copy()
    kernel = fix_kernel(e, g)
    point = evaluate_point(z, e, g, kernel)
    value = stack_residual(point, e)
    size, factorings, renewed = float(np.abs(value).max()), 0, False
    for step in range(MAX_STEPS):
        if size <= TOLERANCE:
            return read_prices(z, e, point, kernel, size, (step, factorings))
        move = -lu_solve(factors, value, check_finite=False)
        longest = float(np.abs(move).max())
        if not np.isfinite(longest):
            break
        scale = min(1.0, LONGEST / longest) if longest > 0 else 1.0
        trial = z + scale * move
        try_point = evaluate_point(trial, e, g, kernel)
        try_value = stack_residual(try_point, e)
        try_size = float(np.abs(try_value).max())
        while renewed and not try_size < size and scale > TOLERANCE:
            scale /= 2
            trial = z + scale * move
            try_point = evaluate_point(trial, e, g, kernel)
            try_value = stack_residual(try_point, e)
            try_size = float(np.abs(try_value).max())
        if try_size < size:
            slow = try_size > SLOW * size
            z, point, value, size, renewed = trial, try_point, try_value, try_size, False
        elif renewed:
            break
        else:
            slow = True
        if slow and size > TOLERANCE:
            factors = lu_factor(differentiate_point(z, e, g, kernel, point), check_finite=False)
            factorings += 1
            renewed = True
    worst = int(np.abs(np.nan_to_num(value, nan=np.inf)).argmax()) % n
    msg = (
        f"the world did not reach equilibrium: residual {size:.1e} in {e.codes[worst]} "
        f"after {MAX_STEPS if size > TOLERANCE else step} steps"
    )
    raise SolveError(msg)
