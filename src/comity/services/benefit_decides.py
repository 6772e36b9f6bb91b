"""Sections of a benefit report that say what decides: the tornado, the red lines, what stays at home.

Who may import me: :mod:`comity.services.benefit_document`. Start at :func:`show_tornado`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.reports.document import (
    Amount,
    Bullets,
    Column,
    Heading,
    Name,
    Paragraph,
    RangeChart,
    RangeRow,
    Table,
    Text,
    Words,
    text,
)
from comity.services.deal_wording import count, money, stated
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.reports.document import Block
    from comity.services.benefit_result import Benefit, BreakEven, InputSwing

__all__ = ["in_words", "show_break_even", "show_control", "show_tornado"]


def in_words(label: str) -> str:
    """Drop the symbol that a definition starts with.

    >>> in_words("χ, share of public spending that grows with population")
    'share of public spending that grows with population'
    """
    first, comma, rest = label.partition(", ")
    return rest if comma and not first.isascii() else label


def _raised(words: str) -> str:
    return words[0].upper() + words[1:]


def _swing_range(item: InputSwing) -> Range:
    ends = sorted((item.at_low, item.base, item.at_high))
    return Range(ends[0], item.base, ends[2])


def _input_value(item: InputSwing, value: float) -> Figure:
    source = SourceClass.ELICITED if item.name.startswith("round:") else SourceClass.ESTIMATED
    return Figure(value, item.unit, source, item.name)


def show_tornado(b: Benefit) -> Iterator[Block]:
    """Show the inputs with the widest swing, one at a time, and mark those that turn the sign."""
    yield Heading(2, "What decides the sign", "tornado")
    if not b.tornado:
        yield Paragraph("No input moves the net benefit.")
        return
    yield RangeChart(
        "The inputs that move it most, one at a time",
        tuple(
            RangeRow(
                Name(_raised(in_words(item.label))),
                money(_swing_range(item), f"model:§3.14|{b.country}|{item.name}"),
            )
            for item in b.tornado
        ),
        note=text(
            "Column: {column}. Bars run between the ends of each input's own range, the others at their "
            "central "
            "values; {all} inputs were tried.",
            column=Name(b.column(b.headline).title),
            all=count(b.inputs, "", "model:§3.14|inputs tried"),
        ),
    )
    yield Table(
        "The same in numbers",
        (
            Column("Input"), Column("From"), Column("To"), Column("Net benefit at the low end", signed=True),
            Column("At the high end", signed=True), Column("Turns the sign"), Column("Status"),
        ),
        tuple(_swing_row(b, item) for item in (*b.tornado, *b.other_turns)),
        note="Held: studies disagree on whether the effect exists, so the draws keep it at its central "
        "value and "
        "only this table shows what it would do.",
    )  # fmt: skip


def _swing_row(b: Benefit, item: InputSwing) -> tuple[Words, ...]:
    status = item.status if item.drawn else f"{item.status}, held"
    reference = f"model:§3.14|{b.country}|{item.name}"
    return (
        Name(item.label),
        _input_value(item, item.low),
        _input_value(item, item.high),
        money(item.at_low, reference),
        money(item.at_high, reference),
        "yes" if item.turns else "no",
        Name(status),
    )


def show_break_even(b: Benefit, *, brief: bool = False) -> Iterator[Block]:
    """Show where each clause brings a party to its red line; the country's own rows in full."""
    yield Heading(2, "Where red lines are reached", "break-even")
    if not b.break_even:
        yield Paragraph("A scenario has no clauses, so there is nothing to move to a red line.")
        return
    own = [item for item in b.break_even if item.party == b.party]
    others = [item for item in b.break_even if item.party != b.party]
    shown = [item for item in own if item.at or item.note or not brief] + [item for item in others if item.at]
    never = [item for item in own if not item.at and not item.note]
    if b.party is not None:
        yield Paragraph(
            text(
                "{party} says no below a gain of {line} against its no-deal. Each clause is moved over "
                "its range, "
                "the others as in the package. {k} of the {n} clauses never bring it there.",
                party=Name(b.names[b.party]),
                line=Figure(
                    b.red_line, "US$ million of 2023 per year", SourceClass.ELICITED, "round:parties.red_line"
                ),
                n=count(len(own), "", "model:§6.4|clauses"),
                k=count(len(never), "", "model:§6.4|never"),
            )
        )
    if not shown:
        yield Paragraph("No clause brings any party to its red line within its range.")
        return
    yield Table(
        "Clause by clause",
        (
            Column("Clause"), Column("Party at its red line"), Column("In the package"), Column("From"),
            Column("To"), Column("Reached at"),
        ),
        tuple(_break_row(b, item) for item in shown),
        note="Central values. Partners' rows are shown only where a red line lies within the range; all "
        "are in the "
        "JSON.",
    )  # fmt: skip


def _break_row(b: Benefit, item: BreakEven) -> tuple[Words | None, ...]:
    def at(value: float) -> Figure:
        return stated(float(f"{value:.6g}"), item.unit, f"table.{item.clause}.range")

    reached: Words
    if item.note:
        reached = Text(("not computed at an end of the range: ", Name(item.note, "quote")))
    elif not item.at:
        reached = "never within its range"
    else:
        parts: list[Words] = []
        for place, value in enumerate(item.at):
            figure = Figure(
                float(f"{value:.4g}"),
                item.unit,
                SourceClass.MODELLED,
                f"model:§6.4|{item.clause}|{item.party}",
            )
            parts += [" and " if place else "", figure]
        reached = Text(tuple(parts))
    return (
        Text((Name(b.titles[item.clause]), " (", Name(item.clause, "code"), ")")),
        Name(b.names[item.party]),
        at(item.value),
        at(item.low),
        at(item.high),
        reached,
    )


#: Kinds of control, as headings of a list.
_KINDS: Final = {
    "cap": "Numbers that it sets",
    "money": "Sums that it votes",
    "rule": "Rules that it binds itself to",
    "limit": "Its own limits",
    "exit": "Ways out that the package holds",
    "missing": "Ways out that the package lacks",
    "untouched": "Left as it is",
}


def show_control(b: Benefit) -> Iterator[Block]:
    """Show caps, limits, exits and what no clause touches."""
    yield Heading(2, "What stays under national control", "control")
    if not b.control:
        yield Paragraph("It commits itself to nothing here.")
        return
    for kind, title in _KINDS.items():
        items = [item for item in b.control if item.kind == kind]
        if not items:
            continue
        yield Heading(3, title)
        rows: list[Words] = []
        for item in items:
            parts: list[Words] = [Name(item.text)]
            if item.value is not None:
                key = f"table.{item.clause}" if kind != "limit" else "parties.limits"
                parts += [": ", Amount(stated(item.value, item.unit, key))]
            if item.clause:
                parts += [" (", Name(item.clause, "code"), ")"]
            rows.append(Text(tuple(parts)))
        yield Bullets(tuple(rows))
