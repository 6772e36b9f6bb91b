"""Proposals, secret acceptance, and edits of what has changed since it was read."""

from __future__ import annotations

import itertools

import pytest
from tests.protocol.conference.cast import CHARTER, CODES, DELEGATES, FACILITATOR, HEADS, Table

from comity.errors import InputError
from comity.protocol.conference import CLOCK, Act, describe, make_timeline, outcome, write_journal
from comity.protocol.text import find_paragraph


@pytest.fixture
def table() -> Table:
    """Revisions, with a package of the delegation ALB on the table."""
    return (
        Table()
        .draft()
        .play(
            Act.TABLE_PROPOSAL,
            DELEGATES["ALB"],
            proposal="p1",
            title="Visas for fees",
            provisions={"visas": 100, "fees": 3},
        )
    )


def ask(table: Table, **more: object) -> Table:
    asked = {"acceptance": "q1", "proposal": "p1", "version": 1, "among": list(CODES), **more}
    return table.play(Act.OPEN_ACCEPTANCE, FACILITATOR, **asked)


def hand_in(table: Table) -> Table:
    for number, code in enumerate(reversed(CODES)):
        table.play(Act.ANSWER_IN_SECRET, HEADS[code], acceptance="q1", sealed=f"cipher-{number}")
    return table


def test_versions_of_a_proposal_are_kept(table):
    table.play(Act.AMEND_PROPOSAL, HEADS["ALB"], proposal="p1", provisions={"visas": 150, "fees": None})
    proposal = table.state.proposals["p1"]
    assert [dict(version.provisions) for version in proposal.versions] == [
        {"fees": 3, "visas": 100},
        {"visas": 150},
    ]
    assert (proposal.version, dict(proposal.provisions)) == (2, {"visas": 150})


@pytest.mark.parametrize(
    ("act", "code", "payload", "words"),
    [
        (Act.AMEND_PROPOSAL, "BRA", {"proposal": "p1", "provisions": {"visas": 1}}, "tabled by ALB"),
        (Act.AMEND_PROPOSAL, "ALB", {"proposal": "p2", "provisions": {"visas": 1}}, "no proposal 'p2'"),
        (Act.AMEND_PROPOSAL, "ALB", {"proposal": "p1", "provisions": {"visas": 100}}, "says this already"),
        (
            Act.AMEND_PROPOSAL,
            "ALB",
            {"proposal": "p1", "provisions": {"visas": 1001}},
            "outside what the charter",
        ),
        (
            Act.AMEND_PROPOSAL,
            "ALB",
            {"proposal": "p1", "provisions": {"ships": 1}},
            "names no such provision",
        ),
        (
            Act.AMEND_PROPOSAL,
            "ALB",
            {"proposal": "p1", "provisions": {"visas": None, "fees": None}},
            "nothing would",
        ),
        (
            Act.AMEND_PROPOSAL,
            "ALB",
            {"proposal": "p1", "provisions": {"visas": 1}, "seen": 2},
            "no version 2",
        ),
        (Act.WITHDRAW_PROPOSAL, "BRA", {"proposal": "p1"}, "tabled by ALB"),
        (Act.ANSWER_PROPOSAL, "ALB", {"proposal": "p1", "answer": "welcomes", "version": 1}, "one's own"),
        (
            Act.ANSWER_PROPOSAL,
            "BRA",
            {"proposal": "p1", "answer": "welcomes", "version": 2},
            "has changed since",
        ),
        (Act.TABLE_PROPOSAL, "BRA", {"proposal": "p1", "title": "T", "provisions": {"visas": 1}}, "already"),
        (
            Act.TABLE_PROPOSAL,
            "BRA",
            {"proposal": "p2", "title": "T", "kind": "offer", "provisions": {"visas": 1}},
            "for",
        ),
        (
            Act.TABLE_PROPOSAL,
            "BRA",
            {"proposal": "p2", "title": "T", "to": ["BRA"], "provisions": {"visas": 1}},
            "itself",
        ),
        (
            Act.TABLE_PROPOSAL,
            "BRA",
            {"proposal": "p2", "title": "T", "to": ["XYZ"], "provisions": {"visas": 1}},
            "XYZ",
        ),
        (Act.ANSWER_IN_SECRET, "BRA", {"acceptance": "q1", "sealed": "x"}, "no acceptance 'q1'"),
    ],
)
def test_what_is_out_of_place_is_refused_in_words(table, act, code, payload, words):
    before = table.state
    with pytest.raises(InputError, match=words):
        table.play(act, HEADS[code], **payload)
    assert table.state is before


def test_a_withdrawn_proposal_is_kept_and_cannot_be_accepted(table):
    table.play(Act.WITHDRAW_PROPOSAL, HEADS["ALB"], proposal="p1")
    assert table.state.proposals["p1"].withdrawn
    with pytest.raises(InputError, match="withdrawn"):
        ask(table)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"among": ["ALB"]}, "fewer than two"),
        ({"among": ["ALB", "XYZ"]}, "XYZ"),
        ({"version": 2}, "has changed"),
        ({"kind": "plurilateral"}, "plurilateral"),
        ({"threshold": 2}, "'all'"),
        ({"kind": "plurilateral", "threshold": 4}, "more delegations"),
    ],
)
def test_an_acceptance_is_opened_in_order_or_not_at_all(table, more, words):
    with pytest.raises(InputError, match=words):
        ask(table, **more)


@pytest.mark.parametrize("answers", tuple(itertools.product((True, False), repeat=3)))
@pytest.mark.parametrize("threshold", [None, 2, 3])
def test_outcomes_say_no_more_than_may_be_said(table, answers, threshold):
    hand_in(ask(table) if threshold is None else ask(table, kind="plurilateral", threshold=threshold))
    said = dict(zip(CODES, answers, strict=True))
    payload = outcome(table.state.acceptances["q1"], said)
    table.play(Act.OUTCOME, CLOCK, **payload)
    acceptance = table.state.acceptances["q1"]
    enough = sum(answers) >= (threshold or 3)
    assert (acceptance.status == "accepted") == enough
    assert acceptance.accepting == (tuple(code for code in CODES if said[code]) if enough else ())
    assert ("accepting" in payload) == (enough and threshold is not None)


def test_all_refusals_look_the_same(table):
    """Whoever refused, and however many: the same journal, byte for byte, and the same state."""
    seen = set()
    hand_in(ask(table))
    moves, state, now = list(table.moves), table.state, table.now
    for answers in itertools.product((True, False), repeat=3):
        if not all(answers):
            table.moves, table.state, table.now = list(moves), state, now
            said = dict(zip(CODES, answers, strict=True))
            table.play(Act.OUTCOME, CLOCK, **outcome(state.acceptances["q1"], said))
            seen.add((write_journal(CHARTER, table.moves), repr(table.state)))
    assert len(seen) == 1


def test_nothing_is_said_before_all_have_answered(table):
    ask(table).play(Act.ANSWER_IN_SECRET, HEADS["ALB"], acceptance="q1", sealed="x")
    acceptance = table.state.acceptances["q1"]
    assert acceptance.answered == ("ALB",)
    assert not acceptance.complete
    with pytest.raises(InputError, match="2 delegations have not answered"):
        table.play(Act.OUTCOME, CLOCK, acceptance="q1", accepted=False)
    with pytest.raises(InputError, match="every delegation"):
        outcome(acceptance, {"ALB": True})


def test_nobody_answers_twice_or_unasked(table):
    ask(table, among=["ALB", "BRA"]).play(Act.ANSWER_IN_SECRET, HEADS["ALB"], acceptance="q1", sealed="x")
    with pytest.raises(InputError, match="answered already"):
        table.play(Act.ANSWER_IN_SECRET, HEADS["ALB"], acceptance="q1", sealed="y")
    with pytest.raises(InputError, match="is not asked"):
        table.play(Act.ANSWER_IN_SECRET, HEADS["CIV"], acceptance="q1", sealed="y")


@pytest.mark.parametrize(
    "said",
    [{"accepted": True, "accepting": ["ALB", "BRA"]}, {"accepted": False, "accepting": ["ALB"]}],
)
def test_an_outcome_for_all_never_names_anyone(table, said):
    hand_in(ask(table))
    with pytest.raises(InputError, match="who accepted is said only"):
        table.play(Act.OUTCOME, CLOCK, acceptance="q1", **said)


@pytest.mark.parametrize("accepting", [[], ["ALB"], ["BRA", "ALB"], ["ALB", "XYZ"]])
def test_a_plurilateral_outcome_names_enough_of_those_asked_in_order(table, accepting):
    hand_in(ask(table, kind="plurilateral", threshold=2))
    with pytest.raises(InputError, match="who accepted is said only"):
        table.play(Act.OUTCOME, CLOCK, acceptance="q1", accepted=True, accepting=accepting)


def test_a_package_under_acceptance_stays_as_it_was_read(table):
    ask(table).play(Act.AMEND_PROPOSAL, HEADS["ALB"], proposal="p1", provisions={"visas": 900})
    assert table.state.acceptances["q1"].provisions["visas"] == 100


def test_sealed_answers_are_in_no_sentence(table):
    hand_in(ask(table))
    assert "cipher" not in " ".join(str(entry.words) for entry in make_timeline(table.moves))
    assert str(describe(table.moves[-1])) == "ALB answered in secret (q1)."


def test_two_delegates_change_one_paragraph_and_the_second_is_told(table):
    """Both read version 1; both wordings are kept."""
    paragraph = {"paragraph": "a1.p1", "seen": 1}
    table.play(Act.PROPOSE_WORDING, DELEGATES["ALB"], alternative="alt1", wording="Parties may.", **paragraph)
    assert not table.state.notices
    table.play(
        Act.PROPOSE_WORDING, DELEGATES["BRA"], alternative="alt2", wording="Parties should.", **paragraph
    )
    (notice,) = table.state.notices
    assert (notice.seat, notice.key, notice.seen, notice.found) == (DELEGATES["BRA"], "a1.p1", 1, 2)
    kept = find_paragraph(table.state.text, "a1.p1").alternatives
    assert [one.wording for one in kept] == ["Parties issue visas.", "Parties may.", "Parties should."]


def test_two_colleagues_change_one_proposal_and_the_second_is_told(table):
    table.play(Act.AMEND_PROPOSAL, DELEGATES["ALB"], proposal="p1", provisions={"visas": 200}, seen=1)
    table.play(Act.AMEND_PROPOSAL, HEADS["ALB"], proposal="p1", provisions={"fees": 5}, seen=1)
    assert [(notice.seat, notice.subject) for notice in table.state.notices] == [(HEADS["ALB"], "proposal")]
    assert dict(table.state.proposals["p1"].provisions) == {"visas": 200, "fees": 5}


def test_a_paragraph_is_not_settled_on_a_stale_reading(table):
    table.play(
        Act.PROPOSE_WORDING, DELEGATES["ALB"], paragraph="a1.p1", alternative="alt1", wording="Parties may."
    )
    with pytest.raises(InputError, match=r"version 1, now 2") as caught:
        table.play(Act.SETTLE_PARAGRAPH, FACILITATOR, paragraph="a1.p1", alternative="base", seen=1)
    assert caught.value.key == "seen"
    table.play(Act.SETTLE_PARAGRAPH, FACILITATOR, paragraph="a1.p1", alternative="alt1", seen=2)
    assert find_paragraph(table.state.text, "a1.p1").wording == "Parties may."
    with pytest.raises(InputError, match="reads so already"):
        table.play(Act.SETTLE_PARAGRAPH, FACILITATOR, paragraph="a1.p1", alternative="base")


def test_what_is_locked_stays_when_a_proposal_comes_late(table):
    table.play(Act.LOCK_PARAGRAPH, FACILITATOR, paragraph="a1.p1")
    with pytest.raises(InputError, match="locked"):
        table.play(
            Act.PROPOSE_WORDING, DELEGATES["BRA"], paragraph="a1.p1", alternative="x", wording="No.", seen=1
        )


def test_revisions_are_kept_whole_and_share_what_did_not_change(table):
    table.play(
        Act.PROPOSE_WORDING, DELEGATES["ALB"], paragraph="a1.p1", alternative="alt1", wording="Parties may."
    )
    table.play(Act.CUT_REVISION, FACILITATOR, note="After the first reading")
    first, second = table.state.revisions
    assert (first.number, second.number, second.text.revision) == (0, 1, 1)
    assert find_paragraph(first.text, "a2.p1") is find_paragraph(second.text, "a2.p1")
    with pytest.raises(InputError, match="nothing has changed"):
        table.play(Act.CUT_REVISION, FACILITATOR)


def test_after_agreement_a_better_package_goes_from_the_table_to_acceptance():
    """Raiffa (1985): what was agreed may be improved for all; then every head is asked in secret again."""
    table = Table().in_follow_up()
    with pytest.raises(InputError, match="follow-up"):
        table.play(Act.TABLE_PROPOSAL, HEADS["ALB"], proposal="p2", title="Mine", provisions={"visas": 900})
    table.play(Act.TABLE_PROPOSAL, FACILITATOR, proposal="p2", title="Better", provisions={"visas": 200})
    hand_in(ask(table, proposal="p2"))
    said = dict.fromkeys(CODES, True)
    table.play(Act.OUTCOME, CLOCK, **outcome(table.state.acceptances["q1"], said))
    assert table.state.acceptances["q1"].status == "accepted"
    assert dict(table.state.acceptances["q1"].provisions) == {"visas": 200}
