"""Read a small XML or JSON file that a stranger may have written.

XML goes through the standard library's expat with document types and entities refused, so that no file can
swell in memory or reach for another file. JSON refuses repeated keys and numbers that are not finite. Both
refuse files that are too large or nested too deeply, and say where.
"""

from __future__ import annotations

import contextlib
import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Node", "read_bytes", "read_json", "read_number", "read_text", "read_xml"]

MOST_BYTES = 64_000_000
MOST_DEPTH = 64


@dataclass(slots=True)
class Node:
    """An element of an XML file with its line."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Node] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Node]:
        """Every element below this one with that tag, in the order of the file."""
        for child in self.children:
            if child.tag == tag:
                yield child
            yield from child.all(tag)

    def own(self, tag: str) -> list[Node]:
        """Children with that tag."""
        return [child for child in self.children if child.tag == tag]


def read_bytes(path: Path) -> bytes:
    """Read a file, or say why it cannot be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            msg = "the file is too large for a game"
            raise InputError(msg, file=str(path), accepted=f"at most {MOST_BYTES:,} bytes")
        return path.read_bytes()
    except OSError as error:
        msg = f"cannot read the file: {error.strerror}"
        raise InputError(msg, file=str(path)) from error


def read_text(path: Path) -> str:
    """Read a UTF-8 text file."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"byte {error.start} is not UTF-8"
        raise InputError(msg, file=str(path), accepted="text in UTF-8") from error


def read_xml(path: Path) -> Node:
    """Read an XML file into nodes.

    Raises
    ------
    comity.errors.InputError
        When the file is not well-formed, declares a document type or entity, or is nested too deeply.
    """
    data = read_bytes(path)
    parser = expat.ParserCreate()
    top = Node("", {}, 0)
    open_ = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(open_) > MOST_DEPTH:
            msg = "elements are nested too deeply"
            raise InputError(
                msg, file=str(path), line=parser.CurrentLineNumber, accepted=f"at most {MOST_DEPTH} levels"
            )
        node = Node(tag, attributes, parser.CurrentLineNumber)
        open_[-1].children.append(node)
        open_.append(node)

    def end(_tag: str) -> None:
        open_.pop()

    def refuse(*_: Any) -> None:  # noqa: ANN401
        msg = "the file declares a document type or an entity"
        raise InputError(
            msg, file=str(path), line=parser.CurrentLineNumber, accepted="plain elements and attributes"
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        msg = f"not well-formed XML ({expat.ErrorString(error.code)})"
        raise InputError(msg, file=str(path), line=error.lineno) from error
    except (LookupError, ValueError) as error:
        msg = f"the file cannot be decoded ({error})"
        raise InputError(
            msg, file=str(path), accepted="UTF-8, UTF-16 or a declared 8-bit encoding"
        ) from error
    return top.children[0]


def read_json(path: Path) -> Any:  # noqa: ANN401
    """Read a JSON file.

    Raises
    ------
    comity.errors.InputError
        When it is not JSON, repeats a key, holds NaN or Infinity, or is nested too deeply.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                msg = f"'{key}' appears twice"
                raise InputError(msg, file=str(path), accepted="distinct names within one object")
            found[key] = value
        return found

    def constant(name: str) -> float:
        msg = f"the number {name}"
        raise InputError(msg, file=str(path), accepted="finite numbers")

    try:
        return json.loads(read_text(path), object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        msg = f"not JSON ({error.msg})"
        raise InputError(msg, file=str(path), line=error.lineno) from error
    except RecursionError as error:
        msg = "the file is nested too deeply"
        raise InputError(msg, file=str(path)) from error


def read_number(
    text: object, *, file: Path, key: str, line: int | None = None, accepted: str = "a finite number"
) -> float:
    """Read a finite number; a truth value is none."""
    number = math.nan
    if isinstance(text, str | int | float) and not isinstance(text, bool):
        with contextlib.suppress(ValueError, OverflowError):
            number = float(text)
    if not math.isfinite(number):
        msg = "no number is given" if text is None else f"'{text}' is not a finite number"
        raise InputError(msg, file=str(file), line=line, key=key, accepted=accepted)
    return number
