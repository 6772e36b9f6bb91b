"""From a state and a move to the next state, or one line that says why not.

Who may import me: this room; others import these names from :mod:`comity.protocol.conference`.
Start at :func:`apply`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comity.errors import InputError, say
from comity.protocol.conference.after_moves import AFTER_MOVES
from comity.protocol.conference.course_moves import COURSE_MOVES
from comity.protocol.conference.fields import plain_moment
from comity.protocol.conference.package_moves import PACKAGE_MOVES
from comity.protocol.conference.rights import allows, why_not
from comity.protocol.conference.state import begin
from comity.protocol.conference.text_moves import TEXT_MOVES
from comity.protocol.conference.words import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from comity.protocol.conference.acts import Act
    from comity.protocol.conference.charter import Charter
    from comity.protocol.conference.moves import Move
    from comity.protocol.conference.state import Conference

__all__ = ["apply", "replay"]

_MOVES: Final[Mapping[Act, Callable[[Charter, Conference, Move, Any], dict[str, Any]]]] = {
    **COURSE_MOVES,
    **TEXT_MOVES,
    **PACKAGE_MOVES,
    **AFTER_MOVES,
}


def apply(charter: Charter, state: Conference, move: Move) -> Conference:
    """Return the state after a move.

    Raises
    ------
    comity.errors.InputError
        When the move is earlier than the last one, its seat is not of this round, its role may not do this
        now, its payload is not as accepted, or the round does not stand so that it could be done. The state
        given stays as it was in any case.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from comity.protocol.conference import Act, Charter, Move, Role, Seat
    >>> charter = Charter("Compact of the three coasts", ("ALB", "BRA", "CIV"))
    >>> at = datetime(2030, 1, 7, tzinfo=UTC)
    >>> move = Move(Act.CHANGE_PHASE, Seat(Role.FACILITATOR), at, {"to": "zero draft"})
    >>> apply(charter, begin(charter), move).phase
    <Phase.ZERO_DRAFT: 'zero draft'>
    """
    seat = move.seat
    if state.last_at is not None and move.at < state.last_at:
        msg = say("the time %(at)s is before that of the last move", at=plain_moment(move.at))
        raise refuse(msg, key="at", accepted=say("%(last_at)s or later", last_at=plain_moment(state.last_at)))
    if seat.delegation is not None and seat.delegation not in charter.delegations:
        msg = say("no delegation '%(delegation)s' sits in this round", delegation=seat.delegation)
        raise refuse(msg, key="delegation", accepted=", ".join(charter.delegations[:8]))
    if not allows(seat.role, state.phase, move.act):
        raise refuse(why_not(seat.role, state.phase, move.act), key="act")
    changes = _MOVES[move.act](charter, state, move, move.terms)
    if move.clock_went_back:
        changes["clock_marks"] = (*state.clock_marks, state.moves + 1)
    changes["moves"] = state.moves + 1
    changes["last_at"] = move.at
    return state.follow(changes)


def replay(charter: Charter, moves: Iterable[Move]) -> Conference:
    """Return the state after all moves, from the beginning: same charter and moves, same state.

    Raises
    ------
    comity.errors.InputError
        As :func:`apply`, for the first move that cannot be made; ``line`` is its number.
    """
    state = begin(charter)
    for number, move in enumerate(moves, start=1):
        try:
            state = apply(charter, state, move)
        except InputError as error:
            raise InputError(error.message, line=number, key=error.key, accepted=error.accepted) from None
    return state
