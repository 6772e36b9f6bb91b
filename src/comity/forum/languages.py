"""The languages of the interface: which messages there are, and message files made ready for Django.

Translators edit ``locale/<code>/LC_MESSAGES/django.po``. No compiled file is kept in the repository: a forum
compiles its message files when it starts, into its data folder.

Who may import me: the settings, tests and ``docs/write_messages.py``. Start at :func:`prepare_languages`;
:func:`collect_messages` finds what must be translated.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["HERE", "TRANSLATED", "Message", "collect_messages", "po_file", "prepare_languages"]

HERE: Final = Path(__file__).resolve().parent
SOURCES: Final = HERE / "locale"
TRANSLATED: Final = ("fr", "es", "ar")
"""Languages with a message file of ours; English is the language of the source."""

KEYWORDS: Final = {
    "_": None, "say": None, "mark": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3), "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip


class Message(NamedTuple):
    """One message: its English words, its plural (or None), its context (or None), and files that say it."""

    words: str
    plural: str | None
    context: str | None
    places: tuple[str, ...]


def po_file(code: str) -> Path:
    """Return the message file of a language.

    Examples
    --------
    >>> po_file("fr").name
    'django.po'
    """
    return SOURCES / code / "LC_MESSAGES" / "django.po"


def _words_of_services() -> set[str]:
    """Return words that services hand to pages as data; a page translates them with ``told``."""
    from comity.services.adherence import State  # noqa: PLC0415
    from comity.services.committee_agenda import SECTIONS  # noqa: PLC0415
    from comity.services.round_page import PHASE_WORDS, Scope  # noqa: PLC0415

    states = {"agreed", "settled", "open"}  # of a paragraph on the public page
    things = {  # that a refusal of the protocol names as its own words
        "acceptance", "commitment", "dispute", "meeting", "offer", "paragraph", "point of order", "proposal",
        "request", "submission",
    }  # fmt: skip
    return {*things, *map(str, State), *map(str, Scope), *SECTIONS.values(), *PHASE_WORDS.values(), *states}


def collect_messages() -> tuple[Message, ...]:
    """Find every message of templates, of Python, and of the protocol, in the order of files.

    Examples
    --------
    >>> any(message.words == "zero draft" for message in collect_messages())
    True
    """
    from babel.messages.extract import extract  # noqa: PLC0415
    from django.utils.translation.template import templatize  # noqa: PLC0415

    from comity.protocol.conference import list_messages  # noqa: PLC0415

    found: dict[tuple[str, str | None, str | None], list[str]] = {}
    refusals = list((HERE.parent / "protocol").rglob("*.py"))
    for path in sorted([*refusals, *HERE.rglob("*.py"), *HERE.rglob("*.html"), *HERE.rglob("*.txt")]):
        words = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            words = templatize(words, origin=str(path))
        place = path.relative_to(HERE if path.is_relative_to(HERE) else HERE.parent).as_posix()
        for _line, message, _comments, context in extract(
            "python", BytesIO(words.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            single, plural = message if isinstance(message, tuple) else (message, None)
            if single:
                found.setdefault((single, plural, context), []).append(place)
    for single in list_messages():
        found.setdefault((single, None, None), []).append("protocol")
    for single in sorted(_words_of_services()):
        found.setdefault((single, None, None), []).append("services")
    plurals = {single for single, plural, _context in found if plural}
    return tuple(
        Message(single, plural, context, tuple(dict.fromkeys(places)))
        for (single, plural, context), places in found.items()
        if plural or single not in plurals
    )


def _compile(code: str, target: Path) -> None:
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with po_file(code).open("rb") as file:
        catalogue = read_po(file, locale=code)
    folder = target / code / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, catalogue)


def prepare_languages(data: Path) -> Path:
    """Compile the message files where that was not done yet, and return the folder for ``LOCALE_PATHS``.

    Parameters
    ----------
    data
        The forum's data folder; where there is none yet, the user's cache is used.

    The folder is named after what the message files say, so a changed message file is compiled anew, and
    several workers may start at once. A forum that can write nowhere compiles into a temporary folder.
    """
    mark = hashlib.sha256()
    for code in TRANSLATED:
        mark.update(po_file(code).read_bytes() if po_file(code).is_file() else b"-")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "comity-forum"
    base = (data if data.is_dir() else cache) / "languages"
    ready = base / mark.hexdigest()[:16]
    if ready.is_dir():
        return ready
    try:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Path(tempfile.mkdtemp(prefix="new-", dir=base))
    except OSError:
        made = ready = Path(tempfile.mkdtemp(prefix="comity-languages-"))
    for code in TRANSLATED:
        if po_file(code).is_file():
            _compile(code, made)
    if made != ready:
        try:
            made.rename(ready)
        except OSError:  # another worker was quicker
            if not ready.is_dir():
                return made
    return ready
