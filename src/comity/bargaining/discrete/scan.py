"""Every outcome of a game, one block after the other: slow, plain, and independent of the folded frontier.

It shares with the other methods nothing but the tables, so that one can check the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.discrete.counting import blocks
from comity.errors import InputError

if TYPE_CHECKING:
    from comity.bargaining.discrete.game import DiscreteGame

__all__ = ["MOST_SCANNED", "Scan", "scan_outcomes"]

Array = npt.NDArray[np.float64]

MOST_SCANNED = 50_000_000
"""Outcomes that are listed one by one; beyond it only the methods that need no list are used."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a pass over all outcomes finds; None where no outcome is individually rational.

    Parameters
    ----------
    outcomes, rational, strictly
        Counts: all, those that keep every reservation value, those strictly above all of them.
    nash
        Largest product of gains over the reservation values.
    ratio, ratio_all
        Smallest gain ratio of the leximin outcome, with the ideal within the rational outcomes or over all.
    smallest_gain
        Smallest gain of the egalitarian outcome.
    total, total_all
        Largest sum of utilities within the rational outcomes, and over all.
    """

    outcomes: int
    rational: int
    strictly: int
    nash: float | None
    ratio: float | None
    ratio_all: float | None
    smallest_gain: float | None
    total: float | None
    total_all: float


def scan_outcomes(game: DiscreteGame) -> Scan:
    """List all outcomes and keep the best values.

    Raises
    ------
    comity.errors.InputError
        When there are more than :data:`MOST_SCANNED` outcomes.

    Examples
    --------
    >>> from comity.bargaining.discrete.game import DiscreteGame, Issue
    >>> nine = Issue("share", tuple("012345678"))
    >>> share = [[v / 8, 1 - v / 8] for v in range(9)]
    >>> scan_outcomes(DiscreteGame("pie", ("A", "B"), (nine,), (share,))).nash
    0.25
    """
    if game.outcomes > MOST_SCANNED:
        msg = f"'{game.name}' has {game.outcomes:,} outcomes"
        raise InputError(msg, key="check", accepted=f"at most {MOST_SCANNED:,} for a list of all outcomes")
    reserve, slack = game.no_deal, game.slack
    rational = strictly = 0
    nash = total = total_all = -np.inf
    ideal = np.full(len(game.parties), -np.inf)
    for block in blocks(game):
        total_all = max(total_all, float(block.sum(axis=0).max()))
        kept = _rational(block, game)
        if not kept.shape[1]:
            continue
        rational += kept.shape[1]
        gains = kept - reserve[:, None]
        strictly += int(np.count_nonzero(np.all(gains > slack[:, None], axis=0)))
        ideal = np.maximum(ideal, kept.max(axis=1))
        total = max(total, float(kept.sum(axis=0).max()))
        gains[np.abs(gains) <= slack[:, None]] = 0.0
        nash = max(nash, float(np.prod(gains, axis=0).max()))
    if not rational:
        return Scan(game.outcomes, 0, 0, None, None, None, None, None, total_all)
    ratio, ratio_all, smallest = _fairest(game, ideal)
    return Scan(game.outcomes, rational, strictly, nash, ratio, ratio_all, smallest, total, total_all)


def _rational(block: Array, game: DiscreteGame) -> Array:
    keep = np.ones(block.shape[1], dtype=bool)
    for i, least in enumerate(game.no_deal - game.slack):
        keep &= block[i] >= least
    return block if keep.all() else block[:, keep]


def _fairest(game: DiscreteGame, ideal: Array) -> tuple[float, float, float]:
    """Largest smallest ratio (two conventions) and largest smallest gain, in a second pass."""
    best = [-np.inf, -np.inf, -np.inf]
    widths = (ideal - game.no_deal, game.best - game.no_deal)
    for block in blocks(game):
        gains = _rational(block, game) - game.no_deal[:, None]
        if not gains.shape[1]:
            continue
        for at, width in enumerate(widths):
            wide = width > game.slack
            share = np.ones_like(gains)
            share[wide] = gains[wide] / width[wide, None]
            best[at] = max(best[at], float(share.min(axis=0).max()))
        best[-1] = max(best[-1], float(gains.min(axis=0).max()))
    return best[0], best[1], best[2]
