"""The round file as frozen objects (§5.1): what a negotiating round is, before anything is computed.

Money in a round file is in US$ million per year, as delegations speak of it; services convert with
:mod:`comity.units`. Cross-references and catalogue bounds: :mod:`comity.services.roundfile_checks`.

Who may import me: services and doors. Start at :class:`Round`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from comity import vocabulary
from comity.services.roundfile_parts import (
    Budget,
    Code,
    InstrumentCode,
    Number,
    ShareSpread,
    Slug,
    Spread,
    Strict,
    TakeUp,
    Term,
    Text,
    Tranche,
    Weight,
    Word,
)

__all__ = [
    "LINE_GROUPS",
    "MONEY_UNIT",
    "Budget",
    "Clause",
    "Counts",
    "Interest",
    "Limit",
    "NoDeal",
    "Objective",
    "Party",
    "Principle",
    "RedLine",
    "Round",
    "Settings",
    "ShareSpread",
    "Spread",
    "Strict",
    "TakeUp",
    "Threat",
    "Tranche",
]

MONEY_UNIT: Final = "US$ million per year at full value"


class Settings(Strict):
    """What a package must reach to count as a gain for every party."""

    share_of_draws: float = Field(
        default=0.8, ge=0, le=1, description="Share of the draws in which each party must gain."
    )
    epsilon: float = Field(
        default=1.0,
        ge=0,
        le=1e9,
        allow_inf_nan=False,
        description="Smallest gain above the red line that counts as a gain, in US$ million per year.",
    )


class Counts(Strict):
    """Who counts in a party's net gain, as weights from 0 to 1 that the report repeats (§3.12)."""

    residents_low: Weight = Field(default=1.0, description="Residents with low skill who stay.")
    residents_high: Weight = Field(default=1.0, description="Residents with high skill who stay.")
    employers: Weight = Field(default=1.0, description="Employers and owners of capital.")
    treasury: Weight = Field(default=1.0, description="The public budget.")
    remittances: Weight = Field(default=1.0, description="Remittances that households receive.")
    trade: Weight = Field(default=1.0, description="Trade: prices, tariff revenue and investment links.")
    nationals_abroad: Weight = Field(default=0.0, description="Nationals who already live abroad.")
    movers: Weight = Field(default=0.0, description="People who move because of the deal.")
    immigrants: Weight = Field(default=0.0, description="Immigrants who already live here.")

    def weights(self) -> dict[str, float]:
        """Line group to weight, in the order of the ledger.

        >>> Counts().weights()["movers"]
        0.0
        """
        return {name: float(getattr(self, name)) for name in LINE_GROUPS}


LINE_GROUPS: Final[tuple[str, ...]] = tuple(Counts.model_fields)


class Limit(Strict):
    """What a party will not go beyond on one instrument or clause."""

    instrument: Slug = Field(description="Instrument code or clause key that the limit is about.")
    at_least: Number | None = Field(
        default=None, description="Smallest value the party accepts, in the clause's unit."
    )
    at_most: Number | None = Field(
        default=None, description="Largest value the party accepts, in the clause's unit."
    )
    reason: Text = Field(description="Why; printed when the limit binds.")


class RedLine(Strict):
    """The gain below which a party says no."""

    gain_at_least: Number = Field(
        default=0.0, description="Smallest acceptable net gain against no deal, in US$ million per year."
    )


class Threat(Strict):
    """What another party can do to make no deal worse; keeps coerced gain visible (§0)."""

    by: Code = Field(description="The party that can do it.")
    how: Text = Field(description="What it can do.")
    loss: Spread = Field(description="Loss to this party, in US$ million per year, as positive numbers.")
    source: Text = Field(description="Source or reasoning.")


class NoDeal(Strict):
    """What happens to a party without a deal, against the status quo."""

    low: Number = Field(default=0.0, description="Low value, in US$ million per year against the status quo.")
    mid: Number = Field(
        default=0.0, description="Central value, in US$ million per year against the status quo."
    )
    high: Number = Field(
        default=0.0, description="High value, in US$ million per year against the status quo."
    )
    source: Text | None = Field(
        default=None, description="Source or reasoning; needed when a value is not 0."
    )
    worsened_by: tuple[Threat, ...] = Field(
        default=(), max_length=20, strict=False, description="What others can do to worsen it."
    )

    @property
    def range(self) -> vocabulary.Range:
        """The value of no deal against the status quo."""
        return vocabulary.Range(self.low, self.mid, self.high)


class Party(Strict):
    """A side of the table: a country, or a named bloc of member countries."""

    code: Code = Field(
        description="ISO 3166-1 alpha-3 code, or a short name in capitals for a bloc with members."
    )
    name: Word | None = Field(default=None, description="Name to print; the country's own name when absent.")
    members: tuple[Code, ...] = Field(
        default=(),
        max_length=200,
        strict=False,
        description="Member countries of a bloc, as ISO 3166-1 alpha-3 codes.",
    )
    counts: Counts = Field(default_factory=Counts, description="Who counts in this party's net gain.")
    ministries: dict[Slug, Weight] = Field(
        default_factory=dict, max_length=40, description="Weight of each ministry in this party, from 0 to 1."
    )
    red_line: RedLine = Field(default_factory=RedLine, description="The gain below which the party says no.")
    limits: tuple[Limit, ...] = Field(
        default=(), max_length=100, strict=False, description="Values the party will not go beyond."
    )
    no_deal: NoDeal = Field(default_factory=NoDeal, description="What happens to the party without a deal.")

    @property
    def countries(self) -> tuple[str, ...]:
        """Member countries of a bloc, or the country itself.

        >>> Party(code="MAR").countries
        ('MAR',)
        """
        return self.members or (self.code,)


class Clause(Strict):
    """One thing on the table: an instrument that a giver may grant a beneficiary, within a range.

    A package may leave a clause out; when the clause is in, its value lies in the range. The reader fills
    ``stronger`` from the catalogue, so that it is never None in a round that was read from a file.

    >>> c = Clause(instrument="PE01", giver="MAR", beneficiary="ESP", range=(5, 30), stronger="low")
    >>> c.key, c.strongest, c.strength(30), c.strength(5)
    ('PE01-MAR-ESP', 5.0, 0.0, 1.0)
    >>> Clause(instrument="LE02", giver="ESP", beneficiary="MAR", range=(1000, 10000)).strength(5000)
    0.5
    """

    key: Slug = Field(
        default="",
        description="Short name of the clause; made of instrument, giver and beneficiary when absent.",
    )
    instrument: InstrumentCode = Field(description="Instrument code of the catalogue.")
    giver: Code = Field(description="The party that commits itself.")
    beneficiary: Code = Field(description="The party it is owed to.")
    range: tuple[Number, Number] = Field(
        strict=False, description="Smallest and largest value on the table, in the instrument's unit."
    )
    step: Annotated[float, Field(gt=0, le=1e15, allow_inf_nan=False)] | None = Field(
        default=None, description="The value moves in steps of this size."
    )
    unit: Word | None = Field(
        default=None, description="Unit of the range; must be the instrument's own unit."
    )
    stronger: Literal["high", "low"] | None = Field(
        default=None,
        description="Which end of the range is the larger concession; absent, as the catalogue says.",
    )
    today: Number | None = Field(
        default=None,
        description="Value today; absent: 0 where more is stronger, else the top of the range.",
    )
    skill: Literal["low", "high", "mixed"] | None = Field(
        default=None, description="Skill of the people admitted, for entry instruments."
    )
    terms: dict[Slug, Term] = Field(
        default_factory=dict,
        max_length=30,
        description="What else the clause fixes: max_stay_months, years_of_stay, occupations, nationality, …",
    )
    take_up: TakeUp | None = Field(
        default=None, description="Share of the concession that is used; absent, all of it."
    )
    tranches: tuple[Tranche, ...] = Field(
        default=(),
        max_length=24,
        strict=False,
        description="Parts that are released on milestones, in order; absent, all of it at once.",
    )
    note: Text | None = Field(default=None, description="A remark that the report repeats.")

    @model_validator(mode="before")
    @classmethod
    def _name(cls, data: object) -> object:
        if isinstance(data, dict) and data.get("key") is None:
            parts = [data.get(name) for name in ("instrument", "giver", "beneficiary")]
            if all(isinstance(part, str) for part in parts):
                return {**data, "key": "-".join(str(part) for part in parts)[:64]}
        return data

    @property
    def more_is_stronger(self) -> bool:
        """Whether the larger value is the larger concession."""
        return self.stronger != "low"

    @property
    def strongest(self) -> float:
        """The end of the range that is the full concession ("at full value")."""
        return float(self.range[1] if self.more_is_stronger else self.range[0])

    @property
    def status_quo(self) -> float:
        """The value that amounts to granting nothing."""
        if self.today is not None:
            return float(self.today)
        return 0.0 if self.more_is_stronger else float(self.range[1])

    @property
    def is_conditional(self) -> bool:
        """Whether less than all of it may be used or released."""
        return self.take_up is not None or bool(self.tranches)

    def strength(self, value: float) -> float:
        """Share of the full concession at ``value``: 0 today, 1 at the strongest end, linear between."""
        span = self.strongest - self.status_quo
        return 1.0 if span == 0 else (value - self.status_quo) / span + 0.0


class Principle(Strict):
    """A rule that every package obeys (E38), such as no entry quota without equal treatment."""

    rule: Literal["requires", "excludes", "cap", "balance_across_areas"] = Field(
        description="requires: `if` needs `then`; excludes: never both; cap: the values of `if` add up to at "
        "most `at_most`; balance_across_areas: a package that holds one of the migration areas a, b, c "
        "that are on the table holds all of them."
    )
    if_: Slug | None = Field(default=None, alias="if", description="Clause key or instrument code.")
    then: Slug | None = Field(default=None, description="Clause key or instrument code.")
    at_most: Number | None = Field(default=None, description="For cap: the largest sum of values.")
    text: Text = Field(description="The principle in words, as the report prints it.")


class Interest(Strict):
    """What a clause is worth to a party, as the party (or the author of the file) states it (§5.2)."""

    party: Code = Field(description="Whose interest it is.")
    ministry: Slug | None = Field(default=None, description="The ministry that holds it.")
    clause: Slug | None = Field(default=None, description="Clause key; give this or `instrument`.")
    instrument: InstrumentCode | None = Field(
        default=None, description="Instrument code, for all its clauses that this party gives or gets."
    )
    giver: Code | None = Field(default=None, description="With `instrument`: only clauses of this giver.")
    value: Spread = Field(description="Worth to the party; negative when it is a cost.")
    unit: Literal["US$ million per year at full value", "US$ million per year per unit"] | None = Field(
        default=None, description="Unit in words; must agree with `per`."
    )
    per: Literal["full", "unit"] = Field(
        default="full", description="Worth at the clause's full value, or per unit of the instrument."
    )
    overrides_model: bool = Field(
        default=False,
        description="Whether it replaces what the world model computes, visibly, or adds to it.",
    )
    whatever_is_used: bool = Field(
        default=False,
        description="Whether it follows what is agreed rather than what of it is used or released, as a "
        "political cost may.",
    )
    status: Literal["illustrative", "elicited"] = Field(
        default="elicited", description="Elicited from the party, or put in by the author as an illustration."
    )
    source: Text = Field(description="Where the value comes from, or the reasoning.")


class Objective(Strict):
    """Why: what the round is for (E06)."""

    party: Code | None = Field(default=None, description="Whose objective; absent, a common one.")
    text: Text = Field(description="The objective in words.")
    indicator: Text | None = Field(default=None, description="How one would see that it is met.")


class Round(Strict):
    """A negotiating round: the parties, what is on the table, and what each will not give up."""

    round: Slug = Field(description="Short name, used for file names.")
    title: Word = Field(description="Title of the report.")
    summary: Text | None = Field(default=None, description="A few sentences on what the round is about.")
    year: int | None = Field(default=None, ge=1990, le=2100, description="Year the facts refer to.")
    seed: int = Field(
        default=2010, ge=0, le=2**32 - 1, description="Seed of the draws; same seed, same answer."
    )
    draws: int = Field(default=200, ge=20, le=5000, description="How many draws of the uncertain inputs.")
    horizon_years: int = Field(default=5, ge=1, le=50, description="Years that a package is judged over.")
    settings: Settings = Field(
        default_factory=Settings, description="How strictly a package must serve each party."
    )
    parties: tuple[Party, ...] = Field(
        min_length=2, max_length=60, strict=False, description="Who negotiates."
    )
    table: tuple[Clause, ...] = Field(
        min_length=1,
        max_length=600,
        strict=False,
        description="What may be granted, by whom, to whom, within what range.",
    )
    principles: tuple[Principle, ...] = Field(
        default=(), max_length=100, strict=False, description="Rules that every package obeys."
    )
    budgets: tuple[Budget, ...] = Field(
        default=(),
        max_length=100,
        strict=False,
        description="Pools of places or money that several clauses draw on.",
    )
    interests: tuple[Interest, ...] = Field(
        default=(),
        max_length=2000,
        strict=False,
        description="What clauses are worth, where somebody has said so.",
    )
    objectives: tuple[Objective, ...] = Field(
        default=(), max_length=100, strict=False, description="Why: what the round is for."
    )

    def party(self, code: str) -> Party:
        """Return the party of that code; KeyError when there is none."""
        return {party.code: party for party in self.parties}[code]

    def clause(self, key: str) -> Clause:
        """Return the clause of that key; KeyError when there is none."""
        return {clause.key: clause for clause in self.table}[key]

    def clauses(self, reference: str | None) -> tuple[Clause, ...]:
        """All clauses that a clause key or an instrument code stands for, in the order of the table."""
        return tuple(c for c in self.table if reference in (c.key, c.instrument))

    def budget_clauses(self, budget: Budget) -> tuple[Clause, ...]:
        """Clauses that draw on a budget: those of its giver that it names, in the order of the table."""
        return tuple(
            c
            for c in self.table
            if c.giver == budget.giver and (c.key in budget.of or c.instrument in budget.of)
        )

    def interest_clauses(self, interest: Interest) -> tuple[Clause, ...]:
        """Return what an interest values: one clause, or an instrument's clauses that touch the party."""
        if interest.clause is not None:
            return tuple(c for c in self.table if c.key == interest.clause)
        return tuple(
            c
            for c in self.table
            if c.instrument == interest.instrument
            and interest.party in (c.giver, c.beneficiary)
            and interest.giver in (None, c.giver)
        )

    def principle_pairs(self, principle: Principle) -> tuple[tuple[Clause, tuple[Clause, ...]], ...]:
        """For ``requires`` and ``excludes``: each clause of ``if`` with the clauses of ``then`` it concerns.

        Where ``then`` is an instrument code, a clause concerns those of the same giver and beneficiary,
        or, when there is none, those between the same two parties in the other direction. ``requires``
        is met by any one of them; ``excludes`` holds for each.
        """
        pairs = []
        for clause in self.clauses(principle.if_):
            others = tuple(c for c in self.clauses(principle.then) if c.key != clause.key)
            if not any(c.key == principle.then for c in others):
                same = tuple(
                    c for c in others if (c.giver, c.beneficiary) == (clause.giver, clause.beneficiary)
                )
                mirror = tuple(
                    c for c in others if (c.beneficiary, c.giver) == (clause.giver, clause.beneficiary)
                )
                others = same or mirror
            pairs.append((clause, others))
        return tuple(pairs)
