"""One's account: language, time zone, and where second factors and sessions are kept.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`account`.
"""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.forum.middleware import ZONE_COOKIE, find_zone

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["account", "choose_zone", "urlpatterns"]


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show the settings of one's account."""
    zones = sorted(each for each in zoneinfo.available_timezones() if "/" in each and not each.startswith(("Etc/", "posix/", "right/", "SystemV/")))  # fmt: skip # noqa: E501
    return render(request, "forum/account.html", {"zones": ["UTC", *zones]})


@require_POST
def choose_zone(request: HttpRequest) -> HttpResponse:
    """Keep the time zone that a reader chose, in a cookie."""
    name = request.POST.get("zone", "")
    response = redirect("account")
    if find_zone(name) is None:
        messages.error(request, _("There is no such time zone."))
        return response
    response.set_cookie(
        ZONE_COOKIE, name, max_age=365 * 24 * 3600, secure=not settings.LOCAL, httponly=True, samesite="Lax"
    )
    messages.success(request, _("Times are shown for %(zone)s.") % {"zone": name})
    return response


urlpatterns = [
    path("", account, name="account"),
    path("zone/", choose_zone, name="choose_zone"),
]
