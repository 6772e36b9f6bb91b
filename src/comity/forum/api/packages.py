"""Packages: what one does for who asks, packages that all would accept, and what changed in the text.

Who may import me: this room. Start at :func:`preview_package`.
"""

from __future__ import annotations

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
from comity.forum.selectors import asks_of, members_of
from comity.protocol.conference import Act
from comity.protocol.text import NegotiatingText, describe, differences

if TYPE_CHECKING:
    from comity.forum.models import ZoneAsk
    from comity.services.package_sight import PackageSight

__all__ = ["ask_for_packages", "list_asks", "list_members", "preview_package", "show_changes"]

_OF_OWN: Final = ("gain", "red_line", "margin", "accepts", "beyond_limits", "unvalued")


def _preview(sight: PackageSight) -> dict[str, Any]:
    """Lay out what a package does; the shapes take the rest out of the records."""
    own = sight.own
    return {
        **{name: getattr(sight, name) for name in ("unit", "draws", "broken", "parties", "places", "money")},
        "own": None
        if own is None
        else {
            **{name: getattr(own.own, name) for name in _OF_OWN},
            "rows": own.rows,
            "groups": own.groups,
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
    answer = row.read_answer()
    return {
        "at": row.at,
        "kind": row.kind,
        "better_than": row.about or None,
        "answered": answer is not None,
        "verdict": None if answer is None else answer.verdict,
        "packages": [
            {"name": name, "provisions": values}
            for name, values in (() if answer is None else answer.packages)
        ],
    }


@api.get("/rounds/{slug:slug}/zone", response={200: list[ZoneAskShape], **REFUSALS}, tags=["packages"])
def list_asks(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    """List what the facilitator asked of the zone and what was answered, newest first."""
    place = stand(request, slug, Act.ASK_ZONE)
    return [_ask(row) for row in asks_of(place.round)]


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
    return [
        {
            "person": row.user.get_username(),
            "role": row.role,
            "delegation": None if row.delegation is None else row.delegation.code,
            "name": row.name,
            "since": row.since,
        }
        for row in members_of(place.round)
    ]
