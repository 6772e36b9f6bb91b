"""Adoption, signatures and points of order from the overview: who may, and what becomes of it."""

from __future__ import annotations

import pytest

from comity.protocol.conference import Phase

CODES = ("alb", "bra", "civ")


def send(cast, who: str, what: str, **fields: str):
    return cast.browser(who).post(f"/r/coasts/course/{what}/", {"key": f"{who}-{what}", **fields})


@pytest.fixture
def adopting(cast):
    """A text without brackets that lay under silence."""
    return cast.draft().silence().adoption()


def test_a_text_is_adopted_and_signed_from_the_overview(adopting) -> None:
    cast = adopting
    assert (
        "The rule of the charter is not met yet."
        in cast.browser("secretariat").get("/r/coasts/").content.decode()
    )
    for code in CODES:
        page = cast.browser(f"{code}_head").get("/r/coasts/").content.decode()
        assert "The text awaits your answer on adoption." in page
        assert (
            send(cast, f"{code}_head", "adopt", answer="adopts", words=f"Words of {code}").status_code == 302
        )
    seen = cast.browser("bra_delegate").get("/r/coasts/").content.decode()
    assert "Words of alb" in seen
    assert 'name="answer"' not in seen, "a delegate does not answer"
    assert send(cast, "facilitator", "declare").status_code == 302
    assert cast.state.phase is Phase.SIGNATURE
    for code in CODES:
        assert (
            "The text awaits your signature."
            in cast.browser(f"{code}_head").get("/r/coasts/").content.decode()
        )
        send(cast, f"{code}_head", "sign", signatory=f"Minister of {code}")
        again = cast.browser(f"{code}_head").get("/r/coasts/").content.decode()
        assert "Sign for your delegation" not in again
    assert {each.signatory for each in cast.state.signatures.values()} == {f"Minister of {c}" for c in CODES}


def test_an_answer_may_change_until_adoption_is_declared(adopting) -> None:
    cast = adopting
    cast.browser("alb_head").post("/r/coasts/course/adopt/", {"key": "one", "answer": "opposes"})
    cast.browser("alb_head").post("/r/coasts/course/adopt/", {"key": "two", "answer": "reserves"})
    assert cast.state.answers["ALB"].answer == "reserves"
    page = cast.browser("alb_head").get("/r/coasts/").content.decode()
    assert "Change the answer" in page


def test_what_is_no_answer_is_told(adopting) -> None:
    page = adopting.browser("alb_head").post(
        "/r/coasts/course/adopt/", {"key": "x", "answer": "perhaps"}, follow=True
    )
    assert 'role="alert"' in page.content.decode()
    assert "ALB" not in adopting.state.answers


@pytest.mark.parametrize("who", ["observer", "society", "secretariat", "anonymous"])
def test_others_neither_answer_nor_sign(adopting, who: str) -> None:
    assert send(adopting, who, "adopt", answer="adopts").status_code == 403
    assert send(adopting, who, "sign").status_code == 403


def test_answers_are_for_the_room_alone(adopting) -> None:
    send(adopting, "alb_head", "adopt", answer="opposes", words="CANARY of ALB")
    for who in ("society", "outsider", "anonymous"):
        assert "CANARY of ALB" not in adopting.browser(who).get("/r/coasts/").content.decode()


def test_a_point_of_order_is_ruled_on(cast) -> None:
    assert send(cast, "alb_delegate", "point", words="May article 2 come first?").status_code == 302
    page = cast.browser("facilitator").get("/r/coasts/").content.decode()
    assert "A point of order awaits your ruling." in page
    assert "May article 2 come first?" in page
    (key,) = cast.state.points
    assert send(cast, "facilitator", "rule", point=key, words="It may.").status_code == 302
    assert cast.state.points[key].ruling == "It may."
    assert "It may." in cast.browser("civ_head").get("/r/coasts/").content.decode()
    assert "May article 2" not in cast.browser("anonymous").get("/r/coasts/").content.decode()
