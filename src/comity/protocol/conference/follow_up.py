"""After signature: how commitments stand, what the joint committee must discuss, which reviews are due.

Pure functions of a state and a day that is handed in. Counts only: how hard a commitment was is in no count,
so that nothing here ranks delegations.

Who may import me: this room; others import these names from :mod:`comity.protocol.conference`.
Start at :func:`make_agenda`.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from comity.protocol.conference.phases import Phase
from comity.protocol.conference.words import Words, own

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.protocol.conference.charter import Charter
    from comity.protocol.conference.parts_after import Commitment
    from comity.protocol.conference.state import Conference

__all__ = [
    "Adherence",
    "AgendaItem",
    "Review",
    "Standing",
    "adherence",
    "list_reviews",
    "make_agenda",
    "standing",
]


AGENDA: Final[Mapping[str, str]] = {
    "dispute": "%(who)s disputes %(about)s: %(words)s",
    "late": "%(title)s (%(who)s, %(agency)s) was due on %(due)s.",
    "evidence": "Report %(number)s on %(title)s of %(day)s waits for a finding.",
    "tranche": "%(who)s can release %(amount)s %(unit)s: %(title)s is done.",
    "submission": "'%(title)s' by %(who)s has no response yet.",
    "review": "Review %(number)s was due on %(due)s.",
    "item": "%(who)s asks: %(words)s",
}
"""The sentence of each kind of agenda item, in the order in which they come."""


class Standing(StrEnum):
    """How a commitment stands on a day. ``REPORTED``: its owner says it is done, and no finding was made."""

    DONE = "done"
    DONE_LATE = "done late"
    REPORTED = "reported"
    LATE = "late"
    DUE = "due"


def standing(commitment: Commitment, today: date) -> Standing:
    """Tell how a commitment stands, against the due day that stands.

    What counts is the day of the report, not of the finding: a committee that meets late makes nobody late. A
    report that is not accepted counts for nothing.
    """
    done_on = commitment.done_on
    if done_on is not None and done_on <= today:
        return Standing.DONE if done_on <= commitment.due else Standing.DONE_LATE
    if any(commitment.reports[n - 1].done for n in commitment.waiting):
        return Standing.REPORTED
    return Standing.LATE if today > commitment.due else Standing.DUE


@dataclass(frozen=True, slots=True)
class Adherence:
    """How the commitments of one agency stand: a count of each standing, and of due days that were moved."""

    delegation: str
    agency: str
    done: int
    done_late: int
    reported: int
    late: int
    due: int
    moved: int

    @property
    def total(self) -> int:
        """All commitments of the agency."""
        return self.done + self.done_late + self.reported + self.late + self.due


def adherence(state: Conference, today: date) -> tuple[Adherence, ...]:
    """Count the commitments of each agency by how they stand, in alphabetical order."""
    owned: dict[tuple[str, str], list[Commitment]] = {}
    for commitment in state.commitments.values():
        owned.setdefault((commitment.delegation, commitment.agency), []).append(commitment)
    rows = []
    for (delegation, agency), theirs in sorted(owned.items()):
        stands = [standing(commitment, today) for commitment in theirs]
        moved = sum(commitment.due != commitment.versions[0].due for commitment in theirs)
        done, done_late, reported, late, due = (stands.count(each) for each in Standing)
        rows.append(Adherence(delegation, agency, done, done_late, reported, late, due, moved))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Review:
    """A review of the cycle: its number from 1, the day by which it is due, and the meeting that held it."""

    number: int
    due: date
    meeting: str | None


def list_reviews(charter: Charter, state: Conference, today: date) -> tuple[Review, ...]:
    """List the reviews that are due up to today, and the next one.

    The cycle counts from the first day of follow-up. Recorded review meetings fill it in order; one that was
    held before its day counts.
    """
    began = next((start.at.date() for start in state.phases if start.phase is Phase.FOLLOW_UP), None)
    if began is None:
        return ()
    held = [
        meeting.key for meeting in state.meetings.values() if meeting.kind == "review" and meeting.recorded_at
    ]
    found: list[Review] = []
    while not found or found[-1].due <= today or found[-1].meeting is not None:
        number = len(found) + 1
        due = _months_later(began, number * charter.review_months)
        if due is None:
            break
        found.append(Review(number, due, held[number - 1] if number <= len(held) else None))
    return tuple(found)


def _months_later(start: date, months: int) -> date | None:
    """Return the same day of a later month, or its last day; None past the calendar's end."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > date.max.year:
        return None
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One item: what it is about, the key of that thing, and the sentence for the agenda."""

    about: str
    key: str
    words: Words


def make_agenda(
    charter: Charter, state: Conference, today: date, *, meeting: str | None = None
) -> tuple[AgendaItem, ...]:
    """Return the agenda of the next joint committee, as it follows from the state.

    Open disputes first, then commitments that are late, evidence that waits for a finding, tranches that can
    be released, submissions without a response, reviews that are due and were not held, and what delegations
    asked for.

    Parameters
    ----------
    charter, state
        The round.
    today
        The day for which the agenda is made.
    meeting
        Key of a meeting whose own items are added; None for none.
    """
    items = [
        *_disputes(state),
        *_commitments(state, today),
        *_submissions(state),
        *(
            AgendaItem(
                "review",
                str(each.number),
                Words(
                    AGENDA["review"],
                    {"number": each.number, "due": each.due.isoformat()},
                ),
            )
            for each in list_reviews(charter, state, today)
            if each.meeting is None and each.due <= today
        ),
    ]
    if meeting is not None and meeting in state.meetings:
        for remark in state.meetings[meeting].items:
            who = remark.seat.delegation or remark.seat.name or own(remark.seat.role)
            items.append(
                AgendaItem("item", meeting, Words(AGENDA["item"], {"who": who, "words": remark.words}))
            )
    return tuple(items)


def _disputes(state: Conference) -> Iterator[AgendaItem]:
    for dispute in state.disputes.values():
        if dispute.closed_at is None:
            about = dispute.commitment or dispute.paragraph or dispute.key
            params = {"who": dispute.delegation, "about": about, "words": dispute.words}
            yield AgendaItem("dispute", dispute.key, Words(AGENDA["dispute"], params))


def _commitments(state: Conference, today: date) -> Iterator[AgendaItem]:
    ordered = sorted(state.commitments.values(), key=lambda one: (one.due, one.key))
    for one in ordered:
        if standing(one, today) is Standing.LATE:
            params = {
                "title": one.title,
                "who": one.delegation,
                "agency": one.agency,
                "due": one.due.isoformat(),
            }
            words = Words(AGENDA["late"], params)
            yield AgendaItem("late", one.key, words)
    for one in ordered:
        for number in one.waiting:
            waits: dict[str, object] = {
                "number": number,
                "title": one.title,
                "day": one.reports[number - 1].at.date().isoformat(),
            }
            words = Words(AGENDA["evidence"], waits)
            yield AgendaItem("evidence", one.key, words)
    for one in ordered:
        if one.tranche is not None and one.released_at is None and one.done_on is not None:
            owed = {
                "who": one.payer, "amount": f"{one.tranche:g}", "unit": one.unit, "title": one.title,
            }  # fmt: skip
            words = Words(AGENDA["tranche"], owed)
            yield AgendaItem("tranche", one.key, words)


def _submissions(state: Conference) -> Iterator[AgendaItem]:
    for submission in state.submissions.values():
        if not submission.responses and not submission.hidden:
            params = {"title": submission.title, "who": submission.seat.name}
            yield AgendaItem("submission", submission.key, Words(AGENDA["submission"], params))
