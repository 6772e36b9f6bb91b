"""The interview's own examples come out as chains, sign for sign, each citing its line (E71 to E97)."""

from __future__ import annotations

import pytest

from comity.coherence import Measure, Objective, Portfolio, StateValue, assess
from comity.evidence import Catalogue
from comity.evidence.interaction_rules import InteractionRules

CATALOGUE, RULES = Catalogue.load(), InteractionRules.load()
TRUE = StateValue(True, "portfolio:states")

#: element → (subject, change, states, [(outcomes with their movement, line cited by each link)], severity)
EXAMPLES = {
    "E71 to border cost": (
        "LE01", "restrict", {"unmet_labour_demand"},
        [("irregular_entry", 1, "E71 G Q2 l.111"), ("border_control_cost", 1, "E71 G Q2 l.111")], "severe",
    ),
    "E71 to trafficking": (
        "LE01", "restrict", {"unmet_labour_demand"}, [("trafficking_risk", 1, "E71 G Q2 l.111")], "severe",
    ),
    "E72": (
        "refugee_hr_commitments_unmet", "", set(), [("labour_channel_load", 1, "E72 G Q2 l.111")], "severe",
    ),
    "E73 to integration": (
        "PE06", "lower", set(),
        [("irregular_stock", 1, "E73 G Q2 l.111"), ("integration_outcome", -1, "E73 G Q2 l.111")], "severe",
    ),
    "E73 to labour standards": (
        "PE06", "lower", set(),
        [("irregular_stock", 1, "E73 G Q2 l.111"), ("labour_standards_enforcement", -1, "E73 G Q2 l.111")],
        "severe",
    ),
    "E80": (
        "LE23", "narrow", {"many_rejected"}, [("irregular_stock", 1, "E80 M Q2 l.119")], "severe",
    ),
    "E93": (
        "protectionist_trade_investment_policy", "", {"targets_origin_countries"},
        [("emigration_pressure", 1, "E93 G Q3 l.131")], "contested",
    ),
    "E95": (
        "gross_hr_violations", "", set(), [("refugee_outflow", 1, "E95 G Q3 l.131")], "severe",
    ),
    "E97": (
        "military_intervention", "", {"migration_effects_unplanned", "mass_outflow"},
        [("refugee_outflow", 1, "E97 G Q3 l.133"), ("regional_stability", -1, "E98 G Q3 l.133")], "severe",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_comes_out(name: str) -> None:
    subject, change, states, expected, severity = EXAMPLES[name]
    portfolio = Portfolio(
        "CAN", (Measure("m", "interior", subject, change),), (), dict.fromkeys(states, TRUE)
    )
    found = assess(portfolio, CATALOGUE, RULES)
    chains = {c.chain.key: c for f in (found.conflicts,) for c in f}
    matching = [
        f
        for f in chains.values()
        if [(x.edge.to_outcome, x.moves, x.edge.seed_reference) for x in f.chain.links] == expected
    ]
    assert len(matching) == 1, [f.chain.key for f in found.conflicts]
    assert matching[0].severity == severity


@pytest.mark.parametrize("name", [n for n, e in EXAMPLES.items() if e[2]])
def test_without_its_condition_the_example_stays_open(name: str) -> None:
    subject, change, states, expected, _ = EXAMPLES[name]
    found = assess(Portfolio("CAN", (Measure("m", "interior", subject, change),)), CATALOGUE, RULES)
    end = [f for f in found.conflicts if f.chain.outcome == expected[-1][0]]
    assert end
    assert {f.severity for f in end} <= {"open", "contested"}
    assert states <= {q.state for q in found.questions}


@pytest.mark.parametrize("name", [n for n, e in EXAMPLES.items() if e[2]])
def test_a_condition_that_fails_removes_the_example(name: str) -> None:
    subject, change, states, expected, _ = EXAMPLES[name]
    false = dict.fromkeys(states, StateValue(False, "portfolio:states"))
    measure = Measure("m", "interior", subject, change)
    found = assess(Portfolio("CAN", (measure,), (), false), CATALOGUE, RULES)
    first = expected[0][0]
    gone = [f for f in found.conflicts if f.chain.key[1] == _edge(subject, change, first)]
    assert not gone
    assert any(c.links[0].edge.to_outcome == first for c in found.not_met)


def _edge(subject: str, change: str, outcome: str) -> str:
    return next(
        e.edge
        for e in CATALOGUE.edges(subject, outcome=outcome)
        if e.change == change and str(e.evidence_class) in ("seed", "contested")
    )


def test_a_contested_finding_never_decides_a_verdict() -> None:
    measure = Measure("m", "trade", "protectionist_trade_investment_policy")
    wanted = Objective("less", "emigration_pressure", "lower", "development")
    portfolio = Portfolio("CAN", (measure,), (wanted,), {"targets_origin_countries": TRUE})
    verdict = assess(portfolio, CATALOGUE, RULES).verdicts[0]
    assert verdict.word == "contested"
