"""What is promised is not all used: take-up, tranches on milestones, and fragile packages (§6).

A concession may stand in a treaty and hardly be used. Take-up is the share of what a clause could give that
comes about; a tranche holds a part back until a milestone is met. Both multiply payoffs, draw by draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.bargaining.game import Game

__all__ = [
    "Fragility",
    "TakeUp",
    "Tranche",
    "WeakPoint",
    "apply_use",
    "break_even_use",
    "flag_fragility",
    "gains_in_use",
    "likely_use",
]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TakeUp:
    """Which share of a clause's payoffs comes about: low, likely, high; 0 to 1, and above 1 where overused.

    ``giver_pays`` is ``as used`` (the giver's side scales too: places that nobody takes cost nothing) or
    ``in full`` (the giver bears all of it whatever is used).
    """

    clause: str
    low: float
    likely: float
    high: float
    giver_pays: str = "as used"

    def __post_init__(self) -> None:
        _check_range(self.clause, self.low, self.likely, self.high)
        if self.giver_pays not in ("as used", "in full"):
            msg = f"giver_pays '{self.giver_pays}'"
            raise InputError(msg, key=f"take-up of {self.clause}", accepted="as used, in full")


@dataclass(frozen=True, slots=True)
class Tranche:
    """A part of a clause that is released only when a milestone is met.

    ``at_risk`` is the share of the clause that waits for it; ``low``, ``likely`` and ``high`` say which share
    of that part is released in the end, 0 to 1. What is not released is neither given nor received.
    """

    clause: str
    milestone: str
    at_risk: float
    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        _check_range(self.clause, self.low, self.likely, self.high)
        if not (0 <= self.at_risk <= 1 and self.high <= 1):
            msg = f"share {self.at_risk} at risk, up to {self.high} released"
            raise InputError(msg, key=f"tranche of {self.clause}", accepted="shares from 0 to 1")

    def factor(self, released: Array | float) -> Array:
        """Share of the clause that comes about when this share of the part at risk is released."""
        return np.asarray(1.0 - self.at_risk * (1.0 - np.asarray(released)))


@dataclass(frozen=True, slots=True)
class WeakPoint:
    """A party that falls below its red line when a concession made to it is little used.

    ``margin_likely`` and ``margin_low`` are its margins over the red line (on average and in the required
    share of draws) at likely and at low use, US$ million per year; ``break_even`` is the use of the clause
    at which it just holds, all else as likely (None where no use from 0 to the high end does).
    """

    party: str
    clause: str
    giver: str
    cause: str
    likely: float
    low: float
    margin_likely: float
    margin_low: float
    break_even: float | None


@dataclass(frozen=True, slots=True)
class Fragility:
    """Whether a package holds when what is promised is little used.

    ``weak_points`` list single clauses at their low end; ``below_together`` the parties below their red line
    when everything is at its low end at once, ``below_likely`` those that are below it already at likely
    use. ``fragile`` is true when any of the three is not empty.
    """

    fragile: bool
    weak_points: tuple[WeakPoint, ...]
    below_together: tuple[str, ...]
    below_likely: tuple[str, ...]


def likely_use(take_up: Iterable[TakeUp], tranches: Iterable[Tranche] = ()) -> dict[str, float]:
    """Likely share of each clause that comes about, take-up times what tranches release.

    >>> likely_use([TakeUp("x", 0.2, 0.5, 0.8)], [Tranche("x", "audit", 0.5, 0.0, 0.8, 1.0)])
    {'x': 0.45}
    """
    return _use(tuple(take_up), tuple(tranches), "likely")


def gains_in_use(
    game: Game, values: Mapping[str, float], use: Mapping[str, float], *, in_full: Iterable[str] = ()
) -> Array:
    """Gains of a package when only these shares of its clauses come about; shape (draws, parties).

    ``in_full`` names the clauses whose giver bears them whatever is used.

    >>> from comity.bargaining.game import Clause, Game
    >>> game = Game(("A", "B"), (Clause("x", "A", "B", 0, 1),), [[[-1.0], [3.0]]], [[[0.0], [0.0]]])
    >>> gains_in_use(game, {"x": 1.0}, {"x": 0.5}, in_full=["x"]).tolist()
    [[-1.0, 1.5]]
    """
    value, on = game.vectors(values)
    factor = _factors(game, {k: np.array([v]) for k, v in use.items()}, frozenset(in_full), 1)[0]
    payoff = (game.slope * value + game.fixed * on) * factor
    return np.asarray(payoff.sum(axis=2) - game.no_deal)


def apply_use(
    game: Game, take_up: Iterable[TakeUp], tranches: Iterable[Tranche] = (), *, seed: int, draws: int = 1
) -> Game:
    """Turn take-up and tranches into draws: the game with payoffs as they may come about.

    Parameters
    ----------
    game
        The game as promised.
    take_up, tranches
        At most one take-up per clause; any number of tranches, which multiply.
    seed
        Of the random numbers; each clause and milestone has a stream of its own, so that adding one leaves
        the others as they were.
    draws
        How many draws of use are joined to each payoff draw.

    Returns
    -------
    Game
        With ``game.draws * draws`` draws, triangular between low and high with the likely value on top.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> game = Game(("A", "B"), (Clause("x", "A", "B", 0, 1),), [[[-1.0], [3.0]]], [[[0.0], [0.0]]])
    >>> used = apply_use(game, [TakeUp("x", 0.2, 0.5, 0.8)], seed=1, draws=500)
    >>> used.draws, round(float(used.slope[:, 1, 0].mean()), 1)
    (500, 1.5)
    """
    known, held = tuple(take_up), tuple(tranches)
    _check(game, known, held)
    if draws < 1:
        msg = f"{draws} draws"
        raise InputError(msg, key="draws", accepted="a whole number from 1")
    count = game.draws * draws
    use: dict[str, Array] = {}
    for item in known:
        rng = _stream(seed, "take-up", item.clause)
        use[item.clause] = _triangular(rng, item.low, item.likely, item.high, count)
    for tranche in held:
        rng = _stream(seed, "tranche", tranche.clause, tranche.milestone)
        released = _triangular(rng, tranche.low, tranche.likely, tranche.high, count)
        use[tranche.clause] = use.get(tranche.clause, np.ones(count)) * tranche.factor(released)
    full = frozenset(t.clause for t in known if t.giver_pays == "in full")
    factor = _factors(game, use, full, count)
    return game.replace(
        slope=np.repeat(game.slope, draws, axis=0) * factor,
        fixed=np.repeat(game.fixed, draws, axis=0) * factor,
    )


def break_even_use(
    game: Game,
    values: Mapping[str, float],
    party: str,
    clause: str,
    *,
    use: Mapping[str, float] | None = None,
    in_full: Iterable[str] = (),
    high: float = 1.0,
) -> float | None:
    """Least use of a clause at which the party keeps its red line, all other use as given.

    None where even ``high`` is not enough; 0 where none is needed.

    >>> from comity.bargaining.game import Clause, Game
    >>> swap = (Clause("x", "A", "B", 0, 1), Clause("y", "B", "A", 0, 1))
    >>> game = Game(("A", "B"), swap, [[[-1.0, 4.0], [4.0, -1.0]]], [[[0.0, 0.0]] * 2])
    >>> round(break_even_use(game, {"x": 1.0, "y": 1.0}, "B", "x"), 6)
    0.25
    """
    index, full = game.parties.index(party), frozenset(in_full)

    def short(share: float) -> float:
        gains = gains_in_use(game, values, {**(use or {}), clause: share}, in_full=full)
        return float(game.margins(gains)[index] - game.epsilon + 1e-7 * game.scale[index])

    if short(high) < 0:
        return None
    if short(0.0) >= 0:
        return 0.0
    # margins are not always monotone in use (a concession may also cost): bisect to a crossing
    low, top = 0.0, high
    for _ in range(60):
        middle = (low + top) / 2
        low, top = (middle, top) if short(middle) < 0 else (low, middle)
    return top


def flag_fragility(
    game: Game, values: Mapping[str, float], take_up: Iterable[TakeUp], tranches: Iterable[Tranche] = ()
) -> Fragility:
    """Say whether a package survives low use of what it promises, and which promise it hangs on.

    A package is fragile when some party falls below its red line at the low end of a concession made to it,
    all else as likely; or at likely use already; or when everything is at its low end.

    >>> from comity.bargaining.game import Clause, Game
    >>> deal = (Clause("work", "A", "B", 0, 1), Clause("trade", "B", "A", 0, 1))
    >>> game = Game(("A", "B"), deal, [[[-1.0, 4.0], [4.0, -2.0]]], [[[0.0, 0.0]] * 2])
    >>> found = flag_fragility(game, {"work": 1.0, "trade": 1.0}, [TakeUp("trade", 0.1, 0.7, 1.0)])
    >>> point, = found.weak_points
    >>> found.fragile, point.party, point.clause, round(point.break_even, 6)
    (True, 'A', 'trade', 0.25)
    """
    known, held = tuple(take_up), tuple(tranches)
    _check(game, known, held)
    full = frozenset(t.clause for t in known if t.giver_pays == "in full")
    likely, low, high = (_use(known, held, end) for end in ("likely", "low", "high"))
    slack = 1e-7 * game.scale

    def margins(use: Mapping[str, float]) -> Array:
        return game.margins(gains_in_use(game, values, use, in_full=full)) - game.epsilon

    at_likely, together = margins(likely), margins(low)
    points = []
    for key in values:
        if key not in likely or low[key] >= likely[key]:
            continue
        clause = game.clauses[game.index[key]]
        at_low = margins({**likely, key: low[key]})
        for i, party in enumerate(game.parties):
            if party != clause.beneficiary or at_low[i] >= -slack[i] or at_likely[i] < -slack[i]:
                continue
            causes = ["take-up"] if any(t.clause == key and t.low < t.likely for t in known) else []
            causes += [f"milestone {t.milestone}" for t in held if t.clause == key and t.low < t.likely]
            points.append(
                WeakPoint(
                    party, key, clause.giver, ", ".join(causes), likely[key], low[key],
                    float(at_likely[i]), float(at_low[i]),
                    break_even_use(game, values, party, key, use=likely, in_full=full, high=high[key]),
                )
            )  # fmt: skip
    lowest = tuple(p for p, m, s in zip(game.parties, together, slack, strict=True) if m < -s)
    already = tuple(p for p, m, s in zip(game.parties, at_likely, slack, strict=True) if m < -s)
    return Fragility(bool(points or lowest or already), tuple(points), lowest, already)


# -- parts --------------------------------------------------------------------------------------------


def _check_range(clause: str, low: float, likely: float, high: float) -> None:
    if not (np.isfinite([low, likely, high]).all() and 0 <= low <= likely <= high):
        msg = f"range {low}, {likely}, {high}"
        raise InputError(msg, key=f"use of {clause}", accepted="0 <= low <= likely <= high")


def _check(game: Game, take_up: tuple[TakeUp, ...], tranches: tuple[Tranche, ...]) -> None:
    keys = [t.clause for t in take_up]
    for key in [*keys, *(t.clause for t in tranches)]:
        if key not in game.index:
            msg = f"unknown clause '{key}'"
            raise InputError(msg, key="use", accepted="the key of a clause")
    twice = sorted({k for k in keys if keys.count(k) > 1})
    if twice:
        msg = f"two take-ups for '{twice[0]}'"
        raise InputError(msg, key="use", accepted="one per clause")


def _use(take_up: tuple[TakeUp, ...], tranches: tuple[Tranche, ...], end: str) -> dict[str, float]:
    use = {t.clause: float(getattr(t, end)) for t in take_up}
    for tranche in tranches:
        use[tranche.clause] = use.get(tranche.clause, 1.0) * float(tranche.factor(getattr(tranche, end)))
    return use


def _factors(game: Game, use: Mapping[str, Array], in_full: frozenset[str], count: int) -> Array:
    """Factor per draw, party and clause."""
    factor = np.ones((count, len(game.parties), len(game.clauses)))
    for key, share in use.items():
        c = game.index[key]
        factor[:, :, c] = np.asarray(share)[:, None]
        if key in in_full:
            factor[:, game.parties.index(game.clauses[c].giver), c] = 1.0
    return factor


def _stream(seed: int, *words: str) -> np.random.Generator:
    text = "\x1f".join(words).encode()
    return np.random.default_rng([seed, *text])


def _triangular(rng: np.random.Generator, low: float, likely: float, high: float, count: int) -> Array:
    uniform = rng.random(count)
    if high <= low:
        return np.full(count, low)
    corner = (likely - low) / (high - low)
    rising = low + np.sqrt(uniform * (high - low) * (likely - low))
    falling = high - np.sqrt((1.0 - uniform) * (high - low) * (high - likely))
    return np.where(uniform < corner, rising, falling)
