"""What is known: sourced tables, parameters, catalogues, and where each figure comes from (§2).

Who may import me: world and services. Start at :class:`Evidence`, then :class:`Parameters` and
:class:`Catalogue`.
"""

from __future__ import annotations

from comity.evidence.catalogue_set import Catalogue
from comity.evidence.pack import Evidence, Gap
from comity.evidence.parameter_set import Parameters
from comity.evidence.provenance import Reference, Trace, evidence_reference, parse
from comity.evidence.sidecar import TableMeta

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
