"""What every answer of the Python API can do: one line of text, a page in a notebook, one JSON object.

Who may import me: services. Start at :class:`Result`: inherit from it, write ``document`` and ``to_dict``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from comity.reports.canonical import render_json
from comity.reports.words import text

if TYPE_CHECKING:
    from comity.reports.document import Document

__all__ = ["Result"]


class Result(ABC):
    """The base of all answers; holds no data of its own.

    A subclass writes :meth:`document` (with ``brief=False`` and other options where it has them) and
    :meth:`to_dict`. A dataclass is declared with ``repr=False``, or its own ``__repr__`` wins over this one.

    >>> from comity.reports.document import Document, Meta, Paragraph
    >>> class Told(Result):
    ...     def document(self):
    ...         meta = Meta(disclaimer="Advisory.", command="comity tell")
    ...         return Document("A title", "What it is about", (Paragraph("Words."),), (), meta)
    ...
    ...     def to_dict(self):
    ...         return {"said": "Words."}
    >>> Told(), Told().to_json() == Told().to_json()
    (Told(A title), True)
    """

    __slots__ = ()

    @abstractmethod
    def document(self) -> Document:
        """Readable form; render it with :mod:`comity.reports`."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Plain data: what :meth:`to_json` writes."""

    def to_json(self) -> str:
        """One JSON object; the same answer gives the same bytes."""
        return render_json(self.to_dict())

    def _repr_html_(self) -> str:
        from comity.reports.html import render_embedded  # noqa: PLC0415  (only notebooks ask for it)

        return render_embedded(self.document())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({text('{title}', title=self.document().title).plain})"
