"""What moves do to the course of a round: phases, silence, adoption, signature.

Who may import me: this room. Start at :data:`COURSE_MOVES` and :func:`due`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from comity.errors import say
from comity.protocol import text as words
from comity.protocol.conference.acts import Act
from comity.protocol.conference.moves import CLOCK, Move
from comity.protocol.conference.parts import (
    Adoption,
    AdoptionAnswer,
    Objection,
    PhaseStart,
    Signature,
    Silence,
)
from comity.protocol.conference.phases import STEPS, Phase, may_follow
from comity.protocol.conference.state import put
from comity.protocol.conference.text_moves import keep_revision
from comity.protocol.conference.words import own, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from comity.protocol.conference import terms
    from comity.protocol.conference.charter import Charter
    from comity.protocol.conference.state import Conference

__all__ = ["COURSE_MOVES", "adoption_so_far", "due"]

Changes = dict[str, Any]

_OTHER_WAY: Final = {
    (Phase.REVISIONS, Phase.SILENCE): Act.START_SILENCE,
    (Phase.SILENCE, Phase.ADOPTION): Act.PASS_SILENCE,
    (Phase.ADOPTION, Phase.SIGNATURE): Act.DECLARE_ADOPTED,
}


def _enter(state: Conference, move: Move, phase: Phase, note: str = "") -> Changes:
    return {"phase": phase, "phases": (*state.phases, PhaseStart(phase, move.at, state.moves + 1, note))}


def _change_phase(charter: Charter, state: Conference, move: Move, asked: terms.ChangePhase) -> Changes:
    to = Phase(asked.to)
    if not may_follow(state.phase, to):
        msg = say("'%(to)s' does not follow '%(phase)s'", to=own(to), phase=own(state.phase))
        raise refuse(msg, key="to", accepted=", ".join(STEPS[state.phase]))
    act = _OTHER_WAY.get((state.phase, to))
    if act is not None:
        msg = say(
            "a round comes from '%(phase)s' to '%(to)s' by '%(act)s' only",
            phase=own(state.phase),
            to=own(to),
            act=own(act),
        )
        raise refuse(msg, key="to", accepted=say("the act '%(act)s'", act=own(act)))
    changes = _enter(state, move, to, asked.note)
    if state.phase is Phase.ZERO_DRAFT and to is Phase.REVISIONS:
        if not any(state.text.paragraphs()):
            msg = say("the zero draft has no paragraph yet")
            raise refuse(msg, key="to", accepted=say("a draft with words"))
        if not state.revisions or state.revisions[-1].text != state.text:
            changes |= keep_revision(state, move, asked.note)
    elif state.phase is Phase.SILENCE:
        silence = _running(state)
        if move.at >= silence.deadline and not move.clock_went_back:
            msg = say("silence has ended without an objection")
            raise refuse(
                msg, key="at", accepted=say("the act '%(act)s' by the clock", act=own(Act.PASS_SILENCE))
            )
        changes |= _end_silence(state, replace(silence, result="taken back", ended=move.at))
    elif state.phase is Phase.ADOPTION and to is Phase.REVISIONS:
        changes["answers"] = MappingProxyType({})
    elif state.phase is Phase.SIGNATURE and to is Phase.FOLLOW_UP:
        _check_signatures(charter, state)
    if to is Phase.CLOSED:
        changes["acceptances"] = MappingProxyType(
            {
                key: replace(one, status="closed", ended=move.at) if one.status == "open" else one
                for key, one in state.acceptances.items()
            }
        )
    return changes


def _check_signatures(charter: Charter, state: Conference) -> None:
    parties = state.adoption.parties if state.adoption else ()
    needed = min(charter.signatures or len(parties), len(parties))
    if len(state.signatures) < needed:
        msg = say(
            "%(signatures)s of %(needed)s signatures are there",
            signatures=len(state.signatures),
            needed=needed,
        )
        raise refuse(msg, key="to", accepted=say("the signatures that the charter asks for"))


def _start_silence(charter: Charter, state: Conference, move: Move, asked: terms.StartSilence) -> Changes:
    hours = charter.silence_hours if asked.hours is None else asked.hours
    if hours < charter.silence_hours:
        msg = say("silence of %(hours)s hours is shorter than the charter allows", hours=hours)
        raise refuse(
            msg,
            key="hours",
            accepted=say("%(silence_hours)s hours or more", silence_hours=charter.silence_hours),
        )
    left = {article: count for article, count in words.count_brackets(state.text).items() if count}
    if left or not any(state.text.paragraphs()):
        where = ", ".join(f"{article} ({count})" for article, count in left.items()) or "the text is empty"
        msg = say("only a text without brackets can lie under silence: %(where)s", where=where)
        raise refuse(msg, accepted=say("every paragraph settled"))
    waiting = [key for key, one in state.acceptances.items() if one.status == "open"]
    if waiting:
        msg = say("the acceptance '%(waiting)s' is still open", waiting=waiting[0])
        raise refuse(msg, accepted=say("acceptances answered or closed before silence"))
    changes = _enter(state, move, Phase.SILENCE, asked.note)
    if not state.revisions or state.revisions[-1].text != state.text:
        changes |= keep_revision(state, move, asked.note)
    try:
        deadline = move.at + timedelta(hours=hours)
    except OverflowError:
        msg = say("the calendar ends before silence does")
        raise refuse(msg, key="hours", accepted=say("fewer hours")) from None
    changes["silence"] = Silence(move.at, deadline, hours, state.moves + 1, asked.note)
    return changes


def _running(state: Conference) -> Silence:
    if state.silence is None:
        msg = say("no silence is running")
        raise refuse(msg)
    return state.silence


def _end_silence(state: Conference, ended: Silence) -> Changes:
    return {"silence": None, "silences": (*state.silences, ended)}


def _object(_: Charter, state: Conference, move: Move, asked: terms.Object) -> Changes:
    silence = _running(state)
    # where the door's clock went back, `at` is later than the truth, and doubt is for who objects
    if move.at >= silence.deadline and not move.clock_went_back:
        msg = say("silence ended on %(deadline)s UTC", deadline=f"{silence.deadline:%Y-%m-%d %H:%M}")
        raise refuse(msg, key="at", accepted=say("an objection before the deadline"))
    if asked.paragraph is not None:
        words.find_paragraph(state.text, asked.paragraph)
    objection = Objection(move.seat.delegation or "", asked.words, asked.paragraph, move.at, state.moves + 1)
    ended = replace(silence, objections=(*silence.objections, objection), result="broken", ended=move.at)
    return _enter(state, move, Phase.REVISIONS) | _end_silence(state, ended)


def _pass_silence(_: Charter, state: Conference, move: Move, __: terms.PassSilence) -> Changes:
    silence = _running(state)
    if move.at < silence.deadline or move.clock_went_back:
        msg = say("silence runs until %(deadline)s UTC", deadline=f"{silence.deadline:%Y-%m-%d %H:%M}")
        raise refuse(
            msg, key="at", accepted=say("a time at or after the deadline, by a clock that did not go back")
        )
    ended = replace(silence, result="passed", ended=move.at)
    return (
        _enter(state, move, Phase.ADOPTION) | _end_silence(state, ended) | {"answers": MappingProxyType({})}
    )


def due(charter: Charter, state: Conference, now: datetime) -> Move | None:  # noqa: ARG001
    """Return the move that time itself must make, or None: silence that ended without an objection passes.

    Parameters
    ----------
    charter, state
        The round.
    now
        The time of the door's own clock, not the time of the last move: a clock that went back lets nothing
        pass.
    """
    if (
        state.silence is None
        or now < state.silence.deadline
        or (state.last_at is not None and now < state.last_at)
    ):
        return None
    return Move(Act.PASS_SILENCE, CLOCK, now)


def _answer_adoption(_: Charter, state: Conference, move: Move, asked: terms.AnswerAdoption) -> Changes:
    answer = AdoptionAnswer(asked.answer, asked.words, move.at, state.moves + 1)
    return {"answers": put(state.answers, move.seat.delegation or "", answer)}


def adoption_so_far(charter: Charter, state: Conference) -> tuple[bool, str]:
    """Tell whether the rule of the charter is met by the answers so far, and in words why or why not."""
    by = {code: state.answers[code].answer for code in charter.delegations if code in state.answers}
    adopt = [code for code, answer in by.items() if answer == "adopts"]
    oppose = [code for code, answer in by.items() if answer == "opposes"]
    missing = [code for code in charter.delegations if code not in by]
    everyone = len(charter.delegations)
    if charter.adoption == "consensus":
        if missing:
            return False, f"consensus needs an answer from every delegation; missing: {', '.join(missing)}"
        if oppose:
            return False, f"there is no consensus; opposed: {', '.join(oppose)}"
        return bool(adopt), "consensus" if adopt else "nobody adopts; all reserve"
    needed = {"unanimity": everyone, "two thirds": -(-2 * everyone // 3), "majority": everyone // 2 + 1}
    enough = needed[charter.adoption]
    return len(adopt) >= enough, f"{len(adopt)} of {enough} adopt, by the rule '{charter.adoption}'"


def _declare_adopted(charter: Charter, state: Conference, move: Move, asked: terms.DeclareAdopted) -> Changes:
    met, why = adoption_so_far(charter, state)
    if not met:
        raise refuse(
            why, accepted=say("the rule of the charter met: %(adoption)s", adoption=charter.adoption)
        )
    by = {code: answer.answer for code, answer in state.answers.items()}
    parties = tuple(code for code in charter.delegations if by.get(code) in {"adopts", "reserves"})
    reserving = tuple(code for code in parties if by[code] == "reserves")
    outside = tuple(code for code in charter.delegations if code not in parties)
    adopted = replace(state, text=words.adopt(state.text))
    changes = _enter(state, move, Phase.SIGNATURE, asked.note) | keep_revision(adopted, move, asked.note)
    changes["versions"] = MappingProxyType({key: version + 1 for key, version in state.versions.items()})
    changes["adoption"] = Adoption(move.at, state.moves + 1, charter.adoption, parties, reserving, outside)
    return changes


def _sign(_: Charter, state: Conference, move: Move, asked: terms.Sign) -> Changes:
    code = move.seat.delegation or ""
    if state.adoption is None or code not in state.adoption.parties:
        msg = say("%(code)s did not adopt the text", code=code)
        raise refuse(msg, accepted=say("signature by those who adopted it"))
    if code in state.signatures:
        msg = say("%(code)s has signed already", code=code)
        raise refuse(msg, accepted=say("one signature of each delegation"))
    signature = Signature(asked.signatory, asked.words, move.at, state.moves + 1)
    return {"signatures": put(state.signatures, code, signature)}


COURSE_MOVES: Final[Mapping[Act, Callable[[Charter, Conference, Move, Any], Changes]]] = {
    Act.CHANGE_PHASE: _change_phase,
    Act.START_SILENCE: _start_silence,
    Act.OBJECT: _object,
    Act.PASS_SILENCE: _pass_silence,
    Act.ANSWER_ADOPTION: _answer_adoption,
    Act.DECLARE_ADOPTED: _declare_adopted,
    Act.SIGN: _sign,
}
"""For each act on the course of the round: what changes in the state."""
