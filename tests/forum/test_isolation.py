"""Every address × every role, beside one reviewed table; and a canary that only its owners ever see.

The table is ``golden/access.txt``. An address that is new, gone or answers another way fails here; look at the
change, and write the table anew with ``COMITY_WRITE_GOLDEN=1 pytest tests/forum/test_isolation.py``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.forum.conftest import Cast
from tests.forum.walking import OWNERS, WHO, Address, World, addresses, finds_canary, methods, say

GOLDEN = Path(__file__).parent / "golden" / "access.txt"
HEAD = """\
# Who may open what. A line for each address and method, a column for each role, in this order:
#   {who}
# 200 shown, 302 done or sent on (a write without its fields is told so on the next page), in = sent to sign in,
# 403 not from this seat or not now, 404 there is no such thing for this reader, 405 not by this method,
# 409 and 422 allowed, but what was sent is not accepted. Writes are sent empty, and taken back.
# Rounds: both are public; 'coasts' is amid revisions, commitments are asked of 'after', which is in follow-up.
# A page that answers an empty form as it answers a reader has no line for POST.
# · an address of one's own account, which depends on being signed in and on nothing else: asked of three
# waiting = a delegate of ALB whom the head has not admitted to what the delegation keeps private.
"""


PROBE = ("secretariat", "alb_head", "society", "anonymous")
"""Who tries a form on a page that is read: if it answers them as it does when read, it takes no form."""
SIGNED_IN_OR_NOT = {"secretariat", "alb_head", "anonymous"}


def asked_of(address: Address) -> frozenset[str]:
    """Who asks for an address: everybody, or for one's own account three."""
    return frozenset(SIGNED_IN_OR_NOT if address.of_account else WHO)


def walk(world: World) -> tuple[dict[tuple[str, str], list[str]], list[str]]:
    """Ask everything; return the table, and where the canary was seen by who must not see it."""
    table: dict[tuple[str, str], list[str]] = {}
    leaks, owned = [], set()
    for address in addresses():
        for method in methods(address):
            shown = table.get((address.shown, "GET"), [])
            if method == "POST" and shown and set(shown) != {"405"}:
                probe = [world.ask(address, "POST", who) for who in PROBE if who in asked_of(address)]
                if [say(one) for one in probe] == [
                    shown[WHO.index(w)] for w in PROBE if w in asked_of(address)
                ]:
                    continue  # an empty form does what reading does
            row: list[str] = []
            for who in WHO:
                if row and set(row) == {"405"}:
                    break  # by this method nobody is answered, whoever asks
                if who not in asked_of(address):
                    row.append("·")
                    continue
                answer = world.ask(address, method, who)
                row.append(say(answer))
                if finds_canary(answer.content):
                    if who in OWNERS:
                        owned.add(address.shown)
                    else:
                        leaks.append(f"{method} {address.shown} as {who}")
            table[address.shown, method] = row
    assert {"/r/<slug>/private/", "/r/<slug>/private/sheet.yaml", "/api/rounds/<slug>/private"} <= owned, (
        "its owners see it, so the search would find it"
    )
    return table, leaks


def write(table: dict[tuple[str, str], list[str]]) -> str:
    lines = [HEAD.format(who=" ".join(WHO))]
    for (shown, method), row in table.items():
        if set(row) == {"405"}:
            continue
        lines.append(f"{method:<4} {shown:<58} " + " ".join(f"{one:<3}" for one in row).rstrip() + "\n")
    return "".join(lines)


def test_every_address_for_every_role(db):
    table, leaks = walk(World())
    assert leaks == []
    faults = [(where, row) for where, row in table.items() if any(one.startswith("5") for one in row)]
    assert faults == []
    found = write(table)
    if os.environ.get("COMITY_WRITE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("who", ["outsider", "anonymous"])
def test_a_round_that_is_not_public_is_not_there(db, who):
    """404 everywhere, as for a round that does not exist: its name cannot be guessed."""
    world = World.__new__(World)
    world.talks = world.after = Cast("hidden", public=False)
    world._cookies, world._tokens, world.room = {}, {}, "none"
    seen = 0
    for address in addresses():
        if "<slug:slug>" not in address.pattern or address.is_api:
            continue
        for method in methods(address):
            there = world.ask(address, method, who)
            assert there.status_code in {404, 405}, (address.shown, method)
            seen += there.status_code == 404
    assert seen > 80
