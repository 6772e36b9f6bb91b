"""Games of others, solved exactly: from files to every solution, count and frontier (§6.9).

Each folder is a game, or holds folders of games; files named one by one make one game together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.bargaining.discrete import scan_outcomes, solve_discrete
from comity.bargaining.outside import FORMATS, find_games, read_game
from comity.errors import ComityError, InputError, SolveError
from comity.services.games_document import write_document, write_summary
from comity.services.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from comity.bargaining.discrete import Chosen, DiscreteGame, DiscreteSolutions
    from comity.bargaining.outside.folder import Format
    from comity.reports.document import Document

__all__ = ["FORMATS", "GamesSolved", "Refused", "games_solve"]

_AGREEMENT = 1e-9


@dataclass(frozen=True, slots=True)
class Refused:
    """A game among several that could not be read or solved, and why."""

    name: str
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class GamesSolved(Result):
    """Games in the order asked, and those that were refused.

    ``checked`` is True when each solution was compared with a list of all outcomes and agreed.
    """

    games: tuple[DiscreteSolutions, ...]
    refused: tuple[Refused, ...]
    checked: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data; the same game always gives the same bytes."""
        return {
            "games": [_plain(solved) for solved in self.games],
            "refused": [{"game": item.name, "reason": item.reason} for item in self.refused],
            "checked": self.checked,
        }

    def document(self) -> Document:
        """Lay out one game in full, or several as a table."""
        if len(self.games) == 1 and not self.refused:
            return write_document(self.games[0], checked=self.checked)
        refused = [(item.name, item.reason) for item in self.refused]
        return write_summary(self.games, refused, checked=self.checked)


def games_solve(
    *,
    paths: Sequence[Path],
    form: Format = "auto",
    all_profiles: bool = False,
    real_steps: int | None = None,
    check: bool = False,
    frontier: bool = True,
    progress: Callable[[str, float], None] | None = None,
) -> GamesSolved:
    """Read and solve games.

    Parameters
    ----------
    paths
        Folders, or the files of one game.
    form
        ``auto``, ``genius``, ``negolog`` or ``llmdelib``.
    all_profiles
        Seat every profile of a folder.
    real_steps
        Into how many steps a continuous issue is cut.
    check
        List all outcomes too and compare; refused above 50 million outcomes.
    frontier
        Compute the whole frontier too; the solutions do not need it.
    progress
        Called with a game's name and the share of games done.

    Raises
    ------
    comity.errors.InputError
        When the only game cannot be read. Among several, a game that cannot be read is listed as refused.
    comity.errors.SolveError
        When the only game cannot be solved, or a check does not agree.
    """
    if not paths:
        msg = "no file"
        raise InputError(msg, key="FILE", accepted="folders with games, or the files of one game")
    folders = [path for path in paths if path.is_dir()]
    if folders and len(folders) != len(paths):
        lone = next(path for path in paths if not path.is_dir())
        msg = "a file beside folders" if lone.exists() else "no such file or folder"
        raise InputError(msg, file=str(lone), accepted="only folders, or only the files of one game")
    tables = [[game] for folder in folders for game in find_games(folder)] if folders else [list(paths)]
    solved: list[DiscreteSolutions] = []
    refused: list[Refused] = []
    for number, files in enumerate(tables):
        name = files[0].name if folders else files[0].resolve().parent.name
        if progress is not None:
            progress(name, number / len(tables))
        try:
            game = read_game(files, form=form, all_profiles=all_profiles, real_steps=real_steps)
            found = solve_discrete(game, frontier=frontier)
            if check:
                _check(game, found)
        except ComityError as error:
            if len(tables) == 1:
                raise
            refused.append(Refused(name, str(error)))
            continue
        solved.append(found)
    return GamesSolved(tuple(solved), tuple(refused), checked=check)


def _check(game: DiscreteGame, found: DiscreteSolutions) -> None:
    """Compare with a list of all outcomes, which shares no method with the solution."""
    seen = scan_outcomes(game)

    def value(chosen: Chosen | None) -> float | None:
        return None if chosen is None else chosen.value

    pairs: tuple[tuple[str, float | None, float | None], ...] = (
        ("rational outcomes", found.rational, seen.rational),
        ("strictly rational outcomes", found.strictly, seen.strictly),
        ("Nash product", value(found.nash), seen.nash),
        ("gain ratio", value(found.leximin), seen.ratio),
        ("gain ratio over all", value(found.leximin_all), seen.ratio_all),
        ("smallest gain", value(found.egalitarian), seen.smallest_gain),
        ("largest sum", value(found.utilitarian), seen.total),
        ("largest sum over all", found.utilitarian_all, seen.total_all),
    )
    for name, ours, theirs in pairs:
        if ours is None and theirs is None:
            continue
        scale = max(1.0, abs(theirs or 0.0))
        if ours is None or theirs is None or abs(ours - theirs) > _AGREEMENT * scale:
            msg = f"'{game.name}': {name} {ours}, but {theirs} in the list of all outcomes"
            raise SolveError(msg)


def _plain(solved: DiscreteSolutions) -> dict[str, Any]:
    game = solved.game
    named = dict(zip(game.parties, range(len(game.parties)), strict=True))

    def by_party(values: Any) -> dict[str, float] | None:  # noqa: ANN401
        return None if values is None else {party: float(values[i]) for party, i in named.items()}

    def chosen(found: Chosen | None) -> dict[str, Any] | None:
        if found is None:
            return None
        return {
            "value": found.value,
            "bound": found.value,
            "utilities": by_party(found.utilities),
            "bid": dict(found.bid),
            "ties": found.ties,
        }

    return {
        "game": game.name,
        "parties": list(game.parties),
        "titles": list(game.titles),
        "issues": {issue.name: len(issue.values) for issue in game.issues},
        "reservation_values": by_party(game.no_deal),
        "best_alone": by_party(game.best),
        "best_rational": by_party(solved.ideal),
        "outcomes": solved.outcomes,
        "rational": solved.rational,
        "strictly_rational": solved.strictly,
        "rule": None
        if game.rule is None
        else {"veto": list(game.rule.veto), "least": game.rule.least, "accepted": solved.accepted},
        "frontier": {
            "complete": solved.frontier.complete,
            "points": len(solved.frontier.points) if solved.frontier.complete else None,
            "utilities": np.asarray(solved.frontier.points).tolist(),
        },
        "nash": chosen(solved.nash),
        "nash_is_zero": solved.nash_is_zero,
        "leximin": chosen(solved.leximin),
        "leximin_ideal_over_all": chosen(solved.leximin_all),
        "egalitarian": chosen(solved.egalitarian),
        "utilitarian": chosen(solved.utilitarian),
        "utilitarian_over_all": solved.utilitarian_all,
        "nearest": chosen(solved.nearest),
        "blocked": [
            {
                "party": b.party,
                "reservation_value": b.reserve,
                "best_alone": b.alone,
                "best_with_others": b.best,
            }
            for b in solved.blocked
        ],
        "method": solved.method,
        "tolerance": 1e-12,
        "notes": list(game.notes),
    }
