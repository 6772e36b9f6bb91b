"""Words of the puzzle report: figures, names of unions and members, and why a step is not taken.

Who may import me: the puzzle document and its sections. Start at :func:`explain`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.reports.document import Name, Words, text
from comity.services.world_wording import significant
from comity.units import SHARE, USD_MILLION_YEAR
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.services.puzzle import RegimePuzzle
    from comity.services.puzzle_walk import Refusal

__all__ = ["count", "count_steps", "explain", "join_names", "label", "money", "name_members", "share"]

MODEL: Final = "model:§8"
#: Members that a line names before it stops.
MOST_NAMED: Final = 4


def money(value: float | Range, about: str) -> Figure:
    """Write US$ million a year."""
    return Figure(_short(value), USD_MILLION_YEAR, SourceClass.MODELLED, f"{MODEL}|{about}")


def share(value: float | Range, about: str) -> Figure:
    """Write a share, shown as per cent."""
    return Figure(_short(value), SHARE, SourceClass.MODELLED, f"{MODEL}|{about}")


def count(value: int, unit: str, about: str) -> Figure:
    """Write a number of things."""
    return Figure(float(value), unit, SourceClass.MODELLED, f"{MODEL}|{about}")


def _short(value: float | Range) -> float | Range:
    if isinstance(value, Range):
        return Range(significant(value.low), significant(value.mid), significant(value.high))
    return significant(value)


def count_steps(number: int) -> Figure:
    """Write a number of steps."""
    return count(number, "step" if number == 1 else "steps", "steps")


def label(found: RegimePuzzle, parts: Sequence[int]) -> Name:
    """Write the sides of a step by their codes."""
    return Name(found.table.label(tuple(parts)))


def join_names(names: Sequence[str]) -> str:
    """Join names with commas and an and."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def name_members(found: RegimePuzzle, codes: Sequence[str]) -> Words:
    """Name members, the first few where they are many."""
    names = [found.names[c] for c in codes]
    if len(names) <= MOST_NAMED:
        return Name(", ".join(names))
    return text(
        "{some} and {n} more",
        some=Name(", ".join(names[:MOST_NAMED])),
        n=count(len(names) - MOST_NAMED, "", "members"),
    )


def explain(found: RegimePuzzle, r: Refusal) -> Words:
    """Say why sides do not join."""
    if r.margin >= 0 and not (r.sides or r.members):
        return text(
            "on local values there is a package, with {margin} of GDP to spare for the worst-off side.",
            margin=share(r.margin, "margin"),
        )
    if r.margin >= 0:
        names = [found.names[c] for c in r.members] or [join_names(found.table.names(p)) for p in r.sides]
        return text(
            "on local values there is a package, but in the full world each that was tried leaves {who} "
            "short.",
            who=Name(", ".join(names[:MOST_NAMED])),
        )
    who = [join_names(found.table.names(p)) for p in r.sides]
    first = text(
        "whatever is agreed between them, {who} fall{s} short, at best by {short} of GDP",
        who=Name(" or ".join(f"({w})" if " " in w else w for w in who) or "a side"),
        s="s" if len(who) == 1 else "",
        short=share(-r.margin, "margin"),
    )
    if not r.members:
        return text("{first}.", first=first)
    return text(
        "{first}; more would cost {members} more than it tolerates.",
        first=first,
        members=name_members(found, r.members),
    )
