"""Many draws of the full world, one at a time, on any executor (§3.14).

A draw is a set of parameter values. What is evaluated on it is a plain function of these values, so each draw
stands alone: the numbers are the same, bit for bit, however the draws are cut into chunks and wherever they
are computed. Only the rows that were asked for are kept; a world lives as long as its draw.

Who may import me: the world room and services. Start at :func:`run_draws`.
"""

from __future__ import annotations

import threading
from concurrent.futures import as_completed
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from comity.errors import InputError
from comity.world.actions import Setting
from comity.world.calibrate import calibrate
from comity.world.figures import Figures
from comity.world.ledger import LINES
from comity.world.parts import act_parts
from comity.world.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Executor, Future

    from comity.world.actions import Facts
    from comity.world.economy import Array
    from comity.world.ledger import Ledger
    from comity.world.parts import Part

__all__ = ["CHUNK_DRAWS_LIMIT", "Evaluate", "PackageLedgers", "pack_figures", "run_draws", "sum_members"]

#: Draws in one chunk unless told: enough to outweigh sending the figures, few enough to show progress.
CHUNK_DRAWS_LIMIT: Final = 25


class Evaluate(Protocol):
    """What is computed on one draw: parameter values by dotted name in, an array of one fixed shape out.

    For processes and clusters it has to be something that can be pickled, such as a frozen dataclass.
    """

    def __call__(self, values: Mapping[str, float], /) -> Array:
        """Evaluate one draw."""
        ...


class _Held:
    """Counts the runs of this process that hold the numerical libraries to one thread."""

    def __init__(self) -> None:
        self.runs = 0
        self.lock = threading.Lock()
        self.for_good: object | None = None


_HELD: Final = _Held()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Hold this process to one thread of linear algebra: faster here, and sums keep their order."""
    with threadpool_limits(limits=1, user_api="blas"):
        with _HELD.lock:
            _HELD.runs += 1
        try:
            yield
        finally:
            with _HELD.lock:
                _HELD.runs -= 1


def _run_chunk(evaluate: Evaluate, names: tuple[str, ...], rows: Array) -> Array:
    """Evaluate the draws of one chunk; ``rows`` is draws × names."""
    with _HELD.lock:
        # A worker process does nothing but draws, so it stays at one thread.
        if not _HELD.runs and _HELD.for_good is None:
            _HELD.for_good = threadpool_limits(limits=1, user_api="blas")
    return np.stack([evaluate(dict(zip(names, map(float, row), strict=True))) for row in rows])


def run_draws(
    evaluate: Evaluate,
    values: Mapping[str, Array],
    *,
    executor: Executor | None = None,
    chunk: int = CHUNK_DRAWS_LIMIT,
    progress: Callable[[float], None] | None = None,
) -> Array:
    """Evaluate every draw.

    Parameters
    ----------
    evaluate
        What to compute on one draw.
    values
        Dotted name → one value for each draw; all of one length.
    executor
        Any ``concurrent.futures.Executor``: threads, processes, or a Dask client's ``get_executor()``.
        None computes here, one after the other.
    chunk
        Draws that are sent together. It changes the speed, never the numbers.
    progress
        Called with a share from 0 to 1.

    Returns
    -------
    Array
        Draws × the shape that ``evaluate`` returns.

    Raises
    ------
    InputError
        No draws, draws of different lengths, or a chunk below 1.

    Examples
    --------
    >>> def double(values):
    ...     return np.array([2 * values["a"]])
    >>> run_draws(double, {"a": np.array([1.0, 2.0, 3.0])}, chunk=2).ravel().tolist()
    [2.0, 4.0, 6.0]
    """
    names = tuple(values)
    sizes = {len(values[name]) for name in names}
    if len(sizes) != 1 or sizes == {0}:
        msg = f"draws of {sorted(sizes) or 'no'} lengths"
        raise InputError(msg, accepted="at least one draw, as many for each parameter")
    if chunk < 1:
        msg = f"a chunk of {chunk} draws"
        raise InputError(msg, accepted="a whole number of 1 or more")
    (size,) = sizes
    table = np.column_stack([values[name] for name in names])
    starts = range(0, size, chunk)
    with _one_thread():
        if executor is None:
            pieces = _here(evaluate, names, table, chunk, progress)
        else:
            pieces = _elsewhere(evaluate, names, table, chunk, executor, progress)
    return np.concatenate([pieces[start] for start in starts])


def _here(
    evaluate: Evaluate,
    names: tuple[str, ...],
    table: Array,
    chunk: int,
    progress: Callable[[float], None] | None,
) -> dict[int, Array]:
    pieces = {}
    for start in range(0, len(table), chunk):
        pieces[start] = _run_chunk(evaluate, names, table[start : start + chunk])
        if progress is not None:
            progress(min(start + chunk, len(table)) / len(table))
    return pieces


def _elsewhere(
    evaluate: Evaluate,
    names: tuple[str, ...],
    table: Array,
    chunk: int,
    executor: Executor,
    progress: Callable[[float], None] | None,
) -> dict[int, Array]:
    waiting: dict[Future[Array], int] = {
        executor.submit(_run_chunk, evaluate, names, table[start : start + chunk]): start
        for start in range(0, len(table), chunk)
    }
    pieces: dict[int, Array] = {}
    done = 0
    try:
        for future in as_completed(waiting):
            piece = future.result()
            pieces[waiting[future]] = piece
            done += len(piece)
            if progress is not None:
                progress(done / len(table))
    except BaseException:
        for future in waiting:
            future.cancel()
        raise
    return pieces


def pack_figures(figures: Figures) -> Figures:
    """Lay every array out in one order, so that a copy in another process sums in the same order."""
    arrays: dict[str, Any] = {
        item.name: np.ascontiguousarray(value)
        for item in fields(Figures)
        if isinstance(value := getattr(figures, item.name), np.ndarray)
    }
    return replace(figures, **arrays)


def sum_members(ledger: Ledger, members: Mapping[str, tuple[str, ...]]) -> Array:
    """Lines of each party, summed over its member economies; US$ per year, parties × lines."""
    rows = [
        sum((ledger.values[ledger.codes.index(iso3)] for iso3 in countries), np.zeros(len(LINES)))
        for countries in members.values()
    ]
    return np.stack(rows)


@dataclass(frozen=True)
class PackageLedgers:
    """What packages do to each party in one draw of the full world (§3.12, §3.13).

    Attributes
    ----------
    figures, facts
        The evidence; the baseline is calibrated anew for each draw.
    members
        Party → its countries.
    reported
        Row of the result → the economies that are summed in it; usually ``members``.
    horizon_years
        Years over which places and returns pile up.
    packages
        Each a tuple of parts: a provision, its action and who takes part in it.

    Notes
    -----
    Called with parameter values by name; returns US$ per year, packages × rows × :data:`LINES`.
    """

    figures: Figures
    facts: Facts
    members: Mapping[str, tuple[str, ...]]
    reported: Mapping[str, tuple[str, ...]]
    horizon_years: float
    packages: tuple[tuple[Part, ...], ...]

    def __call__(self, values: Mapping[str, float], /) -> Array:
        """Solve every package in one draw."""
        world = World(calibrate(self.figures, values))
        setting = self.setting(world, values)
        return np.stack([self.lines(world, setting, package) for package in self.packages])

    def setting(self, world: World, values: Mapping[str, float]) -> Setting:
        """Where provisions act in one draw."""
        return Setting(world.economy, values, self.facts, self.members, self.horizon_years)

    def lines(self, world: World, setting: Setting, package: tuple[Part, ...]) -> Array:
        """Lines of one package; US$ per year, rows × lines."""
        shock = act_parts(setting, package, self.figures.income)
        if shock.is_identity:
            return np.zeros((len(self.reported), len(LINES)))
        return sum_members(world.solve(shock).ledger(), self.reported)
