"""Loss of power: that the database is really told to write before it acknowledges, asked of the database itself.

On PostgreSQL and SQLite alike (``tests/forum/test_postgresql.py`` runs this file on a server).
"""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from comity.forum.checks import how_it_writes, judge_writes
from comity.forum.start import find_problems


def is_full(found: dict[str, str]) -> bool:
    if connection.vendor == "postgresql":
        assert found["fsync"] in {"on", "off"}, "a test server may have it off; 'comity forum check' says so"
        return found["synchronous_commit"] != "off"
    return (found["journal_mode"], found["synchronous"]) == ("wal", "2")


def test_every_connection_writes_before_it_acknowledges(transactional_db):
    """Also those of other threads, which workers open by themselves."""
    seen = [how_it_writes()]

    def look() -> None:
        seen.append(how_it_writes())
        connection.close()

    for _ in range(2):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert all(is_full(each) for each in seen), seen
    assert len(seen) == 3


def test_a_database_that_does_not_is_told_by_check(transactional_db):
    with connection.cursor() as cursor:
        off, on, code = {
            "postgresql": ("SET synchronous_commit TO off", "SET synchronous_commit TO on", "forum.E005"),
            "sqlite": ("PRAGMA synchronous=OFF", "PRAGMA synchronous=FULL", "forum.E007"),
        }[connection.vendor]
        cursor.execute(off)
        try:
            told = find_problems()
        finally:
            cursor.execute(on)
    assert [level for level, words in told if words.startswith(code)] == ["error"]
    assert not [words for _level, words in find_problems() if words.startswith(code)]


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        ({"synchronous_commit": "local", "fsync": "on", "full_page_writes": "on"}, []),
        ({"synchronous_commit": "on", "fsync": "off", "full_page_writes": "off"}, ["forum.E006", "forum.W002"]),
        ({"journal_mode": "delete", "synchronous": "3"}, ["forum.W001"]),
        ({"journal_mode": "wal", "synchronous": "0"}, ["forum.E007"]),
    ],
)  # fmt: skip
def test_what_is_a_fault(found, codes):
    assert [each.id for each in judge_writes(found)] == codes
