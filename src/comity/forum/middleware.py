"""What happens to every request: health, time zone, and nothing private in caches.

Who may import me: the settings. Start at :func:`answer_health`.
"""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    Answer = Callable[[HttpRequest], HttpResponseBase]

__all__ = ["ZONE_COOKIE", "answer_health", "find_zone", "keep_out_of_caches", "show_own_zone"]

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
    """Tell browsers and proxies to keep no page of somebody who is signed in."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return middleware
