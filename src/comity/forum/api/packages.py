"""Packages: what one does for who asks, packages that all would accept, and what changed in the text.

Who may import me: this room. Start at :func:`preview_package`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query

from comity.errors import InputError
from comity.forum import actions
from comity.forum.api.door import api, asks_private, stand
from comity.forum.api.reading import REFUSALS
from comity.forum.api.shapes import (
    AskGiven,
    ChangesShape,
    MemberShape,
    PackageGiven,
    PreviewShape,
    ZoneAskShape,
)
from comity.forum.games import game_of
from comity.forum.models import Membership, ZoneAsk
from comity.protocol.conference import Act
from comity.protocol.text import NegotiatingText, describe, differences

if TYPE_CHECKING:
    from comity.services.package_sight import PackageSight
    from comity.vocabulary import Range

__all__ = ["ask_for_packages", "list_asks", "list_members", "preview_package", "show_changes"]

_ASKS_SHOWN: Final = 20


def _range(found: Range | None) -> dict[str, float] | None:
    return None if found is None else asdict(found)


def _preview(sight: PackageSight) -> dict[str, Any]:
    own = sight.own
    return {
        "unit": sight.unit,
        "draws": sight.draws,
        "broken": list(sight.broken),
        "parties": [
            {"party": each.party, "gain": _range(each.gain), "unvalued": list(each.unvalued)}
            for each in sight.parties
        ],
        "places": [asdict(each) for each in sight.places],
        "money": [asdict(each) for each in sight.money],
        "own": None
        if own is None
        else {
            "gain": _range(own.own.gain),
            "red_line": own.own.red_line,
            "margin": own.own.margin,
            "accepts": own.own.accepts,
            "beyond_limits": list(own.own.beyond_limits),
            "unvalued": list(own.own.unvalued),
            "rows": [
                {
                    "provision": row.provision,
                    "value": row.value,
                    "worth": _range(row.worth),
                    "from_sheet": row.from_sheet,
                    "beyond_limit": row.beyond_limit,
                }
                for row in own.rows
            ],
            "groups": [
                {"group": row.group, "weight": row.weight, "worth": _range(row.worth)} for row in own.groups
            ],
        },
    }


@api.post("/rounds/{slug:slug}/packages/preview", response={200: PreviewShape, **REFUSALS}, tags=["packages"])
def preview_package(request: HttpRequest, slug: str, given: PackageGiven) -> dict[str, Any]:
    """Say what a package does, and keep nothing of it.

    All sides as the public model has them; with ``own`` also the own side, from the own private sheet, for
    tokens that open it.
    """
    from comity.services.package_sight import PackageView, check_values  # noqa: PLC0415  (the model)

    place = stand(request, slug, Act.READ_PROPOSALS)
    party, sheet = None, None
    if given.own:
        asks_private(request)
        place.require(Act.PREVIEW_PACKAGE)
        place.require(Act.READ_PRIVATE_SHEET)
        party = place.seat.delegation
    game = game_of(place.round)
    if game is None:
        msg = _("The public model of this round has not been computed yet.")
        raise InputError(msg, key="model")
    values = check_values(game, given.provisions)
    if party is not None:
        sheet, _version = actions.open_sheet(round=place.round, seat=place.seat)
    return _preview(PackageView(game, party, sheet).see(values))


def _ask(row: ZoneAsk) -> dict[str, Any]:
    answer = json.loads(row.answer) if row.answer else None
    packages: list[dict[str, Any]] = []
    if answer is not None and row.kind == "zone":
        packages = [{"name": name, "provisions": values} for name, values in answer["packages"]]
    elif answer is not None and answer["package"] is not None:
        packages = [{"name": "", "provisions": answer["package"]}]
    return {
        "at": row.at,
        "kind": row.kind,
        "better_than": row.about or None,
        "answered": answer is not None,
        "verdict": None if answer is None else answer.get("verdict"),
        "packages": packages,
    }


@api.get("/rounds/{slug:slug}/zone", response={200: list[ZoneAskShape], **REFUSALS}, tags=["packages"])
def list_asks(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """List what the facilitator asked of the zone and what was answered, newest first."""
    place = stand(request, slug, Act.ASK_ZONE)
    return [_ask(row) for row in ZoneAsk.objects.filter(round=place.round)[:_ASKS_SHOWN]]


@api.post("/rounds/{slug:slug}/zone", response={200: ZoneAskShape, **REFUSALS}, tags=["packages"])
def ask_for_packages(request: HttpRequest, slug: str, given: AskGiven) -> dict[str, Any]:
    """Ask for packages that all would accept, or for one that is better for all than an accepted one.

    No private value of any party is in the answer; how often may be asked in 24 hours is limited.
    """
    place = stand(request, slug, Act.ASK_ZONE, writes=True)
    row = actions.ask_for_packages(
        round=place.round,
        seat=place.seat,
        now=place.now,
        user=request.user,
        better_than=given.better_than or "",
    )
    return _ask(row)


@api.get("/rounds/{slug:slug}/revisions/changes", response={200: ChangesShape, **REFUSALS}, tags=["text"])
def show_changes(
    request: HttpRequest,
    slug: str,
    after: int | None = Query(None, ge=0, le=10**6, description="An earlier revision; none for nothing yet."),  # type: ignore[type-arg]
    until: int | None = Query(None, ge=0, le=10**6, description="A later revision; none for the text now."),  # type: ignore[type-arg]
) -> dict[str, Any]:
    """Say in plain words what changed between two texts: what, who asked, brackets left by article."""
    place = stand(request, slug, Act.READ_ATTRIBUTION)
    texts = {each.number: each.text for each in place.state.revisions}
    if any(number is not None and number not in texts for number in (after, until)):
        raise Http404
    before = NegotiatingText(place.charter.title) if after is None else texts[after]
    now = place.state.text if until is None else texts[until]
    lines = describe(differences(before, now), after=now, names=place.names)
    return {"after": after, "until": until, "lines": [str(each) for each in lines]}


@api.get("/rounds/{slug:slug}/members", response={200: list[MemberShape], **REFUSALS}, tags=["rounds"])
def list_members(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """List who sits in the round, as the page of members does."""
    place = stand(request, slug, Act.READ_MEMBERS)
    rows = (
        Membership.objects.filter(round=place.round, active=True)
        .select_related("user", "delegation")
        .order_by("delegation__pk", "role", "pk")
    )
    return [
        {
            "person": row.user.get_username(),
            "role": row.role,
            "delegation": None if row.delegation is None else row.delegation.code,
            "name": row.name,
            "since": row.since,
        }
        for row in rows
    ]
