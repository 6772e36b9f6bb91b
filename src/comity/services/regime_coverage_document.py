"""The readable form of coverage: how many states have committed themselves, and at which level (E106).

Who may import me: :mod:`comity.services.regime`. Start at :func:`write_coverage`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.evidence import Evidence
from comity.reports.document import (
    Answer,
    Cell,
    Column,
    Document,
    Heading,
    Meta,
    Name,
    Notice,
    Paragraph,
    Source,
    Table,
    text,
)
from comity.units import SHARE
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from comity.regime import Coverage

__all__ = ["write_coverage"]


def _states(value: int, reference: str) -> Figure:
    return Figure(float(value), "states", SourceClass.EVIDENCE, reference)


def _share(value: float | Range, what: str) -> Figure:
    return Figure(value, SHARE, SourceClass.ESTIMATED, f"model:§8|coverage|{what}")


def write_coverage(c: Coverage) -> Document:
    """Lay out the counts, then whether nearer and global commitments go together, then what is not known."""
    titles = {x.key: x.title for x in c.counts}
    count = {x.key: x for x in c.counts}
    answer = Answer(
        text(
            "Of {n}, {vote} voted for the migration compact, which does not bind, and {icmw} are party to "
            "the convention on migrant workers, which does.",
            n=_states(len(c.states), "evidence:treaty_status"),
            vote=_states(count["gcm"].states, "evidence:compact_votes"),
            icmw=_states(count["icmw"].states, "evidence:treaty_status"),
        ),
        "note",
        (
            text(
                "{labour} have signed a labour agreement, {several} of them five or more; {movement} belong "
                "to an area of free movement.",
                labour=_states(count["labour"].states, "evidence:labour_agreements"),
                several=_states(count["labour_several"].states, "evidence:labour_agreements"),
                movement=_states(count["movement"].states, "catalogue:free_movement_members"),
            ),
            text("That states with nearer commitments have global ones more often: {claim}.", claim=c.claim),
            "How many states have a national migration policy is not known: no table of the pack codes it.",
        ),
        kicker="Coverage",
    )
    order = ("yes", "abstain", "no", "not recorded")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Name(titles[a.nearer]), Name(titles[a.further]),
            _share(a.with_nearer, f"with|{a.nearer}|{a.further}"),
            _share(a.without, f"without|{a.nearer}|{a.further}"),
            _share(a.difference, f"difference|{a.nearer}|{a.further}"), a.verdict,
        )
        for a in c.associations
    )  # fmt: skip
    return Document(
        title="How many states have committed themselves, and to what",
        subtitle="With a partner, in a region, and globally: E106, as far as it can be counted.",
        blocks=(
            answer,
            Heading(2, "Counts", "counts"),
            Table(
                "States by commitment",
                (Column("Commitment"), Column("Level"), Column("Of all")),
                tuple((Name(x.title), x.level, _states(x.states, x.reference)) for x in c.counts),
            ),
            Table(
                "Vote on the migration compact",
                tuple(Column(v) for v in order),
                (tuple(_states(c.votes.get(v, 0), "evidence:compact_votes") for v in order),),
                note="Not recorded: the source lists no vote, which is not a vote against.",
            ),
            Table(
                "States by how many of five migration treaties bind them",
                tuple(Column(Name(str(n))) for n in c.by_treaties),
                (tuple(_states(n, "evidence:treaty_status") for n in c.by_treaties.values()),),
                note="Migrant workers, refugees (convention and protocol), trafficking, smuggling.",
            ),
            Heading(2, "Do nearer and global commitments go together?", "together"),
            Paragraph(
                "Share of states with the global commitment, among those with the nearer one and among the "
                "others. It is an association: neither is shown to bring about the other."
            ),
            Table(
                "Nearer and global commitments",
                (
                    Column("Nearer"), Column("Global"), Column("Share with"), Column("Share without"),
                    Column("Difference", signed=True), Column("Verdict"),
                ),
                rows,
                note="States without a recorded vote are left out of the rows on the compact.",
            ),
            Heading(2, "What this rests on", "limits"),
            Notice(
                "missing",
                "National migration policies (laws, strategies, programmes) are not in the pack; the claim "
                "of the interview about them can be neither borne out nor contradicted here.",
            ),
            Notice(
                "limit",
                "A labour agreement counts from its signature; its end is not coded. Treaty status is of the "
                "date that each source gives. Members of areas of free movement are recalled.",
            ),
            Notice(
                "assumed",
                text("That five agreements are several is our choice. Ranges: states drawn again, {draws}.",
                     draws=Figure(float(c.draws), "draws", SourceClass.MODELLED, "model:§8|coverage|draws")),
            ),
        ),
        sources=_sources(),
        meta=Meta(
            seed=c.seed, disclaimer="Advisory. Comity ranks no country.", command="comity regime coverage"
        ),
    )  # fmt: skip


def _sources() -> tuple[Source, ...]:
    evidence = Evidence.load()
    listed = []
    for table in ("labour_agreements", "treaty_status", "compact_votes"):
        one = evidence.meta(table).sources[0]
        listed.append(
            Source(f"evidence:{table}", one.title, one.producer, str(one.edition), one.licence, one.url)
        )
    return (
        *listed,
        Source("catalogue:free_movement_members", "Areas of free movement [recalled]", "Comity"),
        Source("model:§8", "Computed from the tables named here", "Comity", licence="Apache-2.0"),
    )
