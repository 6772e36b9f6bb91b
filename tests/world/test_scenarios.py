"""Built-in scenarios: what they do, who takes part, and what they refuse (§3.15)."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from comity.errors import InputError
from comity.evidence import Evidence, Parameters
from comity.world import Figures, Registers, Shock, World, calibrate, gather_registers
from comity.world.calibrate import PARAMETERS
from comity.world.channels import PARAMETERS as CHANNEL_PARAMETERS
from comity.world.figures import check_figures
from comity.world.registers import IRREGULAR_IN_US
from comity.world.runs import ACCOUNTS, ROWS, ScenarioRun, decompose_output, solve_far
from comity.world.scenarios import PARAMETERS as SCENARIO_PARAMETERS
from comity.world.scenarios import SCENARIOS, Frame, Scope, find_scenario, name_groups, read_settings

AT = {name: k for k, name in enumerate(ROWS)}


@pytest.fixture(scope="module")
def numbers() -> dict[str, float]:
    parameters = Parameters.load()
    choice = [f"world.choice.irregular_us.{x}" for x in IRREGULAR_IN_US]
    names = dict.fromkeys((*PARAMETERS, *CHANNEL_PARAMETERS, *SCENARIO_PARAMETERS, *choice))
    return {name: parameters.value(name) for name in names}


@pytest.fixture(scope="module")
def registers(evidence: Evidence, figures: Figures, numbers) -> Registers:
    return gather_registers(evidence, figures.codes, numbers)


def run(figures, registers, numbers, name, given=None, **more) -> np.ndarray:
    settings = read_settings(find_scenario(name), given or {}, numbers, name_groups(figures))
    return ScenarioRun(figures, registers, name, settings, **more)(numbers)


@pytest.fixture(scope="module")
def home(figures, registers, numbers):
    return run(figures, registers, numbers, "no-migration")[0]


def test_parts_of_output_add_up_exactly(home):
    parts = home[:, [AT["from_work"], AT["from_capital"], AT["from_prices"]]].sum(axis=1)
    np.testing.assert_allclose(parts, home[:, AT["output_ppp_change"]], rtol=1e-9, atol=1.0)


def test_an_unchanged_world_has_no_parts(full: World):
    outcome = full.solve(Shock())
    parts = decompose_output(outcome.economy, outcome.given, outcome.prices)
    np.testing.assert_allclose(parts.after, parts.before, rtol=1e-12)
    for part in (parts.work, parts.capital, parts.prices):
        assert np.abs(part).max() <= 1e-9 * parts.before.max()


def test_without_migration_nearly_nobody_is_abroad(home, figures, numbers):
    economy = calibrate(figures, numbers)
    own = np.eye(len(economy), dtype=bool)
    abroad = economy.persons[~own].sum()
    assert -home[:, AT["born_abroad"]].sum() == pytest.approx(abroad, rel=0.01)
    assert -home[:, AT["born_abroad"]].sum() < abroad, "the floor of foreign labour stays"
    assert home[:, AT["regular"]].sum() == pytest.approx(home[:, AT["born_abroad"]].sum())
    # Wherever most workers were born elsewhere, output falls.
    assert home[figures.codes.index("ARE"), AT["output_change"]] < 0


def test_half_a_share_moves_half_the_people(home, figures, registers, numbers):
    half = run(figures, registers, numbers, "no-migration", {"share": "0.5"})[0]
    assert half[:, AT["born_abroad"]].sum() == pytest.approx(home[:, AT["born_abroad"]].sum() / 2)
    none = run(figures, registers, numbers, "no-migration", {"share": "0"})[0]
    assert not none.any()


def test_a_fee_cut_raises_what_families_receive(figures, registers, numbers):
    (all_,) = run(figures, registers, numbers, "fee-cut")
    assert all_[:, AT["remittances"]].sum() > 0
    assert all_[:, AT["payment_providers"]].sum() < 0
    spain = run(figures, registers, numbers, "fee-cut", scopes=(Scope("alone", ("ESP",)),))[0]
    assert 0 < spain[:, AT["remittances"]].sum() < all_[:, AT["remittances"]].sum()


@pytest.fixture(scope="module")
def wider(figures, registers, numbers):
    return run(figures, registers, numbers, "enlargement")[0]


def test_an_enlargement_opens_regular_places_and_empties_other_channels(wider, figures):
    assert wider[:, AT["regular"]].sum() > 1e6
    assert wider[:, AT["asylum"]].sum() < 0
    assert wider[:, AT["irregular"]].sum() < 0
    assert wider[figures.codes.index("ALB"), AT["born_abroad"]] > 0
    assert wider[:, AT["output_ppp_change"]].sum() > 0
    moved = wider[:, [AT["regular"], AT["asylum"], AT["irregular"]]].sum()
    assert moved == pytest.approx(wider[:, AT["born_abroad"]].sum(), rel=1e-9)


def test_a_horizon_takes_a_part_of_the_way(wider, figures, registers, numbers):
    some = run(figures, registers, numbers, "enlargement", share=0.15)[0]
    assert some[:, AT["regular"]].sum() == pytest.approx(0.15 * wider[:, AT["regular"]].sum(), rel=1e-9)
    ratio = some[:, AT["output_ppp_change"]].sum() / wider[:, AT["output_ppp_change"]].sum()
    assert 0.1 < ratio < 0.2


def test_closing_and_visas_send_people_away(figures, registers, numbers):
    closed = run(figures, registers, numbers, "closing-channel", keep=(figures.codes.index("ESP"),))[0]
    assert closed[0, AT["regular"]] < 0
    assert closed.shape == (1, len(ROWS))
    visa = run(figures, registers, numbers, "visa-imposition")[0]
    assert visa[figures.codes.index("VEN"), AT["born_abroad"]] < 0
    nothing = run(figures, registers, numbers, "visa-imposition", {"drop": "0"})[0]
    assert not nothing.any()


def test_a_run_can_be_sent_to_another_process(figures, registers, numbers):
    settings = read_settings(find_scenario("fee-cut"), {}, numbers, name_groups(figures))
    task = ScenarioRun(figures, None, "fee-cut", settings)
    again = pickle.loads(pickle.dumps(task))  # noqa: S301  (our own bytes)
    assert again(numbers).tobytes() == task(numbers).tobytes()


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("no-migration", {"share": "1.01"}, "from 0 to 1"),
        ("no-migration", {"share": "-0.1"}, "from 0 to 1"),
        ("no-migration", {"share": "nan"}, "from 0 to 1"),
        ("no-migration", {"shares": "1"}, "share"),
        ("closing-channel", {"channel": "air"}, "regular, asylum, irregular"),
        ("enlargement", {"origins": "ALB,XXX"}, "ISO3 codes that the world holds"),
        ("visa-imposition", {"drop": "much"}, "from 0 to 1"),
    ],
)
def test_settings_that_cannot_be_are_refused(figures, numbers, name, given, says):
    with pytest.raises(InputError, match=says):
        read_settings(find_scenario(name), given, numbers, name_groups(figures))


def test_what_a_scenario_cannot_do_is_refused(figures, registers, numbers):
    with pytest.raises(InputError, match="only regular places"):
        run(figures, registers, numbers, "closing-channel", {"channel": "asylum"})
    with pytest.raises(InputError, match="below 1"):
        run(figures, registers, numbers, "visa-imposition", {"drop": "1"})
    with pytest.raises(InputError, match="registers"):
        run(figures, None, numbers, "enlargement")
    with pytest.raises(InputError, match="full-liberalisation, no-migration"):
        find_scenario("utopia")
    economy = calibrate(figures, numbers)
    with pytest.raises(InputError, match="with channels"):
        Frame(economy, None, numbers, {}, {}, Scope()).movers()


def test_scopes_are_nested():
    a, b, c = "ESP", "MAR", "FRA"
    assert Scope("alone", (a,)).holds(b, a)
    assert not Scope("alone", (a,)).holds(a, b)
    for scope in (Scope("hub", (a,)), Scope("within", (a, b)), Scope()):
        assert scope.holds(a, b)
        assert scope.holds(b, a)
    assert not Scope("hub", (a,)).holds(b, c)
    assert not Scope("within", (a, b)).holds(a, c)


def test_groups_hold_who_they_say(figures):
    groups = name_groups(figures)
    assert len(groups["EU27"]) == 27
    assert set(groups["GCC"]) == {"ARE", "BHR", "KWT", "OMN", "QAT", "SAU"}
    assert groups["world"] == figures.codes


def test_every_scenario_tells_its_story():
    for scenario in SCENARIOS.values():
        assert scenario.title
        assert scenario.story.endswith(".")
        assert len(ACCOUNTS) == len(set(ACCOUNTS))


def test_people_below_zero_are_refused(figures: Figures):
    people = figures.people.copy()
    people[figures.codes.index("MAR")] = -5.0
    with pytest.raises(InputError, match="population_age: people of MAR is -5; accepted: 0 or more"):
        check_figures(replace(figures, people=people))
    check_figures(figures)


def test_a_shock_too_large_for_one_step_is_walked_to(full: World, monkeypatch):
    from comity.errors import SolveError  # noqa: PLC0415
    from comity.world import Move  # noqa: PLC0415

    shock = Shock(moves=(Move("MAR", "MAR", "ESP", "low", 50_000.0, 0.4, 0.9),))
    straight = full.solve(shock)
    solve, tries = full.solve, []

    def refuse_first(asked: Shock, *, start=None):
        tries.append(asked)
        if len(tries) == 1:
            msg = "too far"
            raise SolveError(msg)
        return solve(asked, start=start)

    monkeypatch.setattr(full, "solve", refuse_first)
    walked = solve_far(full, shock)
    np.testing.assert_allclose(walked.prices.factor, straight.prices.factor, rtol=1e-9)
    assert len(tries) > 4
