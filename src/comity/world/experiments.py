"""Published experiments and episodes, run again on this model (§3.15). Nothing here is fitted to a result.

Each experiment is one number at given parameter values. What was published, what counts as inside, and why a
row cannot be compared stands in the catalogue (``catalogue/targets.csv``, ``catalogue/episodes.csv``).

Who may import me: the world room and services. Start at :class:`Battery`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.units import to_percent
from comity.world.calibrate import calibrate
from comity.world.channels import calibrate_channels
from comity.world.movement import ChannelWorld
from comity.world.runs import ROWS, decompose_output, solve_far, tabulate
from comity.world.scenarios import Frame, Scope, find_scenario, name_groups
from comity.world.shock import ChannelCost, Enforcement, Move, OpenCorridor, QuotaChange, Shock, TariffCut
from comity.world.switches import Switches
from comity.world.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.world.channels import Channels
    from comity.world.economy import Array, Economy
    from comity.world.figures import Figures
    from comity.world.movement import ChannelOutcome
    from comity.world.registers import Registers

__all__ = ["EXPERIMENTS", "OECD", "PARAMETERS", "Battery", "Past"]

#: Parameters that experiments read beside those of the world, the channels and the scenarios.
PARAMETERS: Final = ("world.scenarios.visa_flow_drop", "world.admission.years_of_stay.seasonal")

#: Name of each experiment → what it is, in the unit that its row of the catalogue has.
EXPERIMENTS: Final[Mapping[str, str]] = {
    "open_world": "world output at purchasing power parity, no ceilings on regular places, long run, %",
    "open_world_schooling": "the same where a larger high-skilled share raises productivity, %",
    "open_world_network": "the same where people already there make irregular movement cheaper, %",
    "open_world_market": "the same at market prices, %",
    "open_world_movers": "people who move in it, millions",
    "open_world_per_worker": "gain in output per worker of the world in it, %",
    "no_tariffs": "world output, all tariffs of the world at zero, %",
    "gainers_oecd": "non-migrants of the OECD who gain from today's migration, long run, %",
    "gainers_rich": "the same in the 22 members with the highest output per person, %",
    "gainers_oecd_market_size": "the same in the OECD where a larger work force raises productivity, %",
    "effect_labour": "mean effect on their real pay, trade links apart, %",
    "effect_fiscal": "mean effect through the public budget, trade links apart, % of pay",
    "effect_trade": "mean effect of the trade that migrants create, % of pay",
    "effect_market_size": "mean effect of market size where it is switched on, % of pay",
    "us_natives": "pay of people born in the United States, immigration of 1990 to 2005, long run, %",
    "us_natives_low": "pay of the low-skilled among them, capital fixed, %",
    "us_migrants": "pay of people who came before, long run, %",
    "bracero": "pay of low-skilled residents of the United States, half a million workers leave, %",
    "people_abroad": "people who live outside their birthplace in the pack, millions",
    "wb_asylum_ALB": "asylum residents from Albania in the EU and the United Kingdom, visas lifted, %",
    "wb_asylum_BIH": "the same for Bosnia and Herzegovina, %",
    "wb_asylum_MKD": "the same for North Macedonia, %",
    "wb_asylum_MNE": "the same for Montenegro, %",
    "wb_asylum_SRB": "the same for Serbia, %",
    "wb_asylum_WB5": "the same for the five together, %",
    "ven_regular": "regular residents from Venezuela in Peru, a visa imposed, %",
    "us_irregular_mexicans": "irregular Mexicans in the United States, seasonal places of 1996–2017 added, %",
    "canaries": "irregular residents from five West African countries in Spain, enforcement doubled, %",
    "uk_asylum": "asylum residents in the United Kingdom, asylum dearer by as much as a visa is, %",
}

#: Members of the Organisation for Economic Co-operation and Development from 2010 to 2015.
OECD: Final = (
    "AUS", "AUT", "BEL", "CAN", "CHE", "CHL", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "GRC",
    "HUN", "IRL", "ISL", "ISR", "ITA", "JPN", "KOR", "LUX", "MEX", "NLD", "NOR", "NZL", "POL", "PRT", "SVK",
    "SVN", "SWE", "TUR", "USA",
)  # fmt: skip
#: How many of them the richer group holds (Aubry, Burzyński and Docquier 2016).
RICH_LIMIT: Final = 22
_BALKANS: Final = ("ALB", "BIH", "MKD", "MNE", "SRB")
_WEST_AFRICA: Final = ("GIN", "GMB", "MLI", "MRT", "SEN")
_BRACEROS_LIMIT: Final = 500_000


@dataclass(frozen=True, slots=True)
class Past:
    """What experiments about the past read from the pack.

    Attributes
    ----------
    us_foreign
        People born abroad over all residents of the United States, by year.
    seasonal
        Seasonal visas of the United States issued to Mexicans in the first and the last year of the episode.
    """

    us_foreign: Mapping[int, float]
    seasonal: tuple[float, float]


@dataclass(frozen=True)
class Battery:
    """All experiments under one set of parameter values; call it with values by name.

    Returns one number for each of :data:`EXPERIMENTS`, in their order.
    """

    figures: Figures
    registers: Registers
    past: Past

    def __call__(self, values: Mapping[str, float], /) -> Array:
        """Run every experiment."""
        economy = calibrate(self.figures, values)
        long = _set(economy, capital=1.0)
        channels = calibrate_channels(long, self.registers, values)
        found = {
            **self._open_world(long, channels),
            **self._no_tariffs(long),
            **self._no_migration(long, values),
            **self._united_states(economy),
            **self._episodes(ChannelWorld(economy, channels), values),
        }
        own = np.eye(len(economy), dtype=bool)
        found["people_abroad"] = float(economy.persons[~own].sum()) / 1e6
        return np.array([found[name] for name in EXPERIMENTS])

    def _open_world(self, e: Economy, c: Channels) -> dict[str, float]:
        everything = Shock(openings=tuple(OpenCorridor(*pair) for pair in _corridors(e, c)))
        out = {}
        for name, switches in (
            ("open_world", Switches(network=False)),
            ("open_world_schooling", Switches(network=False, human_capital=True)),
            ("open_world_network", Switches()),
        ):
            outcome = ChannelWorld(e, c, switches).solve(everything)
            table = tabulate(outcome, outcome.ledger(), outcome.persons - c.persons)
            out[name] = to_percent(_share(table, "output_ppp_change", "output_ppp"))
            if name == "open_world":
                out["open_world_market"] = to_percent(_share(table, "output_change", "output"))
                out["open_world_movers"] = float(table[:, ROWS.index("born_abroad")].sum()) / 1e6
        # Everybody who works goes on working somewhere, so output per worker grows as output does.
        out["open_world_per_worker"] = out["open_world"]
        return out

    def _no_tariffs(self, e: Economy) -> dict[str, float]:
        pairs = np.argwhere(e.tariff > 1)
        cuts = tuple(
            TariffCut(e.codes[i], e.codes[n], float(e.tariff[i, n] - 1)) for i, n in pairs.tolist() if i != n
        )
        outcome = World(e).solve(Shock(tariffs=cuts))
        a = decompose_output(outcome.economy, outcome.given, outcome.prices)
        return {"no_tariffs": to_percent(float((a.after - a.before).sum() / a.before.sum()))}

    def _no_migration(self, e: Economy, values: Mapping[str, float]) -> dict[str, float]:
        """Today against a world without migration: who gains, and through what."""
        plain = self._effects(e, values)
        unlinked = self._effects(_set(e, nu_migrants=0.0), values)
        large = self._effects(_set(e, gamma_labour=values["world.choice.market_size"]), values)
        out = {
            "gainers_oecd": to_percent(plain.gainers(OECD)),
            "gainers_rich": to_percent(plain.gainers(self._richest(e))),
            "gainers_oecd_market_size": to_percent(large.gainers(OECD)),
            "effect_labour": to_percent(unlinked.mean(unlinked.pay, OECD)),
            "effect_fiscal": to_percent(unlinked.mean(unlinked.budget, OECD)),
            "effect_trade": to_percent(plain.mean(plain.total, OECD) - unlinked.mean(unlinked.total, OECD)),
        }
        out["effect_market_size"] = to_percent(large.mean(large.total, OECD) - plain.mean(plain.total, OECD))
        return out

    def _richest(self, e: Economy) -> tuple[str, ...]:
        per_head = e.value_added / e.price_level / e.population
        order = sorted(OECD, key=lambda code: -float(per_head[e.place(code)]))
        return tuple(order[:RICH_LIMIT])

    def _effects(self, e: Economy, values: Mapping[str, float]) -> _Effects:
        groups = name_groups(self.figures)
        scenario = find_scenario("no-migration")
        shock = scenario.build(Frame(e, None, values, {"share": 1.0}, groups, Scope()))
        outcome = solve_far(World(e), shock)
        table = outcome.ledger()
        lines = {line.name: table.values[:, k] for k, line in enumerate(table.lines)}
        native = np.einsum("iis->is", e.workers)
        pay = native * e.unit_wage * (1 - e.tax)[:, None]
        # Without migration is the counterfactual, so what today's migration brings has the other sign.
        wage = -np.stack([lines["residents_low"], lines["residents_high"]], axis=1) / pay
        heads = native.sum(axis=1)
        shared = lines["treasury"] + lines["tariff_revenue"] + lines["external_income"] + lines["remittances"]
        each = -(shared / heads)[:, None] * native / pay
        fiscal = -(lines["treasury"] / heads)[:, None] * native / pay
        return _Effects(e, native, wage, fiscal, wage + each)

    def _united_states(self, economy: Economy) -> dict[str, float]:
        """Immigration of 1990 to 2005 at today's baseline: its share in 2005 over that in 1990."""
        out = {}
        for capital in (0.0, 1.0):
            e = _set(economy, capital=capital)
            world, us = World(e), e.place("USA")
            latest = max(self.past.us_foreign)
            odds = {year: x / (1 - x) for year, x in self.past.us_foreign.items()}
            wages = []
            for year in (1990, 2005):
                leave = 1 - odds[year] / odds[latest]
                wages.append(world.solve(_leave(e, "USA", leave)).real_wage()[us])
            rise = wages[1] / wages[0] - 1
            bill = e.labour[us] * e.unit_wage[us][:, None]
            average = (rise * bill).sum(axis=0) / bill.sum(axis=0)
            if capital:
                out["us_natives"], out["us_migrants"] = (
                    to_percent(float(average[0])),
                    to_percent(float(average[1])),
                )
            else:
                out["us_natives_low"] = to_percent(float(rise[0, 0]))
                out["bracero"] = to_percent(self._bracero(world))
        return out

    def _bracero(self, world: World) -> float:
        e = world.economy
        i, j = e.place("MEX"), e.place("USA")
        unit = float(e.units[i, j, 0] / e.workers[i, j, 0])
        move = Move("MEX", "USA", "MEX", "low", float(_BRACEROS_LIMIT), unit, 1.0)
        return float(world.solve(Shock(moves=(move,))).real_wage()[j, 0, 0] - 1)

    def _episodes(self, world: ChannelWorld, values: Mapping[str, float]) -> dict[str, float]:
        e = world.economy
        cost = (1 - values["world.scenarios.visa_flow_drop"]) ** (-1 / world.channels.factors.eta)
        union = (*name_groups(self.figures)["EU27"], "GBR")
        lifted = tuple(
            ChannelCost(origin, place, channel, 1 / cost)
            for origin in _BALKANS
            for place in union
            for channel in ("asylum", "irregular")
        )
        outcome = world.solve(Shock(channel_costs=lifted))
        out = {
            f"wb_asylum_{name}": to_percent(_stock_change(world, outcome, origins, union, 1))
            for name, origins in (*((x, (x,)) for x in _BALKANS), ("WB5", _BALKANS))
        }
        scenario = find_scenario("visa-imposition")
        drop = values["world.scenarios.visa_flow_drop"]
        settings: dict[str, str | float] = {"origins": "VEN", "destinations": "PER", "drop": drop}
        frame = Frame(e, world.channels, values, settings, name_groups(self.figures), Scope())
        outcome = world.solve(scenario.build(frame))
        out["ven_regular"] = to_percent(_stock_change(world, outcome, ("VEN",), ("PER",), 0))
        first, last = self.past.seasonal
        places = (last - first) * values["world.admission.years_of_stay.seasonal"]
        outcome = world.solve(Shock(quotas=(QuotaChange("MEX", "USA", "low", persons=places),)))
        out["us_irregular_mexicans"] = to_percent(_stock_change(world, outcome, ("MEX",), ("USA",), 2))
        doubled = tuple(Enforcement(origin, "ESP", 2.0) for origin in _WEST_AFRICA)
        outcome = world.solve(Shock(enforcement=doubled))
        out["canaries"] = to_percent(_stock_change(world, outcome, _WEST_AFRICA, ("ESP",), 2))
        origins = tuple(sorted({a for a, b, _ in _corridors(e, world.channels) if b == "GBR"}))
        dearer = tuple(ChannelCost(origin, "GBR", "asylum", cost) for origin in origins)
        outcome = world.solve(Shock(channel_costs=dearer))
        out["uk_asylum"] = to_percent(_stock_change(world, outcome, origins, ("GBR",), 1))
        return out


@dataclass(frozen=True)
class _Effects:
    """Effects of today's migration on non-migrants, as shares of their pay; N × 2 each."""

    economy: Economy
    people: Array
    pay: Array
    budget: Array
    total: Array

    def _rows(self, codes: Iterable[str]) -> list[int]:
        return [self.economy.place(code) for code in codes]

    def gainers(self, codes: Iterable[str]) -> float:
        """Share of non-migrants who gain."""
        rows = self._rows(codes)
        return float(self.people[rows][self.total[rows] > 0].sum() / self.people[rows].sum())

    def mean(self, effect: Array, codes: Iterable[str]) -> float:
        """Mean effect over non-migrants."""
        rows = self._rows(codes)
        return float((effect[rows] * self.people[rows]).sum() / self.people[rows].sum())


def _set(e: Economy, **changes: float) -> Economy:
    """Keep the baseline under other behavioural coefficients."""
    return replace(e, coefficients=replace(e.coefficients, **changes))


def _corridors(e: Economy, c: Channels) -> list[tuple[str, str, str]]:
    """Every corridor on record by skill."""
    m = c.menu
    names = ("low", "high")
    return [
        (e.codes[i], e.codes[j], names[s])
        for i, j, s in zip(m.origin.tolist(), m.place.tolist(), m.skill.tolist(), strict=True)
    ]


def _share(table: Array, top: str, bottom: str) -> float:
    return float(table[:, ROWS.index(top)].sum() / table[:, ROWS.index(bottom)].sum())


def _leave(e: Economy, place: str, share: float) -> Shock:
    """Send a share of everybody born abroad back from one place; negative brings more of the same."""
    j = e.place(place)
    moves = []
    for i, s in np.argwhere(e.units[:, j] > 0).tolist():
        workers = float(e.workers[i, j, s])
        if i == j or workers <= 0:
            continue
        unit = float(e.units[i, j, s]) / workers
        moves.append(Move(e.codes[i], place, e.codes[i], ("low", "high")[s], workers * share, unit, 1.0))
    return Shock(moves=tuple(moves))


def _stock_change(
    world: ChannelWorld, outcome: ChannelOutcome, origins: Iterable[str], places: Iterable[str], channel: int
) -> float:
    """Relative change of a stock over some corridors; 0 where nobody was there."""
    e = world.economy
    pairs = [(e.place(a), e.place(b)) for a in origins for b in places if a != b]
    before = sum(float(world.channels.persons[i, j, :, channel].sum()) for i, j in pairs)
    after = sum(float(outcome.persons[i, j, :, channel].sum()) for i, j in pairs)
    return after / before - 1 if before > 0 else 0.0
