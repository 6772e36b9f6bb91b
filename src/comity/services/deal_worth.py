"""The part of the deal report on what concessions are worth: rates between them, and budgets (§6.7).

Who may import me: :mod:`comity.services.deal_document`. Start at :func:`show_worth`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.reports.document import (
    Amount,
    Block,
    Bullets,
    Column,
    Details,
    Heading,
    Name,
    Paragraph,
    Table,
    Text,
    Words,
    text,
)
from comity.services.deal_wording import count, join_names, money, stated
from comity.units import PERSONS
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.deal_findings import BudgetUse, RateFound, Turn, UnitWorth, Weighing
    from comity.services.deal_result import Deal, PackageResult

__all__ = ["show_rates", "show_worth"]

#: Fewer places than this for a unit is noise, not a rate.
_LEAST = 1e-3
#: Clauses counted in persons are shown by the thousand.
_MANY = 1000
#: Rates said in words; the table holds all.
_MOST_SENTENCES = 6


def show_rates(deal: Deal, most: int) -> Iterator[Block]:
    """Show the first rates between concessions, in words."""
    sentences = tuple(_rates(deal))[:most]
    if sentences:
        yield Heading(3, "What concessions are worth to each other")
        yield Bullets(sentences)


def show_worth(deal: Deal, package: PackageResult) -> Iterator[Block]:
    """Show what a unit of each clause is worth, rates between concessions, and budgets."""
    yield Heading(2, "What each concession is worth", "worth")
    sentences = list(_rates(deal))
    if sentences:
        yield Bullets(tuple(sentences[:_MOST_SENTENCES]))
    yield Details("What one unit more of each clause is worth to those it passes between", (_table(deal),))
    yield from _show_budgets(deal, package)
    yield from _show_sensitivity(deal)


def _table(deal: Deal) -> Table:
    rows: list[tuple[Words | None, ...]] = []
    for found in deal.units_worth:
        clause = deal.round.clause(found.clause)
        key = f"model:§6.7|{found.clause}"
        many = _MANY if found.unit.startswith(PERSONS) else 1
        unit = _one(deal, found)
        rows.append(
            (
                Name(found.clause, "code"),
                Name(unit if many == 1 else f"{many:,} {unit}"),
                Name(deal.names[clause.giver]),
                money(found.range[clause.giver].scaled(many), f"{key}|{clause.giver}"),
                Name(deal.names[clause.beneficiary]),
                money(found.range[clause.beneficiary].scaled(many), f"{key}|{clause.beneficiary}"),
            )
        )
    return Table(
        "One unit more of the concession",
        (
            Column("Clause"),
            Column("Unit"),
            Column("Given by"),
            Column("Worth to it", signed=True),
            Column("Given to"),
            Column("Worth to it", signed=True),
        ),
        tuple(rows),
        note="Middle and range over the draws, at this package. Where less is the larger concession, as in a "
        "time limit, a unit more of it is a unit less of the number.",
    )


def _one(deal: Deal, found: UnitWorth) -> str:
    clause = deal.round.clause(found.clause)
    return found.unit if clause.more_is_stronger else f"{found.unit} less"


def _rates(deal: Deal) -> Iterator[Text]:
    """Say, for pairs that give each other something, what one concession is worth in places of entry."""
    rates = () if deal.choices is None else deal.choices.rates
    pairs: dict[tuple[str, str], list[RateFound]] = {}
    for rate in rates:
        pairs.setdefault((rate.first, rate.second), []).append(rate)
    for (given, yard), found in pairs.items():
        if any(abs(rate.amount) < _LEAST for rate in found):
            continue
        clause = deal.round.clause(given)
        # The giver first: what it asks for, then what the other would pay.
        found.sort(key=lambda rate: rate.party == clause.beneficiary)
        instrument = deal.instruments[clause.instrument]
        worth = next(one for one in deal.units_worth if one.clause == given)
        parts: list[Words] = [
            text(
                "{what} ({code}), {giver} to {getter}, one unit ({unit}): ",
                what=Name(instrument.title),
                code=Name(instrument.code, "code"),
                giver=Name(deal.names[clause.giver]),
                getter=Name(deal.names[clause.beneficiary]),
                unit=Name(_one(deal, worth)),
            )
        ]
        for k, rate in enumerate(found):
            parts += ["; " if k else "", _rate_words(deal, rate, yard)]
        yield Text((*parts, "."))


def _rate_words(deal: Deal, rate: RateFound, yard: str) -> Text:
    """Say what a unit is to one party in places of the yardstick, with the range over the draws."""
    low, high = min(rate.low, rate.amount), max(rate.high, rate.amount)
    reference = f"model:§6.7|{rate.first}|{yard}|{rate.party}"
    worth = {found.clause: found.worth[rate.party] for found in deal.units_worth}
    party, code = Name(deal.names[rate.party]), Name(deal.round.clause(yard).instrument, "code")
    if low < 0 < high:
        return text("to {party} no rate can be told, since its sign is open over the draws", party=party)
    costs, yard_costs = worth[rate.first] < 0, worth[yard] < 0
    size = sorted((abs(low), abs(high)))
    places = Figure(Range(size[0], abs(rate.amount), size[1]), "", SourceClass.MODELLED, reference)
    verb = "costs" if costs else "is worth"
    tail = "" if costs == yard_costs else " cost it" if yard_costs else " bring it"
    return text(
        f"to {{party}} it {verb} as much as {{n}} places of {{yard}} a year{tail}",
        party=party,
        n=places,
        yard=code,
    )


def _show_sensitivity(deal: Deal) -> Iterator[Block]:
    """Show what other weights and other values of unvalued cells do to the package."""
    found = deal.sensitivity
    if found is None or not found.weights:
        return
    yield Heading(3, "What the package hangs on")
    moved = [w for w in found.weights if w.low > min(w.gains) or w.high < max(w.gains)]
    tried = sorted(found.weights[0].gains)
    ends: dict[str, Words | Amount] = {
        "low": Amount(count(tried[0], "", "model:§6.7|weights")),
        "high": Amount(count(tried[-1], "", "model:§6.7|weights")),
    }
    if moved:
        yield Paragraph(
            text(
                "All parties weigh alike here. With another weight, from {low} to {high} times as much, "
                "another package comes out for {who}.",
                who=join_names(deal, tuple(w.party for w in moved)),
                **ends,
            )
        )
        yield Details("Gains with other weights", (_weights_table(deal, moved),))
    else:
        yield Paragraph(
            text(
                "All parties weigh alike here; the same package comes out when any one of them weighs {low} "
                "to {high} times as much.",
                **ends,
            )
        )
    turning = [turn for turn in found.turns if turn.below is not None and turn.above is not None]
    if turning:
        yield Bullets(
            tuple(
                text(
                    "{clause} leaves the package where it is worth less than {edge} to {party}."
                    if turn.answer_high.startswith("in")
                    else "{clause} leaves the package where it is worth more than {edge} to {party}.",
                    clause=Name(turn.clause, "code"),
                    party=Name(deal.names[turn.party]),
                    edge=Amount(money((turn.below or 0.0) / 2 + (turn.above or 0.0) / 2, _turn_key(turn))),
                )
                for turn in turning
            )
        )


def _turn_key(turn: Turn) -> str:
    return f"model:§5.2|{turn.clause}|{turn.party}|turn"


def _weights_table(deal: Deal, moved: list[Weighing]) -> Table:
    return Table(
        "Mean gains when one party weighs more or less",
        (
            Column("Weight of"),
            Column("times"),
            *(Column(Name(deal.names[code]), signed=True) for code in deal.names),
        ),
        tuple(
            (
                Name(deal.names[w.party]),
                count(factor, "", "model:§6.7|weights"),
                *(
                    money(gains[code], f"model:§6.7|weights|{w.party}|{code}") if code in gains else None
                    for code in deal.names
                ),
            )
            for w in moved
            for factor, gains in sorted(w.gains.items())
        ),
        note="Found on mean gains, draws set aside.",
    )


def _show_budgets(deal: Deal, package: PackageResult) -> Iterator[Block]:
    for place, found in enumerate(deal.budgets):
        yield from _show_budget(deal, found, place, package)


def _show_budget(deal: Deal, found: BudgetUse, place: int, package: PackageResult) -> Iterator[Block]:
    key = f"model:§6.7|{package.name}|budget"
    yield Heading(3, Name(found.name, "quote"))
    said: list[Words] = [
        text(
            "{used} of {all} are used{rest}.",
            used=count(sum(found.used.values()), found.unit, f"{key}|used"),
            all=stated(found.at_most, found.unit, f"budgets.{place}.at_most"),
            rest=Text(tuple(_shares(deal, found, key))),
        )
    ]
    if found.per_unit is not None and any(abs(x) > 0 for x in found.per_unit.values()):
        said.append("One unit more of it would change the yearly gains as the table says.")
    if found.whole is None:
        said.append("With none of it there is no package in which every party gains.")
    yield Paragraph(Text(tuple(x for k, words in enumerate(said) for x in ((" ", words) if k else (words,)))))
    rows = tuple(
        (
            Name(deal.names[code]),
            None if found.per_unit is None else money(found.per_unit[code], f"{key}|{code}|unit"),
            None if found.whole is None else money(found.whole[code], f"{key}|{code}|whole"),
        )
        for code in deal.names
    )
    yield Table(
        text("What {name} is worth", name=Name(found.name, "quote")),
        (
            Column("Party"),
            Column("One unit more of it", signed=True),
            Column("All of it, against none", signed=True),
        ),
        rows,
        note="The search is made again with a tenth more of it, and with none; so other clauses move too.",
    )


def _shares(deal: Deal, found: BudgetUse, key: str) -> Iterator[Words]:
    for k, (clause, value) in enumerate(found.used.items()):
        yield ", " if k else ": "
        getter = deal.round.clause(clause).beneficiary
        yield text(
            "{n} to {who}",
            n=Amount(count(value, found.unit, f"{key}|{clause}"), unit=False),
            who=join_names(deal, (getter,)),
        )
