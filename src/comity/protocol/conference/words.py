"""Words that can be translated: a template with named places, and what goes there.

Who may import me: this room. Start at :class:`Words`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from comity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Words", "refuse"]


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


def refuse(message: str, *, key: str | None = None, accepted: str | None = None) -> InputError:
    """Make the error of a refused move; the caller raises it.

    Examples
    --------
    >>> str(refuse("silence is over", key="at"))
    'at: silence is over'
    """
    return InputError(message, key=key, accepted=accepted)
