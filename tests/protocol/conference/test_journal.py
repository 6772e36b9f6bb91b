"""Seals find what was edited, moved or taken out; public words tell nothing of who wants what."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocol.conference.cast import CHARTER, DELEGATES, FACILITATOR, HEADS, VOICES, Table

from comity.errors import InputError
from comity.protocol.conference import (
    Act,
    describe_public,
    list_positions,
    make_timeline,
    read_journal,
    seal_move,
    verify,
    verify_rows,
    write_journal,
)


def played() -> Table:
    table = Table().draft()
    table.play(
        Act.PROPOSE_WORDING,
        DELEGATES["ALB"],
        paragraph="a1.p1",
        alternative="alt1",
        wording="A line\u2028end.",
    )
    table.play(Act.SUPPORT_WORDING, DELEGATES["BRA"], paragraph="a1.p1", alternative="alt1")
    table.play(Act.SETTLE_PARAGRAPH, FACILITATOR, paragraph="a1.p1", alternative="alt1")
    table.play(Act.SUBMIT, VOICES, submission="s1", title="Families", words="Think of them.")
    return table.silence().play(Act.OBJECT, HEADS["CIV"], words="Not a canary, and not Article 1.")


TABLE = played()
TEXT = write_journal(CHARTER, TABLE.moves)


def test_a_whole_journal_is_sound():
    assert verify(TEXT) == TABLE.state


@given(st.integers(0, len(TEXT) - 1), st.characters(min_codepoint=32, max_codepoint=126))
def test_no_letter_can_be_changed(place, letter):
    changed = TEXT[:place] + letter + TEXT[place + 1 :]
    if changed != TEXT:
        with pytest.raises(InputError, match="journal"):
            verify(changed)


@given(st.data())
def test_no_line_can_be_taken_out_or_moved(data):
    lines = TEXT.split("\n")[:-1]
    at = data.draw(st.integers(0, len(lines) - 2))
    line = lines.pop(at)
    with pytest.raises(InputError):
        verify("\n".join(lines) + "\n")
    lines.insert(data.draw(st.integers(0, len(lines)).filter(lambda to: to != at)), line)
    with pytest.raises(InputError):
        verify("\n".join(lines) + "\n")


def test_a_line_that_was_resealed_breaks_the_next():
    lines = TEXT.split("\n")
    plain = json.loads(lines[3])
    plain["payload"]["title"] = "Another title"
    lines[3] = json.dumps(plain)
    with pytest.raises(InputError) as caught:
        verify("\n".join(lines))
    assert caught.value.line == 4


def test_a_sealed_move_that_could_not_be_made_is_found():
    forged = write_journal(CHARTER, [*TABLE.moves, TABLE.moves[0]])
    read_journal(forged)
    with pytest.raises(InputError) as caught:
        verify(forged)
    assert caught.value.line == len(TABLE.moves) + 2


@pytest.mark.parametrize(
    "text",
    ["", "\n", "{}\n", "[1]\n", "no\n", '{"format": NaN}\n', '{"format":"x","seal":"y"}\n', "[" * 99999],
)
def test_what_is_no_journal_is_refused(text):
    with pytest.raises(InputError):
        verify(text)


def test_rows_with_a_wrong_number_or_seal_are_found():
    move = TABLE.moves[0]
    with pytest.raises(InputError, match="seal of move 1"):
        verify_rows(CHARTER, [(1, move, seal_move("", 1, move))])


def test_the_public_is_told_of_the_course_and_not_of_positions():
    public = [str(entry.words) for entry in make_timeline(TABLE.moves, public=True)]
    assert public == [
        "The round goes to the phase 'zero draft'.",
        "The round goes to the phase 'revisions'.",
        "Migrant Voices submitted 'Families'.",
        "The text was placed under silence.",
        "Silence was broken; work on the text goes on.",
    ]
    assert all(describe_public(move) is None for move in TABLE.moves if move.act is Act.PROPOSE_WORDING)


def test_hearings_are_announced_and_other_meetings_are_not():
    table = Table().draft()
    for key, kind in (("h1", "hearing"), ("m1", "ministers")):
        table.play(
            Act.SCHEDULE,
            FACILITATOR,
            meeting=key,
            title="We meet",
            kind=kind,
            starts="2030-02-01T09:00:00+00:00",
        )
    said = [str(entry.words) for entry in make_timeline(table.moves[-2:], public=True, first=7)]
    assert said == ["A hearing is announced: 'We meet', 2030-02-01T09:00:00+00:00."]


def test_positions_are_listed_by_delegation():
    table = Table().draft()
    table.play(
        Act.PROPOSE_WORDING, DELEGATES["BRA"], paragraph="a1.p1", alternative="alt1", wording="Parties may."
    )
    table.play(Act.SUPPORT_WORDING, DELEGATES["ALB"], paragraph="a1.p1", alternative="base")
    assert list_positions(table.state) == {"ALB": (("a1.p1", "base"),), "BRA": (("a1.p1", "alt1"),)}
