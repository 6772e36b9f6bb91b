"""A scenario in one draw of the full world: ledgers of every economy, what output is made of, who moved.

Who may import me: the world room and services. Start at :class:`ScenarioRun`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from comity.errors import InputError, SolveError
from comity.world.calibrate import calibrate
from comity.world.channel_ledger import CHANNEL_LINES
from comity.world.channels import calibrate_channels
from comity.world.economy import SKILLS
from comity.world.movement import ChannelWorld
from comity.world.scenarios import Frame, Scope, find_scenario, name_groups
from comity.world.shock import CHANNEL_ITEMS, Move, Shock
from comity.world.switches import Switches
from comity.world.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.world.channels import Channels
    from comity.world.economy import Array, Economy
    from comity.world.equilibrium import Prices
    from comity.world.figures import Figures
    from comity.world.given import Given
    from comity.world.ledger import Ledger
    from comity.world.movement import ChannelOutcome
    from comity.world.registers import Registers
    from comity.world.scenarios import Setting
    from comity.world.world import Outcome

__all__ = ["ACCOUNTS", "ROWS", "Accounts", "ScenarioRun", "decompose_output", "solve_far"]

#: Figures of each economy beside its ledger: real value added before and its change, at market prices and at
#: purchasing power parity; the parts of the latter that come from people in work, from capital that follows,
#: and from prices, trade and productivity; persons who came by channel, and persons of it who left.
ACCOUNTS: Final = (
    "output", "output_change", "output_ppp", "output_ppp_change", "from_work", "from_capital",
    "from_prices", "regular", "asylum", "irregular", "born_abroad",
)  # fmt: skip

#: Columns of a run: the ledger's lines, then :data:`ACCOUNTS`.
ROWS: Final = (*(line.name for line in CHANNEL_LINES), *ACCOUNTS)

#: A large shock that is not reached at once is approached in this many steps.
APPROACH_STEPS: Final = 8


class Accounts(NamedTuple):
    """Real value added before and after, US$ of the baseline; and the parts of its change; N each."""

    before: Array
    after: Array
    work: Array
    capital: Array
    prices: Array


def decompose_output(e: Economy, g: Given, p: Prices) -> Accounts:
    """Split the change of real value added exactly into work, capital and prices.

    With V̂ = L̂^λ K̂^(1−λ) and real value added V ω̂ V̂ / P̂, the logarithmic mean of before and after times
    ln(L̂^λ), ln(K̂^(1−λ)) and ln(ω̂/P̂) adds up to the change (Sato 1976; Vartia 1976). Productivity and
    cheaper trade show in ω̂/P̂.
    """
    before = e.value_added
    ratio = p.factor * g.quantity / p.index
    after = before * ratio
    capital = (1 - e.labour_share) * np.log(g.capital)
    work = np.log(g.quantity) - capital
    prices = np.log(p.factor / p.index)
    total = np.log(ratio)
    gap = np.abs(total) > np.finfo(float).eps
    mean = np.where(gap, (after - before) / np.where(gap, total, 1.0), before)
    return Accounts(before, after, mean * work, mean * capital, mean * prices)


def solve_far(world: World, shock: Shock) -> Outcome:
    """Solve a shock in quantity mode; where it is too large for one step, walk towards it.

    Raises
    ------
    SolveError
        Some step was not solved.
    """
    try:
        return world.solve(shock)
    except SolveError:
        start = None
        for step in range(1, APPROACH_STEPS + 1):
            part = tuple(replace(m, persons=m.persons * step / APPROACH_STEPS) for m in shock.moves)
            outcome = world.solve(replace(shock, moves=part), start=start)
            start = np.concatenate([np.log(outcome.prices.factor), np.log(outcome.prices.index)])
        return outcome


def _part_way(world: ChannelWorld, outcome: ChannelOutcome, share: float) -> Shock:
    """Write moves by number that take a share of the way to the long-run stocks (§3.10), from and to home."""
    e, c = world.economy, world.channels
    base = world.solve(Shock()).persons
    change = (outcome.persons - base) * share
    own = np.eye(len(e), dtype=bool)
    change[own] = 0.0
    taxed = (1.0, c.factors.irregular_tax, c.factors.irregular_tax)
    moves = []
    for i, j, s, k in np.argwhere(np.abs(change) > 0).tolist():
        people = float(change[i, j, s, k])
        away, home = float(c.units[i, j, s, k]), float(c.units[i, i, s, 0])
        there, here = (e.codes[j], e.codes[i])
        if people > 0:
            moves.append(Move(here, here, there, SKILLS[s], people, home, away, tax_target=taxed[k]))
        else:
            moves.append(Move(here, there, here, SKILLS[s], -people, away, home, tax_source=taxed[k]))
    plain: dict[str, Any] = dict.fromkeys(CHANNEL_ITEMS, ())
    return replace(outcome.shock, **plain, moves=tuple(moves))


@dataclass(frozen=True)
class ScenarioRun:
    """A scenario under one draw's values; call it with parameter values by name.

    Attributes
    ----------
    figures, registers
        The evidence; registers are None where the scenario moves nobody by choice.
    name, settings
        Which scenario, and its settings (:func:`comity.world.scenarios.read_settings`).
    scopes
        Who takes part: one solve for each.
    share
        Share of the way to the long-run stocks, between 0 and 1; 1 is the long run.
    keep
        Positions of economies whose rows are returned; None for all.
    switches
        Which mechanisms act in channel mode.

    Notes
    -----
    Returns scopes × economies × :data:`ROWS`: money in US$ per year, people in persons.
    """

    figures: Figures
    registers: Registers | None
    name: str
    settings: Mapping[str, Setting]
    scopes: tuple[Scope, ...] = (Scope(),)
    share: float = 1.0
    keep: tuple[int, ...] | None = None
    switches: Switches = field(default_factory=Switches)

    def __call__(self, values: Mapping[str, float], /) -> Array:
        """Solve the scenario for every scope."""
        scenario = find_scenario(self.name)
        groups = name_groups(self.figures)
        economy = calibrate(self.figures, values)
        channels: Channels | None = None
        movement: ChannelWorld | None = None
        if scenario.mode == "channels":
            if self.registers is None:
                msg = f"scenario {self.name} needs the registers of channels"
                raise InputError(msg, accepted="registers from gather_registers")
            channels = calibrate_channels(economy, self.registers, values)
            movement = ChannelWorld(economy, channels, self.switches)
            economy = movement.economy
        world = World(economy)
        out = []
        for scope in self.scopes:
            shock = scenario.build(Frame(economy, channels, values, self.settings, groups, scope))
            table = (
                np.zeros((len(economy), len(ROWS)))
                if shock.is_identity
                else self._solve(world, movement, shock)
            )
            out.append(table if self.keep is None else table[list(self.keep)])
        return np.stack(out)

    def _solve(self, world: World, movement: ChannelWorld | None, shock: Shock) -> Array:
        if movement is None:
            found: Outcome | ChannelOutcome = solve_far(world, shock)
            return tabulate(found, found.ledger(), None)
        outcome = movement.solve(shock)
        base = movement.channels.persons
        if self.share == 1:
            return tabulate(outcome, outcome.ledger(), outcome.persons - base)
        part = solve_far(World(movement.economy), _part_way(movement, outcome, self.share))
        return tabulate(part, part.ledger(), (outcome.persons - base) * self.share)


def tabulate(outcome: Outcome | ChannelOutcome, ledger: Ledger, moved: Array | None) -> Array:
    """Write a solved world as economies × :data:`ROWS`.

    ``moved`` is the change of stocks by birthplace, place, skill and channel, or None where people are
    moved by number, all of them regular.
    """
    e, g, p = outcome.economy, outcome.given, outcome.prices
    n = len(e)
    table = np.zeros((n, len(ROWS)))
    names = [line.name for line in ledger.lines]
    for k, name in enumerate(ROWS[: len(CHANNEL_LINES)]):
        if name in names:
            table[:, k] = ledger.values[:, names.index(name)]
    a = decompose_output(e, g, p)
    level = e.price_level
    if moved is None:
        came = g.person_change * ~np.eye(n, dtype=bool)
        by_channel = np.stack([came.sum(axis=0), np.zeros(n), np.zeros(n)], axis=1)
        away = came.sum(axis=1)
    else:
        outside = moved * ~np.eye(n, dtype=bool)[..., None, None]
        by_channel = outside.sum(axis=(0, 2))
        away = outside.sum(axis=(1, 2, 3))
    rest = (
        a.before, a.after - a.before, a.before / level, (a.after - a.before) / level, a.work / level,
        a.capital / level, a.prices / level, by_channel[:, 0], by_channel[:, 1], by_channel[:, 2], away,
    )  # fmt: skip
    table[:, len(CHANNEL_LINES) :] = np.stack(rest, axis=1)
    return table
