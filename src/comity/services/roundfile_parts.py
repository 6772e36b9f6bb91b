"""Parts that the round file's objects share: kinds of text and number, spreads, take-up, tranches, budgets.

Who may import me: :mod:`comity.services.roundfile_models`; everybody else takes them from there.
Start at :class:`Spread`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from comity import vocabulary

__all__ = [
    "Budget",
    "Code",
    "InstrumentCode",
    "Number",
    "Share",
    "ShareSpread",
    "Slug",
    "Spread",
    "Strict",
    "TakeUp",
    "Term",
    "Text",
    "Tranche",
    "Weight",
    "Word",
]

Slug = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64),
]
Code = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9-]{1,15}$"),
]
InstrumentCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{2}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
Weight = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def _term(value: object) -> object:
    """Accept a number or a short text; anything else is refused in one sentence."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        msg = "a term is a number or a short text"
        raise ValueError(msg)  # noqa: TRY004  (pydantic turns only ValueError into a report)
    if isinstance(value, str) and len(value) > 300:
        msg = "a term is a number or a text of at most 300 characters"
        raise ValueError(msg)
    return value


Term = Annotated[
    Any,
    BeforeValidator(_term),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "maxLength": 300}]}),
]


class Strict(BaseModel):
    """A frozen object that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Spread(Strict):
    """A value as low, mid and high, because a point would claim too much.

    >>> Spread(low=1, mid=2, high=4).range
    Range(low=1.0, mid=2.0, high=4.0)
    """

    low: Number = Field(description="A low but credible value.")
    mid: Number = Field(description="The central value.")
    high: Number = Field(description="A high but credible value.")

    @property
    def range(self) -> vocabulary.Range:
        """The same as the shared noun."""
        return vocabulary.Range(self.low, self.mid, self.high)


class ShareSpread(Strict):
    """A share as low, mid and high, from 0 to 1."""

    low: Share = Field(description="A low but credible share.")
    mid: Share = Field(description="The central share.")
    high: Share = Field(description="A high but credible share.")

    @property
    def range(self) -> vocabulary.Range:
        """The same as the shared noun."""
        return vocabulary.Range(self.low, self.mid, self.high)


class TakeUp(ShareSpread):
    """The share of a concession that is used once it is granted; a right that nobody uses is worth nothing.

    >>> TakeUp(low=0.02, mid=0.05, high=0.2, source="four firms in two years").mid
    0.05
    """

    source: Text = Field(description="Where the share comes from, or the reasoning.")


class Tranche(Strict):
    """A part of a concession that is released on a milestone.

    Tranches of one clause follow each other: one is released only when those before it were.
    """

    share: Share = Field(description="Part of the clause that it releases; all tranches together make 1.")
    milestone: Text = Field(description="What must have happened.")
    due: int = Field(ge=0, le=600, description="Months after the start by which it should have happened.")
    met: ShareSpread | None = Field(
        default=None,
        description="How likely the milestone is met, from 0 to 1; absent, it counts as met, and the report "
        "says so.",
    )
    after: Slug | None = Field(
        default=None,
        description="Key of the clause whose delivery the milestone waits for; a package then needs that "
        "clause.",
    )
    source: Text | None = Field(default=None, description="Source or reasoning; needed when `met` is given.")


class Budget(Strict):
    """What a giver has to share out among several clauses: a pool of places, or money."""

    name: Word = Field(description="Name of the pool or budget, as the report prints it.")
    giver: Code = Field(description="The party whose budget it is.")
    of: tuple[Slug, ...] = Field(
        min_length=1,
        max_length=200,
        strict=False,
        description="Clause keys or instrument codes that draw on it; clauses of this giver, in one unit.",
    )
    at_most: Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)] = Field(
        description="The most that these clauses may add up to, in their unit."
    )
    source: Text = Field(description="Where the size comes from, or the reasoning.")
