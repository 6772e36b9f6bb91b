"""What all directions share at one solved world: bases, weights, and sparse sums over the menu.

Who may import me: the world room. Start at :class:`Frame`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from comity.world.channel_ledger import find_home_income, find_share
from comity.world.equilibrium import find_shares
from comity.world.flow import Flow, Part, Row
from comity.world.labour import Stocks, change_labour
from comity.world.quota import sum_by
from comity.world.tangent import slope_pay

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from comity.world.economy import Array
    from comity.world.movement import ChannelOutcome

__all__ = ["Frame", "Remitted"]


@dataclass(frozen=True, slots=True)
class Remitted:
    """A weighted sum of remittances: derivatives by pay and skill (N × N each), and by working units (K)."""

    low: Array
    high: Array
    flow: Array

    @classmethod
    def weigh(cls, frame: Frame, weight: Array, base: Array) -> Remitted:
        """Weigh a base (N × N × 2) by corridor."""
        m = frame.outcome.channels.menu
        low, high = (np.ascontiguousarray(weight * base[..., s]) for s in range(2))
        return cls(low, high, weight[m.origin, m.place] * frame.flow)

    def by_birth(self, paid: Array) -> Array:
        """Sum over places for changes of pay (N × 2 × M); N × M."""
        return np.asarray(self.low @ paid[:, 0] + self.high @ paid[:, 1])

    def by_place(self, paid: Array) -> Array:
        """Sum over birthplaces; N × M."""
        low, high = self.low.sum(axis=0)[:, None], self.high.sum(axis=0)[:, None]
        return np.asarray(low * paid[:, 0] + high * paid[:, 1])


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
        return sum_by(m.pair[here], values[here], n * n).reshape(n, n)

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
    def flows(self) -> Flow:
        """The answer of choice to pay."""
        out = self.outcome
        skills = out.ground.formation
        return Flow(out.joint.choice, None if skills is None else skills.grown(out.joint.z))

    @cached_property
    def by_units(self) -> tuple[Part, ...]:
        """Sums of working units: markets 2N, remittances kept by birth and place."""
        units, kept = self.outcome.ground.units, self.kept.flow
        one = np.ones(len(kept))
        return Part("arrival", 0, one, units), Part("origin", 2, kept, units), Part("place", 3, kept, units)

    @cached_property
    def lines_by_units(self) -> tuple[Part, ...]:
        """Sums for the ledger: received by birth, fees by both, pay that those who go give up by both."""
        units, taken = self.outcome.ground.units, self.leaving[0]
        return (
            Part("origin", 0, self.received.flow, units), Part("origin", 1, self.fees.flow, units),
            Part("place", 2, self.fees.flow, units), Part("place", 3, taken, units),
            Part("origin", 4, taken, units),
        )  # fmt: skip

    @cached_property
    def by_persons(self) -> tuple[Part, ...]:
        """Sums of persons: the trade link in prices, in net prices and in demand, N each."""
        if not self.outcome.economy.coefficients.nu_migrants:
            return ()
        m, parts = self.outcome.channels.menu, []
        persons = np.ones((len(m.total), 3))
        sums: tuple[tuple[Array, Row, Row], ...] = (
            (self.shares, "place", "origin"),
            (self.net, "place", "origin"),
            (self.sales, "origin", "place"),
        )
        for at, (weight, there, back) in enumerate(sums):
            parts.append(Part(there, at, (weight * self.link).ravel()[m.pair], persons))
            parts.append(Part(back, at, (weight.T * self.link).ravel()[m.pair], persons))
        return tuple(parts)

    @cached_property
    def lines_by_stock(self) -> tuple[Part, ...]:
        """Sums of stocks: persons, guests, untaxed units (2N), pay of movers."""
        out, units = self.outcome, self.outcome.ground.units
        one = np.ones(len(units))
        persons = np.ones((len(units), 3))
        guests = persons * np.array([0.0, 1.0, 1.0])
        untaxed = units * np.array([0.0, 0.0, 1 - out.channels.factors.irregular_tax])
        return (
            Part("place", 0, one, persons), Part("place", 1, one, guests), Part("arrival", 2, one, untaxed),
            Part("origin", 4, one, self.mover_pay[0]),
        )  # fmt: skip

    @cached_property
    def inward(self) -> csr_array:
        """All sums that markets need, as a matrix: of units 4N, of persons 3N."""
        shifted = (part._replace(at=part.at + 4) for part in self.by_persons)
        return self.flows.gather((*self.by_units, *shifted), 7)

    @cached_property
    def outward(self) -> csr_array:
        """All sums that the ledger needs besides: of units 5N, of stocks 5N."""
        shifted = (part._replace(at=part.at + 5) for part in self.lines_by_stock)
        return self.flows.gather((*self.lines_by_units, *shifted), 10)

    @cached_property
    def came(self) -> Array:
        """Pay of all who came, by birthplace and market; N × 2N."""
        m = self.outcome.channels.menu
        at = m.origin * 2 * m.size + m.arrival
        return sum_by(at, self.mover_pay[2], 2 * m.size**2).reshape(m.size, -1)

    @cached_property
    def residents(self) -> Array:
        """Persons today times pay at home, by birthplace and market; N × 2N."""
        m = self.outcome.channels.menu
        worth = m.total * find_home_income(self.outcome.ground)[m.origin, m.skill]
        return sum_by(m.origin * 2 * m.size + m.arrival, worth, 2 * m.size**2).reshape(m.size, -1)

    @cached_property
    def rent_share(self) -> float:
        """Share of the rent of places that somebody takes."""
        return find_share(self.outcome.ground, self.outcome.switches.rent_holder)

    @cached_property
    def rents(self) -> tuple[Array, ...]:
        """What the regular stock, and ln q, do to rent, its rise and what movers pay; K each."""
        out, m, c = self.outcome, self.outcome.channels.menu, self.outcome.joint.choice
        worth = self.rent_share * find_home_income(out.ground)[m.origin, m.skill]
        held, was, now = c.stock[:, 0] > 0, m.stock[:, 0], c.stock[:, 0]
        log_was, log_now = np.log(m.queue), np.log(np.where(held, c.queue, 1.0))
        worth_queue = np.where(held, worth, 0.0)
        return (
            worth * log_now,
            worth_queue * now,
            worth * np.where(now < was, log_now - log_was, 0.0),
            worth_queue * np.minimum(was, now),
            worth * np.where(now > was, log_now, np.where(now < was, log_was, 0.0)),
            worth_queue * np.maximum(now - was, 0),
        )
