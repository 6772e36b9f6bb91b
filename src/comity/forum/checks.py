"""Checks of the forum's own: that a start is safe. ``comity forum check`` runs them with Django's.

Who may import me: :mod:`comity.forum.apps`. Start at :func:`check_keys`.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

from comity.errors import InputError
from comity.forum.keys import read_master

__all__ = ["check_keys"]


@register(Tags.security, deploy=True)
def check_keys(app_configs: Any, **_: Any) -> list[Error]:  # noqa: ANN401, ARG001
    """Find a missing or open key, and settings that are for one's own machine only."""
    found: list[Error] = []
    if not settings.SECRET_KEY_LASTS:
        hint = "Set COMITY_SECRET_KEY_FILE, or let 'comity forum' make one."
        found.append(
            Error("There is no lasting secret: sessions end with each start.", hint=hint, id="forum.E001")
        )
    try:
        read_master(settings.KEY_FILE)
    except InputError as error:
        found.append(Error(str(error), id="forum.E002"))
    else:
        if settings.KEY_FILE.stat().st_mode & 0o077:
            hint = f"chmod 600 {settings.KEY_FILE}"
            found.append(Error("Others on this machine can read the master key.", hint=hint, id="forum.E003"))
    if settings.DEMO and not settings.LOCAL:
        found.append(Error("COMITY_DEMO lets anybody take a seat of a demonstration.", id="forum.E004"))
    return found
