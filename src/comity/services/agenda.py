"""The agenda of the next joint committee, from the journal of a round (§9, E39).

The same journal and day give the same agenda. It lists what waits for the committee; it does not say what the
committee should find.

Who may import me: services and doors. Start at :func:`draft_agenda`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.errors import InputError
from comity.reports.canonical import render_json
from comity.reports.document import (
    Block,
    Bullets,
    Document,
    Heading,
    KeyValues,
    Meta,
    Name,
    Paragraph,
    Source,
    Text,
    Words,
    date,
    text,
)
from comity.services.adherence import State, check_adherence
from comity.services.calendar_feed import review_days
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date as Day

    from comity.protocol.conference import Charter, Conference, Meeting
    from comity.services.adherence import Standing

__all__ = ["Agenda", "Point", "Section", "draft_agenda", "next_meeting"]

_KINDS: Final = frozenset({"joint committee", "review"})

#: Key of a section → its heading. The order is that of the agenda.
SECTIONS: Final[Mapping[str, str]] = {
    "opening": "Opening: agenda, and conclusions of the last meeting",
    "findings": "Reports that wait for a finding",
    "release": "Tranches that may be released",
    "late": "Commitments past their day",
    "due": "Commitments that fall due soon",
    "disputes": "Open disputes",
    "submissions": "Submissions of civil society without a response",
    "added": "Items added by delegations and the secretariat",
    "next": "Next meeting and review",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One line under a heading: the key of what it is about, who it concerns, and words."""

    key: str
    who: str
    title: str
    words: str = ""
    day: Day | None = None
    amount: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the agenda with its lines; ``kind`` is a key of :data:`SECTIONS`."""

    kind: str
    points: tuple[Point, ...]

    @property
    def title(self) -> str:
        """The heading."""
        return SECTIONS[self.kind]


@dataclass(frozen=True, slots=True)
class Agenda:
    """The draft agenda of a meeting."""

    title: str
    at: Day
    meeting: Meeting | None
    sections: tuple[Section, ...]
    names: Mapping[str, str]

    def name(self, code: str) -> str:
        """Name a delegation, or give what was given where it is none."""
        return self.names.get(code, code)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        meeting = self.meeting
        return {
            "title": self.title,
            "at": self.at.isoformat(),
            "meeting": None if meeting is None else {
                "key": meeting.key, "title": meeting.title, "kind": meeting.kind, "place": meeting.place,
                "starts": meeting.starts.isoformat(),
            },
            "sections": [
                {
                    "kind": section.kind,
                    "title": section.title,
                    "points": [
                        {"key": p.key, "who": p.who, "title": p.title, "words": p.words, "amount": p.amount,
                         "unit": p.unit, "day": None if p.day is None else p.day.isoformat()}
                        for p in section.points
                    ],
                }
                for section in self.sections
            ],
        }  # fmt: skip

    def to_json(self) -> str:
        """One JSON object."""
        return render_json(self.to_dict())

    def document(self) -> Document:
        """Readable form, for Markdown and .docx."""
        blocks: list[Block] = []
        meeting = self.meeting
        if meeting is None:
            blocks.append(Paragraph("No meeting is in the calendar yet; the secretariat sets the day."))
        else:
            items: list[tuple[Words, Words]] = [
                ("Meeting", Name(meeting.title, "quote")),
                ("Kind", meeting.kind),
                ("Begins", text("{when} UTC", when=date(f"{meeting.starts:%Y-%m-%d %H:%M}"))),
            ]
            if meeting.place:
                items.append(("Place", Name(meeting.place, "quote")))
            blocks.append(KeyValues(tuple(items)))
        for number, section in enumerate(self.sections, start=1):
            place = Name(f"{number}.", "version")
            blocks.append(Heading(2, text("{n} {title}", n=place, title=section.title), section.kind))
            lines = tuple(self._line(point) for point in section.points)
            blocks.append(Bullets(lines) if lines else Paragraph("Nothing waits."))
        return Document(
            title=text("{title}: draft agenda", title=Name(self.title, "quote")),
            subtitle=text("As the journal of the round stood on {day}.", day=date(self.at.isoformat())),
            blocks=tuple(blocks),
            sources=(Source("round:commitments", "The journal of the round", "the parties"),),
            meta=Meta(
                disclaimer="A draft, made from the journal of the round. The committee adopts its own agenda."
            ),
        )

    def _line(self, point: Point) -> Text:
        parts: list[Words] = []
        if point.who:
            parts += [Name(self.name(point.who)), ": "]
        parts.append(Name(point.title, "quote"))
        if point.key:
            parts += [" (", Name(point.key, "code"), ")"]
        if point.day is not None:
            parts += [", ", date(point.day.isoformat())]
        if point.amount is not None:
            parts += [", ", Figure(point.amount, point.unit or "", SourceClass.ELICITED,
                                   f"round:commitments.{point.key}.tranche")]  # fmt: skip
        if point.words:
            parts += [". ", Name(point.words, "quote")]
        return Text(tuple(parts))


def next_meeting(state: Conference, at: Day, key: str | None = None) -> Meeting | None:
    """Return a meeting by its key, or the next joint committee or review that is to come; None if there is none.

    Raises
    ------
    InputError
        When there is no meeting of that key.
    """
    if key is not None:
        if key not in state.meetings:
            msg = f"there is no meeting '{key}'"
            raise InputError(msg, key="meeting", accepted=", ".join(list(state.meetings)[:8]) or "none yet")
        return state.meetings[key]
    coming = [
        one
        for one in state.meetings.values()
        if one.kind in _KINDS and not one.cancelled and one.recorded_at is None and one.starts.date() >= at
    ]
    return min(coming, key=lambda one: (one.starts, one.key), default=None)


def draft_agenda(
    charter: Charter,
    state: Conference,
    *,
    at: Day,
    meeting: str | None = None,
    names: Mapping[str, str] | None = None,
) -> Agenda:
    """Draft the agenda of a meeting from the journal.

    Parameters
    ----------
    charter, state
        The round.
    at
        The day on which it is drafted.
    meeting
        Key of the meeting; None: :func:`next_meeting`.
    names
        Names of delegations by code.

    Raises
    ------
    InputError
        When there is no meeting of that key.
    """
    chosen = next_meeting(state, at, meeting)
    standings = check_adherence(charter, state, at=at).standings
    found = {
        "opening": _opening(state, at),
        "findings": _findings(standings, at),
        "release": tuple(
            Point(one.commitment.key, one.commitment.payer or "", one.commitment.title,
                  amount=one.commitment.tranche, unit=one.commitment.unit)
            for one in standings if one.may_release
        ),
        "late": tuple(_point(one) for one in standings if one.state in {State.LATE, State.NO_EVIDENCE}),
        "due": tuple(_point(one) for one in standings if one.state is State.DUE),
        "disputes": tuple(
            Point(one.key, one.delegation, one.words, day=one.at.date())
            for one in state.disputes.values() if one.closed_at is None
        ),
        "submissions": tuple(
            Point(one.key, one.seat.name, one.title, day=one.at.date())
            for one in state.submissions.values() if not one.responses and not one.hidden
        ),
        "added": tuple(
            Point("", item.seat.delegation or item.seat.role.value, item.words)
            for item in (chosen.items if chosen else ())
        ),
        "next": _next(charter, state, at, chosen),
    }  # fmt: skip
    always = {"opening", "next"}
    sections = tuple(Section(kind, found[kind]) for kind in SECTIONS if found[kind] or kind in always)
    return Agenda(charter.title, at, chosen, sections, dict(names or {}))


def _point(one: Standing) -> Point:
    words = {
        State.NO_EVIDENCE: "Nothing was reported.",
        State.LATE: "Reported; the milestone is not accepted.",
    }.get(one.state, "")
    moved = f" The due day was moved; first {one.first_due.isoformat()}." if one.moved else ""
    return Point(
        one.commitment.key, one.commitment.delegation, one.commitment.title,
        f"{words}{moved} Owner: {one.agency}.".strip(), one.due,
    )  # fmt: skip


def _findings(standings: tuple[Standing, ...], at: Day) -> tuple[Point, ...]:
    points = []
    for one in standings:
        for number, report in enumerate(one.commitment.reports, start=1):
            if report.accepted is None and report.at.date() <= at:
                source = f" Source: {report.source}." if report.source else ""
                says = "says that the milestone is reached" if report.done else "an interim report"
                points.append(
                    Point(one.commitment.key, one.commitment.delegation, one.commitment.title,
                          f"Report {number}, {says}: {report.words}{source}", report.at.date())
                )  # fmt: skip
    return tuple(points)


def _opening(state: Conference, at: Day) -> tuple[Point, ...]:
    held = [
        one
        for one in state.meetings.values()
        if one.recorded_at and one.kind in _KINDS and one.starts.date() <= at
    ]
    last = max(held, key=lambda one: (one.starts, one.key), default=None)
    if last is None:
        return (Point("", "", "Adoption of the agenda"),)
    return (
        Point("", "", "Adoption of the agenda"),
        Point(last.key, "", f"Conclusions of: {last.title}", last.record, last.starts.date()),
    )


def _next(charter: Charter, state: Conference, at: Day, chosen: Meeting | None) -> tuple[Point, ...]:
    later = [
        one
        for one in state.meetings.values()
        if one.kind in _KINDS and not one.cancelled and one.starts.date() >= at and one is not chosen
    ]
    points = [
        Point(one.key, "", one.title, day=one.starts.date()) for one in sorted(later, key=lambda m: m.starts)
    ]
    review = next((day for day in review_days(charter, state) if day >= at), None)
    if review is not None:
        points.append(Point("", "", "Review falls due by the charter's cycle", day=review))
    return tuple(points) or (Point("", "", "Day of the next meeting"),)
