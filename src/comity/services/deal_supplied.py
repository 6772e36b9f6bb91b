"""Read a package that a user brings (§6.7): a short YAML file, or one out of a ``--json`` answer.

A package that breaks a rule is read all the same, because saying which rule is the point. Only a file that
names no usable package is refused.

Who may import me: services. Start at :func:`read_supplied`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.errors import InputError
from comity.services.deal_file import DealFile, parse_deal, parse_json, read_bytes, show_path
from comity.services.roundfile_messages import number, quoted
from comity.services.roundfile_source import Source, one_line, parse_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.services.roundfile import Round
    from comity.vocabulary import Instrument

__all__ = ["Supplied", "read_supplied"]

_KEYS: Final = ("deal", "title", "clauses")
_FORM: Final = "clauses: [{clause: KEY, value: NUMBER}, …], or the JSON of 'comity deal --json'"


@dataclass(frozen=True, slots=True)
class Supplied:
    """A package as its author wrote it: value by clause key, in the order of the table."""

    name: str
    title: str
    values: Mapping[str, float]


def read_supplied(
    path: Path, round_: Round, instruments: Mapping[str, Instrument], *, package: str | None = None
) -> Supplied:
    """Read a supplied package and check that the round knows its clauses.

    Parameters
    ----------
    path
        YAML with ``clauses``, or the JSON that ``comity deal --json`` printed.
    round_, instruments
        The round, and the catalogue's instruments for what a value can be at all.
    package
        Which package of a JSON answer; its first one unless told.

    Raises
    ------
    InputError
        The file cannot be read, names a clause that is not on the table or twice, gives no number, a number
        outside what the instrument can be, or no clause at all. A value outside the *range of the round* is
        read: it breaks a rule, which the answer says.
    """
    name = show_path(path)
    raw = read_bytes(path, accepted=_FORM)
    answer = _read_answer(raw, name)
    if answer is not None:
        label, title, pairs, source = _pick_package(answer, package)
    else:
        if package is not None:
            msg = f"a YAML file holds one package, so none is called {one_line(package)}"
            raise InputError(msg, file=name, key="--package", accepted="no --package, or a JSON answer")
        source = parse_source(raw, name=name)
        label, title, pairs = _read_clauses(source, path.stem)
    return Supplied(label, title, _check(pairs, source, round_, instruments))


def _read_answer(raw: bytes, name: str) -> DealFile | None:
    """Parse the file as a JSON answer; None where it is not JSON of that kind."""
    if not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        data = parse_json(raw)
    except (ValueError, RecursionError):
        return None
    if isinstance(data, dict) and "packages" not in data and "clauses" in data:
        return None  # the short form, written in JSON, which is YAML too
    return parse_deal(data, file=name)


Pair = tuple[tuple[str | int, ...], object, object]


def _pick_package(answer: DealFile, package: str | None) -> tuple[str, str, list[Pair], Source]:
    place, chosen = answer.choose(package, "--package")
    pairs: list[Pair] = [
        (("packages", place, "provisions", k), x.key, x.value) for k, x in enumerate(chosen.provisions)
    ]
    return chosen.name, chosen.title or chosen.name, pairs, Source(answer.file, {}, {})


def _read_clauses(source: Source, stem: str) -> tuple[str, str, list[Pair]]:
    data = source.data
    for key in data:
        if key not in _KEYS:
            msg = "unknown key"
            raise InputError(
                msg,
                file=source.name,
                line=source.line((key,)),
                key=one_line(str(key))[1:-1],
                accepted=", ".join(_KEYS),
            )
    for key in ("deal", "title"):
        if key in data and not isinstance(data[key], str):
            msg = f"{one_line(data[key])} is not text"
            raise InputError(
                msg, file=source.name, line=source.line((key,)), key=key, accepted="a name in words"
            )
    clauses = data.get("clauses")
    pairs: list[Pair]
    if isinstance(clauses, dict):
        pairs = [(("clauses", key), key, value) for key, value in clauses.items()]
    elif isinstance(clauses, list) and all(isinstance(x, dict) for x in clauses):
        for k, item in enumerate(clauses):
            if set(item) != {"clause", "value"}:
                msg = f"an entry has the keys {quoted([str(x) for x in item]) or 'none'}"
                raise InputError(
                    msg,
                    file=source.name,
                    line=source.line(("clauses", k)),
                    key=f"clauses.{k}",
                    accepted="the keys clause and value",
                )
        pairs = [(("clauses", k), item["clause"], item["value"]) for k, item in enumerate(clauses)]
    else:
        msg = "the key is missing" if clauses is None else "not a list of clauses"
        raise InputError(msg, file=source.name, line=source.line(("clauses",)), key="clauses", accepted=_FORM)
    name = str(data.get("deal") or stem)
    return name, str(data.get("title") or name), pairs


def _check(
    pairs: list[Pair], source: Source, round_: Round, instruments: Mapping[str, Instrument]
) -> dict[str, float]:
    known = {clause.key: clause for clause in round_.table}
    found: dict[str, float] = {}

    def refuse(key: tuple[str | int, ...], message: str, accepted: str) -> InputError:
        return InputError(
            message,
            file=source.name,
            line=source.line(key) if source.lines else None,
            key=".".join(one_line(str(part))[1:-1] for part in key),
            accepted=accepted,
        )

    for key, clause, value in pairs:
        if not isinstance(clause, str) or clause not in known:
            message = f"{one_line(str(clause))} is not on the table of {round_.round}"
            raise refuse(key, message, quoted(list(known)))
        if clause in found:
            message = f"{clause} is given twice"
            raise refuse(key, message, "each clause once")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            message = f"{one_line(value if isinstance(value, str) else repr(value))} is not a number"
            raise refuse((*key, "value") if key[0] != "clauses" else key, message, "a number")
        parameter = instruments[known[clause].instrument].parameter
        if not parameter.low <= value <= parameter.high:
            message = f"{number(float(value))} is outside what {known[clause].instrument} can be"
            accepted = f"{number(parameter.low)} to {number(parameter.high)} ({parameter.unit})"
            raise refuse(key, message, accepted)
        found[clause] = float(value)
    if not found:
        message = "the package holds no clause"
        raise refuse(("clauses",), message, _FORM)
    return {key: found[key] for key in known if key in found}
