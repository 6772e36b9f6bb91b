"""One-time links: taking a seat, or the first administrator's password; and the seats of a demonstration.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`invitation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from comity.errors import InputError
from comity.forum import actions
from comity.forum.models import Membership, Round

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

__all__ = ["demo_seats", "invitation", "sit_down", "urlpatterns"]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@sensitive_post_parameters()
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link offers; a press of the button takes it (link scanners only look)."""
    found = actions.find_invitation(token, timezone.now())
    if found is None:
        return render(request, "forum/invitation_over.html", status=404)
    context: dict[str, Any] = {"invitation": found, "token": token, "error": "", "username": "", "email": ""}
    signed_in = request.user.is_authenticated
    context["asks_account"] = found.for_user is None and not signed_in
    if request.method == "POST":
        context["username"] = request.POST.get("username", "")
        context["email"] = request.POST.get("email", "")
        try:
            user = actions.accept_invitation(
                token=token,
                now=timezone.now(),
                user=request.user if signed_in else None,
                username=context["username"],
                password=request.POST.get("password", ""),
                email=context["email"],
            )
        except InputError as error:
            context["error"] = error.message
            return render(request, "forum/invitation.html", context, status=422)
        if request.user != user:
            login(request, user, backend=BACKEND)
        if found.round is not None:
            return redirect("round", slug=found.round.slug)
        return redirect("my_rounds")
    return render(request, "forum/invitation.html", context)


def _demo_round(slug: str) -> Round:
    found = Round.objects.filter(slug=slug, demo=True).first() if settings.DEMO else None
    if found is None:
        raise Http404
    return found


def _demo_members(round_: Round) -> QuerySet[Membership]:
    """Return seats that may be taken without a password: accounts of exercises only, made by the demonstration."""
    real = Membership.objects.filter(round__demo=False).values("user_id")
    return Membership.objects.filter(
        round=round_,
        active=True,
        user__username__startswith="demo-",
        user__password__startswith=UNUSABLE_PASSWORD_PREFIX,
        user__is_staff=False,
        user__is_superuser=False,
    ).exclude(user_id__in=real)


def demo_seats(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the seats of a demonstration round; only where the forum was started as a demonstration."""
    round_ = _demo_round(slug)
    rows = _demo_members(round_).select_related("user", "delegation").order_by("pk")
    return render(request, "forum/demo_seats.html", {"round": round_, "rows": rows})


@require_POST
def sit_down(request: HttpRequest, slug: str, member: int) -> HttpResponse:
    """Take a seat of a demonstration round."""
    round_ = _demo_round(slug)
    row = _demo_members(round_).filter(pk=member).first()
    if row is None:
        raise Http404
    login(request, row.user, backend=BACKEND)
    return redirect("round", slug=slug)


urlpatterns = [
    path("enter/<str:token>/", invitation, name="invitation"),
    path("demo/<slug:slug>/", demo_seats, name="demo_seats"),
    path("demo/<slug:slug>/<int:member>/", sit_down, name="sit_down"),
]
