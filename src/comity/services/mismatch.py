"""Regular entry beside other arrivals, by corridor, before and after a package (§4, first depth).

Registers show people admitted in a year, people found irregularly present, and asylum applications. Beside
them stands pressure: the moves that a gravity estimate expects (:mod:`comity.world.pressure`), which is no
count of arrivals. Where a register or the estimate says nothing the entry is missing, never zero.

Who may import me: services. Start at :func:`measure_mismatch`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.units import PERSONS
from comity.vocabulary import Figure, Range, SourceClass
from comity.world.pressure import expect_moves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.evidence import Catalogue, Evidence
    from comity.services.roundfile import Round

__all__ = ["MISSING", "PRESSURE_START", "RECENT_YEARS", "CorridorMismatch", "measure_mismatch"]

PER_YEAR: Final = f"{PERSONS} per year"
MISSING: Final = (
    "Registered arrivals are not pressure: people who would move but do not are not in them. Expected moves "
    "are estimated from past flows; single corridors vary far more than their range (comity mismatch "
    "--holdout)."
)
#: (table, key of the origin, key of the destination, value): people admitted in a year.
_REGULAR: Final = (("immigration_by_citizenship", "citizenship", "destination", "persons"),)
#: Arrivals outside regular entry.
_OTHER: Final = (
    ("found_irregular", "citizenship", "destination", "persons"),
    ("asylum_applications", "origin", "destination", "applications"),
)
#: A register that ends this many years before its table does no longer describes the corridor.
RECENT_YEARS: Final = 5
#: First year of the interval whose expected moves stand beside the registers.
PRESSURE_START: Final = 2020
#: Actions whose value is a number of yearly places.
_PLACES: Final = frozenset({"entry_places", "seasonal_places", "fixed_term_places", "humanitarian_places"})


@dataclass(frozen=True, slots=True)
class CorridorMismatch:
    """One corridor between two parties' members.

    Attributes
    ----------
    origin, destination
        ISO3.
    regular
        People admitted in the latest year on record, or None.
    other
        Found irregularly present, and asylum applications; those on record.
    places
        Yearly places that the package adds.
    pressure
        Expected moves a year in the interval from 2020, all skills, or None where none are estimated.
    """

    origin: str
    destination: str
    regular: Figure | None
    other: tuple[Figure, ...]
    places: float
    pressure: Range | None = None

    @property
    def ratio_before(self) -> float | None:
        """Other arrivals per regular entry, today."""
        return self._ratio(0.0)

    @property
    def ratio_after(self) -> float | None:
        """Other arrivals per regular entry if the package's places are added and nothing else changes."""
        return self._ratio(self.places)

    def _ratio(self, added: float) -> float | None:
        if self.regular is None or not self.other or not isinstance(self.regular.value, float):
            return None
        entries = self.regular.value + added
        others = sum(f.value for f in self.other if isinstance(f.value, float))
        return others / entries if entries > 0 else None


def _latest(
    evidence: Evidence, source: tuple[str, str, str, str], origin: str, destination: str
) -> Figure | None:
    table, from_key, to_key, value = source
    if table not in evidence.names():
        return None
    frame = evidence.table(table)
    rows = frame[(frame[from_key] == origin) & (frame[to_key] == destination) & frame[value].notna()]
    rows = rows[rows["year"] >= frame["year"].max() - RECENT_YEARS]
    if rows.empty:
        return None
    year = int(rows["year"].max())
    total = float(rows[rows["year"] == year][value].sum())
    reference = f"evidence:{table}[{from_key}={origin},{to_key}={destination},year={year}]#{value}"
    return Figure(total, PER_YEAR, SourceClass.EVIDENCE, reference)


def _share_out(members: tuple[str, ...], workers: Mapping[str, float] | None) -> dict[str, float]:
    weights = {code: 1.0 if workers is None else workers[code] for code in members}
    total = sum(weights.values())
    return {code: weight / total for code, weight in weights.items()}


def _expect(evidence: Evidence, corridors: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Range]:
    """Look up expected moves of the corridors that are estimated."""
    wanted = set(corridors)
    if not wanted or "pressure" not in evidence.names():
        return {}
    moves = expect_moves(evidence, start=PRESSURE_START)
    known = moves[moves.index.isin(wanted)]
    ends = zip(known["low"], known["mid"], known["high"], strict=True)
    return {pair: Range(*map(float, three)) for pair, three in zip(known.index, ends, strict=True)}


def measure_mismatch(
    round_: Round,
    evidence: Evidence,
    catalogue: Catalogue,
    package: Mapping[str, float],
    workers: Mapping[str, float] | None = None,
) -> tuple[CorridorMismatch, ...]:
    """Put regular entry beside other arrivals on each corridor for which entry places are on the table.

    Parameters
    ----------
    package
        Value by clause key; empty for no package.
    workers
        Work force by country, over which a bloc's places are shared as in the model; evenly unless given.
    """
    corridors: dict[tuple[str, str], float] = {}
    for clause in round_.table:
        if catalogue.instruments[clause.instrument].action not in _PLACES:
            continue
        givers = round_.party(clause.giver).countries
        origins = round_.party(clause.beneficiary).countries
        value = package.get(clause.key, 0.0)
        for origin, here in _share_out(origins, workers).items():
            for place, there in _share_out(givers, workers).items():
                corridors[origin, place] = corridors.get((origin, place), 0.0) + value * here * there
    expected = _expect(evidence, corridors)
    found = []
    for (origin, place), places in corridors.items():
        regular = [_latest(evidence, source, origin, place) for source in _REGULAR]
        other = [_latest(evidence, source, origin, place) for source in _OTHER]
        found.append(
            CorridorMismatch(
                origin,
                place,
                next((f for f in regular if f), None),
                tuple(f for f in other if f),
                places,
                expected.get((origin, place)),
            )
        )
    return tuple(found)
