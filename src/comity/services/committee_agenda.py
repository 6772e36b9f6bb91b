"""The agenda of the next joint committee, from the journal of a round, as a document (§9, E39).

What waits is found by :func:`comity.protocol.conference.make_agenda`; here it is put under headings, with
what falls due soon and when the next meeting and review are. The same journal and day give the same agenda.
It lists what waits for the committee; it does not say what the committee should find.

Who may import me: services and doors. Start at :func:`draft_agenda`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.errors import InputError
from comity.protocol.conference import AgendaItem, Words, list_reviews, make_agenda
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
    date,
    text,
)
from comity.reports.document import Words as DocumentWords
from comity.services.adherence import State, check_adherence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from comity.protocol.conference import Charter, Conference, Meeting

__all__ = ["Agenda", "Section", "draft_agenda", "next_meeting"]

_KINDS: Final = frozenset({"joint committee", "review"})

#: What an item is about → the heading it stands under. The order is that of the agenda.
SECTIONS: Final[Mapping[str, str]] = {
    "opening": "Opening: agenda, and conclusions of the last meeting",
    "dispute": "Open disputes",
    "late": "Commitments past their day",
    "evidence": "Reports that wait for a finding",
    "tranche": "Tranches that may be released",
    "due": "Commitments that fall due soon",
    "submission": "Submissions of civil society without a response",
    "review": "Reviews that were due and not held",
    "item": "Items added by delegations and the secretariat",
    "next": "Next meeting and review",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the agenda with its items; ``about`` is a key of :data:`SECTIONS`."""

    about: str
    items: tuple[AgendaItem, ...]

    @property
    def title(self) -> str:
        """The heading."""
        return SECTIONS[self.about]


@dataclass(frozen=True, slots=True)
class Agenda:
    """The draft agenda of a meeting."""

    title: str
    at: dt.date
    meeting: Meeting | None
    sections: tuple[Section, ...]

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
                {"about": section.about, "title": section.title,
                 "items": [{"key": item.key, "words": str(item.words)} for item in section.items]}
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
            facts: list[tuple[DocumentWords, DocumentWords]] = [
                ("Meeting", Name(meeting.title, "quote")),
                ("Kind", meeting.kind),
                ("Begins", text("{when} UTC", when=date(f"{meeting.starts:%Y-%m-%d %H:%M}"))),
            ]
            if meeting.place:
                facts.append(("Place", Name(meeting.place, "quote")))
            blocks.append(KeyValues(tuple(facts)))
        for number, section in enumerate(self.sections, start=1):
            place = Name(f"{number}.", "version")
            blocks.append(Heading(2, text("{n} {title}", n=place, title=section.title), section.about))
            blocks.append(Bullets(tuple(Name(str(item.words), "quote") for item in section.items)))
        return Document(
            title=text("{title}: draft agenda", title=Name(self.title, "quote")),
            subtitle=text("As the journal of the round stood on {day}.", day=date(self.at.isoformat())),
            blocks=tuple(blocks),
            meta=Meta(
                disclaimer="A draft, made from the journal of the round. The committee adopts its own agenda."
            ),
        )


def next_meeting(state: Conference, at: dt.date, key: str | None = None) -> Meeting | None:
    """Return a meeting by its key, or the next joint committee or review that is to come, or None.

    Raises
    ------
    InputError
        When there is no meeting of that key.
    """
    if key is not None:
        if key not in state.meetings:
            msg = f"there is no meeting '{key[:64]}'"
            raise InputError(msg, key="meeting", accepted=", ".join(list(state.meetings)[:8]) or "none yet")
        return state.meetings[key]
    coming = [one for one in _standing(state) if one.recorded_at is None and one.starts.date() >= at]
    return min(coming, key=lambda one: (one.starts, one.key), default=None)


def _standing(state: Conference) -> list[Meeting]:
    return [one for one in state.meetings.values() if one.kind in _KINDS and not one.cancelled]


def draft_agenda(charter: Charter, state: Conference, *, at: dt.date, meeting: str | None = None) -> Agenda:
    """Draft the agenda of a meeting from the journal.

    Parameters
    ----------
    charter, state
        The round.
    at
        The day on which it is drafted.
    meeting
        Key of the meeting; None: :func:`next_meeting`.

    Raises
    ------
    InputError
        When there is no meeting of that key.
    """
    chosen = next_meeting(state, at, meeting)
    found: dict[str, list[AgendaItem]] = {about: [] for about in SECTIONS}
    for item in make_agenda(charter, state, at, meeting=chosen.key if chosen else None):
        found[item.about].append(item)
    found["opening"] = _opening(state, at)
    found["due"] = [
        AgendaItem(
            "due", one.commitment.key,
            Words("%(title)s (%(who)s, %(agency)s) is due on %(due)s.",
                  {"title": one.commitment.title, "who": one.commitment.delegation, "agency": one.agency,
                   "due": one.due.isoformat()}),
        )
        for one in check_adherence(charter, state, at=at).standings
        if one.state is State.DUE
    ]  # fmt: skip
    found["next"] = _next(charter, state, at, chosen)
    sections = tuple(Section(about, tuple(found[about])) for about in SECTIONS if found[about])
    return Agenda(charter.title, at, chosen, sections)


def _opening(state: Conference, at: dt.date) -> list[AgendaItem]:
    items = [AgendaItem("opening", "", Words("Adoption of the agenda.", {}))]
    held = [one for one in _standing(state) if one.recorded_at and one.starts.date() <= at]
    last = max(held, key=lambda one: (one.starts, one.key), default=None)
    if last is not None:
        params = {"title": last.title, "day": f"{last.starts:%Y-%m-%d}", "words": last.record}
        items.append(
            AgendaItem("opening", last.key, Words("Conclusions of %(title)s, %(day)s: %(words)s", params))
        )
    return items


def _next(charter: Charter, state: Conference, at: dt.date, chosen: Meeting | None) -> list[AgendaItem]:
    later = [one for one in _standing(state) if one.starts.date() >= at and one is not chosen]
    items = [
        AgendaItem(
            "next", one.key,
            Words("%(title)s, %(day)s.", {"title": one.title, "day": f"{one.starts:%Y-%m-%d}"}),
        )
        for one in sorted(later, key=lambda one: (one.starts, one.key))
    ]  # fmt: skip
    review = next(
        (each for each in list_reviews(charter, state, at) if each.due >= at and not each.meeting), None
    )
    if review is not None:
        params = {"number": review.number, "due": review.due.isoformat()}
        items.append(AgendaItem("next", "", Words("Review %(number)s falls due on %(due)s.", params)))
    return items or [AgendaItem("next", "", Words("The committee sets the day of its next meeting.", {}))]
