"""The regime as a whole: speed of cooperation by area, agencies and their mandates (§8).

Who may import me: the doors. Start at :func:`regime_speed` and :func:`regime_agencies`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.evidence import Catalogue, Evidence
from comity.evidence.catalogue_set import GCM_SCHEME
from comity.regime import Coverage, Mandates, Speed, measure_coverage, measure_speed, read_mandates
from comity.services.regime_coverage_document import write_coverage
from comity.services.regime_document import write_agencies, write_speed
from comity.services.result import Result

if TYPE_CHECKING:
    from comity.reports.document import Document
    from comity.vocabulary import Range

__all__ = [
    "RegimeAgencies",
    "RegimeCoverage",
    "RegimeSpeed",
    "regime_agencies",
    "regime_coverage",
    "regime_speed",
]


@dataclass(frozen=True, slots=True, repr=False)
class RegimeSpeed(Result):
    """How far each area has come, and whether (a) and (b) are ahead of (c)."""

    speed: Speed

    def document(self, *, brief: bool = False) -> Document:
        """Lay out the answer, the timeline and the tests; ``brief`` keeps what fits a few screens."""
        return write_speed(self.speed, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data; a year without a figure is null."""
        s = self.speed
        return {
            "seed": s.seed, "draws": s.draws, "states": s.states, "north": s.north,
            "not_classified": list(s.unclassified), "years": list(s.years),
            "series": {f"{m}|{t}": [_number(x) for x in line] for (m, t), line in s.series.items()},
            "share_of_pairs": {f"{m}|{t}": _range(r) for (m, t), r in s.levels.items()},
            "share_of_migrants": {f"{m}|{t}": _range(r) for (m, t), r in s.migrants.items()},
            "pace_per_decade": {m: _range(r) for m, r in s.pace.items()},
            "comparisons": [
                {"yardstick": c.yardstick, "corridor": c.corridor, "area": c.ahead.area.value,
                 "measure": c.ahead.key, "against": c.entry.key, "difference": _range(c.difference),
                 "verdict": c.verdict}
                for c in s.comparisons
            ],
            "texts": [
                {"corridor": t.corridor, "agreements": t.agreements, "rights": _range(t.rights),
                 "entry": _range(t.entry), "difference": _range(t.difference), "quota": _range(t.quota),
                 "equal_treatment": _range(t.equal_treatment), "verdict": t.verdict}
                for t in s.texts
            ],
            "visa_free": [
                {"direction": v.direction, "share": v.share, "pairs": v.pairs, "year": v.year}
                for v in s.visas
            ],
            "trade_agreements": {"unknown": "not coded"},
            "readmission_agreements": {"unknown": "not in the pack"},
        }  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class RegimeAgencies(Result):
    """The map of agencies, and the objectives of the compact that no agency of the map names."""

    mandates: Mandates
    unserved: tuple[str, ...]
    objectives: dict[str, str]

    def document(self) -> Document:
        """Lay out the map, gaps, overlaps and the calendar of meetings."""
        return write_agencies(self.mandates, self.unserved, self.objectives)

    def to_dict(self) -> dict[str, Any]:
        """Lay the map out as plain data."""
        m = self.mandates
        return {
            "agencies": [
                {"key": a.key, "name": a.name, "since": a.since, "mandate": a.mandate,
                 "does": [{"area": area.value, "function": f} for area, f in a.does],
                 "gcm": list(a.gcm), "source": a.source, "mark": a.mark}
                for a in m.agencies
            ],
            "gaps": [{"area": area.value, "function": f} for area, f in m.gaps()],
            "overlaps": [
                {"area": area.value, "function": f, "agencies": list(who)}
                for area, f, who in m.overlaps()
            ],
            "objectives_of_no_agency": list(self.unserved),
            "meetings": [
                {"field": x.field, "forum": x.forum, "years_between": x.years_between,
                 "ministers": x.ministers, "note": x.note, "mark": x.mark}
                for x in m.meetings
            ],
            "leadership": [
                {"key": x.key, "name": x.name, "since": x.since, "until": x.until, "role": x.role,
                 "mandate_from": x.mandate_from, "states_bind_themselves": x.binds,
                 "source": x.source, "mark": x.mark}
                for x in m.leaders
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class RegimeCoverage(Result):
    """How many states have committed themselves, at which level, and whether the levels go together."""

    coverage: Coverage

    def document(self) -> Document:
        """Lay out counts, associations and what is not known."""
        return write_coverage(self.coverage)

    def to_dict(self) -> dict[str, Any]:
        """Lay counts and associations out as plain data; national policies are not known."""
        c = self.coverage
        return {
            "states": len(c.states), "seed": c.seed, "draws": c.draws,
            "national_policies": {"unknown": "not known"},
            "counts": [
                {"key": x.key, "title": x.title, "level": x.level, "states": x.states,
                 "reference": x.reference}
                for x in c.counts
            ],
            "vote_on_migration_compact": dict(c.votes),
            "states_by_number_of_migration_treaties": {str(k): n for k, n in c.by_treaties.items()},
            "claim": c.claim,
            "associations": [
                {"nearer": a.nearer, "further": a.further, "share_with": round(a.with_nearer, 6),
                 "share_without": round(a.without, 6), "states_with": a.states_with,
                 "states_without": a.states_without, "difference": _range(a.difference),
                 "verdict": a.verdict}
                for a in c.associations
            ],
        }  # fmt: skip


def regime_speed(*, draws: int = 1000, seed: int = 1) -> RegimeSpeed:
    """Measure cooperation in the three areas and test the claim of E23."""
    return RegimeSpeed(measure_speed(Evidence.load(), draws=draws, seed=seed))


def regime_coverage(*, draws: int = 1000, seed: int = 1) -> RegimeCoverage:
    """Count commitments by state and level, and test what E106 holds as far as the pack can."""
    return RegimeCoverage(measure_coverage(Evidence.load(), draws=draws, seed=seed))


def regime_agencies() -> RegimeAgencies:
    """Map agencies by area and function.

    >>> "negotiation" in {f for _, f in regime_agencies().mandates.gaps()}
    True
    """
    objectives = {t.code: t.label for t in Catalogue.load().vocabulary if t.scheme == GCM_SCHEME}
    mandates = read_mandates()
    return RegimeAgencies(mandates, mandates.unserved(tuple(objectives)), objectives)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def _range(r: Range) -> dict[str, float]:
    return {"low": round(r.low, 6), "mid": round(r.mid, 6), "high": round(r.high, 6)}
