"""What logs and error pages never say: words that people wrote, and values of local variables.

Who may import me: the settings. Start at :class:`PlacesOnly`.
"""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType
from typing import TYPE_CHECKING, Any

from django.views.debug import SafeExceptionReporterFilter

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["NothingPrivate", "PlacesOnly", "hide_secrets"]

#: Addresses that open something by themselves: one-time links, feeds, new passwords.
_OPENS = re.compile(r"(/enter/|/password/reset/key/|/calendar/(?=[\w-]{20}))[^/\s\"'.]+")


class PlacesOnly(logging.Filter):
    """Of an error, log where it happened and its kind, never its words: they may quote a private sheet.

    And of an address that opens something by itself, not the part that opens.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the trace by places; keep the record."""
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            record.exc_text = describe_places(kind, trace)
            record.exc_info = None
        words = record.getMessage()
        hidden = hide_secrets(words)
        if hidden != words:
            record.msg, record.args = hidden, ()
        return True


def hide_secrets(words: str) -> str:
    """Return words of a log without what opens something for whoever reads the log.

    Examples
    --------
    >>> hide_secrets("Forbidden (CSRF token missing.): /enter/Zk3_w-8/")
    'Forbidden (CSRF token missing.): /enter/…/'
    """
    return _OPENS.sub(r"\1…", words)


def describe_places(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Return file, line and function of each step, and the kind of error.

    Examples
    --------
    >>> describe_places(ValueError, None)
    'ValueError'
    """
    steps = [f"{place.filename}:{place.lineno} {place.name}" for place in traceback.extract_tb(trace)]
    return "\n".join([*steps, kind.__name__])


class NothingPrivate(SafeExceptionReporterFilter):
    """Error reports show no form fields and no variables."""

    def is_active(self, request: HttpRequest | None) -> bool:  # noqa: ARG002
        """Hide in debug mode too."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:  # noqa: ARG002
        """Show no form field."""
        return {}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:  # noqa: ANN401, ARG002
        """Show no variable."""
        return []
