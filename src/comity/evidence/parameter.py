"""One parameter: value, range, distribution, unit, status and reference (§2.4).

Who may import me: :mod:`comity.evidence.parameter_set`; others read parameters through it.
Start at :class:`Param`.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, model_validator
from scipy.special import ndtr, ndtri

from comity.vocabulary import Status  # noqa: TC001  (pydantic reads it at run time)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Distribution", "Mark", "Param"]

# low and high are read as about two standard deviations either side of the centre.
_DEVIATIONS_BETWEEN_BOUNDS: Final = 4.0

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Distribution(StrEnum):
    """How a parameter is drawn between its bounds.

    * ``triangular``: mode at value.
    * ``uniform``: value plays no part.
    * ``normal-truncated``: centre at value, standard deviation (high − low)/4, cut at the bounds.
    * ``lognormal``: median at value, log deviation (ln high − ln low)/4, cut at the bounds.
    * ``fixed``: always value.
    * ``none``: a qualitative finding without a number; it cannot be drawn.
    """

    TRIANGULAR = "triangular"
    UNIFORM = "uniform"
    NORMAL_TRUNCATED = "normal-truncated"
    LOGNORMAL = "lognormal"
    FIXED = "fixed"
    NONE = "none"


class Mark(StrEnum):
    """How the number reached us: read in the source, recalled from memory, or reasoned by the authors."""

    READ = "read"
    RECALLED = "recalled"
    REASONED = "reasoned"


class Param(BaseModel):
    """A parameter as its YAML entry states it.

    ``low`` and ``high`` may be null only when nothing is drawn (``fixed``: the source states no range).
    ``value`` is null only for a qualitative finding (``none``), where the note says the direction.
    ``locator`` says where in the source, ``note`` what a reader must know before using the number.
    ``valid_from`` is the first year for which the value is meant, or the year of the publication.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text
    definition: Text
    value: FiniteFloat | None
    low: FiniteFloat | None
    high: FiniteFloat | None
    distribution: Distribution
    unit: Text
    valid_from: Annotated[int, Field(ge=1900, le=2100)]
    status: Status
    mark: Mark
    reference: Text
    note: str = ""
    locator: str = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        value, low, high = self.value, self.low, self.high
        if (value is None) != (self.distribution is Distribution.NONE):
            msg = "value is null exactly when the distribution is 'none'"
            raise ValueError(msg)
        if value is None and not self.note:
            msg = "a qualitative finding needs a note that says what was found"
            raise ValueError(msg)
        if (low is None or high is None) and self.distribution not in (Distribution.FIXED, Distribution.NONE):
            msg = f"low and high are needed to draw from '{self.distribution}'"
            raise ValueError(msg)
        if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
            msg = f"value {value:g} lies outside [{low}, {high}]"
            raise ValueError(msg)
        if low is not None and high is not None and low > high:
            msg = f"low {low:g} is above high {high:g}"
            raise ValueError(msg)
        if self.distribution is Distribution.LOGNORMAL and (low is None or low <= 0):
            msg = "a lognormal needs low above 0"
            raise ValueError(msg)
        return self

    def pinned(self, value: float, *, low: float, high: float) -> Param:
        """Fix a copy at a user's value; its note keeps what the pack had."""
        was = "no number" if self.value is None else f"{self.value:g}"
        note = f"Set by the user; the pack has {was}. {self.note}".strip()
        changes = {"value": value, "low": low, "high": high, "distribution": Distribution.FIXED, "note": note}
        return self.model_validate({**self.model_dump(), **changes})

    def draw(self, root: int, size: int) -> NDArray[np.float64]:
        """Draw ``size`` values in [low, high] from the stream that ``root`` and the name determine.

        The quantile function is applied to uniform numbers: a change of range moves each draw smoothly.

        Raises
        ------
        ValueError
            The parameter is a qualitative finding and has nothing to draw.
        """
        if self.value is None:
            msg = f"{self.name} is a qualitative finding and cannot be drawn"
            raise ValueError(msg)
        if self.distribution is Distribution.FIXED or self.low is None or self.high is None:
            return np.full(size, self.value)
        words = np.frombuffer(hashlib.sha256(self.name.encode()).digest(), dtype="<u4")
        stream = np.random.default_rng(np.random.SeedSequence([root, *words.tolist()]))
        return self.quantile(stream.random(size))

    def quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the value below which a share ``u`` (0-1) of the draws lies.

        >>> steady = Param(name="x", definition="x", value=2, low=1, high=3, distribution="triangular",
        ...                unit="1", valid_from=2024, status="assumed", mark="reasoned",
        ...                reference="-")
        >>> steady.quantile(np.array([0.0, 0.5, 1.0])).tolist()
        [1.0, 2.0, 3.0]
        """
        value, low, high = self.value, self.low, self.high
        if value is None or low is None or high is None or low == high:
            return np.full(u.shape, np.nan if value is None else value)
        if self.distribution is Distribution.TRIANGULAR:
            x = _triangular(u, low, value, high)
        elif self.distribution is Distribution.NORMAL_TRUNCATED:
            x = _normal(u, low, value, high)
        elif self.distribution is Distribution.LOGNORMAL:
            x = np.exp(_normal(u, float(np.log(low)), float(np.log(value)), float(np.log(high))))
        elif self.distribution is Distribution.UNIFORM:
            x = low + (high - low) * u
        else:
            x = np.full(u.shape, value)
        return np.clip(x, low, high)  # rounding may step over a bound by one unit in the last place


def _triangular(u: NDArray[np.float64], low: float, mode: float, high: float) -> NDArray[np.float64]:
    width, left = high - low, mode - low
    rising = low + np.sqrt(u * width * left)
    falling = high - np.sqrt((1 - u) * width * (high - mode))
    return np.where(u * width < left, rising, falling)


def _normal(u: NDArray[np.float64], low: float, centre: float, high: float) -> NDArray[np.float64]:
    deviation = (high - low) / _DEVIATIONS_BETWEEN_BOUNDS
    lower, upper = ndtr((low - centre) / deviation), ndtr((high - centre) / deviation)
    drawn: NDArray[np.float64] = centre + deviation * ndtri(lower + u * (upper - lower))
    return drawn
