"""A small round, sealed once for all tests that want one, and the sheets of its parties."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tests.services.practice_rounds import ROUND

from comity.services.private_sheet import PrivateSheet, take_sheet
from comity.services.roundfile import parse_round
from comity.services.sealed_game import SealedGame, seal_game

if TYPE_CHECKING:
    from comity.services.roundfile import Round


def write_text(red_line: float = 7.7713, interest: float = 31.3373) -> bytes:
    return ROUND.replace("ESP_RED_LINE", str(red_line)).replace("ESP_INTEREST", str(interest)).encode()


@lru_cache
def small_game() -> SealedGame:
    return seal_game(write_text(), draws=20)


@lru_cache
def whole_round() -> Round:
    from comity.evidence import Catalogue, Evidence  # noqa: PLC0415
    from comity.services.deal import list_countries  # noqa: PLC0415

    return parse_round(
        write_text(), name="small", catalogue=Catalogue.load(), countries=list_countries(Evidence.load())
    )


def small_sheets() -> dict[str, PrivateSheet]:
    return {party: take_sheet(whole_round(), party) for party in small_game().parties}
