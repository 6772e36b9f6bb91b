"""The calendar of a round as iCalendar (RFC 5545): due days, reviews, meetings, silence, ministers (§9).

Same state and same stamp, same bytes. Identifiers are stable, so that a calendar program that subscribes
moves an entry instead of doubling it; a number counts how often it was moved. Times are UTC. Only public
facts of a round are in it: nothing of a proposal, an acceptance or a private sheet is read here.

Who may import me: services and doors. Start at :func:`round_entries` and :func:`write_calendar`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import yaml

from comity.errors import EvidenceError, InputError, MissingExtraError
from comity.evidence import Parameters
from comity.evidence.catalogue_set import PACKED
from comity.protocol.conference import list_reviews
from comity.regime.agencies import read_mandates
from comity.services.commitments import add_months

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.protocol.conference import Charter, Commitment, Conference, Meeting, Silence

__all__ = ["Entry", "ministers_entries", "read_calendar", "round_entries", "write_calendar"]

_PRODUCT: Final = "-//Comity//Calendar of a round//EN"
_STATES: Final = ("CONFIRMED", "TENTATIVE", "CANCELLED")
_YEARS: Final = range(1990, 2200)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a calendar.

    Attributes
    ----------
    key
        Stable and unique in its calendar.
    starts, ends
        Days (``ends`` is the last one), or moments in UTC; None where there is no end.
    state
        ``CONFIRMED``, ``TENTATIVE`` or ``CANCELLED``.
    sequence
        How often it was moved or changed.
    """

    key: str
    title: str
    starts: date | datetime
    ends: date | datetime | None = None
    words: str = ""
    place: str = ""
    kind: str = ""
    state: str = "CONFIRMED"
    sequence: int = 0
    changed: datetime | None = None


def round_entries(
    charter: Charter,
    state: Conference,
    *,
    delegation: str | None = None,
    commitments: bool = True,
    until: date | None = None,
    names: Mapping[str, str] | None = None,
) -> tuple[Entry, ...]:
    """List what stands in the calendar of a round, in the order of time.

    Parameters
    ----------
    charter, state
        The round.
    delegation
        Commitments of this delegation, and those whose tranche it pays; None: of all.
    commitments
        Whether commitments are shown at all; a reader who may not read them yet gets meetings only.
    until
        Reviews that fall due up to this day, and the next one; None: the next one.
    names
        Names of delegations by code.
    """
    who = dict(names or {})
    found = [_meeting(meeting) for meeting in state.meetings.values()]
    found += [
        _silence(silence) for silence in (*state.silences, *((state.silence,) if state.silence else ()))
    ]
    reviews = list_reviews(charter, state, date.min if until is None else until)
    found += [
        Entry(
            key=f"review.{review.number}", title=f"Review {review.number} falls due: {charter.title}",
            starts=review.due, kind="review", state="TENTATIVE",
            words="By the charter's review cycle; the committee sets the day.",
        )
        for review in reviews
    ]  # fmt: skip
    if commitments:
        found += [
            _due(one, who)
            for one in state.commitments.values()
            if delegation is None or delegation in (one.delegation, one.payer)
        ]
    return tuple(sorted(found, key=_order))


def _order(entry: Entry) -> tuple[str, str]:
    return entry.starts.isoformat()[:16], entry.key


def _meeting(meeting: Meeting) -> Entry:
    ends, said = meeting.ends, ""
    if ends is None:
        ends = meeting.starts + timedelta(minutes=Parameters.load().value("forum.continuity.meeting_minutes"))
        said = "The end is not stated."
    words = [f"Kind: {meeting.kind}.", said]
    if meeting.paragraphs:
        words.append(f"On: {', '.join(meeting.paragraphs)}.")
    if meeting.cancelled:
        words.append(f"Cancelled: {meeting.cancelled}")
    return Entry(
        key=f"meeting.{meeting.key}", title=meeting.title, starts=meeting.starts, ends=ends,
        words="\n".join(filter(None, words)), place=meeting.place, kind=meeting.kind,
        state="CANCELLED" if meeting.cancelled else "CONFIRMED", sequence=int(bool(meeting.cancelled)),
    )  # fmt: skip


def _silence(silence: Silence) -> Entry:
    over = silence.result in {"broken", "taken back"}
    return Entry(
        key=f"silence.{silence.move}", title="Silence ends", starts=silence.deadline,
        words=f"Silence of {silence.hours} hours over the text; result: {silence.result}.",
        kind="silence", state="CANCELLED" if over else "CONFIRMED", sequence=int(silence.result != "running"),
        changed=silence.ended or silence.started,
    )  # fmt: skip


def _due(one: Commitment, names: Mapping[str, str]) -> Entry:
    owner = names.get(one.delegation, one.delegation)
    words = [f"Milestone: {one.milestone}", f"Agency: {one.agency}, {owner}.", f"Seen by: {one.indicator}."]
    if one.tranche is not None:
        words.append(f"A tranche hangs on it: {one.tranche:,.10g} {one.unit}, by {one.payer}.")
    if one.due != one.versions[0].due:
        words.append(f"First due day: {one.versions[0].due.isoformat()}.")
    if one.done_on is not None:
        words.append(f"Reached on {one.done_on.isoformat()}, and accepted.")
    return Entry(
        key=f"commitment.{one.key}", title=f"Due: {one.title} ({owner})", starts=one.due,
        words="\n".join(words), kind="commitment",
        sequence=len(one.versions) - 1 + int(one.done_on is not None), changed=one.versions[-1].at,
    )  # fmt: skip


def ministers_entries(first_year: int, last_year: int) -> tuple[Entry, ...]:
    """List regular meetings of ministers by their usual month, each as tentative and marked as recalled.

    Parameters
    ----------
    first_year, last_year
        Both included.

    Raises
    ------
    InputError
        When the years cannot be used.

    Examples
    --------
    >>> [(entry.title, entry.starts.isoformat()) for entry in ministers_entries(2026, 2026) if "Review" in
    entry.title] [('Migration: International Migration Review Forum (usual month)', '2026-05-01')]
    """
    if not (first_year in _YEARS and last_year in _YEARS and first_year <= last_year):
        msg = f"no calendar from {first_year} to {last_year}"
        raise InputError(
            msg, key="years", accepted=f"years from {_YEARS.start} to {_YEARS.stop - 1}, in order"
        )
    habits = _habits()
    found = []
    for meeting in read_mandates().meetings:
        habit = habits[meeting.forum]
        step = max(1, round(meeting.years_between))
        for year in range(first_year, last_year + 1):
            if (
                (year - habit["from"]) % step
                or year < habit["from"]
                or (not habit["regular"] and year > habit["from"])
            ):
                continue
            found += [
                _ministers(meeting.field, meeting.forum, date(year, month, 1), meeting.ministers, habit)
                for month in habit["months"]
            ]
    return tuple(sorted(found, key=_order))


def _ministers(field: str, forum: str, first: date, ministers: bool, habit: Mapping[str, Any]) -> Entry:
    return Entry(
        key=f"ministers.{'-'.join(forum.lower().split())}.{first:%Y-%m}",
        title=f"{field}: {forum} (usual month)",
        starts=first,
        ends=add_months(first, 1) - timedelta(days=1),
        words=f"{'Ministers meet' if ministers else 'A general review, not a meeting of ministers'}: "
        f"{habit['note']}.\n"
        f"The month is {habit['mark']} and no day is known; check with the organiser.",
        kind="ministers",
        state="TENTATIVE",
    )


@functools.cache
def _habits() -> dict[str, dict[str, Any]]:
    data = yaml.safe_load((PACKED / "ministers_calendar.yaml").read_text(encoding="utf-8"))
    known = {meeting.forum for meeting in read_mandates().meetings}
    if set(data) != known:
        odd = ", ".join(sorted(set(data) ^ known))
        msg = f"ministers_calendar.yaml: not the meetings of agencies.yaml: {odd}"
        raise EvidenceError(msg)
    return dict(data)


def write_calendar(name: str, entries: Iterable[Entry], *, domain: str, stamp: datetime) -> bytes:
    """Write a calendar file.

    Parameters
    ----------
    name
        Title that calendar programs show.
    entries
        What stands in it; keys must differ.
    domain
        What makes identifiers unique in the world, such as ``round-slug.forum.example.org``.
    stamp
        When the calendar was made, with its zone; the caller hands it in, so that the same state gives the
        same bytes.

    Raises
    ------
    InputError
        When the stamp has no zone, or two entries have one key.
    comity.errors.MissingExtraError
        When the library of the extra ``forum`` is not installed.
    """
    try:
        import icalendar  # noqa: PLC0415
    except ImportError as error:  # pragma: no cover
        raise MissingExtraError("icalendar", extra="forum") from error  # noqa: EM101
    if stamp.tzinfo is None:
        msg = "a stamp without a zone"
        raise InputError(msg, key="stamp", accepted="a moment with its zone")
    calendar = icalendar.Calendar()
    for key, value in (
        ("prodid", _PRODUCT), ("version", "2.0"), ("calscale", "GREGORIAN"), ("x-wr-calname", name),
        ("x-wr-timezone", "UTC"),
    ):  # fmt: skip
        calendar.add(key, value)
    seen: set[str] = set()
    for entry in entries:
        if entry.key in seen:
            msg = f"two entries have the key '{entry.key}'"
            raise InputError(msg, key="entries", accepted="different keys")
        seen.add(entry.key)
        event = icalendar.Event()
        for key, value in _properties(entry, domain, stamp):
            event.add(key, value)
        calendar.add_component(event)
    return bytes(calendar.to_ical(sorted=True))


def _properties(entry: Entry, domain: str, stamp: datetime) -> Iterator[tuple[str, Any]]:
    yield "uid", f"{entry.key}@{domain}"
    yield "dtstamp", _utc(stamp)
    yield "dtstart", _utc(entry.starts)
    if entry.ends is not None or not isinstance(entry.starts, datetime):
        last = entry.starts if entry.ends is None else entry.ends
        yield "dtend", _utc(last) if isinstance(last, datetime) else last + timedelta(days=1)
    yield "summary", entry.title
    yield "status", entry.state
    yield "sequence", entry.sequence
    yield (
        "transp",
        "OPAQUE" if isinstance(entry.starts, datetime) and entry.ends is not None else "TRANSPARENT",
    )
    for key, value in (("description", entry.words), ("location", entry.place)):
        if value:
            yield key, value
    if entry.kind:
        yield "categories", [entry.kind]
    if entry.changed is not None:
        yield "last-modified", _utc(entry.changed)


def _utc(moment: date | datetime) -> date | datetime:
    return moment.astimezone(UTC).replace(microsecond=0) if isinstance(moment, datetime) else moment


def read_calendar(raw: bytes) -> tuple[Entry, ...]:
    """Read what :func:`write_calendar` wrote; the key is the identifier before its last ``@``.

    Raises
    ------
    InputError
        When it is no calendar, or an entry lacks what every entry has.
    """
    import icalendar  # noqa: PLC0415

    try:
        events = list(icalendar.Calendar.from_ical(raw).walk("VEVENT"))
        return tuple(map(_read, events))
    except (ValueError, KeyError, AttributeError, IndexError) as error:
        msg = f"this is no calendar: {str(error)[:120]}"
        raise InputError(msg, accepted="iCalendar (RFC 5545)") from None


def _read(event: Any) -> Entry:  # noqa: ANN401
    starts = event["dtstart"].dt
    ends = event["dtend"].dt if "dtend" in event else None
    if ends is not None and not isinstance(starts, datetime):
        ends = ends - timedelta(days=1)
        ends = None if ends == starts else ends
    categories = event.get("categories")
    return Entry(
        key=str(event["uid"]).rpartition("@")[0], title=str(event["summary"]), starts=starts, ends=ends,
        words=str(event.get("description", "")), place=str(event.get("location", "")),
        kind=str(categories.cats[0]) if categories is not None else "", state=str(event["status"]),
        sequence=int(event.get("sequence", 0)),
        changed=event["last-modified"].dt if "last-modified" in event else None,
    )  # fmt: skip
