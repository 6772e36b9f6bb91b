"""The facilitator's question: packages that all would accept and, after agreement, a better one.

Who may import me: :mod:`comity.forum.views.proposals`. Start at :func:`zone`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.errors import InputError
from comity.forum import actions
from comity.forum.games import asks_per_day, sealing_of
from comity.forum.gate import Place, requires
from comity.forum.models import ZoneAsk
from comity.forum.selectors import asks_of
from comity.forum.views.packages import list_rows, plain
from comity.forum.words import say_error
from comity.protocol.conference import Act

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

__all__ = ["ask", "urlpatterns", "zone"]

DAY: Final = timedelta(hours=24)


def _describe(place: Place, row: ZoneAsk) -> dict[str, Any]:
    answer = row.read_answer()
    titles = {
        each.key: place.state.proposals[each.proposal].title for each in place.state.acceptances.values()
    }
    return {
        "row": row,
        "verdict": None if answer is None else answer.verdict,
        "about": titles.get(row.about, row.about),
        "packages": [
            {
                "name": name,
                "rows": list_rows(place, values, only=True),
                "fields": [(key, plain(value)) for key, value in values.items()],
            }
            for name, values in (() if answer is None else answer.packages)
        ],
    }


@requires(Act.ASK_ZONE)
def zone(request: HttpRequest, place: Place) -> HttpResponse:
    """Show what was asked and answered, and how many asks are left today."""
    today = ZoneAsk.objects.filter(round=place.round, at__gt=place.now - DAY).count()
    context = {
        "asks": [_describe(place, row) for row in asks_of(place.round)],
        "left": max(0, asks_per_day() - today),
        "most": asks_per_day(),
        "sealing": sealing_of(place.round),
        "has_file": bool(place.round.round_file),
        "few": len(place.names) < 3,
        "accepted": [
            {"key": each.key, "title": place.state.proposals[each.proposal].title}
            for each in place.state.acceptances.values()
            if each.status == "accepted" and set(each.among) == set(place.names)
        ],
        "may_table": place.may(Act.TABLE_PROPOSAL),
    }
    return render(request, "forum/proposals/zone.html", context)


@require_POST
@requires(Act.ASK_ZONE)
def ask(request: HttpRequest, place: Place) -> HttpResponse:
    """Ask once; the answer is on the page that follows."""
    try:
        row = actions.ask_for_packages(
            round=place.round,
            seat=place.seat,
            now=place.now,
            user=request.user,
            better_than=request.POST.get("better_than", ""),
        )
    except InputError as error:
        messages.error(request, say_error(error))
    else:
        messages.success(request, _("The answer is below.") if row.answer else _("There was no answer."))
    return redirect("zone", slug=place.round.slug)


urlpatterns = [
    path("zone/", zone, name="zone"),
    path("zone/ask/", ask, name="zone_ask"),
]
