"""A round in each of its phases, for tests of what is written about rounds. Everything in it is invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from comity.protocol.conference import Act, Charter, Move, Role, Seat, apply, begin, due

CODES = ("ALB", "BRA", "CIV")
NAMES = {"ALB": "Alba", "BRA": "Brava", "CIV": "Civita"}
CHARTER = Charter(
    "Compact of the three coasts",
    CODES,
    provisions={
        "LE02-ALB-BRA": {
            "instrument": "LE02",
            "giver": "ALB",
            "beneficiary": "BRA",
            "minimum": 0,
            "maximum": 9000,
            "unit": "persons per year",
        },
        "replies": {"instrument": "PE01", "giver": "BRA", "beneficiary": "ALB", "minimum": 5, "maximum": 30},
        "odd": {},
    },
)
FACILITATOR = Seat(Role.FACILITATOR)
SECRETARIAT = Seat(Role.SECRETARIAT)
SOCIETY = Seat(Role.CIVIL_SOCIETY, None, "Workers across borders")


def head(code: str) -> Seat:
    return Seat(Role.HEAD, code)


class Table:
    """A round that is played move by move, a day between two moves."""

    def __init__(self) -> None:
        self.state = begin(CHARTER)
        self.now = datetime(2030, 1, 7, 9, tzinfo=UTC)

    def play(self, act: Act, seat: Seat, *, days: float = 1, **payload: Any) -> Table:
        self.now += timedelta(days=days)
        self.state = apply(CHARTER, self.state, Move(act, seat, self.now, payload))
        return self

    def revisions(self) -> Table:
        """Two articles, one in brackets; secrets in every place that is not public."""
        play = self.play
        play(Act.CHANGE_PHASE, FACILITATOR, to="zero draft")
        play(Act.ADD_ARTICLE, SECRETARIAT, key="a1", title="Regular places")
        play(
            Act.ADD_PARAGRAPH,
            SECRETARIAT,
            article="a1",
            key="a1.p1",
            wording="Alba opens places.",
            provisions=["LE02-ALB-BRA"],
        )
        play(Act.ADD_ARTICLE, SECRETARIAT, key="a2", title="Return with dignity", after="a1")
        play(
            Act.ADD_PARAGRAPH,
            SECRETARIAT,
            article="a2",
            key="a2.p1",
            wording="Brava answers in time.",
            provisions=["replies"],
        )
        play(Act.CHANGE_PHASE, FACILITATOR, to="revisions")
        play(
            Act.PROPOSE_WORDING,
            head("BRA"),
            paragraph="a1.p1",
            alternative="alt1",
            wording="Zealous words for many places.",
        )
        play(
            Act.PROPOSE_WORDING,
            head("CIV"),
            paragraph="a1.p1",
            alternative="alt2",
            wording="Another wording of places.",
        )
        play(Act.LOCK_PARAGRAPH, FACILITATOR, paragraph="a2.p1")
        play(
            Act.TABLE_PROPOSAL,
            head("ALB"),
            proposal="CANARY-KEY",
            title="CANARY-TITLE",
            provisions={"LE02-ALB-BRA": 7777.0},
            note="CANARY-NOTE",
        )
        play(Act.COMMENT, head("ALB"), words="CANARY-COMMENT")
        play(Act.POINT_OF_ORDER, head("ALB"), point="CANARY-POINT", words="CANARY-ORDER")
        play(
            Act.SUBMIT,
            SOCIETY,
            submission="s1",
            title="On pay",
            words="Equal pay must be written down.",
            paragraphs=["a1.p1"],
        )
        play(Act.SUBMIT, SOCIETY, submission="s2", title="CANARY-HIDDEN", words="CANARY-HIDDEN")
        play(Act.MODERATE, SECRETARIAT, submission="s2", hidden=True, reason="It names a person.")
        play(
            Act.ANSWER_SUBMISSION,
            SECRETARIAT,
            submission="s1",
            outcome="declined",
            words="Not changed because it is in article 2.",
        )
        play(
            Act.SCHEDULE,
            SECRETARIAT,
            meeting="h1",
            title="Hearing on places",
            kind="hearing",
            starts="2030-03-10T09:00:00+00:00",
            place="Online",
        )
        return play(Act.ASK_TO_BE_HEARD, SOCIETY, meeting="h1")

    def follow_up(self) -> Table:
        """Adopted, signed, and four commitments registered."""
        play = self.play
        play(Act.SETTLE_PARAGRAPH, FACILITATOR, paragraph="a1.p1", alternative="alt1")
        play(Act.START_SILENCE, FACILITATOR)
        self.now = self.state.silence.deadline
        passed = due(CHARTER, self.state, self.now)
        assert passed is not None
        self.state = apply(CHARTER, self.state, passed)
        for code in CODES:
            play(Act.ANSWER_ADOPTION, head(code), answer="adopts")
        play(Act.DECLARE_ADOPTED, FACILITATOR)
        for code in CODES:
            play(Act.SIGN, head(code))
        play(Act.CHANGE_PHASE, FACILITATOR, to="follow-up and review")
        self.register("c1", "ALB", "2030-06-01", agency="Labour", provision="LE02-ALB-BRA", target=5000.0)
        self.register(
            "c2",
            "BRA",
            "2030-05-01",
            agency="Interior",
            provision="replies",
            tranche=12.5,
            unit="US$ million",
            payer="ALB",
        )
        self.register("c3", "CIV", "2030-04-10", agency="=HYPERLINK(1)")
        return self.register("c4", "CIV", "2031-04-10", agency="Statistics", provision="odd")

    def register(self, key: str, code: str, day: str, **more: Any) -> Table:
        facts = {"title": f"Title of {key}", "indicator": "a number", "milestone": "A milestone."} | more
        return self.play(
            Act.REGISTER_COMMITMENT, SECRETARIAT, commitment=key, delegation=code, due=day, **facts
        )

    def report(self, key: str, code: str, *, done: bool = True, **more: Any) -> Table:
        return self.play(Act.REPORT_EVIDENCE, head(code), commitment=key, words="Words.", done=done, **more)

    def find(self, key: str, number: int, *, accepted: bool) -> Table:
        return self.play(Act.ACCEPT_EVIDENCE, FACILITATOR, commitment=key, report=number, accepted=accepted)
