"""One world round set up for computing: candidates as unit shocks, gains and their derivatives, local games.

Who may import me: the world-round services. Start at :class:`WorldLaboratory`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, vstack

from comity.bargaining.convex import ConcaveGame
from comity.errors import InputError
from comity.services.world_clauses import Draft, draft_clauses, draft_limits, make_shock
from comity.units import to_usd_million
from comity.world import LINES, Setting, Shock, World, calibrate, gather, gather_facts
from comity.world.actions import PARAMETERS as ACTION_PARAMETERS
from comity.world.calibrate import PARAMETERS as WORLD_PARAMETERS
from comity.world.derivative import differentiate
from comity.world.menu import Menu

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from comity.evidence import Evidence, Parameters
    from comity.services.world_file import Bloc, WorldFile
    from comity.world import Facts, Figures, Outcome

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["PARAMETERS", "Bench", "Cuts", "WorldLaboratory", "find_members", "sum_shocks"]

#: Parameters that a world round draws.
PARAMETERS = tuple(dict.fromkeys((*WORLD_PARAMETERS, *ACTION_PARAMETERS)))


def find_members(bloc: Bloc, evidence: Evidence, held: tuple[str, ...]) -> tuple[str, ...]:
    """Members of a bloc that the world model holds, by the file or by a column of table ``countries``."""
    codes = bloc.members
    if bloc.evidence is not None:
        table = evidence.table("countries")
        codes = tuple(table.loc[table[bloc.evidence], "iso3"].astype(str))
    return tuple(sorted(set(codes) & set(held)))


@dataclass(frozen=True, slots=True)
class Cuts:
    """Further rows of a local game, ``rows @ strengths <= limits``; K × C and K."""

    rows: Array
    limits: Array

    def room(self, strengths: Array) -> float:
        """Room in the tightest row; negative where it is broken."""
        return float((self.limits - self.rows @ strengths).min())


@dataclass(frozen=True, slots=True)
class Bench:
    """What a draw of the world needs to value a package; small enough to be sent to another process."""

    figures: Figures
    facts: Facts
    members: Mapping[str, tuple[str, ...]]
    horizon_years: float
    weights: Array

    def setting(self, economy_values: Mapping[str, float], world: World) -> Setting:
        """Where provisions act under one set of parameter values."""
        return Setting(world.economy, economy_values, self.facts, self.members, self.horizon_years)

    def world(self, values: Mapping[str, float]) -> World:
        """Calibrate the full world under one set of parameter values."""
        return World(calibrate(self.figures, values))


class WorldLaboratory:
    """The candidates of one world round at central parameter values.

    Attributes
    ----------
    parties
        Codes of the economies at the table, in alphabetical order; P.
    draft
        Candidate clauses; C.
    size
        Value added of each party; US$ million a year, P.
    """

    def __init__(
        self, file: WorldFile, evidence: Evidence, parameters: Parameters, figures: Figures | None = None
    ) -> None:
        self.file = file
        figures = gather(evidence) if figures is None else figures
        facts = gather_facts(evidence)
        self.values = {name: parameters.value(name) for name in PARAMETERS}
        self.members = {
            bloc.code: find_members(bloc, evidence, figures.codes) for bloc in file.world_round.blocs
        }
        unions = [(bloc, self.members[bloc.code]) for bloc in file.world_round.blocs if bloc.customs_union]
        self.world = World(calibrate(figures, self.values))
        e = self.world.economy
        named = file.world_round.parties
        self.parties = e.codes if named == "all" else tuple(sorted(named))
        self.rows = np.array([e.place(code) for code in self.parties])
        self.draft: Draft = draft_clauses(file, e, figures, facts, self.values, unions)
        weights = np.array([[file.counts(code)[line.counts] for line in LINES] for code in e.codes])
        self.bench = Bench(figures, facts, self.draft.members, file.horizon_years, weights)
        self.size = to_usd_million(1.0) * e.value_added[self.rows]
        self.red_lines = np.array([file.red_line(code) for code in self.parties])
        self.least = file.world_round.least_gain * self.size
        self.party_weights = np.array([file.weight(code) for code in self.parties])

    def __len__(self) -> int:
        return len(self.draft.candidates)

    @cached_property
    def setting(self) -> Setting:
        """Where provisions act, at central values."""
        return self.bench.setting(self.values, self.world)

    @cached_property
    def menu(self) -> Menu:
        """All candidates at full strength."""
        return Menu(self.world.economy, [make_shock(self.setting, c, c.full) for c in self.draft.candidates])

    @cached_property
    def limits(self) -> tuple[csr_matrix, tuple[tuple[str, str], ...]]:
        """Bounds on each economy, as sparse rows with limit 1, and what each bounds."""
        return draft_limits(self.file, self.menu)

    @cached_property
    def sides(self) -> tuple[frozenset[str], ...]:
        """Economies on either side of each candidate."""
        return tuple(self.draft.sides(c) for c in self.draft.candidates)

    def gains(self, outcome: Outcome) -> Array:
        """Weighted gain of each party; US$ million a year, P."""
        values = outcome.ledger().values[self.rows]
        return to_usd_million(1.0) * np.asarray((values * self.bench.weights[self.rows]).sum(axis=1))

    def solve(self, strengths: Array, start: Outcome | None = None) -> Outcome:
        """Solve the full world at a mixture of candidates."""
        return self.world.solve(self.menu.shock(strengths), start=_logs(start))

    def slopes(self, strengths: Array, outcome: Outcome) -> Array:
        """Compute the derivative of each party's gain by each strength at a solved mixture; P × C."""
        full = differentiate(self.world, self.menu, strengths, outcome, self.bench.weights)
        return np.asarray(to_usd_million(1.0) * full[self.rows])

    def game(
        self,
        strengths: Array,
        gains: Array,
        slopes: Array,
        *,
        seated: Flags,
        allowed: Flags,
        least: Array,
        cuts: Cuts | None = None,
    ) -> ConcaveGame:
        """Write the local game around a mixture: seated parties, allowed clauses, floors (US$ million)."""
        constant = gains - slopes @ strengths - self.red_lines
        caps, names = self.limits
        limits = np.ones(len(names))
        if cuts is not None:
            caps, limits = csr_matrix(vstack([caps, csr_matrix(cuts.rows)])), np.append(limits, cuts.limits)
        return ConcaveGame.of(
            slopes[seated],
            constant=constant[seated],
            weights=self.party_weights[seated],
            least=least[seated],
            high=np.where(allowed, 1.0, 0.0),
            caps=caps,
            limits=limits,
        )

    def without(self, codes: frozenset[str]) -> tuple[Flags, Flags]:
        """Who stays seated and which clauses stay allowed when these economies stay out."""
        unknown = codes - set(self.parties)
        if unknown == codes and codes:
            msg = f"none of {', '.join(sorted(codes)[:3])} … is a party"
            raise InputError(msg, accepted="a bloc with members at the table")
        seated = np.array([code not in codes for code in self.parties])
        allowed = np.array([not (codes & sides) for sides in self.sides])
        return seated, allowed

    def written(self, values: Mapping[int, float]) -> Shock:
        """Shock of clauses at the values that are written into the package, by position; not by menu."""
        total = Shock()
        shocks = [make_shock(self.setting, self.draft.candidates[k], v) for k, v in values.items()]
        return sum_shocks(shocks) if shocks else total


def sum_shocks(shocks: list[Shock]) -> Shock:
    """Add many shocks at once; one by one would copy the lists each time."""
    return Shock(
        moves=tuple(x for s in shocks for x in s.moves),
        tariffs=tuple(x for s in shocks for x in s.tariffs),
        fees=tuple(x for s in shocks for x in s.fees),
        transfers=tuple(x for s in shocks for x in s.transfers),
        costs=tuple(x for s in shocks for x in s.costs),
    )


def _logs(start: Outcome | None) -> Array | None:
    if start is None:
        return None
    return np.asarray(np.log(np.concatenate([start.prices.factor, start.prices.index])))
