"""The readable form of a coherence assessment: answer first, then conflicts as chains, then who must talk (§7.3).

Who may import me: :mod:`comity.services.coherence`. Start at :func:`write_document`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.reports.document import (
    Answer,
    Block,
    Bullets,
    Cell,
    Column,
    Details,
    Document,
    Emphasis,
    Heading,
    KeyValues,
    Meta,
    Name,
    Notice,
    Paragraph,
    Source,
    Table,
    Text,
    Words,
    date,
    text,
)
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from comity.coherence import Chain, Finding, Link
    from comity.services.coherence import Coherence

__all__ = ["chain_words", "write_document"]

_CHANGES: Final = {
    "raise": "raises", "lower": "lowers", "expand": "expands", "restrict": "restricts",
    "introduce": "introduces", "withdraw": "withdraws", "deepen": "deepens", "reduce": "reduces",
    "narrow": "narrows", "widen": "widens", "longer": "lengthens", "shorter": "shortens",
    "closure": "closes by", "opening": "opens", "citizenship_granted": "grants", "citizenship_refused": "refuses",
}  # fmt: skip
_MOVES: Final = {1: "up", -1: "down", 0: "no effect found"}
_SEVERITY: Final = {
    "severe": "Severe: every condition met, evidence not disputed",
    "moderate": "Moderate: every condition met, weaker evidence or effect",
    "open": "Open: a condition is not known here",
    "contested": "Contested: researchers disagree",
}
_VERDICTS: Final = {
    "served": "served", "undermined": "undermined", "pulled both ways": "pulled both ways",
    "open": "open, as conditions are not known", "contested": "contested evidence only",
    "not served": "no measure serves it",
}  # fmt: skip
MOST_SHOWN: Final = 12


def _count(value: int, unit: str, what: str) -> Figure:
    return Figure(float(value), unit, SourceClass.MODELLED, f"model:§7.3|{what}")


def _title(c: Coherence, slug: str) -> str:
    return c.rules.outcomes[slug].title


def _ministry(c: Coherence, name: str) -> Name:
    known = c.catalogue.ministries.get(name)
    return Name(known.name if known else name)


def start_words(c: Coherence, chain: Chain) -> Text:
    """Who does what, as the start of a chain."""
    m = chain.measure
    if m.subject in c.catalogue.instruments:
        return text(
            "{who} {does} {what} ({code})",
            who=_ministry(c, m.ministry),
            does=_CHANGES.get(m.change, m.change),
            what=Name(_lower(c.catalogue.instruments[m.subject].title)),
            code=Name(m.subject, "code"),
        )
    return text("{who}: {what}", who=_ministry(c, m.ministry), what=Name(m.subject.replace("_", " ")))


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def chain_words(c: Coherence, chain: Chain) -> Text:
    """One chain in plain words, each link with its condition.

    The wording of the interview's own example: immigration cuts places while vacancies are high → irregular
    entry up → border cost up.
    """
    parts: list[Words] = [start_words(c, chain)]
    for link in chain.links:
        needs = c.rules.of(link.edge.edge).needs
        if needs:
            joined = " and ".join(
                ("not: " if need.negated else "") + c.rules.states[need.state].title for need in needs
            )
            parts.append(text(", {when} {needs}", when=_WHEN[link.truth], needs=Name(joined)))
        parts.append(
            text(" → {outcome} {moves}", outcome=Emphasis(Name(_title(c, link.edge.to_outcome))),
                 moves=_MOVES[link.moves])
        )  # fmt: skip
    return Text(tuple(parts))


_WHEN: Final = {"met": "while", "not met": "but not, as asked:", "unknown": "if"}


def _evidence(link: Link) -> Text:
    """On what a link rests: the line of the interview, or the study."""
    words = [
        text("{edge}: {what}", edge=Name(link.edge.edge, "code"), what=Name(str(link.edge.evidence_class)))
    ]
    if str(link.edge.evidence_class) == "seed":
        words.append(text(" ({line})", line=Name(link.edge.seed_reference)))
    else:
        words.append(text(", {source}", source=Name(link.edge.evidence_source)))
    if link.edge.strength:
        words.append(text("; strength: {s}", s=Name(link.edge.strength, "quote")))
    if link.edge.lag not in ("unknown", "n/a"):
        words.append(text("; after: {s}", s=Name(link.edge.lag, "quote")))
    if link.inferred:
        words.append("; read backwards from the opposite change")
    if link.elsewhere:
        words.append(text("; studied in {where}, carried over here", where=Name(", ".join(link.elsewhere))))
    return Text(tuple(words))


def _finding_rows(c: Coherence, findings: tuple[Finding, ...]) -> tuple[tuple[Cell, ...], ...]:
    rows = []
    for f in findings:
        basis = Text(
            tuple(x for k, link in enumerate(f.chain.links) for x in (("; " if k else ""), _evidence(link)))
        )
        grade = Figure(
            float(f.nilsson), "on Nilsson's scale", SourceClass.ESTIMATED, f.chain.links[-1].edge.reference
        )
        concern: Words = (
            Name(f.objective.title or f.objective.key)
            if f.objective
            else "not stated; as the catalogue reads it"
        )
        rows.append((chain_words(c, f.chain), _ministry(c, f.owner), concern, grade, basis))
    return tuple(rows)


_COLUMNS: Final = (
    Column("Chain"), Column("Whose concern"), Column("Objective"), Column("Grade", signed=True), Column("Rests on"),
)  # fmt: skip


def write_document(c: Coherence, *, brief: bool = False) -> Document:
    """Lay out the assessment; ``brief`` keeps what fits a few screens."""
    blocks: list[Block] = [_answer(c)]
    blocks += _conflicts(c, brief)
    blocks += _repair(c)
    blocks += _talk(c)
    blocks += _objectives(c)
    if not brief:
        blocks += _synergies(c)
        blocks += _oppositions(c)
        blocks += _one_size(c)
        blocks += _benchmarks(c)
        blocks += _lenses(c)
    blocks += _unknown(c)
    if not brief:
        blocks += _basis(c)
    return Document(
        title=text("{title}", title=Name(c.file.title)),
        subtitle=text(
            "Do the ministries of {country} pull the same way? As of {day}.",
            country=Name(c.country_name),
            day=date(c.file.as_of),
        ),
        blocks=tuple(blocks),
        sources=_sources(),
        meta=Meta(
            disclaimer="Advisory. Comity judges measures against the objectives that were entered; it ranks no country.",
            command="comity coherence",
        ),
    )


def _answer(c: Coherence) -> Answer:
    a = c.assessment
    severe, conflicts = len(a.severe), len(a.conflicts)
    details: list[Words] = []
    if c.repair.steps:
        details.append(text("The smallest repair: {n}.", n=_count(len(c.repair.steps), "changes", "repair")))
    unserved = [v for v in a.verdicts if v.word == "not served"]
    if unserved:
        details.append(text("{n} that no measure serves.", n=_count(len(unserved), "objectives", "unserved")))
    if a.questions:
        details.append(
            text(
                "{n} not answered; some findings hang on them.",
                n=_count(len(a.questions), "questions", "open"),
            )
        )
    if severe:
        words = text(
            "{s} in which one ministry's measure undoes what another wants, out of {n} found.",
            s=_count(severe, "severe conflicts", "severe"),
            n=_count(conflicts, "conflicts", "conflicts"),
        )
        return Answer(words, "no_zone", tuple(details), "Ministries pull against each other")
    words = text(
        "No severe conflict; {n} that are weaker, open or contested.",
        n=_count(conflicts, "conflicts", "conflicts"),
    )
    return Answer(words, "zone", tuple(details), "No severe conflict")


def _conflicts(c: Coherence, brief: bool) -> list[Block]:
    blocks: list[Block] = [Heading(2, "Where measures pull against each other", "conflicts")]
    found = c.assessment.conflicts
    if not found:
        return [*blocks, Paragraph("No conflict is known to the catalogue for these measures.")]
    for severity, title in _SEVERITY.items():
        group = tuple(f for f in found if f.severity == severity)
        if not group:
            continue
        shown = group[:MOST_SHOWN] if brief else group
        table = Table(title, _COLUMNS, _finding_rows(c, shown), note=_left(group, shown))
        if severity in ("severe", "moderate") or brief:
            if brief:
                blocks.append(Paragraph(Emphasis(title)))
                blocks.append(
                    Bullets(
                        tuple(
                            text(
                                "{chain}  [{owner}]",
                                chain=chain_words(c, f.chain),
                                owner=_ministry(c, f.owner),
                            )
                            for f in shown
                        )
                    )
                )
                if len(shown) < len(group):
                    blocks.append(Paragraph(_left(group, shown) or ""))
            else:
                blocks.append(table)
        else:
            blocks.append(Details(title, (table,)))
    return blocks


def _left(group: tuple[Finding, ...], shown: tuple[Finding, ...]) -> Text | None:
    if len(group) == len(shown):
        return None
    return text("{n} more in the full report.", n=_count(len(group) - len(shown), "findings", "left"))


def _repair(c: Coherence) -> list[Block]:
    r = c.repair
    blocks: list[Block] = [Heading(2, "The smallest change that removes the severe conflicts", "repair")]
    if not r.steps and not r.beyond:
        return [*blocks, Paragraph("There is no severe conflict to remove.")]
    items: list[Words] = []
    for step in r.steps:
        removes = _count(len(step.removes), "severe conflicts", f"repair|{step.subject}")
        if step.kind == "give up":
            measure = next(m for m in c.file.measures if m.key == step.measure)
            words = text(
                "{who}: give up or turn around “{what}”; removes {n}.",
                who=_ministry(c, measure.ministry), what=Name(measure.title, "quote"), n=removes,
            )  # fmt: skip
        else:
            instrument = c.catalogue.instruments[step.subject]
            words = text(
                "{who}: {what} ({code}: {change}), so that “{state}” no longer holds; removes {n}.",
                who=_ministry(c, instrument.ministry_giver), what=Name(instrument.title),
                code=Name(step.subject, "code"), change=Name(step.change),
                state=Name(c.rules.states[step.state].title), n=removes,
            )  # fmt: skip
        items.append(words)
    blocks.append(Bullets(tuple(items), ordered=True))
    if r.lost:
        blocks.append(
            Bullets(
                tuple(
                    text("What it costs: {chain} would be lost.", chain=chain_words(c, f.chain))
                    for f in r.lost
                )
            )
        )
    else:
        blocks.append(Paragraph("No known synergy is lost by it."))
    if r.beyond:
        blocks.append(
            Notice(
                "limit",
                text(
                    "{n} cannot be removed: the measure is fixed and no known measure changes its condition.",
                    n=_count(len(r.beyond), "severe conflicts", "beyond"),
                ),
            )
        )
    return blocks


def _talk(c: Coherence) -> list[Block]:
    meetings = c.assessment.meetings
    blocks: list[Block] = [Heading(2, "Who must talk to whom", "ministries")]
    if not meetings:
        return [*blocks, Paragraph("No measure is known to touch another ministry's concern.")]
    acting = sorted({m.acting for m in meetings})
    concerned = sorted({m.concerned for m in meetings})
    at = {(m.acting, m.concerned): m for m in meetings}
    rows: list[tuple[Cell, ...]] = []
    for a in acting:
        cells: list[Cell] = [_ministry(c, a)]
        for b in concerned:
            m = at.get((a, b))
            if m is None:
                cells.append("")
                continue
            cells.append(
                text(
                    "{bad} / {good}",
                    bad=Figure(float(m.conflicts), "conflicts", SourceClass.MODELLED, f"model:§7.3|{a}|{b}"),
                    good=Figure(float(m.synergies), "synergies", SourceClass.MODELLED, f"model:§7.3|{a}|{b}"),
                )
            )
        rows.append(tuple(cells))
    return [
        *blocks,
        Table(
            "Whose measures (rows) touch whose concerns (columns)",
            (Column("Acts"), *(Column(_ministry(c, b)) for b in concerned)),
            tuple(rows),
            note="Contested findings are not counted. A ministry's effects on its own concerns are left out.",
        ),
    ]


def _objectives(c: Coherence) -> list[Block]:
    if not c.assessment.verdicts:
        return [
            Heading(2, "Objectives", "objectives"),
            Notice(
                "missing", "The portfolio states no objective; outcomes are read as the catalogue reads them."
            ),
        ]
    rows: list[tuple[Cell, ...]] = []
    for v in c.assessment.verdicts:
        o = v.objective
        rows.append(
            (
                Name(o.title or o.key), _ministry(c, o.ministry),
                text("{what} {way}", what=Name(_title(c, o.outcome)), way=o.wants), _VERDICTS[v.word],
            )
        )  # fmt: skip
    return [
        Heading(2, "Objectives, and what the measures do for each", "objectives"),
        Table(
            "Objectives",
            (Column("Objective"), Column("Whose"), Column("Wants"), Column("The measures leave it")),
            tuple(rows),
            note="Contested findings and findings with an unknown condition never decide a verdict alone.",
        ),
    ]


def _synergies(c: Coherence) -> list[Block]:
    found = c.assessment.synergies
    blocks: list[Block] = [Heading(2, "Where measures support each other", "synergies")]
    if not found:
        return [*blocks, Paragraph("No synergy is known to the catalogue for these measures.")]
    return [*blocks, Table("Synergies", _COLUMNS, _finding_rows(c, found))]


def _oppositions(c: Coherence) -> list[Block]:
    found = tuple(o for o in c.assessment.oppositions if o.severity != "contested")
    if not found:
        return []
    rows = tuple(
        (Name(_title(c, o.outcome)), chain_words(c, o.raises), chain_words(c, o.lowers), o.severity)
        for o in found
    )
    return [
        Heading(2, "Measures that undo each other", "opposed"),
        Table(
            "Pairs that push one outcome apart",
            (Column("Outcome"), Column("Pushed up by"), Column("Pushed down by"), Column("How sure")),
            rows,
        ),
    ]


def _one_size(c: Coherence) -> list[Block]:
    """Narrow criteria that fit all alike (E80)."""
    found = [
        chain
        for f in c.assessment.findings
        for chain in (f.chain, *f.others)
        if any(link.edge.edge == "I029" for link in chain.links)
    ]
    heading = Heading(2, "Criteria that fit all alike (E80)", "one-size")
    if found:
        unique = {chain.key: chain for chain in found}
        return [heading, Bullets(tuple(chain_words(c, unique[k]) for k in sorted(unique)))]
    return [heading, Paragraph("No measure in this portfolio narrows the criteria of admission.")]


def _benchmarks(c: Coherence) -> list[Block]:
    domains = {t.code: t for t in c.catalogue.vocabulary if t.scheme == "SDG10.7.2" and "." not in t.code}
    rows: list[tuple[Cell, ...]] = []
    for code, term in domains.items():
        mine = [b for b in c.file.benchmarks if b.domain.partition(".")[0] == code]
        if not mine:
            rows.append(
                (
                    text("{code} {name}", code=Name(code), name=Name(term.label)),
                    "not known",
                    None,
                    None,
                    None,
                    None,
                )
            )
        for b in mine:
            rows.append(
                (
                    text("{code} {name}", code=Name(b.domain), name=Name(term.label)), Name(b.title), Name(b.owner),
                    None if b.value is None else Figure(b.value, b.unit or "", SourceClass.ELICITED, f"portfolio:benchmarks.{b.key}"),
                    None if b.target is None else Figure(b.target, b.unit or "", SourceClass.ELICITED, f"portfolio:benchmarks.{b.key}"),
                    text("{state}; {source}", state=b.state, source=Name(b.source, "quote")),
                )
            )  # fmt: skip
    return [
        Heading(
            2,
            "Benchmarks by domain of SDG indicator 10.7.2".replace("10.7.2", "on migration policy"),
            "benchmarks",
        ),
        Table(
            "Benchmarks",
            (
                Column("Domain"),
                Column("Benchmark"),
                Column("Answers for it"),
                Column("Today"),
                Column("Target"),
                Column("State and source"),
            ),
            tuple(rows),
            note="A domain without a benchmark in the portfolio is not known, which is not the same as not met.",
        ),
    ]


def _lenses(c: Coherence) -> list[Block]:
    rows: list[tuple[Cell, ...]] = []
    for lens, keys in c.lenses.items():
        rows.append((lens.replace("_", " "), Name(", ".join(keys)) if keys else "nothing in this portfolio"))
    return [
        Heading(2, "Seven considerations (E105)", "lenses"),
        Table("What touches each", (Column("Consideration"), Column("Measures and objectives")), tuple(rows)),
    ]


def _unknown(c: Coherence) -> list[Block]:
    blocks: list[Block] = [Heading(2, "What is not known", "unknown")]
    rows: list[tuple[Cell, ...]] = []
    for q in c.assessment.questions:
        state = c.rules.states[q.state]
        rows.append(
            (
                Name(state.question), Name(q.state, "code"), Name(state.unit),
                _count(q.chains, "chains", f"question|{q.state}"),
            )
        )  # fmt: skip
    if rows:
        blocks.append(
            Table(
                "Answers that would settle open findings",
                (Column("Question"), Column("Key under states"), Column("Answer in"), Column("Hang on it")),
                tuple(rows),
            )
        )
    if c.assessment.silent:
        titles = {m.key: m.title for m in c.file.measures}
        blocks.append(
            Notice(
                "missing",
                text(
                    "The catalogue knows no effect of: {names}.",
                    names=Name("; ".join(titles[k] for k in c.assessment.silent), "quote"),
                ),
            )
        )
    if not rows and not c.assessment.silent:
        blocks.append(Paragraph("Every condition on the way is answered."))
    return blocks


def _basis(c: Coherence) -> list[Block]:
    answered: list[tuple[Words, Words]] = []
    for name, state in sorted(c.states.items()):
        value: Words
        source = SourceClass.EVIDENCE if name in c.filled else SourceClass.ELICITED
        if isinstance(state.value, bool):
            value = "yes" if state.value else "no"
        else:
            value = Figure(float(state.value), c.rules.states[name].unit, source, state.reference)
        origin = "from the evidence pack" if name in c.filled else c.file.states[name].source
        answered.append(
            (
                Name(c.rules.states[name].title),
                text("{value}; {origin}", value=value, origin=Name(origin, "quote")),
            )
        )
    measures = tuple(
        (
            Name(m.key, "code"),
            _ministry(c, m.ministry),
            Name(m.title, "quote"),
            date(m.since),
            Name(m.source, "quote"),
        )
        for m in c.file.measures
    )
    none = [chain_words(c, x) for x in c.assessment.without_effect]
    blocks: list[Block] = [Heading(2, "What this rests on", "basis")]
    if answered:
        blocks.append(KeyValues(tuple(answered)))
    blocks.append(
        Details(
            "Measures and where they are published",
            (
                Table(
                    "Measures",
                    (Column("Key"), Column("Who"), Column("Measure"), Column("Since"), Column("Source")),
                    measures,
                ),
            ),
        )
    )
    if none:
        blocks.append(Details("Effects that were looked for and not found", (Bullets(tuple(none)),)))
    return blocks


def _sources() -> tuple[Source, ...]:
    return (
        Source(
            "catalogue:interactions",
            "Signed interactions between measures, states and outcomes",
            "Comity",
            licence="Apache-2.0",
        ),
        Source("portfolio:", "The portfolio file", "its author"),
        Source("evidence:", "Comity evidence pack", "see docs/attributions.md"),
        Source("model:", "Comity coherence rules", "Comity", licence="Apache-2.0"),
    )
