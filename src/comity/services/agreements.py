"""Agreements on record and in a user's files: list, show, add, test, compare (§8).

Who may import me: the doors. Start at :func:`agreements_list` and :func:`agreements_test`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from comity.errors import InputError
from comity.evidence import Evidence
from comity.regime import Examination, Kind, Register, Tags, examine
from comity.regime import compare as compare_agreements
from comity.services.agreement_file import read_agreement
from comity.services.agreements_document import write_comparison, write_entry, write_list, write_test
from comity.services.result import Result
from comity.vocabulary import Area

if TYPE_CHECKING:
    from pathlib import Path

    from comity.regime import Agreement, CommonGround, Entry
    from comity.reports.document import Document

__all__ = [
    "AREAS", "KINDS", "AgreementComparison", "AgreementEntry", "AgreementList", "AgreementTest",
    "agreements_add", "agreements_compare", "agreements_list", "agreements_show", "agreements_test",
]  # fmt: skip

AREAS: Final = {
    "a": Area.RIGHTS_WELFARE, "b": Area.PREVENTION_ENFORCEMENT, "c": Area.LEGAL_ENTRY,
}  # fmt: skip
KINDS: Final = {kind.name.lower().replace("_", "-"): kind for kind in Kind}


@dataclass(frozen=True, slots=True, repr=False)
class AgreementList(Result):
    """Entries that bind a country, and the question that was asked."""

    register: Register = field(repr=False)
    country: str
    partner: str
    area: str
    since: int | None
    entries: tuple[Entry, ...]

    def document(self, *, brief: bool = False) -> Document:
        """Lay out the list; ``brief`` keeps treaties and trade agreements to their numbers."""
        return write_list(self, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Lay the list out as plain data."""
        return {
            "country": self.country, "partner": self.partner or None, "area": self.area or None,
            "since": self.since, "counts": _counts(self.entries),
            "entries": [_entry(e) for e in self.entries],
        }  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class AgreementEntry(Result):
    """One entry of the register."""

    register: Register = field(repr=False)
    entry: Entry

    def document(self) -> Document:
        """Lay out the entry."""
        return write_entry(self)

    def to_dict(self) -> dict[str, Any]:
        """Lay the entry out as plain data."""
        return _entry(self.entry)


@dataclass(frozen=True, slots=True, repr=False)
class AgreementTest(Result):
    """The test of one agreement."""

    examination: Examination
    tags: Tags = field(repr=False)

    def document(self, *, brief: bool = False) -> Document:
        """Lay out the test; ``brief`` leaves out the items that are absent."""
        return write_test(self.examination, self.tags, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Lay the test out as plain data."""
        x = self.examination
        return {
            "agreement": x.agreement.key,
            "items": [
                {"group": v.item.group, "item": v.item.key, "title": v.item.title, "mark": str(v.mark),
                 "clauses": list(v.clauses), "why": v.why, "source": v.item.source}
                for v in x.verdicts
            ],
            "sides": [
                {"party": s.party, "role": s.role or None, "gives": list(s.gives), "gets": list(s.gets),
                 "gives_binding": s.gives_binding, "gets_binding": s.gets_binding,
                 "gives_areas": [a.value for a in s.gives_areas],
                 "gets_areas": [a.value for a in s.gets_areas]}
                for s in x.sides
            ],
            "giver_or_beneficiary_not_told": list(x.untold),
            "clauses_for_those_who_move": list(x.movers),
            "areas": {area.value: n for area, n in x.areas},
            "imbalances": [_finding(f) for f in x.imbalances],
            "breaches": [_finding(f) for f in x.breaches],
        }  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class AgreementComparison(Result):
    """What several agreements have in common."""

    ground: CommonGround

    def document(self, *, brief: bool = False) -> Document:
        """Lay out the comparison; ``brief`` leaves out what one agreement alone holds."""
        return write_comparison(self.ground, brief=brief)

    def to_dict(self) -> dict[str, Any]:
        """Lay the comparison out as plain data."""
        return {
            "agreements": [a.key for a in self.ground.agreements],
            "core": [r.tag for r in self.ground.core],
            "provisions": [
                {
                    "tag": r.tag, "title": r.title, "area": r.area.value if r.area else None,
                    "held_by": r.held_by, "weakest": r.weakest, "strongest": r.strongest,
                    "unit": r.unit or None, "merge": str(r.merge) if r.held_by > 1 else None,
                    "open": list(r.reasons), "type": r.type, "mode": r.mode,
                    "cells": [
                        {"agreement": c.agreement, "clauses": list(c.clauses), "level": c.level,
                         "force": str(c.force) if c.clauses else None, "value": c.value,
                         "unit": c.unit or None, "giver_role": c.giver_role or None}
                        for c in r.cells
                    ],
                }
                for r in self.ground.rows
            ],
        }  # fmt: skip


# ------------------------------------------------------------------------------------------------- services


def agreements_list(
    *, country: str, partner: str = "", area: str = "", since: int | None = None, kind: str = "",
    store: Path | None = None,
) -> AgreementList:  # fmt: skip
    """List what binds a country, and its own added agreements where there is a folder of them.

    Raises
    ------
    InputError
        A code, an area or a kind is unknown, or a file of the store is wrong.
    """
    register = _register(store)
    found = register.find(
        country.upper(),
        partner=partner.upper(),
        area=_choice(AREAS, area, "--area") if area else None,
        since=since,
        kinds=(_choice(KINDS, kind, "--kind"),) if kind else tuple(Kind),
    )
    return AgreementList(register, country.upper(), partner.upper(), area, since, found)


def agreements_show(*, key: str, store: Path | None = None) -> AgreementEntry:
    """Show one entry of the register, by the key that a list prints."""
    register = _register(store)
    return AgreementEntry(register, register.show(key))


def agreements_add(*, path: Path, store: Path, replace: bool = False) -> tuple[Agreement, Path]:
    """Check a user's agreement and keep a copy in the store.

    Raises
    ------
    InputError
        The file is wrong, its key is taken (by the pack, or by another file unless ``replace``), or the store
        cannot be written.
    """
    agreement = _read(path, Tags.load())
    target = store / f"{agreement.key}.yaml"
    if any(agreement.key == e.key for kind in Kind if kind not in (Kind.VISA, Kind.OWN)
           for e in _register(None).all(kind)):  # fmt: skip
        msg = f"the register has an entry '{agreement.key}' of its own"
        raise InputError(msg, file=str(path), key="agreement", accepted="another short name")
    if target.exists() and not replace:
        msg = f"'{agreement.key}' was added before"
        raise InputError(msg, key="--force", accepted="--force to replace it, or another short name")
    try:
        store.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    except OSError as error:
        msg = f"cannot write {target}: {error.strerror}"
        raise InputError(msg, key="--store", accepted="a folder that can be written") from error
    return agreement, target


def agreements_test(*, path: Path) -> AgreementTest:
    """Hold an agreement file against the checklist."""
    tags = Tags.load()
    return AgreementTest(examine(_read(path, tags), tags=tags), tags)


def agreements_compare(*, paths: tuple[Path, ...]) -> AgreementComparison:
    """Find what several agreement files share, where they differ and what could be merged."""
    tags = Tags.load()
    return AgreementComparison(compare_agreements([_read(p, tags) for p in paths], tags=tags))


def _register(store: Path | None) -> Register:
    tags = Tags.load()
    files = sorted(store.glob("*.yaml")) if store is not None and store.is_dir() else []
    return Register(Evidence.load(), [_read(p, tags) for p in files], tags=tags)


def _read(path: Path, tags: Tags) -> Agreement:
    table = Evidence.load().table("countries")
    names = dict(zip(table["iso3"], table["name"], strict=True))
    return read_agreement(path, tags=tags, countries=names)


def _choice(known: dict[str, Any], word: str, option: str) -> Any:  # noqa: ANN401
    if word.lower() not in known:
        msg = f"unknown choice '{word}'"
        raise InputError(msg, key=option, accepted=", ".join(known))
    return known[word.lower()]


def _counts(entries: tuple[Entry, ...]) -> dict[str, int]:
    return {str(kind): sum(e.kind is kind for e in entries) for kind in Kind}


def _entry(e: Entry) -> dict[str, object]:
    return {
        "key": e.key, "kind": str(e.kind), "title": e.title, "parties": list(e.parties),
        "since": _told(e.since), "until": _told(e.until), "status": e.status or None,
        "areas": {area.value: _told(x) for area, x in e.areas.items()},
        "content": None if e.content is None else {name: _told(x) for name, x in e.content.items()},
        "reference": e.reference, "note": e.note or None,
    }  # fmt: skip


def _told(value: object) -> object:
    """Write what is unknown as its reason in words, so that it cannot be taken for a value."""
    return {"unknown": str(value)} if isinstance(value, str) else value


def _finding(f: Any) -> dict[str, object]:  # noqa: ANN401
    return {
        "key": f.key, "title": f.title, "principle": f.principle, "grade": f.grade,
        "clauses": list(f.clauses), "source": f.source,
    }  # fmt: skip
