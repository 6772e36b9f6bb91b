"""Catalogues: instruments, interactions, vocabularies, cases and ministries (§2.5).

The files stand in ``catalogue/``; ``columns.yaml`` there says what each column means and which ones are our
own judgement. Nothing is used before every row has been checked.

Who may import me: evidence, world, coherence and the floors above. Start at :meth:`Catalogue.load`.
"""

from __future__ import annotations

import csv
import difflib
import functools
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import BaseModel, ValidationError

from comity.errors import EvidenceError, EvidenceNotFound
from comity.evidence.catalogue_rows import (
    Basis,
    Bound,
    Case,
    Cause,
    EvidenceClass,
    InstrumentRow,
    Interaction,
    Ministry,
    Sign,
    Term,
)
from comity.evidence.provenance import parse
from comity.evidence.words import BannedWord, find_banned_words
from comity.evidence.yaml_lines import read_yaml
from comity.vocabulary import Instrument, Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = [
    "BannedWord",
    "Basis",
    "Bound",
    "Case",
    "Catalogue",
    "CatalogueTrace",
    "Cause",
    "EvidenceClass",
    "Interaction",
    "Ministry",
    "Sign",
    "Term",
    "find_banned_words",
]

PACKED: Final = Path(__file__).parent / "catalogue"
PREFIX: Final = "catalogue:"

GCM_SCHEME: Final = "GCM"
ILO_SCHEME: Final = "ILO-R86-model-agreement"

RowT = TypeVar("RowT", bound=BaseModel)
FoundT = TypeVar("FoundT")


@dataclass(frozen=True, slots=True)
class CatalogueTrace:
    """The rows behind a ``catalogue:`` reference, as they are written, with their file and lines (from 1)."""

    reference: str
    file: str
    rows: tuple[Mapping[str, str], ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All catalogues, checked against each other.

    Attributes
    ----------
    instruments
        Code → :class:`comity.vocabulary.Instrument`; ``parameters[0]`` is the number that a clause varies.
    bounds
        Code → the bounds of its numbers with their basis (stated, by definition, or a cap of ours).
    stronger
        Code → which end of the first number is the larger concession, ``high`` or ``low``.
    interactions
        Signed edges, in file order.
    vocabulary
        Terms of the standard vocabularies, in file order.
    cases
        Agreements and attempts from history, by short code.
    ministries
        Slug → ministry, the list that instruments and ledger lines use.

    Examples
    --------
    >>> catalogue = Catalogue.load()
    >>> quota = catalogue.instruments["LE01"]
    >>> quota.parameter.name, quota.parameter.unit, quota.action, quota.ministry_giver
    ('quota', 'persons per year', 'entry_places', 'labour')
    >>> [str(edge.sign) for edge in catalogue.edges("LE01") if edge.to_outcome == "trafficking_risk"]
    ['+']
    """

    instruments: Mapping[str, Instrument]
    bounds: Mapping[str, tuple[Bound, ...]]
    stronger: Mapping[str, str]
    interactions: tuple[Interaction, ...]
    vocabulary: tuple[Term, ...]
    cases: Mapping[str, Case]
    ministries: Mapping[str, Ministry]
    folder: Path = PACKED

    @classmethod
    def load(cls, directory: Path | None = None) -> Catalogue:
        """Read and check a folder of catalogue files (the pack's own unless told).

        Raises
        ------
        EvidenceError
            A file lacks a column, a row breaks its type, or a row names a code, ministry or term that the
            catalogues do not hold; the text names file and line.
        """
        return _packed() if directory is None else _load(directory)

    def __reduce__(self) -> tuple[Callable[[Path], Catalogue], tuple[Path]]:
        # read-only mappings cannot be pickled; another process reads the files again (§3.14)
        return _load, (self.folder,)

    def instrument(self, code: str) -> Instrument:
        """Return the instrument of a code, or raise EvidenceNotFound with the codes that come close."""
        return _look_up(self.instruments, code, "instrument", "a code of the catalogue, such as LE01")

    def ministry(self, slug: str) -> Ministry:
        """Return the ministry of a slug, or raise EvidenceNotFound with the list."""
        return _look_up(self.ministries, slug, "ministry", ", ".join(self.ministries))

    def term(self, scheme: str, code: str) -> Term:
        """Return a term of a standard vocabulary.

        >>> Catalogue.load().term("MITA-dimension", "control").label
        'control of unauthorized migration'
        """
        for term in self.vocabulary:
            if (term.scheme, term.code) == (scheme, code):
                return term
        msg = f"unknown term '{code}' of '{scheme}'"
        raise EvidenceNotFound(
            msg, accepted=", ".join(dict.fromkeys(term.scheme for term in self.vocabulary))
        )

    def edges(self, subject: str = "", *, outcome: str = "") -> tuple[Interaction, ...]:
        """Return the interactions that start from a subject, that end in an outcome, or both."""
        return tuple(
            edge
            for edge in self.interactions
            if subject in ("", edge.subject) and outcome in ("", edge.to_outcome)
        )

    def trace(self, reference: str) -> CatalogueTrace:
        """Return the rows that a ``catalogue:LIST[key=value]`` reference names, as written in the file.

        >>> found = Catalogue.load().trace("catalogue:instruments[code=LE01]")
        >>> found.file, found.rows[0]["name"]
        ('instruments.csv', 'work_permit_quota')
        """
        parsed = parse(reference)
        path = self.folder / f"{parsed.name}.csv"
        if parsed.kind != "catalogue" or not path.is_file():
            known = ", ".join(sorted(file.stem for file in self.folder.glob("*.csv")))
            msg = f"unknown catalogue '{parsed.name}'"
            raise EvidenceNotFound(msg, accepted=f"catalogue:LIST[key=value], where LIST is one of {known}")
        found = [
            (line, cells)
            for line, cells in _cells(path)
            if all(cells.get(key) == value for key, value in parsed.keys.items())
        ]
        if not found:
            msg = f"no row of {path.name} fits '{reference}'"
            raise EvidenceNotFound(msg, accepted="keys and values as the file writes them")
        return CatalogueTrace(
            str(parsed), path.name, tuple(cells for _, cells in found), tuple(line for line, _ in found)
        )


@functools.cache
def _packed() -> Catalogue:
    return _load(PACKED)


def _load(folder: Path) -> Catalogue:
    ministries = _ministries(folder / "ministries.yaml")
    vocabulary = [row for _, row in _rows(folder / "vocabulary.csv", Term)]
    bounds = _bounds(folder / "instrument_parameters.csv")
    terms = {(term.scheme, term.code) for term in vocabulary}
    instruments: dict[str, Instrument] = {}
    stronger: dict[str, str] = {}
    for line, row in _rows(folder / "instruments.csv", InstrumentRow):
        place = f"instruments.csv:{line}: {row.code}"
        _refuse(row.code in instruments, place, "the code is used twice")
        _refuse(row.code not in bounds, place, "instrument_parameters.csv has no row for it")
        for slug in (row.ministry_giver, row.ministry_beneficiary):
            _refuse(slug not in ministries, place, f"ministries.yaml has no '{slug}'")
        for scheme, codes in ((GCM_SCHEME, row.gcm), (ILO_SCHEME, row.ilo)):
            for code in codes:
                _refuse((scheme, code) not in terms, place, f"vocabulary.csv has no {scheme} '{code}'")
        instruments[row.code] = _instrument(row, bounds[row.code])
        stronger[row.code] = row.stronger
    for code in bounds.keys() - instruments.keys():
        _refuse(True, f"instrument_parameters.csv: {code}", "instruments.csv has no such code")
    return Catalogue(
        instruments=MappingProxyType(instruments),
        bounds=MappingProxyType(bounds),
        stronger=MappingProxyType(stronger),
        interactions=_interactions(folder / "interactions.csv", instruments),
        vocabulary=tuple(vocabulary),
        cases=MappingProxyType({row.case: row for _, row in _rows(folder / "cases.csv", Case)}),
        ministries=MappingProxyType(ministries),
        folder=folder,
    )


def _instrument(row: InstrumentRow, bounds: Sequence[Bound]) -> Instrument:
    return Instrument(
        code=row.code,
        area=row.area,
        name=row.name,
        definition=row.definition,
        parameters=tuple(Parameter(b.parameter, b.unit, b.low, b.high) for b in bounds),
        typical=row.typical,
        giver_role=row.giver_role,
        gainers=row.gainers,
        source=row.source,
        ministry_giver=row.ministry_giver,
        ministry_beneficiary=row.ministry_beneficiary,
        action=row.action,
        gcm=row.gcm,
        mita=row.mita,
        ilo=row.ilo,
        title=row.title,
    )


def _bounds(path: Path) -> dict[str, tuple[Bound, ...]]:
    bounds: dict[str, tuple[Bound, ...]] = {}
    for line, row in _rows(path, Bound):
        earlier = bounds.get(row.code, ())
        place = f"{path.name}:{line}: {row.code}"
        _refuse(
            row.position != len(earlier) + 1, place, f"position {row.position} should be {len(earlier) + 1}"
        )
        bounds[row.code] = (*earlier, row)
    return bounds


def _interactions(path: Path, instruments: Mapping[str, Instrument]) -> tuple[Interaction, ...]:
    edges: list[Interaction] = []
    names: set[str] = set()
    for line, edge in _rows(path, Interaction):
        unknown = edge.cause is Cause.INSTRUMENT and edge.subject not in instruments
        _refuse(unknown, f"{path.name}:{line}", f"instruments.csv has no '{edge.subject}'")
        _refuse(edge.edge in names, f"{path.name}:{line}", f"the edge '{edge.edge}' is used twice")
        names.add(edge.edge)
        edges.append(edge)
    return tuple(edges)


def _ministries(path: Path) -> dict[str, Ministry]:
    ministries: dict[str, Ministry] = {}
    for slug, node in read_yaml(path).mapping(path.name).items():
        fields = {key: item.value for key, item in node.mapping(f"{path.name}: {slug}").items()}
        ministries[slug] = _checked(Ministry, {"slug": slug, **fields}, f"{path.name}:{node.line}")
    return ministries


def _rows(path: Path, model: type[RowT]) -> Iterator[tuple[int, RowT]]:
    for line, cells in _cells(path):
        yield line, _checked(model, cells, f"{path.name}:{line}")


def _cells(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        try:
            for cells in reader:
                place = f"{path.name}:{reader.line_num}"
                _refuse(None in cells, place, "more cells than columns")
                _refuse(None in cells.values(), place, "fewer cells than columns")
                yield reader.line_num, cells
        except csv.Error as error:
            msg = f"{path.name}:{reader.line_num}: not valid CSV: {error}"
            raise EvidenceError(msg) from error


def _checked(model: type[RowT], fields: Mapping[str, object], place: str) -> RowT:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        msg = f"{place}: {where + ': ' if where else ''}{first['msg'].removeprefix('Value error, ')}"
        raise EvidenceError(msg) from error


def _refuse(wrong: bool, place: str, what: str) -> None:
    if wrong:
        msg = f"{place}: {what}"
        raise EvidenceError(msg)


def _look_up(known: Mapping[str, FoundT], key: str, kind: str, accepted: str) -> FoundT:
    try:
        return known[key]
    except KeyError:
        # a code is often typed in small letters or without its zero
        typed = key.strip().upper()
        near = [code for code in (typed, f"{typed[:2]}0{typed[2:]}") if code in known]
        close = near or difflib.get_close_matches(key, known, n=3, cutoff=0.5)
        msg = f"unknown {kind} '{key}'"
        raise EvidenceNotFound(msg, accepted=", ".join(close) or accepted) from None
