"""Sealed games of rounds on the read side: kept per process, so that a slider does not wait for the database.

Who may import me: the forum. Start at :func:`game_of`.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from comity.forum.models import SealedGameRow

if TYPE_CHECKING:
    from comity.forum.models import Round
    from comity.services.sealed_game import SealedGame

__all__ = ["asks_per_day", "game_of", "sealing_of"]

_MOST: Final = 16
_games: OrderedDict[tuple[int, str], SealedGame] = OrderedDict()
_lock = threading.Lock()


def sealing_of(round_: Round) -> SealedGameRow | None:
    """Return the row of the round's sealed game without its bytes; None where nobody asked for it."""
    digest = hashlib.sha256(round_.round_file.encode()).hexdigest()
    return SealedGameRow.objects.filter(round=round_, digest=digest).defer("data").first()


def game_of(round_: Round) -> SealedGame | None:
    """Return the sealed game of a round; None where it is not ready."""
    digest = hashlib.sha256(round_.round_file.encode()).hexdigest()
    with _lock:
        found = _games.get((round_.pk, digest))
    if found is not None:
        return found
    row = SealedGameRow.objects.filter(round=round_, digest=digest, status="ready").first()
    if row is None or row.data is None:
        return None
    from comity.services.sealed_game import SealedGame  # noqa: PLC0415  (the model: not at each start)

    found = SealedGame.read(bytes(row.data))
    with _lock:
        _games[round_.pk, digest] = found
        while len(_games) > _MOST:
            _games.popitem(last=False)
    return found


@lru_cache(maxsize=1)
def asks_per_day() -> int:
    """Return how many answers a facilitator may ask for in a round within 24 hours."""
    from comity.evidence import Parameters  # noqa: PLC0415

    return int(Parameters.load().value("sealed_game.asks_per_day"))
