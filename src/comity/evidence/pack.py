"""The committed evidence pack, read lazily: tidy tables with units and sources (§2.1, §2.3, §2.6).

Who may import me: world, services and doors. Start at :meth:`Evidence.load`.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from comity.errors import EvidenceError, EvidenceNotFound, InputError
from comity.evidence.provenance import Reference, Trace, parse
from comity.evidence.sidecar import Excluded, TableMeta
from comity.vocabulary import Corridor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import xarray as xr

__all__ = ["COUNTRY_COLUMNS", "DATA", "Evidence", "Excluded", "Gap", "country_columns", "read_excluded"]

DATA: Final = Path(__file__).parent / "data"

COUNTRY_COLUMNS: Final = (
    "origin",
    "destination",
    "country",
    "iso3",
    "exporter",
    "importer",
    "donor",
    "recipient",
    "passport",
    "nationality",
    "citizenship",
    "country_a",
    "country_b",
)
"""Names of columns that hold an ISO 3166-1 alpha-3 code (unit ``key`` or ``code``)."""

_UNDIRECTED: Final = ("country_a", "country_b")
_PAIRS: Final = (
    ("origin", "destination"),
    ("exporter", "importer"),
    ("donor", "recipient"),
    ("passport", "destination"),
    ("citizenship", "destination"),
    _UNDIRECTED,
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A table that holds nothing for a country or a corridor (which means unknown, not zero)."""

    table: str
    column: str
    missing: str
    title: str


class Evidence:
    """The pack: named tables, each with its sidecar.

    Tables are read on first use and kept. A table comes as a new frame each time, so a caller may change it.

    Examples
    --------
    >>> evidence = Evidence.load()
    >>> stock = evidence.table("migrant_stock")
    >>> stock.attrs["unit"]["persons"]
    'persons'
    >>> int(evidence.trace("evidence:migrant_stock[origin=MEX,destination=USA,year=2024]").rows.persons.sum())
    11279561
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = tuple(
            sorted(path.name.removesuffix(".meta.yaml") for path in folder.glob("*.meta.yaml"))
        )
        self._metas: dict[str, TableMeta] = {}
        self._tables: dict[str, pd.DataFrame] = {}

    @classmethod
    def load(cls, folder: Path | None = None) -> Evidence:
        """Open the pack that is shipped with Comity, or another one.

        Without a folder the same object is returned each time, so that every room shares what was read.

        Raises
        ------
        EvidenceError
            When the folder holds no sidecar at all.
        """
        if folder is None:
            return _shipped()
        evidence = cls(folder)
        if not evidence._names:
            msg = f"{folder} holds no evidence pack (no *.meta.yaml)"
            raise EvidenceError(msg)
        return evidence

    def __repr__(self) -> str:
        return f"Evidence({len(self._names)} tables)"

    def __contains__(self, name: object) -> bool:
        return name in self._names

    @property
    def folder(self) -> Path:
        """Where the pack lies."""
        return self._folder

    def names(self) -> tuple[str, ...]:
        """Names of the tables and files, in alphabetical order."""
        return self._names

    def meta(self, name: str) -> TableMeta:
        """Sidecar of a table.

        Raises
        ------
        EvidenceNotFound
            When there is no such table; names the closest ones.
        """
        if name not in self._names:
            msg = f"the evidence pack has no table {name!r}"
            raise EvidenceNotFound(msg, accepted=_closest(name, self._names))
        if name not in self._metas:
            self._metas[name] = TableMeta.read(self._folder / f"{name}.meta.yaml")
        return self._metas[name]

    def path(self, name: str) -> Path:
        """Path of a table's or file's data, for example of ``world_map``."""
        return self._folder / self.meta(name).file

    def table(self, name: str) -> pd.DataFrame:
        """Return a table as a tidy frame; ``attrs``: ``unit`` per column, ``source``, ``title``, ``status``.

        Text is ``str``, whole numbers ``int64`` (``Int64`` where cells may be missing), others ``float64``.
        """
        if name not in self._tables:
            meta = self.meta(name)
            if not meta.columns:
                msg = f"{name} is a file, not a table; its path is Evidence.path({name!r})"
                raise EvidenceNotFound(msg)
            frame = _frame(pq.read_table(self.path(name)))
            frame.attrs.update(
                name=name, title=meta.title, unit=meta.units, source=meta.source, status=meta.status
            )
            self._tables[name] = frame
        kept = self._tables[name]
        frame = kept.copy(deep=False)
        frame.attrs = dict(kept.attrs)
        return frame

    def replace(self, tables: Mapping[str, pd.DataFrame]) -> Evidence:
        """Return the same pack with some tables taken from memory, for example estimated anew.

        >>> pack = Evidence.load()
        >>> other = pack.replace({"compact_votes": pack.table("compact_votes").head(1)})
        >>> len(other.table("compact_votes")), len(pack.table("compact_votes")) > 1
        (1, True)
        """
        other = Evidence(self._folder)
        for name, frame in tables.items():
            meta = self.meta(name)
            kept = frame.copy()
            kept.attrs = {
                "name": name, "title": meta.title, "unit": meta.units, "source": meta.source,
                "status": meta.status,
            }  # fmt: skip
            other._tables[name] = kept
        return other

    def show(self, name: str, *, country: str | None = None, limit: int | None = None) -> pd.DataFrame:
        """Rows of a table, for one country (in any role) if given, at most ``limit`` of them."""
        frame = self.table(name)
        if country is not None:
            code = self._code(country)
            columns = country_columns(self.meta(name))
            if not columns:
                msg = f"{name} is not by country"
                raise EvidenceNotFound(msg, key="country")
            keep = frame[columns].isin([code]).any(axis=1)
            if not keep.any():
                msg = f"{name} holds nothing for {code} (unknown, not zero)"
                raise EvidenceNotFound(msg, key="country")
            frame = frame[keep]
        return frame if limit is None else frame.head(limit)

    def matrix(self, name: str, column: str, *, add: tuple[str, ...] = (), **keys: str | int) -> xr.DataArray:
        """Return one column of a table of pairs as a matrix; a pair without a row is missing, never zero.

        Parameters
        ----------
        name, column
            Table of pairs (origin and destination, exporter and importer …) and its column.
        add
            Keys to add up over, for example ``("sex",)``.
        **keys
            Which rows: the value of every other key.

        Returns
        -------
        DataArray
            First half of the pair down, second half across; ``attrs`` as in :meth:`table`.

        Raises
        ------
        EvidenceNotFound
            When the table is not one of pairs, or there is no such row.
        InputError
            When a key is neither given nor added up over, so that a pair has several rows.

        Examples
        --------
        >>> stock = Evidence.load().matrix("migrant_stock", "persons", add=("sex",), year=2024)
        >>> float(stock.sel(origin="MEX", destination="USA")), stock.attrs["unit"]
        (11279561.0, 'persons')
        """
        meta = self.meta(name)
        pair = next((pair for pair in _PAIRS if set(pair) <= set(country_columns(meta))), None)
        if pair is None or pair == _UNDIRECTED:
            msg = f"{name} is not a table of directed pairs"
            raise EvidenceNotFound(msg)
        _known(column, meta.columns, f"column of {name}")
        frame = self.trace(Reference("evidence", name, {key: str(value) for key, value in keys.items()})).rows
        if frame.duplicated([*pair, *add]).any():
            loose = next(key for key in meta.dimensions if key not in {*pair, *add, *keys})
            msg = f"{name} has several rows for a pair"
            raise InputError(msg, key=loose, accepted=_closest("", _values(frame[loose])))
        array: xr.DataArray = frame.groupby(list(pair))[column].sum(min_count=1).to_xarray().astype(float)
        array.attrs = {"unit": meta.units[column], "source": meta.source, "title": meta.title}
        return array

    def trace(self, reference: str | Reference) -> Trace:
        """Follow an ``evidence:`` reference to its rows and sidecar.

        Raises
        ------
        InputError
            When the reference is not one to the evidence pack.
        EvidenceNotFound
            When the table, a key, a column or the row is not there; names what is accepted.
        """
        parsed = parse(reference) if isinstance(reference, str) else reference
        if parsed.kind != "evidence":
            msg = f"{parsed} is not a reference to the evidence pack"
            raise InputError(msg, accepted="evidence:TABLE[key=value,…]#column")
        meta = self.meta(parsed.name)
        if not meta.columns:
            return Trace(parsed, pd.DataFrame({"file": [meta.file]}), meta.source, meta)
        frame = self.table(parsed.name)
        _known(parsed.column, meta.columns, f"column of {parsed.name}")
        for key, text in parsed.keys.items():
            _known(key, meta.columns, f"key of {parsed.name}")
            keep = frame[key].isin([_cast(text, frame[key], key)])
            if not keep.any():
                msg = (
                    f"{parsed.name} has no row with {key}={text} and what comes before it (unknown, not zero)"
                )
                raise EvidenceNotFound(msg, key=str(parsed), accepted=_closest(text, _values(frame[key])))
            frame = frame[keep]
        return Trace(parsed, frame, meta.source, meta)

    def gaps(self, country: str | Corridor, *, tables: Iterable[str] | None = None) -> tuple[Gap, ...]:
        """Tables that are by country and hold nothing for this country, or for this corridor.

        For a country each role (origin, destination …) is looked at on its own. For a corridor only tables
        of pairs are looked at. Pairs without direction are one role and count in either order.

        >>> [gap.table for gap in Evidence.load().gaps(Corridor("MAR", "ESP"), tables=["migrant_stock"])]
        []
        """
        names = self._names if tables is None else tuple(tables)
        found: list[Gap] = []
        for name in names:
            meta = self.meta(name)
            if isinstance(country, Corridor):
                found += self._pair_gaps(meta, country)
            else:
                code = self._code(country)
                found += [
                    Gap(name, role, code, meta.title)
                    for role, columns in _roles(meta).items()
                    if not any(code in self._present(name, column) for column in columns)
                ]
        return tuple(found)

    def countries(self, name: str) -> frozenset[str]:
        """Codes that a table holds, in any role."""
        columns = country_columns(self.meta(name))
        return frozenset().union(*(self._present(name, column) for column in columns))

    def _present(self, name: str, column: str) -> frozenset[str]:
        values = pq.read_table(self.path(name), columns=[column]).column(0)
        return frozenset(pc.unique(values).to_pylist())

    def _pair_gaps(self, meta: TableMeta, corridor: Corridor) -> list[Gap]:
        pair = next((pair for pair in _PAIRS if set(pair) <= set(country_columns(meta))), None)
        if pair is None:
            return []
        table = pq.read_table(self.path(meta.name), columns=list(pair))
        first, second = table.column(pair[0]), table.column(pair[1])
        hit = pc.and_(pc.equal(first, corridor.origin), pc.equal(second, corridor.destination))
        if pair == _UNDIRECTED:
            back = pc.and_(pc.equal(second, corridor.origin), pc.equal(first, corridor.destination))
            hit = pc.or_(hit, back)
        return [] if pc.any(hit).as_py() else [Gap(meta.name, "–".join(pair), str(corridor), meta.title)]

    def _code(self, country: str) -> str:
        code = country.strip().upper()
        known = self._codes()
        if known and code not in known:
            msg = f"unknown country {country!r}"
            raise EvidenceNotFound(
                msg, accepted=_closest(code, known) or "an ISO 3166-1 alpha-3 code such as MAR"
            )
        return code

    def _codes(self) -> frozenset[str]:
        table = next((name for name in ("countries", "migrant_stock") if name in self._names), None)
        return frozenset() if table is None else self.countries(table)


def country_columns(meta: TableMeta) -> list[str]:
    """Columns of a table that hold country codes, the first half of a pair first."""
    found = [column for column in COUNTRY_COLUMNS if column in meta.columns]
    return [column for column in found if meta.columns[column].unit in {"key", "code"}]


def read_excluded(path: Path = DATA / "excluded.yaml") -> tuple[Excluded, ...]:
    """Read what stays out of the shipped pack, with the reason.

    >>> [item.name for item in read_excluded() if item.buildable]
    ['border_detections']
    """
    items = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(Excluded.model_validate(item) for item in items)


def _roles(meta: TableMeta) -> dict[str, tuple[str, ...]]:
    columns = country_columns(meta)
    if set(_UNDIRECTED) <= set(columns):
        return {" or ".join(_UNDIRECTED): _UNDIRECTED}
    return {column: (column,) for column in columns}


@cache
def _shipped() -> Evidence:
    evidence = Evidence(DATA)
    if not evidence.names():
        msg = "the evidence pack is missing from this installation"
        raise EvidenceError(msg)
    return evidence


def _frame(table: pa.Table) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for item in table.schema:
        column = table.column(item.name)
        if pa.types.is_integer(item.type):
            # whole numbers come back at full width: narrow ones would overflow in a caller's arithmetic
            mapper = {pa.int64(): pd.Int64Dtype()}.get if item.nullable else None
            columns[item.name] = column.cast(pa.int64()).to_pandas(types_mapper=mapper)
        elif pa.types.is_boolean(item.type) and item.nullable:
            columns[item.name] = column.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
        else:
            columns[item.name] = column.to_pandas()
    return pd.DataFrame(columns)


def _cast(text: str, series: pd.Series, key: str) -> object:
    try:
        if pd.api.types.is_bool_dtype(series.dtype):
            return {"true": True, "false": False}[text.lower()]
        if pd.api.types.is_integer_dtype(series.dtype):
            return int(text)
        if pd.api.types.is_float_dtype(series.dtype):
            return float(text)
    except (KeyError, ValueError):
        msg = f"{text!r} is not a value of {key}"
        raise EvidenceNotFound(msg, key=key, accepted=f"for example {series.iloc[0]}") from None
    return text


def _known(name: str, columns: Iterable[str], what: str) -> None:
    if name and name not in set(columns):
        msg = f"{name!r} is not a {what}"
        raise EvidenceNotFound(msg, accepted=", ".join(columns))


def _values(series: pd.Series) -> list[str]:
    return [str(value) for value in series.dropna().unique()]


def _closest(text: str, accepted: Iterable[str]) -> str:
    options = sorted(set(accepted))
    if len(options) <= 8:
        return ", ".join(options)
    close = difflib.get_close_matches(text, options, n=4, cutoff=0.5)
    if not close and options[0].lstrip("-").isdigit():
        return f"{options[0]} to {options[-1]}"
    return ", ".join(close or options[:3]) + ("" if close else f", … ({len(options)} in all)")
