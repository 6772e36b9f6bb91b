"""The audit trail: who did what beside the journal. Never private words.

Who may import me: actions. Start at :func:`note`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.forum.models import Audit

if TYPE_CHECKING:
    from datetime import datetime

    from comity.forum.models import Round

__all__ = ["note"]


def note(*, act: str, outcome: str, now: datetime, user: Any = None, round: Round | None = None) -> Audit:  # noqa: ANN401, A002
    """Write one line of the audit trail."""
    known = user if getattr(user, "is_authenticated", False) else None
    return Audit.objects.create(at=now, user=known, round=round, act=act, outcome=outcome[:200])
