"""Differences inside a paragraph, word by word.

Who may import me: the text room; others import these names from :mod:`comity.protocol.text`.
Start at :func:`word_changes`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, Literal

__all__ = ["WordChange", "word_changes"]

# A word with the space after it, or a sign with the space after it. Marks of Arabic and of accents that stand
# alone belong to the word, so signs are listed instead of being all that Python does not call a letter.
_TOKEN: Final = re.compile(r"""(?:[^\s.,;:!?()\[\]{}<>"“”„«»‘‹›…،؛؟۔。、/|]+|\S)\s*|\s+""")

_MOST_PAIRS: Final = 4_000_000
"""Beyond this many pairs of words what differs is shown as one change; keeps hostile paragraphs quick."""

_MOST_KEPT: Final = 8_192
"""Pairs of wordings whose changes are remembered: many readers ask for the same of thousands."""


@dataclass(frozen=True, slots=True)
class WordChange:
    """A run of words that is the same in both wordings, was taken out, or was put in.

    ``kind`` is ``same``, ``removed`` or ``added``; ``words`` keep their spaces, so that runs can be joined.
    """

    kind: Literal["same", "removed", "added"]
    words: str


@lru_cache(maxsize=_MOST_KEPT)
def word_changes(before: str, after: str) -> tuple[WordChange, ...]:
    """Say what became of each word, in reading order.

    Parameters
    ----------
    before, after
        Two wordings.

    Returns
    -------
    tuple of WordChange
        Joining ``same`` and ``removed`` gives ``before``; joining ``same`` and ``added`` gives ``after``.

    Notes
    -----
    Longest matching runs (Ratcliff and Obershelp, 1988), as in Python's difflib, on words.

    Examples
    --------
    >>> [(c.kind, c.words) for c in word_changes("Parties shall issue visas.", "Parties may issue visas.")]
    [('same', 'Parties '), ('removed', 'shall '), ('added', 'may '), ('same', 'issue visas.')]
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    runs: list[WordChange] = []
    _note(runs, "same", old[:start])
    if len(middle_old) * len(middle_new) > _MOST_PAIRS:
        _note(runs, "removed", middle_old)
        _note(runs, "added", middle_new)
    else:
        matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
        for tag, i, j, k, l in matcher.get_opcodes():  # noqa: E741  (difflib's own names)
            if tag == "equal":
                _note(runs, "same", middle_old[i:j])
            else:
                _note(runs, "removed", middle_old[i:j])
                _note(runs, "added", middle_new[k:l])
    _note(runs, "same", old[len(old) - end :])
    return tuple(runs)


def _note(runs: list[WordChange], kind: Literal["same", "removed", "added"], words: list[str]) -> None:
    if not words:
        return
    if runs and runs[-1].kind == kind:
        runs[-1] = WordChange(kind, runs[-1].words + "".join(words))
    else:
        runs.append(WordChange(kind, "".join(words)))
