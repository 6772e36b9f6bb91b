"""Plain words for a coherence assessment: who does what, chains, what a link rests on, counts (§7.3).

Who may import me: services that write about chains. Start at :func:`chain_words`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.reports.document import Emphasis, Name, Text, Words, text
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.coherence import Chain, Link
    from comity.evidence import Catalogue
    from comity.evidence.interaction_rules import InteractionRules, Need

__all__ = ["Wording", "count", "lower_first"]

_CHANGES: Final = {
    "raise": "raises", "lower": "lowers", "expand": "expands", "restrict": "restricts",
    "introduce": "introduces", "withdraw": "withdraws", "deepen": "deepens", "reduce": "reduces",
    "narrow": "narrows", "widen": "widens", "longer": "lengthens", "shorter": "shortens",
    "closure": "closes borders under", "opening": "opens borders under",
    "citizenship_granted": "grants citizenship under", "citizenship_refused": "refuses citizenship under",
}  # fmt: skip
_MOVES: Final = {1: "up", -1: "down"}
_WHEN: Final = {"met": "while", "not met": "but it does not hold that", "unknown": "if"}
_COMPARED: Final = {"<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least"}
_CLASSES: Final = {
    "read": "study", "recalled": "from memory of a study", "contested": "contested",
}  # fmt: skip


def count(value: int, one: str, many: str, what: str) -> Figure:
    """Write a number of things found, with the word that goes with it.

    >>> count(1, "conflict", "conflicts", "all").unit
    'conflict'
    """
    unit = one if value == 1 else many
    return Figure(float(value), unit, SourceClass.MODELLED, f"model:§7.3|{what}")


def lower_first(title: str) -> str:
    """Write a title as it stands within a sentence.

    >>> lower_first("Work permits"), lower_first("EU list")
    ('work permits', 'EU list')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


class Wording:
    """Words for chains under one catalogue; ``modelled`` holds figures of the world model by edge.

    Parameters
    ----------
    catalogue, rules
        Titles of instruments, ministries, outcomes, states and practices.
    modelled
        (measure key, edge) → the figure that the world model computed for this country.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        rules: InteractionRules,
        modelled: Mapping[tuple[str, str], Figure] | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.rules = rules
        self.modelled = modelled or {}

    def outcome(self, slug: str) -> str:
        """Title of an outcome."""
        return self.rules.outcomes[slug].title

    def ministry(self, name: str) -> Name:
        """Name of a ministry; free names stay as they are, without the underscores of slugs."""
        known = self.catalogue.ministries.get(name)
        plain = name.replace("_", " ")
        return Name(known.name if known else plain[:1].upper() + plain[1:])

    def start(self, chain: Chain) -> Text:
        """Who does what, as the start of a chain."""
        m = chain.measure
        if m.subject in self.catalogue.instruments:
            return text(
                "{who} {does} {what} ({code})",
                who=self.ministry(m.ministry),
                does=_CHANGES.get(m.change, m.change),
                what=Name(lower_first(self.catalogue.instruments[m.subject].title)),
                code=Name(m.subject, "code"),
            )
        return text(
            "{who}: {what}", who=self.ministry(m.ministry), what=Name(self.rules.practices[m.subject])
        )

    def need(self, need: Need, reference: str) -> Words:
        """One part of a condition."""
        state = self.rules.states[need.state]
        if need.compare:
            bound = Figure(need.number, state.unit, SourceClass.ESTIMATED, reference)
            return text(
                "{what} {how} {bound}", what=Name(state.title), how=_COMPARED[need.compare], bound=bound
            )
        return text("not: {what}", what=Name(state.title)) if need.negated else Name(state.title)

    def chain(self, chain: Chain) -> Text:
        """One chain, each link with its condition.

        The wording of the interview's own example: immigration cuts places while vacancies are high →
        irregular entry up → border cost up.
        """
        parts: list[Words] = [self.start(chain)]
        for link in chain.links:
            needs = self.rules.of(link.edge.edge).needs
            for k, need in enumerate(needs):
                lead = ", " + _WHEN[link.truth] if k == 0 else " and"
                parts.append(text("{lead} {need}", lead=lead, need=self.need(need, link.edge.reference)))
            title = Emphasis(Name(self.outcome(link.edge.to_outcome)))
            parts.append(text(" → {outcome} {moves}", outcome=title, moves=self.moves(link)))
            if link.elsewhere:
                parts.append(text(" (as studied in {where})", where=Name(", ".join(link.elsewhere))))
        return Text(tuple(parts))

    @staticmethod
    def moves(link: Link) -> str:
        """Which way an outcome goes."""
        if link.moves:
            return _MOVES[link.moves]
        return "either way (the sign is open)" if link.contested else "no effect found"

    def evidence(self, chain: Chain) -> Text:
        """On what each link of a chain rests: the line of the interview, or the study; and the model."""
        parts: list[Words] = []
        for k, link in enumerate(chain.links):
            parts += [
                "; " if k else "",
                *self._link(link, self.modelled.get((chain.measure.key, link.edge.edge))),
            ]
        return Text(tuple(parts))

    def _link(self, link: Link, figure: Figure | None) -> list[Words]:
        edge = link.edge
        words: list[Words] = [Name(edge.edge, "code"), " "]
        if edge.evidence_source.startswith("seed"):
            disputed = "; contested" if link.contested else ""
            words.append(text("the interview, {line}{more}", line=Name(edge.seed_reference), more=disputed))
        else:
            source = edge.evidence_source.partition(": ")[2] or edge.evidence_source
            words.append(text("{what}: {s}", what=_CLASSES[str(edge.evidence_class)], s=Name(source)))
        if figure is not None:
            words.append(text(", the model for this country: {figure}", figure=figure))
        if edge.strength:
            lead = ", the catalogue's strength: {s}" if figure is not None else ", strength: {s}"
            words.append(text(lead, s=Name(edge.strength, "quote")))
        if edge.lag not in ("unknown", "n/a", ""):
            words.append(text(", lag: {s}", s=Name(edge.lag, "quote")))
        if link.inferred:
            words.append(", read backwards from the opposite change")
        if link.elsewhere:
            words.append(text(", studied in {where} and carried over", where=Name(", ".join(link.elsewhere))))
        return words
