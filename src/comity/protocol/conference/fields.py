"""Payloads read from plain JSON: every key is declared once, with what it accepts, and checked.

A payload is a frozen dataclass under :class:`Terms` whose fields are made by the functions below::

    @dataclass(frozen=True, slots=True, kw_only=True)
    class SupportWording(Terms):
        paragraph: str = key()
        alternative: str = key()

Who may import me: this room. Start at :class:`Terms`.
"""

from __future__ import annotations

import math
import re
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, Self

from comity.errors import InputError, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "CLOCK_MARK",
    "Terms",
    "changes",
    "day",
    "flag",
    "key",
    "keys",
    "line",
    "moment",
    "number",
    "one_of",
    "plain_moment",
    "prose",
    "read_moment",
    "values",
    "whole",
]

CLOCK_MARK: Final = "clock_went_back"
"""A payload of any act may carry this key with ``true``: the door's clock was behind the last move."""

_KEY: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,62}[A-Za-z0-9])?")
_KEY_WORDS: Final = say(
    "1 to 64 letters, digits, dots, colons, hyphens and underscores, with a letter or digit at both ends"
)
_STRAY: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BREAKS: Final = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
_MOST_KEYS: Final = 500


class _Kind(NamedTuple):
    read: Callable[[Any, str], Any]
    write: Callable[[Any], Any]
    choices: tuple[str, ...] = ()


class _Spec(NamedTuple):
    name: str
    read: Callable[[Any, str], Any]
    write: Callable[[Any], Any]
    default: Any


def _same(value: object) -> object:
    return value


def _declare(
    read: Callable[[Any, str], Any],
    write: Callable[[Any], Any],
    default: object,
    choices: tuple[str, ...] = (),
) -> Any:  # noqa: ANN401
    metadata = {"kind": _Kind(read, write, choices)}
    return field(metadata=metadata) if default is ... else field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Base of all payloads: :meth:`read` and :meth:`to_plain` give back exactly what the other was given."""

    _specs: ClassVar[dict[type, tuple[_Spec, ...]]] = {}

    @classmethod
    def _fields(cls) -> tuple[_Spec, ...]:
        found = Terms._specs.get(cls)
        if found is None:
            found = tuple(
                _Spec(
                    each.name,
                    each.metadata["kind"].read,
                    each.metadata["kind"].write,
                    ... if each.default is MISSING else each.default,
                )
                for each in fields(cls)
            )
            Terms._specs[cls] = found
        return found

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """Read plain values; what is missing takes its default, where it has one.

        Raises
        ------
        comity.errors.InputError
            When a key is unknown, missing or not as accepted; names the key and what is accepted.
        """
        given: dict[str, Any] = {}
        left = len(plain) - (CLOCK_MARK in plain)
        for spec in cls._fields():
            if spec.name in plain:
                left -= 1
                given[spec.name] = spec.read(plain[spec.name], spec.name)
            elif spec.default is ...:
                msg = say("this is missing")
                raise InputError(msg, key=spec.name, accepted=cls._accepted())
        if left:
            names = {spec.name for spec in cls._fields()}
            stray = min(str(name) for name in plain if name not in names and name != CLOCK_MARK)
            msg = say("unknown key '%(stray)s'", stray=stray[:64])
            raise InputError(msg, key=stray[:64], accepted=cls._accepted())
        if plain.get(CLOCK_MARK, True) is not True:
            msg = say("a mark of the clock is true or not there")
            raise InputError(msg, key=CLOCK_MARK, accepted=say("true"))
        return cls(**given)

    @classmethod
    def _accepted(cls) -> str:
        return ", ".join(spec.name for spec in cls._fields()) or "no keys"

    def to_plain(self) -> dict[str, Any]:
        """Write as plain JSON values; what is at its default is left out."""
        plain: dict[str, Any] = {}
        for spec in self._fields():
            value = getattr(self, spec.name)
            if spec.default is ... or value != spec.default:
                plain[spec.name] = spec.write(value)
        return plain


def _bad(name: str, value: object, accepted: str) -> InputError:
    shown = repr(value)
    return InputError(
        say("not accepted: %(value)s", value=f"{shown[:57]}..." if len(shown) > 60 else shown),
        key=name,
        accepted=accepted,
    )


def read_key(value: object, name: str) -> str:
    """Read a short stable name, such as a paragraph, a proposal or a delegation."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise _bad(name, value, _KEY_WORDS)
    return value


def key(default: object = ...) -> Any:  # noqa: ANN401
    """Declare a short stable key."""
    return _declare(read_key, _same, default)


def keys(default: object = (), *, most: int = _MOST_KEYS) -> Any:  # noqa: ANN401
    """Declare a list of different keys; their order is kept."""
    accepted = say("a list of at most %(most)s different keys", most=most)

    def read(value: object, name: str) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or len(value) > most:
            raise _bad(name, value, accepted)
        found = tuple(read_key(each, name) for each in value)
        if len(set(found)) != len(found):
            raise _bad(name, value, accepted)
        return found

    return _declare(read, list, default)


def prose(most: int, default: object = ..., *, empty: bool = False) -> Any:  # noqa: ANN401
    """Declare words of at most ``most`` characters; line ends become ``\\n``."""  # noqa: D301
    accepted = say(
        "text of %(least)s to %(most)s characters, without control characters",
        least=0 if empty else 1,
        most=most,
    )

    def read(value: object, name: str) -> str:
        if not isinstance(value, str):
            raise _bad(name, value, accepted)
        if "\r" in value:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        if len(value) > most:
            msg = say("%(value)s characters are too many", value=len(value))
            raise InputError(msg, key=name, accepted=accepted)
        if (not value.isprintable() and _STRAY.search(value)) or not (empty or value.strip()):
            raise _bad(name, value, accepted)
        return value

    return _declare(read, _same, default)


def line(most: int, default: object = ..., *, empty: bool = False) -> Any:  # noqa: ANN401
    """Declare words of one line, such as a title or a name."""
    accepted = say(
        "one line of %(least)s to %(most)s characters, without control characters",
        least=0 if empty else 1,
        most=most,
    )

    def read(value: object, name: str) -> str:
        if not isinstance(value, str) or len(value) > most or not (empty or value.strip()):
            raise _bad(name, value, accepted)
        if not value.isprintable() and _BREAKS.search(value):
            raise _bad(name, value, accepted)
        return value

    return _declare(read, _same, default)


def whole(default: object = ..., *, low: int = 0, high: int = 1_000_000) -> Any:  # noqa: ANN401
    """Declare a whole number between two bounds."""
    accepted = say("a whole number from %(low)s to %(high)s", low=low, high=high)

    def read(value: object, name: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise _bad(name, value, accepted)
        return value

    return _declare(read, _same, default)


def _read_number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _bad(name, value, say("a finite number"))
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise _bad(name, value, say("a finite number"))
    return found


def number(default: object = ...) -> Any:  # noqa: ANN401
    """Declare a finite number."""
    return _declare(_read_number, _same, default)


def flag(default: object = ...) -> Any:  # noqa: ANN401
    """Declare true or false."""

    def read(value: object, name: str) -> bool:
        if not isinstance(value, bool):
            raise _bad(name, value, say("true or false"))
        return value

    return _declare(read, _same, default)


def one_of(*choices: str, default: object = ...) -> Any:  # noqa: ANN401
    """Declare one of some words."""
    known = frozenset(choices)

    def read(value: object, name: str) -> str:
        if not isinstance(value, str) or value not in known:
            raise _bad(name, value, ", ".join(choices))
        return value

    return _declare(read, _same, default, choices)


def _read_values(value: object, name: str, *, nulls: bool) -> dict[str, float | None]:
    accepted = (
        say("numbers or null by provision, at most %(most)s", most=_MOST_KEYS)
        if nulls
        else say("numbers by provision, at most %(most)s", most=_MOST_KEYS)
    )
    if not isinstance(value, dict) or not 0 < len(value) <= _MOST_KEYS:
        raise _bad(name, value, accepted)
    return {
        read_key(each, name): None if nulls and amount is None else _read_number(amount, f"{name}.{each}")
        for each, amount in sorted(value.items(), key=lambda pair: str(pair[0]))
    }


def values(default: object = ...) -> Any:  # noqa: ANN401
    """Declare a package: numbers by provision."""
    return _declare(lambda value, name: _read_values(value, name, nulls=False), dict, default)


def changes(default: object = ...) -> Any:  # noqa: ANN401
    """Declare changes of a package: numbers by provision, null where it leaves the package."""
    return _declare(lambda value, name: _read_values(value, name, nulls=True), dict, default)


def day(default: object = ...) -> Any:  # noqa: ANN401
    """Declare a calendar day."""

    def read(value: object, name: str) -> date:
        try:
            if isinstance(value, str) and len(value) == len("2030-01-31"):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise _bad(name, value, say("a day such as 2030-01-31"))

    return _declare(read, date.isoformat, default)


def read_moment(value: object, name: str) -> datetime:
    """Read a moment with its zone, and give it in UTC."""
    try:
        if isinstance(value, str) and len(value) <= len("2030-01-31T12:00:00.000000+00:00"):
            found = datetime.fromisoformat(value)
            if found.tzinfo is not None:
                return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _bad(name, value, say("a moment with its zone, such as 2030-01-31T12:00:00+00:00"))


def plain_moment(value: datetime) -> str:
    """Write a moment in UTC."""
    return value.astimezone(UTC).isoformat()


def moment(default: object = ...) -> Any:  # noqa: ANN401
    """Declare a moment."""
    return _declare(read_moment, plain_moment, default)
