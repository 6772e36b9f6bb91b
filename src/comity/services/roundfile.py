"""Read a round file (§5.1): from YAML to a frozen :class:`Round`, or one line that says what to change.

Who may import me: services and doors. Start at :func:`read_round`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from comity.errors import InputError
from comity.services.roundfile_checks import check_round
from comity.services.roundfile_messages import MISSING, describe
from comity.services.roundfile_models import (
    Budget,
    Clause,
    Counts,
    Interest,
    Limit,
    NoDeal,
    Objective,
    Party,
    Principle,
    RedLine,
    Round,
    Settings,
    ShareSpread,
    Spread,
    TakeUp,
    Threat,
    Tranche,
)
from comity.services.roundfile_source import one_line, parse_source, read_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.services.roundfile_checks import InstrumentCatalogue
    from comity.services.roundfile_source import Problem, Source

__all__ = [
    "Budget",
    "Clause",
    "Counts",
    "Interest",
    "Limit",
    "NoDeal",
    "Objective",
    "Party",
    "Principle",
    "RedLine",
    "Round",
    "Settings",
    "ShareSpread",
    "Spread",
    "TakeUp",
    "Threat",
    "Tranche",
    "check_source",
    "load_round",
    "parse_round",
    "read_round",
    "round_schema",
]


def read_round(path: Path, *, catalogue: InstrumentCatalogue, countries: Mapping[str, str]) -> Round:
    """Read a round file and check it against the catalogue and the countries that the pack knows.

    Parameters
    ----------
    path
        A YAML file of at most 1 MB.
    catalogue
        Instruments by code, with the bounds of their parameters.
    countries
        ISO 3166-1 alpha-3 code to name, for the economies that may negotiate.

    Raises
    ------
    InputError
        One line with file, line, dotted key, what is wrong and what is accepted. Where several things
        are wrong, the first one by line, and how many more there are.
    """
    return check_source(read_source(path), catalogue, countries)


def parse_round(
    raw: bytes, *, name: str, catalogue: InstrumentCatalogue, countries: Mapping[str, str]
) -> Round:
    """Read a round from bytes, as :func:`read_round` does from a file; ``name`` stands for the path."""
    return check_source(parse_source(raw, name=name), catalogue, countries)


def load_round(path: Path) -> Round:
    """Read a round file against the catalogue and countries of the committed evidence pack."""
    source = read_source(path)
    # A file that cannot be a round must not wait for pandas and the pack.
    from comity.evidence import Catalogue, Evidence  # noqa: PLC0415

    table = Evidence.load().table("countries")
    countries = dict(zip(table["iso3"].astype(str), table["name"].astype(str), strict=True))
    return check_source(source, Catalogue.load(), countries)


def round_schema() -> dict[str, Any]:
    """Return the JSON Schema of a round file (draft 2020-12), for editors and other programs.

    >>> sorted(round_schema()["required"])
    ['parties', 'round', 'table', 'title']
    """
    schema = Round.model_json_schema(by_alias=True)
    for part in (schema, *schema["$defs"].values()):
        # Docstrings go on with examples in Python; a schema wants their first sentence only.
        part["description"] = str(part["description"]).partition("\n\n")[0]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Comity round file"}


def check_source(source: Source, catalogue: InstrumentCatalogue, countries: Mapping[str, str]) -> Round:
    """Turn a parsed file into a round, as :func:`read_round` does."""
    try:
        round_ = Round.model_validate(source.data)
    except ValidationError as error:
        names = {code: item.name for code, item in catalogue.instruments.items()}
        problems = [
            describe(detail, countries, names)
            for detail in error.errors(include_url=False)
            if not _echo(detail["type"], detail["loc"], detail.get("ctx"), error)
        ]
        raise _first(source, problems) from None
    problems = list(check_round(round_, catalogue=catalogue, countries=countries))
    if problems:
        raise _first(source, problems)
    table = tuple(
        clause
        if clause.stronger is not None
        else clause.model_copy(update={"stronger": catalogue.stronger.get(clause.instrument, "high")})
        for clause in round_.table
    )
    return round_.model_copy(update={"table": table})


def _echo(
    kind: str, loc: tuple[str | int, ...], ctx: Mapping[str, Any] | None, error: ValidationError
) -> bool:
    """Tell whether a 'too few entries' only repeats that some entry is itself wrong."""
    if kind != "too_short" or not ctx:
        return False
    return any(other["loc"][: len(loc)] == loc and len(other["loc"]) > len(loc) for other in error.errors())


def _first(source: Source, problems: list[Problem]) -> InputError:
    """Report the first problem by line, and count the others; a misspelt key explains a missing one."""
    first = min(problems, key=lambda problem: (source.line(problem.key), problem.message == MISSING))
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return InputError(
        first.message + ("" if first.accepted else more),
        file=source.name,
        line=source.line(first.key),
        key=".".join(one_line(str(part))[1:-1] for part in first.key) or None,
        accepted=f"{first.accepted}{more}" if first.accepted else None,
    )
