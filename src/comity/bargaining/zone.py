"""Is there a zone of agreement; if not, who and what closes it, and what is the least that opens it (§6.4).

Every answer says whether it is proven. A search that ran out of nodes is never reported as "no zone".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.table import Answer, Floor, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.bargaining.game import Game
    from comity.bargaining.program import Solver

__all__ = [
    "Blockers",
    "Concession",
    "Linkage",
    "Transfer",
    "Zone",
    "find_blockers",
    "smallest_linkage",
    "test_zone",
    "unlinked",
]

Array = npt.NDArray[np.float64]
MARGIN_NODES = 40
DECISION_NODES = 100
SCREEN_NODES = 10


@dataclass(frozen=True, eq=False)
class Zone:
    """The answer to "is there a package in which every party is a net gainer?".

    Parameters
    ----------
    open, proven
        Whether a package was found; whether the answer is proven (an open zone always is: by its package).
    best_worst_gain, bound, gap
        The best found margin over the red line of the party that gains least, on average and in the
        required share of draws, US$ million per year; the proven upper bound; their distance. All None
        where the rules of the table alone admit no package.
    values, gains
        The package that reaches it (also where the zone is closed: the nearest miss); gains on all draws.
    limiting
        Parties whose margin is the smallest there.
    method
        How it was solved.
    """

    open: bool
    proven: bool
    best_worst_gain: float | None
    bound: float | None
    gap: float | None
    values: Mapping[str, float]
    gains: Array
    limiting: tuple[str, ...]
    method: str


@dataclass(frozen=True, eq=False)
class Linkage:
    """The smallest set of linked clauses that opens the zone, with a package that uses it.

    ``found`` is False where none does, and ``proven`` says whether that, or that it is smallest, is proven.
    ``bound`` is the proven least number of linked clauses (None where none can open the zone).
    """

    found: bool
    proven: bool
    clauses: tuple[str, ...]
    instruments: tuple[str, ...]
    veto_players_added: tuple[str, ...]
    values: Mapping[str, float]
    bound: int | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Side payments in every draw, US$ million per year; ``bound`` is the proven least total."""

    total: float
    paid: Mapping[str, float]
    received: Mapping[str, float]
    bound: float


@dataclass(frozen=True, slots=True)
class Concession:
    """By how much red lines would have to give way, US$ million per year; ``bound``: proven least total."""

    total: float
    by_party: Mapping[str, float]
    bound: float


@dataclass(frozen=True, eq=False)
class Blockers:
    """Why the zone is closed and what would open it.

    Parameters
    ----------
    closed
        True when the zone is proven closed; all else is empty when it is not.
    parties, principles
        Red lines, and named rules, that cannot all hold together: drop any one and the rest can
        (when ``irreducible``; else a smaller set may do).
    red_lines
        The least gain each of these parties insists on (red line + epsilon), US$ million per year.
    best_alone
        The most that each of these parties could gain on average under the rules alone.
    smallest_transfer, smallest_concession
        Least side payment, or least total give-way of red lines, that opens it; None where none does.
    opening_clauses
        Linked clauses off the table each of which, by itself (with its prerequisites), opens it.
    undecided_clauses
        Linked clauses for which neither was proven.
    """

    closed: bool
    parties: tuple[str, ...]
    principles: tuple[str, ...]
    red_lines: Mapping[str, float]
    best_alone: Mapping[str, float]
    irreducible: bool
    smallest_transfer: Transfer | None
    smallest_concession: Concession | None
    opening_clauses: tuple[str, ...]
    undecided_clauses: tuple[str, ...]


def unlinked(game: Game) -> tuple[str, ...]:
    """Keys of the clauses in the migration areas."""
    return tuple(c.key for c in game.clauses if not c.linked)


def test_zone(
    game: Game, *, linked: bool = True, allowed: Iterable[str] | None = None, solver: Solver = "auto"
) -> Zone:
    """Test whether any package keeps every red line, and find the best margin of the worst-off party.

    Parameters
    ----------
    game
        The game.
    linked
        False leaves only the clauses of the migration areas on the table.
    allowed
        Keys of the clauses on the table, instead of ``linked``.
    solver
        As in :func:`comity.bargaining.solve.solve_nash`.

    Raises
    ------
    comity.errors.SolveError
        When a solver fails.

    Examples
    --------
    >>> from comity.bargaining.game import split_the_dollar
    >>> zone = test_zone(split_the_dollar(("A", "B"), 10.0))
    >>> zone.open, round(zone.best_worst_gain, 3)
    (True, 5.0)
    """
    game = _table_of(game, linked=linked, allowed=allowed)
    table = Table(game)
    size = float(game.scale.max())
    program = table.rules.copy()
    level = program.column(-2.0, 2.0)
    program.objective = {level: 1.0}
    red = game.floor - game.epsilon
    floors = [Floor(i, float(red[i]), {level: -size}) for i in range(len(game.parties))]
    answer = table.maximise(program, floors, gap=1e-6, solver=solver, nodes=MARGIN_NODES)
    if answer.point is None:
        closed = answer.status == "infeasible"
        return Zone(False, closed, None, None, None, {}, game.gains({}), (), f"margin, {answer.solver}")
    values, bound = table.values(answer.point), answer.bound * size
    if not game.rational(values) and bound >= game.epsilon:
        decided = _decide(table, solver)
        if decided.point is not None:
            values = table.values(decided.point)
        elif decided.status == "infeasible":
            bound = min(bound, game.epsilon)
    gains = game.gains(values)
    margins = game.margins(gains)
    worst = float(margins.min())
    is_open = game.rational(values)
    proven = is_open or bound <= game.epsilon + 1e-9 * size
    limiting = tuple(p for p, m in zip(game.parties, margins, strict=True) if m <= worst + 1e-6 * size)
    bound = max(bound, worst)
    method = f"largest smallest margin, {answer.solver}"
    return Zone(is_open, proven, worst, bound, bound - worst, values, gains, limiting, method)


def smallest_linkage(game: Game, *, solver: Solver = "auto") -> Linkage:
    """Find the smallest set of linked clauses that opens the zone.

    Fewest linked clauses first; then fewest ministries beyond those of the migration clauses on the table
    (the veto players that linkage adds: Tsebelis, 2002); then the first in the order of the keys.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> clauses = (Clause("visas", "A", "B", 0, 1, kind="binary"),
    ...            Clause("tariff", "B", "A", 0, 1, kind="binary", linked=True, group="TR01",
    ...                   ministries=("A:trade", "B:trade")))
    >>> game = Game(("A", "B"), clauses, [[[-1.0, 2.0], [3.0, -1.0]]], [[[0.0, 0.0]] * 2], epsilon=0.1)
    >>> found = smallest_linkage(game)
    >>> found.clauses, found.instruments, found.veto_players_added
    (('tariff',), ('TR01',), ('A:trade', 'B:trade'))
    """
    table = Table(game)
    linked = sorted((c.key, k) for k, c in enumerate(game.clauses) if c.linked)
    present = {m for c in game.clauses if not c.linked for m in c.ministries}
    program = table.rules.copy()
    added: dict[str, int] = {}
    for _, k in linked:
        for ministry in game.clauses[k].ministries:
            if ministry not in present:
                if ministry not in added:
                    added[ministry] = program.column(0.0, 1.0)
                program.row({added[ministry]: 1.0, table.on[k]: -1.0}, lower=0.0)
    step = len(added) + 1.0
    program.objective = {table.on[k]: -step for _, k in linked} | dict.fromkeys(added.values(), -1.0)
    floors = _floors(game)
    answer = table.maximise(program, floors, gap=1.0 - 1e-4, solver=solver)
    if answer.point is None:
        least = None if answer.status == "infeasible" else _least(answer.bound, step)
        return Linkage(False, answer.status == "infeasible", (), (), (), {}, least)
    proven = answer.status == "optimal"
    values = table.values(answer.point)
    if any(key in values for key, _ in linked) and proven:
        # Ties: of the sets of this size, the first in the order of the keys; twenty keys at a time,
        # so that the powers of two stay exact.
        program.row(program.objective, lower=round(answer.objective) - 0.5)
        for start in range(0, len(linked), 20):
            part = linked[start : start + 20]
            program.objective = {table.on[k]: 2.0 ** (len(part) - 1 - r) for r, (_, k) in enumerate(part)}
            found = table.maximise(program, floors, gap=1.0 - 1e-4, solver=solver)
            if found.point is None or found.status != "optimal":
                proven = False
                break
            values = table.values(found.point)
            for _, k in part:
                program.lower[table.on[k]] = program.upper[table.on[k]] = float(
                    round(found.point[table.on[k]])
                )
    keys = tuple(key for key, _ in linked if key in values)
    chosen = [game.clauses[game.index[key]] for key in keys]
    return Linkage(
        True,
        proven,
        keys,
        tuple(sorted({c.group for c in chosen if c.group})),
        tuple(sorted({m for c in chosen for m in c.ministries} - present)),
        values,
        len(keys) if proven else _least(answer.bound, step),
    )


def find_blockers(
    game: Game, *, linked: bool = True, allowed: Iterable[str] | None = None, solver: Solver = "auto"
) -> Blockers:
    """Name the red lines and principles that cannot hold together, and the least that would open the zone.

    The set is found by a deletion filter (Chinneck, 2008): principles are tried for deletion before
    parties, so that red lines are named alone where they suffice.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> game = Game(("A", "B"), (Clause("visas", "A", "B", 0, 1),), [[[-1.0], [3.0]]], [[[0.0], [0.0]]],
    ...             red_lines=[1.0, 1.0])
    >>> found = find_blockers(game)
    >>> found.parties, round(found.smallest_transfer.total, 3), found.smallest_transfer.paid.keys()
    (('A',), 2.0, dict_keys(['B']))
    """
    full = game
    game = _table_of(game, linked=linked, allowed=allowed)
    table = Table(game)
    if _decide(table, solver).status != "infeasible":
        return Blockers(False, (), (), {}, {}, False, None, None, (), ())
    parties, principles, irreducible = _filter(game, solver)
    index = {p: i for i, p in enumerate(game.parties)}
    floor = game.floor
    opening, undecided = _opening(full, {c.key for c in game.clauses}, solver)
    return Blockers(
        True,
        parties,
        principles,
        {p: float(floor[index[p]]) for p in parties},
        {p: _best_alone(table, index[p]) for p in parties},
        irreducible,
        _transfer(table, solver),
        _concession(table, solver),
        opening,
        undecided,
    )


# pytest collects by name; this one is not a test
test_zone.__test__ = False  # type: ignore[attr-defined]


# -- parts --------------------------------------------------------------------------------------------


def _table_of(game: Game, *, linked: bool, allowed: Iterable[str] | None) -> Game:
    if allowed is not None:
        return game.restrict(allowed)
    return game if linked else game.restrict(unlinked(game))


def _floors(game: Game) -> list[Floor]:
    return [Floor(i, float(least)) for i, least in enumerate(game.floor)]


def _decide(
    table: Table, solver: Solver, parties: Iterable[int] | None = None, nodes: int = DECISION_NODES
) -> Answer:
    """Find any package that keeps the red lines of these parties (all unless told)."""
    floors = _floors(table.game)
    if parties is not None:
        floors = [floors[i] for i in parties]
    program = table.rules.copy()
    # Any package will do; looking for a large total keeps most draws above the red lines.
    goal = np.zeros(table.width)
    for floor in floors:
        for c, v in table.mean_terms(floor.party).items():
            goal[c] += v / float(table.game.scale[floor.party])
    program.objective = {c: float(v) for c, v in enumerate(goal) if v}
    return table.maximise(program, floors, gap=1e6, solver=solver, nodes=nodes)


def _filter(game: Game, solver: Solver) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    names = [r.name for r in game.requirements]
    names += [e.name for e in game.exclusions] + [c.name for c in game.caps]
    named = list(dict.fromkeys(name for name in names if name))
    parties = list(range(len(game.parties)))
    irreducible = True
    for name in list(named):
        rest = [n for n in named if n != name]
        answer = _decide(Table(_with_principles(game, rest)), solver, parties)
        if answer.status == "infeasible":
            named = rest
        irreducible = irreducible and (answer.status == "infeasible" or answer.point is not None)
    table = Table(_with_principles(game, named))
    for i in list(parties):
        others = [j for j in parties if j != i]
        answer = _decide(table, solver, others)
        if answer.status == "infeasible":
            parties = others
        irreducible = irreducible and (answer.status == "infeasible" or answer.point is not None)
    return tuple(game.parties[i] for i in parties), tuple(named), irreducible


def _with_principles(game: Game, names: list[str]) -> Game:
    keep = {"", *names}
    return game.replace(
        requires=tuple(r for r in game.requirements if r.name in keep),
        excludes=tuple(e for e in game.exclusions if e.name in keep),
        caps=tuple(c for c in game.caps if c.name in keep),
    )


def _best_alone(table: Table, party: int) -> float:
    program = table.rules.copy()
    size = float(table.game.scale[party])
    program.objective = {c: v / size for c, v in table.mean_terms(party).items()}
    found = program.solve(gap=1e-7)
    return math.nan if found.point is None else found.objective * size - float(table.game.no_deal[party])


def _transfer(table: Table, solver: Solver) -> Transfer | None:
    game, program = table.game, table.rules.copy()
    size = float(game.scale.max())
    paid = [program.column(0.0, 2.0) for _ in game.parties]
    received = [program.column(0.0, 2.0) for _ in game.parties]
    program.row(dict.fromkeys(paid, 1.0) | dict.fromkeys(received, -1.0), lower=0.0, upper=0.0)
    program.objective = dict.fromkeys(paid, -1.0)
    floors = [Floor(f.party, f.least, {received[f.party]: size, paid[f.party]: -size}) for f in _floors(game)]
    answer = table.maximise(program, floors, gap=1e-6, solver=solver, nodes=MARGIN_NODES)
    if answer.point is None:
        return None
    net = [float(answer.point[r] - answer.point[p]) * size for p, r in zip(paid, received, strict=True)]
    least = 1e-6 * size
    gives = {p: -v for p, v in zip(game.parties, net, strict=True) if v < -least}
    gets = {p: v for p, v in zip(game.parties, net, strict=True) if v > least}
    return Transfer(math.fsum(gives.values()), gives, gets, -answer.bound * size)


def _concession(table: Table, solver: Solver) -> Concession | None:
    game, program = table.game, table.rules.copy()
    size = float(game.scale.max())
    give = [program.column(0.0, 2.0) for _ in game.parties]
    program.objective = dict.fromkeys(give, -1.0)
    floors = [Floor(f.party, f.least, {give[f.party]: size}) for f in _floors(game)]
    answer = table.maximise(program, floors, gap=1e-6, solver=solver, nodes=MARGIN_NODES)
    if answer.point is None:
        return None
    amounts = {p: float(answer.point[c]) * size for p, c in zip(game.parties, give, strict=True)}
    by_party = {p: v for p, v in amounts.items() if v > 1e-6 * size}
    return Concession(math.fsum(by_party.values()), by_party, -answer.bound * size)


def _opening(game: Game, on_table: set[str], solver: Solver) -> tuple[tuple[str, ...], tuple[str, ...]]:
    opening, undecided = [], []
    for clause in game.clauses:
        if not clause.linked or clause.key in on_table:
            continue
        keys = on_table | {clause.key}
        while more := {r.second for r in game.requirements if r.first in keys - on_table} - keys:
            keys |= more
        answer = _decide(Table(game.restrict(keys)), solver, nodes=SCREEN_NODES)
        if answer.point is not None:
            opening.append(clause.key)
        elif answer.status != "infeasible":
            undecided.append(clause.key)
    return tuple(opening), tuple(undecided)


def _least(bound: float, step: float) -> int:
    return max(0, math.ceil(-bound / step - 1e-6) if step == 1.0 else math.floor(-bound / step + 1e-6))
