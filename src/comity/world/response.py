"""How a settled choice answers a small change: the derivatives of :mod:`comity.world.choice`.

One corridor depends on the others of its group only through one number, ln D (without deflection through a
second, the log of the factor on those who may still choose). So the derivative of every stock by pay is
diagonal + one or two ranks a group, and a direction costs a few passes over the menu.

Where a quota has q exactly 1 at its edge, the derivative is that of the side without a queue.

Who may import me: the world room. Start at :func:`respond` and :func:`tilt_choice`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from comity.world.quota import Tilt, sum_by, tilt

if TYPE_CHECKING:
    from comity.world.choice import Choice
    from comity.world.economy import Array, Whole

__all__ = ["Rank", "Response", "Tilted", "narrow", "respond", "tilt_choice"]


@dataclass(frozen=True, slots=True)
class Rank:
    """One number of each group that shifts all its stocks: dN = ``stock`` dλ, dN_home = ``home`` dλ.

    Moreover dλ = Σ ``by_pay`` dv over the group's corridors + ``by_home`` dv_home.
    """

    stock: Array
    home: Array
    by_pay: Array
    by_home: Array


@dataclass(frozen=True, slots=True)
class Response:
    """Derivatives of stocks.

    ``own`` by pay in the corridor's place at given group numbers (K × 3), ``own_home`` by pay at home
    (N × 2), ``ranks`` the group numbers; ``by_mass``, ``home_by_mass`` and ``gain_by_mass`` (of ln(D)/θM)
    by the log of the number of people of the group (K × 3, G, G), zero where groups do not grow.
    """

    own: Array
    own_home: Array
    ranks: tuple[Rank, ...]
    by_mass: Array
    home_by_mass: Array
    gain_by_mass: Array


class Tilted(NamedTuple):
    """Directional derivatives: stocks (K × 3), those at home (N × 2), ln(D)/θM (N × 2) and ln q (K)."""

    stock: Array
    home: Array
    gain: Array
    queue: Array


def _first_step(c: Choice) -> tuple[Array, Rank]:
    """Differentiate the nested logit, per unit of each stock (K × 3), with its group number ln D."""
    t, s, b, f = c.state.terms, c.state.slopes, c.state.balance, c.effort
    direct = f.eta * (1 - s.held) / s.den
    network = np.array([0.0, 0.0, t.network])
    own = f.eta + (network * t.rho + t.rho - 1) * direct[:, None]
    shift = (network * t.rho + t.rho - 1) * s.delta[:, None] - 1 - network
    own[b.bound, 0] = 0.0
    shift[b.bound, 0] = 0.0
    by_pay = s.lift[t.group] * b.tau * t.rho * direct
    return own, Rank(shift, np.full(len(t.home), -1.0), by_pay, s.lift * b.tau_home * f.theta)


class _Second(NamedTuple):
    """d ln t = Σ by_stock d ln N*_W + by_home d ln N*_home − Σ held dQ / slack, without deflection."""

    by_stock: Array
    by_home: Array
    free: Array
    slack: Array


def _second_step(c: Choice) -> _Second:
    m, s = c.menu, c.state
    free = np.where(s.member & ~c.bound, c.stock[:, 0], 0.0)
    home = c.home.ravel()
    slack = home + np.bincount(m.group, free, len(home))
    by_stock = np.where(s.member, s.first[:, 0] - free, 0.0) / slack[m.group]
    return _Second(by_stock, (s.first_home - home) / slack, free, slack)


def respond(c: Choice, *, grows: bool) -> Response:
    """Differentiate all stocks of a settled choice; by the numbers of people only where a group ``grows``."""
    own, first = _first_step(c)
    home = c.home.ravel()
    by_pay, shift = own * c.stock, first.stock * c.stock
    zeros = np.zeros(c.stock.shape)
    ranks: tuple[Rank, ...] = (Rank(shift, -home, first.by_pay, first.by_home),)
    if not c.effort.deflection:
        two = _second_step(c)
        by_pay[c.bound, 0] = 0.0
        shift[c.bound, 0] = 0.0
        link = np.bincount(c.menu.group, two.by_stock * first.stock[:, 0], len(home)) - two.by_home
        second = np.zeros(c.stock.shape)
        second[:, 0] = two.free
        ranks += (
            Rank(
                second,
                home,
                two.by_stock * own[:, 0] + link[c.menu.group] * first.by_pay,
                two.by_home * c.effort.theta + link * first.by_home,
            ),
        )
    by_mass, home_by_mass, gain_by_mass = zeros, np.zeros(len(home)), np.zeros(len(home))
    if grows:
        grown = tilt_choice(c, zeros, np.zeros(c.home.shape), zeros[:, 0], np.ones(len(home)))
        by_mass, home_by_mass, gain_by_mass = grown.stock, grown.home.ravel(), grown.gain.ravel()
    return Response(by_pay, c.effort.theta * c.home, ranks, by_mass, home_by_mass, gain_by_mass)


def narrow(c: Choice, rows: Whole) -> Choice:
    """Keep the corridors of some groups, all that a direction touches, so that it is cheap."""
    s, m = c.state, c.menu
    t, b, k = s.terms, s.balance, s.slopes
    terms = replace(
        t, group=t.group[rows], share=t.share[rows], asylum=t.asylum[rows], regular=t.regular[rows],
        irregular=t.irregular[rows], room=t.room[rows],
    )  # fmt: skip
    balance = replace(
        b, y=b.y[rows], bound=b.bound[rows], regular=b.regular[rows], alpha_regular=b.alpha_regular[rows],
        alpha_asylum=b.alpha_asylum[rows], alpha_irregular=b.alpha_irregular[rows], tau=b.tau[rows],
    )  # fmt: skip
    slopes = replace(k, den=k.den[rows], delta=k.delta[rows], held=k.held[rows], free=k.free[rows])
    menu = replace(
        m, origin=m.origin[rows], place=m.place[rows], skill=m.skill[rows], stock=m.stock[rows],
        queue=m.queue[rows], quota=m.quota[rows],
    )  # fmt: skip
    # Numbers of whole groups are those of the full menu.
    menu.__dict__["people"] = m.people
    state = replace(
        s, terms=terms, balance=balance, slopes=slopes, first=s.first[rows], member=s.member[rows]
    )
    return replace(
        c,
        menu=menu,
        stock=c.stock[rows],
        queue=c.queue[rows],
        bound=c.bound[rows],
        free=c.free[rows],
        state=state,
    )


def tilt_choice(c: Choice, channel: Array, home: Array, quota: Array, mass: Array | None = None) -> Tilted:
    """Differentiate a choice in one direction.

    Parameters
    ----------
    channel
        Change of log V̂ by channel, pay among it; K × 3.
    home
        The same at home; N × 2.
    quota
        Change of the ceiling, persons; K (it matters only where the quota binds).
    mass
        Change of the log of the number of people of each group; G.
    """
    t, s, b, f, m = c.state.terms, c.state.slopes, c.state.balance, c.effort, c.menu
    groups = len(t.home)
    grown = np.zeros(groups) if mass is None else mass
    at_home = f.theta * home.ravel()
    push = np.zeros(len(quota))
    ceilings = np.flatnonzero(quota)
    filled = np.zeros(len(quota))
    for at in ceilings[c.bound[ceilings]]:
        if f.deflection:
            # dQ times b/Q over S, which stays finite at a ceiling of zero.
            people = m.total[at] * c.state.mass[m.group[at]]
            push[at] = quota[at] * np.exp(b.log_d[m.group[at]] - t.rho * b.y[at]) / people
        filled[at] = quota[at] / c.stock[at, 0] if c.stock[at, 0] > 0 else 0.0
    if mass is not None:
        push = push - s.held * grown[m.group]
    pull = f.eta * channel
    dy, rise = tilt(t, b, s, Tilt(pull[:, 1], pull[:, 0], pull[:, 2], push, at_home))
    fall = rise[m.group]
    log_stock = pull + ((t.rho - 1) * dy - fall)[:, None]
    if t.network:
        log_stock[:, 2] += t.network * (t.rho * dy - fall)
    if mass is not None:
        log_stock += grown[m.group, None]
    log_home = at_home - rise + grown
    if f.deflection:
        stock = c.stock * log_stock
        stock[c.bound, 0] = quota[c.bound]
        # ln q falls by as much as the stock would have to: η ln q = ln b_free − ln b.
        queue = np.where(c.bound, (log_stock[:, 0] - filled) / f.eta, 0.0)
        return Tilted(
            stock, (c.home.ravel() * log_home).reshape(-1, 2), (rise / f.theta).reshape(-1, 2), queue
        )
    two = _second_step(c)
    log_t = (
        sum_by(m.group, two.by_stock * log_stock[:, 0], groups)
        + two.by_home * log_home
        - sum_by(m.group, np.where(c.bound, quota, 0.0), groups) / two.slack
    )
    stock = c.stock * log_stock
    stock[:, 0] += two.free * log_t[m.group]
    stock[c.bound, 0] = quota[c.bound]
    first = np.where(c.state.member, c.state.first[:, 0], 0.0)
    people = m.people * c.state.mass
    members = c.state.first_home + sum_by(m.group, first, groups)
    moved = c.state.first_home * log_home + sum_by(m.group, first * log_stock[:, 0], groups) - members * grown
    gain = (rise - members / people * log_t - moved / people * c.state.log_room) / f.theta
    queue = np.where(c.bound, (log_stock[:, 0] + log_t[m.group] - filled) / f.theta, 0.0)
    return Tilted(stock, (c.home.ravel() * (log_home + log_t)).reshape(-1, 2), gain.reshape(-1, 2), queue)
