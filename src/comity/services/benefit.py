"""One country's net benefit of cooperating (E62): alone, with each partner, with the table, with all alike.

Who may import me: doors. Start at :func:`benefit_compute`.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import numpy as np
from threadpoolctl import threadpool_limits

from comity.errors import InputError
from comity.evidence import Catalogue, Evidence, Parameters
from comity.services.basis import list_assumptions, list_tables
from comity.services.benefit_circles import BILATERAL, draw_circles, drop_overridden, party_of
from comity.services.benefit_control import list_control
from comity.services.benefit_inputs import find_break_even, rank_swings, swing_inputs, swing_interests
from comity.services.benefit_result import Benefit, BenefitColumn, InputSwing, Line, Worth, add_up
from comity.services.delivery import DeliveredLedgers, draw_delivery
from comity.services.horizon import HORIZONS, at_horizon, horizon_years
from comity.services.laboratory import Laboratory
from comity.services.package_file import read_package
from comity.services.roundfile import Counts
from comity.services.roundfile_messages import closest_country
from comity.services.stakes import draw_interests
from comity.units import SHARE, to_usd_million
from comity.vocabulary import SourceClass
from comity.world import LINES, PackageLedgers, World, calibrate, run_draws
from comity.world.facts import TABLES as FACT_TABLES
from comity.world.figures import TABLES as WORLD_TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from numpy.typing import NDArray

    from comity.services.benefit_circles import Circle
    from comity.services.benefit_result import BreakEven
    from comity.services.deal_result import Deal
    from comity.services.package_file import PackageFile
    from comity.services.roundfile import Interest
    from comity.services.stakes import InterestDraws
    from comity.world import Part

    Array = NDArray[np.float64]

__all__ = ["benefit_compute"]

#: Inputs that a tornado shows.
MOST_SWINGS: Final = 5


def _quiet(message: str, share: float) -> None:
    """Stand in where no door listens."""


def benefit_compute(
    *,
    country: str,
    package: Path,
    package_name: str | None = None,
    horizon: str | None = None,
    seed: int | None = None,
    draws: int | None = None,
    executor: Executor | None = None,
    pack: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Benefit:
    """Compute one country's net benefit of a package.

    Parameters
    ----------
    country
        ISO3 code: a party, a member of a bloc, or an outsider whom the package touches.
    package
        A deal's JSON, a round file, or a short YAML list of provisions.
    package_name
        Which package, where the file holds several.
    horizon
        ``year-after``, ``five-years`` or ``long-run``; the package's own horizon unless given.
    seed, draws
        Instead of the round's.
    executor
        Where the draws are computed (§3.14); here unless given.
    pack
        Folder of a user's own evidence pack; the shipped one unless given.
    progress
        Called with what is being done and a share from 0 to 1.

    Raises
    ------
    InputError
        Unknown country, horizon or package, or a file that cannot be used.
    SolveError
        The world was not solved.
    """
    tell = progress if progress is not None else _quiet
    with threadpool_limits(limits=1, user_api="blas"):
        tell("Reading the package", 0.0)
        evidence, parameters, catalogue = Evidence.load(pack), Parameters.load(), Catalogue.load()
        table = evidence.table("countries")
        countries = dict(zip(table["iso3"].astype(str), table["name"].astype(str), strict=True))
        if country not in countries:
            msg = f"unknown country {country!r}"
            raise InputError(msg, key="COUNTRY", accepted=closest_country(country, countries))

        def solve(path: Path) -> Deal:
            from comity.services.deal import deal_find  # noqa: PLC0415  (only round files need the search)

            return deal_find(path=path, seed=seed, draws=draws, progress=tell)

        read = read_package(package, name=package_name, catalogue=catalogue, countries=countries, solve=solve)
        parameters, years = at_horizon(parameters, horizon, read.round.horizon_years)
        round_ = read.round.model_copy(
            update={
                "horizon_years": years,
                "seed": read.round.seed if seed is None else seed,
                "draws": read.round.draws if draws is None else draws,
            }
        )
        read = replace(read, round=round_)
        lab = Laboratory(round_, evidence, parameters, catalogue, draws=round_.draws, seed=round_.seed)
        if country not in lab.figures.codes:
            msg = f"the world model holds no economy {country}"
            raise InputError(
                msg, key="COUNTRY", accepted="an economy with trade, GDP and population in the pack"
            )
        study = _Study(lab, read, country, countries, parameters, executor, tell)
        return study.write(evidence, horizon)


class _Study:
    """One country and one package under study."""

    def __init__(
        self,
        lab: Laboratory,
        read: PackageFile,
        country: str,
        countries: Mapping[str, str],
        parameters: Parameters,
        executor: Executor | None,
        tell: Callable[[str, float], None],
    ) -> None:
        self.lab, self.read, self.country = lab, read, country
        self.round, self.values = read.round, read.values
        self.parameters, self.executor, self.tell = parameters, executor, tell
        self.names = {p.code: p.name or countries.get(p.code, p.code) for p in self.round.parties}
        self.country_name = countries[country]
        self.party = party_of(self.round, country)
        counts = Counts() if self.party is None else self.round.party(self.party).counts
        self.weights = counts.weights()
        self.line_weights: Array = np.array([self.weights[line.counts] for line in LINES])
        self.circles = draw_circles(lab, country, self.values, self.names)
        self.solved = [circle for circle in self.circles if circle.key != "bilateral"]
        #: What of each clause is released and used; a concession on paper is not one delivered.
        self.delivery = draw_delivery(self.round, self.round.draws, self.round.seed)
        self.clauses = {clause.key: clause for clause in self.round.table}
        #: A member of a bloc has no stated interest of its own: the bloc's is not split.
        self.alone_at_table = self.party is not None and lab.members[self.party] == (country,)

    # ---------------------------------------------------------------- what the model says

    def task(self, packages: Sequence[tuple[Part, ...]], years: float | None = None) -> PackageLedgers:
        rows = {self.country: (self.country,)}
        horizon = self.round.horizon_years if years is None else years
        lab = self.lab
        return PackageLedgers(lab.figures, lab.facts, lab.members, rows, horizon, tuple(packages))

    def used(self, task: PackageLedgers) -> DeliveredLedgers:
        """Solve packages as they are released and used; asks for the shares beside the parameters."""
        return DeliveredLedgers(task, {key: clause.status_quo for key, clause in self.clauses.items()})

    def share(self, clause: str) -> float:
        """Share of a clause that is released and used at middle values."""
        return float(self.delivery.central[self.delivery.keys.index(clause)])

    def modelled(
        self, draws: bool, values: Mapping[str, float] | None = None, years: float | None = None
    ) -> Array:
        """Lines of each solved circle; draws × circles × lines (one draw at given values), US$ million."""
        packages = [circle.parts for circle in self.solved]
        if draws:
            rows = {self.country: (self.country,)}
            found = self.lab.run(
                packages,
                lambda x: self.tell("Ledgers of each circle", x),
                reported=rows,
                delivery=self.delivery,
                executor=self.executor,
            )
            return np.asarray(found[:, :, 0])
        at = self.lab.values(None) if values is None else values
        at = {**at, **self.delivery.middle()}
        return to_usd_million(1.0) * self.used(self.task(packages, years))(at)[None, :, 0]

    # ---------------------------------------------------------------- what the round file says

    def interests(self) -> list[tuple[InterestDraws, Interest]]:
        """List the country's own stated interests, with their draws."""
        if not self.alone_at_table:
            return []
        drawn = draw_interests(self.round, self.round.draws, self.round.seed, self.delivery)
        pairs = zip(drawn, self.round.interests, strict=True)
        return [(item, interest) for item, interest in pairs if interest.party == self.party]

    def coefficient(
        self, interest: Interest, keys: frozenset[str], shares: Mapping[str, float] | None = None
    ) -> float:
        """Worth of an interest in some clauses for each unit of its value; ``shares``: used instead."""
        total = 0.0
        for clause in self.round.interest_clauses(interest):
            if clause.key in keys and clause.key in self.values:
                span = clause.strongest - clause.status_quo
                size = abs(span) if interest.per == "unit" and span else 1.0
                used = (shares or {}).get(clause.key, self.share(clause.key))
                share = 1.0 if interest.whatever_is_used else used
                total += size * clause.strength(self.values[clause.key]) * share
        return total

    def stated(self, item: InterestDraws, interest: Interest, keys: frozenset[str]) -> tuple[Array, float]:
        """Worth of one interest in a circle, by draw and at its middle."""
        table = [clause.key for clause in self.round.table]
        on = np.array([float(key in keys and key in self.values) for key in table])
        value = np.array([self.values.get(key, 0.0) for key in table]) * on
        return item.worth(value, on), self.coefficient(interest, keys) * interest.value.mid

    # ---------------------------------------------------------------- columns

    def column(self, circle: Circle, drawn: Array, central: Array) -> BenefitColumn:
        """Write one circle; ``drawn`` is draws × lines, ``central`` is lines."""
        rows = [
            (line.name, line.label, line.counts, line.ministry, self.line_weights[k], drawn[:, k],
             float(central[k]), SourceClass.MODELLED, f"model:§3.12|{line.name}|{self.country}")
            for k, line in enumerate(LINES)
        ]  # fmt: skip
        for item, interest in self.interests():
            worth, middle = self.stated(item, interest, circle.clauses)
            if worth.any():
                rows.append(
                    (f"interest_{item.place}", f"Stated: {self.interest_label(interest)}", "interests",
                     interest.ministry or "stated", 1.0, worth, middle, SourceClass.ELICITED,
                     f"round:interests.{item.place}.value")
                )  # fmt: skip
        lines = tuple(
            Line(name, label, group, ministry, float(weight), Worth.of(worth, middle), str(source), reference)
            for name, label, group, ministry, weight, worth, middle, source, reference in rows
        )
        total = add_up(("all", r[4], r[5], r[6]) for r in rows)["all"]
        return BenefitColumn(
            circle.key,
            circle.title,
            circle.meaning,
            lines,
            add_up((r[3], r[4], r[5], r[6]) for r in rows),
            add_up((r[2], r[4], r[5], r[6]) for r in rows),
            total,
        )

    def interest_label(self, interest: Interest) -> str:
        clause = self.round.interest_clauses(interest)[0]
        name = self.lab.catalogue.instruments[clause.instrument].title
        return f"{name} ({interest.clause or interest.instrument})"

    def columns(self) -> tuple[BenefitColumn, ...]:
        drawn, central = self.modelled(draws=True), self.modelled(draws=False)[0]
        place = {circle.key: k for k, circle in enumerate(self.solved)}
        partners = [k for key, k in place.items() if key.startswith(BILATERAL)]
        out = []
        for circle in self.circles:
            which = partners if circle.key == "bilateral" else [place[circle.key]]
            out.append(self.column(circle, drawn[:, which].sum(axis=1), central[which].sum(axis=0)))
        return tuple(out)

    def totals(self, values: Mapping[str, float], years: float) -> dict[str, float]:
        """Total of each circle at given parameter values, interests at their middle; US$ million."""
        found = self.modelled(draws=False, values=values, years=years)[0] @ self.line_weights
        by_key = {circle.key: float(x) for circle, x in zip(self.solved, found, strict=True)}
        by_key["bilateral"] = sum(x for key, x in by_key.items() if key.startswith(BILATERAL))
        return {circle.key: by_key[circle.key] + self.middle(circle.clauses) for circle in self.circles}

    def middle(self, keys: frozenset[str], shares: Mapping[str, float] | None = None) -> float:
        """Sum of the country's interests in some clauses, each at its middle; ``shares``: used instead."""
        return sum(self.coefficient(i, keys, shares) * i.value.mid for _, i in self.interests())

    # ---------------------------------------------------------------- what decides

    def swings(self) -> tuple[list[InputSwing], int]:
        """Ranked swings of the whole package, and how many inputs were tried."""
        whole = next(circle for circle in self.circles if circle.key == "regional")
        task = self.used(self.task([whole.parts]))
        stated = self.middle(whole.clauses)
        shares = self.delivery.middle()

        def totals(table: Mapping[str, Array]) -> Array:
            size = len(next(iter(table.values())))
            held = {name: np.full(size, share) for name, share in shares.items()}
            lines = run_draws(
                task, {**held, **table}, executor=self.executor,
                progress=lambda x: self.tell("One input at a time", x),
            )[:, 0, 0]  # fmt: skip
            return np.asarray(to_usd_million(1.0) * lines @ self.line_weights + stated)

        central = self.lab.values(None)
        found = swing_inputs(totals, central, self.parameters)
        base = float(totals({name: np.array([value]) for name, value in central.items()})[0])
        found += self.swing_use(whole, totals, stated, base)
        labelled = [(d.place, i, f"Stated: {self.interest_label(i)}") for d, i in self.interests()]
        found += swing_interests(
            lambda interest, value: self.coefficient(interest, whole.clauses) * value,
            labelled,
            base,
        )
        return rank_swings(found), len(found)

    def swing_use(
        self, whole: Circle, totals: Callable[[Mapping[str, Array]], Array], stated: float, base: float
    ) -> list[InputSwing]:
        """Set what is used of each clause to the low and to the high share that the round file expects."""
        out = []
        central = self.lab.values(None)
        for place, clause in enumerate(self.round.table):
            use = clause.take_up
            if clause.key not in self.values or use is None or not use.mid > 0 or use.low >= use.high:
                continue
            released = self.share(clause.key) / use.mid
            ends = np.array([released * use.low, released * use.high])
            table = {name: np.full(2, value) for name, value in central.items()}
            at = totals({**table, self.delivery.name(clause.key): ends}) - stated
            at += [self.middle(whole.clauses, {clause.key: float(end)}) for end in ends]
            title = self.lab.catalogue.instruments[clause.instrument].title
            out.append(
                InputSwing(
                    f"round:table.{place}.take_up", f"Share used of {title} ({clause.key})", "assumed", SHARE,
                    use.low, use.high, float(at[0]), float(at[1]), base, drawn=True,
                )
            )  # fmt: skip
        return out

    def break_even(self) -> tuple[BreakEven, ...]:
        lab, values = self.lab, self.lab.values(None)
        world = World(calibrate(lab.figures, values))
        setting = lab.setting(world.economy, None)
        order = list(lab.members)
        replaced = {
            party
            for party in order
            if any(i.overrides_model and i.party == party for i in self.round.interests)
        }
        task = replace(self.task([]), reported=lab.members)

        def gains(package: Mapping[str, float]) -> dict[str, float]:
            parts = lab.parts(self.delivery.effective(self.clauses, package, None))
            lines = task.lines(world, setting, parts)
            out = {}
            for place, party in enumerate(order):
                own = lines[place]
                if party in replaced:
                    own = task.lines(world, setting, drop_overridden(self.round, party, parts))[place]
                modelled = float(to_usd_million(1.0) * own @ lab.weights[place])
                out[party] = modelled + self.said(party, package) - self.round.party(party).no_deal.mid
            return out

        return find_break_even(
            gains,
            self.values,
            {key: self.round.clause(key) for key in self.values},
            {
                key: lab.catalogue.instruments[self.round.clause(key).instrument].parameter.unit
                for key in self.values
            },
            {party.code: party.red_line.gain_at_least for party in self.round.parties},
            lambda x: self.tell("Where red lines are reached", x),
        )

    def said(self, party: str, package: Mapping[str, float]) -> float:
        """Sum of a party's stated interests in a package, each at its middle."""
        total = 0.0
        for interest in self.round.interests:
            if interest.party != party:
                continue
            for clause in self.round.interest_clauses(interest):
                if clause.key in package:
                    span = clause.strongest - clause.status_quo
                    size = abs(span) if interest.per == "unit" and span else 1.0
                    share = 1.0 if interest.whatever_is_used else self.share(clause.key)
                    total += size * clause.strength(package[clause.key]) * interest.value.mid * share
        return total

    # ---------------------------------------------------------------- the whole

    def write(self, evidence: Evidence, horizon: str | None) -> Benefit:
        columns = self.columns()
        central = self.lab.values(None)
        over_time = {name: self.totals(*horizon_years(self.parameters, name, central)) for name in HORIZONS}
        ranked, tried = self.swings()
        catalogue = self.lab.catalogue
        return Benefit(
            country=self.country,
            name=self.country_name,
            case=self.read.name,
            case_title=self.read.title,
            case_source=self.read.file,
            party=self.party,
            headline="regional",
            columns=tuple(c for c in columns if not c.key.startswith(BILATERAL)),
            partners=tuple(c for c in columns if c.key.startswith(BILATERAL)),
            horizon=horizon or "package",
            horizon_years=float(self.round.horizon_years),
            horizons=over_time,
            tornado=tuple(ranked[:MOST_SWINGS]),
            other_turns=tuple(item for item in ranked[MOST_SWINGS:] if item.turns),
            inputs=tried,
            break_even=self.break_even(),
            red_line=0.0 if self.party is None else self.round.party(self.party).red_line.gain_at_least,
            control=list_control(self.round, self.party, self.values, catalogue),
            weights=self.weights,
            unvalued=self.unvalued(),
            notes=self.notes(),
            assumptions=list_assumptions(self.parameters, self.lab.names),
            imputed=self.lab.central.economy.imputed.get(self.country, ()),
            evidence=list_tables(evidence, (*WORLD_TABLES, *FACT_TABLES)),
            names=self.names,
            titles={
                key: catalogue.instruments[self.round.clause(key).instrument].title for key in self.values
            },
            ministries={slug: ministry.name for slug, ministry in catalogue.ministries.items()},
            command=f"comity benefit {self.country} --package {self.read.file}",
            seed=self.round.seed,
            draws=self.round.draws,
            versions={"comity": version("comity"), "numpy": version("numpy")},
        )

    def unvalued(self) -> tuple[str, ...]:
        """Clauses of this country that neither the model nor anybody values."""
        if self.party is None:
            return ()
        said = {
            clause.key
            for interest in self.round.interests
            if interest.party == self.party
            for clause in self.round.interest_clauses(interest)
        }
        own = [self.round.clause(key) for key in self.values]
        return tuple(
            clause.key
            for clause in own
            if self.party in (clause.giver, clause.beneficiary)
            and clause.key not in said
            and not self.lab.is_modelled(clause)
        )

    def notes(self) -> tuple[str, ...]:
        said = []
        if self.party is None:
            said.append(
                f"{self.country_name} is not a party, so it gives nothing and the two narrow columns are "
                "empty."
            )
        elif not self.alone_at_table:
            said.append(
                f"{self.country_name} is a member of {self.names[self.party]}: alone and bilaterally it "
                "does its own "
                "share of the bloc's clauses, and interests stated for the bloc are not split among members."
            )
        held = [key for key in self.values if self.clauses[key].is_conditional]
        if held:
            said.append(
                f"Less than all may be released or used of {', '.join(held)}; what the round file expects of "
                "them is counted, in every draw."
            )
        if any(i.overrides_model and i.party == self.party for i in self.round.interests):
            said.append("Where an interest replaces the model, the clause's modelled lines are left out.")
        return tuple(said)
