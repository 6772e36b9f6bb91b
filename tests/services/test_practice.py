"""Practice rounds: they replay, nothing private leaks before the debrief, and the debrief is right (§6.8)."""

from __future__ import annotations

import functools
import json
import tempfile
import traceback
from pathlib import Path

import numpy as np
import pytest
from tests.services.practice_rounds import CANARIES, write_round

from comity.bargaining import STRATEGIES, Decision
from comity.errors import InputError, SolveError
from comity.protocol import Kind, Log, Mode, Move, State, read_log
from comity.reports.html import render_html
from comity.reports.terminal import render_terminal
from comity.reports.walk import find_unsourced_numbers
from comity.services import practice as engine
from comity.services.practice import Practice, Setup
from comity.services.practice_debrief import practice_debrief, whole_game
from comity.services.practice_document import write_debrief
from comity.services.practice_opening import (
    Whole,
    _play_again,
    practice_open,
    practice_prepare,
    practice_replay,
    read_setup,
    read_strategies,
)
from comity.services.practice_pack import write_pack
from comity.services.practice_seats import seal_round, write_seat
from comity.services.practice_words import tell_move
from comity.services.roundfile import load_round

FOLDER = Path(tempfile.mkdtemp(prefix="practice"))


@functools.cache
def path() -> Path:
    return write_round(FOLDER)


@functools.cache
def whole() -> Whole:
    """The world is read once for all tests of this module."""
    return practice_prepare(path=path(), rounds=4, draws=20)


def opened(mode: str = "request-offer", *, strategies=("conceder",)) -> Practice:
    scripts = read_strategies(strategies, ["ESP", "MAR", "SEN"], "MAR")
    setup = Setup("r.yaml", "MAR", mode, scripts, 7, 4, 20)
    w = whole()
    return Practice(w.round, setup, w.lab, w.evidence, w.parameters, lambda _: None)


def opened_from_file(file: Path | None = None, *, seat: str = "MAR", **options) -> Practice:
    return practice_open(path=file or path(), seat=seat, **({"rounds": 4, "draws": 20} | options))


def again_from_log(practice: Practice) -> Practice:
    """Play a log again on the world that is at hand."""
    _, moves = read_log(practice.log.text)
    scripts = tuple(f"{code}={name}" for code, name in practice.setup.strategies.items())
    return _play_again(opened(practice.setup.mode, strategies=scripts), moves, "x")


def greedy(practice) -> Move:
    """A player who asks for a little more in the first round and takes what comes after it."""
    state, seat = practice.state, practice.setup.seat
    if practice.rules.mode is Mode.SINGLE_TEXT:
        marks = practice.desk.position.marks(state.agreed, state.draft)
        if state.final:
            return Move(seat, Kind.ACCEPT if practice.desk.position.accepts(state.draft) else Kind.REJECT)
        better = practice.desk.position.margin(state.draft) > practice.desk.position.margin(state.agreed)
        return Move(seat, Kind.YES if better else Kind.NO, worse=tuple(k for k, s in marks.items() if s < 0))
    if len(practice.moves) < 3:
        return Move(seat, Kind.PROPOSE, {"LE02-ESP-MAR": 9000.0, "RW01-ESP-MAR": 80.0, "TR06-MAR-ESP": 1.0})
    return Move(seat, Kind.ACCEPT)


def finish(practice, player=greedy):
    """Play to the end; give everything that the player could have seen on the way."""
    seen = [practice.see().to_json()]
    said = list(practice.start())
    while not practice.state.over:
        move = player(practice)
        said += [move, *practice.play(move)]
        seen.append(practice.see().to_json())
    rows = {row.key: row for row in practice.see().rows}
    lines = [line for move in said for line in tell_move(move, rows, practice.desk.names)]
    return seen + lines


@functools.cache
def finished(mode: str, strategies: tuple[str, ...]):
    practice = opened(mode, strategies=strategies)
    return practice, finish(practice)


ROUNDS = [(mode, (name,)) for mode in Mode for name in STRATEGIES]


@pytest.mark.parametrize(("mode", "strategies"), ROUNDS)
def test_a_round_replays_from_its_log_to_the_same_bytes(mode: str, strategies: tuple[str, ...]):
    practice, _ = finished(mode, strategies)
    again = again_from_log(practice)
    assert again.log.text == practice.log.text
    assert again.see().to_json() == practice.see().to_json()
    assert again.states == practice.states


def test_a_round_replays_from_its_files():
    practice = opened_from_file(mode="single-text", strategies=("SEN=boulware",))
    finish(practice)
    again = practice_replay(log=practice.log.text, name="x", path=path())
    assert again.log.text == practice.log.text
    assert again.see().to_json() == practice.see().to_json()


@pytest.mark.parametrize(("mode", "strategies"), ROUNDS)
def test_a_round_keeps_its_promises(mode: str, strategies: tuple[str, ...]):
    practice, _ = finished(mode, strategies)
    assert practice.state.over
    assert len(practice.moves) <= practice.rules.rounds * len(practice.rules.speakers)
    for state, move in zip(practice.states[1:], practice.moves, strict=True):
        position = practice._positions.get(move.party)
        if move.party in practice.setup.strategies and move.kind in (Kind.PROPOSE, Kind.ACCEPT):
            assert position.accepts(state.draft), "no script goes below its own red line or beyond its limits"
        assert not practice.table.breaches(state.draft)
    if practice.state.deal:
        others = [p for p in practice.rules.parties if p != "MAR"]
        assert all(practice._positions[p].accepts(practice.state.draft) for p in others)


# -- secrecy ------------------------------------------------------------------------------------------


def clean(text: str, where: str) -> None:
    found = [canary for canary in CANARIES if canary in text]
    assert not found, f"{where} holds {found}"


@pytest.mark.parametrize(("mode", "strategies"), ROUNDS)
def test_nothing_that_a_player_sees_holds_a_private_value_of_another(mode: str, strategies: tuple[str, ...]):
    practice, seen = finished(mode, strategies)
    for text in seen:
        clean(text, "the screen")
    clean(practice.log.text, "the log")
    inside = (practice.desk, practice.rules, practice.setup, practice.state, practice._positions)
    for thing in (practice, *inside):
        clean(repr(thing), "a repr")
        clean(str(thing), "a str")
        clean(f"{thing}", "a format")


def test_the_canaries_are_in_the_round_file_so_that_the_test_can_fail():
    text = path().read_text(encoding="utf-8")
    assert all(canary in text for canary in CANARIES)


def test_files_hold_what_their_reader_may_see():
    clean(repr(whole()), "a repr")
    files = write_pack(whole())
    assert set(files) == {"public.html", "facilitator.html"} | {
        f"seat-{code}.{kind}" for code in ("ESP", "MAR", "SEN") for kind in ("html", "yaml")
    }
    for name in ("public.html", "seat-MAR.html", "seat-MAR.yaml"):
        clean(files[name], name)
    for name in ("public.html", "seat-ESP.html", "seat-ESP.yaml", "seat-SEN.html", "seat-SEN.yaml"):
        assert "More regular work" not in files[name], "an objective of Morocco"
    assert "9,473" in files["seat-ESP.html"], "its own limit is on its own sheet"
    assert "9,473" not in files["seat-SEN.html"] + files["public.html"]
    assert "7.7713" in files["facilitator.html"]
    assert write_pack(whole()) == files
    assert "http-equiv" in files["public.html"], "one offline file each"


def test_a_seat_file_is_a_round_file_with_the_others_taken_out(tmp_path: Path):
    round_ = load_round(path())
    text = write_seat(round_, "MAR")
    clean(text, "the seat file")
    target = tmp_path / "seat.yaml"
    target.write_text(text, encoding="utf-8")
    again = load_round(target)
    assert again == seal_round(round_, "MAR")
    assert {i.party for i in again.interests} == {"MAR"}
    assert again.party("MAR").red_line.gain_at_least == 2
    assert again.party("ESP") == type(again.party("ESP"))(code="ESP")
    with pytest.raises(InputError, match="ESP, MAR, SEN"):
        write_seat(round_, "FRA")


def test_what_a_player_sees_does_not_depend_on_what_others_want(tmp_path: Path):
    """Non-interference: other private values, the same moves, the same bytes on the screen."""
    one = opened_from_file()
    two = opened_from_file(write_round(tmp_path, red_line=123.0, interest=45.0))
    assert one.see().to_json() == two.see().to_json()
    assert one.log.text == two.log.text
    texts = [{"LE02-ESP-MAR": 12000.0, "RW01-ESP-MAR": 60.0}, {"PE01-SEN-ESP": 5.0}, {}]
    for text in texts:
        state = State(moves=4, draft=text, speaker="MAR")
        assert one.desk.see(state, {}).to_json() == two.desk.see(state, {}).to_json()
    assert (
        write_seat(load_round(path()), "MAR").partition("\n")[2]
        == write_seat(load_round(tmp_path / "r.yaml"), "MAR").partition("\n")[2]
    )
    ours, theirs = one._positions, two._positions
    assert np.array_equal(ours["MAR"].payoffs[0], theirs["MAR"].payoffs[0])
    assert not np.array_equal(ours["ESP"].payoffs[0], theirs["ESP"].payoffs[0]), "the test could fail"


def test_a_limit_of_another_is_not_in_the_public_range():
    practice = opened()
    row = next(row for row in practice.see().rows if row.key == "LE02-ESP-MAR")
    assert (row.low, row.high) == (1000, 15000)
    practice.start()
    practice.play(Move("MAR", Kind.PROPOSE, {"LE02-ESP-MAR": 15000.0, "RW01-ESP-MAR": 60.0}))
    assert "LE02-ESP-MAR" in {k for move in practice.moves for k in move.values}


def test_a_script_that_fails_takes_its_words_with_it(monkeypatch: pytest.MonkeyPatch):
    practice = opened()

    def fail(*_: object) -> Decision:
        msg = "my red line is 7.7713 CANARY"
        raise ValueError(msg)

    monkeypatch.setattr(engine, "decide", fail)
    with pytest.raises(SolveError) as caught:
        practice.start()
    told = "".join(traceback.format_exception(caught.value))
    clean(str(caught.value), "the message")
    clean(told.replace("CANARY", "", told.count('"my red line')), "the traceback")
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_refusals_speak_of_the_table_only():
    practice = opened()
    practice.start()
    bad = [
        Move("MAR", Kind.PROPOSE, {"LE02-ESP-MAR": 99999.0}),
        Move("MAR", Kind.PROPOSE, {"LE02-ESP-MAR": 9000.0, "RW01-ESP-MAR": None}),
        Move("MAR", Kind.PROPOSE, {"GV14-ESP-SEN": 5.0}),
        Move("ESP", Kind.ACCEPT),
    ]
    for move in bad:
        before = practice.log.text
        with pytest.raises(InputError) as caught:
            practice.play(move)
        clean(str(caught.value), "a refusal")
        assert practice.log.text == before


def test_the_debrief_stays_closed_until_the_end():
    practice = opened()
    practice.start()
    with pytest.raises(InputError, match="not over") as caught:
        practice_debrief(practice)
    clean(str(caught.value), "a refusal")
    practice.play(Move("MAR", Kind.LEAVE))
    assert practice_debrief(practice).ending == "No deal: Morocco left."


# -- debrief ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "strategies"), ROUNDS[:5])
def test_the_debrief_adds_up(mode: str, strategies: tuple[str, ...]):
    practice, _ = finished(mode, strategies)
    found = practice_debrief(practice)
    game = whole_game(practice)
    text = dict(practice.state.draft) if practice.state.deal else {}
    assert found.created == pytest.approx(float(game.gains(text).mean(axis=0).sum()))
    for party, gain in zip(game.parties, game.gains(text).mean(axis=0), strict=True):
        assert found.outcome.mean[party] == pytest.approx(gain)
    if found.created > 0:
        assert sum(v for v in found.claimed.values() if v is not None) == pytest.approx(1.0)
    if found.possible is not None and practice.state.deal and game.rational(text):
        assert found.possible >= found.created - 1e-3
    if found.better is not None:
        assert game.rational(found.better.values)
        assert not game.breaches(found.better.values)
        assert all(found.better.mean[p] >= found.outcome.mean[p] - 1e-4 for p in game.parties)
        assert found.left > 0
    assert [s.number for s in found.steps] == [
        n for n, m in enumerate(practice.moves, 1) if m.kind in (Kind.PROPOSE, Kind.TEXT)
    ]
    assert "7.7713" in found.to_json(), "here, and only here, it is open"
    json.loads(found.to_json())


@pytest.mark.parametrize("number", [0, 5])
def test_the_debrief_reads_as_a_report(number: int):
    practice, _ = finished(*ROUNDS[number])
    document = write_debrief(practice, practice_debrief(practice))
    page = render_html(document)
    assert page == render_html(write_debrief(practice, practice_debrief(practice)))
    assert not find_unsourced_numbers(page)
    assert "Red lines" in render_terminal(document, width=80, colour=False)


# -- bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seat": "FRA"}, "no party 'FRA'"),
        ({"mode": "auction"}, "unknown mode"),
        ({"strategies": ("gambler",)}, "unknown strategy"),
        ({"strategies": ("MAR=conceder",)}, "not played by a script"),
        ({"mode": "single-text", "rounds": 1}, "2 or more in single-text"),
    ],
)
def test_bad_options_are_one_clear_line(options: dict, words: str):
    with pytest.raises(InputError, match=words):
        opened_from_file(**options)


def test_an_edited_log_or_another_round_is_refused(tmp_path: Path):
    practice, _ = finished("request-offer", ("conceder",))
    text = practice.log.text
    with pytest.raises(InputError, match=r"x.jsonl:2: the seal does not fit"):
        practice_replay(log=text.replace('"n":1', '"n":7'), name="x.jsonl", path=path())
    other = write_round(tmp_path, red_line=400.0)
    with pytest.raises(InputError, match="moves otherwise than the log says") as caught:
        practice_replay(log=text, name="x.jsonl", path=other)
    clean(str(caught.value).replace("x.jsonl", ""), "the message")
    header, moves = read_log(text)
    resealed = Log({**header, "seat": "ESP"})
    for move in moves:
        resealed.add(move)
    with pytest.raises(InputError, match=r"x.jsonl:1"):
        practice_replay(log=resealed.text, name="x.jsonl", path=path())


@pytest.mark.parametrize(
    "change",
    [{"seat": 3}, {"draws": 10**9}, {"rounds": 0}, {"seed": True}, {"mode": "auction"}, {"strategies": []}],
)
def test_a_forged_head_is_refused(change: dict):
    practice, _ = finished("request-offer", ("conceder",))
    header, _ = read_log(practice.log.text)
    with pytest.raises(InputError, match="x:1"):
        read_setup({**header, **change}, name="x")


def test_strategies_by_party():
    assert read_strategies([], ["A", "B"], "A") == {"B": "conceder"}
    assert read_strategies(["B=boulware", "principled"], ["A", "B", "C"], "A") == {
        "B": "boulware",
        "C": "principled",
    }
