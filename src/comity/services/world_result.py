"""The answer of a world round as data (§6.10): frozen, and writable as one JSON object.

Who may import me: the world-round services and doors. Start at :class:`WorldDeal`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.reports.canonical import render_json
from comity.services.result import Result
from comity.services.world_wording import significant
from comity.units import USD_MILLION_YEAR
from comity.vocabulary import Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence import Evidence, Parameters
    from comity.reports.document import Document
    from comity.services.world_file import WorldFile
    from comity.services.world_laboratory import WorldLaboratory
    from comity.services.world_pivots import Absence, Pivot
    from comity.services.world_search import Regime
    from comity.services.world_sturdy import Written
    from comity.services.world_web import Web
    from comity.vocabulary import Instrument

__all__ = ["Others", "WorldDeal"]


@dataclass(frozen=True, slots=True)
class Others:
    """Other mixtures valued in the full world, and how many of them exceed the bound of the local game."""

    tried: int
    beaten: int


@dataclass(frozen=True, repr=False)
class WorldDeal(Result):
    """All that one world round found.

    Attributes
    ----------
    first
        The search at central values.
    central
        Its package as written; None when no regime was found.
    final
        The package reported: the sturdy one where one was found, else the same as ``central``. A sturdy one
        is valued in draws that its search has not seen.
    share_in_search
        Least share of draws with a gain in the draws that shaped the sturdy package; None when none did.
    """

    file: WorldFile
    names: Mapping[str, str]
    lab: WorldLaboratory
    without: tuple[str, ...]
    first: Regime
    central: Written | None
    final: Written | None
    share_in_search: float | None
    web: Web | None
    pivots: tuple[Pivot, ...]
    absences: tuple[Absence, ...]
    others: Others
    instruments: Mapping[str, Instrument]
    evidence: Evidence
    parameters: Parameters
    seed: int
    draws: int
    versions: Mapping[str, str]

    @property
    def zone_open(self) -> bool:
        """Whether every party at the table reaches its floor in the full world, as the package is written."""
        return self.final is not None and self.final.holds(self.lab)

    @property
    def sturdy(self) -> bool:
        """Whether every party also reaches its red line in the stated share of the draws."""
        return self.least_share() >= self.file.world_round.share_of_draws

    def least_share(self) -> float:
        """Smallest share of draws, over the parties at the table, in which a party gains."""
        if self.final is None:
            return 0.0
        return float(self.final.share(self.lab)[self.final.regime.seated].min())

    def seated(self) -> list[int]:
        """Positions of the parties at the table."""
        return np.flatnonzero(self.first.seated).tolist()

    def gain_range(self, party: int) -> Range:
        """Gain of a party over the draws: 5, 50 and 95 % of them; US$ million a year."""
        if self.final is None:
            msg = "there is no package"
            raise ValueError(msg)
        return Range.of(self.final.draws[:, party])

    def document(self, *, brief: bool = False) -> Document:
        """Readable form: all of it, or its first pages."""
        from comity.services.world_document import write_world_document  # noqa: PLC0415  (they need each other)

        return write_world_document(self, brief=brief)

    def to_json(self) -> str:
        """Canonical JSON: the same answer always gives the same bytes."""
        return render_json(_rounded(self.to_dict()))

    def to_dict(self) -> dict[str, Any]:
        """Plain data; money in US$ million a year, shares 0–1."""
        lab, rules = self.lab, self.file.world_round
        return {
            "round": self.file.round,
            "unit": USD_MILLION_YEAR,
            "parties": [lab.parties[k] for k in self.seated()],
            "without": list(self.without),
            "candidates": self._candidates(),
            "zone": {
                "open": self.zone_open,
                "share_of_draws_asked": rules.share_of_draws,
                "share_of_draws_least": self.least_share(),
                "share_of_draws_least_in_search": self.share_in_search,
                "least_gain_share_of_gdp": rules.least_gain,
                "best_worst_gain_share_of_gdp": self.first.worst.value,
                "best_worst_gain_bound": self.first.worst.bound,
                "why_not": self._why_not(),
            },
            "package": self._package(),
            "web": self._web(),
            "pivots": [
                {
                    "kind": p.kind,
                    "what": p.what,
                    "open": p.open,
                    "proven_loss": p.proven_loss,
                    "loss": p.loss,
                    "joint_change": p.joint,
                    "worst_gain_share_of_gdp": p.worst,
                }
                for p in self.pivots
            ],
            "stay_out": [
                {
                    "bloc": a.bloc,
                    "members": list(a.members),
                    "open": a.open,
                    "gap": a.gap if a.open else None,
                    "others_mean_loss": a.loss,
                    "gains": {lab.parties[k]: float(a.gains[k]) for k in self.seated()} if a.open else None,
                }
                for a in self.absences
            ],
            "other_mixtures": {"tried": self.others.tried, "above_bound": self.others.beaten},
            "seed": self.seed,
            "draws": self.draws,
            "versions": dict(self.versions),
        }

    def _candidates(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for c in self.lab.draft.candidates:
            counts[c.family] = counts.get(c.family, 0) + 1
        return {"total": len(self.lab), **counts}

    def _why_not(self) -> dict[str, float]:
        """Weights under which the parties' gains together fall short, when that is proven."""
        worst = self.first.worst
        if worst.bound >= 0:
            return {}
        seated = self.seated()
        shares = worst.shares * self.lab.size[seated]
        return {self.lab.parties[k]: float(s) for k, s in zip(seated, shares, strict=True) if s > 1e-4}

    def _package(self) -> dict[str, Any] | None:
        if self.final is None or self.central is None:
            return None
        lab, final = self.lab, self.final
        share = final.share(lab)
        return {
            "objective": final.regime.bound - final.gap * float(lab.party_weights[final.regime.seated].sum()),
            "bound": final.regime.bound,
            "gap_per_party": final.gap,
            "distance": final.regime.distance,
            "rounds": final.regime.rounds,
            "sturdy": self.sturdy,
            "central_only": {
                "least_share_of_draws": float(self.central.share(lab)[self.central.regime.seated].min()),
                "gap_per_party": self.central.gap,
                "below_share": [
                    lab.parties[k]
                    for k in self.seated()
                    if self.central.share(lab)[k] < self.file.world_round.share_of_draws
                ],
            },
            "gains": {
                lab.parties[k]: {
                    "central": float(final.gains[k]),
                    "low": self.gain_range(k).low,
                    "mid": self.gain_range(k).mid,
                    "high": self.gain_range(k).high,
                    "share_positive": float(share[k]),
                    "share_of_gdp": float(final.gains[k] / lab.size[k]),
                }
                for k in self.seated()
            },
            "provisions": [
                {
                    "key": c.key,
                    "instrument": c.instrument,
                    "giver": c.giver,
                    "beneficiary": c.beneficiary,
                    "value": value,
                    "today": c.today,
                    "skill": c.skill or None,
                    "unit": self.instruments[c.instrument].parameter.unit,
                }
                for k, value in final.values.items()
                for c in (lab.draft.candidates[k],)
            ],
        }

    def _web(self) -> dict[str, Any] | None:
        if self.web is None:
            return None
        return {
            "families": [
                {
                    "family": f.family,
                    "drafted": f.drafted,
                    "used": f.used,
                    "at_full_strength": f.full,
                    "amount": f.amount,
                    "to_givers": f.to_givers,
                    "to_beneficiaries": f.to_beneficiaries,
                    "to_others": f.to_others,
                }
                for f in self.web.families
            ],
            "seats": [
                {
                    "party": s.code,
                    "gives": s.gives,
                    "gets": s.gets,
                    "from_own_clauses": s.from_own,
                    "from_others": s.from_others,
                    "price": s.price,
                    "floor_binds": s.floor_binds,
                    "bounds_reached": list(s.bounds),
                    "rests_on_it": list(s.rests_on_it),
                }
                for s in self.web.seats
            ],
            "ties": [
                {
                    "giver": t.giver,
                    "beneficiary": t.beneficiary,
                    "clauses": dict(t.clauses),
                    "to_beneficiary": t.to_beneficiary,
                    "to_giver": t.to_giver,
                }
                for t in self.web.ties
            ],
            "circles": [
                {"parties": list(c.parties), "gains": list(c.gains), "losses": list(c.losses)}
                for c in self.web.circles
            ],
        }


def _rounded(node: object) -> object:
    """Round all numbers of plain data to the digits that every machine agrees on."""
    if isinstance(node, dict):
        return {key: _rounded(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_rounded(value) for value in node]
    return significant(node) if isinstance(node, float) and np.isfinite(node) else node
