"""The verbs: each takes a text and gives a new one, or says in one line why it cannot.

Only the article that is touched is rebuilt; all others are shared with the text before. Who may use which
verb in which phase is not decided here.

Who may import me: the text room; others import these names from :mod:`comity.protocol.text`.
Start at :func:`propose_wording`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final, TypeVar

from comity.errors import InputError, say
from comity.protocol.text.structure import (
    BASE,
    Alternative,
    Article,
    NegotiatingText,
    Paragraph,
    find_article,
    find_paragraph,
)
from comity.protocol.text.words import check_code, check_key, check_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "FIRST",
    "add_article",
    "add_paragraph",
    "adopt",
    "lock",
    "next_key",
    "next_revision",
    "propose_wording",
    "retitle",
    "retitle_article",
    "settle",
    "support",
    "withdraw",
]

FIRST: Final = ""
"""Given as ``after``: before all others."""

_Keyed = TypeVar("_Keyed", bound="Article | Paragraph")
_Whole = TypeVar("_Whole", Article, NegotiatingText)


def add_article(text: NegotiatingText, key: str, title: str, *, after: str | None = None) -> NegotiatingText:
    """Add an empty article: at the end, after the article named, or :data:`FIRST`.

    Raises
    ------
    comity.errors.InputError
        When the text is adopted, the key is taken or unfit, or ``after`` is not there.

    Examples
    --------
    >>> text = add_article(NegotiatingText("T"), "a1", "Visas")
    >>> [article.key for article in add_article(text, "a0", "Aims", after=FIRST).articles]
    ['a0', 'a1']
    """
    _open(text)
    if any(article.key == key for article in text.articles):
        msg = say("there is an article '%(key)s' already", key=key)
        raise InputError(msg, accepted=say("a key that is not taken"))
    return _with_articles(text, _insert(text.articles, Article(key, title), after))


def add_paragraph(
    text: NegotiatingText,
    article: str,
    key: str,
    wording: str,
    *,
    proponents: Sequence[str] = (),
    after: str | None = None,
    provisions: Sequence[str] = (),
) -> NegotiatingText:
    """Add a paragraph: words of the draft, or, with proponents, a proposal in brackets.

    Raises
    ------
    comity.errors.InputError
        When the text is adopted, the article or ``after`` is not there, the key is taken or unfit, or there
        are no words.

    Examples
    --------
    >>> text = add_article(NegotiatingText("T"), "a1", "Visas")
    >>> text = add_paragraph(text, "a1", "a1.p1", "Parties shall issue visas.", proponents=["ALB"])
    >>> find_paragraph(text, "a1.p1").bracketed
    True
    """
    _open(text)
    holder = find_article(text, article)
    if any(paragraph.key == key for paragraph in holder.paragraphs):
        msg = say("there is a paragraph '%(key)s' already", key=key)
        raise InputError(msg, accepted=say("a key that is not taken"))
    if not check_words(wording, key=key):
        msg = say("a new paragraph without words")
        raise InputError(msg, key=key, accepted=say("the words of the paragraph"))
    first = Alternative("new" if proponents else BASE, wording, tuple(proponents))
    paragraph = Paragraph(key, (first,), tuple(provisions))
    return _with_article(
        text, Article(holder.key, holder.title, _insert(holder.paragraphs, paragraph, after))
    )


def propose_wording(
    text: NegotiatingText, paragraph_key: str, alternative_key: str, wording: str, proponent: str
) -> NegotiatingText:
    """Propose other words for a paragraph (none: leave it out); opens a bracket, or adds to an open one.

    Raises
    ------
    comity.errors.InputError
        When the paragraph is locked or not there, the key is taken, or the words are on the table already
        (support them instead).

    Examples
    --------
    >>> text = add_article(NegotiatingText("T"), "a1", "Visas")
    >>> text = add_paragraph(text, "a1", "a1.p1", "Parties shall issue visas.")
    >>> text = propose_wording(text, "a1.p1", "alt1", "Parties may issue visas.", "BRA")
    >>> [(one.key, one.proponents) for one in find_paragraph(text, "a1.p1").alternatives]
    [('base', ()), ('alt1', ('BRA',))]
    """
    paragraph = _unlocked(text, paragraph_key)
    proposed = Alternative(alternative_key, wording, (check_code(proponent),))
    for one in paragraph.alternatives:
        if one.key == proposed.key or proposed.key == BASE:
            msg = say(
                "paragraph %(key)s has an alternative '%(key_2)s' already",
                key=paragraph.key,
                key_2=proposed.key,
            )
            raise InputError(
                msg,
                accepted=say("a key that is not taken, such as %(paragraph)s", paragraph=_free(paragraph)),
            )
        if one.wording == proposed.wording:
            msg = (
                say("these words for paragraph %(key)s are the words of the draft already", key=paragraph.key)
                if one.key == BASE
                else say(
                    "these words for paragraph %(key)s are on the table as '%(alternative)s' already",
                    key=paragraph.key,
                    alternative=one.key,
                )
            )
            raise InputError(msg, accepted=say("other words, or support for '%(key)s'", key=one.key))
    return _with_paragraph(
        text,
        Paragraph(paragraph.key, (*paragraph.alternatives, proposed), paragraph.provisions),
    )


def support(
    text: NegotiatingText, paragraph_key: str, alternative_key: str, delegation: str
) -> NegotiatingText:
    """Stand behind an alternative, or behind the words of the draft (``base``).

    Raises
    ------
    comity.errors.InputError
        When the paragraph is locked, the alternative is not there, or the delegation stands
        behind it already.
    """
    paragraph = _unlocked(text, paragraph_key)
    one = paragraph.find(alternative_key)
    if check_code(delegation) in one.proponents:
        msg = say(
            "%(delegation)s stands behind '%(key)s' of paragraph %(key_2)s already",
            delegation=delegation,
            key=one.key,
            key_2=paragraph.key,
        )
        raise InputError(msg, accepted=say("support for other words, or a withdrawal"))
    backed = Alternative(one.key, one.wording, (*one.proponents, delegation))
    return _with_paragraph(text, _exchange(paragraph, one, backed))


def withdraw(
    text: NegotiatingText, paragraph_key: str, alternative_key: str, delegation: str
) -> NegotiatingText:
    """Stand no longer behind an alternative; one that nobody stands behind falls away.

    The words of the draft stay, whoever stands behind them. A proposed paragraph whose last alternative falls
    away leaves the text.

    Raises
    ------
    comity.errors.InputError
        When the paragraph is locked, the alternative is not there, or the delegation does not
        stand behind it.
    """
    paragraph = _unlocked(text, paragraph_key)
    one = paragraph.find(alternative_key)
    if delegation not in one.proponents:
        msg = say(
            "%(delegation)s does not stand behind '%(key)s' of paragraph %(key_2)s",
            delegation=delegation,
            key=one.key,
            key_2=paragraph.key,
        )
        raise InputError(msg, accepted=", ".join(one.proponents) or say("nobody stands behind it"))
    left = tuple(code for code in one.proponents if code != delegation)
    if left or one.key == BASE:
        return _with_paragraph(text, _exchange(paragraph, one, Alternative(one.key, one.wording, left)))
    if len(paragraph.alternatives) > 1:
        return _with_paragraph(text, _exchange(paragraph, one, None))
    holder = find_article(text, paragraph.key.partition(".")[0])
    others = tuple(other for other in holder.paragraphs if other is not paragraph)
    return _with_article(text, Article(holder.key, holder.title, others))


def settle(
    text: NegotiatingText,
    paragraph_key: str,
    alternative_key: str | None = None,
    *,
    wording: str | None = None,
) -> NegotiatingText:
    """Remove the brackets: the words of one alternative stand, or the words given (a compromise).

    Empty words leave the paragraph out; its key stays.

    Raises
    ------
    comity.errors.InputError
        When the paragraph is locked or not there, the alternative is not there, or not exactly one of
        alternative and words is given.

    Examples
    --------
    >>> text = add_article(NegotiatingText("T"), "a1", "Visas")
    >>> text = add_paragraph(text, "a1", "a1.p1", "Parties shall issue visas.")
    >>> text = propose_wording(text, "a1.p1", "alt1", "Parties may issue visas.", "BRA")
    >>> find_paragraph(settle(text, "a1.p1", wording="Parties should issue visas."), "a1.p1").wording
    'Parties should issue visas.'
    """
    paragraph = _unlocked(text, paragraph_key)
    if (alternative_key is None) == (wording is None):
        msg = say("say how paragraph %(key)s is settled", key=paragraph.key)
        raise InputError(msg, accepted=say("the key of an alternative, or words"))
    words = wording if alternative_key is None else paragraph.find(alternative_key).wording
    settled = Alternative(BASE, "" if words is None else words)
    return _with_paragraph(text, Paragraph(paragraph.key, (settled,), paragraph.provisions))


def lock(text: NegotiatingText, paragraph_key: str) -> NegotiatingText:
    """Lock a paragraph that has no brackets; no verb unlocks it.

    Raises
    ------
    comity.errors.InputError
        When the paragraph has brackets, is locked already, or is not there.
    """
    paragraph = _unlocked(text, paragraph_key)
    if paragraph.bracketed:
        msg = say(
            "paragraph %(key)s has %(alternatives)s alternatives in brackets",
            key=paragraph.key,
            alternatives=len(paragraph.alternatives),
        )
        raise InputError(msg, accepted=say("brackets settled before a paragraph is locked"))
    return _with_paragraph(
        text, Paragraph(paragraph.key, paragraph.alternatives, paragraph.provisions, locked=True)
    )


def adopt(text: NegotiatingText) -> NegotiatingText:
    """Adopt the text: every paragraph is locked, and nothing can be added or retitled.

    Raises
    ------
    comity.errors.InputError
        When brackets are left, with their number and the articles, or the text is adopted already.
    """
    _open(text)
    if text.brackets:
        where = ", ".join(
            f"{article.key} ({article.brackets})" for article in text.articles if article.brackets
        )
        msg = say("%(brackets)s paragraphs are in brackets: %(where)s", brackets=text.brackets, where=where)
        raise InputError(msg, accepted=say("a text without brackets"))
    return NegotiatingText(
        text.title,
        tuple(
            Article(
                article.key,
                article.title,
                tuple(
                    Paragraph(p.key, p.alternatives, p.provisions, locked=True) for p in article.paragraphs
                ),
            )
            for article in text.articles
        ),
        text.revision,
        adopted=True,
    )


def retitle(text: NegotiatingText, title: str) -> NegotiatingText:
    """Give the text another title.

    Raises
    ------
    comity.errors.InputError
        When the text is adopted or the title is unfit.
    """
    _open(text)
    return NegotiatingText(title, text.articles, text.revision)


def retitle_article(text: NegotiatingText, key: str, title: str) -> NegotiatingText:
    """Give an article another title.

    Raises
    ------
    comity.errors.InputError
        When the text is adopted, the article is not there, or the title is unfit.
    """
    _open(text)
    return _with_article(text, Article(key, title, find_article(text, key).paragraphs))


def next_revision(text: NegotiatingText) -> NegotiatingText:
    """Give the text the number of the next revision; its words stay."""
    return NegotiatingText(text.title, text.articles, text.revision + 1, adopted=text.adopted)


def next_key(text: NegotiatingText, holder: str | None = None) -> str:
    """Suggest a key that is free: of an article, of a paragraph of an article, or of an alternative.

    The suggestion is one more than the highest number in use, so that the key of what was withdrawn is not
    given to something else while later ones stand.

    Parameters
    ----------
    text
        The text.
    holder
        None for an article, the key of an article for a paragraph, that of a paragraph for an alternative.

    Raises
    ------
    comity.errors.InputError
        When the holder is not there.

    Examples
    --------
    >>> text = add_article(NegotiatingText("T"), next_key(NegotiatingText("T")), "Visas")
    >>> text = add_paragraph(text, "a1", next_key(text, "a1"), "Parties shall issue visas.")
    >>> next_key(text), next_key(text, "a1"), next_key(text, "a1.p1")
    ('a2', 'a1.p2', 'alt1')
    """
    if holder is None:
        return f"a{_highest((article.key for article in text.articles), 'a') + 1}"
    if "." in holder:
        return _free(find_paragraph(text, holder))
    found = find_article(text, holder)
    prefix = f"{found.key}.p"
    return f"{prefix}{_highest((paragraph.key for paragraph in found.paragraphs), prefix) + 1}"


def _free(paragraph: Paragraph) -> str:
    return f"alt{_highest((one.key for one in paragraph.alternatives), 'alt') + 1}"


def _highest(keys: Iterable[str], prefix: str) -> int:
    numbers = [key.removeprefix(prefix) for key in keys if key.startswith(prefix)]
    return max((int(number) for number in numbers if number.isascii() and number.isdigit()), default=0)


def _open(text: NegotiatingText) -> None:
    if text.adopted:
        msg = say("the text is adopted and locked")
        raise InputError(
            msg, accepted=say("changes before adoption; after it, an amendment is a text of its own")
        )


def _unlocked(text: NegotiatingText, key: str) -> Paragraph:
    _open(text)
    paragraph = find_paragraph(text, key)
    if paragraph.locked:
        msg = say("paragraph %(key)s is agreed and locked", key=key)
        raise InputError(msg, accepted=say("changes to paragraphs that are not locked"))
    return paragraph


def _exchange(paragraph: Paragraph, old: Alternative, new: Alternative | None) -> Paragraph:
    there = (new if one is old else one for one in paragraph.alternatives)
    return Paragraph(paragraph.key, tuple(one for one in there if one is not None), paragraph.provisions)


def _insert(items: tuple[_Keyed, ...], item: _Keyed, after: str | None) -> tuple[_Keyed, ...]:
    check_key(item.key, "a new part of the text")
    if after is None:
        return (*items, item)
    if after == FIRST:
        return (item, *items)
    for at, one in enumerate(items, start=1):
        if one.key == after:
            return (*items[:at], item, *items[at:])
    msg = say("there is no '%(after)s' to stand after", after=after)
    raise InputError(msg, key="after", accepted=", ".join(one.key for one in items[:8]) or say("nothing yet"))


def _with_paragraph(text: NegotiatingText, paragraph: Paragraph) -> NegotiatingText:
    """Exchange a paragraph for one of the same key."""
    holder = find_article(text, paragraph.key.partition(".")[0])
    key = paragraph.key
    there = tuple([paragraph if one.key == key else one for one in holder.paragraphs])
    return _with_article(text, _follow(holder, paragraphs=there))


def _with_article(text: NegotiatingText, article: Article) -> NegotiatingText:
    """Exchange an article for one of the same key."""
    key = article.key
    return _follow(text, articles=tuple([article if one.key == key else one for one in text.articles]))


def _with_articles(text: NegotiatingText, articles: tuple[Article, ...]) -> NegotiatingText:
    return NegotiatingText(text.title, articles, text.revision)


_NAMES: Final = {kind: tuple(each.name for each in fields(kind)) for kind in (Article, NegotiatingText)}


def _follow(whole: _Whole, **parts: object) -> _Whole:
    """Return a whole with other parts of the same keys.

    The whole was checked when it was made and the new part when that was made, so that nothing is checked
    again: what one amendment costs does not grow with the article.
    """
    following = object.__new__(type(whole))
    for name in _NAMES[type(whole)]:
        object.__setattr__(following, name, parts[name] if name in parts else getattr(whole, name))
    return following
