"""What a player may type, and the draft move that it builds before anything is sent."""

from __future__ import annotations

import difflib
import math
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.services.practice_sight import ClauseRow, Sight

__all__ = ["COMMANDS", "Typed", "list_commands", "read_command"]

_OFFERS: Final = {
    "request": "request CLAUSE VALUE    ask another party for a clause that it gives",
    "offer": "offer CLAUSE VALUE      offer a clause that you give",
    "drop": "drop CLAUSE             take a clause out of the text",
    "propose": "propose [CLAUSE=VALUE…] put your changes to the others (CLAUSE=out takes one out)",
    "undo": "undo                    take back the last change that you have not sent",
    "accept": "accept                  accept the text as it stands; a deal needs everybody",
    "reject": "reject                  do not accept, and change nothing",
}
_ANSWERS: Final = {
    "yes": "yes                     this text is better for you than the last one that all took",
    "no": "no                      it is not",
    "better": "better CLAUSE…          tell the mediator what is better for you, before yes or no",
    "worse": "worse CLAUSE…           tell the mediator what is worse for you, before yes or no",
    "marks": "marks                   mark all changed clauses as your own values say",
    "undo": "undo                    take back all marks",
    "accept": "accept                  take the final text",
    "reject": "reject                  leave it",
}
_ALWAYS: Final = {
    "show": "show [CLAUSE]           the table again, or one clause in full",
    "save": "save [FILE]             write the log of the round",
    "walk": "walk away               leave; the round ends without a deal",
    "help": "help                    these lines",
    "quit": "quit                    stop here; the log can be resumed",
}
COMMANDS: Final = {"request-offer": _OFFERS | _ALWAYS, "single-text": _ANSWERS | _ALWAYS}
_SHORT: Final = {"q": "quit", "exit": "quit", "?": "help", "send": "propose", "a": "accept", "r": "request"}


def list_commands(mode: str) -> str:
    """Write what may be typed in a mode."""
    lines = "\n".join(f"  {line}" for line in COMMANDS[mode].values())
    clause = "A CLAUSE is its number or its key, such as 3 or LE02-ESP-MAR"
    return f"{lines}\n  {clause}; a VALUE is a number, such as 12,500."


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as it was understood: its word, clauses with values, and other words."""

    word: str
    values: Mapping[str, float | None] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


def read_command(line: str, sight: Sight) -> Typed | None:
    """Read one line; None where it holds nothing (or a remark after #).

    Raises
    ------
    InputError
        The word is unknown, or a clause or a value is.
    """
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        msg = "a quotation mark has no end"
        raise InputError(msg, accepted="words") from None
    if not words:
        return None
    known = COMMANDS[sight.mode]
    word = _SHORT.get(words[0].casefold(), words[0].casefold())
    if word not in known:
        near = difflib.get_close_matches(word, known, n=1)
        msg = f"unknown command '{_shown(words[0])}'"
        raise InputError(msg, accepted=f"{near[0]}, or help" if near else ", ".join(known))
    rest = words[1:]
    if word == "walk":
        if [w.casefold() for w in rest] != ["away"]:
            msg = "to leave the table, say so in full"
            raise InputError(msg, accepted="walk away")
        return Typed(word)
    if word in ("request", "offer"):
        return _one_change(word, rest, sight)
    if word == "propose":
        return Typed(word, values=dict(_pair(part, sight) for part in rest))
    if word in ("drop", "better", "worse"):
        if not rest:
            msg = f"{word} which clause?"
            raise InputError(msg, accepted=f"{word} CLAUSE")
        return Typed(word, clauses=tuple(_clause(part, sight).key for part in rest))
    if word == "show":
        return Typed(word, clauses=tuple(_clause(part, sight).key for part in rest))
    if word == "save":
        return Typed(word, rest=tuple(rest[:1]))
    if rest:
        msg = f"'{word}' stands alone"
        raise InputError(msg, accepted=word)
    return Typed(word)


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text[:40])


def _one_change(word: str, rest: list[str], sight: Sight) -> Typed:
    if len(rest) < 2:
        msg = f"{word} needs a clause and a value"
        raise InputError(msg, accepted=f"{word} CLAUSE VALUE")
    row = _clause(rest[0], sight)
    if word == "offer" and row.giver != sight.seat:
        msg = f"{row.key} is given by {row.giver}"
        raise InputError(msg, accepted=f"request {row.key} VALUE" if row.own else "a clause that you give")
    if word == "request" and row.beneficiary != sight.seat:
        msg = f"{row.key} is owed to {row.beneficiary}"
        raise InputError(
            msg, accepted=f"offer {row.key} VALUE" if row.own else "a clause that is owed to you"
        )
    return Typed(word, values={row.key: _value(rest[1], row)})


def _pair(part: str, sight: Sight) -> tuple[str, float | None]:
    name, mark, value = part.partition("=")
    if not mark:
        msg = f"'{_shown(part)}' is no change"
        raise InputError(msg, accepted="CLAUSE=VALUE, or CLAUSE=out")
    row = _clause(name, sight)
    return row.key, None if value.casefold() == "out" else _value(value, row)


def _clause(name: str, sight: Sight) -> ClauseRow:
    for row in sight.rows:
        if name.casefold() in (row.key.casefold(), str(row.number)):
            return row
    near = difflib.get_close_matches(name.upper(), [row.key for row in sight.rows], n=1)
    msg = f"unknown clause '{_shown(name)}'"
    hint = f"perhaps {near[0]}" if near else "its number or its key"
    raise InputError(msg, accepted=f"{hint}; 1 to {len(sight.rows)}")


def _value(text: str, row: ClauseRow) -> float:
    if not re.fullmatch(r"[-+]?\d[\d,]*(\.\d+)?([eE][-+]?\d+)?|[-+]?\.\d+", text):
        msg = f"'{_shown(text)}' is no number"
        raise InputError(msg, key=row.key, accepted=f"{row.low:,g} to {row.high:,g} {row.unit}")
    value = float(text.replace(",", ""))
    if not math.isfinite(value):
        msg = f"'{_shown(text)}' is not finite"
        raise InputError(msg, key=row.key, accepted=f"{row.low:,g} to {row.high:,g} {row.unit}")
    return value
