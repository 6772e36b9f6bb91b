"""The parts of a round's state about follow-up, meetings and civil society. History is only added to.

Who may import me: this room; others import these names from :mod:`comity.protocol.conference`.
Start at :class:`Commitment`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from comity.protocol.conference.moves import Seat

__all__ = [
    "Commitment",
    "CommitmentVersion",
    "Dispute",
    "Meeting",
    "Point",
    "Remark",
    "Report",
    "Response",
    "Submission",
]


@dataclass(frozen=True, slots=True)
class CommitmentVersion:
    """Due day and agency as they stood from one move to the next."""

    due: date
    agency: str
    reason: str
    at: datetime
    move: int


@dataclass(frozen=True, slots=True)
class Report:
    """Evidence that was reported, and what was found of it; ``accepted`` is None while it waits."""

    words: str
    done: bool
    value: float | None
    source: str
    seat: Seat
    at: datetime
    move: int
    accepted: bool | None = None
    finding: str = ""
    found_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """Who does what by when; ``payer`` releases ``tranche``, an amount of ``unit``, on the milestone."""

    key: str
    delegation: str
    title: str
    indicator: str
    milestone: str
    provision: str | None
    paragraph: str | None
    target: float | None
    tranche: float | None
    unit: str | None
    payer: str | None
    versions: tuple[CommitmentVersion, ...]
    reports: tuple[Report, ...] = ()
    released_at: datetime | None = None
    released_by: Seat | None = None

    @property
    def due(self) -> date:
        """The due day that stands."""
        return self.versions[-1].due

    @property
    def agency(self) -> str:
        """The agency that owns it now."""
        return self.versions[-1].agency

    @property
    def done_on(self) -> date | None:
        """The day of the first report of a reached milestone that was accepted; None if there is none.

        It is the day of the report, not of the finding: a committee that meets late makes nobody late.
        """
        days = [report.at.date() for report in self.reports if report.done and report.accepted]
        return min(days, default=None)

    @property
    def waiting(self) -> tuple[int, ...]:
        """Numbers (from 1) of reports on which nothing has been found yet."""
        return tuple(n for n, report in enumerate(self.reports, start=1) if report.accepted is None)


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two readings of what was agreed."""

    key: str
    delegation: str
    words: str
    commitment: str | None
    paragraph: str | None
    at: datetime
    move: int
    closing: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting, its agenda, who asks to be heard, and what was concluded."""

    key: str
    title: str
    kind: str
    starts: datetime
    ends: datetime | None
    place: str
    paragraphs: tuple[str, ...]
    move: int
    items: tuple[Remark, ...] = ()
    speakers: tuple[Remark, ...] = ()
    record: str = ""
    recorded_at: datetime | None = None
    cancelled: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Words of one seat: a comment, an item of an agenda, a request to be heard."""

    seat: Seat
    words: str
    at: datetime
    move: int
    paragraph: str | None = None
    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A point of order and its ruling."""

    key: str
    seat: Seat
    words: str
    at: datetime
    move: int
    ruling: str = ""
    ruled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What became of a submission, and why."""

    outcome: str
    words: str
    seat: Seat
    at: datetime
    move: int


@dataclass(frozen=True, slots=True)
class Submission:
    """Written words of civil society; ``hidden`` ones are kept and not shown in public."""

    key: str
    seat: Seat
    title: str
    words: str
    paragraphs: tuple[str, ...]
    at: datetime
    move: int
    responses: tuple[Response, ...] = ()
    hidden: bool = False
    reason: str = ""
