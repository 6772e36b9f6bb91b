"""Calendar feeds of a seat, and what the secretariat says on the public page.

A calendar program cannot sign in, so a feed has an address that nobody can guess. It is shown once, leads to
public facts of one seat only, and can be taken back; it ends with the seat.

Who may import me: others import these names from :mod:`comity.forum.actions`. Start at :func:`make_feed`.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from comity.errors import InputError, say
from comity.forum.actions.audit import note
from comity.forum.models import CalendarFeed, PublicSheet, Round

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from comity.forum.models import Membership

__all__ = ["MOST_FEEDS", "find_feed", "make_feed", "revoke_feed", "save_public_sheet"]

MOST_FEEDS: Final = 5
_MOST_CHARACTERS: Final = 10_000
_WORDS: Final = ("about", "criteria", "removal")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_feed(*, member: Membership, now: datetime) -> tuple[CalendarFeed, str]:
    """Make an address for a calendar program; return its row and its token, which is kept nowhere.

    Raises
    ------
    comity.errors.InputError
        When the seat has as many addresses as it may have.
    """
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        if CalendarFeed.objects.filter(member=member, revoked=None).count() >= MOST_FEEDS:
            msg = say("this seat has %(most_feeds)s addresses already", most_feeds=MOST_FEEDS)
            raise InputError(msg, key="feed", accepted=say("one of them taken back first"))
        row = CalendarFeed.objects.create(member=member, token_hash=_hash(token), created=now)
        note(act="make calendar feed", outcome=str(row.pk), now=now, user=member.user, round=member.round)
    return row, token


def revoke_feed(*, member: Membership, feed: int, now: datetime) -> bool:
    """Take an address of one's own seat back; True if there was one to take back."""
    with transaction.atomic():
        rows = CalendarFeed.objects.filter(pk=feed, member=member, revoked=None)
        changed = bool(rows.update(revoked=now))
        if changed:
            note(act="revoke calendar feed", outcome=str(feed), now=now, user=member.user, round=member.round)
    return changed


def find_feed(token: str) -> CalendarFeed | None:
    """Return the feed of a token whose seat is still held, or None."""
    return (
        CalendarFeed.objects.select_related("member__round", "member__delegation")
        .filter(token_hash=_hash(token), revoked=None, member__active=True)
        .first()
    )


def save_public_sheet(
    *,
    round: Round,  # noqa: A002
    words: Mapping[str, str],
    scope: str,
    scopes: tuple[str, ...],
    now: datetime,
    seen: int = 0,
    user: Any = None,  # noqa: ANN401
) -> PublicSheet:
    """Keep what the secretariat says on the public page, and how much of the text it opens.

    Parameters
    ----------
    words
        ``about``, ``criteria`` and ``removal``; what is missing is empty.
    scope, scopes
        How much of the text is opened, and what may be chosen.
    seen
        The version that was read; 0 where there was none.

    Raises
    ------
    comity.errors.InputError
        When words are too long, the scope is unknown, or a colleague saved another version.
    """
    kept = {name: words.get(name, "").replace("\r\n", "\n").strip() for name in _WORDS}
    for name, value in kept.items():
        if len(value) > _MOST_CHARACTERS or "\x00" in value:
            msg = say("%(value)s characters", value=len(value))
            raise InputError(
                msg,
                key=name,
                accepted=say(
                    "at most %(most_characters)s characters of text", most_characters=_MOST_CHARACTERS
                ),
            )
    if scope not in scopes:
        msg = say("unknown scope '%(scope)s'", scope=scope[:64])
        raise InputError(msg, key="scope", accepted=", ".join(scopes))
    with transaction.atomic():
        row = PublicSheet.objects.select_for_update().filter(round=round).first()
        if row is None:
            row = PublicSheet(round=round, version=0)
        if seen != row.version:
            msg = say("a colleague saved this page after you opened it; look at theirs and save again")
            raise InputError(msg, key="seen", accepted=say("version %(version)s", version=row.version))
        for name, value in kept.items():
            setattr(row, name, value)
        row.scope, row.version, row.at = scope, row.version + 1, now
        row.save()
        note(act="save public page", outcome=scope, now=now, user=user, round=round)
    return row
