"""Reads: rounds, the text, moves, proposals, acceptances, what follows signature, and files.

Who may import me: this room. Start at :func:`show_round`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query

from comity.forum.api.door import api, asks_private, stand
from comity.forum.api.shapes import (
    AcceptanceShape,
    CalendarEntry,
    CommitmentShape,
    ErrorShape,
    MovesPage,
    PrivateShape,
    ProposalShape,
    RevisionShape,
    RoundLine,
    RoundState,
    SubmissionShape,
    TextShape,
)
from comity.forum.selectors import moves_of
from comity.protocol.conference import (
    MOVES,
    Act,
    allows,
    describe,
    name_seat,
    readable_text,
    silence_left,
    write_journal,
)

if TYPE_CHECKING:
    from comity.forum.gate import Place
    from comity.protocol.conference import Acceptance, Commitment, Proposal, Seat

__all__ = ["REFUSALS", "show_acceptance"]

REFUSALS: Final = {
    **dict.fromkeys((400, 401, 403, 404, 413, 422, 429), ErrorShape),
}
"""What every operation may answer beside its own."""


def _seat(seat: Seat) -> dict[str, Any]:
    return {"role": seat.role.value, "delegation": seat.delegation, "name": seat.name}


@api.get("/rounds", response={200: list[RoundLine], **REFUSALS}, tags=["rounds"])
def list_rounds(request: HttpRequest) -> list[dict[str, Any]]:
    """The round of the token."""
    place = stand(request, request.auth.member.round.slug, Act.READ_PUBLIC_PAGE)  # type: ignore[attr-defined]
    return [
        {
            "slug": place.round.slug,
            "title": place.round.title,
            "phase": place.state.phase.value,
            "seat": _seat(place.seat),
            "moves": place.state.moves,
        }
    ]


@api.get("/rounds/{slug:slug}", response={200: RoundState, **REFUSALS}, tags=["rounds"])
def show_round(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Where a round stands: phase, silence, counts, and what the seat may do now."""
    place = stand(request, slug, Act.READ_PUBLIC_PAGE)
    state = place.state
    silence = None
    if state.silence is not None:
        left = silence_left(state, place.now)
        silence = {
            "started": state.silence.started,
            "deadline": state.silence.deadline,
            "hours": state.silence.hours,
            "left_seconds": 0 if left is None else int(left.total_seconds()),
        }
    text = readable_text(place.seat.role, state)

    def count(act: Act, number: int) -> int | None:
        return number if place.may(act) else None

    return {
        "slug": slug,
        "title": place.round.title,
        "phase": state.phase.value,
        "phases": [each.phase.value for each in state.phases],
        "delegations": place.names,
        "seat": _seat(place.seat),
        "silence": silence,
        "counts": {
            "moves": state.moves,
            "articles": None if text is None else len(text.articles),
            "brackets": None if text is None else text.brackets,
            "proposals": count(Act.READ_PROPOSALS, sum(not p.withdrawn for p in state.proposals.values())),
            "acceptances": count(Act.READ_ACCEPTANCES, len(state.acceptances)),
            "commitments": count(Act.READ_COMMITMENTS, len(state.commitments)),
            "submissions": sum(not each.hidden for each in state.submissions.values()),
        },
        "may": [act.value for act in Act if place.may(act)],
        "provisions": {key: dict(item) for key, item in place.charter.provisions.items()},
        "last_at": state.last_at,
    }


@api.get("/rounds/{slug:slug}/text", response={200: TextShape, **REFUSALS}, tags=["text"])
def show_text(request: HttpRequest, slug: str) -> dict[str, Any]:
    """The text, with its brackets; who proposes what only for seats that may read it."""
    place = stand(request, slug, Act.READ_TEXT)
    text = readable_text(place.seat.role, place.state)
    if text is None:
        raise Http404
    names = place.may(Act.READ_ATTRIBUTION)
    return {
        "title": text.title,
        "revision": text.revision,
        "brackets": text.brackets,
        "articles": [
            {
                "key": article.key,
                "title": article.title,
                "paragraphs": [
                    {
                        "key": each.key,
                        "version": place.state.versions.get(each.key, 1),
                        "bracketed": each.bracketed,
                        "locked": each.locked,
                        "provisions": list(each.provisions),
                        "alternatives": [
                            {
                                "key": one.key,
                                "wording": one.wording,
                                "proponents": list(one.proponents) if names else None,
                            }
                            for one in each.alternatives
                        ],
                    }
                    for each in article.paragraphs
                ],
            }
            for article in text.articles
        ],
    }


@api.get("/rounds/{slug:slug}/revisions", response={200: list[RevisionShape], **REFUSALS}, tags=["text"])
def list_revisions(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """Texts that were kept."""
    place = stand(request, slug, Act.READ_ATTRIBUTION)
    return [{"number": each.number, "at": each.at, "note": each.note} for each in place.state.revisions]


def _file(data: bytes | str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@api.get("/rounds/{slug:slug}/text/export", response=REFUSALS, tags=["files"])
def export_text(request: HttpRequest, slug: str, form: Literal["md", "docx", "xml"] = "md") -> HttpResponse:
    """The whole text as a file, with its brackets and who stands behind them."""
    from comity.services.text_file import FORMS, dump_text  # noqa: PLC0415  (lxml only when asked for)

    place = stand(request, slug, Act.EXPORT_TEXT)
    place.require(Act.READ_ATTRIBUTION)
    data = dump_text(place.state.text, f".{form}", at=place.state.last_at or place.round.created)
    return _file(data, FORMS[f".{form}"], f"{slug}-text.{form}")


@api.get("/rounds/{slug:slug}/text/clean", response=REFUSALS, tags=["files"])
def export_clean(request: HttpRequest, slug: str, form: Literal["md", "docx", "txt"] = "md") -> HttpResponse:
    """The words alone, of a text without brackets."""
    from comity.services.text_clean import write_clean  # noqa: PLC0415
    from comity.services.text_file import FORMS  # noqa: PLC0415

    place = stand(request, slug, Act.EXPORT_TEXT)
    text = readable_text(place.seat.role, place.state)
    if text is None:
        raise Http404
    data = write_clean(text, f".{form}", at=place.state.last_at or place.round.created)
    kind = FORMS.get(f".{form}", "text/plain; charset=utf-8")
    return _file(data, kind, f"{slug}-clean.{form}")


@api.get("/rounds/{slug:slug}/journal.jsonl", response=REFUSALS, tags=["files"])
def export_journal(request: HttpRequest, slug: str) -> HttpResponse:
    """The sealed journal, which 'comity' can check and replay. Answers in secret are in it as they were sealed."""
    place = stand(request, slug, Act.EXPORT_LOG)
    words = write_journal(place.charter, moves_of(place.round))
    return _file(words, "application/jsonl; charset=utf-8", f"{slug}-journal.jsonl")


_SEALED: Final = frozenset({"sealed"})


@api.get("/rounds/{slug:slug}/moves", response={200: MovesPage, **REFUSALS}, tags=["moves"])
def list_moves(
    request: HttpRequest,
    slug: str,
    after: int = Query(0, ge=0, le=10**9),
    most: int = Query(100, ge=1, le=500),
) -> dict[str, Any]:
    """Moves after a number, in order."""
    place = stand(request, slug, Act.READ_LOG)
    found = moves_of(place.round, first=after + 1, last=min(after + most, place.state.moves))
    rows = [
        {
            "number": number,
            "act": move.act.value,
            "at": move.at,
            "seat": move.seat.to_plain(),
            "payload": {name: value for name, value in move.payload.items() if name not in _SEALED},
            "words": str(describe(move)),
        }
        for number, move in enumerate(found, start=after + 1)
    ]
    last = after + len(rows)
    return {"moves": rows, "next": last if rows and last < place.state.moves else None}


def _proposal(each: Proposal) -> dict[str, Any]:
    return {
        "key": each.key,
        "owner": each.owner,
        "title": each.title,
        "kind": each.kind,
        "to": list(each.to),
        "version": each.version,
        "withdrawn": each.withdrawn,
        "versions": [
            {"provisions": dict(one.provisions), "note": one.note, "at": one.at} for one in each.versions
        ],
        "answers": [
            {
                "delegation": one.delegation,
                "answer": one.answer,
                "version": one.version,
                "words": one.words,
                "at": one.at,
            }
            for one in each.answers
        ],
    }


@api.get("/rounds/{slug:slug}/proposals", response={200: list[ProposalShape], **REFUSALS}, tags=["packages"])
def list_proposals(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """Packages, requests and offers on the table, and those withdrawn."""
    place = stand(request, slug, Act.READ_PROPOSALS)
    return [_proposal(each) for each in place.state.proposals.values()]


def show_acceptance(each: Acceptance) -> dict[str, Any]:
    """Return what everybody in the room may know of an acceptance; never what was sealed."""
    return {
        "key": each.key,
        "proposal": each.proposal,
        "version": each.version,
        "provisions": dict(each.provisions),
        "among": list(each.among),
        "kind": each.kind,
        "threshold": each.threshold,
        "status": each.status,
        "answered": list(each.answered),
        "accepting": list(each.accepting),
        "note": each.note,
    }


@api.get(
    "/rounds/{slug:slug}/acceptances", response={200: list[AcceptanceShape], **REFUSALS}, tags=["packages"]
)
def list_acceptances(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """Packages under acceptance in secret, and their outcomes."""
    place = stand(request, slug, Act.READ_ACCEPTANCES)
    return [show_acceptance(each) for each in place.state.acceptances.values()]


def _commitment(each: Commitment) -> dict[str, Any]:
    return {
        **{
            name: getattr(each, name)
            for name in (
                "key", "delegation", "title", "indicator", "milestone", "provision", "paragraph", "target",
                "tranche", "unit", "payer", "due", "agency", "done_on", "released_at",
            )
        },
        "reports": [
            {
                name: getattr(one, name)
                for name in ("words", "done", "value", "source", "at", "accepted", "finding")
            }
            for one in each.reports
        ],
    }  # fmt: skip


@api.get(
    "/rounds/{slug:slug}/commitments", response={200: list[CommitmentShape], **REFUSALS}, tags=["follow-up"]
)
def list_commitments(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """Who does what by when, with what was reported."""
    place = stand(request, slug, Act.READ_COMMITMENTS)
    return [_commitment(each) for each in place.state.commitments.values()]


@api.get(
    "/rounds/{slug:slug}/submissions", response={200: list[SubmissionShape], **REFUSALS}, tags=["follow-up"]
)
def list_submissions(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """Submissions with their responses; hidden ones for the secretariat and their author only."""
    place = stand(request, slug, Act.READ_SUBMISSIONS)
    return [
        {
            "key": each.key,
            "by": str(name_seat(each.seat)),
            "title": each.title,
            "words": each.words,
            "paragraphs": list(each.paragraphs),
            "at": each.at,
            "responses": [
                {"outcome": one.outcome, "words": one.words, "at": one.at} for one in each.responses
            ],
        }
        for each in place.state.submissions.values()
        if not each.hidden or place.may(Act.MODERATE) or (place.seat.name and each.seat == place.seat)
    ]


@api.get("/rounds/{slug:slug}/calendar", response={200: list[CalendarEntry], **REFUSALS}, tags=["follow-up"])
def list_calendar(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """Meetings, silence, reviews, and the days of the own side's commitments."""
    from comity.services.calendar_feed import round_entries  # noqa: PLC0415  (pandas only when asked for)

    place = stand(request, slug, Act.READ_CALENDAR)
    entries = round_entries(
        place.charter,
        place.state,
        delegation=place.seat.delegation,
        until=place.now.date(),
        names=place.names,
        commitments=allows(place.seat.role, place.state.phase, Act.READ_COMMITMENTS),
    )
    return [
        {
            "key": each.key,
            "kind": each.kind,
            "title": each.title,
            "starts": each.starts if isinstance(each.starts, datetime) else None,
            "day": None if isinstance(each.starts, datetime) else each.starts,
            "place": each.place,
        }
        for each in entries
    ]


@api.get("/rounds/{slug:slug}/private", response={200: PrivateShape, **REFUSALS}, tags=["private"])
def show_private(request: HttpRequest, slug: str) -> dict[str, Any]:
    """The private sheet of the own delegation."""
    from comity.forum.actions import open_sheet  # noqa: PLC0415

    asks_private(request)
    place = stand(request, slug, Act.READ_PRIVATE_SHEET)
    sheet, version = open_sheet(round=place.round, seat=place.seat)
    plain = sheet.model_dump(mode="json", exclude_defaults=True) if version else None
    return {"sheet": plain, "version": version}
