"""What a counterfactual changes: a list of moves, tariffs, fees, transfers and costs.

A shock is data. It is built by :mod:`comity.world.actions` from provisions, or by hand, and given to
:meth:`comity.world.World.solve`. Shocks add up with ``+``.

Who may import me: the world room and services. Start at :class:`Shock`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

__all__ = ["Cost", "FeeCut", "Move", "Recognition", "Shock", "TariffCut", "TradeCost", "Transfer"]

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
class Shock:
    """A counterfactual: all that changes against the baseline.

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

    def __add__(self, other: Shock) -> Shock:
        return Shock(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def is_identity(self) -> bool:
        """True when nothing changes."""
        return not any(getattr(self, f.name) for f in fields(self))
