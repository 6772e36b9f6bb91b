"""The solver that checks the world model is itself checked: by hand, by identities, and by symmetry."""

from __future__ import annotations

import doctest
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.independent_trade import TradeJob, solve_trade, transfers_of
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import independent_trade


def random_job(size: int, seed: int, **change: np.ndarray) -> TradeJob:
    rng = np.random.default_rng(seed)
    sales = rng.lognormal(0.0, 1.0, (size, size)) + np.diag(rng.lognormal(3.0, 0.5, size))
    tariff = rng.uniform(0.0, 0.2, (size, size))
    np.fill_diagonal(tariff, 0.0)
    return TradeJob(
        sales=sales, tariff=tariff, value_added_share=rng.uniform(0.4, 0.6, size), elasticity=4.1, **change
    )


def test_its_examples_run():
    assert doctest.testmod(independent_trade).failed == 0


@settings(max_examples=20, deadline=None)
@given(size=st.integers(2, 7), seed=st.integers(0, 2**20))
def test_without_a_change_nothing_changes(size: int, seed: int):
    answer = solve_trade(random_job(size, seed))
    assert answer.wage == pytest.approx(np.ones(size), abs=1e-9)
    assert answer.real_income_change == pytest.approx(np.ones(size), abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(size=st.integers(2, 6), seed=st.integers(0, 2**20))
def test_accounts_add_up_after_a_change(size: int, seed: int):
    job = random_job(size, seed)
    cost = np.random.default_rng(seed + 1).uniform(0.8, 1.2, (size, size))
    np.fill_diagonal(cost, 1.0)
    job = replace(job, cost_change=cost, new_tariff=job.tariff / 2)
    answer = solve_trade(job)
    assert answer.share.sum(axis=0) == pytest.approx(np.ones(size))
    final = answer.spending - (1.0 - job.value_added_share) * answer.output
    assert final == pytest.approx(answer.income)
    assert answer.income.sum() == pytest.approx(
        (job.value_added_share * answer.output + answer.tariff_revenue).sum()
    )
    before = job.value_added_share @ (job.sales / (1.0 + job.tariff)).sum(axis=1)
    assert job.value_added_share @ answer.output == pytest.approx(before)


def test_the_order_of_economies_changes_nothing():
    job = random_job(5, 7)
    order = np.array([3, 0, 4, 1, 2])
    cost = np.full((5, 5), 0.9)
    np.fill_diagonal(cost, 1.0)
    plain = solve_trade(replace(job, cost_change=cost))
    turned = solve_trade(
        TradeJob(
            sales=job.sales[np.ix_(order, order)],
            tariff=job.tariff[np.ix_(order, order)],
            value_added_share=job.value_added_share[order],
            elasticity=job.elasticity,
            cost_change=cost,
        )
    )
    assert turned.real_income_change == pytest.approx(plain.real_income_change[order], abs=1e-9)


def test_twice_the_money_is_the_same_world():
    job = random_job(4, 11)
    cost = np.full((4, 4), 1.1)
    np.fill_diagonal(cost, 1.0)
    one, two = (solve_trade(replace(job, sales=job.sales * k, cost_change=cost)) for k in (1.0, 2.0))
    assert two.wage == pytest.approx(one.wage, abs=1e-9)


def test_gains_from_trade_match_the_closed_form():
    """Arkolakis, Costinot, Rodriguez-Clare (2012): own share ratio^(-1/(nu theta)) where nothing is taxed."""
    job = random_job(5, 3)
    balanced = (job.sales + job.sales.T) / 2.0  # what each sells it buys: no transfers
    cost = np.where(np.eye(5) > 0, 1.0, 0.8)
    job = replace(job, sales=balanced, tariff=np.zeros((5, 5)), cost_change=cost)
    assert transfers_of(job) == pytest.approx(np.zeros(5), abs=1e-9)
    answer = solve_trade(job)
    own = np.diag(answer.share) / np.diag(job.sales / job.sales.sum(axis=0))
    assert answer.real_income_change == pytest.approx(
        own ** (-1.0 / (job.value_added_share * job.elasticity)), rel=1e-6
    )


def test_transfers_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="sum to 0"):
        solve_trade(random_job(3, 1, new_transfer=np.array([1.0, 0.0, 0.0])))
