"""§3.7–§3.9 at given pay: the nested logit, its queues, and what they promise, against brute force."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, root

from comity.world.choice import Choice, Effort, Menu, Pull, choose
from comity.world.examples import random_channels, random_economy
from comity.world.response import respond, tilt_choice

if TYPE_CHECKING:
    from comity.world import Channels

seeds = st.integers(0, 10_000)
few = settings(max_examples=25, deadline=None)
either = pytest.mark.parametrize("deflection", [True, False])


def draw(seed: int, size: int = 4, **factors: float) -> Channels:
    return random_channels(random_economy(size, seed), seed, **factors)


def efforts(c: Channels, *, deflection: bool = True, network: bool = False) -> Effort:
    f = c.factors
    return Effort(f.theta, f.eta, f.network if network else 0.0, deflection)


def pulls(m: Menu, quota: np.ndarray | None = None) -> Pull:
    return Pull(np.zeros((len(m.total), 3)), np.zeros((m.size, 2)), m.quota if quota is None else quota)


def still(m: Menu) -> np.ndarray:
    return np.zeros((m.size, 2))


def pay_change(m: Menu, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.2, (m.size, 2))


def brute_force(c: Choice, pull: Pull, pay: np.ndarray, home: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Stocks and queues of group 0 by solving for log q directly: the smallest slack or excess is zero."""
    m, f = c.menu, c.effort
    mine = np.flatnonzero(m.group == 0)

    def stocks(log_q: np.ndarray) -> np.ndarray:
        v = np.exp(pay[m.place[mine], 0][:, None] + pull.channel[mine])
        v[:, 0] *= m.queue[mine] / np.exp(log_q)
        phi = (m.mix[mine] * v**f.eta).sum(axis=1) ** (1 / f.eta)
        stay = m.home[0, 0] * np.exp(home[0, 0] * f.theta)
        weight = m.total[mine] * phi**f.theta
        there = m.people[0] * weight / (stay + weight.sum())
        return there[:, None] * m.mix[mine] * v**f.eta / phi[:, None] ** f.eta

    def gap(log_q: np.ndarray) -> np.ndarray:
        slack = np.log(pull.quota[mine] / stocks(log_q)[:, 0])
        capped = np.isfinite(pull.quota[mine])
        # Fischer and Burmeister (1992): zero exactly where both are non-negative and one is zero.
        a, b = log_q, np.where(capped, slack, 1.0)
        return np.where(capped, a + b - np.sqrt(a**2 + b**2), log_q)

    found = root(gap, np.log(m.queue[mine]), tol=1e-13)
    assert np.abs(gap(found.x)).max() < 1e-10
    return stocks(found.x), np.exp(found.x)


@given(seeds)
@few
def test_queues_and_stocks_agree_with_brute_force(seed: int):
    c = draw(seed)
    m = c.menu
    rng = np.random.default_rng(seed)
    quota = m.quota * rng.uniform(0.6, 1.6, len(m.quota))
    pay, home = pay_change(m, seed), pay_change(m, seed + 1)
    made = choose(m, efforts(c), pulls(m, quota), pay, home)
    stock, queue = brute_force(made, pulls(m, quota), pay, home)
    mine = m.group == 0
    assert np.allclose(made.stock[mine], stock, rtol=1e-8)
    assert np.allclose(made.queue[mine], queue, rtol=1e-8)


@given(seeds)
@few
def test_with_a_network_the_corridor_is_its_own_fixed_point(seed: int):
    """One destination alone: N_R / N_R⁰ = x_R (N/N⁰)^(νη) S^(ρ−1)/D, by bisection on the corridor's size."""
    c = draw(seed, size=2, network=0.4)
    m, f = c.menu, efforts(draw(seed, size=2, network=0.4), network=True)
    k = int(np.flatnonzero(m.group == 0)[0])
    quota = m.quota.copy()
    quota[k] = 0.5 * m.stock[k, 0]
    made = choose(m, f, pulls(m, quota), still(m), still(m))
    rho = f.theta / f.eta

    def size_of(log_size: float) -> float:
        """Given the corridor's size H: ln D from H = S^ρ/D, then what its channels add up to."""
        h = np.exp(log_size)
        d = m.home_share[0] / (1 - m.share[k] * h)  # home + this corridor are everybody
        s = (h * d) ** (1 / rho)
        b = quota[k] / m.total[k] * d * s ** (1 - rho)
        inner = (
            m.mix[k, 1] + min(b, m.mix[k, 0] * m.queue[k] ** f.eta) + m.mix[k, 2] * h ** (f.network * f.eta)
        )
        return float(np.log(inner) - np.log(s))

    top = np.log(1 / m.share[k]) - 1e-9
    log_size = brentq(size_of, -12, min(top, 3.0), xtol=1e-14)
    assert made.stock[k].sum() / m.total[k] == pytest.approx(np.exp(log_size), rel=1e-8)


@either
@given(seed=seeds)
@few
def test_nothing_changed_is_exactly_nothing(deflection: bool, seed: int):
    c = draw(seed)
    m = c.menu
    made = choose(m, efforts(c, deflection=deflection, network=True), pulls(m), still(m), still(m))
    assert np.array_equal(made.stock, m.stock)
    assert np.array_equal(made.home, m.home)
    assert np.all(made.log_gain == 0)
    assert np.allclose(made.queue, m.queue, rtol=1e-12)


@either
@given(seed=seeds)
@few
def test_people_are_conserved_and_quotas_complementary(deflection: bool, seed: int):
    c = draw(seed)
    m = c.menu
    quota = m.quota * np.random.default_rng(seed).uniform(0.0, 3.0, len(m.quota))
    pay, home = pay_change(m, seed), pay_change(m, seed + 1)
    made = choose(m, efforts(c, deflection=deflection, network=True), pulls(m, quota), pay, home)
    there = np.bincount(m.group, made.stock.sum(axis=1), 2 * m.size) + made.home.ravel()
    assert np.allclose(there, m.people, rtol=1e-12)
    assert np.all(made.stock[:, 0] <= quota * (1 + 1e-12))
    assert np.all(made.queue >= 1)
    capped = np.isfinite(quota)
    slack = 1 - made.stock[capped, 0] / quota[capped]
    assert np.abs(np.minimum(slack, made.queue[capped] - 1)).max() < 1e-12


@either
@given(seed=seeds, factor=st.floats(1.0, 5.0))
@few
def test_opening_a_corridor_never_lowers_expected_utility(deflection: bool, seed: int, factor: float):
    """At given pay, whatever else is true: exactly, for every group, with or without the network."""
    c = draw(seed)
    m = c.menu
    rng = np.random.default_rng(seed)
    pay, home = pay_change(m, seed), pay_change(m, seed + 1)
    effort = efforts(c, deflection=deflection, network=True)
    quota = m.quota * rng.uniform(0.5, 1.5, len(m.quota))
    opened = np.where(rng.random(len(quota)) < 0.3, quota * factor, quota)
    opened[int(rng.integers(len(quota)))] = np.inf
    before = choose(m, effort, pulls(m, quota), pay, home)
    after = choose(m, effort, pulls(m, opened), pay, home)
    assert np.all(after.log_gain >= before.log_gain - 1e-13)


@either
@given(seed=seeds)
@few
def test_one_place_more_is_worth_the_multiplier(deflection: bool, seed: int):
    """d(U + R)/dQ = ln q at given pay (the envelope theorem), away from the baseline too."""
    c = draw(seed)
    m = c.menu
    effort = efforts(c, deflection=deflection)
    pay, home = pay_change(m, seed), pay_change(m, seed + 1)
    base = choose(m, effort, pulls(m), pay, home)
    bound = np.flatnonzero(base.bound & (base.queue > 1.05))
    if not len(bound):
        return
    k = bound[seed % len(bound)]
    people = m.people.reshape(-1, 2)

    def worth(extra: float) -> float:
        quota = m.quota.copy()
        quota[k] += extra
        made = choose(m, effort, pulls(m, quota), pay, home)
        return float((people * made.log_gain).sum() + (made.stock[:, 0] * np.log(made.queue)).sum())

    step = 1e-3 * m.stock[k, 0]
    slope = (worth(step) - worth(-step)) / (2 * step)
    assert slope == pytest.approx(np.log(base.queue[k]), rel=1e-4, abs=1e-5)


@given(seeds, st.floats(0.0, 0.99))
@few
def test_a_tighter_quota_without_deflection_moves_nobody_to_another_channel(seed: int, cut: float):
    """Those refused go home: every other stock is the same number, to the last bit where its quota binds."""
    c = draw(seed)
    m = c.menu
    effort = efforts(c, deflection=False)
    pay, home = pay_change(m, seed), pay_change(m, seed + 1)
    before = choose(m, effort, pulls(m), pay, home)
    capped = np.flatnonzero(before.bound)
    if not len(capped):
        return
    k = capped[seed % len(capped)]
    quota = m.quota.copy()
    quota[k] *= cut
    after = choose(m, effort, pulls(m, quota), pay, home)
    assert np.array_equal(before.stock[:, 1:], after.stock[:, 1:])
    others = np.flatnonzero(before.bound & after.bound & (np.arange(len(quota)) != k))
    assert np.array_equal(before.stock[others, 0], after.stock[others, 0])
    free = ~np.isfinite(m.quota)
    assert np.array_equal(before.stock[free], after.stock[free])
    assert after.home.sum() > before.home.sum()


@given(seeds)
@few
def test_a_tighter_quota_with_deflection_sends_people_elsewhere_too(seed: int):
    c = draw(seed)
    m = c.menu
    before = choose(m, efforts(c), pulls(m), still(m), still(m))
    k = int(np.flatnonzero(before.bound)[0])
    quota = m.quota.copy()
    quota[k] *= 0.5
    after = choose(m, efforts(c), pulls(m, quota), still(m), still(m))
    assert after.stock[k, 2] > before.stock[k, 2]
    assert after.stock[k, 1] > before.stock[k, 1]
    gained = after.stock[k, 1:].sum() - before.stock[k, 1:].sum()
    assert gained < 0.5 * m.stock[k, 0], "some of those refused stay at home"


@either
@given(seed=seeds)
@few
def test_two_starts_settle_on_the_same_queues(deflection: bool, seed: int):
    c = draw(seed)
    m = c.menu
    effort = efforts(c, deflection=deflection, network=True)
    one = choose(m, effort, pulls(m), pay_change(m, seed), still(m))
    elsewhere = choose(m, effort, pulls(m, m.quota * 3), pay_change(m, seed + 5) * 3, still(m))
    two = choose(m, effort, pulls(m), pay_change(m, seed), still(m), start=elsewhere)
    assert np.allclose(one.stock, two.stock, rtol=1e-11, atol=1e-12)
    assert np.allclose(one.log_gain, two.log_gain, atol=1e-12)


@either
@given(seed=seeds)
@few
def test_the_answer_of_choice_is_its_derivative(deflection: bool, seed: int):
    c = draw(seed)
    m = c.menu
    rng = np.random.default_rng(seed)
    effort = efforts(c, deflection=deflection, network=True)
    quota = m.quota * rng.uniform(0.7, 1.3, len(m.quota))
    mass = rng.uniform(0.95, 1.05, 2 * m.size)
    pay, home = pay_change(m, seed), pay_change(m, seed + 1)
    channel, at_home = rng.normal(0, 1, (len(m.total), 3)), rng.normal(0, 1, (m.size, 2))
    more, grown = (
        np.where(np.isfinite(quota), rng.normal(0, 1, len(quota)) * m.total, 0.0),
        rng.normal(0, 1, 2 * m.size),
    )

    def at(t: float) -> Choice:
        pull = Pull(channel * t, at_home * t, quota + more * t)
        return choose(m, effort, pull, pay, home, mass=mass * np.exp(grown * t))

    base, step = at(0.0), 1e-6
    if np.abs(base.free / np.where(np.isfinite(quota), quota, 1e300) - 1).min() < 1e-3:
        return  # on a kink
    up, down = at(step), at(-step)
    d = tilt_choice(base, channel, at_home, more, grown)
    for exact, one, two in (
        (d.stock, up.stock, down.stock),
        (d.home, up.home, down.home),
        (d.gain, up.log_gain, down.log_gain),
        (d.queue, np.log(up.queue), np.log(down.queue)),
    ):
        slope = (one - two) / (2 * step)
        assert np.abs(exact - slope).max() <= 1e-6 * max(np.abs(slope).max(), 1e-3)
    whole = respond(base, grows=True)
    shift = sum(
        (r.stock * (np.bincount(m.group, r.by_pay * 1.0, 2 * m.size))[m.group, None] for r in whole.ranks),
        0.0,
    )
    by_all = tilt_choice(base, np.ones((len(m.total), 3)), np.zeros((m.size, 2)), np.zeros(len(quota)))
    assert np.allclose(whole.own + shift, by_all.stock, rtol=1e-9, atol=1e-9 * m.total.max())


def test_a_closed_way_is_empty_and_a_quota_of_zero_shuts_it():
    c = draw(3)
    m = c.menu
    k = int(np.flatnonzero(np.isfinite(m.quota))[0])
    quota = m.quota.copy()
    quota[k] = 0.0
    made = choose(m, efforts(c), pulls(m, quota), still(m), still(m))
    assert made.stock[k, 0] == 0
    assert made.queue[k] == np.inf
    closed = pulls(m)
    closed.channel[k, 2] = -np.inf
    assert choose(m, efforts(c), closed, still(m), still(m)).stock[k, 2] == 0


def test_relabelling_countries_changes_nothing():
    c = draw(5)
    order = np.array([2, 0, 3, 1])
    turned = replace(
        c, persons=c.persons[order][:, order], queue=c.queue[order][:, order], quota=c.quota[order][:, order],
        units=c.units[order][:, order],
    )  # fmt: skip
    pay = pay_change(c.menu, 5)
    one = choose(c.menu, efforts(c), pulls(c.menu), pay, pay)
    two = choose(turned.menu, efforts(c), pulls(turned.menu), pay[order], pay[order])
    assert np.allclose(one.home[order], two.home, rtol=1e-12)
