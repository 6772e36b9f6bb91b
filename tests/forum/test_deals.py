"""Proposals on pages: built, tabled, amended, compared, answered; their effect is each reader's own."""

from __future__ import annotations

import pytest
from tests.forum.dealing import PACKAGE, SEATS, Dealing, fields

from comity.forum import actions
from comity.forum.models import SealedGameRow
from comity.protocol.conference import Act
from comity.services.private_sheet import PrivateSheet, SheetValue

BASE = "/r/small/proposals/"


@pytest.fixture
def deals(db, tmp_path) -> Dealing:
    return Dealing(tmp_path)


@pytest.mark.parametrize("name", [*SEATS, "outsider", "anonymous"])
def test_who_reads_and_who_builds(deals, name):
    deals.table()
    browser = deals.browser(name)
    member = name in SEATS
    reads = member and name != "society"
    for page in ("", "p1/", "compare/?a=p1&b=p1", "model/"):
        assert browser.get(BASE + page).status_code == (200 if reads else 403 if member else 404)
    builds = name == "facilitator" or name.endswith(("_head", "_delegate"))
    assert browser.get(BASE + "new/").status_code == (200 if builds else 403 if member else 404)
    assert browser.get(BASE + "zone/").status_code == (
        200 if name == "facilitator" else 403 if member else 404
    )


def test_a_package_is_built_shown_and_tabled(deals):
    browser = deals.browser("mar_head")
    page = browser.post(BASE + "new/", fields(PACKAGE, do="effect", title="Ours")).content.decode()
    assert "What the public model says" in page
    assert 'value="5000"' in page
    assert not deals.state.proposals
    done = browser.post(BASE + "new/", fields(PACKAGE, do="table", title="Ours", key="one"), follow=True)
    assert done.status_code == 200
    assert len(deals.state.proposals) == 1
    made = next(iter(deals.state.proposals.values()))
    assert dict(made.provisions) == PACKAGE
    assert (made.owner, made.title) == ("MAR", "Ours")


def test_the_panel_answers_htmx_with_a_part_of_the_page(deals):
    page = deals.browser("mar_head").post(BASE + "effect/", fields(PACKAGE), headers={"HX-Request": "true"})
    words = page.content.decode()
    assert "<html" not in words
    assert "for your side against no agreement" in words


def test_a_request_names_whom_it_is_for(deals):
    browser = deals.browser("sen_head")
    data = fields({"GV14-ESP-SEN": 9.0}, do="table", title="Help", kind="request", to="ESP", key="one")
    browser.post(BASE + "new/", data)
    made = next(iter(deals.state.proposals.values()))
    assert (made.kind, made.to) == ("request", ("ESP",))
    assert "awaits your answer" in deals.browser("esp_head").get(BASE).content.decode()
    assert "awaits your answer" not in deals.browser("mar_head").get(BASE).content.decode()


@pytest.mark.parametrize("value", ["much", "", "nan", "99999999"])
def test_a_wrong_value_is_told_and_nothing_is_tabled(deals, value):
    data = fields({}, do="table", title="Ours", key="one")
    data |= {"on-LE02-ESP-MAR": "yes", "value-LE02-ESP-MAR": value}
    page = deals.browser("mar_head").post(BASE + "new/", data)
    assert "message error" in page.content.decode()
    assert not deals.state.proposals


def test_amending_keeps_the_version_before_and_tells_of_a_stale_edit(deals):
    deals.table()
    browser = deals.browser("esp_head")
    changed = PACKAGE | {"LE02-ESP-MAR": 6000.0}
    browser.post(BASE + "p1/amend/", fields(changed, do="table", seen="1", key="a"))
    assert deals.state.proposals["p1"].version == 2
    page = browser.get(BASE + "p1/").content.decode()
    assert "Version 2" in page
    changed["LE02-ESP-MAR"] = 7000.0
    browser.post(BASE + "p1/amend/", fields(changed, do="table", seen="1", key="b"))
    assert deals.state.proposals["p1"].version == 3
    assert deals.state.notices
    assert deals.browser("mar_head").get(BASE + "p1/amend/").status_code == 404


def test_withdrawn_and_answered(deals):
    deals.table()
    deals.browser("mar_head").post(
        BASE + "p1/answer/", {"answer": "welcomes", "version": "1", "words": "Good.", "key": "a"}
    )
    assert "welcomes" in deals.browser("sen_head").get(BASE + "p1/").content.decode()
    deals.browser("esp_head").post(BASE + "p1/withdraw/", {"key": "b"})
    assert deals.state.proposals["p1"].withdrawn
    assert deals.browser("mar_head").post(BASE + "nothing/withdraw/", {"key": "c"}).status_code == 404


def test_two_side_by_side(deals):
    deals.table().table("p2", "mar_head", **(PACKAGE | {"LE02-ESP-MAR": 9000.0}))
    page = deals.browser("sen_head").get(BASE + "compare/?a=p1&b=p2").content.decode()
    assert "changed" in page
    assert "9,000" in page


def test_the_own_side_is_shown_to_the_own_delegation_alone(deals):
    deals.table()
    secret = SheetValue(
        provision="PE01-MAR-ESP", low=-77713.0, mid=-77713.0, high=-77713.0, instead_of_model=True
    )
    deals.sheet("MAR", PrivateSheet(values=(secret,)))
    for name in SEATS:
        page = deals.browser(name).get(BASE + "p1/").content.decode()
        assert ("your sheet" in page) == name.startswith("mar_")
        assert ("for your side" in page) == name.endswith(("_head", "_delegate"))


def test_without_a_model_the_pages_say_so(db, tmp_path):
    deals = Dealing(tmp_path, sealed=False).table()
    page = deals.browser("mar_head").get(BASE + "p1/").content.decode()
    assert "has not been computed yet" in page
    assert "Compute it" in deals.browser("mar_head").get(BASE).content.decode()


def test_the_model_is_computed_once_from_the_public_part(db, tmp_path):
    deals = Dealing(tmp_path, sealed=False)
    row = actions.start_sealing(round=deals.round, now=deals.now, background=False)
    assert row.status == "ready"
    again = actions.start_sealing(round=deals.round, now=deals.now, background=False)
    assert again.pk == row.pk
    assert SealedGameRow.objects.count() == 1
    assert b"CANARY" not in bytes(row.data)


def test_a_file_that_cannot_be_valued_is_told(db, tmp_path):
    deals = Dealing(tmp_path, sealed=False)
    deals.round.round_file = "round: x\n"
    deals.round.save()
    row = actions.start_sealing(round=deals.round, now=deals.now, background=False)
    assert row.status == "failed"
    assert "could not be computed" in deals.browser("mar_head").get(BASE).content.decode()


# -- acceptance in secret ---------------------------------------------------------------------------------


def opened(deals: Dealing, **more: str) -> str:
    deals.revisions().table()
    data = {"among": ["ESP", "MAR", "SEN"], "kind": "all", "version": "1", "key": "open"} | more
    deals.browser("facilitator").post(BASE + "p1/open/", data)
    return next(iter(deals.state.acceptances))


def answer(deals: Dealing, key: str, **answers: str) -> None:
    for code, word in answers.items():
        page = deals.browser(f"{code}_head").post(
            f"{BASE}acceptance/{key}/answer/", {"answer": word, "key": f"{code}-{key}"}, follow=True
        )
        assert page.status_code == 200


def test_all_say_yes(deals):
    key = opened(deals)
    assert "awaits your answer" in deals.browser("mar_head").get(BASE).content.decode()
    answer(deals, key, esp="yes", mar="yes", sen="yes")
    assert deals.state.acceptances[key].status == "accepted"
    assert "Accepted by all" in deals.browser("sen_delegate").get(f"{BASE}acceptance/{key}/").content.decode()


@pytest.mark.parametrize("refuser", ["esp", "mar", "sen"])
def test_who_says_no_is_shown_to_nobody(deals, refuser):
    """Whoever refuses, every page of everybody is the same, word for word."""
    key = opened(deals)
    answer(deals, key, **{code: "no" if code == refuser else "yes" for code in ("esp", "mar", "sen")})
    assert deals.state.acceptances[key].status == "not accepted"
    for name in ("facilitator", "secretariat", "esp_head", "mar_head", "sen_head", "observer"):
        browser = deals.browser(name)
        for page in (f"{BASE}acceptance/{key}/", BASE, "/r/small/moves/"):
            words = browser.get(page).content.decode()
            assert "Not accepted" in words or "not accepted" in words
            assert '"no"' not in words
    log = deals.browser("facilitator").get("/r/small/moves/journal.jsonl").content
    assert b'"accepted":false' in log
    assert b"accepting" not in log


def test_plurilateral_names_those_who_accept_if_they_are_enough(deals):
    key = opened(deals, kind="plurilateral", threshold="2")
    answer(deals, key, esp="yes", mar="no", sen="yes")
    page = deals.browser("facilitator").get(f"{BASE}acceptance/{key}/").content.decode()
    assert "Accepted by Spain, Senegal" in page


def test_a_delegate_an_outsider_and_a_second_answer_are_refused(deals):
    key = opened(deals)
    address = f"{BASE}acceptance/{key}/answer/"
    assert deals.browser("mar_delegate").post(address, {"answer": "yes", "key": "x"}).status_code == 403
    assert deals.browser("facilitator").post(address, {"answer": "yes", "key": "x"}).status_code == 403
    answer(deals, key, mar="yes")
    deals.browser("mar_head").post(address, {"answer": "no", "key": "other"})
    assert deals.state.acceptances[key].answered == ("MAR",)
    assert (
        "message error"
        in deals.browser("esp_head")
        .post(address, {"answer": "perhaps", "key": "y"}, follow=True)
        .content.decode()
    )


def test_closing_says_nothing(deals):
    key = opened(deals)
    answer(deals, key, mar="no")
    deals.browser("facilitator").post(f"{BASE}acceptance/{key}/close/", {"key": "close"})
    assert deals.state.acceptances[key].status == "closed"


# -- the zone ---------------------------------------------------------------------------------------------


def test_the_facilitator_gets_packages_and_no_value(deals):
    deals.sheets()
    browser = deals.browser("facilitator")
    page = browser.post(BASE + "zone/ask/", follow=True).content.decode()
    assert "Package 1" in page
    assert "2 of 3 asks are left" in page
    assert "7.7713" not in page


def test_asks_are_counted(deals):
    deals.sheets()
    browser = deals.browser("facilitator")
    for _ in range(3):
        browser.post(BASE + "zone/ask/")
    page = browser.post(BASE + "zone/ask/", follow=True).content.decode()
    assert "3 answers were asked for" in page
    assert deals.round.asks.count() == 3


def test_without_consent_of_all_there_is_no_answer_and_no_name(deals):
    sheets = deals.sheets()
    deals.sheet("MAR", sheets["MAR"].model_copy(update={"takes_part": False}))
    page = deals.browser("facilitator").post(BASE + "zone/ask/", follow=True).content.decode()
    assert "not every delegation" in page
    assert "MAR" not in page.split("message error")[1].split("</li>")[0]
    assert deals.round.asks.count() == 0


@pytest.mark.parametrize("name", ["secretariat", "mar_head", "observer", "society"])
def test_nobody_else_asks(deals, name):
    assert deals.browser(name).post(BASE + "zone/ask/").status_code == 403


def test_better_for_all_after_agreement(deals):
    deals.sheets()
    deals.revisions().table(**{"LE02-ESP-MAR": 1000.0, "RW01-ESP-MAR": 50.0, "GV14-ESP-SEN": 1.0})
    browser = deals.browser("facilitator")
    browser.post(
        BASE + "p1/open/", {"among": ["ESP", "MAR", "SEN"], "kind": "all", "version": "1", "key": "open"}
    )
    key = next(iter(deals.state.acceptances))
    refused = browser.post(BASE + "zone/ask/", {"better_than": key}, follow=True).content.decode()
    assert "only a package that every delegation accepted" in refused
    answer(deals, key, esp="yes", mar="yes", sen="yes")
    page = browser.post(BASE + "zone/ask/", {"better_than": key}, follow=True).content.decode()
    assert "Better for all than" in page
    assert "Open in the builder" in page


def test_pages_open_in_each_phase_without_a_fault(deals):
    deals.revisions().table()
    deals.play(Act.START_SILENCE, "facilitator")
    for name in SEATS:
        for page in ("", "p1/", "zone/", "new/"):
            assert deals.browser(name).get(BASE + page).status_code in (200, 403)
