"""What holds in every round, over random ones: checked after each move against records of our own."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.protocol.conference.walk import CHARTER, Walk

from comity.protocol.conference import (
    MOVES,
    Act,
    Phase,
    count_articles,
    describe,
    list_positions,
    make_timeline,
    read_journal,
    replay,
    seal_charter,
    seal_move,
    verify,
    verify_rows,
    write_journal,
)
from comity.protocol.text import count_brackets

SEEDS = st.integers(0, 2**32)
FROZEN = (Phase.SILENCE, Phase.ADOPTION, Phase.SIGNATURE, Phase.FOLLOW_UP, Phase.CLOSED)


def locked_words(state):
    return {paragraph.key: paragraph.wording for paragraph in state.text.paragraphs() if paragraph.locked}


def is_prefix(before, after):
    return after[: len(before)] == before


def check_step(before, move, after):
    """What one move may and may not do."""
    assert after.moves == before.moves + 1
    assert after.last_at == move.at
    assert before.last_at is None or before.last_at <= move.at
    for key, wording in locked_words(before).items():
        if not (move.act is Act.REOPEN_PARAGRAPH and move.payload["paragraph"] == key):
            assert locked_words(after).get(key) == wording, "what was locked has changed"
    if before.phase in FROZEN and move.act is not Act.DECLARE_ADOPTED:
        assert after.text == before.text, "the text changed in a phase in which it rests"
    if before.text.adopted:
        assert after.text == before.text
    changed = {p.key: p for p in after.text.paragraphs()}
    for paragraph in before.text.paragraphs():
        if changed.get(paragraph.key) != paragraph:
            assert after.versions[paragraph.key] == before.versions[paragraph.key] + 1
        elif move.act is not Act.DECLARE_ADOPTED:
            assert after.versions[paragraph.key] == before.versions[paragraph.key]
    check_history(before, after)


def check_history(before, after):
    """Nothing that was said is taken away."""
    for name in ("revisions", "silences", "phases", "comments", "notices"):
        assert is_prefix(getattr(before, name), getattr(after, name))
    for key, old in before.commitments.items():
        new = after.commitments[key]
        assert is_prefix(old.versions, new.versions)
        assert [(r.words, r.done, r.move) for r in old.reports] == [
            (r.words, r.done, r.move) for r in new.reports
        ][: len(old.reports)]
        assert all(r.accepted is None or r == s for r, s in zip(old.reports, new.reports, strict=False))
        assert old.released_at in (None, new.released_at)
    for key, old in before.proposals.items():
        assert is_prefix(old.versions, after.proposals[key].versions)
        assert is_prefix(old.answers, after.proposals[key].answers)
    for key, old in before.submissions.items():
        assert is_prefix(old.responses, after.submissions[key].responses)
    assert before.signatures.items() <= after.signatures.items()


def check_state(state, answers):
    """What must hold wherever a round stands."""
    assert {each.key: each.bracketed for each in count_articles(state)} == count_brackets(state.text)
    behind = {
        code
        for paragraph in state.text.paragraphs()
        if paragraph.bracketed
        for one in paragraph.alternatives
        for code in one.proponents
    }
    assert set(list_positions(state)) == behind
    assert (state.phase is Phase.SILENCE) == (state.silence is not None)
    for silence in state.silences:
        assert silence.result != "passed" or (not silence.objections and silence.ended >= silence.deadline)
        assert (silence.result == "broken") == bool(silence.objections)
    if state.phase in FROZEN[:-1]:
        assert not any(count_brackets(state.text).values())
    assert state.text.adopted == (state.adoption is not None)
    if state.text.adopted:
        assert all(paragraph.locked for paragraph in state.text.paragraphs())
        assert state.phase in (Phase.SIGNATURE, Phase.FOLLOW_UP, Phase.CLOSED)
        assert set(state.signatures) <= set(state.adoption.parties)
    for key, acceptance in state.acceptances.items():
        said = answers.get(key, {})
        assert set(acceptance.answered) == set(said)
        yes = [code for code in acceptance.among if said.get(code)]
        whole = len(said) == len(acceptance.among)
        if acceptance.status == "accepted":
            needed = acceptance.threshold or len(acceptance.among)
            assert whole
            assert list(acceptance.accepting) == yes
            assert len(yes) >= needed
        elif acceptance.status == "not accepted":
            assert whole
            assert len(yes) < (acceptance.threshold or len(acceptance.among))
            assert acceptance.accepting == ()
    for commitment in state.commitments.values():
        if commitment.released_at is not None:
            assert any(report.done and report.accepted for report in commitment.reports)


@settings(max_examples=20)
@given(SEEDS)
def test_no_round_breaks_what_must_hold(seed):
    walk = Walk(seed)
    for _ in range(250):
        made = walk.step()
        if made is None:
            continue
        before, move = made
        check_step(before, move, walk.state)
        check_state(walk.state, walk.answers)


@settings(max_examples=10)
@given(SEEDS, st.integers(0, 100))
def test_a_journal_replays_to_the_same_state(seed, cut):
    walk = Walk(seed)
    middle = None
    for _ in range(200):
        walk.step()
        if len(walk.moves) == cut:
            middle = walk.state
    text = write_journal(CHARTER, walk.moves)
    assert read_journal(text) == (CHARTER, walk.moves)
    assert verify(text) == walk.state
    assert write_journal(*read_journal(text)) == text
    if middle is not None:
        assert replay(CHARTER, walk.moves[:cut]) == middle
    seal, rows = seal_charter(CHARTER), []
    for number, move in enumerate(walk.moves, start=1):
        seal = seal_move(seal, number, move)
        rows.append((number, move, seal))
    assert verify_rows(CHARTER, rows) == seal
    assert f'"seal":"{seal}"' in text.splitlines()[-1]
    entries = make_timeline(walk.moves)
    assert [entry.words for entry in entries] == [describe(move) for move in walk.moves]


def test_the_walks_reach_every_act_and_every_phase():
    """Otherwise what holds in every round would be said of too few."""
    acts, phases = set(), set()
    for seed in range(40):
        walk = Walk(seed)
        for _ in range(260):
            walk.step()
        acts |= {move.act for move in walk.moves}
        phases |= {start.phase for start in walk.state.phases}
        if acts == set(MOVES) and len(phases) == len(Phase) - 1:
            break
    assert acts == set(MOVES)
    assert phases | {Phase.CONSULTATION} == set(Phase)
