"""Template words of the forum: ``{% load forum %}``.

Who may import me: templates. Start at :func:`moment`.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.template.base import token_kwargs
from django.template.loader import get_template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from comity.forum.views.paragraphs import lay_out
from comity.forum.words import say_words
from comity.protocol.conference import Act, Seat

if TYPE_CHECKING:
    from django.template.base import FilterExpression, Parser, Token
    from django.template.context import Context

register = template.Library()

__all__ = ["left", "may", "moment", "move_key", "paragraph", "seat_name", "shared", "told", "words"]


@register.simple_tag(takes_context=True)
def move_key(context: Any) -> str:  # noqa: ANN401
    """Return a fresh key for the move of a form, so that sending it twice makes one move."""
    return context.get("move_key_mark") or uuid.uuid4().hex


@register.simple_tag(takes_context=True)
def paragraph(context: Any, each: Any) -> SafeString:  # noqa: ANN401
    """Show a paragraph of the text with its forms: ``{% paragraph each %}``."""
    place = context["place"]
    rights = {name: context[name] for name in context["rights"]}
    key = (
        "paragraph",
        place.round.slug,
        each.paragraph,
        each.number,
        each.version,
        tuple((one.who, one.own) for one in each.wordings),
        each.remarks,
        each.notices,
        tuple(sorted(rights.items())),
    )
    fixed = {"place": place, "article": context["article"], "each": each, **rights}
    template = get_template("forum/text/paragraph.html")
    return lay_out(lambda marks: template.render(fixed | marks), key, context["csrf_token"])


class SharedNode(template.Node):
    """A part of a page that follows from named values alone; see :func:`shared`."""

    def __init__(self, inside: template.NodeList, values: dict[str, FilterExpression]) -> None:
        self.inside = inside
        self.values = values

    def render(self, context: Context) -> SafeString:
        """Fill in the part, or take it from before."""
        values = {name: each.resolve(context) for name, each in self.values.items()}
        key = (self, *((type(value), value) for value in values.values()))
        return lay_out(
            lambda marks: self.inside.render(context.new(values | marks)), key, context.get("csrf_token", "")
        )


@register.tag
def shared(parser: Parser, token: Token) -> SharedNode:
    """Lay out a part of a page once for all who see the same.

    ``{% shared articles=articles %}…{% endshared %}``: inside, only the values named in the tag exist, and
    each must be hashable by what it holds: so the part cannot show anything that its key does not hold.
    """
    name, *bits = token.split_contents()
    values = token_kwargs(bits, parser)
    if bits or not values:
        msg = f"'{name}' takes name=value"
        raise template.TemplateSyntaxError(msg)
    inside = parser.parse(("endshared",))
    parser.delete_first_token()
    return SharedNode(inside, values)


@register.simple_tag
def moment(at: datetime | None) -> SafeString | str:
    """Show a moment in the reader's zone, with UTC beside it where that is another time."""
    if at is None:
        return ""
    zone = timezone.get_current_timezone()
    return _moment(at, zone, get_language())


@lru_cache(maxsize=4096)  # a log page has 50 of them, the same for all readers
def _moment(at: datetime, zone: tzinfo, language: str | None) -> SafeString:
    del language  # in force already; named because what is shown follows from it
    own = timezone.localtime(at, zone)
    utc = at.astimezone(UTC)
    shown = date_format(own, "j M Y, H:i")
    if own.utcoffset() == utc.utcoffset():
        return format_html(
            '<time datetime="{}">{} <abbr class="utc">UTC</abbr></time>', utc.isoformat(), shown
        )
    day = "H:i" if own.date() == utc.date() else "j M, H:i"
    return format_html(
        '<time datetime="{}">{} <span class="utc">({} UTC)</span></time>',
        utc.isoformat(), shown, date_format(utc, day),
    )  # fmt: skip


@register.simple_tag
def left(until: datetime, now: datetime) -> str:
    """Say how long it is until a moment, in two units at most."""
    rest = max(until - now, timedelta(0))
    days, hours, minutes = rest.days, rest.seconds // 3600, rest.seconds // 60 % 60
    parts = []
    if days:
        parts.append(ngettext("%(n)s day", "%(n)s days", days) % {"n": days})
    if hours:
        parts.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    if not days:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    return " ".join(parts[:2])


@register.filter
def words(found: Any) -> str:  # noqa: ANN401
    """Say words of the protocol in the reader's language."""
    return say_words(found)


@register.filter
def told(value: Any) -> str:  # noqa: ANN401
    """Say one of our own words (a role, a phase, a kind) in the reader's language."""
    return _(str(value)) if value else ""


@register.filter
def seat_name(seat: Seat) -> str:
    """Name a seat: its role, and its delegation or body."""
    where = seat.delegation or seat.name
    return f"{_(seat.role.value)}, {where}" if where else _(seat.role.value)


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], act: str) -> bool:
    """Tell whether this seat may do something now: ``{% may "PROPOSE_WORDING" as may_propose %}``."""
    place = context.get("place")
    return place is not None and bool(place.may(Act[act]))
