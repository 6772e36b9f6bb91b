"""Units, written once, and the only place where a number changes unit.

Inside Comity money is US$ of the baseline year, shares are 0-1 and people are persons.
Only doors (reports, round files) show millions or per cent; they convert here.

Who may import me: every room. Start at :func:`to_share` and :func:`format_quantity`.
"""

from __future__ import annotations

import math
from typing import Final

__all__ = [
    "BASE_YEAR",
    "PERSONS",
    "SHARE",
    "USD",
    "USD_MILLION_YEAR",
    "USD_YEAR",
    "format_quantity",
    "to_percent",
    "to_share",
    "to_usd",
    "to_usd_million",
]

BASE_YEAR: Final = 2023
USD: Final = f"US$ of {BASE_YEAR}"
USD_YEAR: Final = f"US$ of {BASE_YEAR} per year"
USD_MILLION_YEAR: Final = f"US$ million of {BASE_YEAR} per year"
PERSONS: Final = "persons"
SHARE: Final = "share (0-1)"


def to_share(percent: float) -> float:
    """Per cent (0-100) to a share (0-1).

    >>> to_share(12.5)
    0.125
    """
    return percent / 100.0


def to_percent(share: float) -> float:
    """Share (0-1) to per cent (0-100).

    >>> to_percent(0.5)
    50.0
    """
    return share * 100.0


def to_usd(million: float) -> float:
    """US$ million to US$.

    >>> to_usd(1.5)
    1500000.0
    """
    return million * 1e6


def to_usd_million(usd: float) -> float:
    """US$ to US$ million.

    >>> to_usd_million(2_000_000)
    2.0
    """
    return usd / 1e6


def format_quantity(value: float, *, digits: int = 3) -> str:
    """Write a number for a reader: thousands separated by commas, at least ``digits`` significant figures.

    Integers above the precision are not falsely shortened to powers of ten; a missing value is a dash.

    >>> format_quantity(1234567.0), format_quantity(0.01234), format_quantity(-12.3456)
    ('1,234,567', '0.0123', '−12.3')
    >>> format_quantity(float("nan"))
    '–'
    """
    if math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{abs(value):,.{decimals}f}"
    if "." in text and decimals > digits:
        text = text.rstrip("0")
    sign = "−" if value < 0 and float(text.replace(",", "")) != 0 else ""
    return sign + text
