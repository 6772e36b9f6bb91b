"""Paragraphs as HTML, laid out once for all readers who see the same.

A page of 60 wordings with a form for each takes Django 40 ms and more; with 190 delegations reading, most of
that is the same work again. What a reader sees of a paragraph follows from the paragraph, the remarks on it,
the rights of the seat, which wordings are its own, the language and the zone. That is the key; so nobody is
ever shown what was laid out for other rights. Tokens and keys of forms are put in for each reader.

Who may import me: templates, through ``{% paragraph %}``. Start at :func:`lay_out`.
"""

from __future__ import annotations

import secrets
import threading
import uuid
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

if TYPE_CHECKING:
    from collections.abc import Hashable

    from django.http import HttpRequest

__all__ = ["MOVE_KEY_MARK", "forget", "lay_out"]

_MOST_CHARACTERS: Final = 40_000_000
"""Of all that is kept in a process; 400 paragraphs of a large round take 4,000,000 for one set of rights."""

_MARK: Final = secrets.token_hex(16)
_TOKEN_MARK: Final = f"token{_MARK}"
MOVE_KEY_MARK: Final = f"key{_MARK}"
"""Stands for the key of a form until a reader gets it. Nobody outside this process knows it."""

_kept: OrderedDict[Hashable, str] = OrderedDict()
_size = 0
_lock = threading.Lock()


def lay_out(request: HttpRequest, name: str, key: Hashable, context: dict[str, Any]) -> SafeString:
    """Return a template filled in, from before if this key was filled in before.

    Parameters
    ----------
    request
        Of the reader; only the token of their forms is taken from it.
    name
        The template.
    key
        All that what is shown follows from, beside language and zone.
    context
        What the template needs; nothing of one reader that is not in the key.
    """
    global _size  # noqa: PLW0603  kept with what it counts, under the lock
    whole = (name, key, get_language(), timezone.get_current_timezone_name())
    with _lock:
        words = _kept.get(whole)
        if words is not None:
            _kept.move_to_end(whole)
    if words is None:
        words = get_template(name).render(
            {**context, "csrf_token": _TOKEN_MARK, "move_key_mark": MOVE_KEY_MARK}
        )
        with _lock:
            if whole not in _kept:
                _kept[whole] = words
                _size += len(words)
            while _size > _MOST_CHARACTERS:
                _size -= len(_kept.popitem(last=False)[1])
    first, *others = words.split(MOVE_KEY_MARK)
    own = uuid.uuid4().hex[:24]
    filled = first + "".join(f"{own}{number:08x}{part}" for number, part in enumerate(others))
    return mark_safe(filled.replace(_TOKEN_MARK, get_token(request)))  # noqa: S308  a filled template


def forget() -> None:
    """Forget everything that was laid out."""
    global _size  # noqa: PLW0603
    with _lock:
        _kept.clear()
        _size = 0
