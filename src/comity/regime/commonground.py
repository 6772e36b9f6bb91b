"""What several agreements share, where they differ, and what could be merged into one schedule (E111).

Cells follow a schedule of services commitments (GATS): sector, mode, type, and a level that is *none* (no
limitation), *limitations* or *unbound*. The carrying over to migration clauses is ours.

Who may import me: services. Start at :func:`compare`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from comity.errors import InputError
from comity.regime.agreement import Agreement, Clause, Force
from comity.regime.tags import Tags
from comity.vocabulary import Area

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Cell", "CommonGround", "Merge", "Shared", "compare"]


class Merge(StrEnum):
    """What can be done with a shared provision."""

    READY = "ready"
    LEVEL = "agree on a level"
    FORCE = "agree on how far it binds"
    SIDES = "agree on who gives"
    OPEN = "not known"


@dataclass(frozen=True, slots=True)
class Cell:
    """One agreement's commitment under one tag, as a cell of a schedule.

    ``level`` is ``none`` (bound without limitation), ``limitations`` (best effort, a mention, or a stated
    number), ``unbound`` (no such clause) or ``not known``.
    """

    agreement: str
    clauses: tuple[str, ...]
    level: str
    force: Force
    value: float | None
    unit: str
    giver_role: str


@dataclass(frozen=True, slots=True)
class Shared:
    """One tag across all agreements.

    ``weakest`` and ``strongest`` are the ends of the values that are told, as the catalogue orders
    concessions; None where fewer than two agreements tell a value.
    """

    tag: str
    title: str
    area: Area | None
    cells: tuple[Cell, ...]
    held_by: int
    weakest: float | None
    strongest: float | None
    unit: str
    merge: Merge
    reasons: tuple[str, ...]

    @property
    def type(self) -> str:
        """Type of commitment in the sense of GATS."""
        if self.area is Area.LEGAL_ENTRY:
            return "market access"
        return "national treatment" if self.area is Area.RIGHTS_WELFARE else "additional commitment"

    @property
    def mode(self) -> str:
        """Mode of supply; entry is mode 4, all else is horizontal."""
        return "4" if self.area is Area.LEGAL_ENTRY else "horizontal"


@dataclass(frozen=True, slots=True)
class CommonGround:
    """All tags that any agreement holds, the widely shared first."""

    agreements: tuple[Agreement, ...]
    rows: tuple[Shared, ...]

    @property
    def core(self) -> tuple[Shared, ...]:
        """Provisions that every agreement holds."""
        return tuple(r for r in self.rows if r.held_by == len(self.agreements))

    @property
    def partly(self) -> tuple[Shared, ...]:
        """Provisions that some hold and others do not, but more than one does."""
        return tuple(r for r in self.rows if 1 < r.held_by < len(self.agreements))

    @property
    def single(self) -> tuple[Shared, ...]:
        """Provisions that one agreement alone holds."""
        return tuple(r for r in self.rows if r.held_by == 1)

    @property
    def divergent(self) -> tuple[Shared, ...]:
        """Provisions that more than one holds, and not alike."""
        return tuple(r for r in self.rows if r.held_by > 1 and r.merge is not Merge.READY)


def compare(agreements: Sequence[Agreement], *, tags: Tags | None = None, fewest: int = 2) -> CommonGround:
    """Compare agreements, by tag. The order in which they are given changes nothing.

    ``fewest`` is 1 for a text drafted from one agreement, which shares everything with itself.

    Raises
    ------
    InputError
        Fewer than ``fewest`` agreements, or two with one key.
    """
    listed = tuple(sorted(agreements, key=lambda a: a.key))
    keys = [a.key for a in listed]
    if len(listed) < fewest:
        msg = "one agreement has nothing to be compared with" if listed else "no agreement"
        raise InputError(msg, accepted=f"{'one' if fewest == 1 else 'two'} or more agreement files")
    if len(set(keys)) < len(keys):
        double = next(k for k in keys if keys.count(k) > 1)
        msg = f"two agreements have the key '{double}'"
        raise InputError(msg, accepted="a key of its own for each agreement")
    known = tags or Tags.load()
    held = {t for a in listed for c in a.clauses for t in c.tags}
    rows = [_row(tag, listed, known) for tag in held]
    order = {area: place for place, area in enumerate(Area)}
    rows.sort(key=lambda r: (-r.held_by, order.get(r.area, len(order)) if r.area else len(order), r.tag))
    return CommonGround(listed, tuple(rows))


def _row(tag: str, agreements: tuple[Agreement, ...], tags: Tags) -> Shared:
    cells = tuple(_cell(tag, a) for a in agreements)
    holding = [c for c in cells if c.clauses]
    instrument = tags.catalogue.instruments.get(tag)
    values = [c.value for c in holding if c.value is not None]
    weakest = strongest = None
    if instrument is not None and len(values) > 1:
        high = tags.catalogue.stronger[tag] == "high"
        weakest, strongest = (min(values), max(values)) if high else (max(values), min(values))
    reasons = _reasons(holding, values)
    first = next((m for m in Merge if m in reasons), Merge.READY)
    return Shared(
        tag, tags.title(tag), tags.area(tag), cells, len(holding), weakest, strongest,
        instrument.parameter.unit if instrument else "", first if len(holding) > 1 else Merge.OPEN,
        tuple(str(r) for r in reasons) if len(holding) > 1 else (),
    )  # fmt: skip


def _reasons(holding: list[Cell], values: list[float]) -> tuple[Merge, ...]:
    """Say what stands between the agreements and one text; empty when nothing does."""
    found: list[Merge] = []
    if len(set(values)) > 1 or (values and len(values) < len(holding)):
        found.append(Merge.LEVEL)
    forces = {c.force for c in holding}
    if len(forces - {Force.NOT_KNOWN}) > 1:
        found.append(Merge.FORCE)
    if len({c.giver_role for c in holding} - {""}) > 1:
        found.append(Merge.SIDES)
    if Force.NOT_KNOWN in forces:
        found.append(Merge.OPEN)
    return tuple(found)


def _cell(tag: str, agreement: Agreement) -> Cell:
    clauses = [c for c in agreement.clauses if tag in c.tags]
    if not clauses:
        return Cell(agreement.key, (), "unbound", Force.NOT_KNOWN, None, "", "")
    force = min((c.force for c in clauses), key=list(Force).index)
    lead = _lead(clauses, force)
    roles = {agreement.role(c.giver) or "" for c in clauses}
    return Cell(
        agreement.key, tuple(c.key for c in clauses), _level(clauses, force), force,
        lead.value if lead else None, lead.unit if lead else "", roles.pop() if len(roles) == 1 else "",
    )  # fmt: skip


def _lead(clauses: list[Clause], force: Force) -> Clause | None:
    """Return the strictest clause that tells a value; None when two of them tell different ones."""
    told = [c for c in clauses if c.value is not None and c.force is force]
    return told[0] if len({c.value for c in told}) == 1 else None


def _level(clauses: list[Clause], force: Force) -> str:
    if force is Force.NOT_KNOWN:
        return "not known"
    limited = force is not Force.BINDING or any(c.value is not None for c in clauses)
    return "limitations" if limited else "none"
