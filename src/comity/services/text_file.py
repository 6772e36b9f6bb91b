"""A negotiating text in a file: the form is told by the ending of its name.

``.md`` (Markdown with brackets), ``.docx`` (Word with tracked changes) and ``.xml`` (Akoma Ntoso 3.0) hold
the whole text; see ``docs/negotiating-text.md``.

Who may import me: services and doors. Start at :func:`read_text` and :func:`write_text`; a door that has no
file but an upload or a download takes :func:`load_text` and :func:`dump_text`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from comity.errors import InputError
from comity.services.text_akoma import read_akoma, write_akoma
from comity.services.text_docx import write_docx
from comity.services.text_docx_read import read_docx
from comity.services.text_markdown import read_markdown, write_markdown
from comity.services.text_upload import check_size, read_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from comity.protocol.text import NegotiatingText

__all__ = ["FORMS", "dump_text", "load_text", "read_text", "write_text"]

FORMS: Final[Mapping[str, str]] = {
    ".md": "text/markdown; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xml": "application/akn+xml",
}
"""Endings that hold a whole text, with the media type of each."""


def load_text(data: bytes, name: str, *, delegation: str | None = None) -> NegotiatingText:
    """Read a text from the bytes of a file.

    Parameters
    ----------
    data
        The bytes.
    name
        Name of the file; its ending tells the form, and errors call it so.
    delegation
        Whose the edits in a Word document are; otherwise its authors must have codes as names.

    Raises
    ------
    comity.errors.InputError
        When the ending is unknown, the file is too large or hostile, or it does not hold a text.
    """
    check_size(len(data), name)
    form = _form(name)
    if form == ".md":
        return read_markdown(data, name=name)
    if form == ".docx":
        return read_docx(data, delegation=delegation, name=name)
    return read_akoma(data, name=name)


def dump_text(text: NegotiatingText, form: str, *, at: datetime) -> bytes:
    """Write a text as the bytes of a file.

    Parameters
    ----------
    text
        The text.
    form
        An ending of :data:`FORMS`.
    at
        When it is written, aware; same text and time, same bytes.

    Raises
    ------
    comity.errors.InputError
        When the ending is unknown.
    """
    form = _form(f"text{form}")
    if form == ".md":
        return write_markdown(text).encode()
    if form == ".docx":
        return write_docx(text, at=at)
    return write_akoma(text, at=at)


def read_text(path: Path | str, *, delegation: str | None = None) -> NegotiatingText:
    """Read a text from a file; see :func:`load_text`."""
    path = Path(path)
    _form(path.name)
    return load_text(read_file(path), path.name, delegation=delegation)


def write_text(text: NegotiatingText, path: Path | str, *, at: datetime) -> None:
    """Write a text to a file; see :func:`dump_text`.

    Raises
    ------
    comity.errors.InputError
        When the ending is unknown or the file cannot be written.
    """
    path = Path(path)
    data = dump_text(text, _form(path.name), at=at)
    try:
        path.write_bytes(data)
    except OSError as error:
        msg = f"cannot be written: {error.strerror or 'unknown reason'}"
        raise InputError(msg, file=str(path), accepted="a place where you may write") from error


def _form(name: str) -> str:
    form = Path(name).suffix.casefold()
    if form not in FORMS:
        msg = f"no negotiating text as '{form or name}'"
        raise InputError(msg, file=name, accepted=", ".join(FORMS))
    return form
