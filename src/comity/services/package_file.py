"""A package to be judged: from a deal's JSON, a round file, or a short YAML list of provisions.

The short YAML is what a ministry writes when it has no round at hand::

    package: autumn-offer
    horizon_years: 5                # optional
    provisions:
      - instrument: LE02            # a code of the catalogue
        giver: ESP                  # ISO3, or a bloc named under parties
        beneficiary: MAR
        value: 10000                # in the instrument's own unit
        range: [1000, 15000]        # optional: how far the clause may move in a break-even
        skill: low                  # and today, terms, step, unit, note, as in a round file

``parties`` may be given as in a round file (blocs, who counts, red lines, no-deal); where it is absent, every
giver and beneficiary is a country. ``interests`` may be given too.

Who may import me: services. Start at :func:`read_package`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.errors import InputError
from comity.services.deal_file import read_deal
from comity.services.modelfile import fail
from comity.services.roundfile import check_source
from comity.services.roundfile_messages import number, quoted
from comity.services.roundfile_source import Source, one_line, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from comity.evidence import Catalogue
    from comity.services.deal_result import Deal
    from comity.services.roundfile import Round

__all__ = ["PackageFile", "read_package"]

#: Keys of the short file beside those that a round file has too.
_SHARED: Final = ("title", "summary", "seed", "draws", "horizon_years", "settings", "parties", "interests")
#: A clause without a range may move from its smallest value to this many times its own.
_REACH_LIMIT: Final = 4


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A package with the round that its clauses belong to.

    Attributes
    ----------
    round
        Parties, clauses with their ranges, interests and red lines.
    values
        Value by clause key; clauses of the round that are not in the package are absent.
    name, title
        Of the package.
    file
        Where it was read.
    """

    round: Round
    values: Mapping[str, float]
    name: str
    title: str
    file: str


def read_package(
    path: Path,
    *,
    name: str | None,
    catalogue: Catalogue,
    countries: Mapping[str, str],
    solve: Callable[[Path], Deal],
) -> PackageFile:
    """Read a package.

    Parameters
    ----------
    path
        JSON of ``comity deal --json``, a round file, or the short YAML.
    name
        Which package, where the file holds or leads to several; the first unless told.
    solve
        How to find the packages of a round file.

    Raises
    ------
    InputError
        The file cannot be used: names file, line, key and what is accepted.
    """
    if path.suffix.casefold() == ".json":
        return _from_json(path, name, catalogue, countries)
    source = read_source(path)
    if "provisions" in source.data:
        if name not in (None, source.data.get("package")):
            msg = f"no package {one_line(name)} in the file"
            raise InputError(msg, file=source.name, key="package", accepted=str(source.data.get("package")))
        return _from_list(source, catalogue, countries)
    if "table" in source.data:
        check_source(source, catalogue, countries)
        return _from_deal(solve(path), name, source.name)
    msg = "neither a round file nor a list of provisions"
    raise InputError(
        msg,
        file=source.name,
        line=1,
        accepted="provisions: […], a round file with table: […], or a deal's JSON",
    )


def _from_deal(deal: Deal, name: str | None, file: str) -> PackageFile:
    if not deal.packages:
        msg = "the round has no package in which every party gains"
        raise InputError(msg, file=file, accepted="a round with a zone of agreement, or a list of provisions")
    by_name = {package.name: package for package in deal.packages}
    if name is not None and name not in by_name:
        msg = f"no package is called {one_line(name)}"
        raise InputError(msg, file=file, key="--package-name", accepted=quoted(list(by_name)))
    chosen = deal.packages[0] if name is None else by_name[name]
    values = {x.key: x.value for x in chosen.provisions}
    return PackageFile(deal.round, values, chosen.name, chosen.title, file)


def _from_json(
    path: Path, name: str | None, catalogue: Catalogue, countries: Mapping[str, str]
) -> PackageFile:
    found = read_deal(path)
    file = found.file
    if found.round is None:
        msg = "the deal does not hold its round"
        raise InputError(msg, file=file, key="round", accepted="what comity deal --json prints: round, …")
    place, chosen = found.choose(name, "--package-name")
    try:
        round_ = check_source(Source(file, found.round, {}), catalogue, countries)
    except InputError as error:
        # Lines of JSON are not kept, and the keys stand under the round here.
        key = "round" if error.key is None else f"round.{error.key}"
        raise InputError(error.message, file=file, key=key, accepted=error.accepted) from None
    known = [clause.key for clause in round_.table]
    for k, provision in enumerate(chosen.provisions):
        if provision.key not in known:
            msg = f"provision {one_line(provision.key)} is not on the round's table"
            at = f"packages.{place}.provisions.{k}"
            raise InputError(msg, file=file, key=at, accepted=quoted(sorted(known)))
    values = {provision.key: provision.value for provision in chosen.provisions}
    return PackageFile(round_, values, chosen.name, chosen.title or chosen.name, file)


def _from_list(source: Source, catalogue: Catalogue, countries: Mapping[str, str]) -> PackageFile:
    data = source.data
    unknown = [key for key in data if key not in ("package", "provisions", *_SHARED)]
    if unknown:
        raise fail(source, (unknown[0],), "unknown key", quoted(["package", "provisions", *_SHARED]))
    name, provisions = data.get("package"), data["provisions"]
    if not isinstance(name, str):
        raise fail(source, ("package",), "the package has no name", "package: NAME")
    if not isinstance(provisions, list) or not provisions:
        raise fail(source, ("provisions",), "no list of provisions", "a list with at least one provision")
    table, values = _read_provisions(source, provisions, catalogue)
    # Where no parties are given they are the givers and beneficiaries; the first place of each is kept.
    codes: dict[str, tuple[int, str]] = {}
    for place, row in enumerate(provisions):
        for side in ("giver", "beneficiary"):
            codes.setdefault(str(row.get(side)), (place, side))
    shared = {key: data[key] for key in _SHARED if key in data}
    rewritten = {
        "title": name,
        "parties": [{"code": code} for code in codes],
        **shared,
        "round": name,
        "table": table,
    }
    lines = dict(source.lines)
    for key, at in source.lines.items():
        if key[:1] == ("provisions",):
            lines["table", *key[1:]] = at
    written = {"table": "provisions", "round": "package", "title": "package"}
    if "parties" not in data:
        for place, (row_place, side) in enumerate(codes.values()):
            lines["parties", place, "code"] = source.line(("provisions", row_place, side))
            written[f"parties.{place}.code"] = f"provisions.{row_place}.{side}"
    try:
        round_ = check_source(Source(source.name, rewritten, lines), catalogue, countries)
    except InputError as error:
        raise _renamed(error, written) from None
    for place, (held, value) in enumerate(zip(round_.table, values, strict=True)):
        low, high = held.range
        if not low <= value <= high:
            accepted = f"a value within the range, {number(low)} to {number(high)}"
            raise fail(
                source, ("provisions", place, "value"), f"{number(value)} is outside the range", accepted
            )
    keyed = {clause.key: value for clause, value in zip(round_.table, values, strict=True)}
    return PackageFile(round_, keyed, name, round_.title, source.name)


def _read_provisions(
    source: Source, provisions: list[Any], catalogue: Catalogue
) -> tuple[list[dict[str, Any]], list[float]]:
    """Turn provisions into clauses with a range, and their values."""
    table, values = [], []
    for place, row in enumerate(provisions):
        if not isinstance(row, dict):
            accepted = "instrument, giver, beneficiary, value"
            raise fail(source, ("provisions", place), "not a provision", accepted)
        value = row.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float):
            what = "the value is missing" if value is None else f"{one_line(value)} is not a number"
            raise fail(source, ("provisions", place, "value"), what, "a number in the instrument's unit")
        clause = {key: item for key, item in row.items() if key != "value"}
        clause.setdefault("range", _default_range(str(row.get("instrument")), float(value), catalogue))
        table.append(clause)
        values.append(float(value))
    return table, values


def _default_range(code: str, value: float, catalogue: Catalogue) -> list[float]:
    """Range of a clause that names none: within the catalogue's bounds and a few times its own value."""
    instrument = catalogue.instruments.get(code)
    if instrument is None:
        return [value, value]  # the reader of rounds names the instrument as unknown
    low, high = instrument.parameter.low, instrument.parameter.high
    return [min(low, value), max(value, min(high, max(_REACH_LIMIT * value, low)))]


def _renamed(error: InputError, written: Mapping[str, str]) -> InputError:
    """Name the key as this file writes it."""
    key = error.key
    if key is not None:
        for ours, theirs in written.items():
            if key == ours or key.startswith(f"{ours}."):
                key = theirs + key.removeprefix(ours)
                break
    return InputError(error.message, file=error.file, line=error.line, key=key, accepted=error.accepted)
