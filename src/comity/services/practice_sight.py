"""What a player may see: the text, what it means for the own side, and what it means in public (§6.8).

A desk is made from the seat's sealed round and its own position. It is given the moves, and nothing about
what the others want, so it cannot show it.

Who may import me: practice services. Start at :class:`Desk`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from comity.protocol import Mode
from comity.reports.canonical import render_json
from comity.services.mismatch import measure_mismatch
from comity.units import USD_MILLION_YEAR
from comity.vocabulary import Area, Range
from comity.world import LINES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.bargaining import Position
    from comity.evidence import Evidence
    from comity.protocol import Rules, State
    from comity.services.laboratory import Laboratory
    from comity.services.roundfile import Round

__all__ = [
    "ClauseRow",
    "Corridor",
    "Desk",
    "LedgerRow",
    "Money",
    "Own",
    "Sight",
    "add_money",
    "add_places",
]

_PLACES_UNIT: Final = "persons per year"
_MONEY_UNIT: Final = "US$ million per year"


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One clause as the seat sees it.

    ``value`` is what the text says, None where the clause is not in it; ``changed`` marks a change that is
    not sent yet. ``worth`` is the own worth at that value and ``worth_full`` at the full concession, US$
    million per year; None where nobody valued it, which is not zero.
    """

    number: int
    key: str
    title: str
    giver: str
    beneficiary: str
    unit: str
    low: float
    high: float
    step: float | None
    strongest: float
    own: bool
    value: float | None
    agreed: float | None
    changed: bool
    valued: bool
    worth: Range | None
    worth_full: Range | None


@dataclass(frozen=True, slots=True)
class Own:
    """What the text means for the own side; gains against no deal, US$ million per year.

    ``margin`` is what is gained above the red line on average and in the share of draws that the round
    asks for; ``accepts`` says whether that is enough and no limit is passed.
    """

    gain: Range
    share_positive: float
    margin: float
    red_line: float
    epsilon: float
    share_of_draws: float
    accepts: bool
    beyond_limits: tuple[str, ...]
    unvalued: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One own line of the ledger with the whole text in force; US$ million per year, central value.

    ``weight`` is what the line counts with.
    """

    label: str
    weight: float
    value: float


@dataclass(frozen=True, slots=True)
class Corridor:
    """Public: yearly places that the text adds from one party to another, beside what registers show.

    ``ratio_before`` and ``ratio_after`` are other arrivals per regular entry; None where a register is
    missing.
    """

    origin: str
    destination: str
    places: float
    ratio_before: float | None
    ratio_after: float | None


@dataclass(frozen=True, slots=True)
class Money:
    """Public: money that the text moves from one party to another, US$ million per year."""

    giver: str
    beneficiary: str
    amount: float


@dataclass(frozen=True, slots=True)
class Sight:
    """All that the seat may see now."""

    seat: str
    mode: str
    round: int
    rounds: int
    speaker: str | None
    final: bool
    outcome: str
    assent: tuple[str, ...]
    rows: tuple[ClauseRow, ...]
    own: Own
    ledger: tuple[LedgerRow, ...]
    corridors: tuple[Corridor, ...]
    money: tuple[Money, ...]
    broken: tuple[str, ...]
    unit: str = USD_MILLION_YEAR

    def to_json(self) -> str:
        """Write as one JSON object."""
        return render_json(self)


class Desk:
    """The seat's own desk.

    Parameters
    ----------
    sealed
        The round as the seat may read it.
    seat, position
        Whose desk it is, and its own payoffs.
    rules
        The rules of the room.
    lab, evidence
        The world, and the registers for what is public.
    """

    def __init__(
        self,
        sealed: Round,
        seat: str,
        position: Position,
        rules: Rules,
        lab: Laboratory,
        evidence: Evidence,
    ) -> None:
        self.round = sealed
        self.seat = seat
        self.position = position
        self._rules = rules
        self._lab = lab
        self._evidence = evidence
        names = dict(zip(lab.figures.codes, lab.figures.names, strict=True))
        self.names = {p.code: p.name or names.get(p.code, p.code) for p in sealed.parties}
        self._place = [party.code for party in sealed.parties].index(seat)

    def __repr__(self) -> str:
        return f"Desk({self.seat!r})"

    def warm(self) -> None:
        """Read the registers now, so that the first answer does not wait for them."""
        _ = self._registers

    def see(self, state: State, pending: Mapping[str, float | None]) -> Sight:
        """Show the room as it stands, with changes that are not sent yet."""
        text = {key: value for key, value in state.draft.items() if pending.get(key, value) is not None}
        text |= {key: value for key, value in pending.items() if value is not None}
        text = {c.key: text[c.key] for c in self.round.table if c.key in text}
        return Sight(
            seat=self.seat,
            mode=str(self._rules.mode),
            round=state.round(self._rules),
            rounds=self._rules.rounds,
            speaker=state.speaker,
            final=state.final,
            outcome=state.outcome,
            assent=tuple(sorted(state.assent)),
            rows=self.rows(state, text, pending),
            own=self.own(text),
            ledger=self.ledger(text),
            corridors=self.corridors(text),
            money=self.money(text),
            broken=self._rules.breaches(text),
        )

    def rows(
        self, state: State, text: Mapping[str, float], pending: Mapping[str, float | None]
    ) -> tuple[ClauseRow, ...]:
        """List the clauses with what they say and what they are worth to the seat."""
        slope, fixed = self.position.payoffs
        rows = []
        single = self._rules.mode is Mode.SINGLE_TEXT
        for c, clause in enumerate(self.round.table):
            value = text.get(clause.key)
            valued = clause.key in self._valued

            def worth(at: float | None, c: int = c, valued: bool = valued) -> Range | None:
                if at is None or not valued:
                    return None
                return Range.of(slope[:, c] * at + fixed[:, c])

            instrument = self._lab.catalogue.instruments[clause.instrument]
            rows.append(
                ClauseRow(
                    number=c + 1,
                    key=clause.key,
                    title=instrument.title,
                    giver=clause.giver,
                    beneficiary=clause.beneficiary,
                    unit=instrument.parameter.unit,
                    low=clause.range[0],
                    high=clause.range[1],
                    step=clause.step,
                    strongest=clause.strongest,
                    own=self.seat in (clause.giver, clause.beneficiary),
                    value=value,
                    agreed=state.agreed.get(clause.key) if single else None,
                    changed=clause.key in pending,
                    valued=valued,
                    worth=worth(value),
                    worth_full=worth(clause.strongest),
                )
            )
        return tuple(rows)

    @cached_property
    def _valued(self) -> frozenset[str]:
        """Clauses that the model or the seat itself has valued for this seat."""
        stated = {clause.key for item in self.round.interests for clause in self.round.interest_clauses(item)}
        modelled = {clause.key for clause in self.round.table if self._lab.is_modelled(clause)}
        return frozenset(stated | modelled)

    def own(self, text: Mapping[str, float]) -> Own:
        """Say what a text means for the seat against no deal."""
        gains = self.position.gains(text)
        beyond = tuple(key for key in text if not self.position.within_limits({key: text[key]}))
        settings = self.round.settings
        return Own(
            gain=Range.of(gains),
            share_positive=float(np.mean(gains > 0)),
            margin=self.position.margin(text),
            red_line=self.position.red_line,
            epsilon=self.position.epsilon,
            share_of_draws=settings.share_of_draws,
            accepts=self.position.accepts(text),
            beyond_limits=beyond,
            unvalued=tuple(
                key
                for key in text
                if key not in self._valued
                and self.seat in (self.round.clause(key).giver, self.round.clause(key).beneficiary)
            ),
        )

    def ledger(self, text: Mapping[str, float]) -> tuple[LedgerRow, ...]:
        """Write the own ledger with the whole text in force, in the full world at central values."""
        lab = self._lab
        setting = lab.setting(lab.central.economy, None)
        lines = lab.lines(lab.central, lab.shock(setting, text))[self._place]
        weights = self.round.parties[self._place].counts.weights()
        return tuple(
            LedgerRow(line.label, weights[line.counts], float(value))
            for line, value in zip(LINES, lines, strict=True)
            if value
        )

    @cached_property
    def _registers(self) -> dict[tuple[str, str], tuple[float, float] | None]:
        """Regular entries and other arrivals by pair of parties; None where a register is missing."""
        party = {iso3: code for code, members in self._lab.members.items() for iso3 in members}
        found: dict[tuple[str, str], tuple[float, float] | None] = {}
        for corridor in measure_mismatch(self.round, self._evidence, self._lab.catalogue, {}):
            pair = (party[corridor.origin], party[corridor.destination])
            regular = None if corridor.regular is None else corridor.regular.value
            other = [f.value for f in corridor.other if isinstance(f.value, float)]
            before = found.get(pair, (0.0, 0.0))
            if not isinstance(regular, float) or not other or before is None:
                found[pair] = None
            else:
                found[pair] = (before[0] + regular, before[1] + sum(other))
        return found

    def corridors(self, text: Mapping[str, float]) -> tuple[Corridor, ...]:
        """List places that a text adds, by pair of parties, beside what registers show."""
        instruments = self._lab.catalogue.instruments
        units = {c.key: instruments[c.instrument].parameter.unit for c in self.round.table}
        areas = {c.key: instruments[c.instrument].area.value for c in self.round.table}
        found = []
        for (origin, destination), added in add_places(self.round, units, areas, text).items():
            known = self._registers.get((origin, destination))
            before = after = None
            if known is not None and known[0] > 0:
                before, after = known[1] / known[0], known[1] / (known[0] + added)
            found.append(Corridor(origin, destination, added, before, after))
        return tuple(found)

    def money(self, text: Mapping[str, float]) -> tuple[Money, ...]:
        """List money that a text moves, by pair of parties."""
        instruments = self._lab.catalogue.instruments
        return add_money(
            self.round, {c.key: instruments[c.instrument].parameter.unit for c in self.round.table}, text
        )


def add_places(
    round_: Round, units: Mapping[str, str], areas: Mapping[str, str], text: Mapping[str, float]
) -> dict[tuple[str, str], float]:
    """Add up yearly places that a text opens, by origin and destination; units and areas by clause key."""
    places: dict[tuple[str, str], float] = {}
    for clause in round_.table:
        if areas[clause.key] == Area.LEGAL_ENTRY and units[clause.key] == _PLACES_UNIT:
            pair = (clause.beneficiary, clause.giver)
            places[pair] = places.get(pair, 0.0) + text.get(clause.key, 0.0)
    return places


def add_money(round_: Round, units: Mapping[str, str], text: Mapping[str, float]) -> tuple[Money, ...]:
    """Add up money that a text moves, by pair of parties; units by clause key."""
    moved: dict[tuple[str, str], float] = {}
    for clause in round_.table:
        if units[clause.key] == _MONEY_UNIT and clause.key in text:
            pair = (clause.giver, clause.beneficiary)
            moved[pair] = moved.get(pair, 0.0) + text[clause.key]
    return tuple(Money(giver, beneficiary, amount) for (giver, beneficiary), amount in moved.items())
