"""The log of a round: JSON lines, append-only, each line sealed to all lines before it.

A line holds what was said in the room, so that whoever may open the log learns nothing else. Its ``seal`` is
the SHA-256 of the seal before it and of its own words: a line that was changed, moved or taken out of the
middle is found. Lines cut off at the end cannot be found; a log may end anywhere.

Who may import me: the protocol room; services import these names from :mod:`comity.protocol`.
Start at :class:`Log`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from comity.errors import InputError, say
from comity.protocol.moves import Move

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Log", "read_log"]

FORMAT: Final = "comity practice log 1"


def _words(plain: Mapping[str, Any]) -> str:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _seal(before: str, words: str) -> str:
    return hashlib.sha256(f"{before}\n{words}".encode()).hexdigest()


@dataclass
class Log:
    """A header and moves; :meth:`add` gives the line to append to a file.

    Examples
    --------
    >>> from comity.protocol.moves import Kind
    >>> log = Log({"seat": "MAR"})
    >>> line = log.add(Move("MAR", Kind.REJECT))
    >>> header, moves = read_log(log.text)
    >>> header["seat"], moves == [Move("MAR", Kind.REJECT)]
    ('MAR', True)
    """

    header: Mapping[str, Any]
    lines: list[str] = field(default_factory=list)
    _last: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        self._append({"format": FORMAT, **self.header})

    def add(self, move: Move) -> str:
        """Add a move and return its line, without the line end."""
        return self._append({"n": len(self.lines), **move.to_plain()})

    def _append(self, plain: Mapping[str, Any]) -> str:
        words = _words(plain)
        self._last = _seal(self._last, words)
        line = f'{words[:-1]},"seal":"{self._last}"}}'
        self.lines.append(line)
        return line

    @property
    def text(self) -> str:
        """The whole log."""
        return "".join(line + "\n" for line in self.lines)


def read_log(text: str, *, name: str = "log") -> tuple[dict[str, Any], list[Move]]:
    """Read a log and check its seals.

    Returns
    -------
    header, moves
        The header without ``format``, and the moves in order.

    Raises
    ------
    comity.errors.InputError
        When a line is no JSON object, was edited, or the file is no log; with file and line.
    """
    header: dict[str, Any] | None = None
    moves: list[Move] = []
    before = ""
    for number, line in enumerate(text.splitlines(), start=1):
        plain = _parse(line, name, number)
        seal = plain.pop("seal", None)
        words = _words(plain)
        if header is None and plain.get("format") != FORMAT:
            msg = say("this is no log of a practice round")
            raise InputError(
                msg,
                file=name,
                line=number,
                accepted=say("a first line with format '%(format)s'", format=FORMAT),
            )
        before = _seal(before, words)
        if seal != before:
            msg = say("the seal does not fit: this line was edited, or a line before it was taken out")
            raise InputError(msg, file=name, line=number, accepted=say("a log as it was written"))
        if header is None:
            header = {key: value for key, value in plain.items() if key != "format"}
            continue
        plain.pop("n", None)
        try:
            moves.append(Move.read(plain))
        except InputError as error:
            raise InputError(error.message, file=name, line=number, accepted=error.accepted) from None
    if header is None:
        msg = say("the file is empty")
        raise InputError(msg, file=name, accepted=say("a first line with format '%(format)s'", format=FORMAT))
    return header, moves


def _parse(line: str, name: str, number: int) -> dict[str, Any]:
    try:
        plain = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict):
        msg = say("the line is no JSON object")
        raise InputError(msg, file=name, line=number, accepted=say("a log as it was written"))
    return plain


def _refuse(constant: str) -> None:
    raise ValueError(constant)
