"""Moves: one at a time for each round, each acknowledged move in the log exactly once.

Who may import me: others import these names from :mod:`comity.forum.actions`. Start at :func:`make_move`.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from comity.errors import InputError, say
from comity.forum.actions.private import key_of
from comity.forum.actions.seats import check_seat
from comity.forum.keys import SealBroken, open_sealed, seal
from comity.forum.models import Delegation, MoveRow, Round
from comity.forum.selectors import folded
from comity.protocol.conference import (
    CLOCK,
    CLOCK_MARK,
    Act,
    Move,
    Seat,
    apply,
    due,
    outcome,
    seal_move,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from comity.forum.selectors import Folded
    from comity.protocol.conference import Acceptance

__all__ = ["answer_in_secret", "make_move", "tick"]

_YES: Final = b"yes"
_NO: Final = b"no "  # as long as yes, so that the length says nothing


def lock_round(pk: int) -> Round:
    """Return a round that nobody else writes to before this transaction ends.

    SQLite begins every transaction of ours as the only writer; other databases lock the row.
    """
    return Round.objects.select_for_update().get(pk=pk)


def make_move(
    *,
    round: Round,  # noqa: A002
    seat: Seat,
    act: Act,
    payload: Mapping[str, Any],
    key: str,
    now: datetime,
    user: Any = None,  # noqa: ANN401
) -> MoveRow:
    """Append a move, and whatever time or this move brings about.

    Parameters
    ----------
    round, seat, act, payload
        The move, as :mod:`comity.protocol.conference` knows it.
    key
        Chosen by who acts, one for each intent. The same key gives the first row again.
    now
        The door's clock. If it is behind the last move, the move takes the time of that move and is marked.
    user
        Who acts; they must hold the seat when the move is written. None for commands.

    Raises
    ------
    comity.errors.InputError
        When the round does not allow the move, the seat is not (or no longer) that of the user, a sealed
        answer was not sealed here, or the key was used for something else.
    """
    if not 1 <= len(key) <= 100:
        msg = say("a move has a key of 1 to 100 characters")
        raise InputError(
            msg, key="key", accepted=say("a random key, the same when the same move is sent again")
        )
    if CLOCK_MARK in payload:
        msg = say("whether the clock went back is noted here, and not said by who acts")
        raise InputError(msg, key=CLOCK_MARK, accepted=say("a payload without it"))
    scoped = f"{getattr(user, 'pk', None) or '-'}:{key}"
    with transaction.atomic():
        locked = lock_round(round.pk)
        check_seat(locked, seat, user, act)
        before = MoveRow.objects.filter(round_id=locked.pk, key=scoped).first()
        if before is not None:
            if before.act != act.value or Seat.read(before.seat) != seat:
                msg = say("this key was used for another move")
                raise InputError(msg, key="key", accepted=say("a new key for a new move"))
            return before
        if act is Act.ANSWER_IN_SECRET:
            _check_answer(locked, seat, payload)
        where = _pass_time(locked, folded(locked), now)
        row, where = _append(locked, where, Move(act, seat, now, dict(payload)), scoped, user)
        if act is Act.ANSWER_IN_SECRET:
            _say_outcome(locked, where, str(payload.get("acceptance")), now)
    return row


def _append(round_: Round, where: Folded, move: Move, key: str, user: Any) -> tuple[MoveRow, Folded]:  # noqa: ANN401
    last = where.state.last_at
    if last is not None and move.at < last:
        move = Move(move.act, move.seat, last, {**move.payload, CLOCK_MARK: True})
    state = apply(where.charter, where.state, move)
    number = state.moves
    sealed = seal_move(where.seal, number, move)
    row = MoveRow.objects.create(
        round=round_,
        number=number,
        act=move.act.value,
        seat=move.seat.to_plain(),
        at=move.at,
        payload=dict(move.payload),
        seal=sealed,
        key=key,
        user=user if getattr(user, "is_authenticated", False) else None,
    )
    return row, where._replace(state=state, seal=sealed)


def _pass_time(round_: Round, where: Folded, now: datetime) -> Folded:
    """Let pass what is over by now, before anything else happens."""
    while (move := due(where.charter, where.state, now)) is not None:
        _, where = _append(round_, where, move, f"clock:{where.state.moves + 1}", None)
    return where


def tick(round: Round, *, now: datetime) -> int:  # noqa: A002
    """Append what time itself brings about; return how many moves that were. Costs nothing if none is due."""
    where = folded(round)
    if due(where.charter, where.state, now) is None:
        return 0
    with transaction.atomic():
        locked = lock_round(round.pk)
        where = folded(locked)
        return _pass_time(locked, where, now).state.moves - where.state.moves


def answer_in_secret(
    *,
    round: Round,  # noqa: A002
    seat: Seat,
    acceptance: str,
    accepts: bool,
    key: str,
    now: datetime,
    user: Any = None,  # noqa: ANN401
) -> MoveRow:
    """Hand in a delegation's sealed answer; with the last of them the outcome is said, and no more.

    Raises
    ------
    comity.errors.InputError
        As :func:`make_move`.
    """
    if seat.delegation is None:
        msg = say("only a delegation answers in secret")
        raise InputError(msg, key="seat", accepted=say("a head of delegation"))
    words = seal(
        key_of(Delegation.objects.get(round_id=round.pk, code=seat.delegation)),
        _YES if accepts else _NO,
        _about(round, acceptance, seat.delegation),
    )
    payload = {"acceptance": acceptance, "sealed": base64.b64encode(words).decode()}
    return make_move(
        round=round, seat=seat, act=Act.ANSWER_IN_SECRET, payload=payload, key=key, now=now, user=user
    )


def _check_answer(round_: Round, seat: Seat, payload: Mapping[str, Any]) -> None:
    """Open a sealed answer as it comes in: one that does not open would keep the outcome unsaid."""
    acceptance, words = str(payload.get("acceptance")), str(payload.get("sealed"))
    try:
        delegation = Delegation.objects.get(round_id=round_.pk, code=seat.delegation)
        opened = open_sealed(
            key_of(delegation),
            base64.b64decode(words, validate=True),
            _about(round_, acceptance, delegation.code),
        )
    except (SealBroken, ValueError, Delegation.DoesNotExist):
        opened = b""
    if opened not in (_YES, _NO):
        msg = say("this answer was not sealed here")
        raise InputError(msg, key="sealed", accepted=say("yes or no, on the page of the package"))


def _about(round_: Round, acceptance: str, code: str) -> str:
    return f"{round_.slug}/{code}/answer/{acceptance}"


def _say_outcome(round_: Round, where: Folded, key: str, now: datetime) -> None:
    acceptance = where.state.acceptances[key]
    if not acceptance.complete:
        return
    answers = _open_answers(round_, acceptance)
    _append(
        round_,
        where,
        Move(Act.OUTCOME, CLOCK, now, outcome(acceptance, answers)),
        f"clock:{where.state.moves + 1}",
        None,
    )


def _open_answers(round_: Round, acceptance: Acceptance) -> dict[str, bool]:
    found = {}
    delegations = {each.code: each for each in Delegation.objects.filter(round_id=round_.pk)}
    for code, words in (acceptance.sealed or {}).items():
        try:
            opened = open_sealed(
                key_of(delegations[code]), base64.b64decode(words), _about(round_, acceptance.key, code)
            )
        except (SealBroken, binascii.Error):
            msg = say("a sealed answer does not open; nothing was recorded")
            raise InputError(
                msg, key="sealed", accepted=say("an answer that was sealed by this forum")
            ) from None
        found[code] = opened == _YES
    return found
