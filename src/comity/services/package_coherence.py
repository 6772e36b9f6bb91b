"""What a package would clash with at home, per party and ministry, by the same engine (§7, DESIGN §9).

A provision is read as its giver's measure: more of the instrument. Where a party brings a portfolio, the
package is laid beside it, and only what the package adds is told.

Who may import me: services. Start at :func:`package_coherence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.coherence import OPPOSITES, Measure, Portfolio, assess
from comity.evidence.catalogue_rows import Cause
from comity.reports.document import Block, Column, Name, Notice, Paragraph, Table
from comity.services.coherence_states import find_groups
from comity.services.coherence_wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.coherence import Finding
    from comity.evidence import Catalogue, Evidence
    from comity.evidence.interaction_rules import InteractionRules
    from comity.vocabulary import Provision

__all__ = ["HomeFinding", "PackageCoherence", "find_changes", "package_coherence"]

_ALWAYS: Final = frozenset({"introduce", "expand", "deepen", "widen", "opening", "citizenship_granted"})
_BY_END: Final = {"high": frozenset({"raise", "longer"}), "low": frozenset({"lower", "shorter"})}


@dataclass(frozen=True, slots=True)
class HomeFinding:
    """One conflict or synergy that a package brings to one party's government."""

    party: str
    finding: Finding

    @property
    def clause(self) -> str:
        """Key of the provision."""
        return self.finding.chain.measure.key.partition(" ")[0]

    @property
    def acting(self) -> str:
        """Ministry that carries the provision out."""
        return self.finding.chain.measure.ministry

    @property
    def owner(self) -> str:
        """Ministry whose concern is touched."""
        return self.finding.owner


@dataclass(frozen=True)
class PackageCoherence:
    """What a package brings home, by party; ``silent`` are provisions of which no effect is known."""

    found: Mapping[str, tuple[HomeFinding, ...]]
    silent: Mapping[str, tuple[str, ...]]
    wording: Wording

    @property
    def conflicts(self) -> tuple[HomeFinding, ...]:
        """Conflicts of all parties, worst first within each."""
        return tuple(h for items in self.found.values() for h in items if h.finding.kind == "conflict")

    @property
    def severe(self) -> tuple[HomeFinding, ...]:
        """Severe conflicts that the package adds."""
        return tuple(h for h in self.conflicts if h.finding.severity == "severe")

    @property
    def adds_severe(self) -> bool:
        """Whether the package adds a severe conflict in any party's government."""
        return bool(self.severe)

    def to_list(self) -> list[dict[str, Any]]:
        """Plain data, one entry for each finding."""
        return [
            {
                "party": h.party, "clause": h.clause, "kind": h.finding.kind, "severity": h.finding.severity,
                "acting": h.acting, "owner": h.owner, "outcome": h.finding.chain.outcome,
                "moves": h.finding.chain.moves, "nilsson": h.finding.nilsson,
                "edges": [link.edge.edge for link in h.finding.chain.links],
                "references": [link.edge.reference for link in h.finding.chain.links],
            }
            for items in self.found.values()
            for h in items
        ]  # fmt: skip

    def blocks(self, names: Mapping[str, str]) -> list[Block]:
        """Blocks for a report: one table of conflicts by party and ministry; ``names`` of parties by code."""
        if not self.conflicts:
            return [Paragraph("No conflict at home is known to the catalogue for this package.")]
        rows = tuple(
            (
                Name(names.get(h.party, h.party)), self.wording.ministry(h.owner),
                self.wording.chain(h.finding.chain), h.finding.severity,
                self.wording.evidence(h.finding.chain),
            )
            for h in self.conflicts
        )  # fmt: skip
        columns = tuple(Column(t) for t in ("Party", "Whose concern", "Chain", "How sure", "Rests on"))
        blocks: list[Block] = [Table("What the package would clash with at home", columns, rows)]
        if self.adds_severe:
            blocks.append(Notice("limit", "The package adds a severe conflict at home; see “severe” above."))
        return blocks


def find_changes(instrument: str, catalogue: Catalogue) -> tuple[str, ...]:
    """List the changes by which granting more of an instrument is known to act.

    >>> from comity.evidence import Catalogue
    >>> catalogue = Catalogue.load()
    >>> find_changes("LE01", catalogue), find_changes("RM01", catalogue), find_changes("RW21", catalogue)
    (('expand',), ('lower',), ('shorter',))
    """
    granting = _ALWAYS | _BY_END[catalogue.stronger[instrument]]
    known = {
        e.change for e in catalogue.interactions if e.cause is Cause.INSTRUMENT and e.subject == instrument
    }
    both = known | {OPPOSITES[change] for change in known if change in OPPOSITES}
    return tuple(sorted(both & granting))


def package_coherence(
    provisions: Iterable[Provision],
    parties: Mapping[str, tuple[str, ...]],
    *,
    evidence: Evidence,
    catalogue: Catalogue,
    rules: InteractionRules,
    homes: Mapping[str, Portfolio] | None = None,
) -> PackageCoherence:
    """Assess a package in each giver's government.

    Parameters
    ----------
    provisions
        The package.
    parties
        Party code → its member countries (ISO3).
    evidence, catalogue, rules
        The pack.
    homes
        Party code → the portfolio of its government, where there is one
        (:func:`comity.services.portfolio_file.to_portfolio`).
    """
    given = list(provisions)
    found: dict[str, tuple[HomeFinding, ...]] = {}
    silent: dict[str, tuple[str, ...]] = {}
    for party, members in parties.items():
        measures: list[Measure] = []
        unknown: list[str] = []
        for p in given:
            if p.giver != party:
                continue
            changes = find_changes(p.instrument, catalogue)
            if not changes:
                unknown.append(p.key)
            owner = catalogue.instruments[p.instrument].ministry_giver
            measures += [Measure(f"{p.key} {c}", owner, p.instrument, c) for c in changes]
        home = (homes or {}).get(party) or Portfolio(members[0], ())
        together = Portfolio(home.country, (*home.measures, *measures), home.objectives, home.states)
        groups = [set(find_groups(evidence, code)) for code in members]
        common = sorted(set.intersection(*groups))
        assessment = assess(together, catalogue, rules, groups=common)
        keys = {m.key for m in measures}
        mine = tuple(HomeFinding(party, f) for f in assessment.findings if f.chain.measure.key in keys)
        found[party], silent[party] = mine, tuple(unknown)
    return PackageCoherence(found, silent, Wording(catalogue, rules))
