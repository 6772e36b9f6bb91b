"""How a practice round looks in a terminal: the table, the own side, and what all may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from comity.cli.output import colours, width
from comity.services.practice_words import say_value, tell_outcome
from comity.units import to_percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.services.practice_sight import ClauseRow, Sight
    from comity.vocabulary import Range

__all__ = ["draw_clause", "draw_sight"]

_LINES: Final = 6  # of the own ledger, the largest first
_SMALL: Final = 0.05  # US$ million: below it a ledger line is not worth a line of a screen


def _money(value: Range | None) -> str:
    if value is None:
        return "not valued"
    return f"{_signed(value.mid)} ({_signed(value.low)} to {_signed(value.high)})"


def _signed(value: float) -> str:
    size = abs(value)
    digits = 0 if size >= 10 or size == 0 else 1 if size >= 1 else 2
    text = f"{size:,.{digits}f}"
    return text if not float(text.replace(",", "")) else f"{'+' if value > 0 else '−'}{text}"


def draw_sight(sight: Sight, names: Mapping[str, str], *, full: bool = True) -> str:
    """Draw all that the seat may see; without ``full``, what a move has changed for the own side."""
    console = _console()
    with console.capture() as drawn:
        if full:
            console.print(_head(sight, names))
            console.print(_table(sight))
        console.print(_own(sight))
        console.print(_public(sight, names))
    return drawn.get().rstrip() + "\n"


def _console() -> Console:
    return Console(
        width=width(), no_color=not colours(), force_terminal=colours(), highlight=False, markup=False,
        emoji=False,
    )  # fmt: skip


def _head(sight: Sight, names: Mapping[str, str]) -> Text:
    head = Text(f"\nRound {sight.round} of {sight.rounds}", style="bold")
    head.append(f"   you are {names[sight.seat]} ({sight.seat})", style="")
    if sight.outcome:
        head.append(f"   {tell_outcome(sight.outcome, names)}", style="bold")
    elif sight.mode == "single-text" and sight.final:
        head.append("   final text: take it or leave it", style="bold")
    return head


def _table(sight: Sight) -> Table:
    single = sight.mode == "single-text"
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("No", justify="right")
    table.add_column("Clause", overflow="fold", ratio=3)
    table.add_column("On the table", overflow="fold", ratio=2)
    if single:
        table.add_column("All took", justify="right")
    table.add_column("Text", justify="right")
    table.add_column("Worth to you", justify="right", no_wrap=True)
    table.add_column("at full", justify="right", no_wrap=True)
    mine = [row for row in sight.rows if row.own]
    others = [row for row in sight.rows if not row.own]
    for rows, dim in ((mine, False), (others, True)):
        if dim and rows:
            table.add_section()
        for row in rows:
            table.add_row(*_cells(row, single=single), style="dim" if dim else "")
    return table


def _cells(row: ClauseRow, *, single: bool) -> list[str]:
    step = "" if row.step is None else f", by {row.step:,g}"
    text = "–" if row.value is None else f"{row.value:,.6g}"
    cells = [
        str(row.number),
        f"{row.title} ({row.key})",
        f"{row.low:,g} to {row.high:,g}{step} {row.unit}",
    ]
    if single:
        cells.append("–" if row.agreed is None else f"{row.agreed:,.6g}")
    cells.append(f"*{text}" if row.changed else text)
    worth = "" if row.value is None else _money(row.worth)
    return [*cells, worth, "not valued" if row.worth_full is None else _signed(row.worth_full.mid)]


def _own(sight: Sight) -> Text:
    own = sight.own
    out = Text("\nWhat the text means for you", style="bold")
    out.append("  (US$ million a year against no deal)\n", style="")
    out.append(
        f"  Gain {_money(own.gain)}, above zero in {to_percent(own.share_positive):.0f} % of draws. ", ""
    )
    line = f"Red line {_signed(own.red_line)}"
    if not any(row.value is not None for row in sight.rows):
        out.append(f"{line}. There is no text yet.\n", "")
    elif own.accepts:
        out.append(f"{line}: kept, with {_signed(own.margin)} to spare.\n", "green")
    else:
        over = f"; beyond your limits: {', '.join(own.beyond_limits)}" if own.beyond_limits else ""
        short = f"{line}: missed by {_signed(own.epsilon - own.margin).lstrip('+')}"
        out.append(f"{short if own.margin < own.epsilon else line + ': kept'}{over}.\n", "red")
    if own.unvalued:
        out.append(f"  Not counted, because nobody valued it for you: {', '.join(own.unvalued)}.\n", "")
    counted = sorted(sight.ledger, key=lambda r: -abs(r.value))
    lines = [r for r in counted if r.weight and abs(r.value * r.weight) >= _SMALL][:_LINES]
    aside = [r for r in counted if not r.weight and abs(r.value) >= _SMALL][:_LINES]
    if lines:
        said = "; ".join(f"{r.label} {_signed(r.value * r.weight)}" for r in lines)
        out.append(f"  At home (model, the whole text at once): {said}.\n", "")
    if aside:
        said = "; ".join(f"{r.label} {_signed(r.value)}" for r in aside)
        out.append(f"  Felt, but not counted by you: {said}.\n", "")
    return out


def _public(sight: Sight, names: Mapping[str, str]) -> Text:
    out = Text("What all can see\n", style="bold")
    for c in sight.corridors:
        if not c.places:
            continue
        line = f"  Places {names[c.origin]} → {names[c.destination]}: {c.places:,.0f} a year"
        if c.ratio_before is not None and c.ratio_after is not None:
            line += f"; other arrivals per regular entry {c.ratio_before:.2g} → {c.ratio_after:.2g}"
        out.append(line + "\n", "")
    for m in sight.money:
        out.append(
            f"  Money {names[m.giver]} → {names[m.beneficiary]}: {m.amount:,.6g} US$ million a year\n", ""
        )
    for rule in sight.broken:
        out.append(f"  Breaks a principle: {rule}\n", "red")
    assent = ", ".join(names[code] for code in sight.assent) or "nobody yet"
    out.append(f"  Accepted by: {assent}", "")
    return out


def draw_clause(row: ClauseRow, names: Mapping[str, str]) -> str:
    """Draw one clause in full."""
    step = "" if row.step is None else f", in steps of {row.step:,g}"
    table = f"{row.low:,g} to {row.high:,g}{step}, {row.unit}"
    unsent = " (your change, not sent)" if row.changed else ""
    lines = [
        f"{row.number}  {row.title} ({row.key})",
        f"   {names[row.giver]} gives, {names[row.beneficiary]} gets; {table}",
        f"   In the text: {say_value(row.value, row.unit)}{unsent}",
        f"   Worth to you at that: {_money(row.worth) if row.value is not None else '–'}",
        f"   Worth to you at the full concession ({row.strongest:,g}): {_money(row.worth_full)}",
    ]
    return "\n".join(lines) + "\n"
