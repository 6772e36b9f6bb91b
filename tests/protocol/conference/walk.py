"""Random rounds: at each step some move that might be possible is tried."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from tests.protocol.conference.cast import (
    CODES,
    DELEGATES,
    FACILITATOR,
    HEADS,
    OBSERVERS,
    SECRETARIAT,
    START,
    VOICES,
)

from comity.errors import InputError
from comity.protocol.conference import (
    CLOCK,
    Act,
    Charter,
    Conference,
    Move,
    Phase,
    Seat,
    allows,
    apply,
    begin,
    due,
    list_positions,
    outcome,
)

CHARTER = Charter(
    "A random round", CODES, silence_hours=5, adoption="consensus", signatures=2, review_months=1
)
WORDS = ("Parties issue visas.", "Parties may issue visas.", "Parties should issue visas.", "")
FORWARD = {
    Phase.CONSULTATION: "zero draft",
    Phase.ZERO_DRAFT: "revisions",
    Phase.REVISIONS: "consultation",
    Phase.SILENCE: "revisions",
    Phase.ADOPTION: "revisions",
    Phase.SIGNATURE: "follow-up and review",
    Phase.FOLLOW_UP: "closed",
    Phase.CLOSED: "closed",
}


class Walk:
    """A random round, with its own record of what was answered in secret and of what was locked."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311
        self.state: Conference = begin(CHARTER)
        self.moves: list[Move] = []
        self.refused = 0
        self.answers: dict[str, dict[str, bool]] = {}
        self.now = START
        self.haste = self.dice.random() * 0.6

    def step(self) -> tuple[Conference, Move] | None:
        """Try one move; give the state before and the move, or None where it was refused."""
        self.now += timedelta(minutes=self.dice.choice((0, 5, 60, 150)))
        passes = due(CHARTER, self.state, self.now)
        move = passes or self.try_outcome() or self.draw()
        before = self.state
        try:
            self.state = apply(CHARTER, before, move)
        except InputError as error:
            assert error.message
            self.refused += 1
            return None
        self.moves.append(move)
        if move.act is Act.ANSWER_IN_SECRET:
            said = self.answers.setdefault(move.payload["acceptance"], {})
            assert move.seat.delegation not in said, "a delegation answered twice"
            said[move.seat.delegation] = move.payload["sealed"] == "sealed: yes"
        return before, move

    def try_outcome(self) -> Move | None:
        for key, acceptance in self.state.acceptances.items():
            if acceptance.complete:
                return Move(Act.OUTCOME, CLOCK, self.now, outcome(acceptance, self.answers[key]))
        return None

    @property
    def leave(self) -> float:
        """How often a step out of this phase is among what may be drawn."""
        return 0.1 if self.state.phase in (Phase.ADOPTION, Phase.FOLLOW_UP) else 1.0

    def draw(self) -> Move:
        state, pick = self.state, self.dice.choice
        paragraphs = [paragraph.key for paragraph in state.text.paragraphs()] or ["a1.p1"]
        paragraph = pick(paragraphs)
        alternatives = [
            one.key for each in state.text.paragraphs() if each.key == paragraph for one in each.alternatives
        ] or ["base"]
        seen = state.versions.get(paragraph, 0) - pick((0, 0, 0, 1))
        some = {"paragraph": paragraph, "alternative": pick(alternatives)}
        proposal = pick([*state.proposals] or ["p1"])
        version = state.proposals[proposal].version if proposal in state.proposals else 1
        acceptance = pick([key for key, one in state.acceptances.items() if one.status == "open"] or ["q1"])
        commitment = pick([*state.commitments] or ["c1"])
        meeting = pick([*state.meetings] or ["m1"])
        submission = pick([*state.submissions] or ["s1"])
        new = f"{state.moves + 1}"
        delegation = pick(CODES)
        owner = state.commitments[commitment].delegation if commitment in state.commitments else delegation
        payer = state.commitments[commitment].payer if commitment in state.commitments else delegation
        article = pick([each.key for each in state.text.articles] or ["a1"])
        drafts = {"article": article, "key": f"{article}.p{new}", "wording": pick(WORDS[:3])}
        plans: list[tuple[Act, Seat, dict[str, Any]]] = [
            *[(Act.CHANGE_PHASE, SECRETARIAT, {"to": FORWARD[state.phase]})]
            * (self.dice.random() < self.leave),
            (Act.ADD_ARTICLE, FACILITATOR, {"key": f"a{new}", "title": "An article"}),
            (Act.RETITLE_ARTICLE, FACILITATOR, {"article": article, "title": f"Article {new}"}),
            (Act.ADD_PARAGRAPH, SECRETARIAT, drafts),
            (Act.PROPOSE_PARAGRAPH, DELEGATES[delegation], drafts),
            *[
                (
                    Act.PROPOSE_WORDING,
                    DELEGATES[delegation],
                    {
                        "paragraph": paragraph,
                        "alternative": f"alt{new}",
                        "wording": pick(WORDS),
                        "seen": max(seen, 0),
                    },
                )
            ]
            * 3,
            (Act.SUPPORT_WORDING, DELEGATES[delegation], some),
            (Act.WITHDRAW_WORDING, DELEGATES[delegation], some),
            *[
                (Act.WITHDRAW_WORDING, DELEGATES[code], {"paragraph": held, "alternative": one})
                for code, stands in list_positions(state).items()
                for held, one in stands[:1]
            ],
            *[(Act.SETTLE_PARAGRAPH, FACILITATOR, {**some, "seen": max(seen, 0)})] * 4,
            (Act.LOCK_PARAGRAPH, FACILITATOR, {"paragraph": paragraph}),
            (Act.REOPEN_PARAGRAPH, FACILITATOR, {"paragraph": paragraph, "reason": "It hangs on another."}),
            (Act.CUT_REVISION, FACILITATOR, {}),
            (
                Act.TABLE_PROPOSAL,
                DELEGATES[delegation],
                {"proposal": f"p{new}", "title": "A package", "provisions": {"visas": self.dice.random()}},
            ),
            (
                Act.AMEND_PROPOSAL,
                DELEGATES[delegation],
                {
                    "proposal": proposal,
                    "provisions": {"visas": self.dice.random(), "fees": pick((1, None))},
                    "seen": 1,
                },
            ),
            (Act.WITHDRAW_PROPOSAL, DELEGATES[delegation], {"proposal": proposal}),
            (
                Act.ANSWER_PROPOSAL,
                DELEGATES[delegation],
                {"proposal": proposal, "answer": "welcomes", "version": version},
            ),
            (
                Act.OPEN_ACCEPTANCE,
                FACILITATOR,
                {"acceptance": f"q{new}", "proposal": proposal, "version": version, "among": list(CODES)},
            ),
            (
                Act.OPEN_ACCEPTANCE,
                FACILITATOR,
                {
                    "acceptance": f"q{new}",
                    "proposal": proposal,
                    "version": version,
                    "among": list(CODES),
                    "kind": "plurilateral",
                    "threshold": 2,
                },
            ),
            *[
                (
                    Act.ANSWER_IN_SECRET,
                    HEADS[delegation],
                    {"acceptance": acceptance, "sealed": pick(("sealed: yes", "sealed: yes", "sealed: no "))},
                )
            ]
            * 5,
            (Act.CLOSE_ACCEPTANCE, FACILITATOR, {"acceptance": acceptance}),
            (Act.OUTCOME, CLOCK, {"acceptance": acceptance, "accepted": True}),
            *[(Act.START_SILENCE, FACILITATOR, {})] * 2,
            (Act.OBJECT, HEADS[delegation], {"words": "Not yet.", "paragraph": paragraph}),
            (Act.PASS_SILENCE, CLOCK, {}),
            *[
                (Act.ANSWER_ADOPTION, HEADS[code], {"answer": pick(("adopts", "adopts", "reserves"))})
                for code in CODES
            ],
            (Act.DECLARE_ADOPTED, FACILITATOR, {}),
            (Act.SIGN, HEADS[delegation], {}),
            (
                Act.REGISTER_COMMITMENT,
                SECRETARIAT,
                {
                    "commitment": f"c{new}",
                    "delegation": delegation,
                    "agency": "Labour",
                    "title": "To do",
                    "indicator": "i",
                    "milestone": "done",
                    "due": "2030-02-01",
                    "tranche": 2.5,
                    "unit": "US$ million",
                    "payer": pick(CODES),
                },
            ),
            (
                Act.AMEND_COMMITMENT,
                SECRETARIAT,
                {"commitment": commitment, "reason": "Agreed.", "due": f"2030-0{pick('345')}-01"},
            ),
            (
                Act.REPORT_EVIDENCE,
                OBSERVERS[pick((owner, owner, delegation))],
                {"commitment": commitment, "words": "We did it.", "done": pick((True, False))},
            ),
            *[
                (
                    Act.ACCEPT_EVIDENCE,
                    FACILITATOR,
                    {"commitment": commitment, "report": pick((1, 2)), "accepted": pick((True, True, False))},
                )
            ]
            * 2,
            (Act.RELEASE_TRANCHE, HEADS[payer], {"commitment": commitment}),
            (Act.RELEASE_TRANCHE, HEADS[delegation], {"commitment": commitment}),
            (Act.RAISE_DISPUTE, HEADS[delegation], {"dispute": f"d{new}", "words": "We read it otherwise."}),
            (
                Act.CLOSE_DISPUTE,
                SECRETARIAT,
                {"dispute": pick([*state.disputes] or ["d1"]), "words": "Settled."},
            ),
            (
                Act.SCHEDULE,
                FACILITATOR,
                {
                    "meeting": f"m{new}",
                    "title": "We meet",
                    "kind": pick(("hearing", "review")),
                    "starts": self.now.isoformat(),
                },
            ),
            (Act.CANCEL_MEETING, FACILITATOR, {"meeting": meeting, "reason": "No room."}),
            (Act.ADD_AGENDA_ITEM, HEADS[delegation], {"meeting": meeting, "words": "Fees."}),
            (Act.RECORD_MEETING, SECRETARIAT, {"meeting": meeting, "words": "All met."}),
            (Act.ASK_TO_BE_HEARD, VOICES, {"meeting": meeting}),
            (Act.COMMENT, DELEGATES[delegation], {"words": "Well.", "paragraph": paragraph}),
            (Act.POINT_OF_ORDER, DELEGATES[delegation], {"point": f"o{new}", "words": "The hour is late."}),
            (
                Act.RULE_ON_POINT,
                FACILITATOR,
                {"point": pick([*state.points] or ["o1"]), "words": "It is not."},
            ),
            (Act.SUBMIT, VOICES, {"submission": f"s{new}", "title": "Families", "words": "Think of them."}),
            (
                Act.ANSWER_SUBMISSION,
                SECRETARIAT,
                {"submission": submission, "outcome": "changed", "words": "Yes."},
            ),
            (
                Act.MODERATE,
                SECRETARIAT,
                {"submission": submission, "hidden": pick((True, False)), "reason": "Names."},
            ),
        ]
        if self.dice.random() < 0.9:  # mostly what may be done now, so that a round gets somewhere
            plans = [plan for plan in plans if allows(plan[1].role, state.phase, plan[0])] or plans
        if self.dice.random() < self.haste and state.phase is Phase.REVISIONS:
            plans = self.hurry()
        act, seat, payload = pick(plans)
        return Move(act, seat, self.now, payload)

    def hurry(self) -> list[tuple[Act, Seat, dict[str, Any]]]:
        """What leads to a text without brackets and to silence."""
        for paragraph in self.state.text.paragraphs():
            if paragraph.bracketed:
                first = paragraph.alternatives[0].key
                return [
                    (Act.SETTLE_PARAGRAPH, FACILITATOR, {"paragraph": paragraph.key, "alternative": first})
                ]
        for acceptance in self.state.acceptances.values():
            for code in acceptance.among if acceptance.status == "open" else ():
                if code not in acceptance.answered:
                    payload = {"acceptance": acceptance.key, "sealed": "sealed: yes"}
                    return [(Act.ANSWER_IN_SECRET, HEADS[code], payload)]
        return [(Act.START_SILENCE, FACILITATOR, {})]
