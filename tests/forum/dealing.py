"""A small round with its sealed game, its people and their sheets, for the tests of deals."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.test import Client
from tests.services.practice_rounds import ROUND
from tests.services.sealed_rounds import small_game, small_sheets

from comity.forum import actions, games
from comity.forum.actions.sealing import digest_of
from comity.forum.models import Round, SealedGameRow
from comity.forum.opening import read_opening
from comity.forum.selectors import state_of
from comity.protocol.conference import Act, Role, Seat

if TYPE_CHECKING:
    from comity.services.private_sheet import PrivateSheet

CODES = ("ESP", "MAR", "SEN")
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
SEATS = {
    "secretariat": Seat(Role.SECRETARIAT),
    "facilitator": Seat(Role.FACILITATOR),
    **{f"{code.lower()}_head": Seat(Role.HEAD, code) for code in CODES},
    **{f"{code.lower()}_delegate": Seat(Role.DELEGATE, code) for code in CODES},
    "observer": Seat(Role.MINISTRY_OBSERVER, "ESP", "Ministry of Labour"),
    "society": Seat(Role.CIVIL_SOCIETY, None, "Migrant Voices"),
}
PACKAGE = {"LE02-ESP-MAR": 5000.0, "RW01-ESP-MAR": 80.0, "PE01-MAR-ESP": 12.0, "GV14-ESP-SEN": 5.0}
#: What the round file says of private values stays out of the forum; these are told apart by their digits.
PUBLIC_ROUND = ROUND.replace("ESP_RED_LINE", "0").replace("ESP_INTEREST", "20")


def fields(values: dict[str, float], **more: str) -> dict[str, str]:
    """The fields of a builder that holds these values."""
    return {f"on-{k}": "yes" for k in values} | {f"value-{k}": str(v) for k, v in values.items()} | more


class Dealing:
    """A round with its people."""

    def __init__(self, folder: Any, *, sealed: bool = True) -> None:
        games._games.clear()
        path = folder / "small.yaml"
        path.write_text(PUBLIC_ROUND, encoding="utf-8")
        opening = read_opening(path)
        self.counter = itertools.count(1)
        self.now = START
        self.round: Round = actions.create_round(
            slug="small", charter=opening.charter, names=opening.names, now=START, round_file=opening.text
        )
        self.user: dict[str, Any] = {}
        for name in (*SEATS, "outsider"):
            self.user[name] = actions.make_user(username=name, password=None, now=START)
        for name, seat in SEATS.items():
            row = actions.seat_member(round=self.round, user=self.user[name], seat=seat, now=START)
            if not row.admitted:
                head = Seat(Role.HEAD, seat.delegation)
                actions.admit_member(round=self.round, member=row.pk, head=head, now=START)
        if sealed:
            SealedGameRow.objects.create(
                round=self.round,
                digest=digest_of(self.round),
                status="ready",
                share=1.0,
                data=small_game().to_bytes(),
                started=START,
            )

    @property
    def state(self) -> Any:
        return state_of(self.round)

    def browser(self, name: str) -> Client:
        client = Client()
        if name != "anonymous":
            client.force_login(self.user[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    def play(self, act: Act, who: str, **payload: Any) -> Dealing:
        self.now += timedelta(hours=1)
        actions.make_move(
            round=self.round, seat=SEATS[who], act=act, payload=payload, key=f"k{next(self.counter)}",
            now=self.now, user=self.user[who],
        )  # fmt: skip
        return self

    def revisions(self) -> Dealing:
        self.play(Act.CHANGE_PHASE, "facilitator", to="zero draft")
        self.play(Act.ADD_ARTICLE, "secretariat", key="a1", title="Places")
        self.play(Act.ADD_PARAGRAPH, "secretariat", article="a1", key="a1.p1", wording="Parties open places.")
        return self.play(Act.CHANGE_PHASE, "facilitator", to="revisions")

    def table(self, key: str = "p1", who: str = "esp_head", **values: float) -> Dealing:
        return self.play(
            Act.TABLE_PROPOSAL, who, proposal=key, title=f"Package {key}", provisions=values or PACKAGE
        )

    def sheet(self, code: str, sheet: PrivateSheet, *, seen: int | None = None) -> int:
        self.now += timedelta(minutes=1)
        who = f"{code.lower()}_head"
        return actions.save_sheet(
            round=self.round, seat=SEATS[who], sheet=sheet, now=self.now, user=self.user[who], seen=seen
        )

    def sheets(self) -> dict[str, PrivateSheet]:
        found = {
            code: sheet.model_copy(update={"limits": (), "red_line": 0.0})
            for code, sheet in small_sheets().items()
        }
        for code, sheet in found.items():
            self.sheet(code, sheet)
        return found
