"""The first page of a report on a package that the user brought: rules, red lines, frontier, one improvement.

Who may import me: :mod:`comity.services.deal_document`. Start at :func:`show_verdict`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.reports.document import (
    Amount,
    Answer,
    Block,
    Bullets,
    Column,
    Heading,
    Name,
    Paragraph,
    Table,
    Text,
    Words,
    text,
)
from comity.services.deal_use import fragile_words
from comity.services.deal_wording import (
    BROUGHT,
    clause_words,
    count,
    gain_figure,
    join_names,
    money,
    stated,
)
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.deal_findings import Broken, Evaluation
    from comity.services.deal_result import Deal

__all__ = ["show_improvement", "show_verdict"]

#: Broken rules that the answer lists; the rest follow below it.
MOST_BROKEN = 6


def show_verdict(deal: Deal, evaluation: Evaluation) -> Iterator[Block]:
    """Say first whether the package keeps the rules and whom it serves."""
    people = join_names(deal, tuple(deal.names))
    lost = tuple(code for code, served in evaluation.serves.items() if not served)
    rules = [item for item in evaluation.broken if item.kind != "red_line"]
    if not evaluation.broken:
        answer = text("This package keeps every rule of the round, and {people} each gain.", people=people)
    elif not rules:
        answer = text(
            "This package keeps the rules of the table, but it does not bring {who} over the red line.",
            who=join_names(deal, lost),
        )
    elif lost:
        answer = text(
            "This package breaks rules of the round, and it does not bring {who} over the red line.",
            who=join_names(deal, lost),
        )
    else:
        answer = text(
            "This package breaks rules of the round, though {people} would each gain.", people=people
        )
    details: list[Words] = [broken_words(deal, item) for item in evaluation.broken[:MOST_BROKEN]]
    details += _frontier_words(evaluation)
    details += list(fragile_words(deal))
    kicker = "Your package: it does not hold" if evaluation.broken else "Your package: an agreement"
    yield Answer(answer, "no_zone" if evaluation.broken else "zone", tuple(details), kicker)
    if len(evaluation.broken) > MOST_BROKEN:
        yield Bullets(tuple(broken_words(deal, item) for item in evaluation.broken[MOST_BROKEN:]))


def broken_words(deal: Deal, item: Broken) -> Text:
    """Say one broken rule in words: who, what, and what would be accepted."""
    names = clause_words(deal, item.clauses[:1]) if item.clauses else Text(())
    if item.kind == "red_line" and item.party is not None and item.value is not None:
        assert item.bound is not None  # noqa: S101  (a red line has both)
        floor = next(p for p in deal.round.parties if p.code == item.party).red_line.gain_at_least
        return text(
            "{who}: {margin} over its red line ({floor}) on average and in the share of draws that the round "
            "asks for; at least {bound} is needed.",
            who=Name(deal.names[item.party]),
            margin=Amount(money(item.value, f"model:§6.2|supplied|{item.party}|margin"), signed=True),
            bound=stated(item.bound, item.unit, "settings.epsilon"),
            floor=stated(floor, item.unit, f"parties.{_place(deal, item.party)}.red_line.gain_at_least"),
        )
    if item.kind in ("range", "step", "limit") and item.value is not None and item.bound is not None:
        lead = {
            "range": "{clause}: {value} is outside the range on the table; the nearest in it is {bound}.",
            "step": "{clause}: {value} is not on a step of the table; the nearest is {bound}.",
            "limit": "{clause}: {value} goes beyond {bound}, a limit of {who}: {reason}",
        }[item.kind]
        table = [c.key for c in deal.round.table].index(item.clauses[0])
        return text(
            lead,
            clause=names,
            value=Figure(item.value, item.unit, SourceClass.ELICITED, f"{BROUGHT}|{item.clauses[0]}"),
            bound=stated(item.bound, item.unit, f"table.{table}.range"),
            **(
                {"who": Name(deal.names[item.party]), "reason": Name(item.text, "quote")}
                if item.kind == "limit" and item.party is not None
                else {}
            ),
        )
    if item.value is not None and item.bound is not None:
        what = "the budget" if item.kind == "budget" else "the principle"
        return text(
            f"Together {{value}}, where {what} {{name}} allows {{bound}}: {{clauses}}.",
            value=Figure(item.value, item.unit, SourceClass.ELICITED, f"{BROUGHT}|sum"),
            bound=stated(item.bound, item.unit, "budgets" if item.kind == "budget" else "principles"),
            name=Name(f"“{item.text}”", "quote"),
            clauses=Name(", ".join(item.clauses), "code"),
        )
    lead = (
        "{clauses}: released on “{text}”, which the package does not hold."
        if item.kind == "waits"
        else "{clauses}: the principle “{text}” does not allow this."
    )
    return text(lead, clauses=Name(", ".join(item.clauses), "code"), text=Name(item.text or "…", "quote"))


def _place(deal: Deal, code: str) -> int:
    return [party.code for party in deal.round.parties].index(code)


def _frontier_words(evaluation: Evaluation) -> Iterator[Words]:
    if evaluation.distance is None:
        yield "How far it is from the best packages is not said, because it is not one that the round allows."
        return
    better = evaluation.improvement
    if better is None:
        yield (
            "It is on the frontier: no package on this table adds to anybody's gain without taking from "
            "somebody."
        )
        return
    yield text(
        "It is {gain} from the frontier: that much could be added to the gains together without taking from "
        "anybody. One way to much of it is below.",
        gain=Amount(money(evaluation.distance, "model:§6.7|distance"), unit=True),
    )


def show_improvement(deal: Deal, evaluation: Evaluation) -> Iterator[Block]:
    """Show one improvement that hurts nobody: what changes, and what each party gains by it."""
    better = evaluation.improvement
    if better is None:
        return
    yield Heading(2, "One improvement that hurts nobody", "improvement")
    rows: list[tuple[Words | None, ...]] = []
    for key, (before, after) in better.changes.items():
        unit = deal.units[key]
        rows.append(
            (
                clause_words(deal, (key,)),
                None if before is None else Figure(before, unit, SourceClass.ELICITED, f"{BROUGHT}|{key}"),
                None if after is None else count(after, unit, f"model:§6.7|improved|{key}"),
            )
        )
    yield Table(
        "What changes",
        (Column("Clause"), Column("In the package brought"), Column("Improved")),
        tuple(rows),
        note="A dash: the clause is not in that package. Every other clause stays as it is.",
    )
    yield Table(
        "What it adds to each gain",
        (Column("Party"), Column("Gain of the package brought", signed=True), Column("Added", signed=True)),
        tuple(
            (
                Name(deal.names[code]),
                gain_figure(deal.packages[0], code),
                money(better.gains[code], f"model:§6.7|improved|{code}"),
            )
            for code in deal.names
        ),
        note="The middle of what is added is the mean over the draws; nobody loses on average.",
    )
    if not better.confirmed:
        yield Paragraph("The full ledger does not confirm that nobody loses by it; the search found it so.")
