"""The single negotiating text as data that never changes: articles, paragraphs, bracketed alternatives (§9).

A text is a value. Each verb gives a new text, or raises one :class:`~comity.errors.InputError` in words that
a delegate understands; what it does not touch is shared with the text before. Brackets are alternatives of
one paragraph, each with the delegations that stand behind it. What is locked stays as it is for ever.

Who may import me: protocol and services. I import floor 1 only; I know what stands in the text, not who may
change it (that is :mod:`comity.protocol.conference`) nor which files hold it (services).

Where to start: :class:`NegotiatingText` and :func:`propose_wording`; then :func:`differences` for what
changed between two revisions.
"""

from __future__ import annotations

from comity.protocol.text.amendments import (
    FIRST,
    add_article,
    add_paragraph,
    adopt,
    lock,
    next_key,
    next_revision,
    propose_wording,
    retitle,
    retitle_article,
    settle,
    support,
    withdraw,
)
from comity.protocol.text.changes import WordChange, word_changes
from comity.protocol.text.differences import Change, Difference, apply_differences, differences
from comity.protocol.text.plain import read_plain, to_plain
from comity.protocol.text.sentences import describe, sentence
from comity.protocol.text.structure import (
    BASE,
    MOST_ARTICLES,
    MOST_PARAGRAPHS,
    Alternative,
    Article,
    NegotiatingText,
    Paragraph,
    count_brackets,
    find_article,
    find_paragraph,
)
from comity.protocol.text.words import (
    MOST_CHARACTERS,
    MOST_TITLE_CHARACTERS,
    check_code,
    check_key,
    check_title,
    check_words,
)

__all__ = [
    "BASE",
    "FIRST",
    "MOST_ARTICLES",
    "MOST_CHARACTERS",
    "MOST_PARAGRAPHS",
    "MOST_TITLE_CHARACTERS",
    "Alternative",
    "Article",
    "Change",
    "Difference",
    "NegotiatingText",
    "Paragraph",
    "WordChange",
    "add_article",
    "add_paragraph",
    "adopt",
    "apply_differences",
    "check_code",
    "check_key",
    "check_title",
    "check_words",
    "count_brackets",
    "describe",
    "differences",
    "find_article",
    "find_paragraph",
    "lock",
    "next_key",
    "next_revision",
    "propose_wording",
    "read_plain",
    "retitle",
    "retitle_article",
    "sentence",
    "settle",
    "support",
    "to_plain",
    "withdraw",
    "word_changes",
]
