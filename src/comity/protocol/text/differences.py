"""What changed between two revisions: the smallest list of changes that makes one into the other.

Who may import me: the text room; others import these names from :mod:`comity.protocol.text`.
Start at :func:`differences`; in plain words: :func:`comity.protocol.text.describe`.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from comity.protocol.text.structure import BASE, Article, NegotiatingText, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Change", "Difference", "apply_differences", "differences"]


class Change(StrEnum):
    """What kind of change it is; ``BRACKETS`` only counts, all others change the text."""

    TITLE = "title"
    REVISION = "revision"
    ADOPTED = "adopted"
    ARTICLE_REMOVED = "article removed"
    ARTICLE_ADDED = "article added"
    ARTICLE_MOVED = "article moved"
    ARTICLE_TITLE = "article title"
    PARAGRAPH_REMOVED = "paragraph removed"
    PARAGRAPH_ADDED = "paragraph added"
    PARAGRAPH_MOVED = "paragraph moved"
    PROPOSED = "wording proposed"
    FELL_AWAY = "wording fell away"
    REWORDED = "wording changed"
    SUPPORT = "support changed"
    SETTLED = "settled"
    REORDERED = "alternatives reordered"
    LOCKED = "locked"
    PROVISIONS = "provisions changed"
    BRACKETS = "brackets counted"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change.

    Attributes
    ----------
    change
        What kind of change.
    article, paragraph, alternative
        Keys of where; empty where they do not apply.
    article_number, paragraph_number
        Where a reader finds it, counted from 1, in the later text (in the earlier one if it is gone).
    before, after
        Words, titles or numbers before and after; empty where there were none.
    asked
        Who asked: proponents of the words that came in, or who now stands behind them.
    left
        Who no longer stands behind them.
    follows
        With ADDED and MOVED: the key that it stands after; empty for the first place.
    paragraphs
        With added articles and paragraphs, and where a paragraph changed: the paragraph as it is afterwards.
    """

    change: Change
    article: str = ""
    paragraph: str = ""
    alternative: str = ""
    article_number: int = 0
    paragraph_number: int = 0
    before: str = ""
    after: str = ""
    asked: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    follows: str = ""
    paragraphs: tuple[Paragraph, ...] = ()


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


def differences(before: NegotiatingText, after: NegotiatingText) -> tuple[Difference, ...]:
    """List what changed from one text to another, in the order of the later text.

    Returns
    -------
    tuple of Difference
        Empty for equal texts. :func:`apply_differences` makes ``before`` into ``after`` with it.

    Examples
    --------
    >>> from comity.protocol.text import add_article, add_paragraph, propose_wording
    >>> text = add_article(NegotiatingText("T"), "a1", "Visas")
    >>> text = add_paragraph(text, "a1", "a1.p1", "Parties shall issue visas.")
    >>> later = propose_wording(text, "a1.p1", "alt1", "Parties may issue visas.", "BRA")
    >>> [(d.change.value, d.paragraph, d.asked) for d in differences(text, later)]
    [('wording proposed', 'a1.p1', ('BRA',)), ('brackets counted', '', ())]
    """
    return tuple(_text(before, after))


def _text(before: NegotiatingText, after: NegotiatingText) -> Iterator[Difference]:
    if before.title != after.title:
        yield Difference(Change.TITLE, before=before.title, after=after.title)
    if before.revision != after.revision:
        yield Difference(Change.REVISION, before=str(before.revision), after=str(after.revision))
    old = {article.key: article for article in before.articles}
    new = {article.key for article in after.articles}
    for number, article in enumerate(before.articles, start=1):
        if article.key not in new:
            yield Difference(Change.ARTICLE_REMOVED, article.key, article_number=number, before=article.title)
    moved = _moved(before.articles, after.articles)
    follows = ""
    for number, article in enumerate(after.articles, start=1):
        there = old.get(article.key)
        if there is None:
            yield Difference(
                Change.ARTICLE_ADDED,
                article.key,
                article_number=number,
                after=article.title,
                asked=_codes(article.paragraphs),
                follows=follows,
                paragraphs=article.paragraphs,
            )
        elif article.key in moved:
            yield Difference(Change.ARTICLE_MOVED, article.key, article_number=number, follows=follows)
        if there is not None and there is not article:
            yield from _article(there, article, number)
        if (there.brackets if there is not None else 0) != article.brackets:
            yield Difference(
                Change.BRACKETS,
                article.key,
                article_number=number,
                before=str(there.brackets if there is not None else 0),
                after=str(article.brackets),
            )
        follows = article.key
    if before.adopted != after.adopted:
        yield Difference(Change.ADOPTED, before=_yes(before.adopted), after=_yes(after.adopted))


def _article(before: Article, after: Article, number: int) -> Iterator[Difference]:
    if before.title != after.title:
        yield Difference(
            Change.ARTICLE_TITLE, after.key, article_number=number, before=before.title, after=after.title
        )
    old = {paragraph.key: paragraph for paragraph in before.paragraphs}
    new = {paragraph.key for paragraph in after.paragraphs}
    for at, paragraph in enumerate(before.paragraphs, start=1):
        if paragraph.key not in new:
            yield Difference(
                Change.PARAGRAPH_REMOVED,
                after.key,
                paragraph.key,
                article_number=number,
                paragraph_number=at,
                before=paragraph.alternatives[0].wording,
                left=_codes([paragraph]),
            )
    moved = _moved(before.paragraphs, after.paragraphs)
    follows = ""
    for at, paragraph in enumerate(after.paragraphs, start=1):
        there = old.get(paragraph.key)
        if there is None:
            yield Difference(
                Change.PARAGRAPH_ADDED,
                after.key,
                paragraph.key,
                article_number=number,
                paragraph_number=at,
                after=paragraph.alternatives[0].wording,
                asked=_codes([paragraph]),
                follows=follows,
                paragraphs=(paragraph,),
            )
        elif paragraph.key in moved:
            yield Difference(
                Change.PARAGRAPH_MOVED,
                after.key,
                paragraph.key,
                article_number=number,
                paragraph_number=at,
                follows=follows,
            )
        if there is not None and there != paragraph:
            place = _Place(after.key, paragraph, number, at)
            yield from _paragraph(there, paragraph, place)
        follows = paragraph.key


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a paragraph stands, and the paragraph as it is afterwards."""

    article: str
    paragraph: Paragraph
    article_number: int
    paragraph_number: int

    def differs(
        self,
        change: Change,
        *,
        alternative: str = "",
        before: str = "",
        after: str = "",
        asked: tuple[str, ...] = (),
        left: tuple[str, ...] = (),
    ) -> Difference:
        return Difference(
            change,
            self.article,
            self.paragraph.key,
            alternative,
            self.article_number,
            self.paragraph_number,
            before=before,
            after=after,
            asked=asked,
            left=left,
            paragraphs=(self.paragraph,),
        )


def _paragraph(before: Paragraph, after: Paragraph, place: _Place) -> Iterator[Difference]:
    if before.bracketed and not after.bracketed:
        words = after.wording
        asked = next((one.proponents for one in before.alternatives if one.wording == words), ())
        yield place.differs(
            Change.SETTLED,
            before=before.alternatives[0].wording,
            after=words,
            asked=asked,
            left=tuple(code for code in _codes([before]) if code not in asked),
        )
    else:
        yield from _alternatives(before, after, place)
    if before.provisions != after.provisions:
        yield place.differs(
            Change.PROVISIONS, before=", ".join(before.provisions), after=", ".join(after.provisions)
        )
    if before.locked != after.locked:
        yield place.differs(Change.LOCKED, before=_yes(before.locked), after=_yes(after.locked))


def _alternatives(before: Paragraph, after: Paragraph, place: _Place) -> Iterator[Difference]:
    old = {one.key: one for one in before.alternatives}
    new = {one.key: one for one in after.alternatives}
    for key, one in old.items():
        if key not in new:
            yield place.differs(Change.FELL_AWAY, alternative=key, before=one.wording, left=one.proponents)
    for key, one in new.items():
        there = old.get(key)
        if there is None:
            yield place.differs(Change.PROPOSED, alternative=key, after=one.wording, asked=one.proponents)
            continue
        if there.wording != one.wording:
            yield place.differs(
                Change.REWORDED,
                alternative=key,
                before=there.wording,
                after=one.wording,
                asked=one.proponents,
            )
        if there.proponents != one.proponents:
            yield place.differs(
                Change.SUPPORT,
                alternative=key,
                after=one.wording,
                asked=tuple(sorted(set(one.proponents) - set(there.proponents))),
                left=tuple(sorted(set(there.proponents) - set(one.proponents))),
            )
    if [key for key in old if key in new] != [key for key in new if key in old] or _put_between(old, new):
        yield place.differs(Change.REORDERED)


def _put_between(old: Iterable[str], new: Iterable[str]) -> bool:
    """Say whether a new alternative stands before one that was there; proposals come last."""
    known = set(old)
    seen_new = False
    for key in new:
        if key not in known:
            seen_new = seen_new or key != BASE
        elif seen_new:
            return True
    return False


def apply_differences(before: NegotiatingText, changes: Iterable[Difference]) -> NegotiatingText:
    """Make the changes to a text.

    Parameters
    ----------
    before
        The text that the differences were taken from.
    changes
        What :func:`differences` gave.

    Returns
    -------
    NegotiatingText
        ``apply_differences(before, differences(before, after)) == after``.

    Raises
    ------
    comity.errors.InputError
        When the outcome would not be a text, such as when they were taken from another text.

    Examples
    --------
    >>> later = NegotiatingText("T", (Article("a1", "Visas"),))
    >>> apply_differences(NegotiatingText("S"), differences(NegotiatingText("S"), later)) == later
    True
    """
    listed = list(changes)
    title, revision, adopted = before.title, before.revision, before.adopted
    titles = {article.key: article.title for article in before.articles}
    paragraphs = {article.key: list(article.paragraphs) for article in before.articles}
    gone = {d.article for d in listed if d.change in {Change.ARTICLE_REMOVED, Change.ARTICLE_MOVED}}
    order = [article.key for article in before.articles if article.key not in gone]
    leaving = {d.paragraph for d in listed if d.change in {Change.PARAGRAPH_REMOVED, Change.PARAGRAPH_MOVED}}
    staying = {one.key: one for article in before.articles for one in article.paragraphs}
    for key, found in paragraphs.items():
        paragraphs[key] = [one for one in found if one.key not in leaving]
    for one in listed:
        if one.change is Change.TITLE:
            title = one.after
        elif one.change is Change.REVISION:
            revision = int(one.after)
        elif one.change is Change.ADOPTED:
            adopted = one.after == _yes(True)
        elif one.change in {Change.ARTICLE_ADDED, Change.ARTICLE_MOVED}:
            order.insert(order.index(one.follows) + 1 if one.follows in order else 0, one.article)
            if one.change is Change.ARTICLE_ADDED:
                titles[one.article], paragraphs[one.article] = one.after, list(one.paragraphs)
        elif one.change is Change.ARTICLE_TITLE:
            titles[one.article] = one.after
        elif one.change in {Change.PARAGRAPH_ADDED, Change.PARAGRAPH_MOVED}:
            found = paragraphs.setdefault(one.article, [])
            at = next((n for n, p in enumerate(found, start=1) if p.key == one.follows), 0)
            found.insert(at, one.paragraphs[0] if one.paragraphs else staying[one.paragraph])
        elif one.paragraphs:
            found = paragraphs.setdefault(one.article, [])
            paragraphs[one.article] = [one.paragraphs[0] if p.key == one.paragraph else p for p in found]
    articles = tuple(Article(key, titles[key], tuple(paragraphs[key])) for key in order)
    return NegotiatingText(title, articles, revision, adopted=adopted)


def _moved(before: Sequence[_Keyed], after: Sequence[_Keyed]) -> set[str]:
    """Which of the keys in both stand elsewhere; the longest runs are taken to have stayed."""
    old_keys, new_keys = {one.key for one in before}, {one.key for one in after}
    old = [one.key for one in before if one.key in new_keys]
    new = [one.key for one in after if one.key in old_keys]
    if old == new:
        return set()
    runs = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return set(old) - {key for run in runs for key in old[run.a : run.a + run.size]}


def _codes(paragraphs: Iterable[Paragraph]) -> tuple[str, ...]:
    return tuple(sorted({code for p in paragraphs for one in p.alternatives for code in one.proponents}))


def _yes(value: bool) -> str:
    return "yes" if value else "no"
