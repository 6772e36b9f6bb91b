"""What moves about the course of the round, the text and proposals carry: one payload for each act.

The payloads of follow-up, meetings and civil society are in :mod:`comity.protocol.conference.terms_after`.

Who may import me: this room. Start at :class:`ProposeWording`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.protocol.conference.fields import (
    Terms,
    changes,
    flag,
    key,
    keys,
    line,
    one_of,
    prose,
    values,
    whole,
)
from comity.protocol.conference.phases import Phase

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "NOTE",
    "WORDING",
    "AddArticle",
    "AddParagraph",
    "AmendProposal",
    "AnswerAdoption",
    "AnswerInSecret",
    "AnswerProposal",
    "ChangePhase",
    "CloseAcceptance",
    "CutRevision",
    "DeclareAdopted",
    "LockParagraph",
    "Object",
    "OpenAcceptance",
    "Outcome",
    "PassSilence",
    "ProposeParagraph",
    "ProposeWording",
    "ReopenParagraph",
    "RetitleArticle",
    "SettleParagraph",
    "Sign",
    "StartSilence",
    "SupportWording",
    "TableProposal",
    "WithdrawProposal",
    "WithdrawWording",
]

WORDING: Final = 20_000
"""Characters of the wording of a paragraph, at most."""
NOTE: Final = 4_000
"""Characters of a note, a reason or a sealed answer, at most."""
TITLE: Final = 300
"""Characters of a title or a name, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePhase(Terms):
    """The round goes to another phase."""

    to: str = one_of(*Phase)
    note: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSilence(Terms):
    """The text lies under silence: for the hours of the charter, or more."""

    hours: int | None = whole(None, low=1, high=8784)
    note: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Object(Terms):
    """A head of delegation breaks silence and says why."""

    words: str = prose(NOTE)
    paragraph: str | None = key(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassSilence(Terms):
    """Silence ended without an objection; the clock says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAdoption(Terms):
    """A delegation's answer to the whole text; a later one replaces it until adoption is declared."""

    answer: str = one_of("adopts", "reserves", "opposes")
    words: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareAdopted(Terms):
    """The rule of the charter is met: the whole text is adopted and locked."""

    note: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Terms):
    """A delegation signs what it adopted."""

    signatory: str = line(TITLE, "", empty=True)
    words: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddArticle(Terms):
    """A new article; ``after`` names the article before it, empty for none."""

    key: str = key()
    title: str = line(TITLE)
    after: str | None = prose(64, None, empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetitleArticle(Terms):
    """Another title for an article."""

    article: str = key()
    title: str = line(TITLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddParagraph(Terms):
    """A new paragraph in the draft's own words; ``provisions`` are those of the charter that it speaks of."""

    article: str = key()
    key: str = key()
    wording: str = prose(WORDING)
    after: str | None = prose(64, None, empty=True)
    provisions: tuple[str, ...] = keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeParagraph(AddParagraph):
    """A new paragraph that a delegation asks for; it stays in brackets until it is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeWording(Terms):
    """Other words for a paragraph, or its deletion (empty wording); ``seen`` is the version that was read."""

    paragraph: str = key()
    alternative: str = key()
    wording: str = prose(WORDING, empty=True)
    seen: int | None = whole(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportWording(Terms):
    """A delegation joins those who ask for an alternative."""

    paragraph: str = key()
    alternative: str = key()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawWording(SupportWording):
    """A delegation no longer asks for an alternative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleParagraph(Terms):
    """Brackets are removed: one of the alternatives, or words that the facilitator found in the room."""

    paragraph: str = key()
    alternative: str | None = key(None)
    wording: str | None = prose(WORDING, None, empty=True)
    seen: int | None = whole(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockParagraph(Terms):
    """A paragraph without brackets is agreed provisionally, until the whole is adopted."""

    paragraph: str = key()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenParagraph(Terms):
    """What was agreed provisionally is open again, for a reason that all can read."""

    paragraph: str = key()
    reason: str = prose(NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CutRevision(Terms):
    """The text as it stands is kept under the next revision number."""

    note: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProposal(Terms):
    """A package, request or offer on the table: provisions and how far they go."""

    proposal: str = key()
    title: str = line(TITLE)
    kind: str = one_of("package", "request", "offer", default="package")
    to: tuple[str, ...] = keys()
    provisions: Mapping[str, float] = values()
    note: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendProposal(Terms):
    """Provisions of an own proposal change; null takes one out. ``seen`` is the version that was read."""

    proposal: str = key()
    provisions: Mapping[str, float | None] = changes()
    note: str = prose(NOTE, "", empty=True)
    seen: int | None = whole(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawProposal(Terms):
    """An own proposal leaves the table."""

    proposal: str = key()
    note: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerProposal(Terms):
    """An open, non-binding answer to a proposal; ``version`` says which one it answers."""

    proposal: str = key()
    answer: str = one_of("welcomes", "will consider", "declines")
    version: int = whole(low=1)
    words: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAcceptance(Terms):
    """Named delegations are asked, each in secret, whether they accept a proposal as it stands.

    ``kind`` is ``all`` (accepted if every one says yes) or ``plurilateral`` (accepted for those who say yes,
    if they are at least ``threshold``).
    """

    acceptance: str = key()
    proposal: str = key()
    version: int = whole(low=1)
    among: tuple[str, ...] = keys(...)
    kind: str = one_of("all", "plurilateral", default="all")
    threshold: int | None = whole(None, low=2)
    note: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInSecret(Terms):
    """A sealed answer: opaque text that only the door can open."""

    acceptance: str = key()
    sealed: str = prose(NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAcceptance(Terms):
    """An acceptance ends without an outcome."""

    acceptance: str = key()
    note: str = prose(NOTE, "", empty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Terms):
    """Accepted or not; ``accepting`` only for a plurilateral acceptance that reached its threshold."""

    acceptance: str = key()
    accepted: bool = flag()
    accepting: tuple[str, ...] = keys()
