"""The rules of the room: turns, permissions, unanimity, deadlines, and a log that cannot be edited unseen."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import InputError
from comity.protocol import (
    MEDIATOR,
    Kind,
    Log,
    Mode,
    Move,
    Rules,
    Slot,
    State,
    apply,
    begin,
    read_log,
    replay,
)

FEW = settings(max_examples=30)
SLOTS = {
    "x": Slot("x", "A", "B", 1.0, 5.0, 1.0),
    "y": Slot("y", "B", "C", 0.0, 1.0),
    "z": Slot("z", "C", "A", 10.0, 20.0),
}


def never_x_and_z(values):
    return ("x excludes z",) if {"x", "z"} <= set(values) else ()


def room(mode=Mode.REQUEST_OFFER, rounds=3):
    return Rules(("A", "B", "C"), SLOTS, mode, rounds, never_x_and_z)


def kinds(state: State, party: str) -> st.SearchStrategy[Move]:
    own = [key for key, slot in SLOTS.items() if party in (slot.giver, slot.beneficiary)]
    values = st.dictionaries(
        st.sampled_from(own), st.sampled_from([None, 1.0, 2.0, 10.0, 15.0, 0.5]), max_size=2
    )
    propose = st.builds(lambda v: Move(party, Kind.PROPOSE, v), values)
    rest = st.sampled_from([Move(party, k) for k in (Kind.ACCEPT, Kind.REJECT, Kind.ACCEPT)])
    return st.one_of(propose, rest)


@st.composite
def played(draw):
    """A round of random moves, those that the rules refuse left out."""
    rules, moves = room(), []
    state = begin(rules)
    for _ in range(12):
        if state.speaker is None:
            break
        move = draw(kinds(state, state.speaker))
        try:
            state = apply(rules, state, move)
        except InputError:
            continue
        moves.append(move)
    return rules, moves, state


@FEW
@given(played())
def test_a_log_replays_to_the_same_state_and_bytes(given_round):
    rules, moves, state = given_round
    log = Log({"round": "made-up"})
    for move in moves:
        log.add(move)
    header, again = read_log(log.text)
    assert again == moves
    assert replay(rules, again) == state
    second = Log(header)
    for move in again:
        second.add(move)
    assert second.text == log.text


@FEW
@given(played())
def test_a_deal_is_one_text_that_all_accept(given_round):
    rules, moves, state = given_round
    seen = begin(rules)
    for move in moves:
        before, seen = seen, apply(rules, seen, move)
        assert not before.over
        assert not never_x_and_z(seen.draft)
        assert all(rules.slots[key].admits(value) for key, value in seen.draft.items())
        if seen.draft != before.draft:
            assert seen.assent <= {move.party}, "a changed text must be accepted again"
        assert seen.deal == (bool(seen.draft) and seen.assent == set(rules.parties))
    assert state.moves <= rules.rounds * len(rules.parties)
    if not state.over:
        assert state.speaker == rules.parties[state.moves % 3]


@FEW
@given(played())
def test_no_one_changes_what_others_give_each_other(given_round):
    rules, moves, _ = given_round
    state = begin(rules)
    for move in moves:
        after = apply(rules, state, move)
        changed = {k for k in SLOTS if state.draft.get(k) != after.draft.get(k)}
        assert all(move.party in (SLOTS[k].giver, SLOTS[k].beneficiary) for k in changed)
        state = after


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (Move("B", Kind.REJECT), "not the turn of 'B'"),
        (Move("A", Kind.ACCEPT), "no text to accept"),
        (Move("A", Kind.YES), "not open to A"),
        (Move("A", Kind.PROPOSE, {"y": 0.5}), "between B and C"),
        (Move("A", Kind.PROPOSE, {"x": 1.5}), "accepted: 1 to 5 in steps of 1"),
        (Move("A", Kind.PROPOSE, {"x": 6.0}), "6 is not on the table"),
        (Move("A", Kind.PROPOSE, {"w": 6.0}), "unknown clause 'w'"),
        (Move("A", Kind.PROPOSE, {"x": 1.0, "z": 12.0}), "x excludes z"),
        (Move("A", Kind.PROPOSE, {"x": None}), "changes nothing"),
        (Move("A", Kind.REJECT, {"x": 1.0}), "carries no such words"),
    ],
)
def test_what_is_refused_changes_nothing_and_says_why(move: Move, words: str):
    state = begin(room())
    with pytest.raises(InputError, match=words):
        apply(room(), state, move)
    assert state == begin(room())


def test_time_is_up_after_the_last_round():
    rules = room(rounds=2)
    state = replay(rules, [Move(p, Kind.REJECT) for p in "ABCABC"])
    assert state.outcome == "no deal: time is up"
    assert state.round(rules) == 2
    with pytest.raises(InputError, match="the round is over"):
        apply(rules, state, Move("A", Kind.REJECT))


def test_whoever_leaves_ends_it():
    state = replay(room(), [Move("A", Kind.REJECT), Move("B", Kind.LEAVE)])
    assert (state.outcome, state.speaker) == ("no deal: B left", None)


def yes(party, **marks):
    return Move(party, Kind.YES, **marks)


def test_a_single_text_is_replaced_only_when_all_say_yes():
    rules = room(Mode.SINGLE_TEXT, 3)
    first = [Move(MEDIATOR, Kind.TEXT, {"x": 2.0}), *(yes(p) for p in "ABC")]
    state = replay(rules, first)
    assert dict(state.agreed) == {"x": 2.0}
    second = [
        *first,
        Move(MEDIATOR, Kind.TEXT, {"y": 1.0}),
        yes("A"),
        Move("B", Kind.NO, worse=("y",)),
        yes("C"),
    ]
    state = replay(rules, second)
    assert dict(state.agreed) == {"x": 2.0}
    with pytest.raises(InputError, match="'text' is not open to mediator"):
        apply(rules, state, Move(MEDIATOR, Kind.TEXT, {"y": 1.0}))
    with pytest.raises(InputError, match="last one that all said yes to"):
        apply(rules, state, Move(MEDIATOR, Kind.FINAL, {"y": 1.0}))
    last = [*second, Move(MEDIATOR, Kind.FINAL), *(Move(p, Kind.ACCEPT) for p in "AB")]
    assert replay(rules, [*last, Move("C", Kind.ACCEPT)]).deal
    assert replay(rules, [*last, Move("C", Kind.REJECT)]).outcome == "no deal: not all accept"


def test_marks_are_checked():
    rules = room(Mode.SINGLE_TEXT)
    state = apply(rules, begin(rules), Move(MEDIATOR, Kind.TEXT, {"x": 2.0}))
    for move in (yes("A", better=("w",)), yes("A", better=("x",), worse=("x",))):
        with pytest.raises(InputError):
            apply(rules, state, move)


def a_log():
    log = Log({"seat": "A"})
    for move in (Move("A", Kind.PROPOSE, {"x": 2.0}), Move("B", Kind.REJECT), Move("C", Kind.ACCEPT)):
        log.add(move)
    return log.text


@pytest.mark.parametrize("line", range(1, 4))
def test_an_edited_line_is_found(line: int):
    lines = a_log().splitlines()
    lines[line] = lines[line].replace('"party":"', '"party":"Z')
    with pytest.raises(InputError, match=f"^my.jsonl:{line + 1}: the seal does not fit"):
        read_log("\n".join(lines), name="my.jsonl")


def test_lines_taken_out_or_moved_are_found_and_a_cut_end_is_legal():
    lines = a_log().splitlines()
    with pytest.raises(InputError, match="seal"):
        read_log("\n".join([*lines[:1], *lines[2:]]))
    with pytest.raises(InputError, match="seal"):
        read_log("\n".join([lines[0], lines[2], lines[1], lines[3]]))
    assert len(read_log("\n".join(lines[:3]))[1]) == 2


@pytest.mark.parametrize(
    "text", ["", "hello\n", "[]\n", '{"format":"another"}\n', '{"a": NaN}\n', "[" * 100_000, "{}\n"]
)
def test_what_is_no_log_is_refused(text: str):
    with pytest.raises(InputError):
        read_log(text, name="x")


@pytest.mark.parametrize(
    "plain",
    [
        {}, {"party": "A"}, {"party": "A", "kind": "shout"}, {"party": 3, "kind": "accept"},
        {"party": "A", "kind": "propose", "values": {"x": "1"}},
        {"party": "A", "kind": "propose", "values": {"x": True}},
        {"party": "A", "kind": "yes", "better": "x"}, {"party": "A", "kind": "yes", "secret": 1},
    ],
)  # fmt: skip
def test_what_is_no_move_is_refused(plain):
    with pytest.raises(InputError):
        Move.read(plain)
    log = Log({"seat": "A"})
    log._append(plain)
    with pytest.raises(InputError, match="log:2"):
        read_log(log.text)


def test_a_log_is_json_lines():
    for line in a_log().splitlines():
        assert isinstance(json.loads(line), dict)
