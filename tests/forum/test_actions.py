"""Moves are made once, in order, and fold to the same state from the cache and from the journal."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from tests.forum.conftest import CHARTER, CODES, SEATS

from comity.errors import InputError
from comity.forum import actions, selectors
from comity.forum.backup import verify_rounds
from comity.forum.models import Audit, MoveRow
from comity.protocol.conference import Act, Phase, replay


def test_the_cache_equals_the_replay(cast):
    cast.draft().propose().silence().adoption().signature().follow_up()
    rows = selectors.moves_of(cast.round)
    assert replay(CHARTER, rows) == cast.state
    assert verify_rounds() == {"coasts": (len(rows), MoveRow.objects.last().seal)}


def test_a_key_makes_one_move(cast):
    one = {
        "round": cast.round,
        "seat": SEATS["facilitator"],
        "act": Act.CHANGE_PHASE,
        "payload": {"to": "zero draft"},
    }
    first = actions.make_move(**one, key="k", now=cast.now)
    again = actions.make_move(**one, key="k", now=cast.now + timedelta(hours=1))
    assert (first.pk, MoveRow.objects.count()) == (again.pk, 1)
    with pytest.raises(InputError, match="another move"):
        actions.make_move(**{**one, "act": Act.COMMENT, "payload": {"words": "x"}}, key="k", now=cast.now)
    with pytest.raises(InputError, match="key"):
        actions.make_move(**one, key="", now=cast.now)


def test_keys_of_two_people_do_not_meet(cast):
    cast.play(Act.COMMENT, "alb_head", move_key="same", words="from A")
    cast.play(Act.COMMENT, "bra_head", move_key="same", words="from B")
    assert [each.words for each in cast.state.comments] == ["from A", "from B"]


def test_a_refused_move_leaves_nothing(cast):
    with pytest.raises(InputError):
        cast.play(Act.SIGN, "alb_head")
    assert not MoveRow.objects.exists()


def test_a_transaction_taken_back_does_not_stay_in_the_cache(cast):
    with pytest.raises(RuntimeError), transaction.atomic():
        cast.play(Act.CHANGE_PHASE, "facilitator", to="zero draft")
        assert cast.state.phase is Phase.ZERO_DRAFT
        raise RuntimeError
    assert cast.state.phase is Phase.CONSULTATION
    cast.play(Act.COMMENT, "alb_head", words="x")
    assert cast.state.moves == 1


def test_a_clock_that_went_back_is_marked(cast):
    cast.play(Act.COMMENT, "alb_head", words="one")
    cast.play(Act.COMMENT, "bra_head", hours=-5, words="two")
    assert cast.state.clock_marks == (2,)
    first, second = MoveRow.objects.order_by("number")
    assert first.at == second.at
    verify_rounds()


def test_silence_does_not_pass_by_a_clock_that_went_back(cast):
    cast.draft().silence()
    assert actions.tick(cast.round, now=cast.now - timedelta(days=9)) == 0
    assert actions.tick(cast.round, now=cast.now + timedelta(hours=47)) == 0
    assert actions.tick(cast.round, now=cast.now + timedelta(hours=48)) == 1
    assert actions.tick(cast.round, now=cast.now + timedelta(hours=99)) == 0


def test_an_objection_after_the_deadline_comes_too_late(cast):
    cast.draft().silence()
    with pytest.raises(InputError):
        cast.play(Act.OBJECT, "alb_head", hours=49, words="late")
    assert cast.state.phase is Phase.SILENCE, "the refused call changed nothing"
    actions.tick(cast.round, now=cast.now)
    assert cast.state.phase is Phase.ADOPTION


@pytest.mark.parametrize("refuses", [None, "BRA"])
def test_a_secret_answer_says_the_outcome_and_no_more(cast, refuses):
    cast.draft().propose()
    cast.play(
        Act.OPEN_ACCEPTANCE, "facilitator", acceptance="q1", proposal="p1", version=1, among=list(CODES)
    )
    for code in CODES:
        name = f"{code.lower()}_head"
        actions.answer_in_secret(
            round=cast.round, seat=SEATS[name], acceptance="q1", accepts=code != refuses, key=f"s{code}",
            now=cast.now, user=cast.user[name],
        )  # fmt: skip
    asked = cast.state.acceptances["q1"]
    assert asked.status == ("accepted" if refuses is None else "not accepted")
    assert asked.accepting == (() if refuses else CODES), "who said yes is said only where all did"
    sealed = [row.payload["sealed"] for row in MoveRow.objects.filter(act=Act.ANSWER_IN_SECRET.value)]
    assert len({len(each) for each in sealed}) == 1, "the length says nothing"
    assert len(set(sealed)) == len(CODES)
    assert MoveRow.objects.last().payload == {"acceptance": "q1", "accepted": refuses is None}
    assert not [each for each in Audit.objects.all() if refuses and "secret" in each.act]


def test_twenty_at_once_lose_and_double_nothing(committed_cast):
    """Each of ten threads makes four moves and sends each of them twice."""
    cast, failed = committed_cast, []

    def speak(who: str, n: int) -> None:
        try:
            for k in range(4):
                for _ in range(2):
                    actions.make_move(
                        round=cast.round, seat=SEATS[who], act=Act.COMMENT, payload={"words": f"{n}-{k}"},
                        key=f"{n}-{k}", now=cast.now, user=cast.user[who],
                    )  # fmt: skip
        except Exception as error:  # noqa: BLE001
            failed.append(error)
        finally:
            connection.close()

    names = ["alb_head", "bra_head", "civ_head", "facilitator", "secretariat"] * 2
    threads = [threading.Thread(target=speak, args=(who, n)) for n, who in enumerate(names)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []
    assert sorted(each.words for each in cast.state.comments) == sorted(
        f"{n}-{k}" for n in range(10) for k in range(4)
    )
    assert verify_rounds()["coasts"][0] == 40


def test_a_move_changed_in_the_database_is_found(cast):
    cast.draft()
    row = MoveRow.objects.get(number=4)
    MoveRow.objects.filter(pk=row.pk).update(payload={**row.payload, "wording": "Parties issue no visas."})
    with pytest.raises(InputError, match="seal"):
        verify_rounds()
