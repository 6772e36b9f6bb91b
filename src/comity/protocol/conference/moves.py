"""Moves: who did what, when, and with which payload. No move ever holds a private sheet or a part of one.

Who may import me: this room. Start at :class:`Move`; :data:`TERMS` names the payload of each act.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, Self

from comity.errors import InputError, say
from comity.protocol.conference import terms, terms_after
from comity.protocol.conference.acts import DELEGATION_ROLES, MOVES, Act, Role
from comity.protocol.conference.fields import CLOCK_MARK, Terms, line, plain_moment, read_key, read_moment
from comity.protocol.conference.words import own

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLOCK", "TERMS", "Move", "Seat"]

_ROLES: Final = frozenset(Role)

TERMS: Final[Mapping[Act, type[Terms]]] = {
    Act.CHANGE_PHASE: terms.ChangePhase,
    Act.START_SILENCE: terms.StartSilence,
    Act.OBJECT: terms.Object,
    Act.PASS_SILENCE: terms.PassSilence,
    Act.ANSWER_ADOPTION: terms.AnswerAdoption,
    Act.DECLARE_ADOPTED: terms.DeclareAdopted,
    Act.SIGN: terms.Sign,
    Act.ADD_ARTICLE: terms.AddArticle,
    Act.RETITLE_ARTICLE: terms.RetitleArticle,
    Act.ADD_PARAGRAPH: terms.AddParagraph,
    Act.PROPOSE_PARAGRAPH: terms.ProposeParagraph,
    Act.PROPOSE_WORDING: terms.ProposeWording,
    Act.SUPPORT_WORDING: terms.SupportWording,
    Act.WITHDRAW_WORDING: terms.WithdrawWording,
    Act.SETTLE_PARAGRAPH: terms.SettleParagraph,
    Act.LOCK_PARAGRAPH: terms.LockParagraph,
    Act.REOPEN_PARAGRAPH: terms.ReopenParagraph,
    Act.CUT_REVISION: terms.CutRevision,
    Act.TABLE_PROPOSAL: terms.TableProposal,
    Act.AMEND_PROPOSAL: terms.AmendProposal,
    Act.WITHDRAW_PROPOSAL: terms.WithdrawProposal,
    Act.ANSWER_PROPOSAL: terms.AnswerProposal,
    Act.OPEN_ACCEPTANCE: terms.OpenAcceptance,
    Act.ANSWER_IN_SECRET: terms.AnswerInSecret,
    Act.CLOSE_ACCEPTANCE: terms.CloseAcceptance,
    Act.OUTCOME: terms.Outcome,
    Act.REGISTER_COMMITMENT: terms_after.RegisterCommitment,
    Act.AMEND_COMMITMENT: terms_after.AmendCommitment,
    Act.REPORT_EVIDENCE: terms_after.ReportEvidence,
    Act.ACCEPT_EVIDENCE: terms_after.AcceptEvidence,
    Act.RELEASE_TRANCHE: terms_after.ReleaseTranche,
    Act.RAISE_DISPUTE: terms_after.RaiseDispute,
    Act.CLOSE_DISPUTE: terms_after.CloseDispute,
    Act.SCHEDULE: terms_after.Schedule,
    Act.CANCEL_MEETING: terms_after.CancelMeeting,
    Act.ADD_AGENDA_ITEM: terms_after.AddAgendaItem,
    Act.RECORD_MEETING: terms_after.RecordMeeting,
    Act.ASK_TO_BE_HEARD: terms_after.AskToBeHeard,
    Act.COMMENT: terms_after.Comment,
    Act.POINT_OF_ORDER: terms_after.PointOfOrder,
    Act.RULE_ON_POINT: terms_after.RuleOnPoint,
    Act.SUBMIT: terms_after.Submit,
    Act.ANSWER_SUBMISSION: terms_after.AnswerSubmission,
    Act.MODERATE: terms_after.Moderate,
}
"""The payload of each act that is a move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _PublicName(Terms):
    name: str = line(terms.TITLE, "", empty=True)


@dataclass(frozen=True, slots=True)
class Seat:
    """The seat of who acts.

    Parameters
    ----------
    role
        What the person is in the round.
    delegation
        Code of the delegation, for heads, delegates and ministry observers; None for all others.
    name
        Public name of the person or body; empty if none is to be shown.

    Raises
    ------
    comity.errors.InputError
        When role and delegation do not fit.

    Examples
    --------
    >>> Seat.read(Seat(Role.HEAD, "ALB").to_plain())
    Seat(role=<Role.HEAD: 'head of delegation'>, delegation='ALB', name='')
    """

    role: Role
    delegation: str | None = None
    name: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.role, Role):
            msg = say("unknown role %(role)s", role=repr(str(self.role)[:64]))
            raise InputError(msg, key="role", accepted=", ".join(Role))
        if (self.delegation is not None) != (self.role in DELEGATION_ROLES):
            msg = (
                say("the role '%(role)s' belongs to a delegation", role=own(self.role))
                if self.role in DELEGATION_ROLES
                else say("the role '%(role)s' does not belong to a delegation", role=own(self.role))
            )
            raise InputError(
                msg,
                key="delegation",
                accepted=say("a code such as ALB for head, delegate, ministry observer"),
            )
        if self.delegation is not None:
            read_key(self.delegation, "delegation")
        _PublicName.read({"name": self.name})

    def to_plain(self) -> dict[str, Any]:
        """Write as plain JSON values; what is empty is left out."""
        plain: dict[str, Any] = {"role": self.role.value}
        if self.delegation is not None:
            plain["delegation"] = self.delegation
        if self.name:
            plain["name"] = self.name
        return plain

    @staticmethod
    def read(plain: Mapping[str, Any]) -> Seat:
        """Read what :meth:`to_plain` wrote.

        Raises
        ------
        comity.errors.InputError
            When a key is unknown or not as accepted.
        """
        if not isinstance(plain, dict) or not {"role"} <= set(plain) <= {"role", "delegation", "name"}:
            msg = say("a seat has a role, perhaps a delegation, and perhaps a name")
            raise InputError(msg, key="seat", accepted=say("role, delegation, name"))
        role = plain["role"]
        if not isinstance(role, str) or role not in _ROLES:
            msg = say("unknown role %(role)s", role=repr(str(role)[:64]))
            raise InputError(msg, key="role", accepted=", ".join(Role))
        delegation, name = plain.get("delegation"), plain.get("name", "")
        if (delegation is None or isinstance(delegation, str)) and isinstance(name, str):
            return _seat(role, delegation, name)
        return Seat(Role(role), delegation, name)  # says what is wrong


@lru_cache(maxsize=4096)
def _seat(role: str, delegation: str | None, name: str) -> Seat:
    """Make a seat once: a journal names the same few hundred again and again."""
    return Seat(Role(role), delegation, name)


CLOCK: Final = Seat(Role.CLOCK, None, "")
"""Who speaks when time itself, or the last of all sealed answers, brings something about."""


@dataclass(frozen=True)
class Move:
    """One move of a round.

    Parameters
    ----------
    act
        An act that is a move (:data:`~comity.protocol.conference.acts.MOVES`).
    seat
        Who acts.
    at
        When, with a zone; kept in UTC. The door hands it in.
    payload
        Plain JSON values, as the act asks for (:data:`TERMS`). ``clock_went_back: true`` may stand beside
        them, where the door's clock was behind the last move and ``at`` is the time of that move.

    Raises
    ------
    comity.errors.InputError
        When the act is no move, ``at`` has no zone, or the payload is no object. The payload itself is
        checked when it is read: by :attr:`terms`, :meth:`read`, and when the move is applied.

    Examples
    --------
    >>> at = datetime(2030, 1, 31, tzinfo=UTC)
    >>> move = Move(Act.OBJECT, Seat(Role.HEAD, "ALB"), at, {"words": "Article 3."})
    >>> Move.read(move.to_plain()) == move
    True
    """

    act: Act
    seat: Seat
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.act not in TERMS:
            msg = say("'%(act)s' is no move", act=self.act)
            raise InputError(msg, key="act", accepted=", ".join(MOVES))
        if not isinstance(self.act, Act):
            object.__setattr__(self, "act", Act(self.act))
        if self.at.tzinfo is None:
            msg = say("a time without a zone")
            raise InputError(
                msg, key="at", accepted=say("a moment with its zone, such as 2030-01-31T12:00:00+00:00")
            )
        if not isinstance(self.payload, dict):
            msg = say("a payload is an object")
            raise InputError(msg, key="payload", accepted=say("an object with named keys"))
        if self.at.tzinfo is not UTC:
            object.__setattr__(self, "at", self.at.astimezone(UTC))

    @cached_property
    def terms(self) -> Terms:
        """The payload, read and checked.

        Raises
        ------
        comity.errors.InputError
            With the key that is wrong and what is accepted.
        """
        return TERMS[self.act].read(self.payload)

    @property
    def clock_went_back(self) -> bool:
        """The door's clock was behind the last move when this one was made."""
        return CLOCK_MARK in self.payload

    def to_plain(self) -> dict[str, Any]:
        """Write as plain JSON values."""
        return {
            "act": self.act.value,
            "seat": self.seat.to_plain(),
            "at": plain_moment(self.at),
            "payload": dict(self.payload),
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_plain` wrote, and check its payload.

        Raises
        ------
        comity.errors.InputError
            When a key is unknown, missing or not as accepted.
        """
        if not isinstance(plain, dict) or set(plain) != {"act", "seat", "at", "payload"}:
            msg = say("a move has an act, a seat, a time and a payload")
            raise InputError(msg, accepted=say("act, seat, at, payload"))
        act = plain["act"]
        if not isinstance(act, str) or act not in TERMS:
            msg = say("'%(act)s' is no move", act=str(act)[:64])
            raise InputError(msg, key="act", accepted=", ".join(MOVES))
        move = cls(Act(act), Seat.read(plain["seat"]), read_moment(plain["at"], "at"), plain["payload"])
        _ = move.terms  # checked now, so that a journal that was read is sound
        return move
