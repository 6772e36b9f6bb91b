"""Trade, work and movement solved together in channel mode (§3.13).

Unknowns: log ω̂, log P̂ and the four kinds of log real pay in each economy, 6N. Queues are settled inside each
evaluation (:mod:`comity.world.choice`), so complementarity holds at every step. Newton with an analytic
Jacobian, factored at the baseline and renewed where progress is slow, as in
:mod:`comity.world.equilibrium`.

Who may import me: the world room. Start at :func:`solve_joint`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from comity.errors import SolveError
from comity.world.choice import Choice, Effort, choose
from comity.world.economy import SKILLS
from comity.world.equilibrium import Kernel, Point, evaluate_point, fix_kernel, stack_residual
from comity.world.labour import Stocks, carry, change_labour
from comity.world.quota import UnsettledError
from comity.world.tangent import differentiate_joint

if TYPE_CHECKING:
    from comity.world.economy import Array
    from comity.world.equilibrium import Factors
    from comity.world.given import Given
    from comity.world.labour import Ground

__all__ = [
    "Joint",
    "count_unknowns",
    "evaluate_joint",
    "factor_joint",
    "find_pay_gap",
    "solve_joint",
    "split_pay",
]

TOLERANCE = 1e-10
#: A step that shrinks the residual by less than this asks for a new Jacobian.
SLOW = 0.5
MAX_STEPS = 100
#: log ω̂, log P̂, log real pay of migrants and of natives by skill.
BLOCKS = 2 + 2 * len(SKILLS)
#: The longest step in logarithms.
LONGEST = 1.0


@dataclass(frozen=True, slots=True)
class Joint:
    """One evaluated point: ``value`` is the residual (6N), ``size`` its largest entry."""

    z: Array
    choice: Choice
    given: Given
    kernel: Kernel
    point: Point
    value: Array
    size: float


def split_pay(z: Array, n: int) -> tuple[Array, Array]:
    """Log real pay of migrants and of natives, N × 2 each."""
    return z[2 * n : 4 * n].reshape(2, n).T, z[4 * n : BLOCKS * n].reshape(2, n).T


def evaluate_joint(z: Array, ground: Ground, effort: Effort, start: Choice | None = None) -> Joint:
    """Settle the queues at z, then supply, demand and pay: residuals of prices, markets and pay (6N).

    Where skills are formed (:mod:`comity.world.formation`) z and the residual have N entries more.
    """
    e, n = ground.economy, len(ground.economy)
    abroad, home = split_pay(z, n)
    skills = ground.formation
    mass = None if skills is None else skills.find_mass(z)
    try:
        choice = choose(
            ground.channels.menu, effort, ground.policy.pull, abroad, home, mass=mass, start=start
        )
    except UnsettledError as error:
        born = e.codes[error.group // len(SKILLS)]
        msg = f"{error}, for {SKILLS[error.group % len(SKILLS)]}-skill people born in {born}"
        raise SolveError(msg) from error
    given = carry(ground, Stocks(choice.stock, choice.home))
    kernel = fix_kernel(e, given)
    point = evaluate_point(z[: 2 * n], e, given, kernel)
    parts = [stack_residual(point, e), find_pay_gap(z, given)]
    if skills is not None:
        parts.append(skills.find_gap(z, choice))
    value = np.concatenate(parts)
    size = float(np.abs(value).max())
    return Joint(z, choice, given, kernel, point, value, size)


def find_pay_gap(z: Array, given: Given) -> Array:
    """Log real pay less what labour markets pay; 4N (works on complex numbers)."""
    n = len(given.quantity)
    real = (z[:n] - z[n : 2 * n])[:, None, None]
    paid = np.log(given.pay) + real
    return np.asarray(
        z[2 * n : BLOCKS * n] - np.concatenate([paid[..., 1].T.ravel(), paid[..., 0].T.ravel()])
    )


def count_unknowns(ground: Ground) -> int:
    """Length of z."""
    return (BLOCKS + (ground.formation is not None)) * len(ground.economy)


def factor_joint(j: Joint, ground: Ground) -> Factors:
    """LU factors of the Jacobian at a point."""
    labour = change_labour(ground, Stocks(j.choice.stock, j.choice.home))
    matrix = differentiate_joint(j.z, ground, j.choice, j.given, j.kernel, j.point, labour, ground.formation)
    lu, pivots = lu_factor(matrix, overwrite_a=True, check_finite=False)
    return lu, pivots


def solve_joint(
    ground: Ground, effort: Effort, factors: Factors, start: Array | None = None
) -> tuple[Joint, int, int]:
    """Solve for all economies at once.

    Parameters
    ----------
    ground, effort
        The shock and the elasticities of choice.
    factors
        LU factors to begin with.
    start
        6N unknowns to start from; the baseline (zeros) unless given.

    Returns
    -------
    tuple
        The solved point, steps and factorings.

    Raises
    ------
    SolveError
        No convergence: names the economy with the largest residual.
    """
    n = len(ground.economy)
    now = evaluate_joint(np.zeros(count_unknowns(ground)) if start is None else start.copy(), ground, effort)
    factorings, renewed, step = 0, False, 0
    for step in range(MAX_STEPS):
        if now.size <= TOLERANCE:
            return now, step, factorings
        move = -lu_solve(factors, now.value, check_finite=False)
        longest = float(np.abs(move).max())
        if not np.isfinite(longest):
            break
        scale = min(1.0, LONGEST / longest) if longest > 0 else 1.0
        trial = _try(now, ground, effort, scale * move)
        while renewed and not (trial and trial.size < now.size) and scale > TOLERANCE:
            scale /= 2
            trial = _try(now, ground, effort, scale * move)
        if trial and trial.size < now.size:
            slow = trial.size > SLOW * now.size
            now, renewed = trial, False
        elif renewed:
            break
        else:
            slow = True
        if slow and now.size > TOLERANCE:
            factors = factor_joint(now, ground)
            factorings += 1
            renewed = True
    worst = int(np.abs(np.nan_to_num(now.value, nan=np.inf)).argmax()) % n
    msg = (
        f"the world with channels did not reach equilibrium: residual {now.size:.1e} in "
        f"{ground.economy.codes[worst]} after {step + 1} steps"
    )
    raise SolveError(msg)


def _try(now: Joint, ground: Ground, effort: Effort, move: Array) -> Joint | None:
    try:
        return evaluate_joint(now.z + move, ground, effort, now.choice)
    except SolveError:
        return None
