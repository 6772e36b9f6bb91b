"""What moves do to proposals and packages. How a delegation answered in secret is never said.

Who may import me: this room. Start at :data:`PACKAGE_MOVES` and :func:`outcome`.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from comity.errors import say
from comity.protocol.conference.acts import Act
from comity.protocol.conference.parts import Acceptance, Proposal, ProposalAnswer, ProposalVersion
from comity.protocol.conference.state import put
from comity.protocol.conference.text_moves import notices_of
from comity.protocol.conference.words import own, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from comity.protocol.conference import terms
    from comity.protocol.conference.charter import Charter
    from comity.protocol.conference.moves import Move
    from comity.protocol.conference.state import Conference

    _Item = TypeVar("_Item")

__all__ = ["PACKAGE_MOVES", "check_delegations", "find", "new_key", "outcome"]

Changes = dict[str, Any]


def find(items: Mapping[str, _Item], key: str, what: str) -> _Item:
    """Return an item, or refuse in words."""
    found = items.get(key)
    if found is None:
        msg = say("there is no %(what)s '%(key)s'", what=own(what), key=key)
        raise refuse(msg, key=what, accepted=", ".join(list(items)[:8]) or say("nothing yet"))
    return found


def new_key(items: Mapping[str, object], key: str, what: str) -> None:
    """Refuse a key that is taken."""
    if key in items:
        msg = say("there is a %(what)s '%(key)s' already", what=own(what), key=key)
        raise refuse(msg, key=what, accepted=say("a key that is not taken"))


def check_delegations(charter: Charter, codes: tuple[str, ...], key: str) -> None:
    """Refuse codes of delegations that do not sit in this round."""
    for code in codes:
        if code not in charter.delegations:
            msg = say("no delegation '%(code)s' sits in this round", code=code)
            raise refuse(msg, key=key, accepted=", ".join(charter.delegations[:8]))


def _own(state: Conference, move: Move, key: str) -> Proposal:
    proposal = find(state.proposals, key, "proposal")
    if proposal.owner != move.seat.delegation:
        msg = say(
            "proposal '%(key)s' was tabled by %(who)s", key=key, who=proposal.owner or say("the facilitator")
        )
        raise refuse(msg, key="proposal", accepted=say("a proposal of one's own"))
    if proposal.withdrawn:
        msg = say("proposal '%(key)s' was withdrawn", key=key)
        raise refuse(msg, key="proposal", accepted=say("a proposal that is on the table"))
    return proposal


def _table(charter: Charter, state: Conference, move: Move, asked: terms.TableProposal) -> Changes:
    new_key(state.proposals, asked.proposal, "proposal")
    check_delegations(charter, asked.to, "to")
    if asked.kind != "package" and not asked.to:
        msg = say("whom is the %(kind)s for?", kind=own(asked.kind))
        raise refuse(msg, key="to", accepted=say("codes of delegations"))
    if move.seat.delegation in asked.to:
        msg = say("%(delegation)s cannot ask or offer itself something", delegation=move.seat.delegation)
        raise refuse(msg, key="to", accepted=say("codes of other delegations"))
    for provision, value in asked.provisions.items():
        charter.check_value(provision, value)
    first = ProposalVersion(MappingProxyType(dict(asked.provisions)), asked.note, move.at, state.moves + 1)
    proposal = Proposal(asked.proposal, move.seat.delegation, asked.title, asked.kind, asked.to, (first,))
    return {"proposals": put(state.proposals, proposal.key, proposal)}


def _amend(charter: Charter, state: Conference, move: Move, asked: terms.AmendProposal) -> Changes:
    proposal = _own(state, move, asked.proposal)
    told = notices_of(state, move, "proposal", proposal.key, seen=asked.seen, found=proposal.version)
    package = dict(proposal.provisions)
    for provision, value in asked.provisions.items():
        charter.check_value(provision, value)
        if value is not None:
            package[provision] = value
        elif package.pop(provision, None) is None:
            msg = say("proposal '%(key)s' does not hold this provision", key=proposal.key)
            raise refuse(msg, key=provision, accepted=", ".join(list(package)[:8]))
    if not package:
        msg = say("nothing would be left of the proposal")
        raise refuse(msg, key="provisions", accepted=say("the act 'withdraw proposal'"))
    if package == proposal.provisions:
        msg = say("the proposal says this already")
        raise refuse(msg, key="provisions", accepted=say("a change"))
    version = ProposalVersion(
        MappingProxyType(dict(sorted(package.items()))), asked.note, move.at, state.moves + 1
    )
    amended = replace(proposal, versions=(*proposal.versions, version))
    return {"proposals": put(state.proposals, proposal.key, amended), **told}


def _withdraw(_: Charter, state: Conference, move: Move, asked: terms.WithdrawProposal) -> Changes:
    proposal = _own(state, move, asked.proposal)
    return {"proposals": put(state.proposals, proposal.key, replace(proposal, withdrawn=True))}


def _answer(_: Charter, state: Conference, move: Move, asked: terms.AnswerProposal) -> Changes:
    proposal = _standing(state, asked.proposal, asked.version)
    if proposal.owner == move.seat.delegation:
        msg = say("this is a proposal of one's own")
        raise refuse(msg, key="proposal", accepted=say("a proposal of others"))
    answer = ProposalAnswer(
        move.seat.delegation or "", asked.answer, asked.version, asked.words, move.at, state.moves + 1
    )
    heard = replace(proposal, answers=(*proposal.answers, answer))
    return {"proposals": put(state.proposals, proposal.key, heard)}


def _standing(state: Conference, key: str, version: int) -> Proposal:
    proposal = find(state.proposals, key, "proposal")
    if proposal.withdrawn:
        msg = say("proposal '%(key)s' was withdrawn", key=key)
        raise refuse(msg, key="proposal", accepted=say("a proposal that is on the table"))
    if version != proposal.version:
        msg = say(
            "proposal '%(key)s' has changed since it was read (version %(version)s, now %(version_2)s)",
            key=key,
            version=version,
            version_2=proposal.version,
        )
        raise refuse(
            msg, key="version", accepted=say("version %(version)s, read again", version=proposal.version)
        )
    return proposal


def _open(charter: Charter, state: Conference, move: Move, asked: terms.OpenAcceptance) -> Changes:
    new_key(state.acceptances, asked.acceptance, "acceptance")
    check_delegations(charter, asked.among, "among")
    proposal = _standing(state, asked.proposal, asked.version)
    if len(asked.among) < 2:
        msg = say("an acceptance among fewer than two delegations is no secret")
        raise refuse(msg, key="among", accepted=say("two delegations or more"))
    if (asked.threshold is not None) != (asked.kind == "plurilateral"):
        msg = say("an acceptance of the kind '%(kind)s'", kind=own(asked.kind))
        raise refuse(
            msg, key="threshold", accepted=say("a threshold where it is plurilateral, and only there")
        )
    if asked.threshold is not None and asked.threshold > len(asked.among):
        msg = say("more delegations than are asked")
        raise refuse(msg, key="threshold", accepted=say("2 to %(among)s", among=len(asked.among)))
    acceptance = Acceptance(
        asked.acceptance, proposal.key, proposal.version, proposal.provisions, asked.among, asked.kind,
        asked.threshold, move.at, state.moves + 1, asked.note, MappingProxyType({}),
    )  # fmt: skip
    return {"acceptances": put(state.acceptances, acceptance.key, acceptance)}


def _running(state: Conference, key: str) -> Acceptance:
    acceptance = find(state.acceptances, key, "acceptance")
    if acceptance.status != "open":
        msg = say("acceptance '%(key)s' is over: %(status)s", key=key, status=own(acceptance.status))
        raise refuse(msg, key="acceptance", accepted=say("an acceptance that is open"))
    return acceptance


def _answer_in_secret(_: Charter, state: Conference, move: Move, asked: terms.AnswerInSecret) -> Changes:
    acceptance = _running(state, asked.acceptance)
    code = move.seat.delegation or ""
    sealed = acceptance.sealed or {}
    if code not in acceptance.among:
        msg = say("%(code)s is not asked", code=code)
        raise refuse(msg, key="acceptance", accepted=", ".join(acceptance.among))
    if code in sealed:
        msg = say("%(code)s has answered already", code=code)
        raise refuse(msg, key="acceptance", accepted=say("one answer of each delegation"))
    answered = replace(acceptance, sealed=put(sealed, code, asked.sealed))
    return {"acceptances": put(state.acceptances, acceptance.key, answered)}


def _close(_: Charter, state: Conference, move: Move, asked: terms.CloseAcceptance) -> Changes:
    acceptance = _running(state, asked.acceptance)
    closed = replace(acceptance, status="closed", ended=move.at)
    return {"acceptances": put(state.acceptances, acceptance.key, closed)}


def outcome(acceptance: Acceptance, answers: Mapping[str, bool]) -> dict[str, Any]:
    """Return the payload of an outcome from the opened answers: accepted or not, no more than may be said.

    Parameters
    ----------
    acceptance
        An acceptance to which every delegation has answered.
    answers
        Yes or no by delegation, as the door found them in the sealed answers.

    Raises
    ------
    comity.errors.InputError
        When answers are missing, or answers stand there of who was not asked.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> asked = Acceptance("q1", "p1", 1, {"visas": 2.0}, ("ALB", "BRA", "CIV"), "plurilateral", 2,
    ...                    datetime(2030, 1, 1, tzinfo=UTC), 7)
    >>> outcome(asked, {"ALB": True, "BRA": False, "CIV": True})
    {'acceptance': 'q1', 'accepted': True, 'accepting': ['ALB', 'CIV']}
    >>> outcome(asked, {"ALB": True, "BRA": False, "CIV": False})
    {'acceptance': 'q1', 'accepted': False}
    """
    if set(answers) != set(acceptance.among):
        msg = say("the outcome is said when every delegation that is asked has answered, and not before")
        raise refuse(msg, key="answers", accepted=say("%(among)s answers", among=len(acceptance.among)))
    yes = [code for code in acceptance.among if answers[code]]
    if acceptance.threshold is None:
        return {"acceptance": acceptance.key, "accepted": len(yes) == len(acceptance.among)}
    if len(yes) < acceptance.threshold:
        return {"acceptance": acceptance.key, "accepted": False}
    return {"acceptance": acceptance.key, "accepted": True, "accepting": yes}


def _outcome(_: Charter, state: Conference, move: Move, asked: terms.Outcome) -> Changes:
    acceptance = _running(state, asked.acceptance)
    if not acceptance.complete:
        msg = say(
            "%(value)s delegations have not answered", value=len(acceptance.among) - len(acceptance.answered)
        )
        raise refuse(msg, key="acceptance", accepted=say("an outcome when every delegation has answered"))
    told = asked.accepted and acceptance.threshold is not None
    ordered = tuple(code for code in acceptance.among if code in asked.accepting)
    if asked.accepting != (ordered if told else ()) or (told and len(ordered) < (acceptance.threshold or 0)):
        msg = say("who accepted is said only of a plurilateral acceptance that reached its threshold")
        raise refuse(
            msg,
            key="accepting",
            accepted=say("nobody, or those who accept, in the order in which they were asked"),
        )
    said = replace(
        acceptance,
        status="accepted" if asked.accepted else "not accepted",
        accepting=asked.accepting if told else acceptance.among if asked.accepted else (),
        ended=move.at,
    )
    return {"acceptances": put(state.acceptances, acceptance.key, said)}


PACKAGE_MOVES: Final[Mapping[Act, Callable[[Charter, Conference, Move, Any], Changes]]] = {
    Act.TABLE_PROPOSAL: _table,
    Act.AMEND_PROPOSAL: _amend,
    Act.WITHDRAW_PROPOSAL: _withdraw,
    Act.ANSWER_PROPOSAL: _answer,
    Act.OPEN_ACCEPTANCE: _open,
    Act.ANSWER_IN_SECRET: _answer_in_secret,
    Act.CLOSE_ACCEPTANCE: _close,
    Act.OUTCOME: _outcome,
}
"""For each act on proposals and packages: what changes in the state."""
