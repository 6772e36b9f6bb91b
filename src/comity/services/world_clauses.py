"""Candidate clauses of a world round, drafted from the evidence by the rules of its file (§6.10).

Nothing is drawn at random: each family scores all ordered pairs of economies by figures of the pack, takes
the
best, and adds so many of each economy's own best that nobody sits at the table with nothing to give or get.

Who may import me: the world-round services. Start at :func:`draft_clauses`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_matrix, vstack

from comity.errors import InputError
from comity.units import to_percent, to_share, to_usd_million
from comity.vocabulary import Provision
from comity.world import FeeCut, Setting, Shock, act

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from comity.services.world_file import Bloc, WorldFile
    from comity.world import Economy, Facts, Figures
    from comity.world.menu import Menu

    Array = NDArray[np.float64]

__all__ = ["Candidate", "Draft", "draft_clauses", "draft_limits", "make_shock"]

ACTIONS: Final[Mapping[str, str]] = {
    "LE01": "entry_places",
    "LE02": "entry_places",
    "TR01": "tariff_cut",
    "TR06": "tariff_cut",
    "PE01": "readmission",
    "PE03": "readmission",
    "GV14": "cost_sharing",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One clause: what it is at full strength, and what is in force today.

    At strength x its value is ``today + x (full − today)``.
    """

    key: str
    family: str
    instrument: str
    giver: str
    beneficiary: str
    today: float
    full: float
    skill: str = ""

    def value(self, strength: float) -> float:
        """Value at a strength, rounded as it would be written into a text."""
        raw = self.today + strength * (self.full - self.today)
        return round(raw, _DECIMALS[self.family])


#: Places are whole persons; days, per cent, points and millions keep as many decimals as a text would.
_DECIMALS: Final[Mapping[str, int]] = {"entry": 0, "fees": 3, "tariffs": 4, "readmission": 2, "transfers": 3}


@dataclass(frozen=True, slots=True)
class Draft:
    """Candidates with the groups that act as one in trade (customs unions), by code."""

    candidates: tuple[Candidate, ...]
    members: Mapping[str, tuple[str, ...]]

    def sides(self, candidate: Candidate) -> frozenset[str]:
        """Economies on either side of a clause."""
        both = (candidate.giver, candidate.beneficiary)
        return frozenset(code for side in both for code in self.members.get(side, (side,)))


def make_shock(setting: Setting, c: Candidate, value: float) -> Shock:
    """Shock of one clause at a value. A fee ceiling binds what beneficiaries get from the giver, one way."""
    if c.family == "fees":
        return Shock(fees=(FeeCut(c.beneficiary, c.giver, to_share(value)),))
    terms: dict[str, float | str] = {"skill": c.skill} if c.skill else {}
    provision = Provision(c.instrument, c.giver, c.beneficiary, value, "", c.key, terms)
    return act(setting, provision, ACTIONS[c.instrument])


def draft_clauses(
    file: WorldFile,
    economy: Economy,
    figures: Figures,
    facts: Facts,
    values: Mapping[str, float],
    unions: Sequence[tuple[Bloc, tuple[str, ...]]],
) -> Draft:
    """Draft all candidates.

    Parameters
    ----------
    file
        Rules and bounds.
    economy, figures, facts
        The full world at central values, and the evidence behind it.
    values
        Central parameter values (what is in force today).
    unions
        Blocs that set tariffs together, with their members.
    """
    return Draft(
        tuple(_Rules(file, economy, figures, facts, values, unions).all()),
        {bloc.code: members for bloc, members in unions},
    )


class _Rules:
    """The rules of one file on one world."""

    def __init__(
        self,
        file: WorldFile,
        economy: Economy,
        figures: Figures,
        facts: Facts,
        values: Mapping[str, float],
        unions: Sequence[tuple[Bloc, tuple[str, ...]]],
    ) -> None:
        self.rules, self.e, self.f = file.world_round.candidates, economy, figures
        self.facts, self.values, self.unions = facts, values, unions
        self.horizon = file.horizon_years
        parties = file.world_round.parties
        codes = economy.codes if parties == "all" else parties
        self.here = np.isin(np.array(economy.codes), codes)
        self.pairs = np.outer(self.here, self.here) & ~np.eye(len(economy), dtype=bool)

    def all(self) -> Iterator[Candidate]:
        yield from self.entry()
        yield from self.fees()
        yield from self.tariffs()
        yield from self.readmission()
        yield from self.transfers()

    def entry(self) -> Iterator[Candidate]:
        rule, e = self.rules.entry, self.e
        if rule is None:
            return
        pay = e.unit_wage[:, 0] / e.price_level
        open_ = self.pairs & (pay[None, :] > rule.pay_ratio * pay[:, None])
        people = np.where(open_, e.persons, 0.0)
        gap = np.where(open_, people * np.log(pay[None, :] / pay[:, None]), 0.0)
        half = rule.corridors // 2
        chosen = _pick(people, half, rule.of_each)
        chosen = _pick(np.where(chosen, np.inf, gap), max(rule.corridors, int(chosen.sum())), 0)
        workers = e.work_force
        for i, j in np.argwhere(chosen).tolist():
            most = rule.share_of_workers * min(workers[i], workers[j])
            places = float(np.floor(min(rule.share_of_stock * e.persons[i, j], most) / len(rule.skills)))
            if places < 1:
                continue
            for skill in rule.skills:
                code = "LE02" if skill == "low" else "LE01"
                giver, beneficiary = e.codes[j], e.codes[i]
                yield Candidate(
                    f"{code}-{giver}-{beneficiary}", "entry", code, giver, beneficiary, 0.0, places, skill
                )

    def fees(self) -> Iterator[Candidate]:
        rule, e = self.rules.fees, self.e
        if rule is None:
            return
        ceiling = to_share(rule.ceiling)
        saved = np.where(self.pairs, e.remitted * np.maximum(e.fee - ceiling, 0.0), 0.0)
        for i, j in np.argwhere(_pick(saved, rule.corridors, rule.of_each)).tolist():
            today = round(to_percent(float(e.fee[i, j])), 4)
            if today > rule.ceiling:
                yield Candidate(
                    f"RM01-{e.codes[j]}-{e.codes[i]}",
                    "fees",
                    "RM01",
                    e.codes[j],
                    e.codes[i],
                    today,
                    rule.ceiling,
                )

    def tariffs(self) -> Iterator[Candidate]:
        rule, e = self.rules.tariffs, self.e
        if rule is None:
            return
        union = [
            np.array([e.place(code) for code in members if code in e.places and self.here[e.place(code)]])
            for _, members in self.unions
        ]
        groups = [
            (bloc.code, places) for (bloc, _), places in zip(self.unions, union, strict=True) if len(places)
        ]
        joined = {int(k) for _, places in groups for k in places}
        units = [
            (e.codes[k], np.array([k])) for k in np.flatnonzero(self.here) if int(k) not in joined
        ] + groups
        member = np.zeros((len(units), len(e)))
        for row, (_, places) in enumerate(units):
            member[row, places] = 1.0
        duty = member @ (e.sales * (e.tariff - 1)) @ member.T
        np.fill_diagonal(duty, 0.0)
        pay = e.value_added / e.price_level / e.population
        richness = (member @ (pay * e.population)) / (member @ e.population)
        for x, m in np.argwhere(_pick(duty, rule.pairs, rule.of_each)).tolist():
            (exporter, of), (importer, by) = units[x], units[m]
            # A cut in points cannot be larger than the smallest tariff it applies to.
            least = float((e.tariff[np.ix_(of, by)] - 1).min())
            cut = round(to_percent(rule.share_of_tariff * least), 4)
            if cut <= 0:
                continue
            code = "TR06" if richness[m] < richness[x] else "TR01"
            yield Candidate(f"{code}-{importer}-{exporter}", "tariffs", code, importer, exporter, 0.0, cut)

    def readmission(self) -> Iterator[Candidate]:
        rule, e = self.rules.readmission, self.e
        if rule is None:
            return
        returned = np.zeros((len(e), len(e)))
        for (origin, place), persons in self.facts.returned.items():
            if origin in e.places and place in e.places:
                returned[e.place(origin), e.place(place)] = persons
        returned = np.where(self.pairs, returned, 0.0)
        for i, j in np.argwhere(_pick(returned, rule.pairs, 0)).tolist():
            for code, name in (("PE01", "reply_days_baseline"), ("PE03", "document_days_baseline")):
                today = self.values[f"world.readmission.{name}"]
                if today > rule.days:
                    yield Candidate(
                        f"{code}-{e.codes[i]}-{e.codes[j]}",
                        "readmission",
                        code,
                        e.codes[i],
                        e.codes[j],
                        today,
                        rule.days,
                    )

    def transfers(self) -> Iterator[Candidate]:
        rule, e = self.rules.transfers, self.e
        if rule is None:
            return
        income = e.value_added / e.price_level / e.population
        richer = self.pairs.T & (income[:, None] > rule.income_ratio * income[None, :])
        money = e.sales + e.remitted.T
        tie = np.where(richer, money + money.T, 0.0)
        for g, b in np.argwhere(_pick(tie, rule.pairs, rule.of_each)).tolist():
            most = min(rule.share_of_giver * e.value_added[g], rule.share_of_receiver * e.value_added[b])
            yield Candidate(
                f"GV14-{e.codes[g]}-{e.codes[b]}",
                "transfers",
                "GV14",
                e.codes[g],
                e.codes[b],
                0.0,
                round(to_usd_million(float(most)), 3),
            )


def _pick(score: Array, number: int, of_each: int) -> NDArray[np.bool_]:
    """Pick pairs by score: each row's and each column's best ``of_each``, then the best of all."""
    order = np.argsort(-score, axis=None, kind="stable")
    chosen = np.zeros(score.shape, dtype=bool)
    for axis in (0, 1):
        best = np.argsort(-score, axis=axis, kind="stable")
        rank = np.argsort(best, axis=axis, kind="stable")
        chosen |= rank < of_each
    chosen &= score > 0
    rest = order[~chosen.ravel()[order] & (score.ravel()[order] > 0)]
    chosen.ravel()[rest[: max(number - int(chosen.sum()), 0)]] = True
    return chosen


def draft_limits(file: WorldFile, menu: Menu) -> tuple[csr_matrix, tuple[tuple[str, str], ...]]:
    """Bounds on each economy as rows that sum to at most 1 over all clauses.

    Returns
    -------
    tuple
        Sparse R × C, and what each row bounds: (key of the bound, economy). Rows that cannot bind are left
        out.
    """
    bounds, e, m, pay = file.world_round.bounds, menu.economy, menu.moves, menu.payments
    natives = np.einsum("iis->is", e.workers)
    here = np.arange(len(e))
    abroad = m.birth == m.source
    parts = [
        ("arrivals", (m.target, m.of, m.persons), abroad, bounds.arrivals * e.work_force),
        (
            "departures_low",
            (m.birth, m.of, m.persons * m.work_source),
            abroad & (m.skill == 0),
            bounds.departures_low * natives[:, 0],
        ),
        (
            "departures_high",
            (m.birth, m.of, m.persons * m.work_source),
            abroad & (m.skill == 1),
            bounds.departures_high * natives[:, 1],
        ),
        (
            "transfers_given",
            (pay.giver, pay.of, pay.usd),
            pay.usd > 0,
            bounds.transfers_given * e.value_added,
        ),
        (
            "transfers_received",
            (pay.receiver, pay.of, pay.usd),
            pay.usd > 0,
            bounds.transfers_received * e.value_added,
        ),
    ]
    rows, names = [], []
    for name, (place, of, amount), chosen, most in parts:
        used = csr_matrix((amount[chosen], (place[chosen], of[chosen])), shape=(len(e), len(menu)))
        total = np.asarray(used.sum(axis=1)).ravel()
        binding = here[total > most]
        if not most[binding].all():
            msg = f"the bound on {name} is zero and clauses would use it"
            raise InputError(msg, key=f"world_round.bounds.{name}", accepted="a share above 0")
        rows.append(used[binding].multiply(1 / most[binding][:, None]))
        names += [(name, e.codes[k]) for k in binding]
    return csr_matrix(vstack(rows)), tuple(names)
