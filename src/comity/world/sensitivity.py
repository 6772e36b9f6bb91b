"""Derivatives of every ledger line by every instrument of a round, by implicit differentiation (§3.13).

At a solved world the residual R(z, t) is zero, so dz/dt = −R_z⁻¹ R_t. R_z is the Jacobian of
:mod:`comity.world.tangent`. It is not even built: its products with directions are sparse sums
(:mod:`comity.world.flow`), and a few sweeps with the factors of the baseline settle all instruments together
(:mod:`comity.world.krylov`). Only where the outcome is too far from the baseline is it built and factored.
R_t and the derivatives of the lines are closed forms. No world is solved again.

Units are those of :data:`comity.world.direction.DIRECTED`: a quota, per person more; a tariff cut, per unit
of cut; a fee, per unit taken off; a transfer or cost, per US$; a recognition, per unit of coverage at its
gain; the cost of a channel, enforcement, an amenity and a trade cost, per unit of the log of the factor.

Kinks, and which side is reported: a quota that does not bind has derivative zero, also where q is exactly 1
at its edge; a rise of a ceiling counts as an opening (§3.9) also at today's ceiling; a tariff or a fee at
zero counts as if it could fall further; people who neither come nor go count as going.

Who may import me: the world room. Start at :func:`differentiate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.linalg import lu_solve

from comity.errors import InputError
from comity.world.direction import DIRECTED, Item, aim
from comity.world.frame import Frame
from comity.world.impulse import push, sum_answers, sum_causes
from comity.world.joint import factor_joint
from comity.world.krylov import settle_columns
from comity.world.line_slopes import slope_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.world.economy import Array
    from comity.world.equilibrium import Factors
    from comity.world.ledger import Line
    from comity.world.movement import ChannelOutcome

__all__ = ["Sensitivity", "differentiate"]

#: Largest residual of the derivatives, relative to what the instrument causes.
TOLERANCE = 1e-10
#: Sweeps with old factors before new ones are worth their price.
MAX_SWEEPS = 8


@dataclass(frozen=True)
class Sensitivity:
    """Derivatives at a solved world.

    Attributes
    ----------
    codes, lines, items
        Economies, lines and instruments.
    units
        Unit of each instrument.
    values
        US$ a year per unit of the instrument; N × lines × instruments.
    error
        Largest residual that the derivatives leave, relative to the largest that an instrument causes.
    """

    codes: tuple[str, ...]
    lines: tuple[Line, ...]
    items: tuple[Item, ...]
    units: tuple[str, ...]
    values: Array
    error: float

    def to_frame(self, code: str) -> pd.DataFrame:
        """One country's derivatives: lines in rows, instruments in columns."""
        if code not in self.codes:
            msg = f"the world has no economy {code!r}"
            raise InputError(msg, accepted=f"one of {len(self.codes)} codes such as {self.codes[0]}")
        names = [f"{k}: {type(item).__name__}" for k, item in enumerate(self.items)]
        values = self.values[self.codes.index(code)]
        return pd.DataFrame(values, index=[line.name for line in self.lines], columns=names)


def differentiate(
    outcome: ChannelOutcome, items: Sequence[Item], factors: Factors | None = None
) -> Sensitivity:
    """Differentiate every ledger line by every instrument, at a solved world.

    Parameters
    ----------
    outcome
        From :meth:`comity.world.ChannelWorld.solve`.
    items
        Instruments, as items of a shock; see the module for units and sides.
    factors
        LU factors of the Jacobian somewhere near, as of the baseline. Without them, or where they are too
        far, the Jacobian of this outcome is factored.

    Raises
    ------
    InputError
        An item that no derivative is taken by, or that the world does not hold.

    Examples
    --------
    >>> from comity.world import ChannelWorld, Shock
    >>> from comity.world.examples import random_channels, three_economies
    >>> from comity.world.shock import Transfer
    >>> e = three_economies()
    >>> outcome = ChannelWorld(e, random_channels(e, seed=1)).solve(Shock())
    >>> by = differentiate(outcome, [Transfer("E00", "E01", 1.0, "aid")])
    >>> bool(by.to_frame("E01").loc["transfers"].iloc[0] > 0.99), bool(by.error < 1e-9)
    (True, True)
    """
    frame = Frame(outcome)
    aims = [aim(outcome.ground, item, outcome.prices.index) for item in items]
    if not aims:
        shape = (len(outcome.economy), len(outcome.lines), 0)
        return Sensitivity(outcome.economy.codes, outcome.lines, (), (), np.zeros(shape), 0.0)
    causes = sum_causes(frame, aims)
    cause = push(frame, np.zeros((len(outcome.joint.z), len(aims))), aims, causes).residual
    move = None
    if factors is not None:
        move = settle_columns(
            lambda dz: push(frame, dz, (), sum_answers(frame, dz, lines=False)).residual,
            -cause, factors, tolerance=TOLERANCE, sweeps=MAX_SWEEPS,
        )  # fmt: skip
    if move is None:
        move = -lu_solve(factor_joint(outcome.joint, outcome.ground), cause, check_finite=False)
    pushed = push(frame, move, aims, causes + sum_answers(frame, move, lines=True))
    found = slope_lines(frame, pushed, aims)
    lines = outcome.lines
    values = np.stack([found[line.name] for line in lines], axis=1)
    scale = np.abs(cause).max(axis=0)
    caused = scale > 0
    left = float((np.abs(pushed.residual).max(axis=0)[caused] / scale[caused]).max(initial=0.0))
    units = tuple(DIRECTED[type(item)] for item in items)
    return Sensitivity(outcome.economy.codes, lines, tuple(items), units, values, left)
