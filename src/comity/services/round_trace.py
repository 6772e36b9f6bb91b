"""What a round file says under a key, on which line, and with which source or reason beside it (§2.6).

Who may import me: :mod:`comity.services.evidence`. Start at :func:`trace_round`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.errors import EvidenceNotFound
from comity.services.roundfile import load_round
from comity.services.roundfile_source import read_source

if TYPE_CHECKING:
    from pathlib import Path

    from comity.services.roundfile_source import Key, Source

__all__ = ["RoundEntry", "trace_round"]

#: Keys that say why a value is what it is, the strongest first.
_REASONS: Final = ("source", "reason", "text", "note")
DEFAULT: Final = "not in the file: the default of the round file"
GIVEN: Final = "in the file"


@dataclass(frozen=True, slots=True)
class RoundEntry:
    """One key of a round file.

    ``value`` is plain data as read and checked (a list, a mapping or a single value); ``line`` that of the
    key, or of the nearest key above it that is in the file; ``given`` says whether the file or a default
    says so; ``source`` is the source or reason beside the value, or empty.
    """

    key: str
    value: Any
    line: int
    given: str
    source: str


def trace_round(path: Path, dotted: str) -> tuple[RoundEntry, ...]:
    """Find what a round file says under a dotted key; one entry, or one per item of a list.

    Raises
    ------
    InputError
        The file cannot be used.
    EvidenceNotFound
        It has no such key; names the keys that it has there.
    """
    round_ = load_round(path)
    source = read_source(path)
    value: Any = round_.model_dump(mode="json", by_alias=True)
    key: Key = ()
    for part in dotted.split("."):
        step = _step(value, part)
        if step is None:
            where = f"{path}: {'.'.join(map(str, key))}" if key else str(path)
            msg = f"{where} has no {part!r}"
            raise EvidenceNotFound(msg, key=f"round:{dotted}", accepted=_accepted(value))
        value, key = value[step], (*key, step)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return tuple(_entry(source, (*key, k), item) for k, item in enumerate(value))
    return (_entry(source, key, value),)


def _step(value: object, part: str) -> str | int | None:
    if isinstance(value, dict):
        return part if part in value else None
    if isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
        return int(part)
    return None


def _accepted(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(map(str, value))
    if isinstance(value, list):
        return f"0 to {len(value) - 1}" if value else "nothing: the list is empty"
    return "nothing below a single value"


def _entry(source: Source, key: Key, value: object) -> RoundEntry:
    given = GIVEN if key in source.lines else DEFAULT
    beside = _beside(source.data, key) if key in source.lines else ""
    return RoundEntry(".".join(map(str, key)), value, source.line(key), given, beside)


def _beside(data: Any, key: Key) -> str:  # noqa: ANN401  (plain data of any shape)
    """Return the nearest source or reason, from the value itself upwards."""
    levels = [data]
    for part in key:
        levels.append(levels[-1][part])
    for level in reversed(levels):
        if isinstance(level, dict):
            said = next((level[name] for name in _REASONS if level.get(name)), None)
            if said is not None:
                return str(said)
    return ""
