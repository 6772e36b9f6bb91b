"""Build the pack: read, check, write, in one pass and byte for byte the same each time (§2.2).

Who may import me: services. Start at :func:`build`.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

import comity.evidence.build as topics
from comity.errors import EvidenceError, EvidenceNotFound
from comity.evidence.build.spec import FileSpec, TableSpec
from comity.evidence.checks import check_licences, check_table
from comity.evidence.sidecar import ColumnMeta, RawFileMeta, SourceMeta, TableMeta

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BuildResult", "arrow_table", "build", "content_hash", "specs", "write_parquet", "write_table"]

_TOPICS: Final = ("migration_", "economy", "skills", "estimates")
_INT32: Final = range(-(2**31), 2**31)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What became of one table: built, or skipped because its raw files are not there.

    ``note`` names the missing files, or the checks that a newer edition does not meet.
    """

    name: str
    outcome: Literal["built", "skipped"]
    rows: int
    bytes: int
    checks: int
    sha256: str
    note: str = ""


def specs() -> dict[str, TableSpec | FileSpec]:
    """Every table and file that the topic modules declare, by name.

    Raises
    ------
    EvidenceError
        When two modules declare the same name.
    """
    found: dict[str, TableSpec | FileSpec] = {}
    for module in sorted(item.name for item in pkgutil.iter_modules(topics.__path__)):
        if not module.startswith(_TOPICS):
            continue
        topic = importlib.import_module(f"{topics.__name__}.{module}")
        for spec in (*getattr(topic, "TABLES", ()), *getattr(topic, "FILES", ())):
            if spec.name in found:
                msg = f"two build modules declare {spec.name}"
                raise EvidenceError(msg)
            found[spec.name] = spec
    return found


def build(
    raw: Path,
    out: Path,
    *,
    only: Iterable[str] | None = None,
    strict: bool = True,
    progress: Progress | None = None,
) -> list[BuildResult]:
    """Build tables from the raw folder into ``out``.

    Parameters
    ----------
    raw
        The folder that holds ``migration/`` and ``economy/``.
    out
        Where ``<table>.parquet`` and ``<table>.meta.yaml`` go; made if it is not there.
    only
        Names of tables to build; unless told, all that may be shipped and are read from raw files. A table
        named here must have its raw files. A table that may not be passed on is built only when it is named
        here.
    strict
        Whether a figure that differs from the one that the publisher states is an error. With a newer edition
        than the checks were written for, say False: the differences are noted and written to the sidecar.
    progress
        Called with name, number done and number in all.

    Raises
    ------
    EvidenceNotFound
        When a name in ``only`` is not a table, or a raw file for it is missing.
    EvidenceError
        When a table breaks a check; names the table and the check. Nothing of that table is written.
    """
    every = specs()
    names = sorted(set(only)) if only is not None else [name for name in sorted(every) if _ships(every[name])]
    unknown = [name for name in names if name not in every]
    if unknown:
        msg = f"no table {unknown[0]!r} can be built"
        raise EvidenceNotFound(msg, accepted=", ".join(sorted(every)))
    if not raw.is_dir():
        msg = f"no raw folder at {raw}"
        raise EvidenceNotFound(msg, accepted="a folder that holds migration/ and economy/")
    out.mkdir(parents=True, exist_ok=True)
    results: list[BuildResult] = []
    for done, name in enumerate(names):
        if progress is not None:
            progress(name, done, len(names))
        spec = every[name]
        try:
            if isinstance(spec, TableSpec):
                result = _build_table(spec, raw, out, strict=strict)
            else:
                result = _build_file(spec, raw, out)
        except FileNotFoundError as error:
            if only is not None:
                msg = f"{name}: {error}"
                raise EvidenceNotFound(msg) from error
            result = BuildResult(name, "skipped", 0, 0, 0, "", note=str(error))
        results.append(result)
    if progress is not None:
        progress("", len(names), len(names))
    return results


def _ships(spec: TableSpec | FileSpec) -> bool:
    return isinstance(spec, FileSpec) or (spec.shipped and not spec.derived)


def arrow_table(frame: pd.DataFrame) -> pa.Table:
    """Make an Arrow table without pandas metadata, text plain, whole numbers as narrow as they fit.

    A column is nullable exactly when it has an empty cell or holds a nullable whole number.
    """
    fields: list[pa.Field] = []
    arrays: list[pa.Array] = []
    for name in frame.columns:
        series = frame[name]
        array = pa.array(_plain(series), from_pandas=True)
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        if pa.types.is_large_string(array.type):
            array = array.cast(pa.string())
        if pa.types.is_integer(array.type):
            array = array.cast(_integer(array))
        nullable = array.null_count > 0 or (
            isinstance(series.dtype, pd.api.extensions.ExtensionDtype)
            and (pd.api.types.is_integer_dtype(series.dtype) or pd.api.types.is_bool_dtype(series.dtype))
        )
        fields.append(pa.field(str(name), array.type, nullable=nullable))
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def write_parquet(table: pa.Table) -> bytes:
    """Parquet bytes: fixed compression and layout, no clock, so that the same table gives the same bytes."""
    sink = io.BytesIO()
    text = [item.name for item in table.schema if pa.types.is_string(item.type)]
    pq.write_table(
        table,
        sink,
        compression="zstd",
        compression_level=19,
        use_dictionary=text + [item.name for item in table.schema if pa.types.is_integer(item.type)],
        use_byte_stream_split=[item.name for item in table.schema if pa.types.is_floating(item.type)],
        row_group_size=2**20,
        data_page_size=2**20,
        version="2.6",
        write_statistics=False,
        store_schema=False,
    )
    return sink.getvalue()


def content_hash(table: pa.Table) -> str:
    """Hash of the values alone, which stays when another release of the writer lays bytes out otherwise."""
    sink = io.BytesIO()
    pa_csv.write_csv(table, sink)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _build_table(spec: TableSpec, raw: Path, out: Path, *, strict: bool) -> BuildResult:
    if spec.derived:
        msg = f"{spec.name} is computed from other tables of the pack"
        raise EvidenceNotFound(msg, accepted=spec.derived)
    return write_table(spec, spec.read(raw), raw, out, strict=strict)


def write_table(
    spec: TableSpec, frame: pd.DataFrame, raw: Path, out: Path, *, strict: bool = True
) -> BuildResult:
    """Check a table and write it with its sidecar; the same frame and files give the same bytes.

    Parameters
    ----------
    frame
        As ``spec`` describes it.
    raw
        The folder in which ``spec.raw_files`` lie; for a derived table the pack's own.
    """
    checks = check_table(spec, frame, strict=strict)
    differ = [
        f"{check.name}: {check.ours:,.6g}, not {check.published:,.6g}" for check in checks if not check.passed
    ]
    table = arrow_table(frame)
    data = write_parquet(table)
    meta = TableMeta(
        name=spec.name,
        title=spec.title,
        file=f"{spec.name}.parquet",
        status=cast("Literal['measured', 'estimated', 'assumed', 'contested']", spec.status),
        sources=tuple(SourceMeta(**asdict(source)) for source in spec.sources),
        columns={
            name: ColumnMeta(
                unit=column.unit,
                description=column.description,
                dtype=str(table.schema.field(name).type),
                missing=table.column(name).null_count,
            )
            for name, column in spec.columns.items()
        },
        dimensions=tuple(name for name, column in spec.columns.items() if column.unit == "key"),
        rows=table.num_rows,
        transformations=spec.transformations,
        checks=checks,
        gaps=(*spec.gaps, *frame.attrs.get("gaps", ())),
        raw_files=_raw_files(raw, spec.raw_files),
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content_sha256=content_hash(table),
        written_with=f"pyarrow {pa.__version__}",
    )
    (out / meta.file).write_bytes(data)
    meta.write(out / f"{spec.name}.meta.yaml")
    return BuildResult(
        spec.name, "built", meta.rows, meta.bytes, len(checks), meta.sha256, note="; ".join(differ)
    )


def _build_file(spec: FileSpec, raw: Path, out: Path) -> BuildResult:
    check_licences(spec.name, [source.licence for source in spec.sources])
    data = spec.make(raw)
    digest = hashlib.sha256(data).hexdigest()
    meta = TableMeta(
        name=spec.name,
        title=spec.title,
        file=spec.file,
        status=cast("Literal['measured', 'estimated', 'assumed', 'contested']", spec.status),
        sources=tuple(SourceMeta(**asdict(source)) for source in spec.sources),
        transformations=spec.transformations,
        gaps=spec.gaps,
        raw_files=_raw_files(raw, spec.raw_files),
        bytes=len(data),
        sha256=digest,
        content_sha256=digest,
    )
    (out / meta.file).write_bytes(data)
    meta.write(out / f"{spec.name}.meta.yaml")
    return BuildResult(spec.name, "built", 0, meta.bytes, 0, digest)


def _raw_files(raw: Path, patterns: tuple[str, ...]) -> tuple[RawFileMeta, ...]:
    paths = sorted({path for pattern in patterns for path in raw.glob(pattern) if path.is_file()})
    return tuple(
        RawFileMeta(
            path=path.relative_to(raw).as_posix(), sha256=hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in paths
    )


def _plain(series: pd.Series) -> pd.Series:
    return series.astype(str) if isinstance(series.dtype, pd.CategoricalDtype) else series


def _integer(array: pa.Array) -> pa.DataType:
    low, high = pa.compute.min_max(array).values()
    fits = low.as_py() is None or (low.as_py() in _INT32 and high.as_py() in _INT32)
    return pa.int32() if fits else pa.int64()
