"""Brain gain: a chance to emigrate makes more people become high-skilled (§3.2, contested).

The number of high-skilled people born in i rises with the rate p at which they emigrate,
N'_i,high / N_i,high = p̂_i^β (Beine, Docquier and Rapoport 2008), and as many fewer are low-skilled. An origin
without any high-skilled emigrant on record keeps its numbers.

Who may import me: the world room. Start at :class:`Formation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from comity.world.choice import Choice, Menu
    from comity.world.economy import Array

__all__ = ["Formation"]


@dataclass(frozen=True)
class Formation:
    """Skill formation with elasticity β; the unknown is g = log of the ratio N'_i,high / N_i,high, N.

    >>> from comity.world.examples import random_channels, three_economies
    >>> f = Formation(random_channels(three_economies(), seed=1).menu, 0.05)
    >>> f.find_mass(np.zeros(21)).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """

    menu: Menu
    elasticity: float

    def _unknown(self, z: Array) -> Array:
        return z[-self.menu.size :]

    def find_mass(self, z: Array) -> Array:
        """Change of the number of people of each group; G."""
        low, high = self.menu.people.reshape(-1, 2).T
        grown = np.exp(self._unknown(z))
        return np.stack([1 + high / low * (1 - grown), grown], axis=1).ravel()

    def grown(self, z: Array) -> Array:
        """How the log number of low- and high-skilled people moves with g; N × 2."""
        low, high = self.menu.people.reshape(-1, 2).T
        grown = high * np.exp(self._unknown(z))
        return np.stack([-grown / (low + high - grown), np.ones(self.menu.size)], axis=1)

    def _away(self, c: Choice) -> tuple[Array, Array]:
        """Share of the high-skilled who live abroad, today and after; N each."""
        high = self.menu.people.reshape(-1, 2)[:, 1]
        after = high * c.state.mass.reshape(-1, 2)[:, 1]
        return 1 - self.menu.home[:, 1] / high, 1 - c.home[:, 1] / after

    def find_gap(self, z: Array, c: Choice) -> Array:
        """Residual g − β ln p̂; N."""
        before, after = self._away(c)
        emits = before > 0
        ratio = np.divide(after, before, out=np.ones(len(before)), where=emits)
        return self._unknown(z) - self.elasticity * np.log(np.maximum(ratio, _LEAST))

    def slope(self, c: Choice) -> Array:
        """Factor on (dN_home − N_home dg) in the residual's derivative; N."""
        before, after = self._away(c)
        people = self.menu.people.reshape(-1, 2)[:, 1] * c.state.mass.reshape(-1, 2)[:, 1]
        return np.where(before > 0, self.elasticity / (np.maximum(after, _LEAST) * people), 0.0)


#: Keeps the logarithm finite where everybody returns.
_LEAST = 1e-12
