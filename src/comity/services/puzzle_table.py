"""What lies on the table between blocs, valued by the world model: instruments as columns (§8, §6.10).

An instrument is a family of clauses that one bloc gives to another: entry places, a ceiling on fees, tariff
cuts, cooperation on return, public transfers. It holds the clauses that the rules of a world round draft
between their members, all at one strength, as a schedule of a bloc would. All derivatives are taken at once;
around today a gain is their sum. Room under the bounds of the file is shared out over all instruments in
advance, so that no order of steps can exceed them.

Who may import me: the puzzle services. Start at :class:`PuzzleTable`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from comity.bargaining.sides import SideGame
from comity.regime.pieces import Fit, Match, compare_pieces
from comity.services.puzzle_file import FAMILY_CODES
from comity.services.world_file import FAMILIES, Bloc, WorldFile, WorldRound
from comity.services.world_laboratory import WorldLaboratory
from comity.units import to_usd_million
from comity.world.derivative import differentiate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from comity.bargaining.joining import Parts
    from comity.evidence import Evidence, Parameters
    from comity.regime import Tags
    from comity.services.puzzle_file import Puzzle
    from comity.world import Figures, Outcome

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]

__all__ = ["Instrument", "PuzzleTable", "compare_all"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A family of clauses that one bloc gives to another; ``clauses`` are positions of candidates.

    >>> Instrument("fees", "GULF", "ASEAN", (0, 1)).key
    'fees-GULF-ASEAN'
    """

    family: str
    giver: str
    beneficiary: str
    clauses: tuple[int, ...]

    @property
    def key(self) -> str:
        """A name that stands for it in JSON."""
        return f"{self.family}-{self.giver}-{self.beneficiary}"


def compare_all(puzzle: Puzzle, tags: Tags) -> tuple[Fit, ...]:
    """Every pair of pieces, tag by tag, in the order of their codes."""
    pieces = puzzle.pieces
    return tuple(
        fit for k, a in enumerate(pieces) for b in pieces[k + 1 :] for fit in compare_pieces(a, b, tags)
    )


class PuzzleTable:
    """The instruments of one puzzle, and the game that they make around today.

    Attributes
    ----------
    lab
        The world model with all candidate clauses.
    instruments
        Between pieces; M.
    closed
        Families that a contradiction keeps off the table: (family, pieces, words).
    room
        Largest strength of each candidate under the bounds; C.
    game
        Members in the order of ``places`` (positions in the world), with local values around today.
    """

    def __init__(
        self,
        puzzle: Puzzle,
        fits: tuple[Fit, ...],
        evidence: Evidence,
        parameters: Parameters,
        figures: Figures,
    ) -> None:
        self.puzzle = puzzle
        self.codes = tuple(p.code for p in puzzle.pieces)
        self.lab = WorldLaboratory(_as_world_file(puzzle), evidence, parameters, figures)
        economy = self.lab.world.economy
        members = [(k, code) for k, p in enumerate(puzzle.pieces) for code in p.members]
        self.members = tuple(code for _, code in members)
        self.places = np.array([economy.place(code) for code in self.members])
        self.piece = np.array([k for k, _ in members])
        self.closed = _find_closed(fits)
        self.instruments = tuple(self._gather())
        limits, _ = self.lab.limits
        # A row of the bounds sums to at most 1; where all clauses together would exceed it, each gives way.
        total = np.asarray(limits.sum(axis=1)).ravel()
        least = np.ones(len(self.lab))
        for row, whole in enumerate(total):
            used = limits.indices[limits.indptr[row] : limits.indptr[row + 1]]
            least[used] = np.minimum(least[used], 1 / max(whole, 1.0))
        self.room = least
        self.size = to_usd_million(1.0) * economy.value_added

    def _gather(self) -> list[Instrument]:
        home = {code: k for k, code in zip(self.piece, self.members, strict=True)}
        place = {code: k for k, code in enumerate(self.codes)}
        found: dict[tuple[str, str, str], list[int]] = {}
        for position, c in enumerate(self.lab.draft.candidates):
            giver = place.get(c.giver, home.get(c.giver))
            beneficiary = place.get(c.beneficiary, home.get(c.beneficiary))
            if giver is None or beneficiary is None or giver == beneficiary:
                continue
            a, b = self.codes[giver], self.codes[beneficiary]
            shut = any(f == c.family and {a, b} == set(pair) for f, pair, _ in self.closed)
            if c.family in self.puzzle.families(a, b) and not shut:
                found.setdefault((c.family, a, b), []).append(position)
        order = {family: k for k, family in enumerate(FAMILIES)}
        keys = sorted(found, key=lambda key: (order[key[0]], key[1:]))
        return [Instrument(*key, tuple(found[key])) for key in keys]

    @cached_property
    def today(self) -> Outcome:
        """The full world at central values without any clause."""
        return self.lab.solve(np.zeros(len(self.lab)))

    @cached_property
    def slope(self) -> Array:
        """What each instrument does to every economy around today; US$ million a year, N × M."""
        return self.slopes(np.zeros(len(self.instruments)), self.today)

    @cached_property
    def game(self) -> SideGame:
        """Steps of joining around today."""
        return self.around(self.slope)

    def around(self, slope: Array) -> SideGame:
        """Write steps of joining with other local values (N × M)."""
        place = {code: k for k, code in enumerate(self.codes)}
        return SideGame(
            slope[self.places],
            self.size[self.places],
            self.piece,
            np.array([place[i.giver] for i in self.instruments], dtype=np.intp),
            np.array([place[i.beneficiary] for i in self.instruments], dtype=np.intp),
            np.array(self.puzzle.least_gain),
            np.array(self.puzzle.tolerance)[self.piece],
        )

    def strengths(self, values: Array) -> Array:
        """Strength of every candidate when instruments are used at these values (M → C)."""
        out = np.zeros(len(self.lab))
        for instrument, value in zip(self.instruments, values, strict=True):
            out[list(instrument.clauses)] = value
        return out * self.room

    def slopes(self, values: Array, outcome: Outcome) -> Array:
        """Differentiate every economy's gain by every instrument at a solved mixture; N × M."""
        full = to_usd_million(1.0) * differentiate(
            self.lab.world, self.lab.menu, self.strengths(values), outcome, self.lab.bench.weights
        )
        scaled = full * self.room
        columns = [scaled[:, list(i.clauses)].sum(axis=1) for i in self.instruments]
        return np.stack(columns, axis=1) if columns else np.zeros((len(full), 0))

    def solve(self, values: Array, start: Outcome | None = None) -> Outcome:
        """Solve the full world with instruments at these values."""
        return self.lab.solve(self.strengths(values), start)

    def gains(self, outcome: Outcome) -> Array:
        """Weighted gain of every economy; US$ million a year, N."""
        values = outcome.ledger().values
        return to_usd_million(1.0) * np.asarray((values * self.lab.bench.weights).sum(axis=1))

    def names(self, mask: int) -> tuple[str, ...]:
        """Codes of the pieces of a union."""
        return tuple(code for k, code in enumerate(self.codes) if mask >> k & 1)

    def label(self, parts: Parts) -> str:
        """Write a step in one line of codes."""
        return " + ".join("(" + ", ".join(self.names(p)) + ")" if p.bit_count() > 1 else self.names(p)[0]
                          for p in parts)  # fmt: skip


def _find_closed(fits: tuple[Fit, ...]) -> tuple[tuple[str, tuple[str, str], str], ...]:
    """Families whose instrument is what two pieces contradict each other about."""
    return tuple(
        (family, (fit.first, fit.second), fit.words)
        for fit in fits
        if fit.match is Match.CONTRADICTING
        for family, codes in FAMILY_CODES.items()
        if fit.tag in codes
    )


def _as_world_file(puzzle: Puzzle) -> WorldFile:
    """Rules of the puzzle as those of a world round among all members."""
    file = puzzle.file
    blocs = tuple(
        Bloc(code=p.code, name=p.name, members=p.members, customs_union=True, source=p.source)
        for p in puzzle.pieces
        if p.customs_union
    )
    rules = WorldRound(
        parties=tuple(sorted(code for p in puzzle.pieces for code in p.members)),
        least_gain=0.0,
        share_of_draws=0.0,
        counts=file.counts,
        candidates=file.candidates,
        bounds=file.bounds,
        blocs=blocs,
    )
    return WorldFile(
        round=file.puzzle,
        title=file.title,
        horizon_years=file.horizon_years,
        seed=file.seed,
        world_round=rules,
    )
