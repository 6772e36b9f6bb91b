"""Many linear systems with one matrix, which is known only by its products, and factors of one near it.

Block GCR (Eisenstat, Elman and Schultz 1983, section 2, for several right-hand sides): each sweep corrects
all columns with the factors at hand and takes the combination of all corrections so far that leaves the
least residual. Columns help each other, so that a few sweeps suffice where the matrices are near.

Who may import me: the world room. Start at :func:`settle_columns`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import lu_solve, qr, solve_triangular

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.world.economy import Array
    from comity.world.equilibrium import Factors

__all__ = ["settle_columns"]

#: Corrections that add less than this to those before would carry rounding; later sweeps find them again.
NEW = 1e-6


def settle_columns(
    apply: Callable[[Array], Array], right: Array, factors: Factors, *, tolerance: float, sweeps: int
) -> Array | None:
    """Solve A x = right for all columns.

    Parameters
    ----------
    apply
        x (n × M) → A x.
    right
        n × M.
    factors
        LU factors of a matrix near A; corrections need not be exact, so that single precision will do, at
        half the memory traffic.
    tolerance
        Largest residual of a column, relative to the largest entry of that column.
    sweeps
        At most so many.

    Returns
    -------
    Array or None
        x; None where the sweeps did not suffice.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.linalg import lu_factor
    >>> a = np.array([[2.0, 1.0], [0.0, 3.0]])
    >>> near = lu_factor(np.array([[2.0, 0.0], [0.0, 3.0]]))
    >>> settle_columns(lambda x: a @ x, np.eye(2), near, tolerance=1e-12, sweeps=3).round(3) + 0.0
    array([[ 0.5  , -0.167],
           [ 0.   ,  0.333]])
    """
    found = np.zeros_like(right)
    scale = np.abs(right).max(axis=0)
    open_ = np.flatnonzero(scale)
    left = right[:, open_] / scale[open_]
    found_scaled = np.zeros_like(left)
    bases: list[Array] = []
    moves: list[Array] = []
    for _ in range(sweeps):
        worst = np.abs(left).max(axis=0)
        if not np.isfinite(worst).all():
            return None
        todo = worst > tolerance
        if not todo.any():
            found[:, open_] = found_scaled * scale[open_]
            return found
        # Columns of one size, so that the rank is seen.
        wanted = (left[:, todo] / worst[todo]).astype(factors[0].dtype)
        move = lu_solve(factors, wanted, check_finite=False).astype(float)
        image = apply(move)
        size = float(np.abs(image).max())
        for _ in range(2):
            for base, old in zip(bases, moves, strict=True):
                part = base.T @ image
                image -= base @ part
                move -= old @ part
        base, upper, order = qr(image, mode="economic", pivoting=True, check_finite=False)
        diagonal = np.abs(np.diag(upper))
        rank = int((diagonal > NEW * size).sum())
        if not rank:
            return None
        base = base[:, :rank]
        move = solve_triangular(upper[:rank, :rank], move[:, order[:rank]].T, trans=1, check_finite=False).T
        part = base.T @ left
        found_scaled += move @ part
        left -= base @ part
        bases.append(base)
        moves.append(move)
    return None
