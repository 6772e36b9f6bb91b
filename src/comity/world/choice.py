"""Choice of destination and channel: a nested logit in exact-hat form, with queues (§3.7, §3.8).

People of one birthplace i and skill s choose a place j (home among them) and there a channel k. With
v = the change of log real pay and x_k = (V̂_k)^η,

    S_j = Σ_k m_k x_k,   N'_jk = N_jk x_k S_j^(ρ−1) / D,   D = μ_home V̂_home^θM + Σ_j μ_j S_j^ρ,

where m_k is today's share of the channel in the corridor, μ_j today's share of the group in place j, and
ρ = θM/η ≤ 1 (McFadden 1978; the exact-hat form of Dekle, Eaton and Kortum 2008). Regular entry carries the
queue: V̂_W is divided by q' / q⁰.

The gain of a group is ln(D)/θM, a change of log income: expected utility is the expected maximum of log
income plus a Gumbel taste.

**The multiplier.** With tastes in logs, λ = ln q of a corridor is the shadow price of one regular place in
log points of income of the person who gets it. Let U = Σ (N_is/θM) ln D be what movers gain and
R = Σ N'_W ln q the rent of all regular places, both in log points. By the envelope theorem
∂U/∂ln q_c = −N'_W,c, so that at given prices d(U + R)/dQ_c = Σ_c' ln q_c' dN'_W,c'/dQ_c. Every other
binding quota keeps N'_W' = Q', and where a quota does not bind ln q = 0: what is left is ln q_c. The network
term adds what a larger corridor does to the cost of others, which is outside the quota's price; without it
the equality is exact.

**Without deflection** people choose as if no queue had changed; then each rationed corridor fills from, and
empties to, home alone, by a logit between home and the rationed places with elasticity θM. All other stocks
are those of the first step, so at given prices a quota moves nobody to another channel.

Who may import me: the world room. Start at :func:`choose`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from comity.world.quota import Balance, Slopes, Terms, UnsettledError, settle, slope

if TYPE_CHECKING:
    from comity.world.economy import Array, Flags, Whole

__all__ = ["Choice", "Effort", "Menu", "Pull", "State", "choose"]

MAX_STEPS = 200
_ROUNDING_TOLERANCE = 1e-13


@dataclass(frozen=True)
class Menu:
    """Corridors on record, flat: K entries (birthplace, place, skill), N economies, G = 2N groups.

    Attributes
    ----------
    size
        N.
    origin, place, skill
        Positions; integers, K.
    stock
        Persons today by channel; K × 3.
    home
        Persons who live where they were born; N × 2.
    queue
        q⁰ ≥ 1 of regular entry; K.
    quota
        Ceiling on the regular stock, persons; ∞ where there is none; K.
    """

    size: int
    origin: Whole
    place: Whole
    skill: Whole
    stock: Array
    home: Array
    queue: Array
    quota: Array

    @cached_property
    def group(self) -> Whole:
        """Group of each corridor, 2 i + s; K."""
        return 2 * self.origin + self.skill

    @cached_property
    def arrival(self) -> Whole:
        """Labour market of each corridor, 2 j + s; K."""
        return 2 * self.place + self.skill

    @cached_property
    def pair(self) -> Whole:
        """Position i N + j of the corridor in a flat N × N matrix; K."""
        return self.origin * self.size + self.place

    @cached_property
    def lookup(self) -> Whole:
        """Where on the menu birthplace, place and skill stand; −1 where nobody is on record; N × N × 2."""
        found = np.full(2 * self.size**2, -1)
        found[2 * self.pair + self.skill] = np.arange(len(self.origin))
        return found.reshape(self.size, self.size, 2)

    @cached_property
    def total(self) -> Array:
        """T, persons of all channels; K."""
        return np.asarray(self.stock.sum(axis=1))

    @cached_property
    def mix(self) -> Array:
        """m_k; K × 3."""
        return np.asarray(self.stock / self.total[:, None])

    @cached_property
    def people(self) -> Array:
        """N_is, everybody born in i; G."""
        return np.asarray(self.home.ravel() + np.bincount(self.group, self.total, 2 * self.size))

    @cached_property
    def share(self) -> Array:
        """μ_j; K."""
        return np.asarray(self.total / self.people[self.group])

    @cached_property
    def home_share(self) -> Array:
        """μ_home; G."""
        return np.asarray(self.home.ravel() / self.people)


@dataclass(frozen=True, slots=True)
class Effort:
    """Elasticities of choice: θM over places, η over channels, ν of the network; deflection on or off."""

    theta: float
    eta: float
    network: float
    deflection: bool


@dataclass(frozen=True, slots=True)
class Pull:
    """What a policy does to choice, beside pay.

    Attributes
    ----------
    channel
        Change of log V̂ by channel (amenity, −log κ̂, recognition); −∞ where closed; K × 3.
    home
        The same for life at home; N × 2.
    quota
        Q', ∞ where there is none; K.
    """

    channel: Array
    home: Array
    quota: Array


@dataclass(frozen=True)
class Choice:
    """Who lives where after the change, at given pay.

    Attributes
    ----------
    stock, home
        Persons; K × 3 and N × 2.
    queue
        q' ≥ 1; K. ∞ where a quota of zero shuts a way that people would use.
    log_gain
        ln(D)/θM, what a member of the group gains in log income; N × 2.
    bound
        Where the quota binds; K.
    free
        Regular stock that there would be without any queue, persons; K.
    state
        For a warm start of :func:`choose`.
    """

    menu: Menu
    effort: Effort
    stock: Array
    home: Array
    queue: Array
    log_gain: Array
    bound: Flags
    free: Array
    state: State


@dataclass(frozen=True, slots=True)
class State:
    """How a choice was settled: what :mod:`comity.world.response` differentiates.

    Without deflection ``first`` (K × 3) and ``first_home`` (G) are the stocks of the first step, ``log_room``
    the log of the factor on those who may still choose, and ``member`` the corridors that fill from home.
    ``mass`` is the change of the number of people; G.
    """

    terms: Terms
    balance: Balance
    slopes: Slopes
    log_room: Array
    first: Array
    first_home: Array
    member: Flags
    mass: Array


def _terms(m: Menu, f: Effort, p: Pull, pay: Array, home: Array, mass: Array | None) -> Terms:
    with np.errstate(over="ignore"):
        weight = m.mix * np.exp(f.eta * (pay[m.place, m.skill][:, None] + p.channel))
    room = p.quota / m.total
    if mass is not None:
        room = room / mass[m.group]
    regular = weight[:, 0] * m.queue**f.eta if f.deflection else weight[:, 0]
    return Terms(
        group=m.group,
        share=m.share,
        asylum=weight[:, 1],
        regular=regular,
        irregular=weight[:, 2],
        room=room if f.deflection else np.full(len(m.total), np.inf),
        home=m.home_share * np.exp(f.theta * (home + p.home)).ravel(),
        rho=f.theta / f.eta,
        network=f.network * f.eta if f.deflection else 0.0,
    )


def choose(
    menu: Menu,
    effort: Effort,
    pull: Pull,
    pay: Array,
    home: Array,
    *,
    mass: Array | None = None,
    start: Choice | None = None,
) -> Choice:
    """Choose places and channels at given pay, with queues that clear every quota.

    Parameters
    ----------
    menu, effort, pull
        Today's stocks, elasticities and the policy.
    pay, home
        Change of log real pay of migrants by place and skill, and of natives at home; N × 2 each.
    mass
        Change of the number of people of each group (ratio); G, ones unless given.
    start
        A choice at other pay, for a warm start.

    Raises
    ------
    UnsettledError
        The queues did not settle; says for whom.
    """
    t = _terms(menu, effort, pull, pay, home, mass)
    b = settle(t, None if start is None else (start.state.balance.y, start.state.balance.log_d))
    at = b.log_d[menu.group]
    shift = (t.rho - 1) * b.y - at
    with np.errstate(over="ignore"):
        change = effort.eta * (pay[menu.place, menu.skill][:, None] + pull.channel) + shift[:, None]
    if t.network:
        change[:, 2] += t.network * (t.rho * b.y - at)
    # Nothing changed is exactly nothing: stocks times exp(0).
    stock = menu.stock * np.exp(change)
    rest = menu.home.ravel() * np.exp(effort.theta * (home + pull.home).ravel() - b.log_d)
    grown = np.ones(len(rest)) if mass is None else mass
    if mass is not None:
        stock, rest = stock * mass[menu.group, None], rest * mass
    if not effort.deflection:
        member = np.isfinite(pull.quota) | (menu.queue > 1)
        return _fill_from_home(menu, effort, pull, State(t, b, slope(t, b), rest, stock, rest, member, grown))
    free = stock[:, 0] * menu.queue**effort.eta
    stock[:, 0] = np.where(b.bound, pull.quota, free)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        queue = np.where(b.bound, (t.regular / b.regular) ** (1 / effort.eta), 1.0)
    state = State(t, b, slope(t, b), np.zeros(len(rest)), stock, rest, b.bound, grown)
    return Choice(
        menu,
        effort,
        stock,
        rest.reshape(-1, 2),
        queue,
        (b.log_d / effort.theta).reshape(-1, 2),
        b.bound,
        free,
        state,
    )


def _fill_from_home(m: Menu, f: Effort, p: Pull, s: State) -> Choice:
    """Second step without deflection: N_W = min(Q, N* q0^θM t) and home N*_home t add up to what they did.

    The sum rises in t and is concave, so Newton reaches its root in finitely many steps.
    """
    groups = len(s.first_home)
    member = s.member
    want = np.where(member, s.first[:, 0] * m.queue**f.theta, 0.0)
    before = s.first_home + np.bincount(m.group, np.where(member, s.first[:, 0], 0.0), groups)
    t = np.ones(groups)
    gap = np.zeros(groups)
    for _ in range(MAX_STEPS):
        wanted = want * t[m.group]
        bound = member & (wanted > p.quota)
        filled = np.where(bound, p.quota, wanted)
        slack = s.first_home + np.bincount(m.group, np.where(bound, 0.0, want), groups)
        gap = before - s.first_home * t - np.bincount(m.group, filled, groups)
        if np.abs(gap).max() <= _ROUNDING_TOLERANCE * before.max() and np.all(
            np.abs(gap) <= _ROUNDING_TOLERANCE * before
        ):
            break
        t = t + gap / slack
        t = np.maximum(t, _ROUNDING_TOLERANCE)
    else:
        msg = f"places did not fill: residual {np.abs(gap / before).max():.1e} after {MAX_STEPS} steps"
        raise UnsettledError(msg, int(np.abs(gap / before).argmax()))
    stock = s.first.copy()
    stock[member, 0] = filled[member]
    rest = s.first_home + np.bincount(m.group, s.first[:, 0] - stock[:, 0], groups)
    with np.errstate(divide="ignore", over="ignore"):
        queue = np.where(bound, (wanted / np.where(bound, p.quota, 1.0)) ** (1 / f.theta), 1.0)
    members = before / (m.people * s.mass)
    gain = (s.balance.log_d - members * np.log(t)) / f.theta
    state = State(s.terms, s.balance, s.slopes, np.log(t), s.first, s.first_home, member, s.mass)
    return Choice(
        m, f, stock, rest.reshape(-1, 2), queue, gain.reshape(-1, 2), bound,
        np.where(member, wanted, stock[:, 0]), state,
    )  # fmt: skip
