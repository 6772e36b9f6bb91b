"""What was said in the room, in words: moves, values and outcomes as a player reads them.

Only public words and names of the table are used, so that every player may read every line.

Who may import me: practice services and doors. Start at :func:`tell_move`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.protocol import MEDIATOR, Kind
from comity.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.protocol import Move
    from comity.services.practice_sight import ClauseRow

__all__ = ["say_value", "tell_move", "tell_outcome"]


def say_value(value: float | None, unit: str) -> str:
    """Write a value of a clause with its unit.

    >>> say_value(3000.0, "persons per year"), say_value(None, "years")
    ('3,000 persons per year', 'out')
    """
    if value is None:
        return "out"
    number = f"{value:,.6g}" if abs(value) < 1e6 else format_quantity(value)
    return f"{number}{'' if unit.startswith('%') else ' '}{unit}".replace("%", " %", 1).replace("  ", " ")


def tell_outcome(outcome: str, names: Mapping[str, str]) -> str:
    """Write how a round ended.

    >>> tell_outcome("no deal: MAR left", {"MAR": "Morocco"})
    'No deal: Morocco left.'
    """
    for code, name in names.items():
        outcome = outcome.replace(f": {code} left", f": {name} left")
    return f"{outcome[:1].upper()}{outcome[1:]}." if outcome else ""


def tell_move(move: Move, rows: Mapping[str, ClauseRow], names: Mapping[str, str]) -> list[str]:
    """Write a move as lines: what was done first, then one line for each clause.

    Parameters
    ----------
    move
        The move.
    rows
        Clauses of the table by key.
    names
        Names of the parties by code.
    """
    who = "The mediator" if move.party == MEDIATOR else names.get(move.party, move.party)
    done = {
        Kind.PROPOSE: "proposes",
        Kind.ACCEPT: "accepts the text",
        Kind.REJECT: "does not accept the text",
        Kind.LEAVE: "walks away",
        Kind.TEXT: "circulates a text; against the last one that all took, it has",
        Kind.FINAL: "puts the last text that all took as the final one, to be taken or left",
        Kind.YES: "says yes",
        Kind.NO: "says no",
    }[move.kind]
    lines = [f"{who} {done}" + (":" if move.values else ".")]
    for key, value in move.values.items():
        row = rows[key]
        what = f"{key} ({row.title}): {say_value(value, row.unit)}"
        if move.kind is Kind.PROPOSE and value is not None:
            verb = "offers" if move.party == row.giver else "asks for"
            lines.append(f"  {verb} {what}")
        elif value is None:
            lines.append(f"  takes out {key} ({row.title})")
        else:
            lines.append(f"  {what}")
    for word, keys in (("better", move.better), ("worse", move.worse)):
        if keys:
            lines.append(f"  {word} for it: {', '.join(keys)}")
    return lines
