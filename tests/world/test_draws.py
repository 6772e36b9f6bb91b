"""Draws of the full world: the same numbers on any executor, however they are cut (§3.14)."""

from __future__ import annotations

import warnings
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from comity.errors import InputError
from comity.evidence import Parameters
from comity.vocabulary import Provision
from comity.world import (
    LINES,
    Facts,
    Figures,
    PackageLedgers,
    Part,
    Shock,
    TariffCut,
    World,
    pack_figures,
    run_draws,
    sum_members,
)
from comity.world.actions import PARAMETERS as ACTION_PARAMETERS
from comity.world.calibrate import PARAMETERS

NAMES = tuple(dict.fromkeys((*PARAMETERS, *ACTION_PARAMETERS)))
PACKAGE = (
    Part(Provision("LE02", "ESP", "MAR", 5000.0, "persons per year", "a", {"skill": "low"}), "entry_places"),
    Part(Provision("RM01", "ESP", "MAR", 3.0, "%", "b"), "remittance_cost_ceiling"),
)
MEMBERS = {"ESP": ("ESP",), "MAR": ("MAR",)}


@dataclass(frozen=True)
class Affine:
    """A cheap stand-in for a world, which can be sent to another process."""

    slope: float

    def __call__(self, values):
        return np.array([self.slope * values["a"] + values["b"], values["b"] ** 3])


@dataclass(frozen=True)
class Fails:
    at: float

    def __call__(self, values):
        if values["a"] == self.at:
            msg = "no such draw"
            raise InputError(msg)
        return np.zeros(1)


@pytest.fixture(scope="module")
def cheap():
    rng = np.random.default_rng(3)
    return {"a": rng.normal(size=37), "b": rng.normal(size=37)}


@pytest.fixture(scope="module")
def task(figures: Figures, facts: Facts) -> PackageLedgers:
    return PackageLedgers(pack_figures(figures), facts, MEMBERS, MEMBERS, 5, (PACKAGE,))


@pytest.fixture(scope="module")
def drawn():
    return Parameters.load().draw(np.random.default_rng(2010), 6, names=NAMES)


@pytest.fixture(scope="module")
def serial(task, drawn):
    return run_draws(task, drawn)


@pytest.mark.parametrize("chunk", [1, 2, 5, 36, 37, 500])
def test_the_size_of_a_chunk_changes_nothing(cheap, chunk):
    expected = np.stack([2.5 * cheap["a"] + cheap["b"], cheap["b"] ** 3], axis=1)
    assert run_draws(Affine(2.5), cheap, chunk=chunk).tobytes() == run_draws(Affine(2.5), cheap).tobytes()
    np.testing.assert_allclose(run_draws(Affine(2.5), cheap, chunk=chunk), expected, rtol=1e-15)


def test_draws_are_those_of_one_world_after_the_other(task, drawn, serial):
    assert serial.shape == (6, 1, 2, len(LINES))
    for k in (0, 5):
        one = task({name: float(drawn[name][k]) for name in NAMES})
        assert one.tobytes() == serial[k].tobytes()
    assert np.ptp(serial, axis=0).max() > 0


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_threads_and_processes_give_the_same_bytes(task, drawn, serial, kind: type[Executor]):
    with kind(2) as pool:
        for chunk in (2, 4):
            assert run_draws(task, drawn, executor=pool, chunk=chunk).tobytes() == serial.tobytes()


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_bytes(task, drawn, serial, tmp_path):
    distributed = pytest.importorskip("distributed")
    dask = pytest.importorskip("dask")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the cluster's own libraries warn about is not ours
        settings = {"distributed.worker.memory.terminate": False, "temporary-directory": str(tmp_path)}
        with (
            dask.config.set(settings),
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            found = run_draws(task, drawn, executor=client.get_executor(), chunk=3)
    assert found.tobytes() == serial.tobytes()


def test_progress_only_grows_and_ends_at_one(cheap):
    seen: list[float] = []
    with ThreadPoolExecutor(2) as pool:
        run_draws(Affine(1.0), cheap, executor=pool, chunk=5, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) == 8


@pytest.mark.parametrize("pool", [None, ThreadPoolExecutor(2)])
def test_a_draw_that_fails_stops_the_run(cheap, pool):
    with pytest.raises(InputError, match="no such draw"):
        run_draws(Fails(float(cheap["a"][20])), cheap, executor=pool, chunk=4)


@pytest.mark.parametrize(
    ("values", "chunk"),
    [({}, 5), ({"a": np.zeros(0)}, 5), ({"a": np.zeros(2), "b": np.zeros(3)}, 5), ({"a": np.zeros(2)}, 0)],
)
def test_nothing_to_draw_is_said(values, chunk):
    with pytest.raises(InputError):
        run_draws(Affine(1.0), values, chunk=chunk)


def test_a_bloc_is_the_sum_of_its_members(full: World):
    ledger = full.solve(Shock(tariffs=(TariffCut("MAR", "ESP", 0.01),))).ledger()
    one, other, both = sum_members(ledger, {"A": ("ESP",), "B": ("MAR",), "AB": ("ESP", "MAR")})
    np.testing.assert_array_equal(both, one + other)
    assert one @ np.ones(len(LINES)) == pytest.approx(ledger.to_frame("ESP")["usd"].sum())


def test_figures_laid_out_anew_are_the_same_figures(figures: Figures, full: World, values):
    packed = pack_figures(figures)
    assert packed.trade.flags.c_contiguous
    np.testing.assert_array_equal(packed.stock, figures.stock)
