"""Whether a round file makes sense: names that exist, bounds that hold, red lines that can be met.

Each check yields :class:`~comity.services.roundfile_source.Problem` objects; none of them raises.

Who may import me: services. Start at :func:`check_round`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from comity.services.roundfile_conditions import check_conditions
from comity.services.roundfile_messages import closest_country, closest_instrument, number, quoted
from comity.services.roundfile_source import Problem, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.services.roundfile_models import Clause, Interest, Party, Principle, Round, Spread
    from comity.services.roundfile_source import Key
    from comity.vocabulary import Instrument

__all__ = ["InstrumentCatalogue", "check_round"]


class InstrumentCatalogue(Protocol):
    """What a check needs of the catalogue."""

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Instruments by code."""

    @property
    def stronger(self) -> Mapping[str, str]:
        """Which end of an instrument's first number is the larger concession, ``high`` or ``low``."""

    @property
    def ministries(self) -> Mapping[str, object]:
        """Ministries by slug."""


def check_round(
    round_: Round, *, catalogue: InstrumentCatalogue, countries: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield everything that does not hold in a well-formed round."""
    instruments = catalogue.instruments
    yield from _check_parties(round_, countries)
    for index, clause in enumerate(round_.table):
        yield from _check_clause(("table", index), clause, round_, instruments)
    yield from _check_keys(round_, instruments)
    yield from check_conditions(round_, instruments, catalogue.stronger)
    for index, party in enumerate(round_.parties):
        yield from _check_red_line(("parties", index), party, round_)
        yield from _check_no_deal(("parties", index), party, round_)
        for name in party.ministries:
            yield from _check_ministry(("parties", index, "ministries", name), name, catalogue)
    for index, principle in enumerate(round_.principles):
        yield from _check_principle(("principles", index), principle, round_, instruments)
    for index, interest in enumerate(round_.interests):
        yield from _check_interest(("interests", index), interest, round_, instruments)
        if interest.ministry is not None:
            yield from _check_ministry(("interests", index, "ministry"), interest.ministry, catalogue)
    yield from _check_repeated_interests(round_)
    for index, objective in enumerate(round_.objectives):
        if objective.party is not None:
            yield from _check_party(("objectives", index, "party"), objective.party, round_)


def _codes(round_: Round) -> list[str]:
    return [party.code for party in round_.parties]


def _check_party(key: Key, code: str, round_: Round) -> Iterator[Problem]:
    if code not in _codes(round_):
        yield Problem(key, f"{one_line(code)} is not a party", quoted(_codes(round_)))


def _check_ministry(key: Key, name: str, catalogue: InstrumentCatalogue) -> Iterator[Problem]:
    if name not in catalogue.ministries:
        yield Problem(key, f"unknown ministry {one_line(name)}", quoted(list(catalogue.ministries), most=20))


def _check_parties(round_: Round, countries: Mapping[str, str]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    codes: set[str] = set()
    active = {code for clause in round_.table for code in (clause.giver, clause.beneficiary)}
    for index, party in enumerate(round_.parties):
        here: Key = ("parties", index, "code")
        if party.code in codes:
            yield Problem(here, f"party {party.code} is given twice", "each party once")
        codes.add(party.code)
        if party.members and party.code in countries:
            yield Problem(
                here, f"{party.code} is a country, so it has no members", "another code for the bloc"
            )
        if not party.members and party.code not in countries:
            accepted = f"{closest_country(party.code, countries)}; or members: [ISO3, …] for a bloc"
            yield Problem(here, f"unknown country {one_line(party.code)}", accepted)
        for position, member in enumerate(party.countries):
            place: Key = ("parties", index, "members", position) if party.members else here
            if party.members and member not in countries:
                yield Problem(
                    place, f"unknown country {one_line(member)}", closest_country(member, countries)
                )
            if member in seen and seen[member] != party.code:
                yield Problem(
                    place, f"{member} already belongs to party {seen[member]}", "each country in one party"
                )
            elif member in seen and party.members:
                yield Problem(place, f"member {member} is given twice", "each member once")
            seen[member] = party.code
        if party.code not in active:
            yield Problem(
                here,
                f"party {party.code} has no instruments: it neither gives nor gets anything",
                "a clause on the table with this party as giver or beneficiary",
            )


def _check_clause(
    key: Key, clause: Clause, round_: Round, instruments: Mapping[str, Instrument]
) -> Iterator[Problem]:
    yield from _check_party((*key, "giver"), clause.giver, round_)
    yield from _check_party((*key, "beneficiary"), clause.beneficiary, round_)
    if clause.giver == clause.beneficiary:
        yield Problem(
            (*key, "beneficiary"), f"{clause.giver} is both giver and beneficiary", "two different parties"
        )
    low, high = clause.range
    if low > high:
        yield Problem(
            (*key, "range"),
            f"the range ends before it starts: {number(low)} to {number(high)}",
            "[low, high]",
        )
    instrument = instruments.get(clause.instrument)
    if instrument is None:
        names = {code: item.name for code, item in instruments.items()}
        yield Problem(
            (*key, "instrument"),
            f"unknown instrument {one_line(clause.instrument)}",
            closest_instrument(clause.instrument, names),
        )
        return
    parameter = instrument.parameter
    if low < parameter.low or high > parameter.high:
        yield Problem(
            (*key, "range"),
            f"the range {number(low)} to {number(high)} is outside the bounds of {clause.instrument}",
            f"{_bounds(parameter.low, parameter.high)} ({parameter.unit})",
        )
    if clause.unit is not None and clause.unit.casefold() != parameter.unit.casefold():
        yield Problem(
            (*key, "unit"),
            f"the unit {one_line(clause.unit)} does not fit {clause.instrument}",
            parameter.unit,
        )
    for extra in instrument.parameters[1:]:
        term = clause.terms.get(extra.name)
        if term is not None and not (isinstance(term, int | float) and extra.low <= term <= extra.high):
            yield Problem(
                (*key, "terms", extra.name),
                f"{one_line(term)} is outside the bounds of {clause.instrument}",
                f"{_bounds(extra.low, extra.high)} ({extra.unit})",
            )
    if clause.step is not None and low < high and clause.step > high - low:
        yield Problem(
            (*key, "step"),
            f"the step {number(clause.step)} is wider than the range",
            f"at most {number(high - low)}",
        )


def _bounds(low: float, high: float) -> str:
    if high == float("inf"):
        return "any value" if low == float("-inf") else f"{number(low)} or more"
    return f"at most {number(high)}" if low == float("-inf") else f"{number(low)} to {number(high)}"


def _check_keys(round_: Round, instruments: Mapping[str, Instrument]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, clause in enumerate(round_.table):
        here: Key = ("table", index, "key")
        if clause.key in first:
            yield Problem(
                here,
                f"the clause key {one_line(clause.key)} is used twice (also table.{first[clause.key]})",
                "a key of its own for each clause, such as 'key: seasonal-MAR'",
            )
        elif clause.key in instruments:
            yield Problem(here, f"the clause key {one_line(clause.key)} is an instrument code", "another key")
        first.setdefault(clause.key, index)


def _check_red_line(key: Key, party: Party, round_: Round) -> Iterator[Problem]:
    for index, limit in enumerate(party.limits):
        here = (*key, "limits", index)
        clauses = [c for c in round_.clauses(limit.instrument) if party.code in (c.giver, c.beneficiary)]
        if limit.at_least is None and limit.at_most is None:
            yield Problem(here, "the limit limits nothing", "at_least, at_most, or both")
        if not clauses:
            yield Problem(
                (*here, "instrument"),
                f"no clause of {party.code} on the table is called {one_line(limit.instrument)}",
                quoted([c.key for c in round_.table if party.code in (c.giver, c.beneficiary)]),
            )
        least = float("-inf") if limit.at_least is None else limit.at_least
        most = float("inf") if limit.at_most is None else limit.at_most
        if least > most:
            yield Problem(
                here,
                f"the red line contradicts itself: at_least {number(least)} is above at_most {number(most)}",
                "at_least no larger than at_most",
            )
            continue
        for clause in clauses:
            low, high = clause.range
            if least > high or most < low:
                yield Problem(
                    here,
                    f"the red line contradicts the table: it leaves nothing of {clause.key}, "
                    f"{number(low)} to {number(high)}",
                    "a limit that overlaps the range, or take the clause off the table",
                )


def _check_spread(key: Key, spread: Spread) -> Iterator[Problem]:
    if not spread.low <= spread.mid <= spread.high:
        shown = f"{number(spread.low)}, {number(spread.mid)}, {number(spread.high)}"
        yield Problem(key, f"the values are not in order: {shown}", "low <= mid <= high")


def _check_no_deal(key: Key, party: Party, round_: Round) -> Iterator[Problem]:
    here = (*key, "no_deal")
    deal = party.no_deal
    if not deal.low <= deal.mid <= deal.high:
        shown = f"{number(deal.low)}, {number(deal.mid)}, {number(deal.high)}"
        yield Problem(here, f"the values are not in order: {shown}", "low <= mid <= high")
    if (deal.low, deal.mid, deal.high) != (0, 0, 0) and deal.source is None:
        yield Problem(
            here, "a value of no deal needs a source", "source: where it comes from, or the reasoning"
        )
    for index, threat in enumerate(deal.worsened_by):
        place = (*here, "worsened_by", index)
        yield from _check_party((*place, "by"), threat.by, round_)
        if threat.by == party.code:
            yield Problem((*place, "by"), f"{party.code} cannot worsen its own no deal", "another party")
        yield from _check_spread((*place, "loss"), threat.loss)
        if threat.loss.low < 0:
            yield Problem((*place, "loss", "low"), "a loss is written as a positive number", "0 or more")


def _check_principle(
    key: Key, principle: Principle, round_: Round, instruments: Mapping[str, Instrument]
) -> Iterator[Problem]:
    if principle.rule == "balance_across_areas":
        yield from _check_balance(key, round_, instruments)
        return
    names = ["if", "then"] if principle.rule in ("requires", "excludes") else ["if"]
    values = {"if": principle.if_, "then": principle.then}
    known = quoted([c.key for c in round_.table])
    for name in names:
        reference = values[name]
        if reference is None:
            yield Problem(key, f"the rule {principle.rule} needs the key {name}", known)
        elif not round_.clauses(reference):
            yield Problem((*key, name), f"{one_line(reference)} is not on the table", known)
    if principle.rule == "cap":
        if principle.at_most is None:
            yield Problem(key, "the rule cap needs the key at_most", "at_most: NUMBER")
        return
    if principle.rule != "requires" or not round_.clauses(principle.then):
        return
    for clause, others in round_.principle_pairs(principle):
        if not others:
            yield Problem(
                (*key, "then"),
                f"{clause.key} would need {principle.then}, which is not on the table between "
                f"{clause.giver} and {clause.beneficiary}",
                f"a clause of {principle.then} by {clause.giver} for {clause.beneficiary}",
            )


def _check_balance(key: Key, round_: Round, instruments: Mapping[str, Instrument]) -> Iterator[Problem]:
    areas = {instruments[c.instrument].area for c in round_.table if c.instrument in instruments}
    if sum(area.is_migration for area in areas) < 2:
        yield Problem(
            key,
            "nothing to balance: fewer than two of the areas a, b, c are on the table",
            "clauses in two areas",
        )


def _check_interest(
    key: Key, interest: Interest, round_: Round, instruments: Mapping[str, Instrument]
) -> Iterator[Problem]:
    yield from _check_party((*key, "party"), interest.party, round_)
    yield from _check_spread((*key, "value"), interest.value)
    if interest.giver is not None:
        yield from _check_party((*key, "giver"), interest.giver, round_)
    if (interest.clause is None) == (interest.instrument is None):
        yield Problem(
            key, "an interest values a clause or an instrument", "one of the keys clause and instrument"
        )
    elif interest.clause is not None:
        if interest.clause not in {c.key for c in round_.table}:
            accepted = quoted([c.key for c in round_.table])
            yield Problem((*key, "clause"), f"unknown clause {one_line(interest.clause)}", accepted)
    elif interest.instrument not in instruments:
        names = {code: item.name for code, item in instruments.items()}
        accepted = closest_instrument(str(interest.instrument), names)
        yield Problem((*key, "instrument"), f"unknown instrument {one_line(interest.instrument)}", accepted)
    elif not round_.interest_clauses(interest):
        by = f" by {interest.giver}" if interest.giver else ""
        yield Problem(
            (*key, "instrument"),
            f"no clause of {interest.instrument}{by} on the table involves {interest.party}",
            quoted([c.key for c in round_.table if interest.party in (c.giver, c.beneficiary)]),
        )
    if interest.unit is not None and interest.unit.endswith("per unit") != (interest.per == "unit"):
        yield Problem(
            (*key, "unit"), f"the unit does not fit 'per: {interest.per}'", "unit and per that agree"
        )
    party = next((p for p in round_.parties if p.code == interest.party), None)
    if party is not None and party.ministries and interest.ministry not in (None, *party.ministries):
        yield Problem(
            (*key, "ministry"),
            f"{one_line(interest.ministry)} is not among the ministries of {party.code}",
            quoted(list(party.ministries)),
        )


def _check_repeated_interests(round_: Round) -> Iterator[Problem]:
    seen: Counter[tuple[str | None, ...]] = Counter()
    for index, item in enumerate(round_.interests):
        for clause in round_.interest_clauses(item):
            seen[item.party, item.ministry, clause.key] += 1
            if seen[item.party, item.ministry, clause.key] == 2:
                who = item.party if item.ministry is None else f"{item.party} ({item.ministry})"
                yield Problem(
                    ("interests", index),
                    f"{who} values {clause.key} twice",
                    "one interest per party, ministry and clause",
                )
