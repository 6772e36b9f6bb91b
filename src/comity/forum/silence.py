"""What logs and error pages never say: words that people wrote, and values of local variables.

Who may import me: the settings. Start at :class:`PlacesOnly`.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import TYPE_CHECKING, Any

from django.views.debug import SafeExceptionReporterFilter

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["NothingPrivate", "PlacesOnly"]


class PlacesOnly(logging.Filter):
    """Of an error, log where it happened and its kind, never its words: they may quote a private sheet."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the trace by places; keep the record."""
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            record.exc_text = describe_places(kind, trace)
            record.exc_info = None
        return True


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
