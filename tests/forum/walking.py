"""Every address of the forum and every role of the cast, for tests that walk all of them.

``addresses()`` comes from Django's own resolver: an address that is added is walked without being named here.
Its places are filled by :data:`FILLED`; a new kind of place fails until it says what to put there.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from functools import cached_property
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.urls import get_resolver
from django.utils import timezone
from tests.forum.conftest import CODES, SEATS, Cast

from comity.forum import actions
from comity.forum.models import Membership
from comity.protocol.conference import Act, Role, Seat
from comity.services.private_sheet import PrivateSheet, SheetValue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponseBase

WHO = (
    "secretariat", "facilitator", "alb_head", "alb_delegate", "bra_head", "bra_delegate", "civ_head",
    "civ_delegate", "observer", "society", "waiting", "outsider", "anonymous",
)  # fmt: skip
"""The roles, in the order of the table; ``waiting`` is a delegate of ALB whom the head has not admitted."""

OWNERS = frozenset({"alb_head", "alb_delegate"})
"""Who may see what ALB keeps private."""

WORD = "ZanzibarCanary73914"
NUMBER = 739140.0625
"""The canary: words and a number that stand in the private sheet of ALB and nowhere else."""

DIGITS = "739140"


class Address(NamedTuple):
    """An address as the resolver knows it: its pattern without the round, and its name."""

    pattern: str
    name: str

    @property
    def shown(self) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", self.pattern)

    @property
    def of_account(self) -> bool:
        return self.pattern.startswith(("account/", "language/"))

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/")


def addresses() -> list[Address]:
    """Every address that Django answers, each once."""
    found: dict[str, Address] = {}

    def walk(resolver: Any, before: str) -> None:
        for each in resolver.url_patterns:
            pattern = before + str(each.pattern)
            if hasattr(each, "url_patterns"):
                walk(each, pattern)
            else:
                found.setdefault(pattern, Address(pattern, each.name or ""))

    walk(get_resolver(), "")
    return list(found.values())


class World:
    """Two rounds of the same three delegations: one amid revisions, one in follow-up; and a practice room."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.talks, self.after = Cast("coasts"), Cast("after")
        self._play_talks()
        self._play_after()
        self._cookies: dict[tuple[str, str], str] = {}
        self._tokens: dict[tuple[str, str], str] = {}
        self.invitation = actions.invite(
            round=self.talks.round, seat=Seat(Role.CIVIL_SOCIETY, None, "Second Voices"), now=self.now
        )[1]
        head = Membership.objects.get(user=self.talks.user["alb_head"])
        self.feed = actions.make_feed(member=head, now=self.now)[1]
        from comity.forum.rooms import examples

        example = min(examples(), key=lambda each: len(each.parties))
        self.room = actions.start_training(
            user=self.talks.user["alb_head"], example=example.key, seat=example.parties[0][0], now=self.now
        ).code

    def _play_talks(self) -> None:
        cast = self.talks
        cast.draft().propose()
        cast.play(
            Act.PROPOSE_WORDING, "alb_head", paragraph="a1.p1", alternative="alt1", wording="Parties issue 900 visas."
        )  # fmt: skip
        cast.play(Act.COMMENT, "bra_delegate", paragraph="a1.p1", words="Too few.")
        cast.play(Act.CUT_REVISION, "facilitator", note="first")
        cast.play(
            Act.OPEN_ACCEPTANCE, "facilitator", acceptance="q1", proposal="p1", version=1, among=list(CODES)
        )
        cast.play(
            Act.SUBMIT,
            "society",
            submission="s1",
            title="Fees",
            words="No worker pays.",
            paragraphs=["a2.p1"],
        )
        cast.play(Act.SUBMIT, "society", submission="s2", title="Names", words="HiddenWords", paragraphs=[])
        cast.play(Act.MODERATE, "secretariat", submission="s2", hidden=True, reason="names a person")
        starts = (cast.now + timedelta(days=900)).isoformat()
        cast.play(Act.SCHEDULE, "secretariat", meeting="m1", title="Session", kind="session", starts=starts)
        for who in ("alb_head", "bra_head"):
            actions.save_sheet(
                round=cast.round, seat=SEATS[who], now=cast.now, user=cast.user[who], seen=0,
                sheet=self.sheet if who == "alb_head" else PrivateSheet(notes="Brava"),
            )  # fmt: skip
        actions.answer_in_secret(
            round=cast.round, seat=SEATS["alb_head"], acceptance="q1", accepts=False, key="secret", now=cast.now,
            user=cast.user["alb_head"],
        )  # fmt: skip
        for one in (self.talks, self.after):
            one.user["waiting"] = actions.make_user(
                username=f"{one.round.slug}-waiting", password=None, now=one.now
            )
        row = actions.seat_member(
            round=cast.round, user=cast.user["waiting"], seat=Seat(Role.DELEGATE, "ALB"), now=cast.now
        )
        assert not row.admitted

    @property
    def sheet(self) -> PrivateSheet:
        """What ALB keeps private, full of the canary."""
        value = SheetValue(provision="visas", low=NUMBER, mid=NUMBER, high=NUMBER)
        return PrivateSheet(values=(value,), red_line=NUMBER, no_deal=NUMBER, mandate=WORD, notes=WORD)

    def _play_after(self) -> None:
        cast = self.after
        cast.draft().propose().silence().adoption().signature().follow_up()
        cast.play(
            Act.REGISTER_COMMITMENT, "alb_head", commitment="c1", delegation="ALB", title="Open an office",
            indicator="office open", milestone="opened", due="2031-01-01", agency="Ministry of Labour",
        )  # fmt: skip
        cast.play(
            Act.REPORT_EVIDENCE,
            "observer",
            commitment="c1",
            words="It is open.",
            done=True,
            source="site visit",
        )
        cast.play(Act.RAISE_DISPUTE, "bra_head", dispute="d1", words="Which office?", commitment="c1")
        actions.save_sheet(
            round=cast.round, seat=SEATS["alb_head"], now=cast.now, user=cast.user["alb_head"], seen=0,
            sheet=self.sheet,
        )  # fmt: skip
        actions.seat_member(
            round=cast.round, user=cast.user["waiting"], seat=Seat(Role.DELEGATE, "ALB"), now=cast.now
        )

    def cast_of(self, address: Address) -> Cast:
        """Commitments are read after signature, all else amid the talks."""
        return self.after if "commitments" in address.pattern else self.talks

    def fill(self, address: Address) -> str:
        """Return an address of something that is there."""
        pattern, name = address.pattern, address.name
        if name == "account_confirm_email":
            return "/account/confirm-email/none/"
        if name == "account_reset_password_from_key":
            return "/account/password/reset/key/1-none/"

        def put(match: re.Match[str]) -> str:
            return str(self.put(match[1], address))

        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", put, pattern)

    def put(self, place: str, address: Address) -> Any:
        pattern, name = address.pattern, address.name
        if place == "key":
            if "/text/" in pattern:
                return "a1" if name == "text_article" else "a1.p1"
            for part, value in (
                ("/proposals/", "p1"), ("/disputes/", "d1"), ("/commitments/", "c1"), ("/submissions/", "s1"),
            ):  # fmt: skip
                if part in pattern:
                    return value
        if place == "token":
            return {"invitation": self.invitation, "calendar_feed": self.feed}[name]
        if place == "member":
            return Membership.objects.get(user=self.talks.user["alb_head"]).pk
        filled = {
            "slug": self.cast_of(address).round.slug, "article": "a1", "form": "md", "acceptance_key": "q1",
            "acceptance": "q1", "version": 1, "pk": 1, "code": self.room,
        }  # fmt: skip
        if place not in filled:
            msg = f"say in tests/forum/walking.py what to put for <{place}> in {address.shown}"
            raise LookupError(msg)
        return filled[place]

    @cached_property
    def handler(self) -> ClientHandler:
        """One server for all clients: to start one reads every static file anew."""
        return ClientHandler(enforce_csrf_checks=False)

    def browser(self, who: str, cast: Cast) -> Client:
        """A client that is signed in already; a new one for each call, so that nothing is carried over."""
        client = Client(raise_request_exception=False)
        client.handler = self.handler
        if who != "anonymous":
            key = (cast.round.slug, who)
            if key not in self._cookies:
                self._cookies[key] = cast.browser(who).cookies.output(header="").strip()
            client.cookies = SimpleCookie(self._cookies[key])
        return client

    def bearer(self, who: str, cast: Cast) -> dict[str, str]:
        """The token of a seat that may do all that a token may; none for those without a seat."""
        member = Membership.objects.filter(user=cast.user.get(who), round=cast.round).first()
        if member is None:
            return {}
        key = (cast.round.slug, who)
        if key not in self._tokens:
            self._tokens[key] = actions.make_token(
                member=member, name="walk", may_move=True, private=True, days=1, now=timezone.now()
            )[1]
        return {"Authorization": f"Bearer {self._tokens[key]}"}

    def ask(self, address: Address, method: str, who: str, data: Any = None) -> HttpResponseBase:
        """Ask once; whatever it changes is taken back."""
        cast, path = self.cast_of(address), self.fill(address)
        browser = self.browser(who, cast)
        more: dict[str, Any] = {"headers": self.bearer(who, cast)} if address.is_api else {}
        with transaction.atomic():
            if method == "GET":
                found = browser.get(path, **more)
            elif address.is_api:
                found = browser.generic(method, path, b"{}", content_type="application/json", **more)
            else:
                found = browser.generic(method, path) if method != "POST" else browser.post(path, data or {})
            if getattr(found, "streaming", False):
                found.content = b"".join(found)  # read inside the transaction
            transaction.set_rollback(True)
        return found


def methods(address: Address) -> tuple[str, ...]:
    """The methods to try; of a file only that it is handed out."""
    if address.is_api:
        return ("GET", "POST", "PUT")
    return ("GET",) if "." in address.pattern.rpartition("/")[2] else ("GET", "POST")


def say(answer: HttpResponseBase) -> str:
    """An answer in one word: its status, or ``in`` where it sends to the page for signing in."""
    if answer.status_code == 302 and "/account/login/" in answer["Location"]:
        return "in"
    return str(answer.status_code)


def texts(data: bytes) -> Iterator[str]:
    """What a file says: its own words, or those of the files in it."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as whole:
            for name in whole.namelist():
                yield whole.read(name).decode("utf-8", "replace")
    else:
        yield data.decode("utf-8", "replace")


def finds_canary(data: bytes | str) -> bool:
    """Tell whether words or number of the canary are in an answer, however the number is written."""
    for text in texts(data) if isinstance(data, bytes) else (data,):
        if WORD.casefold() in text.casefold():
            return True
        if DIGITS in re.sub(r"(?<=\d)[\s.,'’\u00a0\u202f](?=\d)", "", text):
            return True
    return False
