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
TABLES = ("refugees", "returns_after_order")


def gather_facts(evidence: Evidence) -> Facts:
    """Latest returns that followed an order by corridor, and the largest refugee group of each host.

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> facts = gather_facts(Evidence.load())
    >>> facts.returned["MAR", "ESP"] > 0
    True
    """
    orders = evidence.table("returns_after_order").astype({"citizenship": str, "destination": str})
    latest = orders.sort_values("year").groupby(["citizenship", "destination"])["persons"].last()
    refugees = evidence.table("refugees").astype({"origin": str, "destination": str})
    refugees = refugees[(refugees["year"] == refugees["year"].max()) & (refugees["refugees"] > 0)]
    largest = refugees.sort_values(["refugees", "origin"]).groupby("destination")["origin"].last()
    return Facts(
        returned=dict(zip(latest.index.to_list(), latest.astype(float), strict=True)),
        refugee_origins={str(host): str(origin) for host, origin in largest.items()},
    )
