"""Coherence: whether a government's ministries pull the same way (DESIGN §7).

Purpose: follow each measure over signed, conditioned edges to the outcomes that other ministries answer for;
name conflicts, synergies and gaps; find the smallest repair.

Who may import me: services. I may import evidence and the ground floor.

Where to start: :func:`assess`, then :mod:`comity.coherence.chains` for how an effect is followed.
"""

from __future__ import annotations

from comity.coherence.assess import SEVERITIES, Assessment, Finding, assess, grade_chain
from comity.coherence.chains import LONGEST, Chain, Link, Network, find_loops, follow
from comity.coherence.portfolio import OPPOSITES, Measure, Objective, Portfolio, StateValue
from comity.coherence.repair import Repair, Step, find_repair

__all__ = [
    "LONGEST", "OPPOSITES", "SEVERITIES", "Assessment", "Chain", "Finding", "Link", "Measure", "Network",
    "Objective", "Portfolio", "Repair", "StateValue", "Step", "assess", "find_loops", "find_repair", "follow",
    "grade_chain",
]  # fmt: skip
