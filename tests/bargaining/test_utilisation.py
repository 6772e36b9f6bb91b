"""Take-up, tranches, and packages that hang on one promise (§6)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.bargaining import (
    Clause,
    Game,
    TakeUp,
    Tranche,
    apply_use,
    break_even_use,
    flag_fragility,
    gains_in_use,
    likely_use,
    measure_robustness,
    solve_nash,
)
from comity.errors import InputError


def deal(red_line=0.0, draws=1):
    """B opens its market against work permits by A; A's gain hangs on the use of the market."""
    clauses = (Clause("work", "A", "B", 0, 1), Clause("market", "B", "A", 0, 1))
    slope = np.tile([[[-1.0, 4.0], [4.0, -0.5]]], (draws, 1, 1))
    return Game(("A", "B"), clauses, slope, np.zeros((draws, 2, 2)), red_lines=[red_line, 0.0])


PACKAGE = {"work": 1.0, "market": 1.0}


def test_a_package_that_hangs_on_one_promise_is_fragile_and_says_why():
    found = flag_fragility(deal(), PACKAGE, [TakeUp("market", 0.1, 0.6, 0.9)])
    (point,) = found.weak_points
    assert found.fragile
    assert (point.party, point.clause, point.giver, point.cause) == ("A", "market", "B", "take-up")
    assert point.margin_likely == pytest.approx(4 * 0.6 - 1)
    assert point.margin_low == pytest.approx(4 * 0.1 - 1)
    assert point.break_even == pytest.approx(0.25, abs=1e-5)
    sound = flag_fragility(deal(), PACKAGE, [TakeUp("market", 0.3, 0.6, 0.9)])
    assert not sound.fragile
    assert not sound.weak_points


def test_a_milestone_can_be_the_reason():
    tranche = Tranche("market", "rules of origin", 0.9, 0.0, 0.8, 1.0)
    (point,) = flag_fragility(deal(), PACKAGE, [], [tranche]).weak_points
    assert point.cause == "milestone rules of origin"
    assert point.low == pytest.approx(0.1)
    assert likely_use([], [tranche]) == {"market": pytest.approx(0.82)}


def test_low_everywhere_and_likely_too_low_are_told_apart():
    likely_bad = flag_fragility(deal(), PACKAGE, [TakeUp("market", 0.1, 0.2, 0.9)])
    assert likely_bad.below_likely == ("A",)
    assert likely_bad.weak_points == ()
    assert likely_bad.fragile
    giver_bears = flag_fragility(
        deal(), PACKAGE, [TakeUp("market", 0.3, 0.6, 0.9), TakeUp("work", 0.02, 1.0, 1.0, "in full")]
    )
    assert giver_bears.below_together == ("B",)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.05, 0.9), st.floats(0.0, 1.5))
def test_the_break_even_is_where_the_red_line_is_met(likely, red_line):
    game = deal(red_line)
    share = break_even_use(game, PACKAGE, "A", "market")
    if share is None:
        assert gains_in_use(game, PACKAGE, {"market": 1.0})[0, 0] < red_line
        return
    assert gains_in_use(game, PACKAGE, {"market": share + 1e-3})[0, 0] >= red_line
    assert gains_in_use(game, PACKAGE, {"market": share - 1e-3})[0, 0] < red_line
    # use does not touch the other side unless it scales
    kept = gains_in_use(game, PACKAGE, {"market": likely}, in_full=["market"])
    assert kept[0, 1] == pytest.approx(3.5)


def test_draws_of_use_keep_their_range_their_mean_and_their_stream():
    game = deal(draws=3)
    take_up = TakeUp("market", 0.2, 0.5, 1.0)
    used = apply_use(game, [take_up], seed=7, draws=2000)
    share = used.slope[:, 0, 1] / 4.0
    assert used.draws == 6000
    assert share.min() >= 0.2
    assert share.max() <= 1.0
    assert share.mean() == pytest.approx((0.2 + 0.5 + 1.0) / 3, abs=0.01)
    more = apply_use(game, [TakeUp("work", 0.5, 0.5, 0.5), take_up], seed=7, draws=2000)
    assert np.array_equal(more.slope[:, :, 1], used.slope[:, :, 1])
    assert np.array_equal(apply_use(game, [take_up], seed=7, draws=2000).slope, used.slope)
    assert not np.array_equal(apply_use(game, [take_up], seed=8, draws=2000).slope, used.slope)
    # the share of draws in which A gains is the share of draws above its break-even
    robust = measure_robustness(used, PACKAGE)
    assert robust.by_party["A"] == pytest.approx((share >= 0.25 - 1e-6).mean(), abs=1e-9)


def test_a_solution_under_take_up_protects_who_is_promised():
    used = apply_use(deal(red_line=0.1), [TakeUp("market", 0.05, 0.3, 1.0)], seed=1, draws=200)
    solution = solve_nash(used.replace(share=0.9))
    assert solution.found
    assert (solution.gains[:, 0] >= 0.1 - 1e-6).mean() >= 0.9
    assert solution.values["work"] < 0.9


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="range"):
        TakeUp("x", 0.5, 0.2, 1.0)
    with pytest.raises(InputError, match="giver_pays"):
        TakeUp("x", 0.1, 0.2, 1.0, "half")
    with pytest.raises(InputError, match="at risk"):
        Tranche("x", "m", 1.5, 0.0, 0.5, 1.0)
    with pytest.raises(InputError, match="unknown clause"):
        apply_use(deal(), [TakeUp("x", 0.1, 0.2, 1.0)], seed=0)
    twice = [TakeUp("market", 0.1, 0.2, 1.0)] * 2
    with pytest.raises(InputError, match="two take-ups"):
        flag_fragility(deal(), PACKAGE, twice)
    with pytest.raises(InputError, match="draws"):
        apply_use(deal(), [], seed=0, draws=0)
