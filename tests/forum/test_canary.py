"""A random word, a number and a secret answer of one delegation: nowhere outside its own pages.

``test_isolation`` looks in every answer; here: the database file as it lies on the disk, its write-ahead log, a
dump of PostgreSQL, sessions, audit rows, the cache, log lines, error pages, and backups.
"""

from __future__ import annotations

import io
import logging
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from tests.forum.conftest import CODES, SEATS
from tests.forum.walking import DIGITS, NUMBER, WORD, World, finds_canary

from comity.forum import actions
from comity.forum.models import Audit, MoveRow
from comity.forum.silence import PlacesOnly
from comity.protocol.conference import Act

URL = os.environ.get("COMITY_TEST_DATABASE_URL", "")


@pytest.fixture
def log():
    """What the forum's own handler writes, at its most talkative."""
    root, words = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(words)
    handler.addFilter(PlacesOnly())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield words
    root.removeHandler(handler)
    root.setLevel(before)


def form() -> dict[str, str]:
    return {
        "red_line": str(NUMBER), "no_deal": "0", "mandate": WORD, "notes": WORD, "takes_part": "yes", "seen": "0",
        "low:visas": str(NUMBER), "mid:visas": str(NUMBER), "high:visas": str(NUMBER),
    }  # fmt: skip


def raw_database() -> bytes:
    name = Path(str(connection.settings_dict["NAME"]))
    return b"".join(path.read_bytes() for path in name.parent.glob(name.name + "*") if path.is_file())


def holds(data: bytes) -> bool:
    return any(
        word in data
        for text in (WORD, str(NUMBER))
        for word in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"))
    )


@pytest.mark.skipif(bool(os.environ.get("COMITY_DATABASE_URL")), reason="reads the file of SQLite")
def test_nothing_is_in_the_database_file_the_sessions_the_cache_or_the_log(
    committed_cast, settings, tmp_path, log
):
    cache = tmp_path / "cache"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(cache)}
    }
    cast = committed_cast.draft().propose()
    browser = cast.browser("alb_head")
    saved = browser.post("/r/coasts/private/save/", form(), follow=True)
    assert finds_canary(saved.content), "its owner sees it, so the search would find it"
    wrong = browser.post("/r/coasts/private/save/", form() | {"red_line": f"{NUMBER}{WORD}", "seen": "1"})
    assert wrong.status_code == 422
    browser.post("/r/coasts/private/save/", form() | {"seen": "0"})  # stale
    browser.get("/r/coasts/proposals/p1/")
    for who in ("bra_head", "facilitator", "anonymous"):
        cast.browser(who).get("/r/coasts/private/")
    rows = MoveRow.objects.count()
    assert b"Package p1" in raw_database(), "what is not private is found, so the search would find more"
    assert rows
    assert not holds(raw_database())
    for session in Session.objects.all():
        assert not finds_canary(str(session.get_decoded()))
    for row in Audit.objects.all():
        assert not finds_canary(f"{row.act} {row.outcome}")
    for path in cache.rglob("*"):
        assert not path.is_file() or not holds(path.read_bytes())
    assert not finds_canary(log.getvalue())


@pytest.mark.parametrize("debug", [False, True])
def test_a_fault_while_a_sheet_is_open_says_nothing_of_it(cast, settings, monkeypatch, log, debug):
    """Not in the page of the fault, not in the log, not even where debug pages were left on."""
    settings.DEBUG = debug
    browser = cast.browser("alb_head")
    browser.post("/r/coasts/private/save/", form())
    browser.raise_request_exception = False

    def fail(request, template, context=None, **_more):
        kept = f"{context} {WORD} {NUMBER}"
        raise RuntimeError(kept)

    monkeypatch.setattr("comity.forum.views.private.render", fail)
    answer = browser.get("/r/coasts/private/")
    assert answer.status_code == 500
    assert "RuntimeError" in log.getvalue(), "the fault is logged, with its place"
    assert "private.py" in log.getvalue()
    assert not finds_canary(log.getvalue())
    if not debug:
        assert not finds_canary(answer.content)
    member = cast.user["alb_head"].seats.get()
    token = actions.make_token(
        member=member, name="t", may_move=True, private=True, days=1, now=cast.now.now(cast.now.tzinfo)
    )[1]
    monkeypatch.setattr("comity.forum.actions.open_sheet", lambda **_: fail(None, None))
    bearer = {"Authorization": f"Bearer {token}"}
    answer = browser.get("/api/rounds/coasts/private", headers=bearer)
    assert answer.status_code == 500
    assert set(answer.json()) == {"error", "key", "accepted"}
    assert not finds_canary(answer.content)
    assert not finds_canary(log.getvalue())


def views_of(cast) -> list[str]:
    """Everything that others may read of an acceptance, without marks that differ each time."""
    found = []
    for who in ("secretariat", "facilitator", "bra_head", "observer", "anonymous"):
        for path in ("", "moves/", "proposals/", "proposals/acceptance/q1/", "proposals/p1/"):
            text = cast.browser(who).get(f"/r/coasts/{path}").content.decode()
            found.append(re.sub(r'value="[0-9a-zA-Z_-]{16,}"', "", text))
    found += [f"{row.act} {row.outcome} {row.at}" for row in Audit.objects.order_by("pk")]
    for row in MoveRow.objects.order_by("number"):
        payload = {name: len(value) if name == "sealed" else value for name, value in row.payload.items()}
        found.append(f"{row.number} {row.act} {row.at} {payload}")
    return found


def test_yes_and_no_look_the_same(cast):
    """Pages, log, audit and lengths are the same, whichever the answer, until the outcome; and who refused never."""
    cast.draft().propose()
    cast.play(
        Act.OPEN_ACCEPTANCE, "facilitator", acceptance="q1", proposal="p1", version=1, among=list(CODES)
    )

    def answer(**accepts: bool) -> list[str]:
        with transaction.atomic():
            for code, yes in accepts.items():
                name = f"{code.lower()}_head"
                actions.answer_in_secret(
                    round=cast.round, seat=SEATS[name], acceptance="q1", accepts=yes, key=code, now=cast.now,
                    user=cast.user[name],
                )  # fmt: skip
            found = views_of(cast)
            transaction.set_rollback(True)
        return found

    assert answer(ALB=True) == answer(ALB=False)
    one, other = answer(ALB=False, BRA=True, CIV=True), answer(ALB=True, BRA=True, CIV=False)
    assert one == other, "who refused is not said"
    assert one == answer(ALB=False, BRA=False, CIV=False), "nor how many"
    assert one != answer(ALB=True, BRA=True, CIV=True)


def test_the_journal_holds_answers_only_as_they_were_sealed(db):
    world = World()
    journal = world.talks.browser("bra_head").get("/r/coasts/moves/journal.jsonl").content.decode()
    (line,) = [each for each in journal.splitlines() if '"answer in secret"' in each]
    sealed = re.search(r'"sealed":"([^"]+)"', line.replace('": "', '":"'))[1]
    assert len(sealed) == 44, "12 bytes of nonce, 3 of answer, 16 of tag; in base64"
    assert not finds_canary(journal)


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("COMITY_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "comity", "forum", *words], capture_output=True, text=True, env=kept | more, check=False,
        timeout=240,
    )  # fmt: skip


PRIVATE = (b"9,000 year-round places", b"matters more to us", b"is a red line")
"""Words of the private notes of the demonstration."""


@pytest.mark.skipif(not URL, reason="no PostgreSQL: COMITY_TEST_DATABASE_URL is not set")
def test_a_dump_of_postgresql_holds_nothing(tmp_path):
    import psycopg

    name = f"test_guard_canary_{os.getpid()}"
    url = f"{URL.rpartition('/')[0]}/{name}"
    with psycopg.connect(URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    try:
        made = run(
            "demo",
            "--no-serve",
            "--data",
            str(tmp_path / "d"),
            COMITY_DATABASE_URL=url,
            COMITY_DATA=str(tmp_path / "d"),
        )
        assert made.returncode == 0, made.stderr
        dump = subprocess.run(["pg_dump", url], capture_output=True, check=False)
        if dump.returncode:
            pytest.skip(f"pg_dump: {dump.stderr.decode()[:200]}")
        assert b"Places with faster identification" in dump.stdout, "what is public is found"
        assert not [words for words in PRIVATE if words in dump.stdout]
        kept = run(
            "backup", str(tmp_path / "b.tar.gz"), COMITY_DATABASE_URL=url, COMITY_DATA=str(tmp_path / "d")
        )
        assert kept.returncode == 0, kept.stderr
        with tarfile.open(tmp_path / "b.tar.gz") as whole:
            inside = b"".join(whole.extractfile(each).read() for each in whole if each.isfile())
        assert not [words for words in PRIVATE if words in inside]
        assert b"comity master key" not in inside
    finally:
        with psycopg.connect(URL, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_a_sheet_that_is_printed_by_mistake_says_nothing():
    """The object itself says nothing where it is printed by mistake."""
    assert WORD not in repr(World.sheet.fget(None))
    assert DIGITS not in str(World.sheet.fget(None))
