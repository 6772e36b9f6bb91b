"""Parts of pages as HTML, laid out once for all readers who see the same.

A page of 60 wordings with a form for each takes Django 40 ms and more; with 190 delegations reading, most of
that is the same work again. What a reader sees of a paragraph follows from the paragraph, the remarks on it,
the rights of the seat, which wordings are its own, the language and the zone. That is the key; so nobody is
ever shown what was laid out for other rights. Tokens and keys of forms are put in for each reader. Tables and
lists that many read (articles, moves, proposals) are kept in the same way.

Who may import me: templates, through ``{% paragraph %}`` and ``{% shared %}``. Start at :func:`lay_out`.
"""

from __future__ import annotations

import secrets
import threading
import uuid
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

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


def lay_out(fill: Callable[[dict[str, str]], str], key: Hashable, token: object) -> SafeString:
    """Return a part of a page, from before if this key was filled in before.

    Parameters
    ----------
    fill
        Fills a template in; gets the marks that stand for the token and the key of a form, as a template
        knows them. It may use nothing of one reader that is not in the key.
    key
        All that what is shown follows from, beside language and zone.
    token
        The token of the reader's forms; ``str`` gives it, and is asked only where there is a form.
    """
    global _size  # noqa: PLW0603  kept with what it counts, under the lock
    whole = (key, get_language(), timezone.get_current_timezone_name())
    with _lock:
        words = _kept.get(whole)
        if words is not None:
            _kept.move_to_end(whole)
    if words is None:
        words = fill({"csrf_token": _TOKEN_MARK, "move_key_mark": MOVE_KEY_MARK})
        with _lock:
            if whole not in _kept:
                _kept[whole] = words
                _size += len(words)
            while _size > _MOST_CHARACTERS:
                _size -= len(_kept.popitem(last=False)[1])
    first, *others = words.split(MOVE_KEY_MARK)
    if others:
        own = uuid.uuid4().hex[:24]
        words = first + "".join(f"{own}{number:08x}{part}" for number, part in enumerate(others))
    if _TOKEN_MARK in words:
        words = words.replace(_TOKEN_MARK, str(token))
    return mark_safe(words)  # noqa: S308  a filled template


def forget() -> None:
    """Forget everything that was laid out."""
    global _size  # noqa: PLW0603
    with _lock:
        _kept.clear()
        _size = 0
