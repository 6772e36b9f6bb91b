"""A package that keeps every party's floor in a stated share of the draws, not only at central values (§6.2).

For a party that falls short, the mean of its gain over its worst draws (one minus the stated share of
them) is
held above the floor: an expected-shortfall constraint, which is at least as strict as the share itself
(Rockafellar and Uryasev 2000). It enters the local games as a linear cut made from derivatives in those
draws, and the draws of the new package decide whether it worked.

Who may import me: the world-round services. Start at :func:`make_sturdy`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.services.world_draws import draw_values, slope_draws, value_draws
from comity.services.world_laboratory import Cuts
from comity.services.world_search import search_regime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from comity.evidence import Parameters
    from comity.services.world_clauses import Candidate
    from comity.services.world_laboratory import WorldLaboratory
    from comity.services.world_search import Regime

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]

__all__ = ["Written", "draw_again", "make_sturdy", "write_package"]

#: Times that cuts are renewed.
MOST_TURNS: Final = 3
#: Share of draws above the one asked up to which a party is held too, since what helps one may cost another.
NEAR: Final = 0.1


@dataclass(frozen=True, slots=True)
class Written:
    """A regime as it would be written down: rounded values, and what they do.

    Attributes
    ----------
    regime
        The search behind it.
    values
        Value of every clause that differs from today, by position among the candidates.
    gains
        Of every party in the full world at central values, at the written values; US$ million a year, P.
    draws
        The same in every draw; draws × P.
    gap
        (bound of the local game − Σ w log of these gains) / Σ w.
    """

    regime: Regime
    values: Mapping[int, float]
    gains: Array
    draws: Array
    gap: float

    def share(self, lab: WorldLaboratory) -> Array:
        """Share of draws in which each party reaches its red line or more; P."""
        return np.asarray((self.draws > lab.red_lines).mean(axis=0))

    def holds(self, lab: WorldLaboratory) -> bool:
        """Whether every seated party reaches its floor at central values, as written."""
        seated = self.regime.seated
        return bool((self.gains >= lab.red_lines + lab.least)[seated].all())


def write_package(
    lab: WorldLaboratory,
    regime: Regime,
    parameters: Parameters,
    *,
    draws: int,
    seed: int,
    executor: Executor | None = None,
    tell: Callable[[float], None] | None = None,
) -> Written:
    """Write a regime down, and let the full world value it: at central values, then in every draw."""
    values = {
        k: written
        for k, (c, strength) in enumerate(zip(lab.draft.candidates, regime.strengths, strict=True))
        if (written := c.value(float(strength))) != c.value(0.0)
    }
    gains = lab.gains(lab.world.solve(lab.written(values)))
    net = (gains - lab.red_lines)[regime.seated]
    weights = lab.party_weights[regime.seated]
    reached = float(weights @ np.log(net)) if (net > 0).all() else -np.inf
    bare = Written(regime, values, gains, np.zeros((0, len(gains))), (regime.bound - reached) / weights.sum())
    return draw_again(lab, bare, parameters, draws=draws, seed=seed, executor=executor, tell=tell)


def draw_again(
    lab: WorldLaboratory,
    written: Written,
    parameters: Parameters,
    *,
    draws: int,
    seed: int,
    executor: Executor | None = None,
    tell: Callable[[float], None] | None = None,
) -> Written:
    """Value the same package in other draws; those that shaped a package speak too well of it."""
    package: list[tuple[Candidate, float]] = [(lab.draft.candidates[k], v) for k, v in written.values.items()]
    drawn = value_draws(lab.bench, parameters, package, draws=draws, seed=seed, executor=executor, tell=tell)
    return replace(written, draws=drawn[:, lab.rows])


def make_sturdy(
    lab: WorldLaboratory,
    first: Written,
    parameters: Parameters,
    *,
    share: float,
    draws: int,
    seed: int,
    executor: Executor | None = None,
    tell: Callable[[str, float], None] | None = None,
) -> Written:
    """Search again until every party keeps its red line in at least ``share`` of the draws.

    Returns
    -------
    Written
        The last package; where no such package was found it is the nearest one, and its draws say so. The
        first one unless a party falls short there.
    """
    say = tell if tell is not None else _say_nothing
    every = draw_values(parameters, draws=draws, seed=seed)
    worst_count = max(1, math.ceil((1 - share) * draws))
    best, cuts = first, None
    for turn in range(MOST_TURNS):
        reached = np.where(best.regime.seated, best.share(lab), np.inf)
        if reached.min() >= share:
            return best
        weak = np.flatnonzero(reached < share + NEAR)
        worst = {int(p): np.argsort(best.draws[:, p], kind="stable")[:worst_count] for p in weak}
        used = sorted({int(d) for listed in worst.values() for d in listed})
        slopes = slope_draws(
            lab.bench,
            lab.draft.candidates,
            best.regime.strengths,
            [every[d] for d in used],
            lab.rows[weak].tolist(),
            executor=executor,
            tell=partial(say, "Looking into the draws in which a party loses"),
        )
        cuts = _add_cuts(lab, best, cuts, weak, worst, used, slopes)
        regime = search_regime(lab, start=best.regime.strengths, cuts=cuts, seated=best.regime.seated,
                               allowed=best.regime.allowed)  # fmt: skip
        if not regime.open:
            return best
        label = f"Valuing the sturdier package in every draw ({turn + 1})"
        again = write_package(
            lab, regime, parameters, draws=draws, seed=seed, executor=executor,
            tell=partial(say, label),
        )  # fmt: skip
        if again.share(lab)[again.regime.seated].min() <= reached.min():
            return best
        best = again
    return best


def _say_nothing(label: str, share: float) -> None:
    """Stand in where no door listens."""


def _add_cuts(
    lab: WorldLaboratory,
    at: Written,
    cuts: Cuts | None,
    weak: Places,
    worst: Mapping[int, Places],
    used: list[int],
    slopes: Array,
) -> Cuts:
    """One row for each weak party: its mean gain over its worst draws stays above its floor."""
    rows, limits = [], []
    for column, party in enumerate(map(int, weak)):
        picked = [used.index(int(d)) for d in worst[party]]
        slope = slopes[picked, column].mean(axis=0)
        gain = float(at.draws[worst[party], party].mean())
        floor = float(lab.red_lines[party] + lab.least[party])
        # gain + slope (x − x₀) ≥ floor, as a share of the party's value added.
        rows.append(-slope / lab.size[party])
        limits.append((gain - float(slope @ at.regime.strengths) - floor) / lab.size[party])
    made = Cuts(np.stack(rows), np.array(limits))
    if cuts is None:
        return made
    return Cuts(np.vstack([cuts.rows, made.rows]), np.append(cuts.limits, made.limits))
