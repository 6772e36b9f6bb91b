"""Which issues first: joint gain, who gains, obstacles and readiness, and an order by a stated rule (E57).

An issue is an instrument (or an area) of a round with all its clauses at the fullest value on the table. The
order follows one rule at a time, and every rule is a list of questions, asked one after the other: no
question is weighed against another. Two issues share a place where their questions have the same answers and
the draws do not tell which adds more.

Who may import me: the doors. Start at :func:`regime_agenda`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from comity.errors import InputError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.evidence.interaction_rules import InteractionRules
from comity.regime import Kind, Register, Tags
from comity.services.agenda_document import write_agenda
from comity.services.laboratory import Laboratory, make_provision
from comity.services.package_coherence import package_coherence
from comity.services.result import Result
from comity.services.roundfile import load_round
from comity.services.search import Search
from comity.units import USD_MILLION_YEAR
from comity.vocabulary import Range

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from comity.reports.document import Document
    from comity.services.package_coherence import PackageCoherence
    from comity.services.roundfile import Round
    from comity.vocabulary import Area

    Array = NDArray[np.float64]

__all__ = ["RULES", "Agenda", "Issue", "Rule", "place_issues", "regime_agenda"]

Rule = Literal["consensus", "gain", "ready", "obstacles"]

RULES: Final[dict[Rule, str]] = {
    "consensus": "fewest parties below their red line by the issue alone, then fewest that do not gain, then "
    "joint gain",
    "gain": "joint gain",
    "ready": "most pairs that something on record already binds, then fewest ministries, then joint gain",
    "obstacles": "fewest parties below their red line, then fewest severe conflicts at home, then fewest "
    "values that nobody has stated, then fewest ministries, then joint gain",
}
"""Each rule as the questions that it asks, one after the other."""

_BINDING: Final = (Kind.LABOUR_AGREEMENT, Kind.TRADE_AGREEMENT, Kind.FREE_MOVEMENT)


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of a round, at the fullest value of all its clauses; money is US$ million per year.

    Attributes
    ----------
    joint
        Sum over the parties and its range over the draws; None where nobody has valued any of it.
    gains
        Party code → its own gain, with its range.
    gaining, worse_off
        Parties that gain (or lose) in the share of draws that the round asks for; others cannot be told.
    below
        Parties that this issue alone leaves below their red line too often.
    ministries
        Party and ministry that must consent.
    unvalued
        Party and clause of which neither the model nor the file says what it is worth.
    conflicts, severe
        Conflicts at home that the catalogue knows for these clauses, and the severe ones among them.
    pairs, bound, unknown
        Pairs of parties with a clause; those that something on record binds in this area; those of which the
        record does not code it.
    tranches
        Clauses that are released on milestones.
    numbers
        Numbers that a text must fix for one clause.
    """

    key: str
    title: str
    areas: tuple[Area, ...]
    clauses: tuple[str, ...]
    joint: Range | None
    gains: Mapping[str, Range]
    gaining: tuple[str, ...]
    worse_off: tuple[str, ...]
    below: tuple[str, ...]
    ministries: tuple[str, ...]
    unvalued: tuple[tuple[str, str], ...]
    conflicts: int
    severe: int
    pairs: int
    bound: int
    unknown: int
    tranches: int
    numbers: int
    draws: Array = field(repr=False, compare=False)

    def answers(self, rule: Rule, parties: int) -> tuple[float, ...]:
        """Answers to the questions of a rule before joint gain; smaller comes first."""
        below, silent = float(len(self.below)), float(parties - len(self.gaining))
        if rule == "consensus":
            return (below, silent)
        if rule == "ready":
            return (-self.bound / self.pairs, float(len(self.ministries)))
        if rule == "obstacles":
            return (below, float(self.severe), float(len(self.unvalued)), float(len(self.ministries)))
        return ()


@dataclass(frozen=True, slots=True, repr=False)
class Agenda(Result):
    """Issues of a round, their places under each rule, and those that cannot be placed.

    ``places`` holds rule → issue key → place; issues that share a place are tied. ``added`` holds, in the
    order of the chosen rule, the ministries that come to the table with an issue for the first time.
    """

    round: Round
    names: Mapping[str, str]
    issues: tuple[Issue, ...]
    unplaced: tuple[Issue, ...]
    places: Mapping[Rule, Mapping[str, int]]
    added: Mapping[str, tuple[str, ...]]
    rule: Rule
    by: str
    seed: int
    draws: int

    def tied(self, key: str) -> tuple[str, ...]:
        """Keys of the other issues at the same place."""
        mine = self.places[self.rule]
        return tuple(i.key for i in self.issues if i.key != key and mine[i.key] == mine[key])

    def document(self, *, brief: bool = False) -> Document:
        """Lay out the order with its reasons; ``brief`` leaves out who gains by party."""
        return write_agenda(self, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Lay everything out as plain data."""
        return {
            "round": self.round.round, "rule": self.rule, "by": self.by, "seed": self.seed,
            "draws": self.draws, "unit": USD_MILLION_YEAR, "rules": dict(RULES),
            "issues": [
                {
                    "issue": i.key, "title": i.title, "areas": [a.value for a in i.areas],
                    "place": self.places[self.rule].get(i.key),
                    "tied_with": list(self.tied(i.key)) if i.joint is not None else [],
                    "places": {r: p[i.key] for r, p in self.places.items() if i.key in p},
                    "clauses": list(i.clauses),
                    "joint_gain": None if i.joint is None else _range(i.joint),
                    "gains": {p: _range(g) for p, g in i.gains.items()},
                    "gaining": list(i.gaining), "worse_off": list(i.worse_off),
                    "below_red_line": list(i.below), "ministries": list(i.ministries),
                    "ministries_added": list(self.added.get(i.key, ())),
                    "unvalued": [{"party": p, "clause": c} for p, c in i.unvalued],
                    "conflicts_at_home": i.conflicts, "severe_conflicts": i.severe,
                    "pairs": i.pairs, "pairs_bound": i.bound, "pairs_not_coded": i.unknown,
                    "clauses_with_tranches": i.tranches, "numbers_to_fix": i.numbers,
                }
                for i in (*self.issues, *self.unplaced)
            ],
        }  # fmt: skip


def regime_agenda(
    *,
    path: Path,
    rule: str = "consensus",
    by: str = "instrument",
    seed: int | None = None,
    draws: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Agenda:
    """Put the issues of a round file in an order.

    Parameters
    ----------
    path
        The round file (YAML).
    rule
        One of :data:`RULES`.
    by
        ``instrument`` or ``area``: what makes an issue.
    seed, draws, progress
        As for a deal.

    Raises
    ------
    InputError
        The file cannot be used, or the rule or grouping is unknown.
    """
    if rule not in RULES:
        msg = f"unknown rule '{rule}'"
        raise InputError(msg, key="--rule", accepted=", ".join(RULES))
    if by not in ("instrument", "area"):
        msg = f"unknown grouping '{by}'"
        raise InputError(msg, key="--by", accepted="instrument, area")
    tell = progress if progress is not None else (lambda _message, _share: None)
    with threadpool_limits(limits=1, user_api="blas"):
        tell("Reading the round", 0.0)
        round_ = load_round(path)
        evidence, parameters, catalogue = Evidence.load(), Parameters.load(), Catalogue.load()
        seed = round_.seed if seed is None else seed
        draws = round_.draws if draws is None else draws
        lab = Laboratory(round_, evidence, parameters, catalogue, draws=draws, seed=seed)
        search = Search(lab, seed, tell)
    tell("Laying out the issues", 1.0)
    units = {code: one.parameter.unit for code, one in catalogue.instruments.items()}
    provisions = [make_provision(c, c.strongest, units[c.instrument]) for c in round_.table]
    home = package_coherence(
        provisions, lab.members, evidence=evidence, catalogue=catalogue, rules=InteractionRules.load()
    )
    bench = _Bench(round_, lab, search, home, Register(evidence, tags=Tags.load()))
    groups: dict[str, list[int]] = {}
    for c, clause in enumerate(round_.table):
        area = catalogue.instruments[clause.instrument].area.value
        groups.setdefault(clause.instrument if by == "instrument" else area, []).append(c)
    found = [bench.issue(key, columns) for key, columns in groups.items()]
    valued = [i for i in found if i.joint is not None]
    parties = len(round_.parties)
    share = round_.settings.share_of_draws
    places = {r: place_issues(valued, r, parties=parties, share=share) for r in RULES}
    chosen: Rule = next(r for r in RULES if r == rule)
    ordered = sorted(valued, key=lambda i: (places[chosen][i.key], -_middle(i), i.key))
    names = dict(zip(lab.figures.codes, lab.figures.names, strict=True))
    return Agenda(
        round=round_,
        names={p.code: p.name or names.get(p.code, p.code) for p in round_.parties},
        issues=tuple(ordered),
        unplaced=tuple(sorted((i for i in found if i.joint is None), key=lambda i: i.key)),
        places=places,
        added=_added(ordered),
        rule=chosen,
        by=by,
        seed=seed,
        draws=draws,
    )


def place_issues(issues: Sequence[Issue], rule: Rule, *, parties: int, share: float) -> dict[str, int]:
    """Place issues under a rule: one more than the number of issues that come clearly before.

    One comes clearly before another where its answers are smaller in the order of the questions, or equal
    with a larger joint gain in at least ``share`` of the draws. The order in which issues are given changes
    nothing.
    """
    answers = {i.key: i.answers(rule, parties) for i in issues}

    def before(one: Issue, other: Issue) -> bool:
        if answers[one.key] != answers[other.key]:
            return answers[one.key] < answers[other.key]
        return float((one.draws > other.draws).mean()) >= max(share, 0.5) and _middle(one) > _middle(other)

    return {i.key: 1 + sum(before(j, i) for j in issues if j is not i) for i in issues}


@dataclass(frozen=True, slots=True)
class _Bench:
    """What an issue is looked at with."""

    round: Round
    lab: Laboratory
    search: Search
    home: PackageCoherence
    register: Register

    def issue(self, key: str, columns: Sequence[int]) -> Issue:
        """Look at one issue; ``columns`` are places of its clauses on the table."""
        clauses = [self.round.table[c] for c in columns]
        catalogue = self.lab.catalogue
        instruments = [catalogue.instruments[c.instrument] for c in clauses]
        keys = {c.key for c in clauses}
        cells = [cell for cell in self.search.stakes.cells if cell.clause in keys]
        unvalued = tuple((cell.party, cell.clause) for cell in cells if cell.unvalued)
        worth = self._worth(columns)
        joint = worth.sum(axis=1)
        need = self.round.settings.share_of_draws
        game = self.search.game
        codes = [p.code for p in self.round.parties]
        assert game.disagreement is not None  # noqa: S101  (a game fills in what is not told)
        assert game.red_lines is not None  # noqa: S101
        kept = (worth - game.disagreement >= game.red_lines).mean(axis=0)
        conflicts = [h for h in self.home.conflicts if h.clause in keys]
        pairs = sorted({tuple(sorted((c.giver, c.beneficiary))) for c in clauses})
        on_record = [self._on_record(a, b, {i.area for i in instruments}) for a, b in pairs]
        areas = tuple(dict.fromkeys(i.area for i in instruments))
        return Issue(
            key=key,
            title=instruments[0].title if key == clauses[0].instrument else key.replace("_", " "),
            areas=areas,
            clauses=tuple(c.key for c in clauses),
            joint=None if len(unvalued) == len(cells) else Range.of(joint),
            gains={code: Range.of(worth[:, p]) for p, code in enumerate(codes)},
            gaining=tuple(c for p, c in enumerate(codes) if (worth[:, p] > 0).mean() >= need),
            worse_off=tuple(c for p, c in enumerate(codes) if (worth[:, p] < 0).mean() >= need),
            below=tuple(c for p, c in enumerate(codes) if kept[p] < need),
            ministries=tuple(
                sorted(
                    {f"{c.giver}:{i.ministry_giver}" for c, i in zip(clauses, instruments, strict=True)}
                    | {
                        f"{c.beneficiary}:{i.ministry_beneficiary}"
                        for c, i in zip(clauses, instruments, strict=True)
                    }
                )
            ),
            unvalued=unvalued,
            conflicts=len(conflicts),
            severe=sum(h.finding.severity == "severe" for h in conflicts),
            pairs=len(pairs),
            bound=on_record.count(True),
            unknown=on_record.count(None),
            tranches=sum(bool(c.tranches) for c in clauses),
            numbers=max(len(i.parameters) for i in instruments),
            draws=joint,
        )

    def _worth(self, columns: Sequence[int]) -> Array:
        """Worth of the clauses at their fullest value within limits and pools; draws × parties."""
        game = self.search.game
        values = {}
        for c in columns:
            stated, bounded = self.round.table[c], game.clauses[c]
            values[c] = bounded.high if stated.more_is_stronger else bounded.low
        for budget in self.round.budgets:
            drawing = {x.key for x in self.round.budget_clauses(budget)}
            inside = [c for c in columns if self.round.table[c].key in drawing]
            asked = sum(values[c] for c in inside)
            if asked > budget.at_most:
                for c in inside:
                    values[c] *= budget.at_most / asked
        return np.asarray(sum(game.slope[:, :, c] * v + game.fixed[:, :, c] for c, v in values.items()))

    def _on_record(self, one: str, other: str, areas: set[Area]) -> bool | None:
        """Whether something on record binds two parties in one of these areas; None where it is not coded."""
        found: bool | None = False
        for a in self.lab.members[one]:
            for b in self.lab.members[other]:
                for entry in self.register.find(a, partner=b, kinds=_BINDING):
                    trade = entry.kind is Kind.TRADE_AGREEMENT
                    told = [
                        trade if area.value == "d_trade" else entry.areas.get(area, False) for area in areas
                    ]
                    if any(t is True for t in told):
                        return True
                    if any(not isinstance(t, bool) for t in told) or not any(x.is_migration for x in areas):
                        found = None
        return found


def _added(ordered: Sequence[Issue]) -> dict[str, tuple[str, ...]]:
    seen: set[str] = set()
    out = {}
    for issue in ordered:
        out[issue.key] = tuple(m for m in issue.ministries if m not in seen)
        seen |= set(issue.ministries)
    return out


def _middle(issue: Issue) -> float:
    return issue.joint.mid if issue.joint is not None else 0.0


def _range(r: Range) -> dict[str, float]:
    return {"low": r.low, "mid": r.mid, "high": r.high}
