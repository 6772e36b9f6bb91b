"""What is said about a package or a round beside its gains: frozen findings (§6.3–§6.7).

Money is US$ million per year, means over the draws, unless a field says otherwise.

Who may import me: the deal services. Start at :class:`Evaluation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.vocabulary import Range

__all__ = [
    "Broken",
    "BudgetUse",
    "Choices",
    "Circles",
    "Evaluation",
    "Fragility",
    "FrontierFound",
    "FrontierPoint",
    "Giving",
    "Improvement",
    "PairFound",
    "Payments",
    "Pressure",
    "RateFound",
    "Reason",
    "Sensitivity",
    "Splitting",
    "Staying",
    "StopAt",
    "Sureness",
    "Surest",
    "Threatened",
    "Turn",
    "UnitWorth",
    "Weighing",
    "WithoutClause",
]


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that a supplied package breaks.

    ``kind`` says which sort of rule; ``party`` whose red line or limit it is (None where it is nobody's own);
    ``value`` what the package holds and ``bound`` what the rule allows, in ``unit``; ``text`` the rule in the
    words of the round file, where it has words.
    """

    kind: Literal["range", "step", "limit", "principle", "budget", "waits", "red_line"]
    party: str | None
    clauses: tuple[str, ...]
    value: float | None
    bound: float | None
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Improvement:
    """A package that hurts nobody and helps somebody.

    ``changes`` holds what changes, value before and after (None: not in the package); ``gains`` the range of
    each party's added gain in the full world, with the mean in the middle; ``confirmed`` whether the full
    world agrees that nobody loses on average.
    """

    changes: Mapping[str, tuple[float | None, float | None]]
    gains: Mapping[str, Range]
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What there is to say about a package that the user brought.

    ``serves`` says of each party whether it reaches its red line on average and in the required share of
    draws. ``distance`` is how far the package is from the frontier: the largest total of gains that could be
    added without taking from anybody, proven to at most ``distance_bound``. Both are None where the package
    breaks a rule of the table, because then it is not one of the packages that the frontier is made of.
    """

    name: str
    title: str
    broken: tuple[Broken, ...]
    serves: Mapping[str, bool]
    distance: float | None
    distance_bound: float | None
    improvement: Improvement | None

    @property
    def within_rules(self) -> bool:
        """Whether the package breaks neither a rule of the table nor a red line."""
        return not self.broken


@dataclass(frozen=True, slots=True)
class Giving:
    """What passes from one party to another in a package: cost to the giver, worth to the one who gets it."""

    giver: str
    beneficiary: str
    clauses: tuple[str, ...]
    giver_gain: float
    beneficiary_gain: float


@dataclass(frozen=True, slots=True)
class UnitWorth:
    """What one more unit of a clause is worth to each party at this package: mean, and range over draws."""

    clause: str
    unit: str
    worth: Mapping[str, float]
    range: Mapping[str, Range]


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """How a budget is shared out, and what it is worth.

    ``used`` by clause; ``per_unit`` what one more unit of the budget adds to each party's gain, when the
    search is made again with a little more of it; ``whole`` what the budget adds against none of it (None
    where no package serves everybody without it).
    """

    name: str
    giver: str
    at_most: float
    unit: str
    used: Mapping[str, float]
    per_unit: Mapping[str, float] | None
    whole: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class Threatened:
    """The zone if the parties negotiate against a no-deal that others have worsened (§0).

    ``best_worst_gain`` is None where the zone is open without the threat.
    ``values`` is the package with the best smallest margin then, with what each party gains from it
    on average against its no-deal as it is and as worsened.
    """

    open: bool
    proven: bool
    best_worst_gain: float | None
    values: Mapping[str, float]
    against_no_deal: Mapping[str, float]
    against_worsened: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Pressure:
    """A party's mean gain over today and over the threatened no-deal; ``coerced``: only by the latter."""

    party: str
    over_status_quo: float
    over_threat: float
    coerced: bool


@dataclass(frozen=True, slots=True)
class Staying:
    """What a party has inside and outside, the others agreeing anew; mean gains over its no-deal.

    Outside it gives and gets nothing, but feels what the clauses of others do. ``others`` is how much the
    rest has more in sum when it is in; ``rest_agrees`` whether they agree without it; ``stays_out`` if it
    would rather be out.
    """

    party: str
    inside: float
    outside: float
    others: float
    rest_agrees: bool
    stays_out: bool


@dataclass(frozen=True, slots=True)
class Weighing:
    """Between which factors on a party's weight the package stays the same; gains by factor tried."""

    party: str
    low: float
    high: float
    gains: Mapping[float, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Turn:
    """The worth of a cell without a value at which its clause, at full value, enters or leaves.

    ``below`` and ``above`` enclose it; both None where the answer is one at −``reach`` and +``reach``.
    """

    party: str
    clause: str
    reach: float
    below: float | None
    above: float | None
    answer_low: str
    answer_high: str


@dataclass(frozen=True, slots=True)
class Splitting:
    """Each party's gain over the most that it could gain, and whom a stated rule flags."""

    ideal: Mapping[str, float]
    ratios: Mapping[str, float | None]
    flagged: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Circles:
    """The largest sum of gains, that by pairs alone (None: no deal by pairs), and what circles add."""

    together: float
    by_pairs: float | None
    added: float | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the answer hangs on; all of it asked of the mean game."""

    weights: tuple[Weighing, ...]
    turns: tuple[Turn, ...]
    staying: tuple[Staying, ...]
    split: Splitting | None
    circles: Circles | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a package is fragile: too little of one clause may be released or used.

    ``stated`` is the share of it that the round file expects; ``needed`` the least share at which every party
    keeps its red line on average, all else as expected (None where no share is enough); ``share_short`` in
    which share of draws less than that is released and used; ``party`` falls first.
    """

    kind: Literal["take_up", "tranches"]
    clause: str
    stated: Range
    needed: float | None
    share_short: float
    party: str


@dataclass(frozen=True, slots=True)
class StopAt:
    """Gains if delivery stops after a month: tranches that fall due later are never released."""

    month: int
    gains: Mapping[str, float]
    below: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fragility:
    """Whether a package holds only on paper (§5.5): what is used and released decides.

    ``package`` names it (``on paper``: the best package if all were used); ``on_paper`` and ``as_expected``
    are mean gains with everything used and with what the round file expects; ``share_kept`` in which share of
    draws each party keeps its red line; ``fragile`` when a party falls below its red line in more draws than
    the round allows, or would at the low end of what is expected of one clause. ``below_together`` fall below
    it on average when all of these clauses are at their low end at once.
    """

    package: str
    fragile: bool
    on_paper: Mapping[str, float]
    as_expected: Mapping[str, float]
    share_kept: Mapping[str, float]
    below: tuple[str, ...]
    below_together: tuple[str, ...]
    reasons: tuple[Reason, ...]
    stops: tuple[StopAt, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairFound:
    """What the clauses between two parties leave each of them with, and what they do to everybody else.

    ``stands_alone``: neither of the two loses by what passes between them.
    """

    first: str
    second: str
    first_net: float
    second_net: float
    others_net: float
    stands_alone: bool
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sureness:
    """In which share of draws each party gains enough, and all of them at once.

    Enough is the red line and what the round counts as a gain; ``worst`` and ``median`` are the least and the
    middle of what a party has above its red line.
    """

    by_party: Mapping[str, float]
    together: float
    worst: Mapping[str, float]
    median: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Payments:
    """The largest sum of gains when parties may pay each other, and the payments that divide it.

    ``total`` is reached and cannot exceed ``bound``; ``paid`` is what each party receives (below zero: pays);
    ``gains`` are after payments and ``together`` their sum, over the draws, as the search sees them.
    """

    values: Mapping[str, float]
    total: float
    bound: float
    gap: float
    proven: bool
    method: str
    paid: Mapping[str, float]
    gains: Mapping[str, Range]
    together: Range


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """A package of which no other gives every party as much and somebody more; mean gains."""

    gains: Mapping[str, float]
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class FrontierFound:
    """Packages on the frontier; ``complete`` when all are here, else they are spread over it."""

    points: tuple[FrontierPoint, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Surest:
    """The package in which each party gains enough in the largest share of draws; whether that is proven."""

    share: float
    proven: bool
    values: Mapping[str, float]
    gains: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RateFound:
    """What one unit of ``first`` is worth to a party, in units of ``second``; below zero: one is a cost.

    A unit of a concession is a unit less of the number where less is the larger concession. ``low`` and
    ``high`` are the 5th and 95th percentile over the draws.
    """

    party: str
    first: str
    second: str
    amount: float
    low: float
    high: float
    first_unit: str
    second_unit: str


@dataclass(frozen=True, slots=True)
class WithoutClause:
    """The best package when one clause is off the table; asked of mean gains.

    ``lost`` is by how much the logarithm of the product of gains falls (None: no package is left), ``change``
    what each party's mean gain changes by.
    """

    clause: str
    lost: float | None
    change: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Choices:
    """What else could be agreed, how surely, and what concessions are worth to each other (§6.2, §6.7)."""

    payments: Payments | None
    frontier: FrontierFound | None
    surest: Surest | None
    rates: tuple[RateFound, ...]
    without: tuple[WithoutClause, ...]
