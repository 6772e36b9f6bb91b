"""The readable form of a projection of the work force.

Who may import me: :mod:`comity.services.project`. Start at :func:`write_document`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from comity.evidence import Evidence
from comity.reports.document import (
    Answer,
    Block,
    Cell,
    Column,
    Document,
    Heading,
    Meta,
    Name,
    Notice,
    Source,
    Table,
    Text,
    date,
    text,
)
from comity.units import PERSONS, SHARE
from comity.vocabulary import Figure, Range, SourceClass
from comity.world.projection import AFTER, BASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from comity.services.project import Projection

__all__ = ["write_document"]

_MANY: Final = 4


def write_document(found: Projection) -> Document:
    """Lay out the work force by year, then what it rests on."""
    blocks: list[Block] = [Answer(_answer(found), "note")]
    codes = sorted(set(found.table.index.get_level_values("country")))
    if len(codes) > _MANY:
        blocks.append(Heading(2, "Work force by country", "countries"))
        blocks.append(_world(found, codes))
    else:
        for code in codes:
            blocks.append(Heading(2, Name(found.names[code]), code))
            blocks.append(_country(found, code))
    blocks += _notes(found)
    what = ", ".join(found.names[code] for code in found.countries) or "all economies"
    return Document(
        title=text("The work force to {year}: {what}", year=date(str(found.years[-1])), what=Name(what)),
        subtitle="With and without a package" if found.places else "Without a package",
        blocks=tuple(blocks),
        sources=_sources(),
        meta=Meta(
            disclaimer=(
                "Advisory. A projection says what follows from its assumptions; countries stand in "
                "the order of "
                "their codes."
            ),
            command="comity project",
        ),
    )


def _answer(found: Projection) -> Text:
    total = found.table.groupby(level="year")[["work_force", "change"]].sum()
    first, last = found.years[0], found.years[-1]
    said = text(
        "The work force goes from {now} in {first} to {then} in {last} without a package.",
        now=_modelled(float(total["work_force"][first]), f"all|{first}"),
        then=_modelled(float(total["work_force"][last]), f"all|{last}"),
        first=date(str(first)),
        last=date(str(last)),
    )
    if not found.places or len(found.countries) != 1:
        return said
    code = found.countries[0]
    more = text(
        " The package changes it by {after} in the year after, {five} after five years, and {long} "
        "in the long run.",
        after=_change(_row(found, code, BASE + 1), f"{code}|{BASE + 1}"),
        five=_change(_row(found, code, BASE + AFTER), f"{code}|{BASE + AFTER}"),
        long=Figure(
            found.long_run.get(code, Range.point(0.0)),
            PERSONS,
            SourceClass.MODELLED,
            f"model:§3.10|{code}|long run",
        ),
    )
    return Text((*said.parts, *more.parts))


def _row(found: Projection, code: str, year: int) -> pd.Series:
    return cast("pd.Series", found.table.loc[(code, year)])


def _modelled(value: float | Range, key: str, unit: str = PERSONS) -> Figure:
    return Figure(value, unit, SourceClass.MODELLED, f"model:§3.10|{key}")


def _change(row: pd.Series, key: str) -> Figure:
    return _modelled(Range(float(row["change_low"]), float(row["change"]), float(row["change_high"])), key)


def _country(found: Projection, code: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for year in found.years:
        row = _row(found, code, year)
        key = f"{code}|{year}"
        cells: tuple[Cell, ...] = (date(str(year)), _modelled(float(row["work_force"]), key))
        if found.places:
            cells = (*cells, _change(row, f"{key}|change"))
        cells = (*cells, _modelled(float(row["dependency"]), f"{key}|dependency", SHARE))
        if found.places:
            cells = (*cells, _modelled(float(row["dependency_with"]), f"{key}|dependency with", SHARE))
        rows.append(cells)
    if found.places:
        long = found.long_run.get(code, Range.point(0.0))
        rows.append(("long run", None, _modelled(long, f"{code}|long run"), None, None))
    package = (Column("Change by the package", signed=True),) if found.places else ()
    after = (Column("Dependency with the package"),) if found.places else ()
    return Table(
        "By year",
        (
            Column("Year", numeric=False),
            Column("Work force without"),
            *package,
            Column("Dependency without"),
            *after,
        ),
        tuple(rows),
        note="Dependency: people under fifteen and over sixty-four for each hundred between.",
    )


def _world(found: Projection, codes: list[str]) -> Table:
    shown = [year for year in found.years if year in {found.years[0], BASE + AFTER, found.years[-1]}]
    rows: list[tuple[Cell, ...]] = []
    for code in codes:
        cells: tuple[Cell, ...] = (Name(found.names[code]),)
        for year in shown:
            cells = (*cells, _modelled(float(_row(found, code, year)["work_force"]), f"{code}|{year}"))
        last = _row(found, code, shown[-1])
        if found.places:
            cells = (*cells, _change(last, f"{code}|{shown[-1]}|change") if last["change"] else None)
        rows.append((*cells, _modelled(float(last["dependency"]), f"{code}|{shown[-1]}|dependency", SHARE)))
    package = (Column("Change by the package", signed=True),) if found.places else ()
    years = tuple(Column(text("Work force {year}", year=date(str(year)))) for year in shown)
    heads = (Column("Country"), *years, *package, Column("Dependency at the end"))
    return Table(
        "In the order of their codes", heads, tuple(rows), note="A dash: the package moves nobody there."
    )


def _notes(found: Projection) -> Iterator[Block]:
    yield Notice(
        "assumed",
        "Participation stays at each country's latest published rate for ages fifteen to sixty-four. "
        "Work beyond "
        "sixty-four, and any rise of women's participation, are not in it.",
    )
    yield Notice(
        "limit",
        "Population is the medium variant of the United Nations, which already holds the moves that "
        "it expects; "
        "a package comes on top of these. The variant has no range here.",
    )
    if found.places:
        yield Notice(
            "assumed",
            "Each place is one worker of working age; families do not follow. The range of a change "
            "is that of the "
            "years for which a place is used.",
        )
    if found.left_out:
        yield Notice(
            "limit",
            text(
                "Provisions that open no places move nobody here: {keys}.",
                keys=Name(", ".join(found.left_out)),
            ),
        )
    if found.missing:
        yield Notice(
            "missing",
            text(
                "No rate of participation is published for {codes}; they are left out, not zero.",
                codes=Name(", ".join(found.missing)),
            ),
        )


def _sources() -> tuple[Source, ...]:
    evidence = Evidence.load()
    tables = []
    for name in ("population_age", "indicators"):
        meta = evidence.meta(name)
        first = meta.sources[0]
        tables.append(
            Source(f"evidence:{name}", meta.title, first.producer, first.edition, meta.licence, first.url)
        )
    return (
        *tables,
        Source(
            "model:",
            "Comity projection: population of the UN times participation, and stocks of places",
            "Comity, on population_age and indicators of the pack",
        ),
    )
