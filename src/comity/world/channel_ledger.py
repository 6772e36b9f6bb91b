"""The ledger in channel mode: the lines of §3.12, and those that queues and channels add.

``queue_rent`` is what holders of the rent of regular places gain, ``reception`` what asylum and irregular
residents cost the public, ``taste`` what movers gain beside pay: shorter queues, tastes, and the cost of
living apart.

Rent of a place is its multiplier (:mod:`comity.world.choice`): ln q' times pay at home, US$ at purchasing
power parity a year for each person. Where somebody takes the rent it is paid by migrants to the holder in the
place, so that the accounts of the country still add up; at its price level.

``movers`` and ``taste`` of a birthplace add up to the money worth of its movers' gain,

    Σ_s y_is [N_is ln(D_is)/θM − Σ_c N_c v_c],

the gain in expected utility less what a change of pay is worth to everybody where they were (lines of
residents and immigrants hold that), y pay at home. Its derivative by a binding quota, with the rent of all
places, is the multiplier y ln q at given prices; at the baseline also in equilibrium, as there the second
term takes out all of the change of pay to first order.

Who may import me: the world room. Start at :func:`keep_channel_ledger`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from comity.units import USD_YEAR
from comity.world.ledger import (
    LINES,
    MEMOS,
    Ledger,
    Line,
    enter_lines,
    find_real_change,
)
from comity.world.quota import sum_by

if TYPE_CHECKING:
    from comity.world.economy import Array
    from comity.world.equilibrium import Prices
    from comity.world.given import Given
    from comity.world.labour import Ground, Stocks
    from comity.world.shock import Shock

__all__ = ["CHANNEL_LINES", "enter_channel_lines", "find_rent", "keep_channel_ledger", "list_lines"]

_HOLDER_COUNTS = {"wasted": "treasury", "treasury": "treasury", "recruiters": "employers"}
_HOLDER_GROUP = {"wasted": "treasury", "treasury": "treasury", "recruiters": "firms"}


def list_lines(holder: str) -> tuple[Line, ...]:
    """Lines of the channel mode; who holds the rent decides whose line ``queue_rent`` is.

    >>> [line.name for line in list_lines("treasury")][-3:]
    ['queue_rent', 'reception', 'taste']
    """
    return (
        *LINES,
        Line(
            "queue_rent", "Rent of rationed regular places", _HOLDER_GROUP[holder], "labour",
            _HOLDER_COUNTS[holder],
        ),
        Line("reception", "Reception of asylum and irregular residents", "treasury", "interior", "treasury"),
        Line(
            "taste", "People who move: queues, tastes and costs beside pay", "movers", "foreign_affairs",
            "movers", f"{USD_YEAR} at purchasing power parity",
        ),
    )  # fmt: skip


CHANNEL_LINES: tuple[Line, ...] = list_lines("wasted")


def find_rent(stock: Array, log_queue: Array, income: Array) -> Array:
    """N_W y ln q by corridor, 0 where nobody holds a place; K."""
    held = np.real(stock) > 0
    return np.where(held, stock * np.where(held, log_queue, 0.0) * income, 0.0)


def enter_channel_lines(
    ground: Ground,
    given: Given,
    prices: Prices,
    shock: Shock,
    stocks: Stocks,
    log_queue: Array,
    log_gain: Array,
    share: float,
    control_cost: Array,
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Lines and memo items by name, N each; real or complex.

    Parameters
    ----------
    stocks, log_queue, log_gain
        People, ln q' (K) and ln(D)/θM (N × 2) after the change.
    share
        Share of the rent that its holder gets.
    control_cost
        What more enforcement costs; N.
    """
    e, c, m = ground.economy, ground.channels, ground.channels.menu
    n, f = len(e), ground.channels.factors
    lines, memo = enter_lines(e, given, prices, shock)
    head = e.tax * e.value_added / e.population
    guests = (stocks.stock - m.stock)[:, 1:].sum(axis=1)
    cost = sum_by(m.place, guests, n) * np.minimum(f.reception, head)
    lines["reception"] = -cost
    lines["enforcement"] = lines["enforcement"] - control_cost
    memo["resources_used"] = memo["resources_used"] + cost + control_cost

    # Pay of movers, per person, at purchasing power parity.
    real = prices.factor / prices.index
    before = e.unit_wage / e.price_level[:, None]
    after = before[..., None] * given.pay * real[:, None, None]
    tax = e.tax[m.place, None] * np.array([1.0, 1.0, f.irregular_tax])
    kept = 1 - tax - e.recorded_propensity[m.origin, m.place, None]
    move = stocks.stock - m.stock
    come, leave = np.maximum(move, 0), np.maximum(-move, 0)
    new = ground.units * kept * after[m.place, m.skill, 1, None]
    old = c.flat_units * kept * before[m.place, m.skill, None]
    gain = sum_by(m.group, (come * new - leave * old).sum(axis=1), 2 * n).reshape(n, 2)
    at_home = stocks.home - m.home
    net = c.home_units * (1 - e.tax)[:, None]
    gain = gain + np.maximum(at_home, 0) * net * after[..., 0] - np.maximum(-at_home, 0) * net * before

    # Rent of regular places: paid by those who hold them, where somebody takes it.
    income = find_home_income(ground)
    worth = income[m.origin, m.skill]
    was, now = m.stock[:, 0], stocks.stock[:, 0]
    stay = np.minimum(was, now)
    log_was = np.log(m.queue)
    held = np.real(now) > 0
    log_now = np.where(held, log_queue, 0.0)
    rise = share * worth * np.where(held, stay * (log_now - log_was), 0.0)
    fresh = share * worth * np.maximum(now - was, 0) * log_now
    ended = share * worth * np.maximum(was - now, 0) * log_was
    level = e.price_level[m.place]
    rent = share * (find_rent(now, log_queue, worth) - find_rent(was, log_was, worth))
    lines["queue_rent"] = sum_by(m.place, rent * level, n)
    lines["immigrants"] = lines["immigrants"] - sum_by(m.place, rise * level, n)
    lines["nationals_abroad"] = lines["nationals_abroad"] - sum_by(m.origin, rise * level, n)
    memo["arrivals"] = memo["arrivals"] - sum_by(m.place, fresh * level, n)
    memo["departed"] = memo["departed"] + sum_by(m.place, ended * level, n)
    paid = gain.sum(axis=1) - sum_by(m.origin, fresh - ended, n)
    lines["movers"] = lines["movers"] + paid

    # Gain in expected utility less what pay changes for those who stay where they are.
    log_pay = np.log(given.pay) + np.log(real)[:, None, None]
    unmoved = (
        sum_by(
            m.group,
            m.total * (log_pay[m.place, m.skill, 1] + np.log(ground.policy.recognised)),
            2 * n,
        ).reshape(n, 2)
        + m.home * log_pay[..., 0]
    )
    people = m.people.reshape(n, 2)
    surplus = (income * (people * log_gain - unmoved)).sum(axis=1)
    lines["taste"] = surplus - paid + sum_by(m.origin, rise, n)
    return lines, memo


def find_home_income(ground: Ground) -> Array:
    """y, pay at home today per person born there, after tax, US$ at purchasing power parity; N × 2."""
    e = ground.economy
    return np.asarray(ground.channels.home_units * e.unit_wage * ((1 - e.tax) / e.price_level)[:, None])


def keep_channel_ledger(
    ground: Ground,
    given: Given,
    prices: Prices,
    shock: Shock,
    stocks: Stocks,
    log_queue: Array,
    log_gain: Array,
    holder: str,
) -> Ledger:
    """Lines of net benefit for every economy in channel mode (§3.12)."""
    lines, memo = enter_channel_lines(
        ground, given, prices, shock, stocks, log_queue, log_gain, find_share(ground, holder),
        ground.policy.control_cost,
    )  # fmt: skip
    listed = list_lines(holder)
    values = np.stack([lines[line.name] for line in listed], axis=1)
    memos = np.stack([memo[name] for name in MEMOS], axis=1)
    e = ground.economy
    return Ledger(e.codes, values, memos, find_real_change(e, prices), listed)


def find_share(ground: Ground, holder: str) -> float:
    """Share of the rent that its holder gets."""
    return {"wasted": 0.0, "treasury": 1.0, "recruiters": ground.channels.factors.rent_share}[holder]
