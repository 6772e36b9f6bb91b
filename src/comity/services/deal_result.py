"""The answer of the main job as data (§5.4): frozen, and writable as one JSON object.

Money is US$ million of the baseline year per year, as delegations speak of it. Ranges are the 5th, 50th and
95th percentile over the draws unless a field says otherwise.

Who may import me: services and doors. Start at :class:`Deal`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from comity.services.result import Result
from comity.units import USD_MILLION_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from comity.reports.document import Document
    from comity.services.clashes import Clash
    from comity.services.deal_findings import (
        BudgetUse,
        Choices,
        Evaluation,
        Fragility,
        Giving,
        PairFound,
        Pressure,
        Sensitivity,
        Sureness,
        Threatened,
        UnitWorth,
    )
    from comity.services.mismatch import CorridorMismatch
    from comity.services.package_coherence import PackageCoherence
    from comity.services.roundfile import Round
    from comity.services.stakes import Cell
    from comity.vocabulary import Figure, Instrument, Provision, Range

    Array = NDArray[np.float64]

__all__ = [
    "Assumption",
    "Block",
    "BlockersFound",
    "CycleFound",
    "Deal",
    "EquityFound",
    "EssentialClause",
    "Imputed",
    "LedgerLine",
    "PackageResult",
    "PartyGain",
    "Stability",
    "Unvalued",
    "UsedTable",
    "Zone",
]


@dataclass(frozen=True, slots=True)
class PartyGain:
    """One party's gain from a package over the draws.

    ``range`` is against the party's own no-deal; ``status_quo`` against today; ``worsened`` against a no-deal
    that the other side has worsened (equal to ``range`` where nobody can). ``central`` is at central values.
    """

    range: Range
    share_positive: float
    share_red_line: float
    status_quo: Range
    worsened: Range
    central: float


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line of a party's ledger; ``reference`` leads to the equation or to the round file."""

    name: str
    label: str
    group: str
    ministry: str
    weight: float
    range: Range
    central: float
    source: str
    reference: str


@dataclass(frozen=True, slots=True)
class Block:
    """A coalition that could do better by itself, by how much at least for each member, and with what.

    The margin of the strongest is the most that it can reach; that of others may be more than is written.
    """

    members: tuple[str, ...]
    margin: float
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stability:
    """Coalitions that could leave; ``epsilon`` is the least gain that keeps all in, proven to ``bound``.

    ``complete``: every coalition that could is listed; with many parties the strongest one is searched for.
    """

    blocking: tuple[Block, ...]
    epsilon: float
    bound: float
    complete: bool


@dataclass(frozen=True, slots=True)
class CycleFound:
    """A circle of giving; ``only_together`` when no two of its members could do the same (§6.6)."""

    parties: tuple[str, ...]
    clauses: tuple[tuple[str, ...], ...]
    only_together: bool


@dataclass(frozen=True, slots=True)
class EquityFound:
    """How evenly the gain is split: a description, not a verdict."""

    shares: Mapping[str, float] | None
    evenness: float | None
    smallest_to_largest: float | None


@dataclass(frozen=True, slots=True)
class EssentialClause:
    """What happens when one clause is taken out: what leaves with it, and who falls below a red line."""

    clause: str
    leaves: tuple[str, ...]
    holds: bool
    below: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackageResult:
    """One package with all that a delegation asks of it.

    ``searched`` holds mean gains as the search saw them, ``final`` those of the full world; ``distance`` is
    the largest difference over the largest gain (§6.3). ``margins`` is what each party gains above its red
    line in the required share of draws; ``interests`` the sum of what the round file states, less what it
    overrides, ``trade_links`` the part of the central gain that comes from trade which migrants create.
    ``proven``: ``objective`` is within what was asked of ``bound``.
    ``by_draw`` holds the gains against the no-deal, draws × parties; it is not part of the JSON.
    """

    name: str
    title: str
    provisions: tuple[Provision, ...]
    gains: Mapping[str, PartyGain]
    ledger: Mapping[str, tuple[LedgerLine, ...]]
    interests: Mapping[str, Range | None]
    trade_links: Mapping[str, float]
    objective: float | None
    bound: float | None
    gap: float | None
    method: str
    confirmed: bool
    margins: Mapping[str, float]
    searched: Mapping[str, float]
    final: Mapping[str, float]
    distance: float
    stability: Stability
    cycles: tuple[CycleFound, ...]
    equity: EquityFound
    essential: tuple[EssentialClause, ...]
    giving: tuple[Giving, ...]
    balance: tuple[PairFound, ...]
    sureness: Sureness
    proven: bool
    by_draw: Array = field(repr=False, compare=False)

    def ministries(self, party: str) -> dict[str, float]:
        """Median-line gains by ministry, weighted as the party counts; US$ million per year."""
        out: dict[str, float] = {}
        for line in self.ledger[party]:
            out[line.ministry] = out.get(line.ministry, 0.0) + line.weight * line.range.mid
        return out


@dataclass(frozen=True, slots=True)
class Zone:
    """Whether any package serves every party, and how well it serves the one that gains least."""

    open: bool
    best_worst_gain: float | None
    proven: bool
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockersFound:
    """Why a zone is closed, and the least that would open it (§6.4).

    ``scope`` is ``migration_only`` or ``linked``. ``parties`` and ``principles`` cannot all hold together;
    drop any one and the rest can (when ``irreducible``). Amounts are US$ million per year.
    """

    scope: str
    parties: tuple[str, ...]
    principles: tuple[str, ...]
    red_lines: Mapping[str, float]
    best_alone: Mapping[str, float]
    irreducible: bool
    transfer: float | None
    payers: Mapping[str, float]
    receivers: Mapping[str, float]
    concession: float | None
    concession_by: Mapping[str, float]
    opening_clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unvalued:
    """A cell nobody has valued, and the worth at which it would turn the answer."""

    party: str
    clause: str
    package: str | None
    flips_below: float | None


@dataclass(frozen=True, slots=True)
class Assumption:
    """A parameter that the results rest on and that is not measured."""

    name: str
    definition: str
    value: float
    low: float
    high: float
    unit: str
    status: str
    reference: str


@dataclass(frozen=True, slots=True)
class Imputed:
    """What was filled in for an economy of the round."""

    economy: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsedTable:
    """A table of the pack that the results rest on."""

    table: str
    title: str
    producer: str
    edition: str
    licence: str
    url: str


@dataclass(frozen=True)
class Deal(Result):
    """The answer to a round (§0): why, how, who gains, what clashes, what if not, next."""

    round: Round
    names: Mapping[str, str]
    units: Mapping[str, str]
    instruments: Mapping[str, Instrument]
    migration_only: Zone
    linked: Zone
    linkage: tuple[str, ...] | None
    linkage_proven: bool
    veto_players: tuple[str, ...]
    threatened: Threatened | None
    packages: tuple[PackageResult, ...]
    evaluation: Evaluation | None
    fragility: tuple[Fragility, ...]
    units_worth: tuple[UnitWorth, ...]
    budgets: tuple[BudgetUse, ...]
    pressure: tuple[Pressure, ...]
    sensitivity: Sensitivity | None
    choices: Choices | None
    blockers: tuple[BlockersFound, ...]
    unvalued: tuple[Unvalued, ...]
    cells: tuple[Cell, ...]
    mismatch: tuple[CorridorMismatch, ...]
    at_home: Mapping[str, PackageCoherence]
    forbidden: tuple[str, ...]
    clashes: tuple[Clash, ...]
    assumptions: tuple[Assumption, ...]
    imputed: tuple[Imputed, ...]
    missing: tuple[str, ...]
    evidence: tuple[UsedTable, ...]
    places: Mapping[str, tuple[float, float]]
    seed: int
    draws: int
    versions: Mapping[str, str]

    @property
    def zone_open(self) -> bool:
        """Whether a package serves every party, confirmed by the full world: any, or the one brought."""
        if self.evaluation is not None:
            return self.evaluation.within_rules and self.packages[0].confirmed
        return any(package.confirmed for package in self.packages)

    def __repr__(self) -> str:
        state = f"{len(self.packages)} packages" if self.zone_open else "no zone of agreement"
        return f"Deal({self.round.round}: {', '.join(self.names)}; {state})"

    def document(self, *, brief: bool = False) -> Document:
        """Readable form; render it with :mod:`comity.reports`.

        ``brief`` keeps the answer, the first package, the gains, the ledger and the zone: what fits a few
        screens of a terminal.
        """
        from comity.services.deal_document import write_document  # noqa: PLC0415  (the two modules need each other)

        return write_document(self, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Plain data under the keys of §5.4."""
        return {
            "round": self.round.model_dump(mode="json", by_alias=True),
            "unit": USD_MILLION_YEAR,
            "parties": [
                {"code": party.code, "name": self.names[party.code], "members": list(party.countries)}
                for party in self.round.parties
            ],
            "objectives": [objective.model_dump(mode="json") for objective in self.round.objectives],
            "mismatch": {
                "before": [_mismatch(m, m.ratio_before, 0.0) for m in self.mismatch],
                "after": [_mismatch(m, m.ratio_after, m.places) for m in self.mismatch],
            },
            "zone": {
                "migration_only": asdict(self.migration_only),
                "linked": asdict(self.linked),
                "smallest_linkage": None if self.linkage is None else list(self.linkage),
                "linkage_proven": self.linkage_proven,
                "veto_players_added": list(self.veto_players),
                "under_threat": None if self.threatened is None else asdict(self.threatened),
            },
            "evaluation": None if self.evaluation is None else _evaluation(self.evaluation),
            "fragility": [asdict(item) for item in self.fragility],
            "exchange": [asdict(item) for item in self.units_worth],
            "budgets": [asdict(item) for item in self.budgets],
            "pressure": [asdict(item) for item in self.pressure],
            "sensitivity": None if self.sensitivity is None else _sensitivity(self.sensitivity),
            "choices": None if self.choices is None else asdict(self.choices),
            "packages": [self._package(package) for package in self.packages],
            "clashes": [asdict(clash) for clash in self.clashes],
            "at_home": {
                name: {
                    "findings": found.to_list(),
                    "adds_severe_conflict": found.adds_severe,
                    "without_known_effect": {code: list(keys) for code, keys in found.silent.items()},
                }
                for name, found in self.at_home.items()
            },
            "left_out_as_conflicting": list(self.forbidden),
            "blockers": [asdict(item) for item in self.blockers],
            "unvalued": [asdict(cell) for cell in self.unvalued],
            "assumptions": [asdict(item) for item in self.assumptions],
            "imputed": [asdict(item) for item in self.imputed],
            "missing": list(self.missing),
            "evidence": [asdict(table) for table in self.evidence],
            "seed": self.seed,
            "draws": self.draws,
            "versions": dict(self.versions),
        }

    def _package(self, p: PackageResult) -> dict[str, Any]:
        return {
            "name": p.name,
            "title": p.title,
            "provisions": [
                {
                    "key": x.key,
                    "instrument": x.instrument,
                    "giver": x.giver,
                    "beneficiary": x.beneficiary,
                    "value": x.value,
                    "unit": x.unit,
                    "terms": dict(x.terms),
                }
                for x in p.provisions
            ],
            "gains": {
                code: {
                    **_range(gain.range),
                    "share_positive": gain.share_positive,
                    "share_above_red_line": gain.share_red_line,
                    "vs_status_quo": _range(gain.status_quo),
                    "vs_worsened_no_deal": _range(gain.worsened),
                    "central": gain.central,
                }
                for code, gain in p.gains.items()
            },
            "ledger": {
                code: [
                    {
                        "line": x.name,
                        "group": x.group,
                        "ministry": x.ministry,
                        "weight": x.weight,
                        **_range(x.range),
                        "central": x.central,
                        "source": x.source,
                        "reference": x.reference,
                    }
                    for x in lines
                ]
                for code, lines in p.ledger.items()
            },
            "within": {"trade_links": dict(p.trade_links)},
            "interests": {code: None if r is None else _range(r) for code, r in p.interests.items()},
            "ministries": {code: p.ministries(code) for code in p.ledger},
            "nash": {
                "objective": p.objective,
                "bound": p.bound,
                "gap": p.gap,
                "method": p.method,
                "proven": p.proven,
            },
            "confirmed_by_full_world": p.confirmed,
            "margins": dict(p.margins),
            "searched_mean_gains": dict(p.searched),
            "final_mean_gains": dict(p.final),
            "distance": p.distance,
            "stability": asdict(p.stability),
            "cycles": [asdict(cycle) for cycle in p.cycles],
            "equity": asdict(p.equity),
            "essential": [asdict(clause) for clause in p.essential],
            "giving": [asdict(item) for item in p.giving],
            "balance": [asdict(item) for item in p.balance],
            "sureness": asdict(p.sureness),
        }


def _range(r: Range) -> dict[str, float]:
    return {"low": r.low, "mid": r.mid, "high": r.high}


def _sensitivity(s: Sensitivity) -> dict[str, Any]:
    weights = [
        {**asdict(w), "gains": [{"factor": f, "gains": dict(g)} for f, g in w.gains.items()]}
        for w in s.weights
    ]
    return {**asdict(s), "weights": weights}


def _evaluation(e: Evaluation) -> dict[str, Any]:
    return {**asdict(e), "within_rules": e.within_rules}


def _figure(f: Figure | None) -> dict[str, Any] | None:
    return (
        None
        if f is None
        else {"value": f.value, "unit": f.unit, "source": f.source, "reference": f.reference}
    )


def _mismatch(m: CorridorMismatch, ratio: float | None, places: float) -> dict[str, Any]:
    return {
        "origin": m.origin,
        "destination": m.destination,
        "regular_entries": _figure(m.regular),
        "other_arrivals": [_figure(f) for f in m.other],
        "places_added": places,
        "pressure": None if m.pressure is None else _range(m.pressure),
        "ratio": ratio,
    }
