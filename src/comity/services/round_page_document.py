"""The public page of a round as a document, for files that are printed or sent.

Who may import me: services. Start at :func:`write_round_page`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
    Paragraph,
    Source,
    Table,
    Text,
    Words,
    date,
    text,
)
from comity.services.adherence import State
from comity.services.adherence_document import counted
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.round_page import PublicProvision, RoundPage

__all__ = ["write_round_page"]

_STATED: Final = "round:charter"
_NOT_OPENED: Final = "The words are not open to the public yet."


def write_round_page(page: RoundPage) -> Document:
    """Lay the page of a round out."""
    blocks = (
        _lead(page),
        *_about(page),
        *_table(page),
        *_text(page),
        *_rules(page),
        *_evidence(page),
        *_society(page),
        *_after(page),
    )
    return Document(
        title=Name(page.title, "quote"),
        subtitle=text("For the public. As of {day}.", day=date(page.at.isoformat())),
        blocks=blocks,
        sources=(
            Source(_STATED, "The charter of the round", "the parties"),
            Source("model:§9", "Counted by Comity from the journal of the round", "Comity"),
        ),
        meta=Meta(
            disclaimer="Private positions, proposals that are not public, and who stands behind which "
            "wording are not on this page."
        ),
    )


def _lead(page: RoundPage) -> Answer:
    details: list[Words] = [page.phase_words]
    if page.deadline is not None:
        details.append(text("Silence ends on {when} UTC.", when=date(f"{page.deadline:%Y-%m-%d %H:%M}")))
    if page.paragraphs:
        details.append(
            text(
                "{open} of {all} of the text are open.",
                open=counted(page.open, "open", "", ""),
                all=counted(page.paragraphs, "paragraphs", "paragraph", "paragraphs"),
            )
        )
    return Answer(
        text("The round is in the phase: {phase}.", phase=page.phase.value),
        "note",
        tuple(details),
        "Where it stands",
    )


def _about(page: RoundPage) -> Iterator[Block]:
    yield Heading(2, "What is negotiated, and by whom", "about")
    if page.words.about:
        yield Paragraph(Name(page.words.about, "quote"))
    yield Bullets(
        tuple(Name(f"{name} ({code})" if name != code else code) for code, name in page.delegations)
    )
    if page.phases:
        columns = (Column("Phase"), Column("Since"))
        rows = tuple((phase.value, date(f"{when:%Y-%m-%d}")) for phase, when in page.phases)
        yield Table("The course of the round", columns, rows)


def _bound(one: PublicProvision, end: float | None, name: str) -> Cell:
    return (
        None
        if end is None
        else Figure(end, one.unit, SourceClass.ELICITED, f"{_STATED}.provisions.{one.key}.{name}")
    )


def _table(page: RoundPage) -> Iterator[Block]:
    yield Heading(2, "What lies on the table", "provisions")
    if not page.provisions:
        yield Paragraph("The charter names no provisions.")
        return
    heads = ("What", "By", "For", "From", "To")
    rows = tuple(
        (
            Name(one.title, "quote"),
            Name(one.giver) if one.giver else None,
            Name(one.beneficiary) if one.beneficiary else None,
            _bound(one, one.minimum, "minimum"),
            _bound(one, one.maximum, "maximum"),
        )
        for one in page.provisions
    )
    yield Table(
        "Provisions that the charter opens for negotiation",
        tuple(Column(h, numeric=False) for h in heads),
        rows,
    )
    yield Notice("limit", "Bounds say what may be talked about, not what anybody proposed or would accept.")


def _text(page: RoundPage) -> Iterator[Block]:
    yield Heading(2, "What the text says", "text")
    if not page.articles:
        yield Paragraph("There is no text yet.")
    for article in page.articles:
        yield Heading(
            3, text("{key}: {title}", key=Name(article.key, "code"), title=Name(article.title, "quote"))
        )
        for one in article.paragraphs:
            key = Name(one.key, "code")
            if one.state == "left out":
                yield Paragraph(text("{key}: left out.", key=key))
            elif not one.wordings:
                yield Paragraph(text("{key} ({state}): {words}", key=key, state=one.state, words=_NOT_OPENED))
            elif one.state == "open":
                yield Paragraph(text("{key} (open), in brackets:", key=key))
                yield Bullets(
                    tuple(Name(words, "quote") if words else "that it be left out" for words in one.wordings)
                )
            else:
                words = Name(one.wordings[0], "quote")
                yield Paragraph(text("{key} ({state}): {words}", key=key, state=one.state, words=words))


def _rules(page: RoundPage) -> Iterator[Block]:
    yield Heading(2, "Who may come, who must leave, who decides", "rules")
    for title, said, keys in (
        ("Criteria of admission", page.words.criteria, page.entry),
        ("Return and removal", page.words.removal, page.removal),
    ):
        parts: list[Words] = [f"{title}: "]
        if said:
            parts.append(Name(said, "quote"))
        if keys:
            lead = " The" if said else "the"
            parts.append(
                text("{lead} text speaks of it in {keys}.", lead=lead, keys=Name(", ".join(keys), "code"))
            )
        if len(parts) == 1:
            parts.append("nothing is said in this round.")
        yield Paragraph(Text(tuple(parts)))
    hours = Figure(float(page.silence_hours), "hours", SourceClass.ELICITED, f"{_STATED}.silence_hours")
    months = Figure(float(page.review_months), "months", SourceClass.ELICITED, f"{_STATED}.review_months")
    yield KeyValues(
        (
            ("Adoption", page.adoption),
            ("Silence before adoption", text("at least {h}", h=hours)),
            ("Review", text("every {m}", m=months)),
        )
    )


def _evidence(page: RoundPage) -> Iterator[Block]:
    yield Heading(2, "What research says, and where it disagrees", "evidence")
    if not page.statements:
        yield Paragraph(
            "The catalogue holds nothing on what lies on the table; that is not the same as no effect."
        )
        return
    heads = ("On", "What was found", "Condition", "Contested", "Source")
    rows = tuple(
        (
            Name(s.title, "quote"),
            Name(s.words, "quote"),
            Name(s.condition, "quote") if s.condition else "always",
            "contested" if s.contested else "no",
            Name(s.source, "quote"),
        )
        for s in page.statements
    )
    yield Table("Findings on what lies on the table", tuple(map(Column, heads)), rows)
    for note in dict.fromkeys(s.note for s in page.statements if s.note):
        yield Notice("contested", Name(note, "quote"))


def _society(page: RoundPage) -> Iterator[Block]:
    yield Heading(2, "What civil society said, and what became of it", "society")
    if not page.submissions:
        yield Paragraph("No submission has been published.")
    for one in page.submissions:
        where = ", ".join(one.paragraphs) or "the whole text"
        yield Heading(3, text("{title} ({who})", title=Name(one.title, "quote"), who=Name(one.seat.name)))
        yield Paragraph(text("On {where}, {day}.", where=Name(where), day=date(f"{one.at:%Y-%m-%d}")))
        yield Paragraph(Name(one.words, "quote"))
        answers = tuple(
            text("{outcome}: {words}", outcome=r.outcome, words=Name(r.words, "quote")) for r in one.responses
        )
        yield Bullets(answers) if answers else Paragraph("No response yet.")
    if page.withheld:
        yield Notice(
            "missing",
            text(
                "{n} not shown; the secretariat keeps them with the reason.",
                n=counted(page.withheld, "withheld", "submission is", "submissions are"),
            ),
        )
    for hearing in page.hearings:
        yield Heading(3, text("Hearing: {title}", title=Name(hearing.title, "quote")))
        facts: list[tuple[Words, Words]] = [
            ("When", text("{w} UTC", w=date(f"{hearing.starts:%Y-%m-%d %H:%M}")))
        ]
        if hearing.place:
            facts.append(("Where", Name(hearing.place, "quote")))
        if hearing.cancelled:
            facts.append(("Cancelled", Name(hearing.cancelled, "quote")))
        speakers = ", ".join(speaker.seat.name for speaker in hearing.speakers)
        facts.append(("Asked to be heard", Name(speakers) if speakers else "nobody yet"))
        facts.append(("Record", Name(hearing.record, "quote") if hearing.record else "not written yet"))
        yield KeyValues(tuple(facts))


def _after(page: RoundPage) -> Iterator[Block]:
    if page.parties:
        yield Heading(2, "Adoption and signature", "adoption")
        yield KeyValues(
            (
                ("Adopted by", Name(", ".join(page.parties))),
                ("Signed by", Name(", ".join(page.signed)) if page.signed else "nobody yet"),
            )
        )
    if page.adherence is not None and page.adherence.standings:
        yield Heading(2, "What was promised, and where it stands", "adherence")
        yield Bullets(
            tuple(
                text("{state}: {n}", state=state.value, n=counted(page.adherence.count(state), state.value))
                for state in State
            )
        )
