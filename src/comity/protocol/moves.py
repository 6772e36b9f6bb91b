"""Moves: what a party may say in the room. A move holds public words only, never what something is worth.

Who may import me: the protocol room; services import these names from :mod:`comity.protocol`.
Start at :class:`Move`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self

from comity.errors import InputError, say

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MEDIATOR", "Kind", "Mode", "Move"]

MEDIATOR: Final = "mediator"
"""Who holds the pen in single-text mode; in lower case, so that it is never the code of a party."""


class Mode(StrEnum):
    """How the room works: each side requests and offers, or a mediator writes one text that all criticise."""

    REQUEST_OFFER = "request-offer"
    SINGLE_TEXT = "single-text"


class Kind(StrEnum):
    """What a move does.

    ``propose`` changes clauses of the draft, ``accept`` and ``reject`` answer the draft as it stands,
    ``leave`` ends the round without a deal. In single-text mode the mediator puts a ``text`` or the
    ``final`` one; the parties answer the first with ``yes`` or ``no`` and the second with ``accept`` or
    ``reject``.
    """

    PROPOSE = "propose"
    ACCEPT = "accept"
    REJECT = "reject"
    LEAVE = "leave"
    TEXT = "text"
    FINAL = "final"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Move:
    """One move.

    Parameters
    ----------
    party
        Who moves: the code of a party, or :data:`MEDIATOR`.
    kind
        What the move does.
    values
        Clauses that change, by key: a value, or None where the clause leaves the text.
    better, worse
        With ``yes`` and ``no``: changed clauses that the party would rather see more or less of.

    Examples
    --------
    >>> move = Move("MAR", Kind.PROPOSE, {"visas": 3000.0, "fees": None})
    >>> Move.read(move.to_plain()) == move
    True
    """

    party: str
    kind: Kind
    values: Mapping[str, float | None] = field(default_factory=dict)
    better: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # one way to write a move, so that a log gives back the move it was given
        object.__setattr__(self, "values", {key: self.values[key] for key in sorted(self.values)})
        object.__setattr__(self, "better", tuple(sorted(self.better)))
        object.__setattr__(self, "worse", tuple(sorted(self.worse)))

    def to_plain(self) -> dict[str, Any]:
        """Write as plain JSON values; what is empty is left out."""
        plain: dict[str, Any] = {"party": self.party, "kind": self.kind.value}
        if self.values:
            plain["values"] = dict(self.values)
        if self.better:
            plain["better"] = list(self.better)
        if self.worse:
            plain["worse"] = list(self.worse)
        return plain

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_plain` wrote.

        Raises
        ------
        comity.errors.InputError
            When a key is missing, unknown or of the wrong type.
        """
        unknown = sorted(set(plain) - {"party", "kind", "values", "better", "worse"})
        if unknown:
            msg = say("unknown key '%(unknown)s' in a move", unknown=unknown[0])
            raise InputError(msg, accepted=say("party, kind, values, better, worse"))
        party, kind = plain.get("party"), plain.get("kind")
        if not isinstance(party, str) or kind not in set(Kind):
            msg = say("a move needs a party and a kind")
            raise InputError(msg, accepted=", ".join(Kind))
        values = plain.get("values", {})
        if not isinstance(values, dict) or not all(_is_value(v) for v in values.values()):
            msg = say("the values of a move are finite numbers or null, by clause")
            raise InputError(msg, key="values")
        marks = [plain.get(name, []) for name in ("better", "worse")]
        if not all(isinstance(m, list) and all(isinstance(k, str) for k in m) for m in marks):
            msg = say("better and worse are lists of clauses")
            raise InputError(msg, key="better")
        return cls(
            party,
            Kind(kind),
            {key: None if v is None else float(v) for key, v in values.items()},
            tuple(marks[0]),
            tuple(marks[1]),
        )


def _is_value(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
