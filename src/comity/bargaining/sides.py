"""One step of joining as a game: what each side gets from what is new between them (§8, E109).

Sides are unions of pieces; pieces have members. A clause passes between two pieces at a strength from 0 to 1
and changes every member's gain in proportion (local values). A step's value is the largest margin by which
the worst-off side can be above what it asks, in shares of its size, while no member inside loses more than it
tolerates: a linear program, with a bound in closed form that rests on its dual. The package of a step is
the Nash bargain among the sides under the same floors.

Who may import me: services. Start at :class:`SideGame`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from comity.bargaining.convex import ConcaveGame, solve_concave
from comity.bargaining.joining import find_parts
from comity.errors import InputError, SolveError

if TYPE_CHECKING:
    from comity.bargaining.joining import Masks, Parts

__all__ = ["Margin", "SideGame"]

Array = NDArray[np.float64]
Places = NDArray[np.intp]

#: Weights of one side against the other at which the bound of a step is taken, in logarithms of their ratio.
TILTS: Final = tuple(float(x) for x in range(-10, 11))
#: The same, where three or more sides join.
FEW_TILTS: Final = (-4.0, 0.0, 4.0)
#: Margin by which a floor may be missed by rounding, as a share of size.
ROUNDING: Final = 1e-12
#: Share of the way from its floor to the best worst-off side that the Nash bargain leaves to every side.
MARGIN: Final = 0.05


@dataclass(frozen=True, slots=True)
class Margin:
    """Value of a step, the strengths that reach it, and who stands in the way of more.

    Attributes
    ----------
    value
        Largest margin of the worst-off side, as a share of its size; below 0 when some side cannot get what
        it asks.
    values
        Strengths; M.
    sides
        Multiplier of each side: how much of the bound rests on what it asks (sums to 1).
    members
        Positions of members whose tolerance binds, those that cost the most first.
    """

    value: float
    values: Array
    sides: Array
    members: tuple[int, ...]


@dataclass(frozen=True)
class SideGame:
    """Pieces with members, and clauses between pieces; n pieces, I members, M clauses.

    Attributes
    ----------
    slope
        Gain of each member by the strength of each clause; I × M.
    size
        Size of each member (its GDP); I.
    piece
        Position of the piece of each member; I.
    giver, beneficiary
        Positions of the two pieces between which each clause passes; M.
    asks
        Least gain of each piece when it joins as it stands, as a share of its size; n.
    tolerance
        What each member may lose in a step at most, as a share of its size; I.

    Examples
    --------
    Two pieces of one member each; each clause costs its giver 1 and gives the other 3:

    >>> game = SideGame(
    ...     np.array([[-1.0, 3.0], [3.0, -1.0]]), np.ones(2), np.arange(2),
    ...     np.array([0, 1]), np.array([1, 0]), np.zeros(2), np.zeros(2))
    >>> round(game.margin((1, 2)).value, 6), game.bargain((1, 2)).round(3).tolist()
    (2.0, [1.0, 1.0])
    """

    slope: Array = field(repr=False)
    size: Array
    piece: Places
    giver: Places
    beneficiary: Places
    asks: Array
    tolerance: Array

    def __post_init__(self) -> None:
        members, clauses = self.slope.shape
        shapes = (self.size.shape, self.piece.shape, self.tolerance.shape)
        if shapes != ((members,),) * 3 or self.giver.shape != (clauses,) or np.any(self.size <= 0):
            msg = "the arrays of a step do not fit each other"
            raise InputError(msg, accepted="shapes as documented, and sizes above 0")

    def __len__(self) -> int:
        return len(self.asks)

    @cached_property
    def grouped(self) -> Array:
        """Slope of each piece, its members together; n × M."""
        out = np.zeros((len(self), self.slope.shape[1]))
        np.add.at(out, self.piece, self.slope)
        return out

    @cached_property
    def sizes(self) -> Array:
        """Size of each piece; n."""
        return np.asarray(np.bincount(self.piece, weights=self.size, minlength=len(self)), dtype=float)

    def between(self, parts: Parts) -> NDArray[np.bool_]:
        """Tell which clauses pass between different sides; M."""
        side = np.full(len(self), -1)
        for k, part in enumerate(parts):
            side[list(find_parts(part))] = k
        one, other = side[self.giver], side[self.beneficiary]
        return np.asarray((one >= 0) & (other >= 0) & (one != other))

    def floors(self, parts: Parts) -> Array:
        """Floor of each side: what it asks; a union that is there already asks for no loss."""
        return np.array(
            [
                self.asks[p.bit_length() - 1] * self.sizes[p.bit_length() - 1] if p.bit_count() == 1 else 0.0
                for p in parts
            ]
        )

    def bounds(self, parts: Masks) -> Array:
        """Bound the values of many steps with equally many sides (K × sides → K), by the dual.

        Members' tolerances are left out, and for every weighting of the sides no package gives the weighted
        sides more than all clauses that they together gain from.
        """
        sides = parts.shape[1]
        bits = (parts[:, :, None] >> np.arange(len(self))) & 1
        side = np.where(bits.any(axis=1), bits.argmax(axis=1), -1)
        one, other = side[:, self.giver], side[:, self.beneficiary]
        open_ = (one >= 0) & (other >= 0) & (one != other)
        size = bits @ self.sizes
        slope = np.where(open_[:, None, :], bits @ self.grouped, 0.0) / size[:, :, None]
        single = bits.sum(axis=2) == 1
        floor = np.where(single, bits @ (self.asks * self.sizes), 0.0) / size
        best = np.full(len(parts), np.inf)
        for weight in _weights(sides):
            most = np.maximum(np.einsum("j,kjm->km", weight, slope), 0.0).sum(axis=1) - floor @ weight
            best = np.minimum(best, most)
        return best

    @cached_property
    def ceilings(self) -> Array:
        """Bound each piece's margin whenever it joins as it stands: all clauses that it gains from; n."""
        return np.asarray(np.maximum(self.grouped, 0).sum(axis=1) / self.sizes - self.asks)

    def margin(self, parts: Parts) -> Margin:
        """Value of a step.

        Raises
        ------
        SolveError
            The linear program was not solved.
        """
        chosen = np.flatnonzero(self.between(parts))
        floors, sizes = self.floors(parts), self._sizes(parts)
        inside, slope = self._inside(parts, chosen)
        sides = self._sides(parts, chosen) / sizes[:, None]
        count = len(chosen)
        values = np.zeros(self.slope.shape[1])
        if not count:
            shares = np.zeros(len(parts))
            shares[int((-floors / sizes).argmin())] = 1.0
            return Margin(float((-floors / sizes).min()), values, shares, ())
        rows = np.vstack(
            [np.hstack([-sides, np.ones((len(parts), 1))]), np.hstack([-slope, np.zeros((len(inside), 1))])]
        )
        # Shares of GDP are small numbers; in parts of ten thousand the solver's tolerance is out of sight.
        scale = 1 / np.abs(rows[:, :-1]).max()
        rows[:, :-1] *= scale
        limits = scale * np.concatenate([-floors / sizes, self.tolerance[inside] + ROUNDING])
        goal = np.zeros(count + 1)
        goal[-1] = -1.0
        found = linprog(
            goal, A_ub=rows, b_ub=limits, bounds=[(0.0, 1.0)] * count + [(None, None)], method="highs"
        )
        if found.status != 0:
            msg = f"the value of a step was not found: {found.message}"
            raise SolveError(msg)
        values[chosen] = found.x[:-1]
        prices = -found.ineqlin.marginals
        binding = prices[len(parts) :]
        order = np.argsort(-binding, kind="stable")
        named = tuple(int(inside[k]) for k in order if binding[k] > ROUNDING)
        return Margin(float(found.x[-1] / scale), values, prices[: len(parts)], named)

    def bargain(self, parts: Parts) -> Array:
        """Nash bargain of a step among its sides, each weighted by its pieces; strengths, M.

        Raises
        ------
        SolveError
            No package serves all sides, or the program was not solved.
        """
        best = self.margin(parts)
        if best.value < 0:
            msg = "no package lets every side reach what it asks"
            raise SolveError(msg)
        chosen = np.flatnonzero(self.between(parts))
        floors, sizes = self.floors(parts), self._sizes(parts)
        inside, slope = self._inside(parts, chosen)
        scale = 1 / max(float(np.abs(slope).max()), ROUNDING) if len(chosen) else 1.0
        game = ConcaveGame.of(
            self._sides(parts, chosen),
            weights=np.array([float(p.bit_count()) for p in parts]),
            least=floors + MARGIN * best.value * sizes,
            caps=csr_matrix(-scale * slope),
            limits=scale * self.tolerance[inside],
        )
        values = best.values.copy()
        if best.value <= ROUNDING:
            # No room between the floors: there is one package, or next to one.
            return values
        try:
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                values[chosen] = solve_concave(game).values
        except (SolveError, np.linalg.LinAlgError):
            # Members' floors may leave no interior; the package that serves the worst-off side best is
            # one of few.
            return best.values.copy()
        return values

    def lost(self, parts: Parts, gains: Array) -> Array:
        """By how much members inside fall below what they tolerate, as a share of size; I, 0 outside."""
        inside, _ = self._inside(parts, np.zeros(0, dtype=np.intp))
        out = np.zeros(len(self.size))
        out[inside] = np.maximum(-gains[inside] / self.size[inside] - self.tolerance[inside], 0.0)
        return out

    def side_gains(self, parts: Parts, gains: Array) -> Array:
        """Gain of each side, its members together."""
        pieces = np.bincount(self.piece, weights=gains, minlength=len(self))
        return np.array([pieces[list(find_parts(part))].sum() for part in parts])

    def _inside(self, parts: Parts, chosen: Places) -> tuple[Places, Array]:
        """Members inside, and their slopes as shares of their size."""
        inside = np.flatnonzero(np.isin(self.piece, find_parts(sum(parts))))
        return inside, self.slope[np.ix_(inside, chosen)] / self.size[inside][:, None]

    def _sides(self, parts: Parts, chosen: Places) -> Array:
        return np.array([self.grouped[list(find_parts(p))][:, chosen].sum(axis=0) for p in parts])

    def _sizes(self, parts: Parts) -> Array:
        return np.array([self.sizes[list(find_parts(p))].sum() for p in parts])


def _weights(sides: int) -> Array:
    """Weightings of the sides of a step; each row sums to 1."""
    tilts = TILTS if sides == 2 else FEW_TILTS
    grid = np.stack(np.meshgrid(*[tilts] * (sides - 1), indexing="ij"), axis=-1).reshape(-1, sides - 1)
    raw = np.exp(np.hstack([np.zeros((len(grid), 1)), grid]))
    return np.asarray(raw / raw.sum(axis=1, keepdims=True))
