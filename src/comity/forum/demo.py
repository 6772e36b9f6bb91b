"""A demonstration round that is already running: a text with brackets, proposals, a hearing, a submission.

What the delegations say here was invented; no government said it. All of it is marked as an exercise.

Who may import me: the door and tests. Start at :func:`load_demo`.
"""

# ruff: noqa: E501  (wordings stay whole)

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import get_user_model

from comity.forum.actions import (
    create_round,
    invite,
    make_move,
    make_user,
    save_sheet,
    seat_member,
    start_sealing,
)
from comity.forum.models import Membership, Round
from comity.forum.opening import EXAMPLE, read_opening
from comity.protocol.conference import Act, Role, Seat
from comity.services.private_sheet import take_sheet
from comity.services.roundfile import load_round

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SLUG", "load_demo", "make_links"]

SLUG: Final = "demo"
SECRETARIAT: Final = Seat(Role.SECRETARIAT)
FACILITATOR: Final = Seat(Role.FACILITATOR)
VOICES: Final = Seat(Role.CIVIL_SOCIETY, None, "Migrant Voices (invented)")

ARTICLES: Final = (
    ("a1", "Purpose", (("a1.p1", "The Parties cooperate so that movement between them is regular, safe and of benefit to each of them.", ()),)),
    ("a2", "Regular places", (
        ("a2.p1", "Spain shall open regular places for year-round work to nationals of Morocco and of Senegal, each year, in the numbers of the schedule.", ("LE02-ESP-MAR", "LE02-ESP-SEN")),
        ("a2.p2", "Spain shall open seasonal places to nationals of Morocco, for stays of up to nine months.", ("LE03-ESP-MAR",)),
    )),
    ("a3", "Rights at work", (
        ("a3.p1", "Workers admitted under this agreement have the same rights at work as nationals.", ("RW01-ESP-MAR", "RW01-ESP-SEN")),
    )),
    ("a4", "Skills", (
        ("a4.p1", "Spain shall contribute to vocational training in Senegal, for trainees who stay and for trainees who leave.", ("SK02-ESP-SEN",)),
    )),
    ("a5", "Remittances", (
        ("a5.p1", "The Parties shall work to lower the cost of sending money to three per cent of the amount sent.", ("RM01-ESP-MAR",)),
    )),
    ("a6", "Identification and return", (
        ("a6.p1", "Each Party shall answer a request to identify its nationals within fifteen working days.", ("PE01-MAR-ESP", "PE01-SEN-ESP")),
        ("a6.p2", "Persons who return are received with respect for their dignity.", ()),
    )),
    ("a7", "Joint committee", (("a7.p1", "A joint committee meets at least once a year and reviews what was carried out.", ()),)),
)  # fmt: skip


def _head(code: str) -> Seat:
    return Seat(Role.HEAD, code)


def _moves() -> Iterator[tuple[float, Act, Seat, dict[str, Any]]]:
    """Yield moves with the hours since the one before."""
    yield 1, Act.SCHEDULE, SECRETARIAT, {
        "meeting": "m1", "title": "Opening session", "kind": "session", "starts": "2030-01-07T09:00:00+00:00",
        "place": "Online",
    }  # fmt: skip
    yield 20, Act.SUBMIT, VOICES, {
        "submission": "s1", "title": "Fees paid by workers",
        "words": "Recruitment fees should be paid by employers and never by workers. We ask that article 3 says so.",
    }  # fmt: skip
    yield 5, Act.CHANGE_PHASE, FACILITATOR, {"to": "zero draft", "note": "Consultations are summed up."}
    for key, title, paragraphs in ARTICLES:
        yield 0.1, Act.ADD_ARTICLE, SECRETARIAT, {"key": key, "title": title}
        for paragraph, wording, provisions in paragraphs:
            yield 0.1, Act.ADD_PARAGRAPH, SECRETARIAT, {
                "article": key, "key": paragraph, "wording": wording, "provisions": list(provisions),
            }  # fmt: skip
    yield 4, Act.CUT_REVISION, FACILITATOR, {"note": "Zero draft"}
    yield 18, Act.CHANGE_PHASE, FACILITATOR, {"to": "revisions"}
    yield 3, Act.PROPOSE_WORDING, _head("MAR"), {
        "paragraph": "a2.p2", "alternative": "alt1",
        "wording": "Spain shall open seasonal places to nationals of Morocco, for stays of up to nine months, with a right "
        "to return for the next season.",
    }  # fmt: skip
    yield 1, Act.PROPOSE_WORDING, _head("ESP"), {
        "paragraph": "a6.p1", "alternative": "alt1",
        "wording": "Each Party shall answer a request to identify its nationals within five working days.",
    }  # fmt: skip
    yield 2, Act.PROPOSE_WORDING, _head("SEN"), {
        "paragraph": "a6.p1", "alternative": "alt2",
        "wording": "Each Party shall answer a request to identify its nationals within thirty working days, by interview.",
    }  # fmt: skip
    yield 0.5, Act.SUPPORT_WORDING, _head("MAR"), {"paragraph": "a6.p1", "alternative": "alt2"}
    yield 5, Act.PROPOSE_PARAGRAPH, _head("SEN"), {
        "article": "a3", "key": "a3.p2",
        "wording": "Fees of recruitment are paid by employers. No worker pays for a place.",
    }  # fmt: skip
    yield 1, Act.LOCK_PARAGRAPH, FACILITATOR, {"paragraph": "a1.p1"}
    yield 15, Act.TABLE_PROPOSAL, _head("ESP"), {
        "proposal": "p1", "title": "Places with faster identification", "kind": "package",
        "provisions": {"LE02-ESP-MAR": 4000, "LE02-ESP-SEN": 1500, "PE01-MAR-ESP": 10, "PE01-SEN-ESP": 10},
    }  # fmt: skip
    yield 3, Act.TABLE_PROPOSAL, _head("SEN"), {
        "proposal": "p2", "title": "Training that stays", "kind": "request", "to": ["ESP"],
        "provisions": {"SK02-ESP-SEN": 1200, "DV02-ESP-SEN": 40},
    }  # fmt: skip
    yield 2, Act.ANSWER_PROPOSAL, _head("MAR"), {
        "proposal": "p1", "answer": "will consider", "version": 1, "words": "The number of places is a beginning.",
    }  # fmt: skip
    yield (
        1,
        Act.COMMENT,
        _head("MAR"),
        {"words": "We would like to hear the joint committee of 2021 on seasonal returns."},
    )


def _users(now: datetime, round_: Round) -> dict[str, Any]:
    """Make the people of the demonstration and give them their seats."""
    seats: dict[str, Seat] = {"demo-secretariat": SECRETARIAT, "demo-facilitator": FACILITATOR}
    for code in ("ESP", "MAR", "SEN"):
        seats[f"demo-{code}-head"] = _head(code)
        seats[f"demo-{code}-delegate"] = Seat(Role.DELEGATE, code)
    seats["demo-ESP-interior"] = Seat(Role.MINISTRY_OBSERVER, "ESP", "Ministry of the Interior")
    seats["demo-civil-society"] = VOICES
    people = {}
    for name, seat in seats.items():
        user = get_user_model().objects.filter(username=name).first()
        user = user or make_user(username=name, password=None, now=now)
        member = seat_member(round=round_, user=user, seat=seat, now=now)
        if not member.admitted:
            from comity.forum.actions import admit_member  # noqa: PLC0415

            admit_member(round=round_, member=member.pk, head=_head(str(seat.delegation)), now=now)
        people[name] = user
    return people


def load_demo(*, now: datetime, slug: str = SLUG) -> Round:
    """Make the demonstration round; one that is there already is given back as it is.

    Parameters
    ----------
    now
        The door's clock; the moves lie in the days before.
    slug
        Short name of the round.
    """
    there = Round.objects.filter(slug=slug, demo=True).first()
    if there is not None:
        return there
    opening = read_opening(EXAMPLE)
    played = list(_moves())
    at = now - timedelta(hours=sum(hours for hours, *_ in played) + 2)
    round_ = create_round(
        slug=slug, charter=opening.charter, names=opening.names, summary=opening.summary, now=at,
        round_file=opening.text, is_public=True, demo=True,
    )  # fmt: skip
    people = _users(at, round_)
    by_seat = {SECRETARIAT: "demo-secretariat", FACILITATOR: "demo-facilitator", VOICES: "demo-civil-society"}
    for number, (hours, act, seat, payload) in enumerate(played, start=1):
        at += timedelta(hours=hours)
        user = people[by_seat.get(seat) or f"demo-{seat.delegation}-head"]
        make_move(round=round_, seat=seat, act=act, payload=payload, key=f"demo-{number}", now=at, user=user)
    whole = load_round(EXAMPLE)
    for code, words in (
        (
            "ESP",
            "Exercise: we could go to 9,000 year-round places if identification takes ten days or fewer.",
        ),
        (
            "MAR",
            "Exercise: a right to return for the next season matters more to us than the number of places.",
        ),
        ("SEN", "Exercise: training in Senegal comes first; thirty days for identification is a red line."),
    ):
        sheet = take_sheet(whole, code).model_copy(update={"mandate": words})
        save_sheet(round=round_, seat=_head(code), sheet=sheet, now=at, user=people[f"demo-{code}-head"])
    start_sealing(round=round_, now=now, background=False)
    return round_


def make_links(round_: Round, *, now: datetime) -> list[tuple[Seat, str]]:
    """Return a new one-time link token for each seat of the demonstration."""
    rows = Membership.objects.select_related("user", "delegation").filter(
        round=round_, active=True, user__username__startswith="demo-"
    )
    found = []
    for row in rows.order_by("pk"):
        _, token = invite(round=round_, seat=row.as_seat(), now=now, for_user=row.user, days=1)
        found.append((row.as_seat(), token))
    return found
