"""The read side: the state of a round, folded once per process and caught up move by move.

A state in the cache carries the seal of its last move. A read asks for that move and those after it; if the
seal is another one (another database, a transaction that was taken back) the round is folded anew. So a state
that does not follow from the stored moves is never shown.

Who may import me: the forum. Start at :func:`state_of` and :func:`seat_of`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import OuterRef, Subquery

from comity.forum.models import Delegation, Membership, MoveRow, Round, ZoneAsk
from comity.protocol.conference import (
    Act,
    Charter,
    Conference,
    Move,
    Role,
    Seat,
    apply,
    begin,
    make_timeline,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from comity.protocol.conference import Entry

__all__ = [
    "Folded",
    "Found",
    "asks_of",
    "charter_of",
    "find_round",
    "folded",
    "members_of",
    "move_from",
    "moves_of",
    "public_rounds",
    "rounds_of",
    "seat_of",
    "state_of",
    "timeline_of",
]

_MOST_ROUNDS: Final = 64
_MOST_ASKS: Final = 20
PUBLIC: Final = Seat(Role.PUBLIC)


class Folded(NamedTuple):
    """A round as it stands: its charter, its state, the seal of the last move, its delegations by name."""

    charter: Charter
    charter_seal: str
    state: Conference
    seal: str
    names: dict[str, str]


_cache: OrderedDict[int, Folded] = OrderedDict()
_lock = threading.Lock()
_FIELDS: Final = ("number", "act", "seat", "at", "payload", "seal")
_UNKNOWN: Final = "?"


def move_from(row: MoveRow | dict[str, Any]) -> Move:
    """Return the move that a row holds."""
    held: dict[str, Any] = row if isinstance(row, dict) else vars(row)
    return Move(Act(held["act"]), Seat.read(held["seat"]), held["at"], held["payload"])


def _keep(pk: int, found: Folded) -> None:
    with _lock:
        before = _cache.get(pk)
        if before is None or before.state.moves <= found.state.moves or before.seal != found.seal:
            _cache[pk] = found
            _cache.move_to_end(pk)
            while len(_cache) > _MOST_ROUNDS:
                _cache.popitem(last=False)


def _advance(found: Folded, rows: Iterable[dict[str, Any]]) -> Folded:
    state, seal = found.state, found.seal
    for row in rows:
        state = apply(found.charter, state, move_from(row))
        seal = row["seal"]
    return found._replace(state=state, seal=seal)


def folded(round_: Round, *, last: str | None = _UNKNOWN) -> Folded:
    """Return a round as it stands, with its charter and last seal.

    Parameters
    ----------
    round_
        The round.
    last
        The seal of its last move, where it was read with the round (None for no move): then the moves are
        asked for only if there are new ones.
    """
    with _lock:
        found = _cache.get(round_.pk)
    if found is not None and found.charter_seal == round_.seal:
        if last == found.seal or (last is None and found.state.moves == 0):
            return found
        done = found.state.moves
        rows = list(
            MoveRow.objects.filter(round_id=round_.pk, number__gte=done).order_by("number").values(*_FIELDS)
        )
        if done == 0 or (rows and rows[0]["number"] == done and rows[0]["seal"] == found.seal):
            new = rows if done == 0 else rows[1:]
            if not new:
                return found
            found = _advance(found, new)
            _keep(round_.pk, found)
            return found
    charter = Charter.read(round_.charter)
    rows = list(MoveRow.objects.filter(round_id=round_.pk).order_by("number").values(*_FIELDS))
    # delegations are written with their round and never change
    names = dict(Delegation.objects.filter(round_id=round_.pk).values_list("code", "name"))
    found = _advance(Folded(charter, round_.seal, begin(charter), round_.seal, names), rows)
    with _lock:
        _cache.pop(round_.pk, None)
    _keep(round_.pk, found)
    return found


def state_of(round_: Round) -> Conference:
    """Return the state of a round after its last move."""
    return folded(round_).state


def charter_of(round_: Round) -> Charter:
    """Return the charter of a round."""
    return folded(round_).charter


def moves_of(round_: Round, *, first: int = 1, last: int | None = None) -> list[Move]:
    """Return moves in order, from one number to another."""
    rows = MoveRow.objects.filter(round_id=round_.pk, number__gte=first)
    if last is not None:
        rows = rows.filter(number__lte=last)
    return [move_from(row) for row in rows.order_by("number").values(*_FIELDS)]


def timeline_of(
    round_: Round, *, moves: int, seal: str, most: int, before: int | None = None, public: bool = False
) -> tuple[Entry, ...]:
    """Return the last moves in plain words, newest first.

    Parameters
    ----------
    round_, moves, seal
        The round, the number of its moves, and the seal of the last of them.
    most, before
        How many moves at most, and the number of the move before which to begin.
    public
        Only what the public reads.
    """
    end = moves if before is None else min(before - 1, moves)
    return _timeline(round_.pk, seal, max(1, end - most + 1), end, public)


@lru_cache(maxsize=256)  # a seal is one of all moves before it: the same seal, the same moves
def _timeline(pk: int, seal: str, first: int, last: int, public: bool) -> tuple[Entry, ...]:
    del seal
    rows = MoveRow.objects.filter(round_id=pk, number__gte=first, number__lte=last).order_by("number")
    return make_timeline(map(move_from, rows.values(*_FIELDS)), first=first, public=public)[::-1]


def seat_of(user: Any, round_: Round) -> Seat:  # noqa: ANN401
    """Return the seat of a person in a round: that of the public if none was given."""
    member = membership_of(user, round_)
    return PUBLIC if member is None else member.as_seat()


def membership_of(user: Any, round_: Round) -> Membership | None:  # noqa: ANN401
    """Return the row of a person's seat, or None."""
    if not getattr(user, "is_authenticated", False):
        return None
    return (
        Membership.objects.select_related("delegation")
        .filter(user_id=user.pk, round_id=round_.pk, active=True)
        .first()
    )


class Found(NamedTuple):
    """A round, the row of a person's seat in it, and the seal of its last move (None for no move)."""

    round: Round
    member: Membership | None
    last: str | None


def _last_seal(of: str) -> Subquery:
    moves = MoveRow.objects.filter(round_id=OuterRef(of)).order_by("-number")
    return Subquery(moves.values("seal")[:1])


def find_round(user: Any, slug: str) -> Found | None:  # noqa: ANN401
    """Find a round by its short name, with a person's seat in it, in one question where they have one."""
    if getattr(user, "is_authenticated", False):
        member = (
            Membership.objects.select_related("round", "delegation")
            .defer("round__charter")  # known to the state that is kept
            .filter(user_id=user.pk, round__slug=slug, active=True)
            .annotate(last=_last_seal("round_id"))
            .first()
        )
        if member is not None:
            return Found(member.round, member, member.last)
    round_ = Round.objects.filter(slug=slug).annotate(last=_last_seal("pk")).first()
    return None if round_ is None else Found(round_, None, round_.last)


def rounds_of(user: Any) -> list[Membership]:  # noqa: ANN401
    """Return the seats of a person, with their rounds."""
    return list(
        Membership.objects.select_related("round", "delegation")
        .filter(user_id=user.pk, active=True)
        .order_by("round__title", "round__slug")
    )


def members_of(round_: Round) -> list[Membership]:
    """Return who sits in a round, by delegation and role."""
    return list(
        Membership.objects.filter(round=round_, active=True)
        .select_related("user", "delegation")
        .order_by("delegation__pk", "role", "pk")
    )


def asks_of(round_: Round) -> list[ZoneAsk]:
    """Return what was asked of the zone last, newest first."""
    return list(ZoneAsk.objects.filter(round=round_)[:_MOST_ASKS])


def public_rounds() -> list[Round]:
    """Return the rounds that have a public page."""
    return list(Round.objects.filter(is_public=True))
