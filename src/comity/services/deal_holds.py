"""The part of the deal report on what holds a package together: giving, splitting, leaving, carrying.

Who may import me: :mod:`comity.services.deal_document`. Start at :func:`show_holds`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.reports.document import (
    Amount,
    Block,
    Bullets,
    Column,
    Details,
    Emphasis,
    Heading,
    KeyValues,
    Name,
    Notice,
    Paragraph,
    Table,
    Words,
    text,
)
from comity.services.deal_alternatives import show_without
from comity.services.deal_wording import clause_words, count, join_names, money, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.deal_result import Deal, PackageResult

__all__ = ["show_holds"]

#: Circles of giving listed in full.
_MOST_CYCLES = 5
#: Clauses that a table lists in sight; with more it is folded.
MOST_ROWS = 8
#: How a package was chosen, as a rule of sharing.
_RULES = {
    "nash": "The package was chosen so that the product of the gains is as large as it can be: a gain weighs "
    "more to the party that has little of it.",
    "even gain ratios": "The package was chosen so that the smallest share of what a party could gain at "
    "most is as large as it can be, then the next.",
    "largest total gain": "The package was chosen so that the sum of the gains is as large as it can be, "
    "whoever has them.",
    "fewest clauses": "The package was chosen to have few clauses while each party keeps most of its gain.",
    "supplied": "The package was brought by the user; no rule of sharing chose it.",
}


def show_holds(deal: Deal, package: PackageResult) -> Iterator[Block]:
    """Show who gives and gets, how it is split, who could leave, circles, and the clauses that carry it."""
    yield Heading(2, "What holds it together", "holds")
    yield from _show_giving(deal, package)
    yield from _show_balance(deal, package)
    yield from _show_split(deal, package)
    yield Heading(3, "Who could leave")
    yield from _show_stability(deal, package)
    yield from _show_staying(deal)
    together = [cycle for cycle in package.cycles if cycle.only_together]
    if together:
        yield Paragraph(
            text(
                "Circles of giving that no two parties could close by themselves: {n}, among them",
                n=count(len(together), "", "model:§6.6"),
            )
        )
        circles = (" → ".join([*cycle.parties, cycle.parties[0]]) for cycle in together[:_MOST_CYCLES])
        yield Bullets(tuple(Name(circle, "code") for circle in circles))
    yield from _show_essential(deal, package)
    yield from show_without(deal)


def _show_giving(deal: Deal, package: PackageResult) -> Iterator[Block]:
    between = {(g.giver, g.beneficiary): g for g in package.giving}
    givers = [code for code in deal.names if any(pair[0] == code for pair in between)]
    key = f"model:§6.6|{package.name}"
    yield Table(
        "Give and get: what it costs the giver, and what it is worth to the one who gets it",
        (
            Column("Gives"),
            *(Column(text("to {party}", party=Name(deal.names[code])), numeric=True) for code in deal.names),
        ),
        tuple(
            (
                Name(deal.names[giver]),
                *(
                    None
                    if (found := between.get((giver, other))) is None
                    else text(
                        "{cost} / {worth}",
                        cost=Amount(
                            money(found.giver_gain, f"{key}|{giver}|{other}|giver"), signed=True, unit=False
                        ),
                        worth=Amount(
                            money(found.beneficiary_gain, f"{key}|{giver}|{other}|gets"),
                            signed=True,
                            unit=False,
                        ),
                    )
                    for other in deal.names
                ),
            )
            for giver in givers
        ),
        note="Left of the stroke the giver's own gain or cost, right of it the other's; US$ million a year, "
        "means over the draws. A dash: nothing passes.",
    )


def _show_balance(deal: Deal, package: PackageResult) -> Iterator[Block]:
    """Name the pairs whose own exchange leaves one worse off, which linking to others makes good."""
    uneven = [pair for pair in package.balance if not pair.stands_alone]
    if not uneven or len(deal.names) < 3:
        return
    key = f"model:§6.6|{package.name}"
    yield Paragraph("Alone, these pairs would not agree; what they exchange with others makes it good:")
    yield Bullets(
        tuple(
            text(
                "{one} and {other}: the clauses between the two leave {one} with {a} and {other} with {b}.",
                one=Name(deal.names[pair.first]),
                other=Name(deal.names[pair.second]),
                a=Amount(money(pair.first_net, f"{key}|{pair.first}|{pair.second}|net"), signed=True),
                b=Amount(money(pair.second_net, f"{key}|{pair.second}|{pair.first}|net"), signed=True),
            )
            for pair in uneven
        )
    )


def _show_split(deal: Deal, package: PackageResult) -> Iterator[Block]:
    equity = package.equity
    rule = _RULES.get(package.name)
    yield Heading(3, "How the gain is split")
    if rule:
        yield Paragraph(rule)
    if equity.shares is None or equity.evenness is None or equity.smallest_to_largest is None:
        yield Paragraph("The gains do not add up to more than nothing, so there is nothing to split.")
        return
    key = f"model:§6.6|{package.name}|split"
    yield KeyValues(
        (
            *(
                (
                    text("Share of {party}", party=Name(deal.names[code])),
                    share(equity.shares[code], f"{key}|{code}"),
                )
                for code in deal.names
            ),
            (
                "Evenness, one where all gain alike",
                count(equity.evenness, "", f"{key}|evenness"),
            ),
            (
                "Smallest gain over the largest",
                count(equity.smallest_to_largest, "", f"{key}|ratio"),
            ),
        )
    )
    split = None if deal.sensitivity is None else deal.sensitivity.split
    if split is not None and split.flagged:
        yield Paragraph(
            text(
                "Flagged as getting little: {who}. {rule}",
                who=Emphasis(join_names(deal, split.flagged)),
                rule=Name(split.rule, "quote"),
            )
        )
    yield Paragraph(
        "This describes the split and does not judge it: a gain of one size may mean much to one country "
        "and little to another."
    )


def _show_stability(deal: Deal, package: PackageResult) -> Iterator[Block]:
    found = package.stability
    least = deal.round.settings.epsilon
    blocking = tuple(block for block in found.blocking if block.margin >= least)
    if found.blocking and not blocking:
        yield Paragraph(
            text(
                "Some groups could better the package for all their members, but by {gain} at most, which is "
                "less than this round counts as a gain.",
                gain=money(found.epsilon, "model:§6.5|epsilon"),
            )
        )
        return
    if not blocking:
        yield Paragraph(
            "No smaller group of parties could do better by itself with the clauses between its members."
        )
        return
    yield Bullets(
        tuple(
            text(
                "{who} would do better without the package, by {gain}.",
                who=join_names(deal, block.members),
                gain=money(block.margin, "model:§6.5"),
            )
            if len(block.members) == 1
            else text(
                "{who} could do better among themselves, by {gain} at least each, with {clauses}.",
                who=join_names(deal, block.members),
                gain=money(block.margin, "model:§6.5"),
                clauses=Name(", ".join(block.clauses), "code"),
            )
            for block in blocking
        )
    )
    if not found.complete:
        yield Notice("limit", "With so many parties the strongest group is named, not every one that could.")
    yield Paragraph(
        text(
            "No group can better the package for all its members by more than {epsilon}; a cost of leaving "
            "of that size, such as trust or a later round, holds it together.",
            epsilon=Emphasis(Amount(money(found.epsilon, "model:§6.5|epsilon"))),
        )
    )


def _show_staying(deal: Deal) -> Iterator[Block]:
    """Say who would rather stay out, and what staying out is worth."""
    if deal.sensitivity is None or not deal.sensitivity.staying:
        return
    out = tuple(s.party for s in deal.sensitivity.staying if s.stays_out)
    if out:
        yield Paragraph(
            text(
                "{who} would rather stay out and let the others agree: what they do among themselves reaches "
                "those outside too.",
                who=join_names(deal, out),
            )
        )
    else:
        yield Paragraph("No party would rather stay out and let the others agree.")
    key = "model:§6.5|membership"
    table = Table(
        "Inside, and outside while the others agree anew",
        (
            Column("Party"),
            Column("Gain inside", signed=True),
            Column("Gain outside", signed=True),
            Column("Others have more when it is in", signed=True),
            Column("Others agree without it"),
        ),
        tuple(
            (
                Name(deal.names[s.party]),
                money(s.inside, f"{key}|{s.party}|inside"),
                money(s.outside, f"{key}|{s.party}|outside"),
                money(s.others, f"{key}|{s.party}|others"),
                "yes" if s.rest_agrees else "no",
            )
            for s in deal.sensitivity.staying
        ),
        note="Mean gains. Outside, a party gives and gets nothing, but feels what others do to its prices.",
    )
    yield table if out else Details("What staying out would be worth", (table,))
    circles = deal.sensitivity.circles
    if circles is not None and circles.added is not None and circles.added > 1e-6 * abs(circles.together):
        yield Paragraph(
            text(
                "Of the largest sum of gains, {total}, {added} cannot be reached by deals between pairs in "
                "which neither loses.",
                total=money(circles.together, "model:§6.6|circles|together"),
                added=Emphasis(Amount(money(circles.added, "model:§6.6|circles|added"))),
            )
        )


def _show_essential(deal: Deal, package: PackageResult) -> Iterator[Block]:
    broken = [x for x in package.essential if not x.holds]
    if not broken:
        yield Paragraph("Any one clause can be taken out and every party still gains enough.")
        return
    rows: list[tuple[Words | None, ...]] = [
        (
            Name(x.clause, "code"),
            Name(", ".join(deal.names[c] for c in x.below)) if x.below else None,
            Name(", ".join(k for k in x.leaves if k != x.clause), "code") if len(x.leaves) > 1 else None,
        )
        for x in broken
    ]
    table = Table(
        "Clauses that hold the package together",
        (Column("Without"), Column("Below its red line"), Column("Also falls")),
        tuple(rows),
        note="A dash under the red line: the rest breaks a principle of the round.",
    )
    if len(broken) <= MOST_ROWS:
        yield table
        return
    first = tuple(dict.fromkeys(x.clause for x in broken if x.below))
    yield Paragraph(
        text(
            "Of {all} clauses, {n} cannot be taken out alone.",
            all=count(len(package.essential), "", "model:§6.7|clauses"),
            n=count(len(broken), "", "model:§6.7|essential"),
        )
    )
    if 0 < len(first) <= 3:
        yield Paragraph(
            text("Without any of these a party falls below its red line: {c}.", c=clause_words(deal, first))
        )
    yield Details("Every clause that cannot be taken out", (table,))
