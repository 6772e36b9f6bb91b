"""Games written by others: Genius, GeniusWeb, NegoLog and LLM-Deliberation files read into one kind of game.

Who may import me: services. I import the discrete room and floor 1, and I change nothing that a file says:
weights, reservation values and evaluations are used as given, and a note says where a reader may stumble.

Where to start: :func:`read_game`.
"""

from __future__ import annotations

from comity.bargaining.outside.folder import FORMATS, find_games, read_game

__all__ = ["FORMATS", "find_games", "read_game"]
