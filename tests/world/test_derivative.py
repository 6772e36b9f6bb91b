"""All derivatives at once, against finite differences of solved worlds."""

from __future__ import annotations

import numpy as np
import pytest

from comity.errors import InputError
from comity.world import (
    LINES,
    Cost,
    FeeCut,
    Move,
    Recognition,
    Shock,
    TariffCut,
    Transfer,
    World,
)
from comity.world import derivative as module
from comity.world.derivative import differentiate, differentiate_slowly, weigh
from comity.world.examples import random_economy
from comity.world.ledger_point import Point
from comity.world.menu import Menu


def every_kind(world: World) -> Menu:
    """Movers out, back home and on to a third country; tariffs, fees, transfers, costs."""
    e, codes = world.economy, world.economy.codes
    n = len(codes)
    units = []
    for a in range(n):
        for b in range(n):
            if a == b:
                continue
            skill = "low" if a < b else "high"
            units += [
                Shock(
                    moves=(Move(codes[a], codes[a], codes[b], skill, 3.0, 0.6, 0.5),),
                    costs=(Cost(codes[b], 0.01, "administration"),),
                ),
                Shock(tariffs=(TariffCut(codes[a], codes[b], 0.5 * (e.tariff[a, b] - 1)),)),
                Shock(fees=(FeeCut(codes[a], codes[b], 0.3 * e.fee[a, b]),)),
                Shock(transfers=(Transfer(codes[a], codes[b], 0.1, "aid", 0.8),)),
            ]
            if (a + b) % 3 == 0:
                units.append(
                    Shock(moves=(Move(codes[a], codes[b], codes[a], skill, 1.0, 0.4, 0.6, 0.3, 1.0),))
                )
            if (a + b) % 4 == 0:
                units.append(
                    Shock(moves=(Move(codes[a], codes[b], codes[(b + 1) % n], "low", 0.5, 0.4, 0.6, 0.3),))
                )
    return Menu(e, units)


@pytest.fixture(scope="module")
def setting() -> tuple[World, Menu, np.ndarray]:
    world = World(random_economy(4, seed=2, gamma_labour=0.05))
    return world, every_kind(world), np.random.default_rng(7).uniform(0, 1, (4, len(LINES)))


@pytest.mark.parametrize("where", ["nothing", "mixed", "everything"])
def test_columns_are_finite_differences(setting, where: str):
    world, menu, weights = setting
    strengths = {
        "nothing": np.zeros(len(menu)),
        "mixed": np.random.default_rng(1).uniform(0.1, 0.9, len(menu)),
        "everything": np.ones(len(menu)),
    }[where]
    outcome = world.solve(menu.shock(strengths))
    columns = differentiate(world, menu, strengths, outcome, weights)
    slow = differentiate_slowly(world, menu, strengths, outcome, weights)
    size = np.abs(slow).max(axis=0)
    wrong = np.abs(columns - slow).max(axis=0) / size
    # One-sided differences at an end of the range are less exact than central ones.
    assert wrong.max() < (1e-3 if where == "mixed" else 2e-2)


def test_no_ledger_line_is_forgotten(setting):
    """Where this fails a line was added to the ledger: add it to ``ledger_point`` and ``effects`` too."""
    world, menu, _ = setting
    strengths = np.random.default_rng(3).uniform(0, 1, len(menu))
    outcome = world.solve(menu.shock(strengths))
    for k, line in enumerate(LINES):
        weights = np.zeros((4, len(LINES)))
        weights[:, k] = 1.0
        told, kept = Point.of(outcome, weights).gain(), weigh(outcome, weights)
        assert np.allclose(told, kept, rtol=1e-9, atol=1e-9 * world.economy.value_added.max()), line.name


def test_the_fast_way_is_taken(setting, monkeypatch: pytest.MonkeyPatch):
    world, menu, weights = setting
    monkeypatch.setattr(module, "differentiate_slowly", lambda *_: pytest.fail("fell back to differences"))
    strengths = np.full(len(menu), 0.3)
    differentiate(world, menu, strengths, world.solve(menu.shock(strengths)), weights)


def test_an_unknown_line_falls_back_to_differences(setting, monkeypatch: pytest.MonkeyPatch):
    """The answer stays right, only slower, when the two ledgers disagree."""
    world, menu, weights = setting
    small = Menu(world.economy, menu.units[:3])
    strengths = np.full(3, 0.5)
    outcome = world.solve(small.shock(strengths))
    right = differentiate(world, small, strengths, outcome, weights)
    monkeypatch.setattr(Point, "gain", lambda self: np.zeros(len(self.e)))
    slow = differentiate(world, small, strengths, outcome, weights)
    assert not np.array_equal(right, slow)
    assert np.allclose(right, slow, rtol=1e-3, atol=1e-5 * np.abs(right).max())


def test_a_menu_is_linear_in_its_strengths(setting):
    world, menu, _ = setting
    half = menu.shock(np.full(len(menu), 0.5))
    full = menu.shock(np.ones(len(menu)))
    assert sum(m.persons for m in half.moves) == pytest.approx(sum(m.persons for m in full.moves) / 2)
    assert sum(t.usd for t in half.transfers) == pytest.approx(sum(t.usd for t in full.transfers) / 2)
    today = world.economy.fee[0, 1]
    ceilings = [
        next(f.ceiling for f in s.fees if f.receiving == "E00" and f.sending == "E01") for s in (half, full)
    ]
    assert today - ceilings[0] == pytest.approx((today - ceilings[1]) / 2)


def test_a_menu_refuses_what_it_cannot_scale():
    world = World(random_economy(3, seed=1))
    with pytest.raises(InputError, match="recognition"):
        Menu(world.economy, [Shock(recognitions=(Recognition("E00", "E01", 0.1, 0.1),))])
    cut = Shock(tariffs=(TariffCut("E00", "E01", 0.01),))
    with pytest.raises(InputError, match="same tariff"):
        Menu(world.economy, [cut, cut])
