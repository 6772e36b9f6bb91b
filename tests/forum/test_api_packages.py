"""Packages by the API: what one does for who asks, the zone for the facilitator, changes and members."""

from __future__ import annotations

import pytest
from tests.forum.dealing import PACKAGE, SEATS, Dealing
from tests.forum.test_api import Program, is_shaped

from comity.forum.models import MoveRow, ZoneAsk
from comity.protocol.conference import Act
from comity.services.private_sheet import PrivateSheet, SheetValue

SECRET = -77713.0


@pytest.fixture
def deals(db, tmp_path) -> Dealing:
    found = Dealing(tmp_path)
    worth = SheetValue(provision="PE01-MAR-ESP", low=SECRET, mid=SECRET, high=SECRET, instead_of_model=True)
    found.sheet("MAR", PrivateSheet(values=(worth,)))
    return found


def preview(deals, name: str, *, own: bool = False, private: bool = False, provisions=PACKAGE):
    program = Program(deals, name, private=private)
    return program.ask("POST", "/packages/preview", {"provisions": provisions, "own": own})


def test_the_own_side_comes_from_the_own_sheet(deals):
    found = preview(deals, "mar_head", own=True, private=True).json()
    row = next(each for each in found["own"]["rows"] if each["provision"] == "PE01-MAR-ESP")
    assert row["from_sheet"]
    assert row["worth"]["mid"] < 0
    assert found["own"]["gain"]["mid"] < SECRET / 2


def test_others_see_the_public_model_alone(deals):
    public = preview(deals, "mar_head").json()
    for name in SEATS:
        answer = preview(deals, name)
        if name == "society":
            is_shaped(answer, 403)
            continue
        assert answer.json() == public, name
        assert answer.json()["own"] is None
    spain = preview(deals, "esp_head", own=True, private=True).json()
    assert spain["parties"] == public["parties"]
    assert "77713" not in str(spain)
    assert not any(row["from_sheet"] for row in spain["own"]["rows"])


def test_a_preview_keeps_nothing_and_shows_sides_by_range(deals):
    before = MoveRow.objects.count()
    found = preview(deals, "sen_head").json()
    assert MoveRow.objects.count() == before
    assert {each["party"] for each in found["parties"]} == {"ESP", "MAR", "SEN"}
    gains = [each["gain"] for each in found["parties"] if each["gain"] is not None]
    assert gains
    assert all(each["low"] <= each["mid"] <= each["high"] for each in gains)


def test_the_own_side_needs_a_token_and_a_seat_that_open_it(deals):
    is_shaped(preview(deals, "mar_head", own=True), 403)
    is_shaped(preview(deals, "facilitator", own=True, private=False), 403)


@pytest.mark.parametrize("provisions", [{}, {"LE02-ESP-MAR": 99999999.0}, {"nothing": 1.0}])
def test_a_wrong_package_is_told(deals, provisions):
    is_shaped(preview(deals, "mar_head", provisions=provisions), 422)


def test_without_a_model_the_api_says_so(db, tmp_path):
    deals = Dealing(tmp_path, sealed=False)
    assert is_shaped(preview(deals, "mar_head"), 422)["key"] == "model"


def test_the_zone_is_the_facilitators(deals):
    for name in SEATS:
        asks = Program(deals, name).ask("GET", "/zone")
        if name == "facilitator":
            assert asks.json() == []
        else:
            is_shaped(asks, 403)
            is_shaped(Program(deals, name).ask("POST", "/zone", {}), 403)
    assert not ZoneAsk.objects.exists()
    is_shaped(Program(deals, "facilitator", may_move=False).ask("POST", "/zone", {}), 403)
    is_shaped(Program(deals, "facilitator").ask("POST", "/zone", {"better_than": "none"}), 422)


def test_the_facilitator_asks_the_zone(deals):
    deals.sheets()
    facilitator = Program(deals, "facilitator")
    answer = facilitator.ask("POST", "/zone", {})
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert found["kind"] == "zone"
    assert "77713" not in answer.content.decode()
    assert facilitator.ask("GET", "/zone").json() == [found]


def test_changes_in_plain_words(cast):
    cast.draft()
    number = cast.state.revisions[-1].number
    cast.play(Act.PROPOSE_WORDING, "bra_head", paragraph="a1.p1", alternative="alt1", wording="Parties may.")
    head = Program(cast, "alb_head")
    lines = head.ask("GET", f"/revisions/changes?after={number}").json()["lines"]
    assert any("Brava" in line for line in lines)
    everything = head.ask("GET", "/revisions/changes").json()
    assert (everything["after"], everything["until"]) == (None, None)
    assert len(everything["lines"]) > len(lines)
    is_shaped(head.ask("GET", "/revisions/changes?after=999"), 404)
    is_shaped(Program(cast, "society").ask("GET", "/revisions/changes"), 403)


def test_members_are_listed_as_on_the_page(cast):
    rows = Program(cast, "alb_head").ask("GET", "/members").json()
    assert {"person", "role", "delegation", "name", "since"} == set(rows[0])
    heads = [each for each in rows if each["role"] == "head of delegation"]
    assert {each["delegation"] for each in heads} == {"ALB", "BRA", "CIV"}
    page = cast.browser("alb_head").get(f"/r/{cast.round.slug}/members/").content.decode()
    assert all(each["person"] in page for each in rows)


IN_THE_API = {
    Act.SAVE_PRIVATE_SHEET: "PUT /private",
    Act.PREVIEW_PACKAGE: "POST /packages/preview",
    Act.READ_PUBLIC_PAGE: "GET ",
    Act.READ_TEXT: "GET /text",
    Act.READ_ATTRIBUTION: "GET /revisions/changes",
    Act.READ_PROPOSALS: "GET /proposals",
    Act.READ_ACCEPTANCES: "GET /acceptances",
    Act.READ_COMMENTS: "GET /moves",  # a remark is a move of the log
    Act.READ_COMMITMENTS: "GET /commitments",
    Act.READ_SUBMISSIONS: "GET /submissions",
    Act.READ_CALENDAR: "GET /calendar",
    Act.READ_MEMBERS: "GET /members",
    Act.READ_LOG: "GET /moves",
    Act.READ_PRIVATE_SHEET: "GET /private",
    Act.EXPORT_TEXT: "GET /text/export",
    Act.EXPORT_LOG: "GET /journal.jsonl",
    Act.ASK_ZONE: "POST /zone",
}
FOR_PEOPLE_ONLY = {
    Act.SET_CHARTER: "a round is made before anybody has a token",
    Act.SEAT_MEMBERS: "a seat is given by a link that is shown once to a person",
    Act.READ_OTHER_SHEET: "nobody may",
}


def test_what_a_seat_may_do_in_the_browser_it_may_do_by_api():
    from django.test import Client

    from comity.protocol.conference import MOVES

    paths = Client().get("/api/openapi.json").json()["paths"]
    there = {
        f"{verb.upper()} {path.removeprefix('/api/rounds/{slug}')}" for path in paths for verb in paths[path]
    }
    assert "POST /moves" in there, "every move, by its act"
    for act in set(Act) - {Act(each) for each in MOVES}:
        if act not in FOR_PEOPLE_ONLY:
            assert IN_THE_API[act] in there, act
    assert IN_THE_API.keys().isdisjoint(FOR_PEOPLE_ONLY)
