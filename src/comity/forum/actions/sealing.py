"""Sealed games: what the public model says about a round, computed once in the background and kept.

Who may import me: others import these names from :mod:`comity.forum.actions`. Start at
:func:`start_sealing`.
"""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from comity.errors import InputError, say
from comity.forum.actions.audit import note
from comity.forum.models import Round, SealedGameRow

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["digest_of", "start_sealing"]

#: A computation that is older than this was lost with its process and may be started again.
LOST: Final = timedelta(minutes=15)


def digest_of(round_: Round) -> str:
    """Return what the sealed game of a round is kept under: its file as it is."""
    return hashlib.sha256(round_.round_file.encode()).hexdigest()


def start_sealing(
    *,
    round: Round,  # noqa: A002
    now: datetime,
    user: Any = None,  # noqa: ANN401
    background: bool = True,
) -> SealedGameRow:
    """Compute what the public model says about a round, unless that is done or under way.

    Parameters
    ----------
    round
        The round; its file is read, and what is private in it is dropped before anything is computed.
    now
        The door's clock.
    user
        Who asks, for the trail.
    background
        In a thread of its own, after this transaction; False computes at once.

    Raises
    ------
    comity.errors.InputError
        When the round was not made from a round file.
    """
    if not round.round_file:
        msg = say("this round was not made from a round file, so there is no model of it")
        raise InputError(msg, key="round file", accepted=say("a round made with a round file"))
    with transaction.atomic():
        locked = Round.objects.select_for_update().get(pk=round.pk)
        row = SealedGameRow.objects.filter(round=locked, digest=digest_of(locked)).first()
        if row is not None and (
            row.status == "ready" or (row.status == "working" and now - row.started < LOST)
        ):
            return row
        if row is None:
            row = SealedGameRow(round=locked, digest=digest_of(locked))
        row.status, row.share, row.words, row.started = "working", 0.0, "", now
        row.save()
        note(act="compute the public model", outcome="started", now=now, user=user, round=locked)
        if background:
            transaction.on_commit(partial(_in_background, row.pk))
    if not background:
        _compute(row.pk)
        row.refresh_from_db()
    return row


def _in_background(pk: int) -> None:
    def work() -> None:
        try:
            _compute(pk)
        finally:
            connection.close()

    threading.Thread(target=work, name="sealed-game", daemon=True).start()


def _compute(pk: int) -> None:
    from comity.services.sealed_game import seal_game  # noqa: PLC0415  (the model is loaded only here)

    rows = SealedGameRow.objects.filter(pk=pk)
    told = 0.0

    def tell(_: str, share: float) -> None:
        nonlocal told
        if share - told >= _TOLD:  # a few writes, not one for each draw
            told = share
            rows.update(share=share)

    words = rows.get().round.round_file.encode()
    try:
        data = seal_game(words, name="round file", progress=tell).to_bytes()
    except Exception as error:  # noqa: BLE001  (whatever went wrong, the page must say that it did)
        # not the error's own words, which may repeat the file
        refused = isinstance(error, InputError)
        told_so = "the round file cannot be used" if refused else "the model could not value this round"
        rows.update(status="failed", words=told_so)
    else:
        rows.update(status="ready", share=1.0, data=data)


#: Progress is written when it has grown by this share.
_TOLD: Final = 0.2
