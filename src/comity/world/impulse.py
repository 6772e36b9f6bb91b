"""Directions through the joint system: how everything moves at first order, and what residual is left.

All that does not depend on the direction is in :class:`comity.world.frame.Frame`. What an instrument does to
choice at given pay is one answer of the groups that it touches (:mod:`comity.world.response`); what pay does
is sparse sums for all directions at once (:mod:`comity.world.flow`). The derivatives are those of
:mod:`comity.world.joint`, written out.

Who may import me: the world room. Start at :func:`push`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from comity.world.equilibrium import find_largest
from comity.world.flow import Part, sum_parts
from comity.world.joint import BLOCKS
from comity.world.response import Tilted, narrow, tilt_choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.world.direction import Direction
    from comity.world.economy import Array, Whole
    from comity.world.frame import Frame

__all__ = ["Push", "Sums", "lift_fee", "push", "sum_answers", "sum_causes"]


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


@dataclass(frozen=True)
class Sums:
    """What the answers of choice add up to; one column a direction.

    Working units by market and remittances kept (4N), those who stay and ln(D)/θM (N × 2), the trade link
    (3N), and what the ledger needs (5N each).
    """

    market: Array
    home: Array
    gain: Array
    trade: Array
    lines: Array
    stock: Array
    rent: Array

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def sum_causes(frame: Frame, aims: Sequence[Direction]) -> Sums:
    """Add up how choice answers each direction at given pay; only the groups touched are looked at."""
    out, m, count = frame.outcome, frame.outcome.channels.menu, len(aims)
    n, choice = m.size, out.joint.choice
    home, gain = np.zeros((n, 2, count)), np.zeros((n, 2, count))
    rent = np.zeros((5 * n, count))
    seen: list[tuple[Whole, Whole, Array, Array]] = []
    for at, d in enumerate(aims):
        touched = d.home.ravel() != 0
        touched[m.group[list(d.corridors)]] = True
        if not touched.any():
            continue
        rows = np.flatnonzero(touched[m.group])
        channel, quota, units = np.zeros((len(rows), 3)), np.zeros(len(rows)), np.zeros((len(rows), 1))
        for c, touch in d.corridors.items():
            k = int(np.searchsorted(rows, c))
            channel[k], quota[k], units[k] = touch.channel, touch.quota, touch.units
        few = tilt_choice(narrow(choice, rows), channel, d.home, quota)
        home[..., at], gain[..., at] = few.home, few.gain
        seen.append((rows, np.full(len(rows), at), few.stock, choice.stock[rows] * units))
        if frame.rent_share:
            stock, queue = np.zeros(choice.stock.shape), np.zeros(len(choice.queue))
            stock[rows], queue[rows] = few.stock, few.queue
            rent[:, at] = _sum_rents(frame, few._replace(stock=stock, queue=queue))
    if not seen:
        zeros = (np.zeros((k * n, count)) for k in (4, 3, 5, 5))
        market, trade, lines, by_stock = zeros
        return Sums(market, home, gain, trade, lines, by_stock, rent)
    rows, columns, stock, recognised = (np.concatenate(x) for x in zip(*seen, strict=True))

    def add(parts: Sequence[Part], blocks: int, change: Array) -> Array:
        return sum_parts(m, parts, blocks, rows, columns, change, count)

    return Sums(
        add(frame.by_units, 4, stock + recognised), home, gain, add(frame.by_persons, 3, stock),
        add(frame.lines_by_units, 5, stock + recognised), add(frame.lines_by_stock, 5, stock), rent,
    )  # fmt: skip


def sum_answers(frame: Frame, dz: Array, *, lines: bool) -> Sums:
    """Add up how choice answers changes of pay; what only the ledger needs stays zero without ``lines``."""
    n, count = frame.outcome.channels.menu.size, dz.shape[1]
    answer = frame.flows.read(dz)
    stacked = answer.stacked
    inward = frame.inward @ stacked
    home, gain = frame.flows.move_home(answer), np.zeros((n, 2, count))
    outward, rent = np.zeros((10 * n, count)), np.zeros((5 * n, count))
    if lines:
        outward = frame.outward @ stacked
        choice = frame.outcome.joint.choice
        if frame.rent_share or not choice.effort.deflection:
            for at in range(count):
                tilted = _answer(frame, dz[:, at])
                gain[..., at] = tilted.gain
                if frame.rent_share:
                    rent[:, at] = _sum_rents(frame, tilted)
        else:
            gain = frame.flows.find_gain(answer)
    return Sums(inward[: 4 * n], home, gain, inward[4 * n :], outward[: 5 * n], outward[5 * n :], rent)


def _answer(frame: Frame, dz: Array) -> Tilted:
    """How choice answers pay in one direction, queues and all."""
    out, m, n = frame.outcome, frame.outcome.channels.menu, frame.outcome.channels.menu.size
    grown = frame.flows.grown
    abroad = dz[2 * n : 4 * n].reshape(2, n)
    home = dz[4 * n : BLOCKS * n].reshape(2, n).T
    mass = None if grown is None else (grown * dz[-n:, None]).ravel()
    channel = np.repeat(abroad[m.skill, m.place][:, None], 3, axis=1)
    return tilt_choice(out.joint.choice, channel, home, np.zeros(len(m.total)), mass)


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


def push(frame: Frame, dz: Array, aims: Sequence[Direction], sums: Sums) -> Push:
    """Differentiate the joint residual, and all that it rests on, along (dz, aims).

    Parameters
    ----------
    dz
        Changes of the unknowns; unknowns × M.
    aims
        M directions, or none.
    sums
        How choice answers both, from :func:`sum_causes` and :func:`sum_answers`.
    """
    out, g = frame.outcome, frame.outcome.ground
    e, n, count = out.economy, len(out.economy), dz.shape[1]
    point, k = out.joint.point, out.economy.coefficients
    factor, index = dz[:n], dz[n : 2 * n]
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
