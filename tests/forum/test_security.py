"""What an attacker would try: forms of other sites, other hosts, guessed passwords, old sessions, open redirects."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings as used
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from tests.forum.conftest import CHARTER, SEATS, Cast
from tests.forum.walking import World, addresses

from comity.errors import InputError
from comity.forum import actions
from comity.forum.models import Audit, Membership, MoveRow
from comity.protocol.conference import Act, Role, Seat

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a quite long phrase of four"


@pytest.fixture
def counted(settings):
    """A cache that counts, as in earnest."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "guard"}
    }
    caches["default"].clear()
    yield
    caches["default"].clear()


@pytest.fixture
def person(db):
    return actions.make_user(username="person", password=PASSWORD, now=timezone.now(), email="p@example.org")


# what every page says to the browser


class Inline(HTMLParser):
    """Finds what a strict content security policy would have to allow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.waits = False

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.found += [f"<{tag} {name}>" for name in names if name.startswith("on") or name == "style"]
        self.found += [
            f"<{tag} {name}={value[:40]}>"
            for name, value in attrs
            if value and value.strip().casefold().startswith("javascript:")
        ]
        if tag == "style":
            self.found.append("<style>")
        if tag == "script" and "src" not in names and names.get("type") != "application/json":
            self.found.append("<script>")
        for name in ("src", "href", "action", "hx-post", "hx-get"):
            value = names.get(name) or ""
            if tag != "a" and re.match(r"(https?:)?//", value):
                self.found.append(f"<{tag} {name}={value}>")


def test_every_page_is_strict(db):
    """No inline script or style, nothing of other sites, and headers that hold browsers to it."""
    world = World()
    pages = 0
    for address in addresses():
        for who in ("alb_head", "secretariat") if "<slug" in address.pattern else ("alb_head",):
            answer = world.ask(address, "GET", who)
            policy = answer["Content-Security-Policy"]
            assert "script-src 'self'" in policy, address.shown
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["X-Frame-Options"] == "DENY"
            assert answer["Referrer-Policy"] == "same-origin"
            assert "no-store" in answer["Cache-Control"], address.shown
            saved = answer.get("Content-Disposition", "")
            assert "\n" not in saved
            if answer["Content-Type"].startswith("text/html") and not saved:
                look = Inline()
                look.feed(answer.content.decode())
                assert look.found == [], address.shown
                pages += 1
    assert pages > 60


def test_every_write_wants_the_forms_own_mark(db):
    """Without the token of the form, no write address of a browser does anything."""
    world = World()
    before, asked = MoveRow.objects.count(), 0
    for address in addresses():
        if address.is_api:
            continue
        cast = world.cast_of(address)
        client = Client(enforce_csrf_checks=True)
        client.cookies = world.browser("secretariat", cast).cookies
        answer = client.post(world.fill(address), {"key": "k", "do": "table"})
        assert answer.status_code in {403, 405}, address.shown
        asked += answer.status_code == 403
    assert asked > 60
    assert MoveRow.objects.count() == before


# signing in


def test_a_session_is_new_after_signing_in(person, counted):
    browser = Client()
    browser.get("/account/login/")
    browser.cookies[used.SESSION_COOKIE_NAME] = "chosen-by-somebody-else-000000000"
    answer = browser.post("/account/login/", {"login": "person", "password": PASSWORD})
    assert answer.status_code == 302
    first = browser.cookies[used.SESSION_COOKIE_NAME]
    assert first.value != "chosen-by-somebody-else-000000000"
    assert first["httponly"]
    assert first["samesite"] == "Lax"
    old = Client()
    old.cookies[used.SESSION_COOKIE_NAME] = first.value
    assert old.get("/account/").status_code == 200
    browser.post("/account/logout/")
    assert old.get("/account/").status_code == 302, "a session ends for everybody who holds it"


def test_wrong_passwords_lock_a_name_for_a_while(person, counted):
    browser = Client()
    said = [
        browser.post("/account/login/", {"login": "person", "password": f"wrong {n}"}).content.decode()
        for n in range(6)
    ]
    assert "Too many failed" in said[-1]
    answer = browser.post("/account/login/", {"login": "person", "password": PASSWORD})
    assert answer.status_code == 200, "the right one does not open it now either"
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post("/account/login/", {"login": "person", "password": PASSWORD}).status_code == 200


def test_a_page_does_not_say_who_has_an_account(person, counted):
    def said(login: str) -> str:
        answer = Client().post("/account/login/", {"login": login, "password": "wrong"}).content.decode()
        return re.sub(r"csrf\w*\" value=\"[^\"]+|value=\"(person|nobody)\"|key\" value=\"[^\"]+", "", answer)

    assert said("person") == said("nobody")


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_elsewhere(person, counted, where):
    answer = Client().post("/account/login/", {"login": "person", "password": PASSWORD, "next": where})
    assert "evil" not in answer.get("Location", "")
    assert "javascript" not in answer.get("Location", "")
    for path in ("/language/", "/account/zone/"):
        answer = Client().post(path, {"next": where, "language": "fr", "zone": "UTC"})
        assert "evil" not in answer.get("Location", "")
        assert "javascript" not in answer.get("Location", "")


def test_an_authenticator_app_is_a_second_factor(person, counted):
    """Enrolled in the browser with a code; from then on a password alone does not sign in."""
    from allauth.mfa.totp.internal import auth as totp

    browser = Client()
    browser.post("/account/login/", {"login": "person", "password": PASSWORD})
    assert browser.get("/account/2fa/totp/activate/")["Location"].startswith("/account/reauthenticate/")
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/account/2fa/totp/activate/")
    assert page.status_code == 200
    secret = page.context["form"].secret

    def code() -> str:
        counter = next(iter(totp.yield_hotp_counters_from_time()))
        return totp.format_hotp_value(totp.hotp_value(secret, counter))

    wrong = browser.post("/account/2fa/totp/activate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert browser.post("/account/2fa/totp/activate/", {"code": code()}).status_code == 302
    assert person.authenticator_set.filter(type="totp").exists()
    assert secret not in str(person.authenticator_set.get(type="totp").data), "sealed in the database"
    caches["default"].clear()  # a code works once; the next half minute gives another
    fresh = Client()
    answer = fresh.post("/account/login/", {"login": "person", "password": PASSWORD})
    assert answer["Location"].startswith("/account/2fa/authenticate/")
    assert fresh.get("/account/").status_code == 302, "not signed in yet"
    assert fresh.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert fresh.post("/account/2fa/authenticate/", {"code": code()}).status_code == 302
    assert fresh.get("/account/").status_code == 200


def test_passkeys_are_offered(person, counted):
    browser = Client()
    browser.post("/account/login/", {"login": "person", "password": PASSWORD})
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/account/2fa/webauthn/add/")
    assert page.status_code == 200
    assert '"publicKey"' in page.content.decode()
    options = Client().get("/account/2fa/webauthn/login/", headers={"Accept": "application/json"})
    assert "challenge" in str(options.json())
    nonsense = Client().post("/account/2fa/webauthn/login/", {"credential": "{}"})
    assert nonsense.status_code in {200, 302, 400}
    assert "/account/" not in Client().get("/account/login/").get("Location", "")


# hosts, sizes, downloads


def test_another_host_is_not_answered(db):
    assert Client(headers={"Host": "evil.example"}).get("/").status_code == 400
    assert Client().get("/", headers={"X-Forwarded-Host": "evil.example"}).status_code == 200


def test_a_form_that_is_too_large(cast):
    answer = cast.browser("alb_head").post("/r/coasts/text/a1.p1/comment/", {"words": "x" * 2_600_000})
    assert answer.status_code == 400


# seats


def test_who_acts_is_asked_again_when_it_is_written(cast):
    """A door that forgot to ask, or a seat that was taken back meanwhile, writes nothing."""
    cast.draft()
    one = {"round": cast.round, "act": Act.COMMENT, "payload": {"words": "x"}, "now": cast.now}
    with pytest.raises(InputError, match="not your seat"):
        actions.make_move(seat=SEATS["bra_head"], key="k1", user=cast.user["alb_head"], **one)
    with pytest.raises(InputError, match="not your seat"):
        actions.make_move(seat=SEATS["bra_head"], key="k2", user=cast.user["outsider"], **one)
    row = Membership.objects.get(user=cast.user["bra_head"])
    actions.give_up_seat(round=cast.round, member=row.pk, now=cast.now, by=cast.user["secretariat"])
    with pytest.raises(InputError, match="not your seat"):
        actions.make_move(seat=SEATS["bra_head"], key="k3", user=cast.user["bra_head"], **one)
    for call in (
        lambda: actions.invite(
            round=cast.round, seat=SEATS["alb_head"], now=cast.now, by=cast.user["alb_head"]
        ),
        lambda: actions.give_up_seat(
            round=cast.round, member=row.pk, now=cast.now, by=cast.user["facilitator"]
        ),
        lambda: actions.publish_round(
            round=cast.round, is_public=False, now=cast.now, user=cast.user["alb_head"]
        ),
        lambda: actions.revoke_invitation(
            round=cast.round, invitation=1, now=cast.now, by=cast.user["society"]
        ),
    ):
        with pytest.raises(InputError):
            call()


def read(cast: Cast, who: str) -> int:
    return cast.browser(who).get(f"/r/{cast.round.slug}/private/").status_code


@pytest.mark.parametrize("first", [Role.HEAD, Role.DELEGATE])
def test_the_secretariat_cannot_seat_itself_among_readers(db, first):
    """Whoever sat first in a delegation, the next is admitted by somebody who was, and never by seating alone."""
    cast = Cast()
    cast.round = actions.create_round(slug="new", charter=CHARTER, now=cast.now)
    owner, secretariat = cast.user["alb_head"], cast.user["secretariat"]
    actions.seat_member(round=cast.round, user=secretariat, seat=Seat(Role.SECRETARIAT), now=cast.now)
    row = actions.seat_member(round=cast.round, user=owner, seat=Seat(first, "ALB"), now=cast.now)
    assert row.admitted
    actions.save_private_sheet(
        round=cast.round, seat=Seat(first, "ALB"), name="position", content={}, now=cast.now, user=owner
    )
    for role in (Role.HEAD, Role.DELEGATE):
        taken = actions.seat_member(
            round=cast.round, user=cast.user["outsider"], seat=Seat(role, "ALB"), now=cast.now
        )
        assert not taken.admitted
        assert read(cast, "outsider") == 403
        with pytest.raises(InputError):
            actions.admit_member(
                round=cast.round,
                member=taken.pk,
                head=Seat(role, "ALB"),
                now=cast.now,
                by=cast.user["outsider"],
            )
    actions.give_up_seat(round=cast.round, member=row.pk, now=cast.now, by=secretariat)
    taken = actions.seat_member(round=cast.round, user=secretariat, seat=Seat(Role.HEAD, "ALB"), now=cast.now)
    assert not taken.admitted
    assert read(cast, "secretariat") == 403
    assert read(cast, "alb_head") == 404, "a seat that was taken back opens nothing"


def test_demonstration_seats_are_never_those_of_a_person(db, settings):
    settings.DEMO = True
    real, show = Cast("real", public=False), Cast("show")
    show.round.demo = True
    show.round.save()
    bob = actions.make_user(username="demo-bob", password=PASSWORD, now=show.now)
    worker = actions.make_user(username="demo-worker", password=None, now=show.now)
    exercise = actions.make_user(username="demo-ESP-head", password=None, now=show.now)
    rows = [
        actions.seat_member(
            round=show.round, user=each, seat=Seat(Role.CIVIL_SOCIETY, None, "X"), now=show.now
        )
        for each in (bob, worker, exercise)
    ]
    actions.seat_member(round=real.round, user=worker, seat=Seat(Role.CIVIL_SOCIETY, None, "X"), now=show.now)
    codes = [Client().post(f"/demo/show/{row.pk}/").status_code for row in rows]
    assert codes == [404, 404, 302]
    assert Client().post(f"/demo/real/{rows[2].pk}/").status_code == 404
    settings.DEMO = False
    assert Client().post(f"/demo/show/{rows[2].pk}/").status_code == 404


def test_a_link_works_once_and_for_its_seat_only(cast):
    seat = Seat(Role.DELEGATE, "BRA")
    row, token = actions.invite(round=cast.round, seat=seat, now=timezone.now(), by=cast.user["secretariat"])
    assert token not in str(vars(row))
    given = {"username": "newcomer", "password": PASSWORD, "role": "secretariat", "delegation": "ALB"}
    assert Client().post(f"/enter/{token}/", given).status_code == 302
    member = Membership.objects.get(user__username="newcomer")
    assert member.as_seat() == seat
    assert Client().post(f"/enter/{token}/", {**given, "username": "second"}).status_code == 404
    _, late = actions.invite(round=cast.round, seat=seat, now=timezone.now() - timedelta(days=15))
    assert Client().get(f"/enter/{late}/").status_code == 404
    assert token not in "".join(Audit.objects.values_list("outcome", flat=True))


def test_the_public_reads_no_text_of_a_round_that_ended_without_agreement(cast):
    cast.draft().play(Act.CHANGE_PHASE, "facilitator", to="closed")
    assert cast.browser("anonymous").get("/r/coasts/text/").status_code == 403
    assert cast.browser("anonymous").get("/r/coasts/text/clean.md").status_code == 403
    assert cast.browser("alb_head").get("/r/coasts/text/").status_code == 200


# the repository

SECRETS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abpr]-[0-9A-Za-z-]{20,}"
    rb"|comity master key 1: [A-Za-z0-9+/]{43}=|comity_[A-Za-z0-9_-]{43}|SECRET_KEY *= *[\"'][^\"']{20,}"
    rb"|postgres(?:ql)?://[^:/@\s]+:(?!PASSWORD@)[^@\s<>{$]{6,}@(?!localhost)"
)


def test_no_secret_is_in_the_repository():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    found = []
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and path.stat().st_size < 3_000_000:
            hit = SECRETS.search(path.read_bytes())
            if hit and "tests/forum/test_security.py" not in name:
                found.append((name, hit[0][:60]))
    assert found == []
    assert SECRETS.search(b"comity master key 1: " + b"A" * 43 + b"="), "the search would find one"
