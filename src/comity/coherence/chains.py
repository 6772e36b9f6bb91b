"""Chains of effects: from a measure over signed edges to outcomes, with conditions in three values (§7.2).

An outcome that a chain has passed is not passed again, so that a loop ends where it closes; the loop is
reported by :func:`find_loops`.

Who may import me: the coherence room and services. Start at :func:`follow`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import networkx as nx

from comity.coherence.portfolio import OPPOSITES, Truth, judge_all
from comity.evidence.catalogue_rows import Cause, EvidenceClass, Sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.coherence.portfolio import Measure, StateValue
    from comity.evidence.catalogue_rows import Interaction
    from comity.evidence.interaction_rules import InteractionRules

__all__ = ["LONGEST", "Chain", "Link", "Network", "find_loops", "follow"]

#: Edges in a chain unless told otherwise: effect, effect of the effect, and one more.
LONGEST: Final = 3


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain.

    Attributes
    ----------
    edge
        The interaction.
    moves
        +1 when the outcome rises here, −1 when it falls, 0 when no effect was found or the sign is open.
    truth
        Whether its condition is met.
    grade
        Nilsson grade of the edge, 1 to 3.
    inferred
        True when the edge speaks of the opposite change and is read backwards.
    elsewhere
        Countries in which it was studied, when this one is not among them.
    """

    edge: Interaction
    moves: int
    truth: Truth
    grade: int
    inferred: bool = False
    elsewhere: tuple[str, ...] = ()

    @property
    def contested(self) -> bool:
        """True when sources disagree, or the sign is open."""
        return self.edge.evidence_class is EvidenceClass.CONTESTED or self.edge.sign is Sign.OPEN


@dataclass(frozen=True, slots=True)
class Chain:
    """A measure, the links from it, and what happens at the end."""

    measure: Measure
    links: tuple[Link, ...]

    @property
    def outcome(self) -> str:
        """The outcome at the end."""
        return self.links[-1].edge.to_outcome

    @property
    def moves(self) -> int:
        """+1 when that outcome rises, −1 when it falls, 0 when no effect was found or the sign is open."""
        return self.links[-1].moves

    @property
    def truth(self) -> Truth:
        """Whether every condition on the way is met."""
        truths = {link.truth for link in self.links}
        if "not met" in truths:
            return "not met"
        return "unknown" if "unknown" in truths else "met"

    @property
    def grade(self) -> int:
        """Grade of the weakest link."""
        return min(link.grade for link in self.links)

    @property
    def contested(self) -> bool:
        """True when any link is."""
        return any(link.contested for link in self.links)

    @property
    def inferred(self) -> bool:
        """True when any link is read backwards."""
        return any(link.inferred for link in self.links)

    @property
    def recalled(self) -> bool:
        """True when any link rests on memory of a source, not on reading it."""
        return any(link.edge.evidence_class is EvidenceClass.RECALLED for link in self.links)

    @property
    def key(self) -> tuple[str, ...]:
        """Measure and edges; the same chain has the same key whatever the order of measures."""
        return (self.measure.key, *(link.edge.edge for link in self.links))


class Network:
    """The edges of a catalogue, ready to be followed from one country.

    >>> from comity.coherence.portfolio import Measure
    >>> from comity.evidence import Catalogue
    >>> from comity.evidence.interaction_rules import InteractionRules
    >>> network = Network(Catalogue.load().interactions, InteractionRules.load(), country="CAN")
    >>> lax = Measure("lax", "interior", "PE06", "lower")
    >>> [(chain.outcome, chain.moves) for chain in follow(lax, network) if isinstance(chain, Chain)][0]
    ('irregular_stock', 1)
    """

    def __init__(
        self,
        edges: Iterable[Interaction],
        rules: InteractionRules,
        *,
        country: str,
        groups: Iterable[str] = (),
        states: Mapping[str, StateValue] | None = None,
    ) -> None:
        self.rules = rules
        self._places = {country, *groups}
        self._states = dict(states or {})
        self._from: dict[tuple[Cause, str], list[Interaction]] = {}
        self._truth: dict[str, Truth] = {}
        for edge in sorted(edges, key=lambda e: e.edge):
            self._from.setdefault((edge.cause, edge.subject), []).append(edge)

    def out(self, cause: Cause, subject: str) -> list[Interaction]:
        """Edges that start from an instrument, a state or an outcome."""
        return self._from.get((cause, subject), [])

    def link(self, edge: Interaction, direction: int, *, inferred: bool = False) -> Link:
        """One step: what the edge does when its cause moves in ``direction`` (+1 or −1)."""
        rule = self.rules.of(edge.edge)
        if edge.edge not in self._truth:
            self._truth[edge.edge] = judge_all(rule.needs, self._states)
        away = bool(rule.where) and not self._places & set(rule.where)
        truth = self._truth[edge.edge]
        if away and truth == "met":
            truth = "unknown"
        sign = {Sign.RAISES: 1, Sign.LOWERS: -1}.get(edge.sign, 0)
        return Link(edge, sign * direction, truth, rule.grade, inferred, rule.where if away else ())


def _starts(measure: Measure, network: Network) -> Iterator[Link]:
    instrument = network.out(Cause.INSTRUMENT, measure.subject)
    for edge in instrument:
        if edge.change == measure.change:
            yield network.link(edge, 1)
        elif edge.change == OPPOSITES.get(measure.change):
            yield network.link(edge, -1, inferred=True)
    if not instrument:
        for edge in network.out(Cause.STATE, measure.subject):
            yield network.link(edge, 1)


def follow(measure: Measure, network: Network, *, longest: int = LONGEST) -> tuple[Chain, ...]:
    """Every chain from a measure, up to ``longest`` edges, whose conditions are not known to fail.

    A link without effect, with an open sign or with a failed condition ends its chain there and is kept as
    its last link, so that a report can say so.
    """
    found: list[Chain] = []

    def extend(links: tuple[Link, ...], passed: frozenset[str]) -> None:
        found.append(Chain(measure, links))
        last = links[-1]
        if len(links) >= longest or last.moves == 0 or last.truth == "not met":
            return
        for edge in network.out(Cause.OUTCOME, last.edge.to_outcome):
            if edge.to_outcome not in passed:
                extend((*links, network.link(edge, last.moves)), passed | {edge.to_outcome})

    for link in _starts(measure, network):
        extend((link,), frozenset({link.edge.to_outcome}))
    return tuple(found)


def find_loops(
    edges: Iterable[Interaction],
) -> tuple[tuple[tuple[str, ...], Literal["feeds itself", "dampens itself"]], ...]:
    """List loops among outcomes, and whether each feeds or dampens itself; up to :data:`LONGEST` + 1 long."""
    graph = nx.DiGraph()
    for edge in edges:
        if edge.cause is Cause.OUTCOME and edge.sign in (Sign.RAISES, Sign.LOWERS):
            graph.add_edge(edge.subject, edge.to_outcome, sign=1 if edge.sign is Sign.RAISES else -1)
    loops: list[tuple[tuple[str, ...], Literal["feeds itself", "dampens itself"]]] = []
    for cycle in nx.simple_cycles(graph, length_bound=LONGEST + 1):
        first = cycle.index(min(cycle))
        ring = (*cycle[first:], *cycle[:first])
        sign = 1
        for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
            sign *= graph.edges[a, b]["sign"]
        loops.append((ring, "feeds itself" if sign > 0 else "dampens itself"))
    return tuple(sorted(loops))
