"""What moves of follow-up, meetings and civil society carry: one payload for each act.

Who may import me: this room. Start at :class:`RegisterCommitment`.
"""

# ruff: noqa: RUF009  (the functions are field specifiers: each gives a dataclass field)

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.protocol.conference.fields import (
    Terms,
    day,
    flag,
    key,
    keys,
    line,
    moment,
    number,
    one_of,
    prose,
    whole,
)
from comity.protocol.conference.terms import NOTE, TITLE, WORDING

if TYPE_CHECKING:
    from datetime import date, datetime

__all__ = [
    "AcceptEvidence",
    "AddAgendaItem",
    "AmendCommitment",
    "AnswerSubmission",
    "AskToBeHeard",
    "CancelMeeting",
    "CloseDispute",
    "Comment",
    "Moderate",
    "PointOfOrder",
    "RaiseDispute",
    "RecordMeeting",
    "RegisterCommitment",
    "ReleaseTranche",
    "ReportEvidence",
    "RuleOnPoint",
    "Schedule",
    "Submit",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCommitment(Terms):
    """Who does what by when, how it is seen, and what is paid when it is shown.

    ``tranche`` is an amount of ``unit`` that ``payer`` releases once the milestone is evidenced and accepted.
    """

    commitment: str = key()
    delegation: str = key()
    agency: str = line(TITLE)
    title: str = line(TITLE)
    indicator: str = line(TITLE)
    milestone: str = prose(NOTE)
    due: date = day()
    provision: str | None = key(None)
    paragraph: str | None = key(None)
    target: float | None = number(None)
    tranche: float | None = number(None)
    unit: str | None = line(64, None)
    payer: str | None = key(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendCommitment(Terms):
    """Another due day or agency, with the reason; what stood before stays in the history."""

    commitment: str = key()
    reason: str = prose(NOTE)
    due: date | None = day(None)
    agency: str | None = line(TITLE, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEvidence(Terms):
    """What the owner says was done; ``done`` where it says that the milestone is reached."""

    commitment: str = key()
    words: str = prose(NOTE)
    done: bool = flag()
    value: float | None = number(None)
    source: str = line(TITLE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptEvidence(Terms):
    """The joint committee's finding on one report, by its number from 1."""

    commitment: str = key()
    report: int = whole(low=1)
    accepted: bool = flag()
    words: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTranche(Terms):
    """The tranche of a commitment is paid out."""

    commitment: str = key()
    words: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseDispute(Terms):
    """Delegations read an agreed paragraph or a commitment differently."""

    dispute: str = key()
    words: str = prose(NOTE)
    commitment: str | None = key(None)
    paragraph: str | None = key(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseDispute(Terms):
    """A dispute is closed, with the words that closed it."""

    dispute: str = key()
    words: str = prose(NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Terms):
    """A meeting in the calendar; a hearing is one of civil society, on some paragraphs or on all."""

    meeting: str = key()
    title: str = line(TITLE)
    kind: str = one_of("session", "joint committee", "review", "hearing", "ministers", "signature")
    starts: datetime = moment()
    ends: datetime | None = moment(None)
    place: str = line(TITLE, "", empty=True)
    paragraphs: tuple[str, ...] = keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelMeeting(Terms):
    """A meeting does not take place."""

    meeting: str = key()
    reason: str = prose(NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAgendaItem(Terms):
    """One more item for a meeting."""

    meeting: str = key()
    words: str = prose(NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMeeting(Terms):
    """A meeting took place; ``words`` are its conclusions."""

    meeting: str = key()
    words: str = prose(WORDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskToBeHeard(Terms):
    """A body of civil society asks to speak at a hearing."""

    meeting: str = key()
    words: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Terms):
    """Words in the room, on a paragraph, a proposal or the whole."""

    words: str = prose(NOTE)
    paragraph: str | None = key(None)
    proposal: str | None = key(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointOfOrder(Terms):
    """A delegation asks for a ruling on how the round is run."""

    point: str = key()
    words: str = prose(NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOnPoint(Terms):
    """The facilitator's ruling."""

    point: str = key()
    words: str = prose(NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(Terms):
    """Written words of civil society on some paragraphs, or on the whole where none is named."""

    submission: str = key()
    title: str = line(TITLE)
    words: str = prose(WORDING)
    paragraphs: tuple[str, ...] = keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSubmission(Terms):
    """What became of a submission, and why."""

    submission: str = key()
    outcome: str = one_of("changed", "partly changed", "declined", "noted")
    words: str = prose(NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderate(Terms):
    """A submission is hidden from, or shown again on, public pages; its words stay in the journal."""

    submission: str = key()
    hidden: bool = flag()
    reason: str = prose(NOTE)
