"""The file of a world round (§6.10): who takes part, which clauses may be drafted, and within which bounds.

It names rules, not clauses: thousands of candidates are drafted from the evidence by :mod:`world_clauses`.
A file is a world round when it holds the key ``world_round``.

Who may import me: services and doors. Start at :func:`read_world_file`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from comity.errors import InputError
from comity.services.modelfile import find_owner
from comity.services.roundfile_messages import MISSING, closest_country, describe, quoted
from comity.services.roundfile_models import Counts
from comity.services.roundfile_parts import (  # noqa: TC001  (pydantic reads them at run time)
    Code,
    Number,
    Slug,
    Text,
    Weight,
    Word,
)
from comity.services.roundfile_source import Problem, one_line, parse_source, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from comity.services.roundfile_source import Key, Source

__all__ = [
    "FAMILIES",
    "Bloc",
    "Bounds",
    "Candidates",
    "Entry",
    "Fees",
    "Line",
    "Readmission",
    "Tariffs",
    "Transfers",
    "WorldFile",
    "WorldRound",
    "is_world_file",
    "load_world_file",
    "parse_world_file",
    "read_world_file",
]

#: Families of clauses, in the order in which reports show them.
FAMILIES: Final = ("entry", "fees", "tariffs", "readmission", "transfers")

UNKNOWN: Final = "unknown key"
MOST_NAMED: Final = 20

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Many = Annotated[int, Field(ge=0, le=20_000)]


class Strict(BaseModel):
    """A frozen part of the file that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Entry(Strict):
    """Yearly entry places by corridor and skill (LE02 for low skill, LE01 for high skill)."""

    corridors: Many = Field(description="How many corridors; half by people, half by people and pay gap.")
    of_each: Many = Field(description="Corridors that each economy has at least, out and in.")
    skills: tuple[Literal["low", "high"], ...] = Field(
        min_length=1, strict=False, description="Skills for which places are drafted."
    )
    share_of_stock: Share = Field(description="Places a year, as a share of the people of the corridor.")
    share_of_workers: Share = Field(
        description="Places a year at most, as a share of the work force of either side."
    )
    pay_ratio: Annotated[float, Field(ge=1, le=100)] = Field(
        description="Least ratio of pay in the destination to pay in the origin, at purchasing power parity."
    )
    reason: Text = Field(description="Why these figures.")


class Fees(Strict):
    """Ceilings on the cost of sending money from one country to another (RM01, one direction)."""

    corridors: Many = Field(description="How many corridors, by what the ceiling would save.")
    of_each: Many = Field(description="Corridors that each economy has at least, out and in.")
    ceiling: Annotated[float, Field(ge=0, le=100)] = Field(description="Ceiling, in % of the amount sent.")
    reason: Text = Field(description="Why these figures.")


class Tariffs(Strict):
    """Tariff cuts between two economies, or with a customs union as one (TR01, TR06)."""

    pairs: Many = Field(description="How many ordered pairs, by the duty they pay.")
    of_each: Many = Field(description="Pairs that each economy has at least, as importer and as exporter.")
    share_of_tariff: Share = Field(description="Largest cut, as a share of the tariff.")
    reason: Text = Field(description="Why these figures.")


class Readmission(Strict):
    """Cooperation on return where a register of returns exists (PE01, PE03)."""

    pairs: Many = Field(description="How many pairs, by persons returned.")
    days: Annotated[float, Field(ge=1, le=250)] = Field(description="Shortest time, in working days.")
    reason: Text = Field(description="Why these figures.")


class Transfers(Strict):
    """Public money from one country to another where one is richer (GV14); they sum to zero."""

    pairs: Many = Field(description="How many pairs, by people and trade between them.")
    of_each: Many = Field(description="Pairs that each economy has at least, giving and getting.")
    share_of_giver: Share = Field(description="Largest yearly amount, as a share of the giver's GDP.")
    share_of_receiver: Share = Field(description="Largest yearly amount, as a share of the receiver's GDP.")
    income_ratio: Annotated[float, Field(ge=1, le=100)] = Field(
        description="Least ratio of GDP per head of giver to receiver, at purchasing power parity."
    )
    reason: Text = Field(description="Why these figures.")


class Candidates(Strict):
    """Rules by which clauses are drafted; a family that is absent is not drafted."""

    entry: Entry | None = Field(default=None, description="Entry places by corridor and skill.")
    fees: Fees | None = Field(default=None, description="Ceilings on remittance fees.")
    tariffs: Tariffs | None = Field(default=None, description="Tariff cuts.")
    readmission: Readmission | None = Field(default=None, description="Cooperation on return.")
    transfers: Transfers | None = Field(default=None, description="Public transfers.")


class Bounds(Strict):
    """Most that one economy may be asked for in all clauses together."""

    arrivals: Share = Field(description="People who come through the clauses, as a share of its workers.")
    departures_low: Share = Field(description="Low-skilled natives who go, as a share of those in work.")
    departures_high: Share = Field(description="High-skilled natives who go, as a share of those in work.")
    transfers_given: Share = Field(description="Public transfers given, as a share of GDP.")
    transfers_received: Share = Field(description="Public transfers received, as a share of GDP.")
    reason: Text = Field(description="Why these figures.")


class Line(Strict):
    """What one economy insists on."""

    code: Code = Field(description="ISO 3166-1 alpha-3 code.")
    gain_at_least: Number = Field(
        default=0.0, description="Red line: gain below which it says no, in US$ million per year."
    )
    weight: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = Field(
        default=1.0, description="Weight of the logarithm of its gain."
    )
    counts: Counts | None = Field(default=None, description="Who counts there, if not as everywhere.")
    reason: Text = Field(description="Why.")


class Bloc(Strict):
    """A named group that may stay out, or that sets its tariffs together."""

    code: Code = Field(description="Short code, such as EU.")
    name: Word = Field(description="Name to print.")
    members: tuple[Code, ...] = Field(
        default=(),
        strict=False,
        description="ISO 3166-1 alpha-3 codes; empty when `evidence` names a column.",
    )
    evidence: Literal["eu", "schengen", "ldc", "lldc", "sids"] | None = Field(
        default=None, description="Column of the evidence table `countries` that holds the membership."
    )
    customs_union: bool = Field(default=False, description="Whether its members set tariffs together.")
    source: Text = Field(description="Where the membership is from.")


class WorldRound(Strict):
    """The rules of a world round."""

    parties: Literal["all"] | Annotated[tuple[Code, ...], Field(strict=False)] = Field(
        default="all", description="`all` economies of the pack, or ISO 3166-1 alpha-3 codes."
    )
    least_gain: Share = Field(description="Least gain of every party, as a share of its GDP.")
    share_of_draws: Share = Field(
        description="Share of the draws in which every party must reach its red line."
    )
    counts: Counts = Field(default_factory=Counts, description="Who counts, in every party.")
    candidates: Candidates = Field(description="Rules by which clauses are drafted.")
    bounds: Bounds = Field(description="Bounds on each economy.")
    lines: tuple[Line, ...] = Field(
        default=(), strict=False, description="Red lines and weights of single economies."
    )
    blocs: tuple[Bloc, ...] = Field(default=(), strict=False, description="Named groups.")
    stay_out: tuple[Code, ...] = Field(
        default=(),
        strict=False,
        description="Blocs of which the report says what changes when they stay out.",
    )


class WorldFile(Strict):
    """A world round file."""

    round: Slug = Field(description="Short name of the round.")
    title: Word = Field(description="Title of the report.")
    summary: Text | None = Field(default=None, description="What it is about, in a few sentences.")
    horizon_years: Annotated[float, Field(gt=0, le=50)] = Field(
        description="Years after which gains are counted."
    )
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(default=1, description="Seed of the draws.")
    draws: Annotated[int, Field(ge=20, le=5000)] = Field(
        default=100, description="Number of draws of the parameters."
    )
    world_round: WorldRound = Field(description="The rules of the world round.")

    def weight(self, code: str) -> float:
        """Weight of one economy."""
        return next((line.weight for line in self.world_round.lines if line.code == code), 1.0)

    def red_line(self, code: str) -> float:
        """Red line of one economy; US$ million a year."""
        return next((line.gain_at_least for line in self.world_round.lines if line.code == code), 0.0)

    def counts(self, code: str) -> Mapping[str, Weight]:
        """Who counts in one economy."""
        own = next((line.counts for line in self.world_round.lines if line.code == code), None)
        return (own or self.world_round.counts).weights()

    def bloc(self, code: str) -> Bloc:
        """Return one bloc; an unknown code is an :class:`InputError`."""
        for bloc in self.world_round.blocs:
            if bloc.code == code:
                return bloc
        known = [bloc.code for bloc in self.world_round.blocs]
        msg = f"unknown bloc {one_line(code)}"
        raise InputError(msg, accepted=quoted(known) if known else "a bloc that the file names under blocs")


def is_world_file(path: Path) -> bool:
    """Tell whether a file is a world round; a file that cannot be read is not."""
    try:
        return "world_round" in read_source(path).data
    except InputError:
        return False


def read_world_file(path: Path, *, countries: Mapping[str, str], held: frozenset[str]) -> WorldFile:
    """Read and check the file of a world round.

    Parameters
    ----------
    path
        A YAML file of at most 1 MB.
    countries
        ISO 3166-1 alpha-3 code to name.
    held
        Codes that the world model holds.

    Raises
    ------
    InputError
        One line with file, line, dotted key, what is wrong and what is accepted.
    """
    return _validate(read_source(path), countries, held)


def load_world_file(path: Path) -> WorldFile:
    """Read the file of a world round against the countries of the committed evidence pack."""
    source = read_source(path)
    # A file that cannot be a round must not wait for pandas and the pack.
    from comity.evidence import Evidence  # noqa: PLC0415
    from comity.world import gather  # noqa: PLC0415

    evidence = Evidence.load()
    table = evidence.table("countries")
    countries = dict(zip(table["iso3"].astype(str), table["name"].astype(str), strict=True))
    return _validate(source, countries, frozenset(gather(evidence).codes))


def parse_world_file(
    raw: bytes, *, name: str, countries: Mapping[str, str], held: frozenset[str]
) -> WorldFile:
    """Read a world round from bytes, as :func:`read_world_file` does from a file."""
    return _validate(parse_source(raw, name=name), countries, held)


def _validate(source: Source, countries: Mapping[str, str], held: frozenset[str]) -> WorldFile:
    try:
        found = WorldFile.model_validate(source.data)
    except ValidationError as error:
        problems = [_describe(detail) for detail in error.errors(include_url=False)]
        raise _first(source, problems) from None
    problems = list(_check(found, countries, held))
    if problems:
        raise _first(source, problems)
    return found


def _check(file: WorldFile, countries: Mapping[str, str], held: frozenset[str]) -> Iterator[Problem]:
    rules = file.world_round
    named: list[tuple[Key, str]] = [
        (("world_round", "lines", k, "code"), line.code) for k, line in enumerate(rules.lines)
    ]
    if rules.parties != "all":
        named += [(("world_round", "parties", k), code) for k, code in enumerate(rules.parties)]
        if len(set(rules.parties)) < len(rules.parties) or len(rules.parties) < 2:
            yield Problem(
                ("world_round", "parties"),
                "a party is named twice, or there are fewer than two",
                "all, or two or more different codes",
            )
    for k, bloc in enumerate(rules.blocs):
        named += [(("world_round", "blocs", k, "members", m), code) for m, code in enumerate(bloc.members)]
        if bool(bloc.members) == (bloc.evidence is not None):
            yield Problem(
                ("world_round", "blocs", k, "members"),
                f"bloc {bloc.code} has two memberships or none",
                "either members or evidence",
            )
    for key, code in named:
        if code not in countries:
            yield Problem(key, f"unknown country {one_line(code)}", closest_country(code, countries))
        elif code not in held and key[1] != "blocs":
            yield Problem(
                key,
                f"the world model holds no economy {code}",
                "an economy with trade, GDP and population in the pack",
            )
    yield from _check_blocs(rules, countries)
    yield from _check_bounds(rules)


def _check_blocs(rules: WorldRound, countries: Mapping[str, str]) -> Iterator[Problem]:
    blocs = [bloc.code for bloc in rules.blocs]
    for name, codes in (("blocs", blocs), ("lines", [line.code for line in rules.lines])):
        for k, code in enumerate(codes):
            if code in codes[:k]:
                yield Problem(("world_round", name, k, "code"), f"{code} is given twice", "each code once")
            if name == "blocs" and code in countries:
                yield Problem(("world_round", name, k, "code"), f"{code} is a country", "a code of its own")
    for k, code in enumerate(rules.stay_out):
        if code not in blocs:
            yield Problem(
                ("world_round", "stay_out", k),
                f"unknown bloc {one_line(code)}",
                quoted(blocs) if blocs else "a bloc that the file names under blocs",
            )


def _check_bounds(rules: WorldRound) -> Iterator[Problem]:
    bounds = rules.bounds
    entry, transfers = rules.candidates.entry, rules.candidates.transfers
    if entry is not None and len(set(entry.skills)) < len(entry.skills):
        yield Problem(("world_round", "candidates", "entry", "skills"), "a skill is given twice", "low, high")
    if entry is not None and entry.share_of_workers > bounds.arrivals:
        yield Problem(
            ("world_round", "candidates", "entry", "share_of_workers"),
            "one corridor may bring more a year than the bound on all arrivals allows",
            f"at most world_round.bounds.arrivals, {bounds.arrivals:g}",
        )
    if transfers is not None and transfers.share_of_giver > bounds.transfers_given:
        yield Problem(
            ("world_round", "candidates", "transfers", "share_of_giver"),
            "one transfer may be larger than the bound on all transfers allows",
            f"at most world_round.bounds.transfers_given, {bounds.transfers_given:g}",
        )
    if bounds.departures_low + bounds.departures_high >= 2:
        yield Problem(("world_round", "bounds"), "everybody may leave", "shares of departures below 1")


def _first(source: Source, problems: list[Problem]) -> InputError:
    # A misspelt key explains a missing one beside it.
    misspelt = {problem.key[:-1] for problem in problems if problem.message == UNKNOWN}
    first = min(
        problems,
        key=lambda p: (p.message == MISSING and p.key[:-1] in misspelt, source.line(p.key)),
    )
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return InputError(
        first.message + ("" if first.accepted else more),
        file=source.name,
        line=source.line(first.key),
        key=".".join(one_line(str(part))[1:-1] for part in first.key) or None,
        accepted=f"{first.accepted}{more}" if first.accepted else None,
    )


def _describe(error: ErrorDetails) -> Problem:
    key: Key = tuple(
        part
        for part in error["loc"]
        if part not in ("[key]", "literal['all']") and not str(part).startswith("tuple[")
    )
    owner = find_owner(WorldFile, key[:-1])
    if error["type"] == "missing":
        info = None if owner is None else owner.model_fields.get(str(key[-1]))
        words = info.description if info is not None and info.description else str(key[-1])
        return Problem(key, MISSING, f"{key[-1]}: {words.rstrip('.')}")
    if error["type"] == "extra_forbidden":
        shown = (*key[:-1], one_line(str(key[-1]))[1:-1])
        accepted = quoted(list(owner.model_fields), most=MOST_NAMED) if owner is not None else ""
        return Problem(shown, UNKNOWN, accepted)
    plain = describe(error, {}, {})
    return Problem(key, plain.message, plain.accepted)
