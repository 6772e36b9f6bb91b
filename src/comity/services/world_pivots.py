"""What the regime turns on: drop a clause, a pair, a family or a bloc, and look again (§6.7, §6.10).

The price of a clause in the local game bounds from below what dropping it costs there (the best value is
concave
in the upper bound of a strength). The clauses and pairs with the largest bound are solved again in the
local game
around the regime; families and blocs are searched again in full. The full world values each answer.

Who may import me: the world-round services. Start at :func:`drop_clauses` and :func:`drop_groups`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from threadpoolctl import threadpool_limits

from comity.bargaining.convex import solve_concave, worst_gain
from comity.errors import SolveError
from comity.services.world_search import local_game, search_regime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from comity.services.world_laboratory import WorldLaboratory
    from comity.services.world_search import Regime

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Absence", "Pivot", "drop_clauses", "drop_families", "drop_groups", "drop_pairs"]

#: Clauses and pairs that are solved again.
MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Pivot:
    """What changes without something.

    Attributes
    ----------
    what
        Keys of the clauses, a pair, or a family.
    kind
        ``clause``, ``pair`` or ``family``.
    open
        Whether a regime was still found in which everybody reaches the floor.
    proven_loss
        Least loss of the mean gain (geometric) in the local game, by the prices, as a share.
    loss
        Loss of the mean gain after all else was arranged anew, in the full world, as a share.
    joint
        Change of all parties' gain together, US$ million a year.
    worst
        Gain of the party that gains least for its size, as a share of its value added.
    """

    what: str
    kind: str
    open: bool
    proven_loss: float | None
    loss: float | None
    joint: float | None
    worst: float | None


@dataclass(frozen=True, slots=True)
class Absence:
    """What changes when a bloc stays out.

    Attributes
    ----------
    bloc
        Code.
    members
        Members that were at the table.
    open
        Whether the others still find a regime in which all of them gain.
    gains
        Gain of every party, also of the bloc's members, without the bloc; US$ million a year, P.
    loss
        Loss of the others' mean gain (geometric), as a share.
    gap
        Of the others' regime.
    worst
        Best worst gain on local values, as a share of value added, where none is found.
    """

    bloc: str
    members: tuple[str, ...]
    open: bool
    gains: Array
    loss: float | None
    gap: float
    worst: float


def _mean(lab: WorldLaboratory, gains: Array, seated: Flags) -> float:
    """Weighted mean of the logarithms of gains above the red lines; minus infinity where one is not."""
    net = (gains - lab.red_lines)[seated]
    weights = lab.party_weights[seated]
    return float(weights @ np.log(net)) / float(weights.sum()) if (net > 0).all() else -np.inf


def _compare(
    lab: WorldLaboratory, regime: Regime, found: Regime, what: str, kind: str, proven: float | None
) -> Pivot:
    if not found.open:
        return Pivot(what, kind, False, proven, None, None, found.worst.value)
    seated = regime.seated
    lost = 1 - math.exp(_mean(lab, found.gains, seated) - _mean(lab, regime.gains, seated))
    joint = float((found.gains - regime.gains)[seated].sum())
    worst = float(((found.gains - lab.red_lines) / lab.size)[seated].min())
    return Pivot(what, kind, True, proven, lost, joint, worst)


def _losses(lab: WorldLaboratory, regime: Regime) -> Array:
    """Least loss by clause in the local game; nats per unit of weight, C."""
    if regime.local is None:
        return np.zeros(len(lab))
    weights = float(lab.party_weights[regime.seated].sum())
    return np.maximum(regime.local.worth, 0.0) * regime.strengths / weights


def drop_clauses(lab: WorldLaboratory, regime: Regime, tell: Callable[[float], None]) -> tuple[Pivot, ...]:
    """Drop each of the clauses with the largest proven loss."""
    loss, base = _losses(lab, regime), _Base.of(lab, regime)
    order = np.argsort(-loss, kind="stable")[:MOST]
    out = []
    for count, k in enumerate(order.tolist(), start=1):
        if loss[k] > 0:
            without = regime.allowed.copy()
            without[k] = False
            key, proven = lab.draft.candidates[k].key, 1 - math.exp(-loss[k])
            out.append(_again(lab, regime, base, without, key, "clause", proven))
        tell(count / MOST)
    return tuple(out)


def drop_pairs(lab: WorldLaboratory, regime: Regime, tell: Callable[[float], None]) -> tuple[Pivot, ...]:
    """Drop all clauses between the two sides of a pair, for those with the largest proven loss."""
    loss, base = _losses(lab, regime), _Base.of(lab, regime)
    pairs: dict[str, list[int]] = {}
    for k, c in enumerate(lab.draft.candidates):
        pairs.setdefault(" – ".join(sorted((c.giver, c.beneficiary))), []).append(k)
    total = {pair: float(loss[ks].sum()) for pair, ks in pairs.items()}
    out = []
    for count, pair in enumerate(sorted(total, key=lambda name: (-total[name], name))[:MOST], start=1):
        without = regime.allowed.copy()
        without[pairs[pair]] = False
        out.append(_again(lab, regime, base, without, pair, "pair", 1 - math.exp(-total[pair])))
        tell(count / MOST)
    return tuple(out)


def drop_families(
    lab: WorldLaboratory,
    regime: Regime,
    tell: Callable[[float], None],
    *,
    executor: Executor | None = None,
) -> tuple[Pivot, ...]:
    """Drop each family of clauses in turn."""
    of = np.array([c.family for c in lab.draft.candidates])
    names = list(dict.fromkeys(of.tolist()))
    jobs = [(lab, regime, regime.seated, regime.allowed & (of != family)) for family in names]
    out = []
    for family, found in zip(names, _search_all(jobs, executor), strict=True):
        out.append(_compare(lab, regime, found, family, "family", None))
        tell(len(out) / len(names))
    return tuple(out)


def drop_groups(
    lab: WorldLaboratory,
    regime: Regime,
    blocs: Mapping[str, tuple[str, ...]],
    tell: Callable[[float], None],
    *,
    executor: Executor | None = None,
) -> tuple[Absence, ...]:
    """Let each bloc stay out in turn: its members neither give nor get, and the world still holds them."""
    jobs, out = [], []
    for members in blocs.values():
        seated, allowed = lab.without(frozenset(members))
        jobs.append((lab, regime, seated & regime.seated, allowed & regime.allowed))
    for (bloc, members), found in zip(blocs.items(), _search_all(jobs, executor), strict=True):
        here = tuple(code for code in lab.parties if code in members)
        loss = None
        if found.open:
            loss = 1 - math.exp(
                _mean(lab, found.gains, found.seated) - _mean(lab, regime.gains, found.seated)
            )
        out.append(Absence(bloc, here, found.open, found.gains, loss, found.gap, found.worst.value))
        tell(len(out) / len(blocs))
    return tuple(out)


def _search_all(
    jobs: list[tuple[WorldLaboratory, Regime, Flags, Flags]], executor: Executor | None
) -> Iterator[Regime]:
    return map(_search_job, jobs) if executor is None else executor.map(_search_job, jobs)


def _search_job(job: tuple[WorldLaboratory, Regime, Flags, Flags]) -> Regime:
    lab, regime, seated, allowed = job
    with threadpool_limits(limits=1, user_api="blas"):
        return search_regime(lab, seated=seated, allowed=allowed, start=regime.strengths)


def _again(lab: WorldLaboratory, regime: Regime, base: _Base, allowed: Flags, what: str, kind: str,
           proven: float) -> Pivot:  # fmt: skip
    """Solve the local game again without some clauses, and let the full world value the answer."""
    game = local_game(lab, regime, allowed)
    try:
        found = solve_concave(game)
    except SolveError:
        worst = worst_gain(game, lab.size[regime.seated])
        if worst.bound >= 0:
            raise
        return Pivot(what, kind, False, proven, None, None, worst.value)
    gains = lab.gains(lab.solve(found.values, regime.outcome))
    seated, weights = regime.seated, float(lab.party_weights[regime.seated].sum())
    lost = 1 - math.exp(min(found.objective - base.objective, 0.0) / weights)
    worst_off = float(((gains - lab.red_lines) / lab.size)[seated].min())
    open_ = bool((gains >= lab.red_lines + lab.least)[seated].all())
    return Pivot(what, kind, open_, proven, lost, float((gains - base.gains)[seated].sum()), worst_off)


@dataclass(frozen=True, slots=True)
class _Base:
    """The local game's own best mixture, in the full world: what drops are compared with."""

    objective: float
    gains: Array

    @classmethod
    def of(cls, lab: WorldLaboratory, regime: Regime) -> _Base:
        local = solve_concave(local_game(lab, regime, regime.allowed))
        return cls(local.objective, lab.gains(lab.solve(local.values, regime.outcome)))
