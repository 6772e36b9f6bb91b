"""Small discrete games and a brute force that shares no code with the solvers."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import strategies as st

from comity.bargaining import Cap, Clause, Game


@st.composite
def discrete_games(draw, parties=(2, 3), clauses=(1, 5), draws=(1, 6), linked=True):
    """Games with integer payoffs, so that brute force and solver agree on ties."""
    count = draw(st.integers(*parties))
    size = draw(st.integers(*clauses))
    scenarios = draw(st.integers(*draws))
    names = tuple("ABCDEFGH"[:count])
    table = []
    for c in range(size):
        giver, beneficiary = draw(st.permutations(names))[:2]
        stepped = draw(st.booleans())
        table.append(
            Clause(
                f"c{c}",
                giver,
                beneficiary,
                draw(st.integers(0, 2)) if stepped else 0.0,
                3.0 if stepped else 1.0,
                1.0 if stepped else None,
                "stepped" if stepped else "binary",
                linked=linked and draw(st.booleans()),
                group=f"G{c % 3}",
                ministries=tuple(
                    sorted(
                        {f"{giver}:m{draw(st.integers(0, 1))}", f"{beneficiary}:m{draw(st.integers(0, 1))}"}
                    )
                ),
            )
        )
    payoffs = st.lists(
        st.integers(-6, 9), min_size=scenarios * count * size, max_size=scenarios * count * size
    )
    shape = (scenarios, count, size)
    slope = np.array(draw(payoffs), float).reshape(shape)
    fixed = np.array(draw(payoffs), float).reshape(shape) / 2
    rules = {}
    if size >= 3 and draw(st.booleans()):
        rules["requires"] = ((table[0].key, table[1].key),)
        rules["excludes"] = ((table[1].key, table[2].key),)
    if draw(st.booleans()):
        upper = float(draw(st.integers(1, 4)))
        rules["caps"] = (Cap({c.key: 1.0 for c in table}, upper, draw(st.booleans()), "room"),)
    by_draw = (scenarios, count) if draw(st.booleans()) else (count,)
    size = int(np.prod(by_draw))
    no_deal = np.array(draw(st.lists(st.integers(-2, 1), min_size=size, max_size=size)), float)
    return Game(
        names,
        tuple(table),
        slope,
        fixed,
        disagreement=no_deal.reshape(by_draw),
        red_lines=np.array(draw(st.lists(st.integers(-1, 2), min_size=count, max_size=count)), float),
        share=draw(st.sampled_from([0.5, 0.8, 1.0])),
        epsilon=0.25,
        **rules,
    )


def feasible(game):
    """All packages that obey the rules: (values, gains)."""
    choices = []
    for clause in game.clauses:
        if clause.kind == "binary":
            choices.append([None, clause.high])
        else:
            choices.append([None, *np.arange(clause.low, clause.high + 1e-9, clause.step)])
    for pick in itertools.product(*choices):
        on = {c.key: float(v) for c, v in zip(game.clauses, pick, strict=True) if v is not None}
        if any(a in on and b not in on for a, b, *_ in game.requires):
            continue
        if any(a in on and b in on for a, b, *_ in game.excludes):
            continue
        total = [
            sum(w * (on[k] if cap.on_values else 1) for k, w in cap.coefficients.items() if k in on)
            for cap in game.caps
        ]
        if any(t > cap.upper + 1e-9 for t, cap in zip(total, game.caps, strict=True)):
            continue
        gains = np.zeros((game.slope.shape[0], len(game.parties))) - game.disagreement
        for c, clause in enumerate(game.clauses):
            if clause.key in on:
                gains = gains + game.slope[:, :, c] * on[clause.key] + game.fixed[:, :, c]
        yield on, gains


def margins(game, gains):
    """Smaller of mean margin and the margin reached in the required share of draws, per party."""
    needed = max(1, int(np.ceil(game.share * len(gains) - 1e-9)))
    over = gains - game.red_lines
    ranked = -np.sort(-over, axis=0)
    return np.minimum(ranked[needed - 1], over.mean(axis=0))


def rational(game):
    """Feasible packages in which every party reaches its floor."""
    return [(v, g) for v, g in feasible(game) if np.all(margins(game, g) >= game.epsilon - 1e-9)]
