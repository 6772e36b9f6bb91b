"""Who sits in a round; for the secretariat: links to seats, and seats taken back.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`members`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.errors import InputError
from comity.forum import actions
from comity.forum.gate import Place, Refused, requires
from comity.forum.models import Invitation, Membership
from comity.forum.selectors import members_of
from comity.forum.words import say_error
from comity.protocol.conference import DELEGATION_ROLES, PEOPLE, Act, Role, Seat

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

__all__ = ["admit", "invite", "members", "publish", "revoke", "unseat", "urlpatterns"]


def _admits(place: Place) -> bool:
    """Tell whether this seat admits members: the head; a delegate where no head was admitted."""
    if place.seat.role not in {Role.HEAD, Role.DELEGATE} or not place.may(Act.READ_PRIVATE_SHEET):
        return False
    heads = Membership.objects.filter(
        round=place.round, delegation=place.delegation, role=Role.HEAD.value, admitted=True, active=True
    )
    return place.seat.role is Role.HEAD or not heads.exists()


def _page(request: HttpRequest, place: Place, **more: Any) -> HttpResponse:  # noqa: ANN401
    seats = place.may(Act.SEAT_MEMBERS)
    context = {
        "rows": members_of(place.round),
        "seats": seats,
        "is_head": _admits(place),
        "roles": [each for each in PEOPLE if each is not Role.PUBLIC],
        "invitations": Invitation.objects.filter(
            round=place.round, used=None, revoked=False, for_user=None, expires__gt=place.now
        ).select_related("delegation")
        if seats
        else (),
        **more,
    }
    return render(request, "forum/round/members.html", context)


@requires(Act.READ_MEMBERS)
def members(request: HttpRequest, place: Place) -> HttpResponse:
    """Show who sits here."""
    return _page(request, place)


@require_POST
@requires(Act.SEAT_MEMBERS)
def invite(request: HttpRequest, place: Place) -> HttpResponse:
    """Make a one-time link; it is shown once, on the page that answers."""
    role, code = request.POST.get("role", ""), request.POST.get("delegation", "")
    try:
        if role not in set(PEOPLE):
            raise InputError(_("choose a role"), key="role")  # noqa: TRY301
        seat = Seat(
            Role(role), code if Role(role) in DELEGATION_ROLES else None, request.POST.get("name", "")
        )
        _row, token = actions.invite(round=place.round, seat=seat, now=place.now, by=request.user)
    except InputError as error:
        messages.error(request, say_error(error))
        return redirect("members", slug=place.round.slug)
    link = request.build_absolute_uri(reverse("invitation", args=[token]))
    return _page(request, place, link=link, invited=seat)


def _number(request: HttpRequest, name: str) -> int:
    value = request.POST.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 18 else 0


@require_POST
@requires(Act.SEAT_MEMBERS)
def revoke(request: HttpRequest, place: Place) -> HttpResponse:
    """Make a link that was not used yet lead nowhere."""
    number = _number(request, "invitation")
    actions.revoke_invitation(round=place.round, invitation=number, now=place.now, by=request.user)
    messages.success(request, _("The link leads nowhere now."))
    return redirect("members", slug=place.round.slug)


@require_POST
@requires(Act.SEAT_MEMBERS)
def unseat(request: HttpRequest, place: Place) -> HttpResponse:
    """Take a seat back."""
    actions.give_up_seat(round=place.round, member=_number(request, "member"), now=place.now, by=request.user)
    messages.success(request, _("The seat was taken back; what was said from it stays in the log."))
    return redirect("members", slug=place.round.slug)


@require_POST
@requires(Act.READ_MEMBERS)
def admit(request: HttpRequest, place: Place) -> HttpResponse:
    """Let a member of one's delegation see what it keeps private."""
    if not _admits(place):
        raise Refused(_("Only a head of delegation admits members."))
    try:
        actions.admit_member(
            round=place.round,
            member=_number(request, "member"),
            head=place.seat,
            now=place.now,
            by=request.user,
        )
    except InputError as error:
        messages.error(request, say_error(error))
    else:
        messages.success(request, _("They can now read and write the private sheets of your delegation."))
    return redirect("members", slug=place.round.slug)


@require_POST
@requires(Act.SEAT_MEMBERS)
def publish(request: HttpRequest, place: Place) -> HttpResponse:
    """Give the round a public page, or take it back."""
    public = request.POST.get("public") == "yes"
    actions.publish_round(round=place.round, is_public=public, now=place.now, user=request.user)
    messages.success(request, _("The round is public.") if public else _("The round is not public."))
    return redirect("members", slug=place.round.slug)


urlpatterns = [
    path("members/", members, name="members"),
    path("members/invite/", invite, name="invite"),
    path("members/revoke/", revoke, name="revoke"),
    path("members/unseat/", unseat, name="unseat"),
    path("members/admit/", admit, name="admit"),
    path("members/publish/", publish, name="publish"),
]
