"""How much of each clause is released and used, draw by draw: a concession on paper is not one delivered.

A clause that is agreed is worth what part of it is *released* (its tranches, each on a milestone) times what
part of that is *used* (its take-up). Both come from the round file; without them all of it counts.

Who may import me: services. Start at :func:`draw_delivery`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.world import PackageLedgers, World, calibrate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from comity.services.roundfile import Clause, Round, ShareSpread
    from comity.world import Part

    Array = NDArray[np.float64]

__all__ = ["DeliveredLedgers", "Delivery", "draw_delivery"]

#: Streams apart from those of the interests, so that a take-up added to a file changes no other draw.
_USE: Final = 1_000_001
_MILESTONE: Final = 1_000_002


@dataclass(frozen=True, eq=False)
class Delivery:
    """Shares of each clause, 0 to 1.

    Attributes
    ----------
    factor
        Released and used; draws × clauses.
    used
        Used of what is released; draws × clauses.
    central
        The same at middle values, a milestone counting with its chance; clauses.
    keys
        Clause keys in the order of the table.
    conditional
        Whether any clause is released or used in part.
    """

    factor: Array
    used: Array
    central: Array
    keys: tuple[str, ...]
    conditional: bool

    def drawn(self) -> dict[str, Array]:
        """Shares released and used as one drawn value for each clause, for :class:`DeliveredLedgers`."""
        return {f"{_NAME}{key}": self.factor[:, c] for c, key in enumerate(self.keys)}

    def middle(self) -> dict[str, float]:
        """Shares at middle values, named as in :meth:`drawn`."""
        return {f"{_NAME}{key}": float(x) for key, x in zip(self.keys, self.central, strict=True)}

    @staticmethod
    def name(key: str) -> str:
        """Name the share of a clause as in :meth:`drawn` and :meth:`middle`."""
        return f"{_NAME}{key}"

    def with_factor(self, factor: Array) -> Delivery:
        """Return the same with another share released and used; draws × clauses."""
        return replace(self, factor=factor)

    def effective(
        self, clauses: Mapping[str, Clause], values: Mapping[str, float], draw: int | None
    ) -> dict[str, float]:
        """Values of a package as delivered in one draw (None: at central shares); what is not, leaves.

        A clause of which a share *f* is delivered acts like one that goes that share of the way from what
        amounts to granting nothing to the value agreed.
        """
        if not self.conditional:
            return dict(values)
        shares = self.central if draw is None else self.factor[draw]
        out = {}
        for key, value in values.items():
            share = float(shares[self.keys.index(key)])
            if share > 0:
                nothing = clauses[key].status_quo
                out[key] = value if share == 1 else nothing + (value - nothing) * share
        return out


#: What the drawn share of a clause is called among the parameter values of a draw.
_NAME: Final = "delivered:"


@dataclass(frozen=True)
class DeliveredLedgers:
    """Ledgers of packages as they are released and used in one draw of the full world.

    Attributes
    ----------
    agreed
        The packages as agreed.
    nothing
        The value of each clause that amounts to granting nothing, by clause key.

    Notes
    -----
    Called with parameter values by name and the shares of :meth:`Delivery.drawn`; returns as ``agreed``.
    """

    agreed: PackageLedgers
    nothing: Mapping[str, float]

    def __call__(self, values: Mapping[str, float], /) -> Array:
        """Solve every package in one draw."""
        world = World(calibrate(self.agreed.figures, values))
        setting = self.agreed.setting(world, values)
        packages = [tuple(self._use(package, values)) for package in self.agreed.packages]
        return np.stack([self.agreed.lines(world, setting, package) for package in packages])

    def _use(self, package: tuple[Part, ...], values: Mapping[str, float]) -> Iterator[Part]:
        for part in package:
            agreed = part.provision
            share = values[f"{_NAME}{agreed.key}"]
            if share > 0:
                nothing = self.nothing[agreed.key]
                value = agreed.value if share == 1 else nothing + (agreed.value - nothing) * share
                yield replace(part, provision=replace(agreed, value=value))


def draw_delivery(round_: Round, draws: int, seed: int) -> Delivery:
    """Draw what is released and used of each clause.

    Parameters
    ----------
    round_
        The round.
    draws, seed
        How many draws, and from which seed.

    Notes
    -----
    Take-up and the chance of a milestone are triangular between low, mid and high. A milestone happens or
    not in each draw; tranches (of whatever clause) that name the same milestone in the same words fall
    together. A tranche is released only when those before it in its clause were.
    """
    keys = tuple(clause.key for clause in round_.table)
    released, used = np.ones((draws, len(keys))), np.ones((draws, len(keys)))
    central = np.ones(len(keys))
    for c, clause in enumerate(round_.table):
        if clause.tranches:
            total = np.zeros(draws)
            open_, chance = np.ones(draws, dtype=bool), 1.0
            for tranche in clause.tranches:
                if tranche.met is not None:
                    open_ &= _happens(tranche.milestone, tranche.met, draws, seed)
                    chance *= tranche.met.mid
                total += tranche.share * open_
                central[c] += tranche.share * (chance - 1.0)
            released[:, c] = np.minimum(total, 1.0)
        if clause.take_up is not None:
            stream = np.random.default_rng([seed, _USE, *clause.key.encode()])
            used[:, c] = _triangular(stream, clause.take_up, draws)
            central[c] *= clause.take_up.mid
    conditional = any(clause.is_conditional for clause in round_.table)
    return Delivery(released * used, used, np.clip(central, 0.0, 1.0), keys, conditional)


def _happens(milestone: str, chance: ShareSpread, draws: int, seed: int) -> NDArray[np.bool_]:
    stream = np.random.default_rng([seed, _MILESTONE, *milestone.encode()])
    luck = stream.random(draws)
    return np.asarray(luck < _triangular(stream, chance, draws))


def _triangular(stream: np.random.Generator, spread: ShareSpread, draws: int) -> Array:
    if spread.high <= spread.low:
        return np.full(draws, spread.mid)
    return stream.triangular(spread.low, spread.mid, spread.high, draws)
