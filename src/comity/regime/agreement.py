"""An agreement as data: who, when, and clauses by tag.

A tag is a code of the catalogue of instruments, an article of the ILO model agreement (``ART07``) or a topic
of the UN guidance (``B03``). A clause says who gives and who benefits only where its text does.

Who may import me: regime, services. Start at :class:`Agreement`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["BOTH", "Agreement", "Clause", "Force", "Publication", "in_order"]

BOTH: Final = "both"
"""Giver or beneficiary of a clause by which every party is bound alike."""

_DIGITS: Final = re.compile(r"(\d+)")


class Force(StrEnum):
    """How strictly a clause binds; ``not known`` where the text is not told or not clear."""

    BINDING = "binding"
    BEST_EFFORT = "best effort"
    MENTION = "mention"
    NOT_KNOWN = "not known"


class Publication(StrEnum):
    """Whether the text can be read by those it concerns."""

    FULL = "full"
    PART = "part"
    NO = "no"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its key (article), tags, force, and giver, beneficiary and value where the text says so.

    ``giver`` and ``beneficiary`` are a party's code, :data:`BOTH`, or empty (the text does not say).
    """

    key: str
    tags: tuple[str, ...]
    summary: str
    force: Force = Force.NOT_KNOWN
    giver: str = ""
    beneficiary: str = ""
    value: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement with its clauses in the natural order of their keys, so that file order changes nothing.

    Attributes
    ----------
    parties
        Codes of the parties (ISO3, or a bloc's own code).
    members
        Code of a bloc → ISO3 of its members.
    origin, destination
        Codes of the parties in these roles, empty where the text treats both alike or does not say.
    signed, ended
        Year, or None where not told.

    Examples
    --------
    >>> clauses = (Clause("10", ("RW01",), ""), Clause("9", ("GV10",), ""))
    >>> [c.key for c in Agreement("x", "X", ("A", "B"), clauses).clauses]
    ['9', '10']
    """

    key: str
    title: str
    parties: tuple[str, ...]
    clauses: tuple[Clause, ...]
    members: tuple[tuple[str, tuple[str, ...]], ...] = ()
    origin: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    signed: str = ""
    ended: str = ""
    published: Publication = Publication.NOT_KNOWN
    source: str = ""
    mark: str = ""

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.clauses, key=lambda c: in_order(c.key)))
        object.__setattr__(self, "clauses", ordered)

    @property
    def countries(self) -> tuple[str, ...]:
        """ISO3 of every country that is bound, in alphabetical order."""
        blocs = dict(self.members)
        return tuple(sorted({iso for p in self.parties for iso in blocs.get(p, (p,))}))

    def role(self, party: str) -> str:
        """Role of a party in this agreement: origin, destination, both, or empty where none is told."""
        if party == BOTH:
            return BOTH
        roles = [r for r, who in (("origin", self.origin), ("destination", self.destination)) if party in who]
        return BOTH if len(roles) > 1 else "".join(roles)


def in_order(key: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key by which article 9 stands before article 10.

    >>> sorted(["art10", "art9", "annex"], key=in_order)
    ['annex', 'art9', 'art10']
    """
    parts = [part for part in _DIGITS.split(key) if part]
    return tuple((1, int(p), "") if p.isdigit() else (0, 0, p) for p in parts)
