"""Races, other people's rows, bombs, and what logs must not keep: attacks that need more than one request."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.forum.conftest import CODES, SEATS, Cast
from tests.forum.test_api import Program

from comity.errors import InputError
from comity.forum import actions
from comity.forum.models import ApiToken, CalendarFeed, Invitation, Membership, MoveRow
from comity.forum.silence import PlacesOnly, hide_secrets
from comity.protocol.conference import Act, Role, Seat

PASSWORD = "a quite long phrase of four"


def at_once(*calls) -> list[str]:
    """Do all at the same moment, each on a connection of its own; what each was told."""
    gate, said = threading.Barrier(len(calls)), [""] * len(calls)

    def work(n: int) -> None:
        gate.wait()
        try:
            calls[n]()
        except InputError as error:
            said[n] = str(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(calls))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return said


# races


def test_a_one_time_link_that_is_raced_seats_one(committed_cast):
    cast = committed_cast
    _, token = actions.invite(round=cast.round, seat=Seat(Role.DELEGATE, "BRA"), now=timezone.now())
    before = get_user_model().objects.count()

    def take(n: int):
        return lambda: actions.accept_invitation(
            token=token, now=timezone.now(), username=f"racer{n}", password=PASSWORD
        )

    said = at_once(*(take(n) for n in range(6)))
    assert sum(not each for each in said) == 1
    assert all("used already" in each for each in said if each)
    assert get_user_model().objects.count() == before + 1


def test_answers_in_secret_that_are_raced_make_one_outcome(committed_cast):
    """Two of one delegation and all the others, at the same moment and under keys of their own."""
    cast = committed_cast.draft().propose()
    cast.play(
        Act.OPEN_ACCEPTANCE, "facilitator", acceptance="q1", proposal="p1", version=1, among=list(CODES)
    )

    def answer(who: str, accepts: bool):
        return lambda: actions.answer_in_secret(
            round=cast.round, seat=SEATS[who], acceptance="q1", accepts=accepts, key=f"k-{who}-{accepts}",
            now=cast.now, user=cast.user[who],
        )  # fmt: skip

    at_once(
        answer("alb_head", True), answer("alb_head", False), answer("bra_head", True), answer("civ_head", True)
    )  # fmt: skip
    rows = MoveRow.objects.filter(round=cast.round)
    assert rows.filter(act=Act.OUTCOME.value).count() == 1
    assert rows.count() == len(set(rows.values_list("number", flat=True)))
    assert cast.state.acceptances["q1"].status in {"accepted", "not accepted"}
    late = at_once(answer("bra_head", False))
    assert late[0], "after the outcome nothing is answered"


# rows of other people


def test_tokens_feeds_and_links_of_others_are_not_theirs_to_end(cast):
    now = timezone.now()
    alb = Membership.objects.get(user=cast.user["alb_head"])
    token, _ = actions.make_token(member=alb, name="x", may_move=False, private=False, days=1, now=now)
    feed, _ = actions.make_feed(member=alb, now=now)
    other = Cast("other")
    link, _ = actions.invite(round=other.round, seat=SEATS["bra_head"], now=now)
    theirs = Membership.objects.get(user=other.user["bra_head"], round=other.round)
    for who in ("bra_head", "alb_delegate", "secretariat"):
        browser = cast.browser(who)
        browser.post("/account/tokens/revoke/", {"token": token.pk})
        browser.post("/r/coasts/calendar/feed/revoke/", {"feed": feed.pk})
        browser.post("/r/coasts/members/revoke/", {"invitation": link.pk})
        for path in ("unseat", "admit"):
            browser.post(f"/r/coasts/members/{path}/", {"member": theirs.pk})
    assert ApiToken.objects.get(pk=token.pk).revoked is None
    assert CalendarFeed.objects.get(pk=feed.pk).revoked is None
    assert not Invitation.objects.get(pk=link.pk).revoked
    assert Membership.objects.get(pk=theirs.pk).active


def test_keys_of_another_round_open_nothing_here(cast):
    """Proposals, articles, commitments and submissions are looked up in the round of the address alone."""
    other = Cast("other", public=False).draft().propose("p9")
    other.play(Act.SUBMIT, "society", submission="s9", title="T", words="OnlyThere", paragraphs=[])
    cast.draft()
    for path in (
        "proposals/p9/",
        "submissions/s/s9/",
        "commitments/c/c9/",
        "text/a9/",
        "proposals/acceptance/q9/",
    ):
        answer = cast.browser("secretariat").get(f"/r/coasts/{path}")
        assert answer.status_code in {302, 403, 404}, path
        assert b"OnlyThere" not in answer.content
    program = Program(cast, "alb_head")
    assert program.ask("GET", "/proposals", base="/api/rounds/other").status_code == 404


def test_an_htmx_request_has_no_other_rights(cast):
    cast.draft().propose()
    before = MoveRow.objects.count()
    for who, path in (
        ("society", "text/a1.p1/propose/"),
        ("observer", "text/a1.p1/propose/"),
        ("alb_head", "text/a1.p1/settle/"),
        ("outsider", "text/a1.p1/comment/"),
        ("society", "proposals/effect/"),
        ("bra_delegate", "proposals/p1/withdraw/"),
    ):
        answer = cast.browser(who).post(
            f"/r/coasts/{path}", {"wording": "x", "words": "x", "key": "k"},
            headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/r/coasts/text/a1/"},
        )  # fmt: skip
        assert answer.status_code in {403, 404} or (
            path.startswith("proposals/p1") and answer.status_code < 500
        )
    assert MoveRow.objects.count() == before


# sessions


def test_a_new_password_signs_everybody_else_out(db):
    actions.make_user(username="person", password=PASSWORD, now=timezone.now())
    thief, owner = Client(), Client()
    for each in (thief, owner):
        assert each.post("/account/login/", {"login": "person", "password": PASSWORD}).status_code == 302
    new = "another quiet phrase of five"
    answer = owner.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert answer.status_code == 302
    assert owner.get("/account/").status_code == 200
    assert thief.get("/account/").status_code == 302


def test_an_account_that_does_not_exist_takes_as_long(db, settings):
    """The password of nobody is hashed too, so that the clock does not tell who has an account."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    actions.make_user(username="person", password=PASSWORD, now=timezone.now())

    def cost(login: str) -> float:
        begun = time.process_time()
        Client().post("/account/login/", {"login": login, "password": "wrong wrong wrong"})
        return time.process_time() - begun

    cost("person")  # warm
    known, unknown = min(cost("person") for _ in range(2)), min(cost("nobody") for _ in range(2))
    assert unknown > known / 2


# bombs


@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"a":' * 100_000, b"1" * 100_000, b'{"act": "comment", "key": "k", "payload": ' + b"[" * 50_000],
    ids=["brackets", "objects", "digits", "payload"],
)  # fmt: skip
def test_json_that_is_nested_or_long_is_refused(cast, body):
    program = Program(cast, "alb_head")
    answer = Client(raise_request_exception=False).generic(
        "POST", f"{program.base}/moves", body, content_type="application/json",
        headers={"Authorization": f"Bearer {program.token}"},
    )  # fmt: skip
    assert answer.status_code in {400, 413, 422}
    assert len(answer.content) < 2000


@pytest.mark.parametrize(
    "words",
    [
        "a: &a [x,x,x,x,x,x,x,x]\n" + "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]" for n in range(9)),
        "values: " + "[" * 20_000,
        "!!python/object/apply:os.system ['true']",
        "mandate: " + "x" * 300_000,
    ],
    ids=["laughs", "deep", "python", "large"],
)  # fmt: skip
def test_a_sheet_that_is_a_bomb_is_refused(cast, words):
    begun = time.process_time()
    answer = cast.browser("alb_head").post(
        "/r/coasts/private/upload/", {"file": SimpleUploadedFile("sheet.yaml", words.encode()), "seen": 0}
    )
    assert time.process_time() - begun < 5
    assert answer.status_code in {200, 302, 422}
    assert actions.read_private_sheet(round=cast.round, seat=SEATS["alb_head"], name="position")[1] == 0


# logs


def test_the_log_keeps_no_link_that_opens_something(cast, caplog):
    """Django logs the address of what it refuses: that of a one-time link is cut."""
    _, token = actions.invite(round=cast.round, seat=SEATS["bra_head"], now=timezone.now())
    member = Membership.objects.get(user=cast.user["alb_head"])
    _, feed = actions.make_feed(member=member, now=timezone.now())
    record = logging.LogRecord(
        "django.request", logging.WARNING, "x.py", 1, "%s: %s", ("Forbidden", f"/enter/{token}/"), None
    )
    assert PlacesOnly().filter(record)
    assert record.getMessage() == "Forbidden: /enter/…/"
    assert hide_secrets(f"Not Found: /calendar/{feed}.ics") == "Not Found: /calendar/….ics"
    assert hide_secrets("/account/password/reset/key/3-abc-def/") == "/account/password/reset/key/…/"
    assert hide_secrets("/r/coasts/calendar/schedule/") == "/r/coasts/calendar/schedule/"
    careful = logging.Formatter("%(message)s")
    handler = caplog.handler
    handler.addFilter(PlacesOnly())
    try:
        Client(enforce_csrf_checks=True).post(f"/enter/{token}/", {"username": "x"})
        Client().put(f"/enter/{token}x/")
        Client().post(f"/calendar/{feed}.ics")
    finally:
        handler.filters.clear()
    said = [careful.format(each) for each in caplog.records]
    assert len(said) >= 2, "there was something to hide"
    assert not [each for each in said if token in each or feed in each]


def test_a_link_is_over_after_its_days(cast):
    _, token = actions.invite(round=cast.round, seat=SEATS["bra_head"], now=timezone.now(), days=1)
    with pytest.raises(InputError):
        actions.accept_invitation(
            token=token, now=timezone.now() + timedelta(days=1, seconds=1), username="late", password=PASSWORD
        )
