"""Private sheets: sealed with the key of their delegation before they reach the database.

Who may import me: others import these names from :mod:`comity.forum.actions`. Start at
:func:`save_private_sheet`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from comity.errors import InputError, say
from comity.forum.actions.audit import note
from comity.forum.actions.seats import check_seat
from comity.forum.keys import make_key, open_sealed, read_master, seal, unwrap, wrap
from comity.forum.models import Delegation, DelegationKey, PrivateSheet, Round
from comity.forum.selectors import state_of
from comity.protocol.conference import Act, why_not

if TYPE_CHECKING:
    from datetime import datetime

    from comity.protocol.conference import Seat

__all__ = ["key_of", "read_private_sheet", "save_private_sheet"]

_MOST_CHARACTERS = 400_000


def key_of(delegation: Delegation) -> bytes:
    """Return the key of a delegation; it is made when it is first needed.

    Raises
    ------
    comity.errors.InputError
        When the master key is missing or another one.
    """
    master = read_master(settings.KEY_FILE)
    about = f"{delegation.round.slug}/{delegation.code}"
    row = DelegationKey.objects.filter(delegation=delegation).first()
    if row is None:
        key = make_key()
        row, made = DelegationKey.objects.get_or_create(
            delegation=delegation, defaults={"wrapped": wrap(master, key, about)}
        )
        if made:
            return key
    return unwrap(master, bytes(row.wrapped), about)


def _own(round_: Round, seat: Seat, act: Act) -> Delegation:
    refusal = why_not(seat.role, state_of(round_).phase, act)
    if refusal or seat.delegation is None:
        raise InputError(refusal or say("this is for a delegation"), key="act")
    return Delegation.objects.select_related("round").get(round_id=round_.pk, code=seat.delegation)


def save_private_sheet(
    *,
    round: Round,  # noqa: A002
    seat: Seat,
    name: str,
    content: Any,  # noqa: ANN401
    now: datetime,
    user: Any = None,  # noqa: ANN401
    seen: int | None = None,
) -> PrivateSheet:
    """Keep a sheet of one's own delegation; ``seen`` is the version that was read, to find a stale edit.

    Raises
    ------
    comity.errors.InputError
        When the seat has no private sheets or is not the user's, the sheet is too long, or a colleague saved
        another version.
    """
    delegation = _own(round, seat, Act.SAVE_PRIVATE_SHEET)
    words = json.dumps(content, ensure_ascii=False, allow_nan=False)
    if len(words) > _MOST_CHARACTERS or not 1 <= len(name) <= 64:
        msg = say("the sheet is too long, or has no name")
        raise InputError(
            msg,
            key=name[:64],
            accepted=say("at most %(most_characters)s characters", most_characters=_MOST_CHARACTERS),
        )
    try:
        plain = words.encode()
    except UnicodeEncodeError:
        msg = say("the sheet holds half a character")
        raise InputError(msg, key=name, accepted=say("text")) from None
    cipher = seal(key_of(delegation), plain, _about(delegation, name))
    with transaction.atomic():
        check_seat(round, seat, user, Act.SAVE_PRIVATE_SHEET)
        row = PrivateSheet.objects.select_for_update().filter(delegation=delegation, name=name).first()
        if row is None:
            row = PrivateSheet(delegation=delegation, name=name, version=0)
        if seen is not None and seen != row.version:
            msg = say("a colleague saved this sheet after you opened it; look at theirs and save again")
            raise InputError(msg, key="seen", accepted=say("version %(version)s", version=row.version))
        row.cipher, row.version, row.at = cipher, row.version + 1, now
        row.save()
        note(act=Act.SAVE_PRIVATE_SHEET.value, outcome="saved", now=now, user=user, round=round)
    return row


def read_private_sheet(*, round: Round, seat: Seat, name: str) -> tuple[Any, int]:  # noqa: A002
    """Return a sheet of one's own delegation and its version; None and 0 where there is none yet.

    Raises
    ------
    comity.errors.InputError
        When the seat has no private sheets, or the master key is another one.
    """
    delegation = _own(round, seat, Act.READ_PRIVATE_SHEET)
    row = PrivateSheet.objects.filter(delegation=delegation, name=name).first()
    if row is None:
        return None, 0
    return json.loads(
        open_sealed(key_of(delegation), bytes(row.cipher), _about(delegation, name))
    ), row.version


def _about(delegation: Delegation, name: str) -> str:
    return f"{delegation.round.slug}/{delegation.code}/sheet/{name}"
