"""One instrument as a direction: what its next unit changes at given pay, prices and stocks.

Who may import me: the world room. Start at :func:`aim`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.errors import InputError
from comity.world.economy import SKILLS
from comity.world.policy import find_option
from comity.world.shock import (
    CHANNELS,
    Amenity,
    ChannelCost,
    Cost,
    Enforcement,
    FeeCut,
    QuotaChange,
    Recognition,
    TariffCut,
    TradeCost,
    Transfer,
)

if TYPE_CHECKING:
    from comity.world.economy import Array
    from comity.world.labour import Ground

__all__ = ["DIRECTED", "Direction", "Touch", "aim"]

#: Items that a derivative can be taken by, with the unit.
DIRECTED: Final = {
    QuotaChange: "person",
    TariffCut: "unit of tariff taken off (1 is 100 points)",
    TradeCost: "log factor",
    FeeCut: "unit of fee taken off (1 is 100 points)",
    Transfer: "US$ a year",
    Recognition: "unit of coverage at the gain given",
    ChannelCost: "log factor",
    Enforcement: "log factor",
    Amenity: "log factor",
    Cost: "US$ a year",
}
Item = (
    QuotaChange
    | TariffCut
    | TradeCost
    | FeeCut
    | Transfer
    | Recognition
    | ChannelCost
    | Enforcement
    | Amenity
    | Cost
)


@dataclass
class Touch:
    """What a direction changes in one corridor.

    Log V̂ by channel (3), the ceiling (persons) and log working units per person.
    """

    channel: Array = field(default_factory=lambda: np.zeros(3))
    quota: float = 0.0
    units: float = 0.0


@dataclass
class Direction:
    """What the next unit of an instrument changes.

    Attributes
    ----------
    home
        Log amenity at home; N × 2.
    tariff, friction, fee
        (exporter or receiving, importer or sending, change) of log t', of log d̂, and of f'.
    money
        Public transfers received; US$, N.
    corridors
        What changes in the corridors touched, by their place on the menu.
    lines
        Line → (place, change) at given prices; US$ of the baseline.
    """

    home: Array
    money: Array
    corridors: dict[int, Touch] = field(default_factory=lambda: defaultdict(Touch))
    tariff: tuple[tuple[int, int, float], ...] = ()
    friction: tuple[tuple[int, int, float], ...] = ()
    fee: tuple[tuple[int, int, float], ...] = ()
    lines: tuple[tuple[str, int, float], ...] = ()


def aim(g: Ground, item: Item, index: Array) -> Direction:
    """Turn one item into a direction.

    Parameters
    ----------
    g
        The solved shock's ground.
    item
        One of :data:`DIRECTED`; its number is not used, except the gain of a recognition.
    index
        P̂ of the solved world; N.

    Raises
    ------
    InputError
        An item that no derivative is taken by, or one that the world does not hold.
    """
    e, m, f = g.economy, g.channels.menu, g.channels.factors
    n = len(e)
    d = Direction(np.zeros((n, 2)), np.zeros(n))
    match item:
        case QuotaChange():
            for c in find_option(e, m, item.origin, item.destination, item.skill):
                d.corridors[c].quota = 1.0
                _open(g, d, c)
        case ChannelCost() | Amenity():
            _shift(g, d, item)
        case Enforcement():
            head = e.tax * e.value_added / e.population
            for c in find_option(e, m, item.origin, item.destination, None):
                d.corridors[c].channel[2] = -f.enforcement * (1 + f.interaction * g.policy.opening[c])
                cost = float(m.stock[c, 2] * min(f.control, head[m.place[c]]))
                d.lines += (("enforcement", int(m.place[c]), -cost),)
        case Recognition():
            for c in find_option(e, m, item.birthplace, item.place, "high"):
                d.corridors[c] = Touch(np.full(3, item.gain), units=item.gain)
        case TariffCut() | TradeCost():
            i, j = e.place(item.exporter), e.place(item.importer)
            if isinstance(item, TradeCost):
                d.friction = ((i, j, 1.0),)
            elif i != j:
                d.tariff = ((i, j, float(-1 / g.tariff[i, j])),)
        case FeeCut():
            d.fee = ((e.place(item.receiving), e.place(item.sending), -1.0),)
        case Transfer():
            a, b = e.place(item.giver), e.place(item.receiver)
            d.money[a] -= 1.0
            d.money[b] += 1.0
            d.lines = (("transfers", a, -1 / index[a]), ("transfers", b, item.effective / index[b]))
        case Cost():
            d.lines = ((item.kind, e.place(item.place), -1.0),)
        case _:
            names = ", ".join(kind.__name__ for kind in DIRECTED)
            msg = f"no derivative is taken by {type(item).__name__}"
            raise InputError(msg, accepted=names)
    return d


def _open(g: Ground, d: Direction, c: int) -> None:
    """Let a higher ceiling make enforcement bite more: o = 1 − Q/Q'."""
    m, f = g.channels.menu, g.channels.factors
    old, new = m.quota[c], g.policy.pull.quota[c]
    if np.isfinite(old) and np.isfinite(new) and new >= old and new > 0:
        d.corridors[c].channel[2] -= f.enforcement * f.interaction * np.log(g.policy.effort[c]) * old / new**2


def _shift(g: Ground, d: Direction, item: ChannelCost | Amenity) -> None:
    e, m = g.economy, g.channels.menu
    if isinstance(item, Amenity) and item.origin == item.destination:
        chosen = range(len(SKILLS)) if item.skill is None else [SKILLS.index(item.skill)]
        d.home[e.place(item.origin), list(chosen)] = 1.0
        return
    for c in find_option(e, m, item.origin, item.destination, item.skill):
        if isinstance(item, Amenity):
            d.corridors[c].channel[:] = 1.0
        else:
            d.corridors[c].channel[CHANNELS.index(item.channel)] = -1.0
