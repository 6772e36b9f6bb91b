"""References: how a figure names the evidence, parameter or equation behind it.

The grammar, one line per kind::

    evidence:TABLE[key=value,key=value]#column
    parameter:dotted.name
    catalogue:LIST[key=value]
    round:dotted.key.path
    model:§3.5|free text

In a key's value the characters ``% , = [ ] # |`` are written as ``%2C`` and so on.

Who may import me: every room that reads or writes references. Start at :func:`parse` and :class:`Trace`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from comity.evidence.sidecar import TableMeta

__all__ = ["KINDS", "Reference", "Trace", "evidence_reference", "parse"]

KINDS: Final = ("evidence", "parameter", "catalogue", "round", "model")

GRAMMAR: Final = (
    "evidence:TABLE[key=value,…]#column, parameter:dotted.name, catalogue:LIST[key=value], "
    "round:dotted.key.path or model:§3.5|text"
)

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_TABLE = re.compile(rf"(?P<name>{_NAME})(?:\[(?P<keys>[^\[\]#]*)\])?(?:#(?P<column>{_NAME}))?")
_DOTTED = re.compile(r"[^\s.\[\]#|]+(?:\.[^\s.\[\]#|]+)*")
_RESERVED: Final = "%,=[]#|"


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed reference; ``str`` gives back its canonical text.

    Attributes
    ----------
    kind
        One of :data:`KINDS`.
    name
        Table, parameter, catalogue list, key path or section of the design.
    keys
        Which rows, in the order written (evidence and catalogue only).
    column
        Which column, or empty for all.
    text
        What follows the bar in a ``model:`` reference.

    Examples
    --------
    >>> parse("evidence:migrant_stock[origin=MAR,year=2024]#persons").keys["origin"]
    'MAR'
    """

    kind: str
    name: str
    keys: Mapping[str, str] = field(default_factory=dict)
    column: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))

    def __hash__(self) -> int:
        return hash(str(self))

    def __str__(self) -> str:
        keys = ",".join(f"{key}={_escape(value)}" for key, value in self.keys.items())
        return (
            f"{self.kind}:{self.name}"
            + (f"[{keys}]" if keys else "")
            + (f"#{self.column}" if self.column else "")
            + (f"|{self.text}" if self.text else "")
        )


def parse(text: str) -> Reference:
    """Read a reference.

    Raises
    ------
    InputError
        When the text does not follow the grammar; says what is accepted.

    Examples
    --------
    >>> str(parse("parameter:world.trade.elasticity"))
    'parameter:world.trade.elasticity'
    >>> parse("model:§3.5|wage").text
    'wage'
    """
    kind, colon, rest = text.strip().partition(":")
    if not colon or kind not in KINDS or not rest:
        raise _bad(text)
    if kind in {"evidence", "catalogue"}:
        match = _TABLE.fullmatch(rest)
        if match is None:
            raise _bad(text)
        return Reference(kind, match["name"], _keys(match["keys"] or "", text), match["column"] or "")
    if kind == "model":
        section, _, note = rest.partition("|")
        if not section:
            raise _bad(text)
        return Reference(kind, section, text=note)
    if _DOTTED.fullmatch(rest) is None:
        raise _bad(text)
    return Reference(kind, rest)


def evidence_reference(table: str, /, column: str = "", **keys: object) -> str:
    """Write an ``evidence:`` reference.

    Examples
    --------
    >>> evidence_reference("migrant_stock", "persons", origin="MAR", destination="ESP", year=2024)
    'evidence:migrant_stock[origin=MAR,destination=ESP,year=2024]#persons'
    """
    return str(Reference("evidence", table, {key: str(value) for key, value in keys.items()}, column))


@dataclass(frozen=True, slots=True)
class Trace:
    """The rows behind a reference, and the sidecar that says where they come from.

    ``value`` is the single figure that the reference names, or None when it names several cells.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"country": ["MAR"], "vote": ["yes"]})
    >>> Trace(parse("evidence:votes[country=MAR]#vote"), rows, "General Assembly").value
    'yes'
    """

    reference: Reference
    rows: pd.DataFrame
    source: str
    meta: TableMeta | None = None

    @property
    def value(self) -> object:
        """The one cell that the reference names; None when there is more than one, or none."""
        column = self.reference.column
        if len(self.rows) != 1 or not column:
            return None
        cell: object = self.rows[column].iloc[0]
        return cell


def _keys(text: str, whole: str) -> dict[str, str]:
    keys: dict[str, str] = {}
    for part in text.split(",") if text.strip() else ():
        key, equals, value = part.partition("=")
        key, value = key.strip(), value.strip()
        if not equals or not re.fullmatch(_NAME, key) or not value or key in keys or "=" in value:
            raise _bad(whole)
        keys[key] = unquote(value)
    return keys


def _escape(value: str) -> str:
    return "".join(f"%{ord(mark):02X}" if mark in _RESERVED else mark for mark in value)


def _bad(text: str) -> InputError:
    return InputError(f"not a reference: {text!r}", accepted=GRAMMAR)
