"""Phases of a conference, and which steps lead from one to the next (§9).

Who may import me: this room. Start at :class:`Phase` and :data:`STEPS`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STEPS", "Phase", "may_follow"]


class Phase(StrEnum):
    """Where a round stands. Work on the text is possible in ``ZERO_DRAFT`` and ``REVISIONS`` only."""

    CONSULTATION = "consultation"
    ZERO_DRAFT = "zero draft"
    REVISIONS = "revisions"
    SILENCE = "silence procedure"
    ADOPTION = "adoption ad referendum"
    SIGNATURE = "signature"
    FOLLOW_UP = "follow-up and review"
    CLOSED = "closed"


STEPS: Final[Mapping[Phase, tuple[Phase, ...]]] = {
    Phase.CONSULTATION: (Phase.ZERO_DRAFT, Phase.CLOSED),
    Phase.ZERO_DRAFT: (Phase.CONSULTATION, Phase.REVISIONS, Phase.CLOSED),
    # into silence by "start silence"; out of it by the clock, an objection, or who takes it back
    Phase.REVISIONS: (Phase.SILENCE, Phase.CLOSED),
    Phase.SILENCE: (Phase.REVISIONS, Phase.ADOPTION),
    # the facilitator may take the text back to revisions; "declare adopted" leads on
    Phase.ADOPTION: (Phase.REVISIONS, Phase.SIGNATURE, Phase.CLOSED),
    Phase.SIGNATURE: (Phase.FOLLOW_UP, Phase.CLOSED),
    Phase.FOLLOW_UP: (Phase.CLOSED,),
    Phase.CLOSED: (),
}
"""Which phases may follow a phase. Facilitator and secretariat make the step, except where silence passes."""


def may_follow(before: Phase, after: Phase) -> bool:
    """Tell whether a round may go from one phase to another.

    Examples
    --------
    >>> may_follow(Phase.SILENCE, Phase.REVISIONS), may_follow(Phase.SIGNATURE, Phase.REVISIONS)
    (True, False)
    """
    return after in STEPS[before]
