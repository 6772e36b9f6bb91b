"""Civil society: written submissions with a response each, and hearings.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`submissions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from comity.protocol.conference import Act

if TYPE_CHECKING:
    from django.http import HttpRequest

    from comity.protocol.conference import Submission

__all__ = ["OUTCOMES", "one", "submissions", "urlpatterns", "write"]

OUTCOMES = ("changed", "partly changed", "declined", "noted")


def _shown(place: Place) -> list[Submission]:
    """Submissions that this seat may read: what is hidden is for the secretariat and for its author only."""
    return [
        each
        for each in place.state.submissions.values()
        if not each.hidden or place.may(Act.MODERATE) or (place.seat.name and each.seat == place.seat)
    ]


@requires(Act.READ_SUBMISSIONS)
def submissions(request: HttpRequest, place: Place) -> HttpResponse:
    """Show every submission with its status, and hearings."""
    rows = _shown(place)
    state = request.GET.get("state", "")
    if state in {"open", "answered"}:
        rows = [each for each in rows if bool(each.responses) is (state == "answered")]
    hearings = [each for each in place.state.meetings.values() if each.kind == "hearing"]
    context = {
        "rows": list(reversed(rows)),
        "asked": state,
        "all": len(_shown(place)),
        "withheld": len(place.state.submissions) - len(_shown(place)),
        "hearings": sorted(hearings, key=lambda each: each.starts, reverse=True),
        "may_submit": place.may(Act.SUBMIT),
        "may_ask": place.may(Act.ASK_TO_BE_HEARD),
        "asked_already": {m.key for m in hearings if any(s.seat.name == place.seat.name for s in m.speakers)},
        "may_schedule": place.may(Act.SCHEDULE),
    }
    return render(request, "forum/submissions/list.html", context)


@requires(Act.SUBMIT)
def write(request: HttpRequest, place: Place) -> HttpResponse:
    """Write a submission on some paragraphs, or on the whole."""
    if request.method == "POST":
        try:
            payload = read_fields(request.POST, words=("title", "words"), lists=("paragraphs",))
        except InputError as error:  # pragma: no cover  (words and lists are never refused here)
            messages.error(request, say_error(error))
        else:
            key = f"s{place.state.moves + 1}"
            done = _("Your submission is in the log; a response will be logged with it.")
            row = make_row(request, place, Act.SUBMIT, {"submission": key} | payload, done=done)
            if row is not None:
                return redirect("submission", slug=place.round.slug, key=row.payload["submission"])
    context = {
        "given": request.POST if request.method == "POST" else request.GET,
        "chosen": request.POST.getlist("paragraphs") or request.GET.getlist("paragraph"),
        "articles": place.state.text.articles if place.may(Act.READ_TEXT) else (),
    }
    return render(
        request, "forum/submissions/write.html", context, status=422 if request.method == "POST" else 200
    )


@requires(Act.READ_SUBMISSIONS)
def one(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Show a submission, its paragraphs and its responses."""
    found = next((each for each in _shown(place) if each.key == key), None)
    if found is None:
        raise Http404
    context = {
        "s": found,
        "outcomes": OUTCOMES,
        "may_answer": place.may(Act.ANSWER_SUBMISSION),
        "may_moderate": place.may(Act.MODERATE),
    }
    return render(request, "forum/submissions/one.html", context)


@require_POST
@requires(Act.ANSWER_SUBMISSION)
def answer(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Log what became of a submission, and why."""
    payload = {"submission": key} | read_fields(request.POST, words=("outcome", "words"))
    try_move(
        request, place, Act.ANSWER_SUBMISSION, payload, done=_("The response is logged with the submission.")
    )
    return redirect("submission", slug=place.round.slug, key=key)


@require_POST
@requires(Act.MODERATE)
def moderate(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Hide a submission from public pages, or show it again; its words stay in the log."""
    payload = {
        "submission": key,
        "hidden": request.POST.get("hidden") == "yes",
        "reason": request.POST.get("reason", ""),
    }
    try_move(request, place, Act.MODERATE, payload, done=_("Done; the reason is in the log."))
    return redirect("submission", slug=place.round.slug, key=key)


@require_POST
@requires(Act.ASK_TO_BE_HEARD)
def ask(request: HttpRequest, place: Place) -> HttpResponse:
    """Ask to speak at a hearing."""
    payload = read_fields(request.POST, words=("meeting", "words"))
    try_move(request, place, Act.ASK_TO_BE_HEARD, payload, done=_("Your request is with the secretariat."))
    return redirect("submissions", slug=place.round.slug)


urlpatterns = [
    path("", submissions, name="submissions"),
    path("write/", write, name="submission_write"),
    path("ask/", ask, name="hearing_ask"),
    path("s/<str:key>/", one, name="submission"),
    path("s/<str:key>/answer/", answer, name="submission_answer"),
    path("s/<str:key>/moderate/", moderate, name="submission_moderate"),
]
