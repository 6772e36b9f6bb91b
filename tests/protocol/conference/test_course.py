"""A round from consultation to its review, and every way in which a move can be out of place."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest
from tests.protocol.conference.cast import (
    CHARTER,
    CODES,
    DELEGATES,
    FACILITATOR,
    HEADS,
    SECRETARIAT,
    START,
    Table,
)

from comity.errors import InputError
from comity.protocol.conference import (
    CLOCK,
    Act,
    Charter,
    Move,
    Phase,
    Role,
    Seat,
    adoption_so_far,
    apply,
    begin,
    due,
    replay,
    silence_left,
)
from comity.protocol.text import find_paragraph

HOUR = timedelta(hours=1)


def test_a_round_goes_through_all_phases_and_replays():
    table = Table().in_follow_up().play(Act.CHANGE_PHASE, SECRETARIAT, to="closed")
    assert [start.phase for start in table.state.phases] == list(Phase)[1:]
    assert replay(CHARTER, table.moves) == table.state
    assert table.state.text.adopted
    assert [revision.number for revision in table.state.revisions] == [0, 1]


def test_states_cannot_be_changed_and_moves_leave_them_as_they_were():
    table = Table().draft()
    before, copy = table.state, replay(CHARTER, table.moves)
    table.play(
        Act.PROPOSE_WORDING, DELEGATES["ALB"], paragraph="a1.p1", alternative="alt1", wording="Other words."
    )
    assert before == copy
    assert table.state != copy
    with pytest.raises(FrozenInstanceError):
        before.phase = Phase.CLOSED
    with pytest.raises(TypeError):
        before.versions["a1.p1"] = 7


def test_time_never_decreases():
    table = Table().draft()
    with pytest.raises(InputError, match="before that of the last move"):
        table.play(Act.COMMENT, HEADS["ALB"], hours=-0.001, words="Late words.")
    table.play(Act.COMMENT, HEADS["ALB"], hours=0, words="At the same time.")


def test_a_refused_move_in_a_journal_is_named_by_its_number():
    table = Table().draft()
    with pytest.raises(InputError) as caught:
        replay(CHARTER, [*table.moves, table.moves[0]])
    assert caught.value.line == len(table.moves) + 1


def test_seats_of_other_rounds_are_refused():
    with pytest.raises(InputError, match="no delegation 'XYZ'"):
        Table().draft().play(Act.COMMENT, Seat(Role.HEAD, "XYZ"), words="Hello.")


@pytest.mark.parametrize("phase", ["silence procedure", "signature", "consultation", "follow-up and review"])
def test_steps_that_do_not_exist_are_refused(phase):
    with pytest.raises(InputError) as caught:
        Table().draft().play(Act.CHANGE_PHASE, FACILITATOR, to=phase)
    assert caught.value.key == "to"


def test_an_empty_draft_leads_nowhere():
    table = Table().play(Act.CHANGE_PHASE, FACILITATOR, to="zero draft")
    with pytest.raises(InputError, match="no paragraph"):
        table.play(Act.CHANGE_PHASE, FACILITATOR, to="revisions")


def test_brackets_cannot_lie_under_silence():
    table = Table().draft()
    table.play(
        Act.PROPOSE_WORDING, DELEGATES["ALB"], paragraph="a1.p1", alternative="alt1", wording="Other words."
    )
    with pytest.raises(InputError, match=r"a1 \(1\)"):
        table.silence()


def test_silence_is_never_shorter_than_the_charter_says():
    table = Table().draft()
    with pytest.raises(InputError, match="shorter"):
        apply(CHARTER, table.state, Move(Act.START_SILENCE, FACILITATOR, table.now, {"hours": 47}))
    longer = apply(CHARTER, table.state, Move(Act.START_SILENCE, FACILITATOR, table.now, {"hours": 49}))
    assert longer.silence.deadline == table.now + 49 * HOUR


def test_silence_without_an_objection_passes_when_it_is_due_and_not_before():
    table = Table().draft().silence()
    end = table.now + 48 * HOUR
    assert due(CHARTER, table.state, end - timedelta(microseconds=1)) is None
    assert silence_left(table.state, end - HOUR) == HOUR
    assert silence_left(table.state, end + HOUR) == timedelta(0)
    with pytest.raises(InputError, match="runs until"):
        apply(CHARTER, table.state, Move(Act.PASS_SILENCE, CLOCK, end - HOUR))
    passed = due(CHARTER, table.state, end + HOUR)
    after = apply(CHARTER, table.state, passed)
    assert (after.phase, after.silences[-1].result, after.silence) == (Phase.ADOPTION, "passed", None)
    assert due(CHARTER, after, end + 100 * HOUR) is None


def test_an_objection_leads_back_to_revisions_and_is_kept():
    table = (
        Table().draft().silence().play(Act.OBJECT, HEADS["CIV"], words="Not Article 1.", paragraph="a1.p1")
    )
    assert table.state.phase is Phase.REVISIONS
    ended = table.state.silences[-1]
    assert (ended.result, [o.delegation for o in ended.objections]) == ("broken", ["CIV"])
    assert due(CHARTER, table.state, table.now + 1000 * HOUR) is None
    table.silence().adoption()
    assert [silence.result for silence in table.state.silences] == ["broken", "passed"]


def test_an_objection_after_the_deadline_is_too_late():
    table = Table().draft().silence()
    with pytest.raises(InputError, match="silence ended on"):
        table.play(Act.OBJECT, HEADS["CIV"], hours=48, words="Too late.")


def test_the_facilitator_may_take_a_running_silence_back_and_no_ended_one():
    table = Table().draft().silence()
    with pytest.raises(InputError, match="ended without an objection"):
        table.play(Act.CHANGE_PHASE, FACILITATOR, hours=48, to="revisions")
    table.play(Act.CHANGE_PHASE, FACILITATOR, to="revisions")
    assert table.state.silences[-1].result == "taken back"


def test_a_clock_that_went_back_does_not_shorten_silence():
    """A comment comes while the clock is ahead of the deadline; then the clock is set right."""
    table = Table().draft().silence()
    end = table.now + 48 * HOUR
    ahead = apply(
        CHARTER, table.state, Move(Act.COMMENT, HEADS["ALB"], end + HOUR, {"words": "From the future."})
    )
    assert due(CHARTER, ahead, end - 40 * HOUR) is None
    assert due(CHARTER, ahead, end) is None, "the clock has not reached the last move yet"
    with pytest.raises(InputError, match="runs until"):
        apply(CHARTER, ahead, Move(Act.PASS_SILENCE, CLOCK, end + HOUR, {"clock_went_back": True}))
    marked = Move(
        Act.OBJECT,
        HEADS["CIV"],
        end + HOUR,
        {"words": "In time by any other clock.", "clock_went_back": True},
    )
    after = apply(CHARTER, ahead, marked)
    assert after.silences[-1].result == "broken"
    assert after.clock_marks == (after.moves,)


def test_a_silence_that_starts_by_a_clock_that_went_back_is_no_shorter():
    table = Table().draft()
    true_now = table.now - 5 * HOUR
    state = apply(
        CHARTER, table.state, Move(Act.START_SILENCE, FACILITATOR, table.now, {"clock_went_back": True})
    )
    assert state.silence.deadline - true_now > 48 * HOUR


def test_silence_waits_for_open_acceptances():
    table = Table().draft()
    table.play(Act.TABLE_PROPOSAL, FACILITATOR, proposal="p1", title="All", provisions={"visas": 10})
    table.play(
        Act.OPEN_ACCEPTANCE, FACILITATOR, acceptance="q1", proposal="p1", version=1, among=["ALB", "BRA"]
    )
    with pytest.raises(InputError, match="still open"):
        table.silence()
    table.play(Act.CLOSE_ACCEPTANCE, FACILITATOR, acceptance="q1").silence()
    assert table.state.acceptances["q1"].status == "closed"


def test_closing_a_round_closes_what_was_open():
    table = Table().draft()
    table.play(Act.TABLE_PROPOSAL, FACILITATOR, proposal="p1", title="All", provisions={"visas": 10})
    table.play(
        Act.OPEN_ACCEPTANCE, FACILITATOR, acceptance="q1", proposal="p1", version=1, among=["ALB", "BRA"]
    )
    table.play(Act.CHANGE_PHASE, SECRETARIAT, to="closed", note="No agreement.")
    assert table.state.acceptances["q1"].status == "closed"
    assert not table.state.text.adopted


@pytest.mark.parametrize(
    ("rule", "answers", "met"),
    [
        ("consensus", "aaa", True),
        ("consensus", "aar", True),
        ("consensus", "rrr", False),
        ("consensus", "aao", False),
        ("consensus", "aa-", False),
        ("unanimity", "aaa", True),
        ("unanimity", "aar", False),
        ("two thirds", "aa-", True),
        ("two thirds", "a--", False),
        ("majority", "aao", True),
        ("majority", "arr", False),
    ],
)
def test_the_rule_of_the_charter_decides(rule, answers, met):
    table = Table(Charter("T", CODES, silence_hours=48, adoption=rule)).draft().silence().adoption()
    said = {"a": "adopts", "r": "reserves", "o": "opposes"}
    for code, answer in zip(CODES, answers, strict=True):
        if answer != "-":
            table.play(Act.ANSWER_ADOPTION, HEADS[code], answer=said[answer])
    assert adoption_so_far(table.charter, table.state)[0] is met
    if not met:
        with pytest.raises(InputError):
            table.play(Act.DECLARE_ADOPTED, FACILITATOR)
        return
    table.play(Act.DECLARE_ADOPTED, FACILITATOR)
    adoption = table.state.adoption
    assert set(adoption.parties) == {
        code for code, answer in zip(CODES, answers, strict=True) if answer in "ar"
    }
    assert set(adoption.parties) | set(adoption.outside) == set(CODES)
    assert all(paragraph.locked for paragraph in table.state.text.paragraphs())


def test_answers_on_adoption_may_change_until_it_is_declared_and_fall_when_the_text_reopens():
    table = Table().draft().silence().adoption()
    table.play(Act.ANSWER_ADOPTION, HEADS["ALB"], answer="opposes").play(
        Act.ANSWER_ADOPTION, HEADS["ALB"], answer="adopts"
    )
    assert table.state.answers["ALB"].answer == "adopts"
    table.play(Act.CHANGE_PHASE, FACILITATOR, to="revisions").silence().adoption()
    assert not table.state.answers


def test_only_parties_sign_and_once():
    table = Table(Charter("T", CODES, silence_hours=48, adoption="two thirds")).draft().silence().adoption()
    table.play(Act.ANSWER_ADOPTION, HEADS["ALB"], answer="adopts").play(
        Act.ANSWER_ADOPTION, HEADS["BRA"], answer="adopts"
    )
    table.play(Act.DECLARE_ADOPTED, FACILITATOR).play(Act.SIGN, HEADS["ALB"], signatory="The minister")
    with pytest.raises(InputError, match="did not adopt"):
        table.play(Act.SIGN, HEADS["CIV"])
    with pytest.raises(InputError, match="has signed already"):
        table.play(Act.SIGN, HEADS["ALB"])
    with pytest.raises(InputError, match="1 of 2 signatures"):
        table.play(Act.CHANGE_PHASE, SECRETARIAT, to="follow-up and review")
    table.play(Act.SIGN, HEADS["BRA"]).play(Act.CHANGE_PHASE, SECRETARIAT, to="follow-up and review")
    assert table.state.phase is Phase.FOLLOW_UP


def test_a_charter_may_ask_for_fewer_signatures_and_the_rest_may_follow():
    table = (
        Table(Charter("T", CODES, silence_hours=48, signatures=2)).draft().silence().adoption().signature()
    )
    table.play(Act.SIGN, HEADS["ALB"]).play(Act.SIGN, HEADS["BRA"])
    table.play(Act.CHANGE_PHASE, SECRETARIAT, to="follow-up and review").play(Act.SIGN, HEADS["CIV"])
    assert set(table.state.signatures) == set(CODES)


def test_before_the_first_move():
    state = begin(CHARTER)
    assert (state.moves, state.last_at, state.text.title) == (0, None, CHARTER.title)
    assert silence_left(state, START) is None


def test_what_is_locked_is_open_again_only_in_the_open_and_never_after_adoption():
    table = Table().draft().play(Act.LOCK_PARAGRAPH, FACILITATOR, paragraph="a1.p1")
    with pytest.raises(InputError, match="locked"):
        table.play(
            Act.PROPOSE_WORDING,
            DELEGATES["ALB"],
            paragraph="a1.p1",
            alternative="alt1",
            wording="Other words.",
        )
    table.play(Act.REOPEN_PARAGRAPH, FACILITATOR, paragraph="a1.p1", reason="Article 2 depends on it.")
    assert not find_paragraph(table.state.text, "a1.p1").locked
    with pytest.raises(InputError, match="is not locked"):
        table.play(Act.REOPEN_PARAGRAPH, FACILITATOR, paragraph="a2.p1", reason="Why not.")
    table.silence().adoption().signature()
    with pytest.raises(InputError):
        table.play(Act.REOPEN_PARAGRAPH, FACILITATOR, paragraph="a1.p1", reason="Second thoughts.")
