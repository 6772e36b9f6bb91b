"""A negotiating text as plain JSON values, and back.

Who may import me: the text room; others import these names from :mod:`comity.protocol.text`.
Start at :func:`to_plain`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from comity.errors import InputError, say
from comity.protocol.text.structure import Alternative, Article, NegotiatingText, Paragraph

__all__ = ["read_plain", "to_plain"]


def to_plain(text: NegotiatingText) -> dict[str, Any]:
    """Write as plain JSON values; what is empty or false is left out.

    >>> to_plain(NegotiatingText("T", (Article("a1", "Visas"),)))
    {'title': 'T', 'revision': 0, 'articles': [{'key': 'a1', 'title': 'Visas', 'paragraphs': []}]}
    """
    plain: dict[str, Any] = {"title": text.title, "revision": text.revision}
    if text.adopted:
        plain["adopted"] = True
    plain["articles"] = [
        {"key": a.key, "title": a.title, "paragraphs": [_paragraph(p) for p in a.paragraphs]}
        for a in text.articles
    ]
    return plain


def read_plain(plain: object) -> NegotiatingText:
    """Read what :func:`to_plain` wrote.

    Raises
    ------
    comity.errors.InputError
        When a key is missing, unknown or of the wrong type, or the text breaks a rule of its own.

    Examples
    --------
    >>> read_plain({"title": "T", "revision": 0, "articles": []})
    NegotiatingText(title='T', articles=(), revision=0, adopted=False)
    """
    text = _keys(plain, "text", needed=("title", "articles"), allowed=("revision", "adopted"))
    articles = []
    for number, entry in enumerate(_items(text["articles"], "articles")):
        place = f"articles.{number}"
        article = _keys(entry, place, needed=("key", "title"), allowed=("paragraphs",))
        paragraphs = [
            _read_paragraph(one, f"{place}.paragraphs.{at}")
            for at, one in enumerate(_items(article.get("paragraphs", []), f"{place}.paragraphs"))
        ]
        articles.append(Article(article["key"], article["title"], tuple(paragraphs)))
    return NegotiatingText(
        text["title"],
        tuple(articles),
        text.get("revision", 0),
        adopted=_flag(text, "adopted", "text"),
    )


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "key": paragraph.key,
        "alternatives": [
            {"key": one.key, "wording": one.wording}
            | ({"proponents": list(one.proponents)} if one.proponents else {})
            for one in paragraph.alternatives
        ],
    }
    if paragraph.provisions:
        plain["provisions"] = list(paragraph.provisions)
    if paragraph.locked:
        plain["locked"] = True
    return plain


def _read_paragraph(entry: object, place: str) -> Paragraph:
    plain = _keys(entry, place, needed=("key", "alternatives"), allowed=("provisions", "locked"))
    alternatives = []
    for number, one in enumerate(_items(plain["alternatives"], f"{place}.alternatives")):
        where = f"{place}.alternatives.{number}"
        read = _keys(one, where, needed=("key", "wording"), allowed=("proponents",))
        codes = _items(read.get("proponents", []), f"{where}.proponents")
        alternatives.append(Alternative(read["key"], read["wording"], tuple(codes)))
    provisions = tuple(_items(plain.get("provisions", []), f"{place}.provisions"))
    return Paragraph(plain["key"], tuple(alternatives), provisions, locked=_flag(plain, "locked", place))


def _keys(
    plain: object, place: str, *, needed: tuple[str, ...], allowed: tuple[str, ...]
) -> Mapping[str, Any]:
    if not isinstance(plain, Mapping):
        msg = say("a mapping is missing here")
        raise InputError(msg, key=place, accepted=", ".join((*needed, *allowed)))
    wrong = [str(key) for key in plain if key not in needed and key not in allowed]
    missing = [key for key in needed if key not in plain]
    if wrong or missing:
        msg = (
            say("unknown key '%(wrong)s'", wrong=wrong[0])
            if wrong
            else say("no key '%(missing)s'", missing=missing[0])
        )
        raise InputError(msg, key=place, accepted=", ".join((*needed, *allowed)))
    return plain


def _items(value: object, place: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        msg = say("a list is missing here")
        raise InputError(msg, key=place, accepted=say("a list"))
    return list(value)


def _flag(plain: Mapping[str, Any], name: str, place: str) -> bool:
    value = plain.get(name, False)
    if not isinstance(value, bool):
        msg = say("'%(name)s' is neither true nor false", name=name)
        raise InputError(msg, key=place, accepted=say("true or false"))
    return value
