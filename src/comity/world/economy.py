"""The calibrated world: arrays that satisfy every identity of §3 at the baseline.

Indices: i birthplace or exporter, n and j place or importer, s skill (0 low, 1 high). Money is US$ of the
baseline year per year. All arrays are read-only.

Who may import me: the world room and services. Start at :class:`Economy`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from comity.errors import InputError

__all__ = [
    "SKILLS",
    "Array",
    "Coefficients",
    "Economy",
    "Flags",
    "Whole",
    "fill_remit_rate",
    "find_unit_wage",
]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.intp]

#: Order of the skill axis everywhere in this room.
SKILLS = ("low", "high")


@dataclass(frozen=True, slots=True)
class Coefficients:
    """The behavioural parameters of one solve, under the symbols of §3.

    Each comes from a dotted parameter of :class:`comity.evidence.Parameters` (``calibrate.COEFFICIENTS``).

    Attributes
    ----------
    theta
        θ, trade elasticity (§3.3).
    nu_migrants
        ξ, elasticity of trade to the product of migrant stocks in both directions (§3.3).
    stock_floor
        Persons added to a stock before its ratio is taken, so that the first migrants of a corridor do not
        raise its trade without bound.
    sigma_skill, sigma_birth
        σS and σN, elasticities of substitution between skills and between natives and migrants (§3.1).
    gamma_human, gamma_labour
        γH and γL, elasticities of productivity in value added to the high-skill share and to the work force
        (§3.2).
    capital
        κ in K̂ = L̂^κ: 0 keeps capital fixed (short run), 1 lets it follow labour (long run).
    fee_elasticity
        ε_f, elasticity of remittances to the share that arrives (§3.6).
    fee_resource
        Share of the fee that pays for real resources; the rest is a rent.
    fee_sending
        Share of fee income earned in the country that the remittance leaves.
    propensity_cap
        Largest share of earnings that a new mover is assumed to remit.
    congestion
        χ, share of public spending that grows with the number of people (§3.11).
    """

    theta: float
    nu_migrants: float
    stock_floor: float
    sigma_skill: float
    sigma_birth: float
    gamma_human: float
    gamma_labour: float
    capital: float
    fee_elasticity: float
    fee_resource: float
    fee_sending: float
    propensity_cap: float
    congestion: float


@dataclass(frozen=True)
class Economy:
    """One world at its baseline, of N economies.

    Attributes
    ----------
    codes
        ISO3 codes, or names of regions in an aggregate world; shape N.
    sales
        S_in, sales of i to n at producer prices, domestic sales on the diagonal; US$, N × N.
    tariff
        t_in = 1 + applied tariff of n on goods of i; N × N, ones on the diagonal.
    output
        Y_n, gross output; US$, N.
    value_added_share
        ν_n; N.
    labour_share
        λ_n, share of labour in value added; N.
    units
        Effective working units of people born in i who live in n, by skill (persons in work × productivity);
        N × N × 2, natives on the diagonal.
    workers
        Persons in work behind ``units``; N × N × 2.
    persons
        Persons born in i who live in n, all ages; N × N.
    work_rate
        Share of residents of working age who work; N.
    premium
        Wage of a high-skill unit over a low-skill unit; N.
    remitted
        G_ij, gross remittances from j to people in i; US$, N × N (row: receiving, column: sending).
    remit_rate
        Share of earnings remitted by people from i in j, filled where not on record
        (:func:`fill_remit_rate`); N × N.
    fee
        f_ij, share of a remittance taken by its fee; N × N.
    tax
        τ_n, taxes as a share of value added; N.
    price_level
        Market price level, GDP in US$ over GDP in international dollars; N.
    coefficients
        Behavioural parameters.
    imputed
        What was filled in, by economy: code → reasons.

    Notes
    -----
    ``balance`` is whatever closes each economy's accounts at the baseline (services trade, capital flows,
    errors); it sums to zero over the world and is held fixed in units of world value added (§3.4).
    """

    codes: tuple[str, ...]
    sales: Array
    tariff: Array
    output: Array
    value_added_share: Array
    labour_share: Array
    units: Array
    workers: Array
    persons: Array
    work_rate: Array
    premium: Array
    remitted: Array
    remit_rate: Array
    fee: Array
    tax: Array
    price_level: Array
    coefficients: Coefficients
    imputed: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def places(self) -> dict[str, int]:
        """Position of each code."""
        return {code: k for k, code in enumerate(self.codes)}

    def place(self, code: str) -> int:
        """Position of one economy; an unknown code is an :class:`InputError`."""
        try:
            return self.places[code]
        except KeyError:
            msg = f"the world has no economy {code!r}"
            raise InputError(msg, accepted=f"one of {len(self)} codes such as {self.codes[0]}") from None

    @cached_property
    def value_added(self) -> Array:
        """V_n = ν_n Y_n; US$."""
        return self.value_added_share * self.output

    @cached_property
    def spending(self) -> Array:
        """X_n, expenditure of n at consumer prices; US$."""
        return np.asarray((self.sales * self.tariff).sum(axis=0))

    @cached_property
    def shares(self) -> Array:
        """π_in, share of n's expenditure that falls on goods of i; columns sum to 1."""
        return np.asarray(self.sales * self.tariff / self.spending)

    @cached_property
    def tariff_revenue(self) -> Array:
        """R_n; US$."""
        return np.asarray((self.sales * (self.tariff - 1)).sum(axis=0))

    @cached_property
    def net_remittances(self) -> Array:
        """Remittances in, less out, with fee income where it is earned; US$, sums to 0."""
        kept = self.remitted * (1 - self.coefficients.fee_sending * self.fee)
        return np.asarray(kept.sum(axis=1) - kept.sum(axis=0))

    @cached_property
    def balance(self) -> Array:
        """D_n, all other net income and capital from abroad; US$, sums to 0."""
        return np.asarray(self.spending - self.output - self.tariff_revenue - self.net_remittances)

    @cached_property
    def labour(self) -> Array:
        """Effective units by place and origin of birth (0 native, 1 migrant); N × 2 skills × 2."""
        native = np.einsum("iis->is", self.units)
        total = self.units.sum(axis=0)
        return np.stack([native, np.maximum(total - native, 0.0)], axis=-1)

    @cached_property
    def native_share(self) -> Array:
        """a_ns, natives' share of the wage bill of skill s; N × 2."""
        return np.asarray(self.labour[..., 0] / self.labour.sum(axis=-1))

    @cached_property
    def unit_wage(self) -> Array:
        """Wage of an effective unit by skill; US$ per year, N × 2."""
        return find_unit_wage(self.units, self.labour_share * self.value_added, self.premium)

    @cached_property
    def skill_share(self) -> Array:
        """b_ns, skill s's share of the wage bill; N × 2."""
        bill = self.unit_wage * self.labour.sum(axis=-1)
        return np.asarray(bill / bill.sum(axis=-1, keepdims=True))

    @cached_property
    def earnings(self) -> Array:
        """Wages of people born in i who work in j; US$, N × N."""
        return np.asarray(np.einsum("ijs,js->ij", self.units, self.unit_wage))

    @cached_property
    def propensity(self) -> Array:
        """ρ_ij, share of earnings that a new mover remits: the corridor's rate, capped; N × N."""
        return np.minimum(self.remit_rate, self.coefficients.propensity_cap)

    @cached_property
    def recorded_propensity(self) -> Array:
        """Share of earnings remitted on record, 0 where no remittance is recorded, capped; N × N."""
        return np.where(self.remitted > 0, self.propensity, 0.0)

    @cached_property
    def work_force(self) -> Array:
        """Persons in work in n, wherever they were born; N."""
        return np.asarray(self.workers.sum(axis=(0, 2)))

    @cached_property
    def population(self) -> Array:
        """Persons living in n; N."""
        return np.asarray(self.persons.sum(axis=0))


def find_unit_wage(units: Array, bill: Array, premium: Array) -> Array:
    """Wage of an effective unit by skill that pays out a wage bill; US$ per year, N × 2.

    ``units`` is N × N × 2, ``bill`` and ``premium`` are N.
    """
    by_skill = units.sum(axis=0)
    low = bill / (by_skill[:, 0] + premium * by_skill[:, 1])
    return np.stack([low, low * premium], axis=-1)


def fill_remit_rate(remitted: Array, earned: Array) -> Array:
    """Share of earnings remitted by corridor, N × N; 0 on the diagonal, and above 1 where sources clash.

    Where a corridor shows no earnings or no remittance, the origin's own average over known corridors is
    used, and without one the world's.
    """
    own = np.eye(len(remitted), dtype=bool)
    known = (earned > 0) & (remitted > 0) & ~own
    rate = np.divide(remitted, earned, out=np.zeros_like(earned), where=known)
    sent, base = np.where(known, remitted, 0.0).sum(axis=1), np.where(known, earned, 0.0).sum(axis=1)
    world = sent.sum() / base.sum() if known.any() else 0.0
    origin = np.divide(sent, base, out=np.full(len(remitted), world), where=base > 0)
    filled = np.where(known, rate, origin[:, None])
    filled[own] = 0.0
    return filled
