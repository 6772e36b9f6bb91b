"""What may stand in a text: words, titles, keys and codes of delegations, checked once where they come in.

Who may import me: the text room. Start at :func:`check_words`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from comity.errors import InputError, say

__all__ = [
    "MOST_CHARACTERS",
    "MOST_TITLE_CHARACTERS",
    "check_code",
    "check_key",
    "check_title",
    "check_words",
]

MOST_CHARACTERS: Final = 20_000
"""Characters in the words of one paragraph; several pages, so that only a mistake reaches it."""

MOST_TITLE_CHARACTERS: Final = 300

# What no XML file may hold, what has no meaning on a page (other control characters and non-characters), and
# the two marks that make words read in another order than they are stored.
_UNFIT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane * 0x10000 + end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
_LINE_END: Final = re.compile("\r\n?")
_BREAKS: Final = re.compile("[ \t]*[\n\t\u2028\u2029]+[ \t]*")
# Twelve characters a part, so that article, paragraph and alternative fit the 40 of a bookmark in Word.
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,11}(?:\.[A-Za-z0-9_-]{1,12})?\Z")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}\Z")


def check_words(words: object, *, key: str | None = None) -> str:
    r"""Give words as they are kept: line ends are one newline, and no space stands around them.

    Raises
    ------
    comity.errors.InputError
        When they are not words, are too long, or hold a character that a document cannot hold.

    Examples
    --------
    >>> check_words("  Each Party shall [endeavour to] issue visas.\r\n")
    'Each Party shall [endeavour to] issue visas.'
    >>> check_words("bell \x07")
    Traceback (most recent call last):
    comity.errors.InputError: character U+0007 cannot stand in a text; accepted: letters, marks, ...
    """
    if not isinstance(words, str):
        msg = say("words are missing")
        raise InputError(msg, key=key, accepted=say("words as text"))
    unfit = None  # most words are printable, and then hold nothing unfit; the question is quick
    if not words.isprintable():
        unfit = _UNFIT.search(_LINE_END.sub("\n", words) if "\r" in words else words)
    if unfit:
        point = ord(unfit.group())
        name = unicodedata.name(unfit.group(), "")
        msg = say(
            "character %(character)s cannot stand in a text",
            character=f"U+{point:04X}{f' ({name.lower()})' if name else ''}",
        )
        raise InputError(
            msg, key=key, accepted=say("letters, marks, numbers, signs, spaces, tabs and line ends")
        )
    kept = (_LINE_END.sub("\n", words) if "\r" in words else words).strip()
    if len(kept) > MOST_CHARACTERS:
        msg = say("%(kept)s characters in one paragraph", kept=len(kept))
        raise InputError(
            msg,
            key=key,
            accepted=say(
                "at most %(most_characters)s; use several paragraphs", most_characters=MOST_CHARACTERS
            ),
        )
    return kept


def check_title(title: object, *, key: str | None = None) -> str:
    r"""Give a title as it is kept: one line, not empty.

    Raises
    ------
    comity.errors.InputError
        As :func:`check_words`, and when the title is empty or too long.

    Examples
    --------
    >>> check_title("Regular\n places")
    'Regular places'
    """
    words = check_words(title, key=key)
    # far too long is refused before anything is done with it
    kept = words if len(words) > 2 * MOST_TITLE_CHARACTERS else _BREAKS.sub(" ", words).strip()
    if not kept or len(kept) > MOST_TITLE_CHARACTERS:
        msg = say("a title of %(kept)s characters", kept=len(kept))
        raise InputError(
            msg,
            key=key,
            accepted=say(
                "1 to %(most_title_characters)s characters", most_title_characters=MOST_TITLE_CHARACTERS
            ),
        )
    return kept


def check_key(key: object, what: str) -> str:
    """Give a key back if it is one: short, of letters, digits, ``-`` and ``_``; one dot in a paragraph's.

    Raises
    ------
    comity.errors.InputError
        When it is not.

    Examples
    --------
    >>> check_key("a3.p2", "a paragraph")
    'a3.p2'
    """
    if not isinstance(key, str) or not _KEY.match(key):
        msg = say("%(key)s cannot be the key of %(what)s", key=repr(key), what=what)
        raise InputError(
            msg,
            accepted=say("a letter, then letters, digits, - and _, at most 12, such as a3, a3.p2 or alt4"),
        )
    return key


def check_code(code: object) -> str:
    """Give the code of a delegation back if it is one.

    Raises
    ------
    comity.errors.InputError
        When it is not.

    Examples
    --------
    >>> check_code("ALB")
    'ALB'
    """
    if not isinstance(code, str) or not _CODE.match(code):
        msg = say("%(code)s cannot be the code of a delegation", code=repr(code))
        raise InputError(msg, accepted=say("letters, digits, - and _, such as ALB"))
    return code
