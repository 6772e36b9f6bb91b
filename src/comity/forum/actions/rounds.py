"""Rounds: made once from a charter; afterwards only moves change them.

Who may import me: others import these names from :mod:`comity.forum.actions`. Start at
:func:`create_round`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from comity.errors import InputError, say
from comity.forum.actions.audit import note
from comity.forum.actions.seats import check_right
from comity.forum.models import Delegation, Round
from comity.protocol.conference import Act, seal_charter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from comity.protocol.conference import Charter

__all__ = ["create_round", "publish_round"]

_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def create_round(
    *,
    slug: str,
    charter: Charter,
    now: datetime,
    names: Mapping[str, str] | None = None,
    summary: str = "",
    round_file: str = "",
    is_public: bool = False,
    demo: bool = False,
    user: Any = None,  # noqa: ANN401
) -> Round:
    """Make a round.

    Parameters
    ----------
    slug
        Short name in addresses: lower-case letters, digits and hyphens.
    charter
        Who negotiates, about what, under which rules.
    now
        The door's clock.
    names
        Names of delegations by code; the code where there is none.
    summary, round_file
        What it is about, and the round file it comes from, as it was given.
    is_public, demo
        Whether it has a public page; whether it is an exercise.
    user
        Who asks, for the trail.

    Raises
    ------
    comity.errors.InputError
        When the short name is taken or not as accepted.
    """
    if not _SLUG.fullmatch(slug):
        msg = say("'%(slug)s' is no short name", slug=slug[:80])
        raise InputError(msg, key="slug", accepted=say("1 to 64 lower-case letters, digits and hyphens"))
    with transaction.atomic():
        if Round.objects.filter(slug=slug).exists():
            msg = say("there is a round '%(slug)s' already", slug=slug)
            raise InputError(msg, key="slug", accepted=say("a new short name"))
        made = Round.objects.create(
            slug=slug,
            title=charter.title,
            summary=summary,
            charter=charter.to_plain(),
            seal=seal_charter(charter),
            round_file=round_file,
            is_public=is_public,
            demo=demo,
            created=now,
        )
        for code in charter.delegations:
            Delegation.objects.create(round=made, code=code, name=(names or {}).get(code, code))
        note(act="create round", outcome=slug, now=now, user=user, round=made)
    return made


def publish_round(*, round: Round, is_public: bool, now: datetime, user: Any = None) -> None:  # noqa: A002, ANN401
    """Give a round a public page, or take it back.

    Raises
    ------
    comity.errors.InputError
        When the user is not of the secretariat.
    """
    with transaction.atomic():
        check_right(round, user, Act.SEAT_MEMBERS)
        Round.objects.filter(pk=round.pk).update(is_public=is_public)
        outcome = "public" if is_public else "not public"
        note(act="publish round", outcome=outcome, now=now, user=user, round=round)
    round.is_public = is_public
