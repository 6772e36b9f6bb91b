"""Games over issues: each method against brute force, and the axioms behind each solution (§6.2, §6.9)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.bargaining.issues import (
    everything,
    game_of,
    issue_games,
    lexi,
    random_game,
    rational,
    undominated,
)

from comity.bargaining import Cap, Clause, Game, pareto_front, solve_leximin, solve_nash, solve_utilitarian
from comity.bargaining.discrete import (
    Acceptance,
    DiscreteGame,
    DiscreteSolutions,
    Issue,
    count_accepted,
    count_rational,
    counting,
    fold,
    fold_frontier,
    from_game,
    scan_outcomes,
    solve_discrete,
    solve_product,
    to_game,
    to_values,
)
from comity.bargaining.discrete.dominance import efficient
from comity.errors import InputError, SolveError

FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])


def solved_points(chosen):
    return {tuple(np.round(point, 9)) for point in chosen.tied}


# ------------------------------------------------------------------------------------------------ the sieve


@FEW
@given(
    st.integers(1, 5).flatmap(
        lambda d: st.lists(st.tuples(*[st.integers(0, 5)] * d), min_size=1, max_size=90)
    )
)
def test_efficient_points_are_those_of_pairwise_comparison(rows):
    points = np.array(rows, dtype=float)
    kept = points[efficient(points)]
    assert {tuple(p) for p in kept} == {tuple(p) for p in undominated(points)}
    assert len(kept) == len(undominated(points))


@pytest.mark.parametrize(("dimensions", "levels"), [(2, 40), (3, 12), (3, 400), (4, 60), (5, 30), (7, 9)])
def test_efficient_points_of_a_crowd(dimensions, levels):
    points = np.random.default_rng(dimensions).integers(0, levels, size=(4200, dimensions)).astype(float)
    kept = points[efficient(points)]
    distinct = np.unique(points, axis=0)
    beaten = np.zeros(len(distinct), dtype=bool)
    for q in distinct:
        beaten |= np.all(q >= distinct, axis=1) & np.any(q > distinct, axis=1)
    assert {tuple(p) for p in kept} == {tuple(p) for p in distinct[~beaten]}


def test_sums_in_another_order_are_one_point():
    points = np.array([[0.1 + 0.2 + 0.3, 1.0], [0.3 + 0.2 + 0.1, 1.0], [0.6, 1.0 - 1e-16]])
    assert len(efficient(points, 1e-12)) == 1


# ---------------------------------------------------------------------------- solutions against brute force


@FEW
@given(issue_games())
def test_solutions_are_those_of_brute_force(game):
    solved = solve_discrete(game)
    assert isinstance(solved, DiscreteSolutions)
    _, utilities = everything(game)
    fit = rational(game, utilities)
    assert solved.outcomes == len(utilities)
    assert solved.rational == len(fit)
    assert solved.strictly == int(np.sum(np.all(utilities > game.no_deal + 1e-12, axis=1)))
    assert solved.utilitarian_all == pytest.approx(utilities.sum(axis=1).max())
    assert solved.found == (len(fit) > 0)
    if not len(fit):
        return
    gains = fit - game.no_deal
    ideal = fit.max(axis=0)
    assert {tuple(p) for p in np.round(solved.frontier.points, 9)} == {tuple(p) for p in undominated(fit)}
    assert solved.nash.value == pytest.approx(np.prod(gains, axis=1).max(), abs=1e-9)
    assert solved.utilitarian.value == pytest.approx(fit.sum(axis=1).max())
    assert tuple(np.round(np.sort(solved.egalitarian.utilities - game.no_deal), 9)) == lexi(gains)
    for chosen, top in ((solved.leximin, ideal), (solved.leximin_all, utilities.max(axis=0))):
        width = top - game.no_deal
        ratios = np.where(width > 0, gains / np.where(width > 0, width, 1), 1.0)
        own = (chosen.utilities - game.no_deal) / np.where(width > 0, width, 1)
        assert tuple(np.round(np.sort(np.where(width > 0, own, 1.0)), 9)) == lexi(ratios)
        assert chosen.value == pytest.approx(ratios.min(axis=1).max())
    if solved.nash.value > 0:
        best = gains[np.prod(gains, axis=1) >= solved.nash.value - 1e-9] + game.no_deal
        assert solved_points(solved.nash) == {tuple(np.round(p, 9)) for p in best}
    for chosen in (solved.nash, solved.leximin, solved.egalitarian, solved.utilitarian):
        assert game.utilities(game.choice(chosen.bid)) == pytest.approx(chosen.utilities)


@pytest.mark.parametrize("parties", [2, 3, 5])
@pytest.mark.parametrize("reserve", [0.0, 0.45, 0.6])
def test_folding_agrees_with_a_list_of_all_outcomes(parties, reserve):
    game = random_game(parties, parties, 5, 6, reserve)
    solved, seen = solve_discrete(game), scan_outcomes(game)
    assert (solved.outcomes, solved.rational, solved.strictly) == (
        seen.outcomes,
        seen.rational,
        seen.strictly,
    )
    for ours, theirs in (
        (solved.nash, seen.nash), (solved.leximin, seen.ratio), (solved.leximin_all, seen.ratio_all),
        (solved.egalitarian, seen.smallest_gain), (solved.utilitarian, seen.total),
    ):  # fmt: skip
        assert (None if ours is None else ours.value) == pytest.approx(theirs, rel=1e-12)
    assert solved.utilitarian_all == pytest.approx(seen.total_all)
    _, utilities = everything(game)
    fit = rational(game, utilities)
    assert len(solved.frontier.points) == len(efficient(fit, 1e-12))


@FEW
@given(issue_games(issues=(1, 5)))
def test_solutions_without_the_frontier_are_the_same(game):
    whole, part = solve_discrete(game), solve_discrete(game, frontier=False)
    assert whole.found == part.found
    assert whole.blocked == part.blocked
    assume(whole.found)
    assert (whole.frontier.complete, part.frontier.complete) == (True, False)
    assert part.ideal == pytest.approx(whole.ideal)
    for name in ("nash", "leximin", "leximin_all", "egalitarian", "utilitarian"):
        one, two = getattr(whole, name), getattr(part, name)
        assert two.value == pytest.approx(one.value, abs=1e-12)
        assert solved_points(two) == solved_points(one)
    alone = solve_product(game)
    assert (alone is None) == whole.nash_is_zero
    if alone is not None:
        assert solved_points(alone) == solved_points(whole.nash)
        assert alone.bid == whole.nash.bid


@pytest.mark.parametrize(("parties", "reserve"), [(2, 0.3), (3, 0.5), (5, 0.0), (5, 0.5), (7, 0.4)])
def test_solutions_of_middling_games_without_the_frontier(parties, reserve, monkeypatch):
    game = random_game(parties, parties, 6, 6, reserve)
    whole, part = solve_discrete(game), solve_discrete(game, frontier=False)
    for name in ("nash", "leximin", "leximin_all", "egalitarian", "utilitarian"):
        assert getattr(part, name).bid == getattr(whole, name).bid
    # Where the frontier is too large, the same is found without being asked.
    monkeypatch.setattr(fold, "MOST_NUMBERS", 5_000 * parties)
    fallen = solve_discrete(game)
    assert fallen.nash.bid == whole.nash.bid


def test_the_frontier_keeps_a_bid_for_each_point():
    game = random_game(3, 3, 5, 5)
    front = fold_frontier(game)
    for point, choice in zip(front.points, front.choices, strict=True):
        assert game.utilities(choice) == pytest.approx(point)


@FEW
@given(issue_games(parties=(2, 3), issues=(1, 3), values=(2, 3)), st.data())
def test_where_nothing_is_rational_the_blockers_are_those_of_brute_force(game, data):
    """Every party asks for nearly its best, which seldom goes together."""
    less = [data.draw(st.integers(-1, 2)) for _ in game.parties]
    game = game.replace(reserve=game.best - np.array(less))
    _, utilities = everything(game)
    assume(not len(rational(game, utilities)))
    solved = solve_discrete(game)
    assert solved.nash is None
    assert solved.leximin is None
    assert not len(solved.frontier.points)
    gains = utilities - game.no_deal
    assert solved.nearest.value == pytest.approx(gains.min(axis=1).max())
    for i, blocked in enumerate(solved.blocked):
        others = np.delete(gains, i, axis=1)
        fits = utilities[np.all(others >= 0, axis=1)]
        assert blocked.best == (pytest.approx(fits[:, i].max()) if len(fits) else None)
        assert blocked.alone == pytest.approx(utilities[:, i].max())


def test_where_nobody_gains_the_product_is_zero_and_says_so():
    solved = solve_discrete(game_of([[[0.5, 0.5], [0.4, 0.6], [0.6, 0.4]]], [0.5, 0.5]))
    assert solved.nash_is_zero
    assert solved.nash.value == 0.0
    assert solved.nash.utilities.tolist() == [0.5, 0.5]
    assert (solved.rational, solved.strictly) == (1, 0)


# --------------------------------------------------------------------------------------------------- counts


@FEW
@given(issue_games(parties=(1, 5), issues=(1, 5)), st.booleans())
def test_counts_are_those_of_brute_force(game, strictly):
    _, utilities = everything(game)
    gains = utilities - game.no_deal
    expected = np.all(gains > 1e-9, axis=1) if strictly else np.all(gains >= -1e-9, axis=1)
    assert count_rational(game, strictly=strictly) == int(expected.sum())


@pytest.mark.parametrize("parties", [1, 2, 3, 4, 6])
def test_counts_of_middling_games(parties):
    game = random_game(parties, parties, 6, 6, 0.45)
    seen = scan_outcomes(game)
    assert count_rational(game) == seen.rational
    assert count_rational(game, strictly=True) == seen.strictly


def test_a_count_at_ten_thousand_million_outcomes_is_exact():
    """Each party cares for five of ten issues only, so the count is a product of two small ones."""
    rng = np.random.default_rng(7)
    mine, yours = rng.random((5, 10)), rng.random((5, 10))
    tables = [np.column_stack([row, np.zeros(10)]) for row in mine]
    tables += [np.column_stack([np.zeros(10), row]) for row in yours]
    order = rng.permutation(10)
    game = game_of([tables[k] for k in order], [2.5, 3.1])

    def alone(rows, floor):
        total = np.zeros(1)
        for row in rows:
            total = np.add.outer(total, row).ravel()
        return int(np.sum(total >= floor))

    assert game.outcomes == 10**10
    assert count_rational(game) == alone(mine, 2.5) * alone(yours, 3.1)


def test_a_count_out_of_reach_is_none_and_never_a_guess(monkeypatch):
    game = random_game(1, 3, 6, 6, 0.5)
    monkeypatch.setattr(counting, "_MOST_PAIRS", 1000)
    assert count_rational(game) is None
    assert solve_discrete(game).rational is None
    monkeypatch.setattr(counting, "_MOST_HALF", 100)
    assert count_rational(game) is None


@FEW
@given(issue_games(parties=(3, 4)), st.data())
def test_the_rule_of_the_game_is_counted(game, data):
    veto = data.draw(st.sets(st.sampled_from(game.parties), max_size=2))
    least = data.draw(st.integers(0, len(game.parties)))
    _, utilities = everything(game)
    accepts = utilities >= game.no_deal - 1e-9
    fixed = [i for i, party in enumerate(game.parties) if party in veto]
    expected = accepts[:, fixed].all(axis=1) & (accepts.sum(axis=1) >= least)
    ruled = game.replace(rule=Acceptance(tuple(sorted(veto)), least))
    assert count_accepted(ruled) == int(expected.sum())


# ------------------------------------------------------------------------------------------------ large games


def test_ten_thousand_million_bilateral_outcomes_are_solved_exactly():
    """The mixed-integer solver, which knows nothing of frontiers, proves the same product within its gap."""
    game = random_game(11, 2, 10, 10, 0.3)
    solved = solve_discrete(game)
    assert solved.outcomes == 10**10
    other = solve_nash(to_game(game), gap=1e-6)
    assert other.objective <= math.log(solved.nash.value) + 1e-9
    assert other.bound >= math.log(solved.nash.value) - 1e-9
    assert other.objective == pytest.approx(math.log(solved.nash.value), abs=1e-5)


def test_a_frontier_beyond_memory_is_an_error_and_never_a_sample(monkeypatch):
    monkeypatch.setattr(fold, "MOST_NUMBERS", 500)
    game = random_game(2, 5, 6, 6)
    with pytest.raises(SolveError, match="not solved"):
        solve_discrete(game)


def test_a_list_of_all_outcomes_is_refused_above_its_limit():
    with pytest.raises(InputError, match="10,000,000,000 outcomes"):
        scan_outcomes(random_game(1, 2, 10, 10))


# --------------------------------------------------------------------------------------------------- axioms


@FEW
@given(issue_games())
def test_pareto_efficiency_and_individual_rationality(game):
    solved = solve_discrete(game)
    assume(solved.found)
    _, utilities = everything(game)
    for chosen in (solved.nash, solved.leximin, solved.leximin_all, solved.egalitarian, solved.utilitarian):
        assert np.all(chosen.utilities >= game.no_deal - 1e-9)
        better = np.all(utilities >= chosen.utilities - 1e-9, axis=1)
        better &= np.any(utilities > chosen.utilities + 1e-9, axis=1)
        assert not better.any()


@FEW
@given(issue_games(parties=(2, 2), issues=(1, 2)))
def test_symmetry(game):
    """In a game that is the same with A and B exchanged, what a solution picks is the same too."""
    mirrored = [table[:, ::-1] for table in game.tables]
    both = game_of([*game.tables, *mirrored], np.full(2, game.no_deal.min()))
    solved = solve_discrete(both)
    assume(solved.found)
    for chosen in (solved.nash, solved.leximin, solved.egalitarian, solved.utilitarian):
        if chosen is solved.nash and solved.nash_is_zero:
            continue
        assert solved_points(chosen) == {point[::-1] for point in solved_points(chosen)}


@FEW
@given(
    issue_games(),
    st.lists(st.sampled_from([0.125, 0.5, 1.0, 3.0, 1024.0, 1e-6, 1e6]), min_size=4, max_size=4),
    st.lists(st.integers(-5, 5), min_size=4, max_size=4),
)
def test_a_change_of_units_changes_nothing(game, factors, shifts):
    """Nash and the leximin of ratios do not depend on the unit or the zero of anybody's utility."""
    count = len(game.parties)
    factor, shift = np.array(factors[:count]), np.array(shifts[:count], dtype=float)
    tables = [table * factor for table in game.tables]
    tables[0] = tables[0] + shift * factor
    other = game_of(tables, (game.no_deal + shift) * factor)
    one, two = solve_discrete(game), solve_discrete(other)
    assert (one.rational, one.strictly, one.found) == (two.rational, two.strictly, two.found)
    assume(one.found)
    assert len(one.frontier.points) == len(two.frontier.points)
    assert two.leximin.value == pytest.approx(one.leximin.value, abs=1e-9)
    for ours, theirs in (
        (one.nash, two.nash),
        (one.leximin, two.leximin),
        (one.leximin_all, two.leximin_all),
    ):
        back = {tuple(np.round(point / factor - shift, 6) + 0.0) for point in theirs.tied}
        assert back == {tuple(np.round(point, 6) + 0.0) for point in ours.tied}


@FEW
@given(issue_games(issues=(2, 4), values=(2, 4)), st.data())
def test_independence_of_irrelevant_alternatives(game, data):
    """Without values that the Nash outcome does not use, the Nash product stays what it was."""
    solved = solve_discrete(game)
    assume(solved.found and not solved.nash_is_zero)
    choice = game.choice(solved.nash.bid)
    tables = []
    for table, used in zip(game.tables, choice, strict=True):
        keep = data.draw(st.sets(st.integers(0, len(table) - 1))) | {used}
        tables.append(table[sorted(keep)])
    smaller = solve_discrete(game_of(tables, game.no_deal))
    assert smaller.nash.value == pytest.approx(solved.nash.value)
    assert tuple(np.round(solved.nash.utilities, 9)) in solved_points(smaller.nash)


@FEW
@given(issue_games(issues=(1, 3), values=(1, 4)), st.data())
def test_restricted_monotonicity(game, data):
    """More values with the same ideal gains never make the ratios worse, in the leximin order (Imai, 1983).

    On a list of outcomes this is what is left of Kalai and Smorodinsky's axiom: one's own utility may fall.
    """
    solved = solve_discrete(game)
    assume(solved.found)
    marks = st.tuples(*[st.integers(-1, 6)] * len(game.parties))
    tables = []
    for table in game.tables:
        more = [np.minimum(row, table.max(axis=0)) for row in data.draw(st.lists(marks, max_size=2))]
        tables.append(np.array([*table, *more]))
    larger = solve_discrete(game_of(tables, game.no_deal))
    assume(np.allclose(larger.ideal, solved.ideal))
    width = np.where(solved.ideal > game.no_deal, solved.ideal - game.no_deal, 1.0)

    def ratios(chosen):
        own = (chosen.utilities - game.no_deal) / width
        return tuple(np.round(np.sort(np.where(solved.ideal > game.no_deal, own, 1.0)), 9))

    assert ratios(larger.leximin) >= ratios(solved.leximin)


@FEW
@given(issue_games(parties=(3, 4)))
def test_the_order_of_parties_and_issues_does_not_matter(game):
    turned = game_of([table[:, ::-1] for table in game.tables[::-1]], game.no_deal[::-1])
    one, two = solve_discrete(game), solve_discrete(turned)
    assert (one.rational, len(one.frontier.points)) == (two.rational, len(two.frontier.points))
    assume(one.found)
    assert solved_points(one.nash) == {point[::-1] for point in solved_points(two.nash)}
    assert solved_points(one.leximin) == {point[::-1] for point in solved_points(two.leximin)}


# --------------------------------------------------------------------------------------------------- bridge


@settings(max_examples=12)
@given(issue_games(parties=(2, 3), issues=(1, 3), values=(2, 3)))
def test_the_mixed_integer_solvers_agree(game):
    solved = solve_discrete(game)
    other = to_game(game)
    nash = solve_nash(other)
    if not solved.found or solved.nash_is_zero:
        assert not nash.found
        return
    assert nash.objective == pytest.approx(math.log(solved.nash.value), abs=1e-5)
    total = solve_utilitarian(other)
    assert total.objective + game.no_deal.sum() == pytest.approx(solved.utilitarian.value, abs=1e-4)
    least = solve_leximin(other)
    counted = solved.ideal > game.no_deal
    own = (solved.leximin.utilities - game.no_deal)[counted] / (solved.ideal - game.no_deal)[counted]
    assert least.objective == pytest.approx(own.min(), abs=1e-4)
    front = pareto_front(other)
    assert front.complete
    assert len(front.solutions) == len(solved.frontier.points)
    values = to_values(game, solved.nash.bid)
    assert other.breaches(values) == ()
    assert other.gains(values)[0] == pytest.approx(solved.nash.utilities - game.no_deal)


def test_clauses_become_issues_and_rules_are_refused():
    clauses = (
        Clause("visas", "A", "B", 1, 3, 1, "stepped"),
        Clause("returns", "B", "A", 0, 1, kind="binary"),
    )
    slope, fixed = np.array([[[-1.0, 0.0], [2.0, 0.0]]]), np.array([[[0.0, 4.0], [0.0, -1.0]]])
    game = Game(("A", "B"), clauses, slope, fixed)
    solved = solve_discrete(from_game(game))
    assert solved.nash.value == pytest.approx(math.exp(solve_nash(game).objective), rel=1e-4)
    with pytest.raises(InputError, match="rules between clauses"):
        from_game(game.replace(caps=(Cap({"visas": 1.0}, 2.0),)))
    with pytest.raises(InputError, match="draws"):
        from_game(game.replace(slope=np.vstack([slope, slope]), fixed=np.vstack([fixed, fixed])))
    with pytest.raises(InputError, match="continuous"):
        from_game(Game(("A", "B"), (Clause("aid", "A", "B", 0, 3),), np.ones((1, 2, 1)), np.zeros((1, 2, 1))))


# --------------------------------------------------------------------------------------------------- input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parties": ("A", "A")}, "party 'A' appears twice"),
        (
            {"issues": (Issue("x", ("a", "b")),) * 2, "tables": (np.zeros((2, 2)),) * 2},
            "issue 'x' appears twice",
        ),
        ({"tables": (np.zeros((3, 2)),)}, "shape"),
        ({"tables": ()}, "0 tables"),
        ({"tables": (np.array([[np.nan, 0], [0, 0]]),)}, "not finite"),
        ({"reserve": np.zeros(3)}, "shape"),
        ({"rule": Acceptance(("C",), 1)}, "veto player 'C'"),
    ],
)
def test_a_game_that_makes_no_sense_is_refused(change, message):
    given_ = {
        "name": "g",
        "parties": ("A", "B"),
        "issues": (Issue("x", ("a", "b")),),
        "tables": (np.zeros((2, 2)),),
    }
    with pytest.raises(InputError, match=message):
        DiscreteGame(**{**given_, **change})


def test_an_issue_needs_distinct_values():
    with pytest.raises(InputError, match="'a' twice"):
        Issue("x", ("a", "a"))
    with pytest.raises(InputError, match="no value"):
        Issue("x", ())
