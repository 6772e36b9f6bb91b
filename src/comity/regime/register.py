"""The register: every instrument on record by country, corridor and area (§8).

Three kinds of silence are kept apart: *not coded* (the source has the instrument and did not code this),
*not published* (there is a text that cannot be read) and *not known* (the source does not say).

Who may import me: services. Start at :class:`Register`.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import yaml

from comity.errors import EvidenceNotFound, InputError
from comity.evidence import Evidence
from comity.evidence.catalogue_set import PACKED
from comity.regime.agreement import Publication
from comity.regime.areas import read_areas
from comity.vocabulary import Area

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.regime.agreement import Agreement
    from comity.regime.tags import Tags

__all__ = ["Entry", "Field", "Kind", "Register", "Unknown", "read_fields"]

_TREATY_AREAS: Final = {
    "icmw": Area.RIGHTS_WELFARE,
    "refugee_convention_1951": Area.RIGHTS_WELFARE,
    "refugee_protocol_1967": Area.RIGHTS_WELFARE,
    "stateless_persons_1954": Area.RIGHTS_WELFARE,
    "statelessness_reduction_1961": Area.RIGHTS_WELFARE,
    "organised_crime_2000": Area.PREVENTION_ENFORCEMENT,
    "trafficking_protocol_2000": Area.PREVENTION_ENFORCEMENT,
    "smuggling_protocol_2000": Area.PREVENTION_ENFORCEMENT,
}
"""Treaties outside this list are general human rights treaties: rights of all, so area a."""

_MEMBERS_SHOWN: Final = 6


class Unknown(StrEnum):
    """Why something is not there."""

    NOT_CODED = "not coded"
    NOT_PUBLISHED = "not published"
    NOT_KNOWN = "not known"


class Kind(StrEnum):
    """What kind of instrument an entry is."""

    LABOUR_AGREEMENT = "labour agreement"
    TRADE_AGREEMENT = "trade agreement"
    TREATY = "treaty"
    COMPACT_VOTE = "compact vote"
    VISA = "visa"
    FREE_MOVEMENT = "free movement"
    OWN = "your own"


@dataclass(frozen=True, slots=True)
class Field:
    """A coded field of the labour agreements: what it asks, its area and the instruments it speaks of."""

    name: str
    title: str
    area: Area
    instruments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One instrument.

    Attributes
    ----------
    key
        What ``comity agreements show`` takes.
    since
        Year of signature, of joining or of first record; or why it is not there.
    until
        Year of the end; None while in force; or why it is not there.
    status
        In words: state party, yes, visa free …; empty where there is none.
    areas
        The three migration areas, each True (speaks of it), False (coded and does not) or why unknown.
    content
        Coded field or tag → True, False or why unknown; empty where the entry has no content of that kind.
    """

    key: str
    kind: Kind
    title: str
    parties: tuple[str, ...]
    since: int | Unknown
    until: int | Unknown | None
    areas: Mapping[Area, bool | Unknown]
    reference: str
    status: str = ""
    content: Mapping[str, bool | Unknown] | None = None
    note: str = ""

    @property
    def people(self) -> str:
        """Parties in one short line."""
        shown = ", ".join(self.parties[:_MEMBERS_SHOWN])
        rest = len(self.parties) - _MEMBERS_SHOWN
        return f"{shown} and {rest} more" if rest > 0 else shown


@functools.cache
def read_fields() -> tuple[Field, ...]:
    """Read what each coded field of the labour agreements is about.

    >>> next(f.area.value for f in read_fields() if f.name == "prot_equal")
    'a_rights_welfare'
    """
    data = yaml.safe_load((PACKED / "agreement_fields.yaml").read_text(encoding="utf-8"))
    columns = Evidence.load().meta("labour_agreements").columns
    return tuple(
        Field(
            name, columns[name].description.removesuffix("; missing where the text was not coded"),
            Area(one["area"]), tuple(one["instruments"]),
        )
        for name, one in data.items()
    )  # fmt: skip


class Register:
    """All instruments of the pack, and a user's own.

    Examples
    --------
    >>> register = Register(Evidence.load())
    >>> found = register.find("PHL", kinds=(Kind.LABOUR_AGREEMENT,))
    >>> all("PHL" in entry.parties for entry in found), register.counts()[Kind.LABOUR_AGREEMENT]
    (True, 1222)
    """

    def __init__(
        self, evidence: Evidence, own: Iterable[Agreement] = (), *, tags: Tags | None = None
    ) -> None:
        self.evidence = evidence
        self._own = tuple(own)
        self._tags = tags
        countries = evidence.table("countries")
        self.names: dict[str, str] = dict(zip(countries["iso3"], countries["name"], strict=True))

    # -- asking

    def find(
        self,
        country: str,
        *,
        partner: str = "",
        area: Area | None = None,
        since: int | None = None,
        kinds: tuple[Kind, ...] = tuple(Kind),
    ) -> tuple[Entry, ...]:
        """Entries that bind a country (and a partner), by kind, then year, then key.

        ``area`` keeps entries that speak of the area, and those of which it is not known. ``since`` keeps
        years from then on, and leaves out entries without a year.

        Raises
        ------
        EvidenceNotFound
            A code is unknown.
        """
        self._check(country)
        if partner:
            self._check(partner)
        found = [
            e
            for kind in kinds
            for e in self._entries(kind, country, partner)
            if country in e.parties and (not partner or partner in e.parties)
            and (area is None or e.areas.get(area, False) is not False)
            and (since is None or (isinstance(e.since, int) and e.since >= since))
        ]  # fmt: skip
        order = list(Kind)
        return tuple(
            sorted(
                found,
                key=lambda e: (order.index(e.kind), e.since if isinstance(e.since, int) else 0, e.key),
            )
        )

    def show(self, key: str) -> Entry:
        """Return one entry.

        Raises
        ------
        EvidenceNotFound
            There is no such entry.
        """
        for kind in Kind:
            if kind is Kind.VISA:
                continue
            for entry in self._entries(kind, "", ""):
                if entry.key == key:
                    return entry
        visa = key.removeprefix("visa-").split("-")
        if key.startswith("visa-") and len(visa) == 2 and all(code in self.names for code in visa):
            return self._visas(*visa)[0]
        msg = f"the register has no entry '{key}'"
        raise EvidenceNotFound(msg, accepted="a key that 'comity agreements list' prints, such as bla-12")

    def counts(self) -> dict[Kind, int]:
        """Count the entries of each kind; visas are counted as directed pairs."""
        return {
            kind: len(self.evidence.table("visa_requirement"))
            if kind is Kind.VISA
            else len(self._entries(kind, "", ""))
            for kind in Kind
        }

    def all(self, kind: Kind) -> tuple[Entry, ...]:
        """Return every entry of a kind; visas are by pair only, so none of them."""
        return self._entries(kind, "", "")

    def _check(self, code: str) -> None:
        former = {c for e in self._labour for c in e.parties}
        if code not in self.names and code not in former:
            msg = f"unknown country '{code}'"
            raise EvidenceNotFound(msg, accepted="an ISO 3166-1 alpha-3 code such as PHL")

    def _entries(self, kind: Kind, country: str, partner: str) -> tuple[Entry, ...]:
        if kind is Kind.VISA:
            return self._visas(country, partner) if country and partner else ()
        return {
            Kind.LABOUR_AGREEMENT: lambda: self._labour,
            Kind.TRADE_AGREEMENT: lambda: self._trade,
            Kind.TREATY: lambda: self._treaties,
            Kind.COMPACT_VOTE: lambda: self._votes,
            Kind.FREE_MOVEMENT: lambda: self._areas,
            Kind.OWN: lambda: self._agreements,
        }[kind]()

    # -- kinds

    @functools.cached_property
    def _labour(self) -> tuple[Entry, ...]:
        frame = self.evidence.table("labour_agreements")
        fields = read_fields()
        return tuple(_labour_entry(row, fields) for row in frame.to_dict("records"))

    @functools.cached_property
    def _trade(self) -> tuple[Entry, ...]:
        frame = self.evidence.table("trade_agreements")
        unknown = dict.fromkeys(
            (Area.RIGHTS_WELFARE, Area.PREVENTION_ENFORCEMENT, Area.LEGAL_ENTRY), Unknown.NOT_CODED
        )
        out = []
        for (number, name), part in frame.groupby(["agreement_id", "agreement"], sort=True):
            members = tuple(sorted(set(part["exporter"]) | set(part["importer"])))
            out.append(
                Entry(
                    f"trade-{number}", Kind.TRADE_AGREEMENT, str(name), members, int(part["year"].min()),
                    Unknown.NOT_CODED, unknown, f"evidence:trade_agreements[agreement_id={number}]",
                    note="since: first year of record (every fourth year, 1964 to 2016)",
                )
            )  # fmt: skip
        return tuple(out)

    @functools.cached_property
    def _treaties(self) -> tuple[Entry, ...]:
        out = []
        for row in self.evidence.table("treaty_status").to_dict("records"):
            if row["status"] == "none":
                continue
            area = _TREATY_AREAS.get(row["treaty"], Area.RIGHTS_WELFARE)
            out.append(
                Entry(
                    f"treaty-{row['treaty']}-{row['country']}", Kind.TREATY, row["treaty"], (row["country"],),
                    Unknown.NOT_KNOWN if pd.isna(row["year"]) else int(row["year"]), None, _only(area),
                    f"evidence:treaty_status[country={row['country']},treaty={row['treaty']}]",
                    status=f"{row['status'].replace('_', ' ')} (as of {row['as_of']})",
                )
            )  # fmt: skip
        return tuple(out)

    @functools.cached_property
    def _votes(self) -> tuple[Entry, ...]:
        all_areas = dict.fromkeys(_MIGRATION, True)
        return tuple(
            Entry(
                f"vote-{row['resolution'].replace('/', '-')}-{row['country']}", Kind.COMPACT_VOTE,
                f"Vote on {row['resolution']}", (row["country"],), 2018, None,
                all_areas if row["resolution"] == "A/RES/73/195" else _only(Area.RIGHTS_WELFARE),
                f"evidence:compact_votes[country={row['country']},resolution={row['resolution']}]",
                status=row["vote"],
            )
            for row in self.evidence.table("compact_votes").to_dict("records")
        )  # fmt: skip

    @functools.cached_property
    def _areas(self) -> tuple[Entry, ...]:
        return tuple(
            Entry(
                f"area-{number}", Kind.FREE_MOVEMENT, area.name,
                tuple(sorted({m.country for m in area.members})), area.since, None, _only(Area.LEGAL_ENTRY),
                "catalogue:free_movement_members", status=f"practice {area.practice}",
                note="; ".join(filter(None, (
                    "left: " + ", ".join(f"{m.country} {m.until}" for m in area.members if m.until)
                    if any(m.until for m in area.members) else "", area.note, f"[{area.mark}]"))),
            )
            for number, area in enumerate(read_areas(), start=1)
        )  # fmt: skip

    def _visas(self, country: str, partner: str) -> tuple[Entry, ...]:
        table = self.evidence.table("visa_requirement")
        rows = {
            (r["passport"], r["destination"]): r
            for r in table[table["passport"].isin((country, partner))].to_dict("records")
        }
        out = []
        for passport, destination in ((country, partner), (partner, country)):
            row = rows.get((passport, destination))
            year = Unknown.NOT_KNOWN if row is None else int(row["year"])
            words = str(Unknown.NOT_KNOWN if row is None else row["requirement"])
            out.append(
                Entry(
                    f"visa-{passport}-{destination}", Kind.VISA, f"Short stay, {passport} to {destination}",
                    (passport, destination), year, None, _only(Area.LEGAL_ENTRY),
                    f"evidence:visa_requirement[passport={passport},destination={destination}]",
                    status=words.replace("_", " "), note="since: year of the snapshot",
                )
            )  # fmt: skip
        return tuple(out)

    @functools.cached_property
    def _agreements(self) -> tuple[Entry, ...]:
        return tuple(_own_entry(a, self._tags) for a in self._own)


_MIGRATION: Final = (Area.RIGHTS_WELFARE, Area.PREVENTION_ENFORCEMENT, Area.LEGAL_ENTRY)


def _only(area: Area) -> dict[Area, bool | Unknown]:
    return {one: one is area for one in _MIGRATION}


def _labour_entry(row: Mapping[Any, Any], fields: tuple[Field, ...]) -> Entry:
    coded = bool(row["text_coded"])

    def told(name: str) -> bool | Unknown:
        value = row[name]
        if not coded:
            return Unknown.NOT_CODED
        return Unknown.NOT_KNOWN if pd.isna(value) else bool(value)

    content = {field.name: told(field.name) for field in fields}
    rights = [content[f.name] for f in fields if f.area is Area.RIGHTS_WELFARE]
    year = row["year"]
    return Entry(
        key=f"bla-{row['agreement']}",
        kind=Kind.LABOUR_AGREEMENT,
        title="Bilateral labour agreement",
        parties=(str(row["country_a"]), str(row["country_b"])),
        since=Unknown.NOT_KNOWN if pd.isna(year) else int(year),
        until=Unknown.NOT_CODED,
        areas={
            Area.RIGHTS_WELFARE: any(x is True for x in rights) if coded else Unknown.NOT_CODED,
            Area.PREVENTION_ENFORCEMENT: Unknown.NOT_CODED,
            # an agreement on labour migration is one on regular entry; how many places is another matter
            Area.LEGAL_ENTRY: True,
        },
        reference=f"evidence:labour_agreements[agreement={row['agreement']}]",
        content=content,
        note="which side migrants come from is not coded",
    )


def _own_entry(agreement: Agreement, tags: Tags | None) -> Entry:
    if tags is None:
        msg = "a register of own agreements needs the clause tags"
        raise InputError(msg)
    hidden = agreement.published is Publication.NO and not agreement.clauses
    held: dict[Area, bool | Unknown] = defaultdict(bool)
    for area in _MIGRATION:
        held[area] = any(tags.area(t) is area for c in agreement.clauses for t in c.tags)
    return Entry(
        key=agreement.key,
        kind=Kind.OWN,
        title=agreement.title,
        parties=agreement.countries,
        since=int(agreement.signed[:4]) if agreement.signed else Unknown.NOT_KNOWN,
        until=int(agreement.ended[:4]) if agreement.ended else None,
        areas=dict.fromkeys(_MIGRATION, Unknown.NOT_PUBLISHED) if hidden else dict(held),
        reference=f"agreement:{agreement.key}",
        content={t: True for c in agreement.clauses for t in c.tags},
        note=f"{agreement.source} [{agreement.mark}]" if agreement.mark else agreement.source,
    )
