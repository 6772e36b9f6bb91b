"""What each seat of a practice round may know: a sealed round, and a position made from it alone (§6.8).

A round file holds what every party wants. :func:`seal_round` keeps what all may read and what one seat may
read, and drops the rest; every seat's position, the player's too, is then made from its own sealed round. So
nothing that a player is shown depends on another party's private values, except through that party's moves.

Public: who sits at the table, the clauses with their ranges and notes, the principles, common objectives and
how strictly a package must serve each party. Private to a seat: who counts, ministries, red line, limits,
no-deal and threats, interests, and its own objectives. The reasons beside private values are free text by the
author of the whole file, who may have compared parties in them ("half of what the other side gains"); they
stay with the facilitator.

Who may import me: services. Start at :func:`seal_round`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import yaml

from comity.bargaining import Game, Position
from comity.errors import InputError
from comity.services.roundfile_models import Party, Round
from comity.services.stakes import Stakes, draw_interests, mark_overridden, value_clauses, write_game

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from comity.services.delivery import Delivery
    from comity.services.laboratory import Laboratory

    Array = NDArray[np.float64]

WITHHELD: Final = "The reasoning is with whoever holds the round file."

__all__ = [
    "check_seat",
    "deal_positions",
    "join_positions",
    "make_position",
    "public_table",
    "seal_round",
    "write_seat",
]


def check_seat(round_: Round, seat: str, *, key: str = "--as") -> str:
    """Give the code of a party of the round, or say which there are."""
    codes = [party.code for party in round_.parties]
    if seat not in codes:
        msg = f"no party '{seat}' in this round"
        raise InputError(msg, key=key, accepted=", ".join(codes))
    return seat


def seal_round(round_: Round, seat: str | None = None) -> Round:
    """Keep what all may read, and what this seat may read; the public round where no seat is named.

    Other parties keep their code, name and members only.
    """
    return round_.model_copy(
        update={
            "parties": tuple(
                _without_reasons(party)
                if party.code == seat
                else Party(code=party.code, name=party.name, members=party.members)
                for party in round_.parties
            ),
            "interests": tuple(
                i.model_copy(update={"source": WITHHELD}) for i in round_.interests if i.party == seat
            ),
            "objectives": tuple(o for o in round_.objectives if o.party in (None, seat)),
        }
    )


def _without_reasons(party: Party) -> Party:
    threats = tuple(t.model_copy(update={"source": WITHHELD}) for t in party.no_deal.worsened_by)
    no_deal: dict[str, object] = {"worsened_by": threats}
    if party.no_deal.source is not None:
        no_deal["source"] = WITHHELD
    return party.model_copy(
        update={
            "no_deal": party.no_deal.model_copy(update=no_deal),
            "limits": tuple(limit.model_copy(update={"reason": WITHHELD}) for limit in party.limits),
        }
    )


def public_table(lab: Laboratory, round_: Round) -> Game:
    """Write the public table as a game without payoffs: ranges as the round file says, and the principles."""
    sealed = seal_round(round_)
    nothing = np.zeros((1, len(round_.parties), len(round_.table)))
    stand_in = _Lab(sealed, lab)
    return write_game(stand_in, Stakes(nothing, nothing, ()))  # type: ignore[arg-type]


class _Lab:
    """A sealed round with the catalogue, which is all that writing a table needs."""

    def __init__(self, round_: Round, lab: Laboratory) -> None:
        self.round = round_
        self.catalogue = lab.catalogue


def deal_positions(
    lab: Laboratory, round_: Round, seed: int, tick: Callable[[float], None]
) -> dict[str, Position]:
    """Deal each party its own position; the world is solved once for all.

    Notes
    -----
    Column p of what the world gives depends on the public table and on who counts for p. Elicited worth is
    drawn from the sealed round of p, so that the number and order of the others' interests do not matter.
    """
    slope, fixed = value_clauses(lab, {}, tick)
    table = public_table(lab, round_)
    return {
        party.code: make_position(seal_round(round_, party.code), table, p, (slope[:, p], fixed[:, p]), seed)
        for p, party in enumerate(round_.parties)
    }


def make_position(
    sealed: Round,
    table: Game,
    seat: int,
    modelled: tuple[Array, Array],
    seed: int,
    delivery: Delivery | None = None,
) -> Position:
    """Make the position of one seat from its sealed round and its column of what the world gives.

    ``modelled`` are slope and fixed part, draws × clauses; ``delivery`` says how much of each clause is
    released and used, all of it where it is None.
    """
    interests = draw_interests(sealed, len(modelled[0]), seed, delivery)
    kept = 1 - mark_overridden(sealed, interests)[seat]
    if delivery is not None:
        kept = kept * delivery.factor
    slope, fixed = modelled[0] * kept, modelled[1] * kept
    for item in interests:
        columns = list(item.columns)
        slope[:, columns] += item.slope
        fixed[:, columns] += item.fixed
    party = sealed.parties[seat]
    return Position(
        party.code,
        table,
        slope,
        fixed,
        no_deal=party.no_deal.mid,
        red_line=party.red_line.gain_at_least,
        epsilon=sealed.settings.epsilon,
        share=sealed.settings.share_of_draws,
        limits=_limits(sealed, party),
    )


def _limits(sealed: Round, party: Party) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for limit in party.limits:
        for clause in sealed.clauses(limit.instrument):
            if party.code not in (clause.giver, clause.beneficiary):
                continue
            low, high = found.get(clause.key, (-np.inf, np.inf))
            found[clause.key] = (
                low if limit.at_least is None else max(low, limit.at_least),
                high if limit.at_most is None else min(high, limit.at_most),
            )
    return found


def join_positions(
    table: Game, positions: Mapping[str, Position], *, share: float, narrow: bool = True
) -> Game:
    """Put the positions of all parties of a table together.

    With ``narrow``, a party's limits narrow the range of a clause, as in the deal report; a clause that a
    limit rules out altogether is left with its nearest value, and a package that holds it is not acceptable.
    Without, the clauses stay as the table has them.
    """
    slope = np.stack([positions[p].payoffs[0] for p in table.parties], axis=1)
    fixed = np.stack([positions[p].payoffs[1] for p in table.parties], axis=1)
    clauses = []
    for clause in table.clauses:
        low, high = clause.low, clause.high
        for position in positions.values() if narrow else ():
            least, most = position.limits.get(clause.key, (low, high))
            low, high = max(low, least), min(high, most)
        if low > high:
            low = high = min(max(low, clause.low), clause.high)
        clauses.append(replace(clause, low=low, high=high) if narrow else clause)
    return table.replace(
        clauses=tuple(clauses),
        slope=slope,
        fixed=fixed,
        disagreement=np.array([positions[p].no_deal for p in table.parties]),
        red_lines=np.array([positions[p].red_line for p in table.parties]),
        share=share,
        epsilon=positions[table.parties[0]].epsilon,
    )


_HEAD = """\
# Seat of {seat} in the practice round "{name}". What you may open: the public table, and what {seat} wants.
# What other parties want is not in this file: their red lines, limits and interests were taken out, so that a
# deal computed from it would say nothing about them.
"""


def write_seat(round_: Round, seat: str) -> str:
    """Write the sealed round of a seat as a round file (YAML); the same round gives the same bytes.

    Comments and defaults of the original are not copied.
    """
    sealed = seal_round(round_, check_seat(round_, seat))
    plain = sealed.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    plain["table"] = [_tidy(clause) for clause in plain["table"]]
    body = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=110)
    return _HEAD.format(seat=seat, name=round_.round) + body


def _tidy(clause: Mapping[str, object]) -> dict[str, object]:
    """Order the keys of a clause as people write them."""
    order = ("key", "instrument", "giver", "beneficiary", "range", "step", "unit", "today")
    first = {key: clause[key] for key in order if key in clause}
    return first | {key: value for key, value in clause.items() if key not in first}
