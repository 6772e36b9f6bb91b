"""What must hold whatever a government does: order and names do not matter, and the repair is smallest."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.coherence import Measure, Objective, Portfolio, StateValue, assess, find_loops, find_repair
from comity.coherence.repair import list_steps
from comity.evidence import Catalogue
from comity.evidence.catalogue_rows import Cause
from comity.evidence.interaction_rules import InteractionRules

CATALOGUE, RULES = Catalogue.load(), InteractionRules.load()
STARTS = sorted({(e.subject, e.change) for e in CATALOGUE.interactions if e.cause is not Cause.OUTCOME})
YES_NO = sorted(s.state for s in RULES.states.values() if not s.is_number)
OUTCOMES = sorted(RULES.outcomes)


@st.composite
def portfolios(draw: st.DrawFn, most: int = 7) -> Portfolio:
    picked = draw(st.lists(st.sampled_from(STARTS), min_size=1, max_size=most, unique=True))
    measures = tuple(
        Measure(f"m{k}", draw(st.sampled_from(("interior", "labour", "trade"))), subject, change,
                fixed=draw(st.booleans()))
        for k, (subject, change) in enumerate(picked)
    )  # fmt: skip
    wanted = draw(st.lists(st.sampled_from(OUTCOMES), max_size=3, unique=True))
    objectives = tuple(
        Objective(f"o{k}", slug, draw(st.sampled_from(("higher", "lower"))), "interior")
        for k, slug in enumerate(wanted)
    )
    answered = draw(st.dictionaries(st.sampled_from(YES_NO), st.booleans(), max_size=10))
    states = {name: StateValue(value, "portfolio") for name, value in answered.items()}
    return Portfolio(draw(st.sampled_from(("ESP", "USA", "NZL"))), measures, objectives, states)


@given(portfolios(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_measures_changes_nothing(portfolio: Portfolio, random: object) -> None:
    shuffled = list(portfolio.measures)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = Portfolio(portfolio.country, tuple(shuffled), portfolio.objectives, portfolio.states)
    assert assess(portfolio, CATALOGUE, RULES) == assess(other, CATALOGUE, RULES)


@given(portfolios())
@settings(max_examples=60, deadline=None)
def test_names_of_ministries_change_nothing_but_the_names(portfolio: Portfolio) -> None:
    renamed = tuple(
        Measure(m.key, f"office of {m.ministry}", m.subject, m.change, m.title, m.fixed)
        for m in portfolio.measures
    )
    before = assess(portfolio, CATALOGUE, RULES)
    after = assess(
        Portfolio(portfolio.country, renamed, portfolio.objectives, portfolio.states), CATALOGUE, RULES
    )
    assert [(f.key, f.severity, f.nilsson) for f in before.findings] == [
        (f.key, f.severity, f.nilsson) for f in after.findings
    ]
    assert [v.word for v in before.verdicts] == [v.word for v in after.verdicts]


@given(portfolios(), st.sampled_from(STARTS))
@settings(max_examples=60, deadline=None)
def test_one_more_measure_leaves_every_conflict_as_severe_as_it_was(
    portfolio: Portfolio, start: tuple[str, str]
) -> None:
    more = Portfolio(
        portfolio.country, (*portfolio.measures, Measure("extra", "labour", *start)), portfolio.objectives,
        portfolio.states,
    )  # fmt: skip
    before = {f.key: f.severity for f in assess(portfolio, CATALOGUE, RULES).conflicts}
    after = {f.key: f.severity for f in assess(more, CATALOGUE, RULES).conflicts}
    assert {key: after[key] for key in before} == before


@given(portfolios())
@settings(max_examples=60, deadline=None)
def test_the_repair_is_the_smallest_by_brute_force(portfolio: Portfolio) -> None:
    found = assess(portfolio, CATALOGUE, RULES)
    steps = list_steps(portfolio, found, CATALOGUE, RULES)
    repair = find_repair(portfolio, found, CATALOGUE, RULES)
    reachable = {key for step in steps for key in step.removes}
    assert {f.key for f in repair.beyond} == {f.key for f in found.severe} - reachable
    assert {key for step in repair.steps for key in step.removes} == reachable
    best = next(
        size
        for size in range(len(steps) + 1)
        if any(
            reachable <= {key for step in pick for key in step.removes} for pick in combinations(steps, size)
        )
    )
    assert len(repair.steps) == best
    fewest = min(
        sum(len(step.loses) for step in pick)
        for pick in combinations(steps, best)
        if reachable <= {key for step in pick for key in step.removes}
    )
    assert sum(len(step.loses) for step in repair.steps) == fewest


@given(portfolios())
@settings(max_examples=40, deadline=None)
def test_giving_up_what_the_repair_says_leaves_none_of_those_conflicts(portfolio: Portfolio) -> None:
    found = assess(portfolio, CATALOGUE, RULES)
    repair = find_repair(portfolio, found, CATALOGUE, RULES)
    dropped = {step.measure for step in repair.steps if step.kind == "give up"}
    eased = {step.state for step in repair.steps if step.kind == "introduce"}
    kept = tuple(m for m in portfolio.measures if m.key not in dropped)
    states = {**portfolio.states, **{name: StateValue(False, "after the repair") for name in eased}}
    after = assess(Portfolio(portfolio.country, kept, portfolio.objectives, states), CATALOGUE, RULES)
    removed = {key for step in repair.steps for key in step.removes}
    assert not removed & {f.key for f in after.severe}


@given(portfolios(), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_no_chain_is_longer_than_asked_or_passes_an_outcome_twice(portfolio: Portfolio, longest: int) -> None:
    found = assess(portfolio, CATALOGUE, RULES, longest=longest)
    for finding in found.findings:
        for chain in (finding.chain, *finding.others):
            ends = [link.edge.to_outcome for link in chain.links]
            assert len(ends) <= longest
            assert len(set(ends)) == len(ends)


def test_a_loop_is_named_with_its_sign() -> None:
    first = CATALOGUE.edges("irregular_entry")[0]
    back = first.model_copy(
        update={"edge": "I900", "from_instrument": f"O:{first.to_outcome}", "to_outcome": "irregular_entry"}
    )
    assert find_loops((first, back)) == ((("border_control_cost", "irregular_entry"), "feeds itself"),)
