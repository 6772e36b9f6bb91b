"""The puzzle: can regional pieces be joined, step by step, into something wider? (§8, E02, E35, E109–E112).

Reads the blocs, holds their provisions against each other, values what lies between them in the world model,
searches all paths of joins, takes the steps of the best one in the full world, and holds that path against
one agreement at once and against a hub with spokes. Nothing here recommends a package to a state.

Who may import me: doors. Start at :func:`regime_puzzle`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from comity.bargaining.joining import MOST_PIECES, Joining, search_joining
from comity.evidence import Evidence, Parameters
from comity.regime import Tags
from comity.services.puzzle_document import show_storyboard, write_puzzle
from comity.services.puzzle_file import read_puzzle
from comity.services.puzzle_table import PuzzleTable, compare_all
from comity.services.puzzle_walk import draw_ranges, find_apart, hub_and_spoke, refuse, walk
from comity.services.result import Result
from comity.services.world_wording import significant
from comity.vocabulary import Range
from comity.world import gather

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from comity.regime.pieces import Fit
    from comity.reports.document import Block, Document
    from comity.services.puzzle_file import Puzzle
    from comity.services.puzzle_walk import Apart, Architecture, Refusal

    Array = NDArray[np.float64]

__all__ = ["RegimePuzzle", "regime_puzzle"]


@dataclass(frozen=True, slots=True, repr=False)
class RegimePuzzle(Result):
    """Answer to one puzzle.

    Attributes
    ----------
    puzzle, table, fits
        The pieces, what lies between them, and how their provisions fit.
    joining
        What the search over all paths found, on local values.
    path, at_once, hub
        The three architectures in the full world.
    apart
        What each piece of the path's largest union would have apart.
    pairs
        What two pieces alone could do today; one for each pair.
    refused
        Why what is left apart in the end does not join.
    """

    puzzle: Puzzle
    table: PuzzleTable
    fits: tuple[Fit, ...]
    names: dict[str, str]
    joining: Joining
    path: Architecture
    at_once: Architecture
    hub: Architecture
    apart: tuple[Apart, ...]
    pairs: tuple[Refusal, ...]
    refused: tuple[Refusal, ...]
    seed: int
    draws: int

    @property
    def architectures(self) -> tuple[Architecture, ...]:
        """All that are compared."""
        return (self.at_once, self.path, self.hub)

    @property
    def whole(self) -> bool:
        """Whether all pieces are together at the end of the path, confirmed by the full world."""
        return len(self.path.together) == 1

    @property
    def versions(self) -> dict[str, str]:
        """What made this answer."""
        return {"comity": version("comity")}

    def piece_gains(self, gains: Array) -> Array:
        """Gain of each piece, its members together (… × N → … × n); US$ million a year."""
        inside = gains[..., self.table.places]
        return np.stack(
            [inside[..., self.table.piece == k].sum(axis=-1) for k in range(len(self.table.codes))], axis=-1
        )

    def total(self, found: Architecture) -> Range | float:
        """Joint gain of all pieces; a range over the draws where there are any."""
        return _range(
            float(found.gains[self.table.places].sum()), found.draws[:, self.table.places].sum(axis=1)
        )

    def least(self, found: Architecture) -> Range | float:
        """Gain of the worst-off piece, as a share of its GDP; a range over the draws where there are any."""
        sizes = self.table.game.sizes
        return _range(
            float((self.piece_gains(found.gains) / sizes).min()),
            (self.piece_gains(found.draws) / sizes).min(axis=1),
        )

    def worse_off(self, found: Architecture) -> tuple[str, ...]:
        """Members that have less in the end than today, by more than they tolerate in one step."""
        game = self.table.game
        share = found.gains[self.table.places] / game.size
        return tuple(
            code
            for code, x, least in zip(self.table.members, share, game.tolerance, strict=True)
            if x < -least
        )

    def left_out(self, found: Architecture) -> tuple[str, ...]:
        """Pieces that are not in the largest union in the end."""
        return tuple(c for mask in found.together[1:] for c in self.table.names(mask))

    def outsiders(self, found: Architecture) -> float:
        """Sum the gains of all economies that are in no piece; US$ million a year."""
        apart = np.ones(len(found.gains), dtype=bool)
        apart[self.table.places] = False
        return float(found.gains[apart].sum())

    def document(self, *, brief: bool = False) -> Document:
        """Lay out the answer, the storyboard, the fits and the architectures."""
        return write_puzzle(self, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Lay everything out as plain data; money in US$ million a year, shares from 0 to 1."""
        t, j = self.table, self.joining
        plain = {
            "puzzle": self.puzzle.file.puzzle,
            "seed": self.seed,
            "draws": self.draws,
            "versions": self.versions,
            "pieces": [
                {"code": p.code, "name": p.name, "members": list(p.members), "mark": p.mark,
                 "not_in_the_model": list(self.puzzle.outside[p.code]),
                 "act_elsewhere": list(self.puzzle.elsewhere[p.code]),
                 "least_gain": self.puzzle.least_gain[k], "tolerance": self.puzzle.tolerance[k],
                 "provisions": [
                     {"tag": x.tag, "words": x.words, "level": x.level, "limit": str(x.limit),
                      "force": str(x.force), "where": x.where, "mark": x.mark}
                     for x in p.provisions
                 ]}
                for k, p in enumerate(self.puzzle.pieces)
            ],
            "compatibility": [
                {"pieces": [f.first, f.second], "tag": f.tag, "title": f.title, "match": str(f.match),
                 "words": f.words, "low": f.low, "high": f.high, "unit": f.unit}
                for f in self.fits
            ],
            "instruments": [i.key for i in t.instruments],
            "closed": [{"family": f, "pieces": list(p), "words": w} for f, p, w in t.closed],
            "search": {
                "complete": j.complete, "exact_up_to": MOST_PIECES, "whole": j.whole,
                "weakest_step": _plain(j.weakest), "bound": _plain(j.bound), "steps_valued": j.valued,
                "divisions": j.divisions, "unions": [list(t.names(u)) for u in j.unions],
                "steps": [{"sides": [list(t.names(p)) for p in x.parts], "margin": x.value} for x in j.joins],
            },
            "whole": self.whole,
            "architectures": [self._architecture(a) for a in self.architectures],
            "apart": [
                {"piece": t.codes[a.piece], "inside": a.inside, "apart": a.apart, "others_lose": a.others,
                 "stumbles": a.stumbles}
                for a in self.apart
            ],
            "pairs_today": [self._refusal(r) for r in self.pairs],
            "refused": [self._refusal(r) for r in self.refused],
        }  # fmt: skip
        return {key: _rounded(value) for key, value in plain.items()}

    def storyboard(self) -> tuple[Block, ...]:
        """Lay out the steps of the path alone, for a page of another answer."""
        return tuple(show_storyboard(self))

    def _architecture(self, a: Architecture) -> dict[str, Any]:
        t = self.table
        return {
            "key": a.key, "title": a.title,
            "together": [list(t.names(u)) for u in a.together],
            "left_out": list(self.left_out(a)),
            "joint_gain": _as_json(self.total(a)), "least_gain_share": _as_json(self.least(a)),
            "members_worse_off": list(self.worse_off(a)), "outside_economies": self.outsiders(a),
            "gains": dict(zip(t.codes, self.piece_gains(a.gains).tolist(), strict=True)),
            "refused": [self._refusal(r) for r in a.refused],
            "steps": [
                {
                    "sides": [list(t.names(p)) for p in s.parts],
                    "margin": s.margin, "packages_tried": s.tries,
                    "gains": dict(zip(t.codes, self.piece_gains(s.change).tolist(), strict=True)),
                    "members": {
                        code: float(s.change[place])
                        for code, place, k in zip(t.members, t.places, t.piece, strict=True)
                        if sum(s.parts) >> int(k) & 1
                    },
                    "instruments": {
                        i.key: float(v) for i, v in zip(t.instruments, s.values, strict=True) if v > 0
                    },
                }
                for s in a.steps
            ],
        }  # fmt: skip

    def _refusal(self, r: Refusal) -> dict[str, Any]:
        t = self.table
        return {
            "sides": [list(t.names(p)) for p in r.parts],
            "margin": r.margin,
            "asks_too_much_for": [list(t.names(p)) for p in r.sides],
            "members_at_their_limit": list(r.members),
        }


def regime_puzzle(
    *,
    path: Path,
    seed: int | None = None,
    draws: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> RegimePuzzle:
    """Answer a puzzle file.

    Parameters
    ----------
    path
        The file (YAML).
    seed, draws
        Override the file's own.
    progress
        Called with what is being done and a share from 0 to 1.

    Raises
    ------
    InputError
        The file cannot be used.
    SolveError
        The world or the value of a step was not solved.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        return _answer(path, seed, draws, progress or (lambda _, __: None))


def _answer(
    path: Path, seed: int | None, draws: int | None, tell: Callable[[str, float], None]
) -> RegimePuzzle:
    tell("Reading the pieces", 0.0)
    evidence, parameters, tags = Evidence.load(), Parameters.load(), Tags.load()
    frame = evidence.table("countries")
    names = dict(zip(frame["iso3"].astype(str), frame["name"].astype(str), strict=True))
    figures = gather(evidence)
    puzzle = read_puzzle(path, evidence=evidence, tags=tags, countries=names, held=frozenset(figures.codes))
    fits = compare_all(puzzle, tags)
    tell("Drafting and valuing what lies between them", 0.1)
    table = PuzzleTable(puzzle, fits, evidence, parameters, figures)
    game, count, file = table.game, len(table.codes), puzzle.file
    tell("Searching all paths", 0.2)
    joining = search_joining(
        count, lambda parts: game.margin(parts).value, most=game.bounds, ceilings=game.ceilings,
        at_once=file.at_once, horizon=file.steps,
    )  # fmt: skip
    tell("Taking the steps in the full world", 0.4)
    found = walk(table, "path", "Regional, then joined (the path found)", [j.parts for j in joining.joins])
    tell("Comparing architectures", 0.5)
    everybody = tuple(1 << k for k in range(count))
    once = walk(table, "at_once", "One agreement at once", [everybody])
    hub = hub_and_spoke(table)
    apart = find_apart(table, found)
    pairs = tuple(refuse(table, game, (1 << a, 1 << b)) for a in range(count) for b in range(a + 1, count))
    ends = sorted(found.together, key=lambda m: m & -m)
    refused = tuple(refuse(table, game, (a, b)) for k, a in enumerate(ends) for b in ends[k + 1 :])
    seed = file.seed if seed is None else seed
    draws = file.draws if draws is None else draws
    once, found, hub = draw_ranges(
        table, parameters, (once, found, hub), draws=draws, seed=seed,
        tell=lambda x: tell("Valuing each end in every draw", 0.6 + 0.4 * x),
    )  # fmt: skip
    return RegimePuzzle(
        puzzle, table, fits, names, joining, found, once, hub, apart, pairs, refused, seed, draws
    )


def _range(central: float, draws: Array) -> Range | float:
    if not len(draws):
        return central
    low, high = np.quantile(draws, [0.05, 0.95])
    return Range(min(float(low), central), central, max(float(high), central))


def _as_json(value: Range | float) -> dict[str, float] | float:
    return {"low": value.low, "mid": value.mid, "high": value.high} if isinstance(value, Range) else value


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _rounded(node: object) -> object:
    if isinstance(node, float):
        return significant(node)
    if isinstance(node, dict):
        return {key: _rounded(x) for key, x in node.items()}
    if isinstance(node, list):
        return [_rounded(x) for x in node]
    return node
