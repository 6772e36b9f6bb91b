"""The weighted ledger at one solved world, in the form in which it can be differentiated (§3.12, §6.10).

Who may import me: :mod:`comity.world.derivative` and its parts. Start at :class:`Point`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comity.world.ledger import LINES

if TYPE_CHECKING:
    from comity.world.economy import Array, Economy
    from comity.world.equilibrium import Prices
    from comity.world.given import Given
    from comity.world.menu import Index
    from comity.world.shock import Shock
    from comity.world.world import Outcome

__all__ = ["Point", "keep_rate"]


@dataclass(frozen=True, slots=True)
class Point:
    """A solved world in the form G = own·r + cross r + kept f / P + flat / P + constant, with r = ω̂/P̂.

    ``own``, ``flat`` and ``constant`` are N; ``cross`` and ``kept`` N × N; ``weight`` gives each line's
    weight by economy. ``base`` holds what one working unit is paid before the change, N × 2.
    """

    e: Economy
    g: Given
    p: Prices
    weight: dict[str, Array]
    stay: Array
    moved: Array
    movers: Array
    own: Array
    cross: Array
    kept: Array
    flat: Array
    constant: Array

    @classmethod
    def of(cls, outcome: Outcome, weights: Array) -> Point:
        """Write the point of a solved world; ``weights`` is N × lines."""
        e, g, p, k = outcome.economy, outcome.given, outcome.prices, outcome.economy.coefficients
        n, own_place = len(e), np.arange(len(e))
        w = {line.name: weights[:, c] for c, line in enumerate(LINES)}
        net, wage, foreign = 1 - e.tax, e.unit_wage, ~np.eye(n, dtype=bool)
        moved = g.unit_change - g.recognised
        stay, leave = e.units + g.recognised + np.minimum(moved, 0), np.maximum(-moved, 0)
        resident = np.stack([w["residents_low"], w["residents_high"]], axis=1)
        native = resident * net[:, None] * stay[own_place, own_place] * wage
        capital = w["employers"] * (1 - e.labour_share) * e.value_added * net
        own = (native * g.pay[..., 0]).sum(axis=1) + capital * g.quantity / g.capital
        constant = -native.sum(axis=1) - capital
        # People from elsewhere: on the line of where they live and on that of where they were born.
        pay = np.einsum("ijs,js->ij", stay, wage * g.pay[..., 1]) * net
        old = g.remitted - g.moved_remitted
        there = np.where(foreign, pay - old, 0.0)
        before = np.where(foreign, e.remitted - np.einsum("ijs,js->ij", e.units - leave, wage) * net, 0.0)
        own = own + w["immigrants"] * there.sum(axis=0)
        constant = constant + w["immigrants"] * before.sum(axis=0)
        cross = w["nationals_abroad"][:, None] * there
        constant = constant + w["nationals_abroad"] * before.sum(axis=1)
        movers, source = _list_movers(e, outcome.shock)
        kind = np.where(foreign[:, :, None], g.pay[None, :, :, 1], g.pay[None, :, :, 0])
        cross = cross + w["movers"][:, None] * (movers * wage * kind).sum(axis=2)
        constant = constant - w["movers"] * source
        # Treasury.
        taxed = e.tax * e.value_added_share * g.quantity * e.output
        served = e.value_added * k.congestion * g.person_change.sum(axis=0) / e.population
        gap = e.tax * (g.untaxed * wage * g.pay[..., 1]).sum(axis=1)
        own = own + w["treasury"] * (taxed - gap)
        constant = constant - w["treasury"] * e.tax * (e.value_added + served)
        # Remittances and their fees; others' money is worth ω̂ where it is earned.
        fees, fees_before = g.fee * g.remitted, e.fee * e.remitted
        rent = w["payment_providers"] * (1 - k.fee_resource)
        own = own + rent * k.fee_sending * fees.sum(axis=0)
        kept = w["remittances"][:, None] * (g.remitted - fees) + ((1 - k.fee_sending) * rent)[:, None] * fees
        constant = constant - w["remittances"] * (e.remitted - fees_before).sum(axis=1)
        constant = constant - rent * (
            k.fee_sending * fees_before.sum(axis=0) + (1 - k.fee_sending) * fees_before.sum(axis=1)
        )
        paid = np.zeros(n)
        for item in outcome.shock.transfers:
            paid[e.place(item.giver)] -= item.usd
            paid[e.place(item.receiver)] += item.effective * item.usd
        for cost in outcome.shock.costs:
            place = e.place(cost.place)
            constant[place] -= w[cost.kind][place] * cost.usd
        flat = w["tariff_revenue"] * p.revenue + w["external_income"] * e.balance + w["transfers"] * paid
        constant = constant - w["tariff_revenue"] * e.tariff_revenue - w["external_income"] * e.balance
        return cls(e, g, p, w, stay, moved, movers, own, cross, kept, flat, constant)

    @property
    def real(self) -> Array:
        """ω̂/P̂; N."""
        return self.p.factor / self.p.index

    def gain(self) -> Array:
        """Weighted ledger; US$ a year, N."""
        p, real = self.p, self.real
        money = (self.kept @ p.factor + self.flat) / p.index
        return np.asarray(self.own * real + self.cross @ real + money + self.constant)


def _list_movers(e: Economy, shock: Shock) -> tuple[Array, Array]:
    """Units of pay that movers keep where they go (N × N × 2), and pay they leave behind, by birthplace."""
    target, source = np.zeros_like(e.units), np.zeros(len(e))
    for move in shock.moves:
        i, a, b = e.place(move.birthplace), e.place(move.source), e.place(move.target)
        s = 1 if move.skill == "high" else 0
        target[i, b, s] += move.persons * move.work_target * float(keep_rate(e, i, b, move.tax_target))
        keep = float(keep_rate(e, i, a, move.tax_source))
        source[i] += move.persons * move.work_source * keep * float(e.unit_wage[a, s])
    return target, source


def keep_rate(e: Economy, birth: Index | int, place: Index | int, taxed: Array | float) -> Array:
    """Share that a mover keeps of pay after tax and remittances, at purchasing power parity."""
    sent = np.where(birth == place, 0.0, e.propensity[birth, place])
    return np.asarray((1 - e.tax[place] * taxed - sent) / e.price_level[place])
