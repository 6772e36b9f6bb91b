"""Practice with colleagues: several seats are played, scripts play the rest, and the log replays it."""

from __future__ import annotations

import functools
import json

import pytest
from tests.services.practice_rounds import CANARIES
from tests.services.sealed_rounds import write_text

from comity.errors import InputError
from comity.protocol import Kind, Move
from comity.reports.canonical import render_json
from comity.services.practice_debrief import practice_debrief
from comity.services.practice_opening import Room


@functools.cache
def room() -> Room:
    return Room(write_text(), name="small", draws=20)


def test_two_play_and_one_script_answers():
    practice = room().open(["SEN", "MAR"], rounds=4)
    assert practice.setup.played == ("MAR", "SEN")
    practice.start()
    assert practice.state.speaker == "MAR"
    practice.play(Move("MAR", Kind.REJECT))
    assert practice.state.speaker == "SEN"  # a colleague, not a script
    with pytest.raises(InputError, match="not the turn"):
        practice.play(Move("MAR", Kind.REJECT))
    said = practice.play(Move("SEN", Kind.PROPOSE, {"GV14-ESP-SEN": 5.0}))
    assert [move.party for move in said] == ["ESP"]
    assert practice.state.speaker == "MAR"


def test_all_play_and_the_log_replays_it():
    practice = room().open(["ESP", "MAR", "SEN"], rounds=4)
    assert practice.start() == []
    practice.play(Move("ESP", Kind.PROPOSE, {"GV14-ESP-SEN": 5.0}))
    practice.play(Move("MAR", Kind.ACCEPT))
    practice.play(Move("SEN", Kind.ACCEPT))
    assert practice.state.deal
    again = room().replay(practice.log.text, name="a log")
    assert again.state == practice.state
    assert again.setup == practice.setup
    assert practice_debrief(again).to_json() == practice_debrief(practice).to_json()


@pytest.mark.parametrize("seat", ["MAR", "SEN"])
def test_each_seat_sees_its_own_side_only(seat: str):
    practice = room().open(["MAR", "SEN"], rounds=4)
    practice.start()
    shown = render_json(practice.see({"GV14-ESP-SEN": 5.0}, seat))
    spanish = [text for text in CANARIES if text not in ("3.9393", "11.1177", "8.1818", "17.7171", "61.6161")]
    assert not [text for text in spanish if text in shown]
    assert json.loads(shown)["seat"] == seat


@pytest.mark.parametrize(
    ("seats", "options"),
    [
        ([], {}),
        (["MAR", "MAR"], {}),
        (["USA"], {}),
        (["MAR"], {"mode": "x"}),
        (["MAR"], {"strategies": ["x"]}),
    ],
)
def test_what_does_not_exist_is_refused(seats: list[str], options: dict[str, object]):
    with pytest.raises(InputError):
        room().open(seats, **options)


def test_a_log_of_another_seed_is_refused():
    practice = room().open(["MAR"], rounds=4)
    other = Room(write_text(), name="small", draws=20, seed=8)
    with pytest.raises(InputError, match="another seed"):
        other.replay(practice.log.text, name="a log")


def test_it_shows_nothing_when_printed():
    assert repr(room()) == "Room('small')"
