"""Whether who acts holds the seat in whose name they act: asked again when something is written.

Pages and the API ask :mod:`comity.forum.gate` first. Here it is asked inside the transaction, so that a seat
that was taken back meanwhile, a door that forgot to ask, or a mistaken call cannot write.

Who may import me: actions; the gate takes :data:`OF_ADMITTED`. Start at :func:`check_seat`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from comity.errors import InputError
from comity.forum.selectors import membership_of, state_of
from comity.protocol.conference import Act, why_not

if TYPE_CHECKING:
    from comity.forum.models import Membership, Round
    from comity.protocol.conference import Seat

__all__ = ["OF_ADMITTED", "check_right", "check_seat"]

OF_ADMITTED: Final = frozenset(
    {Act.READ_PRIVATE_SHEET, Act.SAVE_PRIVATE_SHEET, Act.PREVIEW_PACKAGE, Act.ANSWER_IN_SECRET}
)
"""What a member of a delegation may do only after they were admitted: the secretariat seats people, but cannot
seat itself among those who read a delegation's private sheets."""


def check_seat(round_: Round, seat: Seat, user: Any, act: Act) -> Membership | None:  # noqa: ANN401
    """Refuse where ``user`` does not hold ``seat`` now; None for commands and the clock, which have no user.

    Raises
    ------
    comity.errors.InputError
        When the seat is another one by now, or its holder was not admitted to what the act needs.
    """
    if user is None:
        return None
    member = membership_of(user, round_)
    if member is None or member.as_seat() != seat:
        raise InputError(_("this is not your seat, or not any more"), key="seat")
    if act in OF_ADMITTED and not member.admitted:
        raise InputError(_("your head of delegation has not admitted you yet"), key="seat")
    return member


def check_right(round_: Round, user: Any, act: Act) -> None:  # noqa: ANN401
    """Refuse where the seat of ``user`` may not do ``act`` now, for what is no move.

    Raises
    ------
    comity.errors.InputError
        When there is no seat, or it may not.
    """
    if user is None:
        return
    member = membership_of(user, round_)
    if member is None:
        raise InputError(_("this is not your seat, or not any more"), key="seat")
    seat = member.as_seat()
    check_seat(round_, seat, user, act)
    words = why_not(seat.role, state_of(round_).phase, act)
    if words:
        raise InputError(words, key="act")
