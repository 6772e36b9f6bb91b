"""Derivatives of the ledger's lines along directions: :mod:`comity.world.channel_ledger`, differentiated.

Where people neither come nor go, the side on which they go is taken; its price is today's, so that it differs
from the other only away from the baseline.

Who may import me: the world room. Start at :func:`slope_lines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from comity.world.channel_ledger import find_home_income
from comity.world.economy import SKILLS
from comity.world.impulse import lift_fee

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.world.direction import Direction
    from comity.world.economy import Array
    from comity.world.frame import Frame
    from comity.world.impulse import Push

__all__ = ["slope_lines"]


def slope_lines(frame: Frame, p: Push, aims: Sequence[Direction]) -> dict[str, Array]:
    """Differentiate each line, US$ a year per unit of the instrument; N × M each."""
    out = frame.outcome
    e, index = out.economy, out.prices.index
    log_after = p.pay + (p.factor - p.index)[:, None, None]
    capital = (1 - e.labour_share) * e.value_added * (1 - e.tax)
    rent = capital * out.prices.factor / index * out.given.quantity / out.given.capital
    zero = np.zeros_like(p.factor)
    lines = {
        **_residents(frame, p, log_after),
        **_public(frame, p, log_after),
        **_money(frame, p),
        **_movers(frame, p, log_after),
        "employers": rent[:, None] * (p.factor - p.index + p.quantity - p.capital),
        "transfers": zero.copy(),
        "enforcement": zero.copy(),
        "administration": zero.copy(),
        "external_income": -(e.balance / index)[:, None] * p.index,
    }
    for item in out.shock.transfers:
        a, b = e.place(item.giver), e.place(item.receiver)
        lines["transfers"][a] += item.usd / index[a] * p.index[a]
        lines["transfers"][b] -= item.effective * item.usd / index[b] * p.index[b]
    for at, d in enumerate(aims):
        for name, place, change in d.lines:
            lines[name][place, at] += change
        _add_fees(frame, d, lines, at)
        _add_recognition(frame, d, lines, at)
    return lines


def _residents(frame: Frame, p: Push, log_after: Array) -> dict[str, Array]:
    """Natives who stay, migrants already there."""
    out, n = frame.outcome, len(frame.outcome.economy)
    abroad, native = frame.raised
    net = (1 - out.economy.tax)[:, None]
    change = frame.leaving[1][..., None] * p.home + (native * net)[..., None] * log_after[:, :, 0]
    low, high = log_after[:, 0, 1], log_after[:, 1, 1]
    stayed = abroad.sum(axis=0)
    here = stayed[:, 0, None] * low + stayed[:, 1, None] * high
    apart = abroad[..., 0] @ low + abroad[..., 1] @ high
    taken, taken_apart = p.units_sums[3 * n : 4 * n], p.units_sums[4 * n :]
    sent = frame.old.by_place(p.paid) - frame.old_level.sum(axis=0)[:, None] * p.index
    sent_apart = frame.old.by_birth(p.paid) - frame.old_level @ p.index
    return {
        "residents_low": change[:, 0],
        "residents_high": change[:, 1],
        "immigrants": here + taken - sent - p.rent_sums[n : 2 * n],
        "nationals_abroad": apart + taken_apart - sent_apart - p.rent_sums[2 * n : 3 * n],
    }


def _public(frame: Frame, p: Push, log_after: Array) -> dict[str, Array]:
    """Treasury, tariff revenue, reception."""
    out, n = frame.outcome, len(frame.outcome.economy)
    e, point, index = out.economy, out.joint.point, out.prices.index[:, None]
    untaxed = p.stock_sums[2 * n : 4 * n].reshape(n, 2, -1)
    rise = untaxed + out.given.untaxed[..., None] * log_after[:, :, 1]
    gap = e.tax[:, None] * (rise * frame.after[..., 1, None]).sum(axis=1)
    added = (e.tax * e.value_added_share * point.output)[:, None] / index
    d_added = added * (p.quantity + p.factor - p.index)
    public = (e.tax * e.value_added / e.population)[:, None]
    persons = p.stock_sums[:n] + p.home.sum(axis=1)
    share, spending = point.tax_share[:, None], point.spending[:, None]
    revenue = p.tax_share * spending + share * p.spending - share * spending * p.index
    return {
        "treasury": d_added - gap - e.coefficients.congestion * public * persons,
        "tariff_revenue": revenue / index,
        "reception": -p.stock_sums[n : 2 * n] * np.minimum(out.channels.factors.reception, public),
    }


def _money(frame: Frame, p: Push) -> dict[str, Array]:
    """Remittances received and fees earned."""
    out, k, n = frame.outcome, frame.outcome.economy.coefficients, len(frame.outcome.economy)
    index = out.prices.index[:, None]
    received, here = (x[:, None] for x in frame.received_level)
    d_received = frame.received.by_birth(p.paid) + p.units_sums[:n]
    d_here = k.fee_sending * (frame.fees.by_place(p.paid) + p.units_sums[2 * n : 3 * n])
    d_here += (1 - k.fee_sending) * (frame.fees.by_birth(p.paid) + p.units_sums[n : 2 * n])
    return {
        "remittances": (d_received - received * p.index) / index,
        "payment_providers": (1 - k.fee_resource) * (d_here - here * p.index) / index,
    }


def _movers(frame: Frame, p: Push, log_after: Array) -> dict[str, Array]:
    """Movers, their tastes and queues, and the rent of places."""
    out, m, n = frame.outcome, frame.outcome.channels.menu, len(frame.outcome.economy)
    _, per_home, _, came_home = frame.mover_pay
    by_market = log_after[:, :, 1].reshape(2 * n, -1)
    home = per_home[..., None] * p.home + came_home[..., None] * log_after[:, :, 0]
    paid = p.stock_sums[4 * n :] + frame.came @ by_market + home.sum(axis=1) - p.rent_sums[3 * n : 4 * n]
    income = find_home_income(out.ground)
    people = m.people.reshape(n, 2)
    surplus = ((income * people)[..., None] * p.gain).sum(axis=1) - frame.residents @ by_market
    surplus -= ((income * m.home)[..., None] * log_after[:, :, 0]).sum(axis=1)
    rise = p.rent_sums[4 * n :]
    return {
        "queue_rent": p.rent_sums[:n],
        "movers": paid + _move_pay(frame, log_after),
        "taste": surplus - paid + rise,
    }


def _add_fees(frame: Frame, d: Direction, lines: dict[str, Array], at: int) -> None:
    """Lines that a fee changes at given prices."""
    out, k = frame.outcome, frame.outcome.economy.coefficients
    fee, index = out.given.fee, out.prices.index
    for i, j, change in d.fee:
        lift, taken = lift_fee(frame, i, j, change), frame.gross[i, j] * change
        earned = (1 - k.fee_resource) * (fee[i, j] * lift + taken)
        lines["remittances"][i, at] += ((1 - fee[i, j]) * lift - taken) / index[i]
        lines["payment_providers"][j, at] += k.fee_sending * earned / index[j]
        lines["payment_providers"][i, at] += (1 - k.fee_sending) * earned / index[i]
        known = lift / frame.gross[i, j] * frame.old_level[i, j] if frame.gross[i, j] else 0.0
        lines["immigrants"][j, at] -= known
        lines["nationals_abroad"][i, at] -= known


def _add_recognition(frame: Frame, d: Direction, lines: dict[str, Array], at: int) -> None:
    """Lines that recognition changes at given prices: people already there, pay of those who came."""
    out, g, m = frame.outcome, frame.outcome.ground, frame.outcome.channels.menu
    e, choice = out.economy, out.joint.choice
    untaxed = 1 - out.channels.factors.irregular_tax
    for c, touch in d.corridors.items():
        i, j, s, rise = int(m.origin[c]), int(m.place[c]), int(m.skill[c]), touch.units
        if not rise:
            continue
        after, known = frame.after[j, s, 1], g.start_units[c] * rise
        kept = known * (after * (1 - e.tax[j]) - frame.leaving[0][c] - frame.old.flow[c])
        lines["immigrants"][j, at] += kept
        lines["nationals_abroad"][i, at] += kept
        lines["treasury"][j, at] -= e.tax[j] * g.units[c, 2] * choice.stock[c, 2] * rise * untaxed * after
        came = frame.mover_pay[2][c] * rise
        lines["movers"][i, at] += came
        lines["taste"][i, at] -= came + m.total[c] * rise * find_home_income(g)[i, s]


def _move_pay(frame: Frame, log_after: Array) -> Array:
    """Change of the pay of people moved by number; US$ at purchasing power parity, N × M."""
    out = frame.outcome
    e = out.economy
    gain = np.zeros((len(e), log_after.shape[-1]))
    for move in out.shock.moves:
        i, b, s = e.place(move.birthplace), e.place(move.target), SKILLS.index(move.skill)
        kind = 0 if i == b else 1
        sent = 0.0 if i == b else float(e.propensity[i, b])
        kept = (1 - e.tax[b] * move.tax_target - sent) / e.price_level[b]
        pay = move.persons * move.work_target * kept * frame.after[b, s, kind]
        gain[i] += pay * log_after[b, s, kind]
    return gain
