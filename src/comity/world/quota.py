"""Queues: q ≥ 1 ⟂ N'_W ≤ Q on every corridor at once, at given prices (§3.8).

For one origin and skill everything hangs on one number, the denominator D of the choice of destination
(:mod:`comity.world.choice`). Given D, the inclusive value S of a corridor solves

    S = a + b + r (S^ρ / D)^ν',   b = min(b_free, (Q/T) D S^(1−ρ)),   ρ = θM/η,

with a and r the weights of asylum and irregular movement, b_free the weight of regular movement without a
queue, T today's stock and ν' the network's elasticity. All exponents of S on the right are below one, so the
equation has one solution; D then solves ln D = ln(h + Σ μ S^ρ), whose right side rises less than one for
one. Newton on both at once in logarithms, exact to rounding. The second branch of b is the quota: there
N'_W = T b S^(ρ−1) / D = Q identically, so complementarity holds by construction.

Who may import me: the world room. Start at :func:`settle`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comity.errors import SolveError

if TYPE_CHECKING:
    from comity.world.economy import Array, Flags, Whole

__all__ = ["Balance", "Slopes", "Terms", "Tilt", "UnsettledError", "settle", "slope", "sum_by", "tilt"]

TOLERANCE = 1e-14
MAX_STEPS = 100
#: Keeps logarithms finite where nobody can come.
TINY = 1e-280
#: Rounding of the last Newton step that cannot be improved any more.
ROUNDING_TOLERANCE = 1e-12
LONGEST = 4.0


class UnsettledError(SolveError):
    """Queues that did not settle; ``group`` is the worst one, 2 × birthplace + skill."""

    def __init__(self, message: str, group: int) -> None:
        super().__init__(message)
        self.group = group


@dataclass(frozen=True, slots=True)
class Terms:
    """One problem: K corridors by skill, G groups (birthplace and skill).

    Attributes
    ----------
    group
        Group of each corridor; integers, K.
    share
        μ, today's share of the group who live there; K.
    asylum, regular, irregular
        a, b_free and r above: today's share of the channel in the corridor × V̂^η; K.
    room
        Q/T, ceiling over today's stock of all channels; ∞ where there is none; K.
    home
        h = μ_home V̂_home^θM; G.
    rho, network
        ρ = θM/η and ν'.
    """

    group: Whole
    share: Array
    asylum: Array
    regular: Array
    irregular: Array
    room: Array
    home: Array
    rho: float
    network: float


@dataclass(frozen=True, slots=True)
class Balance:
    """The settled problem: y = ln S (K), ln D (G), and the parts of S.

    ``bound`` says where the quota binds; ``alpha_*`` are shares of S; ``tau`` is the new share of the group
    (K) and ``tau_home`` that of those who stay (G).
    """

    y: Array
    log_d: Array
    bound: Flags
    regular: Array
    alpha_regular: Array
    alpha_asylum: Array
    alpha_irregular: Array
    tau: Array
    tau_home: Array
    steps: int


def sum_by(index: Whole, values: Array, size: int) -> Array:
    """Sum ``values`` by ``index``; real or complex.

    >>> sum_by(np.array([0, 1, 0]), np.array([1.0, 2.0, 3.0]), 2).tolist()
    [4.0, 2.0]
    """
    if np.iscomplexobj(values):
        real = np.bincount(index, values.real, size)
        return np.asarray(real + 1j * np.bincount(index, values.imag, size))
    return np.asarray(np.bincount(index, values, size), dtype=float)


def settle(t: Terms, start: tuple[Array, Array] | None = None) -> Balance:
    """Solve for all corridors and groups.

    Parameters
    ----------
    t
        The problem.
    start
        (y, ln D) to start from; zeros, which is the baseline, unless given.

    Raises
    ------
    UnsettledError
        No convergence; never a number.

    Examples
    --------
    >>> one = np.array([0])
    >>> half = np.array([0.5])
    >>> none = np.array([0.0])
    >>> b = settle(Terms(one, half, none, np.array([9.0]), none, np.array([1.2]), half, 0.5, 0.0))
    >>> bool(b.bound[0]), round(float(b.tau[0]), 12)  # the ceiling lets 0.5 × 1.2 live abroad
    (True, 0.6)
    """
    groups = len(t.home)
    if start is None:
        y, log_d = np.zeros(len(t.group)), np.zeros(groups)
    else:
        y, log_d = start[0].copy(), start[1].copy()
    last = size = np.inf
    gap, group_gap = np.zeros(len(t.group)), np.zeros(groups)
    for step in range(MAX_STEPS):
        at = log_d[t.group]
        # exp(at) times exp((1 − ρ) y) in one go: the quota's branch of b.
        quota = t.room * np.exp(at + (1 - t.rho) * y)
        bound = quota < t.regular
        b = np.where(bound, quota, t.regular)
        r = t.irregular * np.exp(t.network * (t.rho * y - at)) if t.network else t.irregular
        s = np.maximum(t.asylum + b + r, TINY)
        gap = np.log(s) - y
        weight = t.share * np.exp(t.rho * y)
        total = t.home + np.bincount(t.group, weight, groups)
        group_gap = np.log(total) - log_d
        size = max(float(np.abs(gap).max(initial=0.0)), float(np.abs(group_gap).max()))
        alpha_b, alpha_r = b / s, r / s
        if size <= TOLERANCE or (size <= ROUNDING_TOLERANCE and size >= last):
            tau = weight / total[t.group]
            return Balance(
                y, log_d, bound, b, alpha_b, t.asylum / s, alpha_r, tau, t.home / total, step
            )  # fmt: skip
        last = size
        held = np.where(bound, alpha_b, 0.0)
        den = 1 - (1 - t.rho) * held - t.network * t.rho * alpha_r
        delta = (held - t.network * alpha_r) / den
        part = weight / total[t.group] * t.rho
        rise = np.bincount(t.group, part * gap / den, groups) + group_gap
        rise /= 1 - np.bincount(t.group, part * delta, groups)
        if not np.isfinite(rise).all():
            break
        rise = np.clip(rise, -LONGEST, LONGEST)
        log_d = log_d + rise
        y = y + np.clip(gap / den + delta * rise[t.group], -LONGEST, LONGEST)
    msg = f"queues did not settle: residual {size:.1e} after {step + 1} steps"
    raise UnsettledError(msg, _find_worst(t, gap, group_gap))


def _find_worst(t: Terms, gap: Array, group_gap: Array) -> int:
    worst = np.nan_to_num(np.abs(group_gap), nan=np.inf)
    if len(gap):
        np.maximum.at(worst, t.group, np.nan_to_num(np.abs(gap), nan=np.inf))
    return int(worst.argmax())


@dataclass(frozen=True, slots=True)
class Tilt:
    """What a direction brings at given D and S.

    Relative changes of a, b_free and r (K) and of h (G); ``push`` is the relative change of S through the
    ceiling (K).
    """

    asylum: Array
    regular: Array
    irregular: Array
    push: Array
    home: Array


@dataclass(frozen=True, slots=True)
class Slopes:
    """Derivatives of y and ln D: dy = direct + ``delta`` d ln D, and ``lift`` = 1/(1 − slope of ln D)."""

    den: Array
    delta: Array
    lift: Array
    held: Array
    free: Array


def slope(t: Terms, b: Balance) -> Slopes:
    """Differentiate a settled point.

    Where q is exactly 1 on the edge of its quota the derivative is that of the side without a queue.
    """
    held = np.where(b.bound, b.alpha_regular, 0.0)
    den = 1 - (1 - t.rho) * held - t.network * t.rho * b.alpha_irregular
    delta = (held - t.network * b.alpha_irregular) / den
    lift = 1 / (1 - np.bincount(t.group, b.tau * t.rho * delta, len(t.home)))
    return Slopes(den, delta, lift, held, b.alpha_regular - held)


def tilt(t: Terms, b: Balance, s: Slopes, change: Tilt) -> tuple[Array, Array]:
    """Find (dy, d ln D) for one direction."""
    direct = (
        b.alpha_asylum * change.asylum
        + s.free * change.regular
        + b.alpha_irregular * change.irregular
        + change.push
    ) / s.den
    rise = s.lift * (sum_by(t.group, b.tau * t.rho * direct, len(t.home)) + b.tau_home * change.home)
    return direct + s.delta * rise[t.group], rise
