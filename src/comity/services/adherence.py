"""What became of a schedule of commitments, at a day that is handed in (§9, E74).

Only what had happened by that day counts, so that the same journal gives the same answer for a day in the
past whenever it is asked. A day that was moved stays visible: the first due day is kept beside the one that
stands.

Who may import me: services and doors. Start at :func:`check_adherence`.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from comity.evidence import Parameters
from comity.reports.canonical import render_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.protocol.conference import Charter, Commitment, Conference, Report
    from comity.reports.document import Document

__all__ = ["Adherence", "Standing", "State", "check_adherence", "next_look", "safe_cell"]

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class State(StrEnum):
    """Where a commitment stands; finer than the protocol's ``Standing``, and in step with it.

    ``REPORTED``: its owner says that it is done, and no finding was made. ``NO_EVIDENCE``: its day has passed
    and nothing at all was reported; ``LATE``: something was.
    """

    DONE = "done"
    DONE_LATE = "done late"
    REPORTED = "reported"
    LATE = "late"
    NO_EVIDENCE = "no evidence"
    DUE = "due"
    NOT_YET_DUE = "not yet due"


@dataclass(frozen=True, slots=True)
class Standing:
    """One commitment as it stood on a day.

    Attributes
    ----------
    first_due, due
        The due day that was registered, and the one that stood on that day.
    moved
        How often the due day had been changed.
    done_on
        Day of the first report of a reached milestone that had been accepted by then.
    reported, waiting, refused
        Number of reports by then, of those without a finding, and of those that were not accepted.
    value
        The latest reported value of the indicator whose report was accepted; None if there is none.
    """

    commitment: Commitment
    agency: str
    first_due: date
    due: date
    moved: int
    state: State
    done_on: date | None
    reported: int
    waiting: int
    refused: int
    value: float | None
    released_on: date | None

    @property
    def days(self) -> int | None:
        """Days from the due day to the day it was done; below zero if early, None if it is not done."""
        return None if self.done_on is None else (self.done_on - self.due).days

    @property
    def may_release(self) -> bool:
        """A tranche hangs on it, its milestone is evidenced, and it was not released by then."""
        return self.commitment.tranche is not None and self.done_on is not None and self.released_on is None

    def to_dict(self) -> dict[str, Any]:
        """Plain data; days as ISO dates, missing values as None."""
        one = self.commitment
        return {
            "key": one.key,
            "title": one.title,
            "delegation": one.delegation,
            "agency": self.agency,
            "indicator": one.indicator,
            "milestone": one.milestone,
            "provision": one.provision,
            "paragraph": one.paragraph,
            "target": one.target,
            "value": self.value,
            "first_due": self.first_due.isoformat(),
            "due": self.due.isoformat(),
            "due_day_moved": self.moved,
            "state": self.state.value,
            "done_on": None if self.done_on is None else self.done_on.isoformat(),
            "reports": self.reported,
            "reports_waiting": self.waiting,
            "reports_not_accepted": self.refused,
            "tranche": one.tranche,
            "unit": one.unit,
            "payer": one.payer,
            "released_on": None if self.released_on is None else self.released_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Adherence:
    """A whole schedule on a day, in the order of due days."""

    title: str
    at: date
    soon: date
    standings: tuple[Standing, ...]
    names: Mapping[str, str]

    def count(self, state: State) -> int:
        """How many commitments stand so."""
        return sum(one.state is state for one in self.standings)

    def by_owner(self) -> tuple[tuple[str, str, dict[State, int]], ...]:
        """Count by delegation and agency, in alphabetical order: nobody is ranked."""
        counts: dict[tuple[str, str], Counter[State]] = {}
        for one in self.standings:
            counts.setdefault((one.commitment.delegation, one.agency), Counter())[one.state] += 1
        order = sorted(counts, key=lambda owner: (self.name(owner[0]), owner[0], owner[1]))
        return tuple((*owner, {state: counts[owner][state] for state in State}) for owner in order)

    def name(self, code: str) -> str:
        """Name a delegation, or give its code where no name is known."""
        return self.names.get(code, code)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "title": self.title,
            "at": self.at.isoformat(),
            "due_until": self.soon.isoformat(),
            "counts": {state.value: self.count(state) for state in State},
            "by_owner": [
                {"delegation": code, "agency": agency} | {state.value: n for state, n in counts.items()}
                for code, agency, counts in self.by_owner()
            ],
            "commitments": [one.to_dict() for one in self.standings],
        }

    def to_json(self) -> str:
        """One JSON object."""
        return render_json(self.to_dict())

    def to_csv(self) -> str:
        """One line for each commitment; cells that a spreadsheet would take for a formula are quoted."""
        out = io.StringIO()
        fields = list(_FIELDS)
        writer = csv.DictWriter(out, fields, lineterminator="\r\n")
        writer.writeheader()
        for one in self.standings:
            writer.writerow({key: safe_cell(value) for key, value in one.to_dict().items()})
        return out.getvalue()

    def document(self) -> Document:
        """Readable form."""
        from comity.services.adherence_document import write_adherence  # noqa: PLC0415

        return write_adherence(self)


_FIELDS: Final = (
    "key", "title", "delegation", "agency", "indicator", "milestone", "provision", "paragraph", "target",
    "value", "first_due", "due", "due_day_moved", "state", "done_on", "reports", "reports_waiting",
    "reports_not_accepted", "tranche", "unit", "payer", "released_on",
)  # fmt: skip


def safe_cell(value: object) -> object:
    """Return a cell that no spreadsheet runs: a quote before words that begin like a formula.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell(-2.0), safe_cell(None)
    ("'=1+1", -2.0, '')
    """
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def next_look(state: Conference, at: date) -> date:
    """Return the day to which a committee looks ahead: its next meeting, else some days from now.

    The days are the parameter ``forum.continuity.notice_days``.
    """
    coming = [
        meeting.starts.date()
        for meeting in state.meetings.values()
        if meeting.kind in {"joint committee", "review"}
        and not meeting.cancelled
        and meeting.starts.date() >= at
    ]
    if coming:
        return min(coming)
    return at + timedelta(days=Parameters.load().value("forum.continuity.notice_days"))


def check_adherence(
    charter: Charter,
    state: Conference,
    *,
    at: date,
    soon: date | None = None,
    names: Mapping[str, str] | None = None,
) -> Adherence:
    """Say of every commitment where it stood at the end of a day.

    Parameters
    ----------
    charter, state
        The round.
    at
        The day. What was registered, changed, reported or found later does not count.
    soon
        A commitment that is due on this day or before counts as due; None: :func:`next_look`.
    names
        Names of delegations by code.
    """
    until = next_look(state, at) if soon is None else soon
    known = [_stand(one, at, until) for one in state.commitments.values() if one.versions[0].at.date() <= at]
    known.sort(key=lambda one: (one.due, one.commitment.delegation, one.commitment.key))
    return Adherence(charter.title, at, until, tuple(known), dict(names or {}))


def _stand(commitment: Commitment, at: date, soon: date) -> Standing:
    versions = [version for version in commitment.versions if version.at.date() <= at]
    reports = [report for report in commitment.reports if report.at.date() <= at]
    accepted = [report for report in reports if report.accepted and _found_by(report, at)]
    refused = sum(report.accepted is False and _found_by(report, at) for report in reports)
    done_on = min((report.at.date() for report in accepted if report.done), default=None)
    due = versions[-1].due
    if done_on is not None:
        state = State.DONE if done_on <= due else State.DONE_LATE
    elif any(report.done and not _found_by(report, at) for report in reports):
        state = State.REPORTED
    elif due < at:
        state = State.LATE if reports else State.NO_EVIDENCE
    else:
        state = State.DUE if due <= soon else State.NOT_YET_DUE
    values = [report.value for report in accepted if report.value is not None]
    released = commitment.released_at.date() if commitment.released_at else None
    return Standing(
        commitment=commitment,
        agency=versions[-1].agency,
        first_due=versions[0].due,
        due=due,
        moved=sum(a.due != b.due for a, b in pairwise(versions)),
        state=state,
        done_on=done_on,
        reported=len(reports),
        waiting=len(reports) - len(accepted) - refused,
        refused=refused,
        value=values[-1] if values else None,
        released_on=released if released is not None and released <= at else None,
    )


def _found_by(report: Report, at: date) -> bool:
    return report.found_at is not None and report.found_at.date() <= at
