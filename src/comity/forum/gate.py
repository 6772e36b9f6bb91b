"""The one gate before every page of a round: which round, which seat, which phase, allowed or not.

Who cannot see a round is told that it does not exist (404). Who sits there but may not do this is told why
(403), in the words of the protocol.

Who may import me: views and the API. Start at :func:`requires`; :class:`Place` is what a view gets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from comity.forum.actions import make_move, note, tick
from comity.forum.actions.seats import OF_ADMITTED
from comity.forum.models import Membership, MoveRow
from comity.forum.selectors import PUBLIC, find_round, folded
from comity.forum.words import say_words
from comity.protocol.conference import Act, Role, allows, due, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from django.http import HttpRequest, HttpResponseBase

    from comity.forum.models import Delegation, Round
    from comity.protocol.conference import Charter, Conference, Seat

    View = Callable[..., HttpResponseBase]

__all__ = ["OF_ADMITTED", "Place", "Refused", "enter", "may_see", "requires"]


_OF_TEXT: Final = frozenset({Act.READ_TEXT, Act.EXPORT_TEXT})


class Refused(PermissionDenied):
    """The seat may not do this now; ``str`` says why, in the reader's language."""


@dataclass(frozen=True)
class Place:
    """Where a person stands when a view is called.

    Parameters
    ----------
    round, charter, state
        The round, with its state after the last move.
    seat, member, user
        The seat; its row (None for the public); the account (anonymous for the public).
    now
        The door's clock at the beginning of the call.
    names
        Names of the delegations by code, in the order of seats.
    seal
        The seal of the last move (of the charter where there is none): it stands for all moves before it.
    """

    round: Round
    charter: Charter
    state: Conference
    seat: Seat
    member: Membership | None
    user: Any
    now: datetime
    names: dict[str, str]
    seal: str

    def may(self, act: Act) -> bool:
        """Tell whether this seat may do something now."""
        return (
            allows(self.seat.role, self.state.phase, act) and not self.waits(act) and not self.withheld(act)
        )

    def withheld(self, act: Act) -> bool:
        """Tell whether the public asks for a text that nobody adopted: a round may end without agreement."""
        return act in _OF_TEXT and self.seat.role is Role.PUBLIC and not self.state.text.adopted

    def waits(self, act: Act) -> bool:
        """Tell whether the head of the delegation must admit this member before they may do this."""
        return act in OF_ADMITTED and self.member is not None and not self.member.admitted

    def why_not(self, act: Act) -> str:
        """Say why this seat may not do something now; empty where it may."""
        words = refusal(self.seat.role, self.state.phase, act)
        if words is not None:
            return say_words(words)
        if self.waits(act):
            return _("Your head of delegation has not admitted you yet.")
        if self.withheld(act):
            return _("The public reads the text once it is adopted.")
        return ""

    def require(self, act: Act) -> None:
        """Raise :class:`Refused` where this seat may not do something now."""
        if not self.may(act):
            raise Refused(self.why_not(act))

    @cached_property
    def delegation(self) -> Delegation | None:
        """The row of one's own delegation."""
        return None if self.member is None else self.member.delegation

    def afresh(self) -> Place:
        """Return this place in the round as it stands after moves that were made since."""
        where = folded(self.round)
        return replace(self, state=where.state, seal=where.seal)

    def move(self, act: Act, payload: Mapping[str, Any], key: str) -> MoveRow:
        """Make a move from this seat.

        Raises
        ------
        comity.errors.InputError
            When the round does not allow it.
        """
        self.require(act)
        return make_move(
            round=self.round, seat=self.seat, act=act, payload=payload, key=key, now=self.now, user=self.user
        )


def may_see(round_: Round, member: Membership | None) -> bool:
    """Tell whether somebody may know that a round exists."""
    return round_.is_public or member is not None


def enter(user: Any, slug: str, act: Act, *, now: datetime) -> Place:  # noqa: ANN401
    """Return the place of a person in a round.

    Raises
    ------
    django.http.Http404
        When there is no such round, or they may not know of it.
    Refused
        When their seat may not do this now.
    """
    found = find_round(user, slug)
    if found is None:
        raise Http404
    round_, member = found.round, found.member
    if not may_see(round_, member):
        raise Http404
    where = folded(round_, last=found.last)
    if due(where.charter, where.state, now) is not None:
        tick(round_, now=now)
        where = folded(round_)
    seat = PUBLIC if member is None else member.as_seat()
    place = Place(round_, where.charter, where.state, seat, member, user, now, where.names, where.seal)
    if not place.may(act):
        if member is not None:
            note(act=act.value, outcome="refused", now=now, user=user, round=round_)
        raise Refused(place.why_not(act))
    return place


def requires(act: Act) -> Callable[[View], View]:
    """Guard a view of a round: it is called as ``view(request, place, …)`` for those who may do ``act``.

    The address gives ``slug``. The view carries the act as ``view.act``, for the test that walks every
    address with every role.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, *args: Any, **words: Any) -> HttpResponseBase:  # noqa: ANN401
            place = enter(request.user, slug, act, now=timezone.now())
            request.place = place  # type: ignore[attr-defined]
            return view(request, place, *args, **words)

        guarded.act = act  # type: ignore[attr-defined]
        return guarded

    return guard
