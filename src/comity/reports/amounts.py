"""How a figure is written: the door at which money becomes millions and shares become per cent.

Inside Comity money is US$ and shares are 0-1 (see :mod:`comity.units`); a reader meets "12.5 US$ million a
year" and "40 %". A range is written "mid (low to high)" with the same number of decimals throughout.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from comity.units import to_percent, to_usd_million
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["UNVALUED", "Scale", "Shown", "ends", "scale_of", "show", "show_number"]

UNVALUED: Final = "not valued"
_DIGITS: Final = 3
_GIVEN_DIGITS: Final = 8  # what a user entered is shown as it was entered
_MILLION: Final = 1e6
_MONEY: Final = re.compile(r"US\$(?P<million> million)?(?: of (?P<year>\d{4}))?(?P<year_flow> per year)?")
_MINUS: Final = "\u2212"


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit as it is stored and as it is shown: shown value = stored value × ``factor``."""

    factor: float
    unit: str
    prices: str = ""
    """The year whose prices the money is in, or empty."""
    decimals: int | None = None
    """Decimals that figures shown together share, or None: as each figure needs."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as written: the middle, the span from low to high (empty for a bare number), and the unit."""

    middle: str
    span: str
    unit: str

    @property
    def number(self) -> str:
        """Middle and span, without the unit."""
        return f"{self.middle} ({self.span})" if self.span else self.middle

    @property
    def text(self) -> str:
        """Number and unit, as one string."""
        return f"{self.number} {self.unit}" if self.unit and self.middle != UNVALUED else self.number


def ends(figure: Figure) -> tuple[float, ...]:
    """Low, middle and high of a figure; one number when it has no range, none when it is unvalued."""
    value = figure.value
    if value is None:
        return ()
    return (value.low, value.mid, value.high) if isinstance(value, Range) else (value,)


def scale_of(figures: Iterable[Figure]) -> Scale:
    """Choose one shown unit for figures that share a stored unit, and their decimals when there are several.

    Figures side by side are compared, so they get as many decimals as two significant figures of their median
    need; a smaller value still shows its first significant figure.

    >>> from comity.vocabulary import SourceClass
    >>> big = Figure(2.5e7, "US$ of 2023 per year", SourceClass.MODELLED, "model:§3.12")
    >>> scale_of([big])
    Scale(factor=1e-06, unit='US$ million a year', prices='2023', decimals=None)
    """
    listed = list(figures)
    scale = _unit_scale(listed)
    if len(listed) < 2:
        return scale
    middles = sorted(abs(values[len(values) // 2]) * scale.factor for f in listed if (values := ends(f)))
    middles = [middle for middle in middles if middle]
    if not middles:
        return scale
    median = middles[len(middles) // 2]
    enough = max(0, 1 - math.floor(math.log10(median)))
    needed = max(_decimals([float(f"{middle:.12g}")]) for middle in middles)
    return replace(scale, decimals=min(enough, needed))


def _unit_scale(listed: list[Figure]) -> Scale:
    unit = listed[0].unit if listed else ""
    if unit.startswith("share (0-1)"):
        return Scale(to_percent(1.0), "%" + unit.removeprefix("share (0-1)"))
    if not (money := _MONEY.fullmatch(unit)):
        return Scale(1.0, unit)
    biggest = max((abs(end) for figure in listed for end in ends(figure)), default=0.0)
    flow = " a year" if money["year_flow"] else ""
    prices = money["year"] or ""
    if money["million"]:
        return Scale(1.0, f"US$ million{flow}", prices)
    if biggest >= _MILLION:
        return Scale(to_usd_million(1.0), f"US$ million{flow}", prices)
    return Scale(1.0, f"US${flow}", prices)


def _decimals(values: Iterable[float], digits: int = _DIGITS) -> int:
    """Decimals that show the significant digits of the largest value, fewer when the rest are zeros."""
    listed = [value for value in values if value]
    if not listed:
        return 0
    wanted = max(0, digits - 1 - math.floor(math.log10(max(map(abs, listed)))))
    for fewer in range(wanted):
        if all(math.isclose(round(value, fewer), value, rel_tol=1e-9, abs_tol=0.0) for value in listed):
            return fewer
    return wanted


def show_number(value: float, *, decimals: int | None = None, signed: bool = False) -> str:
    """Write one number; a value too small for the decimals keeps one significant figure of its own.

    >>> show_number(1234.5678), show_number(5.0), show_number(-0.25), show_number(12.0, signed=True)
    ('1,235', '5', '−0.25', '+12')
    >>> show_number(0.004, decimals=1)
    '0.004'
    """
    if value == 0:
        return "0"
    if decimals is None:
        decimals = _decimals([value])
    if round(abs(value), decimals) == 0:
        decimals = -math.floor(math.log10(abs(value)))
    written = f"{abs(value):,.{decimals}f}"
    sign = _MINUS if value < 0 else "+" if signed and value > 0 else ""
    return sign + written


def show(figure: Figure, *, scale: Scale | None = None, signed: bool = False) -> Shown:
    """Write a figure.

    Parameters
    ----------
    figure
        What to write; an unvalued figure is written in words, never as zero (§5.2).
    scale
        The shown unit, when several figures share one; otherwise chosen for this figure alone.
    signed
        Write + before values above zero.

    Examples
    --------
    >>> from comity.vocabulary import SourceClass
    >>> share = Figure(Range(0.9, 0.97, 1.0), "share (0-1)", SourceClass.MODELLED, "model:§6.2")
    >>> show(share).number
    '97 (90 to 100)'
    """
    scale = scale or scale_of([figure])
    values = [end * scale.factor for end in ends(figure)]
    if not values:
        return Shown(UNVALUED, "", scale.unit)
    # Scaling leaves dust such as 28.999999999999996; twelve figures are more than any source holds.
    values = [float(f"{value:.12g}") for value in values]
    given = figure.source is SourceClass.ELICITED
    decimals = _decimals(values, _GIVEN_DIGITS if given else _DIGITS)
    if scale.decimals is not None and not given:
        middle = abs(values[len(values) // 2])
        first = -math.floor(math.log10(middle)) if middle else 0
        decimals = min(decimals, max(scale.decimals, first))
    written = [show_number(value, decimals=decimals, signed=signed) for value in values]
    if len(written) == 1 or values[0] == values[-1]:
        return Shown(written[0], "", scale.unit)
    low, mid, high = written
    return Shown(mid, f"{low} to {high}", scale.unit)
