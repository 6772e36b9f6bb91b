"""Games over a finite list of issues, solved exactly: every solution, the whole frontier, every count.

Who may import me: services, and :mod:`comity.bargaining.outside`, which reads such games from files.
I know nothing of files; the mixed-integer side of the bargaining room is imported for the bridge only.

Start at :class:`DiscreteGame` and :func:`solve_discrete`.
"""

from __future__ import annotations

from comity.bargaining.discrete.bridge import from_game, to_game, to_values
from comity.bargaining.discrete.counting import count_accepted, count_rational
from comity.bargaining.discrete.fold import Frontier, fold_frontier
from comity.bargaining.discrete.game import Acceptance, DiscreteGame, Issue
from comity.bargaining.discrete.scan import Scan, scan_outcomes
from comity.bargaining.discrete.solutions import (
    Blocked,
    Chosen,
    DiscreteSolutions,
    solve_discrete,
    solve_product,
)

__all__ = [
    "Acceptance",
    "Blocked",
    "Chosen",
    "DiscreteGame",
    "DiscreteSolutions",
    "Frontier",
    "Issue",
    "Scan",
    "count_accepted",
    "count_rational",
    "fold_frontier",
    "from_game",
    "scan_outcomes",
    "solve_discrete",
    "solve_product",
    "to_game",
    "to_values",
]
