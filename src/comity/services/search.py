"""The search for a package: on local values, around the package found, until it stays the same (§6.3).

Who may import me: the deal services. Start at :class:`Search`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from comity.bargaining import Cap, solve_nash
from comity.services.delivery import draw_delivery
from comity.services.stakes import (
    combine,
    draw_interests,
    draw_no_deal,
    draw_threats,
    value_clauses,
    write_game,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from comity.bargaining import Game, Solution
    from comity.services.laboratory import Laboratory
    from comity.services.stakes import Stakes

    Array = NDArray[np.float64]

__all__ = ["Search", "same_values"]

#: Name of the rule that keeps out clauses which add a severe conflict at home.
COHERENT: Final = "no severe conflict at home"
#: Searches around a package before the last one is kept (§6.3).
SEARCHES: Final = 3
#: Two values of a clause closer than this share of its range are the same to a negotiator.
SAME: Final = 0.01


class Search:
    """One round under search: laboratory, stakes and game, renewed around each package found."""

    def __init__(
        self,
        lab: Laboratory,
        seed: int,
        progress: Callable[[str, float], None],
        forbidden: tuple[str, ...] = (),
    ) -> None:
        self.lab, self.progress, self.forbidden = lab, progress, forbidden
        self.delivery = draw_delivery(lab.round, lab.draws, seed)
        self.interests = draw_interests(lab.round, lab.draws, seed, self.delivery)
        self.no_deal = draw_no_deal(lab.round, lab.draws, seed)
        self.threats = draw_threats(lab.round, lab.draws, seed)
        self._seed = seed
        self.alone = value_clauses(lab, {}, lambda x: progress("Valuing each clause", x))
        self.central = value_clauses(lab, {}, lambda _: None, (None,))
        self.modelled = self.alone
        self.stakes: Stakes = combine(lab, self.modelled, self.interests, self.delivery)
        self.game: Game = self._write(self.stakes)

    def delivered(self, factor: Array | float) -> Game:
        """Write the round as it would be if these shares of the clauses were released and used.

        ``factor`` is draws × clauses, or anything that broadcasts to it: 1 is the round on paper.
        """
        shares = np.broadcast_to(factor, self.delivery.factor.shape)
        delivery = self.delivery.with_factor(shares)
        interests = draw_interests(self.lab.round, self.lab.draws, self._seed, delivery)
        return self._write(combine(self.lab, self.modelled, interests, delivery))

    def _write(self, stakes: Stakes) -> Game:
        """Write the game; a clause that is forbidden stays on the table and may not be used."""
        game = write_game(self.lab, stakes, self.no_deal)
        if not self.forbidden:
            return game
        none = Cap(dict.fromkeys(self.forbidden, 1.0), 0.0, on_values=False, name=COHERENT)
        return game.replace(caps=(*game.caps, none))

    def around(self, values: Mapping[str, float], label: str) -> None:
        """Value the clauses again, given a package: what it changes at central values shifts every draw.

        Only the search rests on this; the full ledger of a package is computed draw by draw.
        """
        slope, fixed = value_clauses(self.lab, values, lambda x: self.progress(label, x), (None,))
        self.modelled = (
            self.alone[0] + (slope - self.central[0]),
            self.alone[1] + (fixed - self.central[1]),
        )
        self.stakes = combine(self.lab, self.modelled, self.interests, self.delivery)
        self.game = self._write(self.stakes)

    def solve(self) -> Solution:
        """Search until the package stays the same, or :data:`SEARCHES` times."""
        self.progress("Solving: the balanced package", 0.5)
        best = solve_nash(self.game)
        for turn in range(1, SEARCHES):
            if not best.found:
                return best
            self.around(best.values, f"Searching around the package ({turn})")
            self.progress("Solving: the balanced package", 0.5)
            again = solve_nash(self.game, starts=[best.values])
            if not again.found or same_values(self.game, best.values, again.values):
                return again if again.found else best
            best = again
        return best


def same_values(game: Game, one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Say whether two packages hold the same clauses at all but the same values."""
    if set(one) != set(other):
        return False
    span = {clause.key: max(clause.high - clause.low, 1.0) for clause in game.clauses}
    return all(abs(one[key] - other[key]) <= SAME * span[key] for key in one)
