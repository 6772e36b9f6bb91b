"""The JSON of a deal, read back: one reader for every door that takes what ``comity deal --json`` prints.

It checks the shape and nothing else: what a clause may be, and whether a country is known, is for the caller.
Keys that the reader does not need are passed over, so that an answer of a later version can be read.

Who may import me: services. Start at :func:`read_deal`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from comity.errors import InputError
from comity.services.roundfile_messages import quoted
from comity.services.roundfile_source import one_line

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

__all__ = ["MAX_BYTES", "DealFile", "DealPackage", "DealParty", "DealProvision", "parse_deal", "read_bytes",
           "read_deal", "show_path"]  # fmt: skip

#: An answer with many parties and lines is a few megabytes.
MAX_BYTES: Final = 50_000_000
#: Levels of lists and objects; an answer has about ten.
MAX_DEPTH: Final = 40
#: Longest number that a file may hold, in digits.
MAX_DIGITS: Final = 31
#: Longest path that a message shows.
_NAME_LIMIT: Final = 300
ACCEPTED: Final = "what 'comity deal ROUND --json' prints"

Words = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class DealProvision(_Part):
    """One provision; instrument, giver and beneficiary are empty where the file leaves them out."""

    key: Words
    value: FiniteFloat
    instrument: str = ""
    giver: str = ""
    beneficiary: str = ""
    terms: dict[str, FiniteFloat | str] = {}


class DealPackage(_Part):
    """One package, its provisions in the order of the file and each once."""

    name: Words
    title: str = ""
    provisions: list[DealProvision]


class DealParty(_Part):
    """One party and the countries that it stands for."""

    code: Words
    members: Annotated[list[Words], Field(min_length=1)]


class _Deal(_Part):
    packages: list[DealPackage]
    parties: list[DealParty] = []
    round: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DealFile:
    """An answer read back.

    Attributes
    ----------
    file
        What messages call it.
    packages
        At least one.
    parties
        Empty where the file names none.
    round
        The round as plain data, not yet checked; None where the file holds none.
    """

    file: str
    packages: tuple[DealPackage, ...]
    parties: tuple[DealParty, ...]
    round: dict[str, Any] | None

    def choose(self, name: str | None, option: str) -> tuple[int, DealPackage]:
        """Pick a package by name, the first unless told; with its place in the file.

        Raises
        ------
        InputError
            None of that name; ``option`` is what the door calls the choice.
        """
        if name is None:
            return 0, self.packages[0]
        for place, package in enumerate(self.packages):
            if package.name == name:
                return place, package
        msg = f"no package is called {one_line(name)}"
        names = [one_line(package.name)[1:-1] for package in self.packages]
        raise InputError(msg, file=self.file, key=option, accepted=quoted(names))


def show_path(path: Path) -> str:
    """Write a path as messages show it: one line, printable."""
    return one_line(str(path), limit=_NAME_LIMIT)[1:-1]


def read_bytes(path: Path, *, accepted: str = ACCEPTED) -> bytes:
    """Read a file that a user named, of at most :data:`MAX_BYTES`.

    Raises
    ------
    InputError
        It cannot be read or is too large.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "not a usable path"
        msg = f"cannot read the file: {reason}"
        raise InputError(msg, file=show_path(path), accepted=accepted) from error
    if len(raw) > MAX_BYTES:
        msg = "the file is too large"
        raise InputError(msg, file=show_path(path), accepted=f"at most {MAX_BYTES:,} bytes")
    return raw


def read_deal(path: Path) -> DealFile:
    """Read the JSON of a deal.

    Raises
    ------
    InputError
        One line with the file, the key, what is wrong and what is accepted.
    """
    file = show_path(path)
    raw = read_bytes(path)
    try:
        data = parse_json(raw)
    except (ValueError, RecursionError) as error:
        msg = "not valid JSON"
        line = getattr(error, "lineno", None)
        raise InputError(msg, file=file, line=line, accepted=ACCEPTED) from error
    return parse_deal(data, file=file)


def parse_json(raw: bytes) -> Any:  # noqa: ANN401  (whatever JSON holds)
    """Parse JSON with finite numbers of ordinary length.

    Raises
    ------
    ValueError, RecursionError
        It is not such JSON.
    """
    return json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse, parse_int=_whole)


def _refuse(word: str) -> NoReturn:
    msg = f"{word} is not a finite number"
    raise ValueError(msg)


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        msg = "a number has too many digits"
        raise ValueError(msg)
    return int(digits)


def parse_deal(data: object, *, file: str) -> DealFile:
    """Check parsed JSON, as :func:`read_deal` does.

    >>> found = parse_deal(
    ...     {"packages": [{"name": "nash", "provisions": [{"key": "LE02-ESP-MAR", "value": 9000}]}]},
    ...     file="deal.json",
    ... )
    >>> found.choose(None, "--package")[1].provisions[0].value
    9000.0
    """
    if not isinstance(data, dict) or "packages" not in data:
        msg = "the JSON holds no packages" if isinstance(data, dict) else "this is not the JSON of a deal"
        raise InputError(msg, file=file, accepted=f"{ACCEPTED}: packages, round, parties, …")
    if _depth(data) > MAX_DEPTH:
        msg = "lists and objects are nested too deeply"
        raise InputError(msg, file=file, accepted=ACCEPTED)
    try:
        found = _Deal.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key, message = _describe(first)
        raise InputError(message, file=file, key=key, accepted=ACCEPTED) from None
    if not found.packages:
        msg = "the answer holds no package"
        raise InputError(msg, file=file, key="packages", accepted="a deal with a zone of agreement")
    for p, package in enumerate(found.packages):
        seen: set[str] = set()
        for k, provision in enumerate(package.provisions):
            if provision.key in seen:
                msg = f"{one_line(provision.key)[1:-1]} is given twice"
                raise InputError(
                    msg, file=file, key=f"packages.{p}.provisions.{k}", accepted="each clause once"
                )
            seen.add(provision.key)
    return DealFile(file, tuple(found.packages), tuple(found.parties), found.round)


def _describe(error: ErrorDetails) -> tuple[str, str]:
    key = ".".join(
        one_line(str(part))[1:-1] for part in error["loc"] if str(part) not in ("str", "constrained-float")
    )
    if error["loc"] == ("packages",):
        return key, "packages is not a list"
    if error["type"] == "missing":
        return key, "the package has no provisions" if key.endswith("provisions") else "the key is missing"
    if error["type"] == "too_short":
        return key, "the list is empty"
    wanted = {
        "string_type": "text",
        "float_type": "a number",
        "finite_number": "a finite number",
        "list_type": "a list",
        "dict_type": "an object",
        "model_type": "an object",
    }
    shown = "nothing" if error["input"] is None else one_line(error["input"])
    if error["type"] in wanted:
        return key, f"{shown} is not {wanted[error['type']]}"
    return key, f"{shown} cannot be used"


def _depth(data: object) -> int:
    """Levels of lists and objects, counted without recursion."""
    depth, layer = 0, [data]
    while layer:
        depth += 1
        if depth > MAX_DEPTH:
            return depth
        layer = [
            x
            for node in layer
            for x in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
            if isinstance(x, dict | list)
        ]
    return depth
