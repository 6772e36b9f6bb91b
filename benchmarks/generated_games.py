"""Made-up games of any size that look like a real round: corridors, capacity, principles, third parties.

No figure here is evidence. Payoffs are US$ million a year; every draw multiplies costs and benefits by
lognormal factors, and all clauses of one kind share a part of the draw, as they would in reality.
"""

from __future__ import annotations

import numpy as np

from comity.bargaining import Cap, Clause, Game
from comity.bargaining.clauses import KINDS

AREAS = ("labour", "returns", "trade", "finance")


def corridor_game(
    parties: int, clauses: int, *, draws: int = 1, share: float = 1.0, seed: int = 0, epsilon: float = 1.0
) -> Game:
    """Make a game in which every ordered pair of parties may promise each other something.

    A third of the clauses are yes or no, a third go in steps, a third are continuous and start above zero.
    Giving costs; receiving is worth 0.6 to 2.6 times the cost, so that many single clauses are not worth
    their cost to the two together; one clause in five also touches a third party. Each giver has a capacity
    over its labour clauses and a budget over its finance clauses; each beneficiary can take in so much;
    a clause in ten needs another, one in twenty excludes another, and one principle per giver asks for
    safeguards beside quotas.

    >>> game = corridor_game(3, 20)
    >>> len(game.parties), len(game.clauses), game.draws
    (3, 20, 1)
    """
    rng = np.random.default_rng(seed)
    names = tuple(f"P{i:02d}" for i in range(parties))
    table: list[Clause] = []
    cost, worth, outside = np.zeros(clauses), np.zeros(clauses), np.zeros(clauses)
    pairs, third = np.zeros((clauses, 2), int), np.full(clauses, -1)
    for c in range(clauses):
        giver, taker = rng.choice(parties, 2, replace=False)
        area = AREAS[c % len(AREAS)]
        kind = KINDS[c % 3]
        high = float(rng.integers(5, 50)) * 100.0
        low = 0.0 if rng.random() < 0.3 else high / 5
        table.append(
            Clause(
                f"{area}-{c:04d}", names[giver], names[taker],
                high if kind == "binary" else low, high,
                step=high / 5 if kind == "stepped" else None,
                kind=kind, area=area, linked=area in ("trade", "finance"), group=f"{area[:2].upper()}{c % 7}",
                ministries=(f"{names[giver]}:{area}", f"{names[taker]}:{area}"),
            )
        )  # fmt: skip
        pairs[c] = giver, taker
        cost[c] = rng.lognormal(0.0, 0.8)
        worth[c] = cost[c] * rng.uniform(0.6, 2.6)
        if parties > 2 and rng.random() < 0.2:
            third[c] = rng.choice([i for i in range(parties) if i not in (giver, taker)])
            outside[c] = cost[c] * rng.normal(0.0, 0.3)
    shock = rng.lognormal(0.0, 0.25, (draws, len(AREAS), 2)) if draws > 1 else np.ones((1, len(AREAS), 2))
    own = rng.lognormal(0.0, 0.3, (draws, clauses, 2)) if draws > 1 else np.ones((1, clauses, 2))
    kinds = np.array([AREAS.index(c.area) for c in table])
    size = np.array([c.high for c in table])
    slope, fixed = np.zeros((draws, parties, clauses)), np.zeros((draws, parties, clauses))
    columns = np.arange(clauses)
    slope[:, pairs[:, 0], columns] -= cost / size * shock[:, kinds, 0] * own[:, :, 0]
    slope[:, pairs[:, 1], columns] += worth / size * shock[:, kinds, 1] * own[:, :, 1]
    touched = third >= 0
    slope[:, third[touched], columns[touched]] += (outside / size)[touched]
    # what setting a clause up costs its giver, whatever its size
    fixed[:, pairs[:, 0], columns] -= 0.05 * cost
    keys = [c.key for c in table]
    return Game(
        names, tuple(table), slope, fixed, share=share, epsilon=epsilon,
        requires=tuple((keys[c], keys[c - 7]) for c in range(7, clauses) if c % 10 == 0),
        excludes=tuple((keys[c], keys[c - 3]) for c in range(3, clauses) if c % 20 == 1),
        caps=_caps(table, names),
    )  # fmt: skip


def _caps(table: list[Clause], names: tuple[str, ...]) -> tuple[Cap, ...]:
    caps = []
    for name in names:
        for area, side in (("labour", "giver"), ("finance", "giver"), ("labour", "beneficiary")):
            mine = {c.key: c.high for c in table if c.area == area and getattr(c, side) == name}
            if len(mine) > 2:
                room = 0.3 * sum(mine.values())
                caps.append(Cap(dict.fromkeys(mine, 1.0), room, name=f"{area} {side} {name}"))
        quotas = [c.key for c in table if c.area == "labour" and c.giver == name]
        rights = [c.key for c in table if c.area == "returns" and c.giver == name]
        if quotas and rights:
            caps.append(
                Cap(
                    {quotas[0]: 1.0} | dict.fromkeys(rights, -1.0),
                    0.0,
                    on_values=False,
                    name=f"no quota without safeguards {name}",
                )
            )
    return tuple(caps)
