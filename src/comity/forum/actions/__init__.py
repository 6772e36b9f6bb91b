"""The only writers of the forum: a transaction, the right to do it, the move or an audit entry.

Who may import me: views, the API, commands and tests of the forum. Time is handed in (``now``); nothing here
reads a clock.

Where to start: :func:`make_move`.
"""

from __future__ import annotations

from comity.forum.actions.audit import note
from comity.forum.actions.feeds import find_feed, make_feed, revoke_feed, save_public_sheet
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
from comity.forum.actions.sealing import start_sealing
from comity.forum.actions.sheets import open_sheet, open_sheet_version, save_sheet, sheet_versions
from comity.forum.actions.tokens import MOST_TOKENS, TOKEN_DAYS, find_token, make_token, revoke_token
from comity.forum.actions.training import join_training, move_training, start_training
from comity.forum.actions.zone import ask_for_packages

__all__ = [
    "MOST_TOKENS",
    "TOKEN_DAYS",
    "accept_invitation",
    "admit_member",
    "answer_in_secret",
    "ask_for_packages",
    "create_round",
    "find_feed",
    "find_invitation",
    "find_token",
    "give_up_seat",
    "invite",
    "invite_administrator",
    "join_training",
    "make_feed",
    "make_move",
    "make_token",
    "make_user",
    "move_training",
    "note",
    "open_sheet",
    "open_sheet_version",
    "publish_round",
    "read_private_sheet",
    "revoke_feed",
    "revoke_invitation",
    "revoke_token",
    "save_private_sheet",
    "save_public_sheet",
    "save_sheet",
    "seat_member",
    "sheet_versions",
    "start_sealing",
    "start_training",
    "tick",
]
