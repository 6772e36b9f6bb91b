"""The private sheet of a delegation as a typed document, with every version of it, sealed.

Who may import me: others import these names from :mod:`comity.forum.actions`. Start at :func:`save_sheet`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from comity.errors import InputError, say
from comity.forum.actions.private import key_of, read_private_sheet, save_private_sheet
from comity.forum.keys import open_sealed, seal
from comity.forum.models import Delegation, PrivateSheet, SheetVersion
from comity.forum.selectors import state_of
from comity.protocol.conference import Act, why_not

if TYPE_CHECKING:
    from datetime import datetime

    from comity.forum.models import Round
    from comity.protocol.conference import Seat
    from comity.services.private_sheet import PrivateSheet as Sheet

__all__ = ["SHEET", "open_sheet", "open_sheet_version", "open_sheets", "save_sheet", "sheet_versions"]

SHEET: Final = "position"
"""Under which name the sheet of a delegation is kept."""


def save_sheet(
    *,
    round: Round,  # noqa: A002
    seat: Seat,
    sheet: Sheet,
    now: datetime,
    user: Any = None,  # noqa: ANN401
    seen: int | None = None,
) -> int:
    """Keep a sheet of one's own delegation, and its history; returns the version.

    Raises
    ------
    comity.errors.InputError
        As :func:`comity.forum.actions.save_private_sheet`; never with a word of the sheet.
    """
    words = sheet.to_bytes()
    with transaction.atomic():
        row = save_private_sheet(
            round=round, seat=seat, name=SHEET, content=json.loads(words), now=now, user=user, seen=seen
        )
        delegation = row.delegation
        SheetVersion.objects.create(
            delegation=delegation,
            name=SHEET,
            version=row.version,
            cipher=seal(key_of(delegation), words, _about(delegation, row.version)),
            at=now,
            user=user if getattr(user, "is_authenticated", False) else None,
        )
    return row.version


def open_sheet(*, round: Round, seat: Seat) -> tuple[Sheet, int]:  # noqa: A002
    """Open the sheet of one's own delegation, with its version; an empty one and 0 where there is none.

    Raises
    ------
    comity.errors.InputError
        When the seat has no private sheets, or the master key is another one.
    """
    from comity.services.private_sheet import PrivateSheet as Sheet  # noqa: PLC0415  (pandas: not at each start)

    content, version = read_private_sheet(round=round, seat=seat, name=SHEET)
    if content is None:
        return Sheet(), 0
    return Sheet.from_bytes(json.dumps(content).encode()), version


def sheet_versions(*, round: Round, seat: Seat) -> list[SheetVersion]:  # noqa: A002
    """List when the own sheet was saved and by whom, newest first; nothing is opened."""
    delegation = _own(round, seat)
    return list(
        SheetVersion.objects.filter(delegation=delegation, name=SHEET).select_related("user").defer("cipher")
    )


def open_sheet_version(*, round: Round, seat: Seat, version: int) -> Sheet:  # noqa: A002
    """Open the own sheet as it was saved once.

    Raises
    ------
    comity.errors.InputError
        There is no such version.
    """
    from comity.services.private_sheet import PrivateSheet as Sheet  # noqa: PLC0415

    delegation = _own(round, seat)
    row = SheetVersion.objects.filter(delegation=delegation, name=SHEET, version=version).first()
    if row is None:
        msg = say("there is no such version of the sheet")
        raise InputError(msg, key="version", accepted=say("a version of the list"))
    return Sheet.from_bytes(open_sealed(key_of(delegation), bytes(row.cipher), _about(delegation, version)))


def open_sheets(*, round: Round) -> dict[str, Sheet]:  # noqa: A002
    """Open the sheets of all delegations, for a computation that shows none of them.

    Only :func:`comity.forum.actions.ask_for_packages` calls this.
    """
    from comity.services.private_sheet import PrivateSheet as Sheet  # noqa: PLC0415

    rows = PrivateSheet.objects.filter(delegation__round_id=round.pk, name=SHEET).select_related(
        "delegation__round"
    )
    found = {}
    for row in rows:
        about = f"{row.delegation.round.slug}/{row.delegation.code}/sheet/{SHEET}"
        words = open_sealed(key_of(row.delegation), bytes(row.cipher), about)
        found[row.delegation.code] = Sheet.from_bytes(words)
    return found


def _own(round_: Round, seat: Seat) -> Delegation:
    refusal = why_not(seat.role, state_of(round_).phase, Act.READ_PRIVATE_SHEET)
    if refusal or seat.delegation is None:
        raise InputError(refusal or say("this is for a delegation"), key="act")
    return Delegation.objects.select_related("round").get(round_id=round_.pk, code=seat.delegation)


def _about(delegation: Delegation, version: int) -> str:
    return f"{delegation.round.slug}/{delegation.code}/sheet/{SHEET}/{version}"
