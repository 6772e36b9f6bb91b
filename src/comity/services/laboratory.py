"""Many draws of the world for one round: what a package does to each party, draw by draw (§3.14, §6.3).

Searching uses a small world per draw (the parties' members stay, the rest merge into regions); final
ledgers use the full world, one draw at a time, so that memory stays small.

Who may import me: services. Start at :class:`Laboratory`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from comity.errors import InputError
from comity.services.delivery import DeliveredLedgers
from comity.units import to_usd_million
from comity.vocabulary import Provision
from comity.world import (
    COUNTS,
    LINES,
    Economy,
    PackageLedgers,
    Part,
    Setting,
    Shock,
    World,
    act,
    calibrate,
    find_gap,
    gather,
    gather_facts,
    pack_figures,
    run_draws,
    sum_members,
)
from comity.world.actions import PARAMETERS as ACTION_PARAMETERS
from comity.world.calibrate import PARAMETERS as WORLD_PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from comity.evidence import Catalogue, Evidence, Parameters
    from comity.services.delivery import Delivery
    from comity.services.roundfile import Clause, Round
    from comity.world import Facts, Figures

    Array = NDArray[np.float64]

__all__ = ["Account", "Laboratory", "make_provision"]


@dataclass(frozen=True, slots=True)
class Account:
    """Ledgers of one package over all draws, in the full world.

    Attributes
    ----------
    lines
        US$ million per year; draws × parties × :data:`comity.world.LINES`.
    gains
        Lines summed under each party's weights; draws × parties.
    central
        Lines at central parameter values; parties × lines.
    trade_links
        Part of the central gains that comes from trade which migrants create (§3.3); parties.
    """

    lines: Array
    gains: Array
    central: Array
    trade_links: Array


def make_provision(clause: Clause, value: float, unit: str) -> Provision:
    """Write a clause of the round at a value as a provision."""
    terms: dict[str, float | str] = dict(clause.terms)
    if clause.skill is not None:
        terms["skill"] = clause.skill
    if clause.today is not None:
        terms["today"] = clause.today
    return Provision(
        clause.instrument, clause.giver, clause.beneficiary, float(value), unit, clause.key, terms
    )


@lru_cache(maxsize=2)
def _read_pack(evidence: Evidence) -> tuple[Figures, Facts]:
    """Line up the figures of a pack once; a second look at a round need not wait for it."""
    return pack_figures(gather(evidence)), gather_facts(evidence)


class Laboratory:
    """The draws of one round.

    Parameters
    ----------
    round_
        The round; its parties' members are kept apart in the small worlds.
    evidence, parameters, catalogue
        The pack.
    draws, seed
        How many draws, and from which seed; the same seed gives the same draws.
    """

    def __init__(
        self,
        round_: Round,
        evidence: Evidence,
        parameters: Parameters,
        catalogue: Catalogue,
        *,
        draws: int,
        seed: int,
    ) -> None:
        self.round = round_
        self.catalogue = catalogue
        self.draws = draws
        self.figures, self.facts = _read_pack(evidence)
        self.names = tuple(dict.fromkeys((*WORLD_PARAMETERS, *ACTION_PARAMETERS)))
        self._central = {name: parameters.value(name) for name in self.names}
        self.drawn: dict[str, Array] = parameters.draw(np.random.default_rng(seed), draws, names=self.names)
        self.members = {party.code: party.countries for party in round_.parties}
        self._check_members()
        weights = [{**party.counts.weights()} for party in round_.parties]
        self.weights: Array = np.array([[w[line.counts] for line in LINES] for w in weights])
        if any(set(w) != set(COUNTS) for w in weights):
            msg = "the round file and the ledger disagree on who may count"
            raise InputError(msg, accepted=", ".join(COUNTS))
        self._small: dict[int | None, tuple[World, Setting]] = {}

    def _check_members(self) -> None:
        seen: dict[str, str] = {}
        for code, countries in self.members.items():
            for iso3 in countries:
                if iso3 not in self.figures.codes:
                    msg = f"the world model holds no economy {iso3} (party {code})"
                    raise InputError(msg, accepted="an economy with trade, GDP and population in the pack")
                if seen.setdefault(iso3, code) != code:
                    msg = f"{iso3} is a member of {seen[iso3]} and of {code}"
                    raise InputError(msg, accepted="each country in one party only")

    def values(self, draw: int | None) -> dict[str, float]:
        """Parameter values of one draw; central values for None."""
        if draw is None:
            return self._central
        return {name: float(self.drawn[name][draw]) for name in self.names}

    def economy(self, draw: int | None) -> Economy:
        """Calibrate the full world of one draw."""
        return calibrate(self.figures, self.values(draw))

    @cached_property
    def central(self) -> World:
        """The full world at central parameter values."""
        return World(self.economy(None))

    @cached_property
    def workers(self) -> dict[str, float]:
        """Work force by economy, over which a bloc's places are shared; persons."""
        e = self.central.economy
        return dict(zip(e.codes, map(float, e.workers.sum(axis=(0, 2))), strict=True))

    @cached_property
    def unlinked(self) -> World:
        """The central world in which migrants create no trade; the difference is what that link is worth."""
        return self.central.with_coefficients(nu_migrants=0.0)

    @cached_property
    def groups(self) -> dict[str, str]:
        """Region of each economy, as the small worlds merge them."""
        return dict(zip(self.figures.codes, self.figures.regions, strict=True))

    @property
    def kept(self) -> frozenset[str]:
        """Economies that the small worlds keep apart."""
        return frozenset(iso3 for countries in self.members.values() for iso3 in countries)

    def small(self, draw: int | None) -> tuple[World, Setting]:
        """Small world of one draw (central values for None), and where provisions act in it."""
        if draw not in self._small:
            world = World(self.economy(draw)).aggregate(self._kept_with_refugees, self.groups)
            self._small[draw] = (world, self.setting(world.economy, draw))
        return self._small[draw]

    @cached_property
    def _kept_with_refugees(self) -> frozenset[str]:
        """Kept economies, and birthplaces that single provisions name (LE16)."""
        named = {
            str(clause.terms["nationality"]) for clause in self.round.table if "nationality" in clause.terms
        }
        hosts = {
            iso3
            for clause in self.round.table
            if clause.instrument in _REFUGEE
            for iso3 in self.members[clause.beneficiary]
        }
        found = {self.facts.refugee_origins[host] for host in hosts if host in self.facts.refugee_origins}
        return self.kept | {code for code in named | found if code in self.figures.codes}

    def setting(self, economy: Economy, draw: int | None) -> Setting:
        """Where provisions act: one world under one draw's values."""
        return Setting(economy, self.values(draw), self.facts, self.members, self.round.horizon_years)

    def is_modelled(self, clause: Clause) -> bool:
        """Whether the clause's instrument acts on the model, and the pack holds what it needs to."""
        return bool(self.catalogue.instruments[clause.instrument].action) and not self.gap(clause)

    def acts(self, values: Mapping[str, float]) -> bool:
        """Whether any clause of a package acts on the model."""
        return any(self.is_modelled(self.round.clause(key)) for key in values)

    def gap(self, clause: Clause) -> str:
        """Say what the pack lacks to value a clause in the model; empty where it lacks nothing (§2.3)."""
        instrument = self.catalogue.instruments[clause.instrument]
        if not instrument.action:
            return ""
        provision = make_provision(clause, clause.strongest, instrument.parameter.unit)
        return find_gap(self.setting(self.central.economy, None), provision, instrument.action)

    def shock(
        self,
        setting: Setting,
        values: Mapping[str, float],
        known: dict[tuple[str, float], Shock] | None = None,
    ) -> Shock:
        """Shock of a package (value by clause key); clauses that do not act on the model add nothing.

        ``known`` keeps the shocks of single clauses in this setting, for packages that share them.
        """
        parts = []
        for key, value in values.items():
            part = None if known is None else known.get((key, value))
            if part is None:
                clause = self._clauses[key]
                instrument = self.catalogue.instruments[clause.instrument]
                part = Shock()
                if instrument.action:
                    provision = make_provision(clause, value, instrument.parameter.unit)
                    part = act(setting, provision, instrument.action)
                if known is not None:
                    known[key, value] = part
            parts.append(part)
        # One sum at the end: adding shocks copies their lists each time.
        return Shock(*(tuple(x for p in parts for x in getattr(p, f.name)) for f in fields(Shock)))

    @cached_property
    def _clauses(self) -> dict[str, Clause]:
        return {clause.key: clause for clause in self.round.table}

    def lines(self, world: World, shock: Shock) -> Array:
        """Lines of each party in one world, US$ million per year; parties × lines."""
        if shock.is_identity:
            return np.zeros((len(self.members), len(LINES)))
        return to_usd_million(1.0) * sum_members(world.solve(shock).ledger(), self.members)

    def parts(self, values: Mapping[str, float]) -> tuple[Part, ...]:
        """Provisions of a package (value by clause key), each with its action; an empty one does nothing."""
        out = []
        for key, value in values.items():
            clause = self.round.clause(key)
            instrument = self.catalogue.instruments[clause.instrument]
            out.append(Part(make_provision(clause, value, instrument.parameter.unit), instrument.action))
        return tuple(out)

    def run(
        self,
        packages: Sequence[tuple[Part, ...]],
        tick: Callable[[float], None],
        *,
        reported: Mapping[str, tuple[str, ...]] | None = None,
        delivery: Delivery | None = None,
        executor: Executor | None = None,
    ) -> Array:
        """Ledgers of packages in the full world over all draws (§3.14); with ``delivery``, as used.

        Returns US$ million per year; draws × packages × parties (or the rows ``reported``) × lines.
        """
        rows = self.members if reported is None else reported
        task = PackageLedgers(
            self.figures, self.facts, self.members, rows, self.round.horizon_years, tuple(packages)
        )
        if delivery is None or not delivery.conditional:
            found = run_draws(task, self.drawn, executor=executor, progress=tick)
        else:
            used = DeliveredLedgers(task, {key: c.status_quo for key, c in self._clauses.items()})
            found = run_draws(used, self.drawn | delivery.drawn(), executor=executor, progress=tick)
        return to_usd_million(1.0) * found

    def gain(self, world: World, shock: Shock) -> Array:
        """Weighted gain of each party in one world, US$ million per year; parties."""
        return np.asarray((self.lines(world, shock) * self.weights).sum(axis=1))

    def search_gains(
        self,
        packages: Sequence[Mapping[str, float]],
        tick: Callable[[float], None],
        draws: Sequence[int | None] | None = None,
    ) -> Array:
        """Gains of packages in small worlds, of all draws or those told; draws × packages × parties."""
        return self._search(packages, tick, draws, self.gain, (len(self.members),))

    def search_counts(
        self,
        packages: Sequence[Mapping[str, float]],
        tick: Callable[[float], None],
        draws: Sequence[int | None] | None = None,
    ) -> Array:
        """Return the same before anybody is weighted; draws × packages × parties × :data:`COUNTS`."""
        size = (len(self.members), len(COUNTS))
        return self._search(packages, tick, draws, lambda w, s: self.lines(w, s) @ _IN_GROUP, size)

    def _search(
        self,
        packages: Sequence[Mapping[str, float]],
        tick: Callable[[float], None],
        draws: Sequence[int | None] | None,
        measure: Callable[[World, Shock], Array],
        size: tuple[int, ...],
    ) -> Array:
        """Measure packages in small worlds; draws × packages × size."""
        which: Sequence[int | None] = range(self.draws) if draws is None else draws
        out = np.zeros((len(which), len(packages), *size))
        if not any(map(self.acts, packages)):
            return out
        for row, draw in enumerate(which):
            world, setting = self.small(draw)
            known: dict[tuple[str, float], Shock] = {}
            for k, package in enumerate(packages):
                out[row, k] = measure(world, self.shock(setting, package, known))
            tick((row + 1) / len(which))
        return out

    def accounts(
        self,
        packages: Sequence[Mapping[str, float]],
        tick: Callable[[float], None],
        delivery: Delivery | None = None,
        *,
        executor: Executor | None = None,
    ) -> list[Account]:
        """Write final ledgers of several packages in the full world, over all draws (§3.13).

        With ``delivery`` each draw sees only what is released and used of each clause.
        """

        def delivered(package: Mapping[str, float], draw: int | None) -> Mapping[str, float]:
            return package if delivery is None else delivery.effective(self._clauses, package, draw)

        lines = np.zeros((self.draws, len(packages), len(self.members), len(LINES)))
        if any(map(self.acts, packages)):  # a round of stated interests alone needs no world
            agreed = [self.parts(package) for package in packages]
            lines = self.run(agreed, tick, delivery=delivery, executor=executor)
        setting = self.setting(self.central.economy, None)
        found = []
        for k, package in enumerate(packages):
            shock = self.shock(setting, delivered(package, None))
            central = self.lines(self.central, shock)
            unlinked = self.lines(self.unlinked, shock)
            links = ((central - unlinked) * self.weights).sum(axis=1)
            gains = (lines[:, k] * self.weights).sum(axis=2)
            found.append(Account(lines[:, k], gains, central, links))
        return found


_REFUGEE = frozenset({"LE16"})
#: Which group of people each line of the ledger counts for; lines × groups, 0 or 1.
_IN_GROUP = np.array([[1.0 if line.counts == group else 0.0 for group in COUNTS] for line in LINES])
