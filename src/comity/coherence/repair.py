"""The smallest change of measures that removes the worst conflicts, and what it costs elsewhere (§7.3).

A conflict goes away when its measure is given up, or when a condition on its chain is made to fail by a
measure that is meant to change that state. Choosing the fewest such steps is a set-covering program (Karp
1972), solved exactly by HiGHS.

Who may import me: the coherence room and services. Start at :func:`find_repair`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from comity.coherence.assess import assess, grade_chain
from comity.coherence.portfolio import Measure, Portfolio
from comity.errors import SolveError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.coherence.assess import Assessment, Finding
    from comity.evidence import Catalogue
    from comity.evidence.interaction_rules import InteractionRules

__all__ = ["Repair", "Step", "find_repair", "list_steps"]


@dataclass(frozen=True, slots=True)
class Step:
    """One change: give up a measure, or introduce one that makes a condition fail.

    >>> Step("give up", "quota", "LE01", "restrict", "", frozenset(), ()).key
    ('give up', 'quota', 'LE01', 'restrict')

    ``removes`` are the conflicts (by key) that it takes away, ``loses`` the synergies that go with it.
    """

    kind: Literal["give up", "introduce"]
    measure: str
    subject: str
    change: str
    state: str
    removes: frozenset[tuple[str, ...]]
    loses: tuple[Finding, ...]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Kind, measure, subject and change."""
        return (self.kind, self.measure, self.subject, self.change)


@dataclass(frozen=True, slots=True)
class Repair:
    """The fewest steps that remove all conflicts that can be removed, and those that none can.

    Among sets of equal size the one that loses the fewest synergies is taken.
    """

    steps: tuple[Step, ...]
    beyond: tuple[Finding, ...]
    lost: tuple[Finding, ...]


def list_steps(
    portfolio: Portfolio,
    assessment: Assessment,
    catalogue: Catalogue,
    rules: InteractionRules,
    *,
    groups: Iterable[str] = (),
) -> tuple[Step, ...]:
    """All steps that remove at least one severe conflict and bring no new severe one."""
    severe = {f.key: f for f in assessment.severe}
    steps: list[Step] = []
    for m in portfolio.measures:
        removes = frozenset(k for k, f in severe.items() if f.chain.measure.key == m.key)
        if removes and not m.fixed:
            loses = tuple(
                f for f in assessment.synergies if f.chain.measure.key == m.key and f.severity != "contested"
            )
            steps.append(Step("give up", m.key, m.subject, m.change, "", removes, loses))
    eased: dict[tuple[str, str, str], set[tuple[str, ...]]] = {}
    for key, f in severe.items():
        for state in _states(f, rules):
            for words in rules.states[state].eased_by:
                subject, _, change = words.partition(":")
                eased.setdefault((state, subject, change), set()).add(key)
    present = {(m.subject, m.change) for m in portfolio.measures}
    for (state, subject, change), removes_set in sorted(eased.items()):
        if (subject, change) in present:
            continue
        added = Measure("step", "", subject, change)
        alone = assess(
            Portfolio(portfolio.country, (added,), portfolio.objectives, portfolio.states),
            catalogue, rules, groups=groups,
        )  # fmt: skip
        if not alone.severe:
            steps.append(Step("introduce", "", subject, change, state, frozenset(removes_set), ()))
    return tuple(sorted(steps, key=lambda s: s.key))


def _states(f: Finding, rules: InteractionRules) -> list[str]:
    """States whose easing breaks every sure way of a finding."""
    ways = [f.chain, *(c for c in f.others if grade_chain(c) == "severe")]
    needed = [
        {need.state for link in c.links for need in rules.of(link.edge.edge).needs if not need.negated}
        for c in ways
    ]
    return sorted(set.intersection(*needed))


def find_repair(
    portfolio: Portfolio,
    assessment: Assessment,
    catalogue: Catalogue,
    rules: InteractionRules,
    *,
    groups: Iterable[str] = (),
) -> Repair:
    """Find the smallest repair.

    Raises
    ------
    SolveError
        The program was not solved to its optimum.
    """
    steps = list_steps(portfolio, assessment, catalogue, rules, groups=groups)
    severe = {f.key: f for f in assessment.severe}
    reachable = sorted(k for k in severe if any(k in s.removes for s in steps))
    beyond = tuple(f for k, f in severe.items() if k not in set(reachable))
    if not reachable:
        return Repair((), beyond, ())
    cover = np.array([[float(k in s.removes) for s in steps] for k in reachable])
    losses = np.array([len(s.loses) for s in steps], dtype=float)
    # Fewest steps first; synergies lost decide among equals, so together they weigh less than one step.
    cost = 1.0 + losses / (1.0 + losses.sum())
    result = milp(
        cost,
        constraints=LinearConstraint(cover, lb=1.0),
        bounds=Bounds(0, 1),
        integrality=np.ones(len(steps)),
        options={"mip_rel_gap": 0.0},
    )
    if result.status != 0 or result.x is None:
        msg = f"the smallest repair was not found: {result.message}"
        raise SolveError(msg)
    chosen = tuple(s for s, x in zip(steps, result.x, strict=True) if x > 1 / 2)
    lost = tuple(dict.fromkeys(f for s in chosen for f in s.loses))
    return Repair(chosen, beyond, lost)
