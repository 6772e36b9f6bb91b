"""The fixed cast of the forum's tests: a round of ALB, BRA and CIV, everybody in their seat, and their browsers.

``cast.user["alb_head"]`` is an account, ``cast.browser("alb_head")`` a signed-in test client, ``cast.play(...)``
a move. Roles: secretariat, facilitator, {alb,bra,civ}_{head,delegate}, observer (ALB), society, outsider,
anonymous. Tests that need committed transactions (threads) ask for ``committed_cast``.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from comity.forum import actions, keys
from comity.forum.models import Round
from comity.forum.selectors import state_of
from comity.protocol.conference import Act, Charter, Role, Seat

CODES = ("ALB", "BRA", "CIV")
NAMES = {"ALB": "Alba", "BRA": "Brava", "CIV": "Civita"}
CHARTER = Charter(
    "Compact of the three coasts",
    CODES,
    silence_hours=48,
    provisions={
        "visas": {"minimum": 0, "maximum": 1000, "unit": "places a year", "name": "Visas", "giver": "ALB", "beneficiary": "BRA"},
        "fees": {"minimum": 0, "maximum": 100, "unit": "%", "name": "Fees", "giver": "BRA", "beneficiary": "ALB"},
    },
)  # fmt: skip
SEATS = {
    "secretariat": Seat(Role.SECRETARIAT),
    "facilitator": Seat(Role.FACILITATOR),
    **{f"{code.lower()}_head": Seat(Role.HEAD, code) for code in CODES},
    **{f"{code.lower()}_delegate": Seat(Role.DELEGATE, code) for code in CODES},
    "observer": Seat(Role.MINISTRY_OBSERVER, "ALB", "Ministry of Labour"),
    "society": Seat(Role.CIVIL_SOCIETY, None, "Migrant Voices"),
}
EVERYBODY = (*SEATS, "outsider", "anonymous")
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Cast:
    """A round and its people."""

    def __init__(self, slug: str = "coasts", *, public: bool = True) -> None:
        self.now = START
        self.counter = itertools.count(1)
        self.round: Round = actions.create_round(
            slug=slug, charter=CHARTER, names=NAMES, now=START, is_public=public
        )
        self.user: dict[str, Any] = {}
        for name in (*SEATS, "outsider"):
            self.user[name] = actions.make_user(username=f"{slug}-{name}", password=None, now=START)
        for name, seat in SEATS.items():
            row = actions.seat_member(round=self.round, user=self.user[name], seat=seat, now=START)
            if not row.admitted:
                head = Seat(Role.HEAD, seat.delegation)
                actions.admit_member(round=self.round, member=row.pk, head=head, now=START)

    @property
    def state(self) -> Any:
        return state_of(self.round)

    def browser(self, name: str) -> Client:
        client = Client()
        if name != "anonymous":
            client.force_login(self.user[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    def play(self, act: Act, who: str, *, hours: float = 1, move_key: str = "", **payload: Any) -> Cast:
        self.now += timedelta(hours=hours)
        actions.make_move(
            round=self.round, seat=SEATS[who], act=act, payload=payload,
            key=move_key or f"k{next(self.counter)}", now=self.now, user=self.user[who],
        )  # fmt: skip
        return self

    def draft(self) -> Cast:
        """Two articles of one paragraph each, in revisions."""
        self.play(Act.CHANGE_PHASE, "facilitator", to="zero draft")
        self.play(Act.ADD_ARTICLE, "secretariat", key="a1", title="Visas")
        self.play(Act.ADD_ARTICLE, "secretariat", key="a2", title="Fees")
        self.play(Act.ADD_PARAGRAPH, "secretariat", article="a1", key="a1.p1", wording="Parties issue visas.",
                  provisions=["visas"])  # fmt: skip
        self.play(Act.ADD_PARAGRAPH, "secretariat", article="a2", key="a2.p1", wording="Parties waive fees.")
        return self.play(Act.CHANGE_PHASE, "facilitator", to="revisions")

    def propose(self, key: str = "p1", who: str = "alb_head") -> Cast:
        return self.play(
            Act.TABLE_PROPOSAL,
            who,
            proposal=key,
            title=f"Package {key}",
            provisions={"visas": 100, "fees": 20},
        )

    def silence(self) -> Cast:
        return self.play(Act.START_SILENCE, "facilitator")

    def adoption(self) -> Cast:
        """Under silence, which passes."""
        self.now = self.state.silence.deadline
        actions.tick(self.round, now=self.now)
        return self

    def signature(self) -> Cast:
        for code in CODES:
            self.play(Act.ANSWER_ADOPTION, f"{code.lower()}_head", answer="adopts")
        return self.play(Act.DECLARE_ADOPTED, "facilitator")

    def follow_up(self) -> Cast:
        for code in CODES:
            self.play(Act.SIGN, f"{code.lower()}_head")
        return self.play(Act.CHANGE_PHASE, "secretariat", to="follow-up and review")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, tmp_path_factory) -> None:
    """A file, not memory: threads of one process share it as processes do."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("forum") / "test.sqlite3")


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path) -> None:
    """Keys and cache of this test alone."""
    settings.KEY_FILE = tmp_path / "master.key"
    keys.create_master(settings.KEY_FILE)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def cast(db) -> Cast:
    """The round in consultation."""
    return Cast()


@pytest.fixture
def committed_cast(transactional_db) -> Cast:
    """The round in a database that other threads see."""
    return Cast()


@pytest.fixture
def hidden(db) -> Cast:
    """A round that only its members know of."""
    return Cast("hidden", public=False)
