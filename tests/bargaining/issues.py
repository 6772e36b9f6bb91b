"""Small games over issues, and a brute force that shares no code with the room under test."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import strategies as st

from comity.bargaining.discrete import DiscreteGame, Issue


def game_of(tables, reserve=None, name="game", parties=None, **options):
    count = len(tables[0][0])
    issues = tuple(Issue(f"i{k}", tuple(f"v{v}" for v in range(len(t)))) for k, t in enumerate(tables))
    names = tuple(parties or "ABCDEFGHIJ"[:count])
    return DiscreteGame(
        name, names, issues, tuple(np.array(t, dtype=float) for t in tables), reserve, **options
    )


@st.composite
def issue_games(draw, parties=(2, 4), issues=(1, 4), values=(1, 4), top=6):
    """Games with small whole utilities, so that ties abound and every sum is exact."""
    count = draw(st.integers(*parties))
    tables = [
        [[draw(st.integers(-1, top)) for _ in range(count)] for _ in range(draw(st.integers(*values)))]
        for _ in range(draw(st.integers(*issues)))
    ]
    reserve = [draw(st.integers(-2, top)) for _ in range(count)]
    return game_of(tables, np.array(reserve, dtype=float))


def random_game(seed, parties, issues, values, reserve=0.0):
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(issues), size=parties)
    tables = []
    for k in range(issues):
        marks = rng.random((values, parties))
        tables.append(weights[:, k] * marks / marks.max(axis=0))
    return game_of(tables, np.full(parties, reserve))


def everything(game):
    """All outcomes: choices (n, issues) and utilities (n, parties), by plain loops."""
    choices = list(itertools.product(*(range(len(issue.values)) for issue in game.issues)))
    utilities = [
        [
            sum(table[v][i] for table, v in zip(game.tables, choice, strict=True))
            for i in range(len(game.parties))
        ]
        for choice in choices
    ]
    return np.array(choices), np.array(utilities)


def rational(game, utilities):
    return utilities[np.all(utilities >= game.no_deal - 1e-12, axis=1)]


def undominated(points):
    """Distinct points that no other dominates, by comparing each with each."""
    distinct = np.unique(np.round(points, 9), axis=0)
    keep = [p for p in distinct if not any(np.all(q >= p) and np.any(q > p) for q in distinct)]
    return np.array(keep).reshape(-1, points.shape[1])


def lexi(rows):
    """Largest of the sorted rows, lexicographically."""
    return max((tuple(np.round(np.sort(row), 9)) for row in rows), default=None)
