"""Blocs as pieces of a puzzle: who is in, what holds inside, and whether two pieces fit (§8, E109, E110).

A provision states a level and how that level limits others: *exactly* names a level that a common text would
have to settle, *at least* and *at most* are limits that do not give way. Two pieces contradict each other
where the binding limits of both leave no level at all, where one rules out what the other holds, or where
both set tariffs for themselves at one frontier.

Who may import me: regime, services. Start at :func:`compare_pieces`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from comity.regime.agreement import Force
from comity.regime.register import Kind, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from comity.regime.agreement import Agreement
    from comity.regime.areas import FreeMovementArea
    from comity.regime.register import Register
    from comity.regime.tags import Tags
    from comity.vocabulary import Area

__all__ = [
    "Fit",
    "Flaw",
    "Limit",
    "Match",
    "Piece",
    "Provision",
    "compare_pieces",
    "find_flaw",
    "provisions_of_agreement",
    "provisions_of_area",
    "provisions_on_record",
]

FREE_MOVEMENT: Final = "LE18"
TRADE: Final = "TR01"
#: Share of a bloc's members that a trade agreement of members alone must hold to count as the bloc's own.
MOST_OF: Final = 0.6


class Limit(StrEnum):
    """How the level of a provision limits what others may agree."""

    EXACTLY = "exactly"
    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Provision:
    """What holds among the members of a piece.

    ``level`` is None where no number is told. ``excludes`` are tags that cannot hold beside this one.
    ``where`` says what it was taken from; ``mark`` how far that can be trusted.
    """

    tag: str
    words: str
    level: float | None = None
    limit: Limit = Limit.EXACTLY
    force: Force = Force.NOT_KNOWN
    excludes: tuple[str, ...] = ()
    where: str = ""
    mark: str = ""

    @property
    def span(self) -> tuple[float, float]:
        """Levels that this provision leaves open.

        >>> Provision("RM01", "", 3.0, Limit.AT_MOST).span
        (-inf, 3.0)
        """
        if self.level is None:
            return -math.inf, math.inf
        low = -math.inf if self.limit is Limit.AT_MOST else self.level
        high = math.inf if self.limit is Limit.AT_LEAST else self.level
        return low, high


@dataclass(frozen=True, slots=True)
class Piece:
    """A bloc: its members (ISO3, in alphabetical order) and what holds among them."""

    code: str
    name: str
    members: tuple[str, ...]
    provisions: tuple[Provision, ...] = ()
    customs_union: bool = False
    source: str = ""
    mark: str = ""

    def provision(self, tag: str) -> Provision | None:
        """Return the strictest provision under a tag: a binding one before others."""
        found = [p for p in self.provisions if p.tag == tag]
        forces, limits = list(Force), list(Limit)
        return min(
            found,
            key=lambda p: (
                forces.index(p.force), p.level is None, p.level or 0.0, limits.index(p.limit),
                p.words, p.where, p.excludes,
            ),
            default=None,
        )  # fmt: skip


class Match(StrEnum):
    """How two pieces fit under one tag."""

    SAME = "same"
    MERGEABLE = "mergeable"
    ONE_SIDE = "one side only"
    CONTRADICTING = "contradicting"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Fit:
    """Two pieces under one tag, with the words why; ``low`` to ``high`` is the range in which they merge."""

    first: str
    second: str
    tag: str
    title: str
    area: Area | None
    match: Match
    words: str
    low: float | None = None
    high: float | None = None
    unit: str = ""


def compare_pieces(a: Piece, b: Piece, tags: Tags) -> tuple[Fit, ...]:
    """Hold two pieces against each other, tag by tag; which of them is named first changes nothing.

    Examples
    --------
    >>> from comity.regime import Tags
    >>> firm = Provision("RM01", "fees", 3.0, Limit.AT_MOST, Force.BINDING)
    >>> loose = Provision("RM01", "fees", 5.0, Limit.AT_LEAST, Force.BINDING)
    >>> pair = Piece("A", "A", ("MAR",), (firm,)), Piece("B", "B", ("ESP",), (loose,))
    >>> [str(f.match) for f in compare_pieces(*pair, Tags.load())]
    ['contradicting']
    """
    first, second = sorted((a, b), key=lambda p: p.code)
    held = {p.tag for piece in (first, second) for p in piece.provisions}
    fits = [_fit(first, second, tag, tags) for tag in sorted(held)]
    if first.customs_union and second.customs_union:
        fits.append(
            Fit(first.code, second.code, "CET", "Common external tariff", None, Match.MERGEABLE,
                "both set tariffs together: they can cut them for each other, but a country of one cannot be "
                "in the other as well")
        )  # fmt: skip
    order = list(Match)
    return tuple(sorted(fits, key=lambda f: (-order.index(f.match), f.tag)))


def _fit(a: Piece, b: Piece, tag: str, tags: Tags) -> Fit:
    p, q = a.provision(tag), b.provision(tag)
    instrument = tags.catalogue.instruments.get(tag)
    unit = instrument.parameter.unit if instrument else ""

    def fit(match: Match, words: str, low: float | None = None, high: float | None = None) -> Fit:
        title = tags.titles.get(tag, tag)
        return Fit(a.code, b.code, tag, title, tags.area(tag), match, words, low, high, unit)

    for one, other, holder in ((p, b, a), (q, a, b)):
        ruled_out = [x.tag for x in other.provisions if one is not None and tag in x.excludes]
        if one is not None and ruled_out:
            return fit(
                Match.CONTRADICTING,
                f"{holder.code} holds it, and {other.code} rules it out by {ruled_out[0]}",
            )
    if p is None or q is None:
        holder = b if p is None else a
        return fit(Match.ONE_SIDE, f"only {holder.code} holds it; the other would have to take it over")
    low, high = max(p.span[0], q.span[0]), min(p.span[1], q.span[1])
    firm = Limit.EXACTLY not in (p.limit, q.limit) and Force.BINDING is p.force is q.force
    if p.level is not None and q.level is not None and low > high:
        if firm:
            words = f"{a.code} {p.limit} {p.level:g}, {b.code} {q.limit} {q.level:g}, both binding"
            return fit(Match.CONTRADICTING, words)
        ends = sorted((p.level, q.level))
        words = f"a common level has to be settled between {ends[0]:g} and {ends[1]:g} {unit}".strip()
        return fit(Match.MERGEABLE, words, *ends)
    if p.force is not q.force and Force.NOT_KNOWN not in (p.force, q.force):
        return fit(
            Match.MERGEABLE, f"{p.force} in {a.code}, {q.force} in {b.code}: agree on how far it binds"
        )
    if (p.level, p.limit) == (q.level, q.limit) and p.level is not None:
        return fit(Match.SAME, "the same level", p.level, p.level)
    if p.level is None and q.level is None:
        if Force.NOT_KNOWN in (p.force, q.force):
            return fit(Match.UNKNOWN, "both hold it; how far it binds is not told")
        return fit(Match.SAME, "both hold it, equally binding, without a number")
    if p.level is None or q.level is None:
        return fit(Match.MERGEABLE, f"only {(b if p.level is None else a).code} states a number")
    ends_open = (None if math.isinf(low) else low, None if math.isinf(high) else high)
    return fit(Match.MERGEABLE, "both limits leave room for a common level", *ends_open)


# ------------------------------------------------------------------------------- where provisions come from


def provisions_of_area(area: FreeMovementArea) -> tuple[Provision, ...]:
    """Write what an area of free movement gives its members; uneven practice is no binding promise."""
    force = Force.BINDING if area.practice == "open" else Force.BEST_EFFORT
    words = f"{area.instrument} (since {area.since}; practice: {area.practice})"
    where = "catalogue:free_movement_members"
    return (Provision(FREE_MOVEMENT, words, force=force, where=where, mark=area.mark),)


def provisions_of_agreement(agreement: Agreement) -> tuple[Provision, ...]:
    """Write what an agreement file lays down, one provision per clause and tag."""
    return tuple(
        Provision(tag, clause.summary, clause.value, Limit.EXACTLY, clause.force, (),
                  f"agreement:{agreement.key} clause {clause.key}", agreement.mark)
        for clause in agreement.clauses
        for tag in clause.tags
    )  # fmt: skip


def provisions_on_record(members: Sequence[str], register: Register) -> tuple[Provision, ...]:
    """Trade agreements on record among members alone that hold most of them; their content is not coded."""
    whole = set(members)
    found = [
        e
        for e in register.all(Kind.TRADE_AGREEMENT)
        if set(e.parties) <= whole and len(e.parties) >= MOST_OF * len(whole)
    ]
    if not found:
        return ()
    widest = max(found, key=lambda e: (len(e.parties), e.key))
    since = "" if isinstance(widest.since, Unknown) else f", on record since {widest.since}"
    return (
        Provision(
            TRADE, f"{widest.title}{since}", force=Force.NOT_KNOWN, where=widest.reference, mark="read"
        ),
    )


# ---------------------------------------------------------------------------------------------------- flaws


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in a set of pieces that contradicts itself; ``piece`` and ``key`` say where."""

    piece: int
    key: tuple[str | int, ...]
    message: str
    accepted: str


def find_flaw(pieces: Sequence[Piece], *, acts_in: Iterable[str] = ()) -> Flaw | None:
    """Find the first contradiction among pieces: a country in two of them, where none is chosen to act.

    Parameters
    ----------
    pieces
        With their members, before it is decided where a country acts.
    acts_in
        Countries of which the file says in which piece they act.

    Examples
    --------
    >>> pair = Piece("A", "A", ("TZA",)), Piece("B", "B", ("TZA",))
    >>> find_flaw(pair).message
    'TZA is in A and in B'
    """
    chosen = set(acts_in)
    for k, piece in enumerate(pieces):
        for other in pieces[:k]:
            for code in piece.members:
                if code not in other.members:
                    continue
                if piece.customs_union and other.customs_union:
                    message = f"{code} is in two customs unions, {other.code} and {piece.code}"
                    return Flaw(k, ("members",), message, "one common external tariff for each country")
                if code not in chosen:
                    message = f"{code} is in {other.code} and in {piece.code}"
                    accepted = f"acts_in: {{{code}: {other.code}}} or {{{code}: {piece.code}}}"
                    return Flaw(k, ("members",), message, accepted)
    return None
