"""The readable form of the register: what binds a country, and one entry.

Who may import me: services. Start at :func:`write_list`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.evidence.pack import Evidence
from comity.regime import Entry, Kind
from comity.regime.register import read_fields
from comity.reports.document import (
    Answer,
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Heading,
    KeyValues,
    Meta,
    Name,
    Notice,
    Paragraph,
    Source,
    Table,
    Words,
    date,
    text,
)
from comity.services.agreement_test_document import AREA_TITLES, write_comparison, write_test
from comity.vocabulary import Area, Figure, SourceClass

if TYPE_CHECKING:
    from comity.services.agreements import AgreementEntry, AgreementList

__all__ = ["write_comparison", "write_entry", "write_list", "write_test"]

_TABLES: Final = {
    Kind.LABOUR_AGREEMENT: "labour_agreements",
    Kind.TRADE_AGREEMENT: "trade_agreements",
    Kind.TREATY: "treaty_status",
    Kind.COMPACT_VOTE: "compact_votes",
    Kind.VISA: "visa_requirement",
}
_HEADINGS: Final = {
    Kind.LABOUR_AGREEMENT: "Labour agreements",
    Kind.TRADE_AGREEMENT: "Trade agreements",
    Kind.TREATY: "Treaties",
    Kind.COMPACT_VOTE: "Votes on the compacts",
    Kind.VISA: "Visas",
    Kind.FREE_MOVEMENT: "Areas of free movement",
    Kind.OWN: "Added by you",
}
_NOTES: Final = {
    Kind.LABOUR_AGREEMENT: "Whether an agreement still holds, and which side migrants come from, is not "
    "coded.",
    Kind.TRADE_AGREEMENT: "Provisions on the movement of persons are not coded; later agreements are "
    "not on record.",
    Kind.FREE_MOVEMENT: "Members and years are recalled and must be checked before they are cited.",
}
_LONG: Final = (Kind.TRADE_AGREEMENT, Kind.TREATY)


def _told(value: object) -> Words:
    if value is True:
        return "yes"
    if value is False:
        return "no"
    return date(str(value)) if isinstance(value, int) else str(value)


def _count(kind: Kind, number: int) -> Figure:
    table = _TABLES.get(kind)
    reference = f"evidence:{table}" if table else f"catalogue:{kind.name.lower()}"
    source = SourceClass.ELICITED if kind is Kind.OWN else SourceClass.EVIDENCE
    if kind is Kind.OWN:
        reference = "agreement:"
    return Figure(float(number), "on record", source, reference)


def write_list(found: AgreementList, *, brief: bool = False) -> Document:
    """Lay out what binds a country, by kind; ``brief`` gives long lists as their number only."""
    names = found.register.names
    whom = names.get(found.country, found.country)
    if found.partner:
        whom += f" and {names.get(found.partner, found.partner)}"
    kinds = [k for k in Kind if any(e.kind is k for e in found.entries)]
    details = tuple(
        text(
            "{kind}: {n}", kind=_HEADINGS[k],
            n=_count(k, sum(e.kind is k for e in found.entries)),
        )
        for k in kinds
    )  # fmt: skip
    lead = (
        "What is on record"
        if kinds
        else "Nothing is on record that fits, which is not the same as nothing agreed"
    )
    blocks: list[Block] = [Answer(lead, "note", details)]
    for k in kinds:
        rows = [e for e in found.entries if e.kind is k]
        blocks.append(Heading(2, _HEADINGS[k], k.name.lower().replace("_", "-")))
        if brief and k in _LONG and not found.partner:
            blocks.append(Paragraph("Not listed here; ask with --full, --partner or --kind."))
        else:
            blocks.append(_table(found, k, rows))
    blocks.append(
        Notice(
            "missing", "Readmission agreements and youth mobility arrangements are in no table of the pack."
        )
    )
    return Document(
        title=text("Agreements on record: {whom}", whom=Name(whom)),
        subtitle="No entry means not on record here; it never means that nothing was agreed.",
        blocks=tuple(blocks),
        sources=_sources(),
        meta=Meta(disclaimer="Advisory. Comity ranks no country.", command="comity agreements list"),
    )


def _table(found: AgreementList, kind: Kind, rows: list[Entry]) -> Table:
    names = found.register.names
    columns = [Column("Key"), Column("What")]
    if kind not in (Kind.TREATY, Kind.COMPACT_VOTE):
        columns.append(Column("With"))
    columns.append(Column("Year"))
    areas = kind in (Kind.LABOUR_AGREEMENT, Kind.TRADE_AGREEMENT, Kind.OWN)
    columns += [Column("Rights"), Column("Control"), Column("Entry")] if areas else [Column("Status")]
    cells: list[tuple[Cell, ...]] = []
    for e in rows:
        row: list[Cell] = [Name(e.key, "code"), Name(e.title)]
        if kind not in (Kind.TREATY, Kind.COMPACT_VOTE):
            others = [c for c in e.parties if c != found.country]
            row.append(Name(names.get(others[0], others[0]) if len(others) == 1 else e.people))
        row.append(_told(e.since))
        if areas:
            row += [_told(e.areas[a]) for a in AREA_TITLES]
        else:
            row.append(Name(e.status) if e.status else None)
        cells.append(tuple(row))
    return Table(_HEADINGS[kind], tuple(columns), tuple(cells), note=_NOTES.get(kind))


def write_entry(found: AgreementEntry) -> Document:
    """Lay out one entry with its content."""
    e, names = found.entry, found.register.names
    pairs: list[tuple[Words, Words]] = [
        ("Kind", str(e.kind)),
        ("Parties", Name(", ".join(names.get(c, c) for c in e.parties))),
        ("Since", _told(e.since)),
        ("Until", "no end on record" if e.until is None else _told(e.until)),
    ]
    if e.status:
        pairs.append(("Status", Name(e.status)))
    pairs += [(title, _told(e.areas[area])) for area, title in AREA_TITLES.items() if area in e.areas]
    pairs.append(("Reference", Name(e.reference, "code")))
    blocks: list[Block] = [KeyValues(tuple(pairs))]
    if e.note:
        blocks.append(Notice("limit", Name(e.note, "quote")))
    if e.content:
        blocks += _content(e)
    return Document(
        title=text("{title} {key}", title=Name(e.title), key=Name(e.key, "code")),
        subtitle=Name(e.people),
        blocks=tuple(blocks),
        sources=_sources(),
        meta=Meta(disclaimer="Advisory.", command="comity agreements show"),
    )


def _content(e: Entry) -> list[Block]:
    assert e.content is not None  # noqa: S101  (asked by the caller)
    if e.kind is not Kind.LABOUR_AGREEMENT:
        return [Heading(2, "Clause tags", "content"), Bullets(tuple(Name(t, "code") for t in e.content))]
    titles = {f.name: (f.title, f.area) for f in read_fields()}
    order = list(Area)
    listed = sorted(e.content, key=lambda n: (order.index(titles[n][1]), list(e.content or ()).index(n)))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Name(titles[n][0]), Name(titles[n][1].value.replace("_", " ")), _told(e.content[n])) for n in listed
    )
    return [
        Heading(2, "What the text holds, as coded", "content"),
        Table("Coded fields", (Column("Field"), Column("Area"), Column("In the text")), rows),
    ]


def _sources() -> tuple[Source, ...]:
    evidence = Evidence.load()
    listed = []
    for table in _TABLES.values():
        source = evidence.meta(table).sources[0]
        listed.append(
            Source(f"evidence:{table}", source.title, source.producer, str(source.edition), source.licence,
                   source.url)
        )  # fmt: skip
    return (
        *listed,
        Source("catalogue:free_movement", "Areas of free movement, members and years [recalled]", "Comity"),
        Source("agreement:", "Agreement files that you added"),
    )
