"""The API does what pages do, with tokens of seats, and answers every error in one shape."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from tests.forum.conftest import CODES

from comity.errors import InputError
from comity.forum import actions
from comity.forum.models import ApiToken, Audit, Membership, MoveRow
from comity.protocol.conference import Act


class Program:
    """A client with the token of a seat."""

    def __init__(
        self, cast, who: str, *, may_move: bool = True, private: bool = False, days: int = 7
    ) -> None:
        member = Membership.objects.get(user=cast.user[who], round=cast.round)
        self.row, self.token = actions.make_token(
            member=member, name="test", may_move=may_move, private=private, days=days, now=timezone.now()
        )
        self.base = f"/api/rounds/{cast.round.slug}"

    def ask(self, method: str, path: str, body=None, *, base: str | None = None, token: str | None = None):
        return Client().generic(
            method,
            (self.base if base is None else base) + path,
            b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token or self.token}"},
        )


def is_shaped(answer, status: int) -> dict:
    assert answer.status_code == status, answer.content
    found = answer.json()
    assert set(found) == {"error", "key", "accepted"}
    assert found["error"]
    return found


def test_a_delegate_reads_and_moves(cast):
    cast.draft()
    head = Program(cast, "alb_head")
    assert [each["slug"] for each in head.ask("GET", "/rounds", base="/api").json()] == ["coasts"]
    state = head.ask("GET", "").json()
    assert (state["phase"], state["counts"]["articles"]) == ("revisions", 2)
    assert "propose wording" in state["may"]
    assert "settle paragraph" not in state["may"]
    move = {
        "act": "propose wording",
        "key": "w1",
        "payload": {"paragraph": "a1.p1", "alternative": "alt1", "wording": "Parties issue 900 visas."},
    }
    first = head.ask("POST", "/moves", move).json()
    again = head.ask("POST", "/moves", move).json()
    assert (first["number"], first["repeated"], again["repeated"]) == (again["number"], False, True)
    assert MoveRow.objects.filter(act="propose wording").count() == 1
    text = head.ask("GET", "/text").json()
    assert text["articles"][0]["paragraphs"][0]["alternatives"][1]["proponents"] == ["ALB"]
    text = Program(cast, "society").ask("GET", "/text").json()
    assert text["articles"][0]["paragraphs"][0]["alternatives"][1]["proponents"] is None
    page = head.ask("GET", "/moves?after=2&most=2").json()
    assert [each["number"] for each in page["moves"]] == [3, 4]
    assert page["next"] == 4
    for form in ("md", "docx", "xml"):
        got = head.ask("GET", f"/text/export?form={form}")
        assert got.status_code == 200
        assert f"coasts-text.{form}" in got["Content-Disposition"]
    assert head.ask("GET", "/journal.jsonl").content.count(b"\n") >= MoveRow.objects.count()


def test_errors_have_one_shape(cast):
    cast.draft()
    head = Program(cast, "alb_head")
    move = {"act": "comment", "key": "c", "payload": {"words": "one"}}
    assert head.ask("POST", "/moves", move).status_code == 200
    assert is_shaped(head.ask("POST", "/moves", {**move, "payload": {"words": "two"}}), 409)["key"] == "key"
    assert is_shaped(head.ask("POST", "/moves", {**move, "act": "sign"}), 403)
    assert "sign" in is_shaped(head.ask("POST", "/moves", {**move, "act": "conquer"}), 422)["accepted"]
    wrong = is_shaped(head.ask("POST", "/moves", {**move, "key": "d", "payload": {"word": "x"}}), 422)
    assert wrong["accepted"]
    marked = {**move, "key": "e", "payload": {"words": "x", "clock_went_back": True}}
    assert is_shaped(head.ask("POST", "/moves", marked), 422)["key"] == "clock_went_back"
    assert is_shaped(head.ask("POST", "/moves", {**move, "more": 1}), 422)["key"] == "more"
    is_shaped(head.ask("GET", "", base="/api/rounds/elsewhere"), 404)
    is_shaped(head.ask("GET", "/nothing"), 404)
    is_shaped(head.ask("DELETE", "/moves"), 405)
    is_shaped(head.ask("GET", "", token="comity_no"), 401)
    is_shaped(Client().get("/api/rounds"), 401)
    bearer = {"Authorization": f"Bearer {head.token}"}
    for body in (
        b"{",
        b"\xff",
        b'{"act": NaN}',
        b'{"act": "\\ud800"}',
        b'{"act": "\\u0000"}',
        b"[" * 99999,
        b"1e999",
    ):
        got = Client().generic(
            "POST", head.base + "/moves", body, content_type="application/json", headers=bearer
        )
        is_shaped(got, 400)
    large = Client().generic("POST", head.base + "/moves", b" " * 3_000_000, content_type="application/json", headers=bearer)  # fmt: skip
    is_shaped(large, 413)


def test_a_session_opens_nothing(cast):
    """So there is nothing that another site could use."""
    is_shaped(cast.browser("alb_head").get("/api/rounds"), 401)


def test_what_a_token_may_not(cast):
    cast.draft()
    reads = Program(cast, "alb_head", may_move=False)
    is_shaped(reads.ask("POST", "/moves", {"act": "comment", "key": "c", "payload": {"words": "x"}}), 403)
    is_shaped(reads.ask("GET", "/private"), 403)
    moves = Program(cast, "alb_head")
    is_shaped(moves.ask("PUT", "/private", {"sheet": {}, "seen": 0}), 403)


def test_tokens_end(cast):
    head = Program(cast, "alb_head", days=1)
    assert head.ask("GET", "").status_code == 200
    ApiToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    is_shaped(head.ask("GET", ""), 401)
    head = Program(cast, "alb_head")
    assert not actions.revoke_token(user=cast.user["bra_head"], token=head.row.pk, now=timezone.now())
    assert actions.revoke_token(user=cast.user["alb_head"], token=head.row.pk, now=timezone.now())
    is_shaped(head.ask("GET", ""), 401)
    head = Program(cast, "alb_head")
    Membership.objects.filter(user=cast.user["alb_head"]).update(since=timezone.now() + timedelta(minutes=1))
    is_shaped(head.ask("GET", ""), 401)  # another seat than it was made for
    head = Program(cast, "bra_head")
    actions.give_up_seat(round=cast.round, member=head.row.member_id, now=timezone.now())
    is_shaped(head.ask("GET", ""), 401)
    assert head.token not in "".join(Audit.objects.values_list("outcome", flat=True))
    assert not ApiToken.objects.filter(token_hash__contains=head.token[7:]).exists()


def test_the_own_sheet(cast):
    head = Program(cast, "alb_head", private=True)
    assert head.ask("GET", "/private").json() == {"sheet": None, "version": 0}
    sheet = {"red_line": 12.5, "notes": "Return first."}
    saved = head.ask("PUT", "/private", {"sheet": sheet, "seen": 0}).json()
    assert saved == {"sheet": sheet, "version": 1}
    assert Program(cast, "alb_delegate", private=True).ask("GET", "/private").json() == saved
    assert Program(cast, "bra_head", private=True).ask("GET", "/private").json()["sheet"] is None
    assert is_shaped(head.ask("PUT", "/private", {"sheet": {}, "seen": 0}), 409)["accepted"] == "version 1"
    wrong = is_shaped(head.ask("PUT", "/private", {"sheet": {"red_line": "zanzibar"}, "seen": 1}), 422)
    assert "zanzibar" not in str(wrong)
    is_shaped(Program(cast, "facilitator", private=True).ask("GET", "/private"), 403)


def test_answers_in_secret(cast):
    cast.draft().propose()
    cast.play(
        Act.OPEN_ACCEPTANCE, "facilitator", acceptance="q1", proposal="p1", version=1, among=list(CODES)
    )
    one = Program(cast, "alb_head", private=True)
    direct = {"act": "answer in secret", "key": "x", "payload": {"acceptance": "q1", "sealed": "yes"}}
    is_shaped(one.ask("POST", "/moves", direct), 422)
    for code in CODES:
        head = Program(cast, f"{code.lower()}_head", private=True)
        got = head.ask("POST", "/acceptances/q1/answer", {"accepts": code != "BRA", "key": "k"})
        assert got.status_code == 200, got.content
    found = one.ask("GET", "/acceptances").json()
    assert (found[0]["status"], found[0]["accepting"], found[0]["answered"]) == (
        "not accepted",
        [],
        list(CODES),
    )
    assert "sealed" not in json.dumps(one.ask("GET", "/moves?most=500").json()["moves"][-4:])
    is_shaped(one.ask("POST", "/acceptances/q9/answer", {"accepts": True, "key": "z"}), 422)


def test_a_forged_sealed_answer_is_refused_at_once(cast):
    """Else one delegation could keep the outcome from ever being said."""
    cast.draft().propose()
    cast.play(
        Act.OPEN_ACCEPTANCE, "facilitator", acceptance="q1", proposal="p1", version=1, among=list(CODES)
    )
    with pytest.raises(InputError, match="not sealed here"):
        cast.play(Act.ANSWER_IN_SECRET, "alb_head", acceptance="q1", sealed="bm9uc2Vuc2U=")


def test_too_many_calls(cast, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "api"}
    }
    caches["default"].clear()
    head = Program(cast, "alb_head")
    answers = [head.ask("POST", "/moves", {"act": "x", "key": "k"}).status_code for _ in range(130)]
    assert answers[:60] == [422] * 60
    assert 429 in answers, "a minute may begin in between, so not at a fixed place"
    late = next(
        each
        for each in (head.ask("POST", "/moves", {"act": "x", "key": "k"}) for _ in range(70))
        if each.status_code == 429
    )
    is_shaped(late, 429)
    assert 1 <= int(late["Retry-After"]) <= 60
    caches["default"].clear()


def test_the_page_of_tokens(cast):
    browser = cast.browser("alb_head")
    member = Membership.objects.get(user=cast.user["alb_head"])
    assert b"You have no seat" in cast.browser("outsider").get("/account/tokens/").content
    made = browser.post(
        "/account/tokens/make/", {"seat": member.pk, "name": "reports", "scope": "read", "days": 30}
    )
    assert made.status_code == 200
    token = made.context["token"]
    assert made.content.decode().count(token) == 1
    assert token not in browser.get("/account/tokens/").content.decode()
    headers = {"Authorization": f"Bearer {token}"}
    assert Client().get("/api/rounds", headers=headers).status_code == 200
    assert not ApiToken.objects.get().private
    other = cast.browser("bra_head")
    other.post("/account/tokens/revoke/", {"token": ApiToken.objects.get().pk})
    assert Client().get("/api/rounds", headers=headers).status_code == 200
    other.post("/account/tokens/make/", {"seat": member.pk, "name": "theirs", "scope": "move", "days": 30})
    assert ApiToken.objects.count() == 1, "a token of another's seat"
    browser.post("/account/tokens/revoke/", {"token": ApiToken.objects.get().pk})
    assert Client().get("/api/rounds", headers=headers).status_code == 401


def test_the_document_and_the_page(cast):
    found = Client().get("/api/openapi.json").json()
    assert found["openapi"].startswith("3")
    assert "/api/rounds/{slug}/moves" in found["paths"]
    page = Client().get("/api/").content.decode()
    assert page.count("<code>GET /api/rounds") >= 10
    assert "cdn" not in page
