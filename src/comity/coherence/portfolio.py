"""What a government does and wants, as frozen data: measures, objectives and states (§7.1).

Who may import me: the coherence room and services. Start at :class:`Portfolio`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence.interaction_rules import Need

__all__ = ["OPPOSITES", "Measure", "Objective", "Portfolio", "StateValue", "Truth", "judge", "judge_all"]

#: Changes that undo each other; an edge about one is read backwards for the other, and said to be inferred.
OPPOSITES: Final[Mapping[str, str]] = {
    a: b
    for pair in (
        ("raise", "lower"),
        ("expand", "restrict"),
        ("introduce", "withdraw"),
        ("deepen", "reduce"),
        ("narrow", "widen"),
        ("longer", "shorter"),
        ("closure", "opening"),
        ("citizenship_granted", "citizenship_refused"),
    )
    for a, b in (pair, pair[::-1])
}

Truth = Literal["met", "not met", "unknown"]


@dataclass(frozen=True, slots=True)
class Measure:
    """Something a ministry or agency does, or fails to do.

    Attributes
    ----------
    key
        Name within the portfolio.
    ministry
        Who is responsible; names are free, the slugs of the catalogue are known.
    subject
        Code of an instrument (``LE01``), or the slug of a practice that interactions start from
        (``refugee_hr_commitments_unmet``).
    change
        What happens to the instrument (:data:`OPPOSITES`); empty for a practice.
    title
        In the ministry's own words.
    fixed
        True when the measure is not up for change (a repair leaves it alone).
    """

    key: str
    ministry: str
    subject: str
    change: str = ""
    title: str = ""
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Objective:
    """What the government wants of an outcome; ``weight`` is the user's, 0 to 1, and only orders findings."""

    key: str
    outcome: str
    wants: Literal["higher", "lower"]
    ministry: str
    weight: float = 1.0
    title: str = ""


@dataclass(frozen=True, slots=True)
class StateValue:
    """The answer to a state's question, and the reference that it rests on."""

    value: bool | float
    reference: str


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Measures, objectives and states of one country.

    Raises
    ------
    InputError
        A key that is used twice, or two measures that do the opposite of each other in one ministry.

    Examples
    --------
    >>> quota = Measure("quota", "interior", "LE01", "restrict")
    >>> Portfolio("ESP", (quota,)).measures[0].subject
    'LE01'
    """

    country: str
    measures: tuple[Measure, ...]
    objectives: tuple[Objective, ...] = ()
    states: Mapping[str, StateValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, keys in (
            ("measure", [m.key for m in self.measures]),
            ("objective", [o.key for o in self.objectives]),
        ):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                msg = f"{kind} '{twice[0]}' is written twice"
                raise InputError(msg, accepted=f"one entry for each {kind}")


def judge(need: Need, states: Mapping[str, StateValue]) -> Truth:
    """Say whether one part of a condition holds; a state that nobody answered is unknown.

    >>> from comity.evidence.interaction_rules import parse_need
    >>> judge(parse_need("not many_rejected"), {"many_rejected": StateValue(False, "portfolio")})
    'met'
    """
    given = states.get(need.state)
    if given is None:
        return "unknown"
    if need.compare:
        value = float(given.value)
        holds = {
            "<": value < need.number,
            "<=": value <= need.number,
            ">": value > need.number,
            ">=": value >= need.number,
        }[need.compare]
    else:
        holds = bool(given.value) != need.negated
    return "met" if holds else "not met"


def judge_all(needs: tuple[Need, ...], states: Mapping[str, StateValue]) -> Truth:
    """Join the parts of a condition (Kleene 1952: one false part makes it false; else unknown if one is)."""
    truths = {judge(need, states) for need in needs}
    if "not met" in truths:
        return "not met"
    return "unknown" if "unknown" in truths else "met"
