"""One direction through the joint system: how everything moves at first order, and what residual is left.

All that does not depend on the direction is found once (:class:`Frame`); a direction then costs a few passes
over the menu. The derivatives are those of :mod:`comity.world.joint`, written out.

Who may import me: the world room. Start at :func:`push`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from comity.world.equilibrium import find_largest, find_shares
from comity.world.joint import split_pay
from comity.world.labour import Stocks, change_labour
from comity.world.response import Tilted, narrow, tilt_choice
from comity.world.tangent import slope_pay

if TYPE_CHECKING:
    from comity.world.direction import Direction
    from comity.world.economy import Array
    from comity.world.movement import ChannelOutcome

Rows = slice | NDArray[np.intp]

__all__ = ["Frame", "Push", "Remitted", "lift_fee", "push"]


@dataclass(frozen=True, slots=True)
class Remitted:
    """A weighted sum of remittances: derivatives by pay (N × N by skill) and by working units (K)."""

    low: Array
    high: Array
    places: Array
    flow: Array

    @classmethod
    def weigh(cls, frame: Frame, weight: Array, base: Array) -> Remitted:
        """Weigh a base (N × N × 2) by corridor."""
        m = frame.outcome.channels.menu
        weighed = weight[..., None] * base
        low, high = np.ascontiguousarray(weighed[..., 0]), np.ascontiguousarray(weighed[..., 1])
        return cls(low, high, weighed.sum(axis=0), weight[m.origin, m.place] * frame.flow)

    def by_birth(self, frame: Frame, paid: Array, delta: Array, rows: Rows = slice(None)) -> Array:
        """Sum over places; N."""
        m = frame.outcome.channels.menu
        return (
            self.low @ paid[:, 0]
            + self.high @ paid[:, 1]
            + np.bincount(m.origin[rows], self.flow[rows] * delta, m.size)
        )

    def by_place(self, frame: Frame, paid: Array, delta: Array, rows: Rows = slice(None)) -> Array:
        """Sum over birthplaces; N."""
        m = frame.outcome.channels.menu
        here = self.places[:, 0] * paid[:, 0] + self.places[:, 1] * paid[:, 1]
        return here + np.bincount(m.place[rows], self.flow[rows] * delta, m.size)


@dataclass(frozen=True)
class Frame:
    """What all directions share at one solved world."""

    outcome: ChannelOutcome

    @cached_property
    def slopes(self) -> tuple[Array, Array, Array, Array]:
        """Derivatives of log V̂, K̂, Â and pay by ΔU."""
        return slope_pay(self.outcome.economy, self.labour[0])

    @cached_property
    def labour(self) -> tuple[Array, Array]:
        """ΔU by market and by corridor."""
        c = self.outcome.joint.choice
        return change_labour(self.outcome.ground, Stocks(c.stock, c.home))

    @cached_property
    def shares(self) -> Array:
        """π'; N × N."""
        return find_shares(self.outcome.joint.point, self.outcome.joint.kernel)

    @cached_property
    def net(self) -> Array:
        """π'/t'; N × N."""
        return np.asarray(self.shares / self.outcome.ground.tariff)

    @cached_property
    def sales(self) -> Array:
        """π' X'/t'; N × N."""
        return np.asarray(self.net * self.outcome.joint.point.spending)

    def _spread(self, values: Array, s: int) -> Array:
        m = self.outcome.channels.menu
        here = m.skill == s
        n = m.size
        return np.bincount(m.pair[here], values[here], n * n).reshape(n, n)

    @cached_property
    def old_base(self) -> Array:
        """Remittances of people already there per unit of pay by skill, before ω̂; N × N × 2."""
        g = self.outcome.ground
        parts = [
            g.lift * (g.economy.remitted * g.bill_share[..., s] + self._spread(g.rate * g.recognised, s))
            for s in range(2)
        ]
        return np.stack(parts, axis=-1)

    @cached_property
    def base(self) -> Array:
        """All remittances per unit of pay by skill; N × N × 2."""
        g, e = self.outcome.ground, self.outcome.economy
        out = self.old_base.copy()
        for s in range(2):
            new = self._spread(g.rate * (self.labour[1] - g.recognised), s)
            if g.moves_anybody:
                come = np.maximum(g.move_units[..., s], 0)
                leave = np.maximum(-g.move_units[..., s], 0)
                by_move = (e.propensity * come - e.recorded_propensity * leave) * e.unit_wage[:, s]
                np.fill_diagonal(by_move, 0.0)
                new = new + by_move
            out[..., s] += g.lift * new
        return out

    @cached_property
    def gross(self) -> Array:
        """Gross remittances; US$, N × N."""
        return np.asarray(self.outcome.given.remitted * self.outcome.prices.factor)

    @cached_property
    def flow(self) -> Array:
        """Remittances per working unit more, US$ at new pay; K."""
        g, m = self.outcome.ground, self.outcome.channels.menu
        pay = self.outcome.given.pay[m.place, m.skill, 1] * self.outcome.prices.factor[m.place]
        return np.asarray(g.rate * pay * g.lift[m.origin, m.place])

    @cached_property
    def kept(self) -> Remitted:
        """Remittances that leave for good, of all; see :class:`Remitted`."""
        g = self.outcome.ground
        return Remitted.weigh(self, 1 - g.economy.coefficients.fee_sending * g.fee, self.base)

    @cached_property
    def received(self) -> Remitted:
        """What families receive."""
        return Remitted.weigh(self, 1 - self.outcome.ground.fee, self.base)

    @cached_property
    def fees(self) -> Remitted:
        """What fees take."""
        return Remitted.weigh(self, self.outcome.ground.fee, self.base)

    @cached_property
    def old(self) -> Remitted:
        """What people already there send, at the prices of where they live."""
        weight = np.ones(self.outcome.ground.fee.shape) / self.outcome.prices.index
        return Remitted.weigh(self, weight, self.old_base)

    @cached_property
    def old_level(self) -> Array:
        """The same in US$; N × N."""
        out = self.outcome
        sent = self.gross - out.given.moved_remitted * out.prices.factor
        return np.asarray(sent / out.prices.index)

    @cached_property
    def received_level(self) -> tuple[Array, Array]:
        """Remittances received, and fees earned; US$, N each."""
        fee, share = self.outcome.given.fee, self.outcome.economy.coefficients.fee_sending
        fees = fee * self.gross
        earned = share * fees.sum(axis=0) + (1 - share) * fees.sum(axis=1)
        return ((1 - fee) * self.gross).sum(axis=1), earned

    @cached_property
    def links(self) -> tuple[tuple[Array, Array], ...]:
        """π', π'/t' and sales of each corridor and of its way back, times its trade link; K each."""
        m = self.outcome.channels.menu
        link = self.link[m.origin, m.place]
        return tuple(
            (w[m.origin, m.place] * link, w[m.place, m.origin] * link)
            for w in (self.shares, self.net, self.sales)
        )

    @cached_property
    def link(self) -> Array:
        """Log trade friction per person more in one direction; N × N."""
        g, m = self.outcome.ground, self.outcome.channels.menu
        c, n = self.outcome.joint.choice, m.size
        change = np.bincount(m.pair, c.stock.sum(axis=1) - m.total, n * n).reshape(n, n)
        persons = g.persons_base + change + g.move_persons
        return np.asarray(g.economy.coefficients.nu_migrants / 2 / persons)

    @cached_property
    def after(self) -> Array:
        """Real pay of a working unit after the change, US$; N × 2 × 2."""
        out = self.outcome
        real = out.prices.factor / out.prices.index
        return np.asarray(out.economy.unit_wage[..., None] * out.given.pay * real[:, None, None])

    @cached_property
    def moved(self) -> Array:
        """Working units that came or went; N × N × 2."""
        return np.asarray(self.outcome.given.unit_change - self.outcome.given.recognised)

    @cached_property
    def raised(self) -> tuple[Array, Array]:
        """Units of migrants who stay × their pay after tax; N × N × 2; and of natives, N × 2, before tax."""
        out, own = self.outcome, np.arange(len(self.outcome.economy))
        stay = out.economy.units + out.given.recognised + np.minimum(self.moved, 0)
        native = stay[own, own] * self.after[..., 0]
        net = self.after[..., 1] * (1 - out.economy.tax)[:, None]
        abroad = stay * net
        abroad[own, own] = 0.0
        return abroad, native

    @cached_property
    def leaving(self) -> tuple[Array, Array]:
        """What those who go take from the pay of migrants who stay (per unit, K), and of natives (N × 2)."""
        out, m, own = self.outcome, self.outcome.channels.menu, np.arange(len(self.outcome.economy))
        e = out.economy
        rise = self.after - e.unit_wage[..., None]
        goes = self.moved[m.origin, m.place, m.skill] <= 0
        abroad = np.where(goes, rise[m.place, m.skill, 1], 0.0) * (1 - e.tax)[m.place]
        native = np.where(self.moved[own, own] <= 0, rise[..., 0], 0.0) * (1 - e.tax)[:, None]
        return abroad, native * out.channels.home_units

    @cached_property
    def mover_pay(self) -> tuple[Array, Array, Array, Array]:
        """Pay per person more who moves (K × 3, N × 2), and of all who came (K, N × 2); US$ at PPP."""
        out, g, m = self.outcome, self.outcome.ground, self.outcome.channels.menu
        e, f, c = out.economy, out.channels.factors, out.joint.choice
        level = e.price_level[:, None]
        before, after = e.unit_wage / level, self.after / level[..., None]
        tax = e.tax[m.place, None] * np.array([1.0, 1.0, f.irregular_tax])
        kept = 1 - tax - e.recorded_propensity[m.origin, m.place, None]
        move, at_home = c.stock - m.stock, c.home - m.home
        new = g.units * kept * after[m.place, m.skill, 1, None]
        old = out.channels.flat_units * kept * before[m.place, m.skill, None]
        net = out.channels.home_units * (1 - e.tax)[:, None]
        return (
            np.where(move > 0, new, old),
            np.where(at_home > 0, net * after[..., 0], net * before),
            np.einsum("ck,ck->c", np.maximum(move, 0), new),
            np.maximum(at_home, 0) * net * after[..., 0],
        )

    @cached_property
    def still(self) -> Tilted:
        """No change of choice."""
        c = self.outcome.joint.choice
        return Tilted(
            np.zeros(c.stock.shape), np.zeros(c.home.shape), np.zeros(c.home.shape), np.zeros(len(c.queue))
        )


@dataclass(frozen=True, slots=True)
class Push:
    """How one direction moves the world at first order; logs unless said otherwise.

    ``residual`` is zero where dz is the implicit derivative.
    """

    factor: Array
    index: Array
    choice: Tilted
    delta: Array
    quantity: Array
    capital: Array
    pay: Array
    paid: Array
    tax_share: Array
    spending: Array
    output: Array
    residual: Array


def push(frame: Frame, dz: Array, d: Direction, *, cause: bool = False) -> Push:
    """Differentiate the joint residual, and all that it rests on, along (dz, d).

    ``cause`` says that dz is zero and only the residual is wanted, for which the groups touched suffice.
    """
    out, g = frame.outcome, frame.outcome.ground
    e, m, n = out.economy, out.channels.menu, len(out.economy)
    joint, point, k = out.joint, out.joint.point, out.economy.coefficients
    factor, index = dz[:n], dz[n : 2 * n]
    abroad, home = split_pay(dz, n)
    skills = g.formation
    mass = None if skills is None else (skills.grown(joint.z) * dz[-n:, None]).ravel()
    choice, tilted, units, rows = joint.choice, frame.still, g.units, slice(None)
    channel, quota, better = d.channel, d.quota, d.units
    place, origin = m.place, m.origin
    if not cause:
        channel = channel + abroad[place, m.skill][:, None]
        tilted = tilt_choice(choice, channel, home + d.home, quota, mass)
    elif d.chosen:
        rows = _find_touched(frame, d)
        choice, units, place, origin = narrow(choice, rows), units[rows], place[rows], origin[rows]
        better = better[rows]
        tilted = tilt_choice(choice, channel[rows], d.home, quota[rows])
    delta = np.einsum("ck,ck->c", units, tilted.stock)
    if better.any():
        delta += np.einsum("ck,ck->c", units, choice.stock) * better
    native = out.channels.home_units * tilted.home
    labour = np.stack([native, np.bincount(m.arrival[rows], delta, 2 * n).reshape(n, 2)], axis=-1)
    by_v, by_k, by_a, by_pay = frame.slopes
    log_v, log_k, log_a = (np.einsum("nsb,nsb->n", x, labour) for x in (by_v, by_k, by_a))
    log_pay = np.einsum("nsbtc,ntc->nsb", by_pay, labour)

    paid = out.given.pay[..., 1] * out.prices.factor[:, None] * (log_pay[..., 1] + factor[:, None])
    output = point.output * (factor + log_v)
    kept = frame.kept
    income = output + d.money
    income = income + kept.by_birth(frame, paid, delta, rows) - kept.by_place(frame, paid, delta, rows)
    for i, j, change in d.fee:
        left = (1 - k.fee_sending * g.fee[i, j]) * lift_fee(frame, i, j, change)
        left -= k.fee_sending * frame.gross[i, j] * change
        income[i] += left
        income[j] -= left

    weight = k.theta * (log_a - e.value_added_share * factor - (1 - e.value_added_share) * index)
    mean, net_mean = frame.shares.T @ weight, frame.net.T @ weight
    demand = point.demand * weight
    if k.nu_migrants and tilted is not frame.still:
        persons = tilted.stock @ np.ones(3)
        (a, b), (c, f), (v, w) = (tuple(x[rows] * persons for x in pair) for pair in frame.links)
        mean = mean + np.bincount(place, a, n) + np.bincount(origin, b, n)
        net_mean = net_mean + np.bincount(place, c, n) + np.bincount(origin, f, n)
        demand = demand + np.bincount(origin, v, n) + np.bincount(place, w, n)
    for i, j, change in (*d.tariff, *d.friction):
        mean[j] -= k.theta * frame.shares[i, j] * change
        net_mean[j] -= k.theta * frame.net[i, j] * change
        demand[i] -= k.theta * frame.sales[i, j] * change
    for i, j, change in d.tariff:
        net_mean[j] -= frame.net[i, j] * change
        demand[i] -= frame.sales[i, j] * change
    tax_share = -(net_mean - (1 - point.tax_share) * mean)
    spending = (income + point.spending * tax_share) / (1 - point.tax_share)
    demand = demand - frame.sales @ mean + frame.net @ spending
    market = (output - demand) / e.output
    largest = find_largest(e)
    market[largest] = (e.value_added_share * output).sum() / e.value_added.sum()
    real = (factor - index)[:, None]
    parts = [
        index + mean / k.theta,
        market,
        (abroad - log_pay[..., 1] - real).T.ravel(),
        (home - log_pay[..., 0] - real).T.ravel(),
    ]
    if skills is not None:
        stayed = tilted.home[:, 1] - joint.choice.home[:, 1] * dz[-n:]
        parts.append(dz[-n:] + skills.slope(joint.choice) * stayed)
    return Push(
        factor, index, tilted, delta, log_v, log_k, log_pay, paid, tax_share, spending, output, np.concatenate(parts),
    )  # fmt: skip


def _find_touched(frame: Frame, d: Direction) -> Array:
    """Corridors of the groups whose choice a direction touches at given pay."""
    m = frame.outcome.channels.menu
    touched = np.zeros(2 * m.size, dtype=bool)
    touched[d.home.ravel() != 0] = True
    touched[m.group[d.channel.any(axis=1) | (d.quota != 0)]] = True
    return np.flatnonzero(touched[m.group])


def lift_fee(frame: Frame, i: int, j: int, change: float) -> float:
    """Rise of gross remittances of one corridor when its fee changes, US$ (§3.6)."""
    g = frame.outcome.ground
    elasticity = frame.outcome.economy.coefficients.fee_elasticity
    return float(-frame.gross[i, j] * elasticity * change / (1 - g.fee[i, j]))
