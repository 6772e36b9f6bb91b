"""Sections of a coherence report after the conflicts: objectives, benchmarks, lenses, the unknown, the basis.

Who may import me: :mod:`comity.services.coherence_document`. Each function makes the blocks of one section.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.reports.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Details,
    Heading,
    KeyValues,
    Name,
    Notice,
    Paragraph,
    Table,
    Words,
    date,
    text,
)
from comity.services.coherence_wording import count
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from comity.services.coherence import Coherence
    from comity.services.portfolio_file import Benchmark

__all__ = ["basis", "benchmarks", "lenses", "modelled", "objectives", "one_size", "oppositions", "unknown"]

_VERDICTS: Final = {
    "served": "served", "undermined": "undermined", "pulled both ways": "pulled both ways",
    "open": "open, as conditions are not known", "contested": "contested evidence only",
    "not served": "not known to be served by any measure",
}  # fmt: skip
#: The edge by which narrow criteria that fit all alike act (E80).
_ONE_SIZE: Final = "I029"


def objectives(c: Coherence) -> list[Block]:
    """Say what the measures do for each objective."""
    heading = Heading(2, "Objectives, and what the measures do for each", "objectives")
    if not c.assessment.verdicts:
        words = "The portfolio states no objective; outcomes are read as the catalogue reads them."
        return [heading, Notice("missing", words)]
    rows: list[tuple[Cell, ...]] = []
    for v in c.assessment.verdicts:
        o = v.objective
        wants = text("{what} {way}", what=Name(c.wording.outcome(o.outcome)), way=o.wants)
        named = Name(o.title or o.key.replace("-", " "))
        rows.append((named, c.wording.ministry(o.ministry), wants, _VERDICTS[v.word]))
    columns = (Column("Objective"), Column("Whose"), Column("Wants"), Column("The measures leave it"))
    note = "Contested findings, and findings with an unknown condition, never decide a verdict alone."
    return [heading, Table("Objectives", columns, tuple(rows), note=note)]


def oppositions(c: Coherence) -> list[Block]:
    """Pairs of measures that push one outcome apart."""
    found = tuple(o for o in c.assessment.oppositions if o.severity != "contested")
    if not found:
        return []
    rows = tuple(
        (Name(c.wording.outcome(o.outcome)), c.wording.chain(o.raises), c.wording.chain(o.lowers), o.severity)
        for o in found
    )
    columns = (Column("Outcome"), Column("Pushed up by"), Column("Pushed down by"), Column("How sure"))
    title = "Pairs that push one outcome apart"
    return [Heading(2, "Measures that undo each other", "opposed"), Table(title, columns, rows)]


def one_size(c: Coherence) -> list[Block]:
    """Narrow criteria that fit all alike (E80)."""
    found = {
        chain.key: chain
        for f in c.assessment.findings
        for chain in (f.chain, *f.others)
        if any(link.edge.edge == _ONE_SIZE for link in chain.links)
    }
    heading = Heading(2, "Criteria that fit all alike (E80)", "one-size")
    if found:
        return [heading, Bullets(tuple(c.wording.chain(found[k]) for k in sorted(found)))]
    return [heading, Paragraph("No measure in this portfolio narrows the criteria of admission.")]


def modelled(c: Coherence) -> list[Block]:
    """Show what the world model computes for this country, beside the catalogue's own strength."""
    heading = Heading(2, "What the world model computes for this country", "modelled")
    if not c.modelled:
        words = "No measure here acts on the world model with a named partner; strengths are the catalogue's."
        return [heading, Paragraph(words)]
    rows: list[tuple[Cell, ...]] = []
    for item in c.modelled:
        known: Words = Name(item.catalogue, "quote") if item.catalogue else "none"
        rows.append((item.measure_words, item.change_words, Name(item.outcome_title), item.figure, known))
    columns = (
        Column("Measure"), Column("Standard change"), Column("What it changes"),
        Column("Modelled", signed=True), Column("The catalogue's strength"),
    )  # fmt: skip
    note = (
        "Modelled: one partner at a time, in real US$ a year at the country's own prices, over draws of the "
        "parameters. It replaces the catalogue's strength, which was measured elsewhere."
    )
    return [heading, Table("Modelled effects", columns, tuple(rows), note=note)]


def _amount(b: Benchmark, value: float | None, what: str) -> Figure | None:
    if value is None:
        return None
    return Figure(value, b.unit or "", SourceClass.ELICITED, f"portfolio:benchmarks.{b.key}.{what}")


def benchmarks(c: Coherence, *, brief: bool = False) -> list[Block]:
    """Benchmarks by domain, with owner, date and state, and the dated record of each (E74, E100)."""
    if brief and not c.file.benchmarks:
        return []
    heading = Heading(2, "What agencies are held to", "benchmarks")
    domains = {t.code: t.label for t in c.catalogue.vocabulary if t.scheme == "SDG10.7.2"}
    rows: list[tuple[Cell, ...]] = []
    for code in (d for d in domains if "." not in d):
        mine = [b for b in c.file.benchmarks if b.domain.partition(".")[0] == code]
        if not mine and not brief:
            rows.append((Name(domains[code]), "not known", None, None, None, None, None))
        for b in mine:
            late = ", past its date" if c.is_late(b) else ""
            rows.append(
                (
                    Name(domains[b.domain.partition(".")[0]]), Name(b.title), c.wording.ministry(b.owner),
                    None if b.due is None else date(b.due), _amount(b, b.target, "target"),
                    _amount(b, b.value, "value"), text("{state}{late}", state=b.state, late=late),
                )
            )  # fmt: skip
    columns = (
        Column("Domain"), Column("Benchmark"), Column("Answers for it"), Column("Due"), Column("Target"),
        Column("Today"), Column("State"),
    )  # fmt: skip
    note = text(
        "Domains of SDG indicator {code}. A domain without a benchmark is not known, which is not "
        "the same as not met.",
        code=Name("10.7.2", "code"),
    )
    blocks: list[Block] = [heading, Table("Benchmarks", columns, tuple(rows), note=note)]
    record = tuple(
        (
            Name(b.title), date(h.on), h.state, _amount(b, h.value, f"history.{h.on}"),
            Name(h.note, "quote") if h.note else "", Name(h.source, "quote"),
        )
        for b in c.file.benchmarks
        for h in b.history
    )  # fmt: skip
    if record and not brief:
        heads = ("Benchmark", "On", "State", "Value", "Note", "Source")
        table = Table("Record", tuple(Column(h) for h in heads), record)
        blocks.append(Details("The record over time", (table,)))
    return blocks


def lenses(c: Coherence) -> list[Block]:
    """Show which of seven considerations a policy holds (E105)."""
    titles = {m.key: m.title for m in c.file.measures}
    titles |= {o.key: o.title or o.key.replace("-", " ") for o in c.file.objectives}
    rows: list[tuple[Cell, ...]] = []
    for lens, keys in c.lenses.items():
        named = Name("; ".join(titles[key] for key in keys)) if keys else "nothing in this portfolio"
        rows.append((lens.replace("_", " "), named))
    return [
        Heading(2, "Seven considerations (E105)", "lenses"),
        Table("What touches each", (Column("Consideration"), Column("Measures and objectives")), tuple(rows)),
    ]


def unknown(c: Coherence, *, brief: bool = False) -> list[Block]:
    """Questions that nobody answered, and measures whose effects the catalogue does not know."""
    blocks: list[Block] = [Heading(2, "What is not known", "unknown")]
    questions = c.assessment.questions
    if questions and brief:
        items = tuple(
            text(
                "{question} ({key}; {n})",
                question=Name(c.rules.states[q.state].question),
                key=Name(q.state, "code"),
                n=count(q.chains, "chain hangs on it", "chains hang on it", f"question|{q.state}"),
            )
            for q in questions
        )
        blocks += [Paragraph("Answers under “states” in the portfolio would settle these:"), Bullets(items)]
    elif questions:
        rows = tuple(
            (
                Name(c.rules.states[q.state].question), Name(q.state, "code"),
                Name(c.rules.states[q.state].unit),
                count(q.chains, "chains", "chains", f"question|{q.state}"),
            )
            for q in questions
        )  # fmt: skip
        columns = (Column("Question"), Column("Key under states"), Column("Answer in"), Column("Hang on it"))
        blocks.append(Table("Answers that would settle open findings", columns, rows))
    silent = c.assessment.silent
    if silent:
        titles = {m.key: m.title for m in c.file.measures}
        names = Name("; ".join(titles[k] for k in silent), "quote")
        words = text("The catalogue knows no effect of: {names}. That is not the same as none.", names=names)
        blocks.append(Notice("missing", words))
    if not questions and not silent:
        blocks.append(Paragraph("Every condition on the way is answered."))
    return blocks


def basis(c: Coherence) -> list[Block]:
    """Answers used, measures with their publications, effects looked for and not found, loops."""
    answered: list[tuple[Words, Words]] = []
    for name, state in sorted(c.states.items()):
        origin = "from the evidence pack" if name in c.filled else c.file.states[name].source
        value: Words
        if isinstance(state.value, bool):
            value = "yes" if state.value else "no"
        else:
            kind = SourceClass.EVIDENCE if name in c.filled else SourceClass.ELICITED
            value = Figure(float(state.value), c.rules.states[name].unit, kind, state.reference)
        traced = text(" ({ref})", ref=Name(state.reference, "code")) if name in c.filled else ""
        words = text("{value}; {origin}{ref}", value=value, origin=Name(origin, "quote"), ref=traced)
        answered.append((Name(c.rules.states[name].title), words))
    measures = tuple(
        (c.wording.ministry(m.ministry), Name(m.title, "quote"), date(m.since), Name(m.source, "quote"))
        for m in c.file.measures
    )
    columns = (Column("Who"), Column("Measure"), Column("Since"), Column("Where it is published"))
    blocks: list[Block] = [Heading(2, "What this rests on", "basis")]
    if answered:
        blocks.append(KeyValues(tuple(answered)))
    blocks.append(Details("Measures and where they are published", (Table("Measures", columns, measures),)))
    for title, chains in (
        ("Effects that were looked for and not found", c.assessment.without_effect),
        ("Effects whose condition is not met here", c.assessment.not_met),
        ("Effects that go either way, as researchers disagree on the sign", c.assessment.open_sign),
    ):
        if chains:
            blocks.append(Details(title, (Bullets(tuple(c.wording.chain(x) for x in chains)),)))
    loops = [
        text("{ring}: {kind}", ring=Name(" → ".join(map(c.wording.outcome, (*ring, ring[0])))), kind=kind)
        for ring, kind in c.assessment.loops
    ]
    if loops:
        blocks.append(
            Details("Loops among outcomes; a chain ends where it would close one", (Bullets(tuple(loops)),))
        )
    return blocks
