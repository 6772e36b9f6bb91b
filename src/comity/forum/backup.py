"""Backups: a consistent copy while the forum runs, and a restore that replays every journal.

A backup is one ``.tar.gz``: the database (SQLite file, or PostgreSQL's own dump), and a note of its content.
The master key is not in it, on purpose: whoever finds a backup cannot read private sheets.

Who may import me: the door. Start at :func:`write_backup` and :func:`restore_backup`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, connections

from comity.errors import ComityError, InputError
from comity.forum.models import DelegationKey, MoveRow, Round
from comity.forum.selectors import move_from
from comity.protocol.conference import Charter, replay, seal_charter, verify_rows

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["restore_backup", "verify_rounds", "write_backup"]

FORMAT: Final = "comity forum backup 1"
_NAMES: Final = {"sqlite": "forum.sqlite3", "postgresql": "forum.pgdump"}

_OF_CONNECTION: Final = ("host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey")
"""What may stand behind the question mark of a database's address, and PostgreSQL's tools must know too."""


def verify_rounds() -> dict[str, tuple[int, str]]:
    """Check the seals of every round and replay it; return number of moves and last seal by short name.

    Raises
    ------
    comity.errors.InputError
        For the first round whose journal does not hold together.
    """
    found = {}
    for round_ in Round.objects.order_by("slug"):
        charter = Charter.read(round_.charter)
        rows = list(MoveRow.objects.filter(round=round_).order_by("number"))
        moves = [move_from(row) for row in rows]
        try:
            if seal_charter(charter) != round_.seal:
                msg = "the charter is not the one that was sealed"
                raise InputError(msg)  # noqa: TRY301
            last = verify_rows(
                charter, ((row.number, move, row.seal) for row, move in zip(rows, moves, strict=True))
            )
            replay(charter, moves)
        except InputError as error:
            msg = f"round '{round_.slug}': {error}"
            raise InputError(msg, key="journal") from None
        found[round_.slug] = (len(rows), last)
    return found


def _pg(command: str, *arguments: str, stdin: Path | None = None) -> bytes:
    """Run a tool of PostgreSQL on our database; the password travels in the environment."""
    tool = shutil.which(command)
    if tool is None:
        msg = f"{command} is not installed"
        raise InputError(
            msg, key="COMITY_DATABASE_URL", accepted="PostgreSQL's client programs on this machine"
        )
    given = connection.settings_dict
    environment = dict(os.environ)
    places = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    environment |= {name: str(given[place]) for name, place in places.items() if given[place]}
    options = given.get("OPTIONS", {})
    environment |= {f"PG{name.upper()}": str(options[name]) for name in _OF_CONNECTION if name in options}
    done = subprocess.run(  # noqa: S603  (our own words)
        [tool, *arguments, *([str(stdin)] if stdin else [])],
        env=environment,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        words = (done.stderr.decode(errors="replace").strip().splitlines() or ["no words"])[0]
        msg = f"{command} failed: {words}"
        raise ComityError(msg)
    return done.stdout


def _copy_database(folder: Path) -> Path:
    target = folder / _NAMES[connection.vendor]
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(target) as copy:
            connection.connection.backup(copy)
        copy.close()
    else:
        target.write_bytes(_pg("pg_dump", "--format=custom", "--no-owner", "--no-privileges"))
    return target


def write_backup(path: Path, *, now: datetime) -> dict[str, Any]:
    """Write a backup of the running forum to a file; return the note of what it holds.

    Raises
    ------
    comity.errors.InputError
        When the file cannot be written, or a journal does not hold together.
    """
    if connection.vendor not in _NAMES:
        msg = f"no backup of a database of the kind '{connection.vendor}'"
        raise InputError(msg, key="COMITY_DATABASE_URL", accepted="SQLite or PostgreSQL")
    journals = verify_rounds()
    with tempfile.TemporaryDirectory() as name:
        database = _copy_database(Path(name))
        note: dict[str, Any] = {
            "format": FORMAT,
            "at": now.isoformat(),
            "database": connection.vendor,
            "sha256": hashlib.sha256(database.read_bytes()).hexdigest(),
            "rounds": {slug: {"moves": moves, "seal": seal} for slug, (moves, seal) in journals.items()},
        }
        words = json.dumps(note, indent=1).encode()
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
                entry = tarfile.TarInfo("note.json")
                entry.size = len(words)
                archive.addfile(entry, io.BytesIO(words))
                archive.add(database, arcname=database.name)
        except OSError as error:
            msg = f"cannot write {path}: {error.strerror}"
            raise InputError(msg, key="FILE", accepted="a file that can be written") from error
    return note


def _unpack(path: Path, folder: Path) -> tuple[dict[str, Any], Path, dict[str, tuple[int, str]]]:
    """Return the note, the database, and what the note says of each round: number of moves and last seal."""
    accepted = "a file written by 'comity forum backup'"
    try:
        with tarfile.open(path, "r:gz") as archive:
            held = {each.name: each for each in archive.getmembers() if each.isfile()}
            wanted = held.keys() & {"note.json", *_NAMES.values()}
            if "note.json" not in wanted or len(wanted) < 2:
                msg = "this is no backup of a forum"
                raise InputError(msg, file=str(path), accepted=accepted)
            for name in wanted:  # by name, so that nothing is written elsewhere; as Python 3.11.2 can too
                source = archive.extractfile(held[name])
                if source is not None:
                    with source, (folder / name).open("wb") as target:
                        shutil.copyfileobj(source, target)
        note = json.loads((folder / "note.json").read_text(encoding="utf-8"))
        said = {slug: (each["moves"], each["seal"]) for slug, each in note["rounds"].items()}
    except (
        OSError,
        tarfile.TarError,
        EOFError,
        zlib.error,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
    ):
        msg = "this file cannot be read as a backup; it is damaged, or another file"
        raise InputError(msg, file=str(path), accepted=accepted) from None
    database = folder / _NAMES.get(note.get("database"), "")
    if not database.is_file() or hashlib.sha256(database.read_bytes()).hexdigest() != note.get("sha256"):
        msg = "the backup is damaged: the database in it is not the one that was written"
        raise InputError(msg, file=str(path), accepted=accepted)
    return note, database, said


def restore_backup(path: Path, *, replace: bool = False) -> dict[str, Any]:
    """Put a backup back into an empty forum, check every journal, and return the note.

    Parameters
    ----------
    path
        The backup.
    replace
        Replace what is there. The forum must not be running.

    Raises
    ------
    comity.errors.InputError
        When the file is no backup, is damaged, is of another kind of database, the forum is not empty, or a
        journal in it does not hold together.
    """
    if not replace and _holds_rounds():
        msg = "this forum holds rounds already"
        raise InputError(msg, key="--replace", accepted="an empty forum, or --replace")
    with tempfile.TemporaryDirectory() as name:
        note, database, said = _unpack(path, Path(name))
        if note["database"] != connection.vendor:
            msg = f"the backup is of {note['database']}, this forum uses {connection.vendor}"
            raise InputError(msg, file=str(path), accepted=f"a backup of {connection.vendor}")
        connections.close_all()
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            with sqlite3.connect(database) as source:
                source.backup(connection.connection)
            source.close()
        else:
            here = f"--dbname={connection.settings_dict['NAME']}"
            plain = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction")
            _pg("pg_restore", *plain, here, stdin=database)
    connections.close_all()
    found = verify_rounds()
    if any(found.get(slug) != each and found.get(slug, (0, ""))[0] < each[0] for slug, each in said.items()):
        msg = "the backup lacks moves that its note names"
        raise InputError(msg, file=str(path))
    return {**note, "keys": DelegationKey.objects.count()}


def _holds_rounds() -> bool:
    return Round._meta.db_table in connection.introspection.table_names() and Round.objects.exists()  # noqa: SLF001
