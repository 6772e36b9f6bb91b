"""The readable form of a proposal.

Who may import me: :mod:`comity.services.propose`. Start at :func:`write_document`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.reports.document import (
    Answer,
    Cell,
    Column,
    Document,
    Heading,
    Meta,
    Name,
    Notice,
    Source,
    Table,
    text,
)
from comity.units import USD_MILLION_YEAR
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from comity.services.propose import Proposal

__all__ = ["write_document"]


def _money(value: float, key: str, party: str) -> Figure:
    return Figure(value, USD_MILLION_YEAR, SourceClass.MODELLED, f"model:§3.12|{key}|{party}")


def write_document(proposal: Proposal) -> Document:
    """Lay out candidates by joint gain, with each party's own gain beside it."""
    count = Figure(float(len(proposal.candidates)), "clauses", SourceClass.MODELLED, "model:§5.3")
    columns = (
        Column("Clause"), Column("Gives"), Column("Gets"), Column("Up to"), Column("Joint gain", signed=True),
        *(Column(Name(code), signed=True) for code in proposal.parties),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for c in proposal.candidates:
        unit = c.clause.unit or "value"
        at = Figure(c.clause.strongest, unit, SourceClass.MODELLED, f"model:§5.3|{c.clause.key}")
        rows.append(
            (
                text("{code} {name}", code=Name(c.clause.instrument), name=Name(c.name)),
                Name(c.clause.giver),
                Name(c.clause.beneficiary),
                at,
                _money(c.joint, c.clause.key, "all"),
                *(_money(c.gains[code], c.clause.key, code) for code in proposal.parties),
            )
        )
    people = " – ".join(proposal.names[code] for code in proposal.parties)
    return Document(
        title=text("Areas of reciprocity: {people}", people=Name(people)),
        subtitle="A draft to be changed by those who know the parties; not a recommendation.",
        blocks=(
            Answer(text("{n} that at least one party gains from, by joint gain", n=count), "note"),
            Heading(2, "Candidates", "candidates"),
            Table(
                "What each clause is worth alone at full value",
                columns,
                tuple(rows),
                note="Modelled at central parameter values; ranges come with the deal report.",
            ),
            *(Notice("limit", note) for note in proposal.notes),
        ),
        sources=(Source("model:", "Comity world model", "Comity", licence="Apache-2.0"),),
        meta=Meta(disclaimer="Advisory. Comity ranks clauses, never countries.", command="comity propose"),
    )
