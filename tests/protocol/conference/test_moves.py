"""Moves and charters: what is read is checked, and what is written is read back as it was."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocol.conference.cast import CHARTER, HEADS, START

from comity.errors import InputError
from comity.protocol.conference import (
    CLOCK_MARK,
    DELEGATION_ROLES,
    MOVES,
    TEMPLATES,
    TERMS,
    Act,
    Charter,
    Move,
    Role,
    Seat,
    Terms,
    describe,
    describe_public,
)

KEYS = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._:-]{0,10}[A-Za-z0-9])?", fullmatch=True)
LETTERS = st.characters(exclude_categories=["Cc", "Cs"])
PROSE = st.text(LETTERS, min_size=1, max_size=40).filter(str.strip)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
CHOICES = {
    "answer": {
        Act.ANSWER_ADOPTION: ("adopts", "reserves", "opposes"),
        Act.ANSWER_PROPOSAL: ("welcomes", "declines"),
    },
    "kind": {
        Act.TABLE_PROPOSAL: ("package", "request", "offer"),
        Act.OPEN_ACCEPTANCE: ("all", "plurilateral"),
        Act.SCHEDULE: ("session", "hearing", "review"),
    },
    "outcome": {Act.ANSWER_SUBMISSION: ("changed", "noted")},
    "to": {Act.CHANGE_PHASE: ("zero draft", "closed")},
}


def value_of(act, field):
    """What a field of a payload may be, by its annotation and not by the code that reads it."""
    kind = field.type
    if act in CHOICES.get(field.name, {}):
        return st.sampled_from(CHOICES[field.name][act])
    if kind.startswith("Mapping"):
        amounts = st.none() | NUMBERS if "None" in kind else NUMBERS
        return st.dictionaries(KEYS, amounts, min_size=1, max_size=4)
    if kind.startswith("tuple"):
        return st.lists(KEYS, unique=True, max_size=4)
    by_kind = {"int": st.integers(2, 200), "float": NUMBERS, "bool": st.booleans()}
    by_kind |= {"date": st.dates().map(date.isoformat), "datetime": MOMENTS.map(datetime.isoformat)}
    words = {"words", "note", "title", "wording", "reason", "sealed", "signatory", "agency", "indicator"}
    words |= {"milestone", "source", "place", "unit", "after"}
    by_kind["str"] = PROSE if field.name in words else KEYS
    return by_kind[kind.removesuffix(" | None")]


@st.composite
def payloads(draw, act):
    needed = {}
    for field in fields(TERMS[act]):
        optional = field.default.__class__.__name__ != "_MISSING_TYPE"
        if not optional or draw(st.booleans()):
            needed[field.name] = draw(value_of(act, field))
    return needed


@st.composite
def moves(draw):
    act = draw(st.sampled_from(MOVES))
    role = draw(st.sampled_from(Role))
    delegation = draw(KEYS) if role in DELEGATION_ROLES else None
    seat = Seat(role, delegation, draw(st.just("") | PROSE))
    payload = draw(payloads(act))
    if draw(st.booleans()):
        payload[CLOCK_MARK] = True
    return Move(act, seat, draw(MOMENTS), payload)


def test_every_move_has_a_payload_and_a_sentence():
    assert set(TERMS) == set(MOVES) == set(TEMPLATES)
    assert all(issubclass(terms, Terms) for terms in TERMS.values())


@given(moves())
def test_moves_are_read_back_as_they_were(move):
    plain = json.loads(json.dumps(move.to_plain()))
    again = Move.read(plain)
    assert again == move
    assert again.to_plain() == plain
    terms = TERMS[move.act]
    assert terms.read(move.terms.to_plain()) == move.terms
    assert again.clock_went_back == (CLOCK_MARK in move.payload)


@given(moves())
def test_every_move_can_be_said_in_words(move):
    said = str(describe(move))
    assert said
    assert "%(" not in str(describe(move).template % dict.fromkeys(describe(move).params, "x"))
    public = describe_public(move)
    if public is not None:
        assert str(public)


@given(moves(), st.text(min_size=1, max_size=8))
def test_unknown_keys_are_refused_and_named(move, stray):
    payload = {**move.payload, f"x-{stray}": 1}
    with pytest.raises(InputError, match="unknown key") as caught:
        _ = Move(move.act, move.seat, move.at, payload).terms
    assert all(field.name in caught.value.accepted for field in fields(TERMS[move.act]))


@given(moves(), st.sampled_from([None, True, 1, -1.5, [], {}, "x\x00y", [1], {"a": "b"}, "\ud800"]))
def test_wrong_values_are_read_or_refused_with_their_key(move, value):
    """Whatever stands at a key: an error that names it, or a payload that is read back as it was written."""
    for name in move.payload:
        payload = {**move.payload, name: value}
        try:
            terms = TERMS[move.act].read(payload)
        except InputError as error:
            assert error.key.split(".")[0] == name
            assert error.accepted
        else:
            json.dumps(terms.to_plain()).encode()
            assert TERMS[move.act].read(terms.to_plain()) == terms


@pytest.mark.parametrize(
    ("act", "payload", "key", "accepted"),
    [
        (
            Act.PROPOSE_WORDING,
            {"paragraph": "a1.p1", "alternative": "b", "wording": "x" * 20_001},
            "wording",
            "20,000",
        ),
        (
            Act.PROPOSE_WORDING,
            {"paragraph": "a1 p1", "alternative": "b", "wording": "x"},
            "paragraph",
            "letters",
        ),
        (Act.PROPOSE_WORDING, {"alternative": "b", "wording": "x"}, "paragraph", "alternative"),
        (Act.OBJECT, {"words": "  "}, "words", "1 to 4,000"),
        (
            Act.TABLE_PROPOSAL,
            {"proposal": "p", "title": "t", "provisions": {"v": float("nan")}},
            "provisions.v",
            "finite",
        ),
        (
            Act.TABLE_PROPOSAL,
            {"proposal": "p", "title": "t", "provisions": {"v": 10**400}},
            "provisions.v",
            "finite",
        ),
        (Act.TABLE_PROPOSAL, {"proposal": "p", "title": "t", "provisions": {}}, "provisions", "at most 500"),
        (Act.CHANGE_PHASE, {"to": "party"}, "to", "zero draft"),
        (Act.START_SILENCE, {"hours": True}, "hours", "whole number"),
        (
            Act.SCHEDULE,
            {"meeting": "m", "title": "t", "kind": "review", "starts": "2030-01-01"},
            "starts",
            "zone",
        ),
        (
            Act.OPEN_ACCEPTANCE,
            {"acceptance": "q", "proposal": "p", "version": 1, "among": ["A", "A"]},
            "among",
            "different",
        ),
        (Act.PASS_SILENCE, {CLOCK_MARK: False}, CLOCK_MARK, "true"),
    ],
)
def test_refusals_name_the_key_and_what_is_accepted(act, payload, key, accepted):
    with pytest.raises(InputError) as caught:
        _ = Move(act, HEADS["ALB"], START, payload).terms
    assert caught.value.key == key
    assert accepted in caught.value.accepted


def test_line_ends_of_every_system_are_one():
    terms = Move(Act.OBJECT, HEADS["ALB"], START, {"words": "a\r\nb\rc"}).terms
    assert terms.to_plain() == {"words": "a\nb\nc"}


def test_times_need_a_zone_and_are_kept_in_utc():
    with pytest.raises(InputError, match="zone"):
        Move(Act.OBJECT, HEADS["ALB"], datetime(2030, 1, 1), {"words": "x"})
    rabat = datetime(2030, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert (
        Move(Act.OBJECT, HEADS["ALB"], rabat, {"words": "x"}).to_plain()["at"] == "2030-01-01T00:00:00+00:00"
    )


@pytest.mark.parametrize(
    ("role", "delegation"),
    [(Role.HEAD, None), (Role.PUBLIC, "ALB"), (Role.CLOCK, "ALB"), (Role.DELEGATE, "A B")],
)
def test_seats_fit_their_role(role, delegation):
    with pytest.raises(InputError):
        Seat(role, delegation)


@pytest.mark.parametrize(
    "plain",
    [
        [],
        {},
        {"act": "object"},
        {"act": "read text", "seat": {}, "at": "", "payload": {}},
        {"act": [], "seat": {}, "at": "", "payload": {}},
        {"act": "sign", "seat": {"role": "king"}, "at": "2030-01-01T00:00:00+00:00", "payload": {}},
        {"act": "sign", "seat": {"role": ["public"]}, "at": "2030-01-01T00:00:00+00:00", "payload": {}},
        {
            "act": "sign",
            "seat": {"role": "public", "name": 3},
            "at": "2030-01-01T00:00:00+00:00",
            "payload": {},
        },
        {"act": "sign", "seat": {"role": "public"}, "at": 3, "payload": {}},
        {"act": "sign", "seat": {"role": "public"}, "at": "2030-01-01T00:00:00+00:00", "payload": []},
    ],
)
def test_what_is_no_move_is_refused(plain):
    with pytest.raises(InputError):
        Move.read(plain)


@given(
    st.lists(st.from_regex(r"[A-Z]{3}", fullmatch=True), unique=True, min_size=2, max_size=5),
    st.dictionaries(KEYS, st.dictionaries(st.sampled_from(["unit", "who"]), PROSE), max_size=3),
    st.none() | st.integers(1900, 2200),
)
def test_charters_are_read_back_as_they_were(codes, provisions, horizon):
    charter = Charter("A title", tuple(codes), provisions=provisions, horizon=horizon)
    assert Charter.read(json.loads(json.dumps(charter.to_plain()))) == charter


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"delegations": ["ALB"]}, "delegations"),
        ({"delegations": "ALB"}, "delegations"),
        ({"silence_hours": 0}, "silence_hours"),
        ({"adoption": "lot"}, "adoption"),
        ({"provisions": {"v": {"minimum": "low"}}}, "provisions.v"),
        ({"provisions": {"v": {"minimum": 2, "maximum": 1}}}, "provisions.v"),
        ({"provisions": {"v": 3}}, "provisions.v"),
        ({"provisions": {"v": {"unit": "\ud800"}}}, "provisions"),
        ({"provisions": []}, "provisions"),
        ({"x": 1}, "x"),
        ({"title": ""}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"delegations": ["ALB", "B.A"]}, "delegations"),
    ],
)
def test_charters_refuse_with_the_key(change, key):
    with pytest.raises(InputError) as caught:
        Charter.read({**CHARTER.to_plain(), **change})
    assert caught.value.key == key
