"""Words that can be translated: a template with named places, and what goes there.

Who may import me: this room. Start at :class:`Words`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Several", "Words", "own", "refuse"]


class Words(NamedTuple):
    """One sentence: an English template in ``%(name)s`` form, which is also its message key, and parameters.

    Examples
    --------
    >>> str(Words("%(who)s signed.", {"who": "ALB"}))
    'ALB signed.'
    """

    template: str
    params: Mapping[str, Any]

    def __str__(self) -> str:
        return self.template % self.params

    def __hash__(self) -> int:  # by the template alone, so that what holds words can be a key
        return hash(self.template)


class Several(tuple[Words, ...]):
    """Several words of our own in a row, each of which can be translated.

    Examples
    --------
    >>> str(Several([own("zero draft"), own("revisions")]))
    'zero draft, revisions'
    """

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(str(one) for one in self)


def own(word: str) -> Words:
    """Return a word of our own, such as the name of a phase, so that it can be translated.

    Examples
    --------
    >>> own("revisions").template
    'revisions'
    """
    return Words(word, {})


def refuse(message: str, *, key: str | None = None, accepted: str | None = None) -> InputError:
    """Make the error of a refused move; the caller raises it.

    Examples
    --------
    >>> str(refuse("silence is over", key="at"))
    'at: silence is over'
    """
    return InputError(message, key=key, accepted=accepted)
