"""Differences in plain words: what changed, who asked, and how many brackets are left by article.

Doors that speak other languages word :class:`~comity.protocol.text.Difference` themselves; nothing is hidden
in these sentences that it does not hold.

Who may import me: the text room; others import these names from :mod:`comity.protocol.text`.
Start at :func:`describe`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.protocol.text.changes import word_changes
from comity.protocol.text.differences import Change, Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.protocol.text.structure import NegotiatingText

__all__ = ["describe", "sentence"]

_SHOWN: Final = 160
"""Characters of a wording that a sentence quotes."""


def describe(
    changes: Iterable[Difference],
    *,
    after: NegotiatingText | None = None,
    names: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Put differences into sentences, one each.

    Parameters
    ----------
    changes
        What :func:`comity.protocol.text.differences` gave.
    after
        The later text: adds how many brackets are left in each article and in all.
    names
        Names of delegations by code; codes stand where there is none.

    Returns
    -------
    tuple of str
        No sentence for no difference.

    Examples
    --------
    >>> from comity.protocol.text import (NegotiatingText, add_article, add_paragraph, differences,
    ...                                   propose_wording)
    >>> text = add_article(NegotiatingText("T"), "a1", "Visas")
    >>> text = add_paragraph(text, "a1", "a1.p1", "Parties shall issue visas.")
    >>> later = propose_wording(text, "a1.p1", "alt1", "Parties may issue visas.", "BRA")
    >>> for line in describe(differences(text, later), after=later): print(line)
    Article 1, paragraph 1: BRA proposed “Parties may issue visas.”
    Article 1: 1 paragraph in brackets (before: 0).
    Brackets left: 1 paragraph, in article 1 (1).
    """
    listed = list(changes)
    lines = [sentence(one, names=names) for one in listed]
    if after is not None and listed:
        left = [(number, article.brackets) for number, article in enumerate(after.articles, start=1)]
        where = [f"{number} ({count})" for number, count in left if count]
        if where:
            articles = "article" if len(where) == 1 else "articles"
            lines.append(f"Brackets left: {_paragraphs(after.brackets)}, in {articles} {', '.join(where)}.")
        else:
            lines.append("No brackets are left.")
    return tuple(lines)


def sentence(one: Difference, *, names: Mapping[str, str] | None = None) -> str:
    """Put one difference into a sentence."""
    who, left = _names(one.asked, names), _names(one.left, names)
    place = _place(one)
    said = _SENTENCES.get(one.change, "")
    if said:
        return said.format(place=place, before=one.before, after=one.after)
    return f"{place}: {_inside(one, who, left)}"


_SENTENCES: Final = {
    Change.TITLE: "The text is now called “{after}” (before: “{before}”).",
    Change.REVISION: "Revision {after}, after revision {before}.",
    Change.ARTICLE_REMOVED: "{place}, “{before}”, left the text.",
    Change.ARTICLE_MOVED: "{place} moved to this place.",
    Change.ARTICLE_TITLE: "{place} is now called “{after}” (before: “{before}”).",
    Change.PARAGRAPH_MOVED: "{place} moved to this place.",
    Change.REORDERED: "{place}: the alternatives stand in another order.",
}


def _inside(one: Difference, who: str, left: str) -> str:
    asked = f", asked for by {who}" if who else ""
    match one.change:
        case Change.ADOPTED:
            return (
                "adopted; no brackets, all locked." if one.after == "yes" else "no longer marked as adopted."
            )
        case Change.ARTICLE_ADDED:
            return f"new, “{one.after}”, with {_paragraphs(len(one.paragraphs))}{asked}."
        case Change.PARAGRAPH_ADDED:
            return f"new{asked}: {_quote(one.after)}"
        case Change.PARAGRAPH_REMOVED:
            return f"left the text{f' (behind it: {left})' if left else ''}: {_quote(one.before)}"
        case Change.PROPOSED:
            words = f"{_quote(one.after)}" if one.after else "that it be left out."
            return f"{who or 'the secretariat'} proposed {words}"
        case Change.FELL_AWAY:
            words = _quote(one.before) if one.before else "the proposal to leave it out"
            return f"{f'{left} withdrew' if left else 'no longer an option:'} {words}"
        case Change.REWORDED:
            return f"{_what_changed(one.before, one.after)}{asked}."
        case Change.SUPPORT:
            came = f"{who} now {_stands(one.asked)} behind" if who else ""
            went = f"{left} no longer {_stands(one.left)} behind" if left else ""
            words = _quote(one.after) if one.after else "leaving it out."
            return f"{', and '.join(part for part in (came, went) if part)} {words}"
        case Change.SETTLED:
            whose = f" as {who} asked" if who else ""
            if not one.after:
                return f"settled{whose}: it is left out."
            if one.before == one.after:
                gone = f"; what {left} proposed is off the table" if left else ""
                return f"settled{whose}: the words of the draft stand{gone}."
            return f"settled{whose}: {_what_changed(one.before, one.after)}."
        case Change.LOCKED:
            return "agreed and locked." if one.after == "yes" else "no longer locked."
        case Change.PROVISIONS:
            return f"words provisions {one.after or 'none'} (before: {one.before or 'none'})."
        case _:
            return f"{_paragraphs(int(one.after))} in brackets (before: {one.before})."


def _place(one: Difference) -> str:
    if not one.article:
        return "The text"
    article = f"Article {one.article_number}"
    return f"{article}, paragraph {one.paragraph_number}" if one.paragraph else article


def _what_changed(before: str, after: str) -> str:
    """Name the words that went and came; the whole where much changed."""
    if not after:
        return "its words were taken out"
    if not before:
        return f"it now reads {_quote(after)}".rstrip(".")
    runs = [run for run in word_changes(before, after) if run.kind != "same"]
    parts = []
    at = 0
    while at < len(runs):
        pair = at + 1 < len(runs) and runs[at].kind == "removed" and runs[at + 1].kind == "added"
        if pair:
            parts.append(f"{_quote(runs[at].words)} became {_quote(runs[at + 1].words)}")
        else:
            parts.append(
                f"{_quote(runs[at].words)} was {'put in' if runs[at].kind == 'added' else 'taken out'}"
            )
        at += 2 if pair else 1
    if len(parts) > 4:
        return f"it now reads {_quote(after)}"
    return "; ".join(parts) or f"it now reads {_quote(after)}"


def _quote(words: str) -> str:
    flat = " ".join(words.split())
    return f"“{flat}”" if len(flat) <= _SHOWN else f"“{flat[:_SHOWN].rsplit(' ', 1)[0]} …”"


def _names(codes: tuple[str, ...], names: Mapping[str, str] | None) -> str:
    said = [names.get(code, code) if names else code for code in codes]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}" if said else ""


def _stands(codes: tuple[str, ...]) -> str:
    return "stands" if len(codes) == 1 else "stand"


def _paragraphs(count: int) -> str:
    return "1 paragraph" if count == 1 else f"{count} paragraphs"
