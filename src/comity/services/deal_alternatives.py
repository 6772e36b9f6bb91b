"""The part of the deal report on what else could be agreed: packages side by side, payments, the frontier.

Who may import me: :mod:`comity.services.deal_document`. Start at :func:`show_alternatives`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from comity.reports.document import (
    Amount,
    Block,
    Column,
    Details,
    Heading,
    KeyValues,
    Name,
    Paragraph,
    Table,
    Text,
    Words,
    text,
)
from comity.services.deal_wording import count, gain_figure, money, share
from comity.vocabulary import Range

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.services.deal_findings import FrontierFound, Payments
    from comity.services.deal_result import Deal, PackageResult

__all__ = ["show_alternatives", "show_without"]

#: Name of each idea in the head of a column, and what it makes as large or as small as can be.
IDEAS: Final = {
    "nash": ("Balanced", "the product of all gains; its logarithm"),
    "even gain ratios": ("Even", "the smallest gain, as a share of the most that the party could gain"),
    "largest total gain": ("Largest sum", "the sum of all gains"),
    "fewest clauses": ("Fewest clauses", "the number of clauses, counted below zero"),
    "supplied": ("As brought", ""),
    "improved": ("Improved", "what can be added without taking from anybody"),
}
_PAID: Final = "Largest sum, with payments"
#: With more parties than this they stand in rows, else in columns.
_ACROSS: Final = 4
#: Payments smaller than this share of the sum are nothing.
_NOTHING: Final = 1e-6


def show_alternatives(deal: Deal) -> Iterator[Block]:
    """Show packages side by side with what is proven of each, payments, how sure, and the frontier."""
    if not deal.packages or deal.choices is None:
        return
    first = deal.packages[0]
    payments, frontier = deal.choices.payments, deal.choices.frontier
    yield Heading(2, "What else could be agreed", "alternatives")
    yield _side_by_side(deal, payments)
    if payments is not None:
        yield Paragraph(_payment_words(deal, payments))
    yield _proofs(deal, payments)
    yield Heading(3, "How sure it is")
    yield from _show_sureness(deal, first)
    if frontier is not None and len(frontier.points) > 1:
        yield _frontier_table(deal, frontier)


def _short(package: PackageResult) -> str:
    return IDEAS.get(package.name, (package.name, ""))[0]


def _side_by_side(deal: Deal, payments: Payments | None) -> Table:
    heads: list[Words] = [_short(p) for p in deal.packages]
    columns: list[list[Words]] = [
        [
            *(gain_figure(p, code) for code in deal.names),
            money(Range.of(p.by_draw.sum(axis=1)), f"model:§6.2|{p.name}|all"),
            count(len(p.provisions), "", f"model:§6.2|{p.name}|clauses"),
        ]
        for p in deal.packages
    ]
    if payments is not None:
        heads.append(_PAID)
        key = "model:§6.2|payments"
        columns.append(
            [
                *(money(payments.gains[code], f"{key}|{code}") for code in deal.names),
                money(payments.together, f"{key}|all"),
                count(len(payments.values), "", f"{key}|clauses"),
            ]
        )
    labels: list[Words] = [*(Name(deal.names[code]) for code in deal.names), "All together", "Clauses"]
    if len(deal.names) <= _ACROSS:
        rows = tuple((head, *cells) for head, cells in zip(heads, columns, strict=True))
        head_row: list[Words] = ["Package", *labels]
    else:
        rows = tuple((label, *(c[k] for c in columns)) for k, label in enumerate(labels))
        head_row = ["Party", *heads]
    return Table(
        "Packages side by side: what each party gains",
        tuple(Column(title, signed=title not in ("Clauses", "Package", "Party")) for title in head_row),
        rows,
        note="Gains of packages are from the full ledger; those with payments are as the search sees them, "
        "after payments. Each party is compared with itself only."
        if payments is not None
        else "Gains are from the full ledger. Each party is compared with itself only.",
    )


def _payment_words(deal: Deal, payments: Payments) -> Text:
    key = "model:§6.2|payments"
    least = _NOTHING * max(abs(payments.total), 1.0)
    moved = {code: x for code, x in payments.paid.items() if abs(x) > least}
    if not moved:
        return text("If the parties could also pay each other, no payment would be needed.")
    parts: list[Words] = [
        "If the parties could also pay each other, the sum would be shared out by payments: "
    ]
    for k, (code, x) in enumerate(sorted(moved.items(), key=lambda item: item[1])):
        parts.append("; " if k else "")
        way = "from" if x < 0 else "to"
        parts.append(
            text(f"{{n}} {way} {{who}}", who=Name(deal.names[code]), n=money(abs(x), f"{key}|{code}|paid"))
        )
    parts.append(". No clause of the table stands for these payments unless it says so.")
    return Text(tuple(parts))


def _proofs(deal: Deal, payments: Payments | None) -> Block:
    """Say of each solution what is reached, what cannot be exceeded, and how near the two are."""
    rows: list[tuple[Words | None, ...]] = []
    for p in deal.packages:
        if p.objective is None or p.bound is None or p.gap is None:
            continue
        key = f"model:§6.2|{p.name}"
        # A gap in the logarithm of the product is a share of the product.
        apart = 1.0 - math.exp(-p.gap) if p.name == "nash" else p.gap / max(abs(p.bound), 1e-9)
        rows.append(
            (
                _short(p),
                IDEAS.get(p.name, ("", ""))[1] or None,
                count(p.objective, "", f"{key}|objective"),
                count(p.bound, "", f"{key}|bound"),
                share(max(apart, 0.0), f"{key}|gap"),
                Name(p.method),
            )
        )
    if payments is not None:
        key = "model:§6.2|payments"
        rows.append(
            (
                _PAID,
                "the sum of all gains",
                count(payments.total, "", f"{key}|objective"),
                count(payments.bound, "", f"{key}|bound"),
                share(payments.gap / max(abs(payments.bound), 1e-9), f"{key}|gap"),
                Name(payments.method),
            )
        )
    return Details(
        "What is proven of each: reached, and what no package can exceed",
        (
            Table(
                "How near each package is to the best of its kind",
                (
                    Column("Package"),
                    Column("What is made as large as can be"),
                    Column("Reached"),
                    Column("Cannot exceed"),
                    Column("At most short of it by"),
                    Column("Solved by"),
                ),
                tuple(rows),
                note="As the search sees gains; sums in US$ million a year. How long each took is told on "
                "the terminal.",
            ),
        ),
    )


def _show_sureness(deal: Deal, first: PackageResult) -> Iterator[Block]:
    found = first.sureness
    key = f"model:§6.2|{first.name}|sure"
    yield Paragraph(
        text(
            "In {share} of {draws} draws every party gains enough at once in the first package.",
            share=share(found.together, f"{key}|together"),
            draws=count(deal.draws, "", "round:draws"),
        )
    )
    if min(found.by_party.values()) < 1.0:
        yield KeyValues(
            tuple(
                (
                    text("{party} alone", party=Name(deal.names[code])),
                    share(found.by_party[code], f"{key}|{code}"),
                )
                for code in deal.names
            )
        )
    surest = None if deal.choices is None else deal.choices.surest
    if surest is None:
        return
    tail = "no package does better" if surest.proven else "whether another does better is not proven"
    yield Paragraph(
        text(
            f"The surest package found lets each party gain enough in at least {{share}} of the "
            f"draws; {tail}. Mean gains in it: {{gains}}.",
            share=share(surest.share, "model:§6.2|surest"),
            gains=_gains(deal, surest.gains, "model:§6.2|surest"),
        )
    )


def _gains(deal: Deal, gains: Mapping[str, float], key: str) -> Text:
    parts: list[Words] = []
    for k, code in enumerate(deal.names):
        gain = Amount(money(gains[code], f"{key}|{code}"), signed=True)
        parts += ["; " if k else "", text("{who} {n}", who=Name(deal.names[code]), n=gain)]
    return Text(tuple(parts))


def _frontier_table(deal: Deal, frontier: FrontierFound) -> Table:
    title = (
        "The frontier: every package that no other betters for all"
        if frontier.complete
        else "Points on the frontier: packages that no other betters for all"
    )
    rows = tuple(
        (
            *(money(point.gains[code], f"model:§6.2|frontier|{k}|{code}") for code in deal.names),
            money(sum(point.gains.values()), f"model:§6.2|frontier|{k}|all"),
        )
        for k, point in enumerate(frontier.points)
    )
    return Table(
        title,
        (*(Column(Name(deal.names[code]), signed=True) for code in deal.names), Column("All", signed=True)),
        rows,
        note="Mean gains; all red lines are kept. From one line to the next, somebody gains what another "
        "gives up."
        + ("" if frontier.complete else " They are spread over the frontier; there are more between them."),
    )


def show_without(deal: Deal) -> Iterator[Block]:
    """Show what becomes of the best package when a clause is taken off the table."""
    found = () if deal.choices is None else deal.choices.without
    if not found:
        return
    pivotal = tuple(d.clause for d in found if d.lost is None)
    if pivotal:
        yield Paragraph(
            text(
                "Off the table, {clauses} would leave no package at all.",
                clauses=Name(", ".join(pivotal), "code"),
            )
        )
    yield Details(
        "What the best package would be without one clause",
        (
            Table(
                "Change of mean gains when a clause is off the table and the search is made again",
                (
                    Column("Without"),
                    *(Column(Name(deal.names[code]), signed=True) for code in deal.names),
                    Column("The product of gains falls by"),
                ),
                tuple(
                    (
                        Name(d.clause, "code"),
                        *(
                            None
                            if d.lost is None
                            else money(d.change[code], f"model:§6.7|{d.clause}|{code}|off")
                            for code in deal.names
                        ),
                        "no package is left"
                        if d.lost is None
                        else share(1.0 - math.exp(-d.lost), f"model:§6.7|{d.clause}|off"),
                    )
                    for d in found
                ),
                note=text(
                    "Found on mean gains, draws set aside, for the {n} clauses it rests on most.",
                    n=count(len(found), "", "model:§6.7|off"),
                ),
            ),
        ),
    )
