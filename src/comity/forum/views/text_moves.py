"""What is written in the text: drafts, other words, support, settling, remarks. Each form makes one move.

Who may import me: :mod:`comity.forum.views.text`. Start at :func:`write`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.errors import InputError
from comity.forum.gate import Place, requires
from comity.forum.words import say_error
from comity.protocol.conference import Act
from comity.protocol.text import find_article, find_paragraph, next_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponse

    Make = Callable[[Place, str, Mapping[str, str]], dict[str, Any]]

__all__ = ["urlpatterns"]


def _seen(given: Mapping[str, str]) -> dict[str, int]:
    seen = given.get("seen", "")
    return {"seen": int(seen)} if seen.isdecimal() and len(seen) < 10 else {}


def _words(given: Mapping[str, str], name: str = "wording") -> str:
    """Return words as they were typed, with the line ends that a text has."""
    return given.get(name, "").replace("\r\n", "\n").strip()


def _propose(place: Place, key: str, given: Mapping[str, str]) -> dict[str, Any]:
    wording = "" if given.get("delete") else _words(given)
    if not wording and not given.get("delete"):
        msg = _("Write the words that you propose, or ask for the paragraph to be left out.")
        raise InputError(msg, key="wording")
    alternative = next_key(place.state.text, key)
    return {"paragraph": key, "alternative": alternative, "wording": wording, **_seen(given)}


def _settle(place: Place, key: str, given: Mapping[str, str]) -> dict[str, Any]:
    del place
    if given.get("alternative"):
        return {"paragraph": key, "alternative": given["alternative"], **_seen(given)}
    return {"paragraph": key, "wording": _words(given), **_seen(given)}


def _one(place: Place, key: str, given: Mapping[str, str]) -> dict[str, Any]:
    del place
    return {"paragraph": key, "alternative": given.get("alternative", "")}


def _paragraph(place: Place, key: str, given: Mapping[str, str]) -> dict[str, Any]:
    del place, given
    return {"paragraph": key}


def _reopen(place: Place, key: str, given: Mapping[str, str]) -> dict[str, Any]:
    del place
    return {"paragraph": key, "reason": _words(given, "reason")}


def _comment(place: Place, key: str, given: Mapping[str, str]) -> dict[str, Any]:
    del place
    return {"paragraph": key, "words": _words(given, "words")}


_TRIES: Final = 5
ON_PARAGRAPH: Final[dict[str, tuple[Act, Make]]] = {
    "propose": (Act.PROPOSE_WORDING, _propose),
    "support": (Act.SUPPORT_WORDING, _one),
    "withdraw": (Act.WITHDRAW_WORDING, _one),
    "settle": (Act.SETTLE_PARAGRAPH, _settle),
    "lock": (Act.LOCK_PARAGRAPH, _paragraph),
    "reopen": (Act.REOPEN_PARAGRAPH, _reopen),
    "comment": (Act.COMMENT, _comment),
}
"""What the forms of a paragraph do: the act, and how its payload is made."""


def _told(place: Place, act: Act, key: str, before: int) -> str:
    """Say what came of a move; who wrote over somebody else's newer words is told so."""
    notices = place.afresh().state.notices
    if act is Act.PROPOSE_WORDING and len(notices) > before and notices[-1].key == key:
        return _(
            "Done. Somebody else had changed this paragraph meanwhile; both wordings stand side by side."
        )
    return _("Done. The move is in the log.")


@require_POST
@requires(Act.READ_TEXT)
def write(request: HttpRequest, place: Place, key: str, what: str) -> HttpResponse:
    """Make the move of a form on a paragraph; show it anew, or what is wrong beside what was typed."""
    act, make = ON_PARAGRAPH[what]
    place.require(act)
    typed = ""
    before = len(place.state.notices)
    try:
        find_paragraph(place.state.text, key)
        _make(place, act, make, key, request.POST)
    except InputError as error:
        messages.error(request, say_error(error))
        typed = _words(request.POST) or _words(request.POST, "words") or _words(request.POST, "reason")
    else:
        level = _told(place, act, key, before)
        messages.success(request, level)
    return _answer(request, place, key, what, typed)


def _make(place: Place, act: Act, make: Make, key: str, given: Mapping[str, str]) -> None:
    """Make the move; where somebody took the same free key in between, with the next one."""
    for again in range(_TRIES):
        payload = make(place, key, given)
        try:
            place.move(act, payload, given.get("key", ""))
        except InputError:
            place = place.afresh()
            taken = act is Act.PROPOSE_WORDING and next_key(place.state.text, key) != payload["alternative"]
            if not taken or again == _TRIES - 1:
                raise
        else:
            return


def _answer(request: HttpRequest, place: Place, key: str, what: str, typed: str) -> HttpResponse:
    from comity.forum.views.text import paragraph_context  # noqa: PLC0415 - the two call each other

    now = place.afresh()
    request.place = now  # type: ignore[attr-defined]
    try:
        context = paragraph_context(now, key)
    except InputError:  # a proposed paragraph that was withdrawn is gone
        return redirect("text", slug=place.round.slug)
    context |= {"typed": {what: typed} if typed else {}, "place": now}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "forum/text/paragraph.html", {**context, "inside": True})
    if typed:  # nothing that was typed is lost
        context["typed_words"] = typed
        return render(request, "forum/text/again.html", {**context, "what": what}, status=422)
    article = key.rpartition(".")[0]
    return redirect(f"{reverse('text_article', args=[place.round.slug, article])}#{key}")


@require_POST
@requires(Act.READ_TEXT)
def add_article(request: HttpRequest, place: Place) -> HttpResponse:
    """Add an article to the draft."""
    place.require(Act.ADD_ARTICLE)
    key = next_key(place.state.text)
    try:
        place.move(
            Act.ADD_ARTICLE, {"key": key, "title": _words(request.POST, "title")}, request.POST.get("key", "")
        )
    except InputError as error:
        messages.error(request, say_error(error))
        return redirect("text", slug=place.round.slug)
    messages.success(request, _("The article was added."))
    return redirect("text_article", slug=place.round.slug, key=key)


@require_POST
@requires(Act.READ_TEXT)
def retitle(request: HttpRequest, place: Place, article: str) -> HttpResponse:
    """Give an article another title."""
    place.require(Act.RETITLE_ARTICLE)
    try:
        payload = {"article": article, "title": _words(request.POST, "title")}
        place.move(Act.RETITLE_ARTICLE, payload, request.POST.get("key", ""))
    except InputError as error:
        messages.error(request, say_error(error))
    else:
        messages.success(request, _("The title was changed."))
    return redirect("text_article", slug=place.round.slug, key=article)


@require_POST
@requires(Act.READ_TEXT)
def add_paragraph(request: HttpRequest, place: Place, article: str) -> HttpResponse:
    """Add a paragraph to the draft, or propose one in brackets, as the seat may."""
    act = Act.ADD_PARAGRAPH if place.may(Act.ADD_PARAGRAPH) else Act.PROPOSE_PARAGRAPH
    place.require(act)
    try:
        find_article(place.state.text, article)
        payload: dict[str, Any] = {
            "article": article,
            "key": next_key(place.state.text, article),
            "wording": _words(request.POST),
        }
        provisions = [each for each in request.POST.getlist("provision") if each]
        if provisions:
            payload["provisions"] = provisions
        if request.POST.get("after"):
            payload["after"] = request.POST["after"]
        place.move(act, payload, request.POST.get("key", ""))
    except InputError as error:
        messages.error(request, say_error(error))
        if _words(request.POST):
            context = {"article_key": article, "typed_words": _words(request.POST), "what": "paragraph"}
            return render(request, "forum/text/again.html", context, status=422)
        return redirect("text_article", slug=place.round.slug, key=article)
    messages.success(request, _("The paragraph was added."))
    return redirect(f"{reverse('text_article', args=[place.round.slug, article])}#{payload['key']}")


urlpatterns = [
    path("add/", add_article, name="text_add_article"),
    path("<str:article>/title/", retitle, name="text_retitle"),
    path("<str:article>/add/", add_paragraph, name="text_add_paragraph"),
    *[path(f"<str:key>/{what}/", write, {"what": what}, name=f"text_{what}") for what in ON_PARAGRAPH],
]
