"""One party's private side of a game: what packages are worth to it, and what it would ask for next (§6.8).

A position holds one party's payoffs and nobody else's: whoever is given a position cannot read another
party's values, because they are not in it. It shows no number when it is printed.

Who may import me: the bargaining room; services import these names from :mod:`comity.bargaining`.
Start at :class:`Position`.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from comity.bargaining.table import Floor, Table
from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.bargaining.clauses import Clause
    from comity.bargaining.game import Game
    from comity.bargaining.program import Program

__all__ = ["Position"]

Array = npt.NDArray[np.float64]
_FINEST_STEPS = 4
"""How many grids are tried before a value is said: a tenth of the range's power of ten, then finer."""


class Position:
    """What one party wants.

    Parameters
    ----------
    party
        Whose position it is.
    table
        The public table: parties, clauses and rules. Its payoffs, red lines and weights are not read.
    slope, fixed
        Shape (draws, clauses): this party's own payoffs, US$ million per year, as in
        :class:`~comity.bargaining.game.Game`.
    no_deal, red_line, epsilon
        Payoff without a deal, least acceptable gain over it, and what must be gained above that.
    share
        Share of the draws in which the red line must hold.
    limits
        Values by clause beyond which the party will not go, whatever it gains.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> clauses = (Clause("visas", "E", "M", 0, 10), Clause("returns", "M", "E", 0, 10))
    >>> nothing = [[[0.0, 0.0], [0.0, 0.0]]]
    >>> table = Game(("E", "M"), clauses, nothing, nothing)
    >>> mine = Position("M", table, [[3.0, -1.0]], [[0.0, 0.0]])
    >>> mine.margin({"visas": 4.0, "returns": 2.0}), mine.best
    (10.0, {'visas': 10.0})
    >>> mine
    Position('M')
    """

    def __init__(
        self,
        party: str,
        table: Game,
        slope: npt.ArrayLike,
        fixed: npt.ArrayLike,
        *,
        no_deal: float = 0.0,
        red_line: float = 0.0,
        epsilon: float = 0.0,
        share: float = 1.0,
        limits: Mapping[str, tuple[float, float]] | None = None,
    ) -> None:
        if party not in table.parties:
            msg = f"unknown party '{party}'"
            raise InputError(msg, accepted=", ".join(table.parties))
        self.party = party
        self._seat = table.parties.index(party)
        own = np.array(slope, dtype=float)
        size = (own.shape[0], len(table.parties), len(table.clauses))
        at = np.zeros(size)
        at_fixed = np.zeros(size)
        at[:, self._seat], at_fixed[:, self._seat] = own, np.array(fixed, dtype=float)
        mark = np.zeros(len(table.parties))
        mark[self._seat] = 1.0
        self._game = table.replace(
            slope=at, fixed=at_fixed, disagreement=no_deal * mark, red_lines=red_line * mark,
            share=share, epsilon=epsilon, weights=None,
        )  # fmt: skip
        self.limits = dict(limits or {})

    def __repr__(self) -> str:
        return f"Position({self.party!r})"

    # -- what a package is worth ----------------------------------------------------------------------

    @property
    def epsilon(self) -> float:
        """What the party must gain above its red line, US$ million per year."""
        return self._game.epsilon

    @property
    def red_line(self) -> float:
        """Least acceptable gain over no deal, US$ million per year."""
        return float(self._game.floor[self._seat] - self._game.epsilon)

    @property
    def no_deal(self) -> float:
        """Payoff without a deal, US$ million per year."""
        return float(self._game.no_deal[self._seat])

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """What lies on the table."""
        return self._game.clauses

    @property
    def payoffs(self) -> tuple[Array, Array]:
        """Own slope and fixed part, each of shape (draws, clauses)."""
        return self._game.slope[:, self._seat], self._game.fixed[:, self._seat]

    def gains(self, values: Mapping[str, float]) -> Array:
        """Gain over no deal in each draw; shape (draws,), US$ million per year."""
        return np.asarray(self._game.gains(values)[:, self._seat])

    def margin(self, values: Mapping[str, float]) -> float:
        """Measure what is gained above the red line, on average and in the required share of draws (§6.1)."""
        return float(self._game.margins(self._game.gains(values))[self._seat])

    def within_limits(self, values: Mapping[str, float]) -> bool:
        """Say whether no clause goes beyond what the party accepts."""
        for key, (low, high) in self.limits.items():
            value = values.get(key)
            if value is not None and not low <= value <= high and not _same(value, low, high):
                return False
        return True

    def accepts(self, values: Mapping[str, float]) -> bool:
        """Say whether the party is a net gainer: above its red line, within its limits."""
        slack = 1e-7 * float(self._game.scale[self._seat])
        return self.within_limits(values) and self.margin(values) >= self.epsilon - slack

    def marks(self, before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, int]:
        """Say of each clause that changes whether the change is better (1), worse (−1) or neither (0)."""
        slope, fixed = (part.mean(axis=0) for part in self.payoffs)
        tiny = 1e-9 * float(self._game.scale[self._seat])
        found: dict[str, int] = {}
        for c, clause in enumerate(self._game.clauses):
            old, new = before.get(clause.key), after.get(clause.key)
            if old == new:
                continue
            worth = (0.0 if new is None else slope[c] * new + fixed[c]) - (
                0.0 if old is None else slope[c] * old + fixed[c]
            )
            within = new is None or self.within_limits({clause.key: new})
            found[clause.key] = -1 if not within else 0 if abs(worth) <= tiny else 1 if worth > 0 else -1
        return found

    # -- what the party would ask for -----------------------------------------------------------------

    @cached_property
    def _table(self) -> Table:
        return Table(self._game)

    @cached_property
    def best(self) -> dict[str, float] | None:
        """The package that is worth most to this party on average, of those that it accepts; None without."""
        return self.best_within({})

    def best_within(self, fixed: Mapping[str, float | None]) -> dict[str, float] | None:
        """Find the best acceptable package in which some clauses may not be changed; None without one."""
        program = self._limited()
        self._fix(program, fixed)
        terms = self._table.mean_terms(self._seat)
        size = float(self._game.scale[self._seat])
        program.objective = {c: v / size for c, v in terms.items()}
        quick = self._solve(program, self.epsilon, (), tidy=True)
        if quick is not None and self.accepts(quick):
            return quick
        answer = self._table.maximise(program, [self._floor(self.epsilon)], gap=1e-6, solver="highs")
        return None if answer.point is None else self._table.values(answer.point)

    @cached_property
    def ideal(self) -> float:
        """The margin of :attr:`best`; minus infinity where no package is acceptable."""
        return -math.inf if self.best is None else self.margin(self.best)

    def nearest(
        self,
        margin: float,
        wanted: Mapping[str, float],
        *,
        fixed: Mapping[str, float | None] | None = None,
    ) -> dict[str, float] | None:
        """Of all packages that leave this party at least ``margin``, find the one nearest to ``wanted``.

        A trade-off in the sense of Faratin, Sierra and Jennings (2002): keep what one aspires to, and meet
        what the others have asked for. A mixed-integer program, exact where the margin holds on average;
        where the draws bind, those to hold are chosen at a package nearby, which is quick and near enough.

        Parameters
        ----------
        margin
            What must be gained above the red line, US$ million per year.
        wanted
            What the others have asked for; clauses that are not in it are wanted out.
        fixed
            Clauses that may not be changed: their value, or None for out.

        Returns
        -------
        dict or None
            None where no package does it. Distance of a clause: 0 between equal values, 1 between out and
            its upper end, one half between out and its lower end.

        Examples
        --------
        >>> from comity.bargaining.game import Clause, Game
        >>> clauses = (Clause("visas", "E", "M", 0, 10), Clause("returns", "M", "E", 0, 10))
        >>> nothing = [[[0.0, 0.0], [0.0, 0.0]]]
        >>> mine = Position("M", Game(("E", "M"), clauses, nothing, nothing), [[3.0, -1.0]], [[0, 0]])
        >>> mine.nearest(12.0, {"returns": 10.0})
        {'visas': 8.0, 'returns': 10.0}
        """
        program = self._limited()
        self._fix(program, fixed or {})
        self._table.approach(program, wanted)
        near = self._solve(program, margin, ())
        if near is None:
            return None
        for guide in (near, self.best):
            if guide is None or self._reaches(near, margin):
                break
            # hold the draws that are best at a package nearby, or at the best one: each of them is enough
            held = self._solve(program, margin, self._held(guide))
            near = near if held is None else held
        if not self._reaches(near, margin):
            return None
        return self._round(near, margin, fixed or {})

    def _reaches(self, values: Mapping[str, float], margin: float) -> bool:
        return self.margin(values) >= margin - 1e-7 * float(self._game.scale[self._seat])

    def _held(self, values: Mapping[str, float]) -> tuple[int, ...]:
        """Draws that are best at a package, as many as must reach the red line."""
        order = np.argsort(self.gains(values), kind="stable")
        return tuple(int(t) for t in order[len(order) - self._game.needed :])

    def _solve(
        self, base: Program, margin: float, draws: Iterable[int], *, tidy: bool = False
    ) -> dict[str, float] | None:
        """Solve with the margin held on average and in these draws; None where there is no package."""
        program = base.copy()
        size = float(self._game.scale[self._seat])
        least = (margin + self.red_line + self.no_deal) / size
        payoffs = self._table.payoffs(self._seat)
        for row in (payoffs.mean(axis=0), *(payoffs[t] for t in draws)):
            program.row({c: float(v) / size for c, v in enumerate(row) if v}, lower=least)
        found = program.solve(gap=1e-4, solver="highs")
        if found.point is None:
            return None
        return self._table.values(found.point) if tidy else self._table.point_values(found.point)

    def _floor(self, margin: float) -> Floor:
        return Floor(self._seat, margin + self.red_line)

    def _limited(self) -> Program:
        """Rules of the table, and this party's own limits."""
        program = self._table.rules.copy()
        self._table.limit(program, self.limits)
        return program

    def _fix(self, program: Program, fixed: Mapping[str, float | None]) -> None:
        for key, value in fixed.items():
            c = self._game.index[key]
            low, high = self._game.clauses[c].ends
            columns = [(self._table.on[c], 0.0 if value is None else 1.0)]
            share = self._table.share[c]
            if share is not None:
                columns.append((share, 0.0 if value is None else (value - low) / (high - low)))
            for column, at in columns:
                program.row({column: 1.0}, lower=at, upper=at)

    def _round(
        self, exact: dict[str, float], margin: float, fixed: Mapping[str, float | None]
    ) -> dict[str, float]:
        """Round continuous values to what people say, in the party's own favour.

        An unrounded value would also let the others work back to a red line that it was solved for; so where
        round values do not fit, finer ones are tried, and never the exact one.
        """
        for finer in range(_FINEST_STEPS):
            rounded = self._on_grid(exact, 10.0 ** -(finer + 1), fixed)
            good = self.margin(rounded) >= min(margin, self.margin(exact)) or finer == _FINEST_STEPS - 1
            if good and self.within_limits(rounded) and not self._game.breaches(rounded):
                break
        return rounded

    def _on_grid(
        self, exact: dict[str, float], part: float, fixed: Mapping[str, float | None]
    ) -> dict[str, float]:
        slope = self.payoffs[0].mean(axis=0)
        rounded = dict(exact)
        for key, value in exact.items():
            c = self._game.index[key]
            clause = self._game.clauses[c]
            low, high = clause.ends
            if clause.levels is not None or key in fixed or high <= low:
                continue
            grid = 10.0 ** math.floor(math.log10(high - low)) * part
            turn = math.ceil if slope[c] >= 0 else math.floor
            near = round(value / grid)
            steps = near if abs(value / grid - near) <= 1e-6 else turn(value / grid)
            rounded[key] = float(f"{min(max(steps * grid, low), high):.9g}")
        return rounded

    def changes(
        self, before: Mapping[str, float], after: Mapping[str, float], keys: Iterable[str]
    ) -> dict[str, float | None]:
        """Write the difference of two texts over some clauses as a move does: a value, or None for out."""
        return {key: after.get(key) for key in keys if before.get(key) != after.get(key)}


def _same(value: float, *ends: float) -> bool:
    """Whether a value is one of the ends, but for rounding."""
    return any(math.isclose(value, end, rel_tol=1e-9, abs_tol=1e-9) for end in ends)
