"""The journal of a round: its charter and its moves, each sealed to all before it.

A seal is the SHA-256 of the seal before and of the move in canonical JSON. A move that was changed, taken out
of the middle or put elsewhere is found. Moves cut off at the end are not: keep the last seal elsewhere to
find that.

Who may import me: this room; others import these names from :mod:`comity.protocol.conference`.
Start at :func:`write_journal` and :func:`read_journal`; a forum that keeps rows uses :func:`seal_charter` and
:func:`seal_move`.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from comity.errors import InputError, say
from comity.protocol.conference.charter import Charter
from comity.protocol.conference.fold import replay
from comity.protocol.conference.moves import Move

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.protocol.conference.state import Conference

__all__ = ["read_journal", "seal_charter", "seal_move", "verify", "verify_rows", "write_journal"]

FORMAT: Final = "comity conference journal 1"
_WHOLE: Final = say("a journal as it was written")


def _canonical(plain: Mapping[str, Any]) -> str:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _seal(before: str, words: str) -> str:
    return hashlib.sha256(f"{before}\n{words}".encode()).hexdigest()


def _head(charter: Charter) -> str:
    return _canonical({"format": FORMAT, "charter": charter.to_plain()})


def _body(number: int, move: Move) -> str:
    return _canonical({"n": number, **move.to_plain()})


def seal_charter(charter: Charter) -> str:
    """Return the seal of the head of a journal, which the first move is sealed to."""
    return _seal("", _head(charter))


def seal_move(before: str, number: int, move: Move) -> str:
    """Return the seal of a move.

    Parameters
    ----------
    before
        The seal of the move before, or of the charter.
    number
        The number of this move, from 1.
    move
        The move.
    """
    return _seal(before, _body(number, move))


def write_journal(charter: Charter, moves: Iterable[Move]) -> str:
    """Write a journal: JSON lines, the charter first.

    Examples
    --------
    >>> charter = Charter("Compact of the three coasts", ("ALB", "BRA", "CIV"))
    >>> read_journal(write_journal(charter, ())) == (charter, [])
    True
    """
    lines: list[str] = []
    seal = ""
    for words in (_head(charter), *(_body(number, move) for number, move in enumerate(moves, start=1))):
        seal = _seal(seal, words)
        lines.append(f'{words[:-1]},"seal":"{seal}"}}\n')
    return "".join(lines)


def read_journal(text: str, *, name: str = "journal") -> tuple[Charter, list[Move]]:
    """Read a journal and check its seals; whether its moves could be made, :func:`verify` checks.

    Raises
    ------
    comity.errors.InputError
        When a line is no JSON object, was edited, moved or taken out, or the file is no journal; with file
        and line.
    """
    charter: Charter | None = None
    moves: list[Move] = []
    seal = ""
    lines = text.split("\n")  # words may hold other line ends
    for number, line in enumerate(lines if lines[-1] else lines[:-1], start=1):
        plain = _parse(line, name, number)
        said = plain.pop("seal", None)
        seal = _seal(seal, _canonical(plain))
        if charter is None and plain.get("format") != FORMAT:
            msg = say("this is no journal of a round")
            raise InputError(
                msg,
                file=name,
                line=number,
                accepted=say("a first line with format '%(format)s'", format=FORMAT),
            )
        if said != seal:
            msg = say(
                "the seal does not fit: this line was edited, or a line before it was moved or taken out"
            )
            raise InputError(msg, file=name, line=number, accepted=_WHOLE)
        try:
            if charter is None:
                charter = Charter.read(plain.get("charter", {}))
            else:
                if plain.pop("n", None) != number - 1:
                    msg = say("this should be move %(value)s", value=number - 1)
                    raise InputError(msg, key="n", accepted=_WHOLE)  # noqa: TRY301
                moves.append(Move.read(plain))
        except InputError as error:
            raise InputError(
                error.message, file=name, line=number, key=error.key, accepted=error.accepted
            ) from None
    if charter is None:
        msg = say("the file is empty")
        raise InputError(msg, file=name, accepted=say("a first line with format '%(format)s'", format=FORMAT))
    return charter, moves


def _parse(line: str, name: str, number: int) -> dict[str, Any]:
    try:
        plain = json.loads(line, parse_constant=_refuse)
        _canonical(plain).encode()
    except (ValueError, RecursionError, AttributeError):
        plain = None
    if not isinstance(plain, dict):
        msg = say("the line is no JSON object")
        raise InputError(msg, file=name, line=number, accepted=_WHOLE)
    return plain


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def verify(text: str, *, name: str = "journal") -> Conference:
    """Check a journal whole, seals and moves, and return the state that it leads to.

    Raises
    ------
    comity.errors.InputError
        For the first line that does not fit, or whose move could not have been made.
    """
    charter, moves = read_journal(text, name=name)
    try:
        return replay(charter, moves)
    except InputError as error:
        line = None if error.line is None else error.line + 1  # the charter is line 1
        raise InputError(
            error.message, file=name, line=line, key=error.key, accepted=error.accepted
        ) from None


def verify_rows(charter: Charter, rows: Iterable[tuple[int, Move, str]]) -> str:
    """Check the seals of stored rows (number, move, seal) in order, and return the last seal.

    Raises
    ------
    comity.errors.InputError
        For the first row whose number or seal does not fit; ``line`` is the number that it should have.
    """
    seal = seal_charter(charter)
    for expected, (number, move, said) in enumerate(rows, start=1):
        seal = seal_move(seal, expected, move)
        if number != expected or said != seal:
            msg = say("the seal of move %(expected)s does not fit", expected=expected)
            raise InputError(msg, line=expected, accepted=_WHOLE)
    return seal
