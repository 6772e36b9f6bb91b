"""What is known: sourced tables, parameters, catalogues, and where each figure comes from (§2).

Who may import me: world and services. Start at :class:`Evidence`; then :class:`Parameters`, :class:`Catalogue`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.evidence.pack import Evidence, Gap
from comity.evidence.provenance import Reference, Trace, evidence_reference, parse
from comity.evidence.sidecar import TableMeta

if TYPE_CHECKING:
    from comity.evidence.catalogue_set import Catalogue
    from comity.evidence.parameter_set import Parameters

__all__ = [
    "Catalogue",
    "Evidence",
    "Gap",
    "Parameters",
    "Reference",
    "TableMeta",
    "Trace",
    "evidence_reference",
    "parse",
]


def __getattr__(name: str) -> object:
    # read on first use: most callers need the tables alone
    if name == "Parameters":
        from comity.evidence.parameter_set import Parameters  # noqa: PLC0415

        return Parameters
    if name == "Catalogue":
        from comity.evidence.catalogue_set import Catalogue  # noqa: PLC0415

        return Catalogue
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
