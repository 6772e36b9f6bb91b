"""What a package would touch in other policies, as the interactions catalogue knows it (§7.2, first depth).

Conditions are not evaluated here: each effect is listed with its condition, and the report says that the
condition is not known. Contested effects are marked as contested.

Who may import me: services. Start at :func:`list_clashes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.evidence import Catalogue
    from comity.services.roundfile import Clause

__all__ = ["Clash", "list_clashes"]


@dataclass(frozen=True, slots=True)
class Clash:
    """One known effect of a provision on another outcome.

    ``sign`` is ``+`` (raises), ``-`` (lowers), ``0`` (no effect found) or ``+/-``; ``condition`` says when,
    and whether it holds here is not known.
    """

    clause: str
    instrument: str
    outcome: str
    sign: str
    condition: str
    strength: str
    evidence_class: str
    reference: str


def _change(direction: str) -> bool:
    """Keep edges that describe granting more of the instrument, not taking it away."""
    return direction in {"introduce", "expand", "deepen", "raise", "lower", "shorter", ""}


def list_clashes(clauses: Iterable[Clause], catalogue: Catalogue) -> tuple[Clash, ...]:
    """List the catalogue's effects of the instruments in a package, in the order of the package."""
    found: list[Clash] = []
    for clause in clauses:
        if any(clash.instrument == clause.instrument for clash in found):
            continue
        for edge in catalogue.interactions:
            source, _, direction = edge.from_instrument.partition(":")
            if source != clause.instrument or not _change(direction):
                continue
            found.append(
                Clash(
                    clause.key, clause.instrument, edge.to_outcome, str(edge.sign), edge.condition,
                    edge.strength, str(edge.evidence_class), edge.reference,
                )
            )  # fmt: skip
    return tuple(found)
