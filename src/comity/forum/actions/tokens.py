"""Tokens of seats for programs: made, found, used and taken back.

Who may import me: others import these names from :mod:`comity.forum.actions`. Start at :func:`make_token`.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import F, Q

from comity.errors import InputError, say
from comity.forum.actions.audit import note
from comity.forum.models import ApiToken

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from comity.forum.models import Membership

__all__ = ["MOST_TOKENS", "TOKEN_DAYS", "find_token", "make_token", "revoke_token"]

MOST_TOKENS: Final = 10
TOKEN_DAYS: Final = (1, 7, 30, 90)
"""For how many days a token may be made."""

_BEGINS: Final = "comity_"
_HOUR: Final = timedelta(hours=1)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(
    *, member: Membership, name: str, may_move: bool, private: bool, days: int, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token of a seat; return its row and its words, which are kept nowhere.

    Raises
    ------
    comity.errors.InputError
        When it has no name, the days are not as accepted, or the seat has too many.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        msg = say("a token has a name, so that you know it again")
        raise InputError(msg, key="name", accepted=say("1 to 80 characters"))
    if days not in TOKEN_DAYS:
        msg = say("a token ends some day")
        raise InputError(msg, key="days", accepted=", ".join(map(str, TOKEN_DAYS)))
    token = _BEGINS + secrets.token_urlsafe(32)
    with transaction.atomic():
        held = ApiToken.objects.filter(member=member, revoked=None, expires__gt=now).count()
        if held >= MOST_TOKENS:
            msg = say("this seat has %(held)s tokens already", held=held)
            raise InputError(msg, key="token", accepted=say("one of them taken back first"))
        row = ApiToken.objects.create(
            member=member,
            name=name,
            token_hash=_hash(token),
            may_move=may_move,
            private=private,
            created=now,
            expires=now + timedelta(days=days),
        )
        scope = ("read and move" if may_move else "read") + (", private" if private else "")
        note(act="make token", outcome=f"{row.pk}: {scope}", now=now, user=member.user, round=member.round)
    return row, token


def revoke_token(*, user: Any, token: int, now: datetime) -> bool:  # noqa: ANN401
    """Take back a token of one's own; True if there was one to take back."""
    with transaction.atomic():
        row = ApiToken.objects.select_related("member__round").filter(
            pk=token, member__user_id=user.pk, revoked=None
        )
        found = row.first()
        if found is None:
            return False
        row.update(revoked=now)
        note(act="revoke token", outcome=str(token), now=now, user=user, round=found.member.round)
    return True


def find_token(token: str, *, now: datetime) -> ApiToken | None:
    """Return the token if it can be used: not over, not taken back, its seat still the same."""
    if not token.startswith(_BEGINS) or len(token) > 200:
        return None
    found = (
        ApiToken.objects.select_related("member__round", "member__delegation", "member__user")
        .filter(
            token_hash=_hash(token),
            revoked=None,
            expires__gt=now,
            created__gte=F("member__since"),
            member__active=True,
            member__user__is_active=True,
        )
        .first()
    )
    if found is not None and (found.used is None or now - found.used > _HOUR):
        stale = Q(used=None) | Q(used__lt=now - _HOUR)
        ApiToken.objects.filter(stale, pk=found.pk).update(used=now)
    return found
