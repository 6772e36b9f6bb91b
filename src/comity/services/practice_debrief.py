"""The debrief of a finished round: what was created, who claimed it, and what was left on the table (§6.8).

Only here are the positions of all parties laid open, and only of a round that is over.

Who may import me: doors. Start at :func:`practice_debrief`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comity.bargaining import Game, Solution, solve_nash, solve_utilitarian
from comity.errors import InputError
from comity.protocol import Kind
from comity.reports.canonical import render_json
from comity.services.practice_seats import join_positions
from comity.services.practice_words import tell_outcome
from comity.units import USD_MILLION_YEAR
from comity.vocabulary import Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.bargaining import Position
    from comity.services.practice import Practice

__all__ = ["Debrief", "PackageView", "Step", "practice_debrief", "whole_game"]


@dataclass(frozen=True, slots=True)
class PackageView:
    """A package and what it is worth to each party; gains against no deal, US$ million per year."""

    name: str
    values: Mapping[str, float]
    gains: Mapping[str, Range]
    mean: Mapping[str, float]
    accepted_by: tuple[str, ...]

    @property
    def total(self) -> float:
        """Sum of the mean gains."""
        return float(sum(self.mean.values()))


@dataclass(frozen=True, slots=True)
class Step:
    """One text that was put: who put it, in which round, and each party's mean gain from it.

    ``below`` names the parties whose red line or limits it passed. Until others had spoken, much of a text
    was only a wish.
    """

    number: int
    round: int
    party: str
    mean: Mapping[str, float]
    below: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Debrief:
    """What happened, and what could have.

    Attributes
    ----------
    outcome
        The deal, or the empty package where there was none.
    nash
        The Nash package, None where no package makes every party a net gainer.
    better
        The package with the largest total gain that leaves nobody worse off than the outcome and keeps every
        red line; None where there is none (the outcome is efficient within rounding).
    created, possible
        Total mean gain of the outcome, and the largest total of any package that all could accept.
    left
        What :attr:`better` adds to the total.
    conceded
        By party: mean gain to itself of its own first text, of its last, and how many texts it put.
    linked, areas
        Clauses of the outcome outside migration, and areas of the catalogue in the outcome.
    nobody_proposed
        True when no text that was put equals :attr:`better`.
    """

    round: str
    seat: str
    mode: str
    strategies: Mapping[str, str]
    names: Mapping[str, str]
    deal: bool
    ending: str
    outcome: PackageView
    nash: PackageView | None
    better: PackageView | None
    created: float
    possible: float | None
    left: float
    claimed: Mapping[str, float | None]
    steps: tuple[Step, ...]
    conceded: Mapping[str, tuple[float, float, int]]
    linked: tuple[str, ...]
    areas: tuple[str, ...]
    red_lines: Mapping[str, float]
    limits: Mapping[str, tuple[str, ...]]
    nobody_proposed: bool
    seed: int
    draws: int
    unit: str = USD_MILLION_YEAR

    def to_json(self) -> str:
        """Write as one JSON object."""
        return render_json(self)


def whole_game(practice: Practice) -> Game:
    """Put the positions of all parties together: the game as the facilitator may see it."""
    positions = practice._positions  # noqa: SLF001  (the debrief opens them)
    return join_positions(practice.table, positions, share=practice.public.settings.share_of_draws)


def practice_debrief(practice: Practice) -> Debrief:
    """Lay open a finished round.

    Raises
    ------
    InputError
        The round is not over: its private values stay closed.
    """
    state = practice.state
    if not state.over:
        msg = "the round is not over, so its debrief stays closed"
        raise InputError(msg, accepted="a round that ended with a deal, a refusal, or the last round")
    game = whole_game(practice)
    positions = practice._positions  # noqa: SLF001
    parties = game.parties
    outcome = _view("outcome", dict(state.draft) if state.deal else {}, game, positions)
    nash = solve_nash(game)
    top = solve_utilitarian(game) if nash.found else None
    better = _better(game, outcome) if nash.found else None
    steps = _steps(practice, game, positions)
    best = None if better is None else _view("better", better.values, game, positions)
    put = [
        s.draft for s, m in zip(practice.states[1:], practice.moves, strict=True) if m.kind is not Kind.LEAVE
    ]
    areas = tuple(dict.fromkeys(c.area for c in game.clauses if c.key in outcome.values))
    created = outcome.total
    return Debrief(
        round=practice.public.round,
        seat=practice.setup.seat,
        mode=practice.setup.mode,
        strategies=dict(practice.setup.strategies),
        names=practice.desk.names,
        deal=state.deal,
        ending=tell_outcome(state.outcome, practice.desk.names),
        outcome=outcome,
        nash=_view("nash", nash.values, game, positions) if nash.found else None,
        better=best,
        created=created,
        possible=None if top is None else float(top.mean_gains.sum()),
        left=0.0 if best is None else best.total - created,
        claimed={p: outcome.mean[p] / created if created > 0 else None for p in parties},
        steps=steps,
        conceded=_conceded(steps, parties),
        linked=tuple(c.key for c in game.clauses if c.linked and c.key in outcome.values),
        areas=areas,
        red_lines={p: positions[p].red_line for p in parties},
        limits={p: tuple(sorted(positions[p].limits)) for p in parties},
        nobody_proposed=best is not None and not any(dict(d) == dict(best.values) for d in put),
        seed=practice.setup.seed,
        draws=practice.setup.draws,
    )


def _view(
    name: str, values: Mapping[str, float], game: Game, positions: Mapping[str, Position]
) -> PackageView:
    gains = game.gains(values)
    return PackageView(
        name,
        dict(values),
        {p: Range.of(gains[:, i]) for i, p in enumerate(game.parties)},
        {p: float(gains[:, i].mean()) for i, p in enumerate(game.parties)},
        tuple(p for p in game.parties if positions[p].accepts(values)) if values else (),
    )


def _better(game: Game, outcome: PackageView) -> Solution | None:
    """Find the largest total gain among packages that all accept and that leave nobody worse off."""
    assert game.red_lines is not None  # noqa: S101  (filled at construction)
    held = np.array([outcome.mean[p] for p in game.parties])
    first = solve_utilitarian(game.replace(red_lines=np.maximum(game.red_lines, held), share=game.share))
    found = first if first.found else None
    # holding the old mean in a share of draws asks too much; on average is what nobody worse off means
    loose = solve_utilitarian(
        game.replace(
            red_lines=np.maximum(game.red_lines + game.epsilon, held), epsilon=0.0, share=1.0 / game.draws
        )
    )
    if loose.found and game.rational(loose.values):
        more = found is None or float(loose.mean_gains.sum()) > float(found.mean_gains.sum())
        found = loose if more else found
    slack = 1e-3 * max(1.0, abs(outcome.total))
    if found is None or float(found.mean_gains.sum()) <= outcome.total + slack:
        return None
    return found


def _steps(practice: Practice, game: Game, positions: Mapping[str, Position]) -> tuple[Step, ...]:
    found = []
    for number, move in enumerate(practice.moves):
        if move.kind not in (Kind.PROPOSE, Kind.TEXT):
            continue
        text = practice.states[number + 1].draft
        mean = game.gains(text).mean(axis=0)
        found.append(
            Step(
                number + 1,
                practice.states[number].round(practice.rules),
                move.party,
                {p: float(mean[i]) for i, p in enumerate(game.parties)},
                tuple(p for p in game.parties if not positions[p].accepts(text)),
            )
        )
    return tuple(found)


def _conceded(steps: tuple[Step, ...], parties: tuple[str, ...]) -> dict[str, tuple[float, float, int]]:
    found = {}
    for party in parties:
        own = [step.mean[party] for step in steps if step.party == party]
        if own:
            found[party] = (own[0], own[-1], len(own))
    return found
