"""What calls take and give, as pydantic models: the OpenAPI document is made of them.

Who may import me: this room. Start at :class:`RoundState`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field

__all__ = [
    "AcceptanceShape",
    "AnswerGiven",
    "AskGiven",
    "CalendarEntry",
    "ChangesShape",
    "CommitmentShape",
    "ErrorShape",
    "MemberShape",
    "MoveGiven",
    "MoveMade",
    "MoveShape",
    "MovesPage",
    "PackageGiven",
    "PreviewShape",
    "PrivateGiven",
    "PrivateShape",
    "ProposalShape",
    "RevisionShape",
    "RoundLine",
    "RoundState",
    "SeatShape",
    "SubmissionShape",
    "TextShape",
    "ZoneAskShape",
]


class _Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class ErrorShape(Schema):
    """Why a call was refused."""

    error: str
    key: str | None = None
    accepted: str | None = None


class SeatShape(Schema):
    """A seat; ``delegation`` is null for seats of no delegation."""

    role: str
    delegation: str | None
    name: str


class RoundLine(Schema):
    """A round where the token has a seat."""

    slug: str
    title: str
    phase: str
    seat: SeatShape
    moves: int


class SilenceShape(Schema):
    """A text under silence."""

    started: datetime
    deadline: datetime
    hours: int
    left_seconds: int


class Counts(Schema):
    """A round in numbers; null where the seat may not read what is counted."""

    moves: int
    articles: int | None
    brackets: int | None
    proposals: int | None
    acceptances: int | None
    commitments: int | None
    submissions: int


class RoundState(Schema):
    """Where a round stands, for the token's seat."""

    slug: str
    title: str
    phase: str
    phases: list[str]
    delegations: dict[str, str]
    seat: SeatShape
    silence: SilenceShape | None
    counts: Counts
    may: list[str] = Field(description="Acts that the seat may do now.")
    provisions: dict[str, Any]
    last_at: datetime | None


class AlternativeShape(Schema):
    """One wording; ``proponents`` is null for those who may not read who proposes what."""

    key: str
    wording: str
    proponents: list[str] | None


class ParagraphShape(Schema):
    """A paragraph; ``version`` is what an edit hands back as ``seen``."""

    key: str
    version: int
    bracketed: bool
    locked: bool
    provisions: list[str]
    alternatives: list[AlternativeShape]


class ArticleShape(Schema):
    """An article."""

    key: str
    title: str
    paragraphs: list[ParagraphShape]


class TextShape(Schema):
    """The negotiating text."""

    title: str
    revision: int
    brackets: int
    articles: list[ArticleShape]


class RevisionShape(Schema):
    """A text that was kept."""

    number: int
    at: datetime
    note: str


class MoveShape(Schema):
    """A move of the log. Sealed answers are left out; the journal holds them, sealed."""

    number: int
    act: str
    at: datetime
    seat: dict[str, Any]
    payload: dict[str, Any]
    words: str


class MovesPage(Schema):
    """Moves in order; ``next`` is the number to go on after, null at the end."""

    moves: list[MoveShape]
    next: int | None


class MoveGiven(_Strict):
    """A move to make."""

    act: str = Field(max_length=64)
    payload: dict[str, Any] = Field(default_factory=dict)
    key: str = Field(min_length=1, max_length=100, description="Of your choice; the same key moves once.")


class MoveMade(Schema):
    """The move as it stands in the log; ``repeated`` when it was there before this call."""

    number: int
    act: str
    at: datetime
    seal: str
    repeated: bool


class PrivateShape(Schema):
    """The own private sheet; null and version 0 where there is none yet."""

    sheet: dict[str, Any] | None
    version: int


class PrivateGiven(_Strict):
    """A private sheet to keep; ``seen`` is the version that was read."""

    sheet: dict[str, Any]
    seen: int = Field(ge=0, le=10**9)


class ProposalVersionShape(Schema):
    """A proposal as it stood from one move to the next."""

    provisions: dict[str, float]
    note: str
    at: datetime


class ProposalAnswerShape(Schema):
    """What a delegation said openly."""

    delegation: str
    answer: str
    version: int
    words: str
    at: datetime


class ProposalShape(Schema):
    """A package, request or offer; ``owner`` is null for the facilitator's own."""

    key: str
    owner: str | None
    title: str
    kind: str
    to: list[str]
    version: int
    withdrawn: bool
    versions: list[ProposalVersionShape]
    answers: list[ProposalAnswerShape]


class AcceptanceShape(Schema):
    """A package under acceptance in secret: who has answered is known, how is not."""

    key: str
    proposal: str
    version: int
    provisions: dict[str, float]
    among: list[str]
    kind: str
    threshold: int | None
    status: str
    answered: list[str]
    accepting: list[str]
    note: str


class AnswerGiven(_Strict):
    """An answer in secret."""

    accepts: bool
    key: str = Field(min_length=1, max_length=100)


class ReportShape(Schema):
    """Evidence that was reported, and what was found of it."""

    words: str
    done: bool
    value: float | None
    source: str
    at: datetime
    accepted: bool | None
    finding: str


class CommitmentShape(Schema):
    """Who does what by when."""

    key: str
    delegation: str
    title: str
    indicator: str
    milestone: str
    provision: str | None
    paragraph: str | None
    target: float | None
    tranche: float | None
    unit: str | None
    payer: str | None
    due: date
    agency: str
    done_on: date | None
    released_at: datetime | None
    reports: list[ReportShape]


class ResponseShape(Schema):
    """What became of a submission."""

    outcome: str
    words: str
    at: datetime


class SubmissionShape(Schema):
    """Written words of civil society."""

    key: str
    by: str
    title: str
    words: str
    paragraphs: list[str]
    at: datetime
    responses: list[ResponseShape]


class CalendarEntry(Schema):
    """A meeting, or a day on which something is due."""

    key: str
    kind: str
    title: str
    starts: datetime | None
    day: date | None
    place: str


class PackageGiven(_Strict):
    """A package to look at; ``own`` asks for the own side too, which needs a token that opens it."""

    provisions: dict[str, float] = Field(min_length=1, max_length=2000)
    own: bool = False


class RangeShape(Schema):
    """A quantity in the draws: its low end, middle and high end."""

    low: float
    mid: float
    high: float


class SideShape(Schema):
    """One side in the public model; ``gain`` is null where the model has none."""

    party: str
    gain: RangeShape | None
    unvalued: list[str]


class PlacesShape(Schema):
    """Regular places from an origin to a destination, persons a year."""

    origin: str
    destination: str
    places: float


class MoneyShape(Schema):
    """Money from one side to another, in the unit of the preview."""

    giver: str
    beneficiary: str
    amount: float


class OwnRowShape(Schema):
    """What one provision is worth to the own side."""

    provision: str
    value: float
    worth: RangeShape | None
    from_sheet: bool
    beyond_limit: bool


class OwnGroupShape(Schema):
    """What one group at home gains, and the weight that it has."""

    group: str
    weight: float
    worth: RangeShape


class OwnSideShape(Schema):
    """The own side, from the own sheet: gain against no deal, and whether the red line is kept."""

    gain: RangeShape
    red_line: float
    margin: float
    accepts: bool
    beyond_limits: list[str]
    unvalued: list[str]
    rows: list[OwnRowShape]
    groups: list[OwnGroupShape]


class PreviewShape(Schema):
    """What a package does. ``broken`` are rules of the round that it breaks."""

    unit: str
    draws: int
    broken: list[str]
    parties: list[SideShape]
    places: list[PlacesShape]
    money: list[MoneyShape]
    own: OwnSideShape | None


class AskGiven(_Strict):
    """What to ask: packages in the zone, or one that is better for all than an accepted one."""

    better_than: str | None = Field(None, max_length=100, description="Key of an acceptance among all.")


class NamedPackage(Schema):
    """A package."""

    name: str
    provisions: dict[str, float]


class ZoneAskShape(Schema):
    """What was asked of the zone and answered; ``answered`` is false where there was no answer."""

    at: datetime
    kind: str
    better_than: str | None
    answered: bool
    verdict: Any
    packages: list[NamedPackage]


class ChangesShape(Schema):
    """What changed, in plain words; null: no text yet (``after``), the text now (``until``)."""

    after: int | None
    until: int | None
    lines: list[str]


class MemberShape(Schema):
    """Who sits in the round."""

    person: str
    role: str
    delegation: str | None
    name: str
    since: datetime
