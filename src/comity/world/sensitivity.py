"""Derivatives of every ledger line by every instrument of a round, by implicit differentiation (§3.13).

At a solved world the residual R(z, t) is zero, so dz/dt = −R_z⁻¹ R_t. R_z is the Jacobian of
:mod:`comity.world.tangent`, factored once; R_t and the derivatives of the lines are closed forms, one pass
over the menu each. No world is solved again.

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
from comity.world.impulse import push
from comity.world.joint import factor_joint
from comity.world.line_slopes import slope_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.world.economy import Array
    from comity.world.ledger import Line
    from comity.world.movement import ChannelOutcome

__all__ = ["Sensitivity", "differentiate"]


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


def differentiate(outcome: ChannelOutcome, items: Sequence[Item]) -> Sensitivity:
    """Differentiate every ledger line by every instrument, at a solved world.

    Parameters
    ----------
    outcome
        From :meth:`comity.world.ChannelWorld.solve`.
    items
        Instruments, as items of a shock; see the module for units and sides.

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
    factors = factor_joint(outcome.joint, outcome.ground)
    aims = [aim(outcome.ground, item, outcome.prices.index) for item in items]
    if not aims:
        shape = (len(outcome.economy), len(outcome.lines), 0)
        return Sensitivity(outcome.economy.codes, outcome.lines, (), (), np.zeros(shape), 0.0)
    cause = push(frame, np.zeros((len(outcome.joint.z), len(aims))), aims, cause=True).residual
    move = -lu_solve(factors, cause, check_finite=False)
    pushed = push(frame, move, aims)
    found = slope_lines(frame, pushed, aims)
    lines = outcome.lines
    values = np.stack([found[line.name] for line in lines], axis=1)
    scale = np.abs(cause).max(axis=0)
    caused = scale > 0
    left = float((np.abs(pushed.residual).max(axis=0)[caused] / scale[caused]).max(initial=0.0))
    units = tuple(DIRECTED[type(item)] for item in items)
    return Sensitivity(outcome.economy.codes, lines, tuple(items), units, values, left)
