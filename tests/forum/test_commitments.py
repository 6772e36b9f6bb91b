"""Commitments in the forum: who may do what, history, tranches, adherence, agenda, files."""

from __future__ import annotations

import hashlib
import io

import docx
import pytest
from django.test import Client
from tests.forum.conftest import CHARTER, EVERYBODY, SEATS, START

from comity.forum import actions
from comity.forum.opening import EXAMPLE, read_opening
from comity.forum.selectors import state_of
from comity.protocol.conference import Act, Phase, Role, Seat

ROOM = [name for name in SEATS if name != "society"]
BASE = "/r/coasts/commitments/"


@pytest.fixture
def running(cast):
    """The round in follow-up, with two commitments; one with a tranche."""
    cast.draft().silence().adoption().signature().follow_up()
    cast.play(
        Act.REGISTER_COMMITMENT,
        "alb_head",
        commitment="c1",
        delegation="ALB",
        agency="Labour",
        title="Visas issued",
        indicator="visas a year",
        milestone="1,000 visas",
        due="2026-06-30",
        provision="visas",
        target=1000.0,
    )
    return cast.play(
        Act.REGISTER_COMMITMENT,
        "secretariat",
        commitment="c2",
        delegation="BRA",
        agency="Interior",
        title="Fees waived",
        indicator="% of fees",
        milestone="A decree is published",
        due="2026-02-20",
        tranche=12.5,
        unit="US$ million",
        payer="ALB",
    )


def get(cast, who, path, status=200):
    page = cast.browser(who).get(path)
    assert page.status_code == status, (who, path, page.status_code)
    return page.content.decode(errors="replace")


def post(cast, who, path, **data):
    return cast.browser(who).post(
        path,
        {"key": hashlib.sha256(f"{who}{path}{sorted(data.items())}".encode()).hexdigest(), **data},
        follow=True,
    )


PAGES = (
    "",
    "adherence/",
    "adherence.csv",
    "adherence.json",
    "adherence.md",
    "adherence.docx",
    "sdg-10-7-2.csv",
    "sdg-10-7-2.md",
    "sdg-10-7-2.docx",
    "c/c1/",
)


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_reads_what_after_signature(running, name):
    for page in PAGES:
        get(running, name, BASE + page)
    for page in ("agenda/", "agenda.md", "agenda.docx"):
        get(running, name, BASE + page, 200 if name in ROOM else 403)
    writers = {"secretariat", *(f"{code}_head" for code in ("alb", "bra", "civ"))}
    for page in ("new/", "draft/"):
        get(running, name, BASE + page, 200 if name in writers else 403)


def test_before_adoption_the_public_reads_none_and_the_room_an_empty_register(cast):
    cast.draft()
    for name in ("society", "outsider", "anonymous"):
        for page in PAGES[:-1]:
            get(cast, name, BASE + page, 403)
    assert "No commitment has been registered yet" in get(cast, "alb_head", BASE)
    assert "No commitment had been registered" in get(cast, "alb_head", BASE + "adherence/")
    get(cast, "alb_head", BASE + "new/", 403)
    get(cast, "alb_head", BASE + "c/nowhere/", 404)


def test_the_register_is_filtered(running):
    whole = get(running, "alb_head", BASE)
    assert "Visas issued" in whole
    assert "Fees waived" in whole
    only = get(running, "alb_head", BASE + "?owner=BRA")
    assert "Fees waived" in only
    assert "Visas issued" not in only
    assert "No commitment fits" in get(running, "alb_head", BASE + "?state=done&from=2026-01-01&to=nonsense")
    assert "Visas issued" not in get(running, "alb_head", BASE + "?to=2026-03-01")


def test_a_tranche_waits_for_its_milestone(running):
    """Reported, not accepted, reported again, accepted: only then the payer releases, and only once."""
    release = BASE + "c/c2/release/"
    assert "not evidenced" in post(running, "alb_head", release).content.decode()
    assert state_of(running.round).commitments["c2"].released_at is None
    report = BASE + "c/c2/report/"
    post(running, "bra_head", report, words="Soon.", done="yes", value="40,5")
    assert not running.state.commitments["c2"].reports, "40,5 is no number; nothing was made of it"
    post(running, "bra_head", report, words="The decree is drafted.", done="yes", value="40.5")
    assert "not evidenced" in post(running, "alb_head", release, words="early").content.decode()
    post(
        running, "facilitator", BASE + "c/c2/find/", report="1", accepted="no", words="A draft is no decree."
    )
    assert "not evidenced" in post(running, "alb_head", release, words="still early").content.decode()
    post(running, "observer", report, words="Not mine", done="yes")
    assert len(running.state.commitments["c2"].reports) == 1, "the observer of ALB reports for ALB only"
    post(running, "bra_head", report, words="Published.", done="yes", source="https://gazette.example/12")
    post(running, "secretariat", BASE + "c/c2/find/", report="2", accepted="yes")
    assert "may be released" in get(running, "alb_head", BASE + "c/c2/")
    post(running, "bra_head", release)
    assert running.state.commitments["c2"].released_at is None, "only who pays, or the secretariat"
    post(running, "alb_head", release, words="paid")
    assert running.state.commitments["c2"].released_at is not None
    assert "was released" in post(running, "alb_head", release, words="again").content.decode()


def test_history_is_never_overwritten(running):
    path = BASE + "c/c1/change/"
    refused = post(running, "alb_head", path, due="2027-01-01", reason="Elections")
    assert "joint committee" in refused.content.decode()
    post(running, "secretariat", path, due="2026-09-30", reason="The committee decided so.")
    post(running, "alb_head", path, agency="Foreign affairs", reason="A new government")
    page = get(running, "civ_delegate", BASE + "c/c1/")
    for words in ("30 Jun 2026", "30 Sep 2026", "The committee decided so.", "Labour", "Foreign affairs"):
        assert words in page
    assert [v.agency for v in running.state.commitments["c1"].versions] == [
        "Labour",
        "Labour",
        "Foreign affairs",
    ]
    assert post(running, "civ_delegate", path, reason="x").status_code == 403


def test_bad_input_is_told_and_not_made(running):
    before = running.state.moves
    new = BASE + "new/"
    for bad in (
        {},
        {"title": "x"},
        {"due": "tomorrow"},
        {"tranche": "many"},
        {"tranche": "5"},
        {"tranche": "nan"},
    ):
        page = post(
            running,
            "secretariat",
            new,
            **(
                {
                    "delegation": "ALB",
                    "agency": "A",
                    "title": "T",
                    "indicator": "I",
                    "milestone": "M",
                    "due": "2026-12-01",
                }
                | bad
                if bad
                else {}
            ),
        )
        assert page.status_code == (422 if bad != {"title": "x"} else 200), bad
    assert running.state.moves == before + 1, "only the sound one was made"
    assert post(running, "facilitator", BASE + "c/c1/find/", report="x", accepted="yes").status_code == 200
    assert post(running, "facilitator", BASE + "c/c1/find/", report="9", accepted="yes").status_code == 200
    assert post(running, "facilitator", BASE + "c/none/find/", report="1").status_code == 404
    assert running.state.moves == before + 1
    page = post(running, "alb_head", BASE + "c/c1/report/", words="<script>alert(1)</script>", done="no")
    assert "<script>alert" not in page.content.decode()


def test_a_delegation_registers_only_its_own(running):
    fields = {
        "delegation": "BRA",
        "agency": "A",
        "title": "Mine",
        "indicator": "I",
        "milestone": "M",
        "due": "2026-12-01",
    }
    post(running, "civ_head", BASE + "new/", **fields)
    mine = next(c for c in running.state.commitments.values() if c.title == "Mine")
    assert mine.delegation == "CIV", "the seat decides, not the form"


def test_disputes_are_for_the_room(running):
    post(running, "civ_head", BASE + "c/c1/dispute/", words="SECRET-DISPUTE: what is a visa?")
    assert "SECRET-DISPUTE" in get(running, "bra_delegate", BASE)
    assert "SECRET-DISPUTE" in get(running, "bra_delegate", BASE + "agenda/")
    for name in ("society", "anonymous"):
        for page in ("", "c/c1/", "adherence.json"):
            assert "SECRET-DISPUTE" not in get(running, name, BASE + page)
    key = next(iter(running.state.disputes))
    close = f"{BASE}disputes/{key}/close/"
    post(running, "bra_head", close, words="no")
    assert running.state.disputes[key].closed_at is None, "who raised it closes it"
    post(running, "facilitator", close, words="Agreed reading: issued, not used.")
    assert running.state.disputes[key].closed_at is not None


def test_agenda_lists_what_waits_and_is_a_real_word_file(running):
    running.play(
        Act.SCHEDULE,
        "secretariat",
        meeting="jc1",
        title="First committee",
        kind="joint committee",
        starts="2036-05-01T09:00:00+00:00",
        place="Alba",
    )
    post(running, "civ_head", BASE + "agenda/add/", meeting="jc1", words="Statistics we share")
    post(running, "alb_head", BASE + "c/c1/report/", words="300 visas", done="yes")
    page = get(running, "alb_delegate", BASE + "agenda/")
    for words in ("First committee", "Statistics we share", "waits for a finding"):
        assert words in page
    raw = running.browser("alb_delegate").get(BASE + "agenda.docx").content
    said = "\n".join(each.text for each in docx.Document(io.BytesIO(raw)).paragraphs)
    assert "Statistics we share" in said
    assert raw == running.browser("bra_head").get(BASE + "agenda.docx").content
    get(running, "alb_delegate", BASE + "agenda/?meeting=none", 404)


def test_adherence_on_a_day_in_the_past(running):
    page = running.browser("alb_head").get(BASE + "adherence.json?at=2026-01-01").json()
    assert page["commitments"] == []
    page = running.browser("alb_head").get(BASE + "adherence.json?at=2026-03-01").json()
    states = {each["key"]: each["state"] for each in page["commitments"]}
    assert states["c2"] == "no evidence"
    assert get(running, "alb_head", BASE + "adherence/?at=nonsense")


def test_a_draft_schedule_from_a_tabled_package(db):
    opening = read_opening(EXAMPLE)
    round_ = actions.create_round(
        slug="west",
        charter=opening.charter,
        names=opening.names,
        now=START,
        round_file=opening.text,
        is_public=True,
    )
    now = iter(START.replace(day=n) for n in range(6, 28))
    user = actions.make_user(username="esp", password=None, now=START)
    head = {code: Seat(Role.HEAD, code) for code in opening.charter.delegations}
    actions.seat_member(round=round_, user=user, seat=head["ESP"], now=START)
    facilitator = Seat(Role.FACILITATOR)

    def play(act, seat, at=None, **payload):
        when = at or next(now)
        actions.make_move(round=round_, seat=seat, act=act, payload=payload, key=f"{act}{when}", now=when)
        return when

    play(
        Act.TABLE_PROPOSAL,
        head["ESP"],
        proposal="p1",
        title="First",
        provisions={"LE02-ESP-MAR": 4000.0, "PE01-MAR-ESP": 10.0},
    )
    play(Act.CHANGE_PHASE, facilitator, to="zero draft")
    play(Act.ADD_ARTICLE, facilitator, key="a1", title="Places")
    play(
        Act.ADD_PARAGRAPH,
        facilitator,
        article="a1",
        key="a1.p1",
        wording="Places open.",
        provisions=["LE02-ESP-MAR"],
    )
    play(Act.CHANGE_PHASE, facilitator, to="revisions")
    play(Act.START_SILENCE, facilitator)
    actions.tick(round_, now=state_of(round_).silence.deadline)
    assert state_of(round_).phase is Phase.ADOPTION
    browser = Client()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = browser.get("/r/west/commitments/draft/?package=p:p1").content.decode()
    assert "Entry places reserved for the partner, towards MAR" in page
    assert "the first review, because the package states none" in page
    assert page.count("Look over and register") == 1, "ESP registers its own, not Morocco's"
    assert (
        "LE02-ESP-MAR"
        in browser.get(
            "/r/west/commitments/new/?commitment=x&title=T&provision=LE02-ESP-MAR"
        ).content.decode()
    )


def test_a_round_without_a_round_file_says_so(running):
    assert CHARTER.provisions
    assert "No package" in get(running, "alb_head", BASE + "draft/")
