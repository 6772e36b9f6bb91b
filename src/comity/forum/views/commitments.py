"""Commitments after adoption: the register, one commitment with its history, adherence, and the next agenda.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`register`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.errors import InputError
from comity.forum.gate import Place, requires
from comity.forum.views.forms import make_row, read_fields
from comity.forum.views.rounds import try_move
from comity.forum.words import say_error
from comity.protocol.conference import Act, list_reviews

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from comity.protocol.conference import Commitment
    from comity.services.adherence import Adherence, Standing

__all__ = ["adherence", "agenda", "one", "register", "urlpatterns"]

_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def today_of(place: Place) -> date:
    """Return the day at the door, in UTC."""
    return place.now.date()


def _adherence(place: Place, at: date | None = None) -> Adherence:
    from comity.services.adherence import check_adherence  # noqa: PLC0415  (pandas: not at each start)

    return check_adherence(place.charter, place.state, at=at or today_of(place), names=place.names)


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words) if len(words) == len("2030-01-31") else None
    except ValueError:
        return None


def hand_out(place: Place, name: str, ending: str, content: str | bytes) -> HttpResponse:
    """Answer with a file."""
    response = HttpResponse(content, content_type=_TYPES[ending])
    response["Content-Disposition"] = f'attachment; filename="{place.round.slug}-{name}.{ending}"'
    return response


def hand_out_document(place: Place, name: str, ending: str, document: Any) -> HttpResponse:  # noqa: ANN401
    """Answer with a document as Markdown or Word file."""
    from comity.reports.docx import render_docx  # noqa: PLC0415
    from comity.reports.markdown import render_markdown  # noqa: PLC0415

    stamp = place.state.last_at or place.round.created
    words = render_markdown(document) if ending == "md" else render_docx(document, stamp=stamp)
    return hand_out(place, name, ending, words)


@requires(Act.READ_COMMITMENTS)
def register(request: HttpRequest, place: Place) -> HttpResponse:
    """Show who does what by when, by owner, state and day."""
    from comity.services.adherence import State  # noqa: PLC0415

    found = _adherence(place)
    asked = {name: request.GET.get(name, "") for name in ("owner", "agency", "state", "from", "to")}
    first, last = _day(asked["from"]), _day(asked["to"])
    rows = [
        each
        for each in found.standings
        if asked["owner"] in ("", each.commitment.delegation)
        and asked["agency"] in ("", each.agency)
        and asked["state"] in ("", each.state.value)
        and (first is None or each.due >= first)
        and (last is None or each.due <= last)
    ]
    context = {
        "rows": rows,
        "all": len(found.standings),
        "asked": asked,
        "filtered": any(asked.values()),
        "states": [(state, found.count(state)) for state in State],
        "agencies": sorted({each.agency for each in found.standings}),
        "disputes": [each for each in place.state.disputes.values() if each.closed_at is None]
        if place.may(Act.READ_LOG)
        else (),
        "reviews": list_reviews(place.charter, place.state, today_of(place)),
        "today": today_of(place),
    }
    return render(request, "forum/commitments/register.html", context)


def _find(place: Place, key: str) -> Commitment:
    found = place.state.commitments.get(key)
    if found is None:
        raise Http404
    return found


def _standing(place: Place, key: str) -> Standing:
    return next(each for each in _adherence(place).standings if each.commitment.key == key)


@requires(Act.READ_COMMITMENTS)
def one(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Show one commitment with everything that ever happened to it."""
    commitment = _find(place, key)
    own = place.seat.delegation in (None, commitment.delegation)
    payer = place.seat.delegation in (None, commitment.payer)
    paid = commitment.tranche is not None and commitment.released_at is None
    reached = commitment.done_on is not None
    context = {
        "c": commitment,
        "s": _standing(place, key),
        "owner": place.names.get(commitment.delegation, commitment.delegation),
        "history": _history(commitment),
        "reports": list(enumerate(commitment.reports, start=1)),
        "disputes": [each for each in place.state.disputes.values() if each.commitment == key]
        if place.may(Act.READ_LOG)
        else (),
        "may_report": place.may(Act.REPORT_EVIDENCE) and own,
        "may_find": place.may(Act.ACCEPT_EVIDENCE),
        "may_amend": place.may(Act.AMEND_COMMITMENT) and own,
        "moves_day": place.seat.delegation is None,
        "may_release": place.may(Act.RELEASE_TRANCHE) and payer and paid and reached,
        "waits_for_milestone": paid and not reached,
        "may_dispute": place.may(Act.RAISE_DISPUTE),
        "may_close": place.may(Act.CLOSE_DISPUTE),
    }
    return render(request, "forum/commitments/one.html", context)


def _history(commitment: Commitment) -> list[dict[str, Any]]:
    """Everything that happened, oldest first; nothing here was ever overwritten."""
    rows: list[dict[str, Any]] = [
        {
            "at": v.at,
            "what": "registered" if n == 0 else "changed",
            "version": v,
            "before": commitment.versions[n - 1],
        }
        for n, v in enumerate(commitment.versions)
    ]
    for number, report in enumerate(commitment.reports, start=1):
        rows.append({"at": report.at, "what": "reported", "report": report, "number": number})
        if report.found_at is not None:
            rows.append({"at": report.found_at, "what": "found", "report": report, "number": number})
    if commitment.released_at is not None:
        rows.append({"at": commitment.released_at, "what": "released", "seat": commitment.released_by})
    return sorted(rows, key=lambda row: row["at"])


_NEW: Final = (
    "delegation",
    "agency",
    "title",
    "indicator",
    "milestone",
    "due",
    "provision",
    "paragraph",
    "unit",
    "payer",
)


@requires(Act.REGISTER_COMMITMENT)
def new(request: HttpRequest, place: Place) -> HttpResponse:
    """Register a commitment."""
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            payload = read_fields(request.POST, words=_NEW, numbers=("target", "tranche"))
        except InputError as error:
            messages.error(request, say_error(error))
        else:
            if place.seat.delegation is not None:
                payload["delegation"] = place.seat.delegation
            key = request.POST.get("commitment", "").strip() or f"c{place.state.moves + 1}"
            row = make_row(
                request,
                place,
                Act.REGISTER_COMMITMENT,
                {"commitment": key} | payload,
                done=_("The commitment is registered."),
            )
            if row is not None:
                return redirect("commitment", slug=place.round.slug, key=row.payload["commitment"])
    context = {
        "given": given,
        "provisions": list(place.charter.provisions),
        "paragraphs": [paragraph.key for paragraph in place.state.text.paragraphs()],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "forum/commitments/new.html", context, status=status)


@requires(Act.REGISTER_COMMITMENT)
def draft(request: HttpRequest, place: Place) -> HttpResponse:
    """Propose a schedule from an accepted package, or from a proposal; each line can be registered."""
    packages = [
        ("a:" + each.key, each.key, each.provisions)
        for each in place.state.acceptances.values()
        if each.status == "accepted"
    ]
    packages += [
        ("p:" + each.key, each.title, each.provisions)
        for each in place.state.proposals.values()
        if not each.withdrawn
    ]
    chosen = request.GET.get("package", "")
    drafts: Any = ()
    for key, _title, provisions in packages:
        if key == chosen:
            try:
                drafts = _drafts(place, dict(provisions))
            except InputError as error:
                messages.error(request, say_error(error))
    context = {"packages": packages, "chosen": chosen, "drafts": drafts, "own": place.seat.delegation}
    return render(request, "forum/commitments/draft.html", context)


def _drafts(place: Place, package: dict[str, float]) -> list[Any]:
    from comity.evidence import Catalogue  # noqa: PLC0415
    from comity.services.commitments import propose_commitments  # noqa: PLC0415
    from comity.services.deal import list_countries  # noqa: PLC0415
    from comity.services.roundfile import parse_round  # noqa: PLC0415

    if not place.round.round_file:
        raise InputError(_("this round was made without a round file; register commitments one by one"))
    from comity.evidence import Evidence  # noqa: PLC0415

    catalogue = Catalogue.load()
    round_ = parse_round(
        place.round.round_file.encode(),
        name="round file",
        catalogue=catalogue,
        countries=list_countries(Evidence.load()),
    )
    adopted = place.state.adoption
    where = {
        provision: paragraph.key
        for paragraph in place.state.text.paragraphs()
        if not paragraph.left_out
        for provision in paragraph.provisions
    }
    drafts = propose_commitments(
        round_,
        package,
        start=(adopted.at if adopted else place.now).date(),
        review_months=place.charter.review_months,
        catalogue=catalogue,
        paragraphs=where,
    )
    return [{"draft": each, "there": each.key in place.state.commitments} for each in drafts]


def _act(act: Act, words: tuple[str, ...], done: Callable[[], str], numbers: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
    """Make the view of one form of a commitment's page."""

    def view(request: HttpRequest, place: Place, key: str) -> HttpResponse:
        _find(place, key)
        try:
            payload = {"commitment": key} | read_fields(request.POST, words=words, numbers=numbers)
            if act is Act.REPORT_EVIDENCE:
                payload["done"] = request.POST.get("done") == "yes"
            elif act is Act.ACCEPT_EVIDENCE:
                payload["accepted"] = request.POST.get("accepted") == "yes"
                payload["report"] = int(payload.get("report", 0))
            elif act is Act.RAISE_DISPUTE:
                payload["dispute"] = f"d{place.state.moves + 1}"
        except (InputError, ValueError) as error:
            messages.error(request, say_error(error))
        else:
            try_move(request, place, act, payload, done=done())
        return redirect("commitment", slug=place.round.slug, key=key)

    return require_POST(requires(act)(view))


report = _act(
    Act.REPORT_EVIDENCE,
    ("words", "source"),
    lambda: _("The report is in the log; the committee finds on it."),
    ("value",),
)
find = _act(Act.ACCEPT_EVIDENCE, ("words",), lambda: _("The finding is in the log."), ("report",))
amend = _act(
    Act.AMEND_COMMITMENT,
    ("reason", "due", "agency"),
    lambda: _("Changed; what stood before stays in the history."),
)
release = _act(Act.RELEASE_TRANCHE, ("words",), lambda: _("The tranche is released."))
dispute = _act(Act.RAISE_DISPUTE, ("words",), lambda: _("The dispute is on the next agenda."))


@require_POST
@requires(Act.CLOSE_DISPUTE)
def close_dispute(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Close a dispute with the words that closed it."""
    found = place.state.disputes.get(key)
    if found is None:
        raise Http404
    payload = {"dispute": key, "words": request.POST.get("words", "")}
    try_move(request, place, Act.CLOSE_DISPUTE, payload, done=_("The dispute is closed."))
    if found.commitment:
        return redirect("commitment", slug=place.round.slug, key=found.commitment)
    return redirect("commitments", slug=place.round.slug)


def _at(request: HttpRequest, place: Place) -> date:
    return _day(request.GET.get("at", "")) or today_of(place)


@requires(Act.READ_COMMITMENTS)
def adherence(request: HttpRequest, place: Place) -> HttpResponse:
    """Show adherence on a day, by owner, with a timeline."""
    from comity.services.adherence import State  # noqa: PLC0415

    at = _at(request, place)
    found = _adherence(place, at)
    context = {
        "found": found,
        "at": at,
        "states": list(State),
        "counts": [(state, found.count(state)) for state in State],
        "owners": [
            (found.name(code), agency, [counts[s] for s in State])
            for code, agency, counts in found.by_owner()
        ],
        "chart": _timeline(found),
        "waiting": [each for each in found.standings if each.waiting],
        "releases": [each for each in found.standings if each.may_release],
    }
    return render(request, "forum/commitments/adherence.html", context)


def _timeline(found: Adherence) -> dict[str, Any]:
    """Places of due days on a line, in a drawing 1,000 wide: from the first day known to the last."""
    if not found.standings:
        return {}
    days = [found.at, *(d for s in found.standings for d in (s.first_due, s.due, s.done_on) if d is not None)]
    first, span = min(days), max(1, (max(days) - min(days)).days)

    def place_of(day: date) -> int:
        return round((day - first).days / span * 980) + 10

    rows = []
    for number, each in enumerate(found.standings):
        due, start = place_of(each.due), place_of(each.first_due)
        rows.append(
            {
                "standing": each,
                "y": number * 30 + 30,
                "due": due,
                "from": min(due, start),
                "width": abs(due - start),
                "done": None if each.done_on is None else place_of(each.done_on),
            }
        )
    return {
        "rows": rows,
        "today": place_of(found.at),
        "height": len(rows) * 30 + 30,
        "first": first,
        "last": max(days),
    }


@requires(Act.READ_COMMITMENTS)
def adherence_file(request: HttpRequest, place: Place, ending: str) -> HttpResponse:
    """Hand adherence out as CSV, JSON, Markdown or Word file."""
    found = _adherence(place, _at(request, place))
    if ending == "csv":
        return hand_out(place, "adherence", ending, "\ufeff" + found.to_csv())
    if ending == "json":
        return hand_out(place, "adherence", ending, found.to_json())
    return hand_out_document(place, "adherence", ending, found.document())


@requires(Act.READ_COMMITMENTS)
def fields_file(request: HttpRequest, place: Place, ending: str) -> HttpResponse:
    """Hand commitments out in the domains of SDG indicator 10.7.2 and by objective of the compact."""
    from comity.services.adherence_report import write_report  # noqa: PLC0415

    found = write_report(place.charter, _adherence(place, _at(request, place)))
    if ending == "csv":
        return hand_out(place, "sdg-10-7-2", ending, "\ufeff" + found.to_csv())
    return hand_out_document(place, "sdg-10-7-2", ending, found.document())


@requires(Act.READ_LOG)
def agenda(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the draft agenda of the next joint committee."""
    found = _agenda(request, place)
    context = {
        "agenda": found,
        "meetings": [m for m in place.state.meetings.values() if m.kind in {"joint committee", "review"}],
        "may_add": place.may(Act.ADD_AGENDA_ITEM)
        and found.meeting is not None
        and found.meeting.recorded_at is None,
    }
    return render(request, "forum/commitments/agenda.html", context)


def _agenda(request: HttpRequest, place: Place) -> Any:  # noqa: ANN401
    from comity.services.committee_agenda import draft_agenda  # noqa: PLC0415

    try:
        return draft_agenda(
            place.charter, place.state, at=today_of(place), meeting=request.GET.get("meeting") or None
        )
    except InputError:
        raise Http404 from None


@requires(Act.READ_LOG)
def agenda_file(request: HttpRequest, place: Place, ending: str) -> HttpResponse:
    """Hand the agenda out as Markdown or Word file."""
    return hand_out_document(place, "agenda", ending, _agenda(request, place).document())


@require_POST
@requires(Act.ADD_AGENDA_ITEM)
def add_item(request: HttpRequest, place: Place) -> HttpResponse:
    """Add an item to the agenda of a meeting."""
    payload = {"meeting": request.POST.get("meeting", ""), "words": request.POST.get("words", "")}
    try_move(request, place, Act.ADD_AGENDA_ITEM, payload, done=_("The item is on the agenda."))
    return redirect("agenda", slug=place.round.slug)


urlpatterns = [
    path("", register, name="commitments"),
    path("new/", new, name="commitment_new"),
    path("draft/", draft, name="commitment_draft"),
    path("adherence/", adherence, name="adherence"),
    *[
        path(f"adherence.{end}", adherence_file, {"ending": end}, name=f"adherence_{end}")
        for end in ("csv", "json", "md", "docx")
    ],
    *[
        path(f"sdg-10-7-2.{end}", fields_file, {"ending": end}, name=f"fields_{end}")
        for end in ("csv", "md", "docx")
    ],
    path("agenda/", agenda, name="agenda"),
    *[path(f"agenda.{end}", agenda_file, {"ending": end}, name=f"agenda_{end}") for end in ("md", "docx")],
    path("agenda/add/", add_item, name="agenda_add"),
    path("c/<str:key>/", one, name="commitment"),
    path("c/<str:key>/report/", report, name="commitment_report"),
    path("c/<str:key>/find/", find, name="commitment_find"),
    path("c/<str:key>/change/", amend, name="commitment_amend"),
    path("c/<str:key>/release/", release, name="commitment_release"),
    path("c/<str:key>/dispute/", dispute, name="commitment_dispute"),
    path("disputes/<str:key>/close/", close_dispute, name="dispute_close"),
]
