"""Who may do what, and when: one table of roles, phases and acts (§9).

The table says what a role may do in a phase. What else a move needs (that the proposal is one's own, that
silence is still running) is checked where moves are applied. ``docs/forum-protocol.md`` shows the whole
table.

Who may import me: this room; the forum asks :func:`allows` through :mod:`comity.protocol.conference`.
Start at :data:`RIGHTS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.errors import say
from comity.protocol.conference.acts import Act, Role
from comity.protocol.conference.phases import Phase
from comity.protocol.conference.words import Several, Words, own

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REFUSALS", "RIGHTS", "allows", "matrix", "refusal", "why_not"]

# groups of roles
_PEN = (Role.SECRETARIAT, Role.FACILITATOR)
_SECRETARIAT = (Role.SECRETARIAT,)
_FACILITATOR = (Role.FACILITATOR,)
_HEAD = (Role.HEAD,)
_DELEGATES = (Role.HEAD, Role.DELEGATE)
_COUNTRY = (Role.HEAD, Role.DELEGATE, Role.MINISTRY_OBSERVER)
_TABLE = (*_PEN, *_DELEGATES)
_ROOM = (*_PEN, *_COUNTRY)
_SOCIETY = (Role.CIVIL_SOCIETY,)
_INVITED = (*_ROOM, *_SOCIETY)
_EVERYONE = (*_INVITED, Role.PUBLIC)
_CLOCK = (Role.CLOCK,)

# groups of phases
_CON, _ZERO, _REV, _SIL, _ADO, _SIG, _FOL, _END = Phase
_ALL = tuple(Phase)
_OPEN = _ALL[:-1]
_DRAFTING = (_ZERO, _REV)
_TALKS = (_CON, _ZERO, _REV)
_FROM_DRAFT = _ALL[1:]
_FINISHED = (_SIG, _FOL, _END)
_BINDING = (_ADO, _SIG, _FOL)

RIGHTS: Final[Mapping[Act, Mapping[tuple[Role, ...], tuple[Phase, ...]]]] = {
    # the course of the round
    Act.CHANGE_PHASE: {_PEN: _OPEN},
    Act.START_SILENCE: {_PEN: (_REV,)},
    Act.OBJECT: {_HEAD: (_SIL,)},
    Act.PASS_SILENCE: {_CLOCK: (_SIL,)},
    Act.ANSWER_ADOPTION: {_HEAD: (_ADO,)},
    Act.DECLARE_ADOPTED: {_PEN: (_ADO,)},
    Act.SIGN: {_HEAD: (_SIG, _FOL)},  # a state may sign after entry into force
    # the text
    Act.ADD_ARTICLE: {_PEN: _DRAFTING},
    Act.RETITLE_ARTICLE: {_PEN: _DRAFTING},
    Act.ADD_PARAGRAPH: {_PEN: _DRAFTING},
    Act.PROPOSE_PARAGRAPH: {_DELEGATES: (_REV,)},
    Act.PROPOSE_WORDING: {_DELEGATES: (_REV,)},
    Act.SUPPORT_WORDING: {_DELEGATES: (_REV,)},
    Act.WITHDRAW_WORDING: {_DELEGATES: (_REV,)},
    Act.SETTLE_PARAGRAPH: {_FACILITATOR: (_REV,)},
    Act.LOCK_PARAGRAPH: {_FACILITATOR: (_REV,)},
    Act.REOPEN_PARAGRAPH: {_FACILITATOR: (_REV,)},
    Act.CUT_REVISION: {_PEN: _DRAFTING},
    # proposals and packages
    # in follow-up: the facilitator tables what improves on the agreed package for all
    Act.TABLE_PROPOSAL: {_DELEGATES: _TALKS, _FACILITATOR: (*_TALKS, _FOL)},
    Act.AMEND_PROPOSAL: {_DELEGATES: _TALKS, _FACILITATOR: (*_TALKS, _FOL)},
    Act.WITHDRAW_PROPOSAL: {_DELEGATES: _TALKS, _FACILITATOR: (*_TALKS, _FOL)},
    Act.ANSWER_PROPOSAL: {_DELEGATES: _TALKS},
    Act.OPEN_ACCEPTANCE: {_PEN: (_REV, _FOL)},  # in follow-up: an improvement of what was agreed
    Act.ANSWER_IN_SECRET: {_HEAD: (_REV, _FOL)},
    Act.CLOSE_ACCEPTANCE: {_PEN: (_REV, _FOL)},
    Act.OUTCOME: {_CLOCK: (_REV, _FOL)},
    # follow-up
    Act.REGISTER_COMMITMENT: {_HEAD: _BINDING, _SECRETARIAT: _BINDING},
    Act.AMEND_COMMITMENT: {_HEAD: _BINDING, _SECRETARIAT: _BINDING},
    Act.REPORT_EVIDENCE: {_COUNTRY: (_FOL,), _SECRETARIAT: (_FOL,)},
    Act.ACCEPT_EVIDENCE: {_PEN: (_FOL,)},
    Act.RELEASE_TRANCHE: {_HEAD: (_FOL,), _SECRETARIAT: (_FOL,)},
    Act.RAISE_DISPUTE: {_HEAD: (_FOL,)},
    Act.CLOSE_DISPUTE: {_HEAD: (_FOL,), _PEN: (_FOL,)},
    # meetings, words, civil society
    Act.SCHEDULE: {_PEN: _OPEN},
    Act.CANCEL_MEETING: {_PEN: _OPEN},
    Act.ADD_AGENDA_ITEM: {_PEN: _OPEN, _HEAD: _OPEN},
    Act.RECORD_MEETING: {_PEN: _OPEN},
    Act.ASK_TO_BE_HEARD: {_SOCIETY: (*_TALKS, _FOL)},
    Act.COMMENT: {_TABLE: _OPEN, (Role.MINISTRY_OBSERVER,): _OPEN},
    Act.POINT_OF_ORDER: {_DELEGATES: _OPEN},
    Act.RULE_ON_POINT: {_FACILITATOR: _OPEN},
    Act.SUBMIT: {_SOCIETY: (*_TALKS, _FOL)},
    Act.ANSWER_SUBMISSION: {_PEN: _OPEN},
    Act.MODERATE: {_SECRETARIAT: _ALL},
    # writes outside the journal
    Act.SET_CHARTER: {_SECRETARIAT: (_CON,)},
    Act.SEAT_MEMBERS: {_SECRETARIAT: _ALL},
    Act.SAVE_PRIVATE_SHEET: {_DELEGATES: _OPEN},
    Act.PREVIEW_PACKAGE: {_DELEGATES: _OPEN},
    Act.ASK_ZONE: {_FACILITATOR: (*_TALKS, _FOL)},
    # reads
    Act.READ_PUBLIC_PAGE: {_EVERYONE: _ALL},
    Act.READ_TEXT: {_ROOM: _ALL, _SOCIETY: _FROM_DRAFT, (Role.PUBLIC,): _FINISHED},
    Act.READ_ATTRIBUTION: {_ROOM: _ALL},
    Act.READ_PROPOSALS: {_ROOM: _ALL},
    Act.READ_ACCEPTANCES: {_ROOM: _ALL},
    Act.READ_COMMENTS: {_ROOM: _ALL},
    Act.READ_COMMITMENTS: {_ROOM: _ALL, _SOCIETY: _FINISHED, (Role.PUBLIC,): _FINISHED},
    Act.READ_SUBMISSIONS: {_EVERYONE: _ALL},
    Act.READ_CALENDAR: {_INVITED: _ALL},
    Act.READ_MEMBERS: {_ROOM: _ALL},
    Act.READ_LOG: {_ROOM: _ALL},
    Act.READ_PRIVATE_SHEET: {_DELEGATES: _ALL},
    Act.READ_OTHER_SHEET: {},  # nobody, ever
    Act.EXPORT_TEXT: {_ROOM: _ALL, _SOCIETY: _FROM_DRAFT, (Role.PUBLIC,): _FINISHED},
    Act.EXPORT_LOG: {_ROOM: _ALL},
}
"""For every act: which roles may do it, and in which phases."""

REFUSALS: Final = (
    "'%(act)s' is not for the phase '%(phase)s'; the role '%(role)s' may do it in: %(phases)s.",
    "The role '%(role)s' may not '%(act)s'; this is for: %(roles)s.",
    "Nobody may '%(act)s', at any time.",
)
"""The sentences of :func:`refusal`."""

_ALLOWED: Final = frozenset(
    (role, phase, act)
    for act, rules in RIGHTS.items()
    for roles, phases in rules.items()
    for role in roles
    for phase in phases
)


def allows(role: Role, phase: Phase, act: Act) -> bool:
    """Tell whether a role may do something in a phase.

    Examples
    --------
    >>> allows(Role.HEAD, Phase.SILENCE, Act.OBJECT), allows(Role.DELEGATE, Phase.SILENCE, Act.OBJECT)
    (True, False)
    """
    return (role, phase, act) in _ALLOWED


def refusal(role: Role, phase: Phase, act: Act) -> Words | None:
    """Say why a role may not do something now, as words that can be translated; None where it may."""
    if allows(role, phase, act):
        return None
    when = [each for each in Phase if allows(role, each, act)]
    if when:
        return Words(
            REFUSALS[0],
            {"act": own(act), "phase": own(phase), "role": own(role), "phases": Several(map(own, when))},
        )
    who = [each for each in Role if any(allows(each, step, act) for step in Phase)]
    if not who:
        return Words(REFUSALS[2], {"act": own(act)})
    return Words(
        REFUSALS[1],
        {"role": own(role), "act": own(act), "roles": Several(map(own, who))},
    )


def why_not(role: Role, phase: Phase, act: Act) -> str:
    """Say in one sentence why a role may not do something now; an empty string where it may.

    Examples
    --------
    >>> why_not(Role.DELEGATE, Phase.SILENCE, Act.OBJECT)
    "The role 'delegate' may not 'break silence'; this is for: head of delegation."
    >>> why_not(Role.PUBLIC, Phase.CLOSED, Act.READ_OTHER_SHEET)
    "Nobody may 'read another's private sheet', at any time."
    """
    words = refusal(role, phase, act)
    return "" if words is None else say(words.template, **words.params)


def matrix() -> tuple[tuple[str, str, tuple[bool, ...]], ...]:
    """Return the whole table: a row for each act and role, with one answer for each phase in order.

    Examples
    --------
    >>> rows = matrix()
    >>> len(rows) == len(Act) * len(Role)
    True
    >>> next(row for row in rows if row[:2] == ("break silence", "head of delegation"))[2]
    (False, False, False, True, False, False, False, False)
    """
    return tuple(
        (act.value, role.value, tuple(allows(role, phase, act) for phase in Phase))
        for act in Act
        for role in Role
    )
