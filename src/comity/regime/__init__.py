"""Regime: agreements as data, how far each area has come, and what an agreement holds or lacks (DESIGN §8).

Purpose: a typed register of instruments by corridor and area, the test of one agreement, what several have in
common, and the speed of cooperation in the three areas, with "not coded", "not published" and "not known"
apart.

Who may import me: services. I may import evidence and the ground floor, and know nothing of bargaining.

Where to start: :class:`Register` for what is on record, :func:`examine` for one agreement, :func:`compare`
for several, :func:`measure_speed` for the claim that two areas are ahead of the third.
"""

from __future__ import annotations

from comity.regime.agencies import Agency, Leader, Mandates, Meeting, read_mandates
from comity.regime.agreement import Agreement, Clause, Force, Publication
from comity.regime.areas import FreeMovementArea, Membership, read_areas
from comity.regime.checklist import Breach, Checklist, Item, Mark, read_checklist
from comity.regime.commonground import Cell, CommonGround, Shared, compare
from comity.regime.coverage import Association, Count, Coverage, measure_coverage
from comity.regime.examine import Examination, Finding, Verdict, examine
from comity.regime.register import Entry, Kind, Register, Unknown
from comity.regime.speed import Comparison, Speed, measure_speed
from comity.regime.tags import Tags

__all__ = [
    "Agency",
    "Agreement",
    "Association",
    "Breach",
    "Cell",
    "Checklist",
    "Clause",
    "CommonGround",
    "Comparison",
    "Count",
    "Coverage",
    "Entry",
    "Examination",
    "Finding",
    "Force",
    "FreeMovementArea",
    "Item",
    "Kind",
    "Leader",
    "Mandates",
    "Mark",
    "Meeting",
    "Membership",
    "Publication",
    "Register",
    "Shared",
    "Speed",
    "Tags",
    "Unknown",
    "Verdict",
    "compare",
    "examine",
    "measure_coverage",
    "measure_speed",
    "read_areas",
    "read_checklist",
    "read_mandates",
]
