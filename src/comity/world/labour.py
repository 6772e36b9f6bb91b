"""From who lives where to what the equilibrium of trade takes as given, in channel mode (§3.1–§3.6).

The same closed forms as :mod:`comity.world.given`, on all corridors at once. Every function takes real or
complex numbers: a complex step through them is how :mod:`comity.world.sensitivity` differentiates.

Who may import me: the world room. Start at :func:`carry`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from comity.world.given import Given, change_friction, find_pay, move_people
from comity.world.quota import sum_by

if TYPE_CHECKING:
    from comity.world.channels import Channels
    from comity.world.economy import Array, Economy
    from comity.world.formation import Formation
    from comity.world.policy import Policy
    from comity.world.shock import Shock

__all__ = ["Ground", "Stocks", "carry", "change_labour", "lay_ground"]


@dataclass(frozen=True, slots=True)
class Stocks:
    """People on the menu: ``stock`` K × 3, ``home`` N × 2; real or complex."""

    stock: Array
    home: Array


@dataclass(frozen=True)
class Ground:
    """What a shock fixes before anybody chooses.

    Attributes
    ----------
    economy, channels, policy
        Baseline and the shock as the choice sees it.
    friction, tariff, fee, lift
        (d̂ t̂)^−θ without the migrants' link, t', f', and ((1−f')/(1−f))^ε_f; N × N.
    money
        Net public transfers; N.
    move_units, move_persons, move_untaxed
        People moved by number, as in quantity mode; N × N × 2, N × N, N × 2.
    formation
        How emigration forms skills, where that is switched on.
    """

    economy: Economy
    channels: Channels
    policy: Policy
    friction: Array
    tariff: Array
    fee: Array
    lift: Array
    money: Array
    move_units: Array
    move_persons: Array
    move_untaxed: Array
    formation: Formation | None = None

    @cached_property
    def bill_share(self) -> Array:
        """Share of each skill in the pay of a corridor; halves where nobody works; N × N × 2."""
        e = self.economy
        bill = e.units * e.unit_wage
        total = bill.sum(axis=-1, keepdims=True)
        return np.asarray(np.divide(bill, total, out=np.full_like(bill, 0.5), where=total > 0))

    @cached_property
    def rate(self) -> Array:
        """Remittances per working unit at the baseline wage, US$; K."""
        e, m = self.economy, self.channels.menu
        return np.asarray(e.recorded_propensity[m.origin, m.place] * e.unit_wage[m.place, m.skill])

    @cached_property
    def units(self) -> Array:
        """Working units per person after recognition; K × 3."""
        return np.asarray(self.channels.flat_units * self.policy.recognised[:, None])

    @cached_property
    def start_units(self) -> Array:
        """Working units of the menu today, after recognition; K."""
        return np.asarray((self.units * self.channels.menu.stock).sum(axis=1))

    @cached_property
    def recognised(self) -> Array:
        """Units that recognition adds to people already there; K."""
        m = self.channels.menu
        return np.asarray(self.start_units - (self.channels.flat_units * m.stock).sum(axis=1))

    @cached_property
    def persons_base(self) -> Array:
        """Persons whose ratio makes the trade link: stock plus its floor; N × N."""
        return np.asarray(self.economy.persons + self.economy.coefficients.stock_floor)

    @cached_property
    def moves_anybody(self) -> bool:
        """True where the shock moves people by number."""
        return bool(self.move_units.any())


def lay_ground(
    e: Economy, c: Channels, policy: Policy, shock: Shock, plain: Shock, formation: Formation | None = None
) -> Ground:
    """Put together what does not depend on choice; ``plain`` is the shock without items of channel mode."""
    units, persons, recognised, untaxed = move_people(e, plain)
    friction, tariff = change_friction(e, plain, np.zeros_like(persons))
    fee = e.fee
    if shock.fees:
        fee = fee.copy()
        for cut in shock.fees:
            i, j = e.place(cut.receiving), e.place(cut.sending)
            fee[i, j] = min(fee[i, j], cut.ceiling)
    lift = ((1 - fee) / (1 - e.fee)) ** e.coefficients.fee_elasticity if shock.fees else np.ones_like(fee)
    money = np.zeros(len(e))
    for item in shock.transfers:
        money[e.place(item.giver)] -= item.usd
        money[e.place(item.receiver)] += item.usd
    return Ground(
        e, c, policy, friction, tariff, fee, lift, money, units - recognised, persons, untaxed, formation
    )


def change_labour(g: Ground, s: Stocks) -> tuple[Array, Array]:
    """ΔU of natives and migrants by place and skill (N × 2 × 2), and of each corridor on the menu (K)."""
    m, c = g.channels.menu, g.channels
    delta = np.einsum("ck,ck->c", g.units, s.stock) - g.start_units + g.recognised
    foreign = sum_by(m.arrival, delta, 2 * m.size).reshape(-1, 2)
    native = c.home_units * (s.home - m.home)
    change = np.stack([native, foreign], axis=-1)
    if g.moves_anybody:
        own = np.einsum("iis->is", g.move_units)
        change = change + np.stack([own, g.move_units.sum(axis=0) - own], axis=-1)
    return change, delta


def carry(g: Ground, s: Stocks, *, full: bool = False) -> Given:
    """Givens of the equilibrium for these stocks.

    Parameters
    ----------
    full
        Also what only the ledger needs: units, persons and untaxed units by corridor.
    """
    e, c, k = g.economy, g.channels, g.economy.coefficients
    m, n = c.menu, len(e)
    change, delta = change_labour(g, s)
    quantity, capital, productivity, pay = find_pay(e, change)
    kind = np.result_type(pay, s.stock)
    # Persons and the trade link.
    persons = np.zeros((n, n))
    friction = g.friction
    if full or k.nu_migrants:
        persons = sum_by(m.pair, s.stock @ np.ones(3) - m.total, n * n).reshape(n, n)
        own = np.arange(n)
        persons[own, own] = (s.home - m.home).sum(axis=1)
        persons = persons + g.move_persons
    if k.nu_migrants:
        ratio = 1 + persons / g.persons_base
        link = ratio ** (k.nu_migrants / 2)
        both = link * link.T
        np.fill_diagonal(both, 1.0)
        friction = friction * both
    # Remittances.
    abroad = pay[..., 1]
    known = g.bill_share[..., 0] * abroad[:, 0] + g.bill_share[..., 1] * abroad[:, 1]
    flow = g.rate * abroad[m.place, m.skill]
    moved = sum_by(m.pair, flow * (delta - g.recognised), n * n)
    better = sum_by(m.pair, flow * g.recognised, n * n).reshape(n, n)
    moved = moved.reshape(n, n)
    if g.moves_anybody:
        price = e.unit_wage * abroad
        by_move = e.propensity * (np.maximum(g.move_units, 0) * price).sum(axis=-1)
        by_move = by_move - e.recorded_propensity * (np.maximum(-g.move_units, 0) * price).sum(axis=-1)
        np.fill_diagonal(by_move, 0.0)
        moved = moved + by_move
    remitted = (e.remitted * known + better + moved) * g.lift
    moved = moved * g.lift
    if not full:
        none = np.zeros(0)
        return Given(
            quantity, capital, productivity, pay, friction, g.tariff, g.fee, remitted, moved, g.money, none,
            none, none, none,
        )  # fmt: skip
    units = np.zeros((n, n, 2), dtype=kind)
    recognised = np.zeros((n, n, 2))
    units[m.origin, m.place, m.skill] = delta
    recognised[m.origin, m.place, m.skill] = g.recognised
    own = np.arange(n)
    units[own, own] = c.home_units * (s.home - m.home)
    irregular = g.units[:, 2] * s.stock[:, 2] - c.flat_units[:, 2] * m.stock[:, 2]
    untaxed = (1 - c.factors.irregular_tax) * sum_by(m.arrival, irregular, 2 * n).reshape(n, 2)
    return Given(
        quantity, capital, productivity, pay, friction, g.tariff, g.fee, remitted, moved, g.money,
        units + g.move_units, persons, recognised, untaxed + g.move_untaxed,
    )  # fmt: skip
