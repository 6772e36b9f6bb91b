"""How many states have committed themselves, at which level, and whether the levels go together (E106).

The interview holds that without a critical mass of national policies, commitment to global ones is harder.
National migration policies are in no table of the pack, so they are *not known* here. What can be counted is
what states have done with a partner, in a region, and at the global level; and whether those that have done
the one have more often done the other. That is an association, not a cause.

Uncertainty: states are drawn again with replacement.

Who may import me: services. Start at :func:`measure_coverage`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.regime.areas import read_areas
from comity.vocabulary import Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from comity.evidence import Evidence

    Flags = NDArray[np.bool_]

__all__ = ["Association", "Count", "Coverage", "measure_coverage"]

MIGRATION_TREATIES: Final = (
    "icmw", "refugee_convention_1951", "refugee_protocol_1967", "trafficking_protocol_2000",
    "smuggling_protocol_2000",
)  # fmt: skip
GCM: Final = "A/RES/73/195"
GCR: Final = "A/RES/73/151"
SEVERAL: Final = 5
"""From this many labour agreements on, a state counts as one with several: our choice."""


TREATY_TITLES: Final = {
    "icmw": "Party to the Migrant Workers Convention (1990)",
    "refugee_convention_1951": "Party to the Refugee Convention (1951)",
    "refugee_protocol_1967": "Party to the Refugee Protocol (1967)",
    "trafficking_protocol_2000": "Party to the Trafficking Protocol (2000)",
    "smuggling_protocol_2000": "Party to the Smuggling Protocol (2000)",
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many states of the list have done something.

    ``level`` is *with a partner*, *in a region* or *global*; ``reference`` is the table it is counted from.
    """

    key: str
    title: str
    level: str
    states: int
    reference: str


@dataclass(frozen=True, slots=True)
class Association:
    """Share of states with a global commitment among those with a nearer one, and among the others.

    ``difference`` is the first share less the second; ``verdict`` is *more often* (the whole 90 % range is
    above zero), *less often* (below) or *cannot be told*.
    """

    nearer: str
    further: str
    with_nearer: float
    without: float
    states_with: int
    states_without: int
    difference: Range
    verdict: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts and associations over one list of states.

    Attributes
    ----------
    states
        ISO3 of the states on the list of the Migrant Workers Convention, party or not: members of the United
        Nations.
    votes
        Vote on the migration compact → number of states; ``not recorded`` where the source lists no vote.
    by_treaties
        Number of migration treaties (0 to 5) → states that are party to so many.
    held
        Key of a count → ISO3 of the states.
    """

    states: tuple[str, ...]
    counts: tuple[Count, ...]
    votes: Mapping[str, int]
    by_treaties: Mapping[int, int]
    associations: tuple[Association, ...]
    held: Mapping[str, frozenset[str]]
    draws: int
    seed: int

    @property
    def claim(self) -> str:
        """Whether states with nearer commitments have global ones more often, by every pair of measures."""
        found = {a.verdict for a in self.associations}
        if found == {"more often"}:
            return "borne out by every measure"
        if found == {"less often"}:
            return "contradicted by every measure"
        return "hangs on the measure" if "more often" in found else "not borne out"


def measure_coverage(evidence: Evidence, *, draws: int = 1000, seed: int = 1) -> Coverage:
    """Count commitments by state and test whether nearer and global ones go together.

    Parameters
    ----------
    draws, seed
        Of the bootstrap over states.

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> found = measure_coverage(Evidence.load(), draws=50)
    >>> found.votes["yes"], found.votes["no"], found.votes["abstain"], len(found.states)
    (152, 5, 12, 193)
    """
    votes = evidence.table("compact_votes")
    gcm = votes[votes["resolution"] == GCM]
    treaties = evidence.table("treaty_status")
    states = tuple(sorted(treaties.loc[treaties["treaty"] == "icmw", "country"].astype(str)))
    voted = frozenset(gcm["country"].astype(str)) & set(states)
    parties = treaties[treaties["status"] == "state_party"]
    labour = evidence.table("labour_agreements")
    signed = [*labour["country_a"].astype(str), *labour["country_b"].astype(str)]
    times = {s: signed.count(s) for s in states}
    year = max(m.since for area in read_areas() for m in area.members)
    moving = {iso for area in read_areas() for iso in area.at(year)}

    held: dict[str, frozenset[str]] = {
        "labour": frozenset(s for s in states if times[s]),
        "labour_several": frozenset(s for s in states if times[s] >= SEVERAL),
        "movement": frozenset(s for s in states if s in moving),
    }
    titles = {
        "labour": ("One labour agreement or more signed since 1927", "with a partner", "labour_agreements"),
        "labour_several": (f"{SEVERAL} labour agreements or more", "with a partner", "labour_agreements"),
        "movement": ("Member of an area of free movement", "in a region", ""),
    }
    for treaty in MIGRATION_TREATIES:
        members = set(parties.loc[parties["treaty"] == treaty, "country"].astype(str))
        held[treaty] = frozenset(s for s in states if s in members)
        titles[treaty] = (TREATY_TITLES[treaty], "global", "treaty_status")
    for resolution, key, title in ((GCM, "gcm", "migration"), (GCR, "gcr", "refugees")):
        yes = votes[(votes["resolution"] == resolution) & (votes["vote"] == "yes")]
        held[key] = frozenset(yes["country"].astype(str)) & set(states)
        titles[key] = (f"Voted for the Global Compact on {title} (2018)", "global", "compact_votes")
    number = {s: sum(s in held[t] for t in MIGRATION_TREATIES) for s in states}
    return Coverage(
        states=states,
        counts=tuple(
            Count(
                key, titles[key][0], titles[key][1], len(held[key]),
                f"evidence:{titles[key][2]}" if titles[key][2] else "catalogue:free_movement_members",
            )
            for key in titles
        ),
        votes={
            **{str(k): int(n) for k, n in gcm["vote"].value_counts().sort_index().items()},
            "not recorded": len(states) - len(voted),
        },
        by_treaties={n: sum(x == n for x in number.values()) for n in range(len(MIGRATION_TREATIES) + 1)},
        associations=_associations(states, held, voted, draws, seed),
        held=held,
        draws=draws,
        seed=seed,
    )  # fmt: skip


_NEARER: Final = ("labour", "labour_several", "movement")
_FURTHER: Final = ("icmw", "smuggling_protocol_2000", "refugee_convention_1951", "gcm")


def _associations(
    states: tuple[str, ...],
    held: Mapping[str, frozenset[str]],
    voted: frozenset[str],
    draws: int,
    seed: int,
) -> tuple[Association, ...]:
    stream = np.random.default_rng(seed)
    weights = stream.multinomial(len(states), np.full(len(states), 1 / len(states)), size=draws).astype(float)
    flags = {key: np.array([s in who for s in states]) for key, who in held.items()}
    out = []
    for nearer in _NEARER:
        for further in _FURTHER:
            # a state without a recorded vote has not voted against; it is left out
            known = np.array([further != "gcm" or s in voted for s in states])
            here, rest, there = flags[nearer] & known, ~flags[nearer] & known, flags[further]
            one, other = _share(there, here), _share(there, rest)
            drawn = _shares(weights, there, here) - _shares(weights, there, rest)
            drawn = drawn[np.isfinite(drawn)]
            low, high = (float(x) for x in np.quantile(drawn, (0.05, 0.95)))
            middle = one - other
            verdict = "more often" if low > 0 else "less often" if high < 0 else "cannot be told"
            out.append(
                Association(
                    nearer, further, one, other, int(here.sum()), int(rest.sum()),
                    Range(min(low, middle), middle, max(high, middle)), verdict,
                )
            )  # fmt: skip
    return tuple(out)


def _share(there: Flags, of: Flags) -> float:
    return float((there & of).sum() / of.sum())


def _shares(weights: NDArray[np.float64], there: Flags, of: Flags) -> NDArray[np.float64]:
    """Share in each draw; not a number where no state of the group was drawn."""
    held = weights @ (there & of).astype(float)
    every = weights @ of.astype(float)
    out: NDArray[np.float64] = np.divide(held, every, out=np.full_like(held, np.nan), where=every > 0)
    return out
