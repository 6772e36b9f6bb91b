"""One's API tokens: made for a seat, shown once, taken back.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`tokens`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.errors import InputError
from comity.forum import actions
from comity.forum.models import ApiToken
from comity.forum.selectors import rounds_of
from comity.forum.words import say_error
from comity.protocol.conference import Role

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

__all__ = ["make", "revoke", "tokens", "urlpatterns"]

_PRIVATE = {Role.HEAD.value, Role.DELEGATE.value}


def _page(request: HttpRequest, **more: Any) -> HttpResponse:  # noqa: ANN401
    now = timezone.now()
    seats = rounds_of(request.user)
    rows = ApiToken.objects.filter(member__user=cast("Any", request.user), revoked=None, expires__gt=now)
    context = {
        "seats": seats,
        "rows": rows.select_related("member__round", "member__delegation"),
        "days": actions.TOKEN_DAYS,
        "offers_private": any(each.role in _PRIVATE for each in seats),
        **more,
    }
    return render(request, "forum/tokens.html", context)


@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """Show the tokens of one's seats, and a form for a new one."""
    return _page(request)


def _number(request: HttpRequest, name: str) -> int:
    value = request.POST.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 18 else 0


@require_POST
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def make(request: HttpRequest) -> HttpResponse:
    """Make a token; its words are on the page that answers, and nowhere else."""
    member = next((each for each in rounds_of(request.user) if each.pk == _number(request, "seat")), None)
    try:
        if member is None:
            raise InputError(_("choose a seat"), key="seat")  # noqa: TRY301
        row, token = actions.make_token(
            member=member,
            name=request.POST.get("name", ""),
            may_move=request.POST.get("scope") == "move",
            private=bool(request.POST.get("private")) and member.role in _PRIVATE,
            days=_number(request, "days"),
            now=timezone.now(),
        )
    except InputError as error:
        messages.error(request, say_error(error))
        return redirect("tokens")
    return _page(request, made=row, token=token)


@require_POST
@login_required
def revoke(request: HttpRequest) -> HttpResponse:
    """Take a token back."""
    if actions.revoke_token(user=request.user, token=_number(request, "token"), now=timezone.now()):
        messages.success(request, _("The token opens nothing any more."))
    return redirect("tokens")


urlpatterns = [
    path("tokens/", tokens, name="tokens"),
    path("tokens/make/", make, name="token_make"),
    path("tokens/revoke/", revoke, name="token_revoke"),
]
