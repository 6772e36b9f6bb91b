"""Proposals: what is on the table, a builder with sliders, and what each package does for who looks.

Who may import me: :mod:`comity.forum.urls`. Start at :func:`proposals`.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.errors import InputError
from comity.forum import actions
from comity.forum.games import sealing_of
from comity.forum.gate import Place, requires
from comity.forum.views import acceptances, zone
from comity.forum.views.packages import Row, list_rows, read_package, show_effect, show_number
from comity.forum.views.rounds import try_move
from comity.forum.words import say_error
from comity.protocol.conference import Act
from comity.vocabulary import Provision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from comity.protocol.conference import Proposal

__all__ = [
    "amend",
    "answer",
    "compare",
    "compute",
    "detail",
    "draft",
    "effect",
    "new",
    "proposals",
    "urlpatterns",
    "withdraw",
]

PAGE = 24
"""Cards on one page; a conference has hundreds."""
KINDS = ("package", "request", "offer")
ANSWERS = ("welcomes", "will consider", "declines")


def find_proposal(place: Place, key: str) -> Proposal:
    """Return a proposal, or say that there is no such page."""
    found = place.state.proposals.get(key)
    if found is None:
        raise Http404
    return found


def owner_name(place: Place, proposal: Proposal) -> str:
    """Name who tabled a proposal."""
    if proposal.owner is None:
        return _("Facilitator")
    return place.names.get(proposal.owner, proposal.owner)


class Card(NamedTuple):
    """A proposal as a list shows it to a seat."""

    key: str
    title: str
    kind: str
    version: int
    owner: str
    to: tuple[str, ...]
    provisions: int
    rows: tuple[Row, ...]
    answers: tuple[tuple[str, str], ...]
    waits: bool


def _card(place: Place, proposal: Proposal) -> Card:
    said = {each.delegation: each.answer for each in proposal.answers if each.version == proposal.version}
    return Card(
        proposal.key,
        proposal.title,
        proposal.kind,
        proposal.version,
        owner_name(place, proposal),
        tuple(place.names.get(code, code) for code in proposal.to),
        len(proposal.provisions),
        tuple(list_rows(place, proposal.provisions, only=True)[:4]),
        tuple((place.names.get(code, code), answer) for code, answer in said.items()),
        place.may(Act.ANSWER_PROPOSAL)
        and proposal.owner != place.seat.delegation
        and (not proposal.to or place.seat.delegation in proposal.to)
        and place.seat.delegation not in said,
    )


@requires(Act.READ_PROPOSALS)
def proposals(request: HttpRequest, place: Place) -> HttpResponse:
    """Show what is on the table."""
    there = [each for each in reversed(tuple(place.state.proposals.values())) if not each.withdrawn]
    packages = Paginator([each for each in there if each.kind == "package"], PAGE)
    asked = Paginator([each for each in there if each.kind != "package"], PAGE)
    packages_page = packages.get_page(request.GET.get("packages"))
    asked_page = asked.get_page(request.GET.get("asked"))
    context = {
        "packages": [_card(place, each) for each in packages_page],
        "packages_page": packages_page,
        "asked": [_card(place, each) for each in asked_page],
        "asked_page": asked_page,
        "withdrawn": [each for each in place.state.proposals.values() if each.withdrawn],
        "acceptances": acceptances.list_acceptances(place),
        "sealing": sealing_of(place.round),
        "has_file": bool(place.round.round_file),
        "may_table": place.may(Act.TABLE_PROPOSAL),
        "may_ask": place.may(Act.ASK_ZONE),
    }
    return render(request, "forum/proposals/list.html", context)


@require_POST
@requires(Act.READ_PROPOSALS)
def compute(request: HttpRequest, place: Place) -> HttpResponse:
    """Have the public model of the round computed, in the background."""
    try:
        actions.start_sealing(round=place.round, now=place.now, user=request.user)
    except InputError as error:
        messages.error(request, say_error(error))
    return redirect("proposals", slug=place.round.slug)


@requires(Act.READ_PROPOSALS)
def model(request: HttpRequest, place: Place) -> HttpResponse:
    """Show how far the computation of the public model is; a part of a page."""
    return render(
        request,
        "forum/proposals/model.html",
        {"sealing": sealing_of(place.round), "has_file": bool(place.round.round_file)},
    )


def _by_area(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.area, []).append(row)
    return list(found.items())


def _builder(
    request: HttpRequest,
    place: Place,
    values: Mapping[str, float],
    **more: Any,  # noqa: ANN401
) -> HttpResponse:
    context = {
        "groups": _by_area(list_rows(place, values)),
        "effect": show_effect(place, values),
        "kinds": KINDS,
        "others": [(c, n) for c, n in place.names.items() if c != place.seat.delegation],
        "kind": "package",
        "to": [],
        "title": "",
        "note": "",
        "proposal": None,
        **more,
    }
    return render(request, "forum/proposals/builder.html", context)


def _said(request: HttpRequest) -> dict[str, Any]:
    kind = request.POST.get("kind", "package")
    return {
        "kind": kind,
        "to": request.POST.getlist("to") if kind != "package" else [],
        "title": request.POST.get("title", ""),
        "note": request.POST.get("note", ""),
    }


def _key(place: Place) -> str:
    return f"p{len(place.state.proposals) + 1}-{uuid.uuid4().hex[:4]}"


@requires(Act.TABLE_PROPOSAL)
def new(request: HttpRequest, place: Place) -> HttpResponse:
    """Build a package, see what it does, and table it."""
    if request.method != "POST":
        start = place.state.proposals.get(request.GET.get("from", ""))
        values = {} if start is None else dict(start.provisions)
        kind = request.GET.get("kind", "package")
        return _builder(request, place, values, kind=kind if kind in KINDS else "package")
    said = _said(request)
    try:
        values = read_package(place, request.POST)
    except InputError as error:
        messages.error(request, say_error(error))
        return _builder(request, place, {}, **said)
    if request.POST.get("do") != "table":
        return _builder(request, place, values, **said)
    key = request.POST.get("proposal_key") or _key(place)
    payload = {
        "proposal": key, "title": said["title"], "kind": said["kind"], "to": said["to"],
        "provisions": values, "note": said["note"],
    }  # fmt: skip
    if not try_move(
        request,
        place,
        Act.TABLE_PROPOSAL,
        payload,
        done=_("It is on the table; all delegations can read it."),
    ):
        return _builder(request, place, values, **said)
    return redirect("proposal", slug=place.round.slug, key=key)


@require_POST
@requires(Act.READ_PROPOSALS)
def effect(request: HttpRequest, place: Place) -> HttpResponse:
    """Show what the package of a builder does, as a part of its page."""
    try:
        found = show_effect(place, read_package(place, request.POST))
    except InputError as error:
        return render(request, "forum/proposals/effect.html", {"wrong": say_error(error)})
    return render(request, "forum/proposals/effect.html", {"effect": found})


@requires(Act.READ_PROPOSALS)
def detail(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Show a proposal: what it holds, what it does, how it was answered, and its earlier versions."""
    proposal = find_proposal(place, key)
    own = proposal.owner == place.seat.delegation
    context = {
        "proposal": proposal,
        "owner": owner_name(place, proposal),
        "to": [place.names.get(code, code) for code in proposal.to],
        "rows": list_rows(place, proposal.provisions, only=True),
        "effect": show_effect(place, proposal.provisions),
        "answers": [
            {"name": place.names.get(each.delegation, each.delegation), "answer": each}
            for each in proposal.answers
        ],
        "versions": _versions(place, proposal),
        "others": [each for each in place.state.proposals.values() if each.key != key and not each.withdrawn],
        "choices": ANSWERS,
        "may_amend": own and place.may(Act.AMEND_PROPOSAL) and not proposal.withdrawn,
        "may_withdraw": own and place.may(Act.WITHDRAW_PROPOSAL) and not proposal.withdrawn,
        "may_answer": not own and place.may(Act.ANSWER_PROPOSAL) and not proposal.withdrawn,
        "may_open": place.may(Act.OPEN_ACCEPTANCE) and not proposal.withdrawn,
        "may_table": place.may(Act.TABLE_PROPOSAL),
        "acceptances": [each for each in place.state.acceptances.values() if each.proposal == key],
    }
    return render(request, "forum/proposals/detail.html", context)


def _versions(place: Place, proposal: Proposal) -> list[dict[str, Any]]:
    """Each version after the first with what it changed, newest first."""
    titles = {row.key: row.title for row in list_rows(place, {})}
    found = []
    for number, (before, after) in enumerate(
        zip(proposal.versions, proposal.versions[1:], strict=False), start=2
    ):
        changes = []
        for key in dict.fromkeys((*before.provisions, *after.provisions)):
            old, new_ = before.provisions.get(key), after.provisions.get(key)
            if old != new_:
                changes.append(
                    {
                        "title": titles.get(key, key),
                        "old": "–" if old is None else show_number(old),
                        "new": "–" if new_ is None else show_number(new_),
                    }
                )
        found.append({"number": number, "at": after.at, "note": after.note, "changes": changes})
    return list(reversed(found))


@requires(Act.AMEND_PROPOSAL)
def amend(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Change one's own proposal in the builder."""
    proposal = find_proposal(place, key)
    if proposal.owner != place.seat.delegation or proposal.withdrawn:
        raise Http404
    seen = request.POST.get("seen", "")
    more = {
        "proposal": proposal,
        "kind": proposal.kind,
        "title": proposal.title,
        "note": request.POST.get("note", ""),
        "seen": seen if seen.isdecimal() else str(proposal.version),
    }
    if request.method != "POST":
        return _builder(request, place, proposal.provisions, **more)
    try:
        values = read_package(place, request.POST)
    except InputError as error:
        messages.error(request, say_error(error))
        return _builder(request, place, proposal.provisions, **more)
    if request.POST.get("do") != "table":
        return _builder(request, place, values, **more)
    changes: dict[str, float | None] = {
        name: values.get(name)
        for name in dict.fromkeys((*proposal.provisions, *values))
        if proposal.provisions.get(name) != values.get(name)
    }
    payload: dict[str, Any] = {"proposal": key, "provisions": changes, "note": more["note"]}
    if seen.isdecimal() and len(seen) < 8:
        payload["seen"] = int(seen)
    if not try_move(request, place, Act.AMEND_PROPOSAL, payload, done=_("The new version is on the table.")):
        return _builder(request, place, values, **more)
    return redirect("proposal", slug=place.round.slug, key=key)


@require_POST
@requires(Act.WITHDRAW_PROPOSAL)
def withdraw(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Take one's own proposal off the table."""
    find_proposal(place, key)
    payload = {"proposal": key, "note": request.POST.get("note", "")}
    try_move(request, place, Act.WITHDRAW_PROPOSAL, payload, done=_("It is off the table; the log keeps it."))
    return redirect("proposals", slug=place.round.slug)


@require_POST
@requires(Act.ANSWER_PROPOSAL)
def answer(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Say openly what one thinks of a proposal; it binds nobody."""
    version = request.POST.get("version", "")
    payload = {
        "proposal": key,
        "answer": request.POST.get("answer", ""),
        "version": int(version) if version.isdecimal() and len(version) < 8 else 0,
        "words": request.POST.get("words", ""),
    }
    find_proposal(place, key)
    try_move(request, place, Act.ANSWER_PROPOSAL, payload, done=_("Your answer is in the log."))
    return redirect("proposal", slug=place.round.slug, key=key)


@requires(Act.READ_PROPOSALS)
def compare(request: HttpRequest, place: Place) -> HttpResponse:
    """Show two proposals side by side, and what each does."""
    pair = [place.state.proposals.get(request.GET.get(name, "")) for name in ("a", "b")]
    shown = [each for each in pair if each is not None]
    context: dict[str, Any] = {
        "choices": list(place.state.proposals.values()),
        "asked": [each.key if each else "" for each in pair],
        "pair": [],
        "rows": [],
    }
    if len(shown) == 2:
        keys = dict.fromkeys((*shown[0].provisions, *shown[1].provisions))
        sides = [{row.key: row for row in list_rows(place, each.provisions, only=True)} for each in shown]
        context["rows"] = [
            {
                "row": sides[0].get(key) or sides[1][key],
                "values": [side[key].told if key in side else "–" for side in sides],
                "same": shown[0].provisions.get(key) == shown[1].provisions.get(key),
            }
            for key in place.charter.provisions
            if key in keys
        ]
        context["pair"] = [
            {
                "proposal": each,
                "owner": owner_name(place, each),
                "effect": show_effect(place, each.provisions),
            }
            for each in shown
        ]
    return render(request, "forum/proposals/compare.html", context)


@requires(Act.READ_PROPOSALS)
def draft(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """Show what a proposal could read like as articles of an agreement, from the forum's own templates."""
    from comity.services.model_text import draft_articles  # noqa: PLC0415  (the pack is read only here)

    proposal = find_proposal(place, key)
    context: dict[str, Any] = {"proposal": proposal, "articles": (), "problem": ""}
    try:
        provisions = [
            Provision(
                str(item.get("instrument", "")),
                str(item.get("giver", "")),
                str(item.get("beneficiary", "")),
                proposal.provisions[name],
                str(item.get("unit") or ""),
                name,
            )
            for name, item in place.charter.provisions.items()
            if name in proposal.provisions
        ]
        context["articles"] = draft_articles(provisions, names=place.names)
    except InputError as error:
        context["problem"] = say_error(error)
    return render(request, "forum/proposals/draft.html", context)


urlpatterns = [
    path("", proposals, name="proposals"),
    path("new/", new, name="proposal_new"),
    path("effect/", effect, name="proposal_effect"),
    path("model/", model, name="proposal_model"),
    path("model/compute/", compute, name="proposal_compute"),
    path("compare/", compare, name="proposal_compare"),
    *acceptances.urlpatterns,
    *zone.urlpatterns,
    path("<slug:key>/", detail, name="proposal"),
    path("<slug:key>/draft/", draft, name="proposal_draft"),
    path("<slug:key>/amend/", amend, name="proposal_amend"),
    path("<slug:key>/withdraw/", withdraw, name="proposal_withdraw"),
    path("<slug:key>/answer/", answer, name="proposal_answer"),
    path("<slug:key>/open/", acceptances.open_acceptance, name="acceptance_open"),
]
