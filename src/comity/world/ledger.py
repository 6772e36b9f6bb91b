"""The ledger of §3.12: a country's net benefit as lines in US$ per year, never a black box.

Each line is real: money after the change is divided by P̂_n, so US$ are those of the baseline year at the
country's own baseline prices. Movers' lines are at purchasing power parity (§3.12b) and say so.

The lines and the memo items add up to the change of the country's real expenditure exactly (tested), so
nothing is counted twice and nothing is lost.

Who may import me: the world room and services. Start at :func:`keep_ledger` and :data:`LINES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.errors import InputError
from comity.units import USD_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.world.economy import Array, Economy
    from comity.world.equilibrium import Prices
    from comity.world.given import Given
    from comity.world.shock import Shock

__all__ = [
    "COUNTS",
    "DEFAULT_COUNTS",
    "ELSEWHERE",
    "LINES",
    "MEMOS",
    "Ledger",
    "Line",
    "enter_lines",
    "find_real_change",
    "keep_ledger",
]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is, the group it falls on, the ministry that answers for it, and whether it counts.

    ``counts`` names the weight that the user sets (:data:`COUNTS`).
    """

    name: str
    label: str
    group: str
    ministry: str
    counts: str
    unit: str = USD_YEAR


_PPP = f"{USD_YEAR} at purchasing power parity"

LINES: tuple[Line, ...] = (
    Line("residents_low", "Low-skilled residents who stay", "households", "labour", "residents_low"),
    Line("residents_high", "High-skilled residents who stay", "households", "labour", "residents_high"),
    Line("employers", "Employers and owners of capital", "firms", "economy", "employers"),
    Line("payment_providers", "Remittance providers: fee rents", "firms", "economy", "employers"),
    Line("treasury", "Treasury: taxes less public services", "treasury", "finance", "treasury"),
    Line("transfers", "Aid and side payments", "treasury", "finance", "treasury"),
    Line("enforcement", "Enforcement and reception", "treasury", "interior", "treasury"),
    Line("administration", "Admission, training and travel costs", "treasury", "labour", "treasury"),
    Line("tariff_revenue", "Tariff revenue", "trade", "trade", "trade"),
    Line("external_income", "Other external income at new prices", "trade", "trade", "trade"),
    Line("remittances", "Remittances received", "families", "development", "remittances"),
    Line("nationals_abroad", "Nationals already abroad", "diaspora", "foreign_affairs", "nationals_abroad"),
    Line(
        "movers",
        "People who move: pay at purchasing power parity",
        "movers",
        "foreign_affairs",
        "movers",
        _PPP,
    ),
    Line("immigrants", "Immigrants already there", "immigrants", "interior", "immigrants"),
)

#: Lines that belong to people elsewhere or are not money: left out of the adding-up identity.
ELSEWHERE: frozenset[str] = frozenset({"nationals_abroad", "movers", "taste"})

#: Parts of the accounts that are nobody's gain: they close the adding-up identity.
MEMOS: tuple[str, ...] = ("arrivals", "departed", "returned", "new_capital", "resources_used")

#: Weights that a user may set, each between 0 and 1.
COUNTS: tuple[str, ...] = tuple(dict.fromkeys(line.counts for line in LINES))

#: Who counts unless the round file says otherwise: residents and their treasury, not movers and immigrants.
DEFAULT_COUNTS: Mapping[str, float] = {
    name: 0.0 if name in {"nationals_abroad", "movers", "immigrants"} else 1.0 for name in COUNTS
}


@dataclass(frozen=True, slots=True)
class Ledger:
    """Lines by country.

    Attributes
    ----------
    codes
        Economies, N.
    values
        US$ per year; N × number of ``lines``.
    memos
        US$ per year; N × number of :data:`MEMOS`.
    real_change
        Change of real expenditure that lines and memos add up to (without the lines that belong to people
        elsewhere, :data:`ELSEWHERE`); N.
    lines
        What the columns of ``values`` are: :data:`LINES`, and in channel mode those of channels too.
    """

    codes: tuple[str, ...]
    values: Array
    memos: Array
    real_change: Array
    lines: tuple[Line, ...] = LINES

    def gain(self, code: str, counts: Mapping[str, float] | None = None) -> float:
        """Weighted sum of one country's lines, US$ per year.

        Raises
        ------
        InputError
            A weight that is not one of :data:`COUNTS`.
        """
        weights = dict(DEFAULT_COUNTS) | dict(counts or {})
        unknown = set(weights) - set(COUNTS)
        if unknown:
            msg = f"unknown group {min(unknown)!r} in who counts"
            raise InputError(msg, accepted=", ".join(COUNTS))
        vector = np.array([weights[line.counts] for line in self.lines])
        return float(self.values[self.codes.index(code)] @ vector)

    def to_frame(self, code: str) -> pd.DataFrame:
        """One country's lines with group, ministry and unit, US$ per year."""
        frame = pd.DataFrame(
            [(x.name, x.label, x.group, x.ministry, x.unit) for x in self.lines],
            columns=["line", "label", "group", "ministry", "unit"],
        )
        frame["usd"] = self.values[self.codes.index(code)]
        frame.attrs["unit"] = {"usd": USD_YEAR}
        return frame


def _split_units(e: Economy, g: Given) -> tuple[Array, Array, Array]:
    """Units that stay, come and go; each N × N × 2 (recognition belongs to those who stay)."""
    moved = g.unit_change - g.recognised
    return e.units + g.recognised + np.minimum(moved, 0), np.maximum(moved, 0), np.maximum(-moved, 0)


def keep_ledger(e: Economy, g: Given, p: Prices, shock: Shock) -> Ledger:
    """Write the ledger of a solved world.

    Parameters
    ----------
    e, g, p
        World, givens and solved prices.
    shock
        The counterfactual; its costs, transfers and moves have lines of their own.

    Returns
    -------
    Ledger
        Lines and memo items for every economy.
    """
    lines, memo = enter_lines(e, g, p, shock)
    values = np.stack([lines[line.name] for line in LINES], axis=1)
    memos = np.stack([memo[name] for name in MEMOS], axis=1)
    return Ledger(e.codes, values, memos, find_real_change(e, p))


def enter_lines(e: Economy, g: Given, p: Prices, shock: Shock) -> tuple[dict[str, Array], dict[str, Array]]:
    """Lines and memo items by name; N each. Works on complex numbers too."""
    n, k = len(e), e.coefficients
    kind = np.result_type(p.factor, g.pay)
    lines = {line.name: np.zeros(n, dtype=kind) for line in LINES}
    memo = {name: np.zeros(n, dtype=kind) for name in MEMOS}
    net_tax = 1 - e.tax
    real_factor = p.factor / p.index

    # Pay of natives and migrants, before and after, US$ per unit; N × 2 × 2.
    before = np.repeat(e.unit_wage[:, :, None], 2, axis=2)
    after = before * g.pay * real_factor[:, None, None]
    stay, come, leave = _split_units(e, g)
    own = np.arange(n)
    native_stay, native_come, native_leave = stay[own, own], come[own, own], leave[own, own]

    change = native_stay * (after - before)[..., 0] * net_tax[:, None]
    lines["residents_low"], lines["residents_high"] = change[:, 0], change[:, 1]
    memo["returned"] = (native_come * after[..., 0]).sum(axis=1) * net_tax
    memo["departed"] = -(native_leave * before[..., 0]).sum(axis=1) * net_tax

    capital = (1 - e.labour_share) * e.value_added * net_tax
    rent = real_factor * g.quantity / g.capital
    lines["employers"] = capital * (rent - 1)
    memo["new_capital"] = capital * rent * (g.capital - 1)

    # Migrants, by birthplace and place; their remittances leave with them.
    foreign = ~np.eye(n, dtype=bool)
    earn_before = np.einsum("ijs,js->ij", e.units, before[..., 1]) * foreign
    earn_stay = np.einsum("ijs,js->ij", stay, after[..., 1]) * foreign
    earn_come = np.einsum("ijs,js->ij", come, after[..., 1]) * foreign
    earn_leave = np.einsum("ijs,js->ij", leave, before[..., 1]) * foreign
    gross = g.remitted * p.factor
    new_gross = g.moved_remitted * p.factor
    old_gross = gross - new_gross
    keep = earn_stay - (earn_before - earn_leave)
    existing = keep * net_tax - (old_gross / p.index - e.remitted)
    lines["immigrants"] = existing.sum(axis=0)
    lines["nationals_abroad"] = existing.sum(axis=1)
    arrivals = (earn_come * net_tax).sum(axis=0) - (new_gross / p.index).sum(axis=0)
    memo["departed"] -= (earn_leave * net_tax).sum(axis=0)

    # Treasury: taxes less services that grow with people (§3.11).
    tax_gap = e.tax * (g.untaxed * after[..., 1]).sum(axis=1)
    value_added = e.value_added_share * p.output / p.index
    per_head = e.tax * e.value_added / e.population
    services = k.congestion * per_head * g.person_change.sum(axis=0)
    lines["treasury"] = e.tax * (value_added - e.value_added) - tax_gap - services
    memo["arrivals"] = arrivals + tax_gap + services

    lines["tariff_revenue"] = p.revenue / p.index - e.tariff_revenue
    lines["external_income"] = e.balance * (1 / p.index - 1)

    # Remittances and fees (§3.6).
    received = ((1 - g.fee) * gross).sum(axis=1) / p.index - ((1 - e.fee) * e.remitted).sum(axis=1)
    lines["remittances"] = received
    fees, fees_before = g.fee * gross, e.fee * e.remitted
    here = k.fee_sending * fees.sum(axis=0) + (1 - k.fee_sending) * fees.sum(axis=1)
    here_before = k.fee_sending * fees_before.sum(axis=0) + (1 - k.fee_sending) * fees_before.sum(axis=1)
    fee_change = here / p.index - here_before
    lines["payment_providers"] = (1 - k.fee_resource) * fee_change
    memo["resources_used"] = k.fee_resource * fee_change

    for item in shock.transfers:
        a, b = e.place(item.giver), e.place(item.receiver)
        lines["transfers"][a] -= item.usd / p.index[a]
        lines["transfers"][b] += item.effective * item.usd / p.index[b]
        memo["resources_used"][b] += (1 - item.effective) * item.usd / p.index[b]
    for cost in shock.costs:
        lines[cost.kind][e.place(cost.place)] -= cost.usd
        memo["resources_used"][e.place(cost.place)] += cost.usd
    lines["movers"] = _pay_movers(e, shock, before, after)
    return lines, memo


def find_real_change(e: Economy, p: Prices) -> Array:
    """Change of real expenditure on final goods: all spending less inputs, which are not income; N."""
    inputs = (1 - e.value_added_share) * (p.output / p.index - e.output)
    return np.asarray(p.spending / p.index - e.spending - inputs)


def _pay_movers(e: Economy, shock: Shock, before: Array, after: Array) -> Array:
    """Pay that movers gain, after tax and remittances, by birthplace; US$ at purchasing power parity."""
    gain = np.zeros(len(e), dtype=after.dtype)
    for move in shock.moves:
        i, a, b = e.place(move.birthplace), e.place(move.source), e.place(move.target)
        s = 1 if move.skill == "high" else 0

        def net(j: int, wage: Array, work: float, taxed: float, i: int = i, s: int = s) -> Any:  # noqa: ANN401  (float or complex)
            tax = e.tax[j] * taxed
            sent = 0.0 if i == j else float(e.propensity[i, j])
            pay = wage[j, s, 0 if i == j else 1] * work
            return pay * (1 - tax - sent) / e.price_level[j]

        there = net(b, after, move.work_target, move.tax_target)
        here = net(a, before, move.work_source, move.tax_source)
        gain[i] += move.persons * (there - here)
    return gain
