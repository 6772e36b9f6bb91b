"""Private sheets open with their own key, in their own place, unchanged; and in no other way."""

from __future__ import annotations

import stat

import pytest
from django.conf import settings
from django.db import connection
from tests.forum.conftest import EVERYBODY, SEATS

from comity.errors import InputError
from comity.forum import actions, keys
from comity.forum.models import Audit, Delegation, DelegationKey, PrivateSheet
from comity.protocol.conference import Role, Seat

CANARY = "canary-7f3a-no-more-than-nine-thousand"


def save(cast, who="alb_head", **more):
    return actions.save_private_sheet(
        round=cast.round, seat=SEATS[who], name="notes", content={"n": CANARY}, now=cast.now, **more
    )


def test_a_sheet_is_read_by_its_delegation_alone(cast):
    save(cast)
    for name in ("alb_head", "alb_delegate"):
        assert actions.read_private_sheet(round=cast.round, seat=SEATS[name], name="notes") == (
            {"n": CANARY},
            1,
        )
    for name in ("bra_head", "civ_delegate"):
        assert actions.read_private_sheet(round=cast.round, seat=SEATS[name], name="notes") == (None, 0)
    for name in ("secretariat", "facilitator", "observer", "society"):
        with pytest.raises(InputError):
            actions.read_private_sheet(round=cast.round, seat=SEATS[name], name="notes")
        with pytest.raises(InputError):
            save(cast, name)
    with pytest.raises(InputError):
        actions.read_private_sheet(round=cast.round, seat=Seat(Role.PUBLIC), name="notes")


def test_the_database_holds_no_private_word(cast):
    save(cast)
    for model in (PrivateSheet, DelegationKey, Audit):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608
            rows = cursor.fetchall()
        assert rows
        assert CANARY not in repr(
            [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows]
        )


@pytest.mark.parametrize("name", EVERYBODY)
def test_no_page_of_the_foundation_shows_it(cast, name):
    cast.draft()
    save(cast)
    browser = cast.browser(name)
    for page in (
        "/",
        "/rounds/",
        "/account/",
        "/r/coasts/",
        "/r/coasts/moves/",
        "/r/coasts/members/",
        "/r/coasts/moves/journal.jsonl",
    ):
        assert CANARY not in browser.get(page, follow=True).content.decode()


@pytest.mark.parametrize("where", [0, 15, -1])
def test_one_changed_byte_does_not_open(cast, where):
    row = save(cast)
    cipher = bytearray(row.cipher)
    cipher[where] ^= 1
    PrivateSheet.objects.update(cipher=bytes(cipher))
    with pytest.raises(keys.SealBroken):
        actions.read_private_sheet(round=cast.round, seat=SEATS["alb_head"], name="notes")


def test_a_sheet_moved_to_another_delegation_does_not_open(cast):
    save(cast)
    save(cast, "bra_head")
    mine = PrivateSheet.objects.get(delegation__code="ALB")
    PrivateSheet.objects.filter(delegation__code="BRA").update(cipher=mine.cipher)
    with pytest.raises(keys.SealBroken):
        actions.read_private_sheet(round=cast.round, seat=SEATS["bra_head"], name="notes")
    wrapped = DelegationKey.objects.get(delegation__code="ALB").wrapped
    DelegationKey.objects.filter(delegation__code="BRA").update(wrapped=wrapped)
    with pytest.raises(InputError, match="master key"):
        actions.read_private_sheet(round=cast.round, seat=SEATS["bra_head"], name="notes")


def test_another_or_no_master_key_is_said(cast):
    save(cast)
    settings.KEY_FILE.unlink()
    with pytest.raises(InputError, match="no master key"):
        actions.read_private_sheet(round=cast.round, seat=SEATS["alb_head"], name="notes")
    keys.create_master(settings.KEY_FILE)
    with pytest.raises(InputError, match="does not open"):
        actions.read_private_sheet(round=cast.round, seat=SEATS["alb_head"], name="notes")
    for words in ("", "nonsense", "comity master key 1: AAAA\n"):
        settings.KEY_FILE.write_text(words)
        with pytest.raises(InputError, match="holds no master key"):
            keys.read_master(settings.KEY_FILE)


def test_a_master_key_is_for_its_owner_and_is_not_replaced(tmp_path):
    path = tmp_path / "deep" / "master.key"
    keys.create_master(path)
    first = path.read_text()
    keys.create_master(path)
    assert path.read_text() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_stale_edit_is_told(cast):
    save(cast)
    save(cast, seen=1)
    with pytest.raises(InputError, match="colleague"):
        save(cast, "alb_delegate", seen=1)


def test_each_delegation_has_a_key_of_its_own(cast):
    save(cast)
    save(cast, "bra_head")
    from comity.forum.actions.private import key_of

    found = [key_of(each) for each in Delegation.objects.filter(round=cast.round)]
    assert len(set(found)) == len(found) == 3
