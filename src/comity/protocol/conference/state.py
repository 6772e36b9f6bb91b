"""The state of a round: what follows from its moves, and nothing else.

Who may import me: this room; others import these names from :mod:`comity.protocol.conference`.
Start at :class:`Conference` and :func:`begin`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from comity.protocol.conference.phases import Phase
from comity.protocol.text import NegotiatingText

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from comity.protocol.conference.charter import Charter
    from comity.protocol.conference.parts import (
        Acceptance,
        Adoption,
        AdoptionAnswer,
        Notice,
        PhaseStart,
        Proposal,
        Revision,
        Signature,
        Silence,
    )
    from comity.protocol.conference.parts_after import Commitment, Dispute, Meeting, Point, Remark, Submission

__all__ = ["Conference", "begin", "put"]

_Item = TypeVar("_Item")


def _none() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Conference:
    """Where a round stands after some moves. Nothing in it can be changed; a move gives the next one.

    Parameters
    ----------
    phase, phases
        The phase, and every phase with its beginning.
    text, versions
        The text as it stands, and how often each paragraph has changed (from 1): what an edit hands back as
        ``seen``.
    revisions
        Texts that were kept, oldest first.
    silence, silences
        The silence that runs, and those that ended.
    proposals, acceptances
        By key, in the order in which they came.
    answers, adoption, signatures
        Answers on adoption by delegation, the adoption once declared, and signatures by delegation.
    commitments, disputes, meetings, submissions, points
        By key.
    comments, notices
        In order.
    moves, last_at, clock_marks
        How many moves led here, the time of the last, and the numbers of those at which the door's clock went
        back.
    """

    text: NegotiatingText
    phase: Phase = Phase.CONSULTATION
    phases: tuple[PhaseStart, ...] = ()
    versions: Mapping[str, int] = field(default_factory=_none)
    revisions: tuple[Revision, ...] = ()
    silence: Silence | None = None
    silences: tuple[Silence, ...] = ()
    proposals: Mapping[str, Proposal] = field(default_factory=_none)
    acceptances: Mapping[str, Acceptance] = field(default_factory=_none)
    answers: Mapping[str, AdoptionAnswer] = field(default_factory=_none)
    adoption: Adoption | None = None
    signatures: Mapping[str, Signature] = field(default_factory=_none)
    commitments: Mapping[str, Commitment] = field(default_factory=_none)
    disputes: Mapping[str, Dispute] = field(default_factory=_none)
    meetings: Mapping[str, Meeting] = field(default_factory=_none)
    submissions: Mapping[str, Submission] = field(default_factory=_none)
    points: Mapping[str, Point] = field(default_factory=_none)
    comments: tuple[Remark, ...] = ()
    notices: tuple[Notice, ...] = ()
    moves: int = 0
    last_at: datetime | None = None
    clock_marks: tuple[int, ...] = ()

    def follow(self, changes: Mapping[str, Any]) -> Conference:
        """Return the state that differs in the fields named; quicker than ``dataclasses.replace``."""
        following = object.__new__(Conference)
        following.__dict__.update(self.__dict__)
        following.__dict__.update(changes)
        return following


def begin(charter: Charter) -> Conference:
    """Return the state before the first move.

    Examples
    --------
    >>> from comity.protocol.conference.charter import Charter
    >>> begin(Charter("Compact of the three coasts", ("ALB", "BRA", "CIV"))).phase
    <Phase.CONSULTATION: 'consultation'>
    """
    return Conference(NegotiatingText(charter.title))


def put(items: Mapping[str, _Item], key: str, item: _Item) -> Mapping[str, _Item]:
    """Return a mapping with one item more, or another one; the mapping given stays as it was.

    Examples
    --------
    >>> dict(put({"a": 1}, "b", 2))
    {'a': 1, 'b': 2}
    """
    copy = items.copy() if isinstance(items, MappingProxyType) else dict(items)
    copy[key] = item
    return MappingProxyType(copy)
