"""Packages that every delegation would accept, found without showing what any of them wants (§6.4, §9).

The facilitator asks; all private sheets are read in memory; a few coarse packages come back, or that there is
none, and nothing else. Two things keep private values private:

* What is answered depends on the sheets only through what they accept. The places from which packages are
  looked for, the distance and the ties come from the public table; values are on a coarse public grid. Where
  no red line and no limit of a delegation binds, changing its values changes no byte of the answer.
* An answer rests on three delegations or more, so that a refusal cannot be laid at one door; how often may be
  asked is for the door to count.

What can still be inferred: that all accept the packages that are shown; that no package nearer to the public
starting place is accepted by all on the grid, so that *somebody's* red line or limit lies between; and,
where a delegation changes its own sheet between asks and sees the answers, something of what the others
together accept. See decision 0022.

Who may import me: services and doors. Start at :func:`ask_zone`; :func:`improve_agreed` after an agreement.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
from threadpoolctl import threadpool_limits

from comity.bargaining import Cap, coarsen, find_accepted, improve_package
from comity.bargaining import test_zone as check_zone
from comity.errors import InputError, SolveError
from comity.reports.canonical import render_json
from comity.services.practice_seats import join_positions
from comity.services.sealed_game import open_position
from comity.vocabulary import MIGRATION_AREAS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.bargaining import Game, Position
    from comity.services.private_sheet import PrivateSheet
    from comity.services.sealed_game import SealedGame

__all__ = ["Improved", "Verdict", "ZoneAnswer", "ZoneLimits", "ask_zone", "check_part", "improve_agreed"]

#: Packages closer than this, in clauses that differ by half their range or more, repeat each other.
DIFFERENT: Final = 1.0

#: How far the weights of two clauses may lie apart.
TIE: Final = 0.25


class Verdict(StrEnum):
    """What is said about the zone, in the model's terms."""

    FOUND = "found"
    NONE_FOUND = "none found"
    NONE_EXISTS = "none exists"


@dataclass(frozen=True, slots=True)
class ZoneLimits:
    """How little an answer tells: values per clause, packages, and fewest delegations behind it."""

    levels: int
    packages: int
    least_delegations: int

    @classmethod
    def read(cls) -> ZoneLimits:
        """Read them from the parameters of the evidence pack."""
        from comity.evidence import Parameters  # noqa: PLC0415  (a door that has them needs no pack)

        parameters = Parameters.load()
        return cls(
            int(parameters.value("sealed_game.levels")),
            int(parameters.value("sealed_game.packages")),
            int(parameters.value("sealed_game.least_delegations")),
        )


@dataclass(frozen=True, slots=True)
class ZoneAnswer:
    """The answer to the facilitator: packages by what they are near to in public, or that there is none.

    ``verdict`` is ``none exists`` where that is proven, with every value of every range allowed; ``none
    found`` where the coarse grid holds none and the rest was not settled.
    """

    verdict: Verdict
    packages: tuple[tuple[str, Mapping[str, float]], ...]

    def to_json(self) -> str:
        """Write as one JSON object; this is all that leaves the computation."""
        return render_json(self)


@dataclass(frozen=True, slots=True)
class Improved:
    """One package that is better for every delegation than the one agreed, or None; nothing else."""

    package: Mapping[str, float] | None

    def to_json(self) -> str:
        """Write as one JSON object."""
        return render_json(self)


def ask_zone(game: SealedGame, sheets: Mapping[str, PrivateSheet], limits: ZoneLimits) -> ZoneAnswer:
    """Look for packages in which every delegation is a net gainer by its own sheet.

    Parameters
    ----------
    game
        The sealed game of the round.
    sheets
        The private sheet of every party; each must have said that it takes part.
    limits
        How little is told.

    Raises
    ------
    InputError
        Too few delegations, or not all take part. Which ones do not is not said.
    """
    check_part(game, sheets, limits)
    # whatever goes wrong inside, its words may hold private values
    try:
        with threadpool_limits(limits=1, user_api="blas"):
            return _ask(game, sheets, limits)
    except Exception:  # noqa: BLE001
        failed = "the search for packages failed"
    raise SolveError(failed)


def check_part(game: SealedGame, sheets: Mapping[str, PrivateSheet], limits: ZoneLimits) -> None:
    """Refuse where too few delegations sit, or not all take part; which ones do not is not said."""
    if len(game.parties) < limits.least_delegations:
        msg = "the round has too few delegations for an answer that points at nobody"
        raise InputError(msg, accepted=f"{limits.least_delegations} delegations or more")
    if set(sheets) != set(game.parties) or not all(sheet.takes_part for sheet in sheets.values()):
        msg = "not every delegation has a private sheet that takes part"
        raise InputError(msg, accepted="a sheet of each delegation that says it takes part")


def _open(game: SealedGame, sheets: Mapping[str, PrivateSheet]) -> dict[str, Position]:
    return {party: open_position(game, party, sheets[party]) for party in game.parties}


def _ask(game: SealedGame, sheets: Mapping[str, PrivateSheet], limits: ZoneLimits) -> ZoneAnswer:
    positions = _open(game, sheets)
    share = game.round.settings.share_of_draws
    grid = coarsen(game.table, limits.levels)
    coarse = join_positions(grid, positions, share=share, narrow=False)
    own = [position.limits for position in positions.values()]
    weights = _break_ties(grid)
    found: list[tuple[str, Mapping[str, float]]] = []
    proven = False
    for name, focus in list_focal_points(grid).items():
        if len(found) >= limits.packages:
            break
        answer = find_accepted(coarse, focus, limits=own, weights=weights)
        if answer.values is None:
            proven = answer.status == "infeasible"
            break  # the table is the same for every starting place
        if answer.values and all(_apart(grid, answer.values, other) for _, other in found):
            found.append((name, answer.values))
    if found:
        return ZoneAnswer(Verdict.FOUND, tuple(found))
    if proven and _prove_none(game.table, positions, share):
        return ZoneAnswer(Verdict.NONE_EXISTS, ())
    return ZoneAnswer(Verdict.NONE_FOUND, ())


def _prove_none(table: Game, positions: Mapping[str, Position], share: float) -> bool:
    """Say whether it is proven that no value of any range opens the zone."""
    whole = join_positions(table, positions, share=share)
    shut = [
        clause.key
        for clause in table.clauses
        if any(
            max(p.limits[clause.key][0], clause.low) > min(p.limits[clause.key][1], clause.high)
            for p in positions.values()
            if clause.key in p.limits
        )
    ]
    if shut:
        none = Cap(dict.fromkeys(shut, 1.0), 0.0, on_values=False, name="limits")
        whole = whole.replace(caps=(*whole.caps, none))
    zone = check_zone(whole)
    return zone.proven and not zone.open


def list_focal_points(table: Game) -> dict[str, dict[str, float]]:
    """List the public places near which packages are looked for: name to values.

    All provisions at the middle of their ranges; the migration provisions, each area of them with the others
    low; all provisions at their lower and upper ends. They depend on the public table alone.
    """
    migration = {area.value for area in MIGRATION_AREAS}

    def at(share: float, keys: set[str]) -> dict[str, float]:
        out = {}
        for clause in table.clauses:
            if clause.key in keys:
                levels = clause.levels or clause.ends
                out[clause.key] = levels[round(share * (len(levels) - 1))]
        return out

    everything = {clause.key for clause in table.clauses}
    moving = {clause.key for clause in table.clauses if clause.area in migration}
    points = {"all provisions, middle of each range": at(0.5, everything)}
    if moving and moving != everything:
        points["migration provisions, middle of each range"] = at(0.5, moving)
    points["all provisions, lower end of each range"] = at(0.0, everything)
    points["all provisions, upper end of each range"] = at(1.0, everything)
    for area in dict.fromkeys(clause.area for clause in table.clauses):
        here = {clause.key for clause in table.clauses if clause.area == area}
        if here != everything:
            points[f"area {area} at its upper end, the rest at the lower end"] = {
                **at(0.0, everything),
                **at(1.0, here),
            }
    return points


def _break_ties(table: Game) -> list[float]:
    """Weigh each clause near 1 from its public key, so that the nearest package is one and not several."""
    digests = (hashlib.sha256(clause.key.encode()).digest() for clause in table.clauses)
    return [1.0 + TIE * int.from_bytes(digest[:4]) / 2**32 for digest in digests]


def _apart(table: Game, one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    distance = 0.0
    for clause in table.clauses:
        a, b = one.get(clause.key), other.get(clause.key)
        if (a is None) != (b is None):
            distance += 1.0
        elif a is not None and b is not None and clause.high > clause.low:
            distance += abs(a - b) / (clause.high - clause.low)
    return distance >= DIFFERENT


def improve_agreed(
    game: SealedGame,
    sheets: Mapping[str, PrivateSheet],
    agreed: Mapping[str, float],
    limits: ZoneLimits,
) -> Improved:
    """Look for one package that every delegation gains from against the one they agreed (Raiffa, 1985).

    Post-settlement settlement: the agreement stands unless all prefer the new package. It is offered only if
    each delegation gains more than the round's smallest gain, on average and in the share of draws that the
    round asks for, and stays within its limits and above its red line. Values are on the coarse public grid.

    Raises
    ------
    InputError
        Too few delegations, or not all take part.
    """
    check_part(game, sheets, limits)
    try:
        with threadpool_limits(limits=1, user_api="blas"):
            return Improved(_improve(game, sheets, agreed, limits))
    except Exception:  # noqa: BLE001  (its words may hold private values)
        failed = "the search for an improvement failed"
    raise SolveError(failed)


def _improve(
    game: SealedGame, sheets: Mapping[str, PrivateSheet], agreed: Mapping[str, float], limits: ZoneLimits
) -> dict[str, float] | None:
    positions = _open(game, sheets)
    share = game.round.settings.share_of_draws
    grid = coarsen(game.table, limits.levels)
    coarse = join_positions(grid, positions, share=share, narrow=False)
    # against the agreed package, draw by draw: what each would gain if it were replaced
    more = coarse.replace(
        disagreement=coarse.no_deal_draws + coarse.gains(agreed), red_lines=np.zeros(len(coarse.parties))
    )
    own = [position.limits for position in positions.values()]

    def serves(values: Mapping[str, float]) -> bool:
        return (
            bool(values)
            and not game.table.breaches(values)
            and more.rational(values)
            and all(position.accepts(values) for position in positions.values())
        )

    best = improve_package(_bound(coarse, own), agreed, aim="each").solution.values
    if serves(best):
        return {c.key: best[c.key] for c in grid.clauses if c.key in best}
    near = find_accepted(more, agreed, limits=own, weights=_break_ties(grid)).values
    return dict(near) if near is not None and serves(near) else None


def _bound(game: Game, limits: list[dict[str, tuple[float, float]]]) -> Game:
    """Shut out the clauses whose whole range a limit rules out; other limits are checked afterwards."""
    shut = [
        clause.key
        for clause in game.clauses
        if any(
            not any(
                own[clause.key][0] <= level <= own[clause.key][1] for level in clause.levels or clause.ends
            )
            for own in limits
            if clause.key in own
        )
    ]
    if not shut:
        return game
    none = Cap(dict.fromkeys(shut, 1.0), 0.0, on_values=False, name="limits")
    return game.replace(caps=(*game.caps, none))
