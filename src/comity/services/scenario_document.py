"""The readable form of a scenario: world output and its parts, people, groups, economies.

Who may import me: :mod:`comity.services.scenario`. Start at :func:`write_document`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.reports.document import (
    Amount,
    Answer,
    BarChart,
    BarRow,
    Block,
    Column,
    Details,
    Document,
    Heading,
    KeyValues,
    Meta,
    Name,
    Notice,
    Paragraph,
    Source,
    Table,
    Words,
    text,
)
from comity.services.benefit_document import GROUPS, HORIZON_WORDS
from comity.services.deal_wording import count, money, share
from comity.services.scenario import MOVES, PARTS
from comity.units import PERSONS, SHARE
from comity.vocabulary import Figure, Range, SourceClass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comity.services.benefit_result import Worth
    from comity.services.scenario import EconomyRow, ScenarioResult

__all__ = ["write_document"]

#: Residual that the world is solved to: a smaller share of output is rounding.
SOLVED_TOLERANCE = 1e-10


def write_document(r: ScenarioResult, *, brief: bool = False) -> Document:
    """Lay out a scenario for reading: all of it, or its first pages."""
    blocks = [*_answer(r), *_output(r), *_people(r), *_groups(r), *_places(r, brief=brief)]
    if not brief:
        blocks += list(_rests_on(r))
    sets = "".join(f" --set {key}={value}" for key, value in r.settings.items())
    return Document(
        title=text("Scenario: {title}", title=Name(r.title)),
        subtitle=Name(r.story),
        blocks=tuple(blocks),
        sources=(
            *(
                Source(f"evidence:{t.table}", t.title, t.producer, t.edition, t.licence, t.url)
                for t in r.evidence
            ),
            Source(
                "parameter:",
                "Parameters of the world model, each with its reference",
                "Comity",
                licence="Apache-2.0",
            ),
            Source("round:", "Settings given on the command line", "the user"),
            Source("model:", "Comity world model, by section of the design", "Comity"),
        ),
        meta=Meta(
            seed=r.seed,
            versions=dict(r.versions),
            disclaimer="A thought experiment. It advises nobody, and compares each economy with itself only.",
            command=f"comity world run {r.name}{sets} --horizon {r.horizon}",
        ),
    )


def _share(r: ScenarioResult, worth: Worth, what: str) -> Figure:
    """Write a share of output; what adding up leaves of nothing is shown as nothing."""
    dust = max(abs(worth.low), abs(worth.high)) < SOLVED_TOLERANCE
    span = Range(0.0, 0.0, 0.0) if dust else worth.range
    return Figure(span, SHARE, SourceClass.MODELLED, f"model:§3.15|{r.name}|{what}")


def _persons(r: ScenarioResult, worth: Worth, what: str) -> Figure:
    low, mid, high = (float(f"{x:.3g}") for x in (worth.low, worth.mean, worth.high))
    return Figure(Range(low, mid, high), PERSONS, SourceClass.MODELLED, f"model:§3.7|{r.name}|{what}")


def _answer(r: ScenarioResult) -> Iterator[Block]:
    details: list[Words] = [
        text("At market prices: {x}.", x=Amount(_share(r, r.market, "market"), signed=True)),
        text(
            "People who live outside their birthplace: {x}.",
            x=Amount(_persons(r, r.moves["born_abroad"], "born_abroad"), signed=True),
        ),
        text(
            "When: {when}; {draws} draws of the uncertain inputs.",
            when=Name(HORIZON_WORDS[r.horizon].lower()),
            draws=count(r.draws, "", "round:draws"),
        ),
    ]
    if r.share < 1:
        details.append(
            text(
                "By then {part} of the way to the long-run stocks is covered.",
                part=share(r.share, "model:§3.10"),
            )
        )
    yield Answer(
        text(
            "World output at purchasing power parity changes by {x}.",
            x=Amount(_share(r, r.parity, "parity"), signed=True),
        ),
        "note",
        tuple(details),
    )
    yield KeyValues(tuple((Name(key), Name(str(value), "quote")) for key, value in r.settings.items()))


def _output(r: ScenarioResult) -> Iterator[Block]:
    yield Heading(2, "World output and what its change is made of", "output")
    yield BarChart(
        "Parts of the change at purchasing power parity",
        tuple(
            BarRow(Name(words.capitalize()), "World", _share(r, r.parts[part], part))
            for part, words in PARTS.items()
        ),
        (BarRow("World output", "World", _share(r, r.parity, "parity")),),
        note="An exact split of each economy's change, added up; means over the draws, which add up.",
    )


def _people(r: ScenarioResult) -> Iterator[Block]:
    yield Heading(2, "Who moves", "people")
    if not any(r.moves[move].low or r.moves[move].high for move in MOVES):
        yield Paragraph("Nobody moves in this scenario.")
        return
    yield Table(
        "Change of stocks",
        (Column("People"), Column("Change", signed=True)),
        tuple(
            (Name(words), _persons(r, r.moves[move], move))
            for move, words in MOVES.items()
            if r.moves[move].low or r.moves[move].high
        ),
    )


def _groups(r: ScenarioResult) -> Iterator[Block]:
    yield Heading(2, "Who is affected, over all economies", "groups")
    yield Table(
        "Lines of the ledger by group, summed over all economies, counted or not",
        (Column("Group"), Column("Worth", signed=True)),
        tuple(
            (Name(GROUPS[name]), money(worth.range, f"model:§3.12|{r.name}|{name}"))
            for name, worth in r.groups.items()
            if worth.low or worth.high
        ),
        note="Nationals abroad are the same people as immigrants and are left out of this sum. Movers' "
        "pay is at "
        "purchasing power parity, the other lines at each country's prices: they do not add up to one "
        "number.",
    )


def _rows(r: ScenarioResult, rows: Sequence[EconomyRow], head: str, title: str, note: str) -> Table:
    return Table(
        title,
        (
            Column(head), Column("Real output", signed=True), Column("Net benefit", signed=True),
            Column("More residents born abroad", signed=True),
            Column("More of its people abroad", signed=True),
        ),
        tuple(
            (
                Name(row.name),
                _share(r, row.output, f"{row.code}|output"),
                money(row.benefit.range, f"model:§3.12|{r.name}|{row.code}"),
                _persons(r, row.arrivals, f"{row.code}|arrivals"),
                _persons(r, row.departures, f"{row.code}|departures"),
            )
            for row in rows
        ),
        note=note,
    )  # fmt: skip


def _places(r: ScenarioResult, *, brief: bool) -> Iterator[Block]:
    yield Heading(2, "By region and economy", "economies")
    who = "Counted: residents, treasury, trade, remittances; not movers, immigrants and nationals abroad."
    if not brief:
        yield _rows(r, r.regions, "Region", "By region, in alphabetical order", who)
        yield Details(
            "Every economy, in alphabetical order",
            (_rows(r, sorted(r.economies, key=lambda x: x.name), "Economy", "By economy", who),),
        )
        return
    yield Table(
        "By region, in alphabetical order",
        (Column("Region"), Column("Real output", signed=True), Column("Net benefit", signed=True)),
        tuple(
            (
                Name(row.name),
                _share(r, row.output, f"{row.code}|output"),
                money(row.benefit.range, f"model:§3.12|{r.name}|{row.code}"),
            )
            for row in r.regions
        ),
        note=who,
    )
    yield Notice(
        "limit", "People by region and every economy: in the HTML report, in JSON, or here with --full."
    )


def _rests_on(r: ScenarioResult) -> Iterator[Block]:
    yield Heading(2, "What this rests on", "rests-on")
    if r.mode == "channels":
        yield Notice(
            "contested",
            "People choose place and channel here. How much irregular movement answers to regular places "
            "and to "
            "enforcement is contested between studies.",
        )
        yield Notice(
            "limit", "Corridors without anybody on record stay empty, so far-reaching openings move too few."
        )
    yield Notice(
        "limit", "Goods trade only; no families, housing or sectors; taste and queues are not income."
    )
    yield Paragraph(
        text(
            "{n} parameters stand behind this; the first are contested or assumed.",
            n=count(len(r.assumptions), "", "model:§2.4"),
        )
    )
    yield Details(
        "Parameters: contested and assumed first",
        (
            Table(
                "Each with its range",
                (
                    Column("Parameter"),
                    Column("What it is"),
                    Column("Value"),
                    Column("Low"),
                    Column("High"),
                    Column("Status"),
                ),
                tuple(
                    (
                        Name(a.name, "code"),
                        Name(a.definition),
                        *(
                            Figure(x, a.unit, SourceClass.ESTIMATED, f"parameter:{a.name}")
                            for x in (a.value, a.low, a.high)
                        ),
                        Name(a.status),
                    )
                    for a in r.assumptions
                ),
            ),
        ),
    )
