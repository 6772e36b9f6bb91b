"""Measures that checks use: a total over some rows, or how many rows there are.

Who may import me: the build modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

__all__ = ["count", "total"]

Key = str | int | bool | tuple[str, ...]


def total(column: str, *, scale: float = 1.0, **keys: Key) -> Callable[[pd.DataFrame], float]:
    """Measure the sum of a column, divided by ``scale``, over the rows whose keys have these values.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"country": ["ESP", "MAR", "SEN"], "persons": [1, 2, 4]})
    >>> total("persons", country=("MAR", "SEN"))(frame)
    6.0
    """
    return lambda frame: float(_rows(frame, keys)[column].sum()) / scale


def count(**keys: Key) -> Callable[[pd.DataFrame], float]:
    """Measure how many rows have these keys."""
    return lambda frame: float(len(_rows(frame, keys)))


def _rows(frame: pd.DataFrame, keys: dict[str, Key]) -> pd.DataFrame:
    for key, value in keys.items():
        frame = frame[frame[key].isin(value if isinstance(value, tuple) else (value,))]
    return frame
