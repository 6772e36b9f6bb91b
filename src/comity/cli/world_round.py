"""The world round behind ``comity deal``: which files are one, and two processes for its draws (§6.10)."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from comity.cli.output import progress_bar, say
from comity.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from comity.services.world_result import WorldDeal

__all__ = ["find_world", "is_world"]

#: Processes that value draws beside each other; the answer does not depend on it.
MOST_PROCESSES: Final = 2


def is_world(path: Path, without: list[str] | None) -> bool:
    """Tell whether a file is a world round; ``--without`` is refused for any other.

    Raises
    ------
    InputError
        A bloc is to stay out of a round that is not a world round.
    """
    from comity.services.world_file import is_world_file

    found = is_world_file(path)
    if without and not found:
        msg = "only a world round can be asked what happens when a bloc stays out"
        raise InputError(
            msg, key="--without", accepted="a file with the key world_round, such as examples/world.yaml"
        )
    return found


def find_world(
    path: Path, *, seed: int | None, draws: int | None, without: tuple[str, ...], quiet: bool
) -> WorldDeal:
    """Answer a world round, its draws in up to two processes; in this one where none can be started."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from functools import partial

    from comity.services.world_round import world_deal_find

    find = partial(world_deal_find, path=path, seed=seed, draws=draws, without=without)
    workers = min(MOST_PROCESSES, os.cpu_count() or 1)
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(workers, mp_context=context) as executor, progress_bar(quiet=quiet) as bar:
            return find(executor=executor, progress=bar)
    except BrokenProcessPool:
        say("no second process could be used; starting again in one", quiet=quiet)
    with progress_bar(quiet=quiet) as bar:
        return find(progress=bar)
