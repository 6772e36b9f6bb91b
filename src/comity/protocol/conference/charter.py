"""The charter of a round: who negotiates, about what, and under which rules. Fixed once moves are made.

Who may import me: this room. Start at :class:`Charter`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from comity.errors import InputError, say
from comity.protocol.conference.fields import Terms, key, keys, line, one_of, read_key, whole
from comity.protocol.text import check_code, check_title

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ADOPTION_RULES", "Charter"]

ADOPTION_RULES: Final = ("consensus", "unanimity", "two thirds", "majority")
"""How the whole is adopted. ``consensus``: every delegation answered and none opposes; reservations stand.
``unanimity``: every delegation adopts. ``two thirds``, ``majority``: of all delegations adopt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules(Terms):
    title: str = line(300)
    delegations: tuple[str, ...] = keys(...)
    silence_hours: int = whole(72, low=1, high=8784)
    adoption: str = one_of(*ADOPTION_RULES, default="consensus")
    review_months: int = whole(12, low=1, high=240)
    signatures: int | None = whole(None, low=2)
    horizon: int | None = whole(None, low=1900, high=2200)
    language: str = key("en")


@dataclass(frozen=True, slots=True)
class Charter:
    """What a round is, before its first move.

    Parameters
    ----------
    title
        Of the round and of its text.
    delegations
        Codes of the delegations, two or more, in the order of seats.
    silence_hours
        Hours that a text lies under silence; a facilitator may give more, never fewer. Weekends count like
        other days.
    adoption
        One of :data:`ADOPTION_RULES`.
    review_months
        Months between review meetings, counted from the first day of follow-up.
    provisions
        Public provisions by key, as a round file names them: plain JSON objects. ``minimum`` and ``maximum``,
        where they are numbers, bound what a proposal may say. Empty: any provision may be proposed.
    signatures
        Signatures with which the agreement enters into follow-up; None: those of all parties to the adoption.
    horizon
        Year up to which the parties look; None if none is stated.
    language
        Code of the language in which the text is authentic.

    Raises
    ------
    comity.errors.InputError
        When a value is not as accepted; names the key.

    Examples
    --------
    >>> charter = Charter("Compact of the three coasts", ("ALB", "BRA", "CIV"))
    >>> Charter.read(charter.to_plain()) == charter
    True
    """

    title: str
    delegations: tuple[str, ...]
    silence_hours: int = 72
    adoption: str = "consensus"
    review_months: int = 12
    provisions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    signatures: int | None = None
    horizon: int | None = None
    language: str = "en"

    def __post_init__(self) -> None:
        names = (
            "title",
            "delegations",
            "silence_hours",
            "adoption",
            "review_months",
            "signatures",
            "horizon",
            "language",
        )
        rules = _Rules.read({name: value for name in names if (value := getattr(self, name)) is not None})
        if len(rules.delegations) < 2:
            msg = say("a round needs two delegations or more")
            raise InputError(msg, key="delegations", accepted=say("a list of codes such as ALB"))
        for code in rules.delegations:
            try:
                check_code(code)  # the text takes no other
            except InputError as error:
                raise InputError(error.message, key="delegations", accepted=error.accepted) from None
        object.__setattr__(self, "title", check_title(rules.title, key="title"))
        object.__setattr__(self, "delegations", rules.delegations)
        object.__setattr__(self, "provisions", _read_provisions(self.provisions))

    def to_plain(self) -> dict[str, Any]:
        """Write as plain JSON values."""
        return {
            "title": self.title,
            "delegations": list(self.delegations),
            "silence_hours": self.silence_hours,
            "adoption": self.adoption,
            "review_months": self.review_months,
            "provisions": json.loads(json.dumps(self.provisions)),
            "signatures": self.signatures,
            "horizon": self.horizon,
            "language": self.language,
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_plain` wrote; only title and delegations must be there.

        Raises
        ------
        comity.errors.InputError
            When a key is unknown, missing or not as accepted.
        """
        if not isinstance(plain, dict):
            msg = say("a charter is an object")
            raise InputError(msg, accepted=say("an object with title and delegations"))
        _Rules.read(
            {name: value for name, value in plain.items() if name != "provisions" and value is not None}
        )
        return cls(**{name: value for name, value in plain.items() if value is not None})

    def check_value(self, provision: str, value: float | None) -> None:
        """Refuse a provision that the charter does not name, or a value outside its bounds.

        Raises
        ------
        comity.errors.InputError
            With the key of the provision and what is accepted.
        """
        if not self.provisions:
            return
        known = self.provisions.get(provision)
        if known is None:
            msg = say("the charter of this round names no such provision")
            raise InputError(msg, key=provision, accepted=_some(self.provisions))
        low, high = known.get("minimum"), known.get("maximum")
        if value is None:
            return
        if (low is not None and value < low) or (high is not None and value > high):
            msg = say("%(value)s is outside what the charter opens for negotiation", value=f"{value:g}")
            below, above = say("no lower bound"), say("no upper bound")
            accepted = say("%(low)s to %(high)s", low=_end(low, below), high=_end(high, above))
            raise InputError(msg, key=provision, accepted=accepted)


def _end(bound: float | None, words: str) -> str:
    return words if bound is None else f"{bound:g}"


def _some(names: Mapping[str, object]) -> str:
    found = list(names)
    return ", ".join(found[:8]) + (" …" if len(found) > 8 else "")


def _read_provisions(given: object) -> dict[str, dict[str, Any]]:
    accepted = say("objects by key, with 'minimum' and 'maximum' as numbers where there are bounds")
    try:
        words = json.dumps(given, allow_nan=False, ensure_ascii=False)
        words.encode()  # a half of a character cannot be stored or sealed
        copied = json.loads(words)
    except (TypeError, ValueError, RecursionError):
        copied = None
    if not isinstance(copied, dict):
        msg = say("provisions are plain JSON objects by key")
        raise InputError(msg, key="provisions", accepted=accepted)
    for name, each in copied.items():
        read_key(name, "provisions")
        bounds = [each.get(end) for end in ("minimum", "maximum")] if isinstance(each, dict) else [""]
        numbers = [bound for bound in bounds if bound is not None]
        if not all(
            isinstance(b, int | float) and not isinstance(b, bool) and math.isfinite(b) for b in numbers
        ):
            msg = say("not accepted")
            raise InputError(msg, key=f"provisions.{name}", accepted=accepted)
        if len(numbers) == 2 and numbers[0] > numbers[1]:
            msg = say("the minimum is above the maximum")
            raise InputError(msg, key=f"provisions.{name}", accepted=accepted)
    return dict(copied)
