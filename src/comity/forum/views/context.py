"""What every template may use.

Who may import me: the settings. Start at :func:`show_forum`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from comity.forum.areas import links_for

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["show_forum"]


def show_forum(request: HttpRequest) -> dict[str, Any]:
    """Give templates the place, its navigation, and the time."""
    place = getattr(request, "place", None)
    return {
        "place": place,
        "areas": () if place is None else links_for(place),
        "now": timezone.now(),
        "is_demo": settings.DEMO,
        "sends_mail": settings.SENDS_MAIL,
        "zone": timezone.get_current_timezone_name(),
    }
