"""Who gives and gets by pair, what only circles reach, how the gain is split, and under what threat (§6.6).

A web of bilateral deals must balance for each pair by itself; a round may let A give to B, B to C and C to
A. The difference is what the circles are worth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.solve import ideal_gains, solve_utilitarian
from comity.bargaining.table import Floor, Table
from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.bargaining.game import Game, Solution
    from comity.bargaining.program import Solver

__all__ = [
    "CirclesWorth",
    "Coercion",
    "PairBalance",
    "Split",
    "assess_split",
    "balance_pairs",
    "measure_coercion",
    "value_circles",
]

Array = npt.NDArray[np.float64]
EQUITY_RULE = (
    "A party is flagged when it gets less than half of an equal share of all gains, or when its gain, as a "
    "share of the most it could gain, is less than half of the middle one of all parties."
)


@dataclass(frozen=True, slots=True)
class PairBalance:
    """What passes between two parties, means over the draws, US$ million per year.

    ``first_gives`` is what the clauses that the first party gives to the second are worth to the second,
    ``first_pays`` what they cost the first (above zero: a cost); likewise the other way.
    ``first_net`` and ``second_net`` are what the pair's clauses leave each of them with, ``others_net`` what
    they do to everybody else.
    """

    first: str
    second: str
    first_gives: float
    first_pays: float
    second_gives: float
    second_pays: float
    first_net: float
    second_net: float
    others_net: float
    clauses: tuple[str, ...]

    @property
    def stands_alone(self) -> bool:
        """True where neither loses by what passes between the two."""
        return self.first_net >= 0 and self.second_net >= 0


@dataclass(frozen=True, eq=False)
class CirclesWorth:
    """What giving in circles reaches that no set of bilateral deals can.

    ``with_circles`` is the largest sum of mean gains, ``pairs_only`` the largest when every pair's deal must
    leave neither of the two worse off; both with proven bounds, US$ million per year. None: no package.
    ``least`` and ``most`` enclose the true difference.
    """

    with_circles: Solution
    pairs_only: Mapping[str, float]
    pairs_total: float | None
    pairs_bound: float | None
    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Split:
    """How the gain is split, and who is flagged by the stated rule; a description, not a verdict.

    ``shares`` of the sum of mean gains (None where that is not above zero); ``ratios`` to the most that each
    could gain in any package that keeps all red lines (None for a party that could gain nothing).
    """

    gains: Mapping[str, float]
    shares: Mapping[str, float] | None
    ideal: Mapping[str, float]
    ratios: Mapping[str, float | None]
    flagged: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Coercion:
    """A party's gain against the status quo and against the no-deal that it is threatened with.

    Means over the draws, US$ million per year; ``threat`` is by how much the threatened no-deal is worse
    than the status quo. ``coerced``: the package looks like a gain only beside the threat.
    """

    party: str
    over_status_quo: float
    over_threat: float
    share_over_status_quo: float
    share_over_threat: float
    threat: float
    coerced: bool


def balance_pairs(game: Game, values: Mapping[str, float]) -> tuple[PairBalance, ...]:
    """Add up what passes between each pair of parties, in the order of the table.

    >>> from comity.bargaining.game import Clause, Game
    >>> swap = (Clause("x", "A", "B", 0, 1), Clause("y", "B", "A", 0, 1))
    >>> game = Game(("A", "B"), swap, [[[-1.0, 3.0], [2.0, -1.0]]], [[[0.0, 0.0]] * 2])
    >>> pair, = balance_pairs(game, {"x": 1.0, "y": 1.0})
    >>> pair.first_gives, pair.first_pays, pair.first_net, pair.second_net
    (2.0, 1.0, 2.0, 1.0)
    """
    value, on = game.vectors(values)
    gain = game.slope.mean(axis=0) * value + game.fixed.mean(axis=0) * on
    found = []
    for a, b in combinations(range(len(game.parties)), 2):
        one, other = game.parties[a], game.parties[b]
        forth = [c for c, k in enumerate(game.clauses) if on[c] and (k.giver, k.beneficiary) == (one, other)]
        back = [c for c, k in enumerate(game.clauses) if on[c] and (k.giver, k.beneficiary) == (other, one)]
        both = forth + back
        if not both:
            continue
        total = float(gain[:, both].sum())
        first, second = float(gain[a, both].sum()), float(gain[b, both].sum())
        found.append(
            PairBalance(
                one,
                other,
                float(gain[b, forth].sum()),
                -float(gain[a, forth].sum()),
                float(gain[a, back].sum()),
                -float(gain[b, back].sum()),
                first,
                second,
                total - first - second,
                tuple(game.clauses[c].key for c in sorted(both)),
            )
        )
    return tuple(found)


def value_circles(game: Game, *, gap: float = 1e-6, solver: Solver = "auto") -> CirclesWorth:
    """Measure the gains that no set of bilateral deals can reach.

    Both times the sum of mean gains is maximised under all red lines and rules; the second time the clauses
    between each pair must leave neither of the two worse off on average.

    >>> from comity.bargaining.game import Clause, Game
    >>> ring = tuple(Clause(g + b, g, b, 0, 1) for g, b in ("AB", "BC", "CA"))
    >>> slope = [[[-1.0, 0.0, 2.0], [2.0, -1.0, 0.0], [0.0, 2.0, -1.0]]]
    >>> worth = value_circles(Game(("A", "B", "C"), ring, slope, [[[0.0] * 3] * 3]))
    >>> round(worth.with_circles.objective, 4), worth.pairs_total, round(worth.least, 4)
    (3.0, 0.0, 3.0)
    """
    even = game.replace(weights=None)
    free = solve_utilitarian(even, gap=gap, solver=solver)
    if not free.found or free.objective is None or free.bound is None:
        return CirclesWorth(free, {}, None, None, None, None)
    table, size = Table(even), float(even.scale.max())
    program = table.rules.copy()
    terms = [table.mean_terms(i) for i in range(len(game.parties))]
    index = {p: i for i, p in enumerate(game.parties)}
    pairs: dict[tuple[int, int], list[int]] = {}
    for c, owner in enumerate(table.owner):
        clause = game.clauses[owner]
        a, b = sorted((index[clause.giver], index[clause.beneficiary]))
        pairs.setdefault((a, b), []).append(c)
    for pair, columns in pairs.items():
        for i in set(pair):
            row = {c: terms[i][c] / size for c in columns if c in terms[i]}
            if any(v < 0 for v in row.values()):
                program.row(row, lower=0.0)
    for part in terms:
        for c, v in part.items():
            program.objective[c] = program.objective.get(c, 0.0) + v / size
    floors = [Floor(i, float(least)) for i, least in enumerate(game.floor)]
    answer = table.maximise(program, floors, gap=gap, solver=solver)
    if answer.point is None:
        if answer.status != "infeasible":
            bound = answer.bound * size - float(game.no_deal.sum())
            return CirclesWorth(free, {}, None, bound, max(0.0, free.objective - bound), None)
        return CirclesWorth(free, {}, None, None, None, None)
    values = table.values(answer.point)
    total = float(game.gains(values).mean(axis=0).sum())
    bound = max(total, answer.bound * size - float(game.no_deal.sum()))
    return CirclesWorth(
        free, values, total, bound, max(0.0, free.objective - bound), max(0.0, free.bound - total)
    )


def assess_split(
    game: Game,
    values: Mapping[str, float],
    *,
    ideal: Mapping[str, float] | None = None,
    solver: Solver = "auto",
) -> Split:
    """Describe the split of the gain and flag whom it treats badly, by a rule that is stated with it.

    ``ideal`` is the most that each party could gain; found by :func:`comity.bargaining.solve.ideal_gains`
    unless given.

    >>> from comity.bargaining.game import split_the_dollar
    >>> assess_split(split_the_dollar(("A", "B"), 10.0), {"share of A": 1.0}).flagged
    ('A',)
    """
    mean = game.gains(values).mean(axis=0)
    if ideal is None:
        ideal = ideal_gains(game, solver=solver)
    ratios: dict[str, float | None] = {
        p: float(g / ideal[p]) if ideal.get(p, 0.0) > 1e-9 * s else None
        for p, g, s in zip(game.parties, mean, game.scale, strict=True)
    }
    total = math.fsum(mean)
    shares = {p: float(g / total) for p, g in zip(game.parties, mean, strict=True)} if total > 0 else None
    flagged: set[str] = set()
    if shares is not None:
        flagged |= {p for p, s in shares.items() if s < 0.5 / len(shares)}
    known = [r for r in ratios.values() if r is not None]
    if known:
        middle = float(np.median(known))
        flagged |= {p for p, r in ratios.items() if r is not None and r < 0.5 * middle}
    return Split(
        {p: float(g) for p, g in zip(game.parties, mean, strict=True)},
        shares,
        dict(ideal),
        ratios,
        tuple(p for p in game.parties if p in flagged),
        EQUITY_RULE,
    )


def measure_coercion(
    game: Game, values: Mapping[str, float], *, status_quo: npt.ArrayLike, threatened: npt.ArrayLike
) -> tuple[Coercion, ...]:
    """Compare a package with the status quo and with the no-deal that parties are threatened with.

    Parameters
    ----------
    game
        The game; its own disagreement point is not used.
    values
        The package.
    status_quo, threatened
        Shape (parties,): payoff if nothing changes, and payoff if there is no deal and the threat is carried
        out, US$ million per year.

    Examples
    --------
    >>> from comity.bargaining.game import split_the_dollar
    >>> game = split_the_dollar(("A", "B"), 10.0)
    >>> a, b = measure_coercion(game, {"share of A": 2.0}, status_quo=[3.0, 1.0], threatened=[0.0, 1.0])
    >>> a.over_status_quo, a.over_threat, a.coerced, b.coerced
    (-1.0, 2.0, True, False)
    """
    points = []
    for name, given in (("status_quo", status_quo), ("threatened", threatened)):
        point = np.asarray(given, dtype=float)
        if point.shape != (len(game.parties),) or not np.all(np.isfinite(point)):
            msg = f"shape {point.shape}"
            raise InputError(msg, key=name, accepted=f"{len(game.parties)} finite numbers")
        points.append(point)
    payoff = game.gains(values) + game.no_deal
    rows = []
    for i, party in enumerate(game.parties):
        quiet, threat = payoff[:, i] - points[0][i], payoff[:, i] - points[1][i]
        slack = 1e-9 * float(game.scale[i])
        rows.append(
            Coercion(
                party,
                float(quiet.mean()),
                float(threat.mean()),
                float((quiet >= -slack).mean()),
                float((threat >= -slack).mean()),
                float(points[0][i] - points[1][i]),
                bool(quiet.mean() < -slack and threat.mean() >= -slack and points[1][i] < points[0][i]),
            )
        )
    return tuple(rows)
