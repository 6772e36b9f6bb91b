"""A menu: many unit shocks side by side, and what any mixture of them at partial strength is.

Every clause of a world round is one unit shock, taken at a strength between 0 and 1. People, tariff cuts,
transfers and costs scale with the strength; a fee falls from today's towards its ceiling in proportion.

Who may import me: the world room and services. Start at :class:`Menu`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from comity.errors import InputError
from comity.world.economy import SKILLS, Array, Economy
from comity.world.shock import FeeCut, Shock

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Costs", "Cuts", "Menu", "Moves", "Payments"]

Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Moves:
    """All moves of a menu; each array has one entry per move.

    ``of`` is the unit shock that a move belongs to; ``birth``, ``source``, ``target`` and ``skill`` are
    positions; the rest is as in :class:`comity.world.shock.Move` at full strength.
    """

    of: Index
    birth: Index
    source: Index
    target: Index
    skill: Index
    persons: Array
    work_source: Array
    work_target: Array
    tax_source: Array
    tax_target: Array


@dataclass(frozen=True, slots=True)
class Cuts:
    """Tariff cuts (``row`` exporter, ``column`` importer) or fee cuts (receiving, sending); shares."""

    of: Index
    row: Index
    column: Index
    cut: Array


@dataclass(frozen=True, slots=True)
class Payments:
    """Public transfers; US$ a year."""

    of: Index
    giver: Index
    receiver: Index
    usd: Array
    effective: Array


@dataclass(frozen=True, slots=True)
class Costs:
    """Public resources used, US$ a year; ``line`` names the ledger line."""

    of: Index
    place: Index
    usd: Array
    line: tuple[str, ...]


class Menu:
    """Unit shocks of one economy.

    Parameters
    ----------
    economy
        Where they act.
    units
        One shock per clause, at full strength. Moves, tariff cuts, fee ceilings, transfers and costs.

    Raises
    ------
    InputError
        A unit shock holds a recognition or a trade cost, which a menu does not scale, or two of them name
        the same tariff or the same fee, whose joint effect would not be their sum.

    Examples
    --------
    >>> from comity.world.examples import three_economies
    >>> from comity.world.shock import TariffCut
    >>> menu = Menu(three_economies(), [Shock(tariffs=(TariffCut("E00", "E01", 0.02),))])
    >>> menu.shock([0.5]).tariffs[0].cut
    0.01
    """

    def __init__(self, economy: Economy, units: Sequence[Shock]) -> None:
        self.economy, self.units = economy, tuple(units)
        for k, unit in enumerate(self.units):
            if unit.recognitions or unit.trade_costs:
                msg = f"unit shock {k} holds a recognition or a trade cost"
                raise InputError(msg, accepted="moves, tariff cuts, fee ceilings, transfers and costs")
        self.moves = self._list_moves()
        self.tariffs = self._list_tariffs()
        self.fees = self._list_fees()
        self.payments = self._list_payments()
        self.costs = self._list_costs()
        for kind, cuts in (("tariff", self.tariffs), ("fee", self.fees)):
            pairs = list(zip(cuts.row.tolist(), cuts.column.tolist(), strict=True))
            if len(set(pairs)) < len(pairs):
                i, j = next(pair for pair in pairs if pairs.count(pair) > 1)
                msg = f"two clauses cut the same {kind}, {economy.codes[i]} and {economy.codes[j]}"
                raise InputError(msg, accepted="one clause for each pair")

    def __len__(self) -> int:
        return len(self.units)

    def shock(self, strengths: Sequence[float] | Array) -> Shock:
        """Mix the unit shocks, each at its strength from 0 to 1; those at 0 are left out."""
        e = self.economy
        moves, tariffs, fees, transfers, costs = [], [], [], [], []
        for unit, strength in zip(self.units, map(float, strengths), strict=True):
            if strength == 0:
                continue
            moves += [replace(move, persons=move.persons * strength) for move in unit.moves]
            for cut in unit.tariffs:
                # A tariff stops at zero, also where a draw knows a lower one.
                whole = float(e.tariff[e.place(cut.exporter), e.place(cut.importer)]) - 1
                tariffs.append(replace(cut, cut=min(cut.cut, whole) * strength))
            for fee in unit.fees:
                today = float(e.fee[e.place(fee.receiving), e.place(fee.sending)])
                ceiling = today - strength * max(today - fee.ceiling, 0.0)
                fees.append(FeeCut(fee.receiving, fee.sending, ceiling))
            transfers += [replace(item, usd=item.usd * strength) for item in unit.transfers]
            costs += [replace(cost, usd=cost.usd * strength) for cost in unit.costs]
        return Shock(
            moves=tuple(moves), tariffs=tuple(tariffs), fees=tuple(fees), transfers=tuple(transfers),
            costs=tuple(costs),
        )  # fmt: skip

    def _list_moves(self) -> Moves:
        e = self.economy
        rows = [(k, move) for k, unit in enumerate(self.units) for move in unit.moves]
        number = np.array(
            [(m.persons, m.work_source, m.work_target, m.tax_source, m.tax_target) for _, m in rows],
            dtype=float,
        ).reshape(-1, 5)
        place = np.array(
            [
                (k, e.place(m.birthplace), e.place(m.source), e.place(m.target), SKILLS.index(m.skill))
                for k, m in rows
            ],
            dtype=np.intp,
        ).reshape(-1, 5)
        return Moves(*place.T, *number.T)

    def _list_tariffs(self) -> Cuts:
        e = self.economy
        rows = [(k, e.place(c.exporter), e.place(c.importer), c.cut) for k, u in enumerate(self.units)
                for c in u.tariffs]  # fmt: skip
        cuts = _cuts(rows)
        # A tariff stops at zero.
        return replace(cuts, cut=np.minimum(cuts.cut, e.tariff[cuts.row, cuts.column] - 1))

    def _list_fees(self) -> Cuts:
        e = self.economy
        rows = []
        for k, unit in enumerate(self.units):
            for item in unit.fees:
                i, j = e.place(item.receiving), e.place(item.sending)
                rows.append((k, i, j, max(float(e.fee[i, j]) - item.ceiling, 0.0)))
        return _cuts(rows)

    def _list_payments(self) -> Payments:
        e = self.economy
        rows = [(k, item) for k, unit in enumerate(self.units) for item in unit.transfers]
        place = np.array(
            [(k, e.place(t.giver), e.place(t.receiver)) for k, t in rows], dtype=np.intp
        ).reshape(-1, 3)
        number = np.array([(t.usd, t.effective) for _, t in rows], dtype=float).reshape(-1, 2)
        return Payments(*place.T, *number.T)

    def _list_costs(self) -> Costs:
        e = self.economy
        rows = [(k, item) for k, unit in enumerate(self.units) for item in unit.costs]
        place = np.array([(k, e.place(c.place)) for k, c in rows], dtype=np.intp).reshape(-1, 2)
        return Costs(
            place[:, 0], place[:, 1], np.array([c.usd for _, c in rows]), tuple(c.kind for _, c in rows)
        )


def _cuts(rows: list[tuple[int, int, int, float]]) -> Cuts:
    place = np.array([row[:3] for row in rows], dtype=np.intp).reshape(-1, 3)
    return Cuts(place[:, 0], place[:, 1], place[:, 2], np.array([row[3] for row in rows], dtype=float))
