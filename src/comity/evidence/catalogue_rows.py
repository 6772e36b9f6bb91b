"""One row of each catalogue file, typed and checked (§2.5).

Who may import me: :mod:`comity.evidence.catalogue_set`; others read the catalogue through it.
Start at :class:`Interaction`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, FiniteFloat, StringConstraints, model_validator

from comity.evidence.parameter import Mark  # noqa: TC001  (pydantic reads it at run time)
from comity.vocabulary import Area  # noqa: TC001

__all__ = [
    "Basis",
    "Bound",
    "Case",
    "Cause",
    "EvidenceClass",
    "InstrumentRow",
    "Interaction",
    "Ministry",
    "Sign",
    "Term",
]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{2}$")]


def _split(cell: object) -> object:
    return tuple(part.strip() for part in cell.split(";") if part.strip()) if isinstance(cell, str) else cell


Words = Annotated[tuple[Text, ...], BeforeValidator(_split)]


class Sign(StrEnum):
    """What an interaction does to its outcome."""

    RAISES = "+"
    LOWERS = "-"
    NO_EFFECT = "0"
    OPEN = "+/-"


class EvidenceClass(StrEnum):
    """On what an interaction rests; ``contested`` outweighs the others."""

    SEED = "seed"
    READ = "read"
    RECALLED = "recalled"
    CONTESTED = "contested"


class Cause(StrEnum):
    """What an interaction starts from."""

    INSTRUMENT = "instrument"
    STATE = "state"
    OUTCOME = "outcome"


class Basis(StrEnum):
    """Where a parameter's bounds come from."""

    STATED = "stated"
    BY_DEFINITION = "by definition"
    OURS = "cap: ours"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InstrumentRow(_Row):
    """A row of ``instruments.csv``; ``columns.yaml`` says what each column means and which are ours."""

    code: Code
    area: Area
    name: Slug
    title: Annotated[Text, StringConstraints(max_length=60)]
    definition: Text
    typical: Text
    giver_role: Text
    gainers: Words
    source: Text
    ministry_giver: Slug
    ministry_beneficiary: Slug
    gcm: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^GCM[0-9]{2}$")], ...], BeforeValidator(_split)
    ]
    mita: Literal["facilitation", "protection", "control", "none"]
    ilo: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^Art[0-9]{2}$")], ...], BeforeValidator(_split)
    ]
    stronger: Literal["high", "low"]
    action: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z_]*)?$")]


class Bound(_Row):
    """A row of ``instrument_parameters.csv``: one number of an instrument, its unit and accepted values.

    ``labels`` names the steps of a scale from ``low`` to ``high``, where they have names.
    """

    code: Code
    position: Annotated[int, BeforeValidator(lambda cell: int(cell) if str(cell).isdigit() else cell)]
    parameter: Slug
    unit: Text
    low: FiniteFloat
    high: FiniteFloat
    basis: Basis
    labels: Words

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            msg = f"low {self.low:g} is not below high {self.high:g}"
            raise ValueError(msg)
        if self.labels and len(self.labels) != self.high - self.low + 1:
            msg = f"{len(self.labels)} labels do not fit {self.low:g} to {self.high:g}"
            raise ValueError(msg)
        return self


class Interaction(_Row):
    """A signed edge: what, under which condition, raises or lowers which outcome.

    ``from_instrument`` is ``CODE:change`` of an instrument (``LE01:restrict``), ``S:state`` or ``O:outcome``;
    :attr:`cause`, :attr:`subject` and :attr:`change` take it apart. An empty condition means always.
    """

    edge: Annotated[str, StringConstraints(pattern=r"^I[0-9]{3}$")]
    from_instrument: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}[0-9]{2}|S|O):[a-z][a-z0-9_]*$")]
    condition: str
    to_outcome: Slug
    sign: Sign
    strength: str
    lag: Text
    evidence_class: EvidenceClass
    parameter: str
    evidence_source: Text
    seed_reference: Text

    @property
    def reference(self) -> str:
        """The reference that :meth:`comity.evidence.Catalogue.trace` follows."""
        return f"catalogue:interactions[edge={self.edge}]"

    @property
    def cause(self) -> Cause:
        """Whether the edge starts from an instrument, a state or another outcome."""
        return {"S": Cause.STATE, "O": Cause.OUTCOME}.get(
            self.from_instrument.partition(":")[0], Cause.INSTRUMENT
        )

    @property
    def subject(self) -> str:
        """The instrument's code, or the name of the state or outcome."""
        head, _, tail = self.from_instrument.partition(":")
        return head if self.cause is Cause.INSTRUMENT else tail

    @property
    def change(self) -> str:
        """What happens to the instrument (``restrict``, ``raise``, …); empty for a state or an outcome."""
        return self.from_instrument.partition(":")[2] if self.cause is Cause.INSTRUMENT else ""


class Term(_Row):
    """A row of ``vocabulary.csv``: a code and label of a standard vocabulary."""

    scheme: Text
    code: Text
    label: str
    mark: Mark
    evidence: Text


class Case(_Row):
    """A row of ``cases.csv``: an agreement or attempt from history."""

    case: Annotated[str, StringConstraints(pattern=r"^[A-Z]+[0-9]*$")]
    parties: Text
    destination_or_a_gives: Text
    origin_or_b_gives: Text
    linkage: Text
    observed_outcome: Text
    evidence: Text
    use: Text


class Ministry(_Row):
    """A ministry that must consent: its slug, plain name and remit."""

    slug: Slug
    name: Text
    remit: Text
