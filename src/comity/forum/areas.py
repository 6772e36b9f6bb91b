"""The areas of a round, as its navigation shows them: one line for each.

Who may import me: views. Start at :data:`AREAS`; an area is shown when its address exists and the seat may.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.protocol.conference import Act

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from comity.forum.gate import Place

__all__ = ["AREAS", "Area", "Link", "links_for"]


class Area(NamedTuple):
    """An area: its name, its first address, and the right that opens it."""

    key: str
    name: str | Promise
    address: str
    act: Act


AREAS: Final = (
    Area("overview", _("Overview"), "round", Act.READ_PUBLIC_PAGE),
    Area("text", _("Text"), "text", Act.READ_TEXT),
    Area("proposals", _("Proposals"), "proposals", Act.READ_PROPOSALS),
    Area("private", _("Private"), "private", Act.READ_PRIVATE_SHEET),
    Area("commitments", _("Commitments"), "commitments", Act.READ_COMMITMENTS),
    Area("submissions", _("Submissions"), "submissions", Act.READ_SUBMISSIONS),
    Area("calendar", _("Calendar"), "calendar", Act.READ_CALENDAR),
    Area("members", _("Members"), "members", Act.READ_MEMBERS),
    Area("log", _("Moves"), "log", Act.READ_LOG),
    Area("public", _("Public page"), "public", Act.READ_PUBLIC_PAGE),
)
"""All areas, in the order of the navigation."""


class Link(NamedTuple):
    """A link of the navigation."""

    key: str
    name: str
    href: str


def links_for(place: Place) -> tuple[Link, ...]:
    """Return the areas that a seat may open now."""
    return _links(
        place.round.slug,
        tuple(
            each.key
            for each in AREAS
            if place.may(each.act) and (each.key != "public" or place.round.is_public)
        ),
        get_language(),
    )


@lru_cache(maxsize=1024)
def _links(slug: str, keys: tuple[str, ...], language: str | None) -> tuple[Link, ...]:
    del language  # in force already; the names follow from it
    found = []
    for area in (each for each in AREAS if each.key in keys):
        try:
            found.append(Link(area.key, str(area.name), reverse(area.address, args=[slug])))
        except NoReverseMatch:  # an area that is not built yet
            continue
    return tuple(found)
