"""What the facilitator may ask of the private sheets: packages that all accept, or one better for all.

Sheets are opened in memory, the answer is written down, and nothing else leaves. How often may be asked is
counted here, and each ask is in the trail.

Who may import me: others import these names from :mod:`comity.forum.actions`. Start at
:func:`ask_for_packages`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from comity.errors import ComityError, InputError, say
from comity.forum.actions.audit import note
from comity.forum.actions.moves import lock_round
from comity.forum.actions.sheets import open_sheets
from comity.forum.games import asks_per_day, game_of
from comity.forum.models import ZoneAsk
from comity.forum.selectors import state_of
from comity.protocol.conference import Act, why_not

if TYPE_CHECKING:
    from datetime import datetime

    from comity.forum.models import Round
    from comity.protocol.conference import Seat

__all__ = ["ask_for_packages"]

DAY: Final = timedelta(hours=24)


def ask_for_packages(
    *,
    round: Round,  # noqa: A002
    seat: Seat,
    now: datetime,
    user: Any = None,  # noqa: ANN401
    better_than: str = "",
) -> ZoneAsk:
    """Ask for packages in the zone, or for one that improves on an accepted package for all.

    Parameters
    ----------
    round, seat, now, user
        As elsewhere.
    better_than
        Key of an acceptance that was accepted by all; empty asks for packages in the zone.

    Raises
    ------
    comity.errors.InputError
        When the seat may not ask, the day's asks are used up, not every delegation takes part (which ones is
        not said), or the public model of the round has not been computed.
    """
    from comity.services.package_zone import (  # noqa: PLC0415  (the model: not at each start)
        ZoneLimits,
        ask_zone,
        check_part,
        improve_agreed,
    )

    state = state_of(round)
    refusal = why_not(seat.role, state.phase, Act.ASK_ZONE)
    if refusal:
        raise InputError(refusal, key="act")
    agreed = None
    if better_than:
        acceptance = state.acceptances.get(better_than)
        if (
            acceptance is None
            or acceptance.status != "accepted"
            or set(acceptance.among) != set(_codes(round))
        ):
            msg = say("only a package that every delegation accepted can be improved for all")
            raise InputError(msg, key="acceptance", accepted=say("an acceptance among all that was accepted"))
        agreed = dict(acceptance.provisions)
    game = game_of(round)
    if game is None:
        msg = say("the public model of this round has not been computed yet")
        raise InputError(msg, key="model", accepted=say("an ask after it was computed"))
    sheets, limits = open_sheets(round=round), ZoneLimits.read()
    check_part(game, sheets, limits)
    most = asks_per_day()
    with transaction.atomic():
        lock_round(round.pk)
        # counted first, so that asks at the same time cannot slip through
        made = ZoneAsk.objects.filter(round=round, at__gt=now - DAY).count()
        if made < most:
            known = user if getattr(user, "is_authenticated", False) else None
            kind = "better" if better_than else "zone"
            row = ZoneAsk.objects.create(round=round, user=known, at=now, kind=kind, about=better_than)
    if made >= most:
        note(act=Act.ASK_ZONE.value, outcome="too many asks", now=now, user=user, round=round)
        msg = say(
            "%(most)s answers were asked for within 24 hours; more would let private values be worked out",
            most=most,
        )
        raise InputError(msg, key="asks", accepted=say("the next ask when the first of them is a day old"))
    try:
        answer = (
            ask_zone(game, sheets, limits) if agreed is None else improve_agreed(game, sheets, agreed, limits)
        )
    except ComityError as error:
        note(act=Act.ASK_ZONE.value, outcome="no answer", now=now, user=user, round=round)
        raise InputError(str(error), key="zone") from None
    ZoneAsk.objects.filter(pk=row.pk).update(answer=answer.to_json())
    row.refresh_from_db()
    note(act=Act.ASK_ZONE.value, outcome="answered", now=now, user=user, round=round)
    return row


def _codes(round_: Round) -> list[str]:
    return list(round_.delegations.values_list("code", flat=True))
