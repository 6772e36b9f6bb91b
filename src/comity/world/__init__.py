"""World: one equilibrium of trade, work and movement for all economies of the pack (DESIGN §3).

Purpose: calibrate a baseline on evidence, solve counterfactuals in quantity mode, and write each country's
net benefit as a ledger of lines in US$ per year.

Who may import me: services. I may import evidence and the ground floor, and know nothing of bargaining.

Where to start: :class:`World` (``World.load().solve(shock).ledger()``), then :mod:`comity.world.equilibrium`
for the equations and :mod:`comity.world.actions` for what each instrument does.
"""

from __future__ import annotations

from comity.world.actions import ACTIONS, Facts, Setting, act, find_gap
from comity.world.calibrate import calibrate
from comity.world.channels import ChannelFactors, Channels, calibrate_channels
from comity.world.draws import Evaluate, PackageLedgers, pack_figures, run_draws, sum_members
from comity.world.economy import Coefficients, Economy
from comity.world.facts import gather_facts
from comity.world.figures import Figures, gather
from comity.world.ledger import COUNTS, DEFAULT_COUNTS, LINES, Ledger, Line
from comity.world.movement import ChannelOutcome, ChannelWorld, ExpectedUtility
from comity.world.parts import Part, act_part, act_parts
from comity.world.registers import Registers, gather_registers
from comity.world.shock import (
    CHANNELS,
    Amenity,
    ChannelCost,
    CloseChannel,
    Cost,
    Enforcement,
    FeeCut,
    Move,
    OpenCorridor,
    QuotaChange,
    Recognition,
    Shock,
    TariffCut,
    TradeCost,
    Transfer,
)
from comity.world.switches import RENT_HOLDERS, Switches
from comity.world.world import Outcome, World

__all__ = [
    "ACTIONS",
    "CHANNELS",
    "COUNTS",
    "DEFAULT_COUNTS",
    "LINES",
    "RENT_HOLDERS",
    "Amenity",
    "ChannelCost",
    "ChannelFactors",
    "ChannelOutcome",
    "ChannelWorld",
    "Channels",
    "CloseChannel",
    "Coefficients",
    "Cost",
    "Economy",
    "Enforcement",
    "Evaluate",
    "ExpectedUtility",
    "Facts",
    "FeeCut",
    "Figures",
    "Ledger",
    "Line",
    "Move",
    "OpenCorridor",
    "Outcome",
    "PackageLedgers",
    "Part",
    "QuotaChange",
    "Recognition",
    "Registers",
    "Setting",
    "Shock",
    "Switches",
    "TariffCut",
    "TradeCost",
    "Transfer",
    "World",
    "act",
    "act_part",
    "act_parts",
    "calibrate",
    "calibrate_channels",
    "find_gap",
    "gather",
    "gather_facts",
    "gather_registers",
    "pack_figures",
    "run_draws",
    "sum_members",
]
