"""What one party says about a game, before the parties' files are put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from comity.bargaining.discrete.game import DiscreteGame, Issue
from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["MOST_VALUES", "Profile", "check_weights", "combine"]

MOST_VALUES = 1_000_000
"""Values of one issue."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One party's preferences: per issue and value what it adds to the party's utility.

    Parameters
    ----------
    party
        Name of the party.
    file
        Where it was read.
    worth
        Per issue, per value: weighted utility. The order is that of the file.
    reserve
        Reservation value, as given.
    notes
        What a reader must know; ``{who}`` stands for the party, and for all parties of whom it is true.
    """

    party: str
    file: Path
    worth: Mapping[str, Mapping[str, float]]
    reserve: float
    notes: tuple[str, ...] = ()


def combine(
    name: str,
    profiles: Sequence[Profile],
    *,
    domain: Mapping[str, Sequence[str]] | None = None,
    domain_file: Path | None = None,
) -> DiscreteGame:
    """Put profiles together; all must speak of the same issues and values (those of a domain, if given).

    Raises
    ------
    comity.errors.InputError
        When a profile lacks an issue or value, or names one that the domain does not have.
    """
    where = str(domain_file) if domain_file is not None else profiles[0].file.name
    asked = domain if domain is not None else {k: tuple(v) for k, v in profiles[0].worth.items()}
    for profile in profiles:
        _compare(profile, asked, where)
    issues = tuple(Issue(key, tuple(values)) for key, values in asked.items())
    tables = tuple(
        np.array([[profile.worth[i.name][value] for profile in profiles] for value in i.values])
        for i in issues
    )
    names = [profile.party for profile in profiles]
    if len(set(names)) != len(names):
        names = [f"{profile.file.parent.name}/{profile.party}" for profile in profiles]
    said: dict[str, list[str]] = {}
    for party, profile in zip(names, profiles, strict=True):
        for note in profile.notes:
            said.setdefault(note, []).append(party)
    notes = tuple(note.replace("{who}", ", ".join(who)) for note, who in said.items())
    return DiscreteGame(
        name, tuple(names), issues, tables, reserve=np.array([p.reserve for p in profiles]), notes=notes
    )


def _compare(profile: Profile, asked: Mapping[str, Sequence[str]], where: str) -> None:
    def refuse(message: str, key: str, accepted: str) -> None:
        raise InputError(message, file=str(profile.file), key=key, accepted=accepted)

    for issue, values in asked.items():
        if issue not in profile.worth:
            refuse(f"no evaluation of issue '{issue}'", "issues", f"every issue of {where}")
        have = profile.worth[issue]
        missing = [value for value in values if value not in have]
        if missing:
            refuse(
                f"no evaluation of {len(missing)} of {len(values)} values, first '{missing[0]}'",
                f"issue {issue}",
                f"an evaluation of every value in {where}",
            )
        unknown = [value for value in have if value not in set(values)]
        if unknown:
            refuse(f"unknown value '{unknown[0]}'", f"issue {issue}", f"the values in {where}")
    unknown = [issue for issue in profile.worth if issue not in asked]
    if unknown:
        refuse(f"unknown issue '{unknown[0]}'", "issues", f"the issues of {where}")


def check_weights(total: float, *, file: Path, least: float = 1e-6) -> None:
    """Refuse weights that do not sum to 1 where the format demands it.

    >>> from pathlib import Path
    >>> check_weights(0.9, file=Path("a.json"))
    Traceback (most recent call last):
    comity.errors.InputError: a.json: issueWeights: the weights sum to 0.9; accepted: a sum of 1
    """
    if abs(total - 1.0) > least:
        msg = f"the weights sum to {total:.9g}"
        raise InputError(msg, file=str(file), key="issueWeights", accepted="a sum of 1")
