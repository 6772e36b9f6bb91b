"""Conflicts, synergies and gaps of a portfolio (§7.3): what pulls against what, and how surely.

Severity is a word, not a sum: it depends on one chain alone, so that a synergy elsewhere can neither raise
nor hide a conflict. A chain with a contested link is ``contested``, whatever else speaks for it.

Who may import me: the coherence room and services. Start at :func:`assess`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from comity.coherence.chains import LONGEST, Chain, Network, find_loops, follow
from comity.errors import InputError
from comity.evidence.catalogue_rows import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.coherence.portfolio import Objective, Portfolio
    from comity.evidence import Catalogue
    from comity.evidence.interaction_rules import InteractionRules

__all__ = [
    "SEVERITIES", "Assessment", "Finding", "Meeting", "Opposition", "Question", "Verdict", "assess",
    "grade_chain",
]  # fmt: skip

Severity = Literal["severe", "moderate", "open", "contested"]
#: From worst to least certain.
SEVERITIES: Final[tuple[Severity, ...]] = ("severe", "moderate", "open", "contested")

#: Least Nilsson grade of a severe conflict: counteracting.
COUNTERACTING: Final = 2


def grade_chain(chain: Chain) -> Severity:
    """Say how much weight a chain can bear.

    ``severe``: all conditions met, no link contested, read backwards or recalled, and every link at least
    reinforcing or counteracting. ``moderate``: all conditions met, but weaker. ``open``: a condition is not
    known. ``contested``: sources disagree on a link.

    >>> from comity.coherence.portfolio import Measure, Portfolio
    >>> from comity.evidence import Catalogue
    >>> from comity.evidence.interaction_rules import InteractionRules
    >>> lax = Portfolio("CAN", (Measure("lax", "interior", "PE06", "lower"),))
    >>> found = assess(lax, Catalogue.load(), InteractionRules.load())
    >>> isinstance(found, Assessment) and all(isinstance(f, Finding) for f in found.findings)
    True
    >>> {grade_chain(f.chain) for f in found.severe}
    {'severe'}
    """
    if chain.contested:
        return "contested"
    if chain.truth == "unknown":
        return "open"
    solid = chain.grade >= COUNTERACTING and not chain.inferred and not chain.recalled
    return "severe" if solid else "moderate"


@dataclass(frozen=True, slots=True)
class Finding:
    """One measure that serves or undermines one concern.

    ``chain`` is the chain that bears most, ``others`` further ways to the same outcome. ``objective`` is None
    where the portfolio states none and the catalogue's reading of the outcome is used. ``owner`` is the
    ministry whose concern it is.
    """

    kind: Literal["conflict", "synergy"]
    severity: Severity
    chain: Chain
    others: tuple[Chain, ...]
    objective: Objective | None
    owner: str

    @property
    def nilsson(self) -> int:
        """Grade −3 to +3: cancelling to indivisible."""
        return self.chain.grade * (1 if self.kind == "synergy" else -1)

    @property
    def key(self) -> tuple[str, ...]:
        """Kind, measure, outcome and objective."""
        named = self.objective.key if self.objective else ""
        return (self.kind, self.chain.measure.key, self.chain.outcome, named)


@dataclass(frozen=True, slots=True)
class Opposition:
    """Two measures that push one outcome in opposite directions."""

    outcome: str
    raises: Chain
    lowers: Chain
    severity: Severity


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two ministries that must talk, and how many findings lie between them."""

    acting: str
    concerned: str
    conflicts: int
    synergies: int


@dataclass(frozen=True, slots=True)
class Question:
    """A state that nobody has answered, and the chains that hang on it."""

    state: str
    chains: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the portfolio as a whole does for one objective."""

    objective: Objective
    word: Literal["served", "undermined", "pulled both ways", "open", "contested", "not served"]


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that an assessment finds; ordered, and the same whatever the order of measures."""

    findings: tuple[Finding, ...]
    oppositions: tuple[Opposition, ...]
    meetings: tuple[Meeting, ...]
    verdicts: tuple[Verdict, ...]
    questions: tuple[Question, ...]
    without_effect: tuple[Chain, ...]
    not_met: tuple[Chain, ...]
    open_sign: tuple[Chain, ...]
    silent: tuple[str, ...]
    loops: tuple[tuple[tuple[str, ...], str], ...]

    @property
    def conflicts(self) -> tuple[Finding, ...]:
        """Conflicts, worst first."""
        return tuple(f for f in self.findings if f.kind == "conflict")

    @property
    def synergies(self) -> tuple[Finding, ...]:
        """Synergies, surest first."""
        return tuple(f for f in self.findings if f.kind == "synergy")

    @property
    def severe(self) -> tuple[Finding, ...]:
        """Conflicts that can be relied on."""
        return tuple(f for f in self.conflicts if f.severity == "severe")


def assess(
    portfolio: Portfolio,
    catalogue: Catalogue,
    rules: InteractionRules,
    *,
    groups: Iterable[str] = (),
    longest: int = LONGEST,
) -> Assessment:
    """Assess a portfolio.

    Parameters
    ----------
    portfolio
        Measures, objectives and states.
    catalogue, rules
        Edges, and how they are tested.
    groups
        Groups that the country belongs to and in which edges may have been studied (``EU``).
    longest
        Most edges in a chain.

    Raises
    ------
    InputError
        A subject, outcome or state that the catalogues do not hold.
    """
    check_names(portfolio, catalogue, rules)
    network = Network(
        catalogue.interactions, rules, country=portfolio.country, groups=groups, states=portfolio.states
    )
    chains = sorted(
        (chain for measure in portfolio.measures for chain in follow(measure, network, longest=longest)),
        key=lambda chain: chain.key,
    )
    live = [c for c in chains if c.moves and c.truth != "not met"]
    findings = _findings(live, portfolio, rules)
    starting = {c.measure.key for c in chains}
    return Assessment(
        findings=findings,
        oppositions=_oppositions(live),
        meetings=_meetings(findings),
        verdicts=tuple(_verdict(o, findings) for o in sorted(portfolio.objectives, key=lambda o: o.key)),
        questions=_questions(chains, portfolio, rules),
        without_effect=tuple(c for c in chains if c.moves == 0 and not _open_sign(c)),
        not_met=tuple(c for c in chains if c.truth == "not met"),
        open_sign=tuple(c for c in chains if c.moves == 0 and _open_sign(c)),
        silent=tuple(sorted(m.key for m in portfolio.measures if m.key not in starting)),
        loops=find_loops(catalogue.interactions),
    )


def check_names(portfolio: Portfolio, catalogue: Catalogue, rules: InteractionRules) -> None:
    """Refuse names that the catalogues do not hold; names of ministries are free.

    Raises
    ------
    InputError
        With the key of the measure, objective or state.
    """
    practices = {edge.subject for edge in catalogue.interactions if edge.cause is Cause.STATE}
    for m in portfolio.measures:
        if m.subject in catalogue.instruments:
            continue
        if m.subject not in practices:
            msg = f"unknown instrument or practice '{m.subject}'"
            raise InputError(
                msg, key=f"measures.{m.key}", accepted="a code such as LE01, or a practice such as "
                + ", ".join(sorted(practices)[:2]),
            )  # fmt: skip
    for o in portfolio.objectives:
        if o.outcome not in rules.outcomes:
            msg = f"unknown outcome '{o.outcome}'"
            raise InputError(msg, key=f"objectives.{o.key}", accepted="an outcome such as irregular_entry")
    for name in portfolio.states:
        if name not in rules.states:
            msg = f"unknown state '{name}'"
            raise InputError(msg, key="states", accepted=", ".join(sorted(rules.states)))


def _open_sign(chain: Chain) -> bool:
    return chain.links[-1].contested and str(chain.links[-1].edge.sign) == "+/-"


def _rank(chain: Chain) -> tuple[int, int, int, tuple[str, ...]]:
    return (SEVERITIES.index(grade_chain(chain)), -chain.grade, len(chain.links), chain.key)


def _findings(live: list[Chain], portfolio: Portfolio, rules: InteractionRules) -> tuple[Finding, ...]:
    stated: dict[str, list[Objective]] = {}
    for objective in portfolio.objectives:
        stated.setdefault(objective.outcome, []).append(objective)
    ways: dict[tuple[str, str, int], list[Chain]] = {}
    for chain in live:
        ways.setdefault((chain.measure.key, chain.outcome, chain.moves), []).append(chain)
    found: list[Finding] = []
    for group in ways.values():
        ranked = sorted(group, key=_rank)
        best, rest = ranked[0], tuple(ranked[1:])
        outcome = rules.outcomes[best.outcome]
        severity = grade_chain(best)
        concerns: list[tuple[Objective | None, str, str]] = [
            (o, o.wants, o.ministry) for o in stated.get(best.outcome, [])
        ]
        if not concerns and outcome.better != "depends":
            concerns = [(None, outcome.better, outcome.ministry)]
        for concern, wants, owner in concerns:
            good = (best.moves > 0) == (wants == "higher")
            found.append(Finding("synergy" if good else "conflict", severity, best, rest, concern, owner))
    return tuple(sorted(found, key=_order))


def _order(f: Finding) -> tuple[object, ...]:
    weight = f.objective.weight if f.objective else 0.0
    return (f.kind, SEVERITIES.index(f.severity), f.objective is None, -weight, -f.chain.grade, f.key)


def _oppositions(live: list[Chain]) -> tuple[Opposition, ...]:
    """Pairs of measures that push an outcome apart; each pair once, with the chains that bear most."""
    best: dict[tuple[str, str, int], Chain] = {}
    for chain in sorted(live, key=_rank):
        best.setdefault((chain.outcome, chain.measure.key, chain.moves), chain)
    up: dict[str, list[Chain]] = {}
    down: dict[str, list[Chain]] = {}
    for (outcome, _, moves), chain in best.items():
        (up if moves > 0 else down).setdefault(outcome, []).append(chain)
    found = []
    for outcome in sorted(up.keys() & down.keys()):
        for a in up[outcome]:
            for b in down[outcome]:
                if a.measure.key != b.measure.key:
                    worst = max(SEVERITIES.index(grade_chain(a)), SEVERITIES.index(grade_chain(b)))
                    found.append(Opposition(outcome, a, b, SEVERITIES[worst]))
    return tuple(
        sorted(found, key=lambda o: (SEVERITIES.index(o.severity), o.outcome, o.raises.key, o.lowers.key))
    )


def _meetings(findings: tuple[Finding, ...]) -> tuple[Meeting, ...]:
    """Ministry pairs by what lies between them, without contested findings."""
    conflicts: Counter[tuple[str, str]] = Counter()
    synergies: Counter[tuple[str, str]] = Counter()
    for f in findings:
        if f.severity == "contested" or f.chain.measure.ministry == f.owner:
            continue
        (conflicts if f.kind == "conflict" else synergies)[f.chain.measure.ministry, f.owner] += 1
    pairs = sorted(conflicts.keys() | synergies.keys(), key=lambda p: (-conflicts[p], -synergies[p], p))
    return tuple(Meeting(a, b, conflicts[a, b], synergies[a, b]) for a, b in pairs)


def _verdict(objective: Objective, findings: tuple[Finding, ...]) -> Verdict:
    """Join the findings on one objective; contested ones never decide alone, nor do open ones."""
    mine = [f for f in findings if f.objective == objective]
    sure = {f.kind for f in mine if f.severity in ("severe", "moderate")}
    if sure == {"conflict", "synergy"}:
        return Verdict(objective, "pulled both ways")
    if sure:
        return Verdict(objective, "undermined" if "conflict" in sure else "served")
    left = {f.severity for f in mine}
    if "open" in left:
        return Verdict(objective, "open")
    return Verdict(objective, "contested" if left else "not served")


def _questions(chains: list[Chain], portfolio: Portfolio, rules: InteractionRules) -> tuple[Question, ...]:
    hanging: Counter[str] = Counter()
    for chain in chains:
        needs = {
            need.state
            for link in chain.links
            for need in rules.of(link.edge.edge).needs
            if need.state not in portfolio.states
        }
        hanging.update(needs)
    return tuple(Question(s, n) for s, n in sorted(hanging.items(), key=lambda item: (-item[1], item[0])))
