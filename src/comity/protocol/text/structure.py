"""What a negotiating text is made of. Every object checks itself when made, so that no broken text exists.

Who may import me: the text room; others import these names from :mod:`comity.protocol.text`.
Start at :class:`NegotiatingText`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.errors import InputError, say
from comity.protocol.text.words import check_code, check_key, check_title, check_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "BASE",
    "MOST_ARTICLES",
    "MOST_PARAGRAPHS",
    "Alternative",
    "Article",
    "NegotiatingText",
    "Paragraph",
    "count_brackets",
    "find_article",
    "find_paragraph",
]

BASE: Final = "base"
"""Key of the alternative that is the draft itself: the secretariat's words, or words that were settled."""

MOST_ARTICLES: Final = 1_000
MOST_PARAGRAPHS: Final = 2_000
"""In one article."""

_set = object.__setattr__


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to word a paragraph, and who stands behind it.

    Parameters
    ----------
    key
        Short and stable, unique in its paragraph; :data:`BASE` for the words of the draft.
    wording
        The words; empty means that the paragraph be left out.
    proponents
        Codes of the delegations behind it, in any order; kept sorted, each once. None for the words of the
        draft that nobody has spoken for yet, and for options that the secretariat puts into a draft.

    Raises
    ------
    comity.errors.InputError
        When key, words or codes cannot be used.

    Examples
    --------
    >>> Alternative("alt1", "Parties shall issue visas.", ("BRA", "ALB")).proponents
    ('ALB', 'BRA')
    """

    key: str
    wording: str
    proponents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if "." in check_key(self.key, say("an alternative")):
            msg = say("%(key)s cannot be the key of an alternative", key=repr(self.key))
            raise InputError(msg, accepted=say("a key without a dot, such as alt4"))
        _set(self, "wording", check_words(self.wording, key=self.key))
        _set(self, "proponents", tuple(sorted({check_code(code) for code in self.proponents})))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its alternatives, the provisions that it puts into words, and whether it may still change.

    Parameters
    ----------
    key
        The key of its article, a dot and more: ``a3.p2``.
    alternatives
        The words of the draft first, if there are any; a paragraph that a delegation proposes has none.
    provisions
        Keys of provisions (of a round file or a package) that the paragraph words.
    locked
        True once agreed; nothing changes it after that, and it cannot be bracketed.

    Raises
    ------
    comity.errors.InputError
        When it has no alternative, two with one key or one wording, or is locked in brackets.

    Examples
    --------
    >>> draft = Paragraph("a1.p1", (Alternative(BASE, "Parties shall issue visas."),))
    >>> draft.bracketed, draft.wording
    (False, 'Parties shall issue visas.')
    """

    key: str
    alternatives: tuple[Alternative, ...]
    provisions: tuple[str, ...] = ()
    locked: bool = False

    def __post_init__(self) -> None:
        check_key(self.key, say("a paragraph"))
        _set(self, "alternatives", tuple(self.alternatives))
        _set(self, "provisions", tuple(check_title(one, key=self.key) for one in self.provisions))
        if not self.alternatives:
            msg = say("paragraph %(key)s has no words", key=self.key)
            raise InputError(msg, accepted=say("one alternative or more"))
        if len(self.alternatives) > 1:
            _once((one.key for one in self.alternatives), say("alternative of %(key)s", key=self.key))
            if len({one.wording for one in self.alternatives}) < len(self.alternatives):
                msg = say("two alternatives of %(key)s have the same words", key=self.key)
                raise InputError(
                    msg, accepted=say("different words, or one alternative with both proponents")
                )
            if any(one.key == BASE for one in self.alternatives[1:]):
                msg = say("the draft's own words of %(key)s come after an alternative", key=self.key)
                raise InputError(msg, accepted=say("the alternative 'base' first"))
        if self.locked and self.bracketed:
            msg = say("paragraph %(key)s is locked and has brackets", key=self.key)
            raise InputError(msg, accepted=say("brackets settled before a paragraph is locked"))

    @property
    def bracketed(self) -> bool:
        """Several wordings are open, or the only one is a proposal that was not settled."""
        return len(self.alternatives) > 1 or self.alternatives[0].key != BASE

    @property
    def base(self) -> Alternative | None:
        """The words of the draft; None for a paragraph that was proposed and not settled."""
        first = self.alternatives[0]
        return first if first.key == BASE else None

    @property
    def wording(self) -> str:
        """The words, if they are not in brackets; empty if it was settled that the paragraph be left out.

        Raises
        ------
        comity.errors.InputError
            When the paragraph is in brackets.
        """
        if self.bracketed:
            msg = say(
                "paragraph %(key)s has %(alternatives)s alternatives in brackets",
                key=self.key,
                alternatives=len(self.alternatives),
            )
            raise InputError(msg, accepted=say("a paragraph without brackets"))
        return self.alternatives[0].wording

    @property
    def left_out(self) -> bool:
        """It was settled that the paragraph be left out; its key stays, for what refers to it."""
        return not self.bracketed and not self.alternatives[0].wording

    def find(self, key: str) -> Alternative:
        """Give the alternative with this key.

        Raises
        ------
        comity.errors.InputError
            When there is none.
        """
        for one in self.alternatives:
            if one.key == key:
                return one
        msg = say("paragraph %(key)s has no alternative '%(key_2)s'", key=self.key, key_2=key)
        raise InputError(msg, accepted=", ".join(one.key for one in self.alternatives))


@dataclass(frozen=True, slots=True)
class Article:
    """An article: a title and paragraphs, whose keys begin with the article's key and a dot.

    >>> Article("a1", "Visas", (Paragraph("a1.p1", (Alternative(BASE, "Parties issue visas."),)),)).brackets
    0
    """

    key: str
    title: str
    paragraphs: tuple[Paragraph, ...] = ()

    def __post_init__(self) -> None:
        check_key(self.key, say("an article"))
        if "." in self.key:
            msg = say("%(key)s cannot be the key of an article", key=repr(self.key))
            raise InputError(msg, accepted=say("a key without a dot, such as a3"))
        _set(self, "title", check_title(self.title, key=self.key))
        _set(self, "paragraphs", tuple(self.paragraphs))
        if len(self.paragraphs) > MOST_PARAGRAPHS:
            msg = say(
                "article %(key)s has %(paragraphs)s paragraphs", key=self.key, paragraphs=len(self.paragraphs)
            )
            raise InputError(
                msg, accepted=say("at most %(most_paragraphs)s", most_paragraphs=MOST_PARAGRAPHS)
            )
        prefix = f"{self.key}."
        for paragraph in self.paragraphs:
            if not paragraph.key.startswith(prefix):
                msg = say("paragraph %(key)s stands in article %(key_2)s", key=paragraph.key, key_2=self.key)
                raise InputError(
                    msg,
                    accepted=say(
                        "a key that begins with '%(prefix)s', such as %(example)s",
                        prefix=prefix,
                        example=f"{prefix}p2",
                    ),
                )
        _once([paragraph.key for paragraph in self.paragraphs], say("paragraph"))

    @property
    def brackets(self) -> int:
        """How many paragraphs are in brackets."""
        return sum(paragraph.bracketed for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class NegotiatingText:
    """The single text on the table.

    Parameters
    ----------
    title
        One line.
    articles
        In order; keys are unique, and with them those of paragraphs in the whole text.
    revision
        Which revision this is; the zero draft is 0. No verb changes it but :func:`next_revision`.
    adopted
        True once adopted: all is locked, nothing is added, and no verb makes it False again.

    Raises
    ------
    comity.errors.InputError
        When a key stands twice, there are too many articles, the revision is below 0, or an adopted text is
        not locked throughout.

    Examples
    --------
    >>> text = NegotiatingText("Compact of the three coasts")
    >>> text.revision, text.adopted, list(text.paragraphs())
    (0, False, [])
    """

    title: str
    articles: tuple[Article, ...] = ()
    revision: int = 0
    adopted: bool = False

    def __post_init__(self) -> None:
        _set(self, "title", check_title(self.title, key="title"))
        _set(self, "articles", tuple(self.articles))
        if len(self.articles) > MOST_ARTICLES:
            msg = say("%(articles)s articles", articles=len(self.articles))
            raise InputError(msg, accepted=say("at most %(most_articles)s", most_articles=MOST_ARTICLES))
        _once([article.key for article in self.articles], say("article"))
        if not isinstance(self.revision, int) or isinstance(self.revision, bool) or self.revision < 0:
            msg = say("%(revision)s cannot be the number of a revision", revision=repr(self.revision))
            raise InputError(msg, key="revision", accepted=say("0, 1, 2 …"))
        if self.adopted and not all(paragraph.locked for paragraph in self.paragraphs()):
            msg = say("an adopted text has a paragraph that is not locked")
            raise InputError(msg, accepted=say("every paragraph of an adopted text locked"))

    def paragraphs(self) -> Iterator[Paragraph]:
        """Go through all paragraphs in order."""
        for article in self.articles:
            yield from article.paragraphs

    @property
    def brackets(self) -> int:
        """How many paragraphs are in brackets."""
        return sum(article.brackets for article in self.articles)


def count_brackets(text: NegotiatingText) -> dict[str, int]:
    """Count the paragraphs in brackets by article, zeros too, in the order of the text.

    >>> count_brackets(NegotiatingText("T", (Article("a1", "Visas"),)))
    {'a1': 0}
    """
    return {article.key: article.brackets for article in text.articles}


def find_article(text: NegotiatingText, key: str) -> Article:
    """Give the article with this key.

    Raises
    ------
    comity.errors.InputError
        When there is none.

    Examples
    --------
    >>> find_article(NegotiatingText("T", (Article("a1", "Visas"),)), "a1").title
    'Visas'
    """
    for article in text.articles:
        if article.key == key:
            return article
    msg = say("the text has no article '%(key)s'", key=key)
    raise InputError(msg, accepted=_list(article.key for article in text.articles))


def find_paragraph(text: NegotiatingText, key: str) -> Paragraph:
    """Give the paragraph with this key.

    Raises
    ------
    comity.errors.InputError
        When there is none.

    Examples
    --------
    >>> find_paragraph(NegotiatingText("T", (Article("a1", "Visas"),)), "a1.p1")
    Traceback (most recent call last):
    comity.errors.InputError: the text has no paragraph 'a1.p1'; accepted: nothing yet
    """
    holder = str(key).partition(".")[0]
    for article in text.articles:
        if article.key == holder:
            for paragraph in article.paragraphs:
                if paragraph.key == key:
                    return paragraph
            break
    msg = say("the text has no paragraph '%(key)s'", key=key)
    raise InputError(msg, accepted=_list(paragraph.key for paragraph in text.paragraphs()))


def _list(keys: Iterable[str]) -> str:
    """Name the first keys; a text of 190 delegations has too many to name all."""
    found = list(keys)
    shown = ", ".join(found[:8])
    return f"{shown} …" if len(found) > 8 else shown or say("nothing yet")


def _once(keys: Iterable[str], what: str) -> None:
    found = keys if isinstance(keys, list) else list(keys)
    if len(set(found)) < len(found):
        twice = next(key for key in found if found.count(key) > 1)
        msg = say("the %(what)s key '%(key)s' stands twice", what=what, key=twice)
        raise InputError(msg, accepted=say("each key once"))
