"""Who lives where through which channel, how long the queue is, and how the choice responds (§3.7–§3.9).

The pack knows how many people born in i live in j. Through which channel is known in part: refugees and
asylum seekers by pair (UNHCR), people found without a right to stay by pair in Europe (Eurostat), the
irregular population of the United States by country of birth. Elsewhere shares are assumed, and
:attr:`Channels.split_status` says so corridor by corridor. Pairs without anybody on record are not available
for choice: nothing is known about how people there would answer.

Who may import me: the world room and services. Start at :func:`calibrate_channels`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.errors import InputError
from comity.world.choice import Effort, Menu, Pull, choose
from comity.world.economy import SKILLS
from comity.world.shock import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.world.economy import Array, Economy, Flags
    from comity.world.registers import Registers

__all__ = ["CHANNELS", "PARAMETERS", "ChannelFactors", "Channels", "calibrate_channels"]

_OWN: Final = "world.choice"

#: Field of :class:`ChannelFactors` → dotted name of its parameter.
FACTORS: Final[Mapping[str, str]] = {
    "theta": f"{_OWN}.destination_elasticity",
    "excess": f"{_OWN}.channel_excess",
    "network": f"{_OWN}.network_elasticity",
    "enforcement": f"{_OWN}.enforcement_elasticity",
    "interaction": f"{_OWN}.enforcement_interaction",
    "human_capital": f"{_OWN}.human_capital",
    "market_size": f"{_OWN}.market_size",
    "brain_gain": f"{_OWN}.brain_gain",
    "rent_share": f"{_OWN}.rent_share",
    "irregular_tax": "world.fiscal.irregular_tax_share",
    "reception": "world.fiscal.reception_cost",
    "control": f"{_OWN}.control_cost",
}
#: Parameters that shape the split of stocks and the queue.
SHAPE: Final = (
    f"{_OWN}.potential_migrants",
    f"{_OWN}.queue_ratio_high",
    f"{_OWN}.irregular_share_elsewhere",
    f"{_OWN}.irregular_per_found",
    f"{_OWN}.irregular_high_ratio",
    f"{_OWN}.least_regular",
    "world.migrants.productivity.regular",
    "world.migrants.productivity.asylum",
    "world.migrants.productivity.irregular",
    "world.migrants.employment_ratio.regular",
    "world.migrants.employment_ratio.asylum",
    "world.migrants.employment_ratio.irregular",
)
PARAMETERS: Final = (*FACTORS.values(), *SHAPE)


@dataclass(frozen=True, slots=True)
class ChannelFactors:
    """Behavioural parameters of the channel mode.

    Attributes
    ----------
    theta, excess
        θM, elasticity of the stock in a place to income there, and η − θM, by how much choice between
        channels of one corridor is more elastic.
    network
        ν, elasticity of the cost of irregular movement to the people of the origin already there (sign
        reversed).
    enforcement, interaction
        ε_E, elasticity of the cost of irregular movement to enforcement, and ψ, by how much it is larger
        where regular places have been opened: κ̂_R = Ê^(ε_E (1 + ψ o)), o the share of new places in the
        ceiling.
    human_capital, market_size, brain_gain
        γH, γL and the elasticity of skill formation to skilled emigration, used where switched on.
    rent_share
        Share of the rent of regular places that recruiters and sponsors take where the rent is shared.
    irregular_tax
        Tax that irregular residents pay over that of regular ones.
    reception, control
        Public cost of an asylum or irregular resident, and of enforcement per irregular resident today;
        US$ a year, at most public revenue per head.
    """

    theta: float
    excess: float
    network: float
    enforcement: float
    interaction: float
    human_capital: float
    market_size: float
    brain_gain: float
    rent_share: float
    irregular_tax: float
    reception: float
    control: float

    @property
    def eta(self) -> float:
        """η = θM + excess."""
        return self.theta + self.excess


@dataclass(frozen=True)
class Channels:
    """Baseline of the channel mode for N economies.

    Attributes
    ----------
    persons
        Stocks by birthplace, place, skill and channel, all ages; natives on the diagonal, in channel 0;
        N × N × 2 × 3.
    queue
        q⁰ of regular entry, 1 where it is not rationed; N × N × 2.
    quota
        Q⁰, ceiling on the regular stock, ∞ where not rationed; N × N × 2.
    units
        Working units per person; N × N × 2 × 3.
    factors
        Behavioural parameters.
    split_status
        (origin, destination) → how the split over channels is known.

    Raises
    ------
    InputError
        A negative number of people, a queue below 1, a quota below zero.
    """

    persons: Array
    queue: Array
    quota: Array
    units: Array
    factors: ChannelFactors
    split_status: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = self.persons.shape
        if len(shape) != 4 or shape[0] != shape[1] or shape[2:] != (len(SKILLS), len(CHANNELS)):
            msg = f"persons by channel have the shape {shape}"
            raise InputError(msg, accepted="economies × economies × 2 skills × 3 channels")
        for name, least, accepted in (
            ("persons", 0.0, "0 or more persons"),
            ("quota", 0.0, "0 or more persons, or infinity where entry is not rationed"),
            ("queue", 1.0, "1 (no queue) or more"),
            ("units", 0.0, "0 or more working units per person"),
        ):
            values = getattr(self, name)
            if np.isnan(values).any() or (values < least).any():
                worst = np.nanmin(values) if not np.isnan(values).any() else np.nan
                msg = f"{name} by channel contain {worst:g}"
                raise InputError(msg, key=f"channels.{name}", accepted=accepted)
        if not (self.factors.theta > 0 and self.factors.excess >= 0):
            msg = f"elasticities of choice {self.factors.theta:g} and {self.factors.eta:g}"
            raise InputError(msg, accepted="0 < θM ≤ η")
        if not self.factors.network * self.factors.theta < 1:
            msg = f"network elasticity {self.factors.network:g} with θM {self.factors.theta:g}"
            raise InputError(msg, accepted="a product below 1, or networks would grow without end")

    def __len__(self) -> int:
        return len(self.persons)

    @cached_property
    def menu(self) -> Menu:
        """Corridors on record, flat."""
        n = len(self)
        there = self.persons.sum(axis=-1) > 0
        there[np.arange(n), np.arange(n)] = False
        i, j, s = np.nonzero(there)
        home = np.einsum("iisk->is", self.persons)
        return Menu(n, i, j, s, self.persons[i, j, s], home, self.queue[i, j, s], self.quota[i, j, s])

    @cached_property
    def flat_units(self) -> Array:
        """Working units per person on the menu; K × 3."""
        m = self.menu
        return np.asarray(self.units[m.origin, m.place, m.skill])

    @cached_property
    def home_units(self) -> Array:
        """Working units per native at home; N × 2."""
        return np.asarray(np.einsum("iis->is", self.units[..., 0]))


def _require_share(name: str, value: float) -> float:
    if not 0 <= value <= 1:
        msg = f"{name} is {value:g}"
        raise InputError(msg, key=name, accepted="a share between 0 and 1")
    return value


def _split_by_skill(e: Economy) -> Array:
    """Persons by skill, in the mix of those in work; N × N × 2."""
    total = e.workers.sum(axis=-1, keepdims=True)
    mix = np.divide(e.workers, total, out=np.zeros_like(e.workers), where=total > 0)
    return np.asarray(e.persons[..., None] * mix)


def calibrate_channels(economy: Economy, registers: Registers, values: Mapping[str, float]) -> Channels:
    """Split stocks over channels and set the queue.

    Parameters
    ----------
    economy
        The calibrated economy; its stocks and working units are kept.
    registers
        From :func:`comity.world.registers.gather_registers`, or empty.
    values
        Value of every parameter of :data:`PARAMETERS`.

    Returns
    -------
    Channels
        With ``queue`` set so that ``world.choice.potential_migrants`` more would live abroad if regular
        entry were not rationed anywhere, at today's pay.

    Raises
    ------
    InputError
        A share that is not between 0 and 1, a negative number.
    """
    e, p = economy, values
    n = len(e)
    skilled = _split_by_skill(e)
    own = np.arange(n)
    asylum, irregular, status = _channel_counts(e, registers, p)
    total = skilled.sum(axis=-1)
    # Registers of different producers may add up to more than the stock: a part always counts as regular.
    most = (1 - _require_share(f"{_OWN}.least_regular", p[f"{_OWN}.least_regular"])) * total
    asked = asylum + irregular
    cut = np.minimum(1.0, np.divide(most, asked, out=np.ones_like(asked), where=asked > 0))
    for i, j in zip(*np.nonzero((cut < 1) & (total > 0)), strict=True):
        status[e.codes[i], e.codes[j]] += "; cut to the stock on record"
    share = np.divide(np.stack([asylum, irregular]) * cut, total, out=np.zeros((2, n, n)), where=total > 0)
    ratio = p[f"{_OWN}.irregular_high_ratio"]
    persons = np.zeros((n, n, 2, 3))
    persons[..., 1] = skilled * share[0][..., None]
    # Irregular residents are less often high-skilled than the corridor: ratio of the shares.
    weight = skilled * np.array([1.0, ratio])
    norm = weight.sum(axis=-1, keepdims=True)
    spread = np.divide(weight, norm, out=np.zeros_like(weight), where=norm > 0)
    wanted = (share[1] * total)[..., None] * spread
    persons[..., 2] = np.minimum(wanted, skilled - persons[..., 1])
    persons[..., 0] = skilled - persons[..., 1] - persons[..., 2]
    persons[own, own] = 0.0
    persons[own, own, :, 0] = skilled[own, own]
    units = _units_per_person(e, persons, p)
    factors = ChannelFactors(**{name: p[dotted] for name, dotted in FACTORS.items()})
    rationed = ~registers.free if registers.free is not None else ~np.eye(n, dtype=bool)
    quota = np.where(rationed[..., None], persons[..., 0], np.inf)
    plain = Channels(persons, np.ones((n, n, 2)), quota, units, factors, status)
    return replace(plain, queue=_find_queue(plain, rationed, p))


def _channel_counts(
    e: Economy, r: Registers, p: Mapping[str, float]
) -> tuple[Array, Array, dict[tuple[str, str], str]]:
    """Asylum and irregular residents by pair, persons, and how each is known."""
    n = len(e)
    off = ~np.eye(n, dtype=bool)
    there = (e.persons > 0) & off
    asylum = np.zeros((n, n)) if r.asylum is None else np.nan_to_num(r.asylum)
    share = _require_share(f"{_OWN}.irregular_share_elsewhere", p[f"{_OWN}.irregular_share_elsewhere"])
    free = np.zeros((n, n), dtype=bool) if r.free is None else r.free
    irregular = np.where(free, 0.0, share * np.maximum(e.persons - asylum, 0.0))
    source = np.full((n, n), "irregular: assumed share", dtype=object)
    source[free] = "irregular: none, free movement"
    if r.found is not None:
        known = np.isfinite(r.found) & ~free
        irregular[known] = p[f"{_OWN}.irregular_per_found"] * r.found[known]
        source[known] = "irregular: found by Eurostat members, times a ratio"
    if r.counted is not None:
        known = np.isfinite(r.counted) & ~free
        irregular[known] = r.counted[known]
        source[known] = "irregular: estimate of the United States"
    known = np.zeros((n, n), dtype=bool) if r.asylum is None else np.isfinite(r.asylum)
    status = {
        (e.codes[i], e.codes[j]): ("asylum: UNHCR" if known[i, j] else "asylum: none on record")
        + f"; {source[i, j]}"
        for i, j in np.argwhere(there).tolist()
    }
    return asylum * off, irregular * off, status


def _units_per_person(e: Economy, persons: Array, p: Mapping[str, float]) -> Array:
    """Working units per person by channel that add up to the economy's; N × N × 2 × 3.

    The economy counts every migrant as regular, so that its total is kept and divided over channels by
    their productivity and employment. A person counts at most one unit: what calibration had to fill in
    beyond that stays where it is.
    """
    work = np.array(
        [p[f"world.migrants.productivity.{k}"] * p[f"world.migrants.employment_ratio.{k}"] for k in CHANNELS]
    )
    work = work / work[0]
    weight = (persons * work).sum(axis=-1)
    unit = np.divide(e.units, weight, out=np.zeros_like(e.units), where=weight > 0)
    return np.asarray(np.minimum(unit, 1.0)[..., None] * work)


def _find_queue(c: Channels, rationed: Flags, p: Mapping[str, float]) -> Array:
    """q⁰ by skill, so that the given number more would live abroad without any queue, at today's pay.

    Bisection on one scalar: the number rises with it. A closed form does not exist, as people who would come
    through the regular channel stop coming through others.
    """
    target, ratio = p[f"{_OWN}.potential_migrants"], p[f"{_OWN}.queue_ratio_high"]
    n = len(c)
    effort = Effort(c.factors.theta, c.factors.eta, 0.0, deflection=True)
    m = c.menu
    opened = Pull(np.zeros((len(m.total), 3)), np.zeros((n, 2)), np.full(len(m.total), np.inf))

    def queue_of(excess: float) -> Array:
        levels = 1 + excess * np.array([1.0, ratio])
        return np.where(rationed[..., None], levels, 1.0)

    def count(excess: float) -> float:
        q = queue_of(excess)[m.origin, m.place, m.skill]
        free = choose(replace(m, queue=q), effort, opened, np.zeros((n, 2)), np.zeros((n, 2)))
        return float(free.stock.sum() - m.stock.sum())

    if not rationed[m.origin, m.place].any() or target <= 0:
        return np.ones((n, n, 2))
    low, high = 0.0, 1.0
    while count(high) < target:
        low, high = high, 2 * high
        if high > _MOST_QUEUE:
            msg = f"{target:,.0f} more migrants cannot be reached by queues at today's stocks"
            raise InputError(msg, key=f"{_OWN}.potential_migrants", accepted="a smaller number of persons")
    for _ in range(_HALVINGS_LIMIT):
        middle = (low + high) / 2
        low, high = (middle, high) if count(middle) < target else (low, middle)
    return queue_of((low + high) / 2)


_MOST_QUEUE: Final = 1e6
_HALVINGS_LIMIT: Final = 45
