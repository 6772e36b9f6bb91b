"""A token of a seat is found while it holds, and nobody else's words are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from comity.forum.actions import find_token, make_token, revoke_token
from comity.forum.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(cast):
    member = Membership.objects.get(round=cast.round, user=cast.user["alb_head"])
    return make_token(member=member, name="a script", may_move=False, private=False, days=7, now=cast.now)


def test_a_token_is_found_until_it_is_over(cast, made):
    row, words = made
    assert find_token(words, now=cast.now) == row
    assert find_token(words + "x", now=cast.now) is None
    assert find_token(words, now=cast.now + timedelta(days=8)) is None


def test_a_token_that_was_taken_back_is_not_found(cast, made):
    row, words = made
    assert revoke_token(user=cast.user["alb_head"], token=row.pk, now=cast.now)
    assert find_token(words, now=cast.now) is None
