"""The front: the list of public rounds, and one's own rounds.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`landing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from comity.forum.actions import tick
from comity.forum.selectors import public_rounds, rounds_of, state_of
from comity.forum.views.waiting import waiting_for

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

__all__ = ["landing", "my_rounds", "urlpatterns"]


def landing(request: HttpRequest) -> HttpResponse:
    """Show what the forum is, and the public rounds."""
    rounds = [{"round": each, "state": state_of(each)} for each in public_rounds()]
    return render(request, "forum/landing.html", {"rounds": rounds})


@login_required
def my_rounds(request: HttpRequest) -> HttpResponse:
    """Show the rounds where one has a seat, and what waits there."""
    rows: list[dict[str, Any]] = []
    now = timezone.now()
    for member in rounds_of(request.user):
        tick(member.round, now=now)
        state, seat = state_of(member.round), member.as_seat()
        rows.append({"round": member.round, "seat": seat, "state": state, "member": member,
                     "waiting": waiting_for(member.round, seat, state)})  # fmt: skip
    return render(request, "forum/my_rounds.html", {"rows": rows})


urlpatterns = [
    path("", landing, name="landing"),
    path("rounds/", my_rounds, name="my_rounds"),
]
