"""Evaluate a package that the user brings: rules, red lines, frontier, one improvement (§6.7).

Who may import me: :mod:`comity.services.deal`. Start at :func:`evaluate_package`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.bargaining import Solution, improve_package, solve_nash
from comity.services import deal_packages as packs
from comity.services.deal_findings import Evaluation, Improvement
from comity.services.deal_rules import find_broken, find_red_lines
from comity.vocabulary import Range

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from comity.bargaining import Game
    from comity.services.deal_result import PackageResult
    from comity.services.deal_supplied import Supplied
    from comity.services.laboratory import Laboratory
    from comity.services.search import Search

    Array = NDArray[np.float64]

__all__ = ["evaluate_package"]

#: A mean below this share of the largest change of a draw is what sums leave over.
NOISE: Final = 1e-6

#: An improvement below this share of the largest gain on the table is rounding.
WORTH_SAYING: Final = 1e-4
#: A change is dropped from the improvement while what is left adds at least this share of all that could be.
ENOUGH: Final = 0.5


def evaluate_package(
    lab: Laboratory, search: Search, brought: Supplied, tell: Callable[[str, float], None]
) -> tuple[tuple[PackageResult, ...], Evaluation]:
    """Check a supplied package in the full world and look for an improvement that hurts nobody.

    Returns
    -------
    tuple
        The package as a result, followed by the improved one where there is one; and what there is to say.
    """
    game, values = search.game, dict(brought.values)
    units = {c.key: lab.catalogue.instruments[c.instrument].parameter.unit for c in lab.round.table}
    broken = find_broken(lab.round, units, game, values)
    best = solve_nash(game)
    found = [packs.Found("supplied", _as_solution(game, values, best))]
    asked = [values]
    distance = bound = None
    better: dict[str, float] | None = None
    if not broken:
        tell("Looking for an improvement that hurts nobody", 0.5)
        distance, bound, better = _improve(game, values)
    if better is not None:
        found.append(packs.Found("improved", _as_solution(game, better, best)))
        asked.append(better)
    results = packs.account_packages(lab, search, found, asked, tell)
    first = results[0]
    title = brought.title or packs.TITLES["supplied"]
    results = (replace(first, title=title), *results[1:])
    slack = dict(zip(game.parties, map(float, packs.TOLERANCE * game.scale), strict=True))
    red = find_red_lines(game, first.margins, slack)
    below = {item.party for item in red}
    return results, Evaluation(
        name=brought.name,
        title=title,
        broken=(*broken, *red),
        serves={code: code not in below for code in game.parties},
        distance=distance,
        distance_bound=bound,
        improvement=None if better is None else _describe(game, values, better, results),
    )


def _as_solution(game: Game, values: Mapping[str, float], best: Solution) -> Solution:
    """Write a package as a solution: its Nash objective, and how far below the best one it is."""
    gains = game.gains(values)
    mean = gains.mean(axis=0)
    objective = float(game.weight @ np.log(mean)) if np.all(mean > 0) else None
    bound = best.bound if best.found else None
    gap = None if objective is None or bound is None else max(0.0, bound - objective)
    return Solution(values, gains, objective, bound, gap, "as supplied", "bounded")


def _improve(game: Game, values: Mapping[str, float]) -> tuple[float, float, dict[str, float] | None]:
    """Find what could be added while nobody loses, and a short way to much of it.

    Gains are means over the draws; in the share of draws in which a party keeps its red line, it still does.
    """
    here = game.gains(values).mean(axis=0)
    found = improve_package(game, values)
    left, bound = max(0.0, found.left_total), max(0.0, found.left_total_bound)
    if found.efficient or left <= WORTH_SAYING * float(game.scale.max()):
        return left, bound, None
    keep_draws = game.rational(values)

    def serves(candidate: Mapping[str, float]) -> bool:
        gained = game.gains(candidate).mean(axis=0) - here
        return (
            bool(np.all(gained >= -1e-6 * game.scale))
            and not game.breaches(candidate)
            and (game.rational(candidate) or not keep_draws)
        )

    exact = dict(found.solution.values)
    whole = next((v for v in (packs.round_values(game, exact), exact) if serves(v)), None)
    return left, bound, None if whole is None else _shorten(game, values, whole, serves, here)


def _shorten(
    game: Game,
    values: Mapping[str, float],
    whole: dict[str, float],
    serves: Callable[[Mapping[str, float]], bool],
    here: Array,
) -> dict[str, float]:
    """Undo the changes that add least, as long as nobody loses and most of what is added stays."""
    table = [clause.key for clause in game.clauses]
    package = dict(whole)
    total = float(game.gains(whole).mean(axis=0).sum() - here.sum())
    while True:
        options = []
        for key in table:
            if package.get(key) == values.get(key):
                continue
            trial = {k: v for k, v in package.items() if k != key}
            if key in values:
                trial[key] = values[key]
            trial = {k: trial[k] for k in table if k in trial}
            added = float(game.gains(trial).mean(axis=0).sum() - here.sum())
            if added >= ENOUGH * total and serves(trial):
                options.append((added, key, trial))
        if not options:
            return package
        package = max(options, key=lambda x: (x[0], x[1]))[2]


def _around_mean(change: Array) -> Range:
    """Nine draws in ten, with the mean in the middle: that nobody loses is meant on average."""
    around = Range.of(change)
    mean = float(change.mean())
    if abs(mean) <= NOISE * float(np.abs(change).max(initial=0.0)):
        mean = 0.0
    return Range(min(around.low, mean), mean, max(around.high, mean))


def _describe(
    game: Game, values: Mapping[str, float], better: Mapping[str, float], results: tuple[PackageResult, ...]
) -> Improvement:
    change = results[1].by_draw - results[0].by_draw
    keys = [c.key for c in game.clauses if values.get(c.key) != better.get(c.key)]
    mean = change.mean(axis=0)
    nearly = -1e-3 * max(float(np.abs(mean).max()), math.ulp(1.0))
    return Improvement(
        changes={key: (values.get(key), better.get(key)) for key in keys},
        gains={code: _around_mean(change[:, p]) for p, code in enumerate(game.parties)},
        confirmed=bool(np.all(mean >= nearly)),
    )
