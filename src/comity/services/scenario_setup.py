"""A scenario made ready: evidence, parameter draws, settings and horizon, before anything is solved.

Who may import me: services. Start at :func:`set_up`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comity.evidence import Catalogue, Evidence, Parameters
from comity.services.horizon import ADJUSTMENT, HORIZONS, at_horizon
from comity.world import gather, gather_registers, pack_figures
from comity.world.calibrate import PARAMETERS as WORLD_PARAMETERS
from comity.world.channels import PARAMETERS as CHANNEL_PARAMETERS
from comity.world.registers import IRREGULAR_IN_US
from comity.world.runs import ScenarioRun
from comity.world.scenarios import PARAMETERS as SCENARIO_PARAMETERS
from comity.world.scenarios import Scenario, Scope, find_scenario, name_groups, read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from comity.world import Figures, Registers
    from comity.world.scenarios import Setting

    Array = NDArray[np.float64]

__all__ = ["DRAWS", "LONG_RUN", "SEED", "Setup", "set_up", "share_of_way"]

#: Draws of a scenario unless told: a world of people who choose takes about two seconds each.
DRAWS = 40
SEED = 2010
LONG_RUN = "long-run"


@dataclass(frozen=True)
class Setup:
    """What a scenario needs to run.

    ``names`` are the parameters it rests on, ``drawn`` their draws, ``central`` their central values;
    ``share`` is the share of the way to the long-run stocks at the horizon.
    """

    scenario: Scenario
    settings: Mapping[str, Setting]
    evidence: Evidence
    parameters: Parameters
    catalogue: Catalogue
    figures: Figures
    registers: Registers
    names: tuple[str, ...]
    central: Mapping[str, float]
    drawn: Mapping[str, Array]
    horizon: str
    years: float
    share: float
    seed: int
    draws: int

    def run(
        self,
        scopes: Sequence[Scope] = (Scope(),),
        *,
        keep: tuple[int, ...] | None = None,
        share: float | None = None,
    ) -> ScenarioRun:
        """Return the task that computes one draw."""
        return ScenarioRun(
            self.figures,
            self.registers if self.scenario.mode == "channels" else None,
            self.scenario.name,
            self.settings,
            tuple(scopes),
            self.share if share is None else share,
            keep,
        )

    def at(self, horizon: str) -> tuple[dict[str, float], float]:
        """Central values and share of the way at another horizon."""
        capital = self.parameters.value(f"{HORIZONS[horizon]}.capital")
        share = share_of_way(self.parameters, self.scenario, horizon)
        return {**self.central, "world.capital.adjustment": capital}, share


def share_of_way(parameters: Parameters, scenario: Scenario, horizon: str) -> float:
    """Share of the way to the long-run stocks after the years of a horizon: 1 − (1 − δ)^t (§3.10).

    >>> share_of_way(Parameters.load(), find_scenario("enlargement"), "year-after")
    0.15000000000000002
    """
    if horizon == LONG_RUN or not scenario.lasting:
        return 1.0
    years = parameters.value(f"{HORIZONS[horizon]}.years")
    return float(1 - (1 - parameters.value(ADJUSTMENT)) ** years)


def set_up(
    name: str,
    settings: Mapping[str, str],
    *,
    horizon: str | None = None,
    seed: int | None = None,
    draws: int | None = None,
    pack: Path | None = None,
) -> Setup:
    """Read the evidence and make a scenario ready; the long run unless another horizon is asked for.

    ``pack`` is the folder of a user's own evidence pack; the shipped one unless given.

    Raises
    ------
    InputError
        Unknown scenario, setting or horizon, or a share that cannot be.
    """
    scenario = find_scenario(name)
    evidence, catalogue = Evidence.load(pack), Catalogue.load()
    when = LONG_RUN if horizon is None else horizon
    parameters, years = at_horizon(Parameters.load(), when, 0.0)
    figures = pack_figures(gather(evidence))
    channels = (*CHANNEL_PARAMETERS, *(f"world.choice.irregular_us.{x}" for x in IRREGULAR_IN_US))
    used = (*WORLD_PARAMETERS, *SCENARIO_PARAMETERS, *(channels if scenario.mode == "channels" else ()))
    names = tuple(dict.fromkeys(used))
    central = {x: parameters.value(x) for x in names}
    size, root = DRAWS if draws is None else draws, SEED if seed is None else seed
    registers = gather_registers(evidence, figures.codes, central if scenario.mode == "channels" else None)
    return Setup(
        scenario,
        read_settings(scenario, settings, central, name_groups(figures)),
        evidence,
        parameters,
        catalogue,
        figures,
        registers,
        names,
        central,
        parameters.draw(np.random.default_rng(root), size, names=names),
        when,
        years,
        share_of_way(parameters, scenario, when),
        root,
        size,
    )
