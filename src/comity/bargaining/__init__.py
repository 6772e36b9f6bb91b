"""Games, solutions and stability (§6): knows payoffs, not economies.

Who may import me: services. I import floor 1 only and know no economies.

Where to start: :class:`Game` and :func:`solve_nash`; then :mod:`comity.bargaining.zone` for the zone test.
"""

from __future__ import annotations

from comity.bargaining.exchange import (
    essential_clauses,
    exchange_cycles,
    exchange_rates,
    measure_equity,
    trace_giving,
)
from comity.bargaining.game import Cap, Clause, Exclusion, Game, Requirement, Solution
from comity.bargaining.mediator import Hearing, write_text
from comity.bargaining.position import Position
from comity.bargaining.solve import (
    Alternative,
    Frontier,
    alternatives,
    pareto_front,
    solve_fewest,
    solve_leximin,
    solve_nash,
    solve_utilitarian,
)
from comity.bargaining.stability import Stability, assess_stability
from comity.bargaining.strategies import (
    STRATEGIES,
    Decision,
    Principled,
    TimeDependent,
    TitForTat,
    View,
    answer,
    decide,
    make_strategy,
)
from comity.bargaining.zone import Blockers, Linkage, Zone, find_blockers, smallest_linkage, test_zone

__all__ = [
    "STRATEGIES",
    "Alternative",
    "Blockers",
    "Cap",
    "Clause",
    "Decision",
    "Exclusion",
    "Frontier",
    "Game",
    "Hearing",
    "Linkage",
    "Position",
    "Principled",
    "Requirement",
    "Solution",
    "Stability",
    "TimeDependent",
    "TitForTat",
    "View",
    "Zone",
    "alternatives",
    "answer",
    "assess_stability",
    "decide",
    "essential_clauses",
    "exchange_cycles",
    "exchange_rates",
    "find_blockers",
    "make_strategy",
    "measure_equity",
    "pareto_front",
    "smallest_linkage",
    "solve_fewest",
    "solve_leximin",
    "solve_nash",
    "solve_utilitarian",
    "test_zone",
    "trace_giving",
    "write_text",
]
