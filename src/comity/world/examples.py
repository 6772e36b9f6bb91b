"""Small made-up economies for examples and tests; no figure here is evidence.

Who may import me: doctests and tests. Start at :func:`random_economy`.
"""

from __future__ import annotations

import numpy as np

from comity.world.channels import ChannelFactors, Channels
from comity.world.economy import Coefficients, Economy, fill_remit_rate, find_unit_wage

__all__ = ["plain_coefficients", "plain_factors", "random_channels", "random_economy", "three_economies"]


def plain_coefficients(**changes: float) -> Coefficients:
    """Round made-up coefficients, with changes by name."""
    base = {
        "theta": 4.0, "nu_migrants": 0.1, "stock_floor": 10.0, "sigma_skill": 2.0, "sigma_birth": 20.0,
        "gamma_human": 0.1, "gamma_labour": 0.0, "capital": 0.5, "fee_elasticity": 1.0, "fee_resource": 0.5,
        "fee_sending": 0.5, "propensity_cap": 0.5, "congestion": 0.5,
    }  # fmt: skip
    return Coefficients(**(base | changes))


def random_economy(size: int, seed: int, **changes: float) -> Economy:
    """Make up a world of ``size`` economies that satisfies all accounting identities.

    >>> e = random_economy(4, seed=1)
    >>> bool(abs(e.balance.sum()) < 1e-9 * e.output.sum())
    True
    """
    rng = np.random.default_rng(seed)
    codes = tuple(f"E{k:02d}" for k in range(size))
    output = rng.lognormal(3, 1, size)
    export = rng.uniform(0.1, 0.5, size)
    pull = output * rng.lognormal(0, 0.7, (size, size))
    np.fill_diagonal(pull, 0.0)
    sales = pull / pull.sum(axis=1, keepdims=True) * (export * output)[:, None]
    np.fill_diagonal(sales, output * (1 - export))
    tariff = 1 + rng.uniform(0, 0.1, (size, size))
    np.fill_diagonal(tariff, 1.0)
    workers = rng.lognormal(0, 1, (size, size, 2)) * 5
    own = np.arange(size)
    workers[own, own] = rng.lognormal(5, 1, (size, 2))
    units = workers * rng.uniform(0.6, 1.0, (size, size, 2))
    persons = workers.sum(axis=2) * 1.8
    remitted = rng.lognormal(-6, 1, (size, size)) * output
    np.fill_diagonal(remitted, 0.0)
    premium, labour_share = rng.uniform(1.2, 2.5, size), rng.uniform(0.4, 0.65, size)
    value_added_share = rng.uniform(0.4, 0.6, size)
    wage = find_unit_wage(units, labour_share * value_added_share * output, premium)
    fee = rng.uniform(0.02, 0.12, (size, size))
    return Economy(
        codes=codes,
        sales=sales,
        tariff=tariff,
        output=output,
        value_added_share=value_added_share,
        labour_share=labour_share,
        units=units,
        workers=workers,
        persons=persons,
        work_rate=rng.uniform(0.5, 0.8, size),
        premium=premium,
        remitted=remitted,
        remit_rate=fill_remit_rate(remitted, np.einsum("ijs,js->ij", units, wage)),
        fee=fee,
        tax=rng.uniform(0.1, 0.35, size),
        price_level=rng.uniform(0.3, 1.1, size),
        coefficients=plain_coefficients(**changes),
    )


def three_economies() -> Economy:
    """Three made-up economies, for examples."""
    return random_economy(3, seed=3)


def plain_factors(**changes: float) -> ChannelFactors:
    """Round made-up factors of choice, with changes by name."""
    base = {
        "theta": 1.0, "excess": 0.5, "network": 0.3, "enforcement": 0.1, "interaction": 2.0,
        "human_capital": 0.1, "market_size": 0.05, "brain_gain": 0.05, "rent_share": 0.5,
        "irregular_tax": 0.5, "reception": 0.01, "control": 0.01,
    }  # fmt: skip
    return ChannelFactors(**(base | changes))


def random_channels(e: Economy, seed: int, *, free: float = 0.2, **changes: float) -> Channels:
    """Make up channels and queues for an economy; ``free`` is the share of corridors without a quota.

    >>> c = random_channels(three_economies(), seed=1)
    >>> bool(abs(c.persons.sum() / three_economies().persons.sum() - 1) < 1e-12)
    True
    """
    rng = np.random.default_rng(seed)
    n, own = len(e), np.arange(len(e))
    mix = rng.dirichlet([6.0, 1.0, 1.0], (n, n, 2))
    mix[own, own] = [1.0, 0.0, 0.0]
    skilled = e.persons[..., None] * e.workers / e.workers.sum(axis=-1, keepdims=True)
    persons = skilled[..., None] * mix
    work = rng.uniform(0.5, 1.0, (n, n, 2, 3))
    unit = e.units / np.einsum("ijsk,ijsk->ijs", persons, work)
    rationed = (rng.random((n, n)) >= free) & ~np.eye(n, dtype=bool)
    queue = np.where(rationed[..., None], rng.uniform(1.2, 4.0, (n, n, 2)), 1.0)
    quota = np.where(rationed[..., None], persons[..., 0], np.inf)
    return Channels(persons, queue, quota, unit[..., None] * work, plain_factors(**changes))
