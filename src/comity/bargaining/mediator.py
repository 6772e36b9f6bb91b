"""A mediator with a single text: proposes revisions, and hears yes, no, better and worse (§6.8).

The mediator never learns a number. It first circulates a draft with everything in it, to hear which clauses
each side would rather see more or less of; then a text of what nobody minds; then, at half strength, the
clauses that some want and others do not, so that each is paid for with another. A revision replaces the text
only when all say yes, so an agreed text is never worsened for anybody who answers truthfully (Fisher, 1978;
Raiffa, 1982, on the single negotiating text). Later revisions pair a clause that one side wants with one that
the other wants and move both a little, as in mediated search by yes and no (Ehtamo, Kettunen and Hämäläinen,
2001; Klein, Faratin, Sayama and Bar-Yam, 2003).

Who may import me: the bargaining room; services import these names from :mod:`comity.bargaining`.
Start at :func:`write_text`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.bargaining.game import Clause, Game

__all__ = ["Hearing", "write_text"]

SMALLEST = 0.5**3
"""The least strength at which a bundle holds a clause, as a part of its range."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """A text, and what each party said to it: yes or no, and clauses that are better or worse for it."""

    text: Mapping[str, float]
    yes: Mapping[str, bool]
    better: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    worse: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def all_yes(self) -> bool:
        """True when every party said yes."""
        return all(self.yes.values())


@dataclass
class _Mind:
    """What the mediator makes of the hearings so far."""

    agreed: dict[str, float] = field(default_factory=dict)
    tried: list[dict[str, float]] = field(default_factory=list)
    signs: dict[tuple[str, str], int] = field(default_factory=dict)
    sizes: dict[str, float] = field(default_factory=dict)


def write_text(
    table: Game,
    hearings: Sequence[Hearing],
    *,
    stronger: Mapping[str, float] | None = None,
    seed: int = 0,
) -> dict[str, float] | None:
    """Write the next text, or None when the mediator has no better idea: the agreed text is then final.

    Parameters
    ----------
    table
        The public table; payoffs in it are not read.
    hearings
        All texts so far with their answers. The mediator remembers nothing else, so it replays.
    stronger
        By clause, the end of its range that is the larger concession; the upper end unless given.
    seed
        Order in which pairs of clauses are tried.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> clauses = (Clause("visas", "E", "M", 0, 10), Clause("returns", "M", "E", 0, 10))
    >>> nothing = [[[0.0, 0.0], [0.0, 0.0]]]
    >>> table = Game(("E", "M"), clauses, nothing, nothing)
    >>> write_text(table, [])
    {'visas': 10.0, 'returns': 10.0}
    """
    ends = {c.key: (stronger or {}).get(c.key, c.ends[1]) for c in table.clauses}
    if not hearings:
        return _complete(table, {}, {c.key: 1.0 for c in table.clauses}, ends)
    mind = _listen(table, hearings, ends)
    liked = {key: 1.0 for key in _keys(table) if _wanted(mind, key) and not _minded(mind, key)}
    contested = [key for key in _keys(table) if _wanted(mind, key) and _minded(mind, key)]
    first = _complete(table, {}, liked, ends)
    if first and first not in mind.tried and not mind.agreed:
        return first
    base = dict(mind.agreed)
    bundle = {key: mind.sizes.get(key, 0.5) for key in contested}
    bundle = {key: size for key, size in bundle.items() if key not in base}
    text = _complete(table, base or first, bundle, ends)
    if bundle and text and text not in mind.tried:
        return text
    return _pair(table, mind, contested, ends, seed)


def _keys(table: Game) -> list[str]:
    return [clause.key for clause in table.clauses]


def _wanted(mind: _Mind, key: str) -> bool:
    return any(sign > 0 for (_, k), sign in mind.signs.items() if k == key)


def _minded(mind: _Mind, key: str) -> bool:
    return any(sign < 0 for (_, k), sign in mind.signs.items() if k == key)


def _listen(table: Game, hearings: Sequence[Hearing], ends: Mapping[str, float]) -> _Mind:
    mind = _Mind()
    sides = {clause.key: (clause.giver, clause.beneficiary) for clause in table.clauses}
    for place, heard in enumerate(hearings):
        text = dict(heard.text)
        more = _directions(table, mind.agreed, text, ends)
        for party in heard.yes:
            for keys, sign in ((heard.better.get(party, ()), 1), (heard.worse.get(party, ()), -1)):
                for key in keys:
                    # a mark is about the change; what is kept is whether the party wants more of the clause,
                    # and only of clauses that it gives or gets: for the others its yes or no is enough
                    if party in sides[key]:
                        mind.signs[party, key] = sign * more.get(key, 1)
        mind.tried.append(text)
        if heard.all_yes:
            mind.agreed = text
            continue
        if place == 0:
            continue  # the first draft is there to be criticised
        for party, yes in heard.yes.items():
            if yes:
                continue
            for key in _keys(table):
                sign = mind.signs.get((party, key), 0)
                size = mind.sizes.get(key, 0.5)
                if sign < 0:
                    mind.sizes[key] = max(size / 2, SMALLEST)
                elif sign > 0:
                    mind.sizes[key] = min(1.0, size + size / 2)
    return mind


def _directions(
    table: Game, before: Mapping[str, float], after: Mapping[str, float], ends: Mapping[str, float]
) -> dict[str, int]:
    """Say of each changed clause whether the text has more of it (1) or less (−1)."""
    found = {}
    for clause in table.clauses:
        old, new = (_strength(clause, text.get(clause.key), ends) for text in (before, after))
        if old != new:
            found[clause.key] = 1 if new > old else -1
    return found


def _strength(clause: Clause, value: float | None, ends: Mapping[str, float]) -> float:
    """0 for out, from just above 0 at the weak end to 1 at the strong end."""
    if value is None:
        return 0.0
    low, high = clause.ends
    if high == low:
        return 1.0
    part = (value - low) / (high - low)
    return SMALLEST + (1 - SMALLEST) * (part if ends[clause.key] == high else 1 - part)


def _value(clause: Clause, strength: float, ends: Mapping[str, float]) -> float:
    """Find the value at a strength from 0 (weak end) to 1 (strong end), on a step where there are steps."""
    low, high = clause.ends
    part = strength if ends[clause.key] == high else 1 - strength
    if clause.steps:
        return low + (high - low) * round(part * clause.steps) / clause.steps
    if high == low:
        return low
    grid = 10.0 ** math.floor(math.log10(high - low)) / 10
    return min(max(float(f"{round((low + (high - low) * part) / grid) * grid:.9g}"), low), high)


def _complete(
    table: Game, base: Mapping[str, float], sizes: Mapping[str, float], ends: Mapping[str, float]
) -> dict[str, float]:
    """Add clauses to a text one by one with what they need, leaving out those that would break a rule."""
    text = dict(base)
    by_key = {clause.key: clause for clause in table.clauses}
    for key, size in sizes.items():
        trial = {**text, key: _value(by_key[key], size, ends)}
        while needed := [r.second for r in table.requirements if r.first in trial and r.second not in trial]:
            for other in needed:
                trial[other] = _value(by_key[other], sizes.get(other, 0.5), ends)
        if not table.breaches(trial):
            text = trial
            continue
        # a rule that wants one of several others: the first of them in the order of the table that helps
        for other in sizes:
            helped = {**trial, other: _value(by_key[other], sizes[other], ends)}
            if other not in trial and not table.breaches(helped):
                text = helped
                break
    return {clause.key: text[clause.key] for clause in table.clauses if clause.key in text}


def _pair(
    table: Game, mind: _Mind, contested: Sequence[str], ends: Mapping[str, float], seed: int
) -> dict[str, float] | None:
    """Move two contested clauses at once, each wanted by somebody who minds the other."""
    base = mind.agreed
    by_key = {clause.key: clause for clause in table.clauses}
    parties = sorted({party for party, _ in mind.signs})
    trials: list[dict[str, float]] = []
    for first in contested:
        for second in contested:
            pays = any(
                mind.signs.get((p, first), 0) < 0 < mind.signs.get((p, second), 0) for p in parties
            ) or any(mind.signs.get((p, second), 0) < 0 < mind.signs.get((p, first), 0) for p in parties)
            if first >= second or not pays:
                continue
            for one, other in ((1, 1), (1, -1), (-1, 1)):
                text = dict(base)
                for key, turn in ((first, one), (second, other)):
                    text = _shift(text, by_key[key], turn, ends)
                text = {k: text[k] for k in by_key if k in text}
                if text != base and text not in mind.tried and not table.breaches(text):
                    trials.append(text)
    if not trials:
        return None
    stream = np.random.default_rng([seed, len(mind.tried)])
    return trials[int(stream.integers(len(trials)))]


def _shift(text: dict[str, float], clause: Clause, turn: int, ends: Mapping[str, float]) -> dict[str, float]:
    """Move one clause by a quarter of its range towards its strong end (1) or its weak end (−1)."""
    now = text.get(clause.key)
    if now is None:
        return text if turn < 0 else {**text, clause.key: _value(clause, 0.5 / 2, ends)}
    low, high = clause.ends
    part = 0.0 if high == low else (now - low) / (high - low)
    strength = part if ends[clause.key] == high else 1 - part
    moved = strength + turn * 0.5 / 2
    if moved < 0:
        return {key: value for key, value in text.items() if key != clause.key}
    return {**text, clause.key: _value(clause, min(moved, 1.0), ends)}
