"""The geometry of charts: where on an axis a value falls. What draws it is not decided here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.reports.amounts import ends, scale_of, show_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.reports.amounts import Scale
    from comity.vocabulary import Figure

__all__ = ["Axis", "Span"]


@dataclass(frozen=True, slots=True)
class Span:
    """A figure on an axis: low, middle and high as fractions 0-1 of the axis's length."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis in shown units that always holds zero.

    ``ticks`` are pairs of a fraction 0-1 and the number to write there.
    """

    start: float
    stop: float
    scale: Scale
    ticks: tuple[tuple[float, str], ...]

    @classmethod
    def around(cls, figures: Iterable[Figure], *, tight: bool = False) -> Axis:
        """Fit an axis around figures that share a unit, with round ticks or, when ``tight``, without any.

        >>> from comity.vocabulary import Figure, Range, SourceClass
        >>> gain = Figure(Range(-3.0, 4.0, 9.0), "persons", SourceClass.MODELLED, "model:§3.12")
        >>> [number for _, number in Axis.around([gain]).ticks]
        ['−5', '0', '5', '10']
        """
        listed = list(figures)
        scale = scale_of(listed)
        values = [end * scale.factor for figure in listed for end in ends(figure)]
        low, high = min([0.0, *values]), max([0.0, *values])
        if low == high:
            high = 1.0
        if tight or not values:
            return cls(low, high, scale, ())
        step = _round_step((high - low) / 5)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        start, stop = first * step, last * step
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        ticks = tuple(
            ((number - first) / (last - first), show_number(round(number * step, 12), decimals=decimals))
            for number in range(first, last + 1)
        )
        return cls(start, stop, scale, ticks)

    @property
    def zero(self) -> float:
        """Where zero stands."""
        return self.at(0.0)

    def at(self, shown: float) -> float:
        """Where a value in shown units stands, as a fraction 0-1."""
        return (shown - self.start) / (self.stop - self.start)

    def span(self, figure: Figure) -> Span | None:
        """Where a figure stands; None when it is unvalued."""
        places = [self.at(end * self.scale.factor) for end in ends(figure)]
        if not places:
            return None
        return Span(places[0], places[len(places) // 2], places[-1])


def _round_step(rough: float) -> float:
    """Return the next of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(nice * power for nice in (1, 2, 5, 10) if nice * power >= rough * (1 - 1e-9))
