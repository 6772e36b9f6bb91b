"""A page for the public on one round: what is negotiated, by whom, and how far it is (E59, E78, E79).

Made from the charter and the state of the round alone, and only from parts of it that are public: proposals,
packages under acceptance, comments, points of order and disputes are never read here, and who stands behind
which wording is not either. Words that are still open are shown only as far as the secretariat opens them
(:class:`Scope`), until the round is adopted, when anybody may read the text.

Who may import me: services and doors. Start at :func:`make_round_page`, then :func:`check_page_words`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from comity.evidence import Catalogue
from comity.evidence.interaction_rules import InteractionRules
from comity.evidence.words import find_banned_words
from comity.protocol.conference import Act, Phase, Role, allows
from comity.reports.canonical import render_json
from comity.services.adherence import check_adherence
from comity.services.adherence_report import instrument_of
from comity.vocabulary import Area

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from comity.protocol.conference import Charter, Conference, Meeting, Submission
    from comity.protocol.text import Paragraph
    from comity.reports.document import Document
    from comity.services.adherence import Adherence

__all__ = [
    "PageWords",
    "PublicArticle",
    "PublicParagraph",
    "PublicProvision",
    "RoundPage",
    "Scope",
    "Statement",
    "WordFinding",
    "check_page_words",
    "make_round_page",
]

#: What each phase means for somebody who has never seen a negotiation.
PHASE_WORDS: Final[Mapping[Phase, str]] = {
    Phase.CONSULTATION: "The parties say what they want to talk about. Nothing is drafted yet.",
    Phase.ZERO_DRAFT: "A first draft is being written.",
    Phase.REVISIONS: "The parties work on the text. Nothing is agreed until everything is agreed.",
    Phase.SILENCE: "The text is with the parties. If none objects in time, it goes on to adoption.",
    Phase.ADOPTION: "The parties say whether they adopt the text, subject to approval at home.",
    Phase.SIGNATURE: "The text is adopted and open for signature.",
    Phase.FOLLOW_UP: "The agreement is in force between those who signed; they report on what they promised.",
    Phase.CLOSED: "The round is closed.",
}
_RETURN: Final = frozenset({"PE01", "PE02", "PE03", "PE04", "PE17"})
_CHANGED: Final = {
    "raise": "raised", "lower": "lowered", "expand": "expanded", "restrict": "restricted",
    "introduce": "introduced", "withdraw": "withdrawn", "deepen": "deepened",
    "reduce": "reduced", "narrow": "narrowed", "widen": "widened",
    "longer": "made longer", "shorter": "made shorter",
}  # fmt: skip
_MOVES: Final = {"+": "up", "-": "down", "0": "no effect found"}


class Scope(StrEnum):
    """How much of a text that is not signed yet the secretariat opens to the public."""

    TITLES = "titles"
    AGREED = "agreed paragraphs"
    ALL = "agreed paragraphs and open brackets"


@dataclass(frozen=True, slots=True)
class PageWords:
    """What the secretariat writes on the page in its own words; empty where it says nothing."""

    about: str = ""
    criteria: str = ""
    removal: str = ""


@dataclass(frozen=True, slots=True)
class PublicProvision:
    """One thing on the table, as the charter names it; bounds are None where the charter states none."""

    key: str
    title: str
    definition: str
    giver: str
    beneficiary: str
    minimum: float | None
    maximum: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class PublicParagraph:
    """A paragraph: ``state`` is agreed, settled, open or left out; no ``wordings`` where not opened."""

    key: str
    state: str
    wordings: tuple[str, ...]
    alternatives: int


@dataclass(frozen=True, slots=True)
class PublicArticle:
    """An article with its paragraphs and how many of them are open."""

    key: str
    title: str
    paragraphs: tuple[PublicParagraph, ...]

    @property
    def open(self) -> int:
        """Paragraphs in brackets."""
        return sum(one.state == "open" for one in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Statement:
    """What research says of one thing on the table; ``note`` says why sources disagree, where they do."""

    title: str
    words: str
    condition: str
    contested: bool
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class WordFinding:
    """A phrase that neutral wording does not use, where it stands, and whether it is quoted from others."""

    place: str
    quoted: bool
    phrase: str
    say: str
    why: str


@dataclass(frozen=True, slots=True)
class RoundPage:
    """The public page of a round."""

    title: str
    at: date
    phase: Phase
    phase_words: str
    phases: tuple[tuple[Phase, datetime], ...]
    deadline: datetime | None
    delegations: tuple[tuple[str, str], ...]
    adoption: str
    silence_hours: int
    review_months: int
    provisions: tuple[PublicProvision, ...]
    scope: Scope
    articles: tuple[PublicArticle, ...]
    entry: tuple[str, ...]
    removal: tuple[str, ...]
    words: PageWords
    statements: tuple[Statement, ...]
    submissions: tuple[Submission, ...]
    withheld: int
    hearings: tuple[Meeting, ...]
    parties: tuple[str, ...]
    signed: tuple[str, ...]
    adherence: Adherence | None

    @property
    def paragraphs(self) -> int:
        """Paragraphs of the text."""
        return sum(len(article.paragraphs) for article in self.articles)

    @property
    def open(self) -> int:
        """Paragraphs in brackets."""
        return sum(article.open for article in self.articles)

    @property
    def answered(self) -> int:
        """Submissions with a response."""
        return sum(bool(one.responses) for one in self.submissions)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "title": self.title,
            "at": self.at.isoformat(),
            "phase": self.phase.value,
            "phases": [{"phase": phase.value, "since": when.isoformat()} for phase, when in self.phases],
            "silence_ends": None if self.deadline is None else self.deadline.isoformat(),
            "delegations": [{"code": code, "name": name} for code, name in self.delegations],
            "rules": {"adoption": self.adoption, "silence_hours": self.silence_hours,
                      "review_months": self.review_months},
            "on_the_table": [
                {"key": p.key, "title": p.title, "giver": p.giver, "beneficiary": p.beneficiary,
                 "minimum": p.minimum, "maximum": p.maximum, "unit": p.unit}
                for p in self.provisions
            ],
            "text": {
                "opened": self.scope.value, "paragraphs": self.paragraphs, "open": self.open,
                "articles": [
                    {"key": a.key, "title": a.title, "paragraphs": [
                        {"key": p.key, "state": p.state, "wordings": list(p.wordings)} for p in a.paragraphs]}
                    for a in self.articles
                ],
            },
            "secretariat": {"about": self.words.about, "criteria": self.words.criteria,
                            "removal": self.words.removal},
            "evidence": [
                {"on": s.title, "says": s.words, "if": s.condition, "contested": s.contested,
                 "source": s.source, "note": s.note}
                for s in self.statements
            ],
            "submissions": [
                {"key": s.key, "from": s.seat.name, "title": s.title, "words": s.words,
                 "paragraphs": list(s.paragraphs), "at": s.at.isoformat(),
                 "responses": [{"outcome": r.outcome, "words": r.words, "at": r.at.isoformat()}
                               for r in s.responses]}
                for s in self.submissions
            ],
            "submissions_withheld": self.withheld,
            "hearings": [
                {"key": h.key, "title": h.title, "starts": h.starts.isoformat(), "place": h.place,
                 "speakers": [speaker.seat.name for speaker in h.speakers], "record": h.record,
                 "cancelled": h.cancelled}
                for h in self.hearings
            ],
            "parties": list(self.parties),
            "signed": list(self.signed),
            "adherence": None if self.adherence is None else self.adherence.to_dict(),
        }  # fmt: skip

    def to_json(self) -> str:
        """One JSON object."""
        return render_json(self.to_dict())

    def document(self) -> Document:
        """Readable form."""
        from comity.services.round_page_document import write_round_page  # noqa: PLC0415

        return write_round_page(self)


def make_round_page(
    charter: Charter,
    state: Conference,
    *,
    at: date,
    names: Mapping[str, str] | None = None,
    scope: Scope = Scope.TITLES,
    words: PageWords | None = None,
) -> RoundPage:
    """Make the public page of a round.

    Parameters
    ----------
    charter, state
        The round.
    at
        The day that the page states.
    names
        Names of delegations by code.
    scope
        How much of the words is opened before signature; after it, all of it.
    words
        What the secretariat says in its own words.
    """
    who = dict(names or {})
    public = Role.PUBLIC
    whole = allows(public, state.phase, Act.READ_TEXT)
    opened = Scope.ALL if whole else scope
    articles = tuple(
        PublicArticle(
            article.key,
            article.title,
            tuple(_paragraph(paragraph, opened) for paragraph in article.paragraphs),
        )
        for article in state.text.articles
    )
    shown = [one for one in state.submissions.values() if not one.hidden]
    return RoundPage(
        title=charter.title,
        at=at,
        phase=state.phase,
        phase_words=PHASE_WORDS[state.phase],
        phases=tuple((start.phase, start.at) for start in state.phases),
        deadline=state.silence.deadline if state.silence else None,
        delegations=tuple((code, who.get(code, code)) for code in charter.delegations),
        adoption=charter.adoption,
        silence_hours=charter.silence_hours,
        review_months=charter.review_months,
        provisions=tuple(_provisions(charter, who)),
        scope=opened,
        articles=articles,
        entry=_on(charter, state, lambda code: _area(code) is Area.LEGAL_ENTRY),
        removal=_on(charter, state, lambda code: code in _RETURN),
        words=words or PageWords(),
        statements=tuple(_statements(charter)),
        submissions=tuple(shown),
        withheld=len(state.submissions) - len(shown),
        hearings=tuple(one for one in state.meetings.values() if one.kind == "hearing"),
        parties=state.adoption.parties if state.adoption else (),
        signed=tuple(state.signatures),
        adherence=check_adherence(charter, state, at=at, names=who)
        if allows(public, state.phase, Act.READ_COMMITMENTS)
        else None,
    )


def _paragraph(paragraph: Paragraph, scope: Scope) -> PublicParagraph:
    """Show a paragraph without who stands behind it; alternatives in the order of their words."""
    if paragraph.left_out:
        return PublicParagraph(paragraph.key, "left out", (), 0)
    if not paragraph.bracketed:
        state = "agreed" if paragraph.locked else "settled"
        may = scope is Scope.ALL or (scope is Scope.AGREED and paragraph.locked)
        return PublicParagraph(paragraph.key, state, (paragraph.wording,) if may else (), 1)
    base = paragraph.base
    others = sorted(one.wording for one in paragraph.alternatives if one is not base)
    wordings = (*((base.wording,) if base else ()), *others) if scope is Scope.ALL else ()
    return PublicParagraph(paragraph.key, "open", wordings, len(paragraph.alternatives))


def _area(code: str) -> Area:
    return Catalogue.load().instrument(code).area


def _on(charter: Charter, state: Conference, wanted: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Keys of paragraphs that word a provision of a wanted kind."""
    return tuple(
        paragraph.key
        for article in state.text.articles
        for paragraph in article.paragraphs
        if not paragraph.left_out
        and any((code := instrument_of(one, charter)) and wanted(code) for one in paragraph.provisions)
    )


def _provisions(charter: Charter, names: Mapping[str, str]) -> Iterator[PublicProvision]:
    catalogue = Catalogue.load()
    for key, facts in charter.provisions.items():
        code = instrument_of(key, charter)
        instrument = catalogue.instrument(code) if code else None
        ends = [str(facts.get(end) or "") for end in ("giver", "beneficiary")]
        giver, beneficiary = (names.get(code, code) for code in ends)
        yield PublicProvision(
            key=key,
            title=instrument.title if instrument else str(facts.get("name") or facts.get("title") or key),
            definition=instrument.definition if instrument else "",
            giver=giver,
            beneficiary=beneficiary,
            minimum=_number(facts.get("minimum")),
            maximum=_number(facts.get("maximum")),
            unit=str(facts.get("unit") or (instrument.parameter.unit if instrument else "")),
        )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _statements(charter: Charter) -> Iterator[Statement]:
    """List what the catalogue holds on the instruments of the charter, contested findings first."""
    catalogue, rules = Catalogue.load(), InteractionRules.load()
    codes = dict.fromkeys(code for key in charter.provisions if (code := instrument_of(key, charter)))
    notes: dict[str, str] = {}
    for remark in rules.remarks:
        for name in remark.edges:
            notes.setdefault(name, f"{remark.note} ({remark.source})")
    found = []
    for code in codes:
        title = catalogue.instrument(code).title
        for edge in catalogue.edges(code):
            change = edge.from_instrument.partition(":")[2]
            outcome = rules.outcomes[edge.to_outcome].title
            moves = _MOVES.get(edge.sign, "either way (the sign is open)")
            contested = (
                str(edge.evidence_class) == "contested" or edge.edge in notes or str(edge.sign) not in _MOVES
            )
            found.append(
                Statement(
                    title=title,
                    words=f"When it is {_CHANGED.get(change, change.replace('_', ' '))}: {outcome}, {moves}",
                    condition=edge.condition,
                    contested=contested,
                    source=_source(str(edge.evidence_class), edge.evidence_source, edge.seed_reference),
                    note=notes.get(edge.edge, ""),
                )
            )
    return iter(sorted(found, key=lambda one: not one.contested))


def _source(grade: str, words: str, line: str) -> str:
    if words.startswith("seed"):
        return f"an interview of this project ({line})"
    source = words.partition(": ")[2] or words
    return source if grade == "read" else f"{grade}: {source}"


def check_page_words(page: RoundPage) -> tuple[WordFinding, ...]:
    """Find on a page what neutral wording does not say; words of the secretariat first, quoted words after.

    Quoted words (of the text under negotiation, and of civil society) stay their authors'; that they are not
    neutral is shown to the secretariat and is no reason to change them.
    """
    own = [
        ("title", page.title),
        ("about", page.words.about),
        ("criteria", page.words.criteria),
        ("removal", page.words.removal),
        *((f"response to {one.key}", r.words) for one in page.submissions for r in one.responses),
        *((f"hearing {one.key}", f"{one.title}\n\n{one.record}") for one in page.hearings),
    ]
    quoted = [
        *((f"article {one.key}", one.title) for one in page.articles),
        *((f"paragraph {p.key}", w) for a in page.articles for p in a.paragraphs for w in p.wordings),
        *((f"submission {one.key}", f"{one.title}\n\n{one.words}") for one in page.submissions),
    ]
    return tuple(
        WordFinding(place, theirs, found.phrase, found.say, found.why)
        for theirs, places in ((False, own), (True, quoted))
        for place, words in places
        for found in find_banned_words(words)
    )
