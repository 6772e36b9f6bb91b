"""Who gains by leaving, who by joining, and what staying out is worth (§6.5).

A set of members is internally stable when nobody in it gains by leaving, externally when nobody outside
gains by joining; both times the others agree anew under the same rule, among themselves (d'Aspremont,
Jacquemin, Gabszewicz and Weymark, 1983; Barrett, 1994, for agreements between states).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from comity.bargaining.solve import solve_leximin, solve_nash, solve_utilitarian
from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy as np
    import numpy.typing as npt

    from comity.bargaining.game import Game, Solution
    from comity.bargaining.program import Solver

__all__ = ["Membership", "Move", "among", "assess_membership"]

Rule = Literal["nash", "leximin", "utilitarian"]
RULES: dict[str, Callable[..., Solution]] = {
    "nash": solve_nash,
    "leximin": solve_leximin,
    "utilitarian": solve_utilitarian,
}


@dataclass(frozen=True, eq=False)
class Move:
    """What a party has inside and outside, the others agreeing anew each time; US$ million per year.

    ``inside`` and ``outside`` are its mean gains over its own no-deal. Outside it gives and gets nothing by
    clauses, but feels what the clauses of others do to it. ``others`` is how much the rest has more, in
    sum, when it is inside; ``rest_agrees`` says whether the rest finds any package without it.
    """

    party: str
    member: bool
    inside: float
    outside: float
    others: float
    rest_agrees: bool
    moves: bool

    @property
    def free_ride(self) -> float:
        """What staying out is worth beside being in; above zero: the party would rather be out."""
        return self.outside - self.inside


@dataclass(frozen=True, eq=False)
class Membership:
    """Internal and external stability of a set of members under a rule.

    ``values`` is what the members agree (empty where they find nothing); ``gap`` the largest distance to the
    bound of any package that was compared, in the unit of the rule.
    """

    members: tuple[str, ...]
    rule: str
    values: Mapping[str, float]
    internal: bool
    external: bool
    moves: tuple[Move, ...]
    gap: float


def among(game: Game, members: Iterable[str]) -> Game:
    """Return the game of these parties only, with the clauses that pass between them.

    >>> from comity.bargaining.game import Clause, Game
    >>> ring = tuple(Clause(g + b, g, b, 0, 1) for g, b in ("AB", "BC", "CA"))
    >>> game = Game(("A", "B", "C"), ring, [[[1.0] * 3] * 3], [[[0.0] * 3] * 3])
    >>> [c.key for c in among(game, ["A", "B"]).clauses]
    ['AB']
    """
    chosen = set(members)
    for name in chosen:
        if name not in game.parties:
            msg = f"unknown party '{name}'"
            raise InputError(msg, key="members", accepted=", ".join(game.parties))
    kept = game.restrict(c.key for c in game.clauses if c.giver in chosen and c.beneficiary in chosen)
    rows = [i for i, p in enumerate(game.parties) if p in chosen]
    assert game.red_lines is not None  # noqa: S101  (filled at construction)
    return kept.replace(
        parties=tuple(game.parties[i] for i in rows),
        slope=kept.slope[:, rows],
        fixed=kept.fixed[:, rows],
        disagreement=game.no_deal[rows],
        red_lines=game.red_lines[rows],
        weights=game.weight[rows],
    )


def assess_membership(
    game: Game,
    members: Iterable[str] | None = None,
    *,
    rule: Rule = "nash",
    gap: float = 1e-6,
    tolerance: float = 1e-6,
    solver: Solver = "auto",
) -> Membership:
    """Test whether members stay and outsiders stay out.

    Parameters
    ----------
    game
        The game with all parties; members and outsiders.
    members
        Who is in; everybody unless told.
    rule
        How any set of members agrees: ``nash``, ``leximin`` or ``utilitarian``.
    gap, solver
        As in :func:`comity.bargaining.solve.solve_nash`.
    tolerance
        A party moves when it gains more than this share of its scale.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> clauses = (Clause("ab", "A", "B", 0, 1), Clause("ba", "B", "A", 0, 1), Clause("ca", "C", "A", 0, 1))
    >>> slope = [[[-1.0, 3.0, 1.0], [3.0, -1.0, 0.0], [0.5, 0.5, -0.1]]]
    >>> game = Game(("A", "B", "C"), clauses, slope, [[[0.0] * 3] * 3])
    >>> found = assess_membership(game, ["A", "B"])
    >>> found.internal, [(m.party, m.moves, round(m.outside, 2)) for m in found.moves]
    (True, [('A', False, 0.0), ('B', False, 0.0), ('C', False, 1.0)])
    """
    inside = tuple(p for p in game.parties if members is None or p in set(members))
    if rule not in RULES:
        msg = f"unknown rule '{rule}'"
        raise InputError(msg, key="rule", accepted=", ".join(RULES))
    index = {p: i for i, p in enumerate(game.parties)}
    worst = 0.0

    def agree(parties: tuple[str, ...]) -> tuple[Mapping[str, float], npt.NDArray[np.float64], bool]:
        nonlocal worst
        if not parties:
            return {}, game.gains({}).mean(axis=0), False
        part = among(game, parties)
        if not part.clauses:
            return {}, game.gains({}).mean(axis=0), False
        solution = RULES[rule](part, gap=gap, solver=solver)
        worst = max(worst, solution.gap or 0.0)
        return solution.values, game.gains(solution.values).mean(axis=0), solution.found

    values, here, _ = agree(inside)
    moves = []
    for party in game.parties:
        member, i = party in inside, index[party]
        other = tuple(p for p in game.parties if (p in inside) != (p == party))
        _, there, agrees = agree(other)
        with_it, without = (here, there) if member else (there, here)
        rest = [index[p] for p in inside if p != party]
        gain = float(without[i] - with_it[i]) if member else float(with_it[i] - without[i])
        moves.append(
            Move(
                party,
                member,
                float(with_it[i]),
                float(without[i]),
                float((with_it - without)[rest].sum()),
                agrees if member else bool(values),
                gain > tolerance * float(game.scale[i]),
            )
        )
    return Membership(
        inside,
        rule,
        values,
        not any(m.moves for m in moves if m.member),
        not any(m.moves for m in moves if not m.member),
        tuple(moves),
        worst,
    )
