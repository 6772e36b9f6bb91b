"""The zero draft: a negotiating text from a drafted agreement (§8, §9).

Who may import me: services and doors. Start at :func:`draft_text`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.protocol.text import BASE, MOST_TITLE_CHARACTERS, Alternative, Article, NegotiatingText, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.services.agreements_draft import DraftText
    from comity.services.model_text import DraftArticle, DraftParagraph

__all__ = ["draft_text", "text_of_articles"]


def draft_text(draft: DraftText, *, title: str | None = None) -> NegotiatingText:
    """Give a drafted agreement as a text to negotiate: revision 0, keys and provisions as drafted.

    Parameters
    ----------
    draft
        What :mod:`comity.services.agreements_draft` made of a package or of agreements.
    title
        Another title.

    Raises
    ------
    comity.errors.InputError
        When the title is empty.
    """
    shown = draft.title[: MOST_TITLE_CHARACTERS - 1] if title is None else title
    return text_of_articles(shown, draft.articles)


def text_of_articles(
    title: str,
    articles: Iterable[DraftArticle],
    *,
    proponents: Mapping[str, tuple[str, ...]] | None = None,
) -> NegotiatingText:
    """Give drafted articles as a text to negotiate.

    Parameters
    ----------
    title
        Of the text.
    articles
        Drafted by :mod:`comity.services.model_text`.
    proponents
        Which delegations stand behind the words of an agreement, by its key. A drafted alternative is held
        by agreements; without this, it is an option that the secretariat puts.

    Examples
    --------
    >>> from comity.services.model_text import DraftArticle, DraftParagraph
    >>> visas = DraftParagraph("a1.p1", "Parties issue visas.", ("visas",))
    >>> text = text_of_articles("Compact", [DraftArticle("a1", "entry", "Visas", (visas,))])
    >>> [(p.key, p.wording, p.provisions) for p in text.paragraphs()]
    [('a1.p1', 'Parties issue visas.', ('visas',))]
    """
    made = tuple(
        Article(one.key, one.title, tuple(_paragraph(p, proponents or {}) for p in one.paragraphs))
        for one in articles
    )
    return NegotiatingText(title, made)


def _paragraph(paragraph: DraftParagraph, proponents: Mapping[str, tuple[str, ...]]) -> Paragraph:
    made = [Alternative(BASE, paragraph.wording)]
    for number, one in enumerate(paragraph.alternatives, start=1):
        if any(one.wording.strip() == other.wording for other in made):
            continue  # the draft's own words
        behind = tuple(code for agreement in one.held_by for code in proponents.get(agreement, ()))
        made.append(Alternative(f"alt{number}", one.wording, behind))
    # provisions of several agreements may repeat a key
    provisions = tuple(dict.fromkeys(re.sub(r"\s+", " ", key) for key in paragraph.provisions))
    return Paragraph(paragraph.key, tuple(made), provisions)
