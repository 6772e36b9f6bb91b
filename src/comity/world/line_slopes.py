"""Derivatives of the ledger's lines along one direction: :mod:`comity.world.channel_ledger`, differentiated.

Who may import me: the world room. Start at :func:`slope_lines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from comity.world.channel_ledger import find_home_income, find_share
from comity.world.economy import SKILLS
from comity.world.frame import lift_fee

if TYPE_CHECKING:
    from comity.world.direction import Direction
    from comity.world.economy import Array
    from comity.world.frame import Frame, Push

__all__ = ["slope_lines"]


def slope_lines(frame: Frame, p: Push, d: Direction) -> dict[str, Array]:
    """Derivative of each line, US$ a year per unit of the instrument; N each.

    Every line is that of :func:`comity.world.channel_ledger.enter_channel_lines`; where people neither come nor
    go, the side on which they go is taken (its price is today's, so it differs only off the baseline).
    """
    out = frame.outcome
    e, n = out.economy, len(out.economy)
    log_after = p.pay + (p.factor - p.index)[:, None, None]
    lines = {
        **_residents(frame, p, d, log_after),
        **_public(frame, p, d, log_after),
        **_money(frame, p, d),
        **_channels(frame, p, d, log_after),
    }
    capital = (1 - e.labour_share) * e.value_added * (1 - e.tax)
    rent = out.prices.factor / out.prices.index * out.given.quantity / out.given.capital
    rise = lines.pop("_immigrants")
    m = out.channels.menu
    lines["immigrants"] = lines["immigrants"] - np.bincount(m.place, rise, n)
    lines["nationals_abroad"] = lines["nationals_abroad"] - np.bincount(m.origin, rise, n)
    lines["employers"] = capital * rent * (p.factor - p.index + p.quantity - p.capital)
    lines["movers"] = lines["movers"] + _move_pay(frame, frame.after * log_after)
    lines["transfers"] = np.zeros(n)
    for item in out.shock.transfers:
        a, b = e.place(item.giver), e.place(item.receiver)
        lines["transfers"][a] += item.usd / out.prices.index[a] * p.index[a]
        lines["transfers"][b] -= item.effective * item.usd / out.prices.index[b] * p.index[b]
    lines["enforcement"], lines["administration"] = np.zeros(n), np.zeros(n)
    lines["external_income"] = -e.balance / out.prices.index * p.index
    for name, place, change in d.lines:
        lines[name][place] += change
    return lines


def _residents(frame: Frame, p: Push, d: Direction, log_after: Array) -> dict[str, Array]:
    """Natives who stay, migrants already there."""
    out, g, m = frame.outcome, frame.outcome.ground, frame.outcome.channels.menu
    e, n = out.economy, m.size
    abroad, native = frame.raised
    taken, taken_home = frame.leaving
    change = taken_home * p.choice.home + native * log_after[..., 0] * (1 - e.tax)[:, None]
    kept = taken * p.delta
    if d.units.any():
        known = g.start_units * d.units
        kept += known * (frame.after[m.place, m.skill, 1] * (1 - e.tax)[m.place] - taken)
    here = np.einsum("ijs->js", abroad) * log_after[..., 1]
    from_here = abroad[..., 0] @ log_after[:, 0, 1] + abroad[..., 1] @ log_after[:, 1, 1]
    known = g.start_units * d.units if d.units.any() else np.zeros(len(p.delta))
    sent = frame.old.by_place(frame, p.paid, known) - frame.old_level.sum(axis=0) * p.index
    apart = frame.old.by_birth(frame, p.paid, known) - frame.old_level @ p.index
    for i, j, rise in d.fee:
        lift = -e.coefficients.fee_elasticity * rise / (1 - g.fee[i, j]) * frame.old_level[i, j]
        sent[j] += lift
        apart[i] += lift
    return {
        "residents_low": change[:, 0],
        "residents_high": change[:, 1],
        "immigrants": np.bincount(m.place, kept, n) + here.sum(axis=1) - sent,
        "nationals_abroad": np.bincount(m.origin, kept, n) + from_here - apart,
    }


def _public(frame: Frame, p: Push, d: Direction, log_after: Array) -> dict[str, Array]:
    """Treasury, tariff revenue, reception."""
    out, g, m = frame.outcome, frame.outcome.ground, frame.outcome.channels.menu
    e, n, f = out.economy, m.size, out.channels.factors
    point, index = out.joint.point, out.prices.index
    irregular = g.units[:, 2] * (p.choice.stock[:, 2] + out.joint.choice.stock[:, 2] * d.units)
    untaxed = (1 - f.irregular_tax) * np.bincount(m.arrival, irregular, 2 * n).reshape(n, 2)
    rise = untaxed + out.given.untaxed * log_after[..., 1]
    gap = e.tax * (rise * frame.after[..., 1]).sum(axis=1)
    added = e.value_added_share * point.output / index
    d_added = added * (p.quantity + p.factor - p.index)
    persons = np.bincount(m.place, p.choice.stock @ np.ones(3), n) + p.choice.home.sum(axis=1)
    public = e.tax * e.value_added / e.population
    services = e.coefficients.congestion * public * persons
    revenue = point.tax_share * point.spending
    d_revenue = p.tax_share * point.spending + point.tax_share * p.spending
    guests = np.bincount(m.place, p.choice.stock @ np.array([0.0, 1.0, 1.0]), n)
    return {
        "treasury": e.tax * d_added - gap - services,
        "tariff_revenue": (d_revenue - revenue * p.index) / index,
        "reception": -guests * np.minimum(f.reception, public),
    }


def _money(frame: Frame, p: Push, d: Direction) -> dict[str, Array]:
    """Remittances received and fees earned."""
    out, k = frame.outcome, frame.outcome.economy.coefficients
    fee, index = out.given.fee, out.prices.index
    received, here = frame.received_level
    d_received = frame.received.by_birth(frame, p.paid, p.delta)
    d_here = k.fee_sending * frame.fees.by_place(frame, p.paid, p.delta)
    d_here += (1 - k.fee_sending) * frame.fees.by_birth(frame, p.paid, p.delta)
    for i, j, change in d.fee:
        lift, taken = lift_fee(frame, i, j, change), frame.gross[i, j] * change
        d_received[i] += (1 - fee[i, j]) * lift - taken
        d_here[j] += k.fee_sending * (fee[i, j] * lift + taken)
        d_here[i] += (1 - k.fee_sending) * (fee[i, j] * lift + taken)
    return {
        "remittances": (d_received - received * p.index) / index,
        "payment_providers": (1 - k.fee_resource) * (d_here - here * p.index) / index,
    }


def _channels(frame: Frame, p: Push, d: Direction, log_after: Array) -> dict[str, Array]:
    """Movers, their tastes and queues, and the rent of places."""
    out, g, m = frame.outcome, frame.outcome.ground, frame.outcome.channels.menu
    e, n, c = out.economy, m.size, out.joint.choice
    per_mover, per_home, came, came_home = frame.mover_pay
    better = log_after[m.place, m.skill, 1] + d.units
    gain = np.einsum("ck,ck->c", per_mover, p.choice.stock) + came * better
    home = per_home * p.choice.home + came_home * log_after[..., 0]
    paid = np.bincount(m.origin, gain, n) + home.sum(axis=1)
    income = find_home_income(g)
    unmoved = np.bincount(m.group, m.total * better, 2 * n).reshape(n, 2) + m.home * log_after[..., 0]
    surplus = (income * (m.people.reshape(n, 2) * p.choice.gain - unmoved)).sum(axis=1)
    share = find_share(g, out.switches.rent_holder)
    if share == 0:
        none = np.zeros(n)
        return {
            "queue_rent": none,
            "movers": paid,
            "taste": surplus - paid,
            "_immigrants": np.zeros(len(gain)),
        }

    worth = share * income[m.origin, m.skill]
    held, was, now = c.stock[:, 0] > 0, m.stock[:, 0], c.stock[:, 0]
    log_was = np.log(m.queue)
    log_now = np.log(np.where(held, c.queue, 1.0))
    d_now, d_log = p.choice.stock[:, 0], np.where(held, p.choice.queue, 0.0)
    rent = worth * (d_now * log_now + now * d_log)
    rise = worth * (np.where(now < was, d_now, 0.0) * (log_now - log_was) + np.minimum(was, now) * d_log)
    fresh = worth * (np.where(now > was, d_now, 0.0) * log_now + np.maximum(now - was, 0) * d_log)
    ended = worth * np.where(now < was, -d_now, 0.0) * log_was
    paid = paid - np.bincount(m.origin, fresh - ended, n)
    level = e.price_level[m.place]
    return {
        "queue_rent": np.bincount(m.place, rent * level, n),
        "movers": paid,
        "taste": surplus - paid + np.bincount(m.origin, rise, n),
        "_immigrants": rise * level,
    }


def _move_pay(frame: Frame, rise: Array) -> Array:
    """Change of the pay of people moved by number; US$ at purchasing power parity, N."""
    out = frame.outcome
    e = out.economy
    gain = np.zeros(len(e))
    for move in out.shock.moves:
        i, b, s = e.place(move.birthplace), e.place(move.target), SKILLS.index(move.skill)
        sent = 0.0 if i == b else float(e.propensity[i, b])
        pay = rise[b, s, 0 if i == b else 1] * move.work_target
        gain[i] += move.persons * pay * (1 - e.tax[b] * move.tax_target - sent) / e.price_level[b]
    return gain
