"""A schedule in the fields of others: SDG indicator 10.7.2 and the Global Compact (§9, E100).

The indicator asks a government whether policies exist, across its whole country; its answer is a government's
own. A commitment is at most one piece of it, so no score is computed here, and a sub-category without a
commitment is "nothing in this agreement", never "no". Reports to the International Migration Review Forum are
voluntary and have no fixed form; objectives of the compact are what they are usually ordered by.

Who may import me: services and doors. Start at :func:`write_report`.
"""

from __future__ import annotations

import csv
import functools
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from comity.errors import EvidenceError
from comity.evidence import Catalogue
from comity.evidence.catalogue_set import PACKED
from comity.reports.canonical import render_json
from comity.reports.document import (
    Answer,
    Block,
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
    date,
    text,
)
from comity.services.adherence import safe_cell
from comity.services.adherence_document import counted
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.protocol.conference import Charter
    from comity.services.adherence import Adherence, Standing

__all__ = ["AdherenceReport", "Placed", "instrument_of", "read_domains", "write_report"]

SCHEME: Final = "SDG10.7.2"
_CODE: Final = re.compile(r"([A-Z]{2}[0-9]{2})(?:-|$)")


@functools.cache
def read_domains() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Read sub-category by instrument, and the reason by instrument that the indicator does not ask about.

    Raises
    ------
    EvidenceError
        A code is unknown, or stands in two places.
    """
    catalogue = Catalogue.load()
    data = yaml.safe_load((PACKED / "commitment_domains.yaml").read_text(encoding="utf-8"))
    placed: dict[str, str] = {}
    for code, instruments in data["sub_categories"].items():
        catalogue.term(SCHEME, code)
        for instrument in instruments:
            if instrument in placed:
                msg = f"commitment_domains.yaml: {instrument} stands under {placed[instrument]} and {code}"
                raise EvidenceError(msg)
            placed[instrument] = code
    reasons: dict[str, str] = dict(data["not_asked"])
    for instrument in (*placed, *reasons):
        if instrument not in catalogue.instruments or (instrument in placed and instrument in reasons):
            msg = f"commitment_domains.yaml: {instrument} is unknown, or stands in two places"
            raise EvidenceError(msg)
    return placed, reasons


def instrument_of(provision: str | None, charter: Charter) -> str | None:
    """Return the instrument of a provision: as the charter says, else the code that its key begins with.

    Examples
    --------
    >>> from comity.protocol.conference import Charter
    >>> charter = Charter("Compact", ("ALB", "BRA"), provisions={"places": {"instrument": "LE02"},
    "PE01-BRA-ALB": {}}) >>> instrument_of("places", charter), instrument_of("PE01-BRA-ALB", charter),
    instrument_of(None, charter) ('LE02', 'PE01', None)
    """
    if provision is None:
        return None
    said = charter.provisions.get(provision, {}).get("instrument")
    found = _CODE.match(said if isinstance(said, str) else provision)
    code = found.group(1) if found else None
    return code if code in Catalogue.load().instruments else None


@dataclass(frozen=True, slots=True)
class Placed:
    """A commitment with where it belongs; ``reason`` says why, where it belongs nowhere."""

    standing: Standing
    instrument: str | None
    sub_category: str | None
    reason: str
    gcm: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdherenceReport:
    """A schedule by domain and objective."""

    adherence: Adherence
    placed: tuple[Placed, ...]

    def rows(self) -> list[dict[str, Any]]:
        """List a row for each sub-category and commitment; one without has a row that says so."""
        catalogue = Catalogue.load()
        rows: list[dict[str, Any]] = []
        for term in self._terms():
            domain = catalogue.term(SCHEME, term.code.partition(".")[0])
            head = {
                "domain": domain.code,
                "domain_label": domain.label,
                "sub_category": term.code,
                "sub_category_label": term.label,
                "label_mark": term.mark.value,
            }
            mine = [one for one in self.placed if one.sub_category == term.code]
            rows += [head | _facts(one) for one in mine] or [head | {"note": "nothing in this agreement"}]
        for one in self.placed:
            if one.sub_category is None:
                rows.append({"note": f"not asked by the indicator: {one.reason}"} | _facts(one))
        return [{key: row.get(key) for key in _FIELDS} for row in rows]

    def _terms(self) -> list[Any]:
        return [t for t in Catalogue.load().vocabulary if t.scheme == SCHEME and "." in t.code]

    def to_csv(self) -> str:
        """Write the rows for a spreadsheet."""
        out = io.StringIO()
        writer = csv.DictWriter(out, list(_FIELDS), lineterminator="\r\n")
        writer.writeheader()
        for row in self.rows():
            writer.writerow({key: safe_cell(value) for key, value in row.items()})
        return out.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "title": self.adherence.title,
            "at": self.adherence.at.isoformat(),
            "indicator": "SDG 10.7.2",
            "mapping": "ours, not official; wording of sub-categories recalled",
            "score": None,
            "rows": self.rows(),
        }

    def to_json(self) -> str:
        """One JSON object."""
        return render_json(self.to_dict())

    def document(self) -> Document:
        """Readable form."""
        return _write(self)


_FIELDS: Final = (
    "domain",
    "domain_label",
    "sub_category",
    "sub_category_label",
    "label_mark",
    "commitment",
    "title",
    "delegation",
    "agency",
    "indicator",
    "target",
    "value",
    "due",
    "state",
    "done_on",
    "gcm_objectives",
    "note",
)


def _facts(one: Placed) -> dict[str, Any]:
    plain = one.standing.to_dict()
    kept = {
        key: plain[key]
        for key in (
            "title",
            "delegation",
            "agency",
            "indicator",
            "target",
            "value",
            "due",
            "state",
            "done_on",
        )
    }
    return kept | {"commitment": plain["key"], "gcm_objectives": "; ".join(one.gcm)}


def write_report(charter: Charter, adherence: Adherence) -> AdherenceReport:
    """Place every commitment of a schedule in the indicator's domains and under the compact's objectives."""
    catalogue = Catalogue.load()
    sub_categories, reasons = read_domains()
    placed = []
    for one in adherence.standings:
        code = instrument_of(one.commitment.provision, charter)
        where = sub_categories.get(code or "")
        reason = ""
        if code is None:
            reason = "it rests on no instrument of the catalogue"
        elif where is None:
            reason = reasons.get(code, "it is no sub-category of the indicator")
        gcm = catalogue.instrument(code).gcm if code else ()
        placed.append(Placed(one, code, where, reason, gcm))
    return AdherenceReport(adherence, tuple(placed))


def _write(report: AdherenceReport) -> Document:
    catalogue = Catalogue.load()
    number = Name("10.7.2", "code")
    adherence = report.adherence
    inside = [one for one in report.placed if one.sub_category is not None]
    lead = text(
        "{n} of {all} bear on a question of SDG indicator {number}.",
        n=counted(len(inside), "placed", "", ""),
        all=counted(len(report.placed), "all"),
        number=number,
    )
    not_said = (
        "No score: the indicator is a government's own answer; an agreement is one piece of it.",
        "The wording of sub-categories is recalled, and which commitment belongs where is our mapping.",
        "Reports to the International Migration Review Forum are voluntary and have no fixed form.",
    )
    blocks: list[Block] = [
        Answer(lead, "note", not_said, "In the fields of others"),
        Heading(2, text("By sub-category of SDG indicator {number}", number=number), "domains"),
    ]
    rows: list[tuple[Cell, ...]] = []
    for row in report.rows():
        if row["sub_category"] is None:
            continue
        named = Name(f"{row['sub_category']} {row['sub_category_label']}", "quote")
        if row["commitment"] is None:
            rows.append((Name(row["domain_label"]), named, row["note"], None, None, None))
        else:
            rows.append(
                (
                    Name(row["domain_label"]),
                    named,
                    Name(row["title"], "quote"),
                    Name(adherence.name(row["delegation"])),
                    Name(row["agency"], "quote"),
                    row["state"],
                )
            )
    heads: tuple[str, ...] = (
        "Domain",
        "Sub-category (recalled)",
        "Commitment",
        "Delegation",
        "Agency",
        "State",
    )
    blocks.append(Table("Commitments by what the indicator asks", tuple(map(Column, heads)), tuple(rows)))
    blocks.append(Heading(2, "What is not asked there", "not-asked"))
    blocks.append(
        Paragraph(
            "Whether a commitment was kept in time, whether its tranche was released, and what it "
            "changed: the "
            "indicator does not ask. The adherence page says it."
        )
    )
    outside: list[tuple[Cell, ...]] = [
        (
            Name(one.standing.commitment.title, "quote"),
            Name(adherence.name(one.standing.commitment.delegation)),
            one.standing.state.value,
            Name(one.reason, "quote"),
        )
        for one in report.placed
        if one.sub_category is None
    ]
    if outside:
        heads = ("Commitment", "Delegation", "State", "Why it is not asked")
        blocks.append(Table("Commitments outside the indicator", tuple(map(Column, heads)), tuple(outside)))
    blocks.append(Heading(2, "By objective of the Global Compact", "objectives"))
    objectives = [term for term in catalogue.vocabulary if term.scheme == "GCM"]
    lines: list[tuple[Cell, ...]] = []
    for term in objectives:
        mine = [one for one in report.placed if term.code in one.gcm]
        if mine:
            states = "; ".join(f"{one.standing.commitment.title}: {one.standing.state}" for one in mine)
            n = Figure(float(len(mine)), "", SourceClass.MODELLED, f"model:§9|{term.code}")
            lines.append((Name(term.code, "code"), Name(term.label, "quote"), n, Name(states, "quote")))
    if lines:
        heads = ("Objective", "Title", "Commitments", "Where they stand")
        blocks.append(Table("Objectives that commitments bear on", tuple(map(Column, heads)), tuple(lines)))
    else:
        blocks.append(Paragraph("No commitment bears on an objective of the compact."))
    blocks.append(Notice("limit", "Objectives by instrument are our mapping, not the United Nations'."))
    return Document(
        title=text("{title}: commitments in the fields of others", title=Name(adherence.title, "quote")),
        subtitle=text("As of {day}.", day=date(adherence.at.isoformat())),
        blocks=tuple(blocks),
        sources=(Source("model:§9", "Counted by Comity from the journal of the round", "Comity"),),
        meta=Meta(disclaimer="For whoever writes a government's own report; it is not one."),
    )
