"""Small pieces of the world-round report: figures and names.

Who may import me: the world-round document and its sections. Start at :func:`money`.
"""

from __future__ import annotations

from typing import Final

from comity.units import SHARE, USD_MILLION_YEAR
from comity.vocabulary import Figure, Range, SourceClass

__all__ = ["BOUND_NAMES", "FAMILY_NAMES", "MODEL", "money", "number", "percent", "significant", "stated"]

MODEL: Final = "model:§6.10"
FAMILY_NAMES: Final = {
    "entry": "Entry places by corridor and skill",
    "fees": "Ceilings on remittance fees",
    "tariffs": "Tariff cuts",
    "readmission": "Cooperation on return",
    "transfers": "Public transfers",
}
BOUND_NAMES: Final = {
    "arrivals": "arrivals",
    "departures_low": "departures of low-skilled workers",
    "departures_high": "departures of high-skilled workers",
    "transfers_given": "transfers given",
    "transfers_received": "transfers received",
}


#: Significant digits of a written number: more would differ between machines, and no reader needs them.
DIGITS: Final = 7


def significant(value: float) -> float:
    """Round to the digits that every machine agrees on.

    >>> significant(1234.56789123)
    1234.568
    """
    return float(f"{value:.{DIGITS}g}")


def money(value: float | Range, about: str) -> Figure:
    """Write US$ million a year."""
    shown = (
        Range(significant(value.low), significant(value.mid), significant(value.high))
        if isinstance(value, Range)
        else significant(value)
    )
    return Figure(shown, USD_MILLION_YEAR, SourceClass.MODELLED, f"{MODEL}|{about}")


def percent(value: float, reference: str) -> Figure:
    """Write a share, shown as per cent."""
    return Figure(significant(value), SHARE, SourceClass.MODELLED, reference)


def number(value: float, unit: str, reference: str) -> Figure:
    """Write a number of things; ``parties`` is put into the singular where there is one."""
    unit = "party" if unit == "parties" and value == 1 else unit
    return Figure(significant(value), unit, SourceClass.MODELLED, reference)


def stated(value: float, unit: str, key: str) -> Figure:
    """Write what the file says under a key."""
    return Figure(float(value), unit, SourceClass.ELICITED, f"round:{key}")
