"""What the channel mode takes into account, switch by switch, each with its parameter and status.

Who may import me: the world room and services. Start at :class:`Switches`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from comity.errors import InputError

if TYPE_CHECKING:
    from comity.evidence import Parameters
    from comity.world.channels import ChannelFactors
    from comity.world.economy import Economy

__all__ = ["RENT_HOLDERS", "Switch", "Switches"]

RentHolder = Literal["wasted", "treasury", "recruiters"]
RENT_HOLDERS: Final = ("wasted", "treasury", "recruiters")


class Switch(NamedTuple):
    """One switch for a report: what it does, its parameter with its status, and its setting."""

    name: str
    meaning: str
    parameter: str
    status: str
    setting: bool | str


_MEANING: Final = {
    "deflection": (
        "people refused a regular place may turn to other channels",
        "world.choice.channel_excess",
    ),
    "trade_creation": (
        "migrants lower the cost of trade with their country",
        "world.trade.migrant_elasticity",
    ),
    "human_capital": (
        "a larger share of high-skilled workers raises productivity",
        "world.choice.human_capital",
    ),
    "brain_gain": ("a chance to emigrate makes more people become high-skilled", "world.choice.brain_gain"),
    "market_size": ("a larger work force raises productivity", "world.choice.market_size"),
    "network": (
        "people already there lower the cost of irregular movement",
        "world.choice.network_elasticity",
    ),
}


@dataclass(frozen=True, slots=True)
class Switches:
    """Which mechanisms act.

    What studies contest and the quantity mode leaves out (:doc:`decision 0005`) is off unless switched on.
    Where ``human_capital`` or ``market_size`` is off, the economy's own parameter stands
    (``world.productivity.*``, 0 in the base case). The network acts only with deflection.

    ``rent_holder`` says who gets the rent of rationed regular places: nobody (``wasted`` in waiting), the
    ``treasury`` of the destination (a fee equal to the rent), or ``recruiters`` and sponsors in the
    destination (a share of it, the rest is wasted).

    >>> [s.name for s in Switches(network=False).describe() if s.setting is False]
    ['human_capital', 'brain_gain', 'market_size', 'network']
    """

    deflection: bool = True
    trade_creation: bool = True
    human_capital: bool = False
    brain_gain: bool = False
    market_size: bool = False
    network: bool = True
    rent_holder: RentHolder = "wasted"

    def __post_init__(self) -> None:
        if self.rent_holder not in RENT_HOLDERS:
            msg = f"rent of regular places held by {self.rent_holder!r}"
            raise InputError(msg, accepted=", ".join(RENT_HOLDERS))

    def apply(self, e: Economy, f: ChannelFactors) -> Economy:
        """Set the coefficients of an economy as switched."""
        k = e.coefficients
        if not self.trade_creation:
            k = replace(k, nu_migrants=0.0)
        if self.human_capital:
            k = replace(k, gamma_human=f.human_capital)
        if self.market_size:
            k = replace(k, gamma_labour=f.market_size)
        return e if k == e.coefficients else replace(e, coefficients=k)

    def describe(self, parameters: Parameters | None = None) -> tuple[Switch, ...]:
        """All switches with parameter and status; status is empty unless parameters are given."""
        out = []
        for item in fields(self):
            setting = getattr(self, item.name)
            if item.name == "rent_holder":
                meaning, name = "who gets the rent of rationed regular places", "world.choice.rent_share"
            else:
                meaning, name = _MEANING[item.name]
            status = "" if parameters is None else parameters[name].status.value
            out.append(Switch(item.name, meaning, name, status, setting))
        return tuple(out)
