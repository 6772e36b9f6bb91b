"""Commitments, evidence, tranches, the joint committee's agenda, reviews, hearings and submissions."""

from __future__ import annotations

from datetime import date

import pytest
from tests.protocol.conference.cast import (
    CODES,
    FACILITATOR,
    HEADS,
    OBSERVERS,
    SECRETARIAT,
    VOICES,
    Table,
)

from comity.errors import InputError
from comity.protocol.conference import (
    Act,
    Adherence,
    Charter,
    Commitment,
    Role,
    Seat,
    Standing,
    adherence,
    list_reviews,
    make_agenda,
    standing,
)

TRANCHE = {"tranche": 2.5, "unit": "US$ million", "payer": "BRA"}
BEFORE, AFTER = date(2031, 1, 31), date(2031, 2, 1)


@pytest.fixture
def table() -> Table:
    return Table().in_follow_up()


def report(table: Table, *, done: bool = True, key: str = "c1") -> Table:
    return table.play(Act.REPORT_EVIDENCE, OBSERVERS["ALB"], commitment=key, words="It is open.", done=done)


def find_on(table: Table, number: int, *, accepted: bool) -> Table:
    return table.play(Act.ACCEPT_EVIDENCE, SECRETARIAT, commitment="c1", report=number, accepted=accepted)


def test_a_tranche_waits_for_evidence_that_was_accepted(table):
    table.commitment(**TRANCHE)
    for _ in ("nothing reported", "reported", "refused"):
        with pytest.raises(InputError, match="not evidenced and accepted"):
            table.play(Act.RELEASE_TRANCHE, HEADS["BRA"], commitment="c1")
        if not table.state.commitments["c1"].reports:
            report(table)
        elif table.state.commitments["c1"].waiting:
            find_on(table, 1, accepted=False)
    find_on(report(table, done=False), 2, accepted=True)
    with pytest.raises(InputError, match="not evidenced and accepted"):
        table.play(Act.RELEASE_TRANCHE, HEADS["BRA"], commitment="c1")
    find_on(report(table), 3, accepted=True)
    with pytest.raises(InputError, match="who pays a tranche"):
        table.play(Act.RELEASE_TRANCHE, HEADS["ALB"], commitment="c1")
    table.play(Act.RELEASE_TRANCHE, HEADS["BRA"], commitment="c1")
    assert table.state.commitments["c1"].released_by == HEADS["BRA"]
    with pytest.raises(InputError, match="was released on"):
        table.play(Act.RELEASE_TRANCHE, SECRETARIAT, commitment="c1")


def test_history_of_a_commitment_is_kept(table):
    table.commitment().play(
        Act.AMEND_COMMITMENT, SECRETARIAT, commitment="c1", due="2031-06-30", reason="Agreed."
    )
    table.play(
        Act.AMEND_COMMITMENT,
        HEADS["ALB"],
        commitment="c1",
        agency="Ministry of Health",
        reason="New portfolio.",
    )
    versions = table.state.commitments["c1"].versions
    assert [(v.due.isoformat(), v.agency) for v in versions] == [
        ("2031-01-31", "Ministry of Labour"),
        ("2031-06-30", "Ministry of Labour"),
        ("2031-06-30", "Ministry of Health"),
    ]
    with pytest.raises(InputError, match="joint committee"):
        table.play(
            Act.AMEND_COMMITMENT, HEADS["ALB"], commitment="c1", due="2032-01-01", reason="Later is easier."
        )


@pytest.mark.parametrize(
    ("act", "seat", "payload", "words"),
    [
        (
            Act.REPORT_EVIDENCE,
            OBSERVERS["BRA"],
            {"commitment": "c1", "words": "x", "done": True},
            "this is for ALB",
        ),
        (
            Act.REPORT_EVIDENCE,
            OBSERVERS["ALB"],
            {"commitment": "c9", "words": "x", "done": True},
            "no commitment",
        ),
        (
            Act.ACCEPT_EVIDENCE,
            SECRETARIAT,
            {"commitment": "c1", "report": 1, "accepted": True},
            "no report 1",
        ),
        (Act.RELEASE_TRANCHE, SECRETARIAT, {"commitment": "c1"}, "no tranche"),
        (
            Act.AMEND_COMMITMENT,
            HEADS["BRA"],
            {"commitment": "c1", "agency": "x", "reason": "x"},
            "this is for ALB",
        ),
        (Act.AMEND_COMMITMENT, SECRETARIAT, {"commitment": "c1", "reason": "x"}, "says this already"),
        (Act.CLOSE_DISPUTE, HEADS["ALB"], {"dispute": "d1", "words": "x"}, "no dispute"),
        (
            Act.SCHEDULE,
            FACILITATOR,
            {
                "meeting": "m",
                "title": "t",
                "kind": "review",
                "starts": "2030-02-02T10:00:00+00:00",
                "ends": "2030-02-02T09:00:00+00:00",
            },
            "ends after",
        ),
        (Act.RULE_ON_POINT, FACILITATOR, {"point": "o1", "words": "x"}, "no point of order"),
        (
            Act.SUBMIT,
            Seat(Role.CIVIL_SOCIETY),
            {"submission": "s1", "title": "t", "words": "w"},
            "under its name",
        ),
        (
            Act.SUBMIT,
            VOICES,
            {"submission": "s1", "title": "t", "words": "w", "paragraphs": ["a9.p9"]},
            "a9.p9",
        ),
    ],
)
def test_what_is_out_of_place_is_refused_in_words(table, act, seat, payload, words):
    table.commitment()
    with pytest.raises(InputError, match=words):
        table.play(act, seat, **payload)


@pytest.mark.parametrize("part", ["tranche", "unit", "payer"])
def test_a_tranche_is_whole_or_not_there(table, part):
    with pytest.raises(InputError, match="a tranche is an amount"):
        table.commitment(**{name: value for name, value in TRANCHE.items() if name != part})


def test_heads_register_for_themselves_only(table):
    with pytest.raises(InputError, match="registers its own"):
        table.play(
            Act.REGISTER_COMMITMENT,
            HEADS["BRA"],
            commitment="c1",
            delegation="ALB",
            agency="x",
            title="x",
            indicator="x",
            milestone="x",
            due="2031-01-01",
        )


def test_standing_follows_from_reports_findings_and_the_day(table):
    table.commitment()

    def stands(day: date) -> Standing:
        return standing(table.state.commitments["c1"], day)

    assert (stands(BEFORE), stands(AFTER)) == (Standing.DUE, Standing.LATE)
    report(table)
    assert (stands(BEFORE), stands(AFTER)) == (Standing.REPORTED, Standing.REPORTED)
    find_on(table, 1, accepted=False)
    assert (stands(BEFORE), stands(AFTER)) == (Standing.DUE, Standing.LATE)
    report(table)
    table.play(Act.ACCEPT_EVIDENCE, SECRETARIAT, hours=24 * 500, commitment="c1", report=2, accepted=True)
    assert stands(date(2040, 1, 1)) is Standing.DONE, "the committee met late; the owner was in time"


def test_adherence_counts_by_agency_and_says_which_days_were_moved(table):
    table.commitment("c1").commitment("c2", due="2030-01-08", agency="Ministry of Health")
    table.commitment("c3", delegation="BRA").commitment("c4", delegation="BRA", due="2030-01-08")
    table.play(Act.AMEND_COMMITMENT, SECRETARIAT, commitment="c4", due="2032-01-01", reason="Agreed.")
    find_on(report(table), 1, accepted=True)
    rows = adherence(table.state, AFTER)
    assert [(row.delegation, row.agency) for row in rows] == [
        ("ALB", "Ministry of Health"),
        ("ALB", "Ministry of Labour"),
        ("BRA", "Ministry of Labour"),
    ]
    assert [(row.done, row.late, row.due, row.moved, row.total) for row in rows] == [
        (0, 1, 0, 0, 1),
        (1, 0, 0, 0, 1),
        (0, 1, 1, 1, 2),
    ]
    assert all(isinstance(row, Adherence) for row in rows)
    assert all(isinstance(one, Commitment) for one in table.state.commitments.values())
    assert sum(row.total for row in rows) == len(table.state.commitments)


def test_the_agenda_follows_from_the_state(table):
    table.commitment("c1", **TRANCHE).commitment("c2", due="2030-02-01")
    table.play(
        Act.SUBMIT, VOICES, submission="s1", title="Families", words="Think of them.", paragraphs=["a1.p1"]
    )
    table.play(
        Act.RAISE_DISPUTE, HEADS["CIV"], dispute="d1", words="We read it otherwise.", paragraph="a1.p1"
    )
    report(table, key="c2", done=False)
    find_on(report(table), 1, accepted=True)
    table.play(
        Act.SCHEDULE,
        SECRETARIAT,
        meeting="m1",
        title="First committee",
        kind="joint committee",
        starts="2031-02-10T10:00:00+01:00",
    ).play(Act.ADD_AGENDA_ITEM, HEADS["BRA"], meeting="m1", words="Fees.")
    agenda = make_agenda(table.charter, table.state, AFTER, meeting="m1")
    assert [(item.about, item.key) for item in agenda] == [
        ("dispute", "d1"),
        ("late", "c2"),
        ("evidence", "c2"),
        ("tranche", "c1"),
        ("submission", "s1"),
        ("review", "1"),
        ("item", "m1"),
    ]
    assert str(agenda[3].words) == "BRA can release 2.5 US$ million: Open the office c1 is done."
    assert str(agenda[-1].words) == "BRA asks: Fees."
    assert make_agenda(table.charter, table.state, AFTER) == agenda[:-1]
    table.play(Act.RELEASE_TRANCHE, HEADS["BRA"], commitment="c1")
    table.play(Act.CLOSE_DISPUTE, HEADS["CIV"], dispute="d1", words="We agree now.")
    table.play(Act.ANSWER_SUBMISSION, SECRETARIAT, submission="s1", outcome="noted", words="For the review.")
    later = make_agenda(table.charter, table.state, AFTER)
    assert [item.about for item in later] == ["late", "evidence", "review"]


def test_reviews_come_round_and_are_filled_by_meetings_that_were_held():
    table = Table(Charter("T", CODES, silence_hours=48, review_months=6)).in_follow_up()
    began = table.state.phases[-1].at.date()
    assert began == date(2030, 1, 10)
    assert [review.due for review in list_reviews(table.charter, table.state, began)] == [date(2030, 7, 10)]
    table.play(
        Act.SCHEDULE,
        SECRETARIAT,
        meeting="r1",
        title="First review",
        kind="review",
        starts="2030-01-11T09:00:00+00:00",
    )
    with pytest.raises(InputError, match="starts on"):
        table.play(Act.RECORD_MEETING, SECRETARIAT, hours=0, meeting="r1", words="Nobody was there.")
    table.play(Act.RECORD_MEETING, SECRETARIAT, hours=48, meeting="r1", words="All is well.")
    found = list_reviews(table.charter, table.state, date(2031, 2, 1))
    assert [(review.number, review.due.isoformat(), review.meeting) for review in found] == [
        (1, "2030-07-10", "r1"),
        (2, "2031-01-10", None),
        (3, "2031-07-10", None),
    ]


def test_reviews_at_the_end_of_a_month_and_of_the_calendar():
    charter = Charter("T", CODES, silence_hours=48, review_months=1)
    table = Table(charter)
    table.now = table.now.replace(day=28)
    table.in_follow_up()
    assert table.state.phases[-1].at.date() == date(2030, 1, 31)
    found = list_reviews(charter, table.state, date(2030, 4, 1))
    assert [review.due.isoformat() for review in found] == ["2030-02-28", "2030-03-31", "2030-04-30"]
    assert list_reviews(charter, table.state, date.max)[-1].due.year == 9999


def test_before_follow_up_no_review_is_due():
    table = Table().draft()
    assert list_reviews(table.charter, table.state, AFTER) == ()
    assert make_agenda(table.charter, table.state, AFTER) == ()


def test_submissions_get_one_logged_response_or_more_and_may_be_hidden():
    table = Table().draft()
    table.play(
        Act.SUBMIT, VOICES, submission="s1", title="Families", words="Think of them.", paragraphs=["a1.p1"]
    )
    table.play(
        Act.ANSWER_SUBMISSION, SECRETARIAT, submission="s1", outcome="declined", words="Not in this text."
    )
    table.play(
        Act.ANSWER_SUBMISSION, FACILITATOR, submission="s1", outcome="partly changed", words="In Article 2."
    )
    table.play(Act.MODERATE, SECRETARIAT, submission="s1", hidden=True, reason="It names a person.")
    submission = table.state.submissions["s1"]
    assert [response.outcome for response in submission.responses] == ["declined", "partly changed"]
    assert submission.hidden
    assert submission.words == "Think of them."
    with pytest.raises(InputError, match="hidden already"):
        table.play(Act.MODERATE, SECRETARIAT, submission="s1", hidden=True, reason="Again.")


def test_hearings_hear_each_body_once_and_no_other_meeting_does():
    table = Table().draft()
    for key, kind in (("h1", "hearing"), ("m1", "session")):
        table.play(
            Act.SCHEDULE,
            FACILITATOR,
            meeting=key,
            title="We meet",
            kind=kind,
            starts="2030-02-01T09:00:00+00:00",
        )
    table.play(Act.ASK_TO_BE_HEARD, VOICES, meeting="h1", words="On families.")
    with pytest.raises(InputError, match="has asked already"):
        table.play(Act.ASK_TO_BE_HEARD, VOICES, meeting="h1")
    with pytest.raises(InputError, match="is no hearing"):
        table.play(Act.ASK_TO_BE_HEARD, VOICES, meeting="m1")
    table.play(Act.CANCEL_MEETING, FACILITATOR, meeting="m1", reason="No room.")
    with pytest.raises(InputError, match="was cancelled"):
        table.play(Act.ADD_AGENDA_ITEM, HEADS["ALB"], meeting="m1", words="Fees.")


def test_points_of_order_are_ruled_on_once():
    table = Table().draft().play(Act.POINT_OF_ORDER, HEADS["ALB"], point="o1", words="Who has the floor?")
    table.play(Act.RULE_ON_POINT, FACILITATOR, point="o1", words="BRA has.")
    with pytest.raises(InputError, match="ruled on already"):
        table.play(Act.RULE_ON_POINT, FACILITATOR, point="o1", words="CIV has.")
