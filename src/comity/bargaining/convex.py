"""Many parties, thousands of clauses at partial strength: a concave program with a proven bound (§6.10).

Maximise Σ wₚ log sₚ where s = A x + c is each party's gain above its red line, under hard floors s ≥ ε,
bounds
on every strength and caps B x ≤ b. Strengths are continuous; there are no binary clauses here. Solved by a
primal–dual interior-point method (Wright 1997, chapter 5; here the log terms are rows whose complementarity
product is w instead of 0). The Newton system is diagonal plus rank P + R, so a step costs one Cholesky
factorisation of that size, however many clauses there are (Woodbury).

The bound does not rest on the method: for any multipliers λ > 0, v, y ≥ 0 the Lagrange dual

    Σ (w log(w/λ) − w) + (λ + v)·c − v·ε + y·b + Σ max over x of (Aᵀ(λ + v) − Bᵀy)·x

is at least the optimum (Boyd and Vandenberghe 2004, §5.1), and it is computed here in closed form.

Who may import me: services. Start at :func:`solve_concave`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from comity.errors import InputError, SolveError

__all__ = ["ConcaveGame", "ConcaveSolution", "WorstGain", "solve_concave", "worst_gain"]

Array = NDArray[np.float64]

MOST_STEPS: Final = 200
#: Gap at which the search stops, in logarithms per unit of weight.
CLOSE: Final = 1e-5
#: Times that a solution of the Newton system is improved by its own residual.
REFINEMENTS: Final = 2
#: Largest violation of a row, relative to its size.
FEASIBLE: Final = 1e-8


@dataclass(frozen=True, slots=True)
class ConcaveGame:
    """What is to be shared and under which limits; P parties, C clauses, R caps.

    Attributes
    ----------
    slope
        A, gain of each party by the strength of each clause; P × C.
    constant
        c, gain at strength 0 less the red line; P.
    weights
        w, weight of each party, above 0; P.
    least
        ε, the least gain above the red line; P.
    low, high
        Bounds of each strength; C.
    caps, limits
        B x ≤ b; sparse R × C, and R.

    Examples
    --------
    Two parties, one clause each way, of which the receiver gains 3 and the giver loses 1:

    >>> game = ConcaveGame.of([[3.0, -1.0], [-1.0, 3.0]])
    >>> found = solve_concave(game)
    >>> found.gains.round(3).tolist(), found.gap < 1e-5
    ([2.0, 2.0], True)
    """

    slope: Array
    constant: Array
    weights: Array
    least: Array
    low: Array
    high: Array
    caps: csr_matrix = field(repr=False)
    limits: Array = field(repr=False)

    def __post_init__(self) -> None:
        parties, clauses = self.slope.shape
        if np.any(self.weights <= 0) or np.any(self.least < 0):
            msg = "a weight that is not above 0, or a least gain below 0"
            raise InputError(msg, accepted="weights above 0 and least gains of 0 or more")
        if np.any(self.low > self.high):
            msg = f"clause {int(np.argmax(self.low > self.high))} has a lower bound above its upper bound"
            raise InputError(msg, accepted="bounds in order")
        shapes = (self.constant.shape, self.weights.shape, self.least.shape, self.low.shape, self.high.shape)
        if shapes != ((parties,),) * 3 + ((clauses,),) * 2 or self.caps.shape != (len(self.limits), clauses):
            msg = "the arrays of a game do not fit each other"
            raise InputError(msg, accepted="shapes as documented")

    @classmethod
    def of(
        cls,
        slope: Array | list[list[float]],
        *,
        constant: Array | None = None,
        weights: Array | None = None,
        least: Array | float = 0.0,
        low: Array | None = None,
        high: Array | None = None,
        caps: csr_matrix | None = None,
        limits: Array | None = None,
    ) -> ConcaveGame:
        """Make a game, with constants 0, weights 1, strengths from 0 to 1 and no caps unless told."""
        matrix = np.asarray(slope, dtype=float)
        parties, clauses = matrix.shape
        return cls(
            matrix,
            np.zeros(parties) if constant is None else constant,
            np.ones(parties) if weights is None else weights,
            np.broadcast_to(np.asarray(least, dtype=float), (parties,)).copy(),
            np.zeros(clauses) if low is None else low,
            np.ones(clauses) if high is None else high,
            csr_matrix((0, clauses)) if caps is None else caps,
            np.zeros(0) if limits is None else limits,
        )

    def gains(self, values: Array) -> Array:
        """Gain of each party above its red line; P."""
        return np.asarray(self.slope @ values + self.constant)

    def objective(self, values: Array) -> float:
        """Σ w log gain; minus infinity where a gain is not above 0."""
        gains = self.gains(values)
        return float(self.weights @ np.log(gains)) if (gains > 0).all() else -np.inf

    def bound(self, prices: Array, floors: Array, cap_prices: Array) -> float:
        """Lagrange dual at any multipliers (λ > 0, v ≥ 0, y ≥ 0): no mixture does better."""
        w = self.weights
        pull = (prices + floors) @ self.slope - cap_prices @ self.caps
        box = np.where(pull > 0, pull * self.high, pull * self.low).sum()
        logs = (w * np.log(w / prices) - w).sum()
        fixed = (prices + floors) @ self.constant - floors @ self.least + cap_prices @ self.limits
        return float(logs + fixed + box)


@dataclass(frozen=True, slots=True)
class ConcaveSolution:
    """A mixture of clauses with its proof.

    Attributes
    ----------
    values
        Strength of each clause; C.
    gains
        Of each party above its red line; P.
    objective, bound
        Σ w log gain reached, and what no mixture of this game can exceed.
    gap
        (bound − objective) over Σ w: the weighted geometric mean of gains is at least exp(−gap) of the best.
    prices
        λ: what one more unit of gain of a party is worth, in nats; P.
    floors
        v: what relaxing a party's floor by one unit is worth; above 0 where the floor binds; P.
    cap_prices
        y: what one more unit of a cap is worth; R.
    worth
        What one more unit of strength of a clause is worth, caps paid; C. Above 0 at an upper bound.
    steps
        Newton steps taken.
    """

    values: Array
    gains: Array
    objective: float
    bound: float
    gap: float
    prices: Array
    floors: Array
    cap_prices: Array
    worth: Array
    steps: int


@dataclass(frozen=True, slots=True)
class WorstGain:
    """The largest t such that every party gains at least ε + t · scale, and its proof.

    ``value`` is reached at ``values``; ``bound`` is what no mixture exceeds. Below 0, no mixture lets every
    party reach its floor, and ``shares`` (P, sum of shares × scale is 1) is why: with these weights the
    parties' gains together fall short whatever is agreed.
    """

    value: float
    bound: float
    values: Array
    shares: Array


def solve_concave(game: ConcaveGame, *, close: float = CLOSE) -> ConcaveSolution:
    """Maximise Σ w log gain.

    Parameters
    ----------
    game
        With at least one mixture in which every party is above its floor.
    close
        Stop at this gap (nats per unit of weight).

    Raises
    ------
    SolveError
        No mixture was found in which every party is above its floor (ask :func:`worst_gain` why), or the
        search ended with a gap larger than a thousand times ``close``.
    """
    wide = _Program(game, logs=game.weights, pull=np.zeros(game.slope.shape[1]))
    state = _start(wide)
    total, objective, bound, steps = float(game.weights.sum()), -np.inf, np.inf, 0
    values, proof = game.low, state
    with np.errstate(divide="ignore"):
        lowest = float(game.weights @ np.log(game.least))
    while steps < MOST_STEPS and state.moving and not bound - objective <= close * total:
        state, steps = _advance(wide, state), steps + 1
        here, held = _inside(game, state.values)
        gains = game.gains(here)
        reached = game.objective(here)
        if held and (gains >= game.least * (1 - FEASIBLE)).all() and reached > objective:
            objective, values = reached, here
        proven = game.bound(state.logs, state.floors, state.caps)
        if proven < bound:
            bound, proof = proven, state
        if bound < lowest:
            msg = "no mixture reaches every floor: the bound lies below what the floors alone are worth"
            raise SolveError(msg)
    gap = (bound - objective) / total
    if not gap <= close * 1000:
        reached_words = f"the gap is still {gap:.1e}" if np.isfinite(objective) else "no mixture was found"
        msg = f"the concave program was not solved: {reached_words} after {steps} steps"
        raise SolveError(msg)
    worth = (proof.logs + proof.floors) @ game.slope - proof.caps @ game.caps
    return ConcaveSolution(
        values, game.gains(values), objective, bound, gap, proof.logs, proof.floors, proof.caps, worth, steps
    )


def worst_gain(game: ConcaveGame, scale: Array | None = None) -> WorstGain:
    """Maximise the worst-off party's gain above its floor, in units of ``scale`` (P, above 0; 1 unless told).

    >>> worst_gain(ConcaveGame.of([[1.0], [-2.0]], least=0.1)).bound < 0
    True
    """
    parties, clauses = game.slope.shape
    size = np.ones(parties) if scale is None else scale
    bottom, top = _worst_range(game, size)
    slope = np.hstack([game.slope, -size[:, None]])
    caps = csr_matrix(
        (game.caps.data, game.caps.indices, game.caps.indptr), shape=(len(game.limits), clauses + 1)
    )
    lifted = replace(
        game,
        slope=slope,
        low=np.append(game.low, bottom),
        high=np.append(game.high, top),
        caps=caps,
    )
    pull = np.zeros(clauses + 1)
    pull[-1] = 1.0
    program = _Program(lifted, logs=np.zeros(0), pull=pull)
    state = _start(program)
    value, bound, values, shares = -np.inf, np.inf, game.low, np.zeros(parties)
    for _ in range(MOST_STEPS):
        state = _advance(program, state)
        here, inside = _inside(game, state.values[:-1])
        # Any weights whose sum over the scale is 1 prove a bound.
        weight = state.floors / float(state.floors @ size)
        cap = state.caps / float(state.floors @ size)
        drawn = weight @ game.slope - cap @ game.caps
        box = np.where(drawn > 0, drawn * game.high, drawn * game.low).sum()
        proof = float(weight @ (game.constant - game.least) + cap @ game.limits + box)
        if proof < bound:
            bound, shares = proof, weight
        if inside:
            reached = float(((game.gains(here) - game.least) / size).min())
            if reached > value:
                value, values = reached, here
        if np.isfinite(value) and bound - value <= CLOSE * max(abs(value), abs(bound)):
            break
        if not state.moving:
            break
    if not np.isfinite(value):
        msg = "the caps leave no mixture at all"
        raise SolveError(msg)
    return WorstGain(value, bound, values, shares)


def _worst_range(game: ConcaveGame, size: Array) -> tuple[float, float]:
    """Between which values the worst gain can lie; nothing is assumed that does not hold."""
    best = np.where(game.slope > 0, game.slope * game.high, game.slope * game.low).sum(axis=1)
    worst = np.where(game.slope > 0, game.slope * game.low, game.slope * game.high).sum(axis=1)
    top = float(((best + game.constant - game.least) / size).min())
    bottom = float(((worst + game.constant - game.least) / size).min())
    if (game.caps @ game.low <= game.limits).all():
        bottom = float(((game.gains(game.low) - game.least) / size).min())
    room = max(top - bottom, abs(top), abs(bottom), 1e-9)
    return bottom - room / 10, top + room / 10


# ---------------------------------------------------------------------------------------- interior point


@dataclass(frozen=True, slots=True)
class _Program:
    """Rows of one search: log rows (``logs`` weights, may be empty), floors, caps; ``pull`` is linear."""

    game: ConcaveGame
    logs: Array
    pull: Array


@dataclass(frozen=True, slots=True)
class _State:
    """Values with distances to their bounds, slacks and multipliers; ``centre`` is the mean product."""

    values: Array
    below: Array
    above: Array
    log_slack: Array
    floor_slack: Array
    cap_slack: Array
    logs: Array
    floors: Array
    caps: Array
    centre: float
    moving: bool


def _inside(game: ConcaveGame, values: Array) -> tuple[Array, bool]:
    """Values within their bounds, and whether the caps hold."""
    here = np.clip(values, game.low, game.high)
    over = game.caps @ here - game.limits
    size = 1 + np.abs(game.limits)
    return here, bool((over <= FEASIBLE * size).all())


def _start(p: _Program) -> _State:
    g = p.game
    span = np.maximum(g.high - g.low, 0.0)
    values = g.low + span / 2
    reach = np.abs(g.slope) @ span + np.abs(g.constant) + g.least
    reach = np.where(reach > 0, reach, 1.0)
    gains = g.gains(values)
    log_slack = np.maximum(gains, reach / 10)[: len(p.logs)]
    floor_slack = np.maximum(gains - g.least, reach / 10)
    cap_reach = np.asarray(np.abs(g.caps) @ span).ravel() + np.abs(g.limits)
    cap_slack = np.maximum(g.limits - g.caps @ values, np.where(cap_reach > 0, cap_reach, 1.0) / 10)
    return _State(
        values, np.ones_like(values), np.ones_like(values), log_slack, floor_slack, cap_slack,
        p.logs / log_slack, 1 / floor_slack, 1 / cap_slack, 1.0, moving=True,
    )  # fmt: skip


def _advance(p: _Program, s: _State) -> _State:
    """One Newton step towards a centre nearer to the optimum."""
    g = p.game
    free = g.high > g.low
    down = np.where(free, s.values - g.low, 1.0)
    up = np.where(free, g.high - s.values, 1.0)
    products = np.concatenate(
        [(s.below * down)[free], (s.above * up)[free], s.floors * s.floor_slack, s.caps * s.cap_slack]
    )
    mean = float(products.mean())
    gains = g.gains(s.values)
    log_gap = s.log_slack - gains[: len(s.log_slack)]
    floor_gap = s.floor_slack - (gains - g.least)
    cap_gap = s.cap_slack - (g.limits - g.caps @ s.values)
    diagonal = np.where(free, s.below / down + s.above / up, np.inf)
    heavy = s.floors / s.floor_slack
    heavy[: len(s.logs)] += s.logs / s.log_slack
    solver = _Woodbury(g, 1 / diagonal, heavy, s.caps / s.cap_slack)

    def aim(target: float, bend: tuple[Array, ...]) -> tuple[Array, ...]:
        """Newton direction with all products at ``target``, less second-order terms ``bend``."""
        low, high, logs, floors, caps = bend
        force = (target - floors) / s.floor_slack + s.floors / s.floor_slack * floor_gap
        force[: len(p.logs)] += (p.logs - logs) / s.log_slack + s.logs / s.log_slack * log_gap
        cap_force = (target - caps) / s.cap_slack + s.caps / s.cap_slack * cap_gap
        right = p.pull + force @ g.slope - cap_force @ g.caps
        right = right + np.where(free, (target - low) / down - (target - high) / up, 0.0)
        move = np.where(free, solver.solve(right), 0.0)
        gain = g.slope @ move
        d_log = gain[: len(p.logs)] - log_gap
        d_floor = gain - floor_gap
        d_cap = -(g.caps @ move) - cap_gap
        m_log = (p.logs - logs - s.logs * d_log) / s.log_slack - s.logs
        m_floor = (target - floors - s.floors * d_floor) / s.floor_slack - s.floors
        m_cap = (target - caps - s.caps * d_cap) / s.cap_slack - s.caps
        m_low = np.where(free, (target - low - s.below * move) / down - s.below, 0.0)
        m_high = np.where(free, (target - high + s.above * move) / up - s.above, 0.0)
        return move, d_log, d_floor, d_cap, m_log, m_floor, m_cap, m_low, m_high

    def longest(d: tuple[Array, ...]) -> float:
        move, d_log, d_floor, d_cap, m_log, m_floor, m_cap, m_low, m_high = d
        pairs = (
            (down, move), (up, -move), (s.log_slack, d_log), (s.floor_slack, d_floor), (s.cap_slack, d_cap),
            (s.logs, m_log), (s.floors, m_floor), (s.caps, m_cap), (s.below, m_low), (s.above, m_high),
        )  # fmt: skip
        return min([1.0, *(_reach(value, change) for value, change in pairs)])

    none = (np.zeros_like(down), np.zeros_like(up), np.zeros_like(p.logs), np.zeros_like(s.floors),
            np.zeros_like(s.caps))  # fmt: skip
    guess = aim(0.0, none)
    far = longest(guess)
    target = mean * max((1 - far) ** 2, (1 - far) / 10, 1e-3)
    move, d_log, d_floor, d_cap, m_log, m_floor, m_cap, m_low, m_high = guess
    shrink = far**2
    bend = (shrink * m_low * move, -shrink * m_high * move, shrink * m_log * d_log, shrink * m_floor *
    d_floor,
            shrink * m_cap * d_cap)  # fmt: skip
    best = aim(target, bend)
    length = longest(best)
    if length < 0.1:  # the second-order terms led astray
        best = aim(target, none)
        length = longest(best)
    length *= 0.99 if length < 1 else 1.0
    move, d_log, d_floor, d_cap, m_log, m_floor, m_cap, m_low, m_high = (length * part for part in best)
    return _State(
        s.values + move, s.below + m_low, s.above + m_high, s.log_slack + d_log, s.floor_slack + d_floor,
        s.cap_slack + d_cap, s.logs + m_log, s.floors + m_floor, s.caps + m_cap, target,
        moving=length > 1e-6 and mean > 1e-14,
    )  # fmt: skip


def _reach(value: Array, change: Array) -> float:
    """Largest step that keeps ``value`` above 0."""
    falling = change < 0
    return float((value[falling] / -change[falling]).min()) if falling.any() else np.inf


class _Woodbury:
    """Solves (D + Aᵀ W A + Bᵀ V B) x = r for a diagonal D, by a system of the size of the rows."""

    def __init__(self, g: ConcaveGame, inverse: Array, heavy: Array, cap_heavy: Array) -> None:
        self.g, self.inverse, self.heavy, self.cap_heavy = g, inverse, heavy, cap_heavy
        self.diagonal = np.divide(1.0, inverse, out=np.zeros_like(inverse), where=inverse > 0)
        scaled = g.slope * inverse
        parties, caps = len(heavy), len(cap_heavy)
        inner = np.zeros((parties + caps, parties + caps))
        inner[:parties, :parties] = scaled @ g.slope.T
        if caps:
            thin = g.caps.multiply(inverse).tocsr()
            inner[:parties, parties:] = (thin @ g.slope.T).T
            inner[parties:, :parties] = inner[:parties, parties:].T
            inner[parties:, parties:] = (thin @ g.caps.T).toarray()
        weight = np.concatenate([heavy, cap_heavy])
        root = np.sqrt(weight)
        self.root = root
        inner *= root
        inner *= root[:, None]
        inner[np.diag_indices_from(inner)] += 1.0
        self.factor = cho_factor(inner, check_finite=False, overwrite_a=True)

    def solve(self, right: Array) -> Array:
        """Solve, and refine: strengths between their bounds make the formula lose half of its digits."""
        found = self._once(right)
        for _ in range(REFINEMENTS):
            rows = (self.heavy * (self.g.slope @ found)) @ self.g.slope
            rows = rows + (self.cap_heavy * (self.g.caps @ found)) @ self.g.caps
            found = found + self._once(right - self.diagonal * found - rows)
        return found

    def _once(self, right: Array) -> Array:
        g = self.g
        first = self.inverse * right
        rows = np.concatenate([g.slope @ first, g.caps @ first])
        back = self.root * cho_solve(self.factor, self.root * rows, check_finite=False)
        held = back[: len(g.slope)] @ g.slope + back[len(g.slope) :] @ g.caps
        return np.asarray(first - self.inverse * held)
