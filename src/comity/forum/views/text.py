"""The negotiating text: its articles, one article with its brackets, and what changed between revisions.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`contents`; what is written is in
:mod:`comity.forum.views.text_moves`, files are in :mod:`comity.forum.views.text_files`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path

from comity.errors import InputError
from comity.forum.gate import Place, requires
from comity.forum.views import text_files, text_moves
from comity.protocol.conference import Act, count_articles, readable_text
from comity.protocol.text import (
    NegotiatingText,
    describe,
    differences,
    find_article,
    find_paragraph,
    word_changes,
)
from comity.services.text_clean import CLEAN_FORMS
from comity.services.text_file import FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

    from comity.protocol.conference import Notice, Remark
    from comity.protocol.text import Alternative, Paragraph, WordChange

__all__ = ["article", "contents", "paragraph_context", "revisions", "urlpatterns"]


class Wording(NamedTuple):
    """One alternative as a page shows it: its words marked against the draft's own words."""

    alternative: Alternative
    changes: tuple[WordChange, ...]
    who: tuple[str, ...]
    own: bool


class Shown(NamedTuple):
    """One paragraph as a page shows it."""

    paragraph: Paragraph
    number: int
    version: int
    wordings: tuple[Wording, ...]
    remarks: tuple[Remark, ...]
    notices: tuple[Notice, ...]


def _remarks(place: Place, prefix: str) -> dict[str, list[Remark]]:
    """Return the remarks that the reader's seat may read, by paragraph; only of keys that begin like this."""
    found: dict[str, list[Remark]] = {}
    if place.may(Act.READ_COMMENTS):
        for each in place.state.comments:
            if each.paragraph is not None and each.paragraph.startswith(prefix):
                found.setdefault(each.paragraph, []).append(each)
    return found


def show_paragraph(
    place: Place, paragraph: Paragraph, number: int, remarks: Mapping[str, Sequence[Remark]]
) -> Shown:
    """Lay out a paragraph for the reader's seat; names only for those who may read who proposes what."""
    names = place.may(Act.READ_ATTRIBUTION)
    code = place.seat.delegation
    base = paragraph.base
    wordings = []
    for one in paragraph.alternatives:
        against = base is not None and one is not base
        changes = word_changes(base.wording, one.wording) if against and base is not None else ()
        who = tuple(place.names.get(each, each) for each in one.proponents) if names else ()
        wordings.append(Wording(one, changes, who, code is not None and code in one.proponents))
    notices = tuple(
        each
        for each in place.state.notices
        if each.subject == "paragraph" and each.key == paragraph.key and each.seat.delegation == code
    )
    version = place.state.versions.get(paragraph.key, 1)
    said = tuple(remarks.get(paragraph.key, ()))
    return Shown(paragraph, number, version, tuple(wordings), said, notices)


def own_text(place: Place) -> NegotiatingText:
    """Return the text as this seat may see it now.

    Raises
    ------
    django.http.Http404
        When it may see none.
    """
    found = readable_text(place.seat.role, place.state)
    if found is None:
        raise Http404
    return found


def paragraph_context(place: Place, paragraph_key: str) -> dict[str, Any]:
    """Return what the template of one paragraph needs."""
    text = own_text(place)
    holder = find_article(text, paragraph_key.rpartition(".")[0])
    paragraph = find_paragraph(text, paragraph_key)
    number = holder.paragraphs.index(paragraph) + 1
    shown = show_paragraph(place, paragraph, number, _remarks(place, paragraph_key))
    return {"article": holder, "each": shown, **_rights(place)}


def _rights(place: Place) -> dict[str, bool]:
    return {
        "may_propose": place.may(Act.PROPOSE_WORDING),
        "may_propose_paragraph": place.may(Act.PROPOSE_PARAGRAPH),
        "may_settle": place.may(Act.SETTLE_PARAGRAPH),
        "may_draft": place.may(Act.ADD_PARAGRAPH),
        "may_comment": place.may(Act.COMMENT),
        "sees_names": place.may(Act.READ_ATTRIBUTION),
    }


@requires(Act.READ_TEXT)
def contents(request: HttpRequest, place: Place) -> HttpResponse:
    """List the articles with their brackets, revisions, and files to take away or bring."""
    state = place.state
    own_text(place)
    return render(
        request,
        "forum/text/contents.html",
        {
            "articles": count_articles(state),
            "brackets": state.text.brackets,
            "revisions": state.revisions[::-1][:12],
            "forms": tuple(FORMS) if place.may(Act.READ_ATTRIBUTION) else (),
            "clean_forms": CLEAN_FORMS,
            "may_add_article": place.may(Act.ADD_ARTICLE),
            "may_export": place.may(Act.EXPORT_TEXT),
            "may_bring_draft": place.may(Act.ADD_ARTICLE) and not state.text.articles,
            "may_bring_edits": place.may(Act.PROPOSE_WORDING),
        },
    )


@requires(Act.READ_TEXT)
def article(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Show one article with its paragraphs, their alternatives, and what this seat may do."""
    text = own_text(place)
    try:
        found = find_article(text, key)
    except InputError:
        raise Http404 from None
    keys = [each.key for each in text.articles]
    at = keys.index(key)
    rights = _rights(place)
    remarks = _remarks(place, f"{key}.")
    return render(
        request,
        "forum/text/article.html",
        {
            "article": found,
            "number": at + 1,
            "paragraphs": [
                show_paragraph(place, each, n, remarks) for n, each in enumerate(found.paragraphs, start=1)
            ],
            "before": keys[at - 1] if at else None,
            "after": keys[at + 1] if at + 1 < len(keys) else None,
            "rights": tuple(rights),
            **rights,
        },
    )


@requires(Act.READ_ATTRIBUTION)
def revisions(request: HttpRequest, place: Place) -> HttpResponse:
    """Say in plain words what changed between two revisions, or since the last one."""
    kept = place.state.revisions
    texts: dict[str, NegotiatingText] = {"empty": NegotiatingText(place.charter.title)}
    texts |= {str(each.number): each.text for each in kept}
    texts["now"] = place.state.text
    default = str(kept[-1].number) if kept else "empty"
    before, after = request.GET.get("from", default), request.GET.get("to", "now")
    if before not in texts or after not in texts:
        raise Http404
    changes = differences(texts[before], texts[after])
    lines = describe(changes, after=texts[after], names=place.names)
    return render(
        request,
        "forum/text/revisions.html",
        {"revisions": kept, "choices": list(texts), "before": before, "after": after, "lines": lines},
    )


urlpatterns: list[URLPattern | URLResolver] = [
    path("", contents, name="text"),
    path("revisions/", revisions, name="text_revisions"),
    path("", include(text_files.urlpatterns)),
    path("", include(text_moves.urlpatterns)),
    path("<str:key>/", article, name="text_article"),
]
