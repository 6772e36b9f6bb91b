"""From a shock to what the equilibrium takes as given: x̂ of labour, productivity, trade costs and money.

In quantity mode people move by number, so all that labour does is known before prices are: only ω̂ and P̂
are left to solve for (:mod:`comity.world.equilibrium`).

Who may import me: the world room. Start at :func:`prepare`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.errors import InputError
from comity.world.economy import SKILLS, Array, Economy
from comity.world.shock import CHANNEL_ITEMS

if TYPE_CHECKING:
    from comity.world.shock import Shock

__all__ = ["Given", "change_friction", "find_pay", "move_people", "pay_factors", "prepare"]

#: Share of a stock that is lost in adding up.
ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Given:
    """Exogenous to the equilibrium; N economies, s skill, last axis of ``pay`` 0 native, 1 migrant.

    Attributes
    ----------
    quantity
        V̂_n, value added at given prices of factors (labour and capital together); N.
    capital
        K̂_n; N.
    productivity
        Â_n (§3.2); N.
    pay
        q, with ŵ = ω̂ q for each kind of labour (§3.5); N × 2 × 2.
    friction
        (d̂ t̂)^−θ for imports of n from i; N × N.
    tariff
        t'_in; N × N.
    fee
        f'_ij; N × N.
    remitted
        E_ij: gross remittances from j to i are ω̂_j E_ij; US$, N × N.
    moved_remitted
        The part of ``remitted`` that movers send: more for those who came, less for those gone; N × N.
    money
        Net public transfers received, US$; N.
    unit_change
        ΔU_ijs, working units moved; N × N × 2.
    person_change
        Persons moved, N × N.
    recognised
        Part of ``unit_change`` that is recognition of people already there; N × N × 2.
    untaxed
        Working units on which the full tax is not paid, less those gone; N × 2.
    """

    quantity: Array
    capital: Array
    productivity: Array
    pay: Array
    friction: Array
    tariff: Array
    fee: Array
    remitted: Array
    moved_remitted: Array
    money: Array
    unit_change: Array
    person_change: Array
    recognised: Array
    untaxed: Array


def _skill(name: str) -> int:
    try:
        return SKILLS.index(name)
    except ValueError:
        msg = f"unknown skill {name!r}"
        raise InputError(msg, accepted=" or ".join(SKILLS)) from None


def move_people(e: Economy, shock: Shock) -> tuple[Array, Array, Array, Array]:
    """ΔU, Δpersons, recognised and untaxed units of a shock's moves and recognitions."""
    n = len(e)
    units, recognised = np.zeros((n, n, 2)), np.zeros((n, n, 2))
    persons, untaxed = np.zeros((n, n)), np.zeros((n, 2))
    for move in shock.moves:
        i, a, b = e.place(move.birthplace), e.place(move.source), e.place(move.target)
        s = _skill(move.skill)
        if not (move.persons >= 0 and np.isfinite(move.persons)):
            msg = f"a move of {move.persons} persons from {move.source} to {move.target}"
            raise InputError(msg, accepted="a number of persons that is 0 or more; turn the move around")
        leaving, arriving = move.persons * move.work_source, move.persons * move.work_target
        units[i, a, s] -= leaving
        units[i, b, s] += arriving
        persons[i, a] -= move.persons
        persons[i, b] += move.persons
        untaxed[a, s] -= leaving * (1 - move.tax_source)
        untaxed[b, s] += arriving * (1 - move.tax_target)
    for item in shock.recognitions:
        i, j = e.place(item.birthplace), e.place(item.place)
        rise = e.units[i, j, 1] * item.coverage * item.gain
        recognised[i, j, 1] += rise
        units[i, j, 1] += rise
    # Clauses that together move everybody may exceed the record by a rounding of the sum.
    short = e.units + units < -ROUNDING * e.units
    if short.any():
        i, j, s = (int(k[0]) for k in np.nonzero(short))
        msg = (
            f"more {SKILLS[s]}-skill workers born in {e.codes[i]} would leave {e.codes[j]} "
            f"than the {e.units[i, j, s]:,.0f} working units there"
        )
        raise InputError(msg, accepted="a smaller number of places")
    gone = e.persons + persons < -ROUNDING * e.persons
    if gone.any():
        i, j = (int(k[0]) for k in np.nonzero(gone))
        msg = (
            f"more persons born in {e.codes[i]} would leave {e.codes[j]} "
            f"than the {e.persons[i, j]:,.0f} living there"
        )
        raise InputError(msg, accepted="a smaller number of places")
    return units, persons, recognised, untaxed


def pay_factors(e: Economy, unit_change: Array) -> tuple[Array, Array, Array, Array]:
    """V̂, K̂, Â and q from the new labour (§3.1, §3.2, §3.5; Ottaviano and Peri 2012)."""
    native = np.einsum("iis->is", unit_change)
    return find_pay(e, np.stack([native, unit_change.sum(axis=0) - native], axis=-1))


def find_pay(e: Economy, change: Array) -> tuple[Array, Array, Array, Array]:
    """V̂, K̂, Â and q from a change of working units by place, skill and (native, migrant); N × 2 × 2.

    Works on complex numbers too, which :mod:`comity.world.sensitivity` uses for exact derivatives.
    """
    k = e.coefficients
    hat = 1 + change / e.labour
    rho = (k.sigma_birth - 1) / k.sigma_birth
    weight = np.stack([e.native_share, 1 - e.native_share], axis=-1)
    skill_hat = (weight * hat**rho).sum(axis=-1) ** (1 / rho)
    rho_s = (k.sigma_skill - 1) / k.sigma_skill
    labour_hat = (e.skill_share * skill_hat**rho_s).sum(axis=-1) ** (1 / rho_s)
    capital = labour_hat**k.capital
    quantity = labour_hat**e.labour_share * capital ** (1 - e.labour_share)
    by_skill = e.labour.sum(axis=-1)
    high = by_skill[:, 1] / by_skill.sum(axis=-1)
    after = by_skill * skill_hat
    high_hat = after[:, 1] / after.sum(axis=-1) / high
    # Published spillovers are on wages, thus on value added; costs are of gross output, hence the power ν.
    productivity = (high_hat**k.gamma_human * labour_hat**k.gamma_labour) ** e.value_added_share
    pay = (
        (quantity / labour_hat)[:, None, None]
        * ((labour_hat[:, None] / skill_hat) ** (1 / k.sigma_skill))[..., None]
        * (skill_hat[..., None] / hat) ** (1 / k.sigma_birth)
    )
    return quantity, capital, productivity, pay


def change_friction(e: Economy, shock: Shock, persons: Array) -> tuple[Array, Array]:
    """(d̂ t̂)^−θ and t' (§3.3). Migrants lower trade costs both ways, so θ cancels in their term."""
    k = e.coefficients
    friction, tariff = np.ones_like(e.tariff), e.tariff
    if shock.tariffs:
        tariff = tariff.copy()
        for cut in shock.tariffs:
            i, n = e.place(cut.exporter), e.place(cut.importer)
            if i == n:
                continue
            tariff[i, n] = max(1.0, tariff[i, n] - cut.cut)
        changed = np.nonzero(tariff != e.tariff)
        friction[changed] = (tariff[changed] / e.tariff[changed]) ** -k.theta
    for cost in shock.trade_costs:
        friction[e.place(cost.exporter), e.place(cost.importer)] *= cost.factor**-k.theta
    if k.nu_migrants:
        for i, n in np.argwhere(persons).tolist():
            if i != n:
                stock = e.persons[i, n] + k.stock_floor
                link = ((stock + persons[i, n]) / stock) ** (k.nu_migrants / 2)
                friction[i, n] *= link
                friction[n, i] *= link
    return friction, tariff


def _remit(
    e: Economy, shock: Shock, unit_change: Array, recognised: Array, pay: Array
) -> tuple[Array, Array, Array]:
    """E_ij, the movers' part of it, and f'_ij (§3.6).

    Existing migrants keep what they remit of their pay, and those who come remit ρ_ij. Those who leave stop
    what is on record for their corridor, so a corridor without a recorded remittance cannot fall below zero.
    """
    k = e.coefficients
    fee = e.fee
    if shock.fees:
        fee = fee.copy()
        for cut in shock.fees:
            i, j = e.place(cut.receiving), e.place(cut.sending)
            fee[i, j] = min(fee[i, j], cut.ceiling)
    remitted, moved = e.remitted.copy(), np.zeros_like(e.remitted)
    # Pay changes only where somebody comes, goes or is recognised.
    touched = unit_change.any(axis=(0, 2))
    for j in np.flatnonzero(touched).tolist():
        bill = e.units[:, j, :] * e.unit_wage[j]
        total = bill.sum(axis=1)
        known = np.divide(
            bill @ pay[j, :, 1], total, out=np.full(len(e), pay[j, :, 1].mean()), where=total > 0
        )
        price = e.unit_wage[j] * pay[j, :, 1]
        movers = unit_change[:, j, :] - recognised[:, j, :]
        coming = e.propensity[:, j] * (np.maximum(movers, 0) @ price)
        leaving = e.recorded_propensity[:, j] * (np.maximum(-movers, 0) @ price)
        better = e.recorded_propensity[:, j] * (recognised[:, j, :] @ price)
        moved[:, j] = coming - leaving
        moved[j, j] = 0.0
        remitted[:, j] = e.remitted[:, j] * known + better + moved[:, j]
        remitted[j, j] = 0.0
    if fee is not e.fee:
        changed = fee != e.fee
        lift = ((1 - fee[changed]) / (1 - e.fee[changed])) ** k.fee_elasticity
        remitted[changed] *= lift
        moved[changed] *= lift
    return remitted, moved, fee


def prepare(e: Economy, shock: Shock) -> Given:
    """Turn a shock into the givens of the equilibrium.

    Raises
    ------
    InputError
        An economy or skill that is not there, a negative number of persons, or more people leaving than
        there are.

    Notes
    -----
    DESIGN §3.1–§3.6. The formulas are closed forms; nothing is solved here.
    """
    if shock.needs_channels:
        found = next(name for name in CHANNEL_ITEMS if getattr(shock, name))
        kind = type(getattr(shock, found)[0]).__name__
        msg = f"{kind} acts on channels and queues, which quantity mode does not have"
        raise InputError(msg, accepted="ChannelWorld.solve for this shock, or moves of people by number")
    units, persons, recognised, untaxed = move_people(e, shock)
    quantity, capital, productivity, pay = pay_factors(e, units)
    friction, tariff = change_friction(e, shock, persons)
    remitted, moved, fee = _remit(e, shock, units, recognised, pay)
    money = np.zeros(len(e))
    for item in shock.transfers:
        money[e.place(item.giver)] -= item.usd
        money[e.place(item.receiver)] += item.usd
    return Given(
        quantity, capital, productivity, pay, friction, tariff, fee, remitted, moved, money, units, persons,
        recognised, untaxed,
    )  # fmt: skip
