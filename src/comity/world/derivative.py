"""What a little more of each clause does to each economy's ledger: all derivatives at once (§6.10).

A solved world satisfies F(z, θ) = 0 with z = (log ω̂, log P̂) and θ what the clauses change; a weighted ledger
is G(z, θ). By the implicit function theorem dG/dx = G_θ θ_x − Λ F_θ θ_x with Λ F_z = G_z: one factorisation
and N right-hand sides, however many clauses there are. Every clause is a short list of coefficients on a few
effects (labour, income, prices, demand, direct), so that all columns are one sparse product.

The ledger is written here a second time, in a form that can be differentiated. :func:`differentiate` compares
it with :func:`comity.world.ledger.keep_ledger`, and its columns with the solved world in one direction. Where
they disagree (a line was added there and not here) it takes finite differences instead, which is slower; a
test fails then.

Who may import me: the world room and services. Start at :func:`differentiate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import coo_matrix

from comity.world.effects import Effects, propagate
from comity.world.ledger_point import Point, keep_rate

if TYPE_CHECKING:
    from comity.world.economy import Array
    from comity.world.equilibrium import Prices
    from comity.world.menu import Index, Menu
    from comity.world.world import Outcome, World

__all__ = ["differentiate", "differentiate_slowly", "weigh"]

#: Step, in units of strength, of the one direction in which the columns are checked.
STEP: Final = 1e-4
#: Step of a difference by one clause alone: wide, so that its effect stands clear of the solver's tolerance.
DIFFERENCE: Final = 1e-2
#: Largest difference between the two ledgers, relative to each economy's value added.
SAME_LEDGER: Final = 1e-9
#: Largest difference between the columns and the solved world in one direction, relative to its size.
SAME_SLOPE: Final = 1e-2


def weigh(outcome: Outcome, weights: Array) -> Array:
    """Weighted ledger of every economy; US$ a year, N. ``weights`` is N × lines."""
    return np.asarray((outcome.ledger().values * weights).sum(axis=1))


def differentiate(world: World, menu: Menu, strengths: Array, outcome: Outcome, weights: Array) -> Array:
    """Compute the derivative of every economy's weighted ledger by the strength of every clause.

    Parameters
    ----------
    world, menu
        Where the clauses act.
    strengths
        The mixture at which ``outcome`` was solved, each from 0 to 1; C.
    outcome
        The solved world.
    weights
        Weight of each ledger line for each economy; N × lines.

    Returns
    -------
    array
        US$ a year per unit of strength; N × C.
    """
    point = Point.of(outcome, weights)
    value = weigh(outcome, weights)
    if np.abs(point.gain() - value).max() > SAME_LEDGER * point.e.value_added.max():
        return differentiate_slowly(world, menu, strengths, outcome, weights)
    slope = _columns(point, menu)
    step = np.where(strengths > 0.5, -STEP, STEP)
    moved = weigh(world.solve(menu.shock(strengths + step), start=_logs(outcome.prices)), weights)
    seen, told = (moved - value) / STEP, slope @ (step / STEP)
    if np.abs(seen - told).max() > SAME_SLOPE * np.abs(seen).max():
        return differentiate_slowly(world, menu, strengths, outcome, weights)
    return slope


def differentiate_slowly(
    world: World, menu: Menu, strengths: Array, outcome: Outcome, weights: Array
) -> Array:
    """Compute the same by finite differences of solved worlds, one or two solves a clause; N × C.

    Central where the strength lies inside its range, one-sided at an end.
    """
    start, here = _logs(outcome.prices), weigh(outcome, weights)
    out = np.zeros((len(world.economy), len(menu)))

    def at(k: int, value: float) -> Array:
        trial = strengths.copy()
        trial[k] = value
        return weigh(world.solve(menu.shock(trial), start=start), weights)

    for k in range(len(menu)):
        up, down = min(1.0, strengths[k] + DIFFERENCE), max(0.0, strengths[k] - DIFFERENCE)
        above = at(k, up) if up > strengths[k] else here
        below = at(k, down) if down < strengths[k] else here
        out[:, k] = (above - below) / (up - down)
    return out


def _logs(p: Prices) -> Array:
    return np.asarray(np.log(np.concatenate([p.factor, p.index])))


def _columns(q: Point, menu: Menu) -> Array:
    effects, cells = propagate(q), _Cells(len(q.e), len(menu))
    _write_moves(q, menu, cells)
    _write_trade(q, menu, cells)
    _write_money(q, menu, cells)
    return cells.times(effects)


class _Cells:
    """Coefficients of clauses on effects, gathered as a sparse matrix."""

    ORDER: Final = ("income", "demand", "spread", "price", "direct", "labour")

    def __init__(self, n: int, clauses: int) -> None:
        self.n, self.clauses = n, clauses
        self.rows: list[Index] = []
        self.columns: list[Index] = []
        self.values: list[Array] = []

    def add(self, block: str, place: Index, clause: Index, value: Array) -> None:
        """Add ``value`` to each clause's coefficient on the block's column ``place``."""
        self.rows.append(place + self.ORDER.index(block) * self.n)
        self.columns.append(clause)
        self.values.append(np.broadcast_to(value, place.shape))

    def times(self, effects: Effects) -> Array:
        """Effects times coefficients; N × C."""
        blocks = (
            effects.income,
            effects.demand,
            effects.spread,
            effects.price,
            np.eye(self.n),
            effects.labour,
        )
        every = np.hstack(blocks)
        at = (np.concatenate(self.rows), np.concatenate(self.columns))
        shape = (every.shape[1], self.clauses)
        cells = coo_matrix((np.concatenate(self.values), at), shape=shape).tocsc()
        return np.asarray((cells.T @ every.T).T)


def _write_moves(q: Point, menu: Menu, cells: _Cells) -> None:
    e, g, w, m = q.e, q.g, q.weight, menu.moves
    wage = e.unit_wage
    for sign, place, work, tax in (
        (-1, m.source, m.work_source, m.tax_source),
        (1, m.target, m.work_target, m.tax_target),
    ):
        people, units = sign * m.persons, sign * m.persons * work
        kind = (m.birth != place).astype(np.intp)
        cells.add("labour", place * 4 + m.skill * 2 + kind, m.of, units)
        _end_move(q, cells, (m.of, m.birth, place, m.skill), people, units)
        pay = g.pay[place, m.skill, 1] * wage[place, m.skill] * q.real[place]
        cells.add("direct", place, m.of, -(w["treasury"] * e.tax)[place] * units * (1 - tax) * pay)
        # What movers gain is paid at the new wage where they go, and lost at the old one where they were.
        keep = units * keep_rate(e, m.birth, place, tax) * wage[place, m.skill]
        if sign > 0:
            keep = keep * g.pay[place, m.skill, kind] * q.real[place]
        cells.add("direct", m.birth, m.of, w["movers"][m.birth] * keep)


def _end_move(
    q: Point, cells: _Cells, at: tuple[Index, Index, Index, Index], people: Array, units: Array
) -> None:
    """One end of every move: services, links of trade, the pay of those who stay, remittances."""
    of, i, n, s = at
    e, g, w, k = q.e, q.g, q.weight, q.e.coefficients
    wage, net, real = e.unit_wage[n, s], (1 - e.tax)[n], q.real[n]
    served = w["treasury"] * e.tax * k.congestion * e.value_added / e.population
    cells.add("direct", n, of, -served[n] * people)
    abroad = i != n
    stock = e.persons[i, n] + g.person_change[i, n] + k.stock_floor
    link = np.where(abroad, k.nu_migrants / 2 * people / stock, 0.0)
    _add_friction(q, cells, of, i, n, link)
    _add_friction(q, cells, of, n, i, link)
    # Net comers bring their pay with them; net leavers take from those who stay.
    here = q.moved[i, n, s]
    leaving = (here < 0) | ((here == 0) & (units < 0))
    resident = np.stack([w["residents_low"], w["residents_high"]], axis=1)[n, s]
    lost = np.where(leaving, net * wage * units, 0.0)
    cells.add("direct", n, of, np.where(abroad, 0.0, resident * lost * (g.pay[n, s, 0] * real - 1)))
    lost = np.where(abroad, lost * (g.pay[n, s, 1] * real - 1), 0.0)
    cells.add("direct", n, of, w["immigrants"][n] * lost)
    cells.add("direct", i, of, w["nationals_abroad"][i] * lost)
    share = np.where(leaving, e.recorded_propensity[i, n], e.propensity[i, n])
    lift = ((1 - g.fee[i, n]) / (1 - e.fee[i, n])) ** k.fee_elasticity
    _add_remittance(q, cells, of, i, n, np.where(abroad, lift * share * wage * g.pay[n, s, 1] * units, 0.0))


def _add_friction(
    q: Point, cells: _Cells, of: Index, i: Index, n: Index, ease: Array, duty: Array | float = 0.0
) -> None:
    """Let imports of n from i get easier by ``ease`` (log) and pay less duty by ``duty`` (log of 1/t)."""
    p, g = q.p, q.g
    share, tariff = p.shares[i, n], g.tariff[i, n]
    tax_share = (p.revenue / p.spending)[n]
    spent = p.spending[n]
    net = share / tariff
    less = ease * share * (1 - tax_share - 1 / tariff) - net * duty
    cells.add("price", n, of, share * ease / q.e.coefficients.theta)
    cells.add("demand", i, of, net * spent * (ease + duty))
    cells.add("spread", n, of, spent * (less / (1 - tax_share) - share * ease))
    taxed = (q.weight["tariff_revenue"] / p.index)[n]
    cells.add("direct", n, of, taxed * spent * less / (1 - tax_share))


def _add_remittance(
    q: Point, cells: _Cells, of: Index, i: Index, j: Index, more: Array, old: Array | float = 0.0
) -> None:
    """People from i in j send ``more`` (US$ at ω̂ = 1), of which those who were there ``old``."""
    w, g, p, k = q.weight, q.g, q.p, q.e.coefficients
    fee, factor = g.fee[i, j], p.factor[j]
    held = (1 - k.fee_sending * fee) * more * factor
    cells.add("income", i, of, held)
    cells.add("income", j, of, -held)
    rent = w["payment_providers"] * (1 - k.fee_resource)
    arrives = w["remittances"][i] * (1 - fee) + rent[i] * (1 - k.fee_sending) * fee
    cells.add(
        "direct", i, of, arrives * more * factor / p.index[i] - w["nationals_abroad"][i] * old * q.real[j]
    )
    cells.add("direct", j, of, (rent[j] * k.fee_sending * fee * more - w["immigrants"][j] * old) * q.real[j])


def _write_trade(q: Point, menu: Menu, cells: _Cells) -> None:
    c = menu.tariffs
    duty = c.cut / q.g.tariff[c.row, c.column]
    _add_friction(q, cells, c.of, c.row, c.column, q.e.coefficients.theta * duty, duty)


def _write_money(q: Point, menu: Menu, cells: _Cells) -> None:
    w, g, p, k = q.weight, q.g, q.p, q.e.coefficients
    c = menu.fees
    i, j = c.row, c.column
    rise = k.fee_elasticity * c.cut / (1 - g.fee[i, j])
    old = (g.remitted - g.moved_remitted)[i, j]
    _add_remittance(q, cells, c.of, i, j, rise * g.remitted[i, j], rise * old)
    less = c.cut * g.remitted[i, j] * p.factor[j]
    cells.add("income", i, c.of, k.fee_sending * less)
    cells.add("income", j, c.of, -k.fee_sending * less)
    rent = w["payment_providers"] * (1 - k.fee_resource)
    cells.add("direct", i, c.of, (w["remittances"][i] - rent[i] * (1 - k.fee_sending)) * less / p.index[i])
    cells.add("direct", j, c.of, -rent[j] * k.fee_sending * less / p.index[j])
    pay = menu.payments
    cells.add("income", pay.giver, pay.of, -pay.usd)
    cells.add("income", pay.receiver, pay.of, pay.usd)
    worth = w["transfers"] / p.index
    cells.add("direct", pay.giver, pay.of, -worth[pay.giver] * pay.usd)
    cells.add("direct", pay.receiver, pay.of, worth[pay.receiver] * pay.usd * pay.effective)
    cost = menu.costs
    for line in sorted(set(cost.line)):
        here = np.array([name == line for name in cost.line])
        cells.add("direct", cost.place[here], cost.of[here], -w[line][cost.place[here]] * cost.usd[here])
