"""Checks of the forum's own: that a start is safe. ``comity forum check`` runs them with Django's.

Who may import me: :mod:`comity.forum.apps`. Start at :func:`check_keys`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.db import DatabaseError, connections

from comity.errors import InputError
from comity.forum.keys import read_master

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["check_durability", "check_keys", "how_it_writes", "judge_writes"]


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


_ASKED = {
    "postgresql": ("SHOW synchronous_commit", "SHOW fsync", "SHOW full_page_writes"),
    "sqlite": ("PRAGMA journal_mode", "PRAGMA synchronous"),
}


def how_it_writes(alias: str = "default") -> dict[str, str]:
    """Ask the database how it writes, over a connection as the forum uses it.

    Raises
    ------
    django.db.DatabaseError
        When it does not answer.
    """
    connection = connections[alias]
    found = {}
    for question in _ASKED.get(connection.vendor, ()):
        with connection.cursor() as cursor:
            cursor.execute(question)
            found[question.split()[1]] = str(cursor.fetchone()[0]).casefold()
    return found


def judge_writes(found: Mapping[str, str]) -> list[CheckMessage]:
    """Say where an acknowledged move could be lost with the power of the machine.

    Examples
    --------
    >>> judge_writes({"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"})
    []
    >>> [each.id for each in judge_writes({"synchronous_commit": "off", "fsync": "off"})]
    ['forum.E005', 'forum.E006']
    >>> judge_writes({"journal_mode": "wal", "synchronous": "2"})
    []
    >>> [each.id for each in judge_writes({"journal_mode": "wal", "synchronous": "1"})]
    ['forum.E007']
    """
    messages: list[CheckMessage] = []
    lost = "the last moves that were acknowledged can be lost with the power of the machine"
    if found.get("synchronous_commit") == "off":
        hint = "ALTER ROLE comity SET synchronous_commit = on, then restart the forum."
        words = f"PostgreSQL has synchronous_commit off: {lost}."
        messages.append(Error(words, hint=hint, id="forum.E005"))
    if found.get("fsync") == "off":
        words = "PostgreSQL has fsync off: the whole database can be lost with the power of the machine."
        messages.append(Error(words, hint="Put fsync = on into postgresql.conf.", id="forum.E006"))
    if found.get("synchronous", "2") not in {"2", "3"}:
        messages.append(Error(f"SQLite does not write in full (synchronous): {lost}.", id="forum.E007"))
    if found.get("journal_mode", "wal") != "wal":
        words = "SQLite keeps no write-ahead log: readers and writers wait for each other."
        messages.append(Warning(words, hint="The folder may be on a network.", id="forum.W001"))
    if found.get("full_page_writes") == "off":
        words = (
            "PostgreSQL has full_page_writes off: a page half written when the power went stays half written."
        )
        messages.append(Warning(words, id="forum.W002"))
    return messages


@register(Tags.database, deploy=True)
def check_durability(
    app_configs: Any,  # noqa: ANN401, ARG001
    databases: Iterable[str] | None = None,
    **_: Any,  # noqa: ANN401
) -> list[CheckMessage]:
    """Ask the database whether what it acknowledges is on disk."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            found += judge_writes(how_it_writes(alias))
        except DatabaseError:  # who starts or migrates is told more plainly
            continue
    return found
