"""What decides the sign: inputs one at a time, and where a clause brings a party to its red line (E62).

Both run on the full world at central values and leave everything else as it is, which says nothing about
inputs that move together; the draws do that.

Who may import me: the benefit service. Start at :func:`swing_inputs` and :func:`find_break_even`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import brentq

from comity.errors import InputError
from comity.services.benefit_result import BreakEven, InputSwing
from comity.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from comity.evidence import Parameters
    from comity.evidence.parameter import Param
    from comity.services.roundfile import Clause, Interest

    Array = NDArray[np.float64]

__all__ = ["find_break_even", "find_roots", "rank_swings", "swing_inputs"]

#: Points at which a gain is looked at before roots are sought between them; it need not be monotone.
SCAN_STEPS: Final = 9
#: How near a root is found, as a share of the clause's range.
ROOT_TOLERANCE: Final = 1e-9


def swing_inputs(
    totals: Callable[[Mapping[str, Array]], Array], central: Mapping[str, float], parameters: Parameters
) -> list[InputSwing]:
    """Set each parameter to the low and to the high end of its range, all others central.

    Parameters
    ----------
    totals
        Net benefit for each row of a table of parameter values, US$ million per year; the table is given as
        the draws are, so that whatever runs draws can run it.
    central
        Dotted name → central value; parameters without a range are left out.

    Raises
    ------
    SolveError
        The world was not solved at an end of some range.
    """
    moved: list[tuple[Param, float, float]] = []
    for name in central:
        param = parameters[name]
        if param.low is not None and param.high is not None and param.low < param.high:
            moved.append((param, param.low, param.high))
    size = 1 + 2 * len(moved)
    table = {name: np.full(size, value) for name, value in central.items()}
    for k, (param, low, high) in enumerate(moved):
        table[param.name][1 + 2 * k : 3 + 2 * k] = low, high
    found = totals(table)
    base = float(found[0])
    return [
        _write_swing(param, low, high, (float(found[1 + 2 * k]), float(found[2 + 2 * k])), base)
        for k, (param, low, high) in enumerate(moved)
    ]


def name_input(param: Param) -> str:
    """Return the definition, or the dotted name in words where the definition leans on its neighbour's."""
    if not param.definition.startswith("The same"):
        return param.definition
    words = param.name.removeprefix("world.").replace("_", " ").split(".")
    return f"{', '.join(words).capitalize()} ({param.unit})"


def _write_swing(param: Param, low: float, high: float, ends: tuple[float, float], base: float) -> InputSwing:
    return InputSwing(
        name=f"parameter:{param.name}",
        label=name_input(param),
        status=str(Status(param.status)),
        unit=param.unit,
        low=low,
        high=high,
        at_low=ends[0],
        at_high=ends[1],
        base=base,
        drawn=str(param.distribution) != "fixed",
    )


def swing_interests(
    worth: Callable[[Interest, float], float], interests: Iterable[tuple[int, Interest, str]], base: float
) -> list[InputSwing]:
    """Set each stated interest to its low and its high value.

    Parameters
    ----------
    worth
        Worth of an interest in the package when it is stated at a value; US$ million per year.
    interests
        Position in the round file, the interest, and words for it.
    base
        Net benefit with every interest at its middle.
    """
    out = []
    for place, interest, label in interests:
        low, mid, high = interest.value.low, interest.value.mid, interest.value.high
        at = [base + worth(interest, end) - worth(interest, mid) for end in (low, high)]
        if high > low and at[0] != at[1]:
            unit = "US$ million a year per unit" if interest.per == "unit" else "US$ million a year"
            out.append(
                InputSwing(
                    f"round:interests.{place}.value", label, interest.status, unit, low, high, at[0], at[1],
                    base, drawn=True,
                )
            )  # fmt: skip
    return out


def rank_swings(found: Iterable[InputSwing]) -> list[InputSwing]:
    """Put the widest swing first; equal ones by name."""
    return sorted(found, key=lambda item: (-item.swing, item.name))


def find_roots(gain: Callable[[float], float], low: float, high: float) -> tuple[float, ...]:
    """Every value between two ends at which a continuous gain is zero, as far as a scan of the range sees.

    >>> find_roots(lambda x: x - 2, 0, 3)
    (2.0,)
    >>> find_roots(lambda x: x + 1, 0, 3)
    ()
    """
    if high <= low:
        return (float(low),) if gain(low) == 0 else ()
    points = np.linspace(low, high, SCAN_STEPS)
    values = [gain(float(x)) for x in points]
    roots: list[float] = []
    for k in range(len(points) - 1):
        a, b = values[k], values[k + 1]
        if a == 0:
            roots.append(float(points[k]))
        elif a * b < 0:
            near = ROOT_TOLERANCE * (high - low)
            roots.append(float(brentq(gain, points[k], points[k + 1], xtol=near)))
    if values[-1] == 0:
        roots.append(float(points[-1]))
    return tuple(roots)


def find_break_even(
    gains: Callable[[Mapping[str, float]], Mapping[str, float]],
    values: Mapping[str, float],
    clauses: Mapping[str, Clause],
    units: Mapping[str, str],
    red_lines: Mapping[str, float],
    tick: Callable[[float], None],
) -> tuple[BreakEven, ...]:
    """Move each clause over its range, the others as in the package, and look for each party's red line.

    Parameters
    ----------
    gains
        Gain of each party against its no-deal at a package; US$ million per year.
    values
        The package.
    clauses, units
        By clause key.
    red_lines
        Party → the gain at which it says no.
    """
    kept: dict[tuple[tuple[str, float], ...], Mapping[str, float] | InputError] = {}

    def at(package: Mapping[str, float]) -> Mapping[str, float]:
        key = tuple(sorted(package.items()))
        if key not in kept:
            try:
                kept[key] = gains(package)
            except InputError as error:
                kept[key] = error
        found = kept[key]
        if isinstance(found, InputError):
            raise found
        return found

    here = at(values)
    out = []
    for place, key in enumerate(values):
        low, high = map(float, clauses[key].range)
        for party, line in red_lines.items():

            def above(x: float, key: str = key, party: str = party, line: float = line) -> float:
                return at({**values, key: x})[party] - line

            ends, note = _ends(above, line, low, high)
            roots: tuple[float, ...] = ()
            if not note:
                try:
                    roots = find_roots(above, low, high)
                except InputError as error:
                    note = error.message
            out.append(
                BreakEven(
                    party, key, units[key], low, high, values[key], line, here[party], ends[0], ends[1],
                    roots, note,
                )
            )  # fmt: skip
        tick((place + 1) / len(values))
    return tuple(out)


def _ends(
    above: Callable[[float], float], line: float, low: float, high: float
) -> tuple[list[float | None], str]:
    out: list[float | None] = []
    note = ""
    for end in (low, high):
        try:
            out.append(above(end) + line)
        except InputError as error:
            out.append(None)
            note = error.message
    return out, note
