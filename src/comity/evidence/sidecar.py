"""What every table of the pack says about itself: the ``<table>.meta.yaml`` beside it (§2.1).

Who may import me: the evidence room, services and doors. Start at :class:`TableMeta`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from comity.errors import EvidenceError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CheckMeta", "ColumnMeta", "Excluded", "RawFileMeta", "SourceMeta", "TableMeta"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceMeta(_Part):
    """A publication that the table rests on."""

    producer: str
    title: str
    edition: str
    year: int
    url: str
    licence: str
    licence_url: str = ""
    through: str = ""

    def __str__(self) -> str:
        return f"{self.producer}, {self.title} ({self.edition}); licence: {self.licence}"


class ColumnMeta(_Part):
    """Unit (or ``key``), meaning and storage type of a column; ``missing`` counts its empty cells."""

    unit: str
    description: str
    dtype: str
    missing: int = 0


class CheckMeta(_Part):
    """A check of the table when it was built: our figure beside the published one.

    ``passed`` is False only where a user built a newer edition than the checks were written for.
    """

    name: str
    ours: float
    published: float
    tolerance: float
    source: str
    passed: bool = True


class RawFileMeta(_Part):
    """A file that the table was read from, relative to the raw folder."""

    path: str
    sha256: str


class Excluded(_Part):
    """A source that stays out of the shipped pack, and why; ``use`` says what Comity does instead."""

    name: str
    title: str
    producer: str
    licence: str
    licence_url: str = ""
    reason: str
    use: str
    buildable: bool


class TableMeta(_Part):
    """The sidecar of a table (or of a file such as the world map, which has no columns).

    Examples
    --------
    >>> from comity.evidence import Evidence
    >>> meta = Evidence.load().meta("compact_votes")
    >>> meta.dimensions, meta.licence, meta.units["vote"]
    (('country', 'resolution'), 'CC0 1.0', 'category')
    """

    name: str
    title: str
    file: str
    status: Literal["measured", "estimated", "assumed", "contested"]
    sources: tuple[SourceMeta, ...]
    columns: dict[str, ColumnMeta] = {}
    dimensions: tuple[str, ...] = ()
    rows: int = 0
    transformations: tuple[str, ...] = ()
    checks: tuple[CheckMeta, ...] = ()
    gaps: tuple[str, ...] = ()
    raw_files: tuple[RawFileMeta, ...] = ()
    bytes: int
    sha256: str
    content_sha256: str
    written_with: str = ""

    @property
    def units(self) -> dict[str, str]:
        """Unit per column."""
        return {name: column.unit for name, column in self.columns.items()}

    @property
    def source(self) -> str:
        """Who published the figures, in one line."""
        return " · ".join(str(source) for source in self.sources)

    @property
    def licence(self) -> str:
        """All licences of the sources, in one line."""
        return "; ".join(dict.fromkeys(source.licence for source in self.sources))

    @classmethod
    def read(cls, path: Path) -> TableMeta:
        """Read a sidecar.

        Raises
        ------
        EvidenceError
            When the file is not a valid sidecar.
        """
        try:
            return cls.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))  # noqa: S506
        except (ValidationError, yaml.YAMLError, OSError) as error:
            detail = str(error).splitlines()[0]
            msg = f"{path.name}: not a valid sidecar ({detail})"
            raise EvidenceError(msg) from error

    def write(self, path: Path) -> None:
        """Write the sidecar; the same content gives the same bytes."""
        text = yaml.safe_dump(
            self.model_dump(mode="json"),
            sort_keys=False,
            allow_unicode=True,
            width=110,
            default_flow_style=False,
        )
        path.write_text(text, encoding="utf-8", newline="\n")
