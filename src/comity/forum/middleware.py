"""What happens to every request: health, time zone, and nothing private in caches.

Who may import me: the settings. Start at :func:`answer_health`.
"""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from comity.errors import InputError
from comity.forum.words import say_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    Answer = Callable[[HttpRequest], HttpResponseBase]

__all__ = [
    "ZONE_COOKIE",
    "answer_health",
    "answer_in_shape",
    "find_zone",
    "keep_out_of_caches",
    "show_own_zone",
]

ZONE_COOKIE = "comity_zone"


def answer_health(answer: Answer) -> Answer:
    """Answer ``/health`` before anything else, under any host name, by asking the database."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path != "/health":
            return answer(request)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                cursor.fetchone()
        except DatabaseError:
            return JsonResponse({"status": "no database", "database": connection.vendor}, status=503)
        return JsonResponse({"status": "ok", "database": connection.vendor})

    return middleware


def find_zone(name: str) -> zoneinfo.ZoneInfo | None:
    """Return a time zone by its name, or None.

    Examples
    --------
    >>> find_zone("Africa/Dakar"), find_zone("../../etc/passwd")
    (zoneinfo.ZoneInfo(key='Africa/Dakar'), None)
    """
    try:
        return zoneinfo.ZoneInfo(name) if 0 < len(name) <= 64 else None
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None


def show_own_zone(answer: Answer) -> Answer:
    """Show times in the zone that the reader chose."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        zone = find_zone(request.COOKIES.get(ZONE_COOKIE, ""))
        if zone is None:
            timezone.deactivate()
        else:
            timezone.activate(zone)
        return answer(request)

    return middleware


def keep_out_of_caches(answer: Answer) -> Answer:
    """Tell browsers and proxies to keep no page: what a page shows depends on who reads it.

    Static files do not come by here. What says itself how it may be kept is left alone for the public only.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        user = getattr(request, "user", None)
        signed_in = user is not None and user.is_authenticated
        if signed_in or not response.has_header("Cache-Control"):
            del response["Cache-Control"]
            add_never_cache_headers(response)
        return response

    return middleware


def answer_in_shape(answer: Answer) -> Answer:
    """Give errors of the API their shape, and say what was wrong where a page did not catch it itself."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        if request.path.startswith("/api/") and isinstance(response, HttpResponse):
            from comity.forum.api.page import shape_errors  # noqa: PLC0415  (after Django's apps are there)

            return shape_errors(request, response)
        return response

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, InputError):
            return None
        return render(
            request,
            "forum/error.html",
            {"title": _("This was not accepted"), "words": say_error(error), "code": 422},
            status=422,
        )

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
