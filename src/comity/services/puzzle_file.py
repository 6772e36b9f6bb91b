"""The puzzle file: blocs as pieces, what is on the table between them, and what nobody may lose (§8).

Who may import me: the puzzle services. Start at :func:`read_puzzle`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from comity.errors import EvidenceNotFound
from comity.regime import Force, Register, Tags, read_areas
from comity.regime.pieces import (
    Limit,
    Piece,
    Provision,
    find_flaw,
    provisions_of_agreement,
    provisions_of_area,
    provisions_on_record,
)
from comity.services.agreement_file import read_agreement
from comity.services.modelfile import fail, read_model
from comity.services.roundfile_messages import closest_country, quoted
from comity.services.roundfile_models import Counts
from comity.services.roundfile_parts import (  # noqa: TC001  (pydantic reads them at run time)
    Code,
    InstrumentCode,
    Number,
    Share,
    Slug,
    Text,
    Word,
)
from comity.services.world_file import FAMILIES, Bounds, Candidates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from comity.evidence import Evidence
    from comity.services.roundfile_source import Key, Source

__all__ = ["FAMILY_CODES", "Puzzle", "PuzzleFile", "puzzle_schema", "read_puzzle"]

#: Instruments of each family of clauses that may be drafted.
FAMILY_CODES: Final = {
    "entry": ("LE01", "LE02"),
    "fees": ("RM01",),
    "tariffs": ("TR01", "TR06"),
    "readmission": ("PE01", "PE03"),
    "transfers": ("GV14",),
}
Family = Literal["entry", "fees", "tariffs", "readmission", "transfers"]
Year = Annotated[int, Field(ge=1800, le=2100)]
#: Most pieces of a file: beyond, comparing all pairs is no longer readable.
MOST_BLOCS: Final = 40


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Spell(_Part):
    """A country that joined or left in a year."""

    country: Code = Field(description="ISO 3166-1 alpha-3 code.")
    joined: Year | None = Field(default=None, description="Year from which it is a member.")
    left: Year | None = Field(default=None, description="Year from which it no longer is.")

    def span(self) -> tuple[float, float]:
        """First and last limit of the membership."""
        return float(self.joined or "-inf"), float(self.left or "inf")


class ProvisionEntry(_Part):
    """What holds among the members."""

    tag: Text = Field(description="A code such as RM01, or words such as ceiling on remittance cost.")
    words: Text = Field(description="What it says, in your own words.")
    level: Number | None = Field(
        default=None, description="The number that it states, in the unit of the tag."
    )
    limit: Literal["exactly", "at least", "at most"] = Field(
        default="exactly", description="Whether the level is a limit that does not give way."
    )
    force: Literal["binding", "best effort", "mention", "not known"] = Field(
        default="not known", description="How far it binds."
    )
    excludes: tuple[InstrumentCode, ...] = Field(
        default=(), description="Codes that cannot hold beside it, in another piece either."
    )
    source: Text = Field(description="Where this is from.")
    mark: Literal["read", "recalled", "own draft"] = Field(description="How far the source can be trusted.")


class PieceEntry(_Part):
    """One bloc."""

    code: Code = Field(description="Short code, such as ECOWAS.")
    name: Word = Field(description="Name to print.")
    members: tuple[Code, ...] = Field(default=(), description="ISO 3166-1 alpha-3 codes.")
    spells: tuple[Spell, ...] = Field(default=(), description="Members with the years they joined or left.")
    area: Word | None = Field(
        default=None, description="An area of free movement on record whose members these are."
    )
    evidence: Literal["eu", "schengen", "ldc", "lldc", "sids"] | None = Field(
        default=None, description="Column of the evidence table `countries` that holds the membership."
    )
    since: Year | None = Field(default=None, description="Year from which the bloc exists.")
    ended: Year | None = Field(default=None, description="Year in which it ended.")
    customs_union: bool = Field(default=False, description="Whether its members set tariffs together.")
    provisions: tuple[ProvisionEntry, ...] = Field(default=(), description="What holds inside.")
    agreements: tuple[Text, ...] = Field(
        default=(), description="Agreement files that hold inside, beside this file."
    )
    least_gain: Share | None = Field(default=None, description="What it asks for joining, if not as all.")
    tolerance: Share | None = Field(default=None, description="What its members may lose, if not as all.")
    source: Text = Field(description="Where the membership is from.")
    mark: Literal["read", "recalled", "own draft"] = Field(description="How far the source can be trusted.")


class Table(_Part):
    """What lies on the table between two pieces, where it is not everything."""

    between: Annotated[tuple[Code, ...], Field(min_length=2, max_length=2)] = Field(
        description="Codes of two pieces."
    )
    families: tuple[Family, ...] = Field(description="Families of clauses; an empty list for none.")


class PuzzleFile(_Part):
    """A puzzle of blocs."""

    puzzle: Slug = Field(description="Short name of the puzzle.")
    title: Word = Field(description="Title of the report.")
    summary: Text | None = Field(default=None, description="What it is about, in a few sentences.")
    as_of: Year = Field(description="Year whose members count.")
    horizon_years: Annotated[float, Field(gt=0, le=50)] = Field(
        description="Years after which gains are counted."
    )
    steps: Annotated[int, Field(ge=0, le=MOST_BLOCS)] | None = Field(
        default=None, description="Most steps of a path (the horizon); no limit unless told."
    )
    at_once: Annotated[int, Field(ge=2, le=4)] = Field(
        default=2, description="Most sides that join in one step; all but one of three or more are single."
    )
    least_gain: Share = Field(
        description="What a bloc that joins must gain in that step at least, as a share of its GDP."
    )
    tolerance: Share = Field(
        description="What a member country may lose in a step at most, as a share of its GDP."
    )
    reason: Text = Field(description="Why this least gain and this tolerance.")
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(default=1, description="Seed of the draws.")
    draws: Annotated[int, Field(ge=0, le=2000)] = Field(
        default=40, description="Draws of the parameters for the ranges; 0 for central values alone."
    )
    counts: Counts = Field(default_factory=Counts, description="Who counts, in every country.")
    pieces: Annotated[tuple[PieceEntry, ...], Field(min_length=2, max_length=MOST_BLOCS)] = Field(
        description="The blocs."
    )
    acts_in: dict[Code, Code] = Field(
        default_factory=dict, description="For a country in two blocs, the one in which it acts here."
    )
    candidates: Candidates = Field(description="Rules by which clauses are drafted, as in a world round.")
    bounds: Bounds = Field(description="Most that a country may be asked for in all steps together.")
    table: tuple[Table, ...] = Field(default=(), description="Pairs between which not everything is open.")


@dataclass(frozen=True, slots=True)
class Puzzle:
    """A checked puzzle; pieces in the order of their codes.

    ``pieces`` hold the members that act in them; ``outside`` are members that the world model does not hold,
    and ``elsewhere`` members that act in another piece, by piece.
    """

    file: PuzzleFile
    pieces: tuple[Piece, ...]
    least_gain: tuple[float, ...]
    tolerance: tuple[float, ...]
    outside: Mapping[str, tuple[str, ...]]
    elsewhere: Mapping[str, tuple[str, ...]]

    def families(self, a: str, b: str) -> tuple[str, ...]:
        """Families of clauses on the table between two pieces, by the file."""
        for entry in self.file.table:
            if set(entry.between) == {a, b}:
                return tuple(f for f in FAMILIES if f in entry.families)
        return FAMILIES


def read_puzzle(
    path: Path, *, evidence: Evidence, tags: Tags, countries: Mapping[str, str], held: frozenset[str]
) -> Puzzle:
    """Read and check a puzzle file.

    Parameters
    ----------
    path
        A YAML file of at most 1 MB.
    evidence, tags
        The pack, and the catalogue of clause tags.
    countries
        ISO 3166-1 alpha-3 code to name.
    held
        Codes that the world model holds.

    Raises
    ------
    InputError
        File, line, key and what is accepted: a bloc of unknown members, a country in two blocs, dates in the
        wrong order, an unknown tag, area or piece.
    """
    file, source = read_model(path, PuzzleFile)
    reader = _Reader(file, source, path, evidence, tags, countries)
    full = [reader.piece(k) for k in range(len(file.pieces))]
    reader.check_names()
    flaw = find_flaw(full, acts_in=file.acts_in)
    if flaw is not None:
        raise fail(source, ("pieces", flaw.piece, *flaw.key), flaw.message, flaw.accepted)
    reader.check_choices(full)
    pieces, least, tolerance, outside, elsewhere = [], [], [], {}, {}
    for k in sorted(range(len(full)), key=lambda k: full[k].code):
        piece, entry = full[k], file.pieces[k]
        here = [c for c in piece.members if file.acts_in.get(c, piece.code) == piece.code]
        acting = tuple(c for c in here if c in held)
        if not acting:
            message = f"the world model holds no member of '{piece.code}'"
            raise fail(
                source, ("pieces", k, "members"), message, "at least one member with figures in the pack"
            )
        outside[piece.code] = tuple(c for c in here if c not in held)
        elsewhere[piece.code] = tuple(c for c in piece.members if c not in here)
        pieces.append(
            Piece(
                piece.code,
                piece.name,
                acting,
                piece.provisions,
                piece.customs_union,
                piece.source,
                piece.mark,
            )
        )
        least.append(file.least_gain if entry.least_gain is None else entry.least_gain)
        tolerance.append(file.tolerance if entry.tolerance is None else entry.tolerance)
    return Puzzle(file, tuple(pieces), tuple(least), tuple(tolerance), outside, elsewhere)


class _Reader:
    """Pieces of one file, checked one by one."""

    def __init__(
        self,
        file: PuzzleFile,
        source: Source,
        path: Path,
        evidence: Evidence,
        tags: Tags,
        countries: Mapping[str, str],
    ) -> None:
        self.file, self.source, self.path, self.evidence = file, source, path, evidence
        self.tags, self.countries = tags, countries
        self.areas = {area.name: area for area in read_areas()}
        self.register = Register(evidence, tags=tags)

    def piece(self, k: int) -> Piece:
        """Read one piece with all its members, wherever they act."""
        entry, here = self.file.pieces[k], ("pieces", k)
        self._check_dates(entry, here)
        members = tuple(sorted(set(self._members(entry, here))))
        if not members:
            accepted = "members, spells, an area on record or a column of evidence"
            raise fail(self.source, here, f"bloc '{entry.code}' has no member in {self.file.as_of}", accepted)
        provisions = [self._provision(p, (*here, "provisions", j)) for j, p in enumerate(entry.provisions)]
        if entry.area is not None:
            provisions += provisions_of_area(self.areas[entry.area])
        for j, name in enumerate(entry.agreements):
            provisions += self._agreement(name, (*here, "agreements", j))
        provisions += provisions_on_record(members, self.register)
        provisions.sort(key=lambda p: (p.tag, p.where, p.words))
        return Piece(
            entry.code, entry.name, members, tuple(provisions), entry.customs_union, entry.source, entry.mark
        )

    def _check_dates(self, entry: PieceEntry, here: Key) -> None:
        if entry.since is not None and entry.ended is not None and entry.ended < entry.since:
            message = f"'{entry.code}' ends in {entry.ended}, before it begins in {entry.since}"
            raise fail(self.source, (*here, "ended"), message, f"a year from {entry.since} on")
        if entry.ended is not None and entry.ended <= self.file.as_of:
            message = f"'{entry.code}' ended in {entry.ended}, and the puzzle is as of {self.file.as_of}"
            raise fail(self.source, (*here, "ended"), message, "a bloc that still exists")
        if entry.since is not None and entry.since > self.file.as_of:
            message = f"'{entry.code}' begins in {entry.since}, and the puzzle is as of {self.file.as_of}"
            raise fail(self.source, (*here, "since"), message, "a bloc that exists")

    def _members(self, entry: PieceEntry, here: Key) -> Iterator[str]:
        named: list[tuple[Key, str]] = [((*here, "members", j), c) for j, c in enumerate(entry.members)]
        named += [((*here, "spells", j, "country"), s.country) for j, s in enumerate(entry.spells)]
        for key, code in named:
            if code not in self.countries:
                message = f"bloc '{entry.code}': unknown member '{code}'"
                raise fail(self.source, key, message, closest_country(code, self.countries))
        for j, code in enumerate(entry.members):
            if code in entry.members[:j]:
                message = f"{code} is a member of '{entry.code}' twice"
                raise fail(self.source, (*here, "members", j), message, "each member once")
            yield code
        for j, spell in enumerate(entry.spells):
            key = (*here, "spells", j)
            first, last = spell.span()
            if last <= first:
                message = f"{spell.country} leaves '{entry.code}' before it joins"
                raise fail(self.source, (*key, "left"), message, "a year after joined")
            others = [s.span() for s in entry.spells[:j] if s.country == spell.country]
            if spell.country in entry.members or any(a < last and first < b for a, b in others):
                message = f"{spell.country} is in '{entry.code}' twice at the same time"
                raise fail(self.source, key, message, "spells of membership that do not overlap")
            if first <= self.file.as_of < last:
                yield spell.country
        if entry.area is not None:
            if entry.area not in self.areas:
                message = f"no area of free movement on record is called '{entry.area}'"
                raise fail(self.source, (*here, "area"), message, quoted(list(self.areas), most=20))
            yield from self.areas[entry.area].at(self.file.as_of)
        if entry.evidence is not None:
            table = self.evidence.table("countries")
            yield from table.loc[table[entry.evidence], "iso3"].astype(str)

    def _provision(self, entry: ProvisionEntry, here: Key) -> Provision:
        try:
            tag = self.tags.resolve(entry.tag)
        except EvidenceNotFound as error:
            raise fail(self.source, (*here, "tag"), error.message, error.accepted or "a tag") from None
        instrument = self.tags.catalogue.instruments.get(tag)
        if entry.level is not None:
            if instrument is None:
                raise fail(
                    self.source, (*here, "level"), f"{tag} carries no number", "no level, or another tag"
                )
            low, high, unit = instrument.parameter.low, instrument.parameter.high, instrument.parameter.unit
            if not low <= entry.level <= high:
                message = f"{entry.level:g} is out of bounds"
                raise fail(self.source, (*here, "level"), message, f"{low:g} to {high:g} {unit}")
        elif entry.limit != "exactly":
            raise fail(self.source, (*here, "limit"), "a limit without a level", "a level, or no limit")
        for j, code in enumerate(entry.excludes):
            if code not in self.tags.catalogue.instruments:
                message = f"no instrument has the code '{code}'"
                raise fail(
                    self.source, (*here, "excludes", j), message, "a code of the catalogue such as LE18"
                )
        return Provision(
            tag, entry.words, entry.level, Limit(entry.limit), Force(entry.force), entry.excludes,
            f"puzzle:{entry.source}", entry.mark,
        )  # fmt: skip

    def _agreement(self, name: str, here: Key) -> tuple[Provision, ...]:
        agreement = read_agreement(self.path.parent / name, tags=self.tags, countries=self.countries)
        if agreement.ended and int(agreement.ended[:4]) <= self.file.as_of:
            message = (
                f"'{agreement.key}' ended in {agreement.ended}, and the puzzle is as of {self.file.as_of}"
            )
            raise fail(self.source, here, message, "an agreement that still holds")
        return provisions_of_agreement(agreement)

    def check_names(self) -> None:
        """Refuse codes that are used twice or by a country, and tables between unknown pieces."""
        codes = [entry.code for entry in self.file.pieces]
        for k, code in enumerate(codes):
            if code in codes[:k]:
                raise fail(
                    self.source, ("pieces", k, "code"), f"bloc '{code}' is written twice", "each bloc once"
                )
            if code in self.countries:
                raise fail(self.source, ("pieces", k, "code"), f"'{code}' is a country", "a code of its own")
        seen = []
        for k, entry in enumerate(self.file.table):
            for j, code in enumerate(entry.between):
                if code not in codes:
                    key = ("table", k, "between", j)
                    raise fail(self.source, key, f"'{code}' is no piece", quoted(codes, most=20))
            if len(set(entry.between)) < 2 or set(entry.between) in seen:
                message = "the same piece twice, or the same two pieces as before"
                raise fail(self.source, ("table", k, "between"), message, "each pair of pieces once")
            seen.append(set(entry.between))

    def check_choices(self, pieces: list[Piece]) -> None:
        """Refuse a choice for a country that is not in the piece named, or not in two pieces."""
        for country, code in self.file.acts_in.items():
            homes = [p.code for p in pieces if country in p.members]
            if code not in homes or len(homes) < 2:
                message = (
                    f"{country} is not in '{code}'"
                    if code not in homes
                    else f"{country} is in one piece only"
                )
                accepted = quoted(homes) if len(homes) > 1 else "a country that is in two pieces"
                raise fail(self.source, ("acts_in", country), message, accepted)


def puzzle_schema() -> dict[str, Any]:
    """Return the JSON Schema of a puzzle file (draft 2020-12).

    >>> "pieces" in puzzle_schema()["required"]
    True
    """
    schema = PuzzleFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Comity puzzle file",
    }
