"""Steps of a puzzle taken in the full world, and the architectures that they are held against (§8, E109).

The search knows local values around today. A step is taken here: its package is bargained with derivatives
where the path has come to, and counts only when the full world confirms that every side reaches what it asks
and that no member inside loses more than it tolerates.

Who may import me: :mod:`comity.services.puzzle`. Start at :func:`walk`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.bargaining.joining import find_parts
from comity.errors import SolveError
from comity.services.world_clauses import make_shock
from comity.services.world_draws import draw_values
from comity.units import to_usd_million
from comity.world.menu import Menu

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from comity.bargaining.joining import Parts
    from comity.bargaining.sides import SideGame
    from comity.evidence import Parameters
    from comity.services.puzzle_table import PuzzleTable
    from comity.world import Outcome

    Array = NDArray[np.float64]

__all__ = [
    "Apart",
    "Architecture",
    "Refusal",
    "Step",
    "draw_ranges",
    "find_apart",
    "hub_and_spoke",
    "refuse",
    "walk",
]

#: Times that a package is bargained anew with floors raised by what the full world fell short.
MOST_TRIES: Final = 12
#: How much more than what was missed is asked for in the next package.
OVERSHOOT: Final = 1.5
#: Decimals of a strength; what a solver leaves below would come out different on another machine.
DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path in the full world.

    Attributes
    ----------
    parts
        The sides, as masks.
    margin
        Its value in the search: the worst-off side's margin, as a share of its size.
    values
        What is agreed in this step: value of each instrument; M.
    change
        What the step does to every economy in the full world; US$ million a year, N.
    tries
        Packages bargained.
    """

    parts: Parts
    margin: float
    values: Array
    change: Array
    tries: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step is not taken: its margin, whose demands it fails at, and members whose tolerance binds.

    With a margin of 0 or more there is a package on local values, and ``sides`` and ``members`` are
    those that
    the full world leaves short in the last package tried.
    """

    parts: Parts
    margin: float
    sides: tuple[int, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Architecture:
    """A way to a wider regime: its steps, who is left out, and every economy's gain in the end.

    Attributes
    ----------
    key, title
        Its name.
    steps
        In order; those that the full world does not confirm are not among them.
    together
        Unions in the end, as masks (of a hub: the hub with its spokes, though spokes do not trade terms).
    values
        Value of each instrument in the end; M.
    gains
        Of every economy in the full world; US$ million a year, N.
    refused
        Why it stops, where it does.
    draws
        Gains of every economy in every draw; draws × N.
    """

    key: str
    title: str
    steps: tuple[Step, ...]
    together: tuple[int, ...]
    values: Array
    gains: Array
    refused: tuple[Refusal, ...]
    draws: Array


@dataclass(frozen=True, slots=True)
class Apart:
    """What a piece has inside, and what it would have apart while the others keep what they agreed.

    US$ million a year; ``others`` is what the other pieces together would lose by that.
    """

    piece: int
    inside: float
    apart: float
    others: float

    @property
    def stumbles(self) -> bool:
        """Whether it gains by staying apart."""
        return self.apart > self.inside


def walk(table: PuzzleTable, key: str, title: str, joins: Sequence[Parts]) -> Architecture:
    """Take steps one after the other in the full world; stop before the first that it does not confirm."""
    values, outcome, game = np.zeros(len(table.instruments)), table.today, table.game
    gains = table.gains(outcome)
    steps: list[Step] = []
    refused: tuple[Refusal, ...] = ()
    unions = [1 << k for k in range(len(table.codes))]
    for parts in joins:
        if steps:
            game = table.around(table.slopes(values, outcome))
        taken = _take(table, game, parts, values, outcome, gains)
        if isinstance(taken, Refusal):
            refused = (taken,)
            break
        step, outcome = taken
        steps.append(step)
        values = values + step.values
        gains = gains + step.change
        unions = [u for u in unions if u not in parts] + [sum(parts)]
    ordered = tuple(sorted(unions, key=lambda m: (-m.bit_count(), m & -m)))
    return Architecture(key, title, tuple(steps), ordered, values, gains, refused, np.zeros((0, len(gains))))


def _take(
    table: PuzzleTable, game: SideGame, parts: Parts, values: Array, outcome: Outcome, gains: Array
) -> tuple[Step, Outcome] | Refusal:
    """One step with its package; or why no package that was tried is confirmed."""
    margin = game.margin(parts).value
    if margin < 0:
        return refuse(table, game, parts)
    asked, floors = game, game.floors(parts)
    lost, short = np.zeros(len(game.size)), np.zeros(len(parts))
    for tries in range(1, MOST_TRIES + 1):
        try:
            added = asked.bargain(parts).round(DECIMALS)
        except SolveError:
            break
        solved = table.solve(np.clip(values + added, 0.0, 1.0), outcome)
        change = table.gains(solved) - gains
        lost = game.lost(parts, change[table.places])
        short = np.maximum(floors - game.side_gains(parts, change[table.places]), 0.0)
        if not lost.any() and not short.any():
            return Step(parts, margin, added, change, tries), solved
        # The world bends: ask for more where it was missed, and bargain again.
        asked = _tighten(asked, parts, lost, short)
    sides = tuple(p for p, miss in zip(parts, short, strict=True) if miss > 0)
    members = tuple(table.members[k] for k in np.argsort(-lost, kind="stable") if lost[k] > 0)
    return Refusal(parts, margin, sides, members)


def _tighten(asked: SideGame, parts: Parts, lost: Array, short: Array) -> SideGame:
    """Ask for more where the full world fell short: members by loss, sides by what they missed."""
    asks, tolerance = asked.asks.copy(), asked.tolerance - OVERSHOOT * lost
    for part, miss in zip(parts, short, strict=True):
        pieces = find_parts(part)
        if len(pieces) == 1:
            asks[pieces[0]] += OVERSHOOT * miss / asked.sizes[pieces[0]]
        elif miss > 0:
            rows = np.isin(asked.piece, pieces)
            tolerance = tolerance - np.where(rows, OVERSHOOT * miss / asked.size[rows].sum(), 0.0)
    return replace(asked, asks=asks, tolerance=tolerance)


def refuse(table: PuzzleTable, game: SideGame, parts: Parts) -> Refusal:
    """Say why sides do not join on local values, or what binds where they could."""
    found = game.margin(parts)
    sides = tuple(p for p, weight in zip(parts, found.sides, strict=True) if weight > 1 / (2 * len(parts)))
    return Refusal(parts, found.value, sides, tuple(table.members[k] for k in found.members))


def hub_and_spoke(table: PuzzleTable) -> Architecture:
    """Agreements of one piece with each of the others alone, for the hub that does best on local values.

    The hub with which the most pieces find an agreement; of those, where the pieces gain the most together.
    """
    game, count = table.game, len(table.codes)
    pairs: dict[Parts, Array] = {}
    for a in range(count):
        for b in range(a + 1, count):
            parts = (1 << a, 1 << b)
            if game.margin(parts).value >= 0:
                pairs[parts] = game.bargain(parts)
    worth = {parts: float((game.slope @ values).sum()) for parts, values in pairs.items()}

    def rate(hub: int) -> tuple[int, float, int]:
        spokes = [parts for parts in pairs if 1 << hub in parts]
        return len(spokes), sum(worth[parts] for parts in spokes), -hub

    hub = max(range(count), key=rate)
    spokes = sorted((p for p in pairs if 1 << hub in p), key=lambda p: (-worth[p], p))
    values, outcome = np.zeros(len(table.instruments)), table.today
    gains = table.gains(outcome)
    steps: list[Step] = []
    refused = [
        refuse(table, game, tuple(sorted((1 << hub, 1 << k))))
        for k in range(count)
        if k != hub and tuple(sorted((1 << hub, 1 << k))) not in pairs
    ]
    for spoke in spokes:
        here = table.around(table.slopes(values, outcome)) if steps else game
        taken = _take(table, here, spoke, values, outcome, gains)
        if isinstance(taken, Refusal):
            refused.append(taken)
            continue
        step, outcome = taken
        steps.append(step)
        values = values + step.values
        gains = gains + step.change
    joined = (1 << hub) | sum(sum(s.parts) & ~(1 << hub) for s in steps)
    rest = [1 << k for k in range(count) if not joined >> k & 1]
    title = f"Hub and spoke: {table.codes[hub]} with each alone"
    return Architecture(
        "hub_and_spoke", title, tuple(steps), (joined, *rest), values, gains, tuple(refused),
        np.zeros((0, len(gains))),
    )  # fmt: skip


def find_apart(table: PuzzleTable, found: Architecture) -> tuple[Apart, ...]:
    """Value each piece of the largest union apart, the others keeping what they agreed (full world)."""
    game = table.game
    start = table.solve(found.values)
    inside = game.side_gains(tuple(1 << k for k in range(len(table.codes))), found.gains[table.places])
    out = []
    for k in find_parts(found.together[0]) if found.together[0].bit_count() > 1 else ():
        without = np.where((game.giver == k) | (game.beneficiary == k), 0.0, found.values)
        gains = table.gains(table.solve(without, start))
        then = game.side_gains(tuple(1 << j for j in range(len(table.codes))), gains[table.places])
        others = float(inside.sum() - inside[k] - (then.sum() - then[k]))
        out.append(Apart(k, float(inside[k]), float(then[k]), others))
    return tuple(out)


def draw_ranges(
    table: PuzzleTable,
    parameters: Parameters,
    found: Sequence[Architecture],
    *,
    draws: int,
    seed: int,
    tell: Callable[[float], None] | None = None,
) -> tuple[Architecture, ...]:
    """Value the end of every architecture in draws of the full world; the same seed gives the same draws."""
    lab = table.lab
    candidates = lab.draft.candidates
    mixtures = [table.strengths(a.values) for a in found]
    used = np.flatnonzero(np.sum(mixtures, axis=0) > 0)
    kept = [candidates[k] for k in used]
    out = np.zeros((len(found), draws, len(lab.world.economy)))
    if len(used):
        for row, values in enumerate(draw_values(parameters, draws=draws, seed=seed)):
            world = lab.bench.world(values)
            setting = lab.bench.setting(values, world)
            menu = Menu(world.economy, [make_shock(setting, c, c.full) for c in kept])
            for k, mixture in enumerate(mixtures):
                ledger = world.solve(menu.shock(mixture[used])).ledger()
                out[k, row] = to_usd_million(1.0) * (ledger.values * lab.bench.weights).sum(axis=1)
            if tell is not None:
                tell((row + 1) / draws)
    return tuple(replace(a, draws=out[k]) for k, a in enumerate(found))
