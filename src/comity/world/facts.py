"""Evidence that single instruments need, beside what the world is calibrated on.

Who may import me: services. Start at :func:`gather_facts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.world.actions import Facts

if TYPE_CHECKING:
    from comity.evidence import Evidence

__all__ = ["TABLES", "gather_facts"]

#: Tables read here.
TABLES = ("ordered_to_leave", "refugees")


def gather_facts(evidence: Evidence) -> Facts:
    """Latest persons ordered to leave by corridor, and the largest refugee group of each host.

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> facts = gather_facts(Evidence.load())
    >>> facts.ordered_to_leave["MAR", "ESP"] > 0
    True
    """
    orders = evidence.table("ordered_to_leave").astype({"citizenship": str, "destination": str})
    latest = orders.sort_values("year").groupby(["citizenship", "destination"])["persons"].last()
    refugees = evidence.table("refugees").astype({"origin": str, "destination": str})
    refugees = refugees[(refugees["year"] == refugees["year"].max()) & (refugees["refugees"] > 0)]
    largest = refugees.sort_values(["refugees", "origin"]).groupby("destination")["origin"].last()
    return Facts(
        ordered_to_leave=dict(zip(latest.index.to_list(), latest.astype(float), strict=True)),
        refugee_origins={str(host): str(origin) for host, origin in largest.items()},
    )
