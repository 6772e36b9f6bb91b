"""Template words of commitments, the calendar and the public page: ``{% load life %}``.

Who may import me: templates. Start at :func:`amount`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.formats import date_format, number_format
from django.utils.html import format_html

from comity.forum.templatetags.forum import moment

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

register = template.Library()

__all__ = ["amount", "calendar_time", "delegation_name"]


@register.filter
def amount(value: Any) -> str:  # noqa: ANN401
    """Write a number as the reader's language does, without digits that say nothing."""
    try:
        return number_format(f"{float(value):.10g}", use_l10n=True, force_grouping=True)
    except (TypeError, ValueError):
        return ""


@register.simple_tag
def delegation_name(code: str | None, place: Any) -> str:  # noqa: ANN401
    """Name a delegation of this round, or give its code where no name is known."""
    return "" if code is None else str(place.names.get(code, code))


@register.simple_tag
def calendar_time(when: date | datetime) -> SafeString | str:
    """Show a day, or a moment in the reader's zone."""
    if isinstance(when, datetime):
        return moment(when)
    return format_html('<time datetime="{}">{}</time>', when.isoformat(), date_format(when, "j M Y"))
