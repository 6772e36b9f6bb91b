"""The parts of a round's state about text and proposals: revisions, silence, acceptances, adoption.

Every part says which move made it (``move``, counted from 1) and when. Nothing here is ever taken away: what
ends is marked as ended.

Who may import me: this room; others import these names from :mod:`comity.protocol.conference`.
Start at :class:`Proposal`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from comity.protocol.conference.moves import Seat
    from comity.protocol.conference.phases import Phase
    from comity.protocol.text import NegotiatingText

__all__ = [
    "Acceptance",
    "Adoption",
    "AdoptionAnswer",
    "Notice",
    "Objection",
    "PhaseStart",
    "Proposal",
    "ProposalAnswer",
    "ProposalVersion",
    "Revision",
    "Signature",
    "Silence",
]


@dataclass(frozen=True, slots=True)
class PhaseStart:
    """A phase and when it began."""

    phase: Phase
    at: datetime
    move: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """A text as it was kept. Paragraphs that did not change are shared with the revision before."""

    number: int
    text: NegotiatingText
    at: datetime
    move: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Objection:
    """Who broke silence, over what."""

    delegation: str
    words: str
    paragraph: str | None
    at: datetime
    move: int


@dataclass(frozen=True, slots=True)
class Silence:
    """A text under silence. ``result``: running, passed, broken or taken back."""

    started: datetime
    deadline: datetime
    hours: int
    move: int
    note: str = ""
    objections: tuple[Objection, ...] = ()
    result: str = "running"
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProposalVersion:
    """A proposal as it stood from one move to the next."""

    provisions: Mapping[str, float]
    note: str
    at: datetime
    move: int


@dataclass(frozen=True, slots=True)
class ProposalAnswer:
    """What a delegation said openly of a proposal; it binds nobody."""

    delegation: str
    answer: str
    version: int
    words: str
    at: datetime
    move: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A package, request or offer. ``owner`` is a delegation, or None for the facilitator's own."""

    key: str
    owner: str | None
    title: str
    kind: str
    to: tuple[str, ...]
    versions: tuple[ProposalVersion, ...]
    answers: tuple[ProposalAnswer, ...] = ()
    withdrawn: bool = False

    @property
    def version(self) -> int:
        """The number of the version that stands, from 1."""
        return len(self.versions)

    @property
    def provisions(self) -> Mapping[str, float]:
        """The package as it stands."""
        return self.versions[-1].provisions


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A package under secret acceptance. ``status``: open, accepted, not accepted or closed.

    ``sealed`` holds what delegations handed in, which only the door can open; who answered is known, how is
    not. ``accepting`` names a set only for a plurilateral acceptance that reached its threshold.
    """

    key: str
    proposal: str
    version: int
    provisions: Mapping[str, float]
    among: tuple[str, ...]
    kind: str
    threshold: int | None
    at: datetime
    move: int
    note: str = ""
    sealed: Mapping[str, str] | None = None
    status: str = "open"
    accepting: tuple[str, ...] = ()
    ended: datetime | None = None

    @property
    def answered(self) -> tuple[str, ...]:
        """Who handed in an answer, in the order of ``among``, so that the order of answers says nothing."""
        return tuple(code for code in self.among if code in (self.sealed or {}))

    @property
    def complete(self) -> bool:
        """Every delegation has answered, and the outcome can be said."""
        return self.status == "open" and len(self.answered) == len(self.among)


@dataclass(frozen=True, slots=True)
class AdoptionAnswer:
    """A delegation's answer to the whole text."""

    answer: str
    words: str
    at: datetime
    move: int


@dataclass(frozen=True, slots=True)
class Adoption:
    """That the whole was adopted: by whom, with whose reservations, and who stays outside."""

    at: datetime
    move: int
    rule: str
    parties: tuple[str, ...]
    reserving: tuple[str, ...]
    outside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """A delegation signed."""

    signatory: str
    words: str
    at: datetime
    move: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody changed what had changed since they read it: both changes stand, and they are told."""

    move: int
    seat: Seat
    subject: str
    key: str
    seen: int
    found: int
    at: datetime
