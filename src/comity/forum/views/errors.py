"""Pages that say what went wrong, without quoting what anybody wrote.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`refused`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseServerError
from django.shortcuts import render
from django.utils.translation import gettext as _

from comity.forum.gate import Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

__all__ = ["bad_request", "csrf_failed", "fault", "not_found", "refused"]


def _page(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    return render(
        request, "forum/error.html", {"title": title, "words": words, "code": status}, status=status
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer what could not be understood."""
    return _page(request, 400, _("This request was not understood"), _("Please go back and try again."))


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say why a seat may not do this."""
    words = str(exception) if isinstance(exception, Refused) else _("Your seat does not allow this.")
    return _page(request, 403, _("Not from this seat, or not now"), words)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Say that a form was too old or came from elsewhere."""
    return _page(
        request,
        403,
        _("This form is no longer valid"),
        _("It was opened too long ago, or cookies are off. Load the page again and send it once more."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Say that there is nothing here, and nothing of what may be elsewhere."""
    return _page(
        request,
        404,
        _("There is no such page"),
        _("It may be a page for others, or the address may have changed. If you have a seat, sign in first."),
    )


def fault(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours."""
    try:
        return _page(
            request,
            500,
            _("Something went wrong on our side"),
            _("Nothing that was acknowledged is lost. Please try again in a moment."),
        )
    except Exception:  # noqa: BLE001  (the page of last resort must not fail too)
        return HttpResponseServerError("Something went wrong on our side.", content_type="text/plain")
