"""A round as a pure fold of its moves: phases, rights, silence, packages, commitments, submissions (§9).

The forum stores moves and shows pages; what a move does, and who may make it when, is said here. Nothing here
reads a clock, keeps a file or knows a private value.

Who may import me: services and doors. I import floor 1 and :mod:`comity.protocol.text` only.

Where to start: :class:`Charter`, :class:`Move` and :func:`apply`; then :func:`allows` and :func:`matrix`.
"""

from __future__ import annotations

from comity.protocol.conference.acts import (
    DELEGATION_ROLES,
    DOOR_ACTS,
    MOVES,
    PEOPLE,
    READS,
    Act,
    Role,
    is_move,
)
from comity.protocol.conference.charter import ADOPTION_RULES, Charter
from comity.protocol.conference.course_moves import adoption_so_far, due
from comity.protocol.conference.fields import CLOCK_MARK, Terms
from comity.protocol.conference.fold import apply, replay
from comity.protocol.conference.follow_up import (
    AGENDA,
    Adherence,
    AgendaItem,
    Review,
    Standing,
    adherence,
    list_reviews,
    make_agenda,
    standing,
)
from comity.protocol.conference.journal import (
    read_journal,
    seal_charter,
    seal_move,
    verify,
    verify_rows,
    write_journal,
)
from comity.protocol.conference.moves import CLOCK, TERMS, Move, Seat
from comity.protocol.conference.package_moves import outcome
from comity.protocol.conference.parts import (
    Acceptance,
    Adoption,
    AdoptionAnswer,
    Notice,
    Objection,
    PhaseStart,
    Proposal,
    ProposalAnswer,
    ProposalVersion,
    Revision,
    Signature,
    Silence,
)
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
from comity.protocol.conference.phases import STEPS, Phase, may_follow
from comity.protocol.conference.reading import (
    TEMPLATES,
    ArticleCount,
    Entry,
    count_articles,
    describe,
    describe_public,
    list_messages,
    list_positions,
    make_timeline,
    name_seat,
    readable_text,
    remove_names,
    silence_left,
)
from comity.protocol.conference.rights import RIGHTS, allows, matrix, refusal, why_not
from comity.protocol.conference.state import Conference, begin
from comity.protocol.conference.words import Several, Words

__all__ = [
    "ADOPTION_RULES",
    "AGENDA",
    "CLOCK",
    "CLOCK_MARK",
    "DELEGATION_ROLES",
    "DOOR_ACTS",
    "MOVES",
    "PEOPLE",
    "READS",
    "RIGHTS",
    "STEPS",
    "TEMPLATES",
    "TERMS",
    "Acceptance",
    "Act",
    "Adherence",
    "Adoption",
    "AdoptionAnswer",
    "AgendaItem",
    "ArticleCount",
    "Charter",
    "Commitment",
    "CommitmentVersion",
    "Conference",
    "Dispute",
    "Entry",
    "Meeting",
    "Move",
    "Notice",
    "Objection",
    "Phase",
    "PhaseStart",
    "Point",
    "Proposal",
    "ProposalAnswer",
    "ProposalVersion",
    "Remark",
    "Report",
    "Response",
    "Review",
    "Revision",
    "Role",
    "Seat",
    "Several",
    "Signature",
    "Silence",
    "Standing",
    "Submission",
    "Terms",
    "Words",
    "adherence",
    "adoption_so_far",
    "allows",
    "apply",
    "begin",
    "count_articles",
    "describe",
    "describe_public",
    "due",
    "is_move",
    "list_messages",
    "list_positions",
    "list_reviews",
    "make_agenda",
    "make_timeline",
    "matrix",
    "may_follow",
    "name_seat",
    "outcome",
    "read_journal",
    "readable_text",
    "refusal",
    "remove_names",
    "replay",
    "seal_charter",
    "seal_move",
    "silence_left",
    "standing",
    "verify",
    "verify_rows",
    "why_not",
    "write_journal",
]
