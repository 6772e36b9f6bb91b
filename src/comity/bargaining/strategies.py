"""Scripted counterparts: conceder, boulware, tit-for-tat and principled (§6.8).

A strategy knows its own :class:`~comity.bargaining.position.Position` and a :class:`View` of what was said
in the room, nothing else. It has no clock and no chance in it: the same view gives the same decision.

Aspirations are margins above the own red line, US$ million per year, and never fall below what the party
must gain. What a strategy proposes is the package nearest to what the others asked for among those that
meet its aspiration (a trade-off: Faratin, Sierra and Jennings, 2002).

Who may import me: the bargaining room; services import these names from :mod:`comity.bargaining`.
Start at :func:`decide`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.bargaining.position import Position

__all__ = [
    "STRATEGIES",
    "Aspiration",
    "Decision",
    "Principled",
    "TimeDependent",
    "TitForTat",
    "View",
    "answer",
    "decide",
    "make_strategy",
]

STRATEGIES = ("conceder", "boulware", "tit-for-tat", "principled")


@dataclass(frozen=True, slots=True)
class View:
    """What a strategy may see: public words only.

    Attributes
    ----------
    draft
        The text as it stands, by clause key; empty for none.
    heard
        Earlier drafts as the others left them at each of this party's turns, the oldest first; without
        empty ones and without ``draft``.
    asked
        By clause, the last value that another party put into the text (None: taken out).
    movable
        Clauses that this party gives or gets, which it may change.
    time
        From 0 in the first round to 1 in the last.
    last
        True when this party does not speak again.
    """

    draft: Mapping[str, float]
    heard: tuple[Mapping[str, float], ...] = ()
    asked: Mapping[str, float | None] = field(default_factory=dict)
    movable: frozenset[str] = frozenset()
    time: float = 0.0
    last: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a strategy does: accept, reject, or propose changes (a value, or None for out)."""

    kind: Literal["accept", "reject", "propose"]
    changes: Mapping[str, float | None] = field(default_factory=dict)


class Aspiration(Protocol):
    """How much a party asks for at this moment, as a margin above its red line."""

    def target(self, position: Position, view: View) -> float:
        """Least margin that the party would propose now, US$ million per year."""
        ...

    def holds_out(self) -> bool:
        """Whether the party says no to better texts that do not meet its aspiration yet."""
        ...


@dataclass(frozen=True, slots=True)
class TimeDependent:
    """Concede with time alone (Faratin, Sierra and Jennings, 1998, equations 1 and 2, polynomial).

    The aspiration falls from the ideal to the least acceptable by the share ``t^(1/pace)`` of the way:
    ``pace`` above 1 concedes early (conceder), below 1 late (boulware).

    >>> early, late = TimeDependent(3.0), TimeDependent(0.2)
    >>> round(early.share(0.25), 2), round(late.share(0.25), 4)
    (0.63, 0.001)
    """

    pace: float

    def __post_init__(self) -> None:
        _check(self.pace, "pace", top=math.inf)

    def share(self, time: float) -> float:
        """Share of the way from ideal to least acceptable that is given up by ``time``."""
        return float(min(max(time, 0.0), 1.0) ** (1.0 / self.pace))

    def target(self, position: Position, view: View) -> float:
        """Least margin that the party would propose now."""
        least = position.epsilon
        return least + (1.0 - self.share(view.time)) * (position.ideal - least)

    def holds_out(self) -> bool:
        """Whether it refuses improvements that come too early."""
        return self.pace < 1.0


@dataclass(frozen=True, slots=True)
class TitForTat:
    """Give up as much as the others gave (Faratin, Sierra and Jennings, 1998, behaviour-dependent tactics).

    What the others gave is how far their drafts have risen, in this party's own measure, since the first
    one that they left it. A draft that falls back takes the concession back.
    """

    def target(self, position: Position, view: View) -> float:
        """Least margin that the party would propose now."""
        if not view.draft or not view.heard:
            return position.ideal
        given = position.margin(view.draft) - position.margin(view.heard[0])
        return min(max(position.ideal - given, position.epsilon), position.ideal)

    def holds_out(self) -> bool:
        """Whether it refuses improvements that come too early."""
        return False


@dataclass(frozen=True, slots=True)
class Principled:
    """Ask for a stated share of what one could gain, and stay there; look for trade-offs instead.

    The standard is a point between red line and ideal, known before the talks (Fisher and Ury, 1981, on
    objective criteria; Raiffa, 1953, on the midpoint). Time and pressure do not move it; at the very end
    the party takes any package above its red line.
    """

    standard: float

    def __post_init__(self) -> None:
        _check(self.standard, "standard", top=1.0)

    def target(self, position: Position, view: View) -> float:
        """Least margin that the party would propose now."""
        del view
        return position.epsilon + self.standard * (position.ideal - position.epsilon)

    def holds_out(self) -> bool:
        """Whether it refuses improvements that come too early."""
        return False


def _check(value: float, name: str, *, top: float) -> None:
    if not (math.isfinite(value) and 0 < value <= top):
        msg = f"{name} {value}"
        raise InputError(msg, key=name, accepted="a number above 0" + ("" if top == math.inf else " up to 1"))


def make_strategy(name: str, *, conceder: float, boulware: float, standard: float) -> Aspiration:
    """Make a strategy by name; the paces and the standard are parameters, so the caller brings them.

    >>> make_strategy("conceder", conceder=3.0, boulware=0.2, standard=0.5)
    TimeDependent(pace=3.0)
    """
    made: dict[str, Aspiration] = {
        "conceder": TimeDependent(conceder),
        "boulware": TimeDependent(boulware),
        "tit-for-tat": TitForTat(),
        "principled": Principled(standard),
    }
    if name not in made:
        msg = f"unknown strategy '{name}'"
        raise InputError(msg, key="strategy", accepted=", ".join(STRATEGIES))
    return made[name]


def decide(strategy: Aspiration, position: Position, view: View) -> Decision:
    """Decide in request-offer mode.

    A draft is accepted when it is worth at least as much as the party would ask for now or next (Baarslag,
    Hindriks and Jonker, 2013: AC-next), or when the party does not speak again and the draft is above its
    red line. A party proposes nothing that it would not accept itself.

    Examples
    --------
    >>> from comity.bargaining.game import Clause, Game
    >>> from comity.bargaining.position import Position
    >>> clauses = (Clause("visas", "E", "M", 0, 10), Clause("returns", "M", "E", 0, 10))
    >>> nothing = [[[0.0, 0.0], [0.0, 0.0]]]
    >>> mine = Position("M", Game(("E", "M"), clauses, nothing, nothing), [[3.0, -1.0]], [[0, 0]])
    >>> view = View({}, movable=frozenset({"visas", "returns"}))
    >>> decide(TimeDependent(3.0), mine, view).changes
    {'visas': 10.0}
    """
    if position.best is None:
        return Decision("reject")
    least = position.epsilon
    target = max(strategy.target(position, view), least)
    at_hand = position.accepts(view.draft)
    margin = position.margin(view.draft)
    slack = 1e-6 * max(1.0, abs(position.ideal))
    if view.draft and at_hand and (view.last or margin >= target - slack):
        return Decision("accept")
    wanted = {key: value for key, value in view.draft.items() if key not in view.asked}
    wanted |= {key: value for key, value in view.asked.items() if value is not None}
    fixed = {c.key: view.draft.get(c.key) for c in position.clauses if c.key not in view.movable}
    offer = position.nearest(min(target, position.ideal), wanted, fixed=fixed)
    if offer is None and target > least:
        # what others have settled between them puts the aspiration out of reach: ask for what is left
        reach = position.best_within(fixed)
        if reach is not None:
            offer = position.nearest(max(position.margin(reach) - slack, least), wanted, fixed=fixed)
    if offer is None or not position.accepts(offer):
        return Decision("reject")
    changes = position.changes(view.draft, offer, sorted(view.movable))
    if view.draft and at_hand and position.margin(offer) <= margin + slack:
        return Decision("accept")
    return Decision("propose", changes) if changes else Decision("reject")


def answer(strategy: Aspiration, position: Position, agreed: Mapping[str, float], view: View) -> bool:
    """Say yes or no in single-text mode: yes when the draft is better than the last text that all took.

    A party that holds out also wants its aspiration met. What is beyond its limits is never better.
    """
    if not position.within_limits(view.draft):
        return False
    margin, before = position.margin(view.draft), position.margin(agreed)
    slack = 1e-9 * max(1.0, abs(before))
    if margin <= before + slack:
        return False
    if position.best is None or not strategy.holds_out():
        return True
    return margin >= min(strategy.target(position, view), position.ideal) - slack
