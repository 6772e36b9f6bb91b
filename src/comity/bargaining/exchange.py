"""Who gives whom, in which circles, how evenly, and what a concession is worth (§6.6, §6.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.bargaining.game import Game

__all__ = [
    "Cycle",
    "Equity",
    "Essential",
    "Flow",
    "Rate",
    "essential_clauses",
    "exchange_cycles",
    "measure_equity",
    "quote_rates",
    "trace_giving",
]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Flow:
    """What one clause of a package passes from its giver to its beneficiary.

    Gains are means over the draws, US$ million per year; ``others`` is the sum over all other parties.
    """

    giver: str
    beneficiary: str
    clause: str
    value: float
    giver_gain: float
    beneficiary_gain: float
    others_gain: float


@dataclass(frozen=True, slots=True)
class Cycle:
    """A circle of giving: each party gives to the next, and the last to the first.

    ``only_together`` is True where no party of the circle gets anything back from the one it gives to, so
    that no deal between two of them reaches the same gains.
    """

    parties: tuple[str, ...]
    clauses: tuple[tuple[str, ...], ...]
    only_together: bool


@dataclass(frozen=True, slots=True)
class Equity:
    """How evenly the gain is split; a description, not a verdict.

    ``shares`` of the total mean gain (None where the total is not above zero); ``evenness`` is Jain's
    index, from 1/parties (one party has all) to 1 (all equal); ``smallest_to_largest`` is the ratio.
    """

    gains: Mapping[str, float]
    shares: Mapping[str, float] | None
    evenness: float | None
    smallest_to_largest: float | None


@dataclass(frozen=True, slots=True)
class Essential:
    """What happens to the package when one clause leaves (with all that needs it).

    ``holds`` says whether every red line still holds; ``below`` names the parties for which it does not;
    ``change`` is the change of each party's mean gain, US$ million per year.
    """

    clause: str
    leaves: tuple[str, ...]
    holds: bool
    below: tuple[str, ...]
    change: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a clause is worth to a party, counted in units of another clause.

    ``amount`` units of ``second`` are worth as much to the party as one unit of ``first``; a clause that is
    yes or no counts as one whole. Below zero: one of the two is a cost to the party, so that it would ask
    for that much of the other. None where the second is worth nothing to it. ``low`` and ``high`` are the
    5th and 95th percentile over the draws in which it is worth something.
    """

    party: str
    first: str
    second: str
    amount: float | None
    low: float | None
    high: float | None
    first_unit: str
    second_unit: str


def trace_giving(game: Game, values: Mapping[str, float]) -> tuple[Flow, ...]:
    """List what each clause of a package passes, in the order of the table.

    >>> from comity.bargaining.game import split_the_dollar
    >>> flow, = trace_giving(split_the_dollar(("A", "B"), 10.0), {"share of A": 4.0})
    >>> flow.giver, flow.beneficiary, flow.beneficiary_gain
    ('B', 'A', 4.0)
    """
    flows = []
    for c, clause in enumerate(game.clauses):
        if clause.key not in values:
            continue
        gain = (game.slope[:, :, c] * values[clause.key] + game.fixed[:, :, c]).mean(axis=0)
        giver, beneficiary = (game.parties.index(p) for p in (clause.giver, clause.beneficiary))
        others = float(gain.sum() - sum(gain[i] for i in {giver, beneficiary}))
        flows.append(
            Flow(
                clause.giver,
                clause.beneficiary,
                clause.key,
                float(values[clause.key]),
                float(gain[giver]),
                float(gain[beneficiary]),
                others,
            )
        )
    return tuple(flows)


def exchange_cycles(game: Game, values: Mapping[str, float], *, longest: int = 8) -> tuple[Cycle, ...]:
    """Circles of giving of three parties or more, the short ones first (Johnson, 1975, by networkx).

    An edge runs from giver to beneficiary where the clauses between them leave the beneficiary better off
    on average.

    >>> from comity.bargaining.game import Clause, Game
    >>> ring = tuple(Clause(g + b, g, b, 0, 1) for g, b in ("AB", "BC", "CA"))
    >>> slope = [[[-1.0, 0.0, 2.0], [2.0, -1.0, 0.0], [0.0, 2.0, -1.0]]]
    >>> game = Game(("A", "B", "C"), ring, slope, [[[0.0] * 3] * 3])
    >>> exchange_cycles(game, {"AB": 1.0, "BC": 1.0, "CA": 1.0})[0].parties
    ('A', 'B', 'C')
    """
    between: dict[tuple[str, str], list[Flow]] = {}
    for flow in trace_giving(game, values):
        if flow.giver != flow.beneficiary:
            between.setdefault((flow.giver, flow.beneficiary), []).append(flow)
    graph = nx.DiGraph()
    graph.add_nodes_from(game.parties)
    gives = {pair: flows for pair, flows in between.items() if sum(f.beneficiary_gain for f in flows) > 0}
    graph.add_edges_from(gives)
    order = {party: i for i, party in enumerate(game.parties)}
    cycles = []
    for nodes in nx.simple_cycles(graph, length_bound=longest):
        if len(nodes) < 3:
            continue
        start = min(range(len(nodes)), key=lambda k: order[nodes[k]])
        ring = tuple(nodes[start:] + nodes[:start])
        pairs = list(zip(ring, ring[1:] + ring[:1], strict=True))
        cycles.append(
            Cycle(
                ring,
                tuple(tuple(f.clause for f in gives[pair]) for pair in pairs),
                not any((b, a) in gives for a, b in pairs),
            )
        )
    return tuple(sorted(cycles, key=lambda c: (len(c.parties), [order[p] for p in c.parties])))


def measure_equity(game: Game, values: Mapping[str, float]) -> Equity:
    """Describe how evenly the mean gains are split (Jain, Chiu and Hawe, 1984).

    >>> from comity.bargaining.game import split_the_dollar
    >>> measure_equity(split_the_dollar(("A", "B"), 10.0), {"share of A": 5.0}).evenness
    1.0
    """
    mean = game.gains(values).mean(axis=0)
    total, largest = float(mean.sum()), float(mean.max())
    gains = {p: float(g) for p, g in zip(game.parties, mean, strict=True)}
    if total <= 0 or largest <= 0:
        return Equity(gains, None, None, None)
    return Equity(
        gains,
        {p: g / total for p, g in gains.items()},
        float(total**2 / (len(mean) * (mean**2).sum())),
        float(mean.min()) / largest,
    )


def essential_clauses(game: Game, values: Mapping[str, float]) -> tuple[Essential, ...]:
    """Take each clause out of a package in turn and check the rest on all draws.

    Rules of the table count too: where the rest breaks one, the package does not hold.

    >>> from comity.bargaining.game import split_the_dollar
    >>> only, = essential_clauses(split_the_dollar(("A", "B"), 10.0, epsilon=0.1), {"share of A": 5.0})
    >>> only.holds, only.below
    (False, ('A', 'B'))
    """
    here = game.gains(values).mean(axis=0)
    found = []
    for key in values:
        gone = {key}
        while more := {r.first for r in game.requirements if r.second in gone and r.first in values} - gone:
            gone |= more
        rest = {k: v for k, v in values.items() if k not in gone}
        gains = game.gains(rest)
        short = game.margins(gains) < game.epsilon - 1e-7 * game.scale
        below = tuple(p for p, s in zip(game.parties, short, strict=True) if s)
        change = gains.mean(axis=0) - here
        found.append(
            Essential(
                key,
                tuple(k for k in values if k in gone),
                not below and not game.breaches(rest),
                below,
                {p: float(v) for p, v in zip(game.parties, change, strict=True)},
            )
        )
    return tuple(found)


def quote_rates(
    game: Game, first: str, second: str, *, units: Mapping[str, str] | None = None
) -> tuple[Rate, ...]:
    """Exchange rate between two concessions for each party, with the units of the clauses.

    Parameters
    ----------
    game
        The game.
    first, second
        Keys of the clauses.
    units
        Unit by clause key, in words; the clause's own ``unit`` unless given.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> clauses = (Clause("tariff", "A", "B", 0, 5, unit="percentage points"),
    ...            Clause("visas", "B", "A", 0, 900, unit="permits a year"))
    >>> game = Game(("A", "B"), clauses, [[[-6.0, 0.02], [3.0, -0.01]]], [[[0.0, 0.0]] * 2])
    >>> [(r.party, round(r.amount), r.second_unit) for r in quote_rates(game, "tariff", "visas")]
    [('A', -300, 'permits a year'), ('B', -300, 'permits a year')]
    """
    one, other = _unit_worth(game, first), _unit_worth(game, second)
    names = [
        (units or {}).get(key, "")
        or game.clauses[game.index[key]].unit
        or ("the whole" if game.clauses[game.index[key]].kind == "binary" else "units")
        for key in (first, second)
    ]
    rates = []
    for i, party in enumerate(game.parties):
        a, b = float(one[:, i].mean()), float(other[:, i].mean())
        usable = np.abs(other[:, i]) > 1e-12 * float(game.scale[i])
        spread = one[usable, i] / other[usable, i]
        known = bool(b) and spread.size > 0
        low = float(np.quantile(spread, 0.05)) if known else None
        high = float(np.quantile(spread, 0.95)) if known else None
        rates.append(Rate(party, first, second, a / b if known else None, low, high, names[0], names[1]))
    return tuple(rates)


def _unit_worth(game: Game, key: str) -> Array:
    """Worth of one unit (or of the whole of a yes-or-no clause), shape (draws, parties)."""
    c = game.index[key]
    clause = game.clauses[c]
    if clause.kind == "binary":
        return np.asarray(game.slope[:, :, c] * clause.high + game.fixed[:, :, c])
    return np.asarray(game.slope[:, :, c])
