"""Read a user's YAML file into a frozen pydantic model, with one clear line where it cannot be.

Every file kind that has no rules of its own beyond its model is read here: line numbers, unknown keys with
what is accepted, types in plain words.

Who may import me: services. Start at :func:`read_model`.
"""

from __future__ import annotations

import difflib
import types
import typing
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from comity.errors import InputError
from comity.services.roundfile_messages import quoted
from comity.services.roundfile_source import one_line, read_source

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from comity.services.roundfile_source import Key, Source

__all__ = ["ModelT", "fail", "find_owner", "read_model"]

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_model(path: Path, model: type[ModelT]) -> tuple[ModelT, Source]:
    """Read a file, or say in one line what to change.

    Returns
    -------
    tuple
        The model, and the source with the line of every key (for later checks, see :func:`fail`).

    Raises
    ------
    InputError
        Names file, line, key and what is accepted; the first problem by line where there are several.
    """
    source = read_source(path)
    try:
        return model.model_validate(source.data), source
    except ValidationError as error:
        every = error.errors(include_url=False)
        # A list whose entries are wrong is also called too short; the entry is what to mend.
        keys = [_key(d) for d in every]
        details = [d for d, key in zip(every, keys, strict=True) if not _holds_another(key, keys)]
        first = min(details, key=lambda d: source.line(_key(d)))
        message, accepted = _describe(first, model)
        more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
        raise InputError(
            message, file=source.name, line=source.line(_key(first)), key=_dotted(_key(first)),
            accepted=f"{accepted}{more}",
        ) from None  # fmt: skip


def fail(source: Source, key: Key, message: str, accepted: str) -> InputError:
    """Make the error for something that a model cannot see, at the line of ``key``."""
    return InputError(message, file=source.name, line=source.line(key), key=_dotted(key), accepted=accepted)


def _key(detail: ErrorDetails) -> Key:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _holds_another(key: Key, keys: list[Key]) -> bool:
    return any(len(other) > len(key) and other[: len(key)] == key for other in keys)


def _dotted(key: Key) -> str | None:
    return ".".join(one_line(str(part))[1:-1] for part in key) or None


def _describe(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    key, kind, value = _key(detail), detail["type"], detail["input"]
    context: dict[str, Any] = detail.get("ctx") or {}
    names = _field_names(find_owner(model, key[:-1]))
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(str(key[-1]), names, n=1, cutoff=0.6)
        return f"unknown key{f'; did you mean {close[0]}?' if close else ''}", quoted(names, most=20)
    if kind == "missing":
        owner = find_owner(model, key[:-1])
        info = owner.model_fields.get(str(key[-1])) if owner else None
        told = info.description if info and info.description else f"a value under {key[-1]}"
        return "the key is missing", told
    plain = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    plain = one_line(plain, limit=200)[1:-1]
    if kind == "value_error":
        return "the entry does not hold together", plain
    if kind == "too_short":
        return "too few entries", "at least one"
    shown = "nothing" if value is None else one_line(value)
    if kind == "string_pattern_mismatch":
        return f"{shown} is not in the form expected", f"text like {context.get('pattern', '')}"
    return f"{shown} is not accepted", plain


def _field_names(owner: type[BaseModel] | None) -> list[str]:
    return [] if owner is None else [info.alias or name for name, info in owner.model_fields.items()]


def find_owner(model: type[BaseModel], key: Key) -> type[BaseModel] | None:
    """Find the model whose fields stand under a key of the file; None where plain values stand there.

    >>> from comity.services.world_file import WorldFile
    >>> find_owner(WorldFile, ("world_round", "blocs", 3)).__name__
    'Bloc'
    """
    here: Any = model
    for part in key:
        owner = _model_in(here)
        if isinstance(part, int):
            continue
        if owner is not None and part in owner.model_fields:
            here = owner.model_fields[part].annotation
    return _model_in(here)


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    for part in typing.get_args(annotation):
        found = _model_in(part)
        if found is not None:
            return found
    return None
