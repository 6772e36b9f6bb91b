"""All solutions of a game over issues, exact, from its frontier (§6.2, §6.9).

Nash product, leximin of gain ratios, leximin of gains and the sum of utilities all rise when one party gets
more and nobody gets less. Their best outcomes within the individually rational ones therefore lie on the
frontier, and the bound of each is its own value.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.discrete.counting import count_accepted, count_rational
from comity.bargaining.discrete.fold import Frontier, fold_frontier
from comity.bargaining.discrete.game import TOLERANCE
from comity.bargaining.discrete.pairs import find_best_products, find_candidates
from comity.errors import SolveError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.bargaining.discrete.game import DiscreteGame

__all__ = ["Blocked", "Chosen", "DiscreteSolutions", "solve_discrete", "solve_product"]

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Chosen:
    """The outcome that a solution picks.

    Parameters
    ----------
    value
        What was maximised: the product of gains, the smallest gain ratio, the smallest gain, or the sum of
        utilities. It is its own bound.
    utilities
        Shape (parties,).
    bid
        Value agreed for each issue.
    ties
        How many distinct efficient utility vectors reach this value (for leximin: all of its ratios), within
        :data:`~comity.bargaining.discrete.game.TOLERANCE`.
    tied
        Their utilities, shape (ties, parties), the picked one first.
    """

    value: float
    utilities: Array
    bid: Mapping[str, str]
    ties: int
    tied: Array


@dataclass(frozen=True, slots=True)
class Blocked:
    """Where no outcome is rational for all: how far one party is from its reservation value.

    Parameters
    ----------
    party
        Who.
    reserve
        What it asks for at least.
    alone
        The most it could get if it alone chose.
    best
        The most it can get in outcomes that all the others accept; None where the others agree on nothing.
    """

    party: str
    reserve: float
    alone: float
    best: float | None


@dataclass(frozen=True, eq=False)
class DiscreteSolutions:
    """Counts, frontier and solutions of a game.

    Parameters
    ----------
    game
        The game.
    outcomes, rational, strictly
        How many outcomes there are, how many keep every reservation value, and how many lie strictly above
        all of them. None where an exact count is out of reach.
    accepted
        How many pass under the game's own rule; None where it has none or a count is out of reach.
    frontier
        The efficient outcomes among the rational ones.
    ideal
        The most that each party gets in a rational outcome; shape (parties,).
    nash, leximin, leximin_all, egalitarian, utilitarian
        The solutions; None where no outcome is rational. ``leximin`` divides gains by what a party could gain
        in a rational outcome (Imai, 1983), ``leximin_all`` by what it could gain in any outcome.
    nash_is_zero
        True where no outcome gives everybody a gain above zero: the product then says nothing, and the
        outcome shown (and what ties) is that of ``leximin``.
    utilitarian_all
        Largest sum of utilities over all outcomes, whoever loses.
    nearest
        Where no outcome is rational: the outcome in which the worst shortfall is smallest (leximin).
    blocked
        The same case, party by party; empty (and ``nearest`` None) where that is too large to compute.
    method
        How the frontier was found, in words.
    """

    game: DiscreteGame
    outcomes: int
    rational: int | None
    strictly: int | None
    accepted: int | None
    frontier: Frontier
    ideal: Array | None
    nash: Chosen | None
    leximin: Chosen | None
    leximin_all: Chosen | None
    egalitarian: Chosen | None
    utilitarian: Chosen | None
    nash_is_zero: bool
    utilitarian_all: float
    nearest: Chosen | None
    blocked: tuple[Blocked, ...]
    method: str

    @property
    def found(self) -> bool:
        """True where some outcome keeps every reservation value."""
        return self.nash is not None


def solve_discrete(game: DiscreteGame, *, counts: bool = True, frontier: bool = True) -> DiscreteSolutions:
    """Solve a game over issues exactly.

    Parameters
    ----------
    game
        The game.
    counts
        Also count the rational outcomes; without it the counts are None.
    frontier
        Also compute the whole frontier. Without it, or where it is too large, only the outcomes that a
        solution may pick are found (and the frontier is marked as incomplete); they are as exact.

    Raises
    ------
    comity.errors.SolveError
        When even half of the issues has too large a frontier.

    Examples
    --------
    >>> from comity.bargaining.discrete.game import DiscreteGame, Issue
    >>> both = ("Ann", "Bob")
    >>> orange = DiscreteGame("orange", both, (Issue("peel", both), Issue("juice", both)),
    ...                       tables=([[0.8, 0.0], [0.0, 0.3]], [[0.2, 0.0], [0.0, 0.7]]))
    >>> solved = solve_discrete(orange)
    >>> solved.nash.bid, round(solved.nash.value, 3), len(solved.frontier.points)
    ({'peel': 'Ann', 'juice': 'Bob'}, 0.56, 3)
    """
    efficient_ones, method = _frontier(game, whole=frontier)
    points = efficient_ones.points
    found = len(points) > 0
    rational = count_rational(game) if counts else None
    strictly = count_rational(game, strictly=True) if counts else None
    accepted = count_accepted(game) if counts and game.rule is not None else None
    everything = float(sum(table.sum(axis=1).max() for table in game.tables))
    if not found:
        nearest, blocked = _explain(game)
        return DiscreteSolutions(
            game, game.outcomes, rational, strictly, accepted, efficient_ones, None, None, None, None, None,
            None, False, everything, nearest, blocked, method,
        )  # fmt: skip
    ideal = points.max(axis=0)
    gains = _gains(game, points)
    even = _leximin(_ratios(gains, ideal - game.no_deal, game.slack))
    zero = not bool(np.any(np.all(gains > 0, axis=1)))
    nash = _nash(game, efficient_ones, gains, even)
    return DiscreteSolutions(
        game,
        game.outcomes,
        rational,
        strictly,
        accepted,
        efficient_ones,
        ideal,
        nash,
        _ratio(game, efficient_ones, gains, ideal - game.no_deal),
        _ratio(game, efficient_ones, gains, game.best - game.no_deal),
        _ratio(game, efficient_ones, gains, None),
        _utilitarian(game, efficient_ones),
        zero,
        everything,
        None,
        (),
        method,
    )


def solve_product(game: DiscreteGame) -> Chosen | None:
    """Find only the Nash outcome; None where no outcome gives everybody a gain above zero.

    It needs neither the frontier nor a count, and picks what :func:`solve_discrete` picks.

    >>> from comity.bargaining.discrete.game import DiscreteGame, Issue
    >>> share = Issue("share", ("0", "1", "2"))
    >>> pie = DiscreteGame("pie", ("A", "B"), (share,), ([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]],))
    >>> solve_product(pie).bid
    {'share': '1'}
    """
    found = find_best_products(game)
    gains = _gains(game, found.points)
    return _nash(game, found, gains, np.arange(0)) if len(gains) else None


def _frontier(game: DiscreteGame, *, whole: bool) -> tuple[Frontier, str]:
    if whole:
        with contextlib.suppress(SolveError):
            found = fold_frontier(game)
            return (
                found,
                f"Pareto sets summed issue by issue, exact; at most {found.largest:,} points at once",
            )
    found = find_candidates(game)
    return found, f"best pairs of two halves, exact; at most {found.largest:,} points of a half at once"


def _gains(game: DiscreteGame, points: Array) -> Array:
    """Gains over the reservation values; within the slack a gain is exactly none."""
    gains = points - game.no_deal
    return np.where(np.abs(gains) <= game.slack, 0.0, gains)


def _ratios(gains: Array, width: Array, slack: Array) -> Array:
    """Gains over the widest gain; a party that cannot gain is content (ratio 1)."""
    wide = width > slack
    return np.asarray(np.where(wide, gains / np.where(wide, width, 1.0), 1.0))


def _leximin(values: Array, slack: Array | float = TOLERANCE) -> Index:
    """Rows whose sorted values are lexicographically largest; each within its party's slack."""
    order = np.argsort(values, axis=1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=1)
    slacks = np.broadcast_to(np.asarray(slack, dtype=float), values.shape[1:])[order]
    rows = np.arange(len(values))
    for column in range(ordered.shape[1]):
        level = ordered[rows, column]
        rows = rows[level >= level.max() - slacks[rows, column]]
    return rows


def _ratio(game: DiscreteGame, frontier: Frontier, gains: Array, width: Array | None) -> Chosen:
    """Leximin of gains over a width, or of gains as they are (then within the game's slack)."""
    if width is None:
        values = gains
        rows = _leximin(values, game.slack)
    else:
        values = _ratios(gains, width, game.slack)
        rows = _leximin(values)
    return _chosen(game, frontier, rows, float(values[rows[0]].min()))


def _nash(game: DiscreteGame, frontier: Frontier, gains: Array, even: Index) -> Chosen:
    positive = np.all(gains > 0, axis=1)
    if not positive.any():
        return _chosen(game, frontier, even, 0.0)
    logs = np.full(len(gains), -np.inf)
    logs[positive] = np.log(gains[positive]).sum(axis=1)
    rows = np.flatnonzero(np.exp(logs - logs.max()) >= 1.0 - TOLERANCE)
    rows = _even_first(gains, rows)
    return _chosen(game, frontier, rows, float(np.prod(gains[rows[0]])))


def _utilitarian(game: DiscreteGame, frontier: Frontier) -> Chosen:
    sums = frontier.points.sum(axis=1)
    rows = np.flatnonzero(sums >= sums.max() - float(game.slack.sum()))
    rows = _even_first(frontier.points - game.no_deal, rows)
    return _chosen(game, frontier, rows, float(sums[rows[0]]))


def _even_first(gains: Array, rows: Index) -> Index:
    """Among equals the one that treats the worst-off best comes first."""
    first = rows[_leximin(gains[rows], 0.0)[0]]
    return np.concatenate([[first], rows[rows != first]])


def _chosen(game: DiscreteGame, frontier: Frontier, rows: Index, value: float) -> Chosen:
    first = rows[0]
    return Chosen(
        value, frontier.points[first], game.bid(frontier.choices[first]), len(rows), frontier.points[rows]
    )


def _explain(game: DiscreteGame) -> tuple[Chosen | None, tuple[Blocked, ...]]:
    """Say how near the parties come, and who holds out; nothing where the whole frontier is too large."""
    try:
        whole = fold_frontier(game, np.full(len(game.parties), -np.inf))
    except SolveError:
        return None, ()
    nearest = _ratio(game, whole, _gains(game, whole.points), None)
    blocked = []
    for i, party in enumerate(game.parties):
        floor = game.no_deal.copy()
        floor[i] = -np.inf
        others = fold_frontier(game, floor).points
        best = float(others[:, i].max()) if len(others) else None
        blocked.append(Blocked(party, float(game.no_deal[i]), float(game.best[i]), best))
    return nearest, tuple(blocked)
