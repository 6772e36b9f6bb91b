"""Writes: moves, answers in secret, and the private sheet; all through the actions that pages use.

Who may import me: this room. Start at :func:`make_move`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from comity.errors import InputError
from comity.forum import actions
from comity.forum.api.door import Conflict, api, asks_private, stand
from comity.forum.api.reading import REFUSALS
from comity.forum.api.shapes import AnswerGiven, ErrorShape, MoveGiven, MoveMade, PrivateGiven, PrivateShape
from comity.protocol.conference import CLOCK_MARK, MOVES, Act

if TYPE_CHECKING:
    from comity.forum.gate import Place
    from comity.forum.models import MoveRow

__all__ = ["answer_in_secret", "make_move", "save_private"]

_REFUSALS: Final = {**REFUSALS, 409: ErrorShape}


def _made(place: Place, row: MoveRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "act": row.act,
        "at": row.at,
        "seal": row.seal,
        "repeated": row.number <= place.state.moves,
    }


@api.post("/rounds/{slug:slug}/moves", response={200: MoveMade, **_REFUSALS}, tags=["moves"])
def make_move(request: HttpRequest, slug: str, given: MoveGiven) -> dict[str, Any]:
    """Make a move: its act, its payload as the protocol wants it, and a key that makes it once."""
    if given.act not in set(MOVES):
        msg = f"'{given.act}' is no move"
        raise InputError(msg, key="act", accepted=", ".join(MOVES))
    act = Act(given.act)
    if act is Act.ANSWER_IN_SECRET:
        msg = _("an answer in secret has an address of its own, so that it is sealed")
        raise InputError(msg, key="act", accepted="POST /acceptances/{key}/answer")
    place = stand(request, slug, act, writes=True)
    row = place.move(act, given.payload, given.key)
    if {name: value for name, value in row.payload.items() if name != CLOCK_MARK} != given.payload:
        raise Conflict(
            _("this key was used for another move"), key="key", accepted="a new key for a new move"
        )
    return _made(place, row)


@api.post(
    "/rounds/{slug:slug}/acceptances/{str:acceptance}/answer",
    response={200: MoveMade, **_REFUSALS},
    tags=["packages"],
)
def answer_in_secret(request: HttpRequest, slug: str, acceptance: str, given: AnswerGiven) -> dict[str, Any]:
    """Answer in secret. What was answered is not repeated; a key that was used answers nothing new."""
    asks_private(request)
    place = stand(request, slug, Act.ANSWER_IN_SECRET, writes=True)
    if acceptance not in place.state.acceptances:
        raise InputError(_("there is no such acceptance"), key="acceptance")
    row = actions.answer_in_secret(
        round=place.round,
        seat=place.seat,
        acceptance=acceptance,
        accepts=given.accepts,
        key=given.key,
        now=place.now,
        user=request.user,
    )
    if row.payload.get("acceptance") != acceptance:
        raise Conflict(
            _("this key was used for another move"), key="key", accepted="a new key for a new move"
        )
    return _made(place, row)


@api.put("/rounds/{slug:slug}/private", response={200: PrivateShape, **_REFUSALS}, tags=["private"])
def save_private(request: HttpRequest, slug: str, given: PrivateGiven) -> dict[str, Any]:
    """Keep the private sheet of the own delegation, sealed; ``seen`` is the version that was read."""
    from comity.services.private_sheet import SheetTable, read_sheet  # noqa: PLC0415  (pandas: not at each start)

    asks_private(request)
    place = stand(request, slug, Act.SAVE_PRIVATE_SHEET, writes=True)
    sides = {
        key: (str(item.get("giver", "")), str(item.get("beneficiary", "")))
        for key, item in place.charter.provisions.items()
    }
    table = SheetTable(parties=place.charter.delegations, sides=sides)
    sheet = read_sheet(given.sheet, table, str(place.seat.delegation))
    version = actions.save_sheet(
        round=place.round,
        seat=place.seat,
        sheet=sheet,
        now=place.now,
        user=request.user,
        seen=given.seen,
    )
    return {"sheet": sheet.model_dump(mode="json", exclude_defaults=True), "version": version}
