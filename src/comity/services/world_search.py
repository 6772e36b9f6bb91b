"""The search for one regime of all parties: local games in turn, checked in the full world (§6.3, §6.10).

Around a mixture of clauses the full world gives every party's gain and its derivative by every clause. The
local game that they make is concave and is solved with a proven bound. The next mixture lies between the
two; a
step is taken only where the full world itself confirms that it is better. The search ends when the full
world's own gains at the mixture are within a stated distance of the bound of the game around it, so the bound
and the package rest on the same derivatives.

Who may import me: the world-round services. Start at :func:`search_regime`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.bargaining.convex import ConcaveGame, ConcaveSolution, WorstGain, solve_concave, worst_gain

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from comity.services.world_laboratory import Cuts, WorldLaboratory
    from comity.world import Outcome

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Regime", "local_game", "search_regime"]

#: Local games solved at most.
MOST_ROUNDS: Final = 10
#: Gap at which the search ends, in logarithms per unit of weight: half of what is promised.
ENOUGH: Final = 0.005
#: Share of the way to the best worst gain by which local floors are raised, so that the full world keeps
#: them.
MARGIN: Final = 0.05
#: Decimals of a strength. What a solver leaves below them would come out different on another machine.
DECIMALS: Final = 6
#: Room in a cut that is lost in rounding.
ROUNDING: Final = 1e-6
#: Shares of a step that are tried.
STEPS: Final = tuple(0.5**k for k in range(7))


@dataclass(frozen=True, slots=True)
class Regime:
    """What a search found, or why it found nothing.

    Attributes
    ----------
    open
        Whether every seated party gains at least its floor in the full world.
    strengths
        Of each candidate; C.
    outcome
        The full world at these strengths.
    gains
        Of every party, also of those that stay out; US$ million a year, P.
    slopes
        Derivatives of the gains at the strengths; P × C.
    local
        Solution of the local game around the strengths, with prices (seated parties only).
    bound
        What no mixture of the local game exceeds, Σ w log gain; infinite without a local game.
    gap
        (bound − Σ w log gain in the full world) / Σ w; infinite when not open.
    distance
        Largest difference between the gains that the last local game told and those of the full world, over
        the largest gain.
    worst
        The worst-off party's best gain on local values, as a share of its value added, with its proof.
    rounds
        Local games solved.
    least, cuts
        Floors (P) and further rows that the search kept.
    seated, allowed
        Who was at the table (P), which clauses were (C).
    """

    open: bool
    strengths: Array
    outcome: Outcome
    gains: Array
    slopes: Array
    local: ConcaveSolution | None
    bound: float
    gap: float
    distance: float
    worst: WorstGain
    rounds: int
    seated: Flags
    allowed: Flags
    least: Array
    cuts: Cuts | None


def search_regime(
    lab: WorldLaboratory,
    *,
    seated: Flags | None = None,
    allowed: Flags | None = None,
    start: Array | None = None,
    least: Array | None = None,
    cuts: Cuts | None = None,
    enough: float = ENOUGH,
    tell: Callable[[float], None] | None = None,
) -> Regime:
    """Search for the mixture with the largest Σ w log gain under every floor.

    Parameters
    ----------
    lab
        The round.
    seated, allowed
        Who sits at the table and which clauses lie on it; all unless told.
    start
        Strengths to start from; the status quo unless told.
    least
        Floors above the red lines; US$ million a year, P. Those of the file unless told.
    cuts
        Further rows that every mixture must keep, such as gains in bad draws.
    enough
        Gap at which the search ends.
    tell
        Called with a share from 0 to 1.

    Raises
    ------
    SolveError
        The world or a local game was not solved.
    """
    seated = np.ones(len(lab.parties), dtype=bool) if seated is None else seated
    allowed = np.ones(len(lab), dtype=bool) if allowed is None else allowed
    floors = lab.least if least is None else least
    strengths = np.zeros(len(lab)) if start is None else np.where(allowed, start, 0.0)
    outcome = lab.solve(strengths)
    gains = lab.gains(outcome)
    distance, worst = np.inf, None
    weights = lab.party_weights[seated]

    def room(of: Array, at: Array) -> float:
        """Room above the tightest floor, as a share of value added, and in the tightest cut."""
        worst_off = float(((of - lab.red_lines - floors) / lab.size)[seated].min())
        return worst_off if cuts is None else min(worst_off, cuts.room(at) + ROUNDING)

    def score(of: Array, at: Array) -> tuple[float, float]:
        """Return what a step must raise: first the room below zero, then Σ w log gain."""
        short = room(of, at)
        return (short, -np.inf) if short < 0 else (0.0, float(weights @ np.log((of - lab.red_lines)[seated])))

    for rounds in range(1, MOST_ROUNDS + 1):
        slopes = lab.slopes(strengths, outcome)
        game = lab.game(strengths, gains, slopes, seated=seated, allowed=allowed, least=floors, cuts=cuts)
        here = score(gains, strengths)
        if worst is None or here[0] < 0:
            worst = worst_gain(game, lab.size[seated])
            if worst.value <= 0:
                return Regime(False, strengths, outcome, gains, slopes, None, np.inf, np.inf, distance,
                worst, rounds,
                              seated, allowed, floors, cuts)  # fmt: skip
        local = solve_concave(_raise_floors(lab, game, seated, worst))
        # Multipliers of the raised game prove a bound of the game itself.
        bound = game.bound(local.prices, local.floors, local.cap_prices)
        gap = (bound - here[1]) / float(weights.sum())
        if tell is not None:
            tell(rounds / MOST_ROUNDS)
        found = Regime(here[0] == 0, strengths, outcome, gains, slopes, local, bound, gap, distance, worst,
        rounds,
                       seated, allowed, floors, cuts)  # fmt: skip
        if gap <= enough:
            return found
        moved = False
        for share in STEPS:
            trial = np.clip(strengths + share * (local.values - strengths), 0.0, 1.0).round(DECIMALS)
            solved = lab.solve(trial, outcome)
            reached = lab.gains(solved)
            if score(reached, trial) > here:
                told = gains + slopes @ (trial - strengths)
                distance = float(np.abs(told - reached).max() / np.abs(reached).max())
                strengths, outcome, gains, moved = trial, solved, reached, True
                break
        if not moved:
            return found
    return found


def local_game(lab: WorldLaboratory, regime: Regime, allowed: Flags) -> ConcaveGame:
    """Write the local game around a regime with other clauses allowed and floors raised as in the search."""
    game = lab.game(
        regime.strengths, regime.gains, regime.slopes, seated=regime.seated, allowed=allowed,
        least=regime.least, cuts=regime.cuts,
    )  # fmt: skip
    return _raise_floors(lab, game, regime.seated, regime.worst)


def _raise_floors(lab: WorldLaboratory, game: ConcaveGame, seated: Flags, worst: WorstGain) -> ConcaveGame:
    return replace(game, least=game.least + MARGIN * max(worst.value, 0.0) * lab.size[seated])
