"""The full world on the committed pack, read once for this folder."""

from __future__ import annotations

import pytest

from comity.evidence import Evidence, Parameters
from comity.world import ChannelWorld, Facts, Figures, World, calibrate, gather, gather_facts
from comity.world.actions import PARAMETERS as ACTION_PARAMETERS
from comity.world.calibrate import PARAMETERS


@pytest.fixture(scope="package")
def evidence() -> Evidence:
    return Evidence.load()


@pytest.fixture(scope="package")
def values() -> dict[str, float]:
    parameters = Parameters.load()
    return {name: parameters.value(name) for name in dict.fromkeys((*PARAMETERS, *ACTION_PARAMETERS))}


@pytest.fixture(scope="package")
def figures(evidence: Evidence) -> Figures:
    return gather(evidence)


@pytest.fixture(scope="package")
def facts(evidence: Evidence) -> Facts:
    return gather_facts(evidence)


@pytest.fixture(scope="package")
def full(figures: Figures, values: dict[str, float]) -> World:
    return World(calibrate(figures, values))


@pytest.fixture(scope="package")
def groups(figures: Figures) -> dict[str, str]:
    return dict(zip(figures.codes, figures.regions, strict=True))


@pytest.fixture(scope="package")
def channel_world(evidence: Evidence) -> ChannelWorld:
    return ChannelWorld.load(evidence)
