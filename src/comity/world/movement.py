"""The world in channel mode: people choose where to live and through which channel (§3.7–§3.9).

Who may import me: services and doors' tests. Start at :class:`ChannelWorld`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from comity.errors import InputError
from comity.evidence import Evidence, Parameters
from comity.world.aggregate import merge_channels, merge_economies
from comity.world.calibrate import PARAMETERS as ECONOMY_PARAMETERS
from comity.world.calibrate import calibrate
from comity.world.channel_ledger import find_home_income, keep_channel_ledger, list_lines
from comity.world.channels import PARAMETERS, Channels, calibrate_channels
from comity.world.choice import Effort
from comity.world.economy import SKILLS
from comity.world.equilibrium import read_prices
from comity.world.figures import gather
from comity.world.formation import Formation
from comity.world.joint import Joint, count_unknowns, evaluate_joint, factor_joint, solve_joint
from comity.world.labour import Ground, Stocks, carry, lay_ground
from comity.world.policy import read_policy
from comity.world.registers import IRREGULAR_IN_US, gather_registers
from comity.world.sensitivity import Sensitivity, differentiate
from comity.world.shock import CHANNEL_ITEMS, QuotaChange, Shock
from comity.world.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from comity.world.direction import Item
    from comity.world.economy import Array, Economy
    from comity.world.equilibrium import Factors, Prices
    from comity.world.given import Given
    from comity.world.ledger import Ledger, Line

__all__ = ["ChannelOutcome", "ChannelWorld", "ExpectedUtility"]


@dataclass(frozen=True, slots=True)
class ExpectedUtility:
    """Change of expected utility of people by birthplace and skill.

    ``index`` is the factor on income that would be worth as much (1: no change); ``usd`` is that per person
    and year at today's pay at home, US$ at purchasing power parity; N × 2 each.
    """

    index: Array
    usd: Array


@dataclass(frozen=True)
class ChannelOutcome:
    """A solved counterfactual in channel mode.

    Attributes
    ----------
    economy, channels, switches, shock
        What was asked.
    given, prices
        As in :class:`comity.world.Outcome`.
    steps, factorings
        Work done.
    """

    economy: Economy
    channels: Channels
    switches: Switches
    shock: Shock
    given: Given
    prices: Prices
    joint: Joint
    ground: Ground
    steps: int
    factorings: int

    @property
    def lines(self) -> tuple[Line, ...]:
        """Lines of the ledger."""
        return list_lines(self.switches.rent_holder)

    @property
    def error(self) -> float:
        """Largest residual of the joint system."""
        return self.joint.size

    @cached_property
    def persons(self) -> Array:
        """Stocks by birthplace, place, skill and channel after the change; N × N × 2 × 3."""
        m, n = self.channels.menu, len(self.channels)
        out = np.zeros((n, n, 2, 3))
        out[m.origin, m.place, m.skill] = self.joint.choice.stock
        own = np.arange(n)
        out[own, own, :, 0] = self.joint.choice.home
        _relocate(out, self.economy, self.shock)
        return out

    @cached_property
    def queue(self) -> Array:
        """Q' of regular entry; N × N × 2; today's where nobody is on record."""
        m = self.channels.menu
        out = self.channels.queue.copy()
        out[m.origin, m.place, m.skill] = self.joint.choice.queue
        return out

    @property
    def complementarity(self) -> float:
        """Largest violation of q ≥ 1 ⟂ N'_W ≤ Q: of either sign, or of both slack at once; relative to Q."""
        c, quota = self.joint.choice, self.ground.policy.pull.quota
        capped = np.isfinite(quota)
        if not capped.any():
            return 0.0
        most = quota[capped]
        room = (most - c.stock[capped, 0]) / np.where(most > 0, most, 1.0)
        excess = c.queue[capped] - 1
        return float(np.abs(np.minimum(excess, room)).max())

    def ledger(self) -> Ledger:
        """Lines of net benefit for every economy (§3.12), with those of queues and channels."""
        c = self.joint.choice
        with np.errstate(divide="ignore"):
            log_queue = np.log(c.queue)
        return keep_channel_ledger(
            self.ground, self.given, self.prices, self.shock, Stocks(c.stock, c.home), log_queue, c.log_gain,
            self.switches.rent_holder,
        )  # fmt: skip

    def multiplier(self) -> Array:
        """λ = y ln q', shadow price of one regular place; US$ a year at PPP, N × N × 2."""
        with np.errstate(divide="ignore"):
            return np.asarray(self.home_income[:, None, :] * np.log(self.queue))

    def rent(self) -> Array:
        """Rent of all regular places, N'_W λ, whoever gets it; US$ at purchasing power parity, N × N × 2."""
        held = self.persons[..., 0]
        return np.where(held > 0, held * np.where(held > 0, self.multiplier(), 0.0), 0.0)

    def real_wage(self) -> Array:
        """Change of the real wage, ŵ/P̂, by economy, skill and (native, migrant); N × 2 × 2."""
        return np.asarray(self.given.pay * (self.prices.factor / self.prices.index)[:, None, None])

    def expected_utility(self) -> ExpectedUtility:
        """Change of expected utility by birthplace and skill, queues and tastes counted."""
        gain = self.joint.choice.log_gain
        return ExpectedUtility(np.exp(gain), gain * self.home_income)

    @cached_property
    def home_income(self) -> Array:
        """Pay at home today per person born there, after tax, US$ at purchasing power parity; N × 2."""
        return find_home_income(self.ground)


def _relocate(persons: Array, e: Economy, shock: Shock) -> None:
    """Add people moved by number, in place.

    Who pays less than the ordinary tax leaves the irregular channel first, then asylum (claims refused),
    then the regular one; others leave in the opposite order. They arrive as regular residents unless they
    pay less.

    Raises
    ------
    InputError
        Fewer people live there, after everybody has chosen, than are to be moved.
    """
    for move in shock.moves:
        i, s = e.place(move.birthplace), SKILLS.index(move.skill)
        a, b = e.place(move.source), e.place(move.target)
        left = move.persons
        for k in (0, 1, 2) if move.tax_source == 1 else (2, 1, 0):
            taken = min(left, float(persons[i, a, s, k]))
            persons[i, a, s, k] -= taken
            left -= taken
        if left > _ROUNDING_TOLERANCE * move.persons:
            msg = (
                f"{left:,.0f} more {move.skill}-skill people born in {move.birthplace} would be moved out of "
                f"{move.source} than live there after everybody has chosen"
            )
            raise InputError(msg, accepted="a smaller number of persons")
        persons[i, b, s, 0 if b == i or move.tax_target == 1 else 2] += move.persons


_ROUNDING_TOLERANCE: Final = 1e-9


def _require_trade(e: Economy) -> None:
    """Refuse an economy that sells or buys nothing abroad: no price ties it to the others."""
    foreign = e.sales * ~np.eye(len(e), dtype=bool)
    for axis, what in ((1, "sells nothing to"), (0, "buys nothing from")):
        alone = np.flatnonzero(foreign.sum(axis=axis) <= 0)
        if len(e) > 1 and len(alone):
            msg = f"{e.codes[int(alone[0])]} {what} any other economy: it has no trade"
            raise InputError(msg, accepted="sales and purchases abroad for every economy")


class ChannelWorld:
    """A calibrated economy in which people choose place and channel, and regular places may be rationed.

    Examples
    --------
    >>> from comity.world.examples import random_channels, random_economy
    >>> from comity.world.shock import QuotaChange
    >>> e = random_economy(4, seed=1)
    >>> world = ChannelWorld(e, random_channels(e, seed=1))
    >>> out = world.solve(Shock(quotas=(QuotaChange("E00", "E01", "low", factor=1.1),)))
    >>> out.error <= 1e-10, out.complementarity <= 1e-8
    (True, True)
    """

    def __init__(self, economy: Economy, channels: Channels, switches: Switches | None = None) -> None:
        _require_trade(economy)
        if len(channels) != len(economy):
            msg = f"channels for {len(channels)} economies in a world of {len(economy)}"
            raise InputError(msg, accepted="stocks by channel for every economy of the world")
        self.switches = switches if switches is not None else Switches()
        self.channels = channels
        self.economy = self.switches.apply(economy, channels.factors)
        f = channels.factors
        self.effort = Effort(
            f.theta, f.eta, f.network if self.switches.network else 0.0, self.switches.deflection
        )

    @property
    def formation(self) -> Formation | None:
        """How emigration forms skills; None where that is switched off."""
        elasticity = self.channels.factors.brain_gain
        return Formation(self.channels.menu, elasticity) if self.switches.brain_gain else None

    @classmethod
    def load(
        cls,
        evidence: Evidence | None = None,
        parameters: Parameters | None = None,
        switches: Switches | None = None,
    ) -> Self:
        """Load the full world on the evidence pack, at central parameter values unless others are given."""
        values = parameters if parameters is not None else Parameters.load()
        pack = evidence if evidence is not None else Evidence.load()
        names = dict.fromkeys(
            (*ECONOMY_PARAMETERS, *PARAMETERS, *(f"world.choice.irregular_us.{x}" for x in IRREGULAR_IN_US))
        )
        numbers = {name: values.value(name) for name in names}
        economy = calibrate(gather(pack), numbers)
        registers = gather_registers(pack, economy.codes, numbers)
        return cls(economy, calibrate_channels(economy, registers, numbers), switches)

    def __repr__(self) -> str:
        m = self.channels.menu
        rationed = int(np.isfinite(m.quota).sum())
        return (
            f"ChannelWorld({len(self.economy)} economies, {len(m.total)} corridors by skill, "
            f"{rationed} of them with rationed regular places)"
        )

    def with_switches(self, **changes: Any) -> Self:  # noqa: ANN401  (a switch is a bool or a name)
        """Keep the baseline and solve under other switches."""
        return type(self)(self.economy, self.channels, replace(self.switches, **changes))

    def aggregate(self, keep: Iterable[str], groups: Mapping[str, str]) -> Self:
        """Merge into a smaller world: ``keep`` stay as they are, the rest by ``groups`` (code → region)."""
        kept = frozenset(keep)
        economy = merge_economies(self.economy, kept, groups)
        return type(self)(economy, merge_channels(self.economy, self.channels, kept, groups), self.switches)

    def _ground(self, shock: Shock) -> Ground:
        plain = replace(shock, **dict.fromkeys(CHANNEL_ITEMS, ()))
        policy = read_policy(self.economy, self.channels, shock)
        return lay_ground(self.economy, self.channels, policy, shock, plain, self.formation)

    @cached_property
    def factors(self) -> Factors:
        """LU factors of the Jacobian at the baseline."""
        ground = self._ground(Shock())
        start = np.zeros(count_unknowns(ground))
        return factor_joint(evaluate_joint(start, ground, self.effort), ground)

    @cached_property
    def _near(self) -> Factors:
        """The same in single precision, for sweeps."""
        return self.factors[0].astype(np.float32), self.factors[1]

    def solve(self, shock: Shock, *, start: Array | None = None) -> ChannelOutcome:
        """Solve a counterfactual in channel mode.

        Parameters
        ----------
        shock
            What changes; moves relocate people by number, on top of what others choose.
        start
            6N unknowns to start from: log ω̂, log P̂, log real pay of migrants and of natives by skill.

        Raises
        ------
        InputError
            The shock asks for what the world does not hold.
        SolveError
            No equilibrium was reached; the message names the economy.
        """
        ground = self._ground(shock)
        joint, steps, factorings = solve_joint(ground, self.effort, self.factors, start)
        given = carry(ground, Stocks(joint.choice.stock, joint.choice.home), full=True)
        prices = read_prices(
            joint.z, self.economy, joint.point, joint.kernel, joint.size, (steps, factorings)
        )
        outcome = ChannelOutcome(
            self.economy, self.channels, self.switches, shock, given, prices, joint, ground, steps, factorings
        )  # fmt: skip
        if shock.moves:
            _ = outcome.persons  # says so where fewer people are left than are to be moved
        return outcome

    def differentiate(self, outcome: ChannelOutcome, instruments: Sequence[Item]) -> Sensitivity:
        """Differentiate each ledger line by each instrument (:mod:`comity.world.sensitivity`)."""
        return differentiate(outcome, instruments, self._near)

    def to_quota(self, shock: Shock, *, families: bool = True) -> Shock:
        """Turn moves of regular entry into changes of quota, and keep all else.

        A move counts as regular entry where people leave their birthplace and pay the ordinary tax. A place
        is for a worker, and a stock of residents includes those who do not work: with ``families`` the
        ceiling rises by as many persons as bring the working units of the move, in the corridor's present mix
        of workers and others (a little over two residents a place); without, by the persons of the move, of
        whom then only the usual share works. Moves in corridors without anybody on record,
        returns and onward moves stay as they are.
        """
        e, c = self.economy, self.channels
        kept, quotas = [], []
        for move in shock.moves:
            i, j = e.place(move.birthplace), e.place(move.target)
            s = SKILLS.index(move.skill) if move.skill in SKILLS else 0
            regular = move.source == move.birthplace != move.target and move.tax_target == 1
            unit = float(c.units[i, j, s, 0])
            if not regular or unit <= 0 or c.persons[i, j, s].sum() <= 0:
                kept.append(move)
                continue
            persons = move.persons * (move.work_target / unit if families else 1.0)
            quotas.append(QuotaChange(move.birthplace, move.target, move.skill, persons=persons))
        return replace(shock, moves=tuple(kept), quotas=shock.quotas + tuple(quotas))
