"""Where draws are computed: here, in processes of this machine, or on a Dask cluster (§3.14)."""
# ruff: noqa: PLC0415  (see comity.cli.app)

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from comity.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

__all__ = ["Evidence", "check_pack", "open_executor"]

Evidence = Annotated[
    Path | None,
    typer.Option("--evidence", metavar="DIR", help="Your own evidence pack, from 'comity evidence build'."),
]


def check_pack(folder: Path | None) -> Path | None:
    """Refuse a folder that holds no evidence pack.

    >>> check_pack(None) is None
    True
    """
    if folder is not None and not any(folder.glob("*.meta.yaml")):
        msg = f"{folder} holds no evidence pack"
        raise InputError(msg, key="--evidence", accepted="a folder that 'comity evidence build --out' wrote")
    return folder


@contextmanager
def open_executor(workers: int, cluster: str | None) -> Iterator[Executor | None]:
    """Open what computes draws; None for one process.

    Raises
    ------
    InputError
        Both processes and a cluster are asked for, or the scheduler cannot be reached.
    MissingExtraError
        A cluster is asked for and its client is not installed.
    """
    if cluster is None:
        if workers == 1:
            yield None
            return
        from concurrent.futures import ProcessPoolExecutor

        with ProcessPoolExecutor(workers) as pool:
            yield pool
        return
    if workers > 1:
        msg = "both --workers and --cluster are given"
        raise InputError(msg, key="--cluster", accepted="one of the two")
    try:
        # An extra of its own ([cluster]): looked up by name, so that the core does not need it.
        distributed = import_module("distributed")
    except ImportError:
        msg_0 = "distributed"
        raise MissingExtraError(msg_0, extra="cluster") from None
    try:
        client: Any = distributed.Client(cluster, timeout="10s")
    except (OSError, ValueError) as error:
        msg = f"no scheduler answers at {cluster!r}"
        raise InputError(msg, key="--cluster", accepted="an address such as tcp://host:8786") from error
    with client:
        yield client.get_executor()
