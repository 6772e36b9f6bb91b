"""What a counterfactual changes: a list of moves, tariffs, fees, transfers and costs.

A shock is data. It is built by :mod:`comity.world.actions` from provisions, or by hand, and given to
:meth:`comity.world.World.solve`. Shocks add up with ``+``.

Who may import me: the world room and services. Start at :class:`Shock`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

__all__ = [
    "CHANNELS",
    "CHANNEL_ITEMS",
    "Amenity",
    "ChannelCost",
    "CloseChannel",
    "Cost",
    "Enforcement",
    "FeeCut",
    "Move",
    "OpenCorridor",
    "QuotaChange",
    "Recognition",
    "Shock",
    "TariffCut",
    "TradeCost",
    "Transfer",
]

#: Order of the channel axis everywhere in this room (§3): W regular, A asylum, R irregular.
CHANNELS = ("regular", "asylum", "irregular")

CostKind = Literal["enforcement", "administration"]
TransferKind = Literal["aid", "side_payment", "cost_share"]


@dataclass(frozen=True, slots=True)
class Move:
    """People born in ``birthplace`` who live in ``source`` and will live in ``target``.

    Attributes
    ----------
    persons
        Long-run change of the stock, in persons (full-time equivalents for seasonal places); negative is
        refused, turn the corridor around instead.
    skill
        ``low`` or ``high``.
    work_source, work_target
        Effective working units per person in either place (employment × productivity).
    tax_target
        Share of the ordinary tax that the mover pays in the target (1 for a regular worker).
    tax_source
        The same in the source.
    """

    birthplace: str
    source: str
    target: str
    skill: str
    persons: float
    work_source: float
    work_target: float
    tax_source: float = 1.0
    tax_target: float = 1.0


@dataclass(frozen=True, slots=True)
class TariffCut:
    """A cut of ``importer``'s tariff on goods of ``exporter``, as a share; it stops at zero."""

    exporter: str
    importer: str
    cut: float


@dataclass(frozen=True, slots=True)
class TradeCost:
    """d̂, the factor on trade cost of goods of ``exporter`` in ``importer``."""

    exporter: str
    importer: str
    factor: float


@dataclass(frozen=True, slots=True)
class FeeCut:
    """A ceiling on the fee of remittances from ``sending`` to ``receiving``; a share, never a rise."""

    receiving: str
    sending: str
    ceiling: float


@dataclass(frozen=True, slots=True)
class Transfer:
    """Public money from ``giver`` to ``receiver``, US$ per year; ``effective`` is what arrives as value."""

    giver: str
    receiver: str
    usd: float
    kind: TransferKind
    effective: float = 1.0


@dataclass(frozen=True, slots=True)
class Recognition:
    """Qualifications of people born in ``birthplace`` count for more in ``place``.

    ``coverage`` is the share of the corridor's high-skill workers covered, ``gain`` their rise in effective
    units (both as shares).
    """

    birthplace: str
    place: str
    coverage: float
    gain: float


@dataclass(frozen=True, slots=True)
class Cost:
    """Public resources used up (negative: saved) in ``place``, US$ per year."""

    place: str
    usd: float
    kind: CostKind


@dataclass(frozen=True, slots=True)
class QuotaChange:
    """Change the ceiling on the stock of regular places of a corridor and skill (channel mode).

    Give exactly one of ``persons`` (added to the ceiling; negative takes places away), ``to`` (the new
    ceiling, persons) and ``factor`` (the new ceiling over today's). Where no ceiling binds today, today's
    regular stock stands for it.
    """

    origin: str
    destination: str
    skill: str
    persons: float | None = None
    to: float | None = None
    factor: float | None = None


@dataclass(frozen=True, slots=True)
class OpenCorridor:
    """No ceiling on regular places of a corridor any more, q = 1; both skills unless one is named."""

    origin: str
    destination: str
    skill: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelCost:
    """κ̂, the factor on the cost of a channel; above 1 it is dearer. Both skills unless one is named."""

    origin: str
    destination: str
    channel: str
    factor: float
    skill: str | None = None


@dataclass(frozen=True, slots=True)
class Enforcement:
    """Factor on the effort of enforcement and cooperation against irregular movement in a corridor."""

    origin: str
    destination: str
    factor: float


@dataclass(frozen=True, slots=True)
class CloseChannel:
    """Nobody lives in the destination through this channel any more; both skills unless one is named."""

    origin: str
    destination: str
    channel: str
    skill: str | None = None


@dataclass(frozen=True, slots=True)
class Amenity:
    """Factor on the worth of living in a place for people of a birthplace (rights, services, safety).

    ``origin`` equal to ``destination`` is life at home.
    """

    origin: str
    destination: str
    factor: float
    skill: str | None = None


@dataclass(frozen=True, slots=True)
class Shock:
    """A counterfactual: all that changes against the baseline.

    Items from ``quotas`` on need the channel mode, :class:`comity.world.ChannelWorld`.

    Examples
    --------
    >>> one = Shock(tariffs=(TariffCut("MAR", "ESP", 0.01),))
    >>> len((one + one).tariffs), Shock().is_identity
    (2, True)
    """

    moves: tuple[Move, ...] = ()
    tariffs: tuple[TariffCut, ...] = ()
    trade_costs: tuple[TradeCost, ...] = ()
    fees: tuple[FeeCut, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    recognitions: tuple[Recognition, ...] = ()
    costs: tuple[Cost, ...] = ()
    quotas: tuple[QuotaChange, ...] = ()
    openings: tuple[OpenCorridor, ...] = ()
    channel_costs: tuple[ChannelCost, ...] = ()
    enforcement: tuple[Enforcement, ...] = ()
    closings: tuple[CloseChannel, ...] = ()
    amenities: tuple[Amenity, ...] = ()

    def __add__(self, other: Shock) -> Shock:
        return Shock(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def is_identity(self) -> bool:
        """True when nothing changes."""
        return not any(getattr(self, f.name) for f in fields(self))

    @property
    def needs_channels(self) -> bool:
        """True when an item acts on choice and channels, which quantity mode does not have."""
        return any(getattr(self, name) for name in CHANNEL_ITEMS)


#: Fields of :class:`Shock` that need the channel mode.
CHANNEL_ITEMS = ("quotas", "openings", "channel_costs", "enforcement", "closings", "amenities")
