"""The door of the API: who calls, how often they may, and how errors look.

A caller shows the token of a seat (``Authorization: Bearer …``); a session of a browser opens nothing here,
so that no other site can use one. Every error has the same shape: ``error``, ``key``, ``accepted``.

Who may import me: this room. Start at :data:`api` and :func:`stand`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from comity.errors import InputError
from comity.forum.actions import find_token
from comity.forum.gate import Place, Refused, enter
from comity.forum.words import say_part

if TYPE_CHECKING:
    from ninja.types import DictStrAny

    from comity.forum.models import ApiToken
    from comity.protocol.conference import Act

__all__ = ["Bearer", "Conflict", "api", "asks_private", "shape_error", "stand"]

CALLS_A_MINUTE: Final = 600
WRITES_A_MINUTE: Final = 60
_STALE: Final = frozenset({"seen"})


class Conflict(InputError):  # noqa: N818
    """What is asked for collides with what was said before: the same key, or a newer version."""


class Bearer(HttpBearer):
    """The token of a seat."""

    openapi_name = "token of a seat"

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """Find the token, and speak as its owner."""
        found = find_token(token, now=timezone.now())
        if found is not None:
            request.user = found.member.user
        return found


class _Plain(Parser):
    """Reads JSON as the standard has it: no NaN, no half characters, no zero characters."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """Read the body."""
        words = request.body.decode("utf-8")
        found = json.loads(words, parse_constant=_refuse_number, parse_float=_read_float)
        if "\\u" in words:
            again = json.dumps(found, ensure_ascii=False)
            again.encode("utf-8")
            if "\\u0000" in again:
                msg = "a zero character"
                raise ValueError(msg)
        return cast("DictStrAny", found)


def _refuse_number(name: str) -> NoReturn:
    raise ValueError(name)


def _read_float(words: str) -> float:
    found = float(words)
    if found in (float("inf"), float("-inf")):
        _refuse_number(words)
    return found


class _Rate(BaseThrottle):
    """So many calls of one token in each minute, counted in the cache that all workers share."""

    def __init__(self, name: str, most: int, *, writes: bool) -> None:
        self.name, self.most, self.writes = name, most, writes

    def allow_request(self, request: HttpRequest) -> bool:
        """Count this call; False where the minute is used up."""
        if self.writes and request.method in {"GET", "HEAD"}:
            return True
        token: ApiToken = request.auth  # type: ignore[attr-defined]
        minute = int(timezone.now().timestamp()) // 60
        key = f"api-{self.name}-{token.pk}-{minute}"
        cache.add(key, 0, timeout=120)
        try:
            return cache.incr(key) <= self.most
        except ValueError:  # the cache lost it between the two lines
            return True

    def wait(self) -> float:
        """Tell after how many seconds a new minute begins."""
        return 60 - timezone.now().timestamp() % 60


api = NinjaAPI(
    title="Comity forum",
    version="1",
    description=(
        "What a seat may do in the browser, for programs. Make a token on the page 'API tokens' of your "
        "account. Every call passes the same rights as the pages. A write carries a key of your choice: the "
        "same key makes the same move once."
    ),
    docs_url=None,  # our own page; the usual ones want scripts of others
    openapi_url=None,  # likewise: served by our own view, so that its errors have our shape
    auth=Bearer(),
    throttle=[
        _Rate("calls", CALLS_A_MINUTE, writes=False),
        _Rate("writes", WRITES_A_MINUTE, writes=True),
    ],
    parser=_Plain(),
    urls_namespace="api",
)


def shape_error(
    status: int, error: str, *, key: str | None = None, accepted: str | None = None
) -> dict[str, Any]:
    """Return an error in the shape that all errors have.

    Examples
    --------
    >>> shape_error(404, "nothing here")
    {'error': 'nothing here', 'key': None, 'accepted': None}
    """
    del status
    return {"error": error, "key": key, "accepted": accepted}


def _answer(request: HttpRequest, status: int, error: str, **more: str | None) -> HttpResponse:
    response = api.create_response(request, shape_error(status, error, **more), status=status)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(InputError)
def _input(request: HttpRequest, error: InputError) -> HttpResponse:
    status = 409 if isinstance(error, Conflict) or error.key in _STALE else 422
    if error.key == "seat":
        status = 403
    accepted = None if error.accepted is None else say_part(error.accepted)
    return _answer(request, status, say_part(error.message), key=error.key, accepted=accepted)


@api.exception_handler(PermissionDenied)
def _refused(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    words = str(error) if isinstance(error, Refused) else _("Your seat does not allow this.")
    return _answer(request, 403, words)


@api.exception_handler(Http404)
def _nothing(request: HttpRequest, error: Http404) -> HttpResponse:
    del error
    return _answer(request, 404, _("There is nothing here, or nothing for this token."))


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    del error
    return _answer(
        request,
        401,
        _("No token, or one that is over or was taken back."),
        key="Authorization",
        accepted="Bearer comity_…",
    )


@api.exception_handler(ValidationError)
def _not_accepted(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name the place and what is wrong; never what was given, which may be private."""
    first = error.errors[0] if error.errors else {}
    where = [str(part) for part in first.get("loc", ()) if part not in {"body", "path", "query", "given"}]
    return _answer(request, 422, str(first.get("msg", "not as accepted")), key=".".join(where)[:200] or None)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    accepted = "JSON in UTF-8, without NaN" if error.status_code == 400 else None
    return _answer(request, error.status_code, str(error), accepted=accepted)


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    del error
    return _answer(
        request, 413, _("This is too large."), accepted=f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes"
    )


@api.exception_handler(Exception)
def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Leave it to the forum's own log and page, which quote nothing, in debug mode too."""
    del request
    raise error


def stand(request: HttpRequest, slug: str, act: Act, *, writes: bool = False) -> Place:
    """Return the place of the caller's seat in a round, if the token and the seat may do ``act``.

    Raises
    ------
    django.http.Http404
        When the token is for another round.
    comity.forum.gate.Refused
        When the token does not move, or the seat may not do this now.
    """
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    if token.member.round.slug != slug:
        raise Http404
    if writes and not token.may_move:
        raise Refused(_("This token reads only."))
    return enter(request.user, slug, act, now=timezone.now())


def asks_private(request: HttpRequest) -> None:
    """Refuse a token that was not made for the private sheet of a delegation.

    Raises
    ------
    comity.forum.gate.Refused
        When it was not.
    """
    if not request.auth.private:  # type: ignore[attr-defined]
        raise Refused(_("This token does not open what your delegation keeps private."))
