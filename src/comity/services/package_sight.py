"""What a package does, as one delegation sees it: its own side in full, the others as the public model says.

A view is made from the sealed game and one private sheet. It answers in a few milliseconds, so that a slider
may ask at each move. The values of other delegations are not in it, so it cannot show them.

Who may import me: services and doors. Start at :class:`PackageView`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comity.errors import InputError
from comity.services.practice_sight import Money, Own, add_money, add_places
from comity.services.private_sheet import PrivateSheet
from comity.services.roundfile_models import Counts
from comity.services.sealed_game import open_position, weigh_groups
from comity.units import USD_MILLION_YEAR
from comity.vocabulary import Range
from comity.world import COUNTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from comity.bargaining import Position
    from comity.services.sealed_game import SealedGame

    Array = NDArray[np.float64]

__all__ = [
    "GroupRow",
    "OwnRow",
    "OwnSide",
    "PackageSight",
    "PackageView",
    "Places",
    "PublicSide",
    "check_values",
]


@dataclass(frozen=True, slots=True)
class PublicSide:
    """One party as the public model sees it; gain against today, US$ million per year.

    ``gain`` is None where the model values nothing of what the package holds for this party: that is not
    zero. ``unvalued`` are provisions in it that the party gives or gets and the model does not value.
    """

    party: str
    name: str
    gain: Range | None
    unvalued: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group of people in the own ledger; ``weight`` is what it counts with, ``worth`` before weighing."""

    group: str
    weight: float
    worth: Range


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One provision on the own side; worth in US$ million per year, None where nobody valued it."""

    provision: str
    value: float
    worth: Range | None
    from_sheet: bool
    beyond_limit: bool


@dataclass(frozen=True, slots=True)
class OwnSide:
    """The own side: gain, red line and limits as in a practice round; the ledger by group and provision."""

    own: Own
    groups: tuple[GroupRow, ...]
    rows: tuple[OwnRow, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Yearly places from one party to another that a package opens."""

    origin: str
    destination: str
    places: float


@dataclass(frozen=True, slots=True)
class PackageSight:
    """What a package does. ``own`` is None for who sits for nobody; ``broken`` are public rules it breaks."""

    values: Mapping[str, float]
    broken: tuple[str, ...]
    own: OwnSide | None
    parties: tuple[PublicSide, ...]
    money: tuple[Money, ...]
    places: tuple[Places, ...]
    draws: int
    unit: str = USD_MILLION_YEAR


def check_values(game: SealedGame, values: Mapping[str, object]) -> dict[str, float]:
    """Check a package against the public table; gives the values in the order of the table.

    Raises
    ------
    InputError
        A provision is not on the table, or a value is not a number in its range. Rules between provisions
        are not checked here: a package that breaks one is shown as breaking it.
    """
    table = {clause.key: clause for clause in game.table.clauses}
    for key in values:
        if key not in table:
            msg = "no such provision on the table of this round"
            raise InputError(msg, key="values", accepted=", ".join(table))
    out: dict[str, float] = {}
    for key, clause in table.items():
        value = values.get(key)
        if value is None:
            continue
        low, high = clause.ends
        steps = "" if clause.step is None else f" in steps of {clause.step:,g}"
        accepted = f"{low:,g} to {high:,g}{steps}"
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            msg = "not a number"
            raise InputError(msg, key=key, accepted=accepted)
        if not clause.accepts(float(value)):
            msg = "outside what is on the table"
            raise InputError(msg, key=key, accepted=accepted)
        out[key] = float(value)
    return out


class PackageView:
    """Who looks at packages: one delegation with its sheet, or somebody without one.

    Parameters
    ----------
    game
        The sealed game.
    party
        The delegation that looks; None for who sits for none.
    sheet
        Its private sheet; an empty one where it has not written any.
    """

    def __init__(self, game: SealedGame, party: str | None = None, sheet: PrivateSheet | None = None) -> None:
        self.game = game
        self.party = party
        self._sheet = sheet or PrivateSheet()
        self._position: Position | None = None if party is None else open_position(game, party, self._sheet)

    def __repr__(self) -> str:
        return f"PackageView({self.game.round.round!r}, {self.party!r})"

    def see(self, values: Mapping[str, float]) -> PackageSight:
        """Show what a package does; ``values`` as from :func:`check_values`."""
        game = self.game
        value, on = game.table.vectors(values)
        used = game.delivery.factor
        worth = np.einsum("dpgc,dc->dpg", game.slope, used * value) + np.einsum(
            "dpgc,dc->dpg", game.fixed, used * on
        )
        return PackageSight(
            values=dict(values),
            broken=game.table.breaches(values),
            own=None if self._position is None else self._own(values, worth),
            parties=self._public(values, worth),
            money=add_money(game.round, game.units, values),
            places=tuple(
                Places(origin, destination, added)
                for (origin, destination), added in add_places(
                    game.round, game.units, game.areas, values
                ).items()
                if added
            ),
            draws=game.draws,
        )

    def _public(self, values: Mapping[str, float], worth: Array) -> tuple[PublicSide, ...]:
        weights = weigh_groups(Counts())
        game = self.game
        anything = any(key in game.modelled for key in values)
        found = []
        for p, party in enumerate(game.parties):
            touched = [
                c.key for c in game.table.clauses if c.key in values and party in (c.giver, c.beneficiary)
            ]
            gain = Range.of(worth[:, p] @ weights) if anything else None
            unvalued = tuple(key for key in touched if key not in game.modelled)
            found.append(PublicSide(party, game.names[party], gain, unvalued))
        return tuple(found)

    def _own(self, values: Mapping[str, float], worth: Array) -> OwnSide:
        position, game, sheet = self._position, self.game, self._sheet
        assert position is not None  # noqa: S101  (asked for only where there is one)
        stated = {row.provision for row in sheet.values}
        instead = {row.provision for row in sheet.values if row.instead_of_model}
        gains = position.gains(values)
        slope, fixed = position.payoffs
        place = game.place(position.party)
        weights = dict(zip(COUNTS, map(float, weigh_groups(sheet.counts)), strict=True))
        rows = []
        for c, clause in enumerate(game.table.clauses):
            if clause.key not in values:
                continue
            at = values[clause.key]
            valued = clause.key in stated or clause.key in game.modelled
            mine = position.party in (clause.giver, clause.beneficiary)
            amount = slope[:, c] * at + fixed[:, c]
            if not mine and not np.any(amount):
                continue
            rows.append(
                OwnRow(
                    provision=clause.key,
                    value=at,
                    worth=Range.of(amount) if valued else None,
                    from_sheet=clause.key in stated,
                    beyond_limit=not position.within_limits({clause.key: at}),
                )
            )
        kept = {key: v for key, v in values.items() if key not in instead}
        if len(kept) != len(values):  # the ledger by group is the model's; what the sheet replaces leaves it
            value, on = game.table.vectors(kept)
            used = game.delivery.factor
            own = np.einsum("dgc,dc->dg", game.slope[:, place], used * value) + np.einsum(
                "dgc,dc->dg", game.fixed[:, place], used * on
            )
        else:
            own = worth[:, place]
        settings = game.round.settings
        return OwnSide(
            own=Own(
                gain=Range.of(gains),
                share_positive=float(np.mean(gains > 0)),
                margin=position.margin(values),
                red_line=position.red_line,
                epsilon=position.epsilon,
                share_of_draws=settings.share_of_draws,
                accepts=position.accepts(values),
                beyond_limits=tuple(row.provision for row in rows if row.beyond_limit),
                unvalued=tuple(row.provision for row in rows if row.worth is None),
            ),
            groups=tuple(
                GroupRow(group, weights[group], Range.of(own[:, g]))
                for g, group in enumerate(COUNTS)
                if np.any(own[:, g])
            ),
            rows=tuple(rows),
        )
