"""What a table of the pack declares about itself before it is built (§2.1, §2.2).

Every topic module of :mod:`comity.evidence.build` exposes ``TABLES: tuple[TableSpec, ...]`` and may expose
``FILES: tuple[FileSpec, ...]``.

Who may import me: the build modules. Start at :class:`TableSpec`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd

__all__ = ["Check", "Column", "FileSpec", "Source", "TableSpec"]


@dataclass(frozen=True, slots=True)
class Source:
    """Who published the figures, where, in which edition and under which licence."""

    producer: str
    title: str
    edition: str
    year: int
    url: str
    licence: str
    licence_url: str = ""
    through: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its unit (or ``"key"`` for a dimension) and what it means."""

    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class Check:
    """A statement about a built table that must hold, for example a published world total.

    ``measure`` computes a number from the table; it must lie within ``tolerance`` (relative) of
    ``published``. ``source`` says who published it. With ``tolerance=0`` the number must be equal.
    """

    name: str
    measure: Callable[[pd.DataFrame], float]
    published: float
    tolerance: float
    source: str


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table of the pack: how to read it from the raw folder, and all its sidecar says.

    ``read`` takes the raw folder (the one that holds ``migration/`` and ``economy/``) and returns a tidy
    frame with exactly the columns of ``columns``, keys first, sorted by its keys, ISO 3166-1 alpha-3 codes,
    missing rows absent (never 0). ``frame.attrs["gaps"]`` may hold sentences about what this reading found
    missing (unmapped names, for example); they join ``gaps`` in the sidecar.

    ``shipped=False`` marks a table whose licence does not clearly allow passing it on: it is built only
    when asked for by name, stays with the user who built it, and ``excluded.yaml`` says so.

    ``derived`` says by which command a table is computed from other tables of the pack; such a table has no
    raw files of its own and is left alone by a build from raw files.

    ``raw_files`` are paths or patterns in the raw folder; the sidecar lists those that exist, with hash. For
    a derived table they are files of the pack itself.
    """

    name: str
    title: str
    sources: tuple[Source, ...]
    columns: Mapping[str, Column]
    read: Callable[[Path], pd.DataFrame]
    transformations: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    gaps: tuple[str, ...] = ()
    status: str = "measured"
    raw_files: tuple[str, ...] = field(default=())
    shipped: bool = True
    derived: str = ""


@dataclass(frozen=True, slots=True)
class FileSpec:
    """A file of the pack that is not a table, for example the world map.

    ``make`` takes the raw folder and returns the bytes of ``file``; the same raw files give the same bytes.
    """

    name: str
    file: str
    title: str
    sources: tuple[Source, ...]
    make: Callable[[Path], bytes]
    transformations: tuple[str, ...]
    gaps: tuple[str, ...] = ()
    status: str = "measured"
    raw_files: tuple[str, ...] = field(default=())
