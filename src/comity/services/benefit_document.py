"""The readable form of a net benefit: the answer, the columns, who and which ministry, what decides it.

Who may import me: :mod:`comity.services.benefit_result`. Start at :func:`write_document`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.reports.document import (
    Amount,
    Answer,
    Block,
    Bullets,
    Column,
    Document,
    Emphasis,
    Heading,
    KeyValues,
    Meta,
    Name,
    Notice,
    RangeChart,
    RangeRow,
    Source,
    Table,
    Text,
    Words,
    text,
)
from comity.services.basis import show_parameters
from comity.services.benefit_decides import in_words, show_break_even, show_control, show_tornado
from comity.services.deal_wording import count, money, share
from comity.units import USD_MILLION_YEAR
from comity.vocabulary import Figure, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.services.benefit_result import Benefit, BenefitColumn, Worth

__all__ = ["GROUPS", "HORIZON_WORDS", "write_document"]

#: Groups of the ledger as an economist names them.
GROUPS: Final = {
    "residents_low": "Low-skilled residents who stay",
    "residents_high": "High-skilled residents who stay",
    "employers": "Employers and owners of capital",
    "treasury": "Treasury",
    "trade": "Tariff revenue and external income",
    "remittances": "Families who receive remittances",
    "nationals_abroad": "Nationals already abroad",
    "movers": "People who move (pay at purchasing power parity)",
    "immigrants": "Immigrants already there",
    "interests": "Stated interests",
}
HORIZON_WORDS: Final = {
    "year-after": "The year after",
    "five-years": "Five years",
    "long-run": "Long run",
    "package": "the package's own horizon",
}
_MOST_ASSUMPTIONS: Final = 80


#: Who takes part in the column that the answer is about.
_WITH: Final = {"regional": "With the whole table", "global": "With every economy taking part"}


def write_document(benefit: Benefit, *, brief: bool = False) -> Document:
    """Lay out a net benefit for reading: all of it, or its first pages."""
    blocks = _first_pages(benefit) if brief else _all_pages(benefit)
    return Document(
        title=text(
            "{name}: net benefit of {case}", name=Name(benefit.name), case=Name(benefit.case_title, "quote")
        ),
        subtitle=text(
            "What does cooperation bring {name}: alone, with its partners, with those around it, with all?",
            name=Name(benefit.name),
        ),
        blocks=tuple(blocks),
        sources=_sources(benefit),
        meta=Meta(
            seed=benefit.seed,
            versions=dict(benefit.versions),
            disclaimer=(
                "Advisory. A net benefit is a sum over groups under weights that the user sets; it says "
                "nothing "
                "about whether the country should agree, and compares it with nobody but itself."
            ),
            command=benefit.command,
        ),
    )


def _all_pages(b: Benefit) -> Iterator[Block]:
    yield from _answer(b)
    yield from _columns(b)
    yield from _lines(b)
    yield from _ministries(b)
    yield from _groups(b)
    yield from _over_time(b)
    yield from show_tornado(b)
    yield from show_break_even(b)
    yield from show_control(b)
    yield from _rests_on(b)


def _first_pages(b: Benefit) -> Iterator[Block]:
    yield from _answer(b)
    yield from _columns(b)
    yield from _lines(b)
    yield from _over_time(b)
    yield from show_tornado(b)
    yield from show_break_even(b, brief=True)
    yield Notice(
        "limit",
        "By ministry and by group, every break-even, what stays under national control and what this "
        "rests on: "
        "in the HTML report, or here with --full.",
    )


def _worth(b: Benefit, column: BenefitColumn, worth: Worth, what: str) -> Figure:
    return money(worth.range, f"model:§3.12|{b.case}|{b.country}|{column.key}|{what}")


def _answer(b: Benefit) -> Iterator[Block]:
    headline = b.column(b.headline)
    total = _worth(b, headline, headline.total, "total")
    often = share(headline.total.share_positive, f"model:§3.14|{b.case}|{b.country}")
    turning = [item for item in (*b.tornado, *b.other_turns) if item.turns]
    details: list[Words] = [
        text("Positive in {often} of {draws} draws of the uncertain inputs.", often=often,
             draws=count(b.draws, "", "round:draws")),
    ]  # fmt: skip
    if b.party is not None or b.headline == "global":
        alone = b.column("alone")
        details.append(
            text(
                "By itself, doing only what it gives and getting nothing back: {alone}."
                if b.headline == "regional"
                else "Where it acts alone: {alone}.",
                alone=Amount(_worth(b, alone, alone.total, "total"), signed=True),
            )
        )
    if turning:
        names = "; ".join(in_words(item.label) for item in turning)
        n = count(len(turning), "", "model:§3.14|inputs")
        details.append(
            text(
                "Inputs that turn the sign within their own range: {n} of {all} ({names}).",
                n=n,
                all=count(b.inputs, "", "model:§3.14|inputs tried"),
                names=Name(names),
            )
        )
    else:
        details.append(
            text(
                "No single input, of {all} tried, turns the sign within its range.",
                all=count(b.inputs, "", "model:§3.14|inputs tried"),
            )
        )
    details.append(_who_counts(b))
    yield Answer(
        text(
            "{who}, {name} gains {total} net.",
            who=_WITH[b.headline],
            name=Name(b.name),
            total=Amount(total, signed=True),
        )
        if headline.total.mean > 0
        else text(
            "{who}, {name} does not gain: {total} net.",
            who=_WITH[b.headline],
            name=Name(b.name),
            total=Amount(total, signed=True),
        ),
        "note",
        tuple(details),
    )
    for note in b.notes:
        yield Notice("limit", Name(note))


def _who_counts(b: Benefit) -> Text:
    counted = [_lower(GROUPS[name]) for name, weight in b.weights.items() if weight == 1]
    out = [_lower(GROUPS[name]) for name, weight in b.weights.items() if weight == 0]
    parts: list[Words] = ["Counted in full: ", Name(", ".join(counted) or "nobody")]
    for name, weight in b.weights.items():
        if 0 < weight < 1:
            parts += ["; at ", Figure(weight, "", SourceClass.ELICITED, f"round:parties.counts.{name}"), ": "]
            parts.append(Name(_lower(GROUPS[name])))
    parts += ["; not counted, but shown: ", Name(", ".join(out) or "nobody"), "."]
    return Text(tuple(parts))


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]


def _columns(b: Benefit) -> Iterator[Block]:
    yield Heading(2, "Side by side", "columns")
    shown = [*b.columns, *b.partners]
    yield RangeChart(
        text("Net benefit of {name}", name=Name(b.name)),
        tuple(
            RangeRow(
                Name(column.title),
                _worth(b, column, column.total, "total"),
                share_positive=share(
                    column.total.share_positive, f"model:§3.14|{b.case}|{b.country}|{column.key}"
                ),
            )
            for column in shown
        ),
        note=Text(
            (
                (
                    "The dot is the mean over the draws, so that lines add up; bars run over nine draws "
                    "in ten. "
                    "Horizon: "
                ),
                Name(_lower(HORIZON_WORDS[b.horizon])),
                ", ",
                Figure(b.horizon_years, "years", SourceClass.ELICITED, "round:horizon_years"),
                ".",
            )
        ),
    )
    yield Bullets(
        tuple(Text((Emphasis(Name(column.title)), ": ", Name(column.meaning), ".")) for column in b.columns)
    )


def _lines(b: Benefit) -> Iterator[Block]:
    yield Heading(2, "Line by line", "lines")
    order = dict.fromkeys(line.name for column in b.columns for line in column.lines)
    first = {line.name: line for column in reversed(b.columns) for line in column.lines}

    def row(name: str) -> tuple[Words | None, ...]:
        cells: list[Words | None] = [Name(first[name].label)]
        for column in b.columns:
            line = next((x for x in column.lines if x.name == name), None)
            if line is None or not (line.worth.low or line.worth.high):
                cells.append(None)
            else:
                cells.append(
                    Figure(line.worth.range, USD_MILLION_YEAR, SourceClass(line.source), line.reference)
                )
        return tuple(cells)

    counted = [row(name) for name in order if first[name].weight]
    total: tuple[Words | None, ...] = (
        Emphasis("Net benefit"),
        *(_worth(b, column, column.total, "total") for column in b.columns),
    )
    heads = (Column("Line"), *(Column(Name(column.title), signed=True) for column in b.columns))
    counted = [cells for cells in counted if any(cell is not None for cell in cells[1:])]
    partial = any(0 < weight < 1 for weight in b.weights.values())
    yield Table(
        "Lines that count",
        heads,
        (*counted, total),
        note="Each line before its weight; weights below one are in the answer above."
        if partial
        else "Means over the draws add up to the net benefit; their ranges do not, because inputs move "
        "together. "
        "A dash: nothing falls on that line.",
    )
    silent = [row(name) for name in order if not first[name].weight]
    silent = [cells for cells in silent if any(cell is not None for cell in cells[1:])]
    if silent:
        yield Table("Lines that do not count here, for the record", heads, tuple(silent))


def _sums(b: Benefit, kind: str) -> dict[str, None]:
    return dict.fromkeys(name for column in b.columns for name in getattr(column, kind))


def _sum_rows(b: Benefit, kind: str, labels: dict[str, str]) -> list[tuple[Words | None, ...]]:
    rows: list[tuple[Words | None, ...]] = []
    for name in _sums(b, kind):
        cells: list[Words | None] = [Name(labels.get(name, name.replace("_", " ").capitalize()))]
        for column in b.columns:
            worth = getattr(column, kind).get(name)
            zero = worth is None or not (worth.low or worth.high)
            cells.append(None if zero else _worth(b, column, worth, f"{kind}|{name}"))
        if any(cell is not None for cell in cells[1:]):
            rows.append(tuple(cells))
    return rows


def _sum_table(b: Benefit, title: str, kind: str, labels: dict[str, str], head: str, note: str) -> Table:
    total: tuple[Words | None, ...] = (
        Emphasis("Net benefit"),
        *(_worth(b, column, column.total, "total") for column in b.columns),
    )
    return Table(
        title,
        (Column(head), *(Column(Name(column.title), signed=True) for column in b.columns)),
        (*_sum_rows(b, kind, labels), total),
        note=note,
    )


def _ministries(b: Benefit) -> Iterator[Block]:
    yield Heading(2, "By ministry", "ministries")
    yield _sum_table(
        b,
        "Weighted lines by the ministry that answers for them",
        "ministries",
        {**b.ministries, "stated": "Stated, no ministry named"},
        "Ministry",
        "Which ministry answers for which line is a judgement of ours; governments divide remits "
        "differently.",
    )


def _groups(b: Benefit) -> Iterator[Block]:
    yield Heading(2, "By group", "groups")
    yield _sum_table(
        b, "Who gains and who loses at home, as far as they count", "groups", dict(GROUPS), "Group",
        "Groups with weight zero are in the table of lines that do not count.",
    )  # fmt: skip


def _over_time(b: Benefit) -> Iterator[Block]:
    yield Heading(2, "Over time", "time")
    yield Table(
        "Net benefit at central values",
        (Column("When"), *(Column(Name(column.title), signed=True) for column in b.columns)),
        tuple(
            (
                Name(HORIZON_WORDS[name]),
                *(
                    money(totals[column.key], f"model:§3.10|{b.case}|{b.country}|{column.key}|{name}")
                    for column in b.columns
                ),
            )
            for name, totals in b.horizons.items()
        ),
        note="Places pile up over their years of stay, and capital follows labour (κ); one run for each, "
        "no range.",
    )


def _rests_on(b: Benefit) -> Iterator[Block]:
    yield Heading(2, "What this rests on", "rests-on")
    if b.unvalued:
        yield Notice(
            "missing",
            text(
                "Nobody has valued these clauses and the model does not: {keys}. They are left out of "
                "every sum.",
                keys=Name(", ".join(b.unvalued), "code"),
            ),
        )
    if b.imputed:
        yield Notice(
            "assumed", text("{code}: {what}.", code=Name(b.country, "code"), what=Name("; ".join(b.imputed)))
        )
    yield Notice(
        "limit",
        "Goods trade only; movers bring no family; no housing; political cost only where an interest "
        "states it. "
        "The column of all alike is a thought experiment: nobody has offered it.",
    )
    yield KeyValues(
        (
            ("Package", Name(f"{b.case} ({b.case_source})", "quote")),
            ("Draws", count(b.draws, "", "round:draws")),
        )
    )
    yield show_parameters(b.assumptions[:_MOST_ASSUMPTIONS])


def _sources(b: Benefit) -> tuple[Source, ...]:
    tables = tuple(
        Source(f"evidence:{t.table}", t.title, t.producer, t.edition, t.licence, t.url) for t in b.evidence
    )
    return (
        *tables,
        Source(
            "parameter:",
            "Parameters of the world model, each with its reference",
            "Comity",
            licence="Apache-2.0",
        ),
        Source("round:", f"The package file {b.case_source}", "the parties or the author of the file"),
        Source("model:", "Comity world model, by section of the design", "Comity"),
    )
