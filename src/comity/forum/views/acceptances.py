"""Acceptance in secret: a package is put to delegations, each answers alone, and only the outcome is said.

Who may import me: :mod:`comity.forum.views.proposals`. Start at :func:`acceptance`.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from comity.errors import InputError
from comity.forum import actions
from comity.forum.gate import Place, requires
from comity.forum.views.packages import list_rows, show_effect
from comity.forum.views.rounds import try_move
from comity.forum.words import say_error
from comity.protocol.conference import Act

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from comity.protocol.conference import Acceptance

__all__ = [
    "acceptance",
    "answer_secretly",
    "close_acceptance",
    "list_acceptances",
    "open_acceptance",
    "urlpatterns",
]


def describe(place: Place, found: Acceptance) -> dict[str, Any]:
    """Say of an acceptance what everybody in the room may know."""
    proposal = place.state.proposals.get(found.proposal)
    own = place.seat.delegation
    return {
        "acceptance": found,
        "title": found.proposal if proposal is None else proposal.title,
        "among": [place.names.get(code, code) for code in found.among],
        "answered": len(found.answered),
        "accepting": [place.names.get(code, code) for code in found.accepting],
        "asked": own in found.among,
        "done": own in found.answered,
        "waits": place.may(Act.ANSWER_IN_SECRET)
        and found.status == "open"
        and own in found.among
        and own not in found.answered,
    }


def list_acceptances(place: Place) -> list[dict[str, Any]]:
    """List the acceptances of a round, the newest first; none for who may not read them."""
    if not place.may(Act.READ_ACCEPTANCES):
        return []
    return [describe(place, each) for each in reversed(list(place.state.acceptances.values()))]


def _find(place: Place, key: str) -> Acceptance:
    found = place.state.acceptances.get(key)
    if found is None:
        raise Http404
    return found


@requires(Act.READ_ACCEPTANCES)
def acceptance(request: HttpRequest, place: Place, acceptance_key: str) -> HttpResponse:
    """Show a package under acceptance, and its outcome when there is one."""
    found = _find(place, acceptance_key)
    context = {
        **describe(place, found),
        "rows": list_rows(place, found.provisions, only=True),
        "effect": show_effect(place, found.provisions),
        "may_close": place.may(Act.CLOSE_ACCEPTANCE) and found.status == "open",
        "may_improve": place.may(Act.ASK_ZONE)
        and found.status == "accepted"
        and set(found.among) == set(place.names),
    }
    return render(request, "forum/proposals/acceptance.html", context)


@require_POST
@requires(Act.OPEN_ACCEPTANCE)
def open_acceptance(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Put a proposal to delegations, each of which answers in secret."""
    proposal = place.state.proposals.get(key)
    if proposal is None:
        raise Http404
    name = f"q{len(place.state.acceptances) + 1}-{uuid.uuid4().hex[:4]}"
    kind, threshold = request.POST.get("kind", "all"), request.POST.get("threshold", "")
    version = request.POST.get("version", "")
    payload: dict[str, Any] = {
        "acceptance": name,
        "proposal": key,
        "version": int(version) if version.isdecimal() and len(version) < 8 else proposal.version,
        "among": request.POST.getlist("among"),
        "kind": kind,
        "note": request.POST.get("note", ""),
    }
    if kind == "plurilateral" and threshold.isdecimal() and len(threshold) < 8:
        payload["threshold"] = int(threshold)
    done = _("The delegations are asked. You will learn the outcome, and never who said no.")
    if try_move(request, place, Act.OPEN_ACCEPTANCE, payload, done=done):
        return redirect("acceptance", slug=place.round.slug, acceptance_key=name)
    return redirect("proposal", slug=place.round.slug, key=key)


@sensitive_post_parameters()
@require_POST
@requires(Act.ANSWER_IN_SECRET)
def answer_secretly(request: HttpRequest, place: Place, acceptance_key: str) -> HttpResponse:
    """Hand in the delegation's sealed answer; the message does not repeat it."""
    _find(place, acceptance_key)
    given = request.POST.get("answer", "")
    try:
        if given not in ("yes", "no"):
            raise InputError(_("choose yes or no"), key="answer")  # noqa: TRY301
        actions.answer_in_secret(
            round=place.round,
            seat=place.seat,
            acceptance=acceptance_key,
            accepts=given == "yes",
            key=request.POST.get("key", ""),
            now=place.now,
            user=request.user,
        )
    except InputError as error:
        messages.error(request, say_error(error))
    else:
        messages.success(request, _("Your answer is sealed. Nobody will be shown how you answered."))
    return redirect("acceptance", slug=place.round.slug, acceptance_key=acceptance_key)


@require_POST
@requires(Act.CLOSE_ACCEPTANCE)
def close_acceptance(request: HttpRequest, place: Place, acceptance_key: str) -> HttpResponse:
    """End an acceptance without an outcome; sealed answers stay sealed."""
    _find(place, acceptance_key)
    payload = {"acceptance": acceptance_key, "note": request.POST.get("note", "")}
    try_move(request, place, Act.CLOSE_ACCEPTANCE, payload, done=_("It ended without an outcome."))
    return redirect("acceptance", slug=place.round.slug, acceptance_key=acceptance_key)


urlpatterns = [
    path("acceptance/<slug:acceptance_key>/", acceptance, name="acceptance"),
    path("acceptance/<slug:acceptance_key>/answer/", answer_secretly, name="acceptance_answer"),
    path("acceptance/<slug:acceptance_key>/close/", close_acceptance, name="acceptance_close"),
]
