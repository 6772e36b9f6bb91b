"""Games, solutions and stability (§6): knows payoffs, not economies.

Who may import me: services. I import floor 1 only and know no economies.

Where to start: :class:`Game` and :func:`solve_nash`; then :mod:`comity.bargaining.zone` for the zone test.
"""

from __future__ import annotations

from comity.bargaining.accepted import (
    Accepted,
    coarsen,
    find_accepted,
)
from comity.bargaining.exchange import (
    Rate,
    essential_clauses,
    exchange_cycles,
    measure_equity,
    quote_rates,
    trace_giving,
)
from comity.bargaining.front import (
    Frontier,
    pareto_front,
)
from comity.bargaining.game import (
    Cap,
    Clause,
    Exclusion,
    Game,
    Requirement,
    Solution,
)
from comity.bargaining.improvement import (
    Improvement,
    improve_package,
)
from comity.bargaining.mediator import (
    Hearing,
    write_text,
)
from comity.bargaining.membership import (
    Membership,
    among,
    assess_membership,
)
from comity.bargaining.position import (
    Position,
)
from comity.bargaining.reciprocity import (
    CirclesWorth,
    Coercion,
    PairBalance,
    Split,
    assess_split,
    balance_pairs,
    measure_coercion,
    value_circles,
)
from comity.bargaining.sensitivity import (
    Dropped,
    Flip,
    WeightRange,
    find_flip,
    solve_without,
    weight_range,
    with_worth,
)
from comity.bargaining.solve import (
    Alternative,
    alternatives,
    ideal_gains,
    solve_fewest,
    solve_leximin,
    solve_nash,
    solve_utilitarian,
)
from comity.bargaining.stability import (
    Stability,
    assess_stability,
)
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
from comity.bargaining.transfers import (
    Robustness,
    SidePayments,
    measure_robustness,
    solve_most_robust,
    solve_with_payments,
)
from comity.bargaining.zone import (
    Blockers,
    Linkage,
    Zone,
    find_blockers,
    smallest_linkage,
    test_zone,
)

__all__ = [
    "STRATEGIES",
    "Accepted",
    "Alternative",
    "Blockers",
    "Cap",
    "CirclesWorth",
    "Clause",
    "Coercion",
    "Decision",
    "Dropped",
    "Exclusion",
    "Flip",
    "Frontier",
    "Game",
    "Hearing",
    "Improvement",
    "Linkage",
    "Membership",
    "PairBalance",
    "Position",
    "Principled",
    "Rate",
    "Requirement",
    "Robustness",
    "SidePayments",
    "Solution",
    "Split",
    "Stability",
    "TimeDependent",
    "TitForTat",
    "View",
    "WeightRange",
    "Zone",
    "alternatives",
    "among",
    "answer",
    "assess_membership",
    "assess_split",
    "assess_stability",
    "balance_pairs",
    "coarsen",
    "decide",
    "essential_clauses",
    "exchange_cycles",
    "find_accepted",
    "find_blockers",
    "find_flip",
    "ideal_gains",
    "improve_package",
    "make_strategy",
    "measure_coercion",
    "measure_equity",
    "measure_robustness",
    "pareto_front",
    "quote_rates",
    "smallest_linkage",
    "solve_fewest",
    "solve_leximin",
    "solve_most_robust",
    "solve_nash",
    "solve_utilitarian",
    "solve_with_payments",
    "solve_without",
    "test_zone",
    "trace_giving",
    "value_circles",
    "weight_range",
    "with_worth",
    "write_text",
]
