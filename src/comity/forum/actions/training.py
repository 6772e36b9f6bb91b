"""Practice rounds: opened by somebody, joined by colleagues, and moved in turn.

They belong to no round of the forum, so their moves are in a log of their own, sealed line by line.

Who may import me: others import these names from :mod:`comity.forum.actions`. Start at
:func:`start_training`.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.db import transaction

from comity.errors import ComityError, InputError, say
from comity.forum.actions.audit import note
from comity.forum.models import TrainingRoom, TrainingSeat
from comity.forum.rooms import forget, practice_of, room_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from comity.protocol import Move

__all__ = ["join_training", "move_training", "start_training"]


def start_training(
    *,
    user: Any,  # noqa: ANN401
    example: str,
    seat: str,
    colleagues: Sequence[str] = (),
    mode: str = "request-offer",
    strategy: str = "conceder",
    rounds: int | None = None,
    now: datetime,
) -> TrainingRoom:
    """Open a practice round; scripts play the seats that nobody plays, and those before one have spoken.

    Parameters
    ----------
    user
        Who plays ``seat``.
    example
        One of :func:`comity.forum.rooms.examples`.
    seat, colleagues
        The own seat, and those that are kept for colleagues.
    mode, strategy, rounds
        As :meth:`comity.services.practice_opening.Room.open`.
    now
        The door's clock.

    Raises
    ------
    comity.errors.InputError
        Something asked for does not exist.
    """
    practice = room_of(example).open(
        [seat, *(code for code in colleagues if code != seat)],
        mode=mode,
        strategies=[strategy],
        rounds=rounds,
    )
    practice.start()
    with transaction.atomic():
        row = TrainingRoom.objects.create(
            code=secrets.token_hex(6),
            owner=user,
            example=example,
            log=practice.log.text,
            over=practice.state.over,
            created=now,
            moves=practice.state.moves,
        )
        for code in practice.setup.played:
            TrainingSeat.objects.create(room=row, party=code, user=user if code == seat else None)
        note(act="start practice", outcome=example, now=now, user=user)
    return row


def join_training(*, room: TrainingRoom, party: str, user: Any, now: datetime) -> TrainingSeat:  # noqa: ANN401
    """Take a seat that is kept for a colleague.

    Raises
    ------
    comity.errors.InputError
        The seat is taken, or the person plays another one.
    """
    with transaction.atomic():
        locked = TrainingRoom.objects.select_for_update().get(pk=room.pk)
        if TrainingSeat.objects.filter(room=locked, user=user).exists():
            msg = say("you play a seat in this room already")
            raise InputError(msg, key="seat", accepted=say("one seat for each person"))
        row = TrainingSeat.objects.filter(room=locked, party=party, user=None).first()
        if row is None:
            msg = say("this seat is not free")
            free = TrainingSeat.objects.filter(room=locked, user=None).values_list("party", flat=True)
            raise InputError(msg, key="seat", accepted=", ".join(free) or say("no seat is free"))
        row.user = user
        row.save(update_fields=["user"])
        note(act="join practice", outcome=locked.code, now=now, user=user)
    return row


def move_training(*, room: TrainingRoom, user: Any, move: Move, seen: int) -> TrainingRoom:  # noqa: ANN401
    """Make a move in a practice round, let the scripts answer; ``seen`` is how many moves the page showed.

    Raises
    ------
    comity.errors.InputError
        It is not this person's turn, the page was an old one, or the move is not open now.
    """
    with transaction.atomic():
        locked = TrainingRoom.objects.select_for_update().get(pk=room.pk)
        seat = TrainingSeat.objects.filter(room=locked, user=user).first()
        if seat is None or seat.party != move.party:
            msg = say("you do not play this seat")
            raise InputError(msg, key="seat", accepted=say("a seat of your own"))
        if seen != locked.moves:
            msg = say("the room has moved on since you opened this page")
            raise InputError(msg, key="moves", accepted=say("the page as it is now"))
        practice = practice_of(locked)
        try:
            practice.play(move)
            locked.log = practice.log.text
            locked.moves = practice.state.moves
            locked.over = practice.state.over
            locked.save(update_fields=["log", "moves", "over"])
        except ComityError:
            forget(locked.code)  # what is stored is what happened
            raise
    return locked
