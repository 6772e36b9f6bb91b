"""What waits for a seat: the few things that only it can do now.

Who may import me: views. Start at :func:`waiting_for`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.protocol.conference import Act, allows

if TYPE_CHECKING:
    from comity.forum.models import Round
    from comity.protocol.conference import Conference, Seat

__all__ = ["Task", "waiting_for"]


class Task(NamedTuple):
    """One thing to do, and where."""

    words: str
    href: str


def _link(name: str, slug: str) -> str:
    try:
        return reverse(name, args=[slug])
    except NoReverseMatch:
        return reverse("round", args=[slug])


def waiting_for(round_: Round, seat: Seat, state: Conference) -> list[Task]:
    """Return what waits for a seat, most pressing first."""
    found: list[Task] = []
    slug, code = round_.slug, seat.delegation

    def may(act: Act) -> bool:
        return allows(seat.role, state.phase, act)

    if state.silence is not None and may(Act.OBJECT):
        found.append(
            Task(
                _("Silence is running: object before it ends, or let it pass."), reverse("round", args=[slug])
            )
        )
    if may(Act.ANSWER_IN_SECRET):
        asked = [
            each
            for each in state.acceptances.values()
            if each.status == "open" and code in each.among and code not in each.answered
        ]
        found += [
            Task(_("A package awaits your answer in secret."), _link("proposals", slug)) for _each in asked
        ]
    if may(Act.ANSWER_ADOPTION) and code not in state.answers:
        found.append(Task(_("The text awaits your answer on adoption."), _link("round", slug) + "#adoption"))
    if (
        may(Act.SIGN)
        and state.adoption is not None
        and code in state.adoption.parties
        and code not in state.signatures
    ):
        found.append(Task(_("The text awaits your signature."), _link("round", slug) + "#adoption"))
    if may(Act.ANSWER_PROPOSAL):
        fresh = [
            each
            for each in state.proposals.values()
            if not each.withdrawn
            and each.owner != code
            and (not each.to or code in each.to)
            and not any(a.delegation == code and a.version == each.version for a in each.answers)
        ]
        if fresh:
            words = ngettext(
                "%(n)s proposal has no answer from you.",
                "%(n)s proposals have no answer from you.",
                len(fresh),
            )
            found.append(Task(words % {"n": len(fresh)}, _link("proposals", slug)))
    if may(Act.ANSWER_SUBMISSION):
        left = [each for each in state.submissions.values() if not each.responses]
        if left:
            words = ngettext(
                "%(n)s submission has no response yet.", "%(n)s submissions have no response yet.", len(left)
            )
            found.append(Task(words % {"n": len(left)}, _link("submissions", slug)))
    if may(Act.RULE_ON_POINT):
        open_ = [each for each in state.points.values() if not each.ruling]
        found += [
            Task(_("A point of order awaits your ruling."), _link("round", slug) + "#points")
            for _each in open_
        ]
    return found
