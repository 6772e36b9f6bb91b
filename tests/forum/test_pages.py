"""Pages of the foundation open for who may, refuse who may not, and hide what is not theirs."""

from __future__ import annotations

import pytest
from tests.forum.conftest import EVERYBODY, SEATS

from comity.forum import actions
from comity.forum.models import Membership, MoveRow
from comity.protocol.conference import Act, Phase, Role, Seat

ROOM = [name for name in SEATS if name != "society"]


@pytest.mark.parametrize("name", EVERYBODY)
def test_pages_by_seat(cast, name):
    cast.draft()
    browser = cast.browser(name)
    assert browser.get("/r/coasts/").status_code == 200
    for page in ("moves/", "members/", "moves/journal.jsonl"):
        assert browser.get(f"/r/coasts/{page}").status_code == (200 if name in ROOM else 403)


@pytest.mark.parametrize("name", ["outsider", "anonymous"])
@pytest.mark.parametrize("page", ["", "moves/", "members/", "moves/journal.jsonl"])
def test_a_round_that_is_not_public_does_not_exist_for_others(hidden, name, page):
    browser = hidden.browser(name)
    there, nowhere = browser.get(f"/r/hidden/{page}"), browser.get(f"/r/nowhere/{page}")
    assert there.status_code == nowhere.status_code == 404
    assert b"Compact" not in there.content
    assert "Compact" not in browser.get("/").content.decode()


def test_refusal_says_why(cast):
    page = cast.browser("society").get("/r/coasts/moves/")
    assert page.status_code == 403
    assert "civil society" in page.content.decode()


def test_a_move_from_a_form_is_made_once(cast):
    browser = cast.browser("facilitator")
    for _ in range(2):
        page = browser.post("/r/coasts/course/phase/", {"to": "zero draft", "key": "one"}, follow=True)
        assert page.status_code == 200
    assert cast.state.phase is Phase.ZERO_DRAFT
    assert MoveRow.objects.count() == 1
    assert (
        cast.browser("alb_head").post("/r/coasts/course/phase/", {"to": "revisions", "key": "x"}).status_code
        == 403
    )


def test_a_bad_move_is_told_and_not_made(cast):
    page = cast.browser("facilitator").post(
        "/r/coasts/course/phase/", {"to": "signature", "key": "x"}, follow=True
    )
    assert "message error" in page.content.decode()
    assert cast.state.phase is Phase.CONSULTATION


def test_an_invitation_seats_once(cast):
    page = cast.browser("secretariat").post(
        "/r/coasts/members/invite/", {"role": "delegate", "delegation": "BRA"}
    )
    link = page.context["link"]
    path = link.removeprefix("http://testserver")
    newcomer = cast.browser("anonymous")
    assert newcomer.get(path).status_code == 200
    assert Membership.objects.filter(round=cast.round).count() == len(SEATS), "looking takes no seat"
    weak = newcomer.post(path, {"username": "ana", "password": "short"})
    assert weak.status_code == 422
    done = newcomer.post(path, {"username": "ana", "password": "a long enough word of passage"}, follow=True)
    assert done.redirect_chain[-1][0] == "/r/coasts/"
    assert "BRA" in done.content.decode()
    assert newcomer.get(path).status_code == 404
    row = Membership.objects.get(user__username="ana")
    assert not row.admitted, "the delegation has a head, who must admit"


def test_a_head_admits_their_own_only(cast):
    user = actions.make_user(username="late", password=None, now=cast.now)
    row = actions.seat_member(round=cast.round, user=user, seat=Seat(Role.DELEGATE, "BRA"), now=cast.now)
    address = "/r/coasts/members/admit/"
    for name in ("secretariat", "bra_delegate", "facilitator"):
        assert cast.browser(name).post(address, {"member": row.pk}).status_code == 403
    cast.browser("alb_head").post(address, {"member": row.pk})
    row.refresh_from_db()
    assert not row.admitted
    cast.browser("bra_head").post(address, {"member": row.pk})
    row.refresh_from_db()
    assert row.admitted


def test_times_in_ones_own_zone_with_utc_beside(cast):
    cast.draft()
    browser = cast.browser("alb_head")
    browser.post("/account/zone/", {"zone": "Asia/Kolkata"})
    page = browser.get("/r/coasts/moves/").content.decode()
    assert '5 Jan 2026, 20:30 <span class="utc">(15:00 UTC)' in page
    assert browser.post("/account/zone/", {"zone": "../etc/passwd"}, follow=True).status_code == 200


def test_silence_passes_on_the_next_look(cast):
    cast.draft().silence()
    assert cast.state.phase is Phase.SILENCE
    assert cast.browser("anonymous").get("/r/coasts/").status_code == 200  # its deadline is long past
    assert cast.state.phase is Phase.ADOPTION
    assert MoveRow.objects.last().act == Act.PASS_SILENCE.value


@pytest.mark.parametrize(
    "page",
    ["/", "/account/login/", "/account/signup/", "/account/password/reset/", "/enter/nothing/", "/nowhere/"],
)
def test_pages_before_signing_in(db, client, page):
    response = client.get(page)
    assert response.status_code in {200, 404}
    assert "forum.css" in response.content.decode()


@pytest.mark.parametrize(
    "page",
    [
        "/account/",
        "/rounds/",
        "/account/2fa/",
        "/account/password/set/",
        "/account/email/",
        "/account/sessions/",
    ],
)
def test_pages_of_ones_account(cast, page):
    response = cast.browser("alb_head").get(page, follow=True)
    assert response.status_code == 200
    assert "forum.css" in response.content.decode()
    assert cast.browser("anonymous").get(page).status_code == 302


def test_nobody_signs_up_by_themselves(db, client):
    from django.contrib.auth import get_user_model

    client.post(
        "/account/signup/",
        {
            "username": "eve",
            "email": "e@example.org",
            "password1": "a long enough word",
            "password2": "a long enough word",
        },
    )
    assert not get_user_model().objects.exists()


def test_signed_in_pages_stay_out_of_caches(cast):
    assert "no-store" in cast.browser("alb_head").get("/r/coasts/")["Cache-Control"]


@pytest.mark.parametrize("code", ["fr", "es", "ar"])
def test_language_is_kept(db, client, code):
    client.post("/language/", {"language": code, "next": "/"})
    page = client.get("/").content.decode()
    assert f'lang="{code}" dir="{"rtl" if code == "ar" else "ltr"}"' in page
