"""The fixed cast of the conference tests, and a round that is played move by move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from comity.protocol.conference import CLOCK, Act, Charter, Move, Role, Seat, apply, begin

CODES = ("ALB", "BRA", "CIV")
CHARTER = Charter(
    "Compact of the three coasts",
    CODES,
    silence_hours=48,
    provisions={"visas": {"minimum": 0, "maximum": 1000, "unit": "places a year"}, "fees": {"minimum": 0}},
)
SECRETARIAT = Seat(Role.SECRETARIAT)
FACILITATOR = Seat(Role.FACILITATOR)
HEADS = {code: Seat(Role.HEAD, code) for code in CODES}
DELEGATES = {code: Seat(Role.DELEGATE, code) for code in CODES}
OBSERVERS = {code: Seat(Role.MINISTRY_OBSERVER, code) for code in CODES}
VOICES = Seat(Role.CIVIL_SOCIETY, None, "Migrant Voices")
PUBLIC = Seat(Role.PUBLIC)
EVERYONE = (
    SECRETARIAT,
    FACILITATOR,
    *HEADS.values(),
    *DELEGATES.values(),
    *OBSERVERS.values(),
    VOICES,
    PUBLIC,
    CLOCK,
)
START = datetime(2030, 1, 7, 9, tzinfo=UTC)


class Table:
    """A round that is played: each move an hour after the one before, unless a test says otherwise."""

    def __init__(self, charter: Charter = CHARTER) -> None:
        self.charter = charter
        self.state = begin(charter)
        self.moves: list[Move] = []
        self.now = START

    def play(self, act: Act, seat: Seat, *, hours: float = 1, **payload: Any) -> Table:
        move = Move(act, seat, self.now + timedelta(hours=hours), payload)
        self.state = apply(self.charter, self.state, move)
        self.moves.append(move)
        self.now = move.at
        return self

    def draft(self) -> Table:
        """To revisions, with two articles of one paragraph."""
        self.play(Act.CHANGE_PHASE, FACILITATOR, to="zero draft")
        self.play(Act.ADD_ARTICLE, SECRETARIAT, key="a1", title="Visas")
        self.play(Act.ADD_ARTICLE, SECRETARIAT, key="a2", title="Fees")
        self.play(
            Act.ADD_PARAGRAPH,
            SECRETARIAT,
            article="a1",
            key="a1.p1",
            wording="Parties issue visas.",
            provisions=["visas"],
        )
        self.play(Act.ADD_PARAGRAPH, SECRETARIAT, article="a2", key="a2.p1", wording="Parties waive fees.")
        return self.play(Act.CHANGE_PHASE, FACILITATOR, to="revisions")

    def silence(self) -> Table:
        return self.play(Act.START_SILENCE, FACILITATOR)

    def adoption(self) -> Table:
        return self.play(Act.PASS_SILENCE, CLOCK, hours=48)

    def signature(self) -> Table:
        for head in HEADS.values():
            self.play(Act.ANSWER_ADOPTION, head, answer="adopts")
        return self.play(Act.DECLARE_ADOPTED, FACILITATOR)

    def follow_up(self) -> Table:
        for head in HEADS.values():
            self.play(Act.SIGN, head)
        return self.play(Act.CHANGE_PHASE, SECRETARIAT, to="follow-up and review")

    def in_follow_up(self) -> Table:
        return self.draft().silence().adoption().signature().follow_up()

    def commitment(self, key: str = "c1", **more: Any) -> Table:
        terms = {
            "delegation": "ALB",
            "agency": "Ministry of Labour",
            "title": f"Open the office {key}",
            "indicator": "offices open",
            "milestone": "the office is open",
            "due": "2031-01-31",
        }
        return self.play(Act.REGISTER_COMMITMENT, SECRETARIAT, commitment=key, **{**terms, **more})
