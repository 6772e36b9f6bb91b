"""Between the two kinds of games: issues with values, and clauses that are on or off.

It lets the mixed-integer solvers of :mod:`comity.bargaining.solve` be checked on games from outside, and the
exact methods of this room on games of clauses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from comity.bargaining.clauses import Cap, Clause
from comity.bargaining.discrete.game import DiscreteGame, Issue
from comity.bargaining.game import Game
from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["from_game", "to_game", "to_values"]

_OFF = "off"


def to_game(game: DiscreteGame) -> Game:
    """Write each value but the first of each issue as a clause; of one issue at most one is on.

    With no clause of an issue on, its first value holds; what it is worth is part of the disagreement payoff,
    so that gains are gains over the reservation values here as there.

    >>> share = Issue("share", ("0", "1", "2"))
    >>> pie = DiscreteGame("pie", ("A", "B"), (share,), ([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]],))
    >>> [clause.key for clause in to_game(pie).clauses], to_game(pie).gains({"share = 1": 1.0}).tolist()
    (['share = 1', 'share = 2'], [[0.5, 0.5]])
    """
    clauses, caps = [], []
    columns = []
    base = np.zeros(len(game.parties))
    for issue, table in zip(game.issues, game.tables, strict=True):
        base = base + table[0]
        keys = [_key(issue, v) for v in range(1, len(issue.values))]
        clauses += [
            Clause(key, game.parties[0], game.parties[-1], 0.0, 1.0, kind="binary", group=issue.name)
            for key in keys
        ]
        columns += [table[v] - table[0] for v in range(1, len(issue.values))]
        if len(keys) > 1:
            caps.append(Cap(dict.fromkeys(keys, 1.0), 1.0, on_values=False, name=f"one {issue.name}"))
    fixed = np.array(columns).reshape(-1, len(game.parties)).T[None]
    return Game(
        game.parties,
        tuple(clauses),
        np.zeros_like(fixed),
        fixed,
        disagreement=game.no_deal - base,
        caps=tuple(caps),
    )


def to_values(game: DiscreteGame, bid: Mapping[str, str]) -> dict[str, float]:
    """Write a bid as the clauses that are on in :func:`to_game`."""
    choice = game.choice(bid)
    return {_key(issue, v): 1.0 for issue, v in zip(game.issues, choice, strict=True) if v > 0}


def from_game(game: Game, name: str = "clauses") -> DiscreteGame:
    """Write each clause as an issue whose values are "off" and the clause's own.

    Raises
    ------
    comity.errors.InputError
        When a clause is continuous, the game has rules between clauses, or it has more than one draw:
        such a game is not additive over a list of issues.

    Examples
    --------
    >>> visas = Clause("visas", "A", "B", 1, 2, 1, "stepped")
    >>> game = Game(("A", "B"), (visas,), [[[-1.0], [3.0]]], [[[0.5], [0.0]]])
    >>> found = from_game(game)
    >>> found.issues[0].values, found.tables[0].tolist()
    (('off', '1.0', '2.0'), [[0.0, 0.0], [-0.5, 3.0], [-1.5, 6.0]])
    """
    if game.requires or game.excludes or game.caps:
        msg = "the game has rules between clauses"
        raise InputError(msg, key=name, accepted="clauses that stand each for itself")
    if game.draws != 1:
        msg = f"the game has {game.draws} draws"
        raise InputError(msg, key=name, accepted="one draw of payoffs")
    issues, tables = [], []
    for c, clause in enumerate(game.clauses):
        if clause.levels is None:
            msg = "a continuous clause has no list of values"
            raise InputError(msg, key=f"clause {clause.key}", accepted="stepped or binary clauses")
        issues.append(Issue(clause.key, (_OFF, *(str(level) for level in clause.levels))))
        on = np.outer(clause.levels, game.slope[0, :, c]) + game.fixed[0, :, c]
        tables.append(np.vstack([np.zeros((1, len(game.parties))), on]))
    return DiscreteGame(name, game.parties, tuple(issues), tuple(tables), reserve=game.no_deal + game.floor)


def _key(issue: Issue, value: int) -> str:
    return f"{issue.name} = {issue.values[value]}"
