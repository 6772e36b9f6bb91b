"""Do a government's ministries pull the same way: from a portfolio file to an assessment (§7).

Who may import me: doors and the coherence document. Start at :func:`coherence_assess`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from comity.coherence import LONGEST, assess, find_repair
from comity.errors import InputError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.evidence.interaction_rules import InteractionRules
from comity.services.coherence_modelled import ModelledEdge, compute_edges
from comity.services.coherence_states import fill_states, find_groups, find_lenses
from comity.services.coherence_wording import Wording
from comity.services.deal import list_countries
from comity.services.portfolio_file import PortfolioFile, last_day, read_portfolio, to_portfolio
from comity.services.result import Result
from comity.vocabulary import Figure, Range

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.coherence import Assessment, Chain, Finding, Repair, StateValue
    from comity.reports.document import Document
    from comity.services.portfolio_file import Benchmark

__all__ = ["Coherence", "coherence_assess"]

MOST_CHAIN: Final = 6


@dataclass(frozen=True)
class Coherence(Result):
    """The answer: what pulls against what, what nothing serves, and the smallest repair.

    ``states`` are the answers used, ``filled`` those that the pack gave. ``lenses`` maps each of the seven to
    the measures and objectives that touch it. ``modelled`` are figures of the world model for this country.
    """

    file: PortfolioFile
    country_name: str
    assessment: Assessment
    repair: Repair
    states: Mapping[str, StateValue]
    filled: tuple[str, ...]
    lenses: Mapping[str, tuple[str, ...]]
    modelled: tuple[ModelledEdge, ...]
    catalogue: Catalogue
    rules: InteractionRules
    longest: int

    def __repr__(self) -> str:
        a = self.assessment
        return (
            f"Coherence({self.file.portfolio}: {len(a.severe)} severe of {len(a.conflicts)} conflicts, "
            f"{len(a.synergies)} synergies)"
        )

    @property
    def wording(self) -> Wording:
        """Words for the chains of this answer, with the model's figures at their edges."""
        first: dict[tuple[str, str], Figure] = {}
        for item in self.modelled:
            if item.edge:
                first.setdefault((item.measure, item.edge), item.figure)
        return Wording(self.catalogue, self.rules, first)

    def is_late(self, benchmark: Benchmark) -> bool:
        """Whether a benchmark is past its date, on the portfolio's own date, and not reached."""
        if benchmark.due is None or benchmark.state == "reached":
            return False
        return last_day(benchmark.due) < last_day(self.file.as_of)

    def document(self, *, brief: bool = False) -> Document:
        """Readable form; render it with :mod:`comity.reports`."""
        from comity.services.coherence_document import write_document  # noqa: PLC0415  (mutual)

        return write_document(self, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        a = self.assessment
        return {
            "portfolio": self.file.model_dump(mode="json"),
            "country": {"code": self.file.country, "name": self.country_name},
            "conflicts": [_finding(f) for f in a.conflicts],
            "synergies": [_finding(f) for f in a.synergies],
            "oppositions": [
                {
                    "outcome": o.outcome, "severity": o.severity, "raises": _chain(o.raises),
                    "lowers": _chain(o.lowers),
                }
                for o in a.oppositions
            ],
            "ministries": [asdict(m) for m in a.meetings],
            "objectives": [
                {"key": v.objective.key, "outcome": v.objective.outcome, "verdict": v.word}
                for v in a.verdicts
            ],
            "unknown": [
                {
                    "state": q.state, "question": self.rules.states[q.state].question,
                    "unit": self.rules.states[q.state].unit, "chains": q.chains,
                }
                for q in a.questions
            ],
            "states": {
                name: {"value": s.value, "reference": s.reference, "from_evidence": name in self.filled}
                for name, s in sorted(self.states.items())
            },
            "no_effect_found": [_chain(c) for c in a.without_effect],
            "open_sign": [_chain(c) for c in a.open_sign],
            "condition_not_met": [_chain(c) for c in a.not_met],
            "measures_without_known_effect": list(a.silent),
            "loops": [{"outcomes": list(ring), "kind": kind} for ring, kind in a.loops],
            "lenses": {name: list(keys) for name, keys in self.lenses.items()},
            "benchmarks": [
                {**b.model_dump(mode="json"), "late": self.is_late(b)} for b in self.file.benchmarks
            ],
            "modelled": [
                {
                    "measure": m.measure, "edge": m.edge or None, "outcome": m.outcome,
                    "figure": _figure(m.figure), "catalogue_strength": m.catalogue,
                }
                for m in self.modelled
            ],
            "repair": {
                "steps": [
                    {
                        "kind": s.kind, "measure": s.measure or None, "instrument": s.subject,
                        "change": s.change, "state": s.state or None,
                        "removes": [list(k) for k in sorted(s.removes)],
                        "loses": [list(f.key) for f in s.loses],
                    }
                    for s in self.repair.steps
                ],
                "beyond": [list(f.key) for f in self.repair.beyond],
            },
            "longest_chain": self.longest,
            "versions": {"comity": version("comity")},
        }  # fmt: skip


def _figure(f: Figure) -> dict[str, Any]:
    value = asdict(f.value) if isinstance(f.value, Range) else f.value
    return {"value": value, "unit": f.unit, "source": f.source.value, "reference": f.reference}


def _chain(c: Chain) -> dict[str, Any]:
    return {
        "measure": c.measure.key,
        "ministry": c.measure.ministry,
        "links": [
            {
                "edge": link.edge.edge,
                "from": link.edge.from_instrument,
                "to": link.edge.to_outcome,
                "moves": {1: "up", -1: "down", 0: "none"}[link.moves],
                "condition": link.edge.condition,
                "condition_is": link.truth,
                "nilsson": link.grade,
                "strength": link.edge.strength,
                "lag": link.edge.lag,
                "evidence_class": str(link.edge.evidence_class),
                "inferred_from_opposite": link.inferred,
                "studied_elsewhere": list(link.elsewhere),
                "source": link.edge.evidence_source,
                "seed": link.edge.seed_reference,
                "reference": link.edge.reference,
            }
            for link in c.links
        ],
    }


def _finding(f: Finding) -> dict[str, Any]:
    return {
        "severity": f.severity,
        "nilsson": f.nilsson,
        "outcome": f.chain.outcome,
        "objective": f.objective.key if f.objective else None,
        "owner": f.owner,
        "chain": _chain(f.chain),
        "other_chains": [[link.edge.edge for link in c.links] for c in f.others],
    }


def coherence_assess(*, path: Path, longest: int = LONGEST) -> Coherence:
    """Assess a portfolio file.

    Parameters
    ----------
    path
        The portfolio file (YAML).
    longest
        Most edges in a chain, 1 to 6.

    Raises
    ------
    InputError
        The file cannot be used; the message names file, line and key.
    """
    if not 1 <= longest <= MOST_CHAIN:
        msg = f"chains of {longest} links"
        raise InputError(msg, key="--longest", accepted=f"a whole number from 1 to {MOST_CHAIN}")
    evidence, catalogue, rules = Evidence.load(), Catalogue.load(), InteractionRules.load()
    countries = list_countries(evidence)
    file = read_portfolio(path, catalogue=catalogue, rules=rules, countries=countries)
    filled = {name: v for name, v in fill_states(file, evidence, rules).items() if name not in file.states}
    portfolio = to_portfolio(file, filled)
    groups = find_groups(evidence, file.country)
    assessment = assess(portfolio, catalogue, rules, groups=groups, longest=longest)
    return Coherence(
        file=file,
        country_name=countries[file.country],
        assessment=assessment,
        repair=find_repair(portfolio, assessment, catalogue, rules, groups=groups),
        states=portfolio.states,
        filled=tuple(sorted(filled)),
        lenses=find_lenses(file, assessment, rules, catalogue),
        modelled=compute_edges(file, assessment, evidence, Parameters.load(), catalogue, rules),
        catalogue=catalogue,
        rules=rules,
        longest=longest,
    )
