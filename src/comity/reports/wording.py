"""Words of the report's own that every form of it shares."""

from __future__ import annotations

from typing import Final

__all__ = ["ALL_FIGURES", "KICKERS", "MAP_NOTE", "MISSING", "NOTICES", "PRICES", "READING"]

KICKERS: Final = {
    "zone": "A zone of agreement exists",
    "no_zone": "No zone of agreement",
    "note": "In short",
}
NOTICES: Final = {"assumed": "Assumed", "missing": "Missing", "contested": "Contested", "limit": "Limit"}
READING: Final = (
    "A range is written as the middle, then (low to high). The mark beside a figure says where it comes from."
)
PRICES: Final = "Money is in US$ at the prices of"
ALL_FIGURES: Final = "all figures"
MISSING: Final = "–"
MAP_NOTE: Final = (
    "Outlines: Natural Earth (public domain). The boundaries and names on this map imply no opinion on the "
    "legal status of any territory."
)
