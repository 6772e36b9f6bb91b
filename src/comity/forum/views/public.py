"""The public page of a round in plain language, and the secretariat's desk for it with its word check.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`page`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from comity.errors import InputError
from comity.forum import actions
from comity.forum.gate import Place, requires
from comity.forum.models import PublicSheet
from comity.forum.views.commitments import hand_out, hand_out_document
from comity.forum.words import say_error
from comity.protocol.conference import Act

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from comity.services.round_page import RoundPage

__all__ = ["desk", "deskpatterns", "page", "urlpatterns"]

_WORDS = ("about", "criteria", "removal")


def make_page(place: Place, given: Mapping[str, str] | None = None) -> RoundPage:
    """Make the page as it is kept, or as it would be with other words."""
    from comity.services.round_page import PageWords, Scope, make_round_page  # noqa: PLC0415

    sheet = PublicSheet.objects.filter(round=place.round).first()
    kept = {name: getattr(sheet, name) for name in _WORDS} if sheet else {"about": place.round.summary}
    scope = sheet.scope if sheet else Scope.TITLES.value
    if given is not None:
        kept = {name: given.get(name, "") for name in _WORDS}
        scope = given.get("scope", scope)
    chosen = Scope(scope) if scope in set(Scope) else Scope.TITLES
    return make_round_page(
        place.charter,
        place.state,
        at=place.now.date(),
        names=place.names,
        scope=chosen,
        words=PageWords(**kept),
    )


@requires(Act.READ_PUBLIC_PAGE)
def page(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the public page: the same for everybody, whoever asks."""
    return render(request, "forum/public/page.html", {"page": make_page(place)})


@requires(Act.READ_PUBLIC_PAGE)
def page_file(request: HttpRequest, place: Place, ending: str) -> HttpResponse:  # noqa: ARG001
    """Hand the public page out as JSON, Markdown or Word file."""
    made = make_page(place)
    if ending == "json":
        return hand_out(place, "public", ending, made.to_json())
    return hand_out_document(place, "public", ending, made.document())


@requires(Act.MODERATE)
def desk(request: HttpRequest, place: Place) -> HttpResponse:
    """Write the page's own words, choose how much of the text is open, and see which words are not neutral.

    Words that the check finds are published only when the secretariat says that it has seen them.
    """
    from comity.services.round_page import Scope, check_page_words  # noqa: PLC0415

    sheet = PublicSheet.objects.filter(round=place.round).first()
    given = request.POST if request.method == "POST" else None
    made = make_page(place, given)
    found = check_page_words(made)
    own = [each for each in found if not each.quoted]
    status = 200
    if given is not None:
        if own and given.get("seen_findings") != "yes":
            messages.error(
                request, _("Nothing was saved: look at the findings, change the words or confirm them.")
            )
            status = 422
        elif _save(request, place, given):
            return redirect("public_desk", slug=place.round.slug)
        else:
            status = 422
    context: dict[str, Any] = {
        "page": made,
        "own": own,
        "quoted": [each for each in found if each.quoted],
        "scopes": list(Scope),
        "version": sheet.version if sheet else 0,
        "saved_at": sheet.at if sheet else None,
        "asked_to_confirm": given is not None and bool(own),
    }
    return render(request, "forum/public/desk.html", context, status=status)


def _save(request: HttpRequest, place: Place, given: Mapping[str, str]) -> bool:
    from comity.services.round_page import Scope  # noqa: PLC0415

    seen = given.get("seen", "")
    try:
        actions.save_public_sheet(
            round=place.round,
            words={name: given.get(name, "") for name in _WORDS},
            scope=given.get("scope", Scope.TITLES.value),
            scopes=tuple(Scope),
            seen=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
            now=place.now,
            user=request.user,
        )
    except InputError as error:
        messages.error(request, say_error(error))
        return False
    messages.success(request, _("Saved. The public page shows it now."))
    return True


urlpatterns = [
    path("", page, name="public"),
    *[
        path(f"page.{end}", page_file, {"ending": end}, name=f"public_{end}")
        for end in ("json", "md", "docx")
    ],
]
deskpatterns = [path("", desk, name="public_desk")]
