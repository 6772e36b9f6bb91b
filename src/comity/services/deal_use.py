"""The part of the deal report on use: what is released and used, and whether it holds then (§5.5).

Who may import me: :mod:`comity.services.deal_document`. Start at :func:`show_use`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.reports.document import (
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
from comity.services.deal_analysis import ON_PAPER
from comity.services.deal_wording import clause_words, count, join_names, money, share, stated
from comity.units import SHARE
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.deal_findings import Fragility, Reason
    from comity.services.deal_result import Deal

__all__ = ["fragile_words", "show_use"]


def fragile_words(deal: Deal) -> Iterator[Words]:
    """Say in the answer that a package is fragile, and the first reason."""
    for found in deal.fragility:
        if not found.fragile:
            continue
        on_paper = found.package == ON_PAPER
        lead: Words = (
            "Fragile: what would be the best package on paper" if on_paper else "Fragile: the package"
        )
        parts: list[Words] = [lead]
        if found.below:
            parts.append(
                text(" does not hold as it is expected to be used; {who} would not gain.",
                     who=join_names(deal, found.below))
            )  # fmt: skip
        else:
            parts.append(" holds as it is expected to be used, and not if less of it is.")
        if found.reasons:
            worst = max(found.reasons, key=lambda r: r.share_short)
            parts += [" ", reason_words(deal, found, worst)]
        yield Text(tuple(parts))


def reason_words(deal: Deal, found: Fragility, reason: Reason) -> Text:
    """Write one reason as a sentence: how much must be used, and how much is expected."""
    key = f"model:§5.5|{found.package}|{reason.clause}"
    expected = Figure(reason.stated, SHARE, SourceClass.MODELLED, f"{key}|expected")
    done = "used" if reason.kind == "take_up" else "released and used"
    if reason.needed is None:
        return text(
            f"However much of {{clause}} is {done}, {{who}} stays below its red line; {{expected}} "
            "is expected.",
            clause=clause_words(deal, (reason.clause,)),
            who=Name(deal.names[reason.party]),
            expected=expected,
        )
    return text(
        f"At least {{needed}} of {{clause}} must be {done} for {{who}} to gain; {{expected}} is expected, "
        "and less than needed in {short} of the draws.",
        needed=share(reason.needed, f"{key}|needed"),
        clause=clause_words(deal, (reason.clause,)),
        who=Name(deal.names[reason.party]),
        expected=expected,
        short=share(reason.share_short, f"{key}|short"),
    )


def show_use(deal: Deal) -> Iterator[Block]:
    """Show packages on paper and as used, why they are fragile, and a delivery that stops."""
    if not deal.fragility:
        return
    yield Heading(2, "Will it be used: on paper, and as expected", "use")
    yield Paragraph(
        "A concession that nobody uses is worth nothing. The round file says how much of some clauses is "
        "expected to be used, or on which milestones they are released; all gains of this report count that."
    )
    for found in deal.fragility:
        yield from _show_one(deal, found)
    yield from _show_tranches(deal)


def _show_one(deal: Deal, found: Fragility) -> Iterator[Block]:
    title: Words = "The best package on paper" if found.package == ON_PAPER else "The package above"
    yield Heading(3, title)
    yield Table(
        "Mean gain of each party",
        (
            Column("Party"),
            Column("If all of it were used", signed=True),
            Column("As expected to be used", signed=True),
            Column("Draws in which it keeps its red line"),
        ),
        tuple(
            (
                Name(deal.names[code]),
                money(found.on_paper[code], f"model:§5.5|{found.package}|{code}|on paper"),
                money(found.as_expected[code], f"model:§5.5|{found.package}|{code}|as expected"),
                share(found.share_kept[code], f"model:§5.5|{found.package}|{code}|kept"),
            )
            for code in deal.names
        ),
        note=text("Clauses of which less than all may be used or released: {clauses}.",
                  clauses=Name(", ".join(found.clauses), "code")),
    )  # fmt: skip
    if found.reasons:
        yield Bullets(tuple(reason_words(deal, found, reason) for reason in found.reasons))
    elif not found.fragile:
        yield Paragraph("It holds over the whole range of what is expected of each of these clauses.")
    if found.below_together and len(found.clauses) > 1:
        yield Paragraph(
            text(
                "If all of these clauses were at their low end at once, {who} would not gain.",
                who=join_names(deal, found.below_together),
            )
        )
    if found.stops:
        yield Table(
            "If delivery stops: what falls due later is never released",
            (
                Column("After month", numeric=True),
                *(Column(Name(deal.names[code]), signed=True) for code in deal.names),
                Column("Below its red line"),
            ),
            tuple(
                (
                    count(stop.month, "", "round:table"),
                    *(
                        money(stop.gains[code], f"model:§5.5|{found.package}|{code}|stop")
                        for code in deal.names
                    ),
                    join_names(deal, stop.below) if stop.below else None,
                )
                for stop in found.stops
            ),
            note="Yearly gains, if all milestones until then are met; what the other side gives goes on.",
        )


def _show_tranches(deal: Deal) -> Iterator[Block]:
    rows: list[tuple[Words | None, ...]] = []
    held = {x.key for x in deal.packages[0].provisions} if deal.packages else set()
    for c, clause in enumerate(deal.round.table):
        if held and clause.key not in held:
            continue
        for k, tranche in enumerate(clause.tranches):
            key = f"table.{c}.tranches.{k}"
            met = (
                None
                if tranche.met is None
                else Figure(tranche.met.range, SHARE, SourceClass.ELICITED, f"round:{key}.met")
            )
            rows.append(
                (
                    Name(clause.key, "code"),
                    stated(tranche.share, SHARE, f"{key}.share"),
                    Name(tranche.milestone, "quote"),
                    stated(tranche.due, "months", f"{key}.due"),
                    met,
                    None if tranche.after is None else Name(tranche.after, "code"),
                )
            )
    if rows:
        yield Table(
            "Tranches and their milestones",
            (
                Column("Clause"),
                Column("Released"),
                Column("On this milestone"),
                Column("Due after"),
                Column("Chance that it is met"),
                Column("Waits for"),
            ),
            tuple(rows),
            note="A tranche is released only when those before it were. A dash under chance: nobody said.",
        )
