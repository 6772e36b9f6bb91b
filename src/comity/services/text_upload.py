"""Files from outside, opened with care: sizes before contents, no entities, nothing fetched.

A document may come from anybody who can upload. What is too big, lies about its size or refers to something
elsewhere is refused in one line before it is unpacked.

Who may import me: services, and the doors for :data:`MOST_UPLOAD_BYTES`. Start at :func:`read_file`,
:func:`parse_xml` and :func:`open_archive`.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from comity.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "MOST_UPLOAD_BYTES",
    "Untyped",
    "check_size",
    "load_extra",
    "open_archive",
    "parse_xml",
    "read_file",
]

Untyped: TypeAlias = Any
"""A module, document or element of a package that has no types of its own."""

MOST_UPLOAD_BYTES: Final = 20 * 1024 * 1024
"""A text of 40 articles and 2,000 amendments is under 2 MB in any of its forms."""

MOST_PARTS: Final = 2_000
"""Parts in an archive."""

MOST_UNPACKED_BYTES: Final = 100 * 1024 * 1024
"""All parts of an archive together; a part that is read may not be larger either."""

MOST_RATIO: Final = 250
"""How far a part may be packed: words go to a tenth, XML of many like paragraphs to a hundredth."""

MOST_RATIO_FREE_BYTES: Final = 1024 * 1024
"""Parts up to this size may be packed as far as they go."""


def load_extra(module: str, package: str) -> Untyped:
    """Import a module of the extra ``forum``.

    Raises
    ------
    comity.errors.MissingExtraError
        When the package is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(package, extra="forum") from error


def read_file(path: Path) -> bytes:
    """Read a file that is not too large.

    Raises
    ------
    comity.errors.InputError
        When there is no such file, it cannot be read, or it is larger than :data:`MOST_UPLOAD_BYTES`.
    """
    try:
        size = path.stat().st_size
        check_size(size, path.name)
        return path.read_bytes()
    except OSError as error:
        msg = f"cannot be read: {error.strerror or 'unknown reason'}"
        raise InputError(msg, file=str(path), accepted="a file that you may read") from error


def check_size(size: int, name: str) -> None:
    """Refuse what is larger than :data:`MOST_UPLOAD_BYTES`.

    Raises
    ------
    comity.errors.InputError
        When it is.

    Examples
    --------
    >>> check_size(30_000_000, "text.docx")
    Traceback (most recent call last):
    comity.errors.InputError: text.docx: 28.6 MB is too large; accepted: at most 20 MB
    """
    if size > MOST_UPLOAD_BYTES:
        msg = f"{size / MOST_UPLOAD_BYTES * 20:.1f} MB is too large"
        raise InputError(msg, file=name, accepted="at most 20 MB")


def parse_xml(data: bytes, name: str) -> Untyped:
    """Parse XML without entities, document types or anything fetched; comments and instructions are dropped.

    Parameters
    ----------
    data
        The bytes of the file.
    name
        What to call it in an error.

    Returns
    -------
    lxml element
        The root.

    Raises
    ------
    comity.errors.InputError
        When it is too large, is not XML, is nested too deeply, or declares a document type.
    """
    etree = load_extra("lxml.etree", "lxml")
    check_size(len(data), name)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        said = " ".join(str(error.msg or "not XML").split())
        msg = f"is not well-formed XML: {said}"
        raise InputError(msg, file=name, line=error.lineno, accepted="well-formed XML") from error
    if root is None:
        msg = "holds no XML"
        raise InputError(msg, file=name, accepted="well-formed XML")
    if root.getroottree().docinfo.internalDTD is not None:
        msg = "declares a document type or entities"
        raise InputError(msg, file=name, accepted="XML without <!DOCTYPE …>")
    return root


def open_archive(data: bytes, name: str, wanted: tuple[str, ...]) -> Mapping[str, bytes]:
    """Unpack the wanted parts of a zip archive, after looking at what all parts say about themselves.

    Parameters
    ----------
    data
        The bytes of the archive.
    name
        What to call it in an error.
    wanted
        Names of parts; those that are not there are left out of what is returned.

    Raises
    ------
    comity.errors.InputError
        When it is not a zip archive, is too large packed or unpacked, is packed suspiciously far, or is
        damaged or encrypted.
    """
    check_size(len(data), name)
    accepted = "a .docx file saved by a word processor"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _check_parts(parts, name)
            there = {part.filename: part for part in parts}
            return {key: _unpack(archive, there[key], name) for key in wanted if key in there}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        msg = "is not a .docx file, or is damaged or encrypted"
        raise InputError(msg, file=name, accepted=accepted) from error


def _check_parts(parts: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS:
        msg = f"holds {len(parts):,} parts"
        raise InputError(msg, file=name, accepted=f"at most {MOST_PARTS:,}")
    if unpacked > MOST_UNPACKED_BYTES:
        msg = f"would unpack to {unpacked / MOST_UNPACKED_BYTES * 100:,.0f} MB"
        raise InputError(msg, file=name, accepted="at most 100 MB")
    for part in parts:
        far = part.file_size > MOST_RATIO * max(part.compress_size, 1)
        if far and part.file_size > MOST_RATIO_FREE_BYTES:
            msg = f"a part is packed more than {MOST_RATIO}-fold, as no document is"
            raise InputError(msg, file=name, accepted="a document saved by a word processor")


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> bytes:
    # what an archive says about a size may be a lie, so no more than that is read
    with archive.open(part) as opened:
        data = opened.read(part.file_size + 1)
    if len(data) > part.file_size:
        msg = "a part is larger than the archive says"
        raise InputError(msg, file=name, accepted="a document saved by a word processor")
    return data
