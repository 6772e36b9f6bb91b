"""Links to seats: once, in time, not after they were taken back; accounts that are made by them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.forum.conftest import SEATS

from comity.errors import InputError
from comity.forum import actions, selectors
from comity.forum.models import Audit, Invitation, Membership
from comity.protocol.conference import Role, Seat

WORD = "a long enough word of passage"


def test_a_link_works_once(cast):
    _, token = actions.invite(round=cast.round, seat=Seat(Role.DELEGATE, "CIV"), now=cast.now)
    assert actions.find_invitation(token, cast.now) is not None
    user = actions.accept_invitation(token=token, now=cast.now, username="ana", password=WORD)
    assert selectors.seat_of(user, cast.round) == Seat(Role.DELEGATE, "CIV")
    with pytest.raises(InputError, match="used already"):
        actions.accept_invitation(token=token, now=cast.now, username="eve", password=WORD)
    assert token not in repr(list(Invitation.objects.values()) + list(Audit.objects.values()))


def test_a_link_ends(cast):
    _, token = actions.invite(round=cast.round, seat=Seat(Role.FACILITATOR), now=cast.now)
    assert actions.find_invitation(token, cast.now + timedelta(days=15)) is None
    with pytest.raises(InputError):
        actions.accept_invitation(
            token=token, now=cast.now + timedelta(days=15), username="ana", password=WORD
        )


def test_a_link_taken_back_leads_nowhere(cast):
    row, token = actions.invite(round=cast.round, seat=Seat(Role.FACILITATOR), now=cast.now)
    actions.revoke_invitation(round=cast.round, invitation=row.pk, now=cast.now)
    assert actions.find_invitation(token, cast.now) is None


def test_a_weak_password_does_not_use_the_link_up(cast):
    _, token = actions.invite(round=cast.round, seat=Seat(Role.FACILITATOR), now=cast.now)
    with pytest.raises(InputError):
        actions.accept_invitation(token=token, now=cast.now, username="ana", password="password")
    with pytest.raises(InputError):
        actions.accept_invitation(token=token, now=cast.now, username="ana", password="")
    assert actions.find_invitation(token, cast.now) is not None


def test_an_administrator_has_no_seat(cast):
    user = actions.accept_invitation(
        token=actions.invite_administrator(now=cast.now), now=cast.now, username="root", password=WORD
    )
    assert user.is_staff
    assert not user.is_superuser
    assert selectors.seat_of(user, cast.round) == Seat(Role.PUBLIC)


def test_a_seat_given_up_is_the_publics(cast):
    row = Membership.objects.get(user=cast.user["alb_delegate"])
    actions.give_up_seat(round=cast.round, member=row.pk, now=cast.now)
    assert selectors.seat_of(cast.user["alb_delegate"], cast.round) == Seat(Role.PUBLIC)
    assert cast.browser("alb_delegate").get("/r/coasts/moves/").status_code == 403


def test_the_secretariat_cannot_read_as_a_delegate_it_seated(cast):
    """It may seat itself, but only a head admits to what a delegation keeps private."""
    from comity.forum.gate import Refused, enter
    from comity.protocol.conference import Act

    user = cast.user["secretariat"]
    actions.seat_member(round=cast.round, user=user, seat=SEATS["alb_delegate"], now=cast.now)
    with pytest.raises(Refused, match="admitted"):
        enter(user, "coasts", Act.READ_PRIVATE_SHEET, now=cast.now)
    actions.seat_member(round=cast.round, user=user, seat=SEATS["alb_head"], now=cast.now)
    with pytest.raises(Refused, match="admitted"):
        enter(user, "coasts", Act.READ_PRIVATE_SHEET, now=cast.now)
    with pytest.raises(InputError):
        row = Membership.objects.get(user=user, round=cast.round)
        actions.admit_member(round=cast.round, member=row.pk, head=Seat(Role.SECRETARIAT), now=cast.now)


def test_nobody_is_seated_as_the_clock_or_for_strangers(cast):
    user = cast.user["outsider"]
    for seat in (Seat(Role.CLOCK), Seat(Role.PUBLIC), Seat(Role.HEAD, "XYZ")):
        with pytest.raises(InputError):
            actions.seat_member(round=cast.round, user=user, seat=seat, now=cast.now)
        with pytest.raises(InputError):
            actions.invite(round=cast.round, seat=seat, now=cast.now)


def test_a_round_is_published_and_closed(hidden):
    actions.publish_round(round=hidden.round, is_public=True, now=hidden.now)
    assert hidden.browser("anonymous").get("/r/hidden/").status_code == 200
    actions.publish_round(round=hidden.round, is_public=False, now=hidden.now)
    assert hidden.browser("anonymous").get("/r/hidden/").status_code == 404


def test_five_wrong_passwords_rest(db, client, settings):
    from django.core.cache import cache

    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    from datetime import UTC, datetime

    actions.make_user(username="ana", password=WORD, now=datetime(2026, 1, 5, tzinfo=UTC))
    for _ in range(5):
        client.post("/account/login/", {"login": "ana", "password": "wrong wrong wrong"})
    client.post("/account/login/", {"login": "ana", "password": WORD})
    assert "_auth_user_id" not in client.session
    cache.clear()
    client.post("/account/login/", {"login": "ana", "password": WORD})
    assert "_auth_user_id" in client.session
