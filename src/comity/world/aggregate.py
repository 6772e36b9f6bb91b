"""A smaller world for searching: economies outside the round are merged into regions.

Sums keep every total (output, trade, people, remittances). What is lost is the difference between the
members of a region, so gains of the economies that stay differ a little from the full world's; the search
uses the small world, the final ledger always the full one (§3.13).

Who may import me: the world room. Start at :func:`merge_economies`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from comity.errors import InputError
from comity.world.channels import Channels
from comity.world.economy import Array, Economy

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["merge_channels", "merge_economies"]


def _sum_pairs(matrix: Array, member: Array) -> Array:
    return np.asarray(np.einsum("ai,ij...,bj->ab...", member, matrix, member, optimize=True))


def _join(e: Economy, keep: frozenset[str], groups: Mapping[str, str]) -> tuple[list[str], Array]:
    """Names of the smaller world, and which economy is in which of them; names × N."""
    for code in keep:
        e.place(code)
    homeless = [code for code in e.codes if code not in keep and code not in groups]
    if homeless:
        msg = f"{homeless[0]} is neither kept nor in a region"
        raise InputError(msg, accepted="a region for every economy that is not kept")
    kept = [code for code in e.codes if code in keep]
    names = kept + sorted({groups[code] for code in e.codes if code not in keep})
    rows = {name: k for k, name in enumerate(names)}
    member = np.zeros((len(names), len(e)))
    for j, code in enumerate(e.codes):
        member[rows[code if code in keep else groups[code]], j] = 1.0
    return names, member


def merge_channels(e: Economy, c: Channels, keep: frozenset[str], groups: Mapping[str, str]) -> Channels:
    """Merge channels as :func:`merge_economies` merges the economy ``e`` that they belong to.

    People add up; those who moved inside a region live at home. Working units per person are means by people.
    A corridor of regions is rationed where most of its regular stock is; its queue is then the mean of ln q
    by that stock, and its ceiling all of it.
    """
    _, member = _join(e, keep, groups)
    persons, units = _sum_pairs(c.persons, member), _sum_pairs(c.persons * c.units, member)
    plain = _sum_pairs(c.units, member) / _sum_pairs(np.ones_like(c.units), member)
    mean = np.divide(units, persons, out=plain, where=persons > 0)
    own = np.arange(len(member))
    home, work = persons[own, own].sum(axis=-1), units[own, own].sum(axis=-1)
    persons[own, own] = 0.0
    persons[own, own, :, 0] = home
    mean[own, own, :, 0] = np.divide(work, home, out=np.zeros_like(work), where=home > 0)
    regular = c.persons[..., 0]
    rationed = np.isfinite(c.quota)
    held = _sum_pairs(np.where(rationed, regular, 0.0), member)
    log_queue = _sum_pairs(np.where(rationed, regular * np.log(c.queue), 0.0), member)
    mostly = held > 0.5 * persons[..., 0]
    mostly[own, own] = False
    level = np.exp(np.divide(log_queue, held, out=np.zeros_like(held), where=held > 0))
    return Channels(
        persons,
        np.where(mostly, level, 1.0),
        np.where(mostly, persons[..., 0], np.inf),
        mean,
        c.factors,
        {pair: how for pair, how in c.split_status.items() if set(pair) <= keep},
    )


def merge_economies(e: Economy, keep: frozenset[str], groups: Mapping[str, str]) -> Economy:
    """Merge all economies that are not kept into the regions that ``groups`` names.

    Tariffs, fees, taxes and shares become averages weighted by what they apply to. People born in one
    member of a region who live in another become natives of the region, and what they remit stays inside it.

    Raises
    ------
    InputError
        A kept code that the world does not hold, or an economy that belongs to no region.
    """
    names, member = _join(e, keep, groups)
    sales = _sum_pairs(e.sales, member)
    duty = _sum_pairs(e.sales * (e.tariff - 1), member)
    # Duties inside a region become part of its domestic spending: its own tariff stays above one.
    pairs = np.outer(member.sum(axis=1), member.sum(axis=1))
    plain_duty = _sum_pairs(e.tariff - 1, member) / pairs
    tariff = 1 + np.divide(duty, sales, out=plain_duty, where=sales > 0)
    output = member @ e.output
    value_added = member @ e.value_added
    remitted = _sum_pairs(e.remitted, member)
    fees = _sum_pairs(e.remitted * e.fee, member)
    np.fill_diagonal(remitted, 0.0)
    plain_fee = _sum_pairs(e.fee, member) / pairs
    fee = np.where(
        remitted > 0, np.divide(fees, remitted, out=np.zeros_like(fees), where=remitted > 0), plain_fee
    )
    earned = _sum_pairs(e.earnings, member)
    rates = _sum_pairs(e.remit_rate * e.earnings, member)
    plain_rate = _sum_pairs(e.remit_rate, member) / pairs
    remit_rate = np.divide(rates, earned, out=plain_rate, where=earned > 0)
    bill = e.labour_share * e.value_added
    by_skill = e.labour.sum(axis=-1)
    pay = e.unit_wage * by_skill
    merged_pay, merged_units = member @ pay, member @ by_skill
    premium = (merged_pay[:, 1] / merged_units[:, 1]) / (merged_pay[:, 0] / merged_units[:, 0])
    return Economy(
        codes=tuple(names),
        sales=sales,
        tariff=tariff,
        output=output,
        value_added_share=value_added / output,
        labour_share=(member @ bill) / value_added,
        units=_sum_pairs(e.units, member),
        workers=_sum_pairs(e.workers, member),
        persons=_sum_pairs(e.persons, member),
        work_rate=(member @ (e.work_rate * e.population)) / (member @ e.population),
        premium=premium,
        remitted=remitted,
        remit_rate=remit_rate,
        fee=fee,
        tax=(member @ (e.tax * e.value_added)) / value_added,
        price_level=value_added / (member @ (e.value_added / e.price_level)),
        coefficients=e.coefficients,
        imputed={code: why for code, why in e.imputed.items() if code in keep},
    )
