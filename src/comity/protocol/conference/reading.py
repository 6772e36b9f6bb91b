"""What pages show of a round: moves in plain words, brackets by article, who proposes what.

Words come as :class:`~comity.protocol.conference.words.Words`: a template that is a message key, and
parameters. A parameter that is itself ``Words`` is one of our own words and can be translated; all others are
names and people's own words.

Who may import me: this room; others import these names from :mod:`comity.protocol.conference`.
Start at :func:`describe`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from comity.protocol.conference.acts import Act, Role
from comity.protocol.conference.charter import ADOPTION_RULES
from comity.protocol.conference.follow_up import AGENDA, Standing
from comity.protocol.conference.moves import TERMS
from comity.protocol.conference.phases import Phase
from comity.protocol.conference.rights import REFUSALS, allows
from comity.protocol.conference.words import Words, own

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from comity.protocol.conference.moves import Move, Seat
    from comity.protocol.conference.state import Conference
    from comity.protocol.text import NegotiatingText

__all__ = [
    "TEMPLATES",
    "ArticleCount",
    "Entry",
    "count_articles",
    "describe",
    "describe_public",
    "list_messages",
    "list_positions",
    "make_timeline",
    "name_seat",
    "readable_text",
    "remove_names",
    "silence_left",
]

TEMPLATES: Final[Mapping[Act, str]] = {
    Act.CHANGE_PHASE: "The round goes to the phase '%(to)s'.",
    Act.START_SILENCE: "%(who)s placed the text under silence.",
    Act.OBJECT: "%(who)s broke silence: %(words)s",
    Act.PASS_SILENCE: "Silence passed without an objection.",
    Act.ANSWER_ADOPTION: "%(who)s on adoption: %(answer)s.",
    Act.DECLARE_ADOPTED: "The text was adopted as a whole, ad referendum.",
    Act.SIGN: "%(who)s signed.",
    Act.ADD_ARTICLE: "%(who)s added article %(key)s: %(title)s",
    Act.RETITLE_ARTICLE: "%(who)s gave article %(article)s the title: %(title)s",
    Act.ADD_PARAGRAPH: "%(who)s added paragraph %(key)s.",
    Act.PROPOSE_PARAGRAPH: "%(who)s proposed a new paragraph %(key)s.",
    Act.PROPOSE_WORDING: "%(who)s proposed other words for paragraph %(paragraph)s (%(alternative)s).",
    Act.SUPPORT_WORDING: "%(who)s supports %(alternative)s of paragraph %(paragraph)s.",
    Act.WITHDRAW_WORDING: "%(who)s withdrew from %(alternative)s of paragraph %(paragraph)s.",
    Act.SETTLE_PARAGRAPH: "%(who)s settled paragraph %(paragraph)s.",
    Act.LOCK_PARAGRAPH: "Paragraph %(paragraph)s is agreed, provisionally.",
    Act.REOPEN_PARAGRAPH: "%(who)s reopened paragraph %(paragraph)s: %(reason)s",
    Act.CUT_REVISION: "%(who)s kept the text as a new revision.",
    Act.TABLE_PROPOSAL: "%(who)s tabled '%(title)s' (%(kind)s).",
    Act.AMEND_PROPOSAL: "%(who)s changed proposal %(proposal)s.",
    Act.WITHDRAW_PROPOSAL: "%(who)s withdrew proposal %(proposal)s.",
    Act.ANSWER_PROPOSAL: "%(who)s on proposal %(proposal)s: %(answer)s.",
    Act.OPEN_ACCEPTANCE: "%(who)s opened proposal %(proposal)s for acceptance in secret.",
    Act.ANSWER_IN_SECRET: "%(who)s answered in secret (%(acceptance)s).",
    Act.CLOSE_ACCEPTANCE: "%(who)s closed acceptance %(acceptance)s without an outcome.",
    Act.OUTCOME: "Acceptance %(acceptance)s: %(accepted)s.",
    Act.REGISTER_COMMITMENT: "%(who)s registered a commitment of %(delegation)s: %(title)s",
    Act.AMEND_COMMITMENT: "%(who)s changed commitment %(commitment)s: %(reason)s",
    Act.REPORT_EVIDENCE: "%(who)s reported on commitment %(commitment)s.",
    Act.ACCEPT_EVIDENCE: "Report %(report)s on commitment %(commitment)s: %(accepted)s.",
    Act.RELEASE_TRANCHE: "%(who)s released the tranche of commitment %(commitment)s.",
    Act.RAISE_DISPUTE: "%(who)s raised dispute %(dispute)s: %(words)s",
    Act.CLOSE_DISPUTE: "%(who)s closed dispute %(dispute)s: %(words)s",
    Act.SCHEDULE: "%(who)s scheduled '%(title)s' (%(kind)s) for %(starts)s.",
    Act.CANCEL_MEETING: "%(who)s cancelled meeting %(meeting)s: %(reason)s",
    Act.ADD_AGENDA_ITEM: "%(who)s added to the agenda of %(meeting)s: %(words)s",
    Act.RECORD_MEETING: "%(who)s recorded the conclusions of meeting %(meeting)s.",
    Act.ASK_TO_BE_HEARD: "%(who)s asked to be heard at %(meeting)s.",
    Act.COMMENT: "%(who)s: %(words)s",
    Act.POINT_OF_ORDER: "%(who)s raised a point of order: %(words)s",
    Act.RULE_ON_POINT: "%(who)s ruled on point of order %(point)s: %(words)s",
    Act.SUBMIT: "%(who)s submitted '%(title)s'.",
    Act.ANSWER_SUBMISSION: "Response to submission %(submission)s: %(outcome)s. %(words)s",
    Act.MODERATE: "%(who)s moderated submission %(submission)s: %(reason)s",
}
"""The sentence of each move; its places are keys of the payload, and ``who``."""

_PUBLIC: Final[Mapping[Act, str]] = {
    **{
        act: TEMPLATES[act]
        for act in (
            Act.CHANGE_PHASE,
            Act.PASS_SILENCE,
            Act.DECLARE_ADOPTED,
            Act.SIGN,
            Act.SUBMIT,
            Act.ANSWER_SUBMISSION,
        )
    },
    Act.START_SILENCE: "The text was placed under silence.",
    Act.OBJECT: "Silence was broken; work on the text goes on.",
    Act.CUT_REVISION: "The text was kept as a new revision.",
}
"""What the public page says of the moves that it says anything of: nothing of who wants what."""

_HEARING: Final = "A hearing is announced: '%(title)s', %(starts)s."
_ACCEPTED: Final = {True: "accepted", False: "not accepted"}
_OUR_WORDS: Final = frozenset({"to", "answer", "kind", "outcome"})


def list_messages() -> tuple[str, ...]:
    """Return every template and word of our own that this room can say: the keys of a message file.

    Refusals of single moves are errors in English and are not among them.

    Examples
    --------
    >>> "%(who)s signed." in list_messages(), "zero draft" in list_messages()
    (True, True)
    """
    sentences = {*TEMPLATES.values(), *_PUBLIC.values(), _HEARING, *AGENDA.values(), *REFUSALS}
    ours = {*Phase, *Role, *Act, *Standing, *_ACCEPTED.values(), *ADOPTION_RULES}
    choices = {
        choice
        for terms in TERMS.values()
        for each in fields(terms)
        if each.name in _OUR_WORDS
        for choice in each.metadata["kind"].choices
    }
    return tuple(sorted({str(message) for message in sentences | ours | choices}))


def readable_text(role: Role, state: Conference) -> NegotiatingText | None:
    """Return the text as a role may see it now, or None where it may not see any.

    The room sees all. Civil society sees brackets without names. The public sees the text once it is
    adopted, and never one of a round that ended without agreement.
    """
    if not allows(role, state.phase, Act.READ_TEXT) or (role is Role.PUBLIC and not state.text.adopted):
        return None
    return state.text if allows(role, state.phase, Act.READ_ATTRIBUTION) else remove_names(state.text)


def remove_names(text: NegotiatingText) -> NegotiatingText:
    """Return the text with its brackets, without who asks for what."""
    articles = tuple(
        replace(
            article,
            paragraphs=tuple(
                replace(
                    paragraph,
                    alternatives=tuple(replace(one, proponents=()) for one in paragraph.alternatives),
                )
                for paragraph in article.paragraphs
            ),
        )
        for article in text.articles
    )
    return replace(text, articles=articles)


def name_seat(seat: Seat) -> str | Words:
    """Return how a seat is named: by its delegation, the name of the body, or the role (to be translated).

    Examples
    --------
    >>> from comity.protocol.conference import Role, Seat
    >>> name_seat(Seat(Role.HEAD, "ALB")), str(name_seat(Seat(Role.FACILITATOR)))
    ('ALB', 'facilitator')
    """
    return seat.delegation or seat.name or own(seat.role.value)


def _fill(template: str, move: Move) -> Words:
    params: dict[str, Any] = {"who": name_seat(move.seat)} if "%(who)s" in template else {}
    for name, value in move.payload.items():
        if f"%({name})s" not in template:
            continue
        if isinstance(value, bool):
            params[name] = own(_ACCEPTED[value])
        else:
            params[name] = own(value) if name in _OUR_WORDS else value
    if "%(kind)s" in template and "kind" not in params:
        params["kind"] = own("package")  # a payload leaves out what is as always
    return Words(template, params)


def describe(move: Move) -> Words:
    """Say a move in one sentence, for those who may read the log.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from comity.protocol.conference import Act, Move, Role, Seat
    >>> at = datetime(2030, 1, 7, tzinfo=UTC)
    >>> str(describe(Move(Act.OBJECT, Seat(Role.HEAD, "ALB"), at, {"words": "Art. 3."})))
    'ALB broke silence: Art. 3.'
    """
    return _fill(TEMPLATES[move.act], move)


def describe_public(move: Move) -> Words | None:
    """Say a move in one sentence for the public page; None where the public is told nothing of it.

    A meeting is announced if it is a hearing. Submissions that were hidden must be left out by the page,
    which knows the state.
    """
    if move.act is Act.SCHEDULE and move.payload.get("kind") == "hearing":
        return _fill(_HEARING, move)
    template = _PUBLIC.get(move.act)
    return None if template is None else _fill(template, move)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline."""

    number: int
    at: datetime
    act: Act
    words: Words


def make_timeline(moves: Iterable[Move], *, public: bool = False, first: int = 1) -> tuple[Entry, ...]:
    """Return moves in plain words, oldest first; ``first`` is the number of the first move given."""
    entries = []
    for number, move in enumerate(moves, start=first):
        words = describe_public(move) if public else describe(move)
        if words is not None:
            entries.append(Entry(number, move.at, move.act, words))
    return tuple(entries)


@dataclass(frozen=True, slots=True)
class ArticleCount:
    """An article in numbers: its paragraphs, those in brackets, and those agreed."""

    key: str
    title: str
    paragraphs: int
    bracketed: int
    locked: int


def count_articles(state: Conference) -> tuple[ArticleCount, ...]:
    """Return each article in numbers, in the order of the text."""
    return tuple(
        ArticleCount(
            article.key,
            article.title,
            len(article.paragraphs),
            article.brackets,
            sum(paragraph.locked for paragraph in article.paragraphs),
        )
        for article in state.text.articles
    )


def list_positions(state: Conference) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return what each delegation stands behind in the brackets: pairs of paragraph and alternative."""
    found: dict[str, list[tuple[str, str]]] = {}
    for paragraph in state.text.paragraphs():
        if paragraph.bracketed:
            for alternative in paragraph.alternatives:
                for code in alternative.proponents:
                    found.setdefault(code, []).append((paragraph.key, alternative.key))
    return {code: tuple(found[code]) for code in sorted(found)}


def silence_left(state: Conference, now: datetime) -> timedelta | None:
    """Return how long silence still runs, never below zero; None where none runs."""
    if state.silence is None:
        return None
    return max(state.silence.deadline - now, state.silence.deadline - state.silence.deadline)
