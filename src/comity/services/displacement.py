"""A displacement note: what a decision outside migration may do to movement, on one page (§7.4, E92 to E98).

Who may import me: doors. Start at :func:`displacement_note`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

from comity.coherence import Measure, Portfolio, StateValue, assess, grade_chain
from comity.evidence import Catalogue, Evidence
from comity.evidence.interaction_rules import InteractionRules
from comity.reports.document import (
    Answer,
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Heading,
    KeyValues,
    Meta,
    Name,
    Notice,
    Table,
    Words,
    date,
    text,
)
from comity.services.coherence_document import SOURCES
from comity.services.coherence_states import find_groups, list_facts
from comity.services.coherence_wording import Wording, count
from comity.services.deal import list_countries
from comity.services.decision_file import DecisionFile, read_decision
from comity.services.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.coherence import Chain
    from comity.evidence.interaction_rules import Remark
    from comity.vocabulary import Figure

__all__ = ["DisplacementNote", "displacement_note"]


@dataclass(frozen=True, repr=False)
class DisplacementNote(Result):
    """What the catalogue knows of a decision's effects, and what it does not.

    ``chains`` are all effects, the surest first; ``unlisted`` the steps of which no effect is known;
    ``facts`` what the pack says of the countries affected.
    """

    file: DecisionFile
    countries: Mapping[str, str]
    chains: tuple[Chain, ...]
    unlisted: tuple[str, ...]
    questions: tuple[str, ...]
    remarks: tuple[Remark, ...]
    facts: tuple[tuple[str, str, Figure | None], ...]
    wording: Wording

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "decision": self.file.model_dump(mode="json"),
            "effects": [
                {
                    "step": c.measure.title, "outcome": c.outcome, "moves": self.wording.moves(c.links[-1]),
                    "certainty": grade_chain(c), "condition_is": c.truth,
                    "conditions": [link.edge.condition for link in c.links if link.edge.condition],
                    "edges": [link.edge.edge for link in c.links],
                    "references": [link.edge.reference for link in c.links],
                }
                for c in self.chains
            ],
            "without_entry": list(self.unlisted),
            "unknown": list(self.questions),
            "remarks": [r.model_dump(mode="json") for r in self.remarks],
            "facts": [
                {
                    "country": country, "what": what, "value": f.value if f else None,
                    "unit": f.unit if f else None, "reference": f.reference if f else None,
                }
                for country, what, f in self.facts
            ],
            "versions": {"comity": version("comity")},
        }  # fmt: skip

    def document(self, *, brief: bool = False) -> Document:
        """Readable form; it is one page, so that ``brief`` changes nothing."""
        _ = brief
        sure = sum(grade_chain(c) in ("severe", "moderate") for c in self.chains)
        lead = text(
            "{n} on movement and what follows; in {sure} every condition is met and nothing disputed.",
            n=count(len(self.chains), "known effect", "known effects", "displacement"),
            sure=count(sure, "effect", "effects", "displacement sure"),
        )
        details: list[Words] = [
            text("Decided by {who}, {day}; bears on {whom}.", who=Name(self.countries[self.file.country]),
                 day=date(self.file.date), whom=Name(", ".join(self.countries[c] for c in self.file.affects)))
        ]  # fmt: skip
        if self.file.illustrative:
            details.append("The decision is made up, to show the form.")
        blocks: list[Block] = [Answer(lead, "note", tuple(details), "Displacement note")]
        blocks.append(Heading(2, "What it may do", "effects"))
        if self.chains:
            rows: list[tuple[Cell, ...]] = [
                (self.wording.chain(c), _sure(c), self.wording.evidence(c)) for c in self.chains
            ]
            columns = (Column("Effect, with its condition"), Column("How sure"), Column("Rests on"))
            blocks.append(Table("Effects", columns, tuple(rows)))
        else:
            blocks.append(Notice("missing", "The catalogue knows no effect of this decision on movement."))
        for remark in self.remarks:
            kind: Literal["contested", "limit"] = (
                "contested" if remark.note.startswith("Contested") else "limit"
            )
            note = remark.note.removeprefix("Contested. ")
            said = text(
                "{title}: {note} ({source})",
                title=Name(remark.title),
                note=Name(note),
                source=Name(remark.source),
            )
            blocks.append(Notice(kind, said))
        blocks.append(Heading(2, "What is not known", "unknown"))
        unknown: list[Words] = [Name(q) for q in self.questions]
        for title in self.unlisted:
            words = text("No effect is on record of: {what}. That is not the same as none.", what=Name(title))
            unknown.append(words)
        unknown.append("How many people: the catalogue holds directions and conditions, seldom numbers.")
        blocks.append(Bullets(tuple(unknown)))
        if self.facts:
            blocks.append(Heading(2, "The countries that it bears on", "facts"))
            items: list[tuple[Words, Words]] = [
                (
                    text("{c}: {what}", c=Name(self.countries[c]), what=what),
                    f if f is not None else "not known",
                )
                for c, what, f in self.facts
            ]
            blocks.append(KeyValues(tuple(items)))
        return Document(
            title=Name(self.file.title),
            subtitle=text("{a} {kind} decision, and who may have to move. {s}", kind=self.file.kind,
                          a="An" if self.file.kind[:1] in "aeiou" else "A",
                          s=Name(f"Source: {self.file.source}", "quote")),
            blocks=tuple(blocks),
            sources=SOURCES,
            meta=Meta(disclaimer="Advisory; takes no side on the decision.", command="comity displacement"),
        )  # fmt: skip


def _sure(c: Chain) -> str:
    word = grade_chain(c)
    if c.moves == 0 and not c.contested:
        return "looked for, not found"
    return {
        "severe": "conditions met, not disputed",
        "moderate": "conditions met, weaker evidence or effect",
        "open": "condition not known here",
        "contested": "contested",
    }[word]


def displacement_note(*, path: Path) -> DisplacementNote:
    """Write the note of a decision file.

    Raises
    ------
    InputError
        The file cannot be used; the message names file, line and key.
    """
    evidence, catalogue, rules = Evidence.load(), Catalogue.load(), InteractionRules.load()
    countries = list_countries(evidence)
    file = read_decision(path, catalogue=catalogue, rules=rules, countries=countries)
    listed = [(k, s) for k, s in enumerate(file.steps) if s.instrument or s.practice]
    measures = tuple(
        Measure(
            f"step-{k}", f"{file.kind} decision", s.instrument or s.practice or "", s.change or "", s.title
        )
        for k, s in listed
    )
    states = {n: StateValue(s.value, f"portfolio:states.{n}") for n, s in file.states.items()}
    portfolio = Portfolio(file.country, measures, (), states)
    found = assess(portfolio, catalogue, rules, groups=find_groups(evidence, file.country))
    chains = {
        c.key: c
        for group in (
            [c for f in found.findings for c in (f.chain, *f.others)],
            [c for o in found.oppositions for c in (o.raises, o.lowers)],
            found.open_sign,
            found.without_effect,
        )
        for c in group
    }
    order = ["severe", "moderate", "open", "contested"]
    ranked = sorted(chains.values(), key=lambda c: (c.moves == 0, order.index(grade_chain(c)), c.key))
    edges = {link.edge.edge for c in ranked for link in c.links}
    silent = {m.title for m in measures if m.key in found.silent}
    return DisplacementNote(
        file=file,
        countries=countries,
        chains=tuple(ranked),
        unlisted=tuple(s.title for s in file.steps if not (s.instrument or s.practice) or s.title in silent),
        questions=tuple(rules.states[q.state].question for q in found.questions),
        remarks=tuple(r for r in rules.remarks if edges & set(r.edges)),
        facts=list_facts(file.country, file.affects, evidence),
        wording=Wording(catalogue, rules),
    )
