"""What a negotiating text is made of. Every object checks itself when made, so that no broken text exists.

Who may import me: the text room; others import these names from :mod:`comity.protocol.text`.
Start at :class:`NegotiatingText`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.errors import InputError
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
        if "." in check_key(self.key, "an alternative"):
            msg = f"{self.key!r} cannot be the key of an alternative"
            raise InputError(msg, accepted="a key without a dot, such as alt4")
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
        check_key(self.key, "a paragraph")
        _set(self, "alternatives", tuple(self.alternatives))
        _set(self, "provisions", tuple(check_title(one, key=self.key) for one in self.provisions))
        if not self.alternatives:
            msg = f"paragraph {self.key} has no words"
            raise InputError(msg, accepted="one alternative or more")
        if len(self.alternatives) > 1:
            _once((one.key for one in self.alternatives), f"alternative of {self.key}")
            if len({one.wording for one in self.alternatives}) < len(self.alternatives):
                msg = f"two alternatives of {self.key} have the same words"
                raise InputError(msg, accepted="different words, or one alternative with both proponents")
            if any(one.key == BASE for one in self.alternatives[1:]):
                msg = f"the draft's own words of {self.key} come after an alternative"
                raise InputError(msg, accepted="the alternative 'base' first")
        if self.locked and self.bracketed:
            msg = f"paragraph {self.key} is locked and has brackets"
            raise InputError(msg, accepted="brackets settled before a paragraph is locked")

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
            msg = f"paragraph {self.key} has {len(self.alternatives)} alternatives in brackets"
            raise InputError(msg, accepted="a paragraph without brackets")
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
        msg = f"paragraph {self.key} has no alternative '{key}'"
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
        check_key(self.key, "an article")
        if "." in self.key:
            msg = f"{self.key!r} cannot be the key of an article"
            raise InputError(msg, accepted="a key without a dot, such as a3")
        _set(self, "title", check_title(self.title, key=self.key))
        _set(self, "paragraphs", tuple(self.paragraphs))
        if len(self.paragraphs) > MOST_PARAGRAPHS:
            msg = f"article {self.key} has {len(self.paragraphs):,} paragraphs"
            raise InputError(msg, accepted=f"at most {MOST_PARAGRAPHS:,}")
        prefix = f"{self.key}."
        for paragraph in self.paragraphs:
            if not paragraph.key.startswith(prefix):
                msg = f"paragraph {paragraph.key} stands in article {self.key}"
                raise InputError(msg, accepted=f"a key that begins with '{prefix}', such as {prefix}p2")
        _once([paragraph.key for paragraph in self.paragraphs], "paragraph")

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
            msg = f"{len(self.articles):,} articles"
            raise InputError(msg, accepted=f"at most {MOST_ARTICLES:,}")
        _once([article.key for article in self.articles], "article")
        if not isinstance(self.revision, int) or isinstance(self.revision, bool) or self.revision < 0:
            msg = f"{self.revision!r} cannot be the number of a revision"
            raise InputError(msg, key="revision", accepted="0, 1, 2 …")
        if self.adopted and not all(paragraph.locked for paragraph in self.paragraphs()):
            msg = "an adopted text has a paragraph that is not locked"
            raise InputError(msg, accepted="every paragraph of an adopted text locked")

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
    msg = f"the text has no article '{key}'"
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
    msg = f"the text has no paragraph '{key}'"
    raise InputError(msg, accepted=_list(paragraph.key for paragraph in text.paragraphs()))


def _list(keys: Iterable[str]) -> str:
    """Name the first keys; a text of 190 delegations has too many to name all."""
    found = list(keys)
    shown = ", ".join(found[:8])
    return f"{shown} …" if len(found) > 8 else shown or "nothing yet"


def _once(keys: Iterable[str], what: str) -> None:
    found = keys if isinstance(keys, list) else list(keys)
    if len(set(found)) < len(found):
        twice = next(key for key in found if found.count(key) > 1)
        msg = f"the {what} key '{twice}' stands twice"
        raise InputError(msg, accepted="each key once")
