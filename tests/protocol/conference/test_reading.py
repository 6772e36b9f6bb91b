"""Words for pages: every sentence can be translated, and each reader sees the text that is for them."""

from __future__ import annotations

import pytest
from tests.protocol.conference.cast import DELEGATES, SECRETARIAT, Table
from tests.protocol.conference.walk import CHARTER, Walk

from comity.protocol.conference import (
    TERMS,
    Act,
    Phase,
    Role,
    Several,
    Words,
    describe,
    describe_public,
    list_messages,
    make_agenda,
    readable_text,
    refusal,
    remove_names,
)
from comity.protocol.text import count_brackets

MESSAGES = frozenset(list_messages())


def templates(words: Words | Several | object) -> set[str]:
    """All templates in some words, however deep."""
    if isinstance(words, Words):
        return {words.template}.union(*(templates(param) for param in words.params.values()))
    return set().union(*(templates(one) for one in words)) if isinstance(words, Several) else set()


def test_whatever_is_said_in_a_round_is_in_the_list_of_messages():
    said = set()
    for seed in range(12):
        walk = Walk(seed)
        for _ in range(200):
            walk.step()
        for move in walk.moves:
            said |= templates(describe(move)) | templates(describe_public(move))
        for item in make_agenda(
            CHARTER, walk.state, walk.now.date(), meeting=next(iter(walk.state.meetings), None)
        ):
            said |= templates(item.words)
    assert len(said) > 50
    assert said <= MESSAGES


def test_refusals_are_in_the_list_of_messages():
    said = {
        template
        for role in Role
        for phase in Phase
        for act in Act
        for template in templates(refusal(role, phase, act))
    }
    assert said <= MESSAGES
    assert {*Act, *Role, *Phase} <= said | {Phase.CONSULTATION} | set(Act)


def test_choices_of_payloads_are_in_the_list_of_messages():
    assert {"will consider", "partly changed", "joint committee", "plurilateral", "not accepted"} <= MESSAGES
    assert len(TERMS) < len(MESSAGES)


@pytest.fixture
def table() -> Table:
    """Revisions, with a bracket of the delegation ALB."""
    return (
        Table()
        .draft()
        .play(
            Act.PROPOSE_WORDING,
            DELEGATES["ALB"],
            paragraph="a1.p1",
            alternative="alt1",
            wording="Parties may.",
        )
    )


def test_brackets_are_shown_to_civil_society_without_names(table):
    seen = readable_text(Role.CIVIL_SOCIETY, table.state)
    assert count_brackets(seen) == count_brackets(table.state.text)
    assert "ALB" not in repr(seen)
    assert "ALB" in repr(readable_text(Role.DELEGATE, table.state))
    assert remove_names(seen) == seen


def test_the_public_sees_the_text_once_it_is_adopted(table):
    assert readable_text(Role.PUBLIC, table.state) is None
    done = Table().in_follow_up().play(Act.CHANGE_PHASE, SECRETARIAT, to="closed")
    assert readable_text(Role.PUBLIC, done.state) == done.state.text
    failed = table.play(Act.CHANGE_PHASE, SECRETARIAT, to="closed")
    assert readable_text(Role.PUBLIC, failed.state) is None
