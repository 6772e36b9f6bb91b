"""Everything that Comity raises on purpose.

::

    ComityError                 exit code 3 unless said otherwise
    ├── InputError              a user's file, option or argument is wrong (exit code 2)
    │   └── EvidenceNotFound    a table, row or parameter that the pack does not hold
    ├── EvidenceError           a source file or the pack itself breaks its own checks
    ├── SolveError              an equilibrium or a program was not solved; never a number
    └── MissingExtraError       an optional dependency is not installed

Who may import me: every room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ComityError",
    "EvidenceError",
    "EvidenceNotFound",
    "InputError",
    "MissingExtraError",
    "Said",
    "SolveError",
    "say",
]


class Said(str):
    """English words that remember the template and the values they were made of.

    A door that speaks the reader's language translates ``template`` and puts ``params`` in; everybody else
    reads it as the text that it is. Whole numbers are grouped by thousands.
    """

    __slots__ = ("params", "template")
    template: str
    params: Mapping[str, Any]


def say(template: str, **params: Any) -> Said:  # noqa: ANN401
    """Say something so that it can be translated: a template in ``%(name)s`` form, and what goes there.

    Examples
    --------
    >>> words = say("%(n)s articles; accepted: %(most)s at most", n=1200, most=1000)
    >>> words, words.template
    ('1,200 articles; accepted: 1,000 at most', '%(n)s articles; accepted: %(most)s at most')
    """
    shown = {
        name: f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in params.items()
    }
    said = Said(template % shown if params else template)
    said.template, said.params = template, params
    return said


class ComityError(Exception):
    """Base of all errors that Comity raises on purpose; its text is one line that a user can act on."""

    #: 1 is kept for "no zone of agreement" under --require-zone.
    exit_code = 3


class InputError(ComityError):
    """What a user gave cannot be used: says where, what, and what is accepted.

    Parameters
    ----------
    message
        What is wrong, in one line.
    file, line, key
        Where: path of the file, line number (from 1), dotted key. Any may be unknown.
    accepted
        What would have been accepted.

    Examples
    --------
    >>> str(InputError("unknown country 'XXX'", file="r.yaml", line=4, key="parties.0.code",
    ...                accepted="an ISO 3166-1 alpha-3 code such as MAR"))
    "r.yaml:4: parties.0.code: unknown country 'XXX'; accepted: an ISO 3166-1 alpha-3 code such as MAR"
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        key: str | None = None,
        accepted: str | None = None,
    ) -> None:
        self.message = message
        self.file = file
        self.line = line
        self.key = key
        self.accepted = accepted
        place = "" if file is None else f"{file}:{line}: " if line is not None else f"{file}: "
        where = f"{key}: " if key else ""
        hint = f"; accepted: {accepted}" if accepted else ""
        super().__init__(f"{place}{where}{message}{hint}")


class EvidenceNotFound(InputError):  # noqa: N818  (a look-up that found nothing is named for that)
    """A table, row or parameter that was asked for is not in the pack."""


class EvidenceError(ComityError):
    """A source file, a sidecar or a table breaks a check of the evidence pack."""


class SolveError(ComityError):
    """A solver did not converge or did not prove what it was asked; no number is returned."""


class MissingExtraError(ComityError):
    """An optional dependency is needed.

    Examples
    --------
    >>> str(MissingExtraError("openpyxl", extra="build"))
    "openpyxl is not installed; run: pip install 'comity[build]'"
    """

    def __init__(self, package: str, *, extra: str) -> None:
        super().__init__(f"{package} is not installed; run: pip install 'comity[{extra}]'")
