"""A conference of 190 in a database of its own, its people with sessions, and the real server before it.

For ``bench_forum.py``. The 5,000 moves are those of ``bench_conference.py``: 40 articles, 400 paragraphs,
2,000 amendments. Rows are written in bulk with the seals that the forum would have given them.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.forum.models import Round

SLUG = "conference"
TICKS = os.sysconf("SC_CLK_TCK")


class Person(NamedTuple):
    """Somebody who is signed in."""

    pk: int
    role: str
    session: str


def open_database(kind: str) -> tuple[Path, str | None]:
    """Set Django up on an empty database of this kind; return its folder and, for PostgreSQL, its name."""
    folder = Path(tempfile.mkdtemp(prefix="comity-bench-"))
    name = None
    os.environ.pop("COMITY_DATABASE_URL", None)
    os.environ["COMITY_LOG"] = "ERROR"
    if kind == "postgresql":
        import psycopg

        server = os.environ["COMITY_TEST_DATABASE_URL"]
        name = f"bench_forum_{uuid.uuid4().hex[:8]}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        os.environ["COMITY_DATABASE_URL"] = f"{server.rpartition('/')[0]}/{name}"
    from comity.forum.start import bring_up_to_date, open_forum

    open_forum(data=folder)
    bring_up_to_date()
    return folder, name


def drop_database(name: str | None) -> None:
    """Take the database of :func:`open_database` away."""
    if name is None:
        return
    import psycopg
    from django.db import connections

    connections.close_all()
    with psycopg.connect(os.environ["COMITY_TEST_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def make_round() -> Round:
    """Write the round; return it."""
    from bench_conference import DELEGATIONS, make_moves

    from comity.forum import actions
    from comity.forum.models import MoveRow
    from comity.protocol.conference import Charter, seal_charter, seal_move

    charter = Charter("A conference of 190", DELEGATIONS)
    moves = make_moves(charter)
    names = {code: f"Delegation {code}" for code in DELEGATIONS}
    made = actions.create_round(slug=SLUG, charter=charter, names=names, now=moves[0].at)
    seal = seal_charter(charter)
    rows = []
    for number, move in enumerate(moves, start=1):
        seal = seal_move(seal, number, move)
        rows.append(
            MoveRow(
                round=made,
                number=number,
                act=move.act.value,
                seat=move.seat.to_plain(),
                at=move.at,
                payload=dict(move.payload),
                seal=seal,
                key=f"bulk:{number}",
            )
        )
    MoveRow.objects.bulk_create(rows, batch_size=500)
    return made


def seat_people(made: Round, users: int) -> list[Person]:
    """Give people seats and sessions: one delegate for each delegation first, then heads, one facilitator."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.db import transaction

    from comity.forum import actions
    from comity.protocol.conference import Role, Seat

    store = import_module(settings.SESSION_ENGINE).SessionStore
    codes = made.charter["delegations"]
    people = []
    with transaction.atomic():
        for number in range(users):
            if number == users - 1:
                seat = Seat(Role.FACILITATOR)
            else:
                seat = Seat(Role.DELEGATE if number < len(codes) else Role.HEAD, codes[number % len(codes)])
            user = actions.make_user(username=f"person-{number}", password=None, now=made.created)
            actions.seat_member(round=made, user=user, seat=seat, now=made.created)
            session = store()
            session[SESSION_KEY] = str(user.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.save()
            people.append(Person(user.pk, seat.role.value, session.session_key))
    return people


class Server:
    """``comity forum`` as its door starts it, in a process group of its own."""

    def __init__(self, *, workers: int, threads: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.command = [
            sys.executable, "-m", "comity", "forum", "--quiet", "--port", str(self.port),
            "--workers", str(workers), "--threads", str(threads),
        ]  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start, wait for ``/health``, and return how long that took in seconds."""
        begun = time.monotonic()
        self.process = subprocess.Popen(
            self.command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while time.monotonic() - begun < 120:
            try:
                connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return time.monotonic() - begun
            except OSError:
                time.sleep(0.05)
            if self.process.poll() is not None:
                break
        msg = "the server did not start"
        raise RuntimeError(msg)

    def pids(self) -> list[int]:
        """Return the processes of the server: the first one and its workers."""
        assert self.process is not None  # noqa: S101
        first = self.process.pid
        workers = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="ascii").split()
        return [first, *map(int, workers)]

    def cpu(self) -> float:
        """Return the processor time of all its processes so far, in seconds."""
        return sum(cpu_of(pid) for pid in self.pids())

    def memory(self) -> float:
        """Return the memory of its processes in MB; what they share is counted once."""
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total / 1024

    def kill(self) -> None:
        """Kill -9: the first process and every worker at once."""
        assert self.process is not None  # noqa: S101
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Stop as systemd would."""
        assert self.process is not None  # noqa: S101
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


def cpu_of(pid: int) -> float:
    """Return the processor time of a process so far, in seconds; 0 for one that is gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / TICKS


def postgres_pids() -> Iterator[int]:
    """Go through the processes that serve our database, which name it in their command line."""
    name = os.environ.get("COMITY_DATABASE_URL", "").rpartition("/")[2]
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = each.read_bytes()
        except OSError:
            continue
        if name and words.startswith(b"postgres:") and name.encode() in words:
            yield int(each.parent.name)
