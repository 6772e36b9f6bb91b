"""The web of reciprocities of a regime: who gives whom, in which circles, and who holds it up (§6.6, §6.10).

All worths are local: derivative at the regime times strength. They add up to a party's gain but for
curvature, which the report states as a distance.

Who may import me: the world-round services. Start at :func:`weave`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.services.world_file import FAMILIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comity.services.world_laboratory import WorldLaboratory
    from comity.services.world_sturdy import Written

    Array = NDArray[np.float64]

__all__ = ["Circle", "Family", "Seat", "Tie", "Web", "weave"]

#: Circles that are listed.
MOST_CIRCLES: Final = 5


@dataclass(frozen=True, slots=True)
class Tie:
    """What one side gives another: clauses by instrument, and their worth; US$ million a year.

    ``to_beneficiary`` and ``to_giver`` are the two sides' own gain from these clauses (a giver may gain too).
    """

    giver: str
    beneficiary: str
    clauses: tuple[tuple[str, int], ...]
    to_beneficiary: float
    to_giver: float


@dataclass(frozen=True, slots=True)
class Family:
    """One family of clauses: drafted, used, at full strength; worth to each side and to all others."""

    family: str
    drafted: int
    used: int
    full: int
    amount: float
    to_givers: float
    to_beneficiaries: float
    to_others: float


@dataclass(frozen=True, slots=True)
class Seat:
    """One party in the web.

    Attributes
    ----------
    gives, gets
        Clauses in which it is giver or beneficiary.
    from_own, from_others
        Its gain from clauses to which it is a side, and from all others; US$ million a year.
    price
        What one more US$ million for it is worth in the product of gains; per cent of the mean gain.
    floor_binds
        Whether its floor holds the regime back.
    bounds
        Bounds of the file that it has reached.
    rests_on_it
        Parties that would fall below their red line if its clauses went and nothing else changed; clauses of
        a customs union stay when one member goes.
    """

    code: str
    gives: int
    gets: int
    from_own: float
    from_others: float
    price: float
    floor_binds: bool
    bounds: tuple[str, ...]
    rests_on_it: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Circle:
    """Three parties of which each loses with one neighbour and gains with the other; US$ million a year.

    ``gains[k]`` is what party k + 1 gains from its clauses with party k, ``losses[k]`` what party k loses
    there: none of the three pairs would sign alone.
    """

    parties: tuple[str, str, str]
    gains: tuple[float, float, float]
    losses: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Web:
    """The whole web."""

    ties: tuple[Tie, ...]
    families: tuple[Family, ...]
    seats: tuple[Seat, ...]
    circles: tuple[Circle, ...]


def weave(lab: WorldLaboratory, written: Written) -> Web:
    """Lay out the web of a written package; parties are in alphabetical order, ties by worth."""
    regime, candidates = written.regime, lab.draft.candidates
    used = np.array(sorted(written.values), dtype=np.intp)
    worth = regime.slopes[:, used] * regime.strengths[used]
    place = {code: k for k, code in enumerate(lab.parties)}
    giver = [_rows(lab, candidates[k].giver, place) for k in used]
    getter = [_rows(lab, candidates[k].beneficiary, place) for k in used]
    ties: dict[tuple[str, str], list[int]] = {}
    for column, k in enumerate(used):
        ties.setdefault((candidates[k].giver, candidates[k].beneficiary), []).append(column)
    listed = [
        Tie(
            pair[0],
            pair[1],
            _count([candidates[used[c]].instrument for c in columns]),
            float(sum(worth[getter[c], c].sum() for c in columns)),
            float(sum(worth[giver[c], c].sum() for c in columns)),
        )
        for pair, columns in ties.items()
    ]
    listed.sort(key=lambda tie: (-tie.to_beneficiary, tie.giver, tie.beneficiary))
    return Web(
        tuple(listed),
        tuple(_families(lab, written, used, worth, giver, getter)),
        tuple(_seats(lab, written, worth, giver, getter)),
        tuple(_circles(lab, listed)),
    )


def _rows(lab: WorldLaboratory, side: str, place: dict[str, int]) -> list[int]:
    return [place[code] for code in lab.draft.members.get(side, (side,)) if code in place]


def _count(names: list[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name, names.count(name)) for name in sorted(set(names)))


def _families(
    lab: WorldLaboratory,
    written: Written,
    used: NDArray[np.intp],
    worth: Array,
    giver: list[list[int]],
    getter: list[list[int]],
) -> list[Family]:
    candidates, out = lab.draft.candidates, []
    total = worth[written.regime.seated].sum(axis=0)
    for family in FAMILIES:
        columns = [c for c, k in enumerate(used) if candidates[k].family == family]
        gave = float(sum(worth[giver[c], c].sum() for c in columns))
        got = float(sum(worth[getter[c], c].sum() for c in columns))
        drafted = sum(c.family == family for c in candidates)
        amount = sum(abs(written.values[int(used[c])] - candidates[used[c]].today) for c in columns)
        if family not in ("entry", "transfers") and columns:
            amount /= len(columns)
        full = sum(written.regime.strengths[used[c]] > 1 - FULL for c in columns)
        rest = float(total[columns].sum()) - gave - got
        if drafted:
            out.append(Family(family, drafted, len(columns), int(full), float(amount), gave, got, rest))
    return out


#: A strength this near to 1 is full.
FULL: Final = 1e-4


def _seats(
    lab: WorldLaboratory,
    written: Written,
    worth: Array,
    giver: list[list[int]],
    getter: list[list[int]],
) -> list[Seat]:
    regime = written.regime
    caps, names = lab.limits
    filled = np.asarray(caps @ regime.strengths).ravel() > 1 - FULL
    reached: dict[str, list[str]] = {}
    for (bound, code), full in zip(names, filled, strict=True):
        if full:
            reached.setdefault(code, []).append(bound)
    local = regime.local
    seated = np.flatnonzero(regime.seated)
    price = dict(zip(seated.tolist(), [] if local is None else local.prices + local.floors, strict=False))
    tight = dict(
        zip(seated.tolist(), [] if local is None else local.floors * local.gains > FULL, strict=False)
    )
    total = float(lab.party_weights[seated].sum())
    floors = lab.red_lines
    out = []
    for row in seated.tolist():
        gives = [c for c, rows in enumerate(giver) if row in rows]
        gets = [c for c, rows in enumerate(getter) if row in rows]
        own = sorted({*gives, *gets})
        # What a customs union gives stays when one member goes.
        alone = [c for c in own if row not in giver[c] or len(giver[c]) == 1]
        alone = [c for c in alone if row not in getter[c] or len(getter[c]) == 1]
        left = written.gains - worth[:, alone].sum(axis=1)
        fallen = [lab.parties[p] for p in seated.tolist() if p != row and left[p] < floors[p]]
        mine = float(worth[row, own].sum())
        out.append(
            Seat(
                lab.parties[row], len(gives), len(gets), mine, float(worth[row].sum()) - mine,
                float(price.get(row, 0.0)) / total, bool(tight.get(row, False)),
                tuple(reached.get(lab.parties[row], ())), tuple(fallen),
            )
        )  # fmt: skip
    return out


def _circles(lab: WorldLaboratory, ties: list[Tie]) -> list[Circle]:
    """Circles of three in which no pair would sign alone, by their smallest gain; each party in one only."""
    n = len(lab.parties)
    place = {code: k for k, code in enumerate(lab.parties)}
    own = np.zeros((n, n))  # own[a, b]: what a gains from all clauses between a and b
    for tie in ties:
        if tie.giver in place and tie.beneficiary in place:
            g, b = place[tie.giver], place[tie.beneficiary]
            own[g, b] += tie.to_giver
            own[b, g] += tie.to_beneficiary
    edge = (own < 0) & (own.T > 0)  # a loses, b gains
    found = []
    for a, b in np.argwhere(edge).tolist():
        for c in np.flatnonzero(edge[b] & edge[:, a]).tolist():
            if a < b and a < c:
                gains = (float(own[b, a]), float(own[c, b]), float(own[a, c]))
                losses = (float(-own[a, b]), float(-own[b, c]), float(-own[c, a]))
                found.append(
                    (min(gains), Circle((lab.parties[a], lab.parties[b], lab.parties[c]), gains, losses))
                )
    found.sort(key=lambda item: (-item[0], item[1].parties))
    out: list[Circle] = []
    taken: set[str] = set()
    for _, circle in found:
        if not taken & set(circle.parties):
            out.append(circle)
            taken |= set(circle.parties)
        if len(out) == MOST_CIRCLES:
            break
    return out
