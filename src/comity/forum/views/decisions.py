"""What a round decides: answers on adoption, its declaration, signatures, points of order and their rulings.

Who may import me: :mod:`comity.forum.urls` and the overview. Start at :func:`show_decisions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.forum.gate import Place, requires
from comity.forum.views.forms import make_row, read_fields
from comity.protocol.conference import Act, adoption_so_far

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from comity.protocol.conference import Seat

__all__ = ["ANSWERS", "Stand", "show_decisions", "urlpatterns"]

ANSWERS: Final = ("adopts", "reserves", "opposes")
"""What a delegation may answer on the whole text."""

DECISIONS: Final[dict[str, tuple[Act, tuple[str, ...]]]] = {
    "adopt": (Act.ANSWER_ADOPTION, ("answer", "words")),
    "declare": (Act.DECLARE_ADOPTED, ("note",)),
    "sign": (Act.SIGN, ("signatory", "words")),
    "point": (Act.POINT_OF_ORDER, ("words",)),
    "rule": (Act.RULE_ON_POINT, ("point", "words")),
}
"""The forms: the act, and the fields that go into its payload."""


class Stand(NamedTuple):
    """How one delegation stands to the whole text."""

    code: str
    name: str
    answer: str
    words: str
    signed: datetime | None
    signatory: str


class PointShown(NamedTuple):
    """A point of order as the overview shows it."""

    key: str
    seat: Seat
    words: str
    at: datetime
    ruling: str


def show_decisions(place: Place) -> dict[str, Any]:
    """Return what the overview shows of adoption, signatures and points of order to this seat."""
    state, code = place.state, place.seat.delegation or ""
    sees = place.may(Act.READ_LOG)  # answers and signatures are moves that the room may read
    stands = []
    if sees and (state.answers or place.may(Act.ANSWER_ADOPTION) or place.may(Act.DECLARE_ADOPTED)):
        for each, name in place.names.items():
            answer, signature = state.answers.get(each), state.signatures.get(each)
            stands.append(
                Stand(
                    each,
                    name,
                    answer.answer if answer else "",
                    answer.words if answer else "",
                    signature.at if signature else None,
                    signature.signatory if signature else "",
                )
            )
    parties = state.adoption.parties if state.adoption else ()
    met = place.may(Act.DECLARE_ADOPTED) and adoption_so_far(place.charter, state)[0]
    points = [
        PointShown(each.key, each.seat, each.words, each.at, each.ruling) for each in state.points.values()
    ]
    return {
        "stands": stands,
        "adoption": state.adoption,
        "own_answer": state.answers[code].answer if code is not None and code in state.answers else "",
        "answers": ANSWERS,
        "may_answer": place.may(Act.ANSWER_ADOPTION),
        "may_declare": place.may(Act.DECLARE_ADOPTED),
        "rule_met": met,
        "may_sign": place.may(Act.SIGN) and code in parties and code not in state.signatures,
        "points": points[::-1] if sees else [],
        "may_raise_point": place.may(Act.POINT_OF_ORDER),
        "may_rule": place.may(Act.RULE_ON_POINT),
    }


@require_POST
@requires(Act.READ_PUBLIC_PAGE)
def decide(request: HttpRequest, place: Place, what: str) -> HttpResponse:
    """Make the move of one of the forms."""
    act, names = DECISIONS[what]
    place.require(act)
    payload = read_fields(request.POST, words=names)
    if act is Act.POINT_OF_ORDER:
        payload = {"point": f"o{place.state.moves + 1}"} | payload
    make_row(request, place, act, payload, done=_("Done. The move is in the log."))
    return redirect("round", slug=place.round.slug)


urlpatterns = [path(f"course/{what}/", decide, {"what": what}, name=f"course_{what}") for what in DECISIONS]
