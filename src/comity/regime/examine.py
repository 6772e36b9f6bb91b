"""The test of one agreement: what it holds, who gives and who gains, which principles it breaks (§8, E38).

Who may import me: services. Start at :func:`examine`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.regime.agreement import BOTH, Agreement, Clause, Force, Publication
from comity.regime.checklist import Checklist, Mark, read_checklist
from comity.regime.tags import Tags
from comity.vocabulary import MIGRATION_AREAS, Area

if TYPE_CHECKING:
    from comity.regime.checklist import Breach, Item

__all__ = ["Examination", "Finding", "Side", "Verdict", "examine"]

_MOVERS: Final = ("migrants", "refugees", "victims", "displaced")
PUBLISHED_KEY: Final = "published"
"""Pointer to the file's own statement that the text is public, where no clause says so."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the agreement answers one item: the mark, the clauses that answer it, and why it is weak."""

    item: Item
    mark: Mark
    clauses: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What one party gives and gets, in clauses. Counts say nothing about worth."""

    party: str
    role: str
    gives: tuple[str, ...]
    gets: tuple[str, ...]
    gives_binding: int
    gets_binding: int
    gives_areas: tuple[Area, ...]
    gets_areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A principle that is broken, or an imbalance, with the clauses that show it."""

    key: str
    title: str
    principle: str
    source: str
    grade: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found.

    Attributes
    ----------
    verdicts
        One per item of the checklist, in its order.
    sides
        One per party, in the agreement's order.
    untold
        Clauses whose text does not say who gives or who benefits; none is assigned here.
    movers
        Clauses that by the catalogue usually benefit those who move.
    areas
        Number of clauses by area; a clause with tags of two areas counts in both.
    """

    agreement: Agreement
    verdicts: tuple[Verdict, ...]
    sides: tuple[Side, ...]
    untold: tuple[str, ...]
    movers: tuple[str, ...]
    areas: tuple[tuple[Area, int], ...]
    imbalances: tuple[Finding, ...]
    breaches: tuple[Finding, ...]

    def tally(self, group: str) -> Counter[Mark]:
        """Count the marks of one group of items."""
        return Counter(v.mark for v in self.verdicts if v.item.group == group)


def examine(
    agreement: Agreement, *, tags: Tags | None = None, checklist: Checklist | None = None
) -> Examination:
    """Hold an agreement against the checklist.

    An item is *present* when a binding clause answers it, *weak* when only clauses do that are best effort,
    mentions, of unknown force, or at the weakest value their instrument allows, and *absent* otherwise.

    Examples
    --------
    >>> empty = examine(Agreement("x", "X", ("ITA", "MAR"), ()))
    >>> {str(v.mark) for v in empty.verdicts}
    {'absent'}
    """
    known, rules = tags or Tags.load(), checklist or read_checklist()
    by_tag: dict[str, list[Clause]] = defaultdict(list)
    for clause in agreement.clauses:
        for tag in set(clause.tags):
            by_tag[tag].append(clause)
    areas = Counter(
        area for c in agreement.clauses for area in {known.area(t) for t in c.tags} if area is not None
    )
    return Examination(
        agreement=agreement,
        verdicts=tuple(_judge(agreement, item, by_tag, known) for item in rules.items),
        sides=tuple(_side(agreement, party, known) for party in agreement.parties),
        untold=tuple(c.key for c in agreement.clauses if not c.giver or not c.beneficiary),
        movers=tuple(c.key for c in agreement.clauses if _serves_movers(c, known)),
        areas=tuple((area, areas[area]) for area in Area if areas[area]),
        imbalances=_imbalances(agreement, known),
        breaches=tuple(
            found for rule in rules.breaches if (found := _break(agreement, rule, by_tag, known)) is not None
        ),
    )


def _judge(agreement: Agreement, item: Item, by_tag: dict[str, list[Clause]], tags: Tags) -> Verdict:
    found = {c.key: c for tag in item.tags for c in by_tag.get(tag, ())}
    clauses = tuple(c for c in agreement.clauses if c.key in found)
    if not clauses:
        if item.key == "G3" and agreement.published in (Publication.FULL, Publication.PART):
            full = agreement.published is Publication.FULL
            return Verdict(
                item, Mark.PRESENT if full else Mark.WEAK, (PUBLISHED_KEY,),
                "" if full else "published in part",
            )  # fmt: skip
        return Verdict(item, Mark.ABSENT, ())
    reasons = {c.key: _weakness(c, item, tags) for c in clauses}
    strong = tuple(key for key, reason in reasons.items() if not reason)
    if strong:
        return Verdict(item, Mark.PRESENT, strong)
    return Verdict(item, Mark.WEAK, tuple(reasons), "; ".join(sorted(set(reasons.values()))))


def _weakness(clause: Clause, item: Item, tags: Tags) -> str:
    """Why a clause answers only weakly; empty when it answers in full."""
    if clause.force is Force.NOT_KNOWN:
        return "how far it binds is not known"
    if clause.force is not Force.BINDING:
        return f"only {clause.force}"
    answering = [t for t in clause.tags if t in item.tags]
    if clause.value is not None and len(clause.tags) == 1 and _at_weak_end(answering[0], clause.value, tags):
        return "at the weakest value that the instrument allows"
    return ""


def _at_weak_end(tag: str, value: float, tags: Tags) -> bool:
    instrument = tags.catalogue.instruments.get(tag)
    if instrument is None:
        return False
    if tags.catalogue.stronger[tag] == "high":
        return value <= instrument.parameter.low
    return value >= instrument.parameter.high


def _side(agreement: Agreement, party: str, tags: Tags) -> Side:
    given = [c for c in agreement.clauses if c.giver in (party, BOTH)]
    got = [c for c in agreement.clauses if c.beneficiary in (party, BOTH)]
    return Side(
        party,
        agreement.role(party),
        tuple(c.key for c in given),
        tuple(c.key for c in got),
        sum(c.force is Force.BINDING for c in given),
        sum(c.force is Force.BINDING for c in got),
        _areas_of(given, tags),
        _areas_of(got, tags),
    )


def _areas_of(clauses: list[Clause], tags: Tags) -> tuple[Area, ...]:
    found = {tags.area(t) for c in clauses for t in c.tags}
    return tuple(area for area in Area if area in found)


def _serves_movers(clause: Clause, tags: Tags) -> bool:
    return any(
        gainer.startswith(_MOVERS)
        for tag in clause.tags
        if (instrument := tags.catalogue.instruments.get(tag)) is not None
        for gainer in instrument.gainers
    )


def _imbalances(agreement: Agreement, tags: Tags) -> tuple[Finding, ...]:
    """Find who gives without getting, and whose promises bind harder, among clauses that say who gives."""
    own = [c for c in agreement.clauses if c.giver and c.beneficiary and BOTH not in (c.giver, c.beneficiary)]
    if not own:
        return ()
    found: list[Finding] = []
    source = "Interview, question 1 (E30 to E32, E38): reciprocity, each party a net gainer"
    for party in agreement.parties:
        given = tuple(c.key for c in own if c.giver == party)
        got = [c for c in own if c.beneficiary == party]
        if given and not got:
            title = f"{party} gives and no clause of its own returns anything to it"
            found.append(Finding(f"gives_only:{party}", title, "Reciprocity", source, "risk", given))
        if given and got:
            mine = [c for c in own if c.giver == party and c.force is Force.BINDING]
            theirs = [c for c in got if c.force is Force.BINDING]
            known = all(c.force is not Force.NOT_KNOWN for c in (*got, *(c for c in own if c.giver == party)))
            if known and mine and not theirs:
                title = f"{party}'s promises bind; what it is promised does not"
                found.append(
                    Finding(f"binds_only:{party}", title, "Reciprocity", source, "risk",
                            tuple(c.key for c in (*mine, *got)))
                )  # fmt: skip
    moved = [c for c in agreement.clauses if any(tags.area(t) in MIGRATION_AREAS for t in c.tags)]
    if moved and not any(_serves_movers(c, tags) for c in agreement.clauses):
        title = "No clause is one that by the catalogue benefits those who move"
        found.append(
            Finding("movers_forgotten", title, "Humane movement", "Interview, question 1", "risk",
                    tuple(c.key for c in moved))
        )  # fmt: skip
    return tuple(found)


def _break(agreement: Agreement, rule: Breach, by_tag: dict[str, list[Clause]], tags: Tags) -> Finding | None:
    if rule.published:
        clauses: tuple[str, ...] = (PUBLISHED_KEY,) if agreement.published == rule.published else ()
    elif rule.area is not None:
        inside = {tag for tag in by_tag if tags.area(tag) is rule.area}
        other = any(tags.area(tag) is rule.without for tag in by_tag)
        clauses = () if other else _keys(agreement, by_tag, inside)
    elif any(tag in by_tag for tag in rule.lacks):
        clauses = ()
    else:
        clauses = _keys(agreement, by_tag, rule.has, above=rule.above)
    if not clauses:
        return None
    return Finding(rule.key, rule.title, rule.principle, rule.source, rule.grade, clauses)


def _keys(
    agreement: Agreement,
    by_tag: dict[str, list[Clause]],
    wanted: frozenset[str] | set[str],
    *,
    above: float | None = None,
) -> tuple[str, ...]:
    found = {
        c.key
        for tag in wanted
        for c in by_tag.get(tag, ())
        if above is None or (c.value is not None and c.value > above and len(c.tags) == 1)
    }
    return tuple(c.key for c in agreement.clauses if c.key in found)
