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


OWN = {"/r/<slug>/private/", "/r/<slug>/private/sheet.yaml", "/api/rounds/<slug>/private"}
"""Where the owners must see the canary: so the search would find it."""
PARTS = 4
"""The addresses are walked in so many tests, which may run beside each other."""


def walk(world: World, some: list[Address]) -> tuple[dict[tuple[str, str], list[str]], list[str]]:
    """Ask for some addresses; return the table, and where the canary was seen by who must not see it."""
    table: dict[tuple[str, str], list[str]] = {}
    leaks, owned = [], set()
    for address in some:
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
    assert {each.shown for each in some} & OWN <= owned
    return table, leaks


def write(table: dict[tuple[str, str], list[str]]) -> list[str]:
    """The lines of a table."""
    return [
        f"{method:<4} {shown:<58} " + " ".join(f"{one:<3}" for one in row).rstrip() + "\n"
        for (shown, method), row in table.items()
        if set(row) != {"405"}
    ]


def place(line: str) -> tuple[str, str]:
    """The address and the method of a line."""
    method, shown = line.split()[:2]
    return shown, method


def kept() -> list[str]:
    """The lines of the reviewed table."""
    lines = GOLDEN.read_text(encoding="utf-8").splitlines(keepends=True) if GOLDEN.exists() else []
    return [each for each in lines if not each.startswith("#")]


def keep(lines: list[str], part: set[str]) -> None:
    """Put the lines of a part in the place of those that were there; away with addresses that are gone."""
    order = {each.shown: at for at, each in enumerate(addresses())}
    all_ = [each for each in kept() if place(each)[0] not in part and place(each)[0] in order] + lines
    all_.sort(key=lambda line: order[place(line)[0]])
    GOLDEN.write_text(HEAD.format(who=" ".join(WHO)) + "".join(all_), encoding="utf-8")


@pytest.mark.parametrize("part", range(PARTS))
def test_every_address_for_every_role(db, part):
    some = addresses()[part::PARTS]
    table, leaks = walk(World(), some)
    assert leaks == []
    faults = [(where, row) for where, row in table.items() if any(one.startswith("5") for one in row)]
    assert faults == []
    found, names = write(table), {each.shown for each in some}
    if os.environ.get("COMITY_WRITE_GOLDEN"):
        keep(found, names)
    assert found == [each for each in kept() if place(each)[0] in names]


def test_the_table_names_no_address_that_is_gone():
    """And no address falls between the parts."""
    assert {place(each)[0] for each in kept()} <= {each.shown for each in addresses()}
    assert {each.shown for each in addresses()} >= OWN
    parts = [each for part in range(PARTS) for each in addresses()[part::PARTS]]
    assert sorted(parts) == sorted(addresses())
    assert GOLDEN.read_text(encoding="utf-8") == HEAD.format(who=" ".join(WHO)) + "".join(kept())


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
