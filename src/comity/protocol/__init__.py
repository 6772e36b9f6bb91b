"""The rules of a negotiating room as pure code: moves, turns, permissions, and a log that replays (§6.8, §9).

Who may import me: services. I import floor 1 only; I know who may say what and when, never what it is worth.

Where to start: :class:`Rules` and :func:`apply`; then :mod:`comity.protocol.log`.
"""

from __future__ import annotations

from comity.protocol.log import Log, read_log
from comity.protocol.moves import MEDIATOR, Kind, Mode, Move
from comity.protocol.session import Rules, Slot, State, apply, begin, replay

__all__ = [
    "MEDIATOR",
    "Kind",
    "Log",
    "Mode",
    "Move",
    "Rules",
    "Slot",
    "State",
    "apply",
    "begin",
    "read_log",
    "replay",
]
