"""Directions through the joint system: how everything moves at first order, and what residual is left.

All that does not depend on the direction is in :class:`comity.world.frame.Frame`. A direction then costs one
answer of choice (:mod:`comity.world.response`) and a few sparse sums over the menu; the rest is done for all
directions at once. The derivatives are those of :mod:`comity.world.joint`, written out.

Who may import me: the world room. Start at :func:`push`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comity.world.equilibrium import find_largest
from comity.world.joint import BLOCKS
from comity.world.response import Tilted, narrow, tilt_choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.world.direction import Direction
    from comity.world.economy import Array
    from comity.world.frame import Frame

__all__ = ["Push", "lift_fee", "push"]


@dataclass(frozen=True)
class Push:
    """How M directions move the world at first order; logs unless said otherwise, last axis M.

    Attributes
    ----------
    factor, index, output, spending, tax_share
        ω̂, P̂, Y' and X' (US$) and R'/X' (share); N × M.
    home, gain
        Those who stay (persons) and ln(D)/θM; N × 2 × M.
    quantity, capital
        V̂, K̂; N × M.
    pay, paid
        Pay (N × 2 × 2 × M), and pay of migrants times ω̂ (not in logs; N × 2 × M).
    units_sums, stock_sums
        Sums of :attr:`Frame.lines_by_units` and :attr:`Frame.lines_by_stock`.
    rent_sums
        Rent by place, its rise for those who stay by place and by birth, and what movers pay and the rise at
        purchasing power parity by birth; 5N × M.
    residual
        Zero where dz is the implicit derivative; unknowns × M.
    """

    factor: Array
    index: Array
    home: Array
    gain: Array
    quantity: Array
    capital: Array
    pay: Array
    paid: Array
    tax_share: Array
    spending: Array
    output: Array
    units_sums: Array
    stock_sums: Array
    rent_sums: Array
    residual: Array


@dataclass
class _Sums:
    """What the answers of choice add up to; one column a direction."""

    market: Array
    home: Array
    gain: Array
    trade: Array
    lines: Array
    stock: Array
    rent: Array

    @classmethod
    def empty(cls, n: int, count: int) -> _Sums:
        return cls(
            np.zeros((4 * n, count)), np.zeros((n, 2, count)), np.zeros((n, 2, count)),
            np.zeros((3 * n, count)), *(np.zeros((4 * n + n, count)) for _ in range(3)),
        )  # fmt: skip


def _answer(frame: Frame, dz: Array, d: Direction, *, cause: bool) -> Tilted | None:
    """How choice answers one direction; only the groups touched where dz is zero, None where nobody is."""
    out, m, n = frame.outcome, frame.outcome.channels.menu, frame.outcome.channels.menu.size
    choice, skills = out.joint.choice, out.ground.formation
    if not cause:
        abroad = dz[2 * n : 4 * n].reshape(2, n)
        home = dz[4 * n : BLOCKS * n].reshape(2, n).T
        mass = None if skills is None else (skills.grown(out.joint.z) * dz[-n:, None]).ravel()
        channel = d.channel + abroad[m.skill, m.place][:, None]
        return tilt_choice(choice, channel, home + d.home, d.quota, mass)
    if not d.chosen:
        return None
    touched = np.zeros(2 * n, dtype=bool)
    touched[d.home.ravel() != 0] = True
    touched[m.group[d.channel.any(axis=1) | (d.quota != 0)]] = True
    rows = np.flatnonzero(touched[m.group])
    few = tilt_choice(narrow(choice, rows), d.channel[rows], d.home, d.quota[rows])
    stock, queue = np.zeros(choice.stock.shape), np.zeros(len(choice.queue))
    stock[rows], queue[rows] = few.stock, few.queue
    return Tilted(stock, few.home, few.gain, queue)


def _sum_answers(frame: Frame, dz: Array, aims: Sequence[Direction], *, cause: bool) -> _Sums:
    out, g, m = frame.outcome, frame.outcome.ground, frame.outcome.channels.menu
    n = m.size
    sums = _Sums.empty(n, len(aims))
    trade = bool(out.economy.coefficients.nu_migrants)
    persons = np.ones(3)
    for at, d in enumerate(aims):
        tilted = _answer(frame, dz[:, at], d, cause=cause)
        if tilted is None:
            continue
        delta = np.einsum("ck,ck->c", g.units, tilted.stock)
        if d.units.any():
            delta += np.einsum("ck,ck->c", g.units, out.joint.choice.stock) * d.units
        sums.market[:, at] = frame.by_units @ delta
        sums.home[..., at], sums.gain[..., at] = tilted.home, tilted.gain
        if trade:
            sums.trade[:, at] = frame.by_persons @ (tilted.stock @ persons)
        if cause:
            continue
        sums.lines[:, at] = frame.lines_by_units @ delta
        sums.stock[:, at] = frame.lines_by_stock @ tilted.stock.ravel()
        if frame.rent_share:
            sums.rent[:, at] = _sum_rents(frame, tilted)
    return sums


def _sum_rents(frame: Frame, t: Tilted) -> Array:
    m, level = frame.outcome.channels.menu, frame.outcome.economy.price_level
    a, b, c, d, e, f = frame.rents
    rent, rise, paid = (x * t.stock[:, 0] + y * t.queue for x, y in ((a, b), (c, d), (e, f)))
    here = level[m.place]
    return np.concatenate(
        [
            np.bincount(m.place, rent * here, m.size),
            np.bincount(m.place, rise * here, m.size),
            np.bincount(m.origin, rise * here, m.size),
            np.bincount(m.origin, paid, m.size),
            np.bincount(m.origin, rise, m.size),
        ]
    )


def push(frame: Frame, dz: Array, aims: Sequence[Direction], *, cause: bool = False) -> Push:
    """Differentiate the joint residual, and all that it rests on, along (dz, aims).

    Parameters
    ----------
    dz
        Changes of the unknowns; unknowns × M.
    aims
        M directions.
    cause
        dz is zero and only the residual is wanted, for which the groups touched suffice.
    """
    out, g = frame.outcome, frame.outcome.ground
    e, n, count = out.economy, len(out.economy), len(aims)
    point, k = out.joint.point, out.economy.coefficients
    factor, index = dz[:n], dz[n : 2 * n]
    sums = _sum_answers(frame, dz, aims, cause=cause)
    abroad = sums.market[: 2 * n].reshape(n, 2, count)
    labour = np.stack([out.channels.home_units[..., None] * sums.home, abroad], axis=2)
    by_v, by_k, by_a, by_pay = frame.slopes
    log_v, log_k, log_a = (np.einsum("nsb,nsbm->nm", x, labour) for x in (by_v, by_k, by_a))
    log_pay = np.einsum("nsbtc,ntcm->nsbm", by_pay, labour)

    level = (out.given.pay[..., 1] * out.prices.factor[:, None])[..., None]
    paid = level * (log_pay[:, :, 1] + factor[:, None])
    output = point.output[:, None] * (factor + log_v)
    income = output + sums.market[2 * n : 3 * n] - sums.market[3 * n :]
    income += frame.kept.by_birth(paid) - frame.kept.by_place(paid)
    weight = k.theta * (
        log_a - e.value_added_share[:, None] * factor - (1 - e.value_added_share)[:, None] * index
    )
    mean = frame.shares.T @ weight + sums.trade[:n]
    net_mean = frame.net.T @ weight + sums.trade[n : 2 * n]
    demand = point.demand[:, None] * weight + sums.trade[2 * n :]
    for at, d in enumerate(aims):
        income[:, at] += d.money
        for i, j, change in d.fee:
            left = (1 - k.fee_sending * g.fee[i, j]) * lift_fee(frame, i, j, change)
            left -= k.fee_sending * frame.gross[i, j] * change
            income[i, at] += left
            income[j, at] -= left
        for i, j, change in (*d.tariff, *d.friction):
            mean[j, at] -= k.theta * frame.shares[i, j] * change
            net_mean[j, at] -= k.theta * frame.net[i, j] * change
            demand[i, at] -= k.theta * frame.sales[i, j] * change
        for i, j, change in d.tariff:
            net_mean[j, at] -= frame.net[i, j] * change
            demand[i, at] -= frame.sales[i, j] * change
    kept_share = (1 - point.tax_share)[:, None]
    tax_share = -(net_mean - kept_share * mean)
    spending = (income + point.spending[:, None] * tax_share) / kept_share
    demand += frame.net @ spending - frame.sales @ mean
    market = (output - demand) / e.output[:, None]
    market[find_largest(e)] = (e.value_added_share @ output) / e.value_added.sum()
    real = (factor - index)[:, None]
    pay = log_pay + real[:, None]
    parts = [
        index + mean / k.theta,
        market,
        dz[2 * n : 4 * n] - pay[:, :, 1].transpose(1, 0, 2).reshape(2 * n, count),
        dz[4 * n : BLOCKS * n] - pay[:, :, 0].transpose(1, 0, 2).reshape(2 * n, count),
    ]
    if g.formation is not None:
        stayed = sums.home[:, 1] - out.joint.choice.home[:, 1, None] * dz[-n:]
        parts.append(dz[-n:] + g.formation.slope(out.joint.choice)[:, None] * stayed)
    return Push(
        factor, index, sums.home, sums.gain, log_v, log_k, log_pay, paid, tax_share, spending, output,
        sums.lines, sums.stock, sums.rent, np.concatenate(parts),
    )  # fmt: skip


def lift_fee(frame: Frame, i: int, j: int, change: float) -> float:
    """Rise of gross remittances of one corridor when its fee changes, US$ (§3.6)."""
    g = frame.outcome.ground
    elasticity = frame.outcome.economy.coefficients.fee_elasticity
    return float(-frame.gross[i, j] * elasticity * change / (1 - g.fee[i, j]))
