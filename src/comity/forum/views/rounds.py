"""A round at a glance, its moves, and its course: phases, silence, revisions.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`overview`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.errors import InputError
from comity.forum.gate import Place, requires
from comity.forum.selectors import moves_of, timeline_of
from comity.forum.views import decisions
from comity.forum.views.waiting import waiting_for
from comity.forum.words import say_error
from comity.protocol.conference import STEPS, Act, Phase, count_articles, write_journal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from django.http import HttpRequest

__all__ = ["course", "log", "log_export", "overview", "try_move", "urlpatterns"]

PAGE = 50


def try_move(request: HttpRequest, place: Place, act: Act, payload: Mapping[str, Any], *, done: str) -> bool:
    """Make the move of a form and tell the reader what came of it; the form's ``key`` makes it once."""
    try:
        place.move(act, payload, request.POST.get("key", ""))
    except InputError as error:
        messages.error(request, say_error(error))
        return False
    messages.success(request, done)
    return True


class Step(NamedTuple):
    """A phase with where the round stands: done, now, or ahead."""

    name: str
    standing: str
    at: datetime | None


def make_progress(place: Place) -> tuple[Step, ...]:
    """Return the phases with where the round stands: done, now, or to come."""
    order = list(Phase)
    at = order.index(place.state.phase)
    started = {each.phase: each.at for each in place.state.phases}
    return tuple(
        Step(phase.value, "now" if n == at else "done" if n < at else "ahead", started.get(phase))
        for n, phase in enumerate(order)
    )


@requires(Act.READ_PUBLIC_PAGE)
def overview(request: HttpRequest, place: Place) -> HttpResponse:
    """Show where the round stands, what waits for this seat, and what happened last."""
    state = place.state
    sees_text = place.may(Act.READ_TEXT)
    context = {
        "progress": make_progress(place),
        "articles": count_articles(state) if sees_text else (),
        "sees_text": sees_text,
        "waiting": waiting_for(place.round, place.seat, state),
        "recent": timeline_of(
            place.round,
            moves=state.moves,
            seal=place.seal,
            most=12,
            public=not place.may(Act.READ_LOG),
        ),
        "silence": state.silence,
        "steps": [each for each in STEPS[state.phase] if each is not Phase.SILENCE]
        if place.may(Act.CHANGE_PHASE)
        else (),
        "may_start_silence": place.may(Act.START_SILENCE),
        "may_object": place.may(Act.OBJECT) and state.silence is not None,
        "may_cut": place.may(Act.CUT_REVISION),
        "open_proposals": sum(not each.withdrawn for each in state.proposals.values()),
        **decisions.show_decisions(place),
    }
    return render(request, "forum/round/overview.html", context)


@requires(Act.READ_LOG)
def log(request: HttpRequest, place: Place) -> HttpResponse:
    """Show every move in plain words, newest first."""
    before = request.GET.get("before", "")
    end = int(before) if before.isdecimal() and len(before) < 10 else place.state.moves + 1
    entries = timeline_of(place.round, moves=place.state.moves, seal=place.seal, most=PAGE, before=end)
    older = entries[-1].number if entries and entries[-1].number > 1 else None
    return render(request, "forum/round/log.html", {"entries": entries, "older": older})


@requires(Act.EXPORT_LOG)
def log_export(request: HttpRequest, place: Place) -> HttpResponse:  # noqa: ARG001
    """Hand out the sealed journal, which 'comity' can check and replay."""
    words = write_journal(place.charter, moves_of(place.round))
    response = HttpResponse(words, content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{place.round.slug}-journal.jsonl"'
    return response


COURSE = {
    "phase": (Act.CHANGE_PHASE, ("to", "note")),
    "silence": (Act.START_SILENCE, ("note",)),
    "object": (Act.OBJECT, ("words",)),
    "revision": (Act.CUT_REVISION, ("note",)),
}


@require_POST
@requires(Act.READ_PUBLIC_PAGE)
def course(request: HttpRequest, place: Place, what: str) -> HttpResponse:
    """Make a move about the course of the round, from one of the forms of the overview."""
    act, names = COURSE[what]
    place.require(act)
    payload = {name: value for name in names if (value := request.POST.get(name, ""))}
    try_move(request, place, act, payload, done=_("Done. The move is in the log."))
    return redirect("round", slug=place.round.slug)


urlpatterns = [
    path("", overview, name="round"),
    path("moves/", log, name="log"),
    path("moves/journal.jsonl", log_export, name="log_export"),
    *[path(f"course/{what}/", course, {"what": what}, name=f"course_{what}") for what in COURSE],
    *decisions.urlpatterns,
]
