"""YAML with line numbers, and only the plain part of YAML: no anchors, no tags, no duplicate keys.

Scalars follow YAML 1.2: only ``true`` and ``false`` are booleans (``NO`` is text), dates are text and
``010`` is ten. Sizes, depth and node counts are limited before anything is built.

Who may import me: services. Start at :func:`read_source`.
"""

from __future__ import annotations

import math
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "Problem",
    "Source",
    "one_line",
    "parse_source",
    "read_source",
]

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 12
MAX_NODES: Final = 40_000

_INTEGER: Final = re.compile(r"[-+]?[0-9][0-9_]{0,30}")
_DECIMAL: Final = re.compile(r"[-+]?([0-9][0-9_]*\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,5})?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Key = tuple[str | int, ...]
Plain = str | int | float | bool | list[Any] | dict[str, Any] | None


def one_line(value: object, *, limit: int = 60) -> str:
    r"""Show a user's text inside a message: one line, no control characters, shortened.

    >>> one_line("a" * 100, limit=8), one_line("two\nlines")
    ("'aaaaaa…'", "'two lines'")
    """
    text = value if isinstance(value, str) else repr(value)
    text = "".join(ch if ch.isprintable() else " " for ch in " ".join(text.split()))
    if len(text) > limit:
        text = text[: limit - 2] + "…"
    return f"'{text}'" if isinstance(value, str) else text


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file: plain data and the line that each dotted key stands on."""

    name: str
    data: Any
    lines: dict[Key, int]

    def line(self, key: Key) -> int:
        """Line of the key, or of its nearest ancestor that is in the file."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a round file, before it is known on which line."""

    key: Key
    message: str
    accepted: str = ""


@dataclass(slots=True)
class _Frame:
    """A collection being filled: its path, its values, and the mapping key that waits for a value."""

    path: Key
    values: dict[str, Any] | list[Any]
    key: str | None = None


def read_source(path: Path) -> Source:
    """Read a YAML file into plain data with line numbers.

    Raises
    ------
    InputError
        The file is missing, not a regular file, over 1 MB, not UTF-8, empty, not YAML, not a mapping,
        or uses what a round file has no need of (anchors, aliases, tags, duplicate keys, deep nesting).
    """
    name = one_line(str(path), limit=300)[1:-1]
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            msg = "not a regular file"
            raise InputError(msg, file=name, accepted="a YAML file")
        if status.st_size > MAX_BYTES:
            msg = f"the file is too large: {status.st_size:,} bytes"
            raise InputError(msg, file=name, accepted=f"at most {MAX_BYTES:,} bytes")
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "not a usable path"
        msg = f"cannot read the file: {reason}"
        raise InputError(msg, file=name, accepted="a readable YAML file") from error
    return parse_source(raw, name=name)


def parse_source(raw: bytes, *, name: str) -> Source:
    r"""Parse the bytes of a file; see :func:`read_source`.

    >>> source = parse_source(b"a: 1\nb:\n  - {c: x}\n", name="r.yaml")
    >>> source.data, source.line(("b", 0, "c"))
    ({'a': 1, 'b': [{'c': 'x'}]}, 3)
    """
    if len(raw) > MAX_BYTES:
        msg = f"the file is too large: over {MAX_BYTES:,} bytes"
        raise InputError(msg, file=name, accepted=f"at most {MAX_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        msg = "the file is not UTF-8 text"
        raise InputError(msg, file=name, line=line, accepted="UTF-8 text") from error
    if not text.strip():
        msg = "the file is empty"
        raise InputError(msg, file=name, line=1, accepted="a mapping that starts with 'round: NAME'")
    try:
        data, lines = _build(yaml.parse(text, Loader=_LOADER), name)
    except yaml.YAMLError as error:
        raise _yaml_error(error, name) from error
    if not isinstance(data, dict):
        msg = f"the file holds {_kind(data)}, not a mapping"
        raise InputError(msg, file=name, line=1, accepted="a mapping that starts with 'round: NAME'")
    return Source(name, data, lines)


def _yaml_error(error: yaml.YAMLError, name: str) -> InputError:
    line = None
    reason = "it cannot be parsed"
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = getattr(mark, "line", 0) + 1
        reason = str(error.problem or error.context or reason)
    elif isinstance(error, yaml.reader.ReaderError):
        reason = "it holds a character that YAML does not allow"
    msg = f"not valid YAML: {one_line(reason, limit=120)[1:-1]}"
    return InputError(msg, file=name, line=line, accepted="YAML as in docs/round-file.md")


def _kind(value: object) -> str:
    return {list: "a list", dict: "a mapping", str: "a text", type(None): "nothing"}.get(
        type(value), "a value"
    )


def _build(events: Iterator[yaml.Event], name: str) -> tuple[Plain, dict[Key, int]]:
    """Fold parse events into data; a loop, not a recursion, so that depth cannot exhaust the stack."""
    lines: dict[Key, int] = {}
    stack: list[_Frame] = []
    root: Plain = None
    documents = nodes = 0
    for event in events:
        line = _line(event)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                msg = "the file holds more than one YAML document"
                raise InputError(msg, file=name, line=line, accepted="one document")
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            nodes += 1
            _refuse(event, name=name, line=line, depth=len(stack), nodes=nodes)
            frame = stack[-1] if stack else None
            if frame is not None and isinstance(frame.values, dict) and frame.key is None:
                frame.key = _mapping_key(event, frame, name=name, line=line)
                lines[*frame.path, frame.key] = line
                continue
            value = _value(event, name=name, line=line)
            if frame is None:
                path: Key = ()
                root = value
            else:
                path = _place(frame, value)
            lines.setdefault(path, line)
            if isinstance(value, dict | list):
                stack.append(_Frame(path, value))
    return root, lines


def _line(event: yaml.Event) -> int:
    return int(getattr(event.start_mark, "line", 0)) + 1


def _refuse(event: yaml.NodeEvent, *, name: str, line: int, depth: int, nodes: int) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        msg = f"anchors and aliases are not used in a round file: {one_line(event.anchor)}"
        raise InputError(msg, file=name, line=line, accepted="each value written out")
    if getattr(event, "tag", None) not in (None, "!"):
        msg = f"tags are not used in a round file: {one_line(getattr(event, 'tag', ''))}"
        raise InputError(msg, file=name, line=line, accepted="plain text, numbers, lists and mappings")
    if depth >= MAX_DEPTH:
        msg = "nested too deeply"
        raise InputError(msg, file=name, line=line, accepted=f"at most {MAX_DEPTH} levels")
    if nodes > MAX_NODES:
        msg = "too many values"
        raise InputError(msg, file=name, line=line, accepted=f"at most {MAX_NODES:,} keys and values")


def _mapping_key(event: yaml.NodeEvent, frame: _Frame, *, name: str, line: int) -> str:
    where = ".".join(map(str, frame.path)) or None
    if not isinstance(event, yaml.ScalarEvent):
        msg = "a key must be plain text"
        raise InputError(msg, file=name, line=line, key=where, accepted="NAME: value")
    if event.value in frame.values:
        dotted = ".".join(map(str, (*frame.path, one_line(event.value)[1:-1])))
        msg = "the key is given twice"
        raise InputError(msg, file=name, line=line, key=dotted, accepted="each key once")
    return str(event.value)


def _value(event: yaml.NodeEvent, *, name: str, line: int) -> Plain:
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    if not isinstance(event, yaml.ScalarEvent):  # pragma: no cover  (there is no other node event)
        return None
    text = str(event.value)
    if event.style is not None and event.style != "":
        return text
    return _plain(text, name=name, line=line)


def _plain(text: str, *, name: str, line: int) -> Plain:
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    if _NOT_FINITE.fullmatch(text):
        msg = f"the number {one_line(text)} is not finite"
        raise InputError(msg, file=name, line=line, accepted="a finite number")
    if len(text) <= 60 and _DECIMAL.fullmatch(text):
        number = float(text.replace("_", ""))
        if not math.isfinite(number):
            msg = f"the number {one_line(text)} is too large"
            raise InputError(msg, file=name, line=line, accepted="a finite number")
        return number
    return text


def _place(frame: _Frame, value: Plain) -> Key:
    if isinstance(frame.values, list):
        frame.values.append(value)
        return (*frame.path, len(frame.values) - 1)
    key = frame.key if frame.key is not None else ""
    frame.values[key] = value
    frame.key = None
    return (*frame.path, key)
