"""The text as files: taken away as Word, Markdown, Akoma Ntoso or clean words; brought back with edits.

Who may import me: :mod:`comity.forum.views.text`. Start at :func:`export` and :func:`bring`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from comity.errors import InputError
from comity.forum.gate import Place, requires
from comity.forum.words import say_error
from comity.protocol.conference import Act, readable_text
from comity.protocol.text import NegotiatingText, next_key
from comity.services.text_clean import CLEAN_FORMS, write_clean
from comity.services.text_docx_plain import read_plain_docx
from comity.services.text_file import FORMS, dump_text, load_text
from comity.services.text_upload import MOST_UPLOAD_BYTES, check_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

__all__ = ["urlpatterns"]

_TYPES = {".txt": "text/plain; charset=utf-8", ".md": FORMS[".md"], ".docx": FORMS[".docx"]}


def _send(data: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@requires(Act.EXPORT_TEXT)
def export(request: HttpRequest, place: Place, form: str) -> HttpResponse:  # noqa: ARG001
    """Hand out the whole text with its brackets and who stands behind them."""
    place.require(Act.READ_ATTRIBUTION)
    if f".{form}" not in FORMS:
        raise Http404
    data = dump_text(place.state.text, f".{form}", at=place.state.last_at or place.round.created)
    return _send(data, FORMS[f".{form}"], f"{place.round.slug}-text.{form}")


@requires(Act.EXPORT_TEXT)
def clean(request: HttpRequest, place: Place, form: str) -> HttpResponse:
    """Hand out the words alone; a text with brackets says how many are left instead."""
    if f".{form}" not in CLEAN_FORMS:
        raise Http404
    try:
        text = readable_text(place.seat.role, place.state)
        if text is None:
            raise Http404
        data = write_clean(text, f".{form}", at=place.state.last_at or place.round.created)
    except InputError as error:
        messages.error(request, say_error(error))
        return redirect("text", slug=place.round.slug)
    return _send(data, _TYPES[f".{form}"], f"{place.round.slug}-clean.{form}")


@require_POST
@requires(Act.READ_TEXT)
def bring(request: HttpRequest, place: Place) -> HttpResponse:
    """Read a file: a first draft where there is no text, or a delegation's edits to the text."""
    drafting = place.may(Act.ADD_ARTICLE) and not place.state.text.articles
    place.require(Act.ADD_ARTICLE if drafting else Act.PROPOSE_WORDING)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("Choose a file first."))
        return redirect("text", slug=place.round.slug)
    try:
        check_size(file.size or 0, file.name or "file")
        data = file.read(MOST_UPLOAD_BYTES + 1)
        name = file.name or "text.docx"
        loaded = _load(data, name, None if drafting else place.seat.delegation)
        moves = list(_draft(loaded) if drafting else _edits(place, loaded))
        with transaction.atomic():
            for n, (act, payload) in enumerate(moves):
                place.move(act, payload, f"{request.POST.get('key', '')[:80]}-{n}")
    except InputError as error:
        messages.error(request, say_error(error))
        return redirect("text", slug=place.round.slug)
    if not moves:
        messages.info(request, _("The file holds nothing new of your delegation; nothing was changed."))
    else:
        made = ngettext(
            "%(n)s move was made from the file.", "%(n)s moves were made from the file.", len(moves)
        )
        messages.success(request, made % {"n": len(moves)})
    return redirect("text", slug=place.round.slug)


def _load(data: bytes, name: str, delegation: str | None) -> NegotiatingText:
    try:
        return load_text(data, name, delegation=delegation)
    except InputError:
        if delegation is None and name.casefold().endswith(".docx"):
            return read_plain_docx(data, name=name)  # somebody's own document as a first draft
        raise


def _draft(loaded: NegotiatingText) -> Iterator[tuple[Act, dict[str, Any]]]:
    for article in loaded.articles:
        yield Act.ADD_ARTICLE, {"key": article.key, "title": article.title}
        for paragraph in article.paragraphs:
            if paragraph.bracketed:
                msg = f"paragraph {paragraph.key} of the file is in brackets; a first draft has none"
                raise InputError(msg, accepted="a file without brackets")
            if paragraph.wording:
                yield (
                    Act.ADD_PARAGRAPH,
                    {"article": article.key, "key": paragraph.key, "wording": paragraph.wording},
                )


def _edits(place: Place, loaded: NegotiatingText) -> Iterator[tuple[Act, dict[str, Any]]]:
    """Find what the reader's own delegation asks for in the file and not yet in the room."""
    code = place.seat.delegation or ""
    now = {paragraph.key: paragraph for paragraph in place.state.text.paragraphs()}
    known: dict[str, set[str]] = {key: set() for key in now}
    for text in (*(each.text for each in place.state.revisions), place.state.text):
        for each in text.paragraphs():
            known.setdefault(each.key, set()).update(one.wording for one in each.alternatives)
    new: dict[str, int] = {}
    for article in loaded.articles:
        before = ""
        for paragraph in article.paragraphs:
            here = now.get(paragraph.key)
            before = paragraph.key if here is not None else before
            base = paragraph.base
            if here is not None and base is not None and base.wording not in known[here.key]:
                # words of the draft itself were changed, without tracking; nobody else can have done that
                yield _proposal(place, here.key, base.wording)
            for one in paragraph.alternatives:
                if code not in one.proponents:
                    continue
                if here is None:
                    n = new[article.key] = new.get(article.key, -1) + 1
                    first = next_key(place.state.text, article.key)
                    stem, _sep, count = first.rpartition("p")
                    key = f"{stem}p{int(count) + n}"
                    place_in = {"after": before} if before else {}
                    yield (
                        Act.PROPOSE_PARAGRAPH,
                        {"article": article.key, "key": key, "wording": one.wording, **place_in},
                    )
                    break
                same = next((each for each in here.alternatives if each.wording == one.wording), None)
                if same is None:
                    yield _proposal(place, here.key, one.wording)
                elif code not in same.proponents:
                    yield Act.SUPPORT_WORDING, {"paragraph": here.key, "alternative": same.key}


def _proposal(place: Place, key: str, wording: str) -> tuple[Act, dict[str, Any]]:
    alternative = next_key(place.state.text, key)
    return Act.PROPOSE_WORDING, {"paragraph": key, "alternative": alternative, "wording": wording}


urlpatterns = [
    path("export.<str:form>", export, name="text_export"),
    path("clean.<str:form>", clean, name="text_clean"),
    path("bring/", bring, name="text_bring"),
]
