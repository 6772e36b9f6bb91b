"""Addresses of the API: its operations, its OpenAPI document, and a page that explains it without scripts.

Who may import me: :mod:`comity.forum.urls`. Start at ``urlpatterns``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comity.forum.api import packages, reading, writing
from comity.forum.api.door import api, shape_error

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["openapi", "page", "shape_errors", "urlpatterns"]

_ROOMS = (packages, reading, writing)  # what they declare is on the API by now


@lru_cache(maxsize=4)
def _document(prefix: str) -> dict[str, Any]:
    """Return the OpenAPI document, made once: it takes a third of a second, and anybody may ask for it."""
    return dict(api.get_openapi_schema(path_prefix=prefix))


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """Hand out the OpenAPI document."""
    return JsonResponse(_document(_prefix(request)))


def _prefix(request: HttpRequest) -> str:
    return request.path.removesuffix("openapi.json")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every operation: what it does, what it takes, what it gives."""
    schema = _document(request.path)
    parts = schema["components"]["schemas"]
    rows: list[dict[str, Any]] = []
    for address, operations in schema["paths"].items():
        for method, one in operations.items():
            body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            taken = parts.get(body.get("$ref", "").rpartition("/")[2], {})
            rows.append(
                {
                    "tag": one.get("tags", [""])[0],
                    "method": method.upper(),
                    "address": address,
                    "words": one.get("description", ""),
                    "query": [each for each in one.get("parameters", ()) if each["in"] == "query"],
                    "body": list(taken.get("properties", {})),
                    "answers": ", ".join(str(code) for code in one["responses"]),
                }
            )
    return render(request, "forum/api.html", {"rows": rows, "title": api.title, "words": api.description})


def shape_errors(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give an error of an address of the API the shape that all its errors have, whoever raised it."""
    if response.status_code < 400 or response.get("Content-Type", "").startswith("application/json"):
        return response
    words = {
        400: _("This request was not understood"),
        404: _("There is nothing here, or nothing for this token."),
        405: _("This address does not answer to this method."),
        500: _("Something went wrong on our side"),
    }.get(response.status_code, response.reason_phrase)
    shaped = JsonResponse(shape_error(response.status_code, str(words)), status=response.status_code)
    if response.has_header("Allow"):
        shaped["Allow"] = response["Allow"]
    del request
    return shaped


urlpatterns: list[URLPattern | URLResolver] = [
    path("", page, name="api_page"),
    path("openapi.json", openapi, name="api_openapi"),
    path("", api.urls),
]
