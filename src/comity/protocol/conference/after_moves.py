"""What moves do to commitments, meetings, comments and submissions. History is added to, never overwritten.

Who may import me: this room. Start at :data:`AFTER_MOVES`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from comity.errors import say
from comity.protocol import text as words
from comity.protocol.conference.acts import Act
from comity.protocol.conference.package_moves import check_delegations, find, new_key
from comity.protocol.conference.parts_after import (
    Commitment,
    CommitmentVersion,
    Dispute,
    Meeting,
    Point,
    Remark,
    Report,
    Response,
    Submission,
)
from comity.protocol.conference.state import put
from comity.protocol.conference.words import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comity.protocol.conference import terms_after as terms
    from comity.protocol.conference.charter import Charter
    from comity.protocol.conference.moves import Move
    from comity.protocol.conference.state import Conference

__all__ = ["AFTER_MOVES"]

Changes = dict[str, Any]


def _own(move: Move, delegation: str | None, what: str) -> None:
    """Refuse a delegation that acts for another; the secretariat and the facilitator act for all."""
    if move.seat.delegation is not None and move.seat.delegation != delegation:
        msg = say("this is for %(whom)s: %(what)s", whom=delegation or say("nobody"), what=what)
        raise refuse(msg, key="delegation", accepted=say("what is one's own"))


def _register(charter: Charter, state: Conference, move: Move, asked: terms.RegisterCommitment) -> Changes:
    new_key(state.commitments, asked.commitment, "commitment")
    check_delegations(charter, (asked.delegation, *((asked.payer,) if asked.payer else ())), "delegation")
    _own(move, asked.delegation, say("a delegation registers its own commitments"))
    if asked.provision is not None:
        charter.check_value(asked.provision, None)
    if asked.paragraph is not None:
        words.find_paragraph(state.text, asked.paragraph)
    parts = (asked.tranche, asked.unit, asked.payer)
    if any(part is not None for part in parts) and (None in parts or (asked.tranche or 0) <= 0):
        msg = say("a tranche is an amount above zero, with its unit and who pays it")
        raise refuse(msg, key="tranche", accepted=say("tranche, unit and payer together, or none of them"))
    first = CommitmentVersion(asked.due, asked.agency, "", move.at, state.moves + 1)
    commitment = Commitment(
        asked.commitment, asked.delegation, asked.title, asked.indicator, asked.milestone, asked.provision,
        asked.paragraph, asked.target, asked.tranche, asked.unit, asked.payer, (first,),
    )  # fmt: skip
    return {"commitments": put(state.commitments, commitment.key, commitment)}


def _amend(_: Charter, state: Conference, move: Move, asked: terms.AmendCommitment) -> Changes:
    commitment = find(state.commitments, asked.commitment, "commitment")
    _own(move, commitment.delegation, say("a delegation changes its own commitments"))
    if asked.due is not None and move.seat.delegation is not None:
        msg = say("a due day is moved by the joint committee, whose decision the secretariat enters")
        raise refuse(msg, key="due", accepted=say("another agency, or the day through the secretariat"))
    due, agency = asked.due or commitment.due, asked.agency or commitment.agency
    if (due, agency) == (commitment.due, commitment.agency):
        msg = say("the commitment says this already")
        raise refuse(msg, key="due", accepted=say("another day or another agency"))
    version = CommitmentVersion(due, agency, asked.reason, move.at, state.moves + 1)
    changed = replace(commitment, versions=(*commitment.versions, version))
    return {"commitments": put(state.commitments, commitment.key, changed)}


def _report(_: Charter, state: Conference, move: Move, asked: terms.ReportEvidence) -> Changes:
    commitment = find(state.commitments, asked.commitment, "commitment")
    _own(move, commitment.delegation, say("a delegation reports on its own commitments"))
    report = Report(asked.words, asked.done, asked.value, asked.source, move.seat, move.at, state.moves + 1)
    changed = replace(commitment, reports=(*commitment.reports, report))
    return {"commitments": put(state.commitments, commitment.key, changed)}


def _find_on(_: Charter, state: Conference, move: Move, asked: terms.AcceptEvidence) -> Changes:
    commitment = find(state.commitments, asked.commitment, "commitment")
    if asked.report > len(commitment.reports):
        msg = say("there is no report %(report)s on '%(key)s'", report=asked.report, key=commitment.key)
        raise refuse(msg, key="report", accepted=say("1 to %(reports)s", reports=len(commitment.reports)))
    report = commitment.reports[asked.report - 1]
    if report.accepted is not None:
        before = "accepted" if report.accepted else "not accepted"
        msg = say(
            "report %(report)s on '%(key)s' was %(before)s already",
            report=asked.report,
            key=commitment.key,
            before=before,
        )
        raise refuse(
            msg, key="report", accepted=say("one finding on each report; a new report gets a new finding")
        )
    found = replace(report, accepted=asked.accepted, finding=asked.words, found_at=move.at)
    reports = (*commitment.reports[: asked.report - 1], found, *commitment.reports[asked.report :])
    return {"commitments": put(state.commitments, commitment.key, replace(commitment, reports=reports))}


def _release(_: Charter, state: Conference, move: Move, asked: terms.ReleaseTranche) -> Changes:
    commitment = find(state.commitments, asked.commitment, "commitment")
    if commitment.tranche is None:
        msg = say("no tranche hangs on '%(key)s'", key=commitment.key)
        raise refuse(msg, key="commitment", accepted=say("a commitment with a tranche"))
    _own(move, commitment.payer, say("who pays a tranche releases it"))
    if commitment.released_at is not None:
        msg = say(
            "the tranche of '%(key)s' was released on %(released_at)s",
            key=commitment.key,
            released_at=f"{commitment.released_at:%Y-%m-%d}",
        )
        raise refuse(msg, key="commitment", accepted=say("one release of each tranche"))
    if commitment.done_on is None:
        msg = say("the milestone of '%(key)s' is not evidenced and accepted yet", key=commitment.key)
        raise refuse(
            msg,
            key="commitment",
            accepted=say("a report that says it is done, and a finding that accepts it"),
        )
    paid = replace(commitment, released_at=move.at, released_by=move.seat)
    return {"commitments": put(state.commitments, commitment.key, paid)}


def _raise_dispute(_: Charter, state: Conference, move: Move, asked: terms.RaiseDispute) -> Changes:
    new_key(state.disputes, asked.dispute, "dispute")
    if asked.commitment is not None:
        find(state.commitments, asked.commitment, "commitment")
    if asked.paragraph is not None:
        words.find_paragraph(state.text, asked.paragraph)
    dispute = Dispute(
        asked.dispute, move.seat.delegation or "", asked.words, asked.commitment, asked.paragraph, move.at,
        state.moves + 1,
    )  # fmt: skip
    return {"disputes": put(state.disputes, dispute.key, dispute)}


def _close_dispute(_: Charter, state: Conference, move: Move, asked: terms.CloseDispute) -> Changes:
    dispute = find(state.disputes, asked.dispute, "dispute")
    _own(move, dispute.delegation, say("who raised a dispute may close it"))
    if dispute.closed_at is not None:
        msg = say("dispute '%(key)s' is closed already", key=dispute.key)
        raise refuse(msg, key="dispute", accepted=say("an open dispute"))
    closed = replace(dispute, closing=asked.words, closed_at=move.at)
    return {"disputes": put(state.disputes, dispute.key, closed)}


def _schedule(_: Charter, state: Conference, __: Move, asked: terms.Schedule) -> Changes:
    new_key(state.meetings, asked.meeting, "meeting")
    if asked.ends is not None and asked.ends <= asked.starts:
        msg = say("a meeting ends after it starts")
        raise refuse(msg, key="ends", accepted=say("a later moment, or none"))
    for paragraph in asked.paragraphs:
        words.find_paragraph(state.text, paragraph)
    meeting = Meeting(
        asked.meeting, asked.title, asked.kind, asked.starts, asked.ends, asked.place, asked.paragraphs,
        state.moves + 1,
    )  # fmt: skip
    return {"meetings": put(state.meetings, meeting.key, meeting)}


def _coming(state: Conference, key: str) -> Meeting:
    meeting = find(state.meetings, key, "meeting")
    if meeting.cancelled or meeting.recorded_at is not None:
        msg = (
            say("meeting '%(key)s' was cancelled", key=key)
            if meeting.cancelled
            else say("meeting '%(key)s' has its record already", key=key)
        )
        raise refuse(msg, key="meeting", accepted=say("a meeting that is to come"))
    return meeting


def _cancel(_: Charter, state: Conference, __: Move, asked: terms.CancelMeeting) -> Changes:
    meeting = replace(_coming(state, asked.meeting), cancelled=asked.reason)
    return {"meetings": put(state.meetings, meeting.key, meeting)}


def _add_item(_: Charter, state: Conference, move: Move, asked: terms.AddAgendaItem) -> Changes:
    meeting = _coming(state, asked.meeting)
    item = Remark(move.seat, asked.words, move.at, state.moves + 1)
    return {"meetings": put(state.meetings, meeting.key, replace(meeting, items=(*meeting.items, item)))}


def _record(_: Charter, state: Conference, move: Move, asked: terms.RecordMeeting) -> Changes:
    meeting = _coming(state, asked.meeting)
    if move.at < meeting.starts:
        msg = say(
            "meeting '%(key)s' starts on %(starts)s UTC",
            key=meeting.key,
            starts=f"{meeting.starts:%Y-%m-%d %H:%M}",
        )
        raise refuse(msg, key="at", accepted=say("a record after the meeting began"))
    recorded = replace(meeting, record=asked.words, recorded_at=move.at)
    return {"meetings": put(state.meetings, meeting.key, recorded)}


def _named(move: Move) -> None:
    if not move.seat.name:
        msg = say("a body of civil society speaks under its name")
        raise refuse(msg, key="name", accepted=say("a seat with a public name"))


def _ask_to_be_heard(_: Charter, state: Conference, move: Move, asked: terms.AskToBeHeard) -> Changes:
    _named(move)
    meeting = _coming(state, asked.meeting)
    if meeting.kind != "hearing":
        msg = say("meeting '%(key)s' is no hearing", key=meeting.key)
        raise refuse(msg, key="meeting", accepted=say("a hearing"))
    if any(speaker.seat.name == move.seat.name for speaker in meeting.speakers):
        msg = say("%(name)s has asked already", name=move.seat.name)
        raise refuse(msg, key="meeting", accepted=say("one request of each body"))
    speaker = Remark(move.seat, asked.words, move.at, state.moves + 1)
    changed = replace(meeting, speakers=(*meeting.speakers, speaker))
    return {"meetings": put(state.meetings, meeting.key, changed)}


def _comment(_: Charter, state: Conference, move: Move, asked: terms.Comment) -> Changes:
    if asked.paragraph is not None:
        words.find_paragraph(state.text, asked.paragraph)
    if asked.proposal is not None:
        find(state.proposals, asked.proposal, "proposal")
    remark = Remark(move.seat, asked.words, move.at, state.moves + 1, asked.paragraph, asked.proposal)
    return {"comments": (*state.comments, remark)}


def _raise_point(_: Charter, state: Conference, move: Move, asked: terms.PointOfOrder) -> Changes:
    new_key(state.points, asked.point, "point of order")
    point = Point(asked.point, move.seat, asked.words, move.at, state.moves + 1)
    return {"points": put(state.points, point.key, point)}


def _rule(_: Charter, state: Conference, move: Move, asked: terms.RuleOnPoint) -> Changes:
    point = find(state.points, asked.point, "point of order")
    if point.ruled_at is not None:
        msg = say("point '%(key)s' was ruled on already", key=point.key)
        raise refuse(msg, key="point", accepted=say("a point without a ruling"))
    return {"points": put(state.points, point.key, replace(point, ruling=asked.words, ruled_at=move.at))}


def _submit(_: Charter, state: Conference, move: Move, asked: terms.Submit) -> Changes:
    _named(move)
    new_key(state.submissions, asked.submission, "submission")
    for paragraph in asked.paragraphs:
        words.find_paragraph(state.text, paragraph)
    submission = Submission(
        asked.submission, move.seat, asked.title, asked.words, asked.paragraphs, move.at, state.moves + 1
    )
    return {"submissions": put(state.submissions, submission.key, submission)}


def _respond(_: Charter, state: Conference, move: Move, asked: terms.AnswerSubmission) -> Changes:
    submission = find(state.submissions, asked.submission, "submission")
    response = Response(asked.outcome, asked.words, move.seat, move.at, state.moves + 1)
    answered = replace(submission, responses=(*submission.responses, response))
    return {"submissions": put(state.submissions, submission.key, answered)}


def _moderate(_: Charter, state: Conference, __: Move, asked: terms.Moderate) -> Changes:
    submission = find(state.submissions, asked.submission, "submission")
    if submission.hidden == asked.hidden:
        msg = (
            say("submission '%(key)s' is hidden already", key=submission.key)
            if asked.hidden
            else say("submission '%(key)s' is shown already", key=submission.key)
        )
        raise refuse(msg, key="hidden", accepted=say("the other"))
    moderated = replace(submission, hidden=asked.hidden, reason=asked.reason)
    return {"submissions": put(state.submissions, submission.key, moderated)}


AFTER_MOVES: Final[Mapping[Act, Callable[[Charter, Conference, Move, Any], Changes]]] = {
    Act.REGISTER_COMMITMENT: _register,
    Act.AMEND_COMMITMENT: _amend,
    Act.REPORT_EVIDENCE: _report,
    Act.ACCEPT_EVIDENCE: _find_on,
    Act.RELEASE_TRANCHE: _release,
    Act.RAISE_DISPUTE: _raise_dispute,
    Act.CLOSE_DISPUTE: _close_dispute,
    Act.SCHEDULE: _schedule,
    Act.CANCEL_MEETING: _cancel,
    Act.ADD_AGENDA_ITEM: _add_item,
    Act.RECORD_MEETING: _record,
    Act.ASK_TO_BE_HEARD: _ask_to_be_heard,
    Act.COMMENT: _comment,
    Act.POINT_OF_ORDER: _raise_point,
    Act.RULE_ON_POINT: _rule,
    Act.SUBMIT: _submit,
    Act.ANSWER_SUBMISSION: _respond,
    Act.MODERATE: _moderate,
}
"""For each act of follow-up, meetings and civil society: what changes in the state."""
