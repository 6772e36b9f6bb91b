"""Words of the protocol, and what was wrong with a move, in the reader's language.

Who may import me: the gate, views, the middleware and the API. Start at :func:`say_error`, which says any
error; :func:`say_words` says any other words of the protocol.
"""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from comity.errors import InputError, Said
from comity.protocol.conference import Several

__all__ = ["say_error", "say_part", "say_words"]


def say_words(words: Any) -> str:  # noqa: ANN401
    """Say words of the protocol in the reader's language: anything with ``template`` and ``params``.

    Where that is written from right to left, what people wrote is kept apart by isolating marks, so that it
    is read in its own direction and does not turn the sentence around it.
    """
    params = {name: _say(name, value) for name, value in words.params.items()}
    said = _(words.template)
    return said % params if params else said


def _say(name: str, value: Any) -> str:  # noqa: ANN401
    if isinstance(value, Several):
        return ", ".join(say_words(one) for one in value)
    if hasattr(value, "template"):
        return say_words(value)
    if name in {"act", "phase", "role"}:
        return _(str(value))
    if isinstance(value, int) and not isinstance(value, bool):
        english = (get_language() or "en").startswith("en")
        return f"{value:,}" if english else number_format(value, force_grouping=True)
    return _isolate(value)


def _isolate(value: object) -> str:
    return f"\u2068{value}\u2069" if get_language_bidi() else str(value)


def say_part(words: str) -> str:
    """Say one part of an error: what was said with :func:`comity.errors.say` is translated, data is not."""
    return say_words(words) if isinstance(words, Said) else words


def say_error(error: Exception) -> str:
    """Say any error in the reader's language; in English as ``str(error)``."""
    if not isinstance(error, InputError):
        return str(error)
    place = f"{error.file}:" if error.file else ""
    place += f"{error.line}:" if error.file and error.line is not None else ""
    where = [_isolate(place.removesuffix(":"))] if place else []
    where += [_isolate(error.key)] if error.key else []
    said = ": ".join([*where, say_part(error.message)])
    if not error.accepted:
        return said
    return _("%(wrong)s; accepted: %(accepted)s") % {
        "wrong": said,
        "accepted": say_part(error.accepted)
        if isinstance(error.accepted, Said)
        else _isolate(error.accepted),
    }
