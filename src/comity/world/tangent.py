"""The Jacobian of the joint system, analytic, from the derivative of choice (§3.7) down to markets (§3.4).

Unknowns are six blocks of N: log ω̂, log P̂, log real pay of migrants (low, high) and of natives (low, high).
A choice moves stocks by dN_c = own_c dv_c + Σ_r stock_r dλ_r, one or two numbers λ a group, so that every sum
over corridors has a derivative of the form diagonal + (N × N matrix product).

Who may import me: the world room. Start at :func:`differentiate_joint`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from comity.world.equilibrium import Kernel, Point, differentiate_point, find_largest, find_shares
from comity.world.given import find_pay
from comity.world.quota import sum_by
from comity.world.response import Response, respond

if TYPE_CHECKING:
    from comity.world.choice import Choice
    from comity.world.economy import Array, Economy, Flags
    from comity.world.formation import Formation
    from comity.world.given import Given
    from comity.world.labour import Ground

__all__ = ["differentiate_joint", "slope_pay"]

#: Small enough that a complex step has no rounding, large enough not to vanish.
STEP = 1e-30


def slope_pay(e: Economy, change: Array) -> tuple[Array, Array, Array, Array]:
    """Differentiate (log V̂, log K̂, log Â, log pay) by ΔU, exactly, by complex steps.

    Returns
    -------
    tuple
        N × 2 × 2 for the first three, N × 2 × 2 × 2 × 2 for pay (skill, kind; by skill, kind).
    """
    n = len(e)
    out = [np.zeros((n, 2, 2)) for _ in range(3)]
    pay = np.zeros((n, 2, 2, 2, 2))
    for s in range(2):
        for b in range(2):
            moved = change.astype(complex)
            moved[:, s, b] += 1j * STEP * e.labour[:, s, b]
            scale = STEP * e.labour[:, s, b]
            found = find_pay(e, moved)
            for item, value in zip(out, found[:3], strict=True):
                item[:, s, b] = np.imag(np.log(value)) / scale
            pay[..., s, b] = np.imag(np.log(found[3])) / scale[:, None, None]
    return out[0], out[1], out[2], pay


@dataclass(frozen=True)
class _Sums:
    """Derivatives of sums over corridors; columns are migrants low, high, natives low, high (4N).

    Where skills are formed (brain gain) N columns follow: the log of the number of high-skilled people born
    in each economy; ``grown`` is how the log of a group moves with it, N × 2.
    """

    choice: Choice
    response: Response
    grown: Array | None

    @property
    def width(self) -> int:
        """Number of columns."""
        n = self.choice.menu.size
        return 4 * n if self.grown is None else 4 * n + n

    @cached_property
    def rows(self) -> tuple[Flags, Flags]:
        """Corridors of each skill."""
        return self.choice.menu.skill == 0, self.choice.menu.skill == 1

    @cached_property
    def paid(self) -> tuple[tuple[Array, Array], ...]:
        """``by_pay`` of each rank as matrices, by skill."""
        return tuple((self._spread(r.by_pay, 0), self._spread(r.by_pay, 1)) for r in self.response.ranks)

    def _spread(self, values: Array, s: int) -> Array:
        m = self.choice.menu
        here = self.rows[s]
        out = np.zeros(m.size * m.size)
        out[m.pair[here]] = values[here]
        return out.reshape(m.size, m.size)

    def by_place(self, weight: Array, skills: tuple[int, ...] = (0, 1)) -> Array:
        """Differentiate Σ_is weight_c · N_c by place; ``weight`` is K × 3."""
        r, m, n = self.response, self.choice.menu, self.choice.menu.size
        out = np.zeros((n, self.width))
        own = (weight * r.own).sum(axis=1)
        for s in skills:
            here = self.rows[s]
            block = np.diag(np.asarray(np.bincount(m.place[here], own[here], n), dtype=float))
            for rank, paid in zip(r.ranks, self.paid, strict=True):
                shift = self._spread((weight * rank.stock).sum(axis=1), s).T
                block += shift @ paid[s]
                out[:, (2 + s) * n : (3 + s) * n] += shift * rank.by_home[s::2]
            out[:, s * n : (s + 1) * n] += block
            if self.grown is not None:
                by_mass = self._spread((weight * r.by_mass).sum(axis=1), s).T
                out[:, 4 * n :] += by_mass * self.grown[:, s]
        return out

    def by_birth(self, weight: Array) -> Array:
        """Differentiate the same sum by birthplace."""
        r, m, n = self.response, self.choice.menu, self.choice.menu.size
        out = np.zeros((n, self.width))
        own = (weight * r.own).sum(axis=1)
        at = np.arange(n)
        for s in range(2):
            here = self.rows[s]
            block = self._spread(own, s)
            for rank, paid in zip(r.ranks, self.paid, strict=True):
                shift = (weight * rank.stock).sum(axis=1)
                total = np.bincount(m.origin[here], shift[here], n)
                block += total[:, None] * paid[s]
                out[at, (2 + s) * n + at] += total * rank.by_home[s::2]
            out[:, s * n : (s + 1) * n] += block
            if self.grown is not None:
                by_mass = (weight * r.by_mass).sum(axis=1)
                out[at, 4 * n + at] += np.bincount(m.origin[here], by_mass[here], n) * self.grown[:, s]
        return out

    def home(self, s: int) -> Array:
        """Differentiate the number of those who stay, skill s."""
        r, n = self.response, self.choice.menu.size
        out = np.zeros((n, self.width))
        at = np.arange(n)
        natives = r.own_home[:, s].copy()
        for rank, paid in zip(r.ranks, self.paid, strict=True):
            out[:, s * n : (s + 1) * n] += rank.home[s::2, None] * paid[s]
            natives += rank.home[s::2] * rank.by_home[s::2]
        out[at, (2 + s) * n + at] += natives
        if self.grown is not None:
            out[at, 4 * n + at] += r.home_by_mass[s::2] * self.grown[:, s]
        return out


def differentiate_joint(
    z: Array,
    ground: Ground,
    choice: Choice,
    given: Given,
    kernel: Kernel,
    point: Point,
    labour: tuple[Array, Array],
    formation: Formation | None = None,
) -> Array:
    """Differentiate :func:`comity.world.joint.evaluate_joint` at one point; 6N × 6N, or 7N × 7N."""
    e, g, n = ground.economy, given, len(ground.economy)
    k = e.coefficients
    change, delta = labour
    grown = None if formation is None else formation.grown(z)
    sums = _Sums(choice, respond(choice, grows=grown is not None), grown)
    width = sums.width
    factor = np.exp(z[:n])
    d_quantity, _, d_productivity, d_pay = slope_pay(e, change)
    # Labour by skill and kind (0 native, 1 migrant), by the four blocks of pay.
    units = ground.units
    d_labour = [
        [ground.channels.home_units[:, s, None] * sums.home(s), sums.by_place(units, (s,))] for s in range(2)
    ]

    def follow(slopes: Array) -> Array:
        """Chain a derivative by ΔU (N × 2 × 2) to the blocks of pay; N × 4N."""
        out = np.zeros((n, width))
        for s in range(2):
            for b in range(2):
                out += slopes[:, s, b, None] * d_labour[s][b]
        return out

    full = np.zeros((2 * n + width, 2 * n + width))
    full[: 2 * n, : 2 * n] = differentiate_point(z[: 2 * n], e, g, kernel, point)
    by_pay = {}
    for s in range(2):
        for b in range(2):
            by_pay[s, b] = follow(d_pay[:, s, b])
            row = slice((2 + (0 if b else 2) + s) * n, (3 + (0 if b else 2) + s) * n)
            full[row, 2 * n :] = -by_pay[s, b]
            full[row, :n] -= np.eye(n)
            full[row, n : 2 * n] += np.eye(n)
    at = np.arange(2 * n, 2 * n + width)
    full[at, at] += 1.0

    shares = find_shares(point, kernel)
    log_a, log_v = follow(d_productivity), follow(d_quantity)
    full[:n, 2 * n :] = shares.T @ log_a
    d_output = point.output[:, None] * log_v
    d_income = d_output + _remittances(ground, g, sums, by_pay, delta, factor)
    net = shares / g.tariff
    spending = 1 - point.tax_share
    cost = k.theta * (
        np.diag(point.demand)
        - (net * point.spending) @ shares.T
        + (net / spending * point.spending) @ (shares * (1 - 1 / g.tariff - point.tax_share)).T
    )
    d_demand = cost @ log_a + (net / spending) @ d_income
    if k.nu_migrants:
        gap, demand = _trade_link(ground, g, sums, point, shares)
        full[:n, 2 * n :] += gap
        d_demand += demand
    market = (d_output - d_demand) / e.output[:, None]
    largest = find_largest(e)
    market[largest] = (e.value_added_share[:, None] * d_output).sum(axis=0) / e.value_added.sum()
    full[n : 2 * n, 2 * n :] = market
    if formation is not None:
        stayed = sums.home(1)
        stayed[:, 4 * n :] -= np.diag(choice.home[:, 1])
        full[2 * n + 4 * n :, 2 * n :] += formation.slope(choice)[:, None] * stayed
    return full


def _remittances(
    ground: Ground, g: Given, sums: _Sums, by_pay: dict[tuple[int, int], Array], delta: Array, factor: Array
) -> Array:
    """D income through remittances, N × 4N: with the pay of migrants, and with who lives where."""
    e, n, m = ground.economy, len(ground.economy), ground.channels.menu
    kept = (1 - e.coefficients.fee_sending * g.fee) * ground.lift * factor
    out = np.zeros((n, sums.width))
    for s in range(2):
        here = sums.rows[s]
        new = sum_by(m.pair[here], (ground.rate * delta)[here], n * n).reshape(n, n)
        if ground.moves_anybody:
            come, leave = np.maximum(ground.move_units[..., s], 0), np.maximum(-ground.move_units[..., s], 0)
            by_move = (e.propensity * come - e.recorded_propensity * leave) * e.unit_wage[:, s]
            np.fill_diagonal(by_move, 0.0)
            new = new + by_move
        weight = kept * (e.remitted * ground.bill_share[..., s] + new)
        # d pay = pay d log pay.
        pay = g.pay[:, s, 1, None] * by_pay[s, 1]
        out += weight @ pay - weight.sum(axis=0)[:, None] * pay
    flow = ground.rate * g.pay[m.place, m.skill, 1] * kept[m.origin, m.place]
    weight = flow[:, None] * ground.units
    return out + sums.by_birth(weight) - sums.by_place(weight)


def _trade_link(ground: Ground, g: Given, sums: _Sums, point: Point, shares: Array) -> tuple[Array, Array]:
    """Differentiate price gaps and demands through migrants' link to trade; N × 4N each."""
    e, m = ground.economy, ground.channels.menu
    k = e.coefficients
    persons = ground.persons_base + _persons_change(ground, sums.choice)
    each = np.zeros((len(m.total), 3))
    link = k.nu_migrants / 2 / persons
    net = shares / g.tariff
    sales = net * point.spending

    def toward(w: Array) -> tuple[Array, Array]:
        """Σ over exporters of w_in d ln friction_in (N importers), and over importers (N exporters)."""
        forth = (w * link)[m.origin, m.place]
        back = (w.T * link)[m.origin, m.place]
        forth, back = forth[:, None] + each, back[:, None] + each
        return sums.by_place(forth) + sums.by_birth(back), sums.by_birth(forth) + sums.by_place(back)

    mean, _ = toward(shares)
    mean_net, _ = toward(net)
    _, direct = toward(sales)
    return mean / k.theta, direct - sales @ (mean_net / (1 - point.tax_share)[:, None])


def _persons_change(ground: Ground, c: Choice) -> Array:
    m = c.menu
    flat = np.bincount(m.pair, c.stock.sum(axis=1) - m.total, m.size * m.size)
    return flat.reshape(m.size, m.size) + ground.move_persons
