"""Small pieces of the world-round report: figures and names.

Who may import me: the world-round document and its sections. Start at :func:`money`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.units import SHARE, USD_MILLION_YEAR
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from comity.vocabulary import Range

__all__ = ["BOUND_NAMES", "FAMILY_NAMES", "MODEL", "money", "number", "percent", "stated"]

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


def money(value: float | Range, about: str) -> Figure:
    """Write US$ million a year."""
    return Figure(value, USD_MILLION_YEAR, SourceClass.MODELLED, f"{MODEL}|{about}")


def percent(value: float, reference: str) -> Figure:
    """Write a share, shown as per cent."""
    return Figure(float(value), SHARE, SourceClass.MODELLED, reference)


def number(value: float, unit: str, reference: str) -> Figure:
    """Write a number of things; ``parties`` is put into the singular where there is one."""
    unit = "party" if unit == "parties" and value == 1 else unit
    return Figure(float(value), unit, SourceClass.MODELLED, reference)


def stated(value: float, unit: str, key: str) -> Figure:
    """Write what the file says under a key."""
    return Figure(float(value), unit, SourceClass.ELICITED, f"round:{key}")
