"""Who may sit in a round, and everything that may be done there: moves, reads, and writes beside them.

Who may import me: this room. Start at :class:`Role` and :class:`Act`; who may do what is in
:mod:`comity.protocol.conference.rights`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["DELEGATION_ROLES", "DOOR_ACTS", "MOVES", "PEOPLE", "READS", "Act", "Role", "is_move"]


class Role(StrEnum):
    """What a person is in a round. ``CLOCK`` is nobody: what time itself brings about."""

    SECRETARIAT = "secretariat"
    FACILITATOR = "facilitator"
    HEAD = "head of delegation"
    DELEGATE = "delegate"
    MINISTRY_OBSERVER = "ministry observer"
    CIVIL_SOCIETY = "civil society"
    PUBLIC = "public"
    CLOCK = "clock"


PEOPLE: Final = tuple(role for role in Role if role is not Role.CLOCK)
"""The roles that a person may have."""

DELEGATION_ROLES: Final = frozenset({Role.HEAD, Role.DELEGATE, Role.MINISTRY_OBSERVER})
"""Roles that belong to one delegation; all others belong to none."""


class Act(StrEnum):
    """Everything that may be done in a round. The value is the plain name that pages and refusals use."""

    # moves first: the course of the round
    CHANGE_PHASE = "change phase"
    START_SILENCE = "start silence"
    OBJECT = "break silence"
    PASS_SILENCE = "let silence pass"  # noqa: S105
    ANSWER_ADOPTION = "answer on adoption"
    DECLARE_ADOPTED = "declare adopted"
    SIGN = "sign"
    # then: the text
    ADD_ARTICLE = "add article"
    RETITLE_ARTICLE = "retitle article"
    ADD_PARAGRAPH = "add paragraph"
    PROPOSE_PARAGRAPH = "propose paragraph"
    PROPOSE_WORDING = "propose wording"
    SUPPORT_WORDING = "support wording"
    WITHDRAW_WORDING = "withdraw wording"
    SETTLE_PARAGRAPH = "settle paragraph"
    LOCK_PARAGRAPH = "lock paragraph"
    REOPEN_PARAGRAPH = "reopen paragraph"
    CUT_REVISION = "cut revision"
    # proposals, and packages that are accepted or not
    TABLE_PROPOSAL = "table proposal"
    AMEND_PROPOSAL = "amend proposal"
    WITHDRAW_PROPOSAL = "withdraw proposal"
    ANSWER_PROPOSAL = "answer proposal"
    OPEN_ACCEPTANCE = "open secret acceptance"
    ANSWER_IN_SECRET = "answer in secret"  # noqa: S105
    CLOSE_ACCEPTANCE = "close acceptance"
    OUTCOME = "say outcome"
    # then: what follows signature
    REGISTER_COMMITMENT = "register commitment"
    AMEND_COMMITMENT = "amend commitment"
    REPORT_EVIDENCE = "report evidence"
    ACCEPT_EVIDENCE = "judge evidence"
    RELEASE_TRANCHE = "release tranche"
    RAISE_DISPUTE = "raise dispute"
    CLOSE_DISPUTE = "close dispute"
    # then: meetings, comments and civil society
    SCHEDULE = "schedule meeting"
    CANCEL_MEETING = "cancel meeting"
    ADD_AGENDA_ITEM = "add agenda item"
    RECORD_MEETING = "record meeting"
    ASK_TO_BE_HEARD = "ask to be heard"
    COMMENT = "comment"
    POINT_OF_ORDER = "point of order"
    RULE_ON_POINT = "rule on point of order"
    SUBMIT = "submit"
    ANSWER_SUBMISSION = "answer submission"
    MODERATE = "moderate"
    # writes that are no moves: the forum keeps them outside the journal
    SET_CHARTER = "set charter"
    SEAT_MEMBERS = "seat members"
    SAVE_PRIVATE_SHEET = "save own private sheet"
    PREVIEW_PACKAGE = "preview package on own ledger"
    ASK_ZONE = "ask for packages in the zone"
    # reads
    READ_PUBLIC_PAGE = "read public page"
    READ_TEXT = "read text"
    READ_ATTRIBUTION = "read who proposes what"
    READ_PROPOSALS = "read proposals"
    READ_ACCEPTANCES = "read acceptances"
    READ_COMMENTS = "read comments"
    READ_COMMITMENTS = "read commitments"
    READ_SUBMISSIONS = "read submissions"
    READ_CALENDAR = "read calendar"
    READ_MEMBERS = "read members"
    READ_LOG = "read log"
    READ_PRIVATE_SHEET = "read own private sheet"
    READ_OTHER_SHEET = "read another's private sheet"
    EXPORT_TEXT = "export text"
    EXPORT_LOG = "export log"


READS: Final = frozenset(act for act in Act if act.name.startswith(("READ_", "EXPORT_")))
"""Rights to read; they leave no trace in the journal."""

DOOR_ACTS: Final = frozenset(
    {Act.SET_CHARTER, Act.SEAT_MEMBERS, Act.SAVE_PRIVATE_SHEET, Act.PREVIEW_PACKAGE, Act.ASK_ZONE}
)
"""Writes and questions that the forum keeps outside the journal, with an audit entry."""

MOVES: Final = tuple(act for act in Act if act not in READS and act not in DOOR_ACTS)
"""Acts that are moves of the journal and have a payload."""


def is_move(act: Act) -> bool:
    """Tell whether an act is a move of the journal.

    Examples
    --------
    >>> is_move(Act.OBJECT), is_move(Act.READ_TEXT), is_move(Act.SAVE_PRIVATE_SHEET)
    (True, False, False)
    """
    return act not in READS and act not in DOOR_ACTS
