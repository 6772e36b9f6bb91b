"""From the fields of a form to the payload of a move: what is empty is left out.

Who may import me: views. Start at :func:`read_fields`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.utils.translation import gettext as _

from comity.errors import InputError
from comity.forum.words import say_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest, QueryDict

    from comity.forum.gate import Place
    from comity.forum.models import MoveRow
    from comity.protocol.conference import Act

__all__ = ["make_row", "read_fields", "read_moment_field", "read_number_field"]

_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
_LONGEST_NUMBER: Final = 40


def make_row(
    request: HttpRequest, place: Place, act: Act, payload: Mapping[str, Any], *, done: str
) -> MoveRow | None:
    """Make the move of a form and return its row; a form sent twice gives what the first one made."""
    try:
        row = place.move(act, payload, request.POST.get("key", ""))
    except InputError as error:
        messages.error(request, say_error(error))
        return None
    messages.success(request, done)
    return row


def read_number_field(data: Mapping[str, Any], name: str) -> float | None:
    """Return a number, or None where the field is empty.

    Raises
    ------
    comity.errors.InputError
        When there are words where a number is wanted.
    """
    words = str(data.get(name, "")).strip()
    if not words:
        return None
    try:
        return float(words) if len(words) <= _LONGEST_NUMBER else float("nan")
    except ValueError:
        raise InputError(
            _("this is no number"), key=name, accepted=_("a number such as 1500 or 2.5")
        ) from None


def read_moment_field(data: Mapping[str, Any], name: str) -> str | None:
    """Return a moment in UTC as the protocol writes it, or None where the field is empty.

    Raises
    ------
    comity.errors.InputError
        When it is no moment.
    """
    words = str(data.get(name, "")).strip()
    if not words:
        return None
    if not _MOMENT.fullmatch(words):
        raise InputError(
            _("this is no moment"), key=name, accepted=_("a day and time such as 2030-01-31T12:00")
        )
    return f"{words}+00:00"


def read_fields(
    data: QueryDict,
    *,
    words: Iterable[str] = (),
    numbers: Iterable[str] = (),
    moments: Iterable[str] = (),
    lists: Iterable[str] = (),
) -> dict[str, Any]:
    """Return what a form says, by field; empty fields are left out.

    Raises
    ------
    comity.errors.InputError
        When a field cannot be read.
    """
    found: dict[str, Any] = {name: value for name in words if (value := data.get(name, "").strip())}
    found |= {name: number for name in numbers if (number := read_number_field(data, name)) is not None}
    found |= {name: moment for name in moments if (moment := read_moment_field(data, name)) is not None}
    found |= {name: chosen for name in lists if (chosen := [each for each in data.getlist(name) if each])}
    return found
