"""JSON of which the same result always gives the same bytes (§5.4)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Final

import numpy as np

__all__ = ["render_json"]

_DIGITS: Final = 12


def render_json(obj: object) -> str:
    """Write an object as canonical JSON: keys sorted, floats to 12 significant digits, a newline at the end.

    Parameters
    ----------
    obj
        Mappings with string keys, sequences, sets (written sorted), dataclasses, enums, numpy scalars and
        arrays, strings, numbers, booleans and None, nested as deep as wanted. A dataclass becomes an object
        of its fields.

    Raises
    ------
    ValueError
        When a number is not finite: what is missing is None, never NaN (§2.3).
    TypeError
        When something else is met, or a key is no string.

    Examples
    --------
    >>> print(render_json({"b": 0.1 + 0.2, "a": (1, True, None)}), end="")
    {
      "a": [
        1,
        true,
        null
      ],
      "b": 0.3
    }
    """
    plain = _plain(obj, "$")
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False) + "\n"


def _plain(obj: object, path: str) -> object:
    """Reduce to what JSON knows; ``path`` says where something could not be reduced."""
    if isinstance(obj, np.generic):
        obj = obj.item()
    if isinstance(obj, Enum):
        obj = obj.value
    if obj is None or isinstance(obj, str | bool | int):
        return obj
    if isinstance(obj, float):
        return _rounded(obj, path)
    if is_dataclass(obj) and not isinstance(obj, type):
        return {field.name: _plain(getattr(obj, field.name), f"{path}.{field.name}") for field in fields(obj)}
    if isinstance(obj, Mapping):
        return {_key(key, path): _plain(value, f"{path}.{key}") for key, value in obj.items()}
    if isinstance(obj, np.ndarray):
        obj = obj.tolist()
    if isinstance(obj, AbstractSet):
        return sorted((_plain(item, path) for item in obj), key=json.dumps)
    if isinstance(obj, Sequence) and not isinstance(obj, bytes | bytearray):
        return [_plain(item, f"{path}[{place}]") for place, item in enumerate(obj)]
    msg = f"{path}: {type(obj).__name__} has no form in JSON"
    raise TypeError(msg)


def _key(key: object, path: str) -> str:
    if isinstance(key, Enum):
        key = key.value
    if not isinstance(key, str):
        msg = f"{path}: a key of JSON is a string, not {key!r}"
        raise TypeError(msg)
    return key


def _rounded(value: float, path: str) -> float:
    if not math.isfinite(value):
        msg = f"{path}: {value} is no number of a result; what is missing is null"
        raise ValueError(msg)
    return float(f"{value:.{_DIGITS}g}") + 0.0  # adding zero turns -0.0 into 0.0
