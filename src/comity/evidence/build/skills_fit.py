"""Iterative proportional fitting of skill shares, and the shares that emigration rates imply (§2).

Who may import me: the build modules. Start at :func:`fit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from comity.errors import SolveError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

__all__ = ["emigrant_high_share", "fit"]


def fit(
    totals: Matrix,
    seed: Matrix,
    *,
    destination_share: Matrix,
    origin_share: Matrix,
    block: NDArray[np.bool_],
    tolerance: float = 1e-12,
    max_iterations: int = 20_000,
) -> Matrix:
    """Split pair totals in high- and low-skilled so that known margins hold, staying closest to a seed.

    Minimises the Kullback-Leibler divergence from the seed subject to (1) each pair total, (2) the
    high-skill share of each destination that is known, (3) the high-skill share of each origin's emigrants
    in the destinations of ``block``, where known. Cycles through the three sets of margins, scaling the cells of
    each to its margin.

    Parameters
    ----------
    totals
        Persons by origin (rows) and destination (columns), not negative.
    seed
        Prior high-skill share per cell, strictly between 0 and 1; same shape.
    destination_share
        High-skill share of all immigrants of each destination; NaN where unknown.
    origin_share
        High-skill share of each origin's emigrants in ``block``; NaN where unknown.
    block
        Destinations that the origin margins cover.
    tolerance
        Largest absolute error of a share at which the cycle stops.
    max_iterations
        Cycles before giving up.

    Returns
    -------
    numpy.ndarray
        High-skilled persons, same shape; the low-skilled are ``totals`` less these.

    Raises
    ------
    comity.errors.SolveError
        The margins contradict each other, so that the cycle does not settle.

    Notes
    -----
    Deming and Stephan (1940), "On a least squares adjustment of a sampled frequency table"; convergence to
    the closest table: Ireland and Kullback (1968), "Contingency tables with given marginals".

    Examples
    --------
    One origin, one destination whose immigrants are 30 per cent high-skilled:

    >>> fit(np.array([[200.0]]), np.array([[0.5]]), destination_share=np.array([0.3]),
    ...     origin_share=np.array([np.nan]), block=np.array([True])).tolist()
    [[60.0]]
    """
    cells = np.stack([totals * seed, totals * (1.0 - seed)])
    into = totals.sum(axis=0)
    outof = totals[:, block].sum(axis=1)
    columns = np.flatnonzero(np.isfinite(destination_share) & (into > 0))
    rows = np.flatnonzero(np.isfinite(origin_share) & (outof > 0))
    in_block = np.flatnonzero(block)
    want_in = np.stack([destination_share[columns], 1.0 - destination_share[columns]]) * into[columns]
    want_out = np.stack([origin_share[rows], 1.0 - origin_share[rows]]) * outof[rows]
    part = np.ix_(np.arange(2), rows, in_block)

    def to_pairs() -> None:
        sums = cells.sum(axis=0)
        cells[:] *= np.divide(totals, sums, out=np.zeros_like(totals), where=sums > 0)

    for _ in range(max_iterations):
        # The pair totals come after each margin, so that they hold exactly in what is returned.
        cells[:, :, columns] *= (want_in / cells[:, :, columns].sum(axis=1))[:, None, :]
        to_pairs()
        cells[part] *= (want_out / cells[part].sum(axis=2))[:, :, None]
        to_pairs()
        wrong_in = np.abs(cells[0][:, columns].sum(axis=0) - want_in[0]) / into[columns]
        wrong_out = np.abs(cells[0][np.ix_(rows, in_block)].sum(axis=1) - want_out[0]) / outof[rows]
        worst = max(wrong_in.max(initial=0.0), wrong_out.max(initial=0.0))
        if worst <= tolerance:
            high: Matrix = cells[0]
            return high
    msg = f"skill margins contradict each other: error {worst:.1e} after {max_iterations} cycles"
    raise SolveError(msg)


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
        Share of the high-skilled among emigrants; NaN where the total rate lies outside the rates by skill.

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
    share, odds = residents[present] / residents[present].sum(), odds[present]
    relative = odds / target if target > 0 else odds
    if np.allclose(relative, 1.0):
        tilted = share
    elif not relative.min() < 1.0 < relative.max():
        return float("nan")
    else:
        log_share = np.log(share)

        def weights(slope: float) -> Matrix:
            exponent = log_share + slope * relative
            weight = np.exp(exponent - exponent.max())
            return np.asarray(weight / weight.sum())

        reach = 1.0
        while (weights(-reach) @ relative - 1.0) * (weights(reach) @ relative - 1.0) > 0:
            reach *= 2.0
        slope = brentq(lambda x: float(weights(x) @ relative - 1.0), -reach, reach, xtol=1e-14)
        tilted = weights(slope)
    emigrants = tilted * relative
    return float(emigrants[-1] / emigrants.sum()) if present[-1] else 0.0
