"""The only writers of the forum: a transaction, the right to do it, the move or an audit entry.

Who may import me: views, the API, commands and tests of the forum. Time is handed in (``now``); nothing here
reads a clock.

Where to start: :func:`make_move`.
"""

from __future__ import annotations

from comity.forum.actions.audit import note
from comity.forum.actions.moves import answer_in_secret, make_move, tick
from comity.forum.actions.people import (
    accept_invitation,
    admit_member,
    find_invitation,
    give_up_seat,
    invite,
    invite_administrator,
    make_user,
    revoke_invitation,
    seat_member,
)
from comity.forum.actions.private import read_private_sheet, save_private_sheet
from comity.forum.actions.rounds import create_round, publish_round

__all__ = [
    "accept_invitation",
    "admit_member",
    "answer_in_secret",
    "create_round",
    "find_invitation",
    "give_up_seat",
    "invite",
    "invite_administrator",
    "make_move",
    "make_user",
    "note",
    "publish_round",
    "read_private_sheet",
    "revoke_invitation",
    "save_private_sheet",
    "seat_member",
    "tick",
]
