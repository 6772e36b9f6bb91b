"""Comity finds migration agreements in which every negotiating country is a net gainer.

Purpose: the Python door. ``comity.deal(path)`` answers a round file, ``comity.propose(...)`` drafts one;
``comity.evidence`` and ``comity.world`` can be used by themselves.

Who may import me: anybody's scripts and notebooks; no room of Comity does.

Where to start: :func:`deal`. The rooms, with a line each, are in ``docs/map.md``.

Examples
--------
>>> import comity
>>> found = comity.deal("examples/eu-maghreb-visa.yaml", draws=20)  # doctest: +SKIP
>>> found.migration_only.open, found.zone_open  # doctest: +SKIP
(False, True)
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from comity.services.deal_result import Deal
    from comity.services.propose import Proposal

__all__ = ["__version__", "deal", "propose"]

__version__ = version("comity")


def deal(path: str | PathLike[str], *, seed: int | None = None, draws: int | None = None) -> Deal:
    """Answer a round file.

    Parameters
    ----------
    path
        The round file (YAML, see ``docs/round-file.md``).
    seed, draws
        Override the file's own; the same seed gives the same answer.

    Returns
    -------
    Deal
        Prints as one line, shows itself as a page in a notebook; ``.to_json()`` holds everything.

    Raises
    ------
    comity.errors.InputError
        The file cannot be used: says file, line, key and what is accepted.
    comity.errors.SolveError
        An equilibrium or a program was not solved.
    """
    from pathlib import Path  # noqa: PLC0415  (importing comity stays cheap)

    from comity.services.deal import deal_find  # noqa: PLC0415

    return deal_find(path=Path(path), seed=seed, draws=draws)


def propose(*codes: str) -> Proposal:
    """Draft a round for these countries, by ISO 3166-1 alpha-3 code; clauses stand by joint gain.

    Raises
    ------
    comity.errors.InputError
        Fewer than two countries, one twice, or one that the world model does not hold.
    """
    from comity.services.propose import propose_round  # noqa: PLC0415

    return propose_round(codes=codes)
