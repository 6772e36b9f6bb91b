"""Who may do what, when: the whole matrix as a file that a human can review, and what must hold of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from comity.protocol.conference import (
    DOOR_ACTS,
    MOVES,
    PEOPLE,
    READS,
    RIGHTS,
    STEPS,
    Act,
    Phase,
    Role,
    allows,
    is_move,
    matrix,
    may_follow,
    refusal,
    why_not,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "conference-rights.txt"
PAGE = Path(__file__).parents[3] / "docs" / "forum-protocol.md"
LETTERS = {
    Role.SECRETARIAT: "S",
    Role.FACILITATOR: "F",
    Role.HEAD: "H",
    Role.DELEGATE: "D",
    Role.MINISTRY_OBSERVER: "M",
    Role.CIVIL_SOCIETY: "C",
    Role.PUBLIC: "P",
    Role.CLOCK: "K",
}


def draw_matrix() -> str:
    """One line for each act, one column for each phase, a letter for each role that may."""
    may = {(act, role): row for act, role, row in matrix()}
    lines = [f"{letter}  {role.value}" for role, letter in LETTERS.items()]
    lines += ["", f"{'':<30}" + "".join(f"{phase.value.split()[0]:<14}" for phase in Phase).rstrip()]
    for title, acts in (("moves", MOVES), ("beside the journal", DOOR_ACTS), ("reads", READS)):
        lines += ["", title]
        for act in (each for each in Act if each in acts):
            cells = [
                "".join(LETTERS[role] for role in Role if may[act.value, role.value][column]) or "."
                for column in range(len(Phase))
            ]
            lines.append(f"{act.value:<30}" + "".join(f"{cell:<14}" for cell in cells).rstrip())
    return "\n".join(lines) + "\n"


def test_matrix_is_the_reviewed_one():
    """Set COMITY_WRITE_GOLDEN to write the file again, and then read what changed."""
    if os.environ.get("COMITY_WRITE_GOLDEN"):
        GOLDEN.write_text(draw_matrix(), encoding="utf-8")
    assert draw_matrix() == GOLDEN.read_text(encoding="utf-8")


def test_page_shows_the_matrix():
    assert draw_matrix() in PAGE.read_text(encoding="utf-8")


def test_every_act_is_of_one_kind_and_in_the_table():
    assert set(RIGHTS) == set(Act)
    assert set(MOVES) | READS | DOOR_ACTS == set(Act)
    assert len(MOVES) + len(READS) + len(DOOR_ACTS) == len(Act)
    assert all(is_move(act) == (act in MOVES) for act in Act)


def test_matrix_has_every_role_phase_and_act_once():
    rows = matrix()
    assert len({row[:2] for row in rows}) == len(rows) == len(Act) * len(Role)
    assert all(len(row[2]) == len(Phase) for row in rows)


def test_nobody_reads_anothers_private_sheet():
    assert not any(allows(role, phase, Act.READ_OTHER_SHEET) for role in Role for phase in Phase)


@pytest.mark.parametrize("act", [Act.READ_PRIVATE_SHEET, Act.SAVE_PRIVATE_SHEET, Act.PREVIEW_PACKAGE])
def test_private_sheets_are_for_delegations_alone(act):
    assert {role for role in Role for phase in Phase if allows(role, phase, act)} == {
        Role.HEAD,
        Role.DELEGATE,
    }


def test_the_public_never_writes_and_nobody_writes_when_closed():
    writes = [act for act in Act if act not in READS]
    assert not any(allows(Role.PUBLIC, phase, act) for phase in Phase for act in writes)
    late = {act for act in writes for role in Role if allows(role, Phase.CLOSED, act)}
    assert late == {Act.SEAT_MEMBERS, Act.MODERATE}


def test_under_silence_the_text_rests():
    """Text and packages change in other phases; a head may object, and only the clock lets it pass."""
    resting = [
        act for act in MOVES if act.name.endswith(("PARAGRAPH", "WORDING", "ARTICLE", "PROPOSAL", "REVISION"))
    ]
    assert len(resting) == 15
    assert not any(allows(role, Phase.SILENCE, act) for role in Role for act in resting)
    assert {role for role in Role if allows(role, Phase.SILENCE, Act.OBJECT)} == {Role.HEAD}
    assert {role for role in Role if allows(role, Phase.SILENCE, Act.PASS_SILENCE)} == {Role.CLOCK}


def test_people_cannot_act_for_the_clock():
    """The clock has its own moves, and nothing else."""
    assert Role.CLOCK not in PEOPLE
    own = {act for act in Act for phase in Phase if allows(Role.CLOCK, phase, act)}
    assert own == {Act.PASS_SILENCE, Act.OUTCOME}
    assert not any(allows(role, phase, act) for role in PEOPLE for phase in Phase for act in own)


def test_attribution_and_proposals_stay_in_the_room():
    for act in (Act.READ_ATTRIBUTION, Act.READ_PROPOSALS, Act.READ_ACCEPTANCES, Act.READ_LOG, Act.EXPORT_LOG):
        assert not any(
            allows(role, phase, act) for role in (Role.PUBLIC, Role.CIVIL_SOCIETY) for phase in Phase
        )


def test_words_say_why_not_exactly_where_something_is_refused():
    for role in Role:
        for phase in Phase:
            for act in Act:
                words = why_not(role, phase, act)
                assert bool(words) != allows(role, phase, act)
                assert (refusal(role, phase, act) is None) == (words == "")
                assert "%(" not in words


def test_phases_lead_on_and_come_back_where_they_may():
    assert set(STEPS) == set(Phase)
    assert STEPS[Phase.CLOSED] == ()
    reached, todo = set(), [Phase.CONSULTATION]
    while todo:
        phase = todo.pop()
        if phase not in reached:
            reached.add(phase)
            todo += STEPS[phase]
    assert reached == set(Phase)
    assert may_follow(Phase.SILENCE, Phase.REVISIONS)
    after = (Phase.SIGNATURE, Phase.FOLLOW_UP, Phase.CLOSED)
    assert not any(may_follow(one, other) for one in after for other in Phase if other not in after)
