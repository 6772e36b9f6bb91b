"""From figures and parameters to a baseline that satisfies every identity (§3.1–§3.6, traps of §3.12b).

Every value that is filled in is recorded in :attr:`Economy.imputed`, so that a report can say so.

Who may import me: the world room and services. Start at :func:`calibrate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from comity.units import BASE_YEAR
from comity.world.economy import (
    Array,
    Coefficients,
    Economy,
    Flags,
    fill_remit_rate,
    find_unit_wage,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.world.figures import Figures

__all__ = ["CALIBRATED", "COEFFICIENTS", "PARAMETERS", "calibrate"]

#: Field of :class:`Coefficients` → dotted name of its parameter.
COEFFICIENTS: Final[Mapping[str, str]] = {
    "theta": "world.trade.elasticity",
    "nu_migrants": "world.trade.migrant_elasticity",
    "stock_floor": "world.calibration.stock_floor",
    "sigma_skill": "world.labour.substitution_skill",
    "sigma_birth": "world.labour.substitution_birthplace",
    "gamma_human": "world.productivity.human_capital",
    "gamma_labour": "world.productivity.market_size",
    "capital": "world.capital.adjustment",
    "fee_elasticity": "world.remittances.cost_elasticity",
    "fee_resource": "world.remittances.fee_resource_share",
    "fee_sending": "world.remittances.fee_share_sending",
    "propensity_cap": "world.calibration.propensity_cap",
    "congestion": "world.fiscal.congestion",
}

#: Parameters that shape the baseline itself.
CALIBRATED: Final[tuple[str, ...]] = (
    "world.trade.value_added_share",
    "world.trade.domestic_share_floor",
    "world.trade.tariff_default",
    "world.calibration.trade_ceiling",
    "world.calibration.agreement_tariff_ratio",
    "world.labour.share_default",
    "world.labour.premium_years",
    "world.labour.return_default",
    "world.migrants.working_age_share",
    "world.migrants.working_age_share_gulf",
    "world.migrants.employment_ratio.regular",
    "world.migrants.productivity.regular",
    "world.migrants.skill_transfer.high",
    "world.migrants.skill_transfer.low",
    "world.calibration.native_floor",
    "world.calibration.foreign_floor",
    "world.remittances.fee_default",
    "world.fiscal.tax_default",
    "world.fiscal.tax_gulf",
    *(f"world.fiscal.tax_by_income.{name}" for name in ("high", "upper_middle", "lower_middle", "low")),
)

PARAMETERS: Final[tuple[str, ...]] = (*COEFFICIENTS.values(), *CALIBRATED)


class _Notes:
    """Collects what was imputed, by economy."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        self._codes = codes
        self._notes: dict[str, list[str]] = {}

    def add(self, where: Flags, what: str) -> None:
        for k in np.nonzero(where)[0]:
            self._notes.setdefault(self._codes[k], []).append(what)

    def fill(self, values: Array, default: float, what: str) -> Array:
        empty = ~np.isfinite(values)
        self.add(empty, what)
        return np.where(empty, default, values)

    def done(self) -> dict[str, tuple[str, ...]]:
        return {code: tuple(notes) for code, notes in sorted(self._notes.items())}


def _group_mean(values: Array, weights: Array, regions: tuple[str, ...]) -> Array:
    """Weighted mean of the known values in each economy's region; the world's where a region has none."""
    known = np.isfinite(values)
    world = float(np.average(values[known], weights=weights[known]))
    names = np.array(regions)
    out = np.full(len(values), world)
    for name in np.unique(names):
        here = known & (names == name)
        if here.any():
            out[names == name] = np.average(values[here], weights=weights[here])
    return out


def _trade(f: Figures, p: Mapping[str, float], notes: _Notes) -> Array:
    """Goods trade, cut where an economy records more of it than it can make or use (§3.12b).

    Ships that change their flag, transit and re-exports are recorded at borders but are neither made nor
    used there: uncut, Liberia would use four times and the Marshall Islands 27 times their GDP.
    """
    most = p["world.calibration.trade_ceiling"] * f.gdp
    bought, sold = f.trade.sum(axis=0), f.trade.sum(axis=1)
    notes.add(bought > most, "goods imports: cut to a ceiling, transit or registration of ships")
    notes.add(sold > most, "goods exports: cut to a ceiling, transit or registration of ships")
    keep_in = np.minimum(1.0, most / np.maximum(bought, 1.0))
    keep_out = np.minimum(1.0, most / np.maximum(sold, 1.0))
    return np.asarray(f.trade * keep_out[:, None] * keep_in)


def _tariffs(f: Figures, p: Mapping[str, float], trade: Array, notes: _Notes) -> Array:
    """Bilateral tariffs that keep each importer's published weighted mean (§3.12b).

    Bilateral rates are not in the pack. Inside the EU customs union they are zero; partners with a recorded
    agreement pay a lower rate than others.
    """
    mean = f.tariff
    member = f.union.any(axis=1)
    shared = member & ~np.isfinite(mean)
    if shared.any() and np.isfinite(mean[member]).any():
        notes.add(shared, "applied tariff: that of the customs union, no rate published for the member")
        mean = np.where(shared, np.nanmean(mean[member]), mean)
    mean = notes.fill(mean, p["world.trade.tariff_default"], "applied tariff: default, no published rate")
    ratio = p["world.calibration.agreement_tariff_ratio"]
    weight = np.where(f.union, 0.0, np.where(f.agreement, ratio, 1.0))
    np.fill_diagonal(weight, 0.0)
    # The EU publishes its external rate for each member, so pairs inside the union are left out of the mean.
    counted = np.where(f.union, 0.0, trade)
    paid = (weight * counted).sum(axis=0)
    total = counted.sum(axis=0)
    scale = np.divide(mean * total, paid, out=mean.copy(), where=paid > 0)
    return np.asarray(1 + weight * scale)


def _taxes(f: Figures, p: Mapping[str, float], notes: _Notes) -> Array:
    """Taxes over value added, by income group; the Gulf apart.

    The published series by country counts central government without social contributions, so that it says
    11 % for Germany; it is not usable across countries.
    """
    group = np.array(f.income)
    notes.add(f.gulf, "tax share: value of the Gulf states, no usable series by country")
    notes.add((group != "") & ~f.gulf, "tax share: value of the income group, no usable series by country")
    notes.add((group == "") & ~f.gulf, "tax share: default, economy not classified by income")
    by_group = np.array(
        [
            p[f"world.fiscal.tax_by_income.{name}"] if name else p["world.fiscal.tax_default"]
            for name in f.income
        ]
    )
    return np.where(f.gulf, p["world.fiscal.tax_gulf"], by_group)


def _workers(f: Figures, p: Mapping[str, float], rate: Array, notes: _Notes) -> tuple[Array, Array]:
    """Persons in work by birthplace, place and skill, N × N × 2, and persons of all ages, N × N."""
    n = len(f.codes)
    notes.add(
        f.stock_elsewhere > f.stock.sum(axis=0),
        "migrants: most were born outside the world's economies or somewhere unknown, and count as born here",
    )
    high = np.where(np.isfinite(f.high), f.high, _group_mean(f.high, f.adults, f.regions))
    notes.add(~np.isfinite(f.high), "education of residents: mean of the region")
    age = np.where(f.gulf, p["world.migrants.working_age_share_gulf"], p["world.migrants.working_age_share"])
    working = f.stock * age * np.minimum(rate * p["world.migrants.employment_ratio.regular"], 1.0)
    share = np.where(np.isfinite(f.stock_high), f.stock_high, high[:, None])
    workers = np.stack([working * (1 - share), working * share], axis=-1)
    force = np.stack([f.adults * rate * (1 - high), f.adults * rate * high], axis=-1)
    floor = p["world.calibration.native_floor"] * force
    native = force - workers.sum(axis=0)
    short = (native < floor).any(axis=1)
    notes.add(short, "workers born in the country: floor, estimated migrant workers exceed the work force")
    own = np.arange(n)
    workers[own, own] = np.maximum(native, floor)
    # The nested production function needs some migrants of each skill everywhere.
    foreign = workers.sum(axis=0) - workers[own, own]
    least = p["world.calibration.foreign_floor"] * workers[own, own]
    thin = foreign < least
    notes.add(thin.any(axis=1), "migrant workers: floor, next to none recorded")
    for k, s in zip(*np.nonzero(thin), strict=True):
        others = np.delete(own, k)
        workers[others, k, s] += (least[k, s] - foreign[k, s]) / (n - 1)
    persons = f.stock.copy()
    persons[own, own] = np.maximum(f.people - f.stock.sum(axis=0), workers[own, own].sum(axis=1))
    return workers, persons


def calibrate(figures: Figures, values: Mapping[str, float]) -> Economy:
    """Calibrate a baseline.

    Parameters
    ----------
    figures
        From :func:`comity.world.figures.gather`.
    values
        Value of every parameter of :data:`PARAMETERS`, by dotted name (a central value or one draw).

    Returns
    -------
    Economy
        With what was imputed, by economy, in ``imputed``.

    Notes
    -----
    Output is value added over ν. Where recorded exports would leave a smaller domestic share than the floor
    (entrepôts such as Hong Kong and Singapore), ν of that economy is lowered until they do not (§3.12b).
    """
    f, p = figures, values
    n = len(f.codes)
    notes = _Notes(f.codes)
    for year in np.unique(f.gdp_year[f.gdp_year < BASE_YEAR]).astype(int):
        notes.add(f.gdp_year == year, f"GDP: of {year}, no later figure")
    trade = _trade(f, p, notes)
    exports = trade.sum(axis=1)
    floor = p["world.trade.domestic_share_floor"]
    nu = np.full(n, p["world.trade.value_added_share"])
    largest = f.gdp * (1 - floor) / np.maximum(exports, 1.0)
    notes.add(largest < nu, "value-added share: lowered, exports are larger than output would allow")
    nu = np.minimum(nu, largest)
    output = f.gdp / nu
    sales = trade.copy()
    np.fill_diagonal(sales, output - exports)

    rate = np.where(np.isfinite(f.work_rate), f.work_rate, _group_mean(f.work_rate, f.adults, f.regions))
    notes.add(~np.isfinite(f.work_rate), "employment rate: mean of the region")
    workers, persons = _workers(f, p, rate, notes)
    transfer = np.array([p["world.migrants.skill_transfer.low"], p["world.migrants.skill_transfer.high"]])
    units = workers * transfer * p["world.migrants.productivity.regular"]
    own = np.arange(n)
    units[own, own] = workers[own, own]

    back = notes.fill(f.tertiary_return, p["world.labour.return_default"], "return to schooling: default")
    unpriced = ~np.isfinite(f.fee).any(axis=1) & (f.received.sum(axis=1) > 0)
    notes.add(unpriced, "cost of remittances received: default, no corridor has a published price")
    fee = np.where(np.isfinite(f.fee), f.fee, p["world.remittances.fee_default"])
    labour_share = notes.fill(f.labour_share, p["world.labour.share_default"], "labour share: default")
    premium = np.exp(p["world.labour.premium_years"] * back)
    remitted = f.received / (1 - fee)
    wage = find_unit_wage(units, labour_share * f.gdp, premium)
    return Economy(
        codes=f.codes,
        sales=sales,
        tariff=_tariffs(f, p, trade, notes),
        output=output,
        value_added_share=nu,
        labour_share=labour_share,
        units=units,
        workers=workers,
        persons=persons,
        work_rate=rate,
        premium=premium,
        remitted=remitted,
        remit_rate=fill_remit_rate(remitted, np.einsum("ijs,js->ij", units, wage)),
        fee=fee,
        tax=_taxes(f, p, notes),
        price_level=f.price_level,
        coefficients=Coefficients(**{field: p[name] for field, name in COEFFICIENTS.items()}),
        imputed=notes.done(),
    )
