"""The JSON of a deal as a typed model (§5.4): what another program may rely on, and nothing more."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
Words = Annotated[str, Field(min_length=1)]
Reference = Annotated[str, Field(pattern=r"^(evidence|parameter|catalogue|round|model):\S")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Range(Strict):
    low: FiniteFloat
    mid: FiniteFloat
    high: FiniteFloat

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        assert self.low <= self.mid <= self.high
        return self


class Party(Strict):
    code: Words
    name: Words
    members: Annotated[list[Words], Field(min_length=1)]


class Figure(Strict):
    value: FiniteFloat
    unit: Words
    source: Literal["modelled", "estimated", "elicited", "evidence"]
    reference: Reference


class Corridor(Strict):
    origin: Words
    destination: Words
    regular_entries: Figure | None
    other_arrivals: list[Figure]
    places_added: FiniteFloat
    pressure: Range | None
    ratio: FiniteFloat | None


class Mismatch(Strict):
    before: list[Corridor]
    after: list[Corridor]


class ZoneTest(Strict):
    open: bool
    best_worst_gain: FiniteFloat | None
    proven: bool
    clauses: list[Words]


class Threat(Strict):
    open: bool
    proven: bool
    best_worst_gain: FiniteFloat | None
    values: dict[str, FiniteFloat]
    against_no_deal: dict[str, FiniteFloat]
    against_worsened: dict[str, FiniteFloat]


class Zone(Strict):
    under_threat: Threat | None
    migration_only: ZoneTest
    linked: ZoneTest
    smallest_linkage: list[Words] | None
    linkage_proven: bool
    veto_players_added: list[Words]


class Provision(Strict):
    key: Words
    instrument: Words
    giver: Words
    beneficiary: Words
    value: FiniteFloat
    unit: Words
    terms: dict[str, float | int | str]


class Gain(Range):
    share_positive: Share
    share_above_red_line: Share
    vs_status_quo: Range
    vs_worsened_no_deal: Range
    central: FiniteFloat


class Line(Range):
    line: Words
    group: Words
    ministry: Words
    weight: Share
    central: FiniteFloat
    source: Literal["modelled", "elicited"]
    reference: Reference


class Nash(Strict):
    objective: FiniteFloat | None
    bound: FiniteFloat | None
    gap: FiniteFloat | None
    method: Words
    proven: bool


class Block(Strict):
    members: list[Words]
    margin: FiniteFloat
    clauses: list[Words]


class Stability(Strict):
    blocking: list[Block]
    epsilon: FiniteFloat
    bound: FiniteFloat
    complete: bool


class Cycle(Strict):
    parties: list[Words]
    clauses: list[list[Words]]
    only_together: bool


class Equity(Strict):
    shares: dict[str, FiniteFloat] | None
    evenness: FiniteFloat | None
    smallest_to_largest: FiniteFloat | None


class Essential(Strict):
    clause: Words
    leaves: list[Words]
    holds: bool
    below: list[Words]


class Giving(Strict):
    giver: Words
    beneficiary: Words
    clauses: Annotated[list[Words], Field(min_length=1)]
    giver_gain: FiniteFloat
    beneficiary_gain: FiniteFloat


class Pair(Strict):
    first: Words
    second: Words
    first_net: FiniteFloat
    second_net: FiniteFloat
    others_net: FiniteFloat
    stands_alone: bool
    clauses: Annotated[list[Words], Field(min_length=1)]


class Sureness(Strict):
    by_party: dict[str, Share]
    together: Share
    worst: dict[str, FiniteFloat]
    median: dict[str, FiniteFloat]


class Within(Strict):
    trade_links: dict[str, FiniteFloat]


class Package(Strict):
    name: Words
    title: Words
    provisions: Annotated[list[Provision], Field(min_length=1)]
    gains: dict[str, Gain]
    ledger: dict[str, list[Line]]
    interests: dict[str, Range | None]
    within: Within
    ministries: dict[str, dict[str, FiniteFloat]]
    nash: Nash
    confirmed_by_full_world: bool
    margins: dict[str, FiniteFloat]
    searched_mean_gains: dict[str, FiniteFloat]
    final_mean_gains: dict[str, FiniteFloat]
    distance: FiniteFloat
    stability: Stability
    cycles: list[Cycle]
    equity: Equity
    essential: list[Essential]
    giving: list[Giving]
    balance: list[Pair]
    sureness: Sureness


class Broken(Strict):
    kind: Literal["range", "step", "limit", "principle", "budget", "waits", "red_line"]
    party: Words | None
    clauses: list[Words]
    value: FiniteFloat | None
    bound: FiniteFloat | None
    unit: str
    text: str


class Improvement(Strict):
    changes: Annotated[dict[str, tuple[FiniteFloat | None, FiniteFloat | None]], Field(min_length=1)]
    gains: dict[str, Range]
    confirmed: bool


class Evaluation(Strict):
    name: Words
    title: Words
    within_rules: bool
    broken: list[Broken]
    serves: dict[str, bool]
    distance: FiniteFloat | None
    distance_bound: FiniteFloat | None
    improvement: Improvement | None


class Reason(Strict):
    kind: Literal["take_up", "tranches"]
    clause: Words
    stated: Range
    needed: Share | None
    share_short: Share
    party: Words


class Stop(Strict):
    month: int
    gains: dict[str, FiniteFloat]
    below: list[Words]


class Fragility(Strict):
    package: Words
    fragile: bool
    on_paper: dict[str, FiniteFloat]
    as_expected: dict[str, FiniteFloat]
    share_kept: dict[str, Share]
    below: list[Words]
    below_together: list[Words]
    reasons: list[Reason]
    stops: list[Stop]
    clauses: Annotated[list[Words], Field(min_length=1)]


class UnitWorth(Strict):
    clause: Words
    unit: Words
    worth: dict[str, FiniteFloat]
    range: dict[str, Range]


class Budget(Strict):
    name: Words
    giver: Words
    at_most: FiniteFloat
    unit: Words
    used: dict[str, FiniteFloat]
    per_unit: dict[str, FiniteFloat] | None
    whole: dict[str, FiniteFloat] | None


class Pressure(Strict):
    party: Words
    over_status_quo: FiniteFloat
    over_threat: FiniteFloat
    coerced: bool


class Weighed(Strict):
    factor: FiniteFloat
    gains: dict[str, FiniteFloat]


class Weighing(Strict):
    party: Words
    low: FiniteFloat
    high: FiniteFloat
    gains: list[Weighed]


class Turn(Strict):
    party: Words
    clause: Words
    reach: FiniteFloat
    below: FiniteFloat | None
    above: FiniteFloat | None
    answer_low: Words
    answer_high: Words


class Staying(Strict):
    party: Words
    inside: FiniteFloat
    outside: FiniteFloat
    others: FiniteFloat
    rest_agrees: bool
    stays_out: bool


class Splitting(Strict):
    ideal: dict[str, FiniteFloat]
    ratios: dict[str, FiniteFloat | None]
    flagged: list[Words]
    rule: Words


class Circles(Strict):
    together: FiniteFloat
    by_pairs: FiniteFloat | None
    added: FiniteFloat | None


class Sensitivity(Strict):
    weights: list[Weighing]
    turns: list[Turn]
    staying: list[Staying]
    split: Splitting | None
    circles: Circles | None


class Payments(Strict):
    values: dict[str, FiniteFloat]
    total: FiniteFloat
    bound: FiniteFloat
    gap: FiniteFloat
    proven: bool
    method: Words
    paid: dict[str, FiniteFloat]
    gains: dict[str, Range]
    together: Range


class FrontierPoint(Strict):
    gains: dict[str, FiniteFloat]
    values: dict[str, FiniteFloat]


class Frontier(Strict):
    points: Annotated[list[FrontierPoint], Field(min_length=1)]
    complete: bool


class Surest(Strict):
    share: Share
    proven: bool
    values: dict[str, FiniteFloat]
    gains: dict[str, FiniteFloat]


class Rate(Strict):
    party: Words
    first: Words
    second: Words
    amount: FiniteFloat
    low: FiniteFloat
    high: FiniteFloat
    first_unit: Words
    second_unit: Words


class Without(Strict):
    clause: Words
    lost: Annotated[FiniteFloat, Field(ge=0)] | None
    change: dict[str, FiniteFloat]


class Choices(Strict):
    payments: Payments | None
    frontier: Frontier | None
    surest: Surest | None
    rates: list[Rate]
    without: list[Without]


class Clash(Strict):
    clause: Words
    instrument: Words
    outcome: Words
    sign: Literal["+", "-", "0", "+/-"]
    condition: str
    strength: str
    evidence_class: Literal["seed", "read", "recalled", "contested"]
    reference: Reference


class HomeFinding(Strict):
    party: Words
    clause: Words
    kind: Literal["conflict", "synergy"]
    severity: Literal["severe", "moderate", "open", "contested"]
    acting: Words
    owner: Words
    outcome: Words
    moves: Literal[-1, 1]
    nilsson: Annotated[int, Field(ge=-3, le=3)]
    edges: Annotated[list[Words], Field(min_length=1)]
    references: Annotated[list[Reference], Field(min_length=1)]


class Home(Strict):
    findings: list[HomeFinding]
    adds_severe_conflict: bool
    without_known_effect: dict[str, list[Words]]


class Blocker(Strict):
    scope: Literal["migration_only", "linked"]
    parties: list[Words]
    principles: list[Words]
    red_lines: dict[str, FiniteFloat]
    best_alone: dict[str, FiniteFloat]
    irreducible: bool
    transfer: FiniteFloat | None
    payers: dict[str, FiniteFloat]
    receivers: dict[str, FiniteFloat]
    concession: FiniteFloat | None
    concession_by: dict[str, FiniteFloat]
    opening_clauses: list[Words]


class Unvalued(Strict):
    party: Words
    clause: Words
    package: Words | None
    flips_below: FiniteFloat | None


class Assumption(Strict):
    name: Words
    definition: Words
    value: FiniteFloat
    low: FiniteFloat
    high: FiniteFloat
    unit: Words
    status: Literal["measured", "estimated", "assumed", "contested"]
    reference: Words


class Imputed(Strict):
    economy: Words
    what: list[Words]


class Table(Strict):
    table: Words
    title: Words
    producer: Words
    edition: Words
    licence: Words
    url: Words


class Objective(Strict):
    party: Words | None
    text: Words
    indicator: Words | None


class Answer(Strict):
    """Keys of §5.4, and what a reader needs beside them: unit, draws, what was imputed or is missing."""

    round: dict[str, Any]
    unit: Words
    parties: Annotated[list[Party], Field(min_length=2)]
    objectives: list[Objective]
    mismatch: Mismatch
    zone: Zone
    packages: list[Package]
    evaluation: Evaluation | None
    fragility: list[Fragility]
    exchange: list[UnitWorth]
    budgets: list[Budget]
    pressure: list[Pressure]
    sensitivity: Sensitivity | None
    choices: Choices | None
    clashes: list[Clash]
    at_home: dict[str, Home]
    left_out_as_conflicting: list[Words]
    blockers: list[Blocker]
    unvalued: list[Unvalued]
    assumptions: Annotated[list[Assumption], Field(min_length=1)]
    imputed: list[Imputed]
    missing: list[Words]
    evidence: Annotated[list[Table], Field(min_length=1)]
    seed: int
    draws: int
    versions: dict[str, Words]
