"""Iterative proportional fitting of skill shares, and the shares that emigration rates imply (§2).

Who may import me: the build modules. Start at :func:`fit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from comity.errors import SolveError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

__all__ = ["emigrant_high_share", "fit"]

_LONGEST = 2.0
"""Longest Newton step in log odds: a longer one can end where the dual is flat and the search stalls."""
_ROUNDING = 1e-13
"""Relative rounding error of a sum over cells."""
_FARTHEST = 1e9
"""Largest tilt that is tried before an emigration rate counts as out of reach of the rates by skill."""


def fit(
    totals: Matrix,
    seed: Matrix,
    *,
    destination_share: Matrix,
    origin_share: Matrix,
    block: NDArray[np.bool_],
    tolerance: float = 1e-10,
    max_iterations: int = 200,
) -> Matrix:
    """Split pair totals in high- and low-skilled so that known margins hold, staying closest to a seed.

    The table of iterative proportional fitting: it minimises the Kullback-Leibler divergence from the seed
    subject to (1) each pair total, (2) the high-skill share of each destination that is known, (3) the
    high-skill share of each origin's emigrants in the destinations of ``block``, where known. Such a table
    multiplies the odds of the seed by one factor per destination and one per origin. Cycling through the
    margins finds the factors too, but slowly where a margin hangs on a small cell; here Newton's method finds
    them on the convex dual.

    Parameters
    ----------
    totals
        Persons by origin (rows) and destination (columns), not negative.
    seed
        Prior high-skill share per cell, strictly between 0 and 1; same shape.
    destination_share
        High-skill share of all immigrants of each destination, strictly between 0 and 1; NaN where unknown.
    origin_share
        High-skill share of each origin's emigrants in ``block``; NaN where unknown.
    block
        Destinations that the origin margins cover.
    tolerance
        Largest absolute error of a share at which the search stops.
    max_iterations
        Newton steps before giving up.

    Returns
    -------
    numpy.ndarray
        High-skilled persons, same shape; the low-skilled are ``totals`` less these.

    Raises
    ------
    comity.errors.SolveError
        The margins contradict each other, so that no table obeys them all.

    Notes
    -----
    Deming and Stephan (1940), "On a least squares adjustment of a sampled frequency table"; convergence to
    the closest table: Ireland and Kullback (1968), "Contingency tables with given marginals".

    Examples
    --------
    One origin, one destination whose immigrants are 30 per cent high-skilled:

    >>> high = fit(np.array([[200.0]]), np.array([[0.5]]), destination_share=np.array([0.3]),
    ...            origin_share=np.array([np.nan]), block=np.array([True]))
    >>> high.round(9).tolist()
    [[60.0]]
    """
    into, outof = totals.sum(axis=0), totals[:, block].sum(axis=1)
    columns = np.flatnonzero(np.isfinite(destination_share) & (into > 0))
    rows = np.flatnonzero(np.isfinite(origin_share) & (outof > 0))
    # Persons are counted in parts of their margin, so that small and large margins weigh the same.
    size = np.concatenate([into[columns], outof[rows]])
    want = np.concatenate([destination_share[columns], origin_share[rows]])
    covered = np.zeros((len(totals), len(block)))
    covered[np.ix_(rows, np.flatnonzero(block))] = 1.0
    prior = np.log(seed / (1.0 - seed))

    def margins(cells: Matrix) -> Matrix:
        return np.concatenate([cells.sum(axis=0)[columns], (cells * covered).sum(axis=1)[rows]])

    def logits(factors: Matrix) -> Matrix:
        out = prior.copy()
        out[:, columns] += factors[: len(columns)]
        out[rows] += factors[len(columns) :, None] * covered[rows]
        return out

    def dual(factors: Matrix) -> float:
        return float((totals * np.logaddexp(0.0, logits(factors))).sum() - factors @ (want * size))

    factors = np.zeros(len(size))
    error = np.inf
    for _ in range(max_iterations):
        share = 1.0 / (1.0 + np.exp(-logits(factors)))
        high: Matrix = totals * share
        gradient = margins(high) - want * size
        error = float(np.abs(gradient / size).max(initial=0.0))
        if error <= tolerance:
            return high
        hessian = _hessian(high * (1.0 - share), covered, columns, rows)
        factors = factors + _descent(factors, gradient, hessian, size, dual)
    msg = f"skill margins contradict each other: error {error:.1e} after {max_iterations} steps"
    raise SolveError(msg)


def _hessian(weight: Matrix, covered: Matrix, columns: NDArray[np.intp], rows: NDArray[np.intp]) -> Matrix:
    """Second derivatives of the dual: how each margin answers to each factor."""
    inside = weight * covered
    cross = inside[np.ix_(rows, columns)]
    top = np.hstack([np.diag(weight.sum(axis=0)[columns]), cross.T])
    return np.vstack([top, np.hstack([cross, np.diag(inside.sum(axis=1)[rows])])])


def _descent(
    factors: Matrix, gradient: Matrix, hessian: Matrix, sizes: Matrix, dual: Callable[[Matrix], float]
) -> Matrix:
    """Return a Newton step, shortened until the dual falls; margins that imply each other are no obstacle."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(hessian), np.finfo(float).tiny))
    scaled = hessian * scale[:, None] * scale[None, :]
    step: Matrix = -scale * np.linalg.lstsq(scaled, scale * gradient, rcond=1e-13)[0]
    here, slope = dual(factors), float(gradient @ step)
    # Near the solution the dual falls by less than the rounding of its terms, and the full step is right.
    noise = _ROUNDING * (abs(here) + float(sizes.sum() + np.abs(factors) @ sizes))
    length = min(1.0, _LONGEST / max(float(np.abs(step).max(initial=0.0)), _LONGEST))
    while dual(factors + length * step) > here + 1e-4 * length * slope + noise and length > 1e-10:
        length /= 2.0
    return length * step


def emigrant_high_share(residents: Matrix, rates: Matrix, total_rate: float) -> float:
    """Return the high-skill share of an origin's emigrants implied by emigration rates by skill.

    A rate is emigrants over emigrants plus residents, so emigrants per resident are its odds. Applied to
    residents by skill, the odds by skill need not add up to the odds of the total rate, because the rates
    rest on another education series. The shares of residents are therefore tilted by the least amount (in
    Kullback-Leibler divergence) that makes them agree.

    Parameters
    ----------
    residents
        Shares of residents by skill (low, medium, high), shape (3,).
    rates
        Emigration rates by skill, shape (3,), each in [0, 1).
    total_rate
        Emigration rate of all skills together.

    Returns
    -------
    float
        Share of the high-skilled among emigrants; NaN where nobody left, or where the total rate lies outside
        the rates by skill.

    Examples
    --------
    >>> round(emigrant_high_share(np.array([0.6, 0.3, 0.1]), np.array([0.1, 0.1, 0.1]), 0.1), 3)
    0.1
    >>> round(emigrant_high_share(np.array([0.5, 0.0, 0.5]), np.array([0.0, 0.0, 0.2]), 1 / 9), 3)
    1.0
    """
    odds = rates / (1.0 - rates)
    target = total_rate / (1.0 - total_rate)
    present = residents > 0
    largest = float(odds[present].max(initial=0.0))
    if target <= 0 or largest <= 0:
        return float("nan")  # nobody left, so there are no emigrants to describe
    share, relative = residents[present] / residents[present].sum(), odds[present] / largest
    aim = target / largest

    def tilt(slope: float) -> Matrix:
        exponent = np.log(share) + slope * relative
        weight = np.exp(exponent - exponent.max())
        return np.asarray(weight / weight.sum())

    def excess(slope: float) -> float:
        return float(tilt(slope) @ relative - aim)

    if np.allclose(relative, aim):
        tilted = share
    elif not relative.min() < aim < relative.max():
        return float("nan")
    else:
        reach = 1.0
        while excess(-reach) * excess(reach) > 0:
            reach *= 2.0
            if reach > _FARTHEST:
                return float("nan")
        tilted = tilt(brentq(excess, -reach, reach, xtol=1e-14))
    emigrants = tilted * relative
    return float(emigrants[-1] / emigrants.sum()) if present[-1] else 0.0
